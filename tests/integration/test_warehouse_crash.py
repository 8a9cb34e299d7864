"""A process that is killed loses nothing it said was stored, and leaves no half of anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.snapshot import LISTING_SCHEMA, find_snapshot, get_snapshot, publish_snapshot

ROWS = 400

WRITER = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
import polars as pl
from credit_service.domain.record import RECORD_FIELDS
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.snapshot import LISTING_SCHEMA, publish_snapshot
from credit_service.warehouse.write import StoredBatch

home, rows, first, what = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": date(2026, 1, 1), "instant": datetime(2026, 1, 1)}
FINDINGS = ("row", "sheet", "column", "value", "rule", "severity", "message", "remedy")

def records_of(batch_id, chunk):
    blank = {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
    made = [
        blank | {"record_id": f"{batch_id}-{chunk}-{n}", "batch_id": batch_id, "row": n, "act_key": f"{n}-{chunk}",
                 "subject_id": f"uscc:{n}", "subject_kind": "organisation"}
        for n in range(rows // 4)
    ]
    return pl.DataFrame(made, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})

no_findings = pl.DataFrame(schema={name: pl.Int64() if name == "row" else pl.String() for name in FINDINGS})
warehouse = Warehouse(home / "w.duckdb")
for number in range(first, first + 10_000):
    batch_id = f"B{number:05d}"
    with warehouse.open() as session:
        if what == "snapshot":
            snapshot = publish_snapshot(session, home / "snapshots", pl.DataFrame(schema=LISTING_SCHEMA))
            print(snapshot.number, flush=True)
            continue
        meta = StoredBatch(batch_id, "a", "t", "f", datetime(2026, 1, 1, tzinfo=UTC))
        with session.store_batch(meta) as writer:
            for chunk in range(4):
                writer.append(records_of(batch_id, chunk), no_findings, rows // 4, 0)
    print(batch_id, writer.digest, flush=True)
"""


def run_until_killed(home: Path, first: int, what: str, pause: float) -> list[str]:
    """Return the lines a writer said before it was killed, at a moment it did not choose."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(ROWS), str(first), what], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("pause", [0.004, 0.03])
def test_killed_writer_loses_nothing_acknowledged(tmp_path: Path, pause: float):
    acknowledged: dict[str, str] = {}
    for turn in range(2):
        lines = run_until_killed(tmp_path, turn * 1000, "store", pause)
        acknowledged |= dict(line.split() for line in lines if len(line.split()) == 2)
        with Warehouse(tmp_path / "w.duckdb").open() as session:
            held = session.verify_batches()
            counts = session.run_query("SELECT batch_id, count(*) AS n FROM records GROUP BY batch_id")
            assert {batch: held.get(batch) for batch in acknowledged} == acknowledged
            assert set(counts["n"]) == {ROWS}
            assert set(counts["batch_id"]) == set(session.applied()) == set(held)


@pytest.mark.parametrize("pause", [0.0, 0.03])
def test_killed_publication_leaves_the_previous_or_the_next(tmp_path: Path, pause: float):
    said = run_until_killed(tmp_path, 0, "snapshot", pause)
    snapshot = get_snapshot(tmp_path / "snapshots")
    assert snapshot.number in {int(said[-1]), int(said[-1]) + 1}
    assert snapshot.path.is_file()
    with Warehouse(tmp_path / "w.duckdb").open() as session:
        following = publish_snapshot(session, tmp_path / "snapshots", pl.DataFrame(schema=LISTING_SCHEMA))
    assert following.number > snapshot.number
    assert find_snapshot(tmp_path / "snapshots") == following
    assert not list((tmp_path / "snapshots").glob("building-*"))
