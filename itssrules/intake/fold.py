"""Many rows to one record: the last version, agreeing repeats, folded events, history from a log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from itssrules.intake.connector import TableMap
from itssrules.intake.projects import Attribution
from itssrules.model.results import Dispute
from itssrules.model.tables import Table
from itssrules.store import Connection, ident, literal, one, rows

EXAMPLES = 5


@dataclass(frozen=True)
class Folded:
    """What became of staged rows, by file: rows kept as records, merged, or given twice."""

    loaded: dict[int, int]
    merged: dict[int, int]
    duplicates: dict[int, int]
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True)
class Origin:
    """Where staged rows come from, their id space, and how the project of a row is told."""

    source: str
    ns: str
    project: Attribution


def stage_table(table: Table, name: str) -> str:
    """DDL of the staging table that the rows of all files of one source go to."""
    columns = ", ".join(f"{ident(c.name)} {c.type}" for c in table.columns)
    return (
        f"create or replace temp table {ident(name)}(file_id integer, row_number bigint, {columns},"
        " unread struct(c varchar, v varchar)[], tie varchar)"
    )


def fold(
    con: Connection, table: TableMap, stage: str, origin: Origin, now: datetime | None = None
) -> Folded:
    """Move staged rows into the canonical table, one record a key, and say what became of each."""
    keyed = bool(table.key)
    unique = not keyed or one(con, f"select count(*) = count(distinct {_key(table)}) from {stage}")
    if table.keep:
        return _changes(con, table, stage, origin)
    if table.rows == "events":
        return _events(con, table, stage, origin)
    return _winners(con, table, stage, origin, bool(unique), now)


def _key(table: TableMap) -> str:
    return f"({', '.join(ident(k) for k in table.key)})"


def _content(table: TableMap) -> str:
    return f"hash({', '.join(ident(c.name) for c in table.table.columns)})"


def _order_columns(table: TableMap) -> list[str]:
    names = (n.strip() for n in table.order.split(","))
    return [n for n in names if table.table.column(n)]


def _order_keys(table: TableMap, direction: str = "desc") -> list[str]:
    """The declared order; whole numbers of a header are compared as numbers."""
    parts = []
    for name in (n.strip() for n in table.order.split(",")):
        if table.table.column(name):
            parts.append(f"{ident(name)} {direction} nulls last")
        elif name:
            parts.append(f"try_cast(tie as bigint) {direction} nulls last, tie {direction}")
    return parts


def _order(table: TableMap, direction: str = "desc") -> str:
    """The declared order; then content, so that the order of rows in a file decides nothing."""
    return ", ".join([*_order_keys(table, direction), f"{_content(table)} {direction}"])


def _winners(
    con: Connection, table: TableMap, stage: str, origin: Origin, unique: bool, now: datetime | None
) -> Folded:
    """One row per key; where no order tells rows apart, what they disagree on is not known."""
    if unique:
        ranked = (
            "select *, 1 as place, 1 as many, 1 as standing, 0::ubigint as content,"
            f" 0::ubigint as best from {stage}"
        )
    else:
        ranked = _ranked(table, "*", stage, now)
    con.execute(f"create or replace temp table ranked as {ranked}")
    disputes: tuple[Dispute, ...] = ()
    join, disputed = "", "null::varchar[]"
    if not unique:
        older = _disputes(con, table, held=False) if table.rows == "versions" else ()
        disputes = (*_disputes(con, table, held=True), *older)
        keys = " and ".join(f"d.{ident(k)} = r.{ident(k)}" for k in table.key)
        join, disputed = f" left join disagreeing d on {keys}", "d.columns"
    _insert(
        con, table, f"select r.*, {disputed} as disputed from ranked r{join} where place = 1",
        origin,
    )  # fmt: skip
    same = "false" if table.rows == "repeats" else "content = best"
    done = _fates(con, same)
    con.execute("drop table ranked")
    return replace(done, disputes=disputes)


def _ranked(table: TableMap, columns: str, rows_of: str, now: datetime | None) -> str:
    """The rows with their place among those of the same key.

    `standing` is 1 for the row that the order puts first, and for all that it does not place.
    """
    group = f"partition by {_key(table)}"
    keys = "" if table.rows == "repeats" else ", ".join(_order_keys(table))
    standing = "1"
    if keys:
        placed = _placed(table, now)
        among = f"{group}, ({placed}) is true"
        standing = f"case when {placed} then rank() over ({among} order by {keys}) else 1 end"
    return (
        f"select {columns}, row_number() over w as place, count(*) over ({group}) as many,"
        f" {standing} as standing, {_content(table)} as content,"
        f" first_value({_content(table)}) over w as best from {rows_of}"
        f" window w as ({group} order by {_order(table)}, file_id, row_number)"
    )


def _placed(table: TableMap, now: datetime | None) -> str:
    """True of a row that the order can place: its columns are filled, its times no slips."""
    needed = [*_order_columns(table), *(["tie"] if table.tie else [])]
    tests = [f"{ident(n)} is not null" for n in needed]
    if now:
        limit = literal(now.strftime("%Y-%m-%d %H:%M:%S"))
        tests += [
            f"{ident(n)} <= timestamp {limit}"
            for n in _order_columns(table)
            if (column := table.table.column(n)) and column.type == "TIMESTAMP"
        ]
    return " and ".join(tests)


def _fates(con: Connection, same: str) -> Folded:
    """Rows kept, merged and repeated among the ranked, by file."""
    fates = rows(
        con,
        f"select file_id, count(*) filter (place = 1), count(*) filter (place > 1 and not ({same})),"
        f" count(*) filter (place > 1 and {same}) from ranked group by file_id",
    )
    return Folded(
        {f: a for f, a, _, _ in fates}, {f: b for f, _, b, _ in fates},
        {f: c for f, _, _, c in fates}, (),
    )  # fmt: skip


def settle(con: Connection, table: TableMap, ns: str, now: datetime | None = None) -> Folded:
    """Keep one of the records that several sources of an id space hold under one key.

    The newest holds; where no time of update places them, what they disagree on is not known.
    `loaded` of the answer counts the records kept of those that stood more than once.
    """
    name, here = ident(table.table.name), f"ns = {literal(ns)}"
    order = "updated_at" if table.table.column("updated_at") else ""
    shape = replace(table, rows="versions", order=order)
    shared = (
        "(select rowid as place_in_table, record.file_id as file_id, null::varchar as tie,"
        f" record.row_number as row_number, * exclude (record) from {name} where {here}"
        f" and {_key(table)} in (select {_key(table)} from {name} where {here}"
        " group by all having count(*) > 1))"
    )
    con.execute(f"create or replace temp table ranked as {_ranked(shape, '*', shared, now)}")
    disputes = (*_disputes(con, shape, held=True), *_disputes(con, shape, held=False))
    _mark(con, table)
    con.execute(
        f"delete from {name} where rowid in (select place_in_table from ranked where place > 1)"
    )
    done = _fates(con, "content = best")
    con.execute("drop table ranked")
    return replace(done, disputes=disputes)


def _mark(con: Connection, table: TableMap) -> None:
    """Leave on the kept records what they and their equals hold as unread or disputed."""
    keys = ", ".join(ident(k) for k in table.key)
    con.execute(
        f"update {ident(table.table.name)} as t set disputed = {_joined('m.columns', 'm.disputed')},"
        f" unread = {_joined('m.unread', 'm.unread')} from (select w.place_in_table, d.columns,"
        f" o.unread, o.disputed from ranked w left join disagreeing d using ({keys}) join (select"
        f" {keys}, flatten(list(unread) filter (unread is not null)) as unread, flatten(list(disputed)"
        " filter (disputed is not null)) as disputed from ranked where standing = 1 group by all) o"
        f" using ({keys}) where w.place = 1) m where m.place_in_table = t.rowid"
    )


def _joined(a: str, b: str) -> str:
    """Two lists of names as one, each once; NULL where there is none."""
    both = f"list_sort(list_distinct(list_concat({a}, {b})))"
    return f"case when len({both}) > 0 then {both} end"


def _disputes(con: Connection, table: TableMap, *, held: bool) -> tuple[Dispute, ...]:
    """Columns on which rows of one record differ; held ones are kept in `disagreeing`.

    Held are the differences between rows that no order tells apart; all others are older states.
    """
    keys = ", ".join(ident(k) for k in table.key)
    names = [c.name for c in table.table.columns if c.name not in table.key]
    differs = ", ".join(
        f"case when count(distinct {ident(n)}) + max(case when {ident(n)} is null then 1 else 0 end)"
        f" > 1 then {literal(n)} end"
        for n in names
    )
    name = "disagreeing" if held else "differing"
    con.execute(
        f"create or replace temp table {name} as select * from (select {keys},"
        f" list_filter([{differs}], lambda x: x is not null) as columns from ranked"
        f" where many > 1{' and standing = 1' if held else ''} group by all) where len(columns) > 0"
    )
    found = rows(
        con,
        f"select column_name, count(*), min({record_id(table)}, {EXAMPLES}) from"
        f" (select *, unnest(columns) as column_name from {name}) group by all order by all",
    )
    return tuple(Dispute(table.table.name, c, n, held, tuple(e)) for c, n, e in found)


def record_id(table: TableMap, prefix: str = "") -> str:
    """SQL of a record's number: its key, or the record that it belongs to."""
    names = table.key or tuple(
        c.name for c in table.table.columns if c.name in ("object_type", "object_id")
    )
    parts = [f"cast({prefix}{ident(n)} as varchar)" for n in names]
    return " || '/' || ".join(parts) or "''"


