"""The bundled sample firm: what was planted is found, nothing else is, and a script made its exports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from itssrules.assess import run, verdicts
from itssrules.assess.context import Context
from itssrules.assess.engine import assess_rule
from itssrules.builtin import bundled
from itssrules.cli import main
from itssrules.cli.setup import start
from itssrules.model.results import RuleResult
from itssrules.model.rule import Rule
from itssrules.store import rows

SAMPLE = bundled("sample_exports")
SCRIPT = Path(__file__).parent / "make_sample.py"
WHOLE_EXPORT = ("DQ-005", "DQ-008", "DQ-014", "DQ-015", "DOC-001")
"""Rules whose findings have no moment, so that no period leaves them out."""
UNREACHED = {
    "CHG-002": {"no_risk"},  # one column holds impact and risk
    "CHG-004": {"no_approval_row"},  # the list of changes has an approval state of its own
    "CHG-005": {"late_by_plan", "only_after_by_plan"},  # use_planned is off
    "CHG-006": {"nothing_recorded"},  # approvals are exported, so the missing row is the finding
    "CHG-016": {"prime"},  # apply_prime is off
    "CHG-020": {"failed", "missing"},  # the list of changes has no result and time of verification
    "DQ-002": {"resolved_before_responded"},  # check_response_order is off
    "DQ-009": {"twice"},  # no record is exported twice
    "DSK-002": {"foreign_category"},  # no list of categories is set
    "INC-017": {"held_without_reason"},  # the history tells of every pause
    "INC-005": {"overdue"},  # the history ends with the window, hours before the newest stamp
    "KPI-007": {"below"},  # no quarter leaves so many unsolved
    "KPI-008": {"below"},  # no quarter answers so many late
    "KPI-022": {"above"},  # one closed record without a count leaves the plant's quarter open
    "KPI-026": {"above"},  # few changes are called off
    "PRB-010": {"unknown_change"},  # a number that is cited and lacking leaves that time incomplete
}
"""Findings that these exports cannot show."""
UNDATED = {
    "": ("no_close_time", "unread", "unplaced"),
    "CHG-019": ("no_end_time",),
    "CHG-024": ("outcome_unknown", "no_end_time"),
    "CHG-029": ("not_whole", "no_ci"),
    "CHG-030": ("no_plan",),
    "CHG-031": ("no_end",),
    "CHG-032": ("no_decision_time",),
    "DQ-003": ("no_end",),
    "DQ-006": ("no_times",),
    "DQ-016": ("nobody", "state_unknown"),
    "INC-014": ("no_person",),
    "PRB-004": ("no_cause_time",),
    "REQ-002": ("fulfilment_unknown",),
}
"""Why a record is not assessed, of any rule or of one, that leaves it without a moment as well."""
BY_HAND = {
    "catalogue.csv", "ci_audit_items.csv", "ci_audits.csv", "cis_workshop.csv", "documents.csv", "personnel.csv",
    "kb_knowledge.csv", "releases.csv", "reviews.csv", "routine_plans.csv", "routine_records.csv",
    "projects.csv", "sla_targets.csv", "slas.csv", "itssrules.toml", "connectors/servicenow_site/connector.toml",
}  # fmt: skip
"""What a firm writes itself, and the script does not."""
FIGURES: dict[str, tuple[bool, list[tuple[Any, ...]]]] = {}
"""Key figure -> whether its target is a ceiling; verdict, bounds and target of each group."""
Verdict = tuple[str, str]
Verdicts = dict[tuple[str, str], Verdict]
"""Rule and subject -> verdict and message (or why it was held back)."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Verdicts]:
    """The files of the one run, and its verdicts on every subject."""
    folder: Path = tmp_path_factory.mktemp("demo") / "report"
    found: Verdicts = {}

    def noted(context: Context, rule: Rule) -> RuleResult:
        result = assess_rule(context, rule)
        for subject, verdict, said in rows(
            context.con, "select record.id, verdict, coalesce(reason, message, '') from verdicts"
        ):
            lead = rule.leads and verdict == "nonconforming"
            found[rule.id, subject] = ("lead" if lead else verdict, said)
        if rule.kind == "kpi":
            FIGURES[rule.id] = (
                rule.at_most,
                rows(
                    context.con,
                    "select verdict, coalesce(lower, '-inf'::double), coalesce(upper, 'inf'::double),"
                    " target::double from grouped g join verdicts v on v.record.id = g.subject_id"
                    " where target is not null",
                ),
            )
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "assess_rule", noted)
        done = CliRunner().invoke(main, ["demo", "--out", str(folder), "--quiet"])
    assert done.exit_code == 0, done.output
    return folder, found


@pytest.fixture
def out(demo: tuple[Path, Verdicts]) -> Path:
    return demo[0]


@pytest.fixture
def told(demo: tuple[Path, Verdicts]) -> Verdicts:
    return demo[1]


