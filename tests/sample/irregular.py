"""What one irregular record leaves open under a dozen rules at once: kind of irregularity -> rules and message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from sample.firm import DAY, FIRST, LAST, Row, at
from sample.makers import APPROVALS, CHANGES, INCIDENTS, KEY, PROBLEMS, REQUESTS
from sample.planted import expect


# fmt: off
def rejected(row: Row) -> bool:
    """Closed after a rejection, with no sign of work."""
    return row["approval"] == "已拒绝" and not (row["work_start"] or row["work_end"] or row["close_code"])

def void(row: Row) -> bool:
    return row["incident_state"] == "已取消" or row["u_close_mode"] == "重复单"

def ongoing(row: Row) -> bool:
    """Still open, while the history ends with the day before the run's moment."""
    return row["incident_state"] in ("新建", "处理中", "挂起", "已解决") and not row["closed_at"]

KINDS: list[tuple[list[Row], Callable[[Row], object], str]] = [
    (INCIDENTS, lambda r: r["incident_state"] == "挂起待定",
     "DSK-003,004,005 ? unread;INC-001,002,003,006,014,016,017,020,021,022,025,026,028,029 ? unread;"
     "DQ-001,002,003,006,009,010,011,012,013,016 ? unread"),
    (INCIDENTS, lambda r: not r["incident_state"],
     "DSK-004,005 ? status_unknown;INC-001,002,003,014,016,017,026,028 ? status_unknown;DQ-009 ? unclear"),
    (INCIDENTS, lambda r: not r["_history"] and not void(r), "INC-017 ? no_history"),
    (INCIDENTS, lambda r: ongoing(r) and (not r["resolved_at"] or r["resolved_at"] > LAST), "INC-003 ? no_history"),
    (INCIDENTS, lambda r: ongoing(r) and (not r["resolved_at"] or r["resolved_at"] > LAST)
     and (r["_project"], r["priority"][:1]) != ("ERP", "4"), "INC-017 ? no_history"),
    (INCIDENTS, lambda r: ongoing(r) and not r["_audit"], "INC-029 ? history_incomplete"),
    (INCIDENTS, lambda r: r["incident_state"] == "已关闭" and not r["closed_at"], "INC-029 ? history_incomplete"),
    (INCIDENTS, lambda r: r["closed_at"] and r["closed_at"] > LAST, "INC-029 ? history_incomplete"),
    (CHANGES, lambda r: not r["state"], "CHG-001,002,003,012,016,017,018,025,030,033,035 ? status_unknown;"
     "CHG-019 ? implemented_unknown;CHG-024 ? outcome_unknown"),
    *((rows, lambda r, name=name: not r[name], "DQ-001,006,010,011,012 ? status_unknown;DQ-016 ? state_unknown")
      for rows, name in ((INCIDENTS, "incident_state"), (CHANGES, "state"), (PROBLEMS, "problem_state"))),
    *((rows, lambda r, name=name: r[name] == "已关闭" and not r["closed_at"], "DQ-006 ? no_times;DQ-010 ? no_close_time")
      for rows, name in ((INCIDENTS, "incident_state"), (CHANGES, "state"), (PROBLEMS, "problem_state"))),
    *((rows, lambda r, name=name: r[name] == "已关闭" and not r["closed_by"], "DQ-016 ? nobody")
      for rows, name in ((INCIDENTS, "incident_state"), (CHANGES, "state"), (PROBLEMS, "problem_state"))),
    *((rows, lambda r: r["closed_at"] and r["closed_at"] > LAST - DAY, "DQ-010 ? history_incomplete")
      for rows in (INCIDENTS, CHANGES, PROBLEMS, REQUESTS)),
    *((rows, lambda r: (r["_history"] == "" and r["closed_at"]) or r["_history"] is False, "DQ-012 ? no_history;DQ-013 ? no_row")
      for rows in (INCIDENTS, CHANGES)),
    (INCIDENTS, lambda r: max(r["closed_at"] or LAST, r["resolved_at"] or LAST) > LAST, "DQ-013 ? history_incomplete"),
    (INCIDENTS, lambda r: r["incident_state"] in ("已关闭", "已解决") and not r["resolved_at"], "DQ-003 ? no_end"),
    (REQUESTS, lambda r: r["state"] == "Closed Complete" and not r["u_fulfilled_at"], "DQ-003 ? no_end;DQ-013 ? history_incomplete"),
    (CHANGES, lambda r: r["type"] and r["type"] != "紧急" and r["state"] in ("已关闭", "审查", "") and not r["work_end"],
     "DQ-003 ? no_end"),
    (CHANGES, lambda r: not r["type"], "DQ-003,006 ? type_unknown;CHG-002,003,004,005,006,007,009,010,011,012,013,015,016,017,025 ? type_unknown;"
     "CHG-019 ? kind_unknown"),
    (CHANGES, lambda r: not r["close_code"] and r["state"] in ("已关闭", "审查"), "CHG-024 ? outcome_unknown"),
    (CHANGES, lambda r: not r["close_code"] and r["state"] == "已关闭" and not rejected(r), "CHG-018 ? outcome_unknown"),
    (CHANGES, lambda r: not r["work_end"] and r["close_code"] == "成功", "CHG-031 ? no_end"),
    (CHANGES, lambda r: not r["cmdb_ci"], "CHG-031 ? no_ci"),
    (APPROVALS, lambda r: r["stage"] != "cab" and not r["decision"], "CHG-032 ? kind_unknown"),
    (APPROVALS, lambda r: r["stage"] != "cab" and not r["decided_at"], "CHG-032 ? no_decision_time"),
    (APPROVALS, lambda r: r["stage"] != "cab" and r["object_id"].get("type") == "", "CHG-032 ? change_unknown"),
    (APPROVALS, lambda r: not r["approver"], "CHG-032 ? person_unknown;DQ-016 ? nobody"),
    (APPROVALS, lambda r: not r["decision"], "DQ-016 ? state_unknown"),
]
"""The first kind that names a rule prevails, and a line of `planted` prevails over all."""


