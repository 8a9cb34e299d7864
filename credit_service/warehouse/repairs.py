"""The ledger's marks of repairs, mirrored for assessments; and the records a subject may ask to be repaired.

Before it `registry` says which records were repaired when; after it the table ``repaired`` says the same, and every
reader of ``visible_records`` sees them repaired from the instant the mark was made. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from credit_service.domain.repair import RecordRepair
from credit_service.warehouse.one_subject import key_of
from credit_service.warehouse.session import Session
from credit_service.warehouse.write import in_transaction, to_naive_utc


def mirror_repairs(session: Session, marks: Iterable[RecordRepair]) -> bool:
    """Make the warehouse's marks equal to the ledger's; return whether anything was written.

    Args:
        session: The open warehouse.
        marks: Every mark of the ledger.

    Raises:
        WarehouseBusy: Another thread has been writing for too long.
    """
    wanted = sorted((mark.record_id, mark.from_on, to_naive_utc(mark.repaired_at)) for mark in marks)
    if session.run_query(_LIST).rows() == wanted:
        return False
    with session.write_turn(), in_transaction(session.connection):
        session.connection.sql("DELETE FROM repaired")
        lists = {name: [row[place] for row in wanted] for place, name in enumerate(("ids", "days", "instants"))}
        session.connection.sql(_INSERT, params=lists)
    return True


def list_records_of(session: Session, subject_ids: Sequence[str]) -> pl.DataFrame:
    """Return what now holds about some subjects, in order of the decision.

    **Shape**: ``record_id kind subject_id subject_name topic document_no authority_name authority_code agency_code
    decided_on repaired_on``.
    """
    return session.run_query(_RECORDS_OF, {"subject_ids": list(subject_ids)})


_LIST = "SELECT record_id, from_on, repaired_at FROM repaired ORDER BY ALL"
_INSERT = """
INSERT INTO repaired
SELECT
    unnest(CAST($ids AS VARCHAR[])), unnest(CAST($days AS DATE[])), unnest(CAST($instants AS TIMESTAMP[]))
"""
_RECORDS_OF = f"""
SELECT
    record_id, kind, subject_id, subject_name, topic, document_no, authority_name, coalesce(authority_code, '')
        AS authority_code, agency_code, decided_on, repaired_on
FROM current_records
WHERE list_contains(
    list_transform(CAST($subject_ids AS VARCHAR[]), lambda one: {key_of("one")}), subject_key
) AND list_contains($subject_ids, subject_id) AND NOT is_minor
ORDER BY decided_on, record_id
"""  # noqa: S608 - a fixed expression
