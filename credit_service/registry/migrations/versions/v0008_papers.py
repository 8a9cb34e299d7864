"""Papers of due process: numbers in series without gaps, and the hashes of what was issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0008 import BANS, LEGAL_YEAR, NEVER_TRUNCATED, PAPER_CHECKS
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table with its law."""
    checks = PAPER_CHECKS | {"ck_paper_legal_year": LEGAL_YEAR[op.get_bind().dialect.name]}
    op.create_table(
        "paper",
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("reserved_by", sa.String(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("template_hash", sa.String(), nullable=False),
        sa.Column("docx_sha256", sa.String(), nullable=True),
        sa.Column("pdf_sha256", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_paper_case_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_paper")),
        sa.UniqueConstraint(
            "agency_code", "year", "kind", "serial", name=op.f("uq_paper_agency_code_year_kind_serial")
        ),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items()),
    )
    for column in ("object_id", "case_id", "document_no"):
        op.create_index(op.f(f"ix_paper_{column}"), "paper", [column])
    install(BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)
