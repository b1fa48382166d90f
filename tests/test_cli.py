"""The command line on small exports: what it reads, prints, writes and exits with."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.cli import main
from itssrules.report.text import columns as wide

ZONE = ("--zone", "Asia/Shanghai")
RULES = ("--rules", "INC-011,INC-015")
MANY = len(load_book_or_stop([bundled("rules")]).rules)
FILES = {
    "report.html", "results.json", "findings.csv", "findings.parquet", "unassessed.parquet", "run.json",
}  # fmt: skip
GOOD = {
    "incident_id": "INC1",
    "title": "邮件, “慢”",
    "status": "closed",
    "created_at": "2025-01-06 08:00:00",
    "resolved_at": "2025-01-06 09:30:00",
    "closed_at": "2025-01-07 10:00:00",
    "closed_by": "李雷",
    "reopened_count": "0",
    "updated_at": "2025-01-07 10:00:00",
}
EARLY = {**GOOD, "incident_id": "INC2", "title": "VPN", "closed_at": "2025-01-06 08:30:00"}
OPEN = {**GOOD, "incident_id": "INC3", "status": "in_progress", "closed_at": "", "closed_by": ""}
MINE = [GOOD, EARLY, OPEN]


def table(rows: Sequence[dict[str, str]], delimiter: str = ",", newline: str = "\n") -> str:
    """Rows of one shape as CSV text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def put(path: Path, content: str | bytes) -> Path:
    """A file with its folders; text as UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def invoke(*words: object) -> Result:
    """The command line in this process; anything but a clean exit is a failure."""
    result = CliRunner().invoke(main, [str(w) for w in words])

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def check(*words: object, out: str = "out") -> tuple[int, dict[str, Any]]:
    """`itssrules run` with everything that makes it short: exit code and results.json."""
    stamp = Path(out, "run.json")
    before = stamp.read_bytes() if stamp.exists() else b""

    result = invoke("run", *words, "--out", out, "--quiet")

    assert {p.name for p in Path(out).iterdir()} == FILES, result.output
    assert stamp.read_bytes() != before, result.output
    return result.exit_code, json.loads((Path(out) / "results.json").read_bytes())


def counts(results: dict[str, Any]) -> dict[str, tuple[str, int, int, int, int]]:
    """Rule id -> status and counts, which close."""
    for r in results["rules"]:
        parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
        assert r["population"] == sum(r[p] for p in parts), r["id"]
    return {
        r["id"]: (r["status"], r["not_applicable"], r["conforming"], r["nonconforming"],
                  r["not_assessed"])
        for r in results["rules"]
    }  # fmt: skip


def loads(results: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of the rows of every file and table; nothing is lost."""
    found = [t for i in results["run"]["inputs"] for t in i["tables"]]
    for t in found:
        parts = ("loaded", "merged", "rejected", "duplicates", "skipped")
        assert t["rows"] == sum(t[p] for p in parts), t["table"]
    return found


