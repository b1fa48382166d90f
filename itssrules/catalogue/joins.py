"""Joins between canonical tables: they equate ns, name the object type, keep one row a record."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from itssrules.catalogue.sqltree import (
    NESTED,
    Query,
    Scope,
    Source,
    Tree,
    columns_in,
    own,
)
from itssrules.errors import ItssError, RuleError
from itssrules.model.tables import model

NS_HINT = "add a.ns = b.ns: two tools may give the same number"


def problems(tree: Tree) -> list[ItssError]:
    """Every join, subquery and window that mixes records of two tools or kinds."""
    return [RuleError(text, place=tree.place(node), hint=hint)
            for node, text, hint in _found(tree)]  # fmt: skip


def _found(tree: Tree) -> Iterator[tuple[exp.Expression, str, str]]:
    for scope in tree.scopes:
        yield from _joins(scope)
        yield from _subqueries(scope)
        yield from _object_types(scope)
        yield from _windows(scope)


def _joins(scope: Scope) -> Iterator[tuple[exp.Expression, str, str]]:
    sources = [s for s in scope.sources.values() if _of_tools(s)]
    if len(sources) < 2:
        return
    linked = _linked(scope)
    for source in sources:
        if source.join is None or (source.query is not None and _single(source.query)):
            continue
        names = ", ".join(sorted(source.tables()))
        if source.alias not in linked:
            yield source.node, f"joins {names} without equating ns", NS_HINT
        elif not _keyed(scope, source):
            yield (source.node, f"joins {source.table} on less than its key: rows may multiply",
                   "join a query with one row a key")  # fmt: skip


def _of_tools(source: Source) -> bool:
    """True where a source holds records whose ids belong to a tool's id space."""
    return any(model()[t].ids == "tool" for t in source.tables())


def _linked(scope: Scope) -> set[str]:
    """Aliases of this scope whose ns is equated with that of another source."""
    found: set[str] = set()
    for condition in scope.conditions():
        for node in own(condition):
            if isinstance(node, exp.EQ) and all(map(scope.is_ns, (node.this, node.expression))):
                sides = [scope.resolve(n) for n in (node.this, node.expression)]
                aliases = {r.source.alias for r in sides if r is not None and r.source}
                found |= aliases if len(aliases) > 1 or sides[0] != sides[1] else set()
    for source in scope.sources.values():
        using = source.join.args.get("using") if source.join else None
        if any(n.name.lower() == "ns" for n in using or ()):
            found |= set(scope.sources)
    return found


def _single(query: Query) -> bool:
    """True for one row in all."""
    return all(b.aggregates for b in query.branches)


def _keyed(scope: Scope, source: Source) -> bool:
    """True unless a left join to a canonical table leaves out a column of its key."""
    table = model().get(source.table)
    if table is None or not source.optional or scope.clause("group") is not None:
        return True
    return bool(table.key) and set(table.key) <= source.equated


def _subqueries(scope: Scope) -> Iterator[tuple[exp.Expression, str, str]]:
    """Nested queries over canonical tables that are not tied to this one's id space."""
    for part in scope.parts():
        for node in own(part):
            if isinstance(node, NESTED) and id(node) in scope.inner:
                query = scope.inner[id(node)]
                for branch in query.branches:
                    if branch.tables() and not _tied(scope, branch, node):
                        names = ", ".join(sorted(branch.tables()))
                        yield node, f"a subquery over {names} does not equate ns", NS_HINT


def _tied(scope: Scope, branch: Scope, node: exp.Expression) -> bool:
    outer = {*scope.sources}
    for condition in branch.conditions():
        for at in own(condition):
            if isinstance(at, exp.EQ) and all(map(branch.is_ns, (at.this, at.expression))):
                refs = [branch.resolve(n) for n in (at.this, at.expression)]
                if len({id(r.scope) for r in refs if r is not None}) > 1:
                    return True
    if not _correlated(branch) and branch.aggregates:
        return True
    tested = node.find_ancestor(exp.In)
    keys = tested.this.expressions if tested and isinstance(tested.this, exp.Tuple) else []
    made = [e.unalias() for e in branch.select.expressions]
    pairs = zip(keys, made, strict=False)
    return bool(outer) and any(scope.is_ns(k) and branch.is_ns(m) for k, m in pairs)


def _correlated(branch: Scope) -> bool:
    refs = [branch.resolve(c) for part in branch.parts() for c in columns_in(part)]
    return any(r is not None and r.scope is not branch for r in refs)


def _object_types(scope: Scope) -> Iterator[tuple[exp.Expression, str, str]]:
    """Tables that serve several kinds of record, read by object_id without object_type."""
    named = [scope.resolve(c) for part in scope.parts() for c in columns_in(part)]
    for source in scope.sources.values():
        if source.column("object_type") is None:
            continue
        names = {r.name for r in named if r is not None and r.source is source}
        if "object_id" in names and "object_type" not in names:
            yield (source.node, f"reads {source.table}.object_id without object_type",
                   "test object_type: another kind of record may have the same number")  # fmt: skip


def _windows(scope: Scope) -> Iterator[tuple[exp.Expression, str, str]]:
    """Windows partitioned by an id without its id space."""
    for part in scope.parts():
        for node in own(part):
            if isinstance(node, exp.Window):
                keys = node.args.get("partition_by") or []
                columns = [scope.model_column(k) for k in keys]
                ids = [c for c in columns if c and c.key and c.name != "project_id"]
                if ids and not any(map(scope.is_ns, keys)):
                    yield node, f"partitions by {ids[0].name} without ns", NS_HINT
