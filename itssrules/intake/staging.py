"""Files to typed rows: each file's cells are read once and staged beside those of its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

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
from itssrules.intake.connector import TableMap, normal
from itssrules.intake.detect import Match, mapped_headers, positions
from itssrules.intake.files import Given, State, broken
from itssrules.intake.fold import stage_table
from itssrules.intake.readers import ROW, RawFile
from itssrules.intake.sources import SourceBook
from itssrules.model.results import Input, Reject, TableLoad, UnreadValue
from itssrules.model.rule import Text
from itssrules.store import Connection, Error, ident, literal, one, rows, wall_clock

PRECISION = {1: "day", 2: "minute", 3: "second"}
REJECTS_SHOWN = 20
FROM_CHANGES = ("field", "old_value", "event_type")
"""Columns of the history that `keep = "changes"` derives from one state to the next."""
STAMPS_LOOKED_AT = 1000
"""Filled cells of a column of times that are looked at for a zone of their own."""
SWALLOWED = Text(
    "该行的一个单元格内含有整行数据，可能缺少引号",
    "a cell of it holds whole rows; a quotation mark may be missing",
)


@dataclass
class Opened:
    """A file whose connector and source are known, on its way into the tables."""

    given: Given
    file_id: int
    raw: RawFile
    match: Match
    source: str
    zone: str | None
    loads: list[TableLoad] = field(default_factory=list)
    zoned: dict[str, bool] = field(default_factory=dict)
    """`table.column` -> every stamp names its zone; kept where sources share an id space."""

    def input(self, book: SourceBook, state: State = "read", reason: Text | None = None) -> Input:
        """What the file is, as far as it was read."""
        raw, match = self.raw, self.match
        firm = all(t.table.ids == "firm" for t in match.export.tables)
        return Input(
            self.file_id, raw.path.as_posix(), raw.sha256, raw.bytes, state,
            reason or match.reason, match.connector.name, match.export.name, self.source,
            "" if firm else book.space(self.source), self.zone or "", raw.encoding, raw.delimiter,
            raw.header, tuple(self.loads),
        )  # fmt: skip


class Staging:
    """Stages files one by one: a table of typed rows for each canonical table of each source."""

    def __init__(
        self, con: Connection, book: SourceBook, progress: Callable[[str], None], need_zone: bool,
        seen_sql: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.con, self.book, self.progress, self.need_zone = con, book, progress, need_zone
        self.seen_sql = seen_sql
        self.stages: dict[tuple[str, str], tuple[str, TableMap]] = {}
        """(source, canonical table) -> name of the table of staged rows, and the mapping."""
        self.opened: list[Opened] = []
        self.failed: list[Input] = []

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
            reason = broken(o.raw.failure)
            self.failed.append(o.input(self.book, "damaged", reason))
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
        self._note_zoned(o, bound)
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

    def _note_zoned(self, o: Opened, bound: Bound) -> None:
        """Note the columns whose stamps name their zone; no declared clock can be wrong there."""
        if not self.book.shared(o.source):
            return
        for c in (c for c in bound.columns if c.column.type == "TIMESTAMP"):
            tests = (
                f"select is_zoned(raw_{i}) as zoned from cells where contains(raw_{i}, ':')"
                f" limit {STAMPS_LOOKED_AT}"
                for i in bound.cells[c.column.name].values()
            )
            union = " union all ".join(f"({t})" for t in tests)
            if union:
                found = one(self.con, f"select bool_and(zoned) from ({union})")
                o.zoned[f"{bound.table.table.name}.{c.column.name}"] = bool(found)

    def _supply(self, o: Opened, bound: Bound, precisions: Mapping[str, int]) -> None:
        heads, table = bound.headers(o.raw.header), bound.table.table
        ns = self.book.ns(o.source, table)
        names = {c.column.name for c in bound.columns if bound.cells[c.column.name] or c.const}
        if bound.table.keep:
            names |= set(FROM_CHANGES)
            heads |= dict.fromkeys(FROM_CHANGES, heads["new_value"])
        for name in sorted(names):
            precision = PRECISION.get(precisions.get(name, 0))
            self.con.execute(
                "insert into supply values (?, ?, ?, ?, ?, ?, ?)",
                [table.name, table.object, name, o.file_id, ns, heads.get(name), precision],
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
