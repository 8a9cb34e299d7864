"""The region of a subject, from its own code.

Positions 3–8 of a unified social credit code and 1–6 of a registration number are the division (GB/T 2260) of the
registering authority. A person's number names a birthplace, which is nobody's business: persons have no region.
"""

from __future__ import annotations

import polars as pl

from credit_service.domain.identifier import IdentifierKind
from credit_service.domain.subject import SubjectKind


def normalise_region_code() -> pl.Expr:
    """Return the six-digit division code, or null. Source: GB 32100-2015 4.2; GS 15-2006."""
    code, kind = pl.col("identifier_code"), pl.col("identifier_kind")
    own = (
        pl.when(kind == IdentifierKind.USCC.value)
        .then(code.str.slice(2, 6))
        .when(kind == IdentifierKind.REGISTRATION.value)
        .then(code.str.slice(0, 6))
    )
    region = pl.coalesce(pl.col("region_code"), own)
    is_region = region.str.contains("^[0-9]{6}$") & (pl.col("subject_kind") != SubjectKind.PERSON.value)
    return pl.when(is_region).then(region).alias("region_code")
