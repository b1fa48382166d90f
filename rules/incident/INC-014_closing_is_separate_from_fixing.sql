/*
id       = "INC-014"
title.zh = "处理与关闭分离"
title.en = "Closing is separate from fixing"
severity = "observation"
kind     = "record"
subject  = ["incidents"]
decides  = []
supports = ["QM-8.4.6-13"]
needs    = ["incidents.status", "incidents.closed_by", "incidents.resolved_by | incidents.assigned_to"]
uses     = ["incidents.close_mode", "incidents.reporter"]
blank    = { close_mode = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "修复的人自己关单，等于自己验收自己：客户是否认可、服务是否恢复没有第二个人核实。"
why.en   = "Where the one who fixed it also closes it, nobody else has checked with the customer that the service is back."
fix.zh   = "由服务台回访确认后关闭；在工具中收回处理人员的关闭权限；确由处理人兼任服务台的，在人员台账中登记其角色。"
fix.en   = "Let the desk close after a call back and take the right to close from those who fix; where an engineer also mans the desk, enter that role in the personnel register."
noise.zh = "小团队一人兼两职而台账没有登记；驻场服务没有单独的服务台；夜间值守由同一人处理和关闭；工具把最后编辑人记为关闭人。"
noise.en = "In small teams one person holds both posts without the register saying so; on-site teams may have no desk; on night duty one person does both; some tools stamp the last editor as the closer."

[message.same]
verdict = "nonconforming"
marks = "incidents.closed_at"
zh = "事件 {id} 由 {fixer} 处理，{closed_at:time} 又由 {closed_by} 本人关闭；其登记的角色（{roles}）不含服务台岗位。"
en = "Incident {id} was fixed by {fixer} and closed at {closed_at:time} by the same person ({closed_by}), whose roles on record ({roles}) hold no post at the desk."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 由 {fixer} 处理，{closed_at:time} 由 {closed_by} 关闭，关闭人另有其人或属于服务台。"
en = "Incident {id} was fixed by {fixer} and closed at {closed_at:time} by {closed_by}, another person or one of the desk."

[message.roles_unknown]
verdict = "not_assessed"
zh = "关闭人就是处理人，但人员台账中没有其角色，不能判断是否属于服务台。"
en = "The closer is the one who fixed it, and no roles of that person are on record, so it cannot be told whether they belong to the desk."

[message.reporter_unknown]
verdict = "not_assessed"
zh = "关闭人就是处理人，但不能判断其是否也是报告人。"
en = "The closer is the one who fixed it, and it cannot be told whether that person is also the reporter."

[message.not_comparable]
verdict = "not_assessed"
zh = "关闭人与处理人的写法无法比较，或姓名对应多人。"
en = "Closer and fixer are written in forms that cannot be compared, or the name is shared by several people."

[message.no_person]
verdict = "not_assessed"
zh = "关闭人或处理人为空。"
en = "The closer, or the person who fixed it, is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the incident is closed."

[message.not_closed]
verdict = "not_applicable"
zh = "事件没有关闭，或已取消、拒绝、合并。"
en = "The incident is not closed, or was cancelled, rejected or merged."

[message.other_way]
verdict = "not_applicable"
zh = "由客户或申请人关闭、系统到期关闭，或作为重复单、无效单关闭。"
en = "Closed by the customer or requester, by the tool, or as a duplicate or void."

[message.by_job]
verdict = "not_applicable"
zh = "由自动任务关闭。"
en = "Closed by an automatic job."

[message.own_report]
verdict = "not_applicable"
zh = "关闭人就是报告人。"
en = "The closer is the reporter."
*/
with closures as (
    select *, coalesce(resolved_by, assigned_to) as fixer
    from incidents
),
people as (                              -- each name once, with the person that it means
    select
        n.ns,
        n.name,
        w.person_id,
        w.roles,
        person_key(n.name, w.person_id) as who,
        holds_role(w.roles, $desk_roles) as desk
    from (
        select ns, closed_by as name from closures
        union
        select ns, fixer as name from closures
    ) n
    left join person_words w on w.word = person_word(n.name)
),
pairs as (                               -- each closer with each fixer, once
    select
        x.ns,
        x.closed_by,
        x.fixer,
        c.person_id,
        c.roles,
        c.who,
        c.desk,
        same_person(c.who, f.who) as same
    from (select distinct ns, closed_by, fixer from closures) x
    join people c on c.ns = x.ns and c.name = x.closed_by
    join people f on f.ns = x.ns and f.name = x.fixer
),
reporters as (                           -- a name outside the whole register is none of its people
    select
        x.ns,
        x.reporter,
        person_key(x.reporter, r.person_id) as who,
        person_key(x.reporter, r.person_id) = person_key(x.reporter, null)
            and complete('personnel', '', $as_of) as outsider
    from (select distinct ns, reporter from closures) x
    left join person_words r on r.word = person_word(x.reporter)
),
judged as (
    select
        c.*,
        p.roles,
        p.desk,
        p.same,
        case when p.person_id is not null and r.outsider   then false
             when p.same                                   then same_person(p.who, r.who)
        end as is_reporter
    from closures c
    left join pairs p on p.ns = c.ns and p.closed_by = c.closed_by and p.fixer = c.fixer
    left join reporters r on r.ns = c.ns and r.reporter = c.reporter
)
select
    record,
    closed_at as at,
    closed_by as owner,
    status = 'closed' and coalesce(close_mode, 'desk') = 'desk'
        and not list_contains($automation_accounts, lower(trim(closed_by)))
        and (not same or desk or not is_reporter) as applies,
    case when not same or desk                                             then true
         when same and not desk                                            then false end as conforms,
    case when status <> 'closed'                                           then 'not_closed'
         when close_mode <> 'desk'                                         then 'other_way'
         when list_contains($automation_accounts, lower(trim(closed_by)))  then 'by_job'
         when is_reporter and not desk                                     then 'own_report'
         when status is null                                               then 'status_unknown'
         when closed_by is null or fixer is null                           then 'no_person'
         when not same or desk                                             then 'ok'
         when same is null                                                 then 'not_comparable'
         when desk is null                                                 then 'roles_unknown'
         when is_reporter is null                                          then 'reporter_unknown'
         else 'same' end as message,
    fixer,
    closed_by,
    closed_at,
    roles
from judged
