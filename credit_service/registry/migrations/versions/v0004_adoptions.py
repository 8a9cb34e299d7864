"""Adoptions of rulebooks with their compiled SQL, and receipts that name all an assessment follows from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0004 import ADOPTION_CHECKS, BANS, LEGAL_DAY, NEVER_TRUNCATED
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their law, and widen receipts; those of earlier schemas stay as they are."""
    _create_adoption()
    op.create_table(
        "rulebook_sql",
        sa.Column("sql_hash", sa.String(), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sql_hash", name=op.f("pk_rulebook_sql")),
    )
    op.create_table(
        "rulebook_compilation",
        sa.Column("adoption", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("compiler", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("sql_hash", sa.String(), nullable=False),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption"], ["rulebook_adoption.number"], name=op.f("fk_rulebook_compilation_adoption")
        ),
        sa.ForeignKeyConstraint(["sql_hash"], ["rulebook_sql.sql_hash"], name=op.f("fk_rulebook_compilation_sql_hash")),
        sa.PrimaryKeyConstraint("adoption", "target", "compiler", "from_on", name=op.f("pk_rulebook_compilation")),
    )
    # Null in receipts of earlier schemas only.
    op.add_column("assessment_run", sa.Column("adoption", sa.Integer(), nullable=True))
    for name in ("schema_hash", "compiler", "facts_digest", "result_digest"):
        op.add_column("assessment_run", sa.Column(name, sa.String(), nullable=True))
    install(BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _create_adoption() -> None:
    checks = ADOPTION_CHECKS | {"ck_rulebook_adoption_legal_day": LEGAL_DAY[op.get_bind().dialect.name]}
    op.create_table(
        "rulebook_adoption",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("unconfirmed", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rulebook_adoption")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items()),
    )
    op.create_index(op.f("ix_rulebook_adoption_rulebook"), "rulebook_adoption", ["rulebook"])
