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
    CheckpointCount,
    Coverage,
    Dispute,
    Measure,
    Nonconformity,
    ParamChange,
    ProjectLoad,
    Results,
    TableLoad,
    UnreadValue,
)
from itssrules.model.rule import Param, Text
from itssrules.report import html as page
from itssrules.report.cards import file_labels
from itssrules.report.data import (
    results_json,
    write_findings,
    write_results,
    write_unassessed,
)
from itssrules.report.files import ready, write_whole
from itssrules.report.gaps import missing
from itssrules.report.html import write_html
from itssrules.report.listed import shares
from itssrules.report.measures import share
from itssrules.report.overview import bar, overview
from itssrules.report.text import members, short, shown, visible
from itssrules.report.words import WORDS, percent

CSP = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
VOID = {"meta", "input", "br", "wbr", "rect", "circle", "path", "line"}


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
        for lang in ("zh", "en"):
            self.text[lang].append(dict(attrs).get(f"data-{lang}") or "")
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("lang")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("script", "style"):
            return
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
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    yield read(make.full(), tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    yield read(make.rich(), tmp_path_factory.mktemp("rich"))


# ------------------------------------------------------------------ the page as a file


def test_page_allows_only_its_own_code_and_asks_for_nothing(rich: Page) -> None:
    policies = [a["content"] for t, a in rich.tags if a.get("http-equiv")]
    assert policies == [CSP]
    for tag, attributes in rich.tags:
        assert tag not in ("link", "iframe", "img", "object", "base", "form")
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
        "control", "headline", "contents", "matrix", "nonconformities", "measures", "checkpoints",
        "cards", "leads", "find", "unassessed", "rules", "apart", "params", "read", "inputs",
        "method", "glossary",
    ]  # fmt: skip


def test_arithmetic_of_rules_and_rows_is_shown(rich: Page) -> None:
    zh, en = rich.read("zh"), rich.read("en")
    assert "17,262 = 0 不适用 + 14,000 符合 + 885 不符合 + 2,377 未评估" in zh
    assert "17,262 = 0 n/a + 14,000 conforming + 885 nonconforming + 2,377 not assessed" in en
    assert "24,918 = 0 不适用 + 24,888 未见疑点 + 30 疑点 + 0 未评估" in zh
    assert "应评 24,000 条中已评估 20,000 条" in zh
    assert "17,300= 17,262+ 20+ 12+ 4+ 2" in zh


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
    assert (
        "500 of 520 shown (the newest of each project), all in findings.parquet"
        in shown_page.read("en")
    )
    assert "显示 520 条中的 500 条（各项目最近的）；全部见 findings.parquet" in shown_page.read(
        "zh"
    )
    assert "The 8 newest of 520 stand here." in shown_page.read("en")
    assert "已评估 48,213 条记录，其中 520 条不符合（1.1 %）" in shown_page.read("zh")


def test_a_short_list_is_shown_whole(tmp_path: Path) -> None:
    text = read(make.failing(3), tmp_path)
    assert "All 3 are listed." in text.read("en") and "printed" not in text.read("en")
    assert "changes.csv:4" in text.read("en")
    assert "2024-05-01 16:37" in text.read("en"), "08:37 UTC on the wall clock of Shanghai"


def test_files_are_called_by_what_tells_them_apart() -> None:
    paths = ["/a/jan/changes.csv", "/a/feb/changes.csv", "/a/feb/tasks.csv", "C:\\x\\oa.csv", "x"]
    assert [*file_labels(paths).values()] == [
        "jan/changes.csv", "feb/changes.csv", "tasks.csv", "oa.csv", "x",
    ]  # fmt: skip


def test_projects_share_the_rows_of_a_rule() -> None:
    counts = {
        ("R", "big", "nonconformity"): 900, ("R", "small", "nonconformity"): 3,
        ("R", "mid", "cited"): 400, ("S", "", "lead"): 7,
    }  # fmt: skip
    held = shares(counts)
    assert held["R", "small", "nonconformity"] == 3 and held["S", "", "lead"] == 7
    assert held["R", "big", "nonconformity"] == 248 and held["R", "mid", "cited"] == 249


