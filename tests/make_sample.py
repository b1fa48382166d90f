"""Writes the exports of an invented IT-service firm, and what was planted in them.

`python tests/make_sample.py [FOLDER]` writes the same bytes every time, to sample_exports/ by default.
`PLANTS` lists the records that are not in order, or stand on the edge of it, each with the verdicts
expected of it, which become answer_key.toml; `base` adds six months in which all is in order. What
the firm keeps by hand (its settings, its connector, the registers) is kept by hand in sample_exports/.
Times are wall-clock times of Asia/Shanghai. Nothing that is planted happens in May.
"""

from __future__ import annotations

import csv
import io
import random
import re
import shlex
import sys
from collections import namedtuple
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
rng = random.Random(20260701)
MIN, DAY = timedelta(minutes=1), timedelta(days=1)


def at(text: str) -> datetime:
    """A moment, of 2026 where it names no year."""
    return datetime.fromisoformat(text if text[4] == "-" else f"2026-{text}")


FIRST, APRIL, LAST = at("01-01T00:00"), at("04-01T00:00"), at("07-01T00:00")
AS_OF = at("07-01T08:42")
"""The newest stamp in the exports, from which the run judges."""

# fmt: off
# ---------------------------------------------------------------------------------- the firm

HOLIDAYS = {date(2026, m, d) for m, days in {1: (1, 2, 3), 2: range(15, 24), 4: (4, 5, 6), 5: range(1, 6),
                                             6: (19, 20, 21)}.items() for d in days}
MAKEUP = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)}
HOURS = {"always": [(0, 1440)], "office": [(540, 720), (810, 1080)], "plant": [(480, 1200)]}
"""Service hours of a day in minutes from midnight."""
CALENDAR = {"BANK": "always", "GOV": "office", "ERP": "plant"}
TARGETS: dict[str, dict[int, tuple[int, int | None]]] = {
    "BANK": {1: (15, 240), 2: (30, 480), 3: (60, 1440), 4: (120, 4320)},
    "GOV": {1: (15, 240), 2: (30, 450), 3: (60, 900), 4: (120, 2250)},
    "ERP": {1: (15, 240), 2: (30, 360), 3: (60, 960), 4: (240, None)},
}
"""Minutes to the response and to the solution by priority; the plant's fourth has no solution time."""
PRIORITIES = ["极高", "高", "中", "低", "计划"]
LOGIN = {"邵启岚": "shaoql", "覃一舟": "qinyz", "卓亦宁": "zhuoyn", "阮北屿": "ruanby", "岑远帆": "cenyf",
         "郗明澈": "ximc"}
"""The accounts under which the office system knows those who approve."""
CUSTOMERS = {"BANK": ["柯静姝", "滕嘉木", "蒙晓筠"], "GOV": ["洪景砚", "屠雨薇", "饶立诚", "简素秋"],
             "ERP": ["车文朗", "仲夏青", "宓建业"]}
Item = namedtuple("Item", "project kind group engineer service")
ITEMS = {
    f"{prefix}-{n:0{len(first)}}": Item(*item)
    for *item, prefix, first, last in map(str.split, """\
        BANK 应用   银行系统组 樊子渝 SVC-B1 BNK-APP 01 14
        BANK 数据库 银行系统组 葛闻笛 SVC-B2 BNK-DB  01 08
        BANK 网络   银行网络组 祁望舒 SVC-B3 BNK-NET 01 10
        BANK 存储   银行系统组 裴若溪 SVC-B2 BNK-STO 01 06
        GOV  应用   政务应用组 阮北屿 SVC-G2 GOV-APP 01 08
        GOV  网络   政务网络组 阮北屿 SVC-G3 GOV-NET 01 08
        GOV  终端   政务桌面组 卓亦宁 SVC-G1 GOV-PC  101 122
        GOV  会议   政务桌面组 卓亦宁 SVC-G4 GOV-MTG 01 05
        ERP  应用   ERP应用组  褚以沐 SVC-E1 ERP-APP 01 08
        ERP  数据库 ERP应用组  褚以沐 SVC-E1 ERP-DB  01 03
        ERP  网络   ERP基础组  岑远帆 SVC-E2 ERP-NET 01 06
        ERP  终端   ERP基础组  岑远帆 SVC-E2 ERP-PC  01 12""".splitlines())
    for n in range(int(first), int(last) + 1)
}
UNTOUCHED = ["BNK-STO-06", "GOV-NET-08", "GOV-PC-121", "GOV-PC-122"]
"""Items that no change of the base alters."""
FAULTS = {(kind, category): words for kind, category, *words in map(str.split, """\
    应用 应用性能 页面响应缓慢 批量任务超时 查询长时间无结果
    应用 功能异常 提交单据报错 报表数据为空 附件无法下载 审批流卡住
    应用 登录认证 用户无法登录 单点登录失败 会话频繁失效
    数据库 数据库性能 连接数告警 慢查询堆积 锁等待超时
    数据库 空间容量 表空间使用率超阈值 归档日志空间不足
    数据库 数据库作业 备份作业失败 同步延迟告警
    网络 链路中断 专线闪断 端口频繁up/down 无线网络连不上
    网络 网络性能 丢包率升高 带宽占满 访问延迟增大
    网络 网络配置 地址冲突 访问策略不通 VPN拨入失败
    存储 硬件故障 磁盘预失效告警 控制器电池告警
    存储 空间容量 卷空间不足 快照空间告警
    终端 终端硬件 无法开机 显示器花屏 打印机卡纸
    终端 终端软件 办公软件无法启动 系统更新后蓝屏 输入法异常
    终端 外设耗材 扫描仪无法识别 需更换硒鼓 读卡器失灵
    会议 音视频 视频会议没有声音 画面卡顿 投影无信号
    会议 会议设备 麦克风电量异常 会议平板无法触控""".splitlines())}
