/*
id       = "PRB-011"
title.zh = "问题解决经他人验证"
title.en = "Resolution is verified by someone else"
severity = "minor"
kind     = "record"
subject  = ["problems"]
decides  = []
supports = ["QM-8.4.6-14"]
needs    = ["problems.status", "problems.closed_at", "problems.verified_at | problems.verified_by"]
uses     = ["problems.owner", "problems.resolved_at", "problems.resolution_code"]
blank    = { verified_at = "nonconforming", resolved_at = "conforming", resolution_code = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "自己解决、自己认定有效，等于没有验证；不经验证就关，措施是否见效只有等故障再来才知道。"
why.en   = "Whoever solved a problem and declares it solved has verified nothing; closed unverified, its cure is tested only by the fault coming back."
fix.zh   = "由负责人以外的人按观察期和复现条件验证，记录验证人和时间后再关闭；在工具中设为关闭前必填，并禁止本人验证。"
fix.en   = "Let someone other than the owner verify it, over a time of observation or by trying to reproduce the fault, and record who and when before closing; make both mandatory and bar the owner in the tool."
noise.zh = "验证可能写在备注或评审纪要里；负责人可能代他人录入验证结果；同一人有多个账号而未登记在人员台账时，会被当成不同的人。不足一分钟的先后不计。"
noise.en = "The verification may stand in a note or in minutes; the owner may have entered someone else's result; several accounts of one person that the personnel register does not join look like several persons. Less than a minute does not count."

[params.duplicate_codes]
type = "list"
value = ["duplicate", "duplicated", "重复", "重复单", "重复问题"]
help.zh = "表示重复问题的解决分类代码，去掉首尾空格、不分大小写比较（按小写填写）。"
help.en = "Solution classes that mean a duplicate, compared without outer spaces and letter case (write them in small letters)."

[message.by_owner]
verdict = "nonconforming"
marks = "problems.verified_at"
zh = "问题 {id} 于 {closed_at:time} 关闭，验证人 {verified_by} 就是负责人（验证时间 {verified_at:time}）。"
en = "Problem {id} was closed at {closed_at:time}; {verified_by}, who verified it (at {verified_at:time}), is its owner."

[message.missing]
verdict = "nonconforming"
marks = "problems.verified_at"
zh = "问题 {id} 于 {closed_at:time} 关闭，没有验证时间（验证人：{verified_by}）。"
en = "Problem {id} was closed at {closed_at:time} with no time of verification (verified by: {verified_by})."

[message.late]
verdict = "nonconforming"
marks = "problems.verified_at"
zh = "问题 {id} 于 {closed_at:time} 关闭，{verified_at:time} 才由 {verified_by} 验证，晚 {late_by:duration}。"
en = "Problem {id} was closed at {closed_at:time} and verified by {verified_by} only at {verified_at:time}, {late_by:duration} later."

[message.ok]
verdict = "conforming"
zh = "问题 {id} 由负责人以外的 {verified_by} 验证（{verified_at:time}）后关闭。"
en = "Problem {id} was verified by {verified_by} (at {verified_at:time}), who is not its owner, and then closed."

[message.no_close_time]
verdict = "not_assessed"
zh = "问题状态为已关闭，但关闭时间为空。"
en = "The problem is closed, but its closing time is empty."

[message.too_early]
verdict = "not_assessed"
zh = "验证时间早于解决时间，不能证明验证的是解决后的效果。"
en = "The verification lies before the solution, so it does not prove that the effect was verified."

[message.person_unknown]
verdict = "not_assessed"
zh = "验证人或负责人为空，或验证人是自动任务，无法判断是否由他人验证。"
en = "Verifier or owner is empty, or the verifier is an automatic account, so it cannot be told whether someone else verified it."

[message.not_comparable]
verdict = "not_assessed"
zh = "验证人与负责人的写法不同（姓名、账号、邮箱等），人员台账中不能同时对上，无法判断是否同一人。"
en = "Verifier and owner are written in different forms (name, account, mail) and are not both in the personnel register."

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
with named as (
    select
        p.*,
        person_key(p.verified_by, v.person_id) as verifier_who,
        person_key(p.owner, o.person_id) as owner_who
    from problems p
    left join person_words v on v.word = person_word(p.verified_by)
    left join person_words o on o.word = person_word(p.owner)
),
judged as (
    select
        p.*,
        is_one_of(p.resolution_code, $duplicate_codes) as duplicate,
        is_one_of(p.verified_by, $automation_accounts) as by_machine,
        same_person(p.verifier_who, p.owner_who) as by_owner,
        p.verified_at is null and supplied(p.record, 'verified_at') as missing,
        p.verified_at >= p.closed_at + to_minutes(1) as late,
        p.verified_at <= p.resolved_at - to_minutes(1) as too_early
    from named p
)
select
    record,
    closed_at as at,
    coalesce(owner, closed_by) as owner,
    case when status <> 'closed' or duplicate             then false
         when status is not null                          then true end as applies,
    case when by_owner or missing or late                 then false
         when closed_at is null or too_early or by_machine then null
         when not by_owner                                then true end as conforms,
    case when duplicate                                   then 'duplicate'
         when status is null                              then 'status_unknown'
         when status <> 'closed'                          then 'not_closed'
         when by_owner                                    then 'by_owner'
         when missing                                     then 'missing'
         when late                                        then 'late'
         when closed_at is null                           then 'no_close_time'
         when too_early                                   then 'too_early'
         when by_machine                                  then 'person_unknown'
         when not by_owner                                then 'ok'
         when verified_by is null or owner is null        then 'person_unknown'
         else 'not_comparable' end as message,
    verified_by,
    verified_at,
    closed_at,
    elapsed_minutes(closed_at, verified_at) as late_by
from judged
