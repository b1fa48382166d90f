/*
id       = "INC-023"
title.zh = "重复事件已转问题"
title.en = "Repeated incidents lead to a problem"
severity = "minor"
kind     = "record"
compares = true
subject  = ["incidents"]
decides  = ["SD-3.2-5"]
supports = ["QM-8.4.6-15", "QM-8.5.3-5"]
needs    = ["incidents.incident_id", "incidents.status", "incidents.created_at", "incidents.category", "incidents.ci_id | incidents.service_id", "incidents.problem_id | links.to_id"]
uses     = ["incidents.auto_generated", "incidents.knowledge_id", "links.from_type", "links.from_id", "links.to_type"]
blank    = { problem_id = "nonconforming", ci_id = "applies", auto_generated = "applies", knowledge_id = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "同一配置项反复发生同类事件，每次只做恢复而不查原因，故障会一直重来。重复事件应转入问题管理，查明并消除根因。"
why.en   = "Where the same kind of incident returns on the same item and each is only repaired, the fault goes on. Repeated incidents belong in problem management, which finds and removes the cause."
fix.zh   = "为这组事件建立问题单并关联；已有问题单的，补上关联；在周例会上查看近三十天的重复事件。"
fix.en   = "Open a problem for these incidents and link them; where there is one already, add the links; look at the repeats of the last thirty days every week."
noise.zh = "问题单可能已经建立而没有关联；分类过粗会把不相干的事件算作重复；一次大故障引来的多张报障单也会成组；计划内的批量工单（如巡检、盘点）记成了事件。取消、拒绝、合并的事件不计。"
noise.en = "A problem may exist without links; coarse categories group what is unrelated; one large failure brings many reports; planned batches (inspections, stock-taking) may be filed as incidents. Cancelled, rejected and merged incidents do not count."

[params.repeat_min]
type = "count"
value = 3
min = 2
max = 5
help.zh = "同一配置项、同一分类的第几次事件应已转问题。"
help.en = "Which incident of the same CI and category must find a problem."

[params.service_repeat_min]
type = "count"
value = 10
min = 2
max = 50
help.zh = "只知道服务而没有配置项时，同一服务、同一分类的第几次事件应已转问题。"
help.en = "The same where only the service is known and no CI."

[params.repeat_days]
type = "days"
value = 30
min = 14
max = 90
help.zh = "在多少天之内发生的事件算作重复。"
help.en = "Days within which incidents count as repeated."

[params.catch_all]
type = "list"
value = ["其他", "其它", "other", "others"]
help.zh = "不表示任何具体种类的分类，去掉首尾空格、不分大小写比较。"
help.en = "Categories that say nothing of the kind, compared without outer spaces and letter case."

[message.no_problem]
verdict = "nonconforming"
zh = "配置项“{ci_id}”在 {first_at:time} 至 {last_at:time} 之间发生 {times:number} 次同类（{category}）事件，事件 {id} 是 {repeat_days:number} 天内的第 {needed:number} 次，其中没有一张关联问题单：{incidents:list}。"
en = "The CI “{ci_id}” had {times:number} incidents of one category ({category}) between {first_at:time} and {last_at:time}; {id} is number {needed:number} within {repeat_days:number} days, and none is linked to a problem: {incidents:list}."

[message.no_problem_of_service]
verdict = "nonconforming"
zh = "服务“{service_id}”（没有配置项）在 {first_at:time} 至 {last_at:time} 之间发生 {times:number} 次同类（{category}）事件，事件 {id} 是 {repeat_days:number} 天内的第 {needed:number} 次，其中没有一张关联问题单：{incidents:list}。"
en = "The service “{service_id}” (no CI given) had {times:number} incidents of one category ({category}) between {first_at:time} and {last_at:time}; {id} is number {needed:number} within {repeat_days:number} days, and none is linked to a problem: {incidents:list}."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 是 {repeat_days:number} 天内的第 {needed:number} 次同类事件，这组事件已关联问题单。"
en = "Incident {id} is number {needed:number} of its kind within {repeat_days:number} days, and these incidents are linked to a problem."

[message.links_unclear]
verdict = "not_assessed"
zh = "达到重复次数，未见关联的问题单，但有事件的关联不明，或关联关系、问题单号没有完整导出。"
en = "The incident is repeated and no problem is seen, but links of some incidents are unclear, or neither links nor problem numbers are exported completely."

[message.incidents_incomplete]
verdict = "not_assessed"
zh = "不能确定这段时间的事件已全部导出，无法判断是第几次或是否已关联问题单。"
en = "The incidents of that time are not known to be all in the export, so their number and links cannot be told."

[message.status_unclear]
verdict = "not_assessed"
zh = "同组有事件的状态为空，若计入即达到重复次数，不能判断。"
en = "Some incidents of the same kind have no status; counted, they would make this one a repeat."

[message.no_ci]
verdict = "not_assessed"
zh = "事件既没有配置项也没有服务，无法判断是否重复。"
en = "The incident names neither CI nor service, so it cannot be told whether it is a repeat."

[message.no_category]
verdict = "not_assessed"
zh = "事件没有分类，无法判断是否重复。"
en = "The incident has no category, so it cannot be told whether it is a repeat."

[message.no_creation_time]
verdict = "not_assessed"
zh = "事件没有建单时间，无法判断是否重复。"
en = "The incident has no time of creation, so it cannot be told whether it is a repeat."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并，不计入重复。"
en = "The incident was cancelled, rejected or merged and does not count."

[message.catch_all]
verdict = "not_applicable"
zh = "分类为“其他”一类，不表示同一种故障。"
en = "The category is a catch-all and names no kind of fault."

[message.below]
verdict = "not_applicable"
zh = "未达到重复次数。"
en = "The incident is not yet repeated often enough."

[message.later]
verdict = "not_applicable"
zh = "属于已在达到次数的那张事件单上判断过的一组。"
en = "The incident belongs to a group that was judged on the incident that reached the number."

[message.known_error]
verdict = "not_applicable"
zh = "全部由监控自动生成，并已按引用的知识条目处理。"
en = "All incidents of the group were made by monitoring and handled by a knowledge article that they cite."
*/
with ties as (                           -- one row an incident: its links to problems
    select
        ns,
        incident_id,
        count(*) filter (where sure) as sure         -- 0: they may be to a problem
    from (
        select ns, from_id as incident_id, from_type = 'incident' and to_type = 'problem' as sure
        from links
        union all
        select ns, to_id as incident_id, to_type = 'incident' and from_type = 'problem' as sure
        from links
    ) either_way
    where sure is distinct from false
    group by ns, incident_id
),
read as (
    select
        i.record,
        i.ns,
        i.incident_id,
        i.created_at,
        i.assigned_to,
        i.ci_id,
        i.service_id,
        i.category,
        nullif(lower(trim(i.ci_id)), '') as item,
        coalesce('ci ' || nullif(lower(trim(i.ci_id)), ''),
                 'service ' || nullif(lower(trim(i.service_id)), '')) as spot,
        nullif(lower(trim(i.category)), '') as class,
        case when i.status in ('cancelled', 'rejected', 'merged') then false
             when i.status is not null                            then true end as counts,
        case when i.problem_id is not null                        then true
             when list_contains(i.unread, 'problem_id')           then null
             when list_contains(i.disputed, 'problem_id')         then null
             when supplied(i.record, 'problem_id')                then false
             when table_supplied('links', i.ns)                   then false end as cited,
        coalesce(i.auto_generated and i.knowledge_id is not null, false) as handled
    from incidents i
),
spots as (                               -- what can be a repeat: the same CI, else the same service
    select
        ns,
        incident_id,
        created_at,
        spot,
        class,
        case when item is not null then $repeat_min else $service_repeat_min end as needed,
        counts,
        cited,
        handled
    from read
    where counts is distinct from false and not list_contains($catch_all, class)
),
kinds as (                               -- kinds with enough incidents, numbered to sort fast
    select
        ns,
        spot,
        class,
        row_number() over (partition by ns order by spot, class) as kind,
        count(counts) < count(*) as doubtful
    from spots
    group by ns, spot, class, needed
    having count(*) >= needed
),
candidates as (
    select
        s.ns,
        s.incident_id,
        s.created_at,
        s.counts,
        s.cited,
        s.handled,
        k.kind,
        s.needed,
        k.doubtful
    from spots s
    join kinds k on k.ns = s.ns and k.spot = s.spot and k.class = s.class
),
numbered as (
    select
        ns,
        kind,
        incident_id,
        created_at,
        needed,
        cited,
        handled,
        row_number() over (partition by ns, kind order by created_at, incident_id) as place,
        lag(created_at, needed - 1) over (partition by ns, kind order by created_at, incident_id)
            >= created_at - to_days($repeat_days) as reached
    from candidates
    where counts
),
reaching as (                            -- incidents that are at least the number needed
    select
        ns,
        kind,
        incident_id,
        needed,
        place,
        lag(place) over (partition by ns, kind order by place) as place_before,
        lead(place) over (partition by ns, kind order by place) as place_after
    from numbered
    where reached
),
edges as (                               -- a group starts where no earlier one reaches
    select
        ns,
        kind,
        incident_id,
        needed,
        place,
        place_before is null or place_before <= place - needed as starts,
        place_after is null or place_after >= place + needed as ends
    from reaching
),
starts as (
    select
        ns,
        kind,
        incident_id,
        needed,
        place,
        starts,
        case when ends then place else lead(place) over (partition by ns, kind order by place) end
            as last_place
    from edges
    where starts or ends
),
members as (
    select
        s.ns,
        s.incident_id as start_id,
        m.incident_id,
        m.created_at,
        m.place,
        m.cited,
        m.handled
    from starts s
    join numbered m on m.ns = s.ns and m.kind = s.kind
        and m.place > s.place - s.needed and m.place <= s.last_place
    where s.starts
),
groups as (                              -- one row a group, by the incident that reached the number
    select
        ns,
        start_id,
        count(*) as times,
        count(*) filter (where cited) as cited,
        count(*) filter (where cited is null) as cited_unknown,
        count(*) filter (where not handled) as unhandled,
        min(created_at) as first_at,
        max(created_at) as last_at,
        list(incident_id order by place) as incidents
    from members
    group by ns, start_id
),
tied as (                                -- what links say of a group
    select
        m.ns,
        m.start_id,
        sum(t.sure) as tied                          -- 0: links that may be to a problem
    from members m
    join ties t on t.ns = m.ns and t.incident_id = m.incident_id
    group by m.ns, m.start_id
),
maybe as (                               -- the same, were all incidents without a status to count
    select
        ns,
        incident_id,
        lag(created_at, needed - 1) over (partition by ns, kind order by created_at, incident_id)
            >= created_at - to_days($repeat_days) as reached
    from candidates
    where doubtful
),
whole as (                               -- groups with what is known of their time
    select
        g.*,
        t.tied,
        complete_over('incidents', g.ns, g.first_at, g.last_at) as group_complete,
        table_supplied('links', g.ns) as links_supplied,
        complete_over('links', g.ns, g.first_at, g.last_at) as links_complete
    from groups g
    left join tied t on t.ns = g.ns and t.start_id = g.start_id
),
days as (                                -- days whose incidents of the days before are all there
    select
        ns,
        day,
        complete_over('incidents', ns, day_start(day, $zone) - to_days($repeat_days),
                      day_start(days_after(day, 1), $zone)) as days_complete
    from (select distinct ns, local_day(created_at, $zone) as day from read) d
),
judged as (
    select
        b.*,
        list_contains($catch_all, b.class) as is_catch_all,
        case when b.item is not null then $repeat_min else $service_repeat_min end as needed,
        e.place is not null as reached,
        w.start_id is not null as starts,
        y.reached as maybe_reached,
        d.days_complete,
        w.times,
        w.cited as cited_members,
        w.cited_unknown,
        w.tied,
        w.unhandled,
        w.first_at,
        w.last_at,
        w.incidents,
        w.group_complete,
        w.links_supplied,
        w.links_complete
    from read b
    left join edges e on e.ns = b.ns and e.incident_id = b.incident_id
    left join maybe y on y.ns = b.ns and y.incident_id = b.incident_id
    left join whole w on w.ns = b.ns and w.start_id = b.incident_id
    left join days d on d.ns = b.ns and d.day = local_day(b.created_at, $zone)
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when not counts                               then false
         when is_catch_all                             then false
         when counts is null or class is null or spot is null then null
         when starts and not (days_complete and group_complete) then null
         when unhandled = 0                            then false
         when starts                                   then true
         when reached                                  then false
         when days_complete and maybe_reached is distinct from true then false
    end as applies,
    case when cited_members > 0 or tied > 0            then true
         when cited_unknown > 0 or tied = 0            then null
         when links_supplied and not links_complete    then null
         when cited_members = 0                        then false
    end as conforms,
    case when not counts                               then 'void'
         when is_catch_all                             then 'catch_all'
         when counts is null                           then 'status_unknown'
         when class is null                            then 'no_category'
         when spot is null                             then 'no_ci'
         when created_at is null                       then 'no_creation_time'
         when starts and not (days_complete and group_complete) then 'incidents_incomplete'
         when unhandled = 0                            then 'known_error'
         when starts and (cited_members > 0 or tied > 0) then 'ok'
         when starts and (cited_unknown > 0 or tied = 0) then 'links_unclear'
         when starts and links_supplied and not links_complete   then 'links_unclear'
         when starts and item is null                  then 'no_problem_of_service'
         when starts                                   then 'no_problem'
         when reached                                  then 'later'
         when maybe_reached                            then 'status_unclear'
         when days_complete                            then 'below'
         else 'incidents_incomplete'
    end as message,
    ci_id,
    service_id,
    category,
    needed,
    $repeat_days as repeat_days,
    times,
    incidents,
    first_at,
    last_at
from judged
