"""The compiled rules: ``python peers/compiled.py WAREHOUSE scores|all``.

``scores`` stops where every subject's standing is known, which is what the hand-written SQL finds; ``all`` goes on to
candidates, reasons and near misses, and stores everything.
"""

from __future__ import annotations

import sys
from pathlib import Path

from contest import AS_OF, KNOWN_AT, compete, open_warehouse

from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.run_query import run_statements

ROOT = Path(__file__).resolve().parents[2]
LAST = "standing"


def main() -> None:
    """Run the steps and say so."""
    compiled = compile_scoring(load_rulebook(ROOT / "rules", AS_OF))
    steps = list(compiled.run)
    if sys.argv[2] == "scores":
        steps = steps[: [step.name for step in steps].index(LAST) + 1]
    connection = open_warehouse()
    known = {"as_of": AS_OF, "known_at": KNOWN_AT, "run_id": "R"}

    def work() -> None:
        connection.execute("BEGIN TRANSACTION")
        run_statements(connection, compiled.tables, steps, known)

    compete(f"compiled, {sys.argv[2]}", connection, work, LAST)


if __name__ == "__main__":
    main()