def test_many_records_are_judged_as_few(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers of few records are kept, those of many are made anew whenever they are read."""
    monkeypatch.setattr(verdicts, "SMALL", -1)

    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path), "--quiet"])

    assert done.exit_code == 0, done.output
    for name in ("results.json", "findings.csv"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


@cache
def key() -> Verdicts:
    """What was planted."""
    text = (SAMPLE / "answer_key.toml").read_text(encoding="utf-8")
    expected = tomllib.loads(text)["expected"]
    found = {(rule, subject): (verdict, said) for rule, subject, verdict, said in expected}
    assert len(found) == len(expected)
    return found


def only(verdicts: Verdicts, *wanted: str) -> Verdicts:
    return {k: v for k, v in verdicts.items() if v[0] in wanted}


def test_a_key_figure_is_judged_by_its_bounds_and_target(told: Verdicts) -> None:
    judged = set()
    for rule, (at_most, groups) in FIGURES.items():
        for verdict, low, high, target in groups:
            kept = high <= target if at_most else low >= target
            missed = low > target if at_most else high < target
            assert verdict != "conforming" or kept, rule
            assert verdict != "nonconforming" or missed, rule
            judged.add((at_most, verdict))
    assert {(a, v) for a in (True, False) for v in ("conforming", "nonconforming")} <= judged


def test_the_run_says_what_was_planted(told: Verdicts) -> None:
    assert {k: told.get(k) for k in key()} == key()


@pytest.mark.parametrize("verdict", ["nonconforming", "lead", "not_assessed"])
def test_the_run_says_nothing_else(told: Verdicts, verdict: str) -> None:
    assert only(told, verdict) == only(key(), verdict)


def test_the_example_in_the_readme_is_worth_explaining() -> None:
    """A change that is found fault with, with an approval and tasks."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    (record,) = set(re.findall(r"itssrules explain (CHG\d+)", readme))

    assert ("CHG-005", record) in only(key(), "nonconforming")
    for name, least in (("oa_approvals.csv", 1), ("change_task.csv", 2)):
        lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines()
        assert sum(record in line.split(",") for line in lines) >= least, name


def test_findings_are_the_planted_ones(out: Path) -> None:
    found = {
        (r["rule_id"], r["subject_id"]): r["message"]
        for r in pq.read_table(out / "findings.parquet").to_pylist()
    }
    assert found == {k: said for k, (_, said) in only(key(), "nonconforming", "lead").items()}


def test_every_rule_and_every_reachable_finding_is_planted(out: Path) -> None:
    book = start((), None).book
    planted: dict[str, set[str]] = {}
    for (rule, _), (verdict, said) in key().items():
        if verdict in ("nonconforming", "lead"):
            planted.setdefault(rule, set()).add(said)

    lacking = {
        rule.id: {k for k, m in rule.messages.items() if m.verdict in ("nonconforming", "lead")}
        - planted.get(rule.id, set())
        for rule in book.rules
    }
    assert {rule: keys for rule, keys in lacking.items() if keys} == UNREACHED


def test_counts_close_and_files_agree(out: Path) -> None:
    data = results(out)
    findings = pq.read_table(out / "findings.parquet").to_pylist()
    for rule in data["rules"]:
        parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
        assert rule["population"] == sum(rule[p] for p in parts), rule["id"]
        assert rule["nonconforming"] == sum(f["rule_id"] == rule["id"] for f in findings)
        assert rule["not_assessed"] == sum(r["count"] for r in rule["reasons"])
    assert data["totals"]["findings"] == len(findings)


def results(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("rule", ["CFG-005", "INC-023", "PRB-002"])
def test_many_of_a_project_are_raised_and_few_of_another_are_not(out: Path, rule: str) -> None:
    graded = {n["project_id"]: n for n in results(out)["nonconformities"] if n["rule"] == rule}

    assert {p: (n["grade"], n["raised"]) for p, n in graded.items()} == {
        "GOV": ("major", True), "BANK": ("minor", False),
    }  # fmt: skip


def test_nothing_is_found_in_may(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, [
        "run", str(SAMPLE), "--config", str(SAMPLE / "itssrules.toml"), "--quiet",
        "--period", "2026-05-01..2026-05-31", "--exclude", ",".join(WHOLE_EXPORT),
        "--out", str(tmp_path / "may"),
    ])  # fmt: skip
    assert done.exit_code in (0, 4), done.output
    data = results(tmp_path / "may")

    assert pq.read_table(tmp_path / "may/findings.parquet").num_rows == 0
    assert sum(r["conforming"] for r in data["rules"]) > 500
    undated = {k for k, v in key().items() if v[1] in UNDATED.get(k[0], ()) or v[1] in UNDATED[""]}
    left = {(r["id"], i) for r in data["rules"] for reason in r["reasons"] for i in reason["ids"]}
    assert left <= undated


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_the_script_writes_these_very_files(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True, timeout=60)

    made, kept = contents(tmp_path), contents(SAMPLE)
    assert {name for name in kept if name not in made} == BY_HAND
    assert [name for name in made if made[name] != kept.get(name)] == []
    assert sum(map(len, kept.values())) < 1_000_000
