/*
id       = "INC-003"
title.zh = "未在超时前下调优先级"
title.en = "Priority is not lowered to escape a breach"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["SD-3.2-3.3"]
supports = []
needs    = [
    "incidents.created_at", "incidents.resolved_at", "incidents.status", "incidents.priority",
    "slas.sla_id", "slas.effective_from", "slas.effective_to",
    "slas.calendar_id | sla_targets.calendar_id | projects.calendar_id",
    "sla_targets.sla_id", "sla_targets.priority", "sla_targets.metric", "sla_targets.target_minutes",
    "calendars.calendar_id", "calendars.zone",
    "status_history.object_type", "status_history.object_id", "status_history.field",
    "status_history.old_value", "status_history.new_value", "status_history.changed_at",
]
uses     = [
    "incidents.priority_initial", "incidents.closed_at", "incidents.close_mode", "incidents.service_id",
    "incidents.reported_at", "incidents.on_hold_reason", "slas.status", "sla_targets.service_id",
    "sla_targets.object_type", "status_history.event_type", "status_history.seq", "status_history.reason",
    "sla_results.object_type", "sla_results.object_id", "sla_results.metric", "sla_results.paused_minutes",
]
blank    = { close_mode = "applies", priority_initial = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "时限随优先级而定。快要超时的时候把优先级调低，时限随之放宽，达标率好看了，客户等待的时间一点没有缩短。"
why.en   = "The committed time follows from the priority. To lower it shortly before the time runs out stretches the promise: the figures look well, and the customer waits just as long."
fix.zh   = "请调整人说明依据（影响缩小、已有临时恢复或客户同意）并补记；没有依据的，恢复原优先级并按原时限统计；在工具中要求下调优先级须写原因并经服务台主管批准。"
fix.en   = "Ask who lowered it for the grounds (less impact, a workaround in place, the customer's consent) and record them; where there are none restore the priority and count by its target. Let the tool ask for a reason and the desk lead's approval."
noise.zh = "临时恢复后影响缩小而下调优先级是正常做法，原因可能写在备注里；客户同意降级的也不算规避。未计入暂停的时间按最有利于处理方的方式估计，结论不受影响才提出。"
noise.en = "It is right to lower the priority once a workaround has reduced the impact, or with the customer's consent; the reason may stand in a note. Pauses are counted in the handler's favour, and it is raised only where they change nothing."

[params.late_share]
type = "share"
value = 0.7
min = 0.5
max = 0.95
help.zh = "按原优先级的解决时限，用去这一比例之后的下调即提出。"
help.en = "Share of the resolution target of the former priority that is used up when a lowering is raised."

[params.triage_minutes]
type = "minutes"
value = 30
min = 0
max = 240
help.zh = "建单后多少分钟（工作时间）以内的下调视为分诊更正，不作评价。"
help.en = "Minutes of working time from creation within which a lowering counts as part of triage."

[message.late]
verdict = "nonconforming"
marks = "lowered_at"
zh = "事件 {id} 的优先级于 {lowered_at:time} 由 {old} 调为 {new}（操作人 {changed_by}，原因：{reason}），当时原时限 {target:duration} 至少已用去 {net:duration}（{share:percent}），达到或超过 {limit:percent}。"
en = "Incident {id}: the priority was lowered from {old} to {new} at {lowered_at:time} by {changed_by} (reason: {reason}), when at least {net:duration} of its former target of {target:duration} were used ({share:percent}; raised from {limit:percent})."

[message.after_breach]
verdict = "nonconforming"
marks = "lowered_at"
zh = "事件 {id} 解决时用时至少 {net:duration}，已超过原时限 {target:duration}；之后于 {lowered_at:time} 优先级由 {old} 调为 {new}（操作人 {changed_by}，原因：{reason}）。"
en = "Incident {id} took at least {net:duration}, beyond its target of {target:duration}; then, at {lowered_at:time}, its priority was lowered from {old} to {new} by {changed_by} (reason: {reason})."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的优先级下调时离原时限尚远，或解决时没有超过原时限。"
en = "The priority of incident {id} was lowered well before its former target, or after a solution within it."

[message.pauses_decide]
verdict = "not_assessed"
zh = "下调时是否已近原时限，取决于暂停时间如何扣除。"
en = "Whether the former target was near when the priority was lowered depends on pauses that cannot be told."

[message.target_unknown]
verdict = "not_assessed"
zh = "无法确定原优先级的解决时限，或没有约定。"
en = "The resolution target of the former priority is not known, or there is none."

[message.clock_unknown]
verdict = "not_assessed"
zh = "下调时间早于报障时间、事件没有解决或关闭时间，或服务日历没有覆盖这段时间，无法计算用时。"
en = "The lowering lies before the report, the incident has no time of solution or closing, or the service calendar does not cover that time, so the time used cannot be counted."

[message.history_unclear]
verdict = "not_assessed"
zh = "流转记录中有看不懂的优先级变更。"
en = "The history holds changes of priority that cannot be read."

[message.when_unknown]
verdict = "not_assessed"
zh = "优先级比初始时低，但流转记录没有显示何时下调。"
en = "The priority is lower than at registration, and the history does not show when it was lowered."

[message.no_history]
verdict = "not_assessed"
zh = "没有完整的优先级变更记录，看不出是否下调过。"
en = "There is no whole history of priorities to show whether it was lowered."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已作废或解决。"
en = "The status is empty, so it cannot be told whether the incident is void or solved."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝、合并，或作为重复单、无效单关闭。"
en = "The incident was cancelled, rejected or merged, or closed as a duplicate or as void."

[message.triage]
verdict = "not_applicable"
zh = "仅在分诊阶段更正过优先级。"
en = "The priority was lowered during triage only."

[message.not_lowered]
verdict = "not_applicable"
zh = "优先级没有下调过。"
en = "The priority was never lowered."
*/
with lowerings as (                      -- texts compare like the numbers 1 to 5
    select
        s.ns, s.object_id, s.seq, s.changed_at, s.changed_by, s.reason, s.old_value, s.new_value,
        i.service_id, i.created_at, i.record.project_id as project_id,
        k.started_at, k.calendar_id, k.paused_possible, k.first_pause_at,
        s.changed_at >= k.ended_at as after_end,
        earliest(s.changed_at, k.ended_at) as until
    from priority_steps s
    join incidents i on i.ns = s.ns and i.incident_id = s.object_id
    join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
    where not s.stray and s.old_value < s.new_value
),
targeted as (
    select
        w.*,
        t.target,
        t.calendar_id as clock_id,
        case when w.first_pause_at >= w.until                             then 0
             when w.calendar_id = t.calendar_id or w.paused_possible = 0  then w.paused_possible
        end as paused
    from lowerings w
    left join sla_terms t on t.ns = w.ns and t.project_id = w.project_id
        and t.service_id is not distinct from w.service_id
        and cast(t.priority as varchar) = w.old_value and t.metric = 'resolution'
        and t.from_at <= w.created_at and coalesce(w.created_at < t.to_at, true)
        and complete('slas', '', w.created_at) and complete('sla_targets', '', w.created_at)
),
timed as (
    select
        w.*,
        whole_minutes(worked(w.until, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(w.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4))
            as working
    from targeted w
    left join working_days a
        on a.calendar_id = w.clock_id and a.day = cast(w.started_at as date)
        and complete('calendars', '', w.started_at)
    left join working_days b
        on b.calendar_id = w.clock_id and b.day = cast(w.until as date)
        and b.unknown_before = a.unknown_before and w.until >= w.started_at
),
sorted as (                              -- a solution within the former target leaves nothing to escape
    select
        *,
        case when working <= $triage_minutes and not after_end                then 'triage'
             when working < $late_share * target
                  or working <= target + $tolerance_minutes and after_end      then 'fine'
             when working - paused > target + $tolerance_minutes
                  or working - paused >= $late_share * target and not after_end then 'escaped'
             else 'unknown' end as kind
    from timed
),
ranked as (                              -- the worst of an incident's lowerings comes first
    select
        *,
        row_number() over (partition by ns, object_id
            order by case kind when 'escaped' then 1 when 'fine' then 3 when 'triage' then 4 else 2 end,
                     changed_at, seq) as place
    from sorted
),
worst as (
    select *
    from ranked
    where place = 1
),
judged as (
    select
        i.record,
        i.created_at,
        i.assigned_to,
        case when i.close_mode in ('duplicate', 'void')            then true
             when i.status in ('cancelled', 'rejected', 'merged')  then true
             when i.status is not null                             then false end as void,
        p.known,
        p.unclear,
        case when p.lowered                  then w.kind
             when not p.lowered              then 'none' end as kind,
        w.changed_at,
        w.after_end,
        w.changed_by,
        w.reason,
        w.old_value,
        w.new_value,
        w.target,
        w.working,
        w.working - w.paused as net
    from incidents i
    left join incident_priorities p on p.ns = i.ns and p.incident_id = i.incident_id
    left join worst w on w.ns = i.ns and w.object_id = i.incident_id
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when void                                  then false
         when known and kind in ('none', 'triage')  then false
         when void is null                          then null
         when kind in ('escaped', 'fine')           then true
    end as applies,
    case when kind = 'escaped'                      then false
         when known and kind = 'fine'               then true
    end as conforms,
    case when void                                  then 'void'
         when known and kind = 'none'               then 'not_lowered'
         when void is null                          then 'status_unknown'
         when kind = 'escaped' and after_end        then 'after_breach'
         when kind = 'escaped'                      then 'late'
         when unclear                               then 'history_unclear'
         when kind = 'unknown' and target is null   then 'target_unknown'
         when kind = 'unknown' and working is null  then 'clock_unknown'
         when kind = 'unknown'                      then 'pauses_decide'
         when not known or known is null            then 'no_history'
         when kind = 'triage'                       then 'triage'
         when kind = 'fine'                         then 'ok'
         else 'when_unknown'
    end as message,
    changed_at as lowered_at,
    changed_by,
    reason,
    old_value as old,
    new_value as new,
    target,
    net,
    ratio(net, target) as share,
    $late_share as limit
from judged
