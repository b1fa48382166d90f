"""Hand-made `Results` for tests of the report.

`clean()` has nothing to report, `rich()` every kind of status, input and gap, `full()` groups, key
figures, registers, exclusions and everything else that settings and periods bring.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from itssrules.model.results import (
    CheckpointCount,
    CheckpointResult,
    Coverage,
    Dispute,
    Input,
    Measure,
    Nonconformity,
    ParamChange,
    ProjectCount,
    ProjectLoad,
    Reason,
    Reject,
    Results,
    RuleResult,
    TableLoad,
    UnreadValue,
)
from itssrules.model.rule import Checkpoint, Message, Need, Param, Process, Rule, RuleBook, Text

FINDINGS = pa.schema(
    [
        ("finding_id", pa.string()),
        ("rule_id", pa.string()),
        ("rule_version", pa.string()),
        ("checkpoint", pa.list_(pa.string())),
        ("class", pa.string()),
        ("severity", pa.string()),
        ("limited", pa.bool_()),
        ("source", pa.string()),
        ("ns", pa.string()),
        ("project_id", pa.string()),
        ("object", pa.string()),
        ("subject_id", pa.string()),
        ("at", pa.timestamp("us")),
        ("owner", pa.string()),
        ("message", pa.string()),
        ("evidence", pa.string()),
        ("file", pa.string()),
        ("file_id", pa.int32()),
        ("row_number", pa.int64()),
        ("state", pa.string()),
        ("first_seen", pa.string()),
        ("last_seen", pa.string()),
    ]
)
START = datetime(2024, 5, 1, 8, 0)
MESSAGES = {
    "late": Message(
        "late",
        "nonconforming",
        Text(
            "变更 {id} 关闭后 {late_minutes:duration} 才验证（关闭人 {owner}）。",
            "Change {id} was verified {late_minutes:duration} after it was closed by {owner}.",
        ),
    ),
    "missing": Message(
        "missing",
        "nonconforming",
        Text(
            "变更 {id} 于 {closed_at:time} 关闭，没有验证记录。",
            "Change {id} was closed at {closed_at:time} with no record of a verification.",
        ),
    ),
    "no_close_time": Message(
        "no_close_time",
        "not_assessed",
        Text("变更 {id} 没有关闭时间。", "Change {id} has no close time."),
    ),
}
TITLES = {
    "CHG-006": ("变更实施前须获批准", "Changes are approved before they are implemented"),
    "CHG-020": ("变更效果验证后方可关闭", "Changes are closed only after their effect is verified"),
    "CHG-021": ("失败的变更须回退或补救", "Failed changes are backed out or remedied"),
    "CFG-002": ("配置项有负责人", "Configuration items have an owner"),
    "CFG-003": ("配置项名称规范", "Configuration items are named by the convention"),
    "DQ-002": ("时间先后合理", "Times run in a possible order"),
    "DQ-004": ("无集中批量关闭", "No bulk closing on one day"),
    "CHG-008": ("紧急变更占比受控", "The emergency path is not the habit"),
    "CHG-034": ("变更实施在窗口内", "Changes are implemented inside their window"),
    "DOC-001": ("必备文件齐全且有效", "Required documents exist and are in force"),
    "KPI-002": ("事件按时解决率", "Share of incidents resolved in time"),
    "INC-003": ("按优先级在承诺时间内响应", "Response within the committed time of the priority"),
    "INC-011": ("重大事件须升级", "Major incidents are escalated"),
    "INC-014": ("重大事件须复盘", "Major incidents have a post-incident review"),
    "SLM-001": ("服务级别目标已定义", "Service level targets are defined"),
}
FOLDERS = {
    "CHG": "change",
    "CFG": "configuration",
    "DOC": "documents",
    "DQ": "data_integrity",
    "INC": "incident",
    "KPI": "kpi",
    "SLM": "service_level",
}
TABLES = {
    "CHG": "changes", "CFG": "cis", "DOC": "documents", "DQ": "incidents", "INC": "incidents",
    "KPI": "incidents", "SLM": "sla",
}  # fmt: skip


def rule(rule_id: str = "CHG-020", severity: str = "minor", **changes: Any) -> Rule:
    """A rule; `changes` replaces fields."""
    prefix = rule_id.partition("-")[0]
    made = Rule(
        id=rule_id,
        process=FOLDERS[prefix],
        title=Text(*TITLES[rule_id]),
        severity=severity,  # type: ignore[arg-type]
        kind="record",
        subject=(TABLES[prefix],),
        needs=(Need.parse("changes.closed_at:minute"), Need.parse("changes.verified_at:minute")),
        messages=MESSAGES,
        why=Text(
            "未经验证即关闭，变更是否达到预期、是否引入新的故障均无从确认，后续事件也难以追溯。",
            "Where a change is closed without verification nobody knows whether it reached its aim"
            " or brought a new fault in, and later incidents cannot be traced back to it.",
        ),
        fix=Text(
            "补做验证并记录验证人与时间；在工具中将“已验证”设为关闭的前置条件。",
            "Verify now and record who did it and when; make verification a precondition of"
            " closing in the tool.",
        ),
        sql="select 1",
        path=Path(f"rules/{rule_id}.sql"),
        version="0123456789ab",
        decides=(f"QM-8.4.6-{prefix}",),
        noise=Text("数据迁移、计划内夜间作业。", "Data migration, planned night work."),
        params={
            "grace_minutes": Param(
                "grace_minutes",
                "minutes",
                0,
                None,
                1440,
                Text("两个工具之间允许的时钟偏差。", "Clock skew allowed between two tools."),
            )
        },
    )
    return replace(made, **changes)


def result(made: Rule, status: str, counts: tuple[int, int, int, int], **more: Any) -> RuleResult:
    """A result with (not applicable, conforming, nonconforming, not assessed)."""
    na, ok, bad, unknown = counts
    return RuleResult(made, status, sum(counts), na, ok, bad, unknown, **more)  # type: ignore[arg-type]


def finding(made: Rule, n: int, **changes: Any) -> dict[str, Any]:
    """A row of findings; `changes` replaces columns."""
    closed = START + timedelta(minutes=37 * n)
    late = n % 3 == 0
    evidence = {
        "late_minutes": 200 + n if late else None,
        "closed_at": closed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verified_at": None,
        "verified_by": "王芳" if late else None,
        "title": "核心交换机固件升级（二期）",
    }
    row: dict[str, Any] = {
        "finding_id": f"{n:016x}",
        "rule_id": made.id,
        "rule_version": made.version,
        "checkpoint": [*made.decides, *made.supports],
        "class": "lead" if made.leads else "nonconformity",
        "severity": made.severity,
        "limited": n % 5 == 4,
        "source": "itsm",
        "ns": "itsm",
        "project_id": "P-2024-017",
        "object": "change",
        "subject_id": f"CHG{n:07d}",
        "at": closed,
        "owner": ("张伟", "zhang.wei@example.cn", None)[n % 3],
        "message": "late" if late else "missing",
        "evidence": json.dumps(evidence, ensure_ascii=False),
        "file": "exports/2024/changes.csv",
        "file_id": 1,
        "row_number": n + 2,
        "state": "new",
        "first_seen": None,
        "last_seen": None,
    }
    return row | changes


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Findings as a table."""
    return pa.Table.from_pylist(rows, schema=FINDINGS)


