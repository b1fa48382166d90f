"""What the settings file itself supplies: projects, agreements, calendars and people as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from itssrules.errors import ConfigError
from itssrules.intake.sources import SETTINGS
from itssrules.model.results import Input, TableLoad
from itssrules.model.rule import Text
from itssrules.model.settings import Calendar, Settings
from itssrules.model.tables import ORGANISATION, RECORD_TYPE, Table, model
from itssrules.store import Connection, ident, literal

SOURCE = SETTINGS
READ = Text("设置文件中声明的内容", "declared in the settings file")
HEADERS: dict[str, dict[str, str]] = {
    "projects": {
        "project_id": "projects.id", "name": "projects.name", "customer": "projects.customer",
        "calendar_id": "projects.calendar",
    },
    "slas": {
        "sla_id": "sla.id", "project_id": "sla.project", "effective_from": "sla.from",
        "effective_to": "sla.to", "calendar_id": "sla.calendar",
        "silence_days": "sla.silence_days",
    },
    "sla_targets": {
        "sla_id": "sla.id", "service_id": "sla.targets.service",
        "object_type": "sla.targets.object", "priority": "sla.targets.priority",
        "metric": "sla.targets", "target_minutes": "sla.targets", "calendar_id": "sla.calendar",
    },
    "calendars": {
        "calendar_id": "calendars", "date": "calendars.days", "is_working": "calendars.hours",
        "open_from": "calendars.hours", "open_to": "calendars.hours", "zone": "calendars.zone",
    },
    "personnel": {
        "person_id": "people", "name": "people", "login": "people", "roles": "people",
    },
}  # fmt: skip
"""Columns of each table that a settings file supplies, and the key that fills them."""


@dataclass
class Row:
    """A canonical row on its way in: its own id and project, and the line of the file."""

    id: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    project: str = ORGANISATION


class _Lines:
    """Finds the line of a table in the settings file; the ordinal where it cannot be told."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def listed(self, header: str, many: int) -> list[int]:
        """Lines of the `[[header]]` tables, of which the file holds `many`."""
        pattern = rf"\s*\[\[\s*{re.escape(header)}\s*\]\]"
        found = self._matching(pattern)
        return found if len(found) == many else list(range(1, many + 1))

    def named(self, pattern: str, ordinal: int) -> int:
        """The one line that begins with `pattern`."""
        found = self._matching(rf"\s*{pattern}")
        return found[0] if len(found) == 1 else ordinal

    def _matching(self, pattern: str) -> list[int]:
        return [n for n, line in enumerate(self.lines, 1) if re.match(pattern, line)]


def declare(
    con: Connection, settings: Settings, file_id: int, first_day: date, last_day: date
) -> Input:
    """Put what the settings declare into the canonical tables of `con`, and say what it is.

    Calendars are made for whole years, from the one before `first_day` to the one after `last_day`.
    """
    if settings.path is None:
        raise ConfigError("no settings file declares anything", place=SOURCE)
    data = settings.path.read_bytes()
    lines = _Lines(data.decode("utf-8-sig"))
    years = range(first_day.year - 1, last_day.year + 2)
    made = {
        "projects": _projects(settings, lines),
        "slas": _slas(settings, lines),
        "sla_targets": _targets(settings, lines),
        "calendars": _calendars(settings, lines, years),
        "personnel": _people(settings, lines),
    }
    loads = [_put(con, model()[name], rows, file_id) for name, rows in made.items() if rows]
    return Input(
        file_id, settings.path.as_posix(), settings.sha256, len(data), "read", READ, SOURCE,
        "settings", SOURCE, "", settings.zone, "utf-8", "", (), tuple(loads), given=False,
    )  # fmt: skip


def known_years() -> tuple[int, int]:
    """First and last year of which the Chinese public holidays are known."""
    from chinese_calendar.constants import holidays

    return min(holidays).year, max(holidays).year


def open_days(
    calendar: Calendar, years: Sequence[int]
) -> Iterator[tuple[date, tuple[tuple[int, int], ...]]]:
    """Every known day of the years with its hours; days that nobody has announced are left out."""
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            hours = _hours(calendar, day)
            if hours is not None:
                yield day, hours
            day += timedelta(days=1)


def _hours(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...] | None:
    """Hours of a day: its own, else by the public holidays, else those of its weekday."""
    if day in calendar.days:
        return calendar.days[day]
    if calendar.holidays:
        kind = _public(day)
        if kind == "unknown":
            return None
        if kind in ("holiday", "makeup"):
            return (calendar.makeup or calendar.week[0]) if kind == "makeup" else ()
    return calendar.week[day.weekday()]


