"""What could not be judged: by rule and reason, and what to export to judge it."""

from __future__ import annotations

from dataclasses import dataclass, field

from itssrules.model.results import Reason, Results, RuleResult
from itssrules.model.rule import Text
from itssrules.report.text import bare
from itssrules.report.words import WORDS, column_name, project_name, w

LACKING = ("column", "table", "precision", "no_rows")
"""Reasons that another column or table can mend."""
SUPPLY = (*LACKING, "incomplete", "window", "limited")
"""Reasons that another export can mend."""


@dataclass(frozen=True)
class Gap:
    """Records of a rule that one reason kept from a verdict."""

    text: Text
    columns: list[tuple[str, Text]]
    project: Text
    ns: str
    count: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class RuleGaps:
    """A rule that is not, or not wholly, assessed."""

    result: RuleResult
    gaps: list[Gap]


@dataclass
class Missing:
    """A column or table that the exports do not supply, or not whole, and the rules that wait."""

    name: str
    text: Text
    reasons: dict[str, Text] = field(default_factory=dict)
    rules: dict[str, RuleResult] = field(default_factory=dict)
    how: dict[tuple[str, str], Text] = field(default_factory=dict)
    """(connector, column or table) -> how to get it; the connector is empty for our own advice"""

    @property
    def lacking(self) -> bool:
        """True where nothing can be judged without it; False where it seems not to be whole."""
        return any(reason in LACKING for reason in self.reasons)

    @property
    def sharpening(self) -> bool:
        """True where verdicts stand without it, but are limited."""
        return "limited" in self.reasons


def rule_gaps(results: Results) -> list[RuleGaps]:
    """Every rule with records that were not assessed or judged with less than all, and why."""
    return [
        RuleGaps(r, [_gap(r, reason) for reason in r.reasons])
        for r in results.rules
        if r.reasons
        or r.not_assessed
        or r.limited
        or r.status in ("not_assessed", "partly", "error")
    ]


def holes(r: RuleResult) -> list[Gap]:
    """What a rule could not see and no single record stands for."""
    return [_gap(r, reason) for reason in r.reasons if not reason.count]


def missing(results: Results) -> list[Missing]:
    """What to export to judge more: what holds back most rules first.

    What is supplied, but seems not to be whole, stands apart from what is lacking; what would only
    sharpen verdicts comes last.
    """
    found: dict[tuple[str, str], Missing] = {}
    for r in results.rules:
        limits = [Reason("", "", "limited", column, r.limited, ()) for column in r.limits]
        for reason in (*r.reasons, *(limits if r.limited else ())):
            if reason.reason in SUPPLY:
                kind = "" if reason.reason in LACKING else reason.reason
                for name in columns_of(reason.column):
                    entry = found.setdefault((name, kind), Missing(name, column_name(name)))
                    entry.reasons[reason.reason] = reason_text(r, reason)
                    entry.rules[r.rule.id] = r
                    entry.how.update(_advice(results, name, reason))
    return sorted(found.values(), key=lambda m: (m.sharpening, -len(m.rules), m.name, *m.reasons))


def columns_of(text: str) -> list[str]:
    """The column names in a reason such as `changes.closed_at:minute | tasks.closed_at`."""
    names = (part.strip().partition(":")[0] for part in text.split("|"))
    return [name for name in names if name]


def reason_text(r: RuleResult, reason: Reason) -> Text:
    """Why, in words: one of the engine's reasons, or the rule's own sentence."""
    if f"reason.{reason.reason}" in WORDS:
        return w(f"reason.{reason.reason}")
    message = r.rule.messages.get(reason.reason)
    if message is None:
        return Text(reason.reason, reason.reason)
    return Text(bare(message.text.zh), bare(message.text.en))


def _gap(r: RuleResult, reason: Reason) -> Gap:
    return Gap(
        text=reason_text(r, reason),
        columns=[(name, column_name(name)) for name in columns_of(reason.column)],
        project=project_name(reason.project_id),
        ns=reason.ns,
        count=reason.count,
        ids=reason.ids,
    )


def _advice(results: Results, name: str, reason: Reason) -> dict[tuple[str, str], Text]:
    if f"how.{reason.reason}" in WORDS:
        return {("", reason.reason): w(f"how.{reason.reason}")}
    return _how(results, name, reason.ns)


def _how(results: Results, name: str, ns: str) -> dict[tuple[str, str], Text]:
    """Advice of the connectors that read this id space, on the column or else its table."""
    read = [i for i in results.inputs if i.connector]
    connectors = {i.connector for i in read if i.ns == ns} or {i.connector for i in read}
    found = {}
    for connector in sorted(connectors):
        for key in (name, name.partition(".")[0]):
            advice = results.how_to_export.get((connector, key))
            if advice:
                zh, en = advice.get("zh", ""), advice.get("en", "")
                found[connector, key] = Text(zh or en, en or zh)
                break
    return found
