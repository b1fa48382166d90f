"""Every rule of the book over a year of a large firm against DuckDB's typed load of the same CSVs.

    python benchmarks/rulebook.py [--scale 1] [--folder FOLDER]

At full scale 1,000,000 incidents with 8.4 million rows of history, 200,000 changes and all that
belongs to them. The exports are made once and kept in the folder. Our own intake runs before the
clock of the rules starts and is told apart.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb

from itssrules.assess.context import Context
from itssrules.assess.engine import assess_rule
from itssrules.assess.facts import make
from itssrules.assess.run import cite, prepare
from itssrules.cli.commands import Loaded, _load, _request
from itssrules.cli.setup import start
from itssrules.model.results import RuleResult
from itssrules.model.tables import Column, Table, model
from itssrules.store import literal

T = TypeVar("T")
TARGET = 0.6
SHOWN = 20
PROJECTS, PEOPLE = 8, 400

SIZES = {
    "incidents": 1_000_000, "requests": 300_000, "problems": 20_000, "changes": 200_000,
    "releases": 4_000, "change_cis": 300_000, "change_tasks": 400_000, "approvals": 250_000,
    "links": 200_000, "sla_results": 200_000, "cis": 100_000, "ci_changes": 200_000,
    "ci_audits": 40, "ci_audit_items": 20_000, "catalogue": 120, "documents": 400,
    "reviews": 4_000, "knowledge": 20_000, "routine_records": 50_000,
}  # fmt: skip
FIXED = {"projects": PROJECTS, "slas": PROJECTS, "sla_targets": PROJECTS * 10, "personnel": PEOPLE}
OTHERS = 5_000

SETTINGS = """
organisation = "Benchmark"
zone = "Asia/Shanghai"
[sources.tool]
connector = "canonical"
from = 2025-01-01
to = 2025-12-31
"""
AS_OF = "2026-01-01T00:00:00"

YEAR = 365 * 86400
COLUMNS = {
    "incidents": """
        {created} as created_at,
        created_at - to_minutes(h(i, 20) + if(h(i, 51) = 0, -60, 0)) as reported_at,
        h(i, 100) as _luck,
        case when _luck < 3 then 1 when _luck < 12 then 2 when _luck < 45 then 3 when _luck < 85 then 4
             else 5 end as priority,
        if(h(i, 31) = 0, 3, priority) as priority_initial, priority = 1 as major,
        case when h(i, 50) = 0 then 'cancelled' when created_at < timestamp '2025-12-20' then 'closed'
             when h(i, 3) = 0 then 'resolved' when h(i, 3) = 1 then 'on_hold' else 'in_progress'
        end as status,
        if(status = 'on_hold', 'waiting_customer', null) as on_hold_reason,
        created_at + to_minutes(h(i, 15)) as assigned_at,
        created_at + to_minutes(5 + h(i, 12 * priority)) as responded_at,
        if(status in ('closed', 'resolved'),
           responded_at + to_minutes(20 + h(i, 300 * priority)), null) as resolved_at,
        resolved_at as restored_at,
        if(status = 'closed', resolved_at + to_minutes(if(h(i, 33) = 0, -30, 60 + h(i, 7200))), null)
            as closed_at,
        if(h(i, 25) = 0, 1 + h(i, 2), 0) as reopened_count,
        if(h(i, 20) = 0, null, resolved_at + to_minutes(h(i, 600))) as customer_confirmed_at,
        coalesce(closed_at, resolved_at, responded_at) as updated_at,
        case when h(i, 60) = 0 then 'void' when h(i, 15) = 0 then 'timeout' else 'customer' end
            as close_mode,
        if(h(i, 9) = 0, {problem}, null) as problem_id, if(h(i, 19) = 0, {change}, null) as change_id""",
    "requests": """
        {created} as created_at, created_at + to_minutes(h(i, 60)) as responded_at,
        if(h(i, 30) = 0, 'in_progress', 'closed') as status, 1 + h(i, 5) as priority,
        if(status = 'closed', responded_at + to_minutes(h(i, 4000)), null) as fulfilled_at,
        fulfilled_at + to_minutes(h(i, 4000)) as closed_at,
        created_at + to_minutes(4000) as resolution_due_at,
        if(h(i, 20) = 0, 'rejected', 'approved') as approval_status,
        created_at + to_minutes(h(i, 100)) as approved_at,
        coalesce(closed_at, responded_at) as updated_at""",
    "problems": """
        {created} as created_at, if(h(i, 8) = 0, 'in_progress', 'closed') as status,
        created_at + to_hours(h(i, 400)) as root_cause_at,
        root_cause_at + to_hours(h(i, 300)) as resolved_at,
        resolved_at + to_hours(h(i, 300)) as verified_at,
        if(status = 'closed', verified_at + to_hours(1 + h(i, 20)), null) as closed_at,
        coalesce(closed_at, resolved_at) as updated_at""",
    "changes": """
        {created} as created_at, created_at as requested_at,
        case when h(i, 12) = 0 then 'emergency' when h(i, 4) = 0 then 'standard' else 'normal' end
            as change_type,
        case when h(i, 30) = 0 then 'cancelled' when h(i, 20) = 0 then 'scheduled' else 'closed' end
            as status,
        created_at + to_hours(h(i, 20)) as assessed_at,
        assessed_at + to_hours(1 + h(i, 30)) as approved_at,
        created_at + to_hours(60 + h(i, 100)) as planned_start,
        planned_start + to_hours(5 + h(i, 6)) as planned_end,
        if(status = 'closed', planned_start + to_minutes(h(i, 30) - if(h(i, 25) = 0, 4000, 0)), null)
            as actual_start,
        actual_start + to_minutes(30 + h(i, 220)) as actual_end,
        actual_end + to_minutes(h(i, 600)) as verified_at, actual_end + to_hours(h(i, 300)) as pir_at,
        if(h(i, 40) = 0, null, if(h(i, 20) = 0, 'failed', 'passed')) as verification_result,
        actual_end + to_hours(12 + h(i, 100)) as closed_at,
        if(status = 'closed', if(h(i, 20) = 0, 'failed', 'successful'), null) as outcome,
        'approved' as approval_status, coalesce(closed_at, created_at) as updated_at""",
    "approvals": """
        'change' as object_type, {its_change} as _change,
        if(h(i, 40) = 0, {change}, 'CHA' || lpad(_change::varchar, 7, '0')) as object_id,
        case when h(i, 9) = 0 then 'cab' else 'technical' end as stage,
        if(h(i, 8) = 0, 'engineer', 'change_manager') as approver_role,
        if(h(i, 30) = 0, 'rejected', 'approved') as decision,
        {change_created} as requested_at, requested_at + to_hours(1 + h(i, 50)) as decided_at""",
    "change_tasks": """
        {its_change} as _change, 'CHA' || lpad(_change::varchar, 7, '0') as change_id,
        if(h(i, 12) = 0, 'in_progress', 'closed') as status,
        {change_created} + to_hours(60 + h(_change, 100)) as actual_start,
        actual_start + to_minutes(h(i, 200)) as actual_end, actual_end as closed_at""",
    "links": """
        'incident' as from_type, {incident} as from_id, 'resolved_by' as relation,
        'change' as to_type, {change} as to_id""",
    "sla_results": "'incident' as object_type, {incident} as object_id, 'resolution' as metric",
    "cis": "if(h(i, 30) = 0, 'retired', 'in_use') as status",
    "catalogue": "if(h(i, 9) = 0, 'retired', 'active') as status",
    "ci_changes": """
        ['status', 'owner', 'name', 'location'][1 + h(i, 4)] as field,
        {created} as changed_at, if(h(i, 5) = 0, null, {change}) as change_id""",
    "projects": """
        if(i % 3 = 0, 'always', 'office') as calendar_id, date '2024-01-01' as start_date,
        date '2027-01-01' as end_date, 'in_progress' as status""",
    "slas": """
        'SLA' || lpad(i::varchar, 7, '0') as sla_id, {project} as project_id,
        '1.0' as version, 'active' as status, date '2024-01-01' as effective_from,
        date '2027-01-01' as effective_to, if(i % 3 = 0, 'always', 'office') as calendar_id""",
    "sla_targets": """
        'SLA' || lpad((i % {PROJECTS})::varchar, 7, '0') as sla_id, null as service_id,
        'incident' as object_type, 1 + i // {PROJECTS} % 5 as priority,
        if(i // {PROJECTS} < 5, 'response', 'resolution') as metric,
        priority * if(metric = 'response', 15, 300) as target_minutes, null as calendar_id""",
    "personnel": """
        'user' || i as login, '人员' || i as name,
        case when i % 10 = 0 then 'change_manager' when i % 7 = 0 then 'service_desk'
             else 'engineer' end as roles""",
}  # fmt: skip
"""Columns with a meaning of their own; all others get values by their type."""

CALENDARS = """
select c.id as calendar_id, day::date as date, c.id = 'always' or isodow(day) < 6 as is_working,
    case when is_working then if(c.id = 'always', '00:00', s.a) end as open_from,
    case when is_working then if(c.id = 'always', '24:00', s.b) end as open_to,
    'Asia/Shanghai' as zone
from range(date '2024-06-01', date '2026-12-31', interval 1 day) t(day), (values ('always'), ('office')) c(id),
    (values ('09:00', '12:00'), ('13:30', '18:00')) s(a, b)
where s.a = '09:00' or c.id = 'office' and isodow(day) < 6
"""
HISTORY = """
with steps as (
    select 'incident' as object_type, incident_id as object_id, unnest([
        {'at': created_at, 'event': 'create', 'field': 'status', 'old': null, 'new': 'new', 'why': null},
        {'at': assigned_at, 'event': 'assignment', 'field': 'assigned_to', 'old': null, 'new': assigned_to,
         'why': null},
        {'at': assigned_at, 'event': 'status_change', 'field': 'status', 'old': 'new', 'new': 'assigned',
         'why': null},
        {'at': responded_at, 'event': 'status_change', 'field': 'status', 'old': 'assigned',
         'new': 'in_progress', 'why': null},
        if(h(i, 4) > 0, {'at': responded_at + to_minutes(3), 'event': 'comment', 'field': 'comments',
         'old': null, 'new': 'asked the user for the error message', 'why': null}, null),
        if(held, {'at': hold_at, 'event': 'status_change', 'field': 'status',
         'old': 'in_progress', 'new': 'on_hold', 'why': reason}, null),
        if(held, {'at': hold_at + to_minutes(5 + h(i, 15)), 'event': 'status_change', 'field': 'status',
         'old': 'on_hold', 'new': 'in_progress', 'why': null}, null),
        if(resolved_at is not null, {'at': resolved_at, 'event': 'status_change', 'field': 'status',
         'old': 'in_progress', 'new': 'resolved', 'why': null}, null),
        if(closed_at is not null, {'at': closed_at, 'event': 'close', 'field': 'status',
         'old': 'resolved', 'new': 'closed', 'why': null}, null),
        if(closed_at is not null and reopened_count > 0, {'at': closed_at - to_minutes(20),
         'event': 'reopen', 'field': 'status', 'old': 'resolved', 'new': 'reopened', 'why': '问题复现'}, null),
        if(closed_at is not null and reopened_count > 0, {'at': closed_at - to_minutes(10),
         'event': 'status_change', 'field': 'status', 'old': 'reopened', 'new': 'resolved', 'why': null},
         null)]) as s, assigned_to as who
    from (select *, resolved_at is not null and h(i, 10) < 3 as held,
              responded_at + to_minutes(4 + h(i, 14)) as hold_at,
              if(h(i, 4) = 0, 'waiting_supplier', 'waiting_customer') as reason
          from incidents)
    union all
    select 'change', change_id, unnest([
        {'at': created_at, 'event': 'create', 'field': 'status', 'old': null, 'new': 'new', 'why': null},
        {'at': approved_at, 'event': 'status_change', 'field': 'status', 'old': 'new', 'new': 'scheduled',
         'why': null},
        if(actual_start is not null, {'at': actual_start, 'event': 'status_change', 'field': 'status',
         'old': 'scheduled', 'new': 'implementing', 'why': null}, null),
        if(actual_end is not null, {'at': actual_end, 'event': 'status_change', 'field': 'status',
         'old': 'implementing', 'new': 'in_review', 'why': null}, null),
        if(closed_at is not null, {'at': closed_at, 'event': 'close', 'field': 'status',
         'old': 'in_review', 'new': 'closed', 'why': null}, null)]), implementer
    from changes)
select object_type, object_id, 0 as seq, s.event as event_type, s.field, s.old as old_value,
    s.new as new_value, s.at as changed_at, who as changed_by, s.why as reason
from steps where s is not null
"""


def size(table: str, scale: float) -> int:
    """Rows of a table; no round number, which would look like a cut export."""
    return FIXED.get(table) or round(SIZES.get(table, OTHERS) * scale) + 17


def created(number: str, many: int) -> str:
    """The moment at which a row of many was made: all over the year, in the order of numbers."""
    return f"timestamp '2025-01-01' + to_seconds({number} * {YEAR} // {many} + h({number}, 900))"


def picked(table: str, scale: float) -> str:
    """The number of some row of a table, always the same one for the same row and column."""
    prefix = {"projects": "P", "slas": "SLA"}.get(table, table[:3].upper())
    return f"'{prefix}' || lpad(h(i, {size(table, scale)})::varchar, 7, '0')"


def person(number: str) -> str:
    return f"'user' || h({number}, {PEOPLE})"


def filler(table: Table, column: Column, scale: float) -> str:
    """A value of the column's type: a few of the cells are empty, all of them plausible."""
    salt = f"i + {sum(map(ord, table.name + column.name))}"
    made = any(c.name == "created_at" for c in table.columns)
    begun = "created_at" if made else "{created}"
    to = next((t.name for t in model().values() if t.key == (column.name,)), "")
    to = column.key.removeprefix("fk ").partition(".")[0] if column.key[:2] == "fk" else to
    if column.key == "pk" and len(table.key) == 1:
        return picked(table.name, scale).replace(f"h(i, {size(table.name, scale)})", "i")
    if column.name == "calendar_id":
        value = "'office'"
    elif to in model():
        value = picked(to, scale)
    elif column.enum:
        values = literal([int(v) if column.type == "INTEGER" else v for v in column.enum])
        value = f"{values}[1 + h(i, {len(column.enum)})]"
    elif column.is_time:
        value = f"({begun} + to_minutes(h(i, 9000)))::{column.type}"
    elif column.type == "VARCHAR" and column.name.endswith(("_id", "_code", "category", "team")):
        value = f"'{column.name} ' || h(i, 40)"
    elif column.name == "assignment_group":
        value = "'Group ' || h(i, 60)"
    elif column.type == "VARCHAR" and column.name.endswith(
        ("_by", "_to", "owner", "er", "or", "assignee", "recorded_by")
    ):
        value = person("i")
    elif column.type == "VARCHAR":
        value = f"'{column.name} 说明 ' || h(i, 900)"
    else:
        value = {"BOOLEAN": "h(i, 5) > 0"}.get(column.type, "h(i, 30)")
    value = value.replace("h(i,", f"h({salt},")
    return value if column.key == "pk" else f"if(h({salt} + 7, 40) = 0, null, {value})"


def select(table: Table, scale: float) -> str:
    """The SELECT of a table's rows."""
    many = size(table.name, scale)
    words = {
        "{created}": created("i", many), "{PROJECTS}": str(PROJECTS),
        "{its_change}": f"i % {size('changes', scale)}",
        "{change_created}": created("_change", size("changes", scale)),
        "{project}": "'P' || lpad(i::varchar, 7, '0')",
        **{f"{{{t[:-1]}}}": picked(t, scale) for t in ("incidents", "problems", "changes")},
    }  # fmt: skip
    own = COLUMNS.get(table.name, "")
    rest = [
        f"{filler(table, c, scale)} as {c.name}"
        for c in table.columns
        if not re.search(rf"\bas {c.name}\b", own) and c.name != "source_key"
    ]
    text = ", ".join(filter(None, [own, *rest]))
    for word, sql in words.items():
        text = text.replace(word, sql)
    return f"select i, {text} from range({many}) t(i)"


def exports(folder: Path, scale: float) -> list[Path]:
    """Every canonical table as a CSV, made where this model's are not there yet; the files."""
    made = zlib.crc32(Path(__file__).read_bytes() + repr(model()).encode())
    folder /= f"{scale:g}-{made:08x}"
    files = {t: folder / f"{t}.csv" for t in model()}
    if not all(f.exists() for f in files.values()):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "itssrules.toml").write_text(SETTINGS, encoding="utf-8")
        con = duckdb.connect()
        con.execute("create macro h(i, n) as (hash(i * 7919 + n) % n)::bigint")
        for name, table in model().items():
            special = {"calendars": CALENDARS, "status_history": HISTORY}
            con.execute(f"create table {name} as {special.get(name) or select(table, scale)}")
            columns = [d[0] for d in con.execute(f"select * from {name} limit 0").description]
            kept = ", ".join(c for c in columns if table.column(c))
            con.execute(f"copy (select {kept} from {name}) to '{files[name].as_posix()}' (header)")
        con.close()
    return list(files.values())


