"""Which rules the exports at hand can feed, and what the others wait for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from itssrules.assess.gate import (
    Fault,
    Supply,
    faults,
    group_faults,
    group_limits,
    limits,
    needs_of,
)
from itssrules.model.rule import Need, Rule
from itssrules.model.tables import model
from itssrules.store import Connection, ident, literal, rows


@dataclass(frozen=True)
class Feed:
    """A rule and, per id space of its subject, what it waits for (nothing: it can judge).

    Besides the reasons of a gate there is `unread`: no value of the column could be read.
    """

    rule: Rule
    spaces: dict[str, tuple[Fault, ...]]
    limited_by: tuple[str, ...]


def feeds(con: Connection, rules: Sequence[Rule]) -> list[Feed]:
    """What each rule can judge of the loaded tables."""
    supply, unread = Supply.read(con), _unread(con)
    return [_feed(con, rule, supply, unread) for rule in rules]


def _unread(con: Connection) -> dict[str, set[int]]:
    """`table.column` -> the files in which every filled cell of it is unread."""
    found = {}
    for table in model():
        for (column,) in rows(con, f"select distinct unnest(unread) from {ident(table)}"):
            files = rows(
                con,
                f"select record.file_id from {ident(table)} group by 1 having count({ident(column)})"
                f" = 0 and bool_or(coalesce(list_contains(unread, {literal(column)}), false))",
            )
            if files:
                found[f"{table}.{column}"] = {f for (f,) in files}
    return found


def _feed(con: Connection, rule: Rule, supply: Supply, unread: Mapping[str, set[int]]) -> Feed:
    suppliers: dict[str, set[int]] = {}
    for file_id, columns in supply.by_file.items():
        for column in columns:
            suppliers.setdefault(column, set()).add(file_id)
    dead = {c for c, files in unread.items() if suppliers.get(c, set()) <= files}
    if not rule.of_records:
        found = _said(group_faults(rule, supply), rule.needs, suppliers, dead)
        return Feed(rule, {"": tuple(found)}, tuple(group_limits(rule, supply)))
    spaces: dict[str, dict[Fault, None]] = {}
    limited: set[str] = set()
    for table in rule.subject:
        files = dict(
            rows(con, f"select distinct record.file_id, ns from {ident(table)} order by all")
        )
        for file_id, ns in files.items():
            mine = {c for c in dead if not c.startswith(f"{table}.")}
            mine |= {c for c, found_in in unread.items() if file_id in found_in}
            there = supply.by_file.get(file_id, {}).keys() | supply.beside(ns).keys()
            found = _said(
                faults(rule, table, file_id, ns, supply), needs_of(rule, table), there, mine
            )
            spaces.setdefault(ns, {}).update(found)
        for names in limits(rule, table, files, supply).values():
            limited.update(names)
    if not spaces:
        return Feed(rule, {"": (Fault("table", rule.subject[0]),)}, ())
    return Feed(rule, {n: tuple(f) for n, f in sorted(spaces.items())}, tuple(sorted(limited)))


def _said(
    found: Iterable[Fault], needs: Iterable[Need], held: Collection[str], dead: Collection[str]
) -> dict[Fault, None]:
    """The faults of a gate, and the needs of which nothing that is supplied (`held`) was read.

    Of a column that was not read at all (`dead`) nobody can say how exact it is.
    """
    said = [Fault("unread", f.column) if f.column in dead else f for f in found]
    for need in needs:
        supplied = [c for c in need.columns if c in held]
        if supplied and all(c in dead for c in supplied):
            said.append(Fault("unread", supplied[0]))
    return dict.fromkeys(said)
