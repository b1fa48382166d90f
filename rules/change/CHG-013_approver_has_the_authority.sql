/*
id       = "CHG-013"
title.zh = "审批权限与风险匹配"
title.en = "The approver has the authority for the risk"
severity = "minor"
kind     = "record"
subject  = ["changes"]
yields_to = ["CHG-006"]
decides  = []
supports = ["QM-8.4.6-24", "QM-8.4.6-26"]
needs    = [
    "changes.risk_level",
    "approvals.approver | approvals.approver_role | approvals.approver_group | changes.approved_by",
    "changes.change_type",
]
uses     = ["changes.outcome", "changes.status", "changes.approval_status", "changes.approved_at", "changes.actual_start", "changes.actual_end", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision", "approvals.decided_at", "approvals.stage"]
blank    = { approval_status = "applies", approved_at = "applies", approver_role = "conforming", approver_group = "conforming", stage = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "风险越高，越要由担得起后果、看得到全局的人来决定。权限不够的人批了高风险变更，等于没有人为这个风险负责。"
why.en   = "The higher the risk, the more the decision belongs to those who see the whole and answer for it. Approved below that level, nobody has taken the risk on."
fix.zh   = "由有相应权限的人复核并补充批准；在工具中按风险等级配置审批路径；把人员的角色登记完整。"
fix.en   = "Have someone with that authority review and approve it; route approvals by risk level in the tool; keep the roles in the personnel register complete."
noise.zh = "审批人可能受有权限的人书面委托；人员台账中的角色可能没有及时更新；风险等级可能在批准之后才调高；审批人可能只是录入了会议的决定。"
noise.en = "The approver may act under a written delegation; roles in the personnel register may be out of date; the risk may have been raised after approval; the approver may only have entered a decision of the board."

[params.authority_low]
type = "list"
value = ["change_manager", "om_manager", "om_director", "cab_member"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "有权批准低风险变更的角色；经变更咨询委员会环节批准的视为其成员批准。"
help.en = "Roles that may approve changes of low risk; a decision of the CAB stage counts as one of its members."

[params.authority_moderate]
type = "list"
value = ["change_manager", "om_manager", "om_director", "cab_member"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "有权批准中等风险变更的角色。"
help.en = "Roles that may approve changes of moderate risk."

[params.authority_high]
type = "list"
value = ["cab_member", "om_director"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "有权批准高风险变更的角色。"
help.en = "Roles that may approve changes of high risk."

[params.authority_very_high]
type = "list"
value = ["cab_member", "om_director"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "有权批准极高风险变更的角色。"
help.en = "Roles that may approve changes of very high risk."

[params.authority_emergency]
type = "list"
value = ["change_manager", "om_manager", "om_director", "duty_manager"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "除上述角色外，有权批准紧急变更的角色，不论风险高低；应与 CHG-006 的设置一致。"
help.en = "Roles that may approve emergency changes besides those above, whatever the risk; keep it the same as in CHG-006."

[message.no_authority]
verdict = "nonconforming"
zh = "变更 {id} 的风险等级为“{risk_level}”，批准人 {approvers:list}（角色 {roles:list}）中没有人具有这一级的审批权限；应由 {required:list} 之一批准。"
en = "Change {id} carries {risk_level} risk; those who approved it ({approvers:list}, as {roles:list}) lack the authority for that level, which takes one of {required:list}."

[message.no_emergency_authority]
verdict = "nonconforming"
zh = "紧急变更 {id} 的风险等级为“{risk_level}”，批准人 {approvers:list}（角色 {roles:list}）中没有人具有这一级的审批权限（{required:list}）或紧急授权。"
en = "Emergency change {id} carries {risk_level} risk; those who approved it ({approvers:list}, as {roles:list}) have neither the authority for that level ({required:list}) nor that for emergencies."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的风险等级为“{risk_level}”，批准人中有权限相当的人。"
en = "Change {id} carries {risk_level} risk, and among those who approved it is one with the authority for it."

[message.no_risk]
verdict = "not_assessed"
zh = "风险等级为空，无法确定应由谁批准；风险有没有评估由 CHG-002 检查。"
en = "The risk level is empty, so it cannot be told who had to approve; CHG-002 checks whether risk was assessed."

[message.no_approver]
verdict = "not_assessed"
zh = "变更已批准，但看不到本单位的批准人。"
en = "The change was approved, but no approver of the firm is seen."

[message.role_unknown]
verdict = "not_assessed"
zh = "没有见到权限相当的批准人，但有批准人的角色不明，或写法不在角色清单中。"
en = "No approver with the authority is seen, but the role of one is unknown or written in words that are not on the list of roles."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能是有权限的人的批准。"
en = "An approval row has no readable decision or object type and may be an approval by someone with the authority."

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
zh = "变更没有获得批准，没有批准人可查；未经批准的实施由 CHG-004 检查。"
en = "The change was not approved, so there is no approver to look at; CHG-004 checks work without approval."
*/
with known as (
    select
        c.*,
        a.approved,
        a.contradictory,
        a.has_approved,
        a.has_rejected,
        a.has_unclear,
        a.approvals_supplied and not a.approvals_complete as may_lack_rows,
        a.approved_by_roles
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
),
decisions as (                            -- the firm's approvals; the record's own where it serves as one
    select
        p.ns,
        p.change_id,
        p.approver,
        case when s.stage = 'cab' then concat(lower(p.roles), ';cab_member')
             else lower(p.roles) end as roles
    from change_approvals p
    join approvals s on s.ns = p.ns and s.record = p.record
    where s.stage is distinct from 'customer'
    union all
    select ns, change_id, approved_by as approver, lower(approved_by_roles) as roles
    from known
    where not has_approved and not has_unclear and not may_lack_rows
),
held as (                                 -- each wording of an approver's roles, once
    select ns, roles
    from decisions
    group by ns, roles
),
authority as (                            -- which of them are on the list, and what they entitle to
    select
        h.ns,
        h.roles,
        count(r.role) as listed,
        count(*) filter (where list_contains($authority_low, r.role)) as low,
        count(*) filter (where list_contains($authority_moderate, r.role)) as moderate,
        count(*) filter (where list_contains($authority_high, r.role)) as high,
        count(*) filter (where list_contains($authority_very_high, r.role)) as very_high,
        count(*) filter (where list_contains($authority_emergency, r.role)) as emergency
    from held h
    left join (values
        ('service_desk'), ('engineer'), ('incident_manager'), ('problem_manager'),
        ('change_manager'), ('config_manager'), ('release_manager'), ('slm_manager'),
        ('security_manager'), ('project_manager'), ('om_manager'), ('om_director'),
        ('quality_manager'), ('quality_specialist'), ('duty_manager'), ('cab_member')
    ) as r(role) on contains(concat(';', h.roles, ';'), concat(';', r.role, ';'))
                 or contains(concat(';', h.roles, ';'), concat('; ', r.role, ';'))
    group by h.ns, h.roles
),
summed as (                               -- one row a change
    select
        k.ns,
        k.change_id,
        count(*) filter (where case k.risk_level when 'low'       then a.low
                                                 when 'moderate'  then a.moderate
                                                 when 'high'      then a.high
                                                 when 'very_high' then a.very_high end > 0
                               or (k.change_type = 'emergency' and a.emergency > 0)) as entitled,
        count(*) filter (where d.roles is null or a.listed = 0) as role_unknown,
        count(d.approver) + count(d.roles) as named
    from known k
    join decisions d on d.ns = k.ns and d.change_id = k.change_id
    left join authority a on a.ns = d.ns and a.roles = d.roles
    group by k.ns, k.change_id
),
shown as (                                -- who approved, where none of them is entitled
    select
        s.ns,
        s.change_id,
        list(d.approver order by d.approver) filter (where d.approver is not null) as approvers,
        list(d.roles order by d.approver) filter (where d.roles is not null) as roles
    from summed s
    join decisions d on d.ns = s.ns and d.change_id = s.change_id
    where s.entitled = 0
    group by s.ns, s.change_id
),
facts as (
    select k.*, s.entitled, s.role_unknown, s.named, w.approvers, w.roles
    from known k
    left join summed s on s.ns = k.ns and s.change_id = k.change_id
    left join shown w on w.ns = k.ns and w.change_id = k.change_id
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    coalesce(assignment_group, implementer) as owner,
    change_type <> 'standard' and approved as applies,
    case when risk_level is null                         then null
         when entitled > 0                               then true
         when has_unclear or may_lack_rows               then null
         when role_unknown = 0                           then false
    end as conforms,
    case when change_type = 'standard'                   then 'standard'
         when not approved                               then 'not_approved'
         when change_type is null                        then 'type_unknown'
         when contradictory                              then 'contradictory'
         when approved is null and has_unclear           then 'decision_unclear'
         when approved is null                           then 'approvals_incomplete'
         when risk_level is null                         then 'no_risk'
         when entitled > 0                               then 'ok'
         when has_unclear                                then 'decision_unclear'
         when may_lack_rows                              then 'approvals_incomplete'
         when coalesce(named, 0) = 0                     then 'no_approver'
         when role_unknown > 0                           then 'role_unknown'
         when change_type = 'emergency'                  then 'no_emergency_authority'
         else 'no_authority'
    end as message,
    risk_level,
    approvers,
    roles,
    case risk_level when 'low'      then $authority_low
                    when 'moderate' then $authority_moderate
                    when 'high'     then $authority_high
                    else $authority_very_high end as required
from facts
