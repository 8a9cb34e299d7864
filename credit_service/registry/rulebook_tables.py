"""The tables of rulebooks: who adopted which from when, and the SQL compiled of them.

They only store, as those of `tables`; their law is in ``migrations`` alone.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Row, instant, text


class RulebookAdoptionRow(Row, table=True):
    """One proposal of a rulebook and what became of it; ended once, never altered, never deleted."""

    __tablename__ = "rulebook_adoption"
    number: int | None = Field(default=None, primary_key=True)
    kind: str
    rulebook: str = Field(index=True)
    from_on: date
    reason: str = text()
    proposed_by: str
    proposed_at: datetime = instant()
    accepted: list[str] = Field(default=None, sa_type=sa.JSON, nullable=False)
    unconfirmed: int
    confirmed_by: str | None = None
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_on: date | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = instant(nullable=True)
    withdraw_reason: str | None = text(nullable=True)


class RulebookSqlRow(Row, table=True):
    """One compiled text by its SHA-256."""

    __tablename__ = "rulebook_sql"
    sql_hash: str = Field(primary_key=True)
    sql: str = text()


class RulebookCompilationRow(Row, table=True):
    """What one compiler made of an adopted rulebook for one engine, from a day on."""

    __tablename__ = "rulebook_compilation"
    adoption: int = Field(primary_key=True, foreign_key="rulebook_adoption.number")
    target: str = Field(primary_key=True)
    compiler: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    rulebook: str
    sql_hash: str = Field(foreign_key="rulebook_sql.sql_hash")
    compiled_at: datetime = instant()
