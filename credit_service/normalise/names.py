"""Names, document numbers and free text in one spelling, and without what identifies a person.

Before it come cells as departments write them; after it the same name is the same text, whatever the width of its
brackets and spaces, and no text of a person's record holds that person's name or number, nor any text a citizen
number. It deliberately judges no name: whether two alike are one is decided by their codes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import polars as pl

from credit_service.domain.identifier import is_valid_person_id, mask_person_id
from credit_service.domain.subject import COMPOUND_SURNAMES, SubjectKind, mask_person_name
from credit_service.normalise.identifiers import normalise_person_number

FREE_TEXTS = ("topic", "document_no", "fact", "basis", "outcome", "consent_no")
"""Columns in which people write sentences, and with them names and numbers."""

_PLAIN_NAME = "^[0-9A-Za-z\u4e00-\u9fff（）·]*$"
_PLAIN_NUMBER = "^[-0-9A-Za-z\u4e00-\u9fff〔〕（）]*$"
_REMARK = re.compile(r"\s*[（(][^（()）]*[）)]\s*$")
_BETWEEN_NAMES = re.compile("[、，,;；]")
_CITIZEN_NUMBER = "[0-9０-９]{17}[0-9０-９XxＸｘ]"


def normalise_name(name: str) -> pl.Expr:
    """Return a name in NFKC without spaces at its ends, its round brackets in full width as registers write them."""
    return _mend_odd(name, _PLAIN_NAME, _mend_name)


def normalise_document_no(name: str) -> pl.Expr:
    """Return a document number without spaces, square brackets of any shape as 〔〕, round ones as （）.

    Source: 党政机关公文处理工作条例 (发文字号 uses 〔〕); courts write （）.
    """
    return _mend_odd(name, _PLAIN_NUMBER, _mend_number)


def _mend_odd(name: str, plain: str, mend: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    """Return a column mended where it is not of the plain form, which mending would leave as it is.

    Nearly all cells are plain, and looking at one costs a tenth of what the Unicode tables cost.
    """

    def mend_cells(cells: pl.Series) -> pl.Series:
        odd = (~cells.str.contains(plain)).arg_true()
        return cells.scatter(odd, mend(cells.gather(odd))) if len(odd) else cells

    return pl.col(name).fill_null("").map_batches(mend_cells, return_dtype=pl.String).alias(name)


def _mend_name(names: pl.Series) -> pl.Series:
    text = names.str.normalize("NFKC").str.strip_chars()
    return text.str.replace_many(["(", ")", "•", "・", "‧"], ["（", "）", "·", "·", "·"])


def _mend_number(numbers: pl.Series) -> pl.Series:
    text = numbers.str.normalize("NFKC").str.replace_all(r"\s+", "")
    # An accent that stood after a space joins the letter before it once the space is gone.
    text = text.str.normalize("NFC")
    written = ["[", "]", "【", "】", "〖", "〗", "(", ")"]
    return text.str.replace_many(written, ["〔", "〕", "〔", "〕", "〔", "〕", "（", "）"])


def normalise_text(name: str) -> pl.Expr:
    """Return free text without spaces at its ends, otherwise as written; blank is the empty string."""
    return pl.col(name).fill_null("").str.strip_chars().alias(name)


def normalise_topic() -> pl.Expr:
    """Return what a record is about: the template's topic, or else the fact itself (lists state no topic)."""
    given = pl.col("topic").fill_null("").str.strip_chars()
    return pl.when(given != "").then(given).otherwise(pl.col("fact").fill_null("").str.strip_chars()).alias("topic")


def mask_person_names(name: pl.Expr) -> pl.Expr:
    """Return names masked as `domain.subject.mask_person_name` masks them, for a whole column."""
    name = name.str.strip_chars()
    first_only = name.str.contains(r"[·. ]") | ~name.str.contains("^[\u3400-\u9fff]")
    compound = name.str.slice(0, 2).is_in(sorted(COMPOUND_SURNAMES)) & (name.str.len_chars() > 2)
    return (
        pl.when(name == "")
        .then(pl.lit(""))
        .when(first_only)
        .then(name.str.slice(0, 1) + "**")
        .when(compound)
        .then(name.str.slice(0, 2) + _stars(name.str.slice(2)))
        .otherwise(name.str.slice(0, 1) + _stars(name.str.slice(1)))
    )


