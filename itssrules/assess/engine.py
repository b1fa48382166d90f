"""One rule over all records: verdicts gated, counted, closed, and findings stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from itssrules.assess.gate import Gate, Supply, blurred_sql, gates, limits
from itssrules.assess.outcome import status_of
from itssrules.catalogue.check import bind
from itssrules.errors import RuleError
from itssrules.model.results import ProjectCount, Reason, RuleResult, Status
from itssrules.model.rule import OUTPUT, Rule
from itssrules.model.tables import UNATTRIBUTED, model
from itssrules.store import Connection, Error, ident, literal, one, rows

IDS_KEPT = 20
TEXT_KEPT = 200
LIST_KEPT = 50

FINDINGS = """
create table if not exists findings(
    finding_id varchar, rule_id varchar, rule_version varchar, checkpoint varchar[],
    class varchar, severity varchar, limited boolean, source varchar, ns varchar,
    project_id varchar, object varchar, subject_id varchar, "at" timestamp, owner varchar,
    message varchar, evidence varchar, file varchar, file_id integer, row_number bigint,
    state varchar, first_seen timestamp, last_seen timestamp)
"""


@dataclass(frozen=True)
class Context:
    """What every rule of a run shares. `as_of` is text in UTC."""

    con: Connection
    supply: Supply
    as_of: str
    rejects: Mapping[tuple[str, str], int]
    """(table, id space) -> rows that made no record."""


def assess_rule(context: Context, rule: Rule) -> RuleResult:
    """Judge every record; a rule that fails comes back with status `error` and why."""
    try:
        return judge(context, rule)
    except Error as e:
        return RuleResult(rule, "error", error=str(e).split("\n")[0])
    except RuleError as e:
        return RuleResult(rule, "error", error=e.problem)


def judge(context: Context, rule: Rule) -> RuleResult:
    """Judge every record and leave the verdicts in the temporary table `verdicts`.

    Raises RuleError where the counts do not close or a sentence does not fit its verdict.
    """
    con = context.con
    subjects = _subject_files(con, rule)
    lost = _lost(context, rule)
    if not any(subjects.values()) and not lost:
        _gated_verdicts(con, rule, {})
        supplied = {c.partition(".")[0] for held in context.supply.by_file.values() for c in held}
        why = "no_rows" if any(t in supplied for t in rule.subject) else "table"
        reason = Reason("", "", why, rule.subject[0], 0, ())
        return RuleResult(rule, "not_assessed", reasons=(reason,))
    shut = {t: gates(rule, t, files, context.supply) for t, files in subjects.items()}
    lacking = {t: limits(rule, t, files, context.supply) for t, files in subjects.items()}
    if all(len(shut[t]) == len(files) for t, files in subjects.items()) and any(subjects.values()):
        _gated_verdicts(con, rule, shut)
    else:
        _verdicts(context, rule, shut, lacking)
        _check_closing(con, rule)
        _check_messages(con, rule)
        _store_findings(context, rule)
    return _with_holes(_with_lost(_counted(con, rule, lacking), lost), _holes(context, rule))


def _lost(context: Context, rule: Rule) -> tuple[Reason, ...]:
    """Rows of the subject tables that made no record: nobody can say what they would have been."""
    return tuple(
        Reason(UNATTRIBUTED, ns, "lost_rows", table, count, ())
        for (table, ns), count in sorted(context.rejects.items())
        if table in rule.subject and count
    )


def _holes(context: Context, rule: Rule) -> tuple[Reason, ...]:
    """What the rule could not see at all: subject tables without a row, lost rows beside them.

    They belong to no record, so they count none; but nothing is fully conforming beside them.
    """
    con = context.con
    empty = [t for t in rule.subject if not one(con, f"select count(*) from {ident(t)}")]
    supplied = {c.partition(".")[0] for held in context.supply.by_file.values() for c in held}
    found = [Reason("", "", "no_rows" if t in supplied else "table", t, 0, ()) for t in empty]
    beside = {t for t in rule.read_tables if t not in rule.subject}
    found += [
        Reason("", ns, "lost_rows", table, 0, ())
        for (table, ns), count in sorted(context.rejects.items())
        if table in beside and count
    ]
    return tuple(found)


def _with_holes(result: RuleResult, holes: tuple[Reason, ...]) -> RuleResult:
    if not holes:
        return result
    status = {"conforming": "partly", "not_applicable": "not_assessed"}.get(result.status)
    return replace(
        result, status=cast("Status", status or result.status), reasons=(*result.reasons, *holes)
    )


def _with_lost(result: RuleResult, lost: tuple[Reason, ...]) -> RuleResult:
    """The result with lost rows in its population, not assessed."""
    if not lost:
        return result
    many = sum(r.count for r in lost)
    projects = {p.project_id: p for p in result.by_project}
    none = ProjectCount(UNATTRIBUTED, "not_assessed", 0, 0, 0, 0, 0, 0)
    projects[UNATTRIBUTED] = _more(projects.get(UNATTRIBUTED, none), result.rule, many)
    whole = _more(result, result.rule, many)
    return replace(
        whole,
        reasons=(*result.reasons, *lost),
        by_project=tuple(projects[p] for p in sorted(projects)),
    )


Counted = TypeVar("Counted", RuleResult, ProjectCount)


def _more(counts: Counted, rule: Rule, many: int) -> Counted:
    unknown = counts.not_assessed + many
    status = status_of(
        rule, counts.not_applicable, counts.conforming, counts.nonconforming, unknown
    )
    return replace(counts, status=status, population=counts.population + many, not_assessed=unknown)


def _subject_files(con: Connection, rule: Rule) -> dict[str, dict[int, str]]:
    """Per subject table, the files that its rows come from and their id spaces."""
    return {
        t: dict(rows(con, f"select distinct record.file_id, ns from {ident(t)} order by all"))
        for t in rule.subject
    }


def _object(table: str) -> str:
    return literal(model()[table].object)


def _gate_values(shut: Mapping[str, list[Gate]]) -> str:
    values = [
        f"({_object(t)}, {g.file_id}, {literal(g.reason)}, {literal(g.column)})"
        for t, found in shut.items()
        for g in found
    ]
    return ", ".join(values) or "(null, null, null, null)"


def _gated_verdicts(con: Connection, rule: Rule, shut: Mapping[str, list[Gate]]) -> None:
    """No file may be judged: nothing of the rule's SQL needs to run."""
    union = " union all ".join(f"select record from {ident(t)}" for t in rule.subject)
    con.execute(
        f"create or replace temp table verdicts as select s.record as record,"
        f" 'not_assessed' as verdict, g.reason as reason, g.col as col, null::varchar as message,"
        f" false as limited from ({union}) s join (values {_gate_values(shut)})"
        f" g(object, file_id, reason, col) on g.object = s.record.object"
        f" and g.file_id = s.record.file_id"
    )


