"""What exports cover: declared windows, and every kind of evidence against their being whole."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itssrules.assess.cases import fill
from itssrules.intake.coverage import NOT_DECLARED, measure
from itssrules.intake.coverage.islands import SPANS
from itssrules.model.results import Coverage, Input, TableLoad
from itssrules.model.rule import Text
from itssrules.model.settings import Source
from itssrules.model.tables import model
from itssrules.store import connect, rows

CON = connect()
JAN, JUN = date(2026, 1, 1), date(2026, 6, 30)
DECLARED = Source("test", from_day=JAN, to_day=JUN)
START, END = "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"
Rows = list[dict[str, Any]]


def file_of(source: str = "test", file_id: int = 1, **more: Any) -> Input:
    made = Input(
        file_id, f"in/{source}_{file_id}.csv", "", 1, "read", Text("", ""),
        "tool", "list", source, source,
    )  # fmt: skip
    return replace(made, **more)


def load_of(table: str, count: int, rejected: int = 0) -> TableLoad:
    return TableLoad(table, count, count - rejected, 0, rejected, 0, 0)


def hold(tables: dict[str, Rows], case: dict[str, Any]) -> None:
    """What `fill` holds, its rows put in all at once."""
    extras = ("_ns", "_file")
    few = {
        name: [
            {"_ns": ns, "_file": file}
            for ns, file in sorted({(r.get("_ns", "test"), r.get("_file", 1)) for r in held})
        ]
        for name, held in tables.items()
    }
    fill(CON, {"tables": few, **case})
    for name, held in tables.items():
        CON.execute(f"delete from {name}")
        columns = sorted({c for r in held for c in r} - set(extras))
        cells = {c: pa.array([r.get(c) or None for r in held], pa.string()) for c in columns}
        cells["_ns"] = pa.array([r.get("_ns", "test") for r in held])
        cells["_file"] = pa.array([r.get("_file", 1) for r in held])
        CON.register("given", pa.table(cells))
        if held:
            CON.execute(
                f"insert into {name} by name select {{'source': if(_ns = '', 'test', _ns), 'ns': _ns,"
                f" 'file_id': _file}} as record, _ns as ns, {', '.join(columns)} from given"
            )
        CON.unregister("given")


def cover(
    tables: dict[str, Rows],
    *sources: Source,
    inputs: list[Input] | None = None,
    zone: str = "UTC",
    case: dict[str, Any] | None = None,
    stated: tuple[str, ...] = (),
) -> tuple[Coverage, ...]:
    hold(tables, case or {})
    named = {s.name: s for s in sources}
    return measure(CON, [file_of()] if inputs is None else inputs, named, zone, stated)


def incidents(numbers: Any, every: timedelta = timedelta(hours=12), prefix: str = "INC") -> Rows:
    """Incidents whose number tells when they were made."""
    start = datetime(2026, 1, 1, 1)
    return [
        {"incident_id": f"{prefix}{n:04d}", "created_at": str(start + n * every)} for n in numbers
    ]


WHOLE = incidents(range(361))


def lost(found: tuple[Coverage, ...], table: str = "incidents") -> list[Coverage]:
    return [c for c in found if c.table == table and not c.complete]


def is_open(found: tuple[Coverage, ...], table: str, moment: str) -> bool:
    at = moment.replace(" ", "T") + "Z"
    return any(c.from_at <= at <= c.to_at for c in lost(found, table))


def test_a_declared_window_is_complete_and_is_written_as_it_is_returned() -> None:
    found = cover({"incidents": WHOLE}, DECLARED)
    assert [(c.from_at, c.to_at, c.complete, c.lost) for c in found] == [(START, END, True, False)]
    assert "2026-01-01 – 2026-06-30" in found[0].reason.en
    written = rows(
        CON, "select tbl, ns, utc_text(from_at), utc_text(to_at), complete, reason from coverage"
    )
    assert written == [("incidents", "test", START, END, True, found[0].reason.en)]


@pytest.mark.parametrize(
    ("source", "file_zone", "default"),
    [
        (replace(DECLARED, zone="Asia/Shanghai"), "America/New_York", "UTC"),
        (DECLARED, "Asia/Shanghai", "UTC"),
        (DECLARED, "", "Asia/Shanghai"),
    ],
)
def test_the_window_is_local_days_of_the_source(
    source: Source, file_zone: str, default: str
) -> None:
    found = cover(
        {"incidents": WHOLE}, source, inputs=[file_of(zone=file_zone)], zone=default
    )  # fmt: skip
    assert (found[0].from_at, found[-1].to_at) == ("2025-12-31T16:00:00Z", "2026-06-30T16:00:00Z")


def test_an_undeclared_window_spans_the_data_and_is_never_complete() -> None:
    found = cover({"incidents": WHOLE})
    assert found == (
        Coverage("incidents", "test", "2026-01-01T01:00:00Z", "2026-06-30T01:00:00Z", False, NOT_DECLARED),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (Source("test", from_day=JAN), "last day"),
        (Source("test", to_day=JUN), "first day"),
        (Source("test", from_day=JUN, to_day=JAN), "before it begins"),
    ],
)
def test_half_a_window_is_none(source: Source, word: str) -> None:
    (found,) = cover({"incidents": WHOLE}, source)
    assert not found.complete and not found.lost and word in found.reason.en


def test_undeclared_tables_still_say_what_was_lost() -> None:
    loads = (load_of("incidents", 10_000, rejected=3),)
    found = cover({"incidents": WHOLE}, inputs=[file_of(tables=loads)])
    assert [c.lost for c in found] == [False, True, True]
    assert "10,000 rows" in found[1].reason.en and "3 row(s)" in found[2].reason.en
    assert "10,000 行" in found[1].reason.zh


@pytest.mark.parametrize("count", [500, 1_000, 10_000, 32_000, 65_535, 1_048_575])
def test_a_file_that_ends_at_a_limit_was_cut(count: int) -> None:
    for rows_read, complete in ((count, False), (count - 1, True), (count + 1, True)):
        made = file_of(tables=(load_of("incidents", rows_read),))
        (found,) = cover({"incidents": WHOLE}, DECLARED, inputs=[made])
        assert found.complete is complete and found.lost is not complete


def test_the_tools_own_count_refutes_a_cut() -> None:
    made = file_of(tables=(load_of("incidents", 500),))
    (found,) = cover(
        {"incidents": WHOLE}, replace(DECLARED, counts={"incidents": 361}), inputs=[made]
    )
    assert found.complete


def test_a_cut_of_another_table_or_space_says_nothing() -> None:
    inputs = [
        file_of(tables=(load_of("changes", 500),)),
        file_of("other", 2, tables=(load_of("incidents", 500),)),
    ]
    (found,) = cover({"incidents": WHOLE}, DECLARED, inputs=inputs)
    assert found.complete


def test_rejected_rows_open_the_whole_window() -> None:
    made = file_of(tables=(load_of("incidents", 362, rejected=1),))
    (found,) = cover({"incidents": WHOLE}, DECLARED, inputs=[made])
    assert (found.from_at, found.to_at, found.lost) == (START, END, True)
    assert "test_1.csv" in found.reason.en and "test_1.csv" in found.reason.zh


def test_a_damaged_file_opens_the_tables_that_files_of_its_kind_fill() -> None:
    read = file_of(tables=(load_of("incidents", 361),))
    broken = file_of(file_id=2, state="damaged")
    tables: dict[str, Rows] = {"incidents": WHOLE, "cis": [{"ci_id": "a"}]}
    found = cover(tables, DECLARED, inputs=[read, broken])
    assert {c.table: c.complete for c in found} == {"incidents": False, "cis": True}
    found = cover(tables, DECLARED, inputs=[read, replace(broken, export="never read")])
    assert not any(c.complete for c in found)
    found = cover(tables, DECLARED, inputs=[read, replace(broken, source="other")])
    assert all(c.complete for c in found)


def test_missing_numbers_open_the_time_between_their_neighbours() -> None:
    found = cover({"incidents": incidents([*range(101), *range(104, 361)])}, DECLARED)
    assert [c.complete for c in found] == [True, False, True]
    assert (found[1].from_at, found[1].to_at) == ("2026-02-20T01:00:00Z", "2026-02-22T01:00:00Z")
    assert "numbers INC0101–INC0103 (3) are missing" in found[1].reason.en
    assert "编号 INC0101–INC0103 缺失（共 3 个）" in found[1].reason.zh
    assert found[0].to_at == found[1].from_at and found[1].to_at == found[2].from_at


def test_missing_numbers_out_of_order_reach_over_both_neighbours() -> None:
    data = incidents([*range(101), *range(102, 361)])
    data[100]["created_at"], data[101]["created_at"] = "2026-03-05 00:00", "2026-02-01 00:00"
    spans = [(c.from_at, c.to_at) for c in lost(cover({"incidents": data}, DECLARED))]
    assert spans == [("2026-02-01T00:00:00Z", "2026-03-05T00:00:00Z")]


def test_a_missing_number_beside_an_undated_ticket_opens_the_whole_window() -> None:
    data = incidents([*range(101), *range(102, 361)])
    data[100]["created_at"] = ""
    (found,) = cover({"incidents": data}, DECLARED)
    assert (found.from_at, found.to_at, found.complete) == (START, END, False)


def test_no_creation_times_at_all_and_a_missing_number_open_the_whole_window() -> None:
    data = [{"incident_id": i["incident_id"]} for i in incidents([*range(101), *range(102, 361)])]
    (found,) = cover({"incidents": data}, DECLARED, case={"lacks": ["incidents.created_at"]})
    assert (found.from_at, found.to_at, found.complete) == (START, END, False)


def test_numbers_missing_outside_the_window_say_nothing() -> None:
    data = incidents([*range(4), *range(8, 361)])
    (found,) = cover({"incidents": data}, replace(DECLARED, from_day=date(2026, 1, 8)))
    assert found.complete


def test_a_shared_counter_misses_what_neither_table_holds() -> None:
    shared = incidents([n for n in range(361) if n % 2 and n != 101])
    requests = [
        {"request_id": i["incident_id"], "created_at": i["created_at"]}
        for i in incidents(range(0, 361, 2))
    ]
    found = cover({"incidents": shared, "requests": requests}, DECLARED)
    for table in ("incidents", "requests"):
        (span,) = lost(found, table)
        assert (span.from_at, span.to_at) == ("2026-02-20T01:00:00Z", "2026-02-21T01:00:00Z")
        assert "numbers INC0101 (1)" in span.reason.en


def test_another_prefix_or_space_is_another_counter() -> None:
    other = [{**i, "_ns": "second", "_file": 2} for i in incidents(range(0, 361, 2), prefix="X")]
    found = cover(
        {"incidents": [*WHOLE, *other]},
        DECLARED, replace(DECLARED, name="second"), inputs=[file_of(), file_of("second", 2)],
    )  # fmt: skip
    assert all(c.complete for c in found if c.ns == "test")
    assert not all(c.complete for c in found if c.ns == "second")


@pytest.mark.parametrize("form", ["INC-%Y-", "INC%Y", "INC%Y%m", "INC%Y%m%d", "%y%m%d", "INC%y%m"])
def test_counters_that_start_anew_miss_only_what_lies_between(form: str) -> None:
    data: Rows = []
    serial: dict[str, int] = {}
    for n in range(361 * 2):
        made = datetime(2025, 10, 1, 1) + n * timedelta(hours=6)
        head = made.strftime(form)
        serial[head] = serial.get(head, 0) + 1
        data.append({"incident_id": f"{head}{serial[head]:04d}", "created_at": str(made)})
    window = Source("test", from_day=date(2025, 10, 1), to_day=date(2026, 3, 30))
    assert not lost(cover({"incidents": data}, window))
    gone = data.pop(410)
    (span,) = lost(cover({"incidents": data}, window))
    assert gone["incident_id"] in span.reason.en
    assert span.from_at <= gone["created_at"].replace(" ", "T") + "Z" <= span.to_at


def test_numbers_are_named_as_the_counter_writes_them() -> None:
    data = [{**i, "incident_id": f"INC{int(i['incident_id'][3:])}"} for i in WHOLE]
    for gone, name in ((10, "INC10 (1)"), (99, "INC99 (1)"), (100, "INC100 (1)")):
        (span,) = lost(cover({"incidents": [*data[:gone], *data[gone + 1 :]]}, DECLARED))
        assert f"numbers {name} are missing" in span.reason.en


def test_a_lone_number_and_ids_without_one_say_nothing() -> None:
    data = [{"incident_id": f"{n:x}-a", "created_at": i["created_at"]} for n, i in enumerate(WHOLE)]
    data[7]["incident_id"] = "K-77"
    (found,) = cover({"incidents": data}, DECLARED)
    assert found.complete


def test_days_are_whole_days() -> None:
    """Where times are days, a missing number may be of any time of its neighbours' days."""
    data = incidents([*range(101), *range(102, 361)], timedelta(days=0.5))
    for i in data:
        i["created_at"] = i["created_at"][:10] + " 00:00"
    found = cover({"incidents": data}, DECLARED, case={"days": ["incidents.created_at"]})
    (span,) = lost(found)
    assert (span.from_at, span.to_at) == ("2026-02-20T00:00:00Z", "2026-02-22T00:00:00Z")


