/*
id       = "KPI-009"
title.zh = "变更成功率"
title.en = "Change success rate"
severity = "observation"
kind     = "kpi"
subject  = ["changes"]
decides  = ["QM-8.4.6-30"]
supports = []
needs    = ["changes.change_id", "changes.outcome", "changes.status", "changes.closed_at", "changes.created_at"]
uses     = ["changes.actual_start", "changes.actual_end", "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.decision"]
since    = "0.2"
status   = "stable"
why.zh   = "变更成功率反映评估、测试和实施准备是否到位。每个失败或回退的变更都意味着一次计划外的影响，成功率长期偏低说明变更管理没有真正起作用。"
why.en   = "The success rate shows whether changes are assessed, tested and prepared well. Each one that fails or is backed out costs the customer unplanned trouble; a low rate means that change control does not work."
fix.zh   = "逐个复盘失败和回退的变更，区分评估不足、测试不足和实施失误；把共性原因纳入变更评审的检查项，并记录分析结论和改进措施。"
fix.en   = "Review every failed or backed-out change, tell poor assessment from poor testing and poor execution, put what they have in common on the checklist of the change review, and record the conclusions."
noise.zh = "变更按关闭时间归入季度，结果为空的变更按“全部失败”和“全部成功”分别计算上下限；实施后取消的变更不计入。有些团队习惯把有遗留问题的变更也记为成功。"
noise.en = "Changes belong to the quarter in which they were closed; those without an outcome count once as failed and once as successful, which gives the bounds; those begun and cancelled are left out. Some teams file changes with issues as plain successes."

[params.target]
type = "share"
value = 0.95
min = 0.8
max = 1
help.zh = "成功的变更占已实施变更的比例，低于此值即提出。"
help.en = "Share of successful changes among those implemented below which it is raised."

[params.least_changes]
type = "count"
value = 5
min = 1
max = 20
help.zh = "一个季度关闭的已实施变更少于此数时不计算成功率。"
help.en = "Number of implemented changes closed in a quarter below which no rate is computed."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "导出须早于季度首日多少天开始，才能包含此前提出、本季度关闭的变更。"
help.en = "Days before the quarter from which changes must be in the export, so that those raised earlier and closed in the quarter are there."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 关闭的 {denominator:number} 个已实施变更中 {numerator:number} 个成功，成功率 {value:percent}，低于目标 {target:percent}；失败或回退 {misses:number} 个，结果不明 {unassessed:number} 个（全部按成功计为 {upper:percent}）。"
en = "Of {denominator:number} implemented changes closed in {quarter}, {numerator:number} were successful: {value:percent}, below the target of {target:percent}. Failed or backed out: {misses:number}; without a clear outcome: {unassessed:number} (with all of these successful it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 关闭的 {denominator:number} 个已实施变更中 {numerator:number} 个成功，成功率 {value:percent}，达到目标 {target:percent}；结果不明 {unassessed:number} 个（全部按失败计为 {lower:percent}）。"
en = "Of {denominator:number} implemented changes closed in {quarter}, {numerator:number} were successful: {value:percent}, at or above the target of {target:percent}. Without a clear outcome: {unassessed:number} (with all of these failed it would be {lower:percent})."

[message.outcome_unknown]
verdict = "not_assessed"
zh = "部分变更的结果、状态或关闭时间不明，按全部成功和全部失败得出的结论相反。"
en = "Some changes lack outcome, status or closing time, and counting all or none of them as successful gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度关闭的变更已全部导出（导出须早于季度首日开始，以包含此前提出的变更）。"
en = "The changes closed in the quarter are not known to be all in the export, which must begin before the quarter to hold those raised earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "变更已关闭或状态不明，但没有关闭时间，无法归入季度。"
en = "The changes are closed, or may be, without a time of closing, so they belong to no known quarter."

[message.too_few]
verdict = "not_applicable"
zh = "该季度关闭的已实施变更太少，成功率没有意义。"
en = "Too few implemented changes were closed in the quarter for a rate to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with closed as (                         -- closed changes, and those that may be
    select
        c.record,
        c.change_id,
        c.record.project_id as project_id,
        quarter_start(local_day(c.created_at, $zone)) as created_in,
        quarter_start(local_day(c.closed_at, $zone)) as began,
        c.status = 'closed' as sure,
        c.outcome in ('successful', 'successful_with_issues') as good,
        c.outcome in ('failed', 'backed_out') as bad,
        c.outcome = 'cancelled' and a.implemented as cancelled,
        c.outcome is null and (a.implemented is distinct from false
                               or list_contains(c.unread, 'outcome')
                               or list_contains(c.disputed, 'outcome')) as unclear
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    where c.status = 'closed' or c.status is null
),
weighed as (
    select
        record,
        change_id,
        project_id,
        created_in,
        began,
        sure,
        good,
        bad,
        cancelled,
        unclear or (good and (sure is null or began is null)) as maybe_good,
        unclear or (bad and (sure is null or began is null)) as maybe_bad
    from closed
),
everyone as (                            -- each change for its project and for the organisation
    select record, change_id, project_id, created_in, began, sure, good, bad, cancelled,
           maybe_good, maybe_bad
    from weighed
    where project_id is distinct from '(organisation)'
    union all
    select record, change_id, '(organisation)' as project_id, created_in, began, sure, good, bad,
           cancelled, maybe_good, maybe_bad
    from weighed
),
quarters as (              -- one row a project and quarter; changes without a time of closing stand
    select                 -- in that of their creation: they may belong to it or any later one
        project_id,
        coalesce(began, created_in) as began,
        count(began) as placed,
        count(change_id) filter (where began is not null and sure and good) as successes,
        count(change_id) filter (where began is not null and sure and bad) as misses,
        count(change_id) filter (where began is not null and sure and cancelled) as cancelled,
        count(change_id) filter (where maybe_good and began is not null) as maybe_good,
        count(change_id) filter (where maybe_bad and began is not null) as maybe_bad,
        count(change_id) filter (where (maybe_good or maybe_bad) and began is not null) as maybe,
        count(change_id) filter (where maybe_good and began is null) as adrift_good,
        count(change_id) filter (where maybe_bad and began is null) as adrift_bad,
        count(change_id) filter (where (maybe_good or maybe_bad) and began is null) as adrift,
        list(record order by record.ns, record.id)
            filter (where began is not null and sure and bad) as members
    from everyone
    group by project_id, coalesce(began, created_in)
),
counted as (
    select
        project_id,
        began,
        placed,
        successes,
        misses,
        cancelled,
        members,
        maybe_good + sum(adrift_good) over since as maybe_good,
        maybe_bad + sum(adrift_bad) over since as maybe_bad,
        maybe + sum(adrift) over since as maybe
    from quarters
    window since as (partition by project_id order by began nulls first)
),
shares as (
    select
        *,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        successes + misses as changes,
        ratio(successes, successes + misses) as value,
        ratio(successes, successes + misses + maybe_bad) as lower,
        ratio(successes + maybe_good, successes + misses + maybe_good) as upper,
        (select min(from_at) from coverage where tbl = 'changes' and not complete) as hole_at
    from counted
    where placed > 0
),
judged as (
    select
        *,
        complete_everywhere('changes', earliest(starts_at - to_days($carry_over_days),
                                                coalesce(hole_at, starts_at)), ends_at)
            as quarter_complete
    from shares
)
select
    project_id || ' ' || quarter_name(began) as subject_id,
    project_id,
    starts_at as at,
    case when ends_at > $as_of                        then false
         when ends_at <= $as_of
         then case when not quarter_complete             then null
                   when changes + maybe < $least_changes then false
                   when changes >= $least_changes        then true end end as applies,
    case when upper < $target                         then false
         when earliest(lower, upper) >= $target       then true end as conforms,
    case when ends_at > $as_of                        then 'running'
         when not quarter_complete                    then 'quarter_incomplete'
         when changes + maybe < $least_changes        then 'too_few'
         when changes < $least_changes                then 'outcome_unknown'
         when upper < $target                         then 'below'
         when lower >= $target                        then 'ok'
         else 'outcome_unknown' end as message,
    members,
    quarter_name(began) as period,
    successes as numerator,
    changes as denominator,
    cancelled as excluded,
    maybe as unassessed,
    value,
    lower,
    upper,
    $target as target,
    quarter_name(began) as quarter,
    misses
from judged
union all
select
    project_id || ' ?' as subject_id,
    project_id,
    null as at,
    null as applies,
    null as conforms,
    'unplaced' as message,
    list(record order by record.ns, record.id) as members,
    null as period,
    null as numerator,
    null as denominator,
    null as excluded,
    null as unassessed,
    null as value,
    null as lower,
    null as upper,
    null as target,
    null as quarter,
    null as misses
from everyone
where began is null and (maybe_good or maybe_bad)
group by project_id
