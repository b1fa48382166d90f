"""Days and moments as a user writes them on the command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from itssrules.errors import UsageError

YEARS = range(1980, 2101)
"""Years that exports are read for."""


def moment(text: str, zone: str) -> str:
    """A day as its last second in `zone`, a time as it is; ISO text in UTC."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return last_second(_day(text), zone)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", text):
            raise ValueError("neither a day nor a time")
        found = datetime.fromisoformat(text)
        return _utc(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))
    except ValueError as e:
        raise UsageError(
            f"{text!r} is no date of an audit", place="--as-of", hint="write it as 2025-12-31"
        ) from e


def period(text: str, zone: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """`A..B` as its two days, and as the first and last second of them in UTC."""
    try:
        first, last = (_day(part) for part in text.split(".."))
        if last < first:
            raise ValueError("ends before it begins")
    except ValueError as e:
        raise UsageError(
            f"{text!r} is no period", place="--period", hint="write it as 2026-01-01..2026-06-30"
        ) from e
    began = _utc(datetime.combine(first, datetime.min.time(), ZoneInfo(zone)))
    return (first.isoformat(), last.isoformat()), (began, last_second(last, zone))


def last_second(day: date, zone: str) -> str:
    """The last second of a local day, as ISO text in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return _utc(midnight.astimezone(UTC) - timedelta(seconds=1))


def _day(text: str) -> date:
    found = date.fromisoformat(text.strip())
    if found.year not in YEARS:
        raise ValueError("beyond the years that exports are read for")
    return found


def _utc(found: datetime) -> str:
    if found.year not in YEARS:
        raise ValueError("beyond the years that exports are read for")
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
