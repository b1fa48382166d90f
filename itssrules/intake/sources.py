"""Which source a file belongs to, and the id space and wall clock of each source."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from itssrules.errors import ConfigError, did_you_mean
from itssrules.intake.connector import Connector
from itssrules.model.settings import Source
from itssrules.model.tables import Table

SETTINGS = "itssrules.toml"


class SourceBook:
    """The declared sources; raises ConfigError where they cannot be told apart or name nothing.

    `settings` is the file that declares them: patterns count from its folder.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        connectors: Mapping[str, Connector],
        settings: Path | None = None,
    ) -> None:
        self.sources, self.connectors, self.settings = dict(sources), connectors, settings
        for source in self.sources.values():
            self._check_connector(source)
            self._check_ids(source)
        self._check_whole()

    def place(self, name: str, key: str = "") -> str:
        """Where a source stands in the settings."""
        return f"{self.settings or SETTINGS}: sources.{name}{key and '.'}{key}"

    def connectors_for(self, path: Path) -> list[str]:
        """Connectors that the sources naming this file declare, up to one that leaves it open."""
        found = []
        for source in self.sources.values():
            if source.files and self._named(source, path):
                if not source.connector:
                    break
                found.append(source.connector)
        return found

    def name(self, path: Path, connector: str) -> str | None:
        """The source of a file that `connector` reads; None where the source names other files."""
        for source in self.sources.values():
            mine = source.connector in ("", connector)
            if source.files and mine and self._named(source, path):
                return source.name
        for source in self.sources.values():
            if _takes_all_of(source) == connector:
                return source.name
        return None if connector in self.sources else connector

    def ns(self, name: str, table: Table) -> str:
        """The id space of a source's rows in a table."""
        return "" if table.ids == "firm" else self.space(name)

    def space(self, name: str) -> str:
        """The id space of a source: its own, or that of the source whose numbers it cites."""
        source = self.sources.get(name)
        return source.ids_of if source and source.ids_of else name

    def zone(self, name: str) -> str:
        """The wall clock that a source declares; empty where it declares none."""
        source = self.sources.get(name)
        return source.zone if source else ""

    def shared(self, name: str) -> bool:
        """True where another source has the same id space."""
        space = self.space(name)
        return space != name or any(s.ids_of == space for s in self.sources.values())

    def absent(self, present: Iterable[str]) -> tuple[str, ...]:
        """Declared sources that no file was given of."""
        held = set(present)
        return tuple(name for name in self.sources if name not in held)

    def _named(self, source: Source, path: Path) -> bool:
        parts = _plain(self._from_settings(path)).split("/")
        names = {"/".join(parts[at:]) for at in range(len(parts))}
        patterns = [_plain(p).removeprefix("./") for p in source.files]
        return any(fnmatchcase(n, p) for n in names for p in patterns)

    def _from_settings(self, path: Path) -> str:
        """The path from the settings file's folder, with slashes."""
        if self.settings is None:
            return path.as_posix()
        try:
            found = os.path.relpath(path.absolute(), self.settings.absolute().parent)
        except ValueError:  # another drive
            return path.as_posix()
        return Path(found).as_posix()

    def _check_connector(self, source: Source) -> None:
        known = list(self.connectors)
        if source.connector and source.connector not in self.connectors:
            raise ConfigError(
                f"no connector is called {source.connector!r}",
                place=self.place(source.name, "connector"),
                hint=did_you_mean(source.connector, known),
            )
        if not source.connector and not source.files and source.name not in self.connectors:
            raise ConfigError(
                f"no connector is called {source.name!r}, and the source names no files",
                place=self.place(source.name),
                hint=f"{did_you_mean(source.name, known)} Else add files or connector".strip(),
            )

    def _check_ids(self, source: Source) -> None:
        if not source.ids_of:
            return
        claimed = {_takes_all_of(s) for s in self.sources.values()}
        known = [*self.sources, *(c for c in self.connectors if c not in claimed)]
        place = self.place(source.name, "ids_of")
        if source.ids_of not in known:
            raise ConfigError(
                f"no source is called {source.ids_of!r}", place=place,
                hint=did_you_mean(source.ids_of, [k for k in known if k != source.name]),
            )  # fmt: skip
        other = self.sources.get(source.ids_of)
        if other and other.ids_of:
            raise ConfigError(
                f"{source.ids_of} has numbers of its own only where it has no ids_of itself",
                place=place,
                hint=f'write ids_of = "{other.ids_of}"' if other is not source else "leave it out",
            )

    def _check_whole(self) -> None:
        """No two sources may take every file of one connector."""
        takers: dict[str, str] = {}
        for source in self.sources.values():
            connector = _takes_all_of(source)
            if connector and connector in takers:
                raise ConfigError(
                    f"{takers[connector]} takes every file of {connector} already",
                    place=self.place(source.name),
                    hint='say which files are whose: files = ["…*.csv"]',
                )
            takers[connector] = source.name


def _takes_all_of(source: Source) -> str:
    """The connector of which a source takes every file; empty where it names files."""
    return "" if source.files else source.connector or source.name


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
