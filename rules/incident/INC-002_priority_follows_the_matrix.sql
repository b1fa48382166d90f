/*
id       = "INC-002"
title.zh = "优先级符合矩阵"
title.en = "Priority follows the agreed matrix"
severity = "minor"
kind     = "record"
subject  = ["incidents"]
decides  = ["SD-3.2-2", "KP-3.1.3-2"]
supports = []
needs    = [
    "incidents.created_at",
    "incidents.impact",
    "incidents.priority",
    "incidents.status",
    "incidents.urgency",
]
uses     = ["incidents.closed_at", "status_history.object_type", "status_history.object_id", "status_history.event_type", "status_history.field", "status_history.new_value", "status_history.reason"]
since    = "0.3"
status   = "stable"
why.zh   = "优先级决定处理的先后和适用的时限。随意定级，紧急的可能被压后，时限的达标率也失去意义。"
why.en   = "The priority decides what is done first and which committed time applies. Set at will, it lets urgent work wait and makes the figures on committed times mean nothing."
fix.zh   = "按矩阵更正优先级；确需偏离的，在调整时写明原因；让工具由紧急程度、影响范围自动得出优先级。"
fix.en   = "Correct the priority; where a deviation is meant, give the reason when changing it; let the tool derive the priority from urgency and impact."
noise.zh = "矩阵可能在期间内修订过，旧事件按旧矩阵定级；合同对个别客户另有约定；因素在处理中更正而优先级没有跟着改，或正相反。"
noise.en = "The matrix may have been revised, and older incidents follow the older one; a contract may set other grades for single customers; factors may have been corrected during work without the priority, or the other way round."

[params.priority_matrix]
type = "list"
value = []
reads = ["incidents.importance"]
help.zh = "优先级矩阵，每格写成一条文字，数字即级别：两个因素写“紧急程度,影响范围 -> 优先级”，如 \"3,3 -> 1\"；三个因素写“紧急程度,影响范围,重要程度 -> 优先级”，如 \"3,3,1 -> 2\"。逗号前后不留空格，箭头两侧各留一个空格。留空则不评估。"
help.en = "The priority matrix, each cell as a text of grades: for two factors \"urgency,impact -> priority\", such as \"3,3 -> 1\"; for three \"urgency,impact,importance -> priority\", such as \"3,3,1 -> 2\". No space at the commas, one on each side of the arrow. Empty: not assessed."

[message.differs]
verdict = "nonconforming"
zh = "事件 {id}（紧急程度 {urgency:number}，影响范围 {impact:number}，重要程度 {importance:number}）按矩阵应为优先级 {expected:number}，实际为 {priority:number}，流转记录中没有写明原因的调整。"
en = "By the matrix incident {id} (urgency {urgency:number}, impact {impact:number}, importance {importance:number}) has priority {expected:number}; it bears {priority:number}, and its history shows no change of priority with a reason."

[message.ok]
verdict = "conforming"
zh = "事件 {id}（紧急程度 {urgency:number}，影响范围 {impact:number}，重要程度 {importance:number}）的优先级 {priority:number} 与矩阵一致。"
en = "The priority of incident {id}, {priority:number}, is that of the matrix (urgency {urgency:number}, impact {impact:number}, importance {importance:number})."

[message.no_matrix]
verdict = "not_assessed"
zh = "没有配置优先级矩阵：请在 itssrules.toml 的 [params.INC-002] 下填写 priority_matrix，如 [\"3,3 -> 1\", \"3,2 -> 2\"]。"
en = "No priority matrix is configured: fill in priority_matrix under [params.INC-002] in itssrules.toml, such as [\"3,3 -> 1\", \"3,2 -> 2\"]."

[message.no_cell]
verdict = "not_assessed"
zh = "矩阵中没有这一因素组合，或重要程度为空、没有导出。"
en = "The matrix has no cell for these factors, or the importance is empty or not exported."

[message.contradictory]
verdict = "not_assessed"
zh = "矩阵对这一因素组合给出了不同的优先级。"
en = "The matrix gives different priorities for these factors."

[message.not_graded]
verdict = "not_assessed"
zh = "优先级、紧急程度或影响范围为空。"
en = "Priority, urgency or impact is empty."

[message.history_incomplete]
verdict = "not_assessed"
zh = "优先级与矩阵不一致，但流转记录不全或没有记录原因，可能是有理由的调整。"
en = "The priority differs from the matrix, but the history is not known to be complete or holds no reasons, so it may have been changed for one."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并。"
en = "The incident was cancelled, rejected or merged."

[message.overridden]
verdict = "not_applicable"
zh = "优先级经人工调整，流转记录中写有原因。"
en = "The priority was changed by hand, with a reason in the history."
*/
with cells as (                          -- one row a combination of factors: what the matrix says
    select
        f.ns,
        f.urgency,
        f.impact,
        f.importance,
        min(g.grade) as expected,
        max(g.grade) as other
    from (select distinct ns, urgency, impact, importance from incidents) f
    join (values ('1'), ('2'), ('3'), ('4'), ('5')) as g(grade)
        on list_contains($priority_matrix, f.urgency || ',' || f.impact || ' -> ' || g.grade)
        or list_contains($priority_matrix,
                         f.urgency || ',' || f.impact || ',' || f.importance || ' -> ' || g.grade)
    group by f.ns, f.urgency, f.impact, f.importance
),
graded as (
    select
        i.*,
        cast(c.expected as integer) as expected,
        c.expected <> c.other or damaged(i.unread, i.disputed, ['importance']) as unclear
    from incidents i
    left join cells c on c.ns = i.ns and c.urgency = i.urgency and c.impact = i.impact
        and c.importance is not distinct from i.importance
),
overrides as (                           -- changes to the priority that differs from the matrix
    select
        g.ns,
        g.incident_id,
        count(*) filter (where h.object_type = 'incident' and h.field = 'priority'
                               and h.new_value = cast(g.priority as varchar)
                               and h.reason is not null) as reasoned,
        count(*) filter (where h.object_type is null or h.field is null or h.new_value is null
                               or not supplied(h.record, 'reason')) as unclear
    from graded g
    join status_history h on h.ns = g.ns and h.object_id = g.incident_id
    where g.priority <> g.expected
      and (h.object_type = 'incident' or h.object_type is null)
      and (h.field = 'priority'
           or h.field is null and coalesce(h.event_type, 'field_change') = 'field_change')
    group by g.ns, g.incident_id
),
judged as (
    select
        g.*,
        o.reasoned > 0 as overridden,
        coalesce(o.unclear, 0) = 0
            and complete_over('status_history', g.ns, g.created_at, coalesce(g.closed_at, $as_of))
            as history_tells
    from graded g
    left join overrides o on o.ns = g.ns and o.incident_id = g.incident_id
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when status in ('cancelled', 'rejected', 'merged')      then false
         when overridden                                         then false
         when status is not null                                 then true end as applies,
    case when unclear                                            then null
         when priority = expected                                then true
         when priority <> expected and history_tells             then false end as conforms,
    case when status in ('cancelled', 'rejected', 'merged')      then 'void'
         when overridden                                         then 'overridden'
         when status is null                                     then 'status_unknown'
         when length($priority_matrix) = 0                       then 'no_matrix'
         when priority is null or urgency is null or impact is null then 'not_graded'
         when expected is null                                   then 'no_cell'
         when unclear                                            then 'contradictory'
         when priority = expected                                then 'ok'
         when history_tells                                      then 'differs'
         else 'history_incomplete' end as message,
    priority,
    urgency,
    impact,
    importance,
    expected
from judged
