"""What came before a record as SQL: running sums over a subject's records in the order of their days.

Before it are `history` and the severity rules, after it the step ``history`` of `compile_sql`, which is made only where
a rule reads it. One pass in the order of days does it, whatever the number of a subject's records.
"""

from __future__ import annotations

from sqlglot import exp

from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.fields import ValueType
from credit_service.rulebook.history import History
from credit_service.rulebook.nodes import list_fields
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_expression, read_query

_DAY = "CAST(decided_on - CAST('2000-01-01' AS DATE) AS BIGINT)"
_MONTH = "CAST((YEAR(decided_on) * 12 + MONTH(decided_on)) * 32 + DAY(decided_on) AS BIGINT)"
"""Days are n complete months apart exactly when these numbers are 32 · n or more apart."""


def find_read_history(rulebook: Rulebook) -> list[History]:
    """Return what severity rules ask about earlier records, in the order it is declared."""
    names = {spec.name for rule in rulebook.severity if rule.when is not None for spec in list_fields(rule.when)}
    return [row for row in rulebook.history if row.name in names]


def compile_history(rows: list[History]) -> exp.Query:
    """Return one row per record with the number of earlier records each of ``rows`` asks for."""
    query = read_query("history")
    if not isinstance(query, exp.Select):
        raise TypeError(type(query))
    return query.select(*(exp.alias_(_count_earlier(row), row.name) for row in rows))


def _count_earlier(row: History) -> exp.Expr:
    fits = exp.and_(read_expression("repeated_id IS NULL"), exp.Paren(this=compile_condition(row.when)), wrap=False)
    one = exp.Case().when(fits, exp.Literal.number(1)).else_(exp.Literal.number(0))
    in_months = row.unit is ValueType.MONTHS
    reach = row.length * 32 - 1 if in_months else row.length - 1
    window = exp.Window(
        this=exp.Sum(this=one),
        partition_by=[exp.column(name) for name in ("subject_id", *row.same)],
        order=exp.Order(expressions=[exp.Ordered(this=read_expression(_MONTH if in_months else _DAY))]),
        spec=exp.WindowSpec(
            kind="RANGE",
            start=exp.Literal.number(reach),
            start_side="PRECEDING",
            end=exp.Literal.number(1),
            end_side="PRECEDING",
        ),
    )
    return exp.cast(exp.Coalesce(this=window, expressions=[exp.Literal.number(0)]), "BIGINT")
