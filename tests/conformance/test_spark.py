"""One corpus on three engines: referee, DuckDB and Spark say the same of every record, to the last digit.

The corpus is every worked case beside the rules, the cases of abilities that the rules in force do not use, and 20,000
boundary records drawn from fixed seeds. Links and withdrawn spans, which the referee does not know, are compared
between the two databases.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from property.test_rulebook_generated import MANY, PHASES, worlds
from spec.conformance_corpus import (
    KNOWN,
    draw_facts,
    evaluate_by_subject,
    gather_by_day,
    mark_facts,
    take_marked,
)
from spec.duckdb_engine import LATER, evaluate_on_duckdb, open_with_facts
from spec.explain_by_sql import explain_by_sql
from spec.test_abilities import CASES as ABILITY_CASES
from spec.test_abilities import make_changes

from credit_service.rulebook.cases import find_differences, list_worked, read_all_cases
from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.fact import Evaluation
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.render_spark import compile_for_spark
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.run_query import AssessmentRun, run_assessment

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

RULES = Path(__file__).parents[2] / "rules"
RUNS = gather_by_day(list_worked(read_all_cases(RULES, FaultLog())))
ABILITIES = ("half_life", "repeat_offence", "sum_of_fines", "grades_by_day", "caps_by_item")
"""Those whose statements hold what no other has: tables of weights, windows, wide sums, parameters by date."""
DAYS = (date(2026, 9, 30), date(2028, 2, 29))
SIZE = 10_000
LINKED = datetime(2026, 1, 1, 12, tzinfo=UTC)
rulebook_of = lru_cache(maxsize=None)(load_rulebook)


def compile_both(rulebook: Rulebook) -> tuple[CompiledScoring, CompiledScoring]:
    """Return the rules for DuckDB and for Spark."""
    compiled = compile_scoring(rulebook)
    return compiled, compile_for_spark(compiled)


def assert_equal(found: Evaluation, expected: Evaluation) -> None:
    """Say which rows differ, not that ten thousand do not match."""
    for part, rows in vars(expected).items():
        here, there = Counter(getattr(found, part)), Counter(rows)
        assert (list(here - there)[:3], list(there - here)[:3]) == ([], []), part
    assert found == expected


@pytest.mark.parametrize(("as_of", "edition"), RUNS, ids=str)
def test_worked_cases_come_out_as_the_law_expects(as_of, edition, interpreted):
    from spec.spark_engine import NEAR

    cases = RUNS[as_of, edition]
    rulebook = rulebook_of(RULES, as_of, edition)
    facts = [fact for mark, case in cases.items() for fact in mark_facts(mark, case.facts)]
    found = interpreted.evaluate(compile_both(rulebook)[1], facts, as_of, without=NEAR)
    wrong = {
        case.name: differences
        for mark, case in cases.items()
        if (differences := find_differences(rulebook, case, take_marked(mark, found)))
    }
    assert wrong == {}
    expected = vars(evaluate_by_subject(rulebook, facts, as_of))
    assert_equal(found, Evaluation(**{**expected, "near_misses": ()}))


@pytest.mark.parametrize("name", ABILITIES)
def test_what_the_rules_in_force_do_not_use_yet_is_the_same_too(name, interpreted, tmp_path):
    ability, first = next((path, case) for path, case in ABILITY_CASES if path.name == name)
    shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("cases.yaml", "cases", "*.sql"))
    make_changes(ability, tmp_path / "rules")
    rulebook = load_rulebook(tmp_path / "rules", first.as_of)
    cases = {f"c{n}": case for n, (path, case) in enumerate(ABILITY_CASES) if path == ability}
    facts = [fact for mark, case in cases.items() for fact in mark_facts(mark, case.facts)]
    facts += draw_facts(len(name), 500, first.as_of)
    compiled, for_spark = compile_both(rulebook)
    expected = evaluate_by_subject(rulebook, facts, first.as_of, LATER)
    assert_equal(evaluate_on_duckdb(compiled, facts, first.as_of), expected)
    assert_equal(interpreted.evaluate(for_spark, facts, first.as_of), expected)


@pytest.mark.parametrize(("seed", "as_of", "known_at"), [(1, DAYS[0], LATER), (2, DAYS[1], KNOWN)], ids=str)
def test_boundary_records_are_the_same_on_all_engines(seed, as_of, known_at, spark):
    rulebook = rulebook_of(RULES, as_of)
    facts = draw_facts(seed, SIZE, as_of)
    compiled, for_spark = compile_both(rulebook)
    expected = evaluate_by_subject(rulebook, facts, as_of, known_at)
    assert {c.list_kind for c in expected.candidates} == {"black", "red", "watch"}, "the corpus reaches every list"
    assert {score.grade for score in expected.scores} == {step.grade for step in rulebook.scoring.grades}
    assert_equal(evaluate_on_duckdb(compiled, facts, as_of, known_at), expected)
    assert_equal(spark.evaluate(for_spark, facts, as_of, known_at), expected)


def test_links_and_returned_spans_are_the_same_on_both_databases(interpreted):
    """Who was linked with whom, and what held again after a withdrawal, is decided in the first step."""
    as_of = DAYS[0]
    compiled, for_spark = compile_both(rulebook_of(RULES, as_of))
    facts = draw_facts(3, 1_000, as_of)
    known_at = LINKED + timedelta(hours=1)
    run = AssessmentRun("R", as_of, known_at, "hash")
    ours, theirs = open_with_facts(facts), open_with_facts(facts)
    for warehouse in (ours, theirs):
        warehouse.execute(
            "INSERT INTO subject_links SELECT DISTINCT subject_id, 'uscc:linked', $at::TIMESTAMP,"
            " CASE WHEN subject_id > 'reg:0005' THEN $at::TIMESTAMP END FROM records WHERE subject_id LIKE 'reg:%'",
            {"at": LINKED.replace(tzinfo=None)},
        )
        warehouse.execute(
            "INSERT INTO returned SELECT record_id, $at, NULL FROM records WHERE row % 5 = 0",
            {"at": LINKED.replace(tzinfo=None)},
        )
    run_assessment(ours, run, compiled)
    interpreted.assess(for_spark, theirs, as_of, known_at)
    for table in ("scores", "reasons", "candidates", "near_misses"):
        rows = [sorted(warehouse.sql(f"SELECT * FROM {table}").fetchall()) for warehouse in (ours, theirs)]
        assert rows[0] == rows[1], table
    assert ours.sql("SELECT count(*) FROM scores WHERE subject_id = 'uscc:linked'").fetchall() != [(0,)]
    subject_id = ours.sql("SELECT subject_id FROM candidates GROUP BY ALL ORDER BY count(*) DESC, 1").fetchall()[0][0]
    expected = explain_by_sql(ours, run, compiled, subject_id).rows(named=True)
    interpreted.lay_down(for_spark.tables, ours)
    known = {"as_of": as_of, "known_at": known_at, "run_id": "R", "subject_id": subject_id}
    assert interpreted.run(for_spark.explain, known) == expected
    assert any(row["candidates"] for row in expected)


@settings(max_examples=max(MANY // 40, 1), phases=PHASES, derandomize=True, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_rulebooks_nobody_wrote_are_the_same_on_spark(world, interpreted):
    rulebook = world.rulebook
    facts = [*mark_facts("g", world.facts), *draw_facts(5, 300, rulebook.as_of)]
    expected = evaluate_by_subject(rulebook, facts, rulebook.as_of, LATER)
    assert_equal(interpreted.evaluate(compile_both(rulebook)[1], facts, rulebook.as_of), expected)
