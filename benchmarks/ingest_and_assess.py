"""Ingest and assess a generated penalty file, beside the physical limit: a bare DuckDB read of the same bytes.

    python benchmarks/ingest_and_assess.py 1000000

Each step is a process of its own. The bare read puts all rows into a table of a file, as text, without a check.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measure import CREDIT, find_agency, measure

BARE = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
con.sql("CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar=true, header=true)", params=[sys.argv[1]])
con.close()
"""


def main() -> None:
    """Run the steps in a temporary home and print the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live, sample = home / "live", home / "penalties.csv"
        generate = [*CREDIT, "sample", "penalty_org", str(sample), "--rows", str(rows), "--json"]
        measure("generate", generate, live)
        print(f"{'file':<28} {sample.stat().st_size / 1e6:8.0f} MB")
        read = [sys.executable, "-c", BARE, str(sample), str(home / "bare.duckdb")]
        bare = measure("bare DuckDB read_csv", read, live)
        ingest = measure("credit ingest", [*CREDIT, "ingest", str(sample), "--agency", find_agency(), "--json"], live)
        answer = json.loads(ingest.output)
        print(f"{'':<28} rows {answer['rows']} accepted {answer['accepted']} rejected {answer['rejected']}")
        assess = measure("credit assess", [*CREDIT, "assess", "--as-of", "2026-09-30", "--json"], live)
        answer = json.loads(assess.output)
        print(f"{'':<28} subjects {answer['subjects']} scores {answer['scores']} candidates {answer['candidates']}")
        print(f"ingest / bare read: wall {ingest.wall / bare.wall:.2f}, CPU {ingest.cpu / bare.cpu:.2f}")
        print(f"assess / bare read: wall {assess.wall / bare.wall:.2f}, CPU {assess.cpu / bare.cpu:.2f}")


if __name__ == "__main__":
    main()
