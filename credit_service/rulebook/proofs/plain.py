"""Conditions with every value they read as a field of its own name, so that a proof may give each one any value.

Before it are the nodes of a rule, after it the same tree in which a bit of a column is a yes-or-no field, and a value
reckoned over a subject's records is a field too: the proofs treat it as free, which can only make them see more worlds
than there are, never fewer.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from credit_service.rulebook.fields import FieldSpec
from credit_service.rulebook.nodes import (
    Compare,
    Condition,
    Day,
    Empty,
    Every,
    Field,
    Member,
    Not,
    Number,
    Product,
    Quotient,
    Some,
    Span,
    Sum,
    Truth,
    Within,
)

N = TypeVar("N")
_KEPT = (Number, Member, Day)
_BUILT = (Compare, Within, Empty, Truth, Not, Every, Some, Sum, Span, Product, Quotient)


def to_plain(condition: Condition) -> Condition:
    """Return the condition over fields that each are a value of their own."""
    return _plain(condition)


def list_atoms(condition: Condition) -> list[Condition]:
    """Return the comparisons and questions a condition is made of, each once, in order."""
    if isinstance(condition, Every | Some):
        return list(dict.fromkeys(atom for item in condition.items for atom in list_atoms(item)))
    return list_atoms(condition.item) if isinstance(condition, Not) else [condition]


def _plain(node: N) -> N:
    if isinstance(node, Field):
        spec = node.spec
        free = FieldSpec(spec.name, spec.type, spec.nullable, spec.members, most=spec.most)
        return replace(node, spec=free)
    if isinstance(node, _KEPT) or not is_dataclass(node) or isinstance(node, type):
        return node
    if not isinstance(node, _BUILT):
        return cast("N", _free(node))
    changes: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        changes[part.name] = tuple(_plain(item) for item in value) if isinstance(value, tuple) else _plain(value)
    return replace(node, **changes)


def _free(node: Any) -> Any:  # noqa: ANN401 - any node that stands for one value, whichever there will be.
    return Field(FieldSpec(repr(node), node.type, nullable=node.nullable, most=node.largest))
