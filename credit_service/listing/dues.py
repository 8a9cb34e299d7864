"""Terms of the office's duties: from a case and what was done on it to what is due next, and how late it is.

Pure: the terms come from the rules, the calendar and the day from the caller. A pending objection pauses the duty to go
on (nothing new is decided about what is contested); the days it was pending are not counted.

Source: domain.md 2.6 and 2.8; the office's own terms are marked unconfirmed in ``rules/deadlines``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.due import Due, DueState
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.errors import RuleNotInForce


@dataclass(frozen=True)
class OfficeTerm:
    """One term of the rules: working days, what for, and where it comes from, in Chinese."""

    name: str
    value: int
    source: str


@dataclass(frozen=True)
class DueRules:
    """The terms in force and the calendar they run by."""

    terms: Mapping[str, OfficeTerm]
    is_workday: IsWorkday
    today: date

    def count_workdays(self, after: date, until: date) -> int:
        """Return how many working days lie after a day, up to and including another."""
        days = (after + timedelta(days=number) for number in range(1, max((until - after).days, 0) + 1))
        return sum(self.is_workday(day) for day in days)

    def judge(self, due_on: date, *, is_paused: bool = False) -> tuple[DueState, int]:
        """Return how a duty with this last day stands today, and how many working days it is late."""
        late = self.count_workdays(due_on, self.today)
        if is_paused:
            return DueState.PAUSED, 0
        if late:
            is_long = late > self.terms["escalation_workdays"].value
            return DueState.ESCALATED if is_long else DueState.OVERDUE, late
        left = self.count_workdays(self.today, due_on)
        return DueState.SOON if left <= self.terms["warning_workdays"].value else DueState.RUNNING, 0


_DUTIES = {
    CaseState.PROPOSED: "take_up_workdays",
    CaseState.UNDER_REVIEW: "review_workdays",
    CaseState.NOTICED: "notice_serve_workdays",
    CaseState.NOTICE_SERVED: "hear_workdays",
    CaseState.HEARD: "decide_workdays",
    CaseState.DECIDED: "decision_serve_workdays",
}
"""What is due next in each state; whoever is listed and served waits for the calendar only."""
_STARTS = {
    CaseState.UNDER_REVIEW: (ActKind.TAKE_UP,),
    CaseState.NOTICED: (ActKind.DRAFT_NOTICE,),
    CaseState.HEARD: (ActKind.HEAR,),
    CaseState.DECIDED: (ActKind.DECIDE,),
}
_ROLES = {CaseState.PROPOSED: "审核人员", CaseState.HEARD: "决定人员"}


def find_case_due(case: Case, acts: Sequence[Act], rules: DueRules) -> Due | None:
    """Return what is due next on a case, or None where nothing is.

    Args:
        case: The case.
        acts: Everything done on it, in order.
        rules: Terms, calendar and day.

    Where the holidays of a year the term runs into are not known, nothing is guessed: the due day is None.
    """
    duty = _DUTIES.get(case.state)
    if duty is None:
        return None
    start_on = _find_start(case, acts)
    term = rules.terms[duty]
    due_on, state, late = _reckon(start_on, term, case, acts, rules)
    return Due(
        duty=duty,
        label=term.name,
        about="case",
        object_id=case.case_id,
        title=f"{case.list_kind.label}：{case.subject_name}",
        who=_ROLES.get(case.state) or case.reviewer_id or "审核人员",
        start_on=start_on,
        term=term.value,
        due_on=due_on,
        state=state,
        overdue_workdays=late,
        law=term.source,
    )


def _reckon(
    start_on: date, term: OfficeTerm, case: Case, acts: Sequence[Act], rules: DueRules
) -> tuple[date | None, DueState, int]:
    try:
        pauses = [rules.count_workdays(max(since, start_on), until) for since, until in _list_pauses(acts, rules.today)]
        due_on = add_workdays(start_on, term.value + sum(pauses), rules.is_workday)
        return due_on, *rules.judge(due_on, is_paused=case.marked_on is not None)
    except RuleNotInForce:
        return None, DueState.UNKNOWN, 0


def _find_start(case: Case, acts: Sequence[Act]) -> date:
    if case.state is CaseState.NOTICE_SERVED and case.statement_until_on is not None:
        return case.statement_until_on
    kinds = _STARTS.get(case.state, ())
    return next((act.on for act in reversed(acts) if act.kind in kinds), case.proposed_on)


def _list_pauses(acts: Sequence[Act], today: date) -> Iterator[tuple[date, date]]:
    """Yield since when and until when objections were pending; one that still is counts until today."""
    since: date | None = None
    for act in acts:
        if act.kind is ActKind.MARK_OBJECTION:
            since = act.on
        elif act.kind is ActKind.CLEAR_OBJECTION and since is not None:
            yield since, act.on
            since = None
    if since is not None:
        yield since, today
