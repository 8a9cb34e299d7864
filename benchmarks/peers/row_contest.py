"""Where the peers get their records from: the rules' tables and the warehouse."""

from __future__ import annotations

import duckdb
from by_hand import read_items, read_words
from rows import Row, fetch_rows


def read_rows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return every record that may count."""
    items = read_items()
    return fetch_rows(connection, items, read_words(items))
