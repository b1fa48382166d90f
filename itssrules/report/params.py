"""The parameters in force: those of the rules run and the settings that these share."""

from __future__ import annotations

from dataclasses import dataclass

from itssrules.model.results import ParamChange, Results
from itssrules.model.rule import Param


@dataclass(frozen=True)
class InForce:
    """A parameter with the value in force; `owner` is its rule, empty for a shared setting."""

    owner: str
    param: Param
    value: str
    changes: tuple[ParamChange, ...]
    """Where it is not at its default."""

    @property
    def projects(self) -> tuple[ParamChange, ...]:
        """Projects with a value of their own."""
        return tuple(c for c in self.changes if c.project_id)


def params(results: Results) -> list[InForce]:
    """Every parameter of the rules run, rule by rule, then the settings that they share."""
    own = [(r.rule.id, p) for r in results.rules for p in r.rule.params.values()]
    shared = {p.name: p for r in results.rules for p in r.rule.shared.values()}
    return [_in_force(results, *pair) for pair in [*own, *(("", p) for p in shared.values())]]


def _in_force(results: Results, owner: str, param: Param) -> InForce:
    found = [c for c in results.changes if (c.owner, c.name) == (owner, param.name)]
    everywhere = [c.value for c in found if not c.project_id]
    return InForce(owner, param, (everywhere or [written(param.value)])[0], tuple(found))


def written(value: object) -> str:
    """A parameter's value as text."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
