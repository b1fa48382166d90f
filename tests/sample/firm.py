"""The invented firm: who works there, what it runs, and its service hours."""

from __future__ import annotations

import random
from collections import namedtuple
from datetime import date, datetime, timedelta
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
PEERS = {"樊子渝": "葛闻笛", "葛闻笛": "樊子渝", "祁望舒": "裴若溪", "裴若溪": "祁望舒", "卓亦宁": "阮北屿", "阮北屿": "卓亦宁",
         "褚以沐": "岑远帆", "岑远帆": "褚以沐"}
"""Who looks over whose work."""
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
        GOV  终端   政务桌面组 卓亦宁 SVC-G1 GOV-PC  101 148
        GOV  会议   政务桌面组 卓亦宁 SVC-G4 GOV-MTG 01 05
        ERP  应用   ERP应用组  褚以沐 SVC-E1 ERP-APP 01 08
        ERP  数据库 ERP应用组  褚以沐 SVC-E1 ERP-DB  01 03
        ERP  网络   ERP基础组  岑远帆 SVC-E2 ERP-NET 01 06
        ERP  终端   ERP基础组  岑远帆 SVC-E2 ERP-PC  01 20""".splitlines())
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
