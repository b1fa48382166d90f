"""The steps of records from every table that knows of them, and which of them a finding marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from itssrules.assess import run, timeline
from itssrules.assess.cases import fill
from itssrules.assess.engine import FINDINGS
from itssrules.assess.timeline import timelines
from itssrules.builtin import bundled
from itssrules.catalogue.check import check_rule
from itssrules.catalogue.head import HeadReader
from itssrules.catalogue.load import load_book_or_stop, select
from itssrules.model.results import no_timelines
from itssrules.model.rule import Rule
from itssrules.model.settings import Settings
from itssrules.model.tables import model
from itssrules.store import Connection, connect

Steps = list[dict[str, Any]]


@pytest.fixture
def con() -> Iterator[Connection]:
    made = connect()
    made.execute("create temp table paths as select 1::integer as file_id, 'one.csv' as path")
    yield made
    made.close()


def steps(con: Connection, tables: dict[str, Any], *subjects: tuple[str, str, str]) -> Steps:
    fill(con, {"tables": tables})
    wanted = ", ".join(f"('{o}', '{ns}', '{i}')" for o, ns, i in subjects)
    return list(
        timelines(con, f"select * from (values {wanted}) s(object, ns, subject_id)").to_pylist()
    )


def told(found: Steps) -> list[tuple[str, str, str, str]]:
    return [(f"{s['at']:%m-%d %H:%M}", s["step"], s["detail"], s["who"]) for s in found]


def test_a_change_has_its_own_times_and_those_of_what_belongs_to_it(con: Connection) -> None:
    tables = {
        "changes": [
            {"change_id": "C1", "created_at": "2025-03-01 08:00", "actual_start": "2025-03-03 20:00",
             "implementer": "周立", "closed_at": "2025-03-04 09:00", "closed_by": "何敏",
             "updated_at": "2025-03-05 00:00"},
            {"change_id": "C2", "created_at": "2025-03-01 07:00"},
        ],
        "change_tasks": [
            {"task_id": "T1", "change_id": "C1", "task_type": "verify", "assignee": "刘洋",
             "closed_at": "2025-03-03 22:00"},
            {"task_id": "T2", "change_id": "C2", "closed_at": "2025-03-03 22:00"},
        ],
        "approvals": [
            {"approval_id": "A1", "object_type": "change", "object_id": "C1", "approver": "何敏",
             "requested_at": "2025-03-01 09:00", "decision": "approved",
             "decided_at": "2025-03-02 10:00"},
            {"approval_id": "A2", "object_type": "incident", "object_id": "C1", "approver": "何敏",
             "decided_at": "2025-03-02 10:00"},
            {"approval_id": "A3", "object_type": "change", "object_id": "C1", "decision": "approved"},
        ],
        "ci_changes": [
            {"ci_id": "K1", "field": "version", "old_value": "1", "new_value": "2",
             "changed_at": "2025-03-03 21:00", "changed_by": "周立", "change_id": "C1"},
        ],
        "status_history": [
            {"object_type": "change", "object_id": "C1", "field": "status", "old_value": "new",
             "new_value": "approved", "changed_at": "2025-03-02 10:01", "changed_by": "何敏"},
            {"object_type": "change", "object_id": "C1", "event_type": "close",
             "new_value": "closed", "changed_at": "2025-03-04 09:00"},
            {"object_type": "change", "object_id": "C1", "field": "priority", "old_value": "3",
             "new_value": "2", "changed_at": "2025-03-02 10:02"},
            {"object_type": "change", "object_id": "C1", "event_type": "comment",
             "changed_at": "2025-03-02 10:03"},
        ],
    }  # fmt: skip

    assert told(steps(con, tables, ("change", "test", "C1"))) == [
        ("03-01 08:00", "changes.created_at", "", ""),
        ("03-01 09:00", "approvals.requested_at", "", ""),
        ("03-02 10:00", "approvals.decided_at", "approved", "何敏"),
        ("03-02 10:01", "status_history.changed_at", "new → approved", "何敏"),
        ("03-03 20:00", "changes.actual_start", "", "周立"),
        ("03-03 21:00", "ci_changes.changed_at", "version: 1 → 2", "周立"),
        ("03-03 22:00", "change_tasks.closed_at", "verify", "刘洋"),
        ("03-04 09:00", "changes.closed_at", "", "何敏"),
        ("03-04 09:00", "status_history.changed_at", "→ closed", ""),
    ]


def test_a_register_entry_has_its_days(con: Connection) -> None:
    entry = {"service_id": "S1", "effective_from": "2025-01-01", "reviewed_at": "2025-02-01 10:00"}

    first, second = steps(con, {"catalogue": [entry]}, ("service", "test", "S1"))

    assert (first["step"], first["at"], first["day"]) == (
        "catalogue.effective_from", datetime(2025, 1, 1), True
    )  # fmt: skip
    assert (second["step"], second["day"]) == ("catalogue.reviewed_at", False)
    assert (second["file"], second["row_number"]) == ("one.csv", 2)


def test_an_alteration_of_a_ci_is_a_record_of_its_own_and_a_step_of_the_ci(con: Connection) -> None:
    tables = {
        "cis": [{"ci_id": "K1"}],
        "ci_changes": [{"ci_id": "K1", "field": "owner", "new_value": "周立",
                        "changed_at": "2025-03-03 21:00:00"}],
    }  # fmt: skip
    fill(con, {"tables": tables})
    name = con.execute("select record.id from ci_changes").fetchall()[0][0]

    found = steps(con, tables, ("ci", "test", "K1"), ("ci_change", "test", name))

    assert [(s["object"], s["detail"]) for s in found] == [
        ("ci", "owner: → 周立"), ("ci_change", "owner: → 周立")
    ]  # fmt: skip


def test_tools_that_share_a_number_are_kept_apart(con: Connection) -> None:
    tables = {
        "incidents": [
            {"incident_id": "N1", "created_at": "2025-03-01 08:00"},
            {"incident_id": "N1", "created_at": "2025-03-01 09:00", "_ns": "other"},
        ],
        "status_history": [
            {"object_type": "incident", "object_id": "N1", "field": "status", "_ns": "other",
             "changed_at": "2025-03-01 10:00"},
        ],
    }  # fmt: skip

    here, there = ("incident", "test", "N1"), ("incident", "other", "N1")

    assert [s["at"].hour for s in steps(con, tables, here)] == [8]
    assert [s["at"].hour for s in steps(con, tables, there)] == [9, 10]
    both = steps(con, tables, here, there, here)
    assert [(s["ns"], s["at"].hour) for s in both] == [("other", 9), ("other", 10), ("test", 8)]


def test_what_is_no_record_and_what_has_no_time_has_no_steps(con: Connection) -> None:
    tables = {"incidents": [{"incident_id": "N1"}]}

    found = steps(con, tables, ("group", "", "2025-Q1"), ("incident", "test", "N1"))

    assert found == []


def test_columns_are_those_of_results_that_have_none(con: Connection) -> None:
    for subject in ("select 'group' as object, '' as ns, 'x' as subject_id",
                    "select 'incident' as object, '' as ns, 'x' as subject_id"):  # fmt: skip
        assert timelines(con, subject).schema == no_timelines().schema


def test_a_records_own_steps_and_the_first_of_a_long_history_are_kept(
    con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "STEPS_KEPT", 3)
    tables = {
        "incidents": [{"incident_id": i, "created_at": "2025-03-01 08:00"} for i in ("N1", "N2")],
        "status_history": [
            {"object_type": "incident", "object_id": "N1", "field": "status", "new_value": "new",
             "changed_at": f"2025-03-01 {hour:02}:00"} for hour in range(23, 3, -1)
        ],
    }  # fmt: skip

    found = steps(con, tables, ("incident", "test", "N1"), ("incident", "test", "N2"))

    assert [(s["subject_id"], s["at"].hour) for s in found] == [
        ("N1", 4), ("N1", 5), ("N1", 8), ("N2", 8)
    ]  # fmt: skip


def test_a_run_keeps_the_newest_findings_of_each_rule_and_project(
    con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DRAWN", 2)
    fill(con, {"tables": {"incidents": [
        {"incident_id": f"N{n}", "created_at": f"2025-03-0{n} 08:00"} for n in range(1, 8)
    ]}})  # fmt: skip
    con.execute(FINDINGS)
    rows = [("R", "P", 1, 1), ("R", "P", 2, None), ("R", "P", 3, 3), ("R", "P", 4, 4),
            ("R", "Q", 5, None), ("S", "P", 6, 1)]  # fmt: skip
    for rule, project, n, day in rows:
        con.execute(
            'insert into findings(rule_id, project_id, ns, object, subject_id, "at") values'
            " (?, ?, 'test', 'incident', ?, ?)",
            [rule, project, f"N{n}", day and datetime(2025, 1, day)],
        )

    kept = run._timelines(con)

    assert kept["subject_id"].to_pylist() == ["N3", "N4", "N5", "N6"]


def test_results_hold_the_steps_of_their_findings(con: Connection) -> None:
    early = {"status": "closed", "actual_end": "2025-03-02 09:00", "closed_at": "2025-03-01 09:00"}
    later = {**early, "closed_at": "2025-03-03 09:00"}
    fill(con, {"tables": {"changes": [{"change_id": "C1", **early}, {"change_id": "C2", **later}]}})
    book = load_book_or_stop([bundled("rules")])
    request = run.Request("2025-04-01T00:00:00Z", "given", "UTC", (), ())
    nothing = SimpleNamespace(inputs=(), coverage=(), how_to_export={}, projects=(), notes=())

    results = run.assess(con, book, select(book, ["CHG-021"]), request, nothing, Settings())

    assert results.findings["subject_id"].to_pylist() == ["C1"]
    assert told(results.timelines.to_pylist()) == [
        ("03-01 09:00", "changes.closed_at", "", ""), ("03-02 09:00", "changes.actual_end", "", "")
    ]  # fmt: skip


# ------------------------------------------------------------------------------- the step at fault

HEAD = """/*
id = "TST-001"
title.zh = "测试"
title.en = "Test"
severity = "minor"
kind = "record"
subject = ["incidents", "requests"]
needs = ["incidents.created_at", "requests.created_at", "incidents.title"]
uses = ["approvals.decided_at", "catalogue.effective_from"]
why.zh = "因"
why.en = "why"
fix.zh = "改"
fix.en = "fix"

[message.late]
verdict = "{verdict}"
zh = "晚"
en = "late"
{marks}
*/
select record, created_at as at, created_at as due_at, today() as due_on, title,
    null::varchar as owner, true as applies, false as conforms, 'late' as message
