"""The referee's reading of what came before a record: every pair of records, plain Python.

It judges `compile_history`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from credit_service.rulebook.evaluate_condition import count_months, holds
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.fields import ValueType
from credit_service.rulebook.history import History


def count_earlier(
    history: Sequence[History], fact: Fact, facts: Sequence[Fact], last: Collection[str]
) -> dict[str, int]:
    """Return how many earlier records of the same subject a record has behind it, by name.

    Args:
        history: What the severity rules ask.
        fact: The record.
        facts: Every record that is known.
        last: Ids of the records that are the last report of their act; others do not count.
    """
    own = [other for other in facts if other.subject_id == fact.subject_id and other.record_id in last]
    return {row.name: sum(1 for other in own if _counts(row, other, fact)) for row in history}


def _counts(row: History, other: Fact, fact: Fact) -> bool:
    if other.decided_on >= fact.decided_on or not holds(row.when, vars(other)):
        return False
    if any(getattr(other, name) != getattr(fact, name) for name in row.same):
        return False
    in_days = row.unit is ValueType.DAYS
    age = (fact.decided_on - other.decided_on).days if in_days else count_months(other.decided_on, fact.decided_on)
    return age < row.length
