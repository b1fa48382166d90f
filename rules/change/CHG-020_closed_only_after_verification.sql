/*
id       = "CHG-020"
title.zh = "变更效果验证后方可关闭"
title.en = "Changes are closed only after their effect is verified"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-28"]
supports = ["QA-3.4-3"]
needs    = ["changes.status", "changes.closed_at", "changes.verified_at | change_tasks.closed_at"]
uses     = ["changes.outcome", "changes.actual_start", "changes.actual_end", "changes.created_at", "changes.verification_result", "changes.approval_status", "change_tasks.change_id", "change_tasks.task_type", "change_tasks.status", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { outcome = "applies", approval_status = "applies", actual_start = "conforming", actual_end = "conforming", verified_at = "nonconforming", verification_result = "conforming" }
since    = "0.1"
status   = "stable"
why.zh   = "未经验证就关闭，变更是否达到预期、有没有带来新的问题都无人确认，缺陷会留到业务上才被发现。"
why.en   = "Where a change is closed unverified, nobody has confirmed that it works and broke nothing; faults then surface in the business."
fix.zh   = "补做效果验证，记录验证人、验证时间和结论；验证不通过的，重新处理或回退；在工具中把验证设为关闭的前置步骤。"
fix.en   = "Verify the effect now and record who, when and the result; rework or back out what fails; make verification a step that must precede closing."
noise.zh = "验证可能写在附件、测试报告或备注里，没有填入验证时间；验证任务可能随变更关闭被系统自动关闭；实际结束时间事后更正，会使验证看似早于实施结束。不足一分钟的先后不计。"
noise.en = "The verification may stand in an attachment or a note; verify tasks may be closed by the tool together with the change; a corrected actual end makes a verification look premature. Less than a minute does not count."

[params.grace_minutes]
type = "minutes"
value = 0
min = 0
max = 1440
help.zh = "关闭之后多少分钟内补记的验证仍算关闭前验证，用于弥补工具之间的时钟差。"
help.en = "Minutes after closing within which a verification still counts as preceding it, to allow for clocks."

[params.review_state_counts]
type = "switch"
value = false
reads = ["status_history.object_type", "status_history.object_id", "status_history.field", "status_history.old_value", "status_history.new_value", "status_history.changed_at"]
help.zh = "本单位规定“评审中”状态即为效果验证时开启：由“评审中”转入“已关闭”视为完成验证。"
help.en = "Turn on where the firm's procedure makes the state “in review” the verification: moving from it to closed then counts."

[message.failed]
verdict = "nonconforming"
marks = "changes.closed_at"
zh = "变更 {id} 的验证结论为不通过，却于 {closed_at:time} 关闭。"
en = "Change {id} failed its verification, yet was closed at {closed_at:time}."

[message.late]
verdict = "nonconforming"
marks = "proof_at"
zh = "变更 {id} 于 {closed_at:time} 关闭，{proof_at:time} 才完成验证，晚 {late_minutes:duration}。"
en = "Change {id} was closed at {closed_at:time} and verified only at {proof_at:time}, {late_minutes:duration} later."

[message.missing]
verdict = "nonconforming"
marks = "changes.verified_at"
zh = "变更 {id} 于 {closed_at:time} 关闭，验证时间为空，也没有可作证明的验证或评审任务。"
en = "Change {id} was closed at {closed_at:time} with an empty verification time and no verify or review task to prove it."

[message.no_task]
verdict = "nonconforming"
marks = "changes.verified_at"
zh = "变更 {id} 于 {closed_at:time} 关闭，实施结束（{actual_end:time}）之后没有完成的验证或评审任务。"
en = "Change {id} was closed at {closed_at:time}, and no verify or review task was completed after the work ended ({actual_end:time})."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {proof_at:time} 完成验证，{closed_at:time} 关闭。"
en = "Change {id} was verified at {proof_at:time} and closed at {closed_at:time}."

[message.partial]
verdict = "not_assessed"
zh = "验证结论为部分通过，遗留问题是否允许关闭须由人判断。"
en = "The verification passed in part; whether closing was justified is for a person to judge."

[message.no_close_time]
verdict = "not_assessed"
zh = "变更状态为已关闭，但关闭时间为空。"
en = "The change is closed, but its closing time is empty."

[message.too_early]
verdict = "not_assessed"
zh = "验证时间早于实施结束（没有结束时间的，早于实施开始），不能证明验证的是实施后的效果。"
en = "The verification lies before the end of the work (before its start, where no end is recorded), so it does not prove that the effect was verified."

[message.result_without_time]
verdict = "not_assessed"
zh = "有验证结论但没有验证时间，无法判断验证与关闭的先后。"
en = "A result of verification is recorded without its time, so it cannot be told which came first."

[message.end_unknown]
verdict = "not_assessed"
zh = "关闭前有验证，但没有实际结束时间，不能确定验证的是实施后的效果。"
en = "There is a verification before closing, but no actual end, so it may not have verified the effect of the work."

[message.task_unclear]
verdict = "not_assessed"
zh = "没有关闭前的验证记录，但有任务的类型、状态或关闭时间不明，可能就是验证任务。"
en = "No verification before closing is recorded, but a task lacks type, state or closing time and may be one."

[message.tasks_incomplete]
verdict = "not_assessed"
zh = "未找到关闭前的验证记录，但不能确定变更任务的导出是完整的。"
en = "No verification before closing was found, but the change tasks are not known to be complete."

[message.history_incomplete]
verdict = "not_assessed"
zh = "未找到关闭前的验证记录，但不能确定状态流转记录是完整的。"
en = "No verification before closing was found, but the history is not known to be complete."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the change is closed."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_closed]
verdict = "not_applicable"
zh = "变更没有关闭，或已取消、已否决。"
en = "The change is not closed, or was cancelled or rejected."

[message.cancelled]
verdict = "not_applicable"
zh = "变更以“取消”的结果关闭。"
en = "The change was closed as cancelled."

[message.rejected]
verdict = "not_applicable"
zh = "变更被否决后关闭，没有实施迹象。"
en = "The change was rejected and closed, with no sign of implementation."
*/
with closings as (                       -- a verification counts from the end of the work, until the closing
    select
        *,
        coalesce(actual_end, actual_start) - to_minutes(1) as too_early,   -- less than a minute
        closed_at + to_minutes($grace_minutes + 1) as too_late             -- does not count
    from changes
),
tasks as (                               -- one row a change: its verify and review tasks
    select
        c.ns,
        c.change_id,
        min(t.closed_at) filter (
            where t.task_type in ('verify', 'review') and t.status = 'closed'
                  and (c.too_early is null or t.closed_at > c.too_early)) as task_at,
        count(*) filter (
            where coalesce(t.task_type, 'verify') in ('verify', 'review')
                  and coalesce(t.status, 'closed') = 'closed'
                  and (t.closed_at is null
                       or t.closed_at < c.too_late
                          and (c.too_early is null or t.closed_at > c.too_early))) as maybe
    from closings c
    join change_tasks t on t.ns = c.ns and t.change_id = c.change_id
    group by c.ns, c.change_id
),
reviews as (                             -- one row a change: when it went from review to closed
    select
        c.ns,
        c.change_id,
        min(h.changed_at) as review_at
    from changes c
    join status_history h on h.ns = c.ns and h.object_id = c.change_id
    where $review_state_counts
          and h.object_type = 'change' and h.field = 'status'
          and h.old_value = 'in_review' and h.new_value = 'closed'
          and (c.actual_end is null or h.changed_at >= c.actual_end)
    group by c.ns, c.change_id
),
facts as (
    select
        c.*,
        case when c.too_early is null or c.verified_at > c.too_early then c.verified_at end as own_at,
        t.task_at,
        r.review_at,
        c.actual_end is null and supplied(c.record, 'actual_end') as end_unknown,
        t.maybe > 0 as has_unclear_task,
        a.implemented,
        a.has_rejected,
        supplied(c.record, 'verified_at') as verified_at_supplied,
        table_supplied('change_tasks', c.ns) as tasks_supplied,
        complete_over('change_tasks', c.ns,
                      coalesce(earliest(coalesce(c.actual_end, c.actual_start), c.closed_at), c.created_at),
                      c.closed_at) as tasks_complete,
        complete('status_history', c.ns, c.closed_at) as history_complete
    from closings c
    left join tasks t on t.ns = c.ns and t.change_id = c.change_id
    left join reviews r on r.ns = c.ns and r.change_id = c.change_id
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
),
judged as (
    select
        *,
        case when status <> 'closed' or outcome = 'cancelled' then false
             when status = 'closed'                           then implemented
        end as closed_after_work,
        own_at < too_late or task_at < too_late as before_closing,
        (own_at < too_late or task_at < too_late) and not end_unknown
            or review_at < too_late as verified_in_time,
        own_at >= too_late or task_at >= too_late or review_at >= too_late as verified_late,
        tasks_supplied and not tasks_complete             -- closed before the end, none can lie between
            and (own_at is null or too_early is null or too_early < too_late) as task_may_be_absent,
        $review_state_counts and not history_complete as review_may_be_absent,
        coalesce(earliest(own_at, task_at), own_at, task_at) as own_or_task_at
    from facts
)
select
    record,
    closed_at as at,
    closed_by as owner,
    closed_after_work as applies,
    case when closed_at is null                                     then null
         when verification_result = 'failed'                        then false
         when verified_in_time and verification_result = 'partial'  then null
         when verified_in_time                                      then true
         when before_closing                                        then null
         when has_unclear_task                                      then null
         when task_may_be_absent                                    then null
         when review_may_be_absent                                  then null
         when verified_late                                         then false
         when verified_at is not null                               then null
         when verification_result is not null                       then null
         when verified_at_supplied or tasks_supplied                then false
    end as conforms,
    case when status <> 'closed'                                    then 'not_closed'
         when outcome = 'cancelled'                                 then 'cancelled'
         when status is null                                        then 'status_unknown'
         when not closed_after_work                                 then 'rejected'
         when closed_after_work is null and has_rejected            then 'rejection_unclear'
         when closed_after_work is null                             then 'implemented_unknown'
         when closed_at is null                                     then 'no_close_time'
         when verification_result = 'failed'                        then 'failed'
         when verified_in_time and verification_result = 'partial'  then 'partial'
         when verified_in_time                                      then 'ok'
         when before_closing                                        then 'end_unknown'
         when has_unclear_task                                      then 'task_unclear'
         when task_may_be_absent                                    then 'tasks_incomplete'
         when review_may_be_absent                                  then 'history_incomplete'
         when verified_late                                         then 'late'
         when verified_at is not null                               then 'too_early'
         when verification_result is not null                       then 'result_without_time'
         when verified_at_supplied                                  then 'missing'
         else 'no_task'
    end as message,
    verified_at,
    verified_by,
    verification_result,
    task_at,
    actual_end,
    closed_at,
    coalesce(earliest(own_or_task_at, review_at), own_or_task_at, review_at) as proof_at,
    elapsed_minutes(closed_at, coalesce(earliest(own_or_task_at, review_at), own_or_task_at, review_at))
        as late_minutes
from judged
