"""Snapshots for analysts: a DuckDB file of masked data, built new each time and never changed afterwards.

Before it come the warehouse and the decided listings; after it a file ``snap-000123-<digest>.duckdb`` that anybody may
open read-only while the warehouse is being written, and the pointer file ``current``. It is never made by deleting
from a copy: deleted rows leave their bytes in a DuckDB file. A crash at any moment leaves the previous snapshot or the
new one, never half of one.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from credit_service.durable import sync_folder
from credit_service.errors import SnapshotMissing
from credit_service.warehouse.snapshot_tables import LISTING_SCHEMA, SNAPSHOT_TABLES, SnapshotTable

if TYPE_CHECKING:
    from credit_service.warehouse.session import Session

__all__ = ["LISTING_SCHEMA", "SNAPSHOT_TABLES", "Snapshot", "find_snapshot", "get_snapshot", "publish_snapshot"]

KEPT = 3
"""How many versions stay on disk: a query that runs on an older one may finish."""
_NAME = re.compile(r"snap-(\d{6,})-([0-9a-f]{12})\.duckdb")
_POINTER = "current"


@dataclass(frozen=True)
class Snapshot:
    """One published version; ``number`` never goes down."""

    number: int
    digest: str
    """The first 12 hexadecimal digits of the file's SHA-256."""
    path: Path


def publish_snapshot(session: Session, directory: Path, listings: pl.DataFrame) -> Snapshot:
    """Build a new snapshot, put it in place and point to it.

    Args:
        session: The open warehouse.
        directory: Where snapshots lie.
        listings: `LISTING_SCHEMA`; decided, effective listings of organisations and businesses.

    Raises:
        WarehouseBusy: Another thread has been writing for too long.

    **Shape**: the tables of `SNAPSHOT_TABLES`. No row about a natural person goes in, nor any text a person's record
    has; persons appear as counts of at least five.
    """
    if listings.schema != LISTING_SCHEMA:
        message = f"listings must have {LISTING_SCHEMA}, not {listings.schema}"
        raise ValueError(message)
    directory.mkdir(parents=True, exist_ok=True)
    with session.write_turn():
        for leftover in directory.glob("building-*"):
            leftover.unlink(missing_ok=True)
        number = 1 + max((snapshot.number for snapshot in _list_snapshots(directory)), default=0)
        building = directory / f"building-{number:06d}-{os.getpid()}.duckdb"
        _build(session.connection, building, listings)
        snapshot = _put_in_place(building, directory, number)
        _point_to(snapshot, directory)
        for old in _list_snapshots(directory)[:-KEPT]:
            old.path.unlink(missing_ok=True)
    return snapshot


def find_snapshot(directory: Path) -> Snapshot | None:
    """Return the current snapshot, or None where none was published."""
    try:
        name = (directory / _POINTER).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    snapshot = _to_snapshot(directory / name)
    return snapshot if snapshot is not None and snapshot.path.is_file() else None


def get_snapshot(directory: Path) -> Snapshot:
    """Return the current snapshot.

    Raises:
        SnapshotMissing: None was published yet.
    """
    snapshot = find_snapshot(directory)
    if snapshot is None:
        message = "还没有可供分析的数据快照。"
        raise SnapshotMissing(message, remedy="请先执行一次 credit assess，评价结束时会自动生成快照。")
    return snapshot


def _list_snapshots(directory: Path) -> list[Snapshot]:
    found = [_to_snapshot(path) for path in directory.glob("snap-*.duckdb")]
    return sorted((snapshot for snapshot in found if snapshot is not None), key=lambda snapshot: snapshot.number)


def _to_snapshot(path: Path) -> Snapshot | None:
    match = _NAME.fullmatch(path.name)
    return Snapshot(int(match[1]), match[2], path) if match else None


def _build(connection: duckdb.DuckDBPyConnection, building: Path, listings: pl.DataFrame) -> None:
    # ATTACH takes no parameters on DuckDB 1.5; doubling the quotes is all that a string literal needs.
    literal = str(building).replace("'", "''")
    connection.sql(f"ATTACH '{literal}' AS building (STORAGE_VERSION 'v1.2.0')")
    try:
        connection.register("incoming_listings", listings)
        connection.sql("BEGIN TRANSACTION")
        for table in SNAPSHOT_TABLES:
            _create_table(connection, table)
        connection.sql("COMMIT")
        connection.sql("CHECKPOINT building")
    except BaseException:
        with suppress(duckdb.Error):
            connection.sql("ROLLBACK")
        raise
    finally:
        connection.unregister("incoming_listings")
        with suppress(duckdb.Error):
            connection.sql("DETACH building")


def _create_table(connection: duckdb.DuckDBPyConnection, table: SnapshotTable) -> None:
    name = f"building.main.{table.name}"
    connection.sql(f"CREATE TABLE {name} AS {table.query}")
    connection.sql(f"COMMENT ON TABLE {name} IS '{table.comment}'")
    for column in table.columns:
        connection.sql(f"COMMENT ON COLUMN {name}.{column.name} IS '{column.comment}'")


def _put_in_place(building: Path, directory: Path, number: int) -> Snapshot:
    with building.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()[:12]
        os.fsync(file.fileno())
    path = directory / f"snap-{number:06d}-{digest}.duckdb"
    building.chmod(0o444)
    building.replace(path)
    sync_folder(directory)
    return Snapshot(number, digest, path)


def _point_to(snapshot: Snapshot, directory: Path) -> None:
    building = directory / f"building-{_POINTER}"
    with building.open("w", encoding="utf-8") as file:
        file.write(snapshot.path.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    building.replace(directory / _POINTER)
    sync_folder(directory)