def checkpoint(prefix: str) -> Checkpoint:
    """A checkpoint that the rules of a prefix decide."""
    return Checkpoint(
        id=f"QM-8.4.6-{prefix}",
        document="QM 运维服务质量管理规范",
        section="8.4.6 变更管理",
        requirement=Text(
            "变更实施后对效果进行验证，验证通过后方可关闭。",
            "The effect of a change is verified after implementation and before closing.",
        ),
        clause="28827.1-2012 5.3 c)",
        iso_clause="8.5.1",
        decided_by=(f"{prefix}-020",),
        supported_by=(),
    )


def book(rules: tuple[Rule, ...]) -> RuleBook:
    """A rule book."""
    return RuleBook(
        rules=rules,
        checkpoints=tuple(checkpoint(p) for p in FOLDERS),
        processes=(
            Process("change", "CHG", Text("变更管理", "Change management")),
            Process("configuration", "CFG", Text("配置管理", "Configuration management")),
            Process("data_integrity", "DQ", Text("数据完整性", "Data integrity")),
            Process("documents", "DOC", Text("文件管理", "Documents")),
            Process("incident", "INC", Text("事件管理", "Incident management")),
            Process("kpi", "KPI", Text("指标管理", "Key figures")),
            Process("service_level", "SLM", Text("服务级别管理", "Service level management")),
        ),
        sha256="9f" * 32,
    )


