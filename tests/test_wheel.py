"""What is shipped: the wheel works from anywhere, the sdist holds the tests and the rules."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from itssrules import __version__

ROOT = Path(__file__).parent.parent
CONTENT = ("rules", "connectors", "sample_exports")


def call(*words: object, cwd: Path, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command of this Python; with `site` before everything else on its path."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    if site:
        env["PYTHONPATH"] = str(site)
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8")
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    done = call("-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)

    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def site(dist: Path) -> Path:
    """The wheel installed beside nothing else."""
    target = dist / "site"
    (wheel,) = dist.glob("*.whl")
    quiet = ("-q", "--disable-pip-version-check", "--no-index", "--no-deps")
    done = call("-m", "pip", "install", *quiet, "--target", target, wheel, cwd=dist)

    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "else where 别处"
    folder.mkdir()
    return folder


def content(folder: Path) -> set[str]:
    return {
        p.relative_to(folder).as_posix()
        for name in CONTENT
        for p in (folder / name).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }


def test_nothing_but_our_package_is_at_the_top(site: Path) -> None:
    names = {p.name for p in site.iterdir()}

    assert {n for n in names if not n.endswith(".dist-info")} == {"itssrules", "bin"}
    assert len(names) == 3


def test_all_content_is_bundled(site: Path) -> None:
    bundled = content(site / "itssrules" / "_bundled")

    assert bundled == content(ROOT)
    assert {n.partition("/")[0] for n in bundled} == set(CONTENT)
    assert any(n.endswith(".cases.toml") for n in bundled)


def test_metadata(site: Path) -> None:
    (info,) = site.glob("*.dist-info")

    assert "itssrules = itssrules.cli:main" in (info / "entry_points.txt").read_text()
    assert list(info.rglob("LICENSE"))
    text = (info / "METADATA").read_text(encoding="utf-8")
    assert "Requires-Python: >=3.11" in text and "Requires-Dist: duckdb" in text


def test_the_installed_package_is_the_one_that_runs(site: Path, elsewhere: Path) -> None:
    code = "import itssrules.builtin as b; print(b.__file__); print(b.bundled('rules'))"

    lines = call("-c", code, cwd=elsewhere, site=site).stdout.splitlines()

    assert [Path(line).is_relative_to(site) for line in lines] == [True, True]


def test_version_and_rules(site: Path, elsewhere: Path) -> None:
    version = call("-m", "itssrules", "--version", cwd=elsewhere, site=site)
    listed = call("-m", "itssrules", "rules", "list", cwd=elsewhere, site=site)
    script = call(site / "bin" / "itssrules", "--version", cwd=elsewhere, site=site)

    assert version.stdout == script.stdout == f"itssrules, version {__version__}\n"
    assert len(listed.stdout.splitlines()) == len(list((ROOT / "rules").glob("*/*-*.sql")))


def test_the_cases_are_shipped_and_run(site: Path, elsewhere: Path) -> None:
    words = ("rules", "test", "--rules", "SLM-006,INC-011")  # all of them: test_rules.py
    done = call("-m", "itssrules", *words, cwd=elsewhere, site=site)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("2 rules, ") and " 0 cases" not in done.stdout
    assert done.stdout.endswith(" 0 faults\n")


def test_demo(site: Path, elsewhere: Path) -> None:
    done = call("-m", "itssrules", "demo", "--out", "report", cwd=elsewhere, site=site)

    assert done.returncode == 0, done.stderr
    assert (elsewhere / "report" / "report.html").read_bytes().rstrip().endswith(b"</html>")
    assert [p.name for p in elsewhere.iterdir()] == ["report"]


def test_the_sdist_holds_tests_rules_and_pages(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}

    assert content(ROOT) <= names
    assert {"tests/test_wheel.py", "pyproject.toml", "README.md", "LICENSE"} <= names
    assert {n for n in names if "__pycache__" in n or n.endswith(".pyc")} == set()
