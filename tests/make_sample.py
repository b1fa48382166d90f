"""Writes sample_exports/: the exports of an invented IT-service firm, and what was planted in them.

`python tests/make_sample.py [FOLDER]` writes the same bytes every time. First comes the base, all in
order; then `plants` adds single records, each with the verdicts expected of it; they become
answer_key.toml. Times are wall-clock times of Asia/Shanghai. Nothing that is planted happens in May.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
rng = random.Random(20260701)
MIN, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST, LAST = datetime(2026, 1, 1), datetime(2026, 7, 1)
AS_OF = datetime(2026, 7, 1, 8, 42)
"""The newest stamp in the exports, from which the run judges."""


def at(text: str) -> datetime:
    """A moment of 2026, written as month-day and time."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M")


# ----------------------------------------------------------------------------------- the firm

HOLIDAYS = {
    date(2026, m, d)
    for m, days in {1: (1, 2, 3), 2: range(15, 24), 4: (4, 5, 6), 5: range(1, 6), 6: (19, 20, 21)}.items()
    for d in days
}  # fmt: skip
MAKEUP = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)}
HOURS: dict[str, tuple[tuple[int, int], ...]] = {
    "always": (),
    "office": ((540, 720), (810, 1080)),
    "plant": ((480, 1200),),
}
"""Service hours of a day in minutes from midnight; none stand for day and night."""
TARGETS: dict[str, dict[int, tuple[int, int | None]]] = {
    "BANK": {1: (15, 240), 2: (30, 480), 3: (60, 1440), 4: (120, 4320)},
    "GOV": {1: (15, 240), 2: (30, 450), 3: (60, 900), 4: (120, 2250)},
    "ERP": {1: (15, 240), 2: (30, 360), 3: (60, 960), 4: (240, None)},
}
"""Minutes to the response and to the solution by priority; the plant's fourth has no solution time."""
PRIORITIES = ("极高", "高", "中", "低", "计划")
CALENDAR = {"BANK": "always", "GOV": "office", "ERP": "plant"}
STAFF = [
    ("E01", "邵启岚", "shaoql", "运维管理部", "om_manager"),
    ("E02", "覃一舟", "qinyz", "运维管理部", "change_manager;cab_member"),
    ("E03", "尹若棠", "yinrt", "质量部", "quality_manager"),
    ("E04", "骆景川", "luojc", "运维管理部", "config_manager"),
    ("E05", "丁叙", "dingx", "服务台", "service_desk"),
    ("E06", "苗晓禾", "miaoxh", "服务台", "service_desk"),
    ("E07", "樊子渝", "fanzy", "银行系统组", "engineer"),
    ("E08", "葛闻笛", "gewd", "银行系统组", "engineer"),
    ("E09", "祁望舒", "qiws", "银行网络组", "engineer"),
    ("E10", "卓亦宁", "zhuoyn", "政务桌面组", "engineer"),
    ("E11", "阮北屿", "ruanby", "政务网络组", "engineer"),
    ("E12", "褚以沐", "chuym", "ERP应用组", "engineer"),
    ("E13", "岑远帆", "cenyf", "ERP基础组", "engineer"),
    ("E14", "裴若溪", "peirx", "银行系统组", "project_manager"),
    ("E15", "郗明澈", "ximc", "运维管理部", "duty_manager"),
    ("E16", "鲁知节", "luzj", "运维管理部", "om_director"),
]
LOGIN = {name: login for _, name, login, _, _ in STAFF}
CUSTOMERS = {"BANK": ["柯静姝", "滕嘉木", "蒙晓筠"], "GOV": ["洪景砚", "屠雨薇", "饶立诚", "简素秋"],
             "ERP": ["车文朗", "仲夏青", "宓建业"]}  # fmt: skip
TEAMS: dict[str, dict[str, tuple[str, str]]] = {
    "BANK": {"应用": ("银行系统组", "樊子渝"), "数据库": ("银行系统组", "葛闻笛"), "网络": ("银行网络组", "祁望舒"),
             "存储": ("银行系统组", "裴若溪")},
    "GOV": {"应用": ("政务应用组", "阮北屿"), "网络": ("政务网络组", "阮北屿"), "终端": ("政务桌面组", "卓亦宁"),
            "会议": ("政务桌面组", "卓亦宁")},
    "ERP": {"应用": ("ERP应用组", "褚以沐"), "数据库": ("ERP应用组", "褚以沐"), "网络": ("ERP基础组", "岑远帆"),
            "终端": ("ERP基础组", "岑远帆")},
}  # fmt: skip
CIS = {
    "BANK": {"应用": [f"BNK-APP-{n:02}" for n in range(1, 15)], "数据库": [f"BNK-DB-{n:02}" for n in range(1, 9)],
             "网络": [f"BNK-NET-{n:02}" for n in range(1, 11)], "存储": [f"BNK-STO-{n:02}" for n in range(1, 7)]},
    "GOV": {"应用": [f"GOV-APP-{n:02}" for n in range(1, 9)], "网络": [f"GOV-NET-{n:02}" for n in range(1, 9)],
            "终端": [f"GOV-PC-{n}" for n in range(101, 123)], "会议": [f"GOV-MTG-{n:02}" for n in range(1, 6)]},
    "ERP": {"应用": [f"ERP-APP-{n:02}" for n in range(1, 9)], "数据库": [f"ERP-DB-{n:02}" for n in range(1, 4)],
            "网络": [f"ERP-NET-{n:02}" for n in range(1, 7)], "终端": [f"ERP-PC-{n:02}" for n in range(1, 13)]},
}  # fmt: skip
SERVICE = {"BANK": {"应用": "SVC-B1", "数据库": "SVC-B2", "网络": "SVC-B3", "存储": "SVC-B2"},
           "GOV": {"应用": "SVC-G2", "网络": "SVC-G3", "终端": "SVC-G1", "会议": "SVC-G4"},
           "ERP": {"应用": "SVC-E1", "数据库": "SVC-E1", "网络": "SVC-E2", "终端": "SVC-E2"}}  # fmt: skip
FAULTS = {
    "应用": {"应用性能": ["页面响应缓慢", "批量任务超时", "查询长时间无结果"],
             "功能异常": ["提交单据报错", "报表数据为空", "附件无法下载", "审批流卡住"],
             "登录认证": ["用户无法登录", "单点登录失败", "会话频繁失效"]},
    "数据库": {"数据库性能": ["连接数告警", "慢查询堆积", "锁等待超时"],
    "空间容量": ["表空间使用率超阈值", "归档日志空间不足"],
               "数据库作业": ["备份作业失败", "同步延迟告警"]},
    "网络": {"链路中断": ["专线闪断", "端口频繁 up/down", "无线网络连不上"],
    "网络性能": ["丢包率升高", "带宽占满", "访问延迟增大"],
             "网络配置": ["地址冲突", "访问策略不通", "VPN 拨入失败"]},
    "存储": {"硬件故障": ["磁盘预失效告警", "控制器电池告警"], "空间容量": ["卷空间不足", "快照空间告警"]},
    "终端": {"终端硬件": ["无法开机", "显示器花屏", "打印机卡纸"],
    "终端软件": ["办公软件无法启动", "系统更新后蓝屏", "输入法异常"],
             "外设耗材": ["扫描仪无法识别", "需更换硒鼓", "读卡器失灵"]},
    "会议": {"音视频": ["视频会议没有声音", "画面卡顿", "投影无信号"],
    "会议设备": ["麦克风电量异常", "会议平板无法触控"]},
}  # fmt: skip
WORKS = {"应用": ["升级补丁", "调整参数", "发布新版本", "更换证书"],
      "数据库": ["扩展表空间", "调整连接池", "安装安全补丁"],
         "网络": ["调整访问策略", "更换光模块", "升级固件"], "存储": ["扩容", "更换控制器电池"],
         "终端": ["批量更换客户端", "升级驱动"], "会议": ["更换音频矩阵", "升级会议系统"]}  # fmt: skip
UNTOUCHED = ("BNK-STO-06", "GOV-NET-08", "GOV-PC-121", "GOV-PC-122")
"""Items that no change of the base alters."""
CLASS = {c: k for kinds in CIS.values() for k, names in kinds.items() for c in names}
URGENT = ["主备切换", "更换故障板卡", "回退问题版本", "封堵异常访问"]
PAIRS = {
    p: [(c, f) for k, names in kinds.items() for c in names for f in FAULTS[k]]
    for p, kinds in CIS.items()
}
for pairs in PAIRS.values():
    rng.shuffle(pairs)


def reserve(project: str) -> tuple[str, str]:
    """A configuration item and a category that no other record of the base will share."""
    pair = PAIRS[project].pop()
    return pair if pair not in TAKEN else reserve(project)


# ------------------------------------------------------------------------------- working time


def spans(calendar: str, day: date) -> list[tuple[datetime, datetime]]:
    """The service hours of a day."""
    midnight = datetime(day.year, day.month, day.day)
    if calendar == "always":
        return [(midnight, midnight + DAY)]
    if day in HOLIDAYS or (
        day.weekday() >= (5 if calendar == "office" else 6) and day not in MAKEUP
    ):
        return []
    return [(midnight + a * MIN, midnight + b * MIN) for a, b in HOURS[calendar]]


def later(calendar: str, start: datetime, minutes: float) -> datetime:
    """When so many minutes of service hours have gone by since `start`."""
    left, day = timedelta(minutes=minutes), start.date()
    while True:
        for a, b in spans(calendar, day):
            a = max(a, start)
            if a < b and left <= b - a:
                return a + left
            left -= max(b - a, timedelta())
        day += DAY


def some(low: float, high: float) -> float:
    """Minutes between two bounds, to the second."""
    return round(rng.uniform(low, high) * 60) / 60


# ------------------------------------------------------------------------------ tickets, in order

INCIDENTS: list[Row] = []
REQUESTS: list[Row] = []
PROBLEMS: list[Row] = []
CHANGES: list[Row] = []
TASKS: list[Row] = []
APPROVALS: list[Row] = []
EDITS: list[Row] = []
KEY: list[tuple[str, Row | str, str, str]] = []
TAKEN: dict[tuple[str, str], list[datetime]] = {}


def pair_for(project: str, opened: datetime, timed: bool) -> tuple[str, str]:
    """An item and a category with at most one other incident in the month around.

    A `timed` incident is of no meeting room, which has a solution time of its own.
    """
    while True:
        pair = rng.choice(PAIRS[project])
        if (
            not (timed and CLASS[pair[0]] == "会议")
            and sum(abs(t - opened) < 35 * DAY for t in TAKEN.get(pair, [])) < 2
        ):
            TAKEN.setdefault(pair, []).append(opened)
            return pair


