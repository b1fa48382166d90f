"""A rule's SQL as scopes: which column of which table a name means, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import sqlglot
from sqlglot import exp

from itssrules.model.rule import Rule
from itssrules.model.tables import Column, model

NESTED = (exp.Select, exp.SetOperation)
ENGINE_COLUMNS = ("record", "ns")
"""Columns that every canonical table has besides the model's."""
AGGREGATES = (exp.AggFunc, exp.Filter, exp.Window)


def own(node: exp.Expression) -> Iterator[exp.Expression]:
    """The node and all below it; a nested query is yielded but not entered."""
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        if at is node or not isinstance(at, NESTED):
            stack.extend(reversed(list(at.iter_expressions())))


def columns_in(node: exp.Expression) -> list[exp.Column]:
    """Column references of an expression, nested queries left out."""
    return [n for n in own(node) if isinstance(n, exp.Column) and not n.is_star]


@dataclass(eq=False)
class Source:
    """What a FROM or JOIN brings: a canonical table, or the branches of a CTE or subquery."""

    alias: str
    node: exp.Expression
    join: exp.Join | None
    table: str = ""
    query: Query | None = None

    @property
    def optional(self) -> bool:
        """True where a row may be missing on this side of the join."""
        return self.join is not None and self.join.side in ("LEFT", "FULL")

    @property
    def inner(self) -> bool:
        """True where a row of the others vanishes when this side has none."""
        return self.join is not None and self.join.side not in ("LEFT", "FULL")

    @cached_property
    def equated(self) -> set[str]:
        """Columns of this side that its join equates with something: never NULL in a row found."""
        join = self.join.args if self.join is not None else {}
        found = {n.name.lower() for n in join.get("using") or ()}
        on = join.get("on")
        for node in on.flatten() if isinstance(on, exp.And) else [on]:
            if isinstance(node, exp.EQ):
                sides = (node.this, node.expression)
                found |= {n.name.lower() for n in sides if self._is_mine(n)}
        return found

    def _is_mine(self, node: exp.Expression) -> bool:
        return isinstance(node, exp.Column) and node.table.lower() == self.alias

    def column(self, name: str) -> Column | None:
        """The model's column of that name, where this is a canonical table."""
        return model()[self.table].column(name) if self.table in model() else None

    def has(self, name: str) -> bool:
        """True if this side has a column of that name."""
        if self.query is not None:
            return bool(self.query.column(name))
        return self.column(name) is not None or (self.table in model() and name in ENGINE_COLUMNS)

    def tables(self) -> set[str]:
        """Canonical tables read here, at any depth."""
        if self.query is not None:
            return self.query.tables()
        return {self.table} if self.table in model() else set()


@dataclass(frozen=True)
class Ref:
    """What a column name means: a column of a source, or another projection of the same select."""

    scope: Scope
    source: Source | None
    name: str
    fields: tuple[str, ...] = ()

    @property
    def is_ns(self) -> bool:
        """True for `ns` and `record.ns`, also when passed through CTEs."""
        if self.source is None or self.source.table:
            return self.name == "ns" or (self.name, *self.fields) == ("record", "ns")
        if self.fields:
            return (self.name, *self.fields) == ("record", "ns")
        found = self.source.query.column(self.name) if self.source.query else []
        return bool(found) and all(s.is_ns(e) for e, s in found)

    def model_column(self) -> Column | None:
        """The canonical column that this passes on unchanged, or None."""
        if self.fields:
            return None
        if self.source is None or self.source.query is None:
            return self.source.column(self.name) if self.source else None
        found = {s.model_column(e) for e, s in self.source.query.column(self.name)}
        return found.pop() if len(found) == 1 else None


