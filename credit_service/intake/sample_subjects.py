"""Invented subjects of the sample generator: who a generated row is about.

Before this module come random numbers; after it `sample_columns`. A subject follows from its serial number alone, so
that ten million rows need no list of subjects in memory, and the same seed gives the same subjects in every template.
No subject can be real: organisations carry the division code 9901xx and persons 999999, which GB/T 2260 does not
know, and every name contains 测试.

Source: GB 32100-2015, GB 11714-1997, GB 11643-1999, GS 15-2006 for the check digits; `domain.identifier` holds the
same rules for single values, and a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from credit_service.domain.identifier import ORG_WEIGHTS, PERSON_CHECKS, PERSON_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credit_service.intake.sample_draws import Draws
    from credit_service.intake.sample_words import SampleWords

SERIALS = 10**8
"""How many different organisations there can be: eight digits of the organisation code."""
SPREAD = 48_271
"""Coprime to SERIALS and to the number of persons: multiplying by it shuffles serials without a collision."""
PERSON_DIVISION = "999999"
FIRST_BIRTH = date(1956, 1, 1)
BIRTH_DAYS = (date(2003, 1, 1) - FIRST_BIRTH).days
PERSON_SEQUENCES = 999
FIRST_DIVISION = 990_101
DISTRICTS = 99
BUSY_SHARE_MILLIONTHS = 200_000
"""This share of rows falls on few subjects, the rest on many: most have one to three records, few have dozens."""

_CHECK_11 = pl.Series(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0"])
_CHECK_11_VALUES = pl.Series([*range(10), USCC_ALPHABET.index("X"), 0])
_CHECK_31 = pl.Series(list(USCC_ALPHABET))
_CHECK_PERSON = pl.Series(list(PERSON_CHECKS))


@dataclass(frozen=True)
class Pool:
    """Which subjects the rows of one file are about."""

    offset: int
    """Where the seed's subjects start among all possible ones."""
    many: int
    few: int

    @classmethod
    def for_rows(cls, rows: int, seed: int) -> Pool:
        """Return a pool in which subjects recur as they do in real files of ``rows`` rows."""
        return cls(offset=seed * 7_368_787 % SERIALS, many=max(rows * 5 // 9, 1), few=max(rows // 150, 1))

    def draw(self, draws: Draws) -> pl.Series:
        """Return one subject serial a row."""
        busy, many, few = draws.chance(BUSY_SHARE_MILLIONTHS), draws.below(self.many), draws.below(self.few)
        return few.zip_with(busy, many)


def organisation_bodies(serials: pl.Series, offset: int) -> pl.Series:
    """Return the eight digits of each organisation code as a number."""
    return (serials.cast(pl.Int64) * SPREAD + offset) % SERIALS


def organisation_codes(bodies: pl.Series) -> pl.Series:
    """Return nine-character organisation codes with their MOD 11 check character."""
    return _pad(bodies, 8) + _CHECK_11.gather(_organisation_remainders(bodies))


def social_credit_codes(bodies: pl.Series, kinds: pl.Series) -> pl.Series:
    """Return 18-character codes: 91 for companies or 92 for businesses, division 9901xx, organisation code, check.

    Args:
        bodies: The eight digits of each organisation code.
        kinds: 91 or 92, as numbers.
    """
    divisions = _divisions(bodies)
    remainders = _organisation_remainders(bodies)
    total = (
        _weigh_digits(kinds, 2, USCC_WEIGHTS[0:2])
        + _weigh_digits(divisions, 6, USCC_WEIGHTS[2:8])
        + _weigh_digits(bodies, 8, USCC_WEIGHTS[8:16])
        + _CHECK_11_VALUES.gather(remainders) * USCC_WEIGHTS[16]
    )
    check = _CHECK_31.gather((31 - total % 31) % 31)
    return kinds.cast(pl.String) + divisions.cast(pl.String) + _pad(bodies, 8) + _CHECK_11.gather(remainders) + check


def registration_numbers(bodies: pl.Series) -> pl.Series:
    """Return 15-digit registration numbers: division 9901xx, eight digits, ISO 7064 MOD 11,10 check."""
    body = _divisions(bodies) * SERIALS + bodies
    product = pl.Series([10]).new_from_index(0, len(bodies)).cast(pl.Int64)
    for place in range(13, -1, -1):
        total = (product + body // 10**place % 10) % 10
        product = (total + (total == 0).cast(pl.Int64) * 10) * 2 % 11
    return body.cast(pl.String) + ((11 - product) % 10).cast(pl.String)


def citizen_numbers(serials: pl.Series, offset: int) -> pl.Series:
    """Return 18-character citizen numbers of adults in the division 999999, which does not exist."""
    shuffled = (serials.cast(pl.Int64) * SPREAD + offset) % (BIRTH_DAYS * PERSON_SEQUENCES)
    born = _birth_days().gather(shuffled % BIRTH_DAYS)
    sequence = shuffled // BIRTH_DAYS + 1
    total = (
        9 * sum(PERSON_WEIGHTS[0:6])
        + _weigh_digits(born, 8, PERSON_WEIGHTS[6:14])
        + _weigh_digits(sequence, 3, PERSON_WEIGHTS[14:17])
    )
    return PERSON_DIVISION + born.cast(pl.String) + _pad(sequence, 3) + _CHECK_PERSON.gather(total % 11)


def company_names(serials: pl.Series, words: SampleWords) -> pl.Series:
    """Return names like 示范区测试晨光0001商贸有限公司; the number makes them unique."""
    return _named(serials, words, ("industry", "form"))


def shop_names(serials: pl.Series, words: SampleWords) -> pl.Series:
    """Return names of individual businesses like 示范区测试晨光0001小吃店."""
    return _named(serials, words, ("shop",))


def person_names(serials: pl.Series, words: SampleWords) -> pl.Series:
    """Return names like 张测试甲, which nobody bears."""
    surnames, given = pl.Series(words.surnames), pl.Series(words.lists["given"])
    serials = serials.cast(pl.Int64)
    return surnames.gather(serials * 31 % len(surnames)) + "测试" + given.gather(serials * 17 % len(given))


def _named(serials: pl.Series, words: SampleWords, parts: Sequence[str]) -> pl.Series:
    serials = serials.cast(pl.Int64)
    brand = pl.Series(words.lists["brand"])
    name = "示范区测试" + brand.gather(serials * 7 % len(brand)) + _pad(serials + 1, 4)
    for step, part in enumerate(parts, 3):
        pool = pl.Series(words.lists[part])
        name = name + pool.gather(serials // step % len(pool))
    return name


def _divisions(bodies: pl.Series) -> pl.Series:
    """Return the invented division of each organisation: 990101 to 990199."""
    return bodies % DISTRICTS + FIRST_DIVISION


@lru_cache(maxsize=1)
def _birth_days() -> pl.Series:
    days = [FIRST_BIRTH + timedelta(days=day) for day in range(BIRTH_DAYS)]
    return pl.Series([day.year * 10_000 + day.month * 100 + day.day for day in days], dtype=pl.Int64)


def _organisation_remainders(bodies: pl.Series) -> pl.Series:
    """Return what is left to the next multiple of 11: the place of the check character in _CHECK_11."""
    return 11 - _weigh_digits(bodies, 8, ORG_WEIGHTS) % 11


def _weigh_digits(numbers: pl.Series, width: int, weights: Sequence[int]) -> pl.Series:
    """Return the weighted sum of the decimal digits, the leading one first."""
    total: pl.Series = numbers // 10 ** (width - 1) % 10 * weights[0]
    for place, weight in enumerate(weights[1:], 2):
        total = total + numbers // 10 ** (width - place) % 10 * weight
    return total


def _pad(numbers: pl.Series, width: int) -> pl.Series:
    return numbers.cast(pl.String).str.zfill(width)
