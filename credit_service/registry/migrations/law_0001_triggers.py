"""What the first schema forbids: changes over time, and things that hold between rows.

A case starts as proposed, moves along the arrows of `listing.steps` only, each time by an act that is already written
down and says the same as the case, and never loses what was once written. Acts, audit and access log only grow.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_IN_FORCE = "('decided', 'decision_served', 'published')"
_CLOSED = "('declined', 'ended')"
_FIXED = (
    "case_id",
    "subject_id",
    "subject_kind",
    "subject_name",
    "identifier_code",
    "list_kind",
    "list_type",
    "list_basis",
    "category",
    "authority_code",
    "authority_name",
    "rule",
    "rulebook",
    "run_id",
    "record_ids",
    "fact",
    "severity",
    "proposed_on",
    "adult_on",
    "consent_no",
)
WRITTEN_ONCE = (
    "drafted_by",
    "notice_no",
    "noticed_on",
    "notice_served_on",
    "notice_proof",
    "statement_until_on",
    "heard_on",
    "hearing_note",
    "decided_by",
    "decision_no",
    "decided_on",
    "decision_reason",
    "decision_served_on",
    "decision_proof",
    "min_until_on",
    "max_until_on",
    "published_on",
    "bulletin_id",
    "ended_on",
    "end_kind",
)

_END = "NEW.state = 'ended' AND NEW.ended_on = a.done_on AND NEW.end_kind = a.kind"
ARROWS = {
    "draft_notice": (
        "('proposed')",
        "NEW.state = 'noticed' AND NEW.drafted_by = a.actor_id AND NEW.noticed_on = a.done_on "
        "AND NEW.notice_no = a.document_no",
    ),
    "serve_notice": (
        "('noticed')",
        "NEW.state = 'notice_served' AND NEW.notice_served_on = a.done_on AND NEW.notice_proof = a.evidence",
    ),
    "hear": (
        "('notice_served')",
        "NEW.state = 'heard' AND NEW.heard_on = a.done_on AND NEW.hearing_note = a.evidence",
    ),
    "decide": (
        "('heard')",
        "NEW.state = 'decided' AND NEW.decided_by = a.actor_id AND NEW.decided_on = a.done_on "
        "AND NEW.decision_no = a.document_no AND NEW.decision_reason = a.reason",
    ),
    "decline": (
        "('proposed', 'noticed', 'notice_served', 'heard')",
        "NEW.state = 'declined' AND NEW.decided_by = a.actor_id AND NEW.decided_on = a.done_on "
        "AND NEW.decision_reason = a.reason",
    ),
    "serve_decision": (
        "('decided')",
        "NEW.state = 'decision_served' AND NEW.decision_served_on = a.done_on AND NEW.decision_proof = a.evidence",
    ),
    "publish": (
        "('decision_served')",
        "NEW.state = 'published' AND NEW.published_on = a.done_on AND NEW.bulletin_id = a.document_no",
    ),
    "expire": (_IN_FORCE, _END + " AND OLD.max_until_on IS NOT NULL AND a.done_on > OLD.max_until_on"),
    "repair": ("('decision_served', 'published')", _END + " AND NEW.list_kind <> 'red'"),
    "revoke": (_IN_FORCE, _END),
}


def _arrows() -> str:
    return " OR ".join(
        f"(a.kind = '{kind}' AND OLD.state IN {from_states} AND {agrees})"
        for kind, (from_states, agrees) in ARROWS.items()
    )


def _sql(text: str) -> str:
    """Return SQL with the state sets and the arrows filled in; all of them are constants of this file."""
    return text.replace(":closed", _CLOSED).replace(":in_force", _IN_FORCE).replace(":arrows", _arrows())


def _changed(column: str) -> str:
    # JSON has no equality in PostgreSQL; as text it has.
    if column == "record_ids":
        return "CAST(NEW.record_ids AS TEXT) IS DISTINCT FROM CAST(OLD.record_ids AS TEXT)"
    return f"NEW.{column} IS DISTINCT FROM OLD.{column}"


CASE_BANS = (
    Ban(
        "case_starts_proposed",
        "listing_case",
        "INSERT",
        "(NEW.state <> 'proposed' OR NEW.version <> 0 OR NEW.publication_basis <> '' OR "
        + " OR ".join(f"NEW.{column} IS NOT NULL" for column in WRITTEN_ONCE)
        + ")",
    ),
    # A replacing insert would delete without a trigger; so what it would replace is looked for first.
    Ban(
        "case_is_new",
        "listing_case",
        "INSERT",
        _sql(
            "EXISTS (SELECT 1 FROM listing_case AS o WHERE o.case_id = NEW.case_id OR (o.subject_id = NEW.subject_id "
            "AND o.list_kind = NEW.list_kind AND o.list_type = NEW.list_type AND o.category = NEW.category "
            "AND o.state NOT IN :closed))"
        ),
    ),
    Ban(
        "case_moves_by_act",
        "listing_case",
        "UPDATE",
        _sql(
            "(NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM act AS a "
            "WHERE a.case_id = OLD.case_id AND a.seq = NEW.version AND (:arrows)))"
        ),
    ),
    Ban(
        "case_keeps_facts",
        "listing_case",
        "UPDATE",
        "("
        + " OR ".join(
            [
                *(_changed(column) for column in _FIXED),
                *(f"(OLD.{column} IS NOT NULL AND {_changed(column)})" for column in WRITTEN_ONCE),
                f"(OLD.publication_basis <> '' AND {_changed('publication_basis')})",
            ]
        )
        + ")",
    ),
    Ban(
        "case_red_or_black",
        "listing_case",
        "UPDATE",
        _sql(
            "(NEW.state IN :in_force AND EXISTS (SELECT 1 FROM listing_case AS o WHERE o.subject_id = NEW.subject_id "
            "AND o.case_id <> NEW.case_id AND o.state IN :in_force "
            "AND (o.list_kind = 'red') <> (NEW.list_kind = 'red') "
            "AND (o.max_until_on IS NULL OR o.max_until_on >= NEW.decided_on) "
            "AND (NEW.max_until_on IS NULL OR NEW.max_until_on >= o.decided_on)))"
        ),
    ),
)

ACT_BANS = (
    Ban(
        "act_follows",
        "act",
        "INSERT",
        _sql(
            "(NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.case_id AND c.state NOT IN :closed "
            "AND ((NEW.seq = 0 AND c.version = 0 AND NEW.kind = 'propose') OR "
            "(NEW.seq = c.version + 1 AND NEW.kind <> 'propose'))) "
            "OR EXISTS (SELECT 1 FROM act AS a WHERE a.case_id = NEW.case_id AND "
            "(a.seq = NEW.seq OR a.done_on > NEW.done_on)) OR coalesce(trim(NEW.actor_id), '') = '')"
        ),
    ),
)

CONSEQUENCE_BANS = (
    Ban(
        "measure_follows_listing",
        "measure_owed",
        "INSERT",
        "(NEW.ended_on IS NOT NULL OR EXISTS (SELECT 1 FROM measure_owed AS m WHERE m.case_id = NEW.case_id "
        "AND m.measure = NEW.measure) OR NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.case_id "
        "AND c.state IN ('decision_served', 'published') AND NEW.from_on >= c.decision_served_on "
        "AND (c.max_until_on IS NULL OR (NEW.until_on IS NOT NULL AND NEW.until_on <= c.max_until_on))))",
    ),
    Ban(
        "measure_only_ends",
        "measure_owed",
        "UPDATE",
        "("
        + " OR ".join(_changed(column) for column in ("case_id", "measure", "basis", "body", "from_on", "until_on"))
        + " OR OLD.ended_on IS NOT NULL OR NEW.ended_on IS NULL)",
    ),
    Ban(
        "entry_is_published",
        "publication_entry",
        "INSERT",
        "(EXISTS (SELECT 1 FROM publication_entry AS e WHERE e.bulletin_id = NEW.bulletin_id "
        "AND e.case_id = NEW.case_id) OR NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.case_id "
        "AND c.published_on IS NOT NULL AND c.list_kind <> 'watch'))",
    ),
    Ban(
        "publication_is_new",
        "publication",
        "INSERT",
        "EXISTS (SELECT 1 FROM publication AS p WHERE p.bulletin_id = NEW.bulletin_id OR p.period = NEW.period "
        "OR p.serial = NEW.serial)",
    ),
)

TRACE_BANS = (
    Ban(
        "audit_is_a_chain",
        "audit",
        "INSERT",
        "(NEW.seq IS DISTINCT FROM (SELECT coalesce(max(p.seq), 0) + 1 FROM audit AS p) "
        "OR NEW.prev_hash IS DISTINCT FROM "
        "coalesce((SELECT p.hash FROM audit AS p ORDER BY p.seq DESC LIMIT 1), '') OR length(NEW.hash) <> 64)",
    ),
    Ban(
        "look_up_is_new",
        "look_up",
        "INSERT",
        "EXISTS (SELECT 1 FROM look_up AS l WHERE l.seq = NEW.seq)",
    ),
    Ban(
        "run_is_new",
        "assessment_run",
        "INSERT",
        "EXISTS (SELECT 1 FROM assessment_run AS r WHERE r.seq = NEW.seq OR r.run_id = NEW.run_id)",
    ),
)

NEVER_CHANGED = ("act", "audit", "look_up", "assessment_run", "publication", "publication_entry")
"""Rows of these tables are only ever added."""
NEVER_DELETED = (*NEVER_CHANGED, "listing_case", "measure_owed", "batch")
"""Rows of these tables are never taken away."""

PERMANENCE_BANS = (
    *(Ban(f"{table}_never_changed", table, "UPDATE", "1 = 1") for table in NEVER_CHANGED),
    *(Ban(f"{table}_never_deleted", table, "DELETE", "1 = 1") for table in NEVER_DELETED),
)

BANS = (*CASE_BANS, *ACT_BANS, *CONSEQUENCE_BANS, *TRACE_BANS, *PERMANENCE_BANS)


def get_ban(name: str) -> Ban:
    """Return a ban of the first schema, for a later one to put another in its place."""
    return next(ban for ban in BANS if ban.name == name)
