"""Tables of credit repair: applications, their acts and papers, marks on records, notices. They only store."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Row, instant, json_list, text


class RepairRow(Row, table=True):
    """One application; it moves by its acts only and is never deleted."""

    __tablename__ = "repair"
    repair_id: str = Field(primary_key=True)
    target_kind: str
    target_id: str = Field(index=True)
    case_id: str | None = Field(default=None, foreign_key="listing_case.case_id", index=True)
    record_ids: list[str] = json_list()
    subject_id: str = Field(index=True)
    subject_name: str
    fact: str = text()
    severity: str | None = None
    rule: str
    needs: str
    opens_on: date | None = None
    authority_code: str
    authority_name: str
    channel: str
    applied_on: date
    applied_at: datetime = instant()
    since_on: date | None = None
    state: str = Field(index=True)
    competent_code: str | None = Field(default=None, foreign_key="agency.agency_code")
    forwarded_on: date | None = None
    accepted_on: date | None = None
    extended_on: date | None = None
    checked_on: date | None = None
    checked_by: str | None = None
    checked_for: str | None = None
    closed_on: date | None = None
    decided_by: str | None = None
    decision_no: str | None = None
    decision_reason: str | None = text(nullable=True)
    ground: str | None = None
    barred_until_on: date | None = None
    version: int


class RepairApplicantRow(Row, table=True):
    """Who applied, encrypted, and the keyed hash of the receipt code; never altered, never deleted."""

    __tablename__ = "repair_applicant"
    repair_id: str = Field(primary_key=True, foreign_key="repair.repair_id")
    applicant_enc: bytes
    key_id: str
    receipt_hash: str


class RepairActRow(Row, table=True):
    """One act on one application; never altered, never deleted."""

    __tablename__ = "repair_act"
    repair_id: str = Field(primary_key=True, foreign_key="repair.repair_id")
    seq: int = Field(primary_key=True)
    kind: str
    actor_id: str
    done_on: date
    recorded_at: datetime = instant()
    document_no: str
    reason: str = text()
    finding: str = text()
    ground: str
    agency_code: str
    for_id: str
    to_agency: str
    rulebook: str


class RepairExhibitRow(Row, table=True):
    """One file of one act: what it is, and the hash of its bytes."""

    __tablename__ = "repair_exhibit"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["repair_id", "seq"], ["repair_act.repair_id", "repair_act.seq"], name="fk_repair_exhibit_act"
        ),
    )
    repair_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    paper: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True, foreign_key="exhibit.sha256")


class RecordRepairRow(Row, table=True):
    """A record counts as repaired from a day on, known from an instant on; never altered, never deleted."""

    __tablename__ = "record_repair"
    record_id: str = Field(primary_key=True)
    repair_id: str = Field(foreign_key="repair.repair_id", index=True)
    from_on: date
    decision_no: str
    repaired_at: datetime = instant()


class ConsumerNoticeRow(Row, table=True):
    """What one agency is told of one repair; it gets its receipt once."""

    __tablename__ = "consumer_notice"
    __table_args__ = (sa.UniqueConstraint("repair_id", "agency_code", name="uq_consumer_notice_repair_id_agency_code"),)
    notice_id: str = Field(primary_key=True)
    repair_id: str = Field(foreign_key="repair.repair_id")
    agency_code: str = Field(foreign_key="agency.agency_code", index=True)
    grounds: str
    issued_on: date
    issued_at: datetime = instant()
    due_on: date | None = None
    receipt_at: datetime | None = instant(nullable=True)
    receipt_by: str | None = None
