"""Cases beside rules: small tables, and the verdict expected of each record."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from itssrules.assess.context import Context
from itssrules.assess.engine import judge
from itssrules.assess.gate import FIRM, Supply
from itssrules.assess.known import know
from itssrules.errors import ItssError, RuleError
from itssrules.model.rule import Param, Rule
from itssrules.model.settings import Settings
from itssrules.model.tables import UNATTRIBUTED, Column, Table, model
from itssrules.store import Connection, Error, clear, connect, ident, literal, lock, rows

NS, AS_OF = "test", "2025-07-01 00:00"
CASE_KEYS = {"name", "as_of", "params", "settings", "zone", "lacks", "days", "tables", "expect"}
EXTRAS = {"_unread", "_disputed", "_ns", "_file"}


@dataclass(frozen=True)
class Outcome:
    """A case and how it came out: `faults` is empty where it holds."""

    rule_id: str
    name: str
    faults: tuple[str, ...]


def cases_path(rule: Rule) -> Path:
    """Where a rule's cases stand."""
    return rule.path.with_suffix(".cases.toml")


def read_cases(rule: Rule) -> list[dict[str, Any]]:
    """The cases beside a rule; RuleError where there are none or the file is faulty."""
    path = cases_path(rule)
    if not path.is_file():
        raise RuleError("has no cases beside it", place=str(rule.path), hint=f"write {path.name}")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise RuleError(f"cannot be read: {e}", place=str(path)) from e
    cases = data.get("case", [])
    for case in cases:
        unknown = set(case) - CASE_KEYS
        if unknown or "name" not in case or "expect" not in case:
            problem = f"unknown key {min(unknown)}" if unknown else "needs name and expect"
            raise RuleError(f"case {case.get('name', '?')!r}: {problem}", place=str(path))
    return list(cases)


def run_cases(rule: Rule) -> list[Outcome]:
    """Every case of a rule, run by the engine that runs exports."""
    con = connect()
    try:
        return [run_case(con, rule, case) for case in read_cases(rule)]
    finally:
        con.close()


def run_case(con: Connection, rule: Rule, case: Mapping[str, Any]) -> Outcome:
    """One case on a database that holds nothing else."""
    try:
        fill(con, case)
        expected = dict(case["expect"])
        found = verdicts(con, _with_params(rule, case.get("params", {})), case)
    except (Error, ItssError) as e:
        return Outcome(rule.id, case["name"], (str(e).split("\n")[0],))
    return Outcome(rule.id, case["name"], _compare(expected, found))


def _compare(expected: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    """Records are named `id`, or `object/id` where two objects share it."""
    faults, seen = [], set()
    for key, want in expected.items():
        full = [k for k in found if key in (k, k.partition("/")[2])]
        seen.update(full)
        if len(full) != 1:
            faults.append(f"{key}: expected {want}, but {len(full)} records have that id")
        elif want not in (found[full[0]], found[full[0]].partition(":")[0]):
            faults.append(f"{key}: expected {want}, got {found[full[0]]}")
    faults += [f"{k}: not expected, got {v}" for k, v in found.items() if k not in seen]
    return tuple(faults)


def _with_params(rule: Rule, values: Mapping[str, Any]) -> Rule:
    params: dict[str, Param] = dict(rule.params)
    for name, value in values.items():
        if name not in params:
            raise RuleError(f"no parameter {name}")
        params[name] = replace(params[name], value=value)
    return replace(rule, params=params)


def fill(con: Connection, case: Mapping[str, Any]) -> None:
    """Hold a case's rows and what its files supply, and nothing else."""
    clear(con)
    tables = dict(case.get("tables", {}))
    for row in tables.pop("excluded", []):
        con.execute("insert into excluded values (?, ?)", [row["checkpoint"], row["reason"]])
    for row in tables.pop("coverage", []):
        con.execute(
            "insert into coverage values (?, ?, ?::timestamp, ?::timestamp, ?, 'case')",
            [
                row["tbl"],
                row.get("ns", _space(model()[row["tbl"]], row)),
                row.get("from_at"),
                row.get("to_at"),
                row.get("complete", True),
            ],
        )
    lacks, days = set(case.get("lacks", ())), set(case.get("days", ()))
    for name, given in tables.items():
        if name not in model():
            raise RuleError(f"unknown table {name}")
        table = model()[name]
        _supply(con, table, given, lacks, days)
        _insert(con, table, given)


def _supply(
    con: Connection,
    table: Table,
    given: Sequence[Mapping[str, Any]],
    lacks: Collection[str],
    days: Collection[str],
) -> None:
    """All columns of a table are supplied but the `lacks`; of those in `days` only the day."""
    exact: dict[str | None, list[str]] = {}
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        if name not in lacks:
            precision = {"TIMESTAMP": "second", "DATE": "day"}.get(column.type)
            exact.setdefault("day" if name in days else precision, []).append(column.name)
    files = {(r.get("_file", 1), _space(table, r)) for r in given} or {(1, _space(table, {}))}
    values = [
        f"({literal(table.name)}, {literal(table.object)}, {literal(columns)}, {literal(file_id)},"
        f" {literal(ns)}, {literal(precision)})"
        for file_id, ns in sorted(files)
        for precision, columns in exact.items()
    ]
    if values:
        con.execute(
            "insert into supply select t, o, unnest(cols), f, ns, unnest(cols), p from (values"
            f" {', '.join(values)}) v(t, o, cols, f, ns, p)"
        )


def _insert(con: Connection, table: Table, given: Sequence[Mapping[str, Any]]) -> None:
    """All rows of a table in one statement; rows are numbered from 2, as under a header."""
    unknown = {k for row in given for k in row} - {c.name for c in table.columns} - EXTRAS
    if unknown:
        raise RuleError(f"{table.name} has no column {min(unknown)}")
    filled = [c for c in table.columns if any(c.name in row for row in given)]
    if given:
        names = ("record", "ns", *(c.name for c in filled), "unread", "disputed")
        rows_sql = ", ".join(
            _row(table, filled, row, number) for number, row in enumerate(given, 2)
        )
        con.execute(
            f"insert into {ident(table.name)}({', '.join(map(ident, names))}) values {rows_sql}"
        )


def _row(table: Table, filled: Sequence[Column], row: Mapping[str, Any], number: int) -> str:
    key = table.key or ("object_type", "object_id")
    ns = _space(table, row)
    record = {
        "object": table.object, "source": row.get("_ns", NS), "ns": ns,
        "id": "/".join(str(row.get(k, number)) for k in key),
        "project_id": row.get("project_id", UNATTRIBUTED), "file_id": row.get("_file", 1),
        "row_number": number,
    }  # fmt: skip
    struct = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in record.items())
    values = [f"{_value(row.get(c.name))}::{c.type}" for c in filled]
    lists = [f"{literal(row.get(k, []))}::varchar[]" for k in ("_unread", "_disputed")]
    return f"({', '.join([f'{{{struct}}}', literal(ns), *values, *lists])})"


