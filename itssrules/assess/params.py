"""Which values a rule runs with, in the firm and in each project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from itssrules.errors import ConfigError, ItssError, did_you_mean
from itssrules.model.results import ParamChange
from itssrules.model.rule import Param, Rule, RuleBook
from itssrules.model.settings import Project, Settings


@dataclass(frozen=True)
class Variant:
    """A rule with the values of some projects; `shared` the settings that hold with it.

    `projects` are those that it runs for, `others` the ones that variants before it took: the last
    variant runs for every project but these.
    """

    rule: Rule
    shared: dict[str, object]
    projects: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def variants(rule: Rule, settings: Settings) -> list[Variant]:
    """One variant per distinct set of values; the firm's own comes last."""
    base = _values(rule, settings, None)
    apart: dict[str, tuple[list[str], tuple[dict[str, object], dict[str, object]]]] = {}
    for project in settings.projects:
        own = _values(rule, settings, project)
        if own != base:
            apart.setdefault(repr(own), ([], own))[0].append(project.id)
    found = [
        Variant(_with(rule, params), common, tuple(ids)) for ids, (params, common) in apart.values()
    ]
    taken = tuple(p for v in found for p in v.projects)
    return [*found, Variant(_with(rule, base[0]), base[1], (), taken)]


def _values(
    rule: Rule, settings: Settings, project: Project | None
) -> tuple[dict[str, object], dict[str, object]]:
    """Parameters of the rule and the shared settings that it or its facts name."""
    params = {n: p.value for n, p in rule.params.items()} | settings.params.get(rule.id, {})
    common: dict[str, object] = {n: p.value for n, p in rule.shared.items()}
    changed = dict(settings.settings)
    if project:
        params |= project.params.get(rule.id, {})
        changed |= project.settings
    return params, common | {n: v for n, v in changed.items() if n in common}


def _with(rule: Rule, values: Mapping[str, object]) -> Rule:
    params = {n: replace(p, value=values[n]) for n, p in rule.params.items()}  # type: ignore[arg-type]
    return replace(rule, params=params)


def check(book: RuleBook, settings: Settings) -> list[ItssError]:
    """What the settings change that is unknown, of the wrong type or beyond its bounds."""
    where = str(settings.path)
    rules = {r.id: r for r in book.rules}
    points = {c.id for c in book.checkpoints}
    found: list[ItssError] = []
    for prefix, params, shared in _layers(settings):
        for rule_id, values in params.items():
            at = f"{where}: {prefix}params.{rule_id}"
            if rule_id not in rules:
                found.append(_unknown("rule", rule_id, at, sorted(rules)))
            else:
                found += _wrong(rules[rule_id].params, values, at)
        found += _wrong(book.settings, shared, f"{where}: {prefix}settings")
    for name in settings.refs:
        if name not in rules or not rules[name].ref:
            legal = [r for r in rules if rules[r].ref]
            found.append(_unknown("rule with a reference table", name, f"{where}: refs", legal))
    for name in settings.excluded:
        if name not in rules and name not in points:
            legal = [*rules, *points]
            found.append(_unknown("rule or checkpoint", name, f"{where}: exclude", legal))
    return found


def _layers(
    settings: Settings,
) -> list[tuple[str, Mapping[str, Mapping[str, object]], Mapping[str, object]]]:
    mine = [("", settings.params, settings.settings)]
    return [*mine, *((f"projects.{p.id}.", p.params, p.settings) for p in settings.projects)]


def _unknown(what: str, name: str, place: str, legal: Sequence[str]) -> ConfigError:
    return ConfigError(f"no {what} is called {name!r}", place=place, hint=did_you_mean(name, legal))


def _wrong(
    params: Mapping[str, Param], values: Mapping[str, object], place: str
) -> list[ItssError]:
    found: list[ItssError] = []
    for name, value in values.items():
        if name not in params:
            hint = did_you_mean(name, list(params)) or "itssrules rules show"
            found.append(ConfigError(f"unknown parameter {name!r}", place=place, hint=hint))
        elif problem := params[name].problem(value):
            found.append(
                ConfigError(
                    problem,
                    place=f"{place}.{name}",
                    hint="see its bounds with `itssrules rules show`",
                )
            )
    return found


def changes(book: RuleBook, rules: Sequence[Rule], settings: Settings) -> tuple[ParamChange, ...]:
    """Every value in force that is not the default, or in a project not the firm's."""
    found = []
    chosen = {r.id: r for r in rules}
    for project in (None, *settings.projects):
        params, shared = (project or settings).params, (project or settings).settings
        known = [(r, chosen[r].params, v) for r, v in params.items() if r in chosen]
        for owner, legal, values in [*known, ("", book.settings, shared)]:
            firm = settings.params.get(owner, {}) if owner else settings.settings
            for name, value in values.items():
                usual = firm.get(name, legal[name].value) if project else legal[name].value
                if value != usual:
                    place, default = project.id if project else "", _shown(legal[name].value)
                    found.append(ParamChange(owner, name, place, default, _shown(value)))
    return tuple(sorted(found, key=lambda c: (c.owner, c.name, c.project_id)))


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)
