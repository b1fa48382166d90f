"""The one module that imports duckdb: connection, canonical schema, macros, lock-down."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from itssrules.errors import UsageError
from itssrules.model.tables import RECORD_TYPE, Table, model

Error = duckdb.Error
Connection = duckdb.DuckDBPyConnection

BOOK_TABLES = ("supply", "coverage", "excluded", "working_days", "person_words")
"""What the engine knows of the exports; rules read them through macros only."""

_BOOKS = """
create table supply(tbl varchar, object varchar, col varchar, file_id integer, ns varchar, header varchar,
                    precision varchar);
create table coverage(tbl varchar, ns varchar, from_at timestamp, to_at timestamp,
                      complete boolean, reason varchar);
create table excluded(checkpoint varchar, reason varchar);
create table person_words(word varchar, person_id varchar, roles varchar);
create table working_days(calendar_id varchar, day date, known boolean, before integer,
                          unknown_before integer, o1 integer, c1 integer, o2 integer, c2 integer,
                          o3 integer, c3 integer, o4 integer, c4 integer);
"""

_MACROS = r"""
create macro earliest(a, b) as case when a <= b then a when b < a then b end;
create macro latest(a, b) as case when a >= b then a when b > a then b end;
create macro ratio(a, b) as case when b <> 0 then a::double / b end;
create macro elapsed_minutes(a, b) as
    case when b >= a then floor((epoch_ms(b) - epoch_ms(a)) / 60000.0)::bigint end;
create macro months_before(t, n) as t - to_months(n);
create macro supplied(rec, col_name) as
    coalesce((struct_extract(rec, 'file_id'), struct_extract(rec, 'object'), col_name)
             in (select (s.file_id, s.object, s.col) from supply s), false);
create macro table_supplied(tbl_name, id_space) as
    exists (select 1 from supply where supply.tbl = tbl_name and supply.ns = id_space);
create macro column_supplied(tbl_name, col_name, id_space) as
    exists (select 1 from supply where supply.tbl = tbl_name and supply.ns = id_space
            and supply.col = col_name);
create macro complete_over(tbl_name, id_space, a, b) as
    coalesce(a <= b, false)
    and exists (select 1 from coverage c where c.tbl = tbl_name and c.ns = id_space and c.complete
                and a >= coalesce(c.from_at, a) and a <= coalesce(c.to_at, a))
    and exists (select 1 from coverage c where c.tbl = tbl_name and c.ns = id_space and c.complete
                and b >= coalesce(c.from_at, b) and b <= coalesce(c.to_at, b))
    and not exists (select 1 from coverage c where c.tbl = tbl_name and c.ns = id_space
                    and not c.complete and coalesce(c.from_at, a) <= b and coalesce(c.to_at, b) >= a);
create macro complete(tbl_name, id_space, t) as complete_over(tbl_name, id_space, t, t);

create macro complete_everywhere(tbl_name, a, b) as
    exists (select 1 from coverage c where c.tbl = tbl_name)
    and not exists (select 1 from (select distinct c.ns from coverage c where c.tbl = tbl_name) s
                    where not complete_over(tbl_name, s.ns, a, b));
create macro local_day(t, zone) as cast(timezone(zone, timezone('UTC', t)) as date);
create macro day_start(d, zone) as timezone('UTC', timezone(zone, cast(d as timestamp)));
create macro number_prefix(id) as
    case when regexp_matches(id, '\d$') then regexp_replace(id, '\d+$', '') end;
create macro number_value(id) as
    case when strlen(regexp_extract(id, '\d+$')) <= 15
         then try_cast(regexp_extract(id, '\d+$') as bigint) end;
create macro quarter_start(d) as cast(date_trunc('quarter', d) as date);
create macro quarter_name(d) as year(d) || '-Q' || quarter(d);
create macro half_start(d) as make_date(year(d), case when month(d) <= 6 then 1 else 7 end, 1);
create macro half_name(d) as year(d) || '-H' || case when month(d) <= 6 then 1 else 2 end;
create macro word_in(t, words) as
    case when len(list_filter(words, lambda w: w::varchar <> '')) > 0 then
         nullif(regexp_extract(lower(t), array_to_string(list_transform(
             list_filter(words, lambda w: w::varchar <> ''),
             lambda w: regexp_escape(lower(w::varchar))), '|')), '') end;
