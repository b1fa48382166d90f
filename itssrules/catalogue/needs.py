"""The columns from which a rule's verdict follows, derived from its SQL; the head held to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlglot import exp

from itssrules.catalogue.sqltree import NESTED, Query, Ref, Scope, Source, columns_in, own, parse
from itssrules.errors import ItssError, RuleError, did_you_mean
from itssrules.model.rule import Need, Rule
from itssrules.model.tables import model

VERDICT = ("applies", "conforms")
ALWAYS_THERE = ("record", "ns", "project_id")
HINT = "itssrules rules fix"
WIDTH = 100
_NEEDS = re.compile(r"^(needs[ \t]*=[ \t]*)\[", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'|#[^\n]*|\]")


def derive(rule: Rule) -> tuple[str, ...]:
    """Dotted canonical columns from which `applies` and `conforms` follow, sorted."""
    return _reads(rule, VERDICT)


def problems(rule: Rule) -> list[ItssError]:
    """Columns that the head's `needs` and `uses` lack, or name for nothing."""
    derived, message = set(derive(rule)), set(_reads(rule, ("message",)))
    lent = {c for p in rule.params.values() for c in p.reads}
    faults = [
        ("needs", f"the verdict reads {c}, which needs does not name", HINT)
        for c in sorted(derived - set(rule.needed_columns) - set(rule.uses) - lent)
    ]
    faults += [
        ("needs", f"needs names {c}, which the verdict does not read", HINT)
        for c in sorted(set(rule.needed_columns) - derived)
    ]
    faults += [
        ("uses", f"uses names {c}, which needs names too", "keep one of the two")
        for c in rule.uses
        if c in rule.needed_columns
    ]
    faults += [
        ("uses", f"uses names {c}, which neither the verdict nor message reads",
         did_you_mean(c, sorted(derived | message)) or "remove it")
        for c in rule.uses
        if c not in derived | message
    ]  # fmt: skip
    faults += [
        (f"params.{p.name}", f"params.{p.name}: reads names {c}, which the rule does not read",
         "remove it")
        for p in rule.params.values()
        for c in p.reads
        if c not in derived | message
    ]  # fmt: skip
    return [RuleError(text, place=f"{rule.path}:{head_line(rule, key)}", hint=hint)
            for key, text, hint in faults]  # fmt: skip


def fix(rule: Rule) -> str | None:
    """The rule file's text with `needs` as derived, or None where nothing changes."""
    text = rule.path.read_bytes().decode("utf-8")
    found = _NEEDS.search(text)
    needs = _mended(rule)
    if found is None or needs == list(rule.needs):
        return None
    entries = [f'"{need}"' for need in needs]
    line = f"{found[1]}[{', '.join(entries)}]"
    if len(line) > WIDTH:
        newline = "\r\n" if "\r\n" in text else "\n"
        body = "".join(f"    {entry},{newline}" for entry in entries)
        line = f"{found[1]}[{newline}{body}]"
    return text[: found.start()] + line + text[_array_end(text, found.end()) :]


def head_line(rule: Rule, key: str) -> int:
    """Line of the rule file on which a key of the head stands; 1 where it cannot be told."""
    try:
        lines = rule.path.read_text(encoding="utf-8-sig").split("\n")
    except OSError:
        return 1
    pattern = re.compile(rf"^\s*\[?{re.escape(key)}\b")
    return next((n for n, line in enumerate(lines, 1) if pattern.match(line)), 1)


def _mended(rule: Rule) -> list[Need]:
    """The needs as they stood, less what is superfluous, and the missing ones sorted after."""
    derived = set(derive(rule))
    lent = {c for p in rule.params.values() for c in p.reads}
    kept = []
    for need in rule.needs:
        pairs = zip(need.columns, need.precisions, strict=True)
        stay = [(c, p) for c, p in pairs if c in derived]
        if stay:
            kept.append(Need(tuple(c for c, _ in stay), tuple(p for _, p in stay)))
    missing = sorted(derived - set(rule.needed_columns) - set(rule.uses) - lent)
    return [*kept, *(Need((c,), (None,)) for c in missing)]


def _array_end(text: str, start: int) -> int:
    """Offset behind the bracket that closes a TOML array of strings."""
    for token in _TOKEN.finditer(text, start):
        if token[0] == "]":
            return token.end()
    return start


