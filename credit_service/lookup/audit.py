"""Whether the audit trail is whole."""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class AuditReport:
    """Rows of the chain, and the first that does not fit its predecessor, if any."""

    rows: int
    intact: bool
    first_broken: int | None
    head: str
    """Hash of the last row; kept elsewhere it also shows a trail cut short."""


def verify_audit(room: ReadingRoom) -> AuditReport:
    """Recompute the hash chain of the audit trail from its first row."""
    with room.ledger.reading() as uow:
        check = uow.audit.verify()
    return AuditReport(check.entries, check.broken_at is None, check.broken_at, check.head)
