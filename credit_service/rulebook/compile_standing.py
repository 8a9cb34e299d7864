"""The steps ``parts`` and ``standing``: what records add up to, and points and grade with the rule's own scale.

Before it is the scoring rule, after it two queries for `compile_sql`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.compile_nodes import big
from credit_service.rulebook.decision_tables import number_category_caps
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_query


def compile_parts(rulebook: Rulebook) -> exp.Query:
    """Return the query of the sums by subject and item, with one sum for each group of honours that has a cap."""
    query = read_query("parts", {"kind_no": _number_kind()})
    if not isinstance(query, exp.Select):
        raise TypeError(type(query))
    for number in range(1, len(rulebook.scoring.caps) + 1):
        own = exp.EQ(this=exp.column("cap_no"), expression=exp.Literal.number(number))
        given = exp.Case().when(exp.and_(exp.column("is_honour"), own), exp.column("points"))
        total = exp.Sum(this=given.else_(exp.Literal.number(0)))
        query.select(exp.alias_(exp.cast(total, "BIGINT"), _honour(number)), copy=False)
    return query


def name_subject_kind() -> exp.Expr:
    """Return the kind of subject that ``kind_no`` of the parts stands for."""
    return _choose("kind_no", ((exp.Literal.number(no), exp.Literal.string(kind)) for no, kind in _number_kinds()))


def compile_standing(rulebook: Rulebook) -> exp.Query:
    """Return the query of the points, items and groups of honours capped as the rule says."""
    return read_query("standing", {**_scale(rulebook), "moved": _cap(rulebook), "honours": _honours(rulebook)})


def _number_kind() -> exp.Expr:
    """Return the number of a record's kind of subject: the least of numbers costs a fraction of the least of texts."""
    return _choose("subject_kind", ((exp.Literal.string(kind), exp.Literal.number(no)) for no, kind in _number_kinds()))


def _number_kinds() -> Iterable[tuple[int, str]]:
    """Return all kinds of subjects in the order of their names, which is the order their numbers keep."""
    return enumerate(sorted(kind.value for kind in SubjectKind), start=1)


def _choose(column: str, choices: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    case = exp.Case()
    for own, other in choices:
        case = case.when(exp.EQ(this=exp.column(column), expression=own), other)
    return case


def _honour(number: int) -> str:
    return f"honour_{number}"


def _honours(rulebook: Rulebook) -> exp.Expr:
    """Return what all groups of honours add, each up to its cap."""
    added: exp.Expr = big(0)
    for number, cap in enumerate(rulebook.scoring.caps, start=1):
        total = exp.cast(exp.Sum(this=exp.column(_honour(number))), "BIGINT")
        added = exp.Add(this=added, expression=exp.Least(this=total, expressions=[big(cap.points)]))
    return exp.Paren(this=added)


def _cap(rulebook: Rulebook) -> exp.Expr:
    """Return what an item takes: its own sum, or its cap where that is less."""
    own, default = number_category_caps(rulebook)
    moved, capped = exp.column("moved"), exp.Case()
    for number, most in own.items():
        of_item = exp.EQ(this=exp.column("category"), expression=exp.Literal.number(number))
        capped = capped.when(of_item, _at_most(moved, most))
    if default is not None:
        of_any = exp.GT(this=exp.column("category"), expression=exp.Literal.number(0))
        capped = capped.when(of_any, _at_most(moved, default))
    return capped.else_(moved) if capped.args.get("ifs") else moved


def _at_most(moved: exp.Expr, most: int) -> exp.Expr:
    return exp.Greatest(this=moved.copy(), expressions=[big(-most)])


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
