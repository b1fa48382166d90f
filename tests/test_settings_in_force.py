"""What settings change in a run: parameters, exclusions, periods, projects, reference tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from test_sources_end_to_end import write

from itssrules.cli import main

HEAD = 'zone = "Asia/Shanghai"\n[sources.canonical]\nfrom = 2026-01-01\nto = 2026-06-30\n'
PROJECTS = """
[[projects]]
id = "P1"
match = { assignment_group = ["一线*"] }
[projects.params.INC-015]
max_reopen = 4
[[projects]]
id = "P2"
match = { assignment_group = ["*"] }
"""


def incident(number: int, group: str, reopened: int, month: int = 3) -> dict[str, Any]:
    return {
        "incident_id": f"INC{number}", "status": "closed", "assignment_group": group,
        "created_at": f"2026-{month:02d}-0{number} 09:00", "reopened_count": reopened,
        "closed_at": f"2026-{month:02d}-0{number} 12:00", "updated_at": f"2026-{month:02d}-0{number} 12:00",
    }  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in/incidents.csv", [
        incident(1, "一线组", 3), incident(2, "二线组", 3), incident(3, "一线组", 4),
        incident(4, "二线组", 0, month=4),
    ])  # fmt: skip
    return tmp_path


def run(settings: str, *words: str) -> tuple[int, str, dict[str, Any]]:
    Path("itssrules.toml").write_text(HEAD + settings, encoding="utf-8")
    done = CliRunner().invoke(
        main, ["run", "in", "--quiet", "--lang", "en", "--out", "out", *words]
    )
    path = Path("out/results.json")
    return (
        done.exit_code,
        done.output,
        json.loads(path.read_text("utf-8")) if path.is_file() else {},
    )


def found() -> list[str]:
    return [f["subject_id"] for f in pq.read_table("out/findings.parquet").to_pylist()]


def test_a_parameter_of_one_project_holds_there_and_nowhere_else(here: Path) -> None:
    _, _, data = run(PROJECTS, "--rules", "INC-015")

    (rule,) = data["rules"]
    assert found() == ["INC2", "INC3"]
    assert {p["project_id"]: p["nonconforming"] for p in rule["by_project"]} == {"P1": 1, "P2": 1}
    (changed,) = data["run"]["changes"]
    assert (changed["project_id"], changed["default"], changed["value"]) == ("P1", "2", "4")
    assert "max_reopen" in Path("out/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[params.INC-015]\nmax_reopen = 9\n", ["params.INC-015.max_reopen", "beyond", "5"]),
        ("[params.INC-015]\nmax_reopn = 3\n", ["'max_reopn'", "did you mean max_reopen"]),
        ("[params.INC-115]\nmax_reopen = 3\n", ["'INC-115'", "did you mean INC-015"]),
        ('[settings]\npause_states = ["asleep"]\n', ["settings.pause_states", "'asleep'"]),
        ('[exclude]\n"INC-115" = "no"\n', ["'INC-115'", "did you mean INC-015"]),
        ('[refs]\nINC-015 = "x.csv"\n', ["refs", "DOC-001"]),
    ],
    ids=["too lax", "parameter", "rule", "setting", "exclusion", "reference"],
)
def test_a_setting_beyond_its_bounds_is_refused(here: Path, settings: str, said: list[str]) -> None:
    write(here / "x.csv", [{"checkpoint": "QM-8.4.1-2"}])

    code, output, data = run(settings, "--rules", "INC-015")

    assert (code, data) == (2, {})
    assert [s for s in said if s not in output] == []


def test_an_excluded_rule_is_told_with_its_reason_and_judges_nothing(here: Path) -> None:
    code, _, data = run('[exclude]\n"INC-015" = "合同另有约定"\n', "--rules", "INC-015")

    (rule,) = data["rules"]
    assert (code, rule["status"], rule["excluded"], found()) == (4, "excluded", "合同另有约定", [])


def test_an_audit_date_before_the_end_of_the_data_is_said_and_never_clean(here: Path) -> None:
    write(here / "in/incidents.csv", [incident(2, "一线组", 0)])

    assert run("", "--rules", "INC-015", "--as-of", "2026-06-30")[2]["run"]["notes"] == []
    code, _, data = run("", "--rules", "INC-015", "--as-of", "2026-01-31")

    assert code == 4
    assert "after the moment judged from" in data["run"]["notes"][0]["en"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "读取：1 个文件，4 条记录 · 事件单 4 · 另有 1,100 条在设置中声明"),
        (
            "en",
            "Read: 4 records from 1 file · Incidents 4 · besides 1,100 declared in the settings",
        ),
    ],
)
def test_what_settings_declare_is_told_apart_from_what_was_read(
    here: Path, lang: str, said: str
) -> None:
    calendar = '[calendars.c]\nzone = "Asia/Shanghai"\nalways = true\n'
    absent = '[sources.oa]\nconnector = "canonical"\nfiles = ["oa*"]\n'

    _, output, data = run(PROJECTS + calendar + absent, "--rules", "INC-015", "--lang", lang)

    totals = data["totals"]
    days = sum(t["loaded"] for t in data["run"]["inputs"][1]["tables"])
    assert (totals["files"], totals["records"], totals["files_not_read"]) == (1, 4, 0)
    assert totals["declared"] == days > 1_000
    told = " ".join(output.replace("·", "").split())
    assert " ".join(said.replace("1,100", f"{days:,}").replace("·", "").split()) in told
    assert "sources.oa" in output, "a source without a file is a fault all the same"


def test_a_calendar_that_never_opens_is_refused(here: Path) -> None:
    code, output, _ = run('[calendars.c]\nzone = "Asia/Shanghai"\nhours = []\n')

    assert code == 2 and "calendars.c" in output and "never opens" in output


def test_a_period_leaves_out_what_happened_outside_it(here: Path) -> None:
    _, _, data = run("", "--rules", "INC-015", "--period", "2026-03-02..2026-03-31")

    (rule,) = data["rules"]
    assert found() == ["INC2", "INC3"]
    assert (rule["population"], rule["outside"]) == (2, 2)


def test_the_last_second_of_a_period_is_whole(here: Path) -> None:
    late = incident(1, "一线组", 3) | {"closed_at": "2026-03-31 23:59:59.900"}
    next_day = incident(2, "一线组", 3) | {"closed_at": "2026-04-01 00:00:00"}
    write(here / "in/incidents.csv", [late, next_day])

    _, _, data = run("", "--rules", "INC-015", "--period", "2026-03-01..2026-03-31")

    assert (found(), data["rules"][0]["outside"]) == (["INC1"], 1)


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ("2026-01-01..2026-06-30", "conforming"),
        ("2026-01-01..2026-05-31", "conforming"),
        ("2026-01-02..2026-06-30", "conforming"),
        ("2025-12-31..2026-06-30", "partly"),
        ("2026-01-01..2026-07-01", "partly"),
    ],
)
def test_a_period_is_covered_up_to_the_first_and_last_day_of_the_window(
    here: Path, period: str, status: str
) -> None:
    rows = [incident(n, "一线组", 0, month=n) for n in range(1, 7)]
    more = {"close_mode": "customer"}
    write(here / "in/incidents.csv", [
        r | more | dict.fromkeys(("resolved_at", "restored_at"), r["created_at"]) for r in rows
    ])  # fmt: skip
    write(here / "in/status_history.csv", [
        {"object_type": "incident", "object_id": r["incident_id"], "field": "status",
         "new_value": "closed", "changed_at": r["closed_at"]} for r in rows
    ])  # fmt: skip
    words = ("--rules", "INC-011", "--period", period)

    code, _, data = run('gaps = "每月仅一单，经流程经理核对"\n', *words)

    (rule,) = data["rules"]
    assert (code, rule["status"]) == (0 if status == "conforming" else 4, status)
    assert [r["reason"] for r in rule["reasons"]] == ["window"] * (status == "partly")
    assert rule["conforming"] == rule["population"] >= 5


def test_a_period_beyond_the_window_is_never_green(here: Path) -> None:
    words = ("--rules", "INC-015", "--period", "2026-04-01..2026-08-31")
    code, _, data = run("", *words)

    (rule,) = data["rules"]
    assert (code, rule["status"], rule["conforming"]) == (4, "partly", 1)
    assert "window" in {r["reason"] for r in rule["reasons"]}


def test_one_project_only(here: Path) -> None:
    _, _, data = run(PROJECTS, "--rules", "INC-015", "--project", "P2")

    (rule,) = data["rules"]
    assert (found(), rule["population"], rule["outside"]) == (["INC2"], 2, 2)
    code, output, _ = run(PROJECTS, "--project", "P3")
    assert code == 2 and "--project: no record belongs to a project 'P3'" in output


RULE = """/*
id       = "ACME-001"
title.zh = "重开"
title.en = "Re-opened"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
yields_to = ["INC-015"]
needs    = ["incidents.reopened_count"]
why.zh = "x"
why.en = "x"
fix.zh = "x"
fix.en = "x"
[message.often]
verdict = "nonconforming"
zh = "{id} 重开"
en = "{id} re-opened"
[message.unknown]
verdict = "not_assessed"
zh = "不明"
en = "unknown"
*/
select record, created_at as at, assigned_to as owner, true as applies,
    case when reopened_count >= 3 then false when reopened_count < 3 then true end as conforms,
    case when reopened_count is null then 'unknown' else 'often' end as message
