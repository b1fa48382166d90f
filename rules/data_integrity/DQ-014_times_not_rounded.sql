/*
id       = "DQ-014"
title.zh = "时间并非手工取整"
title.en = "Times are not typed in round numbers"
severity = "observation"
kind     = "group"
leads    = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.5.3-6"]
needs    = ["incidents.responded_at | incidents.resolved_at | incidents.closed_at"]
since    = "0.3"
status   = "stable"
why.zh   = "工具自动记录的时间很少正好落在整点或半点。大半时间都是整点、半点，说明是事后手工填写的，由此算出的响应、解决用时没有意义。"
why.en   = "Times that a tool stamps by itself seldom fall on the hour or half-hour. Where most of them do, they were typed in afterwards, and the response and solution times computed from them mean nothing."
fix.zh   = "向经办人核实这些时间从何而来；改由工具在状态改变时自动写入，取消手工填写；确需补录的，注明实际时间的依据。"
fix.en   = "Ask those concerned where the times come from; let the tool write them when the state changes and take the fields off the form; where something has to be entered later, note what the time rests on."
noise.zh = "待说明的线索，不是不符合：定时任务在整点批量关单、按预约时段上门、纸质记录转录、迁移时旧系统只存到小时，都会使时间取整。按设计就是整点的时间，在 rounded_by_design 中登记。"
noise.en = "A lead to be explained, no nonconformity: a job that closes tickets on the hour, visits by appointment, paper records typed in, or an older system that kept hours only all give round times. Name times that are round by design in rounded_by_design."

[params.round_min]
type = "count"
value = 30
min = 10
max = 1000
help.zh = "一个项目的某项时间少于此数时不下结论。"
help.en = "Number of times of a kind in a project below which nothing is concluded."

[params.round_share]
type = "share"
value = 0.5
min = 0.1
max = 0.9
help.zh = "正好落在整点或半点的比例达到此值即提出。"
help.en = "Share of times on the hour or half-hour from which it is raised."

[params.rounded_by_design]
type = "list"
value = []
legal = ["responded_at", "resolved_at", "closed_at"]
help.zh = "按设计就是整点或半点的时间，不参与判断。"
help.en = "Times that are round by design and are not judged."

[message.rounded]
verdict = "lead"
zh = "{stamps:number} 个{stamp_zh}中 {rounds:number} 个正好落在整点或半点（{share:percent}），待说明。自动记录的时间约有 3.3% 落在整点或半点的那一分钟，其他项目的这一比例为 {elsewhere:percent}。"
en = "To be explained: {rounds:number} of {stamps:number} {stamp_en} fall exactly on the hour or half-hour ({share:percent}). Of times stamped by a tool about 3.3 % fall into such a minute; in the other projects it is {elsewhere:percent}."

[message.ok]
verdict = "conforming"
zh = "{stamps:number} 个{stamp_zh}中 {rounds:number} 个正好落在整点或半点（{share:percent}）。"
en = "{rounds:number} of {stamps:number} {stamp_en} fall exactly on the hour or half-hour ({share:percent})."

[message.unclear]
verdict = "not_assessed"
zh = "部分时间无法读出，它们是否取整会改变结论。"
en = "Some times could not be read, and whether they are round would change the result."

[message.not_whole]
verdict = "not_assessed"
zh = "没有发现大量取整的时间，但不能确定事件单已全部导出。"
en = "Few times are round, but the incidents are not known to be all in the export."

[message.too_few]
verdict = "not_assessed"
zh = "时间太少，比例没有意义。"
en = "Too few times for a share to mean anything."

[message.by_design]
verdict = "not_applicable"
zh = "该项时间已登记为按设计取整。"
en = "The times are declared to be round by design."
*/
with stamps as (
    select record, 'responded_at' as stamp, responded_at as moment,
        damaged(unread, disputed, ['responded_at']) as lost
    from incidents
    union all
    select record, 'resolved_at' as stamp, resolved_at as moment,
        damaged(unread, disputed, ['resolved_at']) as lost
    from incidents
    union all
    select record, 'closed_at' as stamp, closed_at as moment,
        damaged(unread, disputed, ['closed_at']) as lost
    from incidents
),
told as (
    select
        record,
        record.project_id as project_id,
        stamp,
        moment is not null as there,
        contains(cast(moment as varchar), ':00:00') or contains(cast(moment as varchar), ':30:00') as round
    from stamps
    where moment is not null or lost
),
parts as (                               -- one row a project and kind of time
    select
        project_id,
        stamp,
        count(*) as possible,
        count(*) filter (where there) as stamps,
        count(*) filter (where round) as rounds,
        list(record order by record.ns, record.id) filter (where round) as members
    from told
    group by project_id, stamp
),
windows as (
    select min(from_at) as from_at, max(to_at) as to_at
    from coverage
    where tbl = 'incidents'
),
judged as (
    select
        p.*,
        p.possible - p.stamps as lost,
        ratio(sum(p.rounds) over others - p.rounds, sum(p.stamps) over others - p.stamps) as elsewhere,
        complete_everywhere('incidents', w.from_at, w.to_at) as whole
    from parts p
    cross join windows w
    window others as (partition by p.stamp)
)
select
    project_id || ' incidents.' || stamp as subject_id,
    project_id,
    cast(null as timestamp) as at,
    case when list_contains($rounded_by_design, stamp)          then false
         when stamps >= $round_min                              then true end as applies,
    case when rounds >= $round_share * possible                 then false
         when rounds + lost < $round_share * possible and whole then true end as conforms,
    case when list_contains($rounded_by_design, stamp)          then 'by_design'
         when stamps < $round_min                               then 'too_few'
         when rounds >= $round_share * possible                 then 'rounded'
         when rounds + lost >= $round_share * possible          then 'unclear'
         when whole                                             then 'ok'
         else 'not_whole' end as message,
    members,
    case stamp when 'responded_at' then '响应时间'
               when 'resolved_at'  then '解决时间'
               when 'closed_at'    then '关闭时间' end as stamp_zh,
    case stamp when 'responded_at' then 'times of response'
               when 'resolved_at'  then 'times of resolution'
               when 'closed_at'    then 'times of closing' end as stamp_en,
    stamps,
    rounds,
    ratio(rounds, stamps) as share,
    elsewhere
from judged
