"""The governance rule as SQL: the steps of scoring up to the judged records, and one that says when each was open.

Before it is a rulebook, after it statements for `warehouse.measure_governance`, which counts. Category and windows of a
record come from the very step that scores it, so that a board and an assessment cannot disagree about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import sqlglot
from sqlglot import exp

from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.compile_sql import DIALECT, Statement, compile_scoring
from credit_service.rulebook.decision_tables import SqlTable
from credit_service.rulebook.nodes import Some
from credit_service.rulebook.schema import Rulebook

JUDGED = "judged"
"""The step of scoring after which every record has its category and its windows."""
_SLOT = "slot_leave_out"


@dataclass(frozen=True)
class CompiledGovernance:
    """Tables to lay down and statements to run; they leave the temporary table ``governed``."""

    tables: tuple[SqlTable, ...]
    steps: tuple[Statement, ...]


def compile_governance(rulebook: Rulebook) -> CompiledGovernance:
    """Return the rulebook's governance rule as SQL.

    **Shape**: ``governed`` has one row per adverse record: ``record_id subject_id is_person category agency_code
    region_code decided_on ended_on way overdue_after_on is_repeated first_learned_at``.
    """
    scoring = compile_scoring(rulebook)
    names = [step.name for step in scoring.steps]
    before = scoring.steps[: names.index(JUDGED) + 1]
    return CompiledGovernance((*scoring.tables, _terms(rulebook)), (*before, _governed(rulebook)))


def _terms(rulebook: Rulebook) -> SqlTable:
    rule = rulebook.governance_index
    columns = (
        ("governed_kind", "VARCHAR"),
        ("ends_mended", "BOOLEAN"),
        ("overdue_days", "INTEGER"),
        ("repeat_days", "INTEGER"),
    )
    rows = tuple((term.kind, term.ends_mended, term.overdue_days, rule.repeat.value) for term in rule.kinds)
    return SqlTable("rule_governance", columns, rows)


def _governed(rulebook: Rulebook) -> Statement:
    conditions = tuple(exclusion.when for exclusion in rulebook.governance_index.leave_out)
    left_out = exp.Paren(this=compile_condition(Some(conditions))) if conditions else exp.false()
    text = (files("credit_service.rulebook") / "sql" / "governed.sql").read_text(encoding="utf-8")
    create = exp.Create(
        this=exp.to_table("governed"),
        kind="TABLE",
        replace=True,
        expression=sqlglot.parse_one(text, dialect=DIALECT).transform(
            lambda node: left_out.copy() if isinstance(node, exp.Column) and node.name == _SLOT else node
        ),
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    parameters = sorted({found.name for found in create.find_all(exp.Parameter, exp.Placeholder)})
    return Statement("governed", create.sql(dialect=DIALECT, pretty=True, comments=False), tuple(parameters))
