"""BPIC 2014 and UCI through the command line: proof to the row, equal bytes, counts that close."""

from __future__ import annotations

import html
import json
import os
import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import real_data
from real_data import ACTIVITIES, CHANGES, UCI_AS_OF, UPDATES, DataSet, Row, Run, counts

pytestmark = real_data.needs_data

VERDICTS = ("not_applicable", "conforming", "nonconforming", "not_assessed")
NOTHING = ("", "?", "NS", "#MULTIVALUE")
IDS = {CHANGES.name: "Change ID", ACTIVITIES.name: "Incident ID", UPDATES.name: "number"}
TABLES = {"change": "changes", "incident": "incidents"}
PLACES = ("file", "file_id", "row_number", "row", "sha256", "bytes", "path")
SMALL = 8_000
WANTED = {  # records of the small files beside the first: disputed, repeated, unread, cut off
    CHANGES.name: {"C00000843", "C00002746", "C00005906", "C00009060", "C00014214"},
    ACTIVITIES.name: {"IM0000006", "IM0000013", "IM0000028"},
    UPDATES.name: {"INC0000135", "INC0000137", "INC0028089", "INC0030413"},
}


@pytest.fixture(scope="session", params=["bpic", "uci"])
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    made = {"bpic": real_data.bpic_runs, "uci": real_data.uci_runs}[request.param]
    return made(tmp_path_factory)


