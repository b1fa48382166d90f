"""What holds for every rule on any records: no false green, whatever is blank, absent or shuffled."""

from __future__ import annotations

import random
from typing import Any

import pytest

from itssrules.assess.cases import AS_OF, NS, fill, verdicts
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.model.rule import Rule
from itssrules.model.tables import Column, Table, model
from itssrules.store import connect

BOOK = load_book_or_stop([bundled("rules")])
CON = connect()
SEED = 20250701
RECORDS = 120
Tables = dict[str, list[dict[str, Any]]]

rules = pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.id)


def value(column: Column, table: Table, number: int, rng: random.Random) -> Any:
    if column.name in table.key and len(table.key) == 1:
        return f"{table.object}-{number}"
    if column.name == "object_type":
        return rng.choice(["change", "incident"])
    if column.name == "object_id":
        return f"{rng.choice(['change', 'incident'])}-{rng.randrange(RECORDS)}"
    if column.name == "change_id":
        return f"change-{rng.randrange(RECORDS) if table.name != 'change_cis' else number}"
    if column.name in ("ci_id", "source_key", "name"):
        return f"ci-{rng.randrange(90)}"
    if column.enum:
        return rng.choice(column.enum)
    if column.type == "TIMESTAMP":
        minute = rng.randrange(60 * 24 * 420)
        day, rest = divmod(minute, 1440)
        return f"2024-{1 + day // 36:02d}-{1 + day % 28:02d} {rest // 60:02d}:{rest % 60:02d}"
    if column.type == "DATE":
        return f"202{rng.randrange(3, 6)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 28):02d}"
    if column.type == "INTEGER":
        return rng.randrange(5)
    if column.type == "BOOLEAN":
        return rng.random() < 0.5
    return rng.choice(["周立", "孙涛", "x"])


def rows_of(rule: Rule, rng: random.Random) -> Tables:
    """Random rows of every table that the rule reads; about a sixth of the cells are empty."""
    return {
        name: [
            {
                c.name: value(c, model()[name], n, rng)
                for c in model()[name].columns
                if c.name in model()[name].key or rng.random() > 0.16
            }
            for n in range(RECORDS)
        ]
        for name in rule.read_tables
    }


def judged(
    rule: Rule, tables: Tables, lacks: list[str] | None = None, whole: bool = True
) -> dict[str, str]:
    case: dict[str, Any] = {"tables": dict(tables), "lacks": lacks or [], "as_of": AS_OF}
    if whole:
        case["tables"]["coverage"] = [
            {"tbl": t, "ns": NS, "from_at": "2000-01-01", "to_at": "2099-01-01"} for t in tables
        ]
    fill(CON, case)
    return {k: v.partition(":")[0] for k, v in verdicts(CON, rule, case).items()}


def greener(before: str, after: str) -> bool:
    """True where a record that was not green has become so."""
    return after == "conforming" and before != "conforming"


@rules
def test_shuffled_rows_give_the_same_verdicts(rule: Rule) -> None:
    rng = random.Random(SEED)
    tables = rows_of(rule, rng)
    mixed = {name: rng.sample(rows, len(rows)) for name, rows in tables.items()}

    assert judged(rule, tables) == judged(rule, mixed)


@rules
def test_a_column_not_supplied_makes_nothing_green(rule: Rule) -> None:
    tables = rows_of(rule, random.Random(SEED + 1))
    before = judged(rule, tables)
    for column in rule.needed_columns:
        after = judged(rule, tables, lacks=[column])
        worse = [k for k in before if greener(before[k], after[k])]
        lost = [k for k in before if before[k] == "nonconforming" and after[k] == "not_applicable"]

        assert ([], []) == (worse, lost), f"without {column}"


@rules
def test_a_table_not_supplied_makes_nothing_green(rule: Rule) -> None:
    tables = rows_of(rule, random.Random(SEED + 2))
    before = judged(rule, tables)
    for name in [t for t in rule.read_tables if t not in rule.subject]:
        after = judged(rule, {t: rows for t, rows in tables.items() if t != name})

        assert [] == [k for k in before if greener(before[k], after[k])], f"without {name}"


@rules
def test_rows_of_other_tables_lost_from_a_partial_export_make_nothing_green(rule: Rule) -> None:
    rng = random.Random(SEED + 3)
    tables = rows_of(rule, rng)
    before = judged(rule, tables, whole=False)
    for name in [t for t in rule.read_tables if t not in rule.subject]:
        fewer = {**tables, name: rng.sample(tables[name], RECORDS // 2)}
        after = judged(rule, fewer, whole=False)
        worse = [k for k in before if greener(before[k], after[k])]

        assert [] == worse, f"half of {name}"


@rules
def test_a_blank_cell_turns_no_nonconforming_record_green_unless_the_head_says_so(
    rule: Rule,
) -> None:
    rng = random.Random(SEED + 4)
    tables = rows_of(rule, rng)
    before = judged(rule, tables)
    for table in rule.subject:
        keys = model()[table].key
        read = [
            c.partition(".")[2]
            for c in (*rule.needed_columns, *rule.uses)
            if c.startswith(f"{table}.")
        ]
        for column in sorted(set(read) - set(keys)):
            blanked = [{k: v for k, v in row.items() if k != column} for row in tables[table]]
            after = judged(rule, {**tables, table: blanked})

            assert set(before) == set(after), f"a blank {column} makes records vanish"
            if column not in rule.blank:
                worse = [
                    k for k in before if before[k] == "nonconforming" and after[k] == "conforming"
                ]
                assert [] == worse, f"blank {column}"


@rules
def test_each_record_alone_gives_the_verdict_it_has_in_the_crowd(rule: Rule) -> None:
    if rule.compares:
        pytest.skip("the head says that the rule compares records")
    tables = rows_of(rule, random.Random(SEED + 5))
    before = judged(rule, tables)
    for table in rule.subject:
        for row in tables[table][:6]:
            alone = {**tables, **{t: [] for t in rule.subject}, table: [row]}
            for record, verdict in judged(rule, alone).items():
                assert before[record] == verdict
