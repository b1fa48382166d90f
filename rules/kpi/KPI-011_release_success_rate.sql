/*
id       = "KPI-011"
title.zh = "发布成功率"
title.en = "Release success rate"
severity = "observation"
kind     = "kpi"
subject  = ["releases"]
decides  = []
supports = ["QM-8.4.6-33"]
needs    = ["releases.outcome", "releases.released_at"]
uses     = ["releases.status"]
since    = "0.3"
status   = "stable"
why.zh   = "发布失败或回退直接影响生产环境。成功率偏低，说明构建、测试或发布准备不充分。"
why.en   = "A release that fails or is backed out hits production. A low rate means that build, test or preparation falls short."
fix.zh   = "逐个复盘失败和回退的发布，找出测试、配置或部署上的共性原因，补充到发布检查清单和回退预案。"
fix.en   = "Review each release that failed or was backed out, find what they share in test, configuration or deployment, and add it to the release checklist and the back-out plan."
noise.zh = "发布按实际发布时间归入季度，结果为空的按“全部失败”和“全部成功”分别计算上下限；以“取消”结果结束的不计入。有些团队把有遗留问题的发布也记为成功。"
noise.en = "Releases belong to the quarter in which they went live; those without an outcome count once as failed and once as successful, which gives the bounds; those with the outcome cancelled are left out. Some teams file releases with issues as plain successes."

[params.target]
type = "share"
value = 0.95
min = 0.8
max = 1
help.zh = "成功的发布占已实施发布的比例，低于此值即提出。"
help.en = "Share of successful releases below which it is raised."

[params.least_releases]
type = "count"
value = 3
min = 1
max = 20
help.zh = "一个季度的发布少于此数时不计算成功率。"
help.en = "Number of releases in a quarter below which no rate is computed."

[message.below]
verdict = "nonconforming"
zh = "{quarter} 实施的 {denominator:number} 个有结果的发布中 {numerator:number} 个成功，成功率 {value:percent}，低于目标 {target:percent}；失败或回退 {others:number} 个，结果不明 {unassessed:number} 个（全部按成功计为 {upper:percent}）。"
en = "Of {denominator:number} releases carried out in {quarter} with a known outcome, {numerator:number} were successful: {value:percent}, below the target of {target:percent}. Failed or backed out: {others:number}; without a clear outcome: {unassessed:number} (with all of these successful it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{quarter} 实施的 {denominator:number} 个有结果的发布中 {numerator:number} 个成功，成功率 {value:percent}，达到目标 {target:percent}；结果不明 {unassessed:number} 个（全部按失败计为 {lower:percent}）。"
en = "Of {denominator:number} releases carried out in {quarter} with a known outcome, {numerator:number} were successful: {value:percent}, at or above the target of {target:percent}. Without a clear outcome: {unassessed:number} (with all of these failed it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分发布的结果、状态或发布时间不明，按全部成功和全部失败得出的结论相反。"
en = "Some releases lack outcome, status or the time they went live, and counting all or none of them as successful gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度的发布已全部导出。"
en = "The releases of the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "发布已经或可能已经实施，但没有发布时间，无法归入季度。"
en = "The releases were, or may have been, carried out without a time, so they belong to no known quarter."

[message.too_few]
verdict = "not_applicable"
zh = "该季度的发布太少，成功率没有意义。"
en = "Too few releases in the quarter for a rate to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with entries as (
    select
        record,
        record.project_id as project_id,
        quarter_start(local_day(released_at, $zone)) as began,
        case when outcome = 'cancelled'                                         then false
             when outcome is not null or released_at is not null                then true
             when status in ('completed', 'failed')                             then true
             when status is not null                                            then false end as counts,
        outcome in ('successful', 'successful_with_issues') as hit
    from releases
),
everyone as (                            -- each for its project and for the organisation
    select record, project_id, began, counts, hit from entries
    where project_id <> '(organisation)'
    union all
    select record, '(organisation)' as project_id, began, counts, hit from entries
),
periods as (                             -- what surely counts, and the most that may
    select
        project_id,
        began,
        count(*) filter (where hit) as hits,
        count(*) filter (where counts and not hit) as others,
        count(*) filter (where not counts) as excluded,
        count(*) filter (where counts is distinct from false) as most,
        count(*) filter (where counts is distinct from false and hit is distinct from false) as most_hits,
        count(*) filter (where counts is distinct from false and hit is distinct from true) as most_others,
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
        complete_everywhere('releases', starts_at, ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete                    then null
                 when most < $least_releases                   then false
                 when hits + others >= $least_releases         then true end as applies,
    case when most_hits < $target * (most_hits + others)     then false
         when hits >= $target * (hits + most_others)         then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not quarter_complete                           then 'quarter_incomplete'
         when most < $least_releases                         then 'too_few'
         when hits + others < $least_releases                then 'open_question'
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
