"""To which project each record belongs: its own, one that matches, or that of what it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from itssrules.errors import ConfigError, did_you_mean
from itssrules.model.results import ProjectLoad
from itssrules.model.settings import Project
from itssrules.model.tables import ORGANISATION, UNATTRIBUTED, Table, model
from itssrules.store import Connection, ident, literal, one, rows

OWN_NUMBER = "id"
"""Key of `match` that stands for the record's own number."""
OBJECT_TYPES = {"service": "catalogue"}
"""Objects that `object_type` calls by another name."""

_OF_ALTERED_CIS = f"""
select c.ns, 'change' as kind, c.change_id as id, min(p.record.project_id) as project_id
from change_cis c join cis p on p.ns = c.ns and p.ci_id = c.ci_id
where p.record.project_id <> {literal(UNATTRIBUTED)}
group by c.ns, c.change_id having count(distinct p.record.project_id) = 1"""
"""A change without a project has that of the CIs it alters, where they agree."""


@dataclass(frozen=True)
class Attribution:
    """SQL over a staged row: its project by its own columns (or NULL), and what stands for none."""

    given: str
    default: str


def check_projects(projects: Sequence[Project], place: str = "itssrules.toml") -> None:
    """Raise ConfigError where a `match` names no column that records have."""
    known = {c.name for t in _matched_tables() for c in t.columns} | {OWN_NUMBER}
    for project in projects:
        for column in project.match:
            if column not in known:
                raise ConfigError(
                    f"no record has a column {column!r}",
                    place=f"{place}: projects {project.id}: match",
                    hint=did_you_mean(column, sorted(known)),
                )


def attribution(table: Table, projects: Sequence[Project], row: str, number: str) -> Attribution:
    """How the project of a row of `table` is told from the row; `number` is its id in SQL."""
    own = f"{row}.project_id" if table.column("project_id") else "null::varchar"
    branches = [(_is_called(own, p), p) for p in projects] if table.column("project_id") else []
    if table.ids == "tool":
        branches += [(c, p) for p in projects if (c := _matches(table, p, row, number))]
    chain = " ".join(f"when {test} then {literal(p.id)}" for test, p in branches)
    given = f"case {chain} else {own} end" if chain else own
    nobody = literal(ORGANISATION if table.ids == "firm" else UNATTRIBUTED)
    if table.column("level"):
        of_all = f"{row}.level = 'org'"
        given = f"case when {of_all} then {own} else {given} end"
        nobody = f"case when {of_all} then {literal(ORGANISATION)} else {nobody} end"
    return Attribution(given, nobody)


def _is_called(own: str, project: Project) -> str:
    """The row itself names the project, by id or name."""
    names = [f"lower({literal(n)})" for n in (project.id, project.name) if n]
    return f"lower({own}) in ({', '.join(names)})"


def _matches(table: Table, project: Project, row: str, number: str) -> str:
    """A column of the row matches a pattern of the project; empty where it has no such column."""
    tests = []
    for column, patterns in project.match.items():
        if column == OWN_NUMBER or table.column(column):
            text = number if column == OWN_NUMBER else f"{row}.{ident(column)}"
            tests += [f"lower(cast({text} as varchar)) glob lower({literal(p)})" for p in patterns]
    return " or ".join(tests)


def _matched_tables() -> list[Table]:
    return [t for t in model().values() if t.ids == "tool"]


def inherit(con: Connection) -> None:
    """Give records the project of what they name: tickets of their CI, details of their record."""
    attributed = {t.name for t in model().values() if t.column("project_id") and _any(con, t)}
    tickets = [t for t in model().values() if t.kind == "ticket"]
    if "cis" in attributed:
        for table in tickets:
            if table.column("ci_id"):
                _take(con, table, _parents([model()["cis"]]), "'ci'", "c.ci_id")
        _take(con, model()["changes"], _OF_ALTERED_CIS, "'change'", "c.change_id")
        attributed |= {t.name for t in tickets if _any(con, t)}
    for table in model().values():
        _from_parent(con, table, attributed)


