"""A hundred thousand nominees vetted, beside a bare join of the same nominees with the same records.

    python benchmarks/vet_nominees.py 1000000 100000

The warehouse is made up (`records.py`); half of the nominees are in it. The command is measured as a whole, file,
verdicts, kept result and journal included; then the question to the warehouse alone, in one process, in turn with a
bare ``SELECT count(*) … JOIN`` of nominees and records by subject, three times, the least of each.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from pathlib import Path

import duckdb
from measure import CREDIT, ROOT, find_agency, measure
from records import make_records

from credit_service.domain.identifier import USCC_ALPHABET, uscc_check
from credit_service.warehouse.apply_schema import SCHEMA_VERSION

DAY = "2026-09-30"
HEADERS = ("序号", "被推荐对象名称", "类别", "统一社会信用代码/证件号码", "推荐荣誉", "推荐单位")
INSIDE = """
import sys, time
from datetime import UTC, date, datetime
from pathlib import Path
import polars as pl
from credit_service.rulebook.compile_vetting import compile_vetting
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.run_query import SUBJECTS_IN_QUESTION, AssessmentRun
from credit_service.warehouse.vet import vet_nominees

day = date.fromisoformat(sys.argv[4])
rulebook = load_rulebook(Path(sys.argv[2]), day, is_proved=True)
run = AssessmentRun("benchmark", day, datetime.now(UTC), "")
own = pl.read_csv(sys.argv[3], infer_schema=False).select(
    place=pl.int_range(pl.len()), subject_id="uscc:" + pl.col("统一社会信用代码/证件号码"),
    subject_kind=pl.lit("organisation"), subject_name="被推荐对象名称", award=pl.lit("civilised_unit"),
)
costs = {"bare": [], "vetted": []}
with Warehouse(Path(sys.argv[1])).open() as session:
    for _ in range(3):
        for name in costs:
            wall, cpu = time.perf_counter(), time.process_time()
            if name == "bare":
                given = own.to_arrow()
                joined = session.connection.sql(
                    "SELECT place, record_id, kind, decided_on, document_no, authority_name"
                    " FROM given JOIN visible_records USING (subject_id)"
                ).pl().height
            else:
                compiled = compile_vetting(rulebook, SUBJECTS_IN_QUESTION)
                hits = vet_nominees(session, run, compiled, own).hits.height
            costs[name].append((time.perf_counter() - wall, time.process_time() - cpu))
best = {name: (min(w for w, _ in told), min(c for _, c in told)) for name, told in costs.items()}
for name, (wall, cpu) in best.items():
    print(f"  {name:<8} {wall:.2f} s wall {cpu:.2f} s CPU")
print(f"  {own.height} nominees, {joined} records of theirs, {hits} reasons; vetted / bare wall "
      f"{best['vetted'][0] / best['bare'][0]:.2f}, CPU {best['vetted'][1] / best['bare'][1]:.2f}")
"""


def main() -> None:
    """Make a warehouse and a list of nominees in a temporary home, and print what vetting them costs."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    nominees = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        home, sample = Path(folder) / "live", Path(folder) / "nominees.csv"
        home.mkdir()
        measure("found", [*CREDIT, "agency", "list", "--json"], home)
        warehouse = home / "warehouse.duckdb"
        warehouse.unlink(missing_ok=True)
        make_records(warehouse, records)
        write_nominees(warehouse, sample, nominees)
        command = [*CREDIT, "vet", str(sample), "--award", "文明单位", "--as-of", DAY, "--agency", find_agency()]
        cost = measure("credit vet --json", [*command, "--json"], home)
        print(f"{'':<28} {json.loads(cost.output)['counts']}")
        with_report = [*command, "--xlsx", str(home / "v.xlsx"), "--pdf", str(home / "v.pdf")]
        measure("with workbook and print", with_report, home)
        inside = [sys.executable, "-c", INSIDE, str(warehouse), str(ROOT / "rules"), str(sample), DAY]
        print(measure("inside one process", inside, home).output)


def write_nominees(warehouse: Path, target: Path, nominees: int) -> None:
    """Write a list of nominees under valid codes, and give half of them to subjects of the warehouse."""
    known = nominees // 2
    with duckdb.connect(str(warehouse)) as connection:
        found = connection.sql(
            "SELECT DISTINCT subject_id, subject_name FROM records WHERE subject_id LIKE 'uscc:%'"
            f" ORDER BY hash(subject_id) LIMIT {known}"
        ).fetchall()
        codes = [to_code(number) for number in range(nominees)]
        pairs = [(old, "uscc:" + code) for (old, _), code in zip(found, codes, strict=False)]
        connection.execute("CREATE TEMP TABLE renamed (old VARCHAR, new VARCHAR)")
        lists = {"old": [old for old, _ in pairs], "new": [new for _, new in pairs]}
        connection.execute("INSERT INTO renamed SELECT unnest($old), unnest($new)", lists)
        connection.execute("UPDATE records SET subject_id = new FROM renamed WHERE subject_id = old")
        connection.execute("INSERT INTO schema_version VALUES ($version)", {"version": SCHEMA_VERSION})
        connection.execute("UPDATE records SET subject_key = md5_number_lower(subject_id)")
    names = [name for _, name in found]
    with target.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(HEADERS)
        for number, code in enumerate(codes):
            name = names[number] if number < len(names) else f"新办测试企业{number}有限公司"
            writer.writerow((number + 1, name, "企业", code, "文明单位", "某局"))


def to_code(number: int) -> str:
    """Return a valid unified code that nobody bears."""
    body = "91990101MA" + "".join(USCC_ALPHABET[number // 30**place % 30] for place in range(6)) + "X"
    return body + uscc_check(body)


if __name__ == "__main__":
    main()
