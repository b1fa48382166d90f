"""run, demo, inspect and explain: from options to the layers below and back to text."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import methodcaller
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from itssrules import plugins
from itssrules.assess.explain import explain as explain_record
from itssrules.assess.feed import feeds
from itssrules.assess.outcome import exit_code
from itssrules.assess.run import Request, assess, prepare
from itssrules.catalogue.load import select
from itssrules.cli import show
from itssrules.cli.config import DEFAULT_ZONE, check_zone
from itssrules.cli.setup import Setup, checked_book, connectors, progress, start
from itssrules.errors import FormatError, ItssError, UsageError, did_you_mean
from itssrules.hookspecs import Format
from itssrules.intake.files import gather, open_all
from itssrules.intake.load import Intake, load, newest
from itssrules.model.results import Results
from itssrules.model.rule import RuleBook
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
    out: Path, more: str, fail_on: str, exit_zero: bool, keep_tables: Path | None,
    memory_limit: str | None, lang: str, quiet: bool,
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
    moment, origin = _as_of(loaded, as_of)
    request = Request(
        moment, origin, loaded.zone, (*words(wanted), *(f"-{w}" for w in words(exclude))),
        tuple(label for _, label in plugins.names(setup.manager)),
        setup.config.sha256,
    )  # fmt: skip
    if keep_tables:
        _keep(loaded.con, keep_tables)
    results = assess(
        loaded.con, loaded.book, rules, request, loaded.intake.inputs, loaded.intake.coverage,
        loaded.intake.how_to_export, tell,
    )  # fmt: skip
    for item in formats:
        tell(f"writing {item.file}")
        _write(item, results, out, lang)
    code = exit_code(results, fail_on)
    _write_run(out, results, began, code)
    tell("")
    click.echo(summary(results, lang, out), nl=False)
    return 0 if exit_zero and code in (1, 4) else code


def demo(out: Path, lang: str, quiet: bool) -> int:
    """Check the bundled sample exports; 0 if the report was written."""
    from itssrules.builtin import bundled

    sample = bundled("sample_exports")
    run(
        exports=(sample,), wanted="", exclude="", rules_paths=(), connector=None, zone=None,
        config_path=sample / "itssrules.toml", as_of=None, out=out, more="", fail_on="minor",
        exit_zero=True, keep_tables=None, memory_limit=None, lang=lang, quiet=quiet,
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
    known, _ = open_all(gather(exports), tools, connector)
    headers = {g.path.as_posix(): cells(loaded.con, raw) for g, raw, _ in known}
    notes = {
        (i.path, t.table.name): t.note
        for i in loaded.intake.inputs
        if i.connector
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
    moment, _ = _as_of(loaded, as_of)
    paths = {i.file_id: i.path for i in loaded.intake.inputs}
    found = explain_record(prepare(loaded.con, moment, loaded.intake.inputs), rules, ticket)
    tell("")
    for record in found:
        click.echo(show.explanation(record, paths, loaded.zone, lang))
    return 0


def _load(
    setup: Setup, exports: Sequence[Path], connector: str | None, zone: str | None,
    tell: Callable[[str], None], memory_limit: str | None, *, inspecting: bool = False,
    seen_sql: Callable[[str], None] = lambda _: None,
) -> Loaded:  # fmt: skip
    con = connect(memory_limit)
    book = checked_book(setup, con)
    tools = connectors(setup, connector)
    for name in setup.config.zones:
        if name not in tools:
            raise UsageError(
                f"no source is called {name!r}", place=f"{setup.config.path}: sources",
                hint=did_you_mean(name, list(tools)),
            )  # fmt: skip
    wall = check_zone(zone, "--zone") if zone else setup.config.zone
    intake = load(
        con, exports, tools, zones=setup.config.zones, zone=wall or None, forced=connector,
        progress=tell, need_zone=not inspecting, seen_sql=seen_sql, now=datetime.now(UTC),
    )  # fmt: skip
    return Loaded(con, book, intake, wall or _only_zone(intake) or DEFAULT_ZONE)


def _only_zone(intake: Intake) -> str:
    zones = {i.zone for i in intake.inputs if i.zone}
    return zones.pop() if len(zones) == 1 else ""


def _as_of(loaded: Loaded, given: str | None) -> tuple[str, str]:
    """The moment judged from, as ISO UTC text, and where it comes from."""
    if given:
        return _end_of(given, loaded.zone), "--as-of"
    tickets = [t.name for t in model().values() if t.kind == "ticket"] + ["status_history"]
    moment, column = newest(loaded.con, tickets, datetime.now(UTC))
    if not moment:
        raise UsageError(
            "no time of a ticket could be read, so the date to judge from is not in the data",
            place="--as-of", hint="say it: --as-of 2025-12-31",
        )  # fmt: skip
    return moment, column


def _end_of(text: str, zone: str) -> str:
    """A day as its last second in `zone`, a time as it is; ISO text in UTC."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", text):
            raise ValueError("neither a day nor a time")
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time())
            moment = (day + timedelta(days=1, seconds=-1)).replace(tzinfo=ZoneInfo(zone))
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        if not 1980 <= moment.year <= 2100:
            raise ValueError("beyond the years that exports are read for")
    except ValueError as e:
        raise UsageError(
            f"{text!r} is no date of an audit", place="--as-of", hint="write it as 2025-12-31"
        ) from e
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