def test_very_many_gaps_stay_few_spans_with_a_bounded_reason() -> None:
    every = timedelta(minutes=43)
    data = [i for n, i in enumerate(incidents(range(6001), every)) if n % 10 not in (3, 4)]
    found = cover({"incidents": data}, DECLARED)
    assert 2 < len(lost(found)) <= SPANS
    assert all(len(c.reason.en) < 300 and len(c.reason.zh) < 300 for c in found)
    made = {i["created_at"] for i in incidents(range(6001), every)} - {
        i["created_at"] for i in data
    }
    assert len(made) == 1200 and all(is_open(found, "incidents", m) for m in made)


def test_of_very_many_gaps_the_longest_times_between_them_stay_complete() -> None:
    every = timedelta(minutes=43)
    data = [i for n, i in enumerate(incidents(range(6001), every)) if n % 10 or 2000 < n < 4000]
    found = cover({"incidents": data}, DECLARED)
    assert len(lost(found)) == SPANS
    quiet = [i["created_at"] for i in incidents(range(2003, 3998), every)]
    assert not any(is_open(found, "incidents", m) for m in quiet)


def test_spans_that_touch_become_one_with_both_reasons() -> None:
    event = {"object_type": "incident", "object_id": "X-x", "changed_at": "2026-02-22 01:00"}
    tables = {"incidents": incidents([*range(101), *range(104, 361)]), "status_history": [event]}
    (span,) = lost(cover(tables, DECLARED))
    assert (span.from_at, span.to_at) == ("2026-02-20T01:00:00Z", "2026-02-22T01:00:01Z")
    assert "INC0101–INC0103" in span.reason.en and "X-x" in span.reason.en


