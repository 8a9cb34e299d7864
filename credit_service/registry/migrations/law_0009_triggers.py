"""What the schema of objections forbids: changes over time, and things that hold between rows.

The arrows of `listing.objection_steps`; two persons and never a party alone; marks that stand as long as an objection
is open: no case is marked without one, no further act on an objection whose case is not marked, and no mark cleared
under an open objection.
"""

from __future__ import annotations

from credit_service.registry.migrations.law_0009 import OPEN
from credit_service.registry.migrations.triggers import Ban

_OPEN_CASE = (
    "('proposed', 'under_review', 'noticed', 'notice_served', 'heard', 'decided', 'decision_served', 'published')"
)
_UNDECIDED = "('accepted', 'forwarded', 'verified')"
_FIXED = (
    "number",
    "target",
    "record_id",
    "case_id",
    "bulletin_id",
    "subject_id",
    "subject_kind",
    "objector",
    "channel",
    "objecting_agency",
    "authority",
    "record_ids",
    "case_ids",
    "source_agencies",
    "received_on",
    "received_by",
    "marked_on",
    "mark_due_on",
    "code_hash",
)
_ONLY_BY = {
    ("accepted_on", "accepted_by"): ("accept",),
    ("forwarded_on", "forwarded_by", "forwarded_to", "extension_reason", "due_on"): ("forward",),
    ("reminders", "reminded_on"): ("remind",),
    ("verified_on", "verified_by", "verdict", "verdict_reason"): ("verify",),
    ("decided_on", "decided_by", "decision_no", "decision_reason", "decision_check", "redress"): (
        "refuse",
        "uphold",
        "reject",
    ),
    ("remedy", "listing", "wrong_records", "correction_due_on"): ("uphold",),
    ("corrected_on", "corrected_by_batch"): ("correct",),
    ("withdrawn_on",): ("withdraw",),
}
"""Columns and the only acts that may change them."""
_DECIDES = (
    "NEW.decided_on = a.done_on AND NEW.decided_by = a.actor_id AND NEW.decision_no = a.document_no "
    "AND NEW.decision_reason = a.reason AND NEW.decision_check = a.evidence "
    "AND (OLD.state <> 'forwarded' OR a.done_on > OLD.due_on)"
)
ARROWS = {
    "accept": (
        "('received')",
        "NEW.state = 'accepted' AND NEW.accepted_on = a.done_on AND NEW.accepted_by = a.actor_id",
    ),
    "refuse": (
        "('received')",
        "NEW.state = 'not_accepted' AND NEW.decided_on = a.done_on AND NEW.decided_by = a.actor_id "
        "AND NEW.decision_reason = a.reason AND NEW.redress = a.redress",
    ),
    "forward": (
        "('accepted')",
        "NEW.state = 'forwarded' AND NEW.forwarded_on = a.done_on AND NEW.forwarded_by = a.actor_id "
        "AND NEW.forwarded_to = a.to_agency AND NEW.extension_reason = a.reason AND NEW.due_on = a.due_on "
        "AND NEW.due_on >= OLD.due_on AND CAST(OLD.source_agencies AS TEXT) LIKE '%\"' || a.to_agency || '\"%'",
    ),
    "remind": (
        "('forwarded')",
        "NEW.state = OLD.state AND NEW.reminders = OLD.reminders + 1 AND NEW.reminded_on = a.done_on",
    ),
    "verify": (
        "('forwarded')",
        "NEW.state = 'verified' AND NEW.verified_on = a.done_on AND NEW.verified_by = a.actor_id "
        "AND NEW.verdict = a.verdict AND NEW.verdict_reason = a.reason AND a.agency_code = OLD.forwarded_to",
    ),
    "uphold": (
        _UNDECIDED,
        f"NEW.state = 'upheld' AND NEW.remedy = a.remedy AND NEW.listing = a.listing AND {_DECIDES} "
        "AND CAST(NEW.wrong_records AS TEXT) = CAST(a.wrong_records AS TEXT)",
    ),
    "reject": (_UNDECIDED, f"NEW.state = 'rejected' AND NEW.redress = a.redress AND {_DECIDES}"),
    "add_evidence": (OPEN, "NEW.state = OLD.state"),
    "withdraw": (OPEN, "NEW.state = 'withdrawn' AND NEW.withdrawn_on = a.done_on"),
    "correct": (
        "('upheld')",
        "NEW.state = OLD.state AND NEW.corrected_on = a.done_on AND NEW.corrected_by_batch = a.document_no "
        "AND OLD.remedy = 'correct' AND OLD.corrected_on IS NULL",
    ),
}
"""State before and what must agree after, by kind of act."""


