"""Of rules in another order, the fewest are said to have moved."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from credit_service.rulebook.diff import _longest_rising


@given(st.permutations(range(7)))
def test_what_stays_rises_and_nothing_longer_does(numbers):
    kept = _longest_rising(numbers)
    stayed = [number for number in numbers if number in kept]
    assert stayed == sorted(stayed)
    longer = combinations(numbers, len(kept) + 1)
    assert not any(list(row) == sorted(row) for row in longer)
