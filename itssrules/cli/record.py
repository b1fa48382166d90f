"""A record on the terminal: its values and times, the facts about it, and every rule's verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.assess.explain import Explanation, Known, Said
from itssrules.model.messages import fill, in_words, placeholders, show
from itssrules.model.rule import Text
from itssrules.model.tables import find_column, model

WORDS = {
    "true": Text("是", "yes"), "false": Text("否", "no"), "none": Text("无法判断", "unknown"),
    "conforming": Text("符合", "conforming"), "nonconforming": Text("不符合", "nonconforming"),
    "not_assessed": Text("未评估", "not assessed"),
    "not_applicable": Text("不适用", "not applicable"), "error": Text("出错", "error"),
    "column": Text("导出中没有此列：", "the export lacks the column "),
    "precision": Text("时间不够精确：", "its times are not exact enough: "),
    "unread": Text("取值无法读取：", "value could not be read: "),
    "disputed": Text("导出各行取值不一致：", "the rows of the export disagree on: "),
    "no_rows": Text("文件中没有记录：", "the files hold no record: "),
    "lost_rows": Text("未能读成记录的行：", "rows that made no record: "),
    "incomplete": Text("导出似乎缺少记录：", "rows seem to be lost from the export of "),
    "window": Text("导出没有覆盖整个期间：", "the export does not cover the whole period: "),
    "lead": Text("疑点", "lead"),
    "table": Text("没有文件提供该表：", "no file supplies the table "),
    "applies": Text("适用", "applies"), "conforms": Text("符合", "conforms"),
    "times": Text("时间", "Times"), "rules": Text("各规则的判定", "What the rules say"),
    "row": Text("第 {} 行", "row {}"),
}  # fmt: skip
ICONS = {"conforming": "√", "nonconforming": "×", "not_assessed": "?", "not_applicable": "–",
         "error": "!"}  # fmt: skip

GROUNDS = {
    "no_project": Text("没有归属项目", "it belongs to no project"),
    "no_priority": Text("优先级为空", "it has no priority"),
    "no_creation_time": Text("建单时间为空", "it has no time of creation"),
    "incomplete": Text("协议或时限未必齐全", "agreements or targets may be lacking"),
    "unclear": Text("协议或时限有看不懂的内容", "agreements or targets are not clear"),
    "no_service": Text(
        "服务为空，时限因服务而异", "it has no service, and targets differ by service"
    ),
    "contradiction": Text("时限互相矛盾", "targets contradict each other"),
    "no_calendar": Text("时限没有服务日历", "the target has no calendar"),
}
ENDS = {
    "responded": Text("响应", "response"), "resolved": Text("解决", "resolution"),
    "closed": Text("关闭", "closing"), "open": Text("尚未结束", "still open"),
}  # fmt: skip
CODES = {
    "response_gap": GROUNDS, "resolution_gap": GROUNDS, "response_by": ENDS, "ended_by": ENDS,
    "pauses_from": {"history": Text("流转记录", "history"), "tool": Text("工具", "the tool")},
}  # fmt: skip
"""Columns of facts whose values are codes of our own, and their words."""
MINUTES = {
    "response_target", "resolution_target", "response_gross", "response_net", "gross", "working",
    "off_hours", "paused_all", "paused_allowed", "paused_possible", "net_min", "net_max",
    "first_pause_after", "last_pause_after",
}  # fmt: skip
"""Columns of facts that count minutes."""


def explanation(found: Explanation, paths: Mapping[int, str], zone: str, lang: str) -> str:
    """A record's values, times and verdicts as lines."""
    here = ZoneInfo(zone)
    record = found.record
    row = WORDS["row"][lang].format(f"{record['row_number']:,}")
    lines = [
        f"{found.table.zh if lang == 'zh' else found.table.en} {record['id']}"
        f"  ({record['source']}; {paths.get(record['file_id'], '')}, {row}; {zone})"
    ]
    steps = {m.what for m in found.timeline}
    for name, value in in_words(found.values, (found.table.name,), lang).items():
        column = f"{found.table.name}.{name}"
        if value is not None and column not in steps:
            lines.append(f"  {label(column, lang)}: {show(value, '', lang, here)}")
    for how, names in (("unread", found.unread), ("disputed", found.disputed)):
        lines += [f"  ? {WORDS[how][lang]}{label(f'{found.table.name}.{n}', lang)}" for n in names]
    lines.append(WORDS["times"][lang])
    for m in found.timeline:
        name = label(m.what, lang)
        if not m.what.startswith(f"{found.table.name}."):
            name = name.replace(m.what.partition(".")[2], m.what)
        lines.append(f"  {show(m.at, 'time', lang, here):<16}  {name} {m.detail}".rstrip())
    for known in found.facts:
        lines += _known(known, here, lang)
    lines.append(WORDS["rules"][lang])
    for said in found.said:
        lines += _said(said, found, here, lang)
    return "\n".join(lines)


def _said(said: Said, found: Explanation, zone: ZoneInfo, lang: str) -> list[str]:
    answers = ", ".join(
        f"{WORDS[word][lang]}={WORDS[str(value).lower()][lang]}"
        for word, value in (("applies", said.applies), ("conforms", said.conforms))
    )
    head = (
        f"  {ICONS[said.verdict]} {said.rule.id} {WORDS[said.verdict][lang]}"
        f"  {said.rule.title[lang]}{f' ({said.group})' if said.group else ''}  [{answers}]"
    )
    if said.error:
        return [head, f"      {said.error}"]
    if said.reason:
        return [head, f"      {WORDS[said.reason][lang]}{label(said.column, lang)}"]
    message = said.rule.messages.get(said.message)
    if message is None:
        return [head]
    evidence = in_words(said.evidence, (found.table.name, *said.rule.read_tables), lang)
    record = found.record
    values = {**evidence, "id": said.group or record["id"], "project": record["project_id"]}
    return [head, f"      {fill(message.text[lang], values, lang, zone)}"]


def _known(known: Known, zone: ZoneInfo, lang: str) -> list[str]:
    """What a fact holds: its arithmetic in a sentence where all of it is known, then its columns."""
    lines = [known.fact.title[lang]]
    values = in_words(known.values, (known.fact.of, *_tables(known.fact.sql)), lang)
    sentence = known.fact.sentence[lang]
    if sentence and all(values.get(n) is not None for n, _ in placeholders(sentence)):
        lines.append(f"  {fill(sentence, values, lang, zone)}")
    return lines + [
        f"  {name}: {_held(name, value, zone, lang)}"
        for name, value in values.items()
        if value is not None and value != [] and not _is_nested(value)
    ]


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict))


def _held(name: str, value: Any, zone: ZoneInfo, lang: str) -> str:
    """The value of a fact's column in words."""
    if isinstance(value, bool):
        return WORDS[str(value).lower()][lang]
    if name.endswith("_who"):  # as `person_key` makes it
        return str(value).partition(":")[2].rpartition("#")[0]
    words = CODES.get(name, {}).get(str(value))
    return words[lang] if words else show(value, "duration" if name in MINUTES else "", lang, zone)


@cache
def _tables(sql: str) -> tuple[str, ...]:
    """Canonical tables that an SQL text names."""
    return tuple(t for t in model() if re.search(rf"\b{t}\b", sql))


def label(name: str, lang: str) -> str:
    """A column as a reader of Chinese knows it, with its canonical name."""
    column = find_column(name)
    return (
        f"{column.zh} {column.name}" if column and lang == "zh" else name.partition(".")[2] or name
    )
