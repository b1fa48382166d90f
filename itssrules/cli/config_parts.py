"""Reading TOML values with every fault gathered: leaf readers, tables of keys, lists of tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from itssrules.errors import ConfigError, UsageError, did_you_mean

NO_ZONES = ("localtime", "posixrules", "Factory")
"""Names of the zone database that stand for no place, or for this machine's."""
DAY_MINUTES = 24 * 60
MOST_SPANS = 4
"""Spans of service hours that one day can have."""
YEARS = (1980, 2100)
Spans = tuple[tuple[int, int], ...]
Reader = Callable[[Any, "Place"], Any]
Keys = Mapping[str, tuple[str, Reader]]
"""Key of the file -> name of the field that it fills, and what reads it."""


class Wrong(Exception):
    """A value cannot be used: the problem, and the next step."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem, self.hint = problem, hint


class ConfigErrors(ConfigError):
    """Several faults of one settings file."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems in the settings; nothing was run")

    def __str__(self) -> str:
        return "\n".join([*(str(p) for p in self.problems), self.problem])


@dataclass(frozen=True)
class Place:
    """A dotted key of a settings file; faults of the whole file gather in `problems`."""

    path: Path
    key: str
    problems: list[ConfigError]
    name: str = ""
    """The last word of the key, as it is meant."""

    def at(self, name: str) -> Place:
        """The place of a key below this one."""
        word = name if re.fullmatch(r"[\w-]+", name) else f'"{name}"'
        return Place(self.path, f"{self.key}.{word}" if self.key else word, self.problems, name)

    def nth(self, number: int) -> Place:
        """The place of an entry of a list, counted from 1."""
        return Place(self.path, f"{self.key}[{number}]", self.problems)

    def fault(self, problem: str, hint: str = "") -> None:
        """Note a problem here."""
        place = f"{self.path}: {self.key}" if self.key else str(self.path)
        self.problems.append(ConfigError(problem, place=place, hint=hint))

    def unknown(self, name: str, known: Sequence[str]) -> None:
        """Note a key that means nothing here."""
        self.problems.append(
            ConfigError(
                f"unknown key {self.at(name).key}", place=str(self.path),
                hint=did_you_mean(name, known),
            )
        )  # fmt: skip

    def read(self, reader: Reader, value: Any) -> Any:
        """What `reader` makes of the value here; None, and a fault noted, where it cannot."""
        try:
            return reader(value, self)
        except Wrong as e:
            self.fault(e.problem, e.hint)
            return None


def fields(data: Any, place: Place, keys: Keys, required: Collection[str] = ()) -> dict[str, Any]:
    """The fields that a TOML table fills; unknown, missing and faulty keys are noted."""
    found = {}
    for name, value in as_table(data).items():
        if name not in keys:
            place.unknown(name, list(keys))
            continue
        field, reader = keys[name]
        read = place.at(name).read(reader, value)
        if read is not None:
            found[field] = read
    for name in required:
        if name not in data:
            place.fault(f"has no {name}", f"add {name} = …")
    return found


def each(reader: Reader, names: Sequence[str] = ()) -> Reader:
    """Reads a table whose keys are names (one of `names` where given), each value alike."""

    def read(data: Any, place: Place) -> dict[str, Any]:
        found = {}
        for name, value in as_table(data).items():
            if names and name not in names:
                place.unknown(name, names)
                continue
            item = place.at(name).read(reader, value)
            if item is not None:
                found[name] = item
        return found

    return read


def listed(reader: Reader, written: str, name: str = "") -> Reader:
    """Reads a list of tables; `name` is the key that an entry is called by in messages."""

    def read(data: Any, place: Place) -> tuple[Any, ...]:
        if not isinstance(data, list) or not all(isinstance(d, dict) for d in data):
            raise Wrong("must be a list of tables", f"write it as {written}")
        found = []
        for number, entry in enumerate(data, 1):
            own = entry.get(name)
            here = place.at(own) if own and isinstance(own, str) else place.nth(number)
            item = here.read(reader, entry)
            if item is not None:
                found.append(item)
        return tuple(found)

    return read


def as_table(data: Any) -> dict[str, Any]:
    """The value if it is a table."""
    if not isinstance(data, dict):
        raise Wrong("must be a table")
    return data


def text(value: Any, place: Place) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong("must be a text in quotation marks that says something")
    return value


def texts(value: Any, place: Place) -> tuple[str, ...]:
    """A list of texts, none empty."""
    if not isinstance(value, list) or not value:
        raise Wrong("must be a list of texts", 'write it as ["…", "…"]')
    return tuple(text(v, place) for v in value)


