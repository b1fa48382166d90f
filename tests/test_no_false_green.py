"""Whatever is lost from a declared export, nothing that was not green becomes so."""

from __future__ import annotations

import random

import pytest
from firms import RULES, SEEDS, Firm, Told, changed, firm, judge
from hypothesis import given, settings
from hypothesis import strategies as st

from itssrules.model.rule import Rule
from itssrules.model.tables import model
from itssrules.store import ident, literal, rows

GREEN = ("conforming", "not_applicable")
MOMENTS = ("created_at", "changed_at", "requested_at", "decided_at", "released_at", "audited_at")


def reading(table: str, column: str = "") -> tuple[Rule, ...]:
    """Rules that read a table, or the one column of it."""
    wanted = f"{table}.{column}"
    return tuple(
        r for r in RULES
        if table in r.read_tables and (not column or wanted in (*r.needed_columns, *r.uses))
    )  # fmt: skip


def greener(here: Firm, new: Told) -> list[str]:
    """Rules that became green, and subjects that came to conform without a reservation."""
    old = here.told
    found = [
        f"{r}: {old.status[r]} -> {status}"
        for r, status in new.status.items()
        if status in GREEN and old.status[r] not in GREEN
    ]
    return found + [
        f"{r} {key}: {v} -> conforming"
        for r, verdicts in new.verdicts.items()
        for key, verdict in verdicts.items()
        if verdict == "conforming" and (v := old.verdicts[r].get(key, "conforming")) not in GREEN
    ]


def unexplained(here: Firm, told: Told) -> list[str]:
    """Lost records of tickets at whose moment the export still counts as complete."""
    found = []
    for table in (t for t in model().values() if t.kind == "ticket"):
        key = table.key[0]
        left = {i for (i,) in rows(here.con, f"select {key} from {ident(table.name)}")}
        spans = [c for c in told.coverage if c.table == table.name and c.lost]
        for row in (r for r in here.tables[table.name] if r[key] not in left):
            at = row.get(moment(table.name) or "", "").replace(" ", "T") + "Z"
            if at != "Z" and not any((c.from_at or at) <= at <= (c.to_at or at) for c in spans):
                found.append(f"{table.name} {row[key]}")
    return found


def counts(here: Firm) -> dict[str, int]:
    return {n: len(r) for n, r in here.tables.items()}


def moment(table: str) -> str | None:
    return next((m for m in MOMENTS if model()[table].column(m)), None)


@pytest.mark.parametrize("name", list(model()))
def test_without_a_file(name: str) -> None:
    here = firm(1)
    lost = (f"delete from {ident(name)}", f"delete from supply where tbl = {literal(name)}")
    with changed(here, *lost):
        new = judge(here.con, counts(here), reading(name))

    assert greener(here, new) == []


READ = sorted({c for r in RULES for c in (*r.needed_columns, *r.uses)})
NO_KEYS = [c for c in READ if c.split(".")[1] not in model()[c.split(".")[0]].key]


@pytest.mark.parametrize("column", NO_KEYS)
def test_without_a_column(column: str) -> None:
    here = firm(2)
    table, _, name = column.partition(".")
    gone = f"delete from supply where tbl = {literal(table)} and col = {literal(name)}"
    with changed(here, f"update {ident(table)} set {ident(name)} = null", gone):
        new = judge(here.con, counts(here), reading(table, name))

    assert greener(here, new) == []


PLACED = [n for n in model() if moment(n)]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.sampled_from(SEEDS), st.integers(1, 6), st.sets(st.sampled_from(PLACED), min_size=1))
def test_without_a_month(seed: int, month: int, names: set[str]) -> None:
    here = firm(seed)
    lost = [f"delete from {ident(n)} where month({moment(n)}) = {month}" for n in sorted(names)]
    rules = tuple({r.id: r for n in sorted(names) for r in reading(n)}.values())
    with changed(here, *lost):
        new = judge(here.con, counts(here), rules)
        missed = unexplained(here, new)

    assert (greener(here, new), missed) == ([], [])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sampled_from(SEEDS), st.sampled_from(list(model())), st.integers(0, 10**6),
       st.sampled_from([0.02, 0.2, 0.7, 1.0]))  # fmt: skip
def test_without_random_rows(seed: int, name: str, number: int, share: float) -> None:
    here, rng = firm(seed), random.Random(number)
    picked = [n for n in range(2, len(here.tables[name]) + 2) if rng.random() < share]
    with changed(here, f"delete from {ident(name)} where record.row_number in {(*picked, 0, 0)}"):
        new = judge(here.con, counts(here), reading(name))
        missed = unexplained(here, new)

    assert (greener(here, new), missed) == ([], [])


@pytest.mark.parametrize("rule", [r for r in RULES if r.of_records], ids=lambda r: r.id)
def test_without_the_very_records_that_do_not_conform(rule: Rule) -> None:
    """The deletion that a forger would make."""
    here = firm(3)
    said = here.told.verdicts[rule.id]
    bad = [literal(f"{o}/{i}") for (o, i), verdict in said.items() if verdict not in GREEN]
    lost = [
        f"delete from {ident(t)} where record.object || '/' || record.id in ({', '.join(bad)})"
        for t in rule.subject
        if bad
    ]
    with changed(here, *lost):
        new = judge(here.con, counts(here), (rule,))

    assert here.told.status[rule.id] in GREEN or new.status[rule.id] not in GREEN
