"""Numbers that a counter gave out and the export lacks."""

from __future__ import annotations

from collections.abc import Sequence

from itssrules.intake.coverage.base import Feed, Given, Span, Window, named, upper
from itssrules.intake.coverage.islands import islands
from itssrules.model.rule import Text
from itssrules.store import Connection, ident, literal

HEADS = ((8, "%Y%m%d"), (6, "%Y%m"), (4, "%Y"), (6, "%y%m%d"), (4, "%y%m"))
"""Dates with which numbers may begin, so that the counter starts anew: length and format."""
DATED = 0.95
"""Share of a counter's numbers that must begin with their own date."""
SAMPLE = 5_000
_COUNTERS = """
create or replace temp table coverage_counters as
select prefix, count(*) as many from coverage_numbers group by prefix
having max(digits::bigint) - min(digits::bigint) >= count(distinct digits::bigint)
"""
_HEADS = """
create or replace temp table coverage_heads as
with shares as (
    select prefix, {shares} from coverage_numbers join coverage_counters using (prefix)
    where moment is not null and hash(digits) % (many // {sample} + 1) = 0 group by prefix)
select prefix, case {whens} else 0 end as head
from coverage_counters left join shares using (prefix)
"""
_GAPS = """
create or replace temp table coverage_gaps as
with placed as (
    select prefix || substr(digits, 1, head) as prefix, tbl, moment, grain,
           substr(digits, head + 1) as digits
    from coverage_numbers join coverage_heads using (prefix)),
numbers as (select *, digits::bigint as n from placed where digits <> ''),
sharing as (select prefix, list(distinct tbl) as tables from numbers group by prefix),
pairs as (
    select prefix, n + 1 as first, lead(n) over counter - 1 as last, length(digits) as width,
           moment as a, lead(moment) over counter as b,
           greatest(grain, lead(grain) over counter) as grain
    from numbers window counter as (partition by prefix order by n, moment, tbl)),
missing as (
    select *, greatest(a, b) as high, lpad(first::varchar,
           greatest(width, length(first::varchar))::int, '0') as low_number,
           lpad(last::varchar, greatest(width, length(last::varchar))::int, '0') as high_number
    from pairs where last >= first)
select tables, case when a is not null and b is not null then date_trunc('second', least(a, b)) end
       as from_at, case when a is not null and b is not null then {upper} end as to_at,
       last - first + 1 as missing,
       prefix || low_number || case when last > first then '–' || prefix || high_number else '' end
       as label
from missing join sharing using (prefix)
"""


def make_gaps(given: Given, ns: str) -> None:
    """Put every run of missing numbers of an id space into the temporary table `coverage_gaps`.

    Its span reaches from the number before to the number after; NULL where these have no time.
    """
    con = given.con
    ids = " union all ".join(
        f"select {literal(f.table.name)} as tbl, {ident(f.table.key[0])} as id,"
        f" {f.moment} as moment, {f.grain} as grain from {f.rows}"
        for f in given.feeds
        if f.ns == ns and f.table.kind == "ticket"
    )
    con.execute(
        "create or replace temp table coverage_numbers as select tbl, moment, grain,"
        " rtrim(id, '0123456789') as prefix, substr(id, length(prefix) + 1) as digits"
        f" from ({ids}) where length(digits) between 1 and 18"
    )
    _make_heads(con)
    con.execute(_GAPS.format(upper=upper("high", "grain")))


def _make_heads(con: Connection) -> None:
    """Make `coverage_heads`: counters that lack numbers, how many leading digits are a date."""
    near = ", ".join(f"strftime(moment + to_days({n}), '{{0}}')" for n in (-1, 0, 1))
    shares = ", ".join(
        f"avg((length(digits) > {length} and substr(digits, 1, {length}) in"
        f" ({near.format(form)}))::integer) as share_{n}"
        for n, (length, form) in enumerate(HEADS)
    )
    whens = " ".join(f"when share_{n} >= {DATED} then {h[0]}" for n, h in enumerate(HEADS))
    con.execute(_COUNTERS)
    con.execute(_HEADS.format(shares=shares, sample=SAMPLE, whens=whens))


def missing_numbers(given: Given, feed: Feed, window: Window) -> list[Span]:
    """Runs of numbers missing between two numbers of the same counter, after `make_gaps`."""
    gaps = (
        "select from_at, to_at, missing, label from coverage_gaps"
        f" where list_contains(tables, {literal(feed.table.name)})"
    )
    return [
        Span(low, high, _reason(labels, runs, missing, feed))
        for low, high, runs, missing, labels in islands(given.con, gaps, window)
    ]


def _reason(labels: Sequence[str], runs: int, missing: int, feed: Feed) -> Text:
    numbers = named(labels, runs, "段", " runs")
    return Text(
        f"编号 {numbers.zh} 缺失（共 {missing:,} 个）；请补充导出，"
        f"或在 {feed.where} gaps 中书面说明原因",
        f"numbers {numbers.en} ({missing:,}) are missing; export them, or say why in gaps of"
        f" {feed.where}",
    )
