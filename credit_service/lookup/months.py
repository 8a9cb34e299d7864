"""The month in tables for leaders: how cases flowed, how long each step took against its term, and what came out.

Everything is counted from the acts alone, by their legal day, and from the terms of the rules in force today. It names
no subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from credit_service.domain.clock import add_workdays
from credit_service.domain.listing import Act, ActKind, Case
from credit_service.domain.month import Month
from credit_service.domain.objection import Objection, ObjectionState
from credit_service.domain.repair import Repair, RepairState
from credit_service.domain.score import ListKind
from credit_service.errors import RuleNotInForce
from credit_service.listing.dues import DueRules
from credit_service.listing.steps import STEPS, act_label
from credit_service.lookup.dues import build_due_rules
from credit_service.lookup.reading_room import ReadingRoom

MONTHS_SHOWN = 12
TIMED: Mapping[ActKind, tuple[str, tuple[ActKind, ...]]] = {
    ActKind.TAKE_UP: ("take_up_workdays", (ActKind.PROPOSE,)),
    ActKind.DRAFT_NOTICE: ("review_workdays", (ActKind.TAKE_UP, ActKind.PROPOSE)),
    ActKind.TAKE_OVER: ("review_workdays", (ActKind.TAKE_UP,)),
    ActKind.SERVE_NOTICE: ("notice_serve_workdays", (ActKind.DRAFT_NOTICE,)),
    ActKind.DECIDE: ("decide_workdays", (ActKind.HEAR,)),
    ActKind.SERVE_DECISION: ("decision_serve_workdays", (ActKind.DECIDE,)),
}
"""The term of each step, and the act its days are counted from (the latest of these)."""
FLOW = (ActKind.PROPOSE, *STEPS)
INTO, OUT_OF = (
    frozenset({ActKind.SERVE_DECISION, ActKind.TAKE_OVER}),
    frozenset({ActKind.EXPIRE, ActKind.REPAIR, ActKind.REVOKE, ActKind.SOURCE_END}),
)


@dataclass(frozen=True)
class FlowLine:
    """How often one act was done in the month, by list."""

    kind: ActKind
    label: str
    counts: Mapping[ListKind, int]

    @property
    def total(self) -> int:
        """Over all lists."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class DurationLine:
    """How long one step took in the month. **Units**: working days."""

    label: str
    term: int
    days: tuple[int, ...]
    """Of each case, shortest first."""

    @property
    def middle(self) -> float | None:
        """The median, or None where nothing was done."""
        return median(self.days) if self.days else None

    @property
    def in_time(self) -> int:
        """How many were done within the term."""
        return sum(days <= self.term for days in self.days)


@dataclass(frozen=True)
class OutcomeLine:
    """What came of one procedure in the month: how many came in, and how those that ended, ended.

    **Units**: ``days`` working days from receipt to the end of each, shortest first.
    """

    label: str
    received: int
    outcomes: tuple[tuple[str, int], ...]
    """(Chinese name, how many) of each way to end."""
    days: tuple[int, ...]
    late: int
    """Ended after the last day of their term."""

    @property
    def middle(self) -> float | None:
        """The median, or None where nothing ended."""
        return median(self.days) if self.days else None

    @property
    def ended(self) -> int:
        """How many ended."""
        return sum(number for _, number in self.outcomes)


@dataclass(frozen=True)
class MonthTrend:
    """Into and out of the lists in one month."""

    month: Month
    into: int
    out_of: int
    declined: int


@dataclass(frozen=True)
class MonthBoard:
    """One month."""

    month: Month
    flow: tuple[FlowLine, ...]
    durations: tuple[DurationLine, ...]
    outcomes: tuple[OutcomeLine, ...]
    """Of objections and of repairs."""
    trend: tuple[MonthTrend, ...]
    unknown_years: tuple[int, ...]
    """Years whose holidays are not announced: steps that run into them are not counted."""


def get_month_board(room: ReadingRoom, month: Month) -> MonthBoard:
    """Return a month in tables.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force today.
    """
    rules = build_due_rules(room.rulebook(room.today()), room.today())
    months = month.back_to(MONTHS_SHOWN)
    with room.ledger.reading() as uow:
        acts = uow.acts.list_in_period(months[0].first_on, month.last_on)
        cases = {case.case_id: case for case in uow.cases.list_by_ids(acts)}
        objections = uow.objections.list_touching(month.first_on, month.last_on)
        repairs = uow.repairs.list_touching(month.first_on, month.last_on)
    done = [(cases[case_id], act) for case_id, some in acts.items() for act in some]
    durations, unknown = _measure(acts, month, rules)
    outcomes = (
        _count_outcomes(
            "异议",
            [_of_objection(one) for one in objections],
            (ObjectionState.UPHELD, ObjectionState.REJECTED, ObjectionState.NOT_ACCEPTED, ObjectionState.WITHDRAWN),
            (month, rules),
        ),
        _count_outcomes(
            "信用修复",
            [_of_repair(one, rules) for one in repairs],
            (RepairState.GRANTED, RepairState.REFUSED, RepairState.NOT_ACCEPTED, RepairState.WITHDRAWN),
            (month, rules),
        ),
    )
    return MonthBoard(month, _count_flow(done, month), durations, outcomes, _count_trend(done, months), unknown)


