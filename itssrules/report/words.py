"""Every word of the report, in Chinese and in English (`words.csv` beside this file)."""

from __future__ import annotations

import csv
from importlib.resources import files

from itssrules.model.rule import Text
from itssrules.model.tables import ORGANISATION, UNATTRIBUTED, find_column, model


def _read() -> dict[str, Text]:
    lines = files("itssrules.report").joinpath("words.csv").read_text(encoding="utf-8")
    return {r["key"]: Text(r["zh"], r["en"]) for r in csv.DictReader(lines.splitlines())}


WORDS = _read()

ICONS = {
    "nonconforming": "✕", "conforming": "✓", "partly": "◐", "not_assessed": "?",
    "not_applicable": "–", "lead": "◇", "error": "!", "excluded": "⊘", "not_written": "…",
    "not_run": "○", "observation": "△", "cited": "↪", "part": "·", "major": "✕", "minor": "✕",
}  # fmt: skip
"""A sign beside every status word, so that colour is never alone."""


def w(key: str, **values: object) -> Text:
    """The words of that key in both languages, `values` put in; `n` = 1 has words of its own."""
    text = WORDS[key]
    if values.get("n") == 1:
        text = WORDS.get(f"{key}.one", text)
    return Text(text.zh.format(**values), text.en.format(**values)) if values else text


def known(prefix: str, word: str) -> Text:
    """The words for a key of the results, or the key itself where there are none."""
    return w(f"{prefix}{word}") if f"{prefix}{word}" in WORDS else Text(word, word)


def project_name(project_id: str) -> Text:
    """A project's id as shown; what belongs to none is said in words."""
    if project_id == ORGANISATION:
        return Text("（组织级）", "(organisation level)")
    if project_id == UNATTRIBUTED:
        return Text("（未归属任何项目）", "(attributed to no project)")
    return Text(project_id or "—", project_id or "—")


def column_name(name: str) -> Text:
    """What a column or table of the model holds, in words; empty where the model lacks it."""
    table = model().get(name)
    if table is not None:
        return Text(table.zh, table.en)
    column = find_column(name)
    return Text(column.zh, column.en) if column else Text("", "")


def table_name(name: str) -> Text:
    """A canonical table in words."""
    return column_name(name) if name in model() else Text(name, name)


def percent(part: int, whole: int) -> str:
    """A share as text that says neither 0 nor 100 where it is not exactly that."""
    if not whole:
        return "–"
    if 0 < part < whole:
        share = min(max(part / whole * 100, 0.1), 99.9)
        return f"{share:.1f}\u00a0%"
    return f"{part / whole * 100:.0f}\u00a0%"
