/*
id       = "KPI-016"
title.zh = "平均修复时间（MTTR）"
title.en = "Mean time to restore"
severity = "observation"
kind     = "kpi"
at_most  = true
subject  = ["incidents"]
decides  = ["QA-3.3-3"]
supports = []
needs    = [
    "incidents.incident_id", "incidents.created_at", "incidents.resolved_at",
    "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.restored_at", "incidents.closed_at", "incidents.close_mode", "incidents.service_id",
    "incidents.reported_at", "incidents.on_hold_reason", "slas.status", "sla_targets.service_id",
    "sla_targets.object_type", "status_history.object_type", "status_history.object_id",
    "status_history.field", "status_history.event_type", "status_history.old_value",
    "status_history.new_value", "status_history.changed_at", "status_history.seq",
    "status_history.reason", "sla_results.object_type", "sla_results.object_id",
    "sla_results.metric", "sla_results.paused_minutes",
]
since    = "0.3"
status   = "stable"
why.zh   = "平均修复时间说明一类事件通常要多久才恢复。平均值都超过约定时限，说明不是个别单子慢，而是人手、备件、技能或时限本身有问题。"
why.en   = "The mean time to restore tells how long such incidents usually last. Where even the mean is beyond the committed time it is no single slow ticket: staffing, spare parts, skill or the promise itself is wrong."
fix.zh   = "按服务、配置项和处理环节分析最慢的事件，找出集中的原因；补充备件、知识和二线支持；长期达不到的，与需方协商调整时限。"
fix.en   = "Sort the slowest incidents by service, item and step and find where they gather; add stock, knowledge and second-line support; where the target stays out of reach, agree on another with the customer."
noise.zh = "按恢复（没有恢复时间的按解决）所在季度、分优先级统计，扣除非服务时间和约定允许的暂停；时限取各事件解决时限的平均值。少数特别长的事件会拉高平均值；恢复时间可能没有单独记录。"
noise.en = "Counted by the quarter of restoration (of resolution, where that is not recorded) and by priority, less off hours and agreed pauses; the limit is the mean of the incidents' resolution targets. A few very long incidents raise the mean."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "导出须早于季度首日多少天开始，才能包含此前报障、本季度恢复的事件。"
help.en = "Days before the quarter from which incidents must be in the export, so that those reported earlier and restored in the quarter are there."

[message.slow]
verdict = "nonconforming"
zh = "{quarter} 恢复的 {incidents:number} 个优先级 {priority:number} 的事件平均修复时间 {mean:duration}，超过平均时限 {limit:duration}（为其 {value:percent}）；无法判断 {unassessed:number} 个，即使它们都立即恢复，也有 {least:duration}。{fallbacks:number} 个没有恢复时间，按解决时间计。"
en = "Incidents of priority {priority:number} restored in {quarter} ({incidents:number}) took {mean:duration} on average, beyond the mean target of {limit:duration} ({value:percent} of it). {unassessed:number} cannot be judged, and even if these had taken no time it would be {least:duration}. {fallbacks:number} have no time of restoration, so that of resolution counts."

[message.ok]
verdict = "conforming"
zh = "{quarter} 恢复的 {incidents:number} 个优先级 {priority:number} 的事件平均修复时间 {mean:duration}，未超过平均时限 {limit:duration}（为其 {value:percent}）；{fallbacks:number} 个没有恢复时间，按解决时间计。"
en = "Incidents of priority {priority:number} restored in {quarter} ({incidents:number}) took {mean:duration} on average, within the mean target of {limit:duration} ({value:percent} of it). {fallbacks:number} have no time of restoration, so that of resolution counts."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件的修复时间、时限、优先级或所属季度不明，足以改变结论。"
en = "The time to restore, the target, the priority or the quarter of some incidents is not known, and that may turn the result."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度恢复的事件已全部导出（导出须早于季度首日开始，以包含此前报障的事件）。"
en = "The incidents restored in the quarter are not known to be all in the export, which must begin before the quarter to hold those reported earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "事件没有恢复、解决和建单时间，无法归入季度。"
en = "The incidents have no time of restoration, resolution or creation, so they belong to no known quarter."

[message.no_target]
verdict = "not_applicable"
zh = "该季度恢复的这一优先级的事件都没有约定解决时限。"
en = "No incident of this priority restored in the quarter has a resolution target."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with clocked as (
    select
        i.record,
        i.incident_id,
        i.record.project_id as project_id,
        i.priority,
        case when i.close_mode in ('duplicate', 'void')    then false
             when i.status in ('resolved', 'closed')       then true
             when i.status is not null                     then false end as counts,
        coalesce(not k.has_resolution_target, false) as untargeted,
        i.restored_at is null as fallback,
        quarter_start(local_day(i.created_at, $zone)) as opened_in,
        quarter_start(local_day(coalesce(i.restored_at, i.resolved_at), $zone)) as restored_in,
        cast(months_after(quarter_start(local_day(i.closed_at, $zone)), 3) as date) as gone_in,
        k.resolution_target as target,
        case when i.restored_at is not null then k.restored_net_min else k.net_min end as least,
        case when i.restored_at is not null then coalesce(k.restored_net_max, k.restored_working)
             else coalesce(k.net_max, k.working) end as most
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
everyone as (                            -- each incident for its project and for the organisation
    select record, incident_id, project_id, priority, counts, untargeted, fallback, opened_in,
           restored_in, gone_in, target, least, most
    from clocked
    where counts is distinct from false and project_id is distinct from '(organisation)'
    union all
    select record, incident_id, '(organisation)' as project_id, priority, counts, untargeted, fallback,
           opened_in, restored_in, gone_in, target, least, most
    from clocked
    where counts is distinct from false
),
priorities as (
    select 1 as priority union all select 2 union all select 3 union all select 4 union all select 5
),
each as (                                -- one without a priority may be of any
    select
        e.record, e.incident_id, e.project_id, p.priority, e.untargeted, e.fallback, e.opened_in,
        e.restored_in, e.gone_in, e.target, coalesce(e.least, 0) as least, e.most,
        e.priority is not null as placed,
        coalesce(e.counts and e.most + e.target is not null, false) as sure
    from everyone e
    join priorities p on p.priority = coalesce(e.priority, p.priority)
),
entries as (
    select record, incident_id, project_id, priority, restored_in as began, placed, untargeted, sure,
           not sure and not untargeted as maybe, fallback, target, least, most, 0 as adrift
    from each
    where restored_in is not null
    union all                            -- restored at an unknown time, from the report to the closing
    select record, incident_id, project_id, priority, opened_in as began, false as placed,
           false as untargeted, false as sure, false as maybe, fallback, target, least, most, 1 as adrift
    from each
    where restored_in is null and not untargeted
    union all
    select record, incident_id, project_id, priority, gone_in as began, false as placed,
           false as untargeted, false as sure, false as maybe, fallback, target, least, most, -1 as adrift
    from each
    where restored_in is null and not untargeted
      and (opened_in < gone_in or opened_in is null and gone_in is not null)
),
quarters as (
    select
        project_id,
        priority,
        began,
        count(incident_id) filter (where placed) as placed,
        count(incident_id) filter (where sure) as incidents,
        count(incident_id) filter (where untargeted) as excluded,
        count(incident_id) filter (where maybe) as maybe,
        count(incident_id) filter (where sure and fallback) as fallbacks,
        sum(adrift) as adrift,
        sum(target) filter (where sure) as target_sum,
        sum(least) filter (where sure) as least_sum,
        sum(most) filter (where sure) as most_sum,
        list(record order by record.ns, record.id) filter (where sure and least > target) as members
    from entries
    group by project_id, priority, began
),
counted as (
    select
        *,
        maybe + sum(adrift) over (partition by project_id, priority order by began nulls first)
            as unassessed
    from quarters
),
shares as (
    select
        *,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        ratio(most_sum, target_sum) as value,
        ratio(least_sum * incidents, target_sum * (incidents + unassessed)) as lower,
        case when unassessed = 0 then ratio(most_sum, target_sum) end as upper,
        (select min(from_at) from coverage where tbl = 'incidents' and not complete) as hole_at
    from counted
    where placed > 0
),
judged as (
    select
        *,
        complete_everywhere('incidents', earliest(starts_at - to_days($carry_over_days),
                                                  coalesce(hole_at, starts_at)), ends_at)
            as quarter_complete
    from shares
)
select
    project_id || ' ' || quarter_name(began) || ' P' || priority as subject_id,
    project_id,
    starts_at as at,
    case when ends_at > $as_of                        then false
         when ends_at <= $as_of
         then case when quarter_complete then incidents + unassessed > 0 end end as applies,
    case when lower > 1                               then false
         when latest(lower, upper) <= 1               then true end as conforms,
    case when ends_at > $as_of                        then 'running'
         when not quarter_complete                    then 'quarter_incomplete'
         when incidents + unassessed = 0              then 'no_target'
         when lower > 1                               then 'slow'
         when upper <= 1                              then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) || ' P' || priority as period,
    cast(most_sum as integer) as numerator,
    cast(target_sum as integer) as denominator,
    excluded,
    unassessed,
    value,
    lower,
    upper,
    1.0 as target,
    quarter_name(began) as quarter,
    priority,
    incidents,
    fallbacks,
    ratio(most_sum, incidents) as mean,
    ratio(least_sum, incidents + unassessed) as least,
    ratio(target_sum, incidents) as limit
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
    null as priority,
    null as incidents,
    null as fallbacks,
    null as mean,
    null as least,
    null as limit
from everyone
where restored_in is null and opened_in is null
group by project_id
