"""What a firm declares in its settings: sources, projects, people, agreements, calendars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A named source of exports.

    `files` are glob patterns of the files that belong to it, over the file's name or the end of its
    path (`oa/*.csv`); without them every file of `connector` does. `ids_of` names the source
    whose record numbers its rows cite. `from_day` and `to_day` are the first and last local day of
    the declared export window; `counts` the number of records per table that the tool itself
    shows; `gaps` the firm's written reason why missing numbers and days are no loss.
    """

    name: str
    connector: str = ""
    files: tuple[str, ...] = ()
    zone: str = ""
    ids_of: str = ""
    from_day: date | None = None
    to_day: date | None = None
    counts: dict[str, int] = field(default_factory=dict)
    gaps: str = ""


@dataclass(frozen=True)
class Project:
    """A project and how its records are told: `match` maps a canonical column to glob patterns.

    A record belongs to the first project of which one column matches. `params` (rule id ->
    parameter -> value) and `settings` hold in this project in place of the firm's.
    """

    id: str
    name: str = ""
    customer: str = ""
    zone: str = ""
    calendar: str = ""
    match: dict[str, tuple[str, ...]] = field(default_factory=dict)
    params: dict[str, dict[str, object]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A promised time in minutes of the calendar, for one object type, priority and metric.

    An empty `service` means every service, `priority` None every priority.
    """

    metric: str
    minutes: float
    object_type: str = "incident"
    service: str = ""
    priority: int | None = None


@dataclass(frozen=True)
class Agreement:
    """A service level agreement as declared: in force from and to these days, both included."""

    id: str
    project: str
    calendar: str
    from_day: date | None = None
    to_day: date | None = None
    silence_days: int | None = None
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Service hours: spans (minutes from midnight, 1440 allowed) for each weekday, Monday first.

    With `holidays` `CN` public holidays are closed and make-up working days have the hours of
    `makeup` (those of Monday unless said). `days` gives single days hours of their own; an empty
    tuple closes the day.
    """

    id: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: str = ""
    makeup: tuple[tuple[int, int], ...] = ()
    days: dict[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """Everything that a settings file declares. `zone` is the wall clock of sources without one.

    `people` maps a role to names, accounts and groups; `params` a rule to its changed parameters;
    `excluded` a rule or checkpoint to the written reason why it is left out; `refs` a rule to the
    firm's own reference table.
    """

    path: Path | None = None
    sha256: str = ""
    organisation: str = ""
    zone: str = ""
    rules: tuple[Path, ...] = ()
    connectors: tuple[Path, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    projects: tuple[Project, ...] = ()
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    calendars: dict[str, Calendar] = field(default_factory=dict)
    params: dict[str, dict[str, object]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)
    refs: dict[str, Path] = field(default_factory=dict)
