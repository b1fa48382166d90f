/*
id       = "KPI-007"
title.zh = "事件解决率"
title.en = "Incident resolution rate"
severity = "observation"
kind     = "kpi"
subject  = ["incidents"]
decides  = []
supports = ["KP-4-2"]
needs    = ["incidents.created_at", "incidents.status"]
uses     = ["incidents.resolved_at", "incidents.closed_at"]
since    = "0.3"
status   = "stable"
why.zh   = "受理的事件迟迟得不到解决，需方的业务就一直受影响。一个季度的解决率偏低，说明人力、技能或升级机制跟不上。"
why.en   = "Incidents that stay unsolved keep hurting the business of the customer. A low rate in a quarter means that staffing, skill or escalation does not keep up."
fix.zh   = "列出未解决的事件，按处理组和原因归类；逐单指定责任人和期限，必要时升级；对反复积压的类别增加人力或转问题管理。"
fix.en   = "List the unsolved incidents by group and cause, name an owner and a date for each, escalate where needed, and put people on the kinds that pile up or pass them to problem management."
noise.zh = "事件按建单时间归入季度；建单不足 grace_days 天的不计入。是否解决以数据截止时的状态为准，重开后尚未再次解决的算未解决。等待备件、变更窗口的事件也计入。"
noise.en = "Incidents belong to the quarter of their creation; those younger than grace_days do not count. What counts is the state at the time of the data; one re-opened and not solved again is unsolved. Incidents that wait for a part or a change window count too."

[params.target]
type = "share"
value = 0.95
min = 0.9
max = 1
help.zh = "受理的事件中已解决的比例，低于此值即提出。"
help.en = "Share of incidents solved below which it is raised."

[params.grace_days]
type = "days"
value = 10
min = 0
max = 30
help.zh = "建单不足此天数的事件尚不要求解决，不计入。"
help.en = "Days after creation within which an incident need not be solved yet and does not count."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 受理的 {denominator:number} 个事件中已解决 {numerator:number} 个，解决率 {value:percent}，低于目标 {target:percent}；未解决 {others:number} 个，无法判断 {unassessed:number} 个（即使全部按解决计，也只有 {upper:percent}）。"
en = "Of {denominator:number} incidents registered in {quarter}, {numerator:number} are solved: {value:percent}, below the target of {target:percent}. Unsolved: {others:number}; not to be judged: {unassessed:number} (with all of these solved it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 受理的 {denominator:number} 个事件中已解决 {numerator:number} 个，解决率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（全部按未解决计为 {lower:percent}）。"
en = "Of {denominator:number} incidents registered in {quarter}, {numerator:number} are solved: {value:percent}, at or above the target of {target:percent}. Not to be judged: {unassessed:number} (with all of these unsolved it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件的状态或建单时间不明，按全部解决和全部未解决得出的结论相反。"
en = "Some incidents lack status or time of creation, and counting all or none of them as solved gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度受理的事件已全部导出。"
en = "The incidents registered in the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "事件没有建单时间，无法归入季度。"
en = "The incidents have no time of creation, so they belong to no known quarter."

[message.none]
verdict = "not_applicable"
zh = "该季度的事件都已取消、拒绝、合并，或建单时间太短。"
en = "The incidents of the quarter were all cancelled, rejected or merged, or are too young."

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
        case when created_at > $as_of - to_days($grace_days)                    then false
             else status not in ('cancelled', 'rejected', 'merged') end as counts,
        case when status in ('resolved', 'closed')                              then true
             when status = 'reopened'                                           then false
             when resolved_at is null and closed_at is null
                  and not damaged(unread, disputed, ['resolved_at', 'closed_at'])  then false end as hit
    from incidents
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
        complete_everywhere('incidents', starts_at, ends_at) as quarter_complete
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
