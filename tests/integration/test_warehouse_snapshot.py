"""Snapshots hold masked data only, and are swapped in one step."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pytest

from credit_service.domain.record import RECORD_FIELDS
from credit_service.errors import SnapshotMissing
from credit_service.warehouse.connection import Session, Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.snapshot import (
    LISTING_SCHEMA,
    SNAPSHOT_TABLES,
    Snapshot,
    find_snapshot,
    get_snapshot,
    publish_snapshot,
)
from credit_service.warehouse.write import StoredBatch

TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": date(2026, 1, 1), "instant": datetime(2026, 1, 1, tzinfo=UTC)}
CANARY = "金丝雀"
COMPANY = {
    "subject_kind": "organisation",
    "subject_id": "uscc:91350100M000100Y43",
    "identifier_code": "91350100M000100Y43",
}
BUSINESS = {
    "subject_kind": "individual_business",
    "subject_id": "reg:110105194912310",
    "identifier_code": "110105194912310",
}
NO_FINDINGS = pl.DataFrame(
    schema=dict.fromkeys(("row", "sheet", "column", "value", "rule", "severity", "message", "remedy"), pl.String())
)


def person(number: int) -> dict[str, object]:
    return {
        "subject_kind": "person",
        "subject_id": f"psn:{number:032d}",
        "subject_name": f"{CANARY}名*",
        **{name: f"{CANARY}{name}" for name in ("fact", "basis", "outcome", "topic", "document_no", "consent_no")},
    }


def store(session: Session, batch_id: str, rows: list[dict[str, object]]) -> None:
    blank = {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
    made = [
        blank
        | {
            "record_id": f"{batch_id}-{n:07d}",
            "batch_id": batch_id,
            "row": n,
            "act_key": f"{batch_id}{n}",
            "kind": "penalty",
            "visible_at": BLANK["instant"],
        }
        | row
        for n, row in enumerate(rows, start=2)
    ]
    records = pl.DataFrame(made, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})
    meta = StoredBatch(batch_id, "11990101MB00000015", "t", f"{CANARY}文件.csv", datetime(2026, 1, 1, tzinfo=UTC))
    with session.store_batch(meta) as writer:
        writer.append(records, NO_FINDINGS, len(rows), 0)


@pytest.fixture
def session(tmp_path: Path):
    with Warehouse(tmp_path / "w.duckdb", WarehouseLimits(threads=1)).open() as session:
        store(
            session,
            "B1",
            [
                COMPANY
                | {
                    "subject_name": "某公司（测试）",
                    "fine_fen": 123,
                    "fact": f"{CANARY}事实",
                    "topic": "违反食品安全管理规定",
                },
                BUSINESS | {"subject_name": "某小店（测试）"},
            ],
        )
        store(session, "B2", [person(n) for n in range(5)])
        store(session, "B3", [person(n) | {"kind": "honour"} for n in range(4)])
        session.connection.sql(
            "INSERT INTO assessment_runs"
            " VALUES ('A1', '2026-01-01', '2026-01-01', 'h', 1, 1, '2026-01-01', 1, 'f', 'r')"
        )
        session.connection.sql(
            "INSERT INTO assessment_runs"
            " VALUES ('A2', '2026-02-01', '2026-02-01', 'h', 1, 1, '2026-02-01', 1, 'f', 'r')"
        )
        session.connection.sql("INSERT INTO scores VALUES ('A1', 'uscc:91350100M000100Y43', 0, 1, 'A', 1, false)")
        session.connection.sql("INSERT INTO scores VALUES ('A2', 'uscc:91350100M000100Y43', 0, -123456, 'D', 1, false)")
        session.connection.sql("INSERT INTO scores VALUES ('A2', 'psn:1', 0, 1, 'A', 1, false)")
        yield session


def publish(session: Session, home: Path) -> Snapshot:
    listing = (
        "K1",
        "uscc:91350100M000100Y43",
        "某公司（测试）",
        "91350100M000100Y43",
        "black",
        "t",
        3,
        date(2026, 1, 1),
        None,
        None,
    )
    hidden = ("K2", "psn:1", f"{CANARY}名", None, "black", "t", 3, date(2026, 1, 1), None, None)
    listings = pl.DataFrame([listing, hidden], schema=LISTING_SCHEMA, orient="row")
    return publish_snapshot(session, home / "snapshots", listings)


def read(snapshot: Snapshot, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_no_byte_of_a_person_is_in_the_file(session: Session, tmp_path: Path):
    content = publish(session, tmp_path).path.read_bytes()
    assert "某公司（测试）".encode() in content
    assert CANARY.encode() not in content
    assert b"psn:" not in content
    assert b"00000000000000001" not in content


def test_tables_are_the_described_ones(session: Session, tmp_path: Path):
    snapshot = publish(session, tmp_path)
    found = read(
        snapshot, "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
    )
    described = [(t.name, c.name, c.type, c.comment) for t in SNAPSHOT_TABLES for c in t.columns]
    assert sorted(found) == sorted(described)


def test_records_are_of_organisations_without_free_text(session: Session, tmp_path: Path):
    rows = read(publish(session, tmp_path), "SELECT record_id, topic, fine_yuan, category FROM records_public")
    assert rows == [("B1-0000002", "违反食品安全管理规定", Decimal("1.23"), None)]


def test_subjects_are_organisations_and_businesses(session: Session, tmp_path: Path):
    rows = read(publish(session, tmp_path), "SELECT name, kind FROM subjects_public ORDER BY kind")
    assert rows == [("某小店（测试）", "individual_business"), ("某公司（测试）", "organisation")]


def test_scores_are_of_the_latest_run_and_never_of_persons(session: Session, tmp_path: Path):
    rows = read(publish(session, tmp_path), "SELECT run_id, subject_id, points FROM scores")
    assert rows == [("A2", "uscc:91350100M000100Y43", Decimal("-12.3456"))]


def test_persons_are_counts_of_five_or_more(session: Session, tmp_path: Path):
    snapshot = publish(session, tmp_path)
    assert read(snapshot, "SELECT kind, month, persons FROM person_counts") == [("penalty", date(2026, 1, 1), 5)]
    assert read(snapshot, "SELECT batch_id, accepted FROM batches") == [("B1", 2), ("B2", 5), ("B3", None)]


def test_listings_are_those_given_without_persons(session: Session, tmp_path: Path):
    assert read(publish(session, tmp_path), "SELECT case_id FROM listings") == [("K1",)]


def test_pointer_follows_and_three_versions_stay(session: Session, tmp_path: Path):
    published = [publish(session, tmp_path) for _ in range(5)]
    assert [snapshot.number for snapshot in published] == [1, 2, 3, 4, 5]
    assert find_snapshot(tmp_path / "snapshots") == published[-1]
    left = sorted(path.name for path in (tmp_path / "snapshots").glob("*.duckdb*"))
    assert left == [snapshot.path.name for snapshot in published[-3:]]


def test_name_is_the_digest_of_the_bytes(session: Session, tmp_path: Path):
    snapshot = publish(session, tmp_path)
    assert sha256(snapshot.path.read_bytes()).hexdigest().startswith(snapshot.digest)
    assert snapshot.path.name == f"snap-000001-{snapshot.digest}.duckdb"


def test_reader_keeps_the_version_it_opened(session: Session, tmp_path: Path):
    first = publish(session, tmp_path)
    with duckdb.connect(str(first.path), read_only=True) as reader:
        for _ in range(4):
            publish(session, tmp_path)
        assert not first.path.exists()
        assert reader.sql("SELECT count(*) FROM records_public").fetchall() == [(1,)]


def test_without_a_snapshot_the_operator_hears_what_to_do(tmp_path: Path):
    assert find_snapshot(tmp_path) is None
    with pytest.raises(SnapshotMissing, match="assess"):
        get_snapshot(tmp_path)


def test_pointer_to_elsewhere_is_no_snapshot(tmp_path: Path):
    (tmp_path / "current").write_text("../w.duckdb\n", encoding="utf-8")
    assert find_snapshot(tmp_path) is None


def test_listings_of_another_shape_are_refused(session: Session, tmp_path: Path):
    with pytest.raises(ValueError, match="listings"):
        publish_snapshot(session, tmp_path, pl.DataFrame({"case_id": ["K1"]}))
