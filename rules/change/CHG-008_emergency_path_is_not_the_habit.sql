/*
id       = "CHG-008"
title.zh = "紧急变更占比受控"
title.en = "The emergency path is not the habit"
severity = "observation"
kind     = "group"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-29"]
needs    = ["changes.change_type", "changes.created_at", "changes.status"]
since    = "0.2"
status   = "stable"
why.zh   = "紧急变更省去了评估和事前批准。一个季度里紧急变更过多，说明计划不足，或者有人借紧急通道绕过审批。"
why.en   = "An emergency change skips assessment and prior approval. Too many of them in a quarter mean poor planning, or a way round approval."
fix.zh   = "逐单复核紧急理由，不属于紧急的改按常规变更管理；对反复出现的原因提前排入计划；明确紧急变更的判定条件。"
fix.en   = "Review why each was urgent, return those that were not to the normal path, plan ahead for recurring causes, and write down what makes a change an emergency."
noise.zh = "重大故障集中的季度、系统割接期，紧急变更会自然增多；部分工具把加急的常规变更也记为紧急。"
noise.en = "A quarter with major failures or a migration has more of them; some tools file expedited normal changes as emergency."

[params.emergency_share]
type = "share"
value = 0.1
min = 0.01
max = 0.3
help.zh = "一个季度内紧急变更占比超过此值即提出。"
help.en = "Share of emergency changes in a quarter above which it is raised."

[params.least_changes]
type = "count"
value = 10
min = 5
max = 30
help.zh = "一个季度的变更少于此数时不计算占比。"
help.en = "Number of changes in a quarter below which no share is computed."

[message.too_many]
verdict = "nonconforming"
zh = "{quarter} 共 {changes:number} 个变更，其中紧急变更 {emergencies:number} 个，占 {share:percent}，超过上限 {limit:percent}。"
en = "In {quarter} there were {changes:number} changes, {emergencies:number} of them emergencies: {share:percent}, above the limit of {limit:percent}."

[message.ok]
verdict = "conforming"
zh = "{quarter} 共 {changes:number} 个变更，其中紧急变更 {emergencies:number} 个，占 {share:percent}，未超过上限 {limit:percent}。"
en = "In {quarter} there were {changes:number} changes, {emergencies:number} of them emergencies: {share:percent}, within the limit of {limit:percent}."

[message.types_unknown]
verdict = "not_assessed"
zh = "部分变更的类型、状态或创建时间不明，按全部计入和全部不计入得出的结论相反。"
en = "Some changes lack type, status or time of creation, and counting all or none of them as emergencies gives opposite results."

[message.quarter_incomplete]
verdict = "not_assessed"
zh = "不能确定该季度的变更已全部导出。"
en = "The changes of the quarter are not known to be all in the export."

[message.unplaced]
verdict = "not_assessed"
zh = "变更没有创建时间，无法归入季度。"
en = "The changes have no time of creation, so they belong to no known quarter."

[message.too_few]
verdict = "not_applicable"
zh = "该季度变更太少，占比没有意义。"
en = "Too few changes in the quarter for a share to mean anything."

[message.running]
verdict = "not_applicable"
zh = "该季度尚未结束。"
en = "The quarter is not over yet."
*/
with placed as (
    select
        record,
        record.project_id as project_id,
        quarter_start(local_day(created_at, $zone)) as began,
        status not in ('cancelled', 'rejected') as counts,
        change_type = 'emergency' as emergency
    from changes
),
quarters as (                       -- one row a project and quarter; bounds where cells are unknown
    select
        project_id,
        began,
        count(*) filter (where counts) as changes,
        count(*) filter (where counts and emergency) as emergencies,
        count(*) filter (where counts and not emergency) as others,
        count(*) filter (where counts is distinct from false) as most,
        count(*) filter (where counts is distinct from false
                               and emergency is distinct from false) as most_emergencies,
        count(*) filter (where counts is distinct from false
                               and emergency is distinct from true) as most_others,
        list(record order by record.ns, record.id)
            filter (where began is null or (counts and emergency)) as members
    from placed
    group by project_id, began
),
shares as (                         -- those of no known quarter may belong to any
    select
        project_id,
        began,
        changes,
        emergencies,
        others,
        members,
        day_start(began, $zone) as starts_at,
        day_start(months_after(began, 3), $zone) as ends_at,
        most + sum(case when began is null then most else 0 end) over whole as most,
        most_emergencies
            + sum(case when began is null then most_emergencies else 0 end) over whole as most_emergencies,
        most_others + sum(case when began is null then most_others else 0 end) over whole as most_others
    from quarters
    window whole as (partition by project_id)
),
judged as (
    select
        *,
        complete_everywhere('changes', starts_at, ends_at) as quarter_complete
    from shares
)
select
    project_id || ' ' || coalesce(quarter_name(began), '?') as subject_id,
    project_id,
    starts_at as at,
    ends_at <= $as_of
        and case when not quarter_complete      then null
                 when most < $least_changes     then false
                 when changes >= $least_changes then true end as applies,
    case when emergencies > $emergency_share * (emergencies + most_others)    then false
         when most_emergencies <= $emergency_share * (most_emergencies + others) then true
    end as conforms,
    case when began is null                  then 'unplaced'
         when ends_at > $as_of               then 'running'
         when not quarter_complete           then 'quarter_incomplete'
         when most < $least_changes          then 'too_few'
         when changes < $least_changes       then 'types_unknown'
         when emergencies > $emergency_share * (emergencies + most_others)    then 'too_many'
         when most_emergencies <= $emergency_share * (most_emergencies + others) then 'ok'
         else 'types_unknown' end as message,
    members,
    quarter_name(began) as quarter,
    changes,
    emergencies,
    ratio(emergencies, changes) as share,
    $emergency_share as limit,
    most_emergencies - emergencies as maybe_emergencies
from judged
