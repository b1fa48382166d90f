"""Renders the pages that are made from code; `--check` only says which are stale."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from connector_page import connectors_page
from markdown import page, table
from rule_pages import checkpoints_page, rules_page
from tools_page import tools_page

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.cli import main as main_command
from itssrules.model.rule import RuleBook
from itssrules.model.tables import Column, model, value_words
from itssrules.report.text import bare
from itssrules.report.words import known as known_reason

HERE = Path(__file__).parent


def model_page() -> str:
    """The canonical model: every table and column."""
    parts = [
        "# The canonical model",
        "Rendered by `make docs` from `itssrules/model/`. Times are stored in UTC. A file for the"
        " `canonical` connector is named after its table and has these column names as headers;"
        " columns may be left out, which means *not supplied*, never *empty*. Beside each value of a"
        " coded column stand the words that sentences show for it.",
    ]
    for t in model().values():
        parts.append(f"## {t.name}\n\n{t.en} · {t.zh}. A row is one `{t.object}`.")
        parts.append(
            table(
                ["column", "type", "key", "values", "meaning", "含义"],
                [[c.name, c.type, c.key, _values(c), c.en, c.zh] for c in t.columns],
            )
        )
    return page(parts)


def _values(column: Column) -> str:
    zh, en = (value_words(column, lang) for lang in ("zh", "en"))
    return "<br>".join(f"`{v}` {zh[v]} · {en[v]}" for v in column.enum)


def real_data_page() -> str:
    """What the rules say of two public data sets, as exported and with nothing declared."""
    parts = [
        "# The rules on real data",
        "Rendered by `make docs` from a run over two public data sets, as they are and with nothing"
        " declared: no window, no projects, no agreements. BPI Challenge 2014 (Rabobank, HP Service"
        " Manager: changes and a part of the incident activities) and the incident log of UCI"
        " repository no. 498 (ServiceNow). *x of y* are the records judged among those that the rule"
        " may concern.",
    ]
    for title, folder, zone in REAL:
        parts.append(f"## {title}")
        parts.append(
            table(["rule", "status", "judged", "why not", "limited by"], _judged(folder, zone))
        )
    return page(parts)


def _judged(folder: Path, zone: str) -> list[list[object]]:
    with tempfile.TemporaryDirectory() as out:
        words = ["run", str(folder), "--zone", zone, "--out", out, "--quiet"]
        done = CliRunner().invoke(main_command, words, env={"ITSSRULES_CONFIG": ""})
        if done.exit_code not in (1, 4):
            raise SystemExit(done.output)
        data = json.loads((Path(out) / "results.json").read_text(encoding="utf-8"))
    book = load_book_or_stop([bundled("rules")])
    return [_line(book, r) for r in data["rules"]]


def _line(book: RuleBook, r: dict[str, Any]) -> list[object]:
    rule = book.rule(r["id"])
    assert rule is not None
    concerned = r["population"] - r["not_applicable"]
    judged = f"{r['conforming'] + r['nonconforming']:,} of {concerned:,}"
    counts: Counter[str] = Counter()
    for reason in r["reasons"]:
        message = rule.messages.get(reason["reason"])
        known = known_reason("reason.", reason["reason"]).en
        text = bare(message.text.en) if message else f"{known} {reason['column']}".strip()
        counts[text] += reason["count"]
    why = "; ".join(f"{n:,} × {t}" if n else t for t, n in counts.most_common())
    found = f" ({r['nonconforming']:,} found)" if r["nonconforming"] else ""
    limited = ", ".join(f"`{c}`" for c in r["limits"][:4]) + (" …" if len(r["limits"]) > 4 else "")
    return [
        f"{r['id']} {rule.title.en}",
        r["status"].replace("_", " "),
        judged + found,
        why,
        limited,
    ]


PAGES: dict[str, Callable[[], str]] = {
    "model.md": model_page,
    "rules.md": rules_page,
    "checkpoints.md": checkpoints_page,
    "connectors.md": connectors_page,
    "tools.md": tools_page,
}
DATA = HERE.parent.parent / "shared" / "data"
REAL = (
    ("BPI Challenge 2014", DATA / "bpic2014", "UTC"),
    ("UCI incident log", DATA / "uci-servicenow", "UTC"),
)
if DATA.is_dir():
    PAGES["real-data.md"] = real_data_page


def main() -> int:
    """Write every page, or with `--check` name those that differ."""
    stale = [n for n, page in PAGES.items() if _read(HERE / n) != page()]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/{name} is stale; run: make docs")
        return 1 if stale else 0
    for name in stale:
        (HERE / name).write_text(PAGES[name](), encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
