"""The rule catalogue and the page of checkpoints, from the heads of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from markdown import folded, page, table

from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book_or_stop
from itssrules.model.messages import PLACEHOLDER
from itssrules.model.rule import Checkpoint, Need, Param, Rule, RuleBook, Text
from itssrules.model.tables import find_column, model
from itssrules.report.cards import meaning
from itssrules.report.words import w

KINDS = {
    "record": Text("逐条记录", "each record"),
    "group": Text("分组", "groups of records"),
    "kpi": Text("指标", "key figure"),
    "register": Text("对照清单逐项", "each row of a reference list"),
}
PARAM_TYPES = {
    "minutes": Text("分钟", "minutes"), "hours": Text("小时", "hours"), "days": Text("天", "days"),
    "months": Text("月", "months"), "count": Text("个", "count"), "share": Text("比例", "share"),
    "switch": Text("开关", "switch"), "list": Text("清单", "list"),
}  # fmt: skip
FOUND = ("nonconforming", "lead")
MANY = 12
"""Checkpoints above which a rule's are only counted: the other page lists them."""


def rules_page() -> str:
    """Every rule with what it asks, what it reads and what it says, by process."""
    book = load_book_or_stop([bundled("rules")])
    parts = [
        "# 规则目录 · The rule catalogue",
        "Rendered by `make docs` from the heads under `rules/`; the text that runs is shown by"
        " `itssrules rules show CHG-020`. 本页由 `rules/` 下各规则的文件头生成，规则原文用 `itssrules rules show"
        " CHG-020` 查看。",
        "- **级别 · Severity**: 严重 major, 一般 minor, 观察项 observation; 一般不符合在一个项目中不少于 3 条且不少于"
        "已判定的 20 %，或两条以上全部不符合时升为严重 (a minor rises to a major at three or more records that are"
        " at least a fifth of those judged, or where all of two or more fail). 疑点 lead:"
        " 须由审核员确认的迹象，不计为不符合 (a pattern for an auditor to confirm, never a nonconformity).\n"
        "- **必需 · Needs**: 缺列则整个文件不评估 (without such a column a file is not assessed)."
        " **可选 · Uses**: 有则更准，缺则结论标为“受限” (sharpens; without it the verdict is marked *limited*)."
        " 列名的完整含义见 [model.md](model.md).\n"
        "- 结论的句子里，‹ › 为该记录的取值 (in the sentences ‹ › stands for the record's own value).\n"
        "- 检查点由哪些规则判定、还缺什么，见 [checkpoints.md](checkpoints.md)"
        " (what decides each checkpoint, and what is missing).",
        _index(book),
    ]
    for folder in dict.fromkeys(r.process for r in _ordered(book)):
        name = book.process_name(folder)
        parts.append(f"## {name.zh} · {name.en}")
        for rule in (r for r in _ordered(book) if r.process == folder):
            parts += _rule(rule, book)
    parts += ["## 共用设置 · Shared settings",
              "Several rules share these; changed under `[settings]` in `itssrules.toml`, or for a project."
              " 多条规则共用；在 `itssrules.toml` 的 `[settings]` 或项目中修改。",
              _params(book.settings.values()),
              "## 公共事实 · Facts",
              "Worked out once a run for all rules. 每次运行只计算一次，供各规则引用。",
              table(["", "中文", "English"],
                    [[f"`{f.name}`", f.title.zh, f.title.en] for f in book.facts])]  # fmt: skip
    return page(parts)


def _ordered(book: RuleBook) -> list[Rule]:
    """Rules by process in the order of the book's list, then by id."""
    place = {p.folder: n for n, p in enumerate(book.processes)}
    return sorted(book.rules, key=lambda r: (place.get(r.process, len(place)), r.process, r.id))


def _link(rule_id: str) -> str:
    return f"[{rule_id}](rules.md#{rule_id.lower()})"


def _level(rule: Rule) -> Text:
    return w("lead") if rule.leads else w(rule.severity)


def _index(book: RuleBook) -> str:
    rows = []
    for r in _ordered(book):
        level, kind = _level(r), KINDS[r.kind]
        rows.append([
            _link(r.id), f"{r.title.zh}<br>{r.title.en}", f"{level.zh}<br>{level.en}",
            f"{kind.zh}<br>{kind.en}", _points(r.decides), _points(r.supports),
        ])  # fmt: skip
    head = ["规则 Rule", "标题 Title", "级别 Severity", "判定对象 Judges", "判定的检查点 Decides",
            "佐证的检查点 Supports"]  # fmt: skip
    return table(head, rows)


