"""Loading checks that need the engine: one SELECT, known tables, parameters, output contract."""

from __future__ import annotations

import re

from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.messages import placeholders
from itssrules.model.rule import OUTPUT, Rule, RuleBook
from itssrules.model.tables import RECORD_TYPE, model
from itssrules.store import (
    BOOK_TABLES,
    Connection,
    Error,
    literal,
    parameters,
    rows,
    statement_problem,
    table_problem,
)

ALWAYS = {"as_of"}
"""Parameters that every rule may use without declaring them."""
TYPES = {
    "record": RECORD_TYPE, "at": "TIMESTAMP", "owner": "VARCHAR", "applies": "BOOLEAN",
    "conforms": "BOOLEAN", "message": "VARCHAR",
}  # fmt: skip


def check_book(con: Connection, book: RuleBook) -> list[ItssError]:
    """Every problem of every rule's SQL, found on the empty canonical tables of `con`."""
    return [problem for rule in book.rules for problem in check_rule(con, rule)]


def check_rule(con: Connection, rule: Rule) -> list[ItssError]:
    """The problems of one rule's SQL; those that would only follow from another are left out."""
    problem = statement_problem(con, rule.sql)
    if problem:
        return [_fault(rule, problem)]
    problems = _parameters(con, rule)
    if any(parameter not in {*rule.params, *ALWAYS} for parameter in parameters(con, rule.sql)):
        return problems
    problem = table_problem(con, _bound(rule), [*model(), *BOOK_TABLES])
    if problem:
        return [*problems, _fault(rule, problem)]
    try:
        columns = _describe(con, rule)
    except Error as e:
        return [*problems, _fault(rule, _first_line(e), "names are listed in docs/model.md")]
    return [*problems, *_contract(rule, columns), *_placeholders(rule, set(columns))]


def _fault(rule: Rule, problem: str, hint: str = "") -> RuleError:
    found = re.search(r"LINE (\d+):", problem)
    line = rule.sql_line + (int(found[1]) - 1 if found else 0)
    return RuleError(problem.split("\n")[0], place=f"{rule.path}:{line}", hint=hint)


def _first_line(error: Exception) -> str:
    text = str(error)
    found = re.search(r"LINE \d+:", text)
    return text.split("\n")[0] + (f" ({found[0].rstrip(':').lower()} of the SQL)" if found else "")


def _parameters(con: Connection, rule: Rule) -> list[ItssError]:
    used, declared = parameters(con, rule.sql), set(rule.params)
    problems: list[ItssError] = []
    for name in sorted(used - declared - ALWAYS):
        hint = did_you_mean(name, [*declared, *ALWAYS]) or f"declare [params.{name}]"
        problems.append(_fault(rule, f"${name} is not declared in the head", hint))
    for name in sorted(declared - used):
        problems.append(_fault(rule, f"parameter {name} is declared and never used", "remove it"))
    return problems


def _describe(con: Connection, rule: Rule) -> dict[str, str]:
    """Output columns and types of the rule's SQL."""
    return {name: kind for name, kind, *_ in rows(con, f"describe {_bound(rule)}")}


def _bound(rule: Rule) -> str:
    return bind(rule.sql, {**rule.values(), "as_of": "2000-01-01 00:00:00"})


def bind(sql: str, values: dict[str, object]) -> str:
    """The SQL with `$parameters` replaced by literals, outside texts and comments.

    DuckDB binds no parameters in `create table … as`; the values are the engine's own.
    """

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name is None or name not in values:
            return match[0]
        value = values[name]
        return f"timestamp {literal(value)}" if name == "as_of" else literal(value)

    return re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$([a-z_][a-z0-9_]*)",
                  put, sql, flags=re.DOTALL)  # fmt: skip


def _contract(rule: Rule, columns: dict[str, str]) -> list[ItssError]:
    problems: list[ItssError] = []
    for name in OUTPUT:
        if name not in columns:
            problems.append(_fault(rule, f"the result lacks the column {name}"))
        elif not _fits(columns[name], TYPES[name]):
            kind = columns[name] if name != "record" else "no record"
            problems.append(
                _fault(rule, f"column {name} is {kind}, not {TYPES[name].split('(')[0]}")
            )
    return problems


def _fits(kind: str, wanted: str) -> bool:
    if wanted == RECORD_TYPE:
        return kind.replace('"', "") == RECORD_TYPE
    return kind in (wanted, '"NULL"', "NULL") or (wanted == "TIMESTAMP" and kind == "DATE")


def _placeholders(rule: Rule, columns: set[str]) -> list[ItssError]:
    known = (columns - set(OUTPUT)) | {"id", "project", "owner", "at"}
    problems: list[ItssError] = []
    for message in rule.messages.values():
        names = {n for lang in ("zh", "en") for n, _ in placeholders(message.text[lang])}
        for name in sorted(names - known):
            hint = did_you_mean(name, sorted(known))
            problems.append(_fault(rule, f"message.{message.key} names {{{name}}}, which the SQL"
                                   " does not yield", hint))  # fmt: skip
    return problems
