"""What has to be done by when: one duty of the office with its days. Calendars and tables are made of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DueState(StrEnum):
    """How a duty stands on a day."""

    RUNNING = "running"
    SOON = "soon"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    """It runs into a year whose holidays are not announced yet."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "running": "办理中",
            "soon": "即将到期",
            "overdue": "逾期",
            "escalated": "逾期，报负责人督办",
            "paused": "中止计算",
            "unknown": "节假日安排未公布，暂不能计算",
        }[self.value]


@dataclass(frozen=True)
class Due:
    """One running duty.

    **Units**: ``term`` working days after ``start_on``; days of a pause are not counted.
    """

    duty: str
    """Key of the term in ``rules/deadlines`` or ``rules/repair``."""
    label: str
    """What is to be done, in Chinese."""
    about: str
    """What kind of matter: case, objection, repair or measure."""
    object_id: str
    title: str
    """Of the matter, in Chinese, without the name of a person."""
    who: str
    """Who is to do it: an account, an agency, or a role in Chinese."""
    start_on: date
    term: int
    due_on: date | None
    """The last day in time (inclusive); None where the calendar of that year is not known."""
    state: DueState
    overdue_workdays: int = 0
    law: str = ""
    """Where the term comes from."""
