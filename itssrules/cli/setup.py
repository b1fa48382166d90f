"""What every command begins with: settings, plugins, the rule book, the connectors."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pluggy

from itssrules import plugins
from itssrules.catalogue.load import load_book
from itssrules.cli import config
from itssrules.errors import CatalogueError, ItssError, UsageError, check_stopped, did_you_mean
from itssrules.model.rule import RuleBook
from itssrules.model.settings import Settings
from itssrules.report.text import fit, short

if TYPE_CHECKING:
    from itssrules.intake.connector import Connector
    from itssrules.store import Connection

CHECK = "check --config, or ITSSRULES_CONFIG of the environment"
COUNT = re.compile(r"(.*) \((\d+)/(\d+)\)")
BAR = 20
PAUSE = 5.0
"""Seconds between plain lines of one stage."""
EACH = ("reading", "writing")
"""Stages with a plain line for every step: their steps are files."""
ABOVE = "\033[A\r\033[K"
"""To the line above, which is cleared."""


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
    """Says on the error stream what is being done; `… (3/12)` at the end counts the steps.

    On a terminal it is one line, written over, with a bar and the seconds; "", the end of the
    command and an error take it away. That line always ends in a line feed, so that nothing
    half-written is left whatever ends the process. Elsewhere a line for every file, and of other
    steps the first and then one every few seconds. Raises KeyboardInterrupt where the user has
    asked to stop and nobody heard it.
    """
    if quiet:
        return lambda _: check_stopped()
    terminal, began = sys.stderr.isatty(), time.monotonic()
    drawn, stage, last = "", "", began

    def tell(text: str) -> None:
        nonlocal drawn, stage, last
        if text:
            check_stopped()
        text, now = short(text), time.monotonic()
        if terminal:
            line = _drawn(text, now - began) if text else ""
            click.echo(f"{drawn}{line}", nl=bool(line), err=True)
            drawn = ABOVE if line else ""
            return
        word = text.partition(" ")[0]
        if text and (word in EACH or word != stage or now - last > PAUSE):
            click.echo(text, err=True)
            stage, last = word, now

    context = click.get_current_context(silent=True)
    if context:
        context.call_on_close(lambda: tell(""))
    return tell


def _drawn(text: str, seconds: float) -> str:
    """`[######    ]  3/12 reading changes.csv  7 s`, within the terminal."""
    told = COUNT.fullmatch(text)
    if told:
        n, of = int(told[2]), int(told[3])
        done = BAR * (n - 1) // max(of, 1)
        text = f"[{'#' * done}{' ' * (BAR - done)}] {n:>{len(told[3])}}/{of} {told[1]}"
    end = f"  {seconds:.0f} s"
    width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    return fit(text, width - len(end) - 1) + end
