"""The bundled sample: what was planted is found, and nothing else."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from itssrules.builtin import bundled
from itssrules.cli import main


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("demo") / "report"
    done = CliRunner().invoke(main, ["demo", "--out", str(folder), "--quiet"])
    assert done.exit_code == 0, done.output
    return folder


def planted() -> set[str]:
    """The rules that the sample plants something for."""
    text = (bundled("sample_exports") / "answer_key.toml").read_text(encoding="utf-8")
    return {rule for rule, *_ in tomllib.loads(text)["expected"]}


def key(wanted: str) -> set[tuple[str, str, str]]:
    text = (bundled("sample_exports") / "answer_key.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["expected"]
    return {(rule, subject, said) for rule, subject, verdict, said in rows if verdict == wanted}


def test_findings_are_the_planted_ones_in_both_directions(out: Path) -> None:
    rows = pq.read_table(out / "findings.parquet").to_pylist()

    found = {(r["rule_id"], r["subject_id"], r["message"]) for r in rows}
    assert key("nonconforming") == found


def test_unassessed_are_the_planted_ones_in_both_directions(out: Path) -> None:
    rows = pq.read_table(out / "unassessed.parquet").to_pylist()

    found = {(r["rule_id"], i, r["reason"]) for r in rows for i in r["ids"]}
    assert key("not_assessed") == {f for f in found if f[0] in planted()}


def test_counts_close_and_files_agree(out: Path) -> None:
    data = json.loads((out / "results.json").read_text(encoding="utf-8"))
    findings = pq.read_table(out / "findings.parquet").to_pylist()
    for rule in data["rules"]:
        parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
        assert rule["population"] == sum(rule[p] for p in parts), rule["id"]
        assert rule["nonconforming"] == sum(f["rule_id"] == rule["id"] for f in findings)
        assert rule["not_assessed"] == sum(r["count"] for r in rule["reasons"])
    assert data["totals"]["findings"] == len(findings)


def test_every_finding_stands_in_the_report_with_file_and_row(out: Path) -> None:
    text = (out / "report.html").read_text(encoding="utf-8")
    for finding in pq.read_table(out / "findings.parquet").to_pylist():
        assert finding["subject_id"] in text
        assert Path(finding["file"]).name in text