def read_input(**changes: Any) -> Input:
    """A file of changes, read whole."""
    made = Input(
        file_id=1,
        path="exports/2024/changes.csv",
        sha256="ab" * 32,
        bytes=4_812_933,
        state="read",
        reason=Text("", ""),
        connector="servicenow",
        export="changes",
        source="itsm",
        ns="itsm",
        zone="Asia/Shanghai",
        encoding="utf-8-sig",
        tables=(TableLoad("changes", 10, 10, 0, 0, 0, 0),),
    )
    return replace(made, **changes)


def results(rules: tuple[RuleResult, ...] = (), **changes: Any) -> Results:
    """Results around some rules, with nothing else to report."""
    made = Results(
        as_of="2024-06-30T15:59:59Z",
        as_of_origin="incidents.updated_at",
        zone="Asia/Shanghai",
        version="0.1.0",
        selection=(),
        engine="duckdb 1.4",
        config_sha256="cd" * 32,
        rules_sha256="9f" * 32,
        plugins=(),
        inputs=(read_input(),),
        rules=rules,
        nonconformities=(),
        checkpoints=(),
        coverage=(),
        book=book(tuple(r.rule for r in rules)),
        how_to_export={},
        findings=table([]),
    )
    return replace(made, **changes)


def clean() -> Results:
    """One rule that conforms on ten records: nothing is unknown."""
    return results((result(rule(), "conforming", (0, 10, 0, 0)),))


def failing(count: int = 3, judged: int = 10) -> Results:
    """One rule with `count` findings in one project."""
    made = rule()
    rows = [finding(made, n) for n in range(count)]
    here = ProjectCount("P-2024-017", "nonconforming", judged, 0, judged - count, count, 0, 0)
    return results(
        (result(made, "nonconforming", (0, judged - count, count, 0), by_project=(here,)),),
        nonconformities=(
            Nonconformity(made.id, "P-2024-017", "minor", count, judged, raised=False),
        ),
        findings=table(rows),
    )


def gated() -> Results:
    """One rule that lacks a column which the connector knows how to export."""
    reason = Reason(
        "P-2024-017", "itsm", "column", "changes.verified_at", 10, ("CHG0000001", "CHG0000002")
    )
    return results(
        (result(rule(), "not_assessed", (0, 0, 0, 10), reasons=(reason,)),),
        how_to_export={
            ("servicenow", "changes.verified_at"): {
                "zh": "列表视图中加入“验证时间”列后再导出。",
                "en": "Add the column “Verified” to the list view, then export.",
            }
        },
    )


