"""The lint against false greens: what a rule's SQL must not do, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from itssrules.catalogue import emptiness, joins
from itssrules.catalogue.needs import head_line
from itssrules.catalogue.sqltree import Ref, Scope, Tree, columns_in, own, parse
from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.rule import Fact, Rule, RuleBook, Text

FUNCTIONS = {
    "count", "min", "max", "sum", "bool_or", "bool_and", "list", "arg_min", "arg_max",
    "row_number", "lag", "lead", "first_value",
    "coalesce", "nullif", "cast", "lower", "trim", "length", "contains", "starts_with", "concat",
    "list_value", "to_minutes", "to_hours", "to_days", "to_months",
    "earliest", "latest", "ratio", "elapsed_minutes", "months_before",
    "supplied", "table_supplied", "column_supplied", "complete", "complete_over",
    "complete_everywhere", "local_day", "day_start", "quarter_start", "quarter_name", "days_after",
    "half_start", "half_name", "says_any", "word_in", "is_one_of", "holds_role",
    "months_after", "list_contains", "number_prefix", "number_value", "same_person", "person_key",
    "person_word", "worked", "whole_minutes", "damaged",
}  # fmt: skip
"""Functions that mean the same on every engine, and the macros that are made so."""
INSTEAD = {
    "least": "use earliest(a, b), which is NULL where either is",
    "greatest": "use latest(a, b), which is NULL where either is",
    "ifnull": "use coalesce(a, b)",
    "avg": "use ratio(sum(x), count(x))",
    "date_diff": "use elapsed_minutes(start, end)",
    "datediff": "use elapsed_minutes(start, end)",
    "datesub": "use elapsed_minutes(start, end)",
    "date_sub": "use elapsed_minutes(start, end)",
    "age": "use elapsed_minutes(start, end)",
    "now": "use $as_of",
    "today": "use $as_of",
}
CLOCKS = {
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "current_user",
}  # fmt: skip
DIVISIONS = {TokenType.SLASH: "/", TokenType.DIV: "//", TokenType.MOD: "%"}
NO_CALL = {
    "in", "and", "or", "not", "exists", "over", "filter", "when", "then", "else", "case",
    "select", "where", "from", "join", "on", "as", "by", "using", "all", "any", "values", "union",
    "except", "is", "having", "qualify", "with", "distinct", "between", "like", "materialized",
}  # fmt: skip
"""Words before a bracket that call no function."""
ROWS_VANISH = ("where", "having", "qualify", "group", "limit", "offset", "distinct")
CONSTRUCTS = {
    exp.Slice: ("a list slice", "let the query choose the rows"),
    exp.Comprehension: ("a list comprehension", "let the query choose the rows"),
    exp.RegexpLike: ("a regular expression", "use contains or starts_with"),
    exp.RegexpFullMatch: ("a regular expression", "use contains or starts_with"),
    exp.SimilarTo: ("a regular expression", "use contains or starts_with"),
    exp.Glob: ("glob", "use contains or starts_with"),
    exp.Interval: ("an interval literal", "use to_minutes, to_hours, to_days or to_months"),
}
ORDERED = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue)


def lint(rule: Rule) -> list[ItssError]:
    """Every trap in a rule's SQL that could give a false green, or another result elsewhere."""
    try:
        tree = parse(rule)
    except SqlglotError as e:
        place = f"{rule.path}:{rule.sql_line}"
        return [RuleError(f"the SQL cannot be read: {str(e).splitlines()[0]}", place=place)]
    found = [
        *_calls(tree), *_constructs(tree), *_orders(tree), *_times(tree), *_projections(tree),
        *_vanishing(tree), *joins.problems(tree), *_enumerations(tree), *_defaults(tree),
        *emptiness.problems(tree), *_messages(tree),
    ]  # fmt: skip
    unique = {(str(p.place), p.problem): p for p in found}
    return sorted(unique.values(), key=lambda p: (_line_of(p), p.problem))


