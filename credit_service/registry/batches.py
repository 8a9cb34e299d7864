"""Batches: the journal of what was received, and the queue of what waits to be stored."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import BatchNotFound
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import BatchRow, table_of

BATCH = table_of(BatchRow)


class Batches(Repository):
    """One row per file and agency, in the order received."""

    def add(self, batch: Batch) -> None:
        """Write down that a file was received.

        Raises:
            LedgerConflict: The same bytes of the same agency are known; find them first.
        """
        self._run(sa.insert(BATCH).values(**_to_values(batch)))

    def find(self, batch_id: str) -> Batch | None:
        """Return a batch, or None."""
        row = self._first(sa.select(BATCH).where(BATCH.c.batch_id == batch_id))
        return None if row is None else _to_batch(row)

    def get(self, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            BatchNotFound: There is none of this number.
        """
        batch = self.find(batch_id)
        if batch is None:
            message = f"没有编号为“{batch_id}”的批次。"
            raise BatchNotFound(message, remedy="请从本部门的批次列表中选择。")
        return batch

    def find_same(self, agency_code: str, sha256: str) -> Batch | None:
        """Return the batch of these bytes from this agency, or None."""
        row = self._first(sa.select(BATCH).where(BATCH.c.agency_code == agency_code, BATCH.c.sha256 == sha256))
        return None if row is None else _to_batch(row)

    def mark_stored(self, batch: Batch) -> None:
        """Write down the outcome of a stored batch; storing it again (rebuild) writes it again."""
        self._set(batch.batch_id, _to_values(batch) | {"status": BatchStatus.STORED.value, "refusal": None})

    def mark_refused(self, batch_id: str, reason: str) -> None:
        """Write down that the file as a whole was refused, and why."""
        self._set(batch_id, {"status": BatchStatus.REFUSED.value, "refusal": reason})

    def list_newest(self, agency_code: str | None, limit: int) -> list[Batch]:
        """Return the newest batches of one agency, or of all where it is None."""
        return self.list_filtered(agency_code, None, limit, 0)

    def list_filtered(
        self, agency_code: str | None, status: BatchStatus | None, limit: int = 50, offset: int = 0
    ) -> list[Batch]:
        """Return one page of batches, newest first."""
        statement = sa.select(BATCH).order_by(BATCH.c.seq.desc()).limit(limit).offset(offset)
        if agency_code is not None:
            statement = statement.where(BATCH.c.agency_code == agency_code)
        if status is not None:
            statement = statement.where(BATCH.c.status == status.value)
        return [_to_batch(row) for row in self._all(statement)]

    def list_in_order(self, status: BatchStatus) -> list[Batch]:
        """Return every batch in a status, in the order received; with ``RECEIVED`` it is the queue."""
        statement = sa.select(BATCH).where(BATCH.c.status == status.value).order_by(BATCH.c.seq)
        return [_to_batch(row) for row in self._all(statement)]

    def _set(self, batch_id: str, values: Values) -> None:
        done = self._run(sa.update(BATCH).where(BATCH.c.batch_id == batch_id).values(**values))
        if done.rowcount != 1:
            self.get(batch_id)


def _to_values(batch: Batch) -> Values:
    return asdict(batch) | {"status": batch.status.value}


def _to_batch(row: RowMapping) -> Batch:
    fields = {name: value for name, value in row.items() if name != "seq"}
    return Batch(**fields | {"status": BatchStatus(row["status"])})
