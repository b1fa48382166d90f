"""BPIC 2014: what the data's README says comes back, and equals SQL over the raw files.

The change export has a row per change and configuration item. The connector's note says how one
change is made of them: the row with the latest close time (then the latest actual end, actual
start) stands for the change, and a column on which its rows disagree counts as not known. The
README counts partly rows and partly changes of which *any* row shows something; each such number
is reproduced here from the file and related to the product's number of records.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import polars as pl
import pytest
import real_data
from real_data import (
    ACTIVITIES,
    CHANGE_TIMES,
    CHANGES,
    Con,
    DataSet,
    counts,
    ids,
    messages,
    one,
    pairs,
)

pytestmark = real_data.needs_data

RISKS = {"Minor Change": "low", "Business Change": "moderate", "Major Business Change": "high"}


@pytest.fixture(scope="session")
def bpic(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return real_data.bpic_runs(tmp_path_factory)


@pytest.fixture(scope="session")
def raw() -> Con:
    return real_data.bpic_raw()


def test_the_row_that_stands_is_well_defined(raw: Con) -> None:
    """Rows that tie in the connector's order are alike: plain SQL picks what the product does."""
    order = "closed_at desc nulls last, actual_end desc nulls last, actual_start desc nulls last"
    columns = ", ".join(("kind", "risk", "emergency", "cab", *CHANGE_TIMES))
    tied = f"""(select id, row({columns}) as content,
        rank() over (partition by id order by {order}) as place from change_rows)"""
    query = f"select id from {tied} where place = 1 group by id having count(distinct content) > 1"
    assert not ids(raw, query)


def test_rows_of_changes(raw: Con, bpic: DataSet) -> None:
    rows, changes, items = raw.execute(
        "select count(*), count(distinct id), count(distinct ci) from change_rows"
    ).fetchall()[0]
    assert (rows, changes, items) == (29_139, 17_262, 10_151)
    load = bpic.run.load(CHANGES.name, "changes")
    assert (load["rows"], load["loaded"], load["merged"]) == (rows, changes, rows - changes)
    assert bpic.profile("changes")["records"] == changes
    assert bpic.profile("changes")["filled"]["closed_at"] == changes
    assert bpic.profile("changes")["values"]["status"] == {"closed": changes}
    affected = one(raw, "select count(*) from (select distinct id, ci from change_rows)")
    load = bpic.run.load(CHANGES.name, "change_cis")
    assert (load["loaded"], load["duplicates"]) == (affected, rows - affected)
    assert bpic.run.sql("select count(distinct ci_id) from change_cis") == [(items,)]


def test_row_facts_of_the_readme(raw: Con, bpic: DataSet) -> None:
    """Counts of rows, and of changes with any such row; inspect shows the emptiness per header."""
    facts = raw.execute("""select count(*) filter (actual_start is null),
        count(*) filter (actual_end is null),
        count(*) filter (closed_at < actual_end),
        count(distinct id) filter (closed_at < actual_end),
        count(*) filter (actual_start < created_at),
        count(distinct id) filter (actual_start < created_at),
        count(*) filter (actual_start < planned_start), count(*) filter (actual_end > planned_end),
        count(*) filter (actual_end < actual_start) from change_rows""").fetchall()[0]
    assert facts == (3_165, 3_167, 1_299, 873, 1_150, 690, 3_209, 5_819, 0)
    filled = {h["header"]: h["filled"] for h in bpic.file(CHANGES.name)["headers"]}
    assert 29_139 - filled["Actual Start"] == 3_165
    assert 29_139 - filled["Actual End"] == 3_167


def test_rows_that_disagree_are_listed(raw: Con, bpic: DataSet) -> None:
    expected = pairs(raw, "select name, count(*) from disputes group by name")
    expected["risk_level"] = expected.pop("risk")
    assert (expected["closed_at"], expected["risk_level"]) == (80, 2)
    listed = bpic.run.load(CHANGES.name, "changes")["disputes"]
    assert {d["column"]: d["count"] for d in listed} == expected
    assert all(d["held"] for d in listed)
    table = next(t for t in bpic.file(CHANGES.name)["tables"] if t["table"] == "changes")
    assert {d["column"]: d["records"] for d in table["disputes"]} == expected
    for d in table["disputes"]:
        name = "risk" if d["column"] == "risk_level" else d["column"]
        assert (
            d["examples"] == sorted(ids(raw, f"select id from disputes where name = '{name}'"))[:5]
        )
    kept = bpic.run.sql(
        "select change_id, list_sort(disputed) from changes where disputed is not null"
    )
    listed_by_id = pairs(
        raw,
        "select id, list_sort(list(case name when 'risk' then 'risk_level' else name end))"
        " from disputes group by id",
    )
    assert dict(kept) == listed_by_id


