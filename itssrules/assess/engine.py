"""One rule over all records: verdicts gated, counted, closed, and findings stored."""

from __future__ import annotations

from collections.abc import Sequence

from itssrules.assess import verdicts
from itssrules.assess.context import Context, Tally
from itssrules.assess.count import counted, gated, tally
from itssrules.assess.facts import make
from itssrules.assess.gate import gates, group_gate, group_limits, limits
from itssrules.assess.holes import holes, incomplete, lost_rows, with_holes, with_lost
from itssrules.errors import RuleError, check_stopped
from itssrules.model.results import Reason, RuleResult
from itssrules.model.rule import Rule
from itssrules.store import Connection, Error, literal, one, rows

FINDINGS = """
create table if not exists findings(
    finding_id varchar, rule_id varchar, rule_version varchar, checkpoint varchar[],
    class varchar, severity varchar, limited boolean, source varchar, ns varchar,
    project_id varchar, object varchar, subject_id varchar, "at" timestamp, owner varchar,
    message varchar, evidence varchar, file varchar, file_id integer, row_number bigint,
    state varchar, first_seen timestamp, last_seen timestamp)
"""


def assess_rule(context: Context, rule: Rule) -> RuleResult:
    """Judge every record; a rule that fails comes back with status `error` and why."""
    try:
        return judge(context, rule)
    except Error as e:
        check_stopped()
        return RuleResult(rule, "error", error=str(e).split("\n")[0])
    except RuleError as e:
        return RuleResult(rule, "error", error=e.problem)


def judge(context: Context, rule: Rule) -> RuleResult:
    """Judge every record and leave the verdicts in the temporary table `verdicts`.

    Raises RuleError where the counts do not close, a sentence does not fit its verdict or a fact
    could not be made.
    """
    make(context, [rule])
    for fact in rule.facts:
        if fact.name in context.broken:
            raise RuleError(context.broken[fact.name])
    return _records(context, rule) if rule.of_records else _groups(context, rule)


def _records(context: Context, rule: Rule) -> RuleResult:
    con, supply = context.con, context.supply
    subjects = {t: {c.file_id: c.ns for c in context.crowd(t)} for t in rule.subject}
    lost = lost_rows(context, rule)
    if not any(subjects.values()) and not lost:
        verdicts.gated(context, rule, {})
        return _nothing(context, rule)
    shut = {t: gates(rule, t, files, supply) for t, files in subjects.items()}
    lacking = {t: limits(rule, t, files, supply) for t, files in subjects.items()}
    if all(len(shut[t]) == len(files) for t, files in subjects.items()) and any(subjects.values()):
        verdicts.gated(context, rule, shut)
        result = gated(context, rule, shut)
    else:
        weak = [ns for table, ns in incomplete(context, rule) if table not in rule.subject]
        spaces = sorted({n for files in subjects.values() for n in files.values()})
        verdicts.of_records(context, rule, shut, lacking, spaces if "" in weak else weak)
        tallies = tally(con)
        _check_closing(context.total(rule.subject), tallies)
        _check_messages(con, rule, tallies)
        _store_findings(context, rule, tallies)
        names = {n for files in lacking.values() for held in files.values() for n in held}
        result = counted(con, rule, tallies, sorted(names))
    return with_holes(with_lost(result, lost), holes(context, rule))


def _groups(context: Context, rule: Rule) -> RuleResult:
    con = context.con
    verdicts.gated(context, rule, {})
    if not any(context.crowd(t) for t in rule.subject):
        return _nothing(context, rule)
    gate = group_gate(rule, context.supply)
    if gate:
        return RuleResult(rule, "not_assessed", reasons=(Reason("", "", gate[0], gate[1], 0, ()),))
    lacking = group_limits(rule, context.supply)
    verdicts.of_groups(context, rule, limited=bool(lacking or incomplete(context, rule)))
    _check_groups(con)
    tallies = tally(con)
    _check_messages(con, rule, tallies)
    _store_findings(context, rule, tallies)
    return with_holes(counted(con, rule, tallies, lacking), holes(context, rule))


def _nothing(context: Context, rule: Rule) -> RuleResult:
    """No subject table holds a row: nothing can be said, least of all that all is well."""
    why = "no_rows" if any(t in context.supply.tables for t in rule.subject) else "table"
    reason = Reason("", "", why, rule.subject[0], 0, ())
    return RuleResult(rule, "not_assessed", reasons=(reason,))


def _check_closing(wanted: tuple[int, int], tallies: Sequence[Tally]) -> None:
    """Every subject row comes out exactly once, or the rule's counts mean nothing."""
    found = sum(t.count for t in tallies), sum(t.checksum for t in tallies)
    if wanted != found:
        raise RuleError(
            f"the SQL yields {found[0]:,} rows for {wanted[0]:,} records"
            if wanted[0] != found[0]
            else "the SQL yields some record twice and some not at all"
        )


def _check_groups(con: Connection) -> None:
    """Every group comes out once, under a name of its own."""
    twice = rows(
        con,
        "select subject_id, count(*) from grouped group by 1 having count(*) > 1 or subject_id is null"
        " order by 1 limit 1",
    )
    if twice:
        name, count = twice[0]
        raise RuleError(f"the SQL yields subject_id {name!r} {count:,} times")


def _check_messages(con: Connection, rule: Rule, tallies: Sequence[Tally]) -> None:
    """A row's sentence fits its verdict; a conforming row needs none."""
    pairs = {(t.verdict, t.message or "") for t in tallies if t.reason is None}
    for verdict, key in sorted(pairs):
        said = rule.messages[key].verdict if key in rule.messages else None
        wanted = "lead" if rule.leads and verdict == "nonconforming" else verdict
        if verdict not in ("conforming", "outside") and said != wanted:
            example = one(
                con,
                "select min(record.id) from verdicts where reason is null and verdict ="
                f" {literal(verdict)} and coalesce(message, '') = {literal(key)}",
            )
            raise RuleError(
                f"record {example} is {verdict}, its message is {key or None!r} ({said})"
            )


def _store_findings(context: Context, rule: Rule, tallies: Sequence[Tally]) -> None:
    con = context.con
    con.execute(FINDINGS)
    if all(t.verdict != "nonconforming" for t in tallies):
        return
    checkpoints = f"{literal(sorted({*rule.decides, *rule.supports}))}::varchar[]"
    if rule.kind == "register":
        checkpoints = "case when checkpoint is null then []::varchar[] else [checkpoint] end"
    kind = "lead" if rule.leads else "nonconformity"
    con.execute(
        f"""insert into findings select
            left(sha256(concat_ws(chr(31), {literal(rule.id)}, f.record.ns, f.record.object,
                 f.record.id)), 16),
            {literal(rule.id)}, {literal(rule.version)}, {checkpoints}, {literal(kind)},
            {literal(rule.severity)}, limited, f.record.source, f.record.ns, f.record.project_id,
            f.record.object, f.record.id, f.moment, f.owner, message, f.evidence, p.path,
            f.record.file_id, f.record.row_number, null, null, null
        from (select limited, message, checkpoint, unnest(found) as f from tallied) t
        left join paths p on p.file_id = f.record.file_id"""
    )
