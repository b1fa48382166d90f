/*
id       = "DSK-002"
title.zh = "单据的检索与分析字段齐全"
title.en = "Tickets carry the keys needed to search and analyse"
severity = "minor"
kind     = "record"
subject  = ["incidents", "requests"]
decides  = ["QM-8.4.6-10"]
supports = ["QM-8.4.4-3"]
needs    = ["incidents.category", "requests.category"]
uses     = ["incidents.channel", "incidents.service_id", "incidents.ci_id", "requests.channel", "requests.service_id", "requests.ci_id", "requests.status"]
blank    = { category = "nonconforming", channel = "nonconforming", service_id = "nonconforming", ci_id = "nonconforming", status = "applies" }
since    = "0.3"
status   = "stable"
why.zh   = "没有分类、渠道和服务或配置项，单据就无法按类别检索，也做不了趋势和重复故障分析。"
why.en   = "Without category, channel and service or configuration item a ticket cannot be found again by its kind, and neither trends nor repeated faults can be seen."
fix.zh   = "补填缺少的字段；在工具中把分类、渠道、所属服务或配置项设为建单必填；定期抽查分类是否准确。"
fix.en   = "Fill in what is missing; make category, channel and service or item mandatory on registration; check now and then that the category is right."
noise.zh = "接口或邮件自动建的单，渠道可能写在来源里；历史数据迁移可能丢失分类。分类是否填得对、“其他”是否过多，本规则不判断。"
noise.en = "Tickets made by an interface or from mail may keep the channel elsewhere, and a migration may have lost categories. Whether a category is right, or “other” too frequent, is not judged here."

[params.category_codes]
type = "list"
value = []
help.zh = "允许的分类代码，按工具中的写法逐一列出；留空则不核对。"
help.en = "Categories allowed, written as the tool has them; empty: not checked."

[message.no_category]
verdict = "nonconforming"
zh = "单据 {id} 没有分类（受理渠道：{channel}，所属服务：{service_id}，配置项：{ci_id}）。"
en = "Record {id} has no category (channel: {channel}, service: {service_id}, configuration item: {ci_id})."

[message.foreign_category]
verdict = "nonconforming"
zh = "单据 {id} 的分类“{category}”不在分类代码表中（受理渠道：{channel}，所属服务：{service_id}，配置项：{ci_id}）。"
en = "Record {id} has the category “{category}”, which is not on the list (channel: {channel}, service: {service_id}, configuration item: {ci_id})."

[message.no_channel]
verdict = "nonconforming"
zh = "单据 {id}（分类：{category}）没有受理渠道（所属服务：{service_id}，配置项：{ci_id}）。"
en = "Record {id} (category {category}) has no channel (service: {service_id}, configuration item: {ci_id})."

[message.no_object]
verdict = "nonconforming"
zh = "单据 {id}（分类：{category}，受理渠道：{channel}）既没有所属服务，也没有配置项。"
en = "Record {id} (category {category}, channel {channel}) names neither a service nor a configuration item."

[message.object_unknown]
verdict = "not_assessed"
zh = "所属服务和配置项只导出了一列，且为空，另一列可能有值。"
en = "Of service and configuration item only one column was exported, and it is empty; the other may be filled."

[message.ok]
verdict = "conforming"
zh = "单据 {id} 的分类、渠道、所属服务或配置项齐全。"
en = "Record {id} has category, channel, and service or configuration item."

[message.draft]
verdict = "not_applicable"
zh = "草稿，尚未提交。"
en = "A draft, not submitted yet."
*/
with tickets as (
    select record, created_at, recorded_by, category, channel, service_id, ci_id, false as draft
    from incidents
    union all
    select record, created_at, recorded_by, category, channel, service_id, ci_id,
        coalesce(status, '') = 'draft' as draft
    from requests
),
judged as (
    select
        *,
        channel is null and supplied(record, 'channel') as lacks_channel,
        service_id is null and ci_id is null
            and (supplied(record, 'service_id') or supplied(record, 'ci_id')) as lacks_object,
        supplied(record, 'service_id') and supplied(record, 'ci_id') as objects_known,
        length($category_codes) = 0 or list_contains($category_codes, category) as listed
    from tickets
)
select
    record,
    created_at as at,
    recorded_by as owner,
    not draft as applies,
    case when category is null                 then false
         when not listed or lacks_channel      then false
         when lacks_object and objects_known   then false
         when not lacks_object                 then true end as conforms,
    case when draft            then 'draft'
         when category is null then 'no_category'
         when not listed       then 'foreign_category'
         when lacks_channel    then 'no_channel'
         when lacks_object     then case when objects_known then 'no_object' else 'object_unknown' end
         else 'ok' end as message,
    category,
    channel,
    service_id,
    ci_id
from judged
