"""findings.csv: every finding as a row that a spreadsheet opens without running any of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from itssrules.model.messages import local
from itssrules.model.results import Results
from itssrules.model.rule import Rule
from itssrules.report.files import write_whole
from itssrules.report.sentence import proof, sentence
from itssrules.report.text import inert, short

COLUMNS = (
    "finding_id", "rule_id", "rule_version", "checkpoint", "class", "severity", "limited", "source",
    "ns", "project_id", "object", "subject_id", "at", "at_local", "owner", "message", "evidence",
    "file", "row_number", "state", "first_seen", "last_seen", "message_zh", "message_en",
)  # fmt: skip
MOST = 32_767
"""Characters that a cell of Excel holds."""
BATCH = 5_000


def write_table(results: Results, out: Path) -> None:
    """Write findings.csv into the folder `out`: UTF-8 with BOM, CRLF, all but numbers quoted.

    Columns and order are those of findings.parquet; `at` is UTC, `at_local` the wall clock of the
    run's zone, `checkpoint` is separated by semicolons, and the sentences of the report come last.
    """
    write_whole(out / "findings.csv", lambda file: _write(results, file))


@lru_cache(BATCH)
def cell(text: str) -> str:
    """`text` on one line, with all its characters visible, within a cell, and no formula."""
    cut = inert(short(text, MOST))
    return cut if len(cut) <= MOST else f"{cut[: MOST - 1]}…"


def _write(results: Results, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(results))
    text.detach()


def _rows(results: Results) -> Iterator[list[str | int | None]]:
    rules, zone = {r.rule.id: r.rule for r in results.rules}, ZoneInfo(results.zone)
    for batch in results.findings.to_batches(max_chunksize=BATCH):
        for finding in batch.to_pylist():
            row = {**finding, **_told(rules.get(finding["rule_id"]), finding, zone)}
            yield [cell(v) if isinstance(v, str) else v for v in map(row.get, COLUMNS)]


def _told(rule: Rule | None, finding: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """The cells that findings.parquet lacks or holds in another form."""
    limited = "true" if finding["limited"] else "false"
    told = {"checkpoint": ";".join(finding["checkpoint"] or ()), "limited": limited}
    at: datetime | None = finding["at"]
    if at is not None:
        told |= {"at": f"{at.isoformat()}Z", "at_local": local(at, zone)}
    if rule is not None:
        evidence = proof(finding["evidence"])
        for lang in ("zh", "en"):
            pieces = sentence(rule, finding, evidence, lang, zone)
            told[f"message_{lang}"] = "".join(text for text, _ in pieces)
    return told
