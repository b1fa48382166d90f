"""The page of connectors, from their files: what an export fills, and which rules that feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown import folded, page, table
from rule_pages import column

from itssrules.assess.gate import Supply, gates, group_gate
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.intake.connector import ColumnMap, Connector, Export, TableMap, load_connectors
from itssrules.model.rule import Rule, Text
from itssrules.model.tables import model

BASIS = {
    "hp_service_manager": Text(
        "列名、取值和时间格式取自真实导出（BPI Challenge 2014 公开数据），中文界面的列名没有样本。",
        "Headings, values and times are those of real exports (the public data of BPI Challenge 2014);"
        " there was no sample with Chinese headings.",
    ),
    "servicenow": Text(
        "“incident update log”取自真实导出（UCI 498 号公开数据）；其余导出的字段名取自厂商文档和公开的样例数据。"
        "带 * 的中文列名和取值没有与真实导出核对过；风险等级（risk）的代码没有收录，只收录其标签。"
        "请先用 `itssrules inspect` 核对。",
        "The incident update log is as a real export has it (public data, UCI no. 498); field names of the"
        " others come from the vendor's documentation and public sample data. Chinese headings and values,"
        " marked *, were not held against a real export, and the codes of `risk` are not mapped, only its"
        " labels. Hold them against your file with `itssrules inspect`.",
    ),
}
"""What the headings of a connector rest on; where it has Chinese ones, they are unproven."""
REACH = (
    "By columns, with every export below: what a run can judge hangs also on the values, on how exact the"
    " times are and on the declared window; `itssrules inspect` says it of your files. 只按列判断，且下列导出齐备；"
    "实际能判定多少，还取决于取值、时间精度和声明的起止日期，请以 `itssrules inspect` 对自己的文件的结果为准。"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NS = "tool"
OWN = """\
## <a id="your-own"></a>自己的连接器 · A connector of your own

存为 `connectors/ours/connector.toml`：等号左边是 [model.md](model.md) 的列名，`from` 里是导出文件的列名（可写多个），
`values` 把工具的取值对应到标准取值。`detect` 是认出该文件的列名。以后原样导出即可，列名和状态都不用再改。

Save it as `connectors/ours/connector.toml`: on the left the columns of [model.md](model.md), in `from` the
headings of the export (several may be given), in `values` the tool's words. The headings in `detect` give
the file away.

```toml
title = { zh = "本单位运维平台", en = "Our service desk" }
how = { zh = "工单查询 > 导出 CSV", en = "ticket query > export as CSV" }

[[export]]
name = "incidents"
detect = ["工单编号", "工单状态"]
[[export.table]]
table = "incidents"
[export.table.columns]
incident_id = { from = ["工单编号"] }
title = { from = ["标题"] }
status = { from = ["工单状态"], values = { "处理中" = "in_progress", "挂起中" = "on_hold", "已关闭" = "closed" } }
priority = { from = ["优先级"] }
assignment_group = { from = ["处理组"] }
created_at = { from = ["建单时间", "创建时间"] }
resolved_at = { from = ["解决时间"] }
closed_at = { from = ["关闭时间"] }
```

在 `itssrules.toml` 中写明文件夹；来源的名称随之为 `ours`。 Name the folder in `itssrules.toml`; the source is then
called `ours`.

