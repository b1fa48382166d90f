"""Cards of the report: a rule's findings in one project, with what proves them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from itssrules.model.messages import placeholders
from itssrules.model.results import Nonconformity, ProjectCount, Results, RuleResult
from itssrules.model.rule import Checkpoint, Rule, Text
from itssrules.model.tables import model
from itssrules.report.measures import share
from itssrules.report.overview import cited
from itssrules.report.text import MEMBERS, NAMED, Part, bare, members, parts, short, shown
from itssrules.report.words import WORDS, project_name, w

ROWS_PER_RULE = 500
ROWS_PER_PAGE = 6_000
"""A page with more rows opens slowly; the rules share what there is."""
FIRST = 10
"""Rows that are open to the eye and go on paper."""
RATIOS = ("value", "lower", "upper", "target")


@dataclass(frozen=True)
class Evidence:
    """A value that proves a finding, as each language writes it."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True)
class Row:
    """One finding as the report lists it."""

    finding: Mapping[str, Any]
    zh: list[Part]
    en: list[Part]
    at: str
    evidence: list[Evidence]
    members: Evidence | None
    """The first records of a group and how many it has, unless the sentence names them."""
    points: list[str]
    """The checkpoints of a register's entry."""


@dataclass(frozen=True)
class Card:
    """One rule in one project: the item, its population, its findings."""

    anchor: str
    result: RuleResult
    project: Text
    grade: str
    raised: bool
    count: int
    population: int
    cited: int
    """Findings besides whose fact another rule's card states already."""
    here: ProjectCount | None
    checkpoints: list[Checkpoint]
    messages: list[tuple[Text, int]]
    columns: list[tuple[str, Text]]
    first: list[Row]
    rest: list[Row]

    @property
    def shown(self) -> int:
        """How many findings the page lists."""
        return len(self.first) + len(self.rest)

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.result.rule


