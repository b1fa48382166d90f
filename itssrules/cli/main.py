"""The commands and their options; what they do is imported when they run."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import click

from itssrules import __version__
from itssrules.errors import ItssError, stoppable, stopped

LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
    envvar="ITSSRULES_LANG", help="Language of findings and messages about records.",
)  # fmt: skip
EXPORTS = click.argument(
    "exports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="EXPORTS..."
)
RULES_PATH = click.option(
    "--rules-path", "rules_paths", multiple=True, type=click.Path(path_type=Path),
    help="A folder of further rules; may be given again.",
)  # fmt: skip
RULES = click.option(
    "--rules", "wanted", default="", metavar="LIST",
    help="Only these rules: ids, prefixes or processes, such as change,INC-011.",
)  # fmt: skip
CONFIG = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), envvar="ITSSRULES_CONFIG",
    help="Settings file; otherwise itssrules.toml here or in a folder above.",
)  # fmt: skip
CONNECTOR = click.option("--connector", metavar="NAME", help="Read every file with this connector.")
ZONE = click.option(
    "--zone", metavar="ZONE", envvar="ITSSRULES_ZONE",
    help="Time zone of exports that declare none, such as Asia/Shanghai.",
)  # fmt: skip
AS_OF = click.option(
    "--as-of", metavar="DATE",
    help="Judge as of the end of this day (default: the newest time in the ticket tables).",
)  # fmt: skip
OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("itssrules-report"),
    show_default=True, envvar="ITSSRULES_OUT", help="Folder for the report and the result files.",
)  # fmt: skip
FAIL_ON = click.option(
    "--fail-on", type=click.Choice(["major", "minor", "observation"]), default="minor",
    show_default=True, envvar="ITSSRULES_FAIL_ON",
    help="Exit with 1 for nonconformities of this grade or above.",
)  # fmt: skip
MAX_UNJUDGED = click.option(
    "--max-unjudged", type=click.FloatRange(0, 1), default=0.05, show_default=True, metavar="SHARE",
    envvar="ITSSRULES_MAX_UNJUDGED",
    help="Exit with 4 where a larger share of a rule's records could not be judged.",
)  # fmt: skip
QUIET = click.option("--quiet", is_flag=True, help="No progress on the error stream.")


class Group(click.Group):
    """Turns our errors into sentences and exit codes; a traceback only with --debug."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run a command and leave with its exit code."""
        given = kwargs.pop("args", None) or (args[0] if args else None) or sys.argv[1:]
        debug = "--debug" in given
        words = [w for w in given if w != "--debug"]
        kwargs["standalone_mode"] = False
        with stoppable():
            try:
                code = super().main(words, *args[1:], **kwargs)
            except Exception as e:
                _fail(debug, e)
        sys.exit(code if isinstance(code, int) else 0)


def _fail(debug: bool, fault: Exception) -> NoReturn:
    """Leave with the sentence and the exit code of what was raised."""
    if stopped() or isinstance(fault, click.exceptions.Abort):
        _stop(debug, "stopped by the user; nothing half-written was left", 130)
    if isinstance(fault, ItssError):
        _stop(debug, str(fault), fault.exit_code)
    if isinstance(fault, click.ClickException):
        fault.show()
        sys.exit(2)
    hint = "run it again with --debug and send us the output; nothing half-written was left"
    said = f"unforeseen fault: {type(fault).__name__}: {fault}\n  next: {hint}"
    _stop(debug, said, 3)


def _stop(debug: bool, text: str, code: int) -> NoReturn:
    if debug:
        traceback.print_exc()
    click.echo(f"error: {text}", err=True)
    sys.exit(code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="itssrules")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Check ITSM exports against ITSS process checkpoints, record by record."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@EXPORTS
@RULES
@click.option("--exclude", default="", metavar="LIST", help="Leave these rules out.")
@RULES_PATH
@CONNECTOR
@ZONE
@CONFIG
@AS_OF
@click.option(
    "--period", metavar="A..B",
    help="Judge only what happened from day A to day B, both included.",
)  # fmt: skip
@click.option("--project", default="", metavar="LIST", help="Judge only these projects.")
@OUT
@click.option("--format", "more", default="", metavar="LIST", help="Further formats of plugins.")
@FAIL_ON
@MAX_UNJUDGED
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 4.")
@click.option(
    "--keep-tables", type=click.Path(path_type=Path), metavar="DIR",
    help="Also write the canonical tables as Parquet.",
)  # fmt: skip
@click.option("--memory-limit", metavar="SIZE", help="Memory for the engine, such as 2GB.")
@LANG
@QUIET
def run(**options: Any) -> int:
    """Check EXPORTS (files or folders) and write the report.

    \b
    Example:
      itssrules run exports/ --zone Asia/Shanghai --rules change,INC-011

    Exit code: 0 nothing found and all judged, 1 nonconformities, 2 nothing was run, 3 an export
    or a rule failed, 4 nothing found but not all could be judged.
    """
    from itssrules.cli.commands import run as command

    return command(**options)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("itssrules-report"),
    show_default=True, help="Folder for the report.",
)  # fmt: skip
@LANG
@QUIET
def demo(out: Path, lang: str, quiet: bool) -> int:
    """Check the bundled sample exports and write a report to look at.

    \b
    Example:
      itssrules demo
    """
    from itssrules.cli.commands import demo as command

    return command(out, lang, quiet)


