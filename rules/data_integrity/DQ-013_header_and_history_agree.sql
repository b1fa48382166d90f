/*
id       = "DQ-013"
title.zh = "主表与历史一致"
title.en = "Header and history agree"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "problems", "changes"]
decides  = ["SD-4.2-2"]
supports = []
needs    = [
    "incidents.created_at", "incidents.resolved_at | incidents.closed_at",
    "requests.created_at", "requests.fulfilled_at | requests.closed_at",
    "problems.created_at", "problems.resolved_at | problems.closed_at",
    "changes.created_at", "changes.closed_at",
    "status_history.object_type", "status_history.object_id", "status_history.field",
    "status_history.new_value", "status_history.changed_at",
]
blank    = { resolved_at = "conforming", fulfilled_at = "conforming", closed_at = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "解决、关闭时间由工具在状态改变时写入，与流转记录应当是同一时刻。两者不符，说明单据上的时间被手工改过，由它算出的时限达标情况就不可信。"
why.en   = "The tool writes the times of solution and closing when the state changes, so they and the history should be the same moment. Where they differ, the times of the record were edited by hand, and the service levels computed from them cannot be trusted."
fix.zh   = "查明由谁、因何改动；属于更正的，补充依据和批准；此后在工具中将解决时间、关闭时间设为只读，由状态变更自动写入。"
fix.en   = "Find out who changed the time and why; add proof and consent for corrections; make both times read-only and let the change of state write them."
noise.zh = "两处时区不同会造成整小时的差；有的工具重开后保留第一次解决的时间；迁移来的单据，流转记录可能是导入时刻；“关闭时间”也可能取自定时任务执行的时刻。空的时间不作比较。"
noise.en = "Different time zones give a difference of whole hours; some tools keep the first solution after a re-opening; the history of migrated records may show the moment of the import; the time of closing may be that of a scheduled job. An empty time is not compared."

[params.agree_minutes]
type = "minutes"
value = 5
min = 0
max = 60
help.zh = "单据上的时间与流转记录相差多少分钟以内视为一致。"
help.en = "Minutes by which the time of the record and that of the history may differ."

[message.resolved_differs]
verdict = "nonconforming"
marks = ["incidents.resolved_at", "requests.fulfilled_at", "problems.resolved_at"]
zh = "单据 {id} 的解决或完成时间为 {header_at:time}，而流转记录最后一次进入“已解决”是 {row_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} gives {header_at:time} as its time of solution, while its history last enters “resolved” at {row_at:time}: a difference of {gap_minutes:duration}."

[message.closed_differs]
verdict = "nonconforming"
marks = ["incidents.closed_at", "requests.closed_at", "problems.closed_at", "changes.closed_at"]
zh = "单据 {id} 的关闭时间为 {header_at:time}，而流转记录最后一次进入“已关闭”是 {row_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} gives {header_at:time} as its time of closing, while its history last enters “closed” at {row_at:time}: a difference of {gap_minutes:duration}."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 的解决、关闭时间与流转记录一致。"
en = "The times of solution and closing of record {id} agree with its history."

[message.no_row]
verdict = "not_assessed"
zh = "单据有解决或关闭时间，但流转记录中没有相应的状态。"
en = "The record has a time of solution or closing, and its history lacks the state."

[message.unclear]
verdict = "not_assessed"
zh = "流转记录中有状态、时间、单据类型或单据编号不明的行，无法确定最后一次进入该状态的时间。"
en = "The history has rows whose state, time, record type or record number is not known, so it cannot be told when the state was last entered."

[message.history_incomplete]
verdict = "not_assessed"
zh = "不能确定该单据的流转记录已全部导出。"
en = "The history of the record is not known to be all in the export."

[message.before_history]
verdict = "not_assessed"
zh = "建单早于该来源第一条流转记录，或建单时间为空，或该来源没有这类单据的流转记录。"
en = "The record was made before the first row of its source's history, has no time of creation, or the source has no history of its kind."

[message.no_times]
verdict = "not_applicable"
zh = "单据没有解决时间，也没有关闭时间。"
en = "The record has neither a time of solution nor one of closing."
*/
with tickets as (
    select record, ns, 'incident' as kind, incident_id as id, closed_by, created_at, resolved_at, closed_at
    from incidents
    union all
    select record, ns, 'request' as kind, request_id as id, closed_by, created_at, fulfilled_at as resolved_at, closed_at
    from requests
    union all
    select record, ns, 'problem' as kind, problem_id as id, closed_by, created_at, resolved_at, closed_at
    from problems
    union all
    select record, ns, 'change' as kind, change_id as id, closed_by, created_at,
        cast(null as timestamp) as resolved_at, closed_at
    from changes
),
logs as (                                -- since when a source keeps the history of a kind
    select ns, object_type, min(status_from) as first_at
    from object_histories
    group by ns, object_type
),
strays as (                              -- rows that may be of any record
    select ns
    from object_histories
    where status_rows > 0 and (object_type is null or object_id is null)
    group by ns
),
judged as (
    select
        t.*,
        l.first_at,
        h.resolved_at as resolved_row,
        h.closed_at as closed_row,
        h.unclear > 0 or s.ns is not null as unclear,
        t.resolved_at > h.resolved_at + to_minutes($agree_minutes)
            or t.resolved_at < h.resolved_at - to_minutes($agree_minutes) as resolved_off,
        t.closed_at > h.closed_at + to_minutes($agree_minutes)
            or t.closed_at < h.closed_at - to_minutes($agree_minutes) as closed_off,
        complete_over('status_history', t.ns, t.created_at,
                      coalesce(latest(t.resolved_at, t.closed_at), t.resolved_at, t.closed_at)) as whole
    from tickets t
    left join object_histories h on h.ns = t.ns and h.object_type = t.kind and h.object_id = t.id
    left join logs l on l.ns = t.ns and l.object_type = t.kind
    left join strays s on s.ns = t.ns
)
select
    record,
    coalesce(closed_at, resolved_at) as at,
    closed_by as owner,
    case when resolved_at is null and closed_at is null                 then false
         when created_at >= first_at                                    then true end as applies,
    case when unclear or not whole                                      then null
         when resolved_off or closed_off                                then false
         when (resolved_at is null or not resolved_off)
              and (closed_at is null or not closed_off)                 then true end as conforms,
    case when resolved_at is null and closed_at is null                 then 'no_times'
         when not coalesce(created_at >= first_at, false)               then 'before_history'
         when unclear                                                   then 'unclear'
         when not whole                                                 then 'history_incomplete'
         when resolved_off                                              then 'resolved_differs'
         when closed_off                                                then 'closed_differs'
         when (resolved_at is null or not resolved_off)
              and (closed_at is null or not closed_off)                 then 'ok'
         else 'no_row' end as message,
    case when resolved_off then resolved_at else closed_at end as header_at,
    case when resolved_off then resolved_row else closed_row end as row_at,
    case when resolved_off
         then elapsed_minutes(earliest(resolved_at, resolved_row), latest(resolved_at, resolved_row))
         else elapsed_minutes(earliest(closed_at, closed_row), latest(closed_at, closed_row))
    end as gap_minutes
from judged
