"""Changes each predicate, boundary and branch from which a verdict follows: do the cases notice?

`python tests/mutants.py [ID …]` prints the mutants that no case catches and the share that some case
does. A mutant is one change in the SQL of a rule, or of a fact that rules read; it is caught where a
case of the rule (for a fact: of any rule that reads it) gets another verdict for some record, or the
query fails on the rows. Records that the engine itself holds back do not count. Those excused as
equivalent stand, with the reason, in `mutants.csv` beside this script.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from itssrules.assess import verdicts
from itssrules.assess.cases import AS_OF, _with_params, fill, read_cases
from itssrules.assess.cases import verdicts as judged
from itssrules.assess.context import Context
from itssrules.assess.facts import make
from itssrules.assess.gate import Supply
from itssrules.builtin import bundled
from itssrules.catalogue.load import load_book
from itssrules.catalogue.needs import VERDICT, _Reader
from itssrules.catalogue.sqltree import NESTED, Scope, Source, own, parse
from itssrules.model.rule import Rule
from itssrules.model.settings import Settings
from itssrules.store import connect, rows

EXCUSED = Path(__file__).with_suffix(".csv")
STILLBORN = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException,
             duckdb.NotImplementedException)  # fmt: skip
FLIPPED = {
    exp.LT: (exp.LTE, exp.GTE), exp.LTE: (exp.LT, exp.GT), exp.GT: (exp.GTE, exp.LTE),
    exp.GTE: (exp.GT, exp.LT), exp.EQ: (exp.NEQ,), exp.NEQ: (exp.EQ,), exp.And: (exp.Or,),
    exp.Or: (exp.And,), exp.Min: (exp.Max,), exp.Max: (exp.Min,), exp.Add: (exp.Sub,),
    exp.Sub: (exp.Add,), exp.LogicalOr: (exp.LogicalAnd,), exp.LogicalAnd: (exp.LogicalOr,),
    exp.NullSafeEQ: (exp.NullSafeNEQ,), exp.NullSafeNEQ: (exp.NullSafeEQ,),
}  # fmt: skip
PREDICATES = (exp.In, exp.Is, exp.ArrayContains, exp.Exists, exp.Between, exp.RegexpLike,
              exp.StartsWith, exp.Contains)  # fmt: skip


class _Reach(_Reader):
    """The expressions and selects from which the verdict follows, in the rule and its facts."""

    def __init__(self, subject: set[str]) -> None:
        super().__init__(subject)
        self.expressions: dict[int, exp.Expression] = {}
        self.scopes: dict[int, Scope] = {}
        self.sources: dict[int, Source] = {}

    def expression(self, node: exp.Expression, scope: Scope, *, joins: bool = False) -> None:
        self.expressions[id(node)] = node
        super().expression(node, scope, joins=joins)

    def rows(self, scope: Scope) -> None:
        self.scopes[id(scope)] = scope
        super().rows(scope)

    def source(self, scope: Scope, source: Source) -> None:
        self.sources[id(source)] = source
        super().source(scope, source)


@dataclass(frozen=True)
class Mutant:
    """One change: `of` is the rule or fact, `sql` its text with the change made."""

    of: str
    line: int
    change: str
    sql: str


def reached(rule: Rule) -> tuple[_Reach, Any]:
    """What the rule's verdict follows from, and its tree."""
    tree = parse(rule)
    reach = _Reach(set(rule.subject))
    for name in VERDICT:
        for expression, scope in tree.final.column(name):
            reach.rows(scope)
            reach.expression(expression, scope)
    return reach, tree


def mutants(rule: Rule, of: str = "") -> Iterator[Mutant]:
    """The mutants of a rule's own SQL, or of the fact named `of` as far as this rule reads it."""
    reach, tree = reached(rule)
    names = {f.path: f.name for f in rule.facts}
    for nodes, new, change in _changes(reach):
        root = nodes.root()
        home = tree.homes.get(id(root))
        if home is None or names.get(home.path, "") != of:
            continue
        line = tree.line(nodes)
        nodes.replace(new)
        sql = root.sql("duckdb", comments=False)
        new.replace(nodes)
        yield Mutant(of or rule.id, line, change, sql)


