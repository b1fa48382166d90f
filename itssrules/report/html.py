"""report.html: one file that needs no network, in Chinese and English."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from itssrules.model.results import CheckpointResult, Nonconformity, Results
from itssrules.model.rule import Text
from itssrules.report.cards import CARDS, Cards, Evidence
from itssrules.report.data import unread
from itssrules.report.embed import Embedding
from itssrules.report.files import write_whole
from itssrules.report.gaps import holes, missing, rule_gaps
from itssrules.report.matrix import WORST_FIRST, matrix, months
from itssrules.report.measures import figures
from itssrules.report.overview import Segment, bar, cited_rules, left_out, overview, rule_bar
from itssrules.report.params import params
from itssrules.report.text import merged, short, shown, visible
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
TOP = 10
"""Nonconformities that the page tells more of at once."""
ITEMS = 300
"""Nonconformities that its table lists."""
BETWEEN = re.compile(
    r"\s*\n\s*(?=</?(?:tr|td|th|thead|tbody|table|li|ul|ol|dl|div|dt|dd|section|article|h[1-6]|p|figure"
    r"|details|summary|script)\b)"
)
"""Blank text before a block: it shows nothing, and costs a node."""
POINT_ORDER = (
    "nonconforming", "not_assessed", "partly", "conforming", "not_applicable", "excluded",
)  # fmt: skip


def write_html(results: Results, out: Path, lang: str = "zh") -> None:
    """Write report.html into the folder `out`; `lang` is the language that it opens in."""

    def write(file: BinaryIO) -> None:
        template = _environment().get_template("report.html.j2")
        for piece in template.generate(**_context(results, lang)):
            file.write(BETWEEN.sub("", piece).encode("utf-8"))

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
    env.filters.update(n=_number, short=short, merged=merged, values=_values, tally=_tally,
                       by_status=_by_status)  # fmt: skip
    env.globals.update(
        w=w, k=_label, words=WORDS, icons=ICONS, known=known, percent=percent, project=project_name,
        column_name=column_name, table_name=table_name, rule_bar=rule_bar, share_bar=_share_bar,
        same=_same, holes=holes, max_listed=MAX_LISTED, max_cards=CARDS, top=TOP, most_items=ITEMS,
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


def _label(key: str) -> Markup:
    """What a cell is called where its table stands without a head."""
    return Markup(' data-zh="{}" data-en="{}"').format(WORDS[key].zh, WORDS[key].en)


def _values(evidence: Iterable[Evidence], lang: str) -> str:
    return "; ".join(f"{e.name} = {e.zh if lang == 'zh' else e.en}" for e in evidence)


def _tally(points: Iterable[CheckpointResult]) -> list[tuple[str, int]]:
    counts = Counter(c.status for c in points)
    return [(s, counts[s]) for s in POINT_ORDER if counts[s]]


def _by_status(rules: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Rules with their status, the status said once; the gravest first."""
    found: dict[str, list[str]] = {}
    for rule, status in rules:
        found.setdefault(status, []).append(rule)
    order = [*WORST_FIRST, "not_run", "not_written"]
    return sorted(found.items(), key=lambda item: order.index(item[0]))


def _share_bar(n: Nonconformity) -> list[Segment]:
    return bar([("nonconforming", n.count), ("conforming", n.population - n.count)])


