"""Text on the terminal for inspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from itssrules.assess.feed import Feed
from itssrules.intake.load import Intake
from itssrules.model.results import Input, TableLoad
from itssrules.model.rule import RuleBook, Text
from itssrules.model.tables import model, value_words

CELLS_SHOWN = 12


def inspect_json(
    intake: Intake, headers: Mapping[str, list[dict[str, Any]]],
    notes: Mapping[tuple[str, str], Text], profiles: Sequence[dict[str, Any]],
    found: Sequence[Feed], book: RuleBook,
) -> dict[str, Any]:  # fmt: skip
    """Everything that inspect knows, for programs."""
    return {
        "schema": "itssrules/inspect/1",
        "files": [_file_json(i, headers.get(i.path, []), notes) for i in intake.inputs],
        "profiles": [{**p, "words": _words(p)} for p in profiles],
        "rules": [
            {"rule": f.rule.id, "can_judge": not any(f.spaces.values()), "lacks": f.spaces,
             "limited_by": f.limited_by}
            for f in found
        ],
        "checkpoints": dict(zip(("fed", "not_fed"), _checkpoints(found, book), strict=True)),
    }  # fmt: skip


def _words(profile: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """The words for the values that a profile counts in columns with an enumeration."""
    shape = model()[profile["table"]]
    coded = {c.name: c for c in shape.columns if c.enum and c.name in profile["values"]}
    return {
        name: {
            v: {"zh": value_words(c, "zh")[v], "en": value_words(c, "en")[v]}
            for v in profile["values"][name]
            if v in c.enum
        }
        for name, c in coded.items()
    }


def _file_json(
    i: Input, headers: list[dict[str, Any]], notes: Mapping[tuple[str, str], Text]
) -> dict[str, Any]:
    return {
        "path": i.path, "state": i.state, "reason": i.reason.both(), "connector": i.connector,
        "export": i.export, "sha256": i.sha256, "bytes": i.bytes, "encoding": i.encoding,
        "delimiter": i.delimiter, "zone": i.zone, "headers": headers,
        "tables": [
            {
                "table": t.table, "rows": t.rows, "loaded": t.loaded, "merged": t.merged,
                "rejected": t.rejected, "duplicates": t.duplicates, "skipped": t.skipped,
                "headers": t.headers, "absent": t.absent,
                "note": n.both() if (n := notes.get((i.path, t.table))) else None,
                "unread": [{"column": u.column, "value": u.value, "count": u.count} for u in t.unread],
                "disputes": [
                    {"column": d.column, "records": d.count, "held": d.held, "examples": d.examples}
                    for d in t.disputes
                ],
                "rejects": [
                    {"row": r.row_number, "reason": r.reason.both(), "text": r.text} for r in t.rejects
                ],
            }
            for t in i.tables
        ],
    }  # fmt: skip


def _checkpoints(found: Sequence[Feed], book: RuleBook) -> tuple[list[str], list[str]]:
    """Checkpoints that some fed rule decides or supports, and those that only unfed ones do."""
    fed_rules = {f.rule.id for f in found if not all(f.spaces.values())}
    touched = {c.id: {*c.decided_by, *c.supported_by} for c in book.checkpoints}
    all_rules = {f.rule.id for f in found}
    fed = [c for c, rules in touched.items() if rules & fed_rules]
    return fed, [c for c, rules in touched.items() if rules & all_rules and not rules & fed_rules]


def inspect_text(
    intake: Intake, headers: Mapping[str, list[dict[str, Any]]],
    notes: Mapping[tuple[str, str], Text], profiles: Sequence[dict[str, Any]],
    found: Sequence[Feed], book: RuleBook, lang: str,
) -> str:  # fmt: skip
    """What each file is and what it feeds, on a screen or two."""
    lines: list[str] = []
    for i in intake.inputs:
        lines += _file_lines(i, headers.get(i.path, []), notes, lang)
    lines.append("Rules that these exports can feed")
    for f in found:
        lacking = {n: c for n, c in f.spaces.items() if c}
        if not lacking:
            more = f"  (limited: no {', '.join(f.limited_by)})" if f.limited_by else ""
            lines.append(f"  √ {f.rule.id} {f.rule.title[lang]}{more}")
        for ns, columns in lacking.items():
            where = f" ({ns})" if len(f.spaces) > 1 else ""
            lines.append(
                f"  ? {f.rule.id} {f.rule.title[lang]}: waits for {', '.join(columns)}{where}"
            )
            lines += _how_lines(intake, ns, columns, lang)
    fed, waiting = _checkpoints(found, book)
    lines.append(f"Checkpoints: {len(fed)} touched by rules that can judge, {len(waiting)} waiting")
    return "\n".join(lines)


def _how_lines(intake: Intake, ns: str, columns: Sequence[str], lang: str) -> list[str]:
    tools = {i.connector for i in intake.inputs if i.connector and ns in ("", i.ns)}
    texts = [
        intake.how_to_export[tool, key][lang]
        for tool in sorted(tools)
        for column in columns
        for key in (column, column.partition(".")[0])
        if (tool, key) in intake.how_to_export
    ]
    return [f"      {t}" for t in dict.fromkeys(texts)]


def _file_lines(
    i: Input, headers: list[dict[str, Any]], notes: Mapping[tuple[str, str], Text], lang: str
) -> list[str]:
    lines = [
        i.path,
        f"  {i.reason[lang]}" if i.state == "read" else f"  not read ({i.state}): {i.reason[lang]}",
    ]
    if i.state != "read":
        return lines
    separator = {"\t": "tab", "": ""}.get(i.delimiter, i.delimiter)
    facts = [i.encoding, f"separator {separator}" if separator else "",
             f"times in {i.zone}" if i.zone else "time zone not declared"]  # fmt: skip
    lines.append(f"  {', '.join(f for f in facts if f)}; sha256 {i.sha256[:12]}…")
    for t in i.tables:
        lines += _table_lines(t, notes.get((i.path, t.table)), lang)
    mapped = {h for t in i.tables for text in t.headers.values() for h in text.split(" + ")}
    rest = [h["header"] for h in headers if h["header"] not in mapped and h["header"].strip()]
    if rest:
        lines.append(f"  not mapped: {', '.join(rest)}")
    broken = [f"{h['header']} ×{h['error_texts']:,}" for h in headers if h["error_texts"]]
    if broken:
        lines.append(f"  Excel error texts: {', '.join(broken)}")
    return lines


def _table_lines(t: TableLoad, note: Text | None, lang: str) -> list[str]:
    shape = model()[t.table]
    lines = [
        f"  -> {t.table} ({shape.zh if lang == 'zh' else shape.en}): {t.rows:,} rows ="
        f" {t.loaded:,} loaded + {t.merged:,} merged + {t.rejected:,} rejected +"
        f" {t.duplicates:,} duplicates + {t.skipped:,} skipped"
    ]
    if note:
        lines.append(f"     {note[lang]}")
    lines.append("     " + "; ".join(f"{c} ← {h}" for c, h in t.headers.items()))
    if t.absent:
        lines.append(f"     not in this file: {', '.join(t.absent)}")
    shown = t.unread[:CELLS_SHOWN]
    lines += [f"     unread: {u.column} {u.value!r} ×{u.count:,}" for u in shown]
    if len(t.unread) > len(shown):
        lines.append(f"     … and {len(t.unread) - len(shown)} more unread values")
    for d in t.disputes:
        what = "counts as not known" if d.held else "the last row holds"
        lines.append(f"     rows disagree: {d.column} in {d.count:,} records ({what})")
    lines += [
        f"     rejected: row {r.row_number:,}: {r.reason[lang]}" for r in t.rejects[:CELLS_SHOWN]
    ]
    return lines
