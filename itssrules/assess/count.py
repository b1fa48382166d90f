"""Verdicts to counts: in all, per project, per checkpoint, with reasons and key figures."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from itssrules.assess.context import CHECKSUM, IDS_KEPT, Context, Crowd, Tally
from itssrules.assess.gate import Gate
from itssrules.assess.outcome import status_of
from itssrules.model.results import CheckpointCount, Measure, ProjectCount, Reason, RuleResult
from itssrules.model.rule import MEASURES, Rule
from itssrules.store import Connection, rows

RATIOS = ("value", "lower", "upper", "target")
VERDICTS = ("not_applicable", "conforming", "nonconforming", "not_assessed")


def tally(con: Connection) -> list[Tally]:
    """Count `verdicts` in one pass; what the nonconforming ones hold stays in the table `tallied`."""
    con.execute(
        f"""create or replace temp table tallied as
        select record.project_id as project_id, record.ns as ns, verdict, message, reason, col, limited,
            checkpoint, count(*) as many, {CHECKSUM} as checksum,
            min(record.id, {IDS_KEPT}) filter (where verdict = 'not_assessed') as ids,
            list({{'record': record, 'moment': "at", 'owner': owner, 'evidence': evidence}})
                filter (where verdict = 'nonconforming') as found
        from verdicts group by all"""
    )
    told = rows(con, "select * exclude (found) replace (coalesce(ids, []) as ids) from tallied")
    return [Tally(*row) for row in told]


def counted(
    con: Connection, rule: Rule, tallies: Sequence[Tally], lacking: Sequence[str]
) -> RuleResult:
    """The counts of all verdicts; `lacking` are columns that would have sharpened them."""
    inside = [t for t in tallies if t.verdict != "outside"]
    projects = tuple(
        ProjectCount(p, status_of(rule, *counts, weak), sum(counts), *counts, limited)
        for p, (counts, limited, weak) in _by(inside, lambda t: t.project_id)
    )
    unjudged: dict[tuple[str, str, str, str], list[Tally]] = {}
    messages: Counter[tuple[str, str]] = Counter()
    for t in inside:
        if t.verdict == "not_assessed":
            key = (t.project_id, t.ns, t.reason or t.message or "", t.column or "")
            unjudged.setdefault(key, []).append(t)
        if t.reason is None and t.message is not None:
            messages[t.verdict, t.message] += t.count
    counts, limited, weak = _sums(inside)
    return RuleResult(
        rule,
        status_of(rule, *counts, limited=weak),
        sum(counts),
        *counts,
        limited=limited,
        reasons=tuple(
            Reason(*key, sum(t.count for t in found), _first(t.ids for t in found))
            for key, found in sorted(unjudged.items())
        ),
        messages=tuple((*key, n) for key, n in sorted(messages.items())),
        limits=tuple(lacking) if limited else (),
        by_project=projects,
        by_checkpoint=_by_checkpoint(rule, inside),
        measures=_measures(con, rule),
        outside=sum(t.count for t in tallies) - sum(counts),
    )


def _sums(tallies: Iterable[Tally]) -> tuple[tuple[int, int, int, int], int, int]:
    """How many of each verdict, how many limited, and how many of these conforming.

    The last are weak: a column or rows that could have said otherwise are lacking.
    """
    held = Counter[str]()
    for t in tallies:
        held[t.verdict] += t.count
        held["limited"] += t.limited * t.count
        held["weak"] += (t.limited and t.verdict == "conforming") * t.count
    na, conforming, bad, unknown = (held[v] for v in VERDICTS)
    return (na, conforming, bad, unknown), held["limited"], held["weak"]


def _by(tallies: Iterable[Tally], key: Callable[[Tally], str]) -> Iterator[
    tuple[str, tuple[tuple[int, int, int, int], int, int]]
]:  # fmt: skip
    parts: dict[str, list[Tally]] = {}
    for t in tallies:
        parts.setdefault(key(t), []).append(t)
    return ((name, _sums(own)) for name, own in sorted(parts.items()))


def _first(ids: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(heapq.merge(*ids))[:IDS_KEPT]


def gated(context: Context, rule: Rule, shut: Mapping[str, Sequence[Gate]]) -> RuleResult:
    """The counts of a rule none of whose files may be judged; no record is looked at singly."""
    found: dict[tuple[str, str, str, str], list[Crowd]] = {}
    outside = 0
    for table, gates in shut.items():
        why = {g.file_id: (g.reason, g.column) for g in gates}
        for crowd in context.crowd(table):
            if context.projects and crowd.project_id not in context.projects:
                outside += crowd.count
            else:
                key = (crowd.project_id, crowd.ns, *why[crowd.file_id])
                found.setdefault(key, []).append(crowd)
    reasons = tuple(
        Reason(
            *key,
            sum(c.count for c in crowds),
            _first(c.ids for c in crowds),
        )
        for key, crowds in sorted(found.items())
    )
    projects = {p: sum(r.count for r in reasons if r.project_id == p) for p, *_ in sorted(found)}
    return RuleResult(
        rule, "not_assessed", sum(projects.values()), not_assessed=sum(projects.values()),
        reasons=reasons, outside=outside,
        by_project=tuple(
            ProjectCount(p, "not_assessed", n, 0, 0, 0, n, 0) for p, n in projects.items()
        ),
    )  # fmt: skip


def _by_checkpoint(rule: Rule, tallies: Sequence[Tally]) -> tuple[CheckpointCount, ...]:
    if rule.kind != "register":
        return ()
    return tuple(
        CheckpointCount(point, status_of(rule, *counts, weak), sum(counts), *counts)
        for point, (counts, _, weak) in _by(
            (t for t in tallies if t.checkpoint is not None), lambda t: t.checkpoint or ""
        )
    )


def _measures(con: Connection, rule: Rule) -> tuple[Measure, ...]:
    if rule.kind != "kpi":
        return ()
    names = ", ".join(f"{n}::double" if n in RATIOS else n for n in MEASURES)
    found = rows(con, f"select project_id, {names} from grouped where period is not null"
                      " order by project_id, period")  # fmt: skip
    return tuple(
        Measure(rule.id, p, period, n or 0, d or 0, x or 0, u or 0, value, low, high, target)
        for p, period, n, d, x, u, value, low, high, target in found
    )
