/*
id       = "INC-006"
title.zh = "在约定时限内到场"
title.en = "On-site arrival within the committed time"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-5", "SD-4.2-4", "SD-5.1-2"]
needs    = [
    "incidents.delivery_mode", "incidents.on_site_at", "incidents.created_at", "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.resolved_at", "incidents.closed_at", "incidents.close_mode", "incidents.service_id", "incidents.reported_at",
    "slas.status", "sla_targets.service_id", "sla_targets.object_type",
]
blank    = { on_site_at = "nonconforming", close_mode = "applies", resolved_at = "applies", closed_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "到场时限是现场服务的硬承诺，客户等在故障设备旁边；没有到场时间的记录，也就无法证明工程师按时到过现场。"
why.en   = "On-site service is promised by the hour, and the customer waits beside the broken equipment; where no arrival is recorded, nothing proves that the engineer came in time."
fix.zh   = "查明延误出在派单、备件还是路途；按区域调整驻点和备件；要求工程师到场即在工具或服务单上签到，漏记的凭服务单补记。"
fix.en   = "Find out whether dispatch, spare parts or travel took the time and place staff and stock accordingly; let engineers check in on arrival, and enter missing arrivals from the signed service sheet."
noise.zh = "到场时间可能只写在纸质服务单上；与客户另约上门时间的，到场自然晚于时限；交付方式为混合而最终远程解决的，可能没有到场。不足一分钟不计。"
noise.en = "The arrival may stand only on the paper service sheet; where another hour was agreed with the customer it is later than the target; a mixed delivery may in the end be done remotely. Less than a minute does not count."

[message.late]
verdict = "nonconforming"
marks = "incidents.on_site_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time} → 到场 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，用时 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}): reported {started_at:time} → on site {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, {net:duration} used of {target:duration}."

[message.overdue]
verdict = "nonconforming"
marks = "incidents.on_site_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time}，至 {ended_at:time} 仍未到场，用时 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}), reported {started_at:time}: nobody was on site by {ended_at:time}, {net:duration} used of {target:duration}."

[message.not_recorded]
verdict = "nonconforming"
marks = "incidents.on_site_at"
zh = "事件 {id}（优先级 {priority:number}）须现场服务而没有到场时间；报障 {started_at:time} → 解决或关闭 {ended_at:time}，用时 {net:duration}，已超过到场时限 {target:duration}。"
en = "Incident {id} (priority {priority:number}) was to be served on site and has no arrival time; from the report {started_at:time} to its solution or closing {ended_at:time} it took {net:duration}, beyond the on-site target of {target:duration}."

[message.ok]
verdict = "conforming"
zh = "事件 {id}：报障 {started_at:time} → 到场 {ended_at:time}，用时 {net:duration}，未超过 {target:duration}。"
en = "Incident {id}: reported {started_at:time} → on site {ended_at:time}, {net:duration} used of {target:duration}."

[message.ok_by_end]
verdict = "conforming"
zh = "事件 {id} 没有到场时间，但报障 {started_at:time} → 解决或关闭 {ended_at:time} 仅用 {net:duration}，未超过到场时限 {target:duration}。"
en = "Incident {id} has no arrival time, but from the report {started_at:time} to its solution or closing {ended_at:time} it took {net:duration}, within the on-site target of {target:duration}."

[message.arrival_unproved]
verdict = "not_assessed"
zh = "混合交付，没有到场时间；虽在到场时限内解决或关闭，但不能证明有人到过现场。"
en = "Mixed delivery without an arrival time: it was solved or closed within the on-site target, but nothing proves that anyone came."

[message.no_times]
verdict = "not_assessed"
zh = "到场时间为空，也没有与状态相符的解决或关闭时间，或事件已重开。"
en = "The arrival time is empty, and so is the time of solution or closing that the status implies, or the incident was re-opened."

[message.inverted]
verdict = "not_assessed"
zh = "到场、解决或关闭时间早于报障时间，时间本身有误。"
en = "The arrival, solution or closing lies before the report: the times themselves are wrong."

[message.clock_unknown]
verdict = "not_assessed"
zh = "服务日历没有覆盖这段时间，或不完整，无法计算工作时间。"
en = "The service calendar does not cover that time, or is not complete, so working time cannot be counted."

[message.mode_unknown]
verdict = "not_assessed"
zh = "交付方式为空，无法判断是否须到场。"
en = "The way of delivery is empty, so it cannot be told whether somebody had to come."

[message.no_project]
verdict = "not_assessed"
zh = "事件没有归属项目，无法找到适用的服务级别协议。"
en = "The incident belongs to no project, so its agreement cannot be found."

[message.no_priority]
verdict = "not_assessed"
zh = "事件优先级为空，无法确定时限。"
en = "The priority is empty, so the target is not known."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空，无法计时，也无法确定当时有效的协议。"
en = "The time of creation is empty: neither the clock nor the agreement in force can be told."

[message.agreements_incomplete]
verdict = "not_assessed"
zh = "不能确定服务级别协议和时限已全部提供，也许另有适用的时限。"
en = "Agreements and targets are not known to be all there; another target may apply."

[message.unclear]
verdict = "not_assessed"
zh = "项目的服务级别协议中有看不懂或无法归属的内容，无法确定时限。"
en = "The project's agreement holds entries that cannot be read or placed, so the target is not known."

[message.no_service]
verdict = "not_assessed"
zh = "协议为个别服务另定时限，而事件的服务为空，无法确定适用哪一个。"
en = "The agreement has targets for single services, and the incident's service is empty, so it is not known which one holds."

[message.contradiction]
verdict = "not_assessed"
zh = "同时适用的时限互相矛盾，无法确定以哪一个为准。"
en = "The targets that apply contradict each other."

[message.no_calendar]
verdict = "not_assessed"
zh = "时限没有服务日历，无法计算工作时间。"
en = "The target has no service calendar, so working time cannot be counted."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已作废或解决。"
en = "The status is empty, so it cannot be told whether the incident is void or solved."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝、合并，或作为重复单、无效单关闭。"
en = "The incident was cancelled, rejected or merged, or closed as a duplicate or as void."

[message.remote]
verdict = "not_applicable"
zh = "远程交付，不须到场。"
en = "The incident was served remotely."

[message.no_target]
verdict = "not_applicable"
zh = "协议没有为该事件约定到场时限。"
en = "The agreement sets no on-site target for the incident."

[message.not_due]
verdict = "not_applicable"
zh = "尚未到场，到场时限未到。"
en = "Nobody is on site yet, and the target has not passed."
*/
with visits as (
    select
        i.record,
        i.created_at,
        i.assigned_to,
        i.priority,
        i.delivery_mode,
        case when i.close_mode in ('duplicate', 'void')            then true
             when i.status in ('cancelled', 'rejected', 'merged')  then true
             when i.status is not null                             then false end as void,
        case when g.placed then t.has_target end as has_target,
        case when coalesce(g.gap, t.gap) = 'no_project'       then 'no_project'
             when coalesce(g.gap, t.gap) = 'no_priority'      then 'no_priority'
             when coalesce(g.gap, t.gap) = 'no_creation_time' then 'no_creation_time'
             when coalesce(g.gap, t.gap) = 'incomplete'       then 'agreements_incomplete'
             when coalesce(g.gap, t.gap) = 'no_service'       then 'no_service'
             when coalesce(g.gap, t.gap) = 'contradiction'    then 'contradiction'
             when coalesce(g.gap, t.gap) = 'no_calendar'      then 'no_calendar'
             when coalesce(g.gap, t.gap) is not null          then 'unclear' end as gap,
        case when g.placed then t.target end as target,
        case when g.placed then t.calendar_id end as calendar_id,
        case when $start_from_report then coalesce(i.reported_at, i.created_at)
             else i.created_at end as started_at,
        case when i.on_site_at is not null                         then 'arrived'
             when i.status in ('resolved', 'closed')
                  and coalesce(i.resolved_at, i.closed_at) is not null then 'finished'
             when i.status in ('new', 'assigned', 'in_progress', 'on_hold')
                  and i.resolved_at is null and i.closed_at is null then 'open' end as ended_by,
        coalesce(i.on_site_at, i.resolved_at, i.closed_at, $as_of) as ended_at,
        coalesce(i.on_site_at, earliest(i.resolved_at, i.closed_at), i.resolved_at, i.closed_at, $as_of)
            as first_at
    from incidents i
    left join incident_targets g on g.ns = i.ns and g.incident_id = i.incident_id
    left join sla_terms t on t.ns = i.ns and t.project_id = i.record.project_id
        and t.service_id is not distinct from i.service_id and t.priority = i.priority
        and t.metric = 'on_site'
        and t.from_at <= i.created_at and coalesce(i.created_at < t.to_at, true)
),
settled as (                             -- less than a minute is no wrong order
    select
        *,
        case when first_at > started_at - to_minutes(1) then latest(ended_at, started_at) end
            as counted_at
    from visits
),
timed as (
    select
        v.*,
        elapsed_minutes(v.started_at, v.counted_at) as gross,
        whole_minutes(worked(v.counted_at, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(v.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4)) as net
    from settled v
    left join working_days a
        on a.calendar_id = v.calendar_id and a.day = cast(v.started_at as date)
        and complete('calendars', '', v.started_at)
    left join working_days b
        on b.calendar_id = v.calendar_id and b.day = cast(v.counted_at as date)
        and b.unknown_before = a.unknown_before
),
judged as (
    select
        *,
        net <= target + $tolerance_minutes as in_time,
        ended_by = 'finished' and delivery_mode = 'mixed' as remote_perhaps
    from timed
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when void                                       then false
         when delivery_mode = 'remote'                   then false
         when not has_target                             then false
         when void is null or delivery_mode is null      then null
         when ended_by = 'open' and in_time              then false
         when has_target and in_time is not null         then true
    end as applies,
    case when ended_by is null                           then null
         when in_time and remote_perhaps                 then null
         when in_time                                    then true
         when not in_time                                then false
    end as conforms,
    case when void                                       then 'void'
         when delivery_mode = 'remote'                   then 'remote'
         when not has_target                             then 'no_target'
         when void is null                               then 'status_unknown'
         when delivery_mode is null                      then 'mode_unknown'
         when gap is not null                            then gap
         when ended_by is null                           then 'no_times'
         when gross is null                              then 'inverted'
         when in_time is null                            then 'clock_unknown'
         when ended_by = 'open' and in_time              then 'not_due'
         when ended_by = 'arrived' and in_time           then 'ok'
         when in_time and remote_perhaps                 then 'arrival_unproved'
         when in_time                                    then 'ok_by_end'
         when ended_by = 'arrived'                       then 'late'
         when ended_by = 'open'                          then 'overdue'
         else 'not_recorded'
    end as message,
    priority,
    delivery_mode,
    target,
    started_at,
    ended_at,
    ended_by,
    gross,
    gross - net as off_hours,
    net,
    calendar_id as calendar
from judged
