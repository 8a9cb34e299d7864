"""Decision diagrams over variables with few values: sets of worlds, exact, however many worlds there are.

Before it is the number of values of each variable, after it numbers that stand for sets. Equal sets have equal numbers,
so “never” is a comparison with `NEVER`. It knows nothing of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

NEVER = 0
ALWAYS = 1
MOST_NODES = 200_000


class TooTangled(Exception):
    """There are more cases than the proofs go through; callers say so as a fault."""


class Diagrams:
    """Sets of worlds; a world gives each variable one of its values."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self.nodes: list[tuple[int, tuple[int, ...]]] = [(len(sizes), ()), (len(sizes), ())]
        self.numbers: dict[tuple[int, tuple[int, ...]], int] = {}
        self.known: dict[tuple[str, int, int], int] = {}

    def where(self, variable: int, chosen: Sequence[bool]) -> int:
        """Return the worlds in which a variable has one of the chosen values."""
        return self._node(variable, tuple(ALWAYS if is_chosen else NEVER for is_chosen in chosen))

    def both(self, left: int, right: int) -> int:
        """Return the worlds in both sets."""
        if right in {left, ALWAYS}:
            return left
        if left == ALWAYS:
            return right
        if NEVER in {left, right}:
            return NEVER
        return self._apply("both", self.both, min(left, right), max(left, right))

    def either(self, left: int, right: int) -> int:
        """Return the worlds in at least one of two sets."""
        if right in {left, NEVER}:
            return left
        if left == NEVER:
            return right
        if ALWAYS in {left, right}:
            return ALWAYS
        return self._apply("either", self.either, min(left, right), max(left, right))

    def without(self, left: int, right: int) -> int:
        """Return the worlds in the first set and not in the second."""
        return self.both(left, self.other(right))

    def other(self, worlds: int) -> int:
        """Return the worlds outside a set."""
        if worlds in {NEVER, ALWAYS}:
            return ALWAYS - worlds
        key = ("other", worlds, worlds)
        if key not in self.known:
            variable, children = self.nodes[worlds]
            self.known[key] = self._node(variable, tuple(self.other(child) for child in children))
        return self.known[key]

    def fix(self, worlds: int, variable: int, value: int) -> int:
        """Return the set with one variable held at a value: the worlds that are in it once the variable has it."""
        own, children = self.nodes[worlds]
        if own == variable:
            return children[value]
        if own > variable:
            return worlds
        key = (f"fix {variable}", worlds, value)
        if key not in self.known:
            self.known[key] = self._node(own, tuple(self.fix(child, variable, value) for child in children))
        return self.known[key]

    def find(self, worlds: int) -> dict[int, int] | None:
        """Return one world of a set, variables that do not matter left out; None where the set is empty."""
        if worlds == NEVER:
            return None
        found: dict[int, int] = {}
        while worlds != ALWAYS:
            variable, children = self.nodes[worlds]
            value = next(place for place, child in enumerate(children) if child != NEVER)
            found[variable] = value
            worlds = children[value]
        return found

    def _apply(self, name: str, combine: Callable[[int, int], int], left: int, right: int) -> int:
        key = (name, left, right)
        if key in self.known:
            return self.known[key]
        variable = min(self.nodes[left][0], self.nodes[right][0])
        lefts, rights = self._children(left, variable), self._children(right, variable)
        made = self._node(variable, tuple(combine(a, b) for a, b in zip(lefts, rights, strict=True)))
        self.known[key] = made
        return made

    def _children(self, worlds: int, variable: int) -> tuple[int, ...]:
        own, children = self.nodes[worlds]
        return children if own == variable else (worlds,) * self.sizes[variable]

    def _node(self, variable: int, children: tuple[int, ...]) -> int:
        if all(child == children[0] for child in children):
            return children[0]
        key = (variable, children)
        if key not in self.numbers:
            if len(self.nodes) >= MOST_NODES:
                raise TooTangled
            self.numbers[key] = len(self.nodes)
            self.nodes.append(key)
        return self.numbers[key]
