"""What rules share: facts (`facts/NN_name.sql`) and settings (`settings.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from itssrules.catalogue.head import HEAD, read_param, read_text
from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.rule import Fact, Param, Rule, Text
from itssrules.model.tables import model

FACT_FILE = re.compile(r"\d\d_([a-z][a-z0-9_]*)")
FACT_KEYS = {"title", "of", "sealed", "sentence"}
RESERVED = {
    "answered", "coverage", "excluded", "findings", "followed", "grouped", "paths", "person_words",
    "supply", "tallied", "verdicts", "working_days",
}  # fmt: skip
"""Tables of the engine, which a fact of that name would hide or lose its rows to."""


def load_facts(
    paths: Sequence[Path], problems: list[ItssError]
) -> tuple[dict[str, Fact], list[bytes]]:
    """Facts by name in the order of making, and their files' bytes."""
    facts: dict[str, Fact] = {}
    texts = []
    for path in sorted((f for p in paths for f in p.glob("facts/*.sql")), key=lambda f: f.name):
        named = FACT_FILE.fullmatch(path.stem)
        if not named:
            problems.append(RuleError("a fact is called NN_name.sql", place=str(path)))
            continue
        if named[1] in {*facts, *model(), *RESERVED}:
            problems.append(RuleError(f"{named[1]} exists already", place=str(path)))
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        texts.append(path.name.encode() + b"\0" + text.encode())
        facts[named[1]] = _fact(named[1], path, text, problems)
    return facts, texts


def _fact(name: str, path: Path, text: str, problems: list[ItssError]) -> Fact:
    def fault(_: str, problem: str, hint: str = "") -> None:
        problems.append(RuleError(problem, place=f"{path}:1", hint=hint))

    match = HEAD.match(text)
    head = {}
    try:
        head = tomllib.loads(match[1]) if match else {}
    except tomllib.TOMLDecodeError as e:
        fault("", f"the head is not TOML: {e}")
    for key in sorted(set(head) - FACT_KEYS):
        fault("", f"unknown key {key!r}", did_you_mean(key, sorted(FACT_KEYS)))
    of = head.get("of", "")
    if of and of not in model():
        fault("", f"of names the unknown table {of}", did_you_mean(of, list(model())))
    rest = text[match.end() :] if match else text
    begins = len(text) - len(rest.lstrip())
    title = read_text(head, "title", "title", fault)
    said = read_text(head, "sentence", "sentence", fault) if "sentence" in head else Text("", "")
    line = text[:begins].count("\n") + 1
    sealed = head.get("sealed", False) is True
    return Fact(name, title, rest.strip().rstrip(";"), path, of, said, sealed, line)


def with_shared(rule: Rule, facts: Mapping[str, Fact], settings: Mapping[str, Param]) -> Rule:
    """The rule with the facts that its SQL names, those that they name, and their settings."""
    wanted: set[str] = set()
    todo = [rule.sql]
    while todo:
        words = set(re.findall(r"[a-z_][a-z0-9_]*", todo.pop().lower()))
        new = (words & set(facts)) - wanted
        wanted |= new
        todo += [facts[n].sql for n in new]
    read = tuple(f for n, f in facts.items() if n in wanted)
    named = set(re.findall(r"\$([a-z_][a-z0-9_]*)", " ".join([rule.sql, *(f.sql for f in read)])))
    return replace(rule, facts=read, shared={n: p for n, p in settings.items() if n in named})


def load_settings(
    paths: Sequence[Path], problems: list[ItssError]
) -> tuple[dict[str, Param], list[bytes]]:
    """Shared settings by name, and their files' bytes."""
    found: dict[str, Param] = {}
    texts = []
    for path in (p / "settings.toml" for p in paths):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8-sig")
        texts.append(text.encode())
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as e:
            problems.append(RuleError(f"cannot be read: {e}", place=str(path)))
            continue
        for name, spec in data.items():
            if name in found:
                problems.append(RuleError(f"setting {name} exists already", place=str(path)))

            def fault(_: str, problem: str, path: Path = path) -> None:
                problems.append(RuleError(problem, place=str(path)))

            found[name] = read_param(name, spec, name, fault)
    return found, texts
