"""Named sources, id spaces, zones per source, projects, and clocks that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from itssrules.builtin import bundled
from itssrules.errors import ConfigError, UsageError
from itssrules.intake.connector import load_connectors
from itssrules.intake.load import Intake, load
from itssrules.model.settings import Project, Source
from itssrules.store import Connection, connect, rows

CONNECTORS = load_connectors([bundled("connectors")])
SHANGHAI = "Asia/Shanghai"
START = datetime(2026, 3, 2, 9, 7)


def write(folder: Path, name: str, header: str, *lines: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def read(
    folder: Path, sources: Sequence[Source] = (), projects: Sequence[Project] = (), **more: Any
) -> tuple[Connection, Intake]:
    con = connect()
    options = {"zone": SHANGHAI, "now": datetime(2026, 12, 31), **more}
    named = {s.name: s for s in sources}
    return con, load(
        con, [folder], CONNECTORS, sources=named, projects=projects,
        settings=folder / "itssrules.toml", **options,
    )  # fmt: skip


def stamp(hours: float = 0) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")


def changes(folder: Path, *stamps: str, name: str = "changes_itsm.csv") -> None:
    lines = (f"C{n},closed,{s}" for n, s in enumerate(stamps, 1))
    write(folder, name, "change_id,status,created_at", *lines)


def approvals(folder: Path, *stamps: str, name: str = "approvals_oa.csv") -> None:
    head = "approval_id,object_type,object_id,requested_at,decision"
    lines = (f"A{n},change,C{n},{s},approved" for n, s in enumerate(stamps, 1))
    write(folder, name, head, *lines)


ITSM = Source("itsm", connector="canonical", files=("*_itsm.csv",), zone=SHANGHAI)
OA = Source("oa", connector="canonical", files=("*_oa.csv",), zone=SHANGHAI, ids_of="itsm")

# ------------------------------------------------------------------------- sources and id spaces


def test_the_same_id_in_two_tools_stays_two_records(tmp_path: Path) -> None:
    changes(tmp_path, stamp(), name="changes_a.csv")
    changes(tmp_path, stamp(5), name="changes_b.csv")
    approvals(tmp_path, stamp(6))
    a, b = (Source(n, "canonical", files=(f"*_{n}.csv",)) for n in "ab")
    oa = Source("oa", "canonical", files=("*_oa.csv",), ids_of="b")

    con, intake = read(tmp_path, [a, b, oa])

    assert rows(con, "select ns, record.ns, record.source, record.id from changes order by 1") == [
        ("a", "a", "a", "C1"), ("b", "b", "b", "C1"),
    ]  # fmt: skip
    assert rows(con, "select ns, record.ns, record.source from approvals") == [("b", "b", "oa")]
    assert rows(
        con,
        "select c.ns from approvals p join changes c on c.ns = p.ns and c.change_id = p.object_id",
    ) == [("b",)]
    assert rows(con, "select distinct tbl, ns from supply order by all") == [
        ("approvals", "b"), ("changes", "a"), ("changes", "b"),
    ]  # fmt: skip
    assert {(i.source, i.ns) for i in intake.inputs} == {("a", "a"), ("b", "b"), ("oa", "b")}


def test_firm_tables_have_one_id_space(tmp_path: Path) -> None:
    head = "person_id,name,team"
    write(tmp_path, "personnel_a.csv", head, "1,张伟,网络")
    con, intake = read(tmp_path)

    assert rows(con, "select ns, record.ns, record.source, record.project_id from personnel") == [
        ("", "", "canonical", "(organisation)")
    ]
    assert rows(con, "select distinct ns from supply") == [("",)]
    assert [i.ns for i in intake.inputs] == [""]


@pytest.mark.parametrize("pattern", ["OA/changes*", "./oa/*.csv", "*_new.csv"])
def test_files_are_named_by_path_from_the_settings_file(tmp_path: Path, pattern: str) -> None:
    changes(tmp_path, stamp(), name="oa/changes_new.csv")
    changes(tmp_path, stamp(1), name="itsm/changes.csv")

    con, _ = read(tmp_path, [Source("oa", "canonical", files=(pattern,)), Source("canonical")])

    assert rows(con, "select ns, created_at from changes order by 1") == [
        ("canonical", START - timedelta(hours=7)), ("oa", START - timedelta(hours=8)),
    ]  # fmt: skip


def test_a_declared_connector_settles_what_several_read(tmp_path: Path) -> None:
    """The canonical connector goes by the file's name; a source that names it does not."""
    approvals(tmp_path, stamp(), name="批准记录.csv")

    con, intake = read(tmp_path, [Source("oa", "canonical", files=("批准*.csv",))])

    assert [(i.connector, i.export, i.source) for i in intake.inputs] == [
        ("canonical", "approvals", "oa")
    ]
    assert rows(con, "select count(*) from approvals") == [(1,)]
    assert read_states(tmp_path, []) == {"unknown"}


