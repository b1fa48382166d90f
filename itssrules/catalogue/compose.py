"""A rule's SQL made ready to run: values put in, its reference table and facts set before it."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from itssrules.errors import RuleError
from itssrules.model.rule import Rule
from itssrules.store import ident, literal

_PLACES = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$([a-z_][a-z0-9_]*)", re.DOTALL
)


def bind(sql: str, values: Mapping[str, object]) -> str:
    """The SQL with `$parameters` replaced by literals, outside texts and comments.

    DuckDB binds no parameters in `create table … as`; the values are the engine's own.
    """

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name is None or name not in values:
            return match[0]
        value = values[name]
        if isinstance(value, list | tuple):
            return f"{literal(value)}::varchar[]"
        return f"timestamp {literal(value)}" if name == "as_of" else literal(value)

    return _PLACES.sub(put, sql)


def runnable(rule: Rule, values: Mapping[str, object], made: Collection[str] = ()) -> str:
    """The rule's SQL with `values` in force; facts that are not `made` as tables stand before it."""
    before = [f"ref as ({reference(rule.ref)})"] if rule.ref else []
    before += [f"{f.name} as (\n{bind(f.sql, values)}\n)" for f in rule.facts if f.name not in made]
    sql = bind(rule.sql, {**values, **rule.values()})
    return f"with {', '.join(before)}\nselect * from (\n{sql}\n)" if before else sql


def reference(path: Path) -> str:
    """A reference table as SQL values: texts, empty ones NULL. Raises RuleError if unreadable."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as e:
        raise RuleError(f"cannot be read: {e}", place=str(path), hint="save it as UTF-8") from e
    wrong = [n for n, row in enumerate(rows, 1) if row and len(row) != len(rows[0])]
    if len(rows) < 2 or wrong:
        place = f"{path}:{wrong[0]}" if wrong else str(path)
        raise RuleError("is no table with a header and rows of equal length", place=place)
    names = ", ".join(ident(n.strip()) for n in rows[0])
    values = ", ".join(
        f"({', '.join(f'{literal(cell.strip() or None)}::varchar' for cell in row)})"
        for row in rows[1:]
        if row
    )
    return f"select * from (values {values}) as t({names})"


def reference_columns(path: Path) -> tuple[str, ...]:
    """Names of a reference table's columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(n.strip() for n in next(csv.reader(file), []))
