"""Comparisons as sums: coefficients of fields, and a constant, compared with zero.

Before it is one comparison out of a condition, after it its terms, from which `classes` reads where the comparison can
change. Dates count as day numbers; a span of months is a term of its own, because months are no fixed number of days.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.rulebook.fields import ValueType
from credit_service.rulebook.nodes import Compare, Day, Field, Number, Operand, Product, Span, Sum, Within

Term = str | Span


@dataclass(frozen=True)
class Linear:
    """A sum of terms with coefficients, and a constant."""

    terms: tuple[tuple[Term, int], ...]
    constant: int

    def plus(self, other: Linear, times: int = 1) -> Linear:
        """Return this sum with another one added so many times."""
        sums = dict(self.terms)
        for term, coefficient in other.terms:
            sums[term] = sums.get(term, 0) + times * coefficient
        kept = tuple((term, coefficient) for term, coefficient in sums.items() if coefficient)
        return Linear(kept, self.constant + times * other.constant)


def read_linear(node: Operand) -> Linear | None:
    """Return a value as a sum, or None where it is none (a division, which rounds)."""
    if isinstance(node, Number | Day):
        return Linear((), node.value if isinstance(node, Number) else node.value.toordinal())
    if isinstance(node, Field):
        return Linear(((node.spec.name, 1),), 0)
    if isinstance(node, Span) and node.unit is ValueType.MONTHS:
        return Linear(((node, 1),), 0)
    if isinstance(node, Product):
        inner = read_linear(node.item)
        return Linear((), 0).plus(inner, node.factor) if inner else None
    if isinstance(node, Sum | Span):
        first, second, sign = (
            (node.left, node.right, -1 if node.minus else 1) if isinstance(node, Sum) else (node.end, node.start, -1)
        )
        left, right = read_linear(first), read_linear(second)
        return left.plus(right, sign) if left and right else None
    return None


def read_differences(atom: Compare | Within) -> list[Linear] | None:
    """Return the sums whose sign decides a comparison of numbers or dates; None where one of them is no sum."""
    pairs = [(atom.left, atom.right)] if isinstance(atom, Compare) else [(atom.item, member) for member in atom.members]
    found: list[Linear] = []
    for first, second in pairs:
        left, right = read_linear(first), read_linear(second)
        if left is None or right is None:
            return None
        found.append(left.plus(right, -1))
    return found


def list_constants(node: Operand) -> list[int]:
    """Return every number a value names, whatever it does with it."""
    if isinstance(node, Number):
        return [node.value]
    if isinstance(node, Sum):
        return list_constants(node.left) + list_constants(node.right)
    if isinstance(node, Span | Field | Day):
        return []
    own = [value for value in (getattr(node, "factor", None), getattr(node, "divisor", None)) if value is not None]
    item = getattr(node, "item", None)
    return own + (list_constants(item) if item is not None else [])
