"""Rules nobody wrote: whatever rulebook the types allow, the compiled SQL and the referee agree to the last unit.

More of them are tried where ``CREDIT_TEST_RULEBOOKS`` names a number, as it does at night.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from property.examples import examples

from credit_service.rulebook.arithmetic import WEIGHT_ROUNDINGS, list_weights
from credit_service.rulebook.compile_aggregates import compile_aggregate
from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Evaluation, Fact
from credit_service.rulebook.fade import find_half_life_weight
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.scoring_checks import check_events

ROOT = Path(__file__).parents[2]
MANY = int(os.environ.get("CREDIT_TEST_RULEBOOKS", examples(40, 150)))


def load(path: str) -> ModuleType:
    where = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(where)
    sys.modules[where.name] = module
    where.loader.exec_module(module)
    return module


engines = load("tests/property/test_rulebook_engines.py")
generated = load("tests/property/generated_rules.py")
duckdb_engine = engines.duckdb_engine
BASES = [engines.rulebook_of(ROOT / "rules", day) for day in engines.DAYS]
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if MANY > 150 else [])]
"""A rulebook is large, and making one smaller takes minutes: only where there is time for it."""


class World:
    """A rulebook and facts."""

    def __init__(self, rulebook: Rulebook, facts: list[Fact]) -> None:
        self.rulebook = rulebook
        self.facts = facts

    def __repr__(self) -> str:
        """Return the conditions as SQL and the facts: a whole rulebook would be too long to read."""
        book = self.rulebook
        parts = [f"as of {book.as_of}: {book.scoring.arithmetic}, {book.scoring.events_by}"]
        parts += [f"{row.name} {row.unit} {row.length} {row.same}: {say(row.when)}" for row in book.history]
        parts += [f"{rule.severity}: {say(rule.when)}" for rule in book.severity]
        parts += [f"exclude: {say(rule.when)}" for rule in book.scoring.exclusions]
        parts += [f"{c.name} {c.per}: {compile_aggregate(c.aggregate).sql()}" for c in book.candidates.counts]
        for rule in book.candidates.rules:
            parts.append(f"{rule.list_kind} {rule.scope} {rule.unless}: {say(rule.when)} | {say(rule.supports)}")
        return "\n".join([*parts, *map(repr, self.facts)])[:25_000]


def say(condition: Condition | None) -> str:
    return compile_condition(condition).sql() if condition else "-"


@st.composite
def worlds(draw: st.DrawFn) -> World:
    base = draw(st.sampled_from(BASES))
    rulebook = draw(generated.rulebooks(base))
    return World(rulebook, draw(generated.busy_facts(rulebook)))


def tell_apart(sql: Evaluation, referee: Evaluation) -> list[str]:
    """Return what only one of the two says."""
    told = []
    for name in ("judged", "reasons", "scores", "candidates", "near_misses"):
        one, other = set(getattr(sql, name)), set(getattr(referee, name))
        told += [f"SQL: {row}" for row in sorted(map(str, one - other))]
        told += [f"referee: {row}" for row in sorted(map(str, other - one))]
    return told or ([] if sql == referee else ["the same rows, but not in the same number or order"])


@settings(max_examples=MANY, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_sql_says_what_the_referee_says_of_any_rulebook(world):
    rulebook, facts = world.rulebook, world.facts
    expected = evaluate(rulebook, facts, rulebook.as_of, duckdb_engine.LATER)
    found = duckdb_engine.evaluate_once(compile_scoring(rulebook), facts, rulebook.as_of)
    assert tell_apart(found, expected) == []


@settings(max_examples=20, phases=PHASES)
@given(worlds())
def test_a_generated_rulebook_passes_the_checks_of_a_written_one(world):
    log = FaultLog()
    check_events(world.rulebook.scoring, log)
    assert log.faults == []


@given(st.integers(1, 3660), st.integers(1, 3660), st.sampled_from(sorted(WEIGHT_ROUNDINGS)))
@settings(max_examples=20)
def test_the_table_of_weights_is_exact(half_life, age, rounding):
    """The table is made with 60 decimal digits; whole numbers alone must give the same."""
    assert dict(list_weights(half_life, rounding)).get(age, 0) == find_half_life_weight(age, half_life, rounding)
