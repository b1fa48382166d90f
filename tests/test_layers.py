"""The house holds: imports point downward, modules stay small, nobody reaches past the store."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import itssrules

PACKAGE = Path(itssrules.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST = 400
LONG = {"catalogue/evaluate.py"}
"""Modules that outgrew the limit and are still one thing: the evaluation of every kind of SQL node."""


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def found(pattern: str, paths: list[Path]) -> set[str]:
    """Files in which a line matches."""
    line = re.compile(pattern, re.MULTILINE)
    return {name(p) for p in paths if line.search(p.read_text(encoding="utf-8"))}


def test_imports_point_downward() -> None:
    code = "from importlinter.cli import lint_imports_command as c; c()"
    words = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]

    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, encoding="utf-8", cwd=ROOT
    )

    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def test_every_module_is_in_a_layer() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("layers = [")[2]
    layers = set(re.findall(r"itssrules\.(\w+)", text.partition("]")[0]))

    parts = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES}
    assert parts - layers == {"__init__", "__main__"}


def test_no_module_is_too_long_without_being_listed() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}

    assert {n: many for n, many in lengths.items() if many > MOST and n not in LONG} == {}


def test_only_the_store_imports_duckdb() -> None:
    assert found(r"^\s*(import|from)\s+duckdb\b", MODULES) == {"store.py"}


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"\bos\.(environ|getenv)\b", "cli/"),
        (r"\bplugin_manager\(|\bmanager\.hook\b", ("cli/", "plugins.py")),
        (r"\b(datetime\.now|date\.today|utcnow|time\.time)\(", "cli/"),
        (r"^\s*(import|from)\s+(requests|urllib\.request|http|socket|httpx|aiohttp)\b", "none"),
        (r"\b(eval|exec)\(|\bpickle\b", "none"),
    ],
    ids=["environment", "plugin manager", "clock", "network", "code from data"],
)
def test_what_only_the_top_may_do(pattern: str, allowed: str | tuple[str, ...]) -> None:
    assert {n for n in found(pattern, MODULES) if not n.startswith(allowed)} == set()


def test_the_report_knows_no_engine() -> None:
    paths = [p for p in MODULES if name(p).startswith("report/")]

    assert found(r"itssrules\.(store|assess|intake|catalogue|plugins|cli)\b", paths) == set()


def test_no_template_switches_escaping_off() -> None:
    templates = sorted((PACKAGE / "report" / "templates").rglob("*.j2"))

    assert templates
    assert found(r"\|\s*safe\b|\bautoescape\b", templates) == set()


def test_nothing_asks_for_the_network() -> None:
    pages = [p for p in (PACKAGE / "report" / "templates").rglob("*") if p.is_file()]

    assert found(r"""(src|href|url)\s*[=(]\s*["']?(https?:)?//""", pages) == set()


def test_the_content_folders_are_no_packages() -> None:
    folders = [ROOT / n for n in ("rules", "connectors", "sample_exports")]

    assert [p for f in folders for p in f.rglob("*.py") if p.name == "__init__.py"] == []
