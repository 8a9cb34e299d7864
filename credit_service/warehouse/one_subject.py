"""The records of one subject, found among all without comparing texts, and a place where nothing else is in sight.

Before it the warehouse is open; after it `hypothesis` asks the compiled rules about one subject as though nobody else
existed. Nothing is kept: it all lies in temporary tables of a transaction that is rolled back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources

import duckdb

SUBJECT_KEY = "md5_number_lower(subject_id)"
"""``records.subject_key``: eight bytes to look a subject up by. MD5 is the same in every version, ``hash()`` is not."""
_WHO_IS_IT = """
SELECT subject_id, md5_number_lower(subject_id) AS subject_key
FROM (
    SELECT $subject_id AS subject_id
    UNION
    SELECT from_subject_id FROM subject_links WHERE to_subject_id = $subject_id
) AS names
"""
_VIEW = re.compile(r"CREATE VIEW IF NOT EXISTS ((?:spans|visible_records) AS.*?);", re.DOTALL)


@lru_cache(maxsize=1)
def _views() -> tuple[str, ...]:
    """Return the views over records as temporary ones: they stand before those of the warehouse."""
    text = resources.files("credit_service.warehouse").joinpath("schema", "0001_base.sql").read_text("utf-8")
    return tuple(f"CREATE TEMP VIEW {body}" for body in _VIEW.findall(text))


@contextmanager
def open_alone(connection: duckdb.DuckDBPyConnection, subject_id: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor of its own in which ``records`` and ``visible_records`` hold one subject's rows and no others.

    Args:
        connection: The open warehouse.
        subject_id: Whom it is about; records of those ever linked with it are there too.

    Yields:
        The cursor, in a transaction that is rolled back.
    """
    with connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            names, keys = zip(*own.sql(_WHO_IS_IT, params={"subject_id": subject_id}).fetchall(), strict=True)
            # One comparison of a number for each name: DuckDB passes over whole blocks by it.
            asked = " OR ".join(f"subject_key = $key{place}" for place in range(len(keys)))
            own.sql(
                f"CREATE TEMP TABLE records AS SELECT * FROM main.records WHERE ({asked})"  # noqa: S608 - names of parameters
                " AND list_contains($names, subject_id)",
                params={"names": list(names)} | {f"key{place}": key for place, key in enumerate(keys)},
            )
            for view in _views():
                own.sql(view)
            yield own
        finally:
            own.sql("ROLLBACK")
