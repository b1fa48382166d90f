/*
id       = "CHG-033"
title.zh = "被拒变更未实施"
title.en = "Rejected or cancelled changes are not implemented"
severity = "major"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["changes.status", "changes.actual_start"]
uses     = [
    "changes.outcome", "changes.actual_end", "changes.approval_status", "changes.approved_at", "changes.created_at", "changes.closed_at",
    "approvals.object_type", "approvals.object_id", "approvals.decision", "approvals.decided_at",
    "status_history.object_type", "status_history.object_id", "status_history.field", "status_history.new_value", "status_history.changed_at",
]
blank    = { actual_start = "conforming", actual_end = "applies", outcome = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "否决或取消之后照样实施，审批就成了摆设：被认为不该做的事还是做了，而且没有人再为它的影响负责。"
why.en   = "Where work goes on after a rejection or a cancellation, approval decides nothing: what was judged unfit is done after all, and nobody answers for its effect any more."
fix.zh   = "查明由谁决定继续实施；确有新的批准的，补充记录；没有的，按未授权变更处理，评估影响，必要时回退；在工具中禁止从“已否决”“已取消”再进入实施。"
fix.en   = "Find out who decided to go on. Where there was a new approval, add it; where not, treat the change as unauthorised, weigh its effect and undo it if need be; let the tool bar implementation from “rejected” or “cancelled”."
noise.zh = "否决后另行批准的结论可能没有录入工具；多级审批中某一级退回修改也可能被记成否决；实际开始时间可能由状态变化自动写入或事后补填。不足一分钟的先后不计。"
noise.en = "A new approval after the rejection may not have been entered; a stage that sent the change back for correction may be recorded as a rejection; the actual start may be stamped by a change of state or filled in later. Less than a minute does not count."

[message.after_rejection]
verdict = "nonconforming"
marks = "changes.actual_start"
zh = "变更 {id} 于 {rejected_at:time} 被否决，此后没有新的批准，却于 {actual_start:time} 开始实施，在否决之后 {after_rejection:duration}。"
en = "Change {id} was rejected at {rejected_at:time} with no approval since, and yet work began at {actual_start:time}, {after_rejection:duration} later."

[message.after_void]
verdict = "nonconforming"
marks = "changes.actual_start"
zh = "变更 {id} 于 {voided_at:time} 转为“{status}”，却又于 {actual_start:time} 开始实施，在其后 {after_void:duration}。"
en = "Change {id} became “{status}” at {voided_at:time}, and yet work began at {actual_start:time}, {after_void:duration} later."

[message.done]
verdict = "nonconforming"
marks = "changes.actual_start"
zh = "变更 {id} 的最后审批结论为否决（{rejected_at:time}），变更结果却为“{outcome}”（实际开始 {actual_start:time}）。"
en = "The last decision on change {id} was a rejection ({rejected_at:time}), and yet its outcome is “{outcome}” (actual start {actual_start:time})."

[message.not_started]
verdict = "conforming"
zh = "变更 {id} 被否决或取消，没有实施。"
en = "Change {id} was rejected or cancelled and not implemented."

[message.started_before]
verdict = "conforming"
zh = "变更 {id} 于 {actual_start:time} 开始实施，其后才被否决或取消（{rejected_at:time}，{voided_at:time}）。"
en = "Work on change {id} began at {actual_start:time}, before it was rejected or cancelled ({rejected_at:time}, {voided_at:time})."

[message.time_unknown]
verdict = "not_assessed"
zh = "变更被否决或取消，也有实际开始时间，但否决或取消的时间不明，无法判断先后。"
en = "The change was rejected or cancelled and has an actual start, but the time of the rejection or cancellation is not known."

[message.no_start]
verdict = "not_assessed"
zh = "变更被否决或取消，状态、结果或实际结束时间却表明可能实施过，而实际开始时间为空。"
en = "The change was rejected or cancelled, its state, outcome or actual end suggests that it may have been implemented, and its actual start is empty."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾，或否决与批准的先后不明，无法确定最后的结论。"
en = "The approval data contradict each other, or it cannot be told which decision came last."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，无法确定最后的结论。"
en = "An approval row has no readable decision or object type, so the last decision cannot be told."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "不能确定审批记录是完整的：也许另有否决，或在所见的否决之后另有批准。"
en = "The approvals are not known to be complete: there may be a rejection, or an approval after the rejection that is seen."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已取消或否决。"
en = "The status is empty, so it cannot be told whether the change was cancelled or rejected."

[message.not_rejected]
verdict = "not_applicable"
zh = "变更没有被否决或取消。"
en = "The change was neither rejected nor cancelled."

[message.approved_again]
verdict = "not_applicable"
zh = "变更被否决后又获批准。"
en = "The change was rejected and approved again later."
*/
with decisions as (                      -- one row a change: what its approvals say
    select
        ns,
        object_id,
        count(*) filter (where decision = 'approved') as approved,
        count(*) filter (where decision = 'rejected') as rejected,
        count(*) filter (where decision in ('approved', 'rejected') and decided_at is null) as undated,
        max(decided_at) filter (where decision = 'approved') as approved_at,
        max(decided_at) filter (where decision = 'rejected') as rejected_at
    from approvals
    where object_type = 'change'
    group by ns, object_id
),
turns as (                               -- when a change last became rejected or cancelled
    select ns, object_id, new_value, max(changed_at) as changed_at
    from status_history
    where object_type = 'change' and field = 'status' and new_value in ('rejected', 'cancelled')
    group by ns, object_id, new_value
),
weighed as (
    select
        c.*,
        a.implemented,
        h.changed_at as turned_at,
        d.rejected_at as last_rejected_at,
        c.status in ('rejected', 'cancelled') as void,
        c.outcome in ('successful', 'successful_with_issues', 'failed', 'backed_out') as done,
        case when a.has_unclear                                           then 'decision_unclear'
             when d.approved > 0 and d.rejected > 0 and d.undated > 0     then 'contradictory'
             when c.approval_status = 'rejected' and d.approved > 0
                  and (d.rejected_at > d.approved_at) is not true         then 'contradictory'
             when c.approval_status = 'rejected'                          then 'rejected'
             when d.approved_at > d.rejected_at                           then 'approved_again'
             when d.rejected > 0 and c.approval_status = 'approved'       then 'contradictory'
             when d.approved_at = d.rejected_at                           then 'contradictory'
             when d.rejected > 0
                  and complete_over('approvals', c.ns, coalesce(d.rejected_at, c.created_at),
                                    coalesce(latest(coalesce(c.actual_start, c.actual_end, c.closed_at),
                                                    d.rejected_at), d.rejected_at, $as_of))
                                                                          then 'rejected'
             when d.rejected > 0                                          then 'approvals_incomplete'
             when d.approved > 0 or a.approvals_complete or not a.approvals_supplied
                  or coalesce(c.approval_status, c.approved_at::varchar) is not null
                                                                          then 'not_rejected'
             else 'approvals_incomplete' end as last_decision
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join decisions d on d.ns = c.ns and d.object_id = c.change_id
    left join turns h on h.ns = c.ns and h.object_id = c.change_id and h.new_value = c.status
),
judged as (
    select
        *,
        last_decision = 'rejected' as rejected,
        last_decision in ('not_rejected', 'approved_again') as not_rejected,
        case when last_decision = 'rejected'
             then coalesce(last_rejected_at, case when status = 'rejected' then turned_at end)
        end as rejected_at,
        coalesce(turned_at, case when status = 'rejected' and last_decision = 'rejected'
                                 then last_rejected_at end) as voided_at
    from weighed
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    case when void or rejected                                       then true
         when status is null                                         then null
         when not_rejected                                           then false end as applies,
    case when rejected and done                                      then false
         when actual_start >= rejected_at + to_minutes(1)            then false
         when actual_start >= voided_at + to_minutes(1)              then false
         when done and actual_start is null                          then null
         when status is null                                         then null
         when not implemented                                        then true
         when actual_start is not null and (not_rejected or rejected_at is not null)
              and (not void or voided_at is not null)                then true end as conforms,
    case when void or rejected                                       then
             case when rejected and done                             then 'done'
                  when actual_start >= rejected_at + to_minutes(1)       then 'after_rejection'
                  when actual_start >= voided_at + to_minutes(1)         then 'after_void'
                  when done and actual_start is null                 then 'no_start'
                  when not implemented                               then 'not_started'
                  when status is null                                then 'status_unknown'
                  when actual_start is null                          then 'no_start'
                  when (not_rejected or rejected_at is not null)
                       and (not void or voided_at is not null)       then 'started_before'
                  else 'time_unknown' end
         when status is null                                         then 'status_unknown'
         when last_decision = 'decision_unclear'                     then 'decision_unclear'
         when last_decision = 'contradictory'                        then 'contradictory'
         when last_decision = 'approvals_incomplete'                 then 'approvals_incomplete'
         when last_decision = 'approved_again'                       then 'approved_again'
         else 'not_rejected' end as message,
    status,
    outcome,
    actual_start,
    actual_end,
    rejected_at,
    voided_at,
    elapsed_minutes(rejected_at, actual_start) as after_rejection,
    elapsed_minutes(voided_at, actual_start) as after_void
from judged
