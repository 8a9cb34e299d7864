"""Organisations without a code: an id that their later records share, and nobody else's.

Before it stand rows whose names, regions and document numbers are in one spelling; after it each organisation without a
valid code has an id ``none:…`` that a person's judgement can be remembered under. A name alone never makes two records
one: it takes the same sender, kind and name, and the same legal representative or (for organisations, whose names a
registrar grants once in a county) the same county. Where neither is known the id is that of the act: only the same
document about the same name shares it, so that an act sent again is known again. It compares no names but equal ones.

Source: 企业名称登记管理规定 (国务院令第734号) Art. 17: one name, one enterprise with the same registrar.
"""

from __future__ import annotations

import hmac
from hashlib import blake2b
from typing import NamedTuple

import polars as pl

from credit_service.domain.resolution import UNNAMED
from credit_service.domain.subject import SubjectKind


class Unnamed(NamedTuple):
    """What is known of an organisation without a code, from one row."""

    subject_kind: str
    subject_name: str
    region_code: str | None
    representative_key: str | None
    document_no: str


def spell_name(name: pl.Expr) -> pl.Expr:
    """Return names for comparison: NFKC, small letters, no spaces, round brackets and dots of one shape."""
    text = name.fill_null("").str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_lowercase()
    return text.str.replace_many(["(", ")", "•", "・", "‧"], ["（", "）", "·", "·", "·"])


def add_representative_keys(rows: pl.DataFrame, hash_key: bytes) -> pl.DataFrame:
    """Add the keyed hash of each organisation's legal representative; the name itself goes no further.

    Args:
        rows: Targets with ``legal_representative`` and ``subject_kind``.
        hash_key: The key of the installation; it lies outside both stores.

    **Shape**: the same rows, plus ``representative_key``, null where there is no name and for persons.
    """
    is_person = pl.col("subject_kind") == SubjectKind.PERSON.value
    spelled = pl.when(~is_person).then(spell_name(pl.col("legal_representative")))
    rows = rows.with_columns(representative_key=spelled.replace("", None))
    names = rows["representative_key"].drop_nulls().unique()
    if names.is_empty():
        return rows
    keys = [hmac.digest(hash_key, f"representative|{name}".encode(), "sha256").hex()[:32] for name in names]
    return rows.with_columns(
        pl.col("representative_key").replace_strict(
            names, pl.Series(keys, dtype=pl.String), default=None, return_dtype=pl.String
        )
    )


def identify_unnamed(rows: pl.DataFrame, agency_code: str) -> pl.DataFrame:
    """Give organisations without a code an id that their later records from the same sender share.

    Args:
        rows: Rows whose ``subject_id`` is ``none:<record id>`` where there is no code; names, regions and document
            numbers normalised.
        agency_code: The sender. Two senders never share an id: each writes names in its own way.

    **Shape**: the same rows. ``act_subject`` is added: whom the act is about for the purpose of knowing it again; it
    differs from ``subject_id`` only where a document number and a name identify the act without any code, so that a
    corrected representative is a correction and no second act.
    """
    rows = rows.with_columns(act_subject=pl.col("subject_id"))
    places = rows["subject_id"].str.starts_with(UNNAMED).arg_true()
    if places.is_empty():
        return rows
    unnamed = rows[places].select("subject_id", *Unnamed._fields)
    unnamed = unnamed.with_columns(spell_name(pl.col("subject_name")), pl.col("document_no").fill_null(""))
    ids, acts = [], []
    for record_id, *known in unnamed.iter_rows():
        one = Unnamed(*known)
        ids.append(_to_id(agency_code, one) or record_id)
        acts.append(_to_act_subject(one) or ids[-1])
    return rows.with_columns(
        rows["subject_id"].scatter(places, pl.Series(ids, dtype=pl.String)),
        rows["act_subject"].scatter(places, pl.Series(acts, dtype=pl.String)),
    )


def _to_id(agency_code: str, one: Unnamed) -> str | None:
    if not one.subject_name:
        return None
    is_organisation = one.subject_kind == SubjectKind.ORGANISATION.value
    in_county = is_organisation and one.region_code is not None and not one.region_code.endswith("00")
    who = (agency_code, one.subject_kind, one.subject_name)
    if one.representative_key is not None or in_county:
        return _hash(*who, one.region_code or "", one.representative_key or "")
    return _hash(*who, "act", one.document_no) if one.document_no else None


def _to_act_subject(one: Unnamed) -> str | None:
    return _hash(one.subject_kind, one.subject_name) if one.subject_name and one.document_no else None


def _hash(*parts: str) -> str:
    return UNNAMED + blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
