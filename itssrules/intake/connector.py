"""Connector files: what a tool's exports look like, as data."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itssrules.errors import ConnectorError, did_you_mean, not_utf8
from itssrules.model.rule import Text
from itssrules.model.tables import Column, Table, model

EMPTY = Text("", "")
ROWS = ("versions", "repeats", "events")
FOLDS = ("first", "last", "count")
CONNECTOR_KEYS = ("title", "how", "nulls", "zone", "cannot_fill", "export")
EXPORT_KEYS = ("name", "detect", "table", "verified")
TABLE_KEYS = ("table", "key", "rows", "order", "keep", "where", "note", "columns")
COLUMN_KEYS = ("from", "sql", "values", "formats", "const", "fold", "when", "verified")


@dataclass(frozen=True)
class ColumnMap:
    """How one canonical column is filled.

    `cells` names the headers that may feed each variable of `sql` (the single variable `cell`
    where there is no `sql`); `when` and `fold` pick from the rows of one record.
    """

    column: Column
    cells: dict[str, tuple[str, ...]]
    sql: str = ""
    values: dict[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    const: str | None = None
    fold: str = ""
    when: str = ""


@dataclass(frozen=True)
class TableMap:
    """How one canonical table is made from an export's rows.

    `rows` says what several rows of one key are: `versions` (the last by `order` holds), `repeats`
    (they ought to agree; where they do not, the value counts as not known) or `events` (columns
    are folded from them).
    """

    table: Table
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...]
    rows: str = "versions"
    order: str = ""
    keep: str = ""
    where: str = ""
    note: Text = EMPTY

    @property
    def tie(self) -> str:
        """The one header that `order` names beside canonical columns, or nothing."""
        names = (n.strip() for n in self.order.split(","))
        return next((n for n in names if n and not self.table.column(n)), "")


@dataclass(frozen=True)
class Export:
    """One shape of file: the headers that give it away and the tables that it fills."""

    name: str
    detect: tuple[tuple[str, ...], ...]
    tables: tuple[TableMap, ...]


@dataclass(frozen=True)
class Connector:
    """A tool: its exports, its words for nothing, and what it cannot give."""

    name: str
    title: Text
    how: Text
    exports: tuple[Export, ...]
    nulls: tuple[str, ...] = ()
    zone: str = ""
    cannot_fill: dict[str, Text] = field(default_factory=dict)


def normal(header: str) -> str:
    """A header as it is compared: without regard to case, width, spaces, BOM and end marks."""
    text = unicodedata.normalize("NFKC", header).replace("’", "'")
    text = "".join(ch for ch in text if unicodedata.category(ch) != "Cf")
    return " ".join(text.split()).rstrip("*+: ").casefold()


def load_connectors(paths: Sequence[Path]) -> dict[str, Connector]:
    """Connectors by name from folders that hold `<name>/connector.toml`; and the canonical one."""
    found = {"canonical": canonical()}
    for folder in paths:
        if not folder.is_dir():
            raise ConnectorError("no such connector folder", place=str(folder))
        for file in sorted(folder.glob("*/connector.toml")):
            name = file.parent.name
            if name in found:
                raise ConnectorError(f"a connector {name} exists already", place=str(file))
            found[name] = read_connector(file)
    return found


def canonical() -> Connector:
    """The connector made from the model: headers are canonical column names."""
    exports = []
    for table in model().values():
        columns = tuple(
            ColumnMap(c, {"cell": (c.name,)}) for c in table.columns if c.name != "project_id"
        ) + tuple(
            ColumnMap(c, {"cell": (c.name,)}) for c in table.columns if c.name == "project_id"
        )
        detect = tuple((n,) for n in table.key) or tuple((c.name,) for c in table.columns[:2])
        order = "updated_at" if table.column("updated_at") else ""
        exports.append(
            Export(table.name, detect, (TableMap(table, columns, table.key, order=order),))
        )
    return Connector(
        "canonical",
        Text(
            "标准表（列名即规范列名）", "Canonical tables (headers are the canonical column names)"
        ),
        Text(
            "按 docs/model.md 的列名准备 CSV 或 Parquet，文件名以表名开头，如 catalogue.csv",
            "prepare CSV or Parquet with the column names of docs/model.md; begin the file name"
            " with the table's, such as catalogue.csv",
        ),
        tuple(exports),
    )


def read_connector(file: Path) -> Connector:
    """One connector file; raises ConnectorError at the first fault, with place and hint."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as e:
        raise ConnectorError(**not_utf8(file, e)) from e
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise ConnectorError(f"cannot be read: {e}", place=str(file)) from e
    return _Reader(file).connector(data)


