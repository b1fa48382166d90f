/*
id       = "INC-029"
title.zh = "分类与初步支持有记录"
title.en = "Classification and first support are recorded"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = ["QA-3.4-1"]
supports = ["QM-8.4.6-9", "SD-3.2-2"]
needs    = ["incidents.status", "incidents.category", "incidents.created_at", "status_history.object_type", "status_history.object_id", "status_history.field", "status_history.old_value", "status_history.new_value", "status_history.changed_at"]
uses     = ["incidents.auto_generated", "incidents.closed_at", "status_history.event_type"]
blank    = { category = "nonconforming", auto_generated = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "没有分类就转给下一个组，说明受理时没有判断是什么问题、该由谁处理，往往转来转去；分类事后补上，统计和趋势也不可信。"
why.en   = "An incident passed on without a category was not looked at when it was taken: it wanders from group to group, and a category added afterwards makes statistics worth little."
fix.zh   = "由受理人补上分类并核对；在工具中要求先分类、后转派；对转派多次的事件检查受理时的初步支持。"
fix.en   = "Have the category added and checked; let the tool ask for it before an incident is passed on; look at the first support given to those passed on several times."
noise.zh = "分诊组按职责先转后分类；工具在转派时自动清空并重设分类；初始分类可能没有写入流转记录。不足一分钟的先后不计。"
noise.en = "A triage group may pass on first and classify later by its task; some tools reset the category when the group changes; the first category may not be written to the history. Less than a minute does not count."

[message.late]
verdict = "nonconforming"
marks = "set_at"
zh = "事件 {id} 于 {passed_at:time} 由 {from_group} 转给 {to_group}，{set_at:time} 才首次填写分类，晚 {late_minutes:duration}。"
en = "Incident {id} was passed on from {from_group} to {to_group} at {passed_at:time}; its category was first set at {set_at:time}, {late_minutes:duration} later."

[message.empty]
verdict = "nonconforming"
zh = "事件 {id} 于 {passed_at:time} 由 {from_group} 转给 {to_group}，至今没有分类。"
en = "Incident {id} was passed on from {from_group} to {to_group} at {passed_at:time} and has no category to this day."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 先有分类（{category}），{passed_at:time} 才转给 {to_group}。"
en = "Incident {id} had a category ({category}) before it was passed on to {to_group} at {passed_at:time}."

[message.history_unclear]
verdict = "not_assessed"
zh = "流转记录中有字段、对象或时间不明的行，可能是分类或转派。"
en = "The history has rows whose field, object or time is not known; they may concern category or group."

[message.history_incomplete]
verdict = "not_assessed"
zh = "流转记录没有记录分类或处理组的变化，或不能确定是完整的。"
en = "The history does not keep category or group, or is not known to be complete."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否有效。"
en = "The status is empty, so it cannot be told whether the incident counts."

[message.void]
verdict = "not_applicable"
zh = "事件已取消、拒绝或合并。"
en = "The incident was cancelled, rejected or merged."

[message.by_rule]
verdict = "not_applicable"
zh = "由监控自动生成，分类由告警规则给出。"
en = "Made by a monitoring tool, which sets the category by rule."

[message.not_passed_on]
verdict = "not_applicable"
zh = "没有转给第二个处理组。"
en = "The incident was not passed on to a second group."
*/
with steps as (                          -- one row an incident: what its history says of category and group
    select
        ns,
        object_id,
        min(changed_at) filter (where object_type = 'incident' and field = 'assignment_group'
                                      and old_value <> new_value) as passed_at,
        arg_min(old_value, changed_at)
            filter (where field = 'assignment_group' and old_value <> new_value) as from_group,
        arg_min(new_value, changed_at)
            filter (where field = 'assignment_group' and old_value <> new_value) as to_group,
        min(changed_at) filter (where field = 'category') as set_at,
        min(changed_at) filter (where field = 'category' and old_value is not null) as altered_at,
        count(*) filter (where object_type is null or field is null or changed_at is null) as unclear,
        count(*) filter (where field = 'category') as categories,
        count(*) filter (where field = 'assignment_group') as groups
    from status_history
    where (object_type = 'incident' or object_type is null)
      and (field in ('category', 'assignment_group')
           or field is null and coalesce(event_type, 'field_change') in ('field_change', 'assignment'))
    group by ns, object_id
),
tracked as (                             -- what the history of an id space keeps
    select ns, sum(categories) > 0 as categories, sum(groups) > 0 as groups
    from steps
    group by ns
),
judged as (
    select
        i.*,
        s.passed_at,
        s.from_group,
        s.to_group,
        s.set_at,
        s.set_at >= s.passed_at + to_minutes(1)                       -- less than a minute does not count
            and (s.altered_at is null or s.altered_at > s.set_at) as late,
        coalesce(s.unclear, 0) > 0 as unclear,
        k.categories,
        k.groups and complete_over('status_history', i.ns, i.created_at, coalesce(i.closed_at, $as_of))
            as groups_told,
        complete_over('status_history', i.ns, i.created_at, s.passed_at) as told
    from incidents i
    left join steps s on s.ns = i.ns and s.object_id = i.incident_id
    left join tracked k on k.ns = i.ns
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when status in ('cancelled', 'rejected', 'merged')      then false
         when auto_generated and category is not null            then false
         when status is not null and passed_at is not null       then true
         when passed_at is null and groups_told and not unclear  then false end as applies,
    case when category is null                                   then false
         when unclear or not told                                then null
         when late                                               then false
         when categories                                         then true end as conforms,
    case when status in ('cancelled', 'rejected', 'merged')      then 'void'
         when auto_generated and category is not null            then 'by_rule'
         when status is null and passed_at is not null           then 'status_unknown'
         when passed_at is not null and category is null         then 'empty'
         when unclear                                            then 'history_unclear'
         when passed_at is null and groups_told                  then 'not_passed_on'
         when passed_at is null or not told                      then 'history_incomplete'
         when late                                               then 'late'
         when categories                                         then 'ok'
         else 'history_incomplete' end as message,
    category,
    set_at,
    passed_at,
    from_group,
    to_group,
    elapsed_minutes(passed_at, set_at) as late_minutes
from judged
