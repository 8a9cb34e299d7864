from datetime import UTC, date, datetime

import pytest

from credit_service.domain.month import Month, month_of, parse_month
from credit_service.errors import PeriodUnknown


def test_a_month_begins_and_ends_at_midnight_in_shanghai():
    month = Month(2026, 9)
    assert month.begins_at == datetime(2026, 8, 31, 16, tzinfo=UTC)
    assert month.ends_at == datetime(2026, 9, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (datetime(2026, 8, 31, 15, 59, 59, 999999, tzinfo=UTC), "2026-08"),
        (datetime(2026, 8, 31, 16, 0, tzinfo=UTC), "2026-09"),
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01"),
    ],
)
def test_the_month_of_an_instant_changes_at_midnight_in_shanghai(instant, code):
    assert month_of(instant).code == code


@pytest.mark.parametrize(
    ("code", "last_on"),
    [
        ("2024-02", date(2024, 2, 29)),
        ("2026-02", date(2026, 2, 28)),
        ("2026-12", date(2026, 12, 31)),
        ("2000-02", date(2000, 2, 29)),
    ],
)
def test_the_last_day_knows_leap_years(code, last_on):
    assert parse_month(code).last_on == last_on


def test_twelve_months_end_with_the_month_itself():
    months = Month(2026, 2).back_to(12)
    assert [month.code for month in (months[0], months[-1])] == ["2025-03", "2026-02"]
    assert len(months) == 12
    assert list(months) == sorted(months)


@pytest.mark.parametrize(
    "code", ["2026-9", "2026-13", "2026-00", "202609", "2026年9月", "", "２０２６-09", "0000-01", "2026-09-01"]
)
def test_what_is_no_month_is_told_in_words(code):
    with pytest.raises(PeriodUnknown) as caught:
        parse_month(code)
    assert "2026-09" in caught.value.remedy
