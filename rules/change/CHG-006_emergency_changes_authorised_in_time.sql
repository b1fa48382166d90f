/*
id       = "CHG-006"
title.zh = "紧急变更按时获得授权"
title.en = "Emergency changes are authorised in time"
severity = "major"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-29"]
supports = []
needs    = ["changes.change_type", "changes.status", "changes.actual_end | changes.actual_start", "approvals.decision | changes.approved_at | changes.approval_status"]
uses     = ["changes.outcome", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decided_at", "approvals.approver", "approvals.approver_role", "approvals.approver_group", "changes.approved_by"]
blank    = { outcome = "applies", actual_start = "applies", actual_end = "applies", approval_status = "nonconforming", approved_at = "nonconforming", approved_by = "conforming" }
since    = "0.2"
status   = "stable"
why.zh   = "紧急变更可以先做后批，但不能不批：补批超过时限，事后已无从核实当时是否真的紧急、由谁决定，紧急通道也就成了绕过审批的后门。"
why.en   = "An emergency change may be approved afterwards, but not never: past the limit nobody can establish whether it was urgent and who decided, and the emergency path becomes a way round approval."
fix.zh   = "由有紧急授权的人尽快复核并补批，注明当时的决定人和依据；把补批时限做成工具里的提醒；明确值班期间谁有权授权，并登记其角色。"
fix.en   = "Have someone with emergency authority review and approve it now, naming who decided and why; let the tool remind of the limit; settle who may authorise while on duty, and record those roles."
noise.zh = "授权可能先以电话、群消息或邮件作出，事后才录入工具；实际结束时间可能在关闭时才填写；人员台账中的角色可能没有及时更新。不足一分钟的超时不计。"
noise.en = "Authority may have been given by phone, chat or mail and entered later; the actual end may be filled in only at closing; roles in the personnel register may be out of date. Less than a minute does not count."

[params.retro_hours]
type = "hours"
value = 24
min = 1
max = 72
help.zh = "实施结束后多少小时内补批仍算按时。"
help.en = "Hours after the end of the work within which approval still counts as in time."

[params.emergency_approvers]
type = "list"
value = ["change_manager", "om_manager", "om_director", "duty_manager"]
legal = ["service_desk", "engineer", "incident_manager", "problem_manager", "change_manager", "config_manager", "release_manager", "slm_manager", "security_manager", "project_manager", "om_manager", "om_director", "quality_manager", "quality_specialist", "duty_manager", "cab_member"]
help.zh = "有权授权紧急变更的角色。"
help.en = "Roles that may authorise an emergency change."

[message.late]
verdict = "nonconforming"
marks = "first_at"
zh = "紧急变更 {id} 于 {work_to:time} 实施结束，批准（审批人 {approvers:list}）最早作于 {first_at:time}，晚了 {delay:duration}，超过补批时限 {limit_hours:number} 小时。"
en = "Emergency change {id} ended at {work_to:time}; its first approval (by {approvers:list}) came at {first_at:time}, {delay:duration} later, beyond the limit of {limit_hours:number} hours."

[message.wrong_role]
verdict = "nonconforming"
marks = "first_at"
zh = "紧急变更 {id}（实施结束 {work_to:time}）在时限内的批准人 {approvers:list} 都没有紧急授权，其角色为 {roles:list}。"
en = "Emergency change {id} (ended at {work_to:time}) was approved in time only by {approvers:list}, whose roles ({roles:list}) carry no emergency authority."

[message.not_approved]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "紧急变更 {id} 于 {work_to:time} 实施结束，补批时限 {limit_at:time} 已过，单据上的审批状态仍为“{approval_status}”，没有批准。"
en = "Emergency change {id} ended at {work_to:time}; the limit {limit_at:time} has passed, and its approval state is “{approval_status}”, with no approval."

[message.no_approval_row]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "紧急变更 {id} 于 {work_to:time} 实施结束，到补批时限 {limit_at:time} 为止的审批记录是完整的，其中没有对它的批准。"
en = "Emergency change {id} ended at {work_to:time}; the approvals, complete up to the limit {limit_at:time}, hold none that approves it."

[message.nothing_recorded]
verdict = "nonconforming"
marks = "changes.approved_at"
zh = "紧急变更 {id} 于 {work_to:time} 实施结束，补批时限 {limit_at:time} 已过，单据上的审批状态和批准时间都没有填写。"
en = "Emergency change {id} ended at {work_to:time}; the limit {limit_at:time} has passed, and neither an approval state nor a time of approval is recorded on it."

[message.ok]
verdict = "conforming"
zh = "紧急变更 {id} 由有紧急授权的人按时批准（审批人 {approvers:list}，{first_at:time}），时限为 {limit_at:time}。"
en = "Emergency change {id} was approved in time by someone with emergency authority (by {approvers:list}, {first_at:time}); the limit was {limit_at:time}."

[message.time_only]
verdict = "conforming"
zh = "紧急变更 {id} 按时批准（审批人 {approvers:list}，{first_at:time}），时限为 {limit_at:time}；审批人的角色不明，只判定了时间。"
en = "Emergency change {id} was approved in time (by {approvers:list}, {first_at:time}); the limit was {limit_at:time}. The approver's role is not known, so only the time was judged."

[message.no_times]
verdict = "not_assessed"
zh = "实际开始和实际结束时间都为空，算不出补批时限。"
en = "Actual start and actual end are both empty, so there is no limit to measure by."

[message.no_end]
verdict = "not_assessed"
zh = "实际结束时间为空，尚未见到按时的批准，也算不出补批时限。"
en = "The actual end is empty; no approval is seen that is surely in time, and the limit cannot be told."

[message.inverted]
verdict = "not_assessed"
zh = "实际结束时间早于实际开始时间，时间本身有误，无法判断。"
en = "The actual end lies before the actual start, so the times themselves are wrong."

[message.no_decision_time]
verdict = "not_assessed"
zh = "变更已批准，但批准没有时间，无法判断是否按时。"
en = "The change was approved, but an approval bears no time, so it cannot be told whether it was in time."

[message.role_foreign]
verdict = "not_assessed"
zh = "按时批准的人写有角色，但不是角色清单中的写法，无法判断有没有紧急授权。"
en = "Those who approved in time bear a role, but in words that are not on the list of roles, so their authority cannot be told."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "没有按时的批准，但有审批记录的结论或对象类型不明，可能就是批准。"
en = "No approval in time is seen, but an approval row has no readable decision or object type and may be one."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "没有找到按时的批准，但不能确定从建单到补批时限之间的审批记录是完整的。"
en = "No approval in time was found, but the approvals are not known to be complete from the making of the record to the limit."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是紧急变更。"
en = "The change type is empty; it may be an emergency change."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_emergency]
verdict = "not_applicable"
zh = "不是紧急变更。"
en = "Not an emergency change."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.not_due]
verdict = "not_applicable"
zh = "有权授权的人尚未批准，但补批时限未到。"
en = "Not approved yet by anyone entitled, but the limit has not passed."
*/
with timed as (
    select
        c.*,
        a.implemented,
        a.approved,
        a.contradictory,
        a.has_approved,
        a.has_rejected,
        a.has_unclear,
        a.state_supplied,
        a.approvals_supplied,
        a.own_approved_at,
        a.approved_by_roles,
        c.actual_end + to_minutes(1) <= c.actual_start as inverted,
        coalesce(c.actual_end, c.actual_start) as work_to,   -- without an end, a limit that is surely not too long
        case when column_supplied('approvals', 'object_id', c.ns)
             then earliest(c.created_at, coalesce(c.actual_start, c.actual_end)) end as from_at,
        coalesce(c.actual_end, c.actual_start) + to_hours($retro_hours) as limit_at
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
),
decisions as (                            -- the approvals; the record's own where it serves as one
    select
        p.ns,
        p.change_id,
        p.decided_at,
        p.approver,
        lower(p.roles) as roles,
        p.decided_at < t.limit_at + to_minutes(1) as in_time          -- less than a minute does not count
    from timed t
    join change_approvals p on p.ns = t.ns and p.change_id = t.change_id
    where t.change_type = 'emergency'
    union all
    select
        ns,
        change_id,
        own_approved_at,
        approved_by,
        lower(approved_by_roles),
        own_approved_at < limit_at + to_minutes(1)
    from timed
    where change_type = 'emergency' and own_approved_at is not null
),
held as (                                 -- each wording of an approver's roles, once
    select ns, roles
    from decisions
    group by ns, roles
),
authority as (                            -- which of them are on the list, and which entitle
    select
        h.ns,
        h.roles,
        count(r.role) as listed,
        count(*) filter (where list_contains($emergency_approvers, r.role)) as entitling
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
        d.ns,
        d.change_id,
        count(*) as decided,
        count(*) filter (where d.decided_at is null) as undated,
        min(d.decided_at) as first_at,
        count(*) filter (where d.in_time) as timely,
        count(*) filter (where d.in_time and a.entitling > 0) as timely_entitled,
        count(*) filter (where d.in_time and d.roles is null) as timely_unknown,
        count(*) filter (where d.in_time and a.listed = 0) as timely_foreign,
        list(d.approver order by d.decided_at, d.approver) filter (where d.approver is not null)
            as approvers,
        list(d.roles order by d.decided_at, d.roles) filter (where d.in_time and d.roles is not null)
            as roles
    from decisions d
    left join authority a on a.ns = d.ns and a.roles = d.roles
    group by d.ns, d.change_id
),
facts as (
    select
        t.*,
        d.undated,
        d.first_at,
        d.approvers,
        d.roles,
        coalesce(d.decided, 0) > 0 as has_decision,
        d.timely > 0 as has_timely,
        d.timely_entitled > 0 as has_entitled,
        d.timely_unknown > 0 as has_unknown_role,
        d.timely_foreign > 0 as has_foreign_role,
        t.approval_status <> 'approved' as state_denies,
        supplied(t.record, 'approved_at') as own_time_supplied,
        t.approvals_supplied
            and not complete_over('approvals', t.ns, t.from_at, latest(t.created_at, t.limit_at))
            as may_lack_rows,
        t.approvals_supplied
            and not complete_over('approvals', t.ns, t.from_at, $as_of) as may_lack_rows_yet
    from timed t
    left join summed d on d.ns = t.ns and d.change_id = t.change_id
),
judged as (
    select
        *,
        case when limit_at <= $as_of                            then false
             when contradictory or inverted                     then null
             when has_entitled or has_unknown_role              then false
             when has_unclear or undated > 0                    then null
             when has_foreign_role                              then null
             when may_lack_rows_yet                             then null
             when approved and not has_decision                 then null
             else limit_at is not null end as not_due
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    implemented and change_type = 'emergency' and not not_due as applies,
    case when contradictory or inverted                         then null
         when has_entitled                                      then true
         when has_unknown_role                                  then true
         when has_unclear                                       then null
         when undated > 0                                       then null
         when has_foreign_role                                  then null
         when actual_end is null                                then null
         when has_decision and may_lack_rows                    then null
         when has_decision                                      then false
         when state_denies                                      then false
         when may_lack_rows                                     then null
         when approved                                          then null
         when approvals_supplied                                then false
         when state_supplied or own_time_supplied               then false
    end as conforms,
    case when change_type <> 'emergency'                        then 'not_emergency'
         when status is null                                    then 'status_unknown'
         when not implemented                                   then 'not_implemented'
         when not_due                                           then 'not_due'
         when change_type is null                               then 'type_unknown'
         when implemented is null and has_rejected              then 'rejection_unclear'
         when implemented is null                               then 'implemented_unknown'
         when contradictory                                     then 'contradictory'
         when limit_at is null                                  then 'no_times'
         when inverted                                          then 'inverted'
         when has_entitled                                      then 'ok'
         when has_unknown_role                                  then 'time_only'
         when has_unclear                                       then 'decision_unclear'
         when undated > 0                                       then 'no_decision_time'
         when has_foreign_role                                  then 'role_foreign'
         when not_due is null and may_lack_rows_yet             then 'approvals_incomplete'
         when not_due is null                                   then 'no_decision_time'
         when actual_end is null                                then 'no_end'
         when has_decision and may_lack_rows                    then 'approvals_incomplete'
         when has_timely                                        then 'wrong_role'
         when has_decision                                      then 'late'
         when state_denies                                      then 'not_approved'
         when may_lack_rows                                     then 'approvals_incomplete'
         when approved                                          then 'no_decision_time'
         when approvals_supplied                                then 'no_approval_row'
         when state_supplied or own_time_supplied               then 'nothing_recorded'
         else 'approvals_incomplete'
    end as message,
    actual_start,
    actual_end,
    work_to,
    limit_at,
    $retro_hours as limit_hours,
    approvers,
    roles,
    first_at,
    approval_status,
    elapsed_minutes(actual_end, first_at) as delay
from judged
