"""Made-up firms on a connection, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from world import AS_OF, FIRST, LAST, NS, ZONE, Tables, world

from itssrules.assess.cases import fill
from itssrules.assess.context import Context
from itssrules.assess.engine import assess_rule
from itssrules.assess.gate import Supply
from itssrules.assess.known import know
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.intake.coverage import measure
from itssrules.model.results import Coverage, Input, TableLoad
from itssrules.model.rule import Rule, Text
from itssrules.model.settings import Settings, Source
from itssrules.model.tables import model
from itssrules.store import Connection, connect, ident, literal, lock, one, rows

RULES = load_book_or_stop([bundled("rules")]).rules
SEEDS = (1, 2, 3)
SETTINGS = Settings(params={
    "CHG-016": {"freeze_periods": ["2025-01-25/2025-02-08"]},
    "INC-002": {"priority_matrix": [f"{u},{i} -> {4 - max(u, i)}" for u in (1, 2, 3) for i in (1, 2, 3)]},
})  # fmt: skip
"""What rules cannot judge without."""
Key = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What rules said: their statuses, each subject's verdict, and what the export covers."""

    status: dict[str, str]
    verdicts: dict[str, dict[Key, str]]
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True)
class Firm:
    """A made-up firm's tables on a connection, and what the rules say of all of it."""

    con: Connection
    tables: Tables
    told: Told


@cache
def firm(seed: int) -> Firm:
    return hold(world(seed))


def hold(tables: Tables) -> Firm:
    """The tables on a connection of their own, judged by every rule."""
    con = connect()
    con.execute("create temp table paths(file_id integer, path varchar)")
    fill(con, {"tables": tables})
    lock(con)
    counts = {n: len(r) for n, r in tables.items()}
    return Firm(con, tables, judge(con, counts, RULES))


def judge(con: Connection, counts: Mapping[str, int], rules: Sequence[Rule]) -> Told:
    """`rules` over the tables, of which the settings declare the window and the numbers of rows."""
    con.execute("delete from coverage")
    there = [
        n for n in model() if one(con, f"select count(*) from supply where tbl = {literal(n)}")
    ]
    many = {n: one(con, f"select count(*) from {ident(n)}") for n in there}
    loads = tuple(TableLoad(n, m, m, 0, 0, 0, 0) for n, m in many.items())
    file = Input(1, "all", "", 1, "read", Text("", ""), "tool", "all", NS, NS, tables=loads)
    declared = Source(NS, from_day=FIRST, to_day=LAST, counts=dict(counts))
    found = measure(con, [file], {NS: declared}, ZONE)
    know(con)
    return told(con, found, rules)


def told(con: Connection, found: tuple[Coverage, ...], rules: Sequence[Rule]) -> Told:
    """What `rules` say where the export covers what `found` and the table `coverage` hold."""
    context = Context(con, Supply.read(con), AS_OF, ZONE, coverage=found, settings=SETTINGS)
    status, verdicts = {}, {}
    for rule in rules:
        result = assess_rule(context, rule)
        assert result.error == "", rule.id
        status[rule.id] = result.status
        verdicts[rule.id] = {
            (object_, id_): verdict
            for object_, id_, verdict in rows(
                con, "select record.object, record.id,"
                " case when limited then 'limited ' else '' end || verdict from verdicts",
            )
        }  # fmt: skip
    return Told(status, verdicts, found)


@contextmanager
def changed(here: Firm, *statements: str) -> Iterator[None]:
    """The firm's tables after some statements, until the end of the block."""
    here.con.execute("begin")
    try:
        for statement in statements:
            here.con.execute(statement)
        yield
    finally:
        here.con.execute("rollback")