def read_states(folder: Path, sources: Sequence[Source]) -> set[str]:
    changes(folder, stamp())
    return {i.state for i in read(folder, sources)[1].inputs if not i.path.endswith("_itsm.csv")}


def test_a_file_outside_the_files_of_its_source_is_not_mixed_into_it(tmp_path: Path) -> None:
    changes(tmp_path, stamp(), name="changes_2026.csv")
    changes(tmp_path, stamp(1), name="changes_old.csv")
    declared = [Source("canonical", files=("*_2026.csv",))]

    con, intake = read(tmp_path, declared)

    assert [(i.state, i.source) for i in intake.inputs] == [("read", "canonical"), ("unknown", "")]
    assert "declared for other files" in intake.inputs[1].reason.en
    assert rows(con, "select count(*) from changes") == [(1,)]
    with pytest.raises(UsageError, match="declared for other files"):
        load(
            connect(), [tmp_path / "changes_old.csv"], CONNECTORS,
            sources={s.name: s for s in declared}, zone="UTC",
        )  # fmt: skip


def test_a_source_without_a_file_is_named(tmp_path: Path) -> None:
    changes(tmp_path, stamp())

    _, intake = read(tmp_path, [ITSM, OA])

    assert intake.absent_sources == ("oa",)


def test_equal_files_of_two_sources_are_both_read(tmp_path: Path) -> None:
    for name in ("changes_a.csv", "changes_b.csv", "changes_b2.csv"):
        changes(tmp_path, stamp(), name=name)
    sources = [Source(n, "canonical", files=(f"*_{n}*.csv",)) for n in "ab"]

    con, intake = read(tmp_path, sources)

    assert rows(con, "select ns from changes order by 1") == [("a",), ("b",)]
    assert ["the same bytes" in i.reason.en for i in intake.inputs] == [False, False, True]


@pytest.mark.parametrize(
    ("sources", "problem", "hint"),
    [
        ([Source("oa", "canonicl", files=("*",))], "no connector is called 'canonicl'", "canonical"),
        ([Source("servicenwo")], "no connector is called 'servicenwo'", "servicenow"),
        ([Source("oa", "canonical", ids_of="servicenwo")], "no source is called", "servicenow"),
        ([ITSM, OA, Source("x", "servicenow", ids_of="oa")], "no ids_of itself", 'ids_of = "itsm"'),
        ([Source("canonical", ids_of="canonical")], "no ids_of itself", "leave it out"),
        (
            [Source("a", "canonical"), Source("canonical")],
            "a takes every file of canonical already", "files =",
        ),
        (
            [Source("a", "canonical"), Source("oa", "servicenow", ids_of="canonical")],
            "no source is called 'canonical'", "known: a",
        ),
    ],
    ids=["connector", "name", "ids_of", "chain", "itself", "two takers", "a name not in use"],
)  # fmt: skip
def test_a_source_that_names_nothing_is_refused(
    tmp_path: Path, sources: list[Source], problem: str, hint: str
) -> None:
    changes(tmp_path, stamp())

    with pytest.raises(ConfigError) as e:
        read(tmp_path, sources)

    assert problem in e.value.problem
    assert hint in e.value.hint
    assert f"itssrules.toml: sources.{sources[-1].name}" in e.value.place