def test_three_problems_a_quarter_give_no_alarm() -> None:
    data = [
        {"problem_id": f"PRB{n}", "created_at": f"2026-0{m}-10 09:00"}
        for n, m in enumerate((1, 2, 3))
    ]
    quarter = replace(DECLARED, to_day=date(2026, 3, 31))
    (found,) = cover({"problems": data}, quarter)
    assert found.complete
    for n, problem in enumerate(data):
        problem["created_at"] = f"2026-01-{12 + n} 09:00"
    (found,) = cover({"problems": data}, quarter)
    assert found.complete


def unnumbered(data: Rows) -> Rows:
    return [{**i, "incident_id": i["incident_id"] + "-x"} for i in data]


def test_a_lost_month_of_incidents_is_open() -> None:
    data = [i for i in unnumbered(WHOLE) if not i["created_at"].startswith("2026-03")]
    (span,) = lost(cover({"incidents": data}, DECLARED))
    assert (span.from_at, span.to_at) == ("2026-02-28T13:00:00Z", "2026-04-01T01:00:00Z")
    assert "no incidents from 2026-03-01 to 2026-03-31 (22 working days)" in span.reason.en
    assert "22 个工作日" in span.reason.zh


def test_where_times_are_days_the_last_day_of_a_silence_may_hold_lost_rows() -> None:
    data = [i for i in unnumbered(WHOLE) if not i["created_at"].startswith("2026-03")]
    for i in data:
        i["created_at"] = i["created_at"][:10] + " 00:00"
    (span,) = lost(cover({"incidents": data}, DECLARED, case={"days": ["incidents.created_at"]}))
    assert (span.from_at, span.to_at) == ("2026-02-28T00:00:00Z", "2026-04-02T00:00:00Z")


