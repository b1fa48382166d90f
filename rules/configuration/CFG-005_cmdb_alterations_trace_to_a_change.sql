/*
id       = "CFG-005"
title.zh = "CMDB修改可追溯到变更"
title.en = "CMDB alterations trace to a change"
severity = "minor"
kind     = "record"
subject  = ["ci_changes"]
yields_to = ["CHG-034"]
decides  = ["QM-8.4.6-22"]
supports = ["QM-8.5.3-5"]
needs    = [
    "ci_changes.ci_id", "ci_changes.field", "ci_changes.old_value", "ci_changes.changed_at", "ci_changes.origin", "ci_changes.change_id",
    "change_cis.change_id", "change_cis.ci_id", "changes.change_id", "changes.status", "cis.ci_id", "cis.status",
    "changes.actual_start | changes.planned_start", "changes.actual_end | changes.planned_end",
]
uses     = [
    "ci_changes.changed_by", "changes.outcome", "changes.approval_status", "changes.created_at",
    "approvals.object_type", "approvals.object_id", "approvals.decision",
    "ci_audits.ci_audit_id", "ci_audits.audited_at", "ci_audit_items.ci_audit_id", "ci_audit_items.ci_id",
]
blank    = { old_value = "applies", change_id = "nonconforming", approval_status = "nonconforming" }
since    = "0.2"
status   = "stable"
why.zh   = "受控的配置属性被人改动却找不到变更，要么现场动了而没有走变更，要么台账被随意改写；两种情况下配置库都不能再作为依据。"
why.en   = "Where a controlled attribute is edited and no change explains it, either the site was altered without a change or the record was rewritten at will; both ways the CMDB can no longer be relied on."
fix.zh   = "查明改动依据：确有变更的，补填变更单号；没有的，核对现场并补办变更或改回原值；在工具中要求修改受控属性必须填写变更单号。"
fix.en   = "Find out what the edit rests on: add the change number where there is one; otherwise check the site and raise a change or restore the value; let the tool ask for a change number on controlled attributes."
noise.zh = "录入错误的更正、批量导入时的格式统一也会留下修改记录；变更单可能没有登记这个配置项；在用状态取导出时的状态，修改时尚未投用的配置项会被计入。"
noise.en = "Corrections of typing errors and reformatting by bulk import leave edits too; the change may not list this item; whether an item is in use is taken as of the export, so edits made before it went live count."

[params.controlled_attributes]
type = "list"
value = ["version", "location", "status", "owner", "serial_no", "ip_address", "config"]
help.zh = "受控属性的规范字段名，不分大小写比较；其他属性的修改不查。"
help.en = "Canonical names of the controlled attributes, compared without letter case; edits of others are not looked at."

[params.match_days]
type = "days"
value = 5
min = 0
max = 14
help.zh = "修改早于变更开始或晚于变更结束多少天以内，仍视为由该变更引起。"
help.en = "Days before the start or after the end of a change within which an edit still counts as made by it."

[params.audit_days]
type = "days"
value = 5
min = 0
max = 14
help.zh = "配置审计后多少天以内由配置管理人员所作的修改视为审计更正。"
help.en = "Days after a configuration audit within which edits by configuration staff count as its corrections."

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
zh = "配置项 {ci_id} 的“{field}”于 {changed_at:time} 由 {changed_by} 从“{old_value}”改为“{new_value}”，没有变更单号，前后 {match_days:number} 天内也没有已实施的变更涉及该配置项。"
en = "On {changed_at:time} {changed_by} altered “{field}” of CI {ci_id} from “{old_value}” to “{new_value}” without a change number, and no change implemented within {match_days:number} days of it concerns the CI."

[message.change_not_done]
verdict = "nonconforming"
marks = "ci_changes.changed_at"
zh = "配置项 {ci_id} 的“{field}”于 {changed_at:time} 由 {changed_by} 从“{old_value}”改为“{new_value}”，所填变更 {change_id} 并未实施，前后 {match_days:number} 天内也没有其他已实施的变更涉及该配置项。"
en = "On {changed_at:time} {changed_by} altered “{field}” of CI {ci_id} from “{old_value}” to “{new_value}” citing change {change_id}, which was not implemented, and no other change implemented within {match_days:number} days of it concerns the CI."

[message.cited]
verdict = "conforming"
zh = "配置项 {ci_id} 的“{field}”的修改依据变更 {change_id}。"
en = "The edit of “{field}” of CI {ci_id} rests on change {change_id}."

[message.covered]
verdict = "conforming"
zh = "配置项 {ci_id} 的“{field}”的修改与变更 {changes:list} 的实施时间相符。"
en = "The edit of “{field}” of CI {ci_id} falls into the time of {changes:list}."

[message.origin_unknown]
verdict = "not_assessed"
zh = "修改来源为空，无法判断是人工修改还是自动发现。"
en = "The origin of the edit is empty; it may have been made by discovery."

[message.ci_unknown]
verdict = "not_assessed"
zh = "配置项不在配置项清单中，或状态为空，无法判断是否在用。"
en = "The CI is not among the items supplied or has no status, so it cannot be told whether it is in use."

[message.actor_unknown]
verdict = "not_assessed"
zh = "修改发生在配置审计之后的更正期内，但不能确定修改人是否为配置管理人员。"
en = "The edit lies in the days of correction after an audit, but it cannot be told whether its author is configuration staff."

[message.cited_unknown]
verdict = "not_assessed"
zh = "所填变更单不在导出中，或不能确定是否实施。"
en = "The change that is cited is not in the export, or it cannot be told whether it was implemented."

[message.change_unclear]
verdict = "not_assessed"
zh = "有涉及该配置项的变更，但其实施情况或时间不明，可能就是修改的依据。"
en = "A change that concerns the CI lacks times or a clear state, and may be what the edit rests on."

[message.changes_incomplete]
verdict = "not_assessed"
zh = "没有找到对应变更，但不能确定这段时间的变更及其配置项已全部导出。"
en = "No change was found, but the changes of that time and their CIs are not known to be all in the export."

[message.audits_incomplete]
verdict = "not_assessed"
zh = "没有找到对应变更，但配置审计没有完整导出，可能是审计后的更正。"
en = "No change was found, but the audits are not known to be complete, so the edit may be a correction after one."

[message.discovered]
verdict = "not_applicable"
zh = "由自动发现写入。"
en = "The edit was made by discovery."

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

[message.after_audit]
verdict = "not_applicable"
zh = "配置管理人员在配置审计后的更正。"
en = "A correction by configuration staff after an audit."
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
        bool_or(w.implemented and w.from_at is not null and w.to_at is not null) as covered,
        count(*) as possible,
        list(w.change_id order by w.change_id) filter (where w.implemented) as changes
    from (select distinct ns, ci_id, item, changed_at from edits) e
    join work w on w.ns = e.ns and w.item = e.item
        and coalesce(w.from_at <= e.changed_at, true) and coalesce(w.to_at >= e.changed_at, true)
    group by e.ns, e.ci_id, e.changed_at
),
audited as (                             -- one row a CI and moment that follow its audit
    select e.ns, e.ci_id, e.changed_at, count(*) as audits
    from edits e
    join ci_audit_items i on i.ns = e.ns and lower(trim(i.ci_id)) = e.item
    join ci_audits a on a.ns = i.ns and a.ci_audit_id = i.ci_audit_id
        and a.audited_at <= e.changed_at and a.audited_at + to_days($audit_days) >= e.changed_at
    group by e.ns, e.ci_id, e.changed_at
),
known as (
    select
        e.*,
        case when lower(trim(e.field)) = 'status'
                  and lower(trim(e.old_value)) in ('in_use', 'maintenance') then true
             when i.status in ('in_use', 'maintenance') then true
             when i.status is not null                 then false end as in_use,
        x.covered,
        x.possible,
        x.changes,
        case when e.change_id is not null then c.implemented end as cited_done,
        case when p.person_id <> '?' then contains(p.roles, 'config_manager') end
            as by_config_staff,
        case when u.audits is not null then true
             when not table_supplied('ci_audits', e.ns)
                  and not table_supplied('ci_audit_items', e.ns) then false
             when complete('ci_audits', e.ns, e.changed_at)
                  and complete('ci_audit_items', e.ns, e.changed_at) then false end as after_audit,
        complete_over('changes', e.ns, e.changed_at - to_days($lead_days),
                      e.changed_at + to_days($match_days))
            and complete_over('change_cis', e.ns, e.changed_at - to_days($lead_days),
                              e.changed_at + to_days($match_days)) as changes_complete
    from edits e
    left join cis i on i.ns = e.ns and i.ci_id = e.ci_id
    left join explained x on x.ns = e.ns and x.ci_id = e.ci_id and x.changed_at = e.changed_at
    left join audited u on u.ns = e.ns and u.ci_id = e.ci_id and u.changed_at = e.changed_at
    left join change_authorisation c on c.ns = e.ns and c.change_id = e.change_id
    left join person_words p on p.word = person_word(e.changed_by)
)
select
    record,
    changed_at as at,
    changed_by as owner,
    controlled and old_value is not null and origin <> 'discovery' and in_use
        and case when covered then true
                 else not (after_audit and by_config_staff
                           and (change_id is null or not cited_done)) end as applies,
    case when cited_done or covered                       then true
         when possible is not null                        then null
         when not changes_complete                        then null
         when change_id is null or not cited_done         then false end as conforms,
    case when not controlled                              then 'uncontrolled'
         when old_value is null                           then 'first_filling'
         when origin = 'discovery'                        then 'discovered'
         when not in_use                                  then 'not_in_use'
         when after_audit and by_config_staff and covered is distinct from true
              and (change_id is null or not cited_done)   then 'after_audit'
         when origin is null                              then 'origin_unknown'
         when in_use is null                              then 'ci_unknown'
         when cited_done                                  then 'cited'
         when covered                                     then 'covered'
         when change_id is not null and cited_done is null then 'cited_unknown'
         when after_audit and by_config_staff is null     then 'actor_unknown'
         when after_audit is null and by_config_staff is distinct from false then 'audits_incomplete'
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
