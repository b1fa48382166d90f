"""All selected rules over what was read, to `Results`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from itssrules import __version__
from itssrules.assess.context import Context
from itssrules.assess.engine import FINDINGS, assess_rule
from itssrules.assess.facts import make
from itssrules.assess.gate import FIRM, Supply
from itssrules.assess.known import know
from itssrules.assess.outcome import checkpoints, nonconformities
from itssrules.assess.params import changes
from itssrules.assess.timeline import timelines
from itssrules.catalogue.compose import reference_columns
from itssrules.errors import ConfigError, not_utf8
from itssrules.model.results import Coverage, Input, ProjectLoad, Results, RuleResult
from itssrules.model.rule import Rule, RuleBook, Text
from itssrules.model.settings import Settings
from itssrules.model.tables import model
from itssrules.store import Connection, lock, rows

DRAWN = 500
"""Findings of one rule in one project whose records' steps are kept: the newest ones."""


class Read(Protocol):
    """What the intake yields."""

    @property
    def inputs(self) -> Sequence[Input]:
        """One per file."""

    @property
    def coverage(self) -> Sequence[Coverage]:
        """What each table spans."""

    @property
    def how_to_export(self) -> dict[tuple[str, str], dict[str, str]]:
        """How to get what an export lacks."""

    @property
    def projects(self) -> Sequence[ProjectLoad]:
        """Records per project."""

    @property
    def notes(self) -> Sequence[Text]:
        """What belongs to no single file."""


@dataclass(frozen=True)
class Request:
    """What a run was asked for, and where it stands in time. `as_of` is ISO text in UTC."""

    as_of: str
    as_of_origin: str
    zone: str
    selection: tuple[str, ...]
    plugins: tuple[str, ...]
    period: tuple[str, str] | None = None
    """The first and the last local day judged, as ISO days."""
    window: tuple[str, str] | None = None
    """The same as moments in UTC."""
    projects: tuple[str, ...] = ()
    """The projects judged; all where none is named."""


def assess(
    con: Connection,
    book: RuleBook,
    rules: Sequence[Rule],
    request: Request,
    intake: Read,
    settings: Settings,
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Run `rules` on the tables of `con`; a rule that fails is an error, the others still run."""
    context = prepare(con, book, request, intake, settings)
    chosen = [with_reference(r, settings) for r in rules]
    make(context, [r for r in chosen if r.id not in settings.excluded], progress)
    results = []
    for n, rule in enumerate(chosen, 1):
        if rule.id in settings.excluded:
            results.append(RuleResult(rule, "excluded", excluded=settings.excluded[rule.id]))
            continue
        progress(f"checking {rule.id} ({n}/{len(chosen)})")
        results.append(assess_rule(context, rule))
    cite(con, chosen)
    return Results(
        as_of=request.as_of,
        as_of_origin=request.as_of_origin,
        zone=request.zone,
        version=__version__,
        selection=request.selection,
        engine="duckdb",
        config_sha256=settings.sha256,
        rules_sha256=book.sha256,
        plugins=request.plugins,
        inputs=tuple(intake.inputs),
        rules=tuple(results),
        nonconformities=nonconformities(results, cited(con)),
        checkpoints=checkpoints(book, results, settings.excluded),
        coverage=tuple(intake.coverage),
        book=book,
        how_to_export=intake.how_to_export,
        findings=_findings(con),
        organisation=settings.organisation,
        period=request.period,
        projects=tuple(intake.projects),
        changes=changes(book, chosen, settings),
        notes=tuple(intake.notes),
        timelines=_timelines(con),
    )


def prepare(
    con: Connection, book: RuleBook, request: Request, intake: Read, settings: Settings
) -> Context:
    """Lock the connection and gather what every rule shares."""
    lock(con)
    know(con)
    rejects: dict[tuple[str, str], int] = {}
    for i in intake.inputs:
        for t in i.tables:
            ns = FIRM if model()[t.table].ids == "firm" else i.ns
            rejects[t.table, ns] = rejects.get((t.table, ns), 0) + t.rejected
    paths = {i.file_id: i.path for i in intake.inputs}
    con.execute("create or replace temp table paths(file_id integer, path varchar)")
    if paths:
        con.executemany("insert into paths values (?, ?)", [list(p) for p in paths.items()])
    for point, reason in settings.excluded.items():
        con.execute("insert into excluded values (?, ?)", [point, reason])
    return Context(
        con, Supply.read(con), _sql_time(request.as_of), request.zone, rejects, intake.coverage,
        tuple(_sql_time(t) for t in request.window) if request.window else None,  # type: ignore[arg-type]
        settings, tuple(paths.get(n, "") for n in range(1, max(paths, default=0) + 1)),
        request.projects, book.facts,
    )  # fmt: skip


def _sql_time(text: str) -> str:
    return text.replace("T", " ").rstrip("Z")


def with_reference(rule: Rule, settings: Settings) -> Rule:
    """The rule with the firm's own reference table, where the settings name one.

    Raises ConfigError where that table is no UTF-8 or lacks a column of ours.
    """
    path = settings.refs.get(rule.id)
    if path is None or rule.ref is None:
        return rule
    if not path.is_file():
        raise ConfigError("no such file", place=f"{settings.path}: refs.{rule.id}: {path}")
    try:
        held = reference_columns(path)
    except UnicodeDecodeError as e:
        raise ConfigError(**not_utf8(path, e)) from e
    lacking = [c for c in reference_columns(rule.ref) if c not in held]
    if lacking:
        raise ConfigError(
            f"lacks the column {lacking[0]}", place=str(path), hint=f"compare {rule.ref.name}"
        )
    return replace(rule, ref=path)


def cite(con: Connection, rules: Sequence[Rule]) -> None:
    """Let findings yield to those of another rule on the same subject: one finding, one cited."""
    con.execute(FINDINGS)
    for rule in rules:
        if rule.yields_to:
            con.execute(
                "update findings f set class = 'cited' where rule_id = $rule and exists (select 1"
                " from findings o where list_contains($others, o.rule_id) and o.ns = f.ns"
                " and o.object = f.object and o.subject_id = f.subject_id)",
                {"rule": rule.id, "others": list(rule.yields_to)},
            )


def cited(con: Connection) -> dict[tuple[str, str], int]:
    """(rule, project) -> findings that only cite another rule's."""
    found = rows(con, "select rule_id, project_id, count(*) from findings where class = 'cited'"
                      " group by all")  # fmt: skip
    return {(rule, project): n for rule, project, n in found}


def _findings(con: Connection) -> pa.Table:
    con.execute(FINDINGS)
    return con.sql(
        "select * from findings order by rule_id, ns, subject_id, object"
    ).to_arrow_table()


def _timelines(con: Connection) -> pa.Table:
    newest = 'order by "at" desc nulls last, ns, subject_id, object'
    return timelines(
        con,
        "select object, ns, subject_id from findings qualify row_number() over"
        f" (partition by rule_id, project_id {newest}) <= {DRAWN}",
    )
