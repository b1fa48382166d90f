/*
id       = "DSK-004"
title.zh = "及时派单"
title.en = "Tickets are dispatched promptly"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.4-3", "SD-3.2-2"]
needs    = [
    "calendars.calendar_id",
    "incidents.assigned_at",
    "incidents.created_at",
    "incidents.priority",
    "incidents.status",
    "projects.calendar_id",
]
uses     = ["incidents.resolved_at", "incidents.closed_at", "incidents.close_mode", "incidents.assigned_to", "incidents.assignment_group"]
blank    = { assigned_at = "nonconforming", assigned_to = "nonconforming", assignment_group = "nonconforming", resolved_at = "applies", closed_at = "applies", close_mode = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "工单在服务台停留的时间没有人在处理，却已计入对客户承诺的时限；高优先级事件派单慢，往往一开始就注定超时。"
why.en   = "While a ticket lies at the desk nobody works on it, yet the committed time runs; a slow dispatch of an urgent incident often decides its fate at the start."
fix.zh   = "查明派单慢的时段和原因（无人值守、分类不清、派错组）；为高优先级事件设置自动派单或超时提醒；电话派单后及时在工具中登记。"
fix.en   = "Find out when and why dispatch is slow (nobody on duty, unclear categories, wrong groups); dispatch urgent tickets by rule or raise an alarm; record at once what was handed over by phone."
noise.zh = "时限按项目服务日历的服务时间计算；电话派单可能事后补登；批量导入的工单派单时间等于导入时间；待确认有效性的申报可能有意暂缓派单。"
noise.en = "Time is counted in the service hours of the project. A ticket handed over by phone may be recorded later, an imported one bears the time of the import, and a report may be held back until it is known to be valid."

[params.dispatch_p1]
type = "minutes"
value = 10
min = 1
max = 60
help.zh = "优先级 1 的事件从建单到首次派单的时限（服务时间）。"
help.en = "Minutes of service time from creation to the first assignment of an incident of priority 1."

[params.dispatch_p2]
type = "minutes"
value = 15
min = 1
max = 120
help.zh = "优先级 2 的派单时限。"
help.en = "The same for priority 2."

[params.dispatch_p3]
type = "minutes"
value = 30
min = 1
max = 240
help.zh = "优先级 3 的派单时限。"
help.en = "The same for priority 3."

[params.dispatch_p4]
type = "minutes"
value = 60
min = 1
max = 480
help.zh = "优先级 4 的派单时限。"
help.en = "The same for priority 4."

[params.dispatch_p5]
type = "minutes"
value = 60
min = 1
max = 480
help.zh = "优先级 5 的派单时限。"
help.en = "The same for priority 5."

[message.late]
verdict = "nonconforming"
marks = "incidents.assigned_at"
zh = "事件 {id}（优先级 {priority:number}）于 {created_at:time} 建单，{assigned_at:time} 才派单，服务时间内等待 {minutes:duration}，超过派单时限 {limit:duration}。"
en = "Incident {id} (priority {priority:number}), created at {created_at:time}, was not dispatched until {assigned_at:time}: {minutes:duration} of service time, beyond the {limit:duration} allowed."

[message.waiting]
verdict = "nonconforming"
marks = "incidents.assigned_at"
zh = "事件 {id}（优先级 {priority:number}）于 {created_at:time} 建单，至 {ended_at:time} 仍未派单，服务时间内已等待 {minutes:duration}，超过派单时限 {limit:duration}。"
en = "Incident {id} (priority {priority:number}), created at {created_at:time}, was still not dispatched at {ended_at:time}: {minutes:duration} of service time, beyond the {limit:duration} allowed."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 建单后 {minutes:duration} 派单，未超过 {limit:duration}。"
en = "Incident {id} was dispatched {minutes:duration} after its creation, within {limit:duration}."

[message.no_stamp]
verdict = "not_assessed"
zh = "派单时间为空，而事件已有人处理或已解决，何时派单无从得知。"
en = "The time of assignment is empty although the incident is in somebody's hands or solved, so nobody can tell when it was dispatched."

[message.reversed]
verdict = "not_assessed"
zh = "派单时间晚于解决或关闭时间，时间本身有误。"
en = "The assignment lies after the solution or closing: the times themselves are wrong."

[message.inverted]
verdict = "not_assessed"
zh = "派单、解决或关闭时间早于建单时间，时间本身有误。"
en = "The assignment, solution or closing lies before the creation: the times themselves are wrong."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空，无法计时。"
en = "The time of creation is empty, so there is no start to count from."

[message.no_priority]
verdict = "not_assessed"
zh = "事件优先级为空，无法确定派单时限。"
en = "The priority is empty, so the time allowed is not known."

[message.no_calendar]
verdict = "not_assessed"
zh = "事件没有归属项目，或项目的服务日历未提供，无法计算服务时间。"
en = "The incident belongs to no project, or its service calendar is not supplied, so service time cannot be counted."

[message.clock_unknown]
verdict = "not_assessed"
zh = "服务日历没有覆盖这段时间，或不完整，无法计算服务时间。"
en = "The service calendar does not cover that time, or is not complete, so service time cannot be counted."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已作废或解决。"
en = "The status is empty, so it cannot be told whether the incident is void or solved."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝、合并，或作为重复单、无效单关闭。"
en = "The incident was cancelled, rejected or merged, or closed as a duplicate or as void."

[message.solved]
verdict = "not_applicable"
zh = "在派单时限内已经解决。"
en = "It was solved within the time allowed for dispatch."

[message.not_due]
verdict = "not_applicable"
zh = "尚未派单，派单时限未到。"
en = "Not dispatched yet, and the time allowed has not passed."
*/
with tickets as (
    select
        i.record,
        i.created_at,
        i.assigned_at,
        i.priority,
        coalesce(i.assigned_to, i.assignment_group) as owner,
        case when i.close_mode in ('duplicate', 'void')           then true
             when i.status in ('cancelled', 'rejected', 'merged') then true
             when i.status is not null                            then false end as void,
        case i.priority when 1 then $dispatch_p1
                        when 2 then $dispatch_p2
                        when 3 then $dispatch_p3
                        when 4 then $dispatch_p4
                        when 5 then $dispatch_p5 end as limit_minutes,
        i.status = 'new' and i.assigned_to is null and i.assignment_group is null as untouched,
        i.status in ('new', 'assigned', 'in_progress', 'on_hold') as open,
        coalesce(i.resolved_at, i.closed_at) as solved_at,
        complete('calendars', '', i.created_at) as whole,
        c.calendar_id
    from incidents i
    left join project_calendars c on c.project_id = i.record.project_id
),
ends as (
    select
        *,
        case when assigned_at > solved_at    then 'reversed'
             when assigned_at is not null    then 'assigned'
             when solved_at is not null      then 'solved'
             when untouched                  then 'waiting'
             when open                       then 'handled' end as ended_by,
        coalesce(earliest(assigned_at, solved_at), assigned_at, solved_at, $as_of) as ended_at
    from tickets
),
settled as (                             -- less than a minute is no wrong order
    select
        *,
        case when ended_at > created_at - to_minutes(1)
             then elapsed_minutes(created_at, latest(ended_at, created_at)) end as gross
    from ends
),
gross as (                               -- hours are asked only where the time in all is too long
    select
        *,
        case when gross > limit_minutes then calendar_id end as clock_id
    from settled
),
timed as (
    select
        e.*,
        whole_minutes(worked(e.ended_at, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(e.created_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4))
            as minutes
    from gross e
    left join working_days a
        on a.calendar_id = e.clock_id and a.day = cast(e.created_at as date)
    left join working_days b
        on b.calendar_id = e.clock_id and b.day = cast(e.ended_at as date)
        and b.unknown_before = a.unknown_before
),
judged as (
    select
        *,
        case when gross <= limit_minutes then false
             when whole                  then earliest(minutes, gross) > limit_minutes end as slow
    from timed
)
select
    record,
    created_at as at,
    owner,
    case when void                                            then false
         when void is null                                    then null
         when ended_by <> 'assigned' and not slow             then false
         when slow is not null                                then true
    end as applies,
    case when ended_by in ('assigned', 'waiting') and slow    then false
         when ended_by = 'assigned' and not slow              then true
    end as conforms,
    case when void                                            then 'void'
         when void is null                                    then 'status_unknown'
         when created_at is null                              then 'no_creation_time'
         when limit_minutes is null                           then 'no_priority'
         when ended_by is null                                then 'no_stamp'
         when gross is null                                   then 'inverted'
         when calendar_id is null and slow is null            then 'no_calendar'
         when slow is null                                    then 'clock_unknown'
         when ended_by = 'assigned' and not slow              then 'ok'
         when ended_by = 'assigned'                           then 'late'
         when ended_by in ('solved', 'reversed') and not slow then 'solved'
         when not slow                                        then 'not_due'
         when ended_by = 'waiting'                            then 'waiting'
         when ended_by = 'reversed'                           then 'reversed'
         else 'no_stamp'
    end as message,
    priority,
    created_at,
    assigned_at,
    ended_at,
    coalesce(minutes, gross) as minutes,
    gross - minutes as off_hours,
    limit_minutes as limit,
    calendar_id as calendar
from judged
