/*
id       = "INC-013"
title.zh = "超时自动关闭占比受控"
title.en = "Time-out closing stays the exception"
severity = "observation"
kind     = "group"
subject  = ["incidents"]
decides  = ["SD-3.2-4"]
supports = []
needs    = ["incidents.close_mode", "incidents.closed_at", "incidents.status"]
uses     = ["incidents.auto_generated"]
blank    = { closed_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "客户没有答复而由系统到期关闭，只能是例外。一个月里多数事件这样关闭，说明没有人去取得客户认可，问题是否真正解决不得而知。"
why.en   = "Closing by the tool because the customer kept silent can only be the exception. Where most incidents of a month end that way nobody asks for acceptance, and nobody knows whether the faults are gone."
fix.zh   = "由服务台在到期前主动回访；抽查到期关闭的事件，向客户核实是否解决，未解决的重开；缩小自动关闭的适用范围。"
fix.en   = "Let the desk call back before the time runs out; ask customers about a sample of those closed by time-out and re-open what is not solved; narrow what may be closed automatically."
noise.zh = "长假期间客户集中不答复、批量清理旧单的月份占比会高；部分工具把服务台确认后的关闭也记为自动。监控自动生成的事件不计。"
noise.en = "Months with long holidays or a clearing of old tickets have more of them; some tools also stamp closings confirmed by the desk as automatic. Incidents made by monitoring do not count."

[params.timeout_share]
type = "share"
value = 0.3
min = 0.05
max = 0.5
help.zh = "一个月内由系统到期或自动关闭的事件占比超过此值即提出。"
help.en = "Share of incidents closed by time-out or automatically in a month above which it is raised."

[params.min_closures]
type = "count"
value = 10
min = 5
max = 30
help.zh = "一个月关闭的事件少于此数时不计算占比。"
help.en = "Number of incidents closed in a month below which no share is computed."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "导出须早于当月首日多少天开始，才能包含此前建单、当月关闭的事件。"
help.en = "Days before the month from which incidents must be in the export, so that those made earlier and closed in the month are there."

[message.too_many]
verdict = "nonconforming"
zh = "{month} 关闭事件 {closures:number} 个，其中到期或自动关闭 {timeouts:number} 个，占 {share:percent}，超过上限 {limit:percent}。"
en = "In {month} {closures:number} incidents were closed, {timeouts:number} of them by time-out or automatically: {share:percent}, above the limit of {limit:percent}."

[message.ok]
verdict = "conforming"
zh = "{month} 关闭事件 {closures:number} 个，其中到期或自动关闭 {timeouts:number} 个，占 {share:percent}，未超过上限 {limit:percent}。"
en = "In {month} {closures:number} incidents were closed, {timeouts:number} of them by time-out or automatically: {share:percent}, within the limit of {limit:percent}."

[message.modes_unknown]
verdict = "not_assessed"
zh = "部分事件的关闭方式、状态或是否自动生成不明，按全部计入和全部不计入得出的结论相反。"
en = "Some incidents lack the mode of closing, the status or whether monitoring made them, and counting all or none of them gives opposite results."

[message.month_incomplete]
verdict = "not_assessed"
zh = "不能确定当月关闭的事件已全部导出。"
en = "The incidents closed in the month are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "事件没有关闭时间，无法归入月份。"
en = "The incidents have no closing time, so they belong to no known month."

[message.too_few]
verdict = "not_applicable"
zh = "当月关闭的事件太少，占比没有意义。"
en = "Too few incidents were closed in the month for a share to mean anything."

[message.running]
verdict = "not_applicable"
zh = "当月尚未结束。"
en = "The month is not over yet."
*/
with closed as (
    select
        record,
        ns,
        local_day(closed_at, $zone) as day,
        case when auto_generated                                               then false
             when auto_generated is null and supplied(record, 'auto_generated') then null
             when status is not null                                           then true end as counts,
        case when close_mode in ('timeout', 'auto')                            then true
             when close_mode is not null                                       then false end as by_tool
    from incidents
    where status = 'closed' or status is null
),
days as (
    select ns, day, trim(number_prefix(cast(day as varchar)), '-') as month
    from (select distinct ns, day from closed) d
),
months as (                              -- one row a project and month; bounds where cells are unknown
    select
        c.record.project_id as project_id,
        d.month,
        count(*) filter (where c.counts is distinct from false) as most,
        count(*) filter (where c.counts) as closures,
        count(*) filter (where c.counts and c.by_tool) as timeouts,
        count(*) filter (where c.counts is null and c.by_tool is distinct from true) as maybe_others,
        count(*) filter (where c.counts is null and c.by_tool is distinct from false) as maybe_more,
        count(*) filter (where c.counts is distinct from false and c.by_tool is null
                               or c.counts is null and c.by_tool) as maybe_timeouts,
        list(c.record order by c.record.ns, c.record.id)
            filter (where d.month is null or c.counts and c.by_tool) as members
    from closed c
    left join days d on d.ns = c.ns and d.day = c.day
    group by c.record.project_id, d.month
),
shares as (
    select
        *,
        day_start(cast(month || '-01' as date), $zone) as starts_at,
        day_start(months_after(cast(month || '-01' as date), 1), $zone) as ends_at,
        ratio(timeouts, closures) as share,
        timeouts > $timeout_share * (closures + maybe_others) as beyond,
        timeouts + maybe_timeouts <= $timeout_share * (closures + maybe_more) as within
    from months
),
judged as (
    select
        *,
        complete_everywhere('incidents', starts_at - to_days($carry_over_days), ends_at) as whole
    from shares
)
select
    project_id || ' ' || coalesce(month, '?') as subject_id,
    project_id,
    starts_at as at,
    case when ends_at > $as_of                   then false
         when whole and most < $min_closures     then false
         when closures >= $min_closures          then true end as applies,
    case when whole and beyond                   then false
         when whole and within                   then true end as conforms,
    case when month is null                      then 'unplaced'
         when ends_at > $as_of                   then 'running'
         when not whole                          then 'month_incomplete'
         when most < $min_closures               then 'too_few'
         when closures < $min_closures           then 'modes_unknown'
         when beyond                             then 'too_many'
         when within                             then 'ok'
         else 'modes_unknown' end as message,
    members,
    month,
    closures,
    timeouts,
    share,
    $timeout_share as limit
from judged
