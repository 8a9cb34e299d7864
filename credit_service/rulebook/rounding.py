"""How a fraction becomes a whole number: always named in the rule, never implied.

Before it are rule files and conditions that name a way of rounding; after it the compiler and the referee, which carry
it out each in its own way. Every way treats a number and its opposite alike, so that no engine's own division, which
differ below zero, can show.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """The ways of rounding there are."""

    HALF_UP = "half_up"
    """To the nearest whole number; a half away from zero."""
    DOWN = "down"
    """Towards zero: what is not whole is cut off."""
    UP = "up"
    """Away from zero."""

    def addend(self, divisor: int) -> int:
        """Return what is added to a magnitude so that whole-number division by ``divisor`` rounds this way."""
        return {Rounding.HALF_UP: divisor // 2, Rounding.DOWN: 0, Rounding.UP: divisor - 1}[self]

    def round(self, value: Fraction) -> int:
        """Return a fraction as a whole number, by the definition and not by the trick of ``addend``."""
        size = abs(value)
        whole = size.numerator // size.denominator
        rest = size - whole
        if (self is Rounding.HALF_UP and rest >= Fraction(1, 2)) or (self is Rounding.UP and rest > 0):
            whole += 1
        return -whole if value < 0 else whole