def incident(
    project: str, opened: datetime, priority: int | None = 3, *, respond: float | None = None,
    solve: float | None = None, resolved: datetime | None = None, pair: tuple[str, str] | None = None,
    pauses: tuple[tuple[datetime, datetime, str], ...] = (), reopens: tuple[tuple[datetime, str], ...] = (),
    notes: tuple[datetime, ...] = (), history: bool = True, **cells: Any,
) -> Row:  # fmt: skip
    """An incident in order: answered and solved in time, accepted, closed. `cells` come last.

    `respond` and `solve` are minutes of service hours; `pauses` and `reopens` go to the history.
    """
    calendar = CALENDAR[project]
    ci, category = pair or pair_for(project, opened, bool(solve or resolved or pauses))
    kind = CLASS[ci]
    group, engineer = TEAMS[project][kind]
    goal, end = TARGETS[project].get(priority or 3, (60, 900))
    end = 120 if SERVICE[project][kind] == "SVC-G4" and priority == 3 else end or 1800
    answered = later(calendar, opened, some(goal * 0.1, goal * 0.7) if respond is None else respond)
    done = resolved or later(
        calendar, opened, some(max(end * 0.06, goal), end * 0.75) if solve is None else solve
    )
    desk = "plant" if project == "ERP" else "office"
    accepted = later(desk, done, some(10, 240))
    closed = later(desk, accepted, some(5, 420))
    caller = rng.choice(CUSTOMERS[project])
    row = {
        "number": "", "short_description": f"{ci} {rng.choice(FAULTS[kind].get(category, ['异常']))}",
        "incident_state": "已关闭", "priority": f"{priority} - {PRIORITIES[priority - 1]}" if priority else "",
        "category": category, "cmdb_ci": ci, "business_service": SERVICE[project][kind], "caller_id": caller,
        "contact_type": rng.choice(["电话", "电话", "自助门户", "即时通讯"]),
        "u_reported_at": opened - some(0, 6) * MIN,
        "opened_at": opened, "u_responded_at": answered, "assignment_group": group, "assigned_to": engineer,
        "hold_reason": "", "resolved_at": done, "resolved_by": engineer, "u_restored_at": done - some(0, 5) * MIN,
        "close_code": "已解决", "u_confirmed_at": accepted, "u_confirmed_by": caller, "closed_at": closed,
        "closed_by": rng.choice(["丁叙", "苗晓禾"]), "u_close_mode": "服务台关闭", "reopen_count": len(reopens),
        "reassignment_count": rng.choice([0, 0, 0, 1]), "problem_id": "", "u_knowledge": "", "u_source": "服务台",
        "sys_updated_on": None, **cells,
        "_project": project, "_pauses": pauses, "_reopens": reopens, "_notes": notes, "_history": history,
    }  # fmt: skip
    INCIDENTS.append(row)
    return row


def open_incident(project: str, opened: datetime, priority: int = 3, **cells: Any) -> Row:
    """An incident in work; `cells` come last."""
    blank: Row = dict.fromkeys(("resolved_at", "resolved_by", "u_restored_at", "close_code", "u_confirmed_at",
                           "u_confirmed_by", "closed_at", "closed_by", "u_close_mode"), "")  # fmt: skip
    return incident(project, opened, priority, **{"incident_state": "处理中", **blank, **cells})


def alarm(project: str, opened: datetime, **more: Any) -> Row:
    """An incident that monitoring made: acknowledged on the spot, no customer concerned."""
    cells: Row = {"caller_id": "", "contact_type": "监控", "u_reported_at": opened, "u_responded_at": opened,
             "u_confirmed_at": "", "u_confirmed_by": "", "u_source": "监控平台"}  # fmt: skip
    return incident(project, opened, **{**cells, **more})


def change(
    project: str, created: datetime, kind: str = "常规", *, start: datetime | None = None, ci: str = "",
    approve: bool = True, verify: bool = True, **cells: Any,
) -> Row:  # fmt: skip
    """A change in order: approved by two persons in the office system, done in its window, verified."""
    ci = ci or rng.choice([c for c, _ in PAIRS[project] if c not in UNTOUCHED])
    group, engineer = TEAMS[project][CLASS[ci]]
    work = rng.choice(URGENT if kind == "紧急" else WORKS[CLASS[ci]])
    planned = start or later("office", created, some(900, 1800)).replace(
        hour=rng.choice([19, 20, 21, 22]), minute=0, second=0
    )
    end = planned + rng.choice([60, 90, 120, 180]) * MIN
    began = planned + some(1, 12) * MIN
    ended = end - some(5, 25) * MIN
    checked = later("office", ended, some(15, 240))
    closed = later("office", checked, some(10, 500))
    row = {
        "number": "", "short_description": f"{ci} {work}", "type": kind,
        "risk": rng.choice(["低", "低", "中等", "高"]), "category": CLASS[ci], "cmdb_ci": ci, "state": "已关闭",
        "requested_by": rng.choice(["裴若溪", "苗晓禾", "丁叙"]), "opened_at": created,
        "assignment_group": group, "assigned_to": engineer, "cab_required": "false",
        "approval": "Not Yet Requested" if kind == "标准" else "已批准", "start_date": planned, "end_date": end,
        "work_start": began, "work_end": ended, "close_code": "成功", "closed_at": closed, "closed_by": "覃一舟",
        "sys_updated_on": None, **cells, "_project": project,
    }  # fmt: skip
    CHANGES.append(row)
    if verify:
        task(row, "Implementation", row["work_end"] or ended)
        task(row, rng.choice(["Testing", "Review"]), checked)
    if approve and kind == "常规":
        first = later("office", created, some(20, 150))
        approval(row, "technical", "邵启岚", first, asked=created + some(3, 15) * MIN)
        approval(
            row,
            "cab" if row["risk"] == "高" else "manager",
            "覃一舟",
            later("office", first, some(20, 300)),
            asked=first,
        )
    elif approve and kind == "紧急":
        approval(row, "emergency", rng.choice(["郗明澈", "覃一舟"]), began - some(3, 10) * MIN)
    return row


def task(row: Row, kind: str, closed: Any, state: str = "已关闭") -> None:
    """A task of a change."""
    TASKS.append({"number": "", "change_request": row, "change_task_type": kind, "state": state,
                  "short_description": {"Implementation": "按方案实施", "Testing": "功能验证"}.get(kind,
                  "实施后评审"),
                  "assigned_to": row["assigned_to"], "closed_at": closed})  # fmt: skip


def approval(
    row: Row, stage: str, approver: str, decided: datetime | str, decision: str = "approved",
    asked: datetime | None = None, role: str = "",
) -> None:  # fmt: skip
    """A step of the office system's approval of a change; staff stand there with their accounts."""
    APPROVALS.append({
        "approval_id": "", "object_type": "change", "object_id": row, "stage": stage,
        "approver": LOGIN.get(approver, approver), "approver_role": role, "approver_group": "",
        "requested_at": asked or (decided - some(3, 25) * MIN if isinstance(decided,
        datetime) else row["opened_at"] + 9 * MIN),
        "decision": decision, "decided_at": decided,
    })  # fmt: skip


CAUSES = {
    "应用": ["连接池参数偏小，高峰期耗尽", "缓存失效策略配置错误", "证书到期前未更新"],
    "数据库": ["索引缺失导致全表扫描", "定时任务与备份窗口重叠", "归档策略未随业务量调整"],
    "网络": ["固件缺陷导致端口协商失败", "光模块衰减", "访问策略重复且次序错误"],
    "存储": ["电池老化", "快照保留策略过长"],
    "终端": ["补丁与驱动版本不兼容", "供电模块老化，电压波动"],
    "会议": ["音频矩阵固件缺陷", "线缆接头氧化"],
}


def problem(
    project: str, opened: datetime, closed: datetime | None = None, pair: tuple[str, str] | None = None,
          **cells: Any
) -> Row:  # fmt: skip
    """A problem; with `closed` one whose cause was found and removed."""
    ci, category = pair or reserve(project)
    group, engineer = TEAMS[project][CLASS[ci]]
    row = {
        "number": "", "short_description": f"{ci} {category}反复发生，查找根因",
        "problem_state": "已关闭" if closed else "Root Cause Analysis",
        "priority": rng.choice(["2 - 高", "3 - 中", "3 - 中"]), "category": category, "cmdb_ci": ci,
        "opened_at": opened,
        "assignment_group": group, "assigned_to": engineer,
        "cause_notes": rng.choice(CAUSES[CLASS[ci]]) if closed else "",
        "workaround": rng.choice(["重启服务后临时恢复", "切换到备用链路", ""]), "known_error": "false",
        "resolution_code": "已修复" if closed else "",
        "resolved_at": closed - rng.randrange(24, 72) * 60 * MIN - some(1, 90) * MIN if closed else "",
        "closed_at": closed or "", "sys_updated_on": None, **cells, "_project": project,
    }  # fmt: skip
    PROBLEMS.append(row)
    return row


def request(project: str, opened: datetime, **cells: Any) -> Row:
    """A service request, carried out and accepted."""
    kind = rng.choice(list(TEAMS[project]))
    group, engineer = TEAMS[project][kind]
    person = rng.choice(CUSTOMERS[project])
    done = later(CALENDAR[project], opened, some(60, 700))
    accepted = later(CALENDAR[project], done, some(10, 200))
    row = {
        "number": "", "cat_item": rng.choice(["开通账号", "开通权限", "安装软件", "数据提取", "设备搬迁"]),
        "short_description": "按申请办理", "state": "Closed Complete", "requested_for": person, "opened_at": opened,
        "cmdb_ci": "", "assignment_group": group, "assigned_to": engineer, "approval": "已批准", "u_auto": "false",
        "u_fulfilled_at": done, "u_confirmed_at": accepted, "u_close_mode": "服务台关闭",
        "closed_at": later(CALENDAR[project], accepted, some(5, 300)), "closed_by": "苗晓禾",
        "sys_updated_on": None, **cells, "_project": project,
    }  # fmt: skip
    REQUESTS.append(row)
    return row


def edit(ci: str, moment: datetime, change_: Row | str = "", *, field: str = "version", old: str = "2.3",
      new: str = "2.4",
         by: str = "樊子渝", origin: str = "manual") -> Row:  # fmt: skip
    """An alteration of a configuration item in the CMDB."""
    row = {"ci_id": ci, "field": field, "old_value": old, "new_value": new, "changed_at": moment, "changed_by": by,
           "origin": origin, "change_id": change_}  # fmt: skip
    EDITS.append(row)
    return row


def plant(row: Row | str, *expected: str) -> Row:
    """Note what is expected of a record: "RULE verdict message" each."""
    for text in expected:
        rule, verdict, said = text.split()
        KEY.append((rule, row, verdict, said))
    return row if isinstance(row, dict) else {}


# --------------------------------------------------------------------------- the base, in order

VOLUME = {"BANK": 165, "GOV": 120, "ERP": 75}
"""Incidents of the base by project, in six months."""
CHANGED = {("BANK", 1): (31, 3), ("BANK", 2): (38, 2), ("GOV", 1): (19, 1), ("GOV", 2): (27, 4),
           ("ERP", 1): (9, 3), ("ERP", 2): (21, 1)}  # fmt: skip
"""Changes by project and quarter, planted ones included, and how many of them are emergencies."""


def opening(project: str, last: datetime = datetime(2026, 6, 28)) -> datetime:
    """When somebody reports: in service hours mostly, in the morning more than later."""
    while True:
        day = FIRST + rng.randrange((last - FIRST).days) * DAY
        hour = rng.choices(
            range(24), [*[1] * 7, 4, 14, 18, 16, 9, 5, 9, 14, 13, 10, 6, 3, 2, 2, 1, 1, 1]
        )[0]
        odd = not spans("office", day.date()) or not 8 <= hour <= 18
        if not odd or rng.random() < {"BANK": 0.25, "GOV": 0.03, "ERP": 0.2}[project]:
            return day + timedelta(
                hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(1, 60)
            )