WORKS, CAUSES = ({line.split()[0]: line.split("|")[n].split() for line in """\
    应用   | 升级补丁 调整参数 发布新版本 更换证书 | 连接池参数偏小，高峰期耗尽 缓存失效策略配置错误 证书到期前未更新
    数据库 | 扩展表空间 调整连接池 安装安全补丁 | 索引缺失导致全表扫描 定时任务与备份窗口重叠 归档策略未随业务量调整
    网络   | 调整访问策略 更换光模块 升级固件 | 固件缺陷导致端口协商失败 光模块衰减 访问策略重复且次序错误
    存储   | 扩容 更换控制器电池 | 电池老化 快照保留策略过长
    终端   | 批量更换客户端 升级驱动 | 补丁与驱动版本不兼容 供电模块老化，电压波动
    会议   | 更换音频矩阵 升级会议系统 | 音频矩阵固件缺陷 线缆接头氧化
    紧急   | 主备切换 更换故障板卡 回退问题版本 封堵异常访问 |""".splitlines()} for n in (1, 2))
"""What changes do to an item of a kind, and what problems found."""

# ------------------------------------------------------------------------------ what is planted

SIGNS = {"+": "conforming", "-": "nonconforming", "!": "lead", "?": "not_assessed", "0": "not_applicable"}
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
PLANTS = """
# A line: maker (see below), project, when the record was made, what is odd | rules, sign of the verdict, message.
# A time alone is of the same day; as=NAME and @NAME let one record name another.
## INC-004: the office answers priority 3 within 60 of its minutes
incident GOV 03-02T10:00 respond=60 | INC-004 + ok
incident GOV 03-03T10:00 respond=61 | INC-004 - late
incident ERP 03-07T19:30 respond=60 | INC-004 + ok  # Saturday evening, to Monday 08:30
incident ERP 03-07T19:40 respond=61 | INC-004 - late
incident GOV 04-07T09:20 solve=60 unanswered | INC-004 + ok_by_end
incident GOV 04-08T09:20 solve=61 unanswered | INC-004 ? no_stamp
incident BANK 04-09T14:20 solve=61 unanswered | INC-004 - never_stamped
in_work GOV 06-29T14:00 4 incident_state=新建 unanswered | INC-004 - unanswered; INC-005 0 not_due; INC-018 0 open
in_work GOV 06-30T17:30 4 incident_state=新建 u_reported_at= unanswered | INC-004 0 not_due; DQ-002 0 too_few
incident GOV 02-04T15:10 u_responded_at=14:40 | INC-004 ? inverted; DQ-002 - responded_before_created
alarm BANK 03-04T02:17 respond=0 | INC-004 0 automatic; INC-012 0 no_customer
incident ERP 03-11T09:00 5 | INC-004,005 0 no_target
incident ERP 03-12T09:00 4 | INC-005,018 0 no_target
## INC-005: the office's day has 450 minutes; priority 2 takes one of them, priority 3 two
incident GOV 01-02T10:00 2 respond=30 resolved=01-04T18:00 | INC-004,005 + ok  # holiday, then a Sunday worked
incident GOV 01-02T10:20 2 respond=31 resolved=01-05T09:01 | INC-004,005 - late
incident GOV 02-13T17:00 resolved=02-24T17:00 | INC-005 + ok  # Saturday worked, nine days off
incident GOV 02-13T17:02 resolved=02-24T17:03 | INC-005 - late
incident ERP 02-14T13:00 resolved=02-24T17:00 | INC-005 + ok
incident ERP 02-14T13:10 resolved=02-24T17:11 | INC-005 - late
incident BANK 01-01T00:30 2 solve=480 | INC-005 + ok
incident BANK 01-01T01:30 2 solve=481 | INC-005 - late
incident BANK 02-26T11:20 2 solve=612 | INC-005 - late
incident BANK 06-10T11:20 2 solve=745 | INC-005 - late
# Cautious: overdue since 06-24, and so judged from 06-30; but the history ends hours before the run's moment.
in_work GOV 06-22T15:00 | INC-005 ? pauses_unknown; INC-018 0 open
incident BANK 03-17T10:00 u_confirmed_at=03-18T15:00 closed_at=03-18T16:00 unsolved |\
    INC-005 - closed_late; INC-011 - never_resolved; INC-018 ? no_resolution_time
incident GOV 03-17T10:00 u_confirmed_at=03-20T10:00 closed_at=03-20T11:00 unsolved _resolved_step=03-19T11:00 |\
    INC-005,018 ? no_resolution_time; INC-011 - time_missing
in_work GOV 03-18T09:30 incident_state=已解决 unanswered |\
    INC-004 ? no_times; INC-005,018 ? no_end_time; INC-011 0 not_closed
in_work ERP 03-19T09:30 resolved_at=11:00 | INC-005 ? times_and_state; INC-018 ? no_end_time
incident GOV 02-05T14:30 u_responded_at=14:40 resolved=13:50 unlogged |\
    INC-005,018 ? inverted; DQ-002 - resolved_before_created
incident GOV 02-06T10:00 priority= | INC-004,005,018 ? no_priority
incident GOV 02-09T10:00 business_service= | INC-005,018 ? no_service
incident BANK 02-10T10:00 category=机房环境 assignment_group=总部值守组 cmdb_ci= timed_out |\
    INC-004,005,018 ? no_project; INC-012 ? agreement_unclear
in_work GOV 02-11T10:00 incident_state=已取消 | INC-004,005,018,023 0 void; INC-011,012,015 0 not_closed
incident GOV 02-11T10:30 u_close_mode=重复单 | INC-004,005,011,012,018 0 void
incident ERP 03-23T10:00 incident_state=挂起待定 resolved=03-24T10:00 unclosed |\
    INC-004,005,011,012,015,018,023 ? unread
series ERP 03-09T09:40 17 as=unsure | INC-023 ? status_unclear
incident ERP 03-16T09:40 like=@unsure incident_state= | INC-004,005,011,012,015,018,023 ? status_unknown
## INC-018 and pauses in INC-005: a day, minutes of service hours used, pauses (from which minute, how many, why);
# 900 minutes are allowed, and only waiting for the customer is agreed to stop the clock
paused 03-09 960 270+60:等待客户 | INC-005 + ok_paused; INC-018 + ok
paused 03-10 961 270+60:等待客户 | INC-005 - late; INC-018 0 missed
paused 03-11 960 809+90:等待客户 | INC-005 + ok_paused; INC-018 + ok
paused 03-12 960 810+90:等待客户 | INC-005 + ok_paused; INC-018 ! late
paused 03-13 1200 60+599:等待客户 | INC-005 + ok_paused; INC-018 + ok
paused 03-16 1200 60+600:等待客户 | INC-005 + ok_paused; INC-018 ! long
paused 03-17 960 300+100:等待客户 noted=03-17T16:10 | INC-005 + ok_paused; INC-018 ! worked_on
paused 03-18 1100 300+100: | INC-005 - late_at_least; INC-018 0 missed
paused 03-19 1000 300+300: | INC-005,018 ? pauses_decide
paused 03-20 1000 unlogged | INC-005 ? pauses_unknown; INC-018 ? no_history
paused 03-23 1000 200+100:等待客户 400+50:等待供应商 920+60:等待客户 | INC-005 + ok_paused; INC-018 ? order_unknown
## INC-011
incident BANK 03-05T09:10 resolved=11:00 closed_at=11:00 by_customer | INC-011 + ok
incident BANK 03-05T09:10 resolved=11:07 closed_at=11:06:01 by_customer | INC-011 + ok
incident BANK 03-05T09:10 resolved=11:14 closed_at=11:13 by_customer | INC-011 - before_resolved; DQ-002 + ok
incident GOV 03-05T09:10 resolved=11:21 closed_at=11:19 by_customer | INC-011 - before_resolved; DQ-002 + ok
incident GOV 03-05T09:10 resolved=11:28 closed_at=11:25 by_customer |\
    INC-011 - before_resolved; DQ-002 - closed_before_resolved
incident GOV 03-06T09:10 resolved=11:00 u_restored_at=16:01 closed_at=16:00 by_customer | INC-011 - before_restored
incident GOV 03-06T09:20 resolved=11:04 u_restored_at=16:05 closed_at=16:05 by_customer | INC-011 + ok
incident GOV 03-06T09:30 u_confirmed_at=16:06 closed_at=16:07 unsolved unlogged | INC-005 + ok; INC-011 - no_time
incident BANK 03-06T09:40 resolved=11:06 unclosed | INC-011,012 ? no_close_time
## INC-012: accepted before it is closed
incident BANK 03-06T09:50 resolved=10:50 u_confirmed_at=15:50 closed_at=15:50 | INC-012 + ok
incident BANK 03-06T09:52 resolved=10:52 u_confirmed_at=15:52 closed_at=15:51 | INC-012 - late
incident BANK 03-06T09:53 resolved=10:53 u_confirmed_at=10:40 closed_at=15:52 | INC-012 ? too_early
incident BANK 02-03T10:10 unconfirmed | INC-012 - unconfirmed
incident GOV 02-03T11:10 unconfirmed | INC-012 - unconfirmed
incident GOV 03-03T14:20 unconfirmed | INC-012 - unconfirmed
incident GOV 04-14T10:10 unconfirmed | INC-012 - unconfirmed
incident ERP 06-09T09:30 unconfirmed | INC-012 - unconfirmed
request GOV 03-10T10:00 u_confirmed_at= | INC-012 - unconfirmed
incident BANK 04-15T10:10 timed_out | INC-012 - timeout
incident GOV 04-13T09:10 resolved=11:00 closed_at=04-16T11:00 timed_out | INC-012 + silence
incident GOV 04-13T09:10 resolved=11:00 closed_at=04-16T10:59 timed_out | INC-012 - too_soon
incident GOV 04-15T09:10 caller_id=饶立诚 closed_by=饶立诚 u_close_mode= unconfirmed | INC-012 + ok
incident GOV 04-15T09:20 caller_id=丁叙 closed_by=丁叙 unconfirmed | INC-012 ? own_report
incident GOV 04-15T09:30 closed_by= u_close_mode= unconfirmed | INC-012 ? closer_unknown
## INC-015
reopened ERP 04-20T10:00 15:00/报表仍为空 | INC-015 + ok
reopened GOV 04-20T10:10 15:00/报表仍为空 17:00/重启后再次出现 | INC-015 - too_often
reopened GOV 04-20T10:20 15:00/ | INC-015 - unexplained
incident ERP 04-21T10:20 reopen_count= | INC-015 ? not_counted
## INC-023: incidents of one kind, so many days (and minutes) after the first; the last of them is judged
series GOV 02-03T09:12 10 30 | INC-023 - no_problem
series GOV 02-04T09:12 10 30+1 | INC-023 0 below
series GOV 03-24T10:05 3 8 9 | INC-023 - no_problem | INC-023 0 later
series GOV 06-01T10:05 3 8 | INC-023 - no_problem
series BANK 04-01T10:05 7 14 | INC-023 - no_problem
series GOV 04-01T09:25 2 5 8 11 14 17 20 23 26 like=GOV-PC-120/耗材更换 cmdb_ci= | INC-023 - no_problem_of_service
series ERP 04-01T09:35 2 5 8 11 14 17 20 23 like=ERP-PC-12/耗材更换 cmdb_ci= | INC-023 0 below
series BANK 03-02T03:15 6 12 make=alarm respond=0 u_knowledge=KB0010007 | INC-023 0 known_error
problem BANK 03-16T10:00 04-20T10:00 as=found
series BANK 03-03T10:45 5 10 like=@found _linked=@found | INC-023 + ok
incident GOV 04-03T10:00 category=其他 | INC-023 0 catch_all
incident BANK 04-03T10:10 category= | INC-023 ? no_category
## PRB-012: two more of the kind within 60 days of the closing; PRB-002: the cause, or a known error with a way round
problem GOV 01-12T10:00 02-02T10:30 as=back | PRB-012 - came_back
incident GOV 02-22T10:30 like=@back
incident GOV 04-03T10:30 like=@back
problem GOV 01-12T10:00 02-02T10:30 as=gone | PRB-012 + ok
incident GOV 02-22T10:30 like=@gone
incident GOV 04-03T10:31 like=@gone
problem ERP 02-12T10:00 03-10T10:30 like=ERP-APP-08/接口对账 as=doubt | PRB-012 ? unclear
incident ERP 03-27T10:30 like=@doubt
incident ERP 03-30T10:30 like=@doubt cmdb_ci= business_service= | INC-023 ? no_ci; CFG-003 0 no_ci; INC-005 + ok
problem GOV 02-09T15:20 03-02T15:20 cause_notes= workaround= | PRB-002 - missing
problem GOV 02-12T15:20 03-11T15:20 cause_notes=待查 | PRB-002 - placeholder
problem GOV 03-03T15:20 03-25T15:20 cause_notes=原因不明 known_error=true workaround=无 | PRB-002 - no_workaround
problem BANK 03-17T15:20 04-08T15:20 cause_notes=' - ' | PRB-002 - placeholder
problem BANK 03-18T15:20 04-09T15:20 cause_notes= known_error=true workaround=每周日重启采集代理 | PRB-002 + known_error
problem ERP 03-20T15:20 04-10T15:20 cause_notes= resolution_code=重复 | PRB-002 0 duplicate
problem ERP 03-12T15:20 04-13T15:20 problem_state= | PRB-002,012 ? status_unknown
problem BANK 03-23T15:20 04-14T15:20 cmdb_ci= | PRB-012 ? no_ci
problem BANK 03-24T15:20 04-15T15:20 category= | PRB-012 ? no_category
problem BANK 03-25T15:20 04-16T15:20 closed_at= | PRB-012 ? no_close_time
problem GOV 06-15T10:00 | PRB-002,012 0 not_closed
## CHG-004: approved at all
change GOV 02-03T09:40 approval=已请求 unasked | CHG-004 - not_approved; CHG-005,010,011 0 not_approved
change GOV 04-08T09:40 approval=已请求 unasked | CHG-004 - not_approved; CHG-005,010,011 0 not_approved
change ERP 03-03T09:40 approval= unasked | CHG-004 - nothing_recorded
alone BANK 03-04T09:40 decision=rejected | CHG-004,005,010,011 ? contradictory
alone GOV 03-05T09:40 decision= approval=已请求 | CHG-004,005,010,011 ? decision_unclear
change BANK 04-09T09:40 type= | CHG-004,005,006,010,011,015 ? type_unknown
change BANK 04-13T09:40 标准 | CHG-004,005,010,011 0 standard
change BANK 06-26T09:40 start=07-03T22:00 state=已计划 sys_updated_on=06-29T16:00 unworked unfinished untasked |\
    CHG-004,005,011,015 0 not_implemented; CHG-020,021 0 not_closed; CHG-006 0 not_emergency
# CHG-021 asks for the state itself, which is closed: that nothing was done follows from another column.
alone GOV 03-09T09:40 decision=rejected approval=已拒绝 close_code= unworked untasked |\
    CHG-004,020 0 rejected; CHG-021 ? no_actual_end
change ERP 03-16T09:40 close_code= unworked |\
    CHG-004,020 + ok; CHG-005 ? no_start; CHG-015 ? no_times; CHG-021 ? no_actual_end
change BANK 03-16T09:50 ci=BNK-STO-06 start=03-20T20:00 state= close_code= unworked untasked as=lost |\
    CHG-004,005,011,015,020,021 ? status_unknown
## CHG-005: approved before the work
alone BANK 03-10T10:20 decided=03-12T20:05 start=03-12T20:00 work_start=03-12T20:05 | CHG-005 + ok
alone BANK 03-10T10:20 decided=03-12T20:06 start=03-12T20:00 work_start=03-12T20:05 | CHG-005 - late
alone GOV 01-13T10:30 decided=01-15T09:30 start=01-14T20:00 work_start=01-14T20:05 | CHG-005 - late
alone GOV 03-10T10:40 retro 邵启岚 decided=03-13T10:30 start=03-12T20:00 | CHG-005 - only_after
alone BANK 03-10T10:50 customer 邵启岚 | CHG-005 ? beside_only
alone BANK 03-10T11:00 manager 邵启岚 decided= | CHG-005 ? no_decision_time
change ERP 04-10T11:10 work_start= | CHG-005 ? no_start; CHG-015 ? no_times
change GOV 03-10T11:20 start=03-12T21:00 work_start=03-12T21:40 work_end=03-12T21:10 |\
    CHG-005,015 ? inverted; DQ-002 - ended_before_started
## CHG-006: two hours of work, approved so many minutes later; the bank allows 12 hours, the others 24
urgent BANK 02-05T01:30 720 | CHG-006 + ok; CHG-005,015 0 emergency
urgent BANK 02-25T01:30 721 | CHG-006 - late
urgent BANK 03-19T02:30 30 yuanqf | CHG-006 + time_only; CHG-010,011 ? not_comparable
urgent GOV 04-02T14:00 1440 | CHG-006 + ok
urgent GOV 04-17T14:00 1441 | CHG-006 - late
urgent GOV 06-03T14:00 60 卓亦宁 assigned_to=阮北屿 | CHG-006 - wrong_role
urgent GOV 06-17T14:00 60 yuanqf role=值班主管 | CHG-006 ? role_foreign; CHG-010,011 ? not_comparable
urgent BANK 06-22T02:00 never approval= | CHG-006 - no_approval_row; CHG-004 - nothing_recorded
urgent ERP 02-11T09:00 never approval=已请求 | CHG-006,004 - not_approved
urgent ERP 03-04T09:00 undated | CHG-006 ? no_decision_time
urgent ERP 03-18T09:00 2000 work_end= state=审查 unfinished | CHG-006 ? no_end; DQ-002 ? no_pair
urgent BANK 04-23T02:00 90 unworked | CHG-006 ? no_times; CHG-021 ? no_actual_end
change GOV 06-24T14:00 紧急 called_off | CHG-006 0 not_implemented
# Not due yet; but an approval of 07-01 would not be in exports that end on 06-30, so that stays open.
urgent ERP 06-30T18:00 never approval=已请求 state=实施 unfinished |\
    CHG-006 ? approvals_incomplete; CHG-004 - not_approved
## CHG-010 and CHG-011: who asked, who approved, who did it
alone GOV 06-04T10:20 requested_by=覃一舟 | CHG-010 - same
change BANK 06-04T10:30 requested_by=覃一舟 | CHG-010 + ok
alone BANK 06-04T10:40 manager yuanqf requested_by=柯静姝 | CHG-010,011 ? not_comparable
change BANK 06-04T10:50 requested_by= | CHG-010 ? requester_empty
alone BANK 06-04T11:00 manager '' | CHG-010,011 ? approver_empty
alone GOV 06-05T10:20 technical 阮北屿 assigned_to=阮北屿 | CHG-011 - same
change BANK 06-05T10:30 assigned_to= | CHG-011 ? implementer_empty
alone ERP 06-05T10:40 technical 岑远帆 assigned_to=岑远帆 | CHG-011 0 compensated
## CHG-015: minutes by which the work began after 20:00 and ended after 22:00; 15 and 30 are borne
window BANK 03-23 -15 30 | CHG-015 + ok
window BANK 03-24 -16 30 | CHG-015 - early
window BANK 03-25 -15 31 | CHG-015 - late
window GOV 04-20 -16 31 | CHG-015 - both
window GOV 06-08 0 45 | CHG-015 - late
window GOV 06-10 -60 0 | CHG-015 - early
window GOV 06-15 0 90 | CHG-015 - late
change ERP 04-22T09:15 end_date= | CHG-015 ? no_plan
## CHG-020 and CHG-021: minutes from the end of the work to the closing, and to the review
closed BANK 04-14 900 900 | CHG-020 + ok
closed BANK 04-15 900 901 | CHG-020 - late
closed BANK 04-16 900 | CHG-020 - no_task
closed GOV 04-16 960 | CHG-020 - no_task
closed BANK 04-21 900 -40 | CHG-020 - no_task
closed BANK 04-22 920 open | CHG-020 ? task_unclear
closed GOV 04-21 1 1 | CHG-020 + ok
closed GOV 04-22 0 | CHG-020 - no_task; CHG-021 + ok
closed GOV 04-23 -1 900 | CHG-020 - late; CHG-021 - early
change ERP 04-23T09:15 work_end= | CHG-021 ? no_actual_end; CHG-015 ? no_times
change BANK 04-24T09:15 unclosed | CHG-020,021 ? no_close_time
change GOV 04-03T09:15 close_code=失败
change GOV 06-12T09:15 close_code=失败
change BANK 06-11T09:15 close_code=失败
change ERP 06-11T10:15 close_code=失败  # one of twenty closed in the quarter: 95 % exactly
change BANK 04-07T10:15 assignment_group=总部信息组 cmdb_ci=
## CFG-003 and CFG-005: five days after the work an alteration is still covered by it
incident BANK 03-24T09:50 cmdb_ci=BNK-APP-99 | CFG-003 - unknown_ci
incident GOV 04-09T09:50 cmdb_ci=gov-pc-1O5 | CFG-003 - unknown_ci
incident ERP 03-25T09:50 cmdb_ci=车间PDA | CFG-003 - ambiguous
incident ERP 03-26T09:55 cmdb_ci=仓库扫码枪 | CFG-003 + ok
change GOV 04-08T10:25 ci=GOV-NET-08 start=04-09T20:00 work_start=04-09T20:05 work_end=04-09T21:00 as=work
change GOV 03-26T10:25 called_off as=stopped
edit GOV-NET-08 04-14T21:00 | CFG-005 + covered
edit GOV-NET-08 04-14T21:01 field=config by=阮北屿 | CFG-005 - untraced
edit GOV-PC-122 03-08T15:20 field=location old=三楼 new=五楼 by=卓亦宁 | CFG-005 - untraced
edit GOV-PC-122 06-07T15:20 field=ip_address old=10.20.3.41 new=10.20.5.41 by=卓亦宁 | CFG-005 - untraced
edit BNK-STO-06 03-08T23:20 by=葛闻笛 | CFG-005 - untraced
edit BNK-STO-06 04-10T23:20 cites=@work | CFG-005 + cited
edit BNK-STO-06 03-20T23:00 field=config | CFG-005 ? change_unclear
edit GOV-PC-121 04-01T10:10 cites=@stopped | CFG-005 - change_not_done
edit GOV-PC-121 04-17T10:10 cites=@lost | CFG-005 ? cited_unknown
edit GOV-PC-121 04-20T10:10 origin= | CFG-005 ? origin_unknown
edit GOV-PC-199 04-21T10:10 | CFG-005 ? ci_unknown
edit GOV-PC-122 01-09T10:10 | CFG-005 ? changes_incomplete
edit GOV-PC-121 03-25T16:00 by=骆景川 field=owner old=待定 new=卓亦宁 | CFG-005 0 after_audit
edit GOV-PC-122 03-25T16:01 by=骆景川 field=owner old=待定 new=卓亦宁 | CFG-005 - untraced
edit GOV-PC-121 03-24T16:00 by=资产盘点组 | CFG-005 ? actor_unknown
edit GOV-PC-121 04-22T02:00 origin=discovery by=自动发现 | CFG-005 0 discovered
edit GOV-PC-121 04-22T10:00 field=remark | CFG-005 0 uncontrolled
edit GOV-PC-121 04-22T10:05 field=serial_no old= new=SN20260422 | CFG-005 0 first_filling
edit BNK-NET-10 04-22T10:10 | CFG-005 0 not_in_use
## DQ-002: two minutes of clock skew are borne
incident BANK 03-31T10:00 resolved=10:20 u_confirmed_at=10:25 closed_at=10:30 u_responded_at=10:32 | DQ-002 + ok
incident BANK 03-31T10:01 resolved=10:20 u_confirmed_at=10:25 closed_at=10:30 u_responded_at=10:33 |\
    DQ-002 - closed_before_responded
incident GOV 03-31T10:02 u_reported_at=10:04 | DQ-002 + ok
incident GOV 03-31T10:03 u_reported_at=10:06 | DQ-002 - created_before_reported
request GOV 03-31T11:00 u_fulfilled_at= u_confirmed_at=10:00 closed_at=10:00 | DQ-002 - closed_before_created
# A mistyped year is a stamp in the future; it must not become the run's moment, from which all else is judged.
problem BANK 04-03T10:20 problem_state=Resolved resolved_at=2062-04-17T11:20 | DQ-002 - in_future
## DQ-005 and DQ-008: numbers left out, numbers of another kind; and the newest stamp of all
incident ERP 01-05T08:50 number=OLD-2025-0317
incident ERP 01-05T09:10 number=补录单甲
request GOV 03-20T09:00 _skip=6
incident GOV 03-20T09:00 _skip=4
in_work BANK 06-30T21:40 incident_state=已解决 resolved_at=07-01T08:30 resolved_by=樊子渝 close_code=已解决\
    sys_updated_on=07-01T08:42
"""
REGISTERED = """
    SLM-006 + due_soon | SVC-B3 | SVC-G2
    SLM-006 + ok | SVC-E1
    SLM-006 - overdue | SVC-G1 | SVC-G5
    SLM-006 - never_reviewed | SVC-G3
    SLM-006 0 not_yet_in_force | SVC-B4
    SLM-006 0 young | SVC-G4
    SLM-006 0 not_in_force | SVC-01
    SLM-006 ? in_future | SVC-E2
    SLM-006 ? no_dates | SVC-E3
    SLM-006 ? status_unknown | SVC-E4
    CHG-008 + ok | BANK 2026-Q1
    CHG-008 - too_many | GOV 2026-Q2
    CHG-008 0 too_few | ERP 2026-Q1
    DQ-005 ! shared | GOV incidents.closed_at
    DQ-005 + ok | ERP incidents.created_at
    DQ-005 ? unclear | GOV incidents.resolved_at
    DOC-001 - missing | KP-3.1.3-1 (organisation) | QA-3.3-2 GOV
    DOC-001 - not_in_force | QM-8.4.6-14 (organisation) | KP-3.1.2-8 (organisation) | SD-4.3-2 GOV | WN-5-1 ERP
    DOC-001 + ok | QM-A3.3-1 (organisation)
    DOC-001 ? unclear | QM-B6-2 (organisation)
    DOC-001 0 excluded | QM-8.4.4-4 (organisation)
    DOC-001 0 within_grace | WN-2-1 ARCH
    DOC-001 0 not_running | WN-2-1 PORT
    DOC-001 0 not_due | SD-2-9 BANK
    KPI-002 + ok | BANK 2026-Q2 | ERP 2026-Q2
    KPI-002 - below | GOV 2026-Q2
    KPI-002 0 running | BANK 2026-Q3
    KPI-002 ? quarter_incomplete | (unattributed) 2026-Q1
    KPI-009 + ok | BANK 2026-Q2 | ERP 2026-Q2
    KPI-009 - below | GOV 2026-Q2
    KPI-009 0 too_few | (unattributed) 2026-Q2
    KPI-009 ? unplaced | BANK ? | (organisation) ?
    KPI-002,009 ? quarter_incomplete | (organisation) 2026-Q1 | BANK 2026-Q1 | GOV 2026-Q1 | ERP 2026-Q1
    DQ-008 ! gaps | servicenow RITM#
    DQ-008 + ok | servicenow INC#
    DQ-008 0 single | servicenow OLD-2025-#
    DQ-008 0 no_number | servicenow -
"""
"""What is expected of the registers, and of groups of records. SLM-006 at the limit: SVC-G1 was reviewed on
2025-06-30, SVC-G2 on the day after, so early that the day before was not over in UTC."""

