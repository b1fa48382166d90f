/*
id       = "CHG-003"
title.zh = "先评估后审批"
title.en = "Assessment comes before approval"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-26"]
supports = ["QM-8.4.6-24"]
needs    = [
    "changes.assessed_at | status_history.changed_at",
    "approvals.decided_at | changes.approved_at",
    "changes.change_type",
    "changes.status",
]
uses     = ["changes.outcome", "changes.actual_start", "changes.actual_end", "changes.created_at", "changes.approval_status", "approvals.object_type", "approvals.object_id", "approvals.stage", "approvals.decision", "status_history.object_type", "status_history.object_id", "status_history.field", "status_history.old_value"]
blank    = { approval_status = "applies", approved_at = "applies", actual_start = "conforming", actual_end = "conforming" }
since    = "0.3"
status   = "stable"
why.zh   = "审批要以评估为依据。先批后评，审批人是在不知道影响和风险的情况下表态，评估也就成了补材料。"
why.en   = "Approval rests on the assessment. Given first, it was given blind, and the assessment that follows is only paperwork."
fix.zh   = "查明审批时依据的是什么；补评发现风险的，重新审批；在工具中把评估完成设为提交审批的前置条件。"
fix.en   = "Find out what those who approved went by; where the later assessment shows a risk, have the change approved anew; let the tool ask for the assessment before approval."
noise.zh = "第一个批准可能只是同意受理需求，而不是同意实施；评估时间可能在事后修订时被覆盖；评估可能先在会上作出，之后才录入；不同工具的时钟可能不一致，可设容差。不足一分钟的先后不计。"
noise.en = "The first approval may only have accepted the demand, not the work; a later revision may have overwritten the time of assessment; an assessment made in a meeting may be entered later; clocks of tools may differ (set a tolerance). Less than a minute does not count."

[message.late]
verdict = "nonconforming"
marks = "assessed_at"
zh = "变更 {id} 于 {assessed_at:time} 完成评估，而首次批准作于 {approved_first_at:time}，评估晚 {after_approval:duration}。"
en = "Change {id} was assessed at {assessed_at:time}; its first approval was given at {approved_first_at:time}, {after_approval:duration} earlier."

[message.after_start]
verdict = "nonconforming"
marks = "assessed_at"
zh = "变更 {id} 于 {actual_start:time} 开始实施，{assessed_at:time} 才完成评估，晚 {after_start:duration}。"
en = "Work on change {id} began at {actual_start:time}; it was assessed only at {assessed_at:time}, {after_start:duration} later."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {assessed_at:time} 完成评估，首次批准作于 {approved_first_at:time}。"
en = "Change {id} was assessed at {assessed_at:time} and first approved at {approved_first_at:time}."

[message.no_assessment]
verdict = "not_assessed"
zh = "没有评估时间，流转记录中也没有离开“评估中”状态的时间，无法比较先后。"
en = "There is no time of assessment, and no step out of the state of assessment in the history, so the order cannot be told."

[message.history_incomplete]
verdict = "not_assessed"
zh = "流转记录中的评估晚于批准或开始实施，但流转记录可能不完整，之前也许已评估过。"
en = "The history shows an assessment after approval or start, but is not known to be complete; there may have been an earlier one."

[message.assessed_again]
verdict = "not_assessed"
zh = "变更多次离开“评估中”状态，首次在批准或开始实施之前，末次在其后，无法判断哪一次完成了评估。"
en = "The change left the state of assessment several times, before and after approval or start, so it cannot be told which time the assessment was done."

[message.no_decision_time]
verdict = "not_assessed"
zh = "变更已批准，但有批准没有时间，无法判断先后。"
en = "The change was approved, but an approval bears no time, so it cannot be told which came first."

[message.beside_only]
verdict = "not_assessed"
zh = "只有补批、客户或其他附带环节的批准，看不到实施前必经环节的批准。"
en = "Only retroactive, customer or other accompanying approvals are seen, none of a stage that work waits for."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能是一个更早的批准。"
en = "An approval row has no readable decision or object type and may be an earlier approval."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "审批记录中没有找到批准，但不能确定审批记录在变更期间是完整的。"
en = "No approving decision was found, but the approvals are not known to be complete over the time of the change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，可能已取消或否决。"
en = "The status is empty; the change may have been cancelled or rejected."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，可能是紧急变更或标准变更。"
en = "The change type is empty; it may be an emergency or a standard change."

[message.emergency]
verdict = "not_applicable"
zh = "紧急变更允许在实施后限时补评，由 CHG-002 检查。"
en = "An emergency change may be assessed afterwards within a limit; CHG-002 checks that."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施，不逐单评估和批准。"
en = "A standard change rests on a pre-authorised template and is neither assessed nor approved on its own."

[message.void]
verdict = "not_applicable"
zh = "变更已取消或否决。"
en = "The change was cancelled or rejected."

[message.not_approved]
verdict = "not_applicable"
zh = "变更没有获得批准，谈不上先后；未经批准的实施由 CHG-004 检查。"
en = "The change was never approved, so there is nothing to put in order; CHG-004 checks work without approval."
*/
with decisions as (                       -- one row a change: its approvals by stages that work waits for
    select
        ns,
        change_id,
        min(decided_at) as first_at,
        count(*) filter (where decided_at is null) as undated
    from change_approvals
    where beside is not true
    group by ns, change_id
),
left_assessment as (                      -- one row a change: when it left the state of assessment
    select ns, object_id, min(changed_at) as first_at, max(changed_at) as last_at
    from status_history
    where object_type = 'change' and field = 'status' and old_value = 'assessment'
    group by ns, object_id
),
facts as (
    select
        c.*,
        a.approved,
        a.contradictory,
        a.has_approved,
        a.has_rejected,
        a.has_unclear,
        a.approvals_supplied and not a.approvals_complete as may_lack_rows,
        d.undated,
        coalesce(d.first_at, a.own_approved_at) as approved_first_at,
        case when c.actual_end < c.actual_start then null else c.actual_start end as started_at,
        coalesce(c.assessed_at, h.first_at) as assessed_from,
        coalesce(c.assessed_at, h.last_at) as assessed_to,
        c.assessed_at is not null
            or complete_over('status_history', c.ns, c.created_at, h.first_at) as first_is_sure
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join decisions d on d.ns = c.ns and d.change_id = c.change_id
    left join left_assessment h on h.ns = c.ns and h.object_id = c.change_id
),
timed as (
    select
        *,
        approved_first_at + to_minutes($tolerance_minutes + 1) as too_late,      -- less than a
        started_at + to_minutes($tolerance_minutes + 1) as late_for_start       -- minute does not count
    from facts
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    coalesce(assessed_by, implementer) as owner,
    change_type = 'normal' and status not in ('cancelled', 'rejected') and approved as applies,
    case when first_is_sure and assessed_from >= late_for_start     then false
         when first_is_sure and assessed_from >= too_late           then false
         when has_unclear or undated > 0                            then null
         when assessed_to < too_late
              and (assessed_to < late_for_start or started_at is null)
              then true
    end as conforms,
    case when change_type = 'emergency'                             then 'emergency'
         when change_type = 'standard'                              then 'standard'
         when status in ('cancelled', 'rejected')                   then 'void'
         when not approved                                          then 'not_approved'
         when status is null                                        then 'status_unknown'
         when change_type is null                                   then 'type_unknown'
         when contradictory                                         then 'contradictory'
         when approved is null and has_unclear                      then 'decision_unclear'
         when approved is null                                      then 'approvals_incomplete'
         when assessed_from is null                                 then 'no_assessment'
         when first_is_sure and assessed_from >= late_for_start     then 'after_start'
         when first_is_sure and assessed_from >= too_late           then 'late'
         when has_unclear                                           then 'decision_unclear'
         when undated > 0                                           then 'no_decision_time'
         when approved_first_at is null and has_approved            then 'beside_only'
         when approved_first_at is null and may_lack_rows           then 'approvals_incomplete'
         when approved_first_at is null                             then 'no_decision_time'
         when assessed_to < too_late
              and (assessed_to < late_for_start or started_at is null)
              then 'ok'
         when not first_is_sure                                     then 'history_incomplete'
         else 'assessed_again'
    end as message,
    assessed_from as assessed_at,
    approved_first_at,
    actual_start,
    elapsed_minutes(approved_first_at, assessed_from) as after_approval,
    elapsed_minutes(actual_start, assessed_from) as after_start
from timed
