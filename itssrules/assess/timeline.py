"""The steps that exports know of a record: its own times, its history, approvals and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from itssrules.assess.verdicts import TEXT_KEPT
from itssrules.model.tables import Column, Table, model
from itssrules.store import Connection, ident, literal, rows

if TYPE_CHECKING:
    import pyarrow as pa

STEPS_KEPT = 200
"""Steps that are kept of one record: its own, then the first of its history, approvals and tasks."""
BOOKKEEPING = ("updated_at",)
"""Columns whose time is no step of a process."""
PEOPLE = {
    "reported_at": ("reporter",), "decided_at": ("approver",),
    "actual_start": ("implementer", "assignee"), "actual_end": ("implementer", "assignee"),
    "closed_at": ("assignee",),
}  # fmt: skip
"""Who stands behind a time where no column of its own name says so (`closed_at`: `closed_by`)."""
ALTERED = "trim(concat(x.old_value, ' → ', x.new_value))"
DETAILS = {
    "status_history.changed_at": ALTERED, "approvals.decided_at": "x.decision",
    "change_tasks": "x.task_type", "ci_changes": f"concat(x.field, ': ', {ALTERED})",
}  # fmt: skip
"""What a step, or every step of a table, says besides its time."""
KEPT = {
    "status_history": "(x.field = 'status' or x.field is null and coalesce(x.event_type,"
    " 'status_change') in ('status_change', 'close', 'reopen', 'field_change'))"
}
"""Rows of a table that are steps, where not all are."""


def timelines(con: Connection, subjects: str) -> pa.Table:
    """The steps of some records, found in the canonical tables.

    `subjects` is a SELECT of `object`, `ns` and `subject_id`, in any order and with repetitions; what
    no canonical table holds (a group, a key figure) has no steps. Columns:

    - `object`, `ns`, `subject_id`: the record;
    - `at`: when, in UTC; `day`: true where the step is known to the day only, `at` being its midnight;
    - `step`: the canonical column, such as `incidents.resolved_at` or `approvals.decided_at`;
    - `detail`: `old → new` of a change of state, the decision of an approval, the type of a task, else
      empty; `who`: who took the step, as the export writes it, empty where it does not say;
    - `file`, `row_number`: where it stands.

    A record has its first 200 steps, a text its first 200 characters. Sorted by `object`, `ns`,
    `subject_id`, `at`, `step`, `detail`, `row_number`.
    """
    con.execute(
        "create or replace temp table followed as select distinct object, ns, subject_id"
        f" from (\n{subjects}\n)"
    )
    objects = {o for (o,) in rows(con, "select distinct object from followed")}
    parts = [_steps(t, on) for t in model().values() for on in _links(t, objects) if _times(t)]
    return con.sql(
        f"""with found as (
            {" union all ".join(parts)}
        )
        select object, ns, subject_id, "at", day, step, detail, who,
            coalesce(path, '') as file, row_number
        from found left join paths using (file_id)
        where "at" is not null
        qualify row_number() over (partition by object, ns, subject_id
                                   order by own desc, {ORDER}) <= {STEPS_KEPT}
        order by object, ns, subject_id, {ORDER}"""
    ).to_arrow_table()


ORDER = '"at", step, detail, row_number, path, who'


def _links(table: Table, objects: set[str]) -> Iterator[str]:
    """How rows of a table belong to the records followed: as the record itself, or as part of it."""
    if table.object in objects:
        yield f"s.object = {literal(table.object)} and x.record.id = s.subject_id"
    if table.kind != "detail":
        return
    if table.column("object_id"):
        yield "x.object_type = s.object and x.object_id = s.subject_id"
    wholes = {t.key: t for t in model().values() if len(t.key) == 1}
    for column in table.columns:
        whole = wholes.get((column.name,))
        if whole is not None and whole is not table and whole.object in objects:
            yield f"s.object = {literal(whole.object)} and x.{ident(column.name)} = s.subject_id"


def _times(table: Table) -> list[Column]:
    return [c for c in table.columns if c.is_time and c.name not in BOOKKEEPING]


def _steps(table: Table, on: str) -> str:
    """A SELECT of one row for each time of each row that belongs to a record followed."""
    steps = ", ".join(_step(table, c) for c in _times(table))
    own = "x.record.object = s.object and x.record.id = s.subject_id as own"
    return (
        f"select s.object, s.ns, s.subject_id, {own}, x.record.file_id as file_id,"
        f" x.record.row_number as row_number, unnest([{steps}], recursive := true)"
        f" from {ident(table.name)} x join followed s on x.ns = s.ns and {on}"
        f" where {KEPT.get(table.name, 'true')}"
    )


def _step(table: Table, column: Column) -> str:
    name = f"{table.name}.{column.name}"
    fields = {
        "day": literal(column.type == "DATE"),
        "at": f"x.{ident(column.name)}::timestamp",
        "step": literal(name),
        "detail": _text(DETAILS.get(name, DETAILS.get(table.name, "null"))),
        "who": _text(_who(table, column)),
    }
    return f"{{{', '.join(f'{literal(k)}: {v}' for k, v in fields.items())}}}"


def _text(value: str) -> str:
    return f"left(coalesce({value}, ''), {TEXT_KEPT})"


def _who(table: Table, column: Column) -> str:
    names = (column.name.removesuffix("_at") + "_by", *PEOPLE.get(column.name, ()))
    return next((f"x.{ident(n)}" for n in names if table.column(n)), "null")
