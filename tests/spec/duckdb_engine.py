"""The compiled rules on a real DuckDB in memory, answering in the referee's words so that the two can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from spec.explain_by_sql import explain_by_sql

from credit_service.domain.record import RECORD_FIELDS
from credit_service.rulebook.compile_sql import CompiledScoring, Statement
from credit_service.rulebook.fact import (
    EvaluatedCandidate,
    EvaluatedNearMiss,
    EvaluatedReason,
    EvaluatedScore,
    Evaluation,
    Fact,
)
from credit_service.warehouse.one_subject import SUBJECT_KEY
from credit_service.warehouse.run_query import AssessmentRun

SCHEMA = Path(__file__).parents[2] / "credit_service" / "warehouse" / "schema" / "0001_base.sql"
LATER = datetime(2099, 1, 1, tzinfo=UTC)
_WAREHOUSES: dict[int, tuple[duckdb.DuckDBPyConnection, CompiledScoring]] = {}
_ONCE: list[duckdb.DuckDBPyConnection] = []
_ARROW = {
    "text": pa.string(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
}
STORED = ("scores", "reasons", "candidates", "near_misses")
_BLANKS: dict[str, object] = {"text": "", "int": 0, "bool": False}


def evaluate_on_duckdb(
    compiled: CompiledScoring, facts: Sequence[Fact], as_of: date, known_at: datetime = LATER
) -> Evaluation:
    """Store the facts, run every step, and read back what was stored and what was found of each record."""
    return _run(_open_compiled(compiled), compiled, facts, as_of, known_at)


def evaluate_once(
    compiled: CompiledScoring, facts: Sequence[Fact], as_of: date, known_at: datetime = LATER
) -> Evaluation:
    """Do the same with rules that are not asked again: one warehouse for all of them, its tables laid down anew."""
    if not _ONCE:
        _ONCE.append(open_with_facts(()))
    _lay_tables(_ONCE[0], compiled)
    return _run(_ONCE[0], compiled, facts, as_of, known_at)


def _run(
    connection: duckdb.DuckDBPyConnection,
    compiled: CompiledScoring,
    facts: Sequence[Fact],
    as_of: date,
    known_at: datetime,
) -> Evaluation:
    connection.execute("DELETE FROM records")
    _store(connection, facts)
    known = {"as_of": as_of, "known_at": known_at.replace(tzinfo=None), "run_id": "R"}
    found = [_run_form(connection, form, known) for form in (compiled.run, compiled.steps)]
    # What an assessment runs lays less down; every question to this engine asks whether it says the same.
    assert found[0] == found[1]
    return read_evaluation(connection)


def _run_form(
    connection: duckdb.DuckDBPyConnection, steps: Sequence[Statement], known: dict[str, object]
) -> dict[str, list[tuple[object, ...]]]:
    """Run the statements of one form and return what they stored."""
    for table in STORED:
        connection.execute(f"DELETE FROM {table}")
    for step in steps:
        connection.execute(step.sql, {name: known[name] for name in step.parameters})
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in STORED}


def read_evaluation(connection: duckdb.DuckDBPyConnection) -> Evaluation:
    """Return what one run stored, and what was found of each record, from the tables it is in."""
    scores = connection.sql("SELECT * EXCLUDE (run_id) FROM scores").fetchall()
    candidates = connection.sql("SELECT * EXCLUDE (run_id) FROM candidates").fetchall()
    near = connection.sql("SELECT * EXCLUDE (run_id) FROM near_misses").fetchall()
    kept = {record_id for (record_id,) in connection.sql("SELECT record_id FROM reasons").fetchall()}
    judged = _read_reasons(connection.sql("SELECT * FROM judged ORDER BY record_id"))
    return Evaluation(
        scores=tuple(sorted(EvaluatedScore(*row) for row in scores)),
        reasons=tuple(reason for reason in judged if reason.record_id in kept),
        candidates=tuple(sorted(EvaluatedCandidate(*row[:5], tuple(row[5])) for row in candidates)),
        judged=judged,
        near_misses=tuple(sorted(EvaluatedNearMiss(*row) for row in near)),
    )


def explain_on_duckdb(
    compiled: CompiledScoring, facts: Sequence[Fact], as_of: date, subject_id: str
) -> list[dict[str, object]]:
    """Return the explanation of one subject as the warehouse gives it."""
    with open_with_facts(facts) as connection:
        run = AssessmentRun("R", as_of, LATER, "hash")
        return list(explain_by_sql(connection, run, compiled, subject_id).iter_rows(named=True))


def open_with_facts(facts: Sequence[Fact]) -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory that holds these facts."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    _store(connection, facts)
    return connection


def _open_compiled(compiled: CompiledScoring) -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory with the decision tables laid down, kept from one example to the next."""
    if id(compiled) not in _WAREHOUSES:
        connection = open_with_facts(())
        _lay_tables(connection, compiled)
        # The compiled rules are kept beside it, so that their identity is not given to another object.
        _WAREHOUSES[id(compiled)] = (connection, compiled)
    return _WAREHOUSES[id(compiled)][0]


def _lay_tables(connection: duckdb.DuckDBPyConnection, compiled: CompiledScoring) -> None:
    for table in compiled.tables:
        columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table.name} ({columns})")
        lists = [[row[place] for row in table.rows] for place in range(len(table.columns))]
        values = ", ".join(f"unnest(CAST(? AS {kind}[]))" for _, kind in table.columns)
        connection.execute(f"INSERT INTO {table.name} SELECT {values}", lists)


def _read_reasons(answer: duckdb.DuckDBPyRelation) -> tuple[EvaluatedReason, ...]:
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    names = EvaluatedReason.__dataclass_fields__
    return tuple(EvaluatedReason(**{name: row[name] for name in names}) for row in rows)


def _store(connection: duckdb.DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    rows = []
    for fact in facts:
        known = vars(fact) | {"visible_at": fact.learned_at}
        row = [known.get(name, _BLANKS.get(kind)) for name, kind in RECORD_FIELDS]
        rows.append([v.astimezone(UTC).replace(tzinfo=None) if isinstance(v, datetime) else v for v in row])
    columns = [
        pa.array([row[place] for row in rows], _ARROW[kind.removesuffix("?")])
        for place, (_, kind) in enumerate(RECORD_FIELDS)
    ]
    arrived = pa.table(columns, names=[name for name, _ in RECORD_FIELDS])  # noqa: F841 - DuckDB finds it by its name
    connection.execute(f"INSERT INTO records BY NAME SELECT *, {SUBJECT_KEY} AS subject_key FROM arrived")