def base_incident(project: str) -> None:
    """An incident of any kind; some wait for the customer, some come back once."""
    moment = opening(project)
    if project == "BANK" and rng.random() < 0.3:
        alarm(project, moment, priority=rng.choice([2, 3]), respond=0)
        return
    priority = rng.choices([1, 2, 3, 4], [1, 12, 60, 27])[0]
    mode = rng.choice(["服务台关闭"] * 4 + ["客户关闭"])
    row = incident(project, moment, priority, u_close_mode=mode)
    for stamp, state, lost in (("closed_at", "已解决", ("closed_at", "closed_by", "u_close_mode", "u_confirmed_at",
          "u_confirmed_by")),
                               ("resolved_at", "处理中",
                                     ("resolved_at", "resolved_by", "u_restored_at", "close_code"))):  # fmt: skip
        if row[stamp] > AS_OF:
            row |= {"incident_state": state, **dict.fromkeys(lost, "")}
    if not row["closed_at"]:
        return
    a = later(CALENDAR[project], row["u_responded_at"], 20)
    b = later(CALENDAR[project], a, 30)
    if b < row["resolved_at"] and rng.random() < 0.08:
        row["_pauses"] = ((a, b, "等待客户"),)
    elif a < row["resolved_at"] and rng.random() < 0.04:
        row |= {"_reopens": ((a, "客户反馈现象再次出现"),), "reopen_count": 1}


def base_problem(project: str, n: int) -> None:
    """A problem, every other one raised after three incidents of one kind that are linked to it."""
    opened = FIRST + rng.uniform(25, 150) * DAY
    opened = later("office", opened.replace(microsecond=0), some(10, 400))
    end = later("office", opened + rng.randrange(15, 45) * DAY, some(10, 400))
    if at("05-01 00:00") < end < at("06-01 00:00"):
        end += 31 * DAY
    closed = end if end < at("06-25 00:00") else None
    row = problem(project, opened, closed)
    for days in (18, 9, 2) if n % 2 else ():
        moment = later(CALENDAR[project], opened - days * DAY, some(10, 200))
        incident(project, moment, pair=(row["cmdb_ci"], row["category"]), problem_id=row)


def base() -> None:
    """Six months in which all is in order, around what is planted."""
    for project, many in VOLUME.items():
        for _ in range(many):
            base_incident(project)
    for project, many in {"BANK": 9, "GOV": 7, "ERP": 4}.items():
        for n in range(many):
            base_problem(project, n)
    for project, many in {"BANK": 20, "GOV": 30, "ERP": 14}.items():
        for _ in range(many):
            request(project, opening(project, datetime(2026, 6, 24)))
    for (project, quarter), (many, urgent) in CHANGED.items():
        first = FIRST if quarter == 1 else at("04-01 00:00")
        mine = [c for c in CHANGES if c["_project"] == project and c["state"] != "已取消"]
        mine = [c for c in mine if (c["opened_at"] >= at("04-01 00:00")) == (quarter == 2)]
        mine = [c for c in mine if not c["assignment_group"].startswith("总部")]
        low = 2 if quarter == 1 else 24
        left = urgent - sum(c["type"] == "紧急" for c in mine)
        assert len(mine) <= many and left >= 0, (project, quarter, len(mine), left)
        for n in range(many - len(mine)):
            created = later(
                "office",
                (first + (low + (80 - low) * (n + rng.random()) / (many - len(mine))) * DAY),
                some(5, 300),
            ).replace(microsecond=0)
            kind = "紧急" if n < left else rng.choice(["常规", "常规", "常规", "标准"])
            start = (
                later("always", created, rng.randrange(60, 200)).replace(second=0)
                if kind == "紧急"
                else None
            )
            made = change(project, created, kind, start=start)
            if n % 2 == 0:
                edit(
                    made["cmdb_ci"],
                    made["work_end"] + 30 * MIN,
                    made if n % 4 else "",
                    by=made["assigned_to"],
                )


# One planted record a line, as far as it goes.
# fmt: off


# ------------------------------------------------------------------------------ what is planted

GONE: dict[str, Row] = {"responded": {"u_responded_at": ""},
      "resolved": {"resolved_at": "", "u_restored_at": "", "resolved_by": ""},
        "accepted": {"u_confirmed_at": "", "u_confirmed_by": ""}, "closed": {"closed_at": "", "closed_by": ""}}
NO_WORK: Row = {"work_start": "", "work_end": ""}


def cases(*rows: Any) -> list[Any]:
    """Rows of a small table of plants."""
    return list(rows)


def plants() -> None:
    """Every record that is not in order, or stands on the edge of it."""
    response()
    resolution()
    paused_incidents()
    closing()
    repeats_and_problems()
    changes_and_approvals()
    change_times()
    configuration()
    integrity()
    registered()


def response() -> None:
    """INC-004; the office answers priority 3 within 60 of its minutes."""
    monday = at("03-02 10:00")
    plant(incident("GOV", monday, respond=60), "INC-004 conforming ok")
    plant(incident("GOV", monday + DAY, respond=61), "INC-004 nonconforming late")
    plant(incident("ERP", at("03-07 19:30"), respond=60), "INC-004 conforming ok")  # to Monday 08:30
    plant(incident("ERP", at("03-07 19:40"), respond=61), "INC-004 nonconforming late")
    plant(incident("GOV", at("04-07 09:20"), solve=60, **GONE["responded"]), "INC-004 conforming ok_by_end")
    plant(incident("GOV", at("04-08 09:20"), solve=61, **GONE["responded"]), "INC-004 not_assessed no_stamp")
    plant(incident("BANK", at("04-09 14:20"), solve=61, **GONE["responded"]), "INC-004 nonconforming never_stamped")
    plant(open_incident("GOV", at("06-29 14:00"), 4, incident_state="新建", **GONE["responded"]),
          "INC-004 nonconforming unanswered", "INC-005 not_applicable not_due", "INC-018 not_applicable open")
    plant(open_incident("GOV", at("06-30 17:30"), 4, incident_state="新建", u_reported_at="", **GONE["responded"]),
          "INC-004 not_applicable not_due", "DQ-002 not_applicable too_few")
    plant(incident("GOV", at("02-04 15:10"), u_responded_at=at("02-04 14:40")),
          "INC-004 not_assessed inverted", "DQ-002 nonconforming responded_before_created")
    plant(alarm("BANK", at("03-04 02:17"), respond=0), "INC-004 not_applicable automatic",
          "INC-012 not_applicable no_customer")
    plant(incident("ERP", at("03-11 09:00"), 5), "INC-004 not_applicable no_target",
          "INC-005 not_applicable no_target")
    plant(incident("ERP", at("03-12 09:00"), 4), "INC-005 not_applicable no_target",
          "INC-018 not_applicable no_target")


def resolution() -> None:
    """INC-005; the office's day has 450 minutes: priority 2 takes one of them, priority 3 two."""
    plant(incident("GOV", at("01-02 10:00"), 2, respond=30, resolved=at("01-04 18:00")),
          # holiday, then a Sunday worked
          "INC-004 conforming ok", "INC-005 conforming ok")
    plant(incident("GOV", at("01-02 10:20"), 2, respond=31, resolved=at("01-05 09:01")),
          "INC-004 nonconforming late", "INC-005 nonconforming late")
    plant(incident("GOV", at("02-13 17:00"), resolved=at("02-24 17:00")),
          "INC-005 conforming ok")  # Saturday worked, nine days off
    plant(incident("GOV", at("02-13 17:02"), resolved=at("02-24 17:03")), "INC-005 nonconforming late")
    plant(incident("ERP", at("02-14 13:00"), resolved=at("02-24 17:00")), "INC-005 conforming ok")
    plant(incident("ERP", at("02-14 13:10"), resolved=at("02-24 17:11")), "INC-005 nonconforming late")
    plant(incident("BANK", at("01-01 00:30"), 2, solve=480), "INC-005 conforming ok")
    plant(incident("BANK", at("01-01 01:30"), 2, solve=481), "INC-005 nonconforming late")
    for day in ("04-02", "04-10", "04-16", "04-22", "04-24", "04-27", "06-02", "06-04", "06-08", "06-10", "06-11",
          "06-16", "06-17"):
        plant(incident("GOV", at(f"{day} 10:40"), solve=some(950, 1700)), "INC-005 nonconforming late")
    for day in ("02-26", "06-10"):
        plant(incident("BANK", at(f"{day} 11:20"), 2, solve=some(500, 800)), "INC-005 nonconforming late")
    plant(open_incident("GOV", at("06-22 15:00")), "INC-005 not_assessed pauses_unknown",
          "INC-018 not_applicable open")  # the history ends before AS_OF
    never = incident("BANK", at("03-17 10:00"), closed_at=at("03-18 16:00"), u_confirmed_at=at("03-18 15:00"),
          **GONE["resolved"])
    plant(never, "INC-005 nonconforming closed_late", "INC-011 nonconforming never_resolved",
          "INC-018 not_assessed no_resolution_time")
    lost = incident("GOV", at("03-17 10:00"), closed_at=at("03-20 11:00"), u_confirmed_at=at("03-20 10:00"),
          **GONE["resolved"])
    lost["_resolved_step"] = at("03-19 11:00")
    plant(lost, "INC-005 not_assessed no_resolution_time", "INC-011 nonconforming time_missing",
          "INC-018 not_assessed no_resolution_time")
    plant(open_incident("GOV", at("03-18 09:30"), incident_state="已解决", **GONE["responded"]),
          "INC-004 not_assessed no_times",
          "INC-005 not_assessed no_end_time", "INC-018 not_assessed no_end_time", "INC-011 not_applicable not_closed")
    plant(open_incident("ERP", at("03-19 09:30"), resolved_at=at("03-19 11:00")),
          "INC-005 not_assessed times_and_state", "INC-018 not_assessed no_end_time")
    plant(incident("GOV", at("02-05 14:30"), u_responded_at=at("02-05 14:40"), resolved=at("02-05 13:50"),
          history=False),
          "INC-005 not_assessed inverted", "INC-018 not_assessed inverted",
          "DQ-002 nonconforming resolved_before_created")
    plant(incident("GOV", at("02-06 10:00"), None), *(f"INC-{n} not_assessed no_priority" for n in ("004", "005",
          "018")))
    plant(incident("GOV", at("02-09 10:00"), business_service=""), "INC-005 not_assessed no_service",
          "INC-018 not_assessed no_service")
    plant(incident("BANK", at("02-10 10:00"), assignment_group="总部值守组", cmdb_ci="", u_close_mode="超时关闭",
          closed_by="系统",
                   **GONE["accepted"]), *(f"INC-{n} not_assessed no_project" for n in ("004", "005", "018")),
          "INC-012 not_assessed agreement_unclear")
    plant(open_incident("GOV", at("02-11 10:00"), incident_state="已取消"),
          *(f"INC-{n} not_applicable void" for n in ("004", "005", "018", "023")),
          *(f"INC-{n} not_applicable not_closed" for n in ("011", "012", "015")))
    plant(incident("GOV", at("02-11 10:30"), u_close_mode="重复单"),
          *(f"INC-{n} not_applicable void" for n in ("004", "005", "011", "012", "018")))
    judged = ("004", "005", "011", "012", "015", "018", "023")
    plant(incident("ERP", at("03-23 10:00"), incident_state="挂起待定", resolved=at("03-24 10:00"), **GONE["closed"]),
          *(f"INC-{n} not_assessed unread" for n in judged))
    kind = reserve("ERP")
    for day in ("03-09", "03-26"):
        last = incident("ERP", at(f"{day} 09:40"), pair=kind)
    plant(last, "INC-023 not_assessed status_unclear")
    plant(incident("ERP", at("03-16 09:40"), pair=kind, incident_state=""),
          *(f"INC-{n} not_assessed status_unknown" for n in judged))


