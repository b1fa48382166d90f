"""Linked times of different sources: an offset of whole hours means a clock declared wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from zoneinfo import ZoneInfo

from itssrules.errors import ConfigError
from itssrules.intake.sources import SourceBook
from itssrules.model.rule import Text
from itssrules.model.tables import model
from itssrules.store import Connection, ident, literal, rows

FEWEST = 5
"""Linked records without which nothing is said."""
MOST = 0.6
"""Share of them that must show the same offset."""
IN_ORDER = 0.95
"""Share of them that must be in a possible order once the clock is moved."""
NEAR = 300
"""Seconds by which two stamps of one event may differ beside whole hours."""
FARTHEST = 26
"""Hours by which two clocks on earth can differ."""
USUAL = ("Asia/Shanghai", "UTC")


@dataclass(frozen=True)
class Clock:
    """A source with what matters for its times.

    `tables` are those that it fills, `files` the ids of its files, `zoned` the columns
    (`table.column`) whose every stamp names its zone, so that no declared clock is used.
    """

    source: str
    space: str
    zone: str
    tables: frozenset[str]
    files: frozenset[int]
    zoned: frozenset[str]


@dataclass(frozen=True)
class Event:
    """Two stamps of one event: a column of `child` rows, and one of the record that they name.

    Of several child rows of a record `pick` (min or max) takes one.
    """

    child: str
    column: str
    pick: str
    where: str
    number: str
    parent: str
    stamp: str

    @property
    def names(self) -> tuple[str, str]:
        """The two columns with their tables."""
        return f"{self.child}.{self.column}", f"{self.parent}.{self.stamp}"


@dataclass(frozen=True)
class Offset:
    """By how many hours most of the linked stamps of two sources differ (child minus parent)."""

    event: Event
    child: Clock
    parent: Clock
    hours: int
    many: int
    total: int
    last: datetime


def compare(
    con: Connection, clocks: Sequence[Clock], book: SourceBook, *, stop: bool = True
) -> tuple[Text, ...]:
    """Notes on clocks in doubt; ConfigError where one is shown to be declared wrong.

    An offset that most stamps of the same event share proves a fault, unless other stamps of the
    two sources agree. Approvals before their record only suggest one. With `stop` false a proven
    fault is a note too.
    """
    by_name = {c.source: c for c in clocks if _is_shared(c, clocks)}
    if not by_name:
        return ()
    coarse = _coarse(con, by_name)
    found = [o for e in _events() for o in _offsets(con, e, by_name, coarse)]
    agreed = {(o.child.source, o.parent.source) for o in found if o.hours == 0}
    notes: list[Text] = []
    faults: set[tuple[str, str]] = set()
    for offset in (o for o in found if o.hours):
        pair = (offset.child.source, offset.parent.source)
        if stop and pair not in agreed:
            raise ConfigError(
                _problem(offset).en, place=book.place(pair[0], "zone"), hint=_hint(offset)
            )
        notes.append(_problem(offset))
        faults.add(pair)
    notes += _early_approvals(con, by_name, coarse, faults)
    return tuple(notes)


def _is_shared(clock: Clock, clocks: Sequence[Clock]) -> bool:
    return any(c.space == clock.space and c.source != clock.source for c in clocks)


def _coarse(con: Connection, clocks: dict[str, Clock]) -> set[tuple[str, str]]:
    """(source, `table.column`) of columns that hold days only."""
    days = rows(con, "select file_id, tbl || '.' || col from supply where precision = 'day'")
    return {(c.source, column) for c in clocks.values() for f, column in days if f in c.files}


def _events() -> Iterator[Event]:
    yield from _of_tickets()
    tasks = (
        ("verify", "closed_at", "max", "verified_at"),
        ("verify", "actual_end", "max", "verified_at"),
        ("implement", "actual_start", "min", "actual_start"),
        ("implement", "actual_end", "max", "actual_end"),
    )
    for kind, column, pick, stamp in tasks:
        where = f"task_type = {literal(kind)}"
        yield Event("change_tasks", column, pick, where, "change_id", "changes", stamp)


def _of_tickets() -> Iterator[Event]:
    """Approvals and history beside the stamps that the ticket itself carries."""
    approvals = (
        ("requested_at", "min", "created_at", "true"),
        ("decided_at", "max", "approved_at", "decision = 'approved'"),
    )
    status = "coalesce(field, 'status') = 'status'"
    history = (
        ("min", "created_at", "event_type = 'create'"),
        ("max", "resolved_at", f"{status} and new_value = 'resolved'"),
        ("max", "fulfilled_at", f"{status} and new_value = 'resolved'"),
        ("max", "closed_at", f"(event_type = 'close' or {status} and new_value = 'closed')"),
    )
    for table in model().values():
        if table.kind == "ticket":
            mine = f"object_type = {literal(table.object)} and "
            for column, pick, stamp, where in approvals:
                if table.column(stamp):
                    yield Event(
                        "approvals", column, pick, mine + where, "object_id", table.name, stamp
                    )
            for pick, stamp, where in history:
                if table.column(stamp):
                    yield Event(
                        "status_history", "changed_at", pick, mine + where, "object_id",
                        table.name, stamp,
                    )  # fmt: skip


def _pairs(
    event: Event, clocks: dict[str, Clock], coarse: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Sources of child and parent whose stamps can be compared and are not beyond doubt."""
    child, parent = event.names
    return {
        (a.source, b.source)
        for a in clocks.values()
        for b in clocks.values()
        if a.source != b.source and a.space == b.space
        and event.child in a.tables and event.parent in b.tables
        and not {(a.source, child), (b.source, parent)} & coarse
        and not (child in a.zoned and parent in b.zoned)
    }  # fmt: skip


