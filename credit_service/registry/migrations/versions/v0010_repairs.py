"""Applications for credit repair with their acts and papers; marks on records; notices to those who used them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations import law_0010
from credit_service.registry.migrations.law_0010_triggers import BANS, NEVER_DELETED
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nothing earlier changes."""
    _create_repair()
    _create_acts()
    _create_consequences()
    install(BANS)
    forbid_truncate(NEVER_DELETED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _checks(checks: dict[str, str], dates: dict[str, str] | None = None) -> list[sa.CheckConstraint]:
    known = {**checks, **(dates or {})} if op.get_bind().dialect.name == "sqlite" else checks
    return [sa.CheckConstraint(sql, name=op.f(name)) for name, sql in known.items()]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _days(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=True) for name in names]


def _create_repair() -> None:
    op.create_table(
        "repair",
        *_text("repair_id", "target_kind", "target_id"),
        *_text("case_id", nullable=True),
        sa.Column("record_ids", sa.JSON(), nullable=False),
        *_text("subject_id", "subject_name"),
        sa.Column("fact", sa.Text(), nullable=False),
        *_text("severity", nullable=True),
        *_text("rule", "needs"),
        *_days("opens_on"),
        *_text("authority_code", "authority_name", "channel"),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        *_days("since_on"),
        *_text("state"),
        *_text("competent_code", nullable=True),
        *_days("forwarded_on", "accepted_on", "extended_on", "checked_on"),
        *_text("checked_by", "checked_for", nullable=True),
        *_days("closed_on"),
        *_text("decided_by", "decision_no", nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        *_text("ground", nullable=True),
        *_days("barred_until_on"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_repair_case_id")),
        sa.ForeignKeyConstraint(["competent_code"], ["agency.agency_code"], name=op.f("fk_repair_competent_code")),
        sa.PrimaryKeyConstraint("repair_id", name=op.f("pk_repair")),
        *_checks(dict(law_0010.REPAIR_CHECKS), dict(law_0010.REPAIR_DATES)),
        *_checks({"ck_repair_legal_day": law_0010.LEGAL_DAY[op.get_bind().dialect.name]}),
    )
    for column in ("target_id", "case_id", "subject_id", "state"):
        op.create_index(op.f(f"ix_repair_{column}"), "repair", [column])
    op.create_table(
        "repair_applicant",
        *_text("repair_id"),
        sa.Column("applicant_enc", sa.LargeBinary(), nullable=False),
        *_text("key_id", "receipt_hash"),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.repair_id"], name=op.f("fk_repair_applicant_repair_id")),
        sa.PrimaryKeyConstraint("repair_id", name=op.f("pk_repair_applicant")),
        *_checks(dict(law_0010.APPLICANT_CHECKS)),
    )


def _create_acts() -> None:
    op.create_table(
        "repair_act",
        *_text("repair_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_text("kind", "actor_id"),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_text("document_no"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        *_text("ground", "agency_code", "for_id", "to_agency", "rulebook"),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.repair_id"], name=op.f("fk_repair_act_repair_id")),
        sa.PrimaryKeyConstraint("repair_id", "seq", name=op.f("pk_repair_act")),
    )
    op.create_table(
        "repair_exhibit",
        *_text("repair_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_text("paper", "sha256"),
        sa.ForeignKeyConstraint(
            ["repair_id", "seq"], ["repair_act.repair_id", "repair_act.seq"], name=op.f("fk_repair_exhibit_act")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["exhibit.sha256"], name=op.f("fk_repair_exhibit_sha256")),
        sa.PrimaryKeyConstraint("repair_id", "seq", "paper", "sha256", name=op.f("pk_repair_exhibit")),
        *_checks(dict(law_0010.EXHIBIT_CHECKS)),
    )


def _create_consequences() -> None:
    op.create_table(
        "record_repair",
        *_text("record_id", "repair_id"),
        sa.Column("from_on", sa.Date(), nullable=False),
        *_text("decision_no"),
        sa.Column("repaired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.repair_id"], name=op.f("fk_record_repair_repair_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_repair")),
        *_checks(dict(law_0010.MARK_CHECKS), dict(law_0010.MARK_DATES)),
    )
    op.create_index(op.f("ix_record_repair_repair_id"), "record_repair", ["repair_id"])
    op.create_table(
        "consumer_notice",
        *_text("notice_id", "repair_id", "agency_code", "grounds"),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        *_days("due_on"),
        sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True),
        *_text("receipt_by", nullable=True),
        sa.ForeignKeyConstraint(["repair_id"], ["repair.repair_id"], name=op.f("fk_consumer_notice_repair_id")),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_consumer_notice_agency_code")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_consumer_notice")),
        sa.UniqueConstraint("repair_id", "agency_code", name=op.f("uq_consumer_notice_repair_id_agency_code")),
        *_checks(dict(law_0010.NOTICE_CHECKS), dict(law_0010.NOTICE_DATES)),
    )
    op.create_index(op.f("ix_consumer_notice_agency_code"), "consumer_notice", ["agency_code"])
