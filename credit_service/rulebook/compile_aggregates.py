"""Aggregates to SQLGlot expressions, for a query that groups the records of a subject.

Before it are `aggregates`, after it columns of the steps that `compile_counts` makes.
"""

from __future__ import annotations

from sqlglot import exp

from credit_service.rulebook.aggregates import LARGEST_SUM, Aggregate, AggregateKind
from credit_service.rulebook.compile_nodes import big, compile_condition, compile_operand

_WIDE = "DECIMAL(38, 0)"
"""Holds the sum of `MOST_RECORDS` numbers of 64 bits, in either engine."""
_EXTREMES: dict[AggregateKind, type[exp.AggFunc]] = {
    AggregateKind.MAX: exp.Max,
    AggregateKind.LATEST: exp.Max,
    AggregateKind.MIN: exp.Min,
    AggregateKind.EARLIEST: exp.Min,
}


def compile_aggregate(aggregate: Aggregate, table: str = "") -> exp.Expr:
    """Return the expression of an aggregate over the rows of a group; NULL only for an extreme of no record."""
    when = compile_condition(aggregate.when, table)
    if aggregate.of is None:
        one = exp.Case().when(when, exp.Literal.number(1)).else_(exp.Literal.number(0))
        if aggregate.kind is AggregateKind.ANY:
            return exp.EQ(this=exp.Max(this=one), expression=exp.Literal.number(1))
        return exp.cast(exp.Sum(this=one), "BIGINT")
    value = compile_operand(aggregate.of, table)
    if aggregate.kind is not AggregateKind.SUM:
        return _EXTREMES[aggregate.kind](this=exp.Case().when(when, value))
    if not aggregate.sums_wide:
        return exp.cast(_or_zero(exp.Sum(this=exp.Case().when(when, value))), "BIGINT")
    total = _or_zero(exp.Sum(this=exp.Case().when(when, exp.cast(value, _WIDE))))
    lifted = exp.Greatest(this=total, expressions=[big(-LARGEST_SUM)])
    return exp.cast(exp.Least(this=lifted, expressions=[big(LARGEST_SUM)]), "BIGINT")


def _or_zero(total: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=total, expressions=[exp.Literal.number(0)])
