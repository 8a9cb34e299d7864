"""Two rulebooks over the same facts in one connection: who enters and leaves the lists, and what moves.

Before it `rulebook.impact` has planned the steps; after it small frames that `lookup.impact` puts into words. All of it
lies in temporary tables of one transaction that is rolled back: the warehouse is read, and nothing of it changes.
Subjects are named only among the examples, which never are natural persons; the other frames are counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import polars as pl

from credit_service.warehouse.impact_sql import (
    CANDIDATES,
    COUNTS,
    EXAMPLE_RECORDS,
    EXAMPLE_SCORES,
    EXAMPLES,
    FLOWS,
    MOVES,
    SCORES,
    SUBJECTS,
    SUPPORTS,
    TAKE_EXAMPLES,
)
from credit_service.warehouse.run_query import AssessmentRun, StatementOfRules, TableOfRules, run_statements
from credit_service.warehouse.session import Session

Tick = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


class PlanOfComparison(Protocol):
    """What `rulebook.impact.plan_comparison` returns; named by shape, because stages do not import each other."""

    @property
    def tables(self) -> Sequence[TableOfRules]:
        """Tables to lay down first."""
        ...

    @property
    def steps(self) -> Sequence[StatementOfRules]:
        """Statements that make the tables of both sides."""
        ...


@dataclass(frozen=True)
class ExampleLimits:
    """How many examples are taken."""

    subjects: int = 5
    """For each list and direction."""
    records: int = 5
    """For each example, of the records the two sides judge differently."""


@dataclass(frozen=True)
class ComparisonFrames:
    """What the comparison found."""

    counts: pl.DataFrame
    """``records subjects scored``, one row: facts looked at, their subjects, and subjects scored on either side."""
    flows: pl.DataFrame
    """``dimension list_kind key is_person entering leaving staying``, one row per value and list."""
    scores: pl.DataFrame
    """``category grade_before grade_after band subjects lowest highest``; a null grade is “no score on that side”."""
    examples: pl.DataFrame
    """``list_kind enters place subject_id subject_name subject_kind list_type category rule_before rule_after``."""
    example_scores: pl.DataFrame
    """``subject_id category points_before points_after grade_before grade_after``."""
    example_records: pl.DataFrame
    """``subject_id record_id batch_id row kind decided_on place differing`` and, ``…_before`` and ``…_after``,
    ``category severity points rule``."""


def run_comparison(
    session: Session, run: AssessmentRun, plan: PlanOfComparison, limits: ExampleLimits, tick: Tick
) -> ComparisonFrames:
    """Run both sides over the facts known at an instant and compare them.

    Args:
        session: The open warehouse.
        run: Day and instant; its id is not used, for nothing is stored.
        plan: Tables and steps of both sides.
        limits: How many examples are taken.
        tick: Called after each step.
    """
    known = {"as_of": run.as_of, "known_at": run.known_at}
    total = len(plan.steps) + len(_MAKE) + 2
    with session.connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            run_statements(own, plan.tables, (), known)
            for done, step in enumerate(plan.steps, start=1):
                run_statements(own, (), (step,), known)
                tick(done, total)
            for done, sql in enumerate(_MAKE, start=len(plan.steps) + 1):
                own.sql(sql)
                tick(done, total)
            frames = _read(own, limits)
            tick(total, total)
            return frames
        finally:
            own.sql("ROLLBACK")


_MAKE = (CANDIDATES, SUBJECTS, SUPPORTS, MOVES)


def _read(own: duckdb.DuckDBPyConnection, limits: ExampleLimits) -> ComparisonFrames:
    own.sql(TAKE_EXAMPLES, params={"subjects": limits.subjects})
    return ComparisonFrames(
        counts=own.sql(COUNTS).pl(),
        flows=own.sql(FLOWS).pl(),
        scores=own.sql(SCORES).pl(),
        examples=own.sql(EXAMPLES).pl(),
        example_scores=own.sql(EXAMPLE_SCORES).pl(),
        example_records=own.sql(EXAMPLE_RECORDS, params={"records": limits.records}).pl(),
    )
