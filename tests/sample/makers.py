"""Makers of records that are in order, but for the `cells` that they are given."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sample.firm import (
    CALENDAR,
    CAUSES,
    CUSTOMERS,
    DAY,
    FAULTS,
    ITEMS,
    LOGIN,
    MIN,
    PEERS,
    PRIORITIES,
    TARGETS,
    UNTOUCHED,
    WORKS,
    Row,
    at,
    later,
    rng,
    some,
)  # fmt: skip

# fmt: off
ODD: dict[str, Row] = {
    "unanswered": {"u_responded_at": ""}, "unsolved": {"resolved_at": "", "u_restored_at": "", "resolved_by": ""},
    "unconfirmed": {"u_confirmed_at": "", "u_confirmed_by": ""}, "unclosed": {"closed_at": "", "closed_by": ""},
    "unlogged": {"history": False}, "unworked": {"work_start": "", "work_end": ""}, "unasked": {"approve": False},
    "unfinished": {"close_code": "", "closed_at": "", "closed_by": ""}, "untasked": {"verify": False},
}
ODD["by_customer"] = {"u_close_mode": "客户关闭", **ODD["unconfirmed"]}
ODD["timed_out"] = {"u_close_mode": "超时关闭", "closed_by": "系统", **ODD["unconfirmed"]}
ODD["called_off"] = {"state": "已取消", "approval": "已拒绝", **ODD["unasked"], **ODD["untasked"], **ODD["unworked"],
                     **ODD["unfinished"]}
"""What a word in `PLANTS` stands for."""

MADE: list[list[Row]] = [[] for _ in range(7)]
INCIDENTS, REQUESTS, PROBLEMS, CHANGES, TASKS, APPROVALS, EDITS = MADE
KEY: list[tuple[str, str, str, str, Row]] = []
PAIRS = {p: [f"{c}/{f}" for c, item in ITEMS.items() if item.project == p for k, f in FAULTS if k == item.kind]
         for p in CALENDAR}
"""An item and a category of its faults: incidents of one pair are of one kind."""
TAKEN: dict[str, list[datetime]] = {}
for pairs in PAIRS.values():
    rng.shuffle(pairs)

def reserve(project: str) -> str:
    """A pair that no other record of the base will share."""
    pair = PAIRS[project].pop()
    return pair if pair not in TAKEN else reserve(project)

def pair_for(project: str, opened: datetime, timed: bool, grave: bool) -> str:
    """A pair with at most one other incident in the month around, and where it is `timed`, of no meeting room;
    where it is `grave`, of no item that was altered lately."""
    while True:
        pair = rng.choice(PAIRS[project])
        near = [t for t in TAKEN.get(pair, []) if abs(t - opened) < 35 * DAY]
        lately = grave and any(c["cmdb_ci"] == pair.split("/")[0] and c["work_end"]
                               and timedelta() <= opened - c["work_end"] < 4 * DAY for c in CHANGES)
        if len(near) < 2 and not (timed and "MTG" in pair) and not lately:
            TAKEN.setdefault(pair, []).append(opened)
            return pair

def incident(
    project: str, opened: datetime, priority: Any = 3, *, respond: float | None = None, solve: float | None = None,
    resolved: datetime | None = None, like: Row | str = "", pauses: Any = (), reopens: Any = (), noted: Any = "",
    history: bool = True, **cells: Any,
) -> Row:
    """An incident, answered and solved in time, accepted, closed.

    `respond` and `solve` are minutes of service hours; `like` is a pair, or a record of that pair.
    """
    pair = like["_pair"] if isinstance(like, dict) else like
    pair = reserve(project) if pair == "new" else pair or pair_for(project, opened, bool(solve or resolved or pauses), priority in (1, 2))
    if like and pair in PAIRS[project]:
        TAKEN.setdefault(pair, []).append(opened)
    ci, category = pair.split("/")
    calendar, item = CALENDAR[project], ITEMS[ci]
    goal, end = TARGETS[project].get(priority or 3, (60, 900))
    end = 120 if item.service == "SVC-G4" and priority == 3 else end or 1800
    answered = later(calendar, opened, some(goal * 0.1, goal * 0.7) if respond is None else respond)
    takes = some(max(end * 0.06, goal), end * 0.75) if solve is None else solve
    done = resolved or later(calendar, opened, takes)
    desk = "plant" if project == "ERP" else "office"
    accepted = later(desk, done, some(10, 240))
    caller = rng.choice(CUSTOMERS[project])
    row = {
        "number": "", "short_description": f"{ci} {rng.choice(FAULTS.get((item.kind, category), ['异常']))}",
        "incident_state": "已关闭", "priority": f"{priority} - {PRIORITIES[priority - 1]}" if priority else "",
        "category": category, "cmdb_ci": ci, "business_service": item.service, "caller_id": caller,
        "contact_type": rng.choice(["电话", "电话", "自助门户", "即时通讯"]),
        "u_reported_at": opened - some(0, 6) * MIN, "opened_at": opened, "u_responded_at": answered,
        "assignment_group": item.group, "assigned_to": item.engineer, "hold_reason": "", "resolved_at": done,
        "resolved_by": item.engineer, "u_restored_at": done - some(0, 5) * MIN, "close_code": "已解决",
        "u_confirmed_at": accepted, "u_confirmed_by": caller, "closed_at": later(desk, accepted, some(5, 420)),
        "closed_by": rng.choice(["丁叙", "苗晓禾"]), "u_close_mode": "服务台关闭", "reopen_count": len(reopens),
        "reassignment_count": rng.choice([0, 0, 0, 1]), "problem_id": "", "u_knowledge": "", "u_source": "服务台",
        "sys_updated_on": None, **cells, "_project": project, "_pair": pair, "_pauses": pauses,
        "_reopens": reopens, "_noted": noted, "_history": history, "_audit": [], "_cells": set(cells),
    }
    INCIDENTS.append(row)
    return row

def in_work(project: str, opened: datetime, priority: int = 3, **cells: Any) -> Row:
    """An incident in work."""
    blank = {**ODD["unsolved"], **ODD["unconfirmed"], **ODD["unclosed"], "close_code": "", "u_close_mode": ""}
    return incident(project, opened, priority, **{"incident_state": "处理中", **blank, **cells})

def alarm(project: str, opened: datetime, **cells: Any) -> Row:
    """An incident that monitoring made: acknowledged on the spot, no customer concerned."""
    own = {"caller_id": "", "contact_type": "监控", "u_reported_at": opened, "u_responded_at": opened,
           "u_source": "监控平台", **ODD["unconfirmed"]}
    return incident(project, opened, **{**own, **cells})

def paused(day: str, working: float, *pauses: str, **cells: Any) -> Row:
    """An incident of GOV that was opened at nine and took so many minutes of service hours."""
    opened, steps = at(f"{day}T09:00"), []
    for text in pauses:
        begun, lasted, why = re.split("[+:]", text)
        ends = (later("office", opened, minute) for minute in (int(begun), int(begun) + int(lasted)))
        steps.append((*ends, why, int(lasted)))
    return incident("GOV", opened, respond=15, resolved=later("office", opened, working), pauses=steps, **cells)

def reopened(project: str, opened: datetime, *returns: str) -> Row:
    """An incident that came back on the day it was opened, and was solved on the next."""
    steps = [(at(f"{opened:%m-%d}T{clock}"), why) for clock, why in (text.split("/") for text in returns)]
    resolved = opened.replace(hour=11, minute=0) + DAY
    return incident(project, opened, respond=20, resolved=resolved, reopens=steps)

def series(project: str, first: datetime, *days: Any, make: str = "incident", like: Row | str = "",
           **cells: Any) -> list[Row]:
    """Incidents of one pair, so many days (or days+minutes) after the first."""
    after = [map(int, f"{d}+0".split("+")[:2]) for d in (0, *days)]
    like = like or reserve(project)
    return [MAKERS[make](project, first + d * DAY + m * MIN, like=like, **cells) for d, m in after]

def request(project: str, opened: datetime, *, approve: Any = True, **cells: Any) -> Row:
    """A service request, carried out and accepted."""
    calendar, item = CALENDAR[project], ITEMS[rng.choice(PAIRS[project]).split("/")[0]]
    done = cells.get("u_fulfilled_at") or later(calendar, opened, some(60, 700))
    accepted = later(calendar, done, some(10, 200))
    row = {
        "number": "", "cat_item": rng.choice(["开通账号", "开通权限", "安装软件", "数据提取", "设备搬迁"]),
        "short_description": "按申请办理", "state": "Closed Complete", "requested_for": rng.choice(CUSTOMERS[project]),
        "opened_at": opened, "cmdb_ci": "", "assignment_group": item.group, "assigned_to": item.engineer,
        "approval": "已批准", "u_auto": "false", "u_fulfilled_at": done, "u_confirmed_at": accepted,
        "u_close_mode": "服务台关闭", "closed_at": later(calendar, accepted, some(5, 300)), "closed_by": "苗晓禾",
        "sys_updated_on": None, **cells, "_project": project, "_service": item.service, "_approve": approve,
        "_history": True, "_audit": [], "_cells": set(cells),
    }
    REQUESTS.append(row)
    return row

def problem(project: str, opened: datetime, closed: datetime | None = None, like: str = "", **cells: Any) -> Row:
    """A problem; with `closed` one whose cause was found and removed."""
    pair = like or reserve(project)
    ci, category = pair.split("/")
    row = {
        "number": "", "short_description": f"{ci} {category}反复发生，查找根因",
        "problem_state": "已关闭" if closed else "Root Cause Analysis",
        "priority": rng.choice(["2 - 高", "3 - 中", "3 - 中"]), "category": category, "cmdb_ci": ci,
        "opened_at": opened, "assignment_group": ITEMS[ci].group, "assigned_to": ITEMS[ci].engineer,
        "cause_notes": f"{ci} {rng.choice(CAUSES[ITEMS[ci].kind])}" if closed else "",
        "workaround": rng.choice(["重启服务后临时恢复", "切换到备用链路", ""]), "known_error": "false",
        "resolution_code": "已修复" if closed else "",
        "resolved_at": closed - some(1440, 4320) * MIN if closed else "",
        "closed_at": closed or "", "sys_updated_on": None, **cells, "_pair": pair, "_project": project,
        "_history": True, "_audit": [],
    }
    PROBLEMS.append(row)
    return row

def calm(ci: str, created: datetime) -> bool:
    """No change of the item is near, and no grave incident follows soon: nothing to be explained."""
    return not any(c["cmdb_ci"] == ci and abs(c["opened_at"] - created) < 16 * DAY for c in CHANGES) and not any(
        i["cmdb_ci"] == ci and i["priority"][:1] in "12" and timedelta() <= i["opened_at"] - created < 12 * DAY
        for i in INCIDENTS)

def change(
    project: str, created: datetime, kind: str = "常规", *, start: datetime | None = None, ci: str = "",
    approve: Any = True, verify: Any = True, **cells: Any,
) -> Row:
    """A change: approved by two persons in the office system, done in its window, verified."""
    ci = ci or rng.choice([c for c in ITEMS if ITEMS[c].project == project and c not in UNTOUCHED and calm(c, created)])
    evening = later("office", created, some(900, 1800)).replace(hour=rng.choice([19, 20, 21, 22]), minute=0, second=0)
    planned = start or (created + 180 * MIN if kind == "紧急" else evening)
    end = planned + rng.choice([60, 90, 120, 180]) * MIN
    ended = end - some(5, 25) * MIN
    checked = later("office", ended, some(15, 240))
    row = {
        "number": "", "short_description": f"{ci} {rng.choice(WORKS['紧急' if kind == '紧急' else ITEMS[ci].kind])}",
        "type": kind, "risk": rng.choice(["低", "低", "中等", "高"]), "category": ITEMS[ci].kind, "cmdb_ci": ci,
        "state": "已关闭", "requested_by": rng.choice(["裴若溪", "苗晓禾", "丁叙"]), "opened_at": created,
        "assignment_group": ITEMS[ci].group, "assigned_to": ITEMS[ci].engineer, "cab_required": "false",
        "approval": "Not Yet Requested" if kind == "标准" else "已批准", "start_date": planned, "end_date": end,
        "work_start": planned + some(1, 12) * MIN, "work_end": ended, "close_code": "成功",
        "closed_at": later("office", checked, some(10, 500)), "closed_by": "覃一舟", "sys_updated_on": None,
        "_history": True, "_checker": "", "_audit": [], **cells, "_project": project,
    }
    CHANGES.append(row)
    if verify:
        task(row, "Implementation", row["work_end"] or ended)
        kind_of = rng.choice(["Testing", "Review"])
        task(row, verify if isinstance(verify, str) else kind_of, checked)
    if approve is True and kind == "常规":
        first = later("office", created, some(20, 150))
        approval(row, "technical", "邵启岚", first, asked=created + some(3, 15) * MIN)
        second = later("office", first, some(20, 300))
        approval(row, "cab" if row["risk"] == "高" else "manager", "覃一舟", second, asked=first)
    elif approve is True and kind == "紧急":
        approval(row, "emergency", rng.choice(["郗明澈", "覃一舟"]), row["work_start"] - some(3, 10) * MIN)
    return row

def task(row: Row, kind: str, closed: Any, state: str = "已关闭") -> None:
    """A task of a change."""
    text = {"Implementation": "按方案实施", "Testing": "功能验证", "Review": "实施后评审"}[kind]
    by = row["assigned_to"] if kind == "Implementation" else row["_checker"] or PEERS.get(row["assigned_to"], "苗晓禾")
    TASKS.append({"number": "", "change_request": row, "change_task_type": kind, "state": state,
                  "short_description": text, "assigned_to": by, "closed_at": closed})

def approval(row: Row, stage: str, approver: str, decided: Any, decision: str = "approved",
             asked: Any = None, role: str = "", kind: str = "change") -> Row:
    """A step of the office system's approval; staff stand there with their accounts."""
    asked = asked or (decided - some(3, 25) * MIN if decided else row["opened_at"] + 9 * MIN)
    APPROVALS.append({
        "approval_id": "", "object_type": kind, "object_id": row, "stage": stage,
        "approver": LOGIN.get(approver, approver), "approver_role": role, "approver_group": "",
        "requested_at": asked, "decision": decision, "decided_at": decided,
    })
    return APPROVALS[-1]