@cache
def _public(day: date) -> str:
    """What a day is in China: `holiday`, `makeup` (worked instead of one), `plain` or `unknown`."""
    first, last = known_years()
    if not first <= day.year <= last:
        return "unknown"
    from chinese_calendar import get_holiday_detail

    off, name = get_holiday_detail(day)
    if name is None:
        return "plain"
    return "holiday" if off else "makeup"


def _projects(settings: Settings, lines: _Lines) -> list[Row]:
    at = lines.listed("projects", len(settings.projects))
    return [
        Row(p.id, line, {
            "project_id": p.id, "name": p.name or None, "customer": p.customer or None,
            "calendar_id": p.calendar or None,
        }, p.id)
        for p, line in zip(settings.projects, at, strict=True)
    ]  # fmt: skip


def _slas(settings: Settings, lines: _Lines) -> list[Row]:
    at = lines.listed("sla", len(settings.agreements))
    return [
        Row(a.id, line, {
            "sla_id": a.id, "project_id": a.project, "effective_from": a.from_day,
            "effective_to": a.to_day, "calendar_id": a.calendar or None,
            "silence_days": a.silence_days,
        }, a.project)
        for a, line in zip(settings.agreements, at, strict=True)
    ]  # fmt: skip


def _targets(settings: Settings, lines: _Lines) -> list[Row]:
    at = lines.listed("sla", len(settings.agreements))
    return [
        Row(f"{a.id}/{number}", line, {
            "sla_id": a.id, "service_id": t.service or None, "object_type": t.object_type,
            "priority": t.priority, "metric": t.metric, "target_minutes": t.minutes,
        }, a.project)
        for a, line in zip(settings.agreements, at, strict=True)
        for number, t in enumerate(a.targets, 1)
    ]  # fmt: skip


def _calendars(settings: Settings, lines: _Lines, years: Sequence[int]) -> list[Row]:
    found = []
    for number, calendar in enumerate(settings.calendars.values(), 1):
        named = rf'\[\s*calendars\s*\.\s*"?{re.escape(calendar.id)}"?\s*\]'
        line = lines.named(named, number)
        for day, hours in open_days(calendar, years):
            found += _day(calendar, day, hours, line)
    return found


def _day(calendar: Calendar, day: date, hours: tuple[tuple[int, int], ...], line: int) -> list[Row]:
    """One row for each span of a day, and one for a closed day."""
    base = {"calendar_id": calendar.id, "date": day, "zone": calendar.zone}
    key = f"{calendar.id}/{day}"
    if not hours:
        return [Row(key, line, {**base, "is_working": False})]
    return [
        Row(f"{key}/{_clock(a)}", line, {
            **base, "is_working": True, "open_from": _clock(a), "open_to": _clock(b),
        })
        for a, b in hours
    ]  # fmt: skip


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _people(settings: Settings, lines: _Lines) -> list[Row]:
    roles: dict[str, list[str]] = {}
    for role, names in settings.people.items():
        for name in names:
            roles.setdefault(name, [])
            if role not in roles[name]:
                roles[name].append(role)
    return [
        Row(f"settings:{name}", lines.named(rf"{held[0]}\s*=", number), {
            "person_id": f"settings:{name}", "name": name, "login": name,
            "roles": ";".join(held),
        })
        for number, (name, held) in enumerate(roles.items(), 1)
    ]  # fmt: skip


def _put(con: Connection, table: Table, rows: Sequence[Row], file_id: int) -> TableLoad:
    """Insert the rows, note which columns they supply, and close the count."""
    import pyarrow as pa

    records = [
        {
            "object": table.object, "source": SOURCE, "ns": "", "id": r.id,
            "project_id": r.project, "file_id": file_id, "row_number": r.line,
        }
        for r in rows
    ]  # fmt: skip
    columns = {c.name: pa.array([r.values.get(c.name) for r in rows]) for c in table.columns}
    incoming = pa.table({"record": pa.array(records), **columns})
    con.register("declared", incoming)
    cast = ", ".join(f"cast({ident(c.name)} as {c.type})" for c in table.columns)
    con.execute(
        f"insert into {ident(table.name)} select cast(record as {RECORD_TYPE}), '', {cast},"
        " null, null from declared"
    )
    con.unregister("declared")
    headers = HEADERS[table.name]
    _supply(con, table, headers, file_id)
    return TableLoad(table.name, len(rows), len(rows), 0, 0, 0, 0, dict(headers))


def _supply(con: Connection, table: Table, headers: dict[str, str], file_id: int) -> None:
    for name, header in headers.items():
        column = table.column(name)
        precision = "day" if column and column.type == "DATE" else None
        values = (table.name, table.object, name, file_id, "", header, precision)
        con.execute(f"insert into supply values ({', '.join(literal(v) for v in values)})")
