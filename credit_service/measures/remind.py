"""Reminders: what is due soon, what is overdue, and what the credit office must know of.

Computed from the calendar whenever somebody looks; nothing is sent and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit_service.domain.clock import add_workdays
from credit_service.domain.measure import MeasureUse
from credit_service.measures.terms import MeasureTerms


class Urgency(StrEnum):
    """How near the last day is."""

    ESCALATED = "escalated"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    WAITING = "waiting"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"escalated": "逾期，已报信用工作机构", "overdue": "逾期", "due_soon": "即将到期", "waiting": "未到期"}[
            self.value
        ]


@dataclass(frozen=True)
class Reminder:
    """What one agency has to do next about one measure, and by when."""

    use: MeasureUse
    due_on: date | None
    """None where the rules set no term."""
    urgency: Urgency


def remind(use: MeasureUse, day: date, terms: MeasureTerms) -> Reminder:
    """Return how urgent the next step of a task is on a day; the last day itself is still in time."""
    due_on = terms.next_due_on(use, day)
    return Reminder(use, due_on, _judge(due_on, day, terms))


def remind_all(uses: Iterable[MeasureUse], day: date, terms: MeasureTerms) -> tuple[Reminder, ...]:
    """Return the reminders of a day, without what is merely waiting: the most urgent first, then the oldest."""
    order = tuple(Urgency)
    found = [remind(use, day, terms) for use in uses]
    urgent = [one for one in found if one.due_on is not None and one.urgency is not Urgency.WAITING]
    return tuple(sorted(urgent, key=lambda one: (order.index(one.urgency), one.due_on or day, _name(one))))


def _name(one: Reminder) -> str:
    return one.use.task.task_id if one.use.task else ""


def _judge(due_on: date | None, day: date, terms: MeasureTerms) -> Urgency:
    if due_on is None:
        return Urgency.WAITING
    if day > due_on:
        limit = terms.escalation_workdays
        is_escalated = limit is not None and day > add_workdays(due_on, limit, terms.is_workday)
        return Urgency.ESCALATED if is_escalated else Urgency.OVERDUE
    soon = terms.due_soon_workdays
    is_soon = soon is not None and add_workdays(day, soon, terms.is_workday) >= due_on
    return Urgency.DUE_SOON if is_soon else Urgency.WAITING
