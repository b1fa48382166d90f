"""The report: honest, complete, inert, and written whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import make_results as make
import pyarrow.parquet as pq
import pytest

from itssrules.errors import UsageError
from itssrules.model.results import (
    Coverage,
    Dispute,
    Nonconformity,
    Results,
    TableLoad,
    UnreadValue,
)
from itssrules.model.rule import Text
from itssrules.report import html as page
from itssrules.report.cards import _shares
from itssrules.report.data import (
    results_json,
    write_findings,
    write_results,
    write_unassessed,
)
from itssrules.report.files import ready, write_whole
from itssrules.report.html import write_html
from itssrules.report.overview import bar, overview
from itssrules.report.summary import summary
from itssrules.report.text import short, shown, visible
from itssrules.report.words import WORDS, percent

CSP = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
VOID = {"meta", "input", "br", "wbr", "rect", "circle", "path"}


class Page(HTMLParser):
    """Reads a page: its tags, its ids, the text in each language, tags left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str | None]] = []
        self.text: dict[str, list[str]] = {"zh": [], "en": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("lang")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        langs = [lang for tag, lang in self.open if lang and tag != "html"]
        for lang, hidden in (("zh", "en"), ("en", "zh-CN")):
            if hidden not in langs:
                self.text[lang].append(data)

    def read(self, lang: str) -> str:
        """What a reader of that language reads, blanks made one."""
        return re.sub(r"\s+", " ", "".join(self.text[lang]))


def render(results: Results, out: Path, lang: str = "zh") -> str:
    write_html(results, out, lang)
    return (out / "report.html").read_text(encoding="utf-8")


def read(results: Results, out: Path) -> Page:
    return Page(render(results, out))


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    yield read(make.rich(), tmp_path_factory.mktemp("rich"))


# ------------------------------------------------------------------ the page as a file


def test_page_allows_only_its_own_code_and_asks_for_nothing(rich: Page) -> None:
    policies = [a["content"] for t, a in rich.tags if a.get("http-equiv")]
    assert policies == [CSP]
    for tag, attributes in rich.tags:
        assert tag not in ("script", "link", "iframe", "img", "object", "base", "form")
        for name in ("src", "href", "action", "data", "srcset"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)


def test_styles_name_no_address() -> None:
    css = Path(page.__file__).with_name("templates").joinpath("report.css").read_text()
    assert "http" not in css and "@import" not in css and "@font-face" not in css
    assert all(u.startswith("#") for u in re.findall(r"url\(([^)]*)\)", css))


def test_templates_escape_everything() -> None:
    for path in Path(page.__file__).with_name("templates").glob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup", text), path


def test_tags_close_ids_are_unique_and_links_lead_somewhere(rich: Page) -> None:
    assert rich.open == []
    ids = [a["id"] for _, a in rich.tags if "id" in a]
    assert len(ids) == len(set(ids))
    aims = [a["href"] for t, a in rich.tags if t == "a"]
    aims += [f"#{a['aria-labelledby']}" for _, a in rich.tags if "aria-labelledby" in a]
    assert {h for h in aims if h} <= {f"#{i}" for i in ids}


def test_every_page_is_sound_where_nothing_is_found(tmp_path: Path) -> None:
    for results in (make.results(), make.clean(), make.gated(), make.results(inputs=())):
        sound = read(results, tmp_path)
        assert sound.open == []
        ids = {f"#{a['id']}" for _, a in sound.tags if "id" in a}
        assert {a["href"] for t, a in sound.tags if t == "a"} <= ids


def test_headings_descend_in_order(rich: Page) -> None:
    levels = [int(t[1]) for t, _ in rich.tags if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_both_languages_stand_in_one_file(rich: Page) -> None:
    zh, en = rich.read("zh"), rich.read("en")
    assert "发现 3 项不符合项" in zh and "发现 3 项不符合项" not in en
    assert "3 nonconformities found" in en and "nonconformities found" not in zh
    assert "变更 CHG0000000 关闭后 3 小时 20 分 才验证" in zh
    assert "Change CHG0000000 was verified 3 h 20 min after it was closed" in en


@pytest.mark.parametrize(("lang", "root"), [("zh", "zh-CN"), ("en", "en")])
def test_page_opens_in_the_language_asked_for(tmp_path: Path, lang: str, root: str) -> None:
    tags = Page(render(make.clean(), tmp_path, lang)).tags
    assert ("html", {"lang": root}) in tags
    assert [a["id"] for t, a in tags if "checked" in a] == [f"lang-{lang}"]


def test_every_word_is_in_both_languages_with_the_same_values() -> None:
    for key, text in WORDS.items():
        assert text.zh.strip() and text.en.strip(), key
        zh, en = ({*re.findall(r"{(\w+)", part)} for part in (text.zh, text.en))
        assert zh == en or (key.endswith(".one") and zh - en == {"n"}), key


# ------------------------------------------------------------------ what the page says


def test_sections_stand_in_the_order_readers_need_them(rich: Page) -> None:
    ids = [a["id"] for t, a in rich.tags if t == "h2" and "id" in a]
    assert ids == [
        "control", "headline", "contents", "read", "rules", "checkpoints", "nonconformities",
        "leads", "unassessed", "errors", "silent", "inputs", "params", "method", "glossary",
    ]  # fmt: skip


def test_arithmetic_of_rules_and_rows_is_shown(rich: Page) -> None:
    zh, en = rich.read("zh"), rich.read("en")
    assert "17,262 = 0 不适用 + 14,000 符合 + 885 不符合 + 2,377 未评估" in zh
    assert "17,262 = 0 n/a + 14,000 conforming + 885 nonconforming + 2,377 not assessed" in en
    assert "24,918 = 0 不适用 + 24,888 未见疑点 + 30 疑点 + 0 未评估" in zh
    assert "应评 24,000 条中已评估 20,000 条" in zh
    assert "17,300 = 17,262+ 20+ 12+ 4+ 2" in zh


def test_counts_that_do_not_close_are_called_out(tmp_path: Path) -> None:
    odd = make.result(make.rule(), "conforming", (0, 10, 0, 0))
    load = TableLoad("changes", 10, 9, 0, 0, 0, 0)
    results = make.results(
        (replace(odd, population=11),), inputs=(make.read_input(tables=(load,)),)
    )
    text = read(results, tmp_path).read("en")
    assert text.count("does not close") == 3
    assert "the rows of 1 table do not close" in text and "the counts of 1 rule do not" in text
    assert overview(results).tone == "open"


def test_long_lists_of_findings_say_what_is_left_out(tmp_path: Path) -> None:
    shown_page = read(make.failing(520, 48_213), tmp_path)
    assert "500 of 520 shown; all are in findings.parquet." in shown_page.read("en")
    assert "显示 520 条中的 500 条；全部见 findings.parquet。" in shown_page.read("zh")
    assert "10 of 520 printed" in shown_page.read("en")
    assert "已评估 48,213 条记录，其中 520 条不符合（1.1 %）" in shown_page.read("zh")


def test_a_short_list_is_shown_whole(tmp_path: Path) -> None:
    text = read(make.failing(3), tmp_path)
    assert "All 3 are listed." in text.read("en") and "printed" not in text.read("en")
    assert "exports/2024/changes.csv:4" in text.read("en")
    assert "2024-05-01 16:37" in text.read("en"), "08:37 UTC on the wall clock of Shanghai"


def test_projects_share_the_rows_of_a_rule() -> None:
    items = [("R", "big", 900), ("R", "small", 3), ("R", "mid", 400), ("S", "", 7)]
    assert _shares(items, 500) == {
        ("R", "small"): 3, ("R", "mid"): 248, ("R", "big"): 249, ("S", ""): 7,
    }  # fmt: skip


def test_what_is_not_assessed_names_column_reason_and_how_to_export(tmp_path: Path) -> None:
    text = read(make.gated(), tmp_path)
    for part in ("changes.verified_at", "验证时间", "导出中没有该列", "列表视图中加入“验证时间”列"):
        assert part in text.read("zh")
    for part in ("column not supplied by the export", "Add the column “Verified”", "CHG0000001"):
        assert part in text.read("en")


def test_a_reason_of_the_rule_is_told_in_its_own_words(rich: Page) -> None:
    assert "变更 … 没有关闭时间。" in rich.read("zh")


def test_files_not_read_unread_values_and_disputes_are_shown(rich: Page) -> None:
    text = rich.read("en")
    for part in ("备份.docx", "not recognised", "2024年13月1日", "-100", "key is empty"):
        assert part in text
    assert "the column counts as not known" in text and "the newer row is taken" in text


def test_leads_are_never_called_nonconformities(tmp_path: Path) -> None:
    made = make.rule("DQ-004", leads=True)
    results = make.results(
        (make.result(made, "lead", (0, 7, 3, 0)),),
        findings=make.table([make.finding(made, n) for n in range(3)]),
    )
    text = read(results, tmp_path).read("zh")
    assert "未发现不符合项，有观察项或疑点待处理" in text and "3 条记录出现该特征" in text
    assert "可能的正常原因" in text and "不符合的理由" not in text


def test_observations_are_not_counted_as_nonconformities() -> None:
    failing = make.failing()
    item = replace(failing.nonconformities[0], grade="observation")
    rule = replace(failing.rules[0], rule=make.rule(severity="observation"))
    told = overview(replace(failing, nonconformities=(item,), rules=(rule,)))
    assert told.text.en == "No nonconformity; observations or leads remain"


def test_a_raised_grade_says_how_it_came_about(rich: Page) -> None:
    assert "规则定级为一般；发现数量达到升级界线，升为严重不符合。" in rich.read("zh")
    assert "规则定级为严重。" in rich.read("zh")


def test_rules_that_failed_or_found_nothing_are_named(rich: Page) -> None:
    assert "CHG-021.sql:41: the counts differ" in rich.read("en")
    assert "2 rules: every record conforms, or none is applicable" in rich.read("en")


# ------------------------------------------------------------------ never a false green


def test_only_a_run_without_any_unknown_is_clear() -> None:
    assert overview(make.clean()).tone == "clear"
    assert overview(make.clean()).open == []


def _read_as(**changes: Any) -> dict[str, Any]:
    load = TableLoad("changes", 10, 10, 0, 0, 0, 0)
    return {"inputs": (make.read_input(tables=(replace(load, **changes),)),)}


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": ()},
        {"rules": (make.result(make.rule(), "not_applicable", (10, 0, 0, 0)),)},
        {"rules": (make.result(make.rule(), "partly", (0, 9, 0, 1)),)},
        {"rules": (make.result(make.rule(), "conforming", (0, 9, 0, 0), limited=2),)},
        {"rules": (make.result(make.rule(), "conforming", (0, 9, 0, 1)),)},
        {"rules": (*make.clean().rules, make.result(make.rule(), "error", (0, 0, 0, 0)))},
        {"rules": (*make.clean().rules, make.result(make.rule(), "not_assessed", (0, 0, 0, 0)))},
        {"rules": (*make.clean().rules, make.result(make.rule(), "nonconforming", (0, 0, 1, 0)))},
        {
            "inputs": (
                make.read_input(state="damaged", reason=Text("被截断", "cut short"), tables=()),
            )
        },
        {"coverage": (Coverage("changes", "itsm", "", "", False, Text("整数行", "round count")),)},
        _read_as(rows=11, rejected=1),
        _read_as(rows=11),
        _read_as(unread=(UnreadValue("changes", "status", "-100", 1),)),
        _read_as(disputes=(Dispute("changes", "status", 1, held=True),)),
    ],
)
def test_anything_unknown_keeps_the_page_from_being_clear(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    results = replace(make.clean(), **changes)
    assert overview(results).tone != "clear"
    assert "tone-clear" not in re.sub(
        r"<style>.*?</style>", "", render(results, tmp_path), flags=re.S
    )
    assert "✓ " not in summary(results, "zh", tmp_path).split("\n")[1]


def test_bars_fill_and_show_even_a_single_case() -> None:
    segments = bar([("conforming", 100_000), ("nonconforming", 1), ("lead", 0)])
    assert [s.kind for s in segments] == ["conforming", "nonconforming"]
    assert segments[1].width > 0.5
    assert segments[-1].x + segments[-1].width == pytest.approx(100, abs=0.01)


def test_shares_never_round_to_all_or_nothing() -> None:
    assert percent(99_999, 100_000) == "99.9\xa0%" and percent(1, 100_000) == "0.1\xa0%"
    assert percent(5, 5) == "100\xa0%" and percent(0, 5) == "0\xa0%" and percent(0, 0) == "–"


# ------------------------------------------------------------------ hostile text

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"{SCRIPT}\"'><img src=x onerror=alert(1)>\u202egnp.exe\x00\x1b[31m{{{{ 7*7 }}}}{{id}}"


def _hostile() -> Results:
    made = make.rule(title=Text(HOSTILE, HOSTILE), why=Text(HOSTILE, HOSTILE))
    evidence = json.dumps({"late_minutes": HOSTILE, HOSTILE: [HOSTILE], "closed_at": "\ud800"})
    row = make.finding(
        made, 0, subject_id=HOSTILE, owner=HOSTILE, file=HOSTILE, evidence=evidence,
        project_id=HOSTILE,
    )  # fmt: skip
    more = [make.finding(made, 1, evidence="not json" + HOSTILE, message="gone")]
    more += [make.finding(made, 2, evidence=json.dumps({"closed_at": "2024-99-99T00:00:00Z"}))]
    load = TableLoad(
        HOSTILE, 1, 1, 0, 0, 0, 0, unread=(UnreadValue("changes", HOSTILE, "x" * 1_000_000, 1),)
    )
    return make.results(
        (make.result(made, "nonconforming", (0, 0, 3, 0)),),
        inputs=(
            make.read_input(path=HOSTILE + "\udcff", reason=Text(HOSTILE, HOSTILE), tables=(load,)),
        ),
        nonconformities=(
            Nonconformity(made.id, HOSTILE, "minor", 1, 1, raised=False),
            Nonconformity(made.id, "P-2024-017", "minor", 2, 2, raised=False),
        ),
        findings=make.table([row, *more]),
    )


def test_hostile_text_is_inert_and_visible(tmp_path: Path) -> None:
    text = render(_hostile(), tmp_path)
    assert "<script" not in text and "<img" not in text and "&lt;script&gt;" in text
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )
    assert "[U+202E]" in text and "␀" in text and "␛" in text and "[U+D800]" in text
    assert "{{ 7*7 }}{id}" in text, "a value is never parsed again"
    assert len(text) < 300_000 and "x" * 200 + "…" in text
    assert Page(text).open == []