def folders(value: Any, place: Place) -> tuple[Path, ...]:
    """Folders, relative to the settings file."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Wrong("must be a list of folders", 'write it as ["our-rules"]')
    return tuple(place.path.parent / v for v in value)


def file(value: Any, place: Place) -> Path:
    """An existing file, relative to the settings file."""
    found = place.path.parent / text(value, place)
    if not found.is_file():
        raise Wrong(f"no such file: {value}", "paths are relative to the settings file")
    return found


def day(value: Any, place: Place) -> date:
    """A TOML date."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Wrong("must be a day", "write it without quotation marks, as 2026-01-01")
    if not YEARS[0] <= value.year <= YEARS[1]:
        raise Wrong(f"{value} lies beyond the years that exports are read for")
    return value


def number(least: int, most: int | None = None) -> Reader:
    """Reads a whole number within bounds."""

    def read(value: Any, place: Place) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("must be a whole number")
        if value < least or (most is not None and value > most):
            bounds = f"from {least} to {most}" if most is not None else f"{least} or more"
            raise Wrong(f"{value} is out of bounds", f"write a number {bounds}")
        return value

    return read


def switch(value: Any, place: Place) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong("must be true or false, without quotation marks")
    return value


def word(known: Sequence[str]) -> Reader:
    """Reads one of the known words."""

    def read(value: Any, place: Place) -> str:
        if value not in known:
            raise Wrong(f"{value!r} is not known here", did_you_mean(str(value), known))
        return str(value)

    return read


def value(given: Any, place: Place) -> object:
    """A parameter's value: a number, a switch, a text or a list of texts; its rule judges more."""
    if isinstance(given, list) and all(isinstance(v, str) for v in given):
        return tuple(given)
    if not isinstance(given, bool | int | float | str):
        raise Wrong("must be a number, true or false, a text or a list of texts")
    return given


def zone(given: Any, place: Place) -> str:
    """The name of a time zone."""
    named = isinstance(given, str) and given in available_timezones()
    if not named or given in NO_ZONES:
        raise Wrong(f"no time zone is called {given!r}", "write it as Asia/Shanghai")
    return str(given)


def check_zone(name: Any, place: str) -> str:
    """The name of a time zone given as an option; UsageError where there is none of that name."""
    try:
        return zone(name, Place(Path(), "", []))
    except Wrong as e:
        raise UsageError(e.problem, place=place, hint=e.hint) from e


def duration(given: Any, place: Place) -> float:
    """Minutes of a duration such as 15m, 4h or 1h30m."""
    match = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m)?", str(given).strip())
    if isinstance(given, str) and re.fullmatch(r"\s*\d+(\.\d+)?\s*d\s*", given):
        raise Wrong(
            f"{given!r}: a day of service hours has no fixed length", "say it in hours, as 16h"
        )
    minutes = float(match[1] or 0) * 60 + float(match[2] or 0) if match else 0
    if not isinstance(given, str) or minutes <= 0:
        raise Wrong(f"{given!r} is no duration", "write hours or minutes, as 4h, 15m or 1h30m")
    return minutes


def spans(given: Any, place: Place) -> Spans:
    """Service hours of a day, in order; an empty list closes it."""
    if not isinstance(given, list):
        raise Wrong("must be a list of hours", 'write it as ["09:00-12:00", "13:30-18:00"] or []')
    found = sorted(_span(v) for v in given)
    if len(found) > MOST_SPANS:
        raise Wrong(f"has more than {MOST_SPANS} spans")
    for before, after in pairwise(found):
        if after[0] < before[1]:
            raise Wrong(f"{shown(before)} and {shown(after)} overlap")
    return tuple(found)


def _span(given: Any) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", str(given).strip())
    if not match:
        raise Wrong(f"{given!r} are no hours", "write them as 09:00-18:00, midnight as 24:00")
    hours = [int(g) for g in match.groups()]
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if hours[1] > 59 or hours[3] > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        raise Wrong(f"{given!r} names a time that no clock shows", "hours go from 00:00 to 24:00")
    if end <= start:
        raise Wrong(
            f"{given!r} ends before it begins",
            "split hours over midnight: 22:00-24:00 on one day, 00:00-06:00 on the next",
        )
    return start, end


def shown(span: tuple[int, int]) -> str:
    """A span as it is written in the file."""
    return f"{clock(span[0])}-{clock(span[1])}"


def clock(minutes: int) -> str:
    """Minutes from midnight as HH:MM."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
