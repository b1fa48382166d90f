/*
id       = "CHG-005"
title.zh = "变更先批准后实施"
title.en = "Approval precedes implementation"
severity = "major"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24", "QM-8.5.3-5", "QA-3.4-3"]
needs    = ["changes.change_type", "changes.status", "changes.actual_start", "approvals.decided_at | changes.approved_at"]
uses     = ["changes.outcome", "changes.actual_end", "changes.created_at", "changes.closed_at", "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.stage", "approvals.decision"]
blank    = { outcome = "applies", approval_status = "applies", approved_at = "applies", actual_start = "applies", actual_end = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "批准的意义在于事先权衡影响与风险。先动手、后补签，批准就成了手续，拦不住不该做的变更，也使审批记录失去证明力。"
why.en   = "Approval is worth having because effect and risk are weighed beforehand. Signed afterwards it is a formality that stops nothing, and the records lose their value as proof."
fix.zh   = "查明为何先行实施：确属紧急的，改按紧急变更办理并在时限内补批；事先已有口头或邮件批准的，附上依据；在工具中设置批准完成前不能进入实施状态。"
fix.en   = "Find out why work began first: treat what was urgent as an emergency change, attach the proof where approval was given by word or mail, and let the tool bar implementation until approval is complete."
noise.zh = "批准可能先在OA、邮件或会议上作出，事后才录入工具；实际开始时间可能是补填的，或由状态变化自动写入；不同工具的时钟可能不一致，可设容差。不足一分钟的先后不计。"
noise.en = "Approval may have been given in an office system, a mail or a meeting and entered later; the actual start may be filled in afterwards or stamped by a change of state; clocks of tools may differ (set a tolerance). Less than a minute does not count."

[params.use_planned]
type = "switch"
value = false
reads = ["changes.planned_start"]
help.zh = "实际开始时间为空的变更，以计划开始时间代替；判定依据的是计划而非实际，结论中会注明。"
help.en = "Where the actual start of a change is empty, judge by the planned start; the sentence then says so."

[message.late]
verdict = "nonconforming"
marks = "decided_at"
zh = "变更 {id} 于 {started_at:time} 开始实施，批准（审批人 {approvers:list}）直到 {decided_at:time} 才完成，晚 {late_by:duration}。"
en = "Work on change {id} began at {started_at:time}; its approval (by {approvers:list}) was complete only at {decided_at:time}, {late_by:duration} later."

[message.late_by_plan]
verdict = "nonconforming"
marks = "decided_at"
zh = "变更 {id} 的实际开始时间为空，按计划开始时间 {started_at:time} 判定：批准（审批人 {approvers:list}）直到 {decided_at:time} 才完成，晚 {late_by:duration}。"
en = "The actual start of change {id} is empty; measured by its planned start {started_at:time}, its approval (by {approvers:list}) was complete only at {decided_at:time}, {late_by:duration} later."

[message.only_after]
verdict = "nonconforming"
marks = "decided_at"
zh = "变更 {id} 于 {started_at:time} 开始实施，此前没有任何批准；最早的批准（审批人 {approvers:list}）作于 {decided_at:time}，晚 {late_by:duration}。"
en = "Work on change {id} began at {started_at:time} with no approval before it; the first (by {approvers:list}) came at {decided_at:time}, {late_by:duration} later."

[message.only_after_by_plan]
verdict = "nonconforming"
marks = "decided_at"
zh = "变更 {id} 的实际开始时间为空，按计划开始时间 {started_at:time} 判定：此前没有任何批准，最早的批准（审批人 {approvers:list}）作于 {decided_at:time}，晚 {late_by:duration}。"
en = "The actual start of change {id} is empty; measured by its planned start {started_at:time}, there was no approval before it, and the first (by {approvers:list}) came {late_by:duration} later, at {decided_at:time}."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {decided_at:time} 完成批准（审批人 {approvers:list}），{started_at:time} 开始实施。"
en = "Change {id} was approved by {decided_at:time} (by {approvers:list}), and work began at {started_at:time}."

[message.ok_by_plan]
verdict = "conforming"
zh = "变更 {id} 于 {decided_at:time} 完成批准（审批人 {approvers:list}）；实际开始时间为空，按计划开始时间 {started_at:time} 判定，结论有限。"
en = "Change {id} was approved by {decided_at:time} (by {approvers:list}); its actual start is empty, so this is measured by the planned start {started_at:time} and holds only as far as that."

[message.no_start]
verdict = "not_assessed"
zh = "没有可用的开始时间，无法与批准时间比较。"
en = "There is no start to compare the approval with."

[message.inverted]
verdict = "not_assessed"
zh = "实际结束时间早于开始时间，时间本身有误，无法判断。"
en = "The actual end lies before the start, so the times themselves are wrong."

[message.no_decision_time]
verdict = "not_assessed"
zh = "变更已批准，但有批准没有时间，无法判断先后。"
en = "The change was approved, but an approval bears no time, so it cannot be told which came first."

[message.beside_only]
verdict = "not_assessed"
zh = "只有补批、客户或其他附带环节的批准，看不到实施前必经环节的批准。"
en = "Only retroactive, customer or other accompanying approvals are seen, none of a stage that work waits for."

[message.stage_unknown]
verdict = "not_assessed"
zh = "开始实施之后还有批准，但其审批环节不明，可能是补批或客户审批。"
en = "There is an approval after the start whose stage is not known; it may be a retroactive or accompanying one."

[message.later_unknown]
verdict = "not_assessed"
zh = "所见的批准都在开始实施之前，但不能确定审批记录在变更期间是完整的，也许还有更晚的批准。"
en = "The approvals that are seen precede the start, but approvals are not known to be complete over the time of the change; there may be a later one."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能是另一个更晚的批准。"
en = "An approval row has no readable decision or object type and may be a later approval."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "没有找到开始实施之前的批准，但不能确定审批记录在变更期间是完整的。"
en = "No approval before the start was found, but the approvals are not known to be complete over the time of the change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是紧急变更或标准变更。"
en = "The change type is empty; it may be an emergency or a standard change."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.emergency]
verdict = "not_applicable"
zh = "紧急变更允许限时补批，由 CHG-006 检查。"
en = "An emergency change may be approved afterwards within a limit; CHG-006 checks that."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施，不逐单批准。"
en = "A standard change rests on a pre-authorised template."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.not_approved]
verdict = "not_applicable"
zh = "变更没有获得批准，谈不上先后；由 CHG-004 检查。"
en = "The change was never approved, so there is nothing to put in order; CHG-004 checks that."
*/
with decisions as (                       -- one row a change: when its approvals were given
    select
        ns,
        change_id,
        count(*) filter (where beside is not true) as required,
        count(*) filter (where beside is not true and decided_at is null) as undated_required,
        count(*) filter (where decided_at is null) as undated,
        max(decided_at) filter (where not beside) as last_sure_at,         -- of a stage that is known
        max(decided_at) filter (where beside is not true) as last_at,
        min(decided_at) as first_at,
        list(approver order by decided_at, approver) filter (where approver is not null) as approvers
    from change_approvals
    group by ns, change_id
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
        a.own_approved_at,
        a.approvals_supplied and not a.approvals_complete as may_lack_rows,
        d.required,
        d.undated_required,
        d.undated,
        d.last_sure_at,
        d.last_at,
        d.first_at,
        case when a.has_approved                then d.approvers
             when c.approved_by is not null     then list_value(c.approved_by)
        end as approvers,
        c.actual_start is null as by_plan,
        coalesce(c.actual_start, case when $use_planned then c.planned_start end) as started_at
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join decisions d on d.ns = c.ns and d.change_id = c.change_id
),
timed as (
    select
        *,
        started_at + to_minutes($tolerance_minutes + 1) as too_late,   -- less than a minute does not count
        actual_end + to_minutes(1) <= started_at as inverted,
        complete_over('approvals', ns, earliest(created_at, started_at),
                      latest(created_at, started_at)) as seen_to_start,
        complete_over('approvals', ns, started_at, coalesce(closed_at, $as_of)) as seen_to_end
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    implemented and change_type = 'normal' and approved as applies,
    case when inverted                                              then null
         when last_sure_at >= too_late                              then false
         when has_unclear or undated_required > 0                   then null
         when last_at < too_late and seen_to_end                    then true
         when undated = 0 and first_at >= too_late and seen_to_start then false
         else own_approved_at < too_late end as conforms,
    case when change_type = 'emergency'                             then 'emergency'
         when change_type = 'standard'                              then 'standard'
         when not implemented                                       then 'not_implemented'
         when not approved                                          then 'not_approved'
         when status is null                                        then 'status_unknown'
         when change_type is null                                   then 'type_unknown'
         when implemented is null and has_rejected                  then 'rejection_unclear'
         when implemented is null                                   then 'implemented_unknown'
         when contradictory                                         then 'contradictory'
         when approved is null and has_unclear                      then 'decision_unclear'
         when approved is null                                      then 'approvals_incomplete'
         when started_at is null                                    then 'no_start'
         when inverted                                              then 'inverted'
         when last_sure_at >= too_late or own_approved_at >= too_late
              then case when by_plan then 'late_by_plan' else 'late' end
         when has_unclear                                           then 'decision_unclear'
         when undated_required > 0                                  then 'no_decision_time'
         when last_at < too_late and not seen_to_end                then 'later_unknown'
         when last_at < too_late or own_approved_at < too_late
              then case when by_plan then 'ok_by_plan' else 'ok' end
         when undated = 0 and first_at >= too_late
              then case when not seen_to_start then 'approvals_incomplete'
                        when by_plan           then 'only_after_by_plan' else 'only_after' end
         when required > 0                                          then 'stage_unknown'
         when has_approved                                          then 'beside_only'
         when may_lack_rows                                         then 'approvals_incomplete'
         else 'no_decision_time'
    end as message,
    approvers,
    case when last_sure_at >= too_late then last_sure_at
         when first_at >= too_late     then first_at
         else coalesce(last_at, own_approved_at) end as decided_at,
    started_at,
    actual_start,
    planned_start,
    elapsed_minutes(started_at, decided_at) as late_by
from timed