@pytest.fixture(scope="session")
def bpic(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return real_data.bpic_runs(tmp_path_factory)


@pytest.fixture(scope="session")
def uci(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return real_data.uci_runs(tmp_path_factory)


# What the exports cannot show


@pytest.mark.parametrize(
    ("rule_id", "column", "records"),
    [
        ("CHG-004", "changes.approval_status", 17_262),
        ("CHG-020", "changes.verified_at", 17_262),
        ("INC-011", "incidents.resolved_at", 7_459),
    ],
)
def test_bpic_not_assessed_as_a_whole(
    bpic: DataSet, rule_id: str, column: str, records: int
) -> None:
    """No approver, approval time, verification or resolution time stands anywhere in the files."""
    rule = bpic.run.rule(rule_id)
    assert rule["status"] == "not_assessed"
    assert counts(rule) == {**dict.fromkeys(VERDICTS, 0), "not_assessed": records}
    reasons = [(r["reason"], r["column"], r["count"]) for r in rule["reasons"]]
    assert reasons == [("column", column, records)]
    waits = next(r for r in bpic.inspected["rules"] if r["rule"] == rule_id)
    assert not waits["can_judge"]
    assert column in waits["lacks"]["hp_service_manager"]
    page = html.unescape((bpic.run.out / "report.html").read_text(encoding="utf-8"))
    assert column in page
    connector = real_data.ROOT / "connectors" / "hp_service_manager" / "connector.toml"
    how = tomllib.loads(connector.read_text(encoding="utf-8"))["cannot_fill"][column]
    assert how["zh"] in page
    assert how["en"] in page


def test_bpic_holds_nothing_of_approvals_or_verification(bpic: DataSet) -> None:
    filled = set(bpic.profile("changes")["filled"])
    assert "cab_required" in filled
    assert not filled & {
        "approval_status", "approved_by", "approved_at", "verified_at", "verified_by",
        "verification_result", "outcome",
    }  # fmt: skip
    assert bpic.run.sql("select count(*) from approvals") == [(0,)]


@pytest.mark.parametrize("rule_id", ["CHG-004", "CHG-015", "CHG-020", "CHG-021"])
def test_uci_holds_no_changes(uci: DataSet, rule_id: str) -> None:
    rule = uci.run.rule(rule_id)
    assert (rule["status"], rule["population"]) == ("not_assessed", 0)
    assert [(r["reason"], r["column"]) for r in rule["reasons"]] == [("table", "changes")]


# Proof: the file and the row that a finding names


def test_findings_are_proved_by_the_row_they_name(bpic: DataSet, uci: DataSet) -> None:
    """Fifty findings at random, two at least of every rule, looked up with Python's csv alone."""
    seed = int(os.environ.get("ITSSRULES_SEED") or random.SystemRandom().randrange(10**6))
    print(f"ITSSRULES_SEED={seed}")
    of_records = [(d.run, f) for d in (bpic, uci) for f in d.run.findings if f["file"]]
    picked = _sample(random.Random(seed), of_records)
    assert len(picked) == 50
    rows = _rows_of([f for _, f in picked])
    for run, finding in picked:
        path = Path(finding["file"])
        found = rows[path.name]
        header, row = found[1], found[finding["row_number"]]
        key = header.index(IDS[path.name])
        assert row[key] == finding["subject_id"], finding
        every = [r for n, r in found.items() if n > 1 and r[key] == finding["subject_id"]]
        assert _checked(run, finding, header, row, every) > 0, finding


def _sample(rng: random.Random, found: Sequence[tuple[Run, Row]]) -> list[tuple[Run, Row]]:
    order = list(range(len(found)))
    rng.shuffle(order)
    seen: Counter[tuple[str, str]] = Counter()
    first, rest = [], []
    for i in order:
        kind = (found[i][1]["rule_id"], found[i][1]["file"])
        seen[kind] += 1
        (first if seen[kind] <= 2 else rest).append(i)
    assert len(seen) >= 6
    return [found[i] for i in [*first, *rest][:50]]


def _rows_of(findings: Sequence[Row]) -> dict[str, dict[int, list[str]]]:
    """Per file: its header (1), the rows that findings name, and every row of their subjects."""
    wanted: dict[Path, set[int]] = {}
    subjects = {f["subject_id"] for f in findings}
    for f in findings:
        wanted.setdefault(Path(f["file"]), {1}).add(f["row_number"])
    kept: dict[str, dict[int, list[str]]] = {}
    for path, numbers in wanted.items():
        mine = kept.setdefault(path.name, {})
        key = next(real_data.records(path))[1].index(IDS[path.name])
        for number, row in real_data.records(path):
            if number in numbers or row[key] in subjects:
                mine[number] = row
    return kept


def _checked(
    run: Run, finding: Row, header: list[str], row: list[str], every: list[list[str]]
) -> int:
    """Compare each piece of evidence that a header feeds with its cell; how many there were."""
    path = Path(finding["file"])
    evidence = dict(finding["evidence"])
    if finding["rule_id"] == "DQ-002":  # names the two times by column
        evidence[evidence["earlier_name"]] = evidence["earlier_at"]
        evidence[evidence["later_name"]] = evidence["later_at"]
        assert evidence.pop("as_of", run.results["run"]["as_of"]) == run.results["run"]["as_of"]
    headers = run.load(path.name, TABLES[finding["object"]])["headers"]
    mapped = [name for name in evidence if name in headers]
    for name in mapped:
        if path.name == ACTIVITIES.name:
            expected = _recounted(header, every)[name]
        else:
            expected = _cell(row[header.index(headers[name])], name, path.name)
        assert _value(evidence[name]) == expected, (name, finding, row)
    return len(mapped)


CHANNELS = {"Phone": "phone", "Email": "email", "Self service": "portal", "IVR": "phone",
            "Direct opening": "other"}  # fmt: skip
STATES = {"New": "new", "Active": "in_progress", "Resolved": "resolved", "Closed": "closed"}


def _value(value: Any) -> Any:
    """A value of the evidence; times stand there as ISO text in UTC."""
    if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return value


def _cell(cell: str, name: str, file: str) -> Any:
    """A cell as the model has it: a moment in UTC, a number, a text, nothing."""
    if cell.strip() in NOTHING:
        return None
    if name.endswith("_at") or name.startswith(("planned_", "actual_")):
        if file == UPDATES.name:
            return datetime.strptime(cell, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
        return datetime.fromisoformat(cell).astimezone(UTC)
    if name == "channel":
        return CHANNELS[cell.strip()]
    if name == "status":
        return STATES.get(cell.strip(), "on_hold" if cell.startswith("Awaiting ") else None)
    if name in ("urgency", "impact"):  # 1 is the highest there, 3 the highest here
        return 4 - int(cell.strip()[0])
    if name == "priority":
        return int(cell.strip()[0])
    return int(cell) if name.endswith("_count") else cell.strip()


def _recounted(header: list[str], every: list[list[str]]) -> dict[str, Any]:
    """What all activities of an incident say, counted anew."""
    kind, stamp = header.index("IncidentActivity_Type"), header.index("DateStamp")
    at: dict[str, list[datetime]] = {}
    for row in every:
        at.setdefault(row[kind], []).append(datetime.fromisoformat(row[stamp]).astimezone(UTC))
    whole = "Open" in at
    return {
        "created_at": min(at.get("Open", []), default=None),
        "closed_at": max(at.get("Closed", []), default=None),
        "reopened_count": len(at.get("Reopen", [])) if whole else None,
        "reassignment_count": len(at.get("Reassignment", [])) if whole else None,
        "updated_at": max(t for moments in at.values() for t in moments),
    }


# The same files, the same bytes


def test_equal_runs_write_equal_bytes(data: DataSet) -> None:
    assert data.run.results["run"]["as_of"] == data.again.results["run"]["as_of"]
    for first, again in ((data.run.out, data.again.out), (data.run.tables, data.again.tables)):
        names = sorted(p.name for p in first.iterdir())
        assert names == sorted(p.name for p in again.iterdir())
        for name in names:
            if name != "run.json":
                assert (first / name).read_bytes() == (again / name).read_bytes(), name
    assert {
        "report.html",
        "results.json",
        "findings.csv",
        "findings.parquet",
        "unassessed.parquet",
        "run.json",
    } == {p.name for p in data.run.out.iterdir()}


# Some of the files, in order and out of it


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The first rows of each file with all rows of their records; and the same shuffled."""
    folder, rng = tmp_path_factory.mktemp("small"), random.Random(8_000)
    made: dict[str, list[Path]] = {"ordered": [], "shuffled": []}
    for path in (CHANGES, ACTIVITIES, UPDATES):
        (_, header), *rows = real_data.records(path)
        key = header.index(IDS[path.name])
        chosen = {row[key] for _, row in rows[:SMALL]} | WANTED[path.name]
        kept = [row for _, row in rows if row[key] in chosen]
        made["ordered"].append(real_data.write(folder / "ordered" / path.name, [header, *kept]))
        rng.shuffle(kept)
        made["shuffled"].append(real_data.write(folder / "shuffled" / path.name, [header, *kept]))
    return made


@pytest.mark.parametrize("which", ["bpic", "uci"])
def test_order_of_files_and_rows_changes_nothing(
    small: dict[str, list[Path]], tmp_path: Path, which: str
) -> None:
    here = slice(0, 2) if which == "bpic" else slice(2, 3)
    options = ["--zone", "UTC"] if which == "uci" else []
    ordered, shuffled = real_data.together(
        lambda: Run(tmp_path / "ordered", small["ordered"][here], *options),
        lambda: Run(tmp_path / "shuffled", small["shuffled"][here][::-1], *options),
    )
    assert ordered.code == shuffled.code == 1
    assert ordered.results["totals"]["findings"] > 30
    assert _without_places(ordered.results) == _without_places(shuffled.results)
    assert ordered.results != shuffled.results
    assert _without_places(ordered.findings) == _without_places(shuffled.findings)
    assert [f["row_number"] for f in ordered.findings] != [
        f["row_number"] for f in shuffled.findings
    ]
    name = "unassessed.parquet"
    assert (ordered.out / name).read_bytes() == (shuffled.out / name).read_bytes()
    for file in ordered.tables.glob("*.parquet"):
        tables = [
            sorted(json.dumps(_without_places(r), sort_keys=True, default=str) for r in rows)
            for rows in (pq.read_table(t / file.name).to_pylist()
                         for t in (ordered.tables, shuffled.tables))
        ]  # fmt: skip
        assert tables[0] == tables[1], file.name


def _without_places(value: Any) -> Any:
    """A tree without what says where in which file a record stood."""
    if isinstance(value, dict):
        return {k: _without_places(v) for k, v in value.items() if k not in PLACES}
    return [_without_places(v) for v in value] if isinstance(value, list) else value


# Counts that close


def test_counts_of_rules_close(data: DataSet) -> None:
    results = data.run.results
    assert results["rules"]
    for rule in results["rules"]:
        assert rule["status"] != "error", rule["error"]
        for part in (rule, *rule["by_project"]):
            assert part["population"] == sum(part[v] for v in VERDICTS), (rule["id"], part)
        for name in ("population", *VERDICTS, "limited"):
            assert rule[name] == sum(p[name] for p in rule["by_project"]), (rule["id"], name)
        assert rule["not_assessed"] == sum(r["count"] for r in rule["reasons"]), rule["id"]
        said = Counter[str]()
        for m in rule["messages"]:
            said[m["verdict"]] += m["count"]
        assert said["nonconforming"] == rule["nonconforming"], rule["id"]
        assert said["not_applicable"] == rule["not_applicable"], rule["id"]
        gated = ("column", "precision", "unread", "disputed", "table")
        held = sum(r["count"] for r in rule["reasons"] if r["reason"] in gated)
        assert said["not_assessed"] + held == rule["not_assessed"], rule["id"]
    for name in ("population", *VERDICTS):
        assert results["totals"][name] == sum(r[name] for r in results["rules"])
    by_status = Counter(r["status"] for r in results["rules"])
    assert results["totals"]["by_status"] == by_status


def test_populations_are_the_records(data: DataSet) -> None:
    """Every record of a rule's subjects is judged, by a count over the kept tables."""
    subjects = {
        "CHG-004": ["changes"], "CHG-015": ["changes"], "CHG-020": ["changes"],
        "CHG-021": ["changes"], "INC-011": ["incidents"], "INC-015": ["incidents"],
        "DQ-002": ["incidents", "requests", "changes", "problems"],
        "CFG-003": ["incidents", "problems", "requests", "change_cis"],
    }  # fmt: skip
    sizes = {
        t: data.run.sql(f"select count(*) from {t}")[0][0]
        for t in {t for tables in subjects.values() for t in tables}
    }
    for rule_id, tables in subjects.items():
        assert data.run.rule(rule_id)["population"] == sum(sizes[t] for t in tables), rule_id


def test_findings_are_the_nonconforming(data: DataSet) -> None:
    results = data.run.results
    per_rule = Counter(f["rule_id"] for f in data.run.findings)
    assert per_rule == {r["id"]: n for r in results["rules"] if (n := r["nonconforming"])}
    per_project = Counter((f["rule_id"], f["project_id"]) for f in data.run.findings)
    listed = {(n["rule"], n["project_id"]): n["count"] for n in results["nonconformities"]}
    leads = {r["id"] for r in results["rules"] if r["leads"]}
    assert listed == {k: n for k, n in per_project.items() if k[0] not in leads}
    assert results["totals"]["findings"] == len(data.run.findings)
    assert len({f["finding_id"] for f in data.run.findings}) == len(data.run.findings)
    messages = Counter((f["rule_id"], f["message"]) for f in data.run.findings)
    said = {
        (r["id"], m["message"]): m["count"]
        for r in results["rules"]
        for m in r["messages"]
        if m["verdict"] == "nonconforming"
    }
    assert messages == said


def test_reasons_are_the_unassessed(data: DataSet) -> None:
    stored = pq.read_table(data.run.out / "unassessed.parquet").to_pylist()
    names = ("project_id", "ns", "reason", "column", "count", "ids")
    found = sorted((r["rule_id"], *(str(r[n]) for n in names)) for r in stored)
    listed = sorted(
        (rule["id"], *(str(r[n]) for n in names))
        for rule in data.run.results["rules"]
        for r in rule["reasons"]
    )
    assert found == listed


def test_rows_of_files_close(data: DataSet) -> None:
    fates = ("loaded", "merged", "rejected", "duplicates", "skipped")
    loaded = Counter[str]()
    for file, path in zip(data.run.results["run"]["inputs"], data.files, strict=True):
        assert Path(file["path"]) == path
        rows = sum(1 for _ in real_data.records(path)) - 1
        assert file["tables"]
        for t in file["tables"]:
            assert t["rows"] == rows == sum(t[f] for f in fates), (path.name, t["table"])
            loaded[t["table"]] += t["loaded"]
    for table, n in loaded.items():
        assert data.run.sql(f"select count(*) from {table}") == [(n,)]
    assert data.run.results["totals"]["records"] == loaded.total()


# Exit codes


def test_nonconformities_exit_with_1(data: DataSet) -> None:
    assert data.run.code == data.again.code == 1, data.run.said
    written = json.loads((data.run.out / "run.json").read_text(encoding="utf-8"))
    assert written["exit_code"] == 1


def test_other_exit_codes(small: dict[str, list[Path]], tmp_path: Path) -> None:
    """4 where too little can be judged, 2 where nothing is run."""
    changes, _, updates = small["ordered"]
    zone = ("--zone", "UTC", "--as-of", UCI_AS_OF)
    cases = {
        "met_by_one_of_four_tables": ([updates], (*zone, "--rules", "DQ-002"), 4),
        "unjudged": ([changes], ("--rules", "CHG-004"), 4),
        "forgiven": ([changes], ("--rules", "CHG-021", "--exit-zero"), 0),
        "minor_and_8_%_unjudged": ([changes], ("--rules", "CHG-021", "--fail-on", "major"), 4),
        "no_zone": ([updates], (), 2),
    }
    runs = real_data.together(
        *(
            lambda name=name, files=files, options=options: Run(tmp_path / name, files, *options)
            for name, (files, options, _) in cases.items()
        )
    )
    found = {name: run.code for name, run in zip(cases, runs, strict=True)}
    assert found == {name: code for name, (*_, code) in cases.items()}