def typed_load(files: list[Path], database: Path) -> None:
    """What DuckDB takes for the same files where it is told every type."""
    database.unlink(missing_ok=True)
    con = duckdb.connect(str(database))
    for file in files:
        with file.open(encoding="utf-8") as lines:
            names = lines.readline().strip().split(",")
        types = {n: c.type for n in names if (c := model()[file.stem].column(n))}
        con.execute(
            f"create table {file.stem} as select * from read_csv('{file.as_posix()}', columns = {types},"
            " auto_detect = false, header = true)"
        )
    con.close()
    database.unlink()


def quiet(_: str) -> None:
    """Say nothing of what is being read."""


class Clock:
    """Seconds and CPU seconds of named steps."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float, float]] = []

    def time(self, name: str, work: Callable[[], T]) -> T:
        used, began = cpu(), time.perf_counter()
        result = work()
        self.steps.append((name, time.perf_counter() - began, cpu() - used))
        return result


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def judged(loaded: Loaded, context: Context) -> tuple[Clock, Clock, list[RuleResult]]:
    """Every fact and every rule, timed one by one."""
    facts, rules, book = Clock(), Clock(), loaded.book.rules
    for fact in loaded.book.facts:
        users = [replace(r, facts=(fact,)) for r in book if fact in r.facts]
        if users:
            facts.time(fact.name, partial(make, context, users))
    results = [rules.time(r.id, partial(assess_rule, context, r)) for r in book]
    rules.time("citing", lambda: cite(context.con, book))
    return facts, rules, results


def line(name: str, seconds: float, used: float, more: str = "") -> None:
    print(f"{name:34}{seconds:9.2f} s {used:9.2f} s CPU  {more}".rstrip())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, help="where the exports are made, or were before")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return measured(args.folder or Path(scratch), args.scale)


def measured(folder: Path, scale: float) -> int:
    files = exports(folder, scale)
    for file in files:
        file.read_bytes()
    here, clock = files[0].parent, Clock()
    setup = start((), here / "itssrules.toml")
    clock.time("typed load by DuckDB", lambda: typed_load(files, folder / "typed.duckdb"))
    loaded = clock.time(
        "intake, measured apart", lambda: _load(setup, [here], None, None, quiet, None)
    )
    request = _request(setup, loaded, AS_OF, ())
    context = clock.time(
        "what all rules share",
        lambda: prepare(loaded.con, loaded.book, request, loaded.intake, setup.config),
    )
    facts, rules, results = judged(loaded, context)
    said = {r.rule.id: r for r in results}
    slowest = sorted(rules.steps, key=lambda s: -s[1])
    for name, seconds, used in facts.steps:
        line(f"fact {name}", seconds, used)
    for name, seconds, used in slowest[:SHOWN]:
        line(f"rule {name}", seconds, used, outcome(said.get(name)))
    rest = slowest[SHOWN:]
    line(f"the other {len(rest)}", sum(s for _, s, _ in rest), sum(c for *_, c in rest))
    for name, seconds, used in clock.steps:
        line(name, seconds, used)
    every = [*clock.steps[2:], *facts.steps, *rules.steps]
    seconds, used = (sum(step[n] for step in every) for n in (1, 2))
    line(f"all {len(results)} rules and {len(facts.steps)} facts", seconds, used)
    _, load, load_used = clock.steps[0]
    print(
        f"ratio {seconds / load:.2f} (CPU {used / load_used:.2f}); at most {TARGET} at full scale"
    )
    return 0


def outcome(result: RuleResult | None) -> str:
    if result is None:
        return ""
    return (
        f"{result.error or result.status}: {result.nonconforming:,} of {result.population:,},"
        f" {result.not_assessed:,} not assessed"
    )


if __name__ == "__main__":
    sys.exit(main())
