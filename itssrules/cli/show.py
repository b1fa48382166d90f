"""Text on the terminal for inspect and explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.assess.explain import Explanation, Said
from itssrules.assess.feed import Feed
from itssrules.intake.load import Intake
from itssrules.model.messages import fill, show
from itssrules.model.results import Input, TableLoad
from itssrules.model.rule import RuleBook, Text
from itssrules.model.tables import find_column, model

WORDS = {
    "true": Text("是", "yes"), "false": Text("否", "no"), "none": Text("无法判断", "unknown"),
    "conforming": Text("符合", "conforming"), "nonconforming": Text("不符合", "nonconforming"),
    "not_assessed": Text("未评估", "not assessed"),
    "not_applicable": Text("不适用", "not applicable"), "error": Text("出错", "error"),
    "column": Text("导出中没有此列：", "the export lacks the column "),
    "precision": Text("时间只精确到日：", "given to the day only: "),
    "unread": Text("取值无法读取：", "value could not be read: "),
    "disputed": Text("导出各行取值不一致：", "the rows of the export disagree on: "),
    "no_rows": Text("文件中没有记录：", "the files hold no record: "),
    "lost_rows": Text("未能读成记录的行：", "rows that made no record: "),
    "table": Text("没有文件提供该表：", "no file supplies the table "),
    "applies": Text("适用", "applies"), "conforms": Text("符合", "conforms"),
    "times": Text("时间", "Times"), "rules": Text("各规则的判定", "What the rules say"),
    "row": Text("第 {} 行", "row {}"),
}  # fmt: skip
ICONS = {"conforming": "√", "nonconforming": "×", "not_assessed": "?", "not_applicable": "–",
         "error": "!"}  # fmt: skip
CELLS_SHOWN = 12


def explanation(found: Explanation, paths: Mapping[int, str], zone: str, lang: str) -> str:
    """A record's values, times and verdicts as lines."""
    here = ZoneInfo(zone)
    record = found.record
    row = WORDS["row"][lang].format(f"{record['row_number']:,}")
    lines = [
        f"{found.table.zh if lang == 'zh' else found.table.en} {record['id']}"
        f"  ({record['source']}; {paths.get(record['file_id'], '')}, {row}; {zone})"
    ]
    moments = {c.name for c in found.table.columns if c.type == "TIMESTAMP"}
    for name, value in found.values.items():
        if value is not None and name not in moments:
            lines.append(f"  {_label(f'{found.table.name}.{name}', lang)}: {value}")
    for how, names in (("unread", found.unread), ("disputed", found.disputed)):
        lines += [f"  ? {WORDS[how][lang]}{_label(f'{found.table.name}.{n}', lang)}" for n in names]
    lines.append(WORDS["times"][lang])
    for m in found.timeline:
        name = m.what if "." in m.what else f"{found.table.name}.{m.what}"
        lines.append(
            f"  {show(m.at, 'time', lang, here)}  {_label(name, lang)} {m.detail}".rstrip()
        )
    lines.append(WORDS["rules"][lang])
    for said in found.said:
        lines += _said(said, record, here, lang)
    return "\n".join(lines)


def _said(said: Said, record: Mapping[str, Any], zone: ZoneInfo, lang: str) -> list[str]:
    answers = ", ".join(
        f"{WORDS[word][lang]}={WORDS[str(value).lower()][lang]}"
        for word, value in (("applies", said.applies), ("conforms", said.conforms))
    )
    head = (
        f"  {ICONS[said.verdict]} {said.rule.id} {WORDS[said.verdict][lang]}"
        f"  {said.rule.title[lang]}  [{answers}]"
    )
    if said.error:
        return [head, f"      {said.error}"]
    if said.reason:
        return [head, f"      {WORDS[said.reason][lang]}{_label(said.column, lang)}"]
    message = said.rule.messages.get(said.message)
    if message is None:
        return [head]
    values = {**said.evidence, "id": record["id"], "project": record["project_id"]}
    return [head, f"      {fill(message.text[lang], values, lang, zone)}"]


def _label(name: str, lang: str) -> str:
    """A column as a reader of Chinese knows it, with its canonical name."""
    column = find_column(name)
    return (
        f"{column.zh} {column.name}" if column and lang == "zh" else name.partition(".")[2] or name
    )


def inspect_json(
    intake: Intake, headers: Mapping[str, list[dict[str, Any]]],
    notes: Mapping[tuple[str, str], Text], profiles: Sequence[dict[str, Any]],
    found: Sequence[Feed], book: RuleBook,
) -> dict[str, Any]:  # fmt: skip
    """Everything that inspect knows, for programs."""
    return {
        "schema": "itssrules/inspect/1",
        "files": [_file_json(i, headers.get(i.path, []), notes) for i in intake.inputs],
        "profiles": list(profiles),
        "rules": [
            {"rule": f.rule.id, "can_judge": not any(f.spaces.values()), "lacks": f.spaces,
             "limited_by": f.limited_by}
            for f in found
        ],
        "checkpoints": dict(zip(("fed", "not_fed"), _checkpoints(found, book), strict=True)),
    }  # fmt: skip


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
