"""Joint measures: what follows from a listing, who is asked to carry it out, and what they say became of it.

A measure owed belongs to one listing. For every agency named as its executing body one task is asked, which the agency
accepts, carries out or finds not applicable, and lifts when the listing ends or is suspended::

    asked ──► accepted ──► active ─────► lifted
      │           │           │            ▲
      │           │           ▼            │
      └───────────┴──────► lifting ────────┤      (the listing ended or was suspended: the lift is asked)
      └───────────┴──► not_applicable ◄────┘      (from lifting only where it was never carried out)

A measure of the market is information only: it has no task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class Nature(StrEnum):
    """What a measure does to whom it is owed."""

    REDUCES_RIGHTS = "reduces_rights"
    MANAGEMENT = "management"
    MARKET = "market"
    INCENTIVE = "incentive"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "reduces_rights": "减损权益",
            "management": "管理",
            "market": "市场（仅共享信息）",
            "incentive": "激励",
        }[self.value]


TASKED = frozenset({Nature.REDUCES_RIGHTS.value, Nature.MANAGEMENT.value, Nature.INCENTIVE.value})
"""Natures an agency may be asked to carry out."""


@dataclass(frozen=True)
class Measure:
    """One entry of the measure catalogue (``rules/measures``); nothing outside it may be applied."""

    slug: str
    name: str
    nature: str
    """``reduces_rights``, ``management``, ``market`` (information only) or ``incentive``."""
    content: str
    basis: str
    body: str
    status: str
    list_kinds: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    """Grounds of black lists it is limited to; empty: any."""


@dataclass(frozen=True)
class MeasureOwed:
    """A measure that follows from one listing, from its service until its end."""

    case_id: str
    measure: str
    basis: str
    body: str
    from_on: date
    until_on: date | None
    ended_on: date | None = None
    nature: str = ""
    """A `Nature`; empty in rows of earlier schemas, for which nobody is asked."""
    relevance: str = ""
    """Why this measure has to do with this listing."""
    suspended_on: date | None = None
    """The listing is suspended since this day."""

    @property
    def removed_on(self) -> date | None:
        """First day on which it may not be applied any more; None while no end is known."""
        after_term = None if self.until_on is None else self.until_on + timedelta(days=1)
        return min((day for day in (self.ended_on, self.suspended_on, after_term) if day is not None), default=None)

    def is_running(self, day: date) -> bool:
        """Return whether it may be applied on a day: its listing was served, and neither ended nor was suspended."""
        removed_on = self.removed_on
        return self.from_on <= day and (removed_on is None or day < removed_on)


class TaskState(StrEnum):
    """Where one agency stands with one measure."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    NOT_APPLICABLE = "not_applicable"
    LIFTING = "lifting"
    LIFTED = "lifted"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "asked": "待接收",
            "accepted": "已接收，待执行",
            "active": "执行中",
            "not_applicable": "不适用",
            "lifting": "待解除",
            "lifted": "已解除",
        }[self.value]


OPEN_STATES = frozenset({TaskState.ASKED, TaskState.ACCEPTED})
"""The agency has not said yet whether it carries the measure out."""


class FeedbackKind(StrEnum):
    """What an agency says about a task."""

    ACCEPT = "accept"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    LIFTED = "lifted"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "accept": "接收",
            "done": "已执行",
            "not_applicable": "不适用",
            "lifted": "已解除",
        }[self.value]


AFTER = {
    FeedbackKind.ACCEPT: TaskState.ACCEPTED,
    FeedbackKind.DONE: TaskState.ACTIVE,
    FeedbackKind.NOT_APPLICABLE: TaskState.NOT_APPLICABLE,
    FeedbackKind.LIFTED: TaskState.LIFTED,
}
"""Where a task stands after each feedback while its listing holds."""


@dataclass(frozen=True)
class Feedback:
    """One thing an agency said about a task; feedback is only ever added, and the task follows from it.

    **Units**: ``amount_fen`` whole fen; ``done_on`` and ``recorded_on`` legal days.
    """

    kind: FeedbackKind
    actor_id: str
    agency_code: str
    done_on: date
    """The day it was done, found not applicable, or lifted."""
    recorded_on: date
    recorded_at: datetime
    what: str = ""
    """What was done, or why it does not apply."""
    amount_fen: int | None = None
    basis: str = ""
    """Basis of this very use; for measures that reduce rights the article of the law or regulation."""
    document_no: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class MeasureTask:
    """One agency asked to carry out one measure; ``version`` grows with each feedback."""

    task_id: str
    case_id: str
    measure: str
    agency_code: str
    round: int
    """1, and one more each time a suspended listing is resumed."""
    asked_on: date
    due_on: date | None
    """None where the rules set no term."""
    state: TaskState = TaskState.ASKED
    statute: str = ""
    """Basis of this very use, as the agency recorded it first."""
    lift_asked_on: date | None = None
    lift_due_on: date | None = None
    version: int = 0


