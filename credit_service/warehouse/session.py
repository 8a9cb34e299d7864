"""One visit to the open warehouse.

`connection.Warehouse.open` hands sessions out; everything the service does with records happens through their methods.
Several sessions of one process read side by side, each seeing a consistent state; writers take turns.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock

import duckdb
import polars as pl

from credit_service.domain.batch import Effects, Retraction
from credit_service.errors import StorageFull, WarehouseBusy
from credit_service.warehouse import hypothesis, write
from credit_service.warehouse import run_query as queries
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
        with self.write_turn(), self._less_memory(), write.store_batch(self.connection, meta) as writer:
            yield writer

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Let the block store and assess, then roll everything back, whatever happened.

        Yields:
            A session of the same methods that sees what the block stored, and nobody else does.

        Raises:
            StorageFull: The disk has too little room to begin.
            WarehouseBusy: Another thread has been writing for too long.
        """
        self._check_room()
        with self.write_turn():
            self.connection.sql("BEGIN TRANSACTION")
            try:
                yield Trial(self.connection, self._writing, self._path, self._limits)
            finally:
                # A broken instance cannot even roll back; what was not committed is gone anyway.
                with suppress(duckdb.Error):
                    self.connection.sql("ROLLBACK")

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

    def find_newest_learned(self) -> datetime | None:
        """Return the latest instant at which anything was stored, withdrawn, linked, unlinked or repaired, or None."""
        newest: datetime | None = self.run_query(_NEWEST).item()
        return None if newest is None else newest.replace(tzinfo=UTC)

    def frame_findings(self, batch_id: str) -> pl.DataFrame:
        """Return every finding of a batch, in the order of its rows.

        **Shape**: ``row sheet column value rule severity message remedy``.
        """
        return self.run_query(_FINDINGS, {"batch_id": batch_id})

    def has_record(self, record_id: str) -> bool:
        """Return whether there is a record of this id, whether it holds or not."""
        found = self.run_query("SELECT 1 FROM records WHERE record_id = $record_id", {"record_id": record_id})
        return not found.is_empty()

    def list_holding(self, batch_id: str, record_id: str | None = None) -> list[str]:
        """Return the ids of the records of a batch that hold now; of one record where it is named."""
        answer = self.run_query(_HOLDING, {"batch_id": batch_id, "record_id": record_id})
        return answer["record_id"].to_list()

    def count_effects(self, batch_id: str) -> Effects:
        """Return what the records of a batch did to what stood when it was learned."""
        return Effects(**self.run_query(_EFFECTS, {"batch_id": batch_id}).row(0, named=True))

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

    def repeat_assessment(self, run: queries.AssessmentRun, compiled: queries.CompiledRules) -> queries.RepeatedResult:
        """Do a run again beside what is stored of it, compare, and leave nothing behind.

        Raises:
            StorageFull: The disk has too little room to begin.
            WarehouseBusy: Another thread has been writing for too long.
        """
        self._check_room()
        with self.write_turn():
            return queries.repeat_assessment(self.connection, run, compiled)

    def read_facts(
        self, run: queries.AssessmentRun, compiled: queries.CompiledRules, subject_id: str
    ) -> tuple[pl.DataFrame, str]:
        """Return the facts the rules read of one subject, and its name (`hypothesis.read_facts`)."""
        return hypothesis.read_facts(self.connection, run, compiled, subject_id)

    def find_near_misses(
        self, run: queries.AssessmentRun, compiled: queries.CompiledRules, subject_id: str
    ) -> pl.DataFrame:
        """Return how close one subject is to which list (`hypothesis.find_near_misses`)."""
        return hypothesis.find_near_misses(self.connection, run, compiled, subject_id)

    def propose_if(
        self,
        run: queries.AssessmentRun,
        compiled: queries.CompiledRules,
        subject_id: str,
        repaired: Mapping[date, list[str]],
    ) -> pl.DataFrame:
        """Return one subject's candidates if records were repaired (`hypothesis.propose_if`); stores nothing."""
        return hypothesis.propose_if(self.connection, run, compiled, subject_id, repaired)

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

    @contextmanager
    def _less_memory(self) -> Iterator[None]:
        """Leave memory to whoever makes the rows that are stored."""
        self.connection.sql(f"SET memory_limit = '{self._limits.store_memory_mb}MB'")
        try:
            yield
        finally:
            # A broken instance is dropped anyway.
            with suppress(duckdb.Error):
                self.connection.sql(f"SET memory_limit = '{self._limits.memory_mb}MB'")

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._path.parent).free
        if free < self._limits.free_bytes:
            message = f"磁盘剩余空间仅 {free // 2**20} MB，不足以安全入库。"
            raise StorageFull(message, remedy="请清理磁盘后重试；已上传的文件不会丢失。", free_bytes=free)


class Trial(Session):
    """A session inside a transaction that will be rolled back; only what is named here differs."""

    @contextmanager
    def store_batch(self, meta: write.StoredBatch) -> Iterator[write.BatchWriter]:
        """Store a batch for as long as the trial lasts."""
        with write.put_batch(self.connection, meta) as writer:
            yield writer

    def find_candidates(
        self, run: queries.AssessmentRun, compiled: queries.CompiledRules, batch_id: str
    ) -> pl.DataFrame:
        """Return the candidates among the subjects of a batch, without storing the run.

        **Shape**: ``subject_id subject_name list_kind list_type category rule``, one row per candidate.
        """
        return queries.find_candidates(self.connection, run, compiled, batch_id)


_NEWEST = """
SELECT max(learned) FROM (
    SELECT max(stored_at) AS learned FROM applied
    UNION ALL SELECT max(retracted_at) FROM retracted
    UNION ALL SELECT max(greatest(linked_at, unlinked_at)) FROM subject_links
    UNION ALL SELECT max(repaired_at) FROM repaired
)
"""

_FINDINGS = """
SELECT row, sheet, "column", value, rule, severity, message, remedy FROM batch_findings
WHERE batch_id = $batch_id ORDER BY sheet, row, "column", rule, message
"""

_HOLDING = """
SELECT record_id FROM current_records
WHERE batch_id = $batch_id AND ($record_id IS NULL OR record_id = $record_id)
ORDER BY record_id
"""

# A record that does not hold from the instant it was learned only repeats what stood; it replaces something where the
# span of another batch's record of the same act ends at that instant.
_EFFECTS = """
WITH own AS (
    SELECT act_key, learned_at, visible_at IS NULL OR visible_at > learned_at AS repeats
    FROM records WHERE batch_id = $batch_id
), ended AS (
    SELECT DISTINCT v.act_key FROM spans AS v
    WHERE v.batch_id <> $batch_id AND v.superseded_at = (SELECT min(learned_at) FROM own)
)
SELECT
    count(*) FILTER (NOT repeats AND act_key NOT IN (FROM ended)) AS new,
    count(*) FILTER (NOT repeats AND act_key IN (FROM ended)) AS replaced,
    count(*) FILTER (repeats) AS unchanged
FROM own
"""