def lint_facts(book: RuleBook) -> list[ItssError]:
    """The traps in the facts' SQL that show without a rule: calls, constructs, joins, times."""
    found: list[ItssError] = []
    for number, fact in enumerate(book.facts):
        try:
            tree = parse(_as_rule(fact, book.facts[:number]))
        except SqlglotError as e:
            place = f"{fact.path}:{fact.sql_line}"
            found.append(
                RuleError(f"the SQL cannot be read: {str(e).splitlines()[0]}", place=place)
            )
            continue
        found += [*_calls(tree), *_constructs(tree), *_orders(tree), *_times(tree),
                  *joins.problems(tree), *_enumerations(tree)]  # fmt: skip
    return found


def _as_rule(fact: Fact, before: Sequence[Fact]) -> Rule:
    none = Text("", "")
    return Rule(
        fact.name, "facts", fact.title, "observation", "record", (fact.of,) if fact.of else (), (),
        {}, none, none, fact.sql, fact.path, "", fact.sql_line, facts=tuple(before),
    )  # fmt: skip


def absence_tables(rule: Rule) -> set[str]:
    """Canonical tables from whose absent rows the verdict of a rule concludes."""
    return emptiness.absence_tables(parse(rule))


def _line_of(problem: ItssError) -> int:
    return int(problem.place.rpartition(":")[2])


def _fault(tree: Tree, node: exp.Expression, problem: str, hint: str = "") -> ItssError:
    return RuleError(problem, place=tree.place(node), hint=hint)


def _calls(tree: Tree) -> Iterator[ItssError]:
    """Functions outside the list, clocks and divisions, found in the text itself."""
    tokens = DuckDB().tokenize(tree.rule.sql)
    before = [None, *tokens]
    after = [*tokens[1:], None]
    for last, token, following in zip(before, tokens, after, strict=False):
        place = f"{tree.rule.path}:{tree.line_at(token.start)}"
        word = token.text.lower()
        called = following is not None and following.token_type == TokenType.L_PAREN
        if token.token_type in DIVISIONS:
            sign = DIVISIONS[token.token_type]
            yield RuleError(f"divides by {sign}", place=place, hint="use ratio(a, b)")
        elif word in CLOCKS and token.token_type != TokenType.STRING:
            yield RuleError(f"reads the clock with {word}", place=place, hint="use $as_of")
        elif called and _is_call(last, token) and word not in FUNCTIONS:
            hint = INSTEAD.get(word) or did_you_mean(word, sorted(FUNCTIONS))
            yield RuleError(f"function {word} is not on the list", place=place, hint=hint)


def _is_call(last: Any, token: Any) -> bool:
    word = token.text.lower()
    named = re.fullmatch(r"[a-z_][a-z0-9_]*", word) is not None
    text = token.token_type == TokenType.STRING
    typed = last is not None and last.token_type in (TokenType.ALIAS, TokenType.DCOLON)
    return named and not text and not typed and word not in NO_CALL


def _constructs(tree: Tree) -> Iterator[ItssError]:
    """What engines do not share: slices, regular expressions, computed frames."""
    for node in tree.root.walk():
        if type(node) in CONSTRUCTS:
            name, hint = CONSTRUCTS[type(node)]
            if not (isinstance(node, exp.Interval) and isinstance(node.parent, exp.WindowSpec)):
                yield _fault(tree, node, f"uses {name}, which engines do not share", hint)
        elif isinstance(node, exp.WindowSpec):
            bounds = (node.args.get("start"), node.args.get("end"))
            if any(isinstance(b, exp.Expression) and not b.is_number for b in bounds):
                yield _fault(tree, node, "computes a window frame", "write the frame as a number")


def _orders(tree: Tree) -> Iterator[ItssError]:
    """Lists and windows whose result depends on the order of rows, with none given."""
    for node in tree.root.walk():
        if isinstance(node, exp.ArrayAgg) and not isinstance(node.this, exp.Order):
            yield _fault(tree, node, "list without an order", "write list(x order by y)")
        elif (
            isinstance(node, exp.Window)
            and isinstance(node.this, ORDERED)
            and node.args.get("order") is None
        ):
            name = node.this.sql_name().lower()
            yield _fault(tree, node, f"{name} without an order", "add order by to over (…)")


