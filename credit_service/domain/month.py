"""A calendar month in Asia/Shanghai: what monthly tables are cut by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from credit_service.domain.clock import SHANGHAI, legal_day
from credit_service.errors import PeriodUnknown

_CODE = re.compile(r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """One month; months compare by time."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """As written in addresses and files: 2026-09."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def label(self) -> str:
        """Chinese name: 2026年9月."""
        return f"{self.year}年{self.number}月"

    @property
    def first_on(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_on(self) -> date:
        """Its last day."""
        return self.plus(1).first_on - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        """The instant (UTC) of midnight in Shanghai at which it begins; the month before ends there."""
        return datetime(self.year, self.number, 1, tzinfo=SHANGHAI).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """The first instant (UTC) that is no longer in it."""
        return self.plus(1).begins_at

    def plus(self, months: int) -> Month:
        """Return the month that many months later (earlier where negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def back_to(self, count: int) -> tuple[Month, ...]:
        """Return the ``count`` months that end with this one, oldest first."""
        return tuple(self.plus(step) for step in range(1 - count, 1))


def month_of(instant: datetime) -> Month:
    """Return the month in Asia/Shanghai in which an instant falls."""
    return to_month(legal_day(instant))


def to_month(day: date) -> Month:
    """Return the month of a day."""
    return Month(day.year, day.month)


def parse_month(code: str) -> Month:
    """Return the month a code names.

    Raises:
        PeriodUnknown: The code is no ``YYYY-MM``.
    """
    match = _CODE.fullmatch(code.strip())
    if match is None:
        message = f"月份“{code[:20]}”无法识别。"
        raise PeriodUnknown(message, remedy="请写四位年份和两位月份，如 2026-09。")
    return Month(int(match["year"]), int(match["month"]))
