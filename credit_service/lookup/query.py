"""Analysts' SQL: on the newest masked snapshot, in a sandbox, with limits."""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.lookup.reading_room import ReadingRoom
from credit_service.warehouse.sandbox import SqlResult, run_analyst_sql
from credit_service.warehouse.snapshot import SNAPSHOT_TABLES, get_snapshot

__all__ = ["SqlResult", "TableNote", "describe_snapshot", "run_sql"]


@dataclass(frozen=True)
class TableNote:
    """One table an analyst may read."""

    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    """(name, type, meaning)"""


def run_sql(room: ReadingRoom, sql: str) -> SqlResult:
    """Return the answer of one SELECT, without listings that ended or rest and records repaired since the snapshot.

    Raises:
        SnapshotMissing: Nothing was assessed yet.
        SandboxMissing: The machine offers no sandbox.
        QueryRefused: The text is no single allowed SELECT.
        QueryFailed: It failed or was stopped at a limit.
    """
    with room.ledger.reading() as uow:
        repaired = sorted({mark.record_id for mark in uow.record_repairs.list_all()})
        hidden = {"listings": uow.cases.list_over(room.today()), "records_public": repaired}
    return run_analyst_sql(get_snapshot(room.places.snapshots).path, sql, hidden=hidden)


def describe_snapshot(room: ReadingRoom) -> tuple[TableNote, ...]:
    """Return every table with its columns, types and Chinese meanings.

    Raises:
        SnapshotMissing: Nothing was assessed yet.
    """
    get_snapshot(room.places.snapshots)
    return tuple(
        TableNote(table.name, table.comment, tuple((c.name, c.type, c.comment) for c in table.columns))
        for table in SNAPSHOT_TABLES
    )
