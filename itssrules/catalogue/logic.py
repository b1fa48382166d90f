"""Three-valued evaluation of a rule's verdict: what does an empty cell or an absent row decide?

`applies` and `conforms` are evaluated symbolically along every path. Each path is taken twice:
once with one thing unknown (a cell empty, a row absent) and once with it known. A verdict that
stands without the thing and changes with it rests on emptiness or absence.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from itssrules.catalogue.sqltree import AGGREGATES, NESTED, Scope, Source, Tree, columns_in, own
from itssrules.model.tables import model

MAX_PATHS = 20_000
"""Paths tried for one unknown before the lint gives up and says so."""
GROWS = (exp.Count, exp.Max, exp.Sum, exp.LogicalOr, exp.ArrayAgg)
SHRINKS = (exp.Min, exp.LogicalAnd)
NEVER_NULL = (exp.Count, exp.RowNumber)
NOT_STRICT = (exp.Concat, exp.Array)
MAY_BE_UNDEFINED = ("ratio", "elapsed_minutes")
SUPPLY = ("supplied", "table_supplied", "column_supplied")


@dataclass(frozen=True)
class Unknown:
    """A thing on whose absence a verdict may rest: a cell, a row, an aggregate, a result."""

    key: Hashable
    kind: str
    node: exp.Expression = field(compare=False)
    name: str = field(compare=False, default="")
    columns: frozenset[str] = field(compare=False, default=frozenset())
    tables: frozenset[str] = field(compare=False, default=frozenset())


@dataclass(frozen=True)
class Finding:
    """`verdict` of `column` stands while `unknown` is empty or absent, and changes with it.

    `asked` are tables whose completeness was established on that path; `guarded` says that a
    ratio was compared on it.
    """

    unknown: Unknown
    column: str
    verdict: bool
    asked: frozenset[str]
    guarded: bool


class Value(NamedTuple):
    """What is known of a value: is it NULL, what makes it the same as another, what moves it."""

    null: bool
    key: Hashable
    moves: frozenset[tuple[Hashable, int]] = frozenset()


class Frame(NamedTuple):
    """A scope and the way through CTE aliases that led into it."""

    scope: Scope
    path: tuple[int, ...] = ()


class TooManyPaths(Exception):
    """The verdict branches more often than the lint can follow."""


class Trail:
    """The choices of one evaluation; `advance` moves on to the next combination."""

    def __init__(self) -> None:
        self.path: list[list[int]] = []
        self.known: dict[Hashable, int] = {}
        self.equal: dict[Hashable, Hashable] = {}

    def pick(self, key: Hashable, options: int = 2) -> int:
        """The choice made for `key` on this path."""
        if key not in self.known:
            at = len(self.known)
            if at == len(self.path):
                self.path.append([0, options])
            self.known[key] = self.path[at][0]
        return self.known[key]

    def advance(self) -> bool:
        """Go to the next combination of choices; False after the last."""
        del self.path[len(self.known) :]
        while self.path and self.path[-1][0] + 1 == self.path[-1][1]:
            self.path.pop()
        if self.path:
            self.path[-1][0] += 1
        self.known.clear()
        self.equal.clear()
        return bool(self.path)


class Side:
    """One evaluation along a trail, with `doubt` unknown (`low`) or known."""

    def __init__(self, trail: Trail, doubt: Unknown | None = None, low: bool = False) -> None:
        self.trail, self.doubt, self.low = trail, doubt, low
        self.touched = self.guarded = False
        self.asked: set[str] = set()
        self.seen: dict[Hashable, Unknown] = {}

    # truth: TRUE, FALSE or NULL of a condition

    def truth(self, node: exp.Expression, frame: Frame) -> bool | None:
        """The truth of a condition on this path; None for NULL."""
        handler = _TRUTH.get(type(node))
        if handler is not None:
            return handler(self, node, frame)
        return self._opinion(self.value(node, frame))

    def _opinion(self, value: Value) -> bool | None:
        """The truth of a boolean value that is not looked into."""
        if value.null:
            return None
        if value.key in (("true",), ("false",)):
            return value.key == ("true",)
        grows = next((d for k, d in value.moves if self._is_part(k)), 0)
        return self._pick(("is", value.key), grows > 0 if grows else None)

    def _and(self, node: exp.Expression, frame: Frame) -> bool | None:
        left = self.truth(node.this, frame)
        if left is False:
            return False
        right = self.truth(node.expression, frame)
        return False if right is False else None if left is None or right is None else True

    def _or(self, node: exp.Expression, frame: Frame) -> bool | None:
        left = self.truth(node.this, frame)
        if left is True:
            return True
        right = self.truth(node.expression, frame)
        return True if right is True else None if left is None or right is None else False

    def _not(self, node: exp.Expression, frame: Frame) -> bool | None:
        inner = self.truth(node.this, frame)
        return None if inner is None else not inner

    def _is(self, node: exp.Expression, frame: Frame) -> bool | None:
        if isinstance(node.expression, exp.Boolean):
            return self.truth(node.this, frame) is bool(node.expression.this)
        return self.value(node.this, frame).null

    def _case(self, node: exp.Expression, frame: Frame) -> bool | None:
        chosen = self._branch(node, frame)
        return None if chosen is None else self.truth(chosen, frame)

    def _coalesce(self, node: exp.Expression, frame: Frame) -> bool | None:
        for part in (node.this, *node.expressions):
            found = self.truth(part, frame)
            if found is not None:
                return found
        return None

    def _column(self, node: exp.Expression, frame: Frame) -> bool | None:
        found = self._locate(node, frame)
        if isinstance(found, Value):
            return self._opinion(found)
        return self.truth(*found)

    def _exists(self, node: exp.Expression, frame: Frame) -> bool | None:
        return self._present(node, frame)

    def _in(self, node: exp.Expression, frame: Frame) -> bool | None:
        left = self.value(node.this, frame)
        if node.args.get("query") is not None:
            return None if left.null else self._present(node, frame)
        found: bool | None = False
        for item in node.expressions:
            same = self._same(left, self.value(item, frame))
            if same:
                return True
            found = None if same is None else found
        return found

    def _between(self, node: exp.Expression, frame: Frame) -> bool | None:
        value = self.value(node.this, frame)
        below = self._less(value, self.value(node.args["low"], frame))
        above = self._less(self.value(node.args["high"], frame), value)
        return False if below or above else None if below is None or above is None else True

    def _compare(self, node: exp.Expression, frame: Frame) -> bool | None:
        left, right = self.value(node.this, frame), self.value(node.expression, frame)
        if isinstance(node, exp.LT):
            return self._less(left, right)
        if isinstance(node, exp.GT):
            return self._less(right, left)
        if isinstance(node, exp.EQ):
            return self._same(left, right)
        pair = (right, left) if isinstance(node, exp.LTE) else (left, right)
        flip = self._same(*pair) if isinstance(node, exp.NEQ) else self._less(*pair)
        return None if flip is None else not flip

    def _distinct(self, node: exp.Expression, frame: Frame) -> bool | None:
        left, right = self.value(node.this, frame), self.value(node.expression, frame)
        same = left.null and right.null or bool(self._same(left, right))
        return same if isinstance(node, exp.NullSafeEQ) else not same

    def _call(self, node: exp.Expression, frame: Frame) -> bool | None:
        name = node.name.lower()
        if name != "complete" and name not in SUPPLY:
            return self._opinion(self.value(node, frame))
        yes = self._pick((name, frame.path, frame.scope.text(node)))
        if yes and name == "complete" and node.expressions:
            self.asked.add(node.expressions[0].name.lower())
        return yes

    # values

    def value(self, node: exp.Expression, frame: Frame) -> Value:
        """What is known of a value on this path."""
        if isinstance(node, exp.Null):
            return Value(True, ("null",))
        if isinstance(node, exp.Paren | exp.Alias):
            return self.value(node.this, frame)
        if isinstance(node, exp.Column):
            found = self._locate(node, frame)
            return found if isinstance(found, Value) else self.value(*found)
        if isinstance(node, exp.Case | exp.If):
            chosen = self._branch(node, frame)
            return Value(True, ("null",)) if chosen is None else self.value(chosen, frame)
        if isinstance(node, exp.Coalesce):
            return self._first_filled(node, frame)
        if isinstance(node, (*AGGREGATES, exp.Subquery)):
            return self._opaque(node, frame)
        if type(node) in _TRUTH and not isinstance(node, exp.Anonymous):
            truth = self.truth(node, frame)
            return Value(truth is None, (str(truth).lower(),))
        return self._strict(node, frame)

    def _strict(self, node: exp.Expression, frame: Frame) -> Value:
        """A function or operator: NULL as soon as one operand is."""
        parts = [self.value(n, frame) for n in node.iter_expressions()
                 if not isinstance(n, exp.DataType | exp.Identifier | exp.Var)]  # fmt: skip
        name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
        if not parts:
            return Value(False, (frame.scope.text(node),))
        if isinstance(node, NOT_STRICT):
            return Value(False, (name, *((p.null, p.key) for p in parts)))
        key = (name, *(p.key for p in parts))
        null = any(p.null for p in parts)
        if not null and name in MAY_BE_UNDEFINED:
            self.guarded = self.guarded or name == "ratio"
            null = self._null(Unknown(key, "undefined", node, frame.scope.text(node)))
        falling = parts[1].moves if isinstance(node, exp.Sub) and len(parts) > 1 else ()
        moves = {m for p in parts for m in p.moves} - set(falling) | {(k, -d) for k, d in falling}
        return Value(null, key, frozenset(moves))

    def _first_filled(self, node: exp.Expression, frame: Frame) -> Value:
        """Coalesce: one column standing in for another is the same value, a constant is not."""
        for part in (node.this, *node.expressions):
            found = self.value(part, frame)
            if found.null:
                continue
            constant = not columns_in(part) and not any(isinstance(n, NESTED) for n in own(part))
            return found if constant else found._replace(key=("coalesce", frame.path, frame.scope.text(node)))
        return Value(True, ("null",))

    def _branch(self, node: exp.Expression, frame: Frame) -> exp.Expression | None:
        """The result of the CASE branch that this path takes."""
        if isinstance(node, exp.If):
            chosen = node.args["true"] if self.truth(node.this, frame) else node.args.get("false")
            return chosen
        subject = self.value(node.this, frame) if node.this is not None else None
        for branch in node.args["ifs"]:
            taken = (
                self.truth(branch.this, frame)
                if subject is None
                else self._same(subject, self.value(branch.this, frame))
            )
            if taken:
                return branch.args["true"]
        return node.args.get("default")

    def _locate(self, node: exp.Expression, frame: Frame) -> Value | tuple[exp.Expression, Frame]:
        """A column's value, or the expression that a CTE or select alias gives it."""
        ref = frame.scope.resolve(node)
        key: tuple[Hashable, ...] = (frame.path, frame.scope.text(node))
        if ref is None:
            return self._cell(Unknown(key, "cell", node, frame.scope.text(node), frozenset({node.name})))
        if ref.source is None:
            inner = ref.scope.projection(ref.name)
            return (inner, frame) if inner is not None else Value(False, key)
        if ref.source.optional and self._absent(ref.source, node, frame):
            return Value(True, ("null",))
        key = (frame.path, id(ref.source), ref.name, *ref.fields)
        if ref.source.query is None:
            return self._canonical(ref.source, ref.name, key, node)
        found = ref.source.query.column(ref.name)
        way = (frame.path, id(ref.source))
        which = self.trail.pick(("branch", *way), len(found)) if len(found) > 1 else 0
        if not found or ref.fields:
            return Value(False, key)
        return found[which][0], Frame(found[which][1], (*frame.path, id(ref.source)))

    def _canonical(
        self, source: Source, name: str, key: Hashable, node: exp.Expression
    ) -> Value:
        table = model().get(source.table)
        column = table.column(name) if table else None
        if column is None or column.key == "pk":
            return Value(False, key)
        unknown = Unknown(key, "cell", node, f"{source.table}.{name}", frozenset({name}))
        return self._cell(unknown)

    def _cell(self, unknown: Unknown) -> Value:
        return Value(self._null(unknown), unknown.key)

    def _absent(self, source: Source, node: exp.Expression, frame: Frame) -> bool:
        key = (frame.path, id(source), "row")
        return self._null(Unknown(key, "row", node, tables=frozenset(source.tables())))

    def _opaque(self, node: exp.Expression, frame: Frame) -> Value:
        """An aggregate, window or scalar subquery: may be NULL, and moves with its rows."""
        scope, made = frame.scope, node
        if isinstance(node, exp.Subquery):
            nested = scope.inner.get(id(node.this))
            scope = nested.branches[0] if nested else scope
            made = scope.select.expressions[0].unalias()
        kernel = _kernel(made)
        inside = [scope.model_column(c) for c in columns_in(made)]
        unknown = Unknown(
            (frame.path, id(frame.scope), frame.scope.text(node)), "rows", node,
            columns=frozenset(c.name for c in inside if c),
            tables=frozenset({c.table for c in inside if c} or scope.tables()),
        )  # fmt: skip
        self._note(unknown)
        direction = isinstance(kernel, GROWS) - isinstance(kernel, SHRINKS)
        null = not isinstance(kernel, NEVER_NULL) and self._null(unknown)
        moves = frozenset({(unknown.key, direction)}) if direction else frozenset()
        return Value(null, unknown.key, moves)

    # choices

    def _null(self, unknown: Unknown) -> bool:
        self._note(unknown)
        if self.doubt == unknown and self.doubt.kind == unknown.kind:
            self.touched = True
            return self.low
        return bool(self.trail.pick(("null", unknown.key)))

    def _note(self, unknown: Unknown) -> None:
        self.seen.setdefault(unknown.key, unknown)

    def _present(self, node: exp.Expression, frame: Frame) -> bool:
        """EXISTS and IN over a query: an absent row makes it false."""
        nested = [frame.scope.inner.get(id(n)) for n in own(node) if isinstance(n, NESTED)]
        tables = frozenset(t for q in nested if q for t in q.tables())
        return not self._null(
            Unknown((frame.path, id(frame.scope), frame.scope.text(node)), "row", node, tables=tables)
        )

    def _pick(self, key: Hashable, when_present: bool | None = None) -> bool:
        """A condition that may be either; rows in doubt can move it one way only."""
        if when_present is None:
            return bool(self.trail.pick(key))
        self.touched = True
        state = self.trail.pick(("part", key), 3)
        present = (not self.low) if state == 2 else bool(state)
        return when_present if present else not when_present

    def _is_part(self, key: Hashable) -> bool:
        return self.doubt is not None and self.doubt.kind == "part" and self.doubt.key == key

    def _less(self, left: Value, right: Value) -> bool | None:
        if left.null or right.null:
            return None
        moves = [-d for k, d in left.moves if self._is_part(k)]
        moves += [d for k, d in right.moves if self._is_part(k)]
        return self._pick(("<", left.key, right.key), moves[0] > 0 if moves else None)

    def _same(self, left: Value, right: Value) -> bool | None:
        if left.null or right.null:
            return None
        if left.key == right.key:
            return True
        (a, b) = (right, left) if _is_literal(left.key) else (left, right)
        if not _is_literal(b.key):
            return self._pick(("=", *sorted((a.key, b.key), key=repr)))
        if _is_literal(a.key):
            return False
        if b.key == ("0",) and any(self._is_part(k) and d > 0 for k, d in a.moves):
            return self._pick(("=", a.key, b.key), False)
        if self.trail.equal.get(a.key, b.key) != b.key:
            return False
        same = self._pick(("=", a.key, b.key))
        if same:
            self.trail.equal[a.key] = b.key
        return same


