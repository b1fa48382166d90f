/*
title.zh = "项目台账（每个项目一行；设置与台账有不同说法的列为不明）"
title.en = "Projects, one row each; what settings and registers say differently is not known"
sealed   = true
*/
select
    project_id,
    case when not bool_or(damaged(unread, disputed, ['calendar_id']))
              and min(trim(calendar_id)) = max(trim(calendar_id)) then min(trim(calendar_id)) end as calendar_id,
    case when not bool_or(damaged(unread, disputed, ['start_date']))
              and min(start_date) = max(start_date) then min(start_date) end as start_date,
    case when not bool_or(damaged(unread, disputed, ['end_date']))
              and min(end_date) = max(end_date) then min(end_date) end as end_date,
    bool_or(damaged(unread, disputed, ['end_date'])) or min(end_date) <> max(end_date) as end_unclear,
    case when not bool_or(damaged(unread, disputed, ['status']))
              and min(status) = max(status) then min(status) end as status
from projects
where project_id is not null
group by project_id
