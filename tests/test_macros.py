"""Macros that rules share, by their meaning."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from itssrules.store import connect, one

CON = connect()


@pytest.mark.parametrize(
    ("call", "meaning"),
    [
        ("says_any('系统宕机了', ['宕机', 'x'])", True),
        ("says_any('Apply PATCH', ['patch'])", True),
        ("says_any('a.b', ['a.b'])", True),
        ("says_any('axb', ['a.b'])", False),
        ("says_any('', ['a'])", False),
        ("says_any('a', [''])", None),
        ("says_any('a', []::varchar[])", None),
        ("says_any(null, ['a'])", None),
        ("says_any('a b', [' B'])", True),
        ("word_in('先打补丁再重启', ['重启', '打补丁'])", "打补丁"),
        ("word_in('Firmware', ['FIRM'])", "firm"),
        ("word_in('a', ['b'])", None),
        ("word_in('a', []::varchar[])", None),
        ("word_in(null, ['a'])", None),
        ("is_one_of(' TBD ', ['tbd'])", True),
        ("is_one_of('tbd', [' TBD'])", True),
        ("is_one_of('tbd.', ['tbd'])", False),
        ("is_one_of('a', []::varchar[])", False),
        ("is_one_of(null, ['a'])", None),
        ("holds_role('engineer; Service_Desk', ['service_desk'])", True),
        ("holds_role('service_desk_trainee', ['service_desk'])", False),
        ("holds_role('a', []::varchar[])", False),
        ("holds_role(null, ['a'])", None),
        ("cast(half_start(date '2025-06-30') as varchar)", "2025-01-01"),
        ("cast(half_start(date '2025-12-31') as varchar)", "2025-07-01"),
        ("half_name(date '2025-06-30')", "2025-H1"),
        ("half_name(date '2025-07-01')", "2025-H2"),
    ],
)
def test_macro(call: str, meaning: object) -> None:
    assert one(CON, f"select {call}") == meaning


def test_nothing_is_spilled_into_the_folder_in_which_the_user_stands() -> None:
    folder = one(CON, "select current_setting('temp_directory')")

    assert Path(folder).is_relative_to(tempfile.gettempdir())
