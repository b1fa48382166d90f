/*
title.zh = "变更之后的配置库更新"
title.en = "Updates of the CMDB after a change"
of       = "changes"
sealed   = true
*/
-- One row a change: was it successful, which items does it concern, when was the CMDB first updated for
-- it. An edit follows a change if it cites it, or cites none and was made after the work began (less
-- than a minute before it does not count); a moment known to the day lasts until the day is over.
with work as (
    select
        record, ns, change_id, status, outcome, created_at, actual_start, cmdb_updated_at,
        case when actual_end + to_minutes(1) <= actual_start then null     -- one of them is wrong
             else coalesce(actual_end, closed_at) end as ended_at,
        coalesce(actual_start, actual_end, closed_at) as from_at,
        coalesce(actual_start, actual_end, closed_at) - to_minutes(1) as too_early,
        case when cmdb_updated_at = day_start(local_day(cmdb_updated_at, $zone), $zone)
             then day_start(days_after(local_day(cmdb_updated_at, $zone), 1), $zone)
             else cmdb_updated_at end as updated_by_then,
        case when status not in ('implemented', 'in_review', 'closed')     then false
             when outcome not in ('successful', 'successful_with_issues')  then false
             when outcome is not null                                      then true
        end as successful
    from changes
),
items as (
    select ns, change_id, list(ci_id order by ci_id) as cis
    from change_cis
    group by ns, change_id
),
edits as (
    select
        ns,
        lower(trim(ci_id)) as item,
        changed_at,
        case when damaged(unread, disputed, ['change_id']) then '?'
             else coalesce(change_id, '') end as cited
    from ci_changes
),
followed as (
    select
        w.ns,
        w.change_id,
        min(e.changed_at) filter (
            where e.cited = w.change_id or e.cited = '' and e.changed_at > w.too_early) as edited_at,
        count(*) filter (
            where e.cited = '?'
                  or w.actual_start is null and e.cited = ''
                     and e.changed_at >= w.created_at and e.changed_at <= w.too_early) as unclear
    from work w
    join change_cis l on l.ns = w.ns and l.change_id = w.change_id
    join edits e on e.ns = l.ns and e.item = lower(trim(l.ci_id))
    where w.successful
    group by w.ns, w.change_id
),
updated as (
    select
        w.*,
        i.cis,
        case when w.updated_by_then > w.too_early
             then coalesce(earliest(w.cmdb_updated_at, f.edited_at), w.cmdb_updated_at)
             else f.edited_at end as updated_at,
        f.unclear > 0 or w.updated_by_then <= w.too_early as unclear
    from work w
    left join items i on i.ns = w.ns and i.change_id = w.change_id
    left join followed f on f.ns = w.ns and f.change_id = w.change_id
)
select
    record,
    ns,
    change_id,
    successful,
    cis,
    case when cis is not null                          then true
         when complete('change_cis', ns, created_at)   then false end as has_items,
    ended_at,
    local_day(ended_at, $zone) as ended_on,
    updated_at is not null as updated,
    coalesce(updated_at, $as_of) as until_at,
    local_day(coalesce(updated_at, $as_of), $zone) as until,
    local_day(coalesce(updated_at, $as_of), $zone) - local_day(ended_at, $zone) as calendar_days,
    unclear,
    case when unclear                                  then false
         when column_supplied('ci_changes', 'ci_id', ns)
         then complete_over('ci_changes', ns, from_at, $as_of)
         else supplied(record, 'cmdb_updated_at') end as all_known
from updated
