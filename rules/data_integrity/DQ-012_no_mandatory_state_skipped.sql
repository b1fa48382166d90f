/*
id       = "DQ-012"
title.zh = "未跳过必经状态"
title.en = "No mandatory state is skipped"
severity = "minor"
kind     = "record"
subject  = ["incidents", "problems", "changes"]
decides  = []
supports = ["QM-8.4.6-13", "WN-6-11", "SD-4.2-2"]
needs    = [
    "incidents.status", "incidents.created_at", "incidents.closed_at", "problems.status",
    "problems.created_at", "problems.closed_at", "changes.status", "changes.created_at",
    "changes.closed_at", "changes.change_type", "status_history.object_type", "status_history.object_id",
    "status_history.field", "status_history.new_value", "status_history.changed_at",
]
uses     = ["incidents.close_mode", "changes.outcome", "status_history.old_value", "status_history.event_type"]
blank    = { close_mode = "applies", outcome = "applies", change_type = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "必经状态对应必做的工作：事件要先解决后关闭，变更要先批准再实施。工具用得起来却跳过这些状态，说明流程可以绕过，中间的工作有没有做无从得知。"
why.en   = "The mandatory states stand for work that must be done: an incident is solved before it is closed, a change approved before it is made. Where a tool that has these states lets them be skipped, nobody knows whether the work between was done."
fix.zh   = "向经办人核实被跳过的环节实际做了没有，做了的补充依据；在工具中取消直接跳转的权限，只允许按流程图逐步流转。"
fix.en   = "Ask those concerned whether the step was done, and add its proof; take the shortcut out of the workflow so that only the steps of the procedure are allowed."
noise.zh = "自动恢复的告警、重复单、批量关单常常直接关闭；有的工具把几步合并为一步，只记录最后的状态；系统自动流转时可能不留记录。"
noise.en = "Alarms that clear by themselves, duplicates and bulk closing often go straight to closed; some tools run several steps as one and log the last state only; automatic transitions may leave no row."

[params.incident_states]
type = "list"
value = ["resolved"]
legal = ["new", "assigned", "in_progress", "on_hold", "resolved"]
help.zh = "事件关闭前至少应经过其中一个状态。"
help.en = "An incident must pass one of these states before it is closed."

[params.problem_states]
type = "list"
value = ["in_progress", "root_cause_found", "fix_in_progress"]
legal = ["new", "assigned", "in_progress", "root_cause_found", "fix_in_progress", "on_hold", "resolved"]
help.zh = "问题关闭前至少应经过其中一个状态。"
help.en = "A problem must pass one of these states before it is closed."

[params.approval_states]
type = "list"
value = ["pending_approval", "approved", "scheduled"]
legal = ["new", "assessment", "pending_approval", "approved", "scheduled"]
help.zh = "非标准变更关闭前至少应经过其中一个状态。"
help.en = "A change that is not standard must pass one of these states before it is closed."

[params.work_states]
type = "list"
value = ["implementing", "implemented", "in_review"]
legal = ["scheduled", "implementing", "implemented", "in_review"]
help.zh = "变更关闭前至少应经过其中一个状态。"
help.en = "A change must pass one of these states before it is closed."

[params.min_seen]
type = "count"
value = 20
min = 1
max = 200
help.zh = "同一来源至少有多少个单据经过该状态，才认为工具确有这一状态。"
help.en = "Number of records of a source that must show the state before the tool is taken to have it."

[message.skipped]
verdict = "nonconforming"
marks = ["incidents.closed_at", "problems.closed_at", "changes.closed_at"]
zh = "单据 {id} 于 {closed_at:time} 关闭，经过的状态为 {statuses:list}，没有经过必经的处理状态；同一来源有 {seen:number} 个同类单据经过。"
en = "Record {id} was closed at {closed_at:time} by way of {statuses:list}, without the mandatory state of work, which {seen:number} records of its source and kind show."

[message.approval_skipped]
verdict = "nonconforming"
marks = "changes.closed_at"
zh = "变更 {id}（类型 {change_type}）于 {closed_at:time} 关闭，经过的状态为 {statuses:list}，没有经过审批或排期状态；同一来源有 {seen:number} 个变更经过。"
en = "Change {id} (type {change_type}) was closed at {closed_at:time} by way of {statuses:list}, without a state of approval or scheduling, which {seen:number} changes of its source show."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 关闭前经过了必经状态。"
en = "Record {id} passed the mandatory states before it was closed."

[message.unused]
verdict = "not_assessed"
zh = "没有经过某个必经状态，但同一来源很少有单据经过，工具可能没有这一状态。"
en = "A mandatory state is missing, but few records of the source show it; the tool may not have it."

[message.unclear]
verdict = "not_assessed"
zh = "没有经过某个必经状态，但流转记录中有状态、种类、单据类型或单据编号不明的行。"
en = "A mandatory state is missing, but the history has rows whose state, kind, record type or record number is not known."

[message.history_incomplete]
verdict = "not_assessed"
zh = "没有经过某个必经状态，但不能确定该单据的流转记录已全部导出。"
en = "A mandatory state is missing, but the history of the record is not known to be all in the export."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更没有经过审批状态，类型为空，可能是无须逐单批准的标准变更。"
en = "The change passed no state of approval; its type is empty, and it may be a standard change, which needs none."

[message.before_history]
verdict = "not_assessed"
zh = "建单早于该来源第一条流转记录，或建单时间为空。"
en = "The record was made before the first row of its source's history, or has no time of creation."

[message.no_history]
verdict = "not_assessed"
zh = "流转记录中没有该单据的状态。"
en = "The history holds no state of the record."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the record is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "单据没有关闭，或已取消、拒绝、合并。"
en = "The record is not closed, or was cancelled, rejected or merged."

[message.void]
verdict = "not_applicable"
zh = "单据作为取消、否决、重复或无效单关闭。"
en = "The record was closed as cancelled, rejected, duplicate or void."
*/
with tickets as (
    select record, ns, 'incident' as kind, incident_id as id, status, created_at, closed_at, closed_by,
        close_mode in ('duplicate', 'void') as void, null as change_type, false as to_approve
    from incidents
    union all
    select record, ns, 'problem' as kind, problem_id as id, status, created_at, closed_at, closed_by,
        false as void, null as change_type, false as to_approve
    from problems
    union all
    select record, ns, 'change' as kind, change_id as id, status, created_at, closed_at, closed_by,
        outcome = 'cancelled' as void, change_type, change_type <> 'standard' as to_approve
    from changes
),
traces as (                              -- one row an object: what the rows say that tell a state, or may
    select
        ns,
        object_type as kind,
        object_id as id,
        min(changed_at) as first_at,
        bool_or(case object_type
            when 'incident' then list_contains($incident_states, new_value)
                                 or list_contains($incident_states, coalesce(old_value, new_value))
            when 'problem'  then list_contains($problem_states, new_value)
                                 or list_contains($problem_states, coalesce(old_value, new_value))
            when 'change'   then list_contains($work_states, new_value)
                                 or list_contains($work_states, coalesce(old_value, new_value)) end) as worked,
        bool_or(list_contains($approval_states, new_value)
                or list_contains($approval_states, coalesce(old_value, new_value))) as approved,
        bool_or(new_value in ('cancelled', 'rejected', 'merged')) as void,
        bool_or(field is null or new_value is null) as unclear
    from status_history
    where field = 'status' or field is null and coalesce(event_type, 'status_change') = 'status_change'
    group by ns, object_type, object_id
),
logs as (                                -- one row a source and kind: how many records show the states
    select
        ns,
        kind,
        min(first_at) as first_at,
        count(*) filter (where worked) as worked,
        count(*) filter (where approved) as approved
    from traces
    group by ns, kind
),
strays as (                              -- rows that may be of any record
    select ns
    from traces
    where kind is null or id is null
    group by ns
),
judged as (
    select
        t.*,
        l.first_at,
        l.worked as worked_seen,
        l.approved as approved_seen,
        h.worked,
        h.approved,
        h.ns is not null as traced,
        h.void as once_void,
        h.unclear or s.ns is not null as unclear,
        h.worked and (h.approved or not t.to_approve) as done,
        complete_over('status_history', t.ns, t.created_at, t.closed_at) as whole
    from tickets t
    left join traces h on h.ns = t.ns and h.kind = t.kind and h.id = t.id
    left join logs l on l.ns = t.ns and l.kind = t.kind
    left join strays s on s.ns = t.ns
),
paths as (                               -- the states of those that lack one
    select
        j.ns,
        j.kind,
        j.id,
        list(h.new_value order by h.changed_at, h.seq, h.new_value) as statuses
    from judged j
    join status_history h on h.ns = j.ns and h.object_type = j.kind and h.object_id = j.id
    where j.status = 'closed' and not j.done and j.whole and h.field = 'status'
    group by j.ns, j.kind, j.id
)
select
    j.record,
    j.closed_at as at,
    j.closed_by as owner,
    case when j.status is null                                              then null
         when j.status <> 'closed' or j.void                                then false
         when j.once_void and not j.done                                    then false
         when j.created_at >= j.first_at                                    then true end as applies,
    case when j.done                                                        then true
         when j.unclear or not j.whole                                      then null
         when not j.worked and j.worked_seen >= $min_seen                   then false
         when not j.approved and j.to_approve and j.approved_seen >= $min_seen then false end as conforms,
    case when j.status is null                                              then 'status_unknown'
         when j.status <> 'closed'                                          then 'not_closed'
         when j.void or j.once_void and not j.done                          then 'void'
         when not j.traced                                                  then 'no_history'
         when not coalesce(j.created_at >= j.first_at, false)               then 'before_history'
         when j.done                                                        then 'ok'
         when j.unclear                                                     then 'unclear'
         when not j.whole                                                   then 'history_incomplete'
         when not j.worked and j.worked_seen >= $min_seen                   then 'skipped'
         when not j.approved and j.to_approve and j.approved_seen >= $min_seen then 'approval_skipped'
         when j.worked and j.to_approve is null                             then 'type_unknown'
         else 'unused' end as message,
    j.status,
    j.change_type,
    j.closed_at,
    p.statuses,
    case when j.kind = 'change' and j.worked_seen >= $min_seen and not j.worked
             then $work_states
         when j.kind = 'change'   then $approval_states
         when j.kind = 'problem'  then $problem_states
         when j.kind = 'incident' then $incident_states end as wanted_states,
    case when not j.worked and j.worked_seen >= $min_seen then j.worked_seen
         else j.approved_seen end as seen
from judged j
left join paths p on p.ns = j.ns and p.kind = j.kind and p.id = j.id
