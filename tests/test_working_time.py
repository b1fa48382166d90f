"""Working time against a count minute by minute, and the clocks of incidents made from it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pyarrow as pa
import pytest

from itssrules.assess.cases import fill
from itssrules.assess.working_time import merged, seconds, working_days
from itssrules.catalogue.compose import bind
from itssrules.store import Connection, connect, rows

FACTS = Path(__file__).parents[1] / "rules" / "facts"
FIRST, LAST = date(2023, 12, 1), date(2026, 12, 31)
INTERVALS = 20_000
Hours = list[tuple[str, str]]

BETWEEN = """
select i.n,
    worked(i.b, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
    - worked(i.a, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4) as seconds
from intervals i
left join working_days a on a.calendar_id = i.calendar_id and a.day = cast(i.a as date)
left join working_days b on b.calendar_id = i.calendar_id and b.day = cast(i.b as date)
    and b.unknown_before = a.unknown_before and i.b >= i.a
order by i.n
"""


@pytest.fixture
def con() -> Iterator[Connection]:
    made = connect()
    yield made
    made.close()


# --- calendars as functions of the day, and their rows -------------------------------------------


@dataclass(frozen=True)
class Service:
    """A calendar: the hours of each local day; None where the firm's table does not tell them."""

    zone: str
    hours: Callable[[date], Hours | None]

    def rows(self, name: str, first: date, last: date) -> list[dict[str, Any]]:
        found = []
        for day in days(first, last):
            hours = self.hours(day)
            if hours is None:
                continue
            spans = hours or [(None, None)]
            found += [
                {"calendar_id": name, "date": day, "is_working": bool(hours),
                 "open_from": opens, "open_to": closes, "zone": self.zone}
                for opens, closes in spans
            ]  # fmt: skip
        return found


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def office(day: date) -> Hours:
    return [("09:00", "12:00"), ("13:30", "18:00")] if day.weekday() < 5 else []


def chinese(day: date) -> Hours:
    if day.year == 2026 and day > date(2026, 10, 7):
        return office(day)
    return [("09:00", "12:00"), ("13:30", "18:00")] if chinese_calendar.is_workday(day) else []


def half_saturday(day: date) -> Hours:
    return [[("08:30", "17:30")], [("08:30", "12:00")], []][max(0, day.weekday() - 4)]


def nights(day: date) -> Hours:
    before = (day - timedelta(1)).weekday() < 5
    return [("00:00", "06:00")] * before + [("22:00", "24:00")] * (day.weekday() < 5)


def one_span(opens: str, closes: str) -> Callable[[date], Hours]:
    return lambda day: [(opens, closes)] if day.weekday() < 5 else []


def always(day: date) -> Hours:
    return [("00:00", "24:00")]


def four_spans(day: date) -> Hours:
    return [("06:00", "07:00"), ("09:15", "11:45"), ("13:00", "15:30"), ("20:00", "23:59")]


def holes(seed: int) -> Callable[[date], Hours | None]:
    missing = set(random.Random(seed).sample(days(FIRST, LAST), 12))
    return lambda day: None if day in missing else office(day)


SERVICES = (
    Service("Asia/Shanghai", chinese),
    Service("Asia/Shanghai", office),
    Service("Asia/Shanghai", always),
    Service("Asia/Shanghai", half_saturday),
    Service("Asia/Shanghai", nights),
    Service("Asia/Shanghai", holes(1)),
    Service("Asia/Kolkata", one_span("09:30", "18:15")),
    Service("Asia/Kathmandu", office),
    Service("Europe/Berlin", office),
    Service("Europe/Berlin", always),
    Service("Europe/Berlin", lambda day: [("02:30", "08:00")]),   # opens in the hour that is skipped
    Service("Europe/Berlin", lambda day: [("00:00", "02:30")]),   # closes in the hour that is repeated
    Service("Europe/London", nights),
    Service("America/New_York", office),
    Service("America/New_York", four_spans),
    Service("America/New_York", holes(2)),
    Service("Australia/Lord_Howe", office),                       # the clock moves by half an hour
    Service("Africa/Cairo", always),                              # midnight itself is skipped
    Service("Pacific/Kiritimati", one_span("08:00", "24:00")),
    Service("UTC", half_saturday),
)  # fmt: skip


# --- the second opinion: every minute of three years, looked at alone ----------------------------


@cache
def minute_by_minute(hours: tuple[tuple[str, str], ...] | None) -> bytes:
    if hours is None:
        return bytes([2]) * 1440
    clock = [f"{m // 60:02}:{m % 60:02}" for m in range(1440)]
    return bytes(any(a <= now < b for a, b in hours) for now in clock)


class Minutes:
    """One byte a minute of UTC: 1 open, 0 closed, 2 not known."""

    def __init__(self, service: Service, first: date, last: date) -> None:
        self.start = datetime(first.year, first.month, first.day) - timedelta(2)
        self.made = bytearray()
        zone, local = ZoneInfo(service.zone), dict[date, bytes]()
        walls = [(self.start + timedelta(hours=n)).replace(tzinfo=UTC).astimezone(zone)
                 for n in range(((last - first).days + 5) * 24 + 1)]  # fmt: skip
        for wall, later in pairwise(walls):
            even = wall.utcoffset() == later.utcoffset() and wall.date() == later.date()
            for minute in range(0, 60, 60 if even else 15):
                moment = (wall.astimezone(UTC) + timedelta(minutes=minute)).astimezone(zone)
                day = moment.date()
                if day not in local:
                    told = service.hours(day) if first <= day <= last else None
                    local[day] = minute_by_minute(None if told is None else tuple(told))
                at = moment.hour * 60 + moment.minute
                self.made += local[day][at : at + (60 if even else 15)]

    def between(self, a: datetime, b: datetime) -> float | None:
        """Open seconds from a to b; None where b comes first or a day from a's to b's is unknown."""
        if b < a or 2 in self.made[self.at(midnight(a)) : self.at(midnight(b)) + 1440]:
            return None
        first, last = self.at(a), self.at(b)
        if first == last:
            return (b - a).total_seconds() * self.made[first]
        whole = self.made.count(1, first + 1, last) * 60
        head, tail = 60 - (a.second + a.microsecond / 1e6), b.second + b.microsecond / 1e6
        return whole + head * self.made[first] + tail * self.made[last]

    def at(self, moment: datetime) -> int:
        return (moment - self.start) // timedelta(minutes=1)


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def random_intervals(number: int, seed: int) -> list[tuple[datetime, datetime]]:
    rng, begin = random.Random(seed), datetime(2024, 1, 1)
    whole = int((datetime(2026, 12, 30) - begin).total_seconds())
    made = []
    for _ in range(number):
        a = begin + timedelta(seconds=rng.randrange(whole))
        length = rng.choice((3_600, 86_400, 10 * 86_400, 400 * 86_400))
        b = a + timedelta(seconds=rng.randrange(-length // 10, length))
        if rng.random() < 0.3:
            a = midnight(a)
        if rng.random() < 0.3:
            b = b.replace(minute=0, second=0)
        a += timedelta(milliseconds=rng.choice((0, 0, 250, 999)))
        made.append((a, min(b, begin + timedelta(seconds=whole))))
    return made


def measure(con: Connection, asked: list[tuple[str, datetime, datetime]]) -> list[float | None]:
    names, a, b = ([row[k] for row in asked] for k in range(3))
    table = pa.table({
        "n": list(range(len(asked))), "calendar_id": names,
        "a": pa.array(a, pa.timestamp("us")), "b": pa.array(b, pa.timestamp("us")),
    })  # fmt: skip
    con.register("intervals", table)
    found = [value for _, value in rows(con, BETWEEN)]
    con.unregister("intervals")
    return found


def lay_out(con: Connection, found: list[dict[str, Any]]) -> None:
    columns = ("calendar_id", "date", "is_working", "open_from", "open_to", "zone")
    kinds = (pa.string(), pa.date32(), pa.bool_(), pa.string(), pa.string(), pa.string())
    table = pa.table({
        c: pa.array([r.get(c) for r in found], k) for c, k in zip(columns, kinds, strict=True)
    })  # fmt: skip
    con.register("given", table)
    con.execute("insert into calendars by name select * from given")
    con.unregister("given")
    working_days(con)


def test_working_time_equals_a_count_minute_by_minute(con: Connection) -> None:
    lay_out(con, [r for n, s in enumerate(SERVICES) for r in s.rows(f"c{n}", FIRST, LAST)])
    asked, expected = [], []
    for n, service in enumerate(SERVICES):
        minutes = Minutes(service, FIRST, LAST)
        for a, b in random_intervals(INTERVALS // len(SERVICES), seed=n):
            asked.append((f"c{n}", a, b))
            expected.append(minutes.between(a, b))
    found = measure(con, asked)
    assert len(found) == INTERVALS
    wrong = [(q, w, f) for q, w, f in zip(asked, expected, found, strict=True)
             if (w is None) != (f is None) or (w is not None and abs(w - f) > 1e-4)]  # fmt: skip
    assert wrong == []
    known = [w for w in expected if w is not None]
    assert len(known) > 0.6 * INTERVALS  # neither side says NULL to everything,
    assert sum(w is None and a <= b for w, (_, a, b) in zip(expected, asked, strict=True)) > 100
    assert sum(b < a for _, a, b in asked) > 500  # and every kind of question was asked
    assert len({round(w) for w in known}) > 5_000


# --- days worked out by hand ---------------------------------------------------------------------


def utc(text: str, zone: str) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def minutes_of(con: Connection, name: str, zone: str, a: str, b: str) -> float | None:
    (found,) = measure(con, [(name, utc(a, zone), utc(b, zone))])
    return None if found is None else found / 60


BY_HAND = (
    ("within a morning", chinese, "Asia/Shanghai", "2026-03-03 09:12", "2026-03-03 10:00", 48),
    ("over lunch", chinese, "Asia/Shanghai", "2026-03-03 09:12", "2026-03-03 17:40", 418),
    ("Spring Festival", chinese, "Asia/Shanghai", "2026-02-14 17:00", "2026-02-24 10:00", 120),
    ("make-up Saturday", chinese, "Asia/Shanghai", "2026-02-28 08:00", "2026-02-28 20:00", 450),
    ("year's end", chinese, "Asia/Shanghai", "2025-12-31 17:00", "2026-01-04 09:30", 90),
    ("24:00", always, "Asia/Shanghai", "2026-02-28 23:00", "2026-03-01 01:00", 120),
    ("half day", half_saturday, "Asia/Shanghai", "2026-03-07 00:00", "2026-03-08 23:00", 210),
    ("night shift", nights, "Asia/Shanghai", "2026-03-06 21:00", "2026-03-08 12:00", 480),
    ("spring forward", always, "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 12:00", 1380),
    ("fall back", always, "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 12:00", 1500),
    ("no time at all", always, "UTC", "2026-03-03 12:00", "2026-03-03 12:00", 0),
    ("end before start", always, "UTC", "2026-03-03 12:01", "2026-03-03 12:00", None),
    ("end before start, both at night", office, "UTC", "2026-03-03 22:00", "2026-03-03 21:00", None),
)  # fmt: skip


@pytest.mark.parametrize(("hours", "zone", "a", "b", "want"), [c[1:] for c in BY_HAND],
                         ids=[c[0] for c in BY_HAND])  # fmt: skip
def test_by_hand(
    con: Connection, hours: Callable[[date], Hours], zone: str, a: str, b: str, want: float | None
) -> None:
    lay_out(con, Service(zone, hours).rows("c", date(2025, 12, 1), date(2026, 12, 1)))
    assert minutes_of(con, "c", zone, a, b) == want


# --- what is not known stays so ------------------------------------------------------------------


def week(**changed: Any) -> list[dict[str, Any]]:
    """Six days from 2 March 2026, open 09:00-17:00 on five; the 4th with the cells given."""
    made = Service("Asia/Shanghai", one_span("09:00", "17:00")).rows(
        "c", date(2026, 3, 2), date(2026, 3, 7)
    )
    return [{**r, **changed} if r["date"] == date(2026, 3, 4) else r for r in made]


UNKNOWN_DAYS = (
    ("no row", [r for r in week() if r["date"] != date(2026, 3, 4)]),
    ("working not told", week(is_working=None)),
    ("no hours", week(open_from=None, open_to=None)),
    ("hours that are none", week(open_to="25:00")),
    ("words for hours", week(open_to="evening")),
    ("closes before it opens", week(open_to="08:00")),
    ("closes as it opens", week(open_to="09:00")),
    ("open and closed", [*week(), *week(is_working=False)[2:3]]),
    ("a row without calendar", [*week(), {"date": date(2026, 3, 4), "is_working": True}]),
    ("five spans", [*week(open_to="09:30"), *[
        {**week()[2], "open_from": f"{h}:00", "open_to": f"{h}:30"} for h in (10, 12, 14, 16)]]),
)  # fmt: skip


@pytest.mark.parametrize("found", [f for _, f in UNKNOWN_DAYS], ids=[n for n, _ in UNKNOWN_DAYS])
def test_an_unknown_day_makes_every_time_over_it_unknown(
    con: Connection, found: list[dict[str, Any]]
) -> None:
    lay_out(con, found)
    zone = "Asia/Shanghai"
    assert minutes_of(con, "c", zone, "2026-03-02 10:00", "2026-03-02 12:00") == 120
    assert minutes_of(con, "c", zone, "2026-03-05 10:00", "2026-03-05 12:00") == 120
    assert minutes_of(con, "c", zone, "2026-03-04 10:00", "2026-03-04 12:00") is None
    assert minutes_of(con, "c", zone, "2026-03-02 10:00", "2026-03-04 10:00") is None
    assert minutes_of(con, "c", zone, "2026-03-02 10:00", "2026-03-05 12:00") is None


UNKNOWN_CALENDARS = (
    ("no zone", [{**r, "zone": None} for r in week()]),
    ("blank zone", [{**r, "zone": " "} for r in week()]),
    ("one row without zone", week(zone=None)),
    ("unknown zone", [{**r, "zone": "Asia/Peking"} for r in week()]),
    ("two zones", week(zone="Asia/Tokyo")),
    ("a row without day", [*week(), {**week()[0], "date": None}]),
    ("a row without calendar and day", [*week(), {"is_working": True}]),
)


@pytest.mark.parametrize("found", [f for _, f in UNKNOWN_CALENDARS],
                         ids=[n for n, _ in UNKNOWN_CALENDARS])  # fmt: skip
def test_a_calendar_that_cannot_be_told_is_unknown_as_a_whole(
    con: Connection, found: list[dict[str, Any]]
) -> None:
    lay_out(con, found)
    assert minutes_of(con, "c", "Asia/Shanghai", "2026-03-03 10:00", "2026-03-03 12:00") is None


def test_days_before_the_first_and_after_the_last_row_are_unknown(con: Connection) -> None:
    lay_out(con, week())
    zone = "Asia/Shanghai"
    assert minutes_of(con, "c", zone, "2026-03-02 10:00", "2026-03-06 20:00") == 60 * (7 + 4 * 8)
    assert minutes_of(con, "c", zone, "2026-03-02 02:00", "2026-03-02 12:00") is None
    assert minutes_of(con, "c", zone, "2026-03-06 10:00", "2026-03-09 10:00") is None
    assert minutes_of(con, "other", zone, "2026-03-03 10:00", "2026-03-03 12:00") is None


def test_rows_far_out_of_time_do_no_harm(con: Connection) -> None:
    far = [{**week()[0], "date": date(y, 1, 1)} for y in (1, 1899, 2199, 9999)]
    lay_out(con, [*week(), *far])
    zone = "Asia/Shanghai"
    assert minutes_of(con, "c", zone, "2026-03-03 10:00", "2026-03-04 12:00") == 60 * (7 + 3)


def test_a_row_on_which_its_file_disagrees_is_unknown(con: Connection) -> None:
    lay_out(con, week())
    con.execute("update calendars set disputed = ['open_to'] where date = date '2026-03-04'")
    working_days(con)
    zone = "Asia/Shanghai"
    assert minutes_of(con, "c", zone, "2026-03-04 10:00", "2026-03-04 12:00") is None
    assert minutes_of(con, "c", zone, "2026-03-05 10:00", "2026-03-05 12:00") == 120


def test_overlapping_and_touching_spans_count_once(con: Connection) -> None:
    extra = [{**week()[1], "open_from": a, "open_to": b}
             for a, b in (("08:00", "10:00"), ("12:00", "13:00"), ("17:00", "18:00"))]  # fmt: skip
    lay_out(con, [*week(), *extra])
    zone = "Asia/Shanghai"
    assert minutes_of(con, "c", zone, "2026-03-03 07:00", "2026-03-03 20:00") == 600


def test_calendars_can_be_laid_out_again(con: Connection) -> None:
    lay_out(con, week())
    before = rows(con, "select * from working_days order by all")
    working_days(con)
    assert rows(con, "select * from working_days order by all") == before


@pytest.mark.parametrize(
    ("text", "want"),
    [("09:00", 32_400), ("9:05", 32_700), ("24:00", 86_400), ("00:00", 0), ("09:00:30", 32_430),
     ("9：30", 34_200), (" 09:00 ", 32_400), ("24:01", None), ("09:60", None), ("", None),
     (None, None), ("9", None), ("9.5", None), ("09:00 AM", None)],
)  # fmt: skip
def test_reading_an_hour(text: str | None, want: int | None) -> None:
    assert seconds(text) == want


def test_merging_spans() -> None:
    assert merged([(5, 7), (1, 3), (3, 4), (6, 9)]) == ((1, 4), (5, 9))


# --- targets -------------------------------------------------------------------------------------

AS_OF = "2026-04-10 16:00"
SPRING = (date(2026, 2, 20), date(2026, 4, 20))
DECLARED = ("slas", "sla_targets", "calendars", "status_history")
LOCAL = "Asia/Shanghai"
SETTINGS = {
    "pause_states": ["on_hold"],
    "allowed_pause_reasons": ["waiting_customer", "waiting_window", "force_majeure"],
    "start_from_report": False,
    "tolerance_minutes": 0,
}


def at(text: str) -> str:
    """A moment by the wall clock of Shanghai, as canonical rows hold it."""
    return utc(text, LOCAL).isoformat(" ")


def firm(**tables: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Project P with agreement A: response in 30 and resolution in 240 minutes for priority 2."""
    hours = Service(LOCAL, chinese).rows("office", *SPRING)
    allday = Service(LOCAL, always).rows("always", *SPRING)
    made: dict[str, list[dict[str, Any]]] = {
        "slas": [{"sla_id": "A", "project_id": "P", "calendar_id": "office"}],
        "sla_targets": [target("response", 30), target("resolution", 240)],
        "calendars": [{**r, "date": str(r["date"])} for r in (*hours, *allday)],
        "coverage": [{"tbl": t} for t in DECLARED],
        "status_history": [],
        **tables,
    }
    return made


def target(metric: str, minutes: float | None, **more: Any) -> dict[str, Any]:
    return {"sla_id": "A", "metric": metric, "target_minutes": minutes, "priority": 2,
            "object_type": "incident", **more}  # fmt: skip


def incident(number: str = "I", **more: Any) -> dict[str, Any]:
    """Reported 09:12 and resolved 17:40 on Tuesday, 3 March 2026."""
    return {"incident_id": number, "project_id": "P", "priority": 2, "status": "resolved",
            "created_at": at("2026-03-03 09:12"), "responded_at": at("2026-03-03 09:20"),
            "resolved_at": at("2026-03-03 17:40"), **more}  # fmt: skip


def step(value: str | None, moment: str, number: str = "I", **more: Any) -> dict[str, Any]:
    return {"object_type": "incident", "object_id": number, "field": "status",
            "event_type": "status_change", "new_value": value,
            "changed_at": at(f"2026-03-03 {moment}"), **more}  # fmt: skip


def facts(con: Connection, tables: Mapping[str, Any], **settings: Any) -> None:
    """Fill the tables and make the facts, as a run does."""
    fill(con, {"tables": tables})
    working_days(con)
    values = {**SETTINGS, "as_of": AS_OF, **settings}
    for name in ("14_sla_terms", "15_incident_targets", "20_incident_clocks"):
        text = (FACTS / f"{name}.sql").read_text(encoding="utf-8").partition("*/")[2]
        con.execute(f"create or replace table {name[3:]} as {bind(text, values)}")


def clock(con: Connection, tables: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    """The clocks of the one incident."""
    (only,) = clocks(con, tables, **settings)
    return only


def clocks(con: Connection, tables: Mapping[str, Any], **settings: Any) -> list[dict[str, Any]]:
    facts(con, tables, **settings)
    found = con.execute("select * from incident_clocks order by ns, incident_id")
    names = [d[0] for d in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def verdict(found: Mapping[str, Any]) -> bool | None:
    """What a rule on the resolution time has to say: within the target, not so, or not known."""
    working, low, high = found["working"], found["net_min"], found["net_max"]
    limit = found["resolution_target"]
    if limit is None or working is None:
        return None
    if working <= limit:
        return True
    if low is None or high is None:
        return None
    return False if low > limit else True if high <= limit else None


def test_the_target_of_the_agreement_holds(con: Connection) -> None:
    found = clock(con, firm(incidents=[incident()]))
    assert (found["has_response_target"], found["response_target"]) == (True, 30)
    assert (found["has_resolution_target"], found["resolution_target"]) == (True, 240)
    assert (found["sla_id"], found["calendar_id"]) == ("A", "office")
    assert (found["response_gap"], found["resolution_gap"]) == (None, None)


CHOICES = (
    ("a row for the service", {}, [target("resolution", 60, service_id="S")], 60),
    ("a row for another service", {}, [target("resolution", 60, service_id="T")], 240),
    ("service before priority", {},
     [target("resolution", 60, service_id="S", priority=None)], 60),
    ("service and priority first", {},
     [target("resolution", 60, service_id="S", priority=None), target("resolution", 90, service_id="S")],
     90),
    ("a row for every priority", {}, [target("resolution", 60, priority=None)], 240),
    ("only a row for every priority", {"priority": 3}, [target("resolution", 60, priority=None)], 60),
    ("a row for requests", {}, [target("resolution", 60, service_id="S", object_type="request")], 240),
    ("a row for every object", {}, [target("resolution", 60, service_id="S", object_type=None)], 60),
    ("another metric", {}, [target("restoration", 60, service_id="S")], 240),
    ("the same twice", {}, [target("resolution", 240)], 240),
)  # fmt: skip


@pytest.mark.parametrize(("change", "more", "want"), [c[1:] for c in CHOICES],
                         ids=[c[0] for c in CHOICES])  # fmt: skip
def test_the_closest_row_counts(
    con: Connection, change: dict[str, Any], more: list[dict[str, Any]], want: float
) -> None:
    tables = firm(incidents=[incident(service_id="S", **change)])
    tables["sla_targets"] += more
    found = clock(con, tables)
    assert (found["has_resolution_target"], found["resolution_target"]) == (True, want)


UNKNOWN_TARGETS = (
    ("no project", {"project_id": "(unattributed)"}, {}, "no_project"),
    ("no priority", {"priority": None}, {}, "no_priority"),
    ("no creation time", {"created_at": None}, {}, "no_creation_time"),
    ("service empty, one has its own", {}, {"service_id": "S"}, "no_service"),
    ("two that differ", {}, {}, "contradiction"),
    ("a row without minutes", {}, {"target_minutes": None}, "unclear"),
    ("an unread priority", {}, {"priority": None, "_unread": ["priority"]}, "unclear"),
    ("a disputed time", {}, {"_disputed": ["target_minutes"]}, "unclear"),
    ("a row without agreement", {}, {"sla_id": None}, "unclear"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "row", "gap"), [c[1:] for c in UNKNOWN_TARGETS],
                         ids=[c[0] for c in UNKNOWN_TARGETS])  # fmt: skip
def test_what_leaves_the_target_unknown(
    con: Connection, change: dict[str, Any], row: dict[str, Any], gap: str
) -> None:
    tables = firm(incidents=[incident(**change)])
    if not change:
        tables["sla_targets"].append({**target("resolution", 60), **row})
    found = clock(con, tables)
    assert (found["resolution_target"], found["resolution_gap"]) == (None, gap)
    assert found["has_resolution_target"] is not False
    assert verdict(found) is None


def test_an_empty_service_is_no_matter_where_no_row_names_one(con: Connection) -> None:
    assert clock(con, firm(incidents=[incident()]))["resolution_target"] == 240


@pytest.mark.parametrize("lacking", ["slas", "sla_targets"])
def test_no_target_is_a_fact_only_where_the_agreements_are_all_there(
    con: Connection, lacking: str
) -> None:
    tables = firm(incidents=[incident(priority=4)])
    found = clock(con, tables)
    assert (found["has_response_target"], found["has_resolution_target"]) == (False, False)
    tables["coverage"] = [{"tbl": t} for t in DECLARED if t != lacking]
    found = clock(con, tables)
    assert (found["has_response_target"], found["has_resolution_target"]) == (None, None)
    assert found["resolution_gap"] == "incomplete"


def test_a_target_from_agreements_that_may_lack_a_row_is_not_sure(con: Connection) -> None:
    tables = firm(incidents=[incident()], coverage=[{"tbl": "calendars"}, {"tbl": "slas"}])
    found = clock(con, tables)
    assert (found["has_resolution_target"], found["resolution_target"]) == (True, None)


def test_only_the_metric_that_is_agreed_has_a_target(con: Connection) -> None:
    found = clock(con, firm(incidents=[incident()], sla_targets=[target("resolution", 240)]))
    assert (found["has_response_target"], found["has_resolution_target"]) == (False, True)


@pytest.mark.parametrize(
    ("created", "want"),
    [("2026-02-28 23:59", 100), ("2026-03-01 00:00", 200), ("2026-03-31 23:59", 200),
     ("2026-04-01 00:00", None)],
)  # fmt: skip
def test_the_version_in_force_on_the_local_day_of_creation_counts(
    con: Connection, created: str, want: float | None
) -> None:
    versions = [
        {"sla_id": "old", "project_id": "P", "calendar_id": "office", "version": "1",
         "effective_from": "2026-01-01", "effective_to": "2026-02-28"},
        {"sla_id": "new", "project_id": "P", "calendar_id": "office", "version": "2",
         "effective_from": "2026-03-01", "effective_to": "2026-03-31"},
    ]  # fmt: skip
    goals = [target("resolution", 100, sla_id="old"), target("resolution", 200, sla_id="new")]
    tables = firm(incidents=[incident(created_at=at(created))], slas=versions, sla_targets=goals)
    found = clock(con, tables)
    assert found["resolution_target"] == want
    assert found["has_resolution_target"] is (want is not None)


AGREEMENTS = (
    ("draft", {"status": "draft"}, False, None),
    ("active", {"status": "active"}, True, 240),
    ("ended, no day told", {"status": "terminated"}, None, None),
    ("ended later", {"status": "expired", "effective_to": "2026-05-31"}, True, 240),
    ("an unread day", {"_unread": ["effective_from"]}, None, None),
    ("of another project", {"project_id": "Q"}, False, None),
    ("of no project", {"project_id": None}, None, None),
)  # fmt: skip


@pytest.mark.parametrize(("change", "has", "want"), [c[1:] for c in AGREEMENTS],
                         ids=[c[0] for c in AGREEMENTS])  # fmt: skip
def test_which_agreements_are_in_force(
    con: Connection, change: dict[str, Any], has: bool | None, want: float | None
) -> None:
    tables = firm(incidents=[incident()])
    tables["slas"][0].update(change)
    found = clock(con, tables)
    assert (found["has_resolution_target"], found["resolution_target"]) == (has, want)


def test_the_calendar_of_the_target_stands_before_the_agreement_and_the_project(
    con: Connection,
) -> None:
    tables = firm(incidents=[incident()], projects=[{"project_id": "P", "calendar_id": "always"}])
    assert clock(con, tables)["calendar_id"] == "office"
    tables["slas"][0]["calendar_id"] = None
    assert clock(con, tables)["calendar_id"] == "always"
    tables["sla_targets"][1]["calendar_id"] = "office"
    found = clock(con, tables)
    assert (found["calendar_id"], found["response_calendar_id"]) == ("office", "always")


def test_without_a_calendar_there_is_no_working_time(con: Connection) -> None:
    tables = firm(incidents=[incident()])
    tables["slas"][0]["calendar_id"] = None
    found = clock(con, tables)
    assert (found["resolution_gap"], found["working"], found["gross"]) == ("no_calendar", None, 508)


def test_a_calendar_that_may_lack_rows_counts_nothing(con: Connection) -> None:
    found = clock(con, firm(incidents=[incident()],
                            coverage=[{"tbl": t} for t in DECLARED if t != "calendars"]))  # fmt: skip
    assert (found["working"], found["response_net"]) == (None, None)


# --- clocks --------------------------------------------------------------------------------------


def paused(*steps: dict[str, Any], **change: Any) -> dict[str, Any]:
    return firm(incidents=[incident(**change)], status_history=list(steps))


HOUR = (
    step("in_progress", "09:20"),
    step("on_hold", "10:00", reason="waiting_customer"),
    step("in_progress", "11:00"),
    step("resolved", "17:40"),
)


def test_the_arithmetic_of_the_sentence(con: Connection) -> None:
    """报障 09:12 → 解决 17:40，毛时 8 小时 28 分，非工作 1 小时 30 分，暂停 1 小时，净时 5 小时 58 分."""
    found = clock(con, paused(*HOUR))
    assert found["started_at"].isoformat(" ") == at("2026-03-03 09:12")
    assert found["ended_at"].isoformat(" ") == at("2026-03-03 17:40")
    assert found["gross"] == 8 * 60 + 28
    assert found["off_hours"] == 90
    assert found["paused_all"] == found["paused_allowed"] == 60
    assert found["net_min"] == found["net_max"] == 5 * 60 + 58
    assert (found["pauses_from"], found["pauses"], found["due_passed"]) == ("history", 1, True)
    assert verdict(found) is False


@pytest.mark.parametrize(
    ("reason", "allowed", "possible", "without", "net"),
    [("waiting_customer", 60, 60, 0, (358, 358)), ("waiting_supplier", 0, 0, 0, (418, 418)),
     ("other", 0, 0, 0, (418, 418)), (None, 0, 60, 1, (358, 418)),
     ("等客户回复", 0, 60, 1, (358, 418))],
)  # fmt: skip
def test_only_agreed_reasons_stop_the_clock(
    con: Connection, reason: str | None, allowed: int, possible: int, without: int,
    net: tuple[int, int],
) -> None:  # fmt: skip
    found = clock(con, paused(HOUR[0], {**HOUR[1], "reason": reason}, *HOUR[2:]))
    assert (found["paused_allowed"], found["paused_possible"]) == (allowed, possible)
    assert (found["paused_all"], found["pauses_without_reason"]) == (60, without)
    assert (found["net_min"], found["net_max"]) == net


def test_a_pause_without_reason_decides_nothing_alone(con: Connection) -> None:
    steps = (HOUR[0], {**HOUR[1], "reason": None}, step("in_progress", "14:30"), HOUR[3])
    found = clock(con, paused(*steps))
    assert (found["working"], found["net_min"], found["net_max"]) == (418, 238, 418)
    assert (verdict(found), found["due_passed"]) == (None, None)
    allowed = clock(con, paused(HOUR[0], HOUR[1], *steps[2:]))
    assert (verdict(allowed), allowed["due_passed"]) == (True, False)


def test_settings_say_what_a_pause_is_and_what_is_agreed(con: Connection) -> None:
    found = clock(con, paused(*HOUR), allowed_pause_reasons=["waiting_supplier"])
    assert found["net_min"] == found["net_max"] == 418
    found = clock(con, paused(*HOUR), pause_states=["in_progress"])
    assert found["paused_all"] == 40 + (418 - 48 - 60)


def test_pauses_are_cut_at_both_ends_and_at_closed_hours(con: Connection) -> None:
    steps = (
        step("on_hold", "08:00", reason="waiting_customer"),
        step("in_progress", "09:30"),
        step("on_hold", "11:30", reason="waiting_customer"),
        step("in_progress", "14:00"),
        step("resolved", "17:40"),
        step("on_hold", "18:00", reason="waiting_customer"),
        step("resolved", "19:00"),
    )
    found = clock(con, paused(*steps))
    assert (found["pauses"], found["paused_all"]) == (2, 18 + 30 + 30)
    assert found["first_pause_at"].isoformat(" ") == at("2026-03-03 09:12")
    assert (found["first_pause_after"], found["last_pause_after"]) == (0, 138 - 18)


def test_a_pause_over_night_stops_nothing_and_comes_late_at_no_share(con: Connection) -> None:
    steps = (
        step("in_progress", "09:20"),
        step("on_hold", "18:30", reason="waiting_customer"),
        step("in_progress", "20:00"),
        {**step("resolved", "10:00"), "changed_at": at("2026-03-04 10:00")},
    )
    found = clock(con, paused(*steps, resolved_at=at("2026-03-04 10:00")))
    assert (found["pauses"], found["paused_all"], found["first_pause_at"]) == (1, 0, None)
    assert found["net_max"] == found["working"] == 438 + 60


NO_HISTORY = (
    ("history not complete", HOUR, [{"tbl": t} for t in DECLARED[:3]]),
    ("history ends too early", HOUR,
     [*({"tbl": t} for t in DECLARED[:3]), {"tbl": "status_history", "to_at": at("2026-03-03 12:00")}]),
    ("a hole in it", HOUR, [*({"tbl": t} for t in DECLARED),
     {"tbl": "status_history", "complete": False, "from_at": at("2026-03-03 13:00"),
      "to_at": at("2026-03-03 14:00")}]),
    ("no state at all", (), None),
    ("only comments", (step(None, "10:00", field="", event_type="comment"),), None),
    ("a state not read", (*HOUR, step(None, "12:00")), None),
    ("a time not read", (*HOUR, step("in_progress", "12:00", changed_at="")), None),
    ("a kind not read", (*HOUR, step("in_progress", "12:00", object_type="")), None),
    ("a field not read", (*HOUR, step("x", "12:00", field="", event_type="")), None),
    ("a row of nobody knows which", (*HOUR, step("in_progress", "12:00", object_id="")), None),
    ("left a pause never entered", (HOUR[0], step("in_progress", "11:00", old_value="on_hold"), HOUR[3]),
     None),
    ("a pause left unseen", (*HOUR[:2], step("resolved", "17:40", old_value="in_progress")), None),
    ("begins in a pause", (step("in_progress", "09:30", old_value="on_hold"), *HOUR[1:]), None),
    ("two states at one time", (*HOUR[:2], step("in_progress", "10:00"), HOUR[3]), None),
)  # fmt: skip


@pytest.mark.parametrize(("steps", "coverage"), [c[1:] for c in NO_HISTORY],
                         ids=[c[0] for c in NO_HISTORY])  # fmt: skip
def test_pauses_are_known_only_from_a_whole_history(
    con: Connection, steps: tuple[dict[str, Any], ...], coverage: list[dict[str, Any]] | None
) -> None:
    tables = paused(*steps)
    if coverage is not None:
        tables["coverage"] = coverage
    found = clock(con, tables)
    assert (found["working"], found["pauses_known"]) == (418, False)
    assert (found["net_min"], found["net_max"], found["due_passed"]) == (None, None, None)
    assert verdict(found) is None
    tables["sla_targets"] = [target("resolution", 418)]
    assert verdict(clock(con, tables)) is True


def test_seq_tells_the_order_of_rows_with_one_time(con: Connection) -> None:
    steps = (HOUR[0], {**HOUR[1], "seq": 1}, step("in_progress", "10:00", seq=2), HOUR[3])
    found = clock(con, paused(*steps))
    assert (found["pauses_known"], found["paused_all"]) == (True, 0)


def test_a_stray_row_of_another_time_does_no_harm(con: Connection) -> None:
    stray = {**step("in_progress", "12:00", object_id=""), "changed_at": at("2026-05-05 12:00")}
    assert clock(con, paused(*HOUR, stray))["pauses_known"] is True


def test_a_last_pause_that_nothing_ends_is_counted_only_as_possible(con: Connection) -> None:
    found = clock(con, paused(*HOUR[:2]))
    assert (found["paused_allowed"], found["paused_possible"]) == (0, 418 - 48)
    assert found["pauses_without_reason"] == 1


def test_the_tools_own_pauses_stand_in_for_the_history(con: Connection) -> None:
    tables = firm(incidents=[incident()], sla_results=[
        {"sla_result_id": "1", "object_type": "incident", "object_id": "I", "metric": "resolution",
         "paused_minutes": 60.0},
        {"sla_result_id": "2", "object_type": "incident", "object_id": "I", "metric": "response",
         "paused_minutes": 400.0},
    ])  # fmt: skip
    del tables["status_history"]
    found = clock(con, tables)
    assert (found["pauses_from"], found["paused_all"], found["paused_allowed"]) == ("tool", 60, 0)
    assert (found["net_min"], found["net_max"], verdict(found)) == (358, 418, False)
    tables["sla_results"][0]["paused_minutes"] = 200.0
    assert verdict(clock(con, tables)) is None
    tables["sla_results"][0]["paused_minutes"] = None
    assert clock(con, tables)["pauses_known"] is False


def test_work_notes_in_a_pause_are_counted(con: Connection) -> None:
    def note(moment: str) -> dict[str, Any]:
        return step(None, moment, field="", event_type="comment")

    found = clock(con, paused(*HOUR, note("09:30"), note("10:10"), note("10:50"), note("11:30")))
    assert (found["pauses_known"], found["notes_in_pauses"]) == (True, 2)


# --- ends ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "by", "working"),
    [({}, "resolved", 418),
     ({"status": "closed", "closed_at": at("2026-03-04 10:00")}, "resolved", 418),
     ({"status": "closed", "resolved_at": None, "closed_at": at("2026-03-03 11:12")}, "closed", 120),
     ({"status": "closed", "resolved_at": None}, None, None),
     ({"status": "in_progress"}, None, None),
     ({"status": None}, None, None),
     ({"status": "in_progress", "resolved_at": None}, "open", 48),
     ({"status": "reopened"}, "open", 48),
     ({"status": "cancelled"}, None, None)],
)  # fmt: skip
def test_what_ends_the_clock(
    con: Connection, change: dict[str, Any], by: str | None, working: int | None
) -> None:
    found = clock(con, firm(incidents=[incident(**change)]), as_of=at("2026-03-03 10:00"))
    assert (found["ended_by"], found["working"]) == (by, working)


def test_an_open_incident_is_late_once_its_time_has_passed(con: Connection) -> None:
    open_ = {"status": "in_progress", "resolved_at": None}
    tables = paused(HOUR[0], **open_)
    late = clock(con, tables, as_of=at("2026-03-03 14:43"))
    assert (late["working"], late["due_passed"]) == (241, True)
    due = clock(con, tables, as_of=at("2026-03-03 14:42"))
    assert (due["working"], due["due_passed"]) == (240, False)
    held = {**open_, "status": "on_hold", "on_hold_reason": "waiting_customer"}
    tables = paused(HOUR[0], {**HOUR[1], "reason": None}, **held)
    stands = clock(con, tables, as_of=at("2026-03-05 10:00"))
    assert (stands["net_min"], stands["net_max"], stands["due_passed"]) == (48, 48, False)


@pytest.mark.parametrize(
    ("change", "by", "net"),
    [({}, "responded", 8), ({"responded_at": None}, "resolved", 418),
     ({"responded_at": None, "resolved_at": None, "status": "closed",
       "closed_at": at("2026-03-03 09:30")}, "closed", 18),
     ({"responded_at": None, "resolved_at": None, "status": "new"}, "open", 48),
     ({"responded_at": None, "resolved_at": None, "status": None}, None, None),
     ({"responded_at": at("2026-03-03 09:00")}, "responded", None),
     ({"created_at": at("2026-03-02 20:00"), "responded_at": at("2026-03-03 09:05")}, "responded", 5)],
)  # fmt: skip
def test_the_response_clock(
    con: Connection, change: dict[str, Any], by: str | None, net: int | None
) -> None:
    found = clock(con, firm(incidents=[incident(**change)]), as_of=at("2026-03-03 10:00"))
    assert (found["response_by"], found["response_net"]) == (by, net)


def test_the_clock_may_start_with_the_report(con: Connection) -> None:
    tables = firm(incidents=[incident(reported_at=at("2026-03-03 09:02"))])
    assert clock(con, tables)["working"] == 418
    assert clock(con, tables, start_from_report=True)["working"] == 428
    tables["incidents"][0]["reported_at"] = None
    assert clock(con, tables, start_from_report=True)["working"] == 418


# --- totals and id spaces ------------------------------------------------------------------------


def test_every_incident_has_one_row_and_its_own_history(con: Connection) -> None:
    """The same number in two tools stays two incidents; the order of rows changes nothing."""
    here, there = {"_ns": "one"}, {"_ns": "two"}
    tables = firm(
        incidents=[incident(**here), incident(**there), incident("J", **here), incident("K", **here)],
        status_history=[{**s, **here} for s in HOUR]
        + [step("resolved", "17:40", **there), step("resolved", "17:40", "J", **here)],
        coverage=[*({"tbl": t} for t in DECLARED[:3]), {"tbl": "status_history", "ns": "one"},
                  {"tbl": "status_history", "ns": "two"}],
    )  # fmt: skip
    found = clocks(con, tables)
    names = [(f["ns"], f["incident_id"], f["paused_all"]) for f in found]
    assert names == [("one", "I", 60), ("one", "J", 0), ("one", "K", None), ("two", "I", 0)]
    turned = {name: [*reversed(given)] for name, given in tables.items()}
    for row in (again := clocks(con, turned)) + found:
        row["record"] = None
    assert again == found


def test_without_any_register_every_incident_is_still_there(con: Connection) -> None:
    found = clocks(con, {"incidents": [incident(), incident("J")]})
    assert [f["incident_id"] for f in found] == ["I", "J"]
    assert all(f["has_resolution_target"] is None and f["working"] is None for f in found)
    assert all(f["pauses_known"] is False and f["gross"] == 508 for f in found)


def test_a_closed_day_with_hours_contradicts_itself() -> None:
    con = connect()
    day = {"calendar_id": "c", "zone": "Asia/Shanghai", "is_working": False}
    rows_ = [{**day, "date": "2026-03-02", "is_working": True, "open_from": "09:00", "open_to": "18:00"},
             {**day, "date": "2026-03-03", "open_from": "09:00", "open_to": "18:00"},
             {**day, "date": "2026-03-04"}]  # fmt: skip
    fill(con, {"tables": {"calendars": rows_}})
    working_days(con)
    assert con.execute("select known from working_days where day = '2026-03-03'").fetchone() == (
        False,
    )

    fill(con, {"tables": {"calendars": [rows_[2]]}})
    assert working_days(con) == 0, "a calendar that never opens is not known"
