"""A rule file's TOML head, read with every fault reported at its line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.messages import FORMATS, placeholders
from itssrules.model.rule import (
    BLANK_MEANINGS,
    ENGINE_REASONS,
    KINDS,
    MESSAGE_VERDICTS,
    PARAM_TYPES,
    RULE_STATUSES,
    SEVERITIES,
    Message,
    Need,
    Param,
    Rule,
    Severity,
    Text,
)
from itssrules.model.tables import find_column, model

HEAD = re.compile(r"\A\s*/\*\n(.*?)\n\*/[ \t]*\n?", re.DOTALL)
RULE_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{3}")
MESSAGE_KEYS = {"verdict", "zh", "en", "marks"}
PARAM_KEYS = {"type", "value", "min", "max", "help", "reads", "legal"}
KEYS = {
    "id": str, "title": dict, "severity": str, "kind": str, "leads": bool, "at_most": bool,
    "compares": bool, "subject": list,
    "decides": list, "supports": list, "yields_to": list, "needs": list, "uses": list,
    "blank": dict, "since": str, "status": str, "why": dict, "fix": dict, "noise": dict,
    "params": dict, "message": dict,
}  # fmt: skip
REQUIRED = ("id", "title", "severity", "kind", "subject", "needs", "why", "fix", "message")


Fault = Callable[[str, str], None]
"""Notes a problem: the key at whose line it stands, and what is wrong."""


def read_text(table: Mapping[str, Any], key: str, where: str, fault: Fault) -> Text:
    """A text in both languages."""
    value = table.get(key, {})
    value = value if isinstance(value, dict) else {}
    for lang in ("zh", "en"):
        if not isinstance(value.get(lang), str) or not value[lang].strip():
            fault(where, f"{where} has no {lang} text")
    return Text(str(value.get("zh", "")), str(value.get("en", "")))


def read_param(name: str, spec: Mapping[str, Any], where: str, fault: Fault) -> Param:
    """A parameter or shared setting, its default held to its own type and bounds."""
    for key in sorted(set(spec) - PARAM_KEYS):
        fault(where, f"{where}: unknown key {key!r}")
    kind, value = spec.get("type", ""), spec.get("value")
    if kind not in PARAM_TYPES:
        fault(where, f"{where}: type {kind!r} is none of {', '.join(PARAM_TYPES)}")
        kind, value = "count", 0
    param = Param(
        name, kind, tuple(value) if isinstance(value, list) else cast("int", value),
        spec.get("min"), spec.get("max"), read_text(spec, "help", where, fault),
        tuple(spec.get("reads", ())), tuple(spec.get("legal", ())),
    )  # fmt: skip
    problem = param.problem(param.value)
    if problem:
        fault(where, f"{where}: {problem}")
    return param


class HeadReader:
    """Reads one rule file; `problems` gathers what is wrong, each with its line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text.replace("\r\n", "\n")
        self.problems: list[ItssError] = []
        self.head: dict[str, Any] = {}

    def read(self) -> Rule | None:
        """The rule, as far as it can be read; None where there is no head at all."""
        match = HEAD.match(self.text)
        if not match:
            self.fault("", "has no head", "begin the file with /* TOML */, then one SELECT")
            return None
        try:
            self.head = tomllib.loads(match[1])
        except tomllib.TOMLDecodeError as e:
            found = re.search(r"line (\d+)", str(e))
            line = int(found[1]) + 1 if found else 1
            self.problems.append(
                RuleError(f"the head is not TOML: {e}", place=f"{self.path}:{line}")
            )
            return None
        self._check_keys()
        rest = self.text[match.end() :]
        begins = match.end() + len(rest) - len(rest.lstrip())
        return self._rule(rest, self.text[:begins].count("\n") + 1)

    def fault(self, key: str, problem: str, hint: str = "") -> None:
        """Note a problem at the line where `key` stands."""
        self.problems.append(RuleError(problem, place=f"{self.path}:{self._line(key)}", hint=hint))

    def _line(self, key: str) -> int:
        if key:
            pattern = re.compile(rf"^\s*\[?{re.escape(key)}\b")
            for number, line in enumerate(self.text.split("\n"), 1):
                if pattern.match(line):
                    return number
        return 1

    def _check_keys(self) -> None:
        for key, value in self.head.items():
            if key not in KEYS:
                self.fault(key, f"unknown key {key!r}", did_you_mean(key, list(KEYS)))
            elif not isinstance(value, KEYS[key]):
                self.fault(key, f"{key} must be a {KEYS[key].__name__}")
                self.head[key] = KEYS[key]()
        for key in REQUIRED:
            if key not in self.head:
                self.fault("id", f"the head lacks {key}")

    def _rule(self, sql: str, sql_line: int) -> Rule:
        head = self.head
        rule_id = head.get("id", "")
        if not RULE_ID.fullmatch(rule_id):
            self.fault("id", f"{rule_id!r} is no rule id", "write letters, a hyphen, 3 digits")
        if not self.path.stem.startswith(f"{rule_id}_"):
            self.fault("id", f"the file name does not begin with {rule_id}_", "rename the file")
        subject = self._strings("subject")
        for name in subject:
            if name not in model():
                self.fault("subject", f"unknown table {name}", did_you_mean(name, list(model())))
        return Rule(
            id=rule_id,
            process=self.path.parent.name,
            title=self._text(head, "title"),
            severity=cast("Severity", self._one_of("severity", SEVERITIES, "minor")),
            kind=self._one_of("kind", KINDS, "record"),
            leads=head.get("leads", False),
            at_most=head.get("at_most", False),
            compares=head.get("compares", False),
            subject=tuple(t for t in subject if t in model()),
            decides=self._strings("decides"),
            supports=self._strings("supports"),
            yields_to=self._strings("yields_to"),
            ref=self._ref(),
            needs=self._needs(),
            uses=self._columns("uses"),
            blank=self._blank(),
            since=head.get("since", ""),
            status=self._one_of("status", RULE_STATUSES, "stable"),
            why=self._text(head, "why"),
            fix=self._text(head, "fix"),
            noise=self._text(head, "noise") if "noise" in head else Text("", ""),
            params={k: self._param(k, v) for k, v in head.get("params", {}).items()},
            messages={k: self._message(k, v) for k, v in head.get("message", {}).items()},
            sql=sql.strip().rstrip(";"),
            sql_line=sql_line,
            path=self.path,
            version=hashlib.sha256(self.text.encode()).hexdigest()[:12],
        )

    def _ref(self) -> Path | None:
        """The reference table beside the rule, if there is one."""
        path = self.path.with_suffix(".csv")
        return path if path.is_file() else None

    def _one_of(self, key: str, legal: Sequence[str], default: str) -> str:
        value = self.head.get(key, default)
        if value not in legal:
            self.fault(key, f"{key} {value!r} is none of {', '.join(legal)}")
            return default
        return str(value)

    def _text(self, table: Mapping[str, Any], key: str, where: str = "") -> Text:
        return read_text(table, key, where or key, self.fault)

    def _strings(self, key: str) -> tuple[str, ...]:
        values = self.head.get(key, [])
        if not all(isinstance(v, str) for v in values):
            self.fault(key, f"{key} must be a list of texts")
            return ()
        return tuple(values)

    def _columns(self, key: str) -> tuple[str, ...]:
        names = self._strings(key)
        for name in names:
            self._known_column(key, name)
        return names

    def _known_column(self, key: str, name: str) -> None:
        if find_column(name) is None:
            known = [f"{t.name}.{c.name}" for t in model().values() for c in t.columns]
            self.fault(key, f"{key}: unknown column {name}", did_you_mean(name, known))

    def _needs(self) -> tuple[Need, ...]:
        needs = []
        for text in self._strings("needs"):
            try:
                need = Need.parse(text)
            except ValueError as e:
                self.fault("needs", f"needs: {text}: {e}")
                continue
            for column in need.columns:
                self._known_column("needs", column)
            needs.append(need)
        return tuple(needs)

    def _blank(self) -> dict[str, str]:
        blank = self.head.get("blank", {})
        columns = {c.name for t in model().values() for c in t.columns}
        for name, meaning in blank.items():
            if name not in columns:
                self.fault("blank", f"blank: unknown column {name}")
            if meaning not in BLANK_MEANINGS:
                legal = ", ".join(BLANK_MEANINGS)
                self.fault("blank", f"blank: {name} = {meaning!r} is none of {legal}")
        return dict(blank)

    def _param(self, name: str, spec: Mapping[str, Any]) -> Param:
        where = f"params.{name}"
        param = read_param(name, spec, where, self.fault)
        for column in param.reads:
            self._known_column(where, column)
        return param

    def _message(self, key: str, spec: Mapping[str, Any]) -> Message:
        where = f"message.{key}"
        for extra in sorted(set(spec) - MESSAGE_KEYS):
            hint = did_you_mean(extra, sorted(MESSAGE_KEYS))
            self.fault(where, f"{where}: unknown key {extra!r}", hint)
        if key in ENGINE_REASONS:
            self.fault(where, f"{where}: {key} is a reason of the engine's own", "rename it")
        verdict = spec.get("verdict", "")
        if verdict not in MESSAGE_VERDICTS:
            legal = ", ".join(MESSAGE_VERDICTS)
            self.fault(where, f"{where}: verdict {verdict!r} is none of {legal}")
        text = self._text({"": spec}, "", where)
        used = {lang: placeholders(text[lang]) for lang in ("zh", "en")}
        for name, form in used["zh"] + used["en"]:
            if form and form not in FORMATS:
                legal = ", ".join(FORMATS)
                self.fault(where, f"{where}: {{{name}:{form}}} has none of the formats {legal}")
        if verdict in ("not_assessed", "not_applicable") and (used["zh"] or used["en"]):
            self.fault(
                where,
                f"{where}: a {verdict} message stands for many records and takes no values",
                "remove the {…}",
            )
        return Message(key, verdict, text, self._marks(spec, verdict, where))

    def _marks(self, spec: Mapping[str, Any], verdict: str, where: str) -> tuple[str, ...]:
        """The steps at fault: one name, or a list of them."""
        if "marks" not in spec:
            return ()
        marks = spec["marks"] if isinstance(spec["marks"], list) else [spec["marks"]]
        if not marks or not all(isinstance(m, str) for m in marks):
            self.fault(where, f"{where}: marks must be a text or a list of texts")
            return ()
        if verdict not in ("nonconforming", "lead"):
            self.fault(where, f"{where}: a {verdict} message has no step at fault", "remove marks")
        for name in marks:
            if "." in name:
                self._known_column(where, name)
        return tuple(marks)
