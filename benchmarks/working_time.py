"""Working time of a million intervals over 20 calendars against DuckDB's typed load of a CSV."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from itssrules.assess.working_time import working_days
from itssrules.store import Connection, connect

INCIDENTS = 1_000_000
CALENDARS = 20
ROUNDS = 5
TARGET = 0.15

EXPORT = f"""
select 'INC' || lpad(i::varchar, 7, '0') as number,
       '打印机无法连接, asset ' || hash(i) as short_description,
       'Closed' as state, '3 - Moderate' as priority,
       timestamp '2024-01-01' + to_seconds(hash(i) % 90000000) as opened_at,
       opened_at + to_seconds(hash(i + 1) % 3000) as responded_at,
       opened_at + to_seconds(hash(i + 2) % 600000) as resolved_at,
       resolved_at + to_seconds(hash(i + 3) % 300000) as closed_at,
       closed_at as sys_updated_on,
       'person' || (i % 300) as assigned_to, 'Group ' || (i % 40) as assignment_group,
       'category ' || (i % 20) as category, 'subcategory ' || (i % 77) as subcategory,
       'CI' || (i % 5000) as cmdb_ci, 'user' || (i % 9000) as caller_id,
       'Solved (Permanently)' as close_code,
       'emptied the queue, asked ' || (i % 900) as close_notes,
       0 as reopen_count, 'Phone' as contact_type, 'svc' || (i % 30) as business_service,
       'cal' || (i % {CALENDARS}) as calendar_id
from range({INCIDENTS}) t(i)
"""

WORKED = """
select sum(whole_minutes(
           worked(i.resolved_at, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
           - worked(i.opened_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4))
       ) as minutes,
       count(b.day) as days
from intervals i
left join working_days a on a.calendar_id = i.calendar_id and a.day = cast(i.opened_at as date)
left join working_days b on b.calendar_id = i.calendar_id and b.day = cast(i.resolved_at as date)
    and b.unknown_before = a.unknown_before and i.resolved_at >= i.opened_at
"""


def calendar_rows() -> list[tuple[object, ...]]:
    """Four years of 20 calendars: lunch breaks, early and late shifts, days off at random."""
    rng, rows = random.Random(1), list[tuple[object, ...]]()
    zones = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
    for number in range(CALENDARS):
        name, zone = f"cal{number}", zones[number % 3]
        spans = [("09:00", "12:00"), ("13:30", "18:00")] if number % 4 else [("00:00", "24:00")]
        for day in (date(2023, 6, 1) + timedelta(n) for n in range(1826)):
            if day.weekday() > 4 or rng.random() < 0.04:
                rows.append((name, day, False, None, None, zone))
            else:
                rows += [(name, day, True, opens, closes, zone) for opens, closes in spans]
    return rows


def ready(file: Path) -> Connection:
    """A connection with the calendars and a million intervals, as intake leaves them."""
    con = connect()
    names = ("calendar_id", "date", "is_working", "open_from", "open_to", "zone")
    days = pa.table(dict(zip(names, map(list, zip(*calendar_rows(), strict=True)), strict=True)))
    con.register("days", days)
    con.execute("insert into calendars by name select * from days")
    con.unregister("days")
    rows = duckdb.sql(
        f"select opened_at, resolved_at, calendar_id from read_csv('{file.as_posix()}')"
    ).to_arrow_table()
    con.register("loaded", rows)
    con.execute("create table intervals as select * from loaded")
    con.unregister("loaded")
    return con


def typed_load(file: Path) -> float:
    began = time.perf_counter()
    con = duckdb.connect()
    con.execute(f"create table t as select * from read_csv('{file.as_posix()}')")
    con.close()
    return time.perf_counter() - began


def working_time(con: Connection) -> float:
    began = time.perf_counter()
    minutes, days = con.execute(WORKED).fetchall()[0]
    took = time.perf_counter() - began
    if not minutes or days != INCIDENTS:
        raise SystemExit(f"only {days} of {INCIDENTS} intervals were measured")
    return took


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "incidents.csv"
        duckdb.sql(EXPORT).write_csv(file.as_posix())
        con = ready(file)
        began = time.perf_counter()
        laid_out = working_days(con)
        layout = time.perf_counter() - began
        typed_load(file), working_time(con)
        pairs = [(typed_load(file), working_time(con)) for _ in range(ROUNDS)]
        size = file.stat().st_size / 1e6
    load, worked = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(w / t for t, w in pairs)
    print(f"typed load by DuckDB      {load:6.3f} s ({INCIDENTS:,} incidents, {size:.0f} MB)")
    print(f"calendars laid out, once  {layout:6.3f} s ({CALENDARS} calendars, {laid_out:,} days)")
    print(f"working time of them all  {worked:6.3f} s")
    print(f"ratio                     {ratio:6.3f} (median of {ROUNDS} pairs; at most {TARGET})")
    return int(ratio > TARGET)


if __name__ == "__main__":
    sys.exit(main())