def rich() -> Results:
    """Every kind of status, input and gap at once."""
    verify, approve, owner = rule(), rule("CHG-006", "major"), rule("CFG-002", "observation")
    bulk = rule("DQ-004", leads=True)
    rows = [finding(owner, n, object="ci", subject_id=f"CI-{n}") for n in range(4)]
    rows += [finding(approve, n, project_id="(unattributed)") for n in range(7)]
    rows += [finding(verify, n) for n in range(873)]
    rows += [finding(verify, n, project_id="P-2023-002") for n in range(12)]
    rows += [finding(bulk, n, subject_id=f"INC{n:07d}", object="incident") for n in range(30)]
    rules = (
        result(owner, "nonconforming", (3, 120, 4, 0)),
        result(rule("CFG-003"), "not_applicable", (127, 0, 0, 0)),
        result(
            approve,
            "nonconforming",
            (40, 16_000, 7, 1_215),
            limits=("approvals.approver_role",),
            limited=15_210,
            reasons=(Reason("(unattributed)", "itsm", "unread", "changes.status", 1215, ("C1",)),),
        ),
        result(
            verify,
            "nonconforming",
            (0, 14_000, 885, 2_377),
            reasons=(
                Reason("P-2024-017", "itsm", "no_close_time", "changes.closed_at", 12, ("CHG9",)),
                Reason("P-2023-002", "itsm", "disputed", "changes.closed_at", 2365, ("CHG7", "C8")),
            ),
            by_project=(
                ProjectCount("P-2024-017", "nonconforming", 16_000, 0, 13_115, 873, 2_012, 0),
            ),
        ),
        result(rule("CHG-021"), "error", (0, 0, 0, 0), error="CHG-021.sql:41: the counts differ"),
        result(rule("DQ-002"), "conforming", (0, 24_918, 0, 0)),
        result(bulk, "lead", (0, 24_888, 30, 0)),
        result(
            rule("INC-003", "major"),
            "partly",
            (918, 20_000, 0, 4_000),
            reasons=(
                Reason(
                    "P-2024-017", "itsm", "precision", "incidents.responded_at:minute", 4000, ()
                ),
            ),
        ),
        result(
            rule("INC-011", "major"),
            "not_assessed",
            (0, 0, 0, 24_918),
            reasons=(
                Reason("", "itsm", "column", "incidents.restored_at", 24_918, ("INC0000001",)),
            ),
        ),
        result(
            rule("INC-014"),
            "not_assessed",
            (0, 0, 0, 24_918),
            reasons=(
                Reason("", "itsm", "column", "incidents.restored_at", 24_918, ("INC0000001",)),
            ),
        ),
        result(
            rule("SLM-001", "major"),
            "not_assessed",
            (0, 0, 0, 0),
            reasons=(Reason("", "", "table", "catalogue", 0, ()),),
        ),
    )
    loads = (
        TableLoad(
            "changes", 17_300, 17_262, 20, 12, 4, 2,
            unread=(
                UnreadValue("changes", "status", "-100", 5),
                UnreadValue("changes", "closed_at", "2024年13月1日", 2),
            ),
            disputes=(
                Dispute("changes", "closed_at", 3, held=True),
                Dispute("changes", "status", 41, held=False),
            ),
            rejects=(Reject(812, Text("主键为空", "key is empty"), ",,,核心交换机"),),
        ),
    )  # fmt: skip
    return results(
        rules,
        inputs=(
            read_input(tables=loads),
            read_input(
                file_id=2,
                path="exports/2024/incidents.xlsx",
                sha256="12" * 32,
                tables=(TableLoad("incidents", 24_918, 24_918, 0, 0, 0, 0),),
            ),
            Input(3, "exports/2024/备份.docx", "34" * 32, 20_311, "unknown", Text("no connector", "no connector")),
        ),
        nonconformities=(
            Nonconformity("CFG-002", "P-2024-017", "observation", 4, 124, raised=False),
            Nonconformity("CHG-006", "(unattributed)", "major", 7, 16_007, raised=False),
            Nonconformity("CHG-020", "P-2024-017", "major", 873, 13_988, raised=True),
            Nonconformity("CHG-020", "P-2023-002", "minor", 12, 897, raised=False),
        ),
        checkpoints=(
            CheckpointResult(
                checkpoint("CHG"),
                "nonconforming",
                (("CHG-006", "nonconforming"), ("CHG-020", "nonconforming")),
                (("CHG-021", "error"), ("DQ-004", "lead")),
            ),
            CheckpointResult(
                checkpoint("INC"),
                "not_assessed",
                (("INC-003", "partly"), ("INC-012", "not_written")),
                (("INC-020", "not_run"),),
            ),
        ),
        coverage=(
            Coverage("changes", "itsm", "2024-01-01T00:00:00Z", "2024-06-30T15:59:59Z", True, Text("", "")),
            Coverage(
                "incidents", "itsm", "2024-01-01T00:00:00Z", "2024-06-30T15:59:59Z", False,
                Text("行数恰为 25,000", "row count is a round 25,000"),
            ),
        ),
        how_to_export={
            ("servicenow", "incidents.restored_at"): {
                "zh": "系统定义 > 表 > 事件：在列表视图中加入“恢复时间”后导出。",
                "en": "Add “Restored” to the list view of Incident, then export.",
            },
            ("servicenow", "catalogue"): {
                "zh": "另行导出 sc_cat_item。",
                "en": "Export sc_cat_item as well.",
            },
        },
        findings=table(rows),
    )  # fmt: skip


