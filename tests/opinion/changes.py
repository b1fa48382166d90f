"""A second opinion on rules of change control, from their specification alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opinion.data import Data, Key, Opinion

YES, NO, UNKNOWN, OUT = "conforming", "nonconforming", "not_assessed", "not_applicable"

Row = dict[str, Any]
Judge = Callable[["Book", Row], str]

DONE = ("implementing", "implemented", "in_review")
WORKED = ("successful", "successful_with_issues", "failed", "backed_out")
RETRO_MINUTES = 24 * 60
EARLY, LATE = 15, 30
PIR_DAYS, CMDB_DAYS = 10, 5
EMERGENCY_APPROVERS = {"change_manager", "om_manager", "om_director", "duty_manager"}
BESIDE = ("retro", "customer", "other")
"""Stages that are not required before the work."""


def minutes_after(earlier: datetime, later: datetime) -> int:
    """Whole minutes from one moment to another, rounded down."""
    return int((later - earlier).total_seconds() // 60)


def after(earlier: datetime | None, later: datetime | None) -> bool:
    """Whether the second moment is surely later: a minute or more."""
    return earlier is not None and later is not None and minutes_after(earlier, later) >= 1


@dataclass
class Decisions:
    """Approval rows that name a change: those that surely are its own, and those that may be."""

    approved: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)
    """Rows without a decision, and decisions without an object type; a request decides nothing."""


class Book:
    """The rows that the rules look up, by (ns, id)."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.zone = ZoneInfo(data.zone)
        frames = data.frames
        self.decisions: dict[tuple[str, str], Decisions] = defaultdict(Decisions)
        for row in frames["approvals"].iter_rows(named=True):
            if row["object_id"] is None or row["object_type"] not in (None, "change"):
                continue
            own = self.decisions[row["ns"], row["object_id"]]
            untyped = row["object_type"] is None
            if row["decision"] is None or (untyped and row["decision"] in ("approved", "rejected")):
                own.doubtful.append(row)
            elif untyped:
                continue
            elif row["decision"] == "approved":
                own.approved.append(row)
            elif row["decision"] == "rejected":
                own.rejected.append(row)
        self.tasks = self._by("change_tasks", "change_id")
        self.items = self._by("change_cis", "change_id")
        self.edits = self._by("ci_changes", "ci_id")
        self.reviews: dict[str, list[Row]] = defaultdict(list)
        for row in frames["reviews"].iter_rows(named=True):
            self.reviews[row["subject_id"]].append(row)
        self.history: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in frames["status_history"].iter_rows(named=True):
            if row["object_type"] in (None, "change"):
                self.history[row["ns"], row["object_id"]].append(row)
        self.roles = self._roles(frames["personnel"].iter_rows(named=True))
        self.calendar_of = {r["project_id"]: r["calendar_id"]
                            for r in frames["projects"].iter_rows(named=True)}  # fmt: skip
        self.working: dict[str, dict[date, set[bool | None]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for row in frames["calendars"].iter_rows(named=True):
            self.working[row["calendar_id"]][row["date"]].add(row["is_working"])
        self.spaces: dict[str, int] = defaultdict(int)
        for row in frames["changes"].iter_rows(named=True):
            self.spaces[row["change_id"]] += 1

    def _by(self, table: str, column: str) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.data.frames[table].iter_rows(named=True):
            found[row["ns"], row[column]].append(row)
        return found

    @staticmethod
    def _roles(people: Iterable[Row]) -> dict[str, set[str]]:
        found = {}
        for person in people:
            roles = {r.strip().lower() for r in (person["roles"] or "").split(";") if r.strip()}
            words = [person["person_id"], person["name"], person["email"]]
            for word in [*words, *(person["login"] or "").split(";")]:
                if word:
                    found[word.strip().lower()] = roles
        return found

    def day(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()

    def day_end(self, day: date) -> datetime:
        """The moment at which a local day ends, naive UTC."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
        return end.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def due(self, change: Row, end: datetime, days: int) -> date | None:
        """The last of so many working days after the day on which the work ended, if known."""
        known = self.working.get(self.calendar_of.get(change["project_id"]) or "", {})
        day, left = self.day(end), days
        while left:
            day += timedelta(days=1)
            flags = known.get(day, set())
            if len(flags) != 1 or None in flags:
                return None
            left -= True in flags
        return day

    def approvals_until(self, change: Row, end: datetime) -> bool:
        """Whether approvals are complete from creation, or from earlier work, to a moment."""
        start = min(change["created_at"], end, *filter(None, (change["actual_start"],)))
        return self.data.complete_over("approvals", change["ns"], start, end)

    def complete(self, table: str, ns: str, start: datetime | None, end: datetime | None) -> bool:
        """Whether a tool's table holds every row of a stretch."""
        return self.data.complete_over(table, ns, start, end)


_BOOK: dict[int, tuple[Data, Book]] = {}


def _book(data: Data) -> Book:
    """The indexed tables of these data, made once."""
    if id(data) not in _BOOK:
        _BOOK.clear()
        _BOOK[id(data)] = (data, Book(data))
    return _BOOK[id(data)][1]


def judged(data: Data, judge: Judge) -> dict[Key, str]:
    """The verdict of every change."""
    book = _book(data)
    return {
        ("change", row["ns"], row["change_id"]): judge(book, row)
        for row in data.frames["changes"].iter_rows(named=True)
    }


def implemented(book: Book, change: Row) -> bool | None:
    """Whether the change was carried out: by its times, else its status and outcome.

    Without a status it is not known, whatever the times. Closed without an outcome it was, unless
    the record says rejected or its only decisions are rejections; from the approval rows alone that
    needs complete approvals.
    """
    status, outcome = change["status"], change["outcome"]
    if status is None:
        return None
    if change["actual_start"] or change["actual_end"]:
        return True
    if status in DONE:
        return True
    if status != "closed":
        return False
    if outcome is not None:
        return bool(outcome != "cancelled")
    own = book.decisions[change["ns"], change["change_id"]]
    if change["approval_status"] == "rejected":
        return False
    if own.approved or change["approval_status"] == "approved" or not own.rejected:
        return True
    if own.doubtful:
        return None
    until = change["closed_at"] or book.data.as_of
    return False if book.complete("approvals", change["ns"], change["created_at"], until) else None


def rejected_last(own: Decisions) -> bool:
    """Whether a rejection follows every approval, all of them dated."""
    approvals = [r["decided_at"] for r in own.approved]
    rejections = [r["decided_at"] for r in own.rejected if r["decided_at"]]
    if None in approvals or not approvals or not rejections:
        return False
    return bool(max(rejections) > max(approvals))


def overruled(book: Book, change: Row, own: Decisions) -> bool:
    """Whether the record says rejected, as the last of its dated decisions does, before the work."""
    if change["approval_status"] != "rejected" or own.doubtful or not rejected_last(own):
        return False
    last = max(r["decided_at"] for r in own.rejected if r["decided_at"])
    start = change["actual_start"]
    return implemented(book, change) is False or (start is not None and last <= start)


def contradictory(book: Book, change: Row) -> bool:
    """Whether state and rows, or the rows among themselves, leave open if it is approved."""
    own, state = book.decisions[change["ns"], change["change_id"]], change["approval_status"]
    if own.approved and state == "rejected":
        return not overruled(book, change, own)
    if not own.approved:
        return state == "approved" and bool(own.rejected)
    if state == "approved" or not own.rejected:
        return False
    times = [r["decided_at"] for r in (*own.approved, *own.rejected)]
    if None in times:
        return True
    last = max(r["decided_at"] for r in own.approved)
    return any(r["decided_at"] >= last for r in own.rejected)


def _004(book: Book, change: Row) -> str:
    kind, done = change["change_type"], implemented(book, change)
    if kind == "standard" or done is False:
        return OUT
    if kind is None or done is None:
        return UNKNOWN
    own = book.decisions[change["ns"], change["change_id"]]
    state = change["approval_status"]
    if contradictory(book, change):
        return UNKNOWN
    if (own.approved and state != "rejected") or state == "approved":
        return YES
    if own.doubtful:
        return UNKNOWN
    if state is not None:
        return NO
    work = change["actual_start"] or change["actual_end"] or change["closed_at"]
    if not book.approvals_until(change, work or book.data.as_of):
        return UNKNOWN
    if change["approved_at"]:
        return UNKNOWN if own.rejected else YES
    return NO


def chg_004(data: Data) -> dict[Key, str]:
    """An implemented change has an approving row or an approved state; contradictions are open."""
    return judged(data, _004)


@dataclass
class Own:
    """What the record itself says of its approval, where no row approves it."""

    approved: bool | None
    at: datetime | None = None


def own_word(book: Book, change: Row, own: Decisions, doubt: bool) -> Own:
    """The record's own approval: it serves where approvals are complete and none approves."""
    state, at = change["approval_status"], change["approved_at"]
    if doubt:
        return Own(None)
    if state not in (None, "approved"):
        return Own(False)
    if own.rejected and (state == "approved" or at):
        return Own(None)
    if not book.approvals_until(change, book.data.as_of):
        return Own(None)
    return Own(state == "approved" or at is not None, at)


def backwards(change: Row) -> bool:
    """Whether the work ended before it began."""
    return after(change["actual_end"], change["actual_start"])


def _005(book: Book, change: Row) -> str:
    kind, done = change["change_type"], implemented(book, change)
    if kind in ("standard", "emergency") or done is False:
        return OUT
    own = book.decisions[change["ns"], change["change_id"]]
    start = change["actual_start"]
    if overruled(book, change, own):
        return OUT
    record = Own(True) if own.approved else own_word(book, change, own, bool(own.doubtful))
    if record.approved is False:
        return OUT
    if kind is None or done is None or record.approved is None or start is None:
        return UNKNOWN
    if backwards(change) or contradictory(book, change):
        return UNKNOWN
    if not own.approved:
        return UNKNOWN if record.at is None else NO if after(start, record.at) else YES
    required = [r for r in own.approved if r["stage"] and r["stage"] not in BESIDE]
    if any(after(start, r["decided_at"]) for r in required):
        return NO
    if own.doubtful:
        return UNKNOWN
    if all(after(start, r["decided_at"]) for r in own.approved):
        return NO if book.approvals_until(change, start) else UNKNOWN
    required = [r for r in own.approved if r["stage"] not in BESIDE]
    early = all(r["decided_at"] and not after(start, r["decided_at"]) for r in required)
    whole = book.complete("approvals", change["ns"], start, book.data.as_of)
    ahead = change["closed_at"] is not None and change["closed_at"] < start
    return YES if required and early and whole and not ahead else UNKNOWN


def chg_005(data: Data) -> dict[Key, str]:
    """The last required approval is not after the start; one that may be later leaves it open.

    An approval without a stage counts as required while it is early; late it may be retroactive.
    A closing before the start leaves open until when approvals count.
    """
    return judged(data, _005)


def may_authorise(book: Book, approver: str | None, role: str | None) -> bool | None:
    """Whether someone has an emergency approver's role; None where no role is known."""
    words = {w.strip().lower() for w in (role or "").split(";") if w.strip()}
    words = words or book.roles.get((approver or "").strip().lower(), set())
    return bool(words & EMERGENCY_APPROVERS) if words else None


def _006(book: Book, change: Row) -> str:
    kind, done = change["change_type"], implemented(book, change)
    start, end = change["actual_start"], change["actual_end"]
    if kind in ("normal", "standard") or done is False:
        return OUT
    if change["status"] in ("cancelled", "rejected") and start is None:
        return OUT
    if kind is None or done is None or (start is None and end is None) or backwards(change):
        return UNKNOWN
    base = end or start
    limit = base + timedelta(minutes=RETRO_MINUTES)
    if end and limit > book.data.as_of:
        return OUT
    own = book.decisions[change["ns"], change["change_id"]]
    if contradictory(book, change):
        return UNKNOWN
    if own.approved:
        given = [(r["decided_at"], r["approver"], r["approver_role"]) for r in own.approved]
    else:
        record = own_word(book, change, own, bool(own.doubtful))
        if record.approved is None:
            return UNKNOWN
        given = [(record.at, change["approved_by"], None)] if record.approved else []
    if any(_timely(book, base, *g) for g in given):
        return YES
    if own.doubtful or end is None or any(at is None for at, *_ in given):
        return UNKNOWN
    said = not own.approved and change["approval_status"] not in (None, "approved")
    return NO if said or book.approvals_until(change, limit) else UNKNOWN


def _timely(
    book: Book, base: datetime, at: datetime | None, who: str | None, role: str | None
) -> bool:
    """Whether an approval was given by the limit, and not by somebody known as unfit."""
    timely = at is not None and minutes_after(base, at) <= RETRO_MINUTES
    return timely and may_authorise(book, who, role) is not False


def chg_006(data: Data) -> dict[Key, str]:
    """An emergency change is approved until a day after its end, by somebody not known as unfit."""
    return judged(data, _006)


def _015(book: Book, change: Row) -> str:
    kind, done = change["change_type"], implemented(book, change)
    if kind == "emergency" or done is False:
        return OUT
    if kind is None or done is None:
        return UNKNOWN
    first, last = change["planned_start"], change["planned_end"]
    start, end = change["actual_start"], change["actual_end"]
    if after(last, first) or after(end, start):
        return UNKNOWN
    stamps = [t for t in (start, end) if t]
    if first and any(minutes_after(t, first) > EARLY for t in stamps):
        return NO
    if last and any(minutes_after(last, t) > LATE for t in stamps):
        return NO
    return YES if first and last and start and end else UNKNOWN


def chg_015(data: Data) -> dict[Key, str]:
    """Work neither begins early nor ends late; one stamp outside the window is enough."""
    return judged(data, _015)


def _019(book: Book, change: Row) -> str:
    outcome, kind, risk = change["outcome"], change["change_type"], change["risk_level"]
    asked = (
        outcome in ("failed", "backed_out") or kind == "emergency" or risk in ("high", "very_high")
    )
    done = implemented(book, change)
    if done is False or change["status"] == "implementing":
        return OUT
    if not asked and None not in (outcome, kind, risk):
        return OUT
    if backwards(change):
        return UNKNOWN
    end = change["actual_end"] or change["closed_at"]
    return _reviewed(book, change, end, asked and done is True)


def _reviewed(book: Book, change: Row, end: datetime | None, applies: bool) -> str:
    if end is None:
        return UNKNOWN
    due = book.due(change, end, PIR_DAYS)
    today = book.day(book.data.as_of)
    open_ = due is not None and due >= today
    latest = due or book.day(end) + timedelta(days=PIR_DAYS)
    proofs, doubt = [], due is None
    held = [(change["pir_at"], change["pir_result"])]
    others = [(r["held_at"], r["outputs"]) for r in book.reviews.get(change["change_id"], [])]
    if book.spaces[change["change_id"]] > 1:
        doubt, others = doubt or bool(others), []
    for at, result in [*held, *others]:
        if at is None:
            doubt = doubt or (at, result) in others
        elif after(at, end):
            begun = change["actual_start"]
            doubt = doubt or not (change["actual_end"] or after(at, begun))
        elif book.day(at) <= latest:
            proofs.append(result)
    if any(proofs):
        return YES if applies else UNKNOWN
    if not applies and not open_:
        return UNKNOWN
    if open_:
        return OUT
    return UNKNOWN if doubt else NO


def chg_019(data: Data) -> dict[Key, str]:
    """A review with a result is held after the work and by the due day."""
    return judged(data, _019)


def _020(book: Book, change: Row) -> str:
    status, outcome, closed = change["status"], change["outcome"], change["closed_at"]
    if outcome == "cancelled" or status not in (None, "closed"):
        return OUT
    done = implemented(book, change)
    if done is False:
        return OUT
    if status is None or done is None or closed is None:
        return UNKNOWN
    result, end = change["verification_result"], change["actual_end"]
    if result == "failed":
        return NO
    begun = end or change["actual_start"]
    proved, late, doubt = False, False, False
    verified = change["verified_at"]
    if verified and begun and after(verified, begun):
        doubt = True
    elif verified and after(closed, verified):
        late = True
    elif verified:
        proved, doubt = end is not None, end is None
    for task in book.tasks[change["ns"], change["change_id"]]:
        kind, state, at = task["task_type"], task["status"], task["closed_at"]
        if kind not in (None, "verify", "review") or state not in (None, "closed"):
            continue
        if at and after(closed, at):
            late = late or (kind is not None and state is not None)
        elif at and end and kind and state and not after(at, end):
            proved = True
        elif not (at and end and after(at, end)):
            doubt = True
    if proved:
        return UNKNOWN if result == "partial" else YES
    if result and verified is None and not late:
        return UNKNOWN
    first = min(closed, begun) if begun else change["created_at"]
    whole = book.complete("change_tasks", change["ns"], first, closed)
    nothing_between = verified and begun and minutes_after(closed, begun) >= 2
    return NO if not doubt and (whole or nothing_between) else UNKNOWN


def chg_020(data: Data) -> dict[Key, str]:
    """A verification after the work and not after the closing; a failed result is a finding."""
    return judged(data, _020)


def _021(book: Book, change: Row) -> str:
    del book
    if change["outcome"] == "cancelled" or change["status"] not in (None, "closed"):
        return OUT
    if None in (change["status"], change["closed_at"], change["actual_end"]):
        return UNKNOWN
    return NO if after(change["closed_at"], change["actual_end"]) else YES


def chg_021(data: Data) -> dict[Key, str]:
    """A closed change was not closed a minute or more before its work ended."""
    return judged(data, _021)


def _024(book: Book, change: Row) -> str:
    outcome, ns = change["outcome"], change["ns"]
    if outcome not in (None, "successful", "successful_with_issues"):
        return OUT
    done = implemented(book, change)
    if outcome is None and done is False and change["status"] != "closed":
        return OUT
    items = [r["ci_id"] for r in book.items[ns, change["change_id"]]]
    if not items or outcome is None:
        return UNKNOWN
    if backwards(change):
        return UNKNOWN
    return _followed(book, change, change["actual_end"] or change["closed_at"], items)


def _followed(book: Book, change: Row, end: datetime | None, items: list[str]) -> str:
    ns, start = change["ns"], change["actual_start"]
    if end is None:
        return UNKNOWN
    if start:
        start = min(start, end)
    due = book.due(change, end, CMDB_DAYS)
    today = book.day(book.data.as_of)
    if due and due >= today:
        return OUT
    latest = due or book.day(end) + timedelta(days=CMDB_DAYS)
    if latest >= today:
        return UNKNOWN
    proved, doubt = False, due is None
    updated = change["cmdb_updated_at"]
    if updated and book.day(updated) <= latest:
        proved = not after(updated, start or end)
        doubt = doubt or not proved
    for edit in (e for ci in items for e in book.edits[ns, ci]):
        if book.day(edit["changed_at"]) > latest:
            continue
        if edit["change_id"] not in (None, change["change_id"]):
            continue
        if edit["change_id"] or not after(edit["changed_at"], start or end):
            proved = True
        elif start is None and edit["changed_at"] >= change["created_at"]:
            doubt = True
    if proved:
        return YES
    whole = book.complete("ci_changes", ns, start or change["created_at"], book.day_end(latest))
    return NO if whole and not doubt else UNKNOWN


def chg_024(data: Data) -> dict[Key, str]:
    """The CMDB is updated between start and due day, on the record or by an edit of its own."""
    return judged(data, _024)


@dataclass
class Refusal:
    """Whether the last decision is a rejection, and when it was made."""

    last: bool | None
    at: datetime | None = None


def refusal(book: Book, change: Row) -> Refusal:
    """The last decision: from the rows in their order, and the record's own state."""
    own = book.decisions[change["ns"], change["change_id"]]
    state = change["approval_status"]
    if own.doubtful:
        return Refusal(None)
    if own.approved and own.rejected:
        times = [r["decided_at"] for r in (*own.approved, *own.rejected)]
        if None in times:
            return Refusal(None)
        yes = max(r["decided_at"] for r in own.approved)
        no = max(r["decided_at"] for r in own.rejected)
        if after(no, yes):
            return Refusal(None if state == "rejected" else False)
        if not after(yes, no):
            return Refusal(None)
    elif own.approved:
        return Refusal(None if state == "rejected" else False)
    elif not own.rejected:
        if state == "rejected":
            return Refusal(True, _history_time(book, change, "approval_status", ("rejected",)))
        if state or change["approved_at"]:
            return Refusal(False)
        return Refusal(False if book.approvals_until(change, book.data.as_of) else None)
    at = max((r["decided_at"] for r in own.rejected if r["decided_at"]), default=None)
    if state in ("approved", "rejected"):
        return Refusal(True if state == "rejected" else None, at)
    work = change["actual_start"] or change["actual_end"] or book.data.as_of
    if at:
        whole = book.complete("approvals", change["ns"], min(at, work), max(at, work))
    else:
        whole = book.approvals_until(change, work)
    return Refusal(True if whole else None, at)


def _history_time(book: Book, change: Row, column: str, values: tuple[str, ...]) -> datetime | None:
    """When the history last shows such a value; None where it does not or may show another."""
    found = [
        r for r in book.history[change["ns"], change["change_id"]]
        if r["field"] in (None, column) and r["new_value"] in values
    ]  # fmt: skip
    if not found or any(r["changed_at"] is None or r["field"] is None or r["object_type"] is None
                        for r in found):  # fmt: skip
        return None
    last: datetime = max(r["changed_at"] for r in found)
    return last


def _033(book: Book, change: Row) -> str:
    refused, status = refusal(book, change), change["status"]
    ended = status in ("rejected", "cancelled")
    if not ended and refused.last is False and status is not None:
        return OUT
    start, done = change["actual_start"], implemented(book, change)
    worked = change["outcome"] in WORKED
    if refused.last:
        if worked or after(refused.at, start):
            return NO
        if start:
            return UNKNOWN if refused.at is None or status is None else YES
        return YES if done is False else UNKNOWN
    if not ended:
        return UNKNOWN
    if start:
        at = _history_time(book, change, "status", ("rejected", "cancelled"))
        if after(at, start):
            return NO
        return UNKNOWN if at is None or refused.last is None else YES
    return UNKNOWN if worked or change["actual_end"] else YES


def chg_033(data: Data) -> dict[Key, str]:
    """After a rejection or cancellation no work begins, and no outcome of work stands."""
    return judged(data, _033)


OPINIONS: dict[str, Opinion] = {
    "CHG-004": chg_004,
    "CHG-005": chg_005,
    "CHG-006": chg_006,
    "CHG-015": chg_015,
    "CHG-019": chg_019,
    "CHG-020": chg_020,
    "CHG-021": chg_021,
    "CHG-024": chg_024,
    "CHG-033": chg_033,
}
