"""What goes wrong ends in a sentence with place, problem and next step; nothing is half-done."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cli import (
    EARLY,
    EXPECTED,
    FILES,
    GOOD,
    MINE,
    OPEN,
    RULES,
    ZONE,
    check,
    counts,
    invoke,
    put,
    table,
)

from itssrules.builtin import bundled

REGISTER = (
    "service_id,name,status,effective_from,reviewed_at\nS1,Desk,active,2023-01-01,2023-06-01\n"
)
SQL = """
select
    record,
    closed_at as at,
    closed_by as owner,
    status = 'closed' as applies,
    case when resolved_at <= closed_at then true
         when resolved_at > closed_at  then false end as conforms,
    case when status is null                            then 'unclear'
         when status <> 'closed'                        then 'open'
         when closed_at is null or resolved_at is null  then 'unclear'
         when resolved_at > closed_at                   then 'early'
         else                                                'ok' end as message,
    resolved_at
from incidents
"""
HEAD = """/*
id       = "{id}"
title.zh = "先解决后关闭"
title.en = "Resolved before closed"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
needs    = ["incidents.status", "incidents.closed_at", "incidents.resolved_at"]
why.zh   = "否则问题仍在。"
why.en   = "The fault is still there."
fix.zh   = "先解决。"
fix.en   = "Resolve it first."
since    = "0.1"

[message.early]
verdict = "nonconforming"
zh = "事件 {{id}} 过早关闭，{{resolved_at:time}} 才解决。"
en = "Incident {{id}} was closed too early; it was resolved at {{resolved_at:time}}."

[message.ok]
verdict = "conforming"
zh = "事件 {{id}} 先解决后关闭。"
en = "Incident {{id}} was resolved first."

[message.unclear]
verdict = "not_assessed"
zh = "无法判断。"
en = "It cannot be told."

[message.open]
verdict = "not_applicable"
zh = "没有关闭。"
en = "It is not closed."
*/"""


def rule(folder: Path, sql: str = SQL, head: str = HEAD, rule_id: str = "ACME-001") -> Path:
    """A small rule of a pack: the one that holds, or one made faulty."""
    text = head.format(id=rule_id) + "\n" + sql.strip() + "\n"
    return put(folder / "acme" / f"{rule_id}_resolved_before_closed.sql", text)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own, above which no settings lie."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def book(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rule book in place of our own, so that its faults meet the engine and not the lint."""
    monkeypatch.setattr(
        "itssrules.builtin.bundled", lambda n: here / n if n == "rules" else bundled(n)
    )
    return here / "rules"


def files() -> set[str]:
    return {p.as_posix() for p in Path().rglob("*") if p.is_file()}


def refused(*words: object, code: int = 2) -> str:
    """A command that must fail with a sentence and leave no new file; what it said."""
    before = files()

    result = invoke(*words)

    said = result.stderr
    assert result.exit_code == code, result.output
    assert said.startswith("error: ") and "\n  next: " in said, said
    assert "unforeseen fault" not in said
    assert files() == before
    return said


def run(*words: object, code: int = 2) -> str:
    return refused("run", *words, "--out", "out", "--quiet", code=code)


# ----------------------------------------------------------------------------------- what is given


def test_a_missing_folder(here: Path) -> None:
    assert "nowhere: no such file or folder" in run("nowhere", *ZONE)


def test_a_folder_without_exports(here: Path) -> None:
    put(here / "in" / "readme.md", "nothing")

    said = run("in", *ZONE)

    assert "in: holds no export" in said and "CSV or Parquet" in said


@pytest.mark.parametrize("name", ["x" * 300, "a/" * 2500 + "b.csv"], ids=["name", "path"])
def test_a_path_too_long(here: Path, name: str) -> None:
    assert "no such file or folder" in run(name, *ZONE)


NO_TABLE = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n\n\n", "no header row"),
    "binary": (b"\x7fELF\0\0\1\2" * 90, "binary"),
    "workbook": (b"PK\3\4" + bytes(60), "Excel workbook or an archive"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "Excel workbook"),
}


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({k: [r[k] for r in MINE] for k in GOOD}), sink)
    return sink.getvalue()


