"""What the other columns of a record hold where all is in order; a cell that was planted stays as it is."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sample.firm import AS_OF, CALENDAR, CUSTOMERS, DAY, ITEMS, MIN, PEERS, Row, later
from sample.makers import APPROVALS, CHANGES, INCIDENTS, PROBLEMS, REQUESTS, approval

# fmt: off
FACTORS = {1: [(3, 3)], 2: [(3, 2), (2, 3)], 3: [(2, 2), (3, 1)], 4: [(2, 1), (1, 2)], 5: [(1, 1)]}
"""Urgency and impact by priority, as the matrix in itssrules.toml has them."""
LEVELS = {3: "1 - 高", 2: "2 - 中", 1: "3 - 低"}
GROUPS = {p: sorted({i.group for i in ITEMS.values() if i.project == p}) for p in CALENDAR}
REPAIRS = {line.split()[0]: line.split()[1:] for line in """\
    应用性能 回收空闲会话并清理积压任务，响应恢复 终止长时间占用的查询，业务恢复
    功能异常 修正错误的基础数据后重新提交成功 清理浏览器缓存并重新授权，功能可用
    登录认证 解除账号锁定并重置口令，登录正常 重新同步组织目录后登录正常
    数据库性能 终止阻塞会话并收集统计信息，负载回落 清理失效会话，连接数回落到正常水平
    空间容量 清理过期归档与临时文件，使用率降到六成以下 删除过期快照，空间告警消除
    数据库作业 释放被占用的介质后重新执行，作业成功 重新建立同步会话，延迟消除
    链路中断 联系运营商恢复线路，业务连通 重新插拔并清洁光纤接头，端口稳定
    网络性能 限制异常下载流量，丢包消除 隔离异常终端后流量回落
    网络配置 收回重复分配的地址，终端恢复联网 核对访问申请后由管理员放通，业务可达
    硬件故障 现场检查并复位告警部件，告警消除 厂商远程诊断后清除误报告警
    终端硬件 清理灰尘并重新插接内存，开机正常 取出卡纸并校正进纸轮，打印正常
    终端软件 修复办公软件安装，文档可以打开 卸载冲突的输入法组件，输入正常
    外设耗材 领用备件库硒鼓装机，打印清晰 重新安装驱动后设备可以识别
    音视频 切换音频输入并调整音量，会议正常 重新连接投影线缆，画面正常
    耗材更换 领用备件库耗材装好，打印测试页清晰 清点耗材后现场装好并回收旧件
    会议设备 给麦克风充电并重新配对，设备可用 校准触控屏并重启会议终端程序""".splitlines()}
PLANS = {"应用": "停用新版本并恢复变更前的程序包", "数据库": "停止作业并用变更前备份恢复", "网络": "恢复变更前导出的配置文件",
         "存储": "停用新增空间并恢复原卷映射", "终端": "卸载新版本并恢复原镜像", "会议": "装回原设备并恢复原配置"}


def dice(row: Row) -> random.Random:
    """Chances of a record's own, so that no column disturbs another."""
    return random.Random(f"{row['opened_at']} {row['short_description']} {row['assigned_to']}")

def part(a: datetime, b: datetime, share: float) -> datetime:
    """A moment between two."""
    return (a + (b - a) * share).replace(microsecond=0) if b > a else a

def till_now(moment: datetime) -> datetime | str:
    return moment.replace(microsecond=0) if moment <= AS_OF else ""

def put(row: Row, **cells: Any) -> None:
    for name, value in cells.items():
        row.setdefault(name, value)

