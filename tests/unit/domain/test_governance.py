"""Periods of the governance board."""

from datetime import date

import pytest

from credit_service.domain.bulletin import parse_period
from credit_service.domain.governance import (
    GovernanceCounts,
    SpanKind,
    back_to,
    last_known_on,
    period_of,
    shift_period,
    span_kind,
)
from credit_service.domain.score import ListKind


@pytest.mark.parametrize(
    ("code", "steps", "expected"),
    [
        ("2026Q3", -1, "2026Q2"),
        ("2026Q1", -1, "2025Q4"),
        ("2026Q4", 1, "2027Q1"),
        ("2026-01", -1, "2025-12"),
        ("2026-12", 1, "2027-01"),
        ("2026H1", -1, "2025H2"),
        ("2026H2", 3, "2028H1"),
        ("2026", -3, "2023"),
    ],
)
def test_periods_of_one_length_follow_each_other(code, steps, expected):
    assert shift_period(parse_period(code), steps) == parse_period(expected)


@pytest.mark.parametrize("kind", list(SpanKind))
def test_every_day_falls_in_one_period_of_each_length(kind):
    for day in (date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2024, 2, 29)):
        period = period_of(day, kind)
        assert period.from_on <= day <= period.until_on
        assert span_kind(period) is kind


def test_six_periods_end_with_the_one_asked_for():
    codes = [period.code for period in back_to(parse_period("2026Q2"), 6)]
    assert codes == ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"]


def test_a_period_is_closed_on_its_last_day_or_when_it_was_last_known():
    quarter = parse_period("2026Q3")
    assert last_known_on(quarter, date(2026, 12, 1)) == date(2026, 9, 30)
    assert last_known_on(quarter, date(2026, 8, 15)) == date(2026, 8, 15)
    assert last_known_on(quarter, date(2026, 3, 1)) == date(2026, 6, 30)


def test_counts_tell_lists_apart_and_know_when_nothing_is_there():
    counts = GovernanceCounts(opening=3, new=2, closing=4, listed_in=(1, 2, 3), listed_out=(0, 5, 0))
    assert (counts.in_hand, counts.growth) == (5, 1)
    assert [counts.entered(kind) for kind in ListKind] == [1, 2, 3]
    assert counts.left(ListKind.BLACK) == 5
    assert not counts.is_empty
    assert GovernanceCounts().is_empty
    assert not GovernanceCounts(owed=1).is_empty
