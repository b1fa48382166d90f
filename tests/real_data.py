"""Real exports beside the project (`../shared/data`): the product's runs over them, and raw rows.

Everything that is compared with the product is computed here and in the tests by other means:
DuckDB SQL over the raw files, polars, Python's csv. Nothing of the package is imported.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
CHANGES = DATA / "bpic2014" / "Detail_Change.csv.gz"
ACTIVITIES = DATA / "bpic2014" / "Detail_Incident_Activity.csv.gz"
UPDATES = DATA / "uci-servicenow" / "incident_event_log.csv.gz"
DELIMITERS = {CHANGES.name: ";", ACTIVITIES.name: ";", UPDATES.name: ","}
UCI_AS_OF = "2017-02-28"
CHANGE_TIMES = {
    "created_at": "Change record Open Time",
    "planned_start": "Planned Start",
    "planned_end": "Planned End",
    "actual_start": "Actual Start",
    "actual_end": "Actual End",
    "closed_at": "Change record Close Time",
}

needs_data = pytest.mark.skipif(
    not all(p.is_file() for p in (CHANGES, ACTIVITIES, UPDATES)),
    reason=f"the real exports are not here: {DATA}",
)

Row = dict[str, Any]
Con = duckdb.DuckDBPyConnection


def product(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a user runs it."""
    command = [sys.executable, "-m", "itssrules", *map(str, args)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=300, check=False
    )


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Results of calls that wait for processes, three at a time."""
    with ThreadPoolExecutor(3) as pool:
        return [f.result() for f in [pool.submit(c) for c in calls]]


class Run:
    """A finished `itssrules run`: its exit code, its words, and what it wrote."""

    def __init__(self, folder: Path, files: Sequence[Path], *options: object) -> None:
        self.out, self.tables = folder / "out", folder / "tables"
        folder.mkdir(parents=True)
        done = product(
            "run", *files, *options, "--out", self.out, "--keep-tables", self.tables, "--quiet",
            cwd=folder,
        )  # fmt: skip
        self.code, self.said = done.returncode, done.stdout + done.stderr

    @cached_property
    def results(self) -> Row:
        """results.json."""
        assert (self.out / "results.json").is_file(), self.said
        return json.loads((self.out / "results.json").read_text(encoding="utf-8"))

    @cached_property
    def findings(self) -> list[Row]:
        """findings.parquet, the evidence as data."""
        rows = pq.read_table(self.out / "findings.parquet").to_pylist()
        return [{**r, "evidence": json.loads(r["evidence"])} for r in rows]

    def said_of(self, rule_id: str) -> dict[str, str]:
        """Subject id -> message of a rule's findings."""
        found = [(f["subject_id"], f["message"]) for f in self.findings if f["rule_id"] == rule_id]
        assert len(dict(found)) == len(found)
        return dict(found)

    def rule(self, rule_id: str) -> Row:
        """A rule's entry in results.json."""
        return next(r for r in self.results["rules"] if r["id"] == rule_id)

    def load(self, name: str, table: str) -> Row:
        """What became of a file's rows in a table."""
        file = next(i for i in self.results["run"]["inputs"] if Path(i["path"]).name == name)
        return next(t for t in file["tables"] if t["table"] == table)

    def sql(self, query: str) -> list[Any]:
        """A query over the kept tables, each a view of its name."""
        with duckdb.connect() as con:
            for file in self.tables.glob("*.parquet"):
                con.execute(f"create view {file.stem} as select * from read_parquet('{file}')")
            return con.execute(query).fetchall()


class DataSet:
    """Two equal runs over the same files, and what inspect says of them."""

    def __init__(self, folder: Path, files: Sequence[Path], *options: str) -> None:
        self.files = files
        zone = options[:2] if options[:1] == ("--zone",) else ()
        self.run, self.again, self.inspection = together(
            lambda: Run(folder / "first", files, *options),
            lambda: Run(folder / "again", files, *options),
            lambda: product("inspect", *files, *zone, "--format", "json", "--quiet", cwd=folder),
        )

    @cached_property
    def inspected(self) -> Row:
        """`inspect --format json`."""
        assert self.inspection.returncode == 0, self.inspection.stderr
        return json.loads(self.inspection.stdout)

    def profile(self, table: str) -> Row:
        """What inspect counted in a table."""
        return next(p for p in self.inspected["profiles"] if p["table"] == table)

    def file(self, name: str) -> Row:
        """What inspect says of a file."""
        return next(f for f in self.inspected["files"] if Path(f["path"]).name == name)

    def times(self, table: str) -> dict[tuple[str, str], tuple[int, int, int]]:
        """(one time, another) -> records in which the one is before, equal to, after the other."""
        return {
            (t["earlier"], t["later"]): (t["before"], t["equal"], t["after"])
            for t in self.profile(table)["times"]
        }


_SETS: dict[str, DataSet] = {}


def bpic_runs(factory: pytest.TempPathFactory) -> DataSet:
    """BPIC 2014: changes and incident activities in one run, judged as of the newest time."""
    if "bpic" not in _SETS:
        _SETS["bpic"] = DataSet(factory.mktemp("bpic"), [CHANGES, ACTIVITIES])
    return _SETS["bpic"]