create macro says_any(t, words) as
    case when t is not null and len(list_filter(words, lambda w: w::varchar <> '')) > 0
         then word_in(t, words) is not null end;
create macro is_one_of(t, words) as
    list_contains(list_transform(words, lambda w: lower(trim(w))), lower(trim(t)));
create macro holds_role(roles, wanted) as
    list_has_any(list_transform(string_split(lower(roles), ';'), lambda r: trim(r)),
                 list_transform(wanted, lambda w: lower(trim(w))));
create macro days_after(d, n) as d + cast(n as integer);
create macro months_after(t, n) as t + to_months(cast(n as integer));

create macro person_word(t) as lower(trim(regexp_replace(t, '^.*\\', '')));
create macro person_form(w) as
    case when contains(w, '@') then 'email'
         when regexp_matches(w, '^[a-z]{0,3}\d{3,}$') then 'number'
         when regexp_matches(w, '^[a-z0-9._-]+$') then 'login'
         when regexp_matches(w, '^[a-z][a-z .,''-]+$') then 'latin'
         when regexp_matches(w, '^[\x{4e00}-\x{9fff}·]+$') then 'name'
         when w <> '' then 'mixed' end;
create macro person_key(t, person_id) as
    person_form(person_word(t)) || ':'
    || case when person_form(person_word(t)) = 'latin'
            then array_to_string(list_sort(regexp_split_to_array(person_word(t), '[ ,.]+')), ' ')
            else person_word(t) end || '#' || coalesce(person_id, '');
create macro same_person(a, b) as
    case when ends_with(a, '#?') or ends_with(b, '#?') then null
         when not ends_with(a, '#') and not ends_with(b, '#')
         then regexp_extract(a, '#(.*)$', 1) = regexp_extract(b, '#(.*)$', 1)
         when regexp_extract(a, '^[^#]*') = regexp_extract(b, '^[^#]*') then true
         when regexp_extract(a, '^[^:]*') = regexp_extract(b, '^[^:]*') and not starts_with(a, 'mixed:')
         then false end;

create macro worked(t, before, o1, c1, o2, c2, o3, c3, o4, c4) as
    before + (c1 - o1 + c2 - o2 + c3 - o3 + c4 - o4
    + abs(epoch(t::time) - o1) - abs(epoch(t::time) - c1)
    + abs(epoch(t::time) - o2) - abs(epoch(t::time) - c2)
    + abs(epoch(t::time) - o3) - abs(epoch(t::time) - c3)
    + abs(epoch(t::time) - o4) - abs(epoch(t::time) - c4)) * 0.5e0;
create macro whole_minutes(seconds) as floor((seconds + 0.0005e0) / 60e0)::bigint;
create macro damaged(unread, disputed, names) as
    coalesce(list_has_any(unread, names), false) or coalesce(list_has_any(disputed, names), false);

create macro is_zoned(cell) as
    regexp_matches(cell, '\d:\d\d(:\d\d([.,]\d+)?)?\s*(Z|z|[+-]\d\d(:?\d\d)?)$');
create macro plausible(t) as case when year(t) between 1980 and 2100 then t end;
create macro iso_time(cell) as
    case when substr(cell, 5, 1) in ('-', '/') then
         plausible(timezone('UTC', try_cast(cell as timestamptz))) end;
create macro format_time(cell, formats, zone) as
    plausible(timezone('UTC', timezone(zone, try_strptime(cell, formats))));
create macro iso_date(cell) as
    case when regexp_matches(cell, '^\d{4}[-/]\d') and not is_zoned(cell)
         then cast(plausible(try_cast(cell as timestamp)) as date) end;
create macro whole(cell) as
    case when regexp_matches(cell, '^[+-]?\d{1,9}(\.0+)?$') then try_cast(cell as integer) end;
create macro cell_precision(cell) as
    case when contains(cell, ':')
         then case when regexp_matches(cell, '\d:\d\d:(0[1-9]|[1-6]\d|00[.,]\d*[1-9])') then 3 else 2 end
         when cell is not null then 1 end;
