"""Connections to the ledger: SQLite by default, PostgreSQL by address.

Writers are let in one after the other. On SQLite a writing transaction begins with ``BEGIN IMMEDIATE``, on PostgreSQL
it takes one advisory lock; so nobody decides on what somebody else has just changed, and the audit chain has one end.
Readers that only read are never kept waiting. It deliberately knows no table.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

WAIT_SECONDS = 15.0
"""How long a writer waits for the one before it."""
READS_ONLY = "ledger_reads_only"
"""Execution option of a connection that will not write."""
_WRITER_LOCK = 0x6372656469740001  # "credit" in ASCII, then a number: any key no other program is likely to take.


def open_engine(url: str) -> Engine:
    """Return an engine for an address such as ``sqlite:///ledger.sqlite`` or ``postgresql+psycopg://…``."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    options = f"-c lock_timeout={int(WAIT_SECONDS * 1000)} -c timezone=UTC"
    # Rows hold names: no value of a row may reach a log through the text of an error.
    engine = sa.create_engine(address, pool_pre_ping=True, hide_parameters=True, connect_args={"options": options})
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _open_sqlite(address: URL) -> Engine:
    in_memory = address.database in {None, "", ":memory:"}
    if not in_memory:
        path = Path(str(address.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        # The ledger names people; made here so that only its own account may read it.
        path.touch(mode=0o600, exist_ok=True)
    arguments = {"timeout": WAIT_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(
        address, hide_parameters=True, connect_args=arguments, poolclass=StaticPool if in_memory else None
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set what SQLite forgets between connections.

    ``synchronous=FULL``: with WAL and NORMAL the last commits may be lost with the power. ``recursive_triggers``:
    without it a replacing insert deletes rows unseen by the triggers that forbid it.
    """
    if not isinstance(connection, sqlite3.Connection):
        message = f"expected the sqlite3 driver, got {type(connection).__name__}"
        raise TypeError(message)
    # The driver would begin transactions by itself, and too late; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {int(WAIT_SECONDS * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads_only = bool(connection.get_execution_options().get(READS_ONLY))
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(READS_ONLY):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
