"""Periods as lists of tax cases write them: what is over on the last day of the period."""

from __future__ import annotations

from datetime import date

import pytest

from credit_service.intake.cells import read_period


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-09-01", date(2026, 9, 1)),
        ("2026年9月1日", date(2026, 9, 1)),
        ("20260901", date(2026, 9, 1)),
        ("2026-09", date(2026, 9, 30)),
        ("2026年2月", date(2026, 2, 28)),
        ("2024/2", date(2024, 2, 29)),
        ("202612", date(2026, 12, 31)),
        ("2026年第3季度", date(2026, 9, 30)),
        ("2026年三季度", date(2026, 9, 30)),
        ("2026Q1", date(2026, 3, 31)),
        ("2026年", date(2026, 12, 31)),
        ("2026年度", date(2026, 12, 31)),
        ("2026", date(2026, 12, 31)),
    ],
)
def test_a_period_is_its_last_day(written, day):
    verdict = read_period(written)
    assert (verdict.value, verdict.rule) == (day, None)


@pytest.mark.parametrize("written", ["2026-13", "2026年第5季度", "三季度", "2026年2月30日", "26年9月", "待定", "20263"])
def test_what_is_no_period_says_how_to_write_one(written):
    verdict = read_period(written)
    assert verdict.value is None
    assert verdict.rule == "date-format"
    assert "2026年第3季度" in verdict.remedy