@dataclass(eq=False)
class Scope:
    """One SELECT with its sources; `inner` holds the queries nested in its expressions."""

    select: exp.Select
    parent: Scope | None
    sources: dict[str, Source] = field(default_factory=dict)
    inner: dict[int, Query] = field(default_factory=dict)
    _refs: dict[int, Ref | None] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """Output names in order; `*` for a star."""
        return ["*" if e.is_star else e.alias_or_name.lower() for e in self.select.expressions]

    def projection(self, name: str) -> exp.Expression | None:
        """The expression behind an output name; a star passes the name on."""
        if name in self.names:
            return self.select.expressions[self.names.index(name)].unalias()
        if "*" in self.names and any(s.has(name) for s in self.sources.values()):
            return exp.column(name)
        return None

    def text(self, node: exp.Expression) -> str:
        """An expression as SQL in one spelling."""
        if id(node) not in self._texts:
            self._texts[id(node)] = node.sql("duckdb", comments=False).lower()
        return self._texts[id(node)]

    def resolve(self, column: exp.Column) -> Ref | None:
        """What a column reference means, here or in a scope around it."""
        if id(column) not in self._refs:
            self._refs[id(column)] = self._resolve(column)
        return self._refs[id(column)]

    def _resolve(self, column: exp.Column) -> Ref | None:
        parts = [p.name.lower() for p in column.parts]
        at: Scope | None = self
        while at is not None and len(parts) > 1:
            if parts[0] in at.sources:
                return Ref(at, at.sources[parts[0]], parts[1], tuple(parts[2:]))
            at = at.parent
        at = self
        while at is not None:
            for source in at.sources.values():
                if source.has(parts[0]):
                    return Ref(at, source, parts[0], tuple(parts[1:]))
            if parts[0] in at.names:
                return Ref(at, None, parts[0], tuple(parts[1:]))
            at = at.parent
        return None

    def is_ns(self, node: exp.Expression) -> bool:
        """True if the expression is the id space of a record."""
        ref = self.resolve(node) if isinstance(node, exp.Column) else None
        return ref is not None and ref.is_ns

    def model_column(self, node: exp.Expression) -> Column | None:
        """The canonical column that an expression passes on unchanged, or None."""
        ref = self.resolve(node) if isinstance(node, exp.Column) else None
        return ref.model_column() if ref else None

    def clause(self, name: str) -> exp.Expression | None:
        """A clause of the select such as `where`, or None."""
        found = self.select.args.get(name) or self.select.args.get(f"{name}_")
        return found if isinstance(found, exp.Expression) else None

    def conditions(self) -> list[exp.Expression]:
        """ON and WHERE conditions of the select."""
        on = [s.join.args["on"] for s in self.sources.values() if s.join and s.join.args.get("on")]
        where = self.clause("where")
        return [*on, where.this] if where is not None else on

    def parts(self) -> list[exp.Expression]:
        """Output expressions, clauses and ON conditions."""
        clauses = (self.clause(n) for n in ("where", "group", "having", "qualify", "order"))
        joins = [s.join for s in self.sources.values() if s.join is not None]
        on = [j.args["on"] for j in joins if j.args.get("on") is not None]
        return [*self.select.expressions, *(c for c in clauses if c is not None), *on]

    def tables(self) -> set[str]:
        """Canonical tables in FROM and JOIN, at any depth."""
        return {t for s in self.sources.values() for t in s.tables()}

    @property
    def aggregates(self) -> bool:
        """True for one row in all: aggregates without GROUP BY."""
        return self.clause("group") is None and any(
            isinstance(n, exp.AggFunc) and not n.find_ancestor(exp.Window)
            for e in self.select.expressions
            for n in own(e)
        )


@dataclass(eq=False)
class Query:
    """A SELECT, or the branches of a UNION ALL.

    `total` where it is a fact with a row for every record of its table; `sealed` where it is a fact
    whose columns are taken as they are.
    """

    branches: list[Scope]
    total: bool = False
    sealed: bool = False
    _columns: dict[str, list[tuple[exp.Expression, Scope]]] = field(default_factory=dict)

    def column(self, name: str) -> list[tuple[exp.Expression, Scope]]:
        """The expression behind an output column in each branch, with its scope."""
        if name not in self._columns:
            self._columns[name] = self._column(name)
        return self._columns[name]

    def _column(self, name: str) -> list[tuple[exp.Expression, Scope]]:
        first, *others = self.branches
        top = first.projection(name)
        if top is None:
            return []
        found = [(top, first)]
        for branch in others:
            place = first.names.index(name) if name in first.names else -1
            here = [e.unalias() for e in branch.select.expressions]
            by_place = 0 <= place < len(here) and "*" not in branch.names
            expression = here[place] if by_place else branch.projection(name)
            if expression is not None:
                found.append((expression, branch))
        return found

    def tables(self) -> set[str]:
        """Canonical tables read, at any depth."""
        return {t for b in self.branches for t in b.tables()}


