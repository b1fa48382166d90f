"""Pages that code renders are fresh, and what the pages show works."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.cli import main
from itssrules.intake.connector import load_connectors

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
GUIDES = {"zh": DOCS / "first-run.zh.md", "en": DOCS / "first-run.md"}
STEPS = ("inspect", "init", "doctor", "run", "explain", "run")
ENDS = {"inspect": 0, "init": 0, "doctor": 0, "run": 1, "explain": 0}
"""With what each command of the guide ends on the guide's own example."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page in order: language and content."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE)
    return [b for b in found if not languages or b[0] in languages]


def documented(page: Path) -> set[int]:
    """The exit codes in the page's table."""
    return {int(n) for n in re.findall(r"^\| (\d) \|", text_of(page), re.MULTILINE)}


def commands(page: Path) -> list[list[str]]:
    return [line.split()[1:] for _, block in blocks(page, "console") for line in block.splitlines()]


def call(words: list[str], lang: str) -> Result:
    env = {"ITSSRULES_LANG": lang, "ITSSRULES_CONFIG": ""}
    return CliRunner().invoke(main, words, env=env)


def section_names(page: Path) -> list[str]:
    return re.findall(r"^\| \*\*(.+?)\*\* \|", text_of(page), re.MULTILINE)


def headings(report: Path) -> set[str]:
    """Headings of the report, in either language."""
    html = report.read_text(encoding="utf-8")
    found = re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.DOTALL)
    return {unescape(part).strip() for h in found for part in re.split(r"<[^>]+>", h)}


def test_rendered_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "render.py"), "--check"], capture_output=True, text=True
    )

    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr


# ------------------------------------------------------------------------------ the first-run guide


@pytest.mark.parametrize("lang", GUIDES)
def test_the_guide_shows_what_its_example_really_gives(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = GUIDES[lang]
    monkeypatch.chdir(tmp_path)
    Path("my-exports").mkdir()
    ((_, rows),) = blocks(page, "csv")
    Path("my-exports/incidents.csv").write_text(rows, encoding="utf-8")
    ((_, settings),) = blocks(page, "toml")
    shown, quoted = "", 0

    for kind, block in blocks(page, "console", "text"):
        if kind == "text":
            for line in block.splitlines():
                assert line.rstrip("…") in shown, f"{line!r} is not in:\n{shown}"
                quoted += 1
            continue
        (words,) = [line.split()[1:] for line in block.splitlines()]
        done = call(words, lang)
        shown = done.output
        assert done.exit_code == ENDS[words[0]], shown
        assert done.exit_code in documented(page)
        if words[0] == "init":
            assert Path("itssrules.toml").read_text(encoding="utf-8").count("\n#") > 10
            Path("itssrules.toml").write_text(settings, encoding="utf-8")

    assert quoted >= 10
    assert section_names(page)
    assert set(section_names(page)) <= headings(Path("itssrules-report/report.html"))
    assert Path("recheck/findings.csv").is_file()


def test_the_commands_of_the_guide_work_on_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = bundled("sample_exports")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sample, "my-exports")
    ended = []

    for words in commands(GUIDES["zh"]):
        if words[0] == "explain":
            with Path("itssrules-report/findings.csv").open(encoding="utf-8-sig") as f:
                words[1] = next(r["subject_id"] for r in csv.DictReader(f) if r["file"])
        done = call([*words, *(["--quiet"] if words[0] == "run" else [])], "zh")
        ended.append((words[0], done.exit_code))
        if words[0] == "init":
            shutil.copy(sample / "itssrules.toml", "itssrules.toml")
            if (sample / "connectors").is_dir():
                shutil.copytree(sample / "connectors", "connectors")
        assert done.exit_code in documented(GUIDES["zh"]) - {2, 3}, (words, done.output)

    assert [name for name, _ in ended] == list(STEPS)
    assert {code for name, code in ended if name in ("init", "doctor", "explain")} == {0}
    assert {code for name, code in ended if name == "run"} == {1}