def rule_sql(rule: Rule, as_of: str) -> str:
    """The rule's SQL with its parameters in force put in."""
    return bind(rule.sql, {**rule.values(), "as_of": as_of})


def _verdicts(
    context: Context, rule: Rule, shut: Mapping[str, list[Gate]],
    lacking: Mapping[str, Mapping[int, list[str]]],
) -> None:  # fmt: skip
    con, sql = context.con, rule_sql(rule, context.as_of)
    evidence = _evidence(con, sql)
    blurred = [
        f"select {_object(t)} as object, b.* from ({b}) b"
        for t in rule.subject
        if (b := blurred_sql(rule, t))
    ]
    limited = [f"({_object(t)}, {f})" for t, files in lacking.items() for f in files]
    con.execute(
        f"""create or replace temp table verdicts as
        with judged as ({sql}
        ),
        shut(object, file_id, reason, col) as (values {_gate_values(shut)}),
        blurred as ({
            " union all ".join(blurred)
            or "select null::varchar as object, null::varchar as id, null::varchar as ns,"
            " null::varchar as reason, null::varchar as col where false"
        }),
        limited(object, file_id) as (values {", ".join(limited) or "(null, null)"}),
        weighed as (
            select j.*, coalesce(s.reason, b.reason) as held_by, coalesce(s.col, b.col) as held_col,
                l.object is not null as without_use
            from judged j
            left join shut s on s.object = j.record.object and s.file_id = j.record.file_id
            left join blurred b on b.object = j.record.object and b.id = j.record.id
                 and b.ns = j.record.ns
            left join limited l on l.object = j.record.object and l.file_id = j.record.file_id),
        named as (
            select *, case when held_by is not null or applies is null then 'not_assessed'
                when not applies then 'not_applicable' when conforms is null then 'not_assessed'
                when conforms then 'conforming' else 'nonconforming' end as verdict
            from weighed)
        select record, verdict, held_by as reason, held_col as col,
            case when held_by is null then message end as message,
            without_use and verdict <> 'not_assessed' as limited,
            case when verdict = 'nonconforming' then "at" end as "at",
            case when verdict = 'nonconforming' then owner end as owner,
            case when verdict = 'nonconforming' then {evidence} end as evidence
        from named"""
    )