def test_a_page_holds_all_of_a_rule_up_to_500_and_at_least_15000() -> None:
    few = shares({(f"R{n}", "", "nonconformity"): 500 for n in range(40)})
    assert set(few.values()) == {500}
    many = shares({(f"R{n}", f"P{p}", "nonconformity"): 400 for n in range(90) for p in range(3)})
    assert 15_000 <= sum(many.values()) <= 20_000 and min(many.values()) > 70
    mixed = shares({(f"R{n}", "", "nonconformity"): 10 if n % 2 else 5_000 for n in range(60)})
    assert set(mixed.values()) == {10, 500}


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
    assert "规则定级为一般。 不符合 873 条，占已评估 13,988 条的 6.2 %：达到至少 3 条" in rich.read(
        "zh"
    )
    assert "12 of 897 judged (1.3 %): below the line that raises it" in rich.read("en")
    assert "规则定级为严重。" in rich.read("zh")


def test_rules_that_failed_or_found_nothing_are_named(rich: Page) -> None:
    assert "CHG-021.sql:41: the counts differ" in rich.read("en")
    assert "2 rules: every record conforms, or none is applicable" in rich.read("en")


# ------------------------------------------------------------------ what settings and periods bring


class Cutting(Page):
    """Reads a part of a page that may begin and end anywhere; cells stand apart."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag in ("td", "th", "dt", "dd", "li", "span", "code"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.handle_data(" ")
        if self.open and self.open[-1][0] == tag:
            self.open.pop()


def between(html: str, start: str, end: str) -> str:
    """A part of a page, as a reader of English reads it."""
    _, found, rest = html.partition(start)
    assert found, start
    return Cutting(rest.partition(end)[0].removeprefix(">")).read("en")


@pytest.fixture(scope="module")
def full_html(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield render(make.full(), tmp_path_factory.mktemp("full"))


def row(html: str, rule_id: str) -> str:
    """A rule's row in the table of rules."""
    return between(html, f'<tr id="rule-{rule_id}">', "</tr>")


def card(html: str, rule_id: str) -> str:
    """A rule's first card."""
    return between(html, f'<span class="id">{rule_id}</span>', "</article>")


def test_a_full_page_is_sound(full: Page) -> None:
    assert full.open == []
    ids = [a["id"] for _, a in full.tags if "id" in a]
    assert len(ids) == len(set(ids))
    aims = [a["href"] for t, a in full.tags if t == "a"]
    aims += [f"#{a['aria-labelledby']}" for _, a in full.tags if "aria-labelledby" in a]
    assert {h for h in aims if h} <= {f"#{i}" for i in ids}


def test_control_names_organisation_period_and_projects(full: Page, full_html: str) -> None:
    text = between(full_html, '<dl class="meta">', "</dl>")
    for part in (
        "某某信息技术有限公司", "2024-01-01 – 2024-06-30", "P1 1,200 records",
        "3 of them match another project too", "(organisation level) 12 records",
        "(attributed to no project) 41 records",
    ):  # fmt: skip
        assert part in text, part
    assert "其中 3 条还匹配其他项目" in full.read("zh")


def test_no_period_and_no_organisation_are_said(tmp_path: Path) -> None:
    text = between(render(make.clean(), tmp_path), '<dl class="meta">', "</dl>")
    assert "Organisation not stated" in text and "Period all that was exported" in text


def test_coverage_tells_lost_rows_from_undeclared_windows(full_html: str) -> None:
    text = between(full_html, 'id="coverage"', "</table>")
    assert text.count("no, rows seem to be missing") == 2
    assert text.count("not certain (no window declared)") == 1
    assert "documents unbounded unbounded yes" in text
    head = {text.en for text, _ in overview(make.full()).open}
    assert "rows seem to be missing from the export of 1 table" in head, "two spans, one table"
    assert "1 table is not known to be exported completely" in head


def test_notes_of_the_intake_stand_by_the_coverage(full_html: str) -> None:
    text = between(full_html, 'id="coverage"', "</section>")
    assert "the clocks of two sources differ by about 3 hours" in text


def test_a_rule_row_names_what_lies_outside_and_what_is_cited(full_html: str) -> None:
    text = row(full_html, "CHG-020")
    assert "41 outside the period, not counted" in text
    assert "3 findings state facts already listed under CHG-034" in text


def test_cited_findings_are_in_no_card_but_counted_there(full_html: str) -> None:
    text = card(full_html, "CHG-020")
    assert "2 of 95 records judged do not conform" in text and "All 2 are listed." in text
    assert "3 more state facts already listed under CHG-034" in text
    assert "CHG0000001" in text and "CHG0000002" not in text


