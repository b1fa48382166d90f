"""Cases beside rules, and what holds for every rule."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator

import pytest

from itssrules.assess.cases import cases_path, missing, read_cases, run_case
from itssrules.builtin import bundled
from itssrules.catalogue.check import check_rule
from itssrules.catalogue.lint import lint
from itssrules.catalogue.load import load_book_or_stop
from itssrules.catalogue.needs import problems
from itssrules.model.rule import Rule
from itssrules.store import Connection, connect

BOOK = load_book_or_stop([bundled("rules")])
CASES = [(rule, case) for rule in BOOK.rules for case in read_cases(rule)]
PROMISED = {
    "CHG-004", "CHG-015", "CHG-020", "CHG-021", "CFG-003", "SLM-006", "INC-011", "INC-015",
    "DQ-002", "INC-004", "INC-005", "INC-012", "INC-018", "INC-023", "CHG-005", "CHG-006",
    "CHG-008", "CHG-010", "CHG-011", "CFG-005", "PRB-002", "PRB-012", "DQ-005", "DQ-008",
    "KPI-002", "KPI-009", "DOC-001",
}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    made = connect()
    yield made
    made.close()


def name_of(rule: Rule) -> str:
    return rule.id


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{r.id}: {c['name']}" for r, c in CASES])
def test_case(con: Connection, rule: Rule, case: dict[str, object]) -> None:
    assert () == run_case(con, rule, case).faults


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_sql_keeps_the_contract(rule: Rule) -> None:
    assert [] == [str(p) for p in check_rule(connect(), rule)]


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_lint_finds_no_false_green(rule: Rule) -> None:
    assert [] == [str(p) for p in lint(rule)]


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_needs_are_what_the_sql_reads(rule: Rule) -> None:
    assert [] == [str(p) for p in problems(rule)], "run: itssrules rules fix"


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_cases_show_everything_the_head_says(rule: Rule) -> None:
    assert [] == missing(rule)
    expected = [(k, v) for c in read_cases(rule) for k, v in c["expect"].items()]
    verdicts = {v.partition(":")[0] for k, v in expected if not k.startswith("measure/")}

    assert {"conforming", "nonconforming", "not_applicable", "not_assessed"} == verdicts


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_case_names_are_said_once(rule: Rule) -> None:
    names = Counter(c["name"] for c in read_cases(rule))

    assert [] == [n for n, count in names.items() if count > 1]


@pytest.mark.parametrize("rule", BOOK.rules, ids=name_of)
def test_checkpoints_agree_with_the_head(rule: Rule) -> None:
    decided = {c.id for c in BOOK.checkpoints if rule.id in c.decided_by}
    supported = {c.id for c in BOOK.checkpoints if rule.id in c.supported_by}

    assert decided == set(rule.decides)
    assert supported == set(rule.supports)


def test_a_lead_decides_nothing() -> None:
    """It is for an auditor to confirm, so it can only support."""
    leads = {r.id for r in BOOK.rules if r.leads}

    assert leads
    assert {r for c in BOOK.checkpoints for r in c.decided_by} & leads == set()


def test_the_book_holds_the_rules_promised() -> None:
    assert {r.id for r in BOOK.rules} >= PROMISED
    assert len(BOOK.checkpoints) == 421


def test_a_wrong_expectation_is_noticed(con: Connection) -> None:
    """A case runner that cannot fail would prove nothing."""
    rule = next(r for r in BOOK.rules if r.id == "CHG-021")
    case = tomllib.loads(cases_path(rule).read_text(encoding="utf-8"))["case"][0]
    other = dict.fromkeys(case["expect"], "not_applicable: cancelled")

    assert run_case(con, rule, {**case, "expect": other}).faults
    assert run_case(con, rule, {**case, "expect": {}}).faults
    assert run_case(
        con, rule, {**case, "expect": {**case["expect"], "NO-SUCH": "conforming"}}
    ).faults
