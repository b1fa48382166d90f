"""The columns that a verdict follows from: derived, compared with the head, and mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from itssrules.catalogue.head import HeadReader
from itssrules.catalogue.needs import derive, fix, problems
from itssrules.model.rule import Rule

HEAD = """/*
id       = "TST-001"
title.zh = "测试"
title.en = "Test"
severity = "minor"
kind     = "record"
subject  = ["{subject}"]
needs    = [{needs}]   # derived
{extra}
why.zh   = "因"
why.en   = "why"
fix.zh   = "改"
fix.en   = "fix"

{params}
[message.late]
verdict = "nonconforming"
zh = "晚"
en = "late"
*/
"""
DESIGN = """select
    record,
    closed_at as at,
    closed_by as owner,
    status = 'closed' and coalesce(outcome, '') not in ('cancelled', 'rejected') as applies,
    case when closed_at is null                                     then null
         when verified_at is null                                   then false
         when verified_at >  closed_at + to_minutes($grace_minutes) then false
         when verified_at <= closed_at + to_minutes($grace_minutes) then true end as conforms,
    case when status <> 'closed'                   then 'not_closed'
         when outcome in ('cancelled', 'rejected') then 'cancelled'
         when closed_at is null                    then 'no_close_time'
         when verified_at is null                  then 'missing'
         else                                           'late' end as message,
    elapsed_minutes(closed_at, verified_at) as late_minutes,
    verified_by, verified_at, closed_at
from changes
"""
SIMPLE = """select record, closed_at as at, closed_by as owner, status = 'closed' as applies,
    verified_at <= closed_at as conforms, 'late' as message, title
from changes
"""
SIMPLE_NEEDS = '"changes.closed_at", "changes.status", "changes.verified_at"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "rules" / "change"
    folder.mkdir(parents=True)
    return folder / "TST-001_test.sql"


def rule(
    path: Path, sql: str, needs: str = "", extra: str = "", params: str = "",
    subject: str = "changes",
) -> Rule:  # fmt: skip
    head = HEAD.format(subject=subject, needs=needs, extra=extra, params=params)
    path.write_text(head + sql, encoding="utf-8", newline="")
    return read(path)


def read(path: Path) -> Rule:
    reader = HeadReader(path, path.read_text(encoding="utf-8-sig"))
    made = reader.read()

    assert [] == [str(p) for p in reader.problems]
    assert made is not None
    return made


def verdict(conforms: str, ctes: str = "", joins: str = "", more: str = "") -> str:
    return f"""{ctes}select c.record, c.closed_at as at, c.closed_by as owner,
    c.status = 'closed' as applies, {conforms} as conforms, 'late' as message{more}
