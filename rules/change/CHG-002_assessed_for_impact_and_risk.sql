/*
id       = "CHG-002"
title.zh = "非标准变更已评估影响与风险"
title.en = "Non-standard changes are assessed for impact and risk"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-26", "QA-3.4-3"]
supports = []
needs    = ["changes.risk_level | changes.risk_text", "changes.change_type", "changes.status"]
uses     = ["changes.impact_text", "changes.assessed_at", "changes.actual_start", "changes.actual_end", "changes.outcome", "changes.created_at", "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { risk_level = "nonconforming", risk_text = "nonconforming", impact_text = "nonconforming", actual_start = "applies", actual_end = "applies", outcome = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "没有评估过影响和风险，审批人无从判断该不该做、什么时候做、要准备什么；出了问题也说不清事先是否想到过。"
why.en   = "Without an assessment those who approve cannot weigh whether and when to do the work and what to prepare, and afterwards nobody can say what had been foreseen."
fix.zh   = "补写影响范围、风险和应对，由评估人确认；把评估设为提交审批的前置条件；紧急变更在实施结束后的时限内补评。"
fix.en   = "Write down impact, risk and what was done about them, confirmed by an assessor; let the tool ask for it before approval; assess emergency changes within the limit after the work."
noise.zh = "评估可能写在方案附件、会议纪要或备注里；有的工具给风险等级一个默认值，填了也不代表真的评估过；较大项目的评估可能记在关联的发布单上。"
noise.en = "The assessment may stand in an attached plan, minutes or a note; some tools preset the risk level, so that a value need not mean that anybody assessed; for larger work it may stand on the release."

[params.retro_hours]
type = "hours"
value = 24
min = 1
max = 72
help.zh = "紧急变更实施结束后多少小时内补做的评估仍算按时。"
help.en = "Hours after the end of the work within which an emergency change may still be assessed."

[message.nothing]
verdict = "nonconforming"
zh = "变更 {id} 已实施，风险等级、风险评估和影响评估都没有填写。"
en = "Change {id} was implemented with neither risk nor impact assessed."

[message.no_risk]
verdict = "nonconforming"
zh = "变更 {id} 已实施，风险等级和风险评估都没有填写。"
en = "Change {id} was implemented with no risk level and no assessment of risk."

[message.no_impact]
verdict = "nonconforming"
zh = "变更 {id} 已实施，没有填写影响评估。"
en = "Change {id} was implemented with no assessment of its impact."

[message.late]
verdict = "nonconforming"
marks = "changes.assessed_at"
zh = "紧急变更 {id} 于 {actual_end:time} 实施结束，{assessed_at:time} 才完成评估，相隔 {after:duration}，超过补评时限 {limit_hours:number} 小时。"
en = "Emergency change {id} ended at {actual_end:time} and was assessed only at {assessed_at:time}, {after:duration} later, beyond the limit of {limit_hours:number} hours."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的影响和风险已评估。"
en = "Impact and risk of change {id} were assessed."

[message.vague]
verdict = "not_assessed"
zh = "评估内容只有“无”“待补”一类字样，是否算作评估须由人判断。"
en = "The assessment consists of a word like “none” or “n/a”; whether that is one is for a person to judge."

[message.no_assessment_time]
verdict = "not_assessed"
zh = "紧急变更有评估内容而没有评估时间，无法判断是否按时补评。"
en = "The emergency change has an assessment without its time, so it cannot be told whether it was in time."

[message.no_end]
verdict = "not_assessed"
zh = "紧急变更的实际结束时间为空或早于开始时间，算不出补评时限。"
en = "The actual end of the emergency change is empty or lies before its start, so there is no limit to measure by."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是无须逐单评估的标准变更。"
en = "The change type is empty; it may be a standard change, which needs no assessment of its own."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施，影响和风险在模板中已评估。"
en = "A standard change rests on a pre-authorised template, in which impact and risk were assessed."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.not_due]
verdict = "not_applicable"
zh = "紧急变更的补评时限未到。"
en = "The limit for assessing the emergency change has not passed."
*/
with facts as (
    select
        c.*,
        a.implemented,
        a.has_rejected,
        case when c.actual_end < c.actual_start then null
             else c.actual_end + to_hours($retro_hours) end as limit_at,
        c.risk_level is null and c.risk_text is null as no_risk,
        c.impact_text is null and supplied(c.record, 'impact_text') as no_impact,
        (c.risk_level is null and is_one_of(c.risk_text, $placeholder_values))
            or is_one_of(c.impact_text, $placeholder_values) as vague,
        c.assessed_at is null and supplied(c.record, 'assessed_at') as undated
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
),
judged as (
    select
        *,
        change_type = 'emergency' and limit_at > $as_of as not_due,
        change_type = 'emergency' and assessed_at >= limit_at + to_minutes(1) as late,
        change_type = 'emergency' and undated as maybe_late
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    implemented and change_type <> 'standard' and not not_due as applies,
    case when no_risk or no_impact                              then false
         when vague                                             then null
         when late                                              then false
         when maybe_late                                        then null
         when risk_level is not null or risk_text is not null   then true
    end as conforms,
    case when change_type = 'standard'                          then 'standard'
         when not implemented                                   then 'not_implemented'
         when not_due                                           then 'not_due'
         when status is null                                    then 'status_unknown'
         when change_type is null                               then 'type_unknown'
         when implemented is null and has_rejected              then 'rejection_unclear'
         when implemented is null                               then 'implemented_unknown'
         when change_type = 'emergency' and limit_at is null    then 'no_end'
         when no_risk and no_impact                             then 'nothing'
         when no_risk                                           then 'no_risk'
         when no_impact                                         then 'no_impact'
         when vague                                             then 'vague'
         when late                                              then 'late'
         when maybe_late                                        then 'no_assessment_time'
         else 'ok'
    end as message,
    impact_text,
    risk_level,
    risk_text,
    assessed_by,
    assessed_at,
    actual_end,
    $retro_hours as limit_hours,
    elapsed_minutes(actual_end, assessed_at) as after
from judged