def _times(tree: Tree) -> Iterator[ItssError]:
    """Subtraction of times."""
    for scope, node in _nodes(tree):
        if isinstance(node, exp.Sub):
            sides = [scope.model_column(n) for n in (node.this, node.expression)]
            if all(c is not None and c.is_time for c in sides):
                yield _fault(tree, node, "subtracts times", "use elapsed_minutes(start, end)")


def _nodes(tree: Tree) -> Iterator[tuple[Scope, exp.Expression]]:
    for scope in tree.scopes:
        for part in scope.parts():
            for node in own(part):
                yield scope, node


def _projections(tree: Tree) -> Iterator[ItssError]:
    for branch in tree.final.branches:
        for expression in branch.select.expressions:
            if expression.is_star:
                yield _fault(tree, expression, "the result takes every column with *",
                             "name the columns that the messages show")  # fmt: skip


def _vanishing(tree: Tree) -> Iterator[ItssError]:
    """Clauses that make rows of the subject vanish: each must come out once."""
    for node in own(tree.root) if isinstance(tree.root, exp.SetOperation) else ():
        if isinstance(node, exp.SetOperation) and node.args.get("distinct"):
            name = type(node).__name__.lower()
            yield _fault(tree, node, f"{name} drops rows that are alike", "write union all")
    todo, done = [*tree.final.branches] if tree.rule.of_records else [], set[int]()
    while todo:
        scope = todo.pop()
        if id(scope) in done:
            continue
        done.add(id(scope))
        yield from _row_losers(tree, scope)
        record = scope.projection("record")
        ref = scope.resolve(record) if isinstance(record, exp.Column) else None
        if ref is not None and ref.source is not None and ref.source.query is not None:
            todo += ref.source.query.branches


def _row_losers(tree: Tree, scope: Scope) -> Iterator[ItssError]:
    hint = "each row of the subject comes out once; say it in applies"
    for name in ROWS_VANISH:
        clause = scope.clause(name)
        if clause is not None:
            yield _fault(tree, clause, f"{name} in the select that yields record", hint)
    for source in scope.sources.values():
        if source.inner and source.join is not None:
            kind = (source.join.side or source.join.kind or "inner").lower()
            yield _fault(tree, source.node, f"{kind} join in the select that yields record",
                         "use a left join to a query with one row a key")  # fmt: skip


def _enumerations(tree: Tree) -> Iterator[ItssError]:
    """Literals that an enumerated column cannot hold."""
    for scope, node in _nodes(tree):
        if isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
            pairs = [(node.this, [node.expression]), (node.expression, [node.this])]
        elif isinstance(node, exp.In):
            pairs = [(node.this, node.expressions)]
        elif isinstance(node, exp.Case) and node.this is not None:
            pairs = [(node.this, [b.this for b in node.args["ifs"]])]
        else:
            continue
        for side, literals in pairs:
            yield from _foreign_values(tree, scope, side, literals)


def _foreign_values(
    tree: Tree, scope: Scope, side: exp.Expression, literals: list[exp.Expression]
) -> Iterator[ItssError]:
    filler: set[str] = set()
    if isinstance(side, exp.Coalesce):
        filler = {n.name for n in side.expressions if isinstance(n, exp.Literal)}
        side = side.this
    column = scope.model_column(side)
    if column is None or not column.enum:
        return
    for literal in literals:
        if isinstance(literal, exp.Literal) and literal.name not in {*column.enum, *filler}:
            yield _fault(
                tree, literal, f"{column.table}.{column.name} is never '{literal.name}'",
                did_you_mean(literal.name, column.enum) or f"it is {', '.join(column.enum)}",
            )  # fmt: skip


