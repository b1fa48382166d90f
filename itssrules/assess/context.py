"""What every rule of a run shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itssrules.assess.gate import Supply
from itssrules.model.results import Coverage
from itssrules.model.rule import Fact
from itssrules.model.settings import Settings
from itssrules.store import Connection, ident, rows

IDS_KEPT = 20
"""Examples that are kept of records counted together."""
CHECKSUM = "sum(hash(record.id, record.file_id, record.row_number))"
"""Tells sets of records apart that count the same."""


@dataclass(frozen=True)
class Crowd:
    """Records of one file, id space and project: how many, their checksum, the first few ids."""

    file_id: int
    ns: str
    project_id: str
    count: int
    checksum: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """Verdicts of which a rule says the same: how many, their checksum, ids of unjudged ones."""

    project_id: str
    ns: str
    verdict: str
    message: str | None
    reason: str | None
    column: str | None
    limited: bool
    checkpoint: str | None
    count: int
    checksum: int
    ids: Sequence[str]


@dataclass(frozen=True)
class Context:
    """The loaded tables with what is known of them, and the values in force.

    `as_of` is text in UTC; `period` the first and the last moment judged, in the same form.
    """

    con: Connection
    supply: Supply
    as_of: str
    zone: str = "UTC"
    """The wall clock by which days and quarters are told."""
    rejects: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(table, id space) -> rows that made no record."""
    coverage: Sequence[Coverage] = ()
    period: tuple[str, str] | None = None
    settings: Settings = field(default_factory=Settings)
    paths: tuple[str, ...] = ()
    """Paths of the inputs by file id, from 1."""
    projects: tuple[str, ...] = ()
    """The projects judged; all where none is named."""
    facts: tuple[Fact, ...] = ()
    """Every fact of the book."""
    made: set[str] = field(default_factory=set)
    """Facts that stand as tables."""
    crowds: dict[str, list[Crowd]] = field(default_factory=dict)
    damages: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """Facts that could not be made, and why."""

    def crowd(self, table: str) -> list[Crowd]:
        """The records of a table by file, id space and project, counted once a run."""
        if table not in self.crowds:
            self.crowds[table] = [
                Crowd(file_id, ns, project, count, checksum, tuple(ids))
                for file_id, ns, project, count, checksum, ids in rows(
                    self.con,
                    f"select record.file_id, record.ns, record.project_id, count(*), {CHECKSUM},"
                    f" min(record.id, {IDS_KEPT}) from {ident(table)} group by all order by all",
                )
            ]
        return self.crowds[table]

    def total(self, tables: Sequence[str]) -> tuple[int, int]:
        """The number of all records of some tables, and their checksum."""
        crowds = [c for t in tables for c in self.crowd(t)]
        return sum(c.count for c in crowds), sum(c.checksum for c in crowds)

    def damaged(self, table: str, how: str) -> set[str]:
        """Columns of a table of which a cell is `unread` or `disputed`, looked up once a run."""
        if (table, how) not in self.damages:
            found = rows(self.con, f"select distinct unnest({how}) from {ident(table)}")
            self.damages[table, how] = {c for (c,) in found}
        return self.damages[table, how]
