"""Near misses as SQL: the query of a proposal, asked with the grade on the other side of each threshold.

Before it is the query by which a rule proposes, after it the temporary table ``near`` of `compile_sql`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlglot import exp

from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope
from credit_service.rulebook.compile_nodes import big, compile_condition
from credit_service.rulebook.near_misses import Edge, list_edges
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.schema import Rulebook

_NOBODY = """
SELECT 0 AS proposal_no, CAST('' AS VARCHAR) AS subject_id, 0 AS category, CAST(0 AS BIGINT) AS points,
    CAST(0 AS BIGINT) AS missing
WHERE FALSE
"""


def compile_near_misses(rulebook: Rulebook, propose: Callable[[int, CandidateRule, exp.Expr], exp.Query]) -> exp.Query:
    """Return who is within reach of which rule.

    Args:
        rulebook: The rules.
        propose: The query of a rule, by its number, with a condition in place of its own.

    **Shape**: ``proposal_no subject_id category points missing``, one row per subject, category and rule.
    """
    parts = [
        _near(edge, rule, rule.when, partial(propose, place, rule))
        for place, rule in enumerate(rulebook.candidates.rules, start=1)
        for edge in list_edges(rulebook, rule)
        if rule.when is not None
    ]
    everybody = exp.union(*parts, distinct=False) if len(parts) > 1 else next(iter(parts), exp.maybe_parse(_NOBODY))
    keys = ("proposal_no", "subject_id", "category", "points")
    return (
        exp.select(*keys, exp.alias_(exp.Min(this=exp.column("missing")), "missing"))
        .from_(everybody.subquery("within_reach"))
        .group_by(*keys)
    )


def _near(edge: Edge, rule: CandidateRule, when: Condition, propose: Callable[[exp.Expr], exp.Query]) -> exp.Query:
    is_whole = rule.scope is CandidateScope.SUBJECT
    points, grade, veto = (f"whole_{name}" if is_whole else name for name in ("points", "grade", "veto"))
    own = exp.column(points, table="s")
    beyond = {points: big(edge.goal), grade: exp.Literal.string(edge.grade)}
    condition = exp.and_(
        exp.Between(this=own.copy(), low=big(edge.first), high=big(edge.last)),
        exp.Not(this=exp.column(veto, table="s")),
        exp.Not(this=exp.Paren(this=compile_condition(when, "s"))),
        exp.Paren(this=_replace(compile_condition(when, "s"), beyond)),
        wrap=False,
    )
    category = exp.column("category", table="r") if rule.scope is CandidateScope.CATEGORY else exp.Literal.number(0)
    missing = exp.Abs(this=exp.Paren(this=exp.Sub(this=own.copy(), expression=big(edge.goal))))
    query = propose(condition)
    return query.select(
        query.selects[0],
        exp.column("subject_id", table="r"),
        exp.alias_(category, "category"),
        exp.alias_(own, "points"),
        exp.alias_(missing, "missing"),
        append=False,
    )


def _replace(tree: exp.Expr, values: dict[str, exp.Expr]) -> exp.Expr:
    """Return a condition about a standing with other values in place of some of its columns."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in values:
            return values[node.name].copy()
        return node

    return tree.transform(replace)
