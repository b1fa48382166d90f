/*
id       = "CHG-034"
title.zh = "自动发现的配置变化有对应变更"
title.en = "Alterations found by discovery have a change"
severity = "minor"
kind     = "record"
subject  = ["ci_changes"]
decides  = ["QM-8.4.6-22", "SD-7.2-3.4"]
supports = []
needs    = [
    "ci_changes.field", "ci_changes.old_value", "ci_changes.changed_at", "ci_changes.origin",
    "change_cis.change_id", "change_cis.ci_id", "changes.change_id", "changes.status", "cis.ci_id", "cis.status",
    "changes.actual_start | changes.planned_start", "changes.actual_end | changes.planned_end",
]
uses     = ["ci_changes.change_id", "changes.outcome", "changes.approval_status", "changes.created_at", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { old_value = "applies", change_id = "nonconforming", approval_status = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "自动发现看到的是现场的实际状态。受控属性变了而没有变更可以解释，说明有人绕过变更流程动了环境，审批、测试和回退都无从谈起。"
why.en   = "Discovery sees what the site really is. A controlled attribute that differs with no change to explain it shows that somebody altered the environment outside change control, without approval, test or a way back."
fix.zh   = "查明谁在何时改动了现场；属于应走变更的，补办变更并评估影响；属于误改的，恢复原状；变更单漏登配置项的，补上关联。"
fix.en   = "Find out who altered the site and when; raise the change that was due and weigh its effect, or restore the former state; where the change merely does not list the item, add it."
noise.zh = "自动发现的时间晚于实际改动，扫描间隔长的应放宽 match_days；动态分配的地址、自动更新的版本、扫描识别规则的调整也会产生变化；变更单可能没有登记这个配置项；在用状态取导出时的状态。"
noise.en = "Discovery comes after the alteration: widen match_days where scans are far apart. Dynamic addresses, automatic updates and changed recognition rules alter values too; the change may not list this item; whether an item is in use is taken as of the export."

[params.controlled_attributes]
type = "list"
value = ["version", "location", "status", "owner", "serial_no", "ip_address", "config"]
help.zh = "受控属性的规范字段名，不分大小写比较；其他属性的变化不查。"
help.en = "Canonical names of the controlled attributes, compared without letter case; alterations of others are not looked at."

[params.match_days]
type = "days"
value = 5
min = 0
max = 14
help.zh = "发现时间早于变更开始或晚于变更结束多少天以内，仍视为由该变更引起。"
help.en = "Days before the start or after the end of a change within which an alteration still counts as made by it."

[params.lead_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "变更单通常最多提前多少天建立；查不到变更时，这段时间的变更须已完整导出才下结论。"
help.en = "Days by which a change is usually recorded before its work; where none is found, changes must be exported completely over that time before anything is concluded."

[message.untraced]
verdict = "nonconforming"
marks = "ci_changes.changed_at"
zh = "自动发现（{changed_by}）于 {changed_at:time} 看到配置项 {ci_id} 的“{field}”从“{old_value}”变为“{new_value}”，没有变更单号，前后 {match_days:number} 天内也没有已实施的变更涉及该配置项。"
en = "On {changed_at:time} discovery ({changed_by}) saw “{field}” of CI {ci_id} altered from “{old_value}” to “{new_value}”; no change number is given, and no change implemented within {match_days:number} days of it concerns the CI."

[message.change_not_done]
verdict = "nonconforming"
marks = "ci_changes.changed_at"
zh = "自动发现（{changed_by}）于 {changed_at:time} 看到配置项 {ci_id} 的“{field}”从“{old_value}”变为“{new_value}”，所填变更 {change_id} 并未实施，前后 {match_days:number} 天内也没有其他已实施的变更涉及该配置项。"
en = "On {changed_at:time} discovery ({changed_by}) saw “{field}” of CI {ci_id} altered from “{old_value}” to “{new_value}”; the change {change_id} given for it was not implemented, and no other change implemented within {match_days:number} days of it concerns the CI."

[message.cited]
verdict = "conforming"
zh = "配置项 {ci_id} 的“{field}”的变化依据变更 {change_id}。"
en = "The alteration of “{field}” of CI {ci_id} rests on change {change_id}."

[message.covered]
verdict = "conforming"
zh = "配置项 {ci_id} 的“{field}”的变化与变更 {changes:list} 的实施时间相符。"
en = "The alteration of “{field}” of CI {ci_id} falls into the time of {changes:list}."

[message.origin_unknown]
verdict = "not_assessed"
zh = "变化的来源为空，无法判断是否由自动发现写入。"
en = "The origin of the alteration is empty; it may not have been found by discovery."

[message.ci_unknown]
verdict = "not_assessed"
zh = "配置项不在配置项清单中，或状态为空，无法判断是否在用。"
en = "The CI is not among the items supplied or has no status, so it cannot be told whether it is in use."

[message.cited_unknown]
verdict = "not_assessed"
zh = "所填变更单不在导出中，或不能确定是否实施。"
en = "The change that is cited is not in the export, or it cannot be told whether it was implemented."

[message.change_unclear]
verdict = "not_assessed"
zh = "有涉及该配置项的变更，但其实施情况或时间不明，可能就是变化的原因。"
en = "A change that concerns the CI lacks times or a clear state, and may be what altered it."

[message.changes_incomplete]
verdict = "not_assessed"
zh = "没有找到对应变更，但不能确定这段时间的变更及其配置项已全部导出。"
en = "No change was found, but the changes of that time and their CIs are not known to be all in the export."

[message.not_discovered]
verdict = "not_applicable"
zh = "不是由自动发现写入，由 CFG-005 检查。"
en = "Not found by discovery; CFG-005 looks at such edits."

[message.uncontrolled]
verdict = "not_applicable"
zh = "不是受控属性。"
en = "The attribute is not a controlled one."

[message.first_filling]
verdict = "not_applicable"
zh = "首次填写。"
en = "The attribute was filled in for the first time."

[message.not_in_use]
verdict = "not_applicable"
zh = "配置项不在用。"
en = "The CI is not in use."
*/
with edits as (
    select
        *,
        lower(trim(ci_id)) as item,
        is_one_of(field, $controlled_attributes) as controlled
    from ci_changes
),
work as (                                -- when changes may have altered an item
    select
        l.ns,
        lower(trim(l.ci_id)) as item,
        c.change_id,
        a.implemented,
        coalesce(c.actual_start, c.planned_start) - to_days($match_days) as from_at,
        coalesce(c.actual_end, c.planned_end) + to_days($match_days) as to_at
    from change_cis l
    join changes c on c.ns = l.ns and c.change_id = l.change_id
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    where a.implemented is distinct from false
),
explained as (                           -- one row a CI and moment: changes whose time covers it
    select
        e.ns,
        e.ci_id,
        e.changed_at,
        count(*) filter (
            where w.implemented and w.from_at is not null and w.to_at is not null) as sure,
        count(*) as possible,
        list(w.change_id order by w.change_id) filter (where w.implemented) as changes
    from (select distinct ns, ci_id, item, changed_at from edits) e
    join work w on w.ns = e.ns and w.item = e.item
        and coalesce(w.from_at <= e.changed_at, true) and coalesce(w.to_at >= e.changed_at, true)
    group by e.ns, e.ci_id, e.changed_at
),
known as (
    select
        e.*,
        case when lower(trim(e.field)) = 'status'
                  and lower(trim(e.old_value)) in ('in_use', 'maintenance') then true
             when i.status in ('in_use', 'maintenance') then true
             when i.status is not null                 then false end as in_use,
        x.sure,
        x.possible,
        x.changes,
        case when e.change_id is not null then a.implemented end as cited_done,
        complete_over('changes', e.ns, e.changed_at - to_days($lead_days),
                      e.changed_at + to_days($match_days))
            and complete_over('change_cis', e.ns, e.changed_at - to_days($lead_days),
                              e.changed_at + to_days($match_days)) as changes_complete
    from edits e
    left join cis i on i.ns = e.ns and i.ci_id = e.ci_id
    left join explained x on x.ns = e.ns and x.ci_id = e.ci_id and x.changed_at = e.changed_at
    left join change_authorisation a on a.ns = e.ns and a.change_id = e.change_id
)
select
    record,
    changed_at as at,
    changed_by as owner,
    controlled and old_value is not null and origin = 'discovery' and in_use as applies,
    case when cited_done or sure > 0                      then true
         when possible is not null                        then null
         when not changes_complete                        then null
         when change_id is null or not cited_done         then false end as conforms,
    case when not controlled                              then 'uncontrolled'
         when old_value is null                           then 'first_filling'
         when origin <> 'discovery'                       then 'not_discovered'
         when not in_use                                  then 'not_in_use'
         when origin is null                              then 'origin_unknown'
         when in_use is null                              then 'ci_unknown'
         when cited_done                                  then 'cited'
         when sure > 0                                    then 'covered'
         when change_id is not null and cited_done is null then 'cited_unknown'
         when possible is not null                        then 'change_unclear'
         when not changes_complete                        then 'changes_incomplete'
         when change_id is null                           then 'untraced'
         else 'change_not_done'
    end as message,
    ci_id,
    field,
    old_value,
    new_value,
    changed_at,
    changed_by,
    change_id,
    changes,
    $match_days as match_days
from known