from changes c {joins}
"""


def test_the_example_of_the_design(path: Path) -> None:
    assert (
        "changes.closed_at",
        "changes.outcome",
        "changes.status",
        "changes.verified_at",
    ) == derive(rule(path, DESIGN))


GIVEN = """with given as (
    select ns, object_id, min(decided_at) as first_at, min(approver) as who
    from approvals
    where object_type = 'change'
    group by ns, object_id
    having count(stage) > 0
)
"""
ON_GIVEN = "left join given g on g.ns = c.ns and g.object_id = c.change_id"
READS = {
    "evidence gates nothing": (
        verdict("c.verified_at <= c.closed_at", more=", c.title, c.risk_level"),
        ["changes.closed_at", "changes.status", "changes.verified_at"]),
    "a join for evidence gates nothing": (
        verdict("c.outcome = 'failed'", GIVEN, ON_GIVEN, ", g.who"),
        ["changes.outcome", "changes.status"]),
    "through a CTE, with its conditions and keys": (
        verdict("g.first_at <= c.actual_start", GIVEN, ON_GIVEN, ", g.who"),
        ["approvals.decided_at", "approvals.object_id", "approvals.object_type",
         "approvals.stage", "changes.actual_start", "changes.status"]),
    "through a star and an alias": (
        verdict("c.late", "with c1 as (select *, closed_at > planned_end as late from changes)\n",
                more=", c.title").replace("from changes c", "from c1 c"),
        ["changes.closed_at", "changes.planned_end", "changes.status"]),
    "through another projection": (
        verdict("is_late = false", more=", c.closed_at > c.planned_end as is_late"),
        ["changes.closed_at", "changes.planned_end", "changes.status"]),
    "a nested query": (
        verdict("case when exists (select 1 from change_tasks t where t.ns = c.ns"
                " and t.change_id = c.change_id and t.task_type = 'verify') then true end"),
        ["change_tasks.change_id", "change_tasks.task_type", "changes.status"]),
    "a scalar query": (
        verdict("(select max(t.closed_at) from change_tasks t where t.ns = c.ns"
                " and t.change_id = c.change_id) <= c.closed_at"),
        ["change_tasks.change_id", "change_tasks.closed_at", "changes.closed_at",
         "changes.status"]),
    "an inner join in a CTE": (
        verdict("t.done <= c.closed_at",
                "with t as (select t.ns, t.change_id, min(t.closed_at) as done from change_tasks t"
                " join approvals a on a.ns = t.ns and a.approval_id = t.assignee"
                " group by t.ns, t.change_id)\n",
                "left join t on t.ns = c.ns and t.change_id = c.change_id"),
        ["approvals.approval_id", "change_tasks.assignee", "change_tasks.change_id",
         "change_tasks.closed_at", "changes.closed_at", "changes.status"]),
    "qualify": (
        verdict("t.status = 'closed'",
                "with t as (select ns, change_id, status from change_tasks"
                " qualify row_number() over (partition by ns, change_id order by actual_end) = 1)\n",
                "left join t on t.ns = c.ns and t.change_id = c.change_id"),
        ["change_tasks.actual_end", "change_tasks.change_id", "change_tasks.status",
         "changes.status"]),
    "grouping by place": (
        verdict("t.n > 0",
                "with t as (select ns, change_id, assignee, count(*) as n from change_tasks"
                " group by 1, 2, 3)\n", "left join t using (ns, change_id)"),
        ["change_tasks.assignee", "change_tasks.change_id", "changes.status"]),
    "the key of the subject as a value": (
        verdict("length(c.change_id) > 3"), ["changes.change_id", "changes.status"]),
    "the key of the subject through a CTE": (
        verdict("t.n > 0",
                "with t as (select k.ns, k.change_id, count(*) as n from changes k"
                " group by k.ns, k.change_id)\n",
                "left join t on t.ns = c.ns and t.change_id = c.change_id"),
        ["changes.status"]),
    "record, ns and project": (
        verdict("c.record.id <> '' and c.ns <> '' and c.project_id <> ''"), ["changes.status"]),
    "supplied is no read, the time of complete is one": (
        verdict("case when supplied(c.record, 'verified_at') and complete('approvals', c.ns,"
                " c.created_at) then c.closed_at > $as_of end"),
        ["changes.closed_at", "changes.created_at", "changes.status"]),
    "a switch is no column": (
        verdict("case when $strict then c.verified_at <= c.closed_at end"),
        ["changes.closed_at", "changes.status", "changes.verified_at"]),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "columns"), READS.values(), ids=READS)
def test_columns_are_derived(path: Path, sql: str, columns: list[str]) -> None:
    assert columns == list(derive(rule(path, sql)))


def test_every_branch_of_a_union_counts(path: Path) -> None:
    sql = """with both_kinds as (
    select record, closed_at as done from incidents
    union all
    select record, fulfilled_at as finished from requests
)
select record, done as at, null as owner, done is not null as applies, done < $as_of as conforms,
    'late' as message
