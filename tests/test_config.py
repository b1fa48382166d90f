"""The settings file: read, refused, proposed by init, shown by doctor, declared as rows."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itssrules.cli import main
from itssrules.cli.config import ROLES, read
from itssrules.errors import ConfigError
from itssrules.intake.declared import declare, known_years, open_days
from itssrules.model.results import Input
from itssrules.model.settings import Agreement, Calendar, Project, Settings, Source, Target
from itssrules.model.tables import model
from itssrules.store import Connection, connect, rows

WHOLE = """\
organisation = "示例公司"
zone = "Asia/Shanghai"
[rules]
paths = ["our-rules"]
[connectors]
paths = ["tools", "/srv/tools"]
[sources.oa]
zone = "UTC"
from = 2026-01-01
to = 2026-06-30
ids_of = "servicenow"
connector = "canonical"
files = ["oa_*.csv"]
gaps = "试运行期间的号码未启用"
counts = { approvals = 0, incidents = 1200 }
[[projects]]
id = "P1"
name = "网络运维"
customer = "甲方"
zone = "Asia/Tokyo"
calendar = "office"
match = { assignment_group = ["网络*"], id = ["A-*"] }
[projects.params.CHG-006]
retro_hours = 12
[projects.settings]
strict = true
[[projects]]
id = "P2"
[people]
change_manager = ["zhang.wei", "李四", "CAB"]
cab_member = ["李四"]
[calendars.office]
holidays = "CN"
hours = ["09:00-18:00"]
sat = ["13:30-18:00", "09:00-12:00"]
makeup = ["10:00-16:00"]
[calendars.office.days]
2026-02-13 = ["09:00-12:00"]
2026-12-24 = []
[calendars."7×24"]
always = true
zone = "UTC"
[[sla]]
id = "SLA-P1"
project = "P1"
from = 2026-01-01
to = 2026-12-31
silence_days = 3
[[sla.targets]]
priority = 1
response = "15m"
resolution = "4h"
[[sla.targets]]
service = "mail"
object = "request"
fulfilment = "1h30m"
[[sla]]
id = "SLA-P2"
project = "P2"
calendar = "7×24"
[[sla.targets]]
restoration = "0.5h"
[params.CHG-006]
retro_hours = 48
words = ["a", "b"]
[settings]
pause_states = ["on_hold"]
[exclude]
"INC-018" = "合同不含"
[refs]
DOC-001 = "our_documents.csv"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own, above which no settings lie."""
    monkeypatch.chdir(tmp_path)
    for name in ("ZONE", "LANG", "OUT", "CONFIG", "FAIL_ON", "MAX_UNJUDGED"):
        monkeypatch.delenv(f"ITSSRULES_{name}", raising=False)
    return tmp_path


def put(text: str, name: str = "itssrules.toml") -> Path:
    path = Path(name).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(text: str) -> list[str]:
    """Every problem of a settings file, each with its place and hint on one line."""
    path = put(text)
    with pytest.raises(ConfigError) as caught:
        read(path)
    found = getattr(caught.value, "problems", (caught.value,))
    return [str(p).replace(str(path), "FILE").replace("\n  next:", " >") for p in found]


def invoke(*words: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(main, [str(w) for w in words], env=env)

    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output and "unforeseen" not in result.output
    return result


# --------------------------------------------------------------------------------------- reading


def test_everything_that_can_be_said(here: Path) -> None:
    put("", "our_documents.csv")

    found = read(put(WHOLE))

    nine, noon = 9 * 60, 12 * 60
    assert (found.organisation, found.zone) == ("示例公司", "Asia/Shanghai")
    assert found.rules == (here / "our-rules",)
    assert found.connectors == (here / "tools", Path("/srv/tools"))
    assert found.sources == {
        "oa": Source(
            "oa", "canonical", ("oa_*.csv",), "UTC", "servicenow", date(2026, 1, 1),
            date(2026, 6, 30), {"approvals": 0, "incidents": 1200}, "试运行期间的号码未启用",
        )
    }  # fmt: skip
    assert found.projects == (
        Project(
            "P1", "网络运维", "甲方", "Asia/Tokyo", "office",
            {"assignment_group": ("网络*",), "id": ("A-*",)}, {"CHG-006": {"retro_hours": 12}},
            {"strict": True},
        ),
        Project("P2"),
    )  # fmt: skip
    assert found.people == {"change_manager": ("zhang.wei", "李四", "CAB"), "cab_member": ("李四",)}
    work, saturday = ((nine, 18 * 60),), ((nine, noon), (13 * 60 + 30, 18 * 60))
    assert found.calendars == {
        "office": Calendar(
            "office", "Asia/Shanghai", (work, work, work, work, work, saturday, ()), "CN",
            ((600, 960),), {date(2026, 2, 13): ((nine, noon),), date(2026, 12, 24): ()},
        ),
        "7×24": Calendar("7×24", "UTC", (((0, 1440),),) * 7),
    }  # fmt: skip
    assert found.agreements == (
        Agreement(
            "SLA-P1", "P1", "office", date(2026, 1, 1), date(2026, 12, 31), 3,
            (
                Target("response", 15, "incident", "", 1),
                Target("resolution", 240, "incident", "", 1),
                Target("fulfilment", 90, "request", "mail"),
            ),
        ),
        Agreement("SLA-P2", "P2", "7×24", targets=(Target("restoration", 30),)),
    )  # fmt: skip
    assert found.params == {"CHG-006": {"retro_hours": 48, "words": ("a", "b")}}
    assert found.settings == {"pause_states": ("on_hold",)}
    assert found.excluded == {"INC-018": "合同不含"}
    assert found.refs == {"DOC-001": here / "our_documents.csv"}


def test_no_file_declares_nothing() -> None:
    assert read(None) == Settings()


def test_a_byte_order_mark_changes_nothing(here: Path) -> None:
    plain, marked = put('zone = "UTC"'), here / "marked.toml"
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())

    assert read(marked).sha256 == read(plain).sha256
    assert read(put('zone = "UTC" ')).sha256 != read(marked).sha256


def test_all_problems_are_said_at_once() -> None:
    found = problems(WHOLE.replace("organisation", "organization").replace('"4h"', '"2d"'))

    assert found == [
        "FILE: unknown key organization > did you mean organisation?",
        "FILE: sla.SLA-P1.targets[1].resolution: '2d': a day of service hours has no fixed length"
        " > say it in hours, as 16h",
        "FILE: refs.DOC-001: no such file: our_documents.csv"
        " > paths are relative to the settings file",
    ]
    told = invoke("rules", "list")
    assert told.exit_code == 2
    assert told.output.count("did you mean organisation?") == 1
    assert "3 problems in the settings; nothing was run" in told.output
    assert "Problems (3)" in invoke("doctor", "--lang", "en").output


CALENDAR = '[calendars.c]\nzone = "UTC"\nhours = ["09:00-18:00"]\n'
PROJECT = '[[projects]]\nid = "P"\n'
SLA = f'{CALENDAR}{PROJECT}[[sla]]\nid = "S"\nproject = "P"\ncalendar = "c"\n[[sla.targets]]\n'
FAULTS = {
    "source key": ("[sources.a]\nzon = 1", "unknown key sources.a.zon > did you mean zone?"),
    "calendar key": (f"{CALENDAR}moon = []", "unknown key calendars.c.moon > did you mean mon"),
    "project key": (f"{PROJECT}matches = {{}}", "unknown key projects.P.matches > did you mean"),
    "match key": (
        f'{PROJECT}match = {{ assignment_grup = ["x"] }}',
        "unknown key projects.P.match.assignment_grup > did you mean assignment_group",
    ),
    "target key": (f'{SLA}respons = "1h"\nresolution = "1h"', "unknown key sla.S.targets[1].respons > did you mean"),
    "count key": (
        "[sources.a]\ncounts = { incident = 1 }",
        "unknown key sources.a.counts.incident > did you mean incidents",
    ),
    "role": ('[people]\nchange_manger = ["x"]', "people.change_manger > did you mean change_mana"),
    "table": ("sources = 3", "sources: must be a table"),
    "list of tables": ("[projects]\nid = 1", "projects: must be a list of tables > write it as [["),
    "text": ("organisation = 3", "organisation: must be a text"),
    "empty text": ('organisation = " "', "organisation: must be a text"),
    "empty reason": ('[exclude]\nA = ""', "exclude.A: must be a text"),
    "quoted key": ('[exclude]\n"A B" = 3', 'exclude."A B": must be a text'),
    "texts": (f'{PROJECT}match = {{ id = "A-*" }}', "projects.P.match.id: must be a list of text"),
    "texts of numbers": ("[people]\nengineer = [1]", "people.engineer: must be a text"),
    "day": ('[sources.a]\nfrom = "2026-01-01"', "sources.a.from: must be a day > write it without"),
    "moment": ("[sources.a]\nfrom = 2026-01-01T00:00:00", "sources.a.from: must be a day"),
    "far year": ("[sources.a]\nfrom = 0001-01-01", "sources.a.from: 0001-01-01 lies beyond"),
    "number": ("[sources.a]\ncounts = { incidents = true }", "incidents: must be a whole number"),
    "negative": ("[sources.a]\ncounts = { incidents = -1 }", "-1 is out of bounds > write a numb"),
    "priority": (f'{SLA}priority = 6\nresponse = "1h"', "priority: 6 is out of bounds > write a nu"),
    "switch": ('[calendars.c]\nzone = "UTC"\nalways = "true"', "calendars.c.always: must be true"),
    "zone": ('zone = "Shanghai"', "zone: no time zone is called 'Shanghai' > write it as Asia/"),
    "zone of a list": ('zone = ["UTC"]', "zone: no time zone is called ['UTC']"),
    "zone of the machine": ('[sources.a]\nzone = "localtime"', "sources.a.zone: no time zone"),
    "parameter": ("[params.A]\nb = { c = 1 }", "params.A.b: must be a number, true or false"),
    "holidays": (f'{CALENDAR}holidays = "DE"', "calendars.c.holidays: 'DE' is not known here > known: CN"),
    "object": (f'{SLA}object = "inciden"\nresponse = "1h"', "object: 'inciden' is not known here > did"),
    "end before start": (f'{CALENDAR}mon = ["09:00-08:00"]', "'09:00-08:00' ends before it begins"),
    "over midnight": (f'{CALENDAR}mon = ["22:00-06:00"]', "> split hours over midnight"),
    "no time": (f'{CALENDAR}mon = ["9-18"]', "calendars.c.mon: '9-18' are no hours > write them"),
    "no clock": (f'{CALENDAR}mon = ["09:00-24:01"]', "names a time that no clock shows"),
    "no minute": (f'{CALENDAR}mon = ["09:60-12:00"]', "names a time that no clock shows"),
    "overlap": (
        f'{CALENDAR}mon = ["13:00-18:00", "09:00-13:01"]',
        "calendars.c.mon: 09:00-13:01 and 13:00-18:00 overlap",
    ),
    "many spans": (
        f'{CALENDAR}mon = ["01:00-02:00","03:00-04:00","05:00-06:00","07:00-08:00","09:00-10:00"]',
        "calendars.c.mon: has more than 4 spans",
    ),
    "no day": (f"{CALENDAR}[calendars.c.days]\n2026-02-30 = []", "'2026-02-30' is no day > write"),
    "no zone": ('[calendars.c]\nhours = ["09:00-18:00"]', "calendars.c: has no zone > add zone ="),
    "no hours": ('[calendars.c]\nzone = "UTC"', "calendars.c: says no hours > add hours ="),
    "always and": (f"{CALENDAR}always = true", "calendars.c: is open always, and yet says hours"),
    "make-up days alone": (f'{CALENDAR}makeup = ["09:00-10:00"]', "for make-up days and no holiday"),
    "make-up days closed": (f'{CALENDAR}holidays = "CN"\nmakeup = []', "makeup: names no hours"),
    "duration": (f'{SLA}response = "15"', "'15' is no duration > write hours or minutes, as 4h"),
    "duration as number": (f"{SLA}response = 15", "response: 15 is no duration"),
    "no time at all": (f'{SLA}response = "0m"', "'0m' is no duration"),
    "days": (f'{SLA}response = "1d"', "has no fixed length > say it in hours"),
    "no promise": (f"{SLA}priority = 1", "sla.S.targets[1]: promises nothing > name one of respo"),
    "promised twice": (
        f'{SLA}response = "1h"\n[[sla.targets]]\nresponse = "2h"',
        "sla.S.targets: response is promised twice for incident > keep one",
    ),
    "no id": ('[[projects]]\nname = "x"', "projects[1]: has no id > add id = …"),
    "id twice": (PROJECT * 2, "projects: two projects have the id P > give each its own"),
    "reserved id": ('[[projects]]\nid = "(organisation)"', "that id has a meaning of its own"),
    "agreement twice": (
        f'{SLA}response = "1h"\n[[sla]]\nid = "S"\nproject = "P"\ncalendar = "c"\n'
        '[[sla.targets]]\nresponse = "1h"',
        "sla: two agreements have the id S",
    ),
    "no targets": (f'{PROJECT}calendar = "c"\n{CALENDAR}[[sla]]\nid = "S"\nproject = "P"',
                   "sla.S: has no targets"),
    "project's calendar": (
        f'{CALENDAR.replace(".c]", ".office]")}{PROJECT}calendar = "ofice"',
        "projects.P.calendar: no calendar is called 'ofice' > did you mean office?",
    ),
    "agreement's calendar": (
        f'{SLA}response = "1h"'.replace('calendar = "c"', 'calendar = "d"'),
        "sla.S.calendar: no calendar is called 'd' > known: c",
    ),
    "agreement's project": (
        f'{SLA}response = "1h"'.replace('project = "P"', 'project = "Q"'),
        "sla.S.project: no project is called 'Q' > known: P",
    ),
    "no calendar": (
        f'{SLA}response = "1h"'.replace('calendar = "c"', ""),
        "sla.S: has no calendar, nor has its project > the times that it allows run in one",
    ),
    "window": (
        "[sources.a]\nfrom = 2026-02-01\nto = 2026-01-01",
        "sources.a: from 2026-02-01 lies after to 2026-01-01",
    ),
    "agreement's window": (
        f'{SLA}response = "1h"'.replace(
            "[[sla.t", "from = 2026-02-01\nto = 2026-01-01\n[[sla.t"
        ),
        "sla.S: from 2026-02-01 lies after to 2026-01-01",
    ),
    "ids of itself": ('[sources.a]\nids_of = "a"', "sources.a.ids_of: a has no numbers of its own"),
    "ids in a chain": (
        '[sources.a]\nids_of = "b"\n[sources.b]\nids_of = "c"',
        "sources.a.ids_of: b has no numbers of its own",
    ),
    "files of two": (
        '[sources.a]\nconnector = "b"\n[sources.b]',
        "sources: every file of b would belong to a and b > say which are whose",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_with_its_place(name: str) -> None:
    text, said = FAULTS[name]

    (found,) = problems(text)

    assert found.startswith("FILE: ") and said in found


@pytest.mark.parametrize("text", [CALENDAR, f'{SLA}response = "1h"', PROJECT])
def test_what_the_faults_are_made_from_is_sound(text: str) -> None:
    assert read(put(text)).path


def test_a_faulty_calendar_is_not_said_to_be_missing_as_well() -> None:
    text = f'{SLA}response = "1h"'.replace("09:00-18:00", "late")

    assert [p for p in problems(text) if "no calendar" in p] == []


def test_touching_spans_are_sound() -> None:
    text = CALENDAR + 'mon = ["09:00-12:00", "12:00-24:00"]'

    assert read(put(text)).calendars["c"].week[0] == ((540, 720), (720, 1440))


def test_the_roles_are_those_of_the_register() -> None:
    column = model()["personnel"].column("roles")
    assert column

    listed = re.search(r"\((.*)\)", column.en)

    assert listed and tuple(listed[1].split(" / ")) == ROLES


LEAF = st.one_of(
    st.sampled_from(["3", "-1", "true", '"x"', "2026-01-01", "1.5", "nan", '""', "12:00:00"])
)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda v: f"[{', '.join(v)}]"),
        st.dictionaries(
            st.sampled_from(["id", "zone", "from", "files", "targets", "match", "hours", "days"]),
            inner, max_size=3,
        ).map(lambda v: "{ " + ", ".join(f"{k} = {x}" for k, x in v.items()) + " }"),
    ),
    max_leaves=6,
)  # fmt: skip
TOP = ["organisation", "zone", "rules", "connectors", "sources", "projects", "people", "calendars",
       "sla", "params", "settings", "exclude", "refs"]  # fmt: skip


@settings(max_examples=400, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.dictionaries(st.sampled_from(TOP), VALUE, min_size=1))
def test_no_value_is_an_unforeseen_fault(data: dict[str, str]) -> None:
    path = put("\n".join(f"{k} = {v}" for k, v in data.items()))

    try:
        read(path)
    except ConfigError as e:
        assert str(path) in str(e)


# -------------------------------------------------------------------------------- rows of settings


def declared(text: str, first: date, last: date) -> tuple[Connection, Input]:
    con = connect()
    return con, declare(con, read(put(text)), 7, first, last)


def days(con: Connection, calendar: str, *wanted: str) -> list[tuple[str, bool, str, str]]:
    """(day, is_working, open_from, open_to) of some days."""
    listed = ", ".join(f"date '{d}'" for d in wanted)
    return rows(
        con,
        "select cast(date as varchar), is_working, open_from, open_to from calendars"
        f" where calendar_id = '{calendar}' and date in ({listed}) order by 1, 3",
    )


def test_what_is_declared_becomes_rows() -> None:
    put("", "our_documents.csv")
    con, found = declared(WHOLE, date(2026, 1, 1), date(2026, 6, 30))
    lines = WHOLE.splitlines()

    assert rows(con, "select project_id, name, customer, calendar_id, unread from projects") == [
        ("P1", "网络运维", "甲方", "office", None), ("P2", None, None, None, None),
    ]  # fmt: skip
    assert rows(con, "select * exclude (record, ns, unread, disputed) from slas") == [
        ("SLA-P1", "P1", None, None, date(2026, 1, 1), date(2026, 12, 31), "office", 3),
        ("SLA-P2", "P2", None, None, None, None, "7×24", None),
    ]
    assert rows(
        con,
        "select sla_id, service_id, object_type, priority, metric, target_minutes, calendar_id,"
        " record.project_id from sla_targets",
    ) == [
        ("SLA-P1", None, "incident", 1, "response", 15.0, None, "P1"),
        ("SLA-P1", None, "incident", 1, "resolution", 240.0, None, "P1"),
        ("SLA-P1", "mail", "request", None, "fulfilment", 90.0, None, "P1"),
        ("SLA-P2", None, "incident", None, "restoration", 30.0, None, "P2"),
    ]
    assert rows(con, "select person_id, name, login, roles from personnel") == [
        ("settings:zhang.wei", "zhang.wei", "zhang.wei", "change_manager"),
        ("settings:李四", "李四", "李四", "change_manager;cab_member"),
        ("settings:CAB", "CAB", "CAB", "change_manager"),
    ]
    assert [(t.table, t.rows, t.loaded) for t in found.tables] == [
        (name, many, many)
        for name in ("projects", "slas", "sla_targets", "calendars", "personnel")
        for many in rows(con, f"select count(*) from {name}")[0]
    ]
    assert (found.file_id, found.state, found.ns, found.sha256) == (
        7, "read", "", read(Path("itssrules.toml")).sha256,
    )  # fmt: skip
    assert found.bytes == Path("itssrules.toml").stat().st_size
    record = rows(con, "select record, ns from slas where sla_id = 'SLA-P2'")[0]
    assert record == (
        {
            "object": "sla", "source": "itssrules.toml", "ns": "", "id": "SLA-P2",
            "project_id": "P2", "file_id": 7, "row_number": lines.index('id = "SLA-P2"'),
        },
        "",
    )  # fmt: skip
    firm = "select distinct record.project_id, record.row_number from {}"
    office, people = lines.index("[calendars.office]") + 1, lines.index("[people]") + 2
    assert ("(organisation)", office) in rows(con, firm.format("calendars"))
    assert rows(con, firm.format("personnel")) == [("(organisation)", people)]


def test_what_is_declared_is_supplied_and_nothing_else() -> None:
    con, found = declared('[people]\nengineer = ["李四"]', date(2026, 1, 1), date(2026, 6, 30))

    assert [t.table for t in found.tables] == ["personnel"]
    assert rows(con, "select tbl, col, file_id, ns, header from supply order by 2") == [
        ("personnel", c, 7, "", "people") for c in ("login", "name", "person_id", "roles")
    ]
    con, found = declared(SLA + 'response = "1h"', date(2026, 1, 1), date(2026, 1, 2))
    assert {
        ("slas", "effective_from", "sla.from", "day"),
        ("slas", "sla_id", "sla.id", None),
    } < set(rows(con, "select tbl, col, header, precision from supply"))
    columns = {(t, c.name) for t in model() for c in model()[t].columns}
    assert set(rows(con, "select tbl, col from supply")) < columns
    assert next(t.headers for t in found.tables if t.table == "slas")["sla_id"] == "sla.id"


def test_settings_without_rows_supply_nothing() -> None:
    con, found = declared('zone = "UTC"', date(2026, 1, 1), date(2026, 6, 30))

    assert (found.tables, rows(con, "select * from supply")) == ((), [])


def test_spring_festival_2026_and_its_makeup_days() -> None:
    con, _ = declared(
        '[calendars.office]\nzone = "Asia/Shanghai"\nholidays = "CN"\n'
        'hours = ["09:00-12:00", "13:30-18:00"]\nsat = ["09:00-12:00"]\n'
        "[calendars.office.days]\n2026-02-13 = ['09:00-12:00']\n2026-02-18 = ['10:00-11:00']\n"
        "2026-03-02 = []\n",
        date(2026, 1, 1), date(2026, 3, 31),
    )  # fmt: skip

    def plain(day: str) -> list[tuple[str, bool, str, str]]:
        return [(day, True, "09:00", "12:00"), (day, True, "13:30", "18:00")]

    def closed(day: str) -> list[tuple[str, bool, None, None]]:
        return [(day, False, None, None)]

    for day in ("2026-02-16", "2026-02-17", "2026-02-21", "2026-02-23", "2026-03-01"):
        assert days(con, "office", day) == closed(day)  # public holidays, a Saturday too; a Sunday
    for day in ("2026-02-14", "2026-02-28"):
        assert days(con, "office", day) == plain(day)  # Saturdays worked in their stead
    assert days(con, "office", "2026-02-24") == plain("2026-02-24")
    assert days(con, "office", "2026-03-07") == [("2026-03-07", True, "09:00", "12:00")]
    assert days(con, "office", "2026-02-13") == [("2026-02-13", True, "09:00", "12:00")]
    assert days(con, "office", "2026-02-18") == [("2026-02-18", True, "10:00", "11:00")]
    assert days(con, "office", "2026-03-02") == closed("2026-03-02")


def test_makeup_days_have_hours_of_their_own() -> None:
    con, _ = declared(
        CALENDAR + 'holidays = "CN"\nmakeup = ["10:00-16:00"]', date(2026, 2, 1), date(2026, 2, 2)
    )

    assert days(con, "c", "2026-02-14") == [("2026-02-14", True, "10:00", "16:00")]


def test_round_the_clock_knows_every_day_of_whole_years() -> None:
    con, _ = declared(
        '[calendars.all]\nzone = "UTC"\nalways = true', date(2027, 5, 5), date(2028, 5, 5)
    )

    every = "select count(*), min(date), max(date), count(distinct date) from calendars"
    assert rows(con, every) == [(365 * 3 + 366, date(2026, 1, 1), date(2029, 12, 31), 1461)]
    assert rows(con, "select distinct is_working, open_from, open_to, zone from calendars") == [
        (True, "00:00", "24:00", "UTC")
    ]


def test_a_year_whose_holidays_nobody_knows_has_no_rows() -> None:
    last = known_years()[1]
    unknown = f"{last + 1}-03-01"
    con, _ = declared(
        CALENDAR + f'holidays = "CN"\n[calendars.c.days]\n{unknown} = ["09:00-12:00"]\n'
        '[calendars.plain]\nzone = "UTC"\nhours = ["09:00-18:00"]\n',
        date(last, 2, 2), date(last, 2, 3),
    )  # fmt: skip

    years = "select year(date), count(distinct date) from calendars where calendar_id = '{}'"
    whole = dict(rows(con, years.format("plain") + " group by 1"))
    known = dict(rows(con, years.format("c") + " group by 1"))
    assert set(whole) == {last - 1, last, last + 1}
    assert known == {**whole, last + 1: 1}  # the day that the settings themselves declare
    assert days(con, "c", unknown) == [(unknown, True, "09:00", "12:00")]


def test_years_before_the_holidays_are_known_have_no_rows() -> None:
    calendar = Calendar("c", "UTC", (((540, 1080),),) * 5 + ((), ()), "CN")

    assert list(open_days(calendar, [known_years()[0] - 1])) == []
    assert len(list(open_days(calendar, [known_years()[0]]))) == 366


# ----------------------------------------------------------------------------------- environment


def incidents(path: str, group: str = "网络[1]组") -> Path:
    """A canonical export of two incidents, given without time zone."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["incident_id", "title", "status", "created_at", "resolved_at",
                         "closed_at", "assignment_group", "assigned_to", "closed_by"])  # fmt: skip
        for number, day in enumerate(("02", "28"), 1):
            writer.writerow([f"INC{number}", "x", "closed", f"2026-03-{day} 08:00:00",
                             f"2026-03-{day} 09:00:00", f"2026-03-{day} 10:00:00", group, 'O"Neil',
                             "李四"])  # fmt: skip
    return target


