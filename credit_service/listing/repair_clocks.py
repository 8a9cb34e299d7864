"""The clocks of a credit repair: which duty began when, is due when, and was done when.

Before it an application and the rules' terms, after it one line per duty, for queues and calendars. Pure functions.

Source: 国家发展改革委令第36号 (forward 1, accept 3, result 10 working days, extended once); 河南省社会信用条例 for
removal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.repair import ConsumerNotice, Repair, RepairState
from credit_service.errors import RuleNotInForce

FORWARD, ACCEPT = "repair_forward_workdays", "repair_accept_workdays"
RESULT, EXTENSION = "repair_result_workdays", "repair_extension_workdays"
REMOVAL, BAR = "repair_removal_workdays", "repair_false_bar_years"


class RepairDuty(StrEnum):
    """What is owed within a term."""

    FORWARD = "forward"
    ACCEPT = "accept"
    RESULT = "result"
    REMOVAL = "removal"
    RECEIPT = "receipt"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "forward": "转送认定机关",
            "accept": "决定是否受理",
            "result": "作出修复决定",
            "removal": "停止公示和共享",
            "receipt": "使用单位回执",
        }[self.value]


@dataclass(frozen=True)
class RepairClock:
    """One duty; days are legal days, ``due_on`` is the last day (inclusive)."""

    duty: RepairDuty
    start_on: date
    due_on: date | None
    """None where the holidays of that year are not known; nothing is guessed."""
    done_on: date | None
    overdue: bool
    """Done, or still not done, after the last day."""
    rule: str
    """Key of the term."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of a clock."""
        return {
            "duty": self.duty.value,
            "start_on": self.start_on,
            "due_on": self.due_on,
            "done_on": self.done_on,
            "overdue": self.overdue,
        }


def list_clocks(
    repair: Repair, deadlines: Mapping[str, int], is_workday: IsWorkday, today: date
) -> tuple[RepairClock, ...]:
    """Return the clocks of an application that run or have run, in the order of the procedure.

    A closed application owes nothing more: what was open when it was withdrawn is done that day.

    Args:
        repair: The application.
        deadlines: Terms by key, in working days.
        is_workday: The calendar.
        today: The day of the question.
    """
    closed_on = repair.closed_on
    clocks = [_run(RepairDuty.FORWARD, repair.applied_on, repair.forwarded_on or closed_on, FORWARD)]
    if repair.forwarded_on is not None:
        clocks.append(_run(RepairDuty.ACCEPT, repair.forwarded_on, repair.accepted_on or closed_on, ACCEPT))
    if repair.accepted_on is not None:
        clocks.append(_run(RepairDuty.RESULT, repair.accepted_on, closed_on, RESULT))
    if repair.state is RepairState.GRANTED and closed_on is not None:
        # The decision itself ends publication and sharing, in the same transaction.
        clocks.append(_run(RepairDuty.REMOVAL, closed_on, closed_on, REMOVAL))
    found = []
    for duty, start_on, done_on, key in clocks:
        days = deadlines[key]
        if duty is RepairDuty.RESULT and repair.extended_on is not None:
            days += deadlines.get(EXTENSION, 0)
        due_on = find_due(start_on, days, is_workday)
        found.append(RepairClock(duty, start_on, due_on, done_on, _is_overdue(due_on, done_on, today), key))
    return tuple(found)


def list_receipt_clocks(notices: tuple[ConsumerNotice, ...], today: date) -> tuple[RepairClock, ...]:
    """Return one clock for each notice: those who use the information stop within the term of removal."""
    return tuple(
        RepairClock(
            RepairDuty.RECEIPT,
            notice.issued_on,
            notice.due_on,
            None if notice.receipt_at is None else notice.receipt_at.date(),
            notice.is_overdue(today),
            REMOVAL,
        )
        for notice in notices
    )


def find_due(start_on: date, days: int, is_workday: IsWorkday) -> date | None:
    """Return the last day of a term of working days, or None where the calendar does not reach so far."""
    try:
        return add_workdays(start_on, days, is_workday)
    except RuleNotInForce:
        return None


def _run(duty: RepairDuty, start_on: date, done_on: date | None, key: str) -> tuple[RepairDuty, date, date | None, str]:
    return duty, start_on, done_on, key


def _is_overdue(due_on: date | None, done_on: date | None, today: date) -> bool:
    return due_on is not None and (done_on or today) > due_on
