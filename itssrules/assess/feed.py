"""Which rules the exports at hand can feed, and what the others wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itssrules.assess.gate import Supply, gates, group_gate, group_limits, limits
from itssrules.model.rule import Rule
from itssrules.store import Connection, ident, rows


@dataclass(frozen=True)
class Feed:
    """A rule and, per id space of its subject, the columns that it waits for (none: it can judge)."""

    rule: Rule
    spaces: dict[str, tuple[str, ...]]
    limited_by: tuple[str, ...]


def feeds(con: Connection, rules: Sequence[Rule]) -> list[Feed]:
    """What each rule can judge of the loaded tables."""
    supply = Supply.read(con)
    return [_feed(con, rule, supply) for rule in rules]


def _feed(con: Connection, rule: Rule, supply: Supply) -> Feed:
    if not rule.of_records:
        gate = group_gate(rule, supply)
        return Feed(rule, {"": (gate[1],) if gate else ()}, tuple(group_limits(rule, supply)))
    spaces: dict[str, set[str]] = {}
    limited: set[str] = set()
    for table in rule.subject:
        files = dict(rows(con, f"select distinct record.file_id, ns from {ident(table)}"))
        shut = {g.file_id: g.column for g in gates(rule, table, files, supply)}
        for file_id, ns in files.items():
            spaces.setdefault(ns, set()).update({shut[file_id]} if file_id in shut else ())
        for names in limits(rule, table, files, supply).values():
            limited.update(names)
    if not spaces:
        return Feed(rule, {"": (rule.subject[0],)}, ())
    return Feed(
        rule, {n: tuple(sorted(c)) for n, c in sorted(spaces.items())}, tuple(sorted(limited))
    )
