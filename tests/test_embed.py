"""What the page holds for its script: findings, their timelines, and the steps at fault."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import make_results as make
import pyarrow as pa

from itssrules.model.results import Results, no_timelines
from itssrules.report.cards import Cards
from itssrules.report.embed import FAULT, MISSING, NAMED, STEP, Embedding

START = datetime(2026, 3, 1, 2, 0)
"""10:00 in Shanghai."""


def step(minutes: int, name: str, detail: str = "", day: bool = False) -> dict[str, Any]:
    return {
        "object": "change", "ns": "itsm", "subject_id": "CHG1", "at": START + timedelta(minutes=minutes),
        "day": day, "step": name, "detail": detail, "who": "", "file": "exports/2024/changes.csv",
        "row_number": 7,
    }  # fmt: skip


def results(
    marks: tuple[str, ...], steps: list[dict[str, Any]], evidence: dict[str, Any], at: int = 60
) -> Results:
    made = make.rule()
    late = replace(made.messages["late"], marks=marks)
    made = replace(made, messages={**made.messages, "late": late})
    row = make.finding(
        made, 0, subject_id="CHG1", at=START + timedelta(minutes=at), evidence=json.dumps(evidence)
    )
    return make.results(
        (make.result(made, "nonconforming", (0, 0, 1, 0)),), findings=make.table([row]),
        timelines=pa.Table.from_pylist(steps, schema=no_timelines().schema),
    )  # fmt: skip


def timeline(made: Results) -> list[tuple[str, str, int]]:
    """(time, label in English, what it is) of the only finding."""
    data = inflated(made)
    return [(s[0], data["steps"][s[1]][1], s[-1]) for s in data["rows"][0][13]]


def inflated(made: Results) -> dict[str, Any]:
    text = Embedding(made, Cards(made)).findings(made.rules[0].rule.id)
    data: dict[str, Any] = json.loads(zlib.decompress(b64decode(text)))
    return data


def test_the_step_at_fault_is_marked_where_it_stands() -> None:
    steps = [step(0, "changes.created_at"), step(60, "changes.closed_at")]
    made = timeline(results(("changes.closed_at",), steps, {}))
    assert [(t, kind) for t, _, kind in made] == [
        ("2026-03-01 10:00", STEP), ("2026-03-01 11:00", FAULT),
    ]  # fmt: skip


def test_a_step_that_never_happened_is_drawn_before_the_finding() -> None:
    steps = [step(0, "changes.created_at"), step(60, "changes.closed_at")]
    made = timeline(results(("approvals.decided_at",), steps, {}))
    assert [(t, kind) for t, _, kind in made] == [
        ("2026-03-01 10:00", STEP), ("", MISSING), ("2026-03-01 11:00", STEP),
    ]  # fmt: skip
    assert made[1][1] == "approval"


def test_evidence_marks_the_step_of_the_same_time_and_draws_others() -> None:
    steps = [step(0, "changes.created_at"), step(60, "changes.closed_at")]
    evidence = {"verified_at": "2026-03-01T03:00:00Z", "limit_at": "2026-03-01T02:30:00Z", "n": 3}
    made = timeline(results(("verified_at",), steps, evidence))
    assert [(t, kind) for t, _, kind in made] == [
        ("2026-03-01 10:00", STEP), ("2026-03-01 10:30", NAMED), ("2026-03-01 11:00", FAULT),
    ]  # fmt: skip


def test_a_mark_whose_evidence_is_empty_is_missing() -> None:
    made = timeline(
        results(("verified_at",), [step(0, "changes.created_at")], {"verified_at": None})
    )
    assert [kind for *_, kind in made] == [STEP, MISSING]


def test_days_stay_days_and_codes_become_words() -> None:
    steps = [
        step(0, "status_history.changed_at", "implementing → closed"),
        step(5, "approvals.decided_at", "approved"),
        step(7, "status_history.changed_at", "→ new"),
        {**step(0, "changes.planned_start", day=True), "at": datetime(2026, 3, 1)},
    ]
    data = inflated(results((), steps, {}))
    times = [s[0] for s in data["rows"][0][13]]
    assert times == ["2026-03-01", "2026-03-01 10:00", "2026-03-01 10:05", "2026-03-01 10:07"]
    assert [s[2] for s in data["rows"][0][13]][1:] == [
        ["实施中 → 已关闭", "being implemented → closed"], ["已批准", "approved"], ["→ 新建", "→ new"],
    ]  # fmt: skip


def test_what_no_export_has_steps_of_has_no_timeline() -> None:
    assert timeline(results(("changes.closed_at",), [], {"verified_at": None})) == []


def test_names_that_objects_of_a_script_have_of_their_own_are_kept() -> None:
    made = results((), [], {"__proto__": "x", "constructor": "y"})
    data = inflated(made)
    assert [c[0] for c in data["columns"]] == ["__proto__", "constructor"]
    assert data["rows"][0][12] == ["x", "y"]


def test_a_missing_step_is_never_drawn_before_the_record_was_made() -> None:
    steps = [
        step(-5, "changes.reported_at"),
        step(0, "changes.created_at"),
        step(9, "changes.closed_at"),
    ]
    made = timeline(results(("approvals.decided_at",), steps, {}, at=-5))
    assert [kind for *_, kind in made] == [STEP, STEP, MISSING, STEP]


def test_a_marked_column_that_only_the_evidence_has_is_no_missing_step() -> None:
    evidence = {"closed_at": "2026-03-01T03:00:00Z"}
    made = timeline(results(("changes.closed_at",), [step(0, "changes.created_at")], evidence))
    assert [(t, kind) for t, _, kind in made] == [
        ("2026-03-01 10:00", STEP), ("2026-03-01 11:00", FAULT),
    ]  # fmt: skip