def doctor(*words: object, env: dict[str, str] | None = None) -> dict[str, str]:
    """Option -> what doctor says of it."""
    output = invoke("doctor", "--lang", "en", *words, env=env).output
    return dict(re.findall(r"^  (--[\w-]+): (.*)$", output, re.MULTILINE))


def test_default_file_environment_command_line() -> None:
    assert doctor()["--zone"] == "(not said)  [default]"
    put('zone = "UTC"')
    assert doctor()["--zone"] == "UTC  [settings file]"
    env = {"ITSSRULES_ZONE": "Asia/Tokyo", "ITSSRULES_MAX_UNJUDGED": "0.2"}
    assert doctor(env=env)["--zone"] == "Asia/Tokyo  [environment ITSSRULES_ZONE]"
    assert doctor(env=env)["--max-unjudged"] == "0.2  [environment ITSSRULES_MAX_UNJUDGED]"
    said = doctor("--zone", "Asia/Seoul", env=env)
    assert said["--zone"] == "Asia/Seoul  [command line]"
    assert said["--fail-on"] == "minor  [default]"


def test_a_settings_file_named_by_the_environment() -> None:
    put('zone = "UTC"')
    other = put('zone = "Asia/Tokyo"', "other/firm.toml")

    assert "found here or in a folder above" in doctor()["--config"]
    said = doctor(env={"ITSSRULES_CONFIG": str(other)})

    assert said["--config"] == f"{other}  [environment ITSSRULES_CONFIG]"
    assert said["--zone"] == "Asia/Tokyo  [settings file]"
    gone = invoke("doctor", env={"ITSSRULES_CONFIG": "gone.toml"})
    assert gone.exit_code == 2 and "gone.toml: no such settings file" in gone.output


