"""What an empty cell or an absent row decides in a rule's verdict, and whether it may.

Each thing that may be missing is taken three times: missing (`without`), there (`with`), and with
nobody knowing (`unsure`). A verdict that stands without the thing, but not with it, rests on
emptiness or absence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from itssrules.catalogue.diagram import NO, YES
from itssrules.catalogue.evaluate import Evaluation
from itssrules.catalogue.logic import Frame, Truth, Unknown, World
from itssrules.catalogue.sqltree import Tree
from itssrules.errors import ItssError, RuleError
from itssrules.model.rule import Rule


@dataclass(frozen=True)
class Finding:
    """`verdict` of `column` stands while `unknown` is missing, and not when it is there.

    `leans`: the verdict needs the thing to be missing. `slips`: it stands although the thing, if
    there, could turn it round. `covered`: only where the tables were asked for completeness.
    """

    unknown: Unknown
    column: str
    verdict: bool
    leans: bool
    slips: bool
    covered: bool


def findings(tree: Tree) -> Iterator[Finding]:
    """Every way in which emptiness or absence decides `applies` or `conforms`."""
    for branch in tree.final.branches:
        made = [branch.projection(c) for c in ("applies", "conforms")]
        if made[0] is None or made[1] is None:
            continue
        world = World()
        frame = Frame(branch)
        first = Evaluation(world)
        for node in made:
            first.truth(node, frame)
        for unknown in list(world.seen.values()):
            sides = {s: Evaluation(world, unknown, s) for s in ("without", "with", "unsure")}
            for column, node in zip(("applies", "conforms"), made, strict=True):
                truths = {s: e.truth(node, frame) for s, e in sides.items()}
                within = world.possible
                if column == "conforms":
                    applying = [sides[s].truth(made[0], frame).yes for s in ("without", "with")]
                    within = world.diagrams.both(within, *applying)
                yield from _judge(world, tree, unknown, column, truths, within)


def _judge(
    world: World, tree: Tree, unknown: Unknown, column: str, truths: dict[str, Truth], within: int
) -> Iterator[Finding]:
    d = world.diagrams
    uncovered = d.both(within, _uncovered(world, tree, unknown))
    for place, verdict in ((0, True), (1, False)):
        stands = truths["without"][place]
        leans = d.both(stands, d.negate(truths["with"][place]), d.negate(truths["unsure"][place]))
        slips = d.both(stands, truths["with"][1 - place])
        for room, covered in ((uncovered, False), (within, True)):
            here = [d.both(room, x) != NO for x in (leans, slips)]
            if any(here):
                yield Finding(unknown, column, verdict, here[0], here[1], covered)
                break


def _uncovered(world: World, tree: Tree, unknown: Unknown) -> int:
    """Where nothing was asked that would let the thing's absence prove something."""
    d = world.diagrams
    if unknown.kind == "order":
        start, end = unknown.key[1:3]  # type: ignore[index]
        return d.both(d.negate(world.less(end, start)), world.less(start, end))
    tables = _asked_of(tree, unknown)
    if not tables:
        return YES
    answers = [d.either(*world.complete.get(t, ())) for t in tables]
    open_ = d.negate(d.both(*answers))
    return d.both(open_, *world.undefined) if tree.rule.compares else open_


def _asked_of(tree: Tree, unknown: Unknown) -> list[str]:
    """Tables that must be complete before an absent row proves anything: not the subject's own."""
    return sorted(unknown.tables - set(tree.rule.subject) or unknown.tables)


class Allowance:
    """What a rule's head allows emptiness and absence to decide."""

    def __init__(self, rule: Rule) -> None:
        """Read `blank`, and the columns that only sharpen or stand for one another."""
        self.blank = rule.blank
        lent = {c for p in rule.params.values() for c in p.reads}
        either = {c for n in rule.needs if len(n.columns) > 1 for c in n.columns}
        self.sharpens = {*rule.uses, *lent, *either}
        self.tables = {c.partition(".")[0] for c in self.sharpens}

    def permits(self, found: Finding) -> bool:
        """True where the head or a question for completeness covers the finding."""
        if found.covered and found.unknown.tables:
            return True
        if found.unknown.kind in ("order", "ratio"):
            return False
        return self._cell(found) if found.unknown.kind == "cell" else self._rows(found)

    def _cell(self, found: Finding) -> bool:
        meanings = {self.blank[c] for c in found.unknown.columns if c in self.blank}
        if meanings and found.column == "applies":
            return True
        if ("conforming" if found.verdict else "nonconforming") in meanings:
            return True
        if found.unknown.name in self.sharpens and not found.leans:
            return True
        return bool(meanings) and not found.slips

    def _rows(self, found: Finding) -> bool:
        sharpens = bool(found.unknown.tables & self.tables)
        if found.unknown.kind == "bound":
            return sharpens or not found.slips
        if found.unknown.kind == "part" and not found.slips:
            return True
        return sharpens and not (found.leans and found.slips)


def problems(tree: Tree) -> list[ItssError]:
    """Verdicts that rest on an empty cell, an absent row or an impossible time."""
    allowance = Allowance(tree.rule)
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for found in findings(tree):
        if not allowance.permits(found):
            key = (found.column, found.unknown.kind, _subject(tree, found.unknown))
            groups.setdefault(key, []).append(found)
    told: set[tuple[str, str]] = set()
    faults = []
    for (column, kind, subject), group in groups.items():
        if kind in ("cell", "order", "ratio") or (column, subject) not in told:
            told.add((column, subject))
            faults.append(_problem(tree, group))
    return faults


def absence_tables(tree: Tree) -> set[str]:
    """Canonical tables from whose absent rows the verdict concludes."""
    return {t for f in findings(tree) if f.leans or f.covered for t in _asked_of(tree, f.unknown)}


def _subject(tree: Tree, unknown: Unknown) -> str:
    if unknown.tables:
        return ", ".join(_asked_of(tree, unknown))
    return unknown.name.rpartition(".")[2] if unknown.kind == "cell" else unknown.name


def _problem(tree: Tree, group: list[Finding]) -> ItssError:
    found = group[0]
    verdicts = " and ".join(dict.fromkeys(str(f.verdict).upper() for f in group))
    names = ", ".join(dict.fromkeys(f.unknown.name for f in group))
    subject = _subject(tree, found.unknown)
    text, hint = {
        "cell": _cell_words(found, verdicts, names, subject),
        "order": (f"{found.column} is {verdicts} where {subject} is NULL: an end before its start",
                  f"let `when {subject} is null then null` come first"),
        "ratio": (f"{found.column} is {verdicts} where {subject} is NULL: a division by zero",
                  f"let `when {subject} is null then null` come first"),
    }.get(found.unknown.kind, (
        f"{found.column} concludes {verdicts} from an absent row of {subject}",
        f"ask complete('{subject.partition(',')[0]}', ns, t) in the same branch",
    ))  # fmt: skip
    return RuleError(text, place=tree.place(found.unknown.node), hint=hint)


def _cell_words(found: Finding, verdicts: str, names: str, column: str) -> tuple[str, str]:
    meaning = "conforming" if found.verdict else "nonconforming"
    meaning = "applies" if found.column == "applies" else meaning
    hint = f'let `when {column} is null then null` come first, or declare {column} = "{meaning}"'
    if found.leans:
        text = f"emptiness of {names} decides {found.column} ({verdicts}), but blank does not"
        return f"{text} declare it", f"{hint} in blank"
    text = f"{found.column} is {verdicts} though {names} may be empty and could turn it round"
    return text, f"{hint} in blank"
