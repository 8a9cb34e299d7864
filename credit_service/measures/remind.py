"""Reminders: what is due soon, what is overdue, and what the credit office must know of.

Computed from the calendar whenever somebody looks; nothing is sent and nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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


def _judge(due_on: date | None, day: date, terms: MeasureTerms) -> Urgency:
    if due_on is None:
        return Urgency.WAITING
    if day > due_on:
        return Urgency.ESCALATED if terms.is_past(due_on, terms.escalation_workdays, day) else Urgency.OVERDUE
    return Urgency.DUE_SOON if terms.is_near(due_on, day) else Urgency.WAITING
