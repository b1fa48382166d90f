/*
id       = "CHG-001"
title.zh = "变更已记录并分类"
title.en = "Changes are recorded and typed"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = ["QM-8.4.6-25"]
supports = []
needs    = ["changes.change_type", "changes.requester", "changes.status"]
blank    = { change_type = "nonconforming", requester = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "变更类型决定走哪条审批路径，申请人决定由谁说明理由、由谁验收。两者缺一，变更就无法按规定受控，统计也不可信。"
why.en   = "The type decides which path of approval a change takes, the requester who answers for its purpose. Without either it cannot be controlled, and figures by type mean nothing."
fix.zh   = "补填变更类型和申请人；在工具中把两项设为提交时必填，并为自动建单的接口配置默认类型和申请人。"
fix.en   = "Fill in type and requester; make both mandatory on submission, and set them for interfaces that create changes by themselves."
noise.zh = "历史数据迁移、接口自动建单可能没有带入申请人；有的工具把申请人写在备注或子表中，没有导出到这一列。"
noise.en = "Migrated records and those made by an interface may lack the requester; some tools keep him in a note or a sub-form that is not exported to this column."

[message.no_type]
verdict = "nonconforming"
zh = "变更 {id}（申请人 {requester}）没有填写变更类型，无法确定应走哪条审批路径。"
en = "Change {id} (requested by {requester}) has no type, so it is open which path of approval it should take."

[message.no_requester]
verdict = "nonconforming"
zh = "变更 {id} 没有填写申请人。"
en = "Change {id} names no requester."

[message.no_real_requester]
verdict = "nonconforming"
zh = "变更 {id} 的申请人写的是“{requester}”，等于没有填写。"
en = "Change {id} has “{requester}” as its requester, which names nobody."

[message.neither]
verdict = "nonconforming"
zh = "变更 {id} 既没有填写变更类型，也没有填写申请人。"
en = "Change {id} has neither a type nor a requester."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 的类型和申请人（{requester}）均已填写。"
en = "Change {id} has a type and a requester ({requester})."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，可能还是草稿或已取消。"
en = "The status is empty; the change may still be a draft or was cancelled."

[message.draft]
verdict = "not_applicable"
zh = "变更还是草稿。"
en = "The change is still a draft."

[message.cancelled]
verdict = "not_applicable"
zh = "变更已取消。"
en = "The change was cancelled."
*/
with read as (
    select
        *,
        is_one_of(requester, $placeholder_values) as says_nothing
    from changes
)
select
    record,
    created_at as at,
    coalesce(requester, assignment_group) as owner,
    status not in ('draft', 'cancelled') as applies,
    change_type is not null and requester is not null and not says_nothing as conforms,
    case when status is null                                then 'status_unknown'
         when status = 'draft'                              then 'draft'
         when status = 'cancelled'                          then 'cancelled'
         when change_type is null and requester is null     then 'neither'
         when change_type is null                           then 'no_type'
         when requester is null                             then 'no_requester'
         when says_nothing                                  then 'no_real_requester'
         else 'ok'
    end as message,
    requester,
    created_at,
    status
from read
