"""What kind of subject each row is about: what the row says, else its template, its codes, and last its name.

Before it stand the targets of a template; after it every row has a ``subject_kind``. A row that nothing tells anything
about is a person's wherever its template may name persons: a person taken for an organisation would be public, an
organisation taken for a person only waits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from credit_service.domain.identifier import is_valid_old_person_id, is_valid_person_id, is_valid_registration
from credit_service.domain.subject import SubjectKind

_PERSON = pl.lit(SubjectKind.PERSON.value)
_ORGANISATION = pl.lit(SubjectKind.ORGANISATION.value)
SHORTEST_NAME = 4
"""Letters an organisation's name has at least; a person may be called 李小店."""
_REMARK = r"\s*\([^()]*\)$"
_CITIZEN_FORM = "^(?:[0-9]{17}[0-9Xx]|[0-9]{15})$"


def tell_subject_kinds(rows: pl.DataFrame, template_kind: str | None, organisation_endings: Sequence[str]) -> pl.Expr:
    """Return the kind of each row's subject.

    Args:
        rows: The targets of a template.
        template_kind: The kind where the template fixes it.
        organisation_endings: How the name of an organisation ends where there is no code; none: every row without a
            code is an organisation's, as its template names nobody else.
    """
    told = pl.coalesce(pl.col("subject_kind"), pl.lit(template_kind, dtype=pl.String))
    has_code = pl.any_horizontal(pl.col("uscc_code", "registration_code", "org_code").is_not_null())
    has_number = pl.any_horizontal(pl.col("person_id", "other_person_id").is_not_null())
    return (
        pl.when(told.is_not_null())
        .then(told)
        .when(has_code)
        .then(_ORGANISATION)
        .when(pl.col("subject_code").is_not_null())
        .then(pl.when(pl.col("subject_code").is_in(_find_persons(rows))).then(_PERSON).otherwise(_ORGANISATION))
        .when(has_number)
        .then(_PERSON)
        .otherwise(_tell_by_name(organisation_endings))
        .alias("subject_kind")
    )


def _find_persons(rows: pl.DataFrame) -> list[str]:
    """Return the codes that are citizen numbers: the check digits and the birth date decide, value by value."""
    doubtful = rows["subject_code"].drop_nulls().unique()
    return [code for code in doubtful.filter(doubtful.str.contains(_CITIZEN_FORM)) if _is_person(code.upper())]


def _is_person(code: str) -> bool:
    # Where an old number is a registration number as well, intake has made the row say its kind.
    return is_valid_person_id(code) or (is_valid_old_person_id(code) and not is_valid_registration(code))


def _tell_by_name(endings: Sequence[str]) -> pl.Expr:
    """Return the kind by the end of the name: 张三（时任某银行行长） is a person, 某事务所（普通合伙） is none."""
    if not endings:
        return _ORGANISATION
    name = pl.col("subject_name").fill_null("").str.normalize("NFKC").str.strip_chars()
    name = name.str.replace(_REMARK, "").str.replace(_REMARK, "")
    ends = "|".join(re.escape(ending) for ending in endings)
    is_organisation = name.str.contains(f"(?:{ends})$") & (name.str.len_chars() >= SHORTEST_NAME)
    return pl.when(is_organisation).then(_ORGANISATION).otherwise(_PERSON)
