/*
id       = "CHG-016"
title.zh = "未在封网期/禁止时段实施"
title.en = "No change in freeze periods or prime time"
severity = "minor"
kind     = "record"
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = [
    "changes.change_type",
    "changes.status",
    "changes.actual_start",
    "changes.actual_end",
    "approvals.object_type",
    "approvals.object_id",
    "approvals.stage",
    "approvals.decision",
]
uses     = ["changes.approved_at", "changes.outcome", "changes.approval_status", "changes.created_at", "approvals.decided_at"]
blank    = { outcome = "applies", approval_status = "applies", actual_start = "applies", actual_end = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "封网期和业务高峰是客户最经不起中断的时候。非紧急的变更放到这时做，又没有变更委员会或紧急审批点头，等于拿客户的关键业务冒险。"
why.en   = "Freeze periods and prime time are when the customer can least afford an outage. A change that is not urgent, made then without the board or emergency authority agreeing, gambles with the customer's most important business."
fix.zh   = "说明为何不能避开；确经批准的，补充变更委员会或紧急审批的记录；把封网期录入工具的变更日历，在排期时自动拦截。"
fix.en   = "Say why it could not wait; where it was agreed, add the decision of the board or the emergency authority; keep freeze periods in the tool's change calendar so that scheduling bars them."
noise.zh = "封网通知可能只限部分系统，不涉及的变更无须避让；批准可能在封网例外申请中作出，没有录入工具；实际时间可能由状态变化自动写入。"
noise.en = "A freeze may concern some systems only; agreement may have been given as an exception on paper; actual times may be stamped by a change of state."

[params.freeze_periods]
type = "list"
value = []
help.zh = "封网期，最多 40 个，写成 2026-01-25/2026-02-08（两天都算在内），或带当地时刻的 2026-01-25 18:00/2026-02-08 08:00；某个项目另有规定的，写在该项目的 params.CHG-016 中，代替全公司的。有写得看不懂的，不会判为符合。"
help.en = "Freeze periods, 40 at most, as 2026-01-25/2026-02-08 (both days included) or with local times as 2026-01-25 18:00/2026-02-08 08:00; those of a project stand under its own params.CHG-016 in place of the firm's. Where one cannot be read, nothing is judged conforming by the list."

[params.apply_prime]
type = "switch"
value = false
reads = ["changes.risk_level", "projects.calendar_id", "calendars.calendar_id", "calendars.date", "calendars.is_working"]
help.zh = "开启时，风险中等以上的变更也不得在项目服务日历的工作日禁止时段内实施。"
help.en = "Turn on to keep changes of moderate or higher risk out of prime time on working days of the project's calendar, too."

[params.prime_from]
type = "hours"
value = 9
min = 0
max = 12
help.zh = "禁止时段从当地几点开始。"
help.en = "Local hour at which prime time begins."

[params.prime_to]
type = "hours"
value = 18
min = 13
max = 24
help.zh = "禁止时段到当地几点结束。"
help.en = "Local hour at which prime time ends."

[message.frozen]
verdict = "nonconforming"
marks = "work_from"
zh = "变更 {id}（类型 {change_type}）于 {work_from:time} 至 {work_to:time} 实施，落在封网期 {freezes:list} 内，没有变更委员会审批或紧急审批的批准。"
en = "Change {id} (type {change_type}) was worked on from {work_from:time} to {work_to:time}, within the freeze period {freezes:list}, with no approval by the change advisory board or as an emergency."

[message.prime]
verdict = "nonconforming"
marks = "work_from"
zh = "变更 {id}（类型 {change_type}，风险 {risk_level}）于 {work_from:time} 至 {work_to:time} 实施，占用了 {prime_days:number} 个工作日的 {prime_from:number} 点至 {prime_to:number} 点禁止时段，没有变更委员会审批或紧急审批的批准。"
en = "Change {id} (type {change_type}, risk {risk_level}) was worked on from {work_from:time} to {work_to:time}, within prime time ({prime_from:number} to {prime_to:number} o'clock) of {prime_days:number} working days, with no approval by the change advisory board or as an emergency."

[message.outside]
verdict = "conforming"
zh = "变更 {id} 于 {work_from:time} 至 {work_to:time} 实施，没有触及封网期和对它适用的禁止时段。"
en = "Change {id} was worked on from {work_from:time} to {work_to:time}, outside every freeze period and the prime time that holds for it."

[message.agreed]
verdict = "conforming"
zh = "变更 {id} 于 {work_from:time} 至 {work_to:time} 在封网期或禁止时段内实施，有变更委员会或紧急审批的批准。"
en = "Change {id} was worked on from {work_from:time} to {work_to:time} in a freeze period or prime time, approved by the change advisory board or as an emergency."

[message.period_unreadable]
verdict = "not_assessed"
zh = "freeze_periods 中有看不懂的封网期（应写成 2026-01-25/2026-02-08 或 2026-01-25 18:00/2026-02-08 08:00，最多 40 个），不能断定变更避开了它。"
en = "freeze_periods holds an entry that cannot be read (write 2026-01-25/2026-02-08 or 2026-01-25 18:00/2026-02-08 08:00, 40 at most), so it cannot be said that the change kept out of it."

[message.no_times]
verdict = "not_assessed"
zh = "实际开始或实际结束时间为空，无法断定实施避开了封网期和禁止时段。"
en = "The actual start or the actual end is empty, so it cannot be said that the work kept out of freeze periods and prime time."

[message.inverted]
verdict = "not_assessed"
zh = "实际结束时间早于实际开始时间，时间本身有误，无法判断。"
en = "The actual end lies before the actual start, so the times themselves are wrong."

[message.risk_unknown]
verdict = "not_assessed"
zh = "风险等级为空，无法判断禁止时段是否适用。"
en = "The risk level is empty, so it cannot be told whether prime time is closed to the change."

[message.calendar_unknown]
verdict = "not_assessed"
zh = "项目的服务日历没有覆盖这段时间，无法判断是否为工作日。"
en = "The calendar of the project does not cover that time, so it cannot be told whether it was a working day."

[message.contradictory]
verdict = "not_assessed"
zh = "审批信息互相矛盾：既有批准又有否决，无法确定变更是否获得批准。"
en = "The approval data contradict each other: approved by one account, rejected by another."

[message.decision_unclear]
verdict = "not_assessed"
zh = "有审批记录的环节、结论或对象类型不明，可能就是变更委员会审批或紧急审批。"
en = "An approval row lacks its stage, decision or object type and may be that of the board or of an emergency."

[message.approvals_incomplete]
verdict = "not_assessed"
zh = "没有找到变更委员会审批或紧急审批，但不能确定审批记录在变更期间是完整的。"
en = "No approval by the board or as an emergency was found, but the approvals are not known to be complete over the time of the change."

[message.status_unknown]
verdict = "not_assessed"
zh = "变更状态为空，无法判断是否已实施。"
en = "The status is empty, so it cannot be told whether the change was implemented."

[message.type_unknown]
verdict = "not_assessed"
zh = "变更类型为空，无法判断是否为紧急变更。"
en = "The change type is empty; it may be an emergency change."

[message.implemented_unknown]
verdict = "not_assessed"
zh = "变更已关闭，但没有变更结果和实际时间，无法判断是否实施过。"
en = "The change is closed, with neither outcome nor actual times, so it cannot be told whether it was implemented."

[message.rejection_unclear]
verdict = "not_assessed"
zh = "变更已关闭且只见否决记录，但不能确定审批记录是完整的，无法判断是否实施过。"
en = "The change is closed and only rejections are seen, but the approvals are not known to be complete, so it may have been implemented."

[message.no_ban]
verdict = "not_applicable"
zh = "没有声明封网期，也没有启用禁止时段；在设置的 params.CHG-016 中填写 freeze_periods 或开启 apply_prime 后才检查。"
en = "No freeze period is declared and prime time is not in force; this is looked at once freeze_periods or apply_prime is set under params.CHG-016."

[message.emergency]
verdict = "not_applicable"
zh = "紧急变更不受封网期和禁止时段限制。"
en = "Freeze periods and prime time do not bind an emergency change."

[message.not_implemented]
verdict = "not_applicable"
zh = "变更尚未实施、已取消或已否决。"
en = "The change was not implemented (still ahead, cancelled or rejected)."
*/
with entries as (
    select place, trim(($freeze_periods)[place]) as period
    from (
        select t.ten + o.one as place
        from (values (0), (10), (20), (30)) as t(ten)
        cross join (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) as o(one)
    ) p
),
closed as (                              -- a last day without a time is taken whole
    select
        place,
        period,
        case when period like '%:__' then period else concat(period, ' 24:00') end as text
    from entries
),
ending as (                              -- the numbers of an entry, read from the right
    select
        place,
        period,
        number_value(text) as to_minute, trim(number_prefix(text), ':') as e1,
        number_value(e1) as to_hour, trim(number_prefix(e1)) as e2,
        number_value(e2) as to_day, trim(number_prefix(e2), '-') as text
    from closed
),
ended as (
    select
        place, period, to_minute, to_hour, to_day,
        number_value(text) as to_month, trim(number_prefix(text), '-') as e4,
        number_value(e4) as to_year, trim(number_prefix(e4), '/ ') as text
    from ending
),
opened as (
    select
        place, period, to_minute, to_hour, to_day, to_month, to_year,
        case when text like '%:__' then text else concat(text, ' 00:00') end as text
    from ended
),
beginning as (
    select
        place, period, to_minute, to_hour, to_day, to_month, to_year,
        number_value(text) as from_minute, trim(number_prefix(text), ':') as s1,
        number_value(s1) as from_hour, trim(number_prefix(s1)) as s2,
        number_value(s2) as from_day, trim(number_prefix(s2), '-') as text
    from opened
),
numbers as (
    select
        place, period, to_minute, to_hour, to_day, to_month, to_year, from_minute, from_hour, from_day,
        number_value(text) as from_month, trim(number_prefix(text), '-') as s4,
        number_value(s4) as from_year, number_prefix(s4) as rest
    from beginning
),
ends as (
    select place, period, 'from' as side, from_year as year, from_month as month, from_day as day,
           from_hour as hour, from_minute as minute
    from numbers
    where rest = ''
    union all
    select place, period, 'to' as side, to_year as year, to_month as month, to_day as day,
           to_hour as hour, to_minute as minute
    from numbers
),
dates as (
    select
        *,
        case when year between 2000 and 2100 and month between 1 and 12 and day between 1 and 31
             then days_after(cast(months_after(date '2000-01-01',
                                               (year - 2000) * 12 + month - 1) as date),
                             day - 1) end as date
    from ends
),
moments as (
    select
        place,
        period,
        side,
        case when number_value(cast(date as varchar)) = day
                  and hour between 0 and 24 and minute between 0 and 59
             then day_start(date, $zone) + to_minutes(hour * 60 + minute) end as moment
    from dates
),
freezes as (
    select f.period, f.moment as from_at, t.moment as to_at
    from moments f
    join moments t on t.place = f.place
    where f.side = 'from' and f.moment < t.moment
),
works as (                               -- the span of the work, and the days whose prime time it touches
    select
        *,
        coalesce(actual_start, actual_end) as work_from,
        coalesce(actual_end, actual_start) as work_to,
        local_day(coalesce(actual_start, actual_end) + to_hours(24 - $prime_to), $zone) as first_day,
        local_day(coalesce(actual_end, actual_start) - to_minutes($prime_from * 60 + 1), $zone) as last_day
    from changes
),
frozen as (                              -- one row a change: the freeze periods that it touches
    select w.ns, w.change_id, list(f.period order by f.from_at, f.period) as freezes
    from works w
    join freezes f on f.from_at < w.work_to and f.to_at > w.work_from
    group by w.ns, w.change_id
),
days as (                                -- surely working, surely free, or neither
    select
        p.project_id,
        c.date as day,
        count(*) = count(*) filter (where c.is_working) as working,
        count(*) = count(*) filter (where not c.is_working) as free
    from projects p
    join calendars c on trim(c.calendar_id) = trim(p.calendar_id)
    where $apply_prime
    group by p.project_id, c.date
),
prime as (                               -- one row a change: working and free days among them
    select
        w.ns,
        w.change_id,
        count(*) filter (where d.working) as working_days,
        count(*) filter (where d.free) as free_days
    from works w
    join days d on d.project_id = w.record.project_id and d.day >= w.first_day and d.day <= w.last_day
    group by w.ns, w.change_id
),
stages as (                              -- one row a change: approvals of the board or as an emergency,
    select                               -- and those that may be one
        ns,
        object_id,
        count(*) filter (where object_type = 'change' and stage in ('cab', 'emergency')
                               and decision = 'approved') as given
    from approvals
    where coalesce(object_type, 'change') = 'change'
          and coalesce(stage, 'cab') in ('cab', 'emergency')
          and coalesce(decision, 'approved') = 'approved'
    group by ns, object_id
),
judged as (
    select
        w.*,
        a.implemented,
        a.has_rejected,
        a.contradictory,
        a.approvals_complete,
        s.given,
        f.freezes,
        p.working_days,
        length($freeze_periods) > 0 or $apply_prime as banned,
        case when f.freezes is not null                              then true
             when length($freeze_periods) = (select count(*) from freezes) then false end as in_freeze,
        case when not $apply_prime or w.risk_level = 'low' or w.first_day > w.last_day then false
             when p.working_days > 0 and w.risk_level <> 'low'       then true
             when p.free_days = w.last_day - w.first_day + 1         then false end as in_prime
    from works w
    left join change_authorisation a on a.ns = w.ns and a.change_id = w.change_id
    left join frozen f on f.ns = w.ns and f.change_id = w.change_id
    left join prime p on p.ns = w.ns and p.change_id = w.change_id
    left join stages s on s.ns = w.ns and s.object_id = w.change_id
)
select
    record,
    coalesce(work_from, planned_start, created_at) as at,
    implementer as owner,
    implemented and change_type <> 'emergency' and banned as applies,
    case when actual_end < actual_start                              then null
         when actual_start is not null and actual_end is not null
              and not in_freeze and not in_prime                     then true
         when contradictory                                          then null
         when given > 0 and (in_freeze or in_prime)                  then true
         when given = 0                                              then null
         when (in_freeze or in_prime) and approvals_complete         then false end as conforms,
    case when not banned                                             then 'no_ban'
         when change_type = 'emergency'                              then 'emergency'
         when status is null                                         then 'status_unknown'
         when not implemented                                        then 'not_implemented'
         when change_type is null                                    then 'type_unknown'
         when implemented is null and has_rejected                   then 'rejection_unclear'
         when implemented is null                                    then 'implemented_unknown'
         when actual_end < actual_start                              then 'inverted'
         when actual_start is not null and actual_end is not null
              and not in_freeze and not in_prime                     then 'outside'
         when in_freeze or in_prime                                  then
             case when contradictory                                 then 'contradictory'
                  when given > 0                                     then 'agreed'
                  when given = 0                                     then 'decision_unclear'
                  when not approvals_complete                        then 'approvals_incomplete'
                  when in_freeze                                     then 'frozen'
                  else 'prime' end
         when actual_start is null or actual_end is null             then 'no_times'
         when in_freeze is null                                      then 'period_unreadable'
         when risk_level is null                                     then 'risk_unknown'
         else 'calendar_unknown' end as message,
    change_type,
    risk_level,
    actual_start,
    actual_end,
    work_from,
    work_to,
    freezes,
    working_days as prime_days,
    $prime_from as prime_from,
    $prime_to as prime_to
from judged
