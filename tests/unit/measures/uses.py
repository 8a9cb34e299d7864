"""Measures owed with a task and feedback, for tests that need no store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from credit_service.domain.measure import Feedback, FeedbackKind, MeasureOwed, MeasureTask, MeasureUse, TaskState
from credit_service.measures.feedback import apply_feedback
from credit_service.measures.terms import MeasureTerms

DAY = date(2026, 9, 1)
A, B = "11A", "11B"


def weekday(day: date) -> bool:
    return day.weekday() < 5


def add_months(day: date, months: int) -> date:
    return date(day.year, day.month + months, day.day)


TERMS = MeasureTerms(weekday, add_months, 10, 3, 3, 2, 5)


def owed(**changes: object) -> MeasureOwed:
    plain = MeasureOwed("C1", "key_supervision", "依据", "各部门", DAY, date(2027, 8, 31), nature="management")
    return replace(plain, **changes)


def task(**changes: object) -> MeasureTask:
    plain = MeasureTask("M1", "C1", "key_supervision", A, 1, DAY, TERMS.due_on("management", DAY))
    return replace(plain, **changes)


def use(**changes: object) -> MeasureUse:
    return MeasureUse(owed(), task(**changes))


def say(kind: FeedbackKind, on: date = DAY, told: date | None = None, **changes: object) -> Feedback:
    told = told or on
    plain = Feedback(kind, "clerk", A, on, told, datetime.combine(told, time(4), UTC), "已执行", document_no="号")
    return replace(plain, **changes)


def after(before: MeasureUse, *said: Feedback) -> MeasureUse:
    """Return a task after feedback, as the ledger would hold it."""
    for one in said:
        before = MeasureUse(before.owed, apply_feedback(before, one), (*before.feedback, one))
    return before


def removed(before: MeasureUse, on: date, **changes: object) -> MeasureUse:
    """Return a task whose listing ended on a day, as the ledger's trigger leaves it."""
    if before.task is None:
        return before
    lifting = replace(before.task, state=TaskState.LIFTING, lift_asked_on=on, lift_due_on=TERMS.lift_due_on(on))
    return MeasureUse(replace(before.owed, ended_on=on, **changes), lifting, before.feedback)
