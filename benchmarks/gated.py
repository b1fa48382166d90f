"""Forty rules gated by one missing column over a million records: seconds, and bytes stored.

python benchmarks/gated.py
"""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pyarrow.parquet as pq

from itssrules.assess.context import Context
from itssrules.assess.engine import assess_rule
from itssrules.assess.gate import Supply
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.model.tables import RECORD_TYPE, model
from itssrules.report.data import unassessed
from itssrules.store import Connection, connect, lock

RULES, RECORDS = 40, 1_000_000


def filled() -> Connection:
    """A million incidents of three projects, exported without `closed_at`."""
    con = connect()
    names = {c.name for c in model()["incidents"].columns}
    values = {"incident_id": "'INC' || i", "status": "'closed'"}
    columns = ", ".join(
        f"{values.get(c.name, 'null')} as {c.name}" for c in model()["incidents"].columns
    )
    con.execute(
        f"insert into incidents select {{'object': 'incident', 'source': 's', 'ns': 's', 'id': 'INC' || i,"
        f" 'project_id': 'P' || (i % 3), 'file_id': 1, 'row_number': i}}::{RECORD_TYPE}, 's', {columns},"
        f" null, null from range({RECORDS}) t(i)"
    )
    for name in names - {"closed_at"}:
        con.execute(
            "insert into supply values ('incidents', 'incident', ?, 1, 's', ?, 'second')",
            [name, name],
        )
    lock(con)
    return con


def main() -> None:
    con = filled()
    rule = load_book_or_stop([bundled("rules")]).rule("INC-011")
    assert rule is not None
    rules = [replace(rule, id=f"INC-{900 + n}") for n in range(RULES)]
    began = time.perf_counter()
    context = Context(con, Supply.read(con), "2026-01-01 00:00:00")
    results = [assess_rule(context, r) for r in rules]
    seconds = time.perf_counter() - began
    assert all(r.not_assessed == RECORDS and r.status == "not_assessed" for r in results)
    sink = io.BytesIO()
    pq.write_table(unassessed(results), sink, compression="zstd")
    stored = sum(len(r.reasons) for r in results)
    print(f"{RULES} rules gated over {RECORDS:,} records: {seconds:.2f} s,"
          f" {stored} rows, {len(sink.getvalue()):,} bytes stored")  # fmt: skip


if __name__ == "__main__":
    main()
