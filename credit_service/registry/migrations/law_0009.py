"""What the schema of objections forbids: checks on single rows.

See `law_0001` for how checks are written; the gates in words are in `listing.guards_objections`.
"""

from __future__ import annotations

from collections.abc import Mapping

from credit_service.registry.migrations.law_0001 import date_checks

OPEN = "('received', 'accepted', 'forwarded', 'verified')"
DATES = (
    "received_on",
    "marked_on",
    "mark_due_on",
    "due_on",
    "accepted_on",
    "forwarded_on",
    "reminded_on",
    "verified_on",
    "decided_on",
    "correction_due_on",
    "corrected_on",
    "withdrawn_on",
)


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _from(states: str, *conditions: str) -> str:
    return f"state NOT IN {states} OR ({' AND '.join(conditions)})"


_NOT_AFTER = (
    "decided_on >= received_on AND (accepted_on IS NULL OR decided_on >= accepted_on) "
    "AND (forwarded_on IS NULL OR decided_on >= forwarded_on) AND (verified_on IS NULL OR decided_on >= verified_on)"
)

OBJECTION_CHECKS: Mapping[str, str] = {
    "ck_objection_state": (
        "state IN ('received', 'accepted', 'not_accepted', 'forwarded', 'verified', 'upheld', 'rejected', 'withdrawn')"
    ),
    "ck_objection_target": (
        f"(target = 'record' AND {_filled('record_id')} AND case_id IS NULL AND bulletin_id IS NULL) "
        f"OR (target = 'case' AND {_filled('case_id')} AND record_id IS NULL AND bulletin_id IS NULL) "
        f"OR (target = 'entry' AND {_filled('case_id')} AND {_filled('bulletin_id')} AND record_id IS NULL)"
    ),
    "ck_objection_objector": (
        f"(objector = 'subject' AND authority = '') OR (objector = 'agent' AND {_filled('authority')}) "
        f"OR (objector = 'agency' AND {_filled('objecting_agency')} AND authority = '')"
    ),
    "ck_objection_channel": "channel IN ('page', 'desk', 'api')",
    "ck_objection_received": (
        f"{_filled('received_by')} AND received_on <= marked_on AND mark_due_on >= received_on "
        "AND due_on >= received_on AND length(code_hash) = 64"
    ),
    "ck_objection_accepted": _from(
        "('accepted', 'forwarded', 'verified', 'upheld', 'rejected')",
        "accepted_on IS NOT NULL",
        "accepted_on >= received_on",
        _filled("accepted_by"),
    ),
    "ck_objection_forwarded": (
        f"(forwarded_on IS NULL AND state NOT IN ('forwarded', 'verified')) OR (forwarded_on IS NOT NULL "
        f"AND accepted_on IS NOT NULL AND forwarded_on >= accepted_on AND {_filled('forwarded_by')} "
        f"AND {_filled('forwarded_to')} AND {_filled('extension_reason')})"
    ),
    "ck_objection_reminded": (
        "(reminders = 0 AND reminded_on IS NULL) OR (reminders > 0 AND reminded_on IS NOT NULL "
        "AND forwarded_on IS NOT NULL AND reminded_on >= forwarded_on)"
    ),
    "ck_objection_verified": (
        "(verified_on IS NULL AND state <> 'verified') OR (verified_on IS NOT NULL AND forwarded_on IS NOT NULL "
        f"AND verified_on >= forwarded_on AND {_filled('verified_by')} AND {_filled('verdict_reason')} "
        "AND coalesce(verdict, '') IN ('correct', 'wrong'))"
    ),
    "ck_objection_not_accepted": _from(
        "('not_accepted')",
        "decided_on IS NOT NULL",
        "decided_on >= received_on",
        _filled("decided_by"),
        _filled("decision_reason"),
        _filled("redress"),
    ),
    "ck_objection_decided": _from(
        "('upheld', 'rejected')",
        "decided_on IS NOT NULL",
        _NOT_AFTER,
        _filled("decided_by"),
        _filled("decision_no"),
        _filled("decision_reason"),
        _filled("decision_check"),
    ),
    "ck_objection_rejected": _from("('rejected')", _filled("redress")),
    "ck_objection_two_persons": _from(
        "('upheld', 'rejected', 'not_accepted')",
        "decided_by <> received_by",
        "decided_by <> coalesce(accepted_by, '')",
        "decided_by <> coalesce(forwarded_by, '')",
        "decided_by <> coalesce(verified_by, '')",
    ),
    "ck_objection_outcome": (
        "(state <> 'upheld' AND remedy IS NULL AND listing IS NULL AND correction_due_on IS NULL) "
        "OR (state = 'upheld' AND coalesce(remedy, '') IN ('withdraw', 'correct', 'none') "
        "AND coalesce(listing, '') IN ('revoke', 'keep') AND (remedy <> 'none' OR listing = 'revoke') "
        "AND (remedy = 'correct') = (correction_due_on IS NOT NULL))"
    ),
    "ck_objection_corrected": (
        f"(corrected_on IS NULL AND corrected_by_batch IS NULL) OR (corrected_on IS NOT NULL AND remedy = 'correct' "
        f"AND corrected_on >= decided_on AND {_filled('corrected_by_batch')})"
    ),
    "ck_objection_undecided": f"state NOT IN {OPEN} OR (decided_on IS NULL AND withdrawn_on IS NULL)",
    "ck_objection_withdrawn": _from(
        "('withdrawn')", "withdrawn_on IS NOT NULL", "withdrawn_on >= received_on", "decided_on IS NULL"
    ),
}
"""Name of each check and its SQL."""
OBJECTION_DATES = date_checks("objection", DATES)
ACT_CHECKS: Mapping[str, str] = {
    "ck_objection_act_actor": _filled("actor_id"),
    "ck_objection_act_rulebook": "length(rulebook) = 64",
    "ck_objection_act_kind": (
        "kind IN ('receive', 'add_evidence', 'accept', 'refuse', 'forward', 'remind', 'verify', 'uphold', 'reject', "
        "'withdraw', 'correct')"
    ),
}
ACT_DATES = date_checks("objection_act", ("done_on", "due_on"))
MARK_CHECKS: Mapping[str, str] = {"ck_objection_mark_kind": f"kind IN ('record', 'case') AND {_filled('object_id')}"}
MARK_DATES = date_checks("objection_mark", ("marked_on",))
