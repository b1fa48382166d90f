/*
id       = "CHG-029"
title.zh = "同一配置项反复变更"
title.en = "Repeated change of one CI is noticed"
severity = "observation"
kind     = "group"
leads    = true
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = [
    "change_cis.change_id",
    "change_cis.ci_id",
    "changes.actual_start",
    "changes.change_id",
    "changes.change_type",
]
uses     = ["changes.release_id", "changes.status", "changes.outcome", "changes.actual_end", "changes.created_at", "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.decision"]
since    = "0.3"
status   = "experimental"
why.zh   = "几天之内对同一个配置项动了好几次，多半是前一次没有做到位，或者没有先想清楚整体方案；每动一次都带来一次风险。"
why.en   = "Where one item is altered several times within days, earlier work was probably not right or the whole was not thought through; each time brings its own risk."
fix.zh   = "把这几个变更放在一起看：是返工的，查清第一次为何没有做到位；本属一件事的，合并为一个变更或归入同一个发布。"
fix.en   = "Look at these changes together: where they are rework, find out why the first was not right; where they belong together, make them one change or one release."
noise.zh = "待说明的线索，不是不符合：分阶段实施、计划内的逐台或逐项升级、共用平台（如防火墙、核心交换机、数据库集群）上互不相干的策略变更，都会在几天内多次涉及同一个配置项；登记得过粗的配置项也一样。同一发布的变更只算一次，标准变更不计。"
noise.en = "A lead to be explained, no nonconformity: phased work, planned step-by-step upgrades and unrelated settings on a shared platform (firewall, core switch, database cluster) touch one item often, and so does an item recorded too coarsely. Changes of one release count once, standard changes do not count."

[params.rep_min]
type = "count"
value = 3
min = 2
max = 10
help.zh = "同一配置项在期限内有多少个非标准变更即提出。"
help.en = "Number of non-standard changes of one CI within the days from which it is raised."

[params.rep_days]
type = "days"
value = 7
min = 1
max = 30
help.zh = "在多少天之内开始的变更算作反复。"
help.en = "Days within which changes of one CI count as repeated."

[message.repeated]
verdict = "lead"
zh = "配置项“{ci_id}”在 {first_at:time} 至 {last_at:time} 的 {rep_days:number} 天之内开始了 {times:number} 个非标准变更（达到 {rep_min:number} 个即提出），待说明：{changes:list}。能够计数的 {items:number} 个配置项中，{usual:percent} 没有达到此数。"
en = "Within {rep_days:number} days, from {first_at:time} to {last_at:time}, {times:number} non-standard changes of the CI “{ci_id}” were begun (raised from {rep_min:number}), which is to be explained: {changes:list}. Of the {items:number} items that can be counted, {usual:percent} stay below that number."

[message.ok]
verdict = "conforming"
zh = "配置项“{ci_id}”在任何 {rep_days:number} 天之内都不到 {rep_min:number} 个非标准变更。"
en = "The CI “{ci_id}” never has {rep_min:number} non-standard changes within {rep_days:number} days."

[message.unclear]
verdict = "not_assessed"
zh = "有涉及该配置项的变更类型、实施情况或开始时间不明，若都计入即达到界限。"
en = "Some changes of the CI lack type, start or a clear state; counted, they would reach the limit."

[message.not_whole]
verdict = "not_assessed"
zh = "没有达到界限，但不能确定这段时间的变更及其配置项已全部导出。"
en = "The limit is not reached, but the changes of that time and their CIs are not known to be all in the export."

[message.no_ci]
verdict = "not_assessed"
zh = "这些变更没有登记涉及的配置项，无法判断是否反复变更同一个配置项。"
en = "These changes name no CI, so it cannot be told whether one is altered again and again."

[message.rollout]
verdict = "not_applicable"
zh = "涉及该配置项的变更同属一个发布，是计划内的推广。"
en = "The changes of the CI belong to one release: a planned roll-out."
*/
with work as (                            -- changes that were begun, or may have been; no standard ones
    select
        c.record,
        c.ns,
        c.change_id,
        c.actual_start,
        c.change_type is not null
            and not damaged(c.unread, c.disputed, ['actual_start', 'change_type', 'release_id'])
            as sure,
        case when c.release_id is not null then 'release ' || c.release_id
             else 'change ' || c.change_id end as effort
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    where c.change_type is distinct from 'standard' and a.implemented is distinct from false
),
altered as (                              -- one row a change and item
    select w.*, lower(trim(l.ci_id)) as item, l.ci_id
    from work w
    join change_cis l on l.ns = w.ns and l.change_id = w.change_id
),
efforts as (                              -- changes of one release count once, where it began
    select
        ns,
        item,
        effort,
        count(distinct change_id) as changes,
        min(actual_start) filter (where sure) as begun_at
    from altered
    group by ns, item, effort
),
spans as (                                -- each with those that follow within the days
    select a.ns, a.item, a.effort, a.begun_at, max(b.begun_at) as last_at, count(*) as times
    from efforts a
    join efforts b on b.ns = a.ns and b.item = a.item
        and b.begun_at >= a.begun_at and b.begun_at <= a.begun_at + to_days($rep_days)
    group by a.ns, a.item, a.effort, a.begun_at
),
busiest as (                              -- one row an item: the span with most, the earliest of equals
    select ns, item, begun_at, last_at, times
    from (
        select
            ns,
            item,
            begun_at,
            last_at,
            times,
            row_number() over (partition by ns, item order by times desc, begun_at, effort) as place
        from spans
    ) s
    where place = 1
),
shown as (                                -- the changes of that span
    select
        b.ns,
        b.item,
        list(w.change_id order by w.actual_start, w.change_id) as changes,
        list(w.record order by w.actual_start, w.change_id) as members
    from busiest b
    join altered w on w.ns = b.ns and w.item = b.item
        and w.actual_start >= b.begun_at and w.actual_start <= b.last_at
    where b.times >= $rep_min
    group by b.ns, b.item
),
homes as (                                -- the project of an item's changes, if they share one
    select
        ns,
        item,
        min(ci_id) as ci_id,
        case when min(record.project_id) = max(record.project_id) then min(record.project_id)
             else '(organisation)' end as project_id
    from altered
    group by ns, item
),
items as (
    select
        ns,
        item,
        count(*) as efforts,
        sum(changes) as changes,
        count(begun_at) as dated,
        min(begun_at) as first_at,
        max(begun_at) as last_at
    from efforts
    group by ns, item
),
judged as (
    select
        i.*,
        h.ci_id,
        h.project_id,
        b.times,
        b.begun_at as span_from,
        b.last_at as span_to,
        coalesce(b.times, 0) + i.efforts - i.dated as most,
        complete_over('changes', i.ns, i.first_at - to_days($rep_days), i.last_at)
            and complete_over('change_cis', i.ns, i.first_at - to_days($rep_days), i.last_at)
            as whole,
        s.changes as shown,
        s.members
    from items i
    left join homes h on h.ns = i.ns and h.item = i.item
    left join busiest b on b.ns = i.ns and b.item = i.item
    left join shown s on s.ns = i.ns and s.item = i.item
)
select
    concat(ns, ' ', item) as subject_id,
    project_id,
    coalesce(span_from, first_at) as at,
    not (efforts = 1 and changes > 1) as applies,
    case when times >= $rep_min             then false
         when most >= $rep_min              then null
         when whole                         then true end as conforms,
    case when efforts = 1 and changes > 1   then 'rollout'
         when times >= $rep_min             then 'repeated'
         when most >= $rep_min              then 'unclear'
         when whole                         then 'ok'
         else 'not_whole' end as message,
    members,
    ci_id,
    times,
    span_from as first_at,
    span_to as last_at,
    shown as changes,
    $rep_min as rep_min,
    $rep_days as rep_days,
    count(times) over () as items,
    ratio(count(*) filter (where times < $rep_min) over (), count(times) over ()) as usual
from judged
union all
select
    concat(w.ns, ' ', w.record.project_id, ' ?') as subject_id,
    w.record.project_id as project_id,
    null as at,
    null as applies,
    null as conforms,
    'no_ci' as message,
    list(w.record order by w.change_id) as members,
    null as ci_id,
    null as times,
    null as first_at,
    null as last_at,
    null as changes,
    $rep_min as rep_min,
    $rep_days as rep_days,
    null as items,
    null as usual
from work w
left join (select ns, change_id, count(*) as items from change_cis group by ns, change_id) l
    on l.ns = w.ns and l.change_id = w.change_id
where l.items is null
group by w.ns, w.record.project_id
