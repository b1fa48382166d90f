"""run, demo, inspect and explain: from options to the layers below and back to text."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import methodcaller
from pathlib import Path

import click

from itssrules import plugins
from itssrules.assess.explain import explain as explain_record
from itssrules.assess.feed import feeds
from itssrules.assess.outcome import exit_code
from itssrules.assess.run import Request, assess, prepare
from itssrules.catalogue.load import select
from itssrules.cli import show, times
from itssrules.cli.config import DEFAULT_ZONE, check_zone
from itssrules.cli.record import explanation
from itssrules.cli.setup import Setup, checked_book, connectors, progress, start
from itssrules.errors import FormatError, ItssError, UsageError, did_you_mean
from itssrules.hookspecs import Format
from itssrules.intake.coverage import measure
from itssrules.intake.declared import declare
from itssrules.intake.files import gather, open_all
from itssrules.intake.load import Intake, faults, listed, load, newest, span
from itssrules.intake.sources import SourceBook
from itssrules.model.results import Input, Results
from itssrules.model.rule import RuleBook, Text
from itssrules.model.settings import Settings
from itssrules.model.tables import model
from itssrules.report.files import ready, write_whole
from itssrules.report.summary import summary
from itssrules.store import Connection, connect, ident, to_parquet


@dataclass(frozen=True)
class Loaded:
    """Exports in the canonical tables, with the book that will judge them."""

    con: Connection
    book: RuleBook
    intake: Intake
    zone: str


def words(text: str) -> tuple[str, ...]:
    """A list option's words; UsageError where it is given and names nothing."""
    found = tuple(w.strip() for w in text.split(",") if w.strip())
    if text and not found:
        raise UsageError(f"{text!r} names nothing", place="--rules", hint="itssrules rules list")
    return found


def run(
    *, exports: tuple[Path, ...], wanted: str, exclude: str, rules_paths: tuple[Path, ...],
    connector: str | None, zone: str | None, config_path: Path | None, as_of: str | None,
    period: str | None, project: str, out: Path, more: str, fail_on: str, max_unjudged: float, exit_zero: bool,
    keep_tables: Path | None, memory_limit: str | None, lang: str, quiet: bool,
) -> int:  # fmt: skip
    """Check exports and write every result file; the exit code."""
    began = time.time()
    tell = progress(quiet)
    setup = start(rules_paths, config_path)
    formats = _formats(setup, words(more))
    rules = select(setup.book, words(wanted), words(exclude))
    if not rules:
        raise UsageError("no rule is left to run", place="--rules", hint="itssrules rules list")
    ready(out, [*(f.file for f in formats), "run.json"])
    loaded = _load(setup, exports, connector, zone, tell, memory_limit)
    request = _request(setup, loaded, as_of, (*words(wanted), *(f"-{w}" for w in words(exclude))))
    back = _looks_back(loaded, request.as_of)
    loaded = replace(loaded, intake=replace(loaded.intake, notes=(*loaded.intake.notes, *back)))
    if period:
        days, window = times.period(period, loaded.zone)
        request = replace(request, period=days, window=window)
    if keep_tables:
        _keep(loaded.con, keep_tables)
    results = assess(
        loaded.con, loaded.book, rules, replace(request, projects=_projects(loaded, words(project))),
        loaded.intake, setup.config, tell,
    )  # fmt: skip
    for n, item in enumerate(formats, 1):
        tell(f"writing {item.file} ({n}/{len(formats)})")
        _write(item, results, out, lang)
    code = exit_code(results, fail_on, max_unjudged) or (4 if back else 0)
    _write_run(out, results, began, code)
    tell("")
    options = (("--connector", connector), ("--zone", zone), ("--config", config_path),
               ("--as-of", as_of), *(("--rules-path", p) for p in rules_paths))  # fmt: skip
    again = [*map(str, exports), *(str(w) for pair in options if pair[1] for w in pair)]
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    click.echo(summary(results, lang, out, again, colour), nl=False, color=colour)
    return 0 if exit_zero and code in (1, 4) else code


def demo(out: Path, lang: str, quiet: bool) -> int:
    """Check the bundled sample exports; 0 if the report was written."""
    from itssrules.builtin import bundled

    sample = bundled("sample_exports")
    run(
        exports=(sample,), wanted="", exclude="", rules_paths=(), connector=None, zone=None,
        config_path=sample / "itssrules.toml", as_of=None, period=None, project="", out=out, more="",
        fail_on="minor", max_unjudged=0.05, exit_zero=True, keep_tables=None, memory_limit=None, lang=lang, quiet=quiet,
    )  # fmt: skip
    return 0


