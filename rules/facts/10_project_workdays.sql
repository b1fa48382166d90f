/*
title.zh = "各项目的工作日序号（按内部期限所用日历）"
title.en = "Working days of a project, numbered, by the calendar of its deadlines"
sealed   = true
*/
-- One row a project and local day. From day a to day b, workday(b) - workday(a) working days pass;
-- known only where both rows have the same `gaps`.
with days as (
    select
        trim(calendar_id) as calendar_id,
        date as day,
        case when count(*) > count(is_working)
                  or bool_or(damaged(unread, disputed, ['calendar_id', 'is_working'])) then null
             when bool_and(is_working)                                                  then true
             when not bool_or(is_working)                                               then false
        end as works
    from calendars
    group by trim(calendar_id), date
),
counted as (
    select
        calendar_id,
        day,
        case when bool_and(day is not null) over (partition by calendar_id)  -- else it may be any day
             then count(*) filter (where works) over so_far end as workday,
        day - min(day) over so_far - count(works) over so_far as gaps
    from days
    window so_far as (partition by calendar_id order by day rows between unbounded preceding and current row)
)
select
    p.project_id,
    c.day,
    c.workday,
    c.gaps
from project_register p
join counted c on c.calendar_id = trim(coalesce(($workday_calendar)[1], p.calendar_id))
