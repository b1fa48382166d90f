"""The hooks that a plugin may implement; our own rule book, connectors and formats use them too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pluggy

from itssrules.model.results import Results

PROJECT = "itssrules"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class Format:
    """A way to write results: `write(results, out, lang)` makes `file` in the folder `out`."""

    name: str
    file: str
    write: Callable[[Results, Path, str], None]
    always: bool = False
    plugin: str = ""
    """The plugin that brings it, filled in when it is collected."""


@hookspec
def rule_paths() -> list[Path]:  # type: ignore[empty-body]
    """Folders of rules: `<process>/<ID>_<name>.sql` with cases, checkpoints.csv, processes.csv."""


@hookspec
def connector_paths() -> list[Path]:  # type: ignore[empty-body]
    """Folders of connectors: `<tool>/connector.toml`."""


@hookspec
def report_formats() -> list[Format]:  # type: ignore[empty-body]
    """Formats that results are written in."""