def uci_runs(factory: pytest.TempPathFactory) -> DataSet:
    """UCI: the update log of incidents, judged as of a day."""
    if "uci" not in _SETS:
        options = ("--zone", "UTC", "--as-of", UCI_AS_OF)
        _SETS["uci"] = DataSet(factory.mktemp("uci"), [UPDATES], *options)
    return _SETS["uci"]


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The file's CSV records with their numbers; record 1 is the header."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        yield from enumerate(csv.reader(f, delimiter=DELIMITERS[path.name]), 1)


def write(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """CSV records to a gzip file with the delimiter of the export of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as f:
        csv.writer(f, delimiter=DELIMITERS[path.name], lineterminator="\n").writerows(rows)
    return path


def one(con: Con, query: str) -> Any:
    """The first value that a query yields."""
    return con.execute(query).fetchall()[0][0]


def ids(con: Con, query: str) -> set[Any]:
    """The first column of a query as a set."""
    return {r[0] for r in con.execute(query).fetchall()}


def pairs(con: Con, query: str) -> dict[Any, Any]:
    """A query's two columns as a dict."""
    return dict(con.execute(query).fetchall())


def counts(rule: Row) -> dict[str, int]:
    """A rule's counts by verdict."""
    verdicts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
    return {v: rule[v] for v in verdicts}


def messages(rule: Row) -> dict[tuple[str, str], int]:
    """(verdict, message) -> records, gated ones left out."""
    return {(m["verdict"], m["message"]): m["count"] for m in rule["messages"]}


def _utc(header: str) -> str:
    return f"""cast(timezone('UTC', cast("{header}" as timestamptz)) as timestamp)"""


def bpic_raw() -> Con:
    """The raw files of BPIC 2014 as tables, made by plain SQL.

    `change_rows`; `standing`, the row that stands for each change; `disputes` (change, column);
    `acts`, the activities; `tickets`, what they say of each incident.
    """
    con = duckdb.connect()
    csv_is = "delim = ';', header = true, all_varchar = true, quote = '\"', nullstr = ''"
    times = ", ".join(f"{_utc(header)} as {name}" for name, header in CHANGE_TIMES.items())
    order = "closed_at desc nulls last, actual_end desc nulls last, actual_start desc nulls last"
    differing = " union all ".join(
        f"select id, '{c}' as name from change_rows group by id"
        f" having count(distinct {c}) > 1 or (count({c}) > 0 and count({c}) < count(*))"
        for c in (*CHANGE_TIMES, "risk", "kind", "emergency", "cab")
    )
    con.execute(f"""
        set timezone = 'UTC';
        create table change_rows as
            select "Change ID" as id, "CI Name (aff)" as ci, "Change Type" as kind,
                "Risk Assessment" as risk, "Emergency Change" as emergency,
                "CAB-approval needed" as cab, {times}
            from read_csv('{CHANGES}', {csv_is});
        create table standing as select * exclude (place) from (
            select *, row_number() over (partition by id order by {order}) as place
            from change_rows) where place = 1;
        create table disputes as {differing};
        create table acts as
            select "Incident ID" as id, "IncidentActivity_Type" as kind,
                "IncidentActivity_Number" as number, "Interaction ID" as interaction,
                {_utc("DateStamp")} as stamp
            from read_csv('{ACTIVITIES}', {csv_is});
        create table tickets as
            select id, bool_or(kind = 'Open') as opened,
                count(*) filter (kind = 'Closed') as closings,
                count(*) filter (kind = 'Reopen') as reopenings,
                count(*) filter (kind = 'Reassignment') as reassignments,
                max(stamp) filter (kind = 'Closed') as closed_at, max(stamp) as last_at,
                arg_max(kind, (stamp, number)) filter (kind in ('Closed', 'Reopen')) as state
            from acts group by id;
    """)
    return con


def uci_raw() -> Con:
    """The raw log of UCI as tables: `updates`, `standing` (the last of each), `steps` in order."""
    con = duckdb.connect()
    times = {
        "created_at": "opened_at", "resolved_at": "resolved_at", "closed_at": "closed_at",
        "updated_at": "sys_updated_at",
    }  # fmt: skip
    typed = ", ".join(
        f"""strptime(nullif("{header}", '?'), '%-d/%-m/%Y %H:%M') as {name}"""
        for name, header in times.items()
    )
    con.execute(f"""
        create table updates as
            select number as id, incident_state as state, sys_mod_count::int as mods,
                reopen_count::int as reopens, closed_code, {typed}, row_number
            from (select *, row_number() over () + 1 as row_number
                  from read_csv('{UPDATES}', header = true, all_varchar = true, parallel = false));
        create table standing as select * exclude (place) from (
            select *, row_number() over (partition by id order by mods desc, updated_at desc)
                as place from updates) where place = 1;
        create table steps as
            select *, lag(state) over w as before, row_number() over w as step from updates
            window w as (partition by id order by mods, updated_at);
    """)
    return con
