"""Rows that name a ticket which its table does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from itssrules.intake.coverage.base import Feed, Given, Span, Window, named, upper
from itssrules.intake.coverage.islands import islands
from itssrules.model.rule import Text
from itssrules.model.tables import Table
from itssrules.store import ident, literal


def orphans(given: Given, feed: Feed, window: Window) -> list[Span]:
    """Around the moments of rows that name a record which the table does not hold."""
    spans = []
    for child in (f for f in given.feeds if f.ns == feed.ns):
        for column, test in _references(child, feed.table):
            absent = _absent(feed, child, column, test, window)
            spans += [
                Span(low, high, _reason(labels, count, child, feed))
                for low, high, count, _, labels in islands(given.con, absent, window)
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


def _absent(feed: Feed, child: Feed, column: str, test: str, window: Window) -> str:
    """SQL of a span for each record that is named in the window, or at no known time, and absent."""
    keys = [k for k in (feed.table.key[0], "source_key") if k in feed.precisions]
    held = " union all ".join(f"select {ident(k)} as id from {feed.rows}" for k in keys)
    mentions = (
        f"select {ident(column)} as id, {child.moment} as moment from {child.rows}"
        f" where {ident(column)} is not null and {test}"
    )
    inside = window.sql("moment")
    absent = (
        f"select id, min(moment) filter (where {inside}) as low,"
        f" max(moment) filter (where {inside}) as high, count(moment) as known"
        f" from ({mentions}) as named anti join ({held}) as held using (id) group by id"
    )
    return (
        f"select date_trunc('second', low) as from_at, {upper('high', str(child.grain))} as to_at,"
        f" 1 as missing, id as label from ({absent}) where low is not null or known = 0"
    )


def _reason(labels: Sequence[str], count: int, child: Feed, feed: Feed) -> Text:
    ids = named(labels, count, "个", "")
    return Text(
        f"{child.table.zh}提到的{feed.table.zh} {ids.zh} 不在导出中；请补充导出",
        f"{child.table.name} name {ids.en}, not among the {feed.table.name}; export them as well",
    )
