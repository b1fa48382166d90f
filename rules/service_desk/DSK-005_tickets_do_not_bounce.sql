/*
id       = "DSK-005"
title.zh = "派单准确、无反复转派"
title.en = "Tickets do not bounce between groups"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = ["KP-3.1.3-2"]
supports = ["QM-8.4.4-3", "SD-3.2-2"]
needs    = ["incidents.status", "incidents.reassignment_count | status_history.field"]
uses     = ["incidents.closed_at", "incidents.created_at", "status_history.changed_at", "status_history.event_type", "status_history.new_value", "status_history.object_id", "status_history.object_type", "status_history.old_value", "status_history.seq"]
since    = "0.3"
status   = "stable"
why.zh   = "一张单在处理组之间来回转，时间都花在等下一个组接手上，用户反复说明情况；多半是派单依据不清或职责有空白。"
why.en   = "A ticket sent from group to group spends its time waiting for the next to take it up, and the user explains himself again and again; mostly the rules of assignment are unclear or a duty belongs to nobody."
fix.zh   = "按转派记录找出最常互转的组和类别，明确职责与派单规则；超过次数的，由服务台指定牵头人跟到解决。"
fix.en   = "See from the history which groups and categories send tickets back and forth, and settle who is responsible; beyond the limit, let the desk name one person who sees the ticket through."
noise.zh = "跨专业的复杂故障本来就要多个组接力；工具自身的转派计数可能把换人、自动派单也算在内；组织调整时批量改组会使许多单同时增加一次。"
noise.en = "A complex fault may need several groups in turn; the tool's own counter may include changes of person and automatic assignment; a reorganisation may add one move to many tickets at once."

[params.max_hops]
type = "count"
value = 3
min = 1
max = 10
help.zh = "换组超过多少次即提出；首次派单不计。"
help.en = "Number of moves between groups above which it is raised; the first assignment does not count."

[message.bounced]
verdict = "nonconforming"
zh = "事件 {id} 换组 {hops:number} 次，超过上限 {max_hops:number} 次：自 {first_at:time} 至 {last_at:time} 依次转到{groups:list}。"
en = "Incident {id} moved between groups {hops:number} times, more than {max_hops:number}: from {first_at:time} to {last_at:time} it went to {groups:list}."

[message.counted]
verdict = "nonconforming"
zh = "按单据上的转派次数，事件 {id} 转派 {reassignment_count:number} 次，超过上限 {max_hops:number} 次。"
en = "By the count on its record incident {id} was re-assigned {reassignment_count:number} times, more than {max_hops:number}."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的转派次数未超过 {max_hops:number} 次。"
en = "Incident {id} was re-assigned no more than {max_hops:number} times."

[message.not_counted]
verdict = "not_assessed"
zh = "没有转派计数，且流转记录不含处理组、不完整或有不明的派单记录。"
en = "There is no counter of re-assignments, and the history tells no groups, is not known to be complete or has assignments that cannot be read."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the incident is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "事件没有关闭，或已取消、拒绝、合并。"
en = "The incident is not closed, or was cancelled, rejected or merged."
*/
with assigned as (
    select ns, object_id, changed_at, seq, old_value, new_value
    from status_history
    where object_type = 'incident' and field = 'assignment_group'
),
unclear as (                             -- rows that may be assignments to a group
    select ns, object_id
    from status_history
    where coalesce(object_type, 'incident') = 'incident'
          and case when field is null then coalesce(event_type, 'assignment') in ('assignment', 'field_change')
                   else field = 'assignment_group' and object_type is null end
    group by ns, object_id
),
told as (                                -- id spaces whose history tells groups at all
    select ns from assigned group by ns
),
busy as (                                -- incidents that may have too many moves
    select ns, object_id
    from assigned
    group by ns, object_id
    having count(new_value) > $max_hops
),
steps as (                               -- their assignments, each with the group before
    select
        a.ns,
        a.object_id,
        a.changed_at,
        a.seq,
        a.new_value,
        coalesce(a.old_value,
                 lag(a.new_value) over (partition by a.ns, a.object_id order by a.changed_at, a.seq),
                 lag(a.old_value) over (partition by a.ns, a.object_id order by a.changed_at, a.seq))
            as before
    from busy b
    join assigned a on a.ns = b.ns and a.object_id = b.object_id
),
hops as (
    select
        ns,
        object_id,
        count(*) as hops,
        list(new_value order by changed_at, seq) as groups,
        min(changed_at) as first_at,
        max(changed_at) as last_at
    from steps
    where new_value <> before
    group by ns, object_id
),
judged as (
    select
        i.*,
        p.hops,
        p.groups,
        p.first_at,
        p.last_at,
        t.ns is not null and u.ns is null
            and complete_over('status_history', i.ns, i.created_at, i.closed_at) as history_tells
    from incidents i
    left join unclear u on u.ns = i.ns and u.object_id = i.incident_id
    left join hops p on p.ns = i.ns and p.object_id = i.incident_id
    left join told t on t.ns = i.ns
)
select
    record,
    closed_at as at,
    assigned_to as owner,
    status = 'closed' as applies,
    case when hops > $max_hops                then false
         when history_tells                   then true
         when reassignment_count > $max_hops  then false
         when reassignment_count is not null  then true end as conforms,
    case when status is null                  then 'status_unknown'
         when status <> 'closed'              then 'not_closed'
         when hops > $max_hops                then 'bounced'
         when history_tells                   then 'ok'
         when reassignment_count > $max_hops  then 'counted'
         when reassignment_count is not null  then 'ok'
         else 'not_counted' end as message,
    hops,
    groups,
    first_at,
    last_at,
    reassignment_count,
    $max_hops as max_hops
from judged
