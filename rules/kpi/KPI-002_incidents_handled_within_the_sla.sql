/*
id       = "KPI-002"
title.zh = "事件按服务级别协议完成率"
title.en = "Incidents handled within the SLA"
severity = "minor"
kind     = "kpi"
subject  = ["incidents"]
decides  = ["QM-8.4.2-2", "QM-8.4.6-5", "QM-A-DEP-3", "QM-B6.1-1", "WN-6-12", "SD-7.2-3", "KP-2.3-2", "KP-2.3-7", "KP-4-2"]
supports = ["QM-B5-9", "SD-4.2-1", "KP-3.1.3-2", "KP-3.1.3-14"]
needs    = [
    "incidents.incident_id", "incidents.created_at", "incidents.responded_at",
    "incidents.resolved_at", "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.closed_at", "incidents.close_mode", "incidents.auto_generated", "incidents.service_id",
    "incidents.reported_at", "incidents.on_hold_reason", "slas.status", "sla_targets.service_id",
    "sla_targets.object_type", "status_history.object_type", "status_history.object_id",
    "status_history.field", "status_history.event_type", "status_history.old_value",
    "status_history.new_value", "status_history.changed_at", "status_history.seq",
    "status_history.reason", "sla_results.object_type", "sla_results.object_id",
    "sla_results.metric", "sla_results.paused_minutes",
]
since    = "0.2"
status   = "stable"
why.zh   = "完成率说明服务总体上是否兑现了协议。个别超时难以避免，一个季度里超时过多，则是人力、流程或承诺本身出了问题。"
why.en   = "The share tells whether the service as a whole keeps its agreement. Single misses happen; too many in a quarter mean that staffing, process or the promise itself is wrong."
fix.zh   = "按优先级、服务和处理组分析未达标的事件，找出集中的原因；制定措施并跟踪到下一季度；长期达不到的，与需方协商调整资源或时限。"
fix.en   = "Sort the misses by priority, service and group, find where they gather, take measures and follow them into the next quarter; where the target stays out of reach, agree with the customer on resources or times."
noise.zh = "响应和解决都达标才算完成；事件按解决所在季度计入，解决时限在更早的季度已过的，那个季度也计为未达标；仍未解决的只在超时后计入；没有解决时间而在报障以后的季度关闭的，各相关季度都作为无法判断。无法判断的事件按“全部未达标”和“全部达标”分别计算上下限。"
noise.en = "An incident counts as met where response and resolution both are. It belongs to the quarter in which it was resolved; where its resolution target had passed in an earlier quarter it is a miss there too; one still open counts only once it is late; one without a resolution time, closed in a later quarter than reported, is open in each. Those that cannot be judged count once as missed and once as met, which gives the bounds."

[params.target]
type = "share"
value = 0.9
min = 0.9
max = 1
help.zh = "响应和解决都在约定时限内的事件比例，低于此值即提出。"
help.en = "Share of incidents answered and resolved within the committed times below which it is raised."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "导出须早于季度首日多少天开始，才能包含此前报障、本季度解决的事件。"
help.en = "Days before the quarter from which incidents must be in the export, so that those reported earlier and resolved in the quarter are there."

[params.strict_stamps]
type = "switch"
value = false
help.zh = "开启时，响应或解决时间为空而后续时间已超过时限的，计为未达标；关闭时作为无法判断。"
help.en = "When on, an empty response or resolution time counts as missed where a later time lies beyond the target; when off it cannot be judged."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 解决或到期的 {denominator:number} 个有时限的事件中 {numerator:number} 个按协议完成，完成率 {value:percent}，低于目标 {target:percent}；未达标 {misses:number} 个，无法判断 {unassessed:number} 个（即使全部按达标计，也只有 {upper:percent}）。"
en = "Of {denominator:number} incidents with a target, resolved or due in {quarter}, {numerator:number} were handled within the SLA: {value:percent}, below the target of {target:percent}. {misses:number} missed it; {unassessed:number} cannot be judged, and even with all of them met it would be {upper:percent}."

[message.ok]
verdict = "conforming"
zh = "{quarter} 解决或到期的 {denominator:number} 个有时限的事件中 {numerator:number} 个按协议完成，完成率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（即使全部按未达标计，仍有 {lower:percent}）。"
en = "Of {denominator:number} incidents with a target, resolved or due in {quarter}, {numerator:number} were handled within the SLA: {value:percent}, at or above the target of {target:percent}. {unassessed:number} cannot be judged, and even with all of them missed it would be {lower:percent}."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件无法判断是否按协议完成，按全部达标和全部未达标得出的结论相反。"
en = "Some incidents cannot be judged, and counting all or none of them as met gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度解决或到期的事件已全部导出（导出须早于季度首日开始，以包含此前报障的事件）。"
en = "The incidents resolved or due in the quarter are not known to be all in the export, which must begin before the quarter to hold those reported earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "事件缺少建单、解决或关闭时间，无法归入季度。"
en = "The incidents lack the time of creation, resolution or closing, so they belong to no known quarter."

[message.no_target]
verdict = "not_applicable"
zh = "该季度解决的事件都没有约定时限。"
en = "No incident resolved in the quarter has a target."

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
        case when i.close_mode in ('duplicate', 'void')                  then true
             when i.status in ('cancelled', 'rejected', 'merged')        then true
             when i.status is not null                                   then false end as void,
        k.ended_by,
        quarter_start(local_day(k.started_at, $zone)) as opened_in,
        cast(months_after(quarter_start(local_day(k.started_at, $zone)), 3) as date) as next_in,
        case when k.ended_by in ('resolved', 'closed')
             then quarter_start(local_day(k.ended_at, $zone)) end as ended_in,
        k.started_at,
        case when k.working is not null then k.calendar_id end as calendar_id,
        k.resolution_target + $tolerance_minutes as allowed,
        k.paused_possible,
        case when k.answer <> 'beyond'                                   then k.answer
             when k.answer = 'beyond' and $strict_stamps                 then 'missed'
        end as response,
        case when not k.has_resolution_target                            then 'none'
             when k.working <= k.resolution_target + $tolerance_minutes
                  or k.net_max <= k.resolution_target + $tolerance_minutes
                                                                         then 'met'
             when k.net_min > k.resolution_target + $tolerance_minutes
                  and (k.ended_by in ('resolved', 'open') or $strict_stamps)
                                                                         then 'missed'
        end as resolution
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
dated as (                               -- time used when the quarter of the report was over
    select
        c.*,
        whole_minutes(
            worked(day_start(c.next_in, $zone),
                   b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(c.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4)
        ) as used
    from clocked c
    left join working_days a
        on a.calendar_id = c.calendar_id and a.day = cast(c.started_at as date)
    left join working_days b
        on b.calendar_id = c.calendar_id and b.day = cast(day_start(c.next_in, $zone) as date)
),
ended as (                               -- a closing tells no quarter if the report was in another
    select
        *,
        ended_by = 'closed' and not $strict_stamps
            and (opened_in is null or opened_in < ended_in) as spread
    from dated
),
weighed as (
    select
        record,
        incident_id,
        project_id,
        void,
        ended_by,
        ended_in,
        opened_in,
        next_in,
        spread,
        spread and (opened_in is null or next_in < ended_in) as far,
        used <= allowed as due_next,                   -- or later
        coalesce(resolution = 'missed' and used - paused_possible > allowed, false) as due_surely,
        response = 'missed' or resolution = 'missed' as missed,
        response = 'none' and resolution = 'none' as untargeted,
        resolution = 'missed' or resolution is null as perhaps_late
    from ended
),
entries as (                             -- each in the quarter of its end
    select
        record, incident_id, project_id, ended_in as began, false as adrift,
        not missed and not untargeted and not spread as good, missed and not spread as bad,
        untargeted as excluded,
        missed is null or spread and not missed and not untargeted as maybe_good,
        missed is null or spread and missed as maybe_bad
    from weighed
    where not void and ended_in is not null and (not far or untargeted)
    union all                            -- if only the closing is known, also in that of its report
    select
        record, incident_id, project_id, opened_in as began, far as adrift,
        false as good, false as bad, false as excluded,
        missed is distinct from true as maybe_good, missed is distinct from false as maybe_bad
    from weighed
    where not void and spread and untargeted is distinct from true
    union all                            -- if late, also in an earlier one in which it was due
    select
        record, incident_id, project_id, opened_in as began,
        opened_in is null or ended_in is null and not due_surely as adrift,
        false as good, due_surely as bad, false as excluded,
        false as maybe_good, not due_surely as maybe_bad
    from weighed
    where not void and perhaps_late and due_next is distinct from true
      and (ended_by = 'open'
           or not spread and ended_in is not null and (opened_in is null or opened_in < ended_in))
    union all
    select
        record, incident_id, project_id, next_in as began, ended_in is null as adrift,
        false as good, false as bad, false as excluded, false as maybe_good, true as maybe_bad
    from weighed
    where not void and perhaps_late and due_next
      and (ended_by = 'open' or not spread and next_in < ended_in)
    union all                            -- perhaps answered late, and not yet due for resolution
    select
        record, incident_id, project_id, opened_in as began, true as adrift,
        false as good, false as bad, false as excluded, false as maybe_good, true as maybe_bad
    from weighed
    where not void and ended_by = 'open' and not perhaps_late and missed is distinct from false
    union all                            -- not known to count, or to have ended
    select
        record, incident_id, project_id, opened_in as began, true as adrift,
        false as good, false as bad, false as excluded,
        missed is distinct from true as maybe_good, missed is distinct from false as maybe_bad
    from weighed
    where (void is null or not void and ended_by is null) and untargeted is distinct from true
),
everyone as (                            -- each entry for its project and for the organisation
    select record, incident_id, project_id, began, adrift, good, bad, excluded, maybe_good, maybe_bad
    from entries
    where project_id is distinct from '(organisation)'
    union all
    select record, incident_id, '(organisation)' as project_id, began, adrift, good, bad, excluded,
           maybe_good, maybe_bad
    from entries
),
quarters as (                            -- adrift entries belong to this quarter or any later one
    select
        project_id,
        began,
        count(incident_id) filter (where not adrift) as placed,
        count(incident_id) filter (where good) as successes,
        count(incident_id) filter (where bad) as misses,
        count(incident_id) filter (where excluded) as excluded,
        count(incident_id) filter (where not adrift and maybe_good) as maybe_good,
        count(incident_id) filter (where not adrift and maybe_bad) as maybe_bad,
        count(incident_id) filter (where not adrift and (maybe_good or maybe_bad)) as maybe,
        count(incident_id) filter (where adrift and maybe_good) as adrift_good,
        count(incident_id) filter (where adrift and maybe_bad) as adrift_bad,
        count(incident_id) filter (where adrift and (maybe_good or maybe_bad)) as adrift_maybe,
        list(record order by record.ns, record.id) filter (where bad) as members
    from everyone
    group by project_id, began
),
counted as (
    select
        project_id,
        began,
        placed,
        successes,
        misses,
        excluded,
        members,
        maybe_good + sum(adrift_good) over since as maybe_good,
        maybe_bad + sum(adrift_bad) over since as maybe_bad,
        maybe + sum(adrift_maybe) over since as maybe
    from quarters
    window since as (partition by project_id order by began nulls first)
),
shares as (
    select
        *,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        successes + misses as incidents,
        successes + maybe_good as most_hits,
        ratio(successes, successes + misses) as value,
        ratio(successes, successes + misses + maybe_bad) as lower,
        ratio(successes + maybe_good, successes + misses + maybe_good) as upper,
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
    project_id || ' ' || quarter_name(began) as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                        then null
                 when incidents + maybe_good + maybe_bad = 0      then false
                 when incidents > 0                               then true end as applies,
    case when most_hits < $target * (most_hits + misses)          then false
         when successes >= $target * (incidents + maybe_bad)      then true end as conforms,
    case when ends_at > $as_of                        then 'running'
         when not quarter_complete                    then 'quarter_incomplete'
         when incidents + maybe = 0                   then 'no_target'
         when incidents = 0                           then 'open_question'
         when most_hits < $target * (most_hits + misses)          then 'below'
         when successes >= $target * (incidents + maybe_bad)      then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) as period,
    successes as numerator,
    incidents as denominator,
    excluded,
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
where began is null
group by project_id
