/*
id       = "DSK-001"
title.zh = "事件与请求统一由服务台登记"
title.en = "Every ticket is registered by the service desk"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests"]
decides  = ["QM-8.4.4-3", "QM-8.4.6-10", "QM-8.5.3-4", "KP-3.1.3-1"]
supports = []
needs    = ["incidents.via_service_desk | incidents.recorded_by", "requests.recorded_by"]
uses     = ["incidents.channel", "incidents.auto_generated", "incidents.reporter", "requests.channel", "requests.auto_generated", "requests.requester"]
since    = "0.3"
status   = "stable"
why.zh   = "服务台是唯一入口，才能不漏单、统一计时。二线自己接电话、自己建单，哪些报障没有记录就无从知道，响应时间也由处理人自己说了算。"
why.en   = "Only one point of entry lets nothing slip and starts every clock alike. Where second line answers the phone and enters its own tickets, nobody knows which calls were never recorded, and the handlers date their own response."
fix.zh   = "请用户只向服务台报告；工程师直接接到的报障转由服务台登记；在工具中把代客户建单的权限限于服务台岗位。"
fix.en   = "Have users turn to the service desk only, let engineers pass on calls that reach them, and restrict entering tickets for others to the posts of the desk."
noise.zh = "岗位角色取自现在的人员台账，建单时的岗位可能不同；工程师可能在服务台轮值而台账未登记该角色；公共账号不代表某个人。"
noise.en = "Roles are those of today's personnel register and may have differed at the time; an engineer may have been on a turn at the desk without the role being entered; a shared account stands for no one person."

[params.self_entry_channels]
type = "list"
value = ["portal", "email", "chat"]
legal = ["portal", "email", "chat", "phone", "walk_in", "onsite", "fax", "api", "offline", "other"]
help.zh = "由工具直接进入服务台队列的渠道；经这些渠道的单据不论建单人是谁，都算服务台登记。"
help.en = "Channels by which the tool itself puts a ticket into the queue of the desk; whoever entered it, such a ticket counts as registered there."

[message.not_by_desk]
verdict = "nonconforming"
zh = "事件 {id} 标明未经服务台登记：由 {recorded_by} 于 {created_at:time} 建单，受理渠道为{channel}。"
en = "Incident {id} is marked as not registered by the service desk: {recorded_by} entered it at {created_at:time}, channel {channel}."

[message.by_staff]
verdict = "nonconforming"
zh = "单据 {id} 由 {recorded_by}（角色 {roles}，不是服务台岗位）于 {created_at:time} 代 {customer} 建单，受理渠道为{channel}。"
en = "Record {id} was entered at {created_at:time} for {customer} by {recorded_by} (roles {roles}, no post at the service desk), channel {channel}."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 经服务台登记（建单人 {recorded_by}，受理渠道为{channel}）。"
en = "Record {id} was registered by the service desk (entered by {recorded_by}, channel {channel})."

[message.recorder_unknown]
verdict = "not_assessed"
zh = "建单人为空、不在人员台账中或没有角色，无法判断是否服务台。"
en = "The person who entered it is empty, not in the personnel register or without a role, so it cannot be told whether the desk did."

[message.reporter_unknown]
verdict = "not_assessed"
zh = "由非服务台人员建单，但报告人为空或与建单人的写法无法比较，可能是本人报告。"
en = "Entered by someone outside the desk, but the reporter is empty or written in a form that cannot be compared and may be the same person."

[message.flag_empty]
verdict = "not_assessed"
zh = "“经服务台登记”标志为空。"
en = "The mark that says whether the desk registered it is empty."

[message.own_report]
verdict = "not_assessed"
zh = "非服务台人员登记了自己的报告，不能证明经过服务台，也不能证明绕过了服务台。"
en = "Someone outside the desk entered a report of his own, which proves neither that it passed the desk nor that it went round it."

[message.origin_unknown]
verdict = "not_assessed"
zh = "受理渠道为空或没有导出，可能由监控自动生成或由用户自行提交。"
en = "The channel is empty or not exported; the ticket may have been made by monitoring or entered by the user."

[message.monitored]
verdict = "not_applicable"
zh = "由监控自动生成。"
en = "Made by a monitoring tool."
*/
with tickets as (
    select
        record, ns, created_at, recorded_by, reporter as customer, channel, auto_generated,
        via_service_desk
    from incidents
    union all
    select
        record, ns, created_at, recorded_by, requester as customer, channel, auto_generated,
        cast(null as boolean) as via_service_desk
    from requests
),
people as (                              -- each name once, with the person that it means
    select
        n.ns,
        n.name,
        person_key(n.name, w.person_id) as who,
        w.roles,
        case when w.person_id is distinct from '?' then holds_role(w.roles, $desk_roles) end as at_desk
    from (
        select ns, recorded_by as name from tickets
        union
        select ns, customer as name from tickets
    ) n
    left join person_words w on w.word = person_word(n.name)
),
known as (
    select
        t.*,
        p.roles,
        p.at_desk,
        supplied(t.record, 'via_service_desk') as flag_supplied,
        case when t.auto_generated or t.channel = 'monitoring'            then true
             when not t.auto_generated or t.channel is not null           then false end as monitored,
        case when not p.at_desk then same_person(p.who, c.who) end as own_report
    from tickets t
    left join people p on p.ns = t.ns and p.name = t.recorded_by
    left join people c on c.ns = t.ns and c.name = t.customer
)
select
    record,
    created_at as at,
    recorded_by as owner,
    case when monitored                                                   then false
         when not monitored                                               then true
         when via_service_desk                                            then true
         when at_desk and not flag_supplied                               then true
    end as applies,
    case when via_service_desk                                            then true
         when not via_service_desk                                        then false
         when flag_supplied                                               then null
         when at_desk                                                     then true
         when list_contains($self_entry_channels, channel)                then true
         when channel is not null and not own_report                      then false
    end as conforms,
    case when monitored                                                   then 'monitored'
         when via_service_desk                                            then 'ok'
         when monitored is null and (flag_supplied or not at_desk)        then 'origin_unknown'
         when not via_service_desk                                        then 'not_by_desk'
         when flag_supplied                                               then 'flag_empty'
         when at_desk or list_contains($self_entry_channels, channel)     then 'ok'
         when at_desk is null                                             then 'recorder_unknown'
         when own_report                                                  then 'own_report'
         when own_report is null                                          then 'reporter_unknown'
         when channel is null                                             then 'origin_unknown'
         else 'by_staff'
    end as message,
    recorded_by,
    roles,
    customer,
    channel,
    created_at
from known
