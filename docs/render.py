"""Renders the pages that are made from code; `--check` only says which are stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.intake.connector import load_connectors
from itssrules.model.tables import model

HERE = Path(__file__).parent


def cell(text: object) -> str:
    """A text that fits a Markdown table cell."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(c) for c in line)} |" for line in lines)


def model_page() -> str:
    """The canonical model: every table and column."""
    parts = [
        "# The canonical model",
        "Rendered by `make docs` from `itssrules/model/`. Times are stored in UTC. A file for the"
        " `canonical` connector is named after its table and has these column names as headers;"
        " columns may be left out, which means *not supplied*, never *empty*.",
    ]
    for t in model().values():
        parts.append(f"## {t.name}\n\n{t.en} · {t.zh}. A row is one `{t.object}`.")
        parts.append(
            table(
                ["column", "type", "key", "values", "meaning", "含义"],
                [[c.name, c.type, c.key, ", ".join(c.enum), c.en, c.zh] for c in t.columns],
            )
        )
    return "\n\n".join(parts) + "\n"


def rules_page() -> str:
    """The rule book: one line per rule, then its texts."""
    book = load_book_or_stop([bundled("rules")])
    rows = [
        [r.id, r.title.zh, r.title.en, r.severity, ", ".join(r.decides), ", ".join(r.supports)]
        for r in book.rules
    ]
    parts = [
        "# The rule book",
        "Rendered by `make docs` from the heads under `rules/`.",
        table(["rule", "标题", "title", "severity", "decides", "supports"], rows),
    ]
    for r in book.rules:
        lines = [f"## {r.id} {r.title.en} · {r.title.zh}", f"{r.why.en}", f"{r.why.zh}"]
        lines.append(f"**To mend it / 整改:** {r.fix.en} {r.fix.zh}")
        if r.noise.en:
            lines.append(f"**May be innocent / 可能的例外:** {r.noise.en} {r.noise.zh}")
        lines.append(f"**Needs / 需要:** {', '.join(f'`{n}`' for n in r.needs)}")
        if r.uses:
            lines.append(f"**Sharpened by / 有则更准:** {', '.join(f'`{u}`' for u in r.uses)}")
        for p in r.params.values():
            lines.append(f"- `{p.name}` = {p.value} ({p.type}): {p.help.en} {p.help.zh}")
        parts += lines
    return "\n\n".join(parts) + "\n"


def connectors_page() -> str:
    """The connectors: exports, what they fill, and what has to be exported besides."""
    parts = ["# Connectors", "Rendered by `make docs` from `connectors/`."]
    for c in load_connectors([bundled("connectors")]).values():
        parts += [f"## {c.name}", f"{c.title.en} · {c.title.zh}", c.how.en, c.how.zh]
        if c.name == "canonical":
            continue
        for e in c.exports:
            signs = "; ".join(
                " or ".join(f"`{d}`" for d in alternatives) for alternatives in e.detect
            )
            parts.append(f"### {e.name}\n\nKnown by {signs}.")
            for t in e.tables:
                fills = ", ".join(f"`{col.column.name}`" for col in t.columns)
                parts.append(f"- **{t.table.name}**: {fills}. {t.note.en} {t.note.zh}".rstrip())
        rows: list[list[object]] = [[k, v.en, v.zh] for k, v in c.cannot_fill.items()]
        parts.append("What has to be exported besides:")
        parts.append(table(["what", "how", "如何导出"], rows))
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "model.md": model_page,
    "rules.md": rules_page,
    "connectors.md": connectors_page,
}


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
