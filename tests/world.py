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
GROUPS = ("网络组", "数据库组", "桌面组")
TEXTS = (
    "更换光模块后业务恢复正常",
    "已处理",
    "重启服务后恢复，持续观察两小时无异常",
    "完成",
    "版本升级后恢复正常",
    None,
)
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
    for make in (_registers, _incidents, _requests, _problems, _changes, _releases, _items):
        make(rng, tables, scale)
    tables = {name: [holed(rng, name, row) for row in rows] for name, rows in tables.items()}
    _slow_incident(tables)
    return tables


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
        for p in ("P1", "P2") for n in (1, 2, 3)
        for metric, minutes in (("response", 30), ("resolution", 120), ("on_site", 90))
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
         "roles": ("change_manager", "engineer", "duty_manager;service_desk")[n],
         "hire_date": ("2019-03-01", "2025-03-01", "2021-07-01")[n]} for n in range(3)
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
         "reviewed_at": text(datetime(2024, 4, 1) + timedelta(days=rng.randrange(400))),
         "preapproved": rng.random() < 0.2}
        for n in range(6)
    ]  # fmt: skip
    t["cis"] = [
        {"ci_id": f"CI{n:02d}", "name": f"srv{n:02d}", "ci_type": "server", "owner": PEOPLE[n % 8],
         "status": rng.choice(["in_use", "in_use", "retired"]),
         "criticality": rng.choice(["low", "medium", "critical"])} for n in range(12)
    ]  # fmt: skip
    t["knowledge"] = [{"knowledge_id": f"KB{n}"} for n in range(1, 6)]
    t["routine_plans"] = [{"plan_id": f"PL{n}", "project_id": f"P{n}"} for n in (1, 2)]
    t["routine_records"] = [
        {"record_id": f"RR{n}", "plan_id": f"PL{n % 2 + 1}", "done_at": text(moment)}
        for n, moment in enumerate(created(rng, 20), 1)
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


def _event(
    t: Tables,
    kind: str,
    number: str,
    seq: int,
    moment: datetime,
    field: str,
    values: tuple[Any, Any],
) -> None:
    t["status_history"].append({
        "object_type": kind, "object_id": number, "seq": seq, "field": field,
        "event_type": "assignment" if field == "assignment_group" else "field_change",
        "old_value": values[0], "new_value": values[1], "changed_at": text(moment),
        "changed_by": PEOPLE[seq % 8],
    })  # fmt: skip


def _slow_incident(t: Tables) -> None:
    """One that alone takes longer than all others of its quarter."""
    start, end = datetime(2025, 4, 7, 1), datetime(2025, 6, 20, 1)
    number = f"INC{len(t['incidents']) + 1:04d}"
    steps = [(start, "new", None), (end, "resolved", None), (end, "closed", None)]
    _history(t, "incident", number, steps)
    t["incidents"].append(t["incidents"][0] | {
        "incident_id": number, "project_id": "P1", "service_id": "S1", "priority": 1, "status": "closed",
        "reported_at": text(start), "created_at": text(start), "responded_at": text(start),
        "resolved_at": text(end), "restored_at": text(end), "closed_at": text(end), "updated_at": text(end),
        "close_mode": "desk", "closed_by": PEOPLE[0],
    })  # fmt: skip


def _incidents(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 150 * scale), 1):
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
        hops = rng.choice([0, 0, 1, 1, 2, 5])
        for hop in range(hops):
            _event(t, "incident", number, 20 + hop, start + timedelta(minutes=5 + 9 * hop),
                   "assignment_group", (GROUPS[hop % 3] if hop else None, GROUPS[(hop + 1) % 3]))  # fmt: skip
        if rng.random() < 0.2:
            _event(t, "incident", number, 30, after(rng, start, 600), "priority",
                   (str(rng.randrange(1, 4)), str(rng.randrange(2, 5))))  # fmt: skip
        if shut and rng.random() < 0.1:
            _event(t, "incident", number, 31, after(rng, closed, 6000), "resolved_at", ("a", "b"))
        if rng.random() < 0.3:
            _event(t, "incident", number, 32, after(rng, start, 90), "category", (None, "网络"))
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
            "updated_at": text(closed), "resolution": rng.choice(TEXTS) if done else None,
            "resolution_code": rng.choice(["已修复", "一线直接解答"]) if done else None,
            "recorded_by": rng.choice(PEOPLE), "via_service_desk": rng.random() < 0.8,
            "channel": rng.choice(["phone", "email", "monitoring", None]),
            "valid_request": rng.random() < 0.95, "assigned_at": text(after(rng, start, 90)),
            "assignment_group": rng.choice(GROUPS), "reassignment_count": hops,
            "urgency": rng.randrange(1, 4), "impact": rng.randrange(1, 4),
            "importance": rng.randrange(1, 4), "priority_initial": rng.randrange(1, 5),
            "delivery_mode": rng.choice(["onsite", "remote", "mixed"]),
            "on_site_at": text(after(rng, start, 300)) if rng.random() < 0.8 else None,
            "major": rng.random() < 0.3,
            "change_id": f"CHG{rng.randrange(1, 75):04d}" if rng.random() < 0.1 else None,
        })  # fmt: skip


