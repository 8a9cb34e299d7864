"""Ingest and assess a generated penalty file, beside the physical limit: a bare DuckDB read of the same bytes.

    python benchmarks/ingest_and_assess.py 1000000

Each step is a process of its own; its wall time, CPU time and peak resident memory come from the operating system.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BARE = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
con.sql("CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar=true, header=true)", params=[sys.argv[1]])
con.close()
"""


def measure(name: str, command: list[str], environment: dict[str, str]) -> tuple[float, float, int, str]:
    """Run one process; return (wall s, CPU s, peak MB, standard output)."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        message = f"{name} ended with {process.returncode}: {output[-2000:]}"
        raise SystemExit(message)
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{name:<28} {wall:8.2f} s wall {cpu:8.2f} s CPU {usage.ru_maxrss / 1024:8.0f} MB peak")
    return wall, cpu, usage.ru_maxrss // 1024, output


def main() -> None:
    """Run the steps in a temporary home and print the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with (ROOT / "data/reference/agencies.csv").open(encoding="utf-8", newline="") as lines:
        agency = next(row["agency_code"] for row in csv.DictReader(lines) if not row["templates"])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sample = home / "penalties.csv"
        environment = {**os.environ, "CREDIT_HOME": str(home / "live")}
        credit = [sys.executable, "-m", "credit_service"]
        measure("generate", [*credit, "sample", "penalty_org", str(sample), "--rows", str(rows), "--json"], environment)
        print(f"{'file':<28} {sample.stat().st_size / 1e6:8.0f} MB")
        bare = measure(
            "bare DuckDB read_csv", [sys.executable, "-c", BARE, str(sample), str(home / "b.duckdb")], environment
        )
        ingest = measure("credit ingest", [*credit, "ingest", str(sample), "--agency", agency, "--json"], environment)
        answer = json.loads(ingest[3])
        print(f"{'':<28} rows {answer['rows']} accepted {answer['accepted']} rejected {answer['rejected']}")
        assess = measure("credit assess", [*credit, "assess", "--as-of", "2026-09-30", "--json"], environment)
        answer = json.loads(assess[3])
        print(f"{'':<28} subjects {answer['subjects']} scores {answer['scores']} candidates {answer['candidates']}")
        print(f"ingest / bare read: wall {ingest[0] / bare[0]:.2f}, CPU {ingest[1] / bare[1]:.2f}")
        print(f"assess / bare read: wall {assess[0] / bare[0]:.2f}, CPU {assess[1] / bare[1]:.2f}")
        print(f"peak of this script's children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
