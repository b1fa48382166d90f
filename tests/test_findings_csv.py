"""findings.csv: rows that a spreadsheet opens, with nothing in them that it would run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import make_results as make
import pyarrow as pa
import pytest

from itssrules.builtin import report_formats
from itssrules.model.results import Results
from itssrules.report.table import COLUMNS, write_table
from itssrules.report.text import inert

PROMISED = [
    "finding_id", "rule_id", "rule_version", "checkpoint", "class", "severity", "limited", "source",
    "ns", "project_id", "object", "subject_id", "at", "owner", "message", "evidence", "file",
    "row_number", "state", "first_seen", "last_seen", "message_zh", "message_en",
]  # fmt: skip


def written(results: Results, out: Path) -> list[dict[str, str]]:
    """findings.csv as another program reads it."""
    write_table(results, out)
    text = (out / "findings.csv").read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))

    assert tuple(header) == COLUMNS
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def with_rows(*rows: dict[str, Any]) -> Results:
    return replace(make.failing(), findings=make.table(list(rows)))


def test_every_finding_is_a_row_with_the_promised_columns(tmp_path: Path) -> None:
    results = make.rich()
    rows = written(results, tmp_path)

    assert [c for c in COLUMNS if c != "at_local"] == PROMISED
    assert [r["finding_id"] for r in rows] == results.findings["finding_id"].to_pylist()
    assert [int(r["row_number"]) for r in rows] == results.findings["row_number"].to_pylist()


def test_a_row_holds_the_sentences_of_the_report_and_both_times(tmp_path: Path) -> None:
    made = make.rule(supports=("QM-9",))
    row, other = written(
        with_rows(make.finding(made, 0), make.finding(made, 1, limited=True)), tmp_path
    )

    assert row["message_zh"] == "变更 CHG0000000 关闭后 3 小时 20 分 才验证（关闭人 张伟）。"
    assert row["message_en"].startswith("Change CHG0000000 was verified 3 h 20 min after")
    assert (row["at"], row["at_local"]) == ("2024-05-01T08:00:00Z", "2024-05-01 16:00")
    assert row["checkpoint"] == "QM-8.4.6-CHG;QM-9" and row["row_number"] == "2"
    assert (row["limited"], other["limited"]) == ("false", "true")
    assert json.loads(row["evidence"])["title"] == "核心交换机固件升级（二期）"
    assert row["first_seen"] == "" and row["class"] == "nonconformity"


def test_key_figures_groups_and_unknown_messages_have_sentences(tmp_path: Path) -> None:
    rows = written(make.full(), tmp_path)
    odd = written(with_rows(make.finding(make.rule(), 0, message="gone")), tmp_path)[0]

    assert all(r["message_zh"] and r["message_en"] for r in rows)
    assert any("94.96" in r["message_en"] for r in rows if r["rule_id"] == "KPI-002")
    assert odd["message_en"] == make.TITLES["CHG-020"][1]


def test_bom_crlf_and_quotes(tmp_path: Path) -> None:
    write_table(make.failing(), tmp_path)
    data = (tmp_path / "findings.csv").read_bytes()

    assert data.startswith(b'\xef\xbb\xbf"finding_id",')
    assert data.count(b"\r\n") == data.count(b"\n") == 4 and data.endswith(b"\r\n")
    assert b'"exports/2024/changes.csv",2,"new"' in data, "a number stays a number"


def test_no_finding_gives_a_header(tmp_path: Path) -> None:
    assert written(make.clean(), tmp_path) == []


def test_absent_values_are_empty_cells(tmp_path: Path) -> None:
    row = written(
        with_rows(
            make.finding(
                make.rule(), 0, at=None, owner=None, row_number=None, file=None, evidence=None,
                project_id=None, checkpoint=None,
            )
        ),
        tmp_path,
    )[0]  # fmt: skip

    for name in ("at", "at_local", "owner", "row_number", "file", "project_id", "checkpoint"):
        assert row[name] == "", name
    assert "（空）" in row["message_zh"]


FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u3000=1", "\xa0=1", "＝1",
    "＋1", "－1", "＠x", "﹦1", "\t", "\rx", "=cmd|' /C calc'!A0", "\u2003＝1",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_what_would_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "CHG-1", "'=1", "（空）", "7", "变更", "[U+200B]=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_hostile_values_are_inert_in_every_column(tmp_path: Path, text: str) -> None:
    names = [f.name for f in make.FINDINGS if f.type == pa.string() and f.name != "rule_id"]
    row = written(with_rows(make.finding(make.rule(), 0, **dict.fromkeys(names, text))), tmp_path)[
        0
    ]

    for name, value in row.items():
        assert value.lstrip()[:1] not in tuple("=+-@＝＋－＠﹦"), name
        assert not set("\t\r\n") & set(value), name
    assert row["owner"][0] in "'→␍⏎"


def test_hidden_characters_and_breaks_are_visible_and_no_row_is_split(tmp_path: Path) -> None:
    evil = 'a"b,c;d\r\ne\x00f\u202eg\x1b[31mh\ti\u200b'
    rows = written(
        with_rows(
            make.finding(make.rule(), 0, owner=evil, subject_id=evil), make.finding(make.rule(), 1)
        ),
        tmp_path,
    )

    assert len(rows) == 2
    assert rows[0]["owner"] == 'a"b,c;d␍⏎e␀f[U+202E]g␛[31mh→i[U+200B]'
    assert "[U+202E]" in rows[0]["message_zh"]
    assert (tmp_path / "findings.csv").read_bytes().count(b"\n") == 3


def test_a_long_value_is_cut_at_what_a_cell_holds(tmp_path: Path) -> None:
    longest = 32_767
    for text in ("x" * longest, "x" * (longest + 1), "=" * longest, "\u202e" * longest):
        row = written(with_rows(make.finding(make.rule(), 0, owner=text)), tmp_path)[0]

        assert len(row["owner"]) == longest
        assert row["owner"].endswith("…") == (text != "x" * longest)


def test_many_findings_are_written_batch_by_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("itssrules.report.table.BATCH", 7)
    made = make.rule()
    rows = [make.finding(made, n, at=datetime(2024, 1, 1, n % 24)) for n in range(50)]

    found = written(with_rows(*rows), tmp_path)

    assert [r["subject_id"] for r in found] == [f"CHG{n:07d}" for n in range(50)]


def test_every_run_writes_it() -> None:
    formats = {f.name: f for f in report_formats()}

    assert (formats["csv"].file, formats["csv"].always) == ("findings.csv", True)
