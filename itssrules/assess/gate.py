"""Which records a rule may not judge: columns not supplied, too coarse, unread or disputed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from itssrules.model.rule import Need, Rule
from itssrules.model.tables import Column, Table, find_column, model
from itssrules.store import Connection, ident, literal, rows

PRECISION = {"day": 1, "minute": 2, "second": 3}
FIRM = ""
"""Id space of the tables whose ids hold for the whole firm."""


@dataclass(frozen=True)
class Supply:
    """What the exports supply: per file and per id space, columns with their precision."""

    by_file: dict[int, dict[str, int]]
    """file id -> `table.column` -> precision (0: not a time, or no value)."""
    by_ns: dict[str, dict[str, int]]
    """id space -> `table.column` that every file of the table there supplies -> precision."""

    @property
    def tables(self) -> set[str]:
        """Tables that any file supplies."""
        return {c.partition(".")[0] for held in self.by_file.values() for c in held}

    def beside(self, ns: str) -> dict[str, int]:
        """What the other tables of an id space supply, the firm's own registers included."""
        return {**self.by_ns.get(FIRM, {}), **self.by_ns.get(ns, {})}

    @classmethod
    def read(cls, con: Connection) -> Supply:
        """Read the `supply` table."""
        by_file: dict[int, dict[str, int]] = {}
        files: dict[tuple[str, str], set[int]] = {}
        for table, column, file_id, ns, precision in rows(
            con, "select tbl, col, file_id, ns, precision from supply order by all"
        ):
            by_file.setdefault(file_id, {})[f"{table}.{column}"] = PRECISION.get(precision, 0)
            files.setdefault((ns, table), set()).add(file_id)
        by_ns: dict[str, dict[str, int]] = {ns: {} for ns, _ in files}
        for (ns, table), ids in files.items():
            shared = set.intersection(*(set(by_file[f]) for f in ids))
            for column in shared:
                if column.startswith(f"{table}."):
                    by_ns[ns][column] = min(by_file[f][column] or 9 for f in ids) % 9
        return cls(by_file, by_ns)


@dataclass(frozen=True)
class Gate:
    """A file whose rows of one subject table a rule may not judge, and why."""

    file_id: int
    reason: str
    column: str


@dataclass(frozen=True)
class Fault:
    """Why a rule may not judge: `reason` and `column`, and how fine its times are and ought to be."""

    reason: str
    column: str
    held: int = 0
    wanted: int = 0


def gates(rule: Rule, subject: str, files: dict[int, str], supply: Supply) -> list[Gate]:
    """The files (id -> ns) whose rows of `subject` the rule may not judge; one reason each."""
    found = []
    for file_id, ns in sorted(files.items()):
        fault = next(faults(rule, subject, file_id, ns, supply), None)
        if fault:
            found.append(Gate(file_id, fault.reason, fault.column))
    return found


def faults(rule: Rule, subject: str, file_id: int, ns: str, supply: Supply) -> Iterator[Fault]:
    """All that keeps the rule from judging a file's rows of `subject`, what is too coarse first."""
    here, there = supply.by_file.get(file_id, {}), supply.beside(ns)
    yield from _too_coarse(rule, subject, here, there)
    for need in needs_of(rule, subject):
        if not any(c in (here if c.startswith(f"{subject}.") else there) for c in need.columns):
            yield Fault("column", need.columns[0])


def group_gate(rule: Rule, supply: Supply) -> tuple[str, str] | None:
    """Why a rule whose subjects are no records cannot be judged at all: reason and column."""
    fault = next(group_faults(rule, supply), None)
    return (fault.reason, fault.column) if fault else None


def group_faults(rule: Rule, supply: Supply) -> Iterator[Fault]:
    """All that keeps a rule whose subjects are no records from being judged.

    A cell that is missing in one file only is NULL there, which such a rule counts as unknown.
    """
    held: dict[str, int] = {}
    for columns in supply.by_file.values():
        for name, precision in columns.items():
            held[name] = min(held.get(name, 9), precision or 9)
    if not supply.tables & set(rule.subject):
        yield Fault("table", rule.subject[0])
        return
    for need in rule.needs:
        table = need.columns[0].partition(".")[0]
        elsewhere = table in rule.subject and table not in supply.tables
        if not elsewhere and not any(c in held for c in need.columns):
            yield Fault("column", need.columns[0])
        for column, wanted in zip(need.columns, need.precisions, strict=True):
            fine = held.get(column, 9) % 9
            if fine and fine < _required(column, wanted):
                yield Fault("precision", column, fine, _required(column, wanted))