DAMAGED = {
    "cut Parquet": ("incidents.parquet", parquet()[:-100]),
    "short Parquet": ("incidents.parquet", b"PAR1" + bytes(9)),
    "gzip": ("incidents.csv.gz", gzip.compress(table(MINE).encode() * 400)[:-30]),
    "gzip head": ("incidents.csv.gz", gzip.compress(table(MINE).encode())[:12]),
    "open quote": (
        "incidents.csv",
        table([GOOD, OPEN, EARLY]).replace("VPN", '"VPN').encode(),
    ),
}


@pytest.mark.parametrize("kind", NO_TABLE)
def test_no_table_named_is_refused(here: Path, kind: str) -> None:
    content, why = NO_TABLE[kind]
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "in" / "other.csv", content)

    said = run("in/incidents.csv", "in/other.csv", *ZONE)

    assert "in/other.csv: " in said and why in said and "CSV or Parquet" in said


def test_what_is_no_table_in_a_folder_is_listed_and_the_run_goes_on(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([GOOD]))
    for kind, (content, _) in NO_TABLE.items():
        put(here / "in" / f"{kind}.csv", content)

    code, results = check("in", *ZONE, *RULES)

    page = Path("out/report.html").read_text(encoding="utf-8")
    given = {Path(i["path"]).stem: i for i in results["run"]["inputs"]}
    assert code == 4
    assert set(given) == {*NO_TABLE, "incidents"}
    for kind, (_, why) in NO_TABLE.items():
        assert (given[kind]["state"], given[kind]["tables"]) == ("unknown", [])
        assert why in given[kind]["reason"]["en"]
        assert f"{kind}.csv" in page


STRANGE = "number,sys_mod_count,colour\n1,2,red\n"


def test_a_named_file_that_no_connector_knows_names_the_near_ones(here: Path) -> None:
    put(here / "strange.csv", STRANGE)

    said = run("strange.csv", *ZONE)

    assert "strange.csv: no connector knows its headers (number, sys_mod_count, colour)" in said
    assert "servicenow (incident update log) lacks incident_state" in said
    assert "itssrules connectors list" in said


@pytest.mark.parametrize(("rows", "code"), [([GOOD], 4), (MINE, 1)], ids=["green", "findings"])
def test_an_unknown_file_in_a_folder_is_listed(
    here: Path, rows: list[dict[str, str]], code: int
) -> None:
    put(here / "in" / "incidents.csv", table(rows))
    put(here / "in" / "strange.csv", STRANGE)

    found, results = check("in", *ZONE, *RULES)

    assert found == code
    assert [i["state"] for i in results["run"]["inputs"]] == ["read", "unknown"]
    assert "lacks incident_state" in results["run"]["inputs"][1]["reason"]["en"]


def test_a_folder_of_unknown_files_only(here: Path) -> None:
    put(here / "in" / "strange.csv", STRANGE)

    said = run("in", *ZONE)

    assert "strange.csv" in said and "none could be read" in said


@pytest.mark.parametrize("command", ["run", "inspect"])
def test_what_to_do_about_headings_that_nothing_knows_is_said_once(
    here: Path, command: str
) -> None:
    put(here / "in" / "strange.csv", STRANGE)
    put(here / "in" / "out.csv", table(MINE))
    put(here / "in" / "wide.csv", ",".join(f"第{n}列{'长' * 60}" for n in range(40)) + "\n1\n")
    for n in range(4):
        put(here / "in" / f"xmore{n}.csv", "甲,乙\n1,2\n")

    said = refused(command, "in", *ZONE, "--quiet")

    assert "7 files found, none could be read" in said and "… and 2 more" in said
    assert "(甲, 乙)" in said, "the headings that were seen"
    assert "lacks incident_state (2 of 3 headers are known)" in said
    assert "canonical (incidents) lacks the name incidents*.csv (9 of 9 headers are known)" in said
    assert "长" * 40 not in said and "and 35 more" in said
    following = said.partition("\n  next: ")[2]
    assert "docs/connectors.md" in following and "connector of your own" in following
    assert said.count("docs/connectors.md") == 1 and "inspect" not in following


def damaged(here: Path, kind: str) -> Path:
    """A file of that kind, its name ending in it."""
    name, content = DAMAGED[kind]
    stem, dot, suffix = name.partition(".")
    return put(here / "in" / f"{stem}_{kind}{dot}{suffix}", content)


