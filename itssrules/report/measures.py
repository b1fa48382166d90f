"""Key figures as the report shows them: a ratio, what unassessed records leave open, the target."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

from itssrules.model.results import Measure, Results, RuleResult
from itssrules.model.rule import Text
from itssrules.report.words import project_name

NARROWEST = 1.0
"""Per cent of the scale that a range takes even where its bounds meet."""
MOST_DIGITS = 4


@dataclass(frozen=True)
class Figure:
    """A key figure in words, and where its range and target stand on a scale of 0 to 100."""

    measure: Measure
    result: RuleResult
    project: Text
    value: str
    lower: str
    upper: str
    target: str
    span: tuple[float, float] | None
    """Where the range begins and how wide it is; None where no bounds are known."""
    mark: float | None

    @property
    def exact(self) -> bool:
        """True where the bounds meet, so that the value alone says all."""
        m = self.measure
        return m.lower is not None and m.lower == m.upper == m.value


def figures(results: Results) -> list[Figure]:
    """Every key figure of the run, in the order of its rules."""
    return [_figure(r, m) for r in results.rules for m in r.measures]


def share(value: float | None, mark: float | None = None) -> str:
    """A share as a percentage that looks like `mark`, 0 or 100 % only where it is just that."""
    if value is None or not isfinite(value):
        return "–"
    exact = _per_cent(value)
    if exact in (0, 100):
        return f"{exact:.0f}\u00a0%"
    near = {_per_cent(m) for m in (mark, 0.0, 1.0) if m is not None and isfinite(m)} - {exact}
    for digits in range(1, MOST_DIGITS):
        if _rounded(exact, digits) not in {_rounded(m, digits) for m in near}:
            return f"{_rounded(exact, digits)}\u00a0%"
    return f"{exact.normalize():f}\u00a0%"


def _per_cent(value: float) -> Decimal:
    return Decimal(repr(float(value))) * 100


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _figure(result: RuleResult, m: Measure) -> Figure:
    value, lower, upper = (share(x, m.target) for x in (m.value, m.lower, m.upper))
    return Figure(
        measure=m,
        result=result,
        project=project_name(m.project_id),
        value=value,
        lower=lower,
        upper=upper,
        target=share(m.target),
        span=_span(m.lower, m.upper),
        mark=None if m.target is None else min(_at(m.target), 100 - NARROWEST),
    )


def _span(lower: float | None, upper: float | None) -> tuple[float, float] | None:
    if lower is None or upper is None:
        return None
    width = max(_at(upper) - _at(lower), NARROWEST)
    return round(min(_at(lower), 100 - width), 3), round(width, 3)


def _at(value: float) -> float:
    return round(min(max(value, 0.0), 1.0) * 100, 3)