def _context(results: Results, lang: str) -> dict[str, Any]:
    cards, zone, rules = Cards(results), ZoneInfo(results.zone), results.rules
    listed = cards.listed
    per_rule = [(r.rule.id, listed.held_of(r.rule.id), listed.of_rule(r.rule.id)) for r in rules]
    ran = {r.rule.id for r in rules}
    return {
        "results": results,
        "lang": lang,
        "totals": results.totals(),
        "overview": overview(results),
        "matrix": matrix(results),
        "months": months(results),
        "unread": unread(results),
        "disputes": [(i, d) for i in results.inputs for t in i.tables for d in t.disputes],
        "rejects": [(i, t, r) for i in results.inputs for t in i.tables for r in t.rejects[:20]],
        "time": lambda text: shown(text, "", "en", zone) if text else "–",
        "processes": _processes(results),
        "sections": _sections(results),
        "clauses": _clauses(results),
        "point_statuses": [s for s, _ in _tally(results.checkpoints)],
        "titles": {rule.id: rule.title for rule in results.book.rules},
        "rule_texts": {r.rule.id: r.rule for r in rules},
        "project_names": {p.project_id: p.name for p in results.projects if p.name},
        "details": _details(results, cards),
        "items": cards.items,
        "anchors": cards.anchors(),
        "nonconformities": cards.nonconformities(),
        "leads": cards.leads(),
        "any_leads": bool(cards.leading),
        "file_label": lambda name: cards.labels.get(name, name),
        "held": sum(listed.held.values()),
        "cut": [counts for counts in per_rule if counts[1] < counts[2]],
        "embedded": Embedding(results, cards),
        "rule_gaps": rule_gaps(results),
        "missing": missing(results),
        "any_holes": any(holes(r) for r in rules),
        "errors": [r for r in rules if r.status == "error"],
        "waived": [r for r in rules if r.waived],
        "silent": [r for r in rules if r.status in ("conforming", "not_applicable")],
        "not_run": [r for r in results.book.rules if r.id not in ran],
        "params": params(results),
        "figures": figures(results),
        "cited": cited_rules(results),
        "excluded": left_out(results),
    }


def _details(results: Results, cards: Cards) -> dict[str, str]:
    """Where the page tells more of a rule: its first card, else why it is not assessed."""
    gaps = {g.result.rule.id: f"gap-{g.result.rule.id}" for g in rule_gaps(results)}
    found = {rule: anchor for (rule, _), anchor in reversed(cards.anchors().items())}
    return gaps | found


def _processes(results: Results) -> list[tuple[Text, list[Any]]]:
    """The rules by process, in the order of the results."""
    found: dict[str, list[Any]] = {}
    for r in results.rules:
        found.setdefault(r.rule.process, []).append(r)
    return [(results.book.process_name(folder), rs) for folder, rs in found.items()]


def _sections(results: Results) -> list[tuple[tuple[str, str], list[CheckpointResult]]]:
    """The checkpoints by document and section, in the order of the book."""
    found: dict[tuple[str, str], list[CheckpointResult]] = {}
    for c in results.checkpoints:
        found.setdefault((c.checkpoint.document, c.checkpoint.section), []).append(c)
    return list(found.items())


CLAUSE = re.compile(
    r"(?:(?P<standard>\d{4,5}[\d.-]*)\s+)?(?P<clause>\d+(?:\.\d+)*)(?:-(?:\d+\.)*(?P<last>\d+))?"
)


def _clauses(results: Results) -> list[tuple[str, Counter[str]]]:
    """How many checkpoints of each clause have each status; those without a clause last.

    A checkpoint counts under every clause that it names, lists such as `a)` under their clause.
    """
    found: dict[tuple[str, tuple[int, ...]], Counter[str]] = {}
    for c in results.checkpoints:
        for clause in _named(c.checkpoint.clause) or {("", ())}:
            found.setdefault(clause, Counter())[c.status] += 1
    order = sorted(found.items(), key=lambda item: (not item[0][0], item[0]))
    return [(f"{s} {'.'.join(map(str, n))}".strip(), counts) for (s, n), counts in order]


def _named(text: str) -> set[tuple[str, tuple[int, ...]]]:
    """The clauses in text such as `28827.1-2012 5.3 c); 9.4-9.8; 28827.2-2012 5.3`."""
    standard = ""
    found: set[tuple[str, tuple[int, ...]]] = set()
    for part in text.split(";"):
        match = CLAUSE.match(part.strip())
        if match:
            standard = match["standard"] or standard
            *whole, first = (int(n) for n in match["clause"].split("."))
            last = int(match["last"] or first)
            found |= {(standard, (*whole, n)) for n in range(first, last + 1)}
    return found
