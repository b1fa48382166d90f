/*
id       = "DQ-015"
title.zh = "操作人员在册在岗"
title.en = "Actors are known and employed at the time"
severity = "minor"
kind     = "group"
compares = true
subject  = ["incidents", "changes", "approvals"]
decides  = []
supports = ["QM-8.4.6-11"]
needs    = [
    "approvals.approver | changes.implementer | changes.verified_by | incidents.assigned_to | incidents.closed_by",
    "personnel.person_id",
]
uses     = [
    "approvals.decided_at", "approvals.stage", "changes.actual_start", "changes.actual_end", "changes.verified_at",
    "incidents.closed_at", "incidents.close_mode", "incidents.reporter", "personnel.hire_date",
]
since    = "0.3"
status   = "stable"
why.zh   = "处理、审批、实施、验证的人应当是在册的本单位人员，且当时在岗。查不到此人，就无法确认他有没有相应的职责和权限，也可能是账号借用或冒用。"
why.en   = "Those who handle, approve, carry out and verify are to be staff of the firm, employed at the time. Where a person cannot be found, nobody can tell whether he had the duty and the right to act; the account may have been lent or misused."
fix.zh   = "核实此人身份：在册人员补全工号、账号和姓名；外协和客户人员登记到 external_people；确属借用、冒用账号的，停用账号并追查所做的操作。"
fix.en   = "Find out who it is: complete number, account and name of staff in the register; enter suppliers' and customers' people in external_people; where an account was lent or misused, close it and review what was done with it."
noise.zh = "离职人员可能已从台账中移除；工具中可能用昵称、英文名或部门账号；重新入职的人员台账只留最后的入职日期。按工号、账号、邮箱、姓名比较，不分大小写；当前处理人和没有时间的操作只查在册与否；由客户关闭的事件不查关闭人。"
noise.en = "Leavers may have been taken off the register; a tool may show nicknames or department accounts; of somebody hired again the register keeps the last date. Compared by number, account, e-mail and name, whatever the letter case; of those who merely hold a ticket, or whose act has no time, only the name is looked up; a closing by the customer is left out."

[params.external_people]
type = "list"
value = []
help.zh = "外协、客户等外部人员，按工具中的写法填写（英文用小写）。"
help.en = "People of suppliers and customers, as the tool writes them, in lower case."

[params.match_min]
type = "share"
value = 0.5
min = 0.1
max = 0.95
help.zh = "同一来源的人员中，能在人员台账中找到的比例低于此值时，视为写法不一致或台账不全，不下结论。"
help.en = "Where a smaller share of a source's people is found, the forms do not match or the register is partial, and nothing is concluded."

[message.unknown]
verdict = "nonconforming"
zh = "“{person}”{acts:number} 次被记为{roles_zh:list}，人员台账中没有此人的工号、账号、邮箱或姓名（同一来源的人员有 {found_share:percent} 可以找到）。"
en = "“{person}” is named as {roles_en:list} (mentions: {acts:number}), and the register has no such number, account, e-mail or name ({found_share:percent} of this source's people are found)."

[message.before_hire]
verdict = "nonconforming"
zh = "“{person}”被记为{roles_zh:list}，最早一次操作在 {first_at:time}，而人员台账中的入职日期为 {hire_date:date}。"
en = "“{person}” is named as {roles_en:list} and first acted at {first_at:time}, while the register gives {hire_date:date} as the first working day."

[message.ok]
verdict = "conforming"
zh = "“{person}”在人员台账中，没有早于入职日期的操作。"
en = "“{person}” is in the register and did not act before the first working day."

[message.few_found]
verdict = "not_assessed"
zh = "同一来源的人员大多在人员台账中找不到：写法可能不一致，或台账不全。"
en = "Most people of this source are not found: their form may differ, or the register is partial."

[message.no_hire_date]
verdict = "not_assessed"
zh = "入职日期为空或不能确定（姓名可能由多人共用），无法判断操作时是否在岗。"
en = "The first working day is empty or cannot be told (several people may share the name), so it is not known whether the person was employed."

[message.automatic]
verdict = "not_applicable"
zh = "自动任务所用账号。"
en = "An account of automatic jobs."

[message.external]
verdict = "not_applicable"
zh = "已登记的外部人员。"
en = "Declared as a person from outside."
*/
with acts as (
    select record, ns, approver as name, '审批人' as role_zh, 'approver' as role_en, decided_at as acted_at
    from approvals
    where coalesce(stage, '') <> 'customer'
    union all
    select record, ns, implementer as name, '实施人' as role_zh, 'implementer' as role_en,
        coalesce(actual_start, actual_end) as acted_at
    from changes
    union all
    select record, ns, verified_by as name, '验证人' as role_zh, 'verifier' as role_en, verified_at as acted_at
    from changes
    union all                            -- a ticket may be handed over long after it was closed
    select record, ns, assigned_to as name, '处理人' as role_zh, 'assignee' as role_en,
        cast(null as timestamp) as acted_at
    from incidents
    union all                            -- customers may close their own
    select record, ns, closed_by as name, '关闭人' as role_zh, 'closer' as role_en, closed_at as acted_at
    from incidents
    where coalesce(close_mode, '') not in ('customer', 'requester')
          and coalesce(reporter, '') <> closed_by
),
named as (
    select
        ns,
        record.project_id as project_id,
        name,
        person_word(name) as word,
        role_zh,
        role_en,
        count(*) as acts,
        min(acted_at) as first_at
    from acts
    where not list_contains($placeholder_values, lower(trim(name)))
    group by ns, record.project_id, name, role_zh, role_en
),
people as (                              -- one row a person in a project
    select
        ns,
        project_id,
        word,
        min(name) as person,
        list(distinct role_zh order by role_zh) as roles_zh,
        list(distinct role_en order by role_en) as roles_en,
        sum(acts) as acts,
        min(first_at) as first_at,
        not list_contains($automation_accounts, word) as by_hand,
        not list_contains($external_people, word) as own
    from named
    group by ns, project_id, word
),
hired as (                               -- one row a word of the register
    select
        w.word,
        min(p.hire_date) as hire_date
    from person_words w
    left join personnel p on p.person_id = w.person_id
    group by w.word
),
shares as (                              -- one row an id space: how many of its people are found
    select
        u.ns,
        ratio(count(h.word), count(*)) as found_share
    from (select ns, word from people where by_hand and own group by ns, word) u
    left join hired h on h.word = u.word
    group by u.ns
),
judged as (
    select
        p.*,
        h.word is not null as known,
        h.hire_date,
        s.found_share >= $match_min as comparable,
        s.found_share,
        p.first_at >= day_start(h.hire_date, $zone) as employed
    from people p
    left join hired h on h.word = p.word
    left join shares s on s.ns = p.ns
),
found as (                               -- the records of those who are not in order
    select
        j.ns,
        j.project_id,
        j.word,
        list(a.record order by a.record.id, a.record.object) as members
    from judged j
    join named n on n.ns = j.ns and n.project_id = j.project_id and n.word = j.word
    join acts a on a.ns = n.ns and a.record.project_id = n.project_id and a.name = n.name
        and a.role_en = n.role_en
    where not j.known or not j.employed
    group by j.ns, j.project_id, j.word
)
select
    concat(j.project_id, ' ', j.ns, ' ', j.word) as subject_id,
    j.project_id,
    cast(null as timestamp) as at,
    j.by_hand and j.own as applies,
    case when not j.known and j.comparable                              then false
         when not j.employed                                            then false
         when j.known and (j.first_at is null or j.employed)            then true
         when j.known and not column_supplied('personnel', 'hire_date', '') then true end as conforms,
    case when not j.by_hand                                             then 'automatic'
         when not j.own                                                 then 'external'
         when not j.known and j.comparable                              then 'unknown'
         when not j.known                                               then 'few_found'
         when not j.employed                                            then 'before_hire'
         when j.first_at is null or j.employed
              or not column_supplied('personnel', 'hire_date', '')      then 'ok'
         else 'no_hire_date' end as message,
    f.members,
    j.person,
    j.acts,
    j.roles_zh,
    j.roles_en,
    j.first_at,
    j.hire_date,
    j.found_share
from judged j
left join found f on f.ns = j.ns and f.project_id = j.project_id and f.word = j.word
