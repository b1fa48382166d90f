"""A connector's table mapping and a file's header to plain SQL over the file's raw rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itssrules.intake.connector import ColumnMap, TableMap, normal
from itssrules.intake.readers import ROW
from itssrules.store import ident, literal

BASE_NULLS = ("", "null", "(null)", "(empty)", "（空）")
"""Texts that mean nothing in every export, in lower case."""
EXCEL_ERRORS = (
    "#N/A", "#N/B", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#MULTIVALUE"
)  # fmt: skip
"""What stands where a formula failed: a value that is not known, hence unread, never empty."""
TIME_NULLS = ("0000-00-00", "0000-00-00 00:00:00", "1970-01-01", "1970-01-01 00:00:00")
TRUE, FALSE = ("true", "yes", "y", "1", "是", "t"), ("false", "no", "n", "0", "否", "f")
EDGE = r"^[\s\x{a0}\x{3000}]|[\s\x{a0}\x{3000}]$"
SPACES = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"


@dataclass(frozen=True)
class Bound:
    """A mapping bound to a file: which header feeds each cell of each column."""

    table: TableMap
    columns: tuple[ColumnMap, ...]
    """The columns that this file can feed."""
    cells: dict[str, dict[str, int]]
    """Canonical column -> variable -> position in the file."""

    @property
    def absent(self) -> tuple[str, ...]:
        """Columns of the mapping that this file's header cannot feed."""
        fed = {c.column.name for c in self.columns}
        return tuple(c.column.name for c in self.table.columns if c.column.name not in fed)

    def headers(self, header: Sequence[str]) -> dict[str, str]:
        """Canonical column -> the header or headers that feed it."""
        return {
            name: " + ".join(dict.fromkeys(header[i] for i in cells.values()))
            for name, cells in self.cells.items()
            if cells
        }


def bind(table: TableMap, at: Mapping[str, int]) -> Bound:
    """Choose for each column the first of its headers that the file has."""
    columns, chosen = [], {}
    for column in table.columns:
        found = {
            variable: next((at[normal(n)] for n in names if normal(n) in at), None)
            for variable, names in column.cells.items()
        }
        if all(i is not None for i in found.values()):
            columns.append(column)
            chosen[column.column.name] = {v: i for v, i in found.items() if i is not None}
    return Bound(table, tuple(columns), chosen)


def cell(position: int, nulls: Sequence[str]) -> str:
    """A raw cell without outer blanks, with the words for nothing as NULL."""
    words = list(dict.fromkeys([*BASE_NULLS, *(n.casefold() for n in nulls)]))
    longest = max(len(w.encode()) for w in words)
    raw = f"c{position}"
    text = f"(case when regexp_matches({raw}, '{EDGE}') then trim({raw}, {SPACES}) else {raw} end)"
    return (
        f"case when strlen({text}) > {longest} or lower({text}) not in {_in(words)} then {text} end"
    )


def cells_sql(positions: Sequence[int], nulls: Sequence[str], raw: str) -> str:
    """The SELECT that reads a file's rows: each cell trimmed, with the words for nothing as NULL.

    Yields `row_number` and `raw_<position>` of each column wanted.
    """
    cells = "".join(f", {cell(i, nulls)} as raw_{i}" for i in positions)
    return f"select {ROW} as row_number{cells} from {raw}"


def stage_sql(
    bound: Bound, header: Sequence[str], zone: str | None, precisions: Mapping[str, int]
) -> str:
    """The SELECT that turns the rows of the table `cells` into typed rows of a canonical table.

    Yields `row_number`, one column per fed canonical column, `unread` (column and text of each
    cell that could not be read), `tie` (the header that `order` names, as text) and `fate`: `keep`,
    `skip` (blank, a repeated header, outside `where`) or `reject` (no key). `precisions` is the
    finest precision seen per time column (1 day … 3 second).
    """
    positions = _positions(bound, header)
    texts = ", ".join(f"{_text(c, bound.cells[c.column.name])} as {ident(c.column.name)}"
                      for c in bound.columns)  # fmt: skip
    values, tests = [], []
    for c in bound.columns:
        name, text = c.column.name, f"t.{ident(c.column.name)}"
        value = _typed(c, text, zone, precisions.get(name, 0))
        values.append(f"{value} as {ident(f'v_{name}')}")
        if value != text:
            tests.append((f"{text} is not null and t.{ident(f'v_{name}')} is null", name))
    out = ", ".join(f"t.{ident(f'v_{c.column.name}')} as {ident(c.column.name)}"
                    for c in bound.columns)  # fmt: skip
    return (
        f"with texts as materialized (select cells.*, {texts} from cells),\n"
        f"typed as materialized (select t.*, {', '.join(values)} from texts t)\n"
        f"select t.row_number, {out}, {_unread(tests)} as unread,"
        f" {_tie(bound, header)} as tie, {_fate(bound, header, positions)} as fate from typed t"
    )


def _positions(bound: Bound, header: Sequence[str]) -> list[int]:
    found = {i for cells in bound.cells.values() for i in cells.values()}
    tie = _tie_position(bound, header)
    return sorted(found | ({tie} if tie is not None else set()))


def _tie_position(bound: Bound, header: Sequence[str]) -> int | None:
    """Position of the header that `order` names beside canonical columns."""
    names = [normal(h) for h in header]
    tie = normal(bound.table.tie)
    return names.index(tie) if tie and names.count(tie) == 1 else None


def _tie(bound: Bound, header: Sequence[str]) -> str:
    position = _tie_position(bound, header)
    return "null::varchar" if position is None else f"t.raw_{position}"


