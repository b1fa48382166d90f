/*
id       = "CHG-010"
title.zh = "变更申请人不得审批自己的变更"
title.en = "The requester of a change does not approve it"
severity = "major"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["changes.change_type", "changes.requester", "approvals.approver | changes.approved_by"]
uses     = ["changes.outcome", "changes.status", "changes.approval_status", "changes.approved_at", "changes.actual_start", "changes.actual_end", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision", "approvals.decided_at"]
blank    = { approval_status = "applies", approved_at = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "自己申请、自己批准，等于没有批准：没有第二个人看过影响和风险，差错和舞弊都无从发现。"
why.en   = "Where the requester approves, nobody else has weighed effect and risk, and neither error nor abuse would be noticed."
fix.zh   = "由有权限的他人复核并补充批准；在工具中禁止申请人审批自己的变更；人手确实不足的项目，书面约定补偿控制并登记在参数中。"
fix.en   = "Have an authorised other person review and approve it; bar requesters from approving their own changes in the tool; where a project is too small, agree a compensating control in writing and enter it in the parameter."
noise.zh = "审批人可能只是把上级的口头批准录入工具；公共账号看似一人，实为多人；同一人有多个账号而未登记在人员台账时，会被当成不同的人。"
noise.en = "The approver may only have entered a superior’s spoken approval; a shared account looks like one person; several accounts of one person that the personnel register does not join look like several persons."

[params.compensating_controls]
type = "list"
value = []
help.zh = "人手不足以分离职责、已书面约定补偿控制（如事后由上级复核）的项目编号；这些项目不适用本规则。"
help.en = "Numbers of projects too small to separate these duties, for which a compensating control (such as a later review by a superior) is agreed in writing; the rule does not apply to them."

[message.same]
verdict = "nonconforming"
zh = "变更 {id} 的申请人 {requester} 就是批准人，全部批准（{approvers:list}）都由其本人作出。"
en = "Change {id}: {requester}, its requester, gave every approval of it ({approvers:list})."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的申请人为 {requester}，批准人中有他人：{approvers:list}。"
en = "Change {id} has {requester} as its requester, and someone else among those who approved it: {approvers:list}."

[message.requester_empty]
verdict = "not_assessed"
zh = "申请人为空，无法与批准人比较。"
en = "The requester is empty and cannot be compared with those who approved."

[message.approver_empty]
verdict = "not_assessed"
zh = "没有批准人，或部分批准的审批人为空或是自动账号，其余的不是他人。"
en = "No approver is named, or some are empty or automatic accounts and the rest are no other person."

[message.not_comparable]
verdict = "not_assessed"
zh = "申请人与批准人的写法不同（姓名、账号、邮箱等），人员台账中不能同时对上，无法判断是否同一人。"
en = "The requester and the approver are written in different forms (name, account, mail) and are not both in the personnel register."

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
with approvers as (                       -- one row a change: who approved it, beside its requester
    select
        a.ns,
        a.change_id,
        count(*) filter (where same_person(p.who, a.requester_who)) as by_same,
        count(*) filter (where not same_person(p.who, a.requester_who)) as by_others,
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
        a.requester_who,
        same_person(a.approved_by_who, a.requester_who) as own_same,   -- serves where no row approves
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
    requester as owner,
    case when compensated then false
         else change_type <> 'standard' and approved
    end as applies,
    case when requester is null                          then null
         when someone_else                               then true
         when has_unclear                                then null
         when may_lack_rows                              then null
         when all_the_same                               then false
    end as conforms,
    case when compensated                                then 'compensated'
         when change_type = 'standard'                   then 'standard'
         when not approved                               then 'not_approved'
         when change_type is null                        then 'type_unknown'
         when contradictory                              then 'contradictory'
         when approved is null and has_unclear           then 'decision_unclear'
         when approved is null                           then 'approvals_incomplete'
         when someone_else                               then 'ok'
         when requester is null or requester_who is null then 'requester_empty'
         when unnamed                                    then 'approver_empty'
         when all_the_same is not true and has_approved  then 'not_comparable'
         when has_unclear                                then 'decision_unclear'
         when may_lack_rows                              then 'approvals_incomplete'
         when all_the_same is not true                   then 'not_comparable'
         else 'same'
    end as message,
    requester,
    approvers,
    status,
    change_type
from compared
