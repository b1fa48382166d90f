"""One record: its values and times, and what every rule says of it and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itssrules.assess.context import Context
from itssrules.assess.engine import judge
from itssrules.assess.timeline import timelines
from itssrules.assess.verdicts import answers
from itssrules.errors import ItssError, UsageError, check_stopped, did_you_mean
from itssrules.model.rule import OUTPUT, Fact, Rule
from itssrules.model.tables import Table, model
from itssrules.store import Connection, Error, ident, literal, rows


@dataclass(frozen=True)
class Moment:
    """A step of a record's timeline: when (ISO UTC, or a day), its column, and what and by whom."""

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
    group: str = ""
    """The group, where the rule judges groups and this record is one of its members."""


@dataclass(frozen=True)
class Known:
    """What a fact holds of one record: its columns by name."""

    fact: Fact
    values: dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """A record with its values, timeline and verdicts."""

    table: Table
    record: dict[str, Any]
    values: dict[str, Any]
    unread: tuple[str, ...]
    disputed: tuple[str, ...]
    timeline: tuple[Moment, ...]
    facts: tuple[Known, ...]
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
    said: dict[str, dict[Key, list[Said]]],
) -> Explanation:  # fmt: skip
    record = row["record"]
    key = (record["object"], record["ns"], record["id"])
    values = {c.name: row[c.name] for c in table.columns}
    told = tuple(s for r in rules for s in said[r.id].get(key, ()))
    return Explanation(
        table, record, values, tuple(row["unread"] or ()), tuple(row["disputed"] or ()),
        _timeline(context.con, record), _facts(context, table, record), told,
    )  # fmt: skip


def _timeline(con: Connection, record: dict[str, Any]) -> tuple[Moment, ...]:
    names = ("object", "ns", "id")
    subject = ", ".join(literal(record[n]) for n in names)
    return tuple(
        Moment(
            step["at"].strftime("%Y-%m-%d" if step["day"] else "%Y-%m-%dT%H:%M:%SZ"),
            step["step"],
            " ".join(filter(None, (step["detail"], step["who"]))),
        )
        for step in timelines(
            con, f"select * from (values ({subject})) s(object, ns, subject_id)"
        ).to_pylist()
    )


Key = tuple[str, str, str]
"""Object, id space and id of a record."""


def _judged(context: Context, rule: Rule, ids: Sequence[str]) -> dict[Key, list[Said]]:
    """The rule's answers for the records of these ids, or for the groups that hold them."""
    wanted = f"({', '.join(literal(i) for i in ids)})"
    where = f"where record.id in {wanted}"
    try:
        result = judge(context, rule)
        if rule.of_records:
            return _of_records(context, rule, where)
        made = _made(context.con)
        if not made:
            why = result.reasons[0]
            said = Said(rule, None, None, "not_assessed", "", why.reason, why.column, {})
            return _each(context.con, said, where)
        return _of_groups(context.con, rule, wanted) if "members" in made else {}
    except (Error, ItssError) as e:
        check_stopped()
        text = str(e).split("\n")[0]
        return _each(context.con, Said(rule, None, None, "error", "", "", "", {}, text), where)


def _of_records(context: Context, rule: Rule, where: str) -> dict[Key, list[Said]]:
    verdicts = rows(
        context.con, "select record.object, record.ns, record.id, verdict, message, reason, col"
        f" from verdicts {where}",
    )  # fmt: skip
    told = _answers(context, rule, where)
    found = {}
    for object_, ns, id_, verdict, message, reason, column in verdicts:
        applies, conforms, evidence = told.get((object_, ns, id_), (None, None, {}))
        said = Said(
            rule, applies, conforms, verdict, message or "", reason or "", column or "", evidence
        )
        found[object_, ns, id_] = [said]
    return found


def _made(con: Connection) -> set[str]:
    """Columns of the groups that the last rule made; none where it was not run at all."""
    return {c for (c,) in rows(
        con, "select column_name from duckdb_columns() where table_name = 'grouped'"
    )}  # fmt: skip


def _of_groups(con: Connection, rule: Rule, wanted: str) -> dict[Key, list[Said]]:
    """What the groups that name a record among their members say."""
    found: dict[Key, list[Said]] = {}
    for object_, ns, id_, applies, conforms, verdict, message, group, evidence in rows(
        con,
        "select m.object, m.ns, m.id, g.applies, g.conforms, v.verdict, v.message, v.record.id,"
        " v.evidence from (select *, unnest(members) as m from grouped) g"
        f" join verdicts v on v.record.id = g.subject_id where m.id in {wanted}"
        " and v.verdict = 'nonconforming' order by all",
    ):
        values = json.loads(evidence or "{}")
        said = Said(rule, applies, conforms, verdict, message or "", "", "", values, group=group)
        found.setdefault((object_, ns, id_), []).append(said)
    return found


def _each(con: Connection, said: Said, where: str) -> dict[Key, list[Said]]:
    """The same said of every wanted record of the rule's subject tables."""
    return {
        k: [said]
        for t in said.rule.subject
        for k in rows(con, f"select record.object, record.ns, record.id from {ident(t)} {where}")
    }


def _answers(
    context: Context, rule: Rule, where: str
) -> dict[Key, tuple[bool | None, bool | None, dict[str, Any]]]:
    con, sql = context.con, answers(context, rule)
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
            f" from (\n{sql}\n) {where}",
        )
    }


def _facts(context: Context, table: Table, record: dict[str, Any]) -> tuple[Known, ...]:
    """What the facts about this kind of record hold of it."""
    con, found = context.con, []
    for fact in context.facts:
        if fact.of != table.name or fact.name not in context.made:
            continue
        columns = ", ".join(
            _shown(name, kind)
            for name, kind, *_ in rows(con, f"describe {ident(fact.name)}")
            if name not in ("record", "ns", *table.key)
        )
        cursor = con.execute(
            f"select {columns} from {ident(fact.name)} where record.ns = {literal(record['ns'])}"
            f" and record.id = {literal(record['id'])}"
        )
        names = [d[0] for d in cursor.description]
        found += [Known(fact, dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return tuple(found)
