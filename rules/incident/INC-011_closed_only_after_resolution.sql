/*
id       = "INC-011"
title.zh = "确认解决并恢复服务后关闭事件"
title.en = "Incidents are closed only after resolution and restored service"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["QM-8.4.6-13"]
supports = ["QA-3.4-1"]
needs    = ["incidents.status", "incidents.resolved_at", "incidents.closed_at"]
uses     = ["incidents.restored_at", "incidents.close_mode", "status_history.object_type", "status_history.object_id", "status_history.field", "status_history.new_value"]
blank    = { resolved_at = "nonconforming", restored_at = "conforming", close_mode = "applies" }
since    = "0.1"
status   = "stable"
why.zh   = "事件没有解决或服务没有恢复就关闭，需方的问题仍然存在，解决率和恢复时间也会失真。"
why.en   = "An incident closed unsolved leaves the customer with the fault, and falsifies resolution rate and restoration time."
fix.zh   = "与需方核实是否确已解决；未解决的重新打开处理；已解决的补充解决时间和依据；在工具中要求先解决、后关闭。"
fix.en   = "Ask the customer whether it was really solved; re-open what was not, add time and proof where it was; let the tool demand resolution before closing."
noise.zh = "部分工具从处理中直接关闭时不写解决时间；解决时间或恢复时间可能事后更正；重开后解决时间取最后一次。不足一分钟的先后不计。"
noise.en = "Some tools write no resolution time when a ticket is closed directly; times may be corrected afterwards; after a re-opening the last resolution counts. Less than a minute does not count."

[message.never_resolved]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id} 于 {closed_at:time} 关闭，解决时间为空，状态流转记录中也没有“已解决”。"
en = "Incident {id} was closed at {closed_at:time} without a resolution time, and its history holds no state “resolved”."

[message.time_missing]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id} 于 {closed_at:time} 关闭，流转记录显示曾经解决，但单据上的解决时间为空。"
en = "Incident {id} was closed at {closed_at:time}; its history shows it resolved, but the record has no resolution time."

[message.no_time]
verdict = "nonconforming"
marks = "incidents.resolved_at"
zh = "事件 {id} 于 {closed_at:time} 关闭，解决时间为空。"
en = "Incident {id} was closed at {closed_at:time} without a resolution time."

[message.before_resolved]
verdict = "nonconforming"
marks = "incidents.closed_at"
zh = "事件 {id} 于 {closed_at:time} 关闭，比解决时间 {resolved_at:time} 早 {before_resolved_minutes:duration}。"
en = "Incident {id} was closed at {closed_at:time}, {before_resolved_minutes:duration} before it was resolved at {resolved_at:time}."

[message.before_restored]
verdict = "nonconforming"
marks = "incidents.closed_at"
zh = "事件 {id} 于 {closed_at:time} 关闭，比服务恢复时间 {restored_at:time} 早 {before_restored_minutes:duration}。"
en = "Incident {id} was closed at {closed_at:time}, {before_restored_minutes:duration} before the service was restored at {restored_at:time}."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 于 {resolved_at:time} 解决，{closed_at:time} 关闭。"
en = "Incident {id} was resolved at {resolved_at:time} and closed at {closed_at:time}."

[message.no_close_time]
verdict = "not_assessed"
zh = "事件状态为已关闭，但关闭时间为空。"
en = "The incident is closed, but its closing time is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the incident is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "事件没有关闭，或已取消、拒绝、合并。"
en = "The incident is not closed, or was cancelled, rejected or merged."

[message.void]
verdict = "not_applicable"
zh = "事件作为重复单或无效单关闭。"
en = "The incident was closed as a duplicate or as void."
*/
with history as (                        -- one row an incident: the states its history names
    select
        ns,
        object_id,
        count(*) as states,
        count(*) filter (where new_value = 'resolved') as resolved_states,
        count(*) filter (where new_value is null) as unclear_states
    from status_history
    where object_type = 'incident' and field = 'status'
    group by ns, object_id
)
select
    i.record,
    i.closed_at as at,
    i.closed_by as owner,
    case when i.close_mode in ('duplicate', 'void') then false
         else i.status = 'closed' end as applies,
    case when i.closed_at is null                                   then null
         when i.resolved_at is null                                 then false
         when i.closed_at <= i.restored_at - to_minutes(1)          then false   -- less than a minute
         else i.closed_at > i.resolved_at - to_minutes(1)                        -- does not count
    end as conforms,
    case when i.close_mode in ('duplicate', 'void')                 then 'void'
         when i.status is null                                      then 'status_unknown'
         when i.status <> 'closed'                                  then 'not_closed'
         when i.closed_at is null                                   then 'no_close_time'
         when i.resolved_at is null and h.resolved_states > 0       then 'time_missing'
         when i.resolved_at is null and h.states > 0 and h.unclear_states = 0 then 'never_resolved'
         when i.resolved_at is null                                 then 'no_time'
         when i.closed_at <= i.resolved_at - to_minutes(1)          then 'before_resolved'
         when i.closed_at <= i.restored_at - to_minutes(1)          then 'before_restored'
         else 'ok'
    end as message,
    i.resolved_at,
    i.restored_at,
    i.closed_at,
    i.close_mode,
    elapsed_minutes(i.closed_at, i.resolved_at) as before_resolved_minutes,
    elapsed_minutes(i.closed_at, i.restored_at) as before_restored_minutes
from incidents i
left join history h on h.ns = i.ns and h.object_id = i.incident_id
