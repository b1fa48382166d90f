"""What a rule could not see: lost rows, empty tables, parts of the period that no export covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from itssrules.assess.context import Context
from itssrules.assess.outcome import status_of
from itssrules.model.results import Coverage, ProjectCount, Reason, RuleResult, Status
from itssrules.model.rule import Rule
from itssrules.model.tables import UNATTRIBUTED

Counted = TypeVar("Counted", RuleResult, ProjectCount)


def lost_rows(context: Context, rule: Rule) -> tuple[Reason, ...]:
    """Rows of the subject tables that made no record: nobody can say what they would have been."""
    if not rule.of_records:
        return ()
    return tuple(
        Reason(UNATTRIBUTED, ns, "lost_rows", table, count, ())
        for (table, ns), count in sorted(context.rejects.items())
        if table in rule.subject and count
    )


def holes(context: Context, rule: Rule) -> tuple[Reason, ...]:
    """What belongs to no record, so that it counts none; nothing is fully conforming beside it."""
    empty = [t for t in rule.subject if not context.crowd(t)]
    held = context.supply.tables
    found = [Reason("", "", "no_rows" if t in held else "table", t, 0, ()) for t in empty]
    beside = {t for t in rule.read_tables if not rule.of_records or t not in rule.subject}
    found += [
        Reason("", ns, "lost_rows", table, 0, ())
        for (table, ns), count in sorted(context.rejects.items())
        if table in beside and count
    ]
    found += [Reason("", ns, "incomplete", table, 0, ()) for table, ns in incomplete(context, rule)]
    found += [Reason("", ns, "window", table, 0, ()) for table, ns in _uncovered(context, rule)]
    return tuple(found)


def incomplete(context: Context, rule: Rule) -> list[tuple[str, str]]:
    """(table, id space) that the rule reads and from which rows seem to be lost."""
    return sorted({
        (c.table, c.ns)
        for c in context.coverage
        if c.lost and c.table in rule.read_tables and _touches(c, context.period)
    })  # fmt: skip


def _touches(span: Coverage, period: tuple[str, str] | None) -> bool:
    if period is None:
        return True
    first, last = map(_moment, period)
    from_at, to_at = _reach(span)
    return from_at <= last and to_at >= first


def _uncovered(context: Context, rule: Rule) -> list[tuple[str, str]]:
    """Subject tables whose rows do not reach over the whole period asked for."""
    if context.period is None:
        return []
    first, last = map(_moment, context.period)
    reach: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for c in context.coverage:
        if c.table in rule.subject and (c.from_at or c.to_at):
            low, high = reach.get((c.table, c.ns), (datetime.max, datetime.min))
            from_at, to_at = _reach(c)
            reach[c.table, c.ns] = (min(low, from_at), max(high, to_at))
    return sorted(k for k, (low, high) in reach.items() if low > first or high < last)


def _reach(span: Coverage) -> tuple[datetime, datetime]:
    """From when to when a span reaches; without end where it says none."""
    return (
        _moment(span.from_at) if span.from_at else datetime.min,
        _moment(span.to_at) if span.to_at else datetime.max,
    )


def _moment(text: str) -> datetime:
    """A moment in UTC, with or without its Z, so that two of them can be compared."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def with_holes(result: RuleResult, found: tuple[Reason, ...]) -> RuleResult:
    """The result at best partly conforming."""
    if not found:
        return result
    weaker = {"conforming": "partly", "not_applicable": "not_assessed"}

    def less(status: Status) -> Status:
        return cast("Status", weaker.get(status, status))

    return replace(
        result,
        status=less(result.status),
        reasons=(*result.reasons, *found),
        by_project=tuple(replace(p, status=less(p.status)) for p in result.by_project),
        by_checkpoint=tuple(replace(c, status=less(c.status)) for c in result.by_checkpoint),
    )


def with_lost(result: RuleResult, lost: tuple[Reason, ...]) -> RuleResult:
    """The result with lost rows in its population, not assessed."""
    if not lost:
        return result
    many = sum(r.count for r in lost)
    projects: Mapping[str, ProjectCount] = {p.project_id: p for p in result.by_project}
    none = ProjectCount(UNATTRIBUTED, "not_assessed", 0, 0, 0, 0, 0, 0)
    added = {UNATTRIBUTED: _more(projects.get(UNATTRIBUTED, none), result.rule, many)}
    merged = {**projects, **added}
    return replace(
        _more(result, result.rule, many),
        reasons=(*result.reasons, *lost),
        by_project=tuple(merged[p] for p in sorted(merged)),
    )


def _more(counts: Counted, rule: Rule, many: int) -> Counted:
    unknown = counts.not_assessed + many
    status = status_of(
        rule, counts.not_applicable, counts.conforming, counts.nonconforming, unknown
    )
    return replace(counts, status=status, population=counts.population + many, not_assessed=unknown)
