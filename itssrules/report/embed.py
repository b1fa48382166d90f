"""What the page holds for its script: findings compressed rule by rule, and words for the script."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from itssrules.model.messages import as_moment, local
from itssrules.model.results import Results
from itssrules.model.rule import Rule, Text
from itssrules.model.tables import step_words
from itssrules.report.cards import Cards, Row, forms, meaning
from itssrules.report.listed import Listed
from itssrules.report.sentence import proof
from itssrules.report.text import Part, short, visible
from itssrules.report.words import ICONS, WORDS, column_name, known, project_name

CLASSES = ("nonconformity", "lead", "cited")
STEP, FAULT, MISSING, NAMED = range(4)
"""What a step of a timeline is: one like others, the one at fault, one that never happened, a time
that the rule worked out."""
PREFIX = "js."
"""Words of `words.csv` that only the script uses."""

Steps = dict[tuple[str, str, str], list[dict[str, Any]]]
"""The steps of each record: (object, id space, id) -> steps in order."""


class Embedding:
    """Writes the findings of a run for the page's script."""

    def __init__(self, results: Results, cards: Cards) -> None:
        """Take the results and the cards that show them."""
        self.results, self.cards = results, cards
        self.projects: dict[str, int] = {}
        self.files: dict[str, int] = {}
        self._steps = _steps(results, cards.listed)
        self._headers = _headers(results)

    def rules(self) -> list[str]:
        """The rules with findings, in the order of the results."""
        return [r.rule.id for r in self.results.rules if self.cards.listed.held_of(r.rule.id)]

    def findings(self, rule_id: str) -> str:
        """A rule's findings: JSON, deflated, as base64 text.

        `columns` [name, meaning zh, meaning en, headers by file], `sentences` [zh, en] as lists of
        words between values, `steps` [zh, en], `rows` as `_row` makes them.
        """
        rule = self.cards.by_rule[rule_id].rule
        return _packed(self._findings(rule, self.cards.rows(rule)))

    def first(self) -> str:
        """The first finding of each item on the page, by rule, in the same form."""
        found = {}
        for rule_id in self.rules():
            rule = self.cards.by_rule[rule_id].rule
            found[rule_id] = self._findings(rule, self.cards.first_rows(rule))
        return _packed(found)

    def _findings(self, rule: Rule, rows: Iterable[Row]) -> dict[str, Any]:
        page = _Page()
        made = [self._row(rule, row, page) for row in rows]
        columns = [self._column(rule, name) for name in page.columns]
        return {"columns": columns, "sentences": page.sentences, "steps": list(page.steps),
                "rows": made}  # fmt: skip

    def page(self) -> Markup:
        """What the script needs to know of the page, as JSON that cannot end its element.

        It names the files and projects of the findings, so it is made after them.
        """
        book, listed = self.results.book, self.cards.listed
        data = {
            "words": {k.removeprefix(PREFIX): [t.zh, t.en] for k, t in WORDS.items()
                      if k.startswith(PREFIX)},
            "status": {s: [ICONS.get(s, ""), *_pair(known("", s))]
                       for s in ("nonconforming", "lead", "cited", "major", "minor", "observation")},
            "projects": [[short(p), *_pair(project_name(p))] for p in self.projects],
            "files": [[short(self.cards.labels.get(f, f), 1000), short(f, 1000)] for f in self.files],
            "rules": {
                i: [r.rule.process, *_pair(r.rule.title), listed.of_rule(i), listed.held_of(i)]
                for i, r in ((i, self.cards.by_rule[i]) for i in self.rules())
            },
            "processes": {r.rule.process: _pair(book.process_name(r.rule.process))
                          for r in self.results.rules},
            "grades": {f"{n.rule_id} {short(n.project_id)}": n.grade for n in self.cards.items},
            "severity": {r.rule.id: r.rule.severity for r in self.results.rules},
        }  # fmt: skip
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c"))

    def _row(self, rule: Rule, row: Row, page: _Page) -> list[Any]:
        """[id, subject, class, project, at, owner, file, row number, limited, sentence, its values
        zh, en (0: the same), evidence, timeline, checkpoints]."""
        f = row.finding
        zh, en = _given(row.zh), _given(row.en)
        proof = {e.name: e.zh if e.zh == e.en else [e.zh, e.en] for e in row.evidence}
        for name in proof:
            page.columns.setdefault(name, len(page.columns))
        return [
            f["finding_id"],
            short(f["subject_id"]),
            CLASSES.index(f["class"]),
            _place(self.projects, f["project_id"] or ""),
            row.at,
            short(f["owner"] or ""),
            _place(self.files, f["file"] or ""),
            f["row_number"],
            int(f["limited"] or 0),
            page.sentence(row),
            zh,
            0 if zh == en else en,
            [proof.get(name, 0) for name in page.columns],
            self._timeline(rule, f, page),
            row.points,
        ]

    def _timeline(self, rule: Rule, finding: Mapping[str, Any], page: _Page) -> list[list[Any]]:
        """The record's steps in order: [time, label, detail, who, file, row number, what it is]."""
        key = (finding["object"], finding["ns"], finding["subject_id"])
        marks = rule.marks(finding["message"], finding["object"])
        steps = self._steps.get(key, ())
        if not steps:
            return []
        found = [
            (self._time(s["at"], s["day"]), s["step"], _detail(s), short(s["who"] or ""),
             _place(self.files, s["file"]) if s["file"] else -1, s["row_number"],
             FAULT if s["step"] in marks else STEP)
            for s in steps
        ]  # fmt: skip
        told = {f[0] for f in found}
        lost = dict.fromkeys(m for m in marks if m not in {f[1] for f in found})
        days = {name for name, form in forms(rule).items() if form == "date"}
        for name, value in proof(finding["evidence"]).items():
            moment = as_moment(value) if isinstance(value, str) else None
            time = local(moment, self.cards.zone) if moment is not None else ""
            time = time[:10] if name in days else time
            gone = [m for m in lost if m.rpartition(".")[2] == name] if time else []
            if time in told and gone:
                found = [(*f[:-1], FAULT) if f[0] == time else f for f in found]
            elif time and time not in told:
                found.append(
                    (time, (gone or [name])[0], "", "", -1, None, FAULT if gone else NAMED)
                )
            for mark in gone:
                lost.pop(mark)
        found.sort(key=lambda f: f[0])
        gaps = [("", m, "", "", -1, None, MISSING) for m in lost]
        at = self._time(finding["at"], day=False) if finding["at"] else ""
        place = next((i for i, f in enumerate(found) if at and f[0] >= at), len(found))
        begun = [
            i for i, f in enumerate(found, 1) if f[1].endswith((".created_at", ".reported_at"))
        ]
        place = max(place, *begun, 1)
        return [
            [time, _place(page.steps, _label(rule, step)), *rest]
            for time, step, *rest in [*found[:place], *gaps, *found[place:]]
        ]

    def _time(self, at: Any, day: bool) -> str:
        return str(at.date()) if day else local(at, self.cards.zone)

    def _column(self, rule: Rule, name: str) -> list[Any]:
        """An evidence column: its name, meaning, and how the exports call it."""
        heads = {_place(self.files, path): h
                 for t in rule.read_tables for path, h in self._headers.get((t, name), ())}  # fmt: skip
        return [short(name), *_pair(meaning(rule, name)), heads]