def test_hostile_text_does_not_reach_the_terminal(tmp_path: Path) -> None:
    for lang in ("zh", "en"):
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", summary(_hostile(), lang, tmp_path))


def test_hostile_text_keeps_json_valid(tmp_path: Path) -> None:
    write_results(_hostile(), tmp_path)
    back = json.loads((tmp_path / "results.json").read_bytes())
    assert back["run"]["inputs"][0]["path"] == HOSTILE + "\udcff"


def test_values_are_cut_marked_and_survive_a_format_that_does_not_suit() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("UTC")
    assert short("a\nb\tc") == "a⏎b→c" and short("x" * 201) == "x" * 200 + "…"
    assert visible("a\nb\x07") == "a\nb␇"
    assert shown("abc", "duration", "en", zone) == "abc"
    assert shown("2024-99-99T00:00:00Z", "time", "en", zone) == "2024-99-99T00:00:00Z"
    assert shown(True, "", "zh", zone) == "是" and shown(None, "", "zh", zone) == "（空）"


# ------------------------------------------------------------------ results for programs


def test_json_holds_the_promised_keys_and_closes() -> None:
    tree = results_json(make.rich())
    assert list(tree) == [
        "schema", "run", "rules", "measures", "nonconformities", "checkpoints", "coverage",
        "unread", "totals",
    ]  # fmt: skip
    assert tree["schema"] == "itssrules/results/1" and tree["measures"] == []
    for rule in tree["rules"]:
        parts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
        assert rule["population"] == sum(rule[p] for p in parts), rule["id"]
    for load in (t for i in tree["run"]["inputs"] for t in i["tables"]):
        parts = ("loaded", "merged", "rejected", "duplicates", "skipped")
        assert load["rows"] == sum(load[p] for p in parts)
    assert tree["totals"]["findings"] == 926
    assert tree["unread"][0] == {
        "table": "changes", "column": "closed_at", "value": "2024年13月1日", "count": 2,
    }  # fmt: skip
    assert tree["checkpoints"][1]["decided_by"][1] == {"rule": "INC-012", "status": "not_written"}
    assert tree["nonconformities"][2]["raised"] is True


