"""Cards of the report: a rule, what it found in each project, and the findings as they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.model.messages import placeholders
from itssrules.model.results import Nonconformity, ProjectCount, Results, RuleResult
from itssrules.model.rule import Checkpoint, Rule, Text
from itssrules.model.tables import model
from itssrules.report.listed import Listed, level
from itssrules.report.overview import cited
from itssrules.report.sentence import proof, ratios, sentence, worded
from itssrules.report.text import MEMBERS, NAMED, Part, bare, members, shown
from itssrules.report.words import WORDS, project_name

ROWS = 150
"""Findings that stand open on the page, for paper and for readers without JavaScript."""
MOST = 8
"""The same of one rule in one project."""
CARDS = 60
"""Items that get a card; the others stand in the table of nonconformities."""
GRADES = ("major", "minor", "observation")


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
class Item:
    """What a rule found in one project: a nonconformity, or leads."""

    anchor: str
    project_id: str
    project: Text
    grade: str
    raised: bool
    count: int
    population: int
    cited: int
    """Findings besides whose fact another rule's card states already."""
    here: ProjectCount | None
    messages: list[tuple[Text, int]]
    rows: list[Row]


@dataclass(frozen=True)
class Card:
    """A rule with all that it found."""

    anchor: str
    result: RuleResult
    checkpoints: list[Checkpoint]
    items: list[Item]

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.result.rule


class Cards:
    """Makes the cards of a run, and its findings as they are shown."""

    def __init__(self, results: Results) -> None:
        """Take the results; the rows that stand open are shared out among the items."""
        self.results, self.zone, self.cited = results, ZoneInfo(results.zone), cited(results)
        self.listed = Listed(results.findings)
        self.by_rule = {r.rule.id: r for r in results.rules}
        self.items = sorted(results.nonconformities, key=lambda n: GRADES.index(n.grade))
        leads = [(r, p, n) for (r, p, kind), n in self._groups() if kind == "lead"]
        self.leading = [Nonconformity(r, p, "lead", n, 0, raised=False) for r, p, n in leads]
        wanted = {
            (n.rule_id, n.project_id, kind): min(n.count, MOST)
            for kind, items in (("nonconformity", self.items), ("lead", self.leading))
            for n in items[:CARDS]
        }
        self.open = level(wanted, ROWS)
        self.labels = file_labels([i.path for i in results.inputs])

    def nonconformities(self) -> Iterator[Card]:
        """A card per rule with nonconformities, the gravest first."""
        return self._cards(self.items[:CARDS], "nc", "nonconformity")

    def leads(self) -> Iterator[Card]:
        """A card per rule with leads."""
        return self._cards(self.leading[:CARDS], "lead", "lead")

    def anchors(self) -> dict[tuple[str, str], str]:
        """Where each (rule, project) has its part of a card."""
        named = (("nc", self.items), ("lead", self.leading))
        return {
            (n.rule_id, n.project_id): f"{kind}-{at}"
            for kind, items in named
            for at, n in enumerate(items[:CARDS], 1)
        }

    def rows(self, rule: Rule) -> Iterator[Row]:
        """The findings of a rule that the page holds."""
        return (self.row(rule, f) for f in self.listed.rows(rule.id))

    def first_rows(self, rule: Rule) -> Iterator[Row]:
        """The first finding of each item of a rule that has a card."""
        for (rule_id, project), anchor in self.anchors().items():
            if rule_id == rule.id:
                kind = "lead" if anchor.startswith("lead") else "nonconformity"
                first = self.listed.all(rule_id, project, kind).slice(0, 1)
                yield from (self.row(rule, f) for f in first.to_pylist())

    def row(self, rule: Rule, finding: Mapping[str, Any]) -> Row:
        """A finding with its sentence and evidence in words."""
        evidence = proof(finding["evidence"])
        text = rule.messages.get(finding["message"])
        zh, en = (sentence(rule, finding, evidence, lang, self.zone) for lang in ("zh", "en"))
        return Row(
            finding=finding,
            zh=zh,
            en=en,
            at=shown(finding["at"], "", "zh", self.zone) if finding["at"] else "",
            evidence=self._proof(rule, finding, evidence),
            members=None
            if text and MEMBERS in dict(placeholders(text.text.zh))
            else _members(evidence),
            points=finding["checkpoint"] or [] if rule.kind == "register" else [],
        )

    def _groups(self) -> list[tuple[tuple[str, str, str], int]]:
        return sorted((g, self.listed.count(*g)) for g in self.listed.held)

    def _cards(self, items: Sequence[Nonconformity], kind: str, called: str) -> Iterator[Card]:
        anchors = self.anchors()
        for rule_id in dict.fromkeys(n.rule_id for n in items):
            result = self.by_rule[rule_id]
            own = [n for n in items if n.rule_id == rule_id]
            made = [self._item(n, called, anchors[rule_id, n.project_id]) for n in own]
            touched = {p for n in own for p in self._touched(result.rule, n.project_id, called)}
            points = [c for c in self.results.book.checkpoints if c.id in touched]
            yield Card(f"{kind}-{rule_id}", result, points, made)

    def _item(self, n: Nonconformity, called: str, anchor: str) -> Item:
        result = self.by_rule[n.rule_id]
        found = self.listed.all(n.rule_id, n.project_id, called)
        return Item(
            anchor=anchor,
            project_id=n.project_id,
            project=project_name(n.project_id),
            grade=n.grade,
            raised=n.raised,
            count=n.count,
            population=n.population,
            cited=self.cited[n.rule_id, n.project_id],
            here=next((p for p in result.by_project if p.project_id == n.project_id), None),
            messages=_messages(result.rule, found),
            rows=[
                self.row(result.rule, f)
                for f in found.slice(0, self.open[n.rule_id, n.project_id, called]).to_pylist()
            ],
        )

    def _touched(self, rule: Rule, project: str, called: str) -> set[str]:
        """Checkpoints that findings bear on: of a register those of its entries, else the rule's."""
        if rule.kind != "register":
            return {*rule.decides, *rule.supports}
        found = self.listed.all(rule.id, project, called)
        return {p for points in found["checkpoint"].to_pylist() for p in points or ()}

    def _proof(
        self, rule: Rule, finding: Mapping[str, Any], evidence: Mapping[str, Any]
    ) -> list[Evidence]:
        """The evidence column by column, codes with their words; members with their number."""
        told = isinstance(evidence.get(MEMBERS), list)
        ready = ratios(evidence) if rule.kind == "kpi" else {}
        words = {g: worded(rule, finding, evidence, g) for g in ("zh", "en")}
        shapes, proof = forms(rule), []
        for name, value in evidence.items():
            if name == MEMBERS and told:
                total = evidence.get(f"{MEMBERS}_total")
                texts = [members(value, total, lang) for lang in ("zh", "en")]
            elif told and name == f"{MEMBERS}_total":
                continue
            else:
                form = shapes.get(name, "")
                texts = [shown(ready.get(name, value), form, g, self.zone) for g in ("zh", "en")]
                if words["zh"][name] != value or words["en"][name] != value:
                    said = [shown(words[g][name], form, g, self.zone) for g in ("zh", "en")]
                    texts = [f"{text} ({code})" for text, code in zip(said, texts, strict=True)]
            proof.append(Evidence(name, *texts))
        return proof


