/*
title.zh = "每条记录的历史摘要"
title.en = "What the history holds of each record"
*/
-- One row an object, of rows whose type or id is empty too: since when, how many moments, how many states.
select
    ns,
    object_type,
    object_id,
    min(changed_at) as first_at,
    max(changed_at) as last_at,
    count(changed_at) as moments,
    count(changed_at) filter (where state_row)          -- the first row tells two, if it names the former
        + case when count(*) filter (where state_row and old_value is null) = 0
                    and count(changed_at) filter (where state_row) > 0 then 1 else 0 end as states,
    count(*) filter (where field is null and event_type is null) as unnamed,
    count(*) filter (where field = 'status') as status_rows,
    min(changed_at) filter (where field = 'status') as status_from,
    max(changed_at) filter (where field = 'status' and new_value = 'resolved') as resolved_at,
    max(changed_at) filter (where field = 'status' and new_value = 'closed') as closed_at,
    count(*) filter (where field = 'status' and (new_value is null or changed_at is null)) as unclear
from (
    select
        *,
        field = 'status'
            or field is null and event_type in ('create', 'status_change', 'close', 'reopen') as state_row
    from status_history
) h
group by ns, object_type, object_id
