"""All worlds a set of conditions can tell apart, as decision diagrams, with an example for each.

Before it are the conditions of one place in a rulebook, the names they may use and what ties those names together (a
grade follows from points); after it sets of worlds to ask questions of. Fields that no comparison and no tie links are
independent, so each such component is one variable of the diagrams, and nothing has to be multiplied out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product

from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.fields import AS_OF, FieldSpec, Scope, ValueType
from credit_service.rulebook.nodes import Condition, Every, Not, Some, list_fields
from credit_service.rulebook.proofs.classes import Ground, Point, list_points
from credit_service.rulebook.proofs.diagrams import ALWAYS, NEVER, Diagrams
from credit_service.rulebook.proofs.plain import list_atoms, to_plain

Signature = tuple[bool, ...]
IsStep = Callable[[Point, Point], bool]
"""Whether the second point lies one step from the first, in the direction asked about."""


@dataclass(frozen=True)
class Tie:
    """Values that go together only in some ways."""

    names: tuple[str, ...]
    agrees: Callable[[Point], bool]


@dataclass(frozen=True)
class Component:
    """Fields that hang together: the classes they can be in, and a point of each."""

    names: tuple[str, ...]
    atoms: tuple[Condition, ...]
    points: tuple[Point, ...]
    marks: tuple[int, ...]
    """The class of each point."""
    signatures: tuple[Signature, ...]
    """What each atom says, class by class."""
    exact: bool


@dataclass(frozen=True)
class Step:
    """Two worlds that differ only in what was moved."""

    before: Point
    after: Point


class Worlds:
    """The worlds of one place in a rulebook.

    Args:
        scope: The names there are.
        conditions: Every condition that will be asked about.
        ties: What goes together; one whose names no condition reads does not matter.
        ground: What is held fixed.

    Raises:
        TooTangled: There are more cases than the proofs go through.
    """

    def __init__(self, scope: Scope, conditions: Iterable[Condition], ties: Sequence[Tie], ground: Ground) -> None:
        plain = [to_plain(condition) for condition in conditions]
        self.atoms = list(dict.fromkeys(atom for condition in plain for atom in list_atoms(condition)))
        specs = {spec.name: spec for spec in scope.fields}
        specs |= {spec.name: spec for atom in self.atoms for spec in list_fields(atom)}
        built = [
            _build(group, [spec for name, spec in specs.items() if name in group], self.atoms, ties, ground)
            for group in _group(self.atoms, ties)
        ]
        # What most depends on, such as the kind of a record, is decided first: so the diagrams stay small.
        self.components = sorted(built, key=lambda component: (-len(component.signatures), component.names))
        self.diagrams = Diagrams([len(component.signatures) for component in self.components])
        self.places = {
            atom: (variable, place)
            for variable, component in enumerate(self.components)
            for place, atom in enumerate(component.atoms)
        }

    @property
    def exact(self) -> bool:
        """Whether every class of every component was met."""
        return all(component.exact for component in self.components)

    def where(self, condition: Condition | None) -> int:
        """Return the worlds in which a condition holds; no condition holds in all."""
        if not all(component.points for component in self.components):
            return NEVER
        return ALWAYS if condition is None else self._where(to_plain(condition))

    def _where(self, node: Condition) -> int:
        if isinstance(node, Not):
            return self.diagrams.other(self._where(node.item))
        if isinstance(node, Every | Some):
            combine = self.diagrams.both if isinstance(node, Every) else self.diagrams.either
            worlds = ALWAYS if isinstance(node, Every) else NEVER
            for item in node.items:
                worlds = combine(worlds, self._where(item))
            return worlds
        variable, place = self.places[node]
        return self.diagrams.where(variable, [said[place] for said in self.components[variable].signatures])

    def find(self, worlds: int) -> Point | None:
        """Return an example out of a set of worlds: the fields that matter, with a value for each."""
        chosen = self.diagrams.find(worlds)
        if chosen is None:
            return None
        example: Point = {}
        for variable, mark in chosen.items():
            component = self.components[variable]
            point = component.points[component.marks.index(mark)]
            example |= {name: point[name] for name in component.names}
        return example

    def has(self, worlds: int, example: Point) -> bool:
        """Return whether an example of `find` or `find_step` lies in a set; fields it leaves out may be anything."""
        for variable, component in enumerate(self.components):
            known = [name for name in component.names if name in example]
            fits = (
                mark
                for point, mark in zip(component.points, component.marks, strict=True)
                if all(point[name] == example[name] for name in known)
            )
            worlds = self.diagrams.fix(worlds, variable, next(fits))
        return worlds != NEVER

    def find_step(self, worlds: int, given: int, moved: Sequence[str], is_step: IsStep) -> Step | None:
        """Return a world that leaves a set when some fields move and nothing else does; None where there is none.

        Args:
            worlds: The set.
            given: Worlds that can occur; both ends are among them.
            moved: The fields that move together.
            is_step: Whether the second point lies in the direction asked about, seen from the first.
        """
        inside = self.diagrams.both(given, worlds)
        outside = self.diagrams.without(given, worlds)
        for variable, component in enumerate(self.components):
            if not set(moved) & set(component.names):
                continue
            for first, second in _list_steps(component, moved, is_step):
                left = self.diagrams.fix(inside, variable, component.marks[first])
                right = self.diagrams.fix(outside, variable, component.marks[second])
                others = self.diagrams.both(left, right)
                if others != NEVER:
                    rest = self.find(others) or {}
                    before, after = ({**rest, **_own(component, place)} for place in (first, second))
                    return Step(before, after)
        return None


def _own(component: Component, place: int) -> Point:
    return {name: component.points[place][name] for name in component.names}


def _group(atoms: Iterable[Condition], ties: Sequence[Tie]) -> list[frozenset[str]]:
    """Return the sets of fields that some atom or tie links; ``as_of`` is held fixed and links nothing."""
    groups: list[frozenset[str]] = []

    def link(names: frozenset[str]) -> None:
        apart = [group for group in groups if not group & names]
        joined = names.union(*(group for group in groups if group & names))
        groups[:] = [*apart, joined]

    for atom in atoms:
        link(frozenset(spec.name for spec in list_fields(atom)) - {AS_OF} or frozenset({AS_OF}))
    used = frozenset().union(*groups) if groups else frozenset()
    pending = list(ties)
    while ready := [tie for tie in pending if used & set(tie.names)]:
        for tie in ready:
            link(frozenset(tie.names))
            used |= set(tie.names)
        pending = [tie for tie in pending if tie not in ready]
    return groups


def _build(
    group: frozenset[str], specs: Sequence[FieldSpec], atoms: Sequence[Condition], ties: Sequence[Tie], ground: Ground
) -> Component:
    own = [atom for atom in atoms if ({spec.name for spec in list_fields(atom)} - {AS_OF} or {AS_OF}) <= group]
    free = [spec for spec in specs if spec.name != AS_OF]
    points, exact = list_points(free, own, ground)
    mine = [tie for tie in ties if set(tie.names) <= group]
    kept = [point for point in points if all(tie.agrees(point) for tie in mine)]
    said = [tuple(holds(atom, point) for atom in own) for point in kept]
    signatures = list(dict.fromkeys(said)) or [tuple(False for _ in own)]
    return Component(
        names=tuple(spec.name for spec in free),
        atoms=tuple(own),
        points=tuple(kept),
        marks=tuple(signatures.index(one) for one in said),
        signatures=tuple(signatures),
        exact=exact,
    )


def _list_steps(component: Component, moved: Sequence[str], is_step: IsStep) -> list[tuple[int, int]]:
    """Return places of points of different classes, the second one a step from the first, each pair of classes once."""
    fixed = [name for name in component.names if name not in moved]
    groups: dict[tuple[object, ...], dict[int, list[int]]] = {}
    for place, point in enumerate(component.points):
        group = groups.setdefault(tuple(point[name] for name in fixed), {})
        group.setdefault(component.marks[place], []).append(place)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for group in groups.values():
        for marks in permutations(group, 2):
            if marks not in found:
                pairs = product(group[marks[0]], group[marks[1]])
                steps = (pair for pair in pairs if is_step(*(component.points[place] for place in pair)))
                found.update((marks, step) for step in islice(steps, 1))
    return list(found.values())


def is_rising(name: str, order: Sequence[object] | None = None) -> IsStep:
    """Return whether one field is larger in the second point; with an order, further along in it. Empty is neither."""

    def rises(before: Point, after: Point) -> bool:
        low, high = before[name], after[name]
        if low is None or high is None:
            return False
        if order is not None:
            return low in order and high in order and order.index(low) < order.index(high)
        return bool(low < high)  # type: ignore[operator]

    return rises


def is_dropped(name: str) -> IsStep:
    """Return whether a day has become empty, or a yes a no."""

    def drops(before: Point, after: Point) -> bool:
        return bool(before[name]) and not after[name]

    return drops


def say(example: Point, types: Sequence[FieldSpec] = ()) -> str:
    """Return an example in words, as a rule would write it."""
    kinds = {spec.name: spec.type for spec in types}
    words = []
    for name, value in sorted(example.items()):
        if kinds.get(name) is ValueType.BOOL or isinstance(value, bool):
            words.append(name if value else f"NOT {name}")
        elif value is None:
            words.append(f"{name} IS NULL")
        else:
            words.append(f"{name} = {value}")
    return "，".join(words)
