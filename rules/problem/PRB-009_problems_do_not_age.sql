/*
id       = "PRB-009"
title.zh = "问题未长期滞留"
title.en = "Problems do not age"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = ["KP-3.1.3-14"]
supports = ["QM-8.4.6-14"]
needs    = ["problems.status", "problems.created_at"]
uses     = ["problems.target_date", "problems.known_error", "problems.updated_at"]
blank    = { target_date = "conforming", known_error = "nonconforming" }
since    = "0.3"
status   = "stable"
why.zh   = "问题开着没人管，隐患就一直在；到期不解决也不重新承诺，计划日期便成了摆设。"
why.en   = "A problem left open leaves the fault where it is; where a due day passes without a solution or a new promise, planning means nothing."
fix.zh   = "逐单复核：能解决的定出新的计划日期和负责人；暂不解决的，评审后登记为已知错误并写明临时措施，定期复核。"
fix.en   = "Review them one by one: give a new due day and an owner to what can be solved; decide on the rest, register it as a known error with its workaround, and look at it again at set times."
noise.zh = "计划日期可能在别处顺延过；等待厂商补丁的问题可能确实只能等，应登记为已知错误；最后更新时间可能由批量操作刷新，看起来像复核过。"
noise.en = "The due day may have been moved elsewhere; a problem that waits for a vendor's patch belongs among the known errors; a bulk edit may refresh the time of the last update and look like a review."

[params.max_prb_days]
type = "days"
value = 90
min = 30
max = 365
help.zh = "未登记为已知错误的问题最多可以开着多少天。"
help.en = "Days that a problem may stay open unless registered as a known error."

[params.review_days]
type = "days"
value = 90
min = 30
max = 365
help.zh = "已知错误至少多少天内要有更新，才视为仍在管理。"
help.en = "Days within which a known error must have been updated to count as looked after."

[message.overdue]
verdict = "nonconforming"
marks = "problems.target_date"
zh = "问题 {id}（状态：{status}，负责人 {owner}）计划于 {target_date:date} 解决，现已逾期；已开着 {age:duration}。"
en = "Problem {id} (state {status}, owner {owner}) was due on {target_date:date}, which has passed; it has been open for {age:duration}."

[message.aged]
verdict = "nonconforming"
zh = "问题 {id}（状态：{status}，负责人 {owner}）自 {created_at:time} 已开着 {age:duration}，超过 {max_prb_days:number} 天，没有登记为已知错误。"
en = "Problem {id} (state {status}, owner {owner}) has been open since {created_at:time}, {age:duration}, more than {max_prb_days:number} days, and is no known error."

[message.forgotten]
verdict = "nonconforming"
marks = "problems.updated_at"
zh = "问题 {id}（状态：{status}，负责人 {owner}）虽登记为已知错误，已开着 {age:duration}，{updated_at:time} 之后再无更新，超过 {review_days:number} 天。"
en = "Problem {id} (state {status}, owner {owner}) is a known error, open for {age:duration}, and has not been touched since {updated_at:time}, more than {review_days:number} days ago."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 开着 {age:duration}，未逾期。"
en = "Problem {id} has been open for {age:duration} and is not overdue."

[message.no_creation_time]
verdict = "not_assessed"
zh = "建单时间为空，无法计算开着的时间。"
en = "The time of creation is empty, so the age cannot be told."

[message.update_unknown]
verdict = "not_assessed"
zh = "登记为已知错误，但最后更新时间为空，无法判断是否仍在管理。"
en = "A known error whose last update is empty, so it cannot be told whether it is looked after."

[message.status_unknown]
verdict = "not_assessed"
zh = "问题状态为空，无法判断是否还开着。"
en = "The status is empty, so it cannot be told whether the problem is open."

[message.not_open]
verdict = "not_applicable"
zh = "问题已解决、关闭或取消。"
en = "The problem is solved, closed or cancelled."

[message.known_error]
verdict = "not_applicable"
zh = "登记为已知错误，近期有更新。"
en = "A known error that was updated lately."

[message.waiting]
verdict = "not_applicable"
zh = "已挂起，计划解决日期未到。"
en = "On hold, and its due day is still ahead."
*/
with judged as (
    select
        *,
        status in ('resolved', 'closed', 'cancelled') as ended,
        known_error and updated_at >= $as_of - to_days($review_days) as looked_after,
        target_date >= local_day($as_of, $zone) as ahead,
        target_date < local_day($as_of, $zone) as overdue,
        created_at < $as_of - to_days($max_prb_days) as aged
    from problems
)
select
    record,
    $as_of as at,
    owner,
    case when ended                                    then false
         when looked_after                             then false
         when status = 'on_hold' and ahead             then false
         when status is not null                       then true end as applies,
    case when (overdue or aged) and known_error and updated_at is null then null
         when overdue                                  then false
         when aged                                     then false
         when not aged                                 then true end as conforms,
    case when ended                                    then 'not_open'
         when looked_after                             then 'known_error'
         when status is null                           then 'status_unknown'
         when status = 'on_hold' and ahead             then 'waiting'
         when (overdue or aged) and known_error and updated_at is null then 'update_unknown'
         when overdue                                  then 'overdue'
         when created_at is null                       then 'no_creation_time'
         when aged and known_error                     then 'forgotten'
         when aged                                     then 'aged'
         else 'ok' end as message,
    status,
    created_at,
    target_date,
    updated_at,
    elapsed_minutes(created_at, $as_of) as age,
    $max_prb_days as max_prb_days,
    $review_days as review_days
from judged
