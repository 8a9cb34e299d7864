"""An assessment in parts is the assessment: whatever the number of parts, whoever is linked with whom."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.run_query import AssessmentRun, run_assessment

ROOT = Path(__file__).parents[2]
DAY = date(2026, 9, 1)
LEARNED = datetime(2026, 8, 20, tzinfo=UTC)
RUN = AssessmentRun("R", DAY, datetime(2026, 9, 1, 12, tzinfo=UTC), "hash")
_where = importlib.util.spec_from_file_location("duckdb_engine", ROOT / "tests/spec/duckdb_engine.py")
assert _where is not None
assert _where.loader is not None
duckdb_engine = importlib.util.module_from_spec(_where)
_where.loader.exec_module(duckdb_engine)


def _facts() -> Iterator[Fact]:
    """Yield three hundred records of sixty subjects, with everything that candidates are made of."""
    kinds = ("penalty", "penalty", "penalty", "serious_list", "honour", "broken_commitment")
    for number in range(300):
        kind = kinds[number * 7 % len(kinds)] if number % 11 else "penalty"
        subject = f"uscc:91350100M00010{number % 60:04d}" if number % 60 else "none:clerk:1"
        yield Fact(
            record_id=f"r{number}",
            act_key=f"{subject}|{number // 120}",
            subject_id=subject,
            subject_kind="organisation",
            kind=kind,
            topic={"serious_list": "安全生产", "honour": "文明单位"}.get(kind, "销售假药"),
            penalty_mask=64 if number % 5 == 0 else 4,
            fine_fen=100_000 * (number % 3),
            honour_level="county" if kind == "honour" else "none",
            decided_on=date(2026, 1 + number % 8, 1 + number % 28),
            learned_at=LEARNED,
        )


@pytest.fixture(scope="module")
def compiled() -> CompiledScoring:
    return compile_scoring(load_rulebook(ROOT / "rules", DAY))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_engine.open_with_facts(list(_facts())) as connection:
        yield connection


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("part_records", [299, 100, 40])
def test_parts_make_no_difference(
    warehouse: duckdb.DuckDBPyConnection,
    compiled: CompiledScoring,
    part_records: int,
    linked: bool,  # noqa: FBT001 - a parameter.
) -> None:
    """Scores, candidates, reasons and near misses are the same to the last row, and so is what is counted."""
    if linked:
        warehouse.execute(
            "INSERT INTO subject_links VALUES ('none:clerk:1', 'uscc:91350100M000100001', '2026-08-25', NULL)"
        )
    whole = run_assessment(warehouse, RUN, compiled)
    assert whole.candidates > 10
    assert whole.reasons > 50
    assert run_assessment(warehouse, RUN, compiled, part_records) == whole
    # The warehouse's own view is in sight again.
    assert warehouse.execute("SELECT count(*) FROM visible_records").fetchall() == [(300,)]
