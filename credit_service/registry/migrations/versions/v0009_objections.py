"""Objections: acts, marks, evidence, and what objectors wrote of themselves, encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from credit_service.registry.migrations import law_0009
from credit_service.registry.migrations.law_0009_triggers import BANS, NEVER_DELETED, PERMANENCE
from credit_service.registry.migrations.triggers import forbid_truncate, install

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their law."""
    _create_objection()
    _create_act()
    _create_mark_and_exhibit()
    _create_words()
    install((*BANS, *PERMANENCE))
    forbid_truncate(NEVER_DELETED)


def downgrade() -> None:
    """Refuse: what people did is not undone by a schema."""
    message = "the ledger is never taken back"
    raise RuntimeError(message)


def _checks(law: Mapping[str, str], dates: Mapping[str, str]) -> tuple[sa.CheckConstraint, ...]:
    checks = dict(law)
    if op.get_bind().dialect.name == "sqlite":
        checks |= dates
    return tuple(sa.CheckConstraint(sql, name=op.f(name)) for name, sql in checks.items())


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _create_objection() -> None:
    text, json = sa.Text(), sa.JSON()
    op.create_table(
        "objection",
        *(_column(name, sa.String()) for name in ("number", "target")),
        *(_column(name, sa.String(), nullable=True) for name in ("record_id", "case_id", "bulletin_id")),
        *(
            _column(name, sa.String())
            for name in ("subject_id", "subject_kind", "objector", "channel", "objecting_agency")
        ),
        _column("authority", text),
        *(_column(name, json) for name in ("record_ids", "case_ids", "source_agencies")),
        _column("received_on", sa.Date()),
        _column("received_by", sa.String()),
        *(_column(name, sa.Date()) for name in ("marked_on", "mark_due_on", "due_on")),
        _column("state", sa.String()),
        _column("version", sa.Integer()),
        _column("accepted_on", sa.Date(), nullable=True),
        _column("accepted_by", sa.String(), nullable=True),
        _column("forwarded_on", sa.Date(), nullable=True),
        _column("forwarded_by", sa.String(), nullable=True),
        _column("forwarded_to", sa.String(), nullable=True),
        _column("extension_reason", text, nullable=True),
        _column("reminders", sa.Integer()),
        _column("reminded_on", sa.Date(), nullable=True),
        _column("verified_on", sa.Date(), nullable=True),
        _column("verified_by", sa.String(), nullable=True),
        _column("verdict", sa.String(), nullable=True),
        _column("verdict_reason", text, nullable=True),
        _column("decided_on", sa.Date(), nullable=True),
        _column("decided_by", sa.String(), nullable=True),
        _column("decision_no", sa.String(), nullable=True),
        *(_column(name, text, nullable=True) for name in ("decision_reason", "decision_check", "redress")),
        *(_column(name, sa.String(), nullable=True) for name in ("remedy", "listing")),
        _column("wrong_records", json),
        *(_column(name, sa.Date(), nullable=True) for name in ("correction_due_on", "corrected_on")),
        _column("corrected_by_batch", sa.String(), nullable=True),
        _column("withdrawn_on", sa.Date(), nullable=True),
        _column("code_hash", sa.String()),
        sa.ForeignKeyConstraint(["case_id"], ["listing_case.case_id"], name=op.f("fk_objection_case_id")),
        sa.ForeignKeyConstraint(["bulletin_id"], ["publication.bulletin_id"], name=op.f("fk_objection_bulletin_id")),
        sa.ForeignKeyConstraint(["forwarded_to"], ["agency.agency_code"], name=op.f("fk_objection_forwarded_to")),
        sa.ForeignKeyConstraint(
            ["corrected_by_batch"], ["batch.batch_id"], name=op.f("fk_objection_corrected_by_batch")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_objection")),
        *_checks(law_0009.OBJECTION_CHECKS, law_0009.OBJECTION_DATES),
    )
    for name in ("record_id", "case_id", "subject_id", "state", "forwarded_to"):
        op.create_index(op.f(f"ix_objection_{name}"), "objection", [name])


def _create_act() -> None:
    op.create_table(
        "objection_act",
        _column("number", sa.String()),
        _column("seq", sa.Integer()),
        *(_column(name, sa.String()) for name in ("kind", "actor_id")),
        _column("done_on", sa.Date()),
        _column("recorded_at", sa.DateTime(timezone=True)),
        _column("document_no", sa.String()),
        *(_column(name, sa.Text()) for name in ("reason", "evidence")),
        *(_column(name, sa.String()) for name in ("verdict", "remedy", "listing")),
        _column("wrong_records", sa.JSON()),
        _column("redress", sa.Text()),
        _column("to_agency", sa.String()),
        _column("due_on", sa.Date(), nullable=True),
        *(_column(name, sa.String()) for name in ("agency_code", "for_id", "rulebook")),
        sa.ForeignKeyConstraint(["number"], ["objection.number"], name=op.f("fk_objection_act_number")),
        sa.PrimaryKeyConstraint("number", "seq", name=op.f("pk_objection_act")),
        *_checks(law_0009.ACT_CHECKS, law_0009.ACT_DATES),
    )


def _create_mark_and_exhibit() -> None:
    op.create_table(
        "objection_mark",
        *(_column(name, sa.String()) for name in ("number", "kind", "object_id")),
        _column("marked_on", sa.Date()),
        sa.ForeignKeyConstraint(["number"], ["objection.number"], name=op.f("fk_objection_mark_number")),
        sa.PrimaryKeyConstraint("number", "kind", "object_id", name=op.f("pk_objection_mark")),
        *_checks(law_0009.MARK_CHECKS, law_0009.MARK_DATES),
    )
    op.create_index(op.f("ix_objection_mark_kind_object_id"), "objection_mark", ["kind", "object_id"])
    op.create_table(
        "objection_exhibit",
        _column("number", sa.String()),
        _column("seq", sa.Integer()),
        _column("sha256", sa.String()),
        sa.ForeignKeyConstraint(
            ["number", "seq"], ["objection_act.number", "objection_act.seq"], name=op.f("fk_objection_exhibit_act")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["exhibit.sha256"], name=op.f("fk_objection_exhibit_sha256")),
        sa.PrimaryKeyConstraint("number", "seq", "sha256", name=op.f("pk_objection_exhibit")),
    )


def _create_words() -> None:
    op.create_table(
        "objector",
        _column("number", sa.String()),
        *(_column(name, sa.LargeBinary()) for name in ("name_enc", "phone_enc")),
        _column("key_id", sa.String()),
        sa.ForeignKeyConstraint(["number"], ["objection.number"], name=op.f("fk_objector_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_objector")),
    )
    op.create_table(
        "objection_note",
        _column("number", sa.String()),
        _column("seq", sa.Integer()),
        _column("text_enc", sa.LargeBinary()),
        _column("key_id", sa.String()),
        sa.ForeignKeyConstraint(
            ["number", "seq"], ["objection_act.number", "objection_act.seq"], name=op.f("fk_objection_note_act")
        ),
        sa.PrimaryKeyConstraint("number", "seq", name=op.f("pk_objection_note")),
    )
