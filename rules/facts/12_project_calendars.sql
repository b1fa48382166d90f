/*
title.zh = "各项目的服务日历"
title.en = "The service calendar of each project"
sealed   = true
*/
-- One row a project whose calendar is supplied; its open hours stand in working_days.
select p.project_id, c.calendar_id
from project_register p
join (select distinct trim(calendar_id) as calendar_id from calendars) c
    on c.calendar_id = p.calendar_id
