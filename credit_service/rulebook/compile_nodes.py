"""Nodes to SQLGlot expressions: the few operators of the language, each by a template of its own.

Before it are `nodes`, after it expressions that `compile_sql` sets into the steps. Nothing is transpiled freely: where
dialects differ (dates, whole-number division, empty values), the template here says what is meant.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from credit_service.rulebook.fields import AS_OF, FieldSpec, ValueType
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
from credit_service.rulebook.rounding import Rounding

_COMPARISONS: dict[Comparator, type[exp.Binary]] = {
    Comparator.EQ: exp.EQ,
    Comparator.NE: exp.NEQ,
    Comparator.LT: exp.LT,
    Comparator.LE: exp.LTE,
    Comparator.GT: exp.GT,
    Comparator.GE: exp.GTE,
}


def compile_condition(node: Condition, table: str = "") -> exp.Expr:
    """Return the expression of a condition, never NULL; columns are qualified with ``table`` where it is given."""
    if isinstance(node, Compare):
        both = _COMPARISONS[node.operator](this=_operand(node.left, table), expression=_operand(node.right, table))
        return _closed(both) if node.may_be_empty else both
    if isinstance(node, Within):
        inside = exp.In(this=_operand(node.item, table), expressions=[_operand(m, table) for m in node.members])
        return _closed(inside) if node.may_be_empty else inside
    if isinstance(node, Empty):
        empty = exp.Is(this=_field(node.item.spec, table), expression=exp.Null())
        return exp.Not(this=empty) if node.present else empty
    if isinstance(node, Truth):
        column = _field(node.item.spec, table)
        return _closed(column) if node.may_be_empty else column
    if isinstance(node, Not):
        return exp.Not(this=exp.Paren(this=compile_condition(node.item, table)))
    parts = [_grouped(item, table) for item in node.items]
    return exp.and_(*parts, wrap=False) if isinstance(node, Every) else exp.or_(*parts, wrap=False)


def as_of_day() -> exp.Expr:
    """Return the day of the question, ``$as_of``, as a date."""
    return exp.cast(exp.Parameter(this=exp.var(AS_OF)), "DATE")


def day(value: date) -> exp.Expr:
    """Return a fixed day; the text is made from a date, never from the text of a rule file."""
    return exp.cast(exp.Literal.string(value.isoformat()), "DATE")


def big(number: int) -> exp.Expr:
    """Return a whole number as 64 bits, because bare literals are 32 and their products overflow early."""
    return exp.cast(exp.Literal.number(number), "BIGINT")


def divide(value: exp.Expr, divisor: int, rounding: Rounding) -> exp.Expr:
    """Return a number divided and rounded as named: magnitude first, sign last, because engines differ below zero."""
    size: exp.Expr = exp.Abs(this=value.copy())
    if rounding.addend(divisor):
        size = exp.Paren(this=exp.Add(this=size, expression=big(rounding.addend(divisor))))
    share = exp.IntDiv(this=size, expression=big(divisor))
    return exp.Mul(this=exp.Sign(this=value), expression=exp.Paren(this=share))


def compile_operand(node: Operand, table: str = "") -> exp.Expr:
    """Return the expression of a value; NULL where a field that may be empty is."""
    return _operand(node, table)


def _operand(node: Operand, table: str) -> exp.Expr:
    if isinstance(node, Field):
        return _field(node.spec, table)
    if isinstance(node, Number | Day | Member):
        return _constant(node)
    if isinstance(node, Span):
        start, end = _operand(node.start, table), _operand(node.end, table)
        return _days(start, end) if node.unit is ValueType.DAYS else _months(start, end)
    return exp.Paren(this=_arithmetic(node, table))


def _constant(node: Number | Day | Member) -> exp.Expr:
    if isinstance(node, Number):
        return big(node.value)
    # Only names out of our own enumerations come here; no text of a rule file becomes a literal.
    return day(node.value) if isinstance(node, Day) else exp.Literal.string(node.name)


def _arithmetic(node: Sum | Product | Quotient, table: str) -> exp.Expr:
    if isinstance(node, Product):
        return exp.Mul(this=_operand(node.item, table), expression=big(node.factor))
    if isinstance(node, Quotient):
        return divide(_operand(node.item, table), node.divisor, node.rounding)
    operator = exp.Sub if node.minus else exp.Add
    return operator(this=_operand(node.left, table), expression=_operand(node.right, table))


def _field(spec: FieldSpec, table: str) -> exp.Expr:
    if spec.name == AS_OF:
        return as_of_day()
    column = exp.column(spec.source, table=table or None)
    if not spec.bit:
        return column
    share = exp.IntDiv(this=column, expression=exp.Literal.number(spec.bit))
    rest = exp.Mod(this=exp.Paren(this=share), expression=exp.Literal.number(2))
    return exp.EQ(this=rest, expression=exp.Literal.number(1))


def _days(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    return exp.cast(exp.Paren(this=exp.Sub(this=end, expression=start)), "BIGINT")


def _months(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Complete months by arithmetic on year, month and day, because date functions differ between engines."""
    count = exp.Sub(this=_month_number(end), expression=_month_number(start))
    early = exp.LT(this=exp.Day(this=end.copy()), expression=exp.Day(this=start.copy()))
    one_less = exp.Case(
        ifs=[exp.If(this=early, true=exp.Literal.number(1))],
        default=exp.Literal.number(0),
    )
    return exp.cast(exp.Paren(this=exp.Sub(this=count, expression=one_less)), "BIGINT")


def _month_number(day: exp.Expr) -> exp.Expr:
    years = exp.Mul(this=exp.Year(this=day.copy()), expression=exp.Literal.number(12))
    return exp.Paren(this=exp.Add(this=years, expression=exp.Month(this=day.copy())))


def _grouped(node: Condition, table: str) -> exp.Expr:
    compiled = compile_condition(node, table)
    return exp.Paren(this=compiled) if isinstance(node, Every | Some) else compiled


def _closed(condition: exp.Expr) -> exp.Expr:
    """Make an unknown value false: three-valued logic loses records without a word."""
    return exp.Coalesce(this=condition, expressions=[exp.false()])
