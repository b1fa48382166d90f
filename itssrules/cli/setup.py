"""What every command begins with: settings, plugins, the rule book, the connectors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pluggy

from itssrules import plugins
from itssrules.catalogue.load import load_book
from itssrules.cli import config
from itssrules.errors import CatalogueError, ItssError, UsageError, did_you_mean
from itssrules.model.rule import RuleBook
from itssrules.model.settings import Settings

if TYPE_CHECKING:
    from itssrules.intake.connector import Connector
    from itssrules.store import Connection

CHECK = "check --config, or ITSSRULES_CONFIG of the environment"


@dataclass(frozen=True)
class Setup:
    """Settings in force, the plugins, and the book with every problem found in it."""

    config: Settings
    manager: pluggy.PluginManager
    book: RuleBook
    problems: list[ItssError]
    own: tuple[Path, ...]
    """Rule folders of plugins and of the user: everything but our own book."""


def start(rules_paths: Sequence[Path] = (), config_path: Path | None = None) -> Setup:
    """Read the settings, load plugins and the rule book; nothing of the engine is imported."""
    if config_path is not None and not config_path.is_file():
        raise UsageError("no such settings file", place=str(config_path), hint=CHECK)
    settings = config.read(config_path or config.find(Path()))
    manager = plugins.plugin_manager()
    paths = plugins.rule_paths(manager, [*settings.rules, *rules_paths])
    book, problems = load_book(paths)
    return Setup(settings, manager, book, problems, tuple(paths[1:]))


def checked_book(setup: Setup, con: Connection) -> RuleBook:
    """The book, its SQL checked and further packs linted; CatalogueError with all problems."""
    from itssrules.assess.params import check
    from itssrules.catalogue.check import check_book

    problems = [*setup.problems, *check_book(con, setup.book), *check(setup.book, setup.config)]
    theirs = [r for r in setup.book.rules if any(p in r.path.parents for p in setup.own)]
    if theirs and not problems:
        from itssrules.catalogue.lint import lint, lint_facts
        from itssrules.catalogue.needs import problems as need_problems

        problems += [p for r in theirs for p in (*lint(r), *need_problems(r))]
        problems += [
            p for p in lint_facts(setup.book) if p.place.startswith(tuple(map(str, setup.own)))
        ]
    if problems:
        raise CatalogueError(problems)
    return setup.book


def connectors(setup: Setup, forced: str | None = None) -> dict[str, Connector]:
    """Connectors by name; UsageError where `forced` names none."""
    from itssrules.intake.connector import load_connectors

    found = load_connectors(plugins.connector_paths(setup.manager, setup.config.connectors))
    if forced and forced not in found:
        raise UsageError(
            f"no connector is called {forced!r}", place="--connector",
            hint=did_you_mean(forced, list(found)),
        )  # fmt: skip
    return found


def progress(quiet: bool) -> Callable[[str], None]:
    """Lines on the error stream; on a terminal one line, written over, that "" takes away."""
    terminal = sys.stderr.isatty()

    def tell(text: str) -> None:
        if quiet or not (text or terminal):
            return
        click.echo(f"\r\033[K{text}" if terminal else text, nl=not terminal, err=True)

    return tell
