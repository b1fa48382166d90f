"""What the parts of the coverage share: spans, windows, feeds, and what was given to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from itssrules.model.results import Input
from itssrules.model.rule import Text
from itssrules.model.settings import Source
from itssrules.model.tables import Table, model
from itssrules.store import Connection, ident, literal, rows

MOMENTS = ("created_at", "changed_at", "requested_at", "decided_at", "released_at")
"""Columns that put a row into the window; the first that is supplied and filled counts."""
GRAINS = {"day": 86_400, "minute": 60}
"""Seconds that a moment of that precision may be later than it says."""
REASONS = 4
"""Reasons that one span names; of the others it gives the number."""


@dataclass(frozen=True)
class Span:
    """A stretch of time in UTC for which rows are not known to be all there."""

    from_at: datetime
    to_at: datetime
    reason: Text
    lost: bool = True


@dataclass(frozen=True)
class Window:
    """The declared window of a table in one id space, in UTC and in local days."""

    from_at: datetime
    to_at: datetime
    from_day: date
    to_day: date
    zone: str
    open: tuple[Span, ...] = ()
    """Parts that not every source covers."""

    def whole(self, reason: Text, lost: bool = True) -> Span:
        """The whole window as incomplete."""
        return Span(self.from_at, self.to_at, reason, lost)

    def sql(self, moment: str) -> str:
        """The test that a moment lies inside."""
        return f"({moment} >= {stamp(self.from_at)} and {moment} < {stamp(self.to_at)})"


@dataclass(frozen=True)
class Feed:
    """A table of one id space, and what supplies it."""

    table: Table
    ns: str
    sources: tuple[str, ...]
    files: frozenset[int]
    precisions: Mapping[str, str | None]
    """The coarsest precision of each supplied column."""

    @property
    def listed(self) -> bool:
        """True for a list as of now, which has no window."""
        return self.table.kind == "register" or self.table.ids == "firm"

    @property
    def where(self) -> str:
        """The section of the settings file in which to say more."""
        return f"[sources.{self.sources[0] or 'NAME'}]"

    @property
    def moments(self) -> list[str]:
        """Supplied columns that place a row in time."""
        return [m for m in MOMENTS if self.table.column(m) and m in self.precisions]

    @property
    def moment(self) -> str:
        """SQL of the moment of a row; NULL where the table has none."""
        names = ", ".join(ident(m) for m in self.moments)
        return f"coalesce({names})" if names else "null::timestamp"

    @property
    def grain(self) -> int:
        """Seconds that the row's moment may be later than it says."""
        return max((GRAINS.get(self.precisions[m] or "", 0) for m in self.moments), default=0)

    @property
    def rows(self) -> str:
        """SQL of its rows, to stand behind `from`."""
        return f"(select * from {ident(self.table.name)} where ns = {literal(self.ns)})"


@dataclass(frozen=True)
class Given:
    """What there is to look at; `sources` are those that the settings file names."""

    con: Connection
    inputs: Sequence[Input]
    sources: Mapping[str, Source]
    zone: str
    stated: Collection[str]
    counted: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    """(table, id space) -> records by source, once they were asked for."""

    @cached_property
    def feeds(self) -> list[Feed]:
        """Every table and id space of `supply`, in order."""
        names = {i.file_id: i.source for i in self.inputs}
        rank = "case precision when 'day' then 3 when 'minute' then 2 when 'second' then 1 end"
        columns: dict[tuple[str, str], dict[str, str | None]] = {}
        for tbl, ns, col, precision in rows(
            self.con, f"select tbl, ns, col, max_by(precision, {rank}) from supply group by all"
        ):
            columns.setdefault((tbl, ns), {})[col] = precision
        return [
            Feed(
                model()[tbl], ns, tuple(sorted({names.get(f, "") for f in files})),
                frozenset(files), columns[tbl, ns],
            )
            for tbl, ns, files in rows(
                self.con,
                "select tbl, ns, list(distinct file_id) from supply group by all order by 1, 2",
            )
        ]  # fmt: skip

    def shown(self, feed: Feed, source: str) -> int | None:
        """How many records the tool itself shows, where that was declared."""
        declared = self.sources.get(source)
        return declared.counts.get(feed.table.name) if declared else None

    def loaded(self, feed: Feed, source: str) -> int:
        """How many records of a source the table holds."""
        return self.held(feed).get(source, 0)

    def held(self, feed: Feed) -> dict[str, int]:
        """How many records the table holds of each source."""
        key = feed.table.name, feed.ns
        if key not in self.counted:
            found = rows(self.con, f"select record.source, count(*) from {feed.rows} group by 1")
            self.counted[key] = dict(found)
        return self.counted[key]

    def words(self, feed: Feed) -> str:
        """Why missing numbers and days are no loss, if every source of the table says so."""
        words = [self.sources[s].gaps if s in self.sources else "" for s in feed.sources]
        return " / ".join(dict.fromkeys(words)) if all(words) else ""


def joined(reasons: Iterable[Text]) -> Text:
    """Several reasons as one text; beyond the first few only their number."""
    every = list(dict.fromkeys(reasons))
    shown, more = every[:REASONS], len(every) - REASONS
    if more > 0:
        shown.append(Text(f"另有 {more:,} 处", f"and {more:,} more"))
    return Text("；".join(t.zh for t in shown), "; ".join(t.en for t in shown))


def named(labels: Sequence[str], count: int, zh: str, en: str) -> Text:
    """The first labels, and of the others the number; `zh` and `en` say of what."""
    zh_labels, en_labels = "、".join(labels), ", ".join(labels)
    if count <= len(labels):
        return Text(zh_labels, en_labels)
    return Text(
        f"{zh_labels} 等 {count:,} {zh}", f"{en_labels} and {count - len(labels):,} more{en}"
    )


def of_source(text: Text, name: str) -> Text:
    """The text, said of one of several sources."""
    return Text(f"来源 {name}：{text.zh}", f"source {name}: {text.en}")


def stamp(moment: datetime) -> str:
    """A moment as an SQL literal."""
    return f"timestamp {literal(moment.isoformat(' '))}"


def upper(moment: str, seconds: str) -> str:
    """SQL of the last second that a moment of that grain may mean."""
    return f"date_trunc('second', {moment} + to_microseconds(999999)) + to_seconds({seconds})"