def _unread(tests: Sequence[tuple[str, str]]) -> str:
    if not tests:
        return "null::struct(c varchar, v varchar)[]"
    cells = ", ".join(
        f"case when {test} then {{'c': {literal(name)}, 'v': left(t.{ident(name)}, 200)}} end"
        for test, name in tests
    )
    some = " or ".join(f"({test})" for test, _ in tests)
    return f"case when {some} then list_filter([{cells}], lambda x: x is not null) end"


def _fate(bound: Bound, header: Sequence[str], positions: Sequence[int]) -> str:
    blank = " and ".join(f"t.raw_{i} is null" for i in positions)
    branches = [f"when {blank} then 'skip'"]
    keys = [i for k in bound.table.key for i in bound.cells.get(k, {}).values()]
    if keys:
        same = " and ".join(f"t.raw_{i} = {literal(header[i].strip())}" for i in keys)
        branches.append(f"when {same} then 'skip'")
    if bound.table.where:
        branches.append(f"when ({_in_cells(bound)}) is not true then 'skip'")
    if bound.table.key:
        empty = " or ".join(f"t.{ident(k)} is null" for k in bound.table.key)
        branches.append(f"when {empty} then 'reject'")
    return f"case {' '.join(branches)} else 'keep' end"


def precision_sql(bound: Bound) -> str | None:
    """A SELECT of the finest precision of every time column that is not built by SQL."""
    parts = ", ".join(
        f"max(cell_precision(raw_{bound.cells[c.column.name]['cell']})) as {ident(c.column.name)}"
        for c in bound.columns
        if c.column.type == "TIMESTAMP" and list(bound.cells[c.column.name]) == ["cell"]
    )
    return f"select {parts} from cells" if parts else None


def _text(column: ColumnMap, cells: Mapping[str, int]) -> str:
    """The text that feeds a column before it is typed."""
    if column.const is not None:
        text = literal(column.const)
    elif column.sql:
        text = f"cast(({named(column.sql, cells)}) as varchar)"
    elif column.fold == "count":
        text = "'1'"
    else:
        text = f"raw_{cells['cell'] if 'cell' in cells else next(iter(cells.values()))}"
    if column.column.is_time:
        text = f"case when {text} not in {_in(TIME_NULLS)} then {text} end"
    if column.when:
        other = " else '0'" if column.fold == "count" else ""
        text = f"case when {named(column.when, cells)} then {text}{other} end"
    return text


def named(expression: str, cells: Mapping[str, int]) -> str:
    """A connector's expression with its variables replaced by the raw cells."""
    if not cells:
        return expression
    words = "|".join(re.escape(v) for v in cells)
    pattern = re.compile(rf"'(?:[^']|'')*'|\b({words})\b")
    return pattern.sub(lambda m: f"raw_{cells[m[1]]}" if m[1] else m[0], expression)


def _in_cells(bound: Bound) -> str:
    cells: dict[str, int] = {}
    for chosen in bound.cells.values():
        cells.update(chosen)
    return named(bound.table.where, cells)


def swapped(form: str) -> str:
    """The format with day and month changed about; nothing where it does not begin with them."""
    found = re.match(r"%([dm])(\W)%([dm])", form)
    return f"%{found[3]}{found[2]}%{found[1]}{form[found.end() :]}" if found else ""


def undated(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats that do not hang on the order of day and month."""
    return tuple(f for f in formats if not swapped(f))


def _typed(column: ColumnMap, text: str, zone: str | None, precision: int) -> str:
    kind = column.column.type
    if column.values or (column.column.enum and kind == "VARCHAR"):
        return _mapped(column, text)
    if kind == "TIMESTAMP":
        return _moment(column, text, zone, precision)
    if kind == "DATE":
        return f"iso_date({text})"
    if kind == "INTEGER":
        legal = f"in ({', '.join(column.column.enum)})" if column.column.enum else ">= 0"
        return f"case when whole({text}) {legal} then whole({text}) end"
    if kind == "DOUBLE":
        return f"try_cast({text} as double)"
    if kind == "BOOLEAN":
        return (
            f"case when lower({text}) in {_in(TRUE)} then true"
            f" when lower({text}) in {_in(FALSE)} then false end"
        )
    return f"case when {text} not in {_in(EXCEL_ERRORS)} then {text} end"


def _in(words: Sequence[str]) -> str:
    return f"({', '.join(literal(w) for w in words)})"


def _mapped(column: ColumnMap, text: str) -> str:
    """Known words to canonical values; any other word stays unread."""
    values = column.values or {v: v for v in column.column.enum}
    by_target: dict[str, list[str]] = {}
    for word, target in values.items():
        by_target.setdefault(target, []).append(word)
    branches = " ".join(
        f"when lower({text}) in {_in(words)} then {literal(target)}"
        for target, words in sorted(by_target.items())
    )
    mapped = f"case {branches} end"
    kind = column.column.type
    return mapped if kind == "VARCHAR" else f"cast({mapped} as {kind})"


def _moment(column: ColumnMap, text: str, zone: str | None, precision: int) -> str:
    """A moment in UTC; a bare day in a column of moments is not precise enough and stays unread."""
    wall = literal(zone or "UTC")
    value = f"iso_time({text})"
    if column.formats:
        value = f"coalesce({value}, format_time({text}, {literal(list(column.formats))}, {wall}))"
    if precision >= 2:
        return f"case when cell_precision({text}) >= 2 then {value} end"
    return value
