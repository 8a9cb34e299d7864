"""Accepted rows to records: the second half of the door, after `intake` and before `warehouse`.

Every template ends in the same frame, `RECORD_SCHEMA`. Persons leave this module under a keyed hash and a masked name;
their full names and numbers go into `BuiltRecords.persons` alone, for the ledger's encrypted vault. It deliberately
gives no severity, category or points: those are rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import Template
from credit_service.normalise.act_keys import make_act_keys, make_record_ids
from credit_service.normalise.amounts import normalise_fen, normalise_penalty_mask
from credit_service.normalise.dates import (
    normalise_decided_on,
    normalise_ends_on,
    normalise_is_minor,
    normalise_revoked_on,
)
from credit_service.normalise.identifiers import resolve_subjects
from credit_service.normalise.names import (
    normalise_document_no,
    normalise_name,
    normalise_text,
    normalise_topic,
    withhold_persons,
)
from credit_service.normalise.record_schema import RECORD_SCHEMA, check_record_frame
from credit_service.normalise.regions import normalise_region_code
from credit_service.normalise.targets import read_targets, tell_record_kinds
from credit_service.normalise.unnamed import add_representative_keys, identify_unnamed

__all__ = ["RECORD_SCHEMA", "BuildContext", "BuiltRecords", "build_records"]

PERSON_SCHEMA = pl.Schema({"subject_id": pl.String(), "name": pl.String(), "id_number": pl.String()})


@dataclass(frozen=True)
class BuildContext:
    """What all rows of a batch have in common.

    ``learned_at`` is the instant the batch was stored first, so that storing it again gives the same records.
    """

    batch_id: str
    agency_code: str
    template: Template
    learned_at: datetime
    hash_key: bytes = field(repr=False)
    multi_sheet: bool = False


@dataclass(frozen=True)
class BuiltRecords:
    """Records for the warehouse, and the persons among their subjects for the ledger's vault only.

    **Shape**: ``records`` has `RECORD_SCHEMA`, one row per accepted row in the same order; ``persons`` has
    ``subject_id``, ``name``, ``id_number``, one row per distinct person, ordered.
    """

    records: pl.DataFrame
    persons: pl.DataFrame = field(repr=False)


def build_records(accepted: pl.DataFrame, context: BuildContext) -> BuiltRecords:
    """Return accepted rows of any template as records.

    Args:
        accepted: ``row`` and ``sheet``, then one typed column per header of the template (`intake.read_batch`).
        context: The batch.

    **Units**: money in whole fen, dates in Asia/Shanghai, ``learned_at`` in naive UTC.
    """
    rows = read_targets(accepted, context.template).with_columns(tell_record_kinds(accepted, context.template))
    rows = rows.with_columns(
        make_record_ids(rows, context.batch_id, multi_sheet=context.multi_sheet).alias("record_id")
    )
    rows = resolve_subjects(
        rows, context.template.subject_kind, context.hash_key, context.template.organisation_endings
    )
    rows = add_representative_keys(rows, context.hash_key)
    rows = rows.with_columns(
        *(normalise_name(name) for name in ("subject_name", "authority_name")),
        normalise_topic(),
        *(normalise_text(name) for name in ("fact", "basis", "outcome", "consent_no")),
        *(normalise_fen(name) for name in ("fine_fen", "confiscated_fen", "amount_fen")),
        normalise_document_no("document_no"),
        normalise_penalty_mask(),
        normalise_decided_on(context.learned_at),
        normalise_ends_on(),
        normalise_revoked_on(context.learned_at),
        normalise_region_code(),
    )
    rows = identify_unnamed(rows, context.agency_code)
    persons = _collect_persons(rows)
    rows = rows.with_columns(make_act_keys(rows, context.agency_code))
    rows = withhold_persons(rows)
    return BuiltRecords(check_record_frame(_to_records(rows, context)), persons)


def _collect_persons(rows: pl.DataFrame) -> pl.DataFrame:
    persons = rows.filter(
        (pl.col("subject_kind") == SubjectKind.PERSON.value) & pl.col("person_number").is_not_null()
    ).select("subject_id", name="subject_name", id_number="person_number")
    return persons.unique().sort("subject_id", "name", "id_number").match_to_schema(PERSON_SCHEMA)


def _to_records(rows: pl.DataFrame, context: BuildContext) -> pl.DataFrame:
    template = context.template
    learned_at = pl.lit(context.learned_at.astimezone(UTC).replace(tzinfo=None), dtype=pl.Datetime("us"))
    return rows.with_columns(
        normalise_is_minor(),
        pl.lit(context.batch_id).alias("batch_id"),
        pl.lit(context.agency_code).alias("agency_code"),
        pl.lit(template.template_id).alias("template"),
        pl.col("honour_level").fill_null("none"),
        pl.col("simple_procedure").fill_null(value=False),
        pl.col("consent").fill_null(value=False),
        pl.col("share_scope").fill_null("public"),
        learned_at.alias("learned_at"),
        # Until the warehouse finds that it only repeats what stands.
        learned_at.alias("visible_at"),
        pl.lit(None, dtype=pl.Datetime("us")).alias("superseded_at"),
    ).select(RECORD_SCHEMA.names())