def approvals(first: date, days: int, every: int = 1) -> Rows:
    return [
        {
            "approval_id": f"A-{n}-x", "object_type": "other", "object_id": "x",
            "requested_at": f"{first + timedelta(days=n)} 02:00",
        }
        for n in range(0, days, every)
    ]  # fmt: skip


def test_approvals_that_start_in_april_are_open_before() -> None:
    found = cover({"approvals": approvals(date(2026, 4, 1), 91, 3)}, DECLARED)
    assert [(c.from_at, c.to_at, c.complete) for c in found] == [
        (START, "2026-04-01T02:00:00Z", False),
        ("2026-04-01T02:00:00Z", END, True),
    ]


def test_approvals_that_end_in_march_are_open_after() -> None:
    found = cover({"approvals": approvals(JAN, 91, 3)}, DECLARED)
    assert [(c.from_at, c.to_at) for c in lost(found, "approvals")] == [
        ("2026-04-01T02:00:00Z", END)
    ]


def test_only_the_decision_time_places_an_approval_whose_request_has_none() -> None:
    data = [
        {**a, "requested_at": "", "decided_at": a["requested_at"]}
        for a in approvals(date(2026, 4, 1), 91, 3)
    ]
    found = cover({"approvals": data}, DECLARED)
    assert lost(found, "approvals")[0].to_at == "2026-04-01T02:00:00Z"