@main.command()
@EXPORTS
@RULES_PATH
@CONNECTOR
@ZONE
@CONFIG
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: every count, for programs.",
)  # fmt: skip
@click.option("--show-sql", is_flag=True, help="Print the SQL that each mapping compiles to.")
@LANG
@QUIET
def inspect(**options: Any) -> int:
    """Say what each file is, how it maps, what is unread, and which rules it can feed.

    \b
    Example:
      itssrules inspect exports/
    """
    from itssrules.cli.commands import inspect as command

    return command(**options)


@main.command()
@click.argument("ticket")
@EXPORTS
@RULES
@RULES_PATH
@CONNECTOR
@ZONE
@CONFIG
@AS_OF
@LANG
@QUIET
def explain(**options: Any) -> int:
    """Show one record, its times, and what every rule says of it and why.

    \b
    Example:
      itssrules explain CHG0030001 exports/
    """
    from itssrules.cli.commands import explain as command

    return command(**options)


@main.group()
def rules() -> None:
    """List, show, test and mend rules."""


@rules.command("list")
@RULES
@RULES_PATH
@CONFIG
@LANG
def rules_list(
    wanted: str, rules_paths: tuple[Path, ...], config_path: Path | None, lang: str
) -> None:
    """One line per rule.

    \b
    Example:
      itssrules rules list --rules change
    """
    from itssrules.cli.rules import list_rules

    list_rules(wanted, rules_paths, config_path, lang)


@rules.command("show")
@click.argument("rule_id")
@RULES_PATH
@CONFIG
def rules_show(rule_id: str, rules_paths: tuple[Path, ...], config_path: Path | None) -> None:
    """Print a rule's file: the very text that runs.

    \b
    Example:
      itssrules rules show CHG-020
    """
    from itssrules.cli.rules import show_rule

    show_rule(rule_id, rules_paths, config_path)


@rules.command("test")
@RULES
@RULES_PATH
@CONFIG
def rules_test(wanted: str, rules_paths: tuple[Path, ...], config_path: Path | None) -> int:
    """Prove rules: heads, SQL, the lint against false greens, needs, and the cases beside them.

    \b
    Example:
      itssrules rules test --rules-path our-rules
    """
    from itssrules.cli.rules import test_rules

    return test_rules(wanted, rules_paths, config_path)


@rules.command("fix")
@RULES
@RULES_PATH
@CONFIG
def rules_fix(wanted: str, rules_paths: tuple[Path, ...], config_path: Path | None) -> None:
    """Rewrite `needs` in the heads from what the SQL reads.

    \b
    Example:
      itssrules rules fix --rules ACME-001 --rules-path our-rules
    """
    from itssrules.cli.rules import fix_rules

    fix_rules(wanted, rules_paths, config_path)


@main.group()
def connectors() -> None:
    """List connectors."""


@connectors.command("list")
@CONFIG
@LANG
def connectors_list(config_path: Path | None, lang: str) -> None:
    """Every connector, the exports it knows and the headers that give them away.

    \b
    Example:
      itssrules connectors list
    """
    from itssrules.cli.rules import list_connectors

    list_connectors(config_path, lang)


@main.command()
def plugins() -> None:
    """List the plugins in force and what they bring.

    \b
    Example:
      itssrules plugins
    """
    from itssrules.cli.rules import list_plugins

    list_plugins()


@main.command()
@click.argument("exports", nargs=-1, type=click.Path(path_type=Path), metavar="[EXPORTS]...")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, allow_dash=True),
    default=Path("itssrules.toml"), show_default=True,
    help="File to write; - prints it.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@CONNECTOR
@LANG
@QUIET
def init(**options: Any) -> None:
    """Write a commented itssrules.toml from what EXPORTS hold.

    \b
    Example:
      itssrules init exports/
    """
    from itssrules.cli.init import init as command

    command(**options)


@main.command()
@CONFIG
@ZONE
@OUT
@FAIL_ON
@MAX_UNJUDGED
@LANG
@click.pass_context
def doctor(context: click.Context, /, **options: Any) -> int:
    """Print what is in force and from where, the versions, and what stands in the way of a run.

    \b
    Example:
      itssrules doctor

    Exit code: 0 all is well, 2 something has to be mended.
    """
    from itssrules.cli.doctor import doctor as command

    return command(context, **options)
