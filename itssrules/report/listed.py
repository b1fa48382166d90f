"""Which findings a page holds: of each rule at most so many, shared by its projects, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pyarrow as pa

PER_RULE = 500
"""Findings of a rule that a page holds."""
PER_PAGE = 20_000
"""Findings that a page holds in all, where its rules have as many."""

Group = tuple[str, str, str]
"""Rule, project (empty for none) and class."""
K = TypeVar("K")


class Listed:
    """Findings by rule, project and class: how many there are, and those that the page holds."""

    def __init__(self, findings: pa.Table) -> None:
        """Take the findings as in findings.parquet."""
        table = findings.append_column("place", pa.array(range(findings.num_rows), pa.int64()))
        newest = [("rule_id", "ascending"), ("project_id", "ascending"), ("class", "ascending"),
                  ("at", "descending"), ("place", "ascending")]  # fmt: skip
        self._sorted = table.sort_by(newest)
        keys = zip(*(self._sorted[k].to_pylist() for k in ("rule_id", "project_id", "class")),
                   strict=True)  # fmt: skip
        self._spans: dict[Group, tuple[int, int]] = {}
        for at, (rule, project, kind) in enumerate(keys):
            first, n = self._spans.get((rule, project or "", kind), (at, 0))
            self._spans[rule, project or "", kind] = (first, n + 1)
        self.held = shares({group: n for group, (_, n) in self._spans.items()})

    def count(self, rule: str, project: str, kind: str) -> int:
        """How many findings there are."""
        return self._spans.get((rule, project, kind), (0, 0))[1]

    def of_rule(self, rule: str) -> int:
        """How many findings a rule has."""
        return sum(n for (r, _, _), (_, n) in self._spans.items() if r == rule)

    def held_of(self, rule: str) -> int:
        """How many of a rule's findings the page holds."""
        return sum(n for (r, _, _), n in self.held.items() if r == rule)

    def all(self, rule: str, project: str, kind: str) -> pa.Table:
        """Every finding of the group, newest first."""
        first, n = self._spans.get((rule, project, kind), (0, 0))
        return self._sorted.slice(first, n)

    def keys(self) -> set[tuple[str, str, str]]:
        """(object, id space, id) of every finding that the page holds."""
        parts = [self.all(*group).slice(0, n) for group, n in self.held.items()]
        columns = ("object", "ns", "subject_id")
        return {k for p in parts for k in zip(*(p[c].to_pylist() for c in columns), strict=True)}

    def rows(self, rule: str) -> Iterator[dict[str, Any]]:
        """The findings of a rule that the page holds: nonconformities, leads, then cited ones."""
        order = {"nonconformity": 0, "lead": 1, "cited": 2}
        groups = [g for g in self.held if g[0] == rule]
        for group in sorted(groups, key=lambda g: (order.get(g[2], 3), g[1])):
            yield from self.all(*group).slice(0, self.held[group]).to_pylist()


def shares(counts: Mapping[Group, int]) -> dict[Group, int]:
    """How many findings of each group the page holds: small groups whole, great ones alike."""
    rules: dict[str, int] = {}
    for (rule, _, _), n in counts.items():
        rules[rule] = rules.get(rule, 0) + n
    allowed = level({rule: min(n, PER_RULE) for rule, n in rules.items()}, PER_PAGE)
    held: dict[Group, int] = {}
    for rule, most in allowed.items():
        held |= level({g: n for g, n in counts.items() if g[0] == rule}, most)
    return held


def level(wanted: dict[K, int], most: int) -> dict[K, int]:
    """`most` shared out: who wants little gets it all, the others get equal parts."""
    got, left = {}, most
    order = sorted(wanted, key=lambda k: wanted[k])
    for at, key in enumerate(order):
        got[key] = min(wanted[key], -(-left // (len(order) - at)))
        left -= got[key]
    return got
