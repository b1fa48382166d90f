/*
id       = "DQ-010"
title.zh = "关闭后未被修改"
title.en = "Closed records are not edited afterwards"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "problems", "changes"]
decides  = []
supports = ["QM-8.4.6-13"]
needs    = [
    "changes.closed_at",
    "changes.status",
    "incidents.closed_at",
    "incidents.status",
    "problems.closed_at",
    "problems.status",
    "requests.closed_at",
    "requests.status",
    "status_history.changed_at",
    "status_history.field",
    "status_history.object_id",
    "status_history.object_type",
]
uses     = ["status_history.event_type", "status_history.old_value", "status_history.new_value"]
since    = "0.3"
status   = "stable"
why.zh   = "关闭之后再改时间、优先级或解决方案，达成率等数字就可以事后做出来，单据也失去证据效力。"
why.en   = "Where times, priority or solution are altered after closing, figures can be made to order, and the record proves nothing any more."
fix.zh   = "向修改人查明原因和依据；没有依据的，恢复原值；确需更正的，先重开，更正并说明后再关闭；在工具中锁定已关闭单据的关键字段。"
fix.en   = "Ask whoever edited it for reason and proof, and restore the old value where there is none. For a true correction re-open the record, correct and explain it, and close it again; let the tool lock these fields of closed records."
noise.zh = "数据迁移、接口同步、批量更正以及关闭后自动计算字段的任务，都会在关闭后写入；宽限时间内的更正不计，改前改后相同的不计。"
noise.en = "Migration, interfaces that synchronise, mass corrections and jobs that compute fields write to closed records. Corrections within the grace time do not count, nor do edits that leave the value as it was."

[params.edit_grace_hours]
type = "hours"
value = 24
min = 0
max = 168
help.zh = "关闭之后多少小时以内的修改不计。"
help.en = "Hours after closing within which an edit does not count."

[params.protected_fields]
type = "list"
value = ["created_at", "responded_at", "resolved_at", "closed_at", "priority", "resolution"]
help.zh = "关闭后不得修改的字段（规范字段名）。"
help.en = "Fields that must not be edited after closing, by their canonical names."

[message.edited]
verdict = "nonconforming"
marks = "edited_at"
zh = "单据 {id} 于 {closed_at:time} 关闭，{after_minutes:duration} 之后（{edited_at:time}）仍有修改，共 {edits:number} 处：{edits_zh:list}（宽限 {grace_hours:number} 小时）。"
en = "Record {id} was closed at {closed_at:time} and edited from {edited_at:time} on, {after_minutes:duration} later. Edits beyond the {grace_hours:number} hours of grace: {edits:number} ({edits_en:list})."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 于 {closed_at:time} 关闭，此后的流转记录中没有关键字段的修改。"
en = "Record {id} was closed at {closed_at:time}, and its history shows no edit of a protected field after that."

[message.edit_unclear]
verdict = "not_assessed"
zh = "关闭后可能有修改，但流转记录没有写明修改了哪个字段，或对象类型、修改时间为空。"
en = "There may be an edit after closing, but the history does not say which field was changed, or lacks the kind of record or the time."

[message.edits_not_kept]
verdict = "not_assessed"
zh = "这类单据的流转记录中没有一行关键字段的修改，可能只记录了状态变化。"
en = "The history of this kind of record holds no edit of a protected field at all; it may keep changes of state only."

[message.history_incomplete]
verdict = "not_assessed"
zh = "没有见到关闭后的修改，但不能确定流转记录完整到宽限时间之后。"
en = "No edit is seen, but the history is not known to be complete from the closing until the grace time was over."

[message.no_close_time]
verdict = "not_assessed"
zh = "状态为已关闭，而关闭时间为空。"
en = "The record is closed, and its closing time is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the record is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "没有关闭，或重开后尚未再次关闭。"
en = "Not closed, or re-opened and not closed again."
*/
with tickets as (
    select record, ns, incident_id as id, assigned_to as person, status = 'closed' as closed, closed_at
    from incidents
    union all
    select record, ns, request_id as id, assigned_to as person, status = 'closed' as closed, closed_at
    from requests
    union all
    select record, ns, problem_id as id, owner as person, status = 'closed' as closed, closed_at
    from problems
    union all
    select record, ns, change_id as id, implementer as person, status = 'closed' as closed, closed_at
    from changes
),
steps as (                               -- rows of history that alter a protected field, or may do so
    select
        ns,
        object_type,
        object_id,
        seq,
        field,
        old_value,
        new_value,
        changed_at,
        changed_by,
        list_contains($protected_fields, field) as protected
    from status_history
    where list_contains($protected_fields, field)
          or field is null and coalesce(event_type, 'field_change') = 'field_change'
),
kept as (                                -- kinds of record of which such edits are kept
    select ns, object_type
    from steps
    where protected
    group by ns, object_type
),
edits as (                               -- one row a record that was edited, or may have been
    select
        ns,
        object,
        id,
        count(*) filter (where sure) as edits,
        min(changed_at) filter (where sure) as edited_at,
        list(concat(field_zh, '：', old_value, ' → ', new_value, '（', changed_by, '）')
             order by changed_at, seq, field, new_value) filter (where sure) as edits_zh,
        list(concat(field_en, ': ', old_value, ' → ', new_value, ' (', changed_by, ')')
             order by changed_at, seq, field, new_value) filter (where sure) as edits_en
    from (
        select
            t.ns,
            t.record.object as object,
            t.id,
            s.seq,
            s.field,
            s.old_value,
            s.new_value,
            s.changed_at,
            s.changed_by,
            case s.field when 'created_at' then '建单时间' when 'responded_at' then '首次响应时间'
                when 'resolved_at' then '解决时间' when 'closed_at' then '关闭时间'
                when 'priority' then '优先级' when 'resolution' then '解决方案' else s.field end as field_zh,
            case s.field when 'created_at' then 'creation time' when 'responded_at' then 'first response'
                when 'resolved_at' then 'resolution time' when 'closed_at' then 'closing time'
                when 'priority' then 'priority' when 'resolution' then 'solution' else s.field end as field_en,
            s.protected and s.object_type = t.record.object
                and s.changed_at > t.closed_at + to_hours($edit_grace_hours)
                and (s.old_value = s.new_value) is distinct from true as sure
        from steps s
        join tickets t on t.ns = s.ns and t.id = s.object_id
    ) found
    where sure is distinct from false
    group by ns, object, id
),
judged as (
    select
        t.*,
        e.edits,
        e.ns is not null as touched,
        e.edited_at,
        e.edits_zh,
        e.edits_en,
        k.ns is not null as edits_kept,
        complete_over('status_history', t.ns, t.closed_at,
                      t.closed_at + to_hours($edit_grace_hours)) as whole
    from tickets t
    left join edits e on e.ns = t.ns and e.object = t.record.object and e.id = t.id
    left join kept k on k.ns = t.ns and k.object_type = t.record.object
)
select
    record,
    closed_at as at,
    person as owner,
    closed as applies,
    case when edits > 0                  then false
         when touched                    then null
         when edits_kept and whole       then true end as conforms,
    case when not closed                 then 'not_closed'
         when closed is null             then 'status_unknown'
         when closed_at is null          then 'no_close_time'
         when edits > 0                  then 'edited'
         when touched                    then 'edit_unclear'
         when not edits_kept             then 'edits_not_kept'
         when whole                      then 'ok'
         else 'history_incomplete' end as message,
    closed_at,
    edited_at,
    elapsed_minutes(closed_at, edited_at) as after_minutes,
    edits,
    edits_zh,
    edits_en,
    $edit_grace_hours as grace_hours
from judged
