"""A small made-up firm's tables for half a year, with every irregularity that exports have."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from itssrules.model.tables import model

Row = dict[str, Any]
Tables = dict[str, list[Row]]

NS = "test"
FIRST, LAST = date(2025, 1, 1), date(2025, 6, 30)
AS_OF = "2025-07-15 00:00:00"
ZONE = "Asia/Shanghai"
PEOPLE = ("zhang.wei", "张伟", "li.na", "李娜", "wang.fang", "王芳", "sun.tao", "孙涛")
REASONS = ("waiting_customer", "waiting_supplier", "waiting_window", "因备件缺货", None)
DOCUMENTS = ("service_management_manual", "service_catalogue")
BLANK = 0.07


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def after(rng: random.Random, moment: datetime, most_minutes: int) -> datetime:
    """Some time later; now and then earlier, as in real exports."""
    step = rng.randrange(1, most_minutes) * (60 if rng.random() > 0.1 else 1)
    return moment + timedelta(seconds=step if rng.random() > 0.04 else -step // 3)


def created(rng: random.Random, count: int) -> list[datetime]:
    """Sorted moments that leave no working day of the window empty for long."""
    days = (LAST - FIRST).days
    start = datetime(2024, 12, 31, 20)
    return sorted(
        start + timedelta(days=days * (n + rng.random()) / count, seconds=rng.randrange(3600))
        for n in range(count)
    )


def holed(rng: random.Random, table: str, row: Row) -> Row:
    """The row with some cells empty; its keys and the moment that places it stay."""
    kept = {*model()[table].key, "object_type", "object_id", "created_at", "calendar_id", "date"}
    return {
        k: v for k, v in row.items()
        if v is not None and (k in kept or rng.random() > BLANK or table in WHOLE)
    }  # fmt: skip


WHOLE = ("calendars", "slas", "sla_targets", "projects", "personnel")


def world(seed: int, scale: int = 1) -> Tables:
    """Every canonical table by name."""
    rng = random.Random(seed)
    tables: Tables = {name: [] for name in model()}
    for make in (_registers, _incidents, _requests, _problems, _changes, _items):
        make(rng, tables, scale)
    return {name: [holed(rng, name, row) for row in rows] for name, rows in tables.items()}


def _registers(rng: random.Random, t: Tables, _: int) -> None:
    t["projects"] = [
        {"project_id": p, "name": f"项目{p}", "calendar_id": "office", "start_date": "2024-03-01",
         "status": "in_progress"} for p in ("P1", "P2")
    ]  # fmt: skip
    t["slas"] = [
        {"sla_id": f"SLA-{p}", "project_id": p, "version": "1.0", "status": "active",
         "effective_from": "2024-01-01", "effective_to": "2025-12-31", "calendar_id": "office",
         "silence_days": 3 if p == "P1" else None} for p in ("P1", "P2")
    ]  # fmt: skip
    t["sla_targets"] = [
        {"sla_id": f"SLA-{p}", "object_type": "incident", "priority": n, "metric": metric,
         "target_minutes": minutes * n}
        for p in ("P1", "P2") for n in (1, 2, 3) for metric, minutes in (("response", 30), ("resolution", 120))
    ]  # fmt: skip
    day = date(2024, 12, 1)
    while day < date(2025, 9, 1):
        works = day.weekday() < 5
        t["calendars"].append({
            "calendar_id": "office", "date": day.isoformat(), "is_working": works, "zone": ZONE,
            "open_from": "09:00" if works else None, "open_to": "18:00" if works else None,
        })  # fmt: skip
        day += timedelta(days=1)
    t["personnel"] = [
        {"person_id": f"E{n:03d}", "name": PEOPLE[2 * n + 1], "login": PEOPLE[2 * n],
         "email": f"{PEOPLE[2 * n]}@example.com",
         "roles": ("change_manager", "engineer", "duty_manager;engineer")[n]} for n in range(3)
    ]  # fmt: skip
    t["documents"] = [
        {"doc_id": f"DOC-{n:03d}", "title": f"文件{n}", "doc_type": rng.choice(DOCUMENTS),
         "project_id": rng.choice([None, None, "P1"]), "version": "1.0",
         "status": rng.choice(["published", "published", "draft", "obsolete"]),
         "approved_at": "2024-05-01 02:00:00", "effective_from": "2024-06-01"} for n in range(12)
    ]  # fmt: skip
    t["catalogue"] = [
        {"service_id": f"S{n}", "level": "org", "name": f"服务{n}", "owner": PEOPLE[n], "version": "1.0",
         "status": rng.choice(["active", "active", "retired"]), "effective_from": "2023-01-01",
         "reviewed_at": text(datetime(2024, 4, 1) + timedelta(days=rng.randrange(400)))}
        for n in range(6)
    ]  # fmt: skip
    t["cis"] = [
        {"ci_id": f"CI{n:02d}", "name": f"srv{n:02d}", "ci_type": "server", "owner": PEOPLE[n % 8],
         "status": rng.choice(["in_use", "in_use", "retired"])} for n in range(12)
    ]  # fmt: skip


def _history(
    t: Tables, kind: str, number: str, steps: list[tuple[datetime, str, str | None]]
) -> None:
    before = None
    for seq, (moment, state, reason) in enumerate(steps):
        t["status_history"].append({
            "object_type": kind, "object_id": number, "seq": seq, "field": "status",
            "event_type": "create" if before is None else "reopen" if state == "reopened"
            else "close" if state == "closed" else "status_change",
            "old_value": before, "new_value": state, "changed_at": text(moment),
            "changed_by": PEOPLE[seq % 8], "reason": reason,
        })  # fmt: skip
        before = state


def _incidents(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 90 * scale), 1):
        number = f"INC{n:04d}"
        responded = after(rng, start, 60)
        resolved = after(rng, responded, 1500)
        closed = after(rng, resolved, 4000)
        state = rng.choice(["closed"] * 7 + ["resolved", "in_progress", "cancelled", "on_hold"])
        done, shut = state in ("closed", "resolved"), state == "closed"
        pause = responded + (resolved - responded) / 3
        steps = [(start, "new", None), (responded, "in_progress", None)]
        if rng.random() < 0.3:
            steps += [(pause, "on_hold", rng.choice(REASONS)),
                      (pause + (resolved - pause) / 2, "in_progress", None)]  # fmt: skip
        steps += [(resolved, "resolved", None)] if done else []
        steps += [(closed, "closed", None)] if shut else []
        _history(t, "incident", number, steps)
        t["incidents"].append({
            "incident_id": number, "project_id": rng.choice(["P1", "P1", "P2"]),
            "service_id": f"S{rng.randrange(6)}", "ci_id": f"CI{rng.randrange(14):02d}",
            "title": "网络中断", "category": rng.choice(["网络", "网络", "数据库", "其他"]),
            "reporter": rng.choice(PEOPLE), "reported_at": text(start - timedelta(minutes=5)),
            "created_at": text(start), "assigned_to": rng.choice(PEOPLE),
            "responded_at": text(responded), "resolved_at": text(resolved) if done else None,
            "restored_at": text(resolved - timedelta(minutes=3)) if done and rng.random() < 0.5 else None,
            "closed_at": text(closed) if shut else None, "closed_by": rng.choice(PEOPLE) if shut else None,
            "status": state, "priority": rng.randrange(1, 5), "reopened_count": rng.choice([0, 0, 0, 1, 3]),
            "customer_confirmed_at": text(resolved) if shut and rng.random() < 0.6 else None,
            "close_mode": rng.choice(["customer", "desk", "timeout", "duplicate"]) if shut else None,
            "auto_generated": rng.random() < 0.1, "source_system": "itsm",
            "problem_id": f"PRB{rng.randrange(1, 25):04d}" if rng.random() < 0.2 else None,
            "knowledge_id": "KB1" if rng.random() < 0.1 else None,
            "on_hold_reason": "waiting_customer" if state == "on_hold" else None,
            "updated_at": text(closed),
        })  # fmt: skip


def _requests(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 40 * scale), 1):
        done = after(rng, start, 3000)
        shut = rng.random() < 0.8
        t["requests"].append({
            "request_id": f"REQ{n:04d}", "project_id": rng.choice(["P1", "P2"]),
            "service_id": f"S{rng.randrange(6)}", "ci_id": f"CI{rng.randrange(13):02d}",
            "requester": rng.choice(PEOPLE), "created_at": text(start), "fulfilled_at": text(done),
            "closed_at": text(after(rng, done, 900)) if shut else None,
            "closed_by": rng.choice(PEOPLE), "status": "closed" if shut else "in_progress",
            "customer_confirmed_at": text(done) if rng.random() < 0.5 else None,
            "close_mode": rng.choice(["customer", "requester", "timeout"]), "updated_at": text(done),
        })  # fmt: skip


def _problems(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 24 * scale), 1):
        closed = after(rng, start, 9000)
        shut = rng.random() < 0.8
        t["problems"].append({
            "problem_id": f"PRB{n:04d}", "project_id": rng.choice(["P1", "P2"]),
            "ci_id": f"CI{rng.randrange(12):02d}", "category": rng.choice(["网络", "数据库"]),
            "created_at": text(start), "owner": rng.choice(PEOPLE), "resolved_at": text(closed),
            "closed_at": text(closed) if shut else None,
            "status": "closed" if shut else rng.choice(["in_progress", "cancelled"]),
            "root_cause": rng.choice(["光模块老化", "无", "待查", None]), "known_error": rng.random() < 0.3,
            "workaround": rng.choice(["重启", None]), "updated_at": text(closed),
        })  # fmt: skip
        if rng.random() < 0.4:
            t["links"].append({
                "from_type": "incident", "from_id": f"INC{rng.randrange(1, 90):04d}",
                "relation": "caused_by", "to_type": "problem", "to_id": f"PRB{n:04d}",
            })  # fmt: skip


def _changes(rng: random.Random, t: Tables, scale: int) -> None:
    approvals = 0
    for n, start in enumerate(created(rng, 70 * scale), 1):
        number = f"CHG{n:04d}"
        begun, requester = after(rng, start, 4000), rng.choice(PEOPLE)
        ended = after(rng, begun, 300)
        verified, state = (
            after(rng, ended, 200),
            rng.choice(["closed"] * 6 + ["implemented", "scheduled", "cancelled"]),
        )
        did, shut = state in ("closed", "implemented"), state == "closed"
        _history(
            t,
            "change",
            number,
            [(start, "new", None), (begun, "implementing", None)]
            if did
            else [(start, "new", None)],
        )
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            approvals += 1
            t["approvals"].append({
                "approval_id": f"A{approvals:04d}", "object_type": "change", "object_id": number,
                "stage": rng.choice(["business", "cab", "customer", "retro"]), "approver": rng.choice(PEOPLE),
                "requested_at": text(start + timedelta(minutes=20)),
                "decision": rng.choice(["approved"] * 6 + ["rejected", "requested"]),
                "decided_at": text(after(rng, start, 5000)),
            })  # fmt: skip
        t["change_cis"].append({"change_id": number, "ci_id": f"CI{rng.randrange(13):02d}"})
        if rng.random() < 0.7:
            t["change_tasks"].append({
                "task_id": f"T{n:04d}", "change_id": number, "status": rng.choice(["closed", "closed", "new"]),
                "task_type": rng.choice(["verify", "implement", "review"]), "closed_at": text(verified),
            })  # fmt: skip
        t["changes"].append({
            "change_id": number, "project_id": rng.choice(["P1", "P1", "P2"]),
            "change_type": rng.choice(["normal"] * 6 + ["standard", "emergency", "emergency"]),
            "requester": requester, "created_at": text(start), "planned_start": text(begun),
            "planned_end": text(begun + timedelta(hours=4)), "actual_start": text(begun) if did else None,
            "actual_end": text(ended) if did else None, "implementer": rng.choice([*PEOPLE, requester]),
            "approval_status": rng.choice(["approved", "approved", "rejected", "requested"]),
            "approved_by": rng.choice(PEOPLE), "approved_at": text(after(rng, start, 3000)),
            "outcome": rng.choice(["successful"] * 6 + ["failed", "backed_out"]) if shut else None,
            "verified_at": text(verified) if shut and rng.random() < 0.8 else None,
            "verification_result": rng.choice(["passed", "passed", "failed", "partial"]) if shut else None,
            "closed_at": text(after(rng, verified, 2000)) if shut else None,
            "closed_by": rng.choice(PEOPLE), "status": state, "updated_at": text(verified),
        })  # fmt: skip


def _items(rng: random.Random, t: Tables, scale: int) -> None:
    for n, moment in enumerate(created(rng, 40 * scale)):
        t["ci_changes"].append({
            "ci_id": f"CI{rng.randrange(12):02d}", "field": rng.choice(["version", "owner", "note"]),
            "old_value": rng.choice(["1.0", "1.1", None]), "new_value": "2.0", "changed_at": text(moment),
            "changed_by": rng.choice(PEOPLE), "origin": rng.choice(["manual", "import", "discovery"]),
            "change_id": f"CHG{rng.randrange(1, 70):04d}" if rng.random() < 0.4 else None,
        })  # fmt: skip
        if n % 15 == 0:
            t["ci_audits"].append({"ci_audit_id": f"AU{n}", "audited_at": text(moment)})
            t["ci_audit_items"].append(
                {"ci_audit_id": f"AU{n}", "ci_id": f"CI{rng.randrange(12):02d}"}
            )
    for n in range(1, 30 * scale):
        t["sla_results"].append({
            "sla_result_id": f"SR{n}", "object_type": "incident", "object_id": f"INC{n:04d}",
            "metric": "resolution", "paused_minutes": rng.choice([0.0, 0.0, 30.0]),
        })  # fmt: skip


def without_rows(tables: Tables, lost: Callable[[str, Row], bool]) -> Tables:
    """The tables less the rows that `lost` picks."""
    return {n: [r for r in rows if not lost(n, r)] for n, rows in tables.items()}
