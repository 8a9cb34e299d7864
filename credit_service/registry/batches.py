"""Batches: the journal of what was received, and the queue of what waits to be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import BatchNotFound
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import BatchRow, table_of

BATCH = table_of(BatchRow)


@dataclass(frozen=True)
class BatchFilter:
    """Which batches a list asks for; None is any. The span of receipt excludes its end."""

    agency_code: str | None = None
    status: BatchStatus | None = None
    template: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of a statement."""
        wanted = {
            BATCH.c.agency_code: self.agency_code,
            BATCH.c.status: None if self.status is None else self.status.value,
            BATCH.c.template: self.template,
        }
        conditions = [column == value for column, value in wanted.items() if value is not None]
        if self.from_at is not None:
            conditions.append(BATCH.c.received_at >= self.from_at)
        if self.until_at is not None:
            conditions.append(BATCH.c.received_at < self.until_at)
        return conditions


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
        """Return the newest batch of these bytes from this agency, or None."""
        mine = sa.select(BATCH).where(BATCH.c.agency_code == agency_code, BATCH.c.sha256 == sha256)
        row = self._first(mine.order_by(BATCH.c.attempt.desc()))
        return None if row is None else _to_batch(row)

    def find_corrected(self, batch: Batch, since: datetime) -> Batch | None:
        """Return the newest earlier batch of the same name whose faults a mended copy would mend, or None.

        A batch that was refused, is held, or has rejected rows; received at or after ``since``.
        """
        has_faults = (BATCH.c.rejected > 0) | BATCH.c.status.in_([BatchStatus.REFUSED.value, BatchStatus.CHECKED.value])
        statement = sa.select(BATCH).where(
            BATCH.c.agency_code == batch.agency_code,
            BATCH.c.file_name == batch.file_name,
            BATCH.c.batch_id != batch.batch_id,
            BATCH.c.received_at >= since,
            BATCH.c.received_at <= batch.received_at,
            BATCH.c.status != BatchStatus.WITHDRAWN.value,
            has_faults,
        )
        row = self._first(statement.order_by(BATCH.c.seq.desc()))
        return None if row is None else _to_batch(row)

    def list_corrections(self, batch_id: str) -> list[Batch]:
        """Return the batches sent as corrected copies of one, oldest first."""
        return [
            _to_batch(row)
            for row in self._all(sa.select(BATCH).where(BATCH.c.corrects == batch_id).order_by(BATCH.c.seq))
        ]

    def list_profiles(self, agency_code: str, template: str, limit: int) -> list[str]:
        """Return the profiles of an agency's newest batches of a template whose rows still count."""
        statement = (
            sa.select(BATCH.c.profile)
            .where(
                BATCH.c.agency_code == agency_code,
                BATCH.c.template == template,
                BATCH.c.profile.is_not(None),
                # A copy that mends another may hold a few rows only; what was withdrawn says nothing of what is usual.
                BATCH.c.corrects.is_(None),
                BATCH.c.status.in_([BatchStatus.STORED.value, BatchStatus.CORRECTED.value]),
            )
            .order_by(BATCH.c.seq.desc())
            .limit(limit)
        )
        return [row["profile"] for row in self._all(statement)]

    def mark_stored(self, batch: Batch) -> None:
        """Write down the outcome of a stored batch; storing it again (rebuild) writes it again.

        A batch that was corrected or withdrawn since stays so.
        """
        later = {BatchStatus.CORRECTED, BatchStatus.WITHDRAWN}
        status = batch.status if batch.status in later else BatchStatus.STORED
        self._set(batch.batch_id, _to_values(batch) | {"status": status.value, "refusal": None})

    def mark_held(self, batch: Batch) -> None:
        """Write down that a batch looks wrong as a whole and waits; ``unusual`` says why."""
        self._set(batch.batch_id, _to_values(batch) | {"status": BatchStatus.CHECKED.value, "refusal": None})

    def mark_released(self, batch_id: str, reason: str, actor_id: str) -> None:
        """Write down who releases a held batch, and why."""
        self._set(batch_id, {"override_reason": reason, "override_by": actor_id})

    def renew_permit(self, batch_id: str, permit: Mapping[str, Sequence[str]]) -> None:
        """Write down what the agency may submit now, for a refused batch that is sent again."""
        self._set(batch_id, {"permit": permit})

    def mark_status(self, batch_id: str, status: BatchStatus) -> None:
        """Move a batch on to ``corrected`` or ``withdrawn``.

        Raises:
            IllegalTransition: It cannot go there from where it is.
        """
        self._set(batch_id, {"status": status.value})

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

    def list_page(self, wanted: BatchFilter, limit: int, offset: int) -> list[Batch]:
        """Return one page of the batches asked for, newest first."""
        statement = sa.select(BATCH).where(*wanted.conditions()).order_by(BATCH.c.seq.desc())
        return [_to_batch(row) for row in self._all(statement.limit(limit).offset(offset))]

    def count(self, wanted: BatchFilter) -> int:
        """Return how many batches are asked for."""
        return int(self._run(sa.select(sa.func.count()).select_from(BATCH).where(*wanted.conditions())).scalar_one())

    def list_in_order(self, *statuses: BatchStatus) -> list[Batch]:
        """Return every batch in some statuses, in the order received; those in ``RECEIVED`` are the queue."""
        names = [status.value for status in statuses]
        statement = sa.select(BATCH).where(BATCH.c.status.in_(names)).order_by(BATCH.c.seq)
        return [_to_batch(row) for row in self._all(statement)]

    def list_received(self, from_at: datetime, until_at: datetime, agency_code: str | None = None) -> list[Batch]:
        """Return what was received in a span (its end excluded), in order, whatever became of it."""
        statement = sa.select(BATCH).where(BATCH.c.received_at >= from_at, BATCH.c.received_at < until_at)
        if agency_code is not None:
            statement = statement.where(BATCH.c.agency_code == agency_code)
        return [_to_batch(row) for row in self._all(statement.order_by(BATCH.c.seq))]

    def _set(self, batch_id: str, values: Values) -> None:
        done = self._run(sa.update(BATCH).where(BATCH.c.batch_id == batch_id).values(**values))
        if done.rowcount != 1:
            self.get(batch_id)


def _to_values(batch: Batch) -> Values:
    return asdict(batch) | {"status": batch.status.value}


def _to_batch(row: RowMapping) -> Batch:
    fields = {name: value for name, value in row.items() if name != "seq"}
    return Batch(**fields | {"status": BatchStatus(row["status"])})