def test_json_is_readable_text_that_ends_with_a_newline(tmp_path: Path) -> None:
    write_results(make.rich(), tmp_path)
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    assert text.startswith('{\n "schema": "itssrules/results/1",\n') and text.endswith("}\n")
    assert "变更效果验证后方可关闭" in text
    assert json.loads(text) == json.loads(json.dumps(results_json(make.rich())))


def test_unread_values_are_summed_over_files() -> None:
    load = TableLoad("changes", 1, 1, 0, 0, 0, 0, unread=(UnreadValue("changes", "a", "?", 2),))
    inputs = (make.read_input(tables=(load,)), make.read_input(file_id=2, tables=(load,)))
    tree = results_json(make.results(inputs=inputs))
    assert tree["unread"] == [{"table": "changes", "column": "a", "value": "?", "count": 4}]


def test_findings_are_written_as_they_are(tmp_path: Path) -> None:
    write_findings(make.rich(), tmp_path)
    back = pq.read_table(tmp_path / "findings.parquet")
    assert back.schema.equals(make.FINDINGS) and back.equals(make.rich().findings)
    meta = pq.ParquetFile(tmp_path / "findings.parquet").metadata
    assert meta.row_group(0).column(0).compression == "ZSTD"


def test_unassessed_names_rule_checkpoint_and_ids_in_order(tmp_path: Path) -> None:
    write_unassessed(make.rich(), tmp_path)
    table = pq.read_table(tmp_path / "unassessed.parquet")
    assert table.column_names == [
        "rule_id", "checkpoint", "project_id", "ns", "reason", "column", "count", "ids",
    ]  # fmt: skip
    rows = table.to_pylist()
    assert [r["rule_id"] for r in rows] == sorted(r["rule_id"] for r in rows)
    assert rows[1] == {
        "rule_id": "CHG-020", "checkpoint": ["QM-8.4.6-CHG"], "project_id": "P-2023-002",
        "ns": "itsm", "reason": "disputed", "column": "changes.closed_at", "count": 2365,
        "ids": ["CHG7", "C8"],
    }  # fmt: skip


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        out = tmp_path / name
        ready(out)
        for write in (write_html, write_results, write_findings, write_unassessed):
            write(make.rich(), out)
        made.append({p.name: p.read_bytes() for p in sorted(out.iterdir())})
    assert made[0] == made[1]
    assert list(made[0]) == [
        "findings.parquet", "report.html", "results.json", "unassessed.parquet",
    ]  # fmt: skip


