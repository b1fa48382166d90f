/*
id       = "PRB-002"
title.zh = "关闭前已查明根因"
title.en = "Root cause found before closing"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = ["QM-8.4.6-14", "QM-8.5.3-5", "QA-3.4-2"]
supports = []
needs    = ["problems.status", "problems.root_cause"]
uses     = ["problems.known_error", "problems.workaround", "problems.resolution_code"]
blank    = { root_cause = "nonconforming", known_error = "nonconforming", workaround = "nonconforming", resolution_code = "applies" }
since    = "0.2"
status   = "stable"
why.zh   = "没有查明根因就关闭问题，只是把事件换了个名字存档；同样的故障还会再来，问题管理没有起到作用。"
why.en   = "A problem closed without its root cause is an incident filed under another name: the fault will come back, and problem management has achieved nothing."
fix.zh   = "重新分析并补记根本原因；查不到根因的，登记为已知错误并写明临时措施；在工具中把根本原因设为关闭的必填项，并拒绝“无”“待查”之类的填写。"
fix.en   = "Take the analysis up again and record the cause; where none can be found, register a known error with its workaround; make the cause a mandatory field for closing and refuse words such as “none”."
noise.zh = "根因可能写在分析报告附件或备注里；供应商尚未答复而先行关闭的，应作为已知错误管理。只按占位词判断空洞的填写，写得笼统的根因（如“系统故障”）不在此列。"
noise.en = "The cause may stand in an attached report or a note; a problem closed while the vendor has not answered belongs among the known errors. Only stock words count as empty; a vague cause (“system failure”) is not recognised."

[params.duplicate_codes]
type = "list"
value = ["duplicate", "duplicated", "重复", "重复单", "重复问题"]
help.zh = "表示重复问题的解决分类代码，去掉首尾空格、不分大小写比较。"
help.en = "Solution classes that mean a duplicate, compared without outer spaces and letter case."

[message.missing]
verdict = "nonconforming"
zh = "问题 {id} 于 {closed_at:time} 关闭，根本原因为空，也不是有临时措施的已知错误。"
en = "Problem {id} was closed at {closed_at:time} with an empty root cause, and it is no known error with a workaround."

[message.placeholder]
verdict = "nonconforming"
zh = "问题 {id} 于 {closed_at:time} 关闭，根本原因只写了“{root_cause}”，也不是有临时措施的已知错误。"
en = "Problem {id} was closed at {closed_at:time} with “{root_cause}” for a root cause, and it is no known error with a workaround."

[message.no_workaround]
verdict = "nonconforming"
zh = "问题 {id} 于 {closed_at:time} 作为已知错误关闭，但根本原因（{root_cause}）和临时措施（{workaround}）都没有写明。"
en = "Problem {id} was closed at {closed_at:time} as a known error, but states neither root cause ({root_cause}) nor workaround ({workaround})."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 关闭时已记录根本原因：{root_cause}"
en = "Problem {id} was closed with its root cause recorded: {root_cause}"

[message.known_error]
verdict = "conforming"
zh = "问题 {id} 作为已知错误关闭，临时措施：{workaround}"
en = "Problem {id} was closed as a known error with a workaround: {workaround}"

[message.status_unknown]
verdict = "not_assessed"
zh = "问题状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the problem is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "问题没有关闭，或已取消。"
en = "The problem is not closed, or was cancelled."

[message.duplicate]
verdict = "not_applicable"
zh = "作为重复问题关闭。"
en = "The problem was closed as a duplicate."
*/
with judged as (
    select
        record,
        closed_at,
        closed_by,
        owner,
        status,
        root_cause,
        known_error,
        workaround,
        is_one_of(resolution_code, $duplicate_codes) as duplicate,
        root_cause is not null and trim(root_cause) <> ''
            and not is_one_of(root_cause, $cause_placeholders) as cause_stated,
        trim(workaround) <> ''
            and not is_one_of(workaround, $cause_placeholders) as workaround_stated
    from problems
)
select
    record,
    closed_at as at,
    coalesce(owner, closed_by) as owner,
    case when status is null                        then null
         when status <> 'closed'                    then false
         when duplicate                             then false
         when status = 'closed'                     then true end as applies,
    case when cause_stated                          then true
         when known_error and workaround_stated     then true
         when not cause_stated                      then false end as conforms,
    case when status is null                        then 'status_unknown'
         when status <> 'closed'                    then 'not_closed'
         when duplicate                             then 'duplicate'
         when cause_stated                          then 'ok'
         when known_error and workaround_stated     then 'known_error'
         when known_error                           then 'no_workaround'
         when root_cause is null                    then 'missing'
         else 'placeholder' end as message,
    root_cause,
    known_error,
    workaround,
    closed_at
from judged
