/*
id       = "REQ-005"
title.zh = "请求对应有效的服务目录条目"
title.en = "Requests cite a catalogue item"
severity = "observation"
kind     = "record"
compares = true
subject  = ["requests"]
decides  = []
supports = ["QA-3.4-6"]
needs    = ["catalogue.service_id", "catalogue.status", "requests.service_id"]
uses     = ["catalogue.name", "requests.status"]
blank    = { service_id = "nonconforming", status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "请求不对应服务目录，就没有约定的时限、审批和交付内容，也说不清是否在合同范围内。"
why.en   = "A request outside the catalogue has no agreed time, approval or scope, and nobody can say whether the contract covers it."
fix.zh   = "补选服务目录条目；目录里没有的，先评审是否纳入目录；在工具中改为从目录选择，并下架草稿条目。"
fix.en   = "Choose the catalogue entry; where there is none, decide whether the service belongs there. Let users pick from the catalogue, and take drafts out of the choice."
noise.zh = "目录取自现在的导出：条目可能在请求之后才改为草稿；目录可能只导出了一部分。编号和名称不分大小写比较。"
noise.en = "The catalogue is as exported: an entry may have gone back to draft after the request, or the catalogue be exported in part. Numbers and names are compared without letter case."

[params.match_min]
type = "share"
value = 0.5
min = 0.1
max = 0.9
help.zh = "同一来源的请求所引用的服务，能在目录中找到的比例低于此值时，视为写法不一致或目录导出不全，不下“目录中没有”的结论。"
help.en = "Where a smaller share of a source's references is found, the forms do not match or the catalogue is exported in part, and no entry is said to be missing."

[message.no_service]
verdict = "nonconforming"
zh = "请求 {id}“{title}”没有对应服务目录条目。"
en = "Request {id} “{title}” cites no entry of the service catalogue."

[message.unknown_service]
verdict = "nonconforming"
zh = "请求 {id} 引用的服务“{service_id}”不在服务目录中（同一来源的引用有 {found_share:percent} 可以找到）。"
en = "Request {id} cites the service “{service_id}”, which the catalogue does not hold ({found_share:percent} of this source's references are found)."

[message.draft_service]
verdict = "nonconforming"
zh = "请求 {id} 引用的服务“{service_id}”在服务目录中只是草稿，尚未生效。"
en = "Request {id} cites the service “{service_id}”, which is only a draft in the catalogue."

[message.ok]
verdict = "conforming"
zh = "请求 {id} 引用的服务“{service_id}”在服务目录中有效。"
en = "The service “{service_id}” that request {id} cites is in force in the catalogue."

[message.retired]
verdict = "not_assessed"
zh = "所引用的条目已停用，无法判断建单时是否有效。"
en = "The entry is retired; whether it was in force at the time of the request cannot be told."

[message.state_unknown]
verdict = "not_assessed"
zh = "所引用条目的状态为空。"
en = "The state of the entry is empty."

[message.few_found]
verdict = "not_assessed"
zh = "同一来源引用的服务大多在目录中找不到：写法可能不一致，或目录导出不全。"
en = "Most references of this source are not found: their form may differ, or the catalogue is exported in part."

[message.draft]
verdict = "not_applicable"
zh = "请求只是草稿，尚未提交。"
en = "The request is a draft, not submitted yet."
*/
with known as (                          -- one row a word: entries that bear it, by state
    select
        ns,
        word,
        count(*) filter (where status = 'active') as active,
        count(*) filter (where status = 'draft') as drafts,
        count(*) filter (where status = 'retired') as retired
    from (
        select ns, lower(service_id) as word, status from catalogue
        union all
        select ns, lower(name) as word, status from catalogue
    ) w
    group by ns, word
),
looked_up as (
    select r.*, k.word is not null as found, k.active, k.drafts, k.retired
    from requests r
    left join known k on k.ns = r.ns and k.word = lower(r.service_id)
),
shares as (                              -- one row an id space: how many of its references are found
    select ns, ratio(count(*) filter (where found), count(*)) as found_share
    from looked_up
    where service_id is not null
    group by ns
)
select
    l.record,
    l.created_at as at,
    l.recorded_by as owner,
    coalesce(l.status, '') <> 'draft' as applies,
    case when l.service_id is null             then false
         when l.active > 0                     then true
         when l.retired > 0                    then null
         when l.drafts > 0                     then false
         when l.found                          then null
         when s.found_share >= $match_min      then false end as conforms,
    case when l.status = 'draft'               then 'draft'
         when l.service_id is null             then 'no_service'
         when l.active > 0                     then 'ok'
         when l.retired > 0                    then 'retired'
         when l.drafts > 0                     then 'draft_service'
         when l.found                          then 'state_unknown'
         when s.found_share >= $match_min      then 'unknown_service'
         else 'few_found' end as message,
    l.title,
    l.service_id,
    s.found_share
from looked_up l
left join shares s on s.ns = l.ns
