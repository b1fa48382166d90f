/*
id       = "CHG-024"
title.zh = "变更后更新配置库"
title.en = "The CMDB follows the change"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-22"]
needs    = [
    "changes.cmdb_updated_at:day | ci_changes.changed_at", "changes.outcome", "changes.status",
    "changes.actual_end:day", "changes.closed_at:day", "change_cis.change_id", "change_cis.ci_id",
]
uses     = [
    "changes.actual_start", "changes.created_at", "ci_changes.ci_id", "ci_changes.change_id",
    "projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working",
]
blank    = { cmdb_updated_at = "nonconforming", actual_end = "applies", closed_at = "applies", actual_start = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "变更动了设备或系统而配置库没有跟上，下一次评估影响、排查故障时依据的就是过时的台账。"
why.en   = "Where a change alters equipment and the CMDB does not follow, the next impact assessment and the next fault search rest on a record that is out of date."
fix.zh   = "核对现场与配置库，补改属性并注明变更单号；在变更关闭前设置配置更新的检查步骤，由配置管理员确认。"
fix.en   = "Compare the site with the CMDB, enter what has changed and cite the change; make the update a step before closing that the configuration manager confirms."
noise.zh = "重启、巡检、调整运行参数等变更可能没有受控属性需要修改；更新可能由自动发现完成而没有留下修改记录；配置项可能登记过多，只有其中一部分实际改动。只要有一个关联配置项更新即视为已更新。期限从最后一个允许的工作日结束时起即告届满，随后的休息日也算超期。"
noise.en = "A restart or a tuning of parameters may alter no controlled attribute; discovery may update items without leaving an edit; more items may be listed than were touched. One updated item is enough. The time allowed is over with the last working day allowed; days off after it are late."

[params.cmdb_days]
type = "days"
value = 5
min = 1
max = 30
help.zh = "实施结束后多少个工作日内应更新配置库。"
help.en = "Working days after the end of the work within which the CMDB must be updated."

[message.missing]
verdict = "nonconforming"
marks = "changes.cmdb_updated_at"
zh = "变更 {id} 涉及配置项 {cis:list}，于 {ended_on:date} 实施结束，到 {until_on:date} 之前已过 {days:number} 个工作日（应在 {limit:number} 个以内），配置库没有相应的更新。"
en = "Change {id} concerns {cis:list} and ended on {ended_on:date}; {days:number} working days had passed before {until_on:date} ({limit:number} allowed), and the CMDB shows no update for it."

[message.late]
verdict = "nonconforming"
marks = "until_at"
zh = "变更 {id} 涉及配置项 {cis:list}，于 {ended_on:date} 实施结束，{until_on:date} 才更新配置库，此前已过 {days:number} 个工作日（应在 {limit:number} 个以内）。"
en = "Change {id} concerns {cis:list} and ended on {ended_on:date}; the CMDB was not updated until {until_on:date}, after {days:number} working days had passed ({limit:number} allowed)."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 于 {ended_on:date} 实施结束，{until_on:date} 已更新配置库。"
en = "Change {id} ended on {ended_on:date}, and the CMDB was updated on {until_on:date}."

[message.edits_incomplete]
verdict = "not_assessed"
zh = "没有找到按期的更新，但配置项的修改记录不能确定完整。"
en = "No update in time was found, but the edits of configuration items are not known to be complete."

[message.update_unclear]
verdict = "not_assessed"
zh = "配置库更新时间早于变更开始，或相关修改不能确定是否由该变更引起。"
en = "The recorded update lies before the start of the work, or an edit cannot be told to belong to the change or not."

[message.workdays_unknown]
verdict = "not_assessed"
zh = "项目的工作日历没有覆盖这段时间，无法计算工作日。"
en = "The project's calendar does not cover that time, so working days cannot be counted."

[message.no_end_time]
verdict = "not_assessed"
zh = "变更已成功实施，但结束时间不明：实际结束和关闭时间都为空，或实际结束早于实际开始。"
en = "The change was successful, and its end is not known: actual end and closing are empty, or the actual end lies before the actual start."

[message.links_incomplete]
verdict = "not_assessed"
zh = "变更没有登记配置项，而变更与配置项的关联不能确定完整。"
en = "No configuration item is listed for the change, and these lists are not known to be complete."

[message.outcome_unknown]
verdict = "not_assessed"
zh = "变更的状态或结果为空，无法判断是否成功实施。"
en = "Status or outcome is empty, so it cannot be told whether the change was successful."

[message.not_successful]
verdict = "not_applicable"
zh = "变更没有实施完成，或没有成功。"
en = "The change was not carried out, or was not successful."

[message.no_items]
verdict = "not_applicable"
zh = "变更没有涉及配置项。"
en = "The change concerns no configuration item."

[message.not_due]
verdict = "not_applicable"
zh = "配置库尚未更新，期限未到。"
en = "The CMDB is not updated yet, and the time allowed has not passed."
*/
with judged as (
    select
        c.record,
        c.implementer,
        u.successful,
        u.has_items,
        u.cis,
        u.ended_at,
        u.ended_on,
        u.updated,
        u.until_at,
        u.until,
        u.unclear,
        u.all_known,
        e.workday - b.workday as days,
        u.calendar_days > $cmdb_days and e.workday - b.workday >= $cmdb_days as late
    from changes c
    left join change_updates u on u.ns = c.ns and u.change_id = c.change_id
    left join project_workdays b on b.project_id = c.record.project_id and b.day = u.ended_on
    left join project_workdays e
        on e.project_id = b.project_id and e.day = days_after(u.until, -1) and e.gaps = b.gaps   -- the day before
)
select
    record,
    ended_at as at,
    implementer as owner,
    successful and has_items and (updated or late) as applies,
    case when not late                                     then updated
         when late and all_known                           then false
    end as conforms,
    case when not successful                               then 'not_successful'
         when not has_items                                then 'no_items'
         when not updated and not late                     then 'not_due'
         when successful is null                           then 'outcome_unknown'
         when has_items is null                            then 'links_incomplete'
         when ended_on is null                             then 'no_end_time'
         when late is null                                 then 'workdays_unknown'
         when not late                                     then 'ok'
         when unclear                                      then 'update_unclear'
         when not all_known                                then 'edits_incomplete'
         when updated                                      then 'late'
         else 'missing'
    end as message,
    cis,
    ended_on,
    until_at,
    until as until_on,
    days,
    $cmdb_days as limit
from judged
