"""Rows of a rule that hold from a day or until a day: which of them hold on a day, and on which days that changes.

Before it lie rules read with ``from`` and ``to``; after it the rules of one day. Rows that the day of the act chooses
are all kept: `decision_tables` and the referee choose among them record by record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from credit_service.rulebook.arithmetic import Clock
from credit_service.rulebook.candidate_types import Candidates
from credit_service.rulebook.rule_types import Entered, RuleEntry, Scoring, SeverityRule
from credit_service.rulebook.vetting_types import Vetting

T = TypeVar("T", bound=Entered)


def holds_on(entry: RuleEntry, day: date) -> bool:
    """Return whether an entry holds on a day; both its days are included."""
    return (entry.from_on is None or entry.from_on <= day) and (entry.to_on is None or day <= entry.to_on)


def select_on(rows: Iterable[T], day: date) -> tuple[T, ...]:
    """Return the rows that hold on a day."""
    return tuple(row for row in rows if holds_on(row.entry, day))


def list_changes(rows: Iterable[Entered]) -> list[date]:
    """Return the days on which a row begins or has just ended, in order."""
    entries = [row.entry for row in rows]
    begun = {entry.from_on for entry in entries if entry.from_on is not None}
    last_days = {entry.to_on for entry in entries if entry.to_on is not None}
    # The last day there is has no day after it, and nothing changes then.
    ended = {day + timedelta(days=1) for day in last_days - {date.max}}
    return sorted(begun | ended)


def scoring_on(scoring: Scoring, day: date) -> Scoring:
    """Return a scoring rule as it stands on a day."""
    by_day = scoring.events_by is Clock.AS_OF
    return replace(
        scoring,
        grades=select_on(scoring.grades, day),
        caps=select_on(scoring.caps, day),
        category_caps=select_on(scoring.category_caps, day),
        kinds=select_on(scoring.kinds, day),
        events=select_on(scoring.events, day) if by_day else scoring.events,
        exclusions=select_on(scoring.exclusions, day),
    )


def severity_on(rules: Iterable[SeverityRule], day: date) -> tuple[SeverityRule, ...]:
    """Return the severity rules as they stand on a day."""
    return tuple(rule for rule in rules if rule.clock is Clock.DECIDED_ON or holds_on(rule.entry, day))


def candidates_on(candidates: Candidates, day: date) -> Candidates:
    """Return the candidate rules as they stand on a day; who is gone excludes nobody."""
    rules = select_on(candidates.rules, day)
    names = {rule.entry.rule_id for rule in rules}
    kept = tuple(replace(rule, unless=tuple(name for name in rule.unless if name in names)) for rule in rules)
    return replace(candidates, rules=kept)


def vetting_on(vetting: Vetting, day: date) -> Vetting:
    """Return the vetting rule as it stands on a day."""
    return replace(
        vetting,
        awards=select_on(vetting.awards, day),
        conditions=select_on(vetting.conditions, day),
        listings=select_on(vetting.listings, day),
    )