def paused(day: str, working: float, *pauses: tuple[float, float, str], **more: Any) -> Row:
    """An incident of the office that was opened at nine and took so many minutes of service hours.

    A pause is the minutes used when it began, its own minutes, and its reason.
    """
    opened = at(f"{day} 09:00")
    moments = [(later("office", opened, a), later("office", opened, a + b), why) for a, b, why in pauses]
    return incident("GOV", opened, respond=15, resolved=later("office", opened, working), pauses=tuple(moments),
          **more)


def paused_incidents() -> None:
    """INC-018 and the pauses in INC-005: 900 minutes are allowed; only waiting for the customer is agreed."""
    saved, early = "INC-005 conforming ok_paused", "INC-018 conforming ok"
    plant(paused("03-09", 960, (270, 60, "等待客户")), saved, early)
    plant(paused("03-10", 961, (270, 60, "等待客户")), "INC-005 nonconforming late", "INC-018 not_applicable missed")
    plant(paused("03-11", 960, (809, 90, "等待客户")), saved, early)
    plant(paused("03-12", 960, (810, 90, "等待客户")), saved, "INC-018 lead late")
    plant(paused("03-13", 1200, (60, 599, "等待客户")), saved, early)
    plant(paused("03-16", 1200, (60, 600, "等待客户")), saved, "INC-018 lead long")
    noted = paused("03-17", 960, (300, 100, "等待客户"))
    noted["_notes"] = (noted["_pauses"][0][0] + 40 * MIN,)
    plant(noted, saved, "INC-018 lead worked_on")
    plant(paused("03-18", 1100, (300, 100, "")), "INC-005 nonconforming late_at_least",
          "INC-018 not_applicable missed")
    plant(paused("03-19", 1000, (300, 300, "")), "INC-005 not_assessed pauses_decide",
          "INC-018 not_assessed pauses_decide")
    plant(paused("03-20", 1000, history=False), "INC-005 not_assessed pauses_unknown",
          "INC-018 not_assessed no_history")
    plant(paused("03-23", 1000, (200, 100, "等待客户"), (400, 50, "等待供应商"), (920, 60, "等待客户")), saved,
          "INC-018 not_assessed order_unknown")


def closing() -> None:
    """INC-011, INC-012 and INC-015."""
    for n, (project, seconds, *expected) in enumerate(cases(
        ("BANK", 0, "INC-011 conforming ok"), ("BANK", 59, "INC-011 conforming ok"),
        ("BANK", 60, "INC-011 nonconforming before_resolved", "DQ-002 conforming ok"),
        ("GOV", 120, "INC-011 nonconforming before_resolved", "DQ-002 conforming ok"),
        ("GOV", 180, "INC-011 nonconforming before_resolved", "DQ-002 nonconforming closed_before_resolved"),
    )):
        done = at("03-05 11:00") + n * 7 * MIN
        plant(incident(project, at("03-05 09:10"), resolved=done, closed_at=done - timedelta(seconds=seconds),
                       u_close_mode="客户关闭", **GONE["accepted"]), *expected)
    plant(incident("GOV", at("03-06 09:10"), u_restored_at=at("03-06 16:01"), resolved=at("03-06 11:00"),
          closed_at=at("03-06 16:00")), "INC-011 nonconforming before_restored")
    plant(incident("GOV", at("03-06 09:20"), u_restored_at=at("03-06 16:05"), resolved=at("03-06 11:04"),
          closed_at=at("03-06 16:05")), "INC-011 conforming ok")
    plant(incident("GOV", at("03-06 09:30"), history=False, u_confirmed_at=at("03-06 16:06"),
          closed_at=at("03-06 16:07"), **GONE["resolved"]),
          "INC-005 conforming ok", "INC-011 nonconforming no_time")
    plant(incident("BANK", at("03-06 09:40"), resolved=at("03-06 11:06"), **GONE["closed"]),
          "INC-011 not_assessed no_close_time", "INC-012 not_assessed no_close_time")
    for minute, accepted, expected in cases((50, "15:50", "conforming ok"), (52, "15:52", "nonconforming late"),
                                       (53, "10:40", "not_assessed too_early")):
        shut = at(f"03-06 15:{minute if minute < 52 else minute - 1}")
        plant(incident("BANK", at(f"03-06 09:{minute}"), resolved=at(f"03-06 10:{minute}"),
              u_confirmed_at=at(f"03-06 {accepted}"), closed_at=shut),
              f"INC-012 {expected}")
    for project, opened in cases(("BANK", "02-03 10:10"), ("GOV", "02-03 11:10"), ("GOV", "03-03 14:20"),
          ("GOV", "04-14 10:10"), ("ERP", "06-09 09:30")):
        plant(incident(project, at(opened), **GONE["accepted"]), "INC-012 nonconforming unconfirmed")
    plant(request("GOV", at("03-10 10:00"), u_confirmed_at=""), "INC-012 nonconforming unconfirmed")
    plant(incident("BANK", at("04-15 10:10"), u_close_mode="超时关闭", closed_by="系统", **GONE["accepted"]),
          "INC-012 nonconforming timeout")
    for minutes, expected in cases((0, "conforming silence"), (1, "nonconforming too_soon")):
        plant(incident("GOV", at("04-13 09:10"), resolved=at("04-13 11:00"),
              closed_at=at("04-16 11:00") - minutes * MIN, closed_by="系统",
                       u_close_mode="超时关闭", **GONE["accepted"]), f"INC-012 {expected}")
    own = incident("GOV", at("04-15 09:10"), u_close_mode="", **GONE["accepted"])
    own["closed_by"] = own["caller_id"]
    plant(own, "INC-012 conforming ok")
    plant(incident("GOV", at("04-15 09:20"), caller_id="丁叙", closed_by="丁叙", **GONE["accepted"]),
          "INC-012 not_assessed own_report")
    plant(incident("GOV", at("04-15 09:30"), closed_by="", u_close_mode="", **GONE["accepted"]),
          "INC-012 not_assessed closer_unknown")
    back = (at("04-20 15:00"), "报表仍为空")
    plant(incident("ERP", at("04-20 10:00"), respond=20, resolved=at("04-21 11:00"), reopens=(back,)),
          "INC-015 conforming ok")
    plant(incident("GOV", at("04-20 10:10"), respond=20, resolved=at("04-21 11:00"),
          reopens=(back, (at("04-20 17:00"), "重启后再次出现"))),
          "INC-015 nonconforming too_often")
    plant(incident("GOV", at("04-20 10:20"), respond=20, resolved=at("04-21 11:00"), reopens=((back[0], ""),)),
          "INC-015 nonconforming unexplained")
    plant(incident("ERP", at("04-21 10:20"), reopen_count=""), "INC-015 not_assessed not_counted")


def series(project: str, first: str, *days: float, pair: tuple[str, str] | None = None, make: Any = incident,
      **cells: Any) -> list[Row]:
    """Incidents of one kind on one item, so many days after the first."""
    kind = pair or reserve(project)
    return [make(project, at(first) + d * DAY, pair=kind, **cells) for d in (0, *days)]


def repeats_and_problems() -> None:
    """INC-023, PRB-002 and PRB-012."""
    minute = 1 / 1440
    plant(series("GOV", "02-03 09:12", 10, 30)[2], "INC-023 nonconforming no_problem")
    plant(series("GOV", "02-04 09:12", 10, 30 + minute)[2], "INC-023 not_applicable below")
    four = series("GOV", "03-24 10:05", 3, 8, 9)
    plant(four[2], "INC-023 nonconforming no_problem")
    plant(four[3], "INC-023 not_applicable later")
    plant(series("GOV", "06-01 10:05", 3, 8)[2], "INC-023 nonconforming no_problem")
    plant(series("BANK", "04-01 10:05", 7, 14)[2], "INC-023 nonconforming no_problem")
    supplies = ("GOV-PC-120", "耗材更换")
    plant(series("GOV", "04-01 09:25", *range(2, 27, 3)[:9], pair=supplies, cmdb_ci="")[9],
          "INC-023 nonconforming no_problem_of_service")
    plant(series("ERP", "04-01 09:35", *range(2, 26, 3)[:8], pair=("ERP-PC-12", "耗材更换"), cmdb_ci="")[8],
          "INC-023 not_applicable below")
    plant(series("BANK", "03-02 03:15", 6, 12, make=alarm, respond=0, u_knowledge="KB0010007")[2],
          "INC-023 not_applicable known_error")
    linked = series("BANK", "03-03 10:45", 5, 10)
    linked[0]["_linked"] = problem("BANK", at("03-16 10:00"), at("04-20 10:00"),
          pair=(linked[0]["cmdb_ci"], linked[0]["category"]))
    plant(linked[2], "INC-023 conforming ok")
    plant(incident("GOV", at("04-03 10:00"), category="其他"), "INC-023 not_applicable catch_all")
    plant(incident("BANK", at("04-03 10:10"), category=""), "INC-023 not_assessed no_category")

    closed = at("02-02 10:30")
    for days, expected in cases(((20, 60), "nonconforming came_back"), ((20, 60 + minute), "conforming ok")):
        found = problem("GOV", at("01-12 10:00"), closed)
        plant(found, f"PRB-012 {expected}")
        for d in days:
            incident("GOV", closed + d * DAY, pair=(found["cmdb_ci"], found["category"]))
    doubt = problem("ERP", at("02-12 10:00"), at("03-10 10:30"))
    plant(doubt, "PRB-012 not_assessed unclear")
    incident("ERP", at("03-27 10:30"), pair=(doubt["cmdb_ci"], doubt["category"]))
    plant(incident("ERP", at("03-30 10:30"), pair=(doubt["cmdb_ci"], doubt["category"]), cmdb_ci="",
          business_service=""),
          "INC-023 not_assessed no_ci", "CFG-003 not_applicable no_ci", "INC-005 conforming ok")
    for project, day, odd, *expected in cases(
        ("GOV", "03-02", {"cause_notes": "", "workaround": ""}, "PRB-002 nonconforming missing"),
        ("GOV", "03-11", {"cause_notes": "待查"}, "PRB-002 nonconforming placeholder"),
        ("GOV", "03-25", {"cause_notes": "原因不明", "known_error": "true", "workaround": "无"},
              "PRB-002 nonconforming no_workaround"),
        ("BANK", "04-08", {"cause_notes": " - "}, "PRB-002 nonconforming placeholder"),
        ("BANK", "04-09", {"cause_notes": "", "known_error": "true", "workaround": "每周日重启采集代理"},
              "PRB-002 conforming known_error"),
        ("ERP", "04-10", {"cause_notes": "", "resolution_code": "重复"}, "PRB-002 not_applicable duplicate"),
        ("ERP", "04-13", {"problem_state": ""}, "PRB-002 not_assessed status_unknown",
              "PRB-012 not_assessed status_unknown"),
        ("BANK", "04-14", {"cmdb_ci": ""}, "PRB-012 not_assessed no_ci"),
        ("BANK", "04-15", {"category": ""}, "PRB-012 not_assessed no_category"),
        ("BANK", "04-16", {"closed_at": ""}, "PRB-012 not_assessed no_close_time"),
    ):
        end = at(f"{day} 15:20")
        plant(problem(project, end - rng.randrange(15, 35) * DAY, end, **odd), *expected)
    plant(problem("BANK", at("04-03 10:20"), problem_state="Resolved", resolved_at=datetime(2062, 4, 17, 11, 20)),
          "DQ-002 nonconforming in_future")
    plant(problem("GOV", at("06-15 10:00")), "PRB-002 not_applicable not_closed", "PRB-012 not_applicable not_closed")