def _stars(rest: pl.Expr) -> pl.Expr:
    return pl.when(rest == "").then(pl.lit("*")).otherwise(rest.str.replace_all(r"(?s).", "*"))


def withhold_persons(rows: pl.DataFrame) -> pl.DataFrame:
    """Mask persons' names, and take their names and numbers out of every free text.

    Args:
        rows: Targets with ``subject_kind``, ``subject_name`` (in full) and ``person_number``.

    **Shape**: the same rows and columns. Citizen numbers (18 digits, valid) are masked in the free texts of *every*
    row, organisations' too: a sentence about a company may quote its director's number.
    """
    rows = _mask_citizen_numbers(rows)
    is_person = rows["subject_kind"] == SubjectKind.PERSON.value
    if not is_person.any():
        return rows
    rows = _withhold_own_identity(rows, is_person)
    masked = mask_person_names(pl.col("subject_name"))
    return rows.with_columns(
        subject_name=pl.when(pl.col("subject_kind") == SubjectKind.PERSON.value)
        .then(masked)
        .otherwise(pl.col("subject_name"))
    )


def scrub_text(text: str, name: str, number: str | None) -> str:
    """Return the text with a person's name and number replaced by their masked forms.

    Spaces inside the name, full-width digits, a small x and the 15-digit form are seen through. A name of one letter is
    left alone: it says no more than its mask. A cell may hold more than one name (张三（时任经理）、李四): each of them
    is replaced.
    """
    for form in _names_in(name):
        text = _replace(text, form, mask_person_name(form))
    for form in _forms(number):
        text = _replace(text, form, mask_person_id(form))
    return text


def _names_in(cell: str) -> list[str]:
    """Return the cell itself and the names in it, the longest first."""
    parts = [_REMARK.sub("", part).strip() for part in _BETWEEN_NAMES.split(_REMARK.sub("", cell))]
    return sorted({name for name in (cell, *parts) if len(name) > 1}, key=lambda name: (-len(name), name))


def _forms(number: str | None) -> list[str]:
    if not number:
        return []
    old = number[:6] + number[8:17]
    return [number, old] if normalise_person_number(old) == number else [number]


def _replace(text: str, part: str, masked: str) -> str:
    wanted = _squeeze(part)
    if wanted not in _squeeze(text):
        return text
    spaced = re.compile(r"\s*".join(re.escape(letter) for letter in wanted), re.IGNORECASE)
    replaced = spaced.sub(lambda _: masked, unicodedata.normalize("NFKC", text))
    # Letters whose small and capital forms differ in length escape the pattern; then the squeezed text has to do.
    return _squeeze(text).replace(wanted, masked) if wanted in _squeeze(replaced) else replaced


def _squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _withhold_own_identity(rows: pl.DataFrame, is_person: pl.Series) -> pl.DataFrame:
    names, numbers = rows["subject_name"].to_list(), rows["person_number"].to_list()
    changed = []
    for column in FREE_TEXTS:
        texts = rows[column].to_list()
        for place in is_person.arg_true():
            texts[place] = scrub_text(texts[place], names[place], numbers[place])
        changed.append(pl.Series(column, texts, dtype=pl.String))
    return rows.with_columns(changed)


def _mask_citizen_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    changed = []
    for column in FREE_TEXTS:
        texts = rows[column]
        # Numbers in sentences are rare: fast scans of the column find the few rows that Python has to look at.
        places = (texts.str.contains("[0-9]{17}") | texts.str.contains("[０-９]")).arg_true()
        if len(places):
            fixed = [_mask_valid(text) for text in texts.gather(places)]
            changed.append(texts.scatter(places, pl.Series(fixed, dtype=pl.String)).alias(column))
    return rows.with_columns(changed)


def _mask_valid(text: str) -> str:
    # Every place is tried, also inside longer runs of digits.
    for match in re.finditer(f"(?=({_CITIZEN_NUMBER}))", text):
        number = unicodedata.normalize("NFKC", match[1]).upper()
        if is_valid_person_id(number):
            text = text.replace(match[1], mask_person_id(number))
    return text
