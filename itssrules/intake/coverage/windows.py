"""Declared export windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from itssrules.intake.coverage.base import Feed, Given, Span, Window, joined, of_source
from itssrules.model.rule import Text

NOT_DECLARED = Text("未声明导出的起止时间", "the window of the export is not declared")
NO_FIRST = Text("未声明导出的起始日（from）", "the first day of the export (from) is not declared")
NO_LAST = Text("未声明导出的截止日（to）", "the last day of the export (to) is not declared")
REVERSED = Text("声明的截止日早于起始日", "the declared window ends before it begins")
NOT_COVERED = Text("未声明该时段的导出", "its export is not declared for this time")


def window_of(given: Given, feed: Feed) -> Window | Text:
    """The window that the sources of a table declare, or why there is none.

    With several sources it reaches over all of theirs, open where one does not cover it.
    """
    windows = []
    for name in feed.sources:
        declared = _declared(given, name)
        if isinstance(declared, Text):
            return of_source(declared, name) if len(feed.sources) > 1 else declared
        windows.append(declared)
    first = min(windows, key=lambda w: w.from_at)
    last = max(windows, key=lambda w: w.to_at)
    parts = tuple(
        Span(low, high, of_source(NOT_COVERED, name), lost=False)
        for name, w in zip(feed.sources, windows, strict=True)
        for low, high in ((first.from_at, w.from_at), (w.to_at, last.to_at))
        if low < high
    )
    return replace(first, to_at=last.to_at, to_day=last.to_day, open=parts)


def _declared(given: Given, name: str) -> Window | Text:
    """The window of one source: from midnight to midnight of its own wall clock."""
    source = given.sources.get(name)
    if source is None or (source.from_day is None and source.to_day is None):
        return NOT_DECLARED
    if source.from_day is None:
        return NO_FIRST
    if source.to_day is None:
        return NO_LAST
    if source.to_day < source.from_day:
        return REVERSED
    file_zone = next((i.zone for i in given.inputs if i.source == name and i.zone), "")
    zone = source.zone or file_zone or given.zone or "UTC"
    low = _midnight(source.from_day, zone)
    high = _midnight(source.to_day + timedelta(days=1), zone)
    return Window(low, high, source.from_day, source.to_day, zone)


def declared_text(given: Given, feed: Feed, window: Window) -> Text:
    """The reason of a complete span, with the firm's own words where it gave some."""
    days = f"{window.from_day} – {window.to_day}"
    said = Text(f"已声明导出期间 {days}", f"the window of the export is declared: {days}")
    words = given.words(feed)
    return joined([said, Text(f"缺口说明：{words}", f"gaps: {words}")]) if words else said


def _midnight(day: date, zone: str) -> datetime:
    """The start of a local day, in UTC without a zone as the tables hold it."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)
