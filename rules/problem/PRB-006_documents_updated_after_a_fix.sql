/*
id       = "PRB-006"
title.zh = "问题解决后相关文件已更新"
title.en = "Related documents are updated after a fix"
severity = "observation"
kind     = "record"
subject  = ["problems"]
decides  = ["QM-8.4.6-16"]
supports = []
needs    = ["problems.docs_updated", "problems.status", "problems.change_id | links.to_type | changes.problem_id"]
uses     = ["problems.created_at", "problems.resolved_at", "problems.closed_at", "links.from_type", "links.from_id", "links.to_id"]
blank    = { change_id = "applies", docs_updated = "nonconforming", closed_at = "applies", resolved_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "问题经变更解决后，若手册、拓扑、知识条目仍是旧的，下次处理的人会照旧文件操作，把问题带回来。"
why.en   = "When a change has cured a problem and manuals, drawings and articles still show the old state, the next person works by them and brings the problem back."
fix.zh   = "核对变更涉及的手册、配置说明、应急预案和知识条目，更新后在问题单上写明文件和版本；确实不需要的，写明理由。"
fix.en   = "Go through the manuals, configuration notes, emergency plans and articles that the change concerns, bring them up to date and name them with their version; where nothing needs it, say why."
noise.zh = "文件可能已更新而没有写在问题单上；更新可能记在变更单或文件台账中。写了文件名不等于内容已改，需抽查。"
noise.en = "A document may have been updated without a note here, or the note may stand in the change or the register of documents. A name in the field does not prove the content; take samples."

[params.not_needed_words]
type = "list"
value = ["无需更新", "不需要更新", "无须更新", "不涉及", "not needed", "not required", "no update"]
help.zh = "以这些字样开头的内容表示无需更新；不分大小写。"
help.en = "A text that begins with one of these says that no update is needed, whatever the letter case."

[params.reason_chars]
type = "count"
value = 4
min = 1
max = 30
help.zh = "“无需更新”之后至少还有多少个字符才算写了理由。"
help.en = "Characters that must follow “not needed” to count as a reason."

[message.missing]
verdict = "nonconforming"
zh = "问题 {id} 已经变更（{changes:list}）解决（{resolved_at:time}），没有写明更新了哪些文件。"
en = "Problem {id} was solved by a change ({changes:list}) at {resolved_at:time}, and no updated document is named."

[message.placeholder]
verdict = "nonconforming"
zh = "问题 {id} 已经变更（{changes:list}）解决（{resolved_at:time}），文件更新一栏只写了“{docs_updated}”。"
en = "Problem {id} was solved by a change ({changes:list}) at {resolved_at:time}; of documents it says only “{docs_updated}”."

[message.no_reason]
verdict = "nonconforming"
zh = "问题 {id} 已经变更（{changes:list}）解决（{resolved_at:time}），写明“{docs_updated}”，但没有理由。"
en = "Problem {id} was solved by a change ({changes:list}) at {resolved_at:time}; it says “{docs_updated}” without a reason."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 解决后已更新文件：{docs_updated}"
en = "Documents were updated after problem {id} was solved: {docs_updated}"

[message.links_unclear]
verdict = "not_assessed"
zh = "没有看到关联的变更，但有关联记录的类型不明，或不能确定变更和关联关系已全部导出。"
en = "No linked change is seen, but a link has no readable type, or changes and links are not known to be all in the export."

[message.status_unknown]
verdict = "not_assessed"
zh = "问题状态为空，无法判断是否已解决。"
en = "The status is empty, so it cannot be told whether the problem is solved."

[message.not_solved]
verdict = "not_applicable"
zh = "问题尚未解决，或已取消。"
en = "The problem is not solved, or was cancelled."

[message.no_change]
verdict = "not_applicable"
zh = "问题没有关联变更。"
en = "No change is linked to the problem."

[message.not_needed]
verdict = "not_applicable"
zh = "写明无需更新文件并有理由。"
en = "It says with a reason that no document needs an update."
*/
with ties as (                           -- one row a problem: the changes linked to it
    select
        ns,
        problem_id,
        count(*) filter (where sure) as sure,
        count(*) filter (where sure is null) as unclear,
        list(change_id order by change_id) filter (where sure) as changes
    from (
        select ns, from_id as problem_id, to_id as change_id, from_type = 'problem' and to_type = 'change' as sure
        from links
        union all
        select ns, to_id as problem_id, from_id as change_id, to_type = 'problem' and from_type = 'change' as sure
        from links
        union all
        select ns, problem_id, change_id, true as sure from changes
        union all
        select ns, problem_id, change_id, true as sure from problems where change_id is not null
    ) every_way
    group by ns, problem_id
),
judged as (
    select
        p.*,
        starts_with(lower(p.docs_updated), word_in(p.docs_updated, $not_needed_words)) as waived,
        starts_with(lower(p.docs_updated), word_in(p.docs_updated, $not_needed_words))
            and length(p.docs_updated) >= length(word_in(p.docs_updated, $not_needed_words)) + $reason_chars
            as reasoned,
        is_one_of(p.docs_updated, $placeholder_values) as placeholder,
        t.changes,
        case when t.sure > 0                                             then true
             when t.unclear > 0                                          then null
             when table_supplied('links', p.ns) and not complete('links', p.ns, p.created_at) then null
             when column_supplied('changes', 'problem_id', p.ns)
                  and not complete_over('changes', p.ns, p.created_at, coalesce(p.closed_at, p.resolved_at, $as_of))
                  then null
             else false end as linked
    from problems p
    left join ties t on t.ns = p.ns and t.problem_id = p.problem_id
)
select
    record,
    coalesce(resolved_at, closed_at) as at,
    owner,
    case when status not in ('resolved', 'closed')                       then false
         when reasoned                                                   then false
         when status is not null                                         then linked end as applies,
    case when docs_updated is null                                       then false
         when placeholder                                                then false
         when waived                                                     then false
         when docs_updated is not null                                   then true end as conforms,
    case when status not in ('resolved', 'closed')                       then 'not_solved'
         when reasoned                                                   then 'not_needed'
         when status is null                                             then 'status_unknown'
         when not linked                                                 then 'no_change'
         when linked is null                                             then 'links_unclear'
         when docs_updated is null                                       then 'missing'
         when placeholder                                                then 'placeholder'
         when waived                                                     then 'no_reason'
         else 'ok' end as message,
    docs_updated,
    changes,
    resolved_at
from judged
