/*
id       = "CHG-019"
title.zh = "变更实施后评审"
title.en = "Changes are reviewed after implementation"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-31"]
supports = ["QM-8.4.6-29"]
needs    = [
    "changes.pir_at:day | reviews.held_at:day",
    "changes.actual_end:day",
    "changes.closed_at:day",
    "changes.status",
    "changes.change_type",
    "changes.outcome",
    "changes.change_id",
]
uses     = [
    "changes.risk_level", "changes.pir_result", "changes.actual_start", "changes.created_at", "changes.approval_status",
    "approvals.object_type", "approvals.object_id", "approvals.decision", "reviews.subject_id", "reviews.outputs",
    "projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working",
]
blank    = { pir_at = "nonconforming", pir_result = "nonconforming", actual_end = "applies", closed_at = "applies", outcome = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "失败、回退、紧急和高风险的变更最值得复盘。不评审，同样的疏漏会在下一次变更中重演，紧急变更事后也无人说明当时的判断是否得当。"
why.en   = "Changes that failed, were backed out, were urgent or risky have the most to teach. Without a review the same slip returns with the next change, and nobody ever says whether the urgency was justified."
fix.zh   = "补开实施后评审，写明结果、原因和改进措施，并在评审台账中登记变更单号；在工具中对此类变更设置评审任务，评审完成前不得关闭。"
fix.en   = "Hold the review now, state result, causes and measures, and enter the change number in the register of reviews; let the tool open a review task for such changes and keep them open until it is done."
noise.zh = "评审可能并入例会、周会或故障复盘，没有填入变更单；一次评审多个变更时，台账须逐个登记变更单号；没有实际结束时间的，从关闭之日起算，关闭之前的评审不能确认。期限从最后一个允许的工作日结束时起即告届满，随后的休息日也算超期。"
noise.en = "The review may be part of a regular meeting or an incident review and not be recorded on the change; a meeting about several changes needs a row for each. Without an actual end the days are counted from the closing, and a review before it is left open. The time allowed is over with the last working day allowed; days off after it are late."

[params.pir_days]
type = "days"
value = 10
min = 1
max = 30
help.zh = "实施结束后多少个工作日内应完成评审。"
help.en = "Working days after the end of the work within which the review must be held."

[message.missing]
verdict = "nonconforming"
marks = "changes.pir_at"
zh = "变更 {id}（类型：{change_type}，风险：{risk_level}，结果：{outcome}）于 {ended_on:date} 实施结束，到 {until:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内），没有实施后评审的记录。"
en = "Change {id} (type {change_type}, risk {risk_level}, outcome {outcome}) ended on {ended_on:date}; {days:number} working days had passed before {until:date} ({limit:number} allowed), and no post-implementation review is on record."

[message.no_result]
verdict = "nonconforming"
marks = "changes.pir_at"
zh = "变更 {id}（类型：{change_type}，风险：{risk_level}，结果：{outcome}）于 {ended_on:date} 实施结束，{seen_on:date} 的评审没有写明结论，到 {until:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内）。"
en = "Change {id} (type {change_type}, risk {risk_level}, outcome {outcome}) ended on {ended_on:date}; its review of {seen_on:date} states no result, and {days:number} working days had passed before {until:date} ({limit:number} allowed)."

[message.late]
verdict = "nonconforming"
marks = "changes.pir_at"
zh = "变更 {id}（类型：{change_type}，风险：{risk_level}，结果：{outcome}）于 {ended_on:date} 实施结束，{until:date} 才评审，此前已过 {days:number} 个工作日（应在 {limit:number} 个以内）。"
en = "Change {id} (type {change_type}, risk {risk_level}, outcome {outcome}) ended on {ended_on:date} and was not reviewed until {until:date}, after {days:number} working days had passed ({limit:number} allowed)."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {ended_on:date} 实施结束，{until:date} 已评审。"
en = "Change {id} ended on {ended_on:date} and was reviewed on {until:date}."

[message.reviews_incomplete]
verdict = "not_assessed"
zh = "没有找到按期的评审，但评审台账不能确定完整，或有评审的日期、编号不明。"
en = "No review in time was found, but the register of reviews is not known to be complete, or holds reviews whose date or subject is not clear."

[message.end_unknown]
verdict = "not_assessed"
zh = "没有实际结束时间；有评审在实施开始与关闭之间，不能确定是否在实施结束之后。"
en = "No actual end is recorded, and a review was held between start and closing; it may have come before the work ended."

[message.workdays_unknown]
verdict = "not_assessed"
zh = "项目的工作日历没有覆盖这段时间，无法计算工作日。"
en = "The project's calendar does not cover that time, so working days cannot be counted."

[message.no_end_time]
verdict = "not_assessed"
zh = "变更已实施，但结束时间不明：实际结束和关闭时间都为空，或实际结束早于实际开始。"
en = "The change was implemented, and its end is not known: actual end and closing are empty, or the actual end lies before the actual start."

[message.kind_unknown]
verdict = "not_assessed"
zh = "变更的类型、风险等级或结果为空，无法判断是否须评审。"
en = "Type, risk or outcome is empty, so it cannot be told whether a review is due."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "无法判断变更是否已实施。"
en = "It cannot be told whether the change was implemented."

[message.ordinary]
verdict = "not_applicable"
zh = "不是失败、回退、紧急或高风险的变更。"
en = "The change neither failed nor was backed out, and is no emergency or high risk."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更没有实施。"
en = "The change was not implemented."

[message.going_on]
verdict = "not_applicable"
zh = "变更仍在实施。"
en = "The work is still going on."

[message.not_due]
verdict = "not_applicable"
zh = "尚未评审，期限未到。"
en = "Not reviewed yet, and the time allowed has not passed."
*/
with judged as (
    select
        c.record,
        c.change_type,
        c.risk_level,
        c.outcome,
        c.pir_result,
        c.implementer,
        coalesce(c.actual_end, c.closed_at) as ended_at,
        a.implemented,
        v.due,
        c.status = 'implementing' and coalesce(c.actual_end, c.closed_at) is null as going_on,
        v.ended_on,
        v.reviewed,
        v.seen_on,
        v.before_closing,
        v.all_known,
        v.until,
        e.workday - b.workday as days,
        v.calendar_days > $pir_days and e.workday - b.workday >= $pir_days as late
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join change_reviews v on v.ns = c.ns and v.change_id = c.change_id
    left join project_workdays b on b.project_id = c.record.project_id and b.day = v.ended_on
    left join project_workdays e
        on e.project_id = b.project_id and e.day = days_after(v.until, -1) and e.gaps = b.gaps   -- the day before
)
select
    record,
    ended_at as at,
    implementer as owner,
    implemented and due and (reviewed or late) as applies,
    case when not late                                     then reviewed
         when late and all_known                           then false
    end as conforms,
    case when not implemented                              then 'not_implemented'
         when going_on                                     then 'going_on'
         when not due                                      then 'ordinary'
         when not reviewed and not late                    then 'not_due'
         when implemented is null                          then 'implemented_unknown'
         when due is null                                  then 'kind_unknown'
         when ended_on is null                             then 'no_end_time'
         when late is null                                 then 'workdays_unknown'
         when not late                                     then 'ok'
         when before_closing                               then 'end_unknown'
         when not all_known                                then 'reviews_incomplete'
         when reviewed                                     then 'late'
         when seen_on is not null                          then 'no_result'
         else 'missing'
    end as message,
    change_type,
    risk_level,
    outcome,
    ended_on,
    seen_on,
    until,
    days,
    pir_result,
    $pir_days as limit
from judged
