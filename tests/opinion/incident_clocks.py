"""Second opinion on the clocks of incidents: response, resolution, arrival, dispatch, pauses.

Written from the specification alone. Verdicts are the words of the report; None means unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from opinion.data import Data, Key, Opinion

Row = dict[str, Any]

YES, NO, UNSEEN, OUTSIDE = "conforming", "nonconforming", "not_assessed", "not_applicable"

VOID = {"cancelled", "rejected", "merged", "draft"}
VOID_MODES = {"duplicate", "void"}
"""Ways of closing that mean what the states merged and rejected mean."""
DONE = {"resolved", "closed"}
STEPS = {"status_change", "close", "reopen"}
STATES = {"new", "assigned", "in_progress", "on_hold", "resolved", "closed", "reopened", *VOID}
PAUSE_STATES = {"on_hold"}
ALLOWED = {"waiting_customer", "waiting_window", "force_majeure"}
REFUSED = {"waiting_supplier", "waiting_change", "waiting_part", "other"}
"""A reason in words of its own is neither: it may be an allowed one."""
DISPATCH = {1: 10, 2: 15, 3: 30, 4: 60, 5: 60}
MINUTE = timedelta(minutes=1)
LATE_LOWERING, TRIAGE = 0.7, 30
LATE_PAUSE, PAUSE_SHARE = 0.9, 0.5


class Calendar:
    """Open seconds of one service calendar between two moments of UTC."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Lay out the open spans of each local day."""
        spans: list[tuple[float, float]] = []
        self.days: set[date] = set()
        self.zone = ZoneInfo("UTC")
        for row in rows:
            self.zone = ZoneInfo(row["zone"])
            self.days.add(row["date"])
            if row["is_working"]:
                spans.append((self._at(row["date"], row["open_from"]),
                              self._at(row["date"], row["open_to"])))  # fmt: skip
        self.spans = sorted(spans)
        self.starts = [a for a, _ in self.spans]
        self.before = [0.0]
        for a, b in self.spans:
            self.before.append(self.before[-1] + b - a)
        self.gaps = [d for d in self.days if d + timedelta(days=1) not in self.days]

    def _at(self, day: date, clock: str) -> float:
        hour, minute = map(int, clock.split(":"))
        midnight = datetime.combine(day, time(), self.zone)
        return midnight.timestamp() + hour * 3600 + minute * 60

    def _until(self, moment: float) -> float:
        place = bisect_right(self.starts, moment)
        if not place:
            return 0.0
        start, end = self.spans[place - 1]
        return self.before[place - 1] + min(moment, end) - start

    def seconds(self, start: datetime, end: datetime) -> float | None:
        """Open seconds from start to end; None where a day between is not known."""
        first, last = local_day(start, self.zone), local_day(end, self.zone)
        if first not in self.days or any(first <= gap < last for gap in self.gaps):
            return None
        a, b = (t.replace(tzinfo=UTC).timestamp() for t in (start, end))
        return self._until(b) - self._until(a)


@dataclass(frozen=True)
class Target:
    """A committed time in minutes of a calendar."""

    minutes: float
    calendar: str


@dataclass
class Pause:
    """A stretch on hold: its beginning, its end (None: still on hold) and its reason."""

    start: datetime
    end: datetime | None
    reason: str | None
    untold: bool = False
    """Not a pause that is shown: the time since the last step of a history that ends too early."""


@dataclass
class Clock:
    """The gross seconds until an end, and those of them in pauses of each kind."""

    gross: float
    allowed: float = 0.0
    doubtful: float = 0.0
    pauses: list[Pause] = field(default_factory=list)

    def longest(self) -> int:
        """Net minutes if no doubtful pause counts."""
        return floor((self.gross - self.allowed) / 60)

    def shortest(self) -> int:
        """Net minutes if every doubtful pause counts."""
        return floor((self.gross - self.allowed - self.doubtful) / 60)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The local day of a moment of UTC."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


