"""The tables of the ledger. They only store: domain classes validate, repositories translate.

Checks, triggers and partial indexes are the law's copy and live in ``migrations`` alone; a test holds these classes and
the migrated database equal. Column suffixes are those of the house: ``_on`` a legal day, ``_at`` an instant, UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Instant, Row, instant, json_list, text

__all__ = ["Instant", "Row"]


class AgencyRow(Row, table=True):
    """A department."""

    __tablename__ = "agency"
    agency_code: str = Field(primary_key=True)
    name: str
    short_name: str
    region_code: str
    templates: list[str] = json_list()
    authorities: list[str] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True), nullable=True)


class AccountRow(Row, table=True):
    """A person who may sign in."""

    __tablename__ = "account"
    account_id: str = Field(primary_key=True)
    display_name: str
    agency_code: str = Field(foreign_key="agency.agency_code")
    role: str
    password_hash: str
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(nullable=True)
    must_change_password: bool = False
    password_act: int | None = None


class ApiKeyRow(Row, table=True):
    """A key of another system, as its SHA-256."""

    __tablename__ = "api_key"
    key_id: str = Field(primary_key=True)
    agency_code: str = Field(foreign_key="agency.agency_code")
    key_hash: str = Field(unique=True)
    scopes: list[str] = json_list()
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class BatchRow(Row, table=True):
    """One file of one agency; ``seq`` is the order of receipt."""

    __tablename__ = "batch"
    __table_args__ = (
        sa.UniqueConstraint("agency_code", "sha256", "attempt", name="uq_batch_agency_code_sha256_attempt"),
    )
    seq: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(unique=True)
    agency_code: str = Field(foreign_key="agency.agency_code")
    sha256: str
    size: int = Field(sa_type=sa.BigInteger)
    kind: str
    file_name: str
    received_at: datetime = instant()
    received_by: str
    status: str = Field(index=True)
    template: str | None = None
    rows: int = Field(sa_type=sa.BigInteger)
    accepted: int = Field(sa_type=sa.BigInteger)
    rejected: int = Field(sa_type=sa.BigInteger)
    blank: int = Field(sa_type=sa.BigInteger)
    records_digest: str | None = None
    stored_at: datetime | None = instant(nullable=True)
    refusal: str | None = text(nullable=True)
    corrects: str | None = Field(default=None, foreign_key="batch.batch_id", index=True)
    container_sha256: str | None = None
    container_name: str | None = None
    attempt: int = 0
    profile: str | None = text(nullable=True)
    unusual: str | None = text(nullable=True)
    permit: dict[str, list[str]] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True), nullable=True)
    override_reason: str | None = text(nullable=True)
    override_by: str | None = None


class RetractionRow(Row, table=True):
    """One withdrawal of a record, or of a whole batch; never altered, never deleted."""

    __tablename__ = "retraction"
    seq: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(foreign_key="batch.batch_id", index=True)
    record_id: str | None = None
    retracted_at: datetime = instant()
    reason: str = text()
    actor_id: str


class IdempotencyKeyRow(Row, table=True):
    """A sender's own name for one submission, and the batches it became."""

    __tablename__ = "idempotency_key"
    agency_code: str = Field(primary_key=True, foreign_key="agency.agency_code")
    key: str = Field(primary_key=True)
    sha256: str
    batch_ids: list[str] = json_list()
    created_at: datetime = instant()


class PersonRow(Row, table=True):
    """A natural person, encrypted."""

    __tablename__ = "person"
    subject_id: str = Field(primary_key=True)
    id_enc: bytes
    name_enc: bytes
    key_id: str


class KeyInUseRow(Row, table=True):
    """The id of the keys this ledger was made with, so that it is never opened with others."""

    __tablename__ = "key_in_use"
    key_id: str = Field(primary_key=True)


class AssessmentRunRow(Row, table=True):
    """The receipt of one assessment."""

    __tablename__ = "assessment_run"
    seq: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(unique=True)
    as_of: date
    known_at: datetime = instant()
    rulebook: str
    sql_hash: str
    counts: dict[str, int] = json_list()
    adoption: int | None = None
    schema_hash: str | None = None
    compiler: str | None = None
    facts_digest: str | None = None
    result_digest: str | None = None


