"""Which files are given, what each is, and why some cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from itssrules.errors import IntakeError, ItssError, UsageError
from itssrules.intake.connector import Connector
from itssrules.intake.detect import Match, few, matches
from itssrules.intake.readers import NotATable, RawFile, open_file
from itssrules.intake.sources import SourceBook
from itssrules.model.results import Input
from itssrules.model.rule import Text

NO_EXPORTS = (".toml", ".md", ".html", ".htm", ".log", ".sql", ".py", ".pdf", ".docx", ".png")
"""Endings of files that may lie beside exports without being any."""
UNKNOWN = Text(
    "请改用 docs/connectors.md（或 itssrules connectors list）所列的列名和文件名，或按该页编写自己的连接器",
    "give it headers and a name that docs/connectors.md (or `itssrules connectors list`) knows, or"
    " write a connector of your own as shown there",
)
"""What to do where no connector knows the headers of a file."""
State = Literal["read", "unknown", "damaged"]


@dataclass(frozen=True)
class Given:
    """A file to read, and whether the user named it himself or it lay in a folder."""

    path: Path
    named: bool


def gather(paths: Sequence[Path]) -> list[Given]:
    """Files among `paths` and in their folders, each once, by name; UsageError if there is none."""
    found: dict[Path, Given] = {}
    for path in paths:
        if _exists(path) and path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_export(p, path))
            if not inside:
                raise UsageError(
                    "holds no export", place=str(path), hint="put CSV or Parquet there"
                )
            for file in inside:
                found.setdefault(file.resolve(), Given(file, named=False))
        elif _exists(path) and path.is_file():
            found[path.resolve()] = Given(path, named=True)
        else:
            raise UsageError("no such file or folder", place=str(path), hint="check the path")
    return sorted(found.values(), key=lambda g: (g.path.name, str(g.path)))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_export(path: Path, folder: Path) -> bool:
    """Anything but hidden files, settings, notes and what a run of ours wrote."""
    if not (path.is_file() or path.is_symlink()):
        return False
    inside = path.relative_to(folder)
    hidden = any(part.startswith(".") for part in inside.parts)
    within = [*path.parents][: len(inside.parts)]
    ours = any((p / name).is_file() for p in within for name in ("run.json", "tables.json"))
    return not (hidden or ours) and path.suffix.lower() not in NO_EXPORTS


def open_all(
    given: Sequence[Given], connectors: Mapping[str, Connector], forced: str | None = None,
    book: SourceBook | None = None,
) -> tuple[list[tuple[Given, RawFile, Match]], list[Input]]:  # fmt: skip
    """Recognise every file; those that cannot be read come back as inputs with the reason.

    Where several connectors fit, `book` may settle which one reads a file.

    Raises UsageError for a file named by hand that no connector knows, or more than one.
    """
    usable = {forced: connectors[forced]} if forced else dict(connectors)
    sources = book or SourceBook({}, connectors)
    known, unread = [], []
    for number, item in enumerate(given, 1):
        try:
            raw = open_file(item.path)
            known.append((item, raw, _recognise(item, raw, usable, sources)))
        except NotATable as e:
            if item.named:
                raise UsageError(
                    f"cannot be read as a table: {e}", place=str(item.path),
                    hint="give CSV or Parquet exports",
                ) from e  # fmt: skip
            unread.append(_not_read(number, item.path, "unknown", e.why))
        except _Unknown as e:
            if item.named:
                raise UsageError(e.problem, place=str(item.path), hint=e.hint) from e
            unread.append(_not_read(number, item.path, "unknown", e.why))
        except IntakeError as e:
            unread.append(_not_read(number, item.path, "damaged", broken(e)))
    return known, unread


class _Unknown(ItssError):
    """No single connector knows the header; `why` says so with what to do, in both languages."""

    def __init__(self, problem: Text, hint: Text) -> None:
        super().__init__(problem.en, hint=hint.en)
        self.why = Text(f"{problem.zh}；{hint.zh}", f"{problem.en}; {hint.en}")


def _recognise(
    item: Given, raw: RawFile, connectors: Mapping[str, Connector], book: SourceBook
) -> Match:
    declared = _declared(item, raw, connectors, book)
    fits, near = ([declared], []) if declared else matches(raw.header, connectors, item.path)
    if len(fits) == 1:
        name = fits[0].connector.name
        if book.name(item.path, name) is None:
            raise _Unknown(
                Text(f"可由 {name} 读取，但 [sources.{name}] 只声明了别的文件",
                     f"is read by {name}, but [sources.{name}] is declared for other files"),
                Text("请在 itssrules.toml 中把它加入某个来源的 files",
                     "add its name to the files of a source in itssrules.toml"),
            )  # fmt: skip
        return fits[0]
    if fits:
        tied = " and ".join(sorted(f"{m.connector.name} ({m.export.name})" for m in fits))
        raise _Unknown(
            Text(f"同时符合 {tied}", f"fits {tied} alike"),
            Text("请用 --connector 指明", "say which with --connector NAME"),
        )
    names = few(raw.header)
    zh = f"最接近：{'；'.join(t.zh for t in near)}——" if near else ""
    en = f"closest: {'; '.join(t.en for t in near)} — " if near else ""
    raise _Unknown(
        Text(
            f"没有连接器认识它的列名（{names.zh}）", f"no connector knows its headers ({names.en})"
        ),
        Text(f"{zh}{UNKNOWN.zh}", f"{en}{UNKNOWN.en}"),
    )


def _declared(
    item: Given, raw: RawFile, connectors: Mapping[str, Connector], book: SourceBook
) -> Match | None:
    """How the connector that a source declares for the file reads it, whatever the file's name."""
    for name in book.connectors_for(item.path):
        if name in connectors:
            one = {name: connectors[name]}
            fits, _ = matches(raw.header, one, item.path)
            if not fits:
                fits, _ = matches(raw.header, one, item.path, any_name=True)
            if len(fits) == 1:
                return fits[0]
    return None


def broken(error: IntakeError) -> Text:
    """Why a damaged file was not read, in both languages."""
    what, _, why = error.problem.partition(" (")
    zh = "文件无法打开，请检查权限" if "opened" in what else "文件已损坏或被截断，请重新导出"
    return Text(f"{zh}（{why.removesuffix(')')}）", error.problem)


def _not_read(number: int, path: Path, state: State, reason: Text) -> Input:
    size = path.stat().st_size if path.is_file() else 0
    return Input(number, path.as_posix(), "", size, state, reason)
