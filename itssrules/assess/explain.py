"""One record: its values and times, and what every rule says of it and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itssrules.assess.engine import Context, judge, rule_sql
from itssrules.errors import ItssError, UsageError, did_you_mean
from itssrules.model.rule import OUTPUT, Rule
from itssrules.model.tables import Table, model
from itssrules.store import Connection, Error, ident, literal, rows


@dataclass(frozen=True)
class Moment:
    """A point of a record's timeline: when (ISO UTC), the column or event, and by whom or what."""

    at: str
    what: str
    detail: str


@dataclass(frozen=True)
class Said:
    """What one rule says: its two answers (None: unknown), the verdict and the ground for it."""

    rule: Rule
    applies: bool | None
    conforms: bool | None
    verdict: str
    message: str
    reason: str
    column: str
    evidence: dict[str, Any]
    error: str = ""


@dataclass(frozen=True)
class Explanation:
    """A record with its values, timeline and verdicts."""

    table: Table
    record: dict[str, Any]
    values: dict[str, Any]
    unread: tuple[str, ...]
    disputed: tuple[str, ...]
    timeline: tuple[Moment, ...]
    said: tuple[Said, ...]


def explain(context: Context, rules: Sequence[Rule], ticket: str) -> list[Explanation]:
    """Every record with that id or tool key; UsageError where there is none."""
    found = [(t, r) for t in model().values() for r in _records(context.con, t, ticket)]
    if not found:
        known = [
            r[0]
            for t in model().values()
            if t.kind == "ticket"
            for r in rows(context.con, f"select distinct record.id from {ident(t.name)} order by 1")
        ]
        hint = did_you_mean(ticket, known) or "ids are taken as the export writes them"
        raise UsageError(f"no record {ticket!r} in these exports", place="explain", hint=hint)
    ids = sorted({r["record"]["id"] for _, r in found})
    said = {rule.id: _judged(context, rule, ids) for rule in rules}
    return [_explanation(context, table, row, rules, said) for table, row in found]


def _records(con: Connection, table: Table, ticket: str) -> list[dict[str, Any]]:
    if table.kind == "detail":
        return []
    keys = [c for c in (table.key[0], "source_key") if table.column(c)]
    where = " or ".join(f"lower({ident(k)}) = lower({literal(ticket.strip())})" for k in keys)
    columns = ", ".join(_shown(c.name, c.type) for c in table.columns)
    cursor = con.execute(
        f"select record, unread, disputed, {columns} from {ident(table.name)} where {where}"
        " order by record.ns, record.id"
    )
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shown(name: str, kind: str) -> str:
    return f"utc_text({ident(name)}) as {ident(name)}" if kind == "TIMESTAMP" else ident(name)


def _explanation(
    context: Context, table: Table, row: dict[str, Any], rules: Sequence[Rule],
    said: dict[str, dict[Key, Said]],
) -> Explanation:  # fmt: skip
    record = row["record"]
    key = (record["object"], record["ns"], record["id"])
    values = {c.name: row[c.name] for c in table.columns}
    answers = tuple(said[r.id][key] for r in rules if key in said[r.id])
    return Explanation(
        table, record, values, tuple(row["unread"] or ()), tuple(row["disputed"] or ()),
        _timeline(context.con, table, record, values), answers,
    )  # fmt: skip


def _timeline(
    con: Connection, table: Table, record: dict[str, Any], values: dict[str, Any]
) -> tuple[Moment, ...]:
    moments = [
        Moment(str(values[c.name]), c.name, "")
        for c in table.columns
        if c.type == "TIMESTAMP" and values[c.name]
    ]
    own = f"ns = {literal(record['ns'])} and object_id = {literal(record['id'])}"
    own += f" and object_type = {literal(table.object)}"
    moments += [
        Moment(
            at,
            f"status_history.{event}",
            " ".join(filter(None, (old, "→" if new else "", new, by))),
        )
        for at, event, old, new, by in rows(
            con,
            "select utc_text(changed_at), coalesce(event_type, ''), old_value, new_value, changed_by"
            f" from status_history where {own} and changed_at is not null order by changed_at, seq",
        )
    ]
    moments += [
        Moment(at, "approvals.decision", " ".join(filter(None, (decision, by))))
        for at, decision, by in rows(
            con, "select utc_text(coalesce(decided_at, requested_at)), decision, approver from"
            f" approvals where {own} and coalesce(decided_at, requested_at) is not null",
        )
    ]  # fmt: skip
    return tuple(sorted(moments, key=lambda m: m.at))


Key = tuple[str, str, str]
"""Object, id space and id of a record."""


def _judged(context: Context, rule: Rule, ids: Sequence[str]) -> dict[Key, Said]:
    """The rule's answers for the records of these ids."""
    con = context.con
    wanted = f"where record.id in ({', '.join(literal(i) for i in ids)})"
    try:
        judge(context, rule)
        verdicts = rows(
            con, "select record.object, record.ns, record.id, verdict, message, reason, col"
            f" from verdicts {wanted}",
        )  # fmt: skip
        answers = _answers(con, rule, context.as_of, wanted)
    except (Error, ItssError) as e:
        return _failed(con, rule, str(e).split("\n")[0], wanted)
    found = {}
    for object_, ns, id_, verdict, message, reason, column in verdicts:
        applies, conforms, evidence = answers.get((object_, ns, id_), (None, None, {}))
        found[object_, ns, id_] = Said(
            rule, applies, conforms, verdict, message or "", reason or "", column or "", evidence
        )
    return found


def _failed(con: Connection, rule: Rule, text: str, wanted: str) -> dict[Key, Said]:
    said = Said(rule, None, None, "error", "", "", "", {}, text)
    keys = [
        k
        for t in rule.subject
        for k in rows(con, f"select record.object, record.ns, record.id from {ident(t)} {wanted}")
    ]
    return dict.fromkeys(keys, said)


def _answers(
    con: Connection, rule: Rule, as_of: str, wanted: str
) -> dict[Key, tuple[bool | None, bool | None, dict[str, Any]]]:
    sql = rule_sql(rule, as_of)
    fields = []
    for name, kind, *_ in rows(con, f"describe {sql}"):
        if name not in OUTPUT:
            value = f"utc_text({ident(name)})" if kind == "TIMESTAMP" else ident(name)
            fields.append(f"{literal(name)}: {value}")
    evidence = f"cast(to_json({{{', '.join(fields)}}}) as varchar)" if fields else "'{}'"
    return {
        (o, ns, i): (applies, conforms, json.loads(text))
        for o, ns, i, applies, conforms, text in rows(
            con,
            f"select record.object, record.ns, record.id, applies, conforms, {evidence}"
            f" from ({sql}) {wanted}",
        )
    }
