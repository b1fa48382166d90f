"""Files to canonical tables: each read once, each row accounted for, each fault said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from itssrules.errors import IntakeError, UsageError
from itssrules.intake.compile import (
    Bound,
    bind,
    cells_sql,
    precision_sql,
    stage_sql,
    swapped,
    undated,
)
from itssrules.intake.connector import Connector, TableMap, normal
from itssrules.intake.detect import Match, mapped_headers, positions
from itssrules.intake.files import Given, State, broken, gather, open_all
from itssrules.intake.fold import Folded, fold, stage_table
from itssrules.intake.readers import ROW, RawFile
from itssrules.model.results import Coverage, Input, Reject, TableLoad, UnreadValue
from itssrules.model.rule import Text
from itssrules.store import Connection, Error, ident, literal, one, rows, wall_clock

PRECISION = {1: "day", 2: "minute", 3: "second"}
REJECTS_SHOWN = 20
FROM_CHANGES = ("field", "old_value", "event_type")
"""Columns of the history that `keep = "changes"` derives from one state to the next."""
UNREAD_SHOWN = 20
SWALLOWED = Text(
    "该行的一个单元格内含有整行数据，可能缺少引号",
    "a cell of it holds whole rows; a quotation mark may be missing",
)
NOT_DECLARED = Text("未声明导出的起止时间", "the window of the export is not declared")
MOMENTS = ("created_at", "changed_at", "requested_at", "reviewed_at")


@dataclass
class Opened:
    """A file whose connector is known, on its way into the tables."""

    given: Given
    file_id: int
    raw: RawFile
    match: Match
    source: str
    zone: str | None
    loads: list[TableLoad] = field(default_factory=list)


@dataclass(frozen=True)
class Intake:
    """What was read: an `Input` per file, what each id space covers, how to export what lacks."""

    inputs: tuple[Input, ...]
    coverage: tuple[Coverage, ...]
    how_to_export: dict[tuple[str, str], dict[str, str]]


def load(
    con: Connection,
    paths: Sequence[Path],
    connectors: Mapping[str, Connector],
    *,
    zones: Mapping[str, str] | None = None,
    zone: str | None = None,
    forced: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    need_zone: bool = True,
    seen_sql: Callable[[str], None] = lambda _: None,
    now: datetime | None = None,
) -> Intake:
    """Read `paths` into the canonical tables of `con`.

    `zones` gives the wall clock of a source, `zone` that of every other. Raises UsageError (named
    file unknown, zone not declared) and IntakeError where nothing could be read at all.
    """
    given = gather(paths)
    known, unread = open_all(given, connectors, forced)
    if not known and unread:
        first = unread[0]
        problem = f"{len(unread)} file(s) found, none could be read: {first.reason.en}"
        kind = IntakeError if any(i.state == "damaged" for i in unread) else UsageError
        raise kind(problem, place=first.path, hint="run `itssrules inspect` on it")
    numbers = {g.path: n for n, g in enumerate(given, 1)}
    loader = _Loader(con, progress, need_zone, seen_sql)
    seen: dict[str, Path] = {}
    for item, raw, match in known:
        name = match.connector.name
        wall = (zones or {}).get(name) or match.connector.zone or zone
        opened = Opened(item, numbers[item.path], raw, match, name, wall)
        if raw.sha256 in seen:
            loader.given_twice(opened, seen[raw.sha256])
            continue
        seen[raw.sha256] = item.path
        loader.stage(opened)
    if not loader.opened and loader.failed:
        first = loader.failed[0]
        raise IntakeError(
            f"no file could be read: {first.reason.en}", place=first.path, hint="export it again"
        )
    loader.fold(now)
    inputs = sorted([*loader.inputs(), *unread], key=lambda i: i.file_id)
    return Intake(tuple(inputs), loader.coverage(), _how_to_export(connectors))


def _how_to_export(connectors: Mapping[str, Connector]) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (c.name, what): text.both()
        for c in connectors.values()
        for what, text in c.cannot_fill.items()
    }


class _Loader:
    """Stages files one by one, then folds each table of each source into records."""

    def __init__(
        self, con: Connection, progress: Callable[[str], None], need_zone: bool,
        seen_sql: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.con, self.progress, self.need_zone = con, progress, need_zone
        self.seen_sql = seen_sql
        self.stages: dict[tuple[str, str], tuple[str, TableMap]] = {}
        self.opened: list[Opened] = []
        self.failed: list[Input] = []
        self.twice: list[Input] = []

    def stage(self, o: Opened) -> None:
        """Read one file and put its rows, typed, beside those of its source's other files."""
        at = positions(o.raw.header)
        wanted = sorted(mapped_headers(o.match.export, at) | self._ties(o))
        self.progress(f"reading {o.raw.path.name}")
        wall_clock(self.con, o.zone or "UTC")
        try:
            reader = o.raw.batches(wanted)
            self.con.register("incoming", reader)
            sql = cells_sql(wanted, o.match.connector.nulls, "incoming")
            self.seen_sql(f"-- {o.raw.path.name}\ncreate table cells as {sql}")
            self.con.execute(f"create or replace temp table cells as {sql}")
            self.con.unregister("incoming")
            self._reject_swallowed(o)
        except (Error, IntakeError) as e:
            if o.raw.failure is None:
                raise
            self.failed.append(self._input(o, state="damaged", reason=broken(o.raw.failure)))
            if o.given.named:
                self.progress(str(e).split("\n")[0])
            return
        proven = self._order_is_proven(o, at)
        for table in o.match.export.tables:
            bound = bind(table, at)
            if not proven:
                plain = (replace(c, formats=undated(c.formats)) for c in bound.columns)
                bound = replace(bound, columns=tuple(plain))
            fed = {c.column.name for c in bound.columns}
            if set(table.key) <= fed and any(bound.cells[n] for n in fed):
                self._stage_table(o, bound)
        self.con.execute("drop table cells")
        self.opened.append(o)

    def _reject_swallowed(self, o: Opened) -> None:
        """Reject rows with a cell that holds whole rows; only files with such cells are reread."""
        count = one(self.con, "select count(*) from cells")
        if (
            o.raw.kind != "csv"
            or o.raw.lines <= count + o.raw.rejected + 1
            or len(o.raw.header) < 2
        ):
            return
        before = (o.raw.rejects, o.raw.rejected)
        self.con.register("incoming", o.raw.batches(range(len(o.raw.header))))
        found = rows(self.con, f"select {ROW} from incoming where {o.raw.swallowed()} order by 1")
        self.con.unregister("incoming")
        o.raw.rejects, o.raw.rejected = before
        for (number,) in found:
            o.raw.reject(number, SWALLOWED, "")
        if found:
            numbers = ", ".join(str(number) for (number,) in found)
            self.con.execute(f"delete from cells where row_number in ({numbers})")

    def _ties(self, o: Opened) -> set[int]:
        at = positions(o.raw.header)
        return {at[normal(t.tie)] for t in o.match.export.tables if normal(t.tie) in at}

    def _stage_table(self, o: Opened, bound: Bound) -> None:
        con, table = self.con, bound.table
        self._require_zone(o, bound)
        found = precision_sql(bound)
        names = [c.column.name for c in bound.columns]
        precisions: dict[str, int] = {}
        if found:
            cursor = con.execute(found)
            values = cursor.fetchone() or ()
            precisions = {d[0]: v or 0 for d, v in zip(cursor.description, values, strict=True)}
        sql = stage_sql(bound, o.raw.header, o.zone or "UTC", precisions)
        self.seen_sql(f"-- {o.raw.path.name} -> {table.table.name}\n{sql}")
        con.execute(f"create or replace temp table typed as {sql}")
        if table.keep and one(
            con, f"select count(*) = count(distinct {ident(table.key[-1])}) from typed"
        ):
            return
        key = (o.source, table.table.name)
        stage, _ = self.stages.setdefault(key, (f"stage_{len(self.stages)}", table))
        if not one(
            con, f"select count(*) from duckdb_tables() where table_name = {literal(stage)}"
        ):
            con.execute(stage_table(table.table, stage))
        columns = ", ".join(ident(n) for n in names)
        con.execute(
            f"insert into {stage} (file_id, row_number, {columns}, unread, tie)"
            f" select {o.file_id}, row_number, {columns}, unread, tie from typed where fate = 'keep'"
        )
        self._supply(o, bound, precisions)
        o.loads.append(self._counts(o, bound))
        con.execute("drop table typed")

    def _order_is_proven(self, o: Opened, at: Mapping[str, int]) -> bool:
        """Whether the file's dates prove the order of day and month that its formats take.

        Some date fits only that order, and none only the other; a file that shows neither leaves
        its dates unread, since 02/03 may be either.
        """
        fits, others = [], []
        for c in (c for t in o.match.export.tables for c in bind(t, at).columns):
            for i in (at[normal(n)] for cell in c.cells.values() for n in cell if normal(n) in at):
                turned = [f for f in map(swapped, c.formats) if f]
                if turned:
                    iso = f"regexp_matches(raw_{i}, '^\\d{{4}}')"
                    this = f"try_strptime(raw_{i}, {literal(list(c.formats))}) is not null"
                    that = f"try_strptime(raw_{i}, {literal(turned)}) is not null"
                    fits.append(f"case when not {iso} then {this} and not {that} end")
                    others.append(f"case when not {iso} then {that} and not {this} end")
        if not fits:
            return True
        proven, refuted = rows(
            self.con,
            f"select bool_or(coalesce({', false) or coalesce('.join(dict.fromkeys(fits))}, false)),"
            f" bool_or(coalesce({', false) or coalesce('.join(dict.fromkeys(others))}, false))"
            " from cells",
        )[0]
        return bool(proven) and not refuted

    def _require_zone(self, o: Opened, bound: Bound) -> None:
        """Stop where a wall clock would have to be guessed."""
        moments = [c for c in bound.columns if c.column.type == "TIMESTAMP"]
        if o.zone or not self.need_zone or not moments:
            return
        cells = {i for c in moments for i in bound.cells[c.column.name].values()}
        tests = " or ".join(
            f"({t} is not null and regexp_matches({t}, '\\d:\\d\\d') and not is_zoned({t}))"
            for t in (f"raw_{i}" for i in sorted(cells))
        )
        if one(self.con, f"select bool_or({tests}) from cells"):
            raise UsageError(
                f"the times in it carry no time zone and none is declared for {o.source}",
                place=str(o.raw.path),
                hint=f"add --zone Asia/Shanghai, or to itssrules.toml:\n    [sources.{o.source}]\n"
                '    zone = "Asia/Shanghai"',
            )

    def _supply(self, o: Opened, bound: Bound, precisions: Mapping[str, int]) -> None:
        heads, table = bound.headers(o.raw.header), bound.table.table
        names = {c.column.name for c in bound.columns if bound.cells[c.column.name] or c.const}
        if bound.table.keep:
            names |= set(FROM_CHANGES)
            heads |= dict.fromkeys(FROM_CHANGES, heads["new_value"])
        for name in sorted(names):
            precision = PRECISION.get(precisions.get(name, 0))
            self.con.execute(
                "insert into supply values (?, ?, ?, ?, ?, ?, ?)",
                [table.name, table.object, name, o.file_id, o.source, heads.get(name), precision],
            )

    def _counts(self, o: Opened, bound: Bound) -> TableLoad:
        con = self.con
        fates = dict(rows(con, "select fate, count(*) from typed group by fate"))
        name = bound.table.table.name
        unread = rows(
            con,
            "select u.c, u.v, count(*) from (select unnest(unread) as u from typed"
            " where fate = 'keep') group by all order by 3 desc, 1, 2",
        )
        empty = rows(
            con,
            f"select row_number from typed where fate = 'reject' order by 1 limit {REJECTS_SHOWN}",
        )
        keys = ", ".join(bound.table.key)
        why = Text(f"缺少主键 {keys}", f"no {keys}")
        rejects = [Reject(n, why, "") for (n,) in empty] + o.raw.rejects[:REJECTS_SHOWN]
        total = sum(fates.values()) + o.raw.rejected
        return TableLoad(
            name, total, fates.get("keep", 0), 0, fates.get("reject", 0) + o.raw.rejected, 0,
            fates.get("skip", 0), bound.headers(o.raw.header), bound.absent,
            tuple(UnreadValue(name, c, v, n) for c, v, n in unread), (),
            tuple(sorted(rejects, key=lambda r: r.row_number)),
        )  # fmt: skip

    def given_twice(self, o: Opened, first: Path) -> None:
        """Note a file whose bytes were read already under another name."""
        self.twice.append(
            self._input(
                o,
                reason=Text(
                    f"与 {first.name} 内容完全相同，只读取一次",
                    f"the same bytes as {first.name}; read once",
                ),
            )
        )

    def fold(self, now: datetime | None) -> None:
        """Make records of everything staged, and close each file's counts.

        A time after `now` places no row before another: it is a slip.
        """
        for (source, name), (stage, table) in self.stages.items():
            self.progress(f"making {name} of {source}")
            done = fold(self.con, table, stage, source, source, now)
            self.con.execute(f"drop table {stage}")
            for o in self.opened:
                o.loads = [
                    self._closed(o, t, done) if t.table == name and o.source == source else t
                    for t in o.loads
                ]

    @staticmethod
    def _closed(o: Opened, t: TableLoad, done: Folded) -> TableLoad:
        if o.file_id not in done.loaded:
            return t
        disputes = done.disputes if o.file_id == min(done.loaded) else ()
        return replace(
            t, loaded=done.loaded[o.file_id], merged=done.merged.get(o.file_id, 0),
            duplicates=done.duplicates.get(o.file_id, 0), disputes=disputes,
        )  # fmt: skip

    def inputs(self) -> list[Input]:
        """An `Input` for every file that a connector knew."""
        return [*(self._input(o) for o in self.opened), *self.failed, *self.twice]

    def _input(self, o: Opened, state: State = "read", reason: Text | None = None) -> Input:
        raw, match = o.raw, o.match
        return Input(
            o.file_id, raw.path.as_posix(), raw.sha256, raw.bytes, state,
            reason or match.reason, match.connector.name, match.export.name, o.source, o.source,
            o.zone or "", raw.encoding, raw.delimiter, raw.header, tuple(o.loads),
        )  # fmt: skip

    def coverage(self) -> tuple[Coverage, ...]:
        """What each table of each id space spans; complete only where a window is declared."""
        found = []
        for table, ns in rows(self.con, "select distinct tbl, ns from supply order by all"):
            moment = self._moment(table)
            low, high = None, None
            if moment:
                low, high = rows(
                    self.con,
                    f"select utc_text(min({moment})), utc_text(max({moment})) from {ident(table)}"
                    f" where ns = {literal(ns)}",
                )[0]
            found.append(Coverage(table, ns, low or "", high or "", False, NOT_DECLARED))
            self.con.execute(
                "insert into coverage values (?, ?, ?::timestamp, ?::timestamp, false, ?)",
                [table, ns, (low or "").rstrip("Z") or None, (high or "").rstrip("Z") or None,
                 NOT_DECLARED.en],
            )  # fmt: skip
        return tuple(found)

    def _moment(self, table: str) -> str | None:
        names = {c for (c,) in rows(
            self.con, f"select column_name from duckdb_columns() where table_name = {literal(table)}"
        )}  # fmt: skip
        return next((m for m in MOMENTS if m in names), None)


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
