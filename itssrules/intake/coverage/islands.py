"""Many spans as few: overlapping ones become one, and near ones where there are too many."""

from __future__ import annotations

from datetime import datetime

from itssrules.intake.coverage.base import Window, stamp
from itssrules.store import Connection, one, rows

SPANS = 100
"""Incomplete spans of one kind in one table."""
SHOWN = 3
"""Labels that a span names."""
_CLIPPED = """
create or replace temp table coverage_clipped as
select f, greatest(t, f + to_seconds(1)) as t, missing, label
from (select greatest(coalesce(from_at, {low}), {low}) as f,
             least(coalesce(to_at, {high}), {high}) as t, missing, label
      from ({spans}) where coalesce(from_at, {low}) < {high} and coalesce(to_at, {high}) >= {low})
"""
_ISLANDS = """
with apart as (
    select *, epoch_us(f) - max(epoch_us(t)) over (
        order by f, t rows between unbounded preceding and 1 preceding) as hole from coverage_clipped),
ranked as (select *, row_number() over (order by hole desc nulls last, f) as place from apart),
numbered as (
    select *, sum((hole > 0 and place < {most})::int) over (
        order by f, t rows between unbounded preceding and current row) as island from ranked)
select min(f), max(t), count(*), sum(missing)::bigint, min(left(label, 80), {shown})
from numbered group by island order by 1
"""


def islands(
    con: Connection, spans: str, window: Window
) -> list[tuple[datetime, datetime, int, int, list[str]]]:
    """Spans as few: from, to, how many they were, the sum of `missing`, the first labels.

    `spans` is SQL of from_at, to_at (NULL: the whole window), missing, label. At most `SPANS` come
    out: where there are more, the shortest times between them are given up.
    """
    low, high = stamp(window.from_at), stamp(window.to_at)
    con.execute(_CLIPPED.format(spans=spans, low=low, high=high))
    found = one(con, "select count(*) from coverage_clipped")
    return rows(con, _ISLANDS.format(most=SPANS, shown=SHOWN)) if found else []