# ------------------------------------------------------------------ one record from two sources


def test_records_that_two_sources_disagree_on_are_disputed(tmp_path: Path) -> None:
    head = "approval_id,object_type,object_id,approver,decision"
    write(
        tmp_path, "approvals_oa.csv", head, "A1,change,C1,甲,approved", "A2,change,C2,乙,approved"
    )
    write(
        tmp_path, "approvals_mail.csv", head, "A1,change,C1,甲,rejected", "A2,change,C2,乙,approved"
    )
    changes(tmp_path, stamp(), stamp(1))
    mail = Source("mail", "canonical", files=("*_mail.csv",), ids_of="itsm")

    con, intake = read(tmp_path, [ITSM, OA, mail])

    assert rows(con, "select approval_id, disputed from approvals order by 1") == [
        ("A1", ["decision"]), ("A2", None),
    ]  # fmt: skip
    loads = [t for i in intake.inputs for t in i.tables if t.table == "approvals"]
    assert sum(t.loaded for t in loads) == 2
    assert all(t.rows == t.loaded + t.merged + t.rejected + t.duplicates + t.skipped for t in loads)
    assert sorted((sum(t.merged for t in loads), sum(t.duplicates for t in loads))) == [1, 1]
    found = [d for t in loads for d in t.disputes]
    assert [(d.column, d.count, d.examples) for d in found if d.held] == [("decision", 1, ("A1",))]


def test_the_newer_of_two_sources_holds(tmp_path: Path) -> None:
    head = "change_id,status,updated_at"
    write(tmp_path, "changes_oa.csv", head, f"C1,new,{stamp()}", f"C2,closed,{stamp(5)}", "C3,new,")
    write(
        tmp_path, "changes_itsm.csv", head,
        f"C1,closed,{stamp(3)}", f"C2,new,{stamp()}", f"C3,closed,{stamp()}", f"C4,new,{stamp()}",
    )  # fmt: skip

    con, _ = read(tmp_path, [ITSM, OA])

    assert rows(
        con, "select change_id, status, record.source, disputed from changes where change_id <> 'C3'"
        " order by 1",
    ) == [
        ("C1", "closed", "itsm", None), ("C2", "closed", "oa", None), ("C4", "new", "itsm", None),
    ]  # fmt: skip
    assert rows(con, "select disputed from changes where change_id = 'C3'") == [
        (["status", "updated_at"],)
    ]


def test_what_one_of_two_equal_sources_could_not_read_stays_unread(tmp_path: Path) -> None:
    head = "change_id,status,outcome"
    write(tmp_path, "changes_oa.csv", head, "C1,closed,怪")
    write(tmp_path, "changes_itsm.csv", head, "C1,closed,")

    con, _ = read(tmp_path, [ITSM, OA])

    assert rows(con, "select outcome, unread from changes") == [(None, ["outcome"])]


# ------------------------------------------------------------------------------------------ zones


def test_each_source_has_its_own_wall_clock(tmp_path: Path) -> None:
    changes(tmp_path, stamp())
    changes(tmp_path, stamp(), name="changes_de.csv")
    changes(tmp_path, stamp(), name="changes_else.csv")
    berlin = Source("de", "canonical", files=("*_de.csv",), zone="Europe/Berlin")

    con, intake = read(tmp_path, [ITSM, berlin, Source("canonical")], zone="UTC")

    assert rows(con, "select ns, created_at from changes order by 1") == [
        ("canonical", START), ("de", START - timedelta(hours=1)),
        ("itsm", START - timedelta(hours=8)),
    ]  # fmt: skip
    assert {i.source: i.zone for i in intake.inputs} == {
        "de": "Europe/Berlin", "canonical": "UTC", "itsm": SHANGHAI,
    }  # fmt: skip


