"""A large warehouse assessed part by part: subjects by their keys, so that memory depends on a part and not on all.

Before it `run_query` has a run to do; after it the compiled statements run once for each part, over ``visible_records``
that hold its subjects and no others. Whoever was linked with somebody is assessed with whom it was linked to, as of the
instant of knowledge. What a part stores does not depend on how many parts there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from credit_service.warehouse.one_subject import key_of

PART_RECORDS = 10_000_000
"""Records of one part, about; their working takes some six hundred megabytes."""
_LINKED = f"""
CREATE OR REPLACE TEMP TABLE linked_keys AS
SELECT from_subject_id AS linked_id, {key_of("to_subject_id")} AS end_key
FROM subject_links
WHERE linked_at <= $known_at AND (unlinked_at IS NULL OR unlinked_at > $known_at)
"""  # noqa: S608 - a fixed expression
_PART = """
CREATE OR REPLACE TEMP VIEW visible_records AS
SELECT rows.*
FROM {own}.main.visible_records AS rows
LEFT JOIN linked_keys ON linked_id = rows.subject_id
WHERE COALESCE(end_key, rows.subject_key) % {parts} = {part}
"""
_PART_WITHOUT_LINKS = """
CREATE OR REPLACE TEMP VIEW visible_records AS
SELECT * FROM {own}.main.visible_records WHERE subject_key % {parts} = {part}
"""


def count_parts(connection: duckdb.DuckDBPyConnection, size: int = PART_RECORDS) -> int:
    """Return into how many parts the warehouse is cut, at least one."""
    records: int = connection.sql("SELECT count(*) FROM records").fetchall()[0][0]
    return max(1, -(-records // size))


def each_part(connection: duckdb.DuckDBPyConnection, parts: int, known_at: object) -> Iterator[int]:
    """Yield the number of each part while ``visible_records`` holds its subjects; one part is everybody, untouched.

    Args:
        connection: A cursor in a transaction.
        parts: How many there are.
        known_at: The instant of knowledge, naive UTC.
    """
    if parts == 1:
        yield 0
        return
    with _links(connection, known_at) as view:
        name = connection.sql("SELECT current_database()").fetchall()[0][0]
        own = '"' + name.replace('"', '""') + '"'
        for part in range(parts):
            connection.sql(view.format(own=own, parts=int(parts), part=int(part)))
            yield part


@contextmanager
def _links(connection: duckdb.DuckDBPyConnection, known_at: object) -> Iterator[str]:
    """Give the text of a part's view; the view is gone afterwards, and the warehouse's own is seen again."""
    connection.sql(_LINKED, params={"known_at": known_at})
    linked = connection.sql("SELECT count(*) FROM linked_keys").fetchall()[0][0]
    yield _PART if linked else _PART_WITHOUT_LINKS
    connection.sql("DROP VIEW temp.visible_records")
    connection.sql("DROP TABLE linked_keys")
