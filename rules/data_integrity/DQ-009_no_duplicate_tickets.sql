/*
id       = "DQ-009"
title.zh = "无重复/克隆工单"
title.en = "No duplicate or cloned tickets"
severity = "observation"
kind     = "record"
compares = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-10"]
needs    = [
    "incidents.created_at",
    "incidents.incident_id",
    "incidents.reporter",
    "incidents.status",
    "incidents.title",
]
uses     = [
    "incidents.ci_id", "incidents.auto_generated", "incidents.close_mode",
    "links.from_type", "links.from_id", "links.relation",
]
blank    = { close_mode = "applies", ci_id = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "同一件事登记两次，事件量和各项比率随之失真，处理力量也可能分散；成批克隆的单据更可能是凑数。"
why.en   = "A matter recorded twice falsifies counts and rates and may be worked on twice; tickets cloned in numbers may have been made up."
fix.zh   = "核实是否同一件事；确属重复的，合并，或建立“与其重复”的关联后按重复单关闭；同一编号有两份内容的，查明哪一份为准并重新导出。"
fix.en   = "Find out whether it was one matter. Merge true duplicates, or link them as duplicates and close them so; where one number has two contents, find out which holds and export again."
noise.zh = "同一用户接连报告两台设备的相同故障而没有填写配置项、定时任务或邮件接口重复建单、公用账号代报，都会相似。同一编号多行也可能是导出的更新日志没有标明先后。标题和报告人去掉首尾空格、不分大小写比较；早的一张不算重复。"
noise.en = "One user may report the same fault of two devices without naming them; a job or mail interface may record twice; shared accounts report for many. Several rows of one number may be an update log without an order. Titles and reporters are compared without outer spaces and letter case; the earlier ticket is not the duplicate."

[params.dup_minutes]
type = "minutes"
value = 10
min = 1
max = 120
help.zh = "同一报告人、同一标题、同一配置项的两张单据相隔多少分钟以内视为重复。"
help.en = "Minutes within which two tickets of one reporter, title and CI count as duplicates."

[message.twice]
verdict = "nonconforming"
zh = "编号 {id} 在导出中有多行，{columns_zh}互不相同，而看不出哪一行是最后的。"
en = "The number {id} stands in several rows of the export with different {columns_en}, and nothing tells which row is the last."

[message.cloned]
verdict = "nonconforming"
marks = "incidents.created_at"
zh = "事件 {id}（{created_at:time}）与 {twin_id}（{twin_at:time}）的报告人“{reporter}”、标题“{title}”、配置项“{ci_id}”相同，相隔 {apart:duration}（{limit:duration} 以内），且没有标为重复。"
en = "Incident {id} ({created_at:time}) has the same reporter “{reporter}”, title “{title}” and CI “{ci_id}” as {twin_id} ({twin_at:time}), {apart:duration} apart (limit {limit:duration}), and is not marked as a duplicate."

[message.ok]
verdict = "conforming"
zh = "{limit:duration} 内没有与事件 {id} 报告人、标题、配置项都相同的单据。"
en = "No ticket with the reporter, title and CI of incident {id} was made within {limit:duration} before it."

[message.twin_unclear]
verdict = "not_assessed"
zh = "有一张相同的单据，但其状态或来源不明，或不能确定关联关系已全部导出。"
en = "There is a like ticket, but its state or origin is not known, or links are not known to be all in the export."

[message.not_all_seen]
verdict = "not_assessed"
zh = "没有见到相同的单据，但不能确定当时的事件单已全部导出。"
en = "No like ticket is seen, but the incidents of that time are not known to be all in the export."

[message.not_comparable]
verdict = "not_assessed"
zh = "报告人、标题或建单时间为空，无法比较。"
en = "Reporter, title or time of creation is empty, so it cannot be compared."

[message.unclear]
verdict = "not_assessed"
zh = "状态为空，或不清楚是否由监控自动生成、是否已关联为重复。"
en = "The status is empty, or it is not known whether monitoring made the record or whether it is linked as a duplicate."

[message.left_out]
verdict = "not_applicable"
zh = "监控自动生成，或已取消、拒绝、合并、标为重复。"
en = "Made by monitoring, or cancelled, rejected, merged, or marked as a duplicate."
*/
with ties as (                           -- one row an incident: its links as a duplicate
    select
        ns,
        from_id,
        count(*) filter (where tied) as sure,
        count(*) filter (where tied is null) as unclear
    from (
        select ns, from_id, from_type = 'incident' and relation = 'duplicate_of' as tied from links
    ) l
    group by ns, from_id
),
read as (
    select
        i.record,
        i.ns,
        i.incident_id,
        i.created_at,
        i.assigned_to,
        i.reporter,
        i.title,
        i.ci_id,
        lower(trim(i.reporter)) as who,
        lower(trim(i.title)) as what,
        lower(trim(i.ci_id)) as item,
        list_contains(i.disputed, 'closed_at') as closed_twice,
        list_contains(i.disputed, 'resolved_at') as resolved_twice,
        case when i.close_mode in ('duplicate', 'void')                  then false
             when i.status in ('cancelled', 'rejected', 'merged')        then false
             when t.sure > 0                                             then false
             when i.status is null or t.unclear > 0                      then null
             else not coalesce(
                 i.auto_generated,
                 case when not supplied(i.record, 'auto_generated') then false end) end as counts
    from incidents i
    left join ties t on t.ns = i.ns and t.from_id = i.incident_id
),
ordered as (                             -- each with the like ticket before it
    select
        ns,
        incident_id,
        created_at,
        lag(incident_id) over (partition by ns, who, what, item order by created_at, incident_id) as twin_id,
        lag(created_at) over (partition by ns, who, what, item order by created_at, incident_id) as twin_at,
        lag(counts) over (partition by ns, who, what, item order by created_at, incident_id) as twin_counts
    from read
    where counts is distinct from false
),
twins as (
    select
        ns,
        incident_id,
        twin_id,
        twin_at,
        true as near,
        twin_counts and (not table_supplied('links', ns) or complete('links', ns, created_at)) as sure
    from ordered
    where created_at <= twin_at + to_minutes($dup_minutes)
),
judged as (
    select
        r.*,
        t.twin_id,
        t.twin_at,
        t.near,
        t.sure,
        complete_over('incidents', r.ns, r.created_at - to_minutes($dup_minutes), r.created_at) as all_seen
    from read r
    left join twins t on t.ns = r.ns and t.incident_id = r.incident_id
)
select
    record,
    created_at as at,
    assigned_to as owner,
    counts as applies,
    case when closed_twice or resolved_twice                             then false
         when created_at is null or who is null or what is null          then null
         when sure                                                       then false
         when near                                                       then null
         when all_seen                                                   then true end as conforms,
    case when not counts                                                 then 'left_out'
         when counts is null                                             then 'unclear'
         when closed_twice or resolved_twice                             then 'twice'
         when created_at is null or who is null or what is null          then 'not_comparable'
         when sure                                                       then 'cloned'
         when near                                                       then 'twin_unclear'
         when all_seen                                                   then 'ok'
         else 'not_all_seen' end as message,
    case when closed_twice and resolved_twice then '解决时间和关闭时间'
         when closed_twice                    then '关闭时间'
         when resolved_twice                  then '解决时间' end as columns_zh,
    case when closed_twice and resolved_twice then 'times of resolution and closing'
         when closed_twice                    then 'closing times'
         when resolved_twice                  then 'resolution times' end as columns_en,
    created_at,
    reporter,
    title,
    ci_id,
    twin_id,
    twin_at,
    elapsed_minutes(twin_at, created_at) as apart,
    $dup_minutes as limit
from judged
