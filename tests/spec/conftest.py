"""The engines a case is run on."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Evaluation, Fact
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook

RULES = Path(__file__).parents[2] / "rules"
Engine = Callable[[Rulebook, Sequence[Fact], date], Evaluation]
_where = importlib.util.spec_from_file_location("duckdb_engine", Path(__file__).with_name("duckdb_engine.py"))
duckdb_engine = importlib.util.module_from_spec(_where)
_where.loader.exec_module(duckdb_engine)

_compiled: dict[tuple[str, ...], CompiledScoring] = {}
rulebook_of = lru_cache(maxsize=64)(load_rulebook)


def _on_duckdb(rulebook: Rulebook, facts: Sequence[Fact], as_of: date) -> Evaluation:
    if rulebook.key not in _compiled:
        _compiled[rulebook.key] = compile_scoring(rulebook)
    return duckdb_engine.evaluate_on_duckdb(_compiled[rulebook.key], facts, as_of)


@pytest.fixture(params=["referee", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return each engine in turn."""
    return evaluate if request.param == "referee" else _on_duckdb


@pytest.fixture
def rules() -> Callable[..., Rulebook]:
    """Return the rules in force on a day, with an edition of the items or the one in use."""
    return lambda as_of, edition=None: rulebook_of(RULES, as_of, edition)
