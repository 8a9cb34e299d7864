"""What was taken back, and the names senders gave their submissions; both only grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from credit_service.domain.batch import Retraction
from credit_service.registry.repository import Repository
from credit_service.registry.tables import IdempotencyKeyRow, RetractionRow, table_of

RETRACTION = table_of(RetractionRow)
IDEMPOTENCY_KEY = table_of(IdempotencyKeyRow)


class Retractions(Repository):
    """Withdrawals of records and of whole batches."""

    def add(self, retraction: Retraction) -> None:
        """Write a withdrawal down.

        Raises:
            IllegalTransition: The record, or its batch, is withdrawn already.
        """
        self._run(sa.insert(RETRACTION).values(**asdict(retraction)))

    def list_all(self) -> list[Retraction]:
        """Return every withdrawal, oldest first."""
        return [_to_retraction(row) for row in self._all(sa.select(RETRACTION).order_by(RETRACTION.c.seq))]

    def list_of_batch(self, batch_id: str) -> list[Retraction]:
        """Return the withdrawals of a batch and of its records, oldest first."""
        statement = sa.select(RETRACTION).where(RETRACTION.c.batch_id == batch_id).order_by(RETRACTION.c.seq)
        return [_to_retraction(row) for row in self._all(statement)]


@dataclass(frozen=True)
class NamedSubmission:
    """A submission under the name its sender gave it."""

    agency_code: str
    key: str
    sha256: str
    batch_ids: tuple[str, ...]
    created_at: datetime


class IdempotencyKeys(Repository):
    """Names of submissions, one name one content."""

    def add(self, named: NamedSubmission) -> None:
        """Remember a submission under its name.

        Raises:
            LedgerConflict: The agency used the name before.
        """
        self._run(sa.insert(IDEMPOTENCY_KEY).values(**asdict(named) | {"batch_ids": list(named.batch_ids)}))

    def find(self, agency_code: str, key: str) -> NamedSubmission | None:
        """Return what an agency sent under a name, or None."""
        mine = (IDEMPOTENCY_KEY.c.agency_code == agency_code) & (IDEMPOTENCY_KEY.c.key == key)
        row = self._first(sa.select(IDEMPOTENCY_KEY).where(mine))
        return None if row is None else NamedSubmission(**{**row, "batch_ids": _as_tuple(row["batch_ids"])})


def _as_tuple(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(ids)


def _to_retraction(row: sa.RowMapping) -> Retraction:
    return Retraction(**{name: value for name, value in row.items() if name != "seq"})
