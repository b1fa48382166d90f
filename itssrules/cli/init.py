"""init: a commented itssrules.toml, proposed from what the exports hold."""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import methodcaller
from pathlib import Path
from typing import Any

import click

from itssrules import plugins
from itssrules.cli import config
from itssrules.cli.config import DEFAULT_ZONE
from itssrules.cli.setup import progress
from itssrules.errors import ConfigError, UsageError, did_you_mean
from itssrules.intake.connector import Connector, load_connectors
from itssrules.intake.load import Intake, load
from itssrules.model.rule import Text
from itssrules.model.tables import model
from itssrules.report.files import write_whole
from itssrules.store import Connection, connect, ident, literal, rows

MOMENTS = ("incidents.created_at", "requests.created_at", "problems.created_at",
           "changes.created_at", "status_history.changed_at", "approvals.requested_at")  # fmt: skip
"""Times that say which days an export holds: those of tickets, else of what happened to them."""
PROJECT_SIGNS = ("project_id", "service_id", "assignment_group")
PEOPLE = {
    "change_manager": ("approvals.approver", "changes.approved_by"),
    "cab_member": ("approvals.approver_group",),
    "engineer": ("incidents.assigned_to", "requests.assigned_to"),
}
"""Roles, and the columns whose values may hold them."""
FEW = 3
MANY = 5
HEAD = Text(
    """\
itssrules 的设置。以 #键 开头的行是建议：核对后去掉行首的 # 即生效。
以“# ”开头的是说明。itssrules doctor 会显示当前生效的设置及其来源。""",
    """\
Settings of itssrules. A line such as #key = … is a proposal: check it, then take the # away.
Lines that begin with "# " explain. `itssrules doctor` prints what is in force and from where.""",
)


@dataclass
class Found:
    """What the exports of one source hold."""

    connector: str
    title: Text
    zone: str
    first: date | None = None
    last: date | None = None
    tables: dict[str, int] = field(default_factory=dict)


