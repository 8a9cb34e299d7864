"""The schema of the warehouse, laid down once and checked at every opening.

Before it a DuckDB file is open; after it the tables of ``schema/*.sql`` are there, or the opening is refused. It
deliberately migrates nothing: a warehouse of another version is thrown away and rebuilt from the inbox.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from credit_service.errors import SchemaDrift

if TYPE_CHECKING:
    import duckdb

SCHEMA_VERSION = 6
"""Grows with every change of ``schema/*.sql`` that an existing file does not have."""


def apply_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Lay the schema down in an empty file, or check that the file has this version's.

    Raises:
        SchemaDrift: The file was written by another version of the service.
    """
    tables = connection.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'").fetchall()
    if tables[0][0] == 0:
        _create(connection)
        return
    found = [row[0] for row in connection.sql("SELECT version FROM schema_version").fetchall()]
    if found != [SCHEMA_VERSION]:
        message = f"数据仓库的结构版本是 {found}，本程序需要 {[SCHEMA_VERSION]}。"
        raise SchemaDrift(message, remedy="请执行 credit rebuild，由收件箱和台账重建数据仓库（不会丢失数据）。")


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.sql("BEGIN TRANSACTION")
    for file in sorted(resources.files("credit_service.warehouse").joinpath("schema").iterdir(), key=lambda f: f.name):
        connection.sql(file.read_text("utf-8"))
    connection.sql("INSERT INTO schema_version VALUES ($version)", params={"version": SCHEMA_VERSION})
    connection.sql("COMMIT")
