"""The lint: every trap is caught, and its harmless neighbour is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from itssrules.catalogue.head import HeadReader
from itssrules.catalogue.lint import absence_tables, lint
from itssrules.model.rule import Rule

HEAD = """/*
id = "TST-001"
title.zh = "测试"
title.en = "Test"
severity = "minor"
kind = "record"
subject = {subject}
needs = {needs}
{extra}
why.zh = "因"
why.en = "why"
fix.zh = "改"
fix.en = "fix"

[message.late]
verdict = "nonconforming"
zh = "晚"
en = "late"
*/
"""
FIRST_APPROVAL = """with given as (
    select ns, object_id, min(decided_at) as first_at, count(*) as number
    from approvals
    where object_type = 'change' and decision = 'approved'
    group by ns, object_id
)
"""
JOIN_GIVEN = "left join given g on g.ns = c.ns and g.object_id = c.change_id"
NO_ROW = """{}exists (
    select 1 from approvals a
    where a.ns = c.ns and a.object_type = 'change' and a.object_id = c.change_id)"""


def rule(sql: str, extra: str = "", subject: str = '["changes"]', needs: str = "[]") -> Rule:
    head = HEAD.format(subject=subject, needs=needs, extra=extra)
    reader = HeadReader(Path("rules/change/TST-001_test.sql"), head + sql)
    made = reader.read()

    assert [] == [str(p) for p in reader.problems]
    assert made is not None
    return made


def select(
    conforms: str = "verified_at <= closed_at",
    applies: str = "status = 'closed'",
    ctes: str = "",
    joins: str = "",
    message: str = "'late'",
) -> str:
    return f"""{ctes}select
    c.record,
    c.closed_at as at,
    c.closed_by as owner,
    {applies} as applies,
    {conforms} as conforms,
    {message} as message
from changes c
{joins}"""


def found(made: Rule) -> list[str]:
    return [p.problem for p in lint(made)]


def test_the_plain_rule_passes() -> None:
    assert [] == found(rule(select()))


DESIGN = """select
    record,
    closed_at as at,
    closed_by as owner,
    status = 'closed' and coalesce(outcome, '') not in ('cancelled', 'failed') as applies,
    case when closed_at is null                                     then null
         when verified_at is null                                   then false
         when verified_at >  closed_at + to_minutes($grace_minutes) then false
         when verified_at <= closed_at + to_minutes($grace_minutes) then true end as conforms,
    'late' as message,
    elapsed_minutes(closed_at, verified_at) as late_minutes,
    verified_by, verified_at, closed_at
