"""Coverage of every supplied table: windows, less what speaks against their being whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from itssrules.intake.coverage.base import Feed, Given, Span, Window, joined
from itssrules.intake.coverage.days import silences
from itssrules.intake.coverage.losses import losses, no_rows
from itssrules.intake.coverage.numbers import make_gaps, missing_numbers
from itssrules.intake.coverage.orphans import orphans
from itssrules.intake.coverage.windows import declared_text, window_of
from itssrules.intake.sources import SETTINGS
from itssrules.model.results import Coverage, Input
from itssrules.model.rule import Text
from itssrules.model.settings import Source
from itssrules.store import Connection, rows

TEMPORARY = tuple(
    f"coverage_{n}" for n in ("numbers", "counters", "heads", "gaps", "absent", "clipped")
)
"""Tables made on the way."""
LIST_NOT_DECLARED = Text("未声明该清单的来源", "the source of the list is not declared")
LIST_DECLARED = Text("已声明来源的清单", "the list of a declared source")


def measure(
    con: Connection,
    inputs: Sequence[Input],
    sources: Mapping[str, Source],
    zone: str = "",
    stated: Collection[str] = (),
) -> tuple[Coverage, ...]:
    """Write table `coverage` of `con` for all that `supply` names, and return the same rows.

    `sources` are those that the settings file names, `zone` the wall clock of a source without one,
    `stated` the tables that the settings file itself states (their supply rows belong to no input).
    """
    given = Given(con, inputs, sources, zone, stated)
    found: list[Coverage] = []
    for ns, feeds in groupby(sorted(given.feeds, key=lambda f: f.ns), key=lambda f: f.ns):
        found += _cover_space(given, ns, list(feeds))
    found.sort(key=lambda c: (c.table, c.ns))
    for c in found:
        con.execute(
            "insert into coverage values (?, ?, ?::timestamp, ?::timestamp, ?, ?)",
            [c.table, c.ns, c.from_at.rstrip("Z") or None, c.to_at.rstrip("Z") or None,
             c.complete, c.reason.en],
        )  # fmt: skip
    return tuple(found)


def _cover_space(given: Given, ns: str, feeds: Sequence[Feed]) -> list[Coverage]:
    """The spans of all tables of one id space."""
    windows = {f.table.name: window_of(given, f) for f in feeds if not f.listed}
    counted = any(
        f.table.kind == "ticket" and isinstance(windows[f.table.name], Window) for f in feeds
    )
    if counted:
        make_gaps(given, ns)
    found: list[Coverage] = []
    for feed in feeds:
        window = windows.get(feed.table.name)
        if window is None:
            found.append(_list(given, feed))
        elif isinstance(window, Text):
            found += _undeclared(given, feed, window)
        else:
            found += _partition(feed, window, _evidence(given, feed, window), given)
    for name in TEMPORARY:
        given.con.execute(f"drop table if exists {name}")
    return found


def _evidence(given: Given, feed: Feed, window: Window) -> list[Span]:
    """All that speaks against the table being whole in its window."""
    spans = [*window.open, *(window.whole(reason) for reason in losses(given, feed))]
    spans += [window.whole(reason, lost=False) for reason in no_rows(given, feed)]
    if feed.table.kind == "ticket":
        spans += orphans(given, feed, window)
    if given.words(feed):
        return spans
    if feed.table.kind == "ticket":
        spans += missing_numbers(given, feed, window)
    return spans + silences(given, feed, window)


def _list(given: Given, feed: Feed) -> Coverage:
    """A list as of now: whole where its sources declare a window and nothing speaks against it."""
    declared = all(
        _has_window(given, s) or (s in ("", SETTINGS) and feed.table.name in given.stated)
        for s in feed.sources
    )
    lost = losses(given, feed)
    faults = lost or (no_rows(given, feed) if declared else [LIST_NOT_DECLARED])
    reason = joined(faults or [LIST_DECLARED])
    return Coverage(feed.table.name, feed.ns, "", "", not faults, reason, bool(lost))


def _has_window(given: Given, name: str) -> bool:
    source = given.sources.get(name)
    return source is not None and source.from_day is not None and source.to_day is not None


def _undeclared(given: Given, feed: Feed, why: Text) -> list[Coverage]:
    """What the data span, and what speaks for rows being lost, each for itself."""
    low, high = rows(
        given.con,
        f"select coalesce(utc_text(min({feed.moment})), ''),"
        f" coalesce(utc_text(max({feed.moment})), '') from {feed.rows}",
    )[0]
    first = Coverage(feed.table.name, feed.ns, low, high, False, why)
    lost = (replace(first, reason=reason, lost=True) for reason in losses(given, feed))
    return [first, *lost]


def _partition(feed: Feed, window: Window, spans: Iterable[Span], given: Given) -> list[Coverage]:
    """The window cut into complete and incomplete spans that touch each other."""
    declared = declared_text(given, feed, window)
    found, reach = [], window.from_at
    for span in _merged(window, spans):
        if reach < span.from_at:
            found.append(_coverage(feed, reach, span.from_at, declared))
        found.append(_coverage(feed, span.from_at, span.to_at, span.reason, span))
        reach = span.to_at
    if reach < window.to_at:
        found.append(_coverage(feed, reach, window.to_at, declared))
    return found


def _coverage(
    feed: Feed, low: datetime, high: datetime, reason: Text, span: Span | None = None
) -> Coverage:
    return Coverage(
        feed.table.name, feed.ns, _iso(low), _iso(high), span is None, reason,
        span is not None and span.lost,
    )  # fmt: skip


def _merged(window: Window, spans: Iterable[Span]) -> list[Span]:
    """Spans inside the window; those that touch become one with the reasons of all."""
    clipped = (
        replace(s, from_at=max(s.from_at, window.from_at), to_at=min(s.to_at, window.to_at))
        for s in spans
    )
    inside = (s for s in clipped if s.from_at < s.to_at)
    groups: list[list[Span]] = []
    reach = window.from_at
    for span in sorted(inside, key=lambda s: (s.from_at, window.from_at - s.to_at, s.reason.en)):
        if groups and span.from_at <= reach:
            groups[-1].append(span)
        else:
            groups.append([span])
        reach = max(reach, span.to_at)
    return [_one(group) for group in groups]


def _one(group: Sequence[Span]) -> Span:
    """Touching spans as one."""
    reason = joined(s.reason for s in group)
    to_at = max(s.to_at for s in group)
    return Span(group[0].from_at, to_at, reason, any(s.lost for s in group))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
