"""The set-wise vetting and the plain one per nominee find the same reasons, on the same days, whatever the facts."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from property.examples import examples as choose

from credit_service.domain.record import PenaltyKind, RecordKind
from credit_service.domain.vetting import Effect
from credit_service.rulebook.compile_vetting import compile_vetting
from credit_service.rulebook.evaluate_vetting import find_hits, find_outside
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.vetting_types import STATUTORY
from credit_service.warehouse.run_query import SUBJECTS_IN_QUESTION, AssessmentRun
from credit_service.warehouse.vet import vet_nominees

ROOT = Path(__file__).parents[2]
_where = importlib.util.spec_from_file_location("duckdb_engine", ROOT / "tests" / "spec" / "duckdb_engine.py")
duckdb_engine = importlib.util.module_from_spec(_where)
_where.loader.exec_module(duckdb_engine)

rulebook_of = lru_cache(maxsize=None)(load_rulebook)
DAYS = (date(2026, 9, 30), date(2027, 2, 28), date(2028, 2, 29), date(2026, 3, 31))
AWARDS = ("civilised_unit", "integrity_star", "virtue_model", "other_award")
SUBJECTS = (
    ("uscc:甲", "organisation"),
    ("uscc:乙", "organisation"),
    ("reg:丙", "individual_business"),
    ("psn:丁", "person"),
)
LEARNED = datetime(2025, 1, 1, tzinfo=UTC)
LONG_AFTER = timedelta(days=4000)


def near(as_of: date) -> st.SearchStrategy[date]:
    """Days on, just before and just after every boundary the rules have."""
    months = st.sampled_from((0, 3, 12, 24, 36))
    on_edge = st.builds(lambda m, d: add_months(as_of, -m) + timedelta(days=d), months, st.integers(-2, 2))
    return st.one_of(on_edge, st.integers(-5, 1500).map(lambda days: as_of - timedelta(days=days)))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[date, list[Fact], list[tuple[str, str, str]]]:
    as_of = draw(st.sampled_from(DAYS))
    facts = []
    for place in range(draw(st.integers(0, 14))):
        subject_id, subject_kind = draw(st.sampled_from(SUBJECTS))
        facts.append(
            Fact(
                record_id=f"r{place:02d}",
                kind=draw(st.sampled_from(sorted(RecordKind))).value,
                subject_id=subject_id,
                subject_kind=subject_kind,
                topic=draw(st.sampled_from(("销售假药", "拖欠农民工工资", "其他"))),
                decided_on=draw(near(as_of)),
                act_key=draw(st.sampled_from((f"r{place:02d}", f"r{place:02d}", f"{subject_id}-同一行为"))),
                learned_at=LEARNED + timedelta(days=draw(st.integers(0, 2))),
                penalty_mask=draw(st.sampled_from((0, *(kind.value for kind in PenaltyKind)))),
                fine_fen=draw(st.sampled_from((0, 1, 99_999_999, 100_000_000))),
                confiscated_fen=draw(st.sampled_from((0, 1))),
                simple_procedure=draw(st.booleans()),
                ends_on=draw(st.none() | near(as_of)),
                repaired_on=draw(st.none() | near(as_of)),
                revoked_on=draw(st.none() | near(as_of)),
                is_minor=subject_kind == "person" and draw(st.booleans()),
            )
        )
    nominees = [(*one, draw(st.sampled_from(AWARDS))) for one in SUBJECTS if draw(st.booleans())]
    return as_of, facts, nominees


@given(worlds())
@settings(max_examples=choose(25, 60))
def test_set_wise_equals_one_by_one(world):
    as_of, facts, nominees = world
    rulebook = rulebook_of(ROOT / "rules", as_of)
    expected = {
        (place, hit.rule, hit.record_id, hit.until_on)
        for place, (subject_id, _, award) in enumerate(nominees)
        for hit in find_hits(rulebook, [fact for fact in facts if fact.subject_id == subject_id], as_of)
        if _condition(rulebook, hit.rule).is_for(award)
    }
    with duckdb_engine.open_with_facts(facts) as connection:
        rows = [
            {"place": place, "subject_id": who, "subject_kind": kind, "subject_name": f"名{place}", "award": award}
            for place, (who, kind, award) in enumerate(nominees)
        ]
        schema = {"place": pl.Int64} | dict.fromkeys(("subject_id", "subject_kind", "subject_name", "award"), pl.String)
        frames = vet_nominees(
            SimpleNamespace(connection=connection),
            AssessmentRun("", as_of, datetime(2099, 1, 1, tzinfo=UTC), ""),
            compile_vetting(rulebook, SUBJECTS_IN_QUESTION),
            pl.DataFrame(rows, schema=schema),
        )
    found = frames.hits.select("place", "rule", "record_id", "until_on").rows()
    assert len(found) == len(set(found))
    assert set(found) == expected
    bars = {hit: is_bar for *hit, is_bar in frames.hits.select("rule", "is_bar").rows() for hit in hit}
    assert all(is_bar == (_condition(rulebook, rule).effect is Effect.BAR) for rule, is_bar in bars.items())


@given(worlds())
@settings(max_examples=choose(25, 60))
def test_a_reason_stands_until_its_last_day_and_not_a_day_longer(world):
    as_of, facts, _ = world
    rulebook = rulebook_of(ROOT / "rules", as_of)
    # The same rules on later days, so that only the day moves.
    for hit in find_hits(rulebook, facts, as_of):
        own = [fact for fact in facts if fact.subject_id == hit.subject_id]
        last = hit.until_on or as_of + LONG_AFTER
        assert _stands(rulebook, own, hit, last)
        assert hit.until_on is None or not _stands(rulebook, own, hit, last + timedelta(days=1))


@given(worlds())
@settings(max_examples=choose(25, 60))
def test_nothing_but_statutory_lists_is_held_against_a_person(world):
    as_of, facts, _ = world
    by_id = {fact.record_id: fact for fact in facts}
    for hit in find_hits(rulebook_of(ROOT / "rules", as_of), facts, as_of):
        fact = by_id[hit.record_id]
        assert not fact.is_minor
        assert fact.subject_kind != "person" or fact.kind in STATUTORY


@given(worlds(), st.data())
@settings(max_examples=choose(20, 40))
def test_repair_never_hurts(world, data):
    as_of, facts, _ = world
    rulebook = rulebook_of(ROOT / "rules", as_of)
    if not facts:
        return
    chosen = data.draw(st.sampled_from(facts))
    repaired = [replace(fact, repaired_on=as_of) if fact is chosen else fact for fact in facts]
    before = {(hit.rule, hit.record_id) for hit in find_hits(rulebook, facts, as_of)}
    after = {(hit.rule, hit.record_id) for hit in find_hits(rulebook, repaired, as_of)}
    assert after <= before
    assert chosen.record_id not in {record_id for _, record_id in after}


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_the_first_day_outside_is_the_first_on_which_the_months_are_complete(start, months):
    from credit_service.rulebook.evaluate_condition import count_months

    day = find_outside(start, months)
    assert count_months(start, day) >= months
    assert count_months(start, day - timedelta(days=1)) < months


def _condition(rulebook, rule):
    return next(one for one in rulebook.vetting.conditions if one.entry.rule_id == rule)


def _stands(rulebook, facts, hit, day):
    return any((one.rule, one.record_id) == (hit.rule, hit.record_id) for one in find_hits(rulebook, facts, day))