from changes"""


def test_the_example_of_the_design_passes_with_its_blanks() -> None:
    blank = 'blank = { outcome = "applies", verified_at = "nonconforming" }'

    assert [] == found(rule(DESIGN, blank))
    assert ["emptiness of changes.outcome decides applies (TRUE), but blank does not declare it",
            "emptiness of changes.verified_at decides conforms (FALSE), but blank does not"
            " declare it"] == found(rule(DESIGN))  # fmt: skip


TRUE_WITHOUT_TEST = {
    "else true": (
        "case when verified_at > closed_at then false else true end",
        "case when verified_at > closed_at then false"
        " when verified_at <= closed_at then true else null end",
    ),
    "coalesce with true": ("coalesce(verified_at <= closed_at, true)", "verified_at <= closed_at"),
    "coalesce over a comparison": (
        "coalesce(verified_at > closed_at, false) = false",
        "(verified_at > closed_at) = false",
    ),
    "is null then true": (
        "case when verified_at is null then true when verified_at <= closed_at then true end",
        "case when verified_at is null then null when verified_at <= closed_at then true end",
    ),
    "is null as it stands": ("verified_at is null", "verified_at <= closed_at"),
    "is distinct from": (
        "outcome is distinct from 'failed'",
        "outcome <> 'failed'",
    ),
    "not is not distinct from": (
        "not (outcome is not distinct from 'failed')",
        "not (outcome = 'failed')",
    ),
    "coalesce with a constant": (
        "coalesce(outcome, '') <> 'failed'",
        "coalesce(outcome, verification_result) <> 'failed'",
    ),
    "coalesce with as_of": (
        "coalesce(verified_at, $as_of) >= closed_at",
        "coalesce(verified_at, updated_at) >= closed_at",
    ),
    "a NULL that slips past a FALSE branch": (
        "case when risk_level = 'high' then false when verified_at <= closed_at then true end",
        "case when risk_level = 'high' then false when risk_level is null then null"
        " when verified_at <= closed_at then true end",
    ),
    "a value chosen by else": (
        "elapsed_minutes(created_at, closed_at)"
        " < case when risk_level = 'high' then 60 else 600 end",
        "elapsed_minutes(created_at, closed_at)"
        " < case when risk_level = 'high' then 60 when risk_level <> 'high' then 600 end",
    ),
    "end before start": (
        "case when elapsed_minutes(created_at, closed_at) > 60 then false"
        " when created_at is not null and closed_at <= $as_of then true end",
        "case when elapsed_minutes(created_at, closed_at) > 60 then false"
        " when elapsed_minutes(created_at, closed_at) <= 60 then true end",
    ),
    "a count of filled cells": (
        "case when verified_at is null then 0 else 1 end >= 1",
        "case when verified_at is null then null else 1 end >= 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "good"), TRUE_WITHOUT_TEST.values(), ids=TRUE_WITHOUT_TEST)
def test_true_only_by_a_positive_test(bad: str, good: str) -> None:
    applies = "status = 'closed'"

    assert [] != found(rule(select(bad, applies)))
    assert [] == found(rule(select(good, applies)))


def test_the_same_holds_for_applies() -> None:
    bad = "case when status = 'cancelled' then false else true end"
    silent = "case when status = 'closed' then true else false end"
    good = "case when status = 'cancelled' then false when status <> 'cancelled' then true end"

    assert "applies is TRUE by `else true`, by no test" in found(rule(select(applies=bad)))
    assert ["applies is FALSE though changes.status may be empty and could turn it round"] == found(
        rule(select(applies=silent))
    )
    assert [] == found(rule(select(applies=good)))


def test_what_applies_has_proved_need_not_be_tested_again() -> None:
    conforms = (
        "case when risk_level = 'high' then false when verified_at <= closed_at then true end"
    )

    assert [] == found(
        rule(select(conforms, "status = 'closed' and risk_level in ('high', 'low')"))
    )


def test_else_true_in_a_cte_is_found_on_its_line() -> None:
    ctes = """with judged as (
    select
        *,
        case when verified_at > closed_at then false
             else true
        end as in_time
    from changes
)
"""
    sql = f"{ctes}select record, at, owner, status = 'closed' as applies, in_time as conforms,"
    sql += " 'late' as message from (select *, closed_at as at, closed_by as owner from judged) j"
    made = rule(sql)
    problems = [p for p in lint(made) if "else true" in p.problem]
    lines = (HEAD.format(subject="", needs="", extra="") + sql).split("\n")

    assert [f"{made.path}:{lines.index('             else true') + 1}"] == [
        p.place for p in problems
    ]


MEANINGS = [
    ("conforming", "verified_at is null or verified_at <= closed_at"),
    ("nonconforming", "case when verified_at is null then false"
     " when verified_at <= closed_at then true end"),
]  # fmt: skip


@pytest.mark.parametrize(("meaning", "conforms"), MEANINGS)
def test_blank_allows_what_it_declares_and_no_more(meaning: str, conforms: str) -> None:
    other = {"conforming": "nonconforming", "nonconforming": "conforming"}[meaning]

    assert [] == found(rule(select(conforms), f'blank = {{ verified_at = "{meaning}" }}'))
    assert [] != found(rule(select(conforms), f'blank = {{ verified_at = "{other}" }}'))
    assert [] != found(rule(select(conforms), 'blank = { verified_at = "applies" }'))
    assert [] != found(rule(select(conforms), 'blank = { outcome = "conforming" }'))
    assert [] != found(rule(select(conforms)))


def test_coalesce_true_is_allowed_for_a_column_whose_emptiness_conforms() -> None:
    conforms = "coalesce(cab_required, true)"

    assert [] == found(rule(select(conforms), 'blank = { cab_required = "conforming" }'))
    assert "conforms is TRUE by coalesce(…, true), by no test" in found(rule(select(conforms)))


def test_blank_applies_allows_emptiness_in_applies() -> None:
    applies = "status = 'closed' and outcome is distinct from 'cancelled'"

    assert [] == found(rule(select(applies=applies), 'blank = { outcome = "applies" }'))
    assert ["emptiness of changes.outcome decides applies (TRUE), but blank does not declare it"
            ] == found(rule(select(applies=applies)))  # fmt: skip


def test_a_column_that_only_sharpens_may_be_empty_but_not_tested_for_it() -> None:
    slips = (
        "case when verification_result = 'failed' then false"
        " when verified_at <= closed_at then true end"
    )
    leans = "verification_result is null or verified_at <= closed_at"
    uses = 'uses = ["changes.verification_result"]'

    assert [] == found(rule(select(slips), uses))
    assert [] != found(rule(select(slips)))
    assert [] != found(rule(select(leans), uses))


def test_alternatives_may_stand_for_one_another() -> None:
    conforms = (
        "case when verified_at > closed_at then false when approved_at <= closed_at then true end"
    )
    needs = '["changes.verified_at | changes.approved_at", "changes.closed_at"]'

    assert [] == found(rule(select(conforms), needs=needs))
    assert [] != found(rule(select(conforms)))


def test_a_message_may_say_what_it_likes() -> None:
    message = "case when verified_at is null then 'late' else 'late' end"

    assert [] == found(rule(select(message=message)))


COMPLETE = "complete('approvals', c.ns, c.closed_at)"
ABSENCE = {
    "not exists": (
        select(NO_ROW.format("not ")),
        select(f"case when {NO_ROW.format('')} then true when {COMPLETE} then false end"),
    ),
    "not in": (
        select("change_id not in (select a.object_id from approvals a"
               " where a.ns = c.ns and a.object_type = 'change')"),
        select(f"case when {COMPLETE} then change_id in (select a.object_id from approvals a"
               " where a.ns = c.ns and a.object_type = 'change') end"),
    ),
    "FALSE for want of a row": (
        select(NO_ROW.format("")),
        select(f"case when {NO_ROW.format('')} then true end"),
    ),
    "count = 0": (
        select("(select count(*) from approvals a where a.ns = c.ns and a.object_type = 'change'"
               " and a.object_id = c.change_id) = 0"),
        select("case when (select count(*) from approvals a where a.ns = c.ns"
               " and a.object_type = 'change' and a.object_id = c.change_id) > 0 then true end"),
    ),
    "count of a left join": (
        select("coalesce(g.number, 0) < 1", ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        select(f"case when coalesce(g.number, 0) >= 1 then true when {COMPLETE} then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
    ),
    "anti-join": (
        select("g.object_id is null", ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        select(f"case when g.object_id is not null then true when {COMPLETE} then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
    ),
    "the first of the rows that were exported": (
        select("g.first_at <= c.actual_start", ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        select(f"case when g.first_at <= c.actual_start then true"
               f" when {COMPLETE} then g.first_at <= c.actual_start end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
    ),
    "completeness of another table": (
        select("case when g.object_id is not null then true"
               " when complete('status_history', c.ns, c.closed_at) then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        select(f"case when g.object_id is not null then true"
               f" when not {COMPLETE} then null when g.object_id is null then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
    ),
    "a table that is supplied need not be complete": (
        select("case when g.object_id is not null then true"
               " when table_supplied('approvals', c.ns) then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        select(f"case when g.object_id is not null then true"
               f" when table_supplied('approvals', c.ns) and {COMPLETE} then false end",
               ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "good"), ABSENCE.values(), ids=ABSENCE)
def test_absence_needs_completeness(bad: str, good: str) -> None:
    problems = found(rule(bad))

    assert any("from an absent row of approvals" in p for p in problems), problems
    assert [] == found(rule(good))


def test_a_rule_that_compares_may_rest_on_a_share_instead() -> None:
    ctes = """with known as (select ns, ci_id, count(*) as number from cis group by ns, ci_id),
