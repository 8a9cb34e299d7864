"""Report every finding of a file with very many faulty rows: as JSON, and as the department's own workbook.

    python benchmarks/many_findings.py 50000

The file has ten rows for each three faulty ones.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measure import CREDIT, find_agency, measure
from python_calamine import CalamineWorkbook

LIST_SHEET = "问题清单"


def main() -> None:
    """Run the steps in a temporary home, count the findings in each report, and fail where they differ."""
    faulty = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    rows = faulty * 10 // 3 + 10
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live, sample, target = home / "live", home / "penalties.csv", home / "report.xlsx"
        faults = ["--rows", str(rows), "--fault-percent", "30", "--json"]
        measure("generate", [*CREDIT, "sample", "penalty_org", str(sample), *faults], live)
        send = [*CREDIT, "ingest", str(sample), "--agency", find_agency(), "--json"]
        answer = json.loads(measure("credit ingest, JSON report", send, live).output)
        findings = answer["findings"]
        wrong = len({(one["sheet"], one["row"]) for one in findings if one["severity"] == "error"})
        told = f"rows {answer['rows']} rejected {answer['rejected']} rows with errors {wrong} findings {len(findings)}"
        print(f"{'':<28} {told}")
        measure("XLSX report", [*CREDIT, "batch", "report", answer["batch_id"], str(target)], live)
        listed = CalamineWorkbook.from_path(target).get_sheet_by_name(LIST_SHEET).to_python()
        counted = sum(1 for row in listed[1:] if isinstance(row[0], int | float))
        print(f"{'':<28} findings in the workbook {counted}, {target.stat().st_size / 1e6:.1f} MB")
        if counted != len(findings) or wrong != answer["rejected"]:
            message = "not every finding was reported"
            raise SystemExit(message)


if __name__ == "__main__":
    main()