def beyond_the_window() -> None:
    """What cannot be known of any record for want of the months before and after the export."""
    for row in INCIDENTS:
        if row["opened_at"] < FIRST + 30 * DAY:
            open_("INC-023 ? incidents_incomplete", row)
        if row["opened_at"] < FIRST + 33 * DAY and not void(row) and row["contact_type"] != "监控":
            open_("INC-016 ? incidents_incomplete", row)
        if row["opened_at"] < FIRST + 32 * DAY and row["priority"][:1] in ("1", "2") and row["closed_at"]:
            open_("INC-025 ? changes_incomplete", row)
    for row in PROBLEMS:
        if row["closed_at"] and row["closed_at"] > LAST - 60 * DAY:
            open_("PRB-012 ? too_recent", row)
    for row in CHANGES:
        if row["close_code"] == "成功" and row["work_end"] and row["work_end"] > LAST - 2 * DAY:
            open_("CHG-031 ? incidents_incomplete", row)

def open_(text: str, row: Row, name: str = "") -> None:
    """Expect of a record what nothing else was expected of."""
    known = {(rule, name or id(about)) for rule, about_name, *_, about in KEY for name in [about_name]}
    for part in text.split(";"):
        rules, sign, said = part.split()
        family = rules.split("-")[0]
        for number in rules[rules.index("-") + 1:].split(","):
            if (f"{family}-{number}", name or id(row)) not in known:
                expect(f"{family}-{number} {sign} {said}", row, name)

def items() -> None:
    """CHG-029: an item of which no beginning is known, or of which the week before is not in the export."""
    begun: dict[str, list[Row]] = defaultdict(list)
    for row in CHANGES:
        if row["cmdb_ci"] and row["type"] != "标准" and (
                row["work_start"] or (row["state"] in ("已关闭", "审查", "") and not rejected(row))):
            begun[row["cmdb_ci"]].append(row)
    for item, rows in begun.items():
        starts = [r["work_start"] for r in rows if r["work_start"] and r["type"]]
        if not starts or min(starts) < at("01-08T00:00"):
            open_("CHG-029 ? not_whole", {}, f"servicenow {item.lower()}")
    open_("CHG-029 ? no_ci", {}, "servicenow (unattributed) ?")

def irregular() -> None:
    for rows, is_so, text in KINDS:
        for row in rows:
            if is_so(row):
                open_(text, row)
    items()
    beyond_the_window()
