"""Check a workbook and write its report, beside frictionless with the checks it can express.

    python benchmarks/ingest_xlsx.py 100000 --frictionless PATH/TO/ITS/python

frictionless gets what a table schema can say of the same columns: required, width, choices, form of codes, dates and
sums, and the key that no two rows share. It writes no workbook and stores nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from measure import CREDIT, ROOT, find_agency, measure

from credit_service.domain.template import CellType, Column, Template
from credit_service.intake.templates import load_templates

PATTERNS = {
    CellType.USCC: "[0-9A-HJ-NPQRTUWXY]{18}",
    CellType.REGISTRATION: "[0-9]{15}",
    CellType.ORG_CODE: "[0-9A-Z]{8}-?[0-9A-Z]",
    CellType.PERSON_ID: "[0-9]{17}[0-9X]",
}
PEER = """
import json, sys
from frictionless import Resource, Schema
descriptor = json.load(open(sys.argv[2], encoding="utf-8"))
book = Resource(path=sys.argv[1], basepath=sys.argv[3], schema=Schema.from_descriptor(descriptor))
report = book.validate(limit_errors=10**7)
print(json.dumps(report.stats | report.tasks[0].stats))
"""


def to_schema(template: Template) -> dict[str, object]:
    """Return a template as a table schema."""
    return {"fields": [to_field(column) for column in template.columns], "primaryKey": list(template.unique_by)}


def to_field(column: Column) -> dict[str, object]:
    """Return a column as a field of a table schema."""
    limits: dict[str, object] = {"required": column.required}
    if column.type is CellType.DATE:
        return {"name": column.header, "type": "date", "format": "any", "constraints": limits}
    if column.type is CellType.MONEY_WAN:
        return {"name": column.header, "type": "number", "groupChar": ",", "constraints": {**limits, "minimum": 0}}
    if column.width is not None:
        limits["maxLength"] = column.width
    if column.type in {CellType.ENUM, CellType.BOOLEAN}:
        limits["enum"] = [written for written, _ in column.choices]
    elif column.type in PATTERNS:
        limits["pattern"] = PATTERNS[column.type]
    return {"name": column.header, "type": "string", "constraints": limits}


def main() -> None:
    """Run the steps in a temporary home and print the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="?", type=int, default=100_000)
    options.add_argument("--frictionless", help="a Python that has frictionless[excel]")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live, sample, schema = home / "live", home / "penalties.xlsx", home / "schema.json"
        faulty = ["--rows", str(given.rows), "--fault-percent", "10", "--json"]
        measure("generate", [*CREDIT, "sample", "penalty_org", str(sample), *faulty], live)
        # A home is made once; neither command is to pay for it.
        measure("credit batches", [*CREDIT, "batches", "--json"], home / "other")
        sending = ["ingest", str(sample), "--agency", find_agency(), "--json"]
        ingest = measure("credit ingest", [*CREDIT, *sending], home / "other")
        both = measure("credit ingest --report", [*CREDIT, *sending, "--report", str(home / "r.xlsx")], live)
        answer = json.loads(both.output)
        print(f"{'':<28} rows {answer['rows']} rejected {answer['rejected']} findings {len(answer['findings'])}")
        batch = answer["batch_id"]
        measure("credit batch report", [*CREDIT, "batch", "report", batch, str(home / "again.xlsx")], live)
        if given.frictionless:
            templates = load_templates(ROOT / "data/reference/templates")
            template = next(one for one in templates if one.template_id == "penalty_org")
            schema.write_text(json.dumps(to_schema(template), ensure_ascii=False), encoding="utf-8")
            peer = measure("frictionless", [given.frictionless, "-c", PEER, sample.name, str(schema), folder], live)
            print(f"{'':<28} {peer.output.strip()}")
            print(f"frictionless / ingest: wall {peer.wall / ingest.wall:.1f}, CPU {peer.cpu / ingest.cpu:.1f}")
            print(f"frictionless / ingest --report: wall {peer.wall / both.wall:.1f}, CPU {peer.cpu / both.cpu:.1f}")


if __name__ == "__main__":
    main()