shares as (
    select ns, ratio(count(*) filter (where status = 'in_use'), count(*)) as share
    from cis group by ns
)
"""
    joins = (
        "left join known k on k.ns = c.ns and k.ci_id = c.category\n"
        "left join shares s on s.ns = c.ns"
    )
    guarded = "case when k.number > 0 then true when s.share >= 0.5 then false end"
    bare = "case when k.number > 0 then true when c.closed_at <= $as_of then false end"
    compares = "compares = true"

    assert [] == found(rule(select(guarded, ctes=ctes, joins=joins), compares))
    assert [] != found(rule(select(bare, ctes=ctes, joins=joins), compares))
    assert [] != found(rule(select(guarded, ctes=ctes, joins=joins)))


def test_absence_decides_nothing_in_a_table_that_only_sharpens() -> None:
    uses = 'uses = ["approvals.object_id", "approvals.object_type"]'

    assert [] != found(rule(ABSENCE["count = 0"][0], uses))
    assert [] != found(rule(ABSENCE["not exists"][0], uses))
    assert [] == found(rule(ABSENCE["count = 0"][1], uses))


def test_a_key_is_never_empty() -> None:
    late = "case when {} = 'X' then false when verified_at <= closed_at then true end"

    assert [] == found(rule(select(late.format("c.change_id"))))
    assert [] != found(rule(select(late.format("c.title"))))


def test_absence_tables_are_told() -> None:
    assert {"approvals"} == absence_tables(rule(ABSENCE["anti-join"][1]))
    assert set() == absence_tables(rule(select()))


FUNCTIONS = {
    "least(verified_at, closed_at) <= closed_at": (
        "earliest(verified_at, closed_at) <= closed_at", "function least is not on the list"),
    "greatest(verified_at, closed_at) <= closed_at": (
        "latest(verified_at, closed_at) <= closed_at", "function greatest is not on the list"),
    "length(title) / 2 > 3": ("ratio(length(title), 2) > 3", "divides by /"),
    "length(title) // 2 > 3": ("ratio(length(title), 2) > 3", "divides by //"),
    "length(title) % 2 = 1": ("length(title) = 1", "divides by %"),
    "date_diff('day', created_at, closed_at) < 3": (
        "elapsed_minutes(created_at, closed_at) < 3", "function date_diff is not on the list"),
    "extract(hour from created_at) < 3": (
        "created_at < closed_at", "function extract is not on the list"),
    "closed_at < now()": ("closed_at < $as_of", "function now is not on the list"),
    "closed_at < current_timestamp": (
        "closed_at < $as_of", "reads the clock with current_timestamp"),
    "random() < 0.5": ("length(title) < 5", "function random is not on the list"),
    "lenght(title) > 3": ("length(title) > 3", "function lenght is not on the list"),
    "title.upper() = 'A'": ("lower(title) = 'a'", "function upper is not on the list"),
    "try_cast(title as integer) > 3": (
        "cast(title as decimal(10, 2)) > 3", "function try_cast is not on the list"),
    "title[1:3] = 'abc'": (
        "starts_with(title, 'abc')", "uses a list slice, which engines do not share"),
    "regexp_matches(title, 'a')": (
        "contains(title, 'a')", "function regexp_matches is not on the list"),
    "title ~ 'a'": ("contains(title, 'a')",
                    "uses a regular expression, which engines do not share"),
    "closed_at < created_at + interval 3 day": (
        "closed_at < created_at + to_days(3)",
        "uses an interval literal, which engines do not share"),
    "(closed_at - created_at) < to_days(3)": (
        "elapsed_minutes(created_at, closed_at) < 3", "subtracts times"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "good", "problem"), [(b, *g) for b, g in FUNCTIONS.items()], ids=FUNCTIONS
)
def test_functions_mean_the_same_on_every_engine(bad: str, good: str, problem: str) -> None:
    assert problem in found(rule(select(bad)))
    assert [] == found(rule(select(good)))


def test_an_unknown_function_gets_a_suggestion() -> None:
    assert "did you mean length?" == lint(rule(select("lenght(title) > 3")))[0].hint


def test_lists_and_windows_have_an_order() -> None:
    ctes = (
        "with g as (select ns, object_id, {} as names from approvals where object_type = 'change'\n"
    )
    ctes += "    group by ns, object_id)\n"
    bad, good = ctes.format("list(approver)"), ctes.format("list(approver order by approval_id)")
    lag = "lag(c.closed_at) over (partition by c.ns, c.change_id{}) is null"

    assert ["list without an order"] == found(
        rule(select(ctes=bad, joins=JOIN_GIVEN.replace("given", "g"))[:])
    )
    assert [] == found(rule(select(ctes=good, joins=JOIN_GIVEN.replace("given", "g"))))
    assert "lag without an order" in found(
        rule(select(message=f"case when {lag.format('')} then 'late' end"))
    )
    assert [] == found(
        rule(select(message=f"case when {lag.format(' order by c.created_at')} then 'late' end"))
    )


def test_window_frames_are_numbers() -> None:
    frame = "count(*) over (order by c.created_at rows between {} preceding and current row) > 0"
    message = f"case when {frame} then 'late' end"

    assert [] == found(rule(select(message=message.format("3"))))
    assert ["computes a window frame"] == found(
        rule(select(message=message.format("length(c.title)")))
    )


JOINS = {
    "a join": (
        select(ctes=FIRST_APPROVAL, joins="left join given g on g.object_id = c.change_id"),
        select(ctes=FIRST_APPROVAL, joins=JOIN_GIVEN),
        "joins approvals without equating ns",
    ),
    "the ns of the record": (
        select(ctes=FIRST_APPROVAL,
               joins="left join given g on g.ns = g.ns and g.object_id = c.change_id"),
        select(ctes=FIRST_APPROVAL,
               joins="left join given g on g.ns = c.record.ns and g.object_id = c.change_id"),
        "joins approvals without equating ns",
    ),
    "a join inside a CTE": (
        select(ctes="with g as (select t.ns, t.change_id, min(t.closed_at) as done"
               " from change_tasks t join approvals a on a.object_type = 'change'"
               " and a.object_id = t.change_id group by t.ns, t.change_id)\n",
               joins="left join g on g.ns = c.ns and g.change_id = c.change_id"),
        select(ctes="with g as (select t.ns, t.change_id, min(t.closed_at) as done"
               " from change_tasks t join approvals a on a.ns = t.ns and a.object_type = 'change'"
               " and a.object_id = t.change_id group by t.ns, t.change_id)\n",
               joins="left join g on g.ns = c.ns and g.change_id = c.change_id"),
        "joins approvals without equating ns",
    ),
    "exists": (
        select("case when exists (select 1 from change_tasks t where t.change_id = c.change_id)"
               " then true end"),
        select("case when exists (select 1 from change_tasks t where t.ns = c.ns"
               " and t.change_id = c.change_id) then true end"),
        "a subquery over change_tasks does not equate ns",
    ),
    "in": (
        select("case when c.change_id in (select change_id from change_tasks) then true end"),
        select("case when (c.ns, c.change_id) in (select ns, change_id from change_tasks)"
               " then true end"),
        "a subquery over change_tasks does not equate ns",
    ),
    "using": (
        select(ctes="with g as (select ns, change_id, count(*) as n from change_tasks"
               " group by ns, change_id)\n", joins="left join g using (change_id)"),
        select(ctes="with g as (select ns, change_id, count(*) as n from change_tasks"
               " group by ns, change_id)\n", joins="left join g using (ns, change_id)"),
        "joins change_tasks without equating ns",
    ),
    "a window": (
        select(message="case when count(*) over (partition by c.change_id) > 1 then 'late' end"),
        select(message="case when count(*) over (partition by c.ns, c.change_id) > 1"
               " then 'late' end"),
        "partitions by change_id without ns",
    ),
    "the kind of object": (
        select("case when exists (select 1 from approvals a where a.ns = c.ns"
               " and a.object_id = c.change_id) then true end"),
        select(f"case when {NO_ROW.format('')} then true end"),
        "reads approvals.object_id without object_type",
    ),
    "more than one row a key": (
        select(joins="left join change_tasks t on t.ns = c.ns and t.change_id = c.change_id"),
        select(joins="left join change_tasks t on t.ns = c.ns and t.task_id = c.category"),
        "joins change_tasks on less than its key: rows may multiply",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "good", "problem"), JOINS.values(), ids=JOINS)
def test_joins_stay_within_an_id_space(bad: str, good: str, problem: str) -> None:
    assert problem in found(rule(bad))
    assert [] == found(rule(good))


def test_one_total_needs_no_id_space() -> None:
    ctes = "with total as (select count(*) as number from incidents)\n"

    assert [] == found(rule(select(ctes=ctes, joins="left join total on 1 = 1")))


TASKS = """with t as (
    select ns, change_id, count(*) as n from change_tasks group by ns, change_id
)
"""
ON_T = "t on t.ns = c.ns and t.change_id = c.change_id"
VANISH = {
    "where": (select(joins="where c.status = 'closed'"), "where in the select that yields record"),
    "limit": (select(joins="limit 10"), "limit in the select that yields record"),
    "qualify": (
        select(joins="qualify row_number() over (order by c.created_at) = 1"),
        "qualify in the select that yields record"),
    "group by": (
        select(joins="group by all"), "group in the select that yields record"),
    "inner join": (
        select(ctes=TASKS, joins=f"join {ON_T}"), "inner join in the select that yields record"),
    "right join": (
        select(ctes=TASKS, joins=f"right join {ON_T}"),
        "right join in the select that yields record"),
    "distinct": (
        select().replace("select\n", "select distinct\n"),
        "distinct in the select that yields record"),
    "a CTE before": (
        select().replace("from changes c", "from open c").replace(
            "select\n", "with open as (select * from changes where status = 'closed')\nselect\n"),
        "where in the select that yields record"),
    "union": (
        select() + "\nunion\n" + select(), "union drops rows that are alike"),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "problem"), VANISH.values(), ids=VANISH)
def test_every_row_of_the_subject_comes_out(bad: str, problem: str) -> None:
    assert problem in found(rule(bad))


def test_joins_that_keep_every_row_pass() -> None:
    whole = (
        select()
        .replace("from changes c", "from part c")
        .replace("select\n", "with part as (select *, closed_at as done from changes)\nselect\n")
    )

    assert [] == found(rule(select(ctes=TASKS, joins=f"left join {ON_T}")))
    assert [] == found(rule(whole))
    assert [] == found(rule(select() + "\nunion all\n" + select()))


ENUMERATIONS = [
    ("status = 'close'", "status = 'closed'"),
    ("status <> 'Closed'", "status <> 'closed'"),
    ("status in ('closed', 'finished')", "status in ('closed', 'cancelled')"),
    ("status not in ('rejected', 'done')", "status not in ('rejected', 'draft')"),
    ("case status when 'done' then true end", "case status when 'closed' then true end"),
]


@pytest.mark.parametrize(("bad", "good"), ENUMERATIONS)
def test_literals_stand_in_the_enumeration(bad: str, good: str) -> None:
    problems = found(rule(select(applies=bad)))

    assert any("changes.status is never" in p for p in problems), problems
    assert [] == found(rule(select(applies=good)))


def test_an_enumeration_is_followed_through_ctes_and_coalesce() -> None:
    ctes = "with seen as (select *, status as state from changes)\n"
    sql = select(applies="c.state = '{}'", ctes=ctes).replace("from changes c", "from seen c")
    filled = "coalesce(status, '') in ('', '{}')"
    blank = 'blank = { status = "applies" }'

    assert ["changes.status is never 'close'"] == found(rule(sql.format("close")))
    assert [] == found(rule(sql.format("closed")))
    assert ["changes.status is never 'close'"] == found(
        rule(select(applies=filled.format("close")), blank)
    )
    assert [] == found(rule(select(applies=filled.format("closed")), blank))
    assert "did you mean closed?" == lint(rule(sql.format("close")))[0].hint


def test_no_star_in_the_result() -> None:
    bad = select().replace("'late' as message", "'late' as message, c.*")

    assert ["the result takes every column with *"] == found(rule(bad))


def test_messages_are_declared_and_yielded() -> None:
    two = "case when c.closed_at is null then '{}' else 'late' end"

    assert [
        "message 'lat' is not declared",
        "message late is declared and never yielded",
    ] == sorted(found(rule(select(message="'lat'"))), reverse=False)
    assert ["message 'unknown' is not declared"] == found(
        rule(select(message=two.format("unknown")))
    )
    assert [] == found(rule(select(message=two.format("late"))))
    assert [] == found(rule(select(message="nullif(c.category, '')")))


def test_places_name_the_line() -> None:
    sql = select("case when verified_at is null\n      then true end")
    made = rule(sql)
    text = HEAD.format(subject="", needs="", extra="") + sql
    line = next(n for n, t in enumerate(text.split("\n"), 1) if "verified_at is null" in t)

    assert [f"{made.path}:{line}"] == [p.place for p in lint(made)]


def test_sql_that_cannot_be_read_is_one_problem() -> None:
    problems = lint(rule("select from where"))

    assert 1 == len(problems)
    assert "the SQL cannot be read" in problems[0].problem
