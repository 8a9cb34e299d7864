"""Which report of an act holds when: a pure function of the batches and withdrawals stored, worked out anew by act.

Before this module `write` has inserted or removed the rows of a batch, or taken over a withdrawal; after it
``visible_at`` and ``superseded_at`` of every record of the touched acts say when it held, and ``returned`` has the
later spans of records that came back. It reads nothing but the warehouse and never touches an act it was not told of.

What holds at an instant depends only on the reports that were learned by then and are not withdrawn by then, in the
order (``learned_at``, ``batch_id``): the last of them holds, shown by the earliest one that, without another in
between, says the same. So a copy that repeats what stands changes nothing, and a record whose replacement is withdrawn
holds again. See ADR 0009.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from credit_service.domain.record import RECORD_FIELDS

if TYPE_CHECKING:
    import duckdb

_NOT_FACTS: Final = frozenset(
    {
        "record_id",
        "batch_id",
        "row",
        "sheet",
        "template",
        "act_key",
        "learned_at",
        "visible_at",
        "superseded_at",
        # The templates say that an act is revoked, not when; the day is when we learned it, and a copy learns it later.
        "revoked_on",
    }
)
_FACTS: Final = "concat_ws(chr(31), {}, revoked_on IS NOT NULL)".format(
    ", ".join(f'coalesce(CAST("{name}" AS VARCHAR), chr(0))' for name, _ in RECORD_FIELDS if name not in _NOT_FACTS)
)


def touch_acts_of_batch(connection: duckdb.DuckDBPyConnection, batch_id: str) -> None:
    """Remember the acts of a batch that another batch reports too, or of which a report is withdrawn.

    Leaves the temporary table ``touched``; `settle` uses it up.
    """
    connection.sql(_TOUCH_BATCH, params={"batch_id": batch_id})


def touch_acts_withdrawn(connection: duckdb.DuckDBPyConnection, batch_id: str, record_id: str | None) -> None:
    """Remember the acts of one record, or of all records of a batch."""
    connection.sql(_TOUCH_RECORDS, params={"batch_id": batch_id, "record_id": record_id})


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Work out when each record of the touched acts holds."""
    if connection.sql("SELECT 1 FROM touched LIMIT 1").fetchall():
        for statement in (_REPORTS, _SPANS, _FORGET_RETURNS, _MARK, _RETURN):
            connection.sql(statement)
        connection.sql("DROP TABLE reports")
        connection.sql("DROP TABLE spans")
    connection.sql("DROP TABLE touched")


_TOUCH_BATCH: Final = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT own.act_key
FROM records AS own
WHERE own.batch_id = $batch_id AND (
    own.act_key IN (SELECT other.act_key FROM records AS other WHERE other.batch_id <> $batch_id)
    OR EXISTS (
        SELECT 1 FROM retracted AS x
        WHERE x.batch_id = $batch_id AND (x.record_id IS NULL OR x.record_id = own.record_id)
    )
)
"""

_TOUCH_RECORDS: Final = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT act_key FROM records
WHERE batch_id = $batch_id AND ($record_id IS NULL OR record_id = $record_id)
"""

# One row per record; a report is all records of one batch about one act.
_REPORTS: Final = f"""
CREATE OR REPLACE TEMP TABLE reports AS
WITH withdrawn AS (
    SELECT r.record_id, min(x.retracted_at) AS dead_at
    FROM records AS r
    JOIN retracted AS x ON x.batch_id = r.batch_id AND (x.record_id IS NULL OR x.record_id = r.record_id)
    WHERE r.act_key IN (FROM touched)
    GROUP BY r.record_id
), own AS (
    SELECT r.act_key, r.batch_id, r.record_id, r.learned_at, w.dead_at, md5({_FACTS}) AS facts
    FROM records AS r
    LEFT JOIN withdrawn AS w ON w.record_id = r.record_id
    WHERE r.act_key IN (FROM touched)
)
SELECT
    act_key, batch_id, record_id, learned_at, dead_at,
    string_agg(facts, '' ORDER BY facts) OVER report AS report_facts,
    CASE WHEN count(dead_at) OVER report = count(*) OVER report THEN max(dead_at) OVER report END AS report_dead_at
FROM own
WINDOW report AS (
    PARTITION BY act_key, batch_id ORDER BY facts ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
"""  # noqa: S608 - made of the names of RECORD_FIELDS

_SPANS: Final = """
CREATE OR REPLACE TEMP TABLE spans AS
WITH report AS (
    SELECT DISTINCT act_key, batch_id, learned_at, report_facts, report_dead_at FROM reports
), instants AS (
    SELECT act_key, learned_at AS moment FROM report
    UNION
    SELECT act_key, report_dead_at FROM report WHERE report_dead_at IS NOT NULL
), alive AS (
    SELECT
        i.act_key, i.moment, r.batch_id, r.learned_at,
        r.report_facts IS DISTINCT FROM lag(r.report_facts) OVER (
            PARTITION BY i.act_key, i.moment ORDER BY r.learned_at, r.batch_id
        ) AS says_else
    FROM instants AS i
    JOIN report AS r
      ON r.act_key = i.act_key AND r.learned_at <= i.moment
     AND (r.report_dead_at IS NULL OR r.report_dead_at > i.moment)
), shown AS (
    SELECT act_key, moment, last(batch_id ORDER BY learned_at, batch_id) AS batch_id
    FROM alive
    WHERE says_else
    GROUP BY act_key, moment
), turns AS (
    SELECT
        i.act_key, i.moment, s.batch_id,
        s.batch_id IS DISTINCT FROM lag(s.batch_id) OVER (PARTITION BY i.act_key ORDER BY i.moment) AS is_turn
    FROM instants AS i
    LEFT JOIN shown AS s ON s.act_key = i.act_key AND s.moment = i.moment
), held AS (
    SELECT act_key, batch_id, moment AS from_at, lead(moment) OVER (PARTITION BY act_key ORDER BY moment) AS until_at
    FROM turns
    WHERE is_turn
)
SELECT
    r.record_id, h.from_at AS visible_at, least(h.until_at, r.dead_at) AS superseded_at,
    row_number() OVER (PARTITION BY r.record_id ORDER BY h.from_at) AS place
FROM reports AS r
JOIN held AS h ON h.act_key = r.act_key AND h.batch_id = r.batch_id
WHERE r.dead_at IS NULL OR h.from_at < r.dead_at
"""

_FORGET_RETURNS: Final = "DELETE FROM returned WHERE record_id IN (SELECT record_id FROM reports)"

_MARK: Final = """
UPDATE records SET visible_at = span.visible_at, superseded_at = span.superseded_at
FROM (
    SELECT r.record_id, s.visible_at, s.superseded_at
    FROM reports AS r
    LEFT JOIN spans AS s ON s.record_id = r.record_id AND s.place = 1
) AS span
WHERE records.record_id = span.record_id
  AND (records.visible_at IS DISTINCT FROM span.visible_at OR records.superseded_at IS DISTINCT FROM span.superseded_at)
"""

_RETURN: Final = """
INSERT INTO returned SELECT record_id, visible_at, superseded_at FROM spans WHERE place > 1
"""
