/*
id       = "KPI-013"
title.zh = "问题解决率"
title.en = "Problem resolution rate"
severity = "observation"
kind     = "kpi"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14"]
needs    = ["problems.created_at", "problems.status"]
uses     = ["problems.target_date", "problems.resolved_at", "problems.closed_at"]
since    = "0.3"
status   = "stable"
why.zh   = "到期的问题得不到解决，同类事件就会反复发生，问题管理只剩登记。"
why.en   = "Where problems stay unsolved past their date, the same incidents come back and problem management is mere book-keeping."
fix.zh   = "逐个评审到期未解决的问题：重新确认根因、责任人和期限；需要变更的提交变更；暂不解决的，说明理由并经批准延期或登记为已知错误。"
fix.en   = "Review each problem that is past its date: settle cause, owner and a new date; raise the change it needs; where it is not to be solved now, record why and have the delay approved, or register a known error."
noise.zh = "按计划解决日期归入季度；没有计划日期的，以建单后 due_days 天为到期日；到期后解决的也算解决。已接受的已知错误若未关闭，算未解决。"
noise.en = "Problems belong to the quarter of their target date, or due_days after creation where there is none; one solved late counts as solved. An accepted known error that is not closed counts as unsolved."

[params.target]
type = "share"
value = 0.8
min = 0.6
max = 1
help.zh = "到期问题中已解决的比例，低于此值即提出。"
help.en = "Share of due problems solved below which it is raised."

[params.due_days]
type = "days"
value = 90
min = 10
max = 365
help.zh = "问题没有计划解决日期时，建单后多少天视为到期。"
help.en = "Days after creation at which a problem without a target date counts as due."

[params.carry_over_days]
type = "days"
value = 90
min = 0
max = 365
help.zh = "导出须早于季度首日多少天开始，才能包含此前登记、本季度到期的问题。"
help.en = "Days before the quarter from which records must be in the export, so that problems recorded earlier and due in the quarter are there."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 到期的 {denominator:number} 个问题中已解决 {numerator:number} 个，解决率 {value:percent}，低于目标 {target:percent}；未解决 {others:number} 个，无法判断 {unassessed:number} 个（即使全部按解决计，也只有 {upper:percent}）。"
en = "Of {denominator:number} problems due in {quarter}, {numerator:number} are solved: {value:percent}, below the target of {target:percent}. Unsolved: {others:number}; not to be judged: {unassessed:number} (with all of these solved it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 到期的 {denominator:number} 个问题中已解决 {numerator:number} 个，解决率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（全部按未解决计为 {lower:percent}）。"
en = "Of {denominator:number} problems due in {quarter}, {numerator:number} are solved: {value:percent}, at or above the target of {target:percent}. Not to be judged: {unassessed:number} (with all of these unsolved it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分问题的状态、到期日期或解决情况不明，按全部解决和全部未解决得出的结论相反。"
en = "Some problems lack status, due date or a clear solution, and counting all or none of them as solved gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度到期的问题已全部导出（导出须早于季度首日开始，以包含此前登记的问题）。"
en = "The problems due in the quarter are not known to be all in the export, which must begin before the quarter to hold those recorded earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "问题没有可用的计划解决日期和建单时间，无法归入季度。"
en = "The problems have no readable target date or time of creation, so they belong to no known quarter."

[message.none]
verdict = "not_applicable"
zh = "该季度到期的问题都已取消。"
en = "The problems due in the quarter were all cancelled."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with entries as (
    select
        record,
        record.project_id as project_id,
        case when not damaged(unread, disputed, ['target_date'])
             then quarter_start(coalesce(target_date,
                                         days_after(local_day(created_at, $zone), $due_days))) end as began,
        status <> 'cancelled' as counts,
        case when status in ('resolved', 'closed')                              then true
             when resolved_at is null and closed_at is null
                  and not damaged(unread, disputed, ['resolved_at', 'closed_at'])  then false end as hit
    from problems
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
        count(*) filter (where hit) as hits,
        count(*) filter (where counts and not hit) as others,
        count(*) filter (where not counts) as excluded,
        count(*) filter (where counts is distinct from false) as most,
        count(*) filter (where counts is distinct from false and hit is distinct from false) as most_hits,
        count(*) filter (where counts is distinct from false and hit is distinct from true) as most_others,
        list(record order by record.ns, record.id) filter (where counts and not hit) as members
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
        complete_everywhere('problems', starts_at - to_days($carry_over_days), ends_at) as quarter_complete
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
    case when most_hits < $target * (most_hits + others)     then false
         when hits >= $target * (hits + most_others)         then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when most = 0                                       then 'none'
         when hits + others = 0                              then 'open_question'
         when most_hits < $target * (most_hits + others)     then 'below'
         when hits >= $target * (hits + most_others)         then 'ok'
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
    $target as target,
    quarter_name(began) as quarter,
    others
from judged
