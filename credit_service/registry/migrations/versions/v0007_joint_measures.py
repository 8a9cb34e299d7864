"""Joint measures: executing bodies, tasks to agencies, their feedback, and what was reported that nobody asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0007 import (
    BANS,
    BODY_CHECKS,
    FEEDBACK_CHECKS,
    LEGAL_DAY,
    LIFT,
    LIFT_WHEN,
    NATURES,
    NEVER_TRUNCATED,
    REPLACED,
    REST,
    STRAY_CHECKS,
    SUSPENDED_WHEN,
    TASK_CHECKS,
)
from credit_service.registry.migrations.triggers import forbid_truncate, install, install_follow_up

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen measures owed, fill in the nature of those written down before, and create the tables with their law."""
    for name in REPLACED:
        _drop_ban(name, "measure_owed")
    op.add_column("measure_owed", sa.Column("nature", sa.String(), nullable=False, server_default=""))
    op.add_column("measure_owed", sa.Column("relevance", sa.Text(), nullable=False, server_default=""))
    op.add_column("measure_owed", sa.Column("suspended_on", sa.Date(), nullable=True))
    for nature, slugs in NATURES.items():
        names = ", ".join(f"'{slug}'" for slug in slugs)
        op.execute(f"UPDATE measure_owed SET nature = '{nature}' WHERE measure IN ({names})")  # noqa: S608 - constants
    _create_body()
    _create_task()
    _create_feedback()
    _create_stray()
    install(BANS)
    install_follow_up("measure_end_asks_lift", "measure_owed", LIFT_WHEN, LIFT)
    install_follow_up("case_suspension_rests_measures", "listing_case", SUSPENDED_WHEN, REST)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _drop_ban(name: str, table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def _checks(checks: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items()]


def _create_body() -> None:
    op.create_table(
        "measure_body",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_measure_body_agency_code")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_measure_body")),
        *_checks(BODY_CHECKS),
    )
    op.create_index(op.f("ix_measure_body_measure"), "measure_body", ["measure"])


def _create_task() -> None:
    op.create_table(
        "measure_task",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("statute", sa.Text(), nullable=False),
        sa.Column("lift_asked_on", sa.Date(), nullable=True),
        sa.Column("lift_due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "measure"],
            ["measure_owed.case_id", "measure_owed.measure"],
            name=op.f("fk_measure_task_case_id_measure"),
        ),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_measure_task_agency_code")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_measure_task")),
        sa.UniqueConstraint(
            "case_id", "measure", "agency_code", "round", name=op.f("uq_measure_task_case_id_measure_agency_code_round")
        ),
        *_checks(TASK_CHECKS),
    )
    op.create_index(op.f("ix_measure_task_agency_code"), "measure_task", ["agency_code"])


def _create_feedback() -> None:
    day = {"ck_measure_feedback_legal_day": LEGAL_DAY[op.get_bind().dialect.name]}
    op.create_table(
        "measure_feedback",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("document_no", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["measure_task.task_id"], name=op.f("fk_measure_feedback_task_id")),
        sa.PrimaryKeyConstraint("task_id", "seq", name=op.f("pk_measure_feedback")),
        sa.UniqueConstraint(
            "agency_code", "idempotency_key", name=op.f("uq_measure_feedback_agency_code_idempotency_key")
        ),
        *_checks(FEEDBACK_CHECKS | day),
    )


def _create_stray() -> None:
    day = {"ck_measure_stray_legal_day": LEGAL_DAY[op.get_bind().dialect.name]}
    op.create_table(
        "measure_stray",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("document_no", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_measure_stray_agency_code")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_measure_stray")),
        *_checks(STRAY_CHECKS | day),
    )