def _changed(column: str) -> str:
    # JSON has no equality in PostgreSQL; as text it has.
    return f"CAST(NEW.{column} AS TEXT) IS DISTINCT FROM CAST(OLD.{column} AS TEXT)"


def _any_changed(columns: tuple[str, ...]) -> str:
    return "(" + " OR ".join(_changed(column) for column in columns) + ")"


def _arrows() -> str:
    return " OR ".join(
        f"(a.kind = '{kind}' AND OLD.state IN {from_states} AND {agrees})"
        for kind, (from_states, agrees) in ARROWS.items()
    )


def _foreign_changes() -> str:
    parts = []
    for columns, kinds in _ONLY_BY.items():
        names = ", ".join(f"'{kind}'" for kind in kinds)
        parts.append(
            f"({_any_changed(columns)} AND NOT EXISTS (SELECT 1 FROM objection_act AS a "  # noqa: S608 - constants
            f"WHERE a.number = OLD.number AND a.seq = NEW.version AND a.kind IN ({names})))"
        )
    return "(" + " OR ".join(parts) + ")"


_BLANK_AT_FIRST = (
    "accepted_on",
    "accepted_by",
    "forwarded_on",
    "forwarded_to",
    "reminded_on",
    "verified_on",
    "verdict",
    "decided_on",
    "decided_by",
    "remedy",
    "listing",
    "correction_due_on",
    "corrected_on",
    "withdrawn_on",
)
_PERSONS_MEET = (
    "(a.actor_id = NEW.actor_id OR a.actor_id = NEW.for_id OR (a.for_id <> '' "
    "AND (a.for_id = NEW.actor_id OR a.for_id = NEW.for_id)))"
)
_DECISIONS = "NEW.kind IN ('uphold', 'reject', 'refuse')"
_IS_SOURCE = "CAST(o.source_agencies AS TEXT) LIKE '%\"' || {agency} || '\"%'"

