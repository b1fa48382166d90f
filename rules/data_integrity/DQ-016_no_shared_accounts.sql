/*
id       = "DQ-016"
title.zh = "无共用账号审批或关闭"
title.en = "No shared accounts approve or close"
severity = "minor"
kind     = "record"
subject  = ["approvals", "incidents", "requests", "problems", "changes"]
decides  = []
supports = ["QM-8.4.6-11"]
needs    = [
    "approvals.approver", "approvals.decision", "incidents.closed_by", "incidents.status",
    "requests.closed_by", "requests.status", "problems.closed_by", "problems.status",
    "changes.closed_by", "changes.status",
]
uses     = ["incidents.close_mode", "requests.close_mode", "approvals.object_type", "approvals.object_id", "changes.change_type"]
blank    = { close_mode = "applies", approver = "applies", closed_by = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "用公共账号审批或关闭单据，事后无法确定是谁批准、谁确认的，职责分工也就落不到人。"
why.en   = "Where a shared account approves or closes, nobody can tell afterwards who agreed or who confirmed, and duties rest on no person."
fix.zh   = "查明当时使用账号的人，补记责任人；停用公共账号的审批和关闭权限，为每人建立实名账号。"
fix.en   = "Find out who used the account and put his name on record; take the right to approve and close away from shared accounts and give everybody one of his own."
noise.zh = "有的工具由接口账号代用户提交审批，真正的审批人在备注里；某人专用的管理员账号也可能叫 admin。账号按去掉域名、不分大小写比较。"
noise.en = "Some tools let an interface account submit approvals for users, whose names stand in a note; an administrator's own account may be called admin. Accounts are compared without domain, whatever the letter case."

[params.shared_accounts]
type = "list"
value = ["admin", "administrator", "root", "test", "guest", "服务台", "值班", "公共账号"]
help.zh = "多人共用的账号（英文用小写）。"
help.en = "Accounts that several people share, in lower case."

[message.approved]
verdict = "nonconforming"
marks = "approvals.decided_at"
zh = "审批 {id} 于 {acted_at:time} 由共用账号“{account}”批准。"
en = "Approval {id} was given on {acted_at:time} by the shared account “{account}”."

[message.closed]
verdict = "nonconforming"
marks = ["incidents.closed_at", "requests.closed_at", "problems.closed_at", "changes.closed_at"]
zh = "单据 {id} 于 {acted_at:time} 由共用账号“{account}”关闭。"
en = "Record {id} was closed on {acted_at:time} by the shared account “{account}”."

[message.ok]
verdict = "conforming"
zh = "由“{account}”批准或关闭，不是共用账号。"
en = "Approved or closed by “{account}”, which is no shared account."

[message.nobody]
verdict = "not_assessed"
zh = "审批人或关闭人为空。"
en = "It is not recorded who approved or closed."

[message.automatic_approval]
verdict = "not_assessed"
zh = "由自动任务批准，而对象不是（或不能确定是）标准变更，是否允许须由人判断。"
en = "Approved by an automatic job, and the object is not known to be a standard change; whether that is allowed is for a person to judge."

[message.state_unknown]
verdict = "not_assessed"
zh = "审批结论或单据状态为空。"
en = "The decision or the status is empty."

[message.not_done]
verdict = "not_applicable"
zh = "不是批准的决定，或单据没有关闭。"
en = "The decision is no approval, or the record is not closed."

[message.automatic]
verdict = "not_applicable"
zh = "由工具自动关闭，或自动批准标准变更。"
en = "Closed by the tool itself, or a standard change approved automatically."
*/
with acts as (
    select a.record, 'approved' as act, a.approver as account, a.decided_at as acted_at,
        a.decision = 'approved' as done, false as by_itself, c.change_type = 'standard' as may_be_automatic
    from approvals a
    left join changes c on c.ns = a.ns and c.change_id = a.object_id and a.object_type = 'change'
    union all
    select record, 'closed' as act, closed_by as account, closed_at as acted_at,
        status = 'closed' as done, close_mode in ('timeout', 'auto') as by_itself, true as may_be_automatic
    from incidents
    union all
    select record, 'closed' as act, closed_by as account, closed_at as acted_at,
        status = 'closed' as done, close_mode in ('timeout', 'auto') as by_itself, true as may_be_automatic
    from requests
    union all
    select record, 'closed' as act, closed_by as account, closed_at as acted_at,
        status = 'closed' as done, false as by_itself, true as may_be_automatic
    from problems
    union all
    select record, 'closed' as act, closed_by as account, closed_at as acted_at,
        status = 'closed' as done, false as by_itself, true as may_be_automatic
    from changes
),
judged as (
    select
        *,
        list_contains($shared_accounts, person_word(account)) as shared,
        list_contains($automation_accounts, person_word(account)) as automatic
    from acts
)
select
    record,
    acted_at as at,
    account as owner,
    case when not done                                then false
         when by_itself                               then false
         when automatic and may_be_automatic          then false
         when done                                    then true end as applies,
    case when shared                                  then false
         when automatic                               then null
         when not shared                              then true end as conforms,
    case when not done                                then 'not_done'
         when by_itself                               then 'automatic'
         when automatic and may_be_automatic          then 'automatic'
         when done is null                            then 'state_unknown'
         when shared                                  then act
         when automatic                               then 'automatic_approval'
         when not shared                              then 'ok'
         else 'nobody' end as message,
    account,
    acted_at
from judged
