"""Batches go in whole, once, and in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from credit_service.domain.batch import FindingSeverity
from credit_service.domain.record import RECORD_FIELDS
from credit_service.errors import StorageFull
from credit_service.intake.findings import to_findings
from credit_service.warehouse.connection import Session, Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.reconcile import Mismatch
from credit_service.warehouse.write import StoredBatch

TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": date(2026, 1, 1), "instant": datetime(2026, 1, 1, tzinfo=UTC)}
DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
FINDINGS = pl.DataFrame(
    [[7, "", "处罚决定日期", "昨天", "date", "error", "不是日期", "请写2026/01/31"]],
    schema=["row", "sheet", "column", "value", "rule", "severity", "message", "remedy"],
    orient="row",
)
NO_FINDINGS = FINDINGS.clear()


def records_of(batch_id: str, acts: Sequence[str], day: int = 0, fact: str = "") -> pl.DataFrame:
    blank = {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
    rows = [
        blank
        | {
            "record_id": f"{batch_id}-{number:07d}",
            "batch_id": batch_id,
            "row": number,
            "act_key": act,
            "subject_id": f"uscc:{act}",
            "subject_kind": "organisation",
            "fact": fact or batch_id,
            "learned_at": DAY + timedelta(days=day),
            "visible_at": DAY + timedelta(days=day),
        }
        for number, act in enumerate(acts, start=2)
    ]
    return pl.DataFrame(rows, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})


def store(session: Session, batch_id: str, acts: Sequence[str], day: int = 0) -> str:
    with session.store_batch(meta_of(batch_id)) as writer:
        writer.append(records_of(batch_id, acts, day), FINDINGS, len(acts) + 1, 0)
    return writer.digest


def meta_of(batch_id: str) -> StoredBatch:
    return StoredBatch(batch_id, "11990101MB00000015", "penalty_org", "一月.csv", datetime(2026, 2, 1, tzinfo=UTC))


def marks(session: Session) -> list[tuple[str, int | None, int | None]]:
    """Return each record with the day since when and the day until when it holds."""
    frame = session.run_query("SELECT record_id, visible_at, superseded_at FROM records ORDER BY record_id")
    return [(key, *(None if at is None else (at - DAY).days for at in span)) for key, *span in frame.iter_rows()]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", WarehouseLimits(threads=1))


def test_table_records_is_the_domains_list_of_fields(warehouse: Warehouse):
    types = {"VARCHAR": "text", "BIGINT": "int", "BOOLEAN": "bool", "DATE": "date", "TIMESTAMP": "instant"}
    with warehouse.open() as session:
        columns = session.run_query("SELECT * FROM (DESCRIBE records)").rows(named=True)
    columns = [column for column in columns if column["column_name"] != "subject_key"]
    found = [(c["column_name"], types[c["column_type"]] + ("?" if c["null"] == "YES" else "")) for c in columns]
    assert found == list(RECORD_FIELDS)


def test_stored_batch_is_there_with_counts_and_findings(warehouse: Warehouse):
    with warehouse.open() as session:
        with session.store_batch(meta_of("B1")) as writer:
            writer.append(records_of("B1", ["a", "b"]), NO_FINDINGS, 3, 1)
            writer.append(records_of("B1", ["c"]), FINDINGS, 2, 0)
        applied = session.applied()["B1"]
        (finding,) = to_findings(session.frame_findings("B1"))
    assert (applied.rows, applied.accepted, applied.rejected, applied.blank) == (5, 3, 1, 1)
    assert (writer.rows, writer.accepted, writer.rejected, writer.blank) == (5, 3, 1, 1)
    assert applied.records_digest == writer.digest != ""
    assert applied.stored_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert (finding.row, finding.column, finding.severity) == (7, "处罚决定日期", FindingSeverity.ERROR)


def test_records_outlive_the_session(warehouse: Warehouse):
    with warehouse.open() as session:
        store(session, "B1", ["a"])
    with warehouse.open() as session:
        assert session.run_query("SELECT record_id FROM records").to_series().to_list() == ["B1-0000002"]


def test_same_batch_twice_equals_once(warehouse: Warehouse):
    with warehouse.open() as session:
        first = store(session, "B1", ["a", "b"])
        before = session.run_query("SELECT * FROM records ORDER BY record_id")
        assert store(session, "B1", ["a", "b"]) == first
        assert session.run_query("SELECT * FROM records ORDER BY record_id").equals(before)
        assert session.frame_findings("B1").height == 1


def test_storing_again_replaces_only_that_batch(warehouse: Warehouse):
    with warehouse.open() as session:
        store(session, "B1", ["a", "b"])
        other = store(session, "B2", ["x"])
        store(session, "B1", ["a"])
        assert session.run_query("SELECT count(*) FROM records").item() == 2
        assert session.verify_batches()["B2"] == other


def test_exception_in_the_block_leaves_what_was_there(warehouse: Warehouse):
    with warehouse.open() as session:
        first = store(session, "B1", ["a", "b"])
        with pytest.raises(KeyError), session.store_batch(meta_of("B1")) as writer:
            writer.append(records_of("B1", ["z"]), NO_FINDINGS, 1, 0)
            raise KeyError
        assert session.verify_batches() == {"B1": first}


def test_person_under_a_public_code_is_refused_by_the_store(warehouse: Warehouse):
    leaking = records_of("B1", ["a"]).with_columns(pl.lit("person").alias("subject_kind"))
    with warehouse.open() as session:
        with pytest.raises(duckdb.ConstraintException), session.store_batch(meta_of("B1")) as writer:
            writer.append(leaking, NO_FINDINGS, 1, 0)
        assert session.applied() == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.drop("topic"),
        lambda frame: frame.with_columns(pl.lit("B2").alias("batch_id")),
        lambda frame: frame.with_columns(pl.col("learned_at") + pl.duration(days=pl.col("row"))),
    ],
)
def test_frame_of_another_shape_or_batch_is_refused(
    warehouse: Warehouse, spoil: Callable[[pl.DataFrame], pl.DataFrame]
):
    with warehouse.open() as session, pytest.raises(ValueError, match="record"):  # noqa: SIM117 - the store is meant
        with session.store_batch(meta_of("B1")) as writer:
            writer.append(spoil(records_of("B1", ["a", "b"])), NO_FINDINGS, 2, 0)


def test_more_accepted_than_received_is_refused(warehouse: Warehouse):
    with warehouse.open() as session, pytest.raises(ValueError, match="2 accepted"):  # noqa: SIM117 - the store is meant
        with session.store_batch(meta_of("B1")) as writer:
            writer.append(records_of("B1", ["a", "b"]), NO_FINDINGS, 1, 0)


def test_later_report_of_an_act_supersedes_the_earlier(warehouse: Warehouse):
    with warehouse.open() as session:
        store(session, "B1", ["a", "b"], day=1)
        store(session, "B2", ["b"], day=2)
        store(session, "B3", ["b"], day=3)
        assert marks(session) == [
            ("B1-0000002", 1, None),
            ("B1-0000003", 1, 2),
            ("B2-0000002", 2, 3),
            ("B3-0000002", 3, None),
        ]


def test_dropping_a_batch_gives_back_the_marks(warehouse: Warehouse):
    with warehouse.open() as session:
        for day, batch_id in enumerate(["B1", "B2", "B3"]):
            store(session, batch_id, ["a"], day=day)
        session.drop_batch("B2")
        assert marks(session) == [("B1-0000002", 0, 2), ("B3-0000002", 2, None)]
        session.drop_batch("B3")
        assert marks(session) == [("B1-0000002", 0, None)]
        assert session.frame_findings("B3").is_empty()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1, 2, 1, 0]])
def test_marks_do_not_depend_on_the_order_of_storing(warehouse: Warehouse, order: list[int]):
    batches = [("B1", ["a", "b", "c"], 1), ("B2", ["b", "c"], 2), ("B0", ["c", "d"], 2)]
    with warehouse.open() as session:
        for place in order:
            store(session, *batches[place])
        # B0 and B2 were learned at one instant: the ids decide, so that the outcome never depends on chance.
        assert marks(session) == [
            ("B0-0000002", None, None),
            ("B0-0000003", 2, None),
            ("B1-0000002", 1, None),
            ("B1-0000003", 1, 2),
            ("B1-0000004", 1, 2),
            ("B2-0000002", 2, None),
            ("B2-0000003", 2, None),
        ]


def test_digest_ignores_order_chunks_and_later_batches(warehouse: Warehouse):
    with warehouse.open() as session:
        first = store(session, "B1", ["a", "b", "c"])
        store(session, "B2", ["b"], day=2)
        assert session.verify_batches()["B1"] == first
        whole = records_of("B1", ["a", "b", "c"])
        with session.store_batch(meta_of("B1")) as writer:
            writer.append(whole[2:], NO_FINDINGS, 1, 0)
            writer.append(whole[1::-1], FINDINGS, 3, 0)
        assert writer.digest == first


def test_digest_is_the_one_of_the_day_it_was_written(warehouse: Warehouse):
    # A change of this text means that every warehouse differs from its ledger: raise SCHEMA_VERSION with it.
    with warehouse.open() as session:
        assert store(session, "B1", ["a", "b"]) == "9df669a9978ebb71164ddd9f8db075a6"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records SET fine_fen = 1 WHERE row = 2",
        "UPDATE records SET ends_on = DATE '2026-01-01' WHERE row = 2",
        "DELETE FROM records WHERE row = 2",
        "INSERT INTO records SELECT * FROM records",
        "DELETE FROM rejections",
        "UPDATE applied SET rejected = 0, blank = 1",
        "DELETE FROM applied",
    ],
)
def test_any_damage_shows(warehouse: Warehouse, damage: str):
    with warehouse.open() as session:
        digest = store(session, "B1", ["a", "b"])
        session.connection.sql(damage)
        (difference,) = session.compare_with_journal([("B1", digest, (3, 2, 1, 0))])
        assert session.verify_batches().get("B1") != digest
        assert difference.mismatch in Mismatch


def test_batch_is_not_begun_on_a_full_disk(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "w.duckdb", WarehouseLimits(free_bytes=2**62))
    with warehouse.open() as session, pytest.raises(StorageFull), session.store_batch(meta_of("B1")):
        pass