class Cards:
    """Makes the cards of a run, few rows at a time."""

    def __init__(self, results: Results) -> None:
        """Take the results; a page-wide limit is shared out among the rules with findings."""
        self.results, self.zone, self.cited = results, ZoneInfo(results.zone), cited(results)
        self.by_rule = {r.rule.id: r for r in results.rules}
        rules = pc.count_distinct(results.findings["rule_id"]).as_py()
        self.per_rule = min(ROWS_PER_RULE, max(FIRST, ROWS_PER_PAGE // max(rules, 1)))

    def nonconformities(self) -> Iterator[Card]:
        """A card per nonconformity, gravest first."""
        found = self._graded()
        shares = _shares(((n.rule_id, n.project_id, n.count) for n in found), self.per_rule)
        for number, n in enumerate(found, 1):
            share = shares[n.rule_id, n.project_id]
            yield self._card(n, "nonconformity", f"nc-{number}", share)

    def leads(self) -> Iterator[Card]:
        """A card per rule and project with leads."""
        found = self._leads()
        shares = _shares(found, self.per_rule)
        for number, (rule, project, count) in enumerate(found, 1):
            item = Nonconformity(rule, project, "lead", count, 0, raised=False)
            yield self._card(item, "lead", f"lead-{number}", shares[rule, project])

    def anchors(self) -> dict[str, str]:
        """Where each rule's first card stands on the page."""
        leads = [(rule, f"lead-{i}") for i, (rule, _, _) in enumerate(self._leads(), 1)]
        items = [(n.rule_id, f"nc-{i}") for i, n in enumerate(self._graded(), 1)]
        return dict(reversed(leads + items))

    def _graded(self) -> list[Nonconformity]:
        order = {"major": 0, "minor": 1}
        return sorted(self.results.nonconformities, key=lambda n: order.get(n.grade, 2))

    def _leads(self) -> list[tuple[str, str, int]]:
        leads = self.results.findings.filter(pc.equal(self.results.findings["class"], "lead"))
        groups = leads.group_by(["rule_id", "project_id"]).aggregate([([], "count_all")])
        rows = groups.to_pylist()
        return sorted((g["rule_id"], g["project_id"] or "", g["count_all"]) for g in rows)

    def _card(self, n: Nonconformity, kind: str, anchor: str, share: int) -> Card:
        result = self.by_rule[n.rule_id]
        found = self._findings(n, kind)
        rows = [self._row(result.rule, f) for f in found.slice(0, share).to_pylist()]
        names = dict.fromkeys(e.name for row in rows for e in row.evidence)
        touched = _touched(result.rule, found)
        return Card(
            anchor=anchor,
            result=result,
            project=project_name(n.project_id),
            grade=n.grade,
            raised=n.raised,
            count=n.count,
            population=n.population,
            cited=self.cited[n.rule_id, n.project_id],
            here=next((p for p in result.by_project if p.project_id == n.project_id), None),
            checkpoints=[c for c in self.results.book.checkpoints if c.id in touched],
            messages=_messages(result.rule, found),
            columns=[(name, _meaning(result.rule, name)) for name in names],
            first=rows[:FIRST],
            rest=rows[FIRST:],
        )

    def _findings(self, n: Nonconformity, kind: str) -> Any:
        table = self.results.findings
        for column, value in (("rule_id", n.rule_id), ("class", kind)):
            table = table.filter(pc.equal(table[column], value))
        projects = pc.fill_null(table["project_id"], "")
        return table.filter(pc.equal(projects, n.project_id))

    def _row(self, rule: Rule, finding: dict[str, Any]) -> Row:
        evidence = _evidence(finding["evidence"])
        known = {"id": finding["subject_id"], "owner": finding["owner"]}
        project = project_name(finding["project_id"] or "")
        message = rule.messages.get(finding["message"])
        text = message.text if message else rule.title
        known |= _ratios(evidence) if rule.kind == "kpi" else {}
        return Row(
            finding=finding,
            zh=parts(text.zh, {**evidence, **known, "project": project.zh}, "zh", self.zone),
            en=parts(text.en, {**evidence, **known, "project": project.en}, "en", self.zone),
            at=shown(finding["at"], "", "zh", self.zone) if finding["at"] else "",
            evidence=self._proof(rule, evidence),
            members=None if MEMBERS in dict(placeholders(text.zh)) else _members(evidence),
            points=finding["checkpoint"] or [] if rule.kind == "register" else [],
        )

    def _proof(self, rule: Rule, evidence: Mapping[str, Any]) -> list[Evidence]:
        """The evidence column by column; the number of members stands with the members."""
        told = isinstance(evidence.get(MEMBERS), list)
        ready = _ratios(evidence) if rule.kind == "kpi" else {}
        forms, proof = _forms(rule), []
        for name, value in evidence.items():
            if name == MEMBERS and told:
                total = evidence.get(f"{MEMBERS}_total")
                texts = [members(value, total, lang) for lang in ("zh", "en")]
            elif told and name == f"{MEMBERS}_total":
                continue
            else:
                form = forms.get(name, "")
                texts = [shown(ready.get(name, value), form, g, self.zone) for g in ("zh", "en")]
            proof.append(Evidence(name, *texts))
        return proof


def _shares(items: Any, rows: int) -> dict[tuple[str, str], int]:
    """Rows for each (rule, project): a rule's rows are shared by its projects, small ones first."""
    by_rule: dict[str, list[tuple[int, str]]] = {}
    for rule, project, count in items:
        by_rule.setdefault(rule, []).append((count, project))
    shares = {}
    for rule, counts in by_rule.items():
        left = rows
        for at, (count, project) in enumerate(sorted(counts)):
            share = min(count, max(left // (len(counts) - at), 1))
            shares[rule, project] = share
            left -= share
    return shares


def _ratios(evidence: Mapping[str, Any]) -> dict[str, str]:
    """A key figure's shares as percentages that cannot be taken for the target."""
    numbers = {n: evidence[n] for n in RATIOS if isinstance(evidence.get(n), float)}
    return {name: share(value, numbers.get("target")) for name, value in numbers.items()}


def _touched(rule: Rule, found: Any) -> set[str]:
    """Checkpoints that findings bear on: of a register those of its entries, else the rule's."""
    if rule.kind != "register":
        return {*rule.decides, *rule.supports}
    return {p for points in found["checkpoint"].to_pylist() for p in points or ()}


def _members(evidence: Mapping[str, Any]) -> Evidence | None:
    """The members that a row names: a few with their files and rows, and how many there are."""
    if not evidence.get(MEMBERS):
        return None
    value, total = evidence[MEMBERS], evidence.get(f"{MEMBERS}_total")
    return Evidence(MEMBERS, *(members(value, total, g, NAMED) for g in ("zh", "en")))


def _evidence(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"evidence": short(text)}


def _messages(rule: Rule, found: Any) -> list[tuple[Text, int]]:
    """How many findings carry each of the rule's sentences, the commonest first."""
    counts = [(c["values"], c["counts"]) for c in found["message"].value_counts().to_pylist()]
    texts = []
    for key, count in sorted(counts, key=lambda c: (-c[1], c[0] or "")):
        message = rule.messages.get(key)
        text = message.text if message else Text(str(key), str(key))
        texts.append((Text(bare(text.zh), bare(text.en)), count))
    return texts


@cache
def _column_texts(tables: tuple[str, ...]) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for column in (c for t in tables if t in model() for c in model()[t].columns):
        found.setdefault(column.name, Text(column.zh, column.en))
    return found


def _meaning(rule: Rule, name: str) -> Text:
    if (name == MEMBERS or rule.kind == "kpi") and f"column.{name}" in WORDS:
        return w(f"column.{name}")
    return _column_texts(rule.read_tables).get(name, Text("", ""))


def _forms(rule: Rule) -> dict[str, str]:
    """The format in which the rule's sentences show each evidence column."""
    pairs = (p for m in rule.messages.values() for p in placeholders(m.text.zh))
    return {name: form for name, form in pairs if form}