class Firm:
    """The tables of one set of data, indexed."""

    def __init__(self, data: Data) -> None:
        """Index what the rules look up."""
        self.data = data
        self.zone = ZoneInfo(data.zone)
        self.incidents = list(data.frames["incidents"].iter_rows(named=True))
        by_calendar: dict[str, list[Row]] = defaultdict(list)
        for row in data.frames["calendars"].iter_rows(named=True):
            by_calendar[row["calendar_id"]].append(row)
        self.calendars = {name: Calendar(rows) for name, rows in by_calendar.items()}
        self.slas = list(data.frames["slas"].iter_rows(named=True))
        self.targets = list(data.frames["sla_targets"].iter_rows(named=True))
        self.projects = {r["project_id"]: r for r in data.frames["projects"].iter_rows(named=True)}
        self.found: dict[tuple[Any, ...], Target | bool | None] = {}

    @cached_property
    def history(self) -> dict[tuple[str, str], list[Row]]:
        """History rows of each incident."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.data.frames["status_history"].iter_rows(named=True):
            if row["object_type"] == "incident" and row["object_id"]:
                found[row["ns"], row["object_id"]].append(row)
        return found

    @cached_property
    def clocks(self) -> dict[tuple[str, str], list[Row]]:
        """The tool's own rows on the resolution clock of each incident."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.data.frames["sla_results"].iter_rows(named=True):
            if row["object_type"] == "incident" and row["metric"] == "resolution":
                found[row["ns"], row["object_id"]].append(row)
        return found

    def rows_of(self, incident: Row) -> list[Row]:
        """The history rows of an incident."""
        return self.history.get((incident["ns"], incident["incident_id"]), [])

    def minutes(self, calendar: str, start: datetime, end: datetime) -> int | None:
        """Whole working minutes; an end up to a minute early is no wrong order, an earlier one is."""
        seconds = self.seconds(calendar, start, end)
        return None if seconds is None else floor(seconds / 60)

    def seconds(self, calendar: str, start: datetime, end: datetime) -> float | None:
        """Working seconds, None where the calendar is not known or the end stands before the start."""
        if calendar not in self.calendars or start - end >= MINUTE or end > self.data.as_of:
            return None
        return self.calendars[calendar].seconds(start, max(start, end))

    def promised(self, incident: Row, metric: str, priority: int | None) -> bool | None:
        """Whether some target surely holds, be it known which or not."""
        target = self.target(incident, metric, priority)
        if target is False or isinstance(target, Target):
            return bool(target)
        created = incident["created_at"]
        if priority is None or not incident["project_id"] or created is None:
            return None
        anyhow = self.target({**incident, "service_id": "?"}, metric, priority)
        return isinstance(anyhow, Target) or None

    def target(self, incident: Row, metric: str, priority: int | None) -> Target | bool | None:
        """The committed time; False where there is none, None where it cannot be told."""
        project, created = incident["project_id"], incident["created_at"]
        if not project or created is None:
            return None
        day = local_day(created, self.zone)
        key = (project, day, metric, priority, incident["service_id"])
        if key not in self.found:
            self.found[key] = self._target(*key)
        return self.found[key]

    def _target(
        self, project: str, day: date, metric: str, priority: int | None, service: str | None
    ) -> Target | bool | None:
        agreements = [
            s for s in self.slas
            if s["project_id"] == project and s["status"] != "draft"
            and (s["effective_from"] or date.min) <= day <= (s["effective_to"] or date.max)
        ]  # fmt: skip
        if len(agreements) > 1:
            return None
        own = [
            t for t in self.targets
            if agreements and t["sla_id"] == agreements[0]["sla_id"] and t["metric"] == metric
            and t["object_type"] in (None, "incident")
        ]  # fmt: skip
        possible = [
            t for t in own
            if (priority is None or t["priority"] in (None, priority))
            and (service is None or t["service_id"] in (None, service))
        ]  # fmt: skip
        if not possible:
            return False
        if any((priority is None and t["priority"] is not None)
               or (service is None and t["service_id"] is not None) for t in possible):  # fmt: skip
            return None
        closest = max(_closeness(t) for t in possible)
        best = {
            (t["target_minutes"], t["calendar_id"] or agreements[0]["calendar_id"])
            for t in possible if _closeness(t) == closest
        }  # fmt: skip
        if len(best) > 1:
            return None
        minutes, calendar = best.pop()
        return Target(minutes, calendar) if minutes is not None and calendar else None

    @cached_property
    def reasons(self) -> dict[str, tuple[bool, bool]]:
        """Whether each tool gives reasons in its history, and on its records."""
        given: dict[str, set[str]] = defaultdict(set)
        for (ns, _), rows in self.history.items():
            if any(r["reason"] for r in rows if _of_state(r) and r["new_value"] in PAUSE_STATES):
                given[ns].add("history")
        for incident in self.incidents:
            if incident["on_hold_reason"]:
                given[incident["ns"]].add("record")
        return {ns: ("history" in g, "record" in g) for ns, g in given.items()}

    def ended(self, incident: Row) -> datetime | None:
        """When an incident was solved, else closed; now for an open one; None if that is not told."""
        end: datetime | None = incident["resolved_at"] or incident["closed_at"]
        if incident["status"] in DONE:
            return end
        at_work = incident["status"] in {"new", "assigned", "in_progress", "on_hold"}
        if incident["status"] == "reopened" or (at_work and end is None):
            return self.data.as_of
        return None

    def pauses(self, incident: Row, end: datetime) -> list[Pause] | None:
        """The pauses of an incident until `end`, None where its history does not tell them."""
        created = incident["created_at"]
        if not self.data.complete_over("status_history", incident["ns"], created, end):
            return None
        rows = _steps(self.rows_of(incident))
        if rows is None or _torn(rows) or not (rows or incident["status"] == "new"):
            return None
        if _never_paused(incident, rows):
            return []
        return self._stops(incident, rows, end)

    def _stops(self, incident: Row, rows: list[Row], end: datetime) -> list[Pause]:
        """The pauses that these steps show, and the time of an open incident of which they tell nothing."""
        found = []
        for n, step in enumerate(rows):
            after = rows[n + 1]["changed_at"] if n + 1 < len(rows) else None
            present = after is None and step["new_value"] == incident["status"]
            untold = after is None and not present and end == self.data.as_of
            if step["new_value"] in PAUSE_STATES or untold:
                reason = step["reason"] if after or present else None
                reason = reason or (incident["on_hold_reason"] if present else None)
                found.append(Pause(step["changed_at"], after, reason, untold))
        return [p for p in found if p.start < end and (p.end or end) > incident["created_at"]]

    def clock(self, incident: Row, calendar: str, end: datetime) -> Clock | None:
        """Gross time and pauses until `end`; None where gross or pauses are not known."""
        created = incident["created_at"]
        gross = self.seconds(calendar, created, end)
        pauses = self.pauses(incident, end)
        if gross is None or pauses is None:
            return None
        clock = Clock(gross)
        for pause in pauses:
            start, stop = max(pause.start, created), min(pause.end or end, end)
            length = self.seconds(calendar, start, stop) if start < stop else 0.0
            if length is None:
                return None
            if pause.reason in ALLOWED:
                clock.allowed += length
                clock.pauses.append(Pause(start, stop, pause.reason))
            elif pause.reason not in REFUSED:
                clock.doubtful += length
        return clock

    def tool_clock(self, incident: Row, calendar: str, end: datetime) -> Clock | None:
        """The tool's own paused minutes, of which no reason is known."""
        gross = self.seconds(calendar, incident["created_at"], end)
        own = self.tool_paused(incident, calendar, end)
        return None if gross is None or own is None else Clock(gross, doubtful=own)

    def tool_paused(self, incident: Row, calendar: str | None, end: datetime) -> float | None:
        """The seconds that the tool left out.

        They serve where the pause is over and what a damaged history shows of pauses fits into them.
        """
        own = {r["paused_minutes"] for r in self.clocks.get(
            (incident["ns"], incident["incident_id"]), [])}  # fmt: skip
        if not own or None in own or incident["status"] in PAUSE_STATES:
            return None
        rows = [r for r in self.rows_of(incident) if _of_state(r)]
        legible = _ordered(filter(_legible, rows))
        if any(r["new_value"] in PAUSE_STATES and r["changed_at"] is None for r in rows):
            return None
        stops = []
        if any({r["old_value"], r["new_value"]} & PAUSE_STATES for r in legible):
            stops = self._stops(incident, legible, end)
            stops = [p for p in stops if p.reason not in REFUSED]
        if calendar is None:
            return None if stops else max(own) * 60
        created = incident["created_at"]
        seen = sum(
            self._open(calendar, max(p.start, created), min(p.end or end, end)) for p in stops
        )
        return max(own) * 60 if floor(seen / 60) <= max(own) else None

    def _open(self, calendar: str, start: datetime, end: datetime) -> float:
        return (self.seconds(calendar, start, end) or 0.0) if start < end else 0.0


