"""The heat map: nothing is greener than what it sums up."""

from __future__ import annotations

from dataclasses import replace

import make_results as make

from itssrules.model.results import Nonconformity, ProjectCount, ProjectLoad, Results, RuleResult
from itssrules.report.matrix import matrix, months


def seen(rule_id: str, status: str, *projects: ProjectCount, **more: object) -> RuleResult:
    sums = [sum(getattr(p, n) for p in projects)
            for n in ("not_applicable", "conforming", "nonconforming", "not_assessed")]  # fmt: skip
    return replace(
        make.result(make.rule(rule_id), status, tuple(sums)),
        by_project=projects,
        **more,  # type: ignore[arg-type]
    )


def here(project: str, status: str, ok: int = 0, bad: int = 0, unknown: int = 0) -> ProjectCount:
    return ProjectCount(project, status, ok + bad + unknown, 0, ok, bad, unknown, 0)  # type: ignore[arg-type]


def made(*rules: RuleResult, items: tuple[Nonconformity, ...] = ()) -> Results:
    loads = (ProjectLoad("P1", 9, 0), ProjectLoad("P2", 9, 0))
    return make.results(rules, nonconformities=items, projects=loads)


def statuses(results: Results) -> list[list[str | None]]:
    return [[c.status if c else None for c in cells] for *_, cells in matrix(results).rows]


CLEAN = seen("CHG-020", "conforming", here("P1", "conforming", 5), here("P2", "conforming", 5))


def test_a_process_that_conforms_is_green() -> None:
    assert statuses(made(CLEAN)) == [["conforming"] * 3]


def test_a_rule_that_crashed_or_was_never_fed_leaves_no_project_green() -> None:
    for status in ("error", "not_assessed"):
        assert statuses(made(CLEAN, seen("CHG-021", status))) == [[status] * 3]


def test_an_excluded_rule_leaves_a_process_partly_assessed() -> None:
    assert statuses(made(CLEAN, seen("CHG-021", "excluded"))) == [["partly"] * 3]
    assert statuses(made(seen("CHG-021", "excluded"))) == [["excluded"] * 3]


def test_a_process_without_any_file_is_not_assessed_in_every_project() -> None:
    found = statuses(made(CLEAN, seen("INC-003", "not_assessed")))
    assert found == [["conforming"] * 3, ["not_assessed"] * 3]


def test_grades_are_those_of_the_project() -> None:
    rule = seen("CHG-020", "nonconforming", here("P1", "nonconforming", 5, 5),
                here("P2", "nonconforming", 50, 1))  # fmt: skip
    items = (
        Nonconformity("CHG-020", "P1", "major", 5, 10, raised=True),
        Nonconformity("CHG-020", "P2", "minor", 1, 51, raised=False),
    )
    assert statuses(made(rule, items=items)) == [["major", "minor", "major"]]
    assert [c.nonconforming for c in matrix(made(rule, items=items)).rows[0][2] if c] == [5, 1, 6]


def test_projects_to_which_nothing_applies_are_counted_and_left_out() -> None:
    idle = ProjectCount("P2", "not_applicable", 3, 3, 0, 0, 0, 0)
    found = matrix(made(seen("CHG-020", "conforming", here("P1", "conforming", 5), idle)))
    assert [p for p, _ in found.projects] == ["P1"] and found.idle == 1


def test_months_add_up_and_name_those_without_a_finding() -> None:
    rule = make.rule()
    rows = [make.finding(rule, n, at=at) for n, at in enumerate((None, make.START, make.START))]
    rows.append(make.finding(rule, 9, at=make.START.replace(month=8)))
    found = months(make.results((make.result(rule, "nonconforming", (0, 0, 4, 0)),),
                                findings=make.table(rows)))  # fmt: skip
    assert [(m.name, m.total) for m in found] == [
        ("2024-05", 2), ("2024-06", 0), ("2024-07", 0), ("2024-08", 1), ("", 1),
    ]  # fmt: skip
