"""The report in a real browser: read, switched, filtered, followed, linked to, printed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import make_results as make
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from itssrules.cli import main
from itssrules.report.html import write_html

playwright = pytest.importorskip("playwright.sync_api")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
WANTED = os.environ.get("TEST_BROWSER")
BROWSER = WANTED or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
COUNT = re.compile(r"[\d,]+")
ALL_NODES = """() => { let n = 0; const t = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    while (t.nextNode()) n++; return n; }"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which(BROWSER or "") or BROWSER,
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Open]:
    """Opens a report; at the end nothing was complained of, asked for or popped up."""
    contexts, complaints = [], []

    def go(path: Path, at: str = "", width: int = 1440, init: str = "", **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.add_init_script(init)
        tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda e: complaints.append(str(e)))
        tab.on("dialog", lambda d: complaints.append(f"dialog {d.message}"))
        own = path.as_uri()
        tab.on("request", lambda r: complaints.append(r.url)
               if not r.url.startswith((own, "blob:")) else None)  # fmt: skip
        tab.goto(own + at)
        return tab

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(main, ["demo", "--out", str(out), "--quiet"])
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def findings(demo: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(demo / "findings.parquet").to_pylist()
    return rows


def until(tab: Any, script: str, value: object = None) -> None:
    """Wait for the page; its policy forbids the browser driver's own way of waiting."""
    for _ in range(200):
        if tab.evaluate(script, value):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never came true: {script}")


def found(tab: Any) -> int:
    """How many findings the page says it found."""
    until(tab, "/\\d/.test(document.getElementById('found-n').textContent)")
    return int(COUNT.search(tab.inner_text("#found-n"))[0].replace(",", ""))  # type: ignore[index]


def choose(tab: Any, **values: str) -> int:
    """Set filters, those not named to all, and count."""
    tab.evaluate(
        "hash => { location.hash = hash }",
        "#find?" + "&".join(f"{k}={v}" for k, v in values.items()),
    )
    tab.wait_for_timeout(250)
    return found(tab)


# ------------------------------------------------------------------ read and switched


def test_opens_in_chinese_and_switches_without_a_reload(demo: Path, visit: Open) -> None:
    tab = visit(demo / "report.html")
    assert tab.inner_text("h1") == "ITSS 过程符合性检查报告"
    tab.evaluate("window.kept = 1")
    tab.click("label[for=lang-en]")
    assert tab.inner_text("h1") == "ITSS process conformity report"
    assert tab.evaluate("[window.kept, document.documentElement.lang]") == [1, "en"]
    text = tab.inner_text("main")
    assert "What we did not look at" in text and "没有看到的" not in text
    tab.click("label[for=lang-zh]")
    assert tab.title() == "ITSS 过程符合性检查报告"


def test_opens_in_english_where_asked_for(tmp_path: Path, visit: Open) -> None:
    write_html(make.full(), tmp_path, "en")
    tab = visit(tmp_path / "report.html", "#find")
    tab.wait_for_selector("#found tr.found")
    assert tab.inner_text("h1") == "ITSS process conformity report"
    assert "Search" in tab.inner_text(".filters") and "搜索" not in tab.inner_text(".filters")
    assert not re.search("[一-鿿]", tab.inner_text("#find-status"))


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wider_than_the_page(demo: Path, visit: Open, width: int) -> None:
    tab = visit(demo / "report.html", "#find", width=width)
    tab.wait_for_selector("#found tr.found")
    for button in tab.query_selector_all("#found button.subject")[:5]:
        button.click()
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for lang in ("en", "zh"):
        tab.click(f"label[for=lang-{lang}]")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_essentials_stand(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    tab = visit(demo / "report.html", java_script_enabled=False)
    data = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    text = tab.inner_text("main")
    assert "浏览器没有运行脚本" in text
    for item in data["nonconformities"]:
        assert item["rule"] in text
    tab.click("label[for=lang-en]")
    assert "Scripts are off" in tab.inner_text("main")
    item = data["nonconformities"][0]
    newest = max((f for f in findings if f["rule_id"] == item["rule"]
                  and f["project_id"] == item["project_id"] and f["class"] == "nonconformity"),
                 key=lambda f: f["at"])  # fmt: skip
    assert newest["subject_id"] in tab.inner_text("main")
    assert f"{newest['row_number']}" in tab.inner_text("main")


# ------------------------------------------------------------------ found, filtered, followed


def test_filters_agree_with_the_findings(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    tab = visit(demo / "report.html", "#find?")
    data = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    processes = {r["id"]: r["process"] for r in data["rules"]}
    grades = {(n["rule"], n["project_id"]): n["grade"] for n in data["nonconformities"]}
    status = {"nonconformity": "nonconforming", "lead": "lead", "cited": "cited"}
    assert found(tab) == len(findings)

    def count(**wanted: str) -> int:
        def has(f: dict[str, Any]) -> bool:
            told = {
                "status": status[f["class"]], "rule": f["rule_id"], "project": f["project_id"],
                "process": processes[f["rule_id"]], "owner": f["owner"] or "",
                "grade": grades.get((f["rule_id"], f["project_id"]), "")
                if f["class"] == "nonconformity" else "",
            }  # fmt: skip
            return all(told[k] == v for k, v in wanted.items())

        return sum(map(has, findings))

    owners = sorted({f["owner"] for f in findings if f["owner"]})
    projects = sorted({f["project_id"] for f in findings})
    for wanted in (
        *({"status": s} for s in ("nonconforming", "lead")),
        *({"grade": g} for g in ("major", "minor")),
        *({"project": p} for p in projects), *({"owner": o} for o in owners[:3]),
        *({"process": p} for p in sorted({processes[f["rule_id"]] for f in findings})),
        {"rule": findings[0]["rule_id"], "project": findings[0]["project_id"]},
        {"status": "lead", "grade": "major"},
    ):  # fmt: skip
        assert choose(tab, **wanted) == count(**wanted), wanted
        for key, value in wanted.items():
            assert tab.input_value(f"#find-{key}") == value


def test_months_add_up(demo: Path, findings: list[dict[str, Any]], visit: Open) -> None:
    tab = visit(demo / "report.html", "#find?")
    found(tab)
    values = tab.eval_on_selector_all("#find-month option", "all => all.slice(1).map(o => o.value)")
    assert sum(choose(tab, month=m) for m in values) == len(findings)


def test_search_finds_numbers_people_and_words(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    tab = visit(demo / "report.html", "#find?")
    found(tab)
    subject = findings[len(findings) // 2]["subject_id"]
    tab.fill("#find-q", subject.lower())
    until(tab, "location.hash.includes('q=')")
    listed = tab.eval_on_selector_all(
        "#found tr.found button", "all => all.map(b => b.textContent)"
    )
    assert subject in listed and found(tab) < len(findings)
    tab.fill("#find-q", "no such thing at all")
    until(tab, "document.querySelectorAll('#found tr.found').length === 0")
    assert found(tab) == 0 and tab.is_disabled("#found-csv")
    tab.click(".buttons button")
    tab.wait_for_selector("#found tr.found")
    assert found(tab) == len(findings)


def test_what_is_filtered_comes_as_csv(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    rule = findings[0]["rule_id"]
    tab = visit(demo / "report.html", f"#find?rule={rule}")
    found(tab)
    text = saved(tab)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    mine = [f for f in findings if f["rule_id"] == rule]
    assert text.startswith("\ufeff") and text.count("\r\n") == len(rows) + 1
    assert {(r["finding_id"], r["record"], r["row_number"]) for r in rows} == {
        (f["finding_id"], f["subject_id"], str(f["row_number"] or "")) for f in mine
    }
    assert all(r["message_zh"] and r["message_en"] for r in rows)


def saved(tab: Any) -> str:
    """What the CSV button saves."""
    with tab.expect_download() as waiting:
        tab.click("#found-csv")
    return Path(waiting.value.path()).read_bytes().decode("utf-8")


def test_a_finding_is_followed_to_its_evidence_and_timeline(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    tab = visit(demo / "report.html")
    details = tab.query_selector("details.ev[data-finding^='CHG-015/']")
    rule, finding_id = details.get_attribute("data-finding").split("/")
    details.query_selector("summary").click()
    opened = details.wait_for_selector(".opened")
    finding = next(f for f in findings if f["finding_id"] == finding_id and f["rule_id"] == rule)
    text = opened.inner_text()
    assert f"{finding['file']}:{finding['row_number']}" in text.replace("\n", "")
    for name in json.loads(finding["evidence"]):
        assert name in text
    assert opened.query_selector("svg.line[role=img]").get_attribute("aria-label")
    steps = opened.query_selector_all("ol.steps li")
    times = [t.inner_text() for t in opened.query_selector_all("ol.steps .when")]
    assert len(steps) == len(opened.query_selector_all("svg.line text")) > 1
    known = [t for t in times if t != "—"]
    assert known == sorted(known)
    assert details.query_selector("p.values").is_hidden()


def test_missing_and_late_steps_are_marked_in_words_and_in_shape(demo: Path, visit: Open) -> None:
    tab = visit(demo / "report.html", "#find?rule=CHG-004")
    found(tab)
    tab.click("#found button.subject")
    assert tab.query_selector("#found .m-missing") and "缺失" in tab.inner_text("#found li.missing")
    choose(tab, rule="CHG-021")
    tab.click("#found button.subject")
    assert tab.query_selector("#found .m-fault") and "问题所在" in tab.inner_text("#found li.fault")


def test_a_deep_link_opens_its_finding(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    finding = findings[-1]
    at = f"#f/{finding['rule_id']}/{finding['finding_id']}"
    tab = visit(demo / "report.html", at)
    row = tab.wait_for_selector(f"#f-{finding['rule_id']}-{finding['finding_id']}")
    assert row.query_selector("button").get_attribute("aria-expanded") == "true"
    assert row.query_selector("button").inner_text() == finding["subject_id"]
    assert tab.evaluate("document.activeElement.className") == "subject"
    assert tab.evaluate("location.hash") == at
    tab.evaluate("location.hash = '#f/CHG-004/0000'")
    until(tab, "/没有这条发现/.test(document.getElementById('found-n').textContent)")


def test_the_heat_map_leads_to_its_findings(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    data = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    processes = {r["id"]: r["process"] for r in data["rules"]}
    tab = visit(demo / "report.html")
    cells = tab.query_selector_all(
        "td.h-minor a[data-find*=project], td.h-major a[data-find*=project]"
    )
    assert cells
    for link in [c.get_attribute("data-find") for c in cells][:4]:
        tab.click(f"a[data-find='{link}']")
        until(tab, "hash => location.hash.endsWith(hash)", link)
        tab.wait_for_timeout(200)
        wanted = dict(part.split("=") for part in link.split("&"))
        n = sum(processes[f["rule_id"]] == wanted["process"] and f["project_id"] == wanted["project"]
                for f in findings)  # fmt: skip
        assert found(tab) == n > 0


def test_a_link_to_a_rule_without_findings_harms_nothing(demo: Path, visit: Open) -> None:
    tab = visit(demo / "report.html", "#find?rule=XYZ-001")
    assert found(tab) == 0
    for at in ("#find?rule=__proto__", "#find?status=constructor", "#find?grade=toString",
               "#f/constructor/x", "#f/%E0%A4%A", "#%"):  # fmt: skip
        tab.evaluate("hash => { location.hash = hash }", at)
        tab.wait_for_timeout(150)
    tab.click(".buttons button")
    tab.wait_for_selector("#found tr.found")
    assert found(tab) > 100


def test_a_cell_leads_there_again_and_the_way_back_takes_the_filter_away(
    demo: Path, findings: list[dict[str, Any]], visit: Open
) -> None:
    tab = visit(demo / "report.html")
    link = "a[data-find='process=change&project=GOV']"
    tab.click(link)
    until(tab, "() => document.querySelectorAll('#found tr.found').length > 0")
    tab.evaluate("window.scrollTo(0, 0)")
    tab.click(link)
    until(tab, "() => window.scrollY > 2000")
    assert found(tab) < len(findings)
    tab.go_back()
    until(
        tab, "n => document.getElementById('found-n').textContent.includes(n)", str(len(findings))
    )


def test_a_browser_that_cannot_unpack_says_so_and_keeps_its_links(demo: Path, visit: Open) -> None:
    tab = visit(demo / "report.html", init="delete window.DecompressionStream")
    assert "浏览器版本过旧" in tab.inner_text("main")
    assert tab.query_selector("#finder form") is None
    tab.click("td.h-major a[data-find]")
    assert tab.evaluate("location.hash") == "#nonconformities"
    tab.click("details.ev > summary")
    assert tab.is_visible("details.ev[open] p.values")


def test_a_filtered_page_prints_what_is_filtered(demo: Path, tmp_path: Path, visit: Open) -> None:
    pypdf = pytest.importorskip("pypdf")
    tab = visit(demo / "report.html", "#find?rule=CHG-004")
    found(tab)
    tab.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    text = "".join(p.extract_text() for p in pages)
    assert len(pages) < 10 and "CHG-004" in text and "CHG-005" not in text
    assert "筛选条件" in text


def test_the_keyboard_is_enough(demo: Path, visit: Open) -> None:
    tab = visit(demo / "report.html", "#find?")
    found(tab)
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "find-q"
    tab.focus("#found button.subject")
    tab.keyboard.press("ArrowDown")
    second = tab.query_selector_all("#found button.subject")[1]
    assert tab.evaluate("b => b === document.activeElement", second)
    tab.keyboard.press("Enter")
    assert second.get_attribute("aria-expanded") == "true" and tab.is_visible("#found .opened")
    tab.keyboard.press("Enter")
    assert second.get_attribute("aria-expanded") == "false"


# ------------------------------------------------------------------ for everyone, and on paper


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 390)])
def test_axe_has_no_serious_objection(demo: Path, visit: Open, lang: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = visit(demo / "report.html", "#find?", width=width)
    found(tab)
    tab.click(f"label[for=lang-{lang}]")
    for button in tab.query_selector_all("#found button.subject")[:3]:
        button.click()
    for details in tab.query_selector_all("article details.ev > summary")[:3]:
        details.click()
    tab.wait_for_selector("article .opened")
    found_by_axe = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    bad = [(v["id"], v["nodes"][0]["target"], len(v["nodes"])) for v in found_by_axe
           if v["impact"] in ("serious", "critical")]  # fmt: skip
    assert bad == []


def test_prints_on_a4_with_page_numbers_and_the_first_timelines(
    demo: Path, tmp_path: Path, visit: Open
) -> None:
    pypdf = pytest.importorskip("pypdf")
    tab = visit(demo / "report.html")
    tab.wait_for_timeout(800)
    tab.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    width, height = (round(float(x) / 72 * 25.4) for x in pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    for at in (1, 2, len(pages) // 2, len(pages)):
        assert f"{at} / {len(pages)}" in pages[at - 1].extract_text(), f"page {at}"
    assert tab.query_selector("article svg.line"), "drawn for paper though nobody opened it"


# ------------------------------------------------------------------ hostile text, and many findings


def test_hostile_text_stays_text(tmp_path: Path, visit: Open) -> None:
    write_html(make.hostile(), tmp_path)
    tab = visit(tmp_path / "report.html", "#find?")
    assert found(tab) > 0
    for button in tab.query_selector_all("#found button.subject"):
        button.click()
    for details in tab.query_selector_all("details.ev > summary"):
        details.click()
    tab.wait_for_selector("article .opened")
    assert tab.evaluate(
        "[window.pwned, document.images.length, document.querySelectorAll('b.evil').length]"
    ) == [None, 0, 0]
    text = tab.inner_text("#found")
    assert "<script>" in text and "[U+202E]" in text and "😀" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", text)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1440
    tab.fill("#find-q", "<script>")
    until(tab, "location.hash.includes('q=')")
    assert found(tab) > 0
    rows = list(csv.reader(io.StringIO(saved(tab).removeprefix("\ufeff"))))
    assert all(len(r) == len(rows[0]) for r in rows) and len(rows) > 1
    assert not any(re.match(r"\s*[=+\-@]", cell) for r in rows for cell in r)
    assert make.HOSTILE[:8] in "".join(map(str, rows))


def test_100_000_findings_fit_in_a_page(tmp_path: Path, visit: Open) -> None:
    results = make.many(40, 5, 500)
    assert results.findings.num_rows == 100_000
    write_html(results, tmp_path)
    assert (tmp_path / "report.html").stat().st_size <= 6 * 2**20
    tab = visit(tmp_path / "report.html")
    assert tab.evaluate("document.querySelectorAll('*').length") <= 20_000
    assert tab.evaluate(ALL_NODES) <= 20_000
    tab.evaluate("location.hash = '#find?'")
    tab.wait_for_selector("#found tr.found", timeout=60_000)
    assert 15_000 <= found(tab) == 20_000
    assert "20,000" in tab.inner_text("#found-n") and "100,000" in tab.inner_text("#found-n")
    choose(tab, rule="CHG-139")
    assert found(tab) == 500 and "2,500" in tab.inner_text("#found-n")
    tab.click("#found button.subject")
    assert tab.is_visible("#found svg.line")