def test_damaged_files_beside_a_good_one(here: Path) -> None:
    paths = [damaged(here, kind).name for kind in DAMAGED]
    put(here / "in" / "incidents.csv", table(MINE))

    code, results = check("in", *ZONE, *RULES)

    assert code == 3
    assert counts(results) == EXPECTED
    given = {Path(i["path"]).name: i for i in results["run"]["inputs"]}
    assert set(given) == {*paths, "incidents.csv"}
    for path in paths:
        assert (given[path]["state"], given[path]["tables"]) == ("damaged", []), path
        assert "damaged or cut off" in given[path]["reason"]["en"]


@pytest.mark.parametrize("kind", ["short Parquet", "cut Parquet", "gzip", "gzip head"])
def test_a_damaged_file_alone(here: Path, kind: str) -> None:
    path = damaged(here, kind)

    said = run(path.relative_to(here), *ZONE, code=3)

    assert path.name in said and "damaged or cut off" in said


def test_a_file_found_damaged_while_reading_alone(here: Path) -> None:
    path = damaged(here, "open quote")

    said = run(path.relative_to(here), *ZONE, code=3)

    assert path.name in said and "damaged or cut off" in said


def test_times_without_a_zone(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    said = run("in", *RULES)
    lines = said.partition("itssrules.toml:")[2]

    assert "in/incidents.csv: " in said and "--zone Asia/Shanghai" in said
    assert lines.split() == ["[sources.canonical]", "zone", "=", '"Asia/Shanghai"']
    put(here / "itssrules.toml", lines)
    assert counts(check("in", *RULES)[1]) == EXPECTED  # the advice is the cure


def test_times_that_carry_their_offset_need_no_zone(here: Path) -> None:
    zoned = [
        {k: f"{v}+08:00" if v and k.endswith("_at") else v for k, v in r.items()} for r in MINE
    ]
    put(here / "in" / "incidents.csv", table(zoned))

    assert counts(check("in", *RULES)[1]) == EXPECTED


def test_only_a_register_needs_as_of(here: Path) -> None:
    put(here / "in" / "catalogue.csv", REGISTER)

    said = run("in", "--rules", "SLM-006")

    assert "--as-of: " in said and "--as-of 2025-12-31" in said
    code, results = check("in", "--rules", "SLM-006", "--as-of", "2025-12-31")
    assert (code, counts(results)["SLM-006"][0]) == (1, "nonconforming")


def test_no_time_of_a_ticket_names_a_few_files_and_a_few_headings(here: Path) -> None:
    put(here / "in" / "catalogue.csv", REGISTER)
    for n in range(8):
        wide = ",".join(f"{n}_第{k}列{'长' * 60}" for k in range(60))
        put(here / "in" / f"wide{n}.csv", f"{wide}\n1\n")

    said = run("in", "--rules", "SLM-006")

    lines = said.splitlines()
    assert [line.split(":")[0].strip() for line in lines if "no connector knows" in line] == [
        f"in/wide{n}.csv" for n in range(5)
    ]
    assert "and 55 more" in said and "    … and 3 more" in lines
    assert max(map(len, lines)) < 300 and "第5列" not in said


# ---------------------------------------------------------------------------- options and settings

OPTIONS = {
    "rule": (("--rules", "INC-111"), ["--rules: ", "'INC-111'", "did you mean ", "INC-011"]),
    "process": (("--rules", "incidnet"), ["'incidnet'", "did you mean incident"]),
    "excluded rule": (("--exclude", "CHG-20"), ["'CHG-20'", "did you mean CHG-020"]),
    "nothing left": (("--rules", "INC-011", "--exclude", "INC"), ["--rules: no rule is left"]),
    "connector": (("--connector", "servicenwo"), ["--connector: ", "did you mean servicenow"]),
    "zone": (("--zone", "Asia/Shangai"), ["--zone: ", "'Asia/Shangai'", "Asia/Shanghai"]),
    "format": (("--format", "findngs"), ["--format: ", "did you mean findings"]),
    "as-of": (("--as-of", "31/12/2025"), ["--as-of: '31/12/2025' is no date", "2025-12-31"]),
    "as-of day": (("--as-of", "2025-02-30"), ["--as-of: '2025-02-30' is no date"]),
    "settings": (("--config", "nope.toml"), ["nope.toml: no such settings file"]),
    "rule folder": (("--rules-path", "nope"), ["nope: no such rule folder"]),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_cannot_be_used(here: Path, name: str) -> None:
    words, said = OPTIONS[name]
    put(here / "in" / "incidents.csv", table(MINE))

    text = run("in", *ZONE, *words)

    assert [s for s in said if s not in text] == []


@pytest.mark.parametrize(
    "words",
    [("--memory-limit", "abc"), ("--zone", "localtime"), ("--as-of", "0001-01-01")],
    ids=" ".join,
)
def test_an_option_that_only_the_engine_refuses(here: Path, words: tuple[str, str]) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    assert words[0] in run("in", *ZONE, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "in", "--zonne", "UTC"), "--zone"),
        (("run", "in", "--fail-on", "all"), "'major', 'minor', 'observation'"),
        (("run", "in", "--lang", "fr"), "'zh', 'en'"),
        (("run",), "EXPORTS"),
        (("inspct", "in"), "inspect"),
        (("rules", "lst"), "list"),
    ],
    ids=str,
)
def test_words_that_the_command_line_does_not_know(
    here: Path, words: tuple[str, ...], said: str
) -> None:
    result = invoke(*words)

    assert result.exit_code == 2
    assert "Error: " in result.stderr and said in result.stderr
    assert files() == set()


