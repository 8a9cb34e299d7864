"""What the schema of credit repair forbids: checks on single rows. See `law_0001` for how checks are written."""

from __future__ import annotations

from collections.abc import Mapping

from credit_service.registry.migrations.law_0001 import date_checks

_FORWARDED = "('forwarded', 'accepted', 'not_accepted', 'checked', 'granted', 'refused')"
_ACCEPTED = "('accepted', 'checked', 'granted', 'refused')"
_CHECKED = "('checked', 'granted', 'refused')"
_DECIDED = "('granted', 'refused')"
CLOSED = "('not_accepted', 'granted', 'refused', 'withdrawn')"


def filled(column: str) -> str:
    """Return SQL that is true where a text says something."""
    return f"coalesce(trim({column}), '') <> ''"


def _from(states: str, *conditions: str) -> str:
    return f"state NOT IN {states} OR ({' AND '.join(conditions)})"


REPAIR_CHECKS: Mapping[str, str] = {
    "ck_repair_state": (
        "state IN ('applied', 'forwarded', 'accepted', 'not_accepted', 'checked', 'granted', 'refused', 'withdrawn')"
    ),
    "ck_repair_target": (
        "(target_kind = 'case' AND case_id IS NOT NULL AND case_id = target_id) "
        "OR (target_kind = 'record' AND case_id IS NULL)"
    ),
    "ck_repair_channel": "channel IN ('public', 'desk', 'api')",
    "ck_repair_named": f"{filled('subject_id')} AND {filled('target_id')} AND {filled('rule')} AND {filled('fact')}",
    "ck_repair_papers": "needs LIKE '%duty_proof%'",
    "ck_repair_forwarded": _from(
        _FORWARDED, filled("competent_code"), "forwarded_on IS NOT NULL", "forwarded_on >= applied_on"
    ),
    "ck_repair_accepted": _from(
        _ACCEPTED,
        "accepted_on IS NOT NULL",
        "accepted_on >= forwarded_on",
        "(opens_on IS NULL OR accepted_on >= opens_on)",
    ),
    "ck_repair_checked": _from(_CHECKED, "checked_on IS NOT NULL", "checked_on >= accepted_on", filled("checked_by")),
    "ck_repair_extended": "extended_on IS NULL OR (accepted_on IS NOT NULL AND extended_on >= accepted_on)",
    "ck_repair_closed": f"(state IN {CLOSED}) = (closed_on IS NOT NULL)",
    "ck_repair_closed_reason": _from(CLOSED, filled("decision_reason"), "closed_on >= applied_on"),
    "ck_repair_decided": _from(
        _DECIDED,
        filled("decided_by"),
        filled("decision_no"),
        "closed_on >= checked_on",
    ),
    "ck_repair_two_persons": _from(_DECIDED, "decided_by <> checked_by", "decided_by <> coalesce(checked_for, '')"),
    "ck_repair_granted": _from("('granted')", "(opens_on IS NULL OR closed_on >= opens_on)"),
    "ck_repair_ground": (
        "(state = 'refused' AND coalesce(ground, '') IN ('conditions', 'false_material')) "
        "OR (state <> 'refused' AND ground IS NULL)"
    ),
    "ck_repair_barred": (
        "(coalesce(ground, '') = 'false_material' AND barred_until_on IS NOT NULL AND barred_until_on > closed_on) "
        "OR (coalesce(ground, '') <> 'false_material' AND barred_until_on IS NULL)"
    ),
}
"""Every check on applications, by name."""
LEGAL_DAY = {
    "sqlite": "applied_on = date(applied_at, '+8 hours')",
    "postgresql": "applied_on = CAST(applied_at AT TIME ZONE 'Asia/Shanghai' AS DATE)",
}
"""The legal day of the application, in each database's own words: nobody applies on a day before a bar."""
REPAIR_DATES = date_checks(
    "repair",
    (
        "opens_on",
        "applied_on",
        "since_on",
        "forwarded_on",
        "accepted_on",
        "extended_on",
        "checked_on",
        "closed_on",
        "barred_until_on",
    ),
)
APPLICANT_CHECKS: Mapping[str, str] = {
    "ck_repair_applicant_sealed": "length(applicant_enc) > 12 AND length(receipt_hash) = 64",
}
"""Who applied is never in clear: nonce and tag alone are longer."""
EXHIBIT_CHECKS: Mapping[str, str] = {
    "ck_repair_exhibit_paper": "paper IN ('duty_proof', 'commitment', 'identity', 'authority_paper', 'other')",
}
MARK_CHECKS: Mapping[str, str] = {"ck_record_repair_decision": filled("decision_no")}
MARK_DATES = date_checks("record_repair", ("from_on",))
NOTICE_CHECKS: Mapping[str, str] = {
    "ck_consumer_notice_grounds": "grounds IN ('look_up', 'measure', 'look_up,measure')",
    "ck_consumer_notice_receipt": (
        "(receipt_at IS NULL AND receipt_by IS NULL) OR "
        f"(receipt_at IS NOT NULL AND receipt_at >= issued_at AND {filled('receipt_by')})"
    ),
    "ck_consumer_notice_due": "due_on IS NULL OR due_on >= issued_on",
}
NOTICE_DATES = date_checks("consumer_notice", ("issued_on", "due_on"))
