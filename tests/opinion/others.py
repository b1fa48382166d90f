"""A second opinion on closing, ageing, requests, known errors, the catalogue and orders of times.

Written from the specification alone; an unknown is neither a finding nor green.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from opinion.data import Data, Key, Opinion

Row = dict[str, Any]

YES, NO, UNKNOWN, OUT = "conforming", "nonconforming", "not_assessed", "not_applicable"

VOID = {"cancelled", "rejected", "merged", "draft"}
VOID_MODES = {"duplicate", "void"}
TIMEOUT_MODES = {"timeout", "auto"}
CUSTOMER_MODES = {"customer", "requester"}
ROBOTS = {"system", "系统", "automation", "workflow", "robot", "scheduler"}
PLACEHOLDERS = {"无", "n/a", "待补", "-", "test", "测试", "待查"}
MAX_OPEN, MAX_HOLD, STALE, STALE_HOLD, CONFIRM = 30, 90, 7, 30, 10
REQUEST_DAYS, KNOWN_ERROR_DAYS, PIR_DAYS = 10, 10, 10
REVIEW_MONTHS = 12
SKEW = 2
PIR_SAMPLE, PIR_LEAST, CARRY_OVER = 0.2, 5, 90
BEGUN = {"implementing", "implemented", "in_review", "closed"}


def minutes(earlier: datetime, later: datetime) -> int:
    """Whole minutes from one moment to another, rounded down."""
    return int((later - earlier) // timedelta(minutes=1))


def after(earlier: datetime | None, later: datetime | None) -> bool:
    """Whether the second moment is surely later: a minute or more."""
    return earlier is not None and later is not None and minutes(earlier, later) >= 1


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)


class Firm:
    """The registers: calendars, projects, persons, agreements."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.zone = ZoneInfo(data.zone)
        self.today = self.day(data.as_of)
        projects = data.frames["projects"].iter_rows(named=True)
        self.calendar_of = {r["project_id"]: r["calendar_id"] for r in projects}
        self.working: dict[str, dict[date, set[bool | None]]] = {}
        for row in data.frames["calendars"].iter_rows(named=True):
            days = self.working.setdefault(row["calendar_id"], {})
            days.setdefault(row["date"], set()).add(row["is_working"])
        self.dues: dict[tuple[str, date, int], date | None] = {}
        self.people = self._people()

    def _people(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.data.frames["personnel"].iter_rows(named=True):
            names = [row["person_id"], row["name"], row["email"], *(row["login"] or "").split(";")]
            for name in filter(None, names):
                found[word(name)].add(row["person_id"])
        return found

    def day(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The moment at which a local day begins, naive UTC."""
        start = datetime.combine(day, datetime.min.time(), self.zone)
        return start.astimezone(UTC).replace(tzinfo=None)

    def due(self, project: str | None, day: date, count: int) -> date | None:
        """The last of so many working days after a day, None where the calendar does not tell."""
        calendar = self.calendar_of.get(project) if project else None
        if calendar is None:
            return None
        key = (calendar, day, count)
        if key not in self.dues:
            self.dues[key] = self._due(self.working.get(calendar, {}), day, count)
        return self.dues[key]

    @staticmethod
    def _due(working: dict[date, set[bool | None]], day: date, count: int) -> date | None:
        while count:
            day += timedelta(days=1)
            flags = working.get(day, set())
            if flags not in ({True}, {False}):
                return None
            count -= True in flags
        return day

    def staff(self, person: str | None) -> bool | None:
        """Whether somebody belongs to the provider; None where nobody is named."""
        return word(person) in self.people if person else None

    def same(self, one: str | None, other: str | None) -> bool | None:
        """Whether two writings name one person; a name and a login, not both listed, do not tell."""
        if not one or not other:
            return None
        a, b = word(one), word(other)
        known, also = self.people.get(a, set()), self.people.get(b, set())
        if len(known) > 1 or len(also) > 1:
            return None
        if known and also:
            return known == also
        if a == b:
            return True
        return False if form(a) == form(b) else None


def word(name: str) -> str:
    """A writing without domain, letter case and outer blanks."""
    return re.sub(r"^.*\\", "", name).strip().lower()


def form(name: str) -> str:
    """The kind of writing: mail address, login or name."""
    if "@" in name:
        return "email"
    return "login" if name.isascii() else "name"


_FIRM: dict[int, Firm] = {}


def firm(data: Data) -> Firm:
    """The registers of these data, indexed once."""
    if id(data) not in _FIRM:
        _FIRM.clear()
        _FIRM[id(data)] = Firm(data)
    return _FIRM[id(data)]


def judged(data: Data, table: str, judge: Callable[[Row], str]) -> dict[Key, str]:
    """The verdict of every record of a table."""
    kind, key = OBJECTS[table]
    return {
        (kind, row["ns"], row[key]): judge(row) for row in data.frames[table].iter_rows(named=True)
    }


OBJECTS = {
    "incidents": ("incident", "incident_id"),
    "requests": ("request", "request_id"),
    "problems": ("problem", "problem_id"),
    "changes": ("change", "change_id"),
    "catalogue": ("service", "service_id"),
}


def inc_011(data: Data) -> dict[Key, str]:
    """A closed incident has a solution and a restored service, neither later than its closing.

    Nothing on a record without a close mode claims that it is a duplicate or void.
    """
    return judged(data, "incidents", _011)


def _011(row: Row) -> str:
    status, closed = row["status"], row["closed_at"]
    if status not in (None, "closed") or row["close_mode"] in VOID_MODES:
        return OUT
    if status is None or closed is None:
        return UNKNOWN
    wrong = (
        row["resolved_at"] is None
        or after(closed, row["resolved_at"])
        or after(closed, row["restored_at"])
    )
    return NO if wrong else YES


def inc_012(data: Data) -> dict[Key, str]:
    """The customer accepts the result, or closes the ticket himself, before it is closed.

    His own report that one of the provider's staff closes, or that the desk is said to have closed,
    proves nothing either way. Closings by time-out are judged by the agreement alone. Where neither
    a customer nor monitoring is named, either may be behind it.
    """
    book = firm(data)
    found = judged(data, "incidents", lambda row: _012(book, row, "reporter", "resolved_at"))
    return found | judged(
        data, "requests", lambda row: _012(book, row, "requester", "fulfilled_at")
    )


def _012(book: Firm, row: Row, asker: str, solution: str) -> str:
    status, mode, closed = row["status"], row["close_mode"], row["closed_at"]
    if status not in (None, "closed") or mode in VOID_MODES:
        return OUT
    customer = None if row[asker] and word(row[asker]) in ROBOTS else row[asker]
    monitored = row["auto_generated"]
    if monitored and customer is None:
        return OUT
    if status is None or closed is None:
        return UNKNOWN
    if mode in CUSTOMER_MODES or _accepted(row, closed, row[solution]):
        return YES
    unsaid = customer is None and monitored is None
    if mode in TIMEOUT_MODES or word(row["closed_by"] or "") in ROBOTS:
        return UNKNOWN if unsaid else _timed_out(book, row["project_id"], closed, row[solution])
    closer = _closed_by_customer(book, row["closed_by"], customer)
    if closer and mode is None:
        return YES
    named = row["closed_by"] is not None and customer is not None
    return UNKNOWN if unsaid or (closer is not False and (named or mode != "desk")) else NO


def _accepted(row: Row, closed: datetime, solved: datetime | None) -> bool:
    """Whether the customer confirmed, not before the last solution and not after the closing."""
    confirmed = row["customer_confirmed_at"]
    return bool(confirmed) and not after(closed, confirmed) and not after(confirmed, solved)


def _closed_by_customer(book: Firm, closer: str | None, customer: str | None) -> bool | None:
    """Whether the reporter himself closed it; None where nobody can tell, or he is of the provider.

    One of the provider's people is nobody whom their register does not name.
    """
    same = book.same(closer, customer)
    if same is None and closer and customer and len(book.people.get(word(closer), ())) == 1:
        return False if not book.staff(customer) else None
    return None if same and book.staff(closer) else same


def _timed_out(book: Firm, project: str | None, closed: datetime, solved: datetime | None) -> str:
    """A time-out accepts only under an agreement with a silence clause, after the days it gives."""
    if project is None:
        return UNKNOWN
    day = book.day(closed)
    clauses = {
        sla["silence_days"]
        for sla in book.data.frames["slas"].iter_rows(named=True)
        if sla["project_id"] == project and sla["status"] != "draft"
        and (sla["effective_from"] or date.min) <= day <= (sla["effective_to"] or date.max)
    }  # fmt: skip
    if clauses <= {None}:
        return NO
    if len(clauses) > 1 or solved is None:
        return UNKNOWN
    return YES if (closed - solved).days >= clauses.pop() else NO


def inc_026(data: Data) -> dict[Key, str]:
    """An open incident is neither too old, from its last re-opening, nor left untouched.

    A fresh solution may wait.

    The last update is the newest of the record's own time and its history; without its own time
    the history must be complete since its newest row, each row dated, and show the state of now.
    """
    last: dict[tuple[str, str], list[datetime | None]] = defaultdict(list)
    again: dict[tuple[str, str], datetime] = {}
    shown: set[tuple[str, str, str | None]] = set()
    for row in data.frames["status_history"].iter_rows(named=True):
        if row["object_type"] in (None, "incident"):
            shown.add((row["ns"], row["object_id"], row["new_value"]))
            last[row["ns"], row["object_id"]].append(row["changed_at"])
        if row["object_type"] == "incident" and row["event_type"] == "reopen" and row["changed_at"]:
            key = row["ns"], row["object_id"]
            again[key] = max(again.get(key, row["changed_at"]), row["changed_at"])

    def judge(row: Row) -> str:
        key = row["ns"], row["incident_id"]
        since = again.get(key, row["created_at"])
        return _026(data, row, since, last[key], (*key, row["status"]) in shown)

    return judged(data, "incidents", judge)


def _026(
    data: Data, row: Row, since: datetime | None, events: list[datetime | None], shown: bool
) -> str:
    status, created, now = row["status"], row["created_at"], data.as_of
    if status == "closed" or status in VOID:
        return OUT
    if status is None or created is None or since is None:
        return UNKNOWN
    day = timedelta(days=1)
    if status == "resolved":
        if row["resolved_at"] is None:
            return OUT if now - created <= CONFIRM * day else UNKNOWN
        if now - row["resolved_at"] <= CONFIRM * day:
            return OUT
    hold = status == "on_hold"
    if now - since > (MAX_HOLD if hold else MAX_OPEN) * day:
        return NO
    stale = (STALE_HOLD if hold else STALE) * day
    seen = [t for t in (created, row["updated_at"], *events) if t]
    if now - max(seen) <= stale:
        return YES
    if row["updated_at"]:
        return NO
    whole = (
        shown
        and None not in events
        and data.complete_over("status_history", row["ns"], max(seen), now)
    )
    return NO if whole else UNKNOWN


def req_001(data: Data) -> dict[Key, str]:
    """A request is fulfilled by its due time, else within ten working days of its creation.

    A time of fulfilment beside a state of work to do, or before the creation, leaves open whether
    it was carried out, unless it was late in any case. What was done before the due day is judged.
    """
    book = firm(data)
    return judged(data, "requests", lambda row: _req_001(book, row))


def _req_001(book: Firm, row: Row) -> str:
    status, now = row["status"], book.data.as_of
    if status in VOID:
        return OUT
    if status is None:
        return UNKNOWN
    done = row["fulfilled_at"] or row["closed_at"]
    ended = status in ("closed", "resolved")
    if row["resolution_due_at"]:
        late: bool | None = after(row["resolution_due_at"], done or now)
        ahead = row["resolution_due_at"] >= now
    else:
        created = book.day(row["created_at"])
        due = book.due(row["project_id"], created, REQUEST_DAYS)
        day = book.day(done or now)
        if due is None:
            late = False if day <= created + timedelta(days=REQUEST_DAYS) else None
            ahead = book.today <= created + timedelta(days=REQUEST_DAYS)
        else:
            late, ahead = day > due, due >= book.today
    if ahead and done is None and not ended:
        return OUT
    if (done is None and ended) or late is None:
        return UNKNOWN
    if late:
        return NO
    return YES if ended and done >= row["created_at"] else UNKNOWN


def prb_004(data: Data) -> dict[Key, str]:
    """An open problem whose cause is known for ten working days is a known error with a way round.

    Placeholders are no cause and no way round. Where it is not known since when the cause is known,
    nobody is accused.
    """
    book = firm(data)
    return judged(data, "problems", lambda row: _prb_004(book, row))


def _said(text: str | None) -> bool:
    return text is not None and text.strip().lower() not in {*PLACEHOLDERS, ""}


def _prb_004(book: Firm, row: Row) -> str:
    status = row["status"]
    if status in ("resolved", "closed", "cancelled") or not _said(row["root_cause"]):
        return OUT
    since = book.day(row["root_cause_at"] or row["created_at"])
    due = book.due(row["project_id"], since, KNOWN_ERROR_DAYS)
    if (due or since + timedelta(days=KNOWN_ERROR_DAYS)) >= book.today:
        return OUT
    if status is None:
        return UNKNOWN
    if row["known_error"] and _said(row["workaround"]):
        return YES
    return NO if due and row["root_cause_at"] else UNKNOWN


def slm_006(data: Data) -> dict[Key, str]:
    """An entry in force is reviewed within a year, unless it is younger; days count whole."""
    book = firm(data)
    return judged(data, "catalogue", lambda row: _slm_006(book, row))


def _slm_006(book: Firm, row: Row) -> str:
    status, begun, today = row["status"], row["effective_from"], book.today
    if status not in (None, "active"):
        return OUT
    if begun and begun > today:
        return OUT
    reviewed = book.day(row["reviewed_at"]) if row["reviewed_at"] else None
    if reviewed and reviewed > today:
        reviewed = None
    dates = [day for day in (begun, reviewed) if day]
    if any(months_on(day, REVIEW_MONTHS) >= today for day in dates):
        if reviewed is None and not row["reviewed_at"]:
            return OUT
        return YES if status and reviewed else UNKNOWN
    if status is None:
        return UNKNOWN
    return NO if begun or reviewed else UNKNOWN


ORDERS = {
    "incidents": (("created_at", "responded_at"), ("responded_at", "closed_at"),
                  ("created_at", "resolved_at"), ("resolved_at", "closed_at"),
                  ("created_at", "closed_at"), ("reported_at", "created_at")),
    "requests": (("created_at", "responded_at"), ("responded_at", "closed_at"),
                 ("created_at", "fulfilled_at"), ("fulfilled_at", "closed_at"),
                 ("created_at", "closed_at")),
    "changes": (("actual_start", "actual_end"), ("created_at", "closed_at")),
    "problems": (("created_at", "resolved_at"), ("resolved_at", "closed_at"),
                 ("created_at", "closed_at")),
}  # fmt: skip
"""Pairs of stamps of which the second is not earlier."""


def dq_002(data: Data) -> dict[Key, str]:
    """No stamp stands more than two minutes before one it must follow, none after the day.

    Where a closed ticket was opened again, its new answer and solution are later than the last
    closing; where the state is empty it may be so.
    """
    book = firm(data)
    found: dict[Key, str] = {}
    for table, pairs in ORDERS.items():
        found |= judged(data, table, partial(_dq_002, book, pairs))
    return found


def _dq_002(book: Firm, pairs: tuple[tuple[str, str], ...], row: Row) -> str:
    stamps = {name: row[name] for pair in pairs for name in pair if row[name]}
    if len(stamps) < 2:
        return OUT
    if any(book.day(t) > book.today for t in stamps.values()):
        return NO
    both = [(a, b) for a, b in pairs if a in stamps and b in stamps]
    wrong = [(a, b) for a, b in both if stamps[a] - stamps[b] > SKEW * timedelta(minutes=1)]
    last = [(a, b) for a, b in both if b == "closed_at" and a not in ("created_at", "actual_start")]
    ended = row["status"] in ("closed", *VOID)
    if any(pair not in last or ended for pair in wrong):
        return NO
    if row["status"] is None and wrong:
        return UNKNOWN
    return YES if any(pair not in last or ended for pair in both) else UNKNOWN


@dataclass
class Share:
    """How many changes a group surely and perhaps holds, and how many of them were reviewed."""

    sure: dict[bool | None, int] = field(default_factory=lambda: {True: 0, False: 0, None: 0})
    maybe: dict[bool | None, int] = field(default_factory=lambda: {True: 0, False: 0, None: 0})

    def add(self, placed: bool, reviewed: bool | None) -> None:
        """Count a change; `reviewed` is None where that is not known."""
        (self.sure if placed else self.maybe)[reviewed] += 1

    def size(self) -> int:
        """How many changes it may hold."""
        return sum(self.sure.values()) + sum(self.maybe.values())

    def verdict(self) -> str:
        """The verdict on which the least and the greatest share agree."""
        sure, maybe = sum(self.sure.values()), sum(self.maybe.values())
        if sure + maybe < PIR_LEAST:
            return OUT
        unknown = self.maybe[None]
        low = self.sure[True] / max(1, sure + self.maybe[False] + unknown)
        more = self.maybe[True] + unknown
        high = (self.sure[True] + self.sure[None] + more) / max(1, sure + more)
        if low >= PIR_SAMPLE and sure >= PIR_LEAST:
            return YES
        return NO if high < PIR_SAMPLE and sure >= PIR_LEAST else UNKNOWN


class Reviews:
    """Which changes were reviewed after their work, late or not."""

    def __init__(self, data: Data) -> None:
        self.book = firm(data)
        self.held: dict[str, list[datetime | None]] = defaultdict(list)
        for row in data.frames["reviews"].iter_rows(named=True):
            if row["subject_id"]:
                self.held[row["subject_id"]].append(row["held_at"])
        self.spaces: dict[str, int] = defaultdict(int)
        for row in data.frames["changes"].iter_rows(named=True):
            self.spaces[row["change_id"]] += 1

    def of(self, row: Row, end: datetime | None) -> bool | None:
        """Whether a change was reviewed; a review that may be another change's leaves it open."""
        own = self._counts(row["pir_at"], end) if row["pir_at"] else False
        others = {self._counts(t, end) for t in self.held.get(row["change_id"], [])}
        if own:
            return True
        if True in others:
            return True if self.spaces[row["change_id"]] == 1 else None
        return None if own is None or None in others else False

    def _counts(self, at: datetime | None, end: datetime | None) -> bool | None:
        if at is None or end is None:
            return None
        return not after(at, end) and self.book.day(at) <= self.book.today


def chg_036(data: Data) -> dict[Key, str]:
    """A fifth of the ordinary successful changes of a project and quarter is reviewed after the work.

    Where type, risk, outcome or state are empty, or the review is not surely due, the verdict stands
    only if it is the same with and without the change. Changes without an end make a group of their
    own. As changes are exported by creation, the window must begin some time before the quarter.
    """
    book, reviews = firm(data), Reviews(data)
    members: dict[tuple[str, str], Share] = defaultdict(Share)
    loose: dict[str, int] = defaultdict(int)
    first: dict[str, date] = {}
    for row in data.frames["changes"].iter_rows(named=True):
        ordinary = _ordinary(row)
        project = row["project_id"] or "(unattributed)"
        end = row["actual_end"] or row["closed_at"]
        if end is None:
            loose[project] += ordinary is not False
            continue
        day = book.day(end)
        quarter = f"{day.year}-Q{(day.month + 2) // 3}"
        first[quarter] = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        share, reviewed = members[project, quarter], reviews.of(row, end)
        if ordinary is False:
            continue
        due = book.due(row["project_id"], day, PIR_DAYS)
        if reviewed or (due and due < book.today):
            share.add(ordinary is True, reviewed)
        else:
            share.add(False, None if due else reviewed)
    found = {("", p, "?"): UNKNOWN if n >= PIR_LEAST else OUT for p, n in loose.items()}
    for (project, quarter), share in members.items():
        found["", project, quarter] = _quarter(data, book, first[quarter], share)
    return found


def _quarter(data: Data, book: Firm, start: date, share: Share) -> str:
    end = months_on(start, 3)
    if end > book.today or not share.size():
        return OUT
    begin = start - timedelta(days=CARRY_OVER)
    whole = all(
        data.complete_over("changes", ns, book.midnight(begin), book.midnight(end))
        for table, ns in data.windows if table == "changes"
    )  # fmt: skip
    return share.verdict() if whole else UNKNOWN


def _ordinary(row: Row) -> bool | None:
    """Whether a change is a successful one of normal type without high risk."""
    kind, risk, outcome = row["change_type"], row["risk_level"], row["outcome"]
    if kind in ("standard", "emergency") or risk in ("high", "very_high"):
        return False
    if outcome not in (None, "successful", "successful_with_issues"):
        return False
    status = row["status"]
    begun = row["actual_start"] or row["actual_end"]
    if outcome is None and status and status not in BEGUN and not begun:
        return False
    if status in ("cancelled", "rejected"):
        return None if outcome else False
    return True if kind and risk and outcome and status else None


OPINIONS: dict[str, Opinion] = {
    "INC-011": inc_011,
    "INC-012": inc_012,
    "INC-026": inc_026,
    "REQ-001": req_001,
    "PRB-004": prb_004,
    "SLM-006": slm_006,
    "DQ-002": dq_002,
    "CHG-036": chg_036,
}