# ------------------------------------------------------------------------------ working time

def spans(calendar: str, day: date) -> list[tuple[datetime, datetime]]:
    """The service hours of a day."""
    off = day in HOLIDAYS or (day.weekday() >= {"office": 5, "plant": 6}.get(calendar, 7) and day not in MAKEUP)
    midnight = datetime(day.year, day.month, day.day)
    return [(midnight + a * MIN, midnight + b * MIN) for a, b in HOURS[calendar] if calendar == "always" or not off]

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

# ------------------------------------------------------- makers: records in order, but for `cells`

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

def pair_for(project: str, opened: datetime, timed: bool) -> str:
    """A pair with at most one other incident in the month around, and where it is `timed`, of no meeting room."""
    while True:
        pair = rng.choice(PAIRS[project])
        near = [t for t in TAKEN.get(pair, []) if abs(t - opened) < 35 * DAY]
        if len(near) < 2 and not (timed and "MTG" in pair):
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
    pair = pair or pair_for(project, opened, bool(solve or resolved or pauses))
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
        "_reopens": reopens, "_noted": noted, "_history": history,
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

def request(project: str, opened: datetime, **cells: Any) -> Row:
    """A service request, carried out and accepted."""
    calendar, item = CALENDAR[project], ITEMS[rng.choice(PAIRS[project]).split("/")[0]]
    done = later(calendar, opened, some(60, 700))
    accepted = later(calendar, done, some(10, 200))
    row = {
        "number": "", "cat_item": rng.choice(["开通账号", "开通权限", "安装软件", "数据提取", "设备搬迁"]),
        "short_description": "按申请办理", "state": "Closed Complete", "requested_for": rng.choice(CUSTOMERS[project]),
        "opened_at": opened, "cmdb_ci": "", "assignment_group": item.group, "assigned_to": item.engineer,
        "approval": "已批准", "u_auto": "false", "u_fulfilled_at": done, "u_confirmed_at": accepted,
        "u_close_mode": "服务台关闭", "closed_at": later(calendar, accepted, some(5, 300)), "closed_by": "苗晓禾",
        "sys_updated_on": None, **cells,
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
        "cause_notes": rng.choice(CAUSES[ITEMS[ci].kind]) if closed else "",
        "workaround": rng.choice(["重启服务后临时恢复", "切换到备用链路", ""]), "known_error": "false",
        "resolution_code": "已修复" if closed else "",
        "resolved_at": closed - some(1440, 4320) * MIN if closed else "",
        "closed_at": closed or "", "sys_updated_on": None, **cells, "_pair": pair,
    }
    PROBLEMS.append(row)
    return row

