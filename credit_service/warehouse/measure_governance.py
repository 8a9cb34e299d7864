"""Counting what became of adverse records, period by period: all at once, one row per item, region or department.

Before this module `rulebook.compile_governance` has said in SQL when each record was open; after it
`lookup.governance` makes boards and `rulebook.governance_index` an index. It names no subject and judges nothing. What
the columns mean is defined in `domain.governance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

import polars as pl

from credit_service.warehouse.run_query import StatementOfRules, TableOfRules, run_query, run_statements
from credit_service.warehouse.session import Session


class Dimension(StrEnum):
    """What counts can be told apart by."""

    CATEGORY = "category"
    DISTRICT = "district"
    AGENCY = "agency"


_COLUMNS: Final = {
    Dimension.CATEGORY: "category",
    Dimension.DISTRICT: "coalesce(region_code, '')",
    Dimension.AGENCY: "agency_code",
}


class CompiledGovernanceRules(Protocol):
    """What `rulebook.compile_governance` returns; named by shape, because stages do not import each other."""

    @property
    def tables(self) -> Sequence[TableOfRules]:
        """Tables to lay down first."""
        ...

    @property
    def steps(self) -> Sequence[StatementOfRules]:
        """Statements that leave the temporary table ``governed``."""
        ...


@dataclass(frozen=True)
class CountedPeriod:
    """A period: its first day, the day it is closed on, and the instants between which reports were received in it."""

    from_on: date
    through_on: date
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class GovernanceQuestion:
    """What is counted: as of which day the rules are read, what was known by when, in which periods, about what.

    A dimension that is not chosen (None) is not restricted; without a chosen category, category 0 is left out except
    where categories are told apart. An empty district is that of records without one.
    """

    as_of: date
    known_at: datetime
    periods: Sequence[CountedPeriod]
    category: int | None = None
    district: str | None = None
    agency: str | None = None


@dataclass(frozen=True)
class GovernanceFrames:
    """The counts of each grouping asked for, and where some records belong.

    **Shape**: ``counts``: ``period`` (place in the question), one column per dimension of the grouping, and the names
    of `domain.governance.RECORD_COUNTS`; one row per group and period in which anything was in hand or reported late.
    ``places``: ``record_id district agency``, one row per record asked about that is known.
    """

    counts: tuple[pl.DataFrame, ...]
    places: pl.DataFrame


def count_governance(
    session: Session,
    question: GovernanceQuestion,
    compiled: CompiledGovernanceRules,
    groupings: Sequence[tuple[Dimension, ...]],
    record_ids: Sequence[str] = (),
) -> GovernanceFrames:
    """Return the counts of every grouping, and the places of the records asked about; stores nothing."""
    parameters = {"as_of": question.as_of, "known_at": question.known_at}
    chosen = {
        "category": question.category,
        "district": question.district,
        "agency": question.agency,
        "first_days": [period.from_on for period in question.periods],
        "last_days": [period.through_on for period in question.periods],
        "begins": [period.begins_at.replace(tzinfo=None) for period in question.periods],
        "ends": [period.ends_at.replace(tzinfo=None) for period in question.periods],
    }
    # Temporary tables belong to a connection, so a connection of its own leaves none of them behind.
    with session.connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            run_statements(own, compiled.tables, compiled.steps, parameters)
            counts = tuple(run_query(own, _to_sql(by, question), chosen) for by in groupings)
            places = run_query(own, _PLACES, {"record_ids": list(record_ids)})
        finally:
            own.sql("ROLLBACK")
    return GovernanceFrames(counts, places)


def _to_sql(by: tuple[Dimension, ...], question: GovernanceQuestion) -> str:
    columns = "".join(f", {_COLUMNS[dimension]} AS {dimension.value}" for dimension in by)
    places = ", ".join(str(place + 1) for place in range(len(by) + 1))
    general = "TRUE" if Dimension.CATEGORY in by or question.category is not None else "governed.category > 0"
    return _COUNTS.format(columns=columns, places=places, general=general)


# A record is in hand in a period if it was decided by its end and had not ended when it began; what came late may be
# neither. Texts put in are the names above, never a value.
_COUNTS: Final = """
WITH span AS (
    SELECT
        unnest(range(len($first_days))) AS period,
        unnest(CAST($first_days AS DATE[])) AS from_on,
        unnest(CAST($last_days AS DATE[])) AS through_on,
        unnest(CAST($begins AS TIMESTAMP[])) AS begins_at,
        unnest(CAST($ends AS TIMESTAMP[])) AS ends_at
), told AS (
    SELECT
        governed.*, span.*,
        decided_on <= through_on AND (ended_on IS NULL OR ended_on >= from_on) AS is_in_hand,
        decided_on < from_on AND first_learned_at >= begins_at AND first_learned_at < ends_at AS is_late,
        coalesce(ended_on <= through_on, FALSE) AS has_ended
    FROM governed
    JOIN span ON decided_on <= through_on
    WHERE {general}
        AND ($category IS NULL OR governed.category = $category)
        AND ($district IS NULL OR coalesce(region_code, '') = $district)
        AND ($agency IS NULL OR agency_code = $agency)
)
SELECT
    CAST(period AS BIGINT) AS period{columns},
    count(*) FILTER (is_in_hand AND decided_on < from_on) AS opening,
    count(*) FILTER (decided_on >= from_on) AS new,
    count(*) FILTER (is_late) AS late_learned,
    count(*) FILTER (is_in_hand AND has_ended AND way = 'mended') AS mended,
    count(*) FILTER (is_in_hand AND has_ended AND way = 'repaired') AS repaired,
    count(*) FILTER (is_in_hand AND has_ended AND way = 'removed') AS removed,
    count(*) FILTER (is_in_hand AND has_ended AND way = 'expired') AS expired,
    count(*) FILTER (is_in_hand AND NOT has_ended) AS closing,
    count(*) FILTER (is_in_hand AND NOT has_ended AND through_on > overdue_after_on) AS overdue,
    count(*) FILTER (decided_on >= from_on AND is_repeated) AS repeated,
    count(DISTINCT subject_id) FILTER (is_in_hand) AS subjects,
    count(DISTINCT subject_id) FILTER (is_in_hand AND is_person) AS persons
FROM told
WHERE is_in_hand OR is_late
GROUP BY {places}
ORDER BY {places}
"""

_PLACES: Final = """
SELECT record_id, coalesce(region_code, '') AS district, agency_code AS agency
FROM records
WHERE record_id IN (SELECT unnest(CAST($record_ids AS VARCHAR[])))
ORDER BY record_id
"""
