"""Tables of the procedure: who stands in for whom, and evidence. They only store, as those of `tables`."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Row, instant, text


class DelegationRow(Row, table=True):
    """One account lets another act in its place for some days; ended early once, never altered, never deleted."""

    __tablename__ = "delegation"
    number: int | None = Field(default=None, primary_key=True)
    from_id: str = Field(foreign_key="account.account_id")
    to_id: str = Field(foreign_key="account.account_id", index=True)
    from_on: date
    until_on: date
    reason: str = text()
    given_by: str
    given_at: datetime = instant()
    ended_by: str | None = None
    ended_at: datetime | None = instant(nullable=True)


class ExhibitRow(Row, table=True):
    """One piece of evidence, by the hash of its bytes; never altered, never deleted."""

    __tablename__ = "exhibit"
    sha256: str = Field(primary_key=True)
    file_name: str
    size: int = Field(sa_type=sa.BigInteger)
    added_by: str
    added_at: datetime = instant()


class ActExhibitRow(Row, table=True):
    """One piece of evidence of one act."""

    __tablename__ = "act_exhibit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["case_id", "seq"], ["act.case_id", "act.seq"], name="fk_act_exhibit_act"),
    )
    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str = Field(primary_key=True, foreign_key="exhibit.sha256")