def _kernel(node: exp.Expression) -> exp.Expression:
    """The aggregate inside a filter or window."""
    while isinstance(node, exp.Filter | exp.Window | exp.Paren):
        node = node.this
    return node


def _is_literal(key: Hashable) -> bool:
    return isinstance(key, tuple) and len(key) == 1 and str(key[0])[:1] in tuple("'0123456789-")


Handler = Callable[[Side, exp.Expression, Frame], "bool | None"]
_TRUTH: dict[type, Handler] = {
    exp.Paren: lambda s, n, f: s.truth(n.this, f),
    exp.Alias: lambda s, n, f: s.truth(n.this, f),
    exp.Boolean: lambda s, n, f: bool(n.this),
    exp.Null: lambda s, n, f: None,
    exp.And: Side._and,
    exp.Or: Side._or,
    exp.Not: Side._not,
    exp.Is: Side._is,
    exp.Case: Side._case,
    exp.If: Side._case,
    exp.Coalesce: Side._coalesce,
    exp.Column: Side._column,
    exp.Exists: Side._exists,
    exp.In: Side._in,
    exp.Between: Side._between,
    exp.Anonymous: Side._call,
    exp.NullSafeEQ: Side._distinct,
    exp.NullSafeNEQ: Side._distinct,
    **{t: Side._compare for t in (exp.EQ, exp.NEQ, exp.LT, exp.GT, exp.LTE, exp.GTE)},
}


