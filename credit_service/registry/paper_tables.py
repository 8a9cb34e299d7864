"""The table of papers: which number was taken for what, and the hashes of what was issued.

It only stores, as those of `tables`; its law is in ``migrations`` alone.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.tables import Instant, Row


class PaperRow(Row, table=True):
    """One number of one series; reserved, then issued or voided, never used twice, never deleted."""

    __tablename__ = "paper"
    __table_args__ = (sa.UniqueConstraint("agency_code", "year", "kind", "serial"),)
    paper_id: str = Field(primary_key=True)
    object_id: str = Field(index=True)
    case_id: str | None = Field(default=None, index=True, foreign_key="listing_case.case_id")
    agency_code: str
    year: int
    kind: str
    serial: int
    document_no: str = Field(index=True)
    state: str
    issued_on: date
    reserved_by: str
    reserved_at: datetime = Field(default=None, sa_type=Instant, nullable=False)
    key_id: str
    rulebook: str
    template_hash: str
    docx_sha256: str | None = None
    pdf_sha256: str | None = None
    issued_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    voided_by: str | None = None
    voided_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    void_reason: str | None = Field(default=None, sa_type=sa.Text, nullable=True)