from incidents
"""


def told_of(marks: str, verdict: str = "nonconforming") -> tuple[Rule | None, list[str]]:
    """The rule with these marks, and what is wrong with it: problem, place and hint."""
    reader = HeadReader(
        Path("rules/incident/TST-001_test.sql"), HEAD.format(verdict=verdict, marks=marks)
    )
    rule = reader.read()
    assert rule is not None
    con = connect()
    found = reader.problems or check_rule(con, rule)
    con.close()
    return rule, [f"{p.place} {p.problem} > {p.hint}" for p in found]


@pytest.mark.parametrize(
    ("marks", "read"),
    [
        ("", ()),
        ('marks = "due_at"', ("due_at",)),
        ('marks = ["due_on", "incidents.created_at"]', ("due_on", "incidents.created_at")),
        ('marks = "catalogue.effective_from"', ("catalogue.effective_from",)),
    ],
)
def test_marks_are_one_name_or_a_list(marks: str, read: tuple[str, ...]) -> None:
    rule, wrong = told_of(marks)

    assert wrong == []
    assert rule is not None and rule.messages["late"].marks == read


@pytest.mark.parametrize(
    ("marks", "line", "said"),
    [
        ("marks = 3", 15, "message.late: marks must be a text or a list of texts"),
        ("marks = []", 15, "message.late: marks must be a text or a list of texts"),
        ('marks = ["due_at", 1]', 15, "message.late: marks must be a text or a list of texts"),
        ('mark = "due_at"', 15, "message.late: unknown key 'mark' > did you mean marks?"),
        ('marks = "incidents.create_at"', 15,
         "message.late: unknown column incidents.create_at > did you mean incidents.created_at"),
        ('marks = "due_a"', 21,
         "message.late marks due_a, which is no evidence column > did you mean due_at"),
        ('marks = "at"', 21, "message.late marks at, which is no evidence column"),
        ('marks = "title"', 21, "message.late marks title, which is VARCHAR and no time"),
        ('marks = "incidents.title"', 21,
         "message.late marks incidents.title, which is VARCHAR and no time"),
        ('marks = "changes.closed_at"', 21,
         "message.late marks changes.closed_at, of a table that the rule does not read"
         " > add it to uses"),
    ],
)  # fmt: skip
def test_marks_that_name_no_time_are_refused_at_their_place(
    marks: str, line: int, said: str
) -> None:
    _, (wrong,) = told_of(marks)

    assert wrong.startswith(f"rules/incident/TST-001_test.sql:{line} {said}")


@pytest.mark.parametrize("verdict", ["conforming", "not_assessed", "not_applicable"])
def test_only_a_finding_has_a_step_at_fault(verdict: str) -> None:
    _, (wrong,) = told_of('marks = "due_at"', verdict)

    assert f"a {verdict} message has no step at fault > remove marks" in wrong
    assert told_of('marks = "due_at"', "lead")[1] == []


def test_times_of_another_subject_table_are_not_the_records() -> None:
    names = ("incidents.created_at", "requests.created_at", "approvals.decided_at", "due_at")
    rule, _ = told_of(f"marks = {list(names)}")

    assert rule is not None
    assert rule.marks("late", "incident") == (names[0], *names[2:])
    assert rule.marks("late", "request") == names[1:]
    assert rule.marks("early", "incident") == ()


UNMARKED = {
    "CHG-001": "what is missing is a type or a person, which bears no time",
    "CHG-002": "what is missing is an assessment in words",
    "CHG-007": "what is missing is a reason or a link",
    "CHG-012": "the person is at fault",
    "CHG-013": "the role of the approvers is at fault, and any of the approvals may be theirs",
    "CHG-017": "what is missing is a plan, which bears no time",
    "CHG-031": "the incident that followed is at fault, no step of the change",
    "CHG-035": "what is missing is an outcome, which bears no time",
    "DQ-001": "what is missing is a field, whichever it is",
    "DQ-009": "the twin is at fault, no step",
    "DQ-011": "what is missing is the history itself",
    "DQ-017": "the reference is at fault, no step",
    "DSK-001": "the person or the way of registration is at fault",
    "DSK-002": "what is missing is a field",
    "DSK-003": "what is missing is a decision, which bears no time",
    "DSK-005": "moves are counted, also where only their number is exported",
    "INC-001": "what is missing is a grade",
    "INC-002": "the priority is at fault, no step",
    "INC-017": "a pause that the history does not show has no step",
    "INC-020": "what is missing is a mark",
    "INC-021": "the text is at fault",
    "INC-022": "the text is at fault",
    "INC-025": "what is missing is a link",
    "INC-028": "what is missing is a link to a change",
    "INC-029": "what is missing is a category, which bears no time",
    "PRB-001": "what is missing is a field or a link",
    "PRB-003": "the text is at fault",
    "PRB-006": "what is missing is a note on documents",
    "PRB-009": "the age is at fault, and the problem has no step that ends it",
    "PRB-010": "the change is at fault, no step of the problem",
    "REQ-002": "a rejection that stands on the record may bear no time",
    "REQ-003": "the person is at fault, and any of the approvals may be theirs",
    "REQ-005": "what is missing is an entry of the catalogue",
    "REQ-006": "what is missing is a link to a change",
    "CFG-003": "the CI that is cited is at fault, no step",
    "CHG-010": "the person is at fault, and any of the approvals may be theirs",
    "CHG-011": "the person is at fault, and any of the approvals may be theirs",
    "INC-015": "re-openings are counted, also where only their number is exported",
    "INC-023": "what is missing is a link to a problem, which bears no time",
    "PRB-002": "what is missing is a cause, which bears no time; the closing may bear none",
    "PRB-012": "the incidents that followed are at fault, no step of the problem",
}


def test_every_finding_about_a_ticket_marks_a_step_or_says_why_not() -> None:
    unmarked = {
        rule.id
        for rule in load_book_or_stop([bundled("rules")]).rules
        if rule.of_records and any(model()[t].kind == "ticket" for t in rule.subject)
        for m in rule.messages.values()
        if m.verdict in ("nonconforming", "lead") and not m.marks
    }

    assert unmarked == set(UNMARKED)