# ------------------------------------------------------------------ whole files


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        write_whole(path, fail)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_a_usage_error_with_a_hint(tmp_path: Path) -> None:
    def full(file: BinaryIO) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError) as caught:
        write_whole(tmp_path / "x", full)
    assert "No space left" in caught.value.problem and caught.value.hint
    assert caught.value.place.endswith("x") and list(tmp_path.iterdir()) == []


def test_ready_makes_the_folder_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    ready(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_the_way_is_a_usage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="a file stands where a folder is needed"):
        ready(tmp_path / name)


def test_a_folder_that_takes_no_file_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        ready(tmp_path)


def test_a_folder_in_place_of_the_file_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(UsageError):
        write_html(make.clean(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


# ------------------------------------------------------------------ the terminal


def test_summary_fits_a_screen_and_names_what_matters(tmp_path: Path) -> None:
    zh = summary(make.rich(), "zh", tmp_path)
    assert len(zh.splitlines()) <= 45
    for part in ("✕ 发现 3 项不符合项", "变更单 17,262", "CHG-020", "873 / 13,988", "备份.docx"):
        assert part in zh
    assert "缺少 incidents.restored_at (服务恢复时间): INC-011, INC-014" in zh
    assert str(tmp_path / "report.html") in zh


def test_summary_in_english(tmp_path: Path) -> None:
    en = summary(make.rich(), "en", tmp_path)
    assert "1 file was not read" in en and "7 cells hold a value" in en
    assert not re.search("[\u4e00-\u9fff]", en.replace("备份", ""))
