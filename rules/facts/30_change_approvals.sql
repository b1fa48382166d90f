/*
title.zh = "变更的批准决定"
title.en = "Decisions that approve a change"
*/
-- One row an approving decision, with the person in a comparable form and the roles known of him.
select
    a.record,
    a.ns,
    a.object_id as change_id,
    a.decided_at,
    a.approver,
    a.stage in ('retro', 'backfill', 'customer', 'other') as beside,   -- not a stage that work waits for
    case when is_one_of(a.approver, $automation_accounts) is distinct from true   -- a job is nobody
         then person_key(a.approver, p.person_id) end as who,
    coalesce(a.approver_role,
             case when p.person_id is distinct from '?' then p.roles end,         -- a word of several
             case when g.person_id is distinct from '?' then g.roles end) as roles   -- names nobody
from approvals a
left join person_words p on p.word = person_word(a.approver)
left join person_words g on g.word = person_word(a.approver_group)
where a.object_type = 'change' and a.decision = 'approved'
