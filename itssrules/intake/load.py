"""Files to canonical tables: each read once, each row accounted for, each fault said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from itssrules.errors import IntakeError, ItssError, UsageError
from itssrules.intake.clocks import Clock, compare
from itssrules.intake.connector import Connector, TableMap
from itssrules.intake.files import UNKNOWN, gather, open_all
from itssrules.intake.fold import Folded, Origin, fold, record_id, settle
from itssrules.intake.projects import attribution, check_projects, inherit, project_loads
from itssrules.intake.sources import SourceBook
from itssrules.intake.staging import Opened, Staging
from itssrules.model.results import Coverage, Input, ProjectLoad, TableLoad
from itssrules.model.rule import Text
from itssrules.model.settings import Project, Source
from itssrules.model.tables import model
from itssrules.store import Connection, ident, literal, one, rows

FAULTS = 5
"""Files that an error names."""


@dataclass(frozen=True)
class Intake:
    """What was read: an `Input` per file, what each id space covers, how to export what lacks.

    `coverage` stays empty until `coverage.measure` has looked at the tables. `absent_sources` are
    declared sources of which no file was given, `projects` the records of each project, `notes` what
    speaks for a fault in the clocks without proving it.
    """

    inputs: tuple[Input, ...]
    coverage: tuple[Coverage, ...]
    how_to_export: dict[tuple[str, str], dict[str, str]]
    absent_sources: tuple[str, ...] = ()
    projects: tuple[ProjectLoad, ...] = ()
    notes: tuple[Text, ...] = ()


def load(
    con: Connection,
    paths: Sequence[Path],
    connectors: Mapping[str, Connector],
    *,
    sources: Mapping[str, Source] | None = None,
    projects: Sequence[Project] = (),
    settings: Path | None = None,
    zone: str | None = None,
    forced: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    need_zone: bool = True,
    seen_sql: Callable[[str], None] = lambda _: None,
    now: datetime | None = None,
) -> Intake:
    """Read `paths` into the canonical tables of `con`.

    `sources` and `projects` are those declared in the file `settings`; `zone` is the wall clock of
    sources without one. Raises UsageError (named file unknown, zone not declared), ConfigError
    (sources or projects that name nothing, clocks that differ by whole hours) and IntakeError where
    nothing could be read at all. Without `need_zone` doubts about clocks do not stop.
    """
    book = SourceBook(sources or {}, connectors, settings)
    check_projects(projects, str(settings or "itssrules.toml"))
    given = gather(paths)
    progress(f"looking at files: {len(given)}")
    known, unread = open_all(given, connectors, forced, book)
    if not known and unread:
        raise _none_read(unread)
    numbers = {g.path: n for n, g in enumerate(given, 1)}
    at = 0

    def counted(text: str) -> None:
        progress(f"{text} ({at}/{len(known)})" if text.startswith("reading ") else text)

    loader = _Loader(Staging(con, book, counted, need_zone, seen_sql), projects)
    for item, raw, match in known:
        at += 1
        name = book.name(item.path, match.connector.name) or match.connector.name
        wall = book.zone(name) or match.connector.zone or zone
        loader.take(Opened(item, numbers[item.path], raw, match, name, wall))
    loader.fold(now)
    notes = loader.compare_clocks(need_zone)
    inherit(con)
    inputs = sorted([*loader.inputs(), *unread], key=lambda i: i.file_id)
    return Intake(
        tuple(inputs), (), _how_to_export(connectors),
        book.absent(i.source for i in inputs), project_loads(con, projects), notes,
    )  # fmt: skip


def faults(inputs: Sequence[Input]) -> list[str]:
    """Of each input that was not read, or lost rows, what is wrong with it."""
    unread = [
        f"{i.path}: {i.reason.en.removesuffix(UNKNOWN.en).rstrip('; —')}"
        for i in inputs
        if i.state != "read"
    ]
    return unread + [
        f"{i.path}: {t.rejected:,} rows made no record of {t.table}"
        for i in inputs
        for t in i.tables
        if t.rejected
    ]


def listed(texts: Sequence[str]) -> str:
    """The first texts, each on a line of an error, and how many more there are."""
    more = len(texts) - FAULTS
    shown = [*texts[:FAULTS], *([f"… and {more:,} more"] if more > 0 else [])]
    return "".join(f"\n    {text}" for text in shown)


def _none_read(unread: Sequence[Input]) -> ItssError:
    """The error where no file could be read, with why and what to do about the first ones."""
    many = f"{len(unread):,} file{'s' if len(unread) > 1 else ''}"
    problem = f"{many} found, none could be read{listed(faults(unread))}"
    if any(i.state == "damaged" for i in unread):
        return IntakeError(problem, hint="export what is damaged again")
    strange = any(i.reason.en.endswith(UNKNOWN.en) for i in unread)
    return UsageError(problem, hint=UNKNOWN.en if strange else "give CSV or Parquet exports")


def _how_to_export(connectors: Mapping[str, Connector]) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (c.name, what): text.both()
        for c in connectors.values()
        for what, text in c.cannot_fill.items()
    }


class _Loader:
    """Has each file staged once, then folds each table of each source into records."""

    def __init__(self, staging: Staging, projects: Sequence[Project]) -> None:
        self.staging, self.projects = staging, projects
        self.con, self.book = staging.con, staging.book
        self.seen: dict[tuple[str, str], Path] = {}
        self.twice: list[Input] = []

    def take(self, o: Opened) -> None:
        """Stage a file, unless its source has given the same bytes under another name."""
        first = self.seen.setdefault((o.source, o.raw.sha256), o.given.path)
        if first == o.given.path:
            self.staging.stage(o)
            return
        reason = Text(
            f"与 {first.name} 内容完全相同，只读取一次",
            f"the same bytes as {first.name}; read once",
        )
        self.twice.append(o.input(self.book, reason=reason))

    def fold(self, now: datetime | None) -> None:
        """Make records of everything staged, and close each file's counts.

        A time after `now` places no row before another: it is a slip.
        """
        if not self.staging.opened and self.staging.failed:
            first = self.staging.failed[0]
            raise IntakeError(
                f"no file could be read: {first.reason.en}", place=first.path,
                hint="export it again",
            )  # fmt: skip
        holders: dict[tuple[str, str], list[TableMap]] = {}
        stages = self.staging.stages
        for n, ((source, name), (stage, table)) in enumerate(stages.items(), 1):
            self.staging.progress(f"making {name} of {source} ({n}/{len(stages)})")
            ns = self.book.ns(source, table.table)
            project = attribution(table.table, self.projects, "s", record_id(table, "s."))
            done = fold(self.con, table, stage, Origin(source, ns, project), now)
            self.con.execute(f"drop table {stage}")
            self._close(name, done, source)
            holders.setdefault((name, ns), []).append(table)
        for (name, ns), tables in holders.items():
            for key in dict.fromkeys(t.key for t in tables if t.table.key and not t.keep):
                same = [t for t in tables if t.key == key]
                if len(same) > 1:
                    self._close(name, settle(self.con, same[0], ns, now))

    def _close(self, name: str, done: Folded, source: str | None = None) -> None:
        """Enter what became of a table's rows: of one source, or (without) of what sources share."""
        for o in self.staging.opened:
            if o.file_id in done.loaded and source in (None, o.source):
                change = _folded if source else _settled
                o.loads = [change(o, t, done) if t.table == name else t for t in o.loads]

    def compare_clocks(self, stop: bool) -> tuple[Text, ...]:
        """Compare the times that linked records of several sources hold; see `clocks.compare`."""
        by_source: dict[str, list[Opened]] = {}
        for o in self.staging.opened:
            by_source.setdefault(o.source, []).append(o)
        clocks = [self._clock(name, files) for name, files in by_source.items()]
        return compare(self.con, clocks, self.book, stop=stop)

    def _clock(self, source: str, files: Sequence[Opened]) -> Clock:
        columns = {c for o in files for c in o.zoned}
        return Clock(
            source, self.book.space(source), next((o.zone for o in files if o.zone), "UTC"),
            frozenset(t.table for o in files for t in o.loads), frozenset(o.file_id for o in files),
            frozenset(c for c in columns if all(o.zoned.get(c, True) for o in files)),
        )  # fmt: skip

    def inputs(self) -> list[Input]:
        """An `Input` for every file that a connector knew."""
        read = (o.input(self.book) for o in self.staging.opened)
        return [*read, *self.staging.failed, *self.twice]