class CaseRow(Row, table=True):
    """One candidate or listing; the law's checks on it are in the migrations."""

    __tablename__ = "listing_case"
    case_id: str = Field(primary_key=True)
    subject_id: str = Field(index=True)
    subject_kind: str
    subject_name: str
    identifier_code: str | None = Field(default=None, index=True)
    list_kind: str
    list_type: str
    list_basis: str = text()
    category: int
    authority_code: str
    authority_name: str
    state: str = Field(index=True)
    rule: str
    rulebook: str
    run_id: str
    record_ids: list[str] = json_list()
    fact: str = text()
    severity: str | None = None
    proposed_on: date
    adult_on: date | None = None
    consent_no: str
    drafted_by: str | None = None
    notice_no: str | None = None
    noticed_on: date | None = None
    notice_served_on: date | None = None
    notice_proof: str | None = text(nullable=True)
    statement_until_on: date | None = None
    heard_on: date | None = None
    hearing_note: str | None = text(nullable=True)
    decided_by: str | None = None
    decision_no: str | None = None
    decided_on: date | None = None
    decision_reason: str | None = text(nullable=True)
    decision_served_on: date | None = None
    decision_proof: str | None = text(nullable=True)
    min_until_on: date | None = None
    max_until_on: date | None = None
    published_on: date | None = None
    bulletin_id: str | None = None
    ended_on: date | None = None
    end_kind: str | None = None
    version: int
    publication_basis: str = text("")
    source_agency: str = ""
    source_decision_no: str | None = None
    source_decided_on: date | None = None
    source_ends_on: date | None = None
    reviewer_id: str | None = None
    taken_over_on: date | None = None
    suspended_on: date | None = None
    suspension_ground: str | None = None
    marked_on: date | None = None


class ActRow(Row, table=True):
    """One act on a case; ``seq`` is the version the case had after it."""

    __tablename__ = "act"
    case_id: str = Field(primary_key=True, foreign_key="listing_case.case_id")
    seq: int = Field(primary_key=True)
    kind: str
    actor_id: str
    done_on: date
    recorded_at: datetime = instant()
    document_no: str
    reason: str = text()
    evidence: str = text()
    ground: str = ""
    agency_code: str = ""
    for_id: str = ""
    rulebook: str = ""


class MeasureOwedRow(Row, table=True):
    """One measure that follows from one listing."""

    __tablename__ = "measure_owed"
    case_id: str = Field(primary_key=True, foreign_key="listing_case.case_id")
    measure: str = Field(primary_key=True)
    basis: str = text()
    body: str = text()
    from_on: date
    until_on: date | None = None
    ended_on: date | None = None
    nature: str = ""
    relevance: str = text("")
    suspended_on: date | None = None


class PublicationRow(Row, table=True):
    """One released bulletin."""

    __tablename__ = "publication"
    bulletin_id: str = Field(primary_key=True)
    period: str = Field(unique=True)
    serial: int = Field(unique=True)
    title: str
    issued_at: datetime = instant()
    files: list[dict[str, Any]] = json_list()
    manifest_sha256: str


class PublicationEntryRow(Row, table=True):
    """One case shown in one bulletin; ``place`` is its order there."""

    __tablename__ = "publication_entry"
    bulletin_id: str = Field(primary_key=True, foreign_key="publication.bulletin_id")
    case_id: str = Field(primary_key=True, foreign_key="listing_case.case_id")
    place: int


class LookUpRow(Row, table=True):
    """One row of the access log; never altered, never deleted."""

    __tablename__ = "look_up"
    __table_args__ = (sa.Index(None, "subject_id", "at"),)
    seq: int | None = Field(default=None, primary_key=True)
    agency_code: str
    actor_id: str
    subject_id: str
    purpose: str
    case_no: str
    at: datetime = instant()
    hits: int


class AuditRow(Row, table=True):
    """One link of the audit chain; never altered, never deleted."""

    __tablename__ = "audit"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = instant()
    actor_id: str
    action: str
    object_id: str = Field(index=True)
    detail: str = text()
    prev_hash: str
    hash: str


class SubjectJudgementRow(Row, table=True):
    """One judgement about who a subject is; ended once, never altered, never deleted."""

    __tablename__ = "subject_judgement"
    number: int | None = Field(default=None, primary_key=True)
    from_subject_id: str = Field(index=True)
    verdict: str
    to_subject_id: str | None = Field(default=None, index=True)
    reason: str = text()
    evidence: str = text("")
    judged_by: str
    judged_at: datetime = instant()
    undone_by: str | None = None
    undone_at: datetime | None = instant(nullable=True)
    undo_reason: str | None = text(nullable=True)


def table_of(model: type[Row]) -> sa.Table:
    """Return the table a class describes."""
    return Row.metadata.tables[str(model.__tablename__)]
