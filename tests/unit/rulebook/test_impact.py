"""Two compiled rulebooks as one plan: what is the same runs once, what differs runs twice under its own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from credit_service.rulebook.compile_sql import CompiledScoring, Statement, compile_scoring
from credit_service.rulebook.decision_tables import SqlTable
from credit_service.rulebook.impact import COMPARED, ComparisonPlan, plan_comparison
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(RULES, date(2026, 9, 30))


@pytest.fixture(scope="module")
def compiled(rulebook) -> CompiledScoring:
    return compile_scoring(rulebook)


def names(plan: ComparisonPlan) -> list[str]:
    return [step.name for step in plan.steps]


def test_the_same_rules_run_once_and_stand_in_for_the_draft(compiled: CompiledScoring):
    plan = plan_comparison(compiled, compiled)
    assert plan.tables == compiled.tables
    doubled = [name for name in names(plan) if name.startswith("draft_")]
    assert doubled == [f"draft_{name}" for name in COMPARED]
    assert all(step.sql.startswith("CREATE OR REPLACE TEMPORARY VIEW") for step in plan.steps if step.name in doubled)


def test_nothing_of_a_run_is_stored(compiled: CompiledScoring):
    plan = plan_comparison(compiled, compiled)
    assert not [step for step in plan.steps if "INSERT" in step.sql.upper()]
    assert not [step for step in plan.steps if "run_id" in step.parameters]


def test_facts_are_laid_down_once_where_only_points_change(rulebook, compiled: CompiledScoring):
    events = tuple(replace(event, points=2 * event.points) for event in rulebook.scoring.events)
    draft = replace(rulebook, scoring=replace(rulebook.scoring, events=events))
    plan = plan_comparison(compiled, compile_scoring(draft))
    assert {"facts", "repeated", "topic_category", "topic_list"} <= plan.shared
    assert not {"judged", "standing", "proposed"} & plan.shared
    assert [table.name for table in plan.tables if table.name.startswith("draft_")] == ["draft_rule_event"]
    judged = next(step for step in plan.steps if step.name == "draft_judged")
    assert "draft_rule_event AS rule_event" in judged.sql
    assert "draft_facts" not in judged.sql


def test_scores_are_shared_where_only_a_candidate_rule_changes(rulebook, compiled: CompiledScoring):
    draft = replace(rulebook, candidates=replace(rulebook.candidates, rules=rulebook.candidates.rules[:-1]))
    plan = plan_comparison(compiled, compile_scoring(draft))
    assert {"facts", "judged", "standing"} <= plan.shared
    assert "proposed" not in plan.shared
    assert {"draft_judged", "draft_standing", "draft_proposed"} <= set(names(plan))


def test_a_step_whose_input_changed_is_run_again_though_its_text_is_the_same():
    def side(points: int) -> CompiledScoring:
        table = SqlTable("weights", (("kind", "VARCHAR"), ("points", "BIGINT")), (("penalty", points),))
        steps = (
            Statement("judged", "CREATE OR REPLACE TEMP TABLE judged AS SELECT weights.points FROM weights", ()),
            Statement("standing", "CREATE OR REPLACE TEMP TABLE standing AS WITH judged AS (SELECT 1) FROM judged", ()),
            Statement("proposed", "CREATE OR REPLACE TEMP TABLE proposed AS SELECT * FROM judged", ()),
            Statement("near", "CREATE OR REPLACE TEMP TABLE near AS SELECT * FROM proposed", ()),
        )
        return CompiledScoring((table,), steps, steps, ())

    plan = plan_comparison(side(1), side(2))
    # A common table of the same name hides the real one, so `standing` does not depend on the weights.
    assert plan.shared == {"standing"}
    assert names(plan) == [
        "judged", "standing", "proposed", "draft_judged", "draft_proposed", "draft_standing",
    ]  # fmt: skip
    assert "FROM draft_weights AS weights" in next(step.sql for step in plan.steps if step.name == "draft_judged")
    assert "FROM draft_judged AS judged" in next(step.sql for step in plan.steps if step.name == "draft_proposed")
