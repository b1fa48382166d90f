/*
title.zh = "事件优先级的变更（首次变更未记原值的，取初始优先级）"
title.en = "Changes of the priority of incidents; where the first names no former value, that at registration"
sealed   = true
*/
-- One row a change, and one for each row of the history that may be such a change.
select
    s.ns,
    s.object_id,
    s.changed_at,
    s.seq,
    s.changed_by,
    s.reason,
    coalesce(s.old_value,
             case when row_number() over (partition by s.ns, s.object_id
                                          order by s.changed_at nulls first, s.seq) = 1
                  then cast(i.priority_initial as varchar) end) as old_value,
    s.new_value,
    s.field is null or s.object_type is null as stray
from status_history s
left join incidents i on i.ns = s.ns and i.incident_id = s.object_id
where (s.object_type = 'incident' or s.object_type is null)
  and (s.field = 'priority' and not coalesce(s.event_type = 'create' and s.old_value is null, false)
       or s.field is null and coalesce(s.event_type, 'field_change') = 'field_change')
