"""The macros written for a run say what those of the store say, which read the tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itssrules.assess.known import SPANS, know
from itssrules.store import Connection, connect, rows

DAYS = [datetime(2025, 1, 1) + timedelta(days=n) for n in range(6)]
TABLES, SPACES = ("changes", "approvals"), ("", "it's", "b")
moments = st.sampled_from([None, *DAYS])
spans = st.tuples(st.sampled_from(TABLES), st.sampled_from(SPACES), moments, moments, st.booleans())


@pytest.fixture
def con() -> Any:
    made = connect()
    yield made
    made.close()


def asked(con: Connection) -> list[Any]:
    """Every question about every table, id space and pair of moments."""
    return rows(
        con,
        """with m as (select unnest([null, timestamp '2024-12-31', timestamp '2025-01-01', timestamp
        '2025-01-03', timestamp '2025-01-03 12:00', timestamp '2025-01-06', timestamp '2025-02-01']) as t),
        n as (select unnest(['', 'it''s', 'b', 'c', null]) as ns)
        select n.ns, a.t, b.t, complete_over('changes', n.ns, a.t, b.t),
            complete_over('approvals', n.ns, a.t, b.t), complete('changes', n.ns, a.t),
            complete_everywhere('changes', a.t, b.t), complete_everywhere('problems', a.t, b.t)
        from m a, m b, n order by all""",
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(spans, max_size=8))
def test_spans_are_told_alike(found: list[tuple[Any, ...]]) -> None:
    con = connect()
    for table, ns, start, end, whole in found:
        con.execute(
            "insert into coverage values (?, ?, ?, ?, ?, '')", [table, ns, start, end, whole]
        )
    before = asked(con)
    know(con)

    assert [tuple(bool(v) for v in r[3:]) for r in asked(con)] == [
        tuple(bool(v) for v in r[3:]) for r in before
    ]
    con.close()


def test_many_spans_are_read_from_the_table(con: Connection) -> None:
    for n in range(SPANS + 1):
        at = DAYS[0] + timedelta(days=n)
        con.execute("insert into coverage values ('changes', 'b', ?, ?, true, '')", [at, at])
    before = asked(con)
    know(con)

    assert asked(con) == before


def test_supply_is_told_alike(con: Connection) -> None:
    for table, object_, column, file_id, ns in (
        ("changes", "change", "status", 1, "b"), ("changes", "change", "status", 2, "it's"),
        ("incidents", "incident", "status", 3, "b"), ("incidents", "incident", "title", 3, "b"),
    ):  # fmt: skip
        con.execute("insert into supply values (?, ?, ?, ?, ?, '', null)",
                    [table, object_, column, file_id, ns])  # fmt: skip
    question = """
        with r as (select {object: o, file_id: f} as rec
                   from (values ('change', 1), ('change', 2), ('change', 3), ('incident', 3), (null, null)) v(o, f)),
        n as (select unnest(['', 'b', 'it''s']) as ns)
        select rec, ns, supplied(rec, 'status'), supplied(rec, 'title'), supplied(rec, 'closed_at'),
            table_supplied('changes', ns), table_supplied('problems', ns),
            column_supplied('incidents', 'title', ns), column_supplied('changes', 'title', ns)
        from r, n order by all"""
    before = rows(con, question)
    know(con)

    assert rows(con, question) == before
    assert any(r[2] for r in before) and any(not r[2] for r in before)
