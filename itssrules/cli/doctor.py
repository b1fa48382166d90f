"""doctor: what is in force and from where, and what stands in the way of a run."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryFile

import click
import pluggy
from click.core import ParameterSource

from itssrules import __version__, plugins
from itssrules.cli import config
from itssrules.cli.setup import CHECK, Setup, checked_book
from itssrules.errors import ConfigError, ItssError, UsageError, did_you_mean
from itssrules.intake.declared import known_years
from itssrules.model.rule import Text
from itssrules.model.settings import Settings

PREFIX = "ITSSRULES_"
PACKAGES = ("duckdb", "sqlglot", "pyarrow", "click", "chinesecalendar")
ORIGINS = {
    "default": Text("默认值", "default"),
    "file": Text("设置文件", "settings file"),
    "environment": Text("环境变量", "environment"),
    "commandline": Text("命令行", "command line"),
}
WORDS = {
    "versions": Text("版本", "Versions"),
    "options": Text("生效的选项及其来源", "Options in force, and from where"),
    "file": Text("设置文件", "Settings file"),
    "plugins": Text("插件", "Plugins"),
    "book": Text("规则库", "Rule book"),
    "connectors": Text("连接器", "Connectors"),
    "years": Text("法定节假日", "Public holidays"),
    "out": Text("输出目录", "Output folder"),
    "none": Text("无", "none"),
    "unsaid": Text("（未说明）", "(not said)"),
    "found": Text("在当前目录或上级目录找到", "found here or in a folder above"),
    "no_file": Text("未找到；可用 itssrules init 生成", "none found; `itssrules init` writes one"),
    "counts": Text("{} 条规则，{} 个检查点", "{} rules, {} checkpoints"),
    "known": Text("中国大陆 {}–{} 年已知", "mainland China known for {}–{}"),
    "writable": Text("可写入", "can be written"),
    "well": Text("没有发现问题", "No problem was found"),
    "problems": Text("问题（{}）", "Problems ({})"),
}
HELD = {
    "organisation": Text("单位", "organisation"), "rules": Text("规则目录", "rule folders"),
    "connectors": Text("连接器目录", "connector folders"), "sources": Text("来源", "sources"),
    "projects": Text("项目", "projects"), "people": Text("角色", "roles"),
    "calendars": Text("服务日历", "calendars"), "agreements": Text("服务级别协议", "agreements"),
    "params": Text("规则参数", "parameters of rules"), "settings": Text("共享设置", "shared settings"),
    "excluded": Text("排除", "left out"), "refs": Text("参考表", "reference tables"),
}  # fmt: skip


class _Doctor:
    """Looks at one thing after the other; a fault is noted and the next thing looked at."""

    def __init__(self, context: click.Context, options: dict[str, object], lang: str) -> None:
        self.context, self.options, self.lang = context, options, lang
        self.problems: list[ItssError] = []
        self.settings = Settings()

    def note(self, fault: ItssError) -> None:
        """A fault, or each of those that it gathers."""
        self.problems += getattr(fault, "problems", (fault,))

    def word(self, name: str, *values: object) -> str:
        return WORDS[name][self.lang].format(*values)

    def head(self, name: str) -> None:
        click.echo(self.word(name))

    @staticmethod
    def line(label: str, text: object, origin: str = "") -> None:
        click.echo(f"  {label}: {text}{f'  [{origin}]' if origin else ''}")

    def versions(self) -> None:
        self.head("versions")
        self.line("itssrules", __version__)
        self.line("Python", f"{platform.python_version()} ({sys.implementation.name})")
        for name in PACKAGES:
            try:
                self.line(name, version(name))
            except PackageNotFoundError:
                hint = f"pip install {name}"
                self.problems.append(UsageError("is not installed", place=name, hint=hint))
        self.line("platform", f"{platform.system()} {platform.release()} {platform.machine()}")

    def read(self) -> None:
        """Settings as a run would find them."""
        given = self.options["config_path"]
        try:
            if isinstance(given, Path) and not given.is_file():
                raise UsageError("no such settings file", place=str(given), hint=CHECK)
            path = given if isinstance(given, Path) else config.find(Path())
            self.settings = config.read(path)
        except ItssError as e:
            self.note(e)

    def show_options(self) -> None:
        self.head("options")
        for parameter in self.context.command.params:
            name = parameter.name or ""
            if not isinstance(parameter, click.Option) or parameter.envvar is None:
                continue
            value, origin = self._in_force(name)
            shown = self.word("unsaid") if value in (None, "") else value
            self.line(parameter.opts[0], shown, self._origin(origin, str(parameter.envvar)))
        self._unknown_variables()

    def _in_force(self, name: str) -> tuple[object, str]:
        """The value of an option and what it comes from, the settings file included."""
        source = self.context.get_parameter_source(name) or ParameterSource.DEFAULT
        origin = source.name.lower()
        if origin == "default" and name == "zone" and self.settings.zone:
            return self.settings.zone, "file"
        if origin == "default" and name == "config_path" and self.settings.path:
            return self.settings.path, "found"
        return self.options[name], origin

    def _origin(self, origin: str, variable: str) -> str:
        if origin == "found":
            return self.word("found")
        text = ORIGINS.get(origin, ORIGINS["default"])[self.lang]
        return f"{text} {variable}" if origin == "environment" else text

    def _unknown_variables(self) -> None:
        known = [str(p.envvar) for p in self.context.command.params if p.envvar]
        for name in sorted(os.environ):
            if name.startswith(PREFIX) and name not in known:
                hint = did_you_mean(name, known)
                self.problems.append(UsageError("means nothing", place=name, hint=hint))

    def check_zone(self) -> None:
        """A zone given as an option is held to the zones there are."""
        zone, _ = self._in_force("zone")
        try:
            if zone:
                config.check_zone(zone, "--zone")
        except ItssError as e:
            self.note(e)

    def show_file(self) -> None:
        """What the settings file declares."""
        self.head("file")
        if self.settings.path is None:
            asked = self.options["config_path"]
            click.echo(f"  {asked or self.word('no_file')}")
            return
        click.echo(f"  {self.settings.path}  sha256 {self.settings.sha256[:12]}")
        for name, label in HELD.items():
            value = getattr(self.settings, name)
            if value:
                self.line(label[self.lang], _listed(name, value), ORIGINS["file"][self.lang])

    def show_setup(self) -> None:
        """Plugins, rules and connectors."""
        try:
            manager = plugins.plugin_manager()
        except ItssError as e:
            self.note(e)
            return
        self.head("plugins")
        labels = [label for _, label in plugins.names(manager)]
        click.echo(f"  {', '.join(labels) or self.word('none')}")
        self._show_book(manager)
        self._show_connectors(manager)

    def _show_book(self, manager: pluggy.PluginManager) -> None:
        from itssrules.catalogue.load import load_book
        from itssrules.store import connect

        self.head("book")
        try:
            paths = plugins.rule_paths(manager, self.settings.rules)
            book, problems = load_book(paths)
            click.echo(f"  {self.word('counts', len(book.rules), len(book.checkpoints))}")
            setup = Setup(self.settings, manager, book, problems, tuple(paths[1:]))
            checked_book(setup, connect())
        except ItssError as e:
            self.note(e)

    def _show_connectors(self, manager: pluggy.PluginManager) -> None:
        from itssrules.intake.connector import load_connectors
        from itssrules.intake.sources import SourceBook

        self.head("connectors")
        try:
            tools = load_connectors(plugins.connector_paths(manager, self.settings.connectors))
            click.echo(f"  {', '.join(tools)}")
            SourceBook(self.settings.sources, tools, self.settings.path)
        except ItssError as e:
            self.note(e)

    def show_holidays(self) -> None:
        """Years of which public holidays are known; a problem only for calendars that need them."""
        self.head("years")
        first, last = known_years()
        click.echo(f"  {self.word('known', first, last)}")
        year = datetime.now(UTC).year
        mine = [c.id for c in self.settings.calendars.values() if c.holidays]
        if mine and year > last:
            self.problems.append(
                ConfigError(
                    f"the public holidays of {year} are not known, so its working time will not"
                    " be judged", place=f"{self.settings.path}: calendars.{mine[0]}",
                    hint="pip install --upgrade chinesecalendar",
                )
            )  # fmt: skip

    def show_out(self) -> None:
        """Whether a run could write its report; nothing is left behind."""
        self.head("out")
        out = Path(str(self.options["out"]))
        near = next(p for p in (out, *out.absolute().parents) if p.exists())
        hint = "name another folder with --out or ITSSRULES_OUT"
        try:
            with TemporaryFile(dir=near):
                click.echo(f"  {out}  {self.word('writable')}")
        except OSError as e:
            click.echo(f"  {out}")
            problem = f"cannot be written: {e.strerror or e}"
            if not near.is_dir():
                problem = "a file stands where a folder is needed"
            self.problems.append(UsageError(problem, place=str(near), hint=hint))

    def conclude(self) -> int:
        """Problems with their next steps; the exit code."""
        if not self.problems:
            click.echo(self.word("well"))
            return 0
        click.echo(self.word("problems", len(self.problems)))
        for problem in self.problems:
            click.echo("\n".join(f"  {line}" for line in str(problem).splitlines()))
        return 2


def doctor(context: click.Context, *, lang: str, **options: object) -> int:
    """Print everything; 0 if nothing has to be mended, else 2."""
    found = _Doctor(context, {**options, "lang": lang}, lang)
    found.versions()
    found.read()
    found.show_options()
    found.check_zone()
    found.show_file()
    found.show_setup()
    found.show_holidays()
    found.show_out()
    return found.conclude()


def _listed(name: str, value: object) -> str:
    """What a setting holds, by name."""
    if isinstance(value, str):
        return value
    if name in ("projects", "agreements") and isinstance(value, tuple):
        return ", ".join(v.id for v in value)
    if isinstance(value, dict | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)