def test_a_burst_of_details_counts_once() -> None:
    """Twelve approvals asked for in one go are no twelve signs of a busy table."""
    data = [
        {**a, "approval_id": f"{a['approval_id']}{n}"}
        for a in approvals(date(2026, 1, 10), 60, 20)
        for n in range(12)
    ]
    assert not lost(cover({"approvals": data}, DECLARED), "approvals")


def office_days(zone_days: set[date]) -> Rows:
    days = [JAN + timedelta(days=n) for n in range(181)]
    work = [d for d in days if d.weekday() < 5 and d not in zone_days]
    return [
        {"incident_id": f"{d}{h}-x", "created_at": f"{d} 0{h}:00"}
        for d in work
        for h in range(1, 5)
    ]


def test_spring_festival_gives_no_alarm_but_the_same_days_elsewhere_do() -> None:
    closed = {date(2026, 2, 15) + timedelta(days=n) for n in range(9)}
    tables = {"incidents": office_days(closed)}
    assert not lost(cover(tables, DECLARED, zone="Asia/Shanghai"))
    assert lost(cover(tables, DECLARED, zone="UTC"))
    longer = closed | {date(2026, 2, 24) + timedelta(days=n) for n in range(3)}
    assert lost(cover({"incidents": office_days(longer)}, DECLARED, zone="Asia/Shanghai"))


def test_a_year_without_known_holidays_has_weekdays() -> None:
    window = Source("test", from_day=date(2090, 1, 1), to_day=date(2090, 6, 30))
    data = [{**i, "created_at": i["created_at"].replace("2026", "2090")} for i in unnumbered(WHOLE)]
    assert not lost(cover({"incidents": data}, window, zone="Asia/Shanghai"))


def test_two_days_without_a_ticket_give_no_alarm() -> None:
    data = [
        i for i in unnumbered(WHOLE) if i["created_at"][:10] not in ("2026-03-03", "2026-03-04")
    ]
    assert not lost(cover({"incidents": data}, DECLARED))
    data = [i for i in data if i["created_at"][:10] != "2026-03-05"]
    assert not lost(cover({"incidents": data}, DECLARED))  # six of two a day: not improbable


def test_rows_that_all_lie_outside_the_window_leave_it_open() -> None:
    (found,) = cover(
        {"incidents": WHOLE}, Source("test", from_day=date(2027, 1, 1), to_day=date(2027, 2, 1))
    )
    assert found.lost and "none of the 361 incidents" in found.reason.en


def test_a_table_without_a_row_is_open_until_the_firm_says_there_was_none() -> None:
    (found,) = cover({"problems": []}, DECLARED)
    assert not found.complete and not found.lost and "problems = 0" in found.reason.en
    (found,) = cover({"problems": []}, replace(DECLARED, counts={"problems": 0}))
    assert found.complete
    (found,) = cover({"problems": []}, replace(DECLARED, gaps="none that half-year"))
    assert found.complete


