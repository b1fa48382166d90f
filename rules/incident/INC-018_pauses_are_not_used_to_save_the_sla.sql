/*
id       = "INC-018"
title.zh = "不靠暂停挽救时限"
title.en = "Pauses are not used to save the SLA"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-5"]
needs    = [
    "incidents.created_at", "incidents.resolved_at", "incidents.priority", "incidents.status",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
    "status_history.object_type", "status_history.object_id", "status_history.new_value",
    "status_history.changed_at", "status_history.field | status_history.event_type",
]
uses     = [
    "incidents.closed_at", "incidents.close_mode", "incidents.service_id", "incidents.reported_at",
    "incidents.on_hold_reason",
    "slas.status", "sla_targets.service_id", "sla_targets.object_type",
    "status_history.old_value", "status_history.seq", "status_history.reason",
    "sla_results.object_type", "sla_results.object_id", "sla_results.metric", "sla_results.paused_minutes",
]
blank    = { close_mode = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "暂停是为了不把等待客户的时间算在供方头上。若总在快要超时的时候才挂起，或挂起后照常处理，达标率就成了操作出来的数字。"
why.en   = "A pause keeps waiting for the customer from counting against the provider. Set just before the target runs out, or while work goes on, it makes the figures look better than the service."
fix.zh   = "请经办人说明挂起的原因和依据（如向客户提问的记录）；没有依据的，按不扣暂停重新计算；在工具中要求挂起时填写原因并通知客户。"
fix.en   = "Ask those concerned for the reason and its proof, such as the question put to the customer; where there is none, count the time without the pause. Let the tool ask for a reason and tell the customer."
noise.zh = "待说明的线索，不是不符合：处理到最后才需要客户配合验证、客户确实几天没有回复、等待期间写下催办记录，都属正常。导出的历史若不含处理记录（备注），看不出挂起期间是否在处理。"
noise.en = "A lead to be explained, no nonconformity: work may need the customer only at its end, customers do keep silent for days, and a note may be a reminder sent to them. Where the export holds no work notes, work during a pause cannot be seen."

[params.late_share]
type = "share"
value = 0.9
min = 0.5
max = 0.95
help.zh = "已用去时限的这一比例之后才开始的暂停，视为临近超时的暂停。"
help.en = "Share of the target that is used up when a pause counts as begun late."

[params.pause_share]
type = "share"
value = 0.5
min = 0.1
max = 0.8
help.zh = "暂停占工作时间（毛时扣除非服务时间）达到此比例即提出。"
help.en = "Share of the working time (gross less off hours) spent in pauses from which it is raised."

[message.late]
verdict = "lead"
marks = "first_pause_at"
zh = "事件 {id} 不扣暂停用时 {working:duration}，超过时限 {target:duration}；扣除暂停 {paused:duration} 后为 {net:duration}。首次暂停始于用去时限的 {first_at:percent}，最后一次始于 {last_at:percent}，待说明（若暂停的起点均匀分布，只有 {baseline:percent} 会落在此段）。"
en = "Incident {id} took {working:duration} without pauses, beyond its target of {target:duration}, and {net:duration} less {paused:duration} of pauses. The first began at {first_at:percent} of the target, the last at {last_at:percent}, which is to be explained: spread evenly, only {baseline:percent} of pauses would begin so late."

[message.long]
verdict = "lead"
marks = "first_pause_at"
zh = "事件 {id} 不扣暂停用时 {working:duration}，超过时限 {target:duration}；扣除暂停 {paused:duration} 后为 {net:duration}。暂停占 {share:percent}，待说明（达标只需 {spare:percent}；达到 {limit:percent} 即提出）。"
en = "Incident {id} took {working:duration} without pauses, beyond its target of {target:duration}, and {net:duration} less {paused:duration} of pauses. Pauses make up {share:percent}, which is to be explained: {spare:percent} was enough to meet the target, and it is raised from {limit:percent}."

[message.worked_on]
verdict = "lead"
marks = "first_pause_at"
zh = "事件 {id} 不扣暂停用时 {working:duration}，超过时限 {target:duration}；扣除暂停 {paused:duration} 后为 {net:duration}。暂停期间仍有 {notes:number} 条处理记录，待说明（真正等待时通常没有）。"
en = "Incident {id} took {working:duration} without pauses, beyond its target of {target:duration}, and {net:duration} less {paused:duration} of pauses. Work notes written while the clock stood still: {notes:number}, which is to be explained, as true waiting commonly leaves none."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 靠暂停达标，首次暂停始于用去时限的 {first_at:percent}，暂停占 {share:percent}，其间没有处理记录。"
en = "Incident {id} met its target thanks to pauses; the first began at {first_at:percent} of the target, they make up {share:percent}, and no work note was written meanwhile."

[message.order_unknown]
verdict = "not_assessed"
zh = "允许扣除的暂停和其他暂停夹杂，无法确定最后一次暂停开始时用去了多少时限。"
en = "Agreed pauses and others are mixed, so it cannot be told how much of the target was used when the last one began."

[message.no_history]
verdict = "not_assessed"
zh = "不扣暂停已超过时限，而没有完整的状态流转记录，看不出何时暂停。"
en = "Without pauses the target is passed, and there is no whole history to show when it was paused."

[message.pauses_decide]
verdict = "not_assessed"
zh = "是否达标取决于原因不明的暂停能否扣除。"
en = "Whether the target was met depends on pauses whose reason is not recorded."

[message.no_resolution_time]
verdict = "not_assessed"
zh = "解决时间为空，而关闭晚于时限，无法判断是否靠暂停达标。"
en = "The resolution time is empty and the closing lies beyond the target, so it cannot be told whether pauses saved it."

[message.no_end_time]
verdict = "not_assessed"
zh = "没有与状态相符的解决或关闭时间。"
en = "There is no time of resolution or closing that agrees with the state."

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

[message.open]
verdict = "not_applicable"
zh = "事件尚未解决。"
en = "The incident is not resolved yet."

[message.without_pauses]
verdict = "not_applicable"
zh = "不扣暂停也没有超过时限。"
en = "The target was met without any pause."

[message.missed]
verdict = "not_applicable"
zh = "扣除暂停后仍超过时限。"
en = "The target was missed in spite of the pauses."
*/
with judged as (
    select
        i.record,
        i.assigned_to,
        i.created_at,
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
        k.started_at,
        k.ended_by,
        k.ended_at,
        k.gross,
        k.off_hours,
        k.working,
        k.net_min,
        k.net_max,
        k.pauses_from,
        k.paused_all,
        k.paused_allowed,
        k.first_pause_at,
        k.first_pause_after,
        k.last_pause_after,
        k.paused_all - k.paused_allowed as paused_otherwise,
        k.notes_in_pauses,
        ratio(k.paused_all, k.working) as share
    from incidents i
    left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
),
weighed as (                             -- pauses that do not count are time used: at least, at most
    select
        *,
        last_pause_after >= $late_share * target as late,
        last_pause_after + paused_otherwise < $late_share * target as early
    from judged
)
select
    record,
    coalesce(ended_at, created_at) as at,
    assigned_to as owner,
    not void and has_target and ended_by <> 'open' and working > allowed
        and case when ended_by = 'resolved'
                 then net_min <= allowed and case when net_max <= allowed then true end
            end as applies,
    not late and share < $pause_share and notes_in_pauses = 0
        and case when early then true end as conforms,
    case when void                                                       then 'void'
         when not has_target                                             then 'no_target'
         when ended_by = 'open'                                          then 'open'
         when void is null                                               then 'status_unknown'
         when has_target is null                                         then gap
         when gap is not null                                            then gap
         when ended_by is null                                           then 'no_end_time'
         when gross is null                                              then 'inverted'
         when working is null                                            then 'clock_unknown'
         when working <= allowed                                         then 'without_pauses'
         when ended_by = 'closed'                                        then 'no_resolution_time'
         when net_min > allowed                                          then 'missed'
         when pauses_from is null or pauses_from = 'tool'                then 'no_history'
         when net_max > allowed                                          then 'pauses_decide'
         when late                                                       then 'late'
         when share >= $pause_share                                      then 'long'
         when notes_in_pauses > 0                                        then 'worked_on'
         when early                                                      then 'ok'
         else 'order_unknown'
    end as message,
    started_at,
    ended_at,
    target,
    gross,
    off_hours,
    working,
    paused_allowed as paused,
    net_max as net,
    first_pause_at,
    ratio(first_pause_after, target) as first_at,
    ratio(last_pause_after, target) as last_at,
    share,
    ratio(working - target, working) as spare,
    notes_in_pauses as notes,
    1 - $late_share as baseline,
    $pause_share as limit
from weighed