def _linked(event: Event) -> str:
    """SELECT of one row per linked record: both sources, both stamps."""
    parent = model()[event.parent]
    return (
        "select c.source as child, p.record.source as parent, c.stamp as here,"
        f" p.{ident(event.stamp)} as there from (select ns, record.source as source,"
        f" {event.number} as id, {event.pick}({ident(event.column)}) as stamp from {event.child}"
        f" where {event.where} group by all) c join {ident(parent.name)} p"
        f" on p.ns = c.ns and p.{ident(parent.key[0])} = c.id"
        f" where c.source <> p.record.source and c.stamp is not null"
        f" and p.{ident(event.stamp)} is not null"
    )


def _offsets(
    con: Connection, event: Event, clocks: dict[str, Clock], coarse: set[tuple[str, str]]
) -> list[Offset]:
    """The offset that most stamps of an event share, for each two sources that have one."""
    wanted = _pairs(event, clocks, coarse)
    if not wanted:
        return []
    apart = "(epoch(here) - epoch(there))"
    hours = f"round({apart} / 3600.0)::integer"
    found = rows(
        con,
        f"with linked as ({_linked(event)}), steps as (select child, parent, here,"
        f" case when abs({apart} - {hours} * 3600) <= {NEAR} then {hours} end as hours from linked)"
        " select child, parent, hours, count(*) as many, sum(count(*)) over (partition by child,"
        " parent) as total, max(here) from steps group by child, parent, hours order by all",
    )
    return [
        Offset(event, clocks[a], clocks[b], hours, many, int(total), last.replace(tzinfo=UTC))
        for a, b, hours, many, total, last in found
        if (a, b) in wanted and hours is not None and abs(hours) <= FARTHEST
        and total >= FEWEST and many >= MOST * total
    ]  # fmt: skip


