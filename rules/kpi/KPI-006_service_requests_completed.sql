/*
id       = "KPI-006"
title.zh = "服务请求办结率"
title.en = "Service requests completed"
severity = "minor"
kind     = "kpi"
subject  = ["requests"]
decides  = ["KP-2.3-6"]
supports = []
needs    = ["requests.created_at", "requests.status"]
uses     = ["requests.resolution_due_at", "requests.fulfilled_at", "requests.closed_at"]
since    = "0.3"
status   = "stable"
why.zh   = "办结比例是对需方的承诺。到期仍未办结的服务请求，往往是无人跟进或被遗忘的，需方只能一再催办。"
why.en   = "Completing every request is promised to the customer. One that is still open after it was due has mostly been forgotten, and the customer has to ask again."
fix.zh   = "逐单核实到期未办结的请求：仍需办理的，明确责任人和完成时间；不再需要的，与申请人确认后取消；已办结的，补记完成时间并关闭；每周清理到期请求。"
fix.en   = "Go through the requests that are open past their due time: name who completes it and by when; cancel with the requester what is no longer wanted; record what was done and close it; clear due requests every week."
noise.zh = "按到期时间归入季度，到期后办结的也算办结。没有到期时间的，以建单后 due_days 天为到期日。等待需方审批或资料的请求也计入，可先在工具中取消或改定到期时间。"
noise.en = "Requests belong to the quarter in which they were due; one completed late counts as completed. Without a due time it is due due_days after creation. Requests that wait for an approval or for the customer count too."

[params.target]
type = "share"
value = 1.0
min = 0.9
max = 1
help.zh = "到期请求中已办结的比例，低于此值即提出。"
help.en = "Share of due requests completed below which it is raised."

[params.due_days]
type = "days"
value = 30
min = 1
max = 180
help.zh = "请求没有到期时间时，建单后多少天视为到期。"
help.en = "Days after creation at which a request without a due time counts as due."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 365
help.zh = "导出须早于季度首日多少天开始，才能包含此前提出、本季度到期的请求。"
help.en = "Days before the quarter from which records must be in the export, so that requests made earlier and due in the quarter are there."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 到期的 {denominator:number} 个服务请求中已办结 {numerator:number} 个，办结率 {value:percent}，低于目标 {target:percent}；未办结 {others:number} 个，无法判断 {unassessed:number} 个（即使全部按办结计，也只有 {upper:percent}）。"
en = "Of {denominator:number} requests due in {quarter}, {numerator:number} are completed: {value:percent}, below the target of {target:percent}. Not completed: {others:number}; not to be judged: {unassessed:number} (with all of these completed it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 到期的 {denominator:number} 个服务请求中已办结 {numerator:number} 个，办结率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（全部按未办结计为 {lower:percent}）。"
en = "Of {denominator:number} requests due in {quarter}, {numerator:number} are completed: {value:percent}, at or above the target of {target:percent}. Not to be judged: {unassessed:number} (with all of these open it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分请求的状态、到期时间或完成情况不明，按全部办结和全部未办结得出的结论相反。"
en = "Some requests lack status, due time or a clear completion, and counting all or none of them as completed gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度到期的请求已全部导出（导出须早于季度首日开始，以包含此前提出的请求）。"
en = "The requests due in the quarter are not known to be all in the export, which must begin before the quarter to hold those made earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "请求没有可用的到期时间和建单时间，无法归入季度。"
en = "The requests have no readable due time or time of creation, so they belong to no known quarter."

[message.none]
verdict = "not_applicable"
zh = "该季度到期的请求都是草稿、已取消或已拒绝的。"
en = "The requests due in the quarter were all drafts, cancelled or rejected."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with entries as (
    select
        record,
        record.project_id as project_id,
        case when not damaged(unread, disputed, ['resolution_due_at'])
             then quarter_start(coalesce(local_day(resolution_due_at, $zone),
                                         days_after(local_day(created_at, $zone), $due_days))) end as began,
        status not in ('draft', 'cancelled', 'rejected') as counts,
        case when status in ('resolved', 'closed')                              then true
             when fulfilled_at is null and closed_at is null
                  and not damaged(unread, disputed, ['fulfilled_at', 'closed_at']) then false end as hit
    from requests
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
        complete_everywhere('requests', starts_at - to_days($carry_over_days), ends_at) as quarter_complete
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