def test_cited_leads_are_not_on_the_tile_of_leads() -> None:
    made = make.rule("DQ-004", leads=True, yields_to=("DQ-002",))
    rows = [make.finding(made, 0), make.finding(made, 1, **{"class": "cited"})]
    results = make.results((make.result(made, "lead", (0, 7, 2, 0)),), findings=make.table(rows))
    assert {text.en: n for _, text, n, _ in overview(results).tiles}["lead"] == 1


def test_partly_says_what_is_limited_or_lacking(full_html: str) -> None:
    assert "17 verdicts limited by absent incidents.reported_at" in row(full_html, "DQ-002")
    assert "of 95 judged" not in row(full_html, "DQ-002")
    assert "rows seem to be missing from the export incidents (itsm)" in row(full_html, "INC-003")
    text = row(full_html, "INC-011")
    assert "60 verdicts limited, as related rows seem to be missing" in text
    assert "the export does not cover the whole period asked for incidents" in text
    assert "rows that made no record cis (cmdb)" in text


def test_limits_and_holes_are_among_what_could_be_exported(full_html: str) -> None:
    text = between(full_html, 'id="missing"', "</table>")
    assert "incidents.reported_at" in text and "sharpening column not supplied" in text
    assert "Export the table again without a cut" in text and "CHG-008" in text
    assert "ask for a shorter one with --period" in text
    told = [(m.name, [*m.reasons], [*m.rules]) for m in missing(make.full())]
    assert ("incidents", ["incomplete"], ["INC-003"]) in told
    assert ("incidents", ["window"], ["INC-011"]) in told, "not mixed up with what is incomplete"
    assert told[-1] == ("incidents.reported_at", ["limited"], ["DQ-002"]), "sharpening comes last"


def test_a_hole_has_no_count(full_html: str) -> None:
    text = between(full_html, 'id="gap-INC-003"', "</table>")
    assert re.search(r"missing from the export incidents .*\(itsm\).* –", text)
    assert "that no single record stands for" in full_html


def test_register_counts_stand_per_checkpoint(full_html: str) -> None:
    text = row(full_html, "DOC-001")
    assert "Outcome by checkpoint (3)" in text
    found = re.search(r"QM-2 ✕ ?nonconforming 4 = 0 n/a \+ 3 conforming \+ 1 nonconforming", text)
    assert found, text
    assert '<a class="id" href="#point-QM-2">' in full_html


def test_a_register_card_names_only_the_checkpoints_of_its_findings(full_html: str) -> None:
    text = card(full_html, "DOC-001")
    assert "QM-2" in text and "QM-1" not in text and "QM-3" not in text
    assert "1 of 12 register entries judged does not conform" in text


def test_excluded_rules_and_checkpoints_give_their_reason(full_html: str) -> None:
    text = between(full_html, 'id="excluded"', "</section>")
    assert "2 left out by the settings" in text and "QM-9" in text
    assert "CHG-021" in text and "本年度不做失败变更回退，见 2024-03 评审" in text
    assert "本年度不做失败变更回退" in row(full_html, "CHG-021") and "0 n/a" not in row(
        full_html, "CHG-021"
    )
    assert "CHG-021" not in between(full_html, 'id="silent"', "</section>")


def test_a_checkpoint_without_its_reason_points_at_the_settings(full_html: str) -> None:
    text = between(full_html, 'id="excluded"', "</section>")
    assert "see [exclude] in the settings" in text.partition("QM-9")[2]
    assert "see [exclude] in the settings" not in text.partition("QM-9")[0]


def test_changed_parameters_come_first(full_html: str) -> None:
    text = between(full_html, 'id="params"', "</section>")
    changed, _, every = text.partition("All parameters")
    assert "(shared) tolerance_minutesProject all projects Default → value 0 → 15" in changed
    assert "CHG-020 grace_minutesProject P1Default → value 0 → 60" in changed
    assert "CHG-020 grace_minutes 30 minutes P1: 60" in every, "the value in force"
    assert "CHG-008 grace_minutes 0 minutes" in every


def test_shared_settings_in_use_are_listed(tmp_path: Path) -> None:
    pause = Param(
        "pause_states", "list", ("on_hold", "new"), None, None, Text("暂停", "pause"),
        legal=("on_hold", "new", "resolved"),
    )  # fmt: skip
    made = make.rule(shared={"pause_states": pause})
    results = make.results((make.result(made, "conforming", (0, 1, 0, 0)),))
    text = between(render(results, tmp_path), 'id="params"', "</section>")
    assert "Every parameter is at its default." in text
    assert "(shared) pause_states on_hold, new list on_hold, new, resolved pause" in text