def test_a_zone_that_is_not_declared_is_asked_for_by_the_name_of_the_source(tmp_path: Path) -> None:
    changes(tmp_path, stamp(), name="changes_oa.csv")

    with pytest.raises(UsageError, match="none is declared for oa") as e:
        read(tmp_path, [Source("oa", files=("*_oa.csv",))], zone=None)

    assert '[sources.oa]\n    zone = "Asia/Shanghai"' in e.value.hint


# --------------------------------------------------------------------------------------- projects

NET = Project("P1", "网络运维", match={"assignment_group": ("网络*", "NOC"), "id": ("N-*",)})
BANK = Project("P2", "Bank", match={"assignment_group": ("bank ?",), "ci_id": ("bank-*",)})
INCIDENTS = "incident_id,project_id,assignment_group,ci_id,created_at"


def projects_of(con: Connection, table: str) -> dict[str, str]:
    return dict(rows(con, f"select record.id, record.project_id from {table}"))


def test_records_belong_to_the_first_project_that_matches(tmp_path: Path) -> None:
    write(
        tmp_path, "incidents.csv", INCIDENTS,
        "1,,网络一组,,", "2,,noc,,", "3,,Bank A,,", "4,,Bank AB,,", "n-5,,Bank A,,", "6,,网络,bank-7,",
        "7,网络运维,Bank A,,", "8,p2,NOC,,", "9,P9,,,", "10,P9,NOC,,", "11,,,,",
    )  # fmt: skip

    con, intake = read(tmp_path, projects=[NET, BANK])

    assert projects_of(con, "incidents") == {
        "1": "P1", "2": "P1", "3": "P2", "4": "(unattributed)", "n-5": "P1", "6": "P1",
        "7": "P1", "8": "P2", "9": "P9", "10": "P1", "11": "(unattributed)",
    }  # fmt: skip
    assert not rows(
        con,
        "select 1 from incidents where project_id is distinct from"
        " nullif(record.project_id, '(unattributed)')",
    )
    assert {p.project_id: (p.records, p.ambiguous) for p in intake.projects} == {
        "P1": (6, 2), "P2": (2, 0), "P9": (1, 0), "(unattributed)": (2, 0),
    }  # fmt: skip
    assert [p.project_id for p in intake.projects] == ["P1", "P2", "P9", "(unattributed)"]


def test_details_and_tickets_inherit_the_project_of_what_they_name(tmp_path: Path) -> None:
    write(tmp_path, "cis.csv", "ci_id,name", "bank-1,a", "lan-1,b")
    write(tmp_path, "incidents.csv", INCIDENTS, "1,,,bank-1,", "2,,NOC,bank-1,", "3,,,lan-1,")
    write(tmp_path, "changes.csv", "change_id,status", "C1,closed", "C2,closed")
    write(tmp_path, "change_cis.csv", "change_id,ci_id", "C1,bank-1", "C1,lan-1", "C2,lan-1")
    write(tmp_path, "change_tasks.csv", "task_id,change_id", "T1,C1", "T2,C2")
    write(tmp_path, "ci_changes.csv", "ci_id,field,changed_at", f"bank-1,name,{stamp()}")
    head = "approval_id,object_type,object_id"
    write(tmp_path, "approvals.csv", head, "A1,incident,2", "A2,change,C1", "A3,incident,C1")
    write(
        tmp_path, "status_history.csv", "object_type,object_id,new_value",
        "incident,1,new", "incident,1,closed", "incident,3,new",
    )  # fmt: skip
    write(
        tmp_path, "links.csv", "from_type,from_id,relation,to_type,to_id",
        "change,C1,resolves,incident,3",
    )  # fmt: skip

    con, _ = read(tmp_path, projects=[NET, BANK])

    nobody = "(unattributed)"
    assert projects_of(con, "cis") == {"bank-1": "P2", "lan-1": nobody}
    assert projects_of(con, "incidents") == {"1": "P2", "2": "P1", "3": nobody}
    assert projects_of(con, "changes") == {"C1": "P2", "C2": nobody}
    assert set(projects_of(con, "change_cis").items()) == {
        ("C1/bank-1", "P2"), ("C1/lan-1", "P2"), ("C2/lan-1", nobody),
    }  # fmt: skip
    assert projects_of(con, "change_tasks") == {"T1": "P2", "T2": nobody}
    assert projects_of(con, "approvals") == {"A1": "P1", "A2": "P2", "A3": nobody}
    assert list(projects_of(con, "ci_changes").values()) == ["P2"]
    assert projects_of(con, "status_history") == {"incident/1": "P2", "incident/3": nobody}
    assert list(projects_of(con, "links").values()) == ["P2"]
    assert rows(con, "select project_id from incidents order by incident_id") == [
        ("P2",), ("P1",), (None,)
    ]  # fmt: skip


