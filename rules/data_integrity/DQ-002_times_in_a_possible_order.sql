/*
id       = "DQ-002"
title.zh = "时间先后合理"
title.en = "Times run in a possible order"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "changes", "problems"]
decides  = []
supports = ["SD-4.2-2"]
needs    = [
    "incidents.created_at",
    "incidents.responded_at | incidents.resolved_at | incidents.closed_at | incidents.reported_at",
    "requests.created_at",
    "requests.responded_at | requests.fulfilled_at | requests.closed_at",
    "changes.created_at",
    "changes.closed_at | changes.actual_start | changes.actual_end",
    "problems.created_at",
    "problems.resolved_at | problems.closed_at",
]
uses     = ["incidents.status", "requests.status", "problems.status"]
blank.created_at   = "conforming"
blank.reported_at  = "conforming"
blank.responded_at = "conforming"
blank.resolved_at  = "conforming"
blank.fulfilled_at = "conforming"
blank.actual_start = "conforming"
blank.actual_end   = "conforming"
blank.closed_at    = "conforming"
since    = "0.1"
status   = "stable"
why.zh   = "先后颠倒的时间说明记录是补填、误填或被改过的，据此统计的响应、解决时长和达成率都不可信。"
why.en   = "Times in an impossible order were filled in later, mistyped or altered; response and resolution figures made from them cannot be trusted."
fix.zh   = "对照流转记录更正错误的时间并注明依据；查明是人工填写、接口转换还是时区所致；在工具中限制手工改写时间。"
fix.en   = "Correct the wrong time from the history and note the proof; find out whether typing, an interface or a time zone is at fault; restrict the editing of times."
noise.zh = "不同工具的时钟或时区不一致、历史数据迁移时以导入时间作建单时间、客户先报告后补建单而误填报告时间，都可能造成颠倒。重开后尚未再次关闭的单据，关闭时间早于解决时间属正常，不作比较。同一单据有多处颠倒时只列第一处。"
noise.en = "Clocks or zones of tools may differ; a migration may have stamped its own time as that of creation; a reported time may be mistyped. A record re-opened and not closed again is rightly solved after its last closing, so the two are not compared. Where several pairs are wrong, the first is named."

[params.clock_skew_min]
type = "minutes"
value = 2
min = 0
max = 10
help.zh = "两个时间允许的时钟偏差（分钟），相差恰为此数的不算颠倒。"
help.en = "Minutes by which two clocks may differ, inclusive."

[params.check_response_order]
type = "switch"
value = false
help.zh = "是否把“解决早于首次响应”也算作颠倒；一次完成解决而后补记响应的单位不宜开启。"
help.en = "Whether a resolution before the first response counts too; leave off where responses are entered after solving at once."

[message.responded_before_created]
verdict = "nonconforming"
marks = [
    "incidents.responded_at", "incidents.created_at",
    "requests.responded_at", "requests.created_at",
]
zh = "单据 {id} 的首次响应时间 {later_at:time} 早于建单时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was responded to at {later_at:time}, {gap_minutes:duration} before it was created at {earlier_at:time}."

[message.closed_before_responded]
verdict = "nonconforming"
marks = [
    "incidents.closed_at", "incidents.responded_at",
    "requests.closed_at", "requests.responded_at",
]
zh = "单据 {id} 的关闭时间 {later_at:time} 早于首次响应时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was closed at {later_at:time}, {gap_minutes:duration} before its first response at {earlier_at:time}."

[message.resolved_before_created]
verdict = "nonconforming"
marks = [
    "incidents.resolved_at", "incidents.created_at",
    "requests.fulfilled_at", "requests.created_at",
    "problems.resolved_at", "problems.created_at",
]
zh = "单据 {id} 的解决或完成时间（{later_name}）{later_at:time} 早于建单时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was resolved ({later_name}) at {later_at:time}, {gap_minutes:duration} before it was created at {earlier_at:time}."

[message.closed_before_resolved]
verdict = "nonconforming"
marks = [
    "incidents.closed_at", "incidents.resolved_at",
    "requests.closed_at", "requests.fulfilled_at",
    "problems.closed_at", "problems.resolved_at",
]
zh = "单据 {id} 的关闭时间 {later_at:time} 早于解决或完成时间（{earlier_name}）{earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was closed at {later_at:time}, {gap_minutes:duration} before it was resolved ({earlier_name}) at {earlier_at:time}."

[message.closed_before_created]
verdict = "nonconforming"
marks = [
    "incidents.closed_at", "incidents.created_at", "requests.closed_at", "requests.created_at",
    "changes.closed_at", "changes.created_at", "problems.closed_at", "problems.created_at",
]
zh = "单据 {id} 的关闭时间 {later_at:time} 早于建单时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was closed at {later_at:time}, {gap_minutes:duration} before it was created at {earlier_at:time}."

[message.ended_before_started]
verdict = "nonconforming"
marks = ["changes.actual_end", "changes.actual_start"]
zh = "变更 {id} 的实际结束时间 {later_at:time} 早于实际开始时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Work on change {id} ended at {later_at:time}, {gap_minutes:duration} before it started at {earlier_at:time}."

[message.created_before_reported]
verdict = "nonconforming"
marks = ["incidents.created_at", "incidents.reported_at"]
zh = "事件 {id} 的建单时间 {later_at:time} 早于客户报告时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Incident {id} was created at {later_at:time}, {gap_minutes:duration} before the customer reported it at {earlier_at:time}."

[message.resolved_before_responded]
verdict = "nonconforming"
marks = [
    "incidents.resolved_at", "incidents.responded_at",
    "requests.fulfilled_at", "requests.responded_at",
]
zh = "单据 {id} 的解决或完成时间（{later_name}）{later_at:time} 早于首次响应时间 {earlier_at:time}，相差 {gap_minutes:duration}。"
en = "Record {id} was resolved ({later_name}) at {later_at:time}, {gap_minutes:duration} before its first response at {earlier_at:time}."

[message.in_future]
verdict = "nonconforming"
marks = "earlier_at"
zh = "单据 {id} 的 {earlier_name} 为 {earlier_at:time}，晚于数据截止时间 {later_at:time}，超出 {gap_minutes:duration}。"
en = "Record {id} gives {earlier_at:time} as {earlier_name}, {gap_minutes:duration} after the time of the data, {later_at:time}."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 中可以比较的时间先后合理。"
en = "The times of record {id} that can be compared are in a possible order."

[message.status_unknown]
verdict = "not_assessed"
zh = "关闭时间早于响应或解决时间，而状态未知，可能是重开后尚未再次关闭。"
en = "The closing lies before the response or the resolution, but the status is not known: the record may have been re-opened and not closed again."

[message.no_pair]
verdict = "not_assessed"
zh = "已填的时间之间没有确定的先后关系，无法比较。"
en = "The times that are filled have no fixed order among them, so nothing can be compared."

[message.too_few]
verdict = "not_applicable"
zh = "单据填写的时间不足两个。"
en = "The record has fewer than two times."
*/
with stamps as (                         -- the times of all four kinds of records in one form
    select record, assigned_to as person, status in ('closed', 'cancelled', 'rejected', 'merged') as ended,
        created_at, reported_at, responded_at, resolved_at, 'resolved_at' as resolved_name, cast(null as timestamp) as actual_start,
        cast(null as timestamp) as actual_end, closed_at
    from incidents
    union all
    select record, assigned_to as person, status in ('closed', 'cancelled', 'rejected') as ended,
        created_at, cast(null as timestamp) as reported_at, responded_at,
        fulfilled_at as resolved_at, 'fulfilled_at' as resolved_name,
        cast(null as timestamp) as actual_start, cast(null as timestamp) as actual_end, closed_at
    from requests
    union all
    select record, implementer as person, cast(null as boolean) as ended, created_at, cast(null as timestamp) as reported_at,
        cast(null as timestamp) as responded_at, cast(null as timestamp) as resolved_at,
        'resolved_at' as resolved_name, actual_start, actual_end, closed_at
    from changes
    union all
    select record, owner as person, status in ('closed', 'cancelled') as ended,
        created_at, cast(null as timestamp) as reported_at,
        cast(null as timestamp) as responded_at, resolved_at, 'resolved_at' as resolved_name,
        cast(null as timestamp) as actual_start, cast(null as timestamp) as actual_end, closed_at
    from problems
),
dated as (
    select *, day_start(days_after(local_day($as_of, $zone), 1), $zone) as tomorrow from stamps
),
judged as (
    select
        *,
        case when responded_at < created_at - to_minutes($clock_skew_min)   then 'responded_before_created'
             when resolved_at < created_at - to_minutes($clock_skew_min)    then 'resolved_before_created'
             when closed_at < created_at - to_minutes($clock_skew_min)      then 'closed_before_created'
             when ended and closed_at < responded_at - to_minutes($clock_skew_min)
                 then 'closed_before_responded'
             when ended and closed_at < resolved_at - to_minutes($clock_skew_min)
                 then 'closed_before_resolved'
             when actual_end < actual_start - to_minutes($clock_skew_min)   then 'ended_before_started'
             when created_at < reported_at - to_minutes($clock_skew_min)    then 'created_before_reported'
             when $check_response_order
                  and resolved_at < responded_at - to_minutes($clock_skew_min) then 'resolved_before_responded'
        end as disorder,
        ended is null and (closed_at < responded_at - to_minutes($clock_skew_min)
                           or closed_at < resolved_at - to_minutes($clock_skew_min)) as perhaps_reopened,
        case when created_at >= tomorrow   then 'created_at'
             when reported_at >= tomorrow  then 'reported_at'
             when responded_at >= tomorrow then 'responded_at'
             when resolved_at >= tomorrow  then resolved_name
             when actual_start >= tomorrow then 'actual_start'
             when actual_end >= tomorrow   then 'actual_end'
             when closed_at >= tomorrow    then 'closed_at'
        end as future_name,
        cast(created_at is not null as integer) + cast(reported_at is not null as integer)
            + cast(responded_at is not null as integer) + cast(resolved_at is not null as integer)
            + cast(actual_start is not null as integer) + cast(actual_end is not null as integer)
            + cast(closed_at is not null as integer) as filled,
        created_at is not null and coalesce(reported_at, responded_at, resolved_at, closed_at) is not null
            or ended and closed_at is not null and coalesce(responded_at, resolved_at) is not null
            or actual_start is not null and actual_end is not null
            or $check_response_order and responded_at is not null and resolved_at is not null as comparable
    from dated
),
named as (
    select
        *,
        case when disorder in ('responded_before_created', 'resolved_before_created', 'closed_before_created')
                 then 'created_at'
             when disorder in ('closed_before_responded', 'resolved_before_responded') then 'responded_at'
             when disorder = 'closed_before_resolved'  then resolved_name
             when disorder = 'ended_before_started'    then 'actual_start'
             when disorder = 'created_before_reported' then 'reported_at'
             else future_name
        end as earlier_name,                             -- the time that has to come first
        case when disorder = 'responded_before_created' then 'responded_at'
             when disorder in ('resolved_before_created', 'resolved_before_responded') then resolved_name
             when disorder in ('closed_before_created', 'closed_before_responded', 'closed_before_resolved')
                 then 'closed_at'
             when disorder = 'ended_before_started'    then 'actual_end'
             when disorder = 'created_before_reported' then 'created_at'
             when future_name is not null              then 'as_of'
        end as later_name                                -- the time that has to follow, and does not
    from judged
),
valued as (
    select
        *,
        case earlier_name when 'created_at' then created_at when 'reported_at' then reported_at
            when 'responded_at' then responded_at when 'resolved_at' then resolved_at
            when 'fulfilled_at' then resolved_at when 'actual_start' then actual_start
            when 'actual_end' then actual_end when 'closed_at' then closed_at end as earlier_at,
        case later_name when 'created_at' then created_at when 'responded_at' then responded_at
            when 'resolved_at' then resolved_at when 'fulfilled_at' then resolved_at
            when 'actual_end' then actual_end when 'closed_at' then closed_at
            when 'as_of' then $as_of end as later_at
    from named
)
select
    record,
    coalesce(created_at, closed_at) as at,
    person as owner,
    filled >= 2 as applies,
    case when disorder is not null    then false
         when future_name is not null then false
         when perhaps_reopened        then null
         when comparable              then true
    end as conforms,
    case when filled < 2              then 'too_few'
         when disorder is not null    then disorder
         when future_name is not null then 'in_future'
         when perhaps_reopened        then 'status_unknown'
         when comparable              then 'ok'
         else 'no_pair'
    end as message,
    earlier_name,
    later_name,
    earlier_at,
    later_at,
    elapsed_minutes(later_at, earlier_at) as gap_minutes
from valued
