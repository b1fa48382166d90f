/*
id       = "INC-025"
title.zh = "变更引发的事件已识别"
title.en = "Incidents after a change are examined for it"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QA-3.4-4"]
needs    = [
    "incidents.status",
    "incidents.priority",
    "incidents.created_at",
    "incidents.ci_id",
    "change_cis.ci_id",
    "changes.actual_end | changes.planned_end",
    "changes.status",
    "incidents.change_id | links.to_id",
    "change_cis.change_id",
    "changes.change_id",
]
uses     = ["links.from_type", "links.from_id", "links.to_type", "incidents.problem_id", "problems.problem_id", "problems.root_cause", "changes.outcome", "changes.actual_start", "changes.approval_status", "changes.created_at", "changes.incident_id", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { change_id = "nonconforming", problem_id = "nonconforming", root_cause = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "变更之后同一配置项上的高优先级事件，首先应当查一查是不是变更引起的。不关联变更，变更的质量和回退的必要都无从判断。"
why.en   = "A high-priority incident on an item that was changed shortly before should first be examined for that change. Without the link nobody can judge the change or the need to undo it."
fix.zh   = "核实事件与变更的关系：由变更引起的，关联变更单并评估是否回退；与变更无关的，查明真正的原因并关联问题单。"
fix.en   = "Find out whether the change caused it: if so link it and consider undoing the change; if not, find the true cause and link the problem."
noise.zh = "变更与事件可能只是同一配置项上的巧合；平台类配置项几乎天天有变更；排查结论可能写在处理记录中而没有关联；变更没有实际结束时间的以计划时间计。"
noise.en = "Change and incident may only happen to concern the same item; platforms are changed nearly every day; the result of an examination may stand in the notes without a link; where a change has no actual end its planned one is taken."

[params.after_change_hours]
type = "hours"
value = 48
min = 24
max = 168
help.zh = "变更结束后多少小时内建单的事件应当排查。"
help.en = "Hours after the end of a change in which an incident has to be examined for it."

[params.lead_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "变更通常至多提前多少天提出；要说“此前没有变更”，变更的导出须从这么早开始。"
help.en = "Days by which changes are raised in advance; to say that there was none, changes must be in the export from that early on."

[message.not_linked]
verdict = "nonconforming"
zh = "优先级 {priority:number} 的事件 {id} 于 {created_at:time} 建单，配置项 {ci_id} 在此前 {after_hours:number} 小时内有变更 {changes:list}（最近一次 {changed_at:time} 结束，相隔 {gap:duration}），事件没有关联变更，也没有关联已查明根因的问题。"
en = "Incident {id} of priority {priority:number} was made at {created_at:time}; in the {after_hours:number} hours before, its CI {ci_id} had been changed by {changes:list} (the last ended at {changed_at:time}, {gap:duration} before), and it is linked neither to a change nor to a problem whose cause was found."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 发生在变更 {changes:list} 之后，已关联变更。"
en = "Incident {id} followed {changes:list} and is linked to a change."

[message.links_unclear]
verdict = "not_assessed"
zh = "没有见到变更关联，但关联关系没有完整导出或有不明之处，或所关联的问题不在导出中。"
en = "No link to a change is seen, but links are not exported completely or are unclear, or the problem that is cited is not in the export."

[message.change_unclear]
verdict = "not_assessed"
zh = "该配置项有变更，但不能确定是否已实施、何时结束。"
en = "The CI has a change of which it cannot be told whether it was implemented or when it ended."

[message.changes_incomplete]
verdict = "not_assessed"
zh = "没有找到此前的变更，但不能确定这段时间的变更及其配置项已全部导出。"
en = "No change was found before, but the changes of that time and their CIs are not known to be all in the export."

[message.no_ci]
verdict = "not_assessed"
zh = "事件没有配置项，无法查找变更。"
en = "The incident names no CI, so changes cannot be looked for."

[message.unplaced]
verdict = "not_assessed"
zh = "事件的状态、优先级或建单时间为空。"
en = "The incident lacks status, priority or time of creation."

[message.not_solved]
verdict = "not_applicable"
zh = "事件尚未解决，排查还没有结束，或已取消、拒绝、合并。"
en = "The incident is not solved, so the examination goes on, or it was cancelled, rejected or merged."

[message.low_priority]
verdict = "not_applicable"
zh = "优先级不是 1 或 2。"
en = "The priority is neither 1 nor 2."

[message.no_change]
verdict = "not_applicable"
zh = "此前没有涉及该配置项的变更。"
en = "The CI was not changed in the hours before."

[message.other_cause]
verdict = "not_applicable"
zh = "已关联查明根因的问题。"
en = "The incident is linked to a problem whose cause was found."
*/
with due as (
    select
        *,
        case when asked then lower(trim(ci_id)) end as item,
        case when asked then created_at end as until,
        case when asked then created_at - to_hours($after_change_hours) end as since
    from (
        select
            *,
            status in ('resolved', 'closed') and priority in (1, 2) as asked
        from incidents
    ) i
),
work as (                                -- when changes of an item ended, whether carried out or not
    select
        l.ns,
        lower(trim(l.ci_id)) as item,
        c.change_id,
        coalesce(c.actual_end, c.planned_end) as ended_at
    from change_cis l
    join changes c on c.ns = l.ns and c.change_id = l.change_id
),
near as (
    select d.ns, d.incident_id, w.change_id, w.ended_at
    from due d
    join work w on w.ns = d.ns and w.item = d.item
        and (w.ended_at is null or w.ended_at >= d.since and w.ended_at <= d.until)
),
found as (                               -- one row an incident: changes that it may follow
    select ns, incident_id, count(*) as changes
    from near
    group by ns, incident_id
),
before as (                              -- those carried out, and those surely not
    select
        n.ns,
        n.incident_id,
        count(*) filter (where not a.implemented) as undone,
        count(n.ended_at) filter (where a.implemented) > 0 as after_change,
        max(n.ended_at) filter (where a.implemented) as changed_at,
        list(n.change_id order by n.ended_at, n.change_id) filter (where a.implemented) as changes
    from near n
    join change_authorisation a on a.ns = n.ns and a.change_id = n.change_id
    group by n.ns, n.incident_id
),
ties as (                                -- what an incident is linked to, either way round
    select ns, from_id as incident_id, from_type as own, to_type as other, to_id as id
    from links
    union all
    select ns, to_id as incident_id, to_type as own, from_type as other, from_id as id
    from links
    union all
    select ns, incident_id, 'incident' as own, 'problem' as other, problem_id as id
    from due
    where problem_id is not null
    union all
    select ns, incident_id, 'incident' as own, 'change' as other, change_id as id
    from changes
),
tied as (                                -- one row an incident
    select
        t.ns,
        t.incident_id,
        count(*) filter (where t.own = 'incident' and t.other = 'change') as changes,
        count(*) filter (where t.own = 'incident'
                               and not is_one_of(p.root_cause, $cause_placeholders))
            as causes,
        count(*) filter (where t.own is null or p.problem_id is null) as unclear
    from ties t
    left join problems p on p.ns = t.ns and p.problem_id = t.id and t.other = 'problem'
    where (t.own = 'incident' or t.own is null)
      and (t.other in ('change', 'problem') or t.other is null)
    group by t.ns, t.incident_id
),
judged as (
    select
        d.*,
        b.changed_at,
        b.changes,
        b.after_change,
        f.changes is null or f.changes = b.undone as unchanged,
        n.changes > 0 as by_link,
        n.causes > 0 as has_cause,
        n.unclear > 0 as unclear,
        table_supplied('links', d.ns) as links_supplied,
        complete('links', d.ns, d.until) as links_complete,
        complete_over('changes', d.ns, d.since - to_days($lead_days), d.until)
            and complete_over('change_cis', d.ns, d.since - to_days($lead_days), d.until)
            as changes_complete
    from due d
    left join found f on f.ns = d.ns and f.incident_id = d.incident_id
    left join before b on b.ns = d.ns and b.incident_id = d.incident_id
    left join tied n on n.ns = d.ns and n.incident_id = d.incident_id
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when not asked                                        then false
         when has_cause                                        then false
         when asked and after_change                           then true
         when item is not null and unchanged and changes_complete then false
    end as applies,
    case when change_id is not null or by_link                 then true
         when unclear                                          then null
         when links_supplied and not links_complete            then null
         when change_id is null                                then false end as conforms,
    case when status not in ('resolved', 'closed')             then 'not_solved'
         when not asked                                        then 'low_priority'
         when has_cause                                        then 'other_cause'
         when after_change and (change_id is not null or by_link) then 'ok'
         when after_change and (unclear or links_supplied and not links_complete) then 'links_unclear'
         when after_change                                     then 'not_linked'
         when asked is null or created_at is null              then 'unplaced'
         when item is null                                     then 'no_ci'
         when not unchanged                                    then 'change_unclear'
         when changes_complete                                 then 'no_change'
         else 'changes_incomplete' end as message,
    priority,
    ci_id,
    created_at,
    changes,
    changed_at,
    elapsed_minutes(changed_at, created_at) as gap,
    $after_change_hours as after_hours
from judged
