"""Reader of how a scoring rule reckons: rounding, decay, and which day chooses among dated rows.

Before it lies a scoring rule, after it `arithmetic.Arithmetic`. A rule must name its rounding and decay; a way the
engine does not have is refused.
"""

from __future__ import annotations

from itertools import pairwise

from credit_service.domain.record import Severity
from credit_service.errors import RuleNotMonotone
from credit_service.rulebook.arithmetic import MOST_PUBLISHED_DAYS, Arithmetic, Clock, DecayKind, Since
from credit_service.rulebook.rounding import Rounding
from credit_service.rulebook.section import Section

_WEIGHT_ROUNDINGS = {"floor": Rounding.DOWN, "half_up": Rounding.HALF_UP}


def read_arithmetic(section: Section) -> Arithmetic:
    """Return how the rule reckons.

    Raises:
        Refusal: Rounding or decay is missing, or is one the engine does not have.
    """
    rounding, decay = section.section("rounding"), section.section("decay")
    mode = Rounding(rounding.choice("mode", set(Rounding)))
    rounding.choice("at", {"record"})
    rounding.finish()
    kind = DecayKind(decay.choice("kind", set(DecayKind)))
    decay.choice("unit", {"millionth"})
    weights = _WEIGHT_ROUNDINGS[decay.choice("truncate", _WEIGHT_ROUNDINGS)]
    since, half_lives = Since.MIN_UNTIL, tuple[tuple[str, int], ...]()
    if kind is DecayKind.HALF_LIFE:
        since = Since(decay.choice("since", set(Since)))
        half_lives = _read_half_lives(decay)
    decay.finish()
    return Arithmetic(mode, kind, weights, since, half_lives)


def read_clock(section: Section, key: str) -> Clock:
    """Return which day chooses among dated rows; by default the day of the question.

    Raises:
        Refusal: It is no such day.
    """
    return Clock(section.choice(key, set(Clock), Clock.AS_OF.value))


def _read_half_lives(decay: Section) -> tuple[tuple[str, int], ...]:
    """Return the half-life of every severity, in days."""
    part = decay.section("half_life_days")
    found = tuple((severity.value, part.integer(severity, 1, MOST_PUBLISHED_DAYS)) for severity in Severity)
    for (lighter, shorter), (worse, longer) in pairwise(found):
        if longer < shorter:
            message = f"{Severity(worse).label}的半衰期（{longer}日）短于{Severity(lighter).label}（{shorter}日）"
            part.refuse(worse, message, "事实更重的，不得消减更快。", RuleNotMonotone.code)
    part.finish()
    return found
