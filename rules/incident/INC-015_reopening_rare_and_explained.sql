/*
id       = "INC-015"
title.zh = "事件重开受控且有原因"
title.en = "Re-opening is rare and explained"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-13"]
needs    = ["incidents.status", "incidents.reopened_count | status_history.event_type"]
uses     = ["incidents.closed_at", "incidents.created_at", "status_history.object_type", "status_history.object_id", "status_history.new_value", "status_history.reason"]
since    = "0.1"
status   = "stable"
why.zh   = "反复重开说明关闭前没有真正确认解决；重开没有原因，就无法分析是误关、复发还是新问题。"
why.en   = "Repeated re-opening shows that closing was not preceded by a real check; without a reason nobody can tell a wrong closing from a recurrence or a new fault."
fix.zh   = "逐次查明重开原因并补记；同一原因反复重开的，转问题管理；在工具中将重开原因设为必填。"
fix.en   = "Find out and record why it was re-opened each time; pass recurring causes to problem management; make the reason a required field."
noise.zh = "用户回复致谢邮件、系统批量导入或误操作也会使事件自动重开；部分工具把“已解决”退回处理也计为重开；原因可能写在备注里。"
noise.en = "A mail of thanks, a bulk import or a slip may re-open a ticket; some tools count a step back from resolved as a re-opening; the reason may stand in a note."

[params.max_reopen]
type = "count"
value = 2
min = 1
max = 5
help.zh = "重开达到此次数即提出。"
help.en = "Number of re-openings at which the incident is raised."

[message.too_often]
verdict = "nonconforming"
zh = "事件 {id} 重开 {times:number} 次，达到上限 {max_reopen:number} 次。"
en = "Re-openings of incident {id}: {times:number}, which reaches the limit of {max_reopen:number}."

[message.unexplained]
verdict = "nonconforming"
zh = "事件 {id} 重开 {times:number} 次，其中 {unexplained:number} 次没有记录原因。"
en = "Re-openings of incident {id}: {times:number}, of which {unexplained:number} without a reason."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 重开 {times:number} 次，少于上限 {max_reopen:number} 次。"
en = "Re-openings of incident {id}: {times:number}, below the limit of {max_reopen:number}."

[message.history_unclear]
verdict = "not_assessed"
zh = "流转记录中有事件类型不明的行，可能是未计入的重开。"
en = "The history has rows whose kind is not known; they may be re-openings."

[message.not_counted]
verdict = "not_assessed"
zh = "重开次数为空，或没有导出且不能确定该事件的流转记录是完整的。"
en = "The count of re-openings is empty, or it was not exported and the history is not known to be complete."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the incident is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "事件没有关闭。"
en = "The incident is not closed."
*/
with history as (                        -- one row an incident: what its history says of re-openings
    select
        ns,
        object_id,
        count(*) filter (where object_type = 'incident' and event_type = 'reopen') as reopenings,
        count(*) filter (
            where object_type = 'incident' and event_type = 'reopen'
                  and reason is null and reason_supplied) as unexplained,
        count(*) filter (
            where object_type is null or event_type is null
                  or (event_type <> 'reopen' and new_value = 'reopened')) as unclear,
        list(reason order by changed_at, seq) filter (
            where object_type = 'incident' and event_type = 'reopen' and reason is not null) as reasons
    from (select *, supplied(record, 'reason') as reason_supplied from status_history) rows_of_history
    where object_type = 'incident' or object_type is null
    group by ns, object_id
),
judged as (
    select
        i.*,
        h.reopenings,
        h.unexplained,
        h.reasons,
        h.unclear > 0 and i.reopened_count is distinct from 0 as unclear,
        complete_over('status_history', i.ns, i.created_at, i.closed_at)
            and not supplied(i.record, 'reopened_count') as history_tells     -- an empty counter is unknown
    from incidents i
    left join history h on h.ns = i.ns and h.object_id = i.incident_id
)
select
    record,
    closed_at as at,
    assigned_to as owner,
    status = 'closed' as applies,
    case when reopened_count >= $max_reopen or reopenings >= $max_reopen then false
         when unexplained > 0                                            then false
         when unclear                                                    then null
         when reopened_count is not null                                 then true
         when reopenings is not null and history_tells                   then true
    end as conforms,
    case when status is null                                             then 'status_unknown'
         when status <> 'closed'                                         then 'not_closed'
         when reopened_count >= $max_reopen or reopenings >= $max_reopen then 'too_often'
         when unexplained > 0                                            then 'unexplained'
         when unclear                                                    then 'history_unclear'
         when reopened_count is not null                                 then 'ok'
         when reopenings is not null and history_tells                   then 'ok'
         else 'not_counted'
    end as message,
    coalesce(latest(reopened_count, reopenings), reopened_count, reopenings) as times,
    $max_reopen as max_reopen,
    reopened_count,
    unexplained,
    reasons,
    closed_at
from judged