def _problem(o: Offset) -> Text:
    child, parent = o.event.names
    size, early = abs(o.hours), o.hours < 0
    return Text(
        f"来源 {o.child.source} 的 {child} 与来源 {o.parent.source} 的 {parent} 记录同一事件，"
        f"但在 {o.total:,} 条相关联的记录中有 {o.many:,} 条恰好{'早' if early else '晚'} {size} 小时："
        "两个来源之一的时区声明有误",
        f"{child} of {o.child.source} lies {size} hour{'s' if size > 1 else ''}"
        f" {'before' if early else 'after'} {parent} of {o.parent.source} in {o.many:,} of"
        f" {o.total:,} linked records, though both stamp the same event:"
        " the time zone of one of the two is declared wrong",
    )


def _hint(o: Offset) -> str:
    """The lines of the settings file that would take the offset away, for each clock in question."""
    child, parent = o.event.names
    ways = []
    if child not in o.child.zoned:
        ways.append(_lines(o.child, o.hours, o.parent.zone, o.last))
    if parent not in o.parent.zoned:
        ways.append(_lines(o.parent, -o.hours, o.child.zone, o.last))
    return "in itssrules.toml write\n" + "\n  or, if that clock is right,\n".join(
        w for w in ways if w
    )


def _lines(clock: Clock, hours: int, other: str, moment: datetime) -> str:
    """The zone of a source whose times are read `hours` too late; empty where there is none."""
    minutes = _offset(clock.zone, moment) + 60 * hours
    zone = next((z for z in (other, *USUAL) if _offset(z, moment) == minutes), None)
    comment = ""
    if zone is None:
        whole, rest = divmod(minutes, 60)
        if rest or not -12 <= whole <= 14:
            return ""
        zone = f"Etc/GMT{-whole:+d}"
        comment = f"  # UTC{whole:+03d}:00"
    return f'    [sources.{clock.source}]\n    zone = "{zone}"{comment}'


def _offset(zone: str, moment: datetime) -> int:
    """Minutes by which the wall clock of a zone is before UTC."""
    ahead = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return round(ahead.total_seconds() / 60) if ahead else 0


def _early_approvals(
    con: Connection, clocks: dict[str, Clock], coarse: set[tuple[str, str]],
    known: set[tuple[str, str]],
) -> list[Text]:  # fmt: skip
    """Approvals that mostly lie before their record was made, as no approval can."""
    notes = []
    for table in (t for t in model().values() if t.kind == "ticket" and t.column("created_at")):
        for column in ("requested_at", "decided_at"):
            where = f"object_type = {literal(table.object)}"
            event = Event("approvals", column, "min", where, "object_id", table.name, "created_at")
            wanted = _pairs(event, clocks, coarse) - known
            notes += _early(con, event, wanted) if wanted else []
    return notes


def _early(con: Connection, event: Event, wanted: set[tuple[str, str]]) -> list[Text]:
    child, parent = event.names
    notes = []
    for a, b, total, before, late in rows(
        con,
        "select child, parent, count(*), count(*) filter (here < there),"
        f" quantile_disc(epoch(there) - epoch(here), {IN_ORDER}) from ({_linked(event)})"
        " group by all order by all",
    ):
        hours = ceil(late / 3600)
        if (
            (a, b) in wanted
            and total >= FEWEST
            and before >= MOST * total
            and 0 < hours <= FARTHEST
        ):
            notes.append(_early_note(a, b, child, parent, before, total, hours))
    return notes


def _early_note(
    a: str, b: str, child: str, parent: str, before: int, total: int, hours: int
) -> Text:
    return Text(
        f"来源 {a} 的 {child} 在 {total:,} 条记录中有 {before:,} 条早于来源 {b} 的 {parent}；"
        f"若加 {hours} 小时，顺序即基本合理。请核对 itssrules.toml 中这两个来源的 zone",
        f"{child} of {a} lies before {parent} of {b} in {before:,} of {total:,} linked records;"
        f" {hours} hour{'s' if hours > 1 else ''} more would put them in order. Check the zone of"
        " both sources in itssrules.toml",
    )
