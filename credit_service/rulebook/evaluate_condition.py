"""The slow, obvious reading of a condition: one row, plain Python, no trick.

It judges `compile_nodes`: property tests hold the two equal. It deliberately optimises nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import singledispatch
from typing import Any

from credit_service.rulebook.fields import ValueType
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    Day,
    Empty,
    Every,
    Field,
    Member,
    Not,
    Number,
    Operand,
    Product,
    Quotient,
    Some,
    Span,
    Sum,
    Truth,
    Within,
)

Row = Mapping[str, object]
_COMPARISONS: dict[Comparator, Callable[[Any, Any], Any]] = {
    Comparator.EQ: operator.eq,
    Comparator.NE: operator.ne,
    Comparator.LT: operator.lt,
    Comparator.LE: operator.le,
    Comparator.GT: operator.gt,
    Comparator.GE: operator.ge,
}


@singledispatch
def holds(node: Condition, row: Row) -> bool:
    """Return whether a condition holds of a row; an empty value makes the comparison it stands in false."""
    raise TypeError(type(node), row)


@holds.register
def _(node: Compare, row: Row) -> bool:
    left, right = value_of(node.left, row), value_of(node.right, row)
    return left is not None and right is not None and bool(_COMPARISONS[node.operator](left, right))


@holds.register
def _(node: Within, row: Row) -> bool:
    value = value_of(node.item, row)
    return value is not None and any(value == value_of(member, row) for member in node.members)


@holds.register
def _(node: Empty, row: Row) -> bool:
    return (value_of(node.item, row) is not None) is node.present


@holds.register
def _(node: Truth, row: Row) -> bool:
    return bool(value_of(node.item, row))


@holds.register
def _(node: Not, row: Row) -> bool:
    return not holds(node.item, row)


@holds.register
def _(node: Every, row: Row) -> bool:
    return all(holds(item, row) for item in node.items)


@holds.register
def _(node: Some, row: Row) -> bool:
    return any(holds(item, row) for item in node.items)


def count_months(start: date, end: date) -> int:
    """Return the complete months between two days, as `nodes.Span` defines them."""
    return (end.year * 12 + end.month) - (start.year * 12 + start.month) - (end.day < start.day)


@singledispatch
def value_of(node: Operand, row: Row) -> object:
    """Return a value out of a row; None where a field it needs is empty."""
    raise TypeError(type(node), row)


@value_of.register
def _(node: Field, row: Row) -> object:
    value = row[node.spec.source]
    if node.spec.bit and isinstance(value, int):
        return (value & node.spec.bit) != 0
    return value


@value_of.register
def _(node: Number, row: Row) -> object:
    return node.value


@value_of.register
def _(node: Member, row: Row) -> object:
    return node.name


@value_of.register
def _(node: Sum, row: Row) -> object:
    left, right = value_of(node.left, row), value_of(node.right, row)
    if not isinstance(left, int) or not isinstance(right, int):
        return None
    return left - right if node.minus else left + right


@value_of.register
def _(node: Day, row: Row) -> object:
    return node.value


@value_of.register
def _(node: Product, row: Row) -> object:
    value = value_of(node.item, row)
    return value * node.factor if isinstance(value, int) else None


@value_of.register
def _(node: Quotient, row: Row) -> object:
    value = value_of(node.item, row)
    return node.rounding.round(Fraction(value, node.divisor)) if isinstance(value, int) else None


@value_of.register
def _(node: Span, row: Row) -> object:
    start, end = value_of(node.start, row), value_of(node.end, row)
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    return (end - start).days if node.unit is ValueType.DAYS else count_months(start, end)