# ------------------------------------------------------------------ key figures


def test_key_figures_show_ratio_bounds_and_target(full_html: str) -> None:
    text = between(full_html, 'id="measures"', "</section>")
    for part in (
        "P1 2024-01Numerator / denominator 970 / 1,000 97.0 % · target ≥ 95.0 %",
        "9,496 / 10,000 94.96 % · target ≥ 95.0 %",
        "90 / 94 95.7 % · between 90.0 % and 96.0 % · target ≥ 95.0 %",
        "(organisation level) 2024-03Numerator / denominator 0 / 0 cannot be computed · no target",
        "Excluded 12Unassessed 0",
        "Excluded 0Unassessed 6",
    ):
        assert part in text, part


def test_key_figures_are_drawn_with_a_text_beside_them(full: Page) -> None:
    drawn = [a for t, a in full.tags if t == "svg" and "figure" in (a.get("aria-labelledby") or "")]
    assert [a["aria-labelledby"] for a in drawn] == [f"figure-{n}" for n in range(1, 5)]
    spans = [(a["x"], a["width"]) for t, a in full.tags if a.get("class") == "p-range"]
    assert spans == [("97.0%", "1.0%"), ("94.96%", "1.0%"), ("90.0%", "6.0%")]
    marks = [a["x"] for t, a in full.tags if a.get("class") == "p-target"]
    assert marks == ["95.0%"] * 3, "no target, no mark"


def test_a_page_without_key_figures_says_so(tmp_path: Path) -> None:
    assert "No key figure was computed." in read(make.clean(), tmp_path).read("en")


@pytest.mark.parametrize(
    ("value", "mark", "text"),
    [
        (0.95, 0.95, "95.0\xa0%"),
        (0.9496, 0.95, "94.96\xa0%"),
        (0.9504, 0.95, "95.04\xa0%"),
        (0.949999999, 0.95, "94.9999999\xa0%"),
        (0.9999, None, "99.99\xa0%"),
        (0.0004, None, "0.04\xa0%"),
        (1.0, 0.95, "100\xa0%"),
        (0, None, "0\xa0%"),
        (2 / 3, None, "66.7\xa0%"),
        (None, 0.95, "–"),
        (float("nan"), float("inf"), "–"),
        (0.5, float("inf"), "50.0\xa0%"),
    ],
)
def test_a_share_never_looks_like_the_target_unless_it_is(
    value: float | None, mark: float | None, text: str
) -> None:
    assert share(value, mark) == text


def test_what_misses_its_target_is_a_finding_like_others(full_html: str) -> None:
    text = card(full_html, "KPI-002")
    assert "1 of 2 key figures judged misses its target" in text and "P1 2024-02" in text
    assert "94.96 % in 2024-02, below the target" in text, "not rounded up to the target"
    assert "value = 94.96 %" in text and "95.0 % in" not in text


# ------------------------------------------------------------------ groups and their members


def test_members_are_named_with_file_and_row_and_their_number(full: Page, full_html: str) -> None:
    text = card(full_html, "CHG-008")
    named = "CHG0000000 (changes.csv:2), CHG0000001 (changes.csv:3)"
    assert f"312 in all: {named}" in text and "CHG0000004 (changes.csv:6) (5 of 312)" in text
    assert "CHG0000049 (changes.csv:51) (50 of 312)" in text, "the evidence lists what is kept"
    assert "CHG0000049 (changes.csv:51)（312 条中的 50 条）" in full.read("zh")
    assert "members_total" not in text and "{" not in text
    assert "1 of 4 groups judged does not conform" in text


def test_findings_without_a_file_show_their_members(tmp_path: Path) -> None:
    plain = replace(make.GROUPED, text=Text("{quarter} 过多。", "Too many in {quarter}."))
    made = make.rule("CHG-008", kind="group", messages={"too_many": plain})
    rows = [
        make.grouped(made, "A", {"quarter": "Q1", "members": make.members(7), "members_total": 7}),
        make.grouped(made, "B", {"quarter": "Q2", "members": [], "members_total": 0}),
    ]
    results = make.results(
        (make.result(made, "nonconforming", (0, 0, 2, 0)),),
        nonconformities=(Nonconformity(made.id, "P-2024-017", "minor", 2, 2, raised=False),),
        findings=make.table(rows),
    )
    html = render(results, tmp_path)
    text = card(html, "CHG-008")
    assert "Group" in text and "None" not in text
    assert text.count("Records concerned : CHG0000000 (changes.csv:2), ") == 1
    assert "CHG0000004 (changes.csv:6) (5 of 7)" in text
    assert html.count('<td class="where">–</td>') == 2


