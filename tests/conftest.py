"""What every test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from itssrules.builtin import bundled
from itssrules.catalogue import check
from itssrules.catalogue.head import HeadReader
from itssrules.errors import ItssError
from itssrules.model.rule import Rule, RuleBook
from itssrules.store import Connection

REAL_DATA = ("test_bpic.py", "test_real_data.py", "test_uci.py")
"""Files that share runs over the real exports, which take long."""


class ByFile(LoadScopeScheduling):
    """A file's tests, and those of files that share runs, go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "real data" if file.endswith(REAL_DATA) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def sound_books_are_checked_once() -> Iterator[None]:
    """A process checks a rule book once; tests run the same book hundreds of times in one."""
    sound: set[str] = set()
    whole = check.check_book

    def once(con: Connection, book: RuleBook) -> list[ItssError]:
        if book.sha256 in sound:
            return []
        problems = whole(con, book)
        if not problems:
            sound.add(book.sha256)
        return problems

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "check_book", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def our_own_heads_are_read_once() -> Iterator[None]:
    """As above: a head of the shipped book is read again only where its text is another."""
    ours, sound = bundled("rules"), dict[tuple[Path, str], Rule]()
    whole = HeadReader.read

    def once(reader: HeadReader) -> Rule | None:
        key = reader.path, reader.text
        if key in sound:
            return sound[key]
        rule = whole(reader)
        if rule and not reader.problems and ours in reader.path.parents:
            sound[key] = rule
        return rule

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeadReader, "read", once)
        yield
