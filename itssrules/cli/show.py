"""Text on the terminal for inspect."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from itssrules.assess.feed import Feed
from itssrules.assess.gate import Fault
from itssrules.intake.load import Intake
from itssrules.model.results import Input, TableLoad
from itssrules.model.rule import RuleBook, Text
from itssrules.model.tables import model, value_words

CELLS_SHOWN = 12
NAMED = 5
"""Columns that a rule's line names; the others are counted."""
SAID = {
    "unknown": Text("未读取（无法识别）：", "not read (unknown): "),
    "damaged": Text("未读取（已损坏）：", "not read (damaged): "),
    "separator": Text("分隔符 {}", "separator {}"), "tab": Text("制表符", "tab"),
    "zone": Text("时间按 {}", "times in {}"), "no_zone": Text("未声明时区", "time zone not declared"),
    "rows": Text(
        "{t.rows:,} 行 = 读入 {t.loaded:,} + 合并 {t.merged:,} + 拒收 {t.rejected:,}"
        " + 重复 {t.duplicates:,} + 跳过 {t.skipped:,}",
        "{t.rows:,} rows = {t.loaded:,} loaded + {t.merged:,} merged + {t.rejected:,} rejected"
        " + {t.duplicates:,} duplicates + {t.skipped:,} skipped",
    ),
    "absent": Text("文件中没有：{}", "not in this file: {}"),
    "not_mapped": Text("没有用到的列：{}", "not mapped: {}"),
    "errors": Text("Excel 错误值：{}", "Excel error texts: {}"),
    "unread": Text("未识别：{u.column} {u.value!r} ×{u.count:,}", "unread: {u.column} {u.value!r} ×{u.count:,}"),
    "more_unread": Text("… 另有 {:,} 个未识别的取值", "… and {:,} more unread values"),
    "disputed": Text("各行不一致：{d.column}，{d.count:,} 条记录（{what}）",
                     "rows disagree: {d.column} in {d.count:,} records ({what})"),
    "held": Text("按无法确知处理", "counts as not known"),
    "last": Text("以最后一行为准", "the last row holds"),
    "rejected": Text("拒收：第 {:,} 行：{}", "rejected: row {:,}: {}"),
    "rules": Text("这些导出能供给的规则", "Rules that these exports can feed"),
    "limited": Text("（受限：缺 {}）", "  (limited: no {})"),
    "waits": Text("待补 {}", "waits for {}"),
    "coarse": Text("{} 只精确到{}，须精确到{}", "{} given to the {} only, and needed to the {}"),
    "hollow": Text("{} 的取值均未能识别", "no value of {} could be read"),
    "more": Text("等 {:,} 项", "and {:,} more"),
    "points": Text("检查点：{:,} 个有能判定的规则涉及，{:,} 个待补数据",
                   "Checkpoints: {:,} touched by rules that can judge, {:,} waiting"),
}  # fmt: skip
WAITS = {"column": "waits", "precision": "coarse", "unread": "hollow"}
FINE = {1: Text("日", "day"), 2: Text("分", "minute"), 3: Text("秒", "second")}


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
            {"rule": f.rule.id, "can_judge": not any(f.spaces.values()),
             "lacks": {ns: [w.column for w in waits] for ns, waits in f.spaces.items()},
             "reasons": {ns: {w.column: w.reason for w in waits} for ns, waits in f.spaces.items()},
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
    lines.append(SAID["rules"][lang])
    held = {t.table for i in intake.inputs for t in i.tables}
    for f in found:
        title = f"{f.rule.id} {f.rule.title[lang]}"
        if not any(f.spaces.values()):
            names, _ = _few(f.limited_by, held, lang)
            lines.append(f"  √ {title}{SAID['limited'][lang].format(names) if names else ''}")
        for ns, waits in f.spaces.items():
            if not waits:
                continue
            where = f" ({ns})" if len(f.spaces) > 1 else ""
            told, lacking = _waits(waits, held, lang)
            colon = "：" if lang == "zh" else ": "
            lines.append(f"  ? {title}{colon}{told}{where}")
            lines += _how_lines(intake, ns, lacking, lang)
    fed, waiting = _checkpoints(found, book)
    lines.append(SAID["points"][lang].format(len(fed), len(waiting)))
    return "\n".join(lines)


def _waits(waits: Sequence[Fault], held: Collection[str], lang: str) -> tuple[str, list[str]]:
    """What keeps a rule from judging, and the names of what has to be exported."""
    groups: dict[tuple[str, int, int], list[str]] = {}
    for w in waits:
        reason = "column" if w.reason == "table" else w.reason
        groups.setdefault((reason, w.held, w.wanted), []).append(w.column)
    parts, lacking = [], []
    for (reason, given, wanted), columns in groups.items():
        names, shown = _few(columns, held, lang)
        lacking += shown if reason == "column" else []
        fine = [FINE[n][lang] for n in (given, wanted) if n]
        parts.append(SAID[WAITS[reason]][lang].format(names, *fine))
    return ("；" if lang == "zh" else "; ").join(parts), lacking


def _few(columns: Sequence[str], held: Collection[str], lang: str) -> tuple[str, list[str]]:
    """The first columns as a text with a count of the others, and alone; of a table that no file
    supplies its name only.
    """
    tables = (c.partition(".")[0] for c in columns)
    names = list(dict.fromkeys(c if t in held else t for c, t in zip(columns, tables, strict=True)))
    more = len(names) - NAMED
    text = ("、" if lang == "zh" else ", ").join(names[:NAMED])
    if more > 0:
        text += f" {SAID['more'][lang].format(len(names) if lang == 'zh' else more)}"
    return text, names[:NAMED]


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
    state = SAID[i.state][lang] if i.state != "read" else ""
    lines = [i.path, f"  {state}{i.reason[lang]}"]
    if state:
        return lines
    separator = SAID["tab"][lang] if i.delimiter == "\t" else i.delimiter
    facts = [i.encoding, SAID["separator"][lang].format(separator) if separator else "",
             SAID["zone"][lang].format(i.zone) if i.zone else SAID["no_zone"][lang]]  # fmt: skip
    listed = ("，" if lang == "zh" else ", ").join(f for f in facts if f)
    lines.append(f"  {listed}; sha256 {i.sha256[:12]}…")
    for t in i.tables:
        lines += _table_lines(t, notes.get((i.path, t.table)), lang)
    mapped = {h for t in i.tables for text in t.headers.values() for h in text.split(" + ")}
    rest = [h["header"] for h in headers if h["header"] not in mapped and h["header"].strip()]
    if rest:
        lines.append(f"  {SAID['not_mapped'][lang].format(', '.join(rest))}")
    broken = [f"{h['header']} ×{h['error_texts']:,}" for h in headers if h["error_texts"]]
    if broken:
        lines.append(f"  {SAID['errors'][lang].format(', '.join(broken))}")
    return lines


def _table_lines(t: TableLoad, note: Text | None, lang: str) -> list[str]:
    shape = model()[t.table]
    name = shape.zh if lang == "zh" else shape.en
    more = [note[lang]] if note else []
    more.append("; ".join(f"{c} ← {h}" for c, h in t.headers.items()))
    if t.absent:
        more.append(SAID["absent"][lang].format(", ".join(t.absent)))
    shown = t.unread[:CELLS_SHOWN]
    more += [SAID["unread"][lang].format(u=u) for u in shown]
    if len(t.unread) > len(shown):
        more.append(SAID["more_unread"][lang].format(len(t.unread) - len(shown)))
    for d in t.disputes:
        what = SAID["held" if d.held else "last"][lang]
        more.append(SAID["disputed"][lang].format(d=d, what=what))
    more += [
        SAID["rejected"][lang].format(r.row_number, r.reason[lang]) for r in t.rejects[:CELLS_SHOWN]
    ]
    counts = SAID["rows"][lang].format(t=t)
    return [f"  -> {t.table} ({name}): {counts}", *(f"     {line}" for line in more)]
