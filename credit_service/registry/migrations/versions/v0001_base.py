"""The first schema: tables, the law's checks and the law's triggers."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations.law_0001 import BATCH_CHECKS, CASE_CHECKS, CASE_DATES, date_checks
from credit_service.registry.migrations.law_0001_triggers import BANS, NEVER_DELETED
from credit_service.registry.migrations.triggers import forbid_truncate, install, install_follow_up

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    _create_people()
    _create_intake()
    _create_cases()
    _create_consequences()
    _create_traces()
    install(BANS)
    forbid_truncate(NEVER_DELETED)
    install_follow_up(
        "case_end_lifts_measures",
        "listing_case",
        "NEW.state = 'ended' AND OLD.state <> 'ended'",
        "UPDATE measure_owed SET ended_on = NEW.ended_on WHERE case_id = NEW.case_id AND ended_on IS NULL",
    )


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _checks(table: str, checks: Mapping[str, str], dates: tuple[str, ...]) -> list[sa.CheckConstraint]:
    """Return the checks of a table; SQLite, which has no dates, gets one more for each column of dates."""
    if op.get_bind().dialect.name == "sqlite":
        checks = {**checks, **date_checks(table, dates)}
    return [sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items()]


def _create_people() -> None:
    """Agencies, the people and systems that act for them, and their sign-ins."""
    op.create_table(
        "agency",
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("templates", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("agency_code", name=op.f("pk_agency")),
    )
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_account_agency_code")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
    )
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_api_key_agency_code")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_name_hash"), "sign_in_failure", ["name_hash"], unique=False)


def _create_intake() -> None:
    """Batches, persons and assessment runs."""
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
        sa.ForeignKeyConstraint(["agency_code"], ["agency.agency_code"], name=op.f("fk_batch_agency_code")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_batch")),
        *_checks("batch", BATCH_CHECKS, ()),
        sa.UniqueConstraint("agency_code", "sha256", name=op.f("uq_batch_agency_code_sha256")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_batch_batch_id")),
    )
    op.create_index(op.f("ix_batch_status"), "batch", ["status"], unique=False)
    op.create_table(
        "key_in_use",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_in_use")),
    )
    op.create_table(
        "person",
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("id_enc", sa.LargeBinary(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_person")),
    )
    op.create_table(
        "assessment_run",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("sql_hash", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_assessment_run")),
        sa.UniqueConstraint("run_id", name=op.f("uq_assessment_run_run_id")),
    )


def _create_cases() -> None:
    """Cases, with the law's checks."""
    op.create_table(
        "listing_case",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column("identifier_code", sa.String(), nullable=True),
        sa.Column("list_kind", sa.String(), nullable=False),
        sa.Column("list_type", sa.String(), nullable=False),
        sa.Column("list_basis", sa.Text(), nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("authority_code", sa.String(), nullable=False),
        sa.Column("authority_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("record_ids", sa.JSON(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("adult_on", sa.Date(), nullable=True),
        sa.Column("consent_no", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=True),
        sa.Column("notice_no", sa.String(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("notice_served_on", sa.Date(), nullable=True),
        sa.Column("notice_proof", sa.Text(), nullable=True),
        sa.Column("statement_until_on", sa.Date(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("hearing_note", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision_no", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decision_served_on", sa.Date(), nullable=True),
        sa.Column("decision_proof", sa.Text(), nullable=True),
        sa.Column("min_until_on", sa.Date(), nullable=True),
        sa.Column("max_until_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("bulletin_id", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_kind", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("publication_basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_listing_case")),
        *_checks("listing_case", CASE_CHECKS, CASE_DATES),
    )
    _index_cases()


def _index_cases() -> None:
    """What cases are looked up by; at most one is open for a subject, list, type and category."""
    op.create_index(op.f("ix_listing_case_identifier_code"), "listing_case", ["identifier_code"], unique=False)
    op.create_index(
        "uq_listing_case_open",
        "listing_case",
        ["subject_id", "list_kind", "list_type", "category"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('declined', 'ended')"),
        postgresql_where=sa.text("state NOT IN ('declined', 'ended')"),
    )
    op.create_index(op.f("ix_listing_case_state"), "listing_case", ["state"], unique=False)
    op.create_index(op.f("ix_listing_case_subject_id"), "listing_case", ["subject_id"], unique=False)


def _create_consequences() -> None:
    """What is done to cases and follows from them."""
    op.create_table(
        "act",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_no", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_act_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_act")),
        *_checks("act", {}, ("done_on",)),
    )
    op.create_table(
        "measure_owed",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_measure_owed_case_id")),
        sa.PrimaryKeyConstraint("case_id", "measure", name=op.f("pk_measure_owed")),
        *_checks("measure_owed", {}, ("from_on", "until_on", "ended_on")),
    )
    op.create_table(
        "publication",
        sa.Column("bulletin_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_publication")),
        sa.UniqueConstraint("period", name=op.f("uq_publication_period")),
        sa.UniqueConstraint("serial", name=op.f("uq_publication_serial")),
    )
    op.create_table(
        "publication_entry",
        sa.Column("bulletin_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["publication.bulletin_id"], name=op.f("fk_publication_entry_bulletin_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_publication_entry_case_id")),
        sa.PrimaryKeyConstraint("bulletin_id", "case_id", name=op.f("pk_publication_entry")),
    )


def _create_traces() -> None:
    """Who looked, and who did what."""
    op.create_table(
        "look_up",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_look_up")),
    )
    op.create_index(op.f("ix_look_up_subject_id_at"), "look_up", ["subject_id", "at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_object_id"), "audit", ["object_id"], unique=False)
