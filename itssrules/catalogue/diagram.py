"""Binary decision diagrams: conditions over named facts, compared exactly and without search."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

NO, YES = 0, 1


class Diagrams:
    """Conditions as numbers; equal conditions have the same number, an impossible one is NO."""

    def __init__(self) -> None:
        """Begin with the impossible and the certain."""
        self._nodes: list[tuple[int, int, int]] = [(1 << 30, NO, NO), (1 << 30, YES, YES)]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._memo: dict[tuple[int, int, int], int] = {}
        self._levels: dict[Hashable, int] = {}

    def fact(self, key: Hashable) -> int:
        """The condition that the named fact holds."""
        level = self._levels.setdefault(key, len(self._levels))
        return self._node(level, NO, YES)

    def both(self, *conditions: int) -> int:
        """All of the conditions hold."""
        result = YES
        for condition in conditions:
            result = self._choose(result, condition, NO)
        return result

    def either(self, *conditions: int) -> int:
        """At least one of the conditions holds."""
        result = NO
        for condition in conditions:
            result = self._choose(result, YES, condition)
        return result

    def negate(self, condition: int) -> int:
        """The condition does not hold."""
        return self._choose(condition, NO, YES)

    def none_of(self, conditions: Iterable[int]) -> int:
        """None of the conditions holds."""
        return self.negate(self.either(*conditions))

    def _node(self, level: int, low: int, high: int) -> int:
        if low == high:
            return low
        node = (level, low, high)
        if node not in self._unique:
            self._unique[node] = len(self._nodes)
            self._nodes.append(node)
        return self._unique[node]

    def _choose(self, test: int, then: int, other: int) -> int:
        """`then` where `test` holds, else `other`."""
        if test in (NO, YES) or then == other:
            return then if test != NO else other
        if (then, other) == (YES, NO):
            return test
        key = (test, then, other)
        if key not in self._memo:
            level = min(self._nodes[n][0] for n in key)
            low, high = (
                self._choose(*(self._side(n, level, side) for n in key)) for side in (1, 2)
            )
            self._memo[key] = self._node(level, low, high)
        return self._memo[key]

    def _side(self, node: int, level: int, side: int) -> int:
        return self._nodes[node][side] if self._nodes[node][0] == level else node
