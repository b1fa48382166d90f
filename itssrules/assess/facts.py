"""Facts as tables: made once a run, in order, and only those that a selected rule reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itssrules.assess.context import CHECKSUM, Context
from itssrules.catalogue.compose import bind
from itssrules.errors import RuleError, check_stopped
from itssrules.model.rule import Fact, Rule
from itssrules.store import Error, ident, rows


def make(
    context: Context, wanted: Sequence[Rule], progress: Callable[[str], None] = lambda _: None
) -> None:
    """Make what `wanted` read, with the firm's settings; what fails is noted in the context."""
    facts = {f.name: f for r in wanted for f in r.facts}
    changed = context.settings.settings
    values = {n: changed.get(n, p.value) for r in wanted for n, p in r.shared.items()}
    for n, fact in enumerate(sorted(facts.values(), key=lambda f: f.path.name), 1):
        if fact.name in context.made or fact.name in context.broken:
            continue
        progress(f"preparing {fact.name} ({n}/{len(facts)})")
        try:
            sql = bind(fact.sql, {**values, "as_of": context.as_of, "zone": context.zone})
            context.con.execute(f"create or replace temp table {ident(fact.name)} as {sql}")
            _check_total(context, fact)
            context.made.add(fact.name)
        except (Error, RuleError) as e:
            check_stopped()
            text = e.problem if isinstance(e, RuleError) else str(e).split("\n")[0]
            context.broken[fact.name] = f"fact {fact.name}: {text}"


def _check_total(context: Context, fact: Fact) -> None:
    """A fact of a table has each of its records exactly once."""
    if not fact.of:
        return
    wanted = context.total([fact.of])
    total = f"select count(*), coalesce({CHECKSUM}, 0) from {ident(fact.name)}"
    found = rows(context.con, total)[0]
    if wanted != found:
        raise RuleError(f"it has {found[0]:,} rows for {wanted[0]:,} records of {fact.of}")
