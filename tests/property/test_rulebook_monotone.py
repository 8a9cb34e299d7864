"""Nobody gains by a worse fact or loses by an honour: on the referee, whatever the facts.

Rules changed at random are held to it too: a change the proofs let pass may never be shown wrong by any facts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.record import PenaltyKind
from credit_service.rulebook.candidate_types import CandidateScope
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.parse_condition import parse_condition
from credit_service.rulebook.proofs.candidate_reach import find_scope
from credit_service.rulebook.proofs.candidate_trend import prove_trend
from credit_service.rulebook.proofs.judged import build_judged

RULES = Path(__file__).parents[2] / "rules"
DAY = date(2026, 9, 30)
LEARNED = datetime(2026, 1, 1, tzinfo=UTC)
ADVERSE = ("penalty", "penalty", "broken_commitment", "abnormal_operation", "serious_list", "wage_arrears")
TOPICS = ("销售假药", "拖欠农民工工资", "虚开发票", "市场监管", "其他")
shipped = cache(load_rulebook)
decided = st.builds(
    lambda months, step: add_months(DAY, -months) + timedelta(days=step),
    st.sampled_from((0, 1, 3, 8, 12, 20, 24, 36)),
    st.integers(-2, 2),
)


@st.composite
def facts_of(draw: st.DrawFn, kinds: tuple[str, ...], name: str = "r", sizes: tuple[int, int] = (0, 8)) -> list[Fact]:
    return [
        Fact(
            record_id=f"{name}{place}",
            kind=draw(st.sampled_from(kinds)),
            subject_id="uscc:甲",
            subject_kind="organisation",
            topic=draw(st.sampled_from(TOPICS)),
            decided_on=draw(decided),
            act_key=f"{name}{place}",
            learned_at=LEARNED,
            penalty_mask=draw(st.sampled_from((0, 1, 4, 12, 64, 256))),
            fine_fen=draw(st.sampled_from((0, 1, 5_000_000, 100_000_000))),
            honour_level=draw(st.sampled_from(("national", "city", "none"))),
            simple_procedure=draw(st.booleans()),
            repaired_on=draw(st.sampled_from((None, None, None, DAY))),
        )
        for place in range(draw(st.integers(*sizes)))
    ]


worlds = facts_of((*ADVERSE, "honour", "honour", "tax_a", "licence"))
further_honour = facts_of(("honour", "tax_a"), "h", (1, 1))
further_adverse = facts_of(ADVERSE, "z", (1, 1))


@st.composite
def heavier(draw: st.DrawFn, facts: list[Fact]) -> list[Fact]:
    """Return the facts with one penalty made heavier in some way, or one record more."""
    penalties = [place for place, fact in enumerate(facts) if fact.kind == "penalty"]
    if not penalties or draw(st.booleans()):
        return [*facts, *draw(further_adverse)]
    place = draw(st.sampled_from(penalties))
    old = facts[place]
    mask = old.penalty_mask | draw(st.sampled_from(list(PenaltyKind))).value
    fine = old.fine_fen + draw(st.sampled_from((0, 1, 10**8)))
    repaired_on = draw(st.sampled_from((old.repaired_on, None)))
    simple = draw(st.sampled_from((old.simple_procedure, False)))
    made = replace(old, penalty_mask=mask, fine_fen=fine, repaired_on=repaired_on, simple_procedure=simple)
    return [*facts[:place], made, *facts[place + 1 :]]


def find_wrong(rulebook, before: list[Fact], after: list[Fact], *, is_worse: bool) -> list[str]:
    """Return what went the wrong way from one set of facts to another."""
    first, second = evaluate(rulebook, before, DAY), evaluate(rulebook, after, DAY)
    lists = [{candidate.list_kind for candidate in found.candidates} for found in (first, second)]
    scores = [{score.category: score for score in found.scores} for found in (first, second)]
    wrong = []
    for category, score in scores[0].items():
        moved = scores[1][category]
        low, high = (score, moved) if not is_worse else (moved, score)
        if low.points > high.points or low.grade < high.grade:
            wrong.append(f"score of {category}")
    if is_worse:
        wrong += ["red gained"] if "red" in lists[1] - lists[0] else []
        wrong += ["black lost"] if "black" in lists[0] - lists[1] else []
        wrong += ["watch lost"] if "watch" in lists[0] and not lists[1] & {"watch", "black"} else []
    else:
        wrong += ["red lost"] if "red" in lists[0] - lists[1] else []
        wrong += ["listed"] if lists[1] & {"black", "watch"} - lists[0] else []
    return wrong


@settings(max_examples=80)
@given(worlds, further_honour)
def test_a_further_honour_never_hurts(facts, honour):
    rulebook = shipped(RULES, DAY)
    assert find_wrong(rulebook, facts, [*facts, *honour], is_worse=False) == []
    others = {row.record_id: row for row in evaluate(rulebook, facts, DAY).judged}
    later = {row.record_id: row for row in evaluate(rulebook, [*facts, *honour], DAY).judged}
    assert all(later[record_id] == row for record_id, row in others.items()), "no term, weight or severity moves"


@settings(max_examples=80)
@given(worlds.flatmap(lambda facts: st.tuples(st.just(facts), heavier(facts))))
def test_a_worse_fact_never_helps(pair):
    assert find_wrong(shipped(RULES, DAY), *pair, is_worse=True) == []


STANDINGS = (
    "grade IN (C, D)",
    "grade = C",
    "grade IN (B, C, D)",
    "points < 800000",
    "points <= 950000 AND NOT veto",
    "points > 0 AND grade <> A",
    "records >= 2",
    "records = 1",
    "records >= 3 OR veto",
)
WHENS = {
    "candidate.black.grade": STANDINGS,
    "candidate.watch.category": STANDINGS,
    "candidate.watch.whole": (*STANDINGS, "open_adverse >= 2", "open_adverse = 1", "recent_fines > active_listings"),
    "candidate.red.organisation": (
        "whole_grade = A AND recent_fines = 0",
        "whole_grade IN (A, B) AND open_adverse < 3",
        "whole_points >= 950000",
        "whole_points < 1000000 AND whole_grade <> D",
        "recent_fines >= 1",
        "active_listings = 0 OR whole_grade = B",
        "recent_fines + active_listings <= 1",
        "open_adverse - recent_fines >= 1",
    ),
}
CHANGES = tuple((rule_id, text) for rule_id, texts in WHENS.items() for text in texts)


def change(rulebook, rule_id: str, text: str):
    """Return the rulebook with another condition on the standing in one rule."""
    rules = [
        replace(rule, when=parse_condition(text, find_scope(rulebook, CandidateScope(rule.scope))))
        if rule.entry.rule_id == rule_id
        else rule
        for rule in rulebook.candidates.rules
    ]
    return replace(rulebook, candidates=replace(rulebook.candidates, rules=tuple(rules)))


@cache
def list_passed() -> list[tuple[str, str]]:
    """Return the changes the proofs let pass."""
    passed = []
    for rule_id, text in CHANGES:
        rulebook = change(shipped(RULES, DAY), rule_id, text)
        log = FaultLog()
        prove_trend(rulebook, build_judged(rulebook), log)
        passed += [] if log.faults else [(rule_id, text)]
    return passed


@settings(max_examples=60)
@given(worlds, st.booleans(), st.data())
def test_a_change_the_proofs_let_pass_is_never_shown_wrong(facts, is_worse, data):
    after = data.draw(heavier(facts)) if is_worse else [*facts, *data.draw(further_honour)]
    for rule_id, text in list_passed():
        rulebook = change(shipped(RULES, DAY), rule_id, text)
        assert find_wrong(rulebook, facts, after, is_worse=is_worse) == [], (rule_id, text)


def test_the_proofs_tell_right_changes_from_wrong_ones():
    passed = set(list_passed())
    assert 10 <= len(passed) <= len(CHANGES) - 10
    assert ("candidate.watch.category", "grade IN (C, D)") in passed
    assert ("candidate.red.organisation", "recent_fines + active_listings <= 1") in passed
    assert ("candidate.watch.category", "records >= 2") in passed
    assert ("candidate.watch.whole", "records >= 2") not in passed, "an honour is a record of the whole too"
    assert ("candidate.watch.category", "records = 1") not in passed
    assert ("candidate.red.organisation", "open_adverse - recent_fines >= 1") not in passed


def test_a_change_the_proofs_refuse_is_wrong_for_some_facts():
    """One of them shown in full: with one record on the watch list, with two off it."""
    rulebook = change(shipped(RULES, DAY), "candidate.watch.category", "records = 1")
    one = Fact("r1", "penalty", "uscc:甲", "organisation", "销售假药", DAY, "r1", LEARNED, penalty_mask=4)
    two = replace(one, record_id="r2", act_key="r2")
    assert find_wrong(rulebook, [one], [one, two], is_worse=True) == ["watch lost"]
