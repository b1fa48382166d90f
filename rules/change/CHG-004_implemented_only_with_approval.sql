/*
id       = "CHG-004"
title.zh = "未经批准不得实施变更"
title.en = "No change is implemented without approval"
severity = "major"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-24", "QA-3.4-3"]
supports = ["QM-8.5.3-5", "KP-3.1.3-5"]
needs    = [
    "changes.change_type",
    "changes.status",
    "changes.approval_status | approvals.decision",
]
uses     = ["changes.approved_at", "changes.outcome", "changes.actual_start", "changes.actual_end", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decided_at"]
blank    = { outcome = "applies", approval_status = "nonconforming", approved_at = "nonconforming" }
since    = "0.1"
status   = "stable"
why.zh   = "未经批准就实施变更，等于绕过了变更控制：影响没有评估，风险无人承担，出了故障也说不清是谁同意的。这是变更管理中最重的一类不符合。"
why.en   = "A change made without approval bypasses change control: its effect was not weighed, nobody answers for the risk, and after a failure nobody can say who agreed."
fix.zh   = "查明该变更由谁决定实施；确有批准的，补充批准记录及依据；没有批准的，按未授权变更处理，并在工具中设置“未批准不能进入实施状态”。"
fix.en   = "Find out who decided to go ahead. Where approval was given, add the record and its proof; where not, treat the change as unauthorised, and let the tool bar implementation before approval."
noise.zh = "批准可能在OA、邮件或会议纪要中，没有录入工单工具；标准变更可能误填为常规变更；部分工具在取消工单时自动写入实际结束时间，使未实施的变更看似已实施。"
noise.en = "The approval may sit in an office system, an e-mail or minutes; a standard change may be entered as normal; some tools stamp an actual end when a change is cancelled, so that it looks implemented."

[message.not_approved]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "变更 {id} 已实施（类型 {change_type}，状态 {status}，实际开始 {actual_start:time}），但没有批准记录，单据上的审批状态为“{approval_status}”。"
en = "Change {id} was implemented (type {change_type}, status {status}, actual start {actual_start:time}) without approval; its recorded approval state is “{approval_status}”."

[message.nothing_recorded]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "变更 {id} 已实施（类型 {change_type}，状态 {status}，实际开始 {actual_start:time}），审批状态和批准时间为空，也没有批准记录。"
en = "Change {id} was implemented (type {change_type}, status {status}, actual start {actual_start:time}) with an empty approval state, no time of approval and no approval on record."

[message.no_approval_row]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "变更 {id} 已实施（类型 {change_type}，状态 {status}，实际开始 {actual_start:time}），而该时段完整的审批记录中没有对它的批准。"
en = "Change {id} was implemented (type {change_type}, status {status}, actual start {actual_start:time}), and the approvals, complete for that time, hold none that approves it."

[message.overruled]
verdict = "nonconforming"
marks = "rejected_at"
zh = "变更 {id} 已实施（类型 {change_type}，状态 {status}，实际开始 {actual_start:time}），但此前的批准已被 {rejected_at:time} 的否决取代，单据上的审批状态为“{approval_status}”，此后没有新的批准。"
en = "Change {id} was implemented (type {change_type}, status {status}, actual start {actual_start:time}) although the rejection of {rejected_at:time} had overruled its earlier approval; its recorded approval state is “{approval_status}”, and there is no later approval."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 已有批准（审批状态 {approval_status}，批准时间 {approved_at:time}，审批结论 {decisions:list}）。"
en = "Change {id} was approved (approval state {approval_status}, time of approval {approved_at:time}, decisions {decisions:list})."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "没有批准记录，但有审批记录的结论或对象类型不明，可能就是批准。"
en = "No approval is recorded, but an approval row has no readable decision or object type and may be one."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "未找到批准记录，但不能确定审批记录在变更期间是完整的。"
en = "No approval was found, but the approvals are not known to be complete over the time of the change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，无法判断是否属于无须逐单批准的标准变更。"
en = "The change type is empty; it may be a standard change, which needs no approval of its own."

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
zh = "标准变更按预授权模板实施，不逐单批准。"
en = "A standard change rests on a pre-authorised template."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.rejected]
verdict = "not_applicable"
zh = "变更被否决后关闭，没有实施迹象。"
en = "The change was rejected and closed, with no sign of implementation."
*/
select
    c.record,
    coalesce(c.actual_start, c.actual_end, c.closed_at, c.created_at) as at,
    c.implementer as owner,
    a.implemented and c.change_type <> 'standard' as applies,
    a.approved as conforms,
    case when c.change_type = 'standard'                       then 'standard'
         when c.status is null                                 then 'status_unknown'
         when not a.implemented and c.status = 'closed' and c.outcome is null then 'rejected'
         when not a.implemented                                then 'not_implemented'
         when c.change_type is null                            then 'type_unknown'
         when a.implemented is null and a.has_rejected         then 'rejection_unclear'
         when a.implemented is null                            then 'implemented_unknown'
         when a.contradictory                                  then 'contradictory'
         when a.approved                                       then 'ok'
         when a.overruled                                      then 'overruled'
         when a.has_unclear                                    then 'decision_unclear'
         when c.approval_status is not null                    then 'not_approved'
         when a.approved is null                               then 'approvals_incomplete'
         when a.state_supplied                                 then 'nothing_recorded'
         else 'no_approval_row'
    end as message,
    c.change_type,
    c.status,
    c.outcome,
    c.actual_start,
    c.actual_end,
    c.approval_status,
    c.approved_at,
    a.rejected_at,
    a.decisions
from changes c
left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
