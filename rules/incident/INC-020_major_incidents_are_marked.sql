/*
id       = "INC-020"
title.zh = "符合重大事件条件的已标识"
title.en = "Major-incident criteria are applied"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["SD-3.2-2.2"]
supports = ["QM-8.4.6-12"]
needs    = ["incidents.status", "incidents.priority", "incidents.major"]
uses     = ["incidents.impact", "incidents.created_at", "incidents.restored_at", "incidents.resolved_at", "incidents.ci_id", "cis.ci_id", "cis.criticality"]
blank    = { major = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "够得上重大的事件没有标识，就不会走重大事件流程：没有专人指挥，管理层不知情，事后也不复盘。"
why.en   = "An incident that meets the criteria and is not marked skips the procedure for major incidents: nobody takes charge, management is not told, and there is no review."
fix.zh   = "按条件核实后补标重大事件，并补做通报和复盘；在工具中按优先级和影响范围自动提示。"
fix.en   = "Check the case against the criteria, mark it and make up for report and review; let the tool prompt by priority and impact."
noise.zh = "没有恢复时间的以解决时间计中断，可能偏长；事后调高的优先级；演练或测试事件；部分工具只在“是”时有值。"
noise.en = "Without a time of restoration the outage is counted to the solution and may look longer than it was; priorities raised afterwards; drills and tests."

[params.outage_minutes]
type = "minutes"
value = 60
min = 5
max = 240
help.zh = "最高优先级的事件中断达到多少分钟即属重大。"
help.en = "Minutes of outage from which an incident of the highest priority is a major one."

[message.not_marked]
verdict = "nonconforming"
zh = "事件 {id} 优先级为 1，影响范围 {impact:number}，中断 {outage:duration}，配置项 {ci_id} 的关键程度 {criticality}，符合重大事件条件，但没有标识为重大事件。"
en = "Incident {id} has priority 1, impact {impact:number}, an outage of {outage:duration} and a CI ({ci_id}) of criticality {criticality}, which meets the criteria, and is not marked as a major incident."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 符合重大事件条件，已标识。"
en = "Incident {id} meets the criteria and is marked as a major incident."

[message.criteria_unknown]
verdict = "not_assessed"
zh = "影响范围、恢复或解决时间、配置项或其关键程度为空，不能判断是否符合重大事件条件。"
en = "Impact, time of restoration or solution, CI or its criticality is empty, so it cannot be told whether the criteria are met."

[message.no_priority]
verdict = "not_assessed"
zh = "事件优先级为空，不能判断是否符合重大事件条件。"
en = "The priority is empty, so it cannot be told whether the criteria are met."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并。"
en = "The incident was cancelled, rejected or merged."

[message.not_major]
verdict = "not_applicable"
zh = "不符合重大事件条件。"
en = "The incident does not meet the criteria of a major incident."
*/
with weighed as (                        -- a criterion whose column is absent is left out
    select
        i.*,
        c.criticality,
        coalesce(i.restored_at, i.resolved_at) as back_at,
        supplied(i.record, 'impact') as by_impact,
        supplied(i.record, 'restored_at') or supplied(i.record, 'resolved_at') as by_outage,
        supplied(i.record, 'ci_id') and column_supplied('cis', 'criticality', i.ns) as by_ci
    from incidents i
    left join cis c on c.ns = i.ns and c.ci_id = i.ci_id
),
judged as (
    select
        *,
        case when impact = 3 or criticality = 'critical'
                  or back_at >= created_at + to_minutes($outage_minutes)  then true
             when not (by_impact or by_outage or by_ci)                   then true
             when (impact is not null or not by_impact)
                  and (criticality is not null or not by_ci)
                  and (back_at >= created_at or not by_outage)            then false
        end as meets
    from weighed
)
select
    record,
    created_at as at,
    assigned_to as owner,
    status not in ('cancelled', 'rejected', 'merged') and priority = 1 and meets as applies,
    coalesce(major, false) as conforms,
    case when status in ('cancelled', 'rejected', 'merged')  then 'void'
         when priority <> 1 or not meets                     then 'not_major'
         when status is null                                 then 'status_unknown'
         when priority is null                               then 'no_priority'
         when meets is null                                  then 'criteria_unknown'
         when major                                          then 'ok'
         else 'not_marked' end as message,
    priority,
    impact,
    elapsed_minutes(created_at, back_at) as outage,
    ci_id,
    criticality,
    created_at,
    major
from judged
