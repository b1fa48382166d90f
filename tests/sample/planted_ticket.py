"""What is planted among incidents, problems and requests for the rules of version 0.3."""

# fmt: off
TICKETS = """
## INC-001 and INC-002: graded by urgency and impact, and by the matrix; out of order in GOV
incident GOV 02-25T09:40 urgency= | INC-001 - missing; INC-002 ? not_graded
incident BANK 02-25T09:45 u_importance= | INC-001 - missing
incident GOV 02-26T10:40 urgency='1 - 高' impact='1 - 高' | INC-002 - differs
incident GOV 03-12T10:40 urgency='1 - 高' impact='2 - 中' | INC-002 - differs
incident GOV 04-02T10:40 urgency='2 - 中' impact='1 - 高' | INC-002 - differs
incident GOV 04-20T10:40 urgency='1 - 高' impact='2 - 中' | INC-002 - differs
incident GOV 06-03T10:40 urgency='3 - 低' impact='3 - 低' | INC-002 - differs
incident BANK 03-12T10:45 2 urgency='2 - 中' impact='2 - 中' | INC-002 - differs
incident GOV 03-13T10:40 1 solve=50 respond=5 urgency='2 - 中' impact='2 - 中' u_major=否 like=GOV-PC-119/终端软件 as=raised |\
    INC-002 0 overridden; INC-020 0 not_major
audit @raised 03-13T10:43 priority 3 1 by=丁叙 why=领导视频会议正在进行，临时提级
## INC-003: the office's third priority has 900 minutes; lowered from 630 on it is an escape, within 30 it is triage
incident GOV 03-16T09:00 4 solve=1000 respond=10 as=escape | INC-003 - late
audit @escape 03-17T14:40 priority 3 4 by=阮北屿 why=重新评估
incident GOV 03-18T09:00 4 solve=950 respond=10 as=after | INC-003 - after_breach
audit @after 03-20T10:30 priority 3 4 by=阮北屿
incident GOV 04-21T09:00 4 solve=800 respond=10 as=early | INC-003 + ok
audit @early 04-22T11:59 priority 3 4 by=丁叙 why=影响范围缩小
incident BANK 04-22T09:00 4 solve=800 respond=10 as=triage | INC-003 0 triage
audit @triage 04-22T09:30 priority 3 4 by=丁叙 why=受理时误选
## KPI-016: one that alone spoils the mean of its priority
incident BANK 06-11T09:20 1 respond=6 solve=1100 | INC-005 - late
## INC-006: on site within 240 minutes
incident GOV 03-04T09:00 solve=400 u_delivery=现场 u_on_site_at=14:30 | INC-006 + ok
incident GOV 03-04T09:01 solve=400 u_delivery=现场 u_on_site_at=14:32 | INC-006 - late
incident GOV 04-07T09:01 solve=400 u_delivery=现场 u_on_site_at= | INC-006 - not_recorded
incident GOV 04-08T09:01 solve=200 u_delivery=现场 u_on_site_at= | INC-006 + ok_by_end
in_work GOV 06-30T09:01 respond=10 u_delivery=现场 u_on_site_at= | INC-006 - overdue
incident GOV 04-09T09:01 solve=400 u_delivery= u_on_site_at= | INC-006 ? mode_unknown
## INC-013: the customer's silence for three days closes too many in February
incident GOV 02-04T09:30 resolved=02-04T11:00 closed_at=02-07T11:05 timed_out
incident GOV 02-06T09:30 resolved=02-06T11:00 closed_at=02-09T11:05 timed_out
incident GOV 02-10T09:30 resolved=02-10T11:00 closed_at=02-13T11:05 timed_out
## INC-014: the desk closes what engineers fix
incident GOV 02-27T10:50 like=GOV-NET-02/链路中断 closed_by=阮北屿 | INC-014 - same
incident GOV 04-23T10:50 like=GOV-PC-110/终端硬件 closed_by=zhuoyn | INC-014 - same
incident BANK 04-23T10:55 resolved_by=丁叙 closed_by=丁叙 | INC-014 + ok
incident ERP 04-23T10:57 resolved_by=外协工程师 closed_by=外协工程师 | INC-014 ? roles_unknown
## INC-016: three days
incident GOV 03-09T09:35 like=new caller_id=洪景砚 resolved=03-09T11:00 u_confirmed_at=03-09T15:00\
    closed_at=03-10T10:00 as=closed
incident GOV 03-13T10:00 like=@closed caller_id=洪景砚 | INC-016 ! cloned
incident GOV 03-09T09:36 like=new caller_id=洪景砚 resolved=03-09T11:00 u_confirmed_at=03-09T15:00\
    closed_at=03-10T10:00 as=closed
incident GOV 03-13T10:01 like=@closed caller_id=洪景砚 | INC-016 + ok
incident BANK 04-01T11:10 category= | DQ-001 - missing; INC-016 ? not_comparable; INC-023 ? no_category; DSK-002 - no_category
## INC-017
paused 03-24 800 200+60:等通知 | INC-017 ? reason_unread
paused 03-25 800 200+60:等待供应商 | INC-017 - not_agreed
in_work GOV 06-29T10:05 3 incident_state=挂起 | INC-017 - no_reason
## INC-020
incident GOV 03-19T10:40 1 u_major=否 | INC-020 - not_marked
incident BANK 03-19T10:45 1 u_major=是 | INC-020 + ok
## INC-021: eight characters; out of order in GOV
incident GOV 02-10T14:10 close_notes=已处理 | INC-021 - empty_words
incident GOV 02-24T14:10 close_notes=已解决。 | INC-021 - empty_words
incident GOV 03-10T14:10 close_notes=重启电脑后好了 | INC-021 - too_short
incident GOV 03-23T14:10 close_notes=无 | INC-021 - empty_words
incident GOV 04-10T14:10 close_notes=处理完成 | INC-021 - too_short
incident GOV 04-24T14:10 close_notes=完成 | INC-021 - empty_words
incident GOV 06-05T14:10 close_notes=重启 | INC-021 - empty_words
incident GOV 06-12T14:10 close_notes=已联系用户 | INC-021 - too_short
incident BANK 03-10T14:15 close_notes=重启交换机后恢复 | INC-021 + ok
incident BANK 03-11T14:15 close_notes=OK | INC-021 - empty_words
incident BANK 03-12T14:15 close_notes= | INC-021 0 no_text; INC-028 ? no_text
## INC-025: serious incidents after a change
change BANK 04-07T11:00 ci=BNK-DB-07 start=04-08T22:00 work_start=04-08T22:05 work_end=04-08T23:00 as=cause | CHG-031 ! contradicted
incident BANK 04-09T08:10 2 like=BNK-DB-07/数据库性能 rfc=@cause as=effect | INC-025 + ok
incident BANK 01-03T10:10 2 cmdb_ci= | INC-025 ? no_ci
## INC-026: thirty days to the minute
in_work ERP 06-01T08:42 4 sys_updated_on=06-28T10:00 | INC-026 + ok
in_work ERP 06-01T08:41 4 sys_updated_on=06-28T10:00 | INC-026 - too_old
in_work ERP 06-23T08:41 4 sys_updated_on=06-24T08:41 | INC-026 - stale
## INC-028
incident BANK 03-18T11:10 like=BNK-NET-06/链路中断 close_notes=升级固件后端口稳定，观察两小时正常 | INC-028 ! no_change
incident BANK 04-09T11:10 like=BNK-NET-07/链路中断 close_notes=升级固件后端口稳定，观察两小时正常 rfc=@cause | INC-028 + ok
incident GOV 03-18T11:20 like=GOV-NET-04/网络配置 close_notes=登录设备修改配置后可以访问 | INC-028 ! no_change
incident GOV 04-14T11:20 like=GOV-NET-06/网络配置 close_notes=修改配置后恢复访问，用户确认 | INC-028 ! no_change
## INC-029 and DSK-005: classified, then passed on; three moves are borne
incident GOV 03-20T09:10 like=GOV-NET-05/链路中断 as=passed | INC-029 - late
audit @passed 03-20T09:14 assignment_group 政务应用组 政务网络组
audit @passed 03-20T09:19 category '' 链路中断
incident GOV 04-10T09:10 like=GOV-APP-05/登录认证 category= as=unnamed |\
    INC-029 - empty; DQ-001 - missing; DSK-002 - no_category; INC-016 ? not_comparable; INC-023 ? no_category
audit @unnamed 04-10T09:14 assignment_group 政务网络组 政务应用组
incident BANK 04-10T09:12 like=BNK-APP-05/登录认证 as=fine | INC-029 + ok
audit @fine 04-10T09:12 category '' 登录认证
audit @fine 04-10T09:12:59 assignment_group 银行网络组 银行系统组
incident GOV 03-24T09:20 like=GOV-PC-114/终端软件 solve=800 as=tossed | DSK-005 - bounced
audit @tossed 03-24T09:25 category '' 终端软件
audit @tossed 03-24T09:30 assignment_group '' 政务应用组
audit @tossed 03-24T10:30 assignment_group 政务应用组 政务网络组
audit @tossed 03-24T11:30 assignment_group 政务网络组 政务桌面组
audit @tossed 03-24T14:30 assignment_group 政务桌面组 政务应用组
audit @tossed 03-24T15:30 assignment_group 政务应用组 政务桌面组
incident GOV 04-13T09:20 like=GOV-PC-115/终端软件 solve=800 as=moved | DSK-005 + ok
audit @moved 04-13T09:25 category '' 终端软件
audit @moved 04-13T09:30 assignment_group '' 政务应用组
audit @moved 04-13T10:30 assignment_group 政务应用组 政务网络组
audit @moved 04-13T11:30 assignment_group 政务网络组 政务应用组
audit @moved 04-13T14:30 assignment_group 政务应用组 政务桌面组
incident BANK 06-30T20:10 reassignment_count=5 respond=5 resolved=21:00 u_confirmed_at=22:00 closed_at=07-01T08:20 | DSK-005 - counted
## DSK-001 to DSK-004: registered by the desk, keys, validity, dispatch within 30 minutes
incident GOV 02-24T10:10 contact_type=电话 opened_by=卓亦宁 u_via_desk=否 | DSK-001 - not_by_desk
incident GOV 04-16T10:10 contact_type=电话 opened_by=阮北屿 u_via_desk=否 | DSK-001 - not_by_desk
incident BANK 04-16T10:15 u_via_desk= | DSK-001 ? flag_empty
request ERP 04-16T10:20 contact_type=电话 opened_by=褚以沐 | DSK-001 - by_staff
request GOV 04-16T10:25 contact_type=邮件 opened_by=阮北屿 | DSK-001 + ok
request BANK 04-17T10:25 contact_type=电话 opened_by= | DSK-001 ? recorder_unknown
incident GOV 03-17T14:40 contact_type= opened_by=丁叙 | DSK-002 - no_channel; DQ-006 ? origin_unknown; DQ-009 ? unclear
incident BANK 04-17T10:30 cmdb_ci= | DSK-002 + ok; INC-016 + ok
incident GOV 03-18T14:40 contact_type=电话 u_valid= | DSK-003 - undecided
incident BANK 03-18T14:45 contact_type=电话 u_valid= | DSK-003 - undecided
incident GOV 04-17T14:40 u_valid=否 close_notes= | DSK-003 - no_reason; INC-001 0 not_valid; INC-028 ? no_text
in_work ERP 06-30T15:00 4 u_valid=否 | DSK-003 0 open
incident GOV 03-19T10:00 respond=35 solve=300 u_assigned_at=10:30 | DSK-004 + ok
incident GOV 03-20T10:00 respond=35 solve=300 u_assigned_at=10:31 | DSK-004 - late
incident BANK 03-20T10:05 2 respond=20 solve=300 u_assigned_at=10:21 | DSK-004 - late
incident GOV 04-20T10:05 solve=300 u_assigned_at= | DSK-004 ? no_stamp
in_work GOV 06-30T14:10 4 incident_state=新建 assigned_to= assignment_group= u_assigned_at= unanswered | DSK-004 - waiting; INC-004 - unanswered
## PRB-001
problem GOV 04-01T14:00 04-27T10:00 priority= | PRB-001 - no_priority
problem GOV 04-02T14:00 04-28T10:00 impact= | PRB-001 - no_factor
problem ERP 04-08T14:00 04-29T10:00 u_source= | PRB-001 - no_source
problem BANK 04-09T14:00 04-30T10:00 u_source= as=cited | PRB-001 + ok
incident BANK 04-08T14:10 like=@cited problem_id=@cited
problem ERP 04-10T14:00 problem_state=已取消 | PRB-001 0 cancelled
## PRB-003: ten characters; four of the same words
problem GOV 02-24T14:00 03-17T10:00 cause_notes=系统问题 | PRB-003 - vague
problem GOV 03-04T14:00 03-30T10:00 cause_notes=网线接触不良 | PRB-003 - short
problem BANK 03-05T14:00 03-31T10:00 cause_notes=巡检脚本未释放连接池 | PRB-003 + ok
problem GOV 03-06T14:00 04-01T10:00 cause_notes=设备老化，需要更换后观察 | PRB-003 - repeated
problem GOV 03-09T14:00 04-02T10:00 cause_notes=设备老化，需要更换后观察 | PRB-003 - repeated
problem GOV 03-10T14:00 04-03T10:00 cause_notes=设备老化，需要更换后观察 | PRB-003 - repeated
problem GOV 03-11T14:00 04-07T10:00 cause_notes=设备老化，需要更换后观察 | PRB-003 - repeated
## PRB-002: out of order in GOV
problem GOV 02-25T14:00 03-18T10:00 cause_notes= workaround= | PRB-002 - missing
problem GOV 03-20T14:00 04-16T10:00 cause_notes= workaround= | PRB-002 - missing
problem GOV 03-23T14:00 04-17T10:00 cause_notes= workaround= | PRB-002 - missing
problem GOV 03-24T14:00 04-20T10:00 cause_notes= workaround= | PRB-002 - missing
## PRB-004 and PRB-009
problem GOV 04-07T14:00 cause_notes=交换机堆叠主备选举参数错误 u_root_cause_at=04-20T10:00 workaround= | PRB-004 - neither
problem GOV 04-08T15:00 cause_notes=打印驱动与新版系统不兼容 u_root_cause_at=04-21T10:00 workaround=改用通用驱动 | PRB-004 - not_marked
problem BANK 04-09T15:00 cause_notes=存储微码缺陷，厂商已确认 u_root_cause_at=04-22T10:00 known_error=true workaround=无 |\
    PRB-004 - no_workaround
problem BANK 04-10T15:00 cause_notes=应用日志级别过高占满磁盘 u_root_cause_at=04-23T10:00 known_error=true\
    workaround=每日清理日志目录 | PRB-004 + ok
problem BANK 06-18T15:00 cause_notes=负载均衡探测间隔过长 u_root_cause_at=06-22T10:00 workaround= | PRB-004 0 not_due
problem ERP 04-13T15:00 cause_notes=接口超时时间设置过短 workaround= | PRB-004 ? no_cause_time
problem GOV 06-08T15:00 due_date=2026-06-30 | PRB-009 - overdue
problem BANK 06-08T15:00 due_date=2026-07-01 | PRB-009 + ok
problem GOV 04-02T08:41 | PRB-009 - aged
problem BANK 04-02T08:42 | PRB-009 + ok
problem ERP 03-02T15:00 known_error=true sys_updated_on=03-31T10:00 | PRB-009 - forgotten
problem ERP 03-03T15:00 known_error=true sys_updated_on=06-02T10:00 u_source=巡检 | PRB-009 0 known_error
## PRB-006, PRB-010 and PRB-011
change GOV 03-30T11:30 start=03-31T21:00 work_start=03-31T21:05 work_end=03-31T22:00 closed_at=04-02T10:00 as=fix
change GOV 03-27T11:30 start=03-31T21:00 work_start=03-31T21:05 work_end=03-31T22:00 close_code=失败 closed_at=04-03T10:00 as=flop
problem GOV 03-12T14:00 04-09T10:00 rfc=@fix | PRB-006 - missing
problem GOV 03-13T14:00 04-10T10:00 rfc=@fix u_docs_updated=无 | PRB-006 - placeholder
problem GOV 03-16T14:00 04-13T10:00 rfc=@fix u_docs_updated=无需更新 | PRB-006 - no_reason
problem BANK 03-16T14:30 04-13T10:30 rfc=@fix u_docs_updated=无需更新：仅更换同型号电源 | PRB-006 0 not_needed
problem BANK 03-17T14:30 04-14T10:30 rfc=@fix u_docs_updated=网络运维手册3.2节 | PRB-006 + ok; PRB-010 + ok
problem BANK 03-10T14:30 04-02T10:00:30 rfc=@fix u_docs_updated=网络运维手册3.3节 | PRB-010 + ok
problem GOV 03-11T14:30 04-02T09:59 rfc=@fix u_docs_updated=网络运维手册3.4节 | PRB-010 - early
problem GOV 03-12T14:30 04-14T10:00 rfc=@flop u_docs_updated=网络运维手册3.5节 | PRB-010 - failed
problem GOV 03-17T14:00 04-14T10:00 u_verified_by=阮北屿 assigned_to=阮北屿 | PRB-011 - by_owner
problem GOV 03-18T14:00 04-15T10:00 u_verified_at= | PRB-011 - missing
problem BANK 03-18T14:30 04-15T10:30 u_verified_at=04-15T10:30:59 | PRB-011 + ok
problem BANK 03-19T14:30 04-16T10:30 u_verified_at=04-16T10:31 | PRB-011 - late
problem ERP 03-19T14:00 04-16T10:00 u_verified_by= | PRB-011 ? person_unknown
## REQ-001: ten working days, or what was promised
request GOV 03-02T10:00 due_date=03-06T12:00 u_fulfilled_at=03-06T12:00:40 u_confirmed_at=03-06T14:00 closed_at=03-06T16:00 | REQ-001 + ok
request GOV 03-03T10:00 due_date=03-06T12:00 u_fulfilled_at=03-06T12:01 u_confirmed_at=03-06T14:00 closed_at=03-06T16:00 | REQ-001 - late
request GOV 03-04T10:00 u_fulfilled_at=03-19T10:00 u_confirmed_at=03-19T14:00 closed_at=03-19T16:00 | REQ-001 - late_days
request GOV 03-05T10:00 u_fulfilled_at=03-19T10:00 u_confirmed_at=03-19T14:00 closed_at=03-19T16:00 | REQ-001 + ok
ordered GOV 06-08T10:00 cat_item=安装软件 due_date=06-15T18:00 | REQ-001 - overdue
ordered GOV 06-10T10:00 cat_item=安装软件 | REQ-001 - overdue_days
ordered BANK 06-25T10:00 cat_item=安装软件 | REQ-001 0 not_due
## REQ-002 and REQ-003: access is approved before it is given, by somebody else
request GOV 02-24T10:05 cat_item=开通权限 requested_for=屠雨薇 approve= u_fulfilled_at=02-24T16:00 as=late | REQ-002 - late
approve @late 02-24T11:00 customer 洪景砚 kind=request
approve @late 02-24T16:01 manager 邵启岚 kind=request
request BANK 02-25T10:05 cat_item=开通权限 requested_for=柯静姝 approve= u_fulfilled_at=02-25T16:00 as=same | REQ-002 + ok
approve @same 02-25T11:00 customer 滕嘉木 kind=request
approve @same 02-25T16:00:59 manager 邵启岚 kind=request
request GOV 04-21T10:05 cat_item=开通账号 approval=已拒绝 approve= as=refused | REQ-002 - rejected
approve @refused 04-21T11:00 manager 邵启岚 kind=request decision=rejected
request GOV 04-22T10:05 cat_item=开通账号 approval=已请求 approve= | REQ-002 - not_approved
request GOV 04-22T10:06 cat_item=开通账号 business_service=SVC-02 | REQ-002 0 preapproved
request GOV 04-23T10:05 cat_item=开通权限 requested_for=简素秋 approve= u_fulfilled_at=04-23T17:00 as=own | REQ-003 - by_requester
approve @own 04-23T11:00 customer 简素秋 kind=request
request BANK 04-24T10:05 cat_item=开通权限 requested_for=蒙晓筠 approve= u_fulfilled_at=04-24T17:00 as=second | REQ-003 + ok
approve @second 04-24T11:00 customer 蒙晓筠 kind=request
approve @second 04-24T12:00 customer 滕嘉木 kind=request
approve @second 04-24T13:00 manager 邵启岚 kind=request
request GOV 04-24T10:06 cat_item=开通权限 approve= assigned_to=卓亦宁 u_fulfilled_at=04-24T17:00 as=doer | REQ-003 - by_fulfiller
approve @doer 04-24T11:00 manager 卓亦宁 kind=request
## REQ-004 to REQ-006: faults, catalogue, alterations
request GOV 03-11T10:10 cat_item=系统无法访问 requested_for=闻人静 | REQ-004 ! fault
incident GOV 03-13T10:20 caller_id=闻人静
request GOV 03-12T10:20 cat_item=打印机故障 requested_for=闻人静 | REQ-004 + ok
request GOV 04-20T10:10 business_service= | REQ-005 - no_service; DSK-002 - no_object
request BANK 04-20T10:15 business_service=SVC0099 | REQ-005 - unknown_service
request ERP 04-20T10:20 business_service=SVC-E5 | REQ-005 - draft_service
request BANK 04-21T10:15 business_service=SVC-01 | REQ-005 ? retired
request BANK 04-21T10:20 business_service=SVC-E4 | REQ-005 ? state_unknown
request BANK 03-24T10:20 cat_item=数据库扩容 cmdb_ci=BNK-DB-02 | REQ-006 ! without_change
request BANK 03-25T10:20 cat_item=数据库扩容 cmdb_ci=BNK-DB-07 rfc=@cause | REQ-006 + ok
ordered BANK 06-24T10:20 cat_item=数据库扩容 cmdb_ci=BNK-DB-03 | REQ-006 0 not_done
"""
GROUPS = """
    INC-013 - too_many | GOV 2026-02
    INC-013 + ok | BANK 2026-03
    INC-013 0 too_few | (unattributed) 2026-02
    INC-013 ? month_incomplete | BANK 2026-01 | GOV 2026-01 | ERP 2026-01
    INC-013 ? unplaced | BANK ? | ERP ?
    PRB-007 - none | GOV 2026-H1
    PRB-007 + ok | BANK 2026-H1 | ERP 2026-H1
"""
