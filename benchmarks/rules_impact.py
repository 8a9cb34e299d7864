"""A draft's impact beside one assessment, on the same generated records: `credit rules impact` / `credit assess`.

    python benchmarks/rules_impact.py 50000

Each command is a process of its own, start-up and the check of the draft included; the last two lines leave both out:
the same two pieces of work in one process, in turn, three times, the least processor time of each. The draft changes
points and a candidate rule, so that nothing but the facts is shared between the two sides.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from measure import CREDIT, ROOT, find_agency, measure

DAY = "2026-09-30"
INSIDE = """
import sys, time
from datetime import UTC, date, datetime
from pathlib import Path
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.impact import plan_comparison
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.impact import ExampleLimits, run_comparison
from credit_service.warehouse.run_query import AssessmentRun

day = date.fromisoformat(sys.argv[4])
before, after = (compile_scoring(load_rulebook(Path(folder), day)) for folder in sys.argv[2:4])
plan = plan_comparison(before, after)
run = AssessmentRun("benchmark", day, datetime.now(UTC), "")
costs = {"assess": [], "impact": []}
with Warehouse(Path(sys.argv[1])).open() as session:
    for _ in range(3):
        started = time.process_time()
        counts = session.run_assessment(run, before)
        costs["assess"].append(time.process_time() - started)
        started = time.process_time()
        run_comparison(session, run, plan, ExampleLimits(), lambda done, total: None)
        costs["impact"].append(time.process_time() - started)
assess, impact = min(costs["assess"]), min(costs["impact"])
print(f"inside one process: {counts.subjects} subjects, assess {assess:.2f} s CPU, impact {impact:.2f} s CPU")
print(f"inside one process: impact / assess CPU {impact / assess:.2f}")
"""


def main() -> None:
    """Run the steps in a temporary home and print the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live, sample, draft = home / "live", home / "penalties.csv", home / "rules"
        make_draft(draft)
        measure("generate", [*CREDIT, "sample", "penalty_org", str(sample), "--rows", str(rows), "--json"], live)
        measure("credit ingest", [*CREDIT, "ingest", str(sample), "--agency", find_agency(), "--json"], live)
        assess = measure("credit assess", [*CREDIT, "assess", "--as-of", DAY, "--json"], live)
        answer = json.loads(assess.output)
        print(f"{'':<28} subjects {answer['subjects']} scores {answer['scores']} candidates {answer['candidates']}")
        command = [*CREDIT, "rules", "impact", "--draft", str(draft), "--as-of", DAY, "--json"]
        impact = measure("credit rules impact", command, live)
        moved = {kind: (one["entering"], one["leaving"]) for kind, one in json.loads(impact.output)["lists"].items()}
        print(f"{'':<28} entering and leaving {moved}")
        print(f"commands: impact / assess wall {impact.wall / assess.wall:.2f}, CPU {impact.cpu / assess.cpu:.2f}")
        inside = [sys.executable, "-c", INSIDE, str(live / "warehouse.duckdb"), str(ROOT / "rules"), str(draft), DAY]
        print(measure("both inside one process", inside, live).output.strip())


def make_draft(draft: Path) -> None:
    """Copy the rules and change points and a candidate rule."""
    shutil.copytree(ROOT / "rules", draft)
    changes = (
        ("scoring/points/*/events.csv", "general,,-5,", "general,,-12,"),
        ("candidates/proposals/*/rule.yaml", "when: grade IN (C, D)", "when: grade IN (B, C, D)"),
    )
    for pattern, old, new in changes:
        path = next(draft.glob(pattern))
        text = path.read_text(encoding="utf-8")
        if old not in text:
            message = f"{path.name} no longer says {old!r}; say what the draft changes instead"
            raise SystemExit(message)
        path.write_text(text.replace(old, new), encoding="utf-8")


if __name__ == "__main__":
    main()
