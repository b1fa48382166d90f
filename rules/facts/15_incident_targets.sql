/*
title.zh = "事件适用的服务级别指标（建单时有效的协议）"
title.en = "Targets that the agreement in force at creation sets for an incident"
of       = "incidents"
sealed   = true
*/
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
      and (metric is null or metric in ('response', 'resolution'))
),
clouded as (                             -- projects with an agreement that cannot be placed or read
    select a.project_id, bool_or(a.unclear or coalesce(t.unclear, false)) as unclear
    from agreements a
    left join targets t on t.sla_id = a.sla_id
    group by a.project_id
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
        m.project_id, m.from_at, m.to_at,
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
    select distinct ns, record.project_id as project_id, service_id, priority
    from incidents
),
fitting as (                             -- the service weighs more than the priority
    select
        k.ns, k.project_id, k.service_id, k.priority,
        o.from_at, o.to_at, o.metric, o.target_minutes, o.calendar_id, o.sla_id,
        case when o.service_id is not null and k.service_id is null then 0
             when o.service_id is not null and o.priority is not null then 4
             when o.service_id is not null                            then 3
             when o.priority is not null                              then 2
             else 1 end as weight
    from kinds k
    join offers o on o.project_id = k.project_id
        and (o.service_id is null or k.service_id is null or o.service_id = k.service_id)
        and (o.priority is null or o.priority = k.priority)
),
weighed as (
    select
        ns, project_id, service_id, priority, from_at, to_at, metric, target_minutes, calendar_id,
        sla_id, weight,
        max(weight) over (partition by ns, project_id, service_id, priority, from_at, metric) as best,
        min(weight) over (partition by ns, project_id, service_id, priority, from_at, metric) as least
    from fitting
),
chosen as (                              -- rows of equal weight count only where they agree
    select
        ns, project_id, service_id, priority, from_at, to_at, metric,
        max(best) > 0 as found,
        min(least) = 0 as doubtful,      -- another holds for one service, and the service is empty
        case when min(target_minutes) = max(target_minutes) then min(target_minutes) end as target,
        case when min(calendar_id) = max(calendar_id) and count(calendar_id) = count(*)
             then min(calendar_id) end as calendar_id,
        case when min(sla_id) = max(sla_id) then min(sla_id) end as sla_id
    from weighed
    where weight = best
    group by ns, project_id, service_id, priority, from_at, to_at, metric
),
placed as (
    select
        i.record, i.ns, i.incident_id, i.service_id, i.priority, i.created_at,
        nullif(nullif(i.record.project_id, '(unattributed)'),
               '(organisation)') as project_id,
        complete('slas', '', i.created_at) and complete('sla_targets', '', i.created_at) as complete,
        (select count(*) from stray) > 0 as stray
    from incidents i
),
known as (
    select
        p.record, p.ns, p.incident_id, p.service_id, p.priority, p.created_at, p.project_id,
        case when p.project_id is null                       then 'no_project'
             when p.priority is null                         then 'no_priority'
             when p.created_at is null                       then 'no_creation_time'
             when not p.complete                             then 'incomplete'
             when p.stray or coalesce(c.unclear, false)      then 'unclear'
        end as gap
    from placed p
    left join clouded c on c.project_id = p.project_id
)
select
    k.record,
    k.ns,
    k.incident_id,
    case when r.found                                        then true
         when k.gap is null and r.doubtful is null           then false end as has_response_target,
    case when s.found                                        then true
         when k.gap is null and s.doubtful is null           then false end as has_resolution_target,
    case when k.gap is null and not r.doubtful               then r.target end as response_target,
    case when k.gap is null and not s.doubtful               then s.target end as resolution_target,
    case when k.gap is null and not r.doubtful               then r.calendar_id
    end as response_calendar_id,
    case when k.gap is null and not s.doubtful               then s.calendar_id end as calendar_id,
    case when s.found is null then r.sla_id else s.sla_id end as sla_id,
    case when k.gap is not null                              then k.gap
         when r.doubtful                                     then 'no_service'
         when r.found and r.target is null                   then 'contradiction'
         when r.found and r.calendar_id is null              then 'no_calendar'
    end as response_gap,
    case when k.gap is not null                              then k.gap
         when s.doubtful                                     then 'no_service'
         when s.found and s.target is null                   then 'contradiction'
         when s.found and s.calendar_id is null              then 'no_calendar'
    end as resolution_gap
from known k
left join chosen r on r.ns = k.ns and r.project_id = k.project_id
    and r.service_id is not distinct from k.service_id and r.priority = k.priority
    and r.metric = 'response'
    and r.from_at <= k.created_at and coalesce(k.created_at < r.to_at, true)
left join chosen s on s.ns = k.ns and s.project_id = k.project_id
    and s.service_id is not distinct from k.service_id and s.priority = k.priority
    and s.metric = 'resolution'
    and s.from_at <= k.created_at and coalesce(k.created_at < s.to_at, true)
