"""What the report says at its head: the conclusion, what stays open, and the bars."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pyarrow.compute as pc

from itssrules.model.results import Results, RuleResult, TableLoad
from itssrules.model.rule import Text
from itssrules.report.words import percent, w

Tone = Literal["bad", "open", "clear"]
RULE_ORDER = (
    "nonconforming", "lead", "error", "not_assessed", "partly", "conforming", "not_applicable",
    "excluded",
)  # fmt: skip
SMALLEST = 0.6
"""Per cent of a bar that even a single case takes, so that it can be seen."""


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in per cent of its width."""

    kind: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Exclusion:
    """A rule or checkpoint that the settings leave out, and why."""

    name: str
    text: Text
    reason: str


@dataclass(frozen=True)
class Overview:
    """The conclusion with its tone; `open` names what is not known and where to read of it.

    `outside` names what nobody looked at: it was not asked for, or no rule of the book covers it.
    """

    tone: Tone
    text: Text
    open: list[tuple[Text, str]]
    outside: list[tuple[Text, str]]
    tiles: list[tuple[str, Text, int, str]]
    rules: list[Segment]
    verdicts: list[Segment]


def overview(results: Results) -> Overview:
    """The head of the report; its tone is `clear` only where nothing at all is unknown."""
    unknown = open_points(results)
    tone, text = _conclusion(results, bool(unknown))
    statuses = [(s, sum(r.status == s for r in results.rules)) for s in RULE_ORDER]
    return Overview(
        tone, text, unknown, not_looked_at(results), _tiles(results), bar(statuses),
        bar(verdicts(results)),
    )  # fmt: skip


def not_looked_at(results: Results) -> list[tuple[Text, str]]:
    """What the run leaves aside by its scope, with the section that tells more, if any."""
    book, ran = results.book, {r.rule.id for r in results.rules}
    idle = sum(r.id not in ran for r in book.rules)
    statuses = Counter(c.status for c in results.checkpoints)
    decided = sum(statuses[s] for s in ("conforming", "nonconforming"))
    points = [
        (max(len(book.checkpoints) - len(results.checkpoints), 0), "out.points", "checkpoints"),
        (len(results.checkpoints) - decided, "out.undecided", "checkpoints"),
        (idle, "out.rules", "not-run"),
        (max((r.outside for r in results.rules), default=0), "out.period", "rules"),
    ]
    known = [(w(key, n=n, all=len(book.checkpoints)), at) for n, key, at in points if n]
    return [*known, (w("out.content"), "")]


def verdicts(results: Results) -> list[tuple[str, int]]:
    """(outcome, count) over all rules; what lead rules found is apart."""
    counts = {"nonconforming": 0, "lead": 0, "not_assessed": 0, "conforming": 0}
    counts["not_applicable"] = 0
    for r in results.rules:
        counts["lead" if r.rule.leads else "nonconforming"] += r.nonconforming
        for name in ("not_assessed", "conforming", "not_applicable"):
            counts[name] += getattr(r, name)
    return list(counts.items())


def bar(counts: list[tuple[str, int]]) -> list[Segment]:
    """Pieces side by side that fill the bar; what is there at all can be seen."""
    there = [(kind, n) for kind, n in counts if n > 0]
    total = sum(n for _, n in there)
    wide = [max(n / total * 100, SMALLEST) for _, n in there]
    segments, x = [], 0.0
    for (kind, n), width in zip(there, wide, strict=True):
        share = width / sum(wide) * 100
        segments.append(Segment(kind, n, round(x, 3), round(share, 3)))
        x += share
    return segments


def rule_bar(r: RuleResult) -> list[Segment]:
    """The bar of one rule's outcomes."""
    return bar(
        [
            ("lead" if r.rule.leads else "nonconforming", r.nonconforming),
            ("not_assessed", r.not_assessed),
            ("conforming", r.conforming),
            ("not_applicable", r.not_applicable),
        ]
    )


def cited(results: Results) -> Counter[tuple[str, str]]:
    """(rule, project) -> findings whose fact is a finding of another rule already."""
    found = results.findings.filter(pc.equal(results.findings["class"], "cited"))
    projects = pc.fill_null(found["project_id"], "").to_pylist()
    return Counter(zip(found["rule_id"].to_pylist(), projects, strict=True))


def cited_rules(results: Results) -> Counter[str]:
    """Rule -> findings whose fact is a finding of another rule already."""
    counts: Counter[str] = Counter()
    for (rule, _), n in cited(results).items():
        counts[rule] += n
    return counts