def test_lists_of_records_are_readable_everywhere() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("UTC")
    two = make.members(2)
    first, second = "CHG0000000\xa0(changes.csv:2)", "CHG0000001\xa0(changes.csv:3)"
    assert shown(two, "list", "en", zone) == f"{first}, {second}"
    assert shown(two, "", "zh", zone) == f"{first}、{second}"
    assert shown(make.members(1, file=None), "", "en", zone) == "CHG0000000"
    assert shown(make.members(1, file="a\\b.csv"), "", "en", zone) == "CHG0000000\xa0(b.csv:2)"
    assert shown({"a": [1]}, "", "en", zone) == '{"a": [1]}'
    assert shown([{"x": "\u202e"}], "duration", "en", zone) == '[\'{"x": "[U+202E]"}\']'
    assert members(two, 2, "en") == shown(two, "", "en", zone), "nothing is cut"
    assert members([], None, "en") == "(empty)" and members("odd", 3, "en") == "(0 of 3)"


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
        {
            "rules": (
                *make.clean().rules,
                make.result(make.rule("CHG-021"), "excluded", (0, 0, 0, 0)),
            )
        },
        {"rules": (make.result(make.rule(), "partly", (0, 9, 0, 0)),)},
        {"notes": (Text("时钟存疑", "clocks in doubt"),)},
        {"coverage": (Coverage("changes", "itsm", "", "", False, Text("", ""), lost=True),)},
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


def test_bars_fill_and_show_even_a_single_case() -> None:
    segments = bar([("conforming", 100_000), ("nonconforming", 1), ("lead", 0)])
    assert [s.kind for s in segments] == ["conforming", "nonconforming"]
    assert segments[1].width > 0.5
    assert segments[-1].x + segments[-1].width == pytest.approx(100, abs=0.01)


def test_shares_never_round_to_all_or_nothing() -> None:
    assert percent(99_999, 100_000) == "99.9\xa0%" and percent(1, 100_000) == "0.1\xa0%"
    assert percent(5, 5) == "100\xa0%" and percent(0, 5) == "0\xa0%" and percent(0, 0) == "–"


# ------------------------------------------------------------------ hostile text


def only_our_scripts(text: str) -> None:
    """Scripts stand at the end; data is base64 or JSON without a tag, and the last is our code."""
    before, *scripts = re.split(r"<script", text)
    assert "</script" not in before
    bodies = [re.fullmatch(r'( type="[a-z/]+" id="[\w-]+")?>(.*?)</script>\s*(</body>\s*</html>)?', s, re.S)
              for s in scripts]  # fmt: skip
    *data, page_data, code = [found[2] for found in bodies if found]
    assert len(data) + 2 == len(scripts) and "</script" not in "".join([*data, page_data, code])
    assert all(re.fullmatch(r"[A-Za-z0-9+/=\s]*", d) for d in data)
    assert "<" not in page_data and json.loads(page_data)["rules"]
    source = Path(page.__file__).with_name("templates") / "report.js"
    assert code.strip() == source.read_text(encoding="utf-8").strip()


def test_hostile_text_is_inert_and_visible(tmp_path: Path) -> None:
    text = render(make.hostile(), tmp_path)
    only_our_scripts(text)
    assert "<img" not in text and "&lt;script&gt;" in text
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )
    assert "[U+202E]" in text and "␀" in text and "␛" in text and "[U+D800]" in text
    assert "{{ 7*7 }}{id}" in text, "a value is never parsed again"
    assert len(text) < 300_000 and "x" * 200 + "…" in text
    assert Page(text).open == []


