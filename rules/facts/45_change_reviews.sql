/*
title.zh = "变更的实施后评审"
title.en = "Reviews of a change after its implementation"
of       = "changes"
sealed   = true
*/
-- One row a change: must it be reviewed, when did the work end, when was it reviewed. A review before
-- the work ended proves nothing; one without a result is seen, and does not count. Without an actual
-- end the closing is the latest end possible, and a review between start and closing is unclear.
with ended as (
    select
        record, ns, change_id, status, outcome, change_type, risk_level, pir_at, pir_result,
        actual_start, actual_end,
        coalesce(actual_end, closed_at) is null as endless,
        case when actual_end + to_minutes(1) <= actual_start then null     -- one of them is wrong
             else coalesce(actual_end, closed_at) end as ended_at,
        local_day(ended_at, $zone) as ended_on,
        case when closed_at = day_start(local_day(closed_at, $zone), $zone)     -- known to the day
             then day_start(days_after(local_day(closed_at, $zone), 1), $zone)
             else closed_at end as closed_by_then
    from changes
),
found as (                               -- reviews that the record itself or the register holds
    select
        ns,
        change_id,
        pir_at as held_at,
        not supplied(record, 'pir_result')
            or not list_contains($placeholder_values, lower(trim(pir_result))) as told,
        false as unclear
    from ended
    where pir_at is not null
    union all
    select
        c.ns,
        c.change_id,
        r.held_at,
        not supplied(r.record, 'outputs')
            or not list_contains($placeholder_values, lower(trim(r.outputs))) as told,
        r.held_at is null
            or min(c.ns) over namesakes <> max(c.ns) over namesakes   -- the number of two changes
            or damaged(r.unread, r.disputed, ['outputs']) as unclear
    from reviews r
    join ended c on c.change_id = trim(r.subject_id)
    window namesakes as (partition by c.change_id)
),
own as (                                 -- a moment known to the day lasts until the day is over
    select
        f.ns,
        f.change_id,
        f.told,
        f.unclear,
        local_day(f.held_at, $zone) as held_on,
        case when f.held_at = day_start(local_day(f.held_at, $zone), $zone)
             then day_start(days_after(local_day(f.held_at, $zone), 1), $zone)
             else f.held_at end as held_by_then,
        case when c.actual_end is not null then held_by_then > coalesce(latest(c.actual_end, c.actual_start), c.actual_end) - to_minutes(1)
             else f.held_at > c.closed_by_then - to_minutes(1) end as follows,
        c.actual_end is null
            and (c.actual_start is null or held_by_then > c.actual_start - to_minutes(1)) as may_follow
    from found f
    join ended c on c.ns = f.ns and c.change_id = f.change_id
),
held as (
    select
        ns,
        change_id,
        min(held_on) filter (where told and follows and not unclear) as reviewed_on,
        min(held_on) filter (where follows and not unclear) as seen_on,
        bool_or(unclear) as unclear,
        bool_or(may_follow and not follows) as before_closing
    from own
    group by ns, change_id
)
select
    c.record,
    c.ns,
    c.change_id,
    c.ended_on,
    coalesce(h.reviewed_on, local_day($as_of, $zone)) as until,
    coalesce(h.reviewed_on, local_day($as_of, $zone)) - c.ended_on as calendar_days,
    h.reviewed_on is not null as reviewed,
    h.seen_on,
    h.before_closing,
    case when c.status = 'implementing' and c.endless then false
         when c.outcome in ('failed', 'backed_out')        then true
         when c.change_type = 'emergency'                  then true
         when c.risk_level in ('high', 'very_high')        then true
         when c.outcome is null or c.change_type is null   then null
         when c.risk_level is not null                     then false
         when not supplied(c.record, 'risk_level')         then false
    end as due,
    case when h.unclear or h.before_closing                then false
         when (select count(*) from reviews
               where damaged(unread, disputed, ['subject_id'])) > 0  then false
         when column_supplied('reviews', 'subject_id', '')
         then complete_over('reviews', '', c.ended_at, $as_of)
         else supplied(c.record, 'pir_at') end as all_known
from ended c
left join held h on h.ns = c.ns and h.change_id = c.change_id