GROUPED = Message(
    "too_many",
    "nonconforming",
    Text(
        "{quarter} 紧急变更占 {share:percent}，共 {members_total:number} 个：{members:list}。",
        "In {quarter} {share:percent} were emergencies, {members_total:number} in all: {members:list}.",
    ),
)
MISSED = Message(
    "missed",
    "nonconforming",
    Text(
        "{period} 为 {value:percent}，低于目标。", "{value:percent} in {period}, below the target."
    ),
)
ABSENT = Message("absent", "nonconforming", Text("缺少 {title}。", "{title} is absent."))


def members(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Records of a group as its evidence names them."""
    one = {"object": "change", "ns": "itsm", "file": "exports/2024/changes.csv"} | changes
    return [{**one, "id": f"CHG{n:07d}", "row": n + 2} for n in range(count)]


def grouped(made: Rule, subject: str, evidence: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A finding on a group, key figure or register entry: it names no file."""
    key = next(iter(made.messages))
    return finding(
        made, 0, object=made.kind, subject_id=subject, source="", ns="", owner=None, message=key,
        limited=False, evidence=json.dumps(evidence, ensure_ascii=False), file=None, file_id=None,
        row_number=None, **more,
    )  # fmt: skip


def point(name: str) -> Checkpoint:
    """A checkpoint of that id."""
    return replace(checkpoint("DOC"), id=name)


def full() -> Results:
    """Groups, key figures, registers, exclusions, holes, citations, projects and settings."""
    share = rule("CHG-008", "observation", kind="group", messages={"too_many": GROUPED})
    ratio = rule("KPI-002", kind="kpi", messages={"missed": MISSED})
    papers = rule(
        "DOC-001", kind="register", messages={"absent": ABSENT}, params={},
        decides=tuple(f"QM-{n}" for n in range(1, 10)),
    )  # fmt: skip
    window = rule("CHG-020", yields_to=("CHG-034",))
    quarter = {
        "quarter": "2024 Q1", "share": 0.31, "members": members(50), "members_total": 312,
    }  # fmt: skip
    rows = [
        grouped(share, "P1 2024 Q1", quarter, project_id="P1"),
        *(finding(window, n, project_id="P1") for n in range(2)),
        *(finding(window, n, project_id="P1", **{"class": "cited"}) for n in range(2, 5)),
        grouped(papers, "PLAN", {"title": "应急预案"}, project_id="(organisation)", checkpoint=["QM-2"]),
        grouped(
            ratio, "P1 2024-02", {"period": "2024-02", "value": 0.9496, "target": 0.95},
            project_id="P1",
        ),
    ]  # fmt: skip
    figures = (
        Measure("KPI-002", "P1", "2024-01", 970, 1_000, 12, 0, 0.97, 0.97, 0.97, 0.95),
        Measure("KPI-002", "P1", "2024-02", 9_496, 10_000, 4, 0, 0.9496, 0.9496, 0.9496, 0.95),
        Measure("KPI-002", "P1", "2024-03", 90, 94, 0, 6, 90 / 94, 0.9, 0.96, 0.95),
        Measure("KPI-002", "(organisation)", "2024-03", 0, 0, 0, 6, None, None, None, None),
    )
    points = tuple(
        CheckpointCount(f"QM-{n}", status, 4, 0, ok, bad, 0)  # type: ignore[arg-type]
        for n, (status, ok, bad) in enumerate(
            [("conforming", 4, 0), ("nonconforming", 3, 1), ("conforming", 4, 0)], 1
        )
    )
    hole = Reason("", "itsm", "incomplete", "incidents", 0, ())
    rules = (
        result(share, "nonconforming", (0, 3, 1, 0), reasons=(replace(hole, column="changes"),)),
        result(window, "nonconforming", (0, 90, 5, 0), outside=41),
        result(rule("CHG-021"), "excluded", (0, 0, 0, 0), excluded="本年度不做失败变更回退，见 2024-03 评审"),
        result(papers, "nonconforming", (0, 11, 1, 0), by_checkpoint=points),
        result(
            rule("DQ-002"), "partly", (5, 95, 0, 0), limited=17,
            limits=("incidents.reported_at",),
        ),
        result(rule("INC-003"), "partly", (0, 60, 0, 0), reasons=(hole,)),
        result(rule("INC-011"), "partly", (0, 60, 0, 0), limited=60, reasons=(
            Reason("", "itsm", "window", "incidents", 0, ()),
            Reason("", "cmdb", "lost_rows", "cis", 0, ()),
        )),
        result(ratio, "nonconforming", (0, 1, 1, 2), measures=figures),
    )  # fmt: skip
    first, last = "2024-01-01T00:00:00Z", "2024-06-30T15:59:59Z"
    middle = "2024-03-01T00:00:00Z"
    return results(
        rules,
        findings=table(rows),
        nonconformities=(
            Nonconformity("CHG-020", "P1", "minor", 2, 95, raised=False),
            Nonconformity("DOC-001", "(organisation)", "minor", 1, 12, raised=False),
            Nonconformity("KPI-002", "P1", "minor", 1, 2, raised=False),
            Nonconformity("CHG-008", "P1", "observation", 1, 4, raised=False),
        ),
        book=replace(
            book(tuple(r.rule for r in rules)), checkpoints=tuple(point(f"QM-{n}") for n in range(1, 10))
        ),
        checkpoints=(
            *(
                CheckpointResult(point(c.checkpoint), c.status, (("DOC-001", c.status),), ())
                for c in points
            ),
            CheckpointResult(point("QM-9"), "excluded", (("DOC-001", "conforming"),), ()),
        ),
        coverage=(
            Coverage("changes", "itsm", first, middle, True, Text("", "")),
            Coverage("changes", "itsm", middle, last, False, Text("恰为 10,000 行", "10,000 rows"), True),
            Coverage("changes", "itsm", last, last, False, Text("恰为 10,000 行", "10,000 rows"), True),
            Coverage("incidents", "itsm", first, last, False, Text("未声明", "not declared")),
            Coverage("documents", "", "", "", True, Text("", "")),
        ),
        organisation="某某信息技术有限公司",
        period=("2024-01-01", "2024-06-30"),
        projects=(
            ProjectLoad("P1", 1_200, 3),
            ProjectLoad("(organisation)", 12, 0),
            ProjectLoad("(unattributed)", 41, 0),
        ),
        changes=(
            ParamChange("", "tolerance_minutes", "", "0", "15"),
            ParamChange("CHG-020", "grace_minutes", "", "0", "30"),
            ParamChange("CHG-020", "grace_minutes", "P1", "0", "60"),
        ),
        notes=(Text("两个来源的时钟相差约 3 小时", "the clocks of two sources differ by about 3 hours"),),
    )  # fmt: skip


def many(rules: int = 40, projects: int = 5, each: int = 500) -> Results:
    """`rules` rules with `each` findings in every one of `projects` projects, and their timelines."""
    made = [
        replace(rule(severity=("major", "minor")[n % 2]), id=f"CHG-{100 + n}") for n in range(rules)
    ]
    names = [f"P-{2020 + p}-{p:03}" for p in range(projects)]
    total = each * projects
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    spans = [f"{r} as r, {p} as p" for r in range(rules) for p in range(projects)]
    con.execute(
        f"""create table found as
        with groups as ({" union all ".join(f"select {s}" for s in spans)}),
        drawn as (select *, (hash(r, p, i) >> 2)::bigint as h from groups, range({each}) t(i))
        select printf('%016x', hash(h)) as finding_id, printf('CHG-%03d', 100 + r) as rule_id,
            '0123456789ab' as rule_version, ['QM-8.4.6-CHG'] as checkpoint,
            'nonconformity' as class, if(r % 2 = 0, 'major', 'minor') as severity,
            h % 7 = 0 as limited, 'itsm' as source, 'itsm' as ns,
            {names!r}[p + 1] as project_id, 'change' as object,
            printf('CHG%07d', h % 9000000) as subject_id,
            timestamp '2024-01-01' + to_minutes((h % 250000)::integer) as "at",
            ['张伟', '王芳', '李娜', '刘洋', '陈静', '杨磊'][h % 6 + 1] as owner,
            if(h % 3 = 0, 'late', 'missing') as message,
            json_object('late_minutes', h % 5000, 'closed_at', strftime("at", '%Y-%m-%dT%H:%M:00Z'),
                'verified_at', null, 'verified_by', owner,
                'title', ['核心交换机固件升级', '数据库补丁', '邮件网关证书更换'][h % 3 + 1])::varchar
                as evidence,
            'exports/2024/changes.csv' as file, 1::integer as file_id, h % 400000 + 2 as row_number,
            'new' as state, null::varchar as first_seen, null::varchar as last_seen
        from drawn"""
    )
    findings = con.sql("select * from found order by rule_id, ns, subject_id").to_arrow_table()
    steps = con.sql(
        """select object, ns, subject_id, min("at") + to_minutes((k * 217)::integer) as "at", false as day,
            ['changes.created_at', 'approvals.decided_at', 'changes.actual_start',
             'changes.actual_end', 'changes.closed_at'][k] as step,
            if(k = 2, 'approved', '') as detail, '' as who, any_value(file) as file,
            any_value(row_number) as row_number
        from found, range(1, 6) t(k) group by object, ns, subject_id, k
        order by object, ns, subject_id, "at", step"""
    ).to_arrow_table()
    counts = tuple(
        ProjectCount(p, "nonconforming", 9_000, 0, 9_000 - each, each, 0, 0) for p in names
    )
    own = tuple(
        result(r, "nonconforming", (0, 9_000 * projects - total, total, 0), by_project=counts)
        for r in made
    )
    items = [Nonconformity(r.id, p, r.severity, each, 9_000, raised=False)
             for r in made for p in names]  # fmt: skip
    return results(
        own, findings=findings.cast(FINDINGS), timelines=steps, nonconformities=tuple(items),
        projects=tuple(ProjectLoad(p, 9_000, 0) for p in names),
    )  # fmt: skip


SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"{SCRIPT}\"'><img src=x onerror=alert(1)>\u202egnp.exe\x00\x1b[31m{{{{ 7*7 }}}}{{id}}"


def hostile() -> Results:
    """Text out of the data that would do harm wherever it is not taken as text."""
    made = rule(title=Text(HOSTILE, HOSTILE), why=Text(HOSTILE, HOSTILE))
    evidence = json.dumps({"late_minutes": HOSTILE, HOSTILE: [HOSTILE], "closed_at": "\ud800"})
    row = finding(
        made, 0, subject_id=HOSTILE, owner=HOSTILE, file=HOSTILE, evidence=evidence,
        project_id=HOSTILE,
    )  # fmt: skip
    more = [finding(made, 1, evidence="not json" + HOSTILE, message="gone")]
    more += [finding(made, 2, evidence=json.dumps({"closed_at": "2024-99-99T00:00:00Z"}))]
    more += [
        finding(
            made, 3, subject_id="=cmd|'/c calc'!A1", owner="@SUM(1+1)", file="+1.csv",
            evidence=json.dumps({"title": "y" * 1_000_000, "verified_by": "\uff1d1+1\nשלום 😀\r\n</script>"}),
        ),
        finding(made, 4, subject_id="-1+2", owner="\t=1", message=HOSTILE),
    ]  # fmt: skip
    load = TableLoad(
        HOSTILE, 1, 1, 0, 0, 0, 0, unread=(UnreadValue("changes", HOSTILE, "x" * 1_000_000, 1),)
    )
    return results(
        (result(made, "nonconforming", (0, 0, 5, 0)),),
        inputs=(
            read_input(path=HOSTILE + "\udcff", reason=Text(HOSTILE, HOSTILE), tables=(load,)),
        ),
        nonconformities=(
            Nonconformity(made.id, HOSTILE, "minor", 1, 1, raised=False),
            Nonconformity(made.id, "P-2024-017", "minor", 4, 4, raised=False),
        ),
        findings=table([row, *more]),
    )