def _reads(rule: Rule, names: Iterable[str]) -> tuple[str, ...]:
    tree = parse(rule)
    reader = _Reader(set(rule.subject))
    for name in names:
        for expression, scope in tree.final.column(name):
            reader.rows(scope)
            reader.expression(expression, scope)
    return tuple(sorted(reader.columns))


class _Reader:
    """Follows expressions through CTEs and subqueries down to canonical columns."""

    def __init__(self, subject: set[str]) -> None:
        self.subject = subject
        self.columns: set[str] = set()
        self.done: set[object] = set()

    def expression(self, node: exp.Expression, scope: Scope, *, joins: bool = False) -> None:
        """Read an expression; `joins` where it only brings rows together."""
        for column in columns_in(node):
            ref = scope.resolve(column)
            if ref is not None:
                self.reference(ref, joins or _is_join_key(column))
        for nested in own(node):
            if isinstance(nested, NESTED) and id(nested) in scope.inner:
                self.query(scope.inner[id(nested)])

    def query(self, query: Query) -> None:
        """Read a nested query: its rows and all that it selects."""
        for branch in query.branches:
            self.rows(branch)
            for projection in branch.select.expressions:
                self.expression(projection, branch)

    def reference(self, ref: Ref, joins: bool) -> None:
        """Read what a column reference means, and the join that brings it."""
        if ref.source is None:
            inner = ref.scope.projection(ref.name)
            if inner is not None and self._first(("alias", id(inner))):
                self.expression(inner, ref.scope)
            return
        self.source(ref.scope, ref.source)
        if ref.source.query is None:
            self._cell(ref.source, ref.name, joins)
        elif self._first((id(ref.source.query), ref.name, joins)):
            for expression, scope in ref.source.query.column(ref.name):
                self.expression(expression, scope, joins=joins)

    def source(self, scope: Scope, source: Source) -> None:
        """Read what decides which rows a source brings."""
        if not self._first(("source", id(source))):
            return
        self.rows(scope)
        self._join(scope, source)
        for branch in source.query.branches if source.query else ():
            self.rows(branch)

    def rows(self, scope: Scope) -> None:
        """Read what decides which rows a select has; a left join alone decides nothing."""
        if not self._first(("rows", id(scope))):
            return
        for name in ("where", "having", "qualify"):
            clause = scope.clause(name)
            if clause is not None:
                self.expression(clause, scope)
        for key in _group_keys(scope):
            self.expression(key, scope, joins=True)
        if scope.clause("limit") is not None and (order := scope.clause("order")) is not None:
            self.expression(order, scope)
        for source in scope.sources.values():
            if not source.optional:
                self.source(scope, source)

    def _join(self, scope: Scope, source: Source) -> None:
        if source.join is None:
            return
        on = source.join.args.get("on")
        if on is not None:
            self.expression(on, scope)
        for name in source.join.args.get("using") or ():
            for side in scope.sources.values():
                if side.has(name.name.lower()):
                    self.reference(Ref(scope, side, name.name.lower()), True)

    def _cell(self, source: Source, name: str, joins: bool) -> None:
        column = source.column(name)
        if column is None or name in ALWAYS_THERE:
            return
        if joins and source.table in self.subject and name in model()[source.table].key:
            return
        self.columns.add(f"{source.table}.{name}")

    def _first(self, key: object) -> bool:
        new = key not in self.done
        self.done.add(key)
        return new


def _is_join_key(column: exp.Column) -> bool:
    """True where a column is only equated with another column, or partitions a window."""
    parent = column.parent
    if isinstance(parent, exp.EQ):
        return isinstance(parent.this, exp.Column) and isinstance(parent.expression, exp.Column)
    if isinstance(parent, exp.Tuple) and isinstance(parent.parent, exp.In):
        return True
    return isinstance(parent, exp.Window) and column is not parent.this


def _group_keys(scope: Scope) -> list[exp.Expression]:
    """Expressions that GROUP BY names, by place and by ALL too."""
    group = scope.clause("group")
    if group is None:
        return []
    made = [e.unalias() for e in scope.select.expressions]
    keys = [
        made[int(k.name) - 1] if isinstance(k, exp.Literal) and not k.is_string else k
        for k in group.expressions
    ]
    if group.args.get("all"):
        keys += [e for e in made if not any(isinstance(n, exp.AggFunc) for n in own(e))]
    return keys
