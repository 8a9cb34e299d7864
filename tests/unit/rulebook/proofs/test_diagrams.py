"""Decision diagrams are sets of worlds: every operation says what the sets themselves say."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_service.rulebook.proofs import diagrams
from credit_service.rulebook.proofs.diagrams import ALWAYS, NEVER, Diagrams, TooTangled

SIZES = (3, 2, 4)
WORLDS = tuple(product(*(range(size) for size in SIZES)))
subsets = st.frozensets(st.sampled_from(WORLDS))


def build(made: Diagrams, worlds: frozenset[tuple[int, ...]]) -> int:
    """Return a set made world by world."""
    whole = NEVER
    for world in worlds:
        one = ALWAYS
        for variable, value in enumerate(world):
            one = made.both(one, made.where(variable, [place == value for place in range(SIZES[variable])]))
        whole = made.either(whole, one)
    return whole


def list_worlds(made: Diagrams, worlds: int) -> frozenset[tuple[int, ...]]:
    found = set()
    for world in WORLDS:
        left = worlds
        for variable, value in enumerate(world):
            left = made.fix(left, variable, value)
        assert left in {NEVER, ALWAYS}
        if left == ALWAYS:
            found.add(world)
    return frozenset(found)


@given(subsets, subsets)
def test_operations_are_those_of_sets(first, second):
    made = Diagrams(SIZES)
    left, right = build(made, first), build(made, second)
    assert list_worlds(made, left) == first
    assert list_worlds(made, made.both(left, right)) == first & second
    assert list_worlds(made, made.either(left, right)) == first | second
    assert list_worlds(made, made.without(left, right)) == first - second
    assert list_worlds(made, made.other(left)) == frozenset(WORLDS) - first
    assert (left == right) is (first == second), "equal sets have equal numbers"


@given(subsets)
def test_an_example_lies_in_its_set(worlds):
    made = Diagrams(SIZES)
    whole = build(made, worlds)
    example = made.find(whole)
    if not worlds:
        assert example is None
        return
    assert example is not None
    free = [[example[place]] if place in example else range(size) for place, size in enumerate(SIZES)]
    assert set(product(*free)) <= worlds, "what is left out does not matter"


def test_too_many_cases_are_refused_and_never_passed_over(monkeypatch):
    monkeypatch.setattr(diagrams, "MOST_NODES", 4)
    made = Diagrams((2, 2, 2, 2))
    with pytest.raises(TooTangled):
        for variable in range(4):
            made.both(made.where(variable, [True, False]), made.where((variable + 1) % 4, [False, True]))
