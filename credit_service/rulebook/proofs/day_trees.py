"""Days compared along a tree: each day is tried around those it is compared with, and nothing else.

Most rules compare days with the day of the question, or with the day of the decision. Where such comparisons form a
tree, each of them depends on one distance only, and the distances are independent: so the points are few, and every
class of every distance is met. Where they form a ring, or where a day that a proof moves has days hanging on it,
`classes` tries all days around all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credit_service.rulebook.fields import AS_OF, FieldSpec, ValueType
from credit_service.rulebook.nodes import Compare, Condition, Empty, Field, Within
from credit_service.rulebook.proofs.calendar_steps import may_meet, move_day
from credit_service.rulebook.proofs.linear import Linear, Term, read_differences

_NEAR = (-1, 0, 1)
_NEAR_MONTH_END = (-3, -2, -1, 0, 1, 2, 3)


@dataclass(frozen=True)
class Edge:
    """What one day is compared with another by: offsets in days and in complete months, and fixed days."""

    days: frozenset[int]
    months: frozenset[int]
    fixed: frozenset[date]

    @property
    def exact(self) -> bool:
        """Whether days and months on it never meet, so that it does not matter where in the year one stands."""
        return not may_meet(self.months, self.days)

    def list_days(self, start: date) -> list[date]:
        """Return the days that differ for some comparison, seen from a day."""
        found = {move_day(start, days=offset + near) for offset in self.days for near in _NEAR}
        found |= {move_day(move_day(start, months=m), days=near) for m in self.months for near in _NEAR_MONTH_END}
        found |= {move_day(day, days=near) for day in self.fixed for near in _NEAR}
        return sorted(found | {start})


Edges = Mapping[tuple[str, str], Edge]
"""By the name one comes from and the name one goes to."""


def list_tree_points(
    specs: Sequence[FieldSpec], atoms: Sequence[Condition], today: date, moved: Collection[str] = ()
) -> tuple[list[dict[str, object]], bool] | None:
    """Return the points of days that form a tree and whether they are exact; None where they form none.

    Args:
        specs: The fields of the component, without ``as_of``.
        atoms: Its comparisons.
        today: The day ``as_of`` stands at.
        moved: Days some proof moves while all others stand still.
    """
    if any(spec.type is not ValueType.DATE for spec in specs):
        return None
    edges = _read_edges(atoms)
    if edges is None:
        return None
    names = [spec.name for spec in specs]
    root = AS_OF if any(AS_OF in pair for pair in edges) else min(names, key=lambda name: (name in moved, name))
    if any(name == root or sum(1 for pair in edges if pair[0] == name) > 1 for name in moved if name in names):
        return None
    order = _order(root, names, edges)
    if order is None:
        return None
    empty = {spec.name for spec in specs if spec.nullable}
    starts: list[dict[str, object]] = [{root: today}]
    starts += [{root: None}] if root in empty else []
    points = [point for start in starts for point in _grow(start, order, edges, empty, today)]
    return [{AS_OF: today} | point for point in points], all(edge.exact for edge in edges.values())


def _grow(
    point: dict[str, object],
    order: Sequence[tuple[str, str]],
    edges: Edges,
    empty: set[str],
    today: date,
) -> Iterator[dict[str, object]]:
    """Yield every way to go on from a point along the rest of the tree."""
    if not order:
        yield point
        return
    (source, target), *rest = order
    start = point[source]
    days: list[object] = [*edges[source, target].list_days(start)] if isinstance(start, date) else [today]
    for day in [*days, None] if target in empty else days:
        yield from _grow({**point, target: day}, rest, edges, empty, today)


def _order(root: str, names: Sequence[str], edges: Edges) -> list[tuple[str, str]] | None:
    """Return the edges from the root outwards, or None where they are no tree over all the names."""
    known, order = [root], list[tuple[str, str]]()
    for source in known:
        for pair in edges:
            if pair[0] == source and pair[1] not in known:
                known.append(pair[1])
                order.append(pair)
    is_tree = len(order) * 2 == len(edges) and set(known) >= set(names)
    return order if is_tree else None


def _read_edges(atoms: Sequence[Condition]) -> Edges | None:
    """Return every edge in both directions; None where a comparison is not about one distance."""
    found: dict[tuple[str, str], list[tuple[str, int | date]]] = {}
    for atom in atoms:
        if isinstance(atom, Empty):
            continue
        sums = read_differences(atom) if isinstance(atom, Compare | Within) else None
        if sums is None:
            return None
        for linear in sums:
            read = _read_edge(linear)
            if read is None:
                return None
            for source, target, steps in read:
                found.setdefault((source, target), []).extend(steps)
    return {pair: _gather(steps) for pair, steps in found.items()}


def _gather(steps: Sequence[tuple[str, int | date]]) -> Edge:
    def pick(kind: str) -> list[int]:
        return [value for name, value in steps if name == kind and isinstance(value, int)]

    fixed = [value for _, value in steps if isinstance(value, date)]
    return Edge(frozenset(pick("days")), frozenset(pick("months")), frozenset(fixed))


def _read_edge(linear: Linear) -> list[tuple[str, str, list[tuple[str, int | date]]]] | None:
    """Return a comparison as steps from either end, or None where it is not about one distance of days."""
    terms, constant = linear.terms, linear.constant
    if len(terms) == 1:
        return _read_one(terms[0], constant)
    if len(terms) != 2 or {coefficient for _, coefficient in terms} != {1, -1}:
        return None
    (first, sign), (second, _) = terms
    if not isinstance(first, str) or not isinstance(second, str):
        return None
    # first - second + constant, or its negative, compared with zero: they turn where first = second - constant.
    offset = constant * sign
    return [(second, first, [("days", -offset)]), (first, second, [("days", offset)])]


def _read_one(term: tuple[Term, int], constant: int) -> list[tuple[str, str, list[tuple[str, int | date]]]] | None:
    span, coefficient = term
    turn = -constant // coefficient
    if isinstance(span, str):
        if span == AS_OF or not date.min.toordinal() <= turn <= date.max.toordinal():
            return None
        day = date.fromordinal(turn)
        return [(AS_OF, span, [("fixed", day)]), (span, AS_OF, [("fixed", day)])]
    if not isinstance(span.start, Field) or not isinstance(span.end, Field):
        return None
    start, end = span.start.spec.name, span.end.spec.name
    months = [turn - 1, turn, turn + 1]
    return [(start, end, [("months", m) for m in months]), (end, start, [("months", -m) for m in months])]
