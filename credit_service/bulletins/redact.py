"""What of a subject and of a free text the public may see.

Before this module stand names and texts as departments wrote them; after it only what a bulletin may print. A person
shows as surname and asterisks, or by full name where the person consented to an honour; never with a number. An
organisation shows by full name and full public code. Free text loses citizen numbers, telephone and card numbers, home
addresses, and the names of people given after a role. It deliberately knows no list of surnames and recognises no name
in running text: names the caller knows are passed in.

Source: 个人信息保护法 Art. 6, 25, 28; 行政处罚法 Art. 48; 国办发〔2020〕49号.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from credit_service.domain.identifier import (
    DUMMY_USCC,
    is_valid_org_code,
    is_valid_person_id,
    is_valid_registration,
    is_valid_uscc,
)
from credit_service.domain.listing import Case
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind, mask_person_name

NUMBER_REMOVED = "（证件号码略）"
PHONE_REMOVED = "（电话略）"
CARD_REMOVED = "（账号略）"
ADDRESS_REMOVED = "（住址略）"
NAME_REMOVED = "（姓名略）"

_TO_HALF_WIDTH = {0xFF10 + i: 0x30 + i for i in range(10)} | {0xFF38: 0x58, 0xFF58: 0x78, 0xFF0D: 0x2D, 0x3000: 0x20}
"""One character for one character, so that a place found in the folded text is the same place in the original."""
_GAP = "[ \\-\u00a0\u00b7\u2010-\u2015\u200b-\u200f\u2060\ufeff]?"


def _spaced(*digits: str) -> str:
    """Return a pattern of single-character classes that may stand apart by one space, hyphen or invisible mark."""
    return _GAP.join(digits)


_D = r"\d"
_CITIZEN_18 = re.compile(
    rf"(?<!\d){_spaced(*[_D] * 6)}{_GAP}(?:{_spaced('1', '[89]')}|{_spaced('2', '0')}){_GAP}{_spaced(_D, _D)}{_GAP}"
    rf"(?:{_spaced('0', '[1-9]')}|{_spaced('1', '[0-2]')}){_GAP}(?:{_spaced('[0-2]', _D)}|{_spaced('3', '[01]')}){_GAP}"
    rf"{_spaced(_D, _D, _D, '[0-9Xx]')}(?!\d)"
)
_CITIZEN_15 = re.compile(r"(?<!\d)\d{6}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{15,18}[\dXx](?!\d)")
_GROUPS_OF_FOUR = re.compile(rf"(?<!\d)\d{{4}}(?:{_GAP[:-1]}\d{{4}}){{3}}(?:{_GAP[:-1]}\d{{1,3}})?(?!\d)")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?{_spaced('8', '6')}{_GAP})?{_spaced('1', '[3-9]', *[_D] * 9)}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)[(（]?0\d{{2,3}}[)）]?{_GAP}\d{{7,8}}(?!\d)")
_PUBLIC_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Za-z])")
_NUMBERS = (
    (_CITIZEN_18, NUMBER_REMOVED),
    (_CITIZEN_15, NUMBER_REMOVED),
    (_MOBILE, PHONE_REMOVED),
    (_LANDLINE, PHONE_REMOVED),
    (_GROUPS_OF_FOUR, CARD_REMOVED),
    (_LONG_NUMBER, CARD_REMOVED),
)
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
_ADDRESS = re.compile(
    r"(?:家庭住址|家庭地址|居住地址|现住址|住址|现住|居住于|居住在|户籍地址|户籍所在地|户籍地)[:：为是]?\s*[^，。；,;、）)\n]{2,60}"
)
_ROLE_NAME = re.compile(
    r"(?P<role>(?:法定代表人|法人代表|负责人|实际控制人|直接责任人|责任人|经营者|投资人|联系人|当事人|被执行人|驾驶人|股东)"
    r"(?:姓名)?(?:[:：]|姓名|（|\())\s*(?P<name>[\u3400-\u9fff]{1,4}(?:·[\u3400-\u9fff]{1,8})*)(?![\u3400-\u9fff])"
)


def clean_text(text: str) -> str:
    """Return a text on one line, without control characters and without marks that turn the reading direction."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def redact_name(case: Case, consented_name: str = "") -> str:
    """Return the name a bulletin may print for a case's subject.

    A person's full name is printed only on the red list and only with a recorded consent; ``consented_name`` comes
    from the vault of the ledger. Everything else about persons is surname and asterisks.
    """
    if case.subject_kind is not SubjectKind.PERSON:
        return clean_text(case.subject_name)
    if consented_name and case.consent_no and case.list_kind is ListKind.RED:
        return clean_text(consented_name)
    return mask_person_name(clean_text(case.subject_name))