def _closeness(target: Row) -> tuple[bool, bool]:
    """A target for the service goes before one for the priority."""
    return target["service_id"] is not None, target["priority"] is not None


def _of_state(row: Row) -> bool:
    """Whether a row tells of the state: by the name of the field, or without one by the event."""
    return row["field"] == "status" or (row["field"] is None and row["event_type"] in STEPS)


def _nameless(row: Row) -> bool:
    """Whether a row may tell of any field."""
    return row["field"] is None and row["event_type"] in (None, "field_change", "other")


def _legible(row: Row) -> bool:
    """Whether a row of the state tells when it changed and to what; a closing needs no name."""
    return row["changed_at"] is not None and bool(
        row["new_value"] or row["event_type"] in ("close", "reopen")
    )


def _ordered(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (r["changed_at"], r["seq"] or 0, r["new_value"] or ""))


def _steps(rows: list[Row]) -> list[Row] | None:
    """The rows of the state in order; None if one cannot be read, or may tell of any field."""
    steps = [r for r in rows if _of_state(r)]
    if any(_nameless(r) for r in rows) or not all(map(_legible, steps)):
        return None
    return _ordered(steps)


def _never_paused(incident: Row, steps: list[Row]) -> bool:
    """Whether no state that a history shows is a pause, nor the record's own."""
    return not {*(r["new_value"] for r in steps), incident["status"]} & PAUSE_STATES


