"""The compiled SQL and the referee agree to the last unit, whatever the facts, their order and the day."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.record import PenaltyKind, RecordKind
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.load import load_rulebook

ROOT = Path(__file__).parents[2]
_where = importlib.util.spec_from_file_location("duckdb_engine", ROOT / "tests" / "spec" / "duckdb_engine.py")
duckdb_engine = importlib.util.module_from_spec(_where)
_where.loader.exec_module(duckdb_engine)

rulebook_of = lru_cache(maxsize=None)(load_rulebook)
DAYS = (date(2026, 9, 30), date(2027, 2, 28), date(2028, 2, 29), date(2026, 4, 1), date(2026, 3, 31))
SUBJECTS = (
    ("uscc:甲", "organisation"),
    ("uscc:乙", "organisation"),
    ("reg:丙", "individual_business"),
    ("psn:丁", "person"),
)
TOPICS = (
    "销售假药",
    "拖欠农民工工资",
    "虚开发票",
    "假冒伪劣",
    "环境污染",
    "安全生产",
    "市场监管",
    "慈善",
    "守合同重信用",
    "其他",
    "",
)
LEARNED = datetime(2026, 1, 1, tzinfo=UTC)
_compiled: dict[str, object] = {}


def compiled_of(rulebook):
    if rulebook.hash not in _compiled:
        _compiled[rulebook.hash] = compile_scoring(rulebook)
    return _compiled[rulebook.hash]


def near(as_of: date) -> st.SearchStrategy[date]:
    """Days on, just before and just after every boundary the rules have."""
    months = st.sampled_from((0, 1, 3, 12, 24, 36, 60))
    on_edge = st.builds(lambda m, d: add_months(as_of, -m) + timedelta(days=d), months, st.integers(-2, 2))
    return st.one_of(on_edge, st.integers(-5, 1500).map(lambda days: as_of - timedelta(days=days)))


@st.composite
def facts_on(draw: st.DrawFn, as_of: date) -> list[Fact]:
    facts = []
    for place in range(draw(st.integers(0, 12))):
        subject_id, subject_kind = draw(st.sampled_from(SUBJECTS))
        facts.append(
            Fact(
                record_id=f"r{place:02d}",
                kind=draw(st.sampled_from(sorted(RecordKind))).value,
                subject_id=subject_id,
                subject_kind=subject_kind,
                topic=draw(st.sampled_from(TOPICS)),
                decided_on=draw(near(as_of)),
                act_key=draw(st.sampled_from((f"r{place:02d}", f"r{place:02d}", f"{subject_id}-同一行为"))),
                learned_at=LEARNED + timedelta(days=draw(st.integers(0, 2))),
                superseded_at=draw(st.sampled_from((None, None, LEARNED + timedelta(days=1)))),
                fact=draw(st.sampled_from(TOPICS)),
                authority_name=draw(st.sampled_from(("", "税务局", "市场监督管理局", "交通运输局"))),
                batch_id="B1",
                row=place,
                penalty_mask=draw(st.integers(0, 2047)),
                fine_fen=draw(st.sampled_from((0, 1, 50_000, 99_999_999, 100_000_000, 10**15))),
                confiscated_fen=draw(st.sampled_from((0, 1))),
                amount_fen=draw(st.sampled_from((0, 50_000, 10**15))),
                honour_level=draw(st.sampled_from(HONOUR_LEVELS)),
                simple_procedure=draw(st.booleans()),
                ends_on=draw(st.one_of(st.none(), near(as_of), st.just(date(2099, 12, 31)))),
                repaired_on=draw(st.one_of(st.none(), st.none(), near(as_of))),
                revoked_on=draw(st.one_of(st.none(), st.none(), near(as_of))),
                consent=draw(st.booleans()),
                is_minor=subject_kind == "person" and draw(st.booleans()),
            )
        )
    return facts


worlds = st.sampled_from(DAYS).flatmap(lambda as_of: st.tuples(st.just(as_of), facts_on(as_of)))


@settings(max_examples=40)
@given(worlds, st.randoms(use_true_random=False), st.sampled_from((LEARNED + timedelta(days=1), duckdb_engine.LATER)))
def test_sql_says_what_the_referee_says(world, random, known_at):
    as_of, facts = world
    rulebook = rulebook_of(ROOT / "rules", as_of)
    expected = evaluate(rulebook, facts, as_of, known_at)
    shuffled = random.sample(facts, len(facts))
    assert duckdb_engine.evaluate_on_duckdb(compiled_of(rulebook), shuffled, as_of, known_at) == expected
    assert evaluate(rulebook, shuffled, as_of, known_at) == expected


@settings(max_examples=5)
@given(worlds)
def test_the_explanation_adds_up_to_the_score(world):
    as_of, facts = world
    rulebook = rulebook_of(ROOT / "rules", as_of)
    found = evaluate(rulebook, facts, as_of, duckdb_engine.LATER)
    scores = {(score.subject_id, score.category): score for score in found.scores}
    for subject_id in sorted({fact.subject_id for fact in facts if not fact.is_minor}):
        rows = duckdb_engine.explain_on_duckdb(compiled_of(rulebook), facts, as_of, subject_id)
        assert {row["record_id"] for row in rows} <= {r.record_id for r in found.judged if r.subject_id == subject_id}
        for row in rows:
            whole = scores.get((subject_id, 0))
            assert (row["whole_points"], row["whole_grade"]) == ((whole.points, whole.grade) if whole else (None, None))
            assert rulebook.rule_source(str(row["rule"])).title
        named = {key for row in rows for key in row["candidates"] or ()}
        assert named == {
            f"{c.list_kind}|{c.list_type}|{c.category}|{c.rule}" for c in found.candidates if c.subject_id == subject_id
        }


@settings(max_examples=50)
@given(worlds)
def test_persons_and_minors_are_never_scored_and_red_excludes_black(world):
    as_of, facts = world
    found = evaluate(rulebook_of(ROOT / "rules", as_of), facts, as_of)
    assert not [s for s in found.scores if s.subject_id.startswith("psn:")]
    assert not [r for r in found.reasons if r.subject_id.startswith("psn:")]
    minors = {fact.record_id for fact in facts if fact.is_minor}
    assert not minors & {r.record_id for r in found.judged}
    kinds: dict[str, set[str]] = {}
    for candidate in found.candidates:
        kinds.setdefault(candidate.subject_id, set()).add(candidate.list_kind)
    assert all(len(named) == 1 for named in kinds.values())


@settings(max_examples=50)
@given(worlds, st.sampled_from(("penalty", "serious_list", "abnormal_operation", "broken_commitment")), st.data())
def test_a_further_adverse_fact_never_helps(world, kind, data):
    as_of, facts = world
    worse = Fact(
        record_id="z",
        kind=kind,
        subject_id="uscc:甲",
        subject_kind="organisation",
        topic=data.draw(st.sampled_from(TOPICS)),
        decided_on=data.draw(near(as_of)),
        act_key="z",
        learned_at=LEARNED,
        penalty_mask=data.draw(st.integers(0, 2047)),
    )
    assert_not_better(as_of, facts, [*facts, worse])


@settings(max_examples=50)
@given(worlds, st.data())
def test_a_heavier_penalty_never_helps(world, data):
    as_of, facts = world
    penalties = [fact for fact in facts if fact.kind == "penalty"]
    if not penalties:
        return
    chosen = data.draw(st.sampled_from(penalties))
    bit = data.draw(st.sampled_from(list(PenaltyKind))).value
    heavier = replace(
        chosen,
        penalty_mask=chosen.penalty_mask | bit,
        fine_fen=chosen.fine_fen + data.draw(st.sampled_from((0, 1, 10**8))),
    )
    assert_not_better(as_of, facts, [heavier if fact is chosen else fact for fact in facts])


def assert_not_better(as_of: date, before: list[Fact], after: list[Fact]) -> None:
    """No score rises, no grade improves, nobody becomes red, nobody leaves the black list's candidates."""
    rulebook = rulebook_of(ROOT / "rules", as_of)
    first, second = evaluate(rulebook, before, as_of), evaluate(rulebook, after, as_of)
    scores = {(s.subject_id, s.category): s for s in second.scores}
    for score in first.scores:
        later = scores[score.subject_id, score.category]
        assert later.points <= score.points
        assert later.grade >= score.grade, "grades are letters: A before D"
    assert subjects(second, "red") <= subjects(first, "red")
    assert subjects(first, "black") <= subjects(second, "black")
    assert subjects(first, "watch") <= subjects(second, "watch") | subjects(second, "black")


def subjects(evaluation, list_kind: str) -> set[str]:
    return {c.subject_id for c in evaluation.candidates if c.list_kind == list_kind}
