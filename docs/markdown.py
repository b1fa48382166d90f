"""Pieces of Markdown that the rendered pages share."""

from __future__ import annotations

from collections.abc import Sequence


def cell(text: object) -> str:
    """A text that fits a Markdown table cell."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(c) for c in line)} |" for line in lines)


def folded(title: str, content: str) -> str:
    """Content that opens on a click."""
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def page(parts: Sequence[str]) -> str:
    """A page out of its paragraphs; empty ones are left out."""
    return "\n\n".join(p for p in parts if p) + "\n"
