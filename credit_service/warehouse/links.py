"""The ledger's links between subjects, mirrored for assessments.

Before it `registry` says which links hold and held; after it the table ``subject_links`` says the same, so that the SQL
of the rules can resolve subjects for any instant. It judges nothing; the table's check refuses what may never meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from credit_service.domain.subject import SubjectLink
from credit_service.warehouse.session import Session
from credit_service.warehouse.write import in_transaction, to_naive_utc

_COLUMNS = ("from_subject_id", "to_subject_id", "linked_at", "unlinked_at")


def mirror_links(session: Session, links: Iterable[SubjectLink]) -> bool:
    """Make the warehouse's links equal to the ledger's; return whether anything was written.

    Args:
        session: The open warehouse.
        links: Every link of the ledger, those that ended too.

    Raises:
        WarehouseBusy: Another thread has been writing for too long.
    """
    wanted = [
        (
            link.from_subject_id,
            link.to_subject_id,
            to_naive_utc(link.linked_at),
            None if link.unlinked_at is None else to_naive_utc(link.unlinked_at),
        )
        for link in links
    ]
    # No subject is linked twice at an instant, so subject and instant are a key.
    wanted.sort(key=lambda row: (row[0], row[2], row[3] is None))
    if list_links(session).rows() == wanted:
        return False
    with session.write_turn(), in_transaction(session.connection):
        session.connection.sql("DELETE FROM subject_links")
        lists = {name: [row[place] for row in wanted] for place, name in enumerate(_COLUMNS)}
        session.connection.sql(_INSERT, params=lists)
    return True


def list_links(session: Session) -> pl.DataFrame:
    """Return the mirrored links, ordered; instants in naive UTC."""
    return session.run_query("SELECT * FROM subject_links ORDER BY from_subject_id, linked_at, unlinked_at NULLS LAST")


def find_end(session: Session, subject_id: str, known_at: datetime) -> str:
    """Return whom a subject was linked to at an instant; itself where it was not."""
    frame = session.run_query(
        "SELECT to_subject_id FROM subject_links WHERE from_subject_id = $subject_id AND linked_at <= $known_at"
        " AND (unlinked_at IS NULL OR unlinked_at > $known_at)",
        {"subject_id": subject_id, "known_at": known_at},
    )
    return str(frame.item()) if frame.height else subject_id


_INSERT = """
INSERT INTO subject_links
SELECT
    unnest(CAST($from_subject_id AS VARCHAR[])), unnest(CAST($to_subject_id AS VARCHAR[])),
    unnest(CAST($linked_at AS TIMESTAMP[])), unnest(CAST($unlinked_at AS TIMESTAMP[]))
"""
