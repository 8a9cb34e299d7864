"""Who is told to be close to a list: on every engine, at the very edge of the margin, and never a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pytest

from credit_service.rulebook.fact import EvaluatedNearMiss, Evaluation, Fact
from credit_service.rulebook.schema import Rulebook

Engine = Callable[[Rulebook, Sequence[Fact], date], Evaluation]
DAY = date(2026, 9, 1)


def _fact(number: int, **changes: object) -> Fact:
    known: dict[str, object] = {
        "record_id": f"r{number}",
        "act_key": f"a{number}",
        "subject_id": "uscc:甲",
        "subject_kind": "organisation",
        "kind": "penalty",
        "topic": "销售假药",
        "penalty_mask": 4,
        "fine_fen": 100_000,
        "decided_on": date(2026, 8, 1),
        "learned_at": datetime(2026, 8, 2, tzinfo=UTC),
    }
    return Fact(**{**known, **changes})  # type: ignore[arg-type]


def _near(engine: Engine, rulebook: Rulebook, *facts: Fact, on: date = DAY) -> set[tuple[str, int, str, int]]:
    found = engine(rulebook, facts, on).near_misses
    return {(row.list_kind, row.category, row.rule, row.missing) for row in found}


@pytest.fixture
def rulebook(rules: Callable[[date], Rulebook]) -> Rulebook:
    """Return the shipped rules, whose margin is three points."""
    return rules(DAY)


def test_five_general_penalties_stand_right_at_the_edge_of_the_watch_list(engine: Engine, rulebook: Rulebook) -> None:
    """Seventy-five points are still grade B; the smallest further loss would propose the watch list."""
    facts = [_fact(number) for number in range(5)]
    drugs = next(item.number for item in rulebook.edition.categories if item.slug == "fake_drugs")
    found = _near(engine, rulebook, *facts)
    assert ("watch", drugs, "candidate.watch.category", 1) in found
    assert ("watch", 0, "candidate.watch.whole", 1) in found


def test_who_is_proposed_already_is_not_close(engine: Engine, rulebook: Rulebook) -> None:
    """Six penalties make seventy points and a proposal, so that nothing is left to be close to."""
    assert not _near(engine, rulebook, *[_fact(number) for number in range(6)])


def test_four_penalties_are_out_of_reach(engine: Engine, rulebook: Rulebook) -> None:
    """Eighty points are five above the edge, and the margin is three."""
    assert not _near(engine, rulebook, *[_fact(number) for number in range(4)])


@pytest.mark.parametrize(("minor", "near"), [(2, True), (3, True), (1, False)])
def test_the_margin_counts_to_its_last_digit(engine: Engine, rulebook: Rulebook, minor: int, near: bool) -> None:  # noqa: FBT001 - a parameter.
    """Four general penalties and minor ones of one point each, on the day they are decided."""
    facts = [_fact(number, decided_on=DAY) for number in range(4)]
    facts += [
        _fact(10 + number, decided_on=DAY, penalty_mask=1, fine_fen=0, simple_procedure=True) for number in range(minor)
    ]
    missing = 50_000 - minor * 10_000 + 1
    found = {row for row in _near(engine, rulebook, *facts) if row[2] == "candidate.watch.whole"}
    assert found == ({("watch", 0, "candidate.watch.whole", missing)} if near and missing <= 30_000 else set())


def test_an_honoured_organisation_below_grade_a_is_close_to_the_red_list(engine: Engine, rulebook: Rulebook) -> None:
    """Three penalties take fifteen points and a national honour gives five back: ninety is missed by nothing."""
    # The penalties are warnings of the ordinary procedure with confiscation older than two years counted out by law,
    # so a broken commitment is used, which is no fine.
    facts = [_fact(number, kind="broken_commitment", penalty_mask=0, fine_fen=0) for number in range(2)]
    honour = _fact(9, kind="honour", honour_level="county", topic="文明单位", penalty_mask=0, fine_fen=0)
    found = engine(rulebook, [*facts, honour], DAY)
    whole = next(score for score in found.scores if score.category == 0)
    assert (whole.points, whole.grade) == (890_000, "B")
    assert EvaluatedNearMiss("uscc:甲", 0, "red", "candidate.red.organisation", 890_000, 10_000) in found.near_misses


def test_a_veto_is_no_matter_of_points(engine: Engine, rulebook: Rulebook) -> None:
    """Who is on a serious list is not close to the red list, whatever the points are."""
    listed = _fact(1, kind="serious_list", topic="安全生产", penalty_mask=0, fine_fen=0)
    facts = [_fact(2, kind="broken_commitment", penalty_mask=0, fine_fen=0), listed]
    honour = _fact(9, kind="honour", honour_level="county", topic="文明单位", penalty_mask=0, fine_fen=0)
    assert not _near(engine, rulebook, *facts, honour)


def test_a_person_is_close_to_nothing(engine: Engine, rulebook: Rulebook) -> None:
    """Natural persons have no points."""
    facts = [_fact(number, subject_id="psn:某人", subject_kind="person") for number in range(5)]
    assert not _near(engine, rulebook, *facts)
