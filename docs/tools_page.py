"""The page of what the standard exports of each tool can feed, and which rules can never fire on them."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

from connector_page import filled, lacks
from markdown import folded, page, table
from rule_pages import column

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.intake.connector import load_connectors
from itssrules.model.rule import Rule, RuleBook
from itssrules.model.tables import model

COLUMNS = Path(__file__).with_name("tool_columns.csv")
"""Which canonical column a standard export of a tool holds: tool, column, how, export, header."""
SHIPPED = {"ServiceNow": "servicenow", "HP/Micro Focus SM": "hp_service_manager"}
KEPT = {t.name for t in model().values() if t.ids == "firm"} | {
    "catalogue", "ci_audits", "ci_audit_items",
}  # fmt: skip
"""Tables that firms keep as registers or settings beside the tool."""
STEPS = ("tool", "registers", "never")


@cache
def tool_columns() -> dict[str, dict[str, dict[str, str]]]:
    """By tool and canonical column, what holds it."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["tool"], {})[row["column"]] = row
    return found


@cache
def held(tool: str) -> set[str]:
    """Columns that the tool's standard exports hold; ids and links come with any column of a table."""
    names = set(tool_columns()[tool])
    if tool in SHIPPED:
        connector = load_connectors([bundled("connectors")])[SHIPPED[tool]]
        names |= {f"{t}.{c}" for t, columns in filled(connector).items() for c in columns}
    tables = {n.partition(".")[0] for n in names}
    return names | {
        f"{t}.{c.name}"
        for t in tables
        for c in model()[t].columns
        if c.key == "pk" or c.name in ("object_type", "object_id")
    }


def waits(rule: Rule, names: set[str]) -> list[str]:
    """Columns (or tables) that keep the rule from judging any of its subject tables; none if it can."""
    missing = lacks(rule, names)
    return [] if any(not m for m in missing.values()) else min(missing.values(), key=len)


def reach(rule: Rule, tool: str) -> str:
    """Whether the tool alone feeds the rule, with the firm's registers besides, or never."""
    names = held(tool)
    if not waits(rule, names):
        return "tool"
    kept = {f"{t}.{c.name}" for t in KEPT for c in model()[t].columns}
    return "never" if waits(rule, names | kept) else "registers"


def tools_page() -> str:
    """Per tool: the rules fed, the rules that can never fire and what they wait for."""
    book = load_book_or_stop([bundled("rules")])
    told = {t: {r.id: reach(r, t) for r in book.rules} for t in tool_columns()}
    parts = [
        "# 各工具的标准导出能供给哪些规则 · What each tool's standard exports can feed",
        "Rendered by `make docs` from what the rules need, from the connectors, and from"
        " [tool_columns.csv](tool_columns.csv), which lists the columns that each tool's standard"
        " exports are known to hold. It says what is possible by columns alone; values, precision of"
        " times and declared windows decide the rest. A column of your own (a custom field, a derived"
        " column, a ledger) feeds a rule as well: map it in a connector, or supply it under its"
        " canonical name. 本页由规则所需的列、连接器以及 tool_columns.csv（各工具标准导出已知含有的列）生成，"
        "只按列说明可能性。标准导出没有的列，可以用自定义字段、派生列或台账补上：在连接器中映射，或按规范列名提供。",
        "- **可直接供给 fed**: 该工具的标准导出齐备即可判定 (its standard exports suffice);\n"
        "- **另需台账 with registers**: 还需单位自己的台账或设置，如协议、日历、人员 (the firm's registers or"
        " settings are needed besides: agreements, calendars, personnel …);\n"
        "- **永不触发 can never fire**: 标准导出没有所需的列 (no standard export holds what it needs).",
        _summary(book, told),
        "## 任何标准导出都不能供给的规则 · Rules that no standard export feeds",
        _nowhere(book, told),
    ]
    for tool in told:
        parts += [f"## {tool}", _tool(book, tool, told[tool])]
    return page(parts)


def _summary(book: RuleBook, told: dict[str, dict[str, str]]) -> str:
    rows = []
    for tool, reached in told.items():
        counts = Counter(reached.values())
        fed = {r for r, how in reached.items() if how != "never"}
        decided = sum(bool(fed & set(c.decided_by)) for c in book.checkpoints)
        supported = sum(
            bool(fed & set(c.supported_by)) and not fed & set(c.decided_by)
            for c in book.checkpoints
        )
        shipped = f"[{SHIPPED[tool]}](connectors.md)" if tool in SHIPPED else "–"
        rows.append([tool, *(counts[s] for s in STEPS), decided, supported, shipped])
    head = ["工具 Tool", "可直接供给 Fed", "另需台账 With registers", "永不触发 Never",
            "可（部分）判定的检查点 Checkpoints decided, at least in part",
            "只有佐证的检查点 Only supported", "随附连接器 Connector"]  # fmt: skip
    return table(head, sorted(rows, key=lambda r: (-int(r[1]) - int(r[2]), r[0])))


def _nowhere(book: RuleBook, told: dict[str, dict[str, str]]) -> str:
    rows = []
    for rule in book.rules:
        if all(reached[rule.id] == "never" for reached in told.values()):
            closest = min((waits(rule, held(t)) for t in told), key=len)
            rows.append([_link(rule), _named(closest)])
    return table(["规则 Rule", "至少还缺 Lacks at least"], rows)


def _tool(book: RuleBook, tool: str, reached: dict[str, str]) -> str:
    kept = {f"{t}.{c.name}" for t in KEPT for c in model()[t].columns}
    never = [[_link(r), _named(waits(r, held(tool) | kept))]
             for r in book.rules if reached[r.id] == "never"]  # fmt: skip
    besides = [[_link(r), _named(waits(r, held(tool)))]
               for r in book.rules if reached[r.id] == "registers"]  # fmt: skip
    fed = ", ".join(f"[{r.id}](rules.md#{r.id.lower()})" for r in book.rules
                    if reached[r.id] == "tool")  # fmt: skip
    exports: dict[str, list[str]] = {}
    for name, row in tool_columns()[tool].items():
        doubt = "" if row["how"] == "yes" else f" ({row['how']})"
        exports.setdefault(row["export"], []).append(f"`{name}`{doubt}")
    return "\n\n".join([
        f"可直接供给 Fed ({sum(v == 'tool' for v in reached.values())}): {fed or '–'}",
        folded(f"另需台账 · With registers ({len(besides)})",
               table(["规则 Rule", "还需 Needs besides"], besides)),
        folded(f"永不触发 · Can never fire ({len(never)})",
               table(["规则 Rule", "还须补充 To be exported or kept in addition"], never)),
        folded(f"导出及其列 · Exports and their columns ({len(exports)})",
               table(["导出 Export", "列 Columns"], [[e, ", ".join(n)] for e, n in exports.items()])),
    ])  # fmt: skip


def _link(rule: Rule) -> str:
    return f"[{rule.id}](rules.md#{rule.id.lower()}) {rule.title.zh} {rule.title.en}"


def _named(names: list[str]) -> str:
    return ", ".join(
        column(n) if "." in n else f"`{n}` {model()[n].zh} {model()[n].en}" for n in names
    )