EXPECTED = {
    "INC-011": ("nonconforming", 1, 1, 1, 0),
    "INC-015": ("partly", 1, 2, 0, 0),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own, above which no settings lie."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            assert command.help
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = list(leaves(main))


# ------------------------------------------------------------------------------- help and start-up


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[n for n, _ in COMMANDS])
def test_every_command_has_help_with_an_example_that_parses(
    name: str, command: click.Command
) -> None:
    text = command.help or ""
    lines = text.partition("Example:")[2].strip().splitlines()

    assert lines and text.strip().splitlines()[0].strip().endswith(".")
    words = shlex.split(lines[0].strip())
    assert words[: 1 + len(name.split())] == ["itssrules", *name.split()]
    command.make_context(name, words[1 + len(name.split()) :])  # raises for an unknown option


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[n for n, _ in COMMANDS])
def test_every_option_is_explained(name: str, command: click.Command) -> None:
    assert [
        p.name for p in command.params if isinstance(p, click.Option) and not (p.help or p.hidden)
    ] == []


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--help"], ["duckdb", "polars", "pyarrow", "jinja2", "sqlglot", "rich"]),
        (["run", "--help"], ["duckdb", "polars", "pyarrow", "jinja2", "sqlglot", "rich"]),
        (["--version"], ["duckdb", "polars", "pyarrow", "jinja2", "sqlglot", "rich"]),
        (["rules", "list"], ["duckdb", "polars", "pyarrow", "jinja2", "sqlglot"]),
    ],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(words: list[str], heavy: list[str]) -> None:
    code = (
        "import sys\nfrom itssrules.cli import main\n"
        f"try:\n    main({words!r}, standalone_mode=False)\n"
        "except SystemExit as e:\n    assert not e.code, e.code\n"
        "print('MODULES', *sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.rpartition("MODULES")[2].split()

    assert "itssrules.cli.main" in loaded
    assert [m for m in heavy if m in loaded] == []


# --------------------------------------------------------------------------------- shapes of files


def shuffled(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [dict(sorted(r.items(), reverse=True)) for r in rows]


def widened(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [{"mood": "ok", **r, "备注": f"a\n{r['incident_id']}\n\nb"} for r in rows]


def relabelled(text: str) -> str:
    head, _, rest = text.partition("\n")
    return ",".join(f"  {h.upper()} " for h in head.split(",")) + "\n" + rest


def named(shape: str) -> list[dict[str, str]]:
    """The three incidents under numbers of their own."""
    return [{**r, "incident_id": f"{shape} {r['incident_id']}"} for r in MINE]


SHAPES: dict[str, Callable[[list[dict[str, str]]], bytes]] = {
    "plain.csv": lambda rows: table(rows).encode(),
    "bom.csv": lambda rows: table(rows).encode("utf-8-sig"),
    "utf16.csv": lambda rows: table(rows).encode("utf-16"),
    "utf16be.csv": lambda rows: b"\xfe\xff" + table(rows).encode("utf-16-be"),
    "gb18030.csv": lambda rows: table(rows).encode("gb18030"),
    "semicolons.csv": lambda rows: table(rows, ";").encode(),
    "tabs.tsv": lambda rows: table(rows, "\t").encode(),
    "pipes.txt": lambda rows: table(rows, "|").encode(),
    "crlf.csv": lambda rows: table(rows, newline="\r\n").encode(),
    "old mac.csv": lambda rows: table(rows, newline="\r").encode(),
    "gzip.csv.gz": lambda rows: gzip.compress(table(rows).encode(), mtime=0),
    "SUFFIX.CSV": lambda rows: table(rows).encode(),
    "shuffled columns.csv": lambda rows: table(shuffled(rows)).encode(),
    "extra columns, newlines.csv": lambda rows: table(widened(rows)).encode(),
    "loud headers.csv": lambda rows: relabelled(table(rows)).encode(),
    "shuffled rows.csv": lambda rows: table(rows[::-1]).encode(),
}


def test_the_shape_of_a_file_changes_nothing(here: Path) -> None:
    for shape, encode in SHAPES.items():
        put(here / "in" / f"incidents_{shape}", encode(named(shape)))

    code, results = check("in", *ZONE, *RULES, "--keep-tables", "kept")

    each = len(SHAPES)
    assert (code, counts(results)) == (1, {k: (v[0], *(n * each for n in v[1:])) for k, v in
                                           EXPECTED.items()})  # fmt: skip
    assert [(t["rows"], t["loaded"]) for t in loads(results)] == [(3, 3)] * each
    kept = {r["incident_id"]: r for r in pq.read_table("kept/incidents.parquet").to_pylist()}
    findings = {f["subject_id"]: f for f in pq.read_table("out/findings.parquet").to_pylist()}
    for shape in SHAPES:
        mine = [kept[r["incident_id"]] for r in named(shape)]
        assert [r["title"] for r in mine] == [r["title"] for r in MINE], shape
        assert [r["closed_by"] for r in mine] == ["李雷", "李雷", None], shape
        found = findings.pop(f"{shape} INC2")
        assert (found["owner"], found["row_number"]) == ("李雷", 3), shape
        assert found["file"] == f"in/incidents_{shape}"
        assert json.loads(found["evidence"])["closed_at"] == "2025-01-06T00:30:00Z", shape
        rows = [r["record"]["row_number"] for r in mine]
        assert rows == ([4, 3, 2] if shape == "shuffled rows.csv" else [2, 3, 4]), shape
    assert findings == {}


def test_parquet_equals_csv(here: Path) -> None:
    put(here / "csv" / "incidents.csv", table(MINE))
    typed = pa.table(
        {
            name: pa.array([r[name] or None for r in MINE]).cast(kind)
            for name, kind in {
                **dict.fromkeys(GOOD, pa.string()),
                "created_at": pa.timestamp("ns"),
                "closed_at": pa.timestamp("s"),
                "reopened_count": pa.int64(),
            }.items()
        }
    ).replace_schema_metadata({})
    (here / "parquet").mkdir()
    pq.write_table(typed, "parquet/incidents.parquet")

    one = check("csv", *ZONE, "--keep-tables", "kept1", out="one")
    two = check("parquet", *ZONE, "--keep-tables", "kept2", out="two")

    for results in (one[1], two[1]):
        del results["run"]["inputs"]
    assert one == two
    kept = [
        pq.read_table(f"{k}/incidents.parquet").drop_columns("record") for k in ("kept1", "kept2")
    ]
    assert kept[0].equals(kept[1])


LABELS = {
    "en": {
        "Number": "incident_id", "Short description": "title", "State": "status",
        "Caller": "title", "Opened": "created_at", "Resolved": "resolved_at",
        "Closed": "closed_at", "Closed by": "closed_by", "Reopen count": "reopened_count",
        "Updated": "updated_at",
    },
    "zh": {
        "编号": "incident_id", "简短描述": "title", "状态": "status", "来电者": "title",
        "打开时间": "created_at", "解决时间": "resolved_at", "关闭时间": "closed_at",
        "关闭者": "closed_by", "重新打开次数": "reopened_count", "更新时间": "updated_at",
    },
}  # fmt: skip
STATES = {
    "en": {"closed": "Closed", "in_progress": "In Progress"},
    "zh": {"closed": "已关闭", "in_progress": "处理中"},
}


@pytest.mark.parametrize(
    ("labels", "encoding"), [("en", "utf-8-sig"), ("zh", "gb18030"), ("zh", "utf-16")]
)
def test_servicenow_labels(here: Path, labels: str, encoding: str) -> None:
    rows = [{h: r[c] for h, c in LABELS[labels].items()} for r in MINE]
    state = next(h for h, c in LABELS[labels].items() if c == "status")
    rows = [{**r, state: STATES[labels][r[state]]} for r in rows]
    put(here / "事件 导出" / "导出 (1).csv", table(rows).encode(encoding))

    code, results = check("事件 导出", *ZONE, *RULES)

    assert (code, counts(results)) == (1, EXPECTED)
    (given,) = results["run"]["inputs"]
    assert (given["connector"], given["export"]) == ("servicenow", "incident list")
    assert given["encoding"] == encoding
    assert results["unread"] == []


# ------------------------------------------------------------------------------ odd rows and cells


def ragged(here: Path) -> None:
    lines = table([GOOD, OPEN, {**EARLY, "incident_id": "INC5"}]).splitlines()
    lines[2] += ",one too many"
    put(here / "in" / "incidents.csv", "\n".join([*lines, "INC9,cut o"]) + "\n")


def test_ragged_rows_are_rejects_with_their_row(here: Path) -> None:
    ragged(here)

    _, results = check("in", *ZONE, *RULES)

    (t,) = loads(results)
    assert (t["rows"], t["loaded"], t["rejected"]) == (4, 2, 2)
    assert [r["row_number"] for r in t["rejects"]] == [3, 5]
    assert "10 cells where the header has 9" in t["rejects"][0]["reason"]["en"]
    assert t["rejects"][1]["text"].startswith("INC9")
    shown = invoke("inspect", "in", *ZONE, "--lang", "en", "--quiet").output
    assert all(word in shown for word in ("2 rejected", "row 3", "row 5"))
    assert "one too many" in Path("out/report.html").read_text(encoding="utf-8")
    (finding,) = pq.read_table("out/findings.parquet").to_pylist()
    assert (finding["subject_id"], finding["row_number"]) == ("INC5", 4)


def test_a_rejected_row_is_never_green(here: Path) -> None:
    lines = table([GOOD, EARLY]).splitlines()
    put(here / "in" / "incidents.csv", "\n".join([*lines[:2], lines[2] + ",one too many"]) + "\n")

    code, results = check("in", *ZONE, *RULES)

    assert code == 4, "a record that could not be read was not judged"
    assert counts(results)["INC-011"][0] != "conforming"


def no_number(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([GOOD, {**EARLY, "incident_id": " "}]))


def test_a_record_without_number_is_a_reject(here: Path) -> None:
    no_number(here)

    _, results = check("in", *ZONE, *RULES)

    (t,) = loads(results)
    assert [(r["row_number"], r["reason"]["en"]) for r in t["rejects"]] == [(3, "no incident_id")]


def test_a_record_without_number_is_never_green(here: Path) -> None:
    no_number(here)

    code, results = check("in", *ZONE, *RULES)

    assert code == 4
    assert counts(results)["INC-011"][0] != "conforming"


def test_blank_and_repeated_header_rows_are_skipped_and_row_numbers_hold(here: Path) -> None:
    head, good, early, opened = table(MINE).splitlines()
    commas = "," * head.count(",")
    put(here / "in" / "incidents.csv", "\n".join([head, good, commas, head, early, "", opened, ""]))

    code, results = check("in", *ZONE, *RULES)

    assert (code, counts(results)) == (1, EXPECTED)
    (t,) = loads(results)
    assert (t["loaded"], t["skipped"], t["rejected"]) == (3, 3, 0)
    assert pq.read_table("out/findings.parquet")["row_number"].to_pylist() == [5]


def test_a_cell_that_cannot_be_read_is_counted_and_accuses_nobody(here: Path) -> None:
    odd = {**EARLY, "resolved_at": "06.01.2025 9h30", "reopened_count": "1,234"}
    other = {**EARLY, "incident_id": "INC4", "status": "Zu"}
    put(here / "in" / "incidents.csv", table([GOOD, odd, other]))

    code, results = check("in", *ZONE, *RULES)

    assert counts(results)["INC-011"] == ("partly", 0, 1, 0, 2)
    assert {(u["column"], u["value"], u["count"]) for u in results["unread"]} == {
        ("reopened_count", "1,234", 1),
        ("resolved_at", "06.01.2025 9h30", 1),
        ("status", "Zu", 1),
    }
    assert code == 4


@pytest.mark.parametrize("text", ["#REF!", "#VALUE!"])
def test_a_broken_formula_is_unread_and_not_empty(here: Path, text: str) -> None:
    rows = [{**GOOD, "restored_at": text}, {**GOOD, "incident_id": "INC2", "resolved_at": text}]
    put(here / "in" / "incidents.csv", table([{"restored_at": "", **r} for r in rows]))

    _, results = check("in", *ZONE, "--rules", "INC-011")

    assert counts(results) == {"INC-011": ("not_assessed", 0, 0, 0, 2)}


def test_an_impossible_count_is_unknown(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([{**GOOD, "reopened_count": "-1"}]))

    _, results = check("in", *ZONE, "--rules", "INC-015")

    assert counts(results) == {"INC-015": ("not_assessed", 0, 0, 0, 1)}


IMPOSSIBLE = (
    "0000-00-00 00:00", "31/02/2024 10:00", "9999-12-31 00:00:00", "2025-01-06", "soon", "1e5",
)  # fmt: skip


def test_an_impossible_time_is_unknown(here: Path) -> None:
    odd = [{**EARLY, "incident_id": f"X{n}", "closed_at": t} for n, t in enumerate(IMPOSSIBLE)]
    put(here / "in" / "incidents.csv", table([GOOD, *odd]))

    _, results = check("in", *ZONE, *RULES)

    assert counts(results)["INC-011"][1:] == (0, 1, 0, len(odd))


@pytest.mark.parametrize("column", ["status", "closed_at", "resolved_at"])
def test_a_column_that_is_not_exported_is_not_assessed(here: Path, column: str) -> None:
    rows = [{k: v for k, v in r.items() if k != column} for r in MINE]
    put(here / "in" / "incidents.csv", table(rows))

    code, results = check("in", *ZONE, "--rules", "INC-011")

    assert (code, counts(results)) == (4, {"INC-011": ("not_assessed", 0, 0, 0, 3)})
    (reason,) = results["rules"][0]["reasons"]
    assert (reason["reason"], reason["column"]) == ("column", f"incidents.{column}")


def test_days_where_moments_are_needed_are_not_assessed(here: Path) -> None:
    put(
        here / "in" / "incidents.csv",
        table([{**r, "closed_at": r["closed_at"][:10]} for r in MINE]),
    )

    code, results = check("in", *ZONE, "--rules", "INC-011")

    assert (code, counts(results)["INC-011"][0]) == (4, "not_assessed")
    assert results["rules"][0]["reasons"][0]["reason"] == "precision"


def test_an_export_without_rows_is_never_green(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE).splitlines()[0] + "\n")

    code, results = check("in", *ZONE, *RULES, "--as-of", "2025-01-31")

    assert code == 4
    assert "conforming" not in {status for status, *_ in counts(results).values()}


@pytest.mark.parametrize("closing", ["", '"'], ids=["never closed", "closed rows later"])
def test_a_stray_quotation_mark_in_the_last_cell_swallows_no_rows(here: Path, closing: str) -> None:
    notes = [{**r, "incident_id": f"INC{n}", "note": "x"} for n, r in enumerate([*MINE, GOOD])]
    lines = table([GOOD | {"note": "x"}, *notes]).splitlines()
    lines[2] = lines[2].removesuffix("x") + '"x'
    lines[-1] += closing
    put(here / "in" / "incidents.csv", "\n".join(lines) + "\n")

    result = invoke("run", "in", *ZONE, *RULES, "--quiet")

    assert result.exit_code == 3 and "incidents.csv" in result.stderr, result.output


def test_versions_of_one_record_that_no_time_orders_are_not_known(here: Path) -> None:
    rows = [{k: v for k, v in r.items() if k != "updated_at"} for r in (GOOD, EARLY)]
    pairs = [{**r, "incident_id": f"INC{n}"} for n in range(9) for r in rows]
    put(here / "in" / "incidents.csv", table(pairs))

    _, results = check("in", *ZONE, "--rules", "INC-011")

    assert counts(results) == {"INC-011": ("not_assessed", 0, 0, 0, 9)}


def test_a_version_whose_time_is_unread_leaves_the_record_not_known(here: Path) -> None:
    newer = {**EARLY, "incident_id": "INC1", "updated_at": "08.01.2025 10:00"}
    put(here / "in" / "incidents.csv", table([GOOD, newer]))

    _, results = check("in", *ZONE, "--rules", "INC-011")

    assert counts(results) == {"INC-011": ("not_assessed", 0, 0, 0, 1)}


def test_the_newest_version_of_a_record_holds(here: Path) -> None:
    newer = {**EARLY, "incident_id": "INC1", "updated_at": "2025-01-08 00:00"}
    put(here / "in" / "incidents_1.csv", table([GOOD, OPEN]))
    put(here / "in" / "incidents_2.csv", table([newer]))

    _, results = check("in", *ZONE, "--rules", "INC-011")

    assert counts(results) == {"INC-011": ("nonconforming", 1, 0, 1, 0)}
    assert [(t["loaded"], t["merged"]) for t in loads(results)] == [(1, 1), (1, 0)]
    assert loads(results)[0]["disputes"] or loads(results)[1]["disputes"]


def test_a_column_missing_from_one_of_two_files_gates_its_records_only(here: Path) -> None:
    short = {k: v for k, v in EARLY.items() if k != "resolved_at"}
    put(here / "in" / "incidents_1.csv", table([GOOD]))
    put(here / "in" / "incidents_2.csv", table([short]))

    code, results = check("in", *ZONE, "--rules", "INC-011")

    assert (code, counts(results)) == (4, {"INC-011": ("partly", 0, 1, 0, 1)})


def test_the_same_bytes_under_two_names_are_read_once(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "in" / "sub" / "incidents_copy.csv", table(MINE))

    _, results = check("in", "in/incidents.csv", *ZONE, *RULES)

    assert counts(results) == EXPECTED
    assert [len(i["tables"]) for i in results["run"]["inputs"]] == [1, 0]


def test_the_rows_of_two_files_that_are_equal_are_duplicates(here: Path) -> None:
    put(here / "in" / "incidents_1.csv", table(MINE))
    put(here / "in" / "incidents_2.csv", table(MINE[:2]))

    _, results = check("in", *ZONE, *RULES)

    assert counts(results) == EXPECTED
    assert sum(t["duplicates"] for t in loads(results)) == 2


def test_a_column_taken_away_never_makes_a_record_fully_conforming(here: Path) -> None:
    wrong = {**GOOD, "created_at": "2025-01-06 09:00:00", "closed_at": "2025-01-05 09:00:00"}
    put(here / "whole" / "incidents.csv", table([wrong]))
    put(
        here / "less" / "incidents.csv",
        table([{k: v for k, v in wrong.items() if k != "closed_at"}]),
    )

    whole = check("whole", *ZONE, "--rules", "DQ-002")[1]["rules"][0]
    less = check("less", *ZONE, "--rules", "DQ-002")[1]["rules"][0]

    assert whole["status"] == "nonconforming"
    assert less["conforming"] == less["limited"]


def test_kept_tables_are_no_exports(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([{**GOOD, "closed_at": "soon"}]))
    check("in", *ZONE, *RULES, "--keep-tables", "kept")

    again = invoke("run", "kept", *ZONE, *RULES, "--out", "again", "--quiet")

    # what was unread or not supplied is plainly empty there: another verdict would come out
    assert again.exit_code == 2 and "kept: holds no export" in again.stderr


def test_two_columns_of_one_name_are_never_chosen_in_silence(here: Path) -> None:
    text = table([{**GOOD, "resolved_AT": "2025-01-09 00:00:00"}])
    put(here / "in" / "incidents.csv", text)

    _, results = check("in", *ZONE, "--rules", "INC-011")

    assert counts(results) == {"INC-011": ("not_assessed", 0, 0, 0, 1)}


def test_ids_keep_zeros_and_lose_outer_spaces(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([{**EARLY, "incident_id": "  00071\u3000"}]))

    check("in", *ZONE, "--rules", "INC-011")

    assert pq.read_table("out/findings.parquet")["subject_id"].to_pylist() == ["00071"]


def test_a_file_of_another_kind_in_the_folder_is_listed(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([GOOD]))
    put(here / "in" / "approvals.xlsx", b"PK\3\4 a workbook")

    code, results = check("in", *ZONE, "--rules", "INC-011")

    assert {Path(i["path"]).name: i["state"] for i in results["run"]["inputs"]} == {
        "incidents.csv": "read", "approvals.xlsx": "unknown",
    }  # fmt: skip
    assert code == 4


def test_a_report_in_the_exports_folder_is_not_read_as_an_export(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    words = ("in", *ZONE, *RULES, "--keep-tables", "in/kept")

    first = check(*words, out="in/report")
    second = check(*words, out="in/report")

    assert first == second


# ----------------------------------------------------------------------------- selection and codes


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (("--rules", "SLM,INC-015"), {"INC-015", "SLM-006"}),
        (("--rules", "INC-011, CHG-020"), {"INC-011", "CHG-020"}),
        (("--rules", "incident,change", "--exclude", "CHG,INC-015"), {"INC-011"}),
    ],
    ids=["two words", "two rules", "less some"],
)
def test_selection(here: Path, words: tuple[str, ...], chosen: set[str]) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    _, results = check("in", *ZONE, *words)

    ids = {r["id"] for r in results["rules"]}
    assert chosen <= ids
    assert {i.partition("-")[0] for i in ids} == {i.partition("-")[0] for i in chosen}
    assert ids & {"INC-011", "INC-015", "CHG-020"} == chosen & {"INC-011", "INC-015", "CHG-020"}


REOPENED = {**GOOD, "reopened_count": "5"}
UNTIMED = {k: v for k, v in GOOD.items() if k != "closed_at"}


@pytest.mark.parametrize(
    ("rows", "words", "code"),
    [
        ([GOOD, OPEN], (), 0),
        (MINE, (), 1),
        (MINE, ("--fail-on", "major"), 0),
        (MINE, ("--exit-zero",), 0),
        ([EARLY, {**EARLY, "incident_id": "INC7"}], ("--fail-on", "major"), 1),
        ([GOOD, REOPENED | {"incident_id": "INC5"}], (), 0),
        ([GOOD, REOPENED | {"incident_id": "INC5"}], ("--fail-on", "observation"), 1),
        ([UNTIMED], (), 4),
        ([UNTIMED], ("--exit-zero",), 0),
        ([UNTIMED | {"reopened_count": "5"}], ("--fail-on", "observation"), 1),
    ],
)
def test_exit_code(
    here: Path, rows: list[dict[str, str]], words: tuple[str, ...], code: int
) -> None:
    put(here / "in" / "incidents.csv", table(rows))

    found, _ = check("in", *ZONE, *RULES, *words)

    assert found == code
    assert json.loads(Path("out/run.json").read_bytes())["exit_code"] in (found, 1, 4)


@pytest.mark.parametrize("words", [(), ("--exit-zero", "--fail-on", "major")], ids=str)
def test_a_damaged_export_outweighs_findings(here: Path, words: tuple[str, ...]) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "in" / "problems.csv.gz", gzip.compress(table(MINE).encode() * 50)[:-20])

    code, results = check("in", *ZONE, *RULES, *words)

    assert code == 3
    assert counts(results) == EXPECTED
    assert [i["state"] for i in results["run"]["inputs"]] == ["read", "damaged"]


