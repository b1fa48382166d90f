/*
id       = "KPI-010"
title.zh = "未经批准变更占比"
title.en = "Share of unapproved changes"
severity = "observation"
kind     = "kpi"
at_most  = true
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-30"]
needs    = [
    "changes.approval_status | approvals.decision",
    "changes.change_id",
    "changes.change_type",
    "changes.status",
]
uses     = ["changes.approved_at", "changes.outcome", "changes.actual_start", "changes.actual_end", "changes.closed_at", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decided_at"]
since    = "0.3"
status   = "stable"
why.zh   = "未经批准就实施的变更绕过了变更控制。按季度看占比，可以看出这是个别疏漏，还是已经成为做法。"
why.en   = "Changes made without approval bypass change control. Their share in a quarter shows whether they are slips or have become the way of working."
fix.zh   = "逐单查明由谁决定实施并补办手续；归纳未经批准的原因（夜间无人审批、流程过长、误选类型等）加以解决；在工具中设置“未批准不能进入实施状态”。"
fix.en   = "Find out for each who decided to go ahead and put the record right; remove what makes people skip approval (nobody there at night, too many steps, wrong type chosen); let the tool bar implementation before approval."
noise.zh = "与 CHG-004 用同一判断，分母是已实施的非标准变更。批准可能在OA、邮件或会议纪要中。状态为取消或拒绝、却有实际时间的变更，批准是否仍然有效无法从审批状态看出，不计入分子，只影响上下限。"
noise.en = "Judged as CHG-004 judges, among implemented changes that are not standard. The approval may sit in an office system, an e-mail or minutes. A change in state cancelled or rejected that was approved and yet has actual times is unclear, since its approval may have been withdrawn; it widens the bounds only."

[params.limit]
type = "share"
value = 0
min = 0
max = 0.05
help.zh = "未经批准的变更占比，超过此值即提出。"
help.en = "Share of unapproved changes above which it is raised."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 365
help.zh = "导出须早于季度首日多少天开始，才能包含此前提出、本季度实施的变更。"
help.en = "Days before the quarter from which records must be in the export, so that changes raised earlier and implemented in the quarter are there."

[message.above]
verdict = "nonconforming"
zh = "{quarter} 实施的 {denominator:number} 个非标准变更中 {numerator:number} 个未经批准，占 {value:percent}，超过上限 {target:percent}；无法判断 {unassessed:number} 个（即使全部按已批准计，仍有 {lower:percent}）。"
en = "Of {denominator:number} changes implemented in {quarter}, standard ones left out, {numerator:number} had no approval: {value:percent}, above the limit of {target:percent}. Not to be judged: {unassessed:number} (with all of these approved it would still be {lower:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 实施的 {denominator:number} 个非标准变更中 {numerator:number} 个未经批准，占 {value:percent}，未超过上限 {target:percent}；无法判断 {unassessed:number} 个（全部按未经批准计为 {upper:percent}）。"
en = "Of {denominator:number} changes implemented in {quarter}, standard ones left out, {numerator:number} had no approval: {value:percent}, within the limit of {target:percent}. Not to be judged: {unassessed:number} (with all of these unapproved it would be {upper:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分变更的类型、是否实施或是否批准不明，按全部计入和全部不计入得出的结论相反。"
en = "For some changes type, implementation or approval is not known, and counting all or none of them as unapproved gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度实施的变更已全部导出（导出须早于季度首日开始，以包含此前提出的变更）。"
en = "The changes implemented in the quarter are not known to be all in the export, which must begin before the quarter to hold those raised earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "变更没有任何时间，无法归入季度。"
en = "The changes have no time at all, so they belong to no known quarter."

[message.none]
verdict = "not_applicable"
zh = "该季度实施的都是标准变更。"
en = "All changes implemented in the quarter were standard ones."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with entries as (
    select
        c.record,
        c.change_id,
        c.record.project_id as project_id,
        quarter_start(local_day(coalesce(c.actual_start, c.actual_end, c.closed_at, c.created_at), $zone)) as began,
        a.implemented and c.change_type <> 'standard' as counts,
        case when not a.approved                                                then true
             when a.approved and c.status not in ('cancelled', 'rejected')      then false end as hit
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    where a.implemented is distinct from false
),
everyone as (                            -- each for its project and for the organisation
    select record, change_id, project_id, began, counts, hit from entries
    where project_id <> '(organisation)'
    union all
    select record, change_id, '(organisation)' as project_id, began, counts, hit from entries
),
periods as (                             -- what surely counts, and the most that may
    select
        project_id,
        began,
        count(change_id) filter (where counts and hit) as hits,
        count(change_id) filter (where counts and not hit) as others,
        count(change_id) filter (where not counts) as excluded,
        count(change_id) filter (where counts is distinct from false) as most,
        count(change_id) filter (where counts is distinct from false and hit is distinct from false) as most_hits,
        count(change_id) filter (where counts is distinct from false and hit is distinct from true) as most_others,
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
        complete_everywhere('changes', starts_at - to_days($carry_over_days), ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                    then null
                 when most = 0                                 then false
                 when hits + others > 0                        then true end as applies,
    case when hits > $limit * (hits + most_others)           then false
         when most_hits <= $limit * (most_hits + others)     then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when most = 0                                       then 'none'
         when hits + others = 0                              then 'open_question'
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