def _torn(steps: list[Row]) -> bool:
    """Whether a pause is left that was not entered, or the order of two steps is not told."""
    before: Row | None = None
    for step in steps:
        paused = before is not None and before["new_value"] in PAUSE_STATES
        if step["old_value"] is not None and (step["old_value"] in PAUSE_STATES) != paused:
            return True
        if before is not None and before["changed_at"] == step["changed_at"]:
            follows = None not in (before["seq"], step["seq"]) and before["seq"] < step["seq"]
            now = step["new_value"] in PAUSE_STATES
            if not follows and (now != paused or (now and step["reason"] != before["reason"])):
                return True
        before = step
    return False


_FIRM: dict[int, tuple[Data, Firm]] = {}


def firm(data: Data) -> Firm:
    """The indexed tables of these data, made once."""
    if id(data) not in _FIRM:
        _FIRM.clear()
        _FIRM[id(data)] = (data, Firm(data))
    return _FIRM[id(data)][1]


def _judged(data: Data, judge: Callable[[Firm, Row], str]) -> dict[Key, str]:
    found = firm(data)
    return {("incident", i["ns"], i["incident_id"]): judge(found, i) for i in found.incidents}


def _void(incident: Row) -> bool | None:
    if incident["close_mode"] in VOID_MODES:
        return True
    return incident["status"] in VOID if incident["status"] is not None else None


def _shut(incident: Row) -> bool | None:
    """Whether an incident without a resolution time was nevertheless finished."""
    if incident["closed_at"] is not None or incident["status"] in DONE:
        return True
    return None if incident["status"] is None else incident["status"] in VOID


def _committed(f: Firm, incident: Row, metric: str) -> Target | str:
    """The target that a living incident is held to, or why there is nothing to judge."""
    target = f.target(incident, metric, incident["priority"])
    if target is False or _void(incident):
        return OUTSIDE
    if not isinstance(target, Target) or _void(incident) is None:
        return UNSEEN
    return target


def inc_004(data: Data) -> dict[Key, str]:
    """Working minutes until the response, or failing that the solution, against the target.

    A monitoring alarm answered within a minute of its making was acknowledged automatically.
    """
    return _judged(data, _response)


def _response(f: Firm, i: Row) -> str:
    target = _committed(f, i, "response")
    if isinstance(target, str):
        return target
    created, responded, resolved = i["created_at"], i["responded_at"], i["resolved_at"]
    solved = f.minutes(target.calendar, created, resolved) if resolved else None
    early = solved is not None and solved <= target.minutes
    if responded:
        if i["auto_generated"] and abs(responded - created) < MINUTE:
            return OUTSIDE
        used = f.minutes(target.calendar, created, responded)
        if used is None:
            return UNSEEN
        if used <= target.minutes:
            return YES
        return UNSEEN if early else NO
    end = resolved or i["closed_at"]
    if end:
        used = f.minutes(target.calendar, created, end)
        return YES if used is not None and used <= target.minutes else UNSEEN
    return _overdue(f, i, target)


def _overdue(f: Firm, i: Row, target: Target) -> str:
    """An open incident whose stamp is missing: late once the target has passed."""
    if _shut(i) is not False:
        return UNSEEN
    used = f.minutes(target.calendar, i["created_at"], f.data.as_of)
    if used is None:
        return UNSEEN
    return NO if used > target.minutes else OUTSIDE


def inc_005(data: Data) -> dict[Key, str]:
    """Working minutes until the solution less allowed pauses; the same with and without doubtful ones."""
    return _judged(data, _resolution)


def _resolution(f: Firm, i: Row) -> str:
    target = _committed(f, i, "resolution")
    if isinstance(target, str):
        return target
    created, resolved, closed = i["created_at"], i["resolved_at"], i["closed_at"]
    if resolved is not None and i["status"] not in DONE:
        return UNSEEN
    done = bool(resolved or _shut(i))
    end = resolved or (closed if done else f.data.as_of)
    gross = f.minutes(target.calendar, created, end) if end else None
    if end is None or gross is None:
        return UNSEEN
    met = YES if done else OUTSIDE
    if gross <= target.minutes:
        return met
    clock = f.clock(i, target.calendar, end) or f.tool_clock(i, target.calendar, end)
    if clock is None:
        return UNSEEN
    if clock.shortest() > target.minutes:
        return UNSEEN if done and resolved is None else NO
    return met if clock.longest() <= target.minutes else UNSEEN


