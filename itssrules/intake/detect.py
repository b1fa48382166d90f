"""Which connector and export a file is, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itssrules.intake.connector import Connector, Export, TableMap, normal
from itssrules.model.rule import Text

NAMED, CUT = 5, 30
"""Headers that a sentence names, and characters of each."""


@dataclass(frozen=True)
class Match:
    """A connector's export that fits a header, how well, and why."""

    connector: Connector
    export: Export
    known: int
    """Headers of the file that the export maps."""
    reason: Text


def positions(header: Sequence[str]) -> dict[str, int]:
    """Normalised header to column position; of headers that stand twice neither is taken."""
    names = [normal(h) for h in header]
    return {n: i for i, n in enumerate(names) if n and names.count(n) == 1}


def twice(header: Sequence[str]) -> list[str]:
    """Headers that stand more than once, as the file writes them."""
    names = [normal(h) for h in header]
    found = {n: h for n, h in zip(names, header, strict=True) if n and names.count(n) > 1}
    return sorted(found.values())


def matches(
    header: Sequence[str],
    connectors: Mapping[str, Connector],
    path: Path,
    *,
    any_name: bool = False,
) -> tuple[list[Match], list[Text]]:
    """The exports that fit best (more than one only where they tie), and the near misses in words.

    With `any_name` a canonical file need not be named after its table.
    """
    at = positions(header)
    fits: list[Match] = []
    near: list[tuple[int, str, Text]] = []
    for connector in connectors.values():
        for export in connector.exports:
            missing = [d for d in export.detect if not any(normal(n) in at for n in d)]
            known = mapped_headers(export, at)
            label = f"{connector.name} ({export.name})"
            lacking = [d[0] for d in missing]
            zh, en = "、".join(lacking), " and ".join(lacking)
            if connector.name == "canonical":
                if len(known) < 2 or {"record", "unread"} <= set(header):
                    continue
                if not any_name and not _named(export, path):
                    zh, en = f"文件名 {export.name}*.csv", f"the name {export.name}*.csv"
            if not en:
                again = ", ".join(twice(header))
                found = ", ".join(header[at[normal(n)]] for d in export.detect for n in d[:1]
                                  if normal(n) in at) or "its headers"  # fmt: skip
                why = Text(
                    f"{label}：含有 {found}；{len(header)} 个列名中识别 {len(known)} 个"
                    + (f"；列名重复，均未采用：{again}" if again else ""),
                    f"{label}: has {found}; {len(known)} of {len(header)} headers are known"
                    + (f"; these stand twice and are not read: {again}" if again else ""),
                )
                fits.append(Match(connector, export, len(known), why))
            elif known:
                near.append((len(known), label, Text(
                    f"{label} 缺 {zh}（{len(header)} 个列名中识别 {len(known)} 个）",
                    f"{label} lacks {en} ({len(known)} of {len(header)} headers are known)",
                )))  # fmt: skip
    near.sort(key=lambda n: (-n[0], n[1]))
    best = max((_weight(m) for m in fits), default=None)
    return [m for m in fits if _weight(m) == best], [text for _, _, text in near[:3]]


def few(header: Sequence[str]) -> Text:
    """The first headers, long ones cut, and how many more there are."""
    names = ", ".join(h if len(h) <= CUT else f"{h[:CUT]}…" for h in header[:NAMED])
    more = len(header) - NAMED
    if more <= 0:
        return Text(names, names)
    return Text(f"{names} 等 {len(header):,} 个", f"{names} and {more:,} more")


def mapped_headers(export: Export, at: Mapping[str, int]) -> set[int]:
    """Positions of the file's columns that feed any table of the export."""
    return {i for t in export.tables for i in table_headers(t, at)}


def table_headers(table: TableMap, at: Mapping[str, int]) -> set[int]:
    """Positions of the file's columns that feed one table."""
    names = [n for c in table.columns for cell in c.cells.values() for n in cell[:]]
    return {at[normal(n)] for n in names if normal(n) in at}


def _weight(match: Match) -> tuple[int, int]:
    return match.known, len(match.export.detect)


def _named(export: Export, path: Path) -> bool:
    """A canonical file is named after its table."""
    stem = path.name.split(".")[0].casefold()
    return stem == export.name or stem.startswith((f"{export.name}_", f"{export.name}-"))
