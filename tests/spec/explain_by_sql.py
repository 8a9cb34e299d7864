"""The explanation that rules are compiled to, run on DuckDB: what other engines and the referee are compared with.

The service itself explains one subject by the referee (ADR 0019); these statements are what ``credit rules compile``
gives to whoever runs the rules elsewhere, so tests hold them right.
"""

from __future__ import annotations

import duckdb
import polars as pl

from credit_service.rulebook.compile_sql import CompiledScoring
from credit_service.warehouse.run_query import AssessmentRun, run_statements
from credit_service.warehouse.write import to_naive_utc


def explain_by_sql(
    connection: duckdb.DuckDBPyConnection, run: AssessmentRun, compiled: CompiledScoring, subject_id: str
) -> pl.DataFrame:
    """Return why one subject scores as it does; stores nothing."""
    parameters: dict[str, object] = {
        "as_of": run.as_of,
        "known_at": to_naive_utc(run.known_at),
        "run_id": run.run_id,
        "subject_id": subject_id,
    }
    *before, last = compiled.explain
    with connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            run_statements(own, compiled.tables, before, parameters)
            return own.sql(last.sql, params={name: parameters[name] for name in last.parameters}).pl()
        finally:
            own.sql("ROLLBACK")
