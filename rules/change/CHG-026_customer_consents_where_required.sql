/*
id       = "CHG-026"
title.zh = "需客户同意的变更已取得同意"
title.en = "The customer consents where required"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["SD-3.3-3"]
supports = ["QM-8.4.6-24"]
needs    = ["changes.status", "changes.change_type", "changes.customer_consent_required", "changes.customer_consent_at | approvals.stage"]
uses     = ["changes.actual_start", "changes.actual_end", "changes.outcome", "changes.approval_status", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision", "approvals.decided_at"]
blank    = { customer_consent_at = "nonconforming", outcome = "applies", actual_start = "applies", actual_end = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "合同约定须经客户同意的变更，没有同意就动手，业务受影响时客户毫无准备，责任也由我方独自承担。"
why.en   = "Where the contract asks for the customer's consent, work without it hits a customer who is not prepared and leaves the provider alone with the consequences."
fix.zh   = "找到客户同意的邮件、传真或签字，补录同意时间并附上依据；确实没有取得的，向客户说明并取得书面意见；在工具中把客户同意设为实施的前置条件。"
fix.en   = "Find the customer's mail, fax or signature, enter its time and attach it; where there is none, explain to the customer and obtain a statement in writing; let the tool bar implementation before consent."
noise.zh = "客户可能以邮件、会议或群消息同意而没有录入工具；录入的可能是补录的时间；“须客户同意”可能被误选。不足一分钟的先后不计。"
noise.en = "The customer may have agreed by mail, at a meeting or in a chat without an entry; the time entered may be that of entering; the mark “consent required” may be set by mistake. Less than a minute does not count."

[params.retro_hours]
type = "hours"
value = 24
min = 1
max = 72
help.zh = "紧急变更实施结束后多少小时内取得客户同意，仍算及时。"
help.en = "Hours after the end of an emergency change within which the customer's consent still counts as in time."

[message.late]
verdict = "nonconforming"
marks = "consent_at"
zh = "变更 {id}（类型 {change_type}）在 {work_from:time} 已经实施，{consent_at:time} 才取得客户同意，晚 {late_by:duration}。"
en = "Change {id} (type {change_type}) was under way at {work_from:time}; the customer consented only at {consent_at:time}, {late_by:duration} later."

[message.missing]
verdict = "nonconforming"
marks = "changes.customer_consent_at"
zh = "变更 {id}（类型 {change_type}）须经客户同意，已经实施（实际开始 {actual_start:time}），没有客户同意的记录。"
en = "Change {id} (type {change_type}) needs the customer's consent and was implemented (actual start {actual_start:time}); no consent is on record."

[message.ok]
verdict = "conforming"
zh = "客户于 {consent_at:time} 同意变更 {id}，{actual_start:time} 开始实施。"
en = "The customer consented to change {id} at {consent_at:time}; work began at {actual_start:time}."

[message.refused]
verdict = "not_assessed"
zh = "客户审批既有同意又有否决，无法确定以哪一个为准。"
en = "The customer both agreed and refused, and it cannot be told which stands."

[message.no_start]
verdict = "not_assessed"
zh = "有客户同意的时间，但实际开始时间为空，无法判断先后。"
en = "There is a time of consent, but the actual start is empty, so it cannot be told which came first."

[message.no_end]
verdict = "not_assessed"
zh = "紧急变更的实际结束时间为空，算不出补办同意的时限。"
en = "The actual end of this emergency change is empty, so the limit for consent cannot be told."

[message.inverted]
verdict = "not_assessed"
zh = "实际结束时间早于实际开始时间，时间本身有误，无法判断。"
en = "The actual end lies before the actual start, so the times themselves are wrong."

[message.consent_unclear]
verdict = "not_assessed"
zh = "有审批记录的环节、结论、对象类型或时间不明，可能就是客户的同意。"
en = "An approval row lacks its stage, decision, object type or time and may be the customer's consent."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "没有找到实施前的客户同意，但不能确定这段时间的审批记录是完整的。"
en = "No consent before the work was found, but the approvals of that time are not known to be complete."

[message.requirement_unknown]
verdict = "not_assessed"
zh = "“是否须客户同意”为空。"
en = "Whether the customer's consent is required is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，无法判断是否为紧急变更。"
en = "The change type is empty; it may be an emergency change."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_required]
verdict = "not_applicable"
zh = "不须客户同意。"
en = "The customer's consent is not required."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."

[message.retro]
verdict = "not_applicable"
zh = "紧急变更在时限内补办了客户同意。"
en = "An emergency change to which the customer consented afterwards, within the limit."

[message.not_due]
verdict = "not_applicable"
zh = "紧急变更补办客户同意的时限未到。"
en = "An emergency change; the limit for the customer's consent has not passed."
*/
with consents as (                        -- one row a change: what the customer decided
    select
        ns,
        object_id,
        min(decided_at) filter (where stage = 'customer' and decision = 'approved') as first_at,
        count(*) filter (where stage = 'customer' and decision = 'rejected') as refused,
        count(*) filter (
            where coalesce(stage, 'customer') = 'customer'
                  and coalesce(decision, 'approved') = 'approved'
                  and (object_type is null or stage is null or decision is null
                       or decided_at is null)) as unclear
    from approvals
    where coalesce(object_type, 'change') = 'change'
    group by ns, object_id
),
timed as (
    select
        c.*,
        a.implemented,
        a.has_rejected,
        a.approvals_supplied,
        coalesce(earliest(c.customer_consent_at, s.first_at), c.customer_consent_at, s.first_at)
            as consent_at,
        s.refused,
        s.unclear,
        c.actual_end < c.actual_start as inverted,
        coalesce(c.actual_start, c.actual_end) as work_from,
        coalesce(c.actual_start, c.actual_end) + to_minutes(1) as too_late,   -- less does not count
        case when c.change_type = 'emergency'
             then coalesce(c.actual_end, c.actual_start) + to_hours($retro_hours) end as limit_at
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join consents s on s.ns = c.ns and s.object_id = c.change_id
),
judged as (
    select
        *,
        inverted is not true and consent_at >= too_late
            and consent_at < limit_at + to_minutes(1) as excused,
        change_type = 'emergency' and actual_end is null and consent_at is not null as limit_unknown,
        complete_over('approvals', ns, created_at,
                      coalesce(limit_at, work_from, $as_of)) as all_seen
    from timed
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    case when not implemented or not customer_consent_required    then false
         when change_type is null                                 then null
         when limit_at > $as_of                                   then false
         when excused                                             then false
         when customer_consent_required                           then implemented end as applies,
    case when inverted                                            then null
         when consent_at is not null and refused > 0              then null
         when consent_at < actual_start + to_minutes(1)           then true
         when unclear > 0                                         then null
         when limit_unknown                                       then null
         when all_seen and (consent_at is null or consent_at >= too_late) then false
         when not approvals_supplied and (customer_consent_at is null
                                          or customer_consent_at >= too_late) then false
    end as conforms,
    case when not customer_consent_required                       then 'not_required'
         when not implemented                                     then 'not_implemented'
         when change_type is not null and limit_at > $as_of       then 'not_due'
         when change_type is not null and excused                 then 'retro'
         when status is null                                      then 'status_unknown'
         when customer_consent_required is null                   then 'requirement_unknown'
         when change_type is null                                 then 'type_unknown'
         when implemented is null and has_rejected                then 'rejection_unclear'
         when implemented is null                                 then 'implemented_unknown'
         when inverted                                            then 'inverted'
         when consent_at is not null and refused > 0              then 'refused'
         when consent_at < actual_start + to_minutes(1)           then 'ok'
         when unclear > 0                                         then 'consent_unclear'
         when limit_unknown                                       then 'no_end'
         when approvals_supplied and not all_seen                 then 'approvals_incomplete'
         when consent_at is null                                  then 'missing'
         when consent_at >= too_late                              then 'late'
         else 'no_start' end as message,
    change_type,
    actual_start,
    actual_end,
    work_from,
    consent_at,
    limit_at,
    elapsed_minutes(work_from, consent_at) as late_by
from judged
