"""Counts to statuses, findings to graded nonconformities, rules to checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from itssrules.model.results import CheckpointResult, Nonconformity, Results, RuleResult, Status
from itssrules.model.rule import SEVERITIES, Rule, RuleBook, Severity

SYSTEMIC_MIN = 3
SYSTEMIC_SHARE = 0.2


def status_of(
    rule: Rule, not_applicable: int, conforming: int, nonconforming: int, not_assessed: int,
    limited: int = 0,
) -> Status:  # fmt: skip
    """A rule's status from its counts; `limited` are conforming ones that lack a sharpening column.

    Unknown is never conforming.
    """
    if nonconforming:
        return "lead" if rule.leads else "nonconforming"
    if conforming:
        return "partly" if not_assessed or limited else "conforming"
    return "not_applicable" if not_applicable and not not_assessed else "not_assessed"


def grade(rule: Rule, findings: int, judged: int) -> tuple[str, bool]:
    """The grade proposed for a rule's findings in one project, and whether it was raised.

    A minor of single records rises to a major at max(3, 20 %) of the records judged, or when all of
    two or more fail.
    """
    if not rule.of_records:
        return rule.severity, False
    every = judged >= 2 and findings == judged
    systemic = findings >= max(SYSTEMIC_MIN, SYSTEMIC_SHARE * judged)
    if rule.severity == "minor" and (every or systemic):
        return "major", True
    return rule.severity, False


def nonconformities(
    results: Sequence[RuleResult],
    cited: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> tuple[Nonconformity, ...]:
    """One nonconformity per rule and project with findings; the gravest and largest first.

    `cited` counts the findings per (rule, project) that stand under another rule already.
    """
    found = []
    for r in results:
        if r.rule.leads or r.status == "error":
            continue
        for p in r.by_project:
            count = p.nonconforming - cited.get((r.rule.id, p.project_id), 0)
            if count:
                judged = p.conforming + p.nonconforming
                level, raised = grade(r.rule, count, judged)
                found.append(Nonconformity(r.rule.id, p.project_id, level, count, judged, raised))
    order = {"major": 0, "minor": 1, "observation": 2}
    return tuple(sorted(found, key=lambda n: (order[n.grade], -n.count, n.rule_id, n.project_id)))


def checkpoints(
    book: RuleBook,
    results: Sequence[RuleResult],
    excluded: Mapping[str, str] = MappingProxyType({}),
) -> tuple[CheckpointResult, ...]:
    """The checkpoints that any of the rules run decides or supports, with their status."""
    ran = {r.rule.id: r for r in results}
    written = {r.id for r in book.rules}
    found = []
    for point in book.checkpoints:
        decided = _rules(point.decided_by, book, point.id, "decides")
        supported = [r for r in _rules(point.supported_by, book, point.id, "supports")
                     if r not in decided]  # fmt: skip
        if not any(r in ran for r in (*decided, *supported)):
            continue
        deciding = [(r, _status(r, point.id, ran, written)) for r in decided]
        supporting = [(r, _status(r, point.id, ran, written)) for r in supported]
        status = checkpoint_status([s for _, s in deciding], [s for _, s in supporting])
        if point.id in excluded:
            status = "excluded"
        why = excluded.get(point.id, "")
        found.append(CheckpointResult(point, status, tuple(deciding), tuple(supporting), why))
    return tuple(found)


def _rules(listed: Sequence[str], book: RuleBook, checkpoint: str, role: str) -> list[str]:
    """Rules named by the checkpoint, and those whose head names it."""
    own = [r.id for r in book.rules if checkpoint in getattr(r, role)]
    return list(dict.fromkeys([*listed, *own]))


def _status(rule_id: str, point: str, ran: dict[str, RuleResult], written: set[str]) -> str:
    """A rule's status for a checkpoint: that of its own rows where it keeps counts for each."""
    if rule_id not in ran:
        return "not_run" if rule_id in written else "not_written"
    result = ran[rule_id]
    if result.rule.kind == "register" and result.status not in ("error", "excluded"):
        own = next((c.status for c in result.by_checkpoint if c.checkpoint == point), None)
        return own or "not_assessed"
    return result.status


def checkpoint_status(deciding: Sequence[str], supporting: Sequence[str]) -> str:
    """Conforming only if every deciding rule conforms; any nonconformity makes it nonconforming.

    A deciding rule that is not assessed, failed, was not run or is not written leaves the
    checkpoint not assessed; one that is partly assessed, partly.
    """
    if "nonconforming" in (*deciding, *supporting):
        return "nonconforming"
    judged = ("conforming", "partly", "not_applicable")
    if not deciding or any(s not in judged for s in deciding):
        return "not_assessed"
    return next(s for s in ("partly", "conforming", "not_applicable") if s in deciding)


def exit_code(results: Results, fail_on: str, max_unjudged: float = 0.05) -> int:
    """0 clean and all judged, 1 findings at or above `fail_on`, 3 something failed, 4 unjudged.

    Precedence 3, 1, 4, 0; 2 (nothing run) is raised as an error long before.
    """
    failed = any(r.status == "error" for r in results.rules)
    if failed or any(i.state == "damaged" for i in results.inputs):
        return 3
    counted = SEVERITIES[: SEVERITIES.index(cast("Severity", fail_on)) + 1]
    if any(n.grade in counted for n in results.nonconformities):
        return 1
    unread = any(i.state == "unknown" for i in results.inputs)
    nothing = not any(r.conforming or r.nonconforming for r in results.rules)
    return 4 if nothing or unread or any(_unjudged(r, max_unjudged) for r in results.rules) else 0


def _unjudged(result: RuleResult, most: float) -> bool:
    applicable = result.population - result.not_applicable
    holes = any(r.count == 0 for r in result.reasons)
    return result.status == "not_assessed" or holes or result.not_assessed > most * applicable
