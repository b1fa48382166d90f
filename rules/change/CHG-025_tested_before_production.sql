/*
id       = "CHG-025"
title.zh = "实施前已测试"
title.en = "Changes are tested before production"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-28"]
needs    = ["changes.status", "changes.change_type", "changes.risk_level", "changes.tested_at | changes.test_result | change_tasks.closed_at"]
uses     = ["changes.actual_start", "changes.environment", "changes.outcome", "changes.actual_end", "changes.created_at", "changes.approval_status", "change_tasks.change_id", "change_tasks.task_type", "change_tasks.status", "change_tasks.actual_end", "approvals.object_type", "approvals.object_id", "approvals.decision"]
blank    = { tested_at = "nonconforming", test_result = "nonconforming", environment = "applies", outcome = "applies", actual_start = "applies", actual_end = "applies", approval_status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "风险中等以上的变更不经测试就上生产，等于拿客户的业务做试验；事后补做的测试证明不了当时知道它可行。"
why.en   = "A change of moderate or higher risk that goes live untested makes the customer's business the test bed; a test made afterwards does not show that anyone knew it would work."
fix.zh   = "说明为何未测试就实施，核对生产环境的实际效果；补齐测试记录；测试环境不具备条件的，改用评审、演练或分批实施并记录结论；在工具中把测试结论设为排期前的必填项。"
fix.en   = "Say why it went ahead and check its effect in production; complete the record of the test. Where it cannot be tested, use a review, a rehearsal or a staged roll-out and record the result; let the tool ask for the result before scheduling."
noise.zh = "测试记录可能在附件、测试平台或上一级发布单里；测试任务可能在实施以后才随变更一并关闭；实际开始时间可能由状态变化自动写入。不足一分钟的先后不计。"
noise.en = "The test may be on record in an attachment, a test tool or the release that carries the change; test tasks may be closed together with the change; the actual start may be stamped by a change of state. Less than a minute does not count."

[message.failed]
verdict = "nonconforming"
marks = "changes.tested_at"
zh = "变更 {id}（风险 {risk_level}）的测试结论为不通过，仍于 {work_from:time} 实施。"
en = "Change {id} (risk {risk_level}) failed its test and was implemented all the same at {work_from:time}."

[message.late]
verdict = "nonconforming"
marks = "proof_at"
zh = "变更 {id}（风险 {risk_level}）在 {work_from:time} 已经实施，{proof_at:time} 才完成测试，晚 {late_by:duration}。"
en = "Change {id} (risk {risk_level}) was under way at {work_from:time} and tested only at {proof_at:time}, {late_by:duration} later."

[message.missing]
verdict = "nonconforming"
marks = "changes.tested_at"
zh = "变更 {id}（风险 {risk_level}）已于 {work_from:time} 实施，没有测试结论、测试时间和已完成的测试任务。"
en = "Change {id} (risk {risk_level}) was implemented at {work_from:time} with no test result, no time of a test and no completed test task."

[message.ok]
verdict = "conforming"
zh = "变更 {id}（风险 {risk_level}）于 {proof_at:time} 完成测试（结论 {test_result}），{work_from:time} 开始实施。"
en = "Change {id} (risk {risk_level}) was tested at {proof_at:time} (result {test_result}); work began at {work_from:time}."

[message.partial]
verdict = "not_assessed"
zh = "测试结论为部分通过，带着遗留问题实施是否可以接受须由人判断。"
en = "The test passed in part; whether going ahead was justified is for a person to judge."

[message.result_without_time]
verdict = "not_assessed"
zh = "有测试结论但没有测试时间，无法判断是否在实施之前。"
en = "A test result is recorded without its time, so it cannot be told whether it came before the work."

[message.no_start]
verdict = "not_assessed"
zh = "有测试时间，但实际开始时间为空，无法判断先后。"
en = "There is a time of the test, but the actual start is empty, so it cannot be told which came first."

[message.inverted]
verdict = "not_assessed"
zh = "实际结束时间早于实际开始时间，时间本身有误，无法判断。"
en = "The actual end lies before the actual start, so the times themselves are wrong."

[message.task_unclear]
verdict = "not_assessed"
zh = "没有实施前的测试记录，但有任务的类型、状态或完成时间不明，可能就是测试任务。"
en = "No test before the work is recorded, but a task lacks type, state or time and may be one."

[message.tasks_incomplete]
verdict = "not_assessed"
zh = "没有找到测试记录，但不能确定变更任务的导出是完整的。"
en = "No test was found, but the change tasks are not known to be complete."

[message.risk_unknown]
verdict = "not_assessed"
zh = "风险等级为空。"
en = "The risk level is empty."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，无法判断是否为常规变更。"
en = "The change type is empty; it may not be a normal change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.not_normal]
verdict = "not_applicable"
zh = "标准变更按验证过的模板实施，紧急变更另行控制。"
en = "A standard change rests on a proven template; emergency changes are controlled otherwise."

[message.low_risk]
verdict = "not_applicable"
zh = "风险等级为低。"
en = "The risk is low."

[message.not_production]
verdict = "not_applicable"
zh = "变更不在生产环境实施。"
en = "The change does not alter the production environment."

[message.not_required]
verdict = "not_applicable"
zh = "测试结论注明无须测试。"
en = "The record says that no test is required."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."
*/
with tasks as (                          -- one row a change: its completed test tasks
    select
        ns,
        change_id,
        min(coalesce(actual_end, closed_at)) filter (where task_type = 'test' and status = 'closed')
            as task_at,
        count(*) filter (
            where coalesce(task_type, 'test') = 'test' and coalesce(status, 'closed') = 'closed'
                  and (task_type is null or status is null
                       or coalesce(actual_end, closed_at) is null)) as unclear
    from change_tasks
    group by ns, change_id
),
facts as (
    select
        c.*,
        a.implemented,
        a.has_rejected,
        t.task_at,
        t.unclear,
        c.environment in ('staging', 'test', 'development') as elsewhere,
        coalesce(c.actual_start, c.actual_end) as work_from,
        coalesce(c.actual_start, c.actual_end) + to_minutes(1) as too_late,   -- less does not count
        c.actual_start + to_minutes(1) as surely_late,
        coalesce(earliest(c.tested_at, t.task_at), c.tested_at, t.task_at) as proof_at,
        supplied(c.record, 'tested_at') or supplied(c.record, 'test_result') as tests_supplied,
        table_supplied('change_tasks', c.ns) as tasks_supplied,
        complete_over('change_tasks', c.ns, c.created_at,
                      coalesce(c.actual_start, c.actual_end, $as_of)) as tasks_complete
    from changes c
    left join change_authorisation a on a.ns = c.ns and a.change_id = c.change_id
    left join tasks t on t.ns = c.ns and t.change_id = c.change_id
)
select
    record,
    coalesce(actual_start, actual_end, closed_at, created_at) as at,
    implementer as owner,
    implemented and change_type = 'normal' and risk_level <> 'low' and elsewhere is not true
        and test_result is distinct from 'not_required' as applies,
    case when test_result = 'failed'                                    then false
         when actual_end < actual_start                                 then null
         when proof_at < surely_late and test_result = 'partial'        then null
         when proof_at < surely_late                                    then true
         when unclear > 0                                               then null
         when tested_at >= too_late                                     then false
         when tasks_supplied and not tasks_complete                     then null
         when proof_at >= too_late                                      then false
         when proof_at is not null or test_result is not null           then null
         when tests_supplied or tasks_supplied                          then false end as conforms,
    case when change_type <> 'normal'                                   then 'not_normal'
         when elsewhere                                                 then 'not_production'
         when test_result = 'not_required'                              then 'not_required'
         when risk_level = 'low'                                        then 'low_risk'
         when status is null                                            then 'status_unknown'
         when not implemented                                           then 'not_implemented'
         when change_type is null                                       then 'type_unknown'
         when risk_level is null                                        then 'risk_unknown'
         when implemented is null and has_rejected                      then 'rejection_unclear'
         when implemented is null                                       then 'implemented_unknown'
         when test_result = 'failed'                                    then 'failed'
         when actual_end < actual_start                                 then 'inverted'
         when proof_at < surely_late and test_result = 'partial'        then 'partial'
         when proof_at < surely_late                                    then 'ok'
         when unclear > 0                                               then 'task_unclear'
         when tested_at >= too_late                                     then 'late'
         when tasks_supplied and not tasks_complete                     then 'tasks_incomplete'
         when proof_at >= too_late                                      then 'late'
         when proof_at is not null                                      then 'no_start'
         when test_result is not null                                   then 'result_without_time'
         else 'missing' end as message,
    risk_level,
    environment,
    test_result,
    tested_at,
    task_at,
    proof_at,
    work_from,
    elapsed_minutes(work_from, proof_at) as late_by
from facts