@dataclass(frozen=True)
class _Matter:
    """What is counted of an objection or a repair."""

    received_on: date
    ended_on: date | None
    due_on: date | None
    state: ObjectionState | RepairState


def _of_objection(one: Objection) -> _Matter:
    return _Matter(one.received_on, one.decided_on or one.withdrawn_on, one.due_on, one.state)


def _of_repair(one: Repair, rules: DueRules) -> _Matter:
    """Return a repair with the last day for its result, counted from its acceptance and extended once at most."""
    due_on = None
    if one.accepted_on is not None:
        term = rules.terms["repair_result_workdays"].value
        more = rules.terms["repair_extension_workdays"].value if one.extended_on is not None else 0
        with suppress(RuleNotInForce):
            due_on = add_workdays(one.accepted_on, term + more, rules.is_workday)
    return _Matter(one.applied_on, one.closed_on, due_on, one.state)


def _count_outcomes(
    label: str,
    matters: Sequence[_Matter],
    ends: Sequence[ObjectionState | RepairState],
    when: tuple[Month, DueRules],
) -> OutcomeLine:
    month, rules = when
    ended = [one for one in matters if one.ended_on and month.first_on <= one.ended_on <= month.last_on]
    days: list[int] = []
    for one in ended:
        with suppress(RuleNotInForce):
            days.append(rules.count_workdays(one.received_on, one.ended_on or one.received_on))
    counted = Counter(one.state for one in ended)
    return OutcomeLine(
        label=label,
        received=sum(month.first_on <= one.received_on <= month.last_on for one in matters),
        outcomes=tuple((state.label, counted[state]) for state in ends),
        days=tuple(sorted(days)),
        late=sum(one.due_on is not None and one.ended_on is not None and one.ended_on > one.due_on for one in ended),
    )


def _count_flow(done: Sequence[tuple[Case, Act]], month: Month) -> tuple[FlowLine, ...]:
    counted = Counter((act.kind, case.list_kind) for case, act in done if _falls_in(act, month))
    return tuple(
        FlowLine(kind, act_label(kind, ListKind.BLACK), {one: counted[kind, one] for one in ListKind}) for kind in FLOW
    )


def _falls_in(act: Act, month: Month) -> bool:
    return month.first_on <= act.on <= month.last_on


def _measure(
    acts: Mapping[str, Sequence[Act]], month: Month, rules: DueRules
) -> tuple[tuple[DurationLine, ...], tuple[int, ...]]:
    days: dict[ActKind, list[int]] = {kind: [] for kind in TIMED}
    unknown: set[int] = set()
    for some in acts.values():
        for place, act in enumerate(some):
            if act.kind not in TIMED or not _falls_in(act, month):
                continue
            start = _find_start(some[:place], TIMED[act.kind][1])
            try:
                days[act.kind].append(rules.count_workdays(start, act.on) if start else 0)
            except RuleNotInForce:
                unknown.add(act.on.year)
    lines = (
        DurationLine(act_label(kind, ListKind.BLACK), rules.terms[TIMED[kind][0]].value, tuple(sorted(days[kind])))
        for kind in TIMED
    )
    return tuple(lines), tuple(sorted(unknown))


def _find_start(before: Sequence[Act], kinds: tuple[ActKind, ...]) -> date | None:
    return next((act.on for act in reversed(before) if act.kind in kinds), None)


def _count_trend(done: Iterable[tuple[Case, Act]], months: Sequence[Month]) -> tuple[MonthTrend, ...]:
    counted = Counter((act.on.year, act.on.month, act.kind) for _, act in done)

    def count(month: Month, kinds: Iterable[ActKind]) -> int:
        return sum(counted[month.year, month.number, kind] for kind in kinds)

    return tuple(
        MonthTrend(month, count(month, INTO), count(month, OUT_OF), count(month, (ActKind.DECLINE,)))
        for month in months
    )


def find_last_month(today: date) -> Month:
    """Return the newest month that is over."""
    last = today.replace(day=1) - timedelta(days=1)
    return Month(last.year, last.month)