def test_the_environment_speaks_the_language() -> None:
    assert invoke("doctor", env={"ITSSRULES_LANG": "en"}).output.startswith("Versions")
    assert invoke("doctor").output.startswith("版本")


def test_run_takes_its_options_from_the_environment() -> None:
    incidents("in/incidents.csv")
    env = {"ITSSRULES_ZONE": "Mars/Olympus"}

    stopped = invoke("run", "in", "--quiet", env=env)
    wrong = invoke("run", "in", "--quiet", env={"ITSSRULES_MAX_UNJUDGED": "5"})

    assert stopped.exit_code == 2 and "no time zone is called 'Mars/Olympus'" in stopped.output
    assert wrong.exit_code == 2 and "--max-unjudged" in wrong.output
    assert not Path("itssrules-report").exists() or not any(Path("itssrules-report").iterdir())


# ------------------------------------------------------------------------------------------ init


def uncommented(text: str) -> str:
    """The file as it is once every proposal is taken."""
    return re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_init_proposes_is_read_as_meant(lang: str) -> None:
    incidents("in/incidents.csv")
    put("nothing known", "in/notes.csv")

    done = invoke("init", "in", "--lang", lang, "--quiet")

    assert done.exit_code == 0 and "itssrules.toml" in done.output
    text = Path("itssrules.toml").read_text(encoding="utf-8")
    assert read(Path("itssrules.toml")) == Settings(
        path=Path("itssrules.toml"), sha256=read(Path("itssrules.toml")).sha256
    )  # nothing holds before the reader says so
    found = read(put(uncommented(text)))
    (source,) = found.sources.values()
    assert (source.name, source.from_day, source.to_day) == (
        "canonical", date(2026, 3, 2), date(2026, 3, 28),
    )  # fmt: skip
    assert (source.counts, source.zone) == ({"incidents": 0}, "Asia/Shanghai")
    assert [(p.id, p.match) for p in found.projects] == [
        ("P1", {"assignment_group": ("网络[[]1]组",)})
    ]
    assert found.people == {"engineer": ('O"Neil',)}
    assert found.agreements[0].targets and found.calendars and found.excluded
    assert "notes.csv" in text
    assert ("哪个时区" in text) == (lang == "zh")
    assert ("which time zone" in text) == (lang == "en")


