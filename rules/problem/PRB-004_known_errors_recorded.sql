/*
id       = "PRB-004"
title.zh = "已知错误与变通方案已记录"
title.en = "Known errors and workarounds are recorded"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14"]
needs    = [
    "problems.status", "problems.root_cause", "problems.known_error", "problems.workaround",
    "problems.root_cause_at:day | problems.created_at:day",
]
uses     = ["projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working"]
blank    = { root_cause = "applies", root_cause_at = "applies", known_error = "nonconforming", workaround = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "根因已经查明却没有登记为已知错误、没有写明变通方案，一线遇到同样的故障只能从头排查，客户也要多等。"
why.en   = "Where the cause is known but no known error with a workaround is recorded, the first line starts from scratch at every recurrence, and the customer waits."
fix.zh   = "将问题标为已知错误，写明一线可以照做的变通方案，并发布到知识库；确无变通办法的，也写明并注明需要等待的永久措施。"
fix.en   = "Mark the problem as a known error, write down a workaround that the first line can follow, and publish it; where there is none, say so and name the lasting remedy to wait for."
noise.zh = "变通方案可能已写入知识库而没有填在问题单上；已排定变更、即将根除的问题可能不再登记已知错误。只按占位词判断空洞的填写。"
noise.en = "The workaround may stand in the knowledge base and not on the problem; where the lasting remedy is scheduled, nobody may bother to record a known error. Only stock words count as empty."

[params.ke_days]
type = "days"
value = 10
min = 1
max = 60
help.zh = "根因查明后多少个工作日内应登记已知错误和变通方案。"
help.en = "Working days after the cause was found within which known error and workaround must be recorded."

[message.neither]
verdict = "nonconforming"
marks = "problems.root_cause_at"
zh = "问题 {id} 于 {root_cause_at:date} 查明根因，到 {until:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内），既没有标为已知错误，也没有写明变通方案。"
en = "The cause of problem {id} was found on {root_cause_at:date}; with {days:number} working days passed before {until:date}, it is neither marked as a known error nor has it a workaround ({limit:number} days allowed)."

[message.not_marked]
verdict = "nonconforming"
marks = "problems.root_cause_at"
zh = "问题 {id} 于 {root_cause_at:date} 查明根因，到 {until:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内），有变通方案，但没有标为已知错误。"
en = "The cause of problem {id} was found on {root_cause_at:date}; with {days:number} working days passed before {until:date}, it has a workaround but is not marked as a known error ({limit:number} days allowed)."

[message.no_workaround]
verdict = "nonconforming"
marks = "problems.root_cause_at"
zh = "问题 {id} 于 {root_cause_at:date} 查明根因，到 {until:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内），已标为已知错误，但没有写明变通方案（{workaround}）。"
en = "The cause of problem {id} was found on {root_cause_at:date}; with {days:number} working days passed before {until:date}, it is marked as a known error but states no workaround ({workaround}; {limit:number} days allowed)."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 已标为已知错误，变通方案：{workaround}"
en = "Problem {id} is marked as a known error with a workaround: {workaround}"

[message.no_cause_time]
verdict = "not_assessed"
zh = "根因已写明，但没有查明的时间，无法判断是否已到登记期限。"
en = "The cause is stated without the time at which it was found, so it cannot be told whether the record is due."

[message.workdays_unknown]
verdict = "not_assessed"
zh = "项目的工作日历没有覆盖这段时间，无法计算工作日。"
en = "The project's calendar does not cover that time, so working days cannot be counted."

[message.status_unknown]
verdict = "not_assessed"
zh = "问题状态为空，无法判断是否仍未解决。"
en = "The status is empty, so it cannot be told whether the problem is still open."

[message.over]
verdict = "not_applicable"
zh = "问题已解决、关闭或取消。"
en = "The problem is resolved, closed or cancelled."

[message.no_cause]
verdict = "not_applicable"
zh = "根因尚未查明。"
en = "The cause is not known yet."

[message.not_due]
verdict = "not_applicable"
zh = "尚未登记，期限未到。"
en = "Not recorded yet, and the time allowed has not passed."
*/
with stated as (
    select
        record,
        owner,
        status in ('resolved', 'closed', 'cancelled') as over,
        root_cause is not null
            and not is_one_of(root_cause, $cause_placeholders) as has_cause,
        coalesce(known_error, false) as marked,
        workaround is not null
            and not is_one_of(workaround, $cause_placeholders) as has_workaround,
        root_cause,
        workaround,
        root_cause_at,
        local_day(coalesce(root_cause_at, created_at), $zone) as earliest_on,
        local_day(root_cause_at, $zone) as found_on,
        local_day($as_of, $zone) as until
    from problems
),
timed as (
    select
        s.*,
        marked and has_workaround as recorded,
        e.workday - b.workday as days,
        case when s.until <= days_after(s.earliest_on, $ke_days) then false
             else e.workday - b.workday >= $ke_days end as late
    from stated s
    left join project_workdays b on b.project_id = s.record.project_id and b.day = s.found_on
    left join project_workdays e
        on e.project_id = b.project_id and e.day = days_after(s.until, -1) and e.gaps = b.gaps   -- the day before
)
select
    record,
    root_cause_at as at,
    owner,
    case when over or not has_cause                    then false
         when not recorded and not late                then false
         when over is null                             then null
         when recorded or late                         then true
    end as applies,
    case when recorded                                 then true
         when late                                     then false
    end as conforms,
    case when over                                     then 'over'
         when not has_cause                            then 'no_cause'
         when not recorded and not late                then 'not_due'
         when over is null                             then 'status_unknown'
         when recorded                                 then 'ok'
         when late and not marked and not has_workaround then 'neither'
         when late and not marked                      then 'not_marked'
         when late                                     then 'no_workaround'
         when root_cause_at is null                    then 'no_cause_time'
         else 'workdays_unknown'
    end as message,
    root_cause,
    root_cause_at,
    workaround,
    until,
    days,
    $ke_days as limit
from timed
