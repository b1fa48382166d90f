"""Our own rule book, connectors and formats, through the hooks that anybody's come through."""

from __future__ import annotations

from pathlib import Path

from itssrules.hookspecs import Format, hookimpl
from itssrules.model.results import Results


def bundled(name: str) -> Path:
    """A content folder: inside the installed package, else in the checkout beside it."""
    package = Path(__file__).parent
    installed = package / "_bundled" / name
    return installed if installed.is_dir() else package.parent / name


@hookimpl
def rule_paths() -> list[Path]:
    """The rule book."""
    return [bundled("rules")]


@hookimpl
def connector_paths() -> list[Path]:
    """The connectors that ship."""
    return [bundled("connectors")]


@hookimpl
def report_formats() -> list[Format]:
    """The files that every run writes."""
    return [
        Format("html", "report.html", _html, always=True),
        Format("json", "results.json", _json, always=True),
        Format("findings", "findings.parquet", _findings, always=True),
        Format("unassessed", "unassessed.parquet", _unassessed, always=True),
        Format("csv", "findings.csv", _csv, always=True),
    ]


def _html(results: Results, out: Path, lang: str) -> None:
    from itssrules.report.html import write_html

    write_html(results, out, lang)


def _json(results: Results, out: Path, lang: str) -> None:
    from itssrules.report.data import write_results

    write_results(results, out)


def _findings(results: Results, out: Path, lang: str) -> None:
    from itssrules.report.data import write_findings

    write_findings(results, out)


def _unassessed(results: Results, out: Path, lang: str) -> None:
    from itssrules.report.data import write_unassessed

    write_unassessed(results, out)


def _csv(results: Results, out: Path, lang: str) -> None:
    from itssrules.report.table import write_table

    write_table(results, out)
