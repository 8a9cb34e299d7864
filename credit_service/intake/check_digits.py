"""Check digits of whole columns: the vectorised form of `domain.identifier`, with the same answers.

Before this module a column of trimmed, upper-case text; after it a Boolean column. Nothing is repaired and no message
is written here. Codes whose first character is A, N or Y (军委改革编制办, 农业, 其他) are valid when the check holds.

Source: GB 32100-2015, GB 11714-1997, GB 11643-1999, GS 15-2006.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl

from credit_service.domain.identifier import ORG_WEIGHTS, PERSON_CHECKS, PERSON_WEIGHTS, USCC_WEIGHTS

USCC_FORM = "^[0-9A-HJ-NPQRTUWXY]{18}$"
ORG_FORM = "^[0-9A-Z]{9}$"
PERSON_FORM = "^[0-9]{17}[0-9X]$"
REGISTRATION_FORM = "^[0-9]{15}$"


def is_valid_uscc(codes: pl.Series) -> pl.Series:
    """Return whether each code is a valid unified social credit code; null stays null."""
    digits = _characters(codes, USCC_FORM, 18)
    values = [_uscc_value(digits.arr.get(index)) for index in range(18)]
    total = _weighted(values[:17], USCC_WEIGHTS)
    return _answer(codes, (31 - total % 31) % 31 == values[17])


def is_valid_org_code(codes: pl.Series) -> pl.Series:
    """Return whether each code is a valid organisation code, hyphen already removed; null stays null."""
    digits = _characters(codes, ORG_FORM, 9)
    values = [_org_value(digits.arr.get(index)) for index in range(9)]
    check = 11 - _weighted(values[:8], ORG_WEIGHTS) % 11
    # 11 is written 0 and 10 is written X, whose value as a letter is 33.
    return _answer(
        codes, ((check < 10) & (values[8] == check)) | _both(check, 10, values[8], 33) | _both(check, 11, values[8], 0)
    )


def is_valid_registration(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a valid 15-digit registration number (ISO 7064 MOD 11,10); null stays null."""
    digits = _characters(numbers, REGISTRATION_FORM, 15)
    product = pl.Series([10], dtype=pl.Int32).new_from_index(0, len(numbers))
    for index in range(14):
        total = (product + digits.arr.get(index).cast(pl.Int32) - 48) % 10
        product = (total + (total == 0).cast(pl.Int32) * 10) * 2 % 11
    return _answer(numbers, (11 - product) % 10 == digits.arr.get(14).cast(pl.Int32) - 48)


def is_valid_person_id(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a valid 18-character citizen number with a real birth date; null stays null."""
    digits = _characters(numbers, PERSON_FORM, 18)
    values = [digits.arr.get(index).cast(pl.Int32) - 48 for index in range(17)]
    remainder = _weighted(values, PERSON_WEIGHTS) % 11
    expected = remainder.replace_strict(list(range(11)), [ord(c) for c in PERSON_CHECKS], return_dtype=pl.UInt8)
    born = numbers.str.slice(6, 8)
    is_date = born.str.to_date("%Y%m%d", strict=False).is_not_null() & ~born.str.starts_with("0000")
    return _answer(numbers, (expected == digits.arr.get(17)) & is_date)


def is_valid_old_person_id(numbers: pl.Series) -> pl.Series:
    """Return whether each number is a 15-digit citizen number with a real birth date in 19xx; null stays null."""
    is_formed = numbers.str.contains(REGISTRATION_FORM)
    born = "19" + numbers.set(~is_formed.fill_null(value=False), None).str.slice(6, 6)
    return _answer(numbers, born.str.to_date("%Y%m%d", strict=False).is_not_null())


def _characters(codes: pl.Series, form: str, width: int) -> pl.Series:
    """Return the bytes of each code of the right form as a fixed array; null where the form is wrong."""
    fitting = codes.set(~codes.str.contains(form).fill_null(value=False), None)
    return fitting.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, width), endianness="little")


def _uscc_value(byte: pl.Series) -> pl.Series:
    """Return the place in the alphabet of 31, which leaves out I, O, S, V and Z."""
    value = byte.cast(pl.Int32)
    skipped = [(value > ord(letter)).cast(pl.Int32) for letter in "IOSV"]
    return value - 48 - (value > 57).cast(pl.Int32) * 7 - reduce(add, skipped)


def _org_value(byte: pl.Series) -> pl.Series:
    value = byte.cast(pl.Int32)
    return value - 48 - (value > 57).cast(pl.Int32) * 7


def _weighted(values: list[pl.Series], weights: tuple[int, ...]) -> pl.Series:
    return reduce(add, (value * weight for value, weight in zip(values, weights, strict=True)))


def _both(left: pl.Series, first: int, right: pl.Series, second: int) -> pl.Series:
    return (left == first) & (right == second)


def _answer(codes: pl.Series, holds: pl.Series) -> pl.Series:
    """Return False where the form was wrong, null where there was no code."""
    return holds.fill_null(value=False).set(codes.is_null(), None)
