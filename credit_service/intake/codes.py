"""Columns of identifiers: form and check digit, with the reason a clerk needs to mend one.

Before this module trimmed cells; after it canonical codes (half-width, upper case; organisation codes without hyphen)
or faults. A person's number never stands in a message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from credit_service.domain import identifier
from credit_service.domain.identifier import DUMMY_USCC
from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import CellType
from credit_service.intake import check_digits
from credit_service.intake.typed import Typed, Verdict, by_distinct, halve_widths, judge_cells

_CHECK_LICENCE: Final = "请核对营业执照（证书）原件后改正。"
_CHECK_CARD: Final = "请核对证件原件后改正。"
PERSON: Final = SubjectKind.PERSON.value
BOTH: Final = "both"
OLD_NUMBER: Final = 15


def read_codes(cells: pl.Series, cell_type: CellType) -> Typed:
    """Return the canonical codes of a column and its faults.

    The official dummy code of individual businesses passes here; whether it may stand is a question of the whole row.
    """
    codes = canonical(cells, cell_type)
    check, explain = _CHECKS[cell_type]
    is_wrong = ~by_distinct(codes, check).fill_null(value=True)
    if cell_type is CellType.USCC:
        is_wrong &= (codes != DUMMY_USCC).fill_null(value=True)
    return Typed(codes.set(is_wrong, None), judge_cells(codes, is_wrong, explain))


def read_subject_codes(cells: pl.Series, kinds: pl.Series) -> tuple[Typed, pl.Series]:
    """Return codes of any kind of subject, and what each can be: a kind of subject's slug, or ``both``.

    **Shape**: ``kinds`` holds what the row says its subject is, null where it does not say.
    """
    codes = canonical(cells, CellType.USCC)
    unhyphenated = canonical(cells, CellType.ORG_CODE)
    is_org_code = check_digits.is_valid_org_code(unhyphenated).fill_null(value=False)
    is_person = is_person_number(codes).fill_null(value=False)
    is_organisation = is_org_code | check_digits.is_valid_uscc(codes).fill_null(value=False)
    is_organisation |= check_digits.is_valid_registration(codes).fill_null(value=False)
    frame = pl.DataFrame({"code": codes, "org": unhyphenated, "o": is_organisation, "p": is_person, "c": is_org_code})
    told = frame.select(
        pl.when(pl.col("c")).then("org").otherwise("code").alias("code"),
        pl.when(pl.col("o") & pl.col("p"))
        .then(pl.lit(BOTH))
        .when(pl.col("p"))
        .then(pl.lit(PERSON))
        .when(pl.col("o"))
        .then(pl.lit(SubjectKind.ORGANISATION.value))
        .alias("kind"),
    )
    is_wrong = told["kind"].is_null() & codes.is_not_null()
    of_person = kinds == PERSON
    faults = [
        judge_cells(codes, is_wrong & of_person.fill_null(value=False), explain_person_id),
        judge_cells(codes, is_wrong & ~of_person.fill_null(value=True), _explain_organisation),
        judge_cells(codes, is_wrong & kinds.is_null(), _explain_any),
    ]
    return Typed(told["code"].set(is_wrong, None), pl.concat(faults)), told["kind"]


def is_person_number(codes: pl.Series) -> pl.Series:
    """Return whether each code is a citizen number of 18 characters or the old one of 15 digits; null stays null."""
    valid = check_digits.is_valid_person_id(codes)
    if not (codes.str.len_bytes() == OLD_NUMBER).any():
        return valid
    return valid | check_digits.is_valid_old_person_id(codes)


def canonical(cells: pl.Series, cell_type: CellType) -> pl.Series:
    """Return codes in half-width capitals; hyphens leave organisation codes only."""
    codes = halve_widths(cells).str.to_uppercase()
    return codes.str.replace(r"^(.{8})-(.)$", "$1$2") if cell_type is CellType.ORG_CODE else codes


def explain_uscc(code: str) -> Verdict:
    """Say what is wrong with a unified social credit code."""
    if len(code) != 18:
        return Verdict(None, "uscc-format", f"统一社会信用代码应为18位，现为{len(code)}位", _CHECK_LICENCE)
    odd = sorted({letter for letter in code if letter not in identifier.USCC_ALPHABET})
    if odd:
        listed = "、".join(f"“{letter}”" for letter in odd[:5])
        remedy = f"代码中不用I、O、S、V、Z，请看是否把数字1、0、5、2误录成了字母。{_CHECK_LICENCE}"
        return Verdict(None, "uscc-format", f"统一社会信用代码含有不允许的字符{listed}", remedy)
    expected = identifier.uscc_check(code[:17])
    return Verdict(
        None, "uscc-check-digit", f"校验码不符，末位应为“{expected}”", f"末位或前面某一位录错，{_CHECK_LICENCE}"
    )


def explain_person_id(code: str) -> Verdict:
    """Say what is wrong with a citizen number, without repeating it."""
    if len(code) == 15 and code.isascii() and code.isdigit():
        reason = "15位旧身份证号中的出生日期不是日历上有的日期"
        return Verdict(None, "person-id-format", reason, "请核对证件原件，改填18位公民身份号码。")
    if len(code) != 18 or not (code.isascii() and code[:17].isdigit() and (code[17].isdigit() or code[17] == "X")):
        reason = f"身份证号应为17位数字加1位数字或X，现为{len(code)}位"
        return Verdict(None, "person-id-format", reason, _CHECK_CARD)
    if identifier.birth_date(code) is None:
        return Verdict(None, "person-id-format", "身份证号中的出生日期不是日历上有的日期", _CHECK_CARD)
    return Verdict(None, "person-id-check-digit", "身份证号校验码不符，有一位或几位录错", _CHECK_CARD)


def _explain_org_code(code: str) -> Verdict:
    if len(code) != 9 or any(letter not in identifier.ORG_ALPHABET for letter in code):
        reason = f"组织机构代码应为8位数字或大写字母加1位校验码，现为{len(code)}位"
        return Verdict(None, "org-code-format", reason, _CHECK_LICENCE)
    expected = identifier.org_code_check(code[:8])
    return Verdict(None, "org-code-check-digit", f"校验码不符，末位应为“{expected}”", _CHECK_LICENCE)


def _explain_registration(code: str) -> Verdict:
    if len(code) != 15 or not (code.isascii() and code.isdigit()):
        return Verdict(None, "registration-format", f"工商注册号应为15位数字，现为{len(code)}位", _CHECK_LICENCE)
    expected = identifier.registration_check(code[:14])
    return Verdict(None, "registration-check-digit", f"校验码不符，末位应为“{expected}”", _CHECK_LICENCE)


def _explain_organisation(code: str) -> Verdict:
    if len(code) in {9, 10}:
        return _explain_org_code(code)
    return _explain_registration(code) if len(code) == 15 else explain_uscc(code)


def _explain_any(code: str) -> Verdict:
    """Explain a code whose row does not say whose it is: a number with a birth date inside is taken for a person's."""
    is_numeric = len(code) == 18 and code.isascii() and code[:17].isdigit()
    born = identifier.birth_date(code) if is_numeric else None
    if born is not None and 1900 <= born.year <= 2100:
        return explain_person_id(code)
    return _explain_organisation(code)


_CHECKS: Final[dict[CellType, tuple[Callable[[pl.Series], pl.Series], Callable[[str], Verdict]]]] = {
    CellType.USCC: (check_digits.is_valid_uscc, explain_uscc),
    CellType.ORG_CODE: (check_digits.is_valid_org_code, _explain_org_code),
    CellType.REGISTRATION: (check_digits.is_valid_registration, _explain_registration),
    CellType.PERSON_ID: (is_person_number, explain_person_id),
}
