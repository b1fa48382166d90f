/*
id       = "CHG-021"
title.zh = "实施结束前不得关闭变更"
title.en = "Changes are not closed before the work ended"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-28"]
supports = []
needs    = ["changes.status", "changes.closed_at", "changes.actual_end"]
uses     = ["changes.outcome"]
blank    = { outcome = "applies" }
since    = "0.1"
status   = "stable"
why.zh   = "实施还没有结束就关闭变更，后续工作脱离了控制，关闭时所称的结果和验证也无从谈起。"
why.en   = "Once a change is closed its work is no longer under control; what was closed before the work ended cannot have been verified."
fix.zh   = "核对实际结束时间与关闭时间；确属提前关闭的，补做效果验证并说明原因；在工具中要求先填写实际结束时间再关闭。"
fix.en   = "Check both times. Where the change was really closed early, verify its effect now and give the reason; let the tool ask for the actual end before closing."
noise.zh = "实际结束时间可能在关闭之后补填或更正过；两个时间来自不同时钟时会有偏差。不足一分钟的先后不计。"
noise.en = "The actual end may have been entered or corrected after closing; the two times may come from different clocks. Less than a minute does not count."

[message.early]
verdict = "nonconforming"
marks = "changes.closed_at"
zh = "变更 {id} 于 {closed_at:time} 关闭，比实际结束时间 {actual_end:time} 早 {early_minutes:duration}。"
en = "Change {id} was closed at {closed_at:time}, {early_minutes:duration} before its actual end {actual_end:time}."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {actual_end:time} 实施结束，{closed_at:time} 关闭。"
en = "Work on change {id} ended at {actual_end:time}; it was closed at {closed_at:time}."

[message.no_close_time]
verdict = "not_assessed"
zh = "变更状态为已关闭，但关闭时间为空。"
en = "The change is closed, but its closing time is empty."

[message.no_actual_end]
verdict = "not_assessed"
zh = "实际结束时间为空。"
en = "The actual end is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the change is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "变更没有关闭，或已取消、已否决。"
en = "The change is not closed, or was cancelled or rejected."

[message.cancelled]
verdict = "not_applicable"
zh = "变更以“取消”的结果关闭。"
en = "The change was closed as cancelled."
*/
select
    record,
    closed_at as at,
    closed_by as owner,
    status = 'closed' and outcome is distinct from 'cancelled' as applies,
    closed_at > actual_end - to_minutes(1) as conforms,   -- less than a minute does not count
    case when outcome = 'cancelled'                   then 'cancelled'
         when status is null                          then 'status_unknown'
         when status <> 'closed'                      then 'not_closed'
         when closed_at is null                       then 'no_close_time'
         when actual_end is null                      then 'no_actual_end'
         when closed_at <= actual_end - to_minutes(1) then 'early'
         else 'ok'
    end as message,
    actual_end,
    closed_at,
    elapsed_minutes(closed_at, actual_end) as early_minutes,
    outcome
from changes
