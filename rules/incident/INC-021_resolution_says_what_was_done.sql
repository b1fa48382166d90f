/*
id       = "INC-021"
title.zh = "解决描述充分"
title.en = "The resolution text says what was done"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-9"]
needs    = ["incidents.status", "incidents.resolution"]
uses     = ["incidents.auto_generated", "incidents.resolution_code"]
blank    = { resolution = "applies", auto_generated = "applies", resolution_code = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "只写“已处理”的解决描述，下次遇到同样的故障无从参考，也证明不了做过什么。"
why.en   = "A text that says only “done” helps nobody with the next fault of its kind, and proves nothing of the work."
fix.zh   = "请处理人补写原因、做法和验证结果；在工具中给出填写提示，关闭前由服务台检查。"
fix.en   = "Ask the engineer to add cause, action and check; let the tool prompt for them and the desk read the text before closing."
noise.zh = "详细过程可能写在处理记录、附件或知识条目中；简单的密码重置、咨询类事件几个字即可说清。"
noise.en = "The detail may stand in work notes, an attachment or an article; a password reset or a question takes few words."

[params.min_chars]
type = "count"
value = 8
min = 2
max = 50
help.zh = "解决描述（去掉首尾的空格和标点后）少于多少个字即提出。"
help.en = "Number of characters, without outer spaces and punctuation, below which the text is raised."

[params.empty_phrases]
type = "list"
value = ["已处理", "已解决", "ok", "done", "重启", "完成", "无"]
help.zh = "等于什么都没说的描述，去掉首尾的空格和标点、不分大小写比较，写成小写。"
help.en = "Texts that say nothing, compared without outer spaces, punctuation and letter case; write them in lower case."

[params.code_is_enough]
type = "list"
value = []
help.zh = "有这些解决分类代码的事件，代码本身已说明做法，不再要求描述。"
help.en = "Solution codes that say enough by themselves; their incidents need no text."

[message.empty_words]
verdict = "nonconforming"
zh = "事件 {id} 的解决描述为“{resolution}”，没有说明做了什么。"
en = "The resolution text of incident {id}, “{resolution}”, does not say what was done."

[message.too_short]
verdict = "nonconforming"
zh = "事件 {id} 的解决描述“{resolution}”只有 {chars:number} 个字，少于 {min_chars:number} 个。"
en = "The resolution text of incident {id}, “{resolution}”, has {chars:number} characters, fewer than {min_chars:number}."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的解决描述有 {chars:number} 个字。"
en = "The resolution text of incident {id} has {chars:number} characters."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已解决。"
en = "The status is empty, so it cannot be told whether the incident is solved."

[message.not_solved]
verdict = "not_applicable"
zh = "事件尚未解决，或已取消、拒绝、合并。"
en = "The incident is not solved yet, or was cancelled, rejected or merged."

[message.no_text]
verdict = "not_applicable"
zh = "没有解决描述可供判断。"
en = "There is no resolution text to judge."

[message.automatic]
verdict = "not_applicable"
zh = "由监控自动生成。"
en = "Made by a monitoring tool."

[message.coded]
verdict = "not_applicable"
zh = "解决分类代码已说明做法。"
en = "The solution code says enough."
*/
with texts as (
    select *, lower(trim(resolution, ' 　。.，,！!…')) as said
    from incidents
)
select
    record,
    coalesce(resolved_at, closed_at) as at,
    coalesce(resolved_by, assigned_to) as owner,
    case when status not in ('resolved', 'closed')               then false
         when resolution is null                                 then false
         when auto_generated                                     then false
         when list_contains($code_is_enough, resolution_code)    then false
         when status in ('resolved', 'closed')                   then true end as applies,
    case when list_contains($empty_phrases, said)
              or list_contains($placeholder_values, said)        then false
         when length(said) < $min_chars                          then false
         when length(said) >= $min_chars                         then true end as conforms,
    case when status not in ('resolved', 'closed')               then 'not_solved'
         when resolution is null                                 then 'no_text'
         when auto_generated                                     then 'automatic'
         when list_contains($code_is_enough, resolution_code)    then 'coded'
         when status is null                                     then 'status_unknown'
         when list_contains($empty_phrases, said)
              or list_contains($placeholder_values, said)        then 'empty_words'
         when length(said) < $min_chars                          then 'too_short'
         else 'ok' end as message,
    resolution,
    length(said) as chars,
    $min_chars as min_chars
from texts
