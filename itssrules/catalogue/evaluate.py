"""Three-valued evaluation of SQL conditions, with one thing missing, there, or unsure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from sqlglot import exp

from itssrules.catalogue.diagram import NO, YES
from itssrules.catalogue.logic import (
    UNKNOWN,
    Frame,
    Truth,
    Unknown,
    Value,
    World,
    is_literal,
    joined,
    less_literals,
)
from itssrules.catalogue.sqltree import (
    AGGREGATES,
    ENGINE_COLUMNS,
    NESTED,
    Ref,
    Source,
    columns_in,
    own,
)
from itssrules.model.tables import model

GROWS = (exp.Count, exp.Max, exp.Sum, exp.LogicalOr, exp.ArrayAgg)
SHRINKS = (exp.Min, exp.LogicalAnd)
NEVER_NULL = (exp.Count, exp.RowNumber)
NOT_STRICT = (exp.Concat, exp.Array)
COMPLETE = ("complete", "complete_over", "complete_everywhere")
SUPPLY = ("supplied", "table_supplied", "column_supplied")


class Evaluation:
    """One evaluation, with `doubt` missing (`without`), there (`with`) or `unsure`."""

    def __init__(self, world: World, doubt: Unknown | None = None, state: str = "") -> None:
        """Evaluate in `world`; without a doubt everything may be missing or there."""
        self.world, self.doubt, self.state = world, doubt, state
        self.d = world.diagrams
        self._truths: dict[tuple[int, tuple[int, ...]], Truth] = {}
        self._values: dict[tuple[int, tuple[int, ...]], list[Value]] = {}

    def truth(self, node: exp.Expression, frame: Frame) -> Truth:
        """When a condition is TRUE and when FALSE."""
        key = (id(node), frame.path)
        if key not in self._truths:
            handler = _TRUTH.get(type(node), Evaluation._boolean)
            self._truths[key] = handler(self, node, frame)
        return self._truths[key]

    def value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        """The values that an expression may take."""
        key = (id(node), frame.path)
        if key not in self._values:
            handler = next((h for t, h in _VALUE if isinstance(node, t)), Evaluation._strict)
            self._values[key] = handler(self, node, frame)
        return self._values[key]

    # conditions

    def _boolean(self, node: exp.Expression, frame: Frame) -> Truth:
        """A boolean value that is not looked into."""
        return self._any((v.when, self._opinion(v)) for v in self.value(node, frame))

    def _opinion(self, value: Value) -> Truth:
        if value.unsure:
            return UNKNOWN
        if value.key in (("true",), ("false",)):
            yes = YES if value.key == ("true",) else NO
            return self._unless(value.null, Truth(yes, self.d.negate(yes)))
        grows = next((d for k, d in value.moves if self._is_part(k)), 0)
        fact = self._fact(("is", value.key), grows > 0 if grows else None)
        return self._unless(value.null, fact)

    def _fact(self, key: Hashable, if_rows: bool | None = None, plain: int = NO) -> Truth:
        """A test that may come out either way; rows in doubt move it to `if_rows` only."""
        if if_rows is None:
            fact = plain or self.d.fact(key)
            return Truth(fact, self.d.negate(fact))
        if self.state == "unsure":
            return UNKNOWN
        seen = self.world.part(key, self.state == "with")
        pair = Truth(seen, self.d.negate(seen))
        return pair if if_rows else Truth(pair.no, pair.yes)

    def _unless(self, null: int, truth: Truth) -> Truth:
        known = self.d.negate(null)
        return Truth(self.d.both(known, truth.yes), self.d.both(known, truth.no))

    def _any(self, cases: Iterator[tuple[int, Truth]]) -> Truth:
        yes = no = NO
        for when, truth in cases:
            yes = self.d.either(yes, self.d.both(when, truth.yes))
            no = self.d.either(no, self.d.both(when, truth.no))
        return Truth(yes, no)

    def _and(self, node: exp.Expression, frame: Frame) -> Truth:
        a, b = self.truth(node.this, frame), self.truth(node.expression, frame)
        return Truth(self.d.both(a.yes, b.yes), self.d.either(a.no, b.no))

    def _or(self, node: exp.Expression, frame: Frame) -> Truth:
        a, b = self.truth(node.this, frame), self.truth(node.expression, frame)
        return Truth(self.d.either(a.yes, b.yes), self.d.both(a.no, b.no))

    def _not(self, node: exp.Expression, frame: Frame) -> Truth:
        inner = self.truth(node.this, frame)
        return Truth(inner.no, inner.yes)

    def _is(self, node: exp.Expression, frame: Frame) -> Truth:
        if isinstance(node.expression, exp.Boolean):
            inner = self.truth(node.this, frame)
            found = inner.yes if node.expression.this else inner.no
            return Truth(found, self.d.negate(found))
        return self._any(
            (v.when, UNKNOWN if v.unsure else Truth(v.null, self.d.negate(v.null)))
            for v in self.value(node.this, frame)
        )

    def _case(self, node: exp.Expression, frame: Frame) -> Truth:
        return self._any((w, self.truth(n, frame)) for w, n in self._branches(node, frame))

    def _coalesce(self, node: exp.Expression, frame: Frame) -> Truth:
        yes = no = NO
        for part in (node.this, *node.expressions):
            here, open_ = self.truth(part, frame), self.d.none_of((yes, no))
            yes = self.d.either(yes, self.d.both(open_, here.yes))
            no = self.d.either(no, self.d.both(open_, here.no))
        return Truth(yes, no)

    def _column(self, node: exp.Expression, frame: Frame) -> Truth:
        made = self._definitions(node, frame)
        if made is None:
            return self._boolean(node, frame)
        ref = frame.scope.resolve(node)
        absent, unsure = self._absent(ref, node, frame)
        found = self._any((w, self.truth(n, f)) for w, n, f in made)
        return UNKNOWN if unsure else self._unless(absent, found)

    def _present(self, node: exp.Expression, frame: Frame) -> Truth:
        """EXISTS: an absent row makes it FALSE."""
        nested = [frame.scope.inner.get(id(n)) for n in own(node) if isinstance(n, NESTED)]
        tables = frozenset(t for q in nested if q for t in q.tables())
        key = (frame.path, id(frame.scope), frame.scope.text(node))
        absent, unsure = self._missing(Unknown(key, "row", node, tables=tables))
        return UNKNOWN if unsure else Truth(self.d.negate(absent), absent)

    def _in(self, node: exp.Expression, frame: Frame) -> Truth:
        left = self.value(node.this, frame)
        if node.args.get("query") is not None:
            found = self._present(node, frame)
            return self._any(
                (v.when, UNKNOWN if v.unsure else self._unless(v.null, found)) for v in left
            )
        yes, no = NO, YES
        for item in node.expressions:
            same = self._pairs(left, self.value(item, frame), self._same)
            yes, no = self.d.either(yes, same.yes), self.d.both(no, same.no)
        return Truth(yes, no)

    def _between(self, node: exp.Expression, frame: Frame) -> Truth:
        value = self.value(node.this, frame)
        low, high = (self.value(node.args[n], frame) for n in ("low", "high"))
        below = self._pairs(value, low, self._less)
        above = self._pairs(high, value, self._less)
        return Truth(self.d.both(below.no, above.no), self.d.either(below.yes, above.yes))

    def _compare(self, node: exp.Expression, frame: Frame) -> Truth:
        left, right = self.value(node.this, frame), self.value(node.expression, frame)
        if isinstance(node, exp.GT | exp.LTE):
            left, right = right, left
        test = self._same if isinstance(node, exp.EQ | exp.NEQ) else self._less
        found = self._pairs(left, right, test)
        return found if isinstance(node, exp.LT | exp.GT | exp.EQ) else Truth(found.no, found.yes)

    def _distinct(self, node: exp.Expression, frame: Frame) -> Truth:
        same = self._pairs(
            self.value(node.this, frame), self.value(node.expression, frame), self._identical
        )
        return same if isinstance(node, exp.NullSafeEQ) else Truth(same.no, same.yes)

    def _identical(self, left: Value, right: Value) -> Truth:
        if left.unsure or right.unsure:
            return UNKNOWN
        same = self.d.either(self.d.both(left.null, right.null), self._same(left, right).yes)
        return Truth(same, self.d.negate(same))

    def _call(self, node: exp.Expression, frame: Frame) -> Truth:
        name = node.name.lower()
        if name not in COMPLETE and name not in SUPPLY:
            return self._boolean(node, frame)
        truth = self._fact((name, frame.path, frame.scope.text(node)))
        if name in COMPLETE and node.expressions:
            asked = self.world.complete.setdefault(node.expressions[0].name.lower(), [])
            asked.append(truth.yes)
        return truth

    def _pairs(
        self, left: list[Value], right: list[Value], test: Callable[[Value, Value], Truth]
    ) -> Truth:
        return self._any((self.d.both(a.when, b.when), test(a, b)) for a in left for b in right)

    def _less(self, left: Value, right: Value) -> Truth:
        if left.unsure or right.unsure:
            return UNKNOWN
        moves = [-d for k, d in left.moves if self._is_part(k)]
        moves += [d for k, d in right.moves if self._is_part(k)]
        found = less_literals(left.key, right.key)
        if found is not None:
            truth = Truth(YES, NO) if found else Truth(NO, YES)
        else:
            fact = self.world.less(left.key, right.key)
            key = ("<", left.key, right.key)
            truth = self._fact(key, moves[0] > 0 if moves else None, fact)
        return self._unless(self.d.either(left.null, right.null), truth)

    def _same(self, left: Value, right: Value) -> Truth:
        if left.unsure or right.unsure:
            return UNKNOWN
        if is_literal(left.key):
            left, right = right, left
        if left.key == right.key or is_literal(left.key):
            truth = Truth(YES, NO) if left.key == right.key else Truth(NO, YES)
        elif not is_literal(right.key):
            truth = self._fact(("=", *sorted((left.key, right.key), key=repr)))
        elif right.key == ("0",) and any(self._is_part(k) and d > 0 for k, d in left.moves):
            truth = self._fact(("=", left.key, right.key), False)
        else:
            truth = self._fact((), None, self.world.equal(left.key, right.key))
        return self._unless(self.d.either(left.null, right.null), truth)

    # values

    def _null_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        return [Value(YES, YES, ("null",))]

    def _wrapped_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        return self.value(node.this, frame)

    def _truth_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        """A condition used as a value."""
        truth = self.truth(node, frame)
        null = self.d.none_of(truth)
        return [
            Value(self.d.either(truth.yes, null), null, ("true",)),
            Value(truth.no, NO, ("false",)),
        ]

    def _case_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        return self._given(
            (w, v) for w, n in self._branches(node, frame) for v in self.value(n, frame)
        )

    def _given(self, cases: Iterator[tuple[int, Value]]) -> list[Value]:
        found = [v._replace(when=self.d.both(w, v.when)) for w, v in cases]
        return [v for v in found if v.when != NO]

    def _coalesce_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        """One column standing in for another is the same value; a constant is not."""
        made: list[Value] = []
        open_, unsure = YES, False
        for part in (node.this, *node.expressions):
            values, constant = self.value(part, frame), _is_constant(part)
            for v in values:
                when = self.d.both(open_, v.when, self.d.negate(v.null))
                key = v.key if constant else ("coalesce", frame.path, id(node))
                if not v.unsure:
                    made.append(Value(when, NO, key, v.moves, unsure and constant))
            unsure = unsure or any(v.unsure for v in values)
            empty = [self.d.both(v.when, YES if v.unsure else v.null) for v in values]
            open_ = self.d.both(open_, self.d.either(*empty))
        made.append(Value(open_, YES, ("null",), unsure=unsure))
        return [v for v in made if v.when != NO]

    def _column_value(self, node: exp.Expression, frame: Frame) -> list[Value]:
        ref = frame.scope.resolve(node)
        if ref is None:
            name = frame.scope.text(node)
            return self._cell(Unknown((frame.path, name), "cell", node, name))
        absent, unsure = self._absent(ref, node, frame)
        made = self._definitions(node, frame)
        if ref.source is not None and ref.source.optional and ref.name in ref.source.equated:
            found = [Value(YES, NO, (frame.path, id(ref.source), ref.name))]
        elif made is not None:
            found = self._given((w, v) for w, n, f in made for v in self.value(n, f))
        else:
            found = self._canonical(ref, node, frame)
        return [
            v._replace(null=self.d.either(absent, v.null), unsure=v.unsure or unsure) for v in found
        ]

    def _canonical(self, ref: Ref, node: exp.Expression, frame: Frame) -> list[Value]:
        source = ref.source
        key = (frame.path, id(source), ref.name, *ref.fields)
        if source is not None and source.query is not None and ref.name not in ENGINE_COLUMNS:
            sealed = f"{source.alias}.{ref.name}"
            return self._cell(Unknown(key, "cell", node, sealed, frozenset({ref.name})))
        table = model().get(source.table) if source else None
        column = table.column(ref.name) if table else None
        if source is None or column is None or column.key == "pk":
            return [Value(YES, NO, key)]
        name = f"{source.table}.{ref.name}"
        return self._cell(Unknown(key, "cell", node, name, frozenset({ref.name})))

    def _cell(self, unknown: Unknown) -> list[Value]:
        null, unsure = self._missing(unknown)
        return [Value(YES, null, unknown.key, unsure=unsure)]

    def _opaque(self, node: exp.Expression, frame: Frame) -> list[Value]:
        """An aggregate, window or scalar subquery: may be NULL, and moves with its rows."""
        scope, made = frame.scope, node
        nested = scope.inner.get(id(node.this)) if isinstance(node, exp.Subquery) else None
        if nested is not None:
            scope = nested.branches[0]
            made = scope.select.expressions[0].unalias()
        kernel = _kernel(made)
        inside = [c for c in map(scope.model_column, columns_in(made)) if c is not None]
        key = (frame.path, id(frame.scope), frame.scope.text(node))
        columns = frozenset(c.name for c in inside)
        tables = frozenset({c.table for c in inside} or scope.tables())
        direction = isinstance(kernel, GROWS) - isinstance(kernel, SHRINKS)
        if direction:
            kind = "part" if isinstance(kernel, exp.Count) else "bound"
            self._note(Unknown(key, kind, node, "", columns, tables))
        null, unsure = NO, False
        if not isinstance(kernel, NEVER_NULL):
            null, unsure = self._missing(Unknown(key, "value", node, "", columns, tables))
        moves = frozenset({(key, direction)}) if direction else frozenset()
        return [Value(YES, null, key, moves, unsure)]

    def _strict(self, node: exp.Expression, frame: Frame) -> list[Value]:
        """A function or operator: NULL as soon as one operand is."""
        name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
        parts = [n for n in node.iter_expressions()
                 if not isinstance(n, exp.DataType | exp.Identifier | exp.Var)]  # fmt: skip
        if not parts:
            return [Value(YES, NO, (frame.scope.text(node),))]
        made = [Value(YES, NO, (name,))]
        for place, part in enumerate(parts):
            falls = isinstance(node, exp.Sub) and place == 1
            made = self._given(
                (m.when, joined(self.d, m, v, falls)) for m in made for v in self.value(part, frame)
            )
        if isinstance(node, NOT_STRICT):
            return [v._replace(null=NO) for v in made]
        if name in ("elapsed_minutes", "ratio"):
            return [self._maybe_undefined(name, v, node, frame) for v in made]
        return made

    def _maybe_undefined(
        self, name: str, value: Value, node: exp.Expression, frame: Frame
    ) -> Value:
        kind = "order" if name == "elapsed_minutes" else "ratio"
        null, unsure = self._missing(Unknown(value.key, kind, node, frame.scope.text(node)))
        if kind == "ratio":
            self.world.undefined.append(null)
        return value._replace(null=self.d.either(value.null, null), unsure=value.unsure or unsure)

    def _branches(self, node: exp.Expression, frame: Frame) -> list[tuple[int, exp.Expression]]:
        """Results of a CASE with the conditions under which each is taken."""
        ifs = node.args.get("ifs") or [node]
        other = node.args.get("default") or node.args.get("false")
        subject = node.this if isinstance(node, exp.Case) else None
        made, open_ = [], YES
        for branch in ifs:
            test = (
                self.truth(branch.this, frame)
                if subject is None
                else self._pairs(
                    self.value(subject, frame), self.value(branch.this, frame), self._same
                )
            )
            made.append((self.d.both(open_, test.yes), branch.args["true"]))
            open_ = self.d.both(open_, self.d.negate(test.yes))
        return [*made, (open_, other if other is not None else _NULL)]

    def _definitions(
        self, node: exp.Expression, frame: Frame
    ) -> list[tuple[int, exp.Expression, Frame]] | None:
        """What a CTE or select alias means by a column, and when; None for canonical columns."""
        ref = frame.scope.resolve(node)
        if ref is None or ref.fields:
            return None
        if ref.source is None:
            inner = ref.scope.projection(ref.name)
            return None if inner is None else [(YES, inner, frame)]
        if ref.source.query is None or ref.source.query.sealed:
            return None
        path = (*frame.path, id(ref.source))
        made, open_ = [], YES
        found = ref.source.query.column(ref.name)
        for place, (expression, scope) in enumerate(found):
            last = place == len(found) - 1
            fact = YES if last else self.d.fact(("branch", path, id(scope)))
            made.append((self.d.both(open_, fact), expression, Frame(scope, path)))
            open_ = self.d.both(open_, self.d.negate(fact))
        return made

    # what is missing

    def _absent(self, ref: Ref | None, node: exp.Expression, frame: Frame) -> tuple[int, bool]:
        source: Source | None = ref.source if ref else None
        if source is None or not source.optional or (source.query and source.query.total):
            return NO, False
        key = (frame.path, id(source))
        return self._missing(Unknown(key, "row", node, tables=frozenset(source.tables())))

    def _missing(self, unknown: Unknown) -> tuple[int, bool]:
        """When a thing is missing, and whether that cannot be told."""
        self._note(unknown)
        if unknown == self.doubt:
            return (YES if self.state == "without" else NO), self.state == "unsure"
        if unknown.kind == "order" and isinstance(unknown.key, tuple):
            return self.world.less(unknown.key[2], unknown.key[1]), False
        return self.d.fact((unknown.kind, unknown.key)), False

    def _note(self, unknown: Unknown) -> None:
        self.world.seen.setdefault((unknown.key, unknown.kind), unknown)

    def _is_part(self, key: Hashable) -> bool:
        return (
            self.doubt is not None
            and self.doubt.kind in ("part", "bound")
            and self.doubt.key == key
        )


_NULL = exp.null()


def _kernel(node: exp.Expression) -> exp.Expression:
    """The aggregate inside a filter, window or coalesce."""
    while isinstance(node, exp.Filter | exp.Window | exp.Paren | exp.Coalesce):
        node = node.this
    return node


def _is_constant(node: exp.Expression) -> bool:
    return not columns_in(node) and not any(isinstance(n, NESTED) for n in own(node))


Handler = Callable[[Evaluation, exp.Expression, Frame], Truth]
_CONDITIONS: dict[type, Handler] = {
    exp.And: Evaluation._and,
    exp.Or: Evaluation._or,
    exp.Not: Evaluation._not,
    exp.Is: Evaluation._is,
    exp.Exists: Evaluation._present,
    exp.In: Evaluation._in,
    exp.Between: Evaluation._between,
    exp.NullSafeEQ: Evaluation._distinct,
    exp.NullSafeNEQ: Evaluation._distinct,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.GT, exp.LTE, exp.GTE), Evaluation._compare),
}
_TRUTH: dict[type, Handler] = {
    **_CONDITIONS,
    exp.Paren: lambda e, n, f: e.truth(n.this, f),
    exp.Alias: lambda e, n, f: e.truth(n.this, f),
    exp.Boolean: lambda e, n, f: Truth(YES, NO) if n.this else Truth(NO, YES),
    exp.Null: lambda e, n, f: UNKNOWN,
    exp.Case: Evaluation._case,
    exp.If: Evaluation._case,
    exp.Coalesce: Evaluation._coalesce,
    exp.Column: Evaluation._column,
    exp.Anonymous: Evaluation._call,
}
_VALUE: Sequence[tuple[Any, Callable[[Evaluation, exp.Expression, Frame], list[Value]]]] = (
    (exp.Null, Evaluation._null_value),
    ((exp.Paren, exp.Alias), Evaluation._wrapped_value),
    (exp.Column, Evaluation._column_value),
    ((exp.Case, exp.If), Evaluation._case_value),
    (exp.Coalesce, Evaluation._coalesce_value),
    ((*AGGREGATES, exp.Subquery), Evaluation._opaque),
    (tuple(_CONDITIONS), Evaluation._truth_value),
)
