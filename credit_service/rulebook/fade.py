"""The referee's arithmetic of points: weights and rounding by their definitions, in whole numbers and fractions.

It judges ``sql/judged.sql`` and the decay table: it shares no working with either.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from credit_service.rulebook.arithmetic import MILLION, Arithmetic, DecayKind, Since
from credit_service.rulebook.rounding import Rounding


def weigh(points_before: int, weight: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return points after decay, rounded once.

    **Units**: points in 10⁻⁴, weight in millionths.
    """
    return rounding.round(Fraction(points_before * weight, MILLION))


def fade(arithmetic: Arithmetic, severity: str | None, days: tuple[date, date, date], as_of: date) -> int:
    """Return the weight of a published record in millionths.

    Args:
        arithmetic: How the rule reckons.
        severity: Severity of the record, which may have a half-life of its own.
        days: The decision, the end of the shortest publicity and that of the longest.
        as_of: The day of the question.
    """
    decided_on, min_until, max_until = days
    start = (
        decided_on if arithmetic.decay is DecayKind.HALF_LIFE and arithmetic.since is Since.DECIDED_ON else min_until
    )
    if as_of <= start:
        return MILLION
    if as_of >= max_until:
        return 0
    if arithmetic.decay is DecayKind.LINEAR:
        share = Fraction((max_until - as_of).days, (max_until - min_until).days)
        return arithmetic.weight_rounding.round(share * MILLION)
    half_life = dict(arithmetic.half_lives)[severity or ""]
    return find_half_life_weight((as_of - start).days, half_life, arithmetic.weight_rounding)


def find_half_life_weight(age: int, half_life_days: int, rounding: Rounding) -> int:
    """Return 10⁶ · 2^(-age / half-life) rounded down or half up, by whole numbers alone.

    A weight w is not above the value when w^h · 2^age ≤ 10^(6h): no root is drawn, so nothing is inexact.
    """
    part = 2 if rounding is Rounding.HALF_UP else 1
    bound = (part * MILLION) ** half_life_days
    low, high = 0, MILLION
    while low < high:
        middle = (low + high + 1) // 2
        # Half up reaches w as soon as the value is w - 1/2, that is, half of 2w - 1.
        reached = part * middle - (part - 1)
        if reached**half_life_days << age <= bound:
            low = middle
        else:
            high = middle - 1
    return low
