"""The canonical model as data: tables, columns, words of their values (the CSVs beside this file)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["ticket", "detail", "register"]
Ids = Literal["tool", "firm"]

ORGANISATION = "(organisation)"
"""Project of what belongs to no project by nature."""
UNATTRIBUTED = "(unattributed)"
"""Project of a record that names none and matched none."""

RECORD_TYPE = (
    "STRUCT(object VARCHAR, source VARCHAR, ns VARCHAR, id VARCHAR, project_id VARCHAR,"
    " file_id INTEGER, row_number BIGINT)"
)
"""SQL type of the `record` column that every canonical row carries: the subject of a verdict."""


@dataclass(frozen=True)
class Column:
    """One canonical column.

    `type` is a DuckDB type (VARCHAR, INTEGER, BOOLEAN, DATE, TIMESTAMP in UTC); `enum` its legal
    values, empty where any is legal; `key` is `pk`, `fk TABLE.COLUMN` or empty.
    """

    table: str
    name: str
    type: str
    key: str
    enum: tuple[str, ...]
    unit: str
    en: str
    zh: str

    @property
    def is_time(self) -> bool:
        """True for a moment (TIMESTAMP) or a day (DATE)."""
        return self.type in ("TIMESTAMP", "DATE")


@dataclass(frozen=True)
class Table:
    """One canonical table: `object` names the kind of record that a row is.

    `ids` is `tool` where ids belong to a tool's id space, so that joins equate `ns`; `firm` where
    they hold for the whole firm (projects, people, agreements).
    """

    name: str
    object: str
    kind: Kind
    ids: Ids
    en: str
    zh: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that make the record's id."""
        return tuple(c.name for c in self.columns if c.key == "pk")

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)


@cache
def _read(name: str) -> list[dict[str, str]]:
    text = files("itssrules.model").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def model() -> dict[str, Table]:
    """All canonical tables by name, in the order of the file."""
    columns = [
        Column(
            r["table"], r["column"], r["type"], r["key"],
            tuple(r["enum"].split("|")) if r["enum"] else (), r["unit"], r["en"], r["zh"],
        )
        for r in _read("columns.csv")
    ]  # fmt: skip
    return {
        r["table"]: Table(
            r["table"], r["object"], r["kind"], r["ids"], r["en"], r["zh"],  # type: ignore[arg-type]
            tuple(c for c in columns if c.table == r["table"]),
        )
        for r in _read("tables.csv")
    }  # fmt: skip


@cache
def value_words(column: Column, lang: str) -> dict[str, str]:
    """The words for the column's enumeration values by value; empty where it has no enumeration.

    In `values.csv` a row of `table.column` stands before one of the column's name in any table, and
    that before one of no column, which is the word wherever the value occurs.
    """
    said = {(r["column"], r["value"]): r[lang] for r in _read("values.csv")}
    places = (f"{column.table}.{column.name}", column.name, "")
    return {v: next(said[p, v] for p in places if (p, v) in said) for v in column.enum}


@cache
def table_of(object_: str) -> str:
    """The canonical table whose rows are that kind of record; empty where none is."""
    return next((t.name for t in model().values() if t.object == object_), "")


def step_words(step: str, detail: str, object_: str, lang: str) -> str:
    """What a step of a timeline says besides its time, with coded values in words.

    `step` is a dotted column, `detail` such as `approved` or `new → closed`, `object_` the kind of
    record that the timeline is of.
    """
    coded = {
        "approvals": "approvals.decision", "change_tasks": "change_tasks.task_type",
        "status_history": f"{table_of(object_)}.status",
    }  # fmt: skip
    column = find_column(coded.get(step.partition(".")[0], ""))
    said = value_words(column, lang) if column else {}
    parts = (part.strip() for part in detail.split("→"))
    return " → ".join(said.get(part, part) for part in parts).strip()


def find_column(name: str) -> Column | None:
    """The column of a dotted name such as `changes.closed_at`, or None."""
    table, _, column = name.partition(".")
    return model()[table].column(column) if table in model() else None