def alone(project: str, created: str, stage: str, approver: str, decided: Any = None, *, decision: str = "approved",
          role: str = "", **cells: Any) -> Row:
    """A change with one approval row; it came three hours after the request unless told."""
    row = change(project, at(created), approve=False, **cells)
    approval(row, stage, approver, at(created) + 3 * 60 * MIN if decided is None else decided, decision, role=role)
    return row


def urgent(project: str, began: str, delay: float | None, approver: str = "覃一舟", *, approved: str = "已批准",
      role: str = "",
           **cells: Any) -> Row:
    """An emergency change of two hours, approved so many minutes after its end."""
    start, end = at(began), at(began) + 120 * MIN
    cells = {"start": start, "work_start": start, "work_end": end, "closed_at": end + 3 * DAY, "approval": approved,
          **cells}
    row = change(project, start - 40 * MIN, "紧急", approve=False, verify=False, **cells)
    if delay is not None:
        approval(row, "emergency", approver, end + delay * MIN, role=role)
    task(row, "Implementation", end)
    task(row, "Review", end + DAY)
    return row


def changes_and_approvals() -> None:
    """CHG-004, CHG-005, CHG-006, CHG-010 and CHG-011."""
    none: Row = {"approve": False}
    absent = [f"CHG-{n} not_applicable not_approved" for n in ("005", "010", "011")]
    for project, created in (("GOV", "02-03 09:40"), ("GOV", "04-08 09:40")):
        plant(change(project, at(created), approval="已请求", **none), "CHG-004 nonconforming not_approved", *absent)
    plant(change("ERP", at("03-03 09:40"), approval="", **none), "CHG-004 nonconforming nothing_recorded")
    plant(alone("BANK", "03-04 09:40", "manager", "覃一舟", decision="rejected"),
          *(f"CHG-{n} not_assessed contradictory" for n in ("004", "005", "010", "011")))
    plant(alone("GOV", "03-05 09:40", "manager", "覃一舟", decision="", approval="已请求"),
          *(f"CHG-{n} not_assessed decision_unclear" for n in ("004", "005", "010", "011")))
    unknown = [f"CHG-{n} not_assessed type_unknown" for n in ("004", "005", "006", "010", "011", "015")]
    plant(change("BANK", at("04-09 09:40"), type=""), *unknown)
    plant(change("BANK", at("04-13 09:40"), "标准"), *(f"CHG-{n} not_applicable standard" for n in ("004", "005",
          "010", "011")))
    ahead = plant(change("BANK", at("06-26 09:40"), start=at("07-03 22:00"), state="已计划", close_code="",
          closed_at="", closed_by="", verify=False, **NO_WORK),
                  *(f"CHG-{n} not_applicable not_implemented" for n in ("004", "005", "011", "015")),
                        "CHG-020 not_applicable not_closed",
                  "CHG-021 not_applicable not_closed", "CHG-006 not_applicable not_emergency")
    ahead["sys_updated_on"] = at("06-29 16:00")
    plant(alone("GOV", "03-09 09:40", "manager", "覃一舟", decision="rejected", approval="已拒绝", close_code="",
          verify=False, **NO_WORK),
          "CHG-004 not_applicable rejected", "CHG-020 not_applicable rejected", "CHG-021 not_assessed no_actual_end")
    plant(change("ERP", at("03-16 09:40"), close_code="", **NO_WORK), "CHG-004 conforming ok",
          "CHG-005 not_assessed no_start",
          "CHG-015 not_assessed no_times", "CHG-020 conforming ok", "CHG-021 not_assessed no_actual_end")
    lost = change("BANK", at("03-16 09:50"), ci="BNK-STO-06", start=at("03-20 20:00"), state="", close_code="",
          verify=False, **NO_WORK)
    plant(lost, *(f"CHG-{n} not_assessed status_unknown" for n in ("004", "005", "011", "015", "020", "021")))

    begun: Row = {"work_start": at("03-12 20:05"), "start": at("03-12 20:00"), "work_end": at("03-12 20:50")}
    for minutes, expected in cases((0, "conforming ok"), (1, "nonconforming late")):
        plant(alone("BANK", "03-10 10:20", "manager", "覃一舟", begun["work_start"] + minutes * MIN, **begun),
              f"CHG-005 {expected}")
    plant(alone("GOV", "03-10 10:30", "manager", "覃一舟", at("03-13 09:30"), **begun), "CHG-005 nonconforming late")
    plant(alone("GOV", "03-10 10:40", "retro", "邵启岚", at("03-13 10:30"), **begun),
          "CHG-005 nonconforming only_after")
    plant(alone("BANK", "03-10 10:50", "customer", "邵启岚", **begun), "CHG-005 not_assessed beside_only")
    plant(alone("BANK", "03-10 11:00", "manager", "邵启岚", "", **begun), "CHG-005 not_assessed no_decision_time")
    plant(change("ERP", at("04-10 11:10"), work_start=""), "CHG-005 not_assessed no_start",
          "CHG-015 not_assessed no_times")
    plant(change("GOV", at("03-10 11:20"), work_start=at("03-12 21:40"), work_end=at("03-12 21:10"),
          start=at("03-12 21:00")),
          "CHG-005 not_assessed inverted", "CHG-015 not_assessed inverted",
          "DQ-002 nonconforming ended_before_started")

    strangers = ("CHG-010 not_assessed not_comparable", "CHG-011 not_assessed not_comparable")
    plant(urgent("BANK", "02-05 01:30", 720), "CHG-006 conforming ok", "CHG-005 not_applicable emergency",
          "CHG-015 not_applicable emergency")
    plant(urgent("BANK", "02-25 01:30", 721), "CHG-006 nonconforming late")
    plant(urgent("BANK", "03-19 02:30", 30, "yuanqf"), "CHG-006 conforming time_only", *strangers)
    plant(urgent("GOV", "04-02 14:00", 1440), "CHG-006 conforming ok")
    plant(urgent("GOV", "04-17 14:00", 1441), "CHG-006 nonconforming late")
    plant(urgent("GOV", "06-03 14:00", 60, "卓亦宁", assigned_to="阮北屿"), "CHG-006 nonconforming wrong_role")
    plant(urgent("GOV", "06-17 14:00", 60, "yuanqf", role="值班主管"), "CHG-006 not_assessed role_foreign",
          *strangers)
    plant(urgent("BANK", "06-22 02:00", None, approved=""), "CHG-006 nonconforming no_approval_row",
          "CHG-004 nonconforming nothing_recorded")
    plant(urgent("ERP", "02-11 09:00", None, approved="已请求"), "CHG-006 nonconforming not_approved",
          "CHG-004 nonconforming not_approved")
    unsure = urgent("ERP", "03-04 09:00", None)
    approval(unsure, "emergency", "覃一舟", "")
    plant(unsure, "CHG-006 not_assessed no_decision_time")
    plant(urgent("ERP", "03-18 09:00", 2000, work_end="", state="审查", close_code="", closed_at="", closed_by=""),
          "CHG-006 not_assessed no_end", "DQ-002 not_assessed no_pair")
    plant(urgent("BANK", "04-23 02:00", 90, **NO_WORK), "CHG-006 not_assessed no_times",
          "CHG-021 not_assessed no_actual_end")
    plant(change("GOV", at("06-24 14:00"), "紧急", approve=False, verify=False, state="已取消", approval="已拒绝",
          close_code="",
          closed_at="", closed_by="", **NO_WORK), "CHG-006 not_applicable not_implemented")
    plant(urgent("ERP", "06-30 18:00", None, approved="已请求", state="实施", close_code="", closed_at="",
          closed_by=""),
          "CHG-006 not_assessed approvals_incomplete", "CHG-004 nonconforming not_approved")

    plant(alone("GOV", "06-04 10:20", "manager", "覃一舟", requested_by="覃一舟"), "CHG-010 nonconforming same")
    plant(change("BANK", at("06-04 10:30"), requested_by="覃一舟"), "CHG-010 conforming ok")
    plant(alone("BANK", "06-04 10:40", "manager", "yuanqf", requested_by="柯静姝"), *strangers)
    plant(change("BANK", at("06-04 10:50"), requested_by=""), "CHG-010 not_assessed requester_empty")
    plant(alone("BANK", "06-04 11:00", "manager", ""), "CHG-010 not_assessed approver_empty",
          "CHG-011 not_assessed approver_empty")
    plant(alone("GOV", "06-05 10:20", "technical", "阮北屿", assigned_to="阮北屿"), "CHG-011 nonconforming same")
    plant(change("BANK", at("06-05 10:30"), assigned_to=""), "CHG-011 not_assessed implementer_empty")
    plant(alone("ERP", "06-05 10:40", "technical", "岑远帆", assigned_to="岑远帆"),
          "CHG-011 not_applicable compensated")


def change_times() -> None:
    """CHG-015, CHG-020 and CHG-021: the window is 20:00 to 22:00 of the day after."""
    for project, day, a, b, expected in cases(
        ("BANK", "03-23", -15, 30, "conforming ok"), ("BANK", "03-24", -16, 30, "nonconforming early"),
        ("BANK", "03-25", -15, 31, "nonconforming late"), ("GOV", "04-20", -16, 31, "nonconforming both"),
        ("GOV", "06-08", 0, 45, "nonconforming late"), ("GOV", "06-10", -60, 0, "nonconforming early"),
        ("GOV", "06-15", 0, 90, "nonconforming late"),
    ):
        start = at(f"{day} 20:00") + DAY
        plant(change(project, at(f"{day} 09:15"), start=start, end_date=start + 120 * MIN, work_start=start + a * MIN,
                     work_end=start + (120 + b) * MIN), f"CHG-015 {expected}")
    plant(change("ERP", at("04-22 09:15"), end_date=""), "CHG-015 not_assessed no_plan")
    for project, day, proof, shut, *expected in cases(
        ("BANK", "04-14", 900, 900, "CHG-020 conforming ok"),
              ("BANK", "04-15", 901, 900, "CHG-020 nonconforming late"),
        ("BANK", "04-16", None, 900, "CHG-020 nonconforming no_task"),
              ("GOV", "04-16", None, 960, "CHG-020 nonconforming no_task"),
        ("BANK", "04-21", -40, 900, "CHG-020 nonconforming no_task"),
              ("BANK", "04-22", "open", 920, "CHG-020 not_assessed task_unclear"),
        ("GOV", "04-21", 1, 1, "CHG-020 conforming ok"),
              ("GOV", "04-22", None, 0, "CHG-020 nonconforming no_task", "CHG-021 conforming ok"),
        ("GOV", "04-23", 900, -1, "CHG-020 not_assessed tasks_incomplete", "CHG-021 nonconforming early"),
    ):
        start, end = at(f"{day} 20:00"), at(f"{day} 21:30")
        row = change(project, start - 34 * 60 * MIN, start=start, end_date=end + 30 * MIN, work_start=start,
              work_end=end,
                     closed_at=end + shut * MIN, verify=False)
        task(row, "Implementation", end)
        if proof:
            task(row, "Review", "" if proof == "open" else end + proof * MIN, "" if proof == "open" else "已关闭")
        plant(row, *expected)
    plant(change("ERP", at("04-23 09:15"), work_end=""), "CHG-021 not_assessed no_actual_end",
          "CHG-015 not_assessed no_times")
    plant(change("BANK", at("04-24 09:15"), closed_at="", closed_by=""), "CHG-020 not_assessed no_close_time",
          "CHG-021 not_assessed no_close_time")
    for created, code in (("04-03 09:15", "失败"), ("06-12 09:15", "失败")):
        change("GOV", at(created), close_code=code)
    change("BANK", at("06-11 09:15"), close_code="失败")
    change("ERP", at("06-11 10:15"), close_code="失败")  # one of twenty closed in the quarter: 95 % exactly
    change("BANK", at("04-07 10:15"), assignment_group="总部信息组", cmdb_ci="")