def test_emergency_changes_by_approval_needed(raw: Con, bpic: DataSet) -> None:
    expected = pairs(
        raw,
        "select cab = 'Y', count(distinct id) from change_rows where emergency = 'Y' group by 1",
    )
    assert expected == {False: 23, True: 12}
    found: Counter[bool] = Counter()
    for c in bpic.profile("changes")["combinations"]:
        if c["change_type"] == "emergency":
            found[c["cab_required"]] += c["records"]
    assert found == expected
    assert bpic.profile("changes")["values"]["change_type"]["emergency"] == 35


def test_combinations_by_a_second_hand(bpic: DataSet) -> None:
    """Type, risk, approval needed and state of every change, counted by polars."""
    rows = pl.read_csv(CHANGES, separator=";", infer_schema=False)
    at = pl.col(*(CHANGE_TIMES[c] for c in ("closed_at", "actual_end", "actual_start")))
    moments = rows.with_columns(
        at.replace("", None).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f%:z", time_zone="UTC")
    )
    order = [CHANGE_TIMES[c] for c in ("closed_at", "actual_end", "actual_start")]
    last = moments.sort(order, nulls_last=False).group_by("Change ID").last()
    kind = pl.col("Change Type")
    counted = last.select(
        pl.when(pl.col("Emergency Change") == "Y").then(pl.lit("emergency"))
        .when(kind.str.starts_with("Standard ")).then(pl.lit("standard"))
        .otherwise(pl.lit("normal")).alias("change_type"),
        pl.col("Risk Assessment").replace_strict(RISKS).alias("risk_level"),
        (pl.col("CAB-approval needed") == "Y").alias("cab_required"),
        pl.lit("closed").alias("status"),
    ).to_dicts()  # fmt: skip
    expected = Counter(tuple(sorted(r.items())) for r in counted)
    found = {
        tuple(sorted((k, v) for k, v in c.items() if k != "records")): c["records"]
        for c in bpic.profile("changes")["combinations"]
    }
    assert found == expected


def test_risk_of_changes(raw: Con, bpic: DataSet) -> None:
    """997 changes have a row of the risk Business Change; 2 of them stand with Minor Change."""
    anywhere = pairs(raw, "select risk, count(distinct id) from change_rows group by 1")
    expected = {"Minor Change": 16_220, "Business Change": 997, "Major Business Change": 47}
    assert anywhere == expected
    standing = pairs(raw, "select risk, count(*) from standing group by 1")
    found = bpic.profile("changes")["values"]["risk_level"]
    assert found == {RISKS[k]: v for k, v in standing.items()}
    torn = raw.execute(
        "select risk, count(*) from standing where id in (select id from disputes where"
        " name = 'risk') group by 1"
    ).fetchall()
    assert torn == [("Minor Change", 2)]
    assert found == {"low": 16_220, "moderate": 997 - 2, "high": 47}


def test_changes_without_an_actual_start(raw: Con, bpic: DataSet) -> None:
    none = one(
        raw,
        "select count(*) from"
        " (select id from change_rows group by id having count(actual_start) = 0)",
    )
    assert none == 1_269
    assert one(raw, "select count(*) from standing where actual_start is null") == none
    assert 17_262 - bpic.profile("changes")["filled"]["actual_start"] == none


def test_order_of_times(raw: Con, bpic: DataSet) -> None:
    """Every pair of times of the standing rows; then the README's facts as records."""
    found = bpic.times("changes")
    expected = {
        (a, b): raw.execute(
            f"select count(*) filter ({a} < {b}), count(*) filter ({a} = {b}),"
            f" count(*) filter ({a} > {b}) from standing"
        ).fetchall()[0]
        for a, b in combinations(CHANGE_TIMES, 2)
    }
    assert found == expected
    assert found["actual_start", "actual_end"][2] == 0
    assert (
        found["created_at", "actual_start"][2] == 690
    )  # as the README's changes with any such row
    # the README's 3,209 and 5,819 rows belong to these changes, and to disputed ones besides
    for where, (pair, sign), records in (
        ("actual_start < planned_start", (("planned_start", "actual_start"), 2), 1_870),
        ("actual_end > planned_end", (("planned_end", "actual_end"), 0), 3_695),
    ):
        standing = ids(raw, f"select id from standing where {where}")
        below = ids(raw, f"select id from change_rows where {where}") - standing
        assert found[pair][sign] == len(standing) == records
        assert below <= ids(raw, "select id from disputes")


