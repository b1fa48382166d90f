"""Evidence that some rows of a table are lost, though not from when."""

from __future__ import annotations

from itssrules.intake.coverage.base import Feed, Given
from itssrules.model.results import Input, TableLoad
from itssrules.model.rule import Text
from itssrules.model.settings import Source

CUTS = frozenset({500, 1_000, 10_000, 32_000, 65_535, 1_048_575})
"""Rows below the header at which tools and spreadsheets cut an export."""


def losses(given: Given, feed: Feed) -> list[Text]:
    """Why rows of the table are known to be lost."""
    return [
        *_cuts(given, feed),
        *_rejects(given, feed),
        *_damaged(given, feed),
        *_counts(given, feed),
    ]


def no_rows(given: Given, feed: Feed) -> list[Text]:
    """A table without any row: that there was nothing to export must be said by the firm."""
    said = given.words(feed) or all(given.shown(feed, s) == 0 for s in feed.sources)
    if said or given.held(feed):
        return []
    name = feed.table.name
    return [
        Text(
            f"导出中没有一条{feed.table.zh}；若确无记录，请在 {feed.where} counts 中写明 {name} = 0",
            f"the export holds no {name}; if there were none, state {name} = 0 in counts of"
            f" {feed.where}",
        )
    ]


def _cuts(given: Given, feed: Feed) -> list[Text]:
    """Files that end where a tool or spreadsheet would cut them; the tool's own count refutes it."""
    if all(given.shown(feed, s) == given.loaded(feed, s) for s in feed.sources):
        return []
    return [
        Text(
            f"{_name(i)} 恰有 {t.rows:,} 行，疑被工具或表格软件截断；请分段导出，"
            f"或在 [sources.{i.source}] counts 中写明工具显示的条数",
            f"{_name(i)} has exactly {t.rows:,} rows, where tools and spreadsheets cut; export it in"
            f" parts, or state the tool's own count in counts of [sources.{i.source}]",
        )
        for i, t in _loads(given, feed)
        if t.rows in CUTS
    ]


def _rejects(given: Given, feed: Feed) -> list[Text]:
    return [
        Text(
            f"{_name(i)} 有 {t.rejected:,} 行未能读成记录；请修正后重新导出",
            f"{t.rejected:,} row(s) of {_name(i)} made no record; mend them or export it again",
        )
        for i, t in _loads(given, feed)
        if t.rejected
    ]


def _loads(given: Given, feed: Feed) -> list[tuple[Input, TableLoad]]:
    return [
        (i, t)
        for i in given.inputs
        for t in i.tables
        if t.table == feed.table.name and i.file_id in feed.files
    ]


def _damaged(given: Given, feed: Feed) -> list[Text]:
    """Files of its sources that could not be read and may have held rows of the table.

    What they would have held is told by the files of the same kind that were read.
    """
    held: dict[tuple[str, str], set[str]] = {}
    for i in given.inputs:
        held.setdefault((i.source, i.export), set()).update(t.table for t in i.tables)
    return [
        Text(f"{_name(i)} 已损坏；请重新导出", f"{_name(i)} is damaged; export it again")
        for i in given.inputs
        if i.state == "damaged" and i.source and i.source in feed.sources
        if feed.table.name in (held[i.source, i.export] or {feed.table.name})
    ]


def _counts(given: Given, feed: Feed) -> list[Text]:
    """Sources whose tool shows another number of records than was loaded."""
    silent = (name for name, s in given.sources.items() if _counts_here(s, feed))
    found = []
    for name in sorted({*feed.sources, *silent}):
        shown, loaded = given.shown(feed, name), given.loaded(feed, name)
        if shown is not None and shown != loaded:
            found.append(
                Text(
                    f"{name} 显示{feed.table.zh} {shown:,} 条，读入 {loaded:,} 条；请重新导出全部",
                    f"{name} shows {shown:,} {feed.table.name}, {loaded:,} were loaded; export them"
                    " all again",
                )
            )
    return found


def _counts_here(source: Source, feed: Feed) -> bool:
    """Whether a source declares a count of this table in this id space."""
    space = "" if feed.table.ids == "firm" else source.ids_of or source.name
    return feed.ns == space and feed.table.name in source.counts


def _name(i: Input) -> str:
    return i.path.rpartition("/")[2]
