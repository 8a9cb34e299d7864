"""The calendar of the office: everything that is due, by when, and how late it is.

It decides nothing and reminds nobody by itself; pages and commands show it. The terms are those of today's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from credit_service.domain.due import Due, DueState
from credit_service.errors import RuleNotInForce
from credit_service.listing.deadlines import build_workdays
from credit_service.listing.dues import DueRules, OfficeTerm, find_case_due
from credit_service.lookup.measures import get_measure_desk
from credit_service.lookup.objections import list_running_clocks
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.repairs import list_overdue_receipts, list_repairs
from credit_service.measures.remind import Urgency
from credit_service.rulebook.schema import Rulebook

OFFICE = "信用工作机构"
RECEIPT_TERM = "repair_removal_workdays"
_ORDER = {state: place for place, state in enumerate(("escalated", "overdue", "soon", "running", "paused", "unknown"))}


@dataclass(frozen=True)
class DueBoard:
    """What is due, the latest first; ``expiring`` are listings whose term ends by itself soon."""

    today: date
    dues: tuple[Due, ...]

    @property
    def late(self) -> tuple[Due, ...]:
        """Return what is overdue."""
        return tuple(due for due in self.dues if due.state in {DueState.OVERDUE, DueState.ESCALATED})

    @property
    def counts(self) -> dict[DueState, int]:
        """Return how many duties stand how."""
        counted = Counter(due.state for due in self.dues)
        return {state: counted[state] for state in DueState}

    @property
    def by_day(self) -> tuple[tuple[date, tuple[Due, ...]], ...]:
        """Return what is due today and later, day by day."""
        days: dict[date, list[Due]] = {}
        for due in self.dues:
            if due.due_on is not None and due.due_on >= self.today:
                days.setdefault(due.due_on, []).append(due)
        return tuple((day, tuple(days[day])) for day in sorted(days))


def get_due_board(room: ReadingRoom) -> DueBoard:
    """Return everything that is due today.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force today.
    """
    rules = build_due_rules(room.rulebook(room.today()), room.today())
    with room.ledger.reading() as uow:
        acts = uow.acts.list_for_open()
        cases = uow.cases.list_open()
        agencies = {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
    of_cases = (find_case_due(case, acts.get(case.case_id, ()), rules) for case in cases)
    return DueBoard(
        room.today(),
        _sort(
            (
                *(due for due in of_cases if due is not None),
                *_list_of_objections(room, rules, agencies),
                *_list_of_repairs(room, rules, agencies),
                *_list_of_measures(room, rules),
            )
        ),
    )


def _list_of_objections(room: ReadingRoom, rules: DueRules, agencies: Mapping[str, str]) -> Iterator[Due]:
    for objection, clock in list_running_clocks(room):
        title = f"对{objection.target.label}的异议"
        who = agencies.get(clock.holder, OFFICE)
        yield _to_due(
            rules,
            (clock.duty, clock.label, who),
            ("objection", objection.number, title),
            (clock.start_on, clock.due_on),
        )


def _list_of_repairs(room: ReadingRoom, rules: DueRules, agencies: Mapping[str, str]) -> Iterator[Due]:
    for line in list_repairs(room):
        repair, clock = line.repair, line.clock
        if clock is not None:
            who = agencies.get(repair.competent_code or "", OFFICE)
            what = (clock.rule, clock.duty.label, who)
            yield _to_due(
                rules,
                what,
                ("repair", repair.repair_id, f"信用修复：{repair.subject_name}"),
                (clock.start_on, clock.due_on),
            )
    for notice in list_overdue_receipts(room):
        what = (RECEIPT_TERM, "使用单位回执", notice.agency_name)
        about = ("repair", notice.notice.repair_id, f"修复通知：{notice.subject_name}")
        yield _to_due(rules, what, about, (notice.notice.issued_on, notice.notice.due_on))


def _list_of_measures(room: ReadingRoom, rules: DueRules) -> Iterator[Due]:
    """Yield the measures that are late or nearly so; all of them stand on a board of their own."""
    for item in get_measure_desk(room, None).items:
        task = item.use.task
        if task is not None and item.reminder.urgency is not Urgency.WAITING:
            what = ("measure_feedback_workdays", f"{item.name}：{item.state_label}", item.agency.short_name)
            about = ("measure", task.task_id, f"{item.case.list_kind.label}：{item.case.subject_name}")
            yield _to_due(rules, what, about, (task.lift_asked_on or task.asked_on, item.reminder.due_on))


def _to_due(
    rules: DueRules, what: tuple[str, str, str], about: tuple[str, str, str], days: tuple[date, date | None]
) -> Due:
    """Return a duty of another procedure, whose last day that procedure has worked out."""
    start_on, due_on = days
    state, late, term = DueState.UNKNOWN, 0, 0
    if due_on is not None:
        with suppress(RuleNotInForce):
            (state, late), term = rules.judge(due_on), rules.count_workdays(start_on, due_on)
    known = rules.terms.get(what[0])
    return Due(*what[:2], *about, what[2], start_on, term, due_on, state, late, known.source if known else "")


def build_due_rules(rulebook: Rulebook, today: date) -> DueRules:
    """Return the terms and the calendar of a rulebook as the reckoning of dues takes them."""
    terms = {
        term.key: OfficeTerm(term.name, term.value, f"{term.entry.law.title}{term.entry.law.article}")
        for term in rulebook.terms
    }
    return DueRules(terms, build_workdays(rulebook.holiday_overrides), today)


def _sort(dues: Iterable[Due]) -> tuple[Due, ...]:
    return tuple(
        sorted(dues, key=lambda due: (_ORDER[due.state], -due.overdue_workdays, due.due_on or date.max, due.object_id))
    )
