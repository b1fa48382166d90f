"""Verdicts to counts: in all, per project, per checkpoint, with reasons and key figures."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from itssrules.assess.context import IDS_KEPT, Context, Crowd
from itssrules.assess.gate import Gate
from itssrules.assess.outcome import status_of
from itssrules.model.results import CheckpointCount, Measure, ProjectCount, Reason, RuleResult
from itssrules.model.rule import MEASURES, Rule
from itssrules.store import Connection, one, rows

RATIOS = ("value", "lower", "upper", "target")
COUNTS = (
    "count(*), count(*) filter (verdict = 'not_applicable'), count(*) filter (verdict ="
    " 'conforming'), count(*) filter (verdict = 'nonconforming'), count(*) filter (verdict ="
    " 'not_assessed')"
)
WEAK = "count(*) filter (limited and verdict = 'conforming')"
"""Conforming, yet a column or rows that could have said otherwise are lacking."""


def counted(con: Connection, rule: Rule, lacking: Sequence[str]) -> RuleResult:
    """The counts of `verdicts`; `lacking` are columns that would have sharpened them."""
    found = rows(
        con,
        f"select record.project_id, {COUNTS}, count(*) filter (limited), {WEAK}"
        " from verdicts where verdict <> 'outside' group by 1 order by 1",
    )
    projects = tuple(
        ProjectCount(p, status_of(rule, na, c, bad, u, weak), n, na, c, bad, u, limited)
        for p, n, na, c, bad, u, limited, weak in found
    )
    reasons = tuple(
        Reason(p, ns, reason, col or "", n, tuple(ids))
        for p, ns, reason, col, n, ids in rows(
            con,
            "select record.project_id, record.ns, coalesce(reason, message), col, count(*),"
            f" min(record.id, {IDS_KEPT}) from verdicts where verdict = 'not_assessed'"
            " group by all order by all",
        )
    )
    messages = tuple(rows(
        con,
        "select verdict, message, count(*) from verdicts where reason is null and verdict <>"
        " 'outside' and message is not null group by all order by all",
    ))  # fmt: skip
    counts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
    totals = {name: sum(getattr(p, name) for p in projects) for name in counts}
    limited = sum(p.limited for p in projects)
    return RuleResult(
        rule,
        status_of(rule, **totals, limited=sum(row[-1] for row in found)),
        sum(p.population for p in projects),
        **totals,
        limited=limited,
        reasons=reasons,
        messages=messages,
        limits=tuple(lacking) if limited else (),
        by_project=projects,
        by_checkpoint=_by_checkpoint(con, rule),
        measures=_measures(con, rule),
        outside=one(con, "select count(*) from verdicts where verdict = 'outside'"),
    )


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
            tuple(heapq.merge(*(c.ids for c in crowds)))[:IDS_KEPT],
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


def _by_checkpoint(con: Connection, rule: Rule) -> tuple[CheckpointCount, ...]:
    if rule.kind != "register":
        return ()
    return tuple(
        CheckpointCount(point, status_of(rule, na, c, bad, u, lim), n, na, c, bad, u)
        for point, n, na, c, bad, u, lim in rows(
            con,
            f"select checkpoint, {COUNTS}, {WEAK}"
            " from verdicts where verdict <> 'outside' and checkpoint is not null group by 1 order by 1",
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
