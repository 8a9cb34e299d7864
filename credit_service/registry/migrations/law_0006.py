"""What the schema of due process forbids: checks on single rows, for listings taken over, suspended or marked.

A listing taken over rests on the decision of another authority, so our own notice, service and hearing are not asked
for; instead it needs that decision, two persons of ours, and may not outlive it. See `law_0001` for how checks are
written.
"""

from __future__ import annotations

from collections.abc import Mapping

from credit_service.registry.migrations.law_0001 import CASE_CHECKS as EARLIER
from credit_service.registry.migrations.law_0001 import date_checks

_OWN_PROCEDURE = (
    "ck_listing_case_noticed",
    "ck_listing_case_notice_served",
    "ck_listing_case_heard",
    "ck_listing_case_decided",
)
"""Checks of our own procedure."""


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


CASE_CHECKS: Mapping[str, str] = {
    **EARLIER,
    **{name: f"taken_over_on IS NOT NULL OR ({EARLIER[name]})" for name in _OWN_PROCEDURE},
    "ck_listing_case_state": EARLIER["ck_listing_case_state"].replace("'proposed', ", "'proposed', 'under_review', "),
    "ck_listing_case_ended": EARLIER["ck_listing_case_ended"].replace("'revoke'", "'revoke', 'source_end'"),
    "ck_listing_case_under_review": f"state <> 'under_review' OR {_filled('reviewer_id')}",
    "ck_listing_case_taken_over": (
        "taken_over_on IS NULL OR (source_decided_on IS NOT NULL AND decided_on IS NOT NULL "
        "AND decided_on = source_decided_on AND decision_served_on IS NOT NULL "
        f"AND decision_served_on = taken_over_on AND {_filled('decision_no')} AND {_filled('decision_reason')} "
        f"AND {_filled('decision_proof')} AND {_filled('list_basis')} AND {_filled('reviewer_id')} "
        "AND decided_by <> reviewer_id AND (max_until_on IS NULL OR max_until_on >= taken_over_on) "
        "AND (source_ends_on IS NULL OR (max_until_on IS NOT NULL AND max_until_on <= source_ends_on)))"
    ),
    "ck_listing_case_suspended": (
        "(suspended_on IS NULL AND suspension_ground IS NULL) OR (suspended_on IS NOT NULL "
        "AND coalesce(suspension_ground, '') IN ('court', 'review', 'reorganisation', 'negative_listing') "
        "AND decided_on IS NOT NULL AND suspended_on >= decided_on)"
    ),
    "ck_listing_case_source": (
        f"(source_decided_on IS NULL AND source_decision_no IS NULL) OR ({_filled('source_decision_no')} "
        "AND source_decided_on IS NOT NULL AND (source_ends_on IS NULL OR source_ends_on >= source_decided_on))"
    ),
}
"""Every check on cases as it holds from this schema on, by name."""

NEW_DATES = ("source_decided_on", "source_ends_on", "taken_over_on", "suspended_on", "marked_on")
NEW_DATE_CHECKS = date_checks("listing_case", NEW_DATES)

DELEGATION_DATES = date_checks("delegation", ("from_on", "until_on"))
DELEGATION_CHECKS: Mapping[str, str] = {
    "ck_delegation_two": f"{_filled('from_id')} AND {_filled('to_id')} AND from_id <> to_id",
    "ck_delegation_days": "from_on <= until_on",
    "ck_delegation_reason": f"{_filled('reason')} AND {_filled('given_by')} AND given_by <> to_id",
    "ck_delegation_ended": (
        "(ended_at IS NULL AND ended_by IS NULL) OR "
        f"(ended_at IS NOT NULL AND ended_at >= given_at AND {_filled('ended_by')})"
    ),
}
"""Nobody gives themselves the power of another."""
EXHIBIT_CHECKS: Mapping[str, str] = {
    "ck_exhibit_hash": "length(sha256) = 64 AND size > 0",
    "ck_exhibit_named": f"{_filled('file_name')} AND {_filled('added_by')}",
}
