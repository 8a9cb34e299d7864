"""Judgements about who an organisation without a code is, and the register of namesakes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0003 import BANS, JUDGEMENT_CHECKS, NEVER_TRUNCATED
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of judgements with its law."""
    op.create_table(
        "subject_judgement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_subject_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("to_subject_id", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.String(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_subject_judgement")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in JUDGEMENT_CHECKS.items()),
    )
    op.create_index(op.f("ix_subject_judgement_from_subject_id"), "subject_judgement", ["from_subject_id"])
    op.create_index(op.f("ix_subject_judgement_to_subject_id"), "subject_judgement", ["to_subject_id"])
    running = sa.text("undone_at IS NULL AND verdict <> 'not_same'")
    op.create_index(
        "uq_subject_judgement_running",
        "subject_judgement",
        ["from_subject_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    install(BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)
