"""Second factors, sign-ins that say where they are from, and acts on accounts that stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0005 import (
    ACT_CHECKS,
    BANS,
    FACTOR_CHECKS,
    LINK_CHECKS,
    NEVER_TRUNCATED,
)
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their law; everybody signs in anew."""
    op.add_column("account", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("password_act", sa.Integer(), nullable=True))
    op.add_column("sign_in_failure", sa.Column("address", sa.String(), nullable=True))
    op.create_index(op.f("ix_sign_in_failure_address"), "sign_in_failure", ["address"])
    _create_sign_ins()
    _create_factors()
    _create_acts()
    install(BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _account(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["account.account_id"], name=op.f(f"fk_{table}_{column}"))


def _create_sign_ins() -> None:
    # A sign-in lasts eight hours: those of the earlier schema are worth less than a column that may be empty.
    op.drop_table("web_session")
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        _account("web_session"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
        sa.UniqueConstraint("session_id", name=op.f("uq_web_session_session_id")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"])
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _account("sign_in_step"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )


def _create_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("secret_enc", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        _account("second_factor"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_second_factor")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in FACTOR_CHECKS.items()),
    )
    op.create_index(op.f("ix_second_factor_account_id"), "second_factor", ["account_id"])
    for name, where in (
        ("uq_second_factor_running", "removed_at IS NULL AND confirmed_at IS NOT NULL"),
        ("uq_second_factor_pending", "removed_at IS NULL AND confirmed_at IS NULL"),
    ):
        op.create_index(
            name,
            "second_factor",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("factor", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["factor"], ["second_factor.number"], name=op.f("fk_recovery_code_factor")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_factor"), "recovery_code", ["factor"])


def _create_acts() -> None:
    op.create_table(
        "account_act",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        _account("account_act"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_account_act")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in ACT_CHECKS.items()),
    )
    op.create_index(op.f("ix_account_act_account_id"), "account_act", ["account_id"])
    op.create_table(
        "identity_link",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _account("identity_link"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_identity_link")),
        *(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in LINK_CHECKS.items()),
    )
    op.create_index(op.f("ix_identity_link_account_id"), "identity_link", ["account_id"])