def _evidence(con: Connection, sql: str) -> str:
    """The SQL of the evidence columns as one JSON object, times as ISO text, long texts cut."""
    fields = []
    for name, kind, *_ in rows(con, f"describe {sql}"):
        if name in OUTPUT:
            continue
        value = ident(name)
        if kind == "TIMESTAMP":
            value = f"utc_text({value})"
        elif kind == "VARCHAR":
            value = f"left({value}, {TEXT_KEPT})"
        elif kind.endswith("[]"):
            value = f"list_slice({value}, 1, {LIST_KEPT})"
        fields.append(f"{literal(name)}: {value}")
    return f"cast(to_json({{{', '.join(fields)}}}) as varchar)" if fields else "'{}'"


def _check_closing(con: Connection, rule: Rule) -> None:
    """Every subject row comes out exactly once, or the rule's counts mean nothing."""
    union = " union all ".join(f"select record from {ident(t)}" for t in rule.subject)
    total = "select count(*), coalesce(sum(hash(record)), 0)"
    wanted = rows(con, f"{total} from ({union})")[0]
    found = rows(con, f"{total} from verdicts")[0]
    if wanted != found:
        raise RuleError(
            f"the SQL yields {found[0]:,} rows for {wanted[0]:,} records"
            if wanted[0] != found[0]
            else "the SQL yields some record twice and some not at all"
        )


def _check_messages(con: Connection, rule: Rule) -> None:
    """A row's sentence fits its verdict; a conforming row needs none."""
    pairs = rows(
        con,
        "select verdict, message, min(record.id) from verdicts where reason is null"
        " group by all order by all",
    )
    for verdict, key, example in pairs:
        message = rule.messages.get(key) if key else None
        said = message.verdict if message else None
        wanted = "lead" if rule.leads and verdict == "nonconforming" else verdict
        if verdict != "conforming" and said != wanted:
            raise RuleError(f"record {example} is {verdict}, its message is {key!r} ({said})")
    legal = [k for k, m in rule.messages.items() if m.verdict == "conforming"]
    con.execute(
        f"update verdicts set message = null where verdict = 'conforming'"
        f" and not list_contains({literal(legal)}::varchar[], message)"
    )


def _store_findings(context: Context, rule: Rule) -> None:
    con = context.con
    con.execute(FINDINGS)
    checkpoints = literal(sorted({*rule.decides, *rule.supports}))
    kind = "lead" if rule.leads else "nonconformity"
    con.execute(
        f"""insert into findings select
            left(sha256(concat_ws(chr(31), {literal(rule.id)}, record.ns, record.object,
                 record.id)), 16),
            {literal(rule.id)}, {literal(rule.version)}, {checkpoints}::varchar[], {literal(kind)},
            {literal(rule.severity)}, limited, record.source, record.ns, record.project_id,
            record.object, record.id, "at", owner, message, evidence, p.path, record.file_id,
            record.row_number, null, null, null
        from verdicts v left join paths p on p.file_id = v.record.file_id
        where verdict = 'nonconforming'"""
    )


def _counted(
    con: Connection, rule: Rule, lacking: Mapping[str, Mapping[int, list[str]]]
) -> RuleResult:
    projects = tuple(
        ProjectCount(p, status_of(rule, na, c, bad, u), n, na, c, bad, u, lim)
        for p, n, na, c, bad, u, lim in rows(
            con,
            "select record.project_id, count(*), count(*) filter (verdict = 'not_applicable'),"
            " count(*) filter (verdict = 'conforming'), count(*) filter (verdict = 'nonconforming'),"
            " count(*) filter (verdict = 'not_assessed'), count(*) filter (limited)"
            " from verdicts group by 1 order by 1",
        )
    )
    reasons = tuple(
        Reason(p, ns, reason, col or "", n, tuple(ids))
        for p, ns, reason, col, n, ids in rows(
            con,
            "select record.project_id, record.ns, coalesce(reason, message), col, count(*),"
            f" min(record.id, {IDS_KEPT}) from verdicts where verdict = 'not_assessed'"
            " group by all order by all",
        )
    )
    messages = tuple(rows(
        con,
        "select verdict, message, count(*) from verdicts where reason is null and message is not"
        " null group by all order by all",
    ))  # fmt: skip
    limited = bool(one(con, "select bool_or(limited) from verdicts"))
    names = sorted({n for files in lacking.values() for held in files.values() for n in held})
    counts = ("not_applicable", "conforming", "nonconforming", "not_assessed")
    totals = {name: sum(getattr(p, name) for p in projects) for name in counts}
    return RuleResult(
        rule,
        status_of(rule, *totals.values()),
        sum(p.population for p in projects),
        **totals,
        limited=sum(p.limited for p in projects),
        reasons=reasons,
        messages=messages,
        limits=tuple(names) if limited else (),
        by_project=projects,
    )