def test_both_guides_have_the_same_commands_data_and_codes() -> None:
    zh, en = GUIDES.values()

    def plain(page: Path) -> list[str]:
        """Data, settings and scripts, without comments."""
        kept = "\n".join(block for _, block in blocks(page, "csv", "toml", "bat"))
        return [line.partition(" #")[0].rstrip() for line in kept.splitlines()]

    assert commands(zh) == commands(en)
    assert [words[0] for words in commands(zh)] == list(STEPS)
    assert plain(zh) == plain(en)
    assert documented(zh) == documented(en) == documented(ROOT / "README.md") == {0, 1, 2, 3, 4}
    assert [kind for kind, _ in blocks(zh)] == [kind for kind, _ in blocks(en)]
    assert len(section_names(zh)) == len(section_names(en))


@pytest.mark.parametrize("page", GUIDES.values(), ids=GUIDES)
def test_what_the_guide_says_to_schedule_is_a_command_that_exists(page: Path) -> None:
    nightly = re.findall(r"itssrules (run .+?) > last-run", text_of(page))
    assert len(nightly) == 2
    for line in nightly:
        shown = CliRunner().invoke(main, ["run", "--help"]).output
        assert {w for w in line.split() if w.startswith("--")} <= set(
            re.findall(r"--[\w-]+", shown)
        )