def _folded(o: Opened, t: TableLoad, done: Folded) -> TableLoad:
    disputes = done.disputes if o.file_id == min(done.loaded) else ()
    return replace(
        t, loaded=done.loaded[o.file_id], merged=done.merged.get(o.file_id, 0),
        duplicates=done.duplicates.get(o.file_id, 0), disputes=disputes,
    )  # fmt: skip


def _settled(o: Opened, t: TableLoad, done: Folded) -> TableLoad:
    """The counts after records that another source holds too were joined with its own."""
    merged, again = done.merged.get(o.file_id, 0), done.duplicates.get(o.file_id, 0)
    disputes = done.disputes if o.file_id == min(done.loaded) else ()
    return replace(
        t, loaded=t.loaded - merged - again, merged=t.merged + merged,
        duplicates=t.duplicates + again, disputes=(*t.disputes, *disputes),
    )  # fmt: skip


def span(con: Connection) -> tuple[date, date] | None:
    """The first and the last day on which a ticket was made or closed; None without any."""
    found = []
    for table in (t for t in model().values() if t.kind == "ticket"):
        stamps = [c.name for c in table.columns if c.name in ("created_at", "closed_at")]
        for stamp in stamps:
            found += rows(
                con, f"select min({stamp})::date, max({stamp})::date from {ident(table.name)}"
                f" having count({stamp}) > 0",
            )  # fmt: skip
    return (min(a for a, _ in found), max(b for _, b in found)) if found else None


def newest(con: Connection, tables: Iterable[str], now: datetime) -> tuple[str, str]:
    """The newest time stamped in the tables, as ISO UTC text, and its column.

    A time after `now` cannot have been stamped: it is a slip, and rules must see it as one.
    """
    limit = f"timestamp {literal(now.strftime('%Y-%m-%d %H:%M:%S'))}"
    stamps = ("created_at", "updated_at", "resolved_at", "closed_at", "changed_at")
    best: tuple[str, str] = ("", "")
    for table in tables:
        columns = {c for (c,) in rows(
            con, f"select column_name from duckdb_columns() where table_name = {literal(table)}"
        )}  # fmt: skip
        for stamp in stamps:
            if stamp in columns:
                newest_here = f"select utc_text(max({stamp})) from {ident(table)}"
                value = one(con, f"{newest_here} where {stamp} <= {limit}")
                if value and value > best[0]:
                    best = (value, f"{table}.{stamp}")
    return best
