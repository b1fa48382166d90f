"""What is planted among the changes for the rules of version 0.3; `planted` says how a line is read."""

# fmt: off
CHANGES = """
## CHG-001: a type and a requester
change GOV 02-10T09:10 requested_by=待补 | CHG-001 - no_real_requester; DQ-001 - missing; CHG-010 ? not_comparable
change GOV 03-04T09:10 type= requested_by= risk=中等 | CHG-001 - neither; DQ-001 - missing
change GOV 03-24T09:10 called_off requested_by=待补 | CHG-001 0 cancelled
## CHG-002: emergencies may be assessed until 24 hours after the work
change GOV 02-25T09:15 risk= risk_impact_analysis= | CHG-002 - nothing; CHG-013 ? no_risk; CHG-025 ? risk_unknown; CHG-019 ? kind_unknown
change GOV 04-10T09:15 risk=低 risk_impact_analysis= | CHG-002 - no_impact
change BANK 03-06T09:15 risk=中等 risk_impact_analysis= | CHG-002 - no_impact
urgent GOV 04-13T14:00 -125 u_assessed_at=04-14T16:00 | CHG-002 + ok
urgent BANK 04-14T02:00 -125 u_assessed_at=04-15T04:01 | CHG-002 - late
urgent GOV 06-12T14:00 -125 u_assessed_at= | CHG-002 ? no_assessment_time
change BANK 03-09T09:15 risk=低 risk_impact_analysis=无 | CHG-002 ? vague
change BANK 04-27T09:15 标准 risk_impact_analysis= | CHG-002 0 standard
## CHG-003: assessed before the first approval and before the work; less than a minute does not count
alone BANK 02-09T09:20 decided=02-09T14:00 u_assessed_at=02-09T14:00:59 | CHG-003 + ok
alone GOV 02-09T09:20 decided=02-09T14:00 u_assessed_at=02-09T14:01 risk=低 | CHG-003 - late
alone GOV 03-11T09:20 decided=03-11T14:00 u_assessed_at=03-12T09:30 risk=中等 | CHG-003 - late
alone GOV 04-27T09:20 decided=04-27T14:00 start=04-28T20:00 work_start=04-28T20:05 u_assessed_at=04-28T20:06 |\
    CHG-003 - after_start
change BANK 02-11T09:20 u_assessed_at= _history= | CHG-003 ? no_assessment; DQ-011 - none
change BANK 02-12T09:20 标准 | CHG-003 0 standard
## CHG-007 and CHG-009: an emergency has a reason or an incident, and does not wait for three days
incident BANK 03-11T21:10 2 as=outage
change GOV 03-13T14:10 紧急 justification= | CHG-007 - none
change GOV 04-28T14:10 紧急 justification=无 | CHG-007 - says_nothing
change BANK 03-11T21:40 紧急 start=03-11T22:00 justification= u_incident=@outage | CHG-007 + linked; CHG-009 + linked
change GOV 04-02T10:00 紧急 start=04-23T21:00 | CHG-009 ! far_ahead
change BANK 04-02T10:00 紧急 start=04-05T09:50 u_requested_at=04-02T09:50 | CHG-009 + soon
change BANK 06-04T10:00 紧急 start_date= end_date= work_start=06-04T11:00 work_end=06-04T12:00 | CHG-009 ? no_plan
## CHG-012: who did it does not verify it
change BANK 02-04T09:25 assigned_to=葛闻笛 _checker=葛闻笛 u_verified_by=gewd | CHG-012 - same
change GOV 02-04T09:25 assigned_to=阮北屿 _checker=阮北屿 u_verified_by=阮北屿 | CHG-012 - same
change GOV 04-20T09:25 assigned_to=卓亦宁 _checker=卓亦宁 u_verified_by=zhuoyn | CHG-012 - same
change BANK 03-25T09:25 assigned_to=葛闻笛 u_verified_by=gewd verify=Testing | CHG-012 + ok
change BANK 04-20T09:25 verify=Review u_verified_by= | CHG-012 ? no_verifier
change ERP 04-20T09:25 assigned_to=岑远帆 _checker=岑远帆 u_verified_by=岑远帆 | CHG-012 0 compensated
## CHG-013: high risk is for the board or the director
alone GOV 03-17T09:30 manager 郗明澈 risk=中等 | CHG-013 - no_authority
alone BANK 03-17T09:30 cab 变更评审会 risk=高 | CHG-013 + ok
alone BANK 06-17T09:30 manager 邵启岚 risk=高 | CHG-013 - no_authority
change BANK 06-18T09:30 risk= review_date= review_comments= | CHG-013 ? no_risk; CHG-025 ? risk_unknown; CHG-019 0 not_due
## CHG-016: nothing is altered over the Spring Festival, 02-15 to 02-23
change GOV 02-11T09:35 start=02-15T20:00 risk=低 | CHG-016 - frozen
change BANK 02-11T09:35 start=02-21T22:00 risk=中等 | CHG-016 - frozen
change BANK 02-12T09:35 start=02-16T22:00 risk=高 | CHG-016 + agreed
change BANK 02-13T09:35 start=02-14T22:00 work_start=02-14T22:05 work_end=02-15T00:00 risk=低 | CHG-016 + outside
urgent BANK 02-18T02:00 -125 | CHG-016 0 emergency
## CHG-017: out of order in GOV
change GOV 01-21T09:40 backout_plan= | CHG-017 - missing
change GOV 02-26T09:40 backout_plan=无 | CHG-017 - placeholder
change GOV 03-02T09:40 backout_plan= | CHG-017 - missing
change GOV 03-17T09:40 backout_plan=待补 u_remedy=无 | CHG-017 - placeholder
change GOV 04-15T09:40 backout_plan= | CHG-017 - missing
change GOV 04-21T09:40 backout_plan= | CHG-017 - missing
change GOV 04-23T09:40 backout_plan= | CHG-017 - missing
change GOV 06-02T09:40 backout_plan= | CHG-017 - missing
change GOV 06-09T09:40 backout_plan=无 | CHG-017 - placeholder
change GOV 06-16T09:40 backout_plan= | CHG-017 - missing
change GOV 06-23T09:40 backout_plan= | CHG-017 - missing
change BANK 03-23T09:40 backout_plan=无 u_remedy=备用设备已上架，失败时十分钟内切换 | CHG-017 + remedy
change BANK 04-21T09:40 标准 backout_plan= | CHG-017 0 standard
## CHG-018: a failure is undone, remedied or followed up
incident BANK 04-29T20:05 as=after
incident BANK 02-23T10:05 as=before
change BANK 04-28T10:15 start=04-29T20:00 work_start=04-29T20:05 close_code=失败 u_backout_done_at= u_incident=@after |\
    CHG-018 + followed
change GOV 04-24T10:15 close_code=失败 u_backout_done_at= | CHG-018 - nothing
change GOV 04-17T10:15 close_code=失败 | CHG-018 + ok
change GOV 06-05T10:15 close_code=失败 u_backout_done_at= u_remedy=改用旧版客户端，下月随新版本重新实施 | CHG-018 + ok
change GOV 06-04T10:15 close_code=失败 u_backout_done_at= u_remedy=无 | CHG-018 - nothing
change BANK 02-24T10:15 close_code=失败 u_backout_done_at= u_incident=@before | CHG-018 ? linked_before
change GOV 06-25T10:15 start=06-29T20:00 state=审查 work_start=06-29T20:04 work_end=06-29T20:40 close_code=失败 unclosed\
    u_backout_done_at= | CHG-018 0 not_closed; CHG-005 ? later_unknown
## CHG-019: ten working days; out of order in GOV
change GOV 01-27T09:45 risk=高 review_date= review_comments= | CHG-019 - missing
change GOV 03-05T09:45 risk=高 review_date= review_comments= | CHG-019 - missing
change GOV 04-07T09:45 risk=高 review_date= review_comments= | CHG-019 - missing
change GOV 04-14T09:45 紧急 review_date= review_comments= | CHG-019 - missing
change GOV 06-03T09:45 risk=高 review_comments=无 | CHG-019 - no_result
change GOV 03-19T09:45 risk=高 start=03-20T20:00 work_start=03-20T20:05 work_end=03-20T21:00 review_date=04-03T15:00 |\
    CHG-019 + ok
change GOV 03-19T09:45 risk=高 start=03-20T20:00 work_start=03-20T20:05 work_end=03-20T21:00 review_date=04-07T10:00 |\
    CHG-019 - late
change BANK 06-17T09:45 risk=高 start=06-21T20:00 work_start=06-21T20:05 work_end=06-21T21:00 review_date=\
    review_comments= | CHG-019 0 not_due
change BANK 06-17T09:45 risk=高 start=06-20T20:00 work_start=06-20T20:05 work_end=06-20T21:00 review_date=\
    review_comments= | CHG-019 - missing
## CHG-024: five working days, the bank's days are all days
change GOV 03-12T09:50 u_cmdb_updated_at= | CHG-024 - missing
change GOV 04-22T09:50 start=04-23T20:00 work_start=04-23T20:05 work_end=04-23T21:00 u_cmdb_updated_at=04-30T17:00 |\
    CHG-024 + ok
change GOV 06-01T09:50 start=06-02T20:00 work_start=06-02T20:05 work_end=06-02T21:00 u_cmdb_updated_at=06-10T09:00 |\
    CHG-024 - late
change BANK 04-22T09:50 u_cmdb_updated_at= | CHG-024 - missing
change BANK 04-22T09:50 u_cmdb_updated_at=04-20T09:00 | CHG-024 ? update_unclear
change BANK 06-23T09:50 start=06-26T20:00 work_start=06-26T20:05 work_end=06-26T21:00 u_cmdb_updated_at= | CHG-024 0 not_due
## CHG-025: a minute after the beginning is too late
change BANK 02-25T09:55 risk=中等 start=02-26T20:00 work_start=02-26T20:05 u_tested_at=02-26T20:05:59 | CHG-025 + ok
change BANK 02-25T09:55 risk=中等 start=02-26T20:00 work_start=02-26T20:05 u_tested_at=02-26T20:06 | CHG-025 - late
change GOV 03-25T09:55 risk=高 u_test_result=未通过 | CHG-025 - failed
change GOV 03-10T09:55 risk=中等 u_test_result= u_tested_at= | CHG-025 - missing
change GOV 04-16T09:55 risk=高 u_test_result= u_tested_at= | CHG-025 - missing
change BANK 04-15T09:55 risk=高 u_test_result=部分通过 | CHG-025 ? partial
change BANK 04-16T09:55 risk=高 u_test_result=通过 u_tested_at= | CHG-025 ? result_without_time
change BANK 04-17T09:55 risk=高 u_environment=测试 u_test_result= u_tested_at= | CHG-025 0 not_production
change BANK 04-23T09:55 risk=中等 u_test_result=不适用 u_tested_at= | CHG-025 0 not_required
## CHG-026: the customer's consent
change BANK 03-26T10:05 start=03-27T20:00 work_start=03-27T20:05 u_consent_required=true u_consent_at=03-27T20:05 |\
    CHG-026 + ok
change BANK 03-26T10:05 start=03-27T20:00 work_start=03-27T20:05 u_consent_required=true u_consent_at=03-27T20:06 |\
    CHG-026 - late
change BANK 04-07T10:05 u_consent_required=true u_consent_at= | CHG-026 - missing
urgent BANK 04-09T02:00 -125 u_consent_required=true u_consent_at=04-10T04:00 | CHG-026 0 retro
change BANK 04-08T10:05 u_consent_required= | CHG-026 ? requirement_unknown
## CHG-029: three times within seven days; CHG-031: two days of quiet
change BANK 02-02T10:10 ci=BNK-NET-09 start=02-03T22:00 work_start=02-03T22:05
change BANK 02-04T10:10 ci=BNK-NET-09 start=02-05T22:00 work_start=02-05T22:05
change BANK 02-09T10:10 ci=BNK-NET-09 start=02-10T22:00 work_start=02-10T22:05
change BANK 03-02T10:10 ci=BNK-NET-08 start=03-03T22:00 work_start=03-03T22:05
change BANK 03-04T10:10 ci=BNK-NET-08 start=03-05T22:00 work_start=03-05T22:05
change BANK 03-09T10:10 ci=BNK-NET-08 start=03-10T22:00 work_start=03-10T22:06
change GOV 03-30T10:10 ci=GOV-APP-08 start=03-31T20:00 work_start=03-31T20:05 work_end=03-31T21:00 | CHG-031 ! contradicted
incident GOV 04-02T09:10 2 like=GOV-APP-08/应用性能 | INC-025 - not_linked
change GOV 04-13T10:10 ci=GOV-APP-08 start=04-14T20:00 work_start=04-14T20:05 work_end=04-14T21:00 | CHG-031 + ok
incident GOV 04-16T21:01 2 like=GOV-APP-08/功能异常 respond=5 | INC-025 0 no_change
change BANK 04-01T10:10 ci=BNK-APP-14 start=04-02T22:00 work_start=04-02T22:05 work_end=04-02T23:00 | CHG-031 0 explained
problem BANK 04-03T11:00 04-28T15:00 like=BNK-APP-14/应用性能 as=why
incident BANK 04-03T09:10 2 like=@why problem_id=@why
## CHG-030: ten days after the plan
change GOV 06-10T10:20 start=06-20T20:00 end_date=06-20T22:00 state=已计划 unworked unfinished untasked | CHG-030 - overdue
change BANK 06-10T10:20 start=06-20T20:00 end_date=06-20T22:00 state=已计划 unworked unfinished untasked | CHG-030 - overdue
change BANK 06-10T10:20 start=06-21T20:00 end_date=06-21T22:00 state=已计划 unworked unfinished untasked | CHG-030 + ok
change GOV 06-10T10:20 start=06-22T20:00 end_date= state=已计划 unworked unfinished untasked | CHG-030 ? no_plan
## CHG-032: 59 seconds; five within a minute by one person
change BANK 03-30T10:25 approve=False as=quick
approve @quick 03-30T15:00 manager 覃一舟 asked=03-30T14:59:01 | CHG-032 ! quick
change BANK 03-31T10:25 approve=False as=slow
approve @slow 03-31T15:00 manager 覃一舟 asked=03-31T14:59 | CHG-032 + ok
batch GOV 06-08T10:25 17:20:00 17:20:12 17:20:25 17:20:41 17:20:59 | CHG-032 ! batch | CHG-032 ! batch | CHG-032 ! batch | CHG-032 ! batch | CHG-032 ! batch
batch BANK 04-24T10:25 17:20:00 17:20:12 17:20:25 17:20:41 17:21:00 | CHG-032 + ok
## CHG-033: no work after a rejection or a cancellation
change GOV 06-01T10:30 approval=已拒绝 unasked start=06-03T20:00 state=审查 unfinished as=refused risk=低 | CHG-033 - after_rejection; CHG-004 - not_approved; CHG-019 ? kind_unknown
approve @refused 06-01T15:00 manager 覃一舟 decision=rejected
change GOV 06-08T10:30 approval=已拒绝 unasked start=06-09T20:00 as=refused2 | CHG-033 - done; CHG-004 - not_approved
approve @refused2 06-08T15:00 manager 覃一舟 decision=rejected
change GOV 06-10T10:30 approval=已拒绝 unasked start=06-12T20:00 as=overruled risk=低 | CHG-004 - overruled; CHG-033 - done
approve @overruled 06-10T15:00 technical 邵启岚
approve @overruled 06-11T15:00 manager 覃一舟 decision=rejected
change GOV 04-01T10:30 approval=已请求 unasked untasked unfinished state=已取消 sys_updated_on=04-02T10:00 risk=低\
    start=04-03T20:00 work_start=04-03T20:05 work_end=04-03T21:00 | CHG-033 - after_void; CHG-004 - not_approved; CHG-019 ? kind_unknown
change BANK 04-01T10:30 risk=低 approval=已请求 unasked untasked unfinished state=已取消 sys_updated_on=04-03T20:04\
    start=04-03T20:00 work_start=04-03T20:04:59 work_end=04-03T20:30 | CHG-033 + started_before; CHG-004 - not_approved; CHG-019 ? kind_unknown
change BANK 04-08T10:30 as=again | CHG-033 0 approved_again
approve @again 04-08T10:50 technical 邵启岚 decision=rejected asked=04-08T10:40
## CHG-034: what discovery sees
change GOV 04-22T10:35 ci=GOV-NET-07 start=04-23T20:00 work_start=04-23T20:05 work_end=04-23T21:00
edit GOV-NET-07 04-28T21:00 origin=discovery by=自动发现 | CHG-034 + covered
edit GOV-NET-07 04-28T21:01 origin=discovery by=自动发现 field=config | CHG-034 - untraced
edit GOV-PC-122 04-28T02:00 origin=discovery by=自动发现 cites=@stopped | CHG-034 - change_not_done
edit BNK-STO-06 06-16T02:00 origin=discovery by=自动发现 | CHG-034 - untraced
edit BNK-STO-06 06-17T02:00 origin=discovery by=自动发现 field=remark | CHG-034 0 uncontrolled
## CHG-035: a closed change says what became of it
change GOV 02-27T10:40 risk=中等 close_code= | CHG-035 - missing; CHG-019 ? kind_unknown
change GOV 06-11T10:40 risk=低 close_code= | CHG-035 - missing; CHG-019 0 not_due
change BANK 03-12T10:40 close_code=成功但有问题 | CHG-035 + ok
change BANK 03-13T10:40 close_code= unworked untasked approval=已拒绝 unasked | CHG-035 0 rejected; DQ-012 - skipped; CHG-021 ? no_actual_end
"""
GROUPS = """
    CHG-029 ! repeated | servicenow bnk-net-09
    CHG-029 + ok | servicenow bnk-net-08
"""
