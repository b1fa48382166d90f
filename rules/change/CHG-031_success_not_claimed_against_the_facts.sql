/*
id       = "CHG-031"
title.zh = "变更结果与事实相符"
title.en = "Success is not claimed against the facts"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["changes"]
decides  = []
supports = ["QM-8.4.6-28"]
needs    = [
    "change_cis.change_id",
    "change_cis.ci_id",
    "changes.actual_end",
    "changes.change_id",
    "changes.outcome",
    "incidents.ci_id",
    "incidents.created_at",
    "incidents.incident_id",
    "incidents.priority",
]
uses     = ["incidents.status", "incidents.problem_id", "links.from_type", "links.from_id", "links.relation", "links.to_type", "links.to_id"]
blank    = { outcome = "applies", actual_end = "applies", problem_id = "nonconforming", relation = "nonconforming" }
since    = "0.3"
status   = "experimental"
why.zh   = "变更刚结束，所动的配置项就出了严重事件，而变更仍记为“成功”：要么验证不到位，要么结果是照着流程填的，成功率也就失真了。"
why.en   = "Where a serious incident strikes the altered item right after the work and the change is still filed as successful, either the verification missed it or the outcome was filled in as a matter of form, and the success rate misleads."
fix.zh   = "查明事件是否由变更引起：是的，更正变更结果、关联事件并做实施后评审；不是的，在事件上写明原因或关联问题单。"
fix.en   = "Find out whether the change caused the incident: if so, correct the outcome, link the two and review the change; if not, record the cause on the incident or link its problem."
noise.zh = "待说明的线索，不是不符合：先后不等于因果，故障频发的配置项或登记过粗的配置项（如“核心网络”）之后总会有事件；同一故障会引来多张事件单；监控自动建单、计划内停机引起的告警也会被计入。"
noise.en = "A lead to be explained, no nonconformity: after is not because of. Items that fail often or are recorded too coarsely (“core network”) always have incidents to follow; one fault brings several tickets; monitoring that opens tickets by itself and alarms of planned downtime count too."

[params.after_change_hours]
type = "hours"
value = 48
min = 1
max = 168
help.zh = "变更结束后多少小时之内发生的严重事件（优先级 1、2）视为与变更结果矛盾。"
help.en = "Hours after the end of a change within which serious incidents (priority 1 or 2) speak against its success."

[message.contradicted]
verdict = "lead"
zh = "变更 {id}（{cis:list}）于 {actual_end:time} 结束并记为成功，此后 {hours:number} 小时之内所涉配置项发生 P1/P2 事件 {times:number} 起，最早在 {first_after:duration} 之后：{incidents:list}；没有关联问题单或其他原因，待说明。同一项目 {changes:number} 个登记了配置项的成功变更中，{usual:percent} 之后没有这种事件。"
en = "Change {id} ({cis:list}) ended at {actual_end:time} and is filed as successful; P1/P2 incidents of its items within the {hours:number} hours after it: {times:number}, the first {first_after:duration} later ({incidents:list}), with no problem or other cause linked, which is to be explained. Of the {changes:number} successful changes of its project that name items, {usual:percent} are followed by none."

[message.ok]
verdict = "conforming"
zh = "变更 {id} 记为成功，结束后 {hours:number} 小时之内所涉配置项没有发生 P1/P2 事件。"
en = "Change {id} is filed as successful, and its items had no P1/P2 incident within {hours:number} hours after its end."

[message.no_ci]
verdict = "not_assessed"
zh = "变更没有登记涉及的配置项，无法查找之后的事件。"
en = "The change names no CI, so incidents after it cannot be looked for."

[message.no_end]
verdict = "not_assessed"
zh = "实际结束时间为空，不知道从何时查起。"
en = "The actual end is empty, so it is not known from when to look."

[message.too_recent]
verdict = "not_assessed"
zh = "变更结束不久，观察的时间未满。"
en = "The change ended too short a time ago."

[message.unclear]
verdict = "not_assessed"
zh = "这段时间有事件的配置项、优先级、状态或建单时间为空，可能就是所涉配置项的严重事件。"
en = "Some incidents of that time lack CI, priority, status or time of creation and may be serious ones of these items."

[message.links_incomplete]
verdict = "not_assessed"
zh = "之后有严重事件，未见其他原因，但不能确定关联关系已全部导出。"
en = "A serious incident followed and no other cause is seen, but the links are not known to be all in the export."

[message.incidents_incomplete]
verdict = "not_assessed"
zh = "未见严重事件，但不能确定这段时间的事件或变更所涉配置项已全部导出。"
en = "No serious incident is seen, but the incidents of that time or the items of the change are not known to be all in the export."

[message.not_claimed]
verdict = "not_applicable"
zh = "变更没有记为成功。"
en = "The change is not filed as successful."

[message.explained]
verdict = "not_applicable"
zh = "之后的严重事件都已关联问题单，或另有关联的原因。"
en = "The serious incidents after the change are all linked to a problem or to another cause."
*/
with ended as (
    select
        *,
        actual_end + to_hours($after_change_hours) as until,
        local_day(actual_end, 'UTC') as from_day,
        local_day(actual_end + to_hours($after_change_hours), 'UTC') as until_day
    from changes
),
items as (
    select ns, change_id, lower(trim(ci_id)) as item
    from change_cis
    group by ns, change_id, lower(trim(ci_id))
),
altered as (                              -- one row a change: its items
    select ns, change_id, list(ci_id order by ci_id) as cis
    from change_cis
    group by ns, change_id
),
faults as (                               -- incidents that are serious, or may be; void ones do not count
    select
        ns,
        incident_id,
        created_at,
        nullif(lower(trim(ci_id)), '') as item,
        priority is not null and created_at is not null
            and (status is not null or not supplied(record, 'status')) as sure
    from incidents
    where (priority <= 2 or priority is null)
          and (status not in ('cancelled', 'rejected', 'merged') or status is null)
),
causes as (                               -- what is linked to an incident as its cause
    select ns, from_id as incident_id, to_type as type, to_id as id
    from links
    where from_type = 'incident' and (to_type = 'problem' or relation = 'caused_by')
    union all
    select ns, to_id as incident_id, from_type as type, from_id as id
    from links
    where to_type = 'incident' and (from_type = 'problem' or relation = 'causes')
    union all
    select ns, incident_id, 'problem' as type, problem_id as id
    from incidents
    where problem_id is not null
),
followed as (                             -- one row a change and incident of its items afterwards
    select c.ns, c.change_id, f.incident_id, f.created_at, f.sure
    from ended c
    join items l on l.ns = c.ns and l.change_id = c.change_id
    join faults f on f.ns = l.ns and f.item = l.item
        and (f.created_at is null or (f.created_at > c.actual_end and f.created_at <= c.until))
),
caused as (                               -- those of them that have another cause than the change
    select f.ns, f.change_id, f.incident_id, f.sure
    from followed f
    join causes k on k.ns = f.ns and k.incident_id = f.incident_id
    where k.type <> 'change' or k.id <> f.change_id
    group by f.ns, f.change_id, f.incident_id, f.sure
),
counted as (                              -- one row a change
    select ns, change_id, count(*) as incidents, count(*) filter (where sure) as serious
    from followed
    group by ns, change_id
),
explained as (
    select ns, change_id, count(*) as incidents, count(*) filter (where sure) as serious
    from caused
    group by ns, change_id
),
shown as (
    select
        f.ns,
        f.change_id,
        min(f.created_at) as first_at,
        list(f.incident_id order by f.created_at, f.incident_id) as incidents
    from followed f
    left join caused e on e.ns = f.ns and e.change_id = f.change_id
        and e.incident_id = f.incident_id
    where f.sure and e.incident_id is null
    group by f.ns, f.change_id
),
uncited as (                              -- such incidents without a CI, by day
    select ns, local_day(created_at, 'UTC') as day, count(*) as incidents
    from faults
    where item is null
    group by ns, local_day(created_at, 'UTC')
),
hidden as (                               -- days on which a change may have been followed by them
    select e.ns, e.from_day, e.until_day, count(*) as days
    from (select ns, from_day, until_day from ended group by ns, from_day, until_day) e
    join uncited u on u.ns = e.ns
        and (u.day is null or (u.day >= e.from_day and u.day <= e.until_day))
    group by e.ns, e.from_day, e.until_day
),
linked as (                               -- one row a change that incidents follow
    select
        c.ns,
        c.change_id,
        table_supplied('links', c.ns) and not complete('links', c.ns, c.actual_end)
            as may_lack_links
    from counted n
    join changes c on c.ns = n.ns and c.change_id = n.change_id
),
seen as (                                 -- one row a change: are incidents and items all there
    select
        ns,
        change_id,
        complete_over('incidents', ns, actual_end, until)
            and complete('change_cis', ns, actual_end) as whole
    from ended
),
facts as (
    select
        c.*,
        a.cis,
        e.incidents as explained,
        s.first_at,
        s.incidents as named,
        n.serious - coalesce(e.serious, 0) as serious,
        n.incidents as all_of_them,
        h.days as hidden,
        k.may_lack_links,
        w.whole
    from ended c
    left join altered a on a.ns = c.ns and a.change_id = c.change_id
    left join counted n on n.ns = c.ns and n.change_id = c.change_id
    left join explained e on e.ns = c.ns and e.change_id = c.change_id
    left join linked k on k.ns = c.ns and k.change_id = c.change_id
    left join seen w on w.ns = c.ns and w.change_id = c.change_id
    left join shown s on s.ns = c.ns and s.change_id = c.change_id
    left join hidden h on h.ns = c.ns and h.from_day = c.from_day and h.until_day = c.until_day
),
habits as (                               -- what is usual in a project
    select
        ns,
        record.project_id as project_id,
        count(*) as changes,
        ratio(count(*) filter (where coalesce(serious, 0) = 0), count(*)) as usual
    from facts
    where outcome = 'successful' and cis is not null and actual_end is not null
    group by ns, record.project_id
),
judged as (
    select
        *,
        cis is not null and hidden is null and until <= $as_of and whole as settled
    from facts
)
select
    record,
    actual_end as at,
    implementer as owner,
    case when outcome is distinct from 'successful'         then false
         when settled and explained = all_of_them           then false
         when whole is not null                             then true
    end as applies,
    case when serious > 0 and not may_lack_links            then false
         when settled and serious is null                   then true
    end as conforms,
    case when outcome is distinct from 'successful'         then 'not_claimed'
         when actual_end is null                            then 'no_end'
         when cis is null                                   then 'no_ci'
         when serious > 0 and may_lack_links                then 'links_incomplete'
         when serious > 0                                   then 'contradicted'
         when until > $as_of                                then 'too_recent'
         when hidden > 0 or explained is distinct from all_of_them then 'unclear'
         when not whole                                     then 'incidents_incomplete'
         when explained > 0                                 then 'explained'
         else 'ok'
    end as message,
    actual_end,
    cis,
    serious as times,
    named as incidents,
    elapsed_minutes(actual_end, first_at) as first_after,
    $after_change_hours as hours,
    changes,
    usual
from judged j
left join habits h on h.ns = j.ns and h.project_id = j.record.project_id
