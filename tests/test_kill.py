"""A run that is killed leaves every result file whole, old or new, and the inputs alone."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

RECORDS = 6_000
ROUNDS = 4
HEAD = "incident_id,title,status,created_at,resolved_at,closed_at,closed_by,reopened_count\n"
WRITTEN = ("report.html", "results.json", "findings.csv", "findings.parquet", "unassessed.parquet")
MOMENTS = ("reading", "checking", *(f"writing {name}" for name in WRITTEN))


def export(folder: Path, records: int) -> None:
    """Incidents of which every other one was closed too early, in two files."""
    folder.mkdir()
    for part in (1, 2):
        rows = [
            f"INC{part}{n:06},text {n % 97},closed,2025-01-06 08:00:00,2025-01-06 {9 + n % 2 * 4:02}:"
            f"{n % 60:02}:00,2025-01-06 12:{n % 60:02}:30,person {n % 31},{n % 4}\n"
            for n in range(records // 2)
        ]
        (folder / f"incidents_{part}.csv").write_text(HEAD + "".join(rows), encoding="utf-8")


def command(as_of: str, out: str) -> list[str]:
    return [
        sys.executable, "-m", "itssrules", "run", "in", "--zone", "UTC", "--rules", "INC,SLM",
        "--as-of", as_of, "--out", out,
    ]  # fmt: skip


def complete(here: Path, as_of: str, out: str) -> dict[str, bytes]:
    """A run that nobody disturbs: its files."""
    done = subprocess.run(command(as_of, out), cwd=here, capture_output=True, check=False)

    assert done.returncode == 1, done.stderr
    return {name: (here / out / name).read_bytes() for name in (*WRITTEN, "run.json")}


def kill(here: Path, as_of: str, moment: str, delay: float) -> bool:
    """Start a run, kill it a little after it said `moment`; True if it was still running."""
    running = subprocess.Popen(
        command(as_of, "out"), cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert running.stderr is not None
    with running.stderr:
        for line in running.stderr:
            if line.decode().startswith(moment):
                break
        time.sleep(delay)
        running.kill()
    return running.wait() == -9


def stamps(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def test_a_killed_run_leaves_whole_files(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    export(tmp_path / "in", RECORDS)
    inputs = stamps(tmp_path / "in")
    new = complete(tmp_path, "2025-03-31", "other")
    old = complete(tmp_path, "2025-02-28", "out")
    killed = 0

    for _ in range(ROUNDS):
        moment, delay = chance.choice(MOMENTS), chance.random() * 0.05
        killed += kill(tmp_path, "2025-03-31", moment, delay)
        here = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}

        assert stamps(tmp_path / "in") == inputs
        assert {n for n in here if not n.endswith(".tmp")} == {*WRITTEN, "run.json"}
        for name in WRITTEN:
            assert here[name] in (old[name], new[name]), (name, moment, delay)
        assert here["report.html"].rstrip().endswith(b"</html>")
        assert json.loads(here["results.json"])["schema"] == "itssrules/results/1"
        assert json.loads(here["run.json"])["exit_code"] == 1
        for name in ("findings.parquet", "unassessed.parquet"):
            pq.read_table(tmp_path / "out" / name)

    assert old["results.json"] != new["results.json"]
    assert killed, "no run was caught alive: the export is too small"
    assert complete(tmp_path, "2025-03-31", "out").items() >= {(n, new[n]) for n in WRITTEN}


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    export(tmp_path / "in", 100)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".report.html.0123abcd.tmp").write_bytes(b"half")

    complete(tmp_path, "2025-03-31", "out")

    assert [p.name for p in (tmp_path / "out").iterdir() if p.name.endswith(".tmp")] == []
