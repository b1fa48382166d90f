"""Results for other programs: results.json, findings.parquet, unassessed.parquet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from itssrules.model.results import (
    CheckpointCount,
    CheckpointResult,
    Input,
    Measure,
    ProjectCount,
    Reason,
    Results,
    RuleResult,
    TableLoad,
)
from itssrules.report.files import write_whole

SCHEMA = "itssrules/results/1"
MAX_REJECTS = 20
COUNTS = ("population", "not_applicable", "conforming", "nonconforming", "not_assessed", "limited")
UNASSESSED = pa.schema(
    [
        ("rule_id", pa.string()),
        ("checkpoint", pa.list_(pa.string())),
        ("project_id", pa.string()),
        ("ns", pa.string()),
        ("reason", pa.string()),
        ("column", pa.string()),
        ("count", pa.int64()),
        ("ids", pa.list_(pa.string())),
    ]
)


def results_json(results: Results) -> dict[str, Any]:
    """The results as plain data; equal results give an equal tree, in the same order."""
    return {
        "schema": SCHEMA,
        "run": _run(results),
        "rules": [_rule(r) for r in results.rules],
        "measures": [_measure(m) for r in results.rules for m in r.measures],
        "nonconformities": [
            {
                "rule": n.rule_id,
                "project_id": n.project_id,
                "grade": n.grade,
                "count": n.count,
                "population": n.population,
                "raised": n.raised,
            }
            for n in results.nonconformities
        ],
        "checkpoints": [_checkpoint(c) for c in results.checkpoints],
        "coverage": [
            {
                "table": c.table,
                "ns": c.ns,
                "from": c.from_at,
                "to": c.to_at,
                "complete": c.complete,
                "lost": c.lost,
                "reason": c.reason.both(),
            }
            for c in results.coverage
        ],
        "unread": unread(results),
        "totals": results.totals(),
    }


def write_results(results: Results, out: Path) -> None:
    """Write results.json into the folder `out`."""
    text = json.dumps(results_json(results), ensure_ascii=False, indent=1) + "\n"
    # a file name that is no UTF-8 holds lone surrogates; written as \udcXX they stay valid JSON
    write_whole(out / "results.json", lambda f: _put(f, text.encode("utf-8", "backslashreplace")))


def write_findings(results: Results, out: Path) -> None:
    """Write findings.parquet into the folder `out`: the findings as they are."""
    _write_parquet(results.findings, out / "findings.parquet")


def write_unassessed(results: Results, out: Path) -> None:
    """Write unassessed.parquet into the folder `out`: why records were not assessed."""
    _write_parquet(unassessed(results.rules), out / "unassessed.parquet")


def unassessed(results: Sequence[RuleResult]) -> pa.Table:
    """Why records were not assessed: a row a rule, reason, project and id space, never a record."""
    rows = [
        {
            "rule_id": r.rule.id,
            "checkpoint": [*r.rule.decides, *r.rule.supports],
            "project_id": reason.project_id,
            "ns": reason.ns,
            "reason": reason.reason,
            "column": reason.column,
            "count": reason.count,
            "ids": list(reason.ids),
        }
        for r in results
        for reason in r.reasons
    ]
    order = ("rule_id", "project_id", "ns", "reason", "column")
    rows.sort(key=lambda row: tuple(str(row[k]) for k in order))
    return pa.Table.from_pylist(rows, schema=UNASSESSED)


def unread(results: Results) -> list[dict[str, Any]]:
    """Values that could not be read, summed over files: table, column, value, count."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for load in (t for i in results.inputs for t in i.tables):
        for u in load.unread:
            counts[u.table, u.column, u.value] += u.count
    return [
        {"table": table, "column": column, "value": value, "count": count}
        for (table, column, value), count in sorted(counts.items())
    ]


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _write_parquet(table: Any, path: Path) -> None:
    whole = table.combine_chunks()
    write_whole(path, lambda f: pq.write_table(whole, f, compression="zstd"))


def _run(results: Results) -> dict[str, Any]:
    return {
        "organisation": results.organisation,
        "as_of": results.as_of,
        "as_of_origin": results.as_of_origin,
        "zone": results.zone,
        "version": results.version,
        "selection": list(results.selection),
        "period": list(results.period) if results.period else None,
        "engine": results.engine,
        "config_sha256": results.config_sha256,
        "rules_sha256": results.rules_sha256,
        "plugins": list(results.plugins),
        "projects": [asdict(p) for p in results.projects],
        "changes": [asdict(c) for c in results.changes],
        "notes": [note.both() for note in results.notes],
        "inputs": [_input(i) for i in results.inputs],
    }


def _input(i: Input) -> dict[str, Any]:
    return {
        "path": i.path,
        "sha256": i.sha256,
        "bytes": i.bytes,
        "state": i.state,
        "reason": i.reason.both(),
        "connector": i.connector,
        "export": i.export,
        "source": i.source,
        "ns": i.ns,
        "zone": i.zone,
        "encoding": i.encoding,
        "tables": [_table(t) for t in i.tables],
    }


def _table(t: TableLoad) -> dict[str, Any]:
    return {
        "table": t.table,
        "rows": t.rows,
        "loaded": t.loaded,
        "merged": t.merged,
        "rejected": t.rejected,
        "duplicates": t.duplicates,
        "skipped": t.skipped,
        "headers": dict(t.headers),
        "absent": list(t.absent),
        "disputes": [
            {"table": d.table, "column": d.column, "count": d.count, "held": d.held}
            for d in t.disputes
        ],
        "rejects": [
            {"row_number": r.row_number, "reason": r.reason.both(), "text": r.text}
            for r in t.rejects[:MAX_REJECTS]
        ],
    }


def _rule(r: RuleResult) -> dict[str, Any]:
    return {
        "id": r.rule.id,
        "version": r.rule.version,
        "process": r.rule.process,
        "kind": r.rule.kind,
        "title": r.rule.title.both(),
        "leads": r.rule.leads,
        "at_most": r.rule.at_most,
        "severity": r.rule.severity,
        "status": r.status,
        **{name: getattr(r, name) for name in COUNTS},
        "waived": r.waived,
        "outside": r.outside,
        "reasons": [_reason(reason) for reason in r.reasons],
        "messages": [
            {"verdict": verdict, "message": key, "count": count}
            for verdict, key, count in r.messages
        ],
        "limits": list(r.limits),
        "by_project": [_project(p) for p in r.by_project],
        "by_checkpoint": [_point(p) for p in r.by_checkpoint],
        "error": r.error,
        "excluded": r.excluded,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "project_id": reason.project_id,
        "ns": reason.ns,
        "reason": reason.reason,
        "column": reason.column,
        "count": reason.count,
        "ids": list(reason.ids),
    }


def _project(p: ProjectCount) -> dict[str, Any]:
    counts = {name: getattr(p, name) for name in COUNTS}
    return {"project_id": p.project_id, "status": p.status, **counts}


def _point(p: CheckpointCount) -> dict[str, Any]:
    counts = {name: getattr(p, name) for name in COUNTS if name != "limited"}
    return {"checkpoint": p.checkpoint, "status": p.status, **counts}


def _measure(m: Measure) -> dict[str, Any]:
    made = asdict(m)
    return {"rule": made.pop("rule_id"), **made}


def _checkpoint(c: CheckpointResult) -> dict[str, Any]:
    return {
        "id": c.checkpoint.id,
        "status": c.status,
        "decided_by": [{"rule": r, "status": s} for r, s in c.decided_by],
        "supported_by": [{"rule": r, "status": s} for r, s in c.supported_by],
        "excluded": c.excluded,
    }
