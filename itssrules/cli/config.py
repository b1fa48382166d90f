"""itssrules.toml: found upward, read once, every fault said at once, unknown keys refused."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from itssrules.cli.config_parts import (
    DAY_MINUTES,
    ConfigErrors,
    Keys,
    Place,
    Spans,
    as_table,
    check_zone,
    day,
    duration,
    each,
    fields,
    file,
    folders,
    listed,
    number,
    spans,
    switch,
    text,
    texts,
    value,
    word,
    zone,
)
from itssrules.errors import ConfigError, did_you_mean, not_utf8
from itssrules.model.settings import Agreement, Calendar, Project, Settings, Source, Target
from itssrules.model.tables import ORGANISATION, UNATTRIBUTED, find_column, model

__all__ = ["DEFAULT_ZONE", "NAME", "ROLES", "check_zone", "find", "read"]

NAME = "itssrules.toml"
DEFAULT_ZONE = "Asia/Shanghai"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = ("CN",)
ROLES = (
    "service_desk", "engineer", "incident_manager", "problem_manager", "change_manager",
    "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager",
    "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager",
    "cab_member",
)  # fmt: skip
"""Roles of the personnel register, which `[people]` may give."""


def find(start: Path) -> Path | None:
    """The nearest itssrules.toml in `start` or a folder above it."""
    places = [start, *start.resolve().parents]
    return next((p / NAME for p in places if (p / NAME).is_file()), None)


def read(path: Path | None) -> Settings:
    """Settings of the file, or the defaults; ConfigError with all that cannot be used."""
    if path is None:
        return Settings()
    try:
        written = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(written)
    except UnicodeDecodeError as e:
        raise ConfigError(**not_utf8(path, e)) from e
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise ConfigError(f"cannot be read: {e}", place=str(path)) from e
    place = Place(path, "", [])
    found = fields(data, place, _keys(data))
    _check_sources(found.get("sources", {}), place.at("sources"))
    _check_projects(found.get("projects", ()), data, place.at("projects"))
    found["agreements"] = _checked_agreements(found, data, place.at("sla"))
    if len(place.problems) > 1:
        raise ConfigErrors(place.problems)
    if place.problems:
        raise place.problems[0]
    return Settings(path=path, sha256=hashlib.sha256(written.encode()).hexdigest(), **found)


# --------------------------------------------------------------------------------- what keys mean


def _enum(column: str) -> tuple[str, ...]:
    found = find_column(column)
    return found.enum if found else ()


def _columns() -> list[str]:
    return sorted({c.name for t in model().values() for c in t.columns} | {"id"})


def _keys(data: dict[str, Any]) -> Keys:
    fallback = data.get("zone", "")
    return {
        "organisation": ("organisation", text),
        "zone": ("zone", zone),
        "rules": ("rules", _paths),
        "connectors": ("connectors", _paths),
        "sources": ("sources", each(_source)),
        "projects": ("projects", listed(_project, "[[projects]]", "id")),
        "people": ("people", each(texts, ROLES)),
        "calendars": ("calendars", each(lambda v, p: _calendar(v, p, fallback))),
        "sla": ("agreements", listed(_agreement, "[[sla]]", "id")),
        "params": ("params", _params),
        "settings": ("settings", each(value)),
        "exclude": ("excluded", each(text)),
        "refs": ("refs", each(file)),
    }


def _paths(data: Any, place: Place) -> tuple[Path, ...]:
    found = fields(data, place, {"paths": ("paths", folders)})
    return cast("tuple[Path, ...]", found.get("paths", ()))


_params = each(each(value))


def _source(data: Any, place: Place) -> Source:
    found = fields(data, place, {
        "zone": ("zone", zone),
        "from": ("from_day", day),
        "to": ("to_day", day),
        "ids_of": ("ids_of", text),
        "connector": ("connector", text),
        "files": ("files", texts),
        "gaps": ("gaps", text),
        "counts": ("counts", each(number(0), list(model()))),
    })  # fmt: skip
    _check_window(found, place)
    return Source(name=place.name, **found)


def _project(data: Any, place: Place) -> Project:
    found = fields(data, place, {
        "id": ("id", text),
        "name": ("name", text),
        "customer": ("customer", text),
        "zone": ("zone", zone),
        "calendar": ("calendar", text),
        "match": ("match", each(texts, _columns())),
        "params": ("params", _params),
        "settings": ("settings", each(value)),
    }, ("id",))  # fmt: skip
    return Project(**{"id": "", **found})


def _agreement(data: Any, place: Place) -> Agreement:
    found = fields(data, place, {
        "id": ("id", text),
        "project": ("project", text),
        "calendar": ("calendar", text),
        "from": ("from_day", day),
        "to": ("to_day", day),
        "silence_days": ("silence_days", number(0)),
        "targets": ("targets", listed(_targets, "[[sla.targets]]")),
    }, ("id", "project", "targets"))  # fmt: skip
    _check_window(found, place)
    targets = tuple(t for several in found.pop("targets", ()) for t in several)
    _check_targets(targets, place.at("targets"))
    return Agreement(**{"id": "", "project": "", "calendar": "", **found}, targets=targets)


def _targets(data: Any, place: Place) -> tuple[Target, ...]:
    """The promises of one table: a target for each metric that it names."""
    metrics = [m for m in _enum("sla_targets.metric") if m != "availability"]
    found = fields(data, place, {
        "priority": ("priority", number(1, 5)),
        "service": ("service", text),
        "object": ("object_type", word(_enum("sla_targets.object_type"))),
        **{m: (m, duration) for m in metrics},
    })  # fmt: skip
    if not any(m in data for m in metrics):
        place.fault("promises nothing", f"name one of {', '.join(metrics)}")
    given = {m: found.pop(m) for m in metrics if m in found}
    return tuple(Target(metric=m, minutes=minutes, **found) for m, minutes in given.items())


def _calendar(data: Any, place: Place, fallback: str) -> Calendar:
    found = fields(data, place, {
        "zone": ("zone", zone),
        "holidays": ("holidays", word(HOLIDAYS)),
        "always": ("always", switch),
        "hours": ("hours", spans),
        "makeup": ("makeup", spans),
        "days": ("days", _days),
        **{d: (d, spans) for d in WEEKDAYS},
    })  # fmt: skip
    if "zone" not in data and not fallback:
        place.fault("has no zone", 'add zone = "Asia/Shanghai" here or at the top of the file')
    week = _week(found, as_table(data), place)
    said = [d for d in (*WEEKDAYS, "hours") if d in found]
    if said and not any((*week, *found.get("days", {}).values())):
        place.fault("never opens", "give it hours on some day, or always = true")
    if found.get("makeup") == ():
        place.at("makeup").fault("names no hours", f"close single days in {place.key}.days")
    return Calendar(
        place.name, found.get("zone", fallback), week, found.get("holidays", ""),
        found.get("makeup", ()),
        found.get("days", {}),
    )  # fmt: skip


def _week(found: dict[str, Any], data: dict[str, Any], place: Place) -> tuple[Spans, ...]:
    """Hours of Monday to Sunday."""
    said = [k for k in ("hours", *WEEKDAYS) if k in data]
    if found.get("always"):
        others = [*said, *(k for k in ("holidays", "makeup") if k in data)]
        if others:
            place.fault(
                f"is open always, and yet says {', '.join(others)}", "leave one of them out"
            )
        return (((0, DAY_MINUTES),),) * 7
    if not said and not data.get("always"):
        place.fault("says no hours", 'add hours = ["09:00-18:00"], mon to sun, or always = true')
    if "makeup" in data and "holidays" not in data:
        place.fault("has hours for make-up days and no holidays", 'add holidays = "CN"')
    plain = found.get("hours", ())
    return tuple(found.get(d, plain if n < 5 else ()) for n, d in enumerate(WEEKDAYS))


def _days(data: Any, place: Place) -> dict[date, Spans]:
    found = {}
    for name, hours in as_table(data).items():
        try:
            key = date.fromisoformat(name)
        except ValueError:
            place.at(name).fault(f"{name!r} is no day", "write it as 2026-02-14")
            continue
        read_hours = place.at(name).read(spans, hours)
        if read_hours is not None:
            found[key] = read_hours
    return found


# ------------------------------------------------------------------------------ what fits together


def _check_window(found: dict[str, Any], place: Place) -> None:
    first, last = found.get("from_day"), found.get("to_day")
    if first and last and first > last:
        place.fault(f"from {first} lies after to {last}", "exchange them")


def _check_sources(sources: dict[str, Source], place: Place) -> None:
    """Each id space is a source's own, and each file goes to one source."""
    for name, source in sources.items():
        given = sources.get(source.ids_of)
        if source.ids_of == name or (given and given.ids_of):
            place.at(name).at("ids_of").fault(
                f"{source.ids_of} has no numbers of its own", "name the source that gives them"
            )
    whole = [s.connector or n for n, s in sources.items() if not s.files]
    for connector in _twice(whole):
        names = [n for n, s in sources.items() if not s.files and (s.connector or n) == connector]
        place.fault(
            f"every file of {connector} would belong to {' and '.join(names)}",
            'say which are whose: files = ["oa_*.csv"]',
        )


