"""What the reading of exports must not get wrong, in small."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from itssrules.builtin import bundled
from itssrules.errors import UsageError
from itssrules.intake.compile import swapped
from itssrules.intake.connector import load_connectors, normal
from itssrules.intake.load import Intake, load, newest
from itssrules.store import Connection, connect, rows

CONNECTORS = load_connectors([bundled("connectors")])
HEAD = "number,incident_state,caller_id,opened_at,resolved_at,closed_at,sys_updated_on"


def read(folder: Path, text: str | bytes, name: str = "incident.csv") -> tuple[Connection, Intake]:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    con = connect()
    return con, load(con, [file], CONNECTORS, zone="Asia/Shanghai")


def test_wall_clocks_are_read_in_their_zone_and_offsets_win(tmp_path: Path) -> None:
    con, _ = read(
        tmp_path,
        f"{HEAD}\nINC1,Closed,a,2025-01-01 08:00:00,2025-01-01T08:00:00Z,29/1/2025 01:16,\n",
    )

    assert rows(con, "select created_at, resolved_at, closed_at from incidents") == [
        (datetime(2025, 1, 1), datetime(2025, 1, 1, 8), datetime(2025, 1, 28, 17, 16))
    ]


def test_a_column_with_month_first_dates_is_not_read_day_first(tmp_path: Path) -> None:
    con, intake = read(
        tmp_path,
        f"{HEAD}\nINC1,Closed,a,01/02/2025 10:00,,,\nINC2,Closed,a,12/31/2024 10:00,,,\n",
    )

    assert rows(con, "select created_at, unread from incidents") == [(None, ["created_at"])] * 2
    unread = intake.inputs[0].tables[0].unread
    assert {(u.column, u.value) for u in unread} == {
        ("created_at", "01/02/2025 10:00"), ("created_at", "12/31/2024 10:00"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "other"),
    [("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), ("%m-%d-%Y", "%d-%m-%Y"), ("%Y-%m-%d", "")],
)
def test_day_and_month_change_about(form: str, other: str) -> None:
    assert other == swapped(form)


def test_a_bare_day_among_moments_is_unread(tmp_path: Path) -> None:
    con, _ = read(
        tmp_path,
        f"{HEAD}\nINC1,Closed,a,2025-01-01 08:00,2025-01-01,2025-01-01 09:00,\n"
        "INC2,Closed,a,2025-01-01 08:00,2025-01-01 08:30,2025-01-01 09:00,\n",
    )

    assert rows(con, "select incident_id, resolved_at, unread from incidents order by 1") == [
        ("INC1", None, ["resolved_at"]), ("INC2", datetime(2025, 1, 1, 0, 30), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "name", "found"),
    [
        ("utf-8", "张伟", "utf-8"), ("utf-8-sig", "张伟", "utf-8-sig"), ("gb18030", "张伟", "gb18030"),
        ("utf-16", "张伟", "utf-16"), ("cp1252", "Jürgen Müller", "cp1252"),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, name: str, found: str) -> None:
    text = f"{HEAD}\nINC1,Closed,{name},2025-01-01 08:00,,,\n"
    con, intake = read(tmp_path, text.encode(encoding))

    assert rows(con, "select reporter from incidents") == [(name,)]
    assert intake.inputs[0].encoding == found


def test_a_typing_slip_in_the_future_does_not_move_the_day_of_assessment(tmp_path: Path) -> None:
    con, _ = read(
        tmp_path,
        f"{HEAD}\nINC1,Closed,a,2025-01-01 08:00,,2055-01-02 08:00,\n"
        "INC2,Closed,a,2025-01-01 08:00,,2025-01-02 08:00,\n",
    )

    found = newest(con, ["incidents"], datetime(2026, 1, 1, tzinfo=UTC))

    assert found == ("2025-01-02T00:00:00Z", "incidents.closed_at")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "incident.csv").write_text(f"{HEAD}\nINC1,Closed,a,2025-01-01 08:00,,,\n")
    con = connect()

    intake = load(con, [tmp_path], CONNECTORS, zone="UTC")

    assert {Path(i.path).name: i.state for i in intake.inputs} == {
        "gone.csv": "damaged", "incident.csv": "read",
    }  # fmt: skip
    with pytest.raises(UsageError, match="no such file"):
        load(connect(), [tmp_path / "gone.csv"], CONNECTORS, zone="UTC")


@pytest.mark.parametrize(
    "header",
    ["Close Time", " close  time ", "\ufeffCLOSE TIME", "Ｃｌｏｓｅ Time", "Close Time*："],
)
def test_headers_match_whatever_their_dress(header: str) -> None:
    assert normal("close time") == normal(header)


@pytest.mark.parametrize("name", [c for c in CONNECTORS if c != "canonical"])
def test_a_connector_says_in_both_languages_what_it_cannot_give(name: str) -> None:
    connector = CONNECTORS[name]

    assert connector.cannot_fill
    for text in (connector.title, connector.how, *connector.cannot_fill.values()):
        assert text.zh.strip() and text.en.strip()


def test_dates_whose_order_nothing_in_the_file_proves_are_unread(tmp_path: Path) -> None:
    line = "INC1,Closed,a,02/01/2025 09:00,03/02/2025 10:00,02/03/2025 11:00,\n"
    proof = "INC2,New,a,{} 09:00,,,\n"
    times = (
        "select resolved_at is null, closed_at is null from incidents where incident_id = 'INC1'"
    )

    unsure, _ = read(tmp_path, f"{HEAD}\n{line}")
    month_first, _ = read(tmp_path, f"{HEAD}\n{line}{proof.format('02/14/2025')}")
    day_first, _ = read(tmp_path, f"{HEAD}\n{line}{proof.format('14/02/2025')}")

    assert rows(unsure, times) == rows(month_first, times) == [(True, True)]
    assert rows(day_first, times) == [(False, False)]


@pytest.mark.parametrize(
    "rows_text",
    [
        'INC1,Closed,a,2025-01-01 08:00,,,"open\nINC2,Closed,a,2025-01-01 09:00,,,"\n',
        'INC1,Closed,"a,2025-01-01 08:00,,2025-01-01 09:00,\nINC2,New,b",2025-01-01 08:00,,,x\n',
    ],
    ids=["a whole row", "the end of one and the beginning of the next"],
)
def test_a_cell_that_swallowed_rows_is_no_record(tmp_path: Path, rows_text: str) -> None:
    head = "number,incident_state,caller_id,opened_at,resolved_at,closed_at,note"
    con, intake = read(tmp_path, f"{head}\n{rows_text}INC9,New,a,2025-01-01 08:00,,,\n")

    assert rows(con, "select incident_id from incidents") == [("INC9",)]
    assert intake.inputs[0].tables[0].rejected == 1
