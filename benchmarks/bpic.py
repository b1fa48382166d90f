"""A whole run on the BPIC 2014 exports against DuckDB's own typed load of the same files."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

DATA = Path(__file__).parents[2] / "shared" / "data" / "bpic2014"
ROUNDS = 5


def typed_load(files: list[Path]) -> float:
    began = time.perf_counter()
    con = duckdb.connect()
    for number, file in enumerate(files):
        con.execute(f"create table t{number} as select * from read_csv('{file.as_posix()}')")
    con.close()
    return time.perf_counter() - began


def whole_run(files: list[Path]) -> float:
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "itssrules", "run", *map(str, files), "--out", out, "--quiet"],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


def main() -> int:
    files = sorted(DATA.glob("*.csv.gz"))
    if not files:
        print(f"skipped: no BPIC 2014 exports in {DATA.name}")
        return 0
    typed_load(files), whole_run(files)
    pairs = [(typed_load(files), whole_run(files)) for _ in range(ROUNDS)]
    load, run = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(r / t for t, r in pairs)
    print(f"typed load by DuckDB     {load:6.2f} s")
    print(f"itssrules run, all rules {run:6.2f} s (start-up, intake, rules, report)")
    print(f"ratio                    {ratio:6.1f} (median of {ROUNDS} pairs)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
