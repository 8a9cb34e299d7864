"""Writing batches: all rows of a batch in one transaction, or none.

Before it come record frames of the one schema (`normalise`) and findings (`intake`); after it the batch is in the
warehouse exactly once, however often it was stored before. It deliberately knows no file and no template.

When a record holds is a pure function of the batches and withdrawals stored (`visibility`). So batches may be stored,
dropped, withdrawn and stored again in any order, and the spans come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl
import pyarrow as pa

from credit_service.domain.batch import Retraction
from credit_service.domain.record import RECORD_FIELDS
from credit_service.warehouse import visibility
from credit_service.warehouse.digest import FINDING_FIELDS, Counts, compute_digests
from credit_service.warehouse.one_subject import SUBJECT_KEY

ROW_GROUP = 122_880
"""Rows of one row group of a DuckDB table."""
_RECORD_COLUMNS = [name for name, _ in RECORD_FIELDS]


@dataclass(frozen=True)
class StoredBatch:
    """What is known of a batch before its rows."""

    batch_id: str
    agency_code: str
    template: str
    file_name: str
    stored_at: datetime
    received_at: datetime | None = None
    """None: it was stored as soon as it was received."""


@dataclass(frozen=True)
class AppliedBatch:
    """A batch as the warehouse holds it."""

    batch_id: str
    agency_code: str
    template: str
    file_name: str
    rows: int
    accepted: int
    rejected: int
    blank: int
    records_digest: str
    received_at: datetime
    stored_at: datetime


class BatchWriter:
    """Takes the chunks of one batch; counts and digest are final when the ``with`` block has ended."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, meta: StoredBatch) -> None:
        self._connection = connection
        self._meta = meta
        self._learned_at: datetime | None = None
        self._waiting: list[pl.DataFrame] = []
        self.rows = 0
        self.accepted = 0
        self.blank = 0
        self.digest = ""

    @property
    def rejected(self) -> int:
        """Rows neither accepted nor blank."""
        return self.rows - self.accepted - self.blank

    def append(self, records: pl.DataFrame, findings: pl.DataFrame, rows: int, blank: int) -> None:
        """Add one chunk.

        Args:
            records: Accepted rows as records; exactly the columns of `domain.record.RECORD_FIELDS`.
            findings: ``row sheet column value rule severity message remedy``, one row per fault.
            rows: Data rows received in this chunk.
            blank: Those of them that were blank.

        **Shape**: memory is bounded by the chunk and one row group of DuckDB's, whatever the size of the batch.
        """
        if records.columns != _RECORD_COLUMNS:
            message = f"a record frame must have the columns of RECORD_FIELDS, not {records.columns}"
            raise ValueError(message)
        if records.height + blank > rows:
            message = f"{records.height} accepted and {blank} blank rows cannot come of {rows}"
            raise ValueError(message)
        if records.height:
            self._check_origin(records)
            self._insert_row_groups(records)
        if findings.height:
            batch_id = pl.lit(self._meta.batch_id).alias("batch_id")
            _insert(self._connection, "rejections", findings.select(batch_id, *FINDING_FIELDS))
        self.rows += rows
        self.accepted += records.height
        self.blank += blank

    def _insert_row_groups(self, records: pl.DataFrame) -> None:
        """Insert what fills whole row groups and keep the rest: DuckDB writes odd pieces twice.

        What is kept is a piece of the last chunk: a piece of several put together would hold the texts of them all.
        """
        self._waiting.append(records)
        height = sum(piece.height for piece in self._waiting)
        if height < ROW_GROUP:
            return
        cut = records.height - height % ROW_GROUP
        whole = pl.concat([*self._waiting[:-1], records[:cut]])
        self._waiting = [records[cut:]]
        for start in range(0, whole.height, ROW_GROUP):
            _insert(self._connection, "records", whole[start : start + ROW_GROUP])

    def _check_origin(self, records: pl.DataFrame) -> None:
        batches = records["batch_id"].unique().to_list()
        instants = records["learned_at"].unique().to_list()
        first = self._learned_at or instants[0]
        if batches != [self._meta.batch_id] or instants != [first]:
            message = f"records of batch {self._meta.batch_id} must carry its id and one learned_at"
            raise ValueError(message)
        self._learned_at = first

    def finish(self) -> None:
        """Settle what holds of the acts it reports, and write the ``applied`` row, last."""
        if any(piece.height for piece in self._waiting):
            _insert(self._connection, "records", pl.concat(self._waiting))
        visibility.touch_acts_of_batch(self._connection, self._meta.batch_id)
        visibility.settle(self._connection)
        counts = Counts(self.rows, self.accepted, self.rejected, self.blank)
        self._insert_applied(counts)
        self.digest = compute_digests(self._connection, self._meta.batch_id)[self._meta.batch_id]
        self._connection.sql(
            "UPDATE applied SET records_digest = $digest WHERE batch_id = $batch_id",
            params={"digest": self.digest, "batch_id": self._meta.batch_id},
        )

    def _insert_applied(self, counts: Counts) -> None:
        self._connection.sql(
            "INSERT INTO applied VALUES ($batch_id, $agency_code, $template, $file_name, $rows, $accepted, $rejected,"
            " $blank, '', $received_at, $stored_at)",
            params={
                "batch_id": self._meta.batch_id,
                "agency_code": self._meta.agency_code,
                "template": self._meta.template,
                "file_name": self._meta.file_name,
                **counts._asdict(),
                "received_at": to_naive_utc(self._meta.received_at or self._meta.stored_at),
                "stored_at": to_naive_utc(self._meta.stored_at),
            },
        )


