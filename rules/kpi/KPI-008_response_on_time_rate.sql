/*
id       = "KPI-008"
title.zh = "响应及时率"
title.en = "Response on time rate"
severity = "observation"
kind     = "kpi"
subject  = ["incidents"]
decides  = ["QA-1-4"]
supports = ["KP-4-2"]
needs    = [
    "incidents.incident_id", "incidents.created_at", "incidents.responded_at", "incidents.resolved_at",
    "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.closed_at", "incidents.close_mode", "incidents.auto_generated", "incidents.service_id",
    "incidents.reported_at", "slas.status", "sla_targets.service_id", "sla_targets.object_type",
]
since    = "0.3"
status   = "stable"
why.zh   = "响应及时率说明报障之后多久有人理会。偶有延误难免，一个季度里多次不及时，说明值守、派单或人手安排有问题。"
why.en   = "The rate tells how soon somebody takes up a report. Single delays happen; many in a quarter mean that shifts, dispatch or staffing are wrong."
fix.zh   = "按时段、服务和处理组分析响应不及时的事件，找出集中的原因；调整值守和派单方式，增设超时前提醒；确已响应而没有打点的，改进打点。"
fix.en   = "Sort the late answers by hour, service and group, find where they gather, mend shifts and dispatch and raise an alarm before the target; where answers were given and not stamped, mend the stamping."
noise.zh = "事件按建单所在季度计入；监控自动确认的、没有响应时限的和尚未到期的不计入。无法判断的事件按“全部不及时”和“全部及时”分别计算上下限。电话响应可能没有打点。"
noise.en = "Incidents belong to the quarter in which they were created; those acknowledged by a monitoring tool, without a target or not yet due are left out. Those that cannot be judged count once as late and once as in time, which gives the bounds. Answers by phone may leave no stamp."

[params.target]
type = "share"
value = 0.95
min = 0.8
max = 1
help.zh = "在约定时限内响应的事件比例，低于此值即提出。"
help.en = "Share of incidents answered within the committed time below which it is raised."

[params.strict_stamps]
type = "switch"
value = false
help.zh = "开启时，响应时间为空而解决或关闭晚于响应时限的，计为不及时；关闭时作为无法判断。"
help.en = "When on, an empty response time counts as late where the solution or closing lies beyond the target; when off it cannot be judged."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 建单的 {denominator:number} 个有响应时限的事件中 {numerator:number} 个及时响应，及时率 {value:percent}，低于目标 {target:percent}；不及时 {misses:number} 个，无法判断 {unassessed:number} 个（即使全部按及时计，也只有 {upper:percent}）。"
en = "Of {denominator:number} incidents with a response target, created in {quarter}, {numerator:number} were answered in time: {value:percent}, below the target of {target:percent}. Late: {misses:number}; {unassessed:number} cannot be judged, and even with all of them in time it would be {upper:percent}."

[message.ok]
verdict = "conforming"
zh = "{quarter} 建单的 {denominator:number} 个有响应时限的事件中 {numerator:number} 个及时响应，及时率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（即使全部按不及时计，仍有 {lower:percent}）。"
en = "Of {denominator:number} incidents with a response target, created in {quarter}, {numerator:number} were answered in time: {value:percent}, at or above the target of {target:percent}. {unassessed:number} cannot be judged, and even with all of them late it would be {lower:percent}."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件无法判断是否及时响应，按全部及时和全部不及时得出的结论相反。"
en = "Some incidents cannot be judged, and counting all or none of them as answered in time gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度建单的事件已全部导出。"
en = "The incidents created in the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "事件没有建单时间，无法归入季度。"
en = "The incidents have no time of creation, so they belong to no known quarter."

[message.no_target]
verdict = "not_applicable"
zh = "该季度建单的事件都没有约定响应时限，或尚未到期。"
en = "No incident created in the quarter has a response target that is due."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with told as (
    select
        i.record,
        i.incident_id,
        i.record.project_id as project_id,
        quarter_start(local_day(i.created_at, $zone)) as began,
        case when i.close_mode in ('duplicate', 'void')            then false
             when i.status in ('cancelled', 'rejected', 'merged')  then false
             when k.answer = 'none'                                then false
             when i.status is not null                             then true end as counts,
        case when k.answer = 'met'                                 then true
             when k.answer = 'missed'                              then false
             when k.answer = 'beyond' and $strict_stamps           then false end as in_time
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
everyone as (                            -- each incident for its project and for the organisation
    select record, incident_id, project_id, began, counts, in_time
    from told
    where project_id is distinct from '(organisation)'
    union all
    select record, incident_id, '(organisation)' as project_id, began, counts, in_time
    from told
),
quarters as (
    select
        project_id,
        began,
        count(incident_id) filter (where counts and in_time) as successes,
        count(incident_id) filter (where counts and not in_time) as misses,
        count(incident_id) filter (where not counts) as excluded,
        count(incident_id) filter (where counts is null or counts and in_time is null) as maybe,
        count(incident_id) filter (where began is null and counts is distinct from false) as adrift,
        list(record order by record.ns, record.id)
            filter (where began is null or counts and not in_time) as members
    from everyone
    group by project_id, began
),
counted as (                             -- those without a time of creation may belong to any quarter
    select
        *,
        maybe + sum(adrift) over (partition by project_id) as unassessed
    from quarters
),
shares as (
    select
        *,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        successes + misses as incidents,
        ratio(successes, successes + misses) as value,
        ratio(successes, successes + misses + unassessed) as lower,
        ratio(successes + unassessed, successes + misses + unassessed) as upper
    from counted
    where began is not null or adrift > 0
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
    case when ends_at > $as_of                        then false
         when ends_at <= $as_of
         then case when quarter_complete then incidents + unassessed > 0 end end as applies,
    case when upper < $target                         then false
         when earliest(lower, upper) >= $target       then true end as conforms,
    case when began is null                           then 'unplaced'
         when ends_at > $as_of                        then 'running'
         when not quarter_complete                    then 'quarter_incomplete'
         when incidents + unassessed = 0              then 'no_target'
         when upper < $target                         then 'below'
         when lower >= $target                        then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) as period,
    successes as numerator,
    incidents as denominator,
    excluded,
    unassessed,
    value,
    lower,
    upper,
    $target as target,
    quarter_name(began) as quarter,
    misses
from judged
