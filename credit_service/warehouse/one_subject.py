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


def key_of(subject_id: str) -> str:
    """Return the SQL of ``records.subject_key``, of a column or parameter that holds a subject's id.

    Four bytes to look a subject up by: a look-up reads them of all records, and compares names only where they agree.
    MD5 is the same in every version, ``hash()`` is not.
    """
    return f"CAST(md5_number_lower({subject_id}) >> 32 AS UINTEGER)"


SUBJECT_KEY = key_of("subject_id")
_NEVER_READ = (
    "sheet, template, catalogue_class, identifier_kind, identifier_code, region_code, representative_key, basis,"
    " outcome, authority_code, consent_no, share_scope, adult_on"
)
"""Columns of records that no rule and no explanation reads: each costs as much to fetch as one that is read."""
_WHO_IS_IT = f"""
SELECT subject_id, {SUBJECT_KEY} AS subject_key
FROM (
    SELECT $subject_id AS subject_id
    UNION
    SELECT from_subject_id FROM subject_links WHERE to_subject_id = $subject_id
) AS names
"""  # noqa: S608 - a fixed expression
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
                f"CREATE TEMP TABLE records AS SELECT * EXCLUDE ({_NEVER_READ}) FROM main.records WHERE ({asked})"  # noqa: S608 - fixed names
                " AND list_contains($names, subject_id)",
                params={"names": list(names)} | {f"key{place}": key for place, key in enumerate(keys)},
            )
            for view in _views():
                own.sql(view)
            yield own
        finally:
            own.sql("ROLLBACK")
