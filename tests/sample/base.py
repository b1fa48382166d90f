"""The base: six months in which all is in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from sample.firm import APRIL, AS_OF, CALENDAR, DAY, FIRST, MIN, at, later, rng, some, spans
from sample.makers import (
    CHANGES,
    ODD,
    alarm,
    change,
    edit,
    incident,
    problem,
    request,
)

# fmt: off
VOLUME = {"BANK": (105, 8, 20), "GOV": (90, 7, 26), "ERP": (65, 4, 14)}
"""Incidents, problems and requests of the base by project, in six months."""
CHANGED = {("BANK", 1): (52, 5), ("BANK", 2): (71, 6), ("GOV", 1): (40, 2), ("GOV", 2): (66, 9),
           ("ERP", 1): (9, 3), ("ERP", 2): (21, 1)}
"""Changes by project and quarter, planted ones included, and how many of them are emergencies."""

def opening(project: str, days: int = 178) -> datetime:
    """When somebody reports: in service hours mostly, in the morning more than later."""
    while True:
        day = FIRST + rng.randrange(days) * DAY
        hour = rng.choices(range(24), [*[1] * 7, 4, 14, 18, 16, 9, 5, 9, 14, 13, 10, 6, 3, 2, 2, 1, 1, 1])[0]
        odd = not spans("office", day.date()) or not 8 <= hour <= 18
        if not odd or rng.random() < {"BANK": 0.25, "GOV": 0.03, "ERP": 0.2}[project]:
            return day + timedelta(hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(1, 60))

def base_incident(project: str) -> None:
    """An incident of any kind; some wait for the customer, some come back once."""
    moment = opening(project)
    if project == "BANK" and rng.random() < 0.3:
        alarm(project, moment, priority=rng.choice([2, 3]), respond=0)["_base"] = True
        return
    priority = rng.choices([1, 2, 3, 4], [1, 12, 60, 27])[0]
    row = incident(project, moment, priority, u_close_mode=rng.choice(["服务台关闭"] * 4 + ["客户关闭"]))
    row["_base"] = True
    half = row["resolved_at"].replace(minute=row["resolved_at"].minute // 30 * 30, second=0, microsecond=0)
    if project == "ERP" and half > row["u_responded_at"]:
        row |= {"resolved_at": half, "u_restored_at": min(half, row["u_restored_at"])}
    if project == "GOV" and row["closed_at"].month == 2 and row["resolved_at"].month == 2 and row["resolved_at"].day < 25:
        row |= {**ODD["timed_out"], "closed_at": row["resolved_at"] + 3 * DAY + 5 * MIN}
    if row["closed_at"] > AS_OF:
        row |= {"incident_state": "已解决", "u_close_mode": "", **ODD["unclosed"], **ODD["unconfirmed"]}
    if row["resolved_at"] > AS_OF:
        row |= {"incident_state": "处理中", "close_code": "", **ODD["unsolved"]}
    a = later(CALENDAR[project], row["u_responded_at"], 20)
    b = later(CALENDAR[project], a, 30)
    if row["closed_at"] and b < row["resolved_at"] and rng.random() < 0.08:
        row["_pauses"] = ((a, b, "等待客户", 30),)
    elif row["closed_at"] and a < row["resolved_at"] and rng.random() < 0.04:
        row |= {"_reopens": ((a, "客户反馈现象再次出现"),), "reopen_count": 1}

def base_problem(project: str, n: int) -> None:
    """A problem, every other one raised after three incidents of one kind that are linked to it."""
    opened = later("office", FIRST + rng.randrange(25, 150) * DAY, some(10, 400))
    end = later("office", opened + rng.randrange(15, 45) * DAY, some(10, 400))
    if end.month == 5:
        end += 31 * DAY
    row = problem(project, opened, end if end < at("06-25T00:00") else None)
    for days in (18, 9, 2) if n % 2 else ():
        moment = later(CALENDAR[project], opened - days * DAY, some(10, 200))
        incident(project, moment, like=row, problem_id=row)

def base_changes(project: str, quarter: int, many: int, urgent: int) -> None:
    """The changes of a quarter that are lacking to `many`; the CMDB tells of every other one."""
    mine = [c for c in CHANGES if c["_project"] == project and (c["opened_at"] >= APRIL) == (quarter == 2)
            and c["state"] != "已取消" and not c["assignment_group"].startswith("总部")]
    left, urgent = many - len(mine), urgent - sum(c["type"] == "紧急" for c in mine)
    assert left >= urgent >= 0, (project, quarter, left, urgent)
    for n in range(left):
        low, begin = (2, FIRST) if quarter == 1 else (24, APRIL)
        day = begin + int(low + (80 - low) * (n + rng.random()) / left) * DAY
        created = later("office", day, some(5, 300))
        if n < urgent:
            begun = later("always", created, rng.randrange(60, 200)).replace(second=0)
            made = change(project, created, "紧急", start=begun)
        else:
            made = change(project, created, rng.choice(["常规", "常规", "常规", "标准"]))
        if n % 2 == 0:
            edit(made["cmdb_ci"], made["work_end"] + 30 * MIN, cites=made, by=made["assigned_to"])

def base() -> None:
    """Six months in which all is in order, around what is planted."""
    rng.seed(28827)                                    # whatever was planted before
    for project, (incidents, problems, requests) in VOLUME.items():
        for n in range(problems):
            base_problem(project, n)
        for _ in range(incidents):
            base_incident(project)
        for _ in range(requests):
            request(project, opening(project, 174))
    for (project, quarter), (many, urgent) in CHANGED.items():
        base_changes(project, quarter, many, urgent)