def alone(project: str, created: datetime, stage: str = "manager", approver: str = "覃一舟", *,
          decided: Any = None, decision: str = "approved", **cells: Any) -> Row:
    """A change with one approval row; it came three hours after the request unless told."""
    row = change(project, created, approve=False, **cells)
    approval(row, stage, approver, created + 180 * MIN if decided is None else decided, decision)
    return row

def urgent(project: str, began: datetime, delay: int | str, approver: str = "覃一舟", role: str = "",
           **cells: Any) -> Row:
    """An emergency change of two hours, approved so many minutes after its end."""
    end = began + 120 * MIN
    cells = {"work_start": began, "work_end": end, "closed_at": end + 3 * DAY, **cells}
    row = change(project, began - 40 * MIN, "紧急", start=began, approve=False, verify=False, **cells)
    if delay != "never":
        approval(row, "emergency", approver, "" if delay == "undated" else end + int(delay) * MIN, role=role)
    task(row, "Implementation", end)
    task(row, "Review", end + DAY)
    return row

def audit(row: Row, moment: datetime, field: str, old: Any, new: Any, by: str = "丁叙", why: str = "") -> Row:
    """An edit of a field of a record."""
    row["_audit"].append((moment, field, str(old), str(new), by, why))
    return row

def ordered(project: str, opened: datetime, **cells: Any) -> Row:
    """A request in work."""
    return request(project, opened, **{"state": "Work in Progress", "u_fulfilled_at": "", "u_confirmed_at": "",
                                       "u_close_mode": "", "closed_at": "", "closed_by": "", **cells})

