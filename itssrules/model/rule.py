"""A rule as data: what its file says, and what has to be supplied before it may judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Verdict = Literal["conforming", "nonconforming", "not_assessed", "not_applicable"]
Severity = Literal["major", "minor", "observation"]

SEVERITIES: tuple[Severity, ...] = ("major", "minor", "observation")
KINDS = ("record",)
RULE_STATUSES = ("experimental", "stable", "retired")
MESSAGE_VERDICTS = ("nonconforming", "conforming", "not_assessed", "not_applicable", "lead")
BLANK_MEANINGS = ("applies", "nonconforming", "conforming")
"""What an empty value of a column may decide: whether the rule applies, that the record does not
conform, or that the value cannot break the rule."""
ENGINE_REASONS = (
    "column", "precision", "unread", "disputed", "table", "no_rows", "lost_rows"
)  # fmt: skip
"""Why the engine itself leaves a record unjudged; no message of a rule may bear such a name."""
PRECISIONS = ("day", "minute", "second")
OUTPUT = ("record", "at", "owner", "applies", "conforms", "message")
"""Columns of a rule's result that the engine reads; every other column is evidence."""


@dataclass(frozen=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def both(self) -> dict[str, str]:
        """The text by language, as results hold it."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Param:
    """A named, typed and bounded number or switch of a rule; `max` is the laxest value allowed.

    `reads` are columns that the rule reads only while the switch is on.
    """

    name: str
    type: str
    value: int | float | bool | str
    min: float | None
    max: float | None
    help: Text
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """A sentence of a rule, with `{name}` or `{name:format}` for evidence columns."""

    key: str
    verdict: str
    text: Text


@dataclass(frozen=True)
class Need:
    """Columns of which one must be supplied, each with the coarsest precision that will do.

    Written `changes.verified_at | change_tasks.closed_at:day` in a rule's head. A moment needs
    the minute and a DATE the day unless it says otherwise.
    """

    columns: tuple[str, ...]
    precisions: tuple[str | None, ...]

    @classmethod
    def parse(cls, text: str) -> Need:
        """Read one entry of `needs`; raises ValueError where a precision is not known."""
        columns, precisions = [], []
        for part in text.split("|"):
            column, _, precision = part.strip().partition(":")
            if precision and precision not in PRECISIONS:
                raise ValueError(f"precision {precision!r} is none of {', '.join(PRECISIONS)}")
            columns.append(column.strip())
            precisions.append(precision or None)
        return cls(tuple(columns), tuple(precisions))

    def __str__(self) -> str:
        pairs = zip(self.columns, self.precisions, strict=True)
        return " | ".join(f"{c}:{p}" if p else c for c, p in pairs)


@dataclass(frozen=True)
class Rule:
    """One rule of the book: head, SQL, and where it stands."""

    id: str
    process: str
    title: Text
    severity: Severity
    kind: str
    subject: tuple[str, ...]
    needs: tuple[Need, ...]
    messages: dict[str, Message]
    why: Text
    fix: Text
    sql: str
    path: Path
    version: str
    sql_line: int = 1
    leads: bool = False
    compares: bool = False
    uses: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    blank: dict[str, str] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    noise: Text = Text("", "")
    since: str = ""
    status: str = "stable"

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Every column named in `needs`, alternatives included."""
        return tuple(dict.fromkeys(c for need in self.needs for c in need.columns))

    @property
    def read_tables(self) -> tuple[str, ...]:
        """Canonical tables that `subject`, `needs` and `uses` name."""
        columns = (*self.needed_columns, *self.uses)
        return tuple(dict.fromkeys([*self.subject, *(c.partition(".")[0] for c in columns)]))

    def values(self) -> dict[str, object]:
        """Parameter values in force by name."""
        return {p.name: p.value for p in self.params.values()}


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint of a governing document and the rules that decide or support it."""

    id: str
    document: str
    section: str
    requirement: Text
    clause: str
    iso_clause: str
    decided_by: tuple[str, ...]
    supported_by: tuple[str, ...]


@dataclass(frozen=True)
class Process:
    """A process of the rule book: its folder, the prefix of its rule ids, its name."""

    folder: str
    prefix: str
    name: Text


@dataclass(frozen=True)
class RuleBook:
    """All rules, checkpoints and processes that a run may select from."""

    rules: tuple[Rule, ...]
    checkpoints: tuple[Checkpoint, ...]
    processes: tuple[Process, ...]
    sha256: str

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        return next((r for r in self.rules if r.id == rule_id), None)

    def process_name(self, folder: str) -> Text:
        """The process's name, or the folder's where a pack brings no name for it."""
        found = next((p.name for p in self.processes if p.folder == folder), None)
        return found or Text(folder, folder)