from incidents
"""


def test_two_rules_on_the_same_fact_make_one_finding_and_one_that_cites(here: Path) -> None:
    path = here / "mine/incident/ACME-001_reopened.sql"
    path.parent.mkdir(parents=True)
    path.write_text(RULE, encoding="utf-8")

    _, output, data = run("", "--rules", "INC-015,ACME-001", "--rules-path", "mine")

    assert data, output
    rows = pq.read_table("out/findings.parquet").to_pylist()
    assert {(r["rule_id"], r["class"]) for r in rows} == {
        ("INC-015", "nonconformity"), ("ACME-001", "cited"),
    }  # fmt: skip
    assert {n["rule"] for n in data["nonconformities"]} == {"INC-015"}


DOCUMENT = {
    "doc_id": "D1", "doc_type": "service_management_manual", "status": "published", "version": "1",
    "approved_at": "2025-05-01 10:00", "effective_from": "2025-06-01", "title": "手册", "project_id": "",
}  # fmt: skip


def test_one_rule_keeps_a_status_for_each_of_its_checkpoints(here: Path) -> None:
    write(here / "in/documents.csv", [DOCUMENT, {**DOCUMENT, "doc_id": "D2", "status": "draft",
                                                 "doc_type": "service_scope"}])  # fmt: skip
    settings = '[exclude]\n"QM-8.4.1-4" = "无此要求"\n'

    _, _, data = run(settings, "--rules", "DOC-001")

    (rule,) = data["rules"]
    status = {c["checkpoint"]: c["status"] for c in rule["by_checkpoint"]}
    assert len(status) > 50
    assert status["QM-8.4.1-2"] == "conforming"
    assert status["QM-8.4.1-1"] == status["QM-8.4.1-3"] == "nonconforming"
    assert status["QM-8.4.1-4"] == "not_applicable"
    points = {c["id"]: (c["status"], c["excluded"]) for c in data["checkpoints"]}
    assert points["QM-8.4.1-4"] == ("excluded", "无此要求")
    assert points["QM-8.4.1-3"][0] == "nonconforming"
    parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
    assert all(c["population"] == sum(c[p] for p in parts) for c in rule["by_checkpoint"])


def test_the_firms_own_list_of_documents_takes_the_place_of_ours(here: Path) -> None:
    write(here / "in/documents.csv", [DOCUMENT])
    own = {"checkpoint": "QM-8.4.1-2", "doc_type": "service_management_manual", "scope": "org",
           "due": "", "zh": "手册", "en": "manual"}  # fmt: skip
    write(here / "ours.csv", [own])

    _, _, data = run('[refs]\nDOC-001 = "ours.csv"\n', "--rules", "DOC-001")

    assert (data["rules"][0]["population"], data["rules"][0]["conforming"]) == (1, 1)

    write(here / "ours.csv", [{"checkpoint": "QM-8.4.1-2"}])
    code, output, _ = run('[refs]\nDOC-001 = "ours.csv"\n', "--rules", "DOC-001")
    assert code == 2 and "lacks the column" in output
