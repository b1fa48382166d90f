"""What a three-valued evaluation is made of: truths, values, things that may be missing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from itssrules.catalogue.diagram import NO, YES, Diagrams
from itssrules.catalogue.sqltree import Scope


@dataclass(frozen=True)
class Unknown:
    """A thing that may be missing.

    Kinds: `cell` (empty), `row` (of a left join, EXISTS or IN), `value` (an aggregate that is
    NULL), `part` (rows missing from a count), `bound` (rows missing from a minimum or another
    aggregate), `order` (an elapsed time whose end lies before its start), `ratio` (a division by
    zero).
    """

    key: Hashable
    kind: str
    node: exp.Expression = field(compare=False)
    name: str = field(compare=False, default="")
    columns: frozenset[str] = field(compare=False, default=frozenset())
    tables: frozenset[str] = field(compare=False, default=frozenset())


class Truth(NamedTuple):
    """Conditions under which an expression is TRUE and FALSE; it is NULL otherwise."""

    yes: int
    no: int


class Value(NamedTuple):
    """One value that an expression may take: when, when NULL, what makes it the same as another.

    `moves` are aggregates that it grows (+1) or shrinks (-1) with. `unsure`: it cannot be told
    whether it is NULL.
    """

    when: int
    null: int
    key: Hashable
    moves: frozenset[tuple[Hashable, int]] = frozenset()
    unsure: bool = False


class Frame(NamedTuple):
    """A scope, and the way through CTE aliases that led into it."""

    scope: Scope
    path: tuple[int, ...] = ()


UNKNOWN = Truth(NO, NO)


class World:
    """The facts that all evaluations of a rule share, and what is impossible among them."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.diagrams = Diagrams()
        self.possible = YES
        self.seen: dict[tuple[Hashable, str], Unknown] = {}
        self.complete: dict[str, list[int]] = {}
        self.undefined: list[int] = []
        self._equal: dict[Hashable, dict[Hashable, int]] = {}
        self._made: set[Hashable] = set()

    def equal(self, key: Hashable, literal: Hashable) -> int:
        """The fact that a value equals a literal; it cannot equal two."""
        known = self._equal.setdefault(key, {})
        if literal not in known:
            known[literal] = self.diagrams.fact(("=", key, literal))
            for other in [f for k, f in known.items() if k != literal]:
                self._forbid(known[literal], other)
        return known[literal]

    def less(self, left: Hashable, right: Hashable) -> int:
        """The fact that one value is less than another; not both ways round."""
        fact = self.diagrams.fact(("<", left, right))
        if (left, right) not in self._made:
            self._made.add((left, right))
            if (right, left) in self._made:
                self._forbid(fact, self.diagrams.fact(("<", right, left)))
        return fact

    def part(self, key: Hashable, with_rows: bool) -> int:
        """The fact that a test sees enough rows; what some rows show, more rows show too."""
        few, many = (self.diagrams.fact(("part", key, n)) for n in ("few", "many"))
        if key not in self._made:
            self._made.add(key)
            self._forbid(few, self.diagrams.negate(many))
        return many if with_rows else few

    def _forbid(self, *facts: int) -> None:
        d = self.diagrams
        self.possible = d.both(self.possible, d.negate(d.both(*facts)))


def joined(d: Diagrams, made: Value, part: Value, falls: bool) -> Value:
    """A function's value with one more operand; what falls when the operand grows is turned."""
    moves = {(k, -n) for k, n in part.moves} if falls else part.moves
    key = (*made.key, part.key) if isinstance(made.key, tuple) else (made.key, part.key)
    return Value(
        d.both(made.when, part.when),
        d.either(made.null, part.null),
        key,
        made.moves | frozenset(moves),
        made.unsure or part.unsure,
    )


def is_literal(key: Hashable) -> bool:
    """True for the key of a text or number written out."""
    return isinstance(key, tuple) and len(key) == 1 and str(key[0])[:1] in tuple("'0123456789-")


def less_literals(left: Hashable, right: Hashable) -> bool | None:
    """Whether one number is less than another, where both are written out."""
    try:
        return float(left[0]) < float(right[0])  # type: ignore[index]
    except (TypeError, ValueError, IndexError):
        return None