def inc_018(data: Data) -> dict[Key, str]:
    """Of incidents on time only thanks to pauses: none late, long, or with work going on in it."""
    return _judged(data, _saved)


def _saved(f: Firm, i: Row) -> str:
    if i["resolved_at"] is None and i["closed_at"] is None and i["status"] in STATES - DONE:
        return OUTSIDE
    verdict = _resolution(f, i)
    if verdict == NO:
        return OUTSIDE
    if verdict != YES:
        return verdict
    target = f.target(i, "resolution", i["priority"])
    if not isinstance(target, Target):
        return UNSEEN
    end = i["resolved_at"] or i["closed_at"]
    gross = f.minutes(target.calendar, i["created_at"], end)
    if gross is not None and gross <= target.minutes:
        return OUTSIDE
    if i["resolved_at"] is None:
        return UNSEEN
    clock = f.clock(i, target.calendar, end)
    if clock is None:
        return UNSEEN
    if clock.allowed >= PAUSE_SHARE * clock.gross:
        return NO
    earlier, doubtful = 0.0, False
    for pause in clock.pauses:
        used = f.seconds(target.calendar, i["created_at"], pause.start)
        length = f.seconds(target.calendar, pause.start, pause.end or end)
        if used is None or length is None:
            return UNSEEN
        if used - earlier >= LATE_PAUSE * target.minutes * 60:
            return NO
        earlier += length
        for row in f.rows_of(i):
            if row["event_type"] == "comment" or (
                row["event_type"] is None and row["field"] is None
            ):
                when = row["changed_at"]
                if when is None or pause.start < when < (pause.end or end):
                    if when is not None and row["event_type"]:
                        return NO
                    doubtful = True
    return UNSEEN if doubtful else YES


def inc_006(data: Data) -> dict[Key, str]:
    """Working minutes until arrival, or without one until the solution on site; both in time is met.

    What was delivered on site by the target had somebody there; a mixed delivery may have had nobody.
    """
    return _judged(data, _arrival)


def _arrival(f: Firm, i: Row) -> str:
    if i["delivery_mode"] == "remote":
        return OUTSIDE
    target = _committed(f, i, "on_site")
    if isinstance(target, str):
        return target
    if i["delivery_mode"] is None:
        return UNSEEN
    if i["on_site_at"]:
        used = f.minutes(target.calendar, i["created_at"], i["on_site_at"])
        return UNSEEN if used is None else NO if used > target.minutes else YES
    ends = [t for t in (i["resolved_at"], i["closed_at"]) if t]
    if any(i["created_at"] - t >= MINUTE for t in ends):
        return UNSEEN
    end = f.ended(i)
    used = f.minutes(target.calendar, i["created_at"], end) if end else None
    if used is None:
        return UNSEEN
    if used > target.minutes:
        return NO
    if not ends:
        return OUTSIDE
    return YES if i["delivery_mode"] == "onsite" else UNSEEN


def dsk_004(data: Data) -> dict[Key, str]:
    """Working minutes of the project until the first assignment against those of the priority."""
    return _judged(data, _dispatch)


def _dispatch(f: Firm, i: Row) -> str:
    if _void(i):
        return OUTSIDE
    if i["priority"] is None or _void(i) is None:
        return UNSEEN
    limit = DISPATCH[i["priority"]]
    assigned, ended = i["assigned_at"], i["resolved_at"] or i["closed_at"]
    at_work = i["status"] in {"new", "assigned", "in_progress", "on_hold"}
    if not assigned and not ended and not at_work:
        return UNSEEN
    slow = _slow(f, i, min([t for t in (assigned, ended) if t], default=f.data.as_of), limit)
    if slow is None:
        return UNSEEN
    if assigned and not (ended and assigned > ended):
        return NO if slow else YES
    if not slow:
        return OUTSIDE
    untouched = not (i["assigned_to"] or i["assignment_group"]) and i["status"] == "new"
    return NO if untouched and not assigned and not ended else UNSEEN


