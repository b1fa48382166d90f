/*
id       = "CHG-036"
title.zh = "一般变更按比例开展实施后评审"
title.en = "A share of ordinary changes is reviewed"
severity = "observation"
kind     = "group"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-31"]
needs    = [
    "changes.pir_at:day | reviews.held_at:day", "changes.actual_end:day", "changes.closed_at:day",
    "changes.change_id", "changes.status", "changes.change_type", "changes.outcome",
]
uses     = [
    "changes.risk_level", "changes.actual_start", "reviews.subject_id",
    "projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working",
]
since    = "0.3"
status   = "stable"
why.zh   = "只评审出了问题的变更，就看不到险些出错的地方；抽取一部分成功的一般变更评审，才能发现流程是否真的有效。"
why.en   = "To review only what went wrong is to miss the near misses; a sample of successful ordinary changes shows whether the procedure works."
fix.zh   = "按季度从成功的一般变更中抽样评审，写明结论并登记变更单号；抽样可优先选影响面大的和首次实施的。"
fix.en   = "Each quarter review a sample of the successful ordinary changes, state the results and enter the change numbers; prefer those with wide effect or done for the first time."
noise.zh = "评审可能集中在季度例会上进行而没有逐单登记；变更很少的季度抽样没有意义。标准变更以及必须逐个评审的失败、回退、紧急和高风险变更不在此列。"
noise.en = "A quarterly meeting may review many without a row for each; where there are few changes a sample means little. Standard changes are left out, and so are those that must be reviewed one by one: failed, backed out, urgent or risky."

[params.pir_sample]
type = "share"
value = 0.2
min = 0.01
max = 1
help.zh = "一个季度内应评审的一般变更比例，低于此值即提出。"
help.en = "Share of the ordinary changes of a quarter that is to be reviewed; below it is raised."

[params.pir_days]
type = "days"
value = 10
min = 1
max = 30
help.zh = "实施结束后多少个工作日以内还没有评审的，暂不视为未评审。"
help.en = "Working days after the end of the work within which a change without a review is not yet counted as unreviewed."

[params.least_changes]
type = "count"
value = 5
min = 1
max = 50
help.zh = "一个季度的一般变更少于此数时不计算比例。"
help.en = "Number of ordinary changes in a quarter below which no share is computed."

[params.carry_over_days]
type = "days"
value = 30
min = 0
max = 180
help.zh = "导出须早于季度首日多少天开始，才能包含此前提出、本季度结束的变更。"
help.en = "Days before the quarter from which changes must be in the export, so that those raised earlier and ended in the quarter are there."

[message.too_few_reviews]
verdict = "nonconforming"
zh = "{quarter} 成功实施的 {changes:number} 个一般变更中，有 {reviewed:number} 个开展了实施后评审，占 {share:percent}，低于 {limit:percent}；是否评审不明的 {maybe:number} 个，即使全部计入，也只有 {highest:percent}。"
en = "Of {changes:number} ordinary changes completed successfully in {quarter}, {reviewed:number} had a post-implementation review: {share:percent}, below {limit:percent}. Not known to be reviewed or not: {maybe:number}; even with all of them it would be {highest:percent}."

[message.ok]
verdict = "conforming"
zh = "{quarter} 成功实施的 {changes:number} 个一般变更中，有 {reviewed:number} 个开展了实施后评审，占 {share:percent}，达到 {limit:percent}。"
en = "Of {changes:number} ordinary changes completed successfully in {quarter}, {reviewed:number} had a post-implementation review: {share:percent}, at or above {limit:percent}."

[message.open_question]
verdict = "not_assessed"
zh = "部分变更的类型、风险、结果或评审情况不明，或评审期限未到，按全部评审和全部未评审得出的结论相反。"
en = "Type, risk, outcome or review of some changes is not known, or the review not yet due, and counting all or none of them as reviewed gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度结束的变更已全部导出（导出须早于季度首日开始，以包含此前提出的变更）。"
en = "The changes ended in the quarter are not known to be all in the export, which must begin before the quarter to hold those raised earlier."

[message.unplaced]
verdict = "not_assessed"
zh = "变更已实施，但没有实际结束时间和关闭时间，无法归入季度。"
en = "The changes were implemented and have neither an actual end nor a closing time, so they belong to no known quarter."

[message.too_few]
verdict = "not_applicable"
zh = "该季度一般变更太少，比例没有意义。"
en = "Too few ordinary changes in the quarter for a share to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with sorted as (
    select
        c.record,
        c.change_id,
        c.record.project_id as project_id,
        quarter_start(local_day(coalesce(c.actual_end, c.closed_at), $zone)) as began,
        case when c.status not in ('implemented', 'in_review', 'closed')           then false
             when c.outcome not in ('successful', 'successful_with_issues')        then false
             when c.change_type = 'standard' or v.due                              then false
             when c.status is not null and not v.due                               then true
        end as ordinary,
        case when v.seen_on is not null                                            then true
             when v.all_known and e.workday - b.workday >= $pir_days               then false
        end as reviewed
    from changes c
    left join change_reviews v on v.ns = c.ns and v.change_id = c.change_id
    left join project_workdays b on b.project_id = c.record.project_id and b.day = v.ended_on
    left join project_workdays e
        on e.project_id = b.project_id and e.day = days_after(local_day($as_of, $zone), -1)
        and e.gaps = b.gaps
),
quarters as (                       -- one row a project and quarter; bounds where cells are unknown
    select
        project_id,
        began,
        count(change_id) filter (where ordinary is distinct from false) as most,
        count(change_id) filter (where ordinary) as changes,
        count(change_id) filter (where ordinary and reviewed) as reviewed,
        count(change_id) filter (where ordinary and reviewed is null) as maybe,
        count(change_id) filter (where ordinary is null and reviewed is distinct from true) as maybe_others,
        count(change_id) filter (where ordinary is null and reviewed is distinct from false) as maybe_more,
        list(record order by record.ns, record.id)
            filter (where began is null and ordinary is distinct from false
                          or ordinary and not reviewed) as members
    from sorted
    group by project_id, began
),
shares as (
    select
        *,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        ratio(reviewed, changes) as share,
        ratio(reviewed, changes + maybe_others) as lowest,
        ratio(reviewed + maybe + maybe_more, changes + maybe_more) as highest,
        (select min(from_at) from coverage where tbl = 'changes' and not complete) as hole_at
    from quarters
),
judged as (
    select
        *,
        complete_everywhere('changes', starts_at - to_days($carry_over_days), ends_at)
            and (hole_at is null or hole_at >= ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    case when most = 0 or ends_at > $as_of             then false
         when began is null or not quarter_complete    then null
         when most < $least_changes                    then false
         when changes >= $least_changes                then true end as applies,
    case when highest < $pir_sample                    then false
         when earliest(lowest, highest) >= $pir_sample then true end as conforms,
    case when most = 0                                 then 'too_few'
         when began is null                            then 'unplaced'
         when ends_at > $as_of                         then 'running'
         when not quarter_complete                     then 'quarter_incomplete'
         when most < $least_changes                    then 'too_few'
         when changes < $least_changes                 then 'open_question'
         when highest < $pir_sample                    then 'too_few_reviews'
         when lowest >= $pir_sample                    then 'ok'
         else 'open_question' end as message,
    members,
    quarter_name(began) as quarter,
    changes,
    reviewed,
    maybe,
    share,
    highest,
    $pir_sample as limit
from judged