SETTINGS = {
    "unknown key": ('zoen = "Asia/Shanghai"', ["unknown key zoen", "did you mean zone"]),
    "unknown key below": (
        '[rules]\npath = ["x"]',
        ["unknown key rules.path", "did you mean paths"],
    ),
    "source key": ('[sources.canonical]\nzon = "UTC"', ["sources.canonical.zon", "zone"]),
    "source": ('[sources.servicenwo]\nzone = "UTC"', ["'servicenwo'", "did you mean servicenow"]),
    "zone": ('zone = "Shanghai"', ["zone", "'Shanghai'", "Asia/Shanghai"]),
    "type": ("zone = 8", ["zone"]),
    "rule folder": ('[rules]\npaths = ["gone"]', ["gone: no such rule folder"]),
    "connectors": ('[connectors]\npaths = ["gone"]', ["gone: no such connector folder"]),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_cannot_be_used(here: Path, name: str) -> None:
    text, said = SETTINGS[name]
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "itssrules.toml", text)

    result = invoke("run", "in", "--zone", "UTC", "--out", "out", "--quiet")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and "unforeseen" not in result.stderr
    assert [s for s in said if s not in result.stderr] == []
    assert files() == {"in/incidents.csv", "itssrules.toml"}


@pytest.mark.parametrize("text", [b"zone = \n", b"a = 1\na = 2\n"], ids=str)
def test_broken_settings_name_the_file(here: Path, text: bytes) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "itssrules.toml", text)

    result = invoke("run", "in", *ZONE, "--out", "out")

    assert result.exit_code == 2
    assert "itssrules.toml: cannot be read" in result.stderr
    assert b"zone" not in text or "line 1" in result.stderr
    assert files() == {"in/incidents.csv", "itssrules.toml"}


@pytest.mark.parametrize(
    ("name", "line"),
    [("itssrules.toml", 3), ("ours/own/connector.toml", 2), ("documents.csv", 1)],
    ids=["settings", "connector", "reference table"],
)
@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_what_windows_saves_otherwise_than_as_utf8_says_how_to_save_it(
    here: Path, name: str, line: int, encoding: str
) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    texts = {
        "itssrules.toml": 'zone = "UTC"\n\n[connectors]  # 自己的\npaths = ["ours"]\n'
        '[refs]\nDOC-001 = "documents.csv"\n',
        "ours/own/connector.toml": 'name = "own"\ntitle.zh = "自有"\n',
        "documents.csv": "文件类型\n",
    }
    for path, text in texts.items():
        put(here / path, text.encode(encoding if path == name else "utf-8"))
    if name == "documents.csv":
        (here / "ours/own/connector.toml").unlink()

    said = run("in")

    at = line if encoding == "gbk" else 1
    assert f"{name}:{at}: is not saved as UTF-8" in said
    assert "Notepad" in said and "编码" in said and "CSV UTF-8" in said and "codec" not in said


