"""Thirty-six thousand made-up tickets of two tools with every irregularity, for the second opinion.

Ids collide between the tools, keys and cells are empty, ends stand before starts, approvals are
partial, pauses lie over holidays and the turn of the year.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from world import AS_OF, ZONE, Row, Tables, world

from itssrules.assess.context import Context
from itssrules.assess.gate import FIRM, Supply
from itssrules.assess.known import know
from itssrules.model.tables import Table, model
from itssrules.store import Connection, connect, ident, literal, lock

TOOLS = ("tool_a", "tool_b")
HOLIDAYS = [
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
]
MAKEUP = (date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27))
WINDOW = (datetime(2024, 12, 31, 16), datetime(2025, 7, 15))
SHORT = (datetime(2025, 2, 1), datetime(2025, 7, 15))
NARROW = {("approvals", "tool_b"), ("status_history", "tool_b"), ("change_tasks", "tool_b")}
"""Tables that are complete from February only."""
POLARS = {
    "VARCHAR": pl.String, "INTEGER": pl.Int32, "DOUBLE": pl.Float64, "BOOLEAN": pl.Boolean,
    "TIMESTAMP": pl.Datetime("us"), "DATE": pl.Date,
}  # fmt: skip

Key = tuple[str, str, str]
Opinion = Callable[["Data"], dict[Key, str]]
"""An implementation: (object, ns, id) of each record -> its verdict."""


@dataclass(frozen=True)
class Data:
    """What a rule may know: canonical tables as frames, and where they are complete.

    Each frame has every canonical column plus `ns`; times are naive UTC. `windows` gives for a table
    and id space the stretch over which no row is missing (None: unbounded); nothing is known of
    any other time.
    """

    frames: dict[str, pl.DataFrame]
    windows: dict[tuple[str, str], tuple[datetime | None, datetime | None]]
    as_of: datetime
    zone: str

    def complete_over(
        self, table: str, ns: str, start: datetime | None, end: datetime | None
    ) -> bool:
        """Whether the table is known to hold every row of a stretch; False where an end is unknown."""
        if start is None or end is None or start > end or (table, ns) not in self.windows:
            return False
        first, last = self.windows[table, ns]
        return (first is None or first <= start) and (last is None or end <= last)


def tables(seed: int, scale: int) -> Tables:
    """Two tools' tables under one firm's registers; every tool row has `_ns`."""
    made: Tables = {}
    for n, tool in enumerate(TOOLS):
        for name, rows in world(seed + n, scale).items():
            if model()[name].ids == "firm":
                made.setdefault(name, rows)
            else:
                made.setdefault(name, []).extend({**r, "_ns": tool} for r in rows)
    made["calendars"] = list(_calendars())
    made["catalogue"] = [
        {**row, "service_id": f"{row['service_id']}-{n}", "reviewed_at": row.get("reviewed_at") if n % 9 else None,
         "effective_from": f"20{23 + n % 4}-0{n % 9 + 1}-01"} for n in range(40) for row in made["catalogue"]
    ]  # fmt: skip
    _agreements(made)
    _irregular(random.Random(seed), made)
    return made


def _calendars() -> list[Row]:
    found = []
    for n in range(500):
        day = date(2024, 9, 1) + timedelta(days=n)
        off = any(a <= day <= b for a, b in HOLIDAYS) or (day.weekday() > 4 and day not in MAKEUP)
        row = {
            "calendar_id": "office",
            "date": day.isoformat(),
            "is_working": not off,
            "zone": ZONE,
        }
        if off:
            found.append(row)
        else:
            found += [{**row, "open_from": a, "open_to": b}
                      for a, b in (("09:00", "12:00"), ("13:30", "18:00"))]  # fmt: skip
        found.append({"calendar_id": "always", "date": day.isoformat(), "is_working": True,
                      "zone": ZONE, "open_from": "00:00", "open_to": "24:00"})  # fmt: skip
    return found


def _agreements(made: Tables) -> None:
    """P1 changes its agreement in April; P2 is served around the clock, S1 has targets of its own."""
    made["slas"] = [
        {"sla_id": "A1", "project_id": "P1", "version": "1", "status": "expired", "calendar_id": "office",
         "effective_from": "2024-01-01", "effective_to": "2025-03-31"},
        {"sla_id": "A2", "project_id": "P1", "version": "2", "status": "active", "calendar_id": "office",
         "effective_from": "2025-04-01", "effective_to": "2025-12-31"},
        {"sla_id": "A3", "project_id": "P2", "version": "1", "status": "active", "calendar_id": "always",
         "effective_from": "2024-01-01"},
    ]  # fmt: skip
    made["sla_targets"] = [
        {"sla_id": sla, "object_type": "incident", "priority": p, "metric": metric,
         "target_minutes": float(minutes * p * factor)}
        for sla, factor in (("A1", 1), ("A2", 2), ("A3", 3)) for p in (1, 2, 3)
        for metric, minutes in (("response", 30), ("resolution", 120), ("on_site", 90))
    ]  # fmt: skip
    made["sla_targets"].append(
        {"sla_id": "A3", "object_type": "incident", "service_id": "S1", "metric": "resolution",
         "target_minutes": 60.0, "calendar_id": "office"}
    )  # fmt: skip
    for project in made["projects"]:
        project["calendar_id"] = "office" if project["project_id"] == "P1" else "always"


def _irregular(rng: random.Random, made: Tables) -> None:
    """Empty keys and projects, unknown types, spellings with blanks, stamps at the very same second."""
    for name in ("incidents", "changes", "requests", "problems"):
        for row in made[name]:
            chance = rng.random()
            if chance < 0.02:
                row.pop("project_id", None)
            elif chance < 0.04:
                row.pop("status", None)
            elif chance < 0.06 and "resolved_at" in row:
                row["closed_at"] = row["resolved_at"]
            elif chance < 0.08 and row.get("actual_end"):
                row["closed_at"] = row["actual_end"]
    for row in made["approvals"]:
        chance = rng.random()
        if chance < 0.03:
            row.pop("object_id", None)
        elif chance < 0.06:
            row.pop("decision", None)
        elif chance < 0.09:
            row.pop("decided_at", None)
        elif chance < 0.11:
            row.pop("object_type", None)


def data(made: Tables) -> Data:
    """The tables as frames, with what is known to be complete."""
    frames = {}
    for name, table in model().items():
        rows = made.get(name, [])
        columns = {c.name: [_value(c.type, r.get(c.name)) for r in rows] for c in table.columns}
        frame = pl.DataFrame(columns, schema={c.name: POLARS[c.type] for c in table.columns})
        spaces = [FIRM if table.ids == "firm" else r["_ns"] for r in rows]
        frames[name] = frame.with_columns(pl.Series("ns", spaces, pl.String))
    windows = {}
    for name, table in model().items():
        for ns in [FIRM] if table.ids == "firm" else TOOLS:
            listed = table.kind == "register" or table.ids == "firm"
            span = SHORT if (name, ns) in NARROW else WINDOW
            windows[name, ns] = (None, None) if listed else span
    return Data(frames, windows, datetime.fromisoformat(AS_OF), ZONE)


def _value(type_: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if type_ == "TIMESTAMP":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value[:10]) if type_ == "DATE" else value


def context(found: Data) -> Context:
    """The same tables on a connection, as the engine reads them."""
    con = connect()
    con.execute("create temp table paths(file_id integer, path varchar)")
    for number, (name, table) in enumerate(model().items(), 1):
        _hold(con, number, table, found.frames[name])
    for (name, ns), (start, end) in found.windows.items():
        con.execute(
            "insert into coverage values (?, ?, ?, ?, true, 'made')", [name, ns, start, end]
        )
    lock(con)
    know(con)
    return Context(con, Supply.read(con), found.as_of.isoformat(sep=" "), found.zone)


def _hold(con: Connection, number: int, table: Table, frame: pl.DataFrame) -> None:
    spaces = [FIRM] if table.ids == "firm" else TOOLS
    names = [c.name for c in table.columns]
    con.register("made", frame.with_row_index("place").to_arrow())
    key = table.key or ("place",)
    file_id = f"{number} * 10 + case when ns = {literal(spaces[-1])} then 2 else 1 end"
    project = (
        "coalesce(project_id, '(unattributed)')" if "project_id" in names else "'(unattributed)'"
    )
    con.execute(
        f"insert into {ident(table.name)} select struct_pack(object := {literal(table.object)},"
        f" source := ns, ns := ns, id := concat_ws('/', {', '.join(ident(k) for k in key)}),"
        f" project_id := {project}, file_id := ({file_id})::integer, row_number := place::bigint + 2), ns,"
        f" {', '.join(f'{ident(n)}' for n in names)}, []::varchar[], []::varchar[] from made"
    )
    con.unregister("made")
    for place, ns in enumerate(spaces, 1):
        for column in table.columns:
            fine = {"TIMESTAMP": "second", "DATE": "day"}.get(column.type)
            file = number * 10 + (2 if ns == spaces[-1] else place)
            con.execute("insert into supply values (?, ?, ?, ?, ?, ?, ?)",
                        [table.name, table.object, column.name, file, ns, column.name, fine])  # fmt: skip
