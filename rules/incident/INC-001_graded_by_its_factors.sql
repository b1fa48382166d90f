/*
id       = "INC-001"
title.zh = "紧急程度、影响范围、重要程度已记录"
title.en = "Urgency, impact and importance are recorded"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["SD-3.2-2", "SD-3.2-2.1", "SD-3.2-2.2", "SD-3.2-2.3"]
supports = []
needs    = ["incidents.status", "incidents.priority", "incidents.urgency | incidents.impact | incidents.importance"]
uses     = ["incidents.valid_request", "incidents.auto_generated"]
blank    = { priority = "nonconforming", urgency = "nonconforming", impact = "nonconforming", importance = "nonconforming", valid_request = "applies", auto_generated = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "没有记录紧急程度、影响范围和重要程度，优先级就没有依据，处理的先后只凭个人感觉，时限也无从核对。"
why.en   = "Without urgency, impact and importance on record nobody can say what the priority rests on: work is ordered by feeling, and the committed times cannot be checked."
fix.zh   = "向受理人核实后补记；在工具中把这几项设为建单必填，并由矩阵自动得出优先级。"
fix.en   = "Ask who took the report and fill in what is missing; make these fields mandatory and let the tool derive the priority from them."
noise.zh = "部分工具只用两个因素，未用的一项始终为空，应从 factors 中去掉；从旧系统迁移来的事件可能没有这些字段。"
noise.en = "Some tools grade by two factors only and leave the third empty: take it out of factors. Incidents migrated from an older tool may lack the fields."

[params.factors]
type = "list"
value = ["urgency", "impact", "importance"]
legal = ["urgency", "impact", "importance"]
help.zh = "优先级依据哪几个因素；导出中没有的列不查，结果标明有所限制。"
help.en = "The factors that the priority rests on; a column that is not exported is left out, and the result says so."

[message.missing]
verdict = "nonconforming"
zh = "事件 {id} 没有记录{missing_zh}（优先级 {priority:number}，紧急程度 {urgency:number}，影响范围 {impact:number}，重要程度 {importance:number}）。"
en = "Incident {id} lacks {missing_en} (priority {priority:number}, urgency {urgency:number}, impact {impact:number}, importance {importance:number})."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的优先级为 {priority:number}（紧急程度 {urgency:number}，影响范围 {impact:number}，重要程度 {importance:number}）。"
en = "Incident {id} has priority {priority:number} (urgency {urgency:number}, impact {impact:number}, importance {importance:number})."

[message.no_factor]
verdict = "not_assessed"
zh = "要求的分级因素（factors）在导出中一项也没有。"
en = "None of the factors asked for (factors) is in the export."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并。"
en = "The incident was cancelled, rejected or merged."

[message.not_valid]
verdict = "not_applicable"
zh = "申报已判为无效。"
en = "The report was judged not to be valid."

[message.by_rule]
verdict = "not_applicable"
zh = "由监控自动生成，优先级由告警规则给出。"
en = "Made by a monitoring tool, which sets the priority by rule."
*/
with asked as (
    select
        *,
        list_contains($factors, 'urgency') and supplied(record, 'urgency') as asks_urgency,
        list_contains($factors, 'impact') and supplied(record, 'impact') as asks_impact,
        list_contains($factors, 'importance') and supplied(record, 'importance') as asks_importance
    from incidents
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when status in ('cancelled', 'rejected', 'merged')   then false
         when not valid_request                               then false
         when auto_generated and priority is not null         then false
         when status is not null                              then true end as applies,
    case when priority is null                                then false
         when asks_urgency and urgency is null                then false
         when asks_impact and impact is null                  then false
         when asks_importance and importance is null          then false
         when asks_urgency or asks_impact or asks_importance  then true end as conforms,
    case when status in ('cancelled', 'rejected', 'merged')   then 'void'
         when not valid_request                               then 'not_valid'
         when auto_generated and priority is not null         then 'by_rule'
         when status is null                                  then 'status_unknown'
         when priority is null or asks_urgency and urgency is null
              or asks_impact and impact is null or asks_importance and importance is null
              then 'missing'
         when asks_urgency or asks_impact or asks_importance  then 'ok'
         else 'no_factor' end as message,
    priority,
    urgency,
    impact,
    importance,
    trim(concat(case when priority is null then '优先级、' end,
                case when asks_urgency and urgency is null then '紧急程度、' end,
                case when asks_impact and impact is null then '影响范围、' end,
                case when asks_importance and importance is null then '重要程度、' end),
         '、') as missing_zh,
    trim(concat(case when priority is null then 'priority, ' end,
                case when asks_urgency and urgency is null then 'urgency, ' end,
                case when asks_impact and impact is null then 'impact, ' end,
                case when asks_importance and importance is null then 'importance, ' end),
         ', ') as missing_en
from asked
