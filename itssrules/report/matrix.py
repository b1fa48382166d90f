"""The heat map: how each process stands in each project; and findings by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from itssrules.model.messages import local
from itssrules.model.results import Results, RuleResult
from itssrules.model.rule import Text
from itssrules.report.overview import Segment, bar
from itssrules.report.words import project_name

WORST_FIRST = (
    "major", "minor", "nonconforming", "error", "observation", "lead", "not_assessed", "partly", "conforming",
    "not_applicable", "excluded",
)  # fmt: skip
GRADES = ("major", "minor", "observation")
OPEN = ("error", "not_assessed", "partly", "excluded")
MONTHS = 36
"""Months that the chart has room for; earlier ones are left to the files."""


@dataclass(frozen=True)
class Cell:
    """A process in a project: the gravest grade or worst status, rules by status, and the records."""

    status: str
    rules: list[tuple[str, int]]
    nonconforming: int
    """Records, groups, figures and entries that do not conform; leads are not among them."""
    judged: int
    not_assessed: int
    bar: list[Segment]


@dataclass(frozen=True)
class Matrix:
    """Processes by projects; the last cell of a row is the process as a whole."""

    projects: list[tuple[str, Text]]
    rows: list[tuple[str, Text, list[Cell | None]]]
    idle: int
    """Projects left out, as no rule applies to anything of theirs."""


@dataclass(frozen=True)
class Month:
    """Findings of a local month (YYYY-MM), or of none, by grade."""

    name: str
    counts: list[tuple[str, int]]
    total: int


def matrix(results: Results) -> Matrix:
    """The heat map; a cell is None where no rule of the process saw anything of the project."""
    ids = dict.fromkeys(p.project_id for p in results.projects)
    ids |= dict.fromkeys(p.project_id for r in results.rules for p in r.by_project)
    found: dict[str, list[RuleResult]] = {}
    for r in results.rules:
        found.setdefault(r.rule.process, []).append(r)
    rows = [
        (
            process,
            results.book.process_name(process),
            [*(_cell(_in(rules, project), _grades(results, project)) for project in ids),
             _cell(((r, r.status, _counts(r)) for r in rules), _grades(results))],
        )
        for process, rules in found.items()
    ]  # fmt: skip
    telling = {
        p.project_id for r in results.rules for p in r.by_project if p.status != "not_applicable"
    }
    seen = [i for i, project in enumerate(ids) if project in telling] or [*range(len(ids))]
    names = [*ids]
    return Matrix(
        [(names[i], project_name(names[i])) for i in seen],
        [(p, text, [*(cells[i] for i in seen), cells[-1]]) for p, text, cells in rows],
        len(ids) - len(seen),
    )


Counts = tuple[int, int, int, int]
"""Nonconforming, not assessed, conforming, not applicable."""
NOTHING = (0, 0, 0, 0)
Seen = tuple[RuleResult, str, Counts]


def _counts(r: object) -> Counts:
    names = ("nonconforming", "not_assessed", "conforming", "not_applicable")
    a, b, c, d = (getattr(r, name) for name in names)
    return a, b, c, d


def _in(rules: Iterable[RuleResult], project: str) -> list[Seen]:
    """What the rules saw of a project; one that saw nothing of any is open in each."""
    found: list[Seen] = [
        (r, p.status, _counts(p)) for r in rules for p in r.by_project if p.project_id == project
    ]
    return found + [(r, r.status, NOTHING) for r in rules if r.status in OPEN and not r.by_project]


def _grades(results: Results, project: str | None = None) -> dict[str, str]:
    """The gravest grade of each rule, in one project or in all."""
    found: dict[str, str] = {}
    for n in results.nonconformities:
        if project in (None, n.project_id):
            worst = min(found.get(n.rule_id, n.grade), n.grade, key=WORST_FIRST.index)
            found[n.rule_id] = worst
    return found


def _cell(seen: Iterable[Seen], grades: dict[str, str]) -> Cell | None:
    rules = [(r, _kind(r, status), counts) for r, status, counts in seen]
    if not rules:
        return None
    statuses = Counter(status for _, status, _ in rules)
    order = sorted(statuses, key=WORST_FIRST.index)
    graded = {grades.get(r.rule.id, s) if s == "nonconforming" else s for r, s, _ in rules}
    if graded - {"excluded"} and "excluded" in graded:
        graded = graded - {"excluded"} | {"partly"}
    worst = min(graded, key=WORST_FIRST.index)
    strict = [c for r, _, c in rules if not r.rule.leads]
    leads = sum(c[0] for r, _, c in rules if r.rule.leads)
    sums = [sum(c[at] for _, _, c in rules) for at in range(4)]
    bad = sum(c[0] for c in strict)
    return Cell(
        worst, [(s, statuses[s]) for s in order], bad, sum(c[0] + c[2] for c in strict), sums[1],
        bar([("nonconforming", bad), ("lead", leads), ("not_assessed", sums[1]),
             ("conforming", sums[2]), ("not_applicable", sums[3])]),
    )  # fmt: skip


def _kind(r: RuleResult, status: str) -> str:
    failed = status == "nonconforming" and r.rule.severity == "observation"
    return "observation" if failed else status


def months(results: Results) -> list[Month]:
    """Findings by the local month of their time, the latest last; those without a time at the end."""
    zone = ZoneInfo(results.zone)
    grades = {(n.rule_id, n.project_id): n.grade for n in results.nonconformities}
    columns = ("rule_id", "project_id", "class", "at")
    rows = zip(*(results.findings[c].to_pylist() for c in columns), strict=True)
    counts: dict[str, Counter[str]] = {}
    for rule, project, kind, at in rows:
        if kind != "cited":
            month = local(at, zone)[:7] if at else ""
            grade = "lead" if kind == "lead" else grades.get((rule, project or ""), "minor")
            counts.setdefault(month, Counter())[grade] += 1
    named = sorted(m for m in counts if m)
    span = _span(named[0], named[-1]) if named else []
    listed = (span if len(span) <= MONTHS else named)[-MONTHS:]
    named_last = [*listed, *([""] if "" in counts else [])]
    found = [(m, counts.get(m, Counter())) for m in named_last]
    return [Month(m, [(g, n[g]) for g in (*GRADES, "lead")], n.total()) for m, n in found]


def _span(first: str, last: str) -> list[str]:
    """Every month from the first to the last."""
    year, month = map(int, first.split("-"))
    found = [first]
    while found[-1] < last and len(found) <= MONTHS:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append(f"{year:04}-{month:02}")
    return found
