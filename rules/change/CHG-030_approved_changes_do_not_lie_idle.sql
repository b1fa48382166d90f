/*
id       = "CHG-030"
title.zh = "变更未逾期悬挂"
title.en = "Approved changes do not lie idle"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["changes.planned_end:day", "changes.status"]
uses     = ["changes.closed_at"]
blank    = { closed_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "批准是对当时的情况作出的。计划早已过去而变更仍挂着，要么做完了没有收尾验证，要么没有做而批准还有效，随时可能被不合时宜地执行。"
why.en   = "An approval holds for the circumstances of its day. Where the plan is long past and the change still open, the work was either done and never verified, or not done and may be carried out at a wrong time on an old approval."
fix.zh   = "逐单核实：已做完的，补录实际时间并验证关闭；不再做的，取消；仍要做的，重新确定计划并重新确认批准；在周例会上过一遍逾期变更。"
fix.en   = "Look into each: record the actual times, verify and close what is done, cancel what is dropped, plan anew and have the approval confirmed where it is still wanted; go through overdue changes every week."
noise.zh = "等待客户、备件或停机窗口而改期的变更，可能没有把新计划填回计划结束时间；有的团队做完后攒到月底一起关闭。"
noise.en = "A change put off for the customer, a part or a window may have a new plan that was not entered; some teams close finished changes in a batch at the end of the month."

[params.overdue_days]
type = "days"
value = 10
min = 0
max = 60
help.zh = "计划结束之日过去多少天以内仍视为正常（当天不计）。"
help.en = "Days after the day of the planned end that are still in order."

[message.overdue]
verdict = "nonconforming"
marks = "changes.planned_end"
zh = "变更 {id} 计划于 {planned_end:date} 结束，到 {as_of_day:date} 仍为“{status}”，已逾期 {days_late:number} 天（允许 {overdue_days:number} 天），也没有新的计划。"
en = "Change {id} was planned to end on {planned_end:date} and is still {status} on {as_of_day:date}, {days_late:number} days later ({overdue_days:number} are allowed), with no new plan."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的计划结束时间 {planned_end:date} 未到，或逾期没有超过 {overdue_days:number} 天。"
en = "The planned end of change {id}, {planned_end:date}, lies ahead or not more than {overdue_days:number} days back."

[message.no_plan]
verdict = "not_assessed"
zh = "计划结束时间为空，看不出是否逾期。"
en = "The planned end is empty, so it cannot be told whether the change is overdue."

[message.closed_yet_open]
verdict = "not_assessed"
zh = "状态显示未完成，却有关闭时间，两者矛盾。"
en = "The status says open, yet there is a time of closing: the two contradict each other."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空。"
en = "The status is empty."

[message.not_approved_yet]
verdict = "not_applicable"
zh = "变更尚未批准。"
en = "The change is not approved yet."

[message.done]
verdict = "not_applicable"
zh = "变更已实施、已关闭，或已取消、已否决。"
en = "The change was implemented, closed, cancelled or rejected."
*/
with days as (
    select
        *,
        days_after(local_day(planned_end, $zone), $overdue_days) as last_day,
        local_day($as_of, $zone) as as_of_day
    from changes
)
select
    record,
    planned_end as at,
    coalesce(implementer, assignment_group) as owner,
    status in ('approved', 'scheduled', 'implementing', 'on_hold') as applies,
    case when closed_at is not null                                     then null
         when last_day < as_of_day                                      then false
         when last_day >= as_of_day                                     then true
    end as conforms,
    case when status is null                                            then 'status_unknown'
         when status in ('draft', 'new', 'assessment', 'pending_approval') then 'not_approved_yet'
         when status not in ('approved', 'scheduled', 'implementing', 'on_hold') then 'done'
         when closed_at is not null                                     then 'closed_yet_open'
         when last_day is null                                          then 'no_plan'
         when last_day < as_of_day                                      then 'overdue'
         else 'ok'
    end as message,
    status,
    planned_end,
    as_of_day,
    as_of_day - local_day(planned_end, $zone) as days_late,
    $overdue_days as overdue_days
from days
