/*
id       = "PRB-007"
title.zh = "主动识别问题"
title.en = "Problems are looked for proactively"
severity = "minor"
kind     = "group"
subject  = ["incidents", "problems"]
decides  = ["QM-8.4.6-15", "QA-2-4", "SD-3.1-4"]
supports = []
needs    = [
    "incidents.created_at",
    "problems.created_at",
    "problems.source",
    "projects.end_date",
    "projects.start_date",
]
blank    = { end_date = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "问题只从已发生的故障中来，就总是落在故障后面。半年里事件不少，却没有一个问题来自巡检、测试或趋势分析，说明预防没有开展，或做了没有记录。"
why.en   = "Where problems come only from faults that have struck, prevention is always a step behind. Half a year with many incidents and no problem from inspection, test or trend means that nobody looked, or nobody wrote it down."
fix.zh   = "定期分析事件趋势和巡检、测试结果，把发现的隐患登记为问题并填写来源；已做而未登记的，补登并关联记录。"
fix.en   = "Analyse trends of incidents and the results of inspections and tests at set times, and raise what is found as problems with their source; enter now what was found and not recorded."
noise.zh = "隐患可能登记在巡检记录、缺陷库或改进计划中，没有建问题单；来源可能误选为“事件”或“其他”；组织级的趋势分析可能把问题记在别的项目下。"
noise.en = "Hidden faults may stand in inspection records, a list of defects or an improvement plan instead; the source may have been chosen wrongly; an analysis for the whole firm may have put its problems under another project."

[params.proactive_min]
type = "count"
value = 30
min = 5
max = 100
help.zh = "半年内事件少于此数的项目不作要求。"
help.en = "Incidents of a half-year below which nothing is asked of a project."

[params.proactive_sources]
type = "list"
value = ["trend", "inspection", "test"]
legal = ["trend", "inspection", "test", "supplier", "audit", "other"]
help.zh = "视为主动识别的问题来源。"
help.en = "Sources of problems that count as looked for."

[message.none]
verdict = "nonconforming"
zh = "{project} 在 {first_day:date} 至 {last_day:date} 有 {incidents:number} 个事件、{problems:number} 个问题，没有一个问题来自主动识别（问题来源：{sources:list}）。"
en = "{project}, {first_day:date} to {last_day:date}: {incidents:number} incidents and {problems:number} problems, none of them found by looking for it (sources: {sources:list})."

[message.ok]
verdict = "conforming"
zh = "{project} 在 {first_day:date} 至 {last_day:date} 有 {incidents:number} 个事件，主动识别的问题 {found:number} 个。"
en = "{project}, {first_day:date} to {last_day:date}: {incidents:number} incidents, {found:number} problems found by looking for them."

[message.sources_unknown]
verdict = "not_assessed"
zh = "没有看到主动识别的问题，但有问题的来源、建单时间或所属项目不明，可能就是。"
en = "No problem was found by looking for it, but some lack a source, a time of creation or a project and may have been."

[message.half_incomplete]
verdict = "not_assessed"
zh = "不能确定该半年的事件和问题已全部导出。"
en = "The incidents and problems of the half-year are not known to be all in the export."

[message.project_unknown]
verdict = "not_assessed"
zh = "项目不在台账中或没有开始日期，无法判断半年内是否一直在运行。"
en = "The project is not in the register or has no first day, so it cannot be told whether it ran throughout."

[message.unplaced]
verdict = "not_assessed"
zh = "单据没有建单时间，无法归入半年。"
en = "The records have no time of creation, so they belong to no known half-year."

[message.too_few]
verdict = "not_applicable"
zh = "该半年事件太少，不作要求。"
en = "Too few incidents in the half-year for anything to be asked."

[message.part_only]
verdict = "not_applicable"
zh = "项目在该半年内开始或结束，没有运行整个半年。"
en = "The project did not run throughout the half-year."

[message.running]
verdict = "not_applicable"
zh = "该半年尚未结束。"
en = "The half-year is not over yet."
*/
with dated as (
    select record, record.project_id as project_id, 'incident' as object, cast(null as varchar) as source,
        half_start(local_day(created_at, $zone)) as first_day
    from incidents
    union all
    select record, record.project_id as project_id, 'problem' as object, source,
        half_start(local_day(created_at, $zone)) as first_day
    from problems
),
halves as (                              -- one row a project and half-year
    select
        project_id,
        first_day,
        count(*) filter (where object = 'incident') as incidents,
        count(*) filter (where object = 'problem') as problems,
        count(*) filter (where list_contains($proactive_sources, source)) as found,
        count(*) filter (where object = 'problem' and source is null) as unknown,
        list(distinct source order by source) as sources,
        list(record order by record.ns, record.id) filter (where object = 'problem') as members
    from dated
    group by project_id, first_day
),
known as (                               -- with what other problems may be of it
    select
        h.*,
        day_start(h.first_day, $zone) as starts_at,
        day_start(months_after(h.first_day, 6), $zone) as ends_at,
        days_after(cast(months_after(h.first_day, 6) as date), -1) as last_day,
        p.start_date,
        p.end_date,
        sum(case when h.project_id in ('(unattributed)', '(organisation)') then h.found + h.unknown else 0 end)
            over (partition by h.first_day) as stray,
        sum(case when h.first_day is null then h.found + h.unknown else 0 end) over () as undated
    from halves h
    left join project_register p on p.project_id = h.project_id
),
judged as (
    select
        *,
        complete_everywhere('incidents', starts_at, ends_at)
            and complete_everywhere('problems', starts_at, ends_at) as whole
    from known
)
select
    project_id || ' ' || coalesce(half_name(first_day), '?') as subject_id,
    project_id,
    starts_at as at,
    case when first_day is null                             then null
         when ends_at > $as_of                              then false
         when start_date > first_day or end_date < last_day then false
         when not whole                                     then null
         when incidents < $proactive_min                    then false
         when start_date is not null                        then true end as applies,
    case when found > 0                                     then true
         when unknown > 0 or stray > 0 or undated > 0       then null
         when whole                                         then false end as conforms,
    case when first_day is null                             then 'unplaced'
         when ends_at > $as_of                              then 'running'
         when start_date > first_day or end_date < last_day then 'part_only'
         when not whole                                     then 'half_incomplete'
         when incidents < $proactive_min                    then 'too_few'
         when start_date is null                            then 'project_unknown'
         when found > 0                                     then 'ok'
         when unknown > 0 or stray > 0 or undated > 0       then 'sources_unknown'
         else 'none' end as message,
    members,
    first_day,
    last_day,
    incidents,
    problems,
    found,
    sources
from judged
