/*
id       = "CHG-009"
title.zh = "紧急变更名副其实"
title.en = "The emergency label fits the timing"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-25", "QM-8.4.6-29"]
needs    = [
    "changes.planned_start",
    "changes.requested_at | changes.created_at",
    "changes.change_type",
    "changes.status",
]
uses     = ["changes.incident_id", "incidents.change_id", "links.from_type", "links.from_id", "links.to_type", "links.to_id", "links.relation"]
blank    = { requested_at = "applies", created_at = "applies", incident_id = "nonconforming", relation = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "紧急是因为不能等。几天乃至几周之后才动手的变更，有时间走常规评估和审批；仍标为紧急，可能是借紧急通道省手续。"
why.en   = "Emergency means that it cannot wait. Work planned days or weeks ahead leaves time for assessment and approval; labelled an emergency all the same, it may be a way round them."
fix.zh   = "请申请人说明当时为何紧急；说不出的，改按常规变更补评估和审批；在工具中对计划时间较远的紧急变更给出提示。"
fix.en   = "Ask the requester why it was urgent; where it was not, have it assessed and approved as a normal change; let the tool question emergency changes that are planned far ahead."
noise.zh = "待说明的线索，不是不符合：紧急修复可能要等备件、停机窗口或厂商到场；变更单可能是事前登记、计划时间后来改期；触发的事件可能在另一套工具里，没有关联。"
noise.en = "A lead to be explained, no nonconformity: an urgent repair may wait for a part, a window or the vendor; the plan may have been moved after the record was made; the incident behind it may be in another tool and not linked."

[params.emer_lead_hours]
type = "hours"
value = 72
min = 24
max = 336
help.zh = "计划开始距提出超过多少小时的紧急变更，视为来得及走常规流程。"
help.en = "Hours between request and planned start beyond which an emergency change is raised."

[message.far_ahead]
verdict = "lead"
marks = "changes.planned_start"
zh = "紧急变更 {id} 于 {asked_at:time} 提出，计划 {planned_start:time} 才开始，相隔 {ahead:duration}（界限 {limit_hours:number} 小时），也没有关联事件单，待说明。同一项目 {emergencies:number} 个有计划时间的紧急变更中，{usual:percent} 在界限之内。"
en = "Emergency change {id} was asked for at {asked_at:time} and planned to start only at {planned_start:time}, {ahead:duration} later (limit {limit_hours:number} hours), with no incident linked, which is to be explained. Of the {emergencies:number} emergency changes of its project that bear a plan, {usual:percent} lie within the limit."

[message.soon]
verdict = "conforming"
zh = "紧急变更 {id} 于 {asked_at:time} 提出，计划 {planned_start:time} 开始，没有超过 {limit_hours:number} 小时。"
en = "Emergency change {id} was asked for at {asked_at:time} and planned to start at {planned_start:time}, within {limit_hours:number} hours."

[message.linked]
verdict = "conforming"
zh = "紧急变更 {id} 关联了事件单。"
en = "Emergency change {id} is linked to an incident."

[message.no_plan]
verdict = "not_assessed"
zh = "计划开始时间为空。"
en = "The planned start is empty."

[message.no_request_time]
verdict = "not_assessed"
zh = "申请时间和建单时间都为空。"
en = "The times of request and of creation are both empty."

[message.link_unclear]
verdict = "not_assessed"
zh = "计划时间较远，而有关联关系的对象类型不明，可能就是触发它的事件单。"
en = "The work is planned far ahead, and a link does not say what kind of record it names; it may be the incident behind the change."

[message.links_incomplete]
verdict = "not_assessed"
zh = "计划时间较远，没有见到关联的事件单，但不能确定当时的事件和关联关系已全部导出。"
en = "The work is planned far ahead and no incident is seen, but incidents and links of that time are not known to be all in the export."

[message.links_not_supplied]
verdict = "not_assessed"
zh = "计划时间较远，而导出中看不到变更与事件的关联。"
en = "The work is planned far ahead, and the export shows no links between changes and incidents."

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
with ties as (                            -- one row a change: incidents behind it
    select ns, change_id, count(*) filter (where sure) as sure
    from (
        select ns, from_id as change_id, from_type = 'change' and to_type = 'incident' as sure
        from links
        where relation is distinct from 'causes'
        union all
        select ns, to_id as change_id, to_type = 'change' and from_type = 'incident' as sure
        from links
        where relation is distinct from 'caused_by'
        union all
        select ns, change_id, true as sure from incidents
    ) either_way
    where sure is distinct from false
    group by ns, change_id
),
seen as (                                 -- one row an emergency change: what the export shows of links
    select
        ns,
        change_id,
        column_supplied('links', 'to_id', ns) or column_supplied('incidents', 'change_id', ns)
            or supplied(record, 'incident_id') as links_seen,
        (column_supplied('links', 'to_id', ns)
            and not complete('links', ns, coalesce(requested_at, created_at)))
            or (column_supplied('incidents', 'change_id', ns)
                and not complete('incidents', ns, coalesce(requested_at, created_at)))
            as may_lack_rows
    from changes
    where change_type = 'emergency'
),
read as (
    select
        c.*,
        coalesce(c.requested_at, c.created_at) as asked_at,
        c.planned_start > coalesce(c.requested_at, c.created_at) + to_hours($emer_lead_hours)
            as far_ahead,
        c.change_type = 'emergency' and c.status not in ('draft', 'cancelled', 'rejected') as due,
        c.incident_id is not null or t.sure > 0 as linked,
        t.change_id is not null as link_unclear,
        s.links_seen,
        s.may_lack_rows
    from changes c
    left join ties t on t.ns = c.ns and t.change_id = c.change_id
    left join seen s on s.ns = c.ns and s.change_id = c.change_id
),
habits as (                               -- what is usual in a project
    select
        ns,
        record.project_id as project_id,
        count(*) as emergencies,
        ratio(count(*) filter (where not far_ahead), count(*)) as usual
    from read
    where due and far_ahead is not null
    group by ns, record.project_id
)
select
    record,
    asked_at as at,
    requester as owner,
    due as applies,
    case when not far_ahead or linked                       then true
         when link_unclear or may_lack_rows                 then null
         when far_ahead and links_seen                      then false
    end as conforms,
    case when change_type <> 'emergency'                    then 'not_emergency'
         when status in ('draft', 'cancelled', 'rejected')  then 'void'
         when status is null                                then 'status_unknown'
         when change_type is null                           then 'type_unknown'
         when linked                                        then 'linked'
         when planned_start is null                         then 'no_plan'
         when asked_at is null                              then 'no_request_time'
         when not far_ahead                                 then 'soon'
         when link_unclear                                  then 'link_unclear'
         when may_lack_rows                                 then 'links_incomplete'
         when not links_seen                                then 'links_not_supplied'
         else 'far_ahead'
    end as message,
    asked_at,
    planned_start,
    elapsed_minutes(asked_at, planned_start) as ahead,
    $emer_lead_hours as limit_hours,
    emergencies,
    usual
from read r
left join habits h on h.ns = r.ns and h.project_id = r.record.project_id
