"""Check digits of whole columns: the vectorised form of `domain.identifier`, with the same answers.

Before this module a column of trimmed, upper-case text; after it a Boolean column. Nothing is repaired and no message
is written here. Codes whose first character is A, N or Y (军委改革编制办, 农业, 其他) are valid when the check holds.

Source: GB 32100-2015, GB 11714-1997, GB 11643-1999, GS 15-2006.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Final

import polars as pl

from credit_service.domain.identifier import (
    ORG_ALPHABET,
    ORG_WEIGHTS,
    PERSON_WEIGHTS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
)

REGISTRATION_FORM: Final = "^[0-9]{15}$"
DIGITS: Final = "0123456789"
MOD_11_CHECKS: Final = "0123456789X"
"""Check characters of the two MOD 11 codes by their value; X is 10."""
_FORBIDDEN: Final = 1 << 20
"""What a character adds to the sum that may not stand at its place: more than all the others together."""


class _WeightedSum:
    """A check that is one sum: of what each character is worth at its place, the check character included.

    What a byte is worth at a place is looked up in a table; the code is valid when the sum leaves the right remainder.
    """

    def __init__(self, alphabet: str, weights: Sequence[int], checks: str, modulus: int, remainder: int) -> None:
        self._tables = [*(_table(alphabet, weight) for weight in weights), _table(checks, 1)]
        self._modulus = modulus
        self._remainder = remainder

    def fits(self, codes: pl.Series) -> pl.Series:
        """Return whether each code has the right width."""
        return codes.str.len_bytes() == len(self._tables)

    def holds(self, codes: pl.Series) -> pl.Series:
        """Return whether each code of the right width is valid."""
        letters = _letters(codes, len(self._tables))
        worth = (table.gather(letters.arr.get(place)) for place, table in enumerate(self._tables))
        total = reduce(add, worth)
        return (total < _FORBIDDEN) & (total % self._modulus == self._remainder)


def is_valid_uscc(codes: pl.Series) -> pl.Series:
    """Return whether each code is a valid unified social credit code; null stays null."""
    return _judge(codes, _USCC.fits(codes), _USCC.holds)


def is_valid_org_code(codes: pl.Series) -> pl.Series:
    """Return whether each code is a valid organisation code, hyphen already removed; null stays null."""
    return _judge(codes, _ORG.fits(codes), _ORG.holds)


def is_valid_registration(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a valid 15-digit registration number (ISO 7064 MOD 11,10); null stays null."""
    return _judge(numbers, numbers.str.contains(REGISTRATION_FORM), _has_registration_check)


def is_valid_person_id(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a valid 18-character citizen number with a real birth date; null stays null."""
    return _judge(numbers, _PERSON.fits(numbers), _is_person)


def is_valid_old_person_id(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a 15-digit citizen number with a real birth date in 19xx; null stays null."""
    return _judge(numbers, numbers.str.contains(REGISTRATION_FORM), _has_old_birth_date)


def _is_person(numbers: pl.Series) -> pl.Series:
    holds = _PERSON.holds(numbers)
    born = numbers.set(~holds, None).str.slice(6, 8)
    return holds & born.str.to_date("%Y%m%d", strict=False).is_not_null() & ~born.str.starts_with("0000")


def _has_old_birth_date(numbers: pl.Series) -> pl.Series:
    return ("19" + numbers.str.slice(6, 6)).str.to_date("%Y%m%d", strict=False).is_not_null()


def _has_registration_check(numbers: pl.Series) -> pl.Series:
    letters = _letters(numbers, 15)
    product = pl.Series([10], dtype=pl.UInt8).new_from_index(0, len(numbers))
    for place in range(14):
        product = _NEXT_PRODUCT.gather(product * 10 + (letters.arr.get(place) - ord("0")))
    return (11 - product) % 10 == letters.arr.get(14) - ord("0")


def _judge(codes: pl.Series, fits: pl.Series, check: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return the check of the codes that may be checked, False for the others, null where there is no code."""
    places = fits.arg_true()
    return fits.scatter(places, check(codes.gather(places)).fill_null(value=False)) if len(places) else fits


def _letters(codes: pl.Series, width: int) -> pl.Series:
    """Return codes of one width as fixed arrays of bytes."""
    return codes.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, width), endianness="little")


def _table(letters: str, weight: int) -> pl.Series:
    """Return what each byte is worth at a place of this weight."""
    worth = {ord(letter): value * weight for value, letter in enumerate(letters)}
    return pl.Series([worth.get(byte, _FORBIDDEN) for byte in range(256)], dtype=pl.Int32)


_USCC: Final = _WeightedSum(USCC_ALPHABET, USCC_WEIGHTS, USCC_ALPHABET, modulus=31, remainder=0)
_ORG: Final = _WeightedSum(ORG_ALPHABET, ORG_WEIGHTS, MOD_11_CHECKS, modulus=11, remainder=0)
_PERSON: Final = _WeightedSum(DIGITS, PERSON_WEIGHTS, MOD_11_CHECKS, modulus=11, remainder=1)
_NEXT_PRODUCT: Final = pl.Series(
    [((product + digit) % 10 or 10) * 2 % 11 for product in range(11) for digit in range(10)], dtype=pl.UInt8
)
"""The next product of MOD 11,10, at ten times the last one plus the digit."""