def group_limits(rule: Rule, supply: Supply) -> list[str]:
    """Columns that sharpen the verdict and that some file of their table does not supply."""
    names = [*rule.uses, *(c for n in rule.needs if len(n.columns) > 1 for c in n.columns)]
    lacking = []
    for name in names:
        table = name.partition(".")[0]
        files = [c for c in supply.by_file.values() if any(k.startswith(f"{table}.") for k in c)]
        if not files or any(name not in columns for columns in files):
            lacking.append(name)
    return lacking


def needs_of(rule: Rule, subject: str) -> list[Need]:
    """The needs that concern one subject table."""
    others = set(rule.subject) - {subject}
    return [n for n in rule.needs if n.columns[0].partition(".")[0] not in others]


def _too_coarse(
    rule: Rule, subject: str, here: Mapping[str, int], there: Mapping[str, int]
) -> Iterator[Fault]:
    """Supplied columns, of `uses` or among alternatives too, whose times are not fine enough."""
    read = {
        c: p for n in needs_of(rule, subject) for c, p in zip(n.columns, n.precisions, strict=True)
    }
    others = set(rule.subject) - {subject}
    read |= {c: None for c in rule.uses if c.partition(".")[0] not in others}
    for column, wanted in read.items():
        held = (here if column.startswith(f"{subject}.") else there).get(column, 0)
        if 0 < held < _required(column, wanted):
            yield Fault("precision", column, held, _required(column, wanted))


def _required(column: str, wanted: str | None) -> int:
    if wanted:
        return PRECISION[wanted]
    found = find_column(column)
    return PRECISION["minute"] if found and found.type == "TIMESTAMP" else 0


def limits(rule: Rule, subject: str, files: dict[int, str], supply: Supply) -> dict[int, list[str]]:
    """Columns that sharpen the verdict and that each file does not supply.

    These are `uses`, what switches that are on read, and the alternatives of a need.
    """
    names = [*rule.uses, *(c for p in rule.params.values() if p.value is True for c in p.reads)]
    names += [c for n in rule.needs if len(n.columns) > 1 for c in n.columns]
    others = set(rule.subject) - {subject}
    mine = [n for n in names if n.partition(".")[0] not in others]
    found = {}
    for file_id, ns in files.items():
        here, there = supply.by_file.get(file_id, {}), supply.beside(ns)
        lacking = [n for n in mine if n not in (here if n.startswith(f"{subject}.") else there)]
        if lacking:
            found[file_id] = lacking
    return found


def blurred_sql(
    rule: Rule, subject: str, damaged: Callable[[str, str], Collection[str]]
) -> str | None:
    """A SELECT of records with an unread or disputed cell that the rule rests on.

    Yields id, ns, reason and column, one row a record; cells of rows that belong to the record
    through a foreign key count as its own. None where no such column is read, or none is `damaged`.
    """
    columns = [*rule.needed_columns, *rule.uses]
    parts = []
    for table in dict.fromkeys(c.partition(".")[0] for c in columns):
        names = [c.partition(".")[2] for c in columns if c.partition(".")[0] == table]
        links = [("record.id", "true")] if table == subject else []
        if table not in rule.subject:
            links = _links(model()[table], model()[subject])
        parts += [
            _cells(table, names, how, *link)
            for how in ("unread", "disputed")
            if not set(names).isdisjoint(damaged(table, how))
            for link in links
        ]
    if not parts:
        return None
    union = " union all ".join(parts)
    return f"select id, ns, min(reason) as reason, min(col) as col from ({union}) group by id, ns"


def _cells(table: str, names: list[str], how: str, owner: str, where: str) -> str:
    wanted = literal(names)
    return (
        f"select {owner} as id, ns, {literal(how)} as reason,"
        f" {literal(table)} || '.' || list_filter({wanted}, lambda x: list_contains({how}, x))[1] as col"
        f" from {ident(table)} where {how} is not null and list_has_any({how}, {wanted}) and {where}"
    )


def _links(table: Table, subject: Table) -> list[tuple[str, str]]:
    """How rows of `table` name the record of `subject` that they belong to: its id, and where."""
    found = [(ident(c.name), "true") for c in table.columns if _points_to(c, subject)][:1]
    kinds = [("object_type", "object_id"), ("from_type", "from_id"), ("to_type", "to_id")]
    if not found:
        found = [
            (id_, f"coalesce({kind}, {literal(subject.object)}) = {literal(subject.object)}")
            for kind, id_ in kinds
            if table.column(kind) and table.column(id_)
        ]
    return found


def _points_to(column: Column, subject: Table) -> bool:
    return len(subject.key) == 1 and column.key == f"fk {subject.name}.{subject.key[0]}"
