"""What a run yields, ready to be written: every format is made from a `Results`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

    from itssrules.model.rule import Checkpoint, Rule, RuleBook, Text

Status = Literal[
    "nonconforming", "conforming", "partly", "not_assessed", "not_applicable", "lead", "error",
    "excluded",
]  # fmt: skip


@dataclass(frozen=True)
class UnreadValue:
    """Cells of a column whose text no format or value mapping covers."""

    table: str
    column: str
    value: str
    count: int


@dataclass(frozen=True)
class Dispute:
    """Records whose rows in the export give different values for a column.

    `held` is true where rows ought to repeat each other, so that the column of these records
    counts as not known; false where later rows are newer states of the record.
    """

    table: str
    column: str
    count: int
    held: bool
    examples: tuple[str, ...] = ()
    """Ids of the first few of these records."""


@dataclass(frozen=True)
class Reject:
    """A row that made no record: its number in the file, why, and how it begins."""

    row_number: int
    reason: Text
    text: str


@dataclass(frozen=True)
class TableLoad:
    """What became of a file's rows in one canonical table; the counts close.

    rows = loaded + merged + rejected + duplicates + skipped.
    """

    table: str
    rows: int
    loaded: int
    merged: int
    rejected: int
    duplicates: int
    skipped: int
    headers: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    unread: tuple[UnreadValue, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class Input:
    """A file given to the run: what it is, or why it was not read.

    `state` is `read`, `unknown` (no connector knows it) or `damaged` (it could not be read).
    """

    file_id: int
    path: str
    sha256: str
    bytes: int
    state: Literal["read", "unknown", "damaged"]
    reason: Text
    connector: str = ""
    export: str = ""
    source: str = ""
    ns: str = ""
    zone: str = ""
    encoding: str = ""
    delimiter: str = ""
    header: tuple[str, ...] = ()
    tables: tuple[TableLoad, ...] = ()
    given: bool = True
    """False for the settings and what only they speak of: no file of an export."""


@dataclass(frozen=True)
class Coverage:
    """A span of time, and whether all rows of a table in one id space are known for it.

    `from_at` and `to_at` are ISO text in UTC, empty where unbounded. `lost` is true where something
    speaks for rows being lost; an incomplete span without it was merely never declared.
    """

    table: str
    ns: str
    from_at: str
    to_at: str
    complete: bool
    reason: Text
    lost: bool = False


@dataclass(frozen=True)
class Reason:
    """Why records of a rule were not assessed.

    `reason` is `column` (not supplied), `precision`, `unread`, `disputed`, `table` (no file
    supplies it), `no_rows` (its files hold none), `lost_rows` (rows that made no record),
    `incomplete` (rows seem to be lost from the export), `window` (the period asked for is not
    covered), or a message key of the rule; `column` names what is missing.
    """

    project_id: str
    ns: str
    reason: str
    column: str
    count: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class ProjectCount:
    """A rule's counts in one project; they close as the rule's own do."""

    project_id: str
    status: Status
    population: int
    not_applicable: int
    conforming: int
    nonconforming: int
    not_assessed: int
    limited: int


@dataclass(frozen=True)
class CheckpointCount:
    """A register rule's counts for one checkpoint; they close as the rule's own do."""

    checkpoint: str
    status: Status
    population: int
    not_applicable: int
    conforming: int
    nonconforming: int
    not_assessed: int


@dataclass(frozen=True)
class Measure:
    """A ratio that a kpi rule computed for a project and period.

    `value` is numerator / denominator of the assessed; `lower` and `upper` count the `unassessed`
    as missed and as met. None where nothing can be computed.
    """

    rule_id: str
    project_id: str
    period: str
    numerator: int
    denominator: int
    excluded: int
    unassessed: int
    value: float | None
    lower: float | None
    upper: float | None
    target: float | None


@dataclass(frozen=True)
class ProjectLoad:
    """Records that were attributed to a project; `ambiguous` of them match another one too."""

    project_id: str
    records: int
    ambiguous: int
    name: str = ""


@dataclass(frozen=True)
class ParamChange:
    """A parameter or setting that is not at its default; an empty project means everywhere."""

    owner: str
    name: str
    project_id: str
    default: str
    value: str


@dataclass(frozen=True)
class RuleResult:
    """A rule's outcome: population = not_applicable + conforming + nonconforming + not_assessed."""

    rule: Rule
    status: Status
    population: int = 0
    not_applicable: int = 0
    conforming: int = 0
    nonconforming: int = 0
    not_assessed: int = 0
    limited: int = 0
    waived: int = 0
    reasons: tuple[Reason, ...] = ()
    messages: tuple[tuple[str, str, int], ...] = ()
    """(verdict, message key, count), for every verdict but gated ones."""
    limits: tuple[str, ...] = ()
    """Columns of `uses` that some judged record's file does not supply."""
    by_project: tuple[ProjectCount, ...] = ()
    by_checkpoint: tuple[CheckpointCount, ...] = ()
    measures: tuple[Measure, ...] = ()
    outside: int = 0
    """Records outside the period asked for; they are in no other count."""
    error: str = ""
    excluded: str = ""
    """The written reason why the rule was left out."""