def change(
    project: str, created: datetime, kind: str = "常规", *, start: datetime | None = None, ci: str = "",
    approve: bool = True, verify: bool = True, **cells: Any,
) -> Row:
    """A change: approved by two persons in the office system, done in its window, verified."""
    ci = ci or rng.choice([c for c in ITEMS if ITEMS[c].project == project and c not in UNTOUCHED])
    evening = later("office", created, some(900, 1800)).replace(hour=rng.choice([19, 20, 21, 22]), minute=0, second=0)
    planned = start or evening
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
        **cells, "_project": project,
    }
    CHANGES.append(row)
    if verify:
        task(row, "Implementation", row["work_end"] or ended)
        task(row, rng.choice(["Testing", "Review"]), checked)
    if approve and kind == "常规":
        first = later("office", created, some(20, 150))
        approval(row, "technical", "邵启岚", first, asked=created + some(3, 15) * MIN)
        second = later("office", first, some(20, 300))
        approval(row, "cab" if row["risk"] == "高" else "manager", "覃一舟", second, asked=first)
    elif approve and kind == "紧急":
        approval(row, "emergency", rng.choice(["郗明澈", "覃一舟"]), row["work_start"] - some(3, 10) * MIN)
    return row

def task(row: Row, kind: str, closed: Any, state: str = "已关闭") -> None:
    """A task of a change."""
    text = {"Implementation": "按方案实施", "Testing": "功能验证", "Review": "实施后评审"}[kind]
    TASKS.append({"number": "", "change_request": row, "change_task_type": kind, "state": state,
                  "short_description": text, "assigned_to": row["assigned_to"], "closed_at": closed})