def _defaults(tree: Tree) -> Iterator[ItssError]:
    """TRUE by default: `else true` and coalesce(…, true)."""
    for branch in tree.final.branches:
        for column in ("applies", "conforms"):
            made = branch.projection(column)
            for node in _followed(made, branch) if made is not None else ():
                default = node.args.get("default") if isinstance(node, exp.Case) else None
                if isinstance(default, exp.Boolean) and default.this:
                    yield RuleError(
                        f"{column} is TRUE by `else true`, by no test",
                        place=f"{tree.rule.path}:{_else_line(tree, node)}",
                        hint="write the positive test: when … then true",
                    )
                elif isinstance(node, exp.Coalesce) and _fills_true(tree.rule, node, column):
                    yield _fault(tree, node, f"{column} is TRUE by coalesce(…, true), by no test",
                                 "leave NULL as it is: not assessed")  # fmt: skip


def _fills_true(rule: Rule, node: exp.Expression, column: str) -> bool:
    """True for coalesce(…, true), unless blank says that each column's emptiness is TRUE."""
    if not any(isinstance(n, exp.Boolean) and n.this for n in node.expressions):
        return False
    meaning = "applies" if column == "applies" else "conforming"
    names = {c.name.lower() for c in columns_in(node)}
    return not names or any(rule.blank.get(n) != meaning for n in names)


def _else_line(tree: Tree, case: exp.Expression) -> int:
    """Line of the `else true` of a CASE, looked for behind its last branch."""
    last = case.args["ifs"][-1]
    starts = [n.meta["start"] for n in last.walk() if "start" in n.meta]
    found = re.compile(r"\belse\s+true\b", re.IGNORECASE).search(
        tree.rule.sql, max(starts, default=tree.offset(case))
    )
    return tree.line_at(found.start()) if found else tree.line(case)


def _followed(
    node: exp.Expression, scope: Scope, done: set[int] | None = None
) -> Iterator[exp.Expression]:
    """An expression's nodes, and those of the CTE columns and select aliases that it names."""
    done = set() if done is None else done
    if id(node) in done:
        return
    done.add(id(node))
    for at in own(node):
        yield at
        ref = scope.resolve(at) if isinstance(at, exp.Column) and not at.is_star else None
        for inner, where in _definitions(ref) if ref is not None else ():
            yield from _followed(inner, where, done)


def _definitions(ref: Ref) -> list[tuple[exp.Expression, Scope]]:
    if ref.source is None:
        made = ref.scope.projection(ref.name)
        return [(made, ref.scope)] if made is not None else []
    return ref.source.query.column(ref.name) if ref.source.query else []


def _messages(tree: Tree) -> Iterator[ItssError]:
    """Message keys that the SQL yields and the head lacks, and the other way round."""
    known, made, sure = tree.rule.messages, set[str](), True
    for branch in tree.final.branches:
        message = branch.projection("message")
        for node in _results(message, branch) if message is not None else ():
            if isinstance(node, exp.Literal) and node.is_string:
                made.add(node.name)
                if node.name not in known:
                    hint = did_you_mean(node.name, list(known)) or "declare it in the head"
                    yield _fault(tree, node, f"message {node.name!r} is not declared", hint)
            elif not isinstance(node, exp.Null):
                sure = False
    for key in known if sure and made else ():
        if key not in made:
            place = f"{tree.rule.path}:{head_line(tree.rule, f'message.{key}')}"
            yield RuleError(f"message {key} is declared and never yielded", place=place,
                            hint="remove it, or yield it")  # fmt: skip


def _results(node: exp.Expression, scope: Scope) -> Iterator[exp.Expression]:
    """What an expression can come to: branches of CASE and COALESCE, definitions of columns."""
    if isinstance(node, exp.Paren):
        yield from _results(node.this, scope)
    elif isinstance(node, exp.Case):
        ends = [b.args["true"] for b in node.args["ifs"]]
        for end in [*ends, node.args.get("default") or exp.null()]:
            yield from _results(end, scope)
    elif isinstance(node, exp.Coalesce):
        for part in (node.this, *node.expressions):
            yield from _results(part, scope)
    else:
        ref = scope.resolve(node) if isinstance(node, exp.Column) else None
        made = _definitions(ref) if ref is not None else []
        for inner, where in made:
            yield from _results(inner, where)
        if not made:
            yield node
