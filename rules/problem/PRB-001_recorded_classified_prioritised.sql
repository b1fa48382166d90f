/*
id       = "PRB-001"
title.zh = "问题已记录、分类、定级"
title.en = "Problems are recorded, classified, prioritised"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14"]
needs    = ["problems.category | problems.priority"]
uses     = [
    "problems.impact", "problems.urgency", "problems.importance", "problems.source", "problems.status",
    "problems.created_at", "problems.closed_at",
    "links.from_type", "links.from_id", "links.to_type", "links.to_id", "incidents.problem_id",
]
blank    = { category = "nonconforming", priority = "nonconforming", impact = "nonconforming", urgency = "nonconforming", importance = "nonconforming", source = "nonconforming", status = "applies", closed_at = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "没有分类和优先级，问题就排不出先后，也看不出哪一类故障最该根治；没有来源，也不知道它为哪些事件而立。"
why.en   = "Without category and priority nobody can tell which problem comes first or which kind of fault most needs a cure; without a source nobody knows what it was raised for."
fix.zh   = "补填分类、影响、紧急和重要程度、优先级及来源，把引发问题的事件关联上；在工具中设为建单必填。"
fix.en   = "Fill in category, impact, urgency, importance, priority and source, and link the incidents behind it; make these fields mandatory."
noise.zh = "来源可能写在描述里；引发问题的事件可能在别的工具中，或早于导出的时段；同一单有多项缺失时只列第一项。"
noise.en = "The source may stand in the description; the incidents behind it may be in another tool or lie before the export. Where several fields are empty, the first is named."

[params.incident_days]
type = "days"
value = 90
min = 30
max = 365
help.zh = "引发问题的事件最多早于问题多少天；这段时间的事件导出不全的，不下“没有关联事件”的结论。"
help.en = "Days before the problem in which the incidents behind it lie; unless the incidents of that time are complete, none is said to be missing."

[message.no_category]
verdict = "nonconforming"
zh = "问题 {id} 没有分类（优先级：{priority}）。"
en = "Problem {id} has no category (priority: {priority})."

[message.no_priority]
verdict = "nonconforming"
zh = "问题 {id}（分类：{category}）没有优先级。"
en = "Problem {id} (category {category}) has no priority."

[message.no_factor]
verdict = "nonconforming"
zh = "问题 {id} 的优先级为{priority}，但定级要素“{factor_name}”为空。"
en = "Problem {id} has the priority {priority}, but one of the factors behind it is empty: {factor_name}."

[message.no_source]
verdict = "nonconforming"
zh = "问题 {id}（分类：{category}）没有来源，也没有关联任何事件。"
en = "Problem {id} (category {category}) has no source, and no incident is linked to it."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 已分类、定级，来源或关联事件齐全。"
en = "Problem {id} is classified and prioritised, with a source or linked incidents."

[message.links_unclear]
verdict = "not_assessed"
zh = "没有来源，但有关联记录的类型不明，或不能确定事件和关联关系已全部导出，可能已关联事件。"
en = "There is no source, but a link has no readable type, or incidents and links are not known to be all in the export; incidents may be linked."

[message.cancelled]
verdict = "not_applicable"
zh = "问题已取消。"
en = "The problem was cancelled."
*/
with ties as (                           -- one row a problem: its links to incidents
    select ns, problem_id, count(*) filter (where sure) as sure, count(*) filter (where sure is null) as unclear
    from (
        select ns, from_id as problem_id, from_type = 'problem' and to_type = 'incident' as sure from links
        union all
        select ns, to_id as problem_id, to_type = 'problem' and from_type = 'incident' as sure from links
        union all
        select ns, problem_id, true as sure from incidents where problem_id is not null
    ) either_way
    group by ns, problem_id
),
judged as (
    select
        p.*,
        t.sure,
        t.unclear,
        p.category is null and supplied(p.record, 'category') as no_category,
        p.priority is null and supplied(p.record, 'priority') as no_priority,
        case when p.impact is null and supplied(p.record, 'impact')         then 'impact'
             when p.urgency is null and supplied(p.record, 'urgency')       then 'urgency'
             when p.importance is null and supplied(p.record, 'importance') then 'importance'
        end as factor_name,
        p.source is not null or not supplied(p.record, 'source') as sourced,
        table_supplied('links', p.ns) as links_supplied,
        complete('links', p.ns, p.created_at) as links_complete,
        column_supplied('incidents', 'problem_id', p.ns) as citations_supplied,
        complete_over('incidents', p.ns, p.created_at - to_days($incident_days),
                      coalesce(p.closed_at, $as_of)) as incidents_complete
    from problems p
    left join ties t on t.ns = p.ns and t.problem_id = p.problem_id
)
select
    record,
    created_at as at,
    owner,
    coalesce(status, '') <> 'cancelled' as applies,
    case when no_category or no_priority or factor_name is not null         then false
         when sourced or sure > 0                                           then true
         when unclear > 0                                                   then null
         when links_supplied and not links_complete                         then null
         when citations_supplied and not incidents_complete                 then null
         when links_supplied or citations_supplied                          then false end as conforms,
    case when status = 'cancelled'                                          then 'cancelled'
         when no_category                                                   then 'no_category'
         when no_priority                                                   then 'no_priority'
         when factor_name is not null                                       then 'no_factor'
         when sourced or sure > 0                                           then 'ok'
         when unclear > 0                                                   then 'links_unclear'
         when links_supplied and not links_complete                         then 'links_unclear'
         when citations_supplied and not incidents_complete                 then 'links_unclear'
         when links_supplied or citations_supplied                          then 'no_source'
         else 'links_unclear' end as message,
    category,
    priority,
    factor_name,
    impact,
    urgency,
    importance,
    source
from judged
