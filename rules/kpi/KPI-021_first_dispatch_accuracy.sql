/*
id       = "KPI-021"
title.zh = "一次派单成功率"
title.en = "First dispatch accuracy"
severity = "observation"
kind     = "kpi"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.4-3"]
needs    = [
    "incidents.reassignment_count | status_history.new_value",
    "incidents.created_at",
    "incidents.incident_id",
]
uses     = ["incidents.assigned_at", "incidents.assignment_group", "incidents.closed_at", "status_history.object_type", "status_history.object_id", "status_history.field", "status_history.old_value", "status_history.event_type"]
since    = "0.3"
status   = "stable"
why.zh   = "派错一次，事件就要多等一轮。一次派单成功率低，说明服务台的分类判断或派单规则有问题。"
why.en   = "Each wrong dispatch costs the customer another wait. A low rate shows that the desk classifies badly or that the rules of dispatch are wrong."
fix.zh   = "统计转派最多的分类和处理组，修订派单规则和知识条目；对服务台培训常见误派的类别；减少处理组之间的职责重叠。"
fix.en   = "Find the categories and groups with most re-assignments, correct the rules of dispatch and the articles, train the desk on what is often misrouted, and remove overlaps between groups."
noise.zh = "事件按建单时间归入季度，凡转到过另一处理组的都算没有一次派准，一线正常升级到二线的也在其中。在组内换人不算。历史中从未记录处理组的来源，只能靠转派次数为零来证明。"
noise.en = "Incidents belong to the quarter of their creation. Any move to another group counts as a dispatch that missed, a planned escalation to second line too; a change of person within the group does not. A source whose history never names groups can prove a dispatch only by a count of zero re-assignments."

[params.target]
type = "share"
value = 0.9
min = 0.7
max = 1
help.zh = "派单后没有换过处理组的事件比例，低于此值即提出。"
help.en = "Share of dispatched incidents that stayed with one group below which it is raised."

[params.count_is_of_groups]
type = "switch"
value = false
help.zh = "工具的转派次数只计处理组之间的转派时开启：次数大于零即视为换过处理组。关闭时，只有次数为零才能说明问题，换过处理组要由流转记录证明。"
help.en = "Turn on where the counter of the tool counts moves between groups only: above zero the group changed. When off, only a count of zero proves anything, and a move must show in the history."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 派单的 {denominator:number} 个事件中 {numerator:number} 个没有换过处理组，一次派单成功率 {value:percent}，低于目标 {target:percent}；换过处理组 {others:number} 个，无法判断 {unassessed:number} 个（即使全部按成功计，也只有 {upper:percent}）。"
en = "Of {denominator:number} incidents of {quarter} that were dispatched, {numerator:number} stayed with their first group: {value:percent}, below the target of {target:percent}. Moved to another group: {others:number}; not to be judged: {unassessed:number} (with all of these right it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 派单的 {denominator:number} 个事件中 {numerator:number} 个没有换过处理组，一次派单成功率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（全部按换过计为 {lower:percent}）。"
en = "Of {denominator:number} incidents of {quarter} that were dispatched, {numerator:number} stayed with their first group: {value:percent}, at or above the target of {target:percent}. Not to be judged: {unassessed:number} (with all of these moved it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件是否换过处理组无法判断（转派次数为空，流转记录不完整或不记录处理组），按全部成功和全部失败得出的结论相反。"
en = "For some incidents it cannot be told whether the group changed (no count, and a history that is incomplete or names no groups), and counting all or none of them as right gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度的事件已全部导出。"
en = "The incidents of the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "事件没有建单时间，无法归入季度。"
en = "The incidents have no time of creation, so they belong to no known quarter."

[message.none]
verdict = "not_applicable"
zh = "该季度没有派单的事件。"
en = "No incident of the quarter was dispatched."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with moves as (                          -- one row an object: the groups that its history names
    select
        ns,
        object_id,
        min(lower(trim(new_value))) <> max(lower(trim(new_value)))
            or count(*) filter (where lower(trim(old_value)) <> lower(trim(new_value))) > 0 as moved,
        count(*) filter (where new_value is null or field is null or object_type is null) > 0 as unclear
    from status_history
    where coalesce(object_type, 'incident') = 'incident'
          and (field = 'assignment_group' or field is null and event_type = 'assignment')
    group by ns, object_id
),
telling as (                             -- id spaces whose history names groups
    select ns
    from moves
    where not unclear
    group by ns
),
entries as (
    select
        i.record,
        i.incident_id,
        i.record.project_id as project_id,
        quarter_start(local_day(i.created_at, $zone)) as began,
        i.assigned_at is not null or i.assignment_group is not null or m.ns is not null as counts,
        case when m.moved and not m.unclear                                     then false
             when $count_is_of_groups and i.reassignment_count > 0              then false
             when i.reassignment_count = 0                                      then true
             when t.ns is not null and not coalesce(m.unclear, false)
                  and complete_over('status_history', i.ns, i.created_at, coalesce(i.closed_at, $as_of))
                                                                                then true end as hit
    from incidents i
    left join moves m on m.ns = i.ns and m.object_id = i.incident_id
    left join telling t on t.ns = i.ns
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
        count(incident_id) filter (where not counts) as excluded,
        count(incident_id) filter (where counts is distinct from false) as most,
        count(incident_id) filter (where counts is distinct from false and hit is distinct from false) as most_hits,
        count(incident_id) filter (where counts is distinct from false and hit is distinct from true) as most_others,
        list(record order by record.ns, record.id) filter (where counts and not hit) as members
    from everyone
    group by project_id, began
    having bool_or(began is not null or counts is distinct from false)
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
        complete_everywhere('incidents', starts_at, ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                    then null
                 when most = 0                                 then false
                 when hits + others > 0                        then true end as applies,
    case when most_hits < $target * (most_hits + others)     then false
         when hits >= $target * (hits + most_others)         then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when most = 0                                       then 'none'
         when hits + others = 0                              then 'open_question'
         when most_hits < $target * (most_hits + others)     then 'below'
         when hits >= $target * (hits + most_others)         then 'ok'
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
    $target as target,
    quarter_name(began) as quarter,
    others
from judged