def test_history_of_an_absent_ticket_opens_its_time() -> None:
    events = [
        {"object_type": "incident", "object_id": "INC0361", "changed_at": at}
        for at in ("2026-06-30 13:00", "2026-06-30 15:30")
    ]
    found = cover({"incidents": WHOLE, "status_history": events}, replace(DECLARED))
    (span,) = lost(found)
    assert (span.from_at, span.to_at) == ("2026-06-30T13:00:00Z", "2026-06-30T15:30:00Z")
    assert "INC0361" in span.reason.en and "流转记录" in span.reason.zh


def test_one_mention_opens_a_second() -> None:
    tasks = [{"incident_id": "I-x", "created_at": "2026-05-05 05:05", "problem_id": "PRB9"}]
    found = cover(
        {"incidents": tasks, "problems": [{"problem_id": "P-x", "created_at": "2026-05-05"}]},
        DECLARED,
    )
    (span,) = lost(found, "problems")
    assert (span.from_at, span.to_at) == ("2026-05-05T05:05:00Z", "2026-05-05T05:05:01Z")


@pytest.mark.parametrize(
    ("child", "row"),
    [
        ("links", {"from_type": "incident", "from_id": "INC0999", "to_type": "ci", "to_id": "x"}),
        ("links", {"from_type": "ci", "from_id": "x", "to_type": "incident", "to_id": "INC0999"}),
        ("sla_results", {"sla_result_id": "1", "object_type": "incident", "object_id": "INC0999"}),
        ("approvals", {"approval_id": "1", "object_type": "incident", "object_id": "INC0999"}),
    ],
)
def test_an_absent_ticket_named_at_no_known_time_opens_the_whole_window(
    child: str, row: dict[str, Any]
) -> None:
    (span,) = lost(cover({"incidents": WHOLE, child: [row]}, DECLARED))
    assert (span.from_at, span.to_at) == (START, END) and "INC0999" in span.reason.en


@pytest.mark.parametrize("child", ["change_tasks", "change_cis"])
def test_details_of_an_absent_change_open_the_changes(child: str) -> None:
    changes = [{"change_id": "C-x", "created_at": "2026-03-03"}]
    row = {"change_id": "CHG9", "task_id": "T", "ci_id": "x"}
    row = {k: v for k, v in row.items() if model()[child].column(k)}
    (span,) = lost(cover({"changes": changes, child: [row]}, DECLARED), "changes")
    assert (span.from_at, span.to_at) == (START, END) and "CHG9" in span.reason.en


@pytest.mark.parametrize(
    "row",
    [
        {"object_type": "incident", "object_id": "INC0999", "changed_at": "2025-12-31 23:59"},
        {"object_type": "incident", "object_id": "INC0999", "changed_at": "2026-07-01 00:00"},
        {"object_type": "change", "object_id": "INC0999", "changed_at": "2026-03-03 00:00"},
        {"object_type": "incident", "object_id": "INC0360", "changed_at": "2026-03-03 00:00"},
        {"object_type": "incident", "object_id": "key-1", "changed_at": "2026-03-03 00:00"},
        {"object_type": "incident", "object_id": "", "changed_at": "2026-03-03 00:00"},
        {
            "object_type": "incident",
            "object_id": "INC0999",
            "changed_at": "2026-03-03 00:00",
            "_ns": "other",
        },
    ],
)
def test_rows_that_name_a_known_ticket_or_none_of_the_window_open_nothing(
    row: dict[str, Any],
) -> None:
    data = [*WHOLE[:-1], {**WHOLE[-1], "source_key": "key-1"}]
    assert not lost(cover({"incidents": data, "status_history": [row]}, DECLARED))


@pytest.mark.parametrize("shown", [360, 362])
def test_another_count_in_the_tool_opens_the_whole_window(shown: int) -> None:
    (found,) = cover({"incidents": WHOLE}, replace(DECLARED, counts={"incidents": shown}))
    assert found.lost and (found.from_at, found.to_at) == (START, END)
    assert f"shows {shown} incidents, 361 were loaded" in found.reason.en
    assert f"{shown} 条，读入 361 条" in found.reason.zh