# ---------------------------------------------------------------------------------- what it prints


def test_the_language_of_summary_and_report(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    words = ("run", "in", *ZONE, *RULES, "--quiet", "--out", "out", "--lang")

    english = invoke(*words, "en").output
    english_page = Path("out/report.html").read_text(encoding="utf-8")
    chinese = invoke(*words, "zh").output
    chinese_page = Path("out/report.html").read_text(encoding="utf-8")

    assert "Incidents are closed only after" in english and "确认解决" not in english
    assert "确认解决并恢复服务后关闭事件" in chinese and "closed only after" not in chinese
    assert 'lang="en"' in english_page[:200] and 'lang="zh' in chinese_page[:200]
    assert "Incident INC2 was closed at 2025-01-06 08:30" in re.sub("</?bdi>", "", english_page)
    assert "事件 INC2 于 2025-01-06 08:30 关闭" in re.sub("</?bdi>", "", chinese_page)


def test_quiet_says_nothing_on_the_error_stream_and_progress_goes_there(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    quiet = invoke("run", "in", *ZONE, *RULES, "--quiet")
    loud = invoke("run", "in", *ZONE, *RULES)

    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout
    assert "reading incidents.csv (1/1)" in loud.stderr and "\033" not in loud.stderr


def test_plain_progress_is_a_line_for_every_file_and_the_first_of_other_steps(here: Path) -> None:
    for n in range(3):
        rows = [{**r, "incident_id": f"{r['incident_id']}{n}"} for r in MINE]
        put(here / "in" / f"incidents_{n}.csv", table(rows))

    said = invoke("run", "in", *ZONE, "--format", "csv").stderr.splitlines()

    assert [line for line in said if line.startswith("reading ")] == [
        f"reading incidents_{n}.csv ({n + 1}/3)" for n in range(3)
    ]
    assert [line for line in said if line.startswith("checking ")] == [
        f"checking CFG-003 (1/{MANY})"
    ]
    assert said[-1] == "writing findings.csv (5/5)"
    assert len({line.split()[0] for line in said}) <= 6 and len(said) <= 12
    with Path("itssrules-report/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {"INC20", "INC21", "INC22"} <= {r["subject_id"] for r in csv.DictReader(file)}


DRAWN = re.compile(r"[^\n]*\n\x1b\[A\r\x1b\[K")
"""A line of progress with what takes it away again."""


def on_terminal(
    *words: str, at: str = "", stop: str = "", columns: int = 60, **env: str
) -> tuple[int, str]:
    """The command line on a terminal: exit code and all it wrote; `at` its word `stop` is sent."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    running = subprocess.Popen(
        [sys.executable, "-m", "itssrules", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**plain, **env},
    )  # fmt: skip
    os.close(theirs)
    seen, sent = b"", False
    with os.fdopen(ours, "rb", 0) as terminal:
        while True:
            try:
                seen += terminal.read(4096)
            except OSError:  # the last one closed the terminal
                break
            if stop and not sent and at.encode() in seen:
                running.send_signal(getattr(signal, stop))
                sent = True
    return running.wait(60), seen.decode().replace("\r\n", "\n")


def test_progress_on_a_terminal_is_one_line_that_is_gone_at_the_end(here: Path) -> None:
    name = f"incidents_{'长' * 40}.csv"
    put(here / "in" / name, table(MINE))

    code, seen = on_terminal("run", "in", *ZONE, "--format", "csv", "--lang", "en")

    drawn = DRAWN.findall(seen)
    left = DRAWN.sub("", seen)
    assert code == 1
    assert any(
        re.match(rf"\[#+ *\] +1\d/{MANY} checking [A-Z]+-\d+  \d+ s\n", line) for line in drawn
    )
    assert any("reading incidents_长" in line and "…  " in line for line in drawn)
    assert all(wide(line.partition("\n")[0]) < 60 for line in drawn)
    assert left.startswith("\x1b[31m\x1b[1m✕ ") and "\x1b[A" not in left
    assert not re.search(r"checking|reading inc|\d s\n", left)


def test_no_color_takes_the_colour_away_and_quiet_the_progress(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    words = ("run", "in", *ZONE, *RULES, "--lang", "en")

    _, plain = on_terminal(*words, NO_COLOR="1")
    _, quiet = on_terminal(*words, "--quiet", NO_COLOR="1")

    assert DRAWN.sub("", plain) == quiet == invoke(*words, "--quiet").stdout
    assert "✕ 1 nonconformity found" in quiet and "\x1b" not in quiet


def test_an_error_stands_alone_after_progress(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    code, seen = on_terminal("run", "in", *ZONE, "--project", "nope")

    assert code == 2 and "reading incidents.csv" in seen
    assert DRAWN.sub("", seen).startswith("error: --project: no record belongs to")


@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_half_line_is_left_whatever_ends_a_run(here: Path, stop: str) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    code, seen = on_terminal("run", "in", *ZONE, at="checking", stop=stop)

    left = DRAWN.sub("", seen)
    assert left.endswith("\n")
    if stop == "SIGINT":
        assert code == 130
        assert left.strip() == "error: stopped by the user; nothing half-written was left"
    else:
        assert code == -getattr(signal, stop)
        assert re.fullmatch(rf"\[#* *\] +\d+/{MANY} checking \S+  \d+ s\n", left)


LONG = "select sum(hash(a.range * b.range)) from range(10000) a, range(8000) b"
"""A statement of about half a second."""


def stop_soon() -> None:
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()


def stop_in_statement(context: Any, *_: Any) -> None:
    stop_soon()
    context.con.execute(LONG)


def stop_in_reader(*_: Any) -> None:
    stop_soon()
    time.sleep(5)


def stop_unheard(*_: Any) -> None:
    """As in a callback, out of which no exception comes."""
    with contextlib.suppress(KeyboardInterrupt):
        stop_in_reader()


def stop_in_arrow(*_: Any) -> None:
    """As pyarrow ends where a signal comes while it reads."""
    stop_unheard()
    raise pa.ArrowCancelled("Operation cancelled")


@pytest.mark.parametrize(
    ("place", "stop"),
    [
        ("assess.engine.judge", stop_in_statement),
        ("assess.facts._check_total", stop_in_statement),
        (
            "assess.known.working_days",
            lambda con: stop_in_statement(types.SimpleNamespace(con=con)),
        ),
        ("intake.readers._numbers", stop_in_reader),
        ("intake.readers._numbers", stop_in_arrow),
        ("intake.readers._encoding", stop_in_arrow),
        ("assess.known.person_words", stop_unheard),
    ],
    ids=["rule", "fact", "beside rules", "stream", "pyarrow", "opening", "swallowed"],
)
def test_stopping_is_no_fault_of_what_was_being_done(
    here: Path, monkeypatch: pytest.MonkeyPatch, place: str, stop: Callable[..., None]
) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    put(here / "in" / "incidents_more.csv", table([{**GOOD, "incident_id": "INC9"}]))
    monkeypatch.setattr(f"itssrules.{place}", stop)

    result = invoke("run", "in", *ZONE, "--out", "out", "--quiet")

    assert result.exit_code == 130
    assert result.stderr.strip() == "error: stopped by the user; nothing half-written was left"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_summary_names_a_command_that_follows_the_first_finding(here: Path) -> None:
    put(here / "my exports" / "incidents.csv", table(MINE))

    said = invoke("run", "my exports", *ZONE, *RULES, "--as-of", "2025-01-31", "--lang", "en")
    command = said.stdout.splitlines()[-1].removeprefix("First finding: ")

    assert command == (
        "itssrules explain INC2 'my exports' --zone Asia/Shanghai --as-of 2025-01-31"
    )
    assert "INC2" in invoke(*shlex.split(command)[1:]).stdout


def test_same_files_and_as_of_give_the_same_bytes(here: Path) -> None:
    put(here / "in" / "incidents_1.csv", table(MINE))
    put(here / "in" / "incidents_2.csv", table([REOPENED | {"incident_id": "INC8"}]))

    for out in ("one", "two"):
        check("in", *ZONE, "--as-of", "2025-01-31", out=out)

    for name in FILES - {"run.json"}:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name


def test_as_of_is_the_end_of_the_local_day_else_the_newest_time(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    asked = check("in", *ZONE, *RULES, "--as-of", "2025-01-31")[1]["run"]
    found = check("in", *ZONE, *RULES)[1]["run"]

    assert (asked["as_of"], asked["as_of_origin"]) == ("2025-01-31T15:59:59Z", "--as-of")
    assert found["as_of"] == "2025-01-07T02:00:00Z"
    assert found["as_of_origin"].startswith("incidents.")


def test_kept_tables_hold_every_canonical_table(here: Path) -> None:
    from itssrules.model.tables import model

    put(here / "in" / "incidents.csv", table(MINE))

    check("in", *ZONE, *RULES, "--keep-tables", "kept/here")

    assert {p.stem for p in Path("kept/here").glob("*.parquet")} == set(model())
    kept = pq.read_table("kept/here/incidents.parquet").to_pylist()
    assert [(r["incident_id"], r["record"]["row_number"]) for r in kept] == [
        ("INC1", 2), ("INC2", 3), ("INC3", 4),
    ]  # fmt: skip


def test_inspect_says_what_a_file_is_and_feeds(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([{**r, "mood": "ok"} for r in MINE]))
    put(here / "in" / "poem.csv", "rose,red\n1,2\n")

    text = invoke("inspect", "in", "--lang", "en", "--quiet")
    data = invoke("inspect", "in", "--format", "json", "--quiet")

    assert text.exit_code == data.exit_code == 4
    for said in ("canonical (incidents)", "3 loaded", "closed_at ← closed_at", "not mapped: mood",
                 "poem.csv", "√ INC-011", "? CHG-020", "changes"):  # fmt: skip
        assert said in text.stdout, said
    found = json.loads(data.stdout)
    assert [f["state"] for f in found["files"]] == ["read", "unknown"]
    assert {h["header"]: h["filled"] for h in found["files"][0]["headers"]}["closed_at"] == 2
    assert next(r for r in found["rules"] if r["rule"] == "INC-011")["can_judge"]
    assert invoke("inspect", "in/incidents.csv", "--quiet").exit_code == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_inspect_says_all_that_keeps_a_rule_from_judging(here: Path, lang: str) -> None:
    odd = [
        {**r, "status": "Zu", "resolved_at": r["resolved_at"][:16]}
        | {k: r[k] and f"{r[k][:17]}07" for k in ("created_at", "closed_at")}
        for r in MINE
    ]
    put(here / "in" / "incidents.csv", table(odd))
    words = ("inspect", "in", *ZONE, "--quiet")

    said = invoke(*words, "--lang", lang).stdout.splitlines()
    found = {r["rule"]: r for r in json.loads(invoke(*words, "--format", "json").stdout)["rules"]}

    def line(rule: str) -> str:
        return next(row for row in said if row.split()[1:2] == [rule])

    unread, coarse, many, few = (line(r) for r in ("INC-011", "DQ-005", "INC-004", "DQ-008"))
    assert found["INC-011"]["reasons"] == {"canonical": {"incidents.status": "unread"}}
    assert not found["INC-011"]["can_judge"] and not found["DQ-005"]["can_judge"]
    assert found["DQ-005"]["reasons"] == {"": {"incidents.resolved_at": "precision"}}
    assert found["DQ-008"]["can_judge"] and few.startswith("  √ ")
    assert "sla_targets.metric" in found["INC-004"]["lacks"]["canonical"]
    assert len(found["INC-004"]["lacks"]["canonical"]) > 5
    listed = {
        "zh": ["incidents.status 的取值均未能识别", "incidents.resolved_at 只精确到分，须精确到秒",
               "待补 incidents.responded_at、incidents.priority、", "sla_targets"],
        "en": ["no value of incidents.status could be read",
               "incidents.resolved_at given to the minute only, and needed to the second",
               "waits for incidents.responded_at, incidents.priority, ", "sla_targets"],
    }[lang]  # fmt: skip
    for text, row in zip(listed, (unread, coarse, many, many), strict=True):
        assert text in row, row
    assert ("待补" in coarse or "waits" in coarse) is False
    assert all(row.startswith("  ? ") for row in (unread, coarse, many))


def test_inspect_names_five_of_what_is_lacking_and_counts_the_others(here: Path) -> None:
    rows = [{"incident_id": "INC1", "title": "x", "created_at": GOOD["created_at"]}]
    put(here / "in" / "incidents.csv", table(rows))

    zh, en = (
        invoke("inspect", "in", *ZONE, "--quiet", "--lang", lang).stdout for lang in ("zh", "en")
    )

    row = next(r for r in en.splitlines() if "? INC-004" in r)
    named, _, more = row.partition("waits for ")[2].partition(" and ")
    assert len(named.split(", ")) == 5 and re.fullmatch(r"\d+ more", more), row
    assert f"等 {5 + int(more.split()[0])} 项" in zh


ENGLISH = re.compile(r"(?<![\w./#])(?:[A-Za-z]+ ){2,}[A-Za-z]+")
"""Three English words in a row."""


def test_the_findings_of_inspect_follow_the_language(here: Path) -> None:
    odd = table([{**r, "closed_at": "soon", "mood": "#REF!"} for r in (EARLY, OPEN)])
    put(here / "in" / "incidents.csv", odd + "INC9,cut o\n")
    put(here / "in" / "incidents_2.csv", table([EARLY, {**EARLY, "title": "other"}]))
    put(here / "in" / "strange.csv", "number,sys_mod_count,colour\n1,2,red\n")
    put(here / "in" / "book.xlsx", b"PK\3\4" + bytes(60))
    put(here / "in" / "problems.csv.gz", gzip.compress(table(MINE).encode() * 400)[:-30])

    zh = invoke("inspect", "in", *ZONE, "--quiet", "--lang", "zh").stdout
    en = invoke("inspect", "in", *ZONE, "--quiet", "--lang", "en").stdout

    for words in (
        "未读取（无法识别）：没有连接器认识它的列名（number, sys_mod_count, colour）；最接近：servicenow",
        "3 行 = 读入 1 + 合并 1 + 拒收 1", "文件中没有：", "没有用到的列：mood", "Excel 错误值：mood ×2",
        "未识别：closed_at 'soon' ×2", "拒收：第 4 行：", "这些导出能供给的规则", "检查点：",
        "（受限：缺 ",
    ):  # fmt: skip
        assert words in zh, words
    names = r"请重新导出（[^\n]*|\([^)\n]*\)|itssrules connectors list|CSV UTF-8"
    assert ENGLISH.findall(re.sub(names, "", zh)) == []
    assert "waits for" in en and not re.search("[\u4e00-\u9fff]", en.replace("邮件, “慢”", ""))


def test_inspect_prints_sql_that_runs_on_its_own_words(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    text = invoke("inspect", "in", "--show-sql", "--quiet").stdout

    assert "-- incidents.csv -> incidents" in text and "select" in text


@pytest.mark.parametrize(("lang", "words"), [("en", ("closed_at", "nonconforming", "08:30")),
                                             ("zh", ("关闭时间", "不符合", "08:30"))])  # fmt: skip
def test_explain_shows_times_and_the_verdict_of_every_rule(
    here: Path, lang: str, words: tuple[str, ...]
) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    result = invoke("explain", "inc2", "in", *ZONE, *RULES, "--lang", lang, "--quiet")

    assert result.exit_code == 0
    assert all(w in result.stdout for w in (*words, "INC-011", "INC-015", "incidents.csv"))


def test_explain_says_nothing_of_rules_about_other_records(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))

    shown = invoke("explain", "INC2", "in", *ZONE, "--quiet").stdout

    assert "INC-011" in shown
    assert [i for i in ("CHG-004", "CHG-020", "SLM-006") if i in shown] == []


def test_explain_says_what_a_gated_rule_over_groups_waits_for(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    words = ("explain", "INC2", "in", *ZONE, "--lang", "en", "--quiet", "--rules")

    alone = invoke(*words, "KPI-002").stdout.splitlines()
    after_another = invoke(*words, "DQ-008,KPI-002").stdout.splitlines()

    assert alone[-2].startswith("  ? KPI-002 not assessed ")
    assert alone[-1] == "      the export lacks the column responded_at"
    assert after_another[-2:] == alone[-2:]
    assert "DQ-008" in {r["rule"] for r in json.loads(
        invoke("inspect", "in", *ZONE, "--quiet", "--format", "json").stdout
    )["rules"] if r["can_judge"]}, "so its groups stand before KPI-002 is asked"  # fmt: skip


def test_explain_agrees_with_run(here: Path) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    icons = {"√": "conforming", "×": "nonconforming", "–": "not_applicable", "?": "not_assessed"}
    tally: dict[str, list[str]] = {}

    for ticket in ("INC1", "INC2", "INC3"):
        lines = invoke("explain", ticket, "in", *ZONE, *RULES, "--quiet").stdout.splitlines()
        for words in (line.split() for line in lines):
            if len(words) > 2 and words[1] in EXPECTED:
                tally.setdefault(words[1], []).append(icons[words[0]])

    order = ("not_applicable", "conforming", "nonconforming", "not_assessed")
    assert {k: tuple(v.count(o) for o in order) for k, v in tally.items()} == {
        k: v[1:] for k, v in EXPECTED.items()
    }


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ["response_gap: 没有归属项目", "pauses_known: 否", "ended_by: 解决",
                "gross: 1 小时 30 分", "response_gross: 1 小时 30 分"]),
        ("en", ["response_gap: it belongs to no project", "pauses_known: no",
                "ended_by: resolution", "gross: 1 h 30 min", "response_gross: 1 h 30 min"]),
    ],
)  # fmt: skip
def test_explain_says_what_facts_hold_in_words(here: Path, lang: str, said: list[str]) -> None:
    put(here / "in" / "incidents.csv", table(MINE))
    words = ("explain", "INC1", "in", *ZONE, "--lang", lang, "--quiet")

    shown = [line.strip() for line in invoke(*words).stdout.splitlines()]

    assert [text for text in said if text not in shown] == []
    assert not [line for line in shown if line.endswith((": False", ": True", ": None", ": []"))]
    assert "response_target" not in " ".join(shown), "it says nothing"


def test_explain_tells_persons_of_facts_by_their_names(here: Path) -> None:
    change = {"change_id": "C1", "requester": "张伟", "implementer": "li.na", "status": "closed",
              "created_at": GOOD["created_at"]}  # fmt: skip
    put(here / "in" / "changes.csv", table([change]))

    shown = invoke("explain", "C1", "in", *ZONE, "--lang", "en", "--quiet").stdout

    assert "requester_who: 张伟\n" in shown and "implementer_who: li.na\n" in shown
    assert "{" not in shown.partition("What the rules say")[0]


def test_explain_of_an_unknown_id_suggests_near_ones(here: Path) -> None:
    put(
        here / "in" / "incidents.csv",
        table([{**r, "incident_id": f"{r['incident_id']}0071"} for r in MINE]),
    )

    result = invoke("explain", "INC10017", "in", *ZONE, *RULES, "--quiet")

    assert result.exit_code == 2
    assert "'INC10017'" in result.stderr and "did you mean INC10071" in result.stderr


def test_rules_list_and_show(here: Path) -> None:
    listed = invoke("rules", "list", "--rules", "incident", "--lang", "en").stdout.splitlines()
    shown = invoke("rules", "show", "INC-011")

    assert any(line.startswith("INC-011  minor") and "closed only after" in line for line in listed)
    assert all(line.startswith("INC-") for line in listed)
    assert shown.stdout.startswith("/*") and 'id       = "INC-011"' in shown.stdout
    assert "from incidents" in shown.stdout


def test_connectors_and_plugins_are_listed(here: Path) -> None:
    tools = invoke("connectors", "list", "--lang", "en").stdout
    parts = invoke("plugins").stdout

    assert all(word in tools for word in ("canonical:", "servicenow:", "change_request list"))
    assert all(word in parts for word in ("built in", "rules", "connectors", "html", "json"))


# ------------------------------------------------------------------ what is not there, beside what is


def test_a_rule_over_several_tables_is_not_conforming_while_one_is_missing(here: Path) -> None:
    put(here / "in" / "incidents.csv", table([GOOD]))

    code, results = check("in", *ZONE, "--rules", "DQ-002")

    (rule,) = results["rules"]
    assert (code, rule["status"], rule["conforming"]) == (4, "partly", 1)
    assert {(r["reason"], r["column"]) for r in rule["reasons"]} == {
        ("table", "requests"), ("table", "changes"), ("table", "problems"),
    }  # fmt: skip
    assert "problems" in Path("out/report.html").read_text(encoding="utf-8")


def test_a_row_lost_beside_the_subject_leaves_no_rule_conforming(here: Path) -> None:
    ci = {"ci_id": "srv1", "name": "srv1", "source_key": ""}
    for name in ("incidents", "problems", "requests"):
        key = {"incidents": "incident_id", "problems": "problem_id", "requests": "request_id"}[name]
        put(here / "in" / f"{name}.csv", table([{key: "X1", "ci_id": "srv1", "title": "x"}]))
    put(here / "in" / "change_cis.csv", table([{"change_id": "C1", "ci_id": "srv1"}]))
    put(here / "in" / "cis.csv", table([ci]))
    words = ("in", *ZONE, "--rules", "CFG-003", "--as-of", "2025-01-31")

    assert check(*words)[1]["rules"][0]["status"] == "conforming"

    put(here / "in" / "cis.csv", table([ci]) + "srv2,one cell too many,,\n")
    code, results = check(*words)

    assert (code, results["rules"][0]["status"]) == (4, "partly")
    assert "lost_rows" in {r["reason"] for r in results["rules"][0]["reasons"]}


def test_a_version_dated_in_the_future_does_not_win(here: Path) -> None:
    put(here / "in" / "incidents_1.csv", table([EARLY]))
    late = {**EARLY, "closed_at": GOOD["closed_at"], "updated_at": "2098-01-01 00:00"}
    put(here / "in" / "incidents_2.csv", table([late]))

    _, results = check("in", *ZONE, "--rules", "INC-011", "--as-of", "2025-01-31")

    assert counts(results) == {"INC-011": ("not_assessed", 0, 0, 0, 1)}