def file_labels(paths: Sequence[str]) -> dict[str, str]:
    """Paths by as much of their end as tells them apart."""
    labels, parts = {}, {p: re.split(r"[/\\]", p) for p in paths}
    for path, own in parts.items():
        others = [o for p, o in parts.items() if p != path]
        n = next(
            (n for n in range(1, len(own)) if all(o[-n:] != own[-n:] for o in others)), len(own)
        )
        labels[path] = "/".join(own[-n:])
    return labels


def meaning(rule: Rule, name: str) -> Text:
    """What an evidence column of the rule holds, in words; empty where nothing says so."""
    own = name == MEMBERS or rule.kind == "kpi"
    known = None if own else _column_texts(rule.read_tables).get(name)
    return known or WORDS.get(f"column.{name}", Text("", ""))


def _members(evidence: Mapping[str, Any]) -> Evidence | None:
    """The members that a row names: a few with their files and rows, and how many there are."""
    if not evidence.get(MEMBERS):
        return None
    value, total = evidence[MEMBERS], evidence.get(f"{MEMBERS}_total")
    return Evidence(MEMBERS, *(members(value, total, g, NAMED) for g in ("zh", "en")))


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


@cache
def _forms_of(templates: tuple[str, ...]) -> dict[str, str]:
    pairs = (p for text in templates for p in placeholders(text))
    return {name: form for name, form in pairs if form}


def forms(rule: Rule) -> dict[str, str]:
    """The format in which the rule's sentences show each evidence column."""
    return _forms_of(tuple(m.text.zh for m in rule.messages.values()))
