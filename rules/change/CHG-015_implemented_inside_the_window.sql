/*
id       = "CHG-015"
title.zh = "在计划窗口内实施"
title.en = "Changes are implemented inside the planned window"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["changes.change_type", "changes.status", "changes.planned_start", "changes.planned_end", "changes.actual_start", "changes.actual_end"]
uses     = ["changes.outcome", "changes.approval_status", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { outcome = "applies", approval_status = "applies", actual_start = "applies", actual_end = "applies" }
since    = "0.1"
status   = "stable"
why.zh   = "变更窗口是与需方约定、经批准的时段。提前动手或超时收尾，会在需方没有准备的时候影响业务，批准时的影响评估也随之失效。"
why.en   = "The window is the time that was agreed and approved. Work outside it hits the business unprepared, and the impact weighed at approval no longer holds."
fix.zh   = "说明偏离原因并与需方确认影响；窗口不够时先改计划并重新批准，再继续实施；经常超时的，重新估算工时和回退时间。"
fix.en   = "Explain the deviation and confirm its effect with the customer. Where the window does not suffice, alter and re-approve the plan before going on; where overruns are frequent, estimate anew."
noise.zh = "实际时间可能是事后补填或系统按状态自动写入的；恰为零点的时间可能只填了日期；判定依据导出时的最后一版计划，改期后的计划是否重新批准不在本规则之内；工具之间可能有时区或时钟差异。"
noise.en = "Actual times may be entered afterwards or stamped by a change of state; a time of exactly midnight may be a mere date; the plan is the last one as exported, and whether a shifted plan was approved again is not judged here; zones and clocks of tools may differ."

[params.early_minutes]
type = "minutes"
value = 15
min = 0
max = 60
help.zh = "允许比计划开始时间提前的分钟数。"
help.en = "Minutes by which work may begin before the planned start."

[params.late_minutes]
type = "minutes"
value = 30
min = 0
max = 120
help.zh = "允许比计划结束时间推迟的分钟数。"
help.en = "Minutes by which work may end after the planned end."

[message.early]
verdict = "nonconforming"
marks = "work_from"
zh = "变更 {id} 在 {work_from:time} 已经实施，比计划开始时间 {planned_start:time} 早 {early_by:duration}。"
en = "Change {id} was under way at {work_from:time}, {early_by:duration} before its planned start {planned_start:time}."

[message.late]
verdict = "nonconforming"
marks = "work_to"
zh = "变更 {id} 的实施到了 {work_to:time}，比计划结束时间 {planned_end:time} 晚 {late_by:duration}。"
en = "Work on change {id} went on to {work_to:time}, {late_by:duration} after its planned end {planned_end:time}."

[message.both]
verdict = "nonconforming"
marks = ["work_from", "work_to"]
zh = "变更 {id} 实施时间为 {work_from:time} 至 {work_to:time}，计划窗口为 {planned_start:time} 至 {planned_end:time}：提前 {early_by:duration} 开始，推迟 {late_by:duration} 结束。"
en = "Change {id} was implemented from {work_from:time} to {work_to:time}, its window being {planned_start:time} to {planned_end:time}: {early_by:duration} early and {late_by:duration} late."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的实施时间 {work_from:time} 至 {work_to:time} 在计划窗口 {planned_start:time} 至 {planned_end:time} 及容差之内。"
en = "Change {id} was implemented from {work_from:time} to {work_to:time}, within its window {planned_start:time} to {planned_end:time} and the tolerance."

[message.inverted]
verdict = "not_assessed"
zh = "计划或实际的结束时间早于开始时间，时间本身有误，无法判断。"
en = "The planned or the actual end lies before its start, so the times themselves are wrong."

[message.no_plan]
verdict = "not_assessed"
zh = "计划开始或计划结束时间为空。"
en = "The planned start or the planned end is empty."

[message.no_times]
verdict = "not_assessed"
zh = "实际开始或实际结束时间为空。"
en = "The actual start or the actual end is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，无法判断是否为紧急变更。"
en = "The change type is empty; it may be an emergency change."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.emergency]
verdict = "not_applicable"
zh = "紧急变更不受计划窗口约束。"
en = "An emergency change is not bound to a planned window."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."
*/
with facts as (
    select
        c.*,
        a.implemented,
        coalesce(c.actual_start, c.actual_end) as work_from,  -- the first and the last moment at which
        coalesce(c.actual_end, c.actual_start) as work_to     -- the work is known to have gone on
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
),
judged as (
    select
        *,
        work_from < planned_start - to_minutes($early_minutes) as early,
        work_to > planned_end + to_minutes($late_minutes) as late,
        planned_end + to_minutes(1) <= planned_start
            or actual_end + to_minutes(1) <= actual_start as inverted    -- less than a minute does not count
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, planned_start, created_at) as at,
    implementer as owner,
    implemented and change_type <> 'emergency' as applies,
    case when inverted      then null
         when early or late then false
         when actual_start is not null and actual_end is not null
              and not early and not late then true
    end as conforms,
    case when change_type = 'emergency'  then 'emergency'
         when status is null             then 'status_unknown'
         when not implemented            then 'not_implemented'
         when change_type is null        then 'type_unknown'
         when implemented is null        then 'implemented_unknown'
         when inverted                   then 'inverted'
         when early and late             then 'both'
         when early                      then 'early'
         when late                       then 'late'
         when planned_start is null or planned_end is null then 'no_plan'
         when actual_start is null or actual_end is null   then 'no_times'
         else 'ok'
    end as message,
    planned_start,
    planned_end,
    actual_start,
    actual_end,
    work_from,
    work_to,
    elapsed_minutes(work_from, planned_start) as early_by,
    elapsed_minutes(planned_end, work_to) as late_by
from judged
