from dataclasses import replace
from datetime import date, timedelta

import pytest

from credit_service.domain.clock import add_workdays
from credit_service.domain.listing import CaseState
from credit_service.errors import RuleNotInForce
from credit_service.listing.deadlines import add_months, build_workdays, find_run_out


@pytest.mark.parametrize(
    ("start_on", "months", "until_on"),
    [
        (date(2026, 9, 12), 36, date(2029, 9, 12)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 9, 12), 0, date(2026, 9, 12)),
    ],
)
def test_months_end_on_the_corresponding_day(start_on, months, until_on):
    assert add_months(start_on, months) == until_on


def test_the_national_day_holiday_is_no_time_for_statements():
    is_workday = build_workdays({})
    assert not is_workday(date(2026, 10, 1))
    assert is_workday(date(2026, 9, 28))
    assert add_workdays(date(2026, 9, 30), 5, is_workday) > date(2026, 10, 10)


def test_the_rules_correct_the_calendar():
    is_workday = build_workdays({date(2026, 9, 28): False, date(2027, 1, 4): True})
    assert not is_workday(date(2026, 9, 28))
    assert is_workday(date(2027, 1, 4))


def test_a_year_without_calendar_is_not_guessed():
    with pytest.raises(RuleNotInForce, match="2099"):
        build_workdays({})(date(2099, 5, 5))


def test_run_out_listings_are_found_the_day_after(world):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    open_ended = replace(case, max_until_on=None)
    cases = [case, replace(case, state=CaseState.ENDED), open_ended, world.propose()]
    assert find_run_out(cases, case.max_until_on) == []
    assert find_run_out(cases, case.max_until_on + timedelta(days=1)) == [case]
