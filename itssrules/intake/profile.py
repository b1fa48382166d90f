"""What the loaded tables hold: filled cells, values, combinations, the order of times, events."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from itssrules.intake.readers import RawFile
from itssrules.model.tables import Table, model
from itssrules.store import Connection, ident, literal, rows

VALUES_SHOWN = 50
EXCEL_ERROR = (
    "regexp_full_match(trim({}), '#(N/[A-Z]|REF!|VALUE!|DIV/0!|NAME\\?|MULTIVALUE|NULL!)')"
)


def profile(con: Connection, table: str, source: str) -> dict[str, Any]:
    """Facts of one table of one source, each a count of records.

    `filled` per column; `values` of coded columns, switches and counters; `combinations` of coded
    values; `times` pairs of moments (`earlier` before, equal to, after `later`); for history also
    `events` (rows, records, records with several) and `transitions` (records).
    """
    shape = model()[table]
    con.execute(
        f"create or replace temp view profiled as select * from {ident(table)}"
        f" where record.source = {literal(source)}"
    )
    found = {
        "records": rows(con, "select count(*) from profiled")[0][0],
        "filled": _filled(con, shape),
        "values": _values(con, shape),
        "combinations": _combinations(con, shape),
        "times": _times(con, shape),
    }
    if table == "status_history":
        found |= _history(con)
    con.execute("drop view profiled")
    return found


def _filled(con: Connection, shape: Table) -> dict[str, int]:
    counts = ", ".join(f"count({ident(c.name)})" for c in shape.columns)
    row = rows(con, f"select {counts} from profiled")[0]
    return {c.name: n for c, n in zip(shape.columns, row, strict=True) if n}


def _coded(shape: Table) -> list[str]:
    return [c.name for c in shape.columns if c.enum or c.type == "BOOLEAN"]


def _values(con: Connection, shape: Table) -> dict[str, dict[str, int]]:
    names = [*_coded(shape), *(c.name for c in shape.columns if c.type == "INTEGER")]
    found = {}
    for name in names:
        counts = rows(
            con,
            f"select coalesce(cast({ident(name)} as varchar), ''), count(*) from profiled"
            f" group by 1 order by 2 desc, 1 limit {VALUES_SHOWN}",
        )
        if any(value for value, _ in counts):
            found[name] = dict(counts)
    return found


def _combinations(con: Connection, shape: Table) -> list[dict[str, Any]]:
    names = _coded(shape)
    if len(names) < 2:
        return []
    listed = ", ".join(ident(n) for n in names)
    return [
        {**{n: v for n, v in zip(names, row, strict=False) if v is not None}, "records": row[-1]}
        for row in rows(
            con,
            f"select {listed}, count(*) as many from profiled group by {listed}"
            f" order by many desc, {listed} limit {VALUES_SHOWN}",
        )
    ]


def _times(con: Connection, shape: Table) -> list[dict[str, Any]]:
    names = [c.name for c in shape.columns if c.type == "TIMESTAMP"]
    pairs = list(combinations(names, 2))
    if not pairs:
        return []
    parts = ", ".join(
        f"count(*) filter ({ident(a)} {sign} {ident(b)})" for a, b in pairs for sign in "<=>"
    )
    counts = rows(con, f"select {parts} from profiled")[0]
    return [
        {"earlier": a, "later": b, "before": counts[3 * i], "equal": counts[3 * i + 1],
         "after": counts[3 * i + 2]}
        for i, (a, b) in enumerate(pairs)
        if any(counts[3 * i : 3 * i + 3])
    ]  # fmt: skip


def _history(con: Connection) -> dict[str, Any]:
    events = rows(
        con,
        "select event_type, sum(many), count(*), count(*) filter (many > 1) from (select event_type,"
        " object_type, object_id, count(*) as many from profiled group by all) group by 1 order by 1",
    )
    steps = rows(
        con,
        "select old_value, new_value, count(distinct (object_type, object_id)) from profiled"
        " where new_value is not null or old_value is not null group by all order by 3 desc, 1, 2",
    )
    reached = rows(
        con,
        "select new_value, count(distinct (object_type, object_id)) from profiled where new_value is"
        " not null group by 1 order by 1",
    )
    late = rows(
        con,
        "select count(*) from (select max(changed_at) filter (event_type = 'close') as closed,"
        " max(changed_at) as last from profiled group by object_type, object_id) where last > closed",
    )
    return {
        "events": [
            {"event_type": e, "rows": n, "records": r, "records_with_several": s}
            for e, n, r, s in events
        ],
        "states_reached": dict(reached),
        "transitions": [{"from": a, "to": b, "records": n} for a, b, n in steps],
        "records_with_events_after_the_last_close": late[0][0],
    }


def cells(con: Connection, raw: RawFile) -> list[dict[str, Any]]:
    """Per header of a file: filled cells and, among them, Excel error texts (`#N/B`, `#REF!` …)."""
    reader = raw.batches(range(len(raw.header)))
    con.register("incoming", reader)
    parts = ", ".join(
        f"count(*) filter (c{i} <> ''), count(*) filter ({EXCEL_ERROR.format(f'c{i}')})"
        for i in range(len(raw.header))
    )
    try:
        counts = rows(con, f"select {parts} from incoming")[0]
    finally:
        con.unregister("incoming")
    return [
        {"header": h, "filled": counts[2 * i], "error_texts": counts[2 * i + 1]}
        for i, h in enumerate(raw.header)
    ]