def findings(tree: Tree) -> Iterator[Finding]:
    """Every way in which emptiness or absence decides `applies` or `conforms`."""
    for branch in tree.final.branches:
        for column in ("applies", "conforms"):
            if branch.projection(column) is not None:
                yield from _column_findings(branch, column)


def _column_findings(branch: Scope, column: str) -> Iterator[Finding]:
    for unknown in _unknowns(branch, column):
        trail, tried = Trail(), 0
        found: set[Finding] = set()
        while True:
            finding = _compare_sides(trail, unknown, branch, column)
            if finding is not None and finding not in found:
                found.add(finding)
                yield finding
            if not trail.advance():
                break
            tried += 1
            if tried > MAX_PATHS:
                raise TooManyPaths(column)


def _unknowns(branch: Scope, column: str) -> list[Unknown]:
    """Everything that may be empty or absent on some path of the verdict."""
    trail, seen, tried = Trail(), dict[Hashable, Unknown](), 0
    while tried <= MAX_PATHS:
        side = Side(trail)
        _verdict(side, branch, column)
        seen |= {k: u for k, u in side.seen.items() if k not in seen}
        tried += 1
        if not trail.advance():
            break
    parts = [Unknown(u.key, "part", u.node, u.name, u.columns, u.tables)
             for u in seen.values() if u.kind == "rows"]  # fmt: skip
    return [*seen.values(), *parts]


def _compare_sides(
    trail: Trail, unknown: Unknown, branch: Scope, column: str
) -> Finding | None:
    low = Side(trail, unknown, low=True)
    verdict = _verdict(low, branch, column)
    if verdict is None or not low.touched:
        return None
    high = Side(trail, unknown, low=False)
    if _verdict(high, branch, column) in (verdict, "out of scope"):
        return None
    return Finding(unknown, column, bool(verdict), frozenset(low.asked), low.guarded)


def _verdict(side: Side, branch: Scope, column: str) -> bool | str | None:
    """`applies`, or `conforms` where the rule applies; what does not apply is out of scope."""
    frame = Frame(branch)
    applies = side.truth(branch.projection("applies") or exp.true(), frame)
    if column == "applies":
        return applies
    if applies is not True:
        return "out of scope" if side.doubt is not None and not side.low else None
    return side.truth(branch.projection("conforms") or exp.null(), frame)