def configuration() -> None:
    """CFG-003 and CFG-005."""
    plant(incident("BANK", at("03-24 09:50"), cmdb_ci="BNK-APP-99"), "CFG-003 nonconforming unknown_ci")
    plant(incident("GOV", at("04-09 09:50"), cmdb_ci="gov-pc-1O5"), "CFG-003 nonconforming unknown_ci")
    plant(incident("ERP", at("03-25 09:50"), cmdb_ci="车间PDA"), "CFG-003 nonconforming ambiguous")
    plant(incident("ERP", at("03-26 09:55"), cmdb_ci="仓库扫码枪"), "CFG-003 conforming ok")

    work = change("GOV", at("04-08 10:25"), start=at("04-09 20:00"), work_start=at("04-09 20:05"),
          work_end=at("04-09 21:00"), ci="GOV-NET-08")
    plant(edit("GOV-NET-08", at("04-14 21:00")), "CFG-005 conforming covered")
    plant(edit("GOV-NET-08", at("04-14 21:01"), field="config", by="阮北屿"), "CFG-005 nonconforming untraced")
    plant(edit("GOV-PC-122", at("03-08 15:20"), field="location", old="三楼", new="五楼", by="卓亦宁"),
          "CFG-005 nonconforming untraced")
    plant(edit("GOV-PC-122", at("06-07 15:20"), field="ip_address", old="10.20.3.41", new="10.20.5.41", by="卓亦宁"),
          "CFG-005 nonconforming untraced")
    plant(edit("BNK-STO-06", at("03-08 23:20"), by="葛闻笛"), "CFG-005 nonconforming untraced")
    plant(edit("BNK-STO-06", at("04-10 23:20"), work), "CFG-005 conforming cited")
    plant(edit("BNK-STO-06", at("03-20 23:00"), field="config"), "CFG-005 not_assessed change_unclear")
    stopped = change("GOV", at("03-26 10:25"), state="已取消", approval="已拒绝", approve=False, verify=False,
          close_code="", closed_by="", closed_at="", **NO_WORK)
    plant(edit("GOV-PC-121", at("04-01 10:10"), stopped), "CFG-005 nonconforming change_not_done")
    plant(edit("GOV-PC-121", at("04-17 10:10"), next(c for c in CHANGES if not c["state"])),
          "CFG-005 not_assessed cited_unknown")
    plant(edit("GOV-PC-121", at("04-20 10:10"), origin=""), "CFG-005 not_assessed origin_unknown")
    plant(edit("GOV-PC-199", at("04-21 10:10")), "CFG-005 not_assessed ci_unknown")
    plant(edit("GOV-PC-122", at("01-09 10:10")), "CFG-005 not_assessed changes_incomplete")
    audit: Row = {"field": "owner", "old": "待定", "new": "卓亦宁"}
    plant(edit("GOV-PC-121", at("03-25 16:00"), by="骆景川", **audit), "CFG-005 not_applicable after_audit")
    plant(edit("GOV-PC-122", at("03-25 16:01"), by="骆景川", **audit), "CFG-005 nonconforming untraced")
    plant(edit("GOV-PC-121", at("03-24 16:00"), by="资产盘点组"), "CFG-005 not_assessed actor_unknown")
    plant(edit("GOV-PC-121", at("04-22 02:00"), origin="discovery", by="自动发现"),
          "CFG-005 not_applicable discovered")
    plant(edit("GOV-PC-121", at("04-22 10:00"), field="remark"), "CFG-005 not_applicable uncontrolled")
    plant(edit("GOV-PC-121", at("04-22 10:05"), field="serial_no", old="", new="SN20260422"),
          "CFG-005 not_applicable first_filling")
    plant(edit("BNK-NET-10", at("04-22 10:10")), "CFG-005 not_applicable not_in_use")


def integrity() -> None:
    """DQ-002, DQ-005 and DQ-008."""
    quick: Row = {"resolved": at("03-31 10:20"), "u_confirmed_at": at("03-31 10:25"), "closed_at": at("03-31 10:30")}
    plant(incident("BANK", at("03-31 10:00"), u_responded_at=at("03-31 10:32"), **quick), "DQ-002 conforming ok")
    plant(incident("BANK", at("03-31 10:01"), u_responded_at=at("03-31 10:33"), **quick),
          "DQ-002 nonconforming closed_before_responded")
    plant(incident("GOV", at("03-31 10:02"), u_reported_at=at("03-31 10:04")), "DQ-002 conforming ok")
    plant(incident("GOV", at("03-31 10:03"), u_reported_at=at("03-31 10:06")),
          "DQ-002 nonconforming created_before_reported")
    plant(request("GOV", at("03-31 11:00"), u_fulfilled_at="", u_confirmed_at=at("03-31 10:00"),
          closed_at=at("03-31 10:00")), "DQ-002 nonconforming closed_before_created")
    for n in range(6):
        incident("GOV", at("03-26 09:05") + n * 17 * MIN, solve=some(100, 400), closed_at=at("03-31 18:00"))
    for _ in range(4):
        incident("ERP", at("03-28 09:07"))
    incident("ERP", at("01-05 08:50"), number="OLD-2025-0317")
    incident("ERP", at("01-05 09:10"), number="补录单甲")
    request("GOV", at("03-20 09:00"))["_skip"] = 6
    incident("GOV", at("03-20 09:00"))["_skip"] = 4


def registered() -> None:
    """SLM-006 and DOC-001, whose registers stand below; CHG-008, DQ-005, DQ-008 and the key figures."""
    open_incident("BANK", at("06-30 21:40"), incident_state="已解决", resolved_at=at("07-01 08:30"),
          resolved_by="樊子渝",
          close_code="已解决")["sys_updated_on"] = AS_OF
    for line in REGISTERED.strip().splitlines():
        rule, name, verdict, said = (part.strip() for part in line.split("|"))
        KEY.append((rule, name, verdict, said))


def beyond_the_window() -> None:
    """What cannot be known of any record for want of the months before and after the export."""
    planted = {(rule, id(row)) for rule, row, *_ in KEY}
    for row in INCIDENTS:
        if row["opened_at"] < FIRST + 30 * DAY and ("INC-023", id(row)) not in planted:
            plant(row, "INC-023 not_assessed incidents_incomplete")
    for row in PROBLEMS:
        if row["closed_at"] and row["closed_at"] > LAST - 60 * DAY:
            plant(row, "PRB-012 not_assessed too_recent")


# --------------------------------------------------------------------- registers and settings

SETTINGS = """\
# Settings of the sample firm. Its exports were made on the morning of 2026-07-01.
organisation = "云梧信息技术服务有限公司（示例）"
zone = "Asia/Shanghai"

[connectors]
paths = ["connectors"]

[sources.servicenow]              # lists with the firm's own columns: connectors/servicenow_site
files = ["incident.csv", "sys_audit.csv", "task_sla.csv", "sc_req_item.csv", "problem.csv",
         "change_request.csv", "change_task.csv", "cmdb_ci.csv"]
from = 2026-01-01
to = 2026-06-30
counts = { COUNTS }
gaps = "表单取消时编号作废，服务台逐月核对，由变更经理覃一舟于 2026-07-01 确认"

[sources.oa]                      # the office system approves changes by their ServiceNow numbers
connector = "canonical"
files = ["oa_approvals.csv"]
ids_of = "servicenow"
from = 2026-01-01
to = 2026-06-30

[sources.cmdb]
connector = "canonical"
files = ["ci_*.csv", "cis_*.csv", "links.csv", "catalogue.csv"]
ids_of = "servicenow"
from = 2026-01-01
to = 2026-06-30
gaps = "配置修改按变更登记，没有变更时没有记录"

[sources.registers]
connector = "canonical"
files = ["documents.csv", "personnel.csv", "projects.csv", "slas.csv", "sla_targets.csv"]
from = 2026-01-01
to = 2026-06-30

[[projects]]
id = "BANK"
name = "泓岚银行数据中心运维"
calendar = "always"
match = { assignment_group = ["银行*"], id = ["BNK-*"] }
[projects.params.CHG-006]
retro_hours = 12                  # the bank's own rule is stricter
[projects.params.INC-004]
strict_stamps = true              # the bank takes a missing stamp for a late one
[projects.params.INC-005]
strict_stamps = true

[[projects]]
id = "GOV"
name = "云梧市政务办公运维"
calendar = "office"
match = { assignment_group = ["政务*"], id = ["GOV-*"] }

[[projects]]
id = "ERP"
name = "启衡机械ERP运维"
calendar = "plant"
match = { assignment_group = ["ERP*"], id = ["ERP-*"] }

[people]                          # the board decides as a whole
cab_member = ["变更评审会"]

[calendars.always]
zone = "Asia/Shanghai"
always = true

[calendars.office]
zone = "Asia/Shanghai"
holidays = "CN"
hours = ["09:00-12:00", "13:30-18:00"]

[calendars.plant]
zone = "Asia/Shanghai"
holidays = "CN"
hours = ["08:00-20:00"]
sat = ["08:00-20:00"]
makeup = ["08:00-20:00"]

[params.CHG-011]
compensating_controls = ["ERP"]   # two engineers on site; the change manager reviews each change later

[exclude]
"QM-8.4.4-4" = "备品备件由需方自行保管，合同附件三已约定，供方不设备件库"
"""

STATES = """{ "新建" = "new", "处理中" = "in_progress", "挂起" = "on_hold", "已解决" = "resolved", "已关闭" = "closed",
 "已取消" = "cancelled" }""".replace("\n", "")
