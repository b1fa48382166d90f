/*
id       = "DQ-018"
title.zh = "在建项目每月均有记录"
title.en = "Each active project has records every month"
severity = "observation"
kind     = "group"
subject  = ["projects", "incidents", "requests"]
decides  = []
supports = ["QM-8.4.6-10", "QM-8.5.3-1", "QM-A4.2.3-1", "SD-4.3-4"]
needs    = ["projects.start_date", "projects.status", "incidents.created_at", "requests.created_at"]
uses     = ["projects.end_date", "routine_records.done_at", "routine_records.plan_id", "routine_plans.plan_id"]
blank    = { end_date = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "运维项目每个月都会有事件、请求或例行操作。某个月一条记录都没有，或突然少了大半，多半是服务没有做、没有记，或记录被删除、没有导出。"
why.en   = "A project in operation has incidents, requests or routine work every month. A month without any, or with a fraction of the usual number, mostly means that service was not given or not recorded, or that records were deleted or left out of the export."
fix.zh   = "向项目经理核实该月的服务情况：有纸质或其他工具记录的，补充登记或一并导出；确无服务的，在项目台账中注明停工起止时间；此后每月检查记录是否完整。"
fix.en   = "Ask the project manager what was done in that month: enter or export what is kept on paper or in another tool; where there was no service, note the break in the project register; check each month that records are complete."
noise.zh = "春节所在月、项目试运行或收尾期，记录会自然减少；只做例行巡检而例行记录没有导出的项目，会显得没有记录；小项目可能确有无事的月份。"
noise.en = "The month of a long holiday, a trial run or a project winding down has fewer; a project of routine checks whose records are not in the export looks empty; a small one may really have a quiet month."

[params.cliff_share]
type = "share"
value = 0.2
min = 0.05
max = 0.8
help.zh = "一个月的记录数低于该项目月记录中位数的这一比例即提出。"
help.en = "Share of the project's median month below which a month is raised."

[params.min_median]
type = "count"
value = 5
min = 1
max = 100
help.zh = "月记录中位数少于此数的项目，只看有没有记录。"
help.en = "Median month below which it is only asked whether there are records at all."

[message.empty]
verdict = "nonconforming"
zh = "{month} 没有一条事件、服务请求或例行操作记录，而该项目月记录的中位数为 {median:number} 条。"
en = "In {month} there is no incident, request or routine record; the median month of the project has {median:number}."

[message.cliff]
verdict = "nonconforming"
zh = "{month} 只有 {records:number} 条事件、服务请求和例行操作记录，而该项目月记录的中位数为 {median:number} 条（提出的界限是中位数的 {share_limit:percent}）。"
en = "In {month} there are {records:number} incidents, requests and routine records, while the median month of the project has {median:number} (the limit is {share_limit:percent} of it)."

[message.ok]
verdict = "conforming"
zh = "{month} 有 {records:number} 条事件、服务请求和例行操作记录，该项目月记录的中位数为 {median:number} 条。"
en = "In {month} there are {records:number} incidents, requests and routine records; the median month of the project has {median:number}."

[message.unplaced]
verdict = "not_assessed"
zh = "部分记录没有时间或不知属于哪个项目，计入与否会改变结论。"
en = "Some records lack a time or a project, and counting them or not would change the result."

[message.not_covered]
verdict = "not_assessed"
zh = "不能确定该月的事件、服务请求（及例行操作记录）已全部导出。"
en = "The incidents, requests and, where supplied, routine records of the month are not known to be all in the export."

[message.activity_unknown]
verdict = "not_assessed"
zh = "项目的开始日期、结束日期或状态不明，无法判断该月是否在建。"
en = "Start, end or status of the project is not clear, so it cannot be told whether it was active in the month."

[message.not_active]
verdict = "not_applicable"
zh = "项目该月未开始、已结束，或不是整月在建。"
en = "The project had not begun, had ended, or was not active for the whole month."

[message.running]
verdict = "not_applicable"
zh = "该月尚未结束。"
en = "The month is not over yet."
*/
with spans as (                          -- what the exports say to cover
    select
        cast(number_prefix(cast(local_day(from_at, $zone) as varchar)) || '01' as date) as first_month,
        local_day(to_at, $zone) as last_day
    from coverage
    where tbl in ('incidents', 'requests', 'routine_records')
),
months as (                              -- up to twelve years of them
    select cast(months_after(s.first_month, y.n * 12 + m.n) as date) as month
    from spans s
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) as m(n)
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) as y(n)
    where months_after(s.first_month, y.n * 12 + m.n) <= s.last_day
    group by cast(months_after(s.first_month, y.n * 12 + m.n) as date)
),
moments as (
    select record.project_id as project_id, local_day(created_at, $zone) as day, 1 as records from incidents
    union all
    select record.project_id as project_id, local_day(created_at, $zone) as day, 1 as records from requests
    union all
    select coalesce(p.project_id, '(unattributed)') as project_id, local_day(r.done_at, $zone) as day, 1 as records
    from routine_records r
    left join routine_plans p on p.plan_id = r.plan_id
),
days as (
    select project_id, day, sum(records) as records
    from moments
    group by project_id, day
),
cells as (                               -- a row for each project and month, and one for each record
    select
        p.record,
        p.project_id,
        m.month,
        case when p.status = 'planned' or p.start_date > m.month            then false
             when days_after(p.end_date, 1) < months_after(m.month, 1)      then false
             when p.start_date <= m.month and not damaged(p.unread, p.disputed, ['end_date'])
                  and (p.status = 'in_progress' or p.status = 'completed' and p.end_date is not null)
                                                                            then true end as active,
        0 as records
    from projects p
    left join months m on true
    union all
    select
        null as record,
        project_id,
        cast(number_prefix(cast(day as varchar)) || '01' as date) as month,
        null as active,
        records
    from days
),
counted as (
    select
        project_id,
        month,
        bool_or(active) as active,
        bool_or(record is not null) as asked,
        sum(records) as records,
        list(record order by record.id) filter (where record is not null) as members
    from cells
    group by project_id, month
),
spread as (                              -- those without time or project may belong to any
    select
        *,
        sum(case when month is null then records else 0 end) over of_project
            + sum(case when project_id = '(unattributed)' then records else 0 end) over of_month
            + sum(case when project_id = '(unattributed)' and month is null then records else 0 end) over () as loose,
        day_start(month, $zone) as starts_at,
        day_start(months_after(month, 1), $zone) as ends_at
    from counted
    window of_project as (partition by project_id), of_month as (partition by month)
),
known as (
    select
        *,
        complete_everywhere('incidents', starts_at, ends_at)
            and complete_everywhere('requests', starts_at, ends_at)
            and (not table_supplied('routine_records', '')
                 or complete_everywhere('routine_records', starts_at, ends_at)) as whole
    from spread
    where asked
),
ranked as (
    select
        *,
        row_number() over (partition by project_id, usual order by records, month) as place,
        count(*) over (partition by project_id, usual) as places
    from (select *, active and whole and ends_at <= $as_of as usual from known) k
),
judged as (                              -- the lower one of two middle months
    select
        *,
        sum(case when usual and (place * 2 = places or place * 2 = places + 1) then records end)
            over (partition by project_id) as median
    from ranked
)
select
    concat(project_id, ' ', coalesce(trim(number_prefix(cast(month as varchar)), '-'), '?')) as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of and active as applies,
    case when not whole                                                     then null
         when records + loose = 0                                           then false
         when median >= $min_median and records + loose < $cliff_share * median then false
         when records > 0 and (median + loose < $min_median
                               or records >= $cliff_share * (median + loose)) then true end as conforms,
    case when ends_at > $as_of                                              then 'running'
         when not active                                                    then 'not_active'
         when month is null                                                 then 'not_covered'
         when active is null                                                then 'activity_unknown'
         when not whole                                                     then 'not_covered'
         when records + loose = 0                                           then 'empty'
         when median >= $min_median and records + loose < $cliff_share * median then 'cliff'
         when records > 0 and (median + loose < $min_median
                               or records >= $cliff_share * (median + loose)) then 'ok'
         else 'unplaced' end as message,
    members,
    trim(number_prefix(cast(month as varchar)), '-') as month,
    records,
    median,
    $cliff_share as share_limit
from judged