def test_changes_closed_before_the_work_ended(raw: Con, bpic: DataSet) -> None:
    """Of the README's 873 one shows it in a lower row only, and one is disputed: 871 findings."""
    any_row = ids(raw, "select id from change_rows where closed_at < actual_end")
    standing = ids(raw, "select id from standing where closed_at < actual_end")
    torn = ids(raw, "select id from disputes where name in ('closed_at', 'actual_end')")
    assert (len(any_row), len(standing), len(standing - torn)) == (873, 872, 871)
    assert standing < any_row
    assert any_row - (standing - torn) <= torn
    assert set(bpic.run.said_of("CHG-021")) == standing - torn
    rule = bpic.run.rule("CHG-021")
    endless = ids(raw, "select id from standing where actual_end is null") - torn
    assert counts(rule) == {
        "not_applicable": 0,
        "conforming": 17_262 - len(standing | torn | endless),
        "nonconforming": 871,
        "not_assessed": len(torn) + len(endless),
    }
    assert messages(rule)["not_assessed", "no_actual_end"] == len(endless)
    assert sum(r["count"] for r in rule["reasons"] if r["reason"] == "disputed") == len(torn)
    assert rule["limits"] == ["changes.outcome"]


def test_changes_inside_the_window(raw: Con, bpic: DataSet) -> None:
    """CHG-015 with 15 minutes before and 30 after the window, written down once more."""
    verdicts = pairs(raw, """
        with held as (select distinct id from disputes where name in
            ('kind', 'emergency', 'planned_start', 'planned_end', 'actual_start', 'actual_end')),
        f as (select s.*, id in (from held) as torn,
            coalesce(actual_start, actual_end) < planned_start - interval 15 minutes as early,
            coalesce(actual_end, actual_start) > planned_end + interval 30 minutes as late
            from standing s)
        select id, case when torn then 'disputed' when emergency = 'Y' then 'emergency'
            when actual_start is null and actual_end is null then 'implemented_unknown'
            when planned_end < planned_start or actual_end < actual_start then 'inverted'
            when early and late then 'both' when early then 'early' when late then 'late'
            when planned_start is null or planned_end is null then 'no_plan'
            when actual_start is null or actual_end is null then 'no_times' else 'ok' end
        from f""")  # fmt: skip
    by_message = Counter(verdicts.values())
    wrong = {k: v for k, v in verdicts.items() if v in ("both", "early", "late")}
    assert bpic.run.said_of("CHG-015") == wrong
    rule = bpic.run.rule("CHG-015")
    unknown = ("disputed", "implemented_unknown", "inverted", "no_plan", "no_times")
    assert counts(rule) == {
        "not_applicable": by_message["emergency"],
        "conforming": by_message["ok"],
        "nonconforming": len(wrong),
        "not_assessed": sum(by_message[m] for m in unknown),
    }
    said = {m: n for (_, m), n in messages(rule).items()}
    assert said == {m: n for m, n in by_message.items() if m != "disputed"}
    torn = [r for r in rule["reasons"] if r["reason"] == "disputed"]
    assert sum(r["count"] for r in torn) == by_message["disputed"]
    for reason in torn:
        name = reason["column"].removeprefix("changes.")
        disputed = ids(raw, f"select id from disputes where name = '{name}'")
        assert set(reason["ids"]) <= disputed
    # the tolerances matter: without them the findings would be those of the bare order of times
    assert len(wrong) < one(
        raw, "select count(*) from standing where actual_start < planned_start"
        " or actual_end > planned_end"
    )  # fmt: skip


def test_times_of_changes_in_a_possible_order(raw: Con, bpic: DataSet) -> None:
    """DQ-002: nothing runs backwards; a few times lie after the newest stamp of the tools."""
    newest = one(
        raw,
        "select max(t) from (select unnest([created_at, closed_at]) as t from change_rows"
        " union all select stamp from acts)",
    )
    assert bpic.run.results["run"]["as_of"] == f"{newest:%Y-%m-%dT%H:%M:%SZ}"
    names = ("created_at", "actual_start", "actual_end", "closed_at")
    listed = ", ".join(f"'{n}'" for n in names)
    torn = ids(raw, f"select id from disputes where name in ({listed})")
    ahead = ids(
        raw,
        "select id from standing where greatest(created_at, actual_start, actual_end, closed_at)"
        f" > timestamp '{newest}' + interval 2 minutes",
    )
    backwards = ids(
        raw,
        "select id from standing where closed_at < created_at - interval 2 minutes or"
        " actual_end < actual_start - interval 2 minutes",
    )
    assert not backwards
    assert bpic.run.said_of("DQ-002") == dict.fromkeys(ahead - torn, "in_future")
    rule = bpic.run.rule("DQ-002")
    alone = one(raw, "select count(*) from tickets where not opened or closings = 0")
    assert counts(rule) == {
        "not_applicable": alone,
        "conforming": 17_262 + 7_459 - alone - len(torn | ahead),
        "nonconforming": len(ahead - torn),
        "not_assessed": len(torn),
    }