def test_the_proposed_pattern_matches_what_it_was_made_from() -> None:
    incidents("in/incidents.csv")
    invoke("init", "in", "--quiet")
    text = Path("itssrules.toml").read_text(encoding="utf-8")
    (pattern,) = read(put(uncommented(text))).projects[0].match["assignment_group"]
    con = connect()

    told = [
        rows(con, f"select '{name}' glob '{pattern}'")[0][0] for name in ("网络[1]组", "网络1组")
    ]

    assert told == [True, False]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_init_without_exports_writes_a_template(lang: str) -> None:
    printed = invoke("init", "--to", "-", "--lang", lang).output

    assert not Path("itssrules.toml").exists()
    assert read(put(printed)).sources == {}
    found = read(put(uncommented(printed)))
    assert found.projects[0].match == {"id": ("*",)} and found.zone == "Asia/Shanghai"


def test_init_overwrites_nothing_unasked() -> None:
    path = put('zone = "UTC"')

    refused = invoke("init")

    assert refused.exit_code == 2
    assert "itssrules.toml: exists already" in refused.output and "--force" in refused.output
    assert path.read_text(encoding="utf-8") == 'zone = "UTC"'
    assert invoke("init", "--to", "second.toml").exit_code == 0 and Path("second.toml").is_file()
    assert invoke("init", "--force").exit_code == 0
    assert "calendars.office" in path.read_text(encoding="utf-8")


