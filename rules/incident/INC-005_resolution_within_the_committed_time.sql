/*
id       = "INC-005"
title.zh = "在约定时限内解决"
title.en = "Resolution within the committed time"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["QM-8.4.2-2", "QM-8.5.3-5"]
supports = ["QM-8.4.6-5", "SD-4.2-4"]
needs    = [
    "incidents.created_at", "incidents.resolved_at", "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.closed_at", "incidents.close_mode", "incidents.service_id", "incidents.reported_at",
    "incidents.on_hold_reason",
    "slas.status", "sla_targets.service_id", "sla_targets.object_type",
    "status_history.object_type", "status_history.object_id", "status_history.field",
    "status_history.event_type", "status_history.old_value", "status_history.new_value",
    "status_history.changed_at", "status_history.seq", "status_history.reason",
    "sla_results.object_type", "sla_results.object_id", "sla_results.metric", "sla_results.paused_minutes",
]
blank    = { close_mode = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "解决时限是服务级别协议的核心承诺。超时意味着需方的业务多停了一段时间，也往往意味着扣款和信任的损失。"
why.en   = "The resolution time is the heart of a service level agreement: beyond it the customer's business stands still longer than agreed, which costs penalties and trust."
fix.zh   = "逐单查明超时发生在哪一环节（分派、等待、处理、备件）；按原因补足人力、备件或升级机制；暂停须写明约定允许的原因。"
fix.en   = "Find out for each where the time went (assignment, waiting, work, spare parts) and mend staffing, stock or escalation; give every pause a reason that the agreement allows."
noise.zh = "时限取建单时有效的协议，优先级按单据上现在的值；解决时间可能事后补填或更正；只扣除约定允许的暂停，其他暂停计入用时。不足一分钟不计。"
noise.en = "The agreement is the one in force at creation, the priority the one that the record has now; resolution times may be entered or corrected later; only pauses for an agreed reason are left out. Less than a minute does not count."

[params.strict_stamps]
type = "switch"
value = false
help.zh = "开启时，解决时间为空而关闭晚于时限的，按关闭时间判为不符合；关闭时不作判断。"
help.en = "When on, an incident without a resolution time that was closed after the target is a nonconformity; when off it is not assessed."

[message.late]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time} → 解决 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，暂停 {paused:duration}，净时 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}): reported {started_at:time} → resolved {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, paused {paused:duration}, net {net:duration}, beyond {target:duration}."

[message.late_at_least]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time} → 解决 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，即使原因不明的暂停也全部扣除（共 {paused:duration}），净时仍有 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}): reported {started_at:time} → resolved {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}. Even with every pause of unknown reason left out ({paused:duration} in all) the net time is {net:duration}, beyond {target:duration}."

[message.overdue]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time}，至 {ended_at:time} 仍未解决，毛时 {gross:duration}，非工作 {off_hours:duration}，暂停至多 {paused:duration}，净时至少 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}), reported {started_at:time}, is not resolved by {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, paused {paused:duration} at most, net {net:duration} at least, beyond {target:duration}."

[message.closed_late]
verdict = "nonconforming"
marks = ["incidents.resolved_at", "incidents.closed_at"]
zh = "事件 {id}（优先级 {priority:number}）没有解决时间；报障 {started_at:time} → 关闭 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，暂停至多 {paused:duration}，净时至少 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}) has no resolution time; reported {started_at:time} → closed {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, paused {paused:duration} at most, net {net:duration} at least, beyond {target:duration}."

[message.ok]
verdict = "conforming"
zh = "事件 {id}：报障 {started_at:time} → 解决或关闭 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，用时 {working:duration}，不扣暂停也未超过 {target:duration}。"
en = "Incident {id}: reported {started_at:time} → resolved or closed {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, {working:duration} used, within {target:duration} without any pause."

[message.ok_paused]
verdict = "conforming"
zh = "事件 {id}：报障 {started_at:time} → 解决或关闭 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，暂停 {paused:duration}，净时 {net:duration}，未超过 {target:duration}。"
en = "Incident {id}: reported {started_at:time} → resolved or closed {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, paused {paused:duration}, net {net:duration}, within {target:duration}."

[message.pauses_unknown]
verdict = "not_assessed"
zh = "不扣暂停已超过时限，而没有完整的状态流转记录，工具也没有给出与之相符的暂停时长，暂停多久无从得知。"
en = "Without pauses the target is passed, and neither a whole history nor a tool's clock that agrees with it tells how long the incident was paused."

[message.pauses_decide]
verdict = "not_assessed"
zh = "是否超时取决于原因不明的暂停能否扣除。"
en = "Whether it was in time depends on pauses whose reason is not recorded."

[message.no_resolution_time]
verdict = "not_assessed"
zh = "解决时间为空，而关闭晚于时限，何时解决无从得知。"
en = "The resolution time is empty and the closing lies beyond the target, so nobody can tell when it was solved."

[message.no_end_time]
verdict = "not_assessed"
zh = "状态为已解决或已关闭，但解决时间和关闭时间都为空。"
en = "The incident is resolved or closed, but both times are empty."

[message.times_and_state]
verdict = "not_assessed"
zh = "状态为处理中，却有解决或关闭时间，两者互相矛盾。"
en = "The state says that work goes on, yet there is a time of resolution or closing: the two contradict each other."

[message.inverted]
verdict = "not_assessed"
zh = "解决或关闭时间早于报障时间，时间本身有误。"
en = "The solution or closing lies before the report: the times themselves are wrong."

[message.clock_unknown]
verdict = "not_assessed"
zh = "服务日历没有覆盖这段时间，或不完整，无法计算工作时间。"
en = "The service calendar does not cover that time, or is not complete, so working time cannot be counted."

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

[message.no_target]
verdict = "not_applicable"
zh = "协议没有为该事件约定解决时限。"
en = "The agreement sets no resolution target for the incident."

[message.not_due]
verdict = "not_applicable"
zh = "尚未解决，解决时限未到。"
en = "Not resolved yet, and the target has not passed."
*/
with judged as (
    select
        i.record,
        i.created_at,
        i.assigned_to,
        i.status,
        i.priority,
        case when i.close_mode in ('duplicate', 'void')                  then true
             when i.status in ('cancelled', 'rejected', 'merged')        then true
             when i.status is not null                                   then false end as void,
        k.has_resolution_target as has_target,
        case when k.resolution_gap = 'no_project'       then 'no_project'
             when k.resolution_gap = 'no_priority'      then 'no_priority'
             when k.resolution_gap = 'no_creation_time' then 'no_creation_time'
             when k.resolution_gap = 'incomplete'       then 'agreements_incomplete'
             when k.resolution_gap = 'no_service'       then 'no_service'
             when k.resolution_gap = 'contradiction'    then 'contradiction'
             when k.resolution_gap = 'no_calendar'      then 'no_calendar'
             when k.resolution_gap is not null          then 'unclear' end as gap,
        k.resolution_target as target,
        k.resolution_target + $tolerance_minutes as allowed,
        k.sla_id,
        k.calendar_id as calendar,
        k.started_at,
        k.ended_by,
        k.ended_at,
        k.gross,
        k.off_hours,
        k.working,
        k.pauses_known,
        k.pauses_without_reason,
        k.paused_allowed,
        k.paused_possible,
        k.net_min,
        k.net_max
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
weighed as (                             -- not within: even with all that may be left out
    select
        *,
        working <= allowed or net_max <= allowed
            or case when net_min > allowed then false end as within
    from judged
)
select
    record,
    coalesce(case when ended_by = 'open'                      -- the target passed then, or later
                  then earliest(started_at + to_minutes(cast(target as integer)), ended_at)
                  else ended_at end, created_at) as at,
    assigned_to as owner,
    not void and has_target and (ended_by <> 'open' or not within) as applies,
    case when ended_by in ('resolved', 'open') or $strict_stamps         then within
         when within                                                     then true
    end as conforms,
    case when void                                                       then 'void'
         when not has_target                                             then 'no_target'
         when void is null                                               then 'status_unknown'
         when has_target is null                                         then gap
         when gap is not null                                            then gap
         when ended_by is null and status in ('resolved', 'closed')      then 'no_end_time'
         when ended_by is null                                           then 'times_and_state'
         when gross is null                                              then 'inverted'
         when working is null                                            then 'clock_unknown'
         when ended_by = 'open' and within                               then 'not_due'
         when working <= allowed                                         then 'ok'
         when within                                                     then 'ok_paused'
         when ended_by = 'open' and not within                           then 'overdue'
         when ended_by = 'closed' and not within and $strict_stamps      then 'closed_late'
         when ended_by = 'closed'                                        then 'no_resolution_time'
         when not within and net_min = net_max                           then 'late'
         when not within                                                 then 'late_at_least'
         when pauses_known                                               then 'pauses_decide'
         else 'pauses_unknown'
    end as message,
    priority,
    target,
    started_at,
    ended_at,
    ended_by,
    gross,
    off_hours,
    working,
    case when within then paused_allowed else paused_possible end as paused,
    case when within then net_max else net_min end as net,
    pauses_without_reason,
    calendar,
    sla_id
from weighed
