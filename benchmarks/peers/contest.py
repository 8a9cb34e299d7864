"""What every contestant does alike: read its arguments, measure itself, and say what it found as a digest.

Processor time is that of the scoring alone: reading the records into the peer's own form is not counted, laying down
the result is. The digest covers every subject, category, points, grade, count and veto.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, datetime

import duckdb

AS_OF = date(2026, 9, 1)
KNOWN_AT = datetime(2026, 9, 2)  # noqa: DTZ001 - the warehouse keeps naive UTC.
MEMORY_MB = 2000
DIGEST = """
SELECT count(*), CAST(sum(points) AS BIGINT),
    CAST(sum(CAST(hash(subject_id, category, points, grade, records, veto) AS HUGEINT)) AS VARCHAR)
FROM {}
"""


def open_warehouse() -> duckdb.DuckDBPyConnection:
    """Return the warehouse of the first argument, with two threads and bounded memory."""
    connection = duckdb.connect(sys.argv[1])
    connection.execute("SET threads = 2")
    connection.execute(f"SET memory_limit = '{MEMORY_MB}MB'")
    return connection


def clock() -> tuple[float, float]:
    """Return (processor seconds of this process, wall seconds)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, time.perf_counter()


def compete(name: str, connection: duckdb.DuckDBPyConnection, work: Callable[[], None], table: str) -> None:
    """Do the work, and print one line of JSON: who, what it cost, and the digest of what it left in a table."""
    cpu, wall = clock()
    work()
    cpu, wall = clock()[0] - cpu, clock()[1] - wall
    rows, points, digest = connection.execute(DIGEST.format(table)).fetchall()[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"name": name, "cpu": cpu, "wall": wall, "rows": rows, "points": points, "digest": digest, "peak_mb": peak}
    print(json.dumps(told), flush=True)
