"""The terms joint measures move under; they come from the rulebook and are handed in by `pipeline`.

No number of days is known here. A term the rules do not set is None, and what depends on it is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.measure import MeasureUse, Nature, TaskState
from credit_service.errors import RuleNotInForce

AddMonths = Callable[[date, int], date]


@dataclass(frozen=True)
class MeasureTerms:
    """Terms of one district.

    A last day in a year whose holidays are not known yet is None too, and is told once they are.

    **Units**: ``…_workdays`` working days, ``…_months`` calendar months, each after the day they start on; the last day
    is still in time.
    """

    is_workday: IsWorkday
    add_months: AddMonths
    feedback_workdays: int | None = None
    incentive_months: int | None = None
    lift_workdays: int | None = None
    due_soon_workdays: int | None = None
    escalation_workdays: int | None = None

    def due_on(self, nature: str, asked_on: date) -> date | None:
        """Return the last day for saying what became of a measure."""
        if nature == Nature.INCENTIVE:
            return None if self.incentive_months is None else self.add_months(asked_on, self.incentive_months)
        return self._after(asked_on, self.feedback_workdays)

    def lift_due_on(self, removed_on: date) -> date | None:
        """Return the last day for ending a measure whose listing ended or was suspended."""
        return self._after(removed_on, self.lift_workdays)

    def next_due_on(self, use: MeasureUse, day: date) -> date | None:
        """Return the last day for what the agency has to do next, as it stands on a day."""
        if use.task is None:
            return None
        state = use.state_on(day)
        if state in {TaskState.ASKED, TaskState.ACCEPTED}:
            return use.task.due_on or self.due_on(use.owed.nature, use.task.asked_on)
        if state is TaskState.LIFTING and use.removed_on is not None:
            return use.task.lift_due_on or self.lift_due_on(use.removed_on)
        return None

    def is_past(self, due_on: date, workdays: int | None, day: date) -> bool:
        """Return whether so many working days after a day are over; False where nobody can tell."""
        limit = self._after(due_on, workdays)
        return limit is not None and day > limit

    def is_near(self, due_on: date, day: date) -> bool:
        """Return whether a day is so few working days away that it is told; False where nobody can tell."""
        reach = self._after(day, self.due_soon_workdays)
        return reach is not None and reach >= due_on

    def _after(self, start_on: date, workdays: int | None) -> date | None:
        if workdays is None:
            return None
        try:
            return add_workdays(start_on, workdays, self.is_workday)
        except RuleNotInForce:
            # Nothing waits for a calendar that is not published yet: the last day is told once it is.
            return None


def to_terms(deadlines: Mapping[str, int], is_workday: IsWorkday, add_months: AddMonths) -> MeasureTerms:
    """Return the terms of a rulebook's deadlines, by their keys; rules of an earlier time may set none."""
    return MeasureTerms(
        is_workday=is_workday,
        add_months=add_months,
        feedback_workdays=deadlines.get("measure_feedback_workdays"),
        incentive_months=deadlines.get("incentive_feedback_months"),
        lift_workdays=deadlines.get("measure_lift_workdays"),
        due_soon_workdays=deadlines.get("measure_due_soon_workdays"),
        escalation_workdays=deadlines.get("measure_escalation_workdays"),
    )
