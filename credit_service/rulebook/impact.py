"""Two compiled rulebooks to one plan that runs both over the same facts and does nothing twice that is the same.

Before it are the rules in force and a draft, both compiled; after it the warehouse has, beside the tables of the rules
in force (``judged``, ``standing``, ``proposed`` …), the draft's under the same names with ``draft_`` before them. A
step that the draft leaves as it is runs once. It stores nothing: the steps that fill ``scores``, ``reasons`` and
``candidates`` are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from credit_service.rulebook.compile_sql import DIALECT, CompiledScoring, Statement
from credit_service.rulebook.decision_tables import SqlTable

DRAFT = "draft_"
"""What stands before the name of a table of the draft."""
COMPARED = ("judged", "standing", "proposed")
"""Tables that are there on both sides, whatever the draft changes."""


@dataclass(frozen=True)
class ComparisonPlan:
    """What the warehouse lays down and runs, in order."""

    tables: tuple[SqlTable, ...]
    steps: tuple[Statement, ...]
    shared: frozenset[str]
    """Names of the tables that the draft leaves as they are."""


@dataclass(frozen=True)
class _Step:
    """A step that makes a temporary table, read back as a tree."""

    statement: Statement
    tree: exp.Create
    makes: str
    reads: frozenset[str]


def plan_comparison(before: CompiledScoring, after: CompiledScoring) -> ComparisonPlan:
    """Return how to run two rulebooks beside each other.

    Args:
        before: The rules in force.
        after: The draft.

    **Shape**: afterwards every name of `COMPARED` exists bare and with `DRAFT` before it.
    """
    known = {table.name: table for table in before.tables}
    first = _read_steps(before)
    made = {step.makes: step.statement.sql for step in first}
    tables = list(before.tables)
    steps = [step.statement for step in first]
    shared: set[str] = set()
    changed: set[str] = set()
    for table in after.tables:
        if known.get(table.name) == table:
            shared.add(table.name)
        else:
            changed.add(table.name)
            tables.append(replace(table, name=DRAFT + table.name))
    for step in _read_steps(after):
        if made.get(step.makes) == step.statement.sql and not step.reads & changed:
            shared.add(step.makes)
        else:
            changed.add(step.makes)
            steps.append(_rename(step, changed))
    steps += [_stand_in(name) for name in COMPARED if name in shared]
    return ComparisonPlan(tuple(tables), tuple(steps), frozenset(shared))


def _read_steps(compiled: CompiledScoring) -> list[_Step]:
    """Return the steps that `COMPARED` rests on; whatever else a run makes or stores is passed over."""
    found: list[_Step] = []
    for statement in compiled.steps:
        tree = sqlglot.parse_one(statement.sql, dialect=DIALECT)
        if isinstance(tree, exp.Create):
            names = {table.name for table in tree.find_all(exp.Table)}
            inside = {common.alias for common in tree.find_all(exp.CTE)}
            makes = tree.this.name
            found.append(_Step(statement, tree, makes, frozenset(names - inside - {makes})))
    needed = set(COMPARED)
    for step in reversed(found):
        if step.makes in needed:
            needed |= step.reads
    return [step for step in found if step.makes in needed]


def _rename(step: _Step, changed: Iterable[str]) -> Statement:
    """Return a step of the draft that makes and reads the draft's tables; columns keep the names they are called by."""
    own = {step.makes, *(step.reads & set(changed))}
    tree = step.tree.copy()
    for table in list(tree.find_all(exp.Table)):
        if table.name not in own:
            continue
        if table is not tree.this and not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(DRAFT + table.name))
    sql = tree.sql(dialect=DIALECT, pretty=True, comments=False)
    return Statement(DRAFT + step.statement.name, sql, step.statement.parameters)


def _stand_in(name: str) -> Statement:
    """Return a view that gives the draft's name to a table that both sides share."""
    create = exp.Create(
        this=exp.to_table(DRAFT + name),
        kind="VIEW",
        replace=True,
        expression=exp.select("*").from_(name),
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    return Statement(DRAFT + name, create.sql(dialect=DIALECT, pretty=True), ())
