from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_service.domain.clock import add_workdays
from credit_service.domain.workdays import number_workdays
from credit_service.errors import RuleNotInForce
from credit_service.listing.deadlines import build_workdays

CALENDAR = build_workdays({})
NUMBERS = number_workdays(date(2023, 1, 1), date(2026, 12, 31), CALENDAR)
TERM = 7


@pytest.mark.parametrize(
    ("decided_on", "received_on", "late_days"),
    [
        # Over 国庆 2026: 9/30, 10/8, 10/9, 10/10 (a working Saturday), 10/12, 10/13, 10/14 are the seven days.
        (date(2026, 9, 29), date(2026, 10, 14), 0),
        (date(2026, 9, 29), date(2026, 10, 15), 1),
        # Without the working Saturday and the holidays, day seven would be another one.
        (date(2026, 9, 29), date(2026, 10, 16), 2),
        # Day seven is a Friday; what comes on the week-end or on Monday is one working day late.
        (date(2026, 10, 8), date(2026, 10, 16), 0),
        (date(2026, 10, 8), date(2026, 10, 17), 1),
        (date(2026, 10, 8), date(2026, 10, 18), 1),
        (date(2026, 10, 8), date(2026, 10, 19), 1),
        (date(2026, 10, 8), date(2026, 10, 20), 2),
        # A decision of a day of rest: the first working day is number one.
        (date(2026, 10, 17), date(2026, 10, 27), 0),
        (date(2026, 10, 17), date(2026, 10, 28), 1),
        # The leap day is a working day like others, at either end.
        (date(2024, 2, 29), date(2024, 3, 11), 0),
        (date(2024, 2, 29), date(2024, 3, 12), 1),
        (date(2024, 2, 20), date(2024, 2, 29), 0),
        (date(2024, 2, 19), date(2024, 2, 29), 1),
        # The day itself, and a decision dated ahead, are never late.
        (date(2026, 10, 8), date(2026, 10, 8), 0),
        (date(2026, 10, 9), date(2026, 10, 8), 0),
    ],
)
def test_late_days_at_the_boundaries(decided_on, received_on, late_days):
    assert NUMBERS.late_days(decided_on, received_on, TERM) == late_days


@given(
    st.dates(date(2023, 1, 1), date(2026, 11, 1)),
    st.integers(0, 120),
    st.integers(1, 40),
)
def test_in_time_is_exactly_what_came_by_the_last_day_of_the_term(decided_on, days_after, term_days):
    received_on = min(decided_on + timedelta(days=days_after), date(2026, 12, 31))
    try:
        due_on = add_workdays(decided_on, term_days, CALENDAR)
    except RuleNotInForce:
        # The term runs out of the known years.
        return
    assert (NUMBERS.late_days(decided_on, received_on, term_days) == 0) is (received_on <= due_on)


def test_unknown_years_are_told_and_nothing_is_computed_across_them():
    numbers = number_workdays(date(2026, 12, 1), date(2027, 1, 20), CALENDAR)
    assert numbers.unknown_years == (2027,)
    assert numbers.late_days(date(2026, 12, 1), date(2026, 12, 31), TERM) is not None
    assert numbers.late_days(date(2026, 12, 28), date(2027, 1, 4), TERM) is None


def test_a_year_stated_by_the_rules_is_known():
    overrides = {
        date(2027, 1, 1) + timedelta(days=n): (date(2027, 1, 1) + timedelta(days=n)).weekday() < 5 for n in range(20)
    }
    numbers = number_workdays(date(2026, 12, 25), date(2027, 1, 20), build_workdays(overrides))
    assert numbers.unknown_years == ()
    # 12/29, 12/30, 12/31, 1/1, 1/4, 1/5, 1/6 under these rules.
    assert numbers.late_days(date(2026, 12, 28), date(2027, 1, 6), TERM) == 0
    assert numbers.late_days(date(2026, 12, 28), date(2027, 1, 7), TERM) == 1


def test_a_gap_of_one_unknown_day_parts_the_days_around_it():
    overrides = {date(2027, 1, 1): False, date(2027, 1, 3): False, date(2027, 1, 4): True}
    numbers = number_workdays(date(2026, 12, 31), date(2027, 1, 4), build_workdays(overrides))
    assert numbers.late_days(date(2026, 12, 31), date(2027, 1, 1), TERM) == 0
    assert numbers.late_days(date(2026, 12, 31), date(2027, 1, 4), TERM) is None
    assert numbers.late_days(date(2027, 1, 3), date(2027, 1, 4), TERM) == 0
