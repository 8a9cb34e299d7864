"""One visit to the open warehouse.

`connection.Warehouse.open` hands sessions out; everything the service does with records happens through their methods.
Several sessions of one process read side by side, each seeing a consistent state; writers take turns.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import duckdb
import polars as pl

from credit_service.domain.batch import Finding, FindingSeverity, Retraction
from credit_service.errors import StorageFull, WarehouseBusy
from credit_service.warehouse import run_query as queries
from credit_service.warehouse import write
from credit_service.warehouse.digest import compute_digests
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.reconcile import Difference, JournalEntry, compare_with_journal


class Session:
    """The warehouse, open; valid until the ``with`` block that made it ends."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, writing: RLock, path: Path, limits: WarehouseLimits
    ) -> None:
        self.connection = connection
        """For this room only; nobody else may know DuckDB."""
        self._writing = writing
        self._path = path
        self._limits = limits

    @contextmanager
    def store_batch(self, meta: write.StoredBatch) -> Iterator[write.BatchWriter]:
        """Store a batch in one transaction, replacing what is held of it; roll back on any exception.

        Args:
            meta: The batch.

        Yields:
            The writer; its counts and ``digest`` are final after the block.

        Raises:
            StorageFull: The disk has too little room to begin.
            WarehouseBusy: Another thread has been writing for too long.
        """
        self._check_room()
        with self.write_turn(), write.store_batch(self.connection, meta) as writer:
            yield writer

    def mirror_retractions(self, retractions: Iterable[Retraction]) -> None:
        """Take over the ledger's withdrawals and settle what holds; those already known change nothing."""
        with self.write_turn():
            write.mirror_retractions(self.connection, retractions)

    def drop_batch(self, batch_id: str) -> None:
        """Remove a batch and its findings; what it replaced holds again as though it had never been stored."""
        with self.write_turn():
            write.drop_batch(self.connection, batch_id)

    def applied(self) -> dict[str, write.AppliedBatch]:
        """Return every stored batch by its id."""
        return write.list_applied(self.connection)

    def verify_batches(self) -> dict[str, str]:
        """Return the digest of every batch, recomputed from the rows really there; empty for rows of no batch."""
        return compute_digests(self.connection)

    def compare_with_journal(self, journal: Iterable[JournalEntry]) -> tuple[Difference, ...]:
        """Return every batch on which warehouse and ledger differ."""
        return compare_with_journal(self.applied(), self.verify_batches(), journal)

    def find_findings(self, batch_id: str) -> tuple[Finding, ...]:
        """Return every finding of a batch, in the order of its rows."""
        frame = self.run_query(
            'SELECT sheet, row, "column", value, rule, severity, message, remedy FROM rejections'
            " WHERE batch_id = $batch_id ORDER BY ALL",
            {"batch_id": batch_id},
        )
        return tuple(
            Finding(**{**row, "severity": FindingSeverity(row["severity"])}) for row in frame.iter_rows(named=True)
        )

    def run_query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """Return the answer of one SELECT of the service's own; values go into ``parameters``."""
        return queries.run_query(self.connection, sql, parameters)

    def run_assessment(self, run: queries.AssessmentRun, compiled: queries.CompiledRules) -> queries.AssessmentCounts:
        """Score everybody in one transaction; an earlier run of the same id is replaced.

        Raises:
            StorageFull: The disk has too little room to begin.
            WarehouseBusy: Another thread has been writing for too long.
        """
        self._check_room()
        with self.write_turn():
            return queries.run_assessment(self.connection, run, compiled)

    def run_explanation(
        self, run: queries.AssessmentRun, compiled: queries.CompiledRules, subject_id: str
    ) -> pl.DataFrame:
        """Return why one subject scores as it does, as the last statement of ``compiled.explain`` selects it."""
        return queries.run_explanation(self.connection, run, compiled, subject_id)

    @contextmanager
    def write_turn(self) -> Iterator[None]:
        """Wait for the other writers of this process."""
        if not self._writing.acquire(timeout=self._limits.turn_seconds):
            message = "数据仓库正在写入另一批数据，等待超时。"
            raise WarehouseBusy(message, remedy="请稍后重试；已上传的文件不会丢失，系统会继续入库。")
        try:
            yield
        finally:
            self._writing.release()

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._path.parent).free
        if free < self._limits.free_bytes:
            message = f"磁盘剩余空间仅 {free // 2**20} MB，不足以安全入库。"
            raise StorageFull(message, remedy="请清理磁盘后重试；已上传的文件不会丢失。", free_bytes=free)
