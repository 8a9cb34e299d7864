"""The life of a batch: held, corrected, withdrawn; archives, idempotency keys, and authorities an agency speaks for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0002 import (
    AGAIN_AFTER_REBUILD,
    BANS,
    BATCH_CHECKS,
    NEVER_TRUNCATED,
    RETRACTION_CHECKS,
)
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OLD_COLUMNS = (
    "seq, batch_id, agency_code, sha256, size, kind, file_name, received_at, received_by, status, template, rows, "
    "accepted, rejected, blank, records_digest, stored_at, refusal"
)


def upgrade() -> None:
    """Widen batches and add what is new; every batch of the first schema stays as it is."""
    # Null means that nobody has decided yet: the reference table then fills it when the service starts.
    op.add_column("agency", sa.Column("authorities", sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_batch()
    else:
        _alter_batch()
    _create_retraction()
    _create_idempotency_key()
    install(BANS)
    forbid_truncate(NEVER_TRUNCATED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("corrects", sa.String(), nullable=True),
        sa.Column("container_sha256", sa.String(), nullable=True),
        sa.Column("container_name", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column("unusual", sa.Text(), nullable=True),
        sa.Column("permit", sa.JSON(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("override_by", sa.String(), nullable=True),
    ]


def _alter_batch() -> None:
    for column in _new_columns():
        op.add_column("batch", column)
    op.drop_constraint(op.f("uq_batch_agency_code_sha256"), "batch", type_="unique")
    op.create_unique_constraint(
        op.f("uq_batch_agency_code_sha256_attempt"), "batch", ["agency_code", "sha256", "attempt"]
    )
    op.create_foreign_key(op.f("fk_batch_corrects"), "batch", "batch", ["corrects"], ["batch_id"])
    for name in ("ck_batch_status", "ck_batch_counts", "ck_batch_refusal"):
        op.drop_constraint(op.f(name), "batch", type_="check")
    for name, condition in BATCH_CHECKS.items():
        op.create_check_constraint(op.f(name), "batch", sa.text(condition))
    op.create_index(op.f("ix_batch_corrects"), "batch", ["corrects"], unique=False)


def _rebuild_batch() -> None:
    """Make the table anew with the wider checks: SQLite cannot alter one; nothing refers to it yet."""
    op.rename_table("batch", "batch_0001")
    op.drop_index(op.f("ix_batch_status"), "batch_0001")
    op.create_table(
        "batch",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("blank", sa.BigInteger(), nullable=False),
        sa.Column("records_digest", sa.String(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        *_new_columns(),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_batch_agency_code")),
        sa.ForeignKeyConstraint(["corrects"], ["batch.batch_id"], name=op.f("fk_batch_corrects")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_batch")),
        *(sa.CheckConstraint(condition, name=op.f(name)) for name, condition in BATCH_CHECKS.items()),
        sa.UniqueConstraint("agency_code", "sha256", "attempt", name=op.f("uq_batch_agency_code_sha256_attempt")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_batch_batch_id")),
    )
    op.execute(f"INSERT INTO batch ({_OLD_COLUMNS}) SELECT {_OLD_COLUMNS} FROM batch_0001 ORDER BY seq")  # noqa: S608
    op.drop_table("batch_0001")
    op.create_index(op.f("ix_batch_status"), "batch", ["status"], unique=False)
    op.create_index(op.f("ix_batch_corrects"), "batch", ["corrects"], unique=False)
    install(AGAIN_AFTER_REBUILD)


def _create_retraction() -> None:
    op.create_table(
        "retraction",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.batch_id"], name=op.f("fk_retraction_batch_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_retraction")),
        *(sa.CheckConstraint(condition, name=op.f(name)) for name, condition in RETRACTION_CHECKS.items()),
    )
    op.create_index(op.f("ix_retraction_batch_id"), "retraction", ["batch_id"], unique=False)


def _create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("batch_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_idempotency_key_agency_code")),
        sa.PrimaryKeyConstraint("agency_code", "key", name=op.f("pk_idempotency_key")),
    )
