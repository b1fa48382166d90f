/*
id       = "KPI-014"
title.zh = "知识库利用率"
title.en = "Knowledge use rate"
severity = "observation"
kind     = "kpi"
subject  = ["incidents"]
decides  = ["KP-4-3"]
supports = ["QM-8.4.4-5"]
needs    = ["incidents.created_at", "incidents.knowledge_id", "incidents.status"]
since    = "0.3"
status   = "stable"
why.zh   = "解决事件时引用知识，说明知识库能用、有人用。利用率过低，知识库只是存放文件，同样的问题要一再从头摸索。"
why.en   = "Citing an article when an incident is solved shows that the knowledge base helps. Where hardly anybody does, it is a mere store, and the same faults are worked out from scratch."
fix.zh   = "查看常见事件类别有没有对应的知识条目，缺的补写、旧的更新；在工具中解决事件时提示引用或新建知识；定期公布利用率。"
fix.en   = "Check whether frequent kinds of incident have an article, write what is missing and renew what is old; let the tool ask for an article when an incident is solved; publish the rate."
noise.zh = "已解决的事件按建单时间归入半年。只看事件单上的知识条目编号；引用写在解决方案文字里、或只在关联关系中登记的，看不出来。由监控自动产生并恢复的事件通常不引用知识。"
noise.en = "Solved incidents belong to the half-year of their creation. Only the article number on the incident is seen; one cited in the words of the solution or in a link is not. Incidents that monitoring raises and clears by itself seldom cite one."

[params.target]
type = "share"
value = 0.1
min = 0.05
max = 1
help.zh = "已解决事件中引用知识条目的比例，低于此值即提出。"
help.en = "Share of solved incidents that cite an article below which it is raised."

[params.least_incidents]
type = "count"
value = 30
min = 10
max = 200
help.zh = "半年内建单且已解决的事件少于此数时不计算利用率。"
help.en = "Number of solved incidents, raised in a half-year, below which no rate is computed."

[message.below]
verdict = "nonconforming"
zh = "{half} 建单且已解决的 {denominator:number} 个事件中 {numerator:number} 个引用了知识条目，利用率 {value:percent}，低于目标 {target:percent}；无法判断 {unassessed:number} 个（全部按引用计为 {upper:percent}）。"
en = "Of {denominator:number} incidents raised in {half} and solved, {numerator:number} cite a knowledge article: {value:percent}, below the target of {target:percent}. Not to be judged: {unassessed:number} (with all of these citing one it would be {upper:percent})."

[message.ok]
verdict = "conforming"
zh = "{half} 建单且已解决的 {denominator:number} 个事件中 {numerator:number} 个引用了知识条目，利用率 {value:percent}，达到目标 {target:percent}；无法判断 {unassessed:number} 个（全部按未引用计为 {lower:percent}）。"
en = "Of {denominator:number} incidents raised in {half} and solved, {numerator:number} cite a knowledge article: {value:percent}, at or above the target of {target:percent}. Not to be judged: {unassessed:number} (with none of these citing one it would be {lower:percent})."

[message.open_question]
verdict = "not_assessed"
zh = "部分事件的状态、建单时间或知识条目不明，按全部引用和全部未引用得出的结论相反。"
en = "Some incidents lack status or time of creation, or their article could not be read, and counting all or none of them gives opposite results."

[message.half_incomplete]
verdict = "not_assessed"
zh = "不能确定该半年的事件已全部导出。"
en = "The incidents of the half-year are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "事件已解决或状态不明，但没有建单时间，无法归入半年。"
en = "The incidents are solved, or may be, without a time of creation, so they belong to no known half-year."

[message.too_few]
verdict = "not_applicable"
zh = "该半年已解决的事件太少，利用率没有意义。"
en = "Too few incidents of the half-year are solved for a rate to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该半年尚未结束。"
en = "The half-year is not over yet."
*/
with solved as (                         -- solved incidents, and those that may be
    select
        record,
        quarter_start(local_day(created_at, $zone)) as quarter,
        case when status is not null then true end as counts,
        case when knowledge_id is not null                                      then true
             when not damaged(unread, disputed, ['knowledge_id'])               then false end as hit
    from incidents
    where status in ('resolved', 'closed') or status is null
),
entries as (                             -- a second or fourth quarter belongs to the half begun before
    select
        record,
        record.project_id as project_id,
        case when contains(cast(quarter as varchar), '-04-') or contains(cast(quarter as varchar), '-10-')
             then cast(months_after(quarter, -3) as date)
             else quarter end as began,
        counts,
        hit
    from solved
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
        count(*) filter (where counts and hit) as hits,
        count(*) filter (where counts and not hit) as others,
        0 as excluded,
        count(*) as most,
        count(*) filter (where hit is distinct from false) as most_hits,
        count(*) filter (where hit is distinct from true) as most_others,
        list(record order by record.ns, record.id) filter (where counts and hit) as members
    from everyone
    group by project_id, began
),
shares as (                              -- those of no known half-year may belong to any
    select
        project_id,
        began,
        hits,
        others,
        excluded,
        members,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 6), $zone) as ends_at,
        most + sum(case when began is null then most else 0 end) over whole as most,
        most_hits + sum(case when began is null then most_hits else 0 end) over whole as most_hits,
        most_others + sum(case when began is null then most_others else 0 end) over whole as most_others
    from periods
    window whole as (partition by project_id)
),
judged as (
    select
        *,
        trim(number_prefix(quarter_name(began)), '-Q')
            || case when contains(quarter_name(began), 'Q1') then '-H1' else '-H2' end as name,
        complete_everywhere('incidents', starts_at, ends_at) as half_complete
    from shares
)
select
    project_id || ' ' || coalesce(name, '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not half_complete                       then null
                 when most < $least_incidents                  then false
                 when hits + others >= $least_incidents        then true end as applies,
    case when most_hits < $target * (most_hits + others)     then false
         when hits >= $target * (hits + most_others)         then true end as conforms,
    case when ends_at > $as_of                               then 'running'
         when began is null                                  then 'unplaced'
         when not half_complete                              then 'half_incomplete'
         when most < $least_incidents                        then 'too_few'
         when hits + others < $least_incidents               then 'open_question'
         when most_hits < $target * (most_hits + others)     then 'below'
         when hits >= $target * (hits + most_others)         then 'ok'
         else 'open_question' end as message,
    members,
    name as period,
    hits as numerator,
    hits + others as denominator,
    excluded,
    most - hits - others as unassessed,
    ratio(hits, hits + others) as value,
    ratio(hits, hits + most_others) as lower,
    ratio(most_hits, most_hits + others) as upper,
    $target as target,
    name as half,
    others
from judged
