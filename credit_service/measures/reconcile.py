"""Reconciliation (对账) of what was asked, what agencies say they did, and what the listings still allow.

Before it stand the measures of every listing with their tasks and feedback, as known on a day; after it findings for
the credit office and each agency. A pure function: it changes nothing and asks no clock. Late feedback is recorded, not
refused, and is found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit_service.domain.measure import (
    OPEN_STATES,
    TASKED,
    FeedbackKind,
    MeasureUse,
    StrayReport,
    TaskState,
)
from credit_service.domain.workdays import WorkdayNumbers, number_workdays
from credit_service.measures.terms import MeasureTerms


class FindingKind(StrEnum):
    """What does not agree; in the order of urgency."""

    DONE_AFTER_REMOVAL = "done_after_removal"
    NOT_LIFTED = "not_lifted"
    NO_CATALOGUE = "no_catalogue"
    NO_LISTING = "no_listing"
    NOT_ASKED = "not_asked"
    NOT_FED_BACK = "not_fed_back"
    TOLD_AFTER_REMOVAL = "told_after_removal"
    UNASSIGNED = "unassigned"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "done_after_removal": "移出后仍执行",
            "not_lifted": "名单已移出，措施未解除",
            "no_catalogue": "清单外的措施",
            "no_listing": "没有名单依据的措施",
            "not_asked": "未经交办的措施",
            "not_fed_back": "逾期未反馈",
            "told_after_removal": "移出后才反馈",
            "unassigned": "未明确执行单位",
        }[self.value]

    @property
    def remedy(self) -> str:
        """What to do about it, in Chinese."""
        return {
            "done_after_removal": "立即解除并书面说明，纠正对主体的影响。",
            "not_lifted": "立即停止执行，并在“应执行的措施”中反馈解除日期。",
            "no_catalogue": "清单以外的措施不得实施：立即停止并说明。",
            "no_listing": "没有有效名单不得实施：立即停止并说明。",
            "not_asked": "核对执行单位；确由该单位执行的，由系统管理员登记后重新交办。",
            "not_fed_back": "反馈执行情况；不适用的写明理由。",
            "told_after_removal": "核对是否已经解除；今后及时反馈。",
            "unassigned": "由系统管理员登记执行单位：credit measures name-body。",
        }[self.value]


STRAYS = frozenset({FindingKind.NO_CATALOGUE, FindingKind.NO_LISTING, FindingKind.NOT_ASKED})
"""Kinds whose names a `StrayReport` carries."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree."""

    kind: FindingKind
    agency_code: str
    """Empty where nobody is named."""
    measure: str
    case_id: str
    since_on: date
    """The first day after which it did not agree."""
    age_workdays: int | None
    """Working days since then; None where the calendar of a year in between is not known."""
    is_overdue: bool
    """The term for it is over."""
    task_id: str = ""


@dataclass(frozen=True)
class AgencyTally:
    """What concerns one agency on a day; uses are counted once, by where they stand."""

    agency_code: str
    asked: int
    """Tasks asked in all."""
    waiting: int
    """Not answered yet."""
    active: int
    not_applicable: int
    lifting: int
    lifted: int
    findings: tuple[tuple[FindingKind, int], ...]
    """How many of each kind, only those there are."""
    oldest_workdays: int | None
    """Age of the oldest finding; None where there is none."""

    @property
    def found(self) -> int:
        """Findings in all."""
        return sum(number for _, number in self.findings)


@dataclass(frozen=True)
class Reconciliation:
    """Everything that does not agree on a day, by agency."""

    day: date
    findings: tuple[Finding, ...]
    agencies: tuple[AgencyTally, ...]


def reconcile(
    uses: Iterable[MeasureUse], strays: Iterable[StrayReport], day: date, terms: MeasureTerms
) -> Reconciliation:
    """Return what does not agree, as known at the end of a day; the most urgent first, then the oldest.

    Args:
        uses: Every measure owed with every task and its feedback.
        strays: Measures reported that nobody asked for.
        day: The day of the reconciliation.
        terms: The terms under the rules of that day.
    """
    known = list_known(uses, day)
    reports = [stray for stray in strays if stray.recorded_on <= day]
    ages = _Ages(known, reports, day, terms)
    found = [finding for use in known for finding in _find(use, day, terms, ages)]
    found += [
        Finding(
            kind=FindingKind(one.why),
            agency_code=one.agency_code,
            measure=one.measure,
            case_id=one.case_id,
            since_on=one.done_on,
            age_workdays=ages.of(one.done_on),
            is_overdue=True,
        )
        for one in reports
    ]
    order = tuple(FindingKind)
    found.sort(key=lambda one: (order.index(one.kind), one.since_on, one.agency_code, one.case_id, one.measure))
    return Reconciliation(day, tuple(found), _tally(known, found, day))


