"""The records a case rests on, as they were reported: what a paper must state as its facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credit_service.warehouse.session import Session


@dataclass(frozen=True)
class Ground:
    """One record of a case; its texts are as the reporting agency wrote them."""

    record_id: str
    kind: str
    topic: str
    document_no: str
    fact: str
    outcome: str
    authority_name: str
    decided_on: date
    is_retracted: bool
    """Whether the record, or its whole batch, has been withdrawn."""


def read_grounds(session: Session, record_ids: Sequence[str]) -> tuple[Ground, ...]:
    """Return records by id, oldest decision first; those that are in no stored batch are left out."""
    frame = session.run_query(_GROUNDS, {"record_ids": list(record_ids)})
    return tuple(Ground(**row) for row in frame.iter_rows(named=True))


_GROUNDS = """
SELECT
    record_id, kind, topic, document_no, fact, outcome, authority_name, decided_on,
    EXISTS (
        FROM retracted AS t
        WHERE t.batch_id = r.batch_id AND (t.record_id IS NULL OR t.record_id = r.record_id)
    ) AS is_retracted
FROM records AS r
WHERE list_contains($record_ids, record_id)
ORDER BY decided_on, record_id
"""