def approval(row: Row, stage: str, approver: str, decided: Any, decision: str = "approved",
             asked: datetime | None = None, role: str = "") -> None:
    """A step of the office system's approval of a change; staff stand there with their accounts."""
    asked = asked or (decided - some(3, 25) * MIN if decided else row["opened_at"] + 9 * MIN)
    APPROVALS.append({
        "approval_id": "", "object_type": "change", "object_id": row, "stage": stage,
        "approver": LOGIN.get(approver, approver), "approver_role": role, "approver_group": "",
        "requested_at": asked, "decision": decision, "decided_at": decided,
    })

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
    incident, in_work, alarm, paused, reopened, series, request, problem, change, alone, urgent, window, closed, edit)}

def expect(text: str, row: Row | None = None, name: str = "") -> None:
    """Note what is expected of a record, or of a named group: "RULE,… sign message; …"."""
    for part in text.split(";"):
        rules, sign, said = part.split()
        for number in rules[rules.index("-") + 1:].split(","):
            KEY.append((f"{rules.split('-')[0]}-{number}", name, SIGNS[sign], said, row or {}))

def plants() -> None:
    """Make what is planted."""
    named: dict[str, Any] = {}
    for line in PLANTS.splitlines():
        made, *expected = line.split("  #")[0].split("|")
        if not made or made.startswith("#"):
            continue
        maker, *words = shlex.split(made)
        day = next(w[:5] for w in words if re.match(r"\d\d-\d\d", w))
        plain: list[Any] = []
        cells: Row = {}
        for word in words:
            name, equals, text = word.partition("=")
            if word in ODD:
                cells |= ODD[word]
            elif equals:
                cells[name] = meant(text, day, named)
            else:
                plain.append(meant(word, day, named))
        label = cells.pop("as", "")
        row = MAKERS[maker](*plain, **cells)
        rows = row if isinstance(row, list) else [row]
        named[label] = rows[-1]
        for row, text in zip(rows[-len(expected):], expected, strict=False):
            expect(text, row)
    april, june = ("02", "10", "16", "22", "24", "27"), ("02", "04", "08", "10", "11", "16", "17")
    for day in [f"04-{d}" for d in april] + [f"06-{d}" for d in june]:
        expect("INC-005 - late", incident("GOV", at(f"{day}T10:40"), solve=some(950, 1700)))
    for n in range(6):  # closed at a stroke
        incident("GOV", at("03-26T09:05") + n * 17 * MIN, solve=some(100, 400), closed_at=at("03-31T18:00"))
    for _ in range(4):
        incident("ERP", at("03-28T09:07"))
    for line in REGISTERED.strip().splitlines():
        text, *names = line.split(" | ")
        for name in names:
            expect(text, name=name.strip())