def test_init_writes_beside_settings_that_cannot_be_read() -> None:
    put("zone = 8")
    incidents("in/incidents.csv")

    assert invoke("init", "in", "--to", "new.toml", "--quiet").exit_code == 0


def test_init_reads_with_the_connectors_of_settings_that_stand_already() -> None:
    put(
        'title = { zh = "自有", en = "ours" }\nhow = { zh = "导出", en = "export" }\n'
        '[[export]]\nname = "list"\ndetect = ["单号"]\n'
        '[[export.table]]\ntable = "incidents"\n[export.table.columns]\n'
        'incident_id = { from = ["单号"] }\ncreated_at = { from = ["建单"] }\n',
        "our/ours/connector.toml",
    )
    put("单号,建单\nA1,2026-03-02 09:00\n", "in/清单.csv")
    put('[connectors]\npaths = ["our"]\n')
    Path("sub").mkdir()

    done = invoke("init", "in", "--to", "sub/new.toml", "--lang", "en", "--quiet")

    assert done.exit_code == 0, done.output
    proposed = Path("sub/new.toml").read_text(encoding="utf-8")
    assert "#[sources.ours]" in proposed and "not read" not in proposed
    assert '#paths = ["../our"]' in proposed
    found = read(put(uncommented(proposed), "sub/new.toml"))
    assert [p.resolve() for p in found.connectors] == [Path("our").resolve()]


