"""report.html: one file that needs no network, in Chinese and English."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from itssrules.model.results import Results
from itssrules.model.rule import Text
from itssrules.report.cards import Cards
from itssrules.report.data import unread
from itssrules.report.files import write_whole
from itssrules.report.gaps import holes, missing, rule_gaps
from itssrules.report.measures import figures
from itssrules.report.overview import cited_rules, left_out, overview, rule_bar
from itssrules.report.params import params
from itssrules.report.text import short, shown, visible
from itssrules.report.words import (
    ICONS,
    WORDS,
    column_name,
    known,
    percent,
    project_name,
    table_name,
    w,
)

MAX_LISTED = 100


def write_html(results: Results, out: Path, lang: str = "zh") -> None:
    """Write report.html into the folder `out`; `lang` is the language that it opens in."""

    def write(file: BinaryIO) -> None:
        template = _environment().get_template("report.html.j2")
        for piece in template.generate(**_context(results, lang)):
            file.write(piece.encode("utf-8"))

    write_whole(out / "report.html", write)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("itssrules.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(n=_number, short=short)
    env.globals.update(
        w=w, words=WORDS, icons=ICONS, known=known, percent=percent, project=project_name,
        column_name=column_name, table_name=table_name, rule_bar=rule_bar, same=_same,
        holes=holes, max_listed=MAX_LISTED,
    )  # fmt: skip
    return env


def _finalize(value: object) -> object:
    """Whatever goes on the page shows its hidden characters; markup of our own stays."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def _number(value: float) -> str:
    return f"{value:,}"


def _same(text: Text) -> bool:
    return text.zh == text.en


def _context(results: Results, lang: str) -> dict[str, Any]:
    cards, zone = Cards(results), ZoneInfo(results.zone)
    rules = results.rules
    return {
        "results": results,
        "lang": lang,
        "totals": results.totals(),
        "overview": overview(results),
        "unread": unread(results),
        "disputes": [(i, d) for i in results.inputs for t in i.tables for d in t.disputes],
        "rejects": [(i, t, r) for i in results.inputs for t in i.tables for r in t.rejects[:20]],
        "time": lambda text: shown(text, "", "en", zone) if text else "–",
        "processes": _processes(results),
        "titles": {rule.id: rule.title for rule in results.book.rules},
        "details": _details(results, cards),
        "nonconformities": cards.nonconformities(),
        "leads": cards.leads(),
        "rule_gaps": rule_gaps(results),
        "missing": missing(results),
        "any_holes": any(holes(r) for r in rules),
        "errors": [r for r in rules if r.status == "error"],
        "silent": [r for r in rules if r.status in ("conforming", "not_applicable")],
        "params": params(results),
        "figures": figures(results),
        "cited": cited_rules(results),
        "excluded": left_out(results),
    }


def _details(results: Results, cards: Cards) -> dict[str, str]:
    """Where the page tells more of a rule: its first card, else why it is not assessed."""
    gaps = {g.result.rule.id: f"gap-{g.result.rule.id}" for g in rule_gaps(results)}
    return gaps | cards.anchors()


def _processes(results: Results) -> list[tuple[Text, list[Any]]]:
    """The rules by process, in the order of the results."""
    found: dict[str, list[Any]] = {}
    for r in results.rules:
        found.setdefault(r.rule.process, []).append(r)
    return [(results.book.process_name(folder), rs) for folder, rs in found.items()]
