"""The SQL that turns a rule's answers into verdicts, one row a subject.

They stand in the temporary view `verdicts`. It reads the rule's answers from a table where these are
few, else it runs the rule whenever it is read; where no file may be judged it shows what would stand
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from itssrules.assess.context import Context
from itssrules.assess.gate import Gate, blurred_sql
from itssrules.assess.params import variants
from itssrules.catalogue.compose import runnable
from itssrules.model.rule import MEASURES, Rule, outputs
from itssrules.model.tables import RECORD_TYPE, UNATTRIBUTED, model
from itssrules.store import ident, literal, rows

SMALL = 20_000
"""Records up to which a rule's answers are kept, since planning its SQL again takes longer."""
TEXT_KEPT = 200
LIST_KEPT = 50

VERDICT = (
    "case when held_by is not null or applies is null then 'not_assessed'"
    " when not applies then 'not_applicable' when conforms is null then 'not_assessed'"
    " when conforms then 'conforming' else 'nonconforming' end"
)


def object_of(table: str) -> str:
    """The kind of record of a table, as SQL text."""
    return literal(model()[table].object)


def records(rule: Rule) -> str:
    """A SELECT of the records that the rule judges."""
    return " union all ".join(f"select record from {ident(t)}" for t in rule.subject)


def _gate_values(shut: Mapping[str, list[Gate]]) -> str:
    values = [
        f"({object_of(t)}, {g.file_id}, {literal(g.reason)}, {literal(g.column)})"
        for t, found in shut.items()
        for g in found
    ]
    return ", ".join(values) or "(null, null, null, null)"


def gated(context: Context, rule: Rule, shut: Mapping[str, list[Gate]]) -> None:
    """No file may be judged: nothing of the rule's SQL needs to run, nothing is stored.

    The groups of the rule before are gone.
    """
    context.con.execute("drop table if exists grouped")
    elsewhere = (
        f"s.record.project_id not in {_in(context.projects)}" if context.projects else "false"
    )
    context.con.execute(
        f"create or replace temp view verdicts as select s.record as record, case when {elsewhere}"
        f" then 'outside' else 'not_assessed' end as verdict, g.reason as reason, g.col as col,"
        f" null::varchar as message, false as limited from ({records(rule)}) s join (values {_gate_values(shut)})"
        f" g(object, file_id, reason, col) on g.object = s.record.object"
        f" and g.file_id = s.record.file_id"
    )


def answers(context: Context, rule: Rule) -> str:
    """The rule's SQL, run once for each set of values that its projects have."""
    found = variants(rule, context.settings)
    project = "record.project_id" if rule.of_records else "project_id"
    always = {"as_of": context.as_of, "zone": context.zone}
    parts = []
    for v in found:
        own = v is found[-1]
        sql = runnable(v.rule, {**v.shared, **always}, context.made if own else ())
        where = f"{project} in {_in(v.projects)}" if not own else ""
        if own and v.others:
            where = f"({project} in {_in(v.others)}) is not true"
        parts.append(f"select * from (\n{sql}\n) where {where}" if where else sql)
    return "\nunion all by name\n".join(parts) if len(parts) > 1 else parts[0]


def _in(names: Iterable[object]) -> str:
    return f"({', '.join(literal(n) for n in names)})"


def of_records(
    context: Context, rule: Rule, shut: Mapping[str, list[Gate]],
    lacking: Mapping[str, Mapping[int, list[str]]], weak: Sequence[str],
) -> None:  # fmt: skip
    """Judge records. `weak` are id spaces in which rows beside the subject seem to be lost."""
    sql = answers(context, rule)
    if context.total(rule.subject)[0] <= SMALL:
        sql = _kept(context, "answered", sql)
    blurred = " union all ".join(
        f"select {object_of(t)} as object, b.* from ({b}) b"
        for t in rule.subject
        if (b := blurred_sql(rule, t, context.damaged))
    )
    reason, column = _held(shut, "reason"), _held(shut, "column")
    files = [_of_files(t, found) for t, found in lacking.items() if found]
    fragile = [*files, *([f"record.ns in {_in(weak)}"] if weak else [])]
    limited = f"coalesce({' or '.join(fragile)}, false)" if fragile else "false"
    join = ""
    if blurred:
        reason, column = f"coalesce({reason}, b.reason)", f"coalesce({column}, b.col)"
        join = (
            f" left join ({blurred}) b on b.object = record.object and b.id = record.id"
            " and b.ns = record.ns"
        )
    _write(
        context, rule, sql,
        f"""weighed as (
            select j.*, {reason} as held_by, {column} as held_col, {limited} as without_use
            from judged j{join})""",
    )  # fmt: skip


