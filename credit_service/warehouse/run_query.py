"""Questions to the warehouse, and the one big one: an assessment.

SQL comes from this service's own code or is compiled from the rules (`rulebook.compile_sql`); an analyst's SQL never
gets here, it goes to `warehouse.sandbox`. Values travel as parameters, never inside SQL text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import duckdb
import polars as pl

from credit_service.warehouse.parts import PART_RECORDS, count_parts, each_part
from credit_service.warehouse.receipts import TableDifference, compare_results, digest_facts, digest_result
from credit_service.warehouse.write import in_transaction, to_naive_utc

SUBJECTS_IN_QUESTION = "subjects_in_question"
"""Temporary table of the subjects that `find_candidates` asks about."""
STORED = ("scores", "reasons", "candidates", "near_misses")
"""Tables a run fills."""
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TYPE = re.compile(r"[A-Z]+(\(\d+(, ?\d+)?\))?(\[\])?")


class TableOfRules(Protocol):
    """A decision table as `rulebook` compiles it."""

    @property
    def name(self) -> str:
        """Name of the temporary table."""
        ...

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """(name, SQL type) of each column."""
        ...

    @property
    def rows(self) -> tuple[tuple[object, ...], ...]:
        """The rows."""
        ...


class StatementOfRules(Protocol):
    """One compiled statement."""

    @property
    def name(self) -> str:
        """What it makes."""
        ...

    @property
    def sql(self) -> str:
        """The text."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names used in the text as ``$name``."""
        ...


class CompiledRules(Protocol):
    """What `rulebook.compile_sql.compile_scoring` returns; named by shape, because stages do not import each other."""

    @property
    def tables(self) -> Sequence[TableOfRules]:
        """Tables to lay down first."""
        ...

    @property
    def steps(self) -> Sequence[StatementOfRules]:
        """Statements that score everybody, with every table laid down."""
        ...

    @property
    def run(self) -> Sequence[StatementOfRules]:
        """The same, with as little laid down as will do."""
        ...

    @property
    def explain(self) -> Sequence[StatementOfRules]:
        """Statements that say why for one subject; the last one is a SELECT."""
        ...


@dataclass(frozen=True)
class AssessmentRun:
    """One assessment: the same run over the same records gives the same result to the last digit."""

    run_id: str
    as_of: date
    known_at: datetime
    rulebook: str
    adoption: int | None = None
    """By which act of the ledger the rules were in force."""


@dataclass(frozen=True)
class AssessmentCounts:
    """What a run looked at and found."""

    records: int
    subjects: int
    scores: int
    reasons: int
    candidates: int
    facts_digest: str
    result_digest: str


@dataclass(frozen=True)
class RepeatedResult:
    """What a run gives when it is done again, beside what is stored of it."""

    facts_digest: str
    result_digest: str
    is_stored: bool
    """Whether the warehouse holds the run at all."""
    differences: tuple[TableDifference, ...]


