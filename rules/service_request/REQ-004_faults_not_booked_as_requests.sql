/*
id       = "REQ-004"
title.zh = "故障未按请求登记"
title.en = "Faults are not booked as requests"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["requests"]
decides  = []
supports = ["QA-3.4-6"]
needs    = [
    "incidents.created_at",
    "incidents.reporter",
    "requests.created_at",
    "requests.requester",
    "requests.status",
    "requests.title",
]
uses     = ["links.from_type", "links.from_id", "links.to_type", "links.to_id"]
since    = "0.3"
status   = "experimental"
why.zh   = "故障登记成请求，就不受事件时限约束，也不进入故障统计；达成率好看了，客户却在等。"
why.en   = "A fault booked as a request runs under no incident target and appears in no fault statistics: the figures look better while the customer waits."
fix.zh   = "请服务台说明：确属故障的，改登记为事件并补算时限；常见的，在受理话术和工具表单中区分“坏了”和“想要”。"
fix.en   = "Ask the desk. What was a fault, re-book as an incident and count its time; where it is frequent, let script and form tell “it is broken” from “I would like”."
noise.zh = "待说明的线索，不是不符合：标题提到故障，要的却可能是服务（如“申请故障演练”“宕机报告”）；同一故障可能由别人报了事件，报告人用了另一种写法，或事件没有填报告人。"
noise.en = "A lead to be explained, no nonconformity: the title may speak of a fault and ask for a service (a drill, a report on an outage); someone else may have reported the incident, under another form of the name or with the reporter left empty."

[params.fault_words]
type = "list"
value = ["故障", "宕机", "无法访问", "报错", "死机", "业务中断"]
help.zh = "标题含有这些字样之一即视为故障；不分大小写。"
help.en = "A title that contains one of these speaks of a fault, whatever the letter case."

[params.dup_hours]
type = "hours"
value = 24
min = 1
max = 72
help.zh = "请求建单前后多少小时内同一申请人报的事件，视为同一故障。"
help.en = "Hours before and after the request within which an incident of the same requester counts as the same fault."

[message.fault]
verdict = "lead"
marks = "requests.created_at"
zh = "请求 {id}“{title}”含“{word}”，待说明：没有关联事件，{requester} 在前后 {dup_hours:number} 小时内（{created_at:time} 建单）也没有报过事件。本项目 {total:number} 个请求中，标题含此类字样的有 {named:number} 个（{share:percent}），其中 {with_incident:number} 个有对应的事件。"
en = "To be explained: request {id} “{title}” speaks of “{word}”, has no linked incident, and {requester} reported none within {dup_hours:number} hours of {created_at:time}. Of the project's {total:number} requests {named:number} ({share:percent}) have such a title, and {with_incident:number} of these an incident."

[message.ok]
verdict = "conforming"
zh = "请求 {id}“{title}”已有关联事件，或同一申请人同时报过事件。"
en = "Request {id} “{title}” has a linked incident, or its requester reported one at the time."

[message.links_unclear]
verdict = "not_assessed"
zh = "有关联记录的类型不明，或不能确定关联关系是完整的，可能已关联事件。"
en = "A link has no readable type, or the links are not known to be complete; the request may be linked to an incident."

[message.requester_unknown]
verdict = "not_assessed"
zh = "申请人为空或为多人共用的名称，无法查找其同时报的事件。"
en = "The requester is empty or a name that several people share, so incidents reported at the time cannot be looked for."

[message.incidents_incomplete]
verdict = "not_assessed"
zh = "没有建单时间，或不能确定前后时段的事件已全部导出。"
en = "There is no time of creation, or the incidents around it are not known to be all in the export."

[message.no_title]
verdict = "not_assessed"
zh = "标题为空，或没有设定表示故障的字样，无法判断是否故障。"
en = "The title is empty, or no words are set, so it cannot be told whether it speaks of a fault."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断请求是否有效。"
en = "The status is empty, so it cannot be told whether the request counts."

[message.no_fault]
verdict = "not_applicable"
zh = "标题没有提到故障。"
en = "The title speaks of no fault."

[message.void]
verdict = "not_applicable"
zh = "草稿，或已取消、拒绝的请求。"
en = "A draft, or a request cancelled or rejected."
*/
with suspects as (                            -- requests that speak of a fault, with the person they are for
    select
        r.ns, r.request_id, r.created_at,
        case when p.person_id = '?' then null else coalesce(p.person_id, person_word(r.requester)) end as who
    from requests r
    left join person_words p on p.word = person_word(r.requester)
    where says_any(r.title, $fault_words)
),
reporters as (                           -- each name once, with the person that it means
    select n.ns, n.name, coalesce(p.person_id, person_word(n.name)) as who
    from (select distinct ns, reporter as name from incidents) n
    left join person_words p on p.word = person_word(n.name)
),
near as (                                -- incidents of the same person at the time
    select s.ns, s.request_id
    from suspects s
    join reporters p on p.ns = s.ns and p.who = s.who
    join incidents i on i.ns = p.ns and i.reporter = p.name
        and i.created_at >= s.created_at - to_hours($dup_hours)
        and i.created_at <= s.created_at + to_hours($dup_hours)
    group by s.ns, s.request_id
),
ties as (                                -- one row a request: its links to incidents
    select ns, request_id, count(*) filter (where sure) as sure, count(*) filter (where sure is null) as unclear
    from (
        select ns, from_id as request_id, from_type = 'request' and to_type = 'incident' as sure from links
        union all
        select ns, to_id as request_id, to_type = 'request' and from_type = 'incident' as sure from links
    ) either_way
    group by ns, request_id
),
judged as (
    select
        r.*,
        says_any(r.title, $fault_words) as found,
        word_in(r.title, $fault_words) as word,
        s.who,
        t.unclear,
        t.sure > 0 or e.ns is not null as has_incident,
        table_supplied('links', r.ns) as links_supplied,
        complete('links', r.ns, r.created_at) as links_complete,
        complete_over('incidents', r.ns, r.created_at - to_hours($dup_hours),
                      earliest(r.created_at + to_hours($dup_hours), $as_of)) as incidents_complete
    from requests r
    left join suspects s on s.ns = r.ns and s.request_id = r.request_id
    left join near e on e.ns = r.ns and e.request_id = r.request_id
    left join ties t on t.ns = r.ns and t.request_id = r.request_id
),
counted as (                             -- what is normal in a project, of whichever source
    select
        ns,
        record.project_id as project_id,
        sum(count(*)) over project as total,
        sum(count(*) filter (where found)) over project as named,
        sum(count(*) filter (where found and has_incident)) over project as with_incident
    from judged
    group by ns, record.project_id
    window project as (partition by record.project_id)
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when status in ('draft', 'cancelled', 'rejected') then false
         when not found                                    then false
         when status is not null                           then found end as applies,
    case when has_incident                                 then true
         when unclear > 0                                  then null
         when links_supplied and not links_complete        then null
         when who is not null and incidents_complete       then false end as conforms,
    case when status in ('draft', 'cancelled', 'rejected') then 'void'
         when found is null                                then 'no_title'
         when not found                                    then 'no_fault'
         when status is null                               then 'status_unknown'
         when has_incident                                 then 'ok'
         when unclear > 0                                  then 'links_unclear'
         when links_supplied and not links_complete        then 'links_unclear'
         when who is null                                  then 'requester_unknown'
         when not incidents_complete                       then 'incidents_incomplete'
         else 'fault' end as message,
    title,
    word,
    requester,
    created_at,
    total,
    named,
    with_incident,
    ratio(named, total) as share,
    $dup_hours as dup_hours
from judged j
left join counted c on c.ns = j.ns and c.project_id = j.record.project_id
