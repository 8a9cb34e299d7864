"""Digests of what an assessment knew and of what it found, and the comparison of a repetition with what is stored.

`run_query.run_assessment` writes both digests with its run; `pipeline.assess` copies them into the ledger's receipt.
The digest of facts is made of the journal (batches with their own digests, withdrawals, links), not of the records: it
costs nothing, and `reconcile` proves separately that the records are those of the journal. The digest of a result is a
sum of hashes, so the order of rows does not matter; see `digest` for why MD5 and why summed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from credit_service.warehouse.write import to_naive_utc

if TYPE_CHECKING:
    import duckdb

EXAMPLES = 5
"""How many differing rows are shown per table."""


@dataclass(frozen=True)
class TableDifference:
    """How a repeated table differs from the stored one: rows only stored, rows only found again, examples of both."""

    table: str
    only_stored: int
    only_repeated: int
    examples: tuple[str, ...]
    """Subjects, by id."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object."""
        return {
            "table": self.table,
            "only_stored": self.only_stored,
            "only_repeated": self.only_repeated,
            "examples": list(self.examples),
        }


@lru_cache(maxsize=1)
def hash_schema() -> str:
    """Return the SHA-256 of the warehouse's schema: the shape of the facts that compiled SQL reads."""
    digest = sha256()
    for file in sorted(resources.files("credit_service.warehouse").joinpath("schema").iterdir(), key=lambda f: f.name):
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def digest_facts(connection: duckdb.DuckDBPyConnection, known_at: datetime) -> str:
    """Return the digest of everything known at an instant: the same after a rebuild, another when any batch differs.

    Args:
        connection: The open warehouse.
        known_at: The instant; what was learned, withdrawn, linked or unlinked later does not count.
    """
    digest = sha256()
    for part in _FACTS:
        digest.update(b"\x1d")
        for row in connection.sql(part, params={"known_at": to_naive_utc(known_at)}).fetchall():
            digest.update("\x1f".join("\0" if value is None else str(value) for value in row).encode() + b"\x1e")
    return digest.hexdigest()


def digest_result(connection: duckdb.DuckDBPyConnection, run_id: str, tables: Iterable[str]) -> str:
    """Return the digest of every row a run stored in some tables; its own id does not count.

    Args:
        connection: The open warehouse, inside the transaction of the run.
        run_id: The run.
        tables: Fixed names of the tables a run fills.
    """
    parts = []
    for table in tables:
        count, high, low = connection.sql(
            _sum_sql(table, _columns(connection, table)), params={"run_id": run_id}
        ).fetchall()[0]
        parts.append(f"{table}|{count}|{high or 0}|{low or 0}")
    return sha256("\n".join(parts).encode()).hexdigest()


def compare_results(
    connection: duckdb.DuckDBPyConnection, stored: str, repeated: str, tables: Iterable[str]
) -> tuple[TableDifference, ...]:
    """Return how the rows of two runs differ, table by table; empty where they are the same.

    Args:
        connection: The open warehouse, inside the transaction of the repetition.
        stored: The id of the run as it was stored.
        repeated: The id under which it was run again.
        tables: Fixed names of the tables a run fills.
    """
    found = []
    for table in tables:
        columns = ", ".join(f'"{name}"' for name in _columns(connection, table))
        sides = {"stored": stored, "repeated": repeated}
        only = [
            connection.sql(_only_sql(table, columns, first, second), params=sides).fetchall()
            for first, second in (("stored", "repeated"), ("repeated", "stored"))
        ]
        if any(only):
            subjects = sorted({str(row[0]) for rows in only for row in rows})
            found.append(TableDifference(table, len(only[0]), len(only[1]), tuple(subjects[:EXAMPLES])))
    return tuple(found)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = connection.sql(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main'"
        " AND table_name = $table AND column_name <> 'run_id' ORDER BY column_index",
        params={"table": table},
    ).fetchall()
    return [row[0] for row in rows]


def _sum_sql(table: str, columns: list[str]) -> str:
    text = ", ".join(f'coalesce(CAST("{name}" AS VARCHAR), chr(0))' for name in columns)
    return (
        "SELECT count(*), sum(CAST(hash >> 64 AS HUGEINT)),"  # noqa: S608 - names of the schema
        f" sum(CAST(hash & {_LOW_HALF} AS HUGEINT))"
        f" FROM (SELECT md5_number(concat_ws(chr(31), {text})) AS hash FROM {table} WHERE run_id = $run_id)"
    )


def _only_sql(table: str, columns: str, first: str, second: str) -> str:
    return (
        f"SELECT subject_id FROM (SELECT {columns} FROM {table} WHERE run_id = ${first}"  # noqa: S608 - as above
        f" EXCEPT ALL SELECT {columns} FROM {table} WHERE run_id = ${second})"
    )


_LOW_HALF = f"{2**64 - 1}::UHUGEINT"

_FACTS = (
    "SELECT batch_id, records_digest, epoch_us(stored_at) FROM applied WHERE stored_at <= $known_at ORDER BY batch_id",
    "SELECT batch_id, record_id, epoch_us(retracted_at) FROM retracted WHERE retracted_at <= $known_at"
    " ORDER BY ALL NULLS FIRST",
    "SELECT from_subject_id, to_subject_id, epoch_us(linked_at),"
    " CASE WHEN unlinked_at <= $known_at THEN epoch_us(unlinked_at) END"
    " FROM subject_links WHERE linked_at <= $known_at ORDER BY ALL NULLS FIRST",
    "SELECT record_id, from_on, epoch_us(repaired_at) FROM repaired WHERE repaired_at <= $known_at ORDER BY ALL",
)