from both_kinds
"""
    final = "select record, closed_at as at, closed_by as owner, {} as applies, null as conforms,"
    final += " 'late' as message from {}"
    union = final.format("status = 'closed'", "incidents") + " union all "
    union += final.format("priority = 1", "requests")

    assert ("incidents.closed_at", "requests.fulfilled_at") == derive(rule(path, sql))
    assert ("incidents.status", "requests.priority") == derive(rule(path, union))


def test_a_head_that_says_what_the_sql_reads_has_no_problem(path: Path) -> None:
    assert [] == problems(rule(path, SIMPLE, SIMPLE_NEEDS))


def test_missing_and_superfluous_columns_are_named(path: Path) -> None:
    made = rule(path, SIMPLE, '"changes.closed_at:day", "changes.status", "changes.outcome"')

    assert [
        (f"{path}:8", "the verdict reads changes.verified_at, which needs does not name"),
        (f"{path}:8", "needs names changes.outcome, which the verdict does not read"),
    ] == [(p.place, p.problem) for p in problems(made)]
    assert {"itssrules rules fix"} == {p.hint for p in problems(made)}


def test_alternatives_count_each(path: Path) -> None:
    both = '"changes.closed_at", "changes.status | changes.verified_at"'
    more = '"changes.closed_at", "changes.status | changes.verified_at | changes.outcome"'

    assert [] == problems(rule(path, SIMPLE, both))
    assert ["needs names changes.outcome, which the verdict does not read"] == [
        p.problem for p in problems(rule(path, SIMPLE, more))
    ]


def test_uses_may_be_read_by_the_verdict_or_the_message(path: Path) -> None:
    needs = '"changes.closed_at", "changes.status"'
    spoken = SIMPLE.replace("'late' as", "case when title is null then 'late' end as")

    assert [] == problems(rule(path, SIMPLE, needs, 'uses = ["changes.verified_at"]'))
    assert [] == problems(rule(path, spoken, SIMPLE_NEEDS, 'uses = ["changes.title"]'))
    assert ["uses names changes.title, which neither the verdict nor message reads"] == [
        p.problem for p in problems(rule(path, SIMPLE, SIMPLE_NEEDS, 'uses = ["changes.title"]'))
    ]
    assert ["uses names changes.status, which needs names too"] == [
        p.problem for p in problems(rule(path, SIMPLE, SIMPLE_NEEDS, 'uses = ["changes.status"]'))
    ]


PARAMS = """[params.strict]
type = "switch"
value = false
reads = ["{}"]
help.zh = "严"
help.en = "strict"
"""


def test_columns_that_a_switch_reads_need_not_be_needed(path: Path) -> None:
    needs = '"changes.closed_at", "changes.status"'

    assert [] == problems(rule(path, SIMPLE, needs, params=PARAMS.format("changes.verified_at")))
    assert ["params.strict: reads names changes.outcome, which the rule does not read"] == [
        p.problem
        for p in problems(rule(path, SIMPLE, SIMPLE_NEEDS, params=PARAMS.format("changes.outcome")))
    ]


def test_fix_changes_nothing_where_nothing_is_wrong(path: Path) -> None:
    assert fix(rule(path, SIMPLE, SIMPLE_NEEDS)) is None
    assert (
        fix(rule(path, SIMPLE, '"changes.verified_at:day | changes.closed_at",\n"changes.status"'))
        is None
    )


def test_fix_keeps_order_alternatives_precision_uses_and_all_else(path: Path) -> None:
    before = '"changes.verified_at:minute | changes.title", "changes.outcome"'
    made = rule(path, SIMPLE, before, 'uses     = ["changes.status"]')
    text = path.read_text(encoding="utf-8")
    mended = fix(made)

    assert mended == text.replace(before, '"changes.verified_at:minute", "changes.closed_at"')
    path.write_text(mended, encoding="utf-8")
    assert [] == problems(read(path))
    assert fix(read(path)) is None


def test_fix_wraps_a_long_list(path: Path) -> None:
    columns = ["actual_end", "actual_start", "planned_end", "planned_start"]
    sql = verdict(" and ".join(f"{c} < $as_of" for c in columns))
    made = rule(path, sql)
    names = [f"changes.{c}" for c in [*columns, "status"]]
    entries = "".join(f'    "{n}",\n' for n in names)
    text = path.read_text(encoding="utf-8")

    assert fix(made) == text.replace("needs    = []", f"needs    = [\n{entries}]")


def test_fix_reads_a_list_of_many_lines(path: Path) -> None:
    many = '\n    "changes.status",   # not ] the end\n    "changes.outcome",\n'
    made = rule(path, SIMPLE, many)
    text = path.read_text(encoding="utf-8")

    assert fix(made) == text.replace(f"[{many}]", f"[{', '.join(sorted_first())}]")


def sorted_first() -> list[str]:
    return ['"changes.status"', '"changes.closed_at"', '"changes.verified_at"']


def test_fix_keeps_line_ends_and_byte_order_mark(path: Path) -> None:
    rule(path, SIMPLE)
    raw = "\ufeff" + path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(raw.encode())
    mended = fix(read(path))

    assert mended == raw.replace("needs    = []", f"needs    = [{SIMPLE_NEEDS}]")