def _hostile_settings() -> Results:
    made = make.rule("CHG-008", kind="group", messages={"too_many": make.GROUPED})
    evil = make.members(3, file=make.HOSTILE, ns=make.HOSTILE)
    evidence = {
        "quarter": {make.HOSTILE: make.HOSTILE}, "share": "no number", "members_total": make.HOSTILE,
        "members": [*evil, {"id": make.HOSTILE, "row": make.HOSTILE, "file": "x"}, make.HOSTILE, [make.HOSTILE], None],
    }  # fmt: skip
    text = Text(make.HOSTILE, make.HOSTILE)
    point = CheckpointCount(make.HOSTILE, "conforming", 1, 0, 1, 0, 0)
    figure = Measure("KPI-002", make.HOSTILE, make.HOSTILE, 1, 2, 0, 0, 0.5, 0.5, 0.5, 0.9)
    return replace(
        make.full(),
        rules=(
            make.result(made, "nonconforming", (0, 0, 1, 0)),
            make.result(make.rule("CHG-021"), "excluded", (0, 0, 0, 0), excluded=make.HOSTILE),
            make.result(make.rule("DOC-001", kind="register"), "conforming", (0, 1, 0, 0),
                        by_checkpoint=(point,)),
            make.result(make.rule("KPI-002", kind="kpi"), "conforming", (0, 1, 0, 0), measures=(figure,)),
        ),
        nonconformities=(Nonconformity(made.id, "P1", "minor", 1, 1, raised=False),),
        checkpoints=(),
        findings=make.table([make.grouped(made, make.HOSTILE, evidence, project_id="P1")]),
        organisation=make.HOSTILE,
        projects=(ProjectLoad(make.HOSTILE, 1, 1),),
        changes=(ParamChange(make.HOSTILE, make.HOSTILE, make.HOSTILE, make.HOSTILE, make.HOSTILE),),
        notes=(text,),
        coverage=(Coverage(make.HOSTILE, make.HOSTILE, "", "", False, text, lost=True),),
    )  # fmt: skip


def test_hostile_settings_and_members_are_inert(tmp_path: Path) -> None:
    text = render(_hostile_settings(), tmp_path)
    only_our_scripts(text)
    assert "<img" not in text and Page(text).open == []
    assert text.count("&lt;script&gt;") > 20
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "{{ 7*7 }}{id}" in text, "a value is never parsed again"
    write_results(_hostile_settings(), tmp_path)
    back = json.loads((tmp_path / "results.json").read_bytes())
    assert (
        back["run"]["organisation"] == make.HOSTILE and back["rules"][1]["excluded"] == make.HOSTILE
    )


def test_hostile_text_keeps_json_valid(tmp_path: Path) -> None:
    write_results(make.hostile(), tmp_path)
    back = json.loads((tmp_path / "results.json").read_bytes())
    assert back["run"]["inputs"][0]["path"] == make.HOSTILE + "\udcff"


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


def test_json_tells_run_settings_and_projects() -> None:
    run = results_json(make.full())["run"]
    assert run["organisation"] == "某某信息技术有限公司"
    assert run["period"] == ["2024-01-01", "2024-06-30"]
    assert run["projects"][0] == {
        "project_id": "P1", "records": 1_200, "ambiguous": 3, "name": "",
    }  # fmt: skip
    assert run["notes"][0]["en"] == "the clocks of two sources differ by about 3 hours"
    assert run["changes"][2] == {
        "owner": "CHG-020", "name": "grace_minutes", "project_id": "P1", "default": "0",
        "value": "60",
    }  # fmt: skip
    bare = results_json(make.clean())["run"]
    assert bare["period"] is None and bare["organisation"] == "" and bare["changes"] == []


def test_json_tells_outside_excluded_checkpoints_measures_and_lost_rows() -> None:
    tree = results_json(make.full())
    rules = {r["id"]: r for r in tree["rules"]}
    assert rules["CHG-020"]["outside"] == 41 and rules["CHG-020"]["excluded"] == ""
    assert rules["CHG-021"]["excluded"].startswith("本年度不做失败变更回退")
    assert rules["DOC-001"]["by_checkpoint"][1] == {
        "checkpoint": "QM-2", "status": "nonconforming", "population": 4, "not_applicable": 0,
        "conforming": 3, "nonconforming": 1, "not_assessed": 0,
    }  # fmt: skip
    assert tree["measures"][2] == {
        "rule": "KPI-002", "project_id": "P1", "period": "2024-03", "numerator": 90,
        "denominator": 94, "excluded": 0, "unassessed": 6, "value": 90 / 94, "lower": 0.9,
        "upper": 0.96, "target": 0.95,
    }  # fmt: skip
    assert tree["measures"][3]["value"] is None
    assert [c["lost"] for c in tree["coverage"]] == [False, True, True, False, False]
    assert tree["checkpoints"][3]["status"] == "excluded"


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