def test_a_record_inherits_within_its_id_space_only(tmp_path: Path) -> None:
    write(tmp_path, "incidents_a.csv", INCIDENTS, "1,P1,,,")
    write(tmp_path, "incidents_b.csv", INCIDENTS, "1,,,,")
    head = "approval_id,object_type,object_id"
    write(tmp_path, "approvals_a.csv", head, "A1,incident,1")
    write(tmp_path, "approvals_b.csv", head, "A1,incident,1")
    sources = [Source(n, "canonical", files=(f"*_{n}.csv",)) for n in "ab"]

    con, _ = read(tmp_path, sources, [NET])

    assert rows(con, "select ns, record.project_id from approvals order by 1") == [
        ("a", "P1"), ("b", "(unattributed)"),
    ]  # fmt: skip


def test_what_belongs_to_the_firm_belongs_to_no_project(tmp_path: Path) -> None:
    write(tmp_path, "documents.csv", "doc_id,title,project_id", "D1,手册,", "D2,NOC,网络运维")
    write(tmp_path, "slas.csv", "sla_id,version,project_id", "S1,1,P2", "S2,1,")
    write(tmp_path, "sla_targets.csv", "sla_id,service_id,metric", "S1,,response", "S2,,response")
    write(
        tmp_path, "catalogue.csv", "service_id,level,project_id",
        "1,org,", "2,project,P2", "3,project,", "4,org,P1",
    )  # fmt: skip

    con, _ = read(tmp_path, projects=[NET, BANK])

    assert projects_of(con, "documents") == {"D1": "(organisation)", "D2": "P1"}
    assert projects_of(con, "slas") == {"S1/1": "P2", "S2/1": "(organisation)"}
    assert rows(con, "select sla_id, record.project_id from sla_targets order by 1") == [
        ("S1", "P2"), ("S2", "(organisation)")
    ]  # fmt: skip
    assert projects_of(con, "catalogue") == {
        "1": "(organisation)", "2": "P2", "3": "(unattributed)", "4": "P1",
    }  # fmt: skip


def test_without_projects_a_record_has_the_one_it_names(tmp_path: Path) -> None:
    write(tmp_path, "incidents.csv", INCIDENTS, "1,X,NOC,,", "2,,NOC,,")

    con, intake = read(tmp_path)

    assert projects_of(con, "incidents") == {"1": "X", "2": "(unattributed)"}
    assert [(p.project_id, p.records) for p in intake.projects] == [("X", 1), ("(unattributed)", 1)]


def test_a_project_without_records_is_shown(tmp_path: Path) -> None:
    write(tmp_path, "incidents.csv", INCIDENTS, "1,,NOC,,")

    _, intake = read(tmp_path, projects=[NET, BANK])

    assert [(p.project_id, p.records) for p in intake.projects] == [("P1", 1), ("P2", 0)]


def test_a_match_on_no_column_is_refused(tmp_path: Path) -> None:
    changes(tmp_path, stamp())

    with pytest.raises(ConfigError, match="'assignment_grup'") as e:
        read(tmp_path, projects=[Project("P1", match={"assignment_grup": ("a",)})])

    assert "assignment_group" in e.value.hint


