/*
id       = "CHG-012"
title.zh = "实施人与验证人分离"
title.en = "The implementer does not verify"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24", "QM-8.4.6-28"]
needs    = ["changes.change_type", "changes.status", "changes.implementer", "changes.verified_by | change_tasks.assignee"]
uses     = ["changes.outcome", "changes.approval_status", "changes.actual_start", "changes.actual_end", "changes.created_at", "changes.closed_at", "change_tasks.change_id", "change_tasks.task_type", "change_tasks.status", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { outcome = "applies", approval_status = "applies", actual_start = "applies", actual_end = "applies", verified_by = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "自己做、自己验，容易只看到自己想看到的结果；遗漏和副作用往往要换一双眼睛才能发现。"
why.en   = "Whoever did the work sees what he meant to do; omissions and side effects show to another pair of eyes."
fix.zh   = "由未参与实施的人（服务台、业务方或另一名工程师）补做验证并记录；在工具中禁止验证人与实施人相同；人手确实不足的项目，书面约定补偿控制并登记在参数中。"
fix.en   = "Have someone who took no part in the work (desk, business or another engineer) verify it and record it; bar the same person in the tool; where a project is too small, agree a compensating control in writing and enter it in the parameter."
noise.zh = "有的工具没有实施人，以处理人代替，处理人可能只是协调者；业务方的口头验证可能由实施人代为录入；公共账号看似一人，实为多人；同一人有多个账号而未登记在人员台账时，会被当成不同的人。"
noise.en = "Where a tool keeps no implementer the assignee stands in, who may only coordinate; the implementer may have entered the word of the business; a shared account looks like one person; several accounts of one person that the personnel register does not join look like several persons."

[params.compensating_controls]
type = "list"
value = []
help.zh = "人手不足以分离职责、已书面约定补偿控制（如事后由上级复核）的项目编号；这些项目不适用本规则。"
help.en = "Numbers of projects too small to separate these duties, for which a compensating control (such as a later review by a superior) is agreed in writing; the rule does not apply to them."

[message.same]
verdict = "nonconforming"
zh = "变更 {id} 的实施人 {implementer} 就是验证人（{verifiers:list}），未经他人验证就关闭了。"
en = "Change {id} was closed after nobody but its implementer, {implementer}, had verified it (verified by {verifiers:list})."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的实施人为 {implementer}，验证人中有他人：{verifiers:list}。"
en = "Change {id} has {implementer} as its implementer, and someone else among those who verified it: {verifiers:list}."

[message.implementer_empty]
verdict = "not_assessed"
zh = "实施人为空，无法与验证人比较。"
en = "The implementer is empty and cannot be compared with those who verified."

[message.no_verifier]
verdict = "not_assessed"
zh = "变更上没有验证人，也没有已完成的验证任务；有没有验证由 CHG-020 检查。"
en = "The change names no verifier and has no completed verify task; CHG-020 checks whether it was verified."

[message.verifier_unclear]
verdict = "not_assessed"
zh = "没有见到他人的验证，但有验证任务的类型、状态或执行人不明，或者验证由自动账号完成。"
en = "No one else is seen to have verified, but a task lacks type, state or assignee, or an automatic account did it."

[message.not_comparable]
verdict = "not_assessed"
zh = "实施人与验证人的写法不同（姓名、账号、邮箱等），人员台账中不能同时对上，无法判断是否同一人。"
en = "The implementer and the verifier are written in different forms (name, account, mail) and are not both in the personnel register."

[message.tasks_incomplete]
verdict = "not_assessed"
zh = "只见到实施人自己的验证，但不能确定变更任务的导出是完整的，可能还有他人的验证任务。"
en = "Only the implementer is seen to have verified, but the change tasks are not known to be complete; someone else may have done so too."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是标准变更。"
en = "The change type is empty; it may be a standard change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the change is closed."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_closed]
verdict = "not_applicable"
zh = "变更没有关闭。"
en = "The change is not closed."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更没有实施过就关闭了（取消或否决）。"
en = "The change was closed without being implemented (cancelled or rejected)."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施，不要求他人验证。"
en = "A standard change rests on a pre-authorised template and needs no other person to verify it."

[message.compensated]
verdict = "not_applicable"
zh = "该项目已书面约定补偿控制，不要求职责分离。"
en = "A compensating control is agreed for the project, so the duties need not be separate."
*/
with verifications as (                   -- who verified, on the change or as a task; sure or perhaps
    select ns, change_id, verified_by as person, true as sure
    from changes
    where verified_by is not null
    union all
    select ns, change_id, assignee as person, task_type = 'verify' and status = 'closed' as sure
    from change_tasks
),
people as (                               -- each person once; automatic accounts are nobody
    select
        v.ns,
        v.person,
        case when not is_one_of(v.person, $automation_accounts)
             then person_key(v.person, p.person_id) end as who
    from (select ns, person from verifications group by ns, person) v
    left join person_words p on p.word = person_word(v.person)
),
compared as (
    select
        v.ns,
        v.change_id,
        v.person,
        v.sure,
        p.who,
        same_person(p.who, a.implementer_who) as same
    from verifications v
    join change_authorisation a on a.ns = v.ns and a.change_id = v.change_id
    left join people p on p.ns = v.ns and p.person = v.person
    where v.sure is distinct from false
),
verifiers as (                            -- one row a change: who verified, beside its implementer
    select
        ns,
        change_id,
        count(*) filter (where sure and same) as by_same,
        count(*) filter (where sure and not same) as by_others,
        count(*) filter (where sure is null or who is null) as unclear,
        count(*) as all_of_them,
        list(person order by person) filter (where sure and person is not null) as verifiers
    from compared
    group by ns, change_id
),
seen as (                                 -- one row a change that nobody else is seen to have verified
    select
        c.ns,
        c.change_id,
        table_supplied('change_tasks', c.ns)
            and not complete_over('change_tasks', c.ns, coalesce(c.actual_end, c.created_at),
                                  c.closed_at) as may_lack_tasks
    from verifiers v
    join changes c on c.ns = v.ns and c.change_id = v.change_id
    where v.by_others = 0
),
facts as (
    select
        c.*,
        a.implemented,
        a.has_rejected,
        a.implementer_who,
        v.by_same,
        v.by_others,
        v.unclear,
        v.all_of_them,
        v.verifiers,
        list_contains($compensating_controls, c.record.project_id) as compensated,
        t.may_lack_tasks
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join seen t on t.ns = c.ns and t.change_id = c.change_id
    left join verifiers v on v.ns = c.ns and v.change_id = c.change_id
)
select
    record,
    closed_at as at,
    implementer as owner,
    case when compensated then false
         else status = 'closed' and implemented and change_type <> 'standard'
    end as applies,
    case when by_others > 0                              then true
         when by_same = all_of_them and not may_lack_tasks then false
    end as conforms,
    case when compensated                                then 'compensated'
         when change_type = 'standard'                   then 'standard'
         when status <> 'closed'                         then 'not_closed'
         when not implemented                            then 'not_implemented'
         when status is null                             then 'status_unknown'
         when change_type is null                        then 'type_unknown'
         when implemented is null and has_rejected       then 'rejection_unclear'
         when implemented is null                        then 'implemented_unknown'
         when by_others > 0                              then 'ok'
         when implementer_who is null                    then 'implementer_empty'
         when all_of_them is null                        then 'no_verifier'
         when unclear > 0                                then 'verifier_unclear'
         when by_same < all_of_them                      then 'not_comparable'
         when may_lack_tasks                             then 'tasks_incomplete'
         else 'same'
    end as message,
    implementer,
    verifiers,
    status,
    change_type,
    closed_at
from facts