def _slow(f: Firm, i: Row, end: datetime, limit: int) -> bool | None:
    """Whether service time until an end passed the limit; never, where not even all time did."""
    created = i["created_at"]
    if created - end >= MINUTE:
        return None
    if end - created < (limit + 1) * MINUTE:
        return False
    project = f.projects.get(i["project_id"] or "")
    used = f.minutes(project["calendar_id"], created, end) if project else None
    return None if used is None else used > limit


def inc_017(data: Data) -> dict[Key, str]:
    """Every entry to a pause before the end gives an allowed reason; without one nothing to say.

    On hold, though a whole history does not show it, needs a reason on the record.
    """
    return _judged(data, _paused)


def _paused(f: Firm, i: Row) -> str:
    has = f.promised(i, "resolution", i["priority"])
    if _void(i) or has is False:
        return OUTSIDE
    end = f.ended(i)
    if end is not None and i["created_at"] - end >= MINUTE:
        end = None
    pauses = f.pauses(i, end) if end else None
    untold = any(p.untold for p in pauses or [])
    in_history, on_record = f.reasons.get(i["ns"], (False, False))
    bare = untold and i["status"] in PAUSE_STATES and not i["on_hold_reason"] and on_record
    reasons = list(_reasons(f, i, end))
    if not reasons and not bare:
        return OUTSIDE if pauses is not None and not untold else UNSEEN
    if _void(i) is None or has is None:
        return UNSEEN
    if bare or any(r in REFUSED or (r is None and in_history) for r in reasons):
        return NO
    known = pauses is not None and not untold and all(r in ALLOWED for r in reasons)
    return YES if known else UNSEEN


def _reasons(f: Firm, i: Row, end: datetime | None) -> Iterator[str | None]:
    """The reason of each entry to a pause that the history shows before the end, complete or not.

    The record's own reason is that of the pause it is in: the last step, if that has the record's state.
    """
    steps = [r for r in f.rows_of(i) if _of_state(r)]
    legible = _ordered(filter(_legible, steps))
    last = legible[-1] if legible else None
    for step in steps:
        when = step["changed_at"]
        if step["new_value"] in PAUSE_STATES and (end is None or when is None or when < end):
            present = step is last and step["new_value"] == i["status"]
            yield step["reason"] or (i["on_hold_reason"] if present else None)


def inc_003(data: Data) -> dict[Key, str]:
    """Every lowering outside triage stood well before the target of the priority then given up.

    One made after the solution escapes a breach only where the solution was late. Whatever may be
    left out as a pause of the incident is left out, unless it began after the lowering.
    """
    return _judged(data, _lowered)


def _lowered(f: Firm, i: Row) -> str:
    if _void(i):
        return OUTSIDE
    rows = [r for r in f.rows_of(i) if _of_priority(r) or _nameless(r)]
    rows.sort(key=lambda r: (r["changed_at"] or datetime.min, r["seq"] or 0))
    end = f.ended(i)
    if end is not None and i["created_at"] - end >= MINUTE:
        end = None
    unclear, kinds = False, set()
    for n, row in enumerate(rows):
        old, new = row["old_value"], row["new_value"]
        if old is None and n == 0 and i["priority_initial"] is not None:
            old = str(i["priority_initial"])
        lower = old is not None and new is not None and new > old
        if _nameless(row) or old is None or new is None or (lower and row["changed_at"] is None):
            unclear = True
        elif lower:
            kinds.add(_lowering(f, i, int(old), row["changed_at"], end))
    whole = f.data.complete_over("status_history", i["ns"], i["created_at"], end or f.data.as_of)
    if NO in kinds:
        return UNSEEN if _void(i) is None else NO
    if unclear or not whole or UNSEEN in kinds:
        return UNSEEN
    if YES in kinds:
        return UNSEEN if _void(i) is None else YES
    first, last = i["priority_initial"], i["priority"]
    if not kinds and first is not None and last is not None and last > first:
        return UNSEEN
    return OUTSIDE


def _of_priority(row: Row) -> bool:
    """Whether a row tells of a change of the priority; that of the creation changes nothing."""
    born = row["event_type"] == "create" and row["old_value"] is None
    return row["field"] == "priority" and not born


def _lowering(f: Firm, i: Row, old: int, when: datetime, end: datetime | None) -> str:
    target = f.target(i, "resolution", old)
    if end is None or not isinstance(target, Target) or when < i["created_at"]:
        return UNSEEN
    until = min(when, end)
    used = f.minutes(target.calendar, i["created_at"], until)
    if used is None:
        return UNSEEN
    after = when >= end
    if used <= TRIAGE and not after:
        return OUTSIDE
    share = LATE_LOWERING * target.minutes
    if used < share or (after and used <= target.minutes):
        return YES
    paused = _left_out(f, i, target.calendar, until, end)
    if paused is None:
        return UNSEEN
    late = used - paused > target.minutes or (not after and used - paused >= share)
    return NO if late else UNSEEN


