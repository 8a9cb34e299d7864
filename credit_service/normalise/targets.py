"""Columns of a template, read as the targets their ``field`` names.

Before it stands an accepted frame with the headers of the template; after it a frame with one column per target, the
same set whatever the template, so that the rest of normalise needs to know no template. The targets are described at
the top of `intake.templates`. It changes no value.
"""

from __future__ import annotations

import polars as pl

from credit_service.domain.template import Template
from credit_service.normalise.record_schema import RECORD_SCHEMA

TARGETS: dict[str, pl.DataType] = {
    "subject_name": pl.String(),
    "subject_kind": pl.String(),
    "uscc_code": pl.String(),
    "registration_code": pl.String(),
    "org_code": pl.String(),
    "subject_code": pl.String(),
    "person_id": pl.String(),
    "person_id_type": pl.String(),
    "other_person_id": pl.String(),
    "legal_representative": pl.String(),
    "topic": pl.String(),
    "document_no": pl.String(),
    "fact": pl.String(),
    "basis": pl.String(),
    "outcome": pl.String(),
    "authority_name": pl.String(),
    "authority_code": pl.String(),
    "region_code": pl.String(),
    "penalty_kinds": pl.List(pl.String()),
    "fine_fen": pl.Int64(),
    "confiscated_fen": pl.Int64(),
    "amount_fen": pl.Int64(),
    "honour_level": pl.String(),
    "simple_procedure": pl.Boolean(),
    "decided_on": pl.Date(),
    "year": pl.Int64(),
    "ends_on": pl.Date(),
    "repaired_on": pl.Date(),
    "revoked_on": pl.Date(),
    "status_code": pl.String(),
    "consent": pl.Boolean(),
    "consent_no": pl.String(),
    "share_scope": pl.String(),
}


def read_targets(accepted: pl.DataFrame, template: Template) -> pl.DataFrame:
    """Return the accepted rows with one column per target.

    Args:
        accepted: ``row``, ``sheet`` and one column per header of the template.
        template: What its columns feed.

    **Shape**: one row per accepted row, in the same order; columns ``row``, ``sheet`` and all of `TARGETS`. Where two
    columns feed one target, the first filled one counts, and lists are joined; a constant of the template fills what no
    column filled.
    """
    feeding: dict[str, list[pl.Expr]] = {name: [] for name in TARGETS}
    for column in template.columns:
        if column.field in feeding and column.header in accepted.columns:
            feeding[column.field].append(pl.col(column.header))
    for name, value in template.constants:
        if name in feeding:
            feeding[name].append(_constant(value, RECORD_SCHEMA[name]))
    return accepted.select(
        pl.col("row").cast(pl.Int64),
        pl.col("sheet").cast(pl.String).fill_null(""),
        *(_first_filled(expressions, TARGETS[name]).alias(name) for name, expressions in feeding.items()),
    )


def tell_record_kinds(accepted: pl.DataFrame, template: Template) -> list[pl.Expr]:
    """Return ``kind`` and ``catalogue_class`` of each row: the template's, unless a column says otherwise."""
    kind, catalogue_class = pl.lit(template.record_kind), pl.lit(template.catalogue_class)
    for when in template.kind_when:
        holds = accepted[when.column] == when.value
        kind = pl.when(holds).then(pl.lit(when.record_kind)).otherwise(kind)
        catalogue_class = pl.when(holds).then(pl.lit(when.catalogue_class)).otherwise(catalogue_class)
    return [kind.alias("kind"), catalogue_class.alias("catalogue_class")]


def _first_filled(expressions: list[pl.Expr], dtype: pl.DataType) -> pl.Expr:
    if not expressions:
        return pl.lit(None, dtype=dtype)
    if isinstance(dtype, pl.List) and len(expressions) > 1:
        # Two columns of choices (处罚类别1, 处罚类别2) are one list, as far as they are filled.
        return pl.concat_list(e.fill_null([]) for e in expressions).list.unique(maintain_order=True).cast(dtype)
    return pl.coalesce(*expressions).cast(dtype)


def _constant(value: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.lit(value == "true")
    return pl.lit(value).cast(dtype)
