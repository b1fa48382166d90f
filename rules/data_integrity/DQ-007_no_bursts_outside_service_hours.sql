/*
id       = "DQ-007"
title.zh = "无异常周末/夜间集中录入"
title.en = "No unexplained weekend or night bursts"
severity = "observation"
kind     = "group"
leads    = true
subject  = ["incidents"]
decides  = []
supports = ["SD-4.2-2"]
needs    = [
    "incidents.recorded_by | incidents.closed_by",
    "incidents.created_at | incidents.closed_at",
    "projects.calendar_id",
    "calendars.calendar_id",
]
uses     = ["incidents.auto_generated", "incidents.close_mode"]
blank    = { close_mode = "applies", auto_generated = "applies" }
since    = "0.3"
status   = "experimental"
why.zh   = "项目只在工作时间服务，某人的单据却大量在夜间或周末建立、关闭，常见于检查前集中补录或批量关单，时间和过程不是当时的记录。"
why.en   = "Where a project is served in office hours and a person's tickets are opened or closed at night or on a weekend in numbers, they were often entered before an audit, and their times are not those of the work."
fix.zh   = "请本人说明当时的工作安排（加班、值班、割接、补录）；属于补录的，按补录办理并注明真实时间和依据；今后即时登记。"
fix.en   = "Ask the person what was going on (overtime, a shift, a cut-over, catching up). Where records were entered afterwards, treat them as back-filled, with the real times and their proof; record at once from then on."
noise.zh = "待说明的线索，不是不符合：计划内的夜间割接、值班和加班、其他时区的人员、节日保障、接口或定时任务使用个人账号、日历没有更新，都会造成这种情况。每张单据的建单和关闭各算一次；自动任务所用账号见 automation_accounts。"
noise.en = "A lead to be explained, no nonconformity: planned night work, shifts and overtime, staff in other time zones, duty on holidays, jobs that run under a person's account, or a calendar not kept up to date. Creation and closing count once each; see automation_accounts for the accounts of jobs."

[params.off_share]
type = "share"
value = 0.3
min = 0.05
max = 0.8
help.zh = "服务时间以外的建单和关闭占到多大比例即提出。"
help.en = "Share of a person's creations and closings outside service hours from which it is raised."

[params.off_min]
type = "count"
value = 10
min = 3
max = 100
help.zh = "服务时间以外至少有多少次建单和关闭才提出。"
help.en = "Creations and closings outside service hours below which nothing is raised."

[message.burst]
verdict = "lead"
zh = "{person} 在 {month} 建单、关闭共 {acts:number} 次，其中 {off:number} 次（{share:percent}）在服务时间以外，集中在 {busiest_day:date}（{busiest:number} 次），待说明。项目其余人员和月份合计为 {others_share:percent}；该月计划在服务时间以外开始的变更有 {night_changes:number} 项。"
en = "To be explained: of the {acts:number} tickets that {person} opened or closed in {month}, {off:number} ({share:percent}) fell outside service hours, most of them on {busiest_day:date} ({busiest:number}). For all other persons and months of the project it is {others_share:percent}; changes planned to start outside service hours that month: {night_changes:number}."

[message.ok]
verdict = "conforming"
zh = "{person} 在 {month} 建单、关闭共 {acts:number} 次，其中 {off:number} 次在服务时间以外。"
en = "Of the {acts:number} tickets that {person} opened or closed in {month}, {off:number} fell outside service hours."

[message.hours_unclear]
verdict = "not_assessed"
zh = "部分建单或关闭时间所在的日子，服务日历没有覆盖或看不懂，可能达到界限。"
en = "For some days the service calendar is missing or cannot be read, and the limits may be reached."

[message.not_whole]
verdict = "not_assessed"
zh = "不能确定当月的事件单或服务日历已完整导出。"
en = "The incidents or the service calendar of the month are not known to be complete."

[message.no_calendar]
verdict = "not_assessed"
zh = "项目没有可用的服务日历。"
en = "The project has no service calendar that can be used."

[message.unplaced]
verdict = "not_assessed"
zh = "部分单据没有建单人、关闭人或建单时间，无法归到人员和月份。"
en = "Some tickets lack the person who opened or closed them, or the time of creation, and belong to no known person and month."

[message.around_the_clock]
verdict = "not_applicable"
zh = "项目全天候服务，没有服务时间以外的时段。"
en = "The project is served around the clock."

[message.running]
verdict = "not_applicable"
zh = "该月尚未结束。"
en = "The month is not over yet."
*/
with acts as (                           -- what persons did: tickets opened, tickets closed
    select record, ns, record.project_id as project_id, created_at as moment, recorded_by as person
    from incidents
    where auto_generated is distinct from true and supplied(record, 'recorded_by')
    union all
    select record, ns, record.project_id as project_id, closed_at as moment, closed_by as person
    from incidents
    where closed_at is not null and coalesce(close_mode, '') not in ('timeout', 'auto')
          and supplied(record, 'closed_by')
),
named as (
    select
        a.record,
        a.ns,
        a.project_id,
        a.moment,
        a.person,
        coalesce(nullif(p.person_id, '?'), person_word(a.person)) as who,
        local_day(a.moment, $zone) as day
    from acts a
    left join person_words p on p.word = person_word(a.person)
    where is_one_of(a.person, $automation_accounts) is distinct from true
),
months as (                              -- 2026-05-03 as 2026-05
    select ns, day, trim(number_prefix(cast(day as varchar)), '-') as month
    from (select ns, day from named group by ns, day) d
),
placed as (                              -- in seconds of the UTC day, as its open hours are
    select
        n.record,
        n.ns,
        n.project_id,
        n.who,
        n.person,
        n.day,
        m.month,
        elapsed_minutes(cast(w.day as timestamp), n.moment) * 60 as second,
        w.o1, w.c1, w.o2, w.c2, w.o3, w.c3, w.o4, w.c4
    from named n
    left join months m on m.ns = n.ns and m.day = n.day
    left join project_register p on p.project_id = n.project_id
    left join working_days w on w.calendar_id = p.calendar_id and w.day = cast(n.moment as date)
),
judged as (
    select
        record, ns, project_id, who, person, day, month,
        second >= o1 and second < c1 or second >= o2 and second < c2
            or second >= o3 and second < c3 or second >= o4 and second < c4 as inside
    from placed
),
days as (
    select
        ns,
        project_id,
        who,
        month,
        day,
        min(person) as person,
        count(*) as acts,
        count(*) filter (where not inside) as off,
        count(*) filter (where inside is null) as unknown
    from judged
    group by ns, project_id, who, month, day
),
groups as (                              -- one row a person and month
    select
        ns,
        project_id,
        who,
        month,
        min(person) as person,
        sum(acts) as acts,
        sum(off) as off,
        sum(unknown) as unknown,
        max(off) as busiest,
        cast(month || '-01' as date) as began
    from days
    group by ns, project_id, who, month
),
clocks as (
    select k.calendar_id, bool_and(w.c1 - w.o1 = 86400) as always
    from (select trim(calendar_id) as calendar_id from calendars group by trim(calendar_id)) k
    join working_days w on w.calendar_id = k.calendar_id
    group by k.calendar_id
),
weighed as (
    select
        g.ns,
        g.project_id,
        g.who,
        g.month,
        g.person,
        g.acts,
        g.off,
        g.busiest,
        day_start(g.began, $zone) as starts_at,
        day_start(months_after(g.began, 1), $zone) as ends_at,
        c.always,
        g.off >= $off_min and g.off >= $off_share * g.acts as burst,
        g.off + g.unknown < $off_min or g.off + g.unknown < $off_share * g.acts as quiet,
        ratio(sum(g.off) over (partition by g.ns, g.project_id) - g.off,
              sum(g.acts) over (partition by g.ns, g.project_id) - g.acts) as others_share
    from groups g
    left join project_register p on p.project_id = g.project_id
    left join clocks c on c.calendar_id = p.calendar_id
    where g.who is not null and g.month is not null
),
bounded as (
    select
        *,
        complete_everywhere('incidents', starts_at, ends_at) as tickets_whole,
        complete_over('calendars', '', starts_at, ends_at) as hours_whole
    from weighed
),
shown as (                               -- the records of those that are raised
    select w.ns, w.project_id, w.who, w.month, list(j.record order by j.record.id) as members
    from judged j
    join weighed w on w.ns = j.ns and w.project_id = j.project_id and w.who = j.who and w.month = j.month
    where w.burst and not j.inside
    group by w.ns, w.project_id, w.who, w.month
),
fullest as (
    select g.ns, g.project_id, g.who, g.month, min(d.day) as day
    from groups g
    join days d on d.ns = g.ns and d.project_id = g.project_id and d.who = g.who and d.month = g.month
        and d.off = g.busiest
    group by g.ns, g.project_id, g.who, g.month
),
nights as (                              -- changes planned to start outside service hours
    select
        ns,
        project_id,
        trim(number_prefix(cast(day as varchar)), '-') as month,
        count(*) filter (where not (
            second >= o1 and second < c1 or second >= o2 and second < c2
            or second >= o3 and second < c3 or second >= o4 and second < c4)) as changes
    from (
        select
            c.ns,
            c.record.project_id as project_id,
            local_day(c.planned_start, $zone) as day,
            elapsed_minutes(cast(w.day as timestamp), c.planned_start) * 60 as second,
            w.o1, w.c1, w.o2, w.c2, w.o3, w.c3, w.o4, w.c4
        from changes c
        join project_register p on p.project_id = c.record.project_id
        join working_days w on w.calendar_id = p.calendar_id and w.day = cast(c.planned_start as date)
    ) planned
    group by ns, project_id, trim(number_prefix(cast(day as varchar)), '-')
)
select
    concat(w.ns, ' ', w.project_id, ' ', w.who, ' ', w.month) as subject_id,
    w.project_id,
    w.starts_at as at,
    case when w.ends_at > $as_of                  then false
         when not w.hours_whole                   then null
         when w.always                            then false
         when not w.always                        then true end as applies,
    case when not w.tickets_whole                 then null
         when w.burst                             then false
         when w.quiet                             then true end as conforms,
    case when w.ends_at > $as_of                  then 'running'
         when w.always is null                    then 'no_calendar'
         when not w.hours_whole                   then 'not_whole'
         when w.always                            then 'around_the_clock'
         when not w.tickets_whole                 then 'not_whole'
         when w.burst                             then 'burst'
         when w.quiet                             then 'ok'
         else 'hours_unclear' end as message,
    s.members,
    w.person,
    w.month,
    w.acts,
    w.off,
    ratio(w.off, w.acts) as share,
    f.day as busiest_day,
    w.busiest,
    w.others_share,
    coalesce(n.changes, 0) as night_changes
from bounded w
left join shown s on s.ns = w.ns and s.project_id = w.project_id and s.who = w.who and s.month = w.month
left join fullest f on f.ns = w.ns and f.project_id = w.project_id and f.who = w.who and f.month = w.month
left join nights n on n.ns = w.ns and n.project_id = w.project_id and n.month = w.month
union all
select
    concat(ns, ' ', project_id, ' ?') as subject_id,
    project_id,
    cast(null as timestamp) as at,
    null as applies,
    null as conforms,
    'unplaced' as message,
    null as members,
    null as person,
    null as month,
    sum(acts) as acts,
    null as off,
    null as share,
    null as busiest_day,
    null as busiest,
    null as others_share,
    null as night_changes
from groups
where who is null or month is null
group by ns, project_id