def test_a_count_of_a_source_that_gave_no_file_counts_too() -> None:
    silent = Source("second", ids_of="test", counts={"incidents": 12})
    (found,) = cover({"incidents": WHOLE}, DECLARED, silent)
    assert found.lost and "second shows 12 incidents, 0 were loaded" in found.reason.en
    (found,) = cover({"incidents": WHOLE}, DECLARED, replace(silent, ids_of=""))
    assert found.complete


def test_written_reasons_stand_for_missing_numbers_and_days_but_for_nothing_else() -> None:
    data = [i for i in incidents(range(0, 361, 2)) if not i["created_at"].startswith("2026-03")]
    told = replace(DECLARED, gaps="numbers are drawn by drafts; closed in March")
    (found,) = cover({"incidents": data}, told)
    assert found.complete and told.gaps in found.reason.en and told.gaps in found.reason.zh
    (found,) = cover({"incidents": data}, replace(told, counts={"incidents": 999}))
    assert found.lost


def two_sources(
    second: Source | None, first: Source = DECLARED, numbers: Any = range(361), cut: int = 1
) -> tuple[Coverage, ...]:
    more = [{**i, "_file": 2} for i in incidents(numbers, prefix="SD")]
    sources = [first, *([second] if second else [])]
    inputs = [file_of(), file_of("second", 2, tables=(load_of("incidents", cut),))]
    return cover({"incidents": [*WHOLE, *more]}, *sources, inputs=inputs)


def test_a_space_is_whole_where_all_its_sources_cover_it() -> None:
    assert not lost(two_sources(replace(DECLARED, name="second")))
    found = two_sources(Source("second", from_day=date(2026, 2, 1), to_day=date(2026, 7, 1)))
    assert [(c.from_at, c.to_at, c.complete, c.lost) for c in found] == [
        (START, "2026-02-01T00:00:00Z", False, False),
        ("2026-02-01T00:00:00Z", END, True, False),
        (END, "2026-07-02T00:00:00Z", False, False),
    ]
    assert "source second" in found[0].reason.en and "source test" in found[2].reason.en


def test_one_undeclared_source_leaves_the_space_undeclared() -> None:
    (found,) = two_sources(None)
    assert not found.complete and "source second" in found.reason.en


def test_what_one_source_says_excuses_no_other() -> None:
    second, some = replace(DECLARED, name="second"), range(0, 361, 2)
    told = replace(DECLARED, gaps="drafts draw numbers")
    assert lost(two_sources(second, told, numbers=some))
    assert not lost(two_sources(replace(told, name="second"), told, numbers=some))
    counted = replace(DECLARED, counts={"incidents": 722})
    assert not lost(two_sources(second, counted))
    assert lost(two_sources(second, counted, cut=500))


def test_a_list_has_no_window_and_is_complete_where_its_source_is_declared() -> None:
    tables: dict[str, Rows] = {"cis": [{"ci_id": "a"}], "catalogue": [{"service_id": "s"}]}
    for c in cover(tables, DECLARED):
        assert (c.from_at, c.to_at, c.complete) == ("", "", True)
    assert rows(CON, "select distinct from_at, to_at, complete from coverage") == [
        (None, None, True)
    ]
    for named in ((), (Source("test"),)):
        assert not any(c.complete or c.lost for c in cover(tables, *named))


@pytest.mark.parametrize(
    ("load", "counts"),
    [
        (load_of("cis", 500), {}),
        (load_of("cis", 3, rejected=1), {}),
        (load_of("cis", 1), {"cis": 2}),
    ],
)
def test_lists_lose_rows_too(load: TableLoad, counts: dict[str, int]) -> None:
    made = file_of(tables=(load,))
    (found,) = cover({"cis": [{"ci_id": "a"}]}, Source("test", counts=counts), inputs=[made])
    assert (found.from_at, found.to_at, found.complete, found.lost) == ("", "", False, True)


def test_an_empty_list_proves_nothing() -> None:
    (found,) = cover({"documents": []}, Source("test"))
    assert not found.complete and not found.lost


