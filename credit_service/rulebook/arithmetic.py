"""How a scoring rule reckons: which clock chooses a dated row, how points fade, how fractions become whole numbers.

Before it lie the scoring rule's own words; after it `compile_arithmetic` (SQL) and `fade` (the referee), each with a
working of its own. Everything is whole numbers: points in 10⁻⁴, weights in millionths.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from credit_service.rulebook.rounding import Rounding

MILLION = 1_000_000
MOST_PUBLISHED_DAYS = 3660
"""Nothing is published for more than 120 months (`read_terms`), so no record that still counts is older than this."""
_DECIMAL_ROUNDINGS = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.DOWN: ROUND_DOWN}
WEIGHT_ROUNDINGS = frozenset(_DECIMAL_ROUNDINGS)
"""A weight rounded up would never reach zero."""


class Clock(StrEnum):
    """Which day chooses among dated rows."""

    AS_OF = "as_of"
    """The day of the question: the rule as it stands then."""
    DECIDED_ON = "decided_on"
    """The day of the act: the rule of that time governs it for good."""


class DecayKind(StrEnum):
    """How points fade with time."""

    LINEAR = "linear"
    """In full until the shortest publicity ends, then in a straight line to nothing when the longest ends."""
    HALF_LIFE = "half_life"
    """Half as much after each half-life, and nothing from the day the longest publicity ends."""


class Since(StrEnum):
    """From which day a half-life runs."""

    DECIDED_ON = "decided_on"
    MIN_UNTIL = "min_until"


@dataclass(frozen=True)
class Arithmetic:
    """What a scoring rule says of rounding and decay."""

    rounding: Rounding = Rounding.HALF_UP
    """Of points, once per record."""
    decay: DecayKind = DecayKind.LINEAR
    weight_rounding: Rounding = Rounding.DOWN
    since: Since = Since.MIN_UNTIL
    half_lives: tuple[tuple[str, int], ...] = ()
    """Days by severity; empty unless the decay is by half-life."""


@lru_cache(maxsize=64)
def list_weights(half_life_days: int, rounding: Rounding) -> tuple[tuple[int, int], ...]:
    """Return (age in days, weight in millionths) from one day on, until nothing is left or published any more.

    **Units**: ages in whole days; weights are 10⁶ · 2^(-age / half-life), reckoned to 60 digits and rounded as named.
    """
    rows: list[tuple[int, int]] = []
    with localcontext() as context:
        context.prec = 60
        # A whole half-life more is exactly half as much, so each part of a half-life is raised to a power only once.
        parts = [MILLION * Decimal(2) ** (Decimal(-part) / half_life_days) for part in range(half_life_days)]
        for age in range(1, MOST_PUBLISHED_DAYS + 1):
            halves, part = divmod(age, half_life_days)
            exact = parts[part] * Decimal("0.5") ** halves
            weight = int(exact.to_integral_value(rounding=_DECIMAL_ROUNDINGS[rounding]))
            if weight == 0:
                break
            rows.append((age, weight))
    return tuple(rows)