def _from_parent(con: Connection, table: Table, attributed: Iterable[str]) -> None:
    if table.kind != "detail" or table.column("project_id") or not _filled(con, table):
        return
    for kind, number in (("object_type", "object_id"), ("from_type", "from_id")):
        if table.column(kind) and table.column(number):
            named = [model()[n] for n in attributed]
            if named:
                _take(con, table, _parents(named), f"c.{kind}", f"c.{number}")
            return
    parent = next((p for c in table.columns for p in model().values() if _owns(p, c.name)), None)
    if parent and parent.name in attributed:
        _take(con, table, _parents([parent]), literal(_kind(parent)), f"c.{parent.key[0]}")


def _owns(parent: Table, column: str) -> bool:
    return parent.key[:1] == (column,) and parent.column("project_id") is not None


def _kind(table: Table) -> str:
    return OBJECT_TYPES.get(table.object, table.object)


def _parents(tables: Sequence[Table]) -> str:
    """Every attributed record of the tables: its id space, kind, number and project."""
    return " union all ".join(_numbered(t) for t in tables)


def _numbered(table: Table) -> str:
    columns = f"ns, {literal(_kind(table))} as kind, {ident(table.key[0])} as id"
    project = f"from {ident(table.name)} where record.project_id <> {literal(UNATTRIBUTED)}"
    if len(table.key) == 1:
        return f"select {columns}, record.project_id as project_id {project}"
    return (
        f"select {columns}, min(record.project_id) as project_id {project} group by all"
        " having count(distinct record.project_id) = 1"
    )


def _take(con: Connection, table: Table, parents: str, kind: str, number: str) -> None:
    """Set the project of records from their parents; tickets only where they have none."""
    own = table.column("project_id")
    firm = ", ".join(literal(_kind(t)) for t in model().values() if t.ids == "firm")
    con.execute(
        f"update {ident(table.name)} as c set record = struct_update(c.record, project_id :="
        f" p.project_id){', project_id = p.project_id' if own else ''} from ({parents}) p"
        f" where p.ns = case when {kind} in ({firm}) then '' else c.ns end and p.kind = {kind}"
        f" and p.id = {number}"
        + (f" and c.record.project_id = {literal(UNATTRIBUTED)}" if own else "")
    )


def _any(con: Connection, table: Table) -> bool:
    """Whether any record of the table belongs to a project."""
    test = f"bool_or(record.project_id <> {literal(UNATTRIBUTED)})"
    return bool(one(con, f"select {test} from {ident(table.name)}"))


def _filled(con: Connection, table: Table) -> bool:
    return bool(rows(con, f"select 1 from {ident(table.name)} limit 1"))


def project_loads(con: Connection, projects: Sequence[Project]) -> tuple[ProjectLoad, ...]:
    """Records per project, declared ones first; tickets and registers of the tools count."""
    counted: dict[str, tuple[int, int]] = {p.id: (0, 0) for p in projects}
    for table in _matched_tables():
        if table.kind == "detail" or not _filled(con, table):
            continue
        for project, many, several in rows(
            con,
            f"select record.project_id, count(*), count(*) filter ({_ambiguous(table, projects)})"
            f" from {ident(table.name)} as t group by 1 order by 1",
        ):
            before = counted.get(project, (0, 0))
            counted[project] = (before[0] + many, before[1] + several)
    declared = [p.id for p in projects]
    fixed = [n for n in (ORGANISATION, UNATTRIBUTED) if n in counted]
    others = sorted(set(counted) - {*declared, *fixed})
    names = {p.id: p.name for p in projects}
    return tuple(
        ProjectLoad(p, *counted[p], names.get(p, "")) for p in (*declared, *others, *fixed)
    )


def _ambiguous(table: Table, projects: Sequence[Project]) -> str:
    """Several projects match, and the first of them got the record: it did not name one itself."""
    tests = [(m, p) for p in projects if (m := _matches(table, p, "t", "record.id"))]
    if len(tests) < 2:
        return "false"
    matched = " + ".join(f"coalesce({m}, false)::integer" for m, _ in tests)
    first = " ".join(f"when {m} then {literal(p.id)}" for m, p in tests)
    return f"{matched} > 1 and record.project_id = case {first} end"
