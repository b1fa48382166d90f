"""From several tools' files to verdicts: numbers that collide, clocks that differ, parts that lack."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from itssrules.cli import main

SETTINGS = """
zone = "Asia/Shanghai"
[sources.east]
connector = "canonical"
files = ["east/*"]
from = 2026-01-01
to = 2026-06-30
[sources.oa]
connector = "canonical"
files = ["oa/*"]
ids_of = "east"
from = 2026-01-01
to = 2026-06-30
"""
WEST = """
[sources.west]
connector = "canonical"
files = ["west/*"]
from = 2026-01-01
to = 2026-06-30
"""


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    names = list(dict.fromkeys(k for r in rows for k in r))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def change(number: int, **more: Any) -> dict[str, Any]:
    start = datetime(2026, 1, 5, 9) + timedelta(days=2 * number)
    made = {
        "change_id": f"CHG{number:04d}", "title": "更换光模块", "change_type": "emergency",
        "requester": "zhang.wei", "implementer": "li.na", "status": "closed", "outcome": "successful",
        "created_at": start, "actual_start": start + timedelta(hours=5),
        "actual_end": start + timedelta(hours=6), "closed_at": start + timedelta(days=1),
        "updated_at": start + timedelta(days=1),
    }  # fmt: skip
    return {**made, **more}


def approval(number: int, shift: float = 0, **more: Any) -> dict[str, Any]:
    asked = datetime(2026, 1, 5, 9) + timedelta(days=2 * number, minutes=4, hours=shift)
    made = {
        "approval_id": f"A{number}", "object_type": "change", "object_id": f"CHG{number:04d}",
        "stage": "emergency", "approver": "sun.tao", "approver_role": "change_manager",
        "requested_at": asked, "decision": "approved", "decided_at": asked + timedelta(hours=1),
    }  # fmt: skip
    return {**made, **more}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "itssrules.toml").write_text(SETTINGS, encoding="utf-8")
    write(tmp_path / "in/east/changes.csv", [change(n) for n in range(1, 81)])
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        main, ["run", "in", "--quiet", "--lang", "en", "--out", "out", *words]
    )
    return done.exit_code, done.output


def rule(rule_id: str) -> dict[str, Any]:
    data = json.loads(Path("out/results.json").read_text(encoding="utf-8"))
    return next(r for r in data["rules"] if r["id"] == rule_id)


def said(rule_id: str) -> dict[str, str]:
    """Message of each finding by id space and number."""
    rows = pq.read_table("out/findings.parquet").to_pylist()
    return {f"{r['ns']}:{r['subject_id']}": r["message"] for r in rows if r["rule_id"] == rule_id}


def test_the_same_numbers_in_two_tools_with_approvals_from_a_third(here: Path) -> None:
    (here / "itssrules.toml").write_text(SETTINGS + WEST, encoding="utf-8")
    write(here / "in/west/changes.csv", [change(n) for n in range(1, 81)])
    write(here / "in/oa/approvals.csv", [approval(n) for n in range(1, 81) if n != 7])
    write(here / "in/west/approvals.csv",
          [approval(n, approval_id=f"W{n}") for n in range(1, 81) if n != 9])  # fmt: skip

    code, output = run("--rules", "CHG-004")

    assert code == 1, output
    assert said("CHG-004") == {"east:CHG0007": "no_approval_row", "west:CHG0009": "no_approval_row"}
    assert rule("CHG-004")["population"] == 160


def test_no_approvals_at_all(here: Path) -> None:
    code, _ = run("--rules", "CHG-004,CHG-006")

    assert code == 4
    for name in ("CHG-004", "CHG-006"):
        assert (rule(name)["status"], said(name)) == ("not_assessed", {})
        assert {r["reason"] for r in rule(name)["reasons"]} == {"column"}


def test_none_for_this_change(here: Path) -> None:
    write(here / "in/oa/approvals.csv", [approval(n) for n in range(1, 81) if n != 7])

    code, _ = run("--rules", "CHG-004,CHG-006")

    assert code == 1
    assert said("CHG-004") == {"east:CHG0007": "no_approval_row"}
    assert list(said("CHG-006")) == ["east:CHG0007"]


def test_approvals_that_start_in_april(here: Path) -> None:
    april = [n for n in range(1, 81) if approval(n)["requested_at"] >= datetime(2026, 4, 1)]
    write(here / "in/oa/approvals.csv", [approval(n) for n in april])

    code, _ = run("--rules", "CHG-004,CHG-006")

    assert code == 4
    for name in ("CHG-004", "CHG-006"):
        assert said(name) == {}
        assert rule(name)["conforming"] == len(april)
        assert rule(name)["not_assessed"] == 80 - len(april)
        assert "approvals_incomplete" in {r["reason"] for r in rule(name)["reasons"]}


def test_a_clock_three_hours_off_stops_the_run_with_the_line_to_add(here: Path) -> None:
    write(here / "in/oa/approvals.csv", [approval(n, shift=-3) for n in range(1, 81)])

    code, output = run("--rules", "change")

    assert code == 2
    assert not Path("out/results.json").exists()
    assert "[sources.oa]" in output and 'zone = "Etc/GMT-5"' in output

    settings = here / "itssrules.toml"
    mended = SETTINGS.replace("[sources.oa]\n", '[sources.oa]\nzone = "Etc/GMT-5"\n')
    settings.write_text(mended, encoding="utf-8")

    assert run("--rules", "CHG-004")[0] == 0
    assert rule("CHG-004")["conforming"] == 80


AGREED = """
zone = "Asia/Shanghai"
[sources.canonical]
from = 2026-01-01
to = 2026-06-30
[[projects]]
id = "P1"
calendar = "office"
match = { id = ["INC*"] }
[calendars.office]
zone = "Asia/Shanghai"
holidays = "CN"
hours = ["09:00-12:00", "13:30-18:00"]
[[sla]]
id = "SLA-P1"
project = "P1"
calendar = "office"
[[sla.targets]]
priority = 2
resolution = "4h"
"""


def test_the_clock_of_an_incident_from_the_settings_to_the_sentence(here: Path) -> None:
    """Lunch is no working time, an agreed pause is left out, and the arithmetic is said."""
    (here / "itssrules.toml").write_text(AGREED, encoding="utf-8")
    day = datetime(2026, 3, 10)
    steps = [("09:12", "new", ""), ("10:00", "on_hold", "waiting_customer"),
             ("11:00", "in_progress", ""), ("17:40", "resolved", "")]  # fmt: skip
    times = {state: day.replace(hour=int(at[:2]), minute=int(at[3:])) for at, state, _ in steps}
    write(here / "in/incidents.csv", [{
        "incident_id": "INC0001", "status": "resolved", "priority": 2, "created_at": times["new"],
        "resolved_at": times["resolved"], "closed_at": "", "responded_at": times["new"],
        "updated_at": times["resolved"],
    }])  # fmt: skip
    write(here / "in/status_history.csv", [
        {"object_type": "incident", "object_id": "INC0001", "seq": n, "field": "status",
         "event_type": "status_change", "new_value": state, "changed_at": times[state], "reason": reason,
         "old_value": steps[n - 1][1] if n else ""}
        for n, (_, state, reason) in enumerate(steps)
    ])  # fmt: skip
    (here / "in/east/changes.csv").unlink()

    code, output = run("--rules", "INC-005")

    assert (code, said("INC-005")) == (1, {"canonical:INC0001": "late"}), output
    told = CliRunner().invoke(main, ["explain", "INC0001", "in", "--quiet", "--rules", "INC-005"])
    assert "09:12 → 解决 2026-03-10 17:40，毛时 8 小时 28 分，非工作 1 小时 30 分" in told.output
    assert "暂停 1 小时，净时 5 小时 58 分 > 4 小时" in told.output
