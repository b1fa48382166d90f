/*
id       = "INC-017"
title.zh = "暂停计时只用约定的原因"
title.en = "The SLA clock is paused only for agreed reasons"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-5", "SD-4.2-4"]
needs    = [
    "incidents.created_at",
    "incidents.priority",
    "incidents.status",
    "slas.sla_id",
    "slas.effective_from",
    "slas.effective_to",
    "slas.calendar_id | projects.calendar_id",
    "sla_targets.sla_id",
    "sla_targets.priority",
    "sla_targets.metric",
    "sla_targets.target_minutes",
    "calendars.calendar_id",
    "calendars.zone",
    "status_history.object_type",
    "status_history.object_id",
    "status_history.new_value",
    "status_history.changed_at",
    "status_history.reason",
    "status_history.field | status_history.event_type",
]
uses     = [
    "incidents.resolved_at", "incidents.closed_at", "incidents.close_mode", "incidents.service_id",
    "incidents.reported_at", "incidents.on_hold_reason", "slas.status", "sla_targets.service_id",
    "sla_targets.object_type", "status_history.old_value", "status_history.seq",
]
blank    = { close_mode = "applies", on_hold_reason = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "暂停期间时限不走，等于承诺被推迟。协议只允许少数几种原因；没有原因的暂停既无法向客户交代，也会让达标率失真。"
why.en   = "A pause puts the promise off. Agreements allow it for a few reasons only; one without a reason can be explained to nobody and makes the figures look better than the service."
fix.zh   = "向经办人核实并补记暂停原因和依据；不属于约定原因的，按不扣暂停重新计算时限；在工具中把挂起原因设为必填，并只列约定的选项。"
fix.en   = "Ask those concerned, record reason and proof, and recount the time without the pauses that were not agreed; let the tool ask for a reason at every pause and offer the agreed ones only."
noise.zh = "原因可能写在备注里而没有填入原因栏；协议可能另有约定允许的原因（可在共用设置中补充）；误点挂起后立即恢复的，时间很短。"
noise.en = "The reason may stand in a note instead of its field; the agreement may allow further ones, which the shared settings take; a pause may be a slip, undone at once."

[message.no_reason]
verdict = "nonconforming"
marks = "paused_at"
zh = "事件 {id} 共暂停 {pauses:number} 次，其中 {empty:number} 次没有写明原因，首次在 {paused_at:time}，由 {changed_by} 操作。"
en = "Incident {id} was paused {pauses:number} times, {empty:number} of them without a reason, first at {paused_at:time} by {changed_by}."

[message.not_agreed]
verdict = "nonconforming"
marks = "paused_at"
zh = "事件 {id} 共暂停 {pauses:number} 次，其中 {refused:number} 次的原因不在约定之列，首次在 {paused_at:time}，由 {changed_by} 操作，原因：{on_hold_reason}。"
en = "Incident {id} was paused {pauses:number} times, {refused:number} of them for a reason that is not agreed, first at {paused_at:time} by {changed_by}: {on_hold_reason}."

[message.held_without_reason]
verdict = "nonconforming"
zh = "事件 {id} 目前处于暂停状态，流转记录中没有这次暂停，记录上也没有写明原因。"
en = "Incident {id} is on hold at present; its history does not show that pause, and the record gives no reason for it."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的 {pauses:number} 次暂停都有约定的原因。"
en = "Every pause of incident {id} ({pauses:number}) has an agreed reason."

[message.reason_unread]
verdict = "not_assessed"
zh = "暂停原因是自由填写的文字，无法判断是否属于约定的原因。"
en = "The reason of a pause is free text, so it cannot be told whether it is an agreed one."

[message.reasons_not_kept]
verdict = "not_assessed"
zh = "流转记录中没有一次暂停写有原因，可能是工具没有记录或没有导出。"
en = "No pause in the history has a reason at all; the tool may not keep or export them."

[message.no_history]
verdict = "not_assessed"
zh = "没有完整的状态流转记录，看不出是否暂停过、是否还有其他暂停。"
en = "There is no whole history to show whether it was paused, or paused more often."

[message.no_end_time]
verdict = "not_assessed"
zh = "没有与状态相符的解决或关闭时间，或该时间早于报障时间，看不出是否还有其他暂停。"
en = "There is no time of solution or closing that agrees with the state, or it lies before the report, so it cannot be told whether there were more pauses."

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

[message.not_paused]
verdict = "not_applicable"
zh = "事件没有暂停过。"
en = "The incident was never paused."
*/
with entries as (                        -- each time the clock was stopped
    select
        ns, object_id, changed_at, changed_by, reason
    from status_history
    where object_type = 'incident' and list_contains($pause_states, new_value)
      and (field = 'status' or field is null and event_type = 'status_change')
),
kept as (
    select ns, count(reason) > 0 as reasons_kept
    from entries
    group by ns
),
noted as (                               -- id spaces whose records do bear reasons
    select ns, count(on_hold_reason) > 0 as reasons_noted
    from incidents
    group by ns
),
clocked as (
    select
        i.record, i.ns, i.incident_id, i.created_at, i.assigned_to, i.on_hold_reason,
        list_contains($pause_states, i.status) as held,
        case when i.close_mode in ('duplicate', 'void')            then true
             when i.status in ('cancelled', 'rejected', 'merged')  then true
             when i.status is not null                             then false end as void,
        k.has_resolution_target as has_target,
        case when k.resolution_gap = 'no_project'       then 'no_project'
             when k.resolution_gap = 'no_priority'      then 'no_priority'
             when k.resolution_gap = 'no_creation_time' then 'no_creation_time'
             when k.resolution_gap = 'incomplete'       then 'agreements_incomplete'
             when k.resolution_gap = 'no_service'       then 'no_service'
             when k.resolution_gap is not null          then 'unclear' end as gap,
        k.gross,
        case when k.gross is not null then k.ended_at end as ended_at,
        k.present_pause_at,
        k.untold,
        k.pauses
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
reasons as (                             -- the pause that lasts may have its reason on the record
    select
        c.ns,
        c.incident_id,
        e.changed_at,
        e.changed_by,
        case when e.changed_at = c.present_pause_at then coalesce(e.reason, c.on_hold_reason)
             else e.reason end as reason
    from clocked c
    join entries e on e.ns = c.ns and e.object_id = c.incident_id
    where coalesce(e.changed_at < c.ended_at, true)
),
sorted as (
    select
        *,
        case when list_contains($allowed_pause_reasons, reason) then 'agreed'
             when reason in ('waiting_customer', 'waiting_supplier', 'waiting_change',
                             'waiting_part', 'waiting_window', 'force_majeure', 'other') then 'refused'
             when reason is null                                then 'none'
             else 'unread' end as kind
    from reasons
),
stopped as (                             -- one row an incident that paused
    select
        ns,
        incident_id,
        count(*) as stops,
        count(*) filter (where kind = 'none') as empty,
        count(*) filter (where kind = 'refused') as refused,
        count(*) filter (where kind = 'unread') as unread,
        min(changed_at) filter (where kind in ('none', 'refused')) as paused_at,
        arg_min(changed_by, changed_at) filter (where kind in ('none', 'refused')) as changed_by,
        arg_min(reason, changed_at) filter (where kind = 'refused') as on_hold_reason
    from sorted
    group by ns, incident_id
),
judged as (
    select
        c.*,
        s.stops,
        s.empty,
        s.refused,
        s.unread,
        s.paused_at,
        s.changed_by,
        s.on_hold_reason as reason,
        r.reasons_kept,
        c.untold and c.held and c.on_hold_reason is null and n.reasons_noted as bare
    from clocked c
    left join stopped s on s.ns = c.ns and s.incident_id = c.incident_id
    left join kept r on r.ns = c.ns
    left join noted n on n.ns = c.ns
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when void                                            then false
         when not has_target                                  then false
         when stops > 0 or bare                               then has_target and not void
         when pauses = 0 and not untold                       then false
    end as applies,
    case when refused > 0 or empty > 0 and reasons_kept or bare then false
         when empty > 0 or unread > 0                         then null
         when not untold                                      then true
    end as conforms,
    case when void                                            then 'void'
         when not has_target                                  then 'no_target'
         when stops is null and pauses = 0 and not untold     then 'not_paused'
         when void is null                                    then 'status_unknown'
         when has_target is null                              then gap
         when empty > 0 and reasons_kept                      then 'no_reason'
         when refused > 0                                     then 'not_agreed'
         when bare                                            then 'held_without_reason'
         when empty > 0                                       then 'reasons_not_kept'
         when unread > 0                                      then 'reason_unread'
         when not untold                                      then 'ok'
         when gross is null                                   then 'no_end_time'
         else 'no_history'
    end as message,
    stops as pauses,
    empty,
    refused,
    paused_at,
    changed_by,
    reason as on_hold_reason
from judged
