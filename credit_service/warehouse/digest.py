"""The digest of a batch: one short text that differs when any stored row, finding or count of the batch differs.

Every row is projected to one text in a fixed column order (null and separator have marks of their own, instants are
whole microseconds), hashed with MD5, and the hashes are *summed*: the order of rows does not matter, twin rows do not
cancel out as they would under XOR, and DuckDB's own ``hash()``, which may change between versions, is not used.
``visible_at`` and ``superseded_at`` stay out: they depend on other batches. MD5 guards against damage here, not against
an attacker; the received bytes themselves are named by SHA-256.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from credit_service.domain.record import RECORD_FIELDS

if TYPE_CHECKING:
    import duckdb

FINDING_FIELDS = ("row", "sheet", "column", "value", "rule", "severity", "message", "remedy")
"""Columns of a findings frame and, after ``batch_id``, of the table ``rejections``."""


class Counts(NamedTuple):
    """Rows of a batch: ``rows`` = accepted + rejected + blank."""

    rows: int
    accepted: int
    rejected: int
    blank: int


def compute_digests(connection: duckdb.DuckDBPyConnection, batch_id: str | None = None) -> dict[str, str]:
    """Recompute digests from the rows really stored.

    Args:
        connection: The open warehouse.
        batch_id: One batch, or None for all.

    Returns:
        Digest by batch. Rows whose batch has no ``applied`` row belong to a broken store; their digest is empty.
    """
    records = _sums(connection, "records", _RECORD_TEXT, batch_id)
    findings = _sums(connection, "rejections", _FINDING_TEXT, batch_id)
    applied = connection.sql(
        "SELECT batch_id, rows, accepted, rejected, blank FROM applied WHERE $only IS NULL OR batch_id = $only",
        params={"only": batch_id},
    ).fetchall()
    digests = dict.fromkeys([*records, *findings], "")
    for key, *counts in applied:
        digests[key] = _combine(Counts(*counts), records.get(key, _NOTHING), findings.get(key, _NOTHING))
    return digests


def _combine(counts: Counts, records: tuple[int, ...], findings: tuple[int, ...]) -> str:
    text = "|".join(str(number) for number in (*counts, *records, *findings))
    return sha256(text.encode()).hexdigest()[:32]


def _sums(
    connection: duckdb.DuckDBPyConnection, table: str, text: str, batch_id: str | None
) -> dict[str, tuple[int, ...]]:
    rows = connection.sql(
        f"SELECT batch_id, count(*), sum(CAST(hash >> 64 AS HUGEINT)),"  # noqa: S608 - constants below
        f" sum(CAST(hash & {_LOW_HALF} AS HUGEINT)) FROM (SELECT batch_id, md5_number({text}) AS hash FROM {table}"
        " WHERE $only IS NULL OR batch_id = $only) GROUP BY batch_id",
        params={"only": batch_id},
    ).fetchall()
    return {row[0]: tuple(int(number) for number in row[1:]) for row in rows}


def _text_of(columns: tuple[tuple[str, str], ...]) -> str:
    parts = []
    for name, kind in columns:
        value = f'epoch_us("{name}")' if kind.startswith("instant") else f'"{name}"'
        parts.append(f"coalesce(CAST({value} AS VARCHAR), chr(0))")
    return f"concat_ws(chr(31), {', '.join(parts)})"


_NOTHING = (0, 0, 0)
_LOW_HALF = f"{2**64 - 1}::UHUGEINT"
_RECORD_TEXT = _text_of(tuple(field for field in RECORD_FIELDS if field[0] not in {"visible_at", "superseded_at"}))
_FINDING_TEXT = _text_of(tuple((name, "text") for name in FINDING_FIELDS))