@contextmanager
def in_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end of the block; roll back when anything at all goes wrong in it."""
    connection.sql("BEGIN TRANSACTION")
    try:
        yield
        connection.sql("COMMIT")
    except BaseException:
        # A broken instance cannot even roll back; what was not committed is gone anyway.
        with suppress(duckdb.Error):
            connection.sql("ROLLBACK")
        raise


@contextmanager
def store_batch(connection: duckdb.DuckDBPyConnection, meta: StoredBatch) -> Iterator[BatchWriter]:
    """Store a batch in one transaction, in place of whatever the warehouse held of it.

    Args:
        connection: The open warehouse.
        meta: The batch.

    Yields:
        The writer that takes its chunks.
    """
    with in_transaction(connection), put_batch(connection, meta) as writer:
        yield writer


@contextmanager
def put_batch(connection: duckdb.DuckDBPyConnection, meta: StoredBatch) -> Iterator[BatchWriter]:
    """Store a batch in the transaction that is open, in place of whatever the warehouse held of it.

    Yields:
        The writer that takes its chunks.
    """
    _remove(connection, meta.batch_id)
    writer = BatchWriter(connection, meta)
    yield writer
    writer.finish()


def drop_batch(connection: duckdb.DuckDBPyConnection, batch_id: str) -> None:
    """Remove a batch; what it replaced holds again as though it had never been stored."""
    with in_transaction(connection):
        _remove(connection, batch_id)


def mirror_retractions(connection: duckdb.DuckDBPyConnection, retractions: Iterable[Retraction]) -> None:
    """Take over the ledger's withdrawals; those already here change nothing.

    Args:
        connection: The open warehouse.
        retractions: All of the ledger, or some.
    """
    with in_transaction(connection):
        known = set(connection.sql("SELECT batch_id, record_id FROM retracted").fetchall())
        for one in retractions:
            if (one.batch_id, one.record_id) in known:
                continue
            connection.sql(
                "INSERT INTO retracted VALUES ($batch_id, $record_id, $retracted_at, $reason)",
                params={
                    "batch_id": one.batch_id,
                    "record_id": one.record_id,
                    "retracted_at": to_naive_utc(one.retracted_at),
                    "reason": one.reason,
                },
            )
            visibility.touch_acts_withdrawn(connection, one.batch_id, one.record_id)
            visibility.settle(connection)


def list_applied(connection: duckdb.DuckDBPyConnection) -> dict[str, AppliedBatch]:
    """Return every stored batch by its id."""
    frame: pl.DataFrame = connection.sql("SELECT * FROM applied ORDER BY batch_id").pl()
    frame = frame.with_columns(pl.col("received_at", "stored_at").dt.replace_time_zone("UTC"))
    return {row["batch_id"]: AppliedBatch(**row) for row in frame.iter_rows(named=True)}


def to_naive_utc(instant: datetime) -> datetime:
    """Return the instant as the warehouse keeps it: UTC without a zone."""
    return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)


_TAKEN = {"records": f"*, {SUBJECT_KEY} AS subject_key", "rejections": "*"}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    # As string views, DuckDB reads the texts where they lie; the default form copies them first.
    rows = frame.to_arrow(compat_level=pl.CompatLevel.newest())
    # DuckDB keeps what was registered until the transaction ends: so not the rows, but a reader that lets go of them.
    reader = pa.RecordBatchReader.from_batches(rows.schema, iter(rows.to_batches()))
    connection.register("incoming_chunk", reader)
    try:
        connection.sql(f"INSERT INTO {table} BY NAME SELECT {_TAKEN[table]} FROM incoming_chunk")  # noqa: S608 - two fixed names
    finally:
        # In an aborted transaction nothing may be unregistered; the fault that aborted it must not be hidden by that.
        with suppress(duckdb.Error):
            connection.unregister("incoming_chunk")


def _remove(connection: duckdb.DuckDBPyConnection, batch_id: str) -> None:
    visibility.touch_acts_of_batch(connection, batch_id)
    connection.sql(
        "DELETE FROM returned WHERE record_id IN (SELECT record_id FROM records WHERE batch_id = $batch_id)",
        params={"batch_id": batch_id},
    )
    for table in ("records", "rejections", "applied"):
        connection.sql(
            f"DELETE FROM {table} WHERE batch_id = $batch_id",  # noqa: S608 - three fixed names
            params={"batch_id": batch_id},
        )
    visibility.settle(connection)
