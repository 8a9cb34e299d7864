"""What one process cost: wall time, processor time and peak memory, as the operating system counts them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CREDIT = [sys.executable, "-m", "credit_service"]


@dataclass(frozen=True)
class Cost:
    """One process, ended well."""

    wall: float
    cpu: float
    peak_mb: int
    output: str


def measure(name: str, command: list[str], home: Path) -> Cost:
    """Run one process with its own home and print what it cost."""
    started = time.perf_counter()
    environment = {**os.environ, "CREDIT_HOME": str(home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        message = f"{name} ended with {process.returncode}: {output[-2000:]}"
        raise SystemExit(message)
    cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, output)
    print(f"{name:<28} {cost.wall:8.2f} s wall {cost.cpu:8.2f} s CPU {cost.peak_mb:8.0f} MB peak", flush=True)
    return cost


def find_agency() -> str:
    """Return an agency of the reference data that may send files of every template."""
    with (ROOT / "data/reference/agencies.csv").open(encoding="utf-8", newline="") as lines:
        return next(row["agency_code"] for row in csv.DictReader(lines) if not row["templates"])
