"""Counting what each batch did: repeated, in time, late, wrong; all rows at once, one row per batch out.

Before this module `lookup.quality` has chosen the batches from the ledger, numbered the working days and looked up the
terms; they come as small tables and are joined. After it `domain.quality` has the arithmetic. It judges no batch and
knows no department's name; persons' rows are counted and never listed.

What the columns mean is defined in `domain.quality`. A record was *shown at once* where it holds from the instant it
was learned; an accepted row that was not only repeats what stood (an echo). It *corrects* where another record of the
same act ceased to hold at that instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from credit_service.domain.quality import LATE_BANDS
from credit_service.domain.record import RECORD_FIELDS
from credit_service.warehouse.session import Session

DUPLICATE_RULE: Final = "duplicate-in-file"
"""The finding of a row that repeats another row of its file."""

_NOT_COMPARED: Final = frozenset(
    {"record_id", "batch_id", "row", "sheet", "template", "act_key", "learned_at", "visible_at", "superseded_at"}
    # What happened since: a later report that only says so makes no record wrong.
    | {"repaired_on", "revoked_on"}
)
_SAME_FACTS: Final = " AND ".join(
    f'next."{name}" IS NOT DISTINCT FROM own."{name}"' for name, _ in RECORD_FIELDS if name not in _NOT_COMPARED
)


@dataclass(frozen=True)
class CountedBatch:
    """A batch to be counted and the working day on which it counts; ``stretch`` is None where nobody knows it."""

    batch_id: str
    received_on: date
    stretch: int | None
    turn: int | None


@dataclass(frozen=True)
class QualityQuestion:
    """What is counted: batches, since when they were received, numbered days, terms by template.

    **Units**: ``days`` as (day, stretch, working days through it) of `domain.workdays`; ``terms`` as (template, first
    decision day, working days).
    """

    batches: Sequence[CountedBatch]
    from_at: datetime
    """Nothing in question was received before it; what is received may be stored, and so known, much later."""
    days: Sequence[tuple[date, int, int]]
    terms: Sequence[tuple[str, date, int]]
    contested: Sequence[str] = ()
    """Records that an upheld objection found wrong."""


def count_quality(session: Session, question: QualityQuestion) -> pl.DataFrame:
    """Return the counts of every batch that has at least one accepted row or a repeated one.

    **Shape**: ``batch_id``, ``records``, ``echoes``, ``termed``, ``on_time``, ``late``, one ``late_band_<n>`` for each
    of `LATE_BANDS`, ``worst_late_days``, ``untimed``, ``replaced``, ``recalled``, ``contested``,
    ``repeated_in_file``; one row per batch, by its id.
    """
    parameters = {**_to_parameters(question), "duplicate": DUPLICATE_RULE, "contested": list(question.contested)}
    return session.run_query(_COUNTS, parameters)


def list_late_rows(session: Session, question: QualityQuestion, limit: int) -> pl.DataFrame:
    """Return late first reports about organisations, the latest first; persons' rows are not listed.

    **Shape**: ``batch_id``, ``sheet``, ``row``, ``document_no``, ``decided_on``, ``late_days``.
    """
    return session.run_query(_LATE_ROWS, {**_to_parameters(question), "limit": limit})


def find_first_decision(session: Session, from_at: datetime) -> date | None:
    """Return the earliest decision among what was learned since an instant: no earlier day need be numbered."""
    sql = "SELECT min(decided_on) AS first_on FROM records WHERE learned_at >= $from_at"
    found: date | None = session.run_query(sql, {"from_at": from_at})["first_on"][0]
    return found


def _to_parameters(question: QualityQuestion) -> dict[str, object]:
    return {
        "batch_ids": [batch.batch_id for batch in question.batches],
        "received_on": [batch.received_on for batch in question.batches],
        "stretches": [batch.stretch for batch in question.batches],
        "turns": [batch.turn for batch in question.batches],
        "days": [day for day, _, _ in question.days],
        "day_stretches": [stretch for _, stretch, _ in question.days],
        "throughs": [through for _, _, through in question.days],
        "templates": [template for template, _, _ in question.terms],
        "terms_from": [from_on for _, from_on, _ in question.terms],
        "term_days": [days for _, _, days in question.terms],
        "from_at": question.from_at,
    }


# The small tables are as long as the batches, days and templates asked about; only `records` is long, and its rows are
# found by the instant since which they can have been learned, which is how they lie on disk.
_JUDGED: Final = """
WITH counted AS MATERIALIZED (
    SELECT
        unnest(CAST($batch_ids AS VARCHAR[])) AS batch_id,
        unnest(CAST($received_on AS DATE[])) AS received_on,
        unnest(CAST($stretches AS BIGINT[])) AS stretch,
        unnest(CAST($turns AS BIGINT[])) AS turn
), numbered AS MATERIALIZED (
    SELECT
        unnest(CAST($days AS DATE[])) AS day,
        unnest(CAST($day_stretches AS BIGINT[])) AS stretch,
        unnest(CAST($throughs AS BIGINT[])) AS through
), term AS MATERIALIZED (
    SELECT
        unnest(CAST($templates AS VARCHAR[])) AS template,
        unnest(CAST($terms_from AS DATE[])) AS from_on,
        unnest(CAST($term_days AS BIGINT[])) AS days
), ended AS MATERIALIZED (
    SELECT act_key, superseded_at AS at FROM spans WHERE superseded_at IS NOT NULL
), firsts AS (
    SELECT r.record_id, r.batch_id, r.sheet, r.row, r.template, r.subject_kind, r.document_no, r.decided_on, r.act_key,
        r.learned_at, r.visible_at IS NOT DISTINCT FROM r.learned_at AS is_shown, r.superseded_at
    FROM records AS r
    WHERE r.learned_at >= $from_at AND r.batch_id IN (SELECT batch_id FROM counted)
), timed AS (
    SELECT
        f.*,
        f.is_shown AND t.days IS NOT NULL AND f.decided_on >= t.from_on
            AND NOT EXISTS (SELECT 1 FROM ended AS e WHERE e.act_key = f.act_key AND e.at = f.learned_at) AS is_termed,
        CASE
            WHEN c.received_on <= f.decided_on THEN 0
            WHEN d.stretch = c.stretch THEN greatest(0, c.turn - d.through - t.days)
        END AS late_days
    FROM firsts AS f
    JOIN counted AS c ON c.batch_id = f.batch_id
    LEFT JOIN term AS t ON t.template = f.template
    LEFT JOIN numbered AS d ON d.day = f.decided_on
)
"""

_BANDS: Final = ",\n        ".join(
    f"count(*) FILTER (is_termed AND late_days >= {first}{f' AND late_days <= {last}' if last else ''})"
    f" AS late_band_{place}"
    for place, (first, last) in enumerate(LATE_BANDS)
)

_COUNTS: Final = f"""
{_JUDGED}, objected AS (
    -- Found wrong by an objection, whatever became of it since.
    SELECT record_id, batch_id FROM firsts WHERE record_id IN (SELECT unnest(CAST($contested AS VARCHAR[])))
), ceased AS (
    -- Shown at once, and not holding now: withdrawn, or replaced by other facts.
    SELECT record_id, batch_id, act_key, superseded_at
    FROM firsts
    WHERE is_shown AND superseded_at IS NOT NULL
        AND record_id NOT IN (SELECT record_id FROM objected)
        AND record_id NOT IN (SELECT record_id FROM returned WHERE superseded_at IS NULL)
), recalled AS (
    SELECT c.record_id FROM ceased AS c
    JOIN retracted AS x ON x.batch_id = c.batch_id AND (x.record_id IS NULL OR x.record_id = c.record_id)
), developed AS (
    SELECT own.record_id
    FROM ceased AS c
    JOIN records AS own ON own.record_id = c.record_id
    JOIN spans AS next ON next.act_key = c.act_key AND next.visible_at = c.superseded_at
    WHERE {_SAME_FACTS}
), wrong AS (
    SELECT
        c.batch_id,
        count(*) FILTER (c.record_id IN (SELECT record_id FROM recalled)) AS recalled,
        count(*) FILTER (
            c.record_id NOT IN (SELECT record_id FROM recalled)
            AND c.record_id NOT IN (SELECT record_id FROM developed)
        ) AS replaced
    FROM ceased AS c
    GROUP BY c.batch_id
), contested AS (
    SELECT batch_id, count(*) AS contested FROM objected GROUP BY batch_id
), repeated AS (
    SELECT batch_id, count(DISTINCT (sheet, row)) AS repeated_in_file
    FROM rejections
    WHERE rule = $duplicate AND batch_id IN (SELECT batch_id FROM counted)
    GROUP BY batch_id
), totals AS (
    SELECT
        batch_id,
        count(*) AS records,
        count(*) FILTER (NOT is_shown) AS echoes,
        count(*) FILTER (is_termed AND late_days IS NOT NULL) AS termed,
        count(*) FILTER (is_termed AND late_days = 0) AS on_time,
        count(*) FILTER (is_termed AND late_days > 0) AS late,
        {_BANDS},
        coalesce(max(late_days) FILTER (is_termed), 0) AS worst_late_days,
        count(*) FILTER (is_termed AND late_days IS NULL) AS untimed
    FROM timed
    GROUP BY batch_id
)
SELECT
    counted.batch_id,
    totals.* EXCLUDE (batch_id),
    wrong.replaced,
    wrong.recalled,
    contested.contested,
    repeated.repeated_in_file
FROM counted
LEFT JOIN totals ON totals.batch_id = counted.batch_id
LEFT JOIN wrong ON wrong.batch_id = counted.batch_id
LEFT JOIN contested ON contested.batch_id = counted.batch_id
LEFT JOIN repeated ON repeated.batch_id = counted.batch_id
WHERE totals.batch_id IS NOT NULL OR repeated.batch_id IS NOT NULL
ORDER BY counted.batch_id
"""  # noqa: S608 - made of the names of RECORD_FIELDS and the numbers of LATE_BANDS

_LATE_ROWS: Final = f"""
{_JUDGED}
SELECT batch_id, sheet, row, document_no, decided_on, late_days
FROM timed
WHERE is_termed AND late_days > 0 AND subject_kind <> 'person'
ORDER BY late_days DESC, batch_id, sheet, row
LIMIT $limit
"""  # noqa: S608 - made of the constant above
