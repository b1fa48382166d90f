"""Loading checks that need the engine: one SELECT, known tables, parameters, output contract."""

from __future__ import annotations

import re
from collections.abc import Collection

from itssrules.catalogue.compose import bind, runnable
from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.messages import placeholders
from itssrules.model.rule import OUTPUT, Fact, Rule, RuleBook, outputs
from itssrules.model.tables import RECORD_TYPE, find_column, model
from itssrules.store import (
    BOOK_TABLES,
    Connection,
    Error,
    ident,
    parameters,
    rows,
    statement_problem,
    table_problem,
)

ALWAYS = {"as_of", "zone"}
"""Parameters that every rule may use without declaring them."""
SOME = {"as_of": "2000-01-01 00:00:00", "zone": "UTC"}
TYPES = {
    "record": RECORD_TYPE, "at": "TIMESTAMP", "owner": "VARCHAR", "applies": "BOOLEAN",
    "conforms": "BOOLEAN", "message": "VARCHAR", "subject_id": "VARCHAR", "project_id": "VARCHAR",
    "checkpoint": "VARCHAR", "period": "VARCHAR", "members": f"{RECORD_TYPE}[]",
    **dict.fromkeys(("numerator", "denominator", "excluded", "unassessed"), "BIGINT"),
    **dict.fromkeys(("value", "lower", "upper", "target"), "DOUBLE"),
}  # fmt: skip


def check_book(con: Connection, book: RuleBook) -> list[ItssError]:
    """Every problem of every rule's SQL, found on the empty canonical tables of `con`."""
    problems = [p for f in book.facts for p in _fact_problems(con, f, set(book.settings))]
    if problems:
        return problems
    made: list[str] = []
    try:
        for fact in book.facts:
            values = {**{p.name: p.value for p in book.settings.values()}, **SOME}
            con.execute(f"create temp table {ident(fact.name)} as {bind(fact.sql, values)} limit 0")
            made.append(fact.name)
        return [problem for rule in book.rules for problem in check_rule(con, rule, made)]
    except Error as e:
        return [RuleError(_first_line(e), place=f"{fact.path}:{fact.sql_line}")]
    finally:
        for name in made:
            con.execute(f"drop table {ident(name)}")


def check_rule(con: Connection, rule: Rule, made: Collection[str] = ()) -> list[ItssError]:
    """The problems of one rule's SQL; those that would only follow from another are left out.

    `made` are the facts that stand as tables.
    """
    problem = statement_problem(con, rule.sql)
    if problem:
        return [_fault(rule, problem)]
    known = {*rule.params, *rule.shared, *ALWAYS}
    used = parameters(con, rule.sql)
    problems = _parameters(rule, used, known)
    if used - known:
        return problems
    try:
        problem = table_problem(con, _bound(rule, made), [*model(), *BOOK_TABLES, *made])
        if problem:
            return [*problems, _fault(rule, problem)]
        columns = _describe(con, rule, made)
    except RuleError as e:
        return [*problems, e]
    except Error as e:
        return [*problems, _fault(rule, _first_line(e), "names are listed in docs/model.md")]
    said = [*_placeholders(rule, set(columns)), *_marks(rule, columns)]
    return [*problems, *_contract(rule, columns), *said]


def _fact_problems(con: Connection, fact: Fact, shared: set[str]) -> list[ItssError]:
    problem = statement_problem(con, fact.sql)
    unknown = parameters(con, fact.sql) - shared - ALWAYS if not problem else set()
    if unknown:
        problem = f"${min(unknown)} is no shared setting"
    return [RuleError(problem, place=f"{fact.path}:{fact.sql_line}")] if problem else []


def _fault(rule: Rule, problem: str, hint: str = "") -> RuleError:
    found = re.search(r"LINE (\d+):", problem)
    line = rule.sql_line + (int(found[1]) - 1 if found else 0)
    return RuleError(problem.split("\n")[0], place=f"{rule.path}:{line}", hint=hint)


def _first_line(error: Exception) -> str:
    text = str(error)
    found = re.search(r"LINE \d+:", text)
    return text.split("\n")[0] + (f" ({found[0].rstrip(':').lower()} of the SQL)" if found else "")


def _parameters(rule: Rule, used: set[str], known: set[str]) -> list[ItssError]:
    declared = set(rule.params)
    problems: list[ItssError] = []
    for name in sorted(used - known):
        hint = did_you_mean(name, sorted(known)) or f"declare [params.{name}]"
        problems.append(_fault(rule, f"${name} is not declared in the head", hint))
    for name in sorted(declared - used):
        problems.append(_fault(rule, f"parameter {name} is declared and never used", "remove it"))
    return problems


def _describe(con: Connection, rule: Rule, made: Collection[str]) -> dict[str, str]:
    """Output columns and types of the rule's SQL."""
    return {name: kind for name, kind, *_ in rows(con, f"describe {_bound(rule, made)}")}


def _bound(rule: Rule, made: Collection[str]) -> str:
    return runnable(rule, {**{p.name: p.value for p in rule.shared.values()}, **SOME}, made)


def _contract(rule: Rule, columns: dict[str, str]) -> list[ItssError]:
    problems: list[ItssError] = []
    for name in outputs(rule):
        if name not in columns:
            problems.append(_fault(rule, f"the result lacks the column {name}"))
        elif not _fits(columns[name], TYPES[name]):
            kind = columns[name] if "STRUCT" not in TYPES[name] else "no record"
            problems.append(
                _fault(rule, f"column {name} is {kind}, not {TYPES[name].split('(')[0]}")
            )
    return problems


def _fits(kind: str, wanted: str) -> bool:
    if "STRUCT" in wanted:
        return kind.replace('"', "") == wanted
    if wanted in ("BIGINT", "DOUBLE"):
        return kind.startswith(("INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DECIMAL"))
    return kind in (wanted, '"NULL"', "NULL") or (wanted == "TIMESTAMP" and kind == "DATE")


def _placeholders(rule: Rule, columns: set[str]) -> list[ItssError]:
    known = (columns - set(OUTPUT)) | {"id", "project", "owner", "at"}
    if "members" in columns:
        known |= {"members_total"}
    problems: list[ItssError] = []
    for message in rule.messages.values():
        names = {n for lang in ("zh", "en") for n, _ in placeholders(message.text[lang])}
        for name in sorted(names - known):
            hint = did_you_mean(name, sorted(known))
            problems.append(_fault(rule, f"message.{message.key} names {{{name}}}, which the SQL"
                                   " does not yield", hint))  # fmt: skip
    return problems


def _marks(rule: Rule, columns: dict[str, str]) -> list[ItssError]:
    """A step at fault is a time: of the rule's evidence, or of a table that the rule reads."""
    evidence = {n: kind for n, kind in columns.items() if n not in outputs(rule)}
    problems: list[ItssError] = []
    for message in rule.messages.values():
        for name in message.marks:
            table, hint, problem = name.rpartition(".")[0], "", ""
            column = find_column(name)
            kind = (column.type if column else "") if table else evidence.get(name, "")
            if table and table not in rule.read_tables:
                problem, hint = "of a table that the rule does not read", "add it to uses"
            elif not table and name not in evidence:
                problem = "which is no evidence column"
                hint = did_you_mean(name, sorted(evidence)) or "write table.column for another time"
            elif kind not in ("TIMESTAMP", "DATE", ""):
                problem = f"which is {kind} and no time"
            if problem:
                said = f"message.{message.key} marks {name}, {problem}"
                problems.append(_fault(rule, said, hint))
    return problems
