/*
title.zh = "事件适用的服务级别指标（建单时有效的协议）"
title.en = "Targets that the agreement in force at creation sets for an incident"
of       = "incidents"
sealed   = true
*/
with placed as (
    select
        i.record, i.ns, i.incident_id, i.service_id, i.priority, i.created_at,
        i.record.project_id as project_id,
        case when i.record.project_id in ('(unattributed)', '(organisation)')   then 'no_project'
             when i.priority is null                                            then 'no_priority'
             when i.created_at is null                                          then 'no_creation_time'
             when not complete('slas', '', i.created_at)
                  or not complete('sla_targets', '', i.created_at)              then 'incomplete'
        end as gap
    from incidents i
)
select
    p.record,
    p.ns,
    p.incident_id,
    case when r.has_target or p.gap is null then r.has_target end as has_response_target,
    case when s.has_target or p.gap is null then s.has_target end as has_resolution_target,
    case when p.gap is null then r.target end as response_target,
    case when p.gap is null then s.target end as resolution_target,
    case when p.gap is null then r.calendar_id end as response_calendar_id,
    case when p.gap is null then s.calendar_id end as calendar_id,
    coalesce(s.sla_id, r.sla_id) as sla_id,
    p.gap is null as placed,
    p.gap,
    coalesce(p.gap, r.gap) as response_gap,
    coalesce(p.gap, s.gap) as resolution_gap
from placed p
left join sla_terms r on r.ns = p.ns and r.project_id = p.project_id
    and r.service_id is not distinct from p.service_id and r.priority = p.priority
    and r.metric = 'response'
    and r.from_at <= p.created_at and coalesce(p.created_at < r.to_at, true)
left join sla_terms s on s.ns = p.ns and s.project_id = p.project_id
    and s.service_id is not distinct from p.service_id and s.priority = p.priority
    and s.metric = 'resolution'
    and s.from_at <= p.created_at and coalesce(p.created_at < s.to_at, true)
