/*
id       = "REQ-003"
title.zh = "申请、审批、办理人分离"
title.en = "Requester, approver and fulfiller differ"
severity = "minor"
kind     = "record"
subject  = ["requests"]
decides  = []
supports = ["QA-3.4-6"]
needs    = ["requests.requester", "requests.fulfilled_by", "approvals.approver", "approvals.decision"]
uses     = ["requests.access_related", "requests.approval_status", "requests.created_at", "requests.fulfilled_at", "approvals.object_type", "approvals.object_id"]
since    = "0.3"
status   = "stable"
why.zh   = "自己申请自己批，或者批权限的人自己去开通，等于没有第二个人把关；多开、错开、私开权限都不会有人发现。"
why.en   = "Where people approve their own requests, or whoever approves a right also grants it, nobody else has looked: rights given in excess, by mistake or on the quiet go unnoticed."
fix.zh   = "由另一名有权人复核并补充批准；在工具中禁止申请人审批自己的请求，权限类请求的审批人不得兼任办理人。"
fix.en   = "Have another authorised person review and approve it; bar requesters from approving their own requests in the tool, and approvers from carrying out those for access."
noise.zh = "审批人可能代上级录入口头批准；公共账号看似一人，实为多人；同一人有多个账号而未登记在人员台账时，会被当成不同的人。由自动任务作出的批准不算人的批准。"
noise.en = "The approver may have entered a superior's spoken approval; a shared account looks like one person; several accounts of one person that the personnel register does not join look like several persons. An approval given by an automatic job is nobody's."

[message.by_requester]
verdict = "nonconforming"
zh = "请求 {id} 的申请人 {requester} 就是审批人，全部批准（{approvers:list}）都由其本人作出。"
en = "Request {id}: {requester}, its requester, gave every approval of it ({approvers:list})."

[message.by_fulfiller]
verdict = "nonconforming"
zh = "权限类请求 {id} 由 {fulfilled_by} 办理，全部批准（{approvers:list}）也由其本人作出；申请人为 {requester}。"
en = "Access request {id} of {requester} was carried out by {fulfilled_by}, who also gave every approval of it ({approvers:list})."

[message.ok]
verdict = "conforming"
zh = "请求 {id} 由 {requester} 申请、{fulfilled_by} 办理，批准人中有他人：{approvers:list}。"
en = "Request {id} was made by {requester} and carried out by {fulfilled_by}, with someone else among those who approved it: {approvers:list}."

[message.person_empty]
verdict = "not_assessed"
zh = "申请人、审批人或办理人为空，或者批准由自动任务作出，无法比较。"
en = "The requester, an approver or whoever carried it out is empty, or an automatic job approved, so they cannot be compared."

[message.not_comparable]
verdict = "not_assessed"
zh = "审批人与申请人或办理人的写法不同（姓名、账号、邮箱等），人员台账中不能同时对上，无法判断是否同一人。"
en = "The approver is written in another form (name, account, mail) than the requester or whoever carried it out, and not both are in the personnel register."

[message.access_unknown]
verdict = "not_assessed"
zh = "审批人可能就是办理人，而是否涉及权限不明。"
en = "The approver may be who carried it out, and it is not known whether rights of access are concerned."

[message.approver_unknown]
verdict = "not_assessed"
zh = "审批状态为已批准，但没有审批记录，不知由谁批准。"
en = "The approval state says approved, but no approval row tells by whom."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的结论或对象类型不明，可能就是他人的批准。"
en = "An approval row has no readable decision or object type and may be an approval by someone else."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "不能确定审批记录在请求办理期间是完整的，可能还有其他批准。"
en = "The approvals are not known to be complete over the time of the request; there may be others."

[message.not_approved]
verdict = "not_applicable"
zh = "请求没有经过批准，没有审批人可比；未经批准的权限由 REQ-002 检查。"
en = "The request was not approved, so there is no approver to compare; REQ-002 checks access granted without approval."
*/
with people as (                         -- each name once, with the person that it means
    select n.ns, n.name, person_key(n.name, w.person_id) as who
    from (
        select ns, requester as name from requests
        union
        select ns, fulfilled_by as name from requests
        union
        select ns, approver as name from approvals
    ) n
    left join person_words w on w.word = person_word(n.name)
),
deciders as (                            -- an automatic account is nobody
    select
        a.ns,
        a.object_id,
        a.object_type is null or a.decision is null as unclear,
        a.object_type is not null and a.decision = 'approved' as approves,
        a.decided_at,
        a.approver,
        case when not is_one_of(a.approver, $automation_accounts) then p.who end as who
    from approvals a
    left join people p on p.ns = a.ns and p.name = a.approver
    where coalesce(a.object_type, 'request') = 'request'
),
compared as (                            -- one row a request: who approved it
    select
        r.ns,
        r.request_id,
        count(*) filter (where d.unclear) as unclear,
        count(*) filter (where d.approves) as approvals,
        count(*) filter (where d.approves and d.who is null) as nameless,
        count(*) filter (where d.approves and same_person(d.who, q.who)) as by_requester,
        count(*) filter (where d.approves and not same_person(d.who, q.who)) as by_others,
        count(*) filter (where d.approves and same_person(d.who, f.who)) as by_fulfiller,
        count(*) filter (where d.approves and not same_person(d.who, f.who)) as by_bystanders,
        list(d.approver order by d.decided_at, d.approver) filter (where d.approves and d.approver is not null)
            as approvers
    from requests r
    join deciders d on d.ns = r.ns and d.object_id = r.request_id
    left join people q on q.ns = r.ns and q.name = r.requester
    left join people f on f.ns = r.ns and f.name = r.fulfilled_by
    group by r.ns, r.request_id
),
known as (
    select
        r.*,
        c.unclear,
        c.approvals,
        c.nameless,
        c.by_requester,
        c.by_others,
        c.by_fulfiller,
        c.by_bystanders,
        c.approvers,
        complete_over('approvals', r.ns, r.created_at, coalesce(r.fulfilled_at, $as_of)) as whole
    from requests r
    left join compared c on c.ns = r.ns and c.request_id = r.request_id
),
judged as (
    select
        *,
        case when by_others > 0                                        then true
             when unclear > 0 or not whole                             then null
             when by_requester = approvals                             then false end as not_requester,
        case when by_bystanders > 0 or not access_related              then true
             when unclear > 0 or not whole                             then null
             when access_related and by_fulfiller = approvals          then false end as not_fulfiller
    from known
)
select
    record,
    coalesce(fulfilled_at, created_at) as at,
    requester as owner,
    case when approvals > 0                                            then true
         when unclear > 0 or approval_status = 'approved'              then null
         when approval_status is not null or whole                     then false end as applies,
    not_requester and not_fulfiller as conforms,
    case when coalesce(approvals, 0) = 0 and unclear > 0               then 'decision_unclear'
         when coalesce(approvals, 0) = 0 and approval_status = 'approved' then 'approver_unknown'
         when coalesce(approvals, 0) = 0 and (approval_status is not null or whole) then 'not_approved'
         when not not_requester                                        then 'by_requester'
         when not not_fulfiller                                        then 'by_fulfiller'
         when not_requester and not_fulfiller                          then 'ok'
         when unclear > 0                                              then 'decision_unclear'
         when not whole                                                then 'approvals_incomplete'
         when nameless > 0 or requester is null or fulfilled_by is null then 'person_empty'
         when not_requester and access_related is null                 then 'access_unknown'
         else 'not_comparable' end as message,
    requester,
    approvers,
    fulfilled_by,
    access_related
from judged