def test_settings_and_connectors_may_bear_the_mark_that_notepad_writes(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    own = (bundled("connectors") / "servicenow" / "connector.toml").read_text("utf-8")
    put(here / "ours" / "ours" / "connector.toml", own.encode("utf-8-sig"))
    settings = 'zone = "Asia/Shanghai"\n[connectors]\npaths = ["ours"]\n'
    put(here / "itssrules.toml", settings.encode("utf-8-sig"))

    assert "ours:" in invoke("connectors", "list").stdout


def test_settings_are_found_upward_and_the_command_line_wins(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "itssrules.toml", 'zone = "UTC"')
    (here / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(here / "a" / "b")

    settings = check("../../in", *RULES)[1]["run"]
    asked = check("../../in", *RULES, *ZONE)[1]["run"]

    assert (settings["zone"], asked["zone"]) == ("UTC", "Asia/Shanghai")
    assert settings["config_sha256"] == asked["config_sha256"] != ""


# --------------------------------------------------------------------------------- where it writes


@pytest.mark.parametrize(
    "out", ["file", "file/deeper", "/proc/itssrules", "/dev/null/x", "x" * 300]
)
@pytest.mark.parametrize("option", ["--out", "--keep-tables"])
def test_a_folder_that_cannot_be_written(here: Path, out: str, option: str) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "file", "mine")
    words = ("--out", "out", option, out) if option == "--keep-tables" else ("--out", out)

    said = refused("run", "in", *ZONE, *RULES, *words, "--quiet")

    assert out in said
    assert Path("file").read_text() == "mine"


def test_a_result_file_that_cannot_be_written_leaves_all_or_none(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    (here / "out" / "unassessed.parquet").mkdir(parents=True)

    assert "unassessed.parquet" in run("in", *ZONE, *RULES)


def test_a_failed_run_leaves_the_last_report_as_it_was(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    check("in", *ZONE, *RULES)
    before = {p.name: p.read_bytes() for p in Path("out").iterdir()}
    put(here / "in" / "incidents.csv", STRANGE)

    run("in", *ZONE, *RULES)

    assert {p.name: p.read_bytes() for p in Path("out").iterdir()} == before
    assert set(before) == FILES


# ------------------------------------------------------------------------------------ faulty rules


def test_every_fault_of_a_rule_file_is_said_at_once_with_its_line(here: Path) -> None:
    head = (
        HEAD.replace('severity = "minor"', 'severity = "grave"')
        .replace("title.en", "titel.en")
        .replace('subject  = ["incidents"]', 'subject  = ["incident"]')
        .replace('"incidents.closed_at"', '"incidents.close_at"')
        .replace('verdict = "not_applicable"', 'verdict = "maybe"')
    )
    path = rule(here / "pack", head=head)
    put(here / "in" / "incidents.csv", table(MINE))

    result = invoke("run", "in", *ZONE, "--rules-path", "pack", "--out", "out", "--quiet")

    lines = path.read_text(encoding="utf-8").splitlines()
    assert result.exit_code == 2
    for text, said in {
        "severity": "severity 'grave' is none of major, minor, observation",
        "titel.en": "unknown key 'titel'",
        "subject": "unknown table incident",
        "needs": "unknown column incidents.close_at",
        "[message.open]": "message.open: verdict 'maybe' is none of",
    }.items():
        number = next(n for n, line in enumerate(lines, 1) if line.startswith(text))
        place = f"{path.relative_to(here)}:{number}: "
        assert any(place in s and said in s for s in result.stderr.splitlines()), said
    assert "did you mean incidents" in result.stderr
    assert "nothing was run" in result.stderr
    assert not (here / "out").exists() or list((here / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (SQL.replace("from incidents", "from incident"), "incident"),
        (SQL.replace("resolved_at\nfrom", "resolvd_at\nfrom"), "resolvd_at"),
        (SQL.replace("'closed' as applies", "$state as applies"), "$state is not declared"),
        (SQL.replace("    resolved_at\n", "    resolved_at as solved_at\n"), "{resolved_at}"),
        (SQL.replace("record,", "", 1), "lacks the column record"),
        (SQL.replace("status = 'closed' as applies", "status as applies"), "applies is VARCHAR"),
        (SQL + "where status = = 1", "syntax error"),
        (SQL.replace("from incidents", "from incidents, read_csv('in/incidents.csv')"), "disabled"),
        (SQL + "; drop table incidents", "2 statements"),
        ("drop table incidents", "DROP statement"),
    ],
    ids=[
        "table",
        "column",
        "parameter",
        "placeholder",
        "record",
        "type",
        "syntax",
        "file",
        "second statement",
        "drop",
    ],
)
def test_sql_that_cannot_run_is_refused_before_anything_runs(
    here: Path, book: Path, sql: str, said: str
) -> None:
    path = rule(book, sql)
    put(here / "in" / "incidents.csv", table(MINE))

    result = invoke("run", "in", *ZONE, "--out", "out", "--quiet")

    assert result.exit_code == 2
    assert f"{path}:" in result.stderr and said in result.stderr
    assert "unforeseen" not in result.stderr
    assert files() == {"in/incidents.csv", path.relative_to(here).as_posix()}


TWICE = SQL.replace("from incidents", "from incidents cross join (values (1), (2)) twice(n)")
FAILING = {
    "fails while running": (
        SQL.replace("status = 'closed' as applies", "cast(title as integer) > 0 as applies"),
        "Conversion Error",
    ),
    "yields a record twice": (TWICE, "6 rows for 3 records"),
    "drops a record": (SQL + "where incident_id <> 'INC3'", "2 rows for 3 records"),
    "one twice, one not at all": (
        SQL.replace("record,", "first_value(record) over () as record,"),
        "twice and some not at all",
    ),
    "sentence of another verdict": (SQL.replace("'early'", "'ok'"), "INC2 is nonconforming"),
    "no sentence": (SQL.replace("'early'", "null"), "INC2 is nonconforming"),
    "unknown sentence": (SQL.replace("'open'", "'opened'"), "INC3 is not_applicable"),
}


def test_rules_that_fail_while_running_are_errors_and_the_others_run(
    here: Path, book: Path
) -> None:
    names = {f"ACME-{n:03}": name for n, name in enumerate(FAILING, 1)}
    for rule_id, name in names.items():
        rule(book, FAILING[name][0], rule_id=rule_id)
    rule(book, rule_id="ACME-900")
    put(here / "in" / "incidents.csv", table(MINE))

    code, results = check("in", *ZONE, "--exit-zero")

    assert code == 3
    found = counts(results)
    assert found.pop("ACME-900") == ("nonconforming", 1, 1, 1, 0)
    errors = {r["id"]: r["error"] for r in results["rules"]}
    page = Path("out/report.html").read_text(encoding="utf-8")
    for rule_id, name in names.items():
        assert found.pop(rule_id) == ("error", 0, 0, 0, 0), name
        assert FAILING[name][1] in errors[rule_id], name
        assert rule_id in page
    assert found == {}
    assert set(pq.read_table("out/findings.parquet")["rule_id"].to_pylist()) == {"ACME-900"}


def test_explain_shows_a_rule_that_fails(here: Path, book: Path) -> None:
    rule(book, TWICE)
    rule(book, rule_id="ACME-002")
    put(here / "in" / "incidents.csv", table(MINE))

    shown = invoke("explain", "INC2", "in", *ZONE, "--lang", "en", "--quiet")

    assert shown.exit_code == 0
    assert "! ACME-001 error" in shown.stdout and "× ACME-002 nonconforming" in shown.stdout


def test_sql_may_end_in_a_comment(here: Path, book: Path) -> None:
    rule(book, SQL + "-- the end")
    put(here / "in" / "incidents.csv", table(MINE))

    assert counts(check("in", *ZONE)[1]) == {"ACME-001": ("nonconforming", 1, 1, 1, 0)}


# ---------------------------------------------------------------------------------- a real process


def process(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "itssrules", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


def test_a_process_ends_with_the_code_and_no_traceback(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([EARLY]))

    wrong, right = process("run", "nowhere"), process("run", "in", *ZONE, *RULES, "--quiet")

    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == ("error: nowhere: no such file or folder\n  next: check the path\n")
    assert (right.returncode, right.stderr) == (1, "")
    assert json.loads(Path("itssrules-report/run.json").read_bytes())["exit_code"] == 1


def test_debug_shows_the_traceback(here: Path) -> None:
    done = process("--debug", "run", "nowhere")

    assert "Traceback" in done.stderr and "UsageError" in done.stderr
    assert done.returncode != 0


@pytest.mark.parametrize(
    "words", [("--debug", "run", "no"), ("run", "no", "--debug")], ids=" ".join
)
def test_debug_changes_no_exit_code_and_may_stand_anywhere(words: tuple[str, ...]) -> None:
    done = process(*words)

    assert "Traceback" in done.stderr
    assert done.returncode == 2


def test_an_unforeseen_fault_is_a_sentence_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr("itssrules.cli.commands.assess", broken)
    put(here / "in" / "incidents.csv", table(MINE))

    result = invoke("run", "in", *ZONE, "--out", "out", "--quiet")

    assert result.exit_code == 3
    assert "ZeroDivisionError: by chance" in result.stderr and "--debug" in result.stderr
    assert files() == {"in/incidents.csv"}
