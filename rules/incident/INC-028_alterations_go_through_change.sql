/*
id       = "INC-028"
title.zh = "涉及配置改动走变更"
title.en = "Fixes that alter configuration go through change"
severity = "observation"
kind     = "record"
leads    = true
subject  = ["incidents"]
decides  = []
supports = ["SD-3.2-5", "QM-8.4.6-24"]
needs    = ["incidents.status", "incidents.created_at", "incidents.resolution | incidents.resolution_code", "incidents.change_id | links.to_id"]
uses     = ["links.from_type", "links.from_id", "links.to_type", "changes.incident_id"]
blank    = { change_id = "nonconforming", resolution_code = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "处理事件时顺手升级固件、改参数、换部件，就是没有评估和审批的变更：出了新问题无从追溯，配置库也不再准确。"
why.en   = "Firmware upgraded, settings altered or parts replaced on the way to a fix are changes without assessment or approval: the next fault cannot be traced to them, and the CMDB is no longer right."
fix.zh   = "请处理人说明做了什么；确有改动的，补办变更并更新配置库；在工具中提示此类处理须先关联变更。"
fix.en   = "Ask the engineer what was done; where something was altered, raise the change and correct the CMDB; let the tool ask for a change before such work."
noise.zh = "待说明的线索，不是不符合：描述中提到升级或更换，可能只是建议、计划或否定（如“无需升级固件”）；同型号备件更换、厂商约定的维护可能按约定不走变更；变更单可能存在而没有关联。"
noise.en = "A lead to be explained, no nonconformity: the text may only propose, plan or rule out the work (“no need to upgrade the firmware”); like-for-like replacement or agreed maintenance may need no change; a change may exist without a link."

[params.change_words]
type = "list"
value = ["版本升级", "固件升级", "升级固件", "升级补丁", "打补丁", "参数调整", "修改配置", "更换硬盘", "更换主板", "更换电源", "更换模块", "firmware", "patch", "config change"]
help.zh = "解决描述中出现即视为改动了配置的词，不分大小写。"
help.en = "Words in the resolution text that mean that configuration was altered, whatever the letter case."

[params.change_codes]
type = "list"
value = []
help.zh = "表示改动了配置的解决分类代码。"
help.en = "Solution codes that mean that configuration was altered."

[message.no_change]
verdict = "lead"
zh = "事件 {id}（配置项 {ci_id}）的解决描述为“{resolution}”（解决分类 {resolution_code}），看来改动了配置，却没有关联变更，待说明。本项目此类事件共 {alike:number} 个，其中 {alike_linked:number} 个关联了变更（{share:percent}）。"
en = "To be explained: the resolution of incident {id} (CI {ci_id}), “{resolution}” (code {resolution_code}), seems to have altered configuration, and no change is linked. Incidents of this kind in the project: {alike:number}, of them linked to a change: {alike_linked:number} ({share:percent})."

[message.ok]
verdict = "conforming"
zh = "事件 {id} 的处理改动了配置，已关联变更。"
en = "The fix of incident {id} altered configuration and is linked to a change."

[message.links_unclear]
verdict = "not_assessed"
zh = "没有见到变更关联，但关联关系没有完整导出或有不明之处。"
en = "No link to a change is seen, but links are not exported completely or are unclear."

[message.no_text]
verdict = "not_assessed"
zh = "没有解决描述，解决分类也看不出是否改动了配置。"
en = "There is no resolution text, and the code does not tell whether configuration was altered."

[message.status_unknown]
verdict = "not_assessed"
zh = "事件状态为空，无法判断是否已解决。"
en = "The status is empty, so it cannot be told whether the incident is solved."

[message.not_solved]
verdict = "not_applicable"
zh = "事件尚未解决，或已取消、拒绝、合并。"
en = "The incident is not solved yet, or was cancelled, rejected or merged."

[message.no_alteration]
verdict = "not_applicable"
zh = "解决描述看不出改动了配置。"
en = "The resolution names no alteration of configuration."
*/
with ties as (                                -- changes of an incident, either way round
    select ns, from_id as incident_id, from_type as own, to_type as other from links
    union all
    select ns, to_id as incident_id, to_type as own, from_type as other from links
    union all
    select ns, incident_id, 'incident' as own, 'change' as other from changes
),
tied as (                                -- one row an incident
    select
        ns,
        incident_id,
        count(*) filter (where own = 'incident' and other = 'change') as changes   -- none: unclear
    from ties
    where (own = 'incident' or own is null) and (other = 'change' or other is null)
    group by ns, incident_id
),
known as (
    select
        i.*,
        i.status in ('resolved', 'closed') as solved,
        says_any(i.resolution, $change_words) as named,
        says_any(i.resolution, $change_words)
            or list_contains($change_codes, i.resolution_code) as altered,
        i.change_id is not null or t.changes > 0 as linked,
        t.changes = 0 as unclear,
        table_supplied('links', i.ns) and not complete('links', i.ns, i.created_at) as links_lacking
    from incidents i
    left join tied t on t.ns = i.ns and t.incident_id = i.incident_id
),
habits as (                              -- how the project does it
    select
        ns,
        record.project_id as project_id,
        count(*) filter (where solved and altered) as alike,
        count(*) filter (where solved and altered and linked) as alike_linked
    from known
    group by ns, record.project_id
)
select
    k.record,
    coalesce(k.resolved_at, k.closed_at, k.created_at) as at,
    coalesce(k.resolved_by, k.assigned_to) as owner,
    case when not k.solved                                then false
         when k.solved and k.altered                      then true
         when k.solved and not k.named                    then false end as applies,
    case when k.linked                                    then true
         when k.unclear or k.links_lacking                then null
         when k.change_id is null                         then false end as conforms,
    case when not k.solved                                then 'not_solved'
         when k.solved is null                            then 'status_unknown'
         when k.altered and k.linked                      then 'ok'
         when k.altered and (k.unclear or k.links_lacking) then 'links_unclear'
         when k.altered                                   then 'no_change'
         when not k.named                                 then 'no_alteration'
         else 'no_text' end as message,
    k.ci_id,
    k.resolution,
    k.resolution_code,
    h.alike,
    h.alike_linked,
    ratio(h.alike_linked, h.alike) as share
from known k
left join habits h on h.ns = k.ns and h.project_id = k.record.project_id
