"""The vetting rule as SQL: judge the records of the subjects in question, and find every condition they meet.

Before it is a checked rulebook, after it tables and statements for the warehouse, which knows who the nominees are. The
records are judged by the very steps an assessment takes (`compile_sql.compile_judging`); the last statement lays down
``vetting_hits``. It runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from credit_service.errors import RuleNotInForce
from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.compile_sql import DIALECT, Statement, compile_judging
from credit_service.rulebook.decision_tables import SqlTable
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_query
from credit_service.rulebook.vetting_types import Vetting, VettingCondition

HITS = "vetting_hits"
"""Temporary table: one row per record of a subject in question and condition it meets."""


@dataclass(frozen=True)
class CompiledVetting:
    """Everything the warehouse needs.

    **Shape**: the steps fill ``judged`` and ``vetting_hits`` (``rule subject_id record_id until_on``); of the tables,
    ``rule_vetting_award`` says which condition is asked for which award (``of_rule for_award is_bar``).
    """

    tables: tuple[SqlTable, ...]
    steps: tuple[Statement, ...]


def get_vetting(rulebook: Rulebook) -> Vetting:
    """Return the vetting rule of a rulebook.

    Raises:
        RuleNotInForce: It has none.
    """
    if rulebook.vetting is None:
        message = f"{rulebook.as_of}没有生效的评先评优信用审查规则。"
        remedy = "请核对日期；或者在 rules/vetting/ 中补充规则，由两人采用后再审查（credit rules adopt）。"
        raise RuleNotInForce(message, remedy=remedy, kind="vetting")
    return rulebook.vetting


def compile_vetting(rulebook: Rulebook, only_in: str) -> CompiledVetting:
    """Return the vetting rule as SQL.

    Args:
        rulebook: The rules.
        only_in: A table with a column ``subject_id``; only their records are looked at.

    Raises:
        RuleNotInForce: No vetting rule is in force.
    """
    vetting = get_vetting(rulebook)
    tables, steps = compile_judging(rulebook, only_in)
    asked = [
        (condition.entry.rule_id, award.id, condition.effect.value == "bar")
        for condition in vetting.conditions
        for award in vetting.awards
        if condition.is_for(award.id)
    ]
    columns = (("of_rule", "VARCHAR"), ("for_award", "VARCHAR"), ("is_bar", "BOOLEAN"))
    hits = [_find_hits(condition) for condition in vetting.conditions]
    body = exp.union(*hits, distinct=False) if len(hits) > 1 else (hits or [read_query("no_hit")])[0]
    create = exp.Create(
        this=exp.to_table(HITS),
        kind="TABLE",
        replace=True,
        expression=body,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    parameters = sorted({found.name for found in create.find_all(exp.Parameter, exp.Placeholder)})
    text = create.sql(dialect=DIALECT, pretty=True, comments=False)
    return CompiledVetting(
        tables=(*tables, SqlTable("rule_vetting_award", columns, tuple(asked))),
        steps=(*steps, Statement(HITS, text, tuple(parameters))),
    )


def _find_hits(condition: VettingCondition) -> exp.Query:
    slots = {
        "rule": exp.Literal.string(condition.entry.rule_id),
        "condition": exp.Paren(this=compile_condition(condition.condition, "r")),
        "outside": _find_outside(condition.months),
    }
    return read_query("vetting_hit", slots)


def _find_outside(months: int | None) -> exp.Expr:
    """Return the first day on which so many months are complete; NULL where the condition has no window."""
    if months is None:
        return exp.cast(exp.Null(), "DATE")
    query = read_query("vetting_outside", {"months": exp.Literal.number(months)})
    outside: exp.Expr = query.expressions[0].copy()
    return outside
