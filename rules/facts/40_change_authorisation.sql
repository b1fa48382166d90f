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
        count(*) filter (
            where decision is null
                  or (object_type is null and decision in ('approved', 'rejected'))) as unclear,
        bool_and(decided_at is not null) filter (where decision = 'approved') as approvals_dated,
        count(*) filter (where decision = 'rejected' and decided_at is null) as undated_rejections,
        max(decided_at) filter (where object_type = 'change' and decision = 'approved') as last_approved,
        max(decided_at) filter (where object_type = 'change' and decision = 'rejected') as last_rejected,
        list(decision order by decided_at, approval_id) filter (where object_type = 'change') as decisions
    from approvals
    where object_type = 'change' or object_type is null   -- without a type it may be this change's
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
        d.last_rejected as rejected_at,
        coalesce(d.approved, 0) > 0 as has_approved,
        coalesce(d.rejected, 0) > 0 as has_rejected,
        coalesce(d.unclear, 0) > 0 as has_unclear,
        d.undated_rejections = 0 and d.last_approved > d.last_rejected as approved_last,
        d.approvals_dated and d.last_rejected > d.last_approved as rejected_last,
        supplied(c.record, 'outcome') as outcome_supplied,
        supplied(c.record, 'approval_status') as state_supplied,
        table_supplied('approvals', c.ns) as approvals_supplied,
        complete_over('approvals', c.ns, coalesce(earliest(c.created_at, c.work_at), c.created_at),
                      coalesce(latest(c.created_at, c.work_at), $as_of)) as approvals_complete,
        person_key(c.requester, r.person_id) as requester_who,
        person_key(c.implementer, i.person_id) as implementer_who,
        case when is_one_of(c.approved_by, $automation_accounts) is distinct from true
             then person_key(c.approved_by, b.person_id) end as approved_by_who,
        case when b.person_id is distinct from '?' then b.roles end as approved_by_roles
    from (select *, coalesce(actual_start, actual_end) as work_at from changes) c
    left join decisions d on d.ns = c.ns and d.object_id = c.change_id
    left join person_words r on r.word = person_word(c.requester)
    left join person_words i on i.word = person_word(c.implementer)
    left join person_words b on b.word = person_word(c.approved_by)
),
begun as (
    select
        *,
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
        end as implemented
    from known
),
judged as (
    select
        *,
        approval_status = 'rejected' and rejected_last and not has_unclear   -- approved by a first stage,
            and (not implemented or rejected_at <= actual_start) as overruled,   -- rejected by the last
        case when overruled then false
             else ((approval_status = 'rejected' and has_approved)
                   or (has_rejected and not has_approved
                       and coalesce(approval_status = 'approved', approved_at is not null))
                   or (has_rejected and has_approved and approval_status is distinct from 'approved'
                       and approved_last is distinct from true)) end as contradictory
    from begun
)
select
    record,
    ns,
    change_id,
    implemented,
    case when contradictory                                 then null
         when overruled                                     then false
         when approval_status = 'approved' or has_approved  then true
         when has_unclear                                   then null
         when approval_status is not null                   then false
         when approvals_supplied and not approvals_complete then null
         when approved_at is not null                       then true   -- the record's own time
         when state_supplied or approvals_complete          then false
    end as approved,
    case when approved and not has_approved and not has_unclear         -- decisions prevail
              and (approvals_complete or not approvals_supplied)
         then approved_at end as own_approved_at,
    overruled,
    rejected_at,
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