# ------------------------------------------------------------------------------------------ clocks

TEN = [stamp(31 * n + n / 7) for n in range(10)]


def shifted(hours: float, *minutes: float) -> list[str]:
    lags = [*minutes] or [2.0]
    return [
        (datetime.fromisoformat(s) + timedelta(hours=hours, minutes=lags[n % len(lags)])).isoformat(
            " ", "seconds"
        )
        for n, s in enumerate(TEN)
    ]


@pytest.mark.parametrize(
    ("declared", "offset"),
    [("Asia/Karachi", "3 hours after"), ("Asia/Vladivostok", "2 hours before")],
)
def test_a_clock_that_is_hours_off_stops_the_run(
    tmp_path: Path, declared: str, offset: str
) -> None:
    """The export is written in Shanghai time, but another zone is declared for it."""
    changes(tmp_path, *TEN)
    approvals(tmp_path, *shifted(0, 0, 1, 2, 3, 90))
    oa = Source("oa", "canonical", files=("*_oa.csv",), zone=declared, ids_of="itsm")

    with pytest.raises(ConfigError) as e:
        read(tmp_path, [ITSM, oa])

    assert (
        f"approvals.requested_at of oa lies {offset} changes.created_at of itsm"
        " in 8 of 10 linked records"
    ) in e.value.problem
    assert '[sources.oa]\n    zone = "Asia/Shanghai"\n' in e.value.hint
    assert f'[sources.itsm]\n    zone = "{declared}"' in e.value.hint
    assert e.value.place.endswith("itssrules.toml: sources.oa.zone")
    assert e.value.exit_code == 2


def test_the_line_to_add_takes_the_offset_away(tmp_path: Path) -> None:
    changes(tmp_path, *TEN)
    approvals(tmp_path, *shifted(-6))
    with pytest.raises(ConfigError) as e:
        read(tmp_path, [ITSM, OA])
    assert '[sources.oa]\n    zone = "Etc/GMT-2"  # UTC+02:00' in e.value.hint

    mended = Source("oa", "canonical", files=("*_oa.csv",), zone="Etc/GMT-2", ids_of="itsm")
    con, intake = read(tmp_path, [ITSM, mended])

    assert intake.notes == ()
    assert rows(con, "select distinct a.requested_at - c.created_at from approvals a join changes c"
                " on c.change_id = a.object_id") == [(timedelta(minutes=2),)]  # fmt: skip


def test_history_of_another_source_is_compared_too(tmp_path: Path) -> None:
    lines = (f"I{n},closed,{s}" for n, s in enumerate(TEN, 1))
    write(tmp_path, "incidents_itsm.csv", "incident_id,status,closed_at", *lines)
    history = (f"incident,I{n},status,closed,{s}" for n, s in enumerate(shifted(8, 0), 1))
    early = (f"incident,I{n},status,closed,{s}" for n, s in enumerate(shifted(-40, 0), 1))
    head = "object_type,object_id,field,new_value,changed_at"
    write(tmp_path, "status_history_oa.csv", head, *history, *early)

    with pytest.raises(ConfigError) as e:
        read(tmp_path, [ITSM, OA])

    assert "status_history.changed_at of oa lies 8 hours after incidents.closed_at" in str(e.value)
    assert 'zone = "Etc/GMT-16"' not in e.value.hint
    assert '[sources.itsm]\n    zone = "UTC"' in e.value.hint


@pytest.mark.parametrize(
    "stamps",
    [
        shifted(0, 10),
        shifted(0, 3, 25, 200, 1500, 4000),
        shifted(1, 7, 12, 22, 31, 41),
        shifted(0, 60, 61, 62, 95, 140, 33, 20, 61, 400, 180),
        shifted(3, 0)[:4],
        [],
    ],
    ids=["10 minutes", "spread", "an hour and more", "5 of 10 in an hour", "too few", "none"],
)
def test_ordinary_approvals_raise_no_alarm(tmp_path: Path, stamps: list[str]) -> None:
    changes(tmp_path, *TEN)
    approvals(tmp_path, *stamps)

    _, intake = read(tmp_path, [ITSM, OA])

    assert intake.notes == ()