class _Page:
    """What the rows of one rule share, each numbered in the order of first use."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self.steps: dict[tuple[str, str], int] = {}
        self.sentences: list[list[list[str]]] = []

    def sentence(self, row: Row) -> int:
        made = [_words(row.zh), _words(row.en)]
        if made not in self.sentences:
            self.sentences.append(made)
        return self.sentences.index(made)


def _packed(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode()


def _words(parts: list[Part]) -> list[str]:
    """The words between values: one more than there are values."""
    found = [""]
    for text, is_value in parts:
        if is_value:
            found.append("")
        else:
            found[-1] += visible(text)
    return found


def _given(parts: list[Part]) -> list[str]:
    return [text for text, is_value in parts if is_value]


def _place(known: dict[Any, int], name: Any) -> int:
    return known.setdefault(name, len(known))


def _pair(text: Text) -> tuple[str, str]:
    return visible(text.zh), visible(text.en)


def _detail(step: Mapping[str, Any]) -> str | list[str]:
    """What a step says besides its time, in both languages where they differ."""
    said = (step["step"], step["detail"] or "", step["object"])
    zh, en = (short(step_words(*said, lang)) for lang in ("zh", "en"))
    return zh if zh == en else [zh, en]


def _label(rule: Rule, step: str) -> tuple[str, str]:
    named = WORDS.get(f"step.{step}")
    text = named or (column_name(step) if "." in step else meaning(rule, step))
    return (text.zh or short(step), text.en or short(step))


def _steps(results: Results, listed: Listed) -> Steps:
    """The steps of the records that the page holds findings of."""
    wanted, table = listed.keys(), results.timelines
    keys = zip(*(table[k].to_pylist() for k in ("object", "ns", "subject_id")), strict=True)
    places = [at for at, key in enumerate(keys) if key in wanted]
    found: Steps = {}
    for step in table.take(pa.array(places, pa.int64())).to_pylist():
        found.setdefault((step["object"], step["ns"], step["subject_id"]), []).append(step)
    return found


def _headers(results: Results) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(table, column) -> the file and the header that it comes from."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for i in results.inputs:
        for t in i.tables:
            for column, header in t.headers.items():
                found.setdefault((t.table, column.rpartition(".")[2]), []).append((i.path, header))
    return found
