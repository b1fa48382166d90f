/*
id       = "REQ-001"
title.zh = "服务请求按期完成"
title.en = "Service requests are completed in time"
severity = "minor"
kind     = "record"
subject  = ["requests"]
decides  = ["QA-3.4-6", "KP-2.3-6"]
supports = ["QM-8.4.6-5"]
needs    = ["requests.closed_at", "requests.created_at", "requests.fulfilled_at", "requests.status"]
uses     = ["requests.resolution_due_at", "requests.close_mode", "projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working"]
blank    = { resolution_due_at = "applies", fulfilled_at = "nonconforming", closed_at = "nonconforming", close_mode = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "服务请求是客户对服务最直接的感受。到期没有完成又没有说法，客户只能反复催问，完成率也无从谈起。"
why.en   = "Requests are where customers feel the service most. One that is overdue without a word makes them ask again and again, and leaves no completion rate worth stating."
fix.zh   = "逐单确认是等待审批、等待物资还是无人处理；已完成的补记完成时间，不再需要的按流程取消；经常超期的请求项，在目录中改订合理的时限。"
fix.en   = "Find out for each whether it waits for approval, for goods or for anybody at all; record the completion of what was done and cancel what is no longer wanted; mend the promised time of catalogue items that are often late."
noise.zh = "等待审批、采购到货或客户配合的时间没有扣除；工具计算的到期时间可能随暂停顺延；完成时间可能事后补填，没有完成时间的以关闭时间为准。不足一分钟不计。"
noise.en = "Waiting for approval, delivery or the customer is not left out; the due time of the tool may move with its pauses; completion may be recorded later, and where it is not the closing counts. Less than a minute does not count."

[params.max_req_days]
type = "days"
value = 10
min = 1
max = 60
help.zh = "单据上没有到期时间时，从建单之日起多少个工作日内应完成。"
help.en = "Working days from creation within which a request must be completed where the record itself has no due time."

[message.late]
verdict = "nonconforming"
marks = "requests.fulfilled_at"
zh = "服务请求 {id} 应于 {due_at:time} 前完成，实际 {ended_at:time} 才完成，晚 {late_minutes:duration}。"
en = "Request {id} was due at {due_at:time} and not completed until {ended_at:time}, {late_minutes:duration} late."

[message.late_days]
verdict = "nonconforming"
marks = "requests.fulfilled_at"
zh = "服务请求 {id} 于 {created_at:time} 建单，{ended_at:time} 才完成，当天之前已过 {days:number} 个工作日（应在 {limit:number} 个以内）。"
en = "Request {id}, created at {created_at:time}, was not completed until {ended_at:time}; {days:number} working days had passed before that day ({limit:number} allowed)."

[message.overdue]
verdict = "nonconforming"
marks = "requests.fulfilled_at"
zh = "服务请求 {id} 应于 {due_at:time} 前完成，至 {ended_at:time} 仍为“{status}”，已超期 {late_minutes:duration}。"
en = "Request {id} was due at {due_at:time} and is still “{status}” at {ended_at:time}, {late_minutes:duration} late."

[message.overdue_days]
verdict = "nonconforming"
marks = "requests.fulfilled_at"
zh = "服务请求 {id} 于 {created_at:time} 建单，至 {ended_at:time} 仍为“{status}”，当天之前已过 {days:number} 个工作日（应在 {limit:number} 个以内）。"
en = "Request {id}, created at {created_at:time}, is still “{status}” at {ended_at:time}; {days:number} working days had passed before that day ({limit:number} allowed)."

[message.ok]
verdict = "conforming"
zh = "服务请求 {id} 于 {ended_at:time} 按期完成。"
en = "Request {id} was completed in time, at {ended_at:time}."

[message.no_end_time]
verdict = "not_assessed"
zh = "请求已完成或关闭，但没有完成时间，也没有关闭时间。"
en = "The request is completed or closed, and neither time is recorded."

[message.times_and_state]
verdict = "not_assessed"
zh = "请求已有完成或关闭时间，状态却仍在处理中，两者矛盾。"
en = "The request has a time of completion or closing while its status says that work goes on."

[message.inverted]
verdict = "not_assessed"
zh = "完成、关闭或到期时间早于建单时间，时间本身有误。"
en = "The completion, closing or due time lies before the creation: the times themselves are wrong."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空，无法计算期限。"
en = "The time of creation is empty, so the time allowed cannot be counted."

[message.workdays_unknown]
verdict = "not_assessed"
zh = "项目的工作日历没有覆盖这段时间，无法计算工作日。"
en = "The project's calendar does not cover that time, so working days cannot be counted."

[message.status_unknown]
verdict = "not_assessed"
zh = "请求状态为空，无法判断是否已完成或取消。"
en = "The status is empty, so it cannot be told whether the request is completed or cancelled."

[message.void]
verdict = "not_applicable"
zh = "请求是草稿、已取消或被拒绝，或作为重复单、无效单关闭。"
en = "The request is a draft, was cancelled or rejected, or was closed as a duplicate or as void."

[message.not_due]
verdict = "not_applicable"
zh = "尚未完成，期限未到。"
en = "Not completed yet, and the time allowed has not passed."
*/
with ends as (
    select
        r.*,
        case when r.close_mode in ('duplicate', 'void')          then true
             when r.status in ('draft', 'cancelled', 'rejected') then true
             when r.status is not null                           then false end as void,
        r.status not in ('resolved', 'closed') as open,
        case when r.status in ('resolved', 'closed') then coalesce(r.fulfilled_at, r.closed_at)
             when r.fulfilled_at is null and r.closed_at is null then $as_of end as ended_at
    from requests r
),
dated as (                               -- a due time of the record itself prevails
    select
        e.*,
        b.workday - a.workday as days,
        case when e.created_at is null                                             then null
             when e.ended_at < e.created_at or e.resolution_due_at < e.created_at  then null
             when e.resolution_due_at is not null
             then e.ended_at >= e.resolution_due_at + to_minutes(1)
             when local_day(e.ended_at, $zone)
                  <= days_after(local_day(e.created_at, $zone), $max_req_days)     then false
             else b.workday - a.workday >= $max_req_days end as late
    from ends e
    left join project_workdays a
        on a.project_id = e.record.project_id and a.day = local_day(e.created_at, $zone)
    left join project_workdays b
        on b.project_id = a.project_id and b.day = days_after(local_day(e.ended_at, $zone), -1)   -- the day before
        and b.gaps = a.gaps
)
select
    record,
    coalesce(resolution_due_at, created_at + to_days($max_req_days)) as at,
    assigned_to as owner,
    case when void                                       then false
         when void is null                               then null
         when open and not late                          then false
         when late is not null                           then true
    end as applies,
    case when late                                       then false
         when not late                                   then true
    end as conforms,
    case when void                                       then 'void'
         when void is null                               then 'status_unknown'
         when ended_at is null and open                  then 'times_and_state'
         when ended_at is null                           then 'no_end_time'
         when created_at is null                         then 'no_creation_time'
         when ended_at < created_at or resolution_due_at < created_at then 'inverted'
         when late is null                               then 'workdays_unknown'
         when open and not late                          then 'not_due'
         when not late                                   then 'ok'
         when open and resolution_due_at is null         then 'overdue_days'
         when open                                       then 'overdue'
         when resolution_due_at is null                  then 'late_days'
         else 'late'
    end as message,
    status,
    created_at,
    resolution_due_at as due_at,
    ended_at,
    fulfilled_at,
    days,
    $max_req_days as limit,
    elapsed_minutes(resolution_due_at, ended_at) as late_minutes
from dated
