"""Cases under review, taken over, suspended and marked; delegations; evidence; who acted under which rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations import law_0001, law_0006
from credit_service.registry.migrations.law_0006_triggers import CASE_BANS, LINK_BANS, NEVER_TRUNCATED, NEW_BANS
from credit_service.registry.migrations.triggers import forbid_truncate, install, reinstall, replace_checks

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen cases and acts; every case of an earlier schema stays as it is."""
    _widen_case()
    for name in ("ground", "agency_code", "for_id", "rulebook"):
        op.add_column("act", sa.Column(name, sa.String(), nullable=False, server_default=""))
    _create_delegation()
    _create_exhibit()
    reinstall((*CASE_BANS, *LINK_BANS))
    install(NEW_BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _widen_case() -> None:
    op.add_column("listing_case", sa.Column("source_agency", sa.String(), nullable=False, server_default=""))
    for name in ("source_decision_no", "reviewer_id", "suspension_ground"):
        op.add_column("listing_case", sa.Column(name, sa.String(), nullable=True))
    for name in law_0006.NEW_DATES:
        op.add_column("listing_case", sa.Column(name, sa.Date(), nullable=True))
    checks = dict(law_0006.CASE_CHECKS)
    if op.get_bind().dialect.name == "sqlite":
        checks |= law_0006.NEW_DATE_CHECKS
    replace_checks("listing_case", law_0001.CASE_CHECKS, checks)


def _create_delegation() -> None:
    checks = dict(law_0006.DELEGATION_CHECKS)
    if op.get_bind().dialect.name == "sqlite":
        checks |= law_0006.DELEGATION_DATES
    op.create_table(
        "delegation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["account.account_id"], name=op.f("fk_delegation_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["account.account_id"], name=op.f("fk_delegation_to_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_delegation")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items()),
    )
    op.create_index(op.f("ix_delegation_to_id"), "delegation", ["to_id"])


def _create_exhibit() -> None:
    op.create_table(
        "exhibit",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_exhibit")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in law_0006.EXHIBIT_CHECKS.items()),
    )
    op.create_table(
        "act_exhibit",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id", "seq"], ["act.case_id", "act.seq"], name=op.f("fk_act_exhibit_act")),
        sa.ForeignKeyConstraint(["sha256"], ["exhibit.sha256"], name=op.f("fk_act_exhibit_sha256")),
        sa.PrimaryKeyConstraint("case_id", "seq", "sha256", name=op.f("pk_act_exhibit")),
    )
