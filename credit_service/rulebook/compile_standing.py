"""The step ``standing``: points and grade of each subject in each category and as a whole, with the rule's own scale.

Before it is the scoring rule, after it a query for `compile_sql`.
"""

from __future__ import annotations

from sqlglot import exp

from credit_service.rulebook.compile_nodes import big
from credit_service.rulebook.decision_tables import number_category_caps
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_query


def compile_standing(rulebook: Rulebook) -> exp.Query:
    """Return the query; where no item has a cap of its own, nothing is grouped by item to cap it."""
    query = read_query("standing", _scale(rulebook))
    if rulebook.scoring.category_caps:
        parts = read_query("capped_categories", {"capped": _cap(rulebook)})
        ours = {cte.alias: cte for cte in parts.ctes}
        kept = [ours.get(cte.alias, cte) for cte in query.ctes]
        query.args["with_"].set("expressions", [ours["by_category"], *kept])
    return query


def _cap(rulebook: Rulebook) -> exp.Expr:
    """Return what an item takes: its own sum, or its cap where that is less."""
    own, default = number_category_caps(rulebook)
    taken, capped = exp.column("taken"), exp.Case()
    for number, most in own.items():
        of_item = exp.EQ(this=exp.column("category"), expression=exp.Literal.number(number))
        capped = capped.when(of_item, _at_most(taken, most))
    if default is not None:
        of_any = exp.GT(this=exp.column("category"), expression=exp.Literal.number(0))
        capped = capped.when(of_any, _at_most(taken, default))
    return capped.else_(taken) if capped.args.get("ifs") else taken


def _at_most(taken: exp.Expr, most: int) -> exp.Expr:
    return exp.Greatest(this=taken.copy(), expressions=[big(-most)])


def _scale(rulebook: Rulebook) -> dict[str, exp.Expr]:
    scoring = rulebook.scoring
    worst = exp.Literal.string(scoring.grades[-1].grade)
    grade = exp.Case().when(exp.column("veto"), worst.copy())
    for step in scoring.grades[:-1]:
        reached = exp.GTE(this=exp.column("points"), expression=big(step.min_points))
        grade = grade.when(reached, exp.Literal.string(step.grade))
    return {
        "base": big(scoring.base),
        "floor": big(scoring.floor),
        "cap": big(scoring.cap),
        "grade": grade.else_(worst),
    }