@dataclass
class Seen:
    """Everything that proposals are made from."""

    sources: dict[str, Found] = field(default_factory=dict)
    sign: str = "id"
    groups: list[str] = field(default_factory=list)
    more: int = 0
    people: dict[str, list[str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    connectors: tuple[Path, ...] = ()
    """Folders of connectors that the exports were read with."""


def init(
    *, exports: tuple[Path, ...], target: Path, force: bool, connector: str | None, lang: str,
    quiet: bool,
) -> None:  # fmt: skip
    """Write the proposal, or print it; UsageError where a file stands in its place."""
    printed = str(target) == "-"
    if not printed and target.exists() and not force:
        raise UsageError(
            "exists already", place=str(target), hint="name another file with --to, or add --force"
        )
    tell = progress(quiet)
    seen = look(exports, connector, tell) if exports else Seen()
    written = proposal(seen, lang, Path() if printed else target.parent)
    tell("")
    if printed:
        click.echo(written, nl=False)
        return
    write_whole(target, methodcaller("write", written.encode()))
    done = Text("已写入，核对后去掉建议行首的 #：", "written; check it, and take the # away from")
    click.echo(f"{done.zh}{target}" if lang == "zh" else f"{done.en} what holds: {target}")


# ---------------------------------------------------------------------------------- what is there


def look(exports: Sequence[Path], connector: str | None, tell: Any) -> Seen:
    """Read the exports and gather what settings may say of them.

    Connectors of settings that stand already are used; what cannot be read there is said.
    """
    try:
        own = config.read(config.find(Path())).connectors
    except ConfigError as e:
        click.echo(f"{e}\n", err=True)
        own = ()
    tools = load_connectors(plugins.connector_paths(plugins.plugin_manager(), own))
    if connector and connector not in tools:
        raise UsageError(
            f"no connector is called {connector!r}", place="--connector",
            hint=did_you_mean(connector, list(tools)),
        )  # fmt: skip
    con = connect()
    intake = load(
        con, exports, tools, forced=connector, progress=tell, need_zone=False,
        now=datetime.now(UTC),
    )  # fmt: skip
    seen = Seen(connectors=own, unread=[i.path for i in intake.inputs if i.state != "read"])
    seen.sources = _sources(con, intake, tools)
    _groups(con, seen)
    seen.people = {role: _values(con, columns, MANY)[0] for role, columns in PEOPLE.items()}
    return seen


def _sources(con: Connection, intake: Intake, tools: dict[str, Connector]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for i in (i for i in intake.inputs if i.state == "read"):
        tool = tools[i.connector]
        source = found.setdefault(i.source, Found(tool.name, tool.title, tool.zone))
        for t in i.tables:
            source.tables[t.table] = source.tables.get(t.table, 0) + t.loaded
    for name, source in found.items():
        source.first, source.last = _span(con, name)
    return found


def _span(con: Connection, source: str) -> tuple[date | None, date | None]:
    """First and last day of the source's tickets, as its wall clock writes them."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    for kinds in (MOMENTS[:4], MOMENTS[4:]):
        parts = " union all ".join(
            f"select {ident(column)} as t from {ident(table)} where record.source = {literal(source)}"
            for table, column in (m.split(".") for m in kinds)
        )
        low, high = rows(
            con, f"select min(t)::date, max(t)::date from ({parts}) where t <= timestamp '{now}'"
        )[0]
        if low:
            return low, high
    return None, None


def _groups(con: Connection, seen: Seen) -> None:
    """Values that may tell projects apart, of the first column that holds any."""
    tickets = [t.name for t in model().values() if t.kind == "ticket"]
    for sign in PROJECT_SIGNS:
        groups, many = _values(con, [f"{t}.{sign}" for t in tickets], FEW)
        if groups:
            seen.sign, seen.groups, seen.more = sign, groups, many - len(groups)
            return


def _values(con: Connection, columns: Sequence[str], most: int) -> tuple[list[str], int]:
    """The commonest values of several columns, and how many there are."""
    parts = [
        f"select {ident(column)} as v from {ident(table)}"
        for table, column in (c.split(".") for c in columns)
        if model()[table].column(column)
    ]
    counted = rows(
        con,
        f"select v, count(*) from ({' union all '.join(parts)}) where trim(v) <> ''"
        " group by v order by 2 desc, 1",
    )
    return [v for v, _ in counted[:most]], len(counted)


# ------------------------------------------------------------------------------ what is written


class _Paper:
    """Lines of the file, in one language."""

    def __init__(self, lang: str) -> None:
        self.lang, self.lines = lang, list[str]()

    def say(self, zh: str, en: str) -> None:
        """An explanation."""
        self.lines += [f"# {line}" for line in (zh if self.lang == "zh" else en).splitlines()]

    def offer(self, *lines: str) -> None:
        """Settings that hold once their # is taken away."""
        self.lines += [f"#{line}" for line in lines]

    def gap(self) -> None:
        """An empty line."""
        self.lines.append("")


def proposal(seen: Seen, lang: str, folder: Path) -> str:
    """The text of the settings file that is to stand in `folder`."""
    paper = _Paper(lang)
    paper.say(HEAD.zh, HEAD.en)
    for path in seen.unread:
        paper.say(
            f"未能读取：{path}（见 itssrules inspect）", f"not read: {path} (see itssrules inspect)"
        )
    _write_top(paper)
    _write_connectors(paper, seen.connectors, folder)
    for name, source in seen.sources.items():
        _write_source(paper, name, source)
    _write_projects(paper, seen)
    _write_people(paper, seen)
    _write_agreements(paper)
    _write_rules(paper)
    return "\n".join(paper.lines) + "\n"


def quoted(text: str) -> str:
    """A text as TOML writes it on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(quoted(t) for t in texts)}]"


def _write_top(paper: _Paper) -> None:
    paper.gap()
    paper.say("报告中显示的单位名称", "The organisation's name, as reports show it")
    paper.offer('organisation = "…"')
    paper.say(
        "导出文件中的时间是哪个时区的？文件自身没有写明时，必须在这里或各来源下写明",
        "In which time zone do the exports write their times? Where they do not say, this must",
    )
    paper.offer(f'zone = "{DEFAULT_ZONE}"')


def _write_connectors(paper: _Paper, paths: Sequence[Path], folder: Path) -> None:
    if not paths:
        return
    paper.gap()
    paper.say("自己的连接器所在的文件夹", "Folders of connectors of your own")
    paper.offer("[connectors]", f"paths = {_list([_from(folder, p) for p in paths])}")


def _from(folder: Path, path: Path) -> str:
    """The path as a file in `folder` names it."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()


def _write_source(paper: _Paper, name: str, source: Found) -> None:
    paper.gap()
    held = "，".join(f"{model()[t].zh} {n:,}" for t, n in source.tables.items())
    kept = ", ".join(f"{model()[t].en} {n:,}" for t, n in source.tables.items())
    paper.say(f"{source.title.zh}：{held}", f"{source.title.en}: {kept}")
    paper.say(
        "写明起止日期，即表示该期间的记录没有筛选、全部导出，台账类导出（配置项、服务目录等）也是完整的",
        "Who writes from and to vouches that every record of these days was exported, without a filter,\n"
        "and that its lists (configuration items, catalogue …) are whole",
    )
    paper.offer(f"[sources.{name if re.fullmatch(r'[A-Za-z0-9_-]+', name) else quoted(name)}]")
    if not source.zone:
        paper.say("该工具导出的时间是这个时区吗？", "Does this tool write its times in this zone?")
    paper.offer(f"zone = {quoted(source.zone or DEFAULT_ZONE)}")
    if source.first and source.last:
        paper.say(
            "导出条件的起止日期（含首尾两日）。这里是数据中最早和最晚的一天，请改为导出时所选的日期",
            "First and last day asked of the export, both included. These are the first and last\n"
            "found in the data: write those that the export was asked for",
        )
        paper.offer(f"from = {source.first}", f"to = {source.last}")
    else:
        paper.say(
            "台账的核对期间（含首尾两日）",
            "The days for which the list is vouched for, both included",
        )
        paper.offer("from = 2026-01-01", "to = 2026-06-30")
    paper.say("工具界面上显示的记录数", "Numbers of records that the tool itself shows")
    paper.offer(f"counts = {{ {', '.join(f'{t} = 0' for t in source.tables)} }}")


def _write_projects(paper: _Paper, seen: Seen) -> None:
    paper.gap()
    paper.say(
        "项目，以及哪些记录属于它：列名（或 id，即单号）= 通配符。先匹配的项目优先",
        "Projects and the records that are theirs: column (or id, the record's number) = patterns.\n"
        "The first project that matches takes the record",
    )
    if seen.more > 0:
        paper.say(
            f"{seen.sign} 另有 {seen.more} 个取值", f"{seen.sign} has {seen.more} further values"
        )
    for number, group in enumerate(seen.groups or ["*"], 1):
        shown = group if seen.groups else "…"
        pattern = glob.escape(group) if seen.groups else group
        paper.offer(
            "[[projects]]", f'id = "P{number}"', f"name = {quoted(shown)}",
            f"match = {{ {seen.sign} = {_list([pattern])} }}",
        )  # fmt: skip


def _write_people(paper: _Paper, seen: Seen) -> None:
    paper.gap()
    paper.say(
        "角色对应的人员：姓名、账号或组。下面是数据中出现最多的取值，请逐一核对",
        "Who holds a role: names, accounts or groups. These occur most in the data; check each",
    )
    paper.offer("[people]")
    for role in PEOPLE:
        names = seen.people.get(role) or []
        if names or not any(seen.people.values()):
            paper.offer(f"{role} = {_list(names or ['…'])}")


def _write_agreements(paper: _Paper) -> None:
    paper.gap()
    paper.say(
        '服务时间。holidays = "CN" 表示法定节假日休息、调休日上班；7×24 写 always = true',
        'Service hours. holidays = "CN" closes Chinese public holidays and opens make-up days;\n'
        "write always = true for 7×24",
    )
    paper.offer(
        "[calendars.office]", f'zone = "{DEFAULT_ZONE}"', 'holidays = "CN"',
        'hours = ["09:00-12:00", "13:30-18:00"]',
    )  # fmt: skip
    paper.gap()
    paper.say(
        "服务级别协议及其时限（m 分钟，h 小时）",
        "Agreements and the times they allow (m minutes, h hours)",
    )
    paper.offer(
        "[[sla]]", 'id = "SLA-P1"', 'project = "P1"', 'calendar = "office"',
        "[[sla.targets]]", "priority = 1", 'response = "15m"', 'resolution = "4h"',
    )  # fmt: skip


def _write_rules(paper: _Paper) -> None:
    paper.gap()
    paper.say(
        "规则参数（取值范围见 itssrules rules show），以及不检查的规则或检查点及其书面理由",
        "Parameters of rules (`itssrules rules show` has their bounds), and rules or checkpoints\n"
        "left out, with the written reason",
    )
    paper.offer("[params.CHG-006]", "retro_hours = 24")
    paper.offer("[exclude]", '"INC-018" = "…"')
