"""Days moved by days and months, and what the lengths of months leave open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from credit_service.rulebook.judge import add_months


def move_day(day: date, *, days: int = 0, months: int = 0) -> date:
    """Return another day; one beyond the calendar stays where it is."""
    try:
        return add_months(day, months) + timedelta(days=days)
    except (OverflowError, ValueError):
        return day


def may_meet(months: Iterable[int], days: Iterable[int]) -> bool:
    """Return whether a number of days may lie among the lengths so many months can have: then the year matters."""
    lengths = [abs(length) for length in months if length]
    return any(28 * length - 3 <= abs(count) <= 31 * length + 3 for length in lengths for count in days)
