/*
id       = "SLM-006"
title.zh = "服务目录每年至少审核一次"
title.en = "Catalogue entries are reviewed at least yearly"
severity = "minor"
kind     = "record"
subject  = ["catalogue"]
decides  = ["QM-8.4.6-3", "WN-4-1", "KP-3.1.3-11"]
supports = []
needs    = ["catalogue.status", "catalogue.reviewed_at:day"]
uses     = ["catalogue.effective_from"]
blank    = { reviewed_at = "nonconforming", effective_from = "applies" }
since    = "0.1"
status   = "stable"
why.zh   = "服务目录是对需方承诺的依据。长期不审核，目录与实际提供的服务就会脱节，新增、停用和调整的服务得不到反映。"
why.en   = "The catalogue is what the firm promises. Unreviewed it drifts from what is really served: new, dropped and altered services do not show."
fix.zh   = "组织审核该条目，确认保留、修订或停用，记录审核时间和结论；把目录审核列入年度计划。"
fix.en   = "Review the entry, decide whether to keep, revise or retire it, record date and result; put the review into the yearly plan."
noise.zh = "审核可能以会议纪要或发文形式留存，没有回填到目录；批量修订目录时可能只更新了版本号。审核当日与到期当日均按整日计算。"
noise.en = "The review may be kept as minutes or an issued document and not entered here; a bulk revision may only have raised the version. The day of the review and the due day count whole."

[params.review_months]
type = "months"
value = 12
min = 1
max = 12
help.zh = "两次审核之间允许的最长月数。"
help.en = "Months that may lie between two reviews."

[params.warn_months]
type = "months"
value = 10
min = 1
max = 12
help.zh = "距上次审核或生效满多少个月起提示即将到期；只影响提示，不影响结论。"
help.en = "Months after which the entry is shown as due soon; this changes the sentence, not the verdict."

[message.overdue]
verdict = "nonconforming"
marks = "catalogue.reviewed_at"
zh = "服务目录条目 {id}“{name}”最近一次审核或生效为 {last_date:date}，应不迟于 {due_on:date} 再次审核，已逾期 {overdue_minutes:duration}。"
en = "Catalogue entry {id} “{name}” was last reviewed or put in force on {last_date:date}; its review was due by {due_on:date} and is {overdue_minutes:duration} overdue."

[message.never_reviewed]
verdict = "nonconforming"
marks = "catalogue.reviewed_at"
zh = "服务目录条目 {id}“{name}”自 {effective_from:date} 生效以来没有审核记录，应不迟于 {due_on:date} 审核，已逾期 {overdue_minutes:duration}。"
en = "Catalogue entry {id} “{name}”, in force since {effective_from:date}, has never been reviewed; its review was due by {due_on:date} and is {overdue_minutes:duration} overdue."

[message.ok]
verdict = "conforming"
zh = "服务目录条目 {id}“{name}”最近一次审核或生效为 {last_date:date}，下次审核不迟于 {due_on:date}。"
en = "Catalogue entry {id} “{name}” was last reviewed or put in force on {last_date:date}; its next review is due by {due_on:date}."

[message.due_soon]
verdict = "conforming"
zh = "服务目录条目 {id}“{name}”须不迟于 {due_on:date} 再次审核，即将到期。"
en = "Catalogue entry {id} “{name}” must be reviewed again by {due_on:date}: due soon."

[message.in_future]
verdict = "not_assessed"
zh = "审核时间晚于数据截止时间，尚未发生的审核不能作为证明。"
en = "The review lies after the time of the data; a review still to come proves nothing."

[message.no_dates]
verdict = "not_assessed"
zh = "审核时间和生效日期都为空。"
en = "Both the review and the first day in force are empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "条目状态为空，无法判断是否在用。"
en = "The status is empty, so it cannot be told whether the entry is in force."

[message.not_in_force]
verdict = "not_applicable"
zh = "条目为草稿或已停用。"
en = "The entry is a draft or retired."

[message.not_yet_in_force]
verdict = "not_applicable"
zh = "条目尚未生效。"
en = "The entry is not yet in force."

[message.young]
verdict = "not_applicable"
zh = "条目生效时间不长，首次审核尚未到期。"
en = "The entry has not been in force long enough for its first review to be due."
*/
with facts as (
    select
        *,
        day_start(effective_from, $zone) as in_force_at
    from catalogue
),
dated as (
    select
        *,
        coalesce(latest(reviewed_at, in_force_at), reviewed_at, in_force_at) as last_date,
        cast(months_after(local_day(coalesce(latest(reviewed_at, in_force_at), reviewed_at, in_force_at), $zone),
                          $review_months) as date) as due_on
    from facts
),
judged as (
    select
        *,
        $as_of >= day_start(days_after(due_on, 1), $zone) as overdue,   -- the due day is still in time
        $as_of < day_start(days_after(due_on, 1), $zone) as in_time
    from dated
)
select
    record,
    $as_of as at,
    owner,
    case when status <> 'active'                 then false
         when in_force_at > $as_of               then false
         when reviewed_at is null and in_time    then false
         when status = 'active'                  then true
    end as applies,
    case when overdue                            then false
         when reviewed_at <= $as_of              then true
    end as conforms,
    case when status <> 'active'                 then 'not_in_force'
         when in_force_at > $as_of               then 'not_yet_in_force'
         when reviewed_at is null and in_time    then 'young'
         when status is null                     then 'status_unknown'
         when reviewed_at > $as_of               then 'in_future'
         when last_date is null                  then 'no_dates'
         when overdue and reviewed_at is null    then 'never_reviewed'
         when overdue                            then 'overdue'
         when $as_of >= last_date + to_months($warn_months) then 'due_soon'
         else 'ok'
    end as message,
    name,
    reviewed_at,
    effective_from,
    last_date,
    due_on,
    elapsed_minutes(day_start(days_after(due_on, 1), $zone), $as_of) as overdue_minutes
from judged
