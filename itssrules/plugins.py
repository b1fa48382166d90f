"""Finds plugins through pluggy; one that is broken stops the run by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pluggy

from itssrules import hookspecs
from itssrules.errors import PluginError
from itssrules.hookspecs import PROJECT, Format

BUILTIN = ("itssrules.builtin",)


def plugin_manager() -> pluggy.PluginManager:
    """Our own plugins and those of the entry-point group `itssrules`, checked.

    Raises PluginError naming the plugin that cannot be loaded or implements an unknown hook.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for name in BUILTIN:
        manager.register(import_module(name), name)
    for dist, entry in _entry_points():
        try:
            manager.register(entry.load(), entry.name)
            manager.check_pending()
        except (Exception, SystemExit) as e:
            raise PluginError(
                f"cannot be loaded: {type(e).__name__}: {e}", place=f"plugin {_label(dist, entry)}",
                hint="repair or uninstall it; a run without it would check less than asked",
            ) from e  # fmt: skip
    return manager


def _entry_points() -> list[tuple[metadata.Distribution, metadata.EntryPoint]]:
    found = [
        (dist, entry)
        for dist in metadata.distributions()
        for entry in dist.entry_points
        if entry.group == PROJECT
    ]
    return sorted(found, key=lambda f: (f[1].name, f[1].value))


def names(manager: pluggy.PluginManager) -> list[tuple[str, str]]:
    """(name, name with its distribution and version) of every plugin that is not our own."""
    labels = {entry.name: _label(dist, entry) for dist, entry in _entry_points()}
    found = [n for n, _ in manager.list_name_plugin() if n not in BUILTIN]
    return [(n, labels.get(n, n)) for n in sorted(found)]


def _label(dist: metadata.Distribution, entry: metadata.EntryPoint) -> str:
    return f"{entry.name} ({dist.metadata['Name']} {dist.version})"


def rule_paths(manager: pluggy.PluginManager, more: Sequence[Path] = ()) -> list[Path]:
    """Rule folders of all plugins, then those the user names."""
    return [*_collect(manager, "rule_paths"), *more]


def connector_paths(manager: pluggy.PluginManager, more: Sequence[Path] = ()) -> list[Path]:
    """Connector folders of all plugins, then those the user names."""
    return [*_collect(manager, "connector_paths"), *more]


def formats(manager: pluggy.PluginManager) -> dict[str, Format]:
    """Formats by name; PluginError where two plugins bring the same name."""
    found: dict[str, Format] = {}
    for plugin, item in _collected(manager, "report_formats"):
        if item.name in found:
            raise PluginError(f"two plugins bring the format {item.name}", place="plugins")
        found[item.name] = replace(item, plugin=plugin)
    return found


def _collect(manager: pluggy.PluginManager, hook: str) -> list[Any]:
    """What all plugins give for a hook, ours first, then by name."""
    return [item for _, item in _collected(manager, hook)]


def _collected(manager: pluggy.PluginManager, hook: str) -> list[tuple[str, Any]]:
    """The same, each with the plugin that gives it."""
    labels = dict(names(manager))
    caller = getattr(manager.hook, hook)
    found: list[tuple[str, Any]] = []
    impls = sorted(
        caller.get_hookimpls(), key=lambda i: (i.plugin_name not in BUILTIN, i.plugin_name)
    )
    for impl in impls:
        try:
            found += [(labels.get(impl.plugin_name, ""), item) for item in impl.function()]
        except (Exception, SystemExit) as e:
            raise PluginError(
                f"its {hook} failed: {type(e).__name__}: {e}",
                place=f"plugin {labels.get(impl.plugin_name, impl.plugin_name)}",
                hint="repair or uninstall it",
            ) from e
    return found
