/*
id       = "PRB-010"
title.zh = "解决方案经变更实施并成功"
title.en = "Solutions that need a change use one"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14", "QA-3.4-2"]
needs    = [
    "problems.status",
    "problems.closed_at",
    "problems.change_id | links.to_type | changes.problem_id",
    "changes.status",
    "changes.outcome",
    "changes.closed_at",
    "changes.change_id",
]
uses     = ["problems.created_at", "problems.resolved_at", "links.from_type", "links.from_id", "links.relation", "links.to_id"]
blank    = { change_id = "applies", closed_at = "applies", resolved_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "变更还没做完或已失败，问题就先关了，隐患其实还在，再没有人盯着它。"
why.en   = "A problem closed while its change is unfinished or has failed leaves the fault in place with nobody watching it."
fix.zh   = "重新打开问题，等变更成功关闭并验证后再关；变更失败的，另提变更；引用错误的，更正变更编号；在工具中把关联变更成功关闭设为关闭问题的前置条件。"
fix.en   = "Re-open the problem until its change is closed with success; raise another where it failed; correct a wrong number. Let the tool hold the problem open until the linked change is closed."
noise.zh = "变更实施完毕而迟迟未关单，问题会显得早关；分期实施的方案可能只差收尾变更；变更可能改由别的单实施而引用未改。不足一分钟的先后不计；只有表明由该变更解决的关联才算。"
noise.en = "Where a change is done and left open, its problem seems closed too early; of a solution in stages only the last may be open; the work may have moved to another change. Less than a minute does not count, and only links that say the change solves the problem are taken."

[message.early]
verdict = "nonconforming"
marks = "problems.closed_at"
zh = "问题 {id} 于 {closed_at:time} 关闭，而解决它的变更（{open_changes:list}）当时尚未关闭。"
en = "Problem {id} was closed at {closed_at:time} while a change that solves it ({open_changes:list}) was still open."

[message.failed]
verdict = "nonconforming"
zh = "问题 {id} 的状态为{status}，但解决它的变更（{failed_changes:list}）失败或已回退，此后没有成功的变更。"
en = "Problem {id} has the state {status}, but its change ({failed_changes:list}) failed or was backed out, and no successful one followed."

[message.unknown_change]
verdict = "nonconforming"
zh = "问题 {id} 引用的变更（{missing_changes:list}）不存在：同期的变更已全部导出，其中没有这个编号。"
en = "Problem {id} cites a change ({missing_changes:list}) that does not exist: all changes of the time are in the export, and none has that number."

[message.ok]
verdict = "conforming"
zh = "解决问题 {id} 的变更（{changes:list}）已成功，且不晚于问题关闭。"
en = "The changes that solve problem {id} ({changes:list}) succeeded and were closed before it."

[message.change_missing]
verdict = "not_assessed"
zh = "引用的变更不在导出中，而变更不一定已全部导出。"
en = "The change is not in the export, and changes are not known to be complete."

[message.outcome_unknown]
verdict = "not_assessed"
zh = "关联变更的结果或关闭时间为空，或问题没有关闭时间，无法判断。"
en = "Outcome or closing time of a linked change is empty, or the problem has no closing time, so it cannot be told."

[message.only_void]
verdict = "not_assessed"
zh = "关联的变更都已取消或否决，问题如何解决须由人判断。"
en = "All linked changes were cancelled or rejected; how the problem was solved is for a person to judge."

[message.links_unclear]
verdict = "not_assessed"
zh = "有关联没有说明是否由该变更解决，或不能确定变更和关联关系已全部导出，不知问题是否经变更解决。"
en = "A link does not say whether the change solves the problem, or changes and links are not known to be all in the export."

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
*/
with ties as (                           -- NULL: a link does not say whether the change solves the problem
    select ns, from_id as problem_id, to_id as change_id,
        from_type = 'problem' and to_type = 'change'
            and case when relation = 'resolved_by' then true
                     when relation not in ('relates_to', 'other') then false end as solves
    from links
    union all
    select ns, to_id as problem_id, from_id as change_id,
        to_type = 'problem' and from_type = 'change'
            and case when relation = 'resolves' then true
                     when relation not in ('relates_to', 'other') then false end as solves
    from links
    union all
    select ns, problem_id, change_id, true as solves from changes
    union all
    select ns, problem_id, change_id, true as solves from problems where change_id is not null
),
closings as (
    select
        p.ns,
        p.problem_id,
        p.status,
        t.change_id,
        t.solves,
        c.ns is not null as known,
        c.status as change_status,
        c.outcome,
        c.closed_at,
        case when p.status = 'resolved' then true else c.closed_at < p.closed_at + to_minutes(1) end as in_time
    from problems p
    join ties t on t.ns = p.ns and t.problem_id = p.problem_id
    left join changes c on c.ns = t.ns and c.change_id = t.change_id
    where t.solves is distinct from false
),
tied as (
    select
        *,
        case when solves is null                                                       then 'perhaps'
             when not known                                                            then 'missing'
             when change_status in ('cancelled', 'rejected') or outcome = 'cancelled'  then 'void'
             when not in_time or status = 'closed' and change_status <> 'closed'       then 'open'
             when outcome in ('failed', 'backed_out')                                  then 'failed'
             when outcome in ('successful', 'successful_with_issues') and in_time      then 'good'
             else 'unknown' end as state
    from closings
),
summed as (                              -- one row a problem
    select
        ns,
        problem_id,
        count(*) filter (where state <> 'perhaps') as ties,
        count(*) filter (where state = 'missing') as missing,
        count(*) filter (where state = 'open') as open,
        count(*) filter (where state = 'unknown') as unknown,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'good') as good,
        max(closed_at) filter (where state = 'failed') as failed_last,
        max(closed_at) filter (where state = 'good') as good_last,
        list(distinct change_id order by change_id) filter (where state <> 'perhaps') as changes,
        list(distinct change_id order by change_id) filter (where state = 'missing') as missing_changes,
        list(distinct change_id order by change_id) filter (where state = 'open') as open_changes,
        list(distinct change_id order by change_id) filter (where state = 'failed') as failed_changes
    from tied
    group by ns, problem_id
),
judged as (
    select
        p.*,
        s.ties,
        s.missing,
        s.open,
        s.unknown,
        s.failed,
        s.good,
        s.good_last > s.failed_last as mended,
        s.changes,
        s.missing_changes,
        s.open_changes,
        s.failed_changes,
        complete_over('changes', p.ns, p.created_at, coalesce(p.closed_at, p.resolved_at, $as_of)) as whole,
        case when s.ns is not null                                                     then true   -- or perhaps
             when table_supplied('links', p.ns) and not complete('links', p.ns, p.created_at)
                  or column_supplied('changes', 'problem_id', p.ns)
                     and not complete_over('changes', p.ns, p.created_at,
                                           coalesce(p.closed_at, p.resolved_at, $as_of))     then null
             else false end as linked
    from problems p
    left join summed s on s.ns = p.ns and s.problem_id = p.problem_id
)
select
    record,
    coalesce(resolved_at, closed_at) as at,
    owner,
    case when status not in ('resolved', 'closed')          then false
         when status is not null                            then linked end as applies,
    case when open > 0                                      then false
         when missing > 0                                   then case when whole then false end
         when unknown > 0                                   then null
         when mended                                        then true
         when failed > 0                                    then false
         when good > 0                                      then true end as conforms,
    case when status is null                                then 'status_unknown'
         when status not in ('resolved', 'closed')          then 'not_solved'
         when not linked                                    then 'no_change'
         when linked is null or ties = 0                    then 'links_unclear'
         when open > 0                                      then 'early'
         when missing > 0 and whole                         then 'unknown_change'
         when missing > 0                                   then 'change_missing'
         when unknown > 0                                   then 'outcome_unknown'
         when mended                                        then 'ok'
         when failed > 0                                    then 'failed'
         when good > 0                                      then 'ok'
         else 'only_void' end as message,
    status,
    closed_at,
    changes,
    missing_changes,
    open_changes,
    failed_changes
from judged
