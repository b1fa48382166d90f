/*
id       = "INC-026"
title.zh = "无长期未关闭事件"
title.en = "No forgotten open incidents"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["SD-7.2-3.2", "KP-3.1.3-9", "KP-3.1.3-14"]
supports = ["QM-8.4.6-9", "QM-8.5.3-4"]
needs    = ["incidents.status", "incidents.created_at"]
uses     = ["incidents.resolved_at", "incidents.updated_at", "status_history.object_type", "status_history.object_id", "status_history.new_value", "status_history.event_type", "status_history.changed_at"]
since    = "0.3"
status   = "stable"
why.zh   = "长期挂着、无人更新的事件，多半已被遗忘：客户还在等，或者早已解决而没有人关单，未结数量和时限统计都不可信。"
why.en   = "An incident that stays open without a word has mostly been forgotten: the customer still waits, or it was solved long ago and never closed, and neither backlog nor times can be trusted."
fix.zh   = "逐单核实：已解决的请客户确认后关闭，仍在处理的写明进展和计划，确需长期等待的挂起并写明原因；每周例会查看超期未结的事件。"
fix.en   = "Check each: close with the customer's word what is solved, note progress and plan where work goes on, put on hold with a reason what has to wait; go through old open incidents every week."
noise.zh = "等待备件、客户停机窗口等长期等待而没有挂起；进展写在邮件或群里；导出之后才关闭；节假日没有更新。"
noise.en = "Waiting for parts or a window of the customer without being put on hold; progress kept in mail or chat; closed after the export; no updates over holidays."

[params.max_open_days]
type = "days"
value = 30
min = 1
max = 90
help.zh = "未挂起的事件最多可以开着多少天。"
help.en = "Days that an incident may stay open when not on hold."

[params.max_hold_days]
type = "days"
value = 90
min = 1
max = 365
help.zh = "挂起的事件自建单起最多多少天。"
help.en = "The same, from creation, for an incident on hold."

[params.stale_days]
type = "days"
value = 7
min = 1
max = 30
help.zh = "未挂起的事件多少天没有更新即提出。"
help.en = "Days without an update after which an incident not on hold is raised."

[params.stale_hold_days]
type = "days"
value = 30
min = 1
max = 90
help.zh = "挂起的事件多少天没有更新即提出。"
help.en = "The same for an incident on hold."

[params.confirm_days]
type = "days"
value = 10
min = 1
max = 30
help.zh = "已解决的事件等待客户确认的天数，其间不作判断。"
help.en = "Days that a resolved incident may wait for the customer's word, in which it is not judged."

[message.too_old]
verdict = "nonconforming"
marks = "incidents.closed_at"
zh = "事件 {id}（{status}，处理人 {assigned_to}）于 {created_at:time} 建单，自 {open_since:time} 起一直未关闭，至 {as_of:time} 已有 {age:duration}，超过 {max_days:number} 天；最后更新 {last_update_at:time}。"
en = "Incident {id} ({status}, held by {assigned_to}), made at {created_at:time} and open since {open_since:time}, had been open for {age:duration} by {as_of:time}, beyond {max_days:number} days; last update {last_update_at:time}."

[message.stale]
verdict = "nonconforming"
marks = "last_update_at"
zh = "事件 {id}（{status}，处理人 {assigned_to}）自 {last_update_at:time} 起已有 {silence:duration} 没有更新，超过 {stale_limit:number} 天；未关闭已有 {age:duration}。"
en = "Incident {id} ({status}, held by {assigned_to}) has had no update since {last_update_at:time}, for {silence:duration}, beyond {stale_limit:number} days; it has been open for {age:duration}."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 已开 {age:duration}，最后更新 {last_update_at:time}。"
en = "Incident {id} has been open for {age:duration}, last updated at {last_update_at:time}."

[message.update_unknown]
verdict = "not_assessed"
zh = "最后更新时间为空，流转记录不完整、有的没有时间，或没有反映当前状态，不能证明近期有无更新。"
en = "The time of the last update is empty, and the history is incomplete, holds entries without a time, or does not show the present state, so there may have been an update lately."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空，无法计算开了多久。"
en = "The time of creation is empty, so the age cannot be told."

[message.no_resolution_time]
verdict = "not_assessed"
zh = "状态为已解决而解决时间为空，无法判断等待客户确认多久。"
en = "The incident is resolved without a time of resolution, so it cannot be told how long it has waited for the customer."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否仍未关闭。"
en = "The status is empty, so it cannot be told whether the incident is still open."

[message.not_open]
verdict = "not_applicable"
zh = "事件已关闭、取消、拒绝或合并。"
en = "The incident is closed, cancelled, rejected or merged."

[message.confirming]
verdict = "not_applicable"
zh = "已解决，正在等待客户确认。"
en = "The incident is resolved and waits for the customer's word."
*/
with listed as (
    select *, status not in ('closed', 'cancelled', 'rejected', 'merged') as open
    from incidents
),
events as (                              -- what the history tells of open incidents
    select
        i.ns,
        i.incident_id,
        max(h.changed_at) filter (where h.object_type = 'incident') as last_at,
        max(h.changed_at) filter (where h.object_type = 'incident' and h.event_type = 'reopen') as reopened_at,
        count(*) filter (where h.new_value = i.status) as shown,
        count(*) filter (where h.changed_at is null or h.object_type is null) as doubtful
    from listed i
    join status_history h on h.ns = i.ns and h.object_id = i.incident_id
    where i.open and coalesce(h.object_type, 'incident') = 'incident'
    group by i.ns, i.incident_id
),
touched as (
    select
        i.*,
        case when i.created_at is not null then coalesce(e.reopened_at, i.created_at) end as open_since,
        e.shown,
        e.doubtful,
        coalesce(latest(e.last_at, coalesce(i.updated_at, i.created_at)),
                 i.updated_at, i.created_at, e.last_at) as last_update_at,
        case when i.status = 'on_hold'  then $max_hold_days
             when i.status <> 'on_hold' then $max_open_days end as max_days,
        case when i.status = 'on_hold'  then $stale_hold_days
             when i.status <> 'on_hold' then $stale_days end as stale_limit,
        supplied(i.record, 'updated_at') or table_supplied('status_history', i.ns) as updates_kept
    from listed i
    left join events e on e.ns = i.ns and e.incident_id = i.incident_id
),
judged as (
    select
        *,
        open_since < $as_of - to_days(max_days) as old,
        last_update_at < $as_of - to_days(stale_limit) as silent,
        coalesce(resolved_at, created_at) >= $as_of - to_days($confirm_days) as fresh,
        updated_at is not null
            or shown > 0 and doubtful = 0 and complete_over('status_history', ns, last_update_at, $as_of)
            as silence_sure
    from touched
)
select
    record,
    case when not open then coalesce(closed_at, created_at) else cast($as_of as timestamp) end as at,
    assigned_to as owner,
    case when not open                                                                   then false
         when status = 'resolved' and fresh                                              then false
         when status <> 'resolved'                                                       then true
         when status = 'resolved' and resolved_at is not null                            then true
    end as applies,
    case when old                                                                        then false
         when silent and silence_sure                                                    then false
         when not old and (not silent or not updates_kept)                               then true
    end as conforms,
    case when not open                                                         then 'not_open'
         when status = 'resolved' and fresh                                    then 'confirming'
         when status is null                                                   then 'status_unknown'
         when status = 'resolved' and resolved_at is null                      then 'no_resolution_time'
         when old                                                              then 'too_old'
         when silent and silence_sure                                          then 'stale'
         when old is null                                                      then 'no_creation_time'
         when not silent or not updates_kept                                   then 'ok'
         else 'update_unknown' end as message,
    status,
    assigned_to,
    created_at,
    open_since,
    elapsed_minutes(open_since, $as_of) as age,
    max_days,
    last_update_at,
    elapsed_minutes(last_update_at, $as_of) as silence,
    stale_limit,
    cast($as_of as timestamp) as as_of
from judged