def _check_projects(projects: tuple[Project, ...], data: dict[str, Any], place: Place) -> None:
    for project_id in _twice(p.id for p in projects if p.id):
        place.fault(f"two projects have the id {project_id}", "give each its own")
    for project in projects:
        here = place.at(project.id)
        if project.id in (ORGANISATION, UNATTRIBUTED):
            here.fault("that id has a meaning of its own", "give the project another")
        if project.calendar:
            _known("calendar", project.calendar, _names(data, "calendars"), here)


def _checked_agreements(
    found: dict[str, Any], data: dict[str, Any], place: Place
) -> tuple[Agreement, ...]:
    """Agreements with the calendar of their project where they name none."""
    projects = {p.id: p for p in found.get("projects", ())}
    agreements: tuple[Agreement, ...] = found.get("agreements", ())
    for sla_id in _twice(a.id for a in agreements if a.id):
        place.fault(f"two agreements have the id {sla_id}", "give each its own")
    return tuple(
        _checked_agreement(a, projects, data, place.at(a.id) if a.id else place) for a in agreements
    )


def _checked_agreement(
    a: Agreement, projects: dict[str, Project], data: dict[str, Any], place: Place
) -> Agreement:
    if a.project:
        _known("project", a.project, [*projects], place)
    if a.calendar:
        _known("calendar", a.calendar, _names(data, "calendars"), place)
        return a
    project = projects.get(a.project)
    if project is None or project.calendar:
        return replace(a, calendar=project.calendar if project else "")
    place.fault("has no calendar, nor has its project", "the times that it allows run in one")
    return a


def _check_targets(targets: tuple[Target, ...], place: Place) -> None:
    keys = ((t.metric, t.object_type, t.service, t.priority) for t in targets)
    for metric, kind, service, priority in _twice(keys):
        whose = " ".join(str(p) for p in (kind, service, priority) if p)
        place.fault(f"{metric} is promised twice for {whose}", "keep one of them")


def _known(kind: str, name: str, names: list[str], place: Place) -> None:
    if name not in names:
        declared = "[[projects]]" if kind == "project" else f"[calendars.{name}]"
        hint = did_you_mean(name, names) or f"declare {declared}"
        place.at(kind).fault(f"no {kind} is called {name!r}", hint)


def _names(data: dict[str, Any], key: str) -> list[str]:
    found = data.get(key)
    return list(found) if isinstance(found, dict) else []


def _twice(names: Iterable[Any]) -> list[Any]:
    return [name for name, many in Counter(names).items() if many > 1]
