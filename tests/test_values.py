"""Enumeration values in words: all of them, in both languages, and nothing but them."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import make_results as make
import pytest
from click.testing import CliRunner

import itssrules.model.tables as tables
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.cli import main
from itssrules.model.rule import Message, Need, Rule, Text
from itssrules.model.tables import Column, find_column, model, value_words
from itssrules.report.cards import Cards
from itssrules.report.sentence import sentence
from itssrules.report.table import write_table

CODED = [c for t in model().values() for c in t.columns if c.enum]
WRITTEN = list(
    csv.DictReader(
        Path(tables.__file__).with_name("values.csv").read_text(encoding="utf-8").splitlines()
    )
)
HAN = re.compile(r"[\u4e00-\u9fff]")


def places(column: Column) -> tuple[str, str, str]:
    return f"{column.table}.{column.name}", column.name, ""


def row_of(column: Column, value: str) -> tuple[str, str]:
    """The row of values.csv that speaks for a value: the closest one."""
    written = {(r["column"], r["value"]) for r in WRITTEN}
    return next((p, value) for p in places(column) if (p, value) in written)


@pytest.mark.parametrize("column", CODED, ids=lambda c: f"{c.table}.{c.name}")
def test_every_value_has_words_of_its_own_in_both_languages(column: Column) -> None:
    zh, en = value_words(column, "zh"), value_words(column, "en")

    assert tuple(zh) == tuple(en) == column.enum
    assert len(set(zh.values())) == len(set(en.values())) == len(column.enum), "two read the same"
    assert all(HAN.search(w) for v, w in zh.items() if not v.isdigit())
    assert not any("_" in w or HAN.search(w) for w in en.values())


def test_every_row_speaks_for_a_value_and_differs_from_the_one_that_it_stands_before() -> None:
    rows = Counter((r["column"], r["value"]) for r in WRITTEN)
    words = {(r["column"], r["value"]): (r["zh"], r["en"]) for r in WRITTEN}

    assert set(rows) == {row_of(c, v) for c in CODED for v in c.enum}
    assert set(rows.values()) == {1}
    for c in CODED:
        for value in c.enum:
            said = [words[p, value] for p in places(c) if (p, value) in words]
            assert len(set(said)) == len(said), f"{c.table}.{c.name} {value} repeats the word"


def test_no_name_of_a_coded_column_is_one_of_free_text_elsewhere() -> None:
    free = {c.name for t in model().values() for c in t.columns if not c.enum}

    assert not free & {n for c in CODED for n in (c.name, f"{c.name}s", f"{c.name}es")}


def told(rule: Rule, evidence: dict[str, Any], **finding: Any) -> tuple[str, str]:
    """What the rule says of a finding, in Chinese and in English."""
    row = make.finding(rule, 0, subject_id="CHG1", **finding)
    return tuple(  # type: ignore[return-value]
        "".join(t for t, _ in sentence(rule, row, evidence, lang, ZoneInfo("Asia/Shanghai")))
        for lang in ("zh", "en")
    )


def saying(template: str, *columns: str, subject: tuple[str, ...] = ("changes",)) -> Rule:
    """A rule that reads these columns and says this."""
    message = Message("late", "nonconforming", Text(template, template))
    needs = tuple(Need.parse(c) for c in columns)
    return make.rule(subject=subject, needs=needs, messages={"late": message})


def test_sentences_of_a_bundled_rule() -> None:
    rule = load_book_or_stop([bundled("rules")]).rule("CHG-004")
    assert rule is not None
    evidence = {
        "change_type": "emergency", "status": "implementing", "approval_status": "requested",
        "actual_start": "2024-05-01T08:00:00Z", "decisions": ["requested", "rejected"],
    }  # fmt: skip

    assert told(rule, evidence, message="not_approved") == (
        "变更 CHG1 已实施（类型 紧急变更，状态 实施中，实际开始 2024-05-01 16:00），"
        "但没有批准记录，单据上的审批状态为“已提交待批”。",
        "Change CHG1 was implemented (type emergency, status being implemented, actual start"
        " 2024-05-01 16:00) without approval; its recorded approval state is “requested”.",
    )
    assert told(rule, {**evidence, "approval_status": "approved"}, message="ok") == (
        "变更 CHG1 已有批准（审批状态 已批准，批准时间 （空），审批结论 已提交待批、已否决）。",
        "Change CHG1 was approved (approval state approved, time of approval (empty), decisions requested, rejected).",
    )


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("in_review", "评审中", "in review"),
        ("Frozen", "Frozen", "Frozen"),
        ("in_stock", "in_stock", "in_stock"),
        ("In_review", "In_review", "In_review"),
        (True, "是", "yes"),
        (None, "（空）", "(empty)"),
        (["closed", "Frozen", 7], "已关闭、Frozen、7", "closed, Frozen, 7"),
        ([], "（空）", "(empty)"),
        ({"id": "closed"}, "closed", "closed"),
    ],
)
def test_only_a_value_of_the_enumeration_changes(value: object, zh: str, en: str) -> None:
    assert told(saying("{status}", "changes.status"), {"status": value}) == (zh, en)


@pytest.mark.parametrize("column", ["title", "category", "closed_by", "new_value"])
def test_free_text_that_holds_a_code_stays(column: str) -> None:
    rule = saying(f"{{{column}}} {{status}}", "changes.status", "status_history.new_value")

    assert told(rule, {column: "in_progress", "status": "on_hold"}) == (
        "in_progress 挂起", "in_progress on hold",
    )  # fmt: skip


def test_a_column_of_a_table_that_the_rule_does_not_read_stays() -> None:
    evidence = {"status": "on_hold", "decision": "returned"}

    assert told(saying("{status} {decision}", "changes.status"), evidence)[0] == "挂起 returned"
    assert told(saying("{decision}", "approvals.decision"), evidence)[0] == "已退回"


def test_a_priority_is_a_number_with_words() -> None:
    rule = saying("{priority:number} {priority}", "incidents.priority", subject=("incidents",))

    assert told(rule, {"priority": 2}) == ("P2 P2", "P2 P2")


def test_the_kind_of_record_settles_what_a_value_means() -> None:
    rule = saying("{status}", "incidents.status", subject=("incidents", "requests"))

    assert told(rule, {"status": "resolved"}, object="incident") == ("已解决", "resolved")
    assert told(rule, {"status": "resolved"}, object="request") == ("已完成", "carried out")
    assert told(rule, {"status": "pending_approval"}, object="incident")[0] == "待审批"


def test_lists_bear_the_name_or_its_plural() -> None:
    rule = saying("{decision:list} {decisions:list} {statuses}", "approvals.decision")
    evidence = {
        "decision": "approved", "decisions": ["approved", None, "odd"], "statuses": ["scheduled"]
    }  # fmt: skip

    assert told(rule, evidence) == (
        "已批准 已批准、（空）、odd 已排期", "approved approved, (empty), odd scheduled",
    )  # fmt: skip


def test_the_evidence_keeps_the_code(tmp_path: Path) -> None:
    rule = saying("{status}", "changes.status")
    evidence = {"status": "in_review", "outcome": "backed_out"}
    row = make.finding(rule, 0, evidence=json.dumps(evidence))
    made = replace(
        make.failing(), rules=(make.result(rule, "nonconforming", (0, 9, 1, 0)),),
        findings=make.table([row]),
    )  # fmt: skip

    write_table(made, tmp_path)
    text = (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")
    cells = next(csv.DictReader(text.splitlines()))
    (shown,) = next(Cards(made).nonconformities()).items[0].rows

    assert (cells["message_zh"], cells["message_en"]) == ("评审中", "in review")
    assert json.loads(cells["evidence"]) == evidence
    assert [(e.name, e.zh, e.en) for e in shown.evidence] == [
        ("status", "评审中 (in_review)", "in review (in_review)"),
        ("outcome", "已回退 (backed_out)", "backed out (backed_out)"),
    ]  # fmt: skip


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An emergency change that was implemented although its approval was refused."""
    written = {
        "changes": (
            "change_id,title,change_type,status,created_at,actual_start,approval_status,risk_level\n"
            "CHG1,in_progress,emergency,implementing,2026-01-01 09:00,2026-01-02 09:00,returned,low\n"
        ),
        "approvals": (
            "approval_id,object_type,object_id,decision,decided_at\n"
            "A1,change,CHG1,requested,2026-01-01 10:00\nA2,change,CHG1,returned,2026-01-01 11:00\n"
        ),
    }
    for name, text in written.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*words: str) -> str:
    zone = ("--zone", "Asia/Shanghai", "--quiet")
    return CliRunner().invoke(main, [*words, *zone], env={"ITSSRULES_CONFIG": ""}).stdout


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", ["status: 实施中", "change_type: 紧急变更", "risk_level: 低", "title: in_progress",
                "decisions: 已提交待批、已退回", "类型 紧急变更，状态 实施中", "审批状态为“已退回”"]),
        ("en", ["status: being implemented", "change_type: emergency", "title: in_progress",
                "decisions: requested, returned", "type emergency, status being implemented"]),
    ],
)  # fmt: skip
def test_explain_shows_a_record_its_facts_and_sentences_in_words(
    export: Path, lang: str, lines: list[str]
) -> None:
    shown = invoke("explain", "CHG1", ".", "--rules", "CHG-004", "--lang", lang)

    assert "× CHG-004" in shown
    assert [x for x in lines if x not in shown] == []
    assert "implementing" not in shown


def test_inspect_gives_the_words_of_the_values_that_it_counts(export: Path) -> None:
    found = json.loads(invoke("inspect", ".", "--format", "json"))["profiles"]
    changes = next(p for p in found if p["table"] == "changes")

    assert changes["values"]["status"] == {"implementing": 1}
    assert changes["words"]["status"] == {
        "implementing": {"zh": "实施中", "en": "being implemented"}
    }
    assert set(changes["words"]) == {"status", "change_type", "risk_level", "approval_status"}


def test_the_model_page_shows_values_with_their_words() -> None:
    page = (Path(__file__).parents[1] / "docs" / "model.md").read_text(encoding="utf-8")
    column = find_column("problems.status")
    assert column is not None

    for value, word in value_words(column, "zh").items():
        assert f"`{value}` {word} · {value_words(column, 'en')[value]}" in page
