"""Working time: the open hours of every service calendar, laid out once by UTC day.

The time worked between two moments is then W(end) - W(start), where W adds up what a calendar was
open until a moment: two joins on (calendar, day) instead of a walk over the days between.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from itssrules.store import Connection, rows

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
FIRST, LAST = (date(y, m, d).toordinal() - EPOCH for y, m, d in ((1990, 1, 1), (2049, 12, 31)))
"""Calendar rows beyond these days say nothing; sixty years of seconds fit an integer."""
SPANS = 4
"""Open spans that a UTC day has room for; a day with more is not known."""

NOT_KNOWN = (None,) * (2 * SPANS)
"""Spans of a day that is not known; on a known day those beyond its last are 0 to 0."""

_COLUMNS = tuple(f"{side}{n}" for n in range(1, SPANS + 1) for side in "oc")
_TIME = re.compile(r"(\d{1,2})[:：](\d\d)(?:[:：](\d\d)(?:\.0+)?)?")

Span = tuple[int, int]
Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Row:
    """A row of `calendars`; `sound` is false where its file disagrees with itself on it."""

    calendar: str | None
    day: int | None
    working: bool | None
    opens: str | None
    closes: str | None
    zone: str | None
    sound: bool


@dataclass
class Day:
    """A UTC day: how many of its seconds known local days cover, and its open spans."""

    covered: int = 0
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Stretch:
    """Time from `start` to `end` (UTC seconds) during which a zone's clock is `offset` ahead."""

    start: int
    end: int
    offset: int


def working_days(con: Connection) -> int:
    """Fill the book table `working_days` from the canonical `calendars`; the number of rows."""
    con.execute("delete from working_days")
    found = _calendar_rows(con)
    if not found:
        return 0
    zones = frozenset(name for (name,) in rows(con, "select name from pg_timezone_names()"))
    made = pa.table(_table(found, zones), schema=_schema())
    con.register("made_days", made)
    con.execute("insert into working_days by name select * from made_days")
    con.unregister("made_days")
    return int(made.num_rows)


def _schema() -> pa.Schema:
    fields = [("calendar_id", pa.string()), ("day", pa.date32()), ("known", pa.bool_())]
    numbers = ("before", "unknown_before", *_COLUMNS)
    return pa.schema([*fields, *((n, pa.int32()) for n in numbers)])


def _calendar_rows(con: Connection) -> list[Row]:
    found = rows(
        con,
        "select trim(calendar_id), date - date '1970-01-01', is_working, open_from, open_to,"
        " trim(zone), coalesce(len(disputed), 0) = 0 from calendars",
    )
    return [Row(name or None, *rest) for name, *rest in found]


