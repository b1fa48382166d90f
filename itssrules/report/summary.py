"""The end of a run on one screen of the terminal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from itssrules.model.results import Results
from itssrules.model.rule import Text
from itssrules.report.gaps import SUPPLY, Missing, missing, reason_text, rule_gaps
from itssrules.report.overview import RULE_ORDER, graded, open_data, open_rules, overview
from itssrules.report.text import short, shown, visible
from itssrules.report.words import ICONS, column_name, known, project_name, table_name, w

LISTED = 10
INDENT = "  "


def summary(results: Results, lang: str, out: Path) -> str:
    """What was read, judged and found, what stays open, and where the report is."""
    blocks = [
        _head(results, lang),
        _read(results, lang),
        _judged(results, lang),
        _found(results, lang),
        _open(results, lang),
        [f"{w('sum.report')[lang]}: {short(out / 'report.html', 1000)}"],
    ]
    return visible("\n\n".join("\n".join(block) for block in blocks if block) + "\n")


def _head(results: Results, lang: str) -> list[str]:
    as_of = shown(results.as_of, "", lang, ZoneInfo(results.zone)) if results.as_of else "–"
    told = overview(results)
    line = f"itssrules {results.version} · {w('as_of')[lang]} {as_of} ({results.zone})"
    if results.period:
        line += f" · {w('period')[lang]} {' – '.join(results.period)}"
    sign = {"bad": ICONS["nonconforming"], "open": "?", "clear": ICONS["conforming"]}[told.tone]
    return [line, f"{sign} {told.text[lang]}"]


def _read(results: Results, lang: str) -> list[str]:
    totals, records = results.totals(), Counter[str]()
    loads = [t for i in results.inputs for t in i.tables]
    for load in loads:
        records[load.table] += load.loaded
    files = totals["files"] - totals["files_not_read"]
    lines = [_line("sum.read", w("assessed.value", n=files, records=totals["records"]), lang)]
    tables = [f"{table_name(t)[lang]} {n:,}" for t, n in records.items()]
    if tables:
        lines.append(INDENT + _listed(tables, " · ", lang))
    lines += _points(open_data(results), lang)
    unloaded = [i for i in results.inputs if i.state != "read"]
    lines += [
        f"{INDENT}{w('sum.unloaded')[lang]}: {short(i.path)} — {short(i.reason[lang])}"
        for i in unloaded[:LISTED]
    ]
    return lines + _more(len(unloaded), lang)


def _judged(results: Results, lang: str) -> list[str]:
    counts = [(s, sum(r.status == s for r in results.rules)) for s in RULE_ORDER]
    lines = [_line("sum.judged", w("sum.rules", n=len(results.rules)), lang)]
    parts = [f"{ICONS[s]} {known('', s)[lang]} {n:,}" for s, n in counts if n]
    return [*lines, INDENT + " · ".join(parts)] if parts else lines


def _found(results: Results, lang: str) -> list[str]:
    grades, items = graded(results), results.nonconformities
    if not items:
        return [_line("sum.found", w("sum.none"), lang)]
    parts = [f"{known('grade.', g)[lang]} {n:,}" for g, n in grades.items() if n]
    lines = [f"{w('sum.found')[lang]}: {' · '.join(parts)}"]
    titles = {r.rule.id: r.rule.title for r in results.rules}
    many = len({n.project_id for n in items}) > 1
    order = list(grades)
    for n in sorted(items, key=lambda n: order.index(n.grade))[:LISTED]:
        where = f" [{short(project_name(n.project_id)[lang])}]" if many else ""
        title = titles.get(n.rule_id, Text("", ""))[lang]
        count = w("sum.of", count=n.count, population=n.population)[lang]
        grade = known("grade.", n.grade)[lang]
        lines.append(f"{INDENT}{grade}  {n.rule_id}  {title}{where}: {count}")
    return lines + _more(len(items), lang)


def _open(results: Results, lang: str) -> list[str]:
    gaps, points = rule_gaps(results), open_rules(results)
    if not gaps and not points:
        return []
    lines = [_line("sum.open", w("sum.rules", n=len(gaps)), lang), *_points(points, lang)]
    wanted = missing(results)
    lacking = [m for m in wanted if not m.sharpening]
    lines += [INDENT + _missing(m, lang) for m in lacking[:LISTED]]
    lines += _more(len(lacking), lang)
    held = _holes(results, lang)
    lines += [f"{INDENT}{text}: {_listed(rules, ', ', lang)}" for text, rules in held.items()]
    supplied = {rule for m in wanted for rule in m.rules}.union(*held.values())
    others = [g.result.rule.id for g in gaps if g.result.rule.id not in supplied]
    if others:
        lines.append(f"{INDENT}{w('sum.other')[lang]}: {_listed(others, ', ', lang)}")
    return lines


def _missing(m: Missing, lang: str) -> str:
    told = w("sum.missing") if m.lacking else next(iter(m.reasons.values()))
    what = told[lang] if m.lacking else f"{told[lang]} —"
    return f"{what} {_label(m.name, lang)}: {_listed([*m.rules], ', ', lang)}"


def _holes(results: Results, lang: str) -> dict[str, list[str]]:
    """What rules could not see and no other export mends, with the rules."""
    found: dict[str, list[str]] = {}
    for r in results.rules:
        for reason in r.reasons:
            if not reason.count and reason.reason not in SUPPLY:
                text = f"{reason_text(r, reason)[lang]} — {_label(reason.column, lang)}"
                if r.rule.id not in found.setdefault(text, []):
                    found[text].append(r.rule.id)
    return found


def _label(name: str, lang: str) -> str:
    words = column_name(name)[lang]
    return f"{name} ({words})" if words else name


def _points(points: list[tuple[Text, str]], lang: str) -> list[str]:
    return [f"{INDENT}{text[lang]}" for text, _ in points]


def _line(key: str, text: Text, lang: str) -> str:
    return f"{w(key)[lang]}: {text[lang]}"


def _listed(names: list[str], comma: str, lang: str) -> str:
    rest = len(names) - LISTED
    shown_names = comma.join(names[:LISTED])
    return f"{shown_names} {w('sum.more', n=rest)[lang]}" if rest > 0 else shown_names


def _more(n: int, lang: str) -> list[str]:
    return [INDENT + w("sum.more", n=n - LISTED)[lang]] if n > LISTED else []
