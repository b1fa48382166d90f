/*
title.zh = "协议时限（按项目、服务、优先级和有效期）"
title.en = "Targets of the agreements by project, service and priority, for each time of the same terms"
sealed   = true
*/
-- One row for whatever an incident may ask for, also where nothing is agreed.
with clocks as (                         -- calendars that can be counted, with the zone of their days
    select calendar_id, min(trim(zone)) as zone
    from calendars
    where calendar_id in (select calendar_id from working_days)
    group by calendar_id
),
stray as (                               -- rows of no agreement or project may be about any
    select 'agreement' as what from slas where sla_id is null or project_id is null
    union all
    select 'target' as what from sla_targets where sla_id is null
),
agreements as (
    select
        s.sla_id,
        s.project_id,
        coalesce(s.calendar_id, p.calendar_id) as calendar_id,
        day_start(s.effective_from, c.zone) as from_at,
        day_start(days_after(s.effective_to, 1), c.zone) as to_at,
        s.effective_from is not null and c.zone is null
            or s.effective_to is not null and c.zone is null
            or s.effective_to is null and coalesce(s.status, '') in ('expired', 'terminated')
            or damaged(s.unread, s.disputed, ['project_id', 'status', 'effective_from',
                                              'effective_to', 'calendar_id']) as unclear
    from slas s
    left join projects p on p.project_id = s.project_id
    left join clocks c on c.calendar_id = coalesce(s.calendar_id, p.calendar_id)
    where coalesce(s.status, '') <> 'draft'
),
targets as (
    select
        sla_id,
        service_id,
        priority,
        metric,
        target_minutes,
        calendar_id,
        metric is null or target_minutes is null
            or damaged(unread, disputed, ['service_id', 'object_type', 'priority', 'metric',
                                          'target_minutes', 'calendar_id']) as unclear
    from sla_targets
    where (object_type is null or object_type = 'incident')
      and (metric is null or metric in ('response', 'resolution', 'on_site'))
),
metrics as (
    select 'response' as metric
    union all
    select 'resolution' as metric
    union all
    select 'on_site' as metric
),
priorities as (
    select 1 as priority union all select 2 union all select 3 union all select 4 union all select 5
),
clouded as (                             -- projects with an agreement that cannot be placed or read
    select a.project_id, m.metric, bool_or(a.unclear or coalesce(t.unclear, false)) as unclear
    from agreements a
    join metrics m on true
    left join targets t on t.sla_id = a.sla_id and coalesce(t.metric, m.metric) = m.metric
    group by a.project_id, m.metric
),
turns as (                               -- moments at which an agreement begins or ends
    select project_id, timestamp '0001-01-01 00:00:00' as moment from agreements
    union
    select project_id, from_at as moment from agreements where from_at is not null
    union
    select project_id, to_at as moment from agreements where to_at is not null
),
terms as (                               -- between two of them the same agreements are in force
    select
        project_id,
        moment as from_at,
        lead(moment) over (partition by project_id order by moment) as to_at
    from turns
),
offers as (
    select
        m.project_id, m.from_at,
        t.service_id, t.priority, t.metric, t.target_minutes, a.sla_id,
        coalesce(t.calendar_id, a.calendar_id) as calendar_id
    from terms m
    join agreements a on a.project_id = m.project_id
        and (a.from_at is null or a.from_at <= m.from_at)
        and (a.to_at is null or a.to_at > m.from_at)
    join targets t on t.sla_id = a.sla_id
    where not a.unclear and not t.unclear
),
kinds as (
    select distinct ns, record.project_id as project_id, service_id
    from incidents
),
asked as (
    select
        k.ns, k.project_id, k.service_id, p.priority, m.metric,
        coalesce(t.from_at, timestamp '0001-01-01 00:00:00') as from_at,
        t.to_at
    from kinds k
    left join terms t on t.project_id = k.project_id
    join priorities p on true
    join metrics m on true
),
fitting as (                             -- the service weighs more than the priority
    select
        k.ns, k.project_id, k.service_id, k.priority, k.metric, k.from_at, k.to_at,
        o.target_minutes, o.calendar_id, o.sla_id,
        case when o.sla_id is null                                   then null
             when o.service_id is not null and k.service_id is null  then 0
             when o.service_id is not null and o.priority is not null then 4
             when o.service_id is not null                           then 3
             when o.priority is not null                             then 2
             else 1 end as weight
    from asked k
    left join offers o on o.project_id = k.project_id and o.from_at = k.from_at
        and o.metric = k.metric
        and (o.service_id is null or k.service_id is null or o.service_id = k.service_id)
        and (o.priority is null or o.priority = k.priority)
),
weighed as (
    select
        *,
        max(weight) over ask as best,
        min(weight) over ask as least
    from fitting
    window ask as (partition by ns, project_id, service_id, priority, metric, from_at)
),
chosen as (                              -- rows of equal weight count only where they agree
    select
        ns, project_id, service_id, priority, metric, from_at, to_at,
        max(best) as best,
        coalesce(min(least) = 0, false) as doubtful,   -- another holds for one service; it is empty
        case when min(target_minutes) = max(target_minutes) then min(target_minutes) end as target,
        case when min(calendar_id) = max(calendar_id) and count(calendar_id) = count(*)
             then min(calendar_id) end as calendar_id,
        case when min(sla_id) = max(sla_id) then min(sla_id) end as sla_id
    from weighed
    where weight is not distinct from best
    group by ns, project_id, service_id, priority, metric, from_at, to_at
),
placed as (
    select
        c.*,
        coalesce(u.unclear, false) or (select count(*) from stray) > 0 as unclear
    from chosen c
    left join clouded u on u.project_id = c.project_id and u.metric = c.metric
)
select
    ns,
    project_id,
    service_id,
    priority,
    metric,
    from_at,
    to_at,
    case when best > 0                              then true
         when not unclear and best is null          then false end as has_target,
    case when not unclear and not doubtful          then target end as target,
    case when not unclear and not doubtful          then calendar_id end as calendar_id,
    sla_id,
    case when unclear                               then 'unclear'
         when doubtful                              then 'no_service'
         when best > 0 and target is null           then 'contradiction'
         when best > 0 and calendar_id is null      then 'no_calendar' end as gap
from placed
