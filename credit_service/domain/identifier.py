"""Identifiers of subjects: their kinds, their check digits, and how they may be shown.

Before this module comes typed text; after it a canonical identifier. The vectorised forms of the same checks, for
whole columns, are in `intake.check_digits`; tests hold the two equal.

Source: GB 32100-2015 (统一社会信用代码), GB 11714-1997 (组织机构代码), GB 11643-1999 (公民身份号码),
GS 15-2006 (工商注册号).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSON_CHECKS = "10X98765432"
DUMMY_USCC = "0" * 17 + "X"
"""What the official template prescribes for an individual business without a code; it identifies nobody."""


class IdentifierKind(StrEnum):
    """Which public standard an identifier follows."""

    USCC = "uscc"
    REGISTRATION = "registration"
    ORG_CODE = "org_code"
    PERSON = "person"
    OTHER_PERSON = "other_person"


def is_valid_uscc(code: str) -> bool:
    """Return whether ``code`` is an 18-character code with the right check character (GB 32100-2015)."""
    if len(code) != 18 or any(c not in USCC_ALPHABET for c in code):
        return False
    return code[17] == uscc_check(code[:17])


def uscc_check(body: str) -> str:
    """Return the check character of the first 17 characters of a code."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_valid_org_code(code: str) -> bool:
    """Return whether ``code`` is a 9-character organisation code (GB 11714), hyphen already removed."""
    if len(code) != 9 or any(c not in ORG_ALPHABET for c in code):
        return False
    return code[8] == org_code_check(code[:8])


def org_code_check(body: str) -> str:
    """Return the check character of the first 8 characters of an organisation code."""
    check = 11 - sum(ORG_ALPHABET.index(c) * w for c, w in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def is_valid_registration(number: str) -> bool:
    """Return whether ``number`` is a 15-digit business registration number (GS 15-2006, ISO 7064 MOD 11,10)."""
    if len(number) != 15 or not (number.isascii() and number.isdigit()):
        return False
    return number[14] == registration_check(number[:14])


def registration_check(body: str) -> str:
    """Return the check digit of the first 14 digits of a registration number."""
    product = 10
    for digit in body:
        total = (product + int(digit)) % 10
        product = ((total or 10) * 2) % 11
    return str((11 - product) % 10)


def is_valid_person_id(number: str) -> bool:
    """Return whether ``number`` is an 18-character citizen number with a real birth date and check (GB 11643)."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    return number[17] == person_id_check(number[:17]) and birth_date(number) is not None


def is_valid_old_person_id(number: str) -> bool:
    """Return whether ``number`` is a 15-digit citizen number as issued until 1999, with a real birth date in 19xx.

    It has no check digit. Source: GB 11643-1989.
    """
    if len(number) != 15 or not (number.isascii() and number.isdigit()):
        return False
    return birth_date(number[:6] + "19" + number[6:]) is not None


def person_id_check(body: str) -> str:
    """Return the check character of the first 17 digits of a citizen number."""
    return PERSON_CHECKS[sum(int(c) * w for c, w in zip(body, PERSON_WEIGHTS, strict=True)) % 11]


def birth_date(number: str) -> date | None:
    """Return the birth date inside an 18-character citizen number, or None where it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(born_on: date, day: date) -> int:
    """Return full years of age; who is born on 29 February comes of age on 1 March of a common year."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def mask_person_id(number: str) -> str:
    """Return the number with at most its first 3 and last 1 characters shown.

    Source: the measurement in docs/adr (first 6 + last 2 singled out three residents in four).
    """
    return number[:3] + "*" * max(len(number) - 4, 0) + number[-1:] if len(number) > 4 else "*" * len(number)
