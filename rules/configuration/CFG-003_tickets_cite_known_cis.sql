/*
id       = "CFG-003"
title.zh = "工单引用的配置项存在于CMDB"
title.en = "Tickets cite configuration items that exist"
severity = "minor"
kind     = "record"
compares = true
subject  = ["incidents", "problems", "requests", "change_cis"]
decides  = []
supports = ["QM-8.4.6-20", "QA-3.4-4"]
needs    = ["incidents.ci_id", "problems.ci_id", "requests.ci_id", "change_cis.ci_id", "cis.ci_id"]
uses     = ["cis.source_key", "cis.name"]
blank    = { ci_id = "applies" }
since    = "0.1"
status   = "stable"
why.zh   = "工单引用的配置项在CMDB中查不到，影响分析、故障趋势和配置记录就对不上，说明配置库没有覆盖实际运维的对象。"
why.en   = "Where the CMDB does not know the CI of a ticket, impact and trends cannot be traced, and the CMDB does not cover what is really being served."
fix.zh   = "核对该配置项：确实存在的，补入CMDB；编号写错的，更正工单；名称重复的，使其唯一；在工具中改为从CMDB选择，不手工填写。"
fix.en   = "Check the item: add it to the CMDB where it exists, correct the ticket where the number is wrong, make names unique; let users choose from the CMDB instead of typing."
noise.zh = "配置项可能在工单之后改名、报废并移出CMDB；一个单元格里填了多个配置项；CMDB只导出了一部分。编号与名称去掉首尾空格、不分大小写比较。"
noise.en = "The item may have been renamed or retired and removed since; a cell may hold several items; the CMDB may be exported in part. Numbers and names are compared without outer spaces and letter case."

[params.match_min]
type = "share"
value = 0.5
min = 0.1
max = 0.9
help.zh = "同一来源的配置项引用中，能在CMDB中找到的比例低于此值时，视为编号形式不一致或CMDB导出不全，不下结论。"
help.en = "Where a smaller share of a source's references is found, the forms do not match or the CMDB is exported in part, and nothing is concluded."

[message.unknown_ci]
verdict = "nonconforming"
zh = "单据 {id} 引用的配置项“{ci_id}”在CMDB中不存在（同一来源的引用有 {found_share:percent} 可以找到）。"
en = "Record {id} cites the CI “{ci_id}”, which the CMDB does not hold ({found_share:percent} of this source's references are found)."

[message.ambiguous]
verdict = "nonconforming"
zh = "单据 {id} 引用的“{ci_id}”在CMDB中是 {same_name:number} 个配置项共用的名称，无法确定是哪一个。"
en = "Record {id} cites “{ci_id}”, a name that {same_name:number} CIs of the CMDB share, so it cannot be told which one."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 引用的配置项“{ci_id}”存在于CMDB。"
en = "The CI “{ci_id}” that record {id} cites is in the CMDB."

[message.few_found]
verdict = "not_assessed"
zh = "同一来源的配置项引用大多在CMDB中找不到：编号形式可能不一致，或CMDB导出不全。"
en = "Most references of this source are not found: their form may differ, or the CMDB is exported in part."

[message.no_ci]
verdict = "not_applicable"
zh = "单据没有引用配置项。"
en = "The record cites no CI."
*/
with citations as (
    select record, ns, ci_id, created_at as cited_at, assigned_to as person from incidents
    union all
    select record, ns, ci_id, created_at as cited_at, owner as person from problems
    union all
    select record, ns, ci_id, created_at as cited_at, assigned_to as person from requests
    union all
    select i.record, i.ns, i.ci_id, c.created_at as cited_at, c.implementer as person
    from change_cis i
    left join (
        select ns, change_id, min(created_at) as created_at, min(implementer) as implementer
        from changes
        group by ns, change_id
    ) c on c.ns = i.ns and c.change_id = i.change_id
),
known as (                               -- one row a word: how the CMDB knows it
    select
        ns,
        word,
        bool_or(is_number) as by_number,
        count(*) as same_name
    from (
        select ns, lower(trim(ci_id)) as word, true as is_number from cis
        union all
        select ns, lower(trim(source_key)) as word, true as is_number from cis
        union all
        select ns, lower(trim(name)) as word, false as is_number from cis
    ) w
    group by ns, word
),
looked_up as (
    select
        c.*,
        k.by_number or k.same_name = 1 as found,
        k.same_name
    from citations c
    left join known k on k.ns = c.ns and k.word = lower(trim(c.ci_id))
),
shares as (                              -- one row an id space: how many of its references are found
    select
        ns,
        ratio(count(*) filter (where found), count(*)) as found_share
    from looked_up
    where ci_id is not null
    group by ns
)
select
    l.record,
    l.cited_at as at,
    l.person as owner,
    l.ci_id is not null as applies,
    case when l.found                       then true
         when s.found_share >= $match_min   then false
    end as conforms,
    case when l.ci_id is null               then 'no_ci'
         when l.found                       then 'ok'
         when s.found_share >= $match_min and l.same_name > 1 then 'ambiguous'
         when s.found_share >= $match_min   then 'unknown_ci'
         else 'few_found'
    end as message,
    l.ci_id,
    l.same_name,
    s.found_share
from looked_up l
left join shares s on s.ns = l.ns
