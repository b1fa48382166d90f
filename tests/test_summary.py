"""The end of a run on the terminal: one screen, faults first, and whatever is cut is counted."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import make_results as make
import pytest

from itssrules.model.results import (
    Coverage,
    Dispute,
    Nonconformity,
    Reason,
    Results,
    TableLoad,
    UnreadValue,
)
from itssrules.model.rule import Text
from itssrules.report.summary import summary
from itssrules.report.text import columns, fit

OUT = Path("itssrules-report")
LANGS = ("zh", "en")
EVIL = "变更\u202egnp.exe\x00\x1b[31m\r\n\t{{{{ 7*7 }}}}{id} " * 3
ANSI = re.compile(r"\x1b\[[\d;]*m")


def lines(results: Results, lang: str = "en", **more: Any) -> list[str]:
    return summary(results, lang, OUT, **more).splitlines()


def at(found: list[str], words: str) -> int:
    """The one line that holds the words."""
    places = [n for n, line in enumerate(found) if words in line]

    assert len(places) == 1, (words, found)
    return places[0]


def ordinary() -> Results:
    """27 rules over 12 files and three projects, with some of everything."""
    statuses = ["nonconforming"] * 8 + ["lead"] * 2 + ["not_assessed"] * 5 + ["partly"] * 3
    statuses += ["conforming"] * 7 + ["not_applicable"] * 2
    titles = list(make.TITLES)
    gap = Reason("P-2026-001", "itsm", "column", "changes.verified_at", 412, ())
    rules, items, rows = [], [], []
    for n, status in enumerate(statuses):
        made = make.rule(titles[n % len(titles)], id=f"CHG-{n:03}", leads=status == "lead")
        unknown = 412 if status in ("not_assessed", "partly") else 0
        bad = 37 if status in ("nonconforming", "lead") else 0
        good = 0 if status in ("not_assessed", "not_applicable") else 1_204
        column = ("changes.verified_at", "changes.outcome", "approvals.decided_at",
                  "changes.actual_end", "problems")[n % 5]  # fmt: skip
        rules.append(
            make.result(made, status, (80, good, bad, unknown), limited=20 * (status == "partly"),
                        reasons=(replace(gap, column=column),) if unknown else ())
        )  # fmt: skip
        if bad:
            rows += [make.finding(made, i, project_id="P-2026-001") for i in range(bad)]
        if status == "nonconforming":
            items += [
                Nonconformity(made.id, f"P-2026-00{p}", "minor", 12 + p, 400, raised=False)
                for p in (1, 2, 3)
            ]
    tables = ("incidents", "changes", "change_tasks", "approvals", "problems", "cis")
    files = tuple(
        make.read_input(file_id=n, path=f"exports/{n}.csv",
                        tables=(TableLoad(tables[n % 6], 1_500, 1_497, 0, 3, 0, 0),))
        for n in range(12)
    )  # fmt: skip
    return make.results(
        tuple(rules), inputs=files, nonconformities=tuple(items), findings=make.table(rows)
    )


@pytest.mark.parametrize("lang", LANGS)
def test_an_ordinary_run_fits_one_screen(lang: str) -> None:
    found = lines(ordinary(), lang, again=["exports", "--zone", "Asia/Shanghai"])

    assert len(found) <= 24, "\n".join(found)
    assert max(map(columns, found)) <= 80, "\n".join(found)


def hostile() -> Results:
    """Control characters, colours, breaks and direction marks wherever a file or settings can."""
    made = make.rule(title=Text(EVIL, EVIL))
    load = TableLoad(EVIL, 1, 1, 0, 0, 0, 0, unread=(UnreadValue("changes", EVIL, "x" * 9_999, 1),))
    text = Text(EVIL, EVIL)
    unread = make.read_input(file_id=2, path=EVIL * 9, state="damaged", reason=text, tables=())
    reason = Reason(EVIL, EVIL, "column", EVIL, 1, (EVIL,))
    return make.results(
        (
            make.result(made, "nonconforming", (0, 0, 1, 1), reasons=(reason,)),
            make.result(made, "error", (0, 0, 0, 0), error=EVIL * 9),
        ),
        inputs=(make.read_input(path=EVIL + "\udcff", tables=(load,)), unread),
        nonconformities=(
            Nonconformity(made.id, EVIL, "minor", 1, 1, raised=False),
            Nonconformity(made.id, "P", "minor", 1, 1, raised=False),
        ),
        notes=(text,),
        coverage=(Coverage(EVIL, EVIL, "", "", False, text, lost=True),),
        findings=make.table([make.finding(made, 0, subject_id=EVIL, project_id=EVIL)]),
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "results",
    [make.rich(), make.full(), make.gated(), make.results(), hostile()],
    ids=["rich", "full", "gated", "nothing", "hostile"],
)
def test_no_line_is_wide_or_holds_a_hidden_character(results: Results, lang: str) -> None:
    found = summary(results, lang, OUT)

    assert max(map(columns, found.splitlines())) <= 80
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", found)


def test_what_matters_is_named_in_chinese() -> None:
    zh = summary(make.rich(), "zh", OUT)

    for part in (
        "✕ 发现 3 项不符合项", "规则出错：CHG-021", "备份.docx", "12 行被拒收", "变更单 17,262",
        "158,280 个判定中已作出 100,852 个", "! 出错 1", "CHG-020  873 / 13,988", "P-2024-017",
        "疑点：◇ 30 · DQ-004 30", "补充导出 incidents.restored_at (服务恢复时间)：INC-011, INC-014",
        "时间精度不足", str(OUT / "report.html"), "findings.parquet",
    ):  # fmt: skip
        assert part in zh, part


def test_english_holds_no_chinese() -> None:
    en = summary(make.rich(), "en", OUT)

    assert "1 file was not read" in en and "7 cells hold a value" in en
    assert not re.search("[\u4e00-\u9fff]", en.replace("备份", ""))


def test_faults_stand_before_everything_that_was_read_and_judged() -> None:
    found = lines(make.rich())

    for words in ("rule failed: CHG-021", "备份.docx — no connector", "12 rows were rejected",
                  "1 file was not read", "7 cells"):  # fmt: skip
        assert at(found, words) < at(found, "Read: "), words
    doubtful = lines(make.full())
    assert at(doubtful, "in doubt: the clocks") < at(doubtful, "Read: ")
    assert at(doubtful, "rows seem to be missing from the export of 1 table") < at(
        doubtful, "Read: "
    )


def test_limits_exclusions_period_and_counts_that_do_not_close_are_told() -> None:
    zh = summary(make.full(), "zh", OUT)
    ajar = replace(make.clean().rules[0], population=11)

    for part in ("评估期间 2024-01-01 – 2024-06-30", "⊘ 已排除 1", "77 个判定受限",
                 "导出未覆盖所要求的整个期间"):  # fmt: skip
        assert part in zh, part
    assert "the counts of 1 rule do not close" in summary(make.results((ajar,)), "en", OUT)


def test_a_key_figure_that_misses_its_target_is_among_what_was_found() -> None:
    assert "KPI-002  1 of 2" in summary(make.full(), "en", OUT).partition("Nonconformities:")[2]


def _many(n: int) -> Results:
    """`n` of whatever is listed."""
    rules = [make.rule(id=f"CHG-{i:03}") for i in range(n)]
    reasons = [Reason("", "itsm", "column", f"changes.c{i}", 1, ()) for i in range(n)]
    return make.results(
        tuple(
            make.result(r, "nonconforming", (0, 0, 1, 1), reasons=(why,))
            for r, why in zip(rules, reasons, strict=True)
        ),
        inputs=tuple(
            make.read_input(file_id=i, path=f"in/{i}.csv", state="unknown", tables=(),
                            reason=Text("不认识", "nobody knows it"))
            for i in range(n)
        ),
        nonconformities=tuple(
            Nonconformity(r.id, "P", "minor", 1, 1, raised=False) for r in rules
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "start", "most"),
    [("not read: in/", "! ", 3), ("minor  CHG-", "  ✕ ", 5), ("export changes.c", "  ? ", 3)],
)
def test_what_is_cut_is_counted(listed: str, start: str, most: int) -> None:
    for n in (1, most, most + 1, most + 12):
        found = lines(_many(n))
        places = [i for i, line in enumerate(found) if line.startswith(start) and listed in line]

        assert len(places) == min(n, most)
        after = found[places[-1] + 1]
        assert after == f"  … and {n - most} more, in the report" or n <= most
        assert ("more, in the report" in after) == (n > most)


def test_tables_and_leads_that_do_not_fit_are_counted() -> None:
    loads = tuple(TableLoad(f"table_of_some_length_{n}", 1, 1, 0, 0, 0, 0) for n in range(40))
    leads = [make.rule(id=f"DQ-{n:03}", leads=True) for n in range(60)]
    results = make.results(
        tuple(make.result(r, "lead", (0, 0, 1, 0)) for r in leads),
        inputs=(make.read_input(tables=loads),),
        findings=make.table([make.finding(r, 0) for r in leads]),
    )
    found = summary(results, "en", OUT)

    read, rest = found.partition("Read: ")[2].split("Leads: ")
    for text, name, n in ((read, "table_of_some", 40), (rest, "DQ-", 60)):
        more = re.search(r"and (\d+) more", text)
        assert more and int(more[1]) + text.partition("more")[0].count(name) == n


def test_the_gravest_come_first_and_of_one_grade_the_most_frequent() -> None:
    made = make.rule()
    items = [("observation", 90), ("minor", 2), ("major", 1), ("minor", 40), ("major", 3)]
    results = make.results(
        (make.result(made, "nonconforming", (0, 0, 136, 0)),),
        nonconformities=tuple(
            Nonconformity(made.id, f"P{n}", grade, n, 100, raised=False) for grade, n in items
        ),
    )

    found = re.findall(r"✕ (\w+) +CHG-020 +(\d+) of 100", summary(results, "en", OUT))

    assert found == [
        ("major", "3"), ("major", "1"), ("minor", "40"), ("minor", "2"), ("observation", "90"),
    ]  # fmt: skip


# ------------------------------------------------------------------ the first finding


def follow(results: Results, *again: str) -> list[str]:
    """The words of the command that follows the first finding; empty where none is given."""
    found = [line for line in lines(results, again=again) if line.startswith("First finding: ")]
    return shlex.split(found[0].removeprefix("First finding: ")) if found else []


def test_the_command_follows_the_first_record_of_the_gravest() -> None:
    again = ("my exports", "--zone", "Asia/Shanghai")

    assert follow(make.failing(), *again) == ["itssrules", "explain", "CHG0000000", *again]
    assert follow(make.clean()) == []


def test_the_command_passes_over_what_a_shell_might_take_for_something_else() -> None:
    made = make.rule()
    evil = ("-rf", "$(id)", "a;b", "a b", "`x`", "\u202eCHG1", "")
    rows = [make.finding(made, n, subject_id=s) for n, s in enumerate((*evil, "变更-2024/7"))]
    failing = make.failing()

    assert follow(replace(failing, findings=make.table(rows)))[2] == "变更-2024/7"
    assert follow(replace(failing, findings=make.table(rows[:-1]))) == []


def test_the_command_follows_a_lead_where_nothing_worse_is_found() -> None:
    made = make.rule("DQ-002", leads=True)
    rows = [make.finding(made, 0, **{"class": "cited"}), make.finding(made, 7)]
    results = make.results(
        (make.result(made, "lead", (0, 0, 2, 0)),), findings=make.table(rows)
    )  # fmt: skip

    assert follow(results)[2] == "CHG0000007"
    assert "Leads: ◇ 1 · DQ-002 1" in summary(results, "en", OUT)


# ------------------------------------------------------------------ colour, width, no false green


def test_colour_is_beside_the_words_and_only_where_it_is_asked_for() -> None:
    for lang in LANGS:
        plain = summary(make.rich(), lang, OUT)
        painted = summary(make.rich(), lang, OUT, colour=True)

        assert "\x1b" not in plain
        assert painted != plain and ANSI.sub("", painted) == plain
        assert painted.startswith("\x1b[31m")


def test_columns_of_wide_characters() -> None:
    assert (columns("变更CHG"), columns("ＡＢ"), columns("")) == (7, 4, 0)
    assert fit("变更管理", 8) == "变更管理"
    assert [fit("变更管理", n) for n in (7, 6, 5, 1, 0)] == ["变更管…", "变更…", "变更…", "…", "…"]


LOAD = TableLoad("changes", 10, 10, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": ()},
        {"rules": (make.result(make.rule(), "not_applicable", (10, 0, 0, 0)),)},
        {"rules": (make.result(make.rule(), "partly", (0, 9, 0, 1)),)},
        {"rules": (*make.clean().rules, make.result(make.rule(), "error", (0, 0, 0, 0)))},
        {"rules": (*make.clean().rules, make.result(make.rule(), "excluded", (0, 0, 0, 0)))},
        {"notes": (Text("时钟存疑", "clocks in doubt"),)},
        {"coverage": (Coverage("changes", "itsm", "", "", False, Text("", ""), lost=True),)},
        *(
            {"inputs": (make.read_input(tables=(replace(LOAD, **load),)),)}
            for load in (
                {"rows": 11, "rejected": 1},
                {"unread": (UnreadValue("changes", "status", "-100", 1),)},
                {"disputes": (Dispute("changes", "status", 1, held=True),)},
            )
        ),
        {"inputs": (make.read_input(state="damaged", tables=()),)},
    ],
)
def test_only_a_run_without_any_unknown_is_clear(changes: dict[str, Any]) -> None:
    assert lines(make.clean(), "zh")[0].startswith("✓ ")
    assert not lines(replace(make.clean(), **changes), "zh")[0].startswith("✓")
