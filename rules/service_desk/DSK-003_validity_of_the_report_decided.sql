/*
id       = "DSK-003"
title.zh = "申报有效性已甄别"
title.en = "Validity of the customer's report is decided"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = ["QM-8.5.3-4"]
supports = ["SD-3.2-2"]
needs    = ["incidents.valid_request"]
uses     = ["incidents.assigned_at", "incidents.auto_generated", "incidents.channel", "incidents.resolution", "incidents.status"]
blank    = { valid_request = "nonconforming", resolution = "nonconforming", assigned_at = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "不先甄别申报是否有效就派单，无效和误报的申报会占用处理人员，也混进事件量和达成率；判为无效又不写理由，客户会觉得被推诿。"
why.en   = "Where reports are passed on without a look at whether they are valid, mistaken ones keep engineers busy and blur the figures; where they are turned down without a reason, the customer feels fobbed off."
fix.zh   = "由服务台在派单前填写是否有效；判为无效的，在解决方案中写明理由并告知客户；在工具中把该字段设为派单前必填。"
fix.en   = "Let the desk decide before it assigns, give the reason for turning a report down and tell the customer, and make the field mandatory before assignment."
noise.zh = "导出的是现在的值，看不出是派单前还是派单后填写的；有的工具以“无效”“误报”分类或关闭代码代替这一字段。"
noise.en = "The export shows the value of today, not whether it was entered before or after assignment; some tools use a category or closing code instead of this field."

[message.undecided]
verdict = "nonconforming"
zh = "事件 {id} 于 {created_at:time} 建单、已派单处理（派单时间 {assigned_at:time}），但没有填写申报是否有效。"
en = "Incident {id}, made at {created_at:time}, was assigned (at {assigned_at:time}), but nobody noted whether the report was valid."

[message.no_reason]
verdict = "nonconforming"
zh = "事件 {id} 的申报被判为无效，当前状态为{status}，但没有写明理由（解决方案为空）。"
en = "The report behind incident {id} was judged not valid, its state is {status}, but no reason is given (the solution is empty)."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的申报有效性已甄别。"
en = "Whether the report behind incident {id} was valid has been decided."

[message.origin_unknown]
verdict = "not_assessed"
zh = "没有填写申报是否有效，但受理渠道不明，可能由监控自动生成。"
en = "Nobody noted whether the report was valid, but the channel is not known and the incident may have been made by monitoring."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态和派单时间都为空，无法判断是否已派单。"
en = "State and time of assignment are both empty, so it cannot be told whether it was assigned."

[message.reason_unknown]
verdict = "not_assessed"
zh = "申报被判为无效，但状态为空或解决方案没有导出，无法判断是否写明理由。"
en = "The report was judged not valid, but the status is empty or solutions are not exported, so the reason cannot be looked for."

[message.monitored]
verdict = "not_applicable"
zh = "由监控自动生成，没有客户申报。"
en = "Made by a monitoring tool; no customer reported it."

[message.not_assigned]
verdict = "not_applicable"
zh = "尚未派单，或未经派单即取消、拒绝、合并。"
en = "Not assigned yet, or cancelled, rejected or merged without assignment."

[message.open]
verdict = "not_applicable"
zh = "申报被判为无效，尚未处理完毕，理由可在结束前补写。"
en = "The report was judged not valid and is still open; the reason may be given until it ends."
*/
with judged as (
    select
        *,
        case when channel = 'monitoring' or auto_generated      then true
             when channel is not null or not auto_generated     then false end as monitored,
        case when assigned_at is not null                       then true
             when status in ('new', 'cancelled', 'rejected', 'merged') then false
             when status is not null                            then true end as assigned,
        not valid_request and resolution is null as unexplained,
        status in ('new', 'assigned', 'in_progress', 'on_hold', 'reopened') as open
    from incidents
)
select
    record,
    created_at as at,
    assigned_to as owner,
    case when monitored                                         then false
         when valid_request is null and not assigned            then false
         when unexplained and open                              then false
         when valid_request is not null                         then true
         when not monitored                                     then assigned
    end as applies,
    case when valid_request is null                             then false
         when not unexplained                                   then true
         when not open and supplied(record, 'resolution')       then false
    end as conforms,
    case when monitored                                         then 'monitored'
         when valid_request is null and not assigned            then 'not_assigned'
         when valid_request is null and assigned is null        then 'status_unknown'
         when valid_request is null and monitored is null       then 'origin_unknown'
         when valid_request is null                             then 'undecided'
         when not unexplained                                   then 'ok'
         when open                                              then 'open'
         when not open and supplied(record, 'resolution')       then 'no_reason'
         else 'reason_unknown'
    end as message,
    valid_request,
    resolution,
    status,
    created_at,
    assigned_at
from judged