@dataclass(frozen=True)
class Home:
    """The file that an SQL text stands in, and the line on which it begins."""

    path: Path
    sql: str
    sql_line: int


@dataclass(eq=False)
class Tree:
    """The parsed SQL of a rule: the final query, and every scope in it, those of facts left out."""

    rule: Rule
    root: exp.Expression
    final: Query
    scopes: list[Scope]
    homes: dict[int, Home] = field(default_factory=dict)

    def place(self, node: exp.Expression) -> str:
        """File and line in which an expression begins, be it the rule's or a fact's."""
        home = self.homes.get(id(node.root()), self.homes[id(self.root)])
        line = home.sql_line + home.sql.count("\n", 0, max(self.offset(node), 0))
        return f"{home.path}:{line}"

    def line(self, node: exp.Expression) -> int:
        """Line of the file on which an expression begins."""
        return int(self.place(node).rpartition(":")[2])

    def line_at(self, offset: int) -> int:
        """Line of the rule file of an offset into the SQL."""
        return self.rule.sql_line + self.rule.sql.count("\n", 0, max(offset, 0))

    def offset(self, node: exp.Expression) -> int:
        """Where an expression begins in the SQL; its surroundings serve where it has no place."""
        at: exp.Expression | None = node
        while at is not None:
            starts = [n.meta["start"] for n in at.walk() if "start" in n.meta]
            if starts:
                return int(min(starts))
            at = at.parent
        return 0


def parse(rule: Rule) -> Tree:
    """The SQL of a rule as scopes, its facts read as further CTEs.

    Raises sqlglot's ParseError or TokenError.
    """
    root = sqlglot.parse_one(rule.sql, dialect="duckdb")
    scopes: list[Scope] = []
    facts: dict[str, Query] = {}
    homes: dict[int, Home] = {id(root): Home(rule.path, rule.sql, rule.sql_line)}
    for fact in rule.facts:
        made = sqlglot.parse_one(fact.sql, dialect="duckdb")
        homes[id(made)] = Home(fact.path, fact.sql, fact.sql_line)
        facts[fact.name] = _query(made, facts, None, [])
        facts[fact.name].total, facts[fact.name].sealed = bool(fact.of), fact.sealed
    return Tree(rule, root, _query(root, facts, None, scopes), scopes, homes)


def _query(
    node: exp.Expression, around: dict[str, Query], parent: Scope | None, scopes: list[Scope]
) -> Query:
    while isinstance(node, exp.Subquery):
        node = node.this
    ctes = dict(around)
    for cte in node.ctes:
        ctes[cte.alias.lower()] = _query(cte.this, ctes, parent, scopes)
    if isinstance(node, exp.SetOperation):
        sides = [_query(n, ctes, parent, scopes) for n in (node.this, node.expression)]
        return Query([b for side in sides for b in side.branches])
    scope = Scope(node, parent)
    _add_sources(scope, ctes, scopes)
    for part in scope.parts():
        for nested in own(part):
            if isinstance(nested, NESTED):
                scope.inner[id(nested)] = _query(nested, ctes, scope, scopes)
    scopes.append(scope)
    return Query([scope])


def _add_sources(scope: Scope, ctes: dict[str, Query], scopes: list[Scope]) -> None:
    begin = scope.clause("from")
    joins: list[exp.Join] = scope.select.args.get("joins") or []
    sides = [(begin.this, None)] if begin is not None else []
    for node, join in [*sides, *((j.this, j) for j in joins)]:
        source = Source(node.alias_or_name.lower(), node, join)
        if isinstance(node, exp.Subquery):
            source.query = _query(node.this, ctes, scope, scopes)
        elif node.name.lower() in ctes:
            source.query = ctes[node.name.lower()]
        else:
            source.table = node.name.lower()
        scope.sources[source.alias] = source