def fill_change(row: Row) -> None:
    r, kind, opened = dice(row), row["type"], row["opened_at"]
    start = row["work_start"] or row["start_date"]
    end = row["work_end"] or (row["closed_at"] if not row["work_start"] else "") or row["end_date"] or start
    decided = [a["decided_at"] for a in APPROVALS if a["object_id"] is row and a["decided_at"]]
    known = min([start, *decided])
    worked, item = bool(row["work_start"] or row["work_end"] or row["close_code"]), ITEMS.get(row["cmdb_ci"])
    done, failed = row["state"] in ("已关闭", "审查"), row["close_code"] == "失败"
    sampled = kind == "常规" and row["_project"] != "GOV" and opened.minute % 5 < 2
    reviewed = (failed or kind == "紧急" or row["risk"] == "高" or sampled) and done and worked
    asks = kind == "常规" and row["_project"] == "BANK" and r.random() < 0.4
    calendar, plan = CALENDAR[row["_project"]], PLANS.get(row["category"], "恢复变更前状态")
    seen, noted = later("always" if calendar == "always" else "office", end, 200 + 1500 * r.random()), later(calendar, end, 60 + 400 * r.random())
    put(row,
        justification=f"{row['cmdb_ci']} 已影响业务，须立即处理" if kind == "紧急" else "",
        risk_impact_analysis="" if kind == "标准" else
            f"影响 {item.service if item else '总部'} 的用户约{r.choice([10, 15, 20, 30])}分钟",
        u_requested_at=opened - timedelta(minutes=r.randrange(5, 50)),
        u_assessed_by="" if kind == "标准" else row["assigned_to"],
        u_assessed_at="" if kind == "标准" else part(opened, known, 0.4),
        backout_plan="" if kind == "标准" else f"{plan}，{r.choice([15, 20, 30])}分钟内完成",
        u_remedy="", u_backout_done_at=end + 25 * MIN if failed else "", u_environment="生产",
        u_test_result="通过" if kind == "常规" else "", u_tested_at=part(opened, start, 0.6) if kind == "常规" else "",
        u_consent_required="true" if asks else "false", u_consent_at=part(opened, start, 0.5) if asks else "",
        u_verified_by=PEERS.get(row["assigned_to"], "苗晓禾") if done and worked else "",
        review_date=till_now(seen) if reviewed else "",
        review_comments="达到预期，无遗留问题" if reviewed and seen <= AS_OF else "",
        u_cmdb_updated_at=till_now(noted) if row["close_code"].startswith("成功") and item else "",
        u_incident="", u_problem="", u_release="")

def fill_incident(row: Row) -> None:
    r, opened, calendar = dice(row), row["opened_at"], CALENDAR[row["_project"]]
    auto, priority = row["contact_type"] == "监控", int(row["priority"][:1] or 3)
    urgency, impact = r.choice(FACTORS[priority])
    ends = [t for t in (row["u_responded_at"], row["resolved_at"], row["closed_at"]) if t and t >= opened]
    assigned = min([later(calendar, opened, 1 + 7 * r.random()).replace(microsecond=0), *ends])
    item = ITEMS.get(row["_pair"].split("/")[0])
    visit = bool(item and item.kind in ("终端", "会议") and priority <= 3 and r.random() < 0.5)
    there = later(calendar, opened, 12 + 40 * r.random()).replace(microsecond=0)
    if row["resolved_at"]:
        there = min(there, row["resolved_at"])
    solved = row["incident_state"] in ("已解决", "已关闭")
    told = r.choice(REPAIRS.get(row["category"], ["核对后由责任人处理完毕，用户确认正常"]))
    base = row.get("_base")
    if base and solved and not row["u_knowledge"] and r.random() < {"BANK": 0.25, "GOV": 0.05, "ERP": 0.35}[row["_project"]]:
        row["u_knowledge"] = f"KB00100{r.choice([*range(1, 20), *range(21, 31)]):02}"
    put(row,
        urgency=LEVELS[urgency], impact=LEVELS[impact], u_importance=r.choice(["非常重要", "重要", "重要", "不重要"]),
        u_major="是" if priority == 1 else "否", u_assigned_at=assigned,
        opened_by="监控平台" if auto else row["caller_id"] if row["contact_type"] in ("自助门户", "即时通讯") and row["caller_id"]
            else r.choice(["丁叙", "苗晓禾"]),
        u_valid="" if auto else "是", u_via_desk="" if auto else "是",
        close_notes=f"{row['cmdb_ci'] or row['category']}：{told}" if solved else "",
        u_delivery="现场" if visit else "远程", u_on_site_at=there if visit and there <= AS_OF else "", rfc="")
    groups = GROUPS[row["_project"]]
    if base and row["_project"] == "GOV" and opened.month == 6 and opened.minute % 7 == 0:
        row["reassignment_count"] = 1                  # the office's dispatching is out of order in June
    if (base and solved and row["reassignment_count"] and row["resolved_at"] > assigned + 32 * MIN
            and r.random() < {"BANK": 0.2, "GOV": 0.9, "ERP": 0.2}[row["_project"]]):
        first = groups[groups.index(row["assignment_group"]) - 1]
        moved = assigned + timedelta(minutes=r.randrange(8, 30), seconds=r.randrange(60))
        row["_audit"] += [(opened, "category", "", row["category"], row["opened_by"], ""),
                          (assigned, "assignment_group", "", first, "丁叙", ""),
                          (moved, "assignment_group", first, row["assignment_group"], "丁叙", "不属本组，转出")]

