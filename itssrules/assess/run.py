"""All selected rules over what was read, to `Results`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from itssrules import __version__
from itssrules.assess.engine import FINDINGS, Context, assess_rule
from itssrules.assess.gate import Supply
from itssrules.assess.outcome import checkpoints, nonconformities
from itssrules.model.results import Coverage, Input, Results
from itssrules.model.rule import Rule, RuleBook
from itssrules.store import Connection, lock


@dataclass(frozen=True)
class Request:
    """What a run was asked for, and where it stands in time. `as_of` is ISO text in UTC."""

    as_of: str
    as_of_origin: str
    zone: str
    selection: tuple[str, ...]
    plugins: tuple[str, ...]
    config_sha256: str


def assess(
    con: Connection,
    book: RuleBook,
    rules: Sequence[Rule],
    request: Request,
    inputs: Sequence[Input],
    coverage: Sequence[Coverage],
    how_to_export: dict[tuple[str, str], dict[str, str]],
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Run `rules` on the tables of `con`; a rule that fails is an error, the others still run."""
    context = prepare(con, request.as_of, inputs)
    results = []
    for rule in rules:
        progress(f"checking {rule.id}")
        results.append(assess_rule(context, rule))
    return Results(
        as_of=request.as_of,
        as_of_origin=request.as_of_origin,
        zone=request.zone,
        version=__version__,
        selection=request.selection,
        engine="duckdb",
        config_sha256=request.config_sha256,
        rules_sha256=book.sha256,
        plugins=request.plugins,
        inputs=tuple(inputs),
        rules=tuple(results),
        nonconformities=nonconformities(results),
        checkpoints=checkpoints(book, results),
        coverage=tuple(coverage),
        book=book,
        how_to_export=how_to_export,
        findings=_findings(con),
    )


def prepare(con: Connection, as_of: str, inputs: Sequence[Input]) -> Context:
    """Lock the connection and gather what every rule shares."""
    lock(con)
    paths = {i.file_id: i.path for i in inputs}
    rejects: dict[tuple[str, str], int] = {}
    for i in inputs:
        for t in i.tables:
            rejects[t.table, i.ns] = rejects.get((t.table, i.ns), 0) + t.rejected
    con.execute("create or replace temp table paths(file_id integer, path varchar)")
    if paths:
        con.executemany("insert into paths values (?, ?)", [list(p) for p in paths.items()])
    return Context(con, Supply.read(con), as_of.replace("T", " ").rstrip("Z"), rejects)


def _findings(con: Connection) -> pa.Table:
    con.execute(FINDINGS)
    return con.sql(
        "select * from findings order by rule_id, ns, subject_id, object"
    ).to_arrow_table()
