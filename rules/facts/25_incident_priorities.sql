/*
title.zh = "事件的优先级变更记录是否完整"
title.en = "What the history tells of the priorities of an incident"
of       = "incidents"
sealed   = true
*/
-- One row an incident: is every change of its priority known, and was it ever lowered.
with steps as (                          -- the changes, and whether one cannot be read
    select
        ns, object_id,
        old_value < new_value as lowers,
        stray or new_value is null or old_value is null
            or changed_at is null and old_value < new_value
            or old_value not in ('1', '2', '3', '4', '5')
            or new_value not in ('1', '2', '3', '4', '5') as unclear
    from priority_steps
),
histories as (
    select ns, object_id, bool_or(lowers) as lowered, bool_or(unclear) as unclear
    from steps
    group by ns, object_id
),
tracked as (                             -- id spaces whose history holds priorities; rows of no record
    select ns, bool_or(object_id is null) as stray
    from steps
    group by ns
)
select
    i.record,
    i.ns,
    i.incident_id,
    complete_over('status_history', i.ns, k.started_at,
                  coalesce(case when k.gross is not null then k.ended_at end, $as_of))
        and not t.stray and not coalesce(h.unclear, false) as known,
    coalesce(h.lowered, false)
        or coalesce(i.priority_initial < i.priority, false) as lowered,
    h.unclear
from incidents i
left join incident_clocks k on k.ns = i.ns and k.incident_id = i.incident_id
left join histories h on h.ns = i.ns and h.object_id = i.incident_id
left join tracked t on t.ns = i.ns