def inspect(
    *, exports: tuple[Path, ...], rules_paths: tuple[Path, ...], connector: str | None,
    zone: str | None, config_path: Path | None, form: str, show_sql: bool, lang: str, quiet: bool,
) -> int:  # fmt: skip
    """Say what the exports are and what they can feed."""
    from itssrules.intake.profile import cells, profile

    tell = progress(quiet)
    setup = start(rules_paths, config_path)
    tools = connectors(setup, connector)
    statements: list[str] = []
    loaded = _load(setup, exports, connector, zone, tell, None, inspecting=True,
                   seen_sql=statements.append)  # fmt: skip
    sources = SourceBook(setup.config.sources, tools, setup.config.path)
    known, _ = open_all(gather(exports), tools, connector, sources)
    headers = {g.path.as_posix(): cells(loaded.con, raw) for g, raw, _ in known}
    notes = {
        (i.path, t.table.name): t.note
        for i in loaded.intake.inputs
        if i.connector in tools
        for e in tools[i.connector].exports
        if e.name == i.export
        for t in e.tables
        if t.note.en
    }
    tables = sorted({(t.table, i.source) for i in loaded.intake.inputs for t in i.tables})
    profiles = [
        {"table": table, "source": source, **profile(loaded.con, table, source)}
        for table, source in tables
    ]
    found = feeds(loaded.con, select(loaded.book, ()))
    tell("")
    if form == "json":
        data = show.inspect_json(loaded.intake, headers, notes, profiles, found, loaded.book)
        click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))
    else:
        click.echo(
            show.inspect_text(loaded.intake, headers, notes, profiles, found, loaded.book, lang)
        )
    if show_sql:
        click.echo("\n\n".join(statements))
    return 0 if all(i.state == "read" for i in loaded.intake.inputs) else 4


def explain(
    *, ticket: str, exports: tuple[Path, ...], wanted: str, rules_paths: tuple[Path, ...],
    connector: str | None, zone: str | None, config_path: Path | None, as_of: str | None,
    lang: str, quiet: bool,
) -> int:  # fmt: skip
    """Show a record and what every rule says of it."""
    tell = progress(quiet)
    setup = start(rules_paths, config_path)
    rules = select(setup.book, words(wanted))
    loaded = _load(setup, exports, connector, zone, tell, None)
    paths = {i.file_id: i.path for i in loaded.intake.inputs}
    request = _request(setup, loaded, as_of, ())
    context = prepare(loaded.con, loaded.book, request, loaded.intake, setup.config)
    found = explain_record(context, rules, ticket)
    tell("")
    for record in found:
        click.echo(explanation(record, paths, loaded.zone, lang))
    return 0


def _load(
    setup: Setup, exports: Sequence[Path], connector: str | None, zone: str | None,
    tell: Callable[[str], None], memory_limit: str | None, *, inspecting: bool = False,
    seen_sql: Callable[[str], None] = lambda _: None,
) -> Loaded:  # fmt: skip
    con = connect(memory_limit)
    book = checked_book(setup, con)
    tools = connectors(setup, connector)
    wall = check_zone(zone, "--zone") if zone else setup.config.zone
    intake = load(
        con, exports, tools, sources=setup.config.sources, projects=setup.config.projects,
        settings=setup.config.path, zone=wall or None, forced=connector, progress=tell,
        need_zone=not inspecting, seen_sql=seen_sql, now=datetime.now(UTC),
    )  # fmt: skip
    here = wall or _only_zone(intake) or DEFAULT_ZONE
    return Loaded(con, book, _with_settings(con, setup.config, intake, here), here)


def _with_settings(con: Connection, settings: Settings, intake: Intake, zone: str) -> Intake:
    """What was read, with the settings' own rows, and how far all of it reaches."""
    inputs, stated = intake.inputs, []
    if settings.path is not None:
        days = span(con) or (datetime.now(UTC).date(),) * 2
        declared = declare(con, settings, max(i.file_id for i in inputs) + 1, *days)
        stated = [t.table for t in declared.tables]
        inputs = (*inputs, declared, *_missing(settings, intake, declared.file_id))
    found = measure(con, inputs, settings.sources, zone, stated)
    return replace(intake, inputs=inputs, coverage=found)


