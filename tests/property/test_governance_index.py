"""The index of whatever counts, under whatever rule that can be written: bounded, adding up, and never perverse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.bulletin import parse_period
from credit_service.domain.governance import GovernanceCounts, SpanKind
from credit_service.domain.score import POINT
from credit_service.lookup.governance_lines import PeriodGovernance
from credit_service.lookup.governance_words import explain_change
from credit_service.rulebook.governance_index import FULL, GovernanceIndex, judge_index
from credit_service.rulebook.load import load_rulebook

RULE = load_rulebook(Path(__file__).parents[2] / "rules", date(2026, 9, 30)).governance_index


@st.composite
def rules(draw: st.DrawFn) -> GovernanceIndex:
    """Rules as an official might write them: other weights, other bounds, the same directions."""
    cuts = sorted(draw(st.lists(st.integers(1, POINT - 1), min_size=4, max_size=4, unique=True)))
    weights = [later - earlier for earlier, later in zip([0, *cuts], [*cuts, POINT], strict=True)]
    parts = []
    for part, weight in zip(RULE.parts, weights, strict=True):
        rises = part.full_at[SpanKind.YEAR] > part.zero_at[SpanKind.YEAR]
        low = draw(st.integers(-2 * POINT, 2 * POINT))
        high = low + draw(st.integers(1, 2 * POINT))
        zero, full = (low, high) if rises else (high, low)
        parts.append(
            replace(part, weight=weight, zero_at=dict.fromkeys(SpanKind, zero), full_at=dict.fromkeys(SpanKind, full))
        )
    least = replace(RULE.least_weight, value=draw(st.integers(0, POINT)))
    return replace(RULE, parts=tuple(parts), least_weight=least)


@st.composite
def counts(draw: st.DrawFn) -> GovernanceCounts:
    opening, new = draw(st.integers(0, 10**7)), draw(st.integers(0, 300))
    left = opening + new
    ways = {}
    for way in ("mended", "repaired", "removed", "expired"):
        ways[way] = draw(st.integers(0, min(left, 400)))
        left -= ways[way]
    owed = draw(st.integers(0, 200))
    return GovernanceCounts(
        opening=opening,
        new=new,
        closing=left,
        overdue=draw(st.integers(0, left)),
        repeated=draw(st.integers(0, new)),
        subjects=draw(st.integers(0, 60)),
        owed=owed,
        fed_back=draw(st.one_of(st.none(), st.integers(0, owed))),
        **ways,
    )


KINDS = st.sampled_from(list(SpanKind))


@given(rules(), counts(), KINDS)
def test_an_index_lies_between_nought_and_a_hundred_and_its_parts_add_up(rule, told, kind):
    value = judge_index(rule, told, kind)
    judged = [reason for reason in value.reasons if reason.points is not None]
    assert all(0 <= reason.points <= FULL for reason in judged)
    if value.points is None:
        few = told.subjects < rule.least_subjects.value
        light = sum(reason.part.weight for reason in judged) < max(rule.least_weight.value, 1)
        assert few or light
        assert {reason.contribution for reason in value.reasons} == {0}
        return
    assert 0 <= value.points <= FULL
    assert sum(reason.contribution for reason in value.reasons) == value.points
    # The plain weighted mean of what could be judged, rounded half up.
    weight = sum(reason.part.weight for reason in judged)
    exact = Fraction(sum(reason.part.weight * reason.points for reason in judged), weight)
    assert value.points == (2 * exact + 1) // 2


@given(rules(), counts(), KINDS, st.data())
def test_more_mended_never_lowers_and_more_overdue_never_raises(rule, told, kind, data):
    if not told.closing:
        return
    before = judge_index(rule, told, kind)
    way = data.draw(st.sampled_from(["mended", "repaired"]))
    was_overdue = data.draw(st.booleans()) and told.overdue > 0
    stays = told.overdue - was_overdue
    mended = replace(
        told, **{way: getattr(told, way) + 1}, closing=told.closing - 1, overdue=min(stays, told.closing - 1)
    )
    after = judge_index(rule, mended, kind)
    assert (before.points is None) is (after.points is None)
    assert (after.points or 0) >= (before.points or 0)
    if told.overdue < told.closing:
        later = judge_index(rule, replace(told, overdue=told.overdue + 1), kind)
        assert (later.points or 0) <= (before.points or 0)


@given(rules(), counts(), KINDS)
def test_feedback_never_lowers_and_a_repeated_act_never_raises(rule, told, kind):
    before = judge_index(rule, told, kind).points or 0
    if told.fed_back is not None and told.fed_back < told.owed:
        assert (judge_index(rule, replace(told, fed_back=told.fed_back + 1), kind).points or 0) >= before
    if told.repeated < told.new:
        assert (judge_index(rule, replace(told, repeated=told.repeated + 1), kind).points or 0) <= before


@settings(max_examples=60)
@given(rules(), counts(), counts(), st.sampled_from(["2026Q3", "2026-09", "2026H2", "2026"]))
def test_what_moved_an_index_adds_up_to_its_change(rule, old, new, code):
    period = parse_period(code)
    kind = {"Q": SpanKind.QUARTER, "-": SpanKind.MONTH, "H": SpanKind.HALF, "": SpanKind.YEAR}[code[4:5]]
    before, after = (PeriodGovernance(period, told, judge_index(rule, told, kind)) for told in (old, new))
    change = explain_change(before, after)
    if before.index.points is None or after.index.points is None:
        assert (change.points, change.moves) == (None, ())
        assert "不能比较" in change.text
        return
    assert sum(move.points for move in change.moves) == change.points == after.index.points - before.index.points
    sizes = [abs(move.points) for move in change.moves]
    assert sizes == sorted(sizes, reverse=True)
    if change.points:
        leading = next(move for move in change.moves if move.points * change.points > 0)
        assert f"主要由“{leading.part.name}”" in change.text


@given(counts(), KINDS)
def test_few_subjects_have_no_index_whatever_else_is_known(told, kind):
    few = replace(told, subjects=RULE.least_subjects.value - 1)
    value = judge_index(RULE, few, kind)
    assert value.points is None
    assert value.refusal == RULE.least_subjects.entry
