"""Writes the exports of an invented IT-service firm, and what was planted in them.

`python tests/make_sample.py [FOLDER]` writes the same bytes every time, to sample_exports/ by default.
The modules of tests/sample make the records: `planted` those that are not in order, or stand on the edge
of it, each with the verdicts expected of it, which become answer_key.toml; `base` six months in which all
is in order. What the firm keeps by hand (its settings, its connector, the registers) is kept by hand in
sample_exports/. Times are wall-clock times of Asia/Shanghai. Nothing that is planted happens in May.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import datetime
from pathlib import Path

from sample.base import base
from sample.cells import fill
from sample.firm import AS_OF, ITEMS, Item, Row
from sample.history import audits, edits
from sample.irregular import irregular
from sample.makers import APPROVALS, CHANGES, EDITS, INCIDENTS, KEY, PROBLEMS, REQUESTS, TASKS
from sample.planted import plants


# fmt: off
def finish() -> None:
    """Give the records their numbers, in the order of their making, and their last update."""
    for rows, number in ((INCIDENTS, "INC0010001"), (CHANGES, "CHG0020001"), (PROBLEMS, "PRB0040001"),
                         (REQUESTS, "RITM0050001")):
        prefix, n = number[:-5], int(number[-5:])
        rows.sort(key=lambda r: r["opened_at"])
        for row in rows:
            n += row.get("_skip", 0)
            if not row["number"]:
                row["number"] = f"{prefix}{n}"
                n += 1
            stamps = [v for k, v in row.items()
                      if isinstance(v, datetime) and k not in ("start_date", "end_date", "due_date")]
            row["sys_updated_on"] = row["sys_updated_on"] or max(s for s in stamps if s <= AS_OF)
    for n, row in enumerate(TASKS, 30001):
        row["number"] = f"CTASK00{n}"
    APPROVALS.sort(key=lambda r: r["requested_at"])
    for n, row in enumerate(APPROVALS, 1):
        row["approval_id"] = f"OA2026{n:05}"
    EDITS.sort(key=lambda r: r["changed_at"])

def table(rows: list[Row]) -> str:
    """Rows as CSV; names that begin with an underscore are notes of this script."""
    names = [{n for n in row if n[0] != "_"} for row in rows]
    assert all(n == names[0] for n in names), "a column that not all rows have"
    text = io.StringIO()
    writer = csv.DictWriter(text, [n for n in rows[0] if n[0] != "_"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: v["number"] if isinstance(v, dict) else v for k, v in row.items()} for row in rows)
    return text.getvalue()

def critical(item: Item) -> str:
    """How much hangs on an item."""
    return {"数据库": "关键", "存储": "关键", "应用": "高", "网络": "高"}.get(item.kind, "一般")

def cmdb() -> list[Row]:
    """The items of the CMDB as the tool lists them."""
    kinds = {"应用": "Application", "数据库": "Database", "网络": "Network Gear", "存储": "Storage Device",
             "终端": "Computer", "会议": "Peripheral"}
    return [{"name": c, "sys_class_name": kinds[item.kind], "owned_by": item.engineer, "u_criticality": critical(item),
             "install_status": "Retired" if c == "BNK-NET-10" else "Installed"} for c, item in ITEMS.items()]

def answer_key() -> str:
    """What was planted, by rule and record."""
    rows = sorted((rule, name or row.get("number") or row.get("_number") or row["approval_id"], verdict, said)
                  for rule, name, verdict, said, row in KEY)
    assert len({r[:2] for r in rows}) == len(rows), "a subject is planted twice"
    lines = ['["{}","{}","{}","{}"],'.format(*row) for row in rows]
    return "\n".join([
        "# What was planted in the sample exports: rule, record, verdict, message (or why it is not assessed).",
        "# Every finding and everything not assessed stands here; the rest only where it was planted.",
        "", "expected = [", *lines, "]", ""])

def write(folder: Path) -> None:
    """Write the whole folder."""
    plants()
    base()
    fill()
    finish()
    irregular()
    clocks = [{"task": row, "metric": "resolution", "u_paused_minutes": sum(p[3] for p in row["_pauses"])}
              for row in INCIDENTS if row["_pauses"] and row["_history"]]
    links = [{"from_type": "incident", "from_id": row, "relation": "relates_to", "to_type": "problem",
              "to_id": row["_linked"]} for row in INCIDENTS if "_linked" in row]
    tables = {"incident": INCIDENTS, "sys_audit": audits(), "sys_history_line": edits(), "task_sla": clocks,
              "sc_req_item": REQUESTS, "problem": PROBLEMS, "change_request": CHANGES, "change_task": TASKS,
              "cmdb_ci": cmdb(), "oa_approvals": APPROVALS, "ci_changes": EDITS, "links": links}
    files = {f"{name}.csv": table(rows) for name, rows in tables.items()} | {"answer_key.toml": answer_key()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())

if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "sample_exports")
