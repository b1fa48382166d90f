/*
id       = "INC-004"
title.zh = "在约定时限内响应"
title.en = "Response within the committed time"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["QM-8.4.6-5"]
supports = ["SD-4.2-4"]
needs    = [
    "incidents.created_at", "incidents.responded_at", "incidents.resolved_at", "incidents.priority",
    "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
]
uses     = [
    "incidents.closed_at", "incidents.close_mode", "incidents.auto_generated", "incidents.service_id",
    "incidents.reported_at",
    "slas.status", "sla_targets.service_id", "sla_targets.object_type",
]
blank    = { close_mode = "applies", auto_generated = "applies", responded_at = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "响应时限是对需方的承诺。没有及时响应，客户不知道报障是否有人受理，后续的解决时限也会被压缩。"
why.en   = "The response time is a promise. Without a timely answer the customer does not know whether anyone has taken the report, and the time left for solving it shrinks."
fix.zh   = "查明延误发生在受理、分派还是处理环节；补足值守和升级提醒；确已响应而没有记录的，补记时间和依据，并让工具在首次回复时自动打点。"
fix.en   = "Find out whether the delay arose at intake, at assignment or at work; mend shifts and reminders. Where the answer was given and not recorded, enter its time with proof, and let the tool stamp the first reply."
noise.zh = "电话响应可能没有在工具中打点；批量补录的事件响应时间等于补录时间；时限取建单时有效的协议，事后调整的优先级按调整后的计算。不足一分钟不计。"
noise.en = "An answer by phone may leave no stamp; incidents entered afterwards bear the time of entry; the agreement is the one in force at creation, the priority the one that the record has now. Less than a minute does not count."

[params.strict_stamps]
type = "switch"
value = false
help.zh = "开启时，响应时间为空而解决或关闭晚于响应时限的，判为不符合；关闭时不作判断。"
help.en = "When on, an empty response time on an incident solved or closed after the response target is a nonconformity; when off it is not assessed."

[message.late]
verdict = "nonconforming"
marks = "incidents.responded_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time} → 响应 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，用时 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}): reported {started_at:time} → answered {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, {net:duration} used of {target:duration}."

[message.unanswered]
verdict = "nonconforming"
marks = "incidents.responded_at"
zh = "事件 {id}（优先级 {priority:number}）：报障 {started_at:time}，至 {ended_at:time} 既无响应也未解决，毛时 {gross:duration}，非工作 {off_hours:duration}，用时 {net:duration}，超过 {target:duration}。"
en = "Incident {id} (priority {priority:number}), reported {started_at:time}, was neither answered nor solved by {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, {net:duration} used of {target:duration}."

[message.never_stamped]
verdict = "nonconforming"
marks = "incidents.responded_at"
zh = "事件 {id}（优先级 {priority:number}）没有响应时间；报障 {started_at:time} → 解决或关闭 {ended_at:time}，用时 {net:duration}，已超过响应时限 {target:duration}。"
en = "Incident {id} (priority {priority:number}) has no response time; from the report {started_at:time} to its solution or closing {ended_at:time} it took {net:duration}, beyond the response target of {target:duration}."

[message.ok]
verdict = "conforming"
zh = "事件 {id}：报障 {started_at:time} → 响应 {ended_at:time}，用时 {net:duration}，未超过 {target:duration}。"
en = "Incident {id}: reported {started_at:time} → answered {ended_at:time}, {net:duration} used of {target:duration}."

[message.ok_by_end]
verdict = "conforming"
zh = "事件 {id} 没有响应时间，但报障 {started_at:time} → 解决或关闭 {ended_at:time} 仅用 {net:duration}，未超过响应时限 {target:duration}。"
en = "Incident {id} has no response time, but from the report {started_at:time} to its solution or closing {ended_at:time} it took {net:duration}, within the response target of {target:duration}."

[message.no_stamp]
verdict = "not_assessed"
zh = "响应时间为空，而解决、关闭或重开说明已有人处理，响应是否及时无从得知。"
en = "The response time is empty although the incident was solved, closed or re-opened, so nobody can tell when it was answered."

[message.no_times]
verdict = "not_assessed"
zh = "响应时间为空，也没有与状态相符的解决或关闭时间。"
en = "The response time is empty, and so is the time of solution or closing that the status implies."

[message.inverted]
verdict = "not_assessed"
zh = "响应、解决或关闭时间早于报障时间，时间本身有误。"
en = "The answer, solution or closing lies before the report: the times themselves are wrong."

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
zh = "协议没有为该事件约定响应时限。"
en = "The agreement sets no response target for the incident."

[message.automatic]
verdict = "not_applicable"
zh = "由监控自动生成，建单时即自动确认，不存在人工响应。"
en = "Made by a monitoring tool and acknowledged by it on the spot: there is no person's answer to time."

[message.not_due]
verdict = "not_applicable"
zh = "尚未响应，响应时限未到。"
en = "Not answered yet, and the response target has not passed."
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
        k.has_response_target as has_target,
        case when k.response_gap = 'no_project'       then 'no_project'
             when k.response_gap = 'no_priority'      then 'no_priority'
             when k.response_gap = 'no_creation_time' then 'no_creation_time'
             when k.response_gap = 'incomplete'       then 'agreements_incomplete'
             when k.response_gap = 'no_service'       then 'no_service'
             when k.response_gap = 'contradiction'    then 'contradiction'
             when k.response_gap = 'no_calendar'      then 'no_calendar'
             when k.response_gap is not null          then 'unclear' end as gap,
        k.response_target as target,
        k.response_calendar_id as calendar,
        k.started_at,
        k.response_by as ended_by,
        k.response_at,
        k.response_gross as gross,
        k.response_net as net,
        k.answer
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when void or not has_target                                     then false
         when has_target and not void                                    then answer <> 'none'
    end as applies,
    case when answer <> 'beyond' or $strict_stamps                       then answer = 'met'
    end as conforms,
    case when void                                                       then 'void'
         when not has_target                                             then 'no_target'
         when void is null                                               then 'status_unknown'
         when has_target is null                                         then gap
         when answer = 'none' and ended_by = 'responded'                 then 'automatic'
         when gap is not null                                            then gap
         when ended_by is null                                           then 'no_times'
         when gross is null                                              then 'inverted'
         when net is null                                                then 'clock_unknown'
         when answer = 'none'                                            then 'not_due'
         when ended_by = 'responded' and answer = 'met'                  then 'ok'
         when answer = 'met'                                             then 'ok_by_end'
         when ended_by = 'responded'                                     then 'late'
         when ended_by = 'open' and status <> 'reopened'                 then 'unanswered'
         when ended_by in ('resolved', 'closed') and $strict_stamps      then 'never_stamped'
         else 'no_stamp'
    end as message,
    priority,
    target,
    started_at,
    response_at as ended_at,
    ended_by,
    gross,
    gross - net as off_hours,
    net,
    calendar
from judged
