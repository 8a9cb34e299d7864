"""The calendar of the office: everything that is due, by when, and how late it is.

It decides nothing and reminds nobody by itself; pages and commands show it. The terms are those of today's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit_service.domain.due import Due, DueState
from credit_service.listing.deadlines import build_workdays
from credit_service.listing.dues import DueRules, OfficeTerm, find_case_due
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.schema import Rulebook

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
    found = (find_case_due(case, acts.get(case.case_id, ()), rules) for case in cases)
    return DueBoard(room.today(), _sort(due for due in found if due is not None))


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
