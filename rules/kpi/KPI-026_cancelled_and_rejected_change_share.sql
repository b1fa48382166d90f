/*
id       = "KPI-026"
title.zh = "取消与驳回变更占比"
title.en = "Share of cancelled and rejected changes"
severity = "observation"
kind     = "kpi"
at_most  = true
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-30"]
needs    = ["changes.created_at", "changes.status"]
uses     = ["changes.outcome"]
since    = "0.3"
status   = "stable"
why.zh   = "大量变更提出后又被取消或驳回，说明申请前没有想清楚，评估和计划的工作白做了，也可能反映需求管理混乱。"
why.en   = "Many changes raised and then cancelled or rejected mean that they were not thought through, that assessment and planning were wasted, or that demands are not managed."
fix.zh   = "按申请人、类型和原因统计取消与驳回的变更；明确提交变更的条件和必填内容；对驳回多的申请人说明要求，需求不明的先评审再提变更。"
fix.en   = "Count cancelled and rejected changes by requester, type and reason; lay down what a request must contain; explain it to those with many rejections, and review unclear demands before a change is raised."
noise.zh = "变更按创建时间归入季度，草稿不计入。严格评审也会使驳回增多；项目延期、冻结期会集中取消变更。"
noise.en = "Changes belong to the quarter of their creation; drafts do not count. A strict review rejects more; a postponed project or a freeze cancels many at once."

[params.limit]
type = "share"
value = 0.1
min = 0.02
max = 0.5
help.zh = "取消和驳回的变更占比，超过此值即提出。"
help.en = "Share of cancelled and rejected changes above which it is raised."

[params.least_changes]
type = "count"
value = 10
min = 1
max = 50
help.zh = "一个季度的变更少于此数时不计算占比。"
help.en = "Number of changes in a quarter below which no share is computed."

[message.above]
verdict = "nonconforming"
zh = "{quarter} 提出的 {denominator:number} 个变更中 {numerator:number} 个被取消或驳回，占 {value:percent}，超过上限 {target:percent}；无法判断 {unassessed:number} 个（即使都没有取消，仍有 {lower:percent}）。"
en = "Of {denominator:number} changes raised in {quarter}, {numerator:number} were cancelled or rejected: {value:percent}, above the limit of {target:percent}. Not to be judged: {unassessed:number} (with none of these cancelled it would still be {lower:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 提出的 {denominator:number} 个变更中 {numerator:number} 个被取消或驳回，占 {value:percent}，未超过上限 {target:percent}；无法判断 {unassessed:number} 个（全部按取消计为 {upper:percent}）。"
en = "Of {denominator:number} changes raised in {quarter}, {numerator:number} were cancelled or rejected: {value:percent}, within the limit of {target:percent}. Not to be judged: {unassessed:number} (with all of these cancelled it would be {upper:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分变更的状态、结果或创建时间不明，按全部计入和全部不计入得出的结论相反。"
en = "Some changes lack status, outcome or time of creation, and counting all or none of them as cancelled gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度的变更已全部导出。"
en = "The changes of the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "变更没有创建时间，无法归入季度。"
en = "The changes have no time of creation, so they belong to no known quarter."

[message.too_few]
verdict = "not_applicable"
zh = "该季度变更太少，占比没有意义。"
en = "Too few changes in the quarter for a share to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with entries as (
    select
        record,
        record.project_id as project_id,
        quarter_start(local_day(created_at, $zone)) as began,
        status <> 'draft' as counts,
        case when status in ('cancelled', 'rejected') or outcome = 'cancelled'  then true
             when status <> 'closed' or outcome is not null                     then false
             when status = 'closed' and not supplied(record, 'outcome')         then false end as hit
    from changes
),
everyone as (                            -- each for its project and for the organisation
    select record, project_id, began, counts, hit from entries
    where project_id <> '(organisation)'
    union all
    select record, '(organisation)' as project_id, began, counts, hit from entries
),
periods as (                             -- what surely counts, and the most that may
    select
        project_id,
        began,
        count(*) filter (where counts and hit) as hits,
        count(*) filter (where counts and not hit) as others,
        count(*) filter (where not counts) as excluded,
        count(*) filter (where counts is distinct from false) as most,
        count(*) filter (where counts is distinct from false and hit is distinct from false) as most_hits,
        count(*) filter (where counts is distinct from false and hit is distinct from true) as most_others,
        list(record order by record.ns, record.id) filter (where counts and hit) as members
    from everyone
    group by project_id, began
    having bool_or(began is not null or counts is distinct from false)
),
shares as (                              -- those of no known quarter may belong to any
    select
        project_id,
        began,
        hits,
        others,
        excluded,
        members,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        most + sum(case when began is null then most else 0 end) over whole as most,
        most_hits + sum(case when began is null then most_hits else 0 end) over whole as most_hits,
        most_others + sum(case when began is null then most_others else 0 end) over whole as most_others
    from periods
    window whole as (partition by project_id)
),
judged as (
    select
        *,
        complete_everywhere('changes', starts_at, ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                    then null
                 when most < $least_changes                    then false
                 when hits + others >= $least_changes          then true end as applies,
    case when hits > $limit * (hits + most_others)           then false
         when most_hits <= $limit * (most_hits + others)     then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when most < $least_changes                          then 'too_few'
         when hits + others < $least_changes                 then 'open_question'
         when hits > $limit * (hits + most_others)           then 'above'
         when most_hits <= $limit * (most_hits + others)     then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) as period,
    hits as numerator,
    hits + others as denominator,
    excluded,
    most - hits - others as unassessed,
    ratio(hits, hits + others) as value,
    ratio(hits, hits + most_others) as lower,
    ratio(most_hits, most_hits + others) as upper,
    $limit as target,
    quarter_name(began) as quarter,
    others
from judged
