/*
id       = "CHG-035"
title.zh = "关闭的变更记录了结果"
title.en = "Closed changes state an outcome"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-28"]
needs    = ["changes.status", "changes.outcome"]
uses     = ["changes.actual_start", "changes.actual_end", "changes.approval_status", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { outcome = "nonconforming", actual_start = "applies", actual_end = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "关闭时不写成功、失败还是回退，事后既看不出变更有没有达到目的，也算不出成功率，失败的变更就此无声无息。"
why.en   = "Closed without saying whether it succeeded, failed or was backed out, a change leaves nobody able to tell if it did its job; success rates mean nothing and failures pass unseen."
fix.zh   = "由变更负责人核实后补填结果；在工具中把变更结果设为关闭前的必填项。"
fix.en   = "Have whoever answers for the change establish and enter the outcome; make it a mandatory field of closing in the tool."
noise.zh = "结果可能写在关闭说明或评审纪要里，没有填入字段；改用新表单以前的旧单可能没有这个字段；在工具外取消后直接关闭的变更，结果应填“已取消”。"
noise.en = "The outcome may stand in the closing note or the minutes of a review instead of its field; tickets older than the present form may lack the field; one called off and then closed should say so as its outcome."

[message.missing]
verdict = "nonconforming"
zh = "变更 {id} 已于 {closed_at:time} 由 {closed_by} 关闭（实际开始 {actual_start:time}，实际结束 {actual_end:time}），变更结果没有填写。"
en = "Change {id} was closed at {closed_at:time} by {closed_by} (actual start {actual_start:time}, actual end {actual_end:time}) with no outcome stated."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 已于 {closed_at:time} 关闭，结果为“{outcome}”。"
en = "Change {id} was closed at {closed_at:time}; its outcome is “{outcome}”."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the change is closed."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_closed]
verdict = "not_applicable"
zh = "变更没有关闭，或已取消、已否决。"
en = "The change is not closed, or was cancelled or rejected."

[message.rejected]
verdict = "not_applicable"
zh = "变更被否决后关闭，没有实施迹象，谈不上结果。"
en = "The change was rejected and closed, with no sign of implementation, so there is no outcome to state."
*/
select
    c.record,
    c.closed_at as at,
    c.closed_by as owner,
    c.status = 'closed' and (c.outcome is not null or a.implemented) as applies,
    case when c.outcome is null                         then false
         when c.outcome is not null                     then true end as conforms,
    case when c.status is null                          then 'status_unknown'
         when c.status <> 'closed'                      then 'not_closed'
         when c.outcome is not null                     then 'ok'
         when a.implemented is null                     then 'rejection_unclear'
         when not a.implemented                         then 'rejected'
         else 'missing' end as message,
    c.outcome,
    c.closed_at,
    c.closed_by,
    c.actual_start,
    c.actual_end
from changes c
left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
