/*
id       = "REQ-006"
title.zh = "改动配置项的请求走变更"
title.en = "Requests that alter CIs go through change"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["requests"]
decides  = []
supports = ["QM-8.4.6-24"]
needs    = ["requests.title", "requests.ci_id", "requests.status", "requests.change_id | links.to_type"]
uses     = ["requests.created_at", "requests.service_id", "links.from_type", "links.from_id", "links.to_id"]
blank    = { ci_id = "applies", change_id = "nonconforming", service_id = "applies" }
since    = "0.3"
status   = "experimental"
why.zh   = "扩容、升级、迁移都会改动生产环境。当作服务请求直接办理，就绕过了变更的评估、批准、窗口和回退准备。"
why.en   = "Expansion, upgrade and migration alter production. Handled as a plain request they bypass the assessment, approval, window and back-out that a change requires."
fix.zh   = "请办理人说明：确已改动配置项的，补建变更并评审影响；常做且低风险的，制定标准变更模板并登记在参数中；在工具中让此类请求自动生成变更。"
fix.en   = "Ask whoever did it. Where an item was altered, raise the change now and review its effect; make a standard change of what is frequent and harmless and enter it in the parameter; let the tool raise a change from such requests."
noise.zh = "待说明的线索，不是不符合：标题含“迁移”“部署”的也可能是咨询、方案或个人终端操作；变更可能只写在备注里，或挂在上级单据下；按标准变更模板办理的，在参数中登记其服务。"
noise.en = "A lead to be explained, no nonconformity: a title that speaks of migration may ask for advice or concern a desktop; the change may stand in a note or hang on a parent record. Services handled by a standard change belong in the parameter."

[params.change_words]
type = "list"
value = ["扩容", "版本升级", "迁移", "部署", "调整参数"]
help.zh = "标题含有这些字样之一即视为要改动配置项；不分大小写。"
help.en = "A title that contains one of these asks for an alteration, whatever the letter case."

[params.standard_services]
type = "list"
value = []
help.zh = "已有标准变更模板的服务编号，这些请求按模板办理，不另建变更。"
help.en = "Numbers of services for which a standard change template exists; their requests need no change of their own."

[message.without_change]
verdict = "lead"
zh = "请求 {id}“{title}”涉及配置项 {ci_id}，含“{word}”，待说明：没有引用或关联变更，已于 {fulfilled_at:time} 办理。本项目此类已办请求 {named:number} 个，其中 {with_change:number} 个（{share:percent}）有变更。"
en = "To be explained: request {id} “{title}” concerns the item {ci_id}, speaks of “{word}”, and was carried out (at {fulfilled_at:time}) without citing or linking a change. Of {named:number} such requests of the project {with_change:number} ({share:percent}) have a change."

[message.ok]
verdict = "conforming"
zh = "请求 {id}“{title}”已引用或关联变更（{change_id}）。"
en = "Request {id} “{title}” cites or links a change ({change_id})."

[message.links_unclear]
verdict = "not_assessed"
zh = "有关联记录的类型不明，或不能确定关联关系是完整的，可能已关联变更。"
en = "A link has no readable type, or the links are not known to be complete; the request may be linked to a change."

[message.no_title]
verdict = "not_assessed"
zh = "标题为空，或没有设定表示改动的字样，无法判断是否改动配置项。"
en = "The title is empty, or no words are set, so it cannot be told whether it asks for an alteration."

[message.status_unknown]
verdict = "not_assessed"
zh = "状态为空，无法判断是否已办理。"
en = "The status is empty, so it cannot be told whether it was carried out."

[message.no_ci]
verdict = "not_applicable"
zh = "请求没有配置项。"
en = "The request names no configuration item."

[message.no_alteration]
verdict = "not_applicable"
zh = "标题没有提到改动配置项。"
en = "The title asks for no alteration of an item."

[message.not_done]
verdict = "not_applicable"
zh = "请求尚未办理，或已取消、拒绝。"
en = "The request was not carried out yet, or was cancelled or rejected."

[message.standard]
verdict = "not_applicable"
zh = "所属服务按标准变更模板办理。"
en = "The service is handled by a standard change template."
*/
with ties as (                                -- one row a request: its links to changes
    select ns, request_id, count(*) filter (where sure) as sure, count(*) filter (where sure is null) as unclear
    from (
        select ns, from_id as request_id, from_type = 'request' and to_type = 'change' as sure from links
        union all
        select ns, to_id as request_id, to_type = 'request' and from_type = 'change' as sure from links
    ) either_way
    group by ns, request_id
),
judged as (
    select
        r.*,
        says_any(r.title, $change_words) as found,
        word_in(r.title, $change_words) as word,
        t.unclear,
        r.change_id is not null or t.sure > 0 as has_change,
        list_contains($standard_services, r.service_id) as standard,
        r.status in ('resolved', 'closed') as done,
        table_supplied('links', r.ns) as links_supplied,
        complete('links', r.ns, r.created_at) as links_complete
    from requests r
    left join ties t on t.ns = r.ns and t.request_id = r.request_id
),
counted as (                             -- what is normal in a project, of whichever source
    select
        ns,
        record.project_id as project_id,
        sum(count(*)) over project as named,
        sum(count(*) filter (where has_change)) over project as with_change
    from judged
    where found and done and ci_id is not null
    group by ns, record.project_id
    window project as (partition by record.project_id)
)
select
    record,
    coalesce(fulfilled_at, created_at) as at,
    fulfilled_by as owner,
    case when ci_id is null or standard                then false
         else found and done end as applies,
    case when has_change                               then true
         when unclear > 0                              then null
         when links_supplied and not links_complete    then null
         when change_id is null                        then false end as conforms,
    case when ci_id is null                            then 'no_ci'
         when standard                                 then 'standard'
         when not done                                 then 'not_done'
         when found is null                            then 'no_title'
         when not found                                then 'no_alteration'
         when done is null                             then 'status_unknown'
         when has_change                               then 'ok'
         when unclear > 0                              then 'links_unclear'
         when links_supplied and not links_complete    then 'links_unclear'
         else 'without_change' end as message,
    title,
    word,
    ci_id,
    change_id,
    fulfilled_at,
    named,
    with_change,
    ratio(with_change, named) as share
from judged j
left join counted c on c.ns = j.ns and c.project_id = j.record.project_id