def test_incident_activities(raw: Con, bpic: DataSet) -> None:
    expected = raw.execute("""select count(*) filter (closings > 0), count(*) filter (closings > 1),
        count(*) filter (reopenings > 0), count(*) filter (last_at > closed_at) from tickets
        """).fetchall()[0]
    assert expected == (7_393, 555, 384, 225)
    history = bpic.profile("status_history")
    events = {e["event_type"]: e for e in history["events"]}
    assert events["close"]["records"] == 7_393
    assert events["close"]["records_with_several"] == 555
    assert events["reopen"]["records"] == 384
    assert history["records_with_events_after_the_last_close"] == 225
    kinds = pairs(raw, "select kind, count(*) from acts group by 1")
    found = {e: events[e]["rows"] for e in ("create", "close", "reopen")}
    assert found == {
        "create": kinds["Open"], "close": kinds["Closed"], "reopen": kinds["Reopen"],
    }  # fmt: skip
    broken = {h["header"]: h["error_texts"] for h in bpic.file(ACTIVITIES.name)["headers"]}
    assert one(raw, "select count(*) from acts where interaction = '#N/B'") == 753
    assert {h: n for h, n in broken.items() if n} == {"Interaction ID": 753}
    load = bpic.run.load(ACTIVITIES.name, "incidents")
    assert (load["rows"], load["loaded"]) == (74_879, 7_459)


def test_activities_by_a_second_hand() -> None:
    """The same facts by polars, so that one wrong query does not agree with the product."""
    acts = pl.read_csv(ACTIVITIES, separator=";", infer_schema=False)
    kind = pl.col("IncidentActivity_Type")
    tickets = acts.group_by("Incident ID").agg(
        (kind == "Closed").sum().alias("closings"), (kind == "Reopen").sum().alias("reopenings"),
        (kind == "Reassignment").sum().alias("reassignments"),
        pl.col("DateStamp").filter(kind == "Closed").max().alias("closed"),
        pl.col("DateStamp").max().alias("last"),
    )  # fmt: skip
    found = tickets.select(
        (pl.col("closings") > 0).sum(), (pl.col("closings") > 1).sum().alias("b"),
        (pl.col("reopenings") > 0).sum(), (pl.col("reassignments") >= 5).sum(),
        (pl.col("last") > pl.col("closed")).sum(),
    )  # fmt: skip
    assert found.row(0) == (7_393, 555, 384, 458, 225)


def test_reassignments(raw: Con, bpic: DataSet) -> None:
    """Counted only where the log holds the incident's Open; the 3 without it reach no 5 anyhow."""
    assert one(raw, "select count(*) from tickets where reassignments >= 5") == 458
    cut_off = pairs(raw, "select id, reassignments from tickets where not opened")
    assert len(cut_off) == 3
    assert max(cut_off.values()) < 5
    found = bpic.profile("incidents")["values"]["reassignment_count"]
    assert found.pop("") == len(cut_off)
    assert sum(n for value, n in found.items() if int(value) >= 5) == 458
    opened = "select cast(reassignments as varchar), count(*) from tickets where opened group by 1"
    assert found == pairs(raw, opened)


def test_reopened_incidents(raw: Con, bpic: DataSet) -> None:
    """INC-015: closed incidents reopened twice or more; unknown where Open or Closed is missing."""
    often = ids(raw, "select id from tickets where state = 'Closed' and reopenings >= 2")
    assert bpic.run.said_of("INC-015") == dict.fromkeys(often, "too_often")
    assert messages(bpic.run.rule("INC-015")) == {
        ("nonconforming", "too_often"): len(often),
        **{
            (verdict, message): one(raw, f"select count(*) from tickets where {where}")
            for verdict, message, where in (
                ("conforming", "ok", "state = 'Closed' and opened and reopenings < 2"),
                ("not_applicable", "not_closed", "state = 'Reopen'"),
                ("not_assessed", "not_counted",
                 "state = 'Closed' and not opened and reopenings < 2"),
                ("not_assessed", "status_unknown", "state is null"),
            )
        },
    }  # fmt: skip


def test_record_of_an_incident_names_its_decisive_row(raw: Con, bpic: DataSet) -> None:
    """An incident folded from its log is proved by the row of its last Closed or Reopen."""
    wanted = pairs(
        raw,
        "select id, arg_max(number, (kind in ('Closed', 'Reopen'), stamp, number))"
        " from acts group by id",
    )
    numbers = {n: row[2] for n, row in real_data.records(ACTIVITIES)}
    kept = bpic.run.sql("select incident_id, record.row_number from incidents")
    assert {i: numbers[n] for i, n in kept} == wanted