def fill_problem(row: Row) -> None:
    r, opened = dice(row), row["opened_at"]
    priority = int(row["priority"][:1] or 3)
    urgency, impact = r.choice(FACTORS[priority])
    solved = row["resolved_at"] if row["resolved_at"] and row["resolved_at"] <= AS_OF else None
    closed = row["closed_at"] or (solved and solved + 2 * DAY)
    proactive = (row["_project"] == "BANK" and r.random() < 0.4) or (row["_project"] == "ERP" and r.random() < 0.3)
    put(row,
        urgency=LEVELS[urgency], impact=LEVELS[impact],
        u_source=r.choice(["趋势分析", "巡检"]) if proactive else "事件",
        u_root_cause_at=part(opened, solved, 0.5) if solved and row["cause_notes"] else "",
        rfc="", u_docs_updated="", due_date="",
        u_verified_by=r.choice(["尹若棠", "邵启岚"]) if row["problem_state"] == "已关闭" else "",
        u_verified_at=part(solved, closed, 0.6) if solved and closed and row["problem_state"] == "已关闭" else "",
        closed_by="邵启岚" if row["problem_state"] == "已关闭" else "")

OFFERS = {"开通账号": "账号权限", "开通权限": "账号权限", "安装软件": "软件安装", "数据提取": "数据服务", "设备搬迁": "设备服务"}

def fill_request(row: Row) -> None:
    r, opened = dice(row), row["opened_at"]
    access = row["cat_item"] in ("开通账号", "开通权限")
    done = row["u_fulfilled_at"]
    way = r.choice(["自助门户", "自助门户", "电话", "邮件"])
    put(row,
        category=OFFERS.get(row["cat_item"], "其他服务"), business_service=row["_service"], contact_type=way,
        opened_by=row["requested_for"] if way in ("自助门户", "邮件") else r.choice(["丁叙", "苗晓禾"]),
        u_access="true" if access else "false", u_fulfilled_by=row["assigned_to"] if done else "", due_date="", rfc="")
    if not access and "approval" not in row["_cells"]:
        row["approval"] = "No Longer Required"
    if access and row["approval"] == "已批准" and row["_approve"]:
        latest = done or row["closed_at"] or opened + DAY
        head = next(c for c in CUSTOMERS[row["_project"]] if c != row["requested_for"])
        approval(row, "customer", head, part(opened, latest, 0.2), kind="request", asked=part(opened, latest, 0.1))
        approval(row, "manager", r.choice(["邵启岚", "覃一舟"]), part(opened, latest, 0.3), kind="request",
                 asked=part(opened, latest, 0.1))

def apart(row: Row) -> None:
    """Let another customer report what else would look like a ticket in the place of a re-opening."""
    def alike(name: str) -> bool:
        return any(o is not row and o["caller_id"] == name and o["category"] == row["category"]
                   and o["cmdb_ci"] == row["cmdb_ci"] and o["closed_at"] and o["closed_at"] <= row["opened_at"]
                   and o["closed_at"] >= row["opened_at"] - 3 * DAY for o in INCIDENTS)
    if row["caller_id"] and "caller_id" not in row["_cells"] and alike(row["caller_id"]):
        others = [c for c in CUSTOMERS[row["_project"]] if not alike(c)]
        if row["u_confirmed_by"] == row["caller_id"]:
            row["u_confirmed_by"] = others[0]
        row["caller_id"] = others[0]

def fill() -> None:
    """Fill in what the records lack."""
    for row in sorted(INCIDENTS, key=lambda r: r["opened_at"]):
        apart(row)
        fill_incident(row)
    for rows, filler in ((CHANGES, fill_change), (PROBLEMS, fill_problem), (REQUESTS, fill_request)):
        for row in rows:
            filler(row)
