"""Grades and points on both sides: who moves between grades, and how far points move."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from credit_service.lookup.impact_types import CategoryShift, GradeMove
from credit_service.rulebook.schema import Rulebook

BANDS = (
    "降30分以上",
    "降20—30分",
    "降10—20分",
    "降5—10分",
    "降不足5分",
    "不变",
    "升不足5分",
    "升5—10分",
    "升10—20分",
    "升20—30分",
    "升30分以上",
)
"""How far points move, as `warehouse.impact_sql.SCORES` counts from −5 to 5; the nearer end belongs to a band."""
_MIDDLE = len(BANDS) // 2


def list_grades(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """Return every grade of both sides, best first, in the draft's order."""
    new = [grade.grade for grade in after.scoring.grades]
    old = [grade.grade for grade in before.scoring.grades]
    return (*new, *(grade for grade in old if grade not in new))


def read_shifts(scores: pl.DataFrame, before: Rulebook, after: Rulebook) -> tuple[CategoryShift, ...]:
    """Return grades and points of each category, 综合 first.

    Args:
        scores: `warehouse.impact.ComparisonFrames.scores`.
        before: The rules in force.
        after: The draft.
    """
    grades = list_grades(before, after)
    return tuple(
        _to_shift(category, after.category_name(category), scores.filter(pl.col("category") == category), grades)
        for category in sorted(scores["category"].unique().to_list())
    )


def _to_shift(category: int, name: str, scores: pl.DataFrame, grades: tuple[str, ...]) -> CategoryShift:
    rows = list(scores.iter_rows(named=True))
    moves: dict[tuple[str | None, str | None], int] = {}
    bands = [0] * len(BANDS)
    for row in rows:
        key = row["grade_before"], row["grade_after"]
        moves[key] = moves.get(key, 0) + row["subjects"]
        if row["band"] is not None:
            bands[row["band"] + _MIDDLE] += row["subjects"]
    order = [*grades, None]
    listed = sorted(moves, key=lambda key: (order.index(key[0]), order.index(key[1])))
    steps = [(b, a, moves[b, a]) for b, a in listed if b is not None and a is not None]
    return CategoryShift(
        category=category,
        name=name,
        moves=tuple(GradeMove(b, a, moves[b, a]) for b, a in listed),
        bands=tuple(bands),
        lowest=min((0, *_present(row["lowest"] for row in rows))),
        highest=max((0, *_present(row["highest"] for row in rows))),
        better=sum(number for b, a, number in steps if grades.index(a) < grades.index(b)),
        worse=sum(number for b, a, number in steps if grades.index(a) > grades.index(b)),
    )


def _present(values: Iterable[int | None]) -> Iterable[int]:
    return (value for value in values if value is not None)
