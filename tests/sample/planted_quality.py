"""What is planted for the rules of version 0.3 on data and key figures."""

# fmt: off
QUALITY = """
## DQ-003: made after the work, or more than four hours after the report
incident GOV 03-04T15:20 u_reported_at=11:20 | DQ-003 + ok
incident GOV 03-05T15:20 u_reported_at=11:19 | DQ-003 - long_after_report
incident GOV 04-03T15:20 u_reported_at=09:19 contact_type=电话 opened_by=丁叙 as=excused | DQ-003 0 approved
approve @excused 04-03T16:00 backfill 邵启岚 kind=incident
request GOV 04-01T15:20 cat_item=安装软件 u_fulfilled_at=15:10 u_confirmed_at=16:00 closed_at=17:00 | DQ-003 - after_the_end; DQ-002 - resolved_before_created; REQ-001 ? inverted
## DQ-006: two minutes from first to last
incident GOV 04-10T10:00:05 respond=0 u_assigned_at=10:00:10 resolved=10:00:20 u_confirmed_at=10:00:30 closed_at=10:00:46 | DQ-006 ! short_life
incident BANK 04-10T10:00:07 respond=0 u_assigned_at=10:00:10 resolved=10:00:40 u_confirmed_at=10:01:30 closed_at=10:02:07 | DQ-006 + ok
incident GOV 03-26T09:10 resolved=16:59:40 u_confirmed_at=16:59:50 closed_at=17:00 _squeezed=1 | DQ-006 ! steps_at_once
## DQ-007: ten closings of one person on a Saturday
incident GOV 03-04T10:02 resolved=16:00:10 u_confirmed_at=03-06T17:03 closed_at=03-07T09:11 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-05T10:05 resolved=16:00:11 u_confirmed_at=03-06T17:07 closed_at=03-07T09:16 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-06T10:08 resolved=16:00:12 u_confirmed_at=03-06T17:11 closed_at=03-07T09:21 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-04T10:11 resolved=16:00:13 u_confirmed_at=03-06T17:15 closed_at=03-07T09:26 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-05T10:14 resolved=16:00:14 u_confirmed_at=03-06T17:19 closed_at=03-07T10:31 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-06T10:17 resolved=16:00:15 u_confirmed_at=03-06T17:23 closed_at=03-07T10:36 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-04T10:20 resolved=16:00:16 u_confirmed_at=03-06T17:27 closed_at=03-07T10:41 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-05T10:23 resolved=16:00:17 u_confirmed_at=03-06T17:31 closed_at=03-07T10:46 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-06T10:26 resolved=16:00:18 u_confirmed_at=03-06T17:35 closed_at=03-07T11:51 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
incident GOV 03-04T10:29 resolved=16:00:19 u_confirmed_at=03-06T17:39 closed_at=03-07T11:56 assigned_to=阮北屿 resolved_by=阮北屿 closed_by=卓亦宁
## DQ-009: ten minutes
incident GOV 03-16T10:00 like=new caller_id=屠雨薇 short_description=打印无反应 as=twin
incident GOV 03-16T10:10 like=@twin caller_id=屠雨薇 short_description=打印无反应 | DQ-009 - cloned
incident GOV 03-17T10:00 like=new caller_id=饶立诚 short_description=网页打不开 as=twin
incident GOV 03-17T10:10:01 like=@twin caller_id=饶立诚 short_description=网页打不开 | DQ-009 + ok
incident GOV 03-18T10:00 like=new caller_id=洪景砚 short_description=键盘失灵 as=twin
incident GOV 03-18T10:05 like=@twin caller_id=洪景砚 short_description=键盘失灵 u_close_mode=重复单 | DQ-009 0 left_out
## DQ-010: a day after the closing
incident GOV 03-12T09:05 resolved=11:00:10 u_confirmed_at=14:00 closed_at=15:00 as=edited | DQ-010 - edited
audit @edited 03-13T15:00:01 resolved_at '2026-03-12 12:10:00' '2026-03-12 11:00:10' by=阮北屿
incident GOV 03-13T09:05 resolved=11:00:10 u_confirmed_at=14:00 closed_at=15:00 as=mended | DQ-010 + ok
audit @mended 03-14T15:00 close_notes 已处理 补充处理过程 by=阮北屿
change GOV 03-19T11:00 start=03-20T20:00 work_start=03-20T20:05 work_end=03-20T21:00 closed_at=03-24T10:00 as=backdated | DQ-010 - edited
audit @backdated 03-26T09:30 closed_at '2026-03-26 09:30:00' '2026-03-24 10:00:00' by=覃一舟
problem BANK 03-09T11:00 03-31T10:00 as=regraded | DQ-010 + ok
audit @regraded 03-11T11:00 priority 2 3 by=邵启岚
request GOV 03-16T11:00 cat_item=安装软件 u_fulfilled_at=03-17T11:00 u_confirmed_at=03-17T14:00 closed_at=03-17T16:00 as=redated | DQ-010 - edited
audit @redated 03-19T16:00 resolved_at '2026-03-18 11:00:00' '2026-03-17 11:00:00' by=苗晓禾
## DQ-011 to DQ-013: the history
incident GOV 03-24T11:00 resolved=14:10:10 _resolved_step=03-24T14:15:10 u_confirmed_at=16:00 closed_at=17:00 | DQ-013 + ok
incident GOV 03-25T11:00 resolved=14:10:10 _resolved_step=03-25T14:16 u_confirmed_at=16:00 closed_at=17:00 | DQ-013 - resolved_differs
incident GOV 04-07T11:00 resolved=14:10:10 u_confirmed_at=16:00 closed_at=17:00 _closed_step=04-08T09:30 | DQ-013 - closed_differs
change GOV 04-08T11:00 _skipped=授权、评估 | DQ-012 - approval_skipped
problem GOV 04-09T11:00 04-29T10:00 '_skipped=Root Cause Analysis、Fix in Progress' | DQ-012 - skipped
incident GOV 04-09T11:00 _only_closed=1 | DQ-011 - too_few; DQ-012 - skipped; DQ-013 ? no_row
## DQ-016: nobody knows who
incident GOV 03-30T11:00 closed_by=服务台 | DQ-016 - closed; INC-014 + ok
incident GOV 04-14T11:00 closed_by=服务台 | DQ-016 - closed; INC-014 + ok
change GOV 04-14T11:30 as=anyone
approve @anyone 04-14T17:00 technical admin | DQ-016 - approved
## DQ-017: KB0010020 is not among the articles, KB0010099 beyond them
incident GOV 03-31T11:00 u_knowledge=KB0010020 | DQ-017 - dangling
incident BANK 03-31T11:05 u_knowledge=KB0010099 | DQ-017 ? not_found
"""
GROUPS = """
    DQ-014 ! rounded | ERP incidents.resolved_at
    DQ-014 ? too_few | (unattributed) incidents.closed_at | (unattributed) incidents.resolved_at | (unattributed) incidents.responded_at
    DQ-018 - empty | LAB 2026-04
    DQ-018 - cliff | LAB 2026-06
    DQ-018 + ok | LAB 2026-05
    DQ-018 0 not_active | PORT 2026-05
    DQ-007 ! burst | servicenow GOV E10 2026-03
    DQ-007 ? no_calendar | servicenow (unattributed) E05 2026-02
    DQ-007 ? unplaced | servicenow GOV ?
    DQ-015 - before_hire | BANK servicenow 裴若溪
    DQ-015 - unknown | BANK servicenow yuanqf | GOV servicenow yuanqf | ERP servicenow 外协工程师 | GOV servicenow admin
    DQ-015 - unknown | GOV servicenow 服务台
    DQ-015 ? no_hire_date | BANK servicenow 变更评审会 | ERP servicenow cenyf | ERP servicenow 岑远帆
    CHG-036 - too_few_reviews | GOV 2026-Q2
    CHG-036 + ok | BANK 2026-Q2 | ERP 2026-Q2
    CHG-036 ? quarter_incomplete | BANK 2026-Q1 | GOV 2026-Q1 | ERP 2026-Q1
    KPI-006 - below | GOV 2026-Q2 | (organisation) 2026-Q2
    KPI-007 ? open_question | ERP 2026-Q1
    KPI-008 ? open_question | ERP 2026-Q1 | (unattributed) 2026-Q1
    KPI-010 - above | (organisation) 2026-Q2 | BANK 2026-Q2 | ERP 2026-Q2 | GOV 2026-Q2
    KPI-011 - below | GOV 2026-Q2 | (organisation) 2026-Q2
    KPI-013 - below | ERP 2026-Q2
    KPI-014 - below | GOV 2026-H1
    KPI-016 - slow | BANK 2026-Q2 P1 | (organisation) 2026-Q2 P1
    KPI-016 ? open_question | (organisation) 2026-Q2 P3 | BANK 2026-Q2 P3 | GOV 2026-Q2 P3
    KPI-016 ? quarter_incomplete | (organisation) 2026-Q1 P1 | (organisation) 2026-Q1 P2 | (organisation) 2026-Q1 P3
    KPI-016 ? quarter_incomplete | (organisation) 2026-Q1 P4 | (organisation) 2026-Q1 P5 | (unattributed) 2026-Q1 P3
    KPI-016 ? quarter_incomplete | BANK 2026-Q1 P1 | BANK 2026-Q1 P2 | BANK 2026-Q1 P3 | BANK 2026-Q1 P4
    KPI-016 ? quarter_incomplete | ERP 2026-Q1 P1 | ERP 2026-Q1 P2 | ERP 2026-Q1 P3 | ERP 2026-Q1 P4 | ERP 2026-Q1 P5
    KPI-016 ? quarter_incomplete | GOV 2026-Q1 P1 | GOV 2026-Q1 P2 | GOV 2026-Q1 P3 | GOV 2026-Q1 P4
    KPI-021 - below | GOV 2026-Q2
    KPI-022 ? open_question | ERP 2026-Q2
    KPI-022 ? unplaced | (organisation) ? | BANK ? | ERP ?
    KPI-022 ? quarter_incomplete | (unattributed) 2026-Q1
    KPI-006,010,022 ? quarter_incomplete | (organisation) 2026-Q1 | BANK 2026-Q1 | GOV 2026-Q1 | ERP 2026-Q1
"""
