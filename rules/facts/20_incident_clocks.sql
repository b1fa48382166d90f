/*
title.zh = "事件计时（响应、解决；毛时、工作时间、暂停、净时）"
title.en = "Clocks of an incident: response and resolution, gross, working, paused and net time"
of       = "incidents"
sealed   = true
sentence.zh = "报障 {started_at:time} → 解决 {ended_at:time}，毛时 {gross:duration}，非工作 {off_hours:duration}，暂停 {paused_allowed:duration}，净时 {net_max:duration} {sign} {resolution_target:duration}"
sentence.en = "reported {started_at:time} → resolved {ended_at:time}: gross {gross:duration}, off hours {off_hours:duration}, paused {paused_allowed:duration}, net {net_max:duration} {sign} {resolution_target:duration}"
*/
with moments as (
    select
        i.record, i.ns, i.incident_id, i.status, i.on_hold_reason,
        case when $start_from_report then coalesce(i.reported_at, i.created_at)
             else i.created_at end as started_at,
        i.status = 'reopened'
            or i.status in ('new', 'assigned', 'in_progress', 'on_hold')
               and i.resolved_at is null and i.closed_at is null as open,
        i.auto_generated
            and i.responded_at > i.created_at - to_minutes(1)
            and i.responded_at < i.created_at + to_minutes(1) as automatic,
        i.responded_at, i.restored_at, i.resolved_at, i.closed_at
    from incidents i
),
ends as (
    select
        m.record, m.ns, m.incident_id, m.status, m.on_hold_reason, m.started_at, m.automatic,
        m.restored_at,
        case when m.open                             then 'open'
             when m.status in ('resolved', 'closed') and m.resolved_at is not null then 'resolved'
             when m.status in ('resolved', 'closed') and m.closed_at is not null   then 'closed'
        end as ended_by,
        case when m.open                             then $as_of
             when m.status in ('resolved', 'closed') then coalesce(m.resolved_at, m.closed_at)
        end as ended_at,
        case when m.responded_at is not null         then 'responded'
             when m.resolved_at is not null          then 'resolved'
             when m.closed_at is not null            then 'closed'
             when m.open                             then 'open' end as response_by,
        coalesce(m.responded_at, m.resolved_at, m.closed_at,
                 case when m.open then $as_of end) as response_at
    from moments m
),
judged as (
    select
        e.record, e.ns, e.incident_id, e.status, e.on_hold_reason, e.started_at, e.automatic,
        e.restored_at, e.ended_by, e.response_by,   -- less than a minute is no wrong order
        case when e.ended_at > e.started_at - to_minutes(1)
             then latest(e.ended_at, e.started_at) else e.ended_at end as ended_at,
        case when e.response_at > e.started_at - to_minutes(1)
             then latest(e.response_at, e.started_at) else e.response_at end as response_at,
        t.has_response_target, t.response_target, t.response_calendar_id, t.response_gap,
        t.has_resolution_target, t.resolution_target, t.calendar_id, t.resolution_gap, t.sla_id,
        complete('calendars', '', e.started_at) as whole   -- else a day may lack one of its spans
    from ends e
    left join incident_targets t on t.ns = e.ns and t.incident_id = e.incident_id
),
timed as (                               -- seconds that the calendars were open until each moment
    select
        j.record, j.ns, j.incident_id, j.status, j.on_hold_reason, j.started_at, j.automatic,
        j.ended_by, j.ended_at, j.response_by, j.response_at,
        j.has_response_target, j.response_target, j.response_calendar_id, j.response_gap,
        j.has_resolution_target, j.resolution_target, j.calendar_id, j.resolution_gap, j.sla_id,
        worked(j.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4) as started,
        worked(j.ended_at, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(j.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4)
            as seconds,
        worked(j.response_at, d.before, d.o1, d.c1, d.o2, d.c2, d.o3, d.c3, d.o4, d.c4)
            - worked(j.started_at, c.before, c.o1, c.c1, c.o2, c.c2, c.o3, c.c3, c.o4, c.c4)
            as response_seconds,
        worked(j.restored_at, f.before, f.o1, f.c1, f.o2, f.c2, f.o3, f.c3, f.o4, f.c4)
            - worked(j.started_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4)
            as restored_seconds
    from judged j
    left join working_days a
        on a.calendar_id = j.calendar_id and a.day = cast(j.started_at as date) and j.whole
    left join working_days b             -- no day unknown between, and no end before the start
        on b.calendar_id = j.calendar_id and b.day = cast(j.ended_at as date)
        and b.unknown_before = a.unknown_before and j.ended_at >= j.started_at
    left join working_days c
        on c.calendar_id = j.response_calendar_id and c.day = cast(j.started_at as date) and j.whole
    left join working_days d
        on d.calendar_id = j.response_calendar_id and d.day = cast(j.response_at as date)
        and d.unknown_before = c.unknown_before and j.response_at >= j.started_at
    left join working_days f
        on f.calendar_id = j.calendar_id and f.day = cast(j.restored_at as date)
        and f.unknown_before = a.unknown_before and j.restored_at >= j.started_at
),
steps as (                               -- changes of state, and rows that may be one
    select
        ns, object_id, object_type, changed_at, seq, old_value, new_value, reason,
        list_contains($pause_states, old_value) as left_pause,
        coalesce(list_contains($pause_states, new_value), false) as paused,
        object_type is null or changed_at is null
            or field is null and coalesce(event_type, 'field_change') = 'field_change'
            or new_value is null and coalesce(event_type, '') not in ('close', 'reopen') as unclear
    from status_history
    where (object_type = 'incident' or object_type is null)
      and (field = 'status'
           or field is null and coalesce(event_type, 'field_change')
                                in ('status_change', 'close', 'reopen', 'field_change'))
),
histories as (                           -- one row an incident
    select
        ns, object_id,
        count(*) as steps,
        count(*) filter (where paused) as pauses,
        count(*) filter (where unclear) as unclear,
        count(*) filter (where left_pause) as left_pauses,
        count(*) filter (where paused and changed_at is null) as undated
    from steps
    where object_id is not null
    group by ns, object_id
),
tracked as (                             -- id spaces whose history holds states; rows of no record
    select
        ns,
        bool_or(object_id is null and changed_at is null) as stray_ever,
        min(changed_at) filter (where object_id is null) as stray_from,
        max(changed_at) filter (where object_id is null) as stray_to
    from steps
    group by ns
),
paths as (                               -- the states of incidents that paused or are on hold
    select
        s.ns, s.object_id, s.changed_at, s.paused, s.left_pause, s.reason, s.new_value,
        s.seq,
        lead(s.changed_at) over (partition by s.ns, s.object_id
                                 order by s.changed_at, s.seq, s.new_value, s.reason) as next_at,
        lag(s.changed_at) over (partition by s.ns, s.object_id
                                order by s.changed_at, s.seq, s.new_value, s.reason) as before_at,
        lag(s.seq) over (partition by s.ns, s.object_id
                         order by s.changed_at, s.seq, s.new_value, s.reason) as before_seq,
        lag(s.paused) over (partition by s.ns, s.object_id
                            order by s.changed_at, s.seq, s.new_value, s.reason) as before_paused,
        lag(s.reason) over (partition by s.ns, s.object_id
                            order by s.changed_at, s.seq, s.new_value, s.reason) as before_reason
    from steps s
    join histories h on h.ns = s.ns and h.object_id = s.object_id
    left join timed t on t.ns = s.ns and t.incident_id = s.object_id
        and list_contains($pause_states, t.status)
    where not s.unclear and (h.pauses + h.left_pauses > 0 or t.ns is not null)
),
breaks as (                              -- paths with a state missing, or an order not told
    select
        ns, object_id,
        count(*) filter (
            where left_pause is not null and left_pause <> coalesce(before_paused, false)
               or before_at = changed_at and not coalesce(before_seq < seq, false)
                  and (paused is distinct from before_paused
                       or paused and reason is distinct from before_reason)
        ) as breaks
    from paths
    group by ns, object_id
),
lasting as (                             -- whether a path ends in the state that the record has
    select
        p.ns, p.object_id, p.changed_at, p.next_at, p.paused, p.reason,
        t.started_at, t.ended_at, t.on_hold_reason, t.calendar_id, t.started, t.restored_seconds,
        p.next_at is null and p.new_value = t.status as present,
        p.next_at is null and p.new_value is distinct from t.status and t.ended_by = 'open' as untold
    from paths p
    join timed t on t.ns = p.ns and t.incident_id = p.object_id
),
stops as (                               -- each pause within the time counted, and what may be one
    select
        ns, object_id, untold, calendar_id, started, restored_seconds,
        latest(changed_at, started_at) as from_at,
        earliest(coalesce(next_at, ended_at), ended_at) as to_at,
        case when present then changed_at end as present_at,
        case when present              then coalesce(reason, on_hold_reason)
             when next_at is not null  then reason end as reason
    from lasting
    where (paused or untold) and changed_at < ended_at
      and coalesce(next_at, ended_at) > started_at
),
pauses as (
    select
        s.ns, s.object_id, s.from_at, s.to_at, s.restored_seconds, s.untold, s.present_at,
        list_contains($allowed_pause_reasons, s.reason) as allowed,
        coalesce(s.reason, '') not in ('waiting_customer', 'waiting_supplier', 'waiting_change',
            'waiting_part', 'waiting_window', 'force_majeure', 'other') as unreasoned,
        worked(s.from_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4)
            - s.started as after_seconds,
        worked(s.to_at, b.before, b.o1, b.c1, b.o2, b.c2, b.o3, b.c3, b.o4, b.c4)
            - worked(s.from_at, a.before, a.o1, a.c1, a.o2, a.c2, a.o3, a.c3, a.o4, a.c4) as seconds
    from stops s
    left join working_days a on a.calendar_id = s.calendar_id and a.day = cast(s.from_at as date)
    left join working_days b on b.calendar_id = s.calendar_id and b.day = cast(s.to_at as date)
        and b.unknown_before = a.unknown_before
),
notes as (                               -- work notes written while the clock stood still
    select p.ns, p.object_id, count(*) as notes
    from pauses p
    join status_history h on h.ns = p.ns and h.object_id = p.object_id
        and h.object_type = 'incident' and h.event_type = 'comment'
        and h.changed_at > p.from_at and h.changed_at < p.to_at
    group by p.ns, p.object_id
),
parts as (                               -- how much of each lies before the service was restored
    select
        *,
        case when restored_seconds <= after_seconds            then 0
             when restored_seconds < after_seconds + seconds   then restored_seconds - after_seconds
             else seconds end as seconds_before
    from pauses
),
sums as (
    select
        ns, object_id,
        sum(seconds_before) filter (where allowed) as allowed_before,
        sum(seconds_before) filter (where allowed or unreasoned) as possible_before,
        sum(seconds) as seconds,
        sum(seconds) filter (where allowed) as allowed,
        sum(seconds) filter (where allowed or unreasoned) as possible,
        count(*) filter (where unreasoned and not untold) as without_reason,
        count(*) filter (where not untold) as pauses,
        bool_or(untold) as untold,
        count(*) filter (where seconds is null and (allowed or unreasoned)) as unclocked,
        max(present_at) as present_at,
        min(from_at) filter (where seconds > 0) as first_at,
        min(after_seconds) filter (where seconds > 0) as first_after,
        max(after_seconds) filter (where seconds > 0) as last_after,
        arg_max(seconds, from_at) filter (where seconds > 0) as last_seconds
    from parts
    group by ns, object_id
),
tool as (                                -- what the tool's own clock left out, reasons not told
    select
        ns, object_id,
        case when count(paused_minutes) = count(*) then max(paused_minutes) * 60 end as seconds
    from sla_results
    where object_type = 'incident' and metric = 'resolution'
    group by ns, object_id
),
covered as (                             -- what is said of the answer; reach of the history
    select
        *,
        complete_over('status_history', ns, started_at, ended_at) as covered,
        case when not has_response_target or automatic                                then 'none'
             when whole_minutes(response_seconds) <= response_target + $tolerance_minutes
             then case when response_by = 'open' then 'none' else 'met' end
             when whole_minutes(response_seconds) > response_target + $tolerance_minutes
             then case when response_by in ('resolved', 'closed') then 'beyond'
                       when response_by = 'responded' or status <> 'reopened' then 'missed' end
        end as answer
    from timed
),
traced as (
    select
        t.record, t.ns, t.incident_id, t.started_at, t.ended_by, t.ended_at, t.seconds,
        t.response_by, t.response_at, t.response_seconds,
        t.has_response_target, t.response_target, t.response_calendar_id, t.response_gap,
        t.has_resolution_target, t.resolution_target, t.calendar_id, t.resolution_gap, t.sla_id,
        t.status, t.answer, t.restored_seconds, t.covered, coalesce(h.undated, 0) as undated,
        t.covered
            and k.ns is not null
            and not coalesce(k.stray_ever, false)
            and not coalesce(k.stray_from <= t.ended_at and k.stray_to >= t.started_at, false)
            and (coalesce(h.steps, 0) > 0 or t.status = 'new')
            and coalesce(h.unclear, 0) = 0
            and coalesce(b.breaks, 0) = 0 as from_history
    from covered t
    left join tracked k on k.ns = t.ns
    left join histories h on h.ns = t.ns and h.object_id = t.incident_id
    left join breaks b on b.ns = t.ns and b.object_id = t.incident_id
),
told as (                                -- the tool's clock: what is seen must fit in, and the pause be over
    select
        t.*,
        s.untold, s.present_at, s.allowed_before, s.possible_before, s.seconds as every,
        s.allowed, s.possible, s.unclocked, s.without_reason, s.pauses, s.first_at, s.first_after,
        s.last_after + s.last_seconds - s.seconds as last_net,
        case when whole_minutes(coalesce(s.possible, 0)) <= whole_minutes(o.seconds)
                  and coalesce(s.unclocked, 0) = 0 and t.undated = 0
                  and not list_contains($pause_states, t.status)
             then o.seconds end as tool_seconds
    from traced t
    left join sums s on s.ns = t.ns and s.object_id = t.incident_id
    left join tool o on o.ns = t.ns and o.object_id = t.incident_id
),
paused as (                              -- seconds left out, for certain and at the most
    select
        t.record, t.ns, t.incident_id, t.started_at, t.ended_by, t.ended_at, t.seconds,
        t.response_by, t.response_at, t.response_seconds,
        t.has_response_target, t.response_target, t.response_calendar_id, t.response_gap,
        t.has_resolution_target, t.resolution_target, t.calendar_id, t.resolution_gap, t.sla_id,
        t.answer, t.restored_seconds, t.covered,
        case when t.from_history then coalesce(t.allowed_before, 0)
             when t.tool_seconds is not null then 0 end as certain_before,
        case when t.from_history then coalesce(t.possible_before, 0)
             else t.tool_seconds end as possible_before,
        case when t.from_history then 'history'
             when t.tool_seconds is not null then 'tool' end as told_by,
        case when t.from_history then coalesce(t.every, 0) else t.tool_seconds end as every,
        case when t.from_history then coalesce(t.allowed, 0)
             when t.tool_seconds is not null then 0 end as certain,
        case when not t.from_history                 then t.tool_seconds
             when coalesce(t.unclocked, 0) = 0       then coalesce(t.possible, 0) end as possible,
        case when t.from_history then coalesce(t.without_reason, 0)
             when t.tool_seconds = 0 then 0 end as pauses_without_reason,
        case when t.from_history then coalesce(t.pauses, 0) end as pauses,
        t.present_at,
        case when t.from_history then coalesce(t.untold, false) end as untold,
        case when t.from_history then coalesce(n.notes, 0) end as notes_in_pauses,
        case when t.from_history then t.first_at end as first_pause_at,
        case when t.from_history then t.first_after end as first_after,
        case when t.from_history then t.last_net end as last_after
    from told t
    left join notes n on n.ns = t.ns and n.object_id = t.incident_id
)
select
    record,
    ns,
    incident_id,
    sla_id,
    has_response_target,
    response_target,
    response_gap,
    response_calendar_id,
    has_resolution_target,
    resolution_target,
    resolution_gap,
    calendar_id,
    started_at,
    response_by,
    response_at,
    elapsed_minutes(started_at, response_at) as response_gross,
    whole_minutes(response_seconds) as response_net,
    answer,
    ended_by,
    ended_at,
    elapsed_minutes(started_at, ended_at) as gross,
    whole_minutes(seconds) as working,
    elapsed_minutes(started_at, ended_at) - whole_minutes(seconds) as off_hours,
    covered as history_complete,
    told_by as pauses_from,
    told_by is not null as pauses_known,
    pauses,
    present_at as present_pause_at,
    untold,
    pauses_without_reason,
    whole_minutes(every) as paused_all,
    whole_minutes(certain) as paused_allowed,
    whole_minutes(possible) as paused_possible,
    whole_minutes(seconds - possible) as net_min,
    whole_minutes(seconds - certain) as net_max,
    whole_minutes(restored_seconds) as restored_working,
    whole_minutes(restored_seconds - possible_before) as restored_net_min,
    whole_minutes(restored_seconds - certain_before) as restored_net_max,
    first_pause_at,
    whole_minutes(first_after) as first_pause_after,
    whole_minutes(last_after) as last_pause_after,
    notes_in_pauses,
    case when whole_minutes(seconds) <= resolution_target                                   then false
         when whole_minutes(seconds - certain) <= resolution_target   then false
         when whole_minutes(seconds - possible) > resolution_target   then true
    end as due_passed,
    case when ended_by <> 'resolved'                                               then null
         when whole_minutes(seconds - certain) > resolution_target  then '>'
         when whole_minutes(seconds - certain) <= resolution_target then '≤'
    end as sign
from paused