create macro utc_text(t) as strftime(t, '%Y-%m-%dT%H:%M:%SZ');
"""


# `worked` is the seconds that a calendar was open until t, of t's row in working_days: a span adds half
# of (close - open) + |t - open| - |t - close|, without a comparison. The difference of two counts only
# where both rows have the same `unknown_before`; half a millisecond makes up for binary fractions.


def connect(memory_limit: str | None = None) -> Connection:
    """An in-memory database with the canonical schema, unable to reach files or the network.

    Its configuration is open for the intake; `lock` closes it before any rule runs.
    """
    # else DuckDB spills into the folder in which the user stands
    spill = Path(tempfile.gettempdir()) / f"itssrules-{os.getpid()}"
    con = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "temp_directory": str(spill),
        },
    )
    con.execute("set timezone = 'UTC'")
    # DuckDB 2.0 fails to plan some expressions over columns that hold one value only
    con.execute("set disabled_optimizers = 'statistics_propagation'")
    if memory_limit:
        try:
            con.execute(f"set memory_limit = {literal(memory_limit)}")
        except duckdb.Error as e:
            raise UsageError(
                f"{memory_limit!r} is no size", place="--memory-limit", hint="write it as 2GB"
            ) from e
    con.execute(_BOOKS)
    con.execute(_MACROS)
    for table in model().values():
        con.execute(create_table(table))
    return con


def lock(con: Connection) -> None:
    """From here on no statement can change the configuration."""
    if not one(con, "select current_setting('lock_configuration')"):
        con.execute("set timezone = 'UTC'")
        con.execute("set lock_configuration = true")


def clear(con: Connection) -> None:
    """Empty every table, as on a new connection."""
    held = "select table_name from duckdb_tables() where not temporary and estimated_size > 0"
    for (name,) in rows(con, held):
        con.execute(f"delete from {ident(name)}")


def wall_clock(con: Connection, zone: str) -> None:
    """Times without an offset are read in `zone` from here on."""
    con.execute(f"set timezone = {literal(zone)}")


def create_table(table: Table, name: str | None = None) -> str:
    """DDL of a canonical table: record, ns, the model's columns, and what could not be read.

    `unread` lists columns whose cell no format or mapping covers, `disputed` those on which the
    record's rows in the export disagree.
    """
    columns = ", ".join(f"{ident(c.name)} {c.type}" for c in table.columns)
    return (
        f"create table {ident(name or table.name)}(record {RECORD_TYPE}, ns varchar, {columns},"
        " unread varchar[], disputed varchar[])"
    )


def ident(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value as an SQL literal; a list or tuple as an SQL list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(v) for v in value)}]"
    return "'" + str(value).replace("'", "''") + "'"


def rows(con: Connection, sql: str, params: dict[str, object] | None = None) -> list[Any]:
    """All rows of a query, as tuples."""
    return con.execute(sql, params).fetchall() if params else con.execute(sql).fetchall()


def one(con: Connection, sql: str, params: dict[str, object] | None = None) -> Any:
    """The single value that a query yields."""
    found = rows(con, sql, params)
    return found[0][0] if found else None


def statement_problem(con: Connection, sql: str) -> str:
    """Why `sql` is not one SELECT, by DuckDB's own parser; empty if it is."""
    try:
        statements = con.extract_statements(sql)
    except duckdb.Error as e:
        return _located(e)
    if len(statements) != 1:
        return f"holds {len(statements)} statements; a rule is one SELECT"
    if statements[0].type != duckdb.StatementType.SELECT:
        return f"is a {statements[0].type.name} statement; a rule is one SELECT"
    return ""


def table_problem(con: Connection, sql: str, known: Sequence[str]) -> str:
    """Which tables `sql` reads that are not known; empty if none."""
    try:
        used = con.get_table_names(sql)
    except duckdb.Error as e:
        return _located(e)
    unknown = sorted(used - set(known))
    return f"reads unknown table {', '.join(unknown)}" if unknown else ""


def _located(error: Exception) -> str:
    """DuckDB's first line, with the line of the SQL where it names one."""
    lines = str(error).split("\n")
    where = next((ln for ln in lines if ln.startswith("LINE ")), "")
    return f"{lines[0]}\n{where}".strip()


def parameters(con: Connection, sql: str) -> set[str]:
    """Names of the `$parameters` of a statement."""
    return set(con.extract_statements(sql)[0].named_parameters)


def to_parquet(con: Connection, sql: str) -> bytes:
    """A query's rows as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet

    found = con.sql(sql).to_arrow_table()
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(found, sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data