def test_init_says_what_it_cannot_use() -> None:
    assert "no such file or folder" in invoke("init", "gone").output
    assert "did you mean canonical" in invoke("init", ".", "--connector", "canonicl").output


# ---------------------------------------------------------------------------------------- doctor


def test_doctor_prints_what_the_file_declares() -> None:
    put("", "our_documents.csv")
    text = WHOLE.split("[rules]")[0] + "[sources.oa]" + WHOLE.split("[sources.oa]")[1]
    put(re.split(r"\[projects\.params", text)[0] + '[people]\nengineer = ["x"]\n'
        '[calendars.office]\nhours = ["09:00-18:00"]')  # fmt: skip

    done = invoke("doctor", "--lang", "en")

    assert done.exit_code == 0, done.output
    for said in ("organisation: 示例公司  [settings file]", "sources: oa", "projects: P1",
                 "roles: engineer", "calendars: office", "canonical, hp_service_manager, servicenow",
                 "421 checkpoints", "known for 2004–", "No problem was found"):  # fmt: skip
        assert said in done.output
    for package in ("itssrules", "Python", "duckdb", "sqlglot", "platform"):
        assert re.search(rf"^  {package}: \S+", done.output, re.MULTILINE)


PROBLEMS = {
    "settings": ("zoen = 1", (), ["unknown key zoen", "did you mean zone"]),
    "source": ('[sources.servicenwo]\nzone = "UTC"', (), ["'servicenwo'", "servicenow"]),
    "rule folder": ('[rules]\npaths = ["gone"]', (), ["gone"]),
    "connector folder": ('[connectors]\npaths = ["gone"]', (), ["gone: no such connector folder"]),
    "parameter": ("[params.INC-999]\nx = 1", (), ["'INC-999'"]),
    "zone": ("", ("--zone", "Mars"), ["no time zone is called 'Mars'"]),
    "out": ("", ("--out", "itssrules.toml"), ["a file stands where a folder is needed", "--out"]),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_doctor_names_what_has_to_be_mended(name: str) -> None:
    text, words, said = PROBLEMS[name]
    put(text)

    done = invoke("doctor", "--lang", "en", *words)

    assert done.exit_code == 2
    ending = done.output.partition("Problems (1)")[2]
    assert [s for s in said if s not in ending] == []
    assert "Output folder" in done.output  # everything else was looked at all the same


def test_doctor_knows_a_misspelt_variable() -> None:
    done = invoke("doctor", "--lang", "en", env={"ITSSRULES_ZON": "UTC"})

    assert done.exit_code == 2
    assert "ITSSRULES_ZON: means nothing" in done.output and "ITSSRULES_ZONE" in done.output


def test_doctor_leaves_nothing_behind(here: Path) -> None:
    invoke("doctor", "--out", "report")

    assert list(here.iterdir()) == []


def test_doctor_reads_broken_rules_to_the_end() -> None:
    put("select 1", "our/incident/ACME-001_x.sql")
    put('[rules]\npaths = ["our"]')

    done = invoke("doctor", "--lang", "en")

    assert done.exit_code == 2
    assert "ACME-001_x.sql" in done.output.partition("Problems")[2]


def test_the_years_of_a_calendar_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    put(CALENDAR + 'holidays = "CN"')
    monkeypatch.setattr("itssrules.cli.doctor.known_years", lambda: (2004, 2005))

    done = invoke("doctor", "--lang", "en")

    assert done.exit_code == 2
    assert "calendars.c: the public holidays of" in done.output
    assert "pip install --upgrade chinesecalendar" in done.output