@dataclass(frozen=True)
class Nonconformity:
    """All findings of one rule in one project, graded."""

    rule_id: str
    project_id: str
    grade: str
    count: int
    population: int
    """Records judged, conforming or not."""
    raised: bool
    """True where the number of findings raised a minor to a major."""


@dataclass(frozen=True)
class CheckpointResult:
    """A checkpoint's status as its rules make it; rules not run or not written are named."""

    checkpoint: Checkpoint
    status: str
    decided_by: tuple[tuple[str, str], ...]
    supported_by: tuple[tuple[str, str], ...]
    """(rule id, status); the status of a rule not written is `not_written`, not selected `not_run`."""
    excluded: str = ""
    """The written reason why the checkpoint was left out."""


def no_timelines() -> pa.Table:
    """The steps of no record at all: an empty table with the columns of `Results.timelines`."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema({
        "object": text, "ns": text, "subject_id": text, "at": pa.timestamp("us"), "day": pa.bool_(),
        "step": text, "detail": text, "who": text, "file": text, "row_number": pa.int64(),
    }).empty_table()  # fmt: skip


@dataclass(frozen=True)
class Results:
    """Everything that a run found; the same inputs and `as_of` give an equal one."""

    as_of: str
    as_of_origin: str
    zone: str
    version: str
    selection: tuple[str, ...]
    engine: str
    config_sha256: str
    rules_sha256: str
    plugins: tuple[str, ...]
    inputs: tuple[Input, ...]
    rules: tuple[RuleResult, ...]
    nonconformities: tuple[Nonconformity, ...]
    checkpoints: tuple[CheckpointResult, ...]
    coverage: tuple[Coverage, ...]
    book: RuleBook
    how_to_export: dict[tuple[str, str], dict[str, str]]
    """(connector, `table.column` or `table`) -> how to get it, by language."""
    findings: pa.Table = field(repr=False)
    """Columns as in findings.parquet, sorted by rule_id, ns, subject_id."""
    organisation: str = ""
    period: tuple[str, str] | None = None
    """First and last local day judged, as asked for; None for all that was exported."""
    projects: tuple[ProjectLoad, ...] = ()
    changes: tuple[ParamChange, ...] = ()
    notes: tuple[Text, ...] = ()
    """What the intake wants known that belongs to no single file."""
    timelines: pa.Table = field(default_factory=no_timelines, repr=False)
    """The steps of the records that the newest findings of each rule and project are about: `object`,
    `ns`, `subject_id`, `at` (UTC), `day` (known to the day only), `step` (`table.column`), `detail`,
    `who`, `file`, `row_number`."""

    def input(self, file_id: int) -> Input | None:
        """The input of that number, or None."""
        return next((i for i in self.inputs if i.file_id == file_id), None)

    def totals(self) -> dict[str, Any]:
        """Sums over all rules and inputs; `files` and `records` are those of the exports.

        `declared` counts the records that the settings file declares.
        """
        given = [i for i in self.inputs if i.given]
        counts = ("population", "not_applicable", "conforming", "nonconforming", "not_assessed")
        by_status: dict[str, int] = {}
        for r in self.rules:
            by_status[r.status] = by_status.get(r.status, 0) + 1
        return {
            "rules": len(self.rules),
            "by_status": dict(sorted(by_status.items())),
            **{name: sum(getattr(r, name) for r in self.rules) for name in counts},
            "findings": self.findings.num_rows,
            "files": len(given),
            "files_not_read": sum(i.state != "read" for i in given),
            "records": sum(t.loaded for i in given for t in i.tables),
            "declared": sum(t.loaded for i in self.inputs if not i.given for t in i.tables),
        }
