/*
id       = "INC-012"
title.zh = "经客户同意后关闭"
title.en = "Closed only with the customer's acceptance"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests"]
decides  = ["QM-8.4.6-13", "SD-3.2-4"]
supports = []
needs    = [
    "incidents.status", "incidents.closed_at",
    "incidents.customer_confirmed_at | incidents.closed_by | incidents.close_mode",
    "requests.status", "requests.closed_at",
    "requests.customer_confirmed_at | requests.closed_by | requests.close_mode",
]
uses     = [
    "incidents.reporter", "incidents.resolved_at", "incidents.auto_generated",
    "requests.requester", "requests.fulfilled_at", "requests.auto_generated",
    "slas.status", "slas.effective_from", "slas.effective_to", "slas.silence_days",
    "personnel.person_id",
]
blank    = { closed_by = "nonconforming", customer_confirmed_at = "nonconforming", close_mode = "applies", auto_generated = "applies", reporter = "applies", requester = "applies", silence_days = "nonconforming", effective_to = "conforming", resolved_at = "conforming", fulfilled_at = "conforming" }
since    = "0.2"
status   = "stable"
why.zh   = "没有客户的确认就关闭，问题是否真正解决只是供方自己的说法；客户还在等，记录上却已结束，满意度和解决率都不可信。"
why.en   = "Closed without the customer's word, a solution is only the provider's own claim: the customer may still be waiting while the record says done, and neither satisfaction nor solution rates can be trusted."
fix.zh   = "向客户补做回访并记录确认人和时间；未解决的重新打开；协议没有默示确认条款的，停用到期自动关闭；在工具中把客户确认设为关闭的前置步骤。"
fix.en   = "Call the customer back and record who accepted and when; re-open what is not solved; switch off closing by time-out where the agreement has no clause for silence; let the tool ask for acceptance before closing."
noise.zh = "客户可能在电话、邮件或群聊中确认，没有填入确认时间；服务台代客户建单时，报告人写的是服务台自己；姓名和账号写法不同的，不能比较，不下结论。不足一分钟的先后不计。"
noise.en = "The customer may have accepted by phone, mail or chat without a time being entered; a desk that records calls may put itself down as the reporter; persons written in forms that cannot be compared are left open. Less than a minute does not count."

[params.confirm_grace_minutes]
type = "minutes"
value = 0
min = 0
max = 1440
help.zh = "关闭之后多少分钟内补记的客户确认仍算关闭前确认。"
help.en = "Minutes after closing within which an acceptance still counts as preceding it."

[params.accept_timeout]
type = "switch"
value = false
help.zh = "仅当全部协议都约定到期未答复即视为同意时开启：到期自动关闭即为确认，不再核对协议条款。"
help.en = "Turn on only where every agreement takes silence for acceptance: closing by time-out then counts, without looking at the agreements."

[message.unconfirmed]
verdict = "nonconforming"
marks = ["incidents.customer_confirmed_at", "requests.customer_confirmed_at"]
zh = "单据 {id} 于 {closed_at:time} 由 {closed_by} 关闭（关闭方式 {close_mode}），没有客户确认时间，关闭人也不是 {customer}。"
en = "Record {id} was closed at {closed_at:time} by {closed_by} (mode {close_mode}) with no acceptance by the customer, and not by {customer}."

[message.late]
verdict = "nonconforming"
marks = ["incidents.customer_confirmed_at", "requests.customer_confirmed_at"]
zh = "单据 {id} 于 {closed_at:time} 关闭，客户 {confirmed_at:time} 才确认，晚 {late_minutes:duration}。"
en = "Record {id} was closed at {closed_at:time} and accepted by the customer only at {confirmed_at:time}, {late_minutes:duration} later."

[message.timeout]
verdict = "nonconforming"
marks = ["incidents.customer_confirmed_at", "requests.customer_confirmed_at"]
zh = "单据 {id} 于 {closed_at:time} 到期自动关闭（关闭方式 {close_mode}），没有客户确认，也没有协议约定默示同意。"
en = "Record {id} was closed by the tool at {closed_at:time} (mode {close_mode}) with no acceptance, and no agreement takes silence for one."

[message.too_soon]
verdict = "nonconforming"
marks = ["incidents.closed_at", "requests.closed_at"]
zh = "单据 {id} 于 {done_at:time} 解决，{closed_at:time} 即自动关闭，未满协议约定的 {silence_days:number} 天默示确认期。"
en = "Record {id} was solved at {done_at:time} and closed by the tool at {closed_at:time}, before the {silence_days:number} days of silence that the agreement asks for."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 已由客户确认（确认时间 {confirmed_at:time}，关闭方式 {close_mode}），{closed_at:time} 关闭。"
en = "Record {id} was accepted by the customer (at {confirmed_at:time}, mode {close_mode}) and closed at {closed_at:time}."

[message.silence]
verdict = "conforming"
zh = "单据 {id} 在客户没有异议的情况下于 {closed_at:time} 自动关闭，符合默示确认的约定。"
en = "Record {id} was closed by the tool at {closed_at:time} after silence of the customer, as agreed."

[message.no_close_time]
verdict = "not_assessed"
zh = "单据状态为已关闭，但关闭时间为空。"
en = "The record is closed, but its closing time is empty."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已关闭。"
en = "The status is empty, so it cannot be told whether the record is closed."

[message.customer_unknown]
verdict = "not_assessed"
zh = "报告人为空或没有导出，而单据由监控自动生成，或不能确定是否由监控生成，无法判断是否涉及客户。"
en = "The reporter is empty or not exported, and the record is, or may be, made by a monitoring tool, so it cannot be told whether a customer is concerned."

[message.not_recorded]
verdict = "not_assessed"
zh = "客户确认时间没有导出，且不能证明是客户自己关闭的。"
en = "The time of acceptance is not exported, and nothing shows that the customer closed the record."

[message.too_early]
verdict = "not_assessed"
zh = "客户确认早于最后一次解决，不能证明客户认可了最终结果。"
en = "The acceptance lies before the last solution, so it does not prove that the result was accepted."

[message.closer_unknown]
verdict = "not_assessed"
zh = "没有客户确认时间，而关闭人或报告人为空，或两者写法无法比较，不能判断是否客户自己关闭。"
en = "No acceptance is recorded, and closer or reporter is empty or written in forms that cannot be compared, so the customer may have closed the record."

[message.own_report]
verdict = "not_assessed"
zh = "关闭人就是报告人，但属于供方人员或以服务台方式关闭，不能证明客户同意。"
en = "The closer is the reporter, but belongs to the provider or closed it as the desk, which proves no acceptance by a customer."

[message.agreement_unclear]
verdict = "not_assessed"
zh = "到期自动关闭，但不能确定适用的协议、默示确认条款或等待时间。"
en = "Closed by time-out, but the agreement, its clause on silence or the time waited cannot be told."

[message.not_closed]
verdict = "not_applicable"
zh = "单据没有关闭，或已取消、拒绝、合并。"
en = "The record is not closed, or was cancelled, rejected or merged."

[message.void]
verdict = "not_applicable"
zh = "单据作为重复单或无效单关闭。"
en = "The record was closed as a duplicate or as void."

[message.no_customer]
verdict = "not_applicable"
zh = "由监控自动生成，报告人为空或是自动账号，没有涉及的客户。"
en = "Made by a monitoring tool, without a reporter or with an automatic account as such, so no customer is concerned."
*/
with closures as (
    select
        record, ns, status, closed_at, closed_by, close_mode, auto_generated,
        case when not is_one_of(reporter, $automation_accounts) then reporter end as customer,
        resolved_at as done_at,
        customer_confirmed_at as confirmed_at,
        customer_confirmed_by as confirmed_by,
        supplied(record, 'reporter') as customer_supplied
    from incidents
    union all
    select
        record, ns, status, closed_at, closed_by, close_mode, auto_generated,
        case when not is_one_of(requester, $automation_accounts) then requester end as customer,
        fulfilled_at as done_at,
        customer_confirmed_at as confirmed_at,
        null as confirmed_by,
        supplied(record, 'requester') as customer_supplied
    from requests
),
turns as (                             -- days from which other agreements of a project are in force
    select project_id, date '0001-01-01' as day from slas
    union
    select project_id, effective_from as day from slas where effective_from is not null
    union
    select project_id, days_after(effective_to, 1) as day from slas where effective_to is not null
),
spans as (
    select
        project_id,
        day as from_day,
        lead(day) over (partition by project_id order by day) as to_day
    from turns
),
terms as (                               -- what agreements that may be in force say of silence
    select
        t.project_id,
        t.from_day,
        t.to_day,
        count(*) filter (
            where s.effective_from is not null
                  and (s.status = 'active' or (s.status = 'expired' and s.effective_to is not null))
        ) as sure,
        count(*) filter (where length(s.unread) > 0 or length(s.disputed) > 0) as damaged,
        count(s.silence_days) as clauses,
        count(*) filter (where s.silence_days is null) as without_clause,
        min(s.silence_days) as least_days,
        max(s.silence_days) as most_days
    from spans t
    join slas s on s.project_id = t.project_id
        and coalesce(s.status, 'active') <> 'draft'
        and (s.effective_from is null or s.effective_from <= t.from_day)
        and (s.effective_to is null or s.effective_to >= t.from_day)
    group by t.project_id, t.from_day, t.to_day
),
people as (                              -- each name once, with the person that it means
    select
        n.ns,
        n.name,
        person_key(n.name, w.person_id) as who,
        person_key(n.name, null) as stranger,
        w.person_id <> '?' as known,
        s.person_id is not null as own_staff
    from (
        select ns, closed_by as name from closures
        union
        select ns, customer as name from closures
    ) n
    left join person_words w on w.word = person_word(n.name)
    left join personnel s on s.person_id = w.person_id
),
persons as (
    select
        c.*,
        same_person(p.who, q.who) as same,
        p.own_staff,
        p.known and complete('personnel', '', $as_of) and q.who = q.stranger
            as staff_for_another,        -- a name outside the whole register is none of its people
        t.sure,
        t.damaged,
        t.clauses,
        t.without_clause,
        t.least_days,
        t.most_days,
        supplied(c.record, 'customer_confirmed_at') as confirmation_supplied,
        table_supplied('slas', '') as slas_supplied,
        complete('slas', '', $as_of) as slas_complete,
        (select count(*) from slas where project_id is null) > 0 as stray,   -- may be any project's
        c.record.project_id in ('(unattributed)', '(organisation)') as no_project
    from closures c
    left join people p on p.ns = c.ns and p.name = c.closed_by
    left join people q on q.ns = c.ns and q.name = c.customer
    left join terms t on t.project_id = c.record.project_id
        and local_day(c.closed_at, $zone) >= t.from_day
        and coalesce(local_day(c.closed_at, $zone) < t.to_day, true)
),
judged as (
    select
        *,
        case when close_mode in ('customer', 'requester')             then true
             when close_mode in ('timeout', 'auto')                   then false
             when same and (own_staff or close_mode = 'desk')         then null
             when same                                                then true
             when not same or staff_for_another                       then false
             when close_mode = 'desk' and (closed_by is null or customer is null) then false
        end as by_customer,
        close_mode in ('timeout', 'auto') as by_tool,
        confirmed_at <= done_at - to_minutes(1) as too_early,
        confirmed_at < closed_at + to_minutes($confirm_grace_minutes + 1) as in_time,
        slas_complete and not stray and damaged = 0 and sure > 0 and without_clause = 0
            and closed_at > done_at + to_days(most_days) - to_minutes(1) as silence_kept,
        closed_at <= done_at + to_days(least_days) - to_minutes(1) as too_soon
    from persons
)
select
    record,
    closed_at as at,
    closed_by as owner,
    case when status <> 'closed'                              then false
         when close_mode in ('duplicate', 'void')             then false
         when auto_generated and customer is null             then
             case when customer_supplied then false end
         when status = 'closed'                               then true
    end as applies,
    case when closed_at is null                               then null
         when by_customer                                     then true
         when in_time and too_early is distinct from true     then true
         when customer is null and auto_generated is null     then null
         when by_tool and $accept_timeout                     then true
         when by_tool and silence_kept                        then true
         when not confirmation_supplied                       then null
         when by_tool and not slas_supplied                   then false
         when by_tool and (no_project or stray or damaged > 0 or not slas_complete)   then null
         when by_tool and clauses is null                     then false
         when by_tool and clauses = 0                         then false
         when by_tool and too_soon                            then false
         when by_tool                                         then null
         when in_time                                         then null
         when by_customer is null                             then null
         when confirmed_at is null                            then false
         when not in_time                                     then false
    end as conforms,
    case when status <> 'closed'                              then 'not_closed'
         when close_mode in ('duplicate', 'void')             then 'void'
         when auto_generated and customer is null and customer_supplied     then 'no_customer'
         when auto_generated and customer is null             then 'customer_unknown'
         when status is null                                  then 'status_unknown'
         when closed_at is null                               then 'no_close_time'
         when by_customer                                     then 'ok'
         when in_time and too_early is distinct from true     then 'ok'
         when customer is null and auto_generated is null     then 'customer_unknown'
         when by_tool and ($accept_timeout or silence_kept)   then 'silence'
         when not confirmation_supplied                       then 'not_recorded'
         when by_tool and not slas_supplied                   then 'timeout'
         when by_tool and (no_project or stray or damaged > 0 or not slas_complete)
              then 'agreement_unclear'
         when by_tool and (clauses is null or clauses = 0)    then 'timeout'
         when by_tool and too_soon                            then 'too_soon'
         when by_tool                                         then 'agreement_unclear'
         when in_time                                         then 'too_early'
         when by_customer is null and same                    then 'own_report'
         when by_customer is null                             then 'closer_unknown'
         when confirmed_at is null                            then 'unconfirmed'
         else 'late'
    end as message,
    closed_at,
    closed_by,
    close_mode,
    customer,
    confirmed_at,
    confirmed_by,
    done_at,
    least_days as silence_days,
    elapsed_minutes(closed_at, confirmed_at) as late_minutes
from judged
