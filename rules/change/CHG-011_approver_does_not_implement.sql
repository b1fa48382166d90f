/*
id       = "CHG-011"
title.zh = "变更审批人不得兼任实施人"
title.en = "The approver of a change does not implement it"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["changes.change_type", "changes.status", "changes.implementer", "approvals.approver | changes.approved_by"]
uses     = ["changes.outcome", "changes.approval_status", "changes.approved_at", "changes.actual_start", "changes.actual_end", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision", "approvals.decided_at"]
blank    = { outcome = "applies", approval_status = "applies", approved_at = "applies", actual_start = "applies", actual_end = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "自己批准、自己动手，批准就失去了制约：方案是否可行、时间是否合适，没有旁人把关。"
why.en   = "Where the one who approves also does the work, approval restrains nothing: nobody else has judged the plan or its timing."
fix.zh   = "由未参与实施的人复核并补充批准；排班时把审批与实施分给不同的人；人手确实不足的项目，书面约定补偿控制并登记在参数中。"
fix.en   = "Have someone who took no part in the work review and approve it; give approval and work to different people when planning; where a project is too small, agree a compensating control in writing and enter it in the parameter."
noise.zh = "有的工具没有实施人，以处理人代替，处理人可能只是协调者；公共账号看似一人，实为多人；同一人有多个账号而未登记在人员台账时，会被当成不同的人。"
noise.en = "Where a tool keeps no implementer the assignee stands in, who may only coordinate; a shared account looks like one person; several accounts of one person that the personnel register does not join look like several persons."

[params.compensating_controls]
type = "list"
value = []
help.zh = "人手不足以分离职责、已书面约定补偿控制（如事后由上级复核）的项目编号；这些项目不适用本规则。"
help.en = "Numbers of projects too small to separate these duties, for which a compensating control (such as a later review by a superior) is agreed in writing; the rule does not apply to them."

[message.same]
verdict = "nonconforming"
zh = "变更 {id} 的实施人 {implementer} 就是批准人，全部批准（{approvers:list}）都由其本人作出。"
en = "Change {id}: {implementer}, its implementer, gave every approval of it ({approvers:list})."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的实施人为 {implementer}，批准人中有他人：{approvers:list}。"
en = "Change {id} has {implementer} as its implementer, and someone else among those who approved it: {approvers:list}."

[message.implementer_empty]
verdict = "not_assessed"
zh = "实施人为空，无法与批准人比较。"
en = "The implementer is empty and cannot be compared with those who approved."

[message.approver_empty]
verdict = "not_assessed"
zh = "没有批准人，或部分批准的审批人为空或是自动账号，其余的不是他人。"
en = "No approver is named, or some are empty or automatic accounts and the rest are no other person."

[message.not_comparable]
verdict = "not_assessed"
zh = "实施人与批准人的写法不同（姓名、账号、邮箱等），人员台账中不能同时对上，无法判断是否同一人。"
en = "The implementer and the approver are written in different forms (name, account, mail) and are not both in the personnel register."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能就是他人的批准。"
en = "An approval row has no readable decision or object type and may be an approval by someone else."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "不能确定审批记录在变更期间是完整的，可能还有其他批准。"
en = "The approvals are not known to be complete over the time of the change; there may be others."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是无须逐单批准的标准变更。"
en = "The change type is empty; it may be a standard change, which needs no approval of its own."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施，不逐单批准。"
en = "A standard change rests on a pre-authorised template."

[message.not_approved]
verdict = "not_applicable"
zh = "变更没有获得批准，没有批准人可比；未经批准的实施由 CHG-004 检查。"
en = "The change was not approved, so there is no approver to compare; CHG-004 checks work without approval."

[message.compensated]
verdict = "not_applicable"
zh = "该项目已书面约定补偿控制，不要求职责分离。"
en = "A compensating control is agreed for the project, so the duties need not be separate."
*/
with approvers as (                       -- one row a change: who approved it, beside its implementer
    select
        a.ns,
        a.change_id,
        count(*) filter (where same_person(p.who, a.implementer_who)) as by_same,
        count(*) filter (where not same_person(p.who, a.implementer_who)) as by_others,
        count(*) filter (where p.who is null) as nameless,
        count(*) as all_of_them,
        list(p.approver order by p.decided_at, p.approver) filter (where p.approver is not null)
            as named
    from change_authorisation a
    join change_approvals p on p.ns = a.ns and p.change_id = a.change_id
    group by a.ns, a.change_id
),
facts as (
    select
        c.*,
        a.implemented,
        a.approved,
        a.contradictory,
        a.has_approved,
        a.has_rejected,
        a.has_unclear,
        a.approvals_supplied and not a.approvals_complete as may_lack_rows,
        a.implementer_who,
        same_person(a.approved_by_who, a.implementer_who) as own_same,   -- serves where no row approves
        p.by_same,
        p.by_others,
        p.nameless,
        p.all_of_them,
        case when a.has_approved              then p.named
             when c.approved_by is not null   then list_value(c.approved_by)
        end as approvers,
        list_contains($compensating_controls, c.record.project_id) as compensated
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join approvers p on p.ns = c.ns and p.change_id = c.change_id
),
compared as (
    select
        *,
        case when has_approved          then by_others > 0
             when has_unclear           then null
             when may_lack_rows         then null
             else not own_same
        end as someone_else,
        case when has_approved          then by_same = all_of_them
             else own_same
        end as all_the_same,
        case when has_approved          then nameless > 0
             when has_unclear           then false
             when may_lack_rows         then false
             else approved_by is null
        end as unnamed
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    case when compensated then false
         else implemented and change_type <> 'standard' and approved
    end as applies,
    case when implementer is null                        then null
         when someone_else                               then true
         when has_unclear                                then null
         when may_lack_rows                              then null
         when all_the_same                               then false
    end as conforms,
    case when compensated                                then 'compensated'
         when change_type = 'standard'                   then 'standard'
         when not implemented                            then 'not_implemented'
         when not approved                               then 'not_approved'
         when status is null                             then 'status_unknown'
         when change_type is null                        then 'type_unknown'
         when implemented is null and has_rejected       then 'rejection_unclear'
         when implemented is null                        then 'implemented_unknown'
         when contradictory                              then 'contradictory'
         when approved is null and has_unclear           then 'decision_unclear'
         when approved is null                           then 'approvals_incomplete'
         when someone_else                               then 'ok'
         when implementer is null or implementer_who is null then 'implementer_empty'
         when unnamed                                    then 'approver_empty'
         when all_the_same is not true and has_approved  then 'not_comparable'
         when has_unclear                                then 'decision_unclear'
         when may_lack_rows                              then 'approvals_incomplete'
         when all_the_same is not true                   then 'not_comparable'
         else 'same'
    end as message,
    implementer,
    approvers,
    status,
    change_type
from compared