def _left_out(f: Firm, i: Row, calendar: str, until: datetime, end: datetime) -> int | None:
    """The most minutes that may be pauses, counted by the calendar of the present target."""
    pauses = f.pauses(i, end)
    if pauses is not None and all(p.reason in REFUSED for p in pauses):
        return 0
    own = f.target(i, "resolution", i["priority"])
    if not isinstance(own, Target):
        return 0 if pauses is None and f.tool_paused(i, None, end) == 0 else None
    if pauses is not None:
        created = i["created_at"]
        spans = [(max(p.start, created), min(p.end or end, end)) for p in pauses]
        begun = [a for a, b in spans if a < b and f.seconds(own.calendar, a, b)]
        if begun and min(begun) >= until:
            return 0
    clock = f.clock(i, own.calendar, end) or f.tool_clock(i, own.calendar, end)
    if clock is None:
        return None
    minutes = floor((clock.allowed + clock.doubtful) / 60)
    return minutes if not minutes or own.calendar == calendar else None


@dataclass
class Count:
    """What a key figure counts in one group: certain parts of the ratio, and those not known."""

    met: float = 0.0
    judged: float = 0.0
    unknown: int = 0
    late: int = 0
    spread: float = 0.0


def _quarter(f: Firm, moment: datetime) -> tuple[int, int]:
    day = local_day(moment, f.zone)
    return day.year, (day.month + 2) // 3