def list_known(uses: Iterable[MeasureUse], day: date) -> list[MeasureUse]:
    """Return the uses as they were known at the end of a day; a measure nobody had been asked for by then, once."""
    known = [use.as_known(day) for use in uses if use.owed.from_on <= day]
    asked = {(use.owed.case_id, use.owed.measure) for use in known if use.task}
    unasked = {
        key: use for use in known if use.task is None and (key := (use.owed.case_id, use.owed.measure)) not in asked
    }
    return [*(use for use in known if use.task), *unasked.values()]


def _find(use: MeasureUse, day: date, terms: MeasureTerms, ages: _Ages) -> Iterator[Finding]:
    owed, task = use.owed, use.task
    if task is None:
        if owed.nature in TASKED and owed.is_running(day):
            yield Finding(
                FindingKind.UNASSIGNED,
                "",
                owed.measure,
                owed.case_id,
                owed.from_on,
                ages.of(owed.from_on),
                is_overdue=False,
            )
        return

    def found(kind: FindingKind, since_on: date, *, is_overdue: bool) -> Finding:
        age = ages.of(since_on)
        return Finding(kind, task.agency_code, owed.measure, owed.case_id, since_on, age, is_overdue, task.task_id)

    state, due_on, removed_on = use.state_on(day), terms.next_due_on(use, day), use.removed_on
    if state in OPEN_STATES and due_on is not None and day > due_on:
        yield found(FindingKind.NOT_FED_BACK, due_on, is_overdue=True)
    if state is TaskState.LIFTING and removed_on is not None:
        yield found(FindingKind.NOT_LIFTED, removed_on, is_overdue=due_on is not None and day > due_on)
    done = next((one for one in use.feedback if one.kind is FeedbackKind.DONE), None)
    if done is not None and removed_on is not None and done.recorded_on >= removed_on:
        late = done.done_on >= removed_on
        kind = FindingKind.DONE_AFTER_REMOVAL if late else FindingKind.TOLD_AFTER_REMOVAL
        yield found(kind, done.done_on if late else done.recorded_on, is_overdue=late)


class _Ages:
    """Working days between a day and the day of the reconciliation."""

    def __init__(
        self, uses: Sequence[MeasureUse], strays: Sequence[StrayReport], day: date, terms: MeasureTerms
    ) -> None:
        first = min([day, *(use.owed.from_on for use in uses), *(one.done_on for one in strays)])
        self._numbers: WorkdayNumbers = number_workdays(first, day, terms.is_workday)
        self._day = day

    def of(self, since_on: date) -> int | None:
        """Return how many working days came after a day; 0 for a day that is not past."""
        if since_on >= self._day:
            return 0
        start, end = self._numbers.days.get(since_on), self._numbers.days.get(self._day)
        return None if start is None or end is None or start.stretch != end.stretch else end.through - start.through


def _tally(uses: Sequence[MeasureUse], findings: Sequence[Finding], day: date) -> tuple[AgencyTally, ...]:
    codes = {use.task.agency_code for use in uses if use.task} | {finding.agency_code for finding in findings}
    return tuple(_tally_one(code, uses, findings, day) for code in sorted(codes))


def _tally_one(code: str, uses: Sequence[MeasureUse], findings: Sequence[Finding], day: date) -> AgencyTally:
    states = [use.state_on(day) for use in uses if use.task and use.task.agency_code == code]
    own = [finding for finding in findings if finding.agency_code == code]
    counted = [(kind, sum(finding.kind is kind for finding in own)) for kind in FindingKind]
    return AgencyTally(
        agency_code=code,
        asked=len(states),
        waiting=sum(state in OPEN_STATES for state in states),
        active=states.count(TaskState.ACTIVE),
        not_applicable=states.count(TaskState.NOT_APPLICABLE),
        lifting=states.count(TaskState.LIFTING),
        lifted=states.count(TaskState.LIFTED),
        findings=tuple((kind, number) for kind, number in counted if number),
        oldest_workdays=max((one.age_workdays for one in own if one.age_workdays is not None), default=None),
    )
