"""Folders of rule files to a rule book; all problems at once. Imports no engine."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from itssrules.catalogue.head import HeadReader
from itssrules.catalogue.shared import load_facts, load_settings, with_shared
from itssrules.errors import CatalogueError, ItssError, RuleError, UsageError, did_you_mean
from itssrules.model.rule import Checkpoint, Process, Rule, RuleBook, Text


def load_book(paths: Sequence[Path]) -> tuple[RuleBook, list[ItssError]]:
    """The rules, checkpoints and processes under `paths`, and every problem found in them.

    A path is a folder that holds `<process>/<ID>_<name>.sql`, and may hold `facts/NN_name.sql`,
    `settings.toml`, `checkpoints.csv` and `processes.csv`.
    """
    problems: list[ItssError] = []
    rules: dict[str, Rule] = {}
    digest = hashlib.sha256()
    for path in _rule_files(paths):
        text = _read(path, problems)
        digest.update(path.name.encode() + b"\0" + text.encode() + b"\0")
        reader = HeadReader(path, text)
        rule = reader.read()
        problems += reader.problems
        if rule is None:
            continue
        if rule.id in rules:
            place = f"{path}:{reader._line('id')}"
            problems.append(
                RuleError(f"{rule.id} is already in {rules[rule.id].path}", place=place)
            )
        rules[rule.id] = rule
        if rule.ref:
            digest.update(rule.ref.read_bytes())
    facts, fact_texts = load_facts(paths, problems)
    settings, setting_texts = load_settings(paths, problems)
    for content in (*fact_texts, *setting_texts):
        digest.update(content + b"\0")
    rules = {k: with_shared(r, facts, settings) for k, r in rules.items()}
    checkpoints = _checkpoints(paths, problems)
    processes = _processes(paths)
    book = RuleBook(
        tuple(rules[k] for k in sorted(rules)), checkpoints, processes, digest.hexdigest(),
        settings, tuple(facts.values()),
    )  # fmt: skip
    problems += _check_links(book)
    return book, problems


def load_book_or_stop(paths: Sequence[Path]) -> RuleBook:
    """The rule book; raises CatalogueError with all problems where there is any."""
    book, problems = load_book(paths)
    if problems:
        raise CatalogueError(problems)
    return book


def select(book: RuleBook, wanted: Iterable[str], without: Iterable[str] = ()) -> list[Rule]:
    """Rules by id, id prefix or process, less those left out; retired ones only by id.

    Raises UsageError for a word that names nothing.
    """
    words, out = [w for w in wanted if w], [w for w in without if w]
    known = {r.id for r in book.rules} | {r.process for r in book.rules}
    known |= {r.id.split("-")[0] for r in book.rules}
    for word in [*words, *out]:
        if word not in known:
            raise UsageError(
                f"no rule, process or prefix is called {word!r}", place="--rules",
                hint=did_you_mean(word, sorted(known)) or "itssrules rules list",
            )  # fmt: skip

    def named(rule: Rule, by: list[str]) -> bool:
        return bool({rule.id, rule.process, rule.id.split("-")[0]} & set(by))

    chosen = [r for r in book.rules if (not words or named(r, words)) and not named(r, out)]
    return [r for r in chosen if r.status != "retired" or r.id in words]


def _rule_files(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if not path.is_dir():
            raise UsageError(
                "no such rule folder", place=str(path),
                hint="check --rules-path, [rules] paths and the plugins (itssrules plugins)",
            )  # fmt: skip
        placed = {*path.glob("*/*.sql"), *path.glob("facts/**/*.sql")}
        strays = sorted(set(path.rglob("*.sql")) - placed)
        if strays or not placed:
            raise UsageError(
                f"{strays[0].name} lies outside a process folder" if strays else "holds no rule",
                place=str(strays[0].parent if strays else path),
                hint="name the folder that holds <process>/<ID>_<name>.sql",
            )
    found = {f for p in paths for f in p.glob("*/*.sql") if f.parent.name != "facts"}
    return sorted(found, key=lambda f: (f.name, str(f)))


def _read(path: Path, problems: list[ItssError]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        problems.append(RuleError(f"cannot be read: {e}", place=str(path), hint="save it as UTF-8"))
        return ""


def _table(paths: Sequence[Path], name: str) -> list[dict[str, str]]:
    rows = []
    for path in paths:
        file = path / name
        if file.is_file():
            rows += list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    return rows


def _words(text: str) -> tuple[str, ...]:
    return tuple(w.strip() for w in text.split(";") if w.strip())


def _checkpoints(paths: Sequence[Path], problems: list[ItssError]) -> tuple[Checkpoint, ...]:
    found: dict[str, Checkpoint] = {}
    for r in _table(paths, "checkpoints.csv"):
        if r["id"] in found:
            problems.append(
                RuleError(f"checkpoint {r['id']} stands twice", place="checkpoints.csv")
            )
        found[r["id"]] = Checkpoint(
            r["id"], r["document"], r["section"], Text(r["zh"], r["en"]), r["clause"],
            r["iso_clause"], _words(r["decided_by"]), _words(r["supported_by"]),
        )  # fmt: skip
    return tuple(found.values())


def _processes(paths: Sequence[Path]) -> tuple[Process, ...]:
    rows = _table(paths, "processes.csv")
    return tuple(Process(r["folder"], r["prefix"], Text(r["zh"], r["en"])) for r in rows)


def _check_links(book: RuleBook) -> list[ItssError]:
    """Rules and checkpoints name each other; folders hold the ids of their process."""
    problems: list[ItssError] = []
    known = {c.id: c for c in book.checkpoints}
    folders = {p.prefix: p.folder for p in book.processes}
    for rule in book.rules:
        home = folders.get(rule.id.split("-")[0], rule.process)
        if home != rule.process:
            problems.append(
                RuleError(f"belongs into the folder {home}", place=str(rule.path), hint="move it")
            )
        for role, ids in (("decides", rule.decides), ("supports", rule.supports)):
            for checkpoint in ids:
                if checkpoint not in known:
                    hint = did_you_mean(checkpoint, list(known))
                    problems.append(
                        RuleError(f"{role}: unknown checkpoint {checkpoint}", place=str(rule.path), hint=hint)
                    )  # fmt: skip
        named = {r for c in book.checkpoints for r in (*c.decided_by, *c.supported_by)}
        for other in set(rule.yields_to) - named - {r.id for r in book.rules}:
            problems.append(RuleError(f"yields_to: unknown rule {other}", place=str(rule.path)))
    return problems
