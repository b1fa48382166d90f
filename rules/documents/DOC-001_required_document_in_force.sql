/*
id       = "DOC-001"
title.zh = "要求的文件已建立并批准有效"
title.en = "Required document exists, approved and in force"
severity = "minor"
kind     = "register"
subject  = ["documents"]
decides  = [
    "QM-8.4.1-1", "QM-8.4.1-2", "QM-8.4.1-3", "QM-8.4.1-4", "QM-8.4.2-1", "QM-8.4.2-4",
    "QM-8.4.2-6", "QM-8.4.2-19", "QM-8.4.3-2", "QM-8.4.4-3", "QM-8.4.4-4", "QM-8.4.4-5",
    "QM-8.4.6-1", "QM-8.4.6-6", "QM-8.4.6-9", "QM-8.4.6-11", "QM-8.4.6-14", "QM-8.4.6-18",
    "QM-8.4.6-19", "QM-8.4.6-24", "QM-8.4.6-33", "QM-8.4.6-34", "QM-A2.1-1", "QM-A3.1-1",
    "QM-A3.2-1", "QM-A3.3-1", "QM-A4.2.1-1", "QM-A4.2.2-1", "QM-A5.1-1", "QM-A8.2-1",
    "QM-A-DEP-5", "QM-B3.1-1", "QM-B6-2", "WN-2-1", "WN-2-3", "WN-3-1", "WN-5-1", "WN-6-3",
    "WN-6-16", "WN-8-2", "WN-8-3", "WN-9-1", "WN-10-2", "QA-3.1-1", "QA-3.2-1", "QA-3.3-2",
    "SD-2-1", "SD-2-2", "SD-2-6", "SD-2-9", "SD-3.2-1", "SD-3.3-2", "SD-4.3-2", "SD-7.2-1",
    "SD-7.2-2", "KP-2.1-1", "KP-2.2-1", "KP-2.3.2-1", "KP-3.1.2-2", "KP-3.1.2-5", "KP-3.1.2-8",
    "KP-3.1.3-1",
]
supports = ["SD-4.1-2"]
needs    = ["documents.doc_type", "documents.status", "documents.approved_at:day", "documents.effective_from"]
since    = "0.2"
status   = "stable"
why.zh   = "制度、计划和项目文件没有批准发布，就不能要求任何人照着做，审核时也无从证明管理要求已经建立。"
why.en   = "Nobody can be held to a rule or a plan that was never approved and issued, and without it an audit finds no proof that the requirement is met."
fix.zh   = "编制缺少的文件，经批准后发布，并在受控文件台账中登记文件类型、状态、批准时间和生效日期；文件已有但类型代码不同的，按参照表填写。"
fix.en   = "Write the document, have it approved and issued, and enter its type, state, approval and first day in force in the register of documents; where it exists under another type code, use the code of the reference table."
noise.zh = "文件可能已有，但台账中登记成别的类型或登记在别的项目名下；一份文件兼作几种用途时，须各登记一行。适用于全公司的文件，项目一栏留空。对台账的判断只到存在、批准和生效，内容不在其中。"
noise.en = "The document may exist under another type code or another project; one that serves several purposes needs a row for each. Documents of the whole firm leave the project empty. The register proves existence, approval and force, not content."

[params.grace_days]
type = "days"
value = 30
min = 0
max = 90
help.zh = "项目开始后多少天内不要求项目文件齐备。"
help.en = "Days after the start of a project within which its documents are not asked for yet."

[params.of_projects]
type = "switch"
value = true
reads = ["projects.status", "projects.start_date"]
help.zh = "逐个项目检查项目文件；项目文件不在台账中管理时关闭，相应检查点为未评估。"
help.en = "Ask for the documents of each project; off where these are kept outside the register, which leaves their checkpoints not assessed."

[message.missing]
verdict = "nonconforming"
zh = "{project}没有登记 {missing_zh:list}（类型 {missing_types:list}）。"
en = "{project}: no {missing_en:list} on the register (type {missing_types:list})."

[message.not_in_force]
verdict = "nonconforming"
zh = "{project}的 {idle_zh:list} 尚未批准发布、尚未生效或已作废（{idle_documents:list}）。"
en = "{project}: {idle_en:list} not approved, not yet in force or withdrawn ({idle_documents:list})."

[message.ok]
verdict = "conforming"
zh = "{project}要求的文件均已批准有效。"
en = "{project}: every document asked for is approved and in force."

[message.unclear]
verdict = "not_assessed"
zh = "有文件的类型、状态、批准时间或生效日期为空，可能就是要求的文件。"
en = "A document without type, state, approval or first day in force may be the one asked for."

[message.register_incomplete]
verdict = "not_assessed"
zh = "台账中没有要求的文件，但不能确定受控文件台账是完整的。"
en = "The document is not on the register, which is not known to be complete."

[message.projects_unknown]
verdict = "not_assessed"
zh = "没有完整的项目台账，不能确定有哪些项目。"
en = "There is no complete list of projects, so it cannot be told which there are."

[message.project_unclear]
verdict = "not_assessed"
zh = "项目状态或开始日期不明，无法判断是否应有项目文件。"
en = "The project's state or first day is not known, so it cannot be told whether its documents are due."

[message.not_asked]
verdict = "not_assessed"
zh = "已设置为不检查项目文件。"
en = "By the settings the documents of projects are not looked at."

[message.excluded]
verdict = "not_applicable"
zh = "已按书面理由排除该检查点。"
en = "The checkpoint is excluded with a written reason."

[message.not_running]
verdict = "not_applicable"
zh = "项目尚未开始、暂停或已取消。"
en = "The project has not begun, is on hold or cancelled."

[message.within_grace]
verdict = "not_applicable"
zh = "项目刚开始，仍在宽限期内。"
en = "The project has just begun and is within its days of grace."

[message.not_due]
verdict = "not_applicable"
zh = "项目完成时才要求该文件。"
en = "The document is due when the project is completed."
*/
with needed as (
    select r.checkpoint, lower(trim(r.doc_type)) as doc_type, r.scope, r.due, r.zh, r.en from ref r
),
held as (                                -- documents by home: a project, or the organisation
    select
        case when record.project_id = '(unattributed)' then '(organisation)'
             else record.project_id end as home,
        lower(trim(doc_type)) as doc_type,
        concat(doc_id, ' ', version, ' ', status, ' ', cast(effective_from as varchar)) as label,
        status = 'published' and approved_at <= $as_of
            and effective_from <= local_day($as_of, $zone) as in_force
    from documents
),
by_type as (
    select
        home,
        doc_type,
        count(*) filter (where in_force) as in_force,
        count(*) filter (where in_force is null) as unclear,
        count(*) filter (where not in_force) as idle,
        list(label order by label) filter (where not in_force) as idle_documents
    from held
    group by home, doc_type
),
untyped as (
    select home, count(*) as documents
    from held
    where doc_type is null and in_force is distinct from false
    group by home
),
places as (                              -- where documents are asked for
    select
        'org' as scope,
        '(organisation)' as project_id,
        true as known,
        null as status,
        null as start_date
    union all
    select
        'project' as scope,
        project_id,
        true as known,
        status,
        start_date
    from project_register
    union all
    select
        'project' as scope,
        '(unattributed)' as project_id,
        false as known,
        null as status,
        null as start_date
    where not complete('projects', '', $as_of)
),
asked as (                               -- types under one name stand for each other
    select
        n.checkpoint,
        n.due,
        n.zh,
        n.en,
        p.scope,
        p.project_id,
        p.known,
        p.status,
        p.start_date,
        sum(b.in_force) as in_force,
        coalesce(sum(b.unclear), 0) + coalesce(sum(u.documents), 0) as unclear,
        coalesce(sum(b.idle), 0) as idle,
        min(n.doc_type) as doc_type,
        min(b.idle_documents) as idle_documents
    from needed n
    join places p on p.scope = n.scope
    left join by_type b on b.home = p.project_id and b.doc_type = n.doc_type
    left join untyped u on u.home = p.project_id
    group by all
),
met as (
    select
        *,
        case when in_force > 0                            then true
             when unclear > 0                             then null
             when complete('documents', '', $as_of)       then false end as met
    from asked
),
points as (                              -- one row a checkpoint and place
    select
        checkpoint,
        scope,
        due,
        project_id,
        known,
        status,
        start_date,
        bool_and(met) as all_met,
        count(*) filter (where met is null) as open,
        count(*) filter (where met is null and unclear > 0) as unclear,
        count(*) filter (where not met) as lacking,
        count(*) filter (where not met and idle = 0) as missing,
        list(zh order by zh) filter (where not met and idle = 0) as missing_zh,
        list(en order by en) filter (where not met and idle = 0) as missing_en,
        list(doc_type order by doc_type) filter (where not met and idle = 0) as missing_types,
        list(zh order by zh) filter (where not met and idle > 0) as idle_zh,
        list(en order by en) filter (where not met and idle > 0) as idle_en,
        min(idle_documents) filter (where not met and idle > 0) as idle_documents
    from met
    group by checkpoint, scope, due, project_id, known, status, start_date
),
exclusions as (                          -- one row a checkpoint: does the firm leave it out
    select f.checkpoint, arg_max(f.left_out, f.left_out) as left_out
    from (
        select r.checkpoint, false as left_out from ref r
        union all
        select e.checkpoint, true as left_out from excluded e
    ) f
    group by f.checkpoint
),
judged as (
    select
        p.*,
        e.left_out,
        days_after(p.start_date, $grace_days) < local_day($as_of, $zone) as past_grace
    from points p
    join exclusions e on e.checkpoint = p.checkpoint
)
select
    checkpoint || ' ' || project_id as subject_id,
    project_id,
    cast(null as timestamp) as at,
    not left_out
        and case when scope = 'org'                                       then true
                 when not $of_projects                                    then null
                 when status in ('planned', 'on_hold', 'cancelled')       then false
                 when status is null or past_grace is null                then null
                 when not past_grace                                      then false
                 when due = 'end' and status = 'in_progress'              then false
                 when status in ('in_progress', 'completed')              then true end as applies,
    case when not all_met                                         then false
         when open > 0                                            then null
         when all_met                                             then true end as conforms,
    case when left_out                                            then 'excluded'
         when scope = 'project' and not $of_projects              then 'not_asked'
         when not known                                           then 'projects_unknown'
         when scope = 'project' and status in ('planned', 'on_hold', 'cancelled') then 'not_running'
         when scope = 'project' and (status is null or past_grace is null) then 'project_unclear'
         when scope = 'project' and not past_grace                then 'within_grace'
         when scope = 'project' and due = 'end' and status = 'in_progress' then 'not_due'
         when missing > 0                                         then 'missing'
         when lacking > 0                                         then 'not_in_force'
         when unclear > 0                                         then 'unclear'
         when open > 0                                            then 'register_incomplete'
         else 'ok' end as message,
    checkpoint,
    missing_zh,
    missing_en,
    missing_types,
    idle_zh,
    idle_en,
    idle_documents
from judged
