/*
id       = "DQ-006"
title.zh = "处理过程非瞬时走完"
title.en = "Life cycle is not compressed into seconds"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["incidents", "problems", "changes"]
decides  = []
supports = ["QM-8.5.3-6", "SD-4.2-2"]
needs    = [
    "incidents.created_at:second",
    "incidents.closed_at:second",
    "problems.created_at:second",
    "problems.closed_at:second",
    "changes.created_at:second",
    "changes.closed_at:second",
    "changes.change_type",
    "changes.status",
    "incidents.status",
    "problems.status",
]
uses     = [
    "incidents.auto_generated", "incidents.close_mode", "incidents.resolution_code",
    "status_history.object_type", "status_history.object_id", "status_history.changed_at",
]
blank    = { close_mode = "applies", resolution_code = "applies" }
since    = "0.3"
status   = "experimental"
why.zh   = "建单、分析、解决、关闭在一两分钟内全部点完，多半是事后补走流程：记录下来的时间和状态并不是实际的处理过程。"
why.en   = "Where a record is opened, analysed, solved and closed within a minute or two, the steps were most likely clicked through afterwards, and its times and states do not show the real work."
fix.zh   = "请经办人说明实际的处理经过；属于补走流程的，按补录办理并注明真实时间；今后随处理进展逐步更新单据。"
fix.en   = "Ask those concerned how the work really went; where the steps were entered afterwards, treat it as back-filling and note the real times; update records as the work proceeds."
noise.zh = "待说明的线索，不是不符合：电话中当场解答的咨询、误报的告警、接口或批处理任务建单后即关、历史数据迁移、按重复单处理而没有标明的单据，都会很快走完。当场解答所用的解决分类请写入 first_call_codes。流转记录只到分钟的，时长可能相差一分钟。"
noise.en = "A lead to be explained, no nonconformity: questions answered on the phone, false alarms, jobs that open and close a ticket at once, migration, and duplicates not marked as such all end quickly. Name the resolution codes of answers at first contact in first_call_codes. A history kept to the minute may be a minute off."

[params.min_life_minutes]
type = "minutes"
value = 2
min = 1
max = 30
help.zh = "从建单到关闭（或全部流转）不足多少分钟即提出。"
help.en = "Minutes from creation to closing, or for the whole history, below which it is raised."

[params.min_steps]
type = "count"
value = 3
min = 2
max = 10
help.zh = "流转记录至少有多少行，才看其首尾相隔多久。"
help.en = "Rows of history from which the time between its first and last row is looked at."

[params.first_call_codes]
type = "list"
value = ["一线直接解答"]
help.zh = "表示受理时当场解答的解决分类（按解决分类一栏的写法），这样的事件不看时长。"
help.en = "Resolution codes, as their column has them, of incidents answered at first contact, which are left out."

[message.short_life]
verdict = "lead"
marks = ["incidents.closed_at", "problems.closed_at", "changes.closed_at"]
zh = "单据 {id} 于 {created_at:time} 建立，{closed_at:time} 关闭，前后不到 {life_below:duration}，待说明。同一项目的 {records:number} 张同类已关闭单据中，不足 {limit:duration} 的有 {short_ones:number} 张（{share:percent}）。"
en = "Record {id} was made at {created_at:time} and closed at {closed_at:time}, in less than {life_below:duration}, which is to be explained. Closed records of its kind in the project: {records:number}, of which shorter than {limit:duration}: {short_ones:number} ({share:percent})."

[message.steps_at_once]
verdict = "lead"
marks = "last_step_at"
zh = "单据 {id} 于 {created_at:time} 建立，{closed_at:time} 关闭，而全部 {steps:number} 行流转记录都在 {first_step_at:time} 至 {last_step_at:time} 之间，不到 {steps_below:duration}，待说明。同一项目的 {records:number} 张同类已关闭单据中，从建单到关闭不足 {limit:duration} 的有 {short_ones:number} 张（{share:percent}）。"
en = "Record {id} was made at {created_at:time} and closed at {closed_at:time}, yet all {steps:number} rows of its history lie between {first_step_at:time} and {last_step_at:time}, within less than {steps_below:duration}, which is to be explained. Closed records of its kind in the project: {records:number}, of which shorter than {limit:duration} from creation to closing: {short_ones:number} ({share:percent})."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 于 {created_at:time} 建立，{closed_at:time} 关闭。"
en = "Record {id} was made at {created_at:time} and closed at {closed_at:time}."

[message.history_incomplete]
verdict = "not_assessed"
zh = "不能确定该单据的流转记录是否完整，看不出各步骤是否集中在片刻之间。"
en = "The history of the record is not known to be complete, so it cannot be told whether its steps were taken at once."

[message.no_times]
verdict = "not_assessed"
zh = "状态为已关闭，而建单或关闭时间为空，或关闭早于建单。"
en = "The record is closed, and the time of creation or closing is empty, or the closing lies before the creation."

[message.origin_unknown]
verdict = "not_assessed"
zh = "不清楚是否由监控自动生成。"
en = "It is not known whether monitoring made the record."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the record is closed."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，不知是否为标准变更。"
en = "The type of change is empty, so it may be a standard change."

[message.left_out]
verdict = "not_applicable"
zh = "监控自动生成、受理时当场解答、标准变更，或按重复单、无效单关闭。"
en = "Made by monitoring, answered at first contact, a standard change, or closed as a duplicate or as void."

[message.not_closed]
verdict = "not_applicable"
zh = "没有关闭。"
en = "Not closed."
*/
with lives as (
    select
        record,
        ns,
        incident_id as id,
        assigned_to as person,
        created_at,
        closed_at,
        status = 'closed' as closed,
        case when close_mode in ('duplicate', 'void')                       then false
             when list_contains($first_call_codes, resolution_code)         then false
             else not coalesce(
                 auto_generated,
                 case when not supplied(record, 'auto_generated') then false end) end as counts
    from incidents
    union all
    select
        record,
        ns,
        problem_id as id,
        owner as person,
        created_at,
        closed_at,
        status = 'closed' as closed,
        true as counts
    from problems
    union all
    select
        record,
        ns,
        change_id as id,
        implementer as person,
        created_at,
        closed_at,
        status = 'closed' as closed,
        change_type <> 'standard' as counts
    from changes
),
usual as (                               -- what is normal in the project
    select
        ns,
        record.project_id as project_id,
        record.object as object,
        count(*) as records,
        count(*) filter (where closed_at < created_at + to_minutes($min_life_minutes)) as short_ones
    from lives
    where closed and counts and closed_at >= created_at
    group by ns, record.project_id, record.object
),
judged as (
    select
        l.*,
        p.moments as steps,
        p.first_at as first_step_at,
        p.last_at as last_step_at,
        l.closed_at < l.created_at + to_minutes($min_life_minutes) as short_life,
        p.last_at < p.first_at + to_minutes($min_life_minutes) as short_path,
        not table_supplied('status_history', l.ns) as no_history,
        complete_over('status_history', l.ns, l.created_at, l.closed_at) as whole_history,
        u.records,
        u.short_ones
    from lives l
    left join object_histories p on p.ns = l.ns and p.object_type = l.record.object and p.object_id = l.id
    left join usual u on u.ns = l.ns and u.project_id = l.record.project_id and u.object = l.record.object
)
select
    record,
    closed_at as at,
    person as owner,
    closed and counts as applies,
    case when elapsed_minutes(created_at, closed_at) is null               then null
         when short_life                                                   then false
         when short_path and steps >= $min_steps and whole_history         then false
         when not short_path or no_history or whole_history                then true
    end as conforms,
    case when not closed                                                   then 'not_closed'
         when not counts                                                   then 'left_out'
         when closed is null                                               then 'status_unknown'
         when counts is null and record.object = 'change'                  then 'type_unknown'
         when counts is null                                               then 'origin_unknown'
         when elapsed_minutes(created_at, closed_at) is null               then 'no_times'
         when short_life                                                   then 'short_life'
         when short_path and steps >= $min_steps and whole_history         then 'steps_at_once'
         when not short_path or no_history or whole_history                then 'ok'
         else 'history_incomplete' end as message,
    created_at,
    closed_at,
    elapsed_minutes(created_at, closed_at) + 1 as life_below,
    steps,
    first_step_at,
    last_step_at,
    elapsed_minutes(first_step_at, last_step_at) + 1 as steps_below,
    records,
    short_ones,
    ratio(short_ones, records) as share,
    $min_life_minutes as limit
from judged