class _Reader:
    """Reads one file; every fault names it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def fail(self, problem: str, hint: str = "") -> ConnectorError:
        return ConnectorError(problem, place=str(self.file), hint=hint)

    def keys(self, table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
        for key in table:
            if key not in known:
                raise self.fail(f"{where}: unknown key {key!r}", did_you_mean(key, list(known)))

    def text(self, value: Any, where: str) -> Text:
        if not isinstance(value, dict) or not {"zh", "en"} <= set(value):
            raise self.fail(f"{where} needs a zh and an en text")
        return Text(value["zh"], value["en"])

    def connector(self, data: Mapping[str, Any]) -> Connector:
        self.keys(data, CONNECTOR_KEYS, "connector")
        if not data.get("export"):
            raise self.fail("describes no export", "add [[export]]")
        return Connector(
            self.file.parent.name,
            self.text(data.get("title"), "title"),
            self.text(data.get("how"), "how"),
            tuple(self.export(e) for e in data["export"]),
            tuple(data.get("nulls", ())),
            data.get("zone", ""),
            {k: self.text(v, f"cannot_fill.{k}") for k, v in data.get("cannot_fill", {}).items()},
        )

    def export(self, data: Mapping[str, Any]) -> Export:
        name = data.get("name", "")
        self.keys(data, EXPORT_KEYS, f"export {name}")
        if not name or not data.get("detect") or not data.get("table"):
            raise self.fail(f"export {name!r} needs name, detect and [[export.table]]")
        detect = tuple(tuple(d.split("|")) for d in data["detect"])
        return Export(name, detect, tuple(self.table(t, name) for t in data["table"]))

    def table(self, data: Mapping[str, Any], export: str) -> TableMap:
        name = data.get("table", "")
        where = f"export {export}: {name}"
        self.keys(data, TABLE_KEYS, where)
        if name not in model():
            raise self.fail(
                f"export {export}: unknown table {name!r}", did_you_mean(name, list(model()))
            )
        table = model()[name]
        columns = tuple(self.column(table, k, v, where) for k, v in data.get("columns", {}).items())
        rows = data.get("rows", "versions")
        if rows not in ROWS:
            raise self.fail(f"{where}: rows {rows!r} is none of {', '.join(ROWS)}")
        key = tuple(data.get("key", table.key))
        filled = {c.column.name for c in columns}
        if missing := [k for k in key if k not in filled]:
            raise self.fail(f"{where}: no column fills the key {', '.join(missing)}")
        if data.get("keep", "") not in ("", "changes"):
            raise self.fail(f"{where}: keep {data['keep']!r} is not 'changes'")
        note = self.text(data["note"], f"{where}: note") if "note" in data else EMPTY
        return TableMap(
            table, columns, key, rows, data.get("order", ""), data.get("keep", ""),
            data.get("where", ""), note,
        )  # fmt: skip

    def column(self, table: Table, name: str, spec: Any, where: str) -> ColumnMap:
        column = table.column(name)
        if column is None:
            known = [c.name for c in table.columns]
            raise self.fail(f"{where}: unknown column {name!r}", did_you_mean(name, known))
        at = f"{where}.{name}"
        if not isinstance(spec, dict):
            raise self.fail(f'{at} must be a table such as {{ from = ["Header"] }}')
        self.keys(spec, COLUMN_KEYS, at)
        source = spec.get("from", [])
        cells = source if isinstance(source, dict) else {"cell": source} if source else {}
        if not cells and "const" not in spec:
            raise self.fail(f"{at} needs from or const")
        if isinstance(source, dict) and not (spec.get("sql") or spec.get("when")):
            raise self.fail(f"{at}: several named headers need sql")
        fold = spec.get("fold", "")
        if fold and fold not in FOLDS:
            raise self.fail(f"{at}: fold {fold!r} is none of {', '.join(FOLDS)}")
        values = {str(k).casefold(): str(v) for k, v in spec.get("values", {}).items()}
        if column.enum and (bad := sorted(set(values.values()) - set(column.enum))):
            raise self.fail(
                f"{at}: {bad[0]!r} is no value of the column", did_you_mean(bad[0], column.enum)
            )
        return ColumnMap(
            column, {k: tuple(v) for k, v in cells.items()}, spec.get("sql", ""), values,
            tuple(spec.get("formats", ())), spec.get("const"), fold, spec.get("when", ""),
        )  # fmt: skip
