"""The tables of joint measures: executing bodies, tasks, feedback, and reports of what nobody asked for.

Like those in `tables` they only store; checks and triggers are in ``migrations``.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.tables import Instant, Row


class MeasureBodyRow(Row, table=True):
    """An agency that carries out a measure in this district; ended once, never deleted."""

    __tablename__ = "measure_body"
    number: int | None = Field(default=None, primary_key=True)
    measure: str = Field(index=True)
    agency_code: str = Field(foreign_key="agency.agency_code")
    reason: str = Field(sa_type=sa.Text)
    named_by: str
    named_at: datetime = Field(sa_type=Instant)
    ended_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class MeasureTaskRow(Row, table=True):
    """One agency asked to carry out one measure."""

    __tablename__ = "measure_task"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "measure"],
            ["measure_owed.case_id", "measure_owed.measure"],
            name="fk_measure_task_case_id_measure",
        ),
        sa.UniqueConstraint(
            "case_id", "measure", "agency_code", "round", name="uq_measure_task_case_id_measure_agency_code_round"
        ),
    )
    task_id: str = Field(primary_key=True)
    case_id: str
    measure: str
    agency_code: str = Field(foreign_key="agency.agency_code", index=True)
    round: int
    asked_on: date
    due_on: date | None = None
    state: str
    statute: str = Field(sa_type=sa.Text)
    lift_asked_on: date | None = None
    lift_due_on: date | None = None
    version: int


class MeasureFeedbackRow(Row, table=True):
    """One thing an agency said about a task; ``seq`` is the version the task had after it."""

    __tablename__ = "measure_feedback"
    __table_args__ = (
        sa.UniqueConstraint("agency_code", "idempotency_key", name="uq_measure_feedback_agency_code_idempotency_key"),
    )
    task_id: str = Field(primary_key=True, foreign_key="measure_task.task_id")
    seq: int = Field(primary_key=True)
    kind: str
    actor_id: str
    agency_code: str
    done_on: date
    recorded_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    what: str = Field(sa_type=sa.Text)
    amount_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    basis: str = Field(sa_type=sa.Text)
    document_no: str
    evidence: str = Field(sa_type=sa.Text)
    idempotency_key: str | None = None


class MeasureStrayRow(Row, table=True):
    """A measure somebody reported although nobody may have been asked for it; never altered, never deleted."""

    __tablename__ = "measure_stray"
    number: int | None = Field(default=None, primary_key=True)
    agency_code: str = Field(foreign_key="agency.agency_code")
    actor_id: str
    measure: str
    case_id: str
    why: str
    done_on: date
    recorded_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    what: str = Field(sa_type=sa.Text)
    document_no: str
