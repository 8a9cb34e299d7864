"""What one more record does to a value taken over the records of a subject.

A further record can only add to a count, a sum of amounts, a maximum or a last day; it can only lower a minimum or a
first day; and an extreme of nothing becomes something. A heavier record raises a minimum of amounts too.
"""

from __future__ import annotations

from credit_service.rulebook.aggregates import AggregateKind
from credit_service.rulebook.candidate_types import Count
from credit_service.rulebook.fields import ValueType
from credit_service.rulebook.proofs.classes import Point
from credit_service.rulebook.proofs.worlds import IsStep

_FALLING = frozenset({AggregateKind.MIN, AggregateKind.EARLIEST})


def is_further(count: Count, *, is_worse: bool) -> IsStep:
    """Return whether a count can go from one value to another by one more record, or by a heavier one.

    Args:
        count: What is taken of the records.
        is_worse: Whether the record is one of dishonesty, so that it may also become heavier.
    """
    name = count.name
    money = count.of is not None and count.of.type is ValueType.FEN
    rises = count.kind not in _FALLING or (is_worse and money)
    falls = count.kind in _FALLING or (count.kind is AggregateKind.SUM and not money)

    def goes_further(before: Point, after: Point) -> bool:
        low, high = before[name], after[name]
        if low is None or high is None:
            return low is None and high is not None
        return bool((rises and low < high) or (falls and low > high))  # type: ignore[operator]

    return goes_further
