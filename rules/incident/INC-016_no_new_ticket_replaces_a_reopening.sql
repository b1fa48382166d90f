/*
id       = "INC-016"
title.zh = "未以新单代替重开"
title.en = "No new ticket replaces a re-opening"
severity = "observation"
kind     = "record"
leads    = true
compares = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-13"]
needs    = ["incidents.status", "incidents.created_at", "incidents.closed_at", "incidents.reporter", "incidents.category", "incidents.ci_id | incidents.service_id", "incidents.problem_id | links.to_id"]
uses     = ["incidents.auto_generated", "links.from_type", "links.from_id", "links.to_type"]
blank    = { problem_id = "nonconforming", auto_generated = "applies" }
since    = "0.3"
status   = "experimental"
why.zh   = "同一故障没有修好，却另开新单：计时从头开始，重开次数为零，客户的等待和反复修理在数据里看不见。"
why.en   = "Where a fault was not cured and a new ticket is opened instead, the clock starts anew and no re-opening counts: the customer's wait and the repeated repair vanish from the figures."
fix.zh   = "与报告人核实是否同一故障：是的，关联前一单并合并计时；服务台受理时先查近几天关闭的同类事件，未修好的重开原单。"
fix.en   = "Ask the reporter whether it is the same fault; if so link the tickets and count the time together. The desk should look for incidents of the same kind closed in the last days and re-open those."
noise.zh = "待说明的线索，不是不符合：同一用户同一设备可能碰巧又有新的故障；代报人（前台、值班员）替多人报障；打印机缺纸一类的日常小事；工具不允许重开已关闭的单据。"
noise.en = "A lead to be explained, no nonconformity: the same user may meet a new fault on the same device; a receptionist or duty officer reports for many; trifles such as paper jams return; some tools do not let a closed ticket be re-opened."

[params.clone_hours]
type = "hours"
value = 72
min = 4
max = 336
help.zh = "前一单关闭后多少小时内又建的同类单，视为可能代替重开。"
help.en = "Hours after the closing of one incident within which another of its kind may stand for a re-opening."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "要说“没有前一单”，事件的导出须再早多少天开始，才能包含早先建单、刚刚关闭的事件。"
help.en = "To say that there was none before, incidents must be in the export from that many days earlier, so that those made long ago and just closed are there."

[params.catch_all]
type = "list"
value = ["其他", "其它", "other", "others"]
help.zh = "不表示任何具体种类的分类，去掉首尾空格、不分大小写比较，写成小写。"
help.en = "Categories that say nothing of the kind, compared without outer spaces and letter case; write them in lower case."

[message.cloned]
verdict = "lead"
marks = "incidents.created_at"
zh = "事件 {id} 于 {created_at:time} 建单，报告人 {reporter}、对象（配置项 {ci_id}，服务 {service_id}）和分类（{category}）都与 {gap:duration} 前（{first_at:time}）关闭的事件 {first_id} 相同，两单没有关联，待说明。本项目可比较的事件 {judged:number} 个，此类 {alike:number} 个（{share:percent}）。"
en = "To be explained: incident {id}, made at {created_at:time}, has reporter ({reporter}), object (CI {ci_id}, service {service_id}) and category ({category}) in common with {first_id}, closed {gap:duration} before at {first_at:time}, and no link. Of {judged:number} incidents of the project that can be compared, {alike:number} are of this kind ({share:percent})."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 建单前 {clone_hours:number} 小时内没有同一报告人、对象和分类的事件关闭。"
en = "In the {clone_hours:number} hours before incident {id} was made, none of the same reporter, object and category was closed."

[message.links_unclear]
verdict = "not_assessed"
zh = "刚关闭过同类事件，未见关联，但关联关系没有完整导出或有不明之处。"
en = "One of its kind was closed shortly before and no link is seen, but links are not exported completely or are unclear."

[message.first_unclear]
verdict = "not_assessed"
zh = "此前有同类事件带关闭时间而状态为空，可能就是前一单。"
en = "One of its kind bears a closing time shortly before and no status; it may be the earlier ticket."

[message.incidents_incomplete]
verdict = "not_assessed"
zh = "没有见到前一单，但不能确定此前的事件已全部导出。"
en = "No earlier ticket is seen, but the incidents of that time are not known to be all in the export."

[message.not_comparable]
verdict = "not_assessed"
zh = "报告人、分类、建单时间为空，或既没有配置项也没有服务，无法比较。"
en = "Reporter, category or time of creation is empty, or neither CI nor service is named, so the incident cannot be compared."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并。"
en = "The incident was cancelled, rejected or merged."

[message.automatic]
verdict = "not_applicable"
zh = "由监控自动生成。"
en = "Made by a monitoring tool."

[message.catch_all]
verdict = "not_applicable"
zh = "分类为“其他”一类，不表示同一种故障。"
en = "The category is a catch-all and names no kind of fault."

[message.linked]
verdict = "not_applicable"
zh = "刚关闭过同类事件，本单已关联事件或问题。"
en = "One of its kind was closed shortly before, and this one is linked to an incident or a problem."
*/
with read as (
    select
        *,
        lower(trim(reporter)) as who,
        lower(trim(category)) as class,
        coalesce('ci ' || lower(trim(ci_id)), 'service ' || lower(trim(service_id))) as spot,
        local_day(created_at, $zone) as day
    from incidents
),
events as (                              -- makings (1); closings come before (0) those of the same time,
                                         -- or after (2) where they are not later than their own making
    select ns, who, class, spot, incident_id, created_at as moment, 1 as step, true as sure
    from read
    union all
    select ns, who, class, spot, incident_id,
        latest(closed_at, coalesce(created_at, closed_at)) as moment,
        case when closed_at > created_at then 0 else 2 end as step, status is not null as sure
    from read
    where status = 'closed' or status is null
),
kinds as (                               -- numbered to sort fast
    select ns, who, class, spot, row_number() over (order by ns, who, class, spot) as kind
    from read
    group by ns, who, class, spot
    having count(*) > 1
),
followed as (                            -- one row an incident: the last closing before it
    select ns, incident_id, first_at, first_id, maybe_at
    from (
        select
            e.ns,
            e.incident_id,
            e.step,
            max(e.moment) filter (where e.step <> 1 and e.sure) over so_far as first_at,
            arg_max(e.incident_id, e.moment)
                filter (where e.step <> 1 and e.sure) over so_far as first_id,
            max(e.moment) filter (where not e.sure) over so_far as maybe_at
        from events e
        join kinds k on k.ns = e.ns and k.who = e.who and k.class = e.class and k.spot = e.spot
        window so_far as (partition by k.kind order by e.moment, e.step
                          rows between unbounded preceding and current row)
    ) every_event
    where step = 1
),
tied as (                                -- links to an incident or a problem, either way round
    select
        ns,
        incident_id,
        count(*) filter (where own = 'incident' and other is not null) as sure
    from (
        select ns, from_id as incident_id, from_type as own, to_type as other from links
        union all
        select ns, to_id as incident_id, to_type as own, from_type as other from links
    ) either_way
    where (own = 'incident' or own is null) and (other in ('incident', 'problem') or other is null)
    group by ns, incident_id
),
days as (                                -- days by whose end all incidents before are in the export
    select
        ns,
        day,
        complete_over('incidents', ns,
                      day_start(day, $zone) - to_hours($clone_hours) - to_days($carry_over_days),
                      earliest(day_start(days_after(day, 1), $zone), $as_of)) as whole
    from (select distinct ns, day from read) d
),
known as (
    select
        r.*,
        f.first_id,
        f.first_at,
        f.first_at >= r.created_at - to_hours($clone_hours) as near,
        f.maybe_at >= r.created_at - to_hours($clone_hours) as maybe_near,
        r.problem_id is not null or t.sure > 0 as linked,
        t.sure = 0 or table_supplied('links', r.ns)
            and not complete('links', r.ns, case when f.first_at is not null then r.created_at end)
            as links_unclear,
        d.whole
    from read r
    left join days d on d.ns = r.ns and d.day = r.day
    left join followed f on f.ns = r.ns and f.incident_id = r.incident_id
    left join tied t on t.ns = r.ns and t.incident_id = r.incident_id
),
judged as (
    select
        *,
        case when status in ('cancelled', 'rejected', 'merged')   then false
             when auto_generated                                  then false
             when list_contains($catch_all, class)                then false
             when near and linked                                 then false
             when status is not null and who is not null and class is not null and spot is not null
                  and created_at is not null                      then true end as applies
    from known
),
habits as (                              -- how common it is in the project
    select
        ns,
        record.project_id as project_id,
        count(*) filter (where applies) as judged,
        count(*) filter (where applies and near) as alike
    from judged
    group by ns, record.project_id
)
select
    j.record,
    j.created_at as at,
    coalesce(j.recorded_by, j.assigned_to) as owner,
    j.applies,
    case when j.near and j.links_unclear                            then null
         when j.near                                                then false
         when j.maybe_near                                          then null
         when j.whole                                               then true end as conforms,
    case when j.status in ('cancelled', 'rejected', 'merged')       then 'void'
         when j.auto_generated                                      then 'automatic'
         when list_contains($catch_all, j.class)                    then 'catch_all'
         when j.near and j.linked                                   then 'linked'
         when j.status is null                                      then 'status_unknown'
         when j.applies is null                                     then 'not_comparable'
         when j.near and j.links_unclear                            then 'links_unclear'
         when j.near                                                then 'cloned'
         when j.maybe_near                                          then 'first_unclear'
         when j.whole                                               then 'ok'
         else 'incidents_incomplete' end as message,
    j.reporter,
    j.ci_id,
    j.service_id,
    j.category,
    j.created_at,
    j.first_id,
    j.first_at,
    elapsed_minutes(j.first_at, j.created_at) as gap,
    h.judged,
    h.alike,
    ratio(h.alike, h.judged) as share,
    $clone_hours as clone_hours
from judged j
left join habits h on h.ns = j.ns and h.project_id = j.record.project_id
