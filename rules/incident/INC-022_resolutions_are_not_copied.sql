/*
id       = "INC-022"
title.zh = "解决描述非复制粘贴"
title.en = "Resolutions are not copied"
severity = "observation"
kind     = "record"
leads    = true
compares = true
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-9"]
needs    = [
    "incidents.status",
    "incidents.resolution",
    "incidents.category | incidents.ci_id",
    "incidents.incident_id",
]
uses     = ["incidents.created_at", "incidents.knowledge_id"]
blank    = { resolution = "applies", knowledge_id = "applies" }
since    = "0.3"
status   = "experimental"
why.zh   = "不同的故障用同一段话结单，说明描述是套上去的：看不出做过什么，也学不到东西。"
why.en   = "Where different faults are closed with one and the same text it was pasted: it neither shows what was done nor teaches anything."
fix.zh   = "抽查这些单据，请处理人补写真实的原因和做法；确属标准处理的，写成知识条目并在事件中引用。"
fix.en   = "Look into a sample and have the true cause and work added; where it is a standard fix, make an article of it and cite it."
noise.zh = "待说明的线索，不是不符合：一次大故障引来的多张单据、巡检或批量工单、工具自动填写的结论、约定的标准用语都会相同。比较时去掉首尾的数字、空格和标点，不分大小写；中间有一字不同即不算相同。"
noise.en = "A lead to be explained, no nonconformity: one large failure brings many tickets with one text, as do inspections, texts filled in by the tool and agreed wordings. Digits, spaces and punctuation at both ends and letter case are left out of the comparison; a difference in the middle counts."

[params.copy_min]
type = "count"
value = 10
min = 3
max = 50
help.zh = "同一段描述用在多少个事件上，且跨两个分类或三个配置项，即提出。"
help.en = "Number of incidents with one text, over two categories or three CIs, from which it is raised."

[message.copied]
verdict = "lead"
zh = "解决描述“{resolution}”用在本项目 {times:number} 个事件上，涉及 {categories:number} 个分类、{items:number} 个配置项、{engineers:number} 名处理人，事件 {id} 是其中第 {copy_min:number} 个，待说明：{incidents:list}。本项目 {texts:number} 个事件的描述共有 {wordings:number} 种，平均每种用在 {average:number} 个事件上。"
en = "To be explained: the resolution text “{resolution}” stands on {times:number} incidents of the project, over {categories:number} categories, {items:number} CIs and {engineers:number} engineers; {id} is number {copy_min:number} of them: {incidents:list}. The {texts:number} texts of the project have {wordings:number} wordings, each on {average:number} incidents on average."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的解决描述没有大量重复，或只用于同一类故障（{times:number} 个事件）。"
en = "The resolution text of incident {id} is not repeated on many, or only for one kind of fault (incidents: {times:number})."

[message.unclear]
verdict = "not_assessed"
zh = "同一描述用在多个事件上，但有的没有状态、分类或配置项，不能判断是否用于不同的故障。"
en = "Many incidents have this text, but some lack status, category or CI, so it cannot be told whether the faults differ."

[message.not_whole]
verdict = "not_assessed"
zh = "没有发现大量重复，但不能确定事件已全部导出。"
en = "The text is not repeated on many, but the incidents are not known to be all in the export."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已解决。"
en = "The status is empty, so it cannot be told whether the incident is solved."

[message.not_solved]
verdict = "not_applicable"
zh = "事件尚未解决，或已取消、拒绝、合并。"
en = "The incident is not solved yet, or was cancelled, rejected or merged."

[message.no_text]
verdict = "not_applicable"
zh = "没有解决描述可供比较。"
en = "There is no resolution text to compare."

[message.by_article]
verdict = "not_applicable"
zh = "按所引用的知识条目处理，描述相同属正常。"
en = "Handled by an article that it cites, for which one text is normal."

[message.same_text]
verdict = "not_applicable"
zh = "描述与达到次数的那个事件相同，已在该事件上判断。"
en = "The text is judged on the incident with which its number reached the limit."
*/
with read as (
    select
        *,
        case when status not in ('resolved', 'closed')       then false
             when resolution is null                         then false
             when knowledge_id is not null                   then false
             when status is not null                         then true end as counts,
        case when counts is distinct from false
             then lower(trim(resolution, ' 0123456789-:　。.，,！!')) end as said
    from incidents
),
wordings as (                            -- one row a project and text
    select
        ns,
        record.project_id as project_id,
        said,
        count(*) filter (where counts) as times,
        count(*) as possible,
        count(distinct lower(trim(category))) filter (where counts) as categories,
        count(distinct lower(trim(ci_id))) filter (where counts) as items,
        count(distinct lower(trim(category))) + count(*) - count(category) as most_categories,
        count(distinct lower(trim(ci_id))) + count(*) - count(ci_id) as most_items,
        count(distinct lower(trim(assigned_to))) filter (where counts) as engineers
    from read
    where counts is distinct from false
    group by ns, record.project_id, said
),
frequent as (                            -- incidents of the texts that reach the limit, in order
    select
        r.ns,
        r.incident_id,
        w.project_id,
        w.said,
        row_number() over (partition by r.ns, r.record.project_id, r.said
                           order by r.created_at, r.incident_id) as place
    from read r
    join wordings w on w.ns = r.ns and w.project_id = r.record.project_id and w.said = r.said
    where r.counts and w.times >= $copy_min
),
shown as (                               -- the first fifty, by the incident that reaches the limit
    select
        ns,
        min(incident_id) filter (where place = $copy_min) as incident_id,
        list(incident_id order by place) filter (where place <= 50) as incidents
    from frequent
    group by ns, project_id, said
),
habits as (
    select ns, project_id, sum(times) as texts, count(*) as wordings
    from wordings
    group by ns, project_id
),
exports as (
    select ns, complete_over('incidents', ns, from_at, to_at) as whole
    from (
        select ns, min(from_at) as from_at, max(to_at) as to_at
        from coverage
        where tbl = 'incidents'
        group by ns
    ) c
),
judged as (
    select
        r.*,
        f.place,
        w.times,
        w.possible,
        w.categories,
        w.items,
        w.categories >= 2 or w.items >= 3 as differ,
        w.most_categories < 2 and w.most_items < 3 as alike,
        w.engineers,
        l.incidents,
        h.texts,
        h.wordings,
        v.whole
    from read r
    left join wordings w on w.ns = r.ns and w.project_id = r.record.project_id and w.said = r.said
    left join frequent f on f.ns = r.ns and f.incident_id = r.incident_id
    left join habits h on h.ns = r.ns and h.project_id = r.record.project_id
    left join shown l on l.ns = r.ns and l.incident_id = r.incident_id
    left join exports v on v.ns = r.ns
)
select
    record,
    coalesce(resolved_at, closed_at, created_at) as at,
    coalesce(resolved_by, assigned_to) as owner,
    case when not counts                                     then false
         when place <> $copy_min                             then false
         when counts                                         then true end as applies,
    case when place = $copy_min and differ                   then false
         when whole and (possible < $copy_min or alike)      then true end as conforms,
    case when status not in ('resolved', 'closed')           then 'not_solved'
         when resolution is null                             then 'no_text'
         when knowledge_id is not null                       then 'by_article'
         when status is null                                 then 'status_unknown'
         when place <> $copy_min                             then 'same_text'
         when place = $copy_min and differ                   then 'copied'
         when possible >= $copy_min and not alike            then 'unclear'
         when whole                                          then 'ok'
         else 'not_whole' end as message,
    resolution,
    times,
    categories,
    items,
    engineers,
    incidents,
    texts,
    wordings,
    cast(ratio(texts, wordings) as decimal(18, 1)) as average,
    $copy_min as copy_min
from judged
