/*
id       = "CHG-007"
title.zh = "紧急变更有理由或触发记录"
title.en = "Emergencies have a reason or a trigger on record"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-29"]
needs    = [
    "changes.emergency_reason | changes.incident_id | changes.problem_id | links.to_id | incidents.change_id",
    "changes.change_type",
    "changes.status",
]
uses     = ["changes.created_at", "problems.change_id", "links.from_type", "links.from_id", "links.to_type", "links.relation"]
blank    = { emergency_reason = "nonconforming", incident_id = "nonconforming", problem_id = "nonconforming", relation = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "紧急通道省去了事前评估和审批，凭的是“不能等”。说不出为什么不能等、也找不到触发它的事件或问题，紧急就只是一个标签。"
why.en   = "The emergency path skips assessment and prior approval because the work could not wait. Where nobody wrote down why, and no incident or problem set it off, emergency is a mere label."
fix.zh   = "补写紧急理由，并关联触发它的事件单或问题单；把紧急理由设为紧急变更的必填项；说不出理由的，改按常规变更管理。"
fix.en   = "Write down the reason and link the incident or problem behind it; make the reason mandatory for emergency changes; treat those without one as normal changes."
noise.zh = "理由可能写在标题、描述或附件里；触发它的事件可能在另一套工具中；事件单可能在变更之后很久才补建并关联；由这次变更引起的事件不算触发。"
noise.en = "The reason may stand in the title, the description or an attachment; the incident may be in another tool, or was recorded and linked long afterwards. Incidents that the change itself caused are no trigger."

[params.lead_days]
type = "days"
value = 30
min = 1
max = 180
help.zh = "触发紧急变更的事件或问题通常最多早多少天建单；这段时间的事件和问题须已完整导出，才认定没有关联。"
help.en = "Days by which the incident or problem behind an emergency change usually precedes it; they must be exported completely over that time before it is concluded that none is linked."

[message.none]
verdict = "nonconforming"
zh = "紧急变更 {id} 没有填写紧急理由，也没有关联任何触发它的事件单或问题单。"
en = "Emergency change {id} gives no reason, and no incident or problem behind it is linked."

[message.says_nothing]
verdict = "nonconforming"
zh = "紧急变更 {id} 的紧急理由只写了“{emergency_reason}”，也没有关联任何触发它的事件单或问题单。"
en = "Emergency change {id} gives “{emergency_reason}” as its reason, and no incident or problem behind it is linked."

[message.reasoned]
verdict = "conforming"
zh = "紧急变更 {id} 写有紧急理由：{emergency_reason}。"
en = "Emergency change {id} gives a reason: {emergency_reason}."

[message.linked]
verdict = "conforming"
zh = "紧急变更 {id} 关联了触发它的事件单或问题单。"
en = "Emergency change {id} is linked to the incident or problem behind it."

[message.link_unclear]
verdict = "not_assessed"
zh = "没有紧急理由，但有关联关系的对象类型不明，可能就是触发它的事件单或问题单。"
en = "No reason is given, but a link does not say what kind of record it names; it may be the incident or problem behind the change."

[message.reason_not_supplied]
verdict = "not_assessed"
zh = "没有关联事件单或问题单，而导出中没有紧急理由一列。"
en = "No incident or problem is linked, and the export has no column for the reason."

[message.links_not_supplied]
verdict = "not_assessed"
zh = "没有紧急理由，而导出中看不到变更与事件、问题的关联。"
en = "No reason is given, and the export shows no links between changes and incidents or problems."

[message.links_incomplete]
verdict = "not_assessed"
zh = "没有紧急理由，也没有见到关联，但不能确定这段时间的事件、问题或关联关系已全部导出。"
en = "No reason is given and no link is seen, but incidents, problems or links of that time are not known to be all in the export."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，可能还是草稿，或已取消、已否决。"
en = "The status is empty; the change may be a draft, or was cancelled or rejected."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是紧急变更。"
en = "The change type is empty; it may be an emergency change."

[message.not_emergency]
verdict = "not_applicable"
zh = "不是紧急变更。"
en = "Not an emergency change."

[message.void]
verdict = "not_applicable"
zh = "变更还是草稿，或已取消、已否决。"
en = "The change is a draft, or was cancelled or rejected."
*/
with ties as (                            -- one row a change: incidents and problems behind it
    select ns, change_id, count(*) filter (where sure) as sure
    from (
        select
            ns,
            from_id as change_id,
            from_type = 'change' and to_type in ('incident', 'problem') as sure
        from links
        where relation is distinct from 'causes'
        union all
        select
            ns,
            to_id as change_id,
            to_type = 'change' and from_type in ('incident', 'problem') as sure
        from links
        where relation is distinct from 'caused_by'
        union all
        select ns, change_id, true as sure from incidents
        union all
        select ns, change_id, true as sure from problems
    ) either_way
    where sure is distinct from false
    group by ns, change_id
),
seen as (                                 -- one row an emergency change: what the export shows of links
    select
        ns,
        change_id,
        column_supplied('links', 'to_id', ns) or column_supplied('incidents', 'change_id', ns)
            or supplied(record, 'incident_id') or supplied(record, 'problem_id') as links_seen,
        (column_supplied('links', 'to_id', ns) and not complete('links', ns, created_at))
            or (column_supplied('incidents', 'change_id', ns)
                and not complete_over('incidents', ns, created_at - to_days($lead_days), created_at))
            or (column_supplied('problems', 'change_id', ns)
                and not complete_over('problems', ns, created_at - to_days($lead_days), created_at))
            as may_lack_rows
    from changes
    where change_type = 'emergency'
),
read as (
    select
        c.*,
        c.change_type = 'emergency' and c.status not in ('draft', 'cancelled', 'rejected') as due,
        not is_one_of(c.emergency_reason, $placeholder_values) as reasoned,
        c.incident_id is not null or c.problem_id is not null or t.sure > 0 as linked,
        t.change_id is not null as link_unclear,
        supplied(c.record, 'emergency_reason') as reason_supplied,
        s.links_seen,
        s.may_lack_rows
    from changes c
    left join ties t on t.ns = c.ns and t.change_id = c.change_id
    left join seen s on s.ns = c.ns and s.change_id = c.change_id
)
select
    record,
    created_at as at,
    requester as owner,
    due as applies,
    case when reasoned or linked                            then true
         when link_unclear or may_lack_rows                 then null
         when reason_supplied and links_seen                then false
    end as conforms,
    case when change_type <> 'emergency'                    then 'not_emergency'
         when status in ('draft', 'cancelled', 'rejected')  then 'void'
         when status is null                                then 'status_unknown'
         when change_type is null                           then 'type_unknown'
         when reasoned                                      then 'reasoned'
         when linked                                        then 'linked'
         when link_unclear                                  then 'link_unclear'
         when may_lack_rows                                 then 'links_incomplete'
         when not links_seen                                then 'links_not_supplied'
         when not reason_supplied                           then 'reason_not_supplied'
         when emergency_reason is null                      then 'none'
         else 'says_nothing'
    end as message,
    emergency_reason,
    incident_id,
    problem_id,
    created_at
from read
