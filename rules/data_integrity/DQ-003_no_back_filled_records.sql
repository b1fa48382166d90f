/*
id       = "DQ-003"
title.zh = "无事后补录"
title.en = "No back-filled records"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests", "changes"]
decides  = ["QM-B3.3-1"]
supports = ["QM-8.4.6-10", "QM-8.5.3-1"]
needs    = [
    "changes.actual_end",
    "changes.change_type",
    "changes.created_at",
    "incidents.created_at",
    "incidents.resolved_at",
    "requests.created_at",
    "requests.fulfilled_at",
]
uses     = [
    "incidents.reported_at", "incidents.recorded_by", "incidents.status", "requests.recorded_by",
    "requests.status", "changes.requester", "changes.status",
    "approvals.object_type", "approvals.object_id", "approvals.stage", "approvals.decision", "approvals.approver",
]
blank    = { reported_at = "conforming", resolved_at = "applies", fulfilled_at = "applies", actual_end = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "事情办完才补建的单据，时间凭回忆填写，响应、解决时限无从考核，也看不出过程是否按规定进行。"
why.en   = "A record made after the work was done holds times from memory: response and resolution cannot be measured, and nothing shows that the process was followed."
fix.zh   = "向建单人查明原因；确需补录的，由建单人以外的人批准（审批环节为补录）并注明真实时间；受理时即时建单，不能登录工具的场合先报服务台登记。"
fix.en   = "Ask the person who made the record why. Where filling in later cannot be helped, have somebody else approve it (approval stage back-filled) and note the real times; make records when the matter comes in, through the service desk where the tool cannot be reached."
noise.zh = "系统上线迁移、停机期间的纸面登记、接口延迟和两个工具的时钟差，都会使建单时间偏晚；紧急变更允许先实施后补单，不在此列。恰为零点的结束时间可能只填了日期。没有建单人一栏的变更以申请人代替。"
noise.en = "Migration at go-live, paper logs kept during an outage, slow interfaces and clocks that differ make creation look late. Emergency changes may be recorded afterwards and are left out. An end of exactly midnight may be a mere date. For changes, which name no recorder, the requester stands in."

[params.backfill_minutes]
type = "minutes"
value = 240
min = 15
max = 1440
help.zh = "事件从客户报告到建单超过多少分钟视为补录。"
help.en = "Minutes from the customer's report to the record beyond which an incident counts as back-filled."

[params.clock_skew_min]
type = "minutes"
value = 2
min = 0
max = 10
help.zh = "建单时间与完成时间之间允许的时钟偏差（分钟）。"
help.en = "Minutes by which the clocks of creation and end of work may differ."

[message.after_the_end]
verdict = "nonconforming"
marks = ["incidents.created_at", "requests.created_at", "changes.created_at"]
zh = "单据 {id} 于 {created_at:time} 建立，比工作结束时间 {ended_at:time} 晚 {lag_minutes:duration}；建单人 {recorder}，导出中没有他人批准补录的记录。"
en = "Record {id} was made at {created_at:time}, {lag_minutes:duration} after the work ended at {ended_at:time}; recorded by {recorder}, and the export holds no approval of it by somebody else."

[message.long_after_report]
verdict = "nonconforming"
marks = ["incidents.created_at", "incidents.reported_at"]
zh = "事件 {id} 于 {created_at:time} 建单，比客户报告时间 {reported_at:time} 晚 {report_lag_minutes:duration}，超过 {limit:duration}；建单人 {recorder}，导出中没有他人批准补录的记录。"
en = "Incident {id} was made at {created_at:time}, {report_lag_minutes:duration} after the customer reported it at {reported_at:time} (limit {limit:duration}); recorded by {recorder}, and the export holds no approval of it by somebody else."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 于 {created_at:time} 建立，不晚于工作结束时间 {ended_at:time}。"
en = "Record {id} was made at {created_at:time}, no later than the work ended at {ended_at:time}."

[message.approval_unclear]
verdict = "not_assessed"
zh = "属于补录，有审批记录，但审批环节、结论或审批人身份不明，看不出是否由他人批准。"
en = "The record is back-filled and has an approval, but its stage, decision or approver is not known, so it cannot be told whether somebody else approved it."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "属于补录，而不能确定审批记录已全部导出，也许有补录审批。"
en = "The record is back-filled, and approvals are not known to be all in the export; it may have been approved."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空。"
en = "The time of creation is empty."

[message.no_end]
verdict = "not_assessed"
zh = "状态显示工作已结束或状态为空，而结束时间为空。"
en = "The state says that the work has ended, or is empty, and there is no time of its end."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，不知是否为紧急变更。"
en = "The type of change is empty, so it may be an emergency change."

[message.approved]
verdict = "not_applicable"
zh = "补录已由建单人以外的人批准。"
en = "Somebody other than the recorder approved the back-filling."

[message.emergency]
verdict = "not_applicable"
zh = "紧急变更。"
en = "An emergency change."

[message.not_ended]
verdict = "not_applicable"
zh = "工作尚未结束。"
en = "The work has not ended."
*/
with work as (
    select
        record,
        ns,
        incident_id as id,
        recorded_by as recorder,
        created_at,
        reported_at,
        resolved_at as ended_at,
        status not in ('resolved', 'closed') as open,
        true as counts
    from incidents
    union all
    select
        record,
        ns,
        request_id as id,
        recorded_by as recorder,
        created_at,
        null as reported_at,
        fulfilled_at as ended_at,
        status not in ('resolved', 'closed') as open,
        true as counts
    from requests
    union all
    select
        record,
        ns,
        change_id as id,
        requester as recorder,
        created_at,
        null as reported_at,
        actual_end as ended_at,
        status not in ('implemented', 'in_review', 'closed') as open,
        change_type <> 'emergency' as counts
    from changes
),
timed as (
    select
        *,
        created_at > ended_at + to_minutes($clock_skew_min) as after_the_end,
        created_at > ended_at + to_minutes($clock_skew_min)
            or created_at > reported_at + to_minutes($backfill_minutes) as late
    from work
),
excuses as (                             -- one row a late record: approvals to fill it in later
    select
        ns,
        object,
        id,
        count(*) filter (where excuse) as sure,
        count(*) filter (where excuse is null) as unclear
    from (
        select
            t.ns,
            t.record.object as object,
            t.id,
            a.object_type = t.record.object and a.stage = 'backfill' and a.decision = 'approved'
                and not same_person(person_key(t.recorder, r.person_id),
                                    person_key(a.approver, p.person_id)) as excuse
        from timed t
        join approvals a on a.ns = t.ns and a.object_id = t.id
        left join person_words r on r.word = person_word(t.recorder)
        left join person_words p on p.word = person_word(a.approver)
        where t.late
    ) decisions
    group by ns, object, id
),
judged as (
    select
        t.*,
        e.sure > 0 as approved,
        e.unclear > 0 as unclear,
        not table_supplied('approvals', t.ns) or complete('approvals', t.ns, t.created_at) as all_seen
    from timed t
    left join excuses e on e.ns = t.ns and e.object = t.record.object and e.id = t.id
)
select
    record,
    created_at as at,
    recorder as owner,
    case when not counts or approved                     then false
         when ended_at is null and open                  then false
         when ended_at is not null and counts            then true end as applies,
    case when late and not all_seen                      then null
         when unclear                                    then null
         when late                                       then false
         when not after_the_end                          then true end as conforms,
    case when not counts                                 then 'emergency'
         when approved                                   then 'approved'
         when ended_at is null and open                  then 'not_ended'
         when ended_at is null                           then 'no_end'
         when counts is null                             then 'type_unknown'
         when created_at is null                         then 'no_creation_time'
         when unclear                                    then 'approval_unclear'
         when late and not all_seen                      then 'approvals_incomplete'
         when after_the_end                              then 'after_the_end'
         when late                                       then 'long_after_report'
         else 'ok' end as message,
    created_at,
    reported_at,
    ended_at,
    recorder,
    elapsed_minutes(ended_at, created_at) as lag_minutes,
    elapsed_minutes(reported_at, created_at) as report_lag_minutes,
    $backfill_minutes as limit
from judged
