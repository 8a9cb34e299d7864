"""One batch read page by page: its findings, its records, and what its corrected copy left out.

Before this module `write` and `visibility` have stored the batch; after it `lookup` has as many rows as a page shows,
however long the batch is. It counts in SQL and keeps no place: who asks again says where to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from credit_service.warehouse.session import Session


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are asked for; None is any."""

    severity: str | None = None
    rule: str | None = None
    column: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class FindingPlace:
    """Where to go on: at this row, after ``skip`` of its findings."""

    sheet: str
    row: int
    skip: int


FIRST_PLACE: Final = FindingPlace("", -1, 0)


def page_findings(session: Session, batch_id: str, wanted: FindingFilter, limit: int, offset: int) -> pl.DataFrame:
    """Return some findings of a batch, in the order of its rows.

    **Shape**: ``row sheet column value rule severity message remedy``.
    """
    return session.run_query(
        _FINDINGS,
        {
            "batch_id": batch_id,
            "severity": wanted.severity,
            "rule": wanted.rule,
            "column": wanted.column,
            "sheet": wanted.sheet,
            "limit": limit,
            "offset": offset,
        },
    )


def find_findings_from(session: Session, batch_id: str, place: FindingPlace, limit: int) -> pl.DataFrame:
    """Return the next findings of a batch from a place on; however far it is, only what is returned is sorted out.

    **Shape**: as `page_findings`.
    """
    return session.run_query(
        _FINDINGS_FROM,
        {"batch_id": batch_id, "sheet": place.sheet, "row": place.row, "skip": place.skip, "limit": limit},
    )


def count_findings(session: Session, batch_id: str) -> pl.DataFrame:
    """Return how many findings of each kind a batch has.

    **Shape**: ``sheet column rule severity findings``, one row per combination.
    """
    return session.run_query(_COUNTS, {"batch_id": batch_id})


def page_records(session: Session, batch_id: str, limit: int, offset: int) -> pl.DataFrame:
    """Return some records of a batch, in the order of its rows, and how each stands now.

    **Shape**: ``record_id row sheet subject_name kind topic document_no fact outcome decided_on visible_at
    superseded_at withdrawn_at holds``; ``visible_at`` is null where the row only repeated what stood.
    """
    return session.run_query(_RECORDS, {"batch_id": batch_id, "limit": limit, "offset": offset})


def count_records(session: Session, batch_id: str) -> int:
    """Return how many records a batch brought."""
    answer = session.run_query("SELECT count(*) FROM records WHERE batch_id = $batch_id", {"batch_id": batch_id})
    return int(answer.item())


def page_left_out(session: Session, corrected_id: str, copy_id: str, limit: int, offset: int) -> pl.DataFrame:
    """Return records that hold now, of acts a corrected batch reported and its copy does not.

    **Shape**: as `page_records` up to ``decided_on``, in the order of rows.
    """
    return session.run_query(
        _LEFT_OUT + " ORDER BY sheet, row, record_id LIMIT $limit OFFSET $offset",
        {"corrected": corrected_id, "copy": copy_id, "limit": limit, "offset": offset},
    )


def count_left_out(session: Session, corrected_id: str, copy_id: str) -> int:
    """Return how many there are of what `page_left_out` returns."""
    sql = f"SELECT count(*) FROM ({_LEFT_OUT})"  # noqa: S608 - our own statement
    return int(session.run_query(sql, {"corrected": corrected_id, "copy": copy_id}).item())


_COLUMNS: Final = 'row, sheet, "column", value, rule, severity, message, remedy'

_FINDINGS: Final = f"""
SELECT {_COLUMNS} FROM batch_findings
WHERE batch_id = $batch_id
  AND ($severity IS NULL OR severity = $severity) AND ($rule IS NULL OR rule = $rule)
  AND ($column IS NULL OR "column" = $column) AND ($sheet IS NULL OR sheet = $sheet)
ORDER BY sheet, row, "column", rule, message, value
LIMIT $limit OFFSET $offset
"""  # noqa: S608 - our own columns

_FINDINGS_FROM: Final = f"""
SELECT {_COLUMNS} FROM batch_findings
WHERE batch_id = $batch_id AND (sheet > $sheet OR (sheet = $sheet AND row >= $row))
ORDER BY sheet, row, "column", rule, message, value
LIMIT $limit OFFSET $skip
"""  # noqa: S608 - our own columns

_COUNTS: Final = """
SELECT sheet, "column", rule, severity, count(*) AS findings FROM batch_findings
WHERE batch_id = $batch_id GROUP BY ALL ORDER BY ALL
"""

_RECORDS: Final = """
SELECT
    r.record_id, r.row, r.sheet, r.subject_name, r.kind, r.topic, r.document_no, r.fact, r.outcome, r.decided_on,
    r.visible_at, r.superseded_at,
    (
        SELECT min(x.retracted_at) FROM retracted AS x
        WHERE x.batch_id = $batch_id AND (x.record_id IS NULL OR x.record_id = r.record_id)
    ) AS withdrawn_at,
    r.record_id IN (SELECT c.record_id FROM current_records AS c WHERE c.batch_id = $batch_id) AS holds
FROM (
    SELECT * FROM records WHERE batch_id = $batch_id ORDER BY sheet, row, record_id LIMIT $limit OFFSET $offset
) AS r
ORDER BY r.sheet, r.row, r.record_id
"""

_LEFT_OUT: Final = """
SELECT record_id, row, sheet, subject_name, kind, topic, document_no, fact, outcome, decided_on
FROM current_records
WHERE act_key IN (SELECT act_key FROM records WHERE batch_id = $corrected)
  AND act_key NOT IN (SELECT act_key FROM records WHERE batch_id = $copy)
"""
