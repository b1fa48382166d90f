/*
id       = "KPI-022"
title.zh = "事件重开率"
title.en = "Re-open rate"
severity = "observation"
kind     = "kpi"
at_most  = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-13"]
needs    = [
    "incidents.reopened_count | status_history.event_type",
    "incidents.closed_at",
    "incidents.incident_id",
    "incidents.status",
]
uses     = ["incidents.created_at", "status_history.object_type", "status_history.object_id", "status_history.new_value"]
since    = "0.3"
status   = "stable"
why.zh   = "重开说明关闭时并没有真正解决。一个季度重开率偏高，说明关闭前的确认流于形式，解决率也不可信。"
why.en   = "A re-opening means that the incident was closed unsolved. A high rate in a quarter shows that nobody really checks before closing, and the rate of solution cannot be trusted."
fix.zh   = "按处理组和类别分析重开的事件，区分没有解决、复发和误重开；落实关闭前与用户确认；复发的转问题管理。"
fix.en   = "Sort the re-opened incidents by group and category, tell unsolved from recurring from re-opened by mistake; confirm with the user before closing; pass what recurs to problem management."
noise.zh = "事件按最后一次关闭的时间归入季度，重开过一次即计入，重开后尚未再次关闭的不在其中。用户的致谢邮件、误操作也会使事件自动重开；部分工具把“已解决”退回处理也计为重开。"
noise.en = "Incidents belong to the quarter of their last closing, and one re-opening is enough; those still open after it are not among them. A mail of thanks or a slip may re-open a ticket; some tools count a step back from resolved too."

[params.limit]
type = "share"
value = 0.05
min = 0.01
max = 0.2
help.zh = "关闭的事件中重开过的比例，超过此值即提出。"
help.en = "Share of closed incidents that had been re-opened above which it is raised."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 365
help.zh = "导出须早于季度首日多少天开始，才能包含此前建单、本季度关闭的事件。"
help.en = "Days before the quarter from which records must be in the export, so that incidents raised earlier and closed in the quarter are there."

[message.above]
verdict = "nonconforming"
zh = "{quarter} 关闭的 {denominator:number} 个事件中 {numerator:number} 个重开过，重开率 {value:percent}，超过上限 {target:percent}；无法判断 {unassessed:number} 个（即使都没有重开，仍有 {lower:percent}）。"
en = "Of {denominator:number} incidents closed in {quarter}, {numerator:number} had been re-opened: {value:percent}, above the limit of {target:percent}. Not to be judged: {unassessed:number} (with none of these re-opened it would still be {lower:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 关闭的 {denominator:number} 个事件中 {numerator:number} 个重开过，重开率 {value:percent}，未超过上限 {target:percent}；无法判断 {unassessed:number} 个（全部按重开计为 {upper:percent}）。"
en = "Of {denominator:number} incidents closed in {quarter}, {numerator:number} had been re-opened: {value:percent}, within the limit of {target:percent}. Not to be judged: {unassessed:number} (with all of these re-opened it would be {upper:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件是否重开过或何时关闭不明，按全部重开和全部没有重开得出的结论相反。"
en = "For some incidents it is not known whether they were re-opened or when they were closed, and counting all or none of them gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度关闭的事件已全部导出（导出须早于季度首日开始，以包含此前建单的事件）。"
en = "The incidents closed in the quarter are not known to be all in the export, which must begin before the quarter to hold those raised earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "事件已关闭或状态不明，但没有关闭时间，无法归入季度。"
en = "The incidents are closed, or may be, without a time of closing, so they belong to no known quarter."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with reopenings as (                     -- one row an object: does its history show a re-opening
    select
        ns,
        object_id,
        bool_or(object_type is not null and (event_type = 'reopen' or new_value = 'reopened')) as shown
    from status_history
    where coalesce(object_type, 'incident') = 'incident'
          and (event_type is null or event_type = 'reopen' or new_value = 'reopened')
    group by ns, object_id
),
entries as (                             -- closed incidents, and those that may be
    select
        i.record,
        i.incident_id,
        i.record.project_id as project_id,
        quarter_start(local_day(i.closed_at, $zone)) as began,
        case when i.status = 'closed' then true end as counts,
        case when i.reopened_count > 0 or r.shown                               then true
             when i.reopened_count = 0                                          then false
             when r.ns is null and not supplied(i.record, 'reopened_count')
                  and complete_over('status_history', i.ns, i.created_at, i.closed_at)
                                                                                then false end as hit
    from incidents i
    left join reopenings r on r.ns = i.ns and r.object_id = i.incident_id
    where i.status = 'closed' or i.status is null
),
everyone as (                            -- each for its project and for the organisation
    select record, incident_id, project_id, began, counts, hit from entries
    where project_id <> '(organisation)'
    union all
    select record, incident_id, '(organisation)' as project_id, began, counts, hit from entries
),
periods as (                             -- what surely counts, and the most that may
    select
        project_id,
        began,
        count(incident_id) filter (where counts and hit) as hits,
        count(incident_id) filter (where counts and not hit) as others,
        0 as excluded,
        count(incident_id) as most,
        count(incident_id) filter (where hit is distinct from false) as most_hits,
        count(incident_id) filter (where hit is distinct from true) as most_others,
        list(record order by record.ns, record.id) filter (where counts and hit) as members
    from everyone
    group by project_id, began
),
shares as (                              -- those of no known quarter may belong to any
    select
        project_id,
        began,
        hits,
        others,
        excluded,
        members,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        most + sum(case when began is null then most else 0 end) over whole as most,
        most_hits + sum(case when began is null then most_hits else 0 end) over whole as most_hits,
        most_others + sum(case when began is null then most_others else 0 end) over whole as most_others
    from periods
    window whole as (partition by project_id)
),
judged as (
    select
        *,
        complete_everywhere('incidents', starts_at - to_days($carry_over_days), ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                    then null
                 when hits + others > 0                        then true end as applies,
    case when hits > $limit * (hits + most_others)           then false
         when most_hits <= $limit * (most_hits + others)     then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when hits + others = 0                              then 'open_question'
         when hits > $limit * (hits + most_others)           then 'above'
         when most_hits <= $limit * (most_hits + others)     then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) as period,
    hits as numerator,
    hits + others as denominator,
    excluded,
    most - hits - others as unassessed,
    ratio(hits, hits + others) as value,
    ratio(hits, hits + most_others) as lower,
    ratio(most_hits, most_hits + others) as upper,
    $limit as target,
    quarter_name(began) as quarter,
    others
from judged
