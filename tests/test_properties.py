"""What holds for every rule on any records, whatever is blank, alone or in another order."""

from __future__ import annotations

import random
from functools import cache

import pytest
from firms import RULES, SEEDS, Firm, changed, firm, hold, told
from world import world

from itssrules.model.rule import Rule
from itssrules.model.tables import model
from itssrules.store import ident, literal

ALONE = 4
"""Records of each subject table that are judged alone."""

rules = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
of_records = pytest.mark.parametrize("rule", [r for r in RULES if r.of_records], ids=lambda r: r.id)


@cache
def shuffled() -> Firm:
    rng = random.Random(7)
    return hold({n: rng.sample(rows, len(rows)) for n, rows in world(SEEDS[0]).items()})


def retold(here: Firm, rule: Rule) -> dict[tuple[str, str], str]:
    """The rule's verdicts on changed subjects; calendars and people are known from before."""
    assert not {"calendars", "personnel"} & set(rule.subject)
    return told(here.con, here.told.coverage, (rule,)).verdicts[rule.id]


@rules
def test_the_firms_give_the_rule_something_to_judge(rule: Rule) -> None:
    """Otherwise the other properties would prove little."""
    said = {
        v.removeprefix("limited ") for s in SEEDS for v in firm(s).told.verdicts[rule.id].values()
    }

    assert said & {"conforming", "nonconforming"}


@rules
def test_the_order_of_rows_decides_nothing(rule: Rule) -> None:
    here, there = firm(SEEDS[0]).told, shuffled().told

    assert here.verdicts[rule.id] == there.verdicts[rule.id]
    assert here.status[rule.id] == there.status[rule.id]


@of_records
def test_each_record_alone_gives_the_verdict_it_has_in_the_crowd(rule: Rule) -> None:
    if rule.compares:
        pytest.skip("the head says that the rule compares records")
    here = firm(SEEDS[1])
    said = here.told.verdicts[rule.id]
    for table in rule.subject:
        picked = [k for k in said if k[0] == model()[table].object]
        for key in picked[:: max(len(picked) // ALONE, 1)]:
            others = [
                f"delete from {ident(t)} where record.object <> {literal(key[0])}"
                f" or record.id <> {literal(key[1])}"
                for t in rule.subject
            ]
            with changed(here, *others):
                assert retold(here, rule) == {key: said[key]}


@of_records
def test_a_blank_cell_accuses_nobody_less_unless_the_head_says_so(rule: Rule) -> None:
    here = firm(SEEDS[2])
    said = here.told.verdicts[rule.id]
    for name in (*rule.needed_columns, *rule.uses):
        table, _, column = name.partition(".")
        if table not in rule.subject or column in model()[table].key:
            continue
        with changed(here, f"update {ident(table)} set {ident(column)} = null"):
            new = retold(here, rule)

        assert set(new) == set(said), f"a blank {column} makes records vanish"
        if column not in rule.blank:
            worse = [
                k for k, v in said.items()
                if v.endswith("nonconforming") and new[k].removeprefix("limited ") == "conforming"
            ]  # fmt: skip
            assert worse == [], f"blank {column}"
