"""Days and terms: which days are working days, when months are over, which listings have run out.

Source: 民法典 Art. 201–203 (the first day is not counted; a term of months ends on the corresponding day, or on the
last day of a shorter month).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date

import chinese_calendar

from credit_service.domain.clock import IsWorkday
from credit_service.domain.listing import Case, CaseState
from credit_service.errors import RuleNotInForce

IN_EFFECT = frozenset({CaseState.DECIDED, CaseState.DECISION_SERVED, CaseState.PUBLISHED})


def build_workdays(overrides: Mapping[date, bool]) -> IsWorkday:
    """Return the calendar of working days: the State Council's notices, corrected by the rules.

    Args:
        overrides: Days the rules state themselves; True is a working day.
    """

    def is_workday(day: date) -> bool:
        """Return whether a day is a working day.

        Raises:
            RuleNotInForce: The holidays of that year are not known. Guessing would cut somebody's term short.
        """
        if day in overrides:
            return overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError as fault:
            message = f"工作日历没有{day.year}年的节假日安排，无法计算法定期限。"
            raise RuleNotInForce(
                message, remedy=f"请按国务院办公厅的通知在 rules/calendar/ 中补充{day.year}年的安排。", year=day.year
            ) from fault

    return is_workday


def add_months(start_on: date, months: int) -> date:
    """Return the last day (inclusive) of a term of months that starts on the day after ``start_on``."""
    index = start_on.year * 12 + start_on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(start_on.day, calendar.monthrange(year, month)[1]))


def find_run_out(cases: Iterable[Case], on: date) -> list[Case]:
    """Return the listings whose term is over on a day, so that `EXPIRE` can close them, by case id.

    They stopped being effective by themselves (`domain.listing.is_effective`); the act only writes it down, and makes
    room for a new proposal on new facts.
    """
    return sorted(
        (c for c in cases if c.state in IN_EFFECT and c.max_until_on is not None and on > c.max_until_on),
        key=lambda case: case.case_id,
    )
