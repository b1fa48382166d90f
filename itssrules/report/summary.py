"""The end of a run on one screen of the terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pyarrow.compute as pc

from itssrules.model.results import Nonconformity, Results
from itssrules.model.rule import Text
from itssrules.report.gaps import SUPPLY, Missing, missing, reason_text, rule_gaps
from itssrules.report.overview import RULE_ORDER, graded, open_data, open_rules, overview
from itssrules.report.text import columns, fit, short, shown
from itssrules.report.words import (
    ICONS,
    column_name,
    known,
    percent,
    project_name,
    table_name,
    w,
)

WIDTH = 80
FAULTS, FOUND, OPEN, RULES = 3, 5, 3, 3
"""How many of a kind are named; the others are counted."""
TWO_LINES = 2 * WIDTH - 40
"""Columns that a list surely finds on two lines, though it breaks only at points."""
INDENT = "  "
DOT = " · "
COLON = {"zh": "：", "en": ": "}
HEADING = re.compile(".*?[:：]")
MOST = 4_000
LONGEST = 50
"""Characters of a path beside the reason why it was not read."""
PLAIN_ID = re.compile(r"\w[\w.:/#-]{0,60}")
"""An id that no shell takes for anything else."""
STYLES: dict[str, Any] = {
    "bad": {"fg": "red", "bold": True}, "open": {"fg": "yellow"}, "clear": {"fg": "green"},
    "head": {"bold": True}, "major": {"fg": "red"}, "minor": {"fg": "yellow"},
}  # fmt: skip

Line = tuple[str, str]
"""How a line is painted, and its text."""


def summary(
    results: Results, lang: str, out: Path, again: Sequence[str] = (), colour: bool = False
) -> str:
    """What is at fault, was read, judged and found, stays open, and where to look, at most 80 wide.

    Only paths and the command to follow a finding may be wider; `again` are the words that the
    command needs to read the same exports. What is not named is counted.
    """
    blocks = (_head, _faults, _read, _judged, _found, _leads, _open)
    lines = [line for block in blocks for line in block(results, lang)]
    lines += _where(results, lang, out, again)
    shown_lines = ((kind, short(text, MOST)) for kind, text in lines)
    return "".join(f"{_painted(kind, t) if colour else t}\n" for kind, t in shown_lines)


def _head(results: Results, lang: str) -> list[Line]:
    told = overview(results)
    sign = {"bad": ICONS["nonconforming"], "open": "?", "clear": ICONS["conforming"]}[told.tone]
    as_of = shown(results.as_of, "", lang, ZoneInfo(results.zone)) if results.as_of else "–"
    line = f"itssrules {results.version}{DOT}{w('as_of')[lang]} {as_of} ({results.zone})"
    if results.period:
        line += f"{DOT}{w('period')[lang]} {' – '.join(results.period)}"
    return [(told.tone, f"{sign} {told.text[lang]}"), *_wrapped("", line)]


def _faults(results: Results, lang: str) -> list[Line]:
    """What failed or was lost: named first, then counted."""
    named = [_pair("sum.failed", f"{r.rule.id} {short(r.error)}", lang)
             for r in results.rules if r.status == "error"]  # fmt: skip
    named += [_pair("sum.unloaded", f"{_tail(i.path)} — {short(i.reason[lang])}", lang)
              for i in results.inputs if i.state != "read"]  # fmt: skip
    named += [_pair("sum.doubt", short(note[lang]), lang) for note in results.notes]
    lines = [line for text in named[:FAULTS] for line in _wrapped("bad", f"! {text}")]
    lines += _more(len(named) - FAULTS, lang)
    counts = DOT.join(text[lang] for text, _ in open_data(results))
    return lines + (_wrapped("open", f"! {counts}", 5) if counts else [])


def _read(results: Results, lang: str) -> list[Line]:
    totals, records = results.totals(), Counter[str]()
    for load in (t for i in results.inputs if i.given for t in i.tables):
        records[load.table] += load.loaded
    read = w("assessed.value", n=totals["files"] - totals["files_not_read"],
             records=totals["records"])[lang]  # fmt: skip
    tables = [f"{table_name(short(t))[lang]} {n:,}" for t, n in records.most_common()]
    declared = w("declared", n=totals["declared"])[lang] if totals["declared"] else ""
    room = TWO_LINES - columns(read) - columns(declared)
    return _block("sum.read", [read, _listed(tables, lang, room), declared], lang)


def _judged(results: Results, lang: str) -> list[Line]:
    texts = [w("sum.rules", n=len(results.rules))[lang]]
    given = sum(r.conforming + r.nonconforming for r in results.rules)
    wanted = given + sum(r.not_assessed for r in results.rules)
    if wanted:
        share = percent(given, wanted)
        texts.append(w("sum.verdicts", given=given, n=wanted, share=share)[lang])
    counts = [(s, sum(r.status == s for r in results.rules)) for s in RULE_ORDER]
    texts += [f"{ICONS[s]} {known('', s)[lang]} {n:,}" for s, n in counts if n]
    return _block("sum.judged", texts, lang)


def _found(results: Results, lang: str) -> list[Line]:
    items = _gravest(results)
    if not items:
        return _block("sum.found", [w("sum.none")[lang]], lang)
    grades = [f"{known('grade.', g)[lang]} {n:,}" for g, n in graded(results).items() if n]
    titles = {r.rule.id: r.rule.title for r in results.rules}
    many = len({n.project_id for n in items}) > 1
    cells = [
        (
            f"{ICONS['nonconforming']} {known('grade.', n.grade)[lang]}",
            n.rule_id,
            w("sum.of", count=n.count, population=n.population)[lang],
            fit(short(project_name(n.project_id)[lang]), 16) if many else "",
            short(titles.get(n.rule_id, Text("", ""))[lang]),
        )
        for n in items[:FOUND]
    ]
    lines = _block("sum.found", grades, lang)
    lines += [(n.grade, text) for n, text in zip(items, _aligned(cells), strict=False)]
    return lines + _more(len(items) - FOUND, lang)


def _leads(results: Results, lang: str) -> list[Line]:
    found = results.findings.filter(pc.equal(results.findings["class"], "lead"))
    counts = Counter(found["rule_id"].to_pylist())
    if not counts:
        return []
    told = f"{ICONS['lead']} {counts.total():,}"
    rules = [f"{rule} {n:,}" for rule, n in counts.most_common()]
    return _block("sum.leads", [told, _listed(rules, lang, TWO_LINES)], lang)


def _open(results: Results, lang: str) -> list[Line]:
    gaps, points = rule_gaps(results), open_rules(results)
    if not gaps and not points:
        return []
    uncertain = [text[lang] for text, at in points if at == "rules"]
    lines = _block("sum.open", [w("sum.rules", n=len(gaps))[lang], *uncertain], lang)
    wanted = missing(results)
    named = [(_told(m, lang), [*m.rules]) for m in wanted if not m.sharpening]
    named += _holes(results, lang)
    told = {rule for m in wanted for rule in m.rules} | {r for _, rules in named for r in rules}
    others = [g.result.rule.id for g in gaps if g.result.rule.id not in told]
    named += [(w("sum.other")[lang], others)] if others else []
    for text, rules in named[:OPEN]:
        ids = ", ".join(rules[:RULES]) + (f" +{len(rules) - RULES}" if len(rules) > RULES else "")
        lines.append(("open", f"{INDENT}? {fit(text, WIDTH - columns(ids) - 6)}{COLON[lang]}{ids}"))
    return lines + _more(len(named) - OPEN, lang)


def _where(results: Results, lang: str, out: Path, again: Sequence[str]) -> list[Line]:
    report = f"{short(out / 'report.html', MOST)}{DOT}findings.parquet"
    lines = [("head", _pair("sum.report", report, lang))]
    first = _first(results)
    if first:
        join = subprocess.list2cmdline if os.name == "nt" else shlex.join
        command = join(["itssrules", "explain", first, *(again or ["…"])])
        lines.append(("head", _pair("sum.follow", short(command, MOST), lang)))
    return lines


def _gravest(results: Results) -> list[Nonconformity]:
    order = list(graded(results))
    return sorted(results.nonconformities, key=lambda n: (order.index(n.grade), -n.count))


def _first(results: Results) -> str:
    """The first record of the gravest nonconformity, else of a lead, that any shell takes as is."""
    found = results.findings.filter(pc.not_equal(results.findings["class"], "cited"))
    leads = found.filter(pc.equal(found["class"], "lead"))["rule_id"].unique().to_pylist()
    records = {r.rule.id for r in results.rules if r.rule.kind == "record"}
    groups = [(n.rule_id, n.project_id) for n in _gravest(results)]
    for rule, project in (g for g in [*groups, *((r, None) for r in leads)] if g[0] in records):
        here = pc.equal(found["rule_id"], rule)
        if project is not None:
            here = pc.and_(here, pc.equal(pc.fill_null(found["project_id"], ""), project))
        for subject in found.filter(here)["subject_id"].slice(0, 20).to_pylist():
            if PLAIN_ID.fullmatch(subject):
                return str(subject)
    return ""


def _told(m: Missing, lang: str) -> str:
    if {"column", "table"} & set(m.reasons):
        return f"{w('sum.missing')[lang]} {_label(m.name, lang)}"
    return f"{next(iter(m.reasons.values()))[lang]} — {_label(m.name, lang)}"


def _holes(results: Results, lang: str) -> list[tuple[str, list[str]]]:
    """What rules could not see and no other export mends, with the rules."""
    found: dict[str, list[str]] = {}
    for r in results.rules:
        for reason in r.reasons:
            if not reason.count and reason.reason not in SUPPLY:
                text = f"{reason_text(r, reason)[lang]} — {_label(reason.column, lang)}"
                if r.rule.id not in found.setdefault(text, []):
                    found[text].append(r.rule.id)
    return list(found.items())


def _label(name: str, lang: str) -> str:
    words = column_name(name)[lang]
    return f"{name} ({words})" if words and words.lower() != name else short(name)


def _painted(kind: str, text: str) -> str:
    heading = HEADING.match(text) if kind == "head" else None
    end = heading[0] if heading else text
    styled = click.style(end, **STYLES[kind]) if kind in STYLES else end
    return styled + text[len(end) :]


def _block(key: str, texts: Iterable[str], lang: str) -> list[Line]:
    """Texts under a heading, on as few lines as they take."""
    first, *more = _wrapped("", _pair(key, DOT.join(t for t in texts if t), lang), 4)
    return [("head", first[1]), *more]


def _pair(key: str, text: str, lang: str) -> str:
    return f"{w(key)[lang]}{COLON[lang]}{text}"


def _tail(path: str) -> str:
    """The end of a path, which tells files apart."""
    return short(path if len(path) <= LONGEST else f"…{path[1 - LONGEST :]}")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows as columns of a terminal, the last one cut."""
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        padded = [c + " " * (n - columns(c)) for c, n in zip(row, widths, strict=True) if n]
        yield fit((INDENT + INDENT.join(padded)).rstrip(), WIDTH)


def _wrapped(kind: str, text: str, most: int = 2) -> list[Line]:
    """`text` in at most that many lines, broken at points of a list, else at blanks."""
    lines: list[Line] = []
    while columns(text) > WIDTH and len(lines) < most - 1:
        head = fit(text, WIDTH + 1)[:-1]
        ends = (head.rfind(mark, WIDTH // 3) for mark in (DOT, " "))
        end = next((at for at in ends if at > 0), len(head))
        lines.append((kind, head[:end]))
        text = INDENT + text[end:].lstrip(DOT)
    return [*lines, (kind, fit(text, WIDTH))]


def _listed(names: list[str], lang: str, width: int) -> str:
    """As many names as stand in that many columns, and how many are left."""
    for n in range(len(names), 0, -1):
        rest = f" {w('sum.more', n=len(names) - n)[lang]}" if n < len(names) else ""
        if columns(text := DOT.join(names[:n]) + rest) <= width:
            return text
    return w("sum.more", n=len(names))[lang] if names else ""


def _more(n: int, lang: str) -> list[Line]:
    return [("", INDENT + w("sum.more", n=n)[lang])] if n > 0 else []
