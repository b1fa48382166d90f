/*
id       = "DQ-001"
title.zh = "必填字段完整"
title.en = "Mandatory fields are filled"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "problems", "changes", "releases"]
decides  = ["QM-B3.3-1", "SD-7.2-3.1"]
supports = ["QM-8.4.2-12", "QM-8.4.6-10", "QM-8.5.3-1"]
needs    = [
    "incidents.status", "incidents.title | incidents.category | incidents.priority",
    "requests.status", "requests.title | requests.requester",
    "problems.status", "problems.title | problems.category | problems.owner",
    "changes.status", "changes.title | changes.change_type | changes.requester",
    "releases.status", "releases.title",
]
uses     = [
    "incidents.reporter", "incidents.auto_generated", "incidents.assigned_to", "incidents.assignment_group",
    "incidents.resolution", "incidents.resolution_code", "incidents.close_mode",
    "requests.service_id", "requests.category", "requests.assigned_to", "requests.assignment_group",
    "requests.close_mode",
]
blank.title            = "nonconforming"
blank.category         = "nonconforming"
blank.service_id       = "nonconforming"
blank.change_type      = "nonconforming"
blank.priority         = "nonconforming"
blank.reporter         = "nonconforming"
blank.requester        = "nonconforming"
blank.owner            = "nonconforming"
blank.assigned_to      = "nonconforming"
blank.assignment_group = "nonconforming"
blank.resolution       = "nonconforming"
blank.resolution_code  = "nonconforming"
blank.close_mode       = "applies"
since    = "0.3"
status   = "stable"
why.zh   = "缺少报告人、分类、处理人或解决方案的单据，事后说不清是谁的什么事、怎么办的，统计分析和复盘也无从做起。"
why.en   = "Without reporter, category, handler or solution nobody can tell later whose matter it was and what was done, and there is nothing to analyse."
fix.zh   = "向经办人核实后补齐，注明补填的时间和依据；在工具中把这些字段设为相应状态下的必填项，不接受“无”“待补”一类的内容。"
fix.en   = "Fill the fields after asking those who handled the record, noting when and on what proof; make them mandatory in the tool for the state concerned, and refuse texts that say nothing."
noise.zh = "没有导出的列不检查；处理人与处理组、解决方案与解决分类、服务与分类各填其一即可，两列都导出时才检查。接口自动建立的单据可能没有报告人；历史迁移的单据可能缺少旧工具没有的字段。"
noise.en = "Columns left out of the export are not looked at. Handler or group, solution or its code, service or category: one of the two is enough, and both must be exported. Records made by an interface may have no reporter; migrated ones may lack what the old tool did not hold."

[message.missing]
verdict = "nonconforming"
zh = "单据 {id}（{status}）的必填内容为空或只有占位文字：{fields_zh}。"
en = "Mandatory fields of record {id} ({status}) are empty or hold only a placeholder: {fields_en}."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 中已导出的必填字段均已填写。"
en = "All mandatory fields of record {id} that were exported are filled."

[message.origin_unknown]
verdict = "not_assessed"
zh = "没有报告人，又不清楚是否由监控自动生成。"
en = "There is no reporter, and it is not known whether monitoring made the record."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断哪些字段必填。"
en = "The status is empty, so it cannot be told which fields are mandatory."

[message.void]
verdict = "not_applicable"
zh = "草稿，或已取消、拒绝、合并，或按重复单、无效单关闭。"
en = "A draft, or cancelled, rejected, merged, or closed as a duplicate or as void."
*/
with fields as (                         -- what is asked for at the state of each record
    select
        record,
        created_at as moment,
        coalesce(assigned_to, recorded_by) as person,
        status,
        case when close_mode in ('duplicate', 'void')                then true
             when status in ('cancelled', 'rejected', 'merged')      then true
             when status is not null                                 then false end as void,
        supplied(record, 'title') as title_asked,
        title,
        supplied(record, 'category') as class_asked,
        category as class,
        cast(null as varchar) as service,
        supplied(record, 'priority') as priority_asked,
        priority,
        supplied(record, 'reporter') and not coalesce(
            auto_generated,
            case when not supplied(record, 'auto_generated') then false end) as customer_asked,
        reporter as customer,
        status in ('in_progress', 'on_hold', 'resolved', 'closed', 'reopened')
            and supplied(record, 'assigned_to') and supplied(record, 'assignment_group') as handler_asked,
        assigned_to as handler,
        assignment_group as team,
        status in ('resolved', 'closed')
            and supplied(record, 'resolution') and supplied(record, 'resolution_code') as solution_asked,
        resolution,
        resolution_code
    from incidents
    union all
    select
        record,
        created_at as moment,
        coalesce(assigned_to, recorded_by) as person,
        status,
        case when close_mode in ('duplicate', 'void')                then true
             when status in ('cancelled', 'rejected', 'draft')       then true
             when status is not null                                 then false end as void,
        supplied(record, 'title') as title_asked,
        title,
        supplied(record, 'service_id') and supplied(record, 'category') as class_asked,
        category as class,
        service_id as service,
        false as priority_asked,
        null as priority,
        supplied(record, 'requester') as customer_asked,
        requester as customer,
        status in ('resolved', 'closed')
            and supplied(record, 'assigned_to') and supplied(record, 'assignment_group') as handler_asked,
        assigned_to as handler,
        assignment_group as team,
        false as solution_asked,
        null as resolution,
        null as resolution_code
    from requests
    union all
    select
        record,
        created_at as moment,
        owner as person,
        status,
        case when status = 'cancelled'                               then true
             when status is not null                                 then false end as void,
        supplied(record, 'title') as title_asked,
        title,
        supplied(record, 'category') as class_asked,
        category as class,
        null as service,
        false as priority_asked,
        null as priority,
        supplied(record, 'owner') as customer_asked,
        owner as customer,
        false as handler_asked,
        null as handler,
        null as team,
        false as solution_asked,
        null as resolution,
        null as resolution_code
    from problems
    union all
    select
        record,
        created_at as moment,
        implementer as person,
        status,
        case when status in ('cancelled', 'rejected', 'draft')       then true
             when status is not null                                 then false end as void,
        supplied(record, 'title') as title_asked,
        title,
        supplied(record, 'change_type') as class_asked,
        change_type as class,
        null as service,
        false as priority_asked,
        null as priority,
        supplied(record, 'requester') as customer_asked,
        requester as customer,
        false as handler_asked,
        null as handler,
        null as team,
        false as solution_asked,
        null as resolution,
        null as resolution_code
    from changes
    union all
    select
        record,
        released_at as moment,
        null as person,
        status,
        case when status in ('cancelled', 'draft')                   then true
             when status is not null                                 then false end as void,
        supplied(record, 'title') as title_asked,
        title,
        false as class_asked,
        null as class,
        null as service,
        false as priority_asked,
        null as priority,
        false as customer_asked,
        null as customer,
        false as handler_asked,
        null as handler,
        null as team,
        false as solution_asked,
        null as resolution,
        null as resolution_code
    from releases
),
words as (                               -- NULL where a text is empty or says nothing
    select
        record, moment, person, status, void,
        title_asked, class_asked, priority_asked, customer_asked, handler_asked, solution_asked, priority,
        case when not is_one_of(title, $placeholder_values)    then title end as title,
        case when not is_one_of(class, $placeholder_values)    then class end as class,
        case when not is_one_of(service, $placeholder_values)  then service end as service,
        case when not is_one_of(customer, $placeholder_values) then customer end as customer,
        case when not is_one_of(handler, $placeholder_values)  then handler end as handler,
        case when not is_one_of(team, $placeholder_values)     then team end as team,
        case when not is_one_of(resolution, $placeholder_values)
             then resolution end as resolution,
        case when not is_one_of(resolution_code, $placeholder_values)
             then resolution_code end as resolution_code
    from fields
),
gaps as (
    select
        record, moment, person, status, void,
        title_asked and title is null as no_title,
        class_asked and coalesce(class, service) is null as no_class,
        priority_asked and priority is null as no_priority,
        customer_asked and customer is null as no_customer,
        handler_asked and coalesce(handler, team) is null as no_handler,
        solution_asked and coalesce(resolution, resolution_code) is null as no_solution
    from words
),
judged as (
    select
        *,
        no_title or no_class or no_priority or no_customer or no_handler or no_solution as lacking
    from gaps
)
select
    record,
    moment as at,
    person as owner,
    not void as applies,
    not lacking as conforms,
    case when void                  then 'void'
         when void is null          then 'status_unknown'
         when lacking               then 'missing'
         when not lacking           then 'ok'
         else 'origin_unknown' end as message,
    status,
    trim(concat(
        case when no_title then '、标题' end,
        case when not no_class then null
             when record.object = 'change' then '、变更类型'
             when record.object = 'request' then '、服务或分类'
             else '、分类' end,
        case when no_priority then '、优先级' end,
        case when no_customer is distinct from true then null
             when record.object = 'incident' then '、报告人'
             when record.object = 'problem' then '、负责人'
             else '、申请人' end,
        case when no_handler then '、处理人或处理组' end,
        case when no_solution then '、解决方案或解决分类' end), '、') as fields_zh,
    trim(concat(
        case when no_title then ', title' end,
        case when not no_class then null
             when record.object = 'change' then ', type of change'
             when record.object = 'request' then ', service or category'
             else ', category' end,
        case when no_priority then ', priority' end,
        case when no_customer is distinct from true then null
             when record.object = 'incident' then ', reporter'
             when record.object = 'problem' then ', owner'
             else ', requester' end,
        case when no_handler then ', handler or group' end,
        case when no_solution then ', solution or its code' end), ', ') as fields_en
from judged