MODES = '{ "服务台关闭" = "desk", "客户关闭" = "customer", "超时关闭" = "timeout", "重复单" = "duplicate" }'
CONNECTOR = """\
# The firm's own columns in its ServiceNow: what the shipped connector cannot know.

title.zh = "ServiceNow（本单位加列）"
title.en = "ServiceNow with the firm's own columns"
how.zh = "使用本单位的列表视图“ITSS 审核”导出 CSV"
how.en = "export the list view “ITSS audit” as CSV"

[[export]]
name = "incident list"
detect = ["number", "incident_state", "u_responded_at"]
[[export.table]]
table = "incidents"
order = "updated_at"
[export.table.columns]
status = { from = ["incident_state"], values = STATES }
on_hold_reason = { from = ["hold_reason"], values = { "等待客户" = "waiting_customer" } }
priority = { from = ["priority"], sql = "regexp_extract(cell, '^[1-5]')" }
auto_generated = { from = { channel = ["contact_type"] }, sql = "channel = '监控'" }
close_mode = { from = ["u_close_mode"], values = MODES }
@ incident_id=number title=short_description category=category ci_id=cmdb_ci service_id=business_service
@ reporter=caller_id source_system=u_source reported_at=u_reported_at created_at=opened_at responded_at=u_responded_at
@ assignment_group=assignment_group assigned_to=assigned_to resolved_at=resolved_at resolved_by=resolved_by
@ restored_at=u_restored_at resolution_code=close_code customer_confirmed_at=u_confirmed_at
@ customer_confirmed_by=u_confirmed_by closed_at=closed_at closed_by=closed_by reopened_count=reopen_count
@ reassignment_count=reassignment_count problem_id=problem_id knowledge_id=u_knowledge updated_at=sys_updated_on

[[export]]
name = "sys_audit of incidents"
detect = ["documentkey", "fieldname", "newvalue"]
[[export.table]]
table = "status_history"
[export.table.columns]
object_type = { const = "incident" }
event_type = { from = { field = ["fieldname"], old = ["oldvalue"], new = ["newvalue"] }, sql = '''
case when field = 'work_notes' then 'comment' when old is null then 'create' when new = '已关闭' then 'close'
when old in ('已解决', '已关闭') then 'reopen' else 'status_change' end''' }
field = { from = ["fieldname"], values = { "incident_state" = "status", "work_notes" = "work_notes" } }
old_value = { from = ["oldvalue"], values = STATES }
new_value = { from = ["newvalue"], values = STATES }
reason = { from = ["reason"], sql = '''
case cell when '等待客户' then 'waiting_customer' when '等待供应商' then 'waiting_supplier' else cell end''' }
@ object_id=documentkey seq=sequence changed_at=sys_created_on changed_by=user

[[export]]
name = "task_sla of incidents"
detect = ["task", "metric", "u_paused_minutes"]
[[export.table]]
table = "sla_results"
key = ["object_id", "metric"]
[export.table.columns]
sla_result_id = { from = { task = ["task"], metric = ["metric"] }, sql = "task || '/' || metric" }
object_type = { const = "incident" }
@ object_id=task metric=metric paused_minutes=u_paused_minutes

[[export]]
name = "sc_req_item list"
detect = ["number", "cat_item", "u_fulfilled_at"]
[[export.table]]
table = "requests"
order = "updated_at"
[export.table.columns]
status = { from = ["state"], values = { "Closed Complete" = "closed" } }
close_mode = { from = ["u_close_mode"], values = MODES }
@ request_id=number title=cat_item ci_id=cmdb_ci requester=requested_for created_at=opened_at
@ assignment_group=assignment_group assigned_to=assigned_to auto_generated=u_auto fulfilled_at=u_fulfilled_at
@ customer_confirmed_at=u_confirmed_at closed_at=closed_at closed_by=closed_by updated_at=sys_updated_on
"""
"""A line that begins with @ lists columns that are read as they stand."""


def connector() -> str:
    """The firm's connector file."""
    lines = []
    for line in CONNECTOR.splitlines():
        pairs = [word.split("=") for word in line[1:].split()] if line.startswith("@") else []
        lines += [f'{ours} = {{ from = ["{theirs}"] }}' for ours, theirs in pairs]
        if not pairs:
            lines.append(line.replace("STATES", STATES).replace("MODES", MODES))
    return "\n".join([*lines, ""])


KEY_HEAD = """\
# What was planted in the sample exports: rule, record, verdict, message (or why it is not assessed).
# Every finding and everything not assessed stands here; conforming and not applicable only where planted.
"""

ORG_DOCUMENTS = """service_scope service_management_manual organisation_structure service_policy capability_plan
    capability_indicator_plan quality_assurance_plan post_descriptions service_desk_procedure knowledge_procedure
    service_level_procedure service_report_procedure incident_procedure role_matrix problem_procedure
    configuration_procedure configuration_policy change_procedure release_procedure security_procedure
    representative_appointment service_process quality_policy quality_duties quality_manual work_instruction
    need_confirmation_procedure planning_procedure implementation_procedure evaluation_procedure improvement_procedure
    feedback_procedure internal_audit_procedure nonconformity_procedure document_list role_flow_chart survey_plan
    quality_assurance_report survey_report department_norms delivery_procedure review_procedure service_objectives
    performance_agreement project_management_procedure security_policy duty_roster"""
PROJECT_DOCUMENTS = """team_appointment project_roles requirement_list yearly_work_plan process_exception_list
    complaint_definition customer_rules_briefing appraisal_scheme contract_briefing operation_manual maintenance_manual
    emergency_plan security_rules project_initiation service_promise project_process complaint_procedure"""


def documents() -> str:
    """The register of controlled documents; `DOCUMENT_FAULTS` says what is amiss."""
    wanted = [("", t) for t in ORG_DOCUMENTS.split()]
    wanted += [(p, t) for p in ("BANK", "GOV", "ERP") for t in PROJECT_DOCUMENTS.split()]
    lines = []
    for n, (project, kind) in enumerate(wanted, 1):
        cells = {"status": "published", "approved_at": "2025-12-18 15:00", "effective_from": "2026-01-01"}
        fault = DOCUMENT_FAULTS.get((project, kind), {})
        if fault is not None:
            cells |= fault
            lines.append(f"YW-{project or 'ORG'}-{n:03},{kind},{project},1.{n % 4},{','.join(cells.values())}")
    return listed("doc_id,doc_type,project_id,version,status,approved_at,effective_from", "\n".join(lines))


def cmdb() -> str:
    """The items of the CMDB as the tool lists them."""
    kinds = {"应用": "Application", "数据库": "Database", "网络": "Network Gear", "存储": "Storage Device",
             "终端": "Computer", "会议": "Peripheral"}
    rows = [
        {"name": c, "sys_class_name": kinds[k], "install_status": CI_STATES.get(c, "Installed"),
              "owned_by": TEAMS[p][k][1]}
        for p, every in CIS.items() for k, names in every.items() for c in names
    ]
    return table(rows)


def registers() -> dict[str, str]:
    """The registers that no tool exports, under the canonical names."""
    targets = [
        f"SLA-{p},{metric},,incident,{priority},{minutes},"
        for p, by in TARGETS.items() for priority, pair in by.items()
        for metric, minutes in zip(("response", "resolution"), pair, strict=True) if minutes
    ]
    pairs = [(i["number"], i["_linked"]["number"]) for i in INCIDENTS if "_linked" in i]
    linked = [f"incident,{a},relates_to,problem,{b}" for a, b in pairs]
    return {
        "catalogue.csv": listed("service_id,level,project_id,name,owner,status,version,effective_from,reviewed_at",
        CATALOGUE),
        "documents.csv": documents(),
        "links.csv": listed("from_type,from_id,relation,to_type,to_id", "\n".join(linked)),
        "personnel.csv": listed("person_id,name,login,team,roles", "\n".join(map(",".join, STAFF))),
        "projects.csv": listed("project_id,name,customer,start_date,status,calendar_id", PROJECTS),
        "slas.csv": listed("sla_id,project_id,version,status,effective_from,effective_to,calendar_id,silence_days",
        SLAS),
        "sla_targets.csv": listed("sla_id,metric,service_id,object_type,priority,target_minutes,calendar_id",
                                  "\n".join([*targets, *MORE_TARGETS])),
        "cis_workshop.csv": listed("ci_id,name,ci_type,owner,status", WORKSHOP),
        "ci_audits.csv": listed("ci_audit_id,project_id,audited_at", "CA-2026-01,GOV,2026-03-20 16:00"),
        "ci_audit_items.csv": listed("ci_audit_id,ci_id", "\n".join(f"CA-2026-01,{c}" for c in CIS["GOV"]["终端"])),
    }


