"""Twenty-seven rules against opinions written from the specification alone, record by record."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from opinion import changes, incident_clocks, others
from opinion.data import Data, Key, context, data, tables

from itssrules.assess.context import Context
from itssrules.assess.engine import assess_rule
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book
from itssrules.model.rule import Rule, RuleBook
from itssrules.store import rows

OPINIONS = {**changes.OPINIONS, **incident_clocks.OPINIONS, **others.OPINIONS}
BORNE = {"conforming", "nonconforming", "not_assessed"}
CANNOT = {
    "KPI-002": {"conforming"},  # in so damaged data no quarter reaches its target for certain
    "KPI-008": {"conforming", "nonconforming"},  # nor misses it, where a quarter is unknown
    "KPI-016": {"conforming", "nonconforming"},
    "CHG-036": {"nonconforming"},  # one change in two is reviewed, far more than the share asked
}
"""Verdicts that the made data do not bear."""


@dataclass(frozen=True)
class Firm:
    """The made data, as frames and on a connection, and the rules."""

    data: Data
    context: Context
    book: RuleBook


@dataclass(frozen=True)
class Judged:
    """The verdicts of the opinion and of the rule, by record or group."""

    rule_id: str
    opinion: dict[Key, str]
    rule: dict[Key, str]


@pytest.fixture(scope="module")
def firm() -> Firm:
    made = data(tables(11, 55))
    book, problems = load_book([bundled("rules")])
    assert not problems
    return Firm(made, context(made), book)


@pytest.fixture(scope="module", params=sorted(OPINIONS))
def judged(request: pytest.FixtureRequest, firm: Firm) -> Judged:
    rule = firm.book.rule(request.param)
    assert rule is not None
    return Judged(rule.id, OPINIONS[rule.id](firm.data), _verdicts(firm.context, rule))


def test_a_rule_and_its_opinion_agree_on_every_record(judged: Judged) -> None:
    differing = [
        f"{key}: opinion {judged.opinion.get(key)}, rule {judged.rule.get(key)}"
        for key in sorted(judged.opinion.keys() | judged.rule.keys())
        if judged.opinion.get(key) != judged.rule.get(key)
    ]
    assert not differing, f"{len(differing)} differ\n" + "\n".join(differing[:5])


def test_the_data_bear_each_verdict(judged: Judged) -> None:
    borne = BORNE & set(judged.rule.values())
    assert borne == BORNE - CANNOT.get(judged.rule_id, set())


def test_the_data_are_as_large_as_said(firm: Firm) -> None:
    tickets = ("incidents", "requests", "problems", "changes")
    assert sum(len(firm.data.frames[t]) for t in tickets) == 36_852
    assert len(OPINIONS) == 27


def _verdicts(context: Context, rule: Rule) -> dict[Key, str]:
    result = assess_rule(context, rule)
    assert not result.error, result.error
    found = rows(
        context.con,
        "select record.object, record.ns, record.id, record.project_id, verdict from verdicts",
    )
    if rule.of_records:
        return {(kind, ns, id_): verdict for kind, ns, id_, _, verdict in found}
    return {
        ("", project, id_.removeprefix(f"{project} ")): verdict
        for _, _, id_, project, verdict in found
    }