@pytest.mark.parametrize("page", GUIDES.values(), ids=GUIDES)
def test_the_stumbling_blocks_are_said_as_the_tool_says_them(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ((_, rows),) = blocks(page, "csv")
    Path("incidents.csv").write_text(rows, encoding="utf-8")
    Path("清单.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    Path("incidents_cut.csv").write_text("incident_id,created_at\n1,####\n", encoding="utf-8")
    Path("台账.xlsx").write_bytes(b"PK\x03\x04" + bytes(60))
    no_zone, strange = call(["run", "incidents.csv"], "zh"), call(["inspect", "清单.csv"], "zh")
    book, narrow = (
        call(["inspect", "台账.xlsx"], "zh"),
        call(["inspect", "incidents_cut.csv"], "zh"),
    )

    said = re.findall(r"`(the times in it [a-z ]+|no connector [a-z ]+)`", text_of(page))
    assert len(said) == 2
    assert said[0] in no_zone.output and no_zone.exit_code == 2
    assert said[1] in strange.output and strange.exit_code == 2
    assert book.exit_code == 2
    assert "未识别：created_at '####' ×1" in narrow.output


def test_the_connector_of_the_page_reads_the_example_of_the_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector, settings = [b for _, b in blocks(DOCS / "connectors.md", "toml")]
    monkeypatch.chdir(tmp_path)
    Path("connectors/ours").mkdir(parents=True)
    Path("connectors/ours/connector.toml").write_text(connector, encoding="utf-8")
    Path("itssrules.toml").write_text(settings, encoding="utf-8")
    (export,) = load_connectors([Path("connectors")])["ours"].exports
    (mapped,) = export.tables
    of = {m.column.name: m for m in mapped.columns}
    ((_, text),) = blocks(GUIDES["zh"], "csv")
    rows = list(csv.DictReader(text.splitlines()))
    states = {v: k for k, v in of["status"].values.items()}
    Path("my-exports").mkdir()
    with Path("my-exports/导出.csv").open("w", encoding="gb18030", newline="") as f:
        out = csv.writer(f)
        out.writerow([of[c].cells["cell"][0] for c in rows[0]])
        for row in rows:
            out.writerow([states.get(v, v) if c == "status" else v for c, v in row.items()])

    done = call(["inspect", "my-exports", "--zone", "Asia/Shanghai"], "zh")

    assert done.exit_code == 0, done.output
    assert "ours (incidents)" in done.output
    assert "6 行 = 读入 6" in done.output
    assert "未识别" not in done.output


# --------------------------------------------------------------------------------- rendered pages


def test_the_catalogue_holds_every_rule_with_all_that_its_head_says() -> None:
    book = load_book_or_stop([bundled("rules")])
    sections = dict(re.findall(
        r'^### <a id="([a-z0-9-]+)"></a>(.*?)(?=^##|\Z)', text_of(DOCS / "rules.md"), re.DOTALL | re.M
    ))  # fmt: skip
    assert set(sections) == {r.id.lower() for r in book.rules}
    for r in book.rules:
        section = sections[r.id.lower()]
        said = [r.title, r.why, r.fix, *(p.help for p in r.params.values())]
        for text in [r.noise, *said] if r.noise.en else said:
            assert text.zh.replace("|", "\\|") in section, r.id
            assert text.en.replace("|", "\\|") in section, r.id
        for name in (*r.needed_columns, *r.uses):
            assert f"{name.partition('.')[2]}` " in section, (r.id, name)
        for m in r.messages.values():
            for piece in re.split(r"\{[^}]*\}", m.text.zh):
                assert piece.replace("|", "\\|") in section, (r.id, m.key)


def test_the_page_of_checkpoints_tells_written_rules_from_missing_ones() -> None:
    book = load_book_or_stop([bundled("rules")])
    written = {r.id for r in book.rules}
    lines = {m[1]: m[0] for m in re.finditer(
        r"^\| ((?:QM|SD|KP|WN|QA)-\S+) \|.*$", text_of(DOCS / "checkpoints.md"), re.MULTILINE
    )}  # fmt: skip

    assert set(lines) == {c.id for c in book.checkpoints}
    for c in book.checkpoints:
        for rule in (*c.decided_by, *c.supported_by):
            assert (f"[{rule}](" in lines[c.id]) is (rule in written), (c.id, rule)
            assert (f"*{rule}*" in lines[c.id]) is (rule not in written), (c.id, rule)
        whole = set(c.decided_by) <= written and bool(c.decided_by)
        assert ("可判定 can be judged" in lines[c.id]) is whole, c.id


def test_the_page_of_connectors_promises_no_rule_that_a_column_is_lacking_for() -> None:
    text = text_of(DOCS / "connectors.md")
    tools = load_connectors([bundled("connectors")])
    rules = {r.id: r for r in load_book_or_stop([bundled("rules")]).rules}
    for name, tool in tools.items():
        if name == "canonical":
            continue
        part = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        can = dict(re.findall(r"^\| \[([A-Z]+-\d+)\]\(rules.md#\S+\) [^|]*\| (.*) \|$", part, re.M))
        assert set(can) == set(rules)
        held = {f"{t.table.name}.{c.column.name}" for e in tool.exports for t in e.tables
                for c in t.columns}  # fmt: skip
        for rule in (r for r in rules.values() if len(r.subject) == 1):
            lacking = [n for n in rule.needs if not held & set(n.columns)]
            simple = "√ 可判定" in can[rule.id]
            assert simple is not bool(lacking), (name, rule.id, lacking)
            assert ("? 待补" in can[rule.id]) <= bool(lacking)
        for mapping in (c for e in tool.exports for t in e.tables for c in t.columns):
            for headings_ in mapping.cells.values():
                assert all(f"`{h}`" in part for h in headings_), (name, mapping.column.name)


# ---------------------------------------------------------------------------------- all the pages


def test_the_example_rule_of_the_guide_is_proven(tmp_path: Path) -> None:
    ((_, sql),) = blocks(DOCS / "writing-rules.md", "sql")
    ((_, cases),) = blocks(DOCS / "writing-rules.md", "toml")
    folder = tmp_path / "our-rules" / "change"
    folder.mkdir(parents=True)
    (folder / "ACME-001_changes_have_an_owner.sql").write_text(sql, encoding="utf-8")
    (folder / "ACME-001_changes_have_an_owner.cases.toml").write_text(cases, encoding="utf-8")

    done = CliRunner().invoke(
        main, ["rules", "test", "--rules", "ACME-001", "--rules-path", str(folder.parent)]
    )

    assert "1 rules, 1 cases, 1 blank entries, 0 faults" in done.output


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#\s]+)(?:#([^)]+))?\)", text_of(page)):
        target = page.parent / link
        assert target.exists(), link
        assert not anchor or f'id="{anchor}"' in text_of(target), (link, anchor)


@pytest.mark.parametrize("command", re.findall(
    r"^\s*(itssrules [^#\n]+?)\s*(?:#.*)?$", text_of(ROOT / "README.md"), re.M
))  # fmt: skip
def test_commands_of_the_readme_exist(command: str) -> None:
    words = command.split()[1:]
    name = next(w for w in words if not w.startswith("-"))

    assert name in main.commands, command
    for option in (w for w in words if w.startswith("--")):
        shown = CliRunner().invoke(main, [name, *words[1:2], "--help"]).output
        shown += CliRunner().invoke(main, [name, "--help"]).output
        assert option in shown, command