def _points(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= MANY else f"{len(ids)} 个 in all"


def _rule(r: Rule, book: RuleBook) -> list[str]:
    level, kind = _level(r), KINDS[r.kind]
    subject = [model()[t] for t in r.subject]
    found = [m.text for m in r.messages.values() if m.verdict in FOUND]
    outside = [m.text for m in r.messages.values() if m.verdict == "not_applicable"]
    rows = [
        ["级别 Severity", level.zh, level.en],
        ["判定对象 Judges", f"{kind.zh}：{'、'.join(t.zh for t in subject)}",
         f"{kind.en}: {', '.join(t.en.lower() for t in subject)}"],
        ["报出 It reports", _sentences(r, found, "zh"), _sentences(r, found, "en")],
        ["不适用 Does not apply", _sentences(r, outside, "zh"), _sentences(r, outside, "en")],
        ["为何检查 Why", r.why.zh, r.why.en],
        ["整改 To mend it", r.fix.zh, r.fix.en],
        ["可能的例外 May be innocent", r.noise.zh, r.noise.en],
    ]  # fmt: skip
    if r.yields_to:
        there = ", ".join(r.yields_to)
        rows.append(["让位于 Yields to", f"同一对象已由 {there} 判为不符合时只作引用",
                     f"only cited where {there} has a finding on the same subject"])  # fmt: skip
    return [
        f"### <a id=\"{r.id.lower()}\"></a>{r.id} {r.title.zh} · {r.title.en}",
        table(["", "中文", "English"], [row for row in rows if row[1]]),
        _read(r),
        _params(r.params.values()),
        _shared(r),
        _checkpoints(r, book),
        _messages(r),
    ]  # fmt: skip


def _sentences(rule: Rule, texts: Sequence[Text], lang: str) -> str:
    return "<br>".join(_filled(rule, t[lang], lang) for t in texts)


def _filled(rule: Rule, sentence: str, lang: str) -> str:
    """A message with the meaning of each value in its place."""
    return PLACEHOLDER.sub(lambda m: f"‹{_label(rule, m[1], lang)}›", sentence)


def _label(rule: Rule, name: str, lang: str) -> str:
    fixed = {"id": Text("编号", "number"), "project": Text("项目", "project"),
             "owner": Text("责任人", "owner")}  # fmt: skip
    return _brief((fixed.get(name) or meaning(rule, name))[lang]) or name


def _brief(text: str) -> str:
    """A column's meaning without what stands in brackets or after a comma."""
    for mark in ("（", " (", "，", ", ", "；", "; ", "：", ": "):
        text = text.partition(mark)[0]
    return text


def column(name: str) -> str:
    """A canonical column with its Chinese meaning."""
    found = find_column(name)
    return f"`{name}` {_brief(found.zh)}" if found else f"`{name}`"


def need(item: Need) -> str:
    """A need, alternatives joined, with the Chinese meanings."""
    return " 或 or ".join(
        column(c) + (f" ({p})" if p else "")
        for c, p in zip(item.columns, item.precisions, strict=True)
    )


def _read(r: Rule) -> str:
    """What the rule needs and uses, by table."""
    rows = []
    for name in r.read_tables:
        needs = [need(n) for n in r.needs if n.columns[0].startswith(f"{name}.")]
        uses = [column(c) for c in r.uses if c.startswith(f"{name}.")]
        short = f"`{name}."
        cells = [", ".join(texts).replace(short, "`") for texts in (needs, uses)]
        rows.append([f"{model()[name].zh} `{name}`", *cells])
    content = table(["表 Table", "必需 Needs", "可选 Uses"], rows)
    return folded(f"读取的列 · Columns read ({len(r.needed_columns)} + {len(r.uses)})", content)


def _params(params: Iterable[Param]) -> str:
    rows = []
    for p in params:
        kind = PARAM_TYPES[p.type]
        rows.append([f"`{p.name}`", _value(p.value), _bounds(p), f"{kind.zh} {kind.en}",
                     f"{p.help.zh}<br>{p.help.en}"])  # fmt: skip
    head = ["参数 Parameter", "默认 Default", "允许 Allowed", "类型 Type", "含义 Meaning"]
    return table(head, rows) if rows else ""


def _bounds(p: Param) -> str:
    if p.legal:
        return ", ".join(p.legal)
    low = f"≥ {p.min:g}" if p.min is not None else ""
    high = f"≤ {p.max:g}" if p.max is not None else ""
    return ", ".join(x for x in (low, high) if x) or "–"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "开 on" if value else "关 off"
    return (", ".join(value) or "–") if isinstance(value, tuple) else str(value)


def _shared(r: Rule) -> str:
    if not r.shared:
        return ""
    return "共用设置 Shared settings: " + ", ".join(f"`{n}`" for n in r.shared)


def _checkpoints(r: Rule, book: RuleBook) -> str:
    known = {c.id: c for c in book.checkpoints}
    named = [(c, role) for role, ids in (("判定 decides", r.decides), ("佐证 supports", r.supports))
             for c in ids]  # fmt: skip
    if len(named) > MANY:
        return f"检查点 · Checkpoints: {len(r.decides)} 判定 decides, {len(r.supports)} 佐证 supports;" \
               f" [checkpoints.md](checkpoints.md) 逐一列出 lists them."  # fmt: skip
    rows = [[c, role, known[c].clause, known[c].iso_clause,
             f"{known[c].requirement.zh}<br>{known[c].requirement.en}"] for c, role in named]  # fmt: skip
    head = ["检查点 Checkpoint", "", "GB/T 28827.1", "ISO/IEC 20000-1", "要求 Requirement"]
    return folded(f"检查点 · Checkpoints ({len(named)})", table(head, rows))


def _messages(r: Rule) -> str:
    said = [
        m for v in ("not_assessed", "conforming") for m in r.messages.values() if m.verdict == v
    ]
    rows = [[f"`{m.key}`", f"{w(m.verdict).zh} {w(m.verdict).en}", _filled(r, m.text.zh, "zh"),
             _filled(r, m.text.en, "en")] for m in said]  # fmt: skip
    content = table(["", "结论 Verdict", "中文", "English"], rows)
    return folded(f"未评估与符合时的说明 · What it says of the others ({len(rows)})", content)


# ------------------------------------------------------------------------------------ checkpoints

STATES = {
    "whole": Text("可判定", "can be judged"),
    "part": Text("部分可判定", "in part"),
    "red": Text("只能判不符合", "can only turn red"),
    "none": Text("规则未编写", "no rule yet"),
}


def checkpoints_page() -> str:
    """Every checkpoint: what decides it, and which rules are not written."""
    book = load_book_or_stop([bundled("rules")])
    written = {r.id for r in book.rules}
    parts = [
        "# 检查点 · Checkpoints",
        "Rendered by `make docs` from `rules/checkpoints.csv`. A checkpoint is *conforming* only if every"
        " rule that decides it conforms, so a rule that is not written leaves it *not assessed*; any"
        " nonconformity makes it nonconforming. Rules written are linked; those in italics are not."
        " 检查点只有在全部判定规则都符合时才“符合”，缺一条规则即为“未评估”；任何一条不符合即为“不符合”。"
        "有链接的规则已编写，斜体的尚未编写。",
        f"- **{STATES['whole'].zh} {STATES['whole'].en}**: 判定规则已齐 (all deciding rules are written);\n"
        f"- **{STATES['part'].zh} {STATES['part'].en}**: 判定规则已有一部分，可判不符合，不能判符合 (some are; it can"
        " turn red, never green);\n"
        f"- **{STATES['red'].zh} {STATES['red'].en}**: 只有佐证规则 (only supporting ones are);\n"
        f"- **{STATES['none'].zh} {STATES['none'].en}**: 尚无规则 (none is).",
        _summary(book, written),
        "## 尚未编写的规则 · Rules not written",
        "A rule and the checkpoints that it would decide: those that lead most come first."
        " 规则及其将判定的检查点数，多者在前。",
        folded("展开 · show", _missing(book, written)),
    ]
    for document in dict.fromkeys(c.document for c in book.checkpoints):
        own = [c for c in book.checkpoints if c.document == document]
        parts.append(f"## {document}")
        for section in dict.fromkeys(c.section for c in own):
            listed = [c for c in own if c.section == section]
            rows = [_checkpoint(c, written) for c in listed]
            head = ["检查点 Checkpoint", "要求 Requirement", "条款 Clause", "判定 Decided by",
                    "佐证 Supported by", ""]  # fmt: skip
            parts.append(folded(f"{section} ({len(listed)})", table(head, rows)))
    return page(parts)


def state(point: Checkpoint, written: set[str]) -> str:
    """How far the rules that are written reach for a checkpoint: a key of `STATES`."""
    if point.decided_by and written >= set(point.decided_by):
        return "whole"
    if written & set(point.decided_by):
        return "part"
    return "red" if written & set(point.supported_by) else "none"


def _summary(book: RuleBook, written: set[str]) -> str:
    rows: list[list[object]] = []
    for document in [*dict.fromkeys(c.document for c in book.checkpoints), ""]:
        states = Counter(
            state(c, written) for c in book.checkpoints if document in ("", c.document)
        )
        rows.append([document or "合计 In all", states.total(), *(states[s] for s in STATES)])
    head = ["", "检查点 Checkpoints", *(f"{t.zh} {t.en}" for t in STATES.values())]
    return table(head, rows)


def _missing(book: RuleBook, written: set[str]) -> str:
    waits = Counter(r for c in book.checkpoints for r in c.decided_by if r not in written)
    helps = Counter(r for c in book.checkpoints for r in c.supported_by if r not in written)
    order = sorted({*waits, *helps}, key=lambda r: (-waits[r], -helps[r], r))
    rows = [[r, waits[r], helps[r]] for r in order]
    return table(["规则 Rule", "判定 Decides", "佐证 Supports"], rows)


def _checkpoint(c: Checkpoint, written: set[str]) -> list[object]:
    def named(ids: Sequence[str]) -> str:
        return ", ".join(_link(r) if r in written else f"*{r}*" for r in ids) or "–"

    word = STATES[state(c, written)]
    return [c.id, f"{c.requirement.zh}<br>{c.requirement.en}",
            "<br>".join(x for x in (c.clause, c.iso_clause and f"ISO 20000-1: {c.iso_clause}") if x),
            named(c.decided_by), named(c.supported_by), f"{word.zh} {word.en}"]  # fmt: skip
