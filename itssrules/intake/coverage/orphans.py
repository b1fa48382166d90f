"""Rows that name a ticket which its table does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from itssrules.intake.coverage.base import Feed, Given, Span, Window, named, upper
from itssrules.intake.coverage.islands import islands
from itssrules.model.rule import Text
from itssrules.model.tables import Table
from itssrules.store import ident, literal, rows


def orphans(given: Given, feed: Feed, window: Window) -> list[Span]:
    """Around the moments of rows that name a record which the table does not hold."""
    naming = [
        (child, column, test)
        for child in given.feeds
        if child.ns == feed.ns
        for column, test in _references(child, feed.table)
    ]
    if not naming:
        return []
    given.con.execute(
        f"create or replace temp table coverage_absent as {_absent(feed, naming, window)}"
    )
    spans = []
    for (at,) in rows(given.con, "select distinct child from coverage_absent order by 1"):
        where = (
            f"select from_at, to_at, 1 as missing, label from coverage_absent where child = {at}"
        )
        spans += [
            Span(low, high, _reason(labels, count, naming[at][0], feed))
            for low, high, count, _, labels in islands(given.con, where, window)
        ]
    return spans


def _references(child: Feed, table: Table) -> Iterable[tuple[str, str]]:
    """Columns of `child` that name a record of `table`, and for which of its rows they do."""
    for column in child.table.columns:
        if column.name not in child.precisions:
            continue
        if column.key == f"fk {table.name}.{table.key[0]}" or (
            column.name == table.key[0] and child.table != table
        ):
            yield column.name, "true"
        elif column.key.startswith("fk <"):
            yield column.name, f"{ident(column.key[4:-1])} = {literal(table.object)}"


def _absent(feed: Feed, naming: Sequence[tuple[Feed, str, str]], window: Window) -> str:
    """SQL of a span for each record that is named in the window, or at no known time, and absent."""
    keys = [k for k in (feed.table.key[0], "source_key") if k in feed.precisions]
    held = " union all ".join(f"select {ident(k)} as id from {feed.rows}" for k in keys)
    mentions = " union all ".join(
        f"select {at} as child, {child.grain} as grain, {ident(column)} as id,"
        f" {child.moment} as moment from {child.rows} where {ident(column)} is not null and {test}"
        for at, (child, column, test) in enumerate(naming)
    )
    inside = window.sql("moment")
    absent = (
        f"select child, grain, id, min(moment) filter (where {inside}) as low,"
        f" max(moment) filter (where {inside}) as high, count(moment) as known"
        f" from ({mentions}) as named anti join ({held}) as held using (id) group by all"
    )
    return (
        f"select child, date_trunc('second', low) as from_at, {upper('high', 'grain')} as to_at,"
        f" id as label from ({absent}) where low is not null or known = 0"
    )


def _reason(labels: Sequence[str], count: int, child: Feed, feed: Feed) -> Text:
    ids = named(labels, count, "个", "")
    return Text(
        f"{child.table.zh}提到的{feed.table.zh} {ids.zh} 不在导出中；请补充导出",
        f"{child.table.name} name {ids.en}, not among the {feed.table.name}; export them as well",
    )
