"""The report of 100,000 findings: seconds to write, size, seconds to open, to unpack and to filter.

    python benchmarks/report.py [RULES PROJECTS FINDINGS]

40 rules with 500 findings in each of 5 projects unless said otherwise. Writing is told as a ratio to
writing the same findings as findings.csv in the same process. Opening needs playwright and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import make_results as make

from itssrules.report.html import write_html
from itssrules.report.table import write_table

NODES = """() => { let n = 0; const t = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    while (t.nextNode()) n++; return n; }"""


def main() -> None:
    sizes = [int(a) for a in sys.argv[1:4]] or [40, 5, 500]
    results = make.many(*sizes)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        page = seconds(lambda: write_html(results, out))
        plain = seconds(lambda: write_table(results, out))
        size = (out / "report.html").stat().st_size / 2**20
        print(f"{results.findings.num_rows:,} findings: report.html {page:.1f} s, {size:.2f} MiB;"
              f" findings.csv {plain:.1f} s; ratio {page / plain:.2f}")  # fmt: skip
        browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        if browser is None:
            print("opening: no Chromium is installed")
            return
        opened(out / "report.html", browser)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def opened(path: Path, browser: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = made.new_page()
        load = seconds(lambda: tab.goto(path.as_uri()))
        elements, nodes = tab.evaluate("document.querySelectorAll('*').length"), tab.evaluate(NODES)

        def unpack() -> None:
            tab.evaluate("location.hash = '#find?'")
            tab.wait_for_selector("#found tr.found")

        def search() -> None:
            tab.fill("#find-q", "CHG0001")
            while "q=" not in tab.evaluate("location.hash"):
                tab.wait_for_timeout(5)

        print(f"open {load:.2f} s, {elements:,} elements, {nodes:,} nodes; unpack all"
              f" {seconds(unpack):.2f} s; search (200 ms pause included) {seconds(search):.2f} s")  # fmt: skip
        made.close()


if __name__ == "__main__":
    main()
