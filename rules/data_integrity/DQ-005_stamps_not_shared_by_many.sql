/*
id       = "DQ-005"
title.zh = "无大量相同时间戳"
title.en = "No identical time stamps on many records"
severity = "observation"
kind     = "group"
leads    = true
subject  = ["incidents", "changes"]
decides  = []
supports = ["QM-8.5.3-6"]
needs    = ["incidents.created_at:second | incidents.resolved_at:second | incidents.closed_at:second | changes.created_at:second | changes.closed_at:second"]
uses     = ["incidents.status", "incidents.auto_generated", "incidents.source_system", "changes.status"]
since    = "0.2"
status   = "stable"
why.zh   = "多个单据的同一时间精确到秒都相同，往往是批量补录或批量关单，而不是逐单处理留下的记录，由此算出的响应、解决时间就失去意义。"
why.en   = "Many records with the same second in the same column were mostly entered or closed in one go instead of one by one, and the times computed from them mean nothing."
fix.zh   = "向经办人核实该时刻做了什么；属于补录的，注明实际时间和依据；属于批量关单的，确认每一单确已解决并得到用户认可；改为逐单处理、即时记录。"
fix.en   = "Ask those concerned what was done at that moment. Where records were entered later, note the real times and their proof; where they were closed together, make sure that each was solved and accepted; work and record one by one from then on."
noise.zh = "待说明的线索，不是不符合：系统上线时的数据迁移、接口批量导入、超时自动关闭任务、一次故障引发的成批告警单，都会产生相同的时间。确属批量导入的来源，在 bulk_import_sources 中登记。"
noise.en = "A lead to be explained, no nonconformity: migration at go-live, bulk imports over an interface, a job that closes after a timeout, or one outage that raised many alarms all give equal stamps. Name sources that are imported in bulk in bulk_import_sources."

[params.same_ts_min]
type = "count"
value = 5
min = 2
max = 50
help.zh = "同一秒内达到多少个单据即提出。"
help.en = "Number of records sharing one second from which it is raised."

[params.bulk_import_sources]
type = "list"
value = []
help.zh = "批量导入数据的来源系统（按来源系统一栏的写法），其事件单不参与比较。"
help.en = "Source systems that are imported in bulk, as their column has them; their incidents are not compared."

[message.shared]
verdict = "lead"
zh = "{records:number} 个{stamp_zh}同为 {busiest:time}（精确到秒），待说明；达到界限的秒共 {seconds:number} 个。这一列共 {stamps:number} 个时间，若均匀分布，平均一整天才有 {per_day:number} 个。"
en = "To be explained: {records:number} records share one second, {busiest:time}, as {stamp_en} (seconds at or above the limit: {seconds:number}). Spread evenly, the {stamps:number} stamps of this column would come to {per_day:number} in a whole day."

[message.ok]
verdict = "conforming"
zh = "{stamps:number} 个{stamp_zh}中，同一秒最多 {records:number} 个。"
en = "Of {stamps:number} stamps ({stamp_en}) at most {records:number} share one second."

[message.unclear]
verdict = "not_assessed"
zh = "部分单据的时间为空，或不清楚是否由监控或批量导入产生，可能有更多单据落在同一秒。"
en = "Some records lack the stamp, or may have been made by monitoring or a bulk import, so that more or fewer may share one second."

[message.not_whole]
verdict = "not_assessed"
zh = "没有发现大量相同的时间，但不能确定单据已全部导出。"
en = "No second is shared by many, but the records are not known to be all in the export."

[message.none]
verdict = "not_applicable"
zh = "没有可比较的人工单据时间。"
en = "There is no stamp of a record made by hand to compare."
*/
with made as (                           -- by hand: not by monitoring, and of no bulk import
    select
        record,
        ns,
        status,
        created_at,
        resolved_at,
        closed_at,
        case when auto_generated                                            then false
             when list_contains($bulk_import_sources, source_system)        then false
             when list_contains(disputed, 'source_system')                  then null
             when auto_generated is null
                  and column_supplied('incidents', 'auto_generated', ns)    then null
             when auto_generated is distinct from true                      then true end as by_hand
    from incidents
),
stamps as (                              -- one row a record and stamp that its state asks for
    select record, ns, 'incidents.created_at' as stamp, by_hand, created_at as moment
    from made
    union all
    select record, ns, 'incidents.resolved_at' as stamp, by_hand, resolved_at as moment
    from made
    where status in ('resolved', 'closed') or status is null
    union all
    select record, ns, 'incidents.closed_at' as stamp, by_hand, closed_at as moment
    from made
    where status = 'closed' or status is null
    union all
    select record, ns, 'changes.created_at' as stamp, true as by_hand, created_at as moment
    from changes
    union all
    select record, ns, 'changes.closed_at' as stamp, true as by_hand, closed_at as moment
    from changes
    where status = 'closed' or status is null
),
placed as (
    select
        record,
        ns,
        record.project_id as project_id,
        stamp,
        by_hand,
        cast(cast(moment as timestamp_s) as timestamp) as second
    from stamps
),
seconds as (
    select
        project_id,
        ns,
        stamp,
        second,
        count(*) filter (where by_hand) as sure,
        count(*) filter (where by_hand is distinct from false) as possible
    from placed
    group by project_id, ns, stamp, second
),
busiest as (                             -- the second shared by most, the earliest of equals
    select ns, project_id, stamp, second
    from (
        select
            ns,
            project_id,
            stamp,
            second,
            row_number() over (partition by ns, project_id, stamp
                               order by sure desc, second) as place
        from seconds
        where second is not null and sure >= $same_ts_min
    ) s
    where place = 1
),
shown as (
    select
        p.ns,
        p.project_id,
        p.stamp,
        min(p.second) as busiest,
        list(p.record order by p.record.id) as members
    from placed p
    join busiest b on b.ns = p.ns and b.project_id = p.project_id and b.stamp = p.stamp
        and b.second = p.second
    where p.by_hand
    group by p.ns, p.project_id, p.stamp
),
parts as (                               -- one row a column and source
    select
        ns,
        project_id,
        stamp,
        coalesce(sum(sure) filter (where second is not null), 0) as stamps,
        sum(possible) as possible,
        sum(possible) filter (where second is null) as missing,
        max(possible) filter (where second is not null) as most,
        max(sure) filter (where second is not null) as records,
        count(*) filter (where second is not null and sure >= $same_ts_min) as seconds,
        min(second) filter (where sure > 0) as first_at,
        max(second) filter (where sure > 0) as last_at
    from seconds
    group by ns, project_id, stamp
),
columns as (
    select
        ns,
        project_id,
        stamp,
        sum(stamps) over c as stamps,
        sum(possible) over c as possible,
        coalesce(sum(missing) over c, 0) as missing,
        coalesce(max(most) over c, 0) as most,
        max(records) over c as records,
        sum(seconds) over c as seconds,
        min(first_at) over c as first_at,
        max(last_at) over c as last_at,
        row_number() over (partition by project_id, stamp
                           order by records desc nulls last, ns) as place
    from parts
    window c as (partition by project_id, stamp)
),
windows as (
    select
        min(from_at) filter (where tbl = 'incidents') as incidents_from,
        max(to_at) filter (where tbl = 'incidents') as incidents_to,
        min(from_at) filter (where tbl = 'changes') as changes_from,
        max(to_at) filter (where tbl = 'changes') as changes_to
    from coverage
),
judged as (
    select
        c.*,
        g.busiest,
        g.members,
        case when starts_with(c.stamp, 'incidents')
             then complete_everywhere('incidents', w.incidents_from, w.incidents_to)
             when starts_with(c.stamp, 'changes')
             then complete_everywhere('changes', w.changes_from, w.changes_to) end as whole
    from columns c
    left join shown g on g.ns = c.ns and g.project_id = c.project_id and g.stamp = c.stamp
    cross join windows w
    where c.place = 1
)
select
    project_id || ' ' || stamp as subject_id,
    project_id,
    cast(null as timestamp) as at,
    case when possible > 0                          then true
         when possible = 0                          then false end as applies,
    case when records >= $same_ts_min               then false
         when most + missing >= $same_ts_min        then null
         when whole                                 then true end as conforms,
    case when possible = 0                          then 'none'
         when records >= $same_ts_min               then 'shared'
         when most + missing >= $same_ts_min        then 'unclear'
         when whole                                 then 'ok'
         else 'not_whole' end as message,
    members,
    case stamp when 'incidents.created_at'  then '事件单的建单时间'
               when 'incidents.resolved_at' then '事件单的解决时间'
               when 'incidents.closed_at'   then '事件单的关闭时间'
               when 'changes.created_at'    then '变更单的建单时间'
               when 'changes.closed_at'     then '变更单的关闭时间' end as stamp_zh,
    case stamp when 'incidents.created_at'  then 'time of creation of incidents'
               when 'incidents.resolved_at' then 'time of resolution of incidents'
               when 'incidents.closed_at'   then 'time of closing of incidents'
               when 'changes.created_at'    then 'time of creation of changes'
               when 'changes.closed_at'     then 'time of closing of changes' end as stamp_en,
    busiest,
    coalesce(records, 0) as records,
    seconds,
    stamps,
    cast(ratio(stamps * 1440, latest(elapsed_minutes(first_at, last_at), 1440))
         as decimal(18, 2)) as per_day
from judged
