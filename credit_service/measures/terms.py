"""The terms joint measures move under; they come from the rulebook and are handed in by `pipeline`.

No number of days is known here. A term the rules do not set is None, and what depends on it is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.measure import MeasureUse, Nature, TaskState

AddMonths = Callable[[date, int], date]


@dataclass(frozen=True)
class MeasureTerms:
    """Terms of one district.

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
            return use.task.due_on
        if state is TaskState.LIFTING and use.removed_on is not None:
            return use.task.lift_due_on or self.lift_due_on(use.removed_on)
        return None

    def _after(self, start_on: date, workdays: int | None) -> date | None:
        return None if workdays is None else add_workdays(start_on, workdays, self.is_workday)


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