def _of_files(table: str, files: Iterable[int]) -> str:
    """True for the records of a table that some files hold."""
    return f"record.object = {object_of(table)} and record.file_id in {_in(files)}"


def _held(shut: Mapping[str, list[Gate]], what: Literal["reason", "column"]) -> str:
    """Why a record's file may not be judged, or for which column."""
    held: dict[tuple[str, str], list[int]] = {}
    for table, found in shut.items():
        for gate in found:
            held.setdefault((table, getattr(gate, what)), []).append(gate.file_id)
    whens = [f"when {_of_files(t, files)} then {literal(v)}" for (t, v), files in held.items()]
    return f"case {' '.join(whens)} end" if whens else "null::varchar"


def of_groups(context: Context, rule: Rule, *, limited: bool) -> None:
    """Judge groups, key figures or a register's rows; a group's record names no file."""
    sql = _kept(context, "grouped", answers(context, rule))
    record = (
        f"{{'object': {literal(rule.kind)}, 'source': '', 'ns': '', 'id': subject_id, 'project_id':"
        f" coalesce(project_id, {literal(UNATTRIBUTED)}), 'file_id': null, 'row_number': null}}"
        f"::{RECORD_TYPE}"
    )
    _write(
        context, rule, sql,
        f"""weighed as (
            select *, {record} as record, null::varchar as held_by, null::varchar as held_col,
                {literal(limited)} as without_use, null::varchar as owner from judged)""",
    )  # fmt: skip


def _kept(context: Context, name: str, sql: str) -> str:
    """The SQL of a temporary table that holds what `sql` yields."""
    context.con.execute(f"create or replace temp table {name} as select * from (\n{sql}\n)")
    return f"select * from {name}"


def _write(context: Context, rule: Rule, sql: str, weighed: str) -> None:
    evidence = _evidence(context, rule, sql)
    checkpoint = "checkpoint" if rule.kind == "register" else "null::varchar"
    verdict = f"case when {_outside(context)} then 'outside' else {VERDICT} end"
    legal = [k for k, m in rule.messages.items() if m.verdict == "conforming"]
    unsaid = f"not list_contains({literal(legal)}::varchar[], message)" if legal else "true"
    context.con.execute(
        f"""create or replace temp view verdicts as
        with judged as ({sql}
        ),
        {weighed},
        named as (select *, {verdict} as verdict from weighed)
        select record, verdict, held_by as reason, held_col as col,
            case when held_by is null and not (verdict = 'conforming' and {unsaid})
                 then message end as message,
            without_use and verdict in ('conforming', 'nonconforming', 'not_applicable') as limited,
            case when verdict = 'nonconforming' then "at" end as "at",
            case when verdict = 'nonconforming' then owner end as owner,
            case when verdict = 'nonconforming' then {evidence} end as evidence,
            {checkpoint} as checkpoint
        from named"""
    )


def _outside(context: Context) -> str:
    """True for a record of another project, or of a moment outside the period asked for."""
    tests = []
    if context.period is not None:
        first, last = (f"timestamp {literal(p)}" for p in context.period)
        tests.append(f'"at" < {first} or "at" >= {last} + interval 1 second')
    if context.projects:
        tests.append(f"record.project_id not in {_in(context.projects)}")
    return " or ".join(tests) or "false"


def _evidence(context: Context, rule: Rule, sql: str) -> str:
    """The SQL of the evidence columns as one JSON object, times as ISO text, long texts cut."""
    fields = []
    for name, kind, *_ in rows(context.con, f"describe {sql}"):
        if name == "members":
            fields += [
                f"'members': {_members(context)}",
                "'members_total': coalesce(len(members), 0)",
            ]
        elif name in MEASURES or name not in outputs(rule):
            fields.append(f"{literal(name)}: {_shown(name, kind)}")
    return f"cast(to_json({{{', '.join(fields)}}}) as varchar)" if fields else "'{}'"


def _shown(name: str, kind: str) -> str:
    value = ident(name)
    if kind == "TIMESTAMP":
        return f"utc_text({value})"
    if kind == "VARCHAR":
        return f"left({value}, {TEXT_KEPT})"
    return f"list_slice({value}, 1, {LIST_KEPT})" if kind.endswith("[]") else value


def _members(context: Context) -> str:
    """The first members of a group, each with its file and row."""
    paths = f"{literal(context.paths)}::varchar[]"
    return (
        f"list_transform(list_slice(members, 1, {LIST_KEPT}), lambda m: {{'object': m.object,"
        f" 'ns': m.ns, 'id': m.id, 'file': list_extract({paths}, m.file_id), 'row': m.row_number}})"
    )