def left_out(results: Results) -> list[Exclusion]:
    """Rules and checkpoints excluded by the settings, each with the reason written there."""
    rules = [
        Exclusion(r.rule.id, r.rule.title, r.excluded)
        for r in results.rules
        if r.status == "excluded"
    ]
    points = [
        Exclusion(c.checkpoint.id, c.checkpoint.requirement, c.excluded)
        for c in results.checkpoints
        if c.status == "excluded"
    ]
    return rules + points


def graded(results: Results) -> dict[str, int]:
    """How many items stand at each grade."""
    items = results.nonconformities
    return {g: sum(n.grade == g for n in items) for g in ("major", "minor", "observation")}


def open_points(results: Results) -> list[tuple[Text, str]]:
    """Everything that was not judged or is not certain, with the section that tells more."""
    return [*open_rules(results), *open_data(results)]


def open_rules(results: Results) -> list[tuple[Text, str]]:
    """What the rules could not judge."""
    rules = results.rules
    statuses = ("not_assessed", "partly", "error", "excluded")
    counts = {s: sum(r.status == s for r in rules) for s in statuses}
    population = sum(r.population for r in rules)
    ajar = sum(r.population != _closed(r) for r in rules)
    unknown = sum(r.not_assessed for r in rules)
    share = percent(unknown, population)
    limited = sum(r.limited for r in rules)
    points = [
        (counts["not_assessed"], "open.rules", "unassessed"),
        (counts["partly"], "open.partly", "unassessed"),
        (counts["error"], "open.error", "errors"),
        (counts["excluded"], "open.excluded", "excluded"),
        (limited, "open.limited", "rules"),
        (ajar, "open.ajar", "rules"),
    ]
    found = [(w(key, n=n, all=len(rules)), at) for n, key, at in points if n]
    if unknown:
        found.insert(0, (w("open.verdicts", n=unknown, all=population, share=share), "unassessed"))
    return found


def _closed(r: RuleResult) -> int:
    return r.not_applicable + r.conforming + r.nonconforming + r.not_assessed


def _accounted(t: TableLoad) -> int:
    return t.loaded + t.merged + t.rejected + t.duplicates + t.skipped


def open_data(results: Results) -> list[tuple[Text, str]]:
    """What of the files is not known."""
    loads = [t for i in results.inputs for t in i.tables]
    lost = {(c.table, c.ns) for c in results.coverage if c.lost}
    undeclared = {(c.table, c.ns) for c in results.coverage if not c.complete} - lost
    points = [
        (sum(i.state != "read" for i in results.inputs), "open.files", "unloaded"),
        (sum(t.rows != _accounted(t) for t in loads), "open.ajar_rows", "read"),
        (sum(t.rejected for t in loads), "open.rejected", "read"),
        (sum(u.count for t in loads for u in t.unread), "open.unread", "unread"),
        (sum(d.count for t in loads for d in t.disputes if d.held), "open.disputes", "disputes"),
        (len(lost), "open.lost", "coverage"),
        (len(undeclared), "open.coverage", "coverage"),
        (len(results.notes), "open.notes", "notes"),
    ]
    return [(w(key, n=n), at) for n, key, at in points if n]


def _conclusion(results: Results, unknown: bool) -> tuple[Tone, Text]:
    rules, grades = results.rules, graded(results)
    failing = [r for r in rules if r.status == "nonconforming" and r.rule.severity != "observation"]
    n = grades["major"] + grades["minor"] or len(failing)
    if not rules:
        return "open", w("head.none")
    if n:
        return "bad", w("head.nc", n=n)
    if not any(r.conforming or r.nonconforming for r in rules):
        return "open", w("head.unjudged")
    if unknown:
        return "open", w("head.open")
    if any(r.status not in ("conforming", "not_applicable") for r in rules):
        return "open", w("head.explain")
    return "clear", w("head.clear")


def _tiles(results: Results) -> list[tuple[str, Text, int, str]]:
    """(kind, words, number, section) of the figures under the conclusion."""
    grades = graded(results)
    cited = cited_rules(results)
    leads = sum(r.nonconforming - cited[r.rule.id] for r in results.rules if r.rule.leads)
    open_ = ("not_assessed", "partly", "error")
    unknown = sum(r.status in open_ or r.not_assessed > 0 for r in results.rules)
    tiles = [
        ("nonconforming", "majors", grades["major"], "nonconformities"),
        ("nonconforming", "minors", grades["minor"], "nonconformities"),
        ("observation", "observations", grades["observation"], "nonconformities"),
        ("lead", "leads", leads, "leads"),
        ("not_assessed", "tile.unknown", unknown, "unassessed"),
    ]
    return [(kind, w(key, n=n), n, at) for kind, key, n, at in tiles]
