/*
id       = "CHG-032"
title.zh = "审批非走过场"
title.en = "Approvals are not rubber-stamped"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["approvals"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = [
    "approvals.object_type",
    "approvals.object_id",
    "approvals.approver",
    "approvals.decision",
    "approvals.decided_at",
    "changes.change_type",
    "changes.change_id",
]
uses     = ["approvals.requested_at", "approvals.stage", "approvals.approval_id"]
blank    = { stage = "applies", requested_at = "conforming" }
since    = "0.3"
status   = "experimental"
why.zh   = "送审后几十秒就点同意，或一分钟里连批好几张，来不及看方案和影响，审批就只剩下一个签名。"
why.en   = "A yes within seconds of being asked, or several in one minute, leaves no time to read plan and impact; all that remains of the approval is a signature."
fix.zh   = "请审批人说明当时如何审查；确在会议或线下先行审过的，附上纪要；审批量过大的，调整授权层级，把低风险的常做变更改为标准变更。"
fix.en   = "Ask the approver how the changes were reviewed; where that was done beforehand, at a meeting or on paper, attach the minutes. Where there are too many to read, delegate, and turn routine low-risk work into standard changes."
noise.zh = "待说明的线索，不是不符合：先开会或在群里讨论过、会后集中点批，多级审批到最后一级才由工具送出，同一批上线拆成多张变更，手机端补点，审批记录由接口或迁移一次写入，都会这样。"
noise.en = "A lead to be explained, no nonconformity: changes may have been discussed first and approved together afterwards, one roll-out may be split into several changes, the tool may ask only at the last step, and rows written by an interface or a migration carry the same time."

[params.stamp_minutes]
type = "minutes"
value = 1
min = 1
max = 10
help.zh = "送审后不满多少分钟即批准的提出。"
help.en = "Minutes from the request within which an approval is raised."

[params.stamp_batch]
type = "count"
value = 5
min = 3
max = 20
help.zh = "同一人在不满一分钟内批准多少个即提出。"
help.en = "Approvals by one person in less than a minute from which they are raised."

[message.quick]
verdict = "lead"
marks = "approvals.decided_at"
zh = "变更 {change_id} 于 {requested_at:time} 送审，{approver} 不满 {stamp_minutes:number} 分钟就批准（{decided_at:time}），待说明。本项目有送审时间的批准共 {timed:number} 个，这样快的占 {quick_share:percent}。"
en = "To be explained: change {change_id} was put to {approver} at {requested_at:time} and approved in less than {stamp_minutes:number} min ({decided_at:time}). Of the {timed:number} approvals of this project with a time of request, {quick_share:percent} were as quick."

[message.batch]
verdict = "lead"
marks = "approvals.decided_at"
zh = "{approver} 自 {batch_from:time} 起不满一分钟批准了 {batch_size:number} 个变更：{batch:list}，待说明。本项目的 {approvals:number} 个批准中，成批作出的占 {batch_share:percent}。"
en = "To be explained: {approver} approved {batch_size:number} changes in less than a minute from {batch_from:time}: {batch:list}. Of the {approvals:number} approvals of this project, {batch_share:percent} were given in such batches."

[message.ok]
verdict = "conforming"
zh = "变更 {change_id} 送审后 {took:duration} 由 {approver} 批准，不在成批批准之列。"
en = "Change {change_id} was approved by {approver} {took:duration} after the request, not in a batch."

[message.not_in_batch]
verdict = "conforming"
zh = "{approver} 对变更 {change_id} 的批准不在成批批准之列；没有送审时间，只判定了这一点。"
en = "The approval of change {change_id} by {approver} was not given in a batch; times of request are not exported, so only that was judged."

[message.inverted]
verdict = "not_assessed"
zh = "审批时间早于送审时间，时间本身有误。"
en = "The decision lies before its request, so the times themselves are wrong."

[message.no_request_time]
verdict = "not_assessed"
zh = "送审时间为空，看不出多久作出批准。"
en = "The time of request is empty, so it cannot be told how long the decision took."

[message.no_decision_time]
verdict = "not_assessed"
zh = "已批准而审批时间为空。"
en = "The approval bears no time."

[message.batch_unclear]
verdict = "not_assessed"
zh = "同一人在一分钟内还有别的批准，但其中有的类型、环节或结论不明，无法确定是否成批。"
en = "The same person gave other approvals in that minute, some of them of unknown kind, stage or change, so it cannot be told whether this was a batch."

[message.person_unknown]
verdict = "not_assessed"
zh = "审批人为空，或这个姓名属于不止一人。"
en = "The approver is empty, or several persons share the name."

[message.not_whole]
verdict = "not_assessed"
zh = "没有看到成批批准，但不能确定当时的审批记录已全部导出。"
en = "No batch is seen, but the approvals of that time are not known to be all in the export."

[message.kind_unknown]
verdict = "not_assessed"
zh = "对象类型或审批结论为空。"
en = "The kind of record or the decision is empty."

[message.stage_unknown]
verdict = "not_assessed"
zh = "审批环节为空，可能是变更委员会的集体决定。"
en = "The stage is empty; it may be a decision of the change advisory board."

[message.change_unknown]
verdict = "not_assessed"
zh = "变更不在导出中，或类型为空，可能是标准变更。"
en = "The change is not in the export or its type is empty; it may be a standard change."

[message.not_a_change]
verdict = "not_applicable"
zh = "不是对变更的批准。"
en = "Not an approval of a change."

[message.board]
verdict = "not_applicable"
zh = "变更委员会在会上集中审批。"
en = "The change advisory board decides at a meeting."

[message.standard]
verdict = "not_applicable"
zh = "标准变更按预授权模板实施。"
en = "A standard change rests on a pre-authorised template."

[message.automatic]
verdict = "not_applicable"
zh = "由自动任务作出。"
en = "Given by an automatic job."
*/
with named as (
    select
        a.record,
        a.ns,
        a.approval_id,
        a.object_type,
        a.object_id,
        a.stage,
        a.approver,
        a.decision,
        a.requested_at,
        a.decided_at,
        c.change_type,
        nullif(coalesce(p.person_id, person_word(a.approver)), '?') as who,
        is_one_of(a.approver, $automation_accounts) as automatic,
        elapsed_minutes(a.requested_at, a.decided_at) as took
    from approvals a
    left join changes c on c.ns = a.ns and c.change_id = a.object_id
    left join person_words p on p.word = person_word(a.approver)
),
kinds as (
    select
        *,
        object_type = 'change' and decision = 'approved' and not automatic
            and (stage <> 'cab' or not supplied(record, 'stage'))
            and change_type <> 'standard' as counts
    from named
),
ends as (                                -- when the batch began that an approval completes, if it does
    select
        *,
        lag(decided_at, $stamp_batch - 1) over (partition by ns, who, counts
                                                order by decided_at, approval_id) as sure_from,
        lag(decided_at, $stamp_batch - 1) over (partition by ns, who, counts is null or counts
                                                order by decided_at, approval_id) as possible_from
    from kinds
),
batches as (                             -- the first batch that is completed by it or later
    select
        *,
        min(case when sure_from > decided_at - to_minutes(1) then sure_from end)
            over (partition by ns, who, counts order by decided_at, approval_id
                  rows between current row and unbounded following) as batch_from,
        min(case when possible_from > decided_at - to_minutes(1) then possible_from end)
            over (partition by ns, who, counts is null or counts
                  order by decided_at, approval_id
                  rows between current row and unbounded following) as possible_batch_from
    from ends
),
marked as (
    select
        *,
        took < $stamp_minutes as quick,
        who is not null and batch_from <= decided_at as in_batch
    from batches
),
sizes as (                               -- one row a batch: what was approved in its minute
    select
        b.ns,
        b.who,
        b.batch_from,
        count(*) as batch_size,
        list(m.object_id order by m.decided_at, m.object_id) as batch
    from (select distinct ns, who, batch_from from marked where in_batch and counts) b
    join marked m on m.ns = b.ns and m.who = b.who and m.counts
        and m.decided_at >= b.batch_from and m.decided_at < b.batch_from + to_minutes(1)
    group by b.ns, b.who, b.batch_from
),
usual as (                               -- what is normal in a project, of whichever source
    select
        ns,
        record.project_id as project_id,
        sum(count(*)) over project as approvals,
        sum(count(took)) over project as timed,
        ratio(sum(count(*) filter (where quick)) over project, sum(count(took)) over project) as quick_share,
        ratio(sum(count(*) filter (where in_batch)) over project, sum(count(*)) over project) as batch_share
    from marked
    where counts
    group by ns, record.project_id
    window project as (partition by record.project_id)
),
judged as (
    select
        m.*,
        supplied(m.record, 'requested_at') as requests_supplied,
        complete('approvals', m.ns, m.decided_at) as whole,
        s.batch_size,
        s.batch,
        u.approvals,
        u.timed,
        u.quick_share,
        u.batch_share
    from marked m
    left join sizes s on s.ns = m.ns and s.who = m.who and s.batch_from = m.batch_from and m.in_batch
    left join usual u on u.ns = m.ns and u.project_id = m.record.project_id
)
select
    record,
    decided_at as at,
    approver as owner,
    counts as applies,
    case when decided_at is null                                     then null
         when quick or in_batch                                      then false
         when who is null or possible_batch_from <= decided_at       then null
         when not whole                                              then null
         when took >= $stamp_minutes                                 then true
         when requested_at is null and not requests_supplied         then true end as conforms,
    case when object_type <> 'change' or decision <> 'approved'      then 'not_a_change'
         when stage = 'cab'                                          then 'board'
         when change_type = 'standard'                               then 'standard'
         when automatic                                              then 'automatic'
         when object_type is null or decision is null                then 'kind_unknown'
         when automatic is null                                      then 'person_unknown'
         when stage is null and counts is null and change_type is not null then 'stage_unknown'
         when counts is null                                         then 'change_unknown'
         when decided_at is null                                     then 'no_decision_time'
         when quick                                                  then 'quick'
         when in_batch                                               then 'batch'
         when who is null                                            then 'person_unknown'
         when possible_batch_from <= decided_at                      then 'batch_unclear'
         when not whole                                              then 'not_whole'
         when took is not null                                       then 'ok'
         when not requests_supplied                                  then 'not_in_batch'
         when requested_at is null                                   then 'no_request_time'
         else 'inverted' end as message,
    object_id as change_id,
    stage,
    approver,
    requested_at,
    decided_at,
    took,
    batch_from,
    batch_size,
    batch,
    approvals,
    timed,
    quick_share,
    batch_share,
    $stamp_minutes as stamp_minutes
from judged
