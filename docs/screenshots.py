"""The pictures of the README, from a run over the sample exports.

    python docs/screenshots.py

Needs playwright and a Chromium with Chinese fonts; writes docs/img/*.png.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from itssrules.cli import main

IMAGES = Path(__file__).parent / "img"
FINDING = "details.ev[data-finding^='CHG-004/']"


def shots(tab: Any) -> None:
    """Take each picture of an open report."""
    tab.set_viewport_size({"width": 1180, "height": 900})
    tab.screenshot(path=IMAGES / "report-zh.png")
    tab.locator("section:has(#matrix)").screenshot(path=IMAGES / "heat-map.png")
    tab.click("label[for=lang-en]")
    tab.locator(f"{FINDING} > summary").first.click()
    tab.wait_for_selector(f"{FINDING} .opened")
    card = tab.locator(".card", has=tab.locator(FINDING)).first
    card.evaluate("card => card.scrollIntoView()")
    tab.set_viewport_size({"width": 1180, "height": 1150})
    tab.screenshot(path=IMAGES / "card-en.png")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.click("label[for=lang-zh]")
    tab.evaluate("document.getElementById('headline').scrollIntoView()")
    tab.screenshot(path=IMAGES / "phone-zh.png")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        done = CliRunner().invoke(main, ["demo", "--out", folder, "--quiet"])
        assert done.exit_code == 0, done.output
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto((Path(folder) / "report.html").as_uri())
        shots(page)
        browser.close()