@dataclass(frozen=True)
class MeasureBody:
    """Which agency carries out a measure in this district; kept by the administrator."""

    measure: str
    agency_code: str
    reason: str
    named_by: str
    named_at: datetime


@dataclass(frozen=True)
class StrayReport:
    """A measure an agency says it applied although nobody may have asked it to."""

    agency_code: str
    actor_id: str
    measure: str
    """As reported."""
    case_id: str
    """As reported."""
    why: str
    """``no_catalogue``, ``no_listing`` or ``not_asked``."""
    done_on: date
    recorded_on: date
    recorded_at: datetime
    what: str = ""
    document_no: str = ""


@dataclass(frozen=True)
class MeasureUse:
    """A measure owed with the task of one agency and all it said; no task where nobody is named, or asked."""

    owed: MeasureOwed
    task: MeasureTask | None = None
    feedback: tuple[Feedback, ...] = ()

    @property
    def needs_statute(self) -> bool:
        """Whether it reduces rights and no law or regulation is recorded for this use yet."""
        return self.owed.nature == Nature.REDUCES_RIGHTS and not (self.task and self.task.statute.strip())

    @property
    def is_done(self) -> bool:
        """Whether the agency ever said that it carried the measure out."""
        return any(one.kind is FeedbackKind.DONE for one in self.feedback)

    @property
    def removed_on(self) -> date | None:
        """First day on which this agency may not apply it any more; a resumed listing asks anew, by another task.

        None where no end is known, and for a task that was answered for good while its listing held.
        """
        task, owed = self.task, self.owed
        if task is None or (task.lift_asked_on is None and task.state in OPEN_STATES | {TaskState.ACTIVE}):
            return owed.removed_on
        if task.lift_asked_on is None:
            return None
        after_term = None if owed.until_on is None else owed.until_on + timedelta(days=1)
        return min(task.lift_asked_on, after_term or task.lift_asked_on)

    def as_known(self, day: date) -> MeasureUse:
        """Return it as it was known at the end of a day: what was written down later had not happened yet."""
        owed, task = self.owed, self.task
        owed = replace(owed, ended_on=_known(owed.ended_on, day), suspended_on=_known(owed.suspended_on, day))
        if task is None or task.asked_on > day:
            return MeasureUse(owed)
        feedback = tuple(one for one in self.feedback if one.recorded_on <= day)
        lift_asked_on = _known(task.lift_asked_on, day)
        state = TaskState.ASKED
        for one in feedback:
            state = AFTER[one.kind]
        if lift_asked_on is not None and state in OPEN_STATES | {TaskState.ACTIVE}:
            state = TaskState.LIFTING
        known = replace(
            task,
            state=state,
            statute=next((one.basis for one in feedback if one.basis), ""),
            lift_asked_on=lift_asked_on,
            lift_due_on=task.lift_due_on if lift_asked_on else None,
            version=len(feedback),
        )
        return MeasureUse(owed, known, feedback)

    def state_on(self, day: date) -> TaskState | None:
        """Return where it stands on a day: past its term it is to be lifted, whether or not anybody wrote that down."""
        if self.task is None:
            return None
        removed_on = self.removed_on
        open_still = self.task.state in OPEN_STATES | {TaskState.ACTIVE}
        if open_still and removed_on is not None and day >= removed_on:
            return TaskState.LIFTING
        return self.task.state

    def label_on(self, day: date) -> str:
        """Return the Chinese name of where it stands."""
        state = self.state_on(day)
        if state is None:
            return Nature.MARKET.label if self.owed.nature == Nature.MARKET else "未明确执行单位"
        if state in OPEN_STATES and self.needs_statute:
            return "待确认依据"
        return state.label


def is_active(use: MeasureUse, day: date) -> bool:
    """Return whether a measure is being applied on a day, as far as anybody may apply it."""
    return use.state_on(day) is TaskState.ACTIVE and use.owed.is_running(day)


def _known(day: date | None, by: date) -> date | None:
    return day if day is not None and day <= by else None
