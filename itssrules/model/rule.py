"""A rule as data: what its file says, and what has to be supplied before it may judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from itssrules.model.tables import model

Verdict = Literal["conforming", "nonconforming", "not_assessed", "not_applicable"]
Severity = Literal["major", "minor", "observation"]

SEVERITIES: tuple[Severity, ...] = ("major", "minor", "observation")
KINDS = ("record", "group", "kpi", "register")
RULE_STATUSES = ("experimental", "stable", "retired")
MESSAGE_VERDICTS = ("nonconforming", "conforming", "not_assessed", "not_applicable", "lead")
BLANK_MEANINGS = ("applies", "nonconforming", "conforming")
"""What an empty value of a column may decide: whether the rule applies, that the record does not
conform, or that the value cannot break the rule."""
ENGINE_REASONS = (
    "column", "precision", "unread", "disputed", "table", "no_rows", "lost_rows", "incomplete",
    "window",
)  # fmt: skip
"""Why the engine itself leaves a record unjudged; no message of a rule may bear such a name."""
PRECISIONS = ("day", "minute", "second")
OUTPUT = ("record", "at", "owner", "applies", "conforms", "message")
"""Columns of a record rule's result that the engine reads; every other column is evidence."""
GROUP_OUTPUT = ("subject_id", "project_id", "at", "applies", "conforms", "message", "members")
"""The same of a group rule: one row a possible group, `members` the records of interest in it."""
MEASURES = (
    "period", "numerator", "denominator", "excluded", "unassessed", "value", "lower", "upper",
    "target",
)  # fmt: skip
"""Columns that a kpi rule yields besides: a ratio with the bounds that unassessed records leave."""
REGISTER_OUTPUT = ("subject_id", "project_id", "at", "applies", "conforms", "message", "checkpoint")
"""The same of a register rule; `checkpoint` is the checkpoint that the row belongs to, or NULL."""


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


ParamValue = int | float | bool | str | tuple[str, ...]
PARAM_TYPES: dict[str, type | tuple[type, ...]] = {
    "minutes": int, "hours": int, "days": int, "months": int, "count": int,
    "share": (int, float), "switch": bool, "list": (list, tuple),
}  # fmt: skip


@dataclass(frozen=True)
class Param:
    """A named, typed and bounded value of a rule, or a setting that rules share.

    `max` is the laxest value allowed, `legal` the words that a list may hold; `reads` are columns
    that the rule reads only while the switch is on.
    """

    name: str
    type: str
    value: ParamValue
    min: float | None
    max: float | None
    help: Text
    reads: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()

    def problem(self, value: object) -> str:
        """Why the parameter cannot have that value; empty if it can."""
        kind = PARAM_TYPES[self.type]
        if not isinstance(value, kind) or (isinstance(value, bool) and self.type != "switch"):
            return f"value {value!r} is not of type {self.type}"
        if isinstance(value, list | tuple):
            return self._foreign(value)
        if isinstance(value, int | float) and self.min is not None and value < self.min:
            return f"value {value} is below the least allowed, {self.min}"
        if isinstance(value, int | float) and self.max is not None and value > self.max:
            return f"value {value} is beyond the most allowed, {self.max}"
        return ""

    def _foreign(self, words: Sequence[object]) -> str:
        for word in words:
            if not isinstance(word, str):
                return f"{word!r} is no text"
            if self.legal and word not in self.legal:
                return f"{word!r} is none of {', '.join(self.legal)}"
        return ""


@dataclass(frozen=True)
class Fact:
    """What several rules share: one SELECT, made once a run as a table of this name.

    With `of` it has exactly one row for each row of that canonical table, and yields its `record`.
    `sentence` tells a row's arithmetic, with `{name:format}` for its columns; it may be empty. Into a
    `sealed` fact the lint of rules does not look: every column of it may be NULL, meaning unknown.
    """

    name: str
    title: Text
    sql: str
    path: Path
    of: str = ""
    sentence: Text = Text("", "")
    sealed: bool = False
    sql_line: int = 1


@dataclass(frozen=True)
class Message:
    """A sentence of a rule, with `{name}` or `{name:format}` for evidence columns.

    `marks` are the steps at fault, those that are missing, late or early: each an evidence column of
    the rule that holds a time, or a time of a canonical table such as `approvals.decided_at`.
    """

    key: str
    verdict: str
    text: Text
    marks: tuple[str, ...] = ()


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
    at_most: bool = False
    """A key figure that must not exceed its target; the others must reach it."""
    compares: bool = False
    uses: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    ref: Path | None = None
    facts: tuple[Fact, ...] = ()
    """The facts that it reads, and those that they read, in the order of making."""
    shared: dict[str, Param] = field(default_factory=dict)
    """The shared settings that it or its facts name."""
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

    @property
    def of_records(self) -> bool:
        """True where the rule judges single records."""
        return self.kind == "record"

    def marks(self, message: str, object_: str) -> tuple[str, ...]:
        """The steps at fault where that message is said of a record of that kind.

        What the message marks, less the times of other subject tables than the record's own.
        """
        if message not in self.messages:
            return ()
        others = {t for t in self.subject if model()[t].object != object_}
        return tuple(m for m in self.messages[message].marks if m.rpartition(".")[0] not in others)

    def values(self) -> dict[str, object]:
        """Parameter values in force by name."""
        return {p.name: p.value for p in self.params.values()}


def outputs(rule: Rule) -> tuple[str, ...]:
    """Columns that the result of a rule of this kind must have."""
    made = {
        "record": OUTPUT, "group": GROUP_OUTPUT, "kpi": (*GROUP_OUTPUT, *MEASURES),
        "register": REGISTER_OUTPUT,
    }  # fmt: skip
    return made[rule.kind]


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
    settings: dict[str, Param] = field(default_factory=dict)
    """Values that rules and facts share, by name."""
    facts: tuple[Fact, ...] = ()
    """What rules share, in the order of making."""

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        return next((r for r in self.rules if r.id == rule_id), None)

    def process_name(self, folder: str) -> Text:
        """The process's name, or the folder's where a pack brings no name for it."""
        found = next((p.name for p in self.processes if p.folder == folder), None)
        return found or Text(folder, folder)
