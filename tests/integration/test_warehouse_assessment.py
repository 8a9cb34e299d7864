"""Running compiled rules: one transaction, values as parameters, nothing left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from spec.explain_by_sql import explain_by_sql

from credit_service.warehouse.connection import Session, Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.run_query import AssessmentCounts, AssessmentRun

RUN = AssessmentRun("A1", date(2026, 9, 30), datetime(2026, 9, 30, 12, tzinfo=UTC), "rulebook-hash", 7)


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Step:
    sql: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compiled:
    tables: tuple[Table, ...]
    steps: tuple[Step, ...]
    explain: tuple[Step, ...] = ()

    @property
    def run(self) -> tuple[Step, ...]:
        return self.steps


WEIGHTS = Table("weights", (("kind", "VARCHAR"), ("points", "BIGINT")), (("penalty", -50_000), ("honour", 20_000)))
KNOWN = "visible_at <= $known_at AND (superseded_at IS NULL OR superseded_at > $known_at)"
SCORING = Compiled(
    tables=(WEIGHTS,),
    steps=(
        Step(
            "CREATE TEMP TABLE totals AS SELECT subject_id, sum(points)::BIGINT AS points, count(*) AS n FROM records"
            f" JOIN weights USING (kind) WHERE decided_on <= $as_of AND {KNOWN} GROUP BY subject_id",
            ("as_of", "known_at"),
        ),
        Step("INSERT INTO scores SELECT $run_id, subject_id, 0, points, 'B', n, false FROM totals", ("run_id",)),
    ),
    explain=(
        Step(
            f"CREATE TEMP TABLE mine AS SELECT * FROM records WHERE subject_id = $subject_id AND {KNOWN}",
            ("subject_id", "known_at"),
        ),
        Step("SELECT record_id, points FROM mine JOIN weights USING (kind) ORDER BY record_id"),
    ),
)


@pytest.fixture
def session(tmp_path: Path):
    with Warehouse(tmp_path / "w.duckdb", WarehouseLimits(threads=1)).open() as session:
        add_record(session, "r1", "uscc:a", "penalty", "2026-01-01")
        add_record(session, "r2", "uscc:a", "honour", "2026-01-01")
        add_record(session, "r3", "uscc:b", "penalty", "2026-01-01", superseded="2026-02-01")
        add_record(session, "r4", "uscc:c", "penalty", "2026-12-01")
        yield session


def add_record(
    session: Session, record_id: str, subject_id: str, kind: str, learned: str, *, superseded: str | None = None
) -> None:
    given = {
        "record_id": record_id,
        "subject_id": subject_id,
        "kind": kind,
        "subject_kind": "organisation",
        "decided_on": "2026-01-01",
        "learned_at": learned,
        "visible_at": learned,
        "superseded_at": superseded,
        "identifier_code": None,
    }
    columns = session.connection.sql(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'records'"
    ).fetchall()
    blank = {"VARCHAR": "", "BIGINT": "0", "BOOLEAN": "false", "DATE": None, "TIMESTAMP": None, "UINTEGER": "0"}
    values = [given.get(name, blank[kind]) for name, kind in columns]
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    session.connection.sql(f"INSERT INTO records VALUES ({places})", params=values)


def test_run_counts_what_was_known_then(session: Session):
    counts = session.run_assessment(RUN, SCORING)
    digests = counts.facts_digest, counts.result_digest
    assert counts == AssessmentCounts(2, 1, 1, 0, 0, *digests)
    assert session.run_query("SELECT subject_id, points FROM scores").rows() == [("uscc:a", -30_000)]
    assert session.run_query("SELECT * EXCLUDE finished_at FROM assessment_runs").rows() == [
        ("A1", date(2026, 9, 30), datetime(2026, 9, 30, 12), "rulebook-hash", 2, 1, 7, *digests)  # noqa: DTZ001 - naive UTC
    ]


def test_earlier_instant_sees_what_was_not_yet_superseded(session: Session):
    earlier = AssessmentRun("A0", RUN.as_of, datetime(2026, 1, 15, tzinfo=UTC), "rulebook-hash")
    assert session.run_assessment(earlier, SCORING).subjects == 2


def test_same_run_again_replaces_itself_and_no_other(session: Session):
    other = AssessmentRun("A2", RUN.as_of, RUN.known_at, "rulebook-hash")
    for run in (RUN, other, RUN):
        session.run_assessment(run, SCORING)
    assert session.run_query("SELECT run_id FROM scores ORDER BY run_id").to_series().to_list() == ["A1", "A2"]
    assert session.run_query("SELECT count(*) FROM assessment_runs").item() == 2


def test_failing_step_leaves_the_earlier_result(session: Session):
    session.run_assessment(RUN, SCORING)
    broken = Compiled(SCORING.tables, (*SCORING.steps, Step("DELETE FROM scores WHERE error('bug') IS NULL")))
    with pytest.raises(duckdb.Error):
        session.run_assessment(RUN, broken)
    assert session.run_query("SELECT points FROM scores").rows() == [(-30_000,)]


def test_explanation_answers_and_stores_nothing(session: Session):
    frame = explain_by_sql(session.connection, RUN, SCORING, "uscc:a")
    assert frame.rows() == [("r1", -50_000), ("r2", 20_000)]
    assert session.run_query("SELECT count(*) FROM duckdb_tables() WHERE temporary").item() == 0
    assert explain_by_sql(session.connection, RUN, SCORING, "uscc:a").equals(frame)


def test_table_of_rules_keeps_types_and_nulls(session: Session):
    columns = (("code", "VARCHAR"), ("weight", "DECIMAL(18, 4)"), ("since", "DATE"), ("on", "BOOLEAN"), ("n", "BIGINT"))
    rows = (("甲'乙", Decimal("1.2500"), date(2026, 1, 1), True, 2**62), (None, None, None, None, None))
    compiled = Compiled(
        (Table("facts", columns, rows), Table("nothing", columns, ())), (), (Step("SELECT * FROM facts"),)
    )
    frame = explain_by_sql(session.connection, RUN, compiled, "uscc:a")
    assert frame.rows() == list(rows)
    assert frame.schema["weight"] == pl.Decimal(18, 4)


@pytest.mark.parametrize(
    "table",
    [
        Table('a"; DROP TABLE records; --', (("x", "BIGINT"),), ()),
        Table("a", (("x", "BIGINT); DROP TABLE records"),), ()),
    ],
)
def test_name_or_type_that_is_none_is_refused(session: Session, table: Table):
    with pytest.raises(ValueError, match="unusable"):
        session.run_assessment(RUN, Compiled((table,), ()))


def test_aware_instants_are_asked_in_utc(session: Session):
    shanghai_morning = datetime.fromisoformat("2026-01-01T08:00:00+08:00")
    frame = session.run_query("SELECT count(*) FROM records WHERE learned_at = $at", {"at": shanghai_morning})
    assert frame.item() == 3
