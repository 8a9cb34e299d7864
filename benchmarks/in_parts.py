"""A warehouse larger than memory, assessed part by part: does time grow with the records, and memory not?

    python benchmarks/in_parts.py 10000000 50000000 100000000 --folder ../scratch

Each warehouse is made (about ten records to a subject), assessed by a process of its own with the limits of the
service, everything stored, and removed. With a folder, warehouses that lie there are used and left there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from measure import ROOT, Cost, measure

ASSESS = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.parts import count_parts
from credit_service.warehouse.run_query import AssessmentRun

day = date(2026, 9, 1)
compiled = compile_scoring(load_rulebook(Path(sys.argv[2]), day))
run = AssessmentRun("benchmark", day, datetime(2026, 9, 2, tzinfo=UTC), "")
with Warehouse(Path(sys.argv[1]), WarehouseLimits(threads=2)).open() as session:
    parts = count_parts(session.connection)
    counts = session.run_assessment(run, compiled)
print(f"parts {parts}, subjects {counts.subjects}, scores {counts.scores}, candidates {counts.candidates},"
      f" reasons {counts.reasons}, result {counts.result_digest[:12]}")
"""


def assess(rows: int, folder: Path) -> Cost:
    """Assess so many records and say what it cost."""
    warehouse = folder / f"records-{rows}.duckdb"
    if not warehouse.exists():
        make = [sys.executable, str(ROOT / "benchmarks/records.py"), str(rows), str(warehouse)]
        measure(f"make {rows} records", make, folder)
    print(f"{'':<28} {warehouse.stat().st_size / 1e6:8.0f} MB on disk")
    command = [sys.executable, "-c", ASSESS, str(warehouse), str(ROOT / "rules")]
    cost = measure(f"assess {rows} records", command, folder)
    print(f"{'':<28} {cost.output.strip()}", flush=True)
    return cost


def main() -> None:
    """Run every size and print what a million records cost of each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="*", type=int, default=[10_000_000, 50_000_000, 100_000_000])
    options.add_argument("--folder", type=Path, help="keep the warehouses here, and use those that are here")
    given = options.parse_args()
    with ExitStack() as stack:
        for rows in given.rows:
            folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            cost = assess(rows, folder)
            stack.pop_all().close()
            million = rows / 1e6
            each = f"{cost.wall / million:6.2f} s wall and {cost.cpu / million:6.2f} s CPU a million"
            print(f"{'':<28} {each}, {cost.peak_mb} MB", flush=True)


if __name__ == "__main__":
    main()
