/*
id       = "DQ-011"
title.zh = "状态变更留有时间记录"
title.en = "State changes are time-stamped"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "problems", "changes"]
decides  = ["SD-4.2-2", "SD-7.2-3.1"]
supports = ["QM-8.4.4-1", "QM-8.5.3-1", "QM-A4.2.3-1"]
needs    = [
    "incidents.status", "incidents.created_at", "incidents.closed_at", "requests.status", "requests.created_at",
    "requests.closed_at", "problems.status", "problems.created_at", "problems.closed_at", "changes.status",
    "changes.created_at", "changes.closed_at", "status_history.changed_at", "status_history.object_type",
    "status_history.object_id", "status_history.field | status_history.event_type",
]
uses     = ["status_history.old_value"]
since    = "0.3"
status   = "stable"
why.zh   = "单据每次改变状态的时间，是还原处理过程的依据。没有这些记录，响应、处理、挂起的时长都无从核实，事后只能凭记忆。"
why.en   = "The times at which a record changed its state are what the course of the work is told from. Without them no response, handling or waiting time can be checked."
fix.zh   = "核对工具的审计日志是否对所有单据开启，导出时有没有遗漏；确实没有记录的，查明是否绕过流程直接改库或批量导入；此后在工具中强制记录每次状态变更。"
fix.en   = "Check that the audit log of the tool is on for all records and that the export left none out; where there is no trace, find out whether the record was imported or altered past the workflow; have the tool log every change of state from now on."
noise.zh = "工具升级或迁移后，旧单据的历史可能没有带过来；从其他系统导入的单据往往没有过程；由接口直接以“已关闭”写入的单据只有一个状态。建单早于该来源第一条流转记录的单据不作判断。"
noise.en = "After an upgrade or a migration the history of older records may have stayed behind; imported records often have no course; one written by an interface as closed has a single state. Records made before the first row of their source's history are not judged."

[params.min_states]
type = "count"
value = 2
min = 1
max = 6
help.zh = "已关闭的单据至少应有多少个状态留有进入时间；第一行若记有变更前的状态，该状态也算一个。"
help.en = "Number of states that a closed record must show with a time; the state before the first row counts where that row names it."

[message.none]
verdict = "nonconforming"
marks = "status_history.changed_at"
zh = "单据 {id} 于 {closed_at:time} 关闭，流转记录中没有它的任何状态；同一来源自 {first_at:time} 起记录同类单据的状态，共 {others:number} 单。"
en = "Record {id} was closed at {closed_at:time}, and the history holds no state of it, while that of its source covers {others:number} records of the kind since {first_at:time}."

[message.too_few]
verdict = "nonconforming"
zh = "单据 {id} 于 {closed_at:time} 关闭，流转记录中只有 {states:number} 个状态留有时间，应不少于 {min_states:number} 个；同一来源自 {first_at:time} 起记录同类单据的状态，共 {others:number} 单。"
en = "Record {id} was closed at {closed_at:time} and shows {states:number} states with a time, at least {min_states:number} being asked for; the history of its source covers {others:number} records of the kind since {first_at:time}."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 有 {states:number} 个状态留有时间。"
en = "Record {id} shows {states:number} states with their times."

[message.unclear]
verdict = "not_assessed"
zh = "状态不足，但流转记录中有种类、单据类型或单据编号不明的行，可能就是缺少的状态。"
en = "Too few states are shown, but the history has rows whose kind, record type or record number is not known; they may be the missing ones."

[message.history_incomplete]
verdict = "not_assessed"
zh = "状态不足，但不能确定该单据的流转记录已全部导出。"
en = "Too few states are shown, but the history of the record is not known to be all in the export."

[message.before_history]
verdict = "not_assessed"
zh = "建单早于该来源第一条流转记录，或建单时间为空。"
en = "The record was made before the first row of its source's history, or has no time of creation."

[message.no_history]
verdict = "not_assessed"
zh = "该来源没有这类单据的流转记录。"
en = "The source has no history of this kind of record."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the record is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "单据没有关闭，或已取消、拒绝、合并。"
en = "The record is not closed, or was cancelled, rejected or merged."
*/
with tickets as (
    select record, ns, 'incident' as kind, incident_id as id, status, created_at, closed_at, closed_by from incidents
    union all
    select record, ns, 'request' as kind, request_id as id, status, created_at, closed_at, closed_by from requests
    union all
    select record, ns, 'problem' as kind, problem_id as id, status, created_at, closed_at, closed_by from problems
    union all
    select record, ns, 'change' as kind, change_id as id, status, created_at, closed_at, closed_by from changes
),
logs as (                                -- since when a source keeps the history of a kind
    select ns, object_type, min(first_at) as first_at, count(*) as others
    from object_histories
    group by ns, object_type
),
strays as (                              -- rows that may be of any record
    select ns
    from object_histories
    where object_type is null or object_id is null
    group by ns
),
judged as (
    select
        t.*,
        l.first_at,
        l.others,
        h.states,
        h.unnamed > 0 or s.ns is not null as unclear,
        complete_over('status_history', t.ns, t.created_at, t.closed_at) as whole
    from tickets t
    left join object_histories h on h.ns = t.ns and h.object_type = t.kind and h.object_id = t.id
    left join logs l on l.ns = t.ns and l.object_type = t.kind
    left join strays s on s.ns = t.ns
)
select
    record,
    closed_at as at,
    closed_by as owner,
    case when status is null                                 then null
         when status <> 'closed'                             then false
         when created_at >= first_at                         then true end as applies,
    case when states >= $min_states                          then true
         when unclear                                        then null
         when whole                                          then false end as conforms,
    case when status is null                                 then 'status_unknown'
         when status <> 'closed'                             then 'not_closed'
         when first_at is null                               then 'no_history'
         when not coalesce(created_at >= first_at, false)    then 'before_history'
         when states >= $min_states                          then 'ok'
         when unclear                                        then 'unclear'
         when not whole                                      then 'history_incomplete'
         when states > 0                                     then 'too_few'
         else 'none' end as message,
    status,
    closed_at,
    first_at,
    others,
    states,
    $min_states as min_states
from judged
