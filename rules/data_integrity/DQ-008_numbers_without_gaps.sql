/*
id       = "DQ-008"
title.zh = "编号连续无缺号"
title.en = "Ticket numbers have no unexplained gaps"
severity = "observation"
kind     = "group"
leads    = true
subject  = ["incidents", "requests", "problems", "changes"]
decides  = []
supports = ["QM-8.4.6-10", "QM-8.4.6-25"]
needs    = ["incidents.incident_id | requests.request_id | problems.problem_id | changes.change_id"]
uses     = ["incidents.created_at", "requests.created_at", "problems.created_at", "changes.created_at"]
since    = "0.2"
status   = "stable"
why.zh   = "工具按顺序给单据编号，缺号意味着有单据被删除、没有导出，或从未登记。由缺号的数据得出的比例和结论都不可靠。"
why.en   = "A tool numbers its tickets in order, so a missing number is a ticket deleted, left out of the export, or never kept. Shares and conclusions drawn from the rest are not reliable."
fix.zh   = "先核对导出条件（项目、状态、权限、时间），补充导出缺少的单据；确已删除或作废的，查明由谁、因何删除，在 void_list 中登记该段缺号并留存依据；在工具中取消删除权限。"
fix.en   = "Check the filter of the export first (project, state, permissions, dates) and export what is missing. For tickets deleted or voided find out who did it and why, enter the gap in void_list with proof kept, and withdraw the right to delete."
noise.zh = "待说明的线索，不是不符合：只导出一个项目而编号全公司共用、工具按批预留编号、保存失败也占用编号、测试单据被清理，都会造成缺号。"
noise.en = "A lead to be explained, no nonconformity: an export of one project out of a numbering for all, numbers reserved in blocks, failed saves that use a number up, and test tickets cleared away all leave gaps."

[params.gap_run]
type = "count"
value = 5
min = 1
max = 20
help.zh = "连续缺少多少个编号即提出。"
help.en = "Numbers missing in a row from which it is raised."

[params.gap_share]
type = "share"
value = 0.02
min = 0.001
max = 0.1
help.zh = "缺号占号段总数的比例达到此值即提出。"
help.en = "Share of the range missing from which it is raised."

[params.dated_reset]
type = "switch"
value = true
help.zh = "编号以建单的年、年月或日期开头时（如CHG20260001），按各自的开头分别计数；关闭时视为一个连续的计数器。"
help.en = "Numbers that begin with the year, month or day of creation, such as CHG20260001, count anew for each; off where one counter runs on."

[params.void_list]
type = "list"
value = []
help.zh = "已有书面说明的缺号段，写成缺号前后两个编号，如 INC0100..INC0120。"
help.en = "Gaps explained in writing, each as the number before and the number after it, such as INC0100..INC0120."

[message.gaps]
verdict = "lead"
zh = "{source} 的编号 {first} 至 {last} 共 {range:number} 个，缺 {missing:number} 个（{share:percent}），最长连续缺 {longest:number} 个，待说明：{gaps:list}。连续编号应当一个不缺；提出的界限是连续 {run_limit:number} 个或 {share_limit:percent}。"
en = "To be explained: numbers missing among the {range:number} from {first} to {last} of {source}: {missing:number} ({share:percent}), most in a row: {longest:number}; {gaps:list}. A tool that counts in order leaves none out; the limits are {run_limit:number} in a row or {share_limit:percent}."

[message.ok]
verdict = "conforming"
zh = "{source} 的编号 {first} 至 {last} 共 {range:number} 个，缺 {missing:number} 个（{share:percent}），未达到提出的界限。"
en = "Numbers missing among the {range:number} from {first} to {last} of {source}: {missing:number} ({share:percent}), below the limits."

[message.tables_missing]
verdict = "not_assessed"
zh = "事件单、服务请求单、问题单、变更单可能共用一个计数器，而其中有的没有导出。"
en = "Incidents, requests, problems and changes may share one counter, and one of these tables is not in the export."

[message.creation_unknown]
verdict = "not_assessed"
zh = "部分单据没有建单时间，或建单日期与编号中的日期不符，无法确定编号属于哪一段、是否分期计数。"
en = "Some tickets lack a time of creation, or were made on another date than their number begins with, so it cannot be told which series they belong to."

[message.not_whole]
verdict = "not_assessed"
zh = "没有达到界限的缺号，但不能确定首尾之外的单据已全部导出。"
en = "No gap reaches the limits, but the tickets beyond the first and last number are not known to be all in the export."

[message.no_number]
verdict = "not_applicable"
zh = "编号不以数字结尾，或数字超过15位。"
en = "The ids end in no number, or in one of more than 15 digits."

[message.single]
verdict = "not_applicable"
zh = "该号段只有一个编号。"
en = "There is only one number."
*/
with tickets as (
    select record, ns, incident_id as id, created_at from incidents
    union all
    select record, ns, request_id as id, created_at from requests
    union all
    select record, ns, problem_id as id, created_at from problems
    union all
    select record, ns, change_id as id, created_at from changes
),
numbered as materialized (
    select
        record,
        ns,
        id,
        number_prefix(id) as prefix,
        number_value(id) as number,
        local_day(created_at, $zone) as day
    from tickets
),
days as (                                -- 2026-05-03 as 20260503, 202605 and 2026
    select
        ns,
        day,
        cast(number_value(year) * 10000 + number_value(month) * 100
             + number_value(cast(day as varchar)) as varchar) as of_day,
        cast(number_value(year) * 100 + number_value(month) as varchar) as of_month,
        year as of_year
    from (
        select ns, day, month, trim(number_prefix(month), '-') as year
        from (
            select ns, day, trim(number_prefix(cast(day as varchar)), '-') as month
            from numbered
            group by ns, day
        ) m
    ) y
),
dated as (                               -- the date of creation that a number begins with
    select
        n.record,
        n.ns,
        n.id,
        n.prefix,
        n.number,
        n.day,
        case when starts_with(cast(n.number as varchar), d.of_day) then d.of_day end as of_day,
        case when starts_with(cast(n.number as varchar), d.of_month)
             then d.of_month end as of_month,
        case when starts_with(cast(n.number as varchar), d.of_year) then d.of_year end as of_year
    from numbered n
    left join days d on d.ns = n.ns and d.day = n.day and $dated_reset
    where n.number is not null
),
habits as (                              -- one row a prefix: do its numbers begin with a date
    select
        ns,
        prefix,
        count(day) as days,
        ratio(count(of_day), count(day)) >= 0.95 as by_day,
        ratio(count(of_month), count(day)) >= 0.95 as by_month,
        ratio(count(of_year), count(day)) >= 0.95 as by_year
    from dated
    group by ns, prefix
),
counted as (                             -- each ticket in its series, if its date places it in one
    select
        t.record,
        t.ns,
        t.id,
        t.prefix,
        t.number,
        t.day,
        h.days,
        case when h.by_day   then t.of_day is not null
             when h.by_month then t.of_month is not null
             when h.by_year  then t.of_year is not null
             else t.number is not null end as placed,
        case when h.by_day   then concat(t.prefix, t.of_day)
             when h.by_month then concat(t.prefix, t.of_month)
             when h.by_year  then concat(t.prefix, t.of_year)
             else t.prefix end as series
    from dated t
    join habits h on h.ns = t.ns and h.prefix = t.prefix
),
counters as (                            -- one row a series
    select
        ns,
        series,
        prefix,
        days,
        count(*) as tickets,
        max(number) - min(number) + 1 as range,
        arg_min(id, number) as first,
        arg_max(id, number) as last
    from counted
    where placed
    group by ns, series, prefix, days
),
adrift as (                              -- tickets of no series may stand in any gap
    select ns, prefix, count(*) as tickets
    from counted
    where not placed
    group by ns, prefix
),
ordered as (
    select
        ns,
        series,
        number,
        id,
        day,
        lag(number) over (partition by ns, series order by number, id) as before,
        lag(id) over (partition by ns, series order by number, id) as before_id,
        lag(day) over (partition by ns, series order by number, id) as before_day
    from counted
),
gaps as (
    select ns, series, number, id, day, before_id, before_day, number - before - 1 as missing
    from ordered
    where number - before > 1 and not list_contains($void_list, concat(before_id, '..', id))
),
lacking as (
    select ns, series, sum(missing) as missing, max(missing) as longest
    from gaps
    group by ns, series
),
longest as (                             -- the longest twenty of a series
    select
        ns,
        series,
        number,
        id,
        concat(before_id, ' (', cast(before_day as varchar), ')..', id, ' (', cast(day as varchar),
               '): ', cast(missing as varchar)) as gap,
        row_number() over (partition by ns, series order by missing desc, number) as place
    from gaps
),
shown as (
    select
        l.ns,
        l.series,
        list(l.gap order by l.number) as gaps,
        list(c.record order by l.number, c.record.object) as members
    from longest l
    join counted c on c.ns = l.ns and c.series = l.series and c.number = l.number and c.id = l.id
    where l.place <= 20
    group by l.ns, l.series
),
windows as (
    select c.ns, min(c.from_at) as from_at, max(c.to_at) as to_at
    from coverage c
    where c.tbl in ('incidents', 'requests', 'problems', 'changes')
    group by c.ns
),
weighed as (
    select
        s.ns,
        s.series,
        s.days,
        s.tickets,
        s.range,
        s.first,
        s.last,
        l.missing,
        l.longest,
        coalesce(a.tickets, 0) as adrift,
        g.gaps,
        g.members,
        table_supplied('incidents', s.ns) and table_supplied('requests', s.ns)
            and table_supplied('problems', s.ns) and table_supplied('changes', s.ns) as all_tables,
        complete_over('incidents', s.ns, w.from_at, w.to_at)
            and complete_over('requests', s.ns, w.from_at, w.to_at)
            and complete_over('problems', s.ns, w.from_at, w.to_at)
            and complete_over('changes', s.ns, w.from_at, w.to_at) as whole
    from counters s
    left join lacking l on l.ns = s.ns and l.series = s.series
    left join adrift a on a.ns = s.ns and a.prefix = s.prefix
    left join shown g on g.ns = s.ns and g.series = s.series
    left join windows w on w.ns = s.ns
),
judged as (                              -- tickets of no series may stand in any gap
    select
        *,
        longest - adrift >= $gap_run or missing - adrift >= $gap_share * range as beyond
    from weighed
)
select
    concat(ns, ' ', series, '#') as subject_id,
    '(organisation)' as project_id,
    cast(null as timestamp) as at,
    case when tickets > 1                           then true
         when tickets = 1                           then false end as applies,
    case when not all_tables                        then null
         when beyond and days = 0 and $dated_reset  then null
         when beyond                                then false
         when adrift > 0                            then null
         when whole                                 then true end as conforms,
    case when tickets = 1                           then 'single'
         when not all_tables                        then 'tables_missing'
         when beyond and days = 0 and $dated_reset  then 'creation_unknown'
         when beyond                                then 'gaps'
         when adrift > 0                            then 'creation_unknown'
         when whole                                 then 'ok'
         else 'not_whole' end as message,
    members,
    ns as source,
    first,
    last,
    range,
    coalesce(missing, 0) as missing,
    longest,
    ratio(coalesce(missing, 0), range) as share,
    gaps,
    $gap_run as run_limit,
    $gap_share as share_limit
from judged
union all
select
    concat(ns, ' -') as subject_id,
    '(organisation)' as project_id,
    cast(null as timestamp) as at,
    false as applies,
    null as conforms,
    'no_number' as message,
    null as members,
    ns as source,
    min(id) as first,
    max(id) as last,
    null as range,
    null as missing,
    null as longest,
    null as share,
    null as gaps,
    $gap_run as run_limit,
    $gap_share as share_limit
from numbered
where number is null
group by ns