def test_days_without_a_time_are_no_evidence(tmp_path: Path) -> None:
    changes(tmp_path, *(s[:10] for s in TEN))
    approvals(tmp_path, *(s[:10] for s in TEN))
    oa = Source("oa", "canonical", files=("*_oa.csv",), zone="UTC", ids_of="itsm")

    con, intake = read(tmp_path, [ITSM, oa])

    assert rows(con, "select count(*) from changes where created_at is not null") == [(10,)]
    assert intake.notes == ()


def test_stamps_that_name_their_zone_are_not_doubted(tmp_path: Path) -> None:
    changes(tmp_path, *(f"{s}+08:00" for s in TEN))
    approvals(tmp_path, *(f"{s}+08:00" for s in shifted(3)))
    assert read(tmp_path, [ITSM, OA])[1].notes == ()

    approvals(tmp_path, *shifted(3))
    with pytest.raises(ConfigError) as e:
        read(tmp_path, [ITSM, OA])

    assert "[sources.oa]" in e.value.hint
    assert "[sources.itsm]" not in e.value.hint


def test_sources_of_different_id_spaces_are_not_compared(tmp_path: Path) -> None:
    changes(tmp_path, *TEN)
    approvals(tmp_path, *shifted(3))

    _, intake = read(tmp_path, [ITSM, Source("oa", "canonical", files=("*_oa.csv",))])

    assert intake.notes == ()


def test_inspecting_only_notes_the_offset(tmp_path: Path) -> None:
    changes(tmp_path, *TEN)
    approvals(tmp_path, *shifted(3))

    _, intake = read(tmp_path, [ITSM, OA], need_zone=False)

    assert ["3 hours after" in n.en and "晚 3 小时" in n.zh for n in intake.notes] == [True]


def test_stamps_that_agree_speak_against_a_fault(tmp_path: Path) -> None:
    """A tool that asks for approval an hour later by design is noted, since the decisions agree."""
    lines = (f"C{n},{s},{d}" for n, (s, d) in enumerate(zip(TEN, shifted(5), strict=True), 1))
    write(tmp_path, "changes_itsm.csv", "change_id,created_at,approved_at", *lines)
    head = "approval_id,object_type,object_id,requested_at,decided_at,decision"
    pairs = enumerate(zip(shifted(1), shifted(5), strict=True), 1)
    write(
        tmp_path, "approvals_oa.csv", head,
        *(f"A{n},change,C{n},{s},{d},approved" for n, (s, d) in pairs),
    )  # fmt: skip

    _, intake = read(tmp_path, [ITSM, OA])

    assert ["1 hour after changes.created_at" in n.en for n in intake.notes] == [True]


def test_approvals_beside_releases_which_bear_no_time_of_creation(tmp_path: Path) -> None:
    write(tmp_path, "releases.csv", "release_id,released_at,status", f"R1,{TEN[0]},completed")
    approvals(tmp_path, *TEN)

    con, intake = read(
        tmp_path, [Source("itsm", "canonical", files=("releases.csv",), zone="UTC"), OA]
    )

    assert rows(con, "select count(*) from releases") == [(1,)]
    assert intake.notes == ()


def test_approvals_before_their_change_are_a_warning(tmp_path: Path) -> None:
    changes(tmp_path, *TEN)
    approvals(tmp_path, *shifted(-3, 20, 35, 50, 70, 100, 15, 25, 90, 110, 130))

    _, intake = read(tmp_path, [ITSM, OA])

    assert [n.en for n in intake.notes] == [
        "approvals.requested_at of oa lies before changes.created_at of itsm in 10 of 10 linked"
        " records; 3 hours more would put them in order. Check the zone of both sources in"
        " itssrules.toml"
    ]