def approve(row: Row, decided: datetime, stage: str, approver: str, **how: Any) -> Row:
    """A further step of the approval of a change or request."""
    return approval(row, stage, approver, decided, **how)

def batch(project: str, created: datetime, *decided: datetime) -> list[Row]:
    """Changes that one person approves so close together."""
    rows = [change(project, created + n * 9 * MIN, approve=False, risk="低") for n in range(len(decided))]
    return [approval(row, "manager", "覃一舟", moment, asked=created + DAY / 8)
            for row, moment in zip(rows, decided, strict=True)]

def window(project: str, day: str, early: int, late: int) -> Row:
    """A change planned from 20:00 to 22:00 of the day after."""
    start = at(f"{day}T20:00") + DAY
    return change(project, at(f"{day}T09:15"), start=start, end_date=start + 120 * MIN,
                  work_start=start + early * MIN, work_end=start + (120 + late) * MIN)

def closed(project: str, day: str, shut: int, proof: int | str = "none") -> Row:
    """A change whose work ended at 21:30, its closing and its review so many minutes later."""
    start, end = at(f"{day}T20:00"), at(f"{day}T21:30")
    row = change(project, start - 34 * 60 * MIN, start=start, end_date=end + 30 * MIN, work_start=start,
                 work_end=end, closed_at=end + shut * MIN, verify=False)
    task(row, "Implementation", end)
    if proof != "none":
        task(row, "Review", *(("", "") if proof == "open" else (end + int(proof) * MIN,)))
    return row

def edit(ci: str, moment: datetime, *, cites: Row | str = "", field: str = "version", old: str = "2.3",
         new: str = "2.4", by: str = "樊子渝", origin: str = "manual") -> Row:
    """An alteration of a configuration item in the CMDB."""
    utc = moment - timedelta(hours=8)
    EDITS.append({"_number": f"{ci}/{field}/{utc}", "ci_id": ci, "field": field, "old_value": old, "new_value": new,
                  "changed_at": moment, "changed_by": by, "origin": origin, "change_id": cites})
    return EDITS[-1]

MAKERS: dict[str, Any] = {f.__name__: f for f in (
    incident, in_work, alarm, paused, reopened, series, request, problem, change, alone, urgent, approve, batch, window,
    closed, edit, audit, ordered)}
