/*
id       = "PRB-003"
title.zh = "根因描述具体"
title.en = "Root causes are specific"
severity = "observation"
kind     = "record"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14", "QA-3.4-2"]
needs    = ["problems.created_at", "problems.root_cause"]
blank    = { root_cause = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "“系统问题”“人为”一类的根因不能指导任何措施；许多问题写着同一句话，多半没有真正分析过。"
why.en   = "A cause such as “system failure” or “human error” leads to no action; where many problems bear the same sentence, none of them was probably analysed."
fix.zh   = "写明哪个部件、在什么条件下、为什么失效，以及如何确认；对原因相同的问题合并为一个，集中治理。"
fix.en   = "Say which part failed, under which condition, why, and how that was confirmed; merge problems with one cause and cure it once."
noise.zh = "详细分析可能在附件中，字段里只写结论；同一根因确实会引发多个问题；重复问题照抄原单的根因；用缩写或型号写的根因可以很短。"
noise.en = "The analysis may be attached and the field hold only its result; one cause may indeed lie behind several problems; duplicates copy the cause of the first; an abbreviation or a model number may say it in few characters."

[params.min_chars]
type = "count"
value = 10
min = 2
max = 50
help.zh = "根本原因少于多少个字符视为不具体。"
help.en = "Characters below which a cause counts as not specific."

[params.vague_causes]
type = "list"
value = ["人为", "网络原因", "系统问题", "重启解决"]
help.zh = "空泛的根因，整句相同即视为不具体；去掉首尾空格、不分大小写比较（按小写填写）。"
help.en = "Vague causes, compared as a whole without outer spaces and letter case (write them in small letters)."

[params.same_min]
type = "count"
value = 4
min = 2
max = 20
help.zh = "达到多少个问题写着相同的根因即提出。"
help.en = "Number of problems with the same words for a cause from which it is raised."

[message.vague]
verdict = "nonconforming"
zh = "问题 {id} 的根本原因只写了“{root_cause}”，过于空泛。"
en = "Problem {id} gives “{root_cause}” for a root cause, which says nothing that could be acted on."

[message.short]
verdict = "nonconforming"
zh = "问题 {id} 的根本原因“{root_cause}”只有 {chars:number} 个字符（少于 {min_chars:number} 个），不够具体。"
en = "The root cause of problem {id}, “{root_cause}”, has {chars:number} characters, fewer than {min_chars:number}."

[message.repeated]
verdict = "nonconforming"
zh = "问题 {id} 的根本原因“{root_cause}”与其他问题相同，共有 {same:number} 个问题这样写（达到 {same_min:number} 个即提出）。"
en = "The root cause of problem {id}, “{root_cause}”, stands word for word on {same:number} problems (raised from {same_min:number})."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 的根因描述具体：{root_cause}"
en = "Problem {id} has a specific root cause: {root_cause}"

[message.others_unknown]
verdict = "not_assessed"
zh = "根因本身具体，但不能确定问题单已全部导出，可能有多个问题写着同一句话。"
en = "The cause is specific in itself, but the problems are not known to be all in the export, and many may bear the same sentence."

[message.no_cause]
verdict = "not_applicable"
zh = "根本原因为空或只有占位词；关闭而无根因的问题由 PRB-002 检查。"
en = "The root cause is empty or a stock word; PRB-002 checks problems that were closed without one."
*/
with judged as (
    select
        *,
        case when not is_one_of(root_cause, $cause_placeholders) then lower(trim(root_cause)) end as said,
        length(trim(root_cause)) as chars,
        count(*) over (partition by ns, lower(trim(root_cause))) as same,
        complete('problems', ns, created_at) as whole
    from problems
)
select
    record,
    coalesce(root_cause_at, closed_at, created_at) as at,
    owner,
    said is not null as applies,
    case when list_contains($vague_causes, said) then false
         when chars < $min_chars                 then false
         when same >= $same_min                  then false
         when whole                              then true end as conforms,
    case when said is null                       then 'no_cause'
         when list_contains($vague_causes, said) then 'vague'
         when chars < $min_chars                 then 'short'
         when same >= $same_min                  then 'repeated'
         when whole                              then 'ok'
         else 'others_unknown' end as message,
    root_cause,
    chars,
    same,
    $min_chars as min_chars,
    $same_min as same_min
from judged