def test_firm_tables_that_the_settings_state_are_whole() -> None:
    tables: dict[str, Rows] = {"slas": [{"sla_id": "S", "version": "1", "_ns": ""}]}
    (found,) = cover(tables, inputs=[], stated=("slas",))
    assert (found.ns, found.complete) == ("", True)
    (found,) = cover(tables, inputs=[])
    assert not found.complete


def test_details_without_a_moment_have_the_declared_window() -> None:
    (found,) = cover({"change_cis": [{"change_id": "C", "ci_id": "x"}]}, DECLARED)
    assert (found.from_at, found.to_at, found.complete) == (START, END, True)
    (found,) = cover({"change_cis": [{"change_id": "C", "ci_id": "x"}]})
    assert (found.from_at, found.to_at, found.complete) == ("", "", False)


def test_nothing_is_left_behind() -> None:
    cover({"incidents": WHOLE[::2]}, DECLARED)
    assert (
        rows(CON, "select table_name from duckdb_tables() where table_name like 'coverage_%'") == []
    )


def is_partition(found: tuple[Coverage, ...]) -> bool:
    touching = all(a.to_at == b.from_at for a, b in pairwise(found))
    alternate = all(a.complete != b.complete for a, b in pairwise(found))
    return touching and alternate and (found[0].from_at, found[-1].to_at) == (START, END)


gone = st.sets(st.integers(0, 360), min_size=1, max_size=360)


@st.composite
def shuffled(draw: st.DrawFn) -> Rows:
    """Incidents whose numbers do not follow their times."""
    minutes = draw(st.lists(st.integers(0, 181 * 1440 - 1), min_size=2, max_size=60))
    start = datetime(2026, 1, 1)
    return [
        {"incident_id": f"INC{n}", "created_at": str(start + timedelta(minutes=m))}
        for n, m in enumerate(minutes)
    ]


@settings(max_examples=40, deadline=None)
@given(shuffled(), st.data())
def test_with_counts_every_lost_ticket_lies_in_an_open_span(
    data: Rows, draw: st.DataObject
) -> None:
    dropped = draw.draw(st.sets(st.integers(0, len(data) - 1), min_size=1))
    kept = [i for n, i in enumerate(data) if n not in dropped]
    found = cover({"incidents": kept}, replace(DECLARED, counts={"incidents": len(data)}))
    assert is_partition(found)
    assert all(is_open(found, "incidents", data[n]["created_at"]) for n in dropped)


@settings(max_examples=40, deadline=None)
@given(gone)
def test_without_counts_every_lost_inner_number_lies_in_an_open_span(dropped: set[int]) -> None:
    kept = [i for n, i in enumerate(WHOLE) if n not in dropped]
    found = cover({"incidents": kept}, DECLARED)
    assert is_partition(found)
    held = set(range(361)) - dropped
    inner = {n for n in dropped if held and min(held) < n < max(held)}
    assert all(is_open(found, "incidents", WHOLE[n]["created_at"]) for n in inner)
    assert not (inner and all(c.complete for c in found))


@settings(max_examples=20, deadline=None)
@given(gone, st.integers(0, 999))
def test_the_order_of_rows_and_files_changes_nothing(dropped: set[int], seed: int) -> None:
    kept = [i for n, i in enumerate(WHOLE) if n not in dropped]
    history = [
        {"object_type": "incident", "object_id": i["incident_id"], "changed_at": i["created_at"]}
        for i in WHOLE[::7]
    ]
    first = cover({"incidents": kept, "status_history": history}, DECLARED)
    rng = random.Random(seed)
    rng.shuffle(kept)
    rng.shuffle(history)
    assert cover({"status_history": history, "incidents": kept}, DECLARED) == first


@settings(max_examples=40, deadline=None)
@given(gone)
def test_a_ticket_that_its_history_names_is_missed_where_the_history_speaks(
    dropped: set[int],
) -> None:
    """Ids without numbers, so that only the history tells."""
    data = unnumbered(WHOLE)
    history = [
        {"object_type": "incident", "object_id": i["incident_id"], "changed_at": i["created_at"]}
        for i in data
    ]
    kept = [i for n, i in enumerate(data) if n not in dropped]
    found = cover({"incidents": kept, "status_history": history}, DECLARED)
    assert all(is_open(found, "incidents", data[n]["created_at"]) for n in dropped)