BANS = (
    Ban(
        "objection_starts_received",
        "objection",
        "INSERT",
        "(NEW.state <> 'received' OR NEW.version <> 0 OR NEW.reminders <> 0 OR "  # noqa: S608 - constants
        + " OR ".join(f"NEW.{column} IS NOT NULL" for column in _BLANK_AT_FIRST)
        + " OR EXISTS (SELECT 1 FROM objection AS o WHERE o.number = NEW.number))",
    ),
    Ban(
        "objection_about_something",
        "objection",
        "INSERT",
        "((NEW.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.case_id "  # noqa: S608 - constants
        f"AND c.state IN {_OPEN_CASE})) OR (NEW.bulletin_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
        "publication_entry AS e WHERE e.bulletin_id = NEW.bulletin_id AND e.case_id = NEW.case_id)))",
    ),
    Ban("objection_keeps_facts", "objection", "UPDATE", _any_changed(_FIXED)),
    Ban("objection_columns_by_act", "objection", "UPDATE", _foreign_changes()),
    Ban(
        "objection_moves_by_act",
        "objection",
        "UPDATE",
        "(NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM objection_act AS a "  # noqa: S608 - constants
        f"WHERE a.number = OLD.number AND a.seq = NEW.version AND ({_arrows()})))",
    ),
    Ban(
        "objection_act_follows",
        "objection_act",
        "INSERT",
        "(NOT EXISTS (SELECT 1 FROM objection AS o WHERE o.number = NEW.number "
        "AND ((NEW.seq = 0 AND o.version = 0 AND NEW.kind = 'receive' AND NEW.done_on = o.received_on "
        "AND NEW.actor_id = o.received_by) OR (NEW.seq = o.version + 1 AND NEW.kind <> 'receive' "
        "AND NEW.done_on >= o.received_on))) OR EXISTS (SELECT 1 FROM objection_act AS a "
        "WHERE a.number = NEW.number AND a.seq = NEW.seq) OR (NEW.kind NOT IN ('add_evidence', 'withdraw') "
        "AND EXISTS (SELECT 1 FROM objection_act AS a WHERE a.number = NEW.number AND a.done_on > NEW.done_on "
        "AND a.kind NOT IN ('add_evidence', 'withdraw'))))",
    ),
    Ban(
        "objection_by_second_person",
        "objection_act",
        "INSERT",
        f"({_DECISIONS} AND EXISTS (SELECT 1 FROM objection_act AS a WHERE a.number = NEW.number "  # noqa: S608 - constants
        f"AND a.kind IN ('receive', 'accept', 'forward', 'verify') AND {_PERSONS_MEET}))",
    ),
    Ban(
        "objection_not_by_party_alone",
        "objection_act",
        "INSERT",
        f"({_DECISIONS} AND NEW.agency_code <> '' AND EXISTS (SELECT 1 FROM objection AS o "  # noqa: S608 - constants
        f"WHERE o.number = NEW.number AND ({_IS_SOURCE.format(agency='NEW.agency_code')} "
        "OR o.objecting_agency = NEW.agency_code) AND NOT EXISTS (SELECT 1 FROM objection_act AS a "
        "WHERE a.number = NEW.number AND a.kind IN ('accept', 'forward') AND a.agency_code <> '' "
        f"AND a.agency_code <> o.objecting_agency AND NOT {_IS_SOURCE.format(agency='a.agency_code')})))",
    ),
    Ban(
        "objection_act_for_somebody",
        "objection_act",
        "INSERT",
        "(NEW.for_id <> '' AND NOT EXISTS (SELECT 1 FROM delegation AS d WHERE d.from_id = NEW.for_id "
        "AND d.to_id = NEW.actor_id AND d.ended_at IS NULL AND d.from_on <= NEW.done_on "
        "AND d.until_on >= NEW.done_on))",
    ),
    Ban(
        "objection_is_marked",
        "objection_act",
        "INSERT",
        "(NEW.seq > 0 AND (NOT EXISTS (SELECT 1 FROM objection_mark AS m WHERE m.number = NEW.number) "  # noqa: S608 - constants
        "OR (EXISTS (SELECT 1 FROM objection AS o WHERE o.number = NEW.number "
        f"AND o.state IN {OPEN}) AND EXISTS (SELECT 1 FROM objection_mark AS m "
        "JOIN listing_case AS c ON c.case_id = m.object_id WHERE m.number = NEW.number AND m.kind = 'case' "
        f"AND c.state IN {_OPEN_CASE} AND c.marked_on IS NULL))))",
    ),
    Ban(
        "objection_mark_while_open",
        "objection_mark",
        "INSERT",
        "(NOT EXISTS (SELECT 1 FROM objection AS o WHERE o.number = NEW.number "  # noqa: S608 - constants
        f"AND o.state IN {OPEN}) OR EXISTS (SELECT 1 FROM objection_mark AS m WHERE m.number = NEW.number "
        "AND m.kind = NEW.kind AND m.object_id = NEW.object_id))",
    ),
    Ban(
        "act_marks_by_objection",
        "act",
        "INSERT",
        "(NEW.kind = 'mark_objection' AND NOT EXISTS (SELECT 1 FROM objection_mark AS m "  # noqa: S608 - constants
        "JOIN objection AS o ON o.number = m.number WHERE m.kind = 'case' AND m.object_id = NEW.case_id "
        f"AND o.state IN {OPEN}))",
    ),
    Ban(
        "case_mark_under_objection",
        "listing_case",
        "UPDATE",
        "(OLD.marked_on IS NOT NULL AND NEW.marked_on IS NULL AND EXISTS (SELECT 1 FROM objection_mark AS m "  # noqa: S608 - constants
        "JOIN objection AS o ON o.number = m.number WHERE m.kind = 'case' AND m.object_id = OLD.case_id "
        f"AND o.state IN {OPEN}))",
    ),
    Ban(
        "objection_exhibit_with_act",
        "objection_exhibit",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM objection_act AS a JOIN objection AS o ON o.number = a.number "
        "WHERE a.number = NEW.number AND a.seq = NEW.seq AND (o.version = NEW.seq - 1 OR NEW.seq = 0))",
    ),
)

NEVER_CHANGED = ("objection_act", "objection_mark", "objection_exhibit", "objector", "objection_note")
NEVER_DELETED = (*NEVER_CHANGED, "objection")
PERMANENCE = (
    *(Ban(f"{table}_never_changed", table, "UPDATE", "1 = 1") for table in NEVER_CHANGED),
    *(Ban(f"{table}_never_deleted", table, "DELETE", "1 = 1") for table in NEVER_DELETED),
)
