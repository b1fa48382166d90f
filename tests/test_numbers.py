"""All numbers of one run agree, whichever file tells them."""

from __future__ import annotations

import csv
import json
import re
import zlib
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from itssrules.cli import main

NUMBER = re.compile(r"[\d,]+")


class Run:
    """A run over the sample exports, read back from every file that it wrote."""

    def __init__(self, out: Path) -> None:
        done = CliRunner().invoke(main, ["demo", "--out", str(out), "--quiet", "--lang", "en"])
        assert done.exit_code == 0, done.output
        self.terminal = done.stdout
        self.data = json.loads((out / "results.json").read_bytes())
        self.findings = pq.read_table(out / "findings.parquet").to_pylist()
        self.unassessed = pq.read_table(out / "unassessed.parquet").to_pylist()
        with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.html = (out / "report.html").read_text(encoding="utf-8")
        found = dict(
            re.findall(r'<script type="[\w/]+" id="([\w-]+)">(.*?)</script>', self.html, re.S)
        )
        self.page = json.loads(found.pop("page-data"))
        found.pop("data-first")
        self.held = {k.removeprefix("data-"): inflated(v) for k, v in found.items()}


def inflated(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(zlib.decompress(b64decode(text)))
    return made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("numbers"))


class Cells(HTMLParser):
    """The text of every element of a class, in English."""

    def __init__(self, html: str, tag: str, wanted: str) -> None:
        super().__init__()
        self.tag, self.wanted, self.found = tag, wanted, list[str]()
        self.inside, self.hidden = 0, 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self.inside:
            self.inside += tag == self.tag
            self.hidden += bool(self.hidden) or told.get("lang") == "zh-CN"
        elif tag == self.tag and re.search(self.wanted, told.get("class") or ""):
            self.inside = 1
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self.inside:
            self.hidden -= bool(self.hidden)
            self.inside -= tag == self.tag

    def handle_data(self, data: str) -> None:
        if self.inside and not self.hidden:
            self.found[-1] += data


def texts(run: Run, tag: str, wanted: str) -> list[str]:
    """What elements of a class say: marks and blanks made one."""
    return [re.sub(r"\s+", " ", t).strip() for t in Cells(run.html, tag, wanted).found]


def numbers(text: str) -> list[int]:
    return [int(n.replace(",", "")) for n in NUMBER.findall(text)]


def test_findings_are_the_same_in_every_file(run: Run) -> None:
    def key(f: dict[str, Any]) -> tuple[str, ...]:
        return f["finding_id"], f["rule_id"], f["class"], f["subject_id"], f["project_id"] or ""

    assert Counter(map(key, run.findings)) == Counter(map(key, run.rows))
    classes = ("nonconformity", "lead", "cited")
    held = Counter(
        (r[0], rule, classes[r[2]], r[1], run.page["projects"][r[3]][0])
        for rule, data in run.held.items() for r in data["rows"]
    )  # fmt: skip
    assert held == Counter(map(key, run.findings)), "the sample is small enough to be held whole"
    assert run.data["totals"]["findings"] == len(run.findings) > 100
    assert sum(rule[3] for rule in run.page["rules"].values()) == len(run.findings)


def test_sentences_and_places_are_the_same_in_page_and_table(run: Run) -> None:
    told = {
        r[0]: (said(data, r, 0), said(data, r, 1), run.page["files"][r[6]][1], r[7])
        for data in run.held.values() for r in data["rows"]
    }  # fmt: skip
    for row in run.rows:
        number = int(row["row_number"]) if row["row_number"] else None
        assert told[row["finding_id"]] == (
            row["message_zh"],
            row["message_en"],
            row["file"],
            number,
        )


def said(data: dict[str, Any], r: list[Any], at: int) -> str:
    words, values = data["sentences"][r[9]][at], (r[11] if at and r[11] else r[10])
    return "".join(w + v for w, v in zip(words, [*values, ""], strict=True))


def test_counts_of_rules_are_those_of_the_findings(run: Run) -> None:
    found = Counter(f["rule_id"] for f in run.findings)
    unknown = Counter[str]()
    for row in run.unassessed:
        unknown[row["rule_id"]] += row["count"]
    for rule in run.data["rules"]:
        parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
        assert rule["population"] == sum(rule[p] for p in parts), rule["id"]
        assert rule["nonconforming"] == found[rule["id"]], rule["id"]
        assert rule["not_assessed"] == unknown[rule["id"]], rule["id"]
    sums = texts(run, "span", "^arith$")
    wanted = Counter(
        (
            r["population"],
            r["not_applicable"],
            r["conforming"],
            r["nonconforming"],
            r["not_assessed"],
        )
        for r in run.data["rules"]
    )
    assert not wanted - Counter(tuple(numbers(t)[:5]) for t in sums)


def test_nonconformities_are_those_of_the_findings_and_of_the_page(run: Run) -> None:
    found = Counter((f["rule_id"], f["project_id"] or "") for f in run.findings
                    if f["class"] == "nonconformity")  # fmt: skip
    items = run.data["nonconformities"]
    assert found == {(n["rule"], n["project_id"]): n["count"] for n in items}
    shown = [tuple(numbers(t)[:2]) for t in texts(run, "td", "^share$")]
    assert Counter(shown) == Counter((n["count"], n["population"]) for n in items)


def test_head_terminal_and_months_tell_the_same(run: Run) -> None:
    grades = Counter(n["grade"] for n in run.data["nonconformities"])
    classes = Counter(f["class"] for f in run.findings)
    unknown = sum(bool(r["not_assessed"]) or r["status"] in ("not_assessed", "partly", "error")
                  for r in run.data["rules"])  # fmt: skip
    tiles = [numbers(t)[0] for t in texts(run, "li", r"^tile\b")]
    assert tiles == [
        grades["major"],
        grades["minor"],
        grades["observation"],
        classes["lead"],
        unknown,
    ]
    months = texts(run, "ol", "^months$")[0]
    totals = sum(
        int(n.replace(",", "")) for n in re.findall(r"([\d,]+?) ?(?:\d{4}-\d\d|no time)", months)
    )
    assert totals == len(run.findings) - classes["cited"]
    line = next(t for t in run.terminal.splitlines() if t.startswith("Nonconformities:"))
    assert numbers(line) == [grades["major"], grades["minor"], grades["observation"]]
    assert f"{grades['major'] + grades['minor']} nonconformities found" in run.terminal


def test_the_heat_map_sums_the_rules(run: Run) -> None:
    rules = run.data["rules"]
    processes = list(dict.fromkeys(r["process"] for r in rules))
    table = run.html.partition('<table class="heat">')[2].partition("</table>")[0]
    rows = table.split('<th scope="row">')[1:]
    assert len(rows) == len(processes)
    for process, row in zip(processes, rows, strict=True):
        cells = Cells(row, "td", "^h-").found
        strict = [r for r in rules if r["process"] == process and not r["leads"]]
        bad = sum(r["nonconforming"] for r in strict)
        judged = sum(r["nonconforming"] + r["conforming"] for r in strict)
        unknown = sum(r["not_assessed"] for r in rules if r["process"] == process)
        told = re.search(r"(?:([\d,]+) / ([\d,]+))?(?: · \? ([\d,]+))?\s*$", cells[-1].strip())
        assert told
        assert [int((t or "0").replace(",", "")) for t in told.groups()] == [bad, judged, unknown]
        projects = [re.search(r"([\d,]+) / ([\d,]+)", c) for c in cells[:-1]]
        assert sum(numbers(m[1])[0] for m in projects if m) == bad, process
        assert sum(numbers(m[2])[0] for m in projects if m) == judged, process