def _space(table: Table, row: Mapping[str, Any]) -> str:
    """The id space of a row: none of its own where ids hold for the whole firm."""
    return FIRM if table.ids == "firm" else str(row.get("_ns", NS))


def _value(value: Any) -> str:
    return literal(None if value == "" else value)


def verdicts(con: Connection, rule: Rule, case: Mapping[str, Any]) -> dict[str, str]:
    """A rule's verdicts on what was filled in: `object/id` -> `verdict: message or reason column`."""
    lock(con)
    know(con)
    con.execute("create or replace temp table paths(file_id integer, path varchar)")
    settings = Settings(settings=dict(case.get("settings", {})))
    context = Context(con, Supply.read(con), str(case.get("as_of", AS_OF)), case.get("zone", "UTC"),
                      settings=settings)  # fmt: skip
    result = judge(context, rule)
    found: dict[str, str] = {}
    for object_, id_, ns, verdict, message, reason, column in rows(
        con,
        "select record.object, record.id, record.ns, verdict, message, reason, col from verdicts"
        " order by all",
    ):
        said = f"{reason} {column}" if reason else message
        name = id_ if ns in (NS, FIRM) else f"{ns}:{id_}"
        found[f"{object_}/{name}"] = f"{verdict}: {said}" if said else verdict
    for m in result.measures:
        text = f"{m.numerator}/{m.denominator} excluded {m.excluded} unassessed {m.unassessed}"
        found[f"measure/{m.project_id} {m.period}"] = text
    return found


def missing(rule: Rule) -> list[str]:
    """What a rule's cases do not show: messages, tables of `needs`, `uses` absent, `blank`."""
    cases = read_cases(rule)
    said = " ".join(v for case in cases for v in case["expect"].values())
    tables = {t for case in cases for t in case.get("tables", {})}
    lacked = {c for case in cases for c in case.get("lacks", ())}
    faults = [
        f"no case shows message {key}"
        for key, m in rule.messages.items()
        if m.verdict != "conforming" and not re.search(rf": {re.escape(key)}\b", said)
    ]
    read = {c.partition(".")[0] for c in rule.needed_columns} | set(rule.subject)
    faults += [f"no case holds the table {t}" for t in sorted(read - tables)]
    without = {c for c in rule.uses if c not in lacked and not _table_absent(c, cases, rule)}
    faults += [f"no case is without {c} (uses)" for c in sorted(without)]
    blank = [c for c in rule.blank if not any(_is_blank(c, case, rule) for case in cases)]
    return faults + [f"no case has an empty {c} (blank)" for c in blank]


def _table_absent(column: str, cases: list[dict[str, Any]], rule: Rule) -> bool:
    table = column.partition(".")[0]
    return table not in rule.subject and any(table not in c.get("tables", {}) for c in cases)


def _is_blank(column: str, case: Mapping[str, Any], rule: Rule) -> bool:
    return any(
        row.get(column, "") == ""
        for t in rule.read_tables
        if model()[t].column(column) and f"{t}.{column}" not in case.get("lacks", ())
        for row in case.get("tables", {}).get(t, [])
    )
