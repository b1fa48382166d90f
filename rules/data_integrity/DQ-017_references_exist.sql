/*
id       = "DQ-017"
title.zh = "引用的单据存在"
title.en = "References point to existing records"
severity = "minor"
kind     = "record"
compares = true
subject  = ["incidents", "requests", "problems", "changes"]
decides  = []
supports = ["QM-8.4.6-10", "SD-4.2-2"]
needs    = [
    "incidents.problem_id | incidents.change_id | incidents.knowledge_id | links.to_id",
    "requests.change_id | links.to_id",
    "problems.change_id | links.to_id",
    "changes.incident_id | changes.problem_id | links.to_id",
    "changes.change_id",
    "incidents.incident_id",
    "problems.problem_id",
    "requests.request_id",
]
uses     = [
    "incidents.created_at", "requests.created_at", "problems.created_at", "changes.created_at",
    "knowledge.knowledge_id", "links.from_type", "links.from_id", "links.to_type",
]
blank    = { problem_id = "applies", change_id = "applies", incident_id = "applies", knowledge_id = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "单据上写着“已转问题”“已走变更”，所写的编号却不存在，这样的关联无从核查，可能是随手填写，也可能是对方单据已被删除。"
why.en   = "Where a record cites a problem or change whose number does not exist, the link proves nothing: it was made up, mistyped, or the other record was deleted."
fix.zh   = "查明应当引用的是哪一张单据并更正；对方单据被删除的，查明由谁、因何删除；在工具中改为选择关联，不手工填写编号。"
fix.en   = "Find out which record is meant and correct the reference; where the other record was deleted, find out by whom and why; let users pick records instead of typing numbers."
noise.zh = "按项目或权限筛选过的导出可能缺少对方单据；编号可能抄错一位。只在编号前后都有导出的单据、且那段时间的导出完整时才提出；编号按前缀和数字比较，不分大小写、不计前导零。"
noise.en = "An export filtered by project or permission may lack the other record; a digit may be mistyped. It is raised only where records with lower and higher numbers are exported and the export is complete in between. Numbers are compared by prefix and value, without letter case and leading zeros."

[message.dangling]
verdict = "nonconforming"
zh = "单据 {id} 引用的 {missing_zh:list} 不在导出中，而前后编号的单据均已完整导出。"
en = "Record {id} cites {missing_en:list}, not in the export although the records with numbers around it are all there."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 引用的 {cited:number} 张单据均存在。"
en = "All {cited:number} records that {id} cites exist."

[message.not_found]
verdict = "not_assessed"
zh = "引用的单据不在导出中，但对方的表没有提供或不完整，或编号不在导出的范围内，或编号没有数字。"
en = "A record cited is not in the export, but its table is not supplied or not complete, its number lies beyond those exported, or it has no number."

[message.no_reference]
verdict = "not_applicable"
zh = "没有引用其他单据。"
en = "The record cites no other."
*/
with ties as (
    select ns, from_type as object, from_id as id, to_type as kind, to_id as cited
    from links
    where to_type in ('incident', 'request', 'problem', 'change', 'knowledge') and to_id is not null
),
linked as (
    select ns, object, id from ties group by ns, object, id
),
refs as (
    select ns, 'incident' as object, incident_id as id, 'problem' as kind, problem_id as cited from incidents
    union all
    select ns, 'incident' as object, incident_id as id, 'change' as kind, change_id as cited from incidents
    union all
    select ns, 'incident' as object, incident_id as id, 'knowledge' as kind, knowledge_id as cited from incidents
    union all
    select ns, 'request' as object, request_id as id, 'change' as kind, change_id as cited from requests
    union all
    select ns, 'problem' as object, problem_id as id, 'change' as kind, change_id as cited from problems
    union all
    select ns, 'change' as object, change_id as id, 'incident' as kind, incident_id as cited from changes
    union all
    select ns, 'change' as object, change_id as id, 'problem' as kind, problem_id as cited from changes
    union all
    select ns, object, id, kind, cited from ties
),
targets as (                             -- the table of an article tells no time; it holds as of now
    select ns, 'incident' as kind, incident_id as id, created_at as moment from incidents
    union all
    select ns, 'request' as kind, request_id as id, created_at as moment from requests
    union all
    select ns, 'problem' as kind, problem_id as id, created_at as moment from problems
    union all
    select ns, 'change' as kind, change_id as id, created_at as moment from changes
    union all
    select ns, 'knowledge' as kind, knowledge_id as id, $as_of as moment from knowledge
),
cited as (                               -- each citation of a record once
    select ns, object, id, kind, cited
    from refs
    where cited is not null
    group by ns, object, id, kind, cited
),
words as (                               -- each number that is cited
    select
        c.ns, c.kind, c.cited,
        number_value(c.cited) as number,
        t.ns is not null as found
    from (select ns, kind, cited from cited group by ns, kind, cited) c
    left join (select ns, kind, lower(id) as word from targets group by ns, kind, lower(id)) t
        on t.ns = c.ns and t.kind = c.kind and t.word = lower(c.cited)
),
lost as (                                -- not found as written; series: what is numbered together
    select
        ns, kind, cited, number,
        case when number is not null
             then ns || ' ' || kind || ' ' || lower(number_prefix(cited)) end as series
    from words
    where not found
),
numbered as (
    select
        ns, moment,
        number_value(id) as number,
        ns || ' ' || kind || ' ' || lower(number_prefix(id)) as series
    from targets
),
placed as (                              -- the lost ones among those of their series
    select n.ns, n.series, n.number, n.moment, true as there,
        null as kind, null as cited
    from numbered n
    join (select ns, series from lost group by ns, series) l on l.ns = n.ns and l.series = n.series
    union all
    select ns, series, number, null as moment, null as there, kind, cited
    from lost
),
bounded as (                             -- when the records with numbers below and above were made
    select
        ns, kind, cited,
        count(there) over (partition by ns, series, number) as same,
        max(moment) over (partition by ns, series order by number) as below_at,
        min(moment) over (partition by ns, series order by number desc) as above_at
    from placed
),
judged as materialized (
    select ns, kind, cited, found as there
    from words
    where found
    union all
    select
        ns, kind, cited,
        case when same > 0                                                                    then true
             when kind = 'incident' and complete_over('incidents', ns, below_at, above_at)    then false
             when kind = 'request' and complete_over('requests', ns, below_at, above_at)      then false
             when kind = 'problem' and complete_over('problems', ns, below_at, above_at)      then false
             when kind = 'change' and complete_over('changes', ns, below_at, above_at)        then false
             when kind = 'knowledge' and complete_over('knowledge', ns, below_at, above_at)   then false
        end as there
    from bounded
),
counted as (
    select
        c.ns,
        c.object,
        c.id,
        count(*) as citations,
        count(*) filter (where j.there) as present,
        count(*) filter (where not j.there) as missing
    from cited c
    join judged j on j.ns = c.ns and j.kind = c.kind and j.cited = c.cited
    group by c.ns, c.object, c.id
),
named as (                               -- what is missing, in words
    select
        c.ns,
        c.object,
        c.id,
        list(concat(case c.kind when 'incident' then '事件单 ' when 'request' then '服务请求单 '
                        when 'problem' then '问题单 ' when 'change' then '变更单 '
                        when 'knowledge' then '知识条目 ' end, c.cited) order by c.kind, c.cited) as zh,
        list(concat(case c.kind when 'knowledge' then 'article' else c.kind end, ' ', c.cited)
             order by c.kind, c.cited) as en
    from cited c
    join judged j on j.ns = c.ns and j.kind = c.kind and j.cited = c.cited
    where not j.there
    group by c.ns, c.object, c.id
),
tickets as (
    select record, ns, incident_id as id, assigned_to as person, created_at,
        coalesce(problem_id, change_id, knowledge_id) is not null as cites
    from incidents
    union all
    select record, ns, request_id as id, assigned_to as person, created_at, change_id is not null as cites
    from requests
    union all
    select record, ns, problem_id as id, owner as person, created_at, change_id is not null as cites
    from problems
    union all
    select record, ns, change_id as id, implementer as person, created_at,
        coalesce(incident_id, problem_id) is not null as cites
    from changes
)
select
    t.record,
    t.created_at as at,
    t.person as owner,
    case when t.cites or l.ns is not null    then true else false end as applies,
    case when c.missing > 0                  then false
         when c.present = c.citations        then true end as conforms,
    case when not t.cites and l.ns is null   then 'no_reference'
         when c.missing > 0                  then 'dangling'
         when c.present = c.citations        then 'ok'
         else 'not_found' end as message,
    c.citations as cited,
    n.zh as missing_zh,
    n.en as missing_en
from tickets t
left join counted c on c.ns = t.ns and c.object = t.record.object and c.id = t.id
left join linked l on l.ns = t.ns and l.object = t.record.object and l.id = t.id
left join named n on n.ns = t.ns and n.object = t.record.object and n.id = t.id
