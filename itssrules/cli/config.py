"""itssrules.toml: found upward, read once, unknown keys refused."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from itssrules.errors import ConfigError, UsageError, did_you_mean

NAME = "itssrules.toml"
DEFAULT_ZONE = "Asia/Shanghai"
NO_ZONES = ("localtime", "posixrules", "Factory")
"""Names of the zone database that stand for no place, or for this machine's."""
KEYS = {"zone": str, "rules": dict, "connectors": dict, "sources": dict}


@dataclass(frozen=True)
class Config:
    """Settings in force. `zone` is the wall clock of sources that declare none (empty: not said)."""

    path: Path | None = None
    zone: str = ""
    rules: tuple[Path, ...] = ()
    connectors: tuple[Path, ...] = ()
    zones: dict[str, str] = field(default_factory=dict)
    sha256: str = ""


def find(start: Path) -> Path | None:
    """The nearest itssrules.toml in `start` or a folder above it."""
    places = [start, *start.resolve().parents]
    return next((p / NAME for p in places if (p / NAME).is_file()), None)


def read(path: Path | None) -> Config:
    """Settings of the file, or the defaults; ConfigError for what cannot be used."""
    if path is None:
        return Config()
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise ConfigError(f"cannot be read: {e}", place=str(path)) from e
    _keys(data, list(KEYS), path, "")
    for key, kind in KEYS.items():
        if not isinstance(data.get(key, kind()), kind):
            raise ConfigError(f"{key} must be a {kind.__name__}", place=str(path))
    zones = {}
    for name, source in data.get("sources", {}).items():
        _keys(source, ["zone"], path, f"sources.{name}.")
        if "zone" in source:
            zones[name] = check_zone(source["zone"], f"{path}: sources.{name}.zone")
    return Config(
        path,
        check_zone(data["zone"], f"{path}: zone") if "zone" in data else "",
        _paths(data.get("rules", {}), path, "rules"),
        _paths(data.get("connectors", {}), path, "connectors"),
        zones,
        hashlib.sha256(text.encode()).hexdigest(),
    )


def check_zone(name: Any, place: str) -> str:
    """The name of a time zone; UsageError where there is none of that name."""
    if name not in available_timezones() or name in NO_ZONES:
        raise UsageError(
            f"no time zone is called {name!r}", place=place, hint="write it as Asia/Shanghai"
        )
    return str(name)


def _keys(data: Mapping[str, Any], known: list[str], path: Path, where: str) -> None:
    if not isinstance(data, dict):
        raise ConfigError(f"{where.rstrip('.')} must be a table", place=str(path))
    for key in data:
        if key not in known:
            raise ConfigError(
                f"unknown key {where}{key}", place=str(path), hint=did_you_mean(key, known)
            )


def _paths(data: Mapping[str, Any], path: Path, name: str) -> tuple[Path, ...]:
    _keys(data, ["paths"], path, f"{name}.")
    listed = data.get("paths", [])
    if not isinstance(listed, list) or not all(isinstance(p, str) for p in listed):
        raise ConfigError(f"{name}.paths must be a list of folders", place=str(path))
    return tuple(path.parent / p for p in listed)
