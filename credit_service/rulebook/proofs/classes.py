"""The values worth trying: on, just below and just above everything a rule compares with.

Before it are the fields of one component (fields that some comparison links) and its comparisons, after it a list of
points. For a field compared with constants, and for fields compared with each other by differences, the points meet
every class there is: a solution of such comparisons can always be moved to a bound or to a sum of differences from one,
one step aside for each strict comparison. For anything else the points are a search, and the component says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from credit_service.rulebook.evaluate_condition import value_of
from credit_service.rulebook.fields import AS_OF, LARGEST, NUMERIC, FieldSpec, ValueType
from credit_service.rulebook.nodes import Compare, Condition, Operand, Span, Within, list_fields
from credit_service.rulebook.proofs.calendar_steps import may_meet, move_day
from credit_service.rulebook.proofs.day_trees import list_tree_points
from credit_service.rulebook.proofs.diagrams import TooTangled
from credit_service.rulebook.proofs.linear import Linear, list_constants, read_differences

Point = dict[str, object]
MOST_POINTS = 40_000
_SIGNED = frozenset({ValueType.POINTS, ValueType.DAYS, ValueType.MONTHS})
_EARLIEST, _LATEST = date(1950, 1, 1), date(2150, 1, 1)


@dataclass(frozen=True)
class Steps:
    """What the comparisons of a component say about where they change."""

    bounds: frozenset[int]
    """Values a single field is compared with."""
    differences: frozenset[int]
    """Distances between two fields."""
    months: frozenset[int]
    sums: frozenset[int]
    """Values two fields together are compared with."""
    exact: bool


@dataclass(frozen=True)
class Ground:
    """What a proof holds fixed or knows beforehand."""

    today: date
    """The day ``as_of`` stands at."""
    ranges: Mapping[str, tuple[int, int]]
    """Lowest and highest value of a number, where it is not that of its type."""
    bounds: Mapping[str, tuple[int, ...]]
    """Further values at which something changes, such as the points a grade begins at."""
    moved: frozenset[str] = frozenset()
    """Days some proof moves while all others stand still."""


def list_points(specs: Sequence[FieldSpec], atoms: Sequence[Condition], ground: Ground) -> tuple[list[Point], bool]:
    """Return the points of a component and whether they meet every class.

    Raises:
        TooTangled: There are too many.
    """
    tree = list_tree_points(specs, atoms, ground.today, ground.moved)
    if tree is not None:
        if len(tree[0]) > MOST_POINTS:
            raise TooTangled
        return tree
    steps = _read_steps(specs, atoms, ground)
    choices = [_list_values(spec, specs, steps, ground) for spec in specs]
    size = 1
    for values in choices:
        size *= len(values)
    if size > MOST_POINTS:
        raise TooTangled
    names = [spec.name for spec in specs]
    pinned: Point = {AS_OF: ground.today}
    return [pinned | dict(zip(names, values, strict=True)) for values in product(*choices)], steps.exact


def _read_steps(specs: Sequence[FieldSpec], atoms: Sequence[Condition], ground: Ground) -> Steps:
    found: dict[str, set[int]] = {"bound": set(), "difference": set(), "months": set(), "sum": set(), "other": set()}
    exact = True
    for atom in atoms:
        if not isinstance(atom, Compare | Within) or _is_named(atom):
            continue
        sums = read_differences(atom)
        if sums is None:
            turns, is_monotone = _bisect(atom, ground)
            found["bound"] |= turns
            exact = exact and is_monotone
        for linear in sums or ():
            kind, values = _place(linear)
            found[kind] |= values
    free = sum(1 for spec in specs if spec.name != AS_OF)
    return Steps(
        bounds=frozenset(found["bound"] | found["other"]),
        differences=frozenset(found["difference"]),
        months=frozenset(found["months"]),
        sums=frozenset(found["sum"]),
        exact=exact
        and not found["other"]
        and (not found["sum"] or free <= 2)
        and (not found["months"] or (free == 1 and not may_meet(found["months"], found["difference"]))),
    )


def _is_named(atom: Compare | Within) -> bool:
    side = atom.left if isinstance(atom, Compare) else atom.item
    return side.type is ValueType.ENUM


def _place(linear: Linear) -> tuple[str, set[int]]:
    """Return what a sum compared with zero says, and the values around which it changes sign."""
    terms, constant = linear.terms, linear.constant
    if not terms:
        return "bound", set()
    if len(terms) == 1:
        term, coefficient = terms[0]
        turn = -constant // coefficient
        return ("months" if isinstance(term, Span) else "bound"), {turn - 1, turn, turn + 1}
    coefficients = [coefficient for _, coefficient in terms]
    if any(isinstance(term, Span) for term, _ in terms) or len(terms) != 2 or set(coefficients) - {1, -1}:
        return "other", {constant, -constant}
    if sum(coefficients):
        return "sum", {-constant * coefficients[0]}
    return "difference", {constant, -constant}


def _bisect(atom: Compare | Within, ground: Ground) -> tuple[set[int], bool]:
    """Return where a comparison with a division changes, and whether that is all there is to know.

    A value reckoned from one field rises or falls with it throughout, so that the place is found by halving.
    """
    sides = [atom.left, atom.right] if isinstance(atom, Compare) else [atom.item, *atom.members]
    names = {spec.name: spec for side in sides for spec in list_fields(side)}
    moving = [side for side in sides if list(list_fields(side))]
    constants = [value for side in sides for value in list_constants(side)]
    if len(names) != 1 or len(moving) != 1 or len(list(list_fields(moving[0]))) != 1:
        return {step for value in constants for step in (value - 1, value, value + 1)}, False
    (spec,) = names.values()
    low, high = find_range(spec, ground)
    found: set[int] = set()
    for side in sides:
        if side is not moving[0]:
            target = value_of(side, {})
            for least in (target, target + 1) if isinstance(target, int) else ():
                turn = _find_turn(moving[0], spec.name, (low, high), least)
                found |= {turn - 1, turn, turn + 1}
    return found, True


def _find_turn(side: Operand, name: str, within: tuple[int, int], least: int) -> int:
    """Return the first value of the field from which on the side has, or no longer has, at least ``least``."""

    def reaches(value: int) -> bool:
        made = value_of(side, {name: value})
        return isinstance(made, int) and made >= least

    low, high = within
    at_low = reaches(low)
    while low < high:
        middle = (low + high) // 2
        if reaches(middle) is at_low:
            low = middle + 1
        else:
            high = middle
    return low


def find_range(spec: FieldSpec, ground: Ground) -> tuple[int, int]:
    """Return the lowest and the highest value a number may have."""
    most = spec.most or LARGEST.get(spec.type, 0)
    return ground.ranges.get(spec.name, (-most if spec.type in _SIGNED else 0, most))


def _list_values(spec: FieldSpec, specs: Sequence[FieldSpec], steps: Steps, ground: Ground) -> list[object]:
    empty: list[object] = [None] if spec.nullable else []
    if spec.type is ValueType.BOOL:
        return [*empty, False, True]
    if spec.type is ValueType.ENUM:
        return [*empty, *spec.members]
    if spec.type is ValueType.DATE:
        return [*empty, *_list_days(specs, steps, ground)]
    if spec.type not in NUMERIC:
        raise TooTangled
    low, high = find_range(spec, ground)
    further = {near for value in ground.bounds.get(spec.name, ()) for near in (value - 1, value, value + 1)}
    reached = _spread({low, high, *steps.bounds} | further, steps, len(specs))
    return [*empty, *sorted({min(max(value, low), high) for value in reached})]


def _spread(base: set[int], steps: Steps, size: int) -> set[int]:
    """Return the values reached from some by the distances of a component of so many fields."""
    reached = set(base)
    for _ in range(size if size > 1 else 0):
        reached |= {value + step for value in reached for step in steps.differences}
        reached |= {total - value for value in reached for total in steps.sums}
        reached |= {(a + b) // 2 + near for a in steps.sums for b in steps.differences for near in (0, 1)}
    jitter = range(-size, size + 1) if size > 1 else range(1)
    return {value + step for value in reached for step in jitter}


def _list_days(specs: Sequence[FieldSpec], steps: Steps, ground: Ground) -> list[date]:
    """Return the days around today, and around every fixed day, that differ for some comparison."""
    size = len(specs)
    reached = {ground.today} | {date.fromordinal(day) for day in steps.bounds}
    for _ in range(size):
        reached |= {move_day(day, days=step) for day in reached for step in steps.differences}
        reached |= {
            move_day(day, months=step) for day in reached for step in {*steps.months, *(-m for m in steps.months)}
        }
    jitter = max(size, 3 if steps.months else 0)
    days = {move_day(day, days=step) for day in reached for step in range(-jitter, jitter + 1)}
    return sorted(day for day in days if _EARLIEST <= day <= _LATEST)
