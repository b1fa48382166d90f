"""The commands about rules, connectors and plugins."""

from __future__ import annotations

from pathlib import Path

import click

from itssrules import plugins
from itssrules.catalogue.load import select
from itssrules.cli.setup import connectors, start
from itssrules.errors import CatalogueError, ItssError, UsageError, did_you_mean
from itssrules.model.rule import Rule


def _rules(wanted: str, paths: tuple[Path, ...], config: Path | None) -> list[Rule]:
    """The selected rules of a book without faults in its heads."""
    setup = start(paths, config)
    if setup.problems:
        raise CatalogueError(setup.problems)
    return select(setup.book, [w.strip() for w in wanted.split(",")])


def list_rules(wanted: str, paths: tuple[Path, ...], config: Path | None, lang: str) -> None:
    """One line per rule: id, severity, status, title."""
    for rule in _rules(wanted, paths, config):
        lead = " lead" if rule.leads else ""
        click.echo(f"{rule.id}  {rule.severity:<11} {rule.status}{lead}  {rule.title[lang]}")


def show_rule(rule_id: str, paths: tuple[Path, ...], config: Path | None) -> None:
    """A rule's file as it stands."""
    book = start(paths, config).book
    rule = book.rule(rule_id)
    if rule is None:
        hint = did_you_mean(rule_id, [r.id for r in book.rules])
        raise UsageError(f"no rule is called {rule_id!r}", place="rules show", hint=hint)
    click.echo(rule.path.read_text(encoding="utf-8-sig"), nl=False)


def test_rules(wanted: str, paths: tuple[Path, ...], config: Path | None) -> int:
    """Prove heads, SQL, lint, needs and cases of the selected rules; 0 if all hold, else 1."""
    from itssrules.assess.cases import missing, run_cases
    from itssrules.catalogue.check import check_rule
    from itssrules.catalogue.lint import lint, lint_facts
    from itssrules.catalogue.needs import problems
    from itssrules.store import connect

    rules = _rules(wanted, paths, config)
    con = connect()
    faults = [str(f) for f in lint_facts(start(paths, config).book)]
    cases = 0
    for rule in rules:
        found: list[ItssError] = check_rule(con, rule)
        if not found:
            found = [*lint(rule), *problems(rule)]
        faults += [str(f) for f in found]
        try:
            outcomes = run_cases(rule)
        except ItssError as e:
            faults.append(str(e))
            continue
        cases += len(outcomes)
        faults += [f"{rule.id}: {o.name}: {fault}" for o in outcomes for fault in o.faults]
        faults += [f"{rule.id}: {text}" for text in missing(rule)]
    for fault in faults:
        click.echo(fault)
    blanks = sum(len(r.blank) for r in rules)
    click.echo(f"{len(rules)} rules, {cases} cases, {blanks} blank entries, {len(faults)} faults")
    return 1 if faults else 0


def fix_rules(wanted: str, paths: tuple[Path, ...], config: Path | None) -> None:
    """Rewrite `needs` where the SQL reads otherwise."""
    from itssrules.catalogue.needs import fix

    changed = 0
    for rule in _rules(wanted, paths, config):
        text = fix(rule)
        if text is not None:
            rule.path.write_text(text, encoding="utf-8", newline="\n")
            click.echo(f"rewrote needs in {rule.path}")
            changed += 1
    click.echo(f"{changed} files changed")


def list_connectors(config: Path | None, lang: str) -> None:
    """Every connector with its exports and the headers that give them away."""
    setup = start((), config)
    for connector in connectors(setup).values():
        click.echo(f"{connector.name}: {connector.title[lang]}")
        click.echo(f"    {connector.how[lang]}")
        for export in connector.exports:
            signs = ", ".join(" / ".join(d[:3]) for d in export.detect)
            tables = ", ".join(t.table.name for t in export.tables)
            click.echo(f"  {export.name} -> {tables}  [{signs}]")


def list_plugins() -> None:
    """Plugins in force, then the rule folders, connector folders and formats that they bring."""
    manager = plugins.plugin_manager()
    for label in ["itssrules (built in)", *(label for _, label in plugins.names(manager))]:
        click.echo(label)
    for path in plugins.rule_paths(manager):
        click.echo(f"  rules       {path}")
    for path in plugins.connector_paths(manager):
        click.echo(f"  connectors  {path}")
    click.echo(f"  formats     {', '.join(plugins.formats(manager))}")