def _changes(reach: _Reach) -> Iterator[tuple[exp.Expression, exp.Expression, str]]:
    """What to replace by what, and the change in words."""
    seen: set[int] = set()
    for top in reach.expressions.values():
        for node in own(top):
            if id(node) not in seen and not isinstance(node, NESTED):
                seen.add(id(node))
                for new in _variants(node):
                    yield node, new, f"{_short(node)} -> {_short(new)}"
    for scope in reach.scopes.values():
        for clause in ("where", "qualify", "having"):
            found = scope.clause(clause)
            if found is not None and found.parent is not None:
                yield found.this, exp.true(), f"{clause} {_short(found.this)} -> true"
    for source in reach.sources.values():
        total = source.query is not None and source.query.total
        if source.optional and source.join is not None and not total:
            new = source.join.copy()
            new.set("side", None)
            yield source.join, new, f"left join {source.alias} -> join"


def _variants(node: exp.Expression) -> Iterator[exp.Expression]:
    for kind in FLIPPED.get(type(node), ()):
        yield kind(**node.copy().args)
    if isinstance(node, exp.And | exp.Or):
        yield node.this.copy()
        yield node.expression.copy()
    elif isinstance(node, PREDICATES):
        yield exp.Not(this=exp.paren(node.copy()))
        if isinstance(node, exp.In) and len(node.expressions) > 1:
            for place in range(len(node.expressions)):
                new = node.copy()
                del new.expressions[place]
                yield new
    elif isinstance(node, exp.Not):
        yield node.this.copy()
    elif isinstance(node, exp.Case):
        yield from _case(node)
    elif isinstance(node, exp.Coalesce):
        yield node.this.copy()
        for other in node.expressions:
            yield other.copy()
    elif isinstance(node, exp.Filter):
        yield node.this.copy()
    elif isinstance(node, exp.Literal) and not node.is_string and _counts(node):
        yield exp.Literal.number(int(node.name) + 1)
    elif isinstance(node, exp.Parameter | exp.Placeholder) and _is_number(node):
        yield exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))


NUMBERS: set[str] = set()
"""Names of the numeric parameters and settings of the rule at hand."""


def _is_number(node: exp.Expression) -> bool:
    return node.name in NUMBERS


def _counts(node: exp.Literal) -> bool:
    """A whole number that is compared or measures time; not an argument such as a list's place."""
    return node.name.isdigit() and not isinstance(node.parent, exp.Bracket | exp.Interval)


def _case(node: exp.Case) -> Iterator[exp.Expression]:
    """Each branch dropped, each answer turned; an answer of NULL becomes TRUE."""
    ifs = node.args["ifs"]
    told = any(isinstance(i.args["true"], exp.Boolean) for i in ifs)
    for place in range(len(ifs)):
        if len(ifs) > 1:
            new = node.copy()
            del new.args["ifs"][place]
            yield new
        elif node.args.get("default") is not None:
            yield node.args["default"].copy()
        answer = ifs[place].args["true"]
        if isinstance(answer, exp.Boolean) or (told and isinstance(answer, exp.Null)):
            new = node.copy()
            turned = (
                exp.true() if isinstance(answer, exp.Null) else exp.Boolean(this=not answer.this)
            )
            new.args["ifs"][place].set("true", turned)
            yield new
    default = node.args.get("default")
    if isinstance(default, exp.Boolean):
        new = node.copy()
        new.set("default", exp.Boolean(this=not default.this))
        yield new


def _short(node: exp.Expression) -> str:
    text = " ".join(node.sql("duckdb", comments=False).split())
    return text if len(text) <= 160 else f"{text[:100]} … {text[-50:]}"


@dataclass
class Held:
    """A case in a database of its own, facts made; what the rule says of it as written."""

    rule: Rule
    context: Context
    held_back: set[tuple[Any, ...]]
    made: set[str]
    said: list[tuple[Any, ...]] = field(default_factory=list)


def hold(rule: Rule, case: dict[str, Any]) -> Held:
    """Fill a database with the case; remember which records the engine holds back."""
    con = connect()
    con.execute("set threads = 1")
    fill(con, case)
    own_rule = _with_params(rule, case.get("params", {}))
    judged(con, own_rule, case)
    back = {
        tuple(r) for r in rows(con, "select record.object, record.id, record.ns from verdicts"
                                    " where reason is not null")
    }  # fmt: skip
    settings = Settings(settings=dict(case.get("settings", {})))
    context = Context(con, Supply.read(con), str(case.get("as_of", AS_OF)), case.get("zone", "UTC"),
                      settings=settings)  # fmt: skip
    make(context, [own_rule])
    return Held(own_rule, context, back, set(context.made))


