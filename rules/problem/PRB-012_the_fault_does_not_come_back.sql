/*
id       = "PRB-012"
title.zh = "问题关闭后未复发"
title.en = "The fault does not come back"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = ["QA-3.4-2"]
supports = ["QM-8.4.6-14"]
needs    = ["problems.status", "problems.closed_at", "problems.ci_id", "problems.category", "incidents.ci_id", "incidents.category", "incidents.created_at"]
uses     = ["incidents.status"]
since    = "0.2"
status   = "stable"
why.zh   = "问题关闭后，同一配置项上又接连发生同类事件，说明根因没有找对，或者措施没有见效。"
why.en   = "Where incidents of the same kind return on the same item after a problem was closed, the cause was not found or the action did not work."
fix.zh   = "重新打开问题，核对根因和措施是否真正落实；复发的事件关联到该问题；关闭前留出观察期。"
fix.en   = "Re-open the problem and check whether cause and action were right and carried out; link the new incidents to it; leave a time of observation before closing."
noise.zh = "同一配置项上的同类事件也可能另有原因；分类过粗（如“其他”“硬件”）会把不相干的事件算作复发；以临时措施关闭的已知错误，复发在预料之中。"
noise.en = "Incidents of one kind on one item may have different causes; coarse categories (“other”, “hardware”) count what is unrelated; a known error closed with a workaround is expected to return."

[params.recur_min]
type = "count"
value = 2
min = 1
max = 5
help.zh = "关闭后发生多少次同类事件即视为复发。"
help.en = "Number of incidents of the same kind after closing that count as a return."

[params.recur_days]
type = "days"
value = 60
min = 30
max = 180
help.zh = "关闭后观察的天数。"
help.en = "Days after closing that are looked at."

[message.came_back]
verdict = "nonconforming"
zh = "问题 {id} 于 {closed_at:time} 关闭，此后 {recur_days:number} 天内配置项“{ci_id}”又发生 {returns:number} 次同类（{category}）事件：{incidents:list}。"
en = "Problem {id} was closed at {closed_at:time}; within {recur_days:number} days the CI “{ci_id}” had {returns:number} more incidents of the same category ({category}): {incidents:list}."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 于 {closed_at:time} 关闭，此后 {recur_days:number} 天内配置项“{ci_id}”发生同类事件 {returns:number} 次，未达到 {recur_min:number} 次。"
en = "Problem {id} was closed at {closed_at:time}; within {recur_days:number} days the CI “{ci_id}” had {returns:number} more incidents of its category, fewer than {recur_min:number}."

[message.too_recent]
verdict = "not_assessed"
zh = "关闭时间尚短，观察期未满，暂不能判断是否复发。"
en = "The problem was closed too short a time ago: whether the fault returns cannot be told yet."

[message.unclear]
verdict = "not_assessed"
zh = "观察期内有事件的配置项、分类、状态或建单时间为空，若都是复发即达到上限，不能判断。"
en = "Some incidents of that time lack CI, category, status or time of creation; counted as returns they would reach the limit."

[message.incidents_incomplete]
verdict = "not_assessed"
zh = "未见复发，但不能确定观察期内的事件已全部导出。"
en = "No return is seen, but the incidents of that time are not known to be all in the export."

[message.no_ci]
verdict = "not_assessed"
zh = "问题没有填写配置项，无法查找同类事件。"
en = "The problem names no CI, so incidents of the same kind cannot be looked for."

[message.no_category]
verdict = "not_assessed"
zh = "问题没有填写分类，无法查找同类事件。"
en = "The problem has no category, so incidents of the same kind cannot be looked for."

[message.no_close_time]
verdict = "not_assessed"
zh = "问题状态为已关闭，但关闭时间为空。"
en = "The problem is closed, but its closing time is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "问题状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the problem is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "问题没有关闭，或已取消。"
en = "The problem is not closed, or was cancelled."
*/
with closed as (
    select
        *,
        nullif(lower(trim(ci_id)), '') as item,
        nullif(lower(trim(category)), '') as class,
        closed_at + to_days($recur_days) as until
    from problems
),
faults as (                              -- whether it counts; NULL where the status is empty
    select
        ns,
        incident_id,
        created_at,
        nullif(lower(trim(ci_id)), '') as item,
        nullif(lower(trim(category)), '') as class,
        case when status in ('cancelled', 'rejected', 'merged') then false
             when status is not null or not supplied(record, 'status') then true end as counts
    from incidents
),
returned as (                            -- one row a problem: incidents of its CI afterwards
    select
        p.ns,
        p.problem_id,
        count(*) filter (where f.counts and f.class = p.class and f.created_at is not null) as sure,
        count(*) as possible,
        list(f.incident_id order by f.created_at, f.incident_id)
            filter (where f.counts and f.class = p.class and f.created_at is not null) as incidents
    from closed p
    join faults f on f.ns = p.ns and f.item = p.item
        and (f.class is null or f.class = p.class)
        and (f.created_at is null or (f.created_at > p.closed_at and f.created_at <= p.until))
    where f.counts is distinct from false
    group by p.ns, p.problem_id
),
uncited as (                             -- incidents without a CI, by category ('' where empty) and day
    select ns, coalesce(class, '') as class, local_day(created_at, 'UTC') as day, count(*) as incidents
    from faults
    where item is null and counts is distinct from false
    group by all
),
hidden as (                              -- one row a problem: those that may be of its CI
    select p.ns, p.problem_id, sum(u.incidents) as possible
    from (
        select ns, problem_id, class, local_day(closed_at, 'UTC') as first_day,
            local_day(until, 'UTC') as last_day
        from closed
        union all
        select ns, problem_id, '' as class, local_day(closed_at, 'UTC') as first_day,
            local_day(until, 'UTC') as last_day
        from closed
    ) p
    join uncited u on u.ns = p.ns and u.class = p.class
        and (u.day is null or (u.day >= p.first_day and u.day <= p.last_day))
    group by p.ns, p.problem_id
),
judged as (
    select
        p.*,
        r.sure as returns,
        coalesce(r.possible, 0) + coalesce(h.possible, 0) as possible,
        r.incidents,
        complete_over('incidents', p.ns, p.closed_at, p.until) as incidents_complete
    from closed p
    left join returned r on r.ns = p.ns and r.problem_id = p.problem_id
    left join hidden h on h.ns = p.ns and h.problem_id = p.problem_id
)
select
    record,
    closed_at as at,
    owner,
    status = 'closed' as applies,
    case when item is null or class is null                  then null
         when returns >= $recur_min                          then false
         when until > $as_of                                 then null
         when possible < $recur_min and incidents_complete   then true end as conforms,
    case when status is null                                 then 'status_unknown'
         when status <> 'closed'                             then 'not_closed'
         when closed_at is null                              then 'no_close_time'
         when item is null                                   then 'no_ci'
         when class is null                                  then 'no_category'
         when returns >= $recur_min                          then 'came_back'
         when until > $as_of                                 then 'too_recent'
         when possible >= $recur_min                         then 'unclear'
         when incidents_complete                             then 'ok'
         else 'incidents_incomplete' end as message,
    ci_id,
    category,
    closed_at,
    returns,
    incidents,
    $recur_min as recur_min,
    $recur_days as recur_days
from judged
