"""Pages that code renders are fresh, and what the pages show works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from itssrules.cli import main

ROOT = Path(__file__).parents[1]


def test_rendered_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "render.py"), "--check"],
        capture_output=True,
        text=True,
    )

    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr


def test_the_example_rule_of_the_guide_is_proven(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")
    sql = re.search(r"```sql\n(.*?)```", text, re.DOTALL)
    cases = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert sql and cases
    folder = tmp_path / "our-rules" / "change"
    folder.mkdir(parents=True)
    (folder / "ACME-001_changes_have_an_owner.sql").write_text(sql[1], encoding="utf-8")
    (folder / "ACME-001_changes_have_an_owner.cases.toml").write_text(cases[1], encoding="utf-8")

    done = CliRunner().invoke(
        main, ["rules", "test", "--rules", "ACME-001", "--rules-path", str(folder.parent)]
    )

    assert "1 rules, 1 cases, 1 blank entries, 0 faults" in done.output


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


@pytest.mark.parametrize("command", re.findall(
    r"^\s*(itssrules [^#\n]+?)\s*(?:#.*)?$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
))  # fmt: skip
def test_commands_of_the_readme_exist(command: str) -> None:
    words = command.split()[1:]
    name = next(w for w in words if not w.startswith("-"))

    assert name in main.commands, command
    for option in (w for w in words if w.startswith("--")):
        shown = CliRunner().invoke(main, [name, *words[1:2], "--help"]).output
        shown += CliRunner().invoke(main, [name, "--help"]).output
        assert option in shown, command
