"""What the second schema forbids: steps of a batch's life that cannot be, and changes of what was once withdrawn.

A batch is received, perhaps held, stored, perhaps corrected, and in the end withdrawn; it never goes back to the queue,
and what was withdrawn stays so. Withdrawals and idempotency keys only grow.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_STORED = "('stored', 'corrected', 'withdrawn')"


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


BATCH_CHECKS = {
    "ck_batch_status": "status IN ('received', 'checked', 'stored', 'corrected', 'withdrawn', 'refused')",
    "ck_batch_counts": f"status NOT IN {_STORED} OR rows = accepted + rejected + blank",
    "ck_batch_refusal": f"status <> 'refused' OR {_filled('refusal')}",
    "ck_batch_held": f"status <> 'checked' OR {_filled('unusual')}",
    "ck_batch_override": "(override_reason IS NULL) = (override_by IS NULL) AND "
    f"(override_reason IS NULL OR ({_filled('override_reason')} AND {_filled('override_by')} "
    "AND override_by <> received_by))",
    "ck_batch_corrects": "corrects IS NULL OR corrects <> batch_id",
}
"""Name of each check and its SQL; they replace those of the first schema."""

RETRACTION_CHECKS = {
    "ck_retraction_reason": _filled("reason"),
    "ck_retraction_actor": _filled("actor_id"),
}

_FIXED = (
    "seq",
    "batch_id",
    "agency_code",
    "sha256",
    "attempt",
    "size",
    "kind",
    "received_at",
    "received_by",
    "container_sha256",
)


def _differs(column: str) -> str:
    return f"NEW.{column} IS DISTINCT FROM OLD.{column}"


BANS = (
    Ban("batch_keeps_facts", "batch", "UPDATE", "(" + " OR ".join(_differs(column) for column in _FIXED) + ")"),
    Ban(
        "batch_follows_life",
        "batch",
        "UPDATE",
        "(NEW.status <> OLD.status AND (OLD.status = 'withdrawn' OR NEW.status = 'received' "
        "OR (NEW.status = 'checked' AND OLD.status NOT IN ('received', 'refused')) "
        "OR (NEW.status = 'corrected' AND OLD.status <> 'stored') "
        "OR (NEW.status = 'withdrawn' AND OLD.status NOT IN ('stored', 'corrected'))))",
    ),
    Ban(
        "batch_withdrawn_by_act",
        "batch",
        "UPDATE",
        "(NEW.status = 'withdrawn' AND OLD.status <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM retraction AS r "
        "WHERE r.batch_id = NEW.batch_id AND r.record_id IS NULL))",
    ),
    Ban(
        "retraction_of_stored",
        "retraction",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM batch AS b WHERE b.batch_id = NEW.batch_id AND b.status IN ('stored', 'corrected'))",
    ),
    Ban(
        "retraction_is_new",
        "retraction",
        "INSERT",
        "EXISTS (SELECT 1 FROM retraction AS r WHERE r.seq = NEW.seq OR (r.batch_id = NEW.batch_id "
        "AND (r.record_id IS NULL OR r.record_id = NEW.record_id)))",
    ),
    Ban(
        "idempotency_key_is_new",
        "idempotency_key",
        "INSERT",
        "EXISTS (SELECT 1 FROM idempotency_key AS k WHERE k.agency_code = NEW.agency_code AND k.key = NEW.key)",
    ),
    *(
        Ban(f"{table}_never_{done}", table, event, "1 = 1")
        for table in ("retraction", "idempotency_key")
        for done, event in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ),
)

AGAIN_AFTER_REBUILD = (Ban("batch_never_deleted", "batch", "DELETE", "1 = 1"),)
"""SQLite alters checks by making the table anew, and a table takes its triggers with it."""
NEVER_TRUNCATED = ("retraction", "idempotency_key")
