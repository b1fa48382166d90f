"""Sentences with values put in: `{name}` and `{name:format}`, for a reader in a time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.model.tables import model, value_words

FORMATS = ("text", "time", "date", "duration", "number", "percent", "list")
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z]+))?\}")
EMPTY = {"zh": "（空）", "en": "(empty)"}


def placeholders(template: str) -> list[tuple[str, str]]:
    """(name, format) of every placeholder, in order; the format of a bare one is empty."""
    return [(m[1], m[2] or "") for m in PLACEHOLDER.finditer(template)]


def fill(template: str, values: Mapping[str, Any], lang: str, zone: ZoneInfo) -> str:
    """Put `values` into `template` once; a value is data and is never parsed again."""
    return PLACEHOLDER.sub(lambda m: show(values.get(m[1]), m[2] or "", lang, zone), template)


def in_words(values: Mapping[str, Any], tables: tuple[str, ...], lang: str) -> dict[str, Any]:
    """`values` with the words of `lang` for enumeration values of the canonical `tables`.

    A name means the enumeration of the column that bears it in one of the tables, the first of them
    before the others; a list may bear the plural (`decisions`). Any other value stays as it is.
    """
    known = _words(tables, lang)
    return {n: _worded(v, known[n]) if n in known else v for n, v in values.items()}


@cache
def is_coded(template: str) -> bool:
    """True where a placeholder of the sentence bears the name of a column with an enumeration."""
    return any(n in _words(tuple(model()), "en") for n, _ in placeholders(template))


@cache
def _words(tables: tuple[str, ...], lang: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column in (c for t in tables if t in model() for c in model()[t].columns if c.enum):
        for name in (column.name, f"{column.name}{'es' if column.name.endswith('s') else 's'}"):
            found[name] = value_words(column, lang) | found.get(name, {})
    return found


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_worded(v, words) for v in value]
    return words.get(str(value), value) if isinstance(value, str | int) else value


def show(value: Any, form: str, lang: str, zone: ZoneInfo) -> str:
    """One value as the reader of `lang` in `zone` would write it.

    Times come as datetimes or ISO text in UTC, durations in minutes, shares from 0 to 1.
    """
    if value is None or value == [] or value == "":
        return EMPTY[lang]
    if form == "duration":
        return duration(float(value), lang)
    if form == "percent":
        return f"{float(value) * 100:.1f} %"
    if form == "number" and isinstance(value, int | float):
        return f"{value:,}"
    if form == "list" or isinstance(value, list | tuple):
        parts = value if isinstance(value, list | tuple) else [value]
        return ("、" if lang == "zh" else ", ").join(show(p, "", lang, zone) for p in parts)
    moment = as_moment(value)
    if moment is not None:
        return local(moment, zone)[:10] if form == "date" else local(moment, zone)
    return str(value)


ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def as_moment(value: Any) -> datetime | date | None:
    """The moment or day that a value of the results stands for, or None for any other value."""
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, str) and ISO_TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    return None


def local(moment: datetime | date, zone: ZoneInfo) -> str:
    """A moment on the wall clock of `zone`, seconds only where there are any; a day as it is."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    here = aware.astimezone(zone)
    text = here.isoformat(" ", "seconds" if here.second else "minutes")
    return text[: 19 if here.second else 16]


def duration(minutes: float, lang: str) -> str:
    """Minutes as days, hours and minutes of the clock: 3 小时 20 分, 3 h 20 min."""
    whole = round(abs(minutes))
    days, rest = divmod(whole, 24 * 60)
    hours, mins = divmod(rest, 60)
    units = ("天", "小时", "分") if lang == "zh" else ("d", "h", "min")
    parts = [f"{n} {u}" for n, u in zip((days, hours, mins), units, strict=True) if n]
    text = " ".join(parts) or f"0 {units[2]}"
    return f"-{text}" if minutes <= -0.5 else text
