"""The slow, obvious reading of an aggregate: a list of rows, plain Python. It judges `compile_aggregates`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from credit_service.rulebook.aggregates import LARGEST_SUM, Aggregate, AggregateKind
from credit_service.rulebook.evaluate_condition import Row, holds, value_of


def reckon(aggregate: Aggregate, rows: Sequence[Row]) -> object:
    """Return the value of an aggregate over the records of one subject; None for an extreme of no record."""
    fitting = [row for row in rows if holds(aggregate.when, row)]
    if aggregate.of is None:
        return bool(fitting) if aggregate.kind is AggregateKind.ANY else len(fitting)
    values: list[Any] = [value_of(aggregate.of, row) for row in fitting]
    known = [value for value in values if value is not None]
    match aggregate.kind:
        case AggregateKind.SUM:
            return max(-LARGEST_SUM, min(sum(known), LARGEST_SUM))
        case AggregateKind.MAX | AggregateKind.LATEST:
            return max(known, default=None)
        case _:
            return min(known, default=None)
