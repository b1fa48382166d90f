/*
id       = "REQ-002"
title.zh = "权限类请求先批后办"
title.en = "Access requests are approved before fulfilment"
severity = "major"
kind     = "record"
subject  = ["requests"]
decides  = ["QA-3.4-6"]
supports = ["QM-8.4.6-34"]
needs    = [
    "requests.status", "requests.fulfilled_at",
    "requests.access_related | requests.category | requests.service_id",
    "approvals.decided_at | requests.approval_status",
]
uses     = [
    "requests.created_at", "requests.close_mode", "requests.approved_at",
    "approvals.object_type", "approvals.object_id", "approvals.stage", "approvals.decision",
    "catalogue.service_id", "catalogue.name", "catalogue.preapproved",
]
blank    = { fulfilled_at = "applies", access_related = "applies", category = "applies", name = "applies", close_mode = "applies", preapproved = "applies", approval_status = "nonconforming", approved_at = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "账号和权限一经开通就能用。未经批准或先开后补，谁有权看什么数据就失去了控制，出了泄露也说不清由谁同意。"
why.en   = "An account or a right works from the moment it is granted. Granted without approval, or approved afterwards, it leaves nobody in control of who may see what, and after a leak nobody can say who agreed."
fix.zh   = "核实该权限是否应有：不应有的立即收回，应有的由有权人补批并说明原因；在工具中把批准设为权限类请求的前置步骤；常规低风险权限可在服务目录中登记为免单独审批。"
fix.en   = "Check whether the right is due: withdraw it if not, otherwise have it approved now with the reason. Let the tool bar access requests until approved; enter routine, harmless rights in the catalogue as pre-approved."
noise.zh = "批准可能在OA、邮件或纸面上作出，没有录入工具；按分类或服务名称中的字样认定的权限类请求可能认错（可用“涉及权限”标志更正）；被否决后直接关闭的单，工具可能写上完成时间。不足一分钟的先后不计。"
noise.en = "Approval may have been given in an office system, a mail or on paper; a request taken for an access request by the words of its category or service may be none (the mark for access corrects it); a tool may stamp a fulfilment on a request that was rejected and closed. Less than a minute does not count."

[params.access_words]
type = "list"
value = ["权限", "账号", "帐号", "account", " access ", "vpn"]
help.zh = "没有“涉及权限”标志的请求，分类或服务（编号、名称）中含有这些字样之一的视为权限类请求；不分大小写，前后加空格表示整词。"
help.en = "A request without a mark for access counts as one for access where its category or service (number or name) contains one of these, whatever the letter case; outer blanks mean a whole word."

[message.late]
verdict = "nonconforming"
marks = "decided_at"
zh = "权限类请求 {id} 于 {fulfilled_at:time} 由 {fulfilled_by} 办理完成，到 {decided_at:time} 才批准（审批人 {approvers:list}），晚 {late_by:duration}。"
en = "Access request {id} was fulfilled at {fulfilled_at:time} by {fulfilled_by} and approved (by {approvers:list}) only at {decided_at:time}, {late_by:duration} later."

[message.rejected]
verdict = "nonconforming"
zh = "权限类请求 {id} 已被否决（审批结论：{decisions:list}；总体审批状态：{approval_status}），仍于 {fulfilled_at:time} 由 {fulfilled_by} 办理完成。"
en = "Access request {id} was rejected (decisions: {decisions:list}; overall state: {approval_status}), yet {fulfilled_by} fulfilled it at {fulfilled_at:time}."

[message.not_approved]
verdict = "nonconforming"
marks = "requests.approved_at"
zh = "权限类请求 {id}（分类：{category}）于 {fulfilled_at:time} 由 {fulfilled_by} 办理完成，没有批准（审批结论：{decisions:list}；总体审批状态：{approval_status}）。"
en = "Access request {id} (category {category}) was fulfilled at {fulfilled_at:time} by {fulfilled_by} without approval (decisions: {decisions:list}; overall state: {approval_status})."

[message.ok]
verdict = "conforming"
zh = "权限类请求 {id} 于 {decided_at:time} 批准，{fulfilled_at:time} 办理完成。"
en = "Access request {id} was approved at {decided_at:time} and fulfilled at {fulfilled_at:time}."

[message.no_times]
verdict = "not_assessed"
zh = "请求已批准并办理，但批准时间或完成时间为空，无法判断先后。"
en = "The request was approved and fulfilled, but one of the two times is empty, so it cannot be told which came first."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定请求是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能就是批准，也可能是另一个更晚的批准。"
en = "An approval row has no readable decision or object type; it may be the approval, or a later one."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "没有找到批准，但审批状态为空，也不能确定审批记录在请求办理期间是完整的。"
en = "No approval was found, but there is no approval state and the approvals are not known to be complete over the time of the request."

[message.state_empty]
verdict = "not_assessed"
zh = "有批准时间，审批状态却为空，也没有批准的审批记录，无法确定请求是否获得批准。"
en = "There is a time of approval, but the approval state is empty and no row approves, so it cannot be told whether the request was approved."

[message.perhaps_exempt]
verdict = "not_assessed"
zh = "审批状态为“无需审批”，而服务目录没有说明是否免单独审批。"
en = "The approval state says that none is required, and the catalogue does not say whether the service is pre-approved."

[message.access_unknown]
verdict = "not_assessed"
zh = "没有“涉及权限”标志，也没有分类和服务名称，无法判断是否权限类请求。"
en = "With neither a mark for access nor a category nor the name of a service it cannot be told whether rights are concerned."

[message.fulfilment_unknown]
verdict = "not_assessed"
zh = "状态为空，或请求已关闭而没有完成时间，无法判断是否办理。"
en = "The status is empty, or the request is closed without a time of fulfilment, so it cannot be told whether it was carried out."

[message.not_access]
verdict = "not_applicable"
zh = "不涉及权限。"
en = "No rights of access are concerned."

[message.preapproved]
verdict = "not_applicable"
zh = "服务目录登记为免单独审批。"
en = "The catalogue lists the service as pre-approved."

[message.not_fulfilled]
verdict = "not_applicable"
zh = "请求没有办理，或已取消、拒绝、作废。"
en = "The request was not carried out, or was cancelled, rejected or void."
*/
with decisions as (                      -- one row a request: what its approval rows say
    select
        ns,
        object_id,
        count(*) filter (where object_type is null or decision is null) as unclear,
        count(*) filter (where decision = 'approved') as approved,
        count(*) filter (where decision = 'approved' and decided_at is null) as undated,
        count(*) filter (where decision = 'rejected') as rejected,
        max(decided_at) filter (where decision = 'approved') as approved_last,
        max(decided_at) filter (where decision = 'rejected') as rejected_last,
        max(decided_at) filter (where decision = 'approved'
                                      and coalesce(stage, '') not in ('retro', 'backfill')) as regular_last,
        list(approver order by decided_at, approver)
            filter (where decision = 'approved' and approver is not null) as approvers,
        list(decision order by decided_at, decision) as decisions
    from approvals
    where coalesce(object_type, 'request') = 'request'
    group by ns, object_id
),
read as (
    select
        r.*,
        c.preapproved,
        c.name
    from requests r
    left join catalogue c on c.ns = r.ns and c.service_id = r.service_id
),
facts as (
    select
        r.*,
        case when r.access_related is not null                     then r.access_related
             when says_any(' ' || r.category || ' ', $access_words) then true
             when says_any(' ' || r.service_id || ' ', $access_words) then true
             when says_any(' ' || r.name || ' ', $access_words)    then true
             when r.category is not null or r.name is not null     then false end as access,
        case when r.status is null                                 then null
             when r.status in ('draft', 'cancelled', 'rejected')   then false
             when r.close_mode in ('duplicate', 'void')            then false
             when r.fulfilled_at is not null or r.status = 'resolved' then true
             when r.status <> 'closed'                             then false end as fulfilled,
        d.approvers,
        d.decisions,
        d.unclear > 0 as has_unclear,
        d.approved > 0 as has_approved,
        d.rejected > 0 as has_rejected,
        d.approved_last > d.rejected_last as approved_after,
        case when d.unclear > 0 or d.undated > 0                   then null
             else coalesce(d.regular_last, d.approved_last, r.approved_at) end as decided_at,
        supplied(r.record, 'approval_status') as state_supplied,
        table_supplied('approvals', r.ns) as approvals_supplied,
        complete_over('approvals', r.ns, r.created_at, coalesce(r.fulfilled_at, $as_of)) as approvals_complete
    from read r
    left join decisions d on d.ns = r.ns and d.object_id = r.request_id
),
judged as (
    select
        *,
        case when has_approved or has_unclear                      then true    -- perhaps: decided_at is NULL
             when approval_status = 'approved'                     then true
             when approval_status = 'not_required' and preapproved is null then null
             when approval_status <> 'approved'                    then false
             when approved_at is not null                          then case when not state_supplied then true end
             when approvals_complete                               then false
             when state_supplied and not approvals_supplied        then false end as approved,
        case when has_approved and approval_status = 'rejected'    then true
             when approved_after                                   then false
             when has_rejected and has_approved                    then true
             when has_rejected and approved_at is not null         then true end as contradictory
    from facts
)
select
    record,
    fulfilled_at as at,
    fulfilled_by as owner,
    case when preapproved                                          then false
         else access and fulfilled end as applies,
    case when contradictory                                        then null
         when not approved                                         then false
         when approved                                             then decided_at < fulfilled_at + to_minutes(1)
    end as conforms,
    case when not access                                           then 'not_access'
         when not fulfilled                                        then 'not_fulfilled'
         when preapproved                                          then 'preapproved'
         when access is null                                       then 'access_unknown'
         when fulfilled is null                                    then 'fulfilment_unknown'
         when contradictory                                        then 'contradictory'
         when has_unclear                                          then 'decision_unclear'
         when not approved and (has_rejected or approval_status = 'rejected') then 'rejected'
         when not approved                                         then 'not_approved'
         when approved is null and approval_status = 'not_required' then 'perhaps_exempt'
         when approved is null and approved_at is not null         then 'state_empty'
         when approved is null                                     then 'approvals_incomplete'
         when decided_at < fulfilled_at + to_minutes(1)            then 'ok'
         when decided_at >= fulfilled_at + to_minutes(1)           then 'late'
         else 'no_times'
    end as message,
    category,
    approval_status,
    decisions,
    approvers,
    decided_at,
    fulfilled_at,
    fulfilled_by,
    elapsed_minutes(fulfilled_at, decided_at) as late_by
from judged