def meant(word: str, day: str, named: dict[str, Any]) -> Any:
    """A word of `PLANTS`: a moment, a number, a record named before, or what it says."""
    if word.startswith("@"):
        return named[word[1:]]
    if re.fullmatch(r"([-\d]+T)?\d\d:\d\d(:\d\d)?", word):
        return at(word if "T" in word else f"{day}T{word}")
    return int(word) if re.fullmatch(r"-?\d+", word) else word

# --------------------------------------------------------------------------- the base, in order

VOLUME = {"BANK": (165, 9, 20), "GOV": (120, 7, 30), "ERP": (75, 4, 14)}
"""Incidents, problems and requests of the base by project, in six months."""
CHANGED = {("BANK", 1): (31, 3), ("BANK", 2): (38, 2), ("GOV", 1): (19, 1), ("GOV", 2): (27, 4),
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
        alarm(project, moment, priority=rng.choice([2, 3]), respond=0)
        return
    priority = rng.choices([1, 2, 3, 4], [1, 12, 60, 27])[0]
    row = incident(project, moment, priority, u_close_mode=rng.choice(["服务台关闭"] * 4 + ["客户关闭"]))
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
            edit(made["cmdb_ci"], made["work_end"] + 30 * MIN, cites=made if n % 4 else "", by=made["assigned_to"])

def base() -> None:
    """Six months in which all is in order, around what is planted."""
    for project, (incidents, problems, requests) in VOLUME.items():
        for n in range(problems):
            base_problem(project, n)
        for _ in range(incidents):
            base_incident(project)
        for _ in range(requests):
            request(project, opening(project, 174))
    for (project, quarter), (many, urgent) in CHANGED.items():
        base_changes(project, quarter, many, urgent)

def beyond_the_window() -> None:
    """What cannot be known of any record for want of the months before and after the export."""
    planted = {(rule, id(row)) for rule, *_, row in KEY}
    for row in INCIDENTS:
        if row["opened_at"] < FIRST + 30 * DAY and ("INC-023", id(row)) not in planted:
            expect("INC-023 ? incidents_incomplete", row)
    for row in PROBLEMS:
        if row["closed_at"] and row["closed_at"] > LAST - 60 * DAY:
            expect("PRB-012 ? too_recent", row)

# ------------------------------------------------------------------------------------- writing

def history(row: Row) -> Iterator[tuple[Any, ...]]:
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
        steps.append((row["closed_at"] or row["sys_updated_on"], final, ""))
    elif state not in (steps[-1][1], ""):
        steps.append((row["sys_updated_on"], state, ""))
    by = {"新建": row["caller_id"] or "监控平台", "已关闭": row["closed_by"] or row["assigned_to"]}
    before = ""
    for moment, after, why in steps:
        yield moment, "incident_state", before, after, by.get(after, row["assigned_to"]), why
        before = after
    if row["_noted"]:
        yield row["_noted"], "work_notes", "", "", row["assigned_to"], "继续排查并更新处理记录"

def finish() -> None:
    """Give the records their numbers, in the order of their making, and their last update."""
    for rows, number in ((INCIDENTS, "INC0010001"), (CHANGES, "CHG0020001"), (PROBLEMS, "PRB0040001"),
                         (REQUESTS, "RITM0050001")):
        prefix, n = number[:-5], int(number[-5:])
        rows.sort(key=lambda r: r["opened_at"])
        for row in rows:
            n += row.get("_skip", 0)
            if not row["number"]:
                row["number"] = f"{prefix}{n}"
                n += 1
            stamps = [v for k, v in row.items() if isinstance(v, datetime) and k not in ("start_date", "end_date")]
            row["sys_updated_on"] = row["sys_updated_on"] or max(s for s in stamps if s <= AS_OF)
    for n, row in enumerate(TASKS, 30001):
        row["number"] = f"CTASK00{n}"
    APPROVALS.sort(key=lambda r: r["requested_at"])
    for n, row in enumerate(APPROVALS, 1):
        row["approval_id"] = f"OA2026{n:05}"
    EDITS.sort(key=lambda r: r["changed_at"])

def table(rows: list[Row]) -> str:
    """Rows as CSV; names that begin with an underscore are notes of this script."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [n for n in rows[0] if n[0] != "_"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: v["number"] if isinstance(v, dict) else v for k, v in row.items()} for row in rows)
    return text.getvalue()

def audits() -> list[Row]:
    """The history of all incidents, oldest step of each first."""
    names = ["documentkey", "sequence", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on", "reason"]
    steps = ((row, n, *step) for row in INCIDENTS if row["_history"] for n, step in enumerate(sorted(history(row))))
    return [dict(zip(names, (row, n, *rest, by, moment, why), strict=True))
            for row, n, moment, *rest, by, why in steps]

def cmdb() -> list[Row]:
    """The items of the CMDB as the tool lists them."""
    kinds = {"应用": "Application", "数据库": "Database", "网络": "Network Gear", "存储": "Storage Device",
             "终端": "Computer", "会议": "Peripheral"}
    return [{"name": c, "sys_class_name": kinds[item.kind], "owned_by": item.engineer,
             "install_status": "Retired" if c == "BNK-NET-10" else "Installed"} for c, item in ITEMS.items()]

def answer_key() -> str:
    """What was planted, by rule and record."""
    rows = sorted((rule, name or row.get("number") or row["_number"], verdict, said)
                  for rule, name, verdict, said, row in KEY)
    assert len({r[:2] for r in rows}) == len(rows), "a subject is planted twice"
    lines = ['  ["{}", "{}", "{}", "{}"],'.format(*row) for row in rows]
    return "\n".join([
        "# What was planted in the sample exports: rule, record, verdict, message (or why it is not assessed).",
        "# Every finding and everything not assessed stands here; the rest only where it was planted.",
        "", "expected = [", *lines, "]", ""])

def write(folder: Path) -> None:
    """Write the whole folder."""
    plants()
    base()
    beyond_the_window()
    finish()
    clocks = [{"task": row, "metric": "resolution", "u_paused_minutes": sum(p[3] for p in row["_pauses"])}
              for row in INCIDENTS if row["_pauses"] and row["_history"]]
    links = [{"from_type": "incident", "from_id": row, "relation": "relates_to", "to_type": "problem",
              "to_id": row["_linked"]} for row in INCIDENTS if "_linked" in row]
    tables = {"incident": INCIDENTS, "sys_audit": audits(), "task_sla": clocks, "sc_req_item": REQUESTS,
              "problem": PROBLEMS, "change_request": CHANGES, "change_task": TASKS, "cmdb_ci": cmdb(),
              "oa_approvals": APPROVALS, "ci_changes": EDITS, "links": links}
    files = {f"{name}.csv": table(rows) for name, rows in tables.items()} | {"answer_key.toml": answer_key()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())

if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "sample_exports")
