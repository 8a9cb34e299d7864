"""Tables of objections: what stands, every act, the marks, and, encrypted, what objectors wrote of themselves.

They only store, as those of `tables`; the law on them is in ``migrations/law_0009``.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Row, instant, json_list, text


class ObjectionRow(Row, table=True):
    """One objection."""

    __tablename__ = "objection"
    number: str = Field(primary_key=True)
    target: str
    record_id: str | None = Field(default=None, index=True)
    case_id: str | None = Field(default=None, foreign_key="listing_case.case_id", index=True)
    bulletin_id: str | None = Field(default=None, foreign_key="publication.bulletin_id")
    subject_id: str = Field(index=True)
    subject_kind: str
    objector: str
    channel: str
    objecting_agency: str
    authority: str = text()
    record_ids: list[str] = json_list()
    case_ids: list[str] = json_list()
    source_agencies: list[str] = json_list()
    received_on: date
    received_by: str
    marked_on: date
    mark_due_on: date
    due_on: date
    state: str = Field(index=True)
    version: int
    accepted_on: date | None = None
    accepted_by: str | None = None
    forwarded_on: date | None = None
    forwarded_by: str | None = None
    forwarded_to: str | None = Field(default=None, foreign_key="agency.agency_code", index=True)
    extension_reason: str | None = text(nullable=True)
    reminders: int
    reminded_on: date | None = None
    verified_on: date | None = None
    verified_by: str | None = None
    verdict: str | None = None
    verdict_reason: str | None = text(nullable=True)
    decided_on: date | None = None
    decided_by: str | None = None
    decision_no: str | None = None
    decision_reason: str | None = text(nullable=True)
    decision_check: str | None = text(nullable=True)
    redress: str | None = text(nullable=True)
    remedy: str | None = None
    listing: str | None = None
    wrong_records: list[str] = json_list()
    correction_due_on: date | None = None
    corrected_on: date | None = None
    corrected_by_batch: str | None = Field(default=None, foreign_key="batch.batch_id")
    withdrawn_on: date | None = None
    code_hash: str


class ObjectionActRow(Row, table=True):
    """One act on an objection; ``seq`` is the version the objection had after it."""

    __tablename__ = "objection_act"
    number: str = Field(primary_key=True, foreign_key="objection.number")
    seq: int = Field(primary_key=True)
    kind: str
    actor_id: str
    done_on: date
    recorded_at: datetime = instant()
    document_no: str
    reason: str = text()
    evidence: str = text()
    verdict: str
    remedy: str
    listing: str
    wrong_records: list[str] = json_list()
    redress: str = text()
    to_agency: str
    due_on: date | None = None
    agency_code: str
    for_id: str
    rulebook: str


class ObjectionMarkRow(Row, table=True):
    """One record or case that carries the mark of an objection as long as that is open."""

    __tablename__ = "objection_mark"
    __table_args__ = (sa.Index(None, "kind", "object_id"),)
    number: str = Field(primary_key=True, foreign_key="objection.number")
    kind: str = Field(primary_key=True)
    object_id: str = Field(primary_key=True)
    marked_on: date


class ObjectionExhibitRow(Row, table=True):
    """One piece of evidence of one act."""

    __tablename__ = "objection_exhibit"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["number", "seq"], ["objection_act.number", "objection_act.seq"], name="fk_objection_exhibit_act"
        ),
    )
    number: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str = Field(primary_key=True, foreign_key="exhibit.sha256")


class ObjectorRow(Row, table=True):
    """Who objects and how to reach them, encrypted."""

    __tablename__ = "objector"
    number: str = Field(primary_key=True, foreign_key="objection.number")
    name_enc: bytes
    phone_enc: bytes
    key_id: str


class ObjectionNoteRow(Row, table=True):
    """What an objector wrote with an act, encrypted."""

    __tablename__ = "objection_note"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["number", "seq"], ["objection_act.number", "objection_act.seq"], name="fk_objection_note_act"
        ),
    )
    number: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    text_enc: bytes
    key_id: str
