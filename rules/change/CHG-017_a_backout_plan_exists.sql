/*
id       = "CHG-017"
title.zh = "有回退及补救方案"
title.en = "A back-out plan exists"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-27"]
supports = []
needs    = ["changes.backout_plan", "changes.change_type", "changes.status"]
uses     = ["changes.remedy_text", "changes.outcome", "changes.actual_start", "changes.actual_end", "changes.approval_status", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { backout_plan = "nonconforming", remedy_text = "nonconforming", outcome = "applies", actual_start = "applies", actual_end = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "变更失败时才去想怎么退，往往已经来不及：停机在延长，原来的状态没有备份，能退的步骤也做过头了。回退或补救办法要在动手之前写好。"
why.en   = "Thinking of the way back only after a failure is too late: the outage runs on, the former state was not saved, and steps that could be undone are past. The way back or the remedy is written before work begins."
fix.zh   = "补写回退步骤、触发条件和所需时间；确实无法回退的，写明补救措施；在工具中把回退方案设为送审前的必填项，并不接受“无”“待补”。"
fix.en   = "Write down the steps back, when they are taken and how long they need; where nothing can be undone, the remedy. Make the plan a mandatory field before approval, and take no “none” or “to follow” for an answer."
noise.zh = "方案可能写在附件、实施方案或变更任务里，没有填入字段；有的变更（如新增只读账号）确实没有可回退的内容，应写明理由和补救办法。"
noise.en = "The plan may stand in an attachment, the work plan or a task instead of its field; some changes truly have nothing to undo, which should be said with its reason and the remedy."

[message.missing]
verdict = "nonconforming"
zh = "变更 {id}（类型 {change_type}，状态 {status}，计划开始 {planned_start:time}）没有填写回退方案，也没有补救措施。"
en = "Change {id} (type {change_type}, status {status}, planned start {planned_start:time}) has neither a back-out plan nor a remedy."

[message.placeholder]
verdict = "nonconforming"
zh = "变更 {id}（类型 {change_type}，状态 {status}，计划开始 {planned_start:time}）的回退方案为“{backout_plan}”，补救措施为“{remedy_text}”，等于没有填写。"
en = "The back-out plan of change {id} (type {change_type}, status {status}, planned start {planned_start:time}) reads “{backout_plan}” and its remedy “{remedy_text}”, which says nothing."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 有回退方案：{backout_plan}"
en = "Change {id} has a back-out plan: {backout_plan}"

[message.remedy]
verdict = "conforming"
zh = "变更 {id} 没有回退方案，但写明了补救措施：{remedy_text}"
en = "Change {id} has no back-out plan, but states a remedy: {remedy_text}"

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已批准或实施。"
en = "The status is empty, so it cannot be told whether the change was approved or implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是由模板载明方案的标准变更。"
en = "The change type is empty; it may be a standard change, whose template holds the plan."

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
zh = "标准变更的回退方案在其模板中。"
en = "The plan of a standard change stands in its template."

[message.not_done]
verdict = "not_applicable"
zh = "变更已取消、已否决，或未实施即关闭。"
en = "The change was cancelled or rejected, or closed without being implemented."

[message.ahead]
verdict = "not_applicable"
zh = "变更尚未批准。"
en = "The change is not approved yet."
*/
with judged as (
    select
        c.*,
        a.implemented,
        a.has_rejected,
        a.implemented
            or c.status in ('approved', 'scheduled')
            or (c.status not in ('cancelled', 'rejected', 'closed')
                and c.approval_status is not distinct from 'approved') as due,
        c.backout_plan is not null and trim(c.backout_plan) <> ''
            and not is_one_of(c.backout_plan, $placeholder_values) as plan_stated,
        c.remedy_text is not null and trim(c.remedy_text) <> ''
            and not is_one_of(c.remedy_text, $placeholder_values) as remedy_stated
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
)
select
    record,
    coalesce(actual_start, planned_start, created_at) as at,
    coalesce(implementer, requester) as owner,
    due and change_type <> 'standard' as applies,
    plan_stated or remedy_stated as conforms,
    case when change_type = 'standard'                       then 'standard'
         when status is null                                 then 'status_unknown'
         when not due and status in ('cancelled', 'rejected', 'closed') then 'not_done'
         when not due                                        then 'ahead'
         when change_type is null                            then 'type_unknown'
         when due is null and has_rejected                   then 'rejection_unclear'
         when due is null                                    then 'implemented_unknown'
         when plan_stated                                    then 'ok'
         when remedy_stated                                  then 'remedy'
         when backout_plan is null and remedy_text is null   then 'missing'
         else 'placeholder' end as message,
    change_type,
    status,
    backout_plan,
    remedy_text,
    planned_start,
    actual_start
from judged
