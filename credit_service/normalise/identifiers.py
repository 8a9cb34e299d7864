"""From the codes of a row to the one canonical id of its subject.

Before it come codes whose check digits `intake.check_rows` has verified; after it every row has a ``subject_id``:
``uscc:`` when there is a unified social credit code, else ``reg:``, else ``org:``; for persons ``psn:`` and a keyed
hash. It deliberately does not compare names: two subjects never meet because they are called alike. An organisation
without any code gets an id of its own record here; `unnamed` turns it into one that its later records share.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence

import polars as pl

from credit_service.domain.identifier import (
    DUMMY_USCC,
    USCC_ALPHABET,
    IdentifierKind,
    birth_date,
    is_valid_person_id,
    person_id_check,
)
from credit_service.domain.subject import SubjectKind
from credit_service.normalise.dates import coming_of_age
from credit_service.normalise.subject_kinds import tell_subject_kinds

_USCC_FORM = f"^[{USCC_ALPHABET}]{{18}}$"
_REGISTRATION_FORM = "^[0-9]{15}$"
_ORG_FORM = "^[0-9A-Z]{9}$"
_PERSON_KEY = ("identifier_kind", "written_number")


def person_subject_id(hash_key: bytes, number: str, kind: IdentifierKind = IdentifierKind.PERSON) -> str:
    """Return the subject id of a person: a keyed hash, from which the number cannot be guessed back without the key.

    Args:
        hash_key: The key of the installation; it lies outside both stores.
        number: The number as written; spaces, width, case and the 15-digit form do not matter.
        kind: Citizen number, or the number of another document.
    """
    text = f"{kind.value}|{normalise_person_number(number, kind)}"
    return "psn:" + hmac.digest(hash_key, text.encode(), "sha256").hex()[:32]


def normalise_person_number(number: str, kind: IdentifierKind = IdentifierKind.PERSON) -> str:
    """Return the number in half width and upper case without spaces; a 15-digit citizen number in its 18-digit form.

    Source: GB 11643-1999 (the 15-digit form has no century, which is 19, and no check character).
    """
    plain = "".join(unicodedata.normalize("NFKC", number).upper().split())
    if kind is IdentifierKind.PERSON and len(plain) == 15 and plain.isascii() and plain.isdigit():
        body = plain[:6] + "19" + plain[6:]
        return body + person_id_check(body)
    return plain


def resolve_subjects(
    rows: pl.DataFrame, template_kind: str | None, hash_key: bytes, organisation_endings: Sequence[str] = ()
) -> pl.DataFrame:
    """Add who each row is about.

    Args:
        rows: The targets of a template and ``record_id``.
        template_kind: The kind of subject where the template fixes it.
        hash_key: Key for persons' ids.
        organisation_endings: How an organisation's name ends, where nothing else tells the kind of subject.

    **Shape**: rows unchanged, plus ``subject_kind``, ``subject_id``, ``identifier_kind``, ``identifier_code`` (null
    for persons), ``person_number`` (canonical; null for all but persons) and ``adult_on``.
    """
    rows = rows.with_columns(tell_subject_kinds(rows, template_kind, organisation_endings))
    is_person = pl.col("subject_kind") == SubjectKind.PERSON.value
    rows = rows.with_columns(*_organisation_code(is_person), _person_kind(is_person))
    rows = rows.with_columns(*_written_number(is_person))
    persons = _person_ids(rows, hash_key)
    nobody = pl.when(is_person).then(_unknown_person(rows, hash_key)).otherwise(pl.format("none:{}", "record_id"))
    return (
        rows.join(persons, on=_PERSON_KEY, how="left", maintain_order="left")
        .with_columns(
            subject_id=pl.coalesce("person_subject_id", pl.concat_str("organisation_prefix", "identifier_code"), nobody)
        )
        .drop("person_subject_id", "organisation_prefix", "person_kind", "written_number")
    )


def _organisation_code(is_person: pl.Expr) -> list[pl.Expr]:
    any_code = pl.col("subject_code").str.to_uppercase().str.replace_all("-", "", literal=True)
    choices = (
        (IdentifierKind.USCC, "uscc:", _USCC_FORM, pl.col("uscc_code")),
        (IdentifierKind.USCC, "uscc:", _USCC_FORM, any_code),
        (IdentifierKind.REGISTRATION, "reg:", _REGISTRATION_FORM, pl.col("registration_code")),
        (IdentifierKind.REGISTRATION, "reg:", _REGISTRATION_FORM, any_code),
        (IdentifierKind.ORG_CODE, "org:", _ORG_FORM, pl.col("org_code")),
        (IdentifierKind.ORG_CODE, "org:", _ORG_FORM, any_code),
    )
    usable = [
        (kind, prefix, code, ~is_person & code.str.contains(form) & (code != DUMMY_USCC))
        for kind, prefix, form, code in choices
    ]
    return [
        pl.coalesce(*(pl.when(fits).then(pl.lit(kind.value)) for kind, _, _, fits in usable)).alias("identifier_kind"),
        pl.coalesce(*(pl.when(fits).then(pl.lit(prefix)) for _, prefix, _, fits in usable)).alias(
            "organisation_prefix"
        ),
        pl.coalesce(*(pl.when(fits).then(code) for _, _, code, fits in usable)).alias("identifier_code"),
    ]


def _person_kind(is_person: pl.Expr) -> pl.Expr:
    other_document = (pl.col("person_id_type").fill_null("id_card") != "id_card") | (
        pl.col("person_id").is_null() & pl.col("other_person_id").is_not_null()
    )
    return (
        pl.when(is_person & other_document)
        .then(pl.lit(IdentifierKind.OTHER_PERSON.value))
        .when(is_person)
        .then(pl.lit(IdentifierKind.PERSON.value))
        .alias("person_kind")
    )


def _written_number(is_person: pl.Expr) -> list[pl.Expr]:
    number = pl.coalesce("person_id", "other_person_id", "subject_code").str.strip_chars()
    return [
        pl.coalesce("person_kind", "identifier_kind", pl.lit("")).alias("identifier_kind"),
        pl.when(is_person & (number != "")).then(number).alias("written_number"),
    ]


def _person_ids(rows: pl.DataFrame, hash_key: bytes) -> pl.DataFrame:
    """Return one row per distinct number; hashing per row would cost a million times what it has to."""
    distinct = rows.select(_PERSON_KEY).filter(pl.col("written_number").is_not_null()).unique(maintain_order=True)
    found = [_to_person(IdentifierKind(kind), number, hash_key) for kind, number in distinct.iter_rows()]
    columns = {
        "person_subject_id": pl.String(),
        "person_number": pl.String(),
        "adult_on": pl.Date(),
    }
    return pl.concat([distinct, pl.DataFrame(found, schema=columns, orient="row")], how="horizontal")


def _to_person(kind: IdentifierKind, written: str, hash_key: bytes) -> tuple[object, ...]:
    number = normalise_person_number(written, kind)
    born_on = birth_date(number) if kind is IdentifierKind.PERSON and is_valid_person_id(number) else None
    return person_subject_id(hash_key, number, kind), number, coming_of_age(born_on) if born_on else None


def _unknown_person(rows: pl.DataFrame, hash_key: bytes) -> pl.Expr:
    """A person without a number is nobody else's twin: the id is made from the record's own id."""
    missing = rows.filter((pl.col("subject_kind") == SubjectKind.PERSON.value) & pl.col("written_number").is_null())[
        "record_id"
    ]
    ids = {key: "psn:" + hmac.digest(hash_key, f"record|{key}".encode(), "sha256").hex()[:32] for key in missing}
    if not ids:
        return pl.lit(None, dtype=pl.String)
    return pl.col("record_id").replace_strict(ids, default=None, return_dtype=pl.String)