def _table(found: list[Row], zones: frozenset[str]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {n: [] for n in _schema().names}
    for name, own in _by_calendar(found).items():
        for number, known, before, unknown, spans in _laid_out(own, zones):
            flat = [second for span in spans for second in span]
            flat += [0] * (2 * SPANS - len(flat))
            values = (name, number, known, before, unknown, *(flat if known else NOT_KNOWN))
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
    return columns


def _by_calendar(found: list[Row]) -> dict[str, list[Row]]:
    """Rows of each calendar; a row without a calendar may belong to any, and goes to all."""
    own: dict[str, list[Row]] = defaultdict(list)
    stray = [r for r in found if r.calendar is None]
    for row in found:
        if row.calendar is not None:
            own[row.calendar].append(row)
    return {n: [*own[n], *(Row(n, r.day, None, None, None, None, False) for r in stray)]
            for n in sorted(own)}  # fmt: skip


def _laid_out(own: list[Row], zones: frozenset[str]) -> Iterator[tuple[int, bool, int, int, Spans]]:
    """UTC days of a calendar in order: number, known, seconds and unknown days before, spans."""
    zone = _zone(own, zones)
    if zone is None or any(r.day is None for r in own):
        return
    local = _local_days(own)
    if not any(local.values()):
        return  # a calendar that never opens would make every clock stand still
    days = _utc_days(zone, local)
    before = unknown = 0
    for number in range(min(days, default=0), max(days, default=-1) + 1):
        day = days.get(number, Day())
        spans = merged(day.spans)
        known = day.covered == DAY and len(spans) <= SPANS
        spans = spans if known else ()
        yield number, known, before, unknown, spans
        before += sum(end - start for start, end in spans)
        unknown += not known


def _zone(own: list[Row], zones: frozenset[str]) -> ZoneInfo | None:
    """The one zone that all sound rows name, if both Python and DuckDB know it."""
    names = {r.zone for r in own if r.sound}
    name = names.pop() if len(names) == 1 else None
    try:
        return ZoneInfo(name) if name in zones else None
    except (ValueError, OSError, KeyError):
        return None


def _local_days(own: list[Row]) -> dict[int, Spans | None]:
    """Open spans of each local day in seconds from its midnight; None where they are not known."""
    by_day: dict[int, list[Row]] = defaultdict(list)
    for row in own:
        if row.day is not None and FIRST <= row.day <= LAST:
            by_day[row.day].append(row)
    return {number: _spans(rows_) for number, rows_ in by_day.items()}


def _spans(same_day: list[Row]) -> Spans | None:
    working = {r.working if r.sound else None for r in same_day}
    if working == {False}:
        return None if any(r.opens or r.closes for r in same_day) else ()
    if working != {True}:
        return None
    spans = [(seconds(r.opens), seconds(r.closes)) for r in same_day]
    good = [(a, b) for a, b in spans if a is not None and b is not None and a < b]
    return merged(good) if len(good) == len(spans) else None


def seconds(text: str | None) -> int | None:
    """Seconds from midnight of a time such as 09:00 or 24:00, or None."""
    match = _TIME.fullmatch((text or "").strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    total = hour * 3600 + minute * 60 + second
    return total if minute < 60 and second < 60 and total <= DAY else None


def merged(spans: Iterable[Span]) -> Spans:
    """Spans in order, with those that touch or overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _utc_days(zone: ZoneInfo, local: dict[int, Spans | None]) -> dict[int, Day]:
    days: dict[int, Day] = defaultdict(Day)
    if not local:
        return days
    stretches = _stretches(zone, (min(local) - 1) * DAY, (max(local) + 2) * DAY)
    ends = [s.end for s in stretches]
    for number, spans in local.items():
        midnight = number * DAY
        near = stretches[bisect_right(ends, midnight - DAY) :]
        for start, end in _utc(midnight, midnight + DAY, near):
            for day, a, b in _cut(start, end):
                days[day].covered += b - a if spans is not None else 0
        for opens, closes in spans or ():
            for start, end in _utc(midnight + opens, midnight + closes, near):
                for day, a, b in _cut(start, end):
                    days[day].spans.append((a, b))
    return days


def _stretches(zone: ZoneInfo, start: int, end: int) -> list[Stretch]:
    """The time from start to end, parted where the zone's offset changes."""
    found: list[Stretch] = []
    begun, offset = start, _offset(zone, start)
    for moment in range(start + DAY, end + 1, DAY):
        if _offset(zone, moment) != offset:
            at = _turn(zone, moment - DAY, moment)
            found.append(Stretch(begun, at, offset))
            begun, offset = at, _offset(zone, moment)
    return [*found, Stretch(begun, end, offset)]


def _offset(zone: ZoneInfo, moment: int) -> int:
    ahead = datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0


def _turn(zone: ZoneInfo, early: int, late: int) -> int:
    """The first second of the new offset, between a moment before it and one after."""
    old = _offset(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if _offset(zone, middle) == old else (early, middle)
    return late


def _utc(start: int, end: int, stretches: Iterable[Stretch]) -> Iterator[Span]:
    """When the wall clock shows a time from start to end: skipped hours never, repeated twice."""
    for part in stretches:
        if part.start > end + DAY:
            return
        a, b = max(start - part.offset, part.start), min(end - part.offset, part.end)
        if a < b:
            yield a, b


def _cut(start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """A stretch of UTC time cut at midnights: day number, and seconds from that midnight."""
    while start < end:
        midnight = start - start % DAY
        stop = min(end, midnight + DAY)
        yield midnight // DAY, start - midnight, stop - midnight
        start = stop
