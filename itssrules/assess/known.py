"""What rules read beside the tables, made once the exports are loaded: calendars, people, supply.

The macros that say what is supplied and complete are written anew with the run's own spans in them: a
rule that asks one for each of a million records then costs no joins, and is planned several times
faster. They mean what those of the store mean, which read the tables `supply` and `coverage`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from itssrules.assess.people import person_words
from itssrules.assess.working_time import working_days
from itssrules.store import Connection, literal, rows

SPANS = 60
"""Spans of a table in one id space beyond which the table `coverage` is read instead."""

Span = tuple[datetime | None, datetime | None, bool]


def know(con: Connection) -> None:
    """Fill `working_days` and `person_words`, and write the macros of supply and coverage."""
    working_days(con)
    person_words(con)
    for macro in (*_supply(con), *_coverage(con)):
        con.execute(f"create or replace macro {macro}")


def _choice(subject: str, branches: Mapping[str, str]) -> str:
    """A CASE over constant names, of which the planner keeps the branch that is asked for.

    It binds all of them first: names with the same branch share it.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, branch in branches.items():
        names[branch].append(name)
    whens = " ".join(
        f"when list_contains(string_split({literal(' '.join(same))}, ' '), {subject}) then {branch}"
        for branch, same in names.items()
    )
    return f"(case {whens} else false end)" if whens else "false"


def _supply(con: Connection) -> list[str]:
    tables: dict[str, set[str]] = defaultdict(set)
    columns: dict[str, set[str]] = defaultdict(set)
    files: dict[str, list[str]] = defaultdict(list)
    for table, column, ns in rows(con, "select distinct tbl, col, ns from supply order by all"):
        tables[table].add(ns)
        columns[f"{table}.{column}"].add(ns)
    for column, file in rows(
        con, "select distinct col, hash(object, file_id) from supply order by all"
    ):
        files[column].append(str(file))
    held = ", ".join(f"{column}=[{', '.join(found)}]" for column, found in files.items())
    return [
        "supplied(rec, col_name) as coalesce(list_contains(map_extract_value(cast("
        f"{literal(f'{{{held}}}')} as map(varchar, ubigint[])), col_name),"
        " hash(struct_extract(rec, 'object'), struct_extract(rec, 'file_id'))), false)",
        f"table_supplied(tbl_name, id_space) as {_choice('tbl_name', _spaces(tables))}",
        "column_supplied(tbl_name, col_name, id_space) as "
        + _choice("tbl_name || '.' || col_name", _spaces(columns)),
    ]


def _spaces(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {k: f"id_space in ({', '.join(map(literal, sorted(v)))})" for k, v in found.items()}


def _coverage(con: Connection) -> list[str]:
    spans: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for table, ns, start, end, whole in rows(
        con, "select tbl, ns, from_at, to_at, complete from coverage order by all"
    ):
        spans[table][ns].append((start, end, whole))
    if any(len(s) > SPANS for by_ns in spans.values() for s in by_ns.values()):
        return []
    asked = {
        table: {ns: _over(found) for ns, found in by_ns.items()} for table, by_ns in spans.items()
    }
    one = {table: _choice("id_space", by_ns) for table, by_ns in asked.items()}
    every = {table: f"({' and '.join(by_ns.values())})" for table, by_ns in asked.items()}
    return [
        f"complete_over(tbl_name, id_space, a, b) as coalesce(a <= b, false) and {_choice('tbl_name', one)}",
        f"complete_everywhere(tbl_name, a, b) as coalesce(a <= b, false) and {_choice('tbl_name', every)}",
    ]


def _over(spans: Sequence[Span]) -> str:
    """Both moments lie in a complete span, and no incomplete one touches the time between."""
    parts = [
        _any(_both(f"{t} >= {_at(start)}" if start else "", f"{t} <= {_at(end)}" if end else "")
             for start, end, whole in spans if whole)
        for t in ("a", "b")
    ]  # fmt: skip
    touched = _any(
        _both(f"b >= {_at(start)}" if start else "", f"a <= {_at(end)}" if end else "")
        for start, end, whole in spans
        if not whole
    )
    return f"({' and '.join(parts)} and not {touched})"


def _any(tests: Iterable[str]) -> str:
    return f"({' or '.join(tests) or 'false'})"


def _both(low: str, high: str) -> str:
    return f"({' and '.join(t for t in (low, high) if t) or 'true'})"


def _at(moment: datetime) -> str:
    return f"timestamp {literal(moment.isoformat(sep=' '))}"
