"""What the tool's audit tells of a record: its states, and edits of its other fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sample.firm import MIN, Row
from sample.makers import APPROVALS, CHANGES, INCIDENTS, PROBLEMS, REQUESTS

# fmt: off
Step = tuple[Any, ...]
"""When, field, before, after, by whom, why."""


def incident_steps(row: Row) -> Iterator[Step]:
    """The audit of an incident: when, field, before, after, by whom, why."""
    opened, state = row["opened_at"], row["incident_state"]
    steps = [(opened, "新建", "")]
    if state != "新建":
        steps.append((max(row["u_responded_at"] or opened + 3 * MIN, opened), "处理中", ""))
    for a, b, why, _ in row["_pauses"]:
        steps += [(a, "挂起", why), (b, "处理中", "")]
    for moment, why in row["_reopens"]:
        steps += [(moment - 8 * MIN, "已解决", ""), (moment, "处理中", why)]
    if solved := row.get("_resolved_step", row["resolved_at"]):
        steps.append((solved, "已解决", ""))
    if row["closed_at"] or state == "已取消":
        final = state if state in ("已关闭", "已取消") else "已关闭"
        steps.append((row.get("_closed_step") or row["closed_at"] or row["sys_updated_on"], final, ""))
    elif state not in (steps[-1][1], ""):
        steps.append((row["sys_updated_on"], state, ""))
    by = {"新建": row["caller_id"] or "监控平台", "已关闭": row["closed_by"] or row["assigned_to"]}
    if "_squeezed" in row:             # all entered when it was closed
        steps = [(steps[-1][0] - 20 * MIN / 60 * (len(steps) - n), *s[1:]) for n, s in enumerate(steps, 1)]
    if "_only_closed" in row:
        steps = steps[-1:]
    before = ""
    for moment, after, why in steps:
        yield moment, "incident_state", before, after, by.get(after, row["assigned_to"]), why
        before = after
    if row["_noted"]:
        yield row["_noted"], "work_notes", "", "", row["assigned_to"], "继续排查并更新处理记录"

def chained(field: str, steps: list[tuple[Any, str, str]]) -> Iterator[Step]:
    """Steps from one state to the next, in time."""
    before = ""
    for moment, state, by in sorted(steps, key=lambda s: s[0]):
        yield moment, field, before, state, by, ""
        before = state

def change_steps(row: Row) -> Iterator[Step]:
    """The states of a change, and its times as they are entered."""
    opened, begun, by = row["opened_at"], row["work_start"] or row["work_end"], row["assigned_to"]
    ahead = begun or row["start_date"]
    steps = [(opened, "新建", row["requested_by"])]
    if row["type"] != "标准":
        given = [a["decided_at"] for a in APPROVALS if a["object_id"] is row and a["decided_at"]]
        asked = row["u_assessed_at"] or opened + 5 * MIN
        agreed = min([max([*given, asked + MIN]), ahead - MIN])
        steps += [(min(opened + 2 * MIN, asked), "评估", by), (asked, "授权", by)]
        if row["state"] == "已计划":
            steps.append((max(agreed, asked + MIN), "已计划", "覃一舟"))
    else:
        steps.append((opened + 10 * MIN, "已计划", "覃一舟"))
    if begun:
        steps.append((begun, "实施", by))
    if row["work_end"] and row["state"] == "审查":
        steps.append((row["work_end"], "审核", by))
    if row["state"] == "已取消":
        steps.append((row["sys_updated_on"], "已取消", row["requested_by"]))
    yield from chained("state", [s for s in steps if s[1] not in row.get("_skipped", "").split("、")])
    if row["closed_at"] and "已关闭" not in row.get("_skipped", ""):
        yield row["closed_at"], "state", "实施" if begun else "授权", "已关闭", row["closed_by"], ""

def problem_steps(row: Row) -> Iterator[Step]:
    opened, by = row["opened_at"], row["assigned_to"]
    steps = [(opened, "New", by), (opened + 30 * MIN, "Root Cause Analysis", by)]
    if row["u_root_cause_at"]:
        steps.append((row["u_root_cause_at"], "Fix in Progress", by))
    if row["resolved_at"] and row["problem_state"] != "Resolved":
        steps.append((row["resolved_at"], "Resolved", by))
    if row["problem_state"] == "Resolved":
        steps.append((row["sys_updated_on"], "Resolved", by))
    if row["closed_at"]:
        steps.append((row["closed_at"], "已关闭", row["closed_by"]))
    yield from chained("problem_state", [s for s in steps if s[1] not in row.get("_skipped", "").split("、")])

def request_steps(row: Row) -> Iterator[Step]:
    opened = row["opened_at"]
    steps = [(opened, "Open", row["opened_by"])]
    if row["state"] not in ("Open", ""):
        steps.append((opened + 4 * MIN, "Work in Progress", row["assigned_to"]))
    if row["u_fulfilled_at"]:
        steps.append((row["u_fulfilled_at"], "Fulfilled", row["assigned_to"]))
    if row["closed_at"]:
        steps.append((row["closed_at"], "Closed Complete", row["closed_by"]))
    yield from chained("state", [s for s in steps if s[1] not in row.get("_skipped", "").split("、")])

def order(step: Step) -> Any:
    return step if step[1] == "incident_state" else step[:1]

def audits() -> list[Row]:
    """The states of all tickets, oldest step of each first."""
    names = ["documentkey", "sequence", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on", "reason"]
    steps = ((row, n, *step)
             for rows, told in ((INCIDENTS, incident_steps), (CHANGES, change_steps), (PROBLEMS, problem_steps),
                                (REQUESTS, request_steps))
             for row in rows if row["_history"]
             for n, step in enumerate(sorted(told(row), key=order)))
    return [dict(zip(names, (row, n, *rest, by, moment, why), strict=True))
            for row, n, moment, *rest, by, why in steps]

def edits() -> list[Row]:
    """The edits of their other fields."""
    names = ["document", "update", "field", "old", "new", "user", "update_time", "reason"]
    return [dict(zip(names, (row, n, field, old, new, by, moment, why), strict=True))
            for row in [*INCIDENTS, *CHANGES, *PROBLEMS, *REQUESTS]
            for n, (moment, field, old, new, by, why) in enumerate(sorted(row["_audit"], key=lambda s: s[0]))]
