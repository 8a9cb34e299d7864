"""Days that follow from other days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_service.normalise.dates import coming_of_age


@pytest.mark.parametrize(
    ("born_on", "adult_on"),
    [
        (date(2008, 5, 1), date(2026, 5, 1)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(1900, 12, 31), date(1918, 12, 31)),
    ],
)
def test_coming_of_age_is_the_eighteenth_birthday(born_on: date, adult_on: date):
    assert coming_of_age(born_on) == adult_on


@pytest.mark.parametrize(
    ("decided_on", "is_minor"),
    [(date(1967, 12, 30), True), (date(1967, 12, 31), False), (date(1968, 1, 1), False)],
)
def test_minor_until_the_day_before(desk: Callable[..., Any], decided_on: date, *, is_minor: bool):
    row = {"subject_name": "张三", "person_id": "11010519491231002X", "decided_on": decided_on, "topic": "t"}
    (record,) = desk("star_person").build(row).records.to_dicts()
    assert (record["is_minor"], record["adult_on"]) == (is_minor, date(1967, 12, 31))


@pytest.mark.parametrize(
    ("written", "kept"), [(date(2099, 12, 31), None), (date(2027, 1, 1), date(2027, 1, 1)), (None, None)]
)
def test_end_of_2099_means_no_end(desk: Callable[..., Any], written: date | None, kept: date | None):
    row = {"uscc_code": "91350100M000100Y43", "decided_on": date(2026, 1, 1), "ends_on": written}
    assert desk("wage_arrears").build(row).records["ends_on"].to_list() == [kept]