def _insert(con: Connection, table: TableMap, select: str, origin: Origin) -> None:
    model, ns = table.table, literal(origin.ns)
    given = origin.project.given
    record = (
        f"{{'object': {literal(model.object)}, 'source': {literal(origin.source)}, 'ns': {ns},"
        f" 'id': {record_id(table, 's.')}, 'project_id': coalesce({given}, {origin.project.default}),"
        " 'file_id': s.file_id, 'row_number': s.row_number}"
    )
    columns = ", ".join(
        given if c.name == "project_id" else f"s.{ident(c.name)}" for c in model.columns
    )
    con.execute(
        f"insert into {ident(model.name)} select {record}, {ns}, {columns},"
        f" list_transform(s.unread, lambda x: x.c), s.disputed from ({select}) s"
    )


def _events(con: Connection, table: TableMap, stage: str, origin: Origin) -> Folded:
    """One record from many events; `first`, `last` and `count` say how each column is folded."""
    folds = {c.column.name: c for c in table.columns}
    order = [n.strip() for n in table.order.split(",") if table.table.column(n.strip())]
    moment = (
        f"row({', '.join([*(ident(n) for n in order), 'coalesce(tie, chr(0))', 'row_number'])})"
    )
    marks = [f"{ident(n)} is not null" for n, c in folds.items() if c.fold == "last" and c.when]
    decisive = f"row(({' or '.join(marks) or 'true'}), {moment})"
    parts = []
    for column in table.table.columns:
        name, spec = ident(column.name), folds.get(column.name)
        if column.name in table.key:
            parts.append(name)
        elif spec is None:
            parts.append(f"null::{column.type} as {name}")
        elif spec.fold == "count":
            parts.append(f"case when bool_or(begins) then sum({name})::integer end as {name}")
        else:
            pick = "arg_min" if spec.fold == "first" else "arg_max"
            parts.append(f"{pick}({name}, {moment}) filter ({name} is not null) as {name}")
    begins = "created_at is not null" if "created_at" in folds else "true"
    staged = f"(select * , {begins} as begins from {stage})"
    select = (
        f"select {', '.join(parts)}, arg_max(file_id, {decisive}) as file_id,"
        f" arg_max(row_number, {decisive}) as row_number,"
        " list_distinct(flatten(list(unread) filter (unread is not null))) as unread,"
        f" null::varchar[] as disputed from {staged}"
        f" group by {', '.join(ident(k) for k in table.key)}"
    )
    _insert(con, table, select, origin)
    staged_by = dict(rows(con, f"select file_id, count(*) from {stage} group by file_id"))
    kept = dict(
        rows(
            con,
            f"select record.file_id, count(*) from {ident(table.table.name)}"
            f" where record.source = {literal(origin.source)} group by 1",
        )
    )
    loaded = {f: kept.get(f, 0) for f in staged_by}
    return Folded(loaded, {f: n - loaded[f] for f, n in staged_by.items()}, {}, ())


def _changes(con: Connection, table: TableMap, stage: str, origin: Origin) -> Folded:
    """History out of a log: rows in which `new_value` differs from the row before."""
    order = f"{_order(table, 'asc')}, file_id, row_number"
    con.execute(
        f"create or replace temp table steps as select *, lag(new_value) over w as before,"
        f" row_number() over w as place from {stage}"
        f" window w as (partition by object_type, object_id order by {order})"
    )
    done = "('resolved', 'closed', 'fulfilled')"
    select = (
        "select * replace (before as old_value, 'status' as field, case when place = 1 then 'create'"
        f" when new_value = 'closed' then 'close' when before in {done} and new_value not in {done}"
        " then 'reopen' else 'status_change' end as event_type), null::varchar[] as disputed"
        " from steps where place = 1 or before is distinct from new_value"
    )
    _insert(con, table, select, origin)
    fates = rows(
        con,
        "select file_id, count(*) filter (place = 1 or before is distinct from new_value), count(*)"
        " from steps group by file_id",
    )
    con.execute("drop table steps")
    return Folded({f: k for f, k, _ in fates}, {f: n - k for f, k, n in fates}, {}, ())
