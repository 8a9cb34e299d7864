"""The referee of vettings: which conditions a subject's records meet, in plain Python, one record at a time.

Before it are facts, after it the same hits that the compiled statement finds (`compile_vetting`); tests hold the two
equal. It knows nothing of listings and names, which `pipeline.vet` adds for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.rulebook.evaluate import judge_all
from credit_service.rulebook.evaluate_condition import count_months, holds
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.judge import Judged, add_months
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.vetting_types import VettingCondition

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Hit:
    """One record that meets one condition."""

    subject_id: str
    rule: str
    record_id: str
    until_on: date | None
    """Last day it does, if nothing is done; None: no such day is set."""


def find_hits(rulebook: Rulebook, facts: Sequence[Fact], as_of: date) -> list[Hit]:
    """Return every condition that every record meets on a day, whatever the award, sorted.

    Args:
        rulebook: The rules; one without a vetting rule finds nothing.
        facts: The records, of any number of subjects.
        as_of: The day of the question.
    """
    rows = judge_all(rulebook, facts, as_of)
    return sorted(hit for row in rows for hit in _meet(rulebook, row))


def _meet(rulebook: Rulebook, row: Judged) -> Iterator[Hit]:
    for condition in rulebook.vetting.conditions if rulebook.vetting else ():
        if holds(condition.condition, row.names()):
            yield Hit(row.fact.subject_id, condition.entry.rule_id, row.fact.record_id, find_last_day(condition, row))


def find_last_day(condition: VettingCondition, row: Judged) -> date | None:
    """Return the last day on which a condition that holds of a record still does, if nothing is done about it."""
    windows, fact = row.windows, row.fact
    days = [windows.active_until, _before(windows.max_until)]
    # What is known to end its use on a day still to come (a repair that takes effect tomorrow) ends it then.
    days += [_before(day) for day in (fact.repaired_on, fact.revoked_on) if day is not None and day > row.as_of]
    if condition.months is not None:
        days.append(_before(find_outside(fact.decided_on, condition.months)))
    return min((day for day in days if day is not None), default=None)


def find_outside(start: date, months: int) -> date:
    """Return the first day on which so many months are complete: the day after where the month has no such day."""
    day = add_months(start, months)
    return day if count_months(start, day) >= months else day + ONE_DAY


def _before(day: date | None) -> date | None:
    return None if day is None else day - ONE_DAY