SLAS = """
    SLA-BANK,BANK,1.0,active,2025-07-01,2027-06-30,always,
    SLA-GOV,GOV,1.0,active,2026-01-01,2026-12-31,office,3
    SLA-ERP,ERP,1.0,active,2025-01-01,2026-12-31,plant,
"""
MORE_TARGETS = ["SLA-GOV,resolution,SVC-G4,incident,3,120,"]
"""A meeting cannot wait: its solution time at priority 3."""
PROJECTS = """
    BANK,泓岚银行数据中心运维,泓岚银行,2025-07-01,in_progress,always
    GOV,云梧市政务办公运维,云梧市政务服务中心,2026-01-01,in_progress,office
    ERP,启衡机械ERP运维,启衡机械,2025-01-01,in_progress,plant
    ARCH,云梧市档案馆机房运维,云梧市档案馆,2026-06-08,in_progress,office
    PORT,泓岚银行灾备中心运维,泓岚银行,2026-09-01,planned,always
"""
WORKSHOP = """
    ERP-PDA-01,车间PDA,Handheld,岑远帆,in_use
    ERP-PDA-02,车间PDA,Handheld,岑远帆,in_use
    ERP-PDA-03,仓库扫码枪,Handheld,岑远帆,in_use
"""
CI_STATES = {"BNK-NET-10": "Retired"}
DOCUMENT_FAULTS: dict[tuple[str, str], dict[str, str] | None] = {
    ("", "duty_roster"): None, ("", "problem_procedure"): {"status": "draft"},
          ("", "security_policy"): {"effective_from": "2026-07-02"},
    ("", "quality_duties"): {"effective_from": "2026-07-01"}, ("", "survey_report"): {"status": ""},
          ("GOV", "emergency_plan"): None,
    ("GOV", "complaint_procedure"): {"status": "obsolete"},
          ("ERP", "yearly_work_plan"): {"approved_at": "2026-07-03 10:00"},
}
CATALOGUE = """
    SVC-B1,project,BANK,应用系统运维,樊子渝,active,2.1,2025-07-01,2026-01-16 10:00
    SVC-B2,project,BANK,数据库与存储运维,葛闻笛,active,1.4,2025-07-01,2026-01-16 11:00
    SVC-B3,project,BANK,网络运维,祁望舒,active,1.2,2025-07-01,2025-08-20 09:30
    SVC-B4,project,BANK,灾备切换支持,葛闻笛,active,1.0,2026-08-01,
    SVC-G1,project,GOV,桌面支持,卓亦宁,active,2.0,2023-01-10,2025-06-29 10:00
    SVC-G2,project,GOV,政务应用支持,阮北屿,active,1.1,2023-01-10,2025-07-01 10:00
    SVC-G3,project,GOV,政务网络运维,阮北屿,active,1.3,2025-06-30,
    SVC-G4,project,GOV,会议保障,卓亦宁,active,1.0,2025-07-01,
    SVC-G5,project,GOV,机房巡检,阮北屿,active,1.0,2022-03-01,2024-03-20 15:00
    SVC-E1,project,ERP,ERP应用支持,褚以沐,active,3.0,2025-01-01,2026-03-02 14:00
    SVC-E2,project,ERP,厂区网络与终端,岑远帆,active,1.5,2025-01-01,2026-07-15 10:00
    SVC-E3,project,ERP,车间设备联网,岑远帆,active,1.0,,
    SVC-E4,project,ERP,数据报表服务,褚以沐,,1.0,2025-01-01,2026-03-02 15:00
    SVC-01,org,,电话会议支持,丁叙,retired,1.0,2020-05-01,2021-04-10 09:00
    SVC-02,org,,服务台受理,丁叙,active,2.2,2024-02-01,2026-02-06 09:00
"""
REGISTERED = """
    SLM-006 | SVC-B3 | conforming | due_soon
    SLM-006 | SVC-B4 | not_applicable | not_yet_in_force
    SLM-006 | SVC-G1 | nonconforming | overdue
    SLM-006 | SVC-G2 | conforming | due_soon
    SLM-006 | SVC-G3 | nonconforming | never_reviewed
    SLM-006 | SVC-G4 | not_applicable | young
    SLM-006 | SVC-G5 | nonconforming | overdue
    SLM-006 | SVC-E1 | conforming | ok
    SLM-006 | SVC-E2 | not_assessed | in_future
    SLM-006 | SVC-E3 | not_assessed | no_dates
    SLM-006 | SVC-E4 | not_assessed | status_unknown
    SLM-006 | SVC-01 | not_applicable | not_in_force
    CHG-008 | BANK 2026-Q1 | conforming | ok
    CHG-008 | GOV 2026-Q2 | nonconforming | too_many
    CHG-008 | ERP 2026-Q1 | not_applicable | too_few
    DQ-005 | GOV incidents.closed_at | lead | shared
    DQ-005 | ERP incidents.created_at | conforming | ok
    DQ-005 | GOV incidents.resolved_at | not_assessed | unclear
    DOC-001 | KP-3.1.3-1 (organisation) | nonconforming | missing
    DOC-001 | QA-3.3-2 GOV | nonconforming | missing
    DOC-001 | QM-8.4.6-14 (organisation) | nonconforming | not_in_force
    DOC-001 | SD-4.3-2 GOV | nonconforming | not_in_force
    DOC-001 | WN-5-1 ERP | nonconforming | not_in_force
    DOC-001 | KP-3.1.2-8 (organisation) | nonconforming | not_in_force
    DOC-001 | QM-A3.3-1 (organisation) | conforming | ok
    DOC-001 | QM-B6-2 (organisation) | not_assessed | unclear
    DOC-001 | QM-8.4.4-4 (organisation) | not_applicable | excluded
    DOC-001 | WN-2-1 ARCH | not_applicable | within_grace
    DOC-001 | WN-2-1 PORT | not_applicable | not_running
    DOC-001 | SD-2-9 BANK | not_applicable | not_due
    KPI-002 | BANK 2026-Q2 | conforming | ok
    KPI-002 | GOV 2026-Q2 | nonconforming | below
    KPI-002 | ERP 2026-Q2 | conforming | ok
    KPI-009 | BANK 2026-Q2 | conforming | ok
    KPI-009 | GOV 2026-Q2 | nonconforming | below
    KPI-002 | BANK 2026-Q3 | not_applicable | running
    KPI-009 | ERP 2026-Q2 | conforming | ok
    KPI-009 | (unattributed) 2026-Q2 | not_applicable | too_few
    KPI-009 | BANK ? | not_assessed | unplaced
    KPI-009 | (organisation) ? | not_assessed | unplaced
    KPI-002 | (unattributed) 2026-Q1 | not_assessed | quarter_incomplete
    KPI-002 | (organisation) 2026-Q1 | not_assessed | quarter_incomplete
    KPI-002 | BANK 2026-Q1 | not_assessed | quarter_incomplete
    KPI-002 | GOV 2026-Q1 | not_assessed | quarter_incomplete
    KPI-002 | ERP 2026-Q1 | not_assessed | quarter_incomplete
    KPI-009 | (organisation) 2026-Q1 | not_assessed | quarter_incomplete
    KPI-009 | BANK 2026-Q1 | not_assessed | quarter_incomplete
    KPI-009 | GOV 2026-Q1 | not_assessed | quarter_incomplete
    KPI-009 | ERP 2026-Q1 | not_assessed | quarter_incomplete
    DQ-008 | servicenow RITM# | lead | gaps
    DQ-008 | servicenow INC# | conforming | ok
    DQ-008 | servicenow OLD-2025-# | not_applicable | single
    DQ-008 | servicenow - | not_applicable | no_number
"""

# fmt: on


# ------------------------------------------------------------------------------------- writing


def history(row: Row) -> Iterator[tuple[datetime, str, str, str, str, str]]:
    """The audit of an incident: when, field, before, after, by whom, why."""
    if not row["_history"] or not row["opened_at"]:
        return
    steps = [(row["opened_at"], "新建", "")]
    steps += [
        (max(row["u_responded_at"] or row["opened_at"] + 3 * MIN, row["opened_at"]), "处理中", "")
    ]
    for a, b, why in row["_pauses"]:
        steps += [(a, "挂起", why), (b, "处理中", "")]
    for moment, why in row["_reopens"]:
        steps += [(moment - 8 * MIN, "已解决", ""), (moment, "处理中", why)]
    state = row["incident_state"]
    if state == "新建":
        steps = steps[:1]
    if row.get("_resolved_step", row["resolved_at"]):
        steps += [(row.get("_resolved_step", row["resolved_at"]), "已解决", "")]
    if row["closed_at"] or state == "已取消":
        steps += [
            (
                row["closed_at"] or row["sys_updated_on"],
                state if state in ("已关闭", "已取消") else "已关闭",
                "",
            )
        ]
    elif steps[-1][1] != state and state != "":
        steps += [(row["sys_updated_on"], state, "")]
    by: dict[str, str] = {
        "新建": row["caller_id"] or "监控平台",
        "已关闭": row["closed_by"] or row["assigned_to"],
    }
    before = ""
    for moment, state, why in steps:
        yield moment, "incident_state", before, state, by.get(state, str(row["assigned_to"])), why
        before = state
    for moment in row["_notes"]:
        yield moment, "work_notes", "", "", row["assigned_to"], "继续排查并更新处理记录"


def finish() -> None:
    """Give the records their numbers, in the order of their making, and their last update."""
    for rows, prefix, first in (
        (INCIDENTS, "INC00", 10001), (CHANGES, "CHG00", 20001), (PROBLEMS, "PRB00", 40001),
              (REQUESTS, "RITM00", 50001)
    ):  # fmt: skip
        rows.sort(key=lambda r: r["opened_at"])
        number = first
        for row in rows:
            number += row.get("_skip", 0)
            if not row["number"]:
                row["number"] = f"{prefix}{number}"
                number += 1
            stamps = [
                v
                for k, v in row.items()
                if isinstance(v, datetime) and k not in ("start_date", "end_date")
            ]
            row["sys_updated_on"] = row["sys_updated_on"] or max(
                [s for s in stamps if s <= AS_OF], default=row["opened_at"]
            )
    for n, row in enumerate(TASKS, 1):
        row["number"] = f"CTASK00{30000 + n}"
    APPROVALS.sort(key=lambda r: r["requested_at"])
    for n, row in enumerate(APPROVALS, 1):
        row["approval_id"] = f"OA2026{n:05}"
    EDITS.sort(key=lambda r: r["changed_at"])


def shown(value: Any) -> str:
    """A cell as the exports write it."""
    if isinstance(value, dict):
        return str(value["number"])
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def table(rows: list[Row]) -> str:
    """Rows as CSV; names that begin with an underscore are notes of this script."""
    text = io.StringIO()
    names = [n for n in rows[0] if not n.startswith("_")]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([shown(r[n]) for n in names] for r in rows)
    return text.getvalue()


def listed(header: str, lines: str) -> str:
    """A small register, as it is written here."""
    return "\n".join([header, *(line.strip() for line in lines.strip().splitlines())]) + "\n"


def audits() -> str:
    """The history of all incidents, oldest step of each first."""
    rows = []
    for row in INCIDENTS:
        for n, (moment, field, old, new, by, why) in enumerate(
            sorted(history(row), key=lambda s: s[0])
        ):
            rows.append({"documentkey": row, "sequence": n, "fieldname": field, "oldvalue": old, "newvalue": new,
                         "user": by, "sys_created_on": moment, "reason": why})  # fmt: skip
    return table(rows)


def clocks() -> str:
    """The tool's own clocks, of the incidents that were paused."""
    rows = []
    for row in INCIDENTS:
        if row["_pauses"] and row["_history"]:
            minutes = sum(used(CALENDAR[row["_project"]], a, b) for a, b, _ in row["_pauses"])
            rows.append({"task": row, "metric": "resolution", "u_paused_minutes": f"{minutes:g}"})
    return table(rows)


def used(calendar: str, start: datetime, end: datetime) -> float:
    """Minutes of service hours between two moments."""
    days = (start.date() + n * DAY for n in range((end.date() - start.date()).days + 1))
    both = ((max(a, start), min(b, end)) for day in days for a, b in spans(calendar, day))
    return sum(max((b - a) / MIN, 0) for a, b in both)


def answer_key() -> str:
    """What was planted, by rule and record."""
    rows = sorted(
        (rule, row if isinstance(row, str) else subject(row), verdict, said)
        for rule, row, verdict, said in KEY
    )
    assert len({r[:2] for r in rows}) == len(rows), "a subject is planted twice"
    lines = [
        f'  ["{rule}", "{name}", "{verdict}", "{said}"],' for rule, name, verdict, said in rows
    ]
    return "\n".join([KEY_HEAD, "expected = [", *lines, "]", ""])


def subject(row: Row) -> str:
    """The number by which the report calls a record."""
    if "number" in row:
        return str(row["number"])
    moment = row["changed_at"] - timedelta(hours=8)
    return f"{row['ci_id']}/{row['field']}/{moment:%Y-%m-%d %H:%M:%S}"


def write(folder: Path) -> None:
    """Write the whole folder."""
    plants()
    base()
    beyond_the_window()
    finish()
    files = {
        "incident.csv": table(INCIDENTS), "sys_audit.csv": audits(), "task_sla.csv": clocks(),
        "sc_req_item.csv": table(REQUESTS), "problem.csv": table(PROBLEMS), "change_request.csv": table(CHANGES),
        "change_task.csv": table(TASKS), "cmdb_ci.csv": cmdb(), "oa_approvals.csv": table(APPROVALS),
        "ci_changes.csv": table(EDITS), "answer_key.toml": answer_key(), "itssrules.toml": SETTINGS,
        "connectors/servicenow_site/connector.toml": connector(), **registers(),
    }  # fmt: skip
    counts = {
        "incidents": INCIDENTS,
        "changes": CHANGES,
        "problems": PROBLEMS,
        "requests": REQUESTS,
    }
    words = ", ".join(f"{name} = {len(rows)}" for name, rows in counts.items())
    files["itssrules.toml"] = SETTINGS.replace("COUNTS", words)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    write(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "sample_exports"
    )