def run_query(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """Return the answer of one SELECT.

    Args:
        connection: The open warehouse.
        sql: The question, with ``$name`` where a value goes.
        parameters: The values; aware instants are turned into the naive UTC the warehouse keeps.
    """
    answer: pl.DataFrame = connection.sql(sql, params=_to_values(parameters or {})).pl()
    return answer


def run_assessment(
    connection: duckdb.DuckDBPyConnection,
    run: AssessmentRun,
    compiled: CompiledRules,
    part_records: int = PART_RECORDS,
) -> AssessmentCounts:
    """Score everybody in one transaction; an earlier run of the same id is replaced.

    Args:
        connection: The open warehouse.
        run: Day, instant and rulebook.
        compiled: Tables and statements of the rules.
        part_records: So many records at a time; the answer is the same whatever it is, the memory is not.
    """
    parameters: dict[str, object] = {"as_of": run.as_of, "known_at": run.known_at, "run_id": run.run_id}
    # Temporary tables belong to a connection, so a connection of its own leaves none of them behind.
    with connection.cursor() as own, in_transaction(own):
        for table in (*STORED, "assessment_runs"):
            own.sql(f"DELETE FROM {table} WHERE run_id = $run_id", params={"run_id": run.run_id})  # noqa: S608 - five fixed names
        _run_in_parts(own, compiled, parameters, part_records)
        counts = _count(own, run)
        own.sql(
            _INSERT_RUN,
            params={
                **_to_values(parameters),
                "rulebook": run.rulebook,
                "records": counts.records,
                "subjects": counts.subjects,
                "adoption": run.adoption,
                "facts_digest": counts.facts_digest,
                "result_digest": counts.result_digest,
            },
        )
    return counts


def _run_in_parts(
    own: duckdb.DuckDBPyConnection, compiled: CompiledRules, parameters: Mapping[str, object], part_records: int
) -> None:
    run_statements(own, compiled.tables, (), parameters)
    known_at = _to_values(parameters)["known_at"]
    for _ in each_part(own, count_parts(own, part_records), known_at):
        run_statements(own, (), compiled.run, parameters)


def repeat_assessment(
    connection: duckdb.DuckDBPyConnection, run: AssessmentRun, compiled: CompiledRules
) -> RepeatedResult:
    """Do a run again beside what is stored of it, compare, and leave nothing behind.

    Args:
        connection: The open warehouse.
        run: The run as it was.
        compiled: Tables and statements of the rules it ran by.
    """
    again = f"{run.run_id} again"
    parameters: dict[str, object] = {"as_of": run.as_of, "known_at": run.known_at, "run_id": again}
    with connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            _run_in_parts(own, compiled, parameters, PART_RECORDS)
            is_stored = own.sql(
                "SELECT 1 FROM assessment_runs WHERE run_id = $run_id", params={"run_id": run.run_id}
            ).fetchall()
            return RepeatedResult(
                facts_digest=digest_facts(own, run.known_at),
                result_digest=digest_result(own, again, STORED),
                is_stored=bool(is_stored),
                differences=compare_results(own, run.run_id, again, STORED) if is_stored else (),
            )
        finally:
            own.sql("ROLLBACK")


def find_candidates(
    connection: duckdb.DuckDBPyConnection, run: AssessmentRun, compiled: CompiledRules, batch_id: str
) -> pl.DataFrame:
    """Return the candidates among the subjects of one batch; for a transaction that is rolled back.

    Args:
        connection: The open warehouse, inside that transaction.
        run: Day, instant and rulebook.
        compiled: Tables and statements of the rules, compiled for the subjects in ``SUBJECTS_IN_QUESTION``.
        batch_id: Whose subjects are in question.

    **Shape**: ``subject_id subject_name list_kind list_type category rule``, one row per candidate.
    """
    parameters: dict[str, object] = {"as_of": run.as_of, "known_at": run.known_at, "run_id": run.run_id}
    connection.sql(_SUBJECTS, params={"batch_id": batch_id})
    run_statements(connection, compiled.tables, compiled.steps, parameters)
    found: pl.DataFrame = connection.sql(_FOUND, params={"run_id": run.run_id}).pl()
    for table in compiled.tables:
        connection.sql(f'DROP TABLE "{table.name}"')
    for stored in STORED:
        connection.sql(f"DELETE FROM {stored} WHERE run_id = $run_id", params={"run_id": run.run_id})  # noqa: S608 - four fixed names
    return found


def run_statements(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[TableOfRules],
    statements: Sequence[StatementOfRules],
    parameters: Mapping[str, object],
) -> None:
    """Lay decision tables down and run compiled statements, each with the parameters it names."""
    for table in tables:
        _create_table(connection, table)
    for statement in statements:
        connection.sql(statement.sql, params=_chosen(statement, parameters))


def _create_table(connection: duckdb.DuckDBPyConnection, table: TableOfRules) -> None:
    for name in (table.name, *(column for column, _ in table.columns)):
        _check_form(_NAME, name)
    for _, sql_type in table.columns:
        _check_form(_TYPE, sql_type)
    lists = {f"c{place}": [row[place] for row in table.rows] for place in range(len(table.columns))}
    values = ", ".join(
        f'unnest(CAST($c{place} AS {sql_type}[])) AS "{name}"' for place, (name, sql_type) in enumerate(table.columns)
    )
    connection.sql(f'CREATE TEMP TABLE "{table.name}" AS SELECT {values}', params=lists)


def _check_form(form: re.Pattern[str], text: str) -> None:
    if form.fullmatch(text) is None:
        message = f"a compiled table has the unusable name or type {text!r}"
        raise ValueError(message)


def _count(connection: duckdb.DuckDBPyConnection, run: AssessmentRun) -> AssessmentCounts:
    known = {"known_at": to_naive_utc(run.known_at)}
    records, subjects = connection.sql(
        "SELECT count(*), count(DISTINCT subject_id) FROM visible_records"
        " WHERE visible_at <= $known_at AND (superseded_at IS NULL OR superseded_at > $known_at)",
        params=known,
    ).fetchall()[0]
    scores, reasons, candidates = connection.sql(
        "SELECT (SELECT count(*) FROM scores WHERE run_id = $run_id),"
        " (SELECT count(*) FROM reasons WHERE run_id = $run_id),"
        " (SELECT count(*) FROM candidates WHERE run_id = $run_id)",
        params={"run_id": run.run_id},
    ).fetchall()[0]
    return AssessmentCounts(
        records=records,
        subjects=subjects,
        scores=scores,
        reasons=reasons,
        candidates=candidates,
        facts_digest=digest_facts(connection, run.known_at),
        result_digest=digest_result(connection, run.run_id, STORED),
    )


def _chosen(statement: StatementOfRules, parameters: Mapping[str, object]) -> dict[str, object]:
    return _to_values({name: parameters[name] for name in statement.parameters})


def _to_values(parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: to_naive_utc(value) if isinstance(value, datetime) else value for name, value in parameters.items()}


_INSERT_RUN = """
INSERT INTO assessment_runs (
    run_id, as_of, known_at, rulebook, records, subjects, finished_at, adoption, facts_digest, result_digest
) VALUES (
    $run_id, $as_of, $known_at, $rulebook, $records, $subjects, $known_at, $adoption, $facts_digest, $result_digest
)
"""

# Whoever is linked with one of them is in question too.
_SUBJECTS = f"""
CREATE OR REPLACE TEMP TABLE {SUBJECTS_IN_QUESTION} AS
WITH own AS (
    SELECT DISTINCT subject_id FROM records WHERE batch_id = $batch_id
), linked AS (
    SELECT subject_id FROM own
    UNION
    SELECT to_subject_id FROM subject_links WHERE unlinked_at IS NULL AND from_subject_id IN (FROM own)
)
SELECT subject_id FROM linked
UNION
SELECT from_subject_id FROM subject_links WHERE unlinked_at IS NULL AND to_subject_id IN (FROM linked)
"""  # noqa: S608 - a fixed name

_FOUND = """
SELECT c.subject_id, (
    SELECT arg_max(r.subject_name, (r.learned_at, r.record_id)) FROM records AS r WHERE r.subject_id = c.subject_id
) AS subject_name, c.list_kind, c.list_type, c.category, c.rule
FROM candidates AS c
WHERE c.run_id = $run_id
ORDER BY c.list_kind, c.list_type, c.category, c.subject_id
"""