def _requests(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 70 * scale), 1):
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
            "title": rng.choice(["开通VPN账号", "打印机报错无法打印", "扩容磁盘", "咨询"]),
            "category": rng.choice(["账号", "桌面", "其他"]), "channel": rng.choice(["phone", "portal", None]),
            "recorded_by": rng.choice(PEOPLE), "assigned_to": rng.choice(PEOPLE),
            "assignment_group": rng.choice(GROUPS), "responded_at": text(after(rng, start, 60)),
            "resolution_due_at": text(start + timedelta(days=3)) if rng.random() < 0.7 else None,
            "access_related": rng.random() < 0.4, "fulfilled_by": rng.choice(PEOPLE),
            "approval_status": rng.choice(["approved", "approved", "requested", "rejected"]),
            "approved_at": text(after(rng, start, 900)),
            "change_id": f"CHG{rng.randrange(1, 75):04d}" if rng.random() < 0.1 else None,
        })  # fmt: skip
        if rng.random() < 0.6:
            t["approvals"].append({
                "approval_id": f"RA{n:04d}", "object_type": "request", "object_id": f"REQ{n:04d}",
                "stage": "manager", "approver": rng.choice(PEOPLE), "requested_at": text(start),
                "decision": rng.choice(["approved", "approved", "rejected"]),
                "decided_at": text(after(rng, start, 2000)),
            })  # fmt: skip


def _problems(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 45 * scale), 1):
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
            "title": "链路反复中断", "priority": rng.randrange(1, 5), "impact": rng.randrange(1, 4),
            "urgency": rng.randrange(1, 4), "importance": rng.randrange(1, 4),
            "source": rng.choice(["incident", "incident", "trend", "inspection", None]),
            "root_cause_at": text(after(rng, start, 4000)),
            "docs_updated": rng.choice(["应急手册", "无需更新：不涉及文件", None]),
            "target_date": text(start + timedelta(days=20))[:10],
            "verified_by": rng.choice(PEOPLE), "verified_at": text(after(rng, closed, 900)),
            "change_id": f"CHG{rng.randrange(1, 75):04d}" if rng.random() < 0.4 else None,
        })  # fmt: skip
        states = ["new", "in_progress", "resolved", "closed"] if shut else ["new", "in_progress"]
        moment, steps = start, []
        for state in states:
            steps.append((moment, state, None))
            moment = after(rng, moment, 3000)
        _history(t, "problem", f"PRB{n:04d}", steps)
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
            [(start, "new", None), (begun - timedelta(minutes=30), "approved", None),
             (begun, "implementing", None), (ended, "implemented", None)]
            if did
            else [(start, "new", None), (after(rng, start, 900), "cancelled", None)]
            if state == "cancelled"
            else [(start, "new", None)],
        )  # fmt: skip
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
            "title": "升级交换机固件", "category": "网络", "risk_level": rng.choice(["low", "moderate", "high"]),
            "impact_text": rng.choice(["影响办公网半小时", "无", None]),
            "risk_text": rng.choice(["可能短时中断", None]), "assessed_by": rng.choice(PEOPLE),
            "assessed_at": text(after(rng, start, 2000)),
            "emergency_reason": rng.choice(["业务中断，须立即处理", "-", None]),
            "requested_at": text(start - timedelta(minutes=10)),
            "backout_plan": rng.choice(["恢复旧版本", "恢复旧版本", "无", None]),
            "remedy_text": rng.choice(["启用备用链路", None]),
            "backout_done_at": text(after(rng, ended, 100)) if rng.random() < 0.5 else None,
            "pir_at": text(after(rng, ended, 30000)) if shut and rng.random() < 0.5 else None,
            "pir_result": rng.choice(["达到目标", None]), "environment": rng.choice(["production", "test"]),
            "verified_by": rng.choice(PEOPLE) if shut else None,
            "cmdb_updated_at": text(after(rng, ended, 9000)) if rng.random() < 0.5 else None,
            "test_result": rng.choice(["passed", "passed", "failed", "not_required"]),
            "tested_at": text(after(rng, start, 3000)),
            "customer_consent_required": rng.random() < 0.3,
            "customer_consent_at": text(after(rng, start, 3000)) if rng.random() < 0.6 else None,
            "incident_id": f"INC{rng.randrange(1, 95):04d}" if rng.random() < 0.2 else None,
            "problem_id": f"PRB{rng.randrange(1, 26):04d}" if rng.random() < 0.2 else None,
            "release_id": f"REL{rng.randrange(1, 14):04d}" if rng.random() < 0.1 else None,
        })  # fmt: skip
        if did and rng.random() < 0.3:
            t["reviews"].append({
                "review_id": f"RV{n}", "subject_id": number, "held_at": text(after(rng, ended, 20000)),
                "outputs": rng.choice(["改进检查单", None]),
            })  # fmt: skip


def _releases(rng: random.Random, t: Tables, scale: int) -> None:
    for n, start in enumerate(created(rng, 14 * scale), 1):
        state = rng.choice(["completed"] * 6 + ["failed", "planned", "cancelled"])
        t["releases"].append({
            "release_id": f"REL{n:04d}", "project_id": rng.choice(["P1", "P2"]), "title": "门户版本发布",
            "released_at": text(start) if state in ("completed", "failed") else None, "status": state,
            "outcome": rng.choice(["successful"] * 4 + ["failed"]) if state == "completed" else None,
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
