"""Time, injected: nothing in the service asks the machine for the hour except through a `Clock`.

A legal day is a date in Asia/Shanghai (suffix ``_on``), an instant is UTC (suffix ``_at``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the instant."""

    def now(self) -> datetime:
        """Return the instant as an aware UTC datetime."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the machine's instant, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for tests and the demo."""

    instant: datetime

    def now(self) -> datetime:
        """Return the one instant this clock knows."""
        return self.instant


def legal_day(instant: datetime) -> date:
    """Return the date in Asia/Shanghai on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


IsWorkday = Callable[[date], bool]
"""Answers whether a date is a working day under the State Council's calendar."""


def add_workdays(start_on: date, days: int, is_workday: IsWorkday) -> date:
    """Return the last day of a term of working days that starts on the day after ``start_on``.

    Source: 民法典 Art. 201 (the first day is not counted), 行政处罚法 Art. 85 (working days).
    """
    day = start_on
    left = days
    while left > 0:
        day += timedelta(days=1)
        if is_workday(day):
            left -= 1
    return day
