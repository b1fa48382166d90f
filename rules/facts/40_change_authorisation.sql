/*
title.zh = "变更的授权与实施"
title.en = "Authorisation and implementation of changes"
of       = "changes"
*/
-- One row a change: was it implemented, was it approved, when, and who asked and did it.
with decisions as (                       -- one row a change: what its approval rows say
    select
        ns,
        object_id,
        count(*) filter (where object_type = 'change' and decision = 'approved') as approved,
        count(*) filter (where object_type = 'change' and decision = 'rejected') as rejected,
        count(*) filter (where object_type is null or decision is null) as unclear,
        count(*) filter (where decision = 'rejected' and decided_at is null) as undated_rejections,
        max(decided_at) filter (where object_type = 'change' and decision = 'approved') as last_approved,
        max(decided_at) filter (where object_type = 'change' and decision = 'rejected') as last_rejected,
        list(decision order by decided_at, approval_id) filter (where object_type = 'change') as decisions
    from approvals
    where object_type = 'change' or object_type is null
    group by ns, object_id
),
known as (
    select
        c.record,
        c.ns,
        c.change_id,
        c.status,
        c.outcome,
        c.actual_start,
        c.actual_end,
        c.approval_status,
        c.approved_at,
        d.decisions,
        coalesce(d.approved, 0) > 0 as has_approved,
        coalesce(d.rejected, 0) > 0 as has_rejected,
        coalesce(d.unclear, 0) > 0 as has_unclear,
        coalesce(d.undated_rejections, 0) = 0 and d.last_approved > d.last_rejected as approved_last,
        supplied(c.record, 'outcome') as outcome_supplied,
        supplied(c.record, 'approval_status') as state_supplied,
        table_supplied('approvals', c.ns) as approvals_supplied,
        complete_over('approvals', c.ns, c.created_at,
                      coalesce(c.actual_start, c.actual_end, $as_of)) as approvals_complete,
        person_key(c.requester, r.person_id) as requester_who,
        person_key(c.implementer, i.person_id) as implementer_who,
        person_key(c.approved_by, b.person_id) as approved_by_who,
        b.roles as approved_by_roles
    from changes c
    left join decisions d on d.ns = c.ns and d.object_id = c.change_id
    left join person_words r on r.word = person_word(c.requester)
    left join person_words i on i.word = person_word(c.implementer)
    left join person_words b on b.word = person_word(c.approved_by)
),
judged as (
    select
        *,
        (approval_status = 'rejected' and has_approved)
            or (approval_status = 'approved' and has_rejected and not has_approved)
            or (approval_status is distinct from 'approved' and has_approved and has_rejected
                and approved_last is distinct from true) as contradictory
    from known
)
select
    record,
    ns,
    change_id,
    case when status is null                                         then null
         when status in ('implementing', 'implemented', 'in_review') then true
         when actual_start is not null or actual_end is not null     then true
         when status <> 'closed' or outcome = 'cancelled'            then false
         when outcome is not null                                    then true
         when approval_status = 'rejected'                           then false
         when has_rejected and not has_approved
              and approval_status is distinct from 'approved'
              then case when approvals_complete and not has_unclear then false end
         when outcome_supplied                                       then true
    end as implemented,
    case when contradictory                                 then null
         when approval_status = 'approved' or has_approved  then true
         when has_unclear                                   then null
         when approval_status is not null                   then false
         when approvals_supplied and not approvals_complete then null
         when state_supplied                                then false
         when approvals_complete                            then false
    end as approved,
    case when contradictory                                       then null
         when approved                                            then true
         when approval_status is null and approved_at is not null
              then case when not has_rejected then true end       -- the record's own time of approval
         else approved
    end as authorised,
    case when has_approved                                        then null   -- decisions prevail
         when approvals_supplied and not approvals_complete       then null
         when approval_status is null and not has_rejected        then approved_at
         when approval_status = 'approved'                        then approved_at
    end as own_approved_at,
    contradictory,
    has_approved,
    has_rejected,
    has_unclear,
    state_supplied,
    approvals_supplied,
    approvals_complete,
    decisions,
    requester_who,
    implementer_who,
    approved_by_who,
    approved_by_roles
from judged
