"""Working days without a row that chance does not explain."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from math import exp

from chinese_calendar import is_workday

from itssrules.intake.coverage.base import Feed, Given, Span, Window
from itssrules.model.rule import Text
from itssrules.store import literal, one, rows

CHINESE = {
    "Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Urumqi",
    "Asia/Kashgar", "PRC",
}  # fmt: skip
LEAST_GAP = 3
"""Working days without a row below which a gap says nothing."""
LEAST_ROWS = 4
"""Rows in the window below which a gap says nothing."""
IMPROBABLE = 0.001
DAY = timedelta(days=1)

Day = tuple[date, int, datetime, datetime]
"""A local day, its rows, its first and last moment."""


def silences(given: Given, feed: Feed, window: Window) -> list[Span]:
    """Stretches of the window in which rows would be expected and none is."""
    if not feed.moments:
        return []
    days = _days(given, feed, window)
    if not days:
        return _elsewhere(given, feed, window)
    return [
        Span(_floor(low), _ceiling(high), _reason(feed, first, last, working))
        for low, high, first, last, working in _gaps(feed, window, days)
    ]


def _days(given: Given, feed: Feed, window: Window) -> list[Day]:
    """The local days with rows. Details come in bursts: a quarter of an hour of them counts once."""
    quarters = (
        f"select epoch_us({feed.moment}) // 900000000 as quarter, count(*) as n,"
        f" min({feed.moment}) as low, max({feed.moment}) as high from {feed.rows}"
        f" where {window.sql(feed.moment)} group by all"
    )
    number = "sum(n)" if feed.table.kind == "ticket" else "count(*)"
    return rows(
        given.con,
        f"select timezone({literal(window.zone)}, to_timestamp(quarter * 900))::date,"
        f" {number}::bigint, min(low), max(high) from ({quarters}) group by 1 order by 1",
    )


def _elsewhere(given: Given, feed: Feed, window: Window) -> list[Span]:
    """The whole window where all rows lie outside it."""
    count = one(given.con, f"select count({feed.moment}) from {feed.rows}")
    if not count or len(_working_days(window)) < LEAST_GAP:
        return []
    reason = Text(
        f"{count:,} 条{feed.table.zh}均不在声明的期间内；请核对 from 与 to，或重新导出",
        f"none of the {count:,} {feed.table.name} lies in the declared window; look at from and to,"
        " or export it again",
    )
    return [window.whole(reason)]


def _gaps(
    feed: Feed, window: Window, days: Sequence[Day]
) -> Iterable[tuple[datetime, datetime, date, date, int]]:
    """Improbable gaps: from, to, first and last day without a row, working days among them."""
    work = _working_days(window)
    count = sum(n for _, n, _, _ in days)
    later = timedelta(seconds=feed.grain)
    starts = [(window.from_day, window.from_at), *((d + DAY, high) for d, _, _, high in days)]
    ends = [*((d - DAY, low + later) for d, _, low, _ in days), (window.to_day, window.to_at)]
    for (first, low), (last, high) in zip(starts, ends, strict=True):
        gap = bisect_left(work, last + DAY) - bisect_left(work, first)
        if _improbable(count, gap, len(work)):
            yield low, high, first, last, gap


def _improbable(count: int, gap: int, days: int) -> bool:
    """Whether `count` rows over `days` working days would hardly leave out `gap` in a row."""
    rate = count / max(days - gap, 1)
    speaks = gap >= LEAST_GAP and count >= LEAST_ROWS
    return speaks and count * exp(-rate * gap) < IMPROBABLE


def _working_days(window: Window) -> list[date]:
    """Local working days of the window; those of China where its clock is Chinese."""
    every = (window.from_day + n * DAY for n in range((window.to_day - window.from_day).days + 1))
    return [d for d in every if _works(d, window.zone in CHINESE)]


@cache
def _works(day: date, chinese: bool) -> bool:
    if chinese:
        try:
            return bool(is_workday(day))
        except NotImplementedError:
            pass
    return day.weekday() < 5


def _reason(feed: Feed, first: date, last: date, working: int) -> Text:
    return Text(
        f"{first} 至 {last}（{working} 个工作日）没有{feed.table.zh}；请补充导出，"
        f"或在 {feed.where} gaps 中书面说明原因",
        f"no {feed.table.name} from {first} to {last} ({working} working days); export them, or say"
        f" why there are none in gaps of {feed.where}",
    )


def _floor(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    return _floor(moment + timedelta(microseconds=999_999))
