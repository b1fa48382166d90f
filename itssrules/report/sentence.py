"""A finding in a sentence, and the values that prove it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.model.messages import in_words, is_coded
from itssrules.model.rule import Need, Rule, Text
from itssrules.model.tables import find_column, table_of
from itssrules.report.measures import share
from itssrules.report.text import Part, parts, short
from itssrules.report.words import WORDS, project_name

RATIOS = ("value", "lower", "upper", "target")


def proof(text: str | None) -> dict[str, Any]:
    """The evidence of a finding by column; what is no JSON object stands under `evidence`."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"evidence": short(text)}


def ratios(evidence: Mapping[str, Any]) -> dict[str, str]:
    """A key figure's shares as percentages that cannot be taken for the target."""
    numbers = {n: evidence[n] for n in RATIOS if isinstance(evidence.get(n), float)}
    return {name: share(value, numbers.get("target")) for name, value in numbers.items()}


def sentence(
    rule: Rule, finding: Mapping[str, Any], evidence: Mapping[str, Any], lang: str, zone: ZoneInfo
) -> list[Part]:
    """What the rule says of a finding, in pieces; its title where the message is not known.

    `finding` is a row of the findings, `evidence` the `proof` of its evidence. Enumeration values
    of columns that the rule reads stand in words.
    """
    message = rule.messages.get(finding["message"])
    text = (message.text if message else rule.title)[lang]
    evidence = (
        worded(rule, finding, evidence, lang) if is_coded(text) or "_name}" in text else evidence
    )
    values = {
        **evidence, "id": finding["subject_id"], "owner": finding["owner"],
        **(ratios(evidence) if rule.kind == "kpi" else {}),
        "project": project_name(finding["project_id"] or "")[lang],
    }  # fmt: skip
    return parts(text, values, lang, zone)


def worded(
    rule: Rule, finding: Mapping[str, Any], evidence: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    """The evidence with words for enumeration values, and for columns that a `…_name` names."""
    tables = _tables(finding["object"], rule.subject, rule.needs, rule.uses)
    said = in_words(evidence, tables, lang)
    for name, value in evidence.items():
        if name.endswith("_name") and isinstance(value, str):
            column = find_column(f"{tables[0]}.{value}")
            text = Text(column.zh, column.en) if column else WORDS.get(f"column.{value}")
            said[name] = text[lang] if text else value
    return said


@cache
def _tables(
    object_: str, subject: tuple[str, ...], needs: tuple[Need, ...], uses: tuple[str, ...]
) -> tuple[str, ...]:
    """Tables that a rule reads, that of the record first."""
    columns = [*(c for need in needs for c in need.columns), *uses]
    return (table_of(object_), *subject, *(c.partition(".")[0] for c in columns))
