"""What every test shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from itssrules.catalogue import check
from itssrules.errors import ItssError
from itssrules.model.rule import RuleBook
from itssrules.store import Connection


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
