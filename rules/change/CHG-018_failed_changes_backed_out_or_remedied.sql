/*
id       = "CHG-018"
title.zh = "失败变更已回退或补救"
title.en = "Failed changes are backed out or remedied"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-27"]
supports = []
needs    = ["changes.status", "changes.outcome", "changes.backout_done_at | changes.remedy_text | links.from_id"]
uses     = [
    "changes.incident_id", "changes.problem_id", "changes.actual_start", "changes.actual_end", "changes.created_at", "changes.closed_at",
    "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.decision",
    "links.from_type", "links.to_type", "links.to_id",
    "incidents.incident_id", "incidents.change_id", "incidents.created_at", "problems.problem_id", "problems.change_id", "problems.created_at",
]
blank    = { backout_done_at = "nonconforming", remedy_text = "nonconforming", incident_id = "nonconforming", problem_id = "nonconforming", change_id = "nonconforming", outcome = "applies", actual_start = "applies", actual_end = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "变更失败后若没有退回原状，也没有补救，系统就停在一个谁也没有批准过的状态，隐患要等下一次故障才暴露。"
why.en   = "A change that failed and was neither undone nor remedied leaves the system in a state that nobody approved; the weakness shows at the next outage."
fix.zh   = "核对现场：已经退回的，补填回退完成时间；另行处理的，写明补救措施，或关联后续的事件、问题、变更；什么都没有做的，立即评估并处理。"
fix.en   = "Check the site: where it was undone, enter when; where it was dealt with otherwise, state the remedy or link the incident, problem or change that followed; where nothing was done, assess and act now."
noise.zh = "回退可能写在关闭说明里，没有填入字段；失败发生在实际改动之前、现场没有变化的，也应写明；后续单据可能只在文字里提到而没有建立关联。"
noise.en = "The back-out may stand in the closing note instead of its field; a failure before anything was altered should say so; what followed may be named in words and not be linked."

[message.nothing]
verdict = "nonconforming"
marks = "changes.backout_done_at"
zh = "变更 {id} 失败（实际开始 {actual_start:time}，{closed_at:time} 关闭），没有回退完成时间和补救措施，也没有关联的后续单据。"
en = "Change {id} failed (actual start {actual_start:time}, closed at {closed_at:time}); no back-out, no remedy and no linked record that followed it is recorded."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 已回退或有补救措施（结果 {outcome}，回退完成 {backout_done_at:time}，补救措施 {remedy_text}）。"
en = "Change {id} was backed out or remedied (outcome {outcome}, back-out done at {backout_done_at:time}, remedy {remedy_text})."

[message.followed]
verdict = "conforming"
zh = "变更 {id} 失败后，由关联的 {followed_by:list} 跟进。"
en = "The failure of change {id} was followed up by {followed_by:list}."

[message.linked_before]
verdict = "not_assessed"
zh = "没有回退或补救的记录；有关联的单据，但不能确定是在实施开始之后建立的，可能只是变更的起因。"
en = "No back-out or remedy is recorded; a record is linked, but not known to have been made after the work began, so it may only be what the change was for."

[message.links_incomplete]
verdict = "not_assessed"
zh = "没有回退或补救的记录，也没有关联单据，但不能确定关联关系已完整导出。"
en = "No back-out, remedy or link is recorded, but the links are not known to be complete."

[message.outcome_unknown]
verdict = "not_assessed"
zh = "变更已关闭而结果为空，无法判断是否失败。"
en = "The change is closed without an outcome, so it may have failed."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the change is closed."

[message.not_failed]
verdict = "not_applicable"
zh = "变更没有失败或回退，或没有实施。"
en = "The change neither failed nor was backed out, or was not implemented."

[message.not_closed]
verdict = "not_applicable"
zh = "变更尚未关闭，或已取消、已否决。"
en = "The change is not closed yet, or was cancelled or rejected."
*/
with ties as (                           -- incidents, problems, changes tied to a change
    select ns, change_id, 'incident' as object, incident_id as id
    from changes
    where incident_id is not null
    union all
    select ns, change_id, 'problem' as object, problem_id as id
    from changes
    where problem_id is not null
    union all
    select ns, change_id, 'incident' as object, incident_id as id
    from incidents
    union all
    select ns, change_id, 'problem' as object, problem_id as id
    from problems
    union all
    select ns, from_id as change_id, to_type as object, to_id as id
    from links
    where coalesce(from_type, 'change') = 'change'
          and coalesce(to_type, 'change') in ('incident', 'problem', 'change')
    union all
    select ns, to_id as change_id, from_type as object, from_id as id
    from links
    where coalesce(to_type, 'change') = 'change'
          and coalesce(from_type, 'change') in ('incident', 'problem', 'change')
),
tickets as (
    select ns, 'incident' as object, incident_id as id, created_at from incidents
    union all
    select ns, 'problem' as object, problem_id as id, created_at from problems
    union all
    select ns, 'change' as object, change_id as id, created_at from changes
),
followed as (                            -- one row a change: what is linked, and made after work began
    select
        f.ns,
        f.change_id,
        count(*) as linked,
        count(*) filter (where t.created_at >= coalesce(f.actual_start, f.actual_end)) as later,
        list(t.id order by t.created_at, t.id)
            filter (where t.created_at >= coalesce(f.actual_start, f.actual_end)) as followed_by
    from changes f
    join ties s on s.ns = f.ns and s.change_id = f.change_id
    left join tickets t on t.ns = s.ns and t.object = s.object and t.id = s.id
    group by f.ns, f.change_id
),
judged as (
    select
        c.*,
        a.implemented,
        f.linked,
        f.later,
        f.followed_by,
        trim(c.remedy_text) <> ''
            and not is_one_of(c.remedy_text, $placeholder_values) as remedy_stated,
        table_supplied('links', c.ns)
            and not complete_over('links', c.ns,
                                  coalesce(c.actual_start, c.actual_end, c.created_at),
                                  c.closed_at) as may_lack_links
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join followed f on f.ns = c.ns and f.change_id = c.change_id
)
select
    record,
    closed_at as at,
    implementer as owner,
    status = 'closed' and outcome in ('failed', 'backed_out') and implemented as applies,
    case when outcome = 'backed_out'                         then true
         when backout_done_at is not null or remedy_stated   then true
         when later > 0                                      then true
         when linked is not null                             then null
         when may_lack_links                                 then null
         when outcome = 'failed'                             then false end as conforms,
    case when outcome not in ('failed', 'backed_out')        then 'not_failed'
         when status is null                                 then 'status_unknown'
         when status <> 'closed'                             then 'not_closed'
         when not implemented                                then 'not_failed'
         when outcome is null                                then 'outcome_unknown'
         when outcome = 'backed_out'                         then 'ok'
         when backout_done_at is not null or remedy_stated   then 'ok'
         when later > 0                                      then 'followed'
         when linked is not null                             then 'linked_before'
         when may_lack_links                                 then 'links_incomplete'
         else 'nothing' end as message,
    outcome,
    actual_start,
    closed_at,
    backout_done_at,
    remedy_text,
    followed_by
from judged
