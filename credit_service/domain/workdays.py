"""Working days numbered one after another, so that a term is a subtraction and can be computed for a million rows.

Before it lies the calendar of `listing.deadlines.build_workdays`, after it a small table that the warehouse joins. Two
days may be compared only where every day between them is known: an unknown year parts the days before it from those
after, and nothing is guessed across it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.domain.clock import IsWorkday
from credit_service.errors import RuleNotInForce


@dataclass(frozen=True)
class DayNumber:
    """Where one known day stands among the working days.

    **Units**: ``through`` counts the working days from the beginning of the table up to and including this day.
    """

    day: date
    stretch: int
    """Days of one stretch are known without a gap; numbers of different stretches must not be compared."""
    through: int
    is_workday: bool

    @property
    def turn(self) -> int:
        """Number of the working day on which something done this day counts: itself, or the next one."""
        return self.through if self.is_workday else self.through + 1


@dataclass(frozen=True)
class WorkdayNumbers:
    """The numbered days, and the years whose holidays are not known."""

    days: Mapping[date, DayNumber]
    unknown_years: tuple[int, ...]

    def late_days(self, decided_on: date, received_on: date, term_days: int) -> int | None:
        """Return by how many working days a report missed its term; 0 where it kept it, None where nobody can tell.

        The day of the decision is not counted, and what arrives on a day of rest counts as arriving on the next
        working day: so a report is in time exactly when it came by ``add_workdays(decided_on, term_days)``.

        Source: 民法典 Art. 201 (the first day is not counted).
        """
        if received_on <= decided_on:
            return 0
        decided, received = self.days.get(decided_on), self.days.get(received_on)
        if decided is None or received is None or decided.stretch != received.stretch:
            return None
        return max(0, received.turn - decided.through - term_days)


def number_workdays(first_on: date, last_on: date, is_workday: IsWorkday) -> WorkdayNumbers:
    """Number the working days of a span of days, both ends included.

    Args:
        first_on: First day of interest.
        last_on: Last day of interest.
        is_workday: The calendar; it raises `RuleNotInForce` for days it does not know.
    """
    days: dict[date, DayNumber] = {}
    unknown: dict[int, None] = {}
    stretch = through = 0
    for day in _each_day(first_on, last_on):
        try:
            works = is_workday(day)
        except RuleNotInForce:
            unknown[day.year] = None
            stretch += 1
            continue
        through += works
        days[day] = DayNumber(day, stretch, through, works)
    return WorkdayNumbers(days, tuple(unknown))


def _each_day(first_on: date, last_on: date) -> Iterator[date]:
    for step in range((last_on - first_on).days + 1):
        yield first_on + timedelta(days=step)