def _next(quarter: tuple[int, int]) -> tuple[int, int]:
    return (quarter[0] + quarter[1] // 4, quarter[1] % 4 + 1)


def _start(f: Firm, quarter: tuple[int, int]) -> datetime:
    local = datetime(quarter[0], quarter[1] * 3 - 2, 1, tzinfo=f.zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _name(quarter: tuple[int, int]) -> str:
    return f"{quarter[0]}-Q{quarter[1]}"


def _until(f: Firm, created: datetime, last: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The quarters from the creation to a last one."""
    quarter = _quarter(f, created)
    while quarter <= last:
        yield quarter
        quarter = _next(quarter)


def _period(f: Firm, quarter: tuple[int, int], before: timedelta) -> str | None:
    """Why a quarter has no verdict: it still runs, or incidents are not known to be complete."""
    first, end = _start(f, quarter), _start(f, _next(quarter))
    if end > f.data.as_of:
        return OUTSIDE
    spaces = {ns for table, ns in f.data.windows if table == "incidents"}
    known = all(f.data.complete_over("incidents", ns, first - before, end) for ns in spaces)
    return None if known else UNSEEN


def _share(count: Count, target: float) -> str:
    """A share by its bounds: what is not known counted as missed, and as met.

    What is still open is missed or not yet due (`late`), but never met.
    """
    whole = count.judged + count.unknown
    if not whole + count.late:
        return OUTSIDE
    if whole and (count.met + count.unknown) / whole < target:
        return NO
    return YES if count.met / (whole + count.late) >= target else UNSEEN


def _owners(i: Row) -> tuple[str, str]:
    return i["project_id"] or "(unattributed)", "(organisation)"


def kpi_002(data: Data) -> dict[Key, str]:
    """Share of incidents, by quarter of resolution, closing or the due time, that met every target.

    An incident of which none is surely known may belong to any quarter from its creation on, one of
    which only the closing is known to any until then. A quarter in which none ended is none to judge.
    """
    f = firm(data)
    counts: dict[tuple[str, tuple[int, int]], Count] = defaultdict(Count)
    placed: set[tuple[str, tuple[int, int]]] = set()
    for i in f.incidents:
        end = f.ended(i) if i["status"] in DONE and not _void(i) else _due(f, i)
        placed |= {(owner, _quarter(f, end)) for owner in _owners(i) if end}
        verdicts = {_response(f, i), _resolution(f, i)} - {OUTSIDE}
        if not verdicts:
            continue
        moment = i["resolved_at"] or i["closed_at"] or _due(f, i)
        last = _quarter(f, i["closed_at"] or f.data.as_of)
        if not i["resolved_at"] and i["closed_at"] and _quarter(f, i["created_at"]) != last:
            moment = None
        certain = NO in verdicts or UNSEEN not in verdicts
        for quarter in [_quarter(f, moment)] if moment else _until(f, i["created_at"], last):
            for owner in _owners(i):
                count = counts[owner, quarter]
                if certain and moment:
                    count.judged += 1
                    count.met += NO not in verdicts
                elif _shut(i) is False and not i["resolved_at"]:
                    count.late += 1
                else:
                    count.unknown += 1
    return {
        ("", owner, _name(q)): _period(f, q, timedelta(days=90)) or _share(counts[owner, q], 0.90)
        for owner, q in placed
    }


def _due(f: Firm, i: Row) -> datetime | None:
    """The creation of an open incident, if its target surely passed in that quarter, pauses left out."""
    target = f.target(i, "resolution", i["priority"])
    if not isinstance(target, Target) or _shut(i) is not False:
        return None
    turn = _start(f, _next(_quarter(f, i["created_at"])))
    used = f.minutes(target.calendar, i["created_at"], turn)
    now = f.data.as_of
    clock = f.clock(i, target.calendar, now) or f.tool_clock(i, target.calendar, now)
    if used is None or clock is None or clock.shortest() <= target.minutes:
        return None
    paused = floor((clock.allowed + clock.doubtful) / 60)
    created: datetime = i["created_at"]
    return created if used - paused > target.minutes else None


def kpi_008(data: Data) -> dict[Key, str]:
    """Share of incidents created in a quarter, and having a response target, that INC-004 passes."""
    f = firm(data)
    counts: dict[tuple[str, tuple[int, int]], Count] = defaultdict(Count)
    for i in f.incidents:
        verdict = _response(f, i)
        for owner in _owners(i):
            count = counts[owner, _quarter(f, i["created_at"])]
            count.met += verdict == YES
            count.judged += verdict in (YES, NO)
            count.unknown += verdict == UNSEEN
    return {
        ("", owner, _name(q)): _period(f, q, timedelta()) or _share(count, 0.95)
        for (owner, q), count in counts.items()
    }


def kpi_016(data: Data) -> dict[Key, str]:
    """Mean net minutes to restore, by quarter and priority, against the mean resolution target.

    What is not known may have taken no time or any: it bars a green, and a finding only if the mean
    passes the limit even with it. Without a priority it may be of any.
    """
    f = firm(data)
    counts: dict[tuple[str, tuple[int, int], int], Count] = defaultdict(Count)
    unclear: list[tuple[Row, int | None, tuple[int, int] | None]] = []
    for i in f.incidents:
        if _void(i):
            continue
        end, priority = i["restored_at"] or i["resolved_at"], i["priority"]
        quarter = _quarter(f, end) if end else None
        if quarter and priority:
            for owner in _owners(i):
                counts[owner, quarter, priority].met += 0
        target = f.target(i, "resolution", priority)
        if target is False or (end is None and _shut(i) is False):
            continue
        clock = None
        if end and priority and isinstance(target, Target) and _void(i) is not None:
            gross = f.seconds(target.calendar, i["created_at"], end)
            clock = f.clock(i, target.calendar, end)
            if gross is not None and clock is None:
                clock = f.tool_clock(i, target.calendar, end)
        if clock is None or not isinstance(target, Target) or quarter is None or not priority:
            unclear.append((i, priority, quarter))
            continue
        for owner in _owners(i):
            count = counts[owner, quarter, priority]
            count.met += clock.shortest()
            count.spread += clock.longest() - clock.shortest()
            count.judged += target.minutes
    most: dict[tuple[str, tuple[int, int], int], float] = defaultdict(float)
    for i, priority, quarter in unclear:
        for owner, q, p in counts:
            if owner not in _owners(i) or quarter not in (None, q) or priority not in (None, p):
                continue
            if quarter is None and q < _quarter(f, i["created_at"]):
                continue
            limits = [t["target_minutes"] for t in f.targets
                      if t["metric"] == "resolution" and t["priority"] in (None, p)]  # fmt: skip
            counts[owner, q, p].unknown += 1
            most[owner, q, p] += max(limits)
    return {
        ("", owner, f"{_name(q)} P{p}"): _period(f, q, timedelta(days=90))
        or _mean(count, most[owner, q, p])
        for (owner, q, p), count in counts.items()
    }


def _mean(count: Count, room: float) -> str:
    if not count.judged and not count.unknown:
        return OUTSIDE
    if count.met > count.judged + room:
        return NO
    sure = not count.unknown and count.met + count.spread <= count.judged
    return YES if sure else UNSEEN


OPINIONS: dict[str, Opinion] = {
    "INC-004": inc_004,
    "INC-005": inc_005,
    "INC-018": inc_018,
    "INC-006": inc_006,
    "INC-017": inc_017,
    "INC-003": inc_003,
    "DSK-004": dsk_004,
    "KPI-002": kpi_002,
    "KPI-008": kpi_008,
    "KPI-016": kpi_016,
}
