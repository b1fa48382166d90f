"""Facts: tables that the engine makes once a run for the rules that read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import itssrules.assess
from itssrules.catalogue.load import load_book
from itssrules.catalogue.shared import RESERVED
from itssrules.model.tables import model
from itssrules.store import BOOK_TABLES


def put(folder: Path, name: str) -> Path:
    path = folder / "facts" / f"90_{name}.sql"
    path.parent.mkdir()
    path.write_text('/*\ntitle.zh = "甲"\ntitle.en = "A"\n*/\nselect 1 as a\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted({*RESERVED, "incidents"}))
def test_a_fact_takes_no_name_of_the_engine(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name)

    _, problems = load_book([tmp_path])

    assert [f"{path}: {name} exists already"] == [str(p).split("\n")[0] for p in problems]


def test_any_other_name_is_free(tmp_path: Path) -> None:
    put(tmp_path, "my_own")

    book, problems = load_book([tmp_path])

    assert ([f.name for f in book.facts], problems) == (["my_own"], [])


def test_every_table_of_the_engine_is_reserved() -> None:
    folder = Path(itssrules.assess.__file__).parent
    text = "\n".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    made = {
        *re.findall(
            r"create (?:or replace )?(?:temp )?(?:table|view) (?:if not exists )?(\w+)", text
        ),
        *re.findall(r'_kept\(context, "(\w+)"', text),
        *BOOK_TABLES,
    }

    assert len(made) > 8
    assert made - model().keys() == RESERVED