```toml
[connectors]
paths = ["connectors"]
```"""


def connectors_page() -> str:
    """Every connector with its exports, their columns, what they lack, and the rules they feed."""
    book = load_book_or_stop([bundled("rules")])
    tools = load_connectors([bundled("connectors")])
    parts = [
        "# 连接器 · Connectors",
        "Rendered by `make docs` from `connectors/`. A file is recognised by its headings, whatever its"
        " name; headings and values are compared without regard to case, width and spaces. A value that"
        " no mapping covers is *unread*: counted, shown, never taken for empty. 文件按列名识别，与文件名无关；"
        "列名和取值不分大小写、全半角和空格。没有对应关系的取值计为“未识别”，计数并列示，不当作空值。",
        "Times such as `2026-05-06 09:12`, `2026/5/6 9:12:30` and ISO 8601 are always read; *also* lists"
        " further forms. 上述时间写法总能识别，“另识别”为补充的写法。",
    ]
    for c in tools.values():
        how = c.how.en[:1].upper() + c.how.en[1:]
        parts += [f"## {c.name}", f"{c.title.zh} · {c.title.en}", f"{c.how.zh}。{how}."]
        if c.name == "canonical":
            parts += [_canonical()]
            continue
        if c.name in BASIS:
            parts += [f"**核对程度 · What this rests on.** {BASIS[c.name].zh} {BASIS[c.name].en}"]
        if c.nulls:
            parts.append("这些文本视为空 · Read as empty: " + ", ".join(f"`{n}`" for n in c.nulls))
        parts += ["### 能供给的规则 · Rules that it feeds", REACH, _fed(c, book.rules)]
        parts += ["### 还须导出什么 · What has to be exported besides", _besides(c)]
        for e in c.exports:
            parts += _export(c, e, book.rules)
    parts.append(OWN)
    return page(parts)


def _canonical() -> str:
    rows = [[f"`{t.name}.csv`", f"{t.zh} {t.en}", ", ".join(f"`{k}`" for k in t.key)]
            for t in model().values()]  # fmt: skip
    columns = "各列的含义和取值 · Columns and values: [model.md](model.md)"
    return table(["文件 File", "", "编号 Record number"], rows) + f"\n\n{columns}"


# ------------------------------------------------------------------------------------------ rules


def filled(tool: Connector) -> dict[str, set[str]]:
    """Canonical tables that the exports of a tool fill, each with its columns at best."""
    found: dict[str, set[str]] = {}
    for t in (t for e in tool.exports for t in e.tables):
        found.setdefault(t.table.name, set()).update(c.column.name for c in t.columns)
    return found


def lacks(rule: Rule, held: set[str]) -> dict[str, list[str]]:
    """Per subject table, the columns that the rule waits for where those of `held` are supplied.

    A table of which nothing is held stands for itself, as a rule of records cannot judge it.
    """
    held = set(held)
    found: dict[str, list[str]] = {t: [] for t in rule.subject}
    for subject, missing in found.items():
        mine = set(held)
        if not any(c.startswith(f"{subject}.") for c in mine):
            missing.append(subject)
            continue
        while gate := _gate(rule, subject, mine):
            missing.append(gate)
            mine.add(gate)
    return found


def _gate(rule: Rule, subject: str, held: Iterable[str]) -> str:
    """The first column for want of which the engine would leave a whole file unjudged."""
    supplied = dict.fromkeys(held, 0)
    supply = Supply({1: supplied}, {NS: supplied})
    if rule.of_records:
        return next((g.column for g in gates(rule, subject, {1: NS}, supply)), "")
    gate = group_gate(rule, supply)
    return gate[1] if gate else ""


def _fed(tool: Connector, rules: Iterable[Rule]) -> str:
    held = {f"{t}.{c}" for t, columns in filled(tool).items() for c in columns}
    known = {c.partition(".")[0] for c in held}
    firm = {f"{t.name}.{c.name}" for t in model().values() if t.kind == "register" or t.ids == "firm"
            for c in t.columns if t.name not in known}  # fmt: skip
    return table(
        ["规则 Rule", "全部导出齐备时 With all its exports"],
        [[f"[{r.id}](rules.md#{r.id.lower()}) {r.title.zh} {r.title.en}", _said(r, held, firm)]
         for r in rules],
    )  # fmt: skip


def _said(rule: Rule, held: set[str], firm: set[str]) -> str:
    whole, helped = lacks(rule, held), lacks(rule, held | firm)
    can = [t for t, missing in helped.items() if not missing]
    waiting = list(dict.fromkeys(c for missing in helped.values() for c in missing))
    registers = sorted({c.partition(".")[0] for t in can for c in whole[t]})
    some = f": {_tables(can)}" if can and waiting else ""
    told = []
    if can and registers:
        told.append(f"√ 有台账或设置即可判定 can judge with registers or settings"
                    f" ({_tables(registers)}){some}")  # fmt: skip
    elif can:
        told.append(f"√ 可判定 can judge{some}")
    if waiting:
        told.append(f"? 待补 waits for: {', '.join(map(_named, waiting))}")
    return "<br>".join(told)


def _named(name: str) -> str:
    return column(name) if "." in name else _tables([name])


def _tables(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}` {model()[n].zh}" for n in names)


# ---------------------------------------------------------------------------------------- exports


def _besides(c: Connector) -> str:
    rows = [[_named(k), v.zh, v.en] for k, v in c.cannot_fill.items()]
    return table(["", "如何导出", "How"], rows)


def _export(c: Connector, e: Export, rules: Iterable[Rule]) -> list[str]:
    signs = "; ".join(" / ".join(f"`{d}`" for d in names) for names in e.detect)
    parts = [f"### {c.name}: {e.name}", f"识别标志 · Known by: {signs}"]
    for t in e.tables:
        rows = [[column(f"{t.table.name}.{m.column.name}"), _headings(c, m), _reading(m)]
                for m in t.columns]  # fmt: skip
        content = table(["规范列 Column", "导出中的列名 Headings", "读法 How it is read"], rows)
        title = f"{t.table.zh} <code>{t.table.name}</code> ({len(rows)})"
        parts += [_note(t), folded(title, content), _absent(c, t, rules)]
    return parts


def _note(t: TableMap) -> str:
    return f"{t.note.zh} {t.note.en}".strip()


def _headings(c: Connector, m: ColumnMap) -> str:
    if m.const is not None:
        return f"（固定值 always）`{m.const}`"
    return "; ".join(
        (f"{name}: " if len(m.cells) > 1 else "") + " / ".join(_proven(c, h) for h in headings)
        for name, headings in m.cells.items()
    )


def _proven(c: Connector, text: str) -> str:
    return f"`{text}`" + ("\\*" if c.name in BASIS and CHINESE.search(text) else "")


def _reading(m: ColumnMap) -> str:
    """Formats, expression and value mapping of a column."""
    parts = []
    if m.sql or m.when:
        parts.append(f"`{' when '.join(x for x in (m.sql, m.when) if x)}`")
    if m.fold:
        parts.append({"first": "取第一条 the first row", "last": "取最后一条 the last row",
                      "count": "计数 the number of rows"}[m.fold])  # fmt: skip
    if m.formats:
        parts.append("另识别 also " + ", ".join(f"`{f}`" for f in m.formats))
    by_value: dict[str, list[str]] = {}
    for raw, value in m.values.items():
        by_value.setdefault(value, []).append(f"{raw}\\*" if CHINESE.search(raw) else raw)
    parts += [f"{' / '.join(raws)} → `{value}`" for value, raws in by_value.items()]
    return "<br>".join(parts)


def _absent(c: Connector, t: TableMap, rules: Iterable[Rule]) -> str:
    """Columns that some rule reads and that this export does not hold."""
    have = {m.column.name for m in t.columns}
    read = {n for r in rules for n in (*r.needed_columns, *r.uses)}
    gone = [x.name for x in t.table.columns
            if f"{t.table.name}.{x.name}" in read and x.name not in have]  # fmt: skip
    if not gone:
        return ""
    names = ", ".join(column(f"{t.table.name}.{n}") for n in gone)
    return f"规则还会读取、此导出没有的列 · Also read by rules, and not in this export: {names}"
