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
    person_key(a.approver, p.person_id) as who,
    coalesce(a.approver_role, p.roles, g.roles) as roles
from approvals a
left join person_words p on p.word = person_word(a.approver)
left join person_words g on g.word = person_word(a.approver_group)
where a.object_type = 'change' and a.decision = 'approved'