def verdict_rows(held: Held, rule: Rule) -> list[tuple[Any, ...]]:
    """Record (or group) and verdict of each row that the rule's SQL yields, sorted."""
    sql = verdicts.answers(held.context, rule)
    key = (
        "record.object, record.id, record.ns"
        if rule.of_records
        else "subject_id, project_id, null::varchar"
    )
    said = (
        "case when applies is null then 'not assessed' when not applies then 'not applicable'"
        " when conforms is null then 'not assessed' when conforms then 'ok' else 'fault' end"
    )
    found = held.context.con.execute(f"select {key}, {said} from (\n{sql}\n) order by all")
    return [r for r in found.fetchall() if r[:3] not in held.held_back]


def survivors(name: str) -> tuple[str, int, list[Mutant]]:
    """Name, number of mutants and those that no case catches, of a rule or a fact."""
    book, _ = load_book([bundled("rules")])
    readers = [r for r in book.rules if r.id == name or name in {f.name for f in r.facts}]
    of = "" if readers[0].id == name else name
    found: dict[str, Mutant] = {}
    holds: list[Held] = []
    for rule in readers:
        NUMBERS.clear()
        shared = {**rule.params, **rule.shared}
        NUMBERS.update(n for n, p in shared.items() if p.type not in ("switch", "list"))
        for mutant in mutants(rule, of):
            found.setdefault(mutant.sql, mutant)
        for case in read_cases(rule):
            held = hold(rule, case)
            held.context.made.clear()
            if not of:
                held.context.made.update(held.made)
            try:
                held.said = verdict_rows(held, _written_again(held.rule))
            except duckdb.Error as e:
                raise SystemExit(f"{name}: case {case['name']!r} as written: {e}") from e
            holds.append(held)
    left, total = [], 0
    for mutant in found.values():
        caught = _caught(holds, mutant, of)
        total += caught is not None
        if caught is False:
            left.append(mutant)
    for held in holds:
        held.context.con.close()
    return name, total, left


def _written_again(rule: Rule) -> Rule:
    """The rule as sqlglot writes it: what mutants are compared with."""
    tree = parse(rule)
    return replace(rule, sql=tree.root.sql("duckdb", comments=False))


def _caught(holds: list[Held], mutant: Mutant, of: str) -> bool | None:
    """Whether some case tells the mutant; None where it is no query. Cases that catch go first."""
    for place, held in enumerate(holds):
        rule = held.rule
        if of:
            if of not in {f.name for f in rule.facts}:
                continue
            facts = tuple(replace(f, sql=mutant.sql) if f.name == of else f for f in rule.facts)
            rule = replace(rule, facts=facts)
        else:
            rule = replace(rule, sql=mutant.sql)
        try:
            same = verdict_rows(held, rule) == held.said
        except STILLBORN:
            return None
        except duckdb.Error:
            same = False
        if not same:
            holds.insert(0, holds.pop(place))
            return True
    return False


def excused() -> Counter[tuple[str, str]]:
    """Mutants that change nothing that data could show: (rule or fact, change)."""
    if not EXCUSED.is_file():
        return Counter()
    with EXCUSED.open(encoding="utf-8", newline="") as file:
        return Counter((r["of"], r["change"]) for r in csv.DictReader(file))


def main(wanted: Sequence[str]) -> int:
    """Print the survivors and the shares; 1 where one is neither caught nor excused."""
    book, _ = load_book([bundled("rules")])
    every = [r.id for r in book.rules] + sorted({f.name for r in book.rules for f in r.facts})
    names = [n for n in every if n in wanted] if wanted else every
    allowed, total, lived, open_ = excused(), 0, 0, 0
    with ProcessPoolExecutor(2) as pool:
        for name, count, left in pool.map(survivors, names):
            total, lived = total + count, lived + len(left)
            print(f"{name}: {count - len(left)} of {count} caught", flush=True)
            for mutant in left:
                pardoned = allowed[name, mutant.change] > 0
                allowed[name, mutant.change] -= 1
                open_ += not pardoned
                print(f"  line {mutant.line}{' (excused)' if pardoned else ''}: {mutant.change}")
    share = (total - lived) / total if total else 1
    print(f"{total:,} mutants, {share:.1%} caught, {lived - open_:,} excused, {open_:,} neither")
    return int(open_ > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