def redact_code(case: Case) -> str:
    """Return the public code a bulletin may print: never one for persons, nor the placeholder of the template.

    A number typed as a code but shaped like a citizen number is printed only when it is a valid code of an
    organisation and the case is kept under it.
    """
    code = (case.identifier_code or "").strip().upper()
    if case.subject_kind is SubjectKind.PERSON or code == DUMMY_USCC:
        return ""
    if is_valid_uscc(code):
        return code
    if is_valid_person_id(code):
        return ""
    return code if is_valid_registration(code) or is_valid_org_code(code) else ""


def redact_text(text: str, names: Iterable[str] = ()) -> str:
    """Return a free text without numbers, addresses and names that identify a person.

    Removes citizen numbers of 18 and 15 digits (also mistyped, spaced or full width), mobile and fixed telephones,
    card and account numbers of 16 to 19 digits, what follows a word for a home address, the name that follows a role
    (“法定代表人：…”), and each full name in ``names``, which is masked. Public codes of organisations stay.
    """
    text = clean_text(text)
    present = {name for name in names if len(name) > 1 and name in text}
    for name in sorted(present, key=lambda name: (-len(name), name)):
        text = text.replace(name, mask_person_name(name))
    text = _ADDRESS.sub(ADDRESS_REMOVED, text)
    text = _ROLE_NAME.sub(lambda match: match[0][: match.start("name") - match.start()] + NAME_REMOVED, text)
    for pattern, replacement in _NUMBERS:
        text = _remove_numbers(text, pattern, replacement)
    return text


def _remove_numbers(text: str, pattern: re.Pattern[str], replacement: str) -> str:
    """Return the text with what the pattern finds replaced, except inside public codes of organisations."""
    folded = text.translate(_TO_HALF_WIDTH)
    kept = _public_code_spans(folded)
    pieces: list[str] = []
    place = 0
    for match in pattern.finditer(folded):
        start, end = match.span()
        if any(first <= start and end <= last for first, last in kept):
            continue
        if pattern is _CITIZEN_15 and is_valid_registration(match[0]):
            continue
        pieces += [text[place:start], replacement]
        place = end
    return "".join([*pieces, text[place:]])


def _public_code_spans(folded: str) -> list[tuple[int, int]]:
    """Return where valid codes of organisations stand that cannot be read as a citizen number."""
    found = _PUBLIC_CODE.finditer(folded)
    return [match.span() for match in found if is_valid_uscc(match[0]) and not is_valid_person_id(match[0])]


def find_person_numbers(text: str) -> tuple[str, ...]:
    """Return every valid citizen number in a text, also spaced or full width; for the gate, which looks once more.

    Codes of organisations of which the digits happen to make a valid citizen number are returned too: the caller
    knows which codes are lawfully shown.
    """
    found = (re.sub(r"[^0-9X]", "", match[0].upper()) for match in _CITIZEN_18.finditer(text.translate(_TO_HALF_WIDTH)))
    return tuple(dict.fromkeys(number for number in found if is_valid_person_id(number)))


def find_mobile_numbers(text: str) -> tuple[str, ...]:
    """Return every mobile telephone number in a text, also spaced or full width, outside public codes."""
    folded = text.translate(_TO_HALF_WIDTH)
    kept = _public_code_spans(folded)
    found = (match for match in _MOBILE.finditer(folded))
    return tuple(
        dict.fromkeys(
            re.sub(r"\D", "", match[0])
            for match in found
            if not any(first <= match.start() and match.end() <= last for first, last in kept)
        )
    )