def _missing(settings: Settings, intake: Intake, number: int) -> Iterator[Input]:
    """Declared sources of which no file was given, as inputs that were not read."""
    why = Text(
        "已声明的来源没有任何文件", "the settings declare this source, and no file of it was given"
    )
    for at, name in enumerate(intake.absent_sources, number + 1):
        place = f"{settings.path}: sources.{name}"
        yield Input(at, place, "", 0, "unknown", why, source=name, given=False)


def _request(
    setup: Setup, loaded: Loaded, as_of: str | None, selection: tuple[str, ...]
) -> Request:
    moment, origin = _as_of(loaded, as_of)
    labels = tuple(label for _, label in plugins.names(setup.manager))
    return Request(moment, origin, loaded.zone, selection, labels)


def _projects(loaded: Loaded, wanted: Sequence[str]) -> tuple[str, ...]:
    known = [p.project_id for p in loaded.intake.projects]
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"no record belongs to a project {name!r}", place="--project",
                hint=did_you_mean(name, known) or f"there are {', '.join(known[:10])}",
            )  # fmt: skip
    return tuple(wanted)


def _only_zone(intake: Intake) -> str:
    zones = {i.zone for i in intake.inputs if i.zone}
    return zones.pop() if len(zones) == 1 else ""


def _as_of(loaded: Loaded, given: str | None) -> tuple[str, str]:
    """The moment judged from, as ISO UTC text, and where it comes from."""
    if given:
        return times.moment(given, loaded.zone), "--as-of"
    moment, column = _newest(loaded)
    if not moment:
        raise UsageError(
            "no time of a ticket could be read, so the date to judge from is not in the data"
            + listed(faults(loaded.intake.inputs)),
            place="--as-of", hint="export the ticket tables again, or say it: --as-of 2025-12-31",
        )  # fmt: skip
    return moment, column


def _newest(loaded: Loaded) -> tuple[str, str]:
    tickets = [t.name for t in model().values() if t.kind == "ticket"] + ["status_history"]
    return newest(loaded.con, tickets, datetime.now(UTC))


def _looks_back(loaded: Loaded, moment: str) -> tuple[Text, ...]:
    """Said where the exports hold what happened after the moment judged from."""
    last, column = _newest(loaded)
    if last <= moment:
        return ()
    return (Text(
        f"数据中有评估时点 {moment} 之后的时间（最晚 {last}，{column}）：记录按导出时的状态判定，不是该时点的状态",
        f"the exports hold times after the moment judged from, {moment} (the last is {last}, {column}):"
        " records are judged as they stood when exported, not as they stood then",
    ),)  # fmt: skip


def _formats(setup: Setup, wanted: Sequence[str]) -> list[Format]:
    known = plugins.formats(setup.manager)
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"no format is called {name!r}", place="--format",
                hint=did_you_mean(name, list(known)),
            )  # fmt: skip
    return [f for f in known.values() if f.always or f.name in wanted]


def _write(item: Format, results: Results, out: Path, lang: str) -> None:
    try:
        item.write(results, out, lang)
    except ItssError:
        raise
    except Exception as e:
        if item.always:
            raise
        raise FormatError(
            f"{item.file} was not written: {type(e).__name__}: {e}",
            place=f"format {item.name} of plugin {item.plugin}", hint="repair or uninstall it",
        ) from e  # fmt: skip


def _keep(con: Connection, folder: Path) -> None:
    """The canonical tables as Parquet, each whole or not at all."""
    ready(folder)
    note = json.dumps({"schema": "itssrules/tables/1", "zone": "UTC"}) + "\n"
    write_whole(folder / "tables.json", methodcaller("write", note.encode()))
    for table in model():
        data = to_parquet(con, f"select * from {ident(table)} order by record.ns, record.id,"
                          " record.file_id, record.row_number")  # fmt: skip
        write_whole(folder / f"{table}.parquet", methodcaller("write", data))


def _write_run(out: Path, results: Results, began: float, code: int) -> None:
    """What varies between identical runs."""
    data = {
        "schema": "itssrules/run/1",
        "run_id": str(uuid.uuid4()),
        "started": datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(time.time() - began, 3),
        "version": results.version,
        "as_of": results.as_of,
        "exit_code": code,
        "folder": str(Path.cwd()),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    write_whole(out / "run.json", methodcaller("write", text.encode()))
