"""What the first schema forbids: checks on single rows of cases and batches.

Every check is written so that a missing value fails it: in SQL a comparison with NULL is neither true nor false, and a
check that is not false passes. Sources are those of `listing.guards`, which says the same to people.
"""

from __future__ import annotations

from collections.abc import Mapping

DECIDED_STATES = "('decided', 'decision_served', 'published', 'ended')"
_NOTICED_ON = "('noticed', 'notice_served', 'heard', 'decided', 'decision_served', 'published', 'ended')"
_SERVED_ON = "('notice_served', 'heard', 'decided', 'decision_served', 'published', 'ended')"
_HEARD_ON = "('heard', 'decided', 'decision_served', 'published', 'ended')"


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _from(states: str, *conditions: str) -> str:
    return f"state NOT IN {states} OR ({' AND '.join(conditions)})"


CASE_CHECKS: Mapping[str, str] = {
    "ck_listing_case_state": (
        "state IN ('proposed', 'noticed', 'notice_served', 'heard', 'decided', 'declined', 'decision_served', "
        "'published', 'ended')"
    ),
    "ck_listing_case_list_kind": "list_kind IN ('red', 'black', 'watch')",
    "ck_listing_case_subject_kind": "subject_kind IN ('organisation', 'individual_business', 'person')",
    "ck_listing_case_person_masked": "subject_kind <> 'person' OR identifier_code IS NULL",
    "ck_listing_case_no_minor_proposed": "subject_kind <> 'person' OR adult_on IS NULL OR adult_on <= proposed_on",
    "ck_listing_case_red_consent": f"list_kind <> 'red' OR subject_kind <> 'person' OR {_filled('consent_no')}",
    "ck_listing_case_noticed": _from(
        _NOTICED_ON,
        _filled("list_basis"),
        _filled("notice_no"),
        _filled("drafted_by"),
        "noticed_on IS NOT NULL",
        "noticed_on >= proposed_on",
    ),
    "ck_listing_case_notice_served": _from(
        _SERVED_ON,
        "notice_served_on IS NOT NULL",
        "notice_served_on >= noticed_on",
        _filled("notice_proof"),
        "statement_until_on IS NOT NULL",
        "statement_until_on > notice_served_on",
    ),
    "ck_listing_case_heard": _from(
        _HEARD_ON, "heard_on IS NOT NULL", "heard_on > statement_until_on", _filled("hearing_note")
    ),
    "ck_listing_case_decided": _from(
        DECIDED_STATES,
        _filled("decision_no"),
        _filled("decision_reason"),
        "decided_on IS NOT NULL",
        "decided_on >= heard_on",
    ),
    "ck_listing_case_two_persons": _from(
        "('decided', 'decision_served', 'published', 'ended', 'declined')",
        _filled("decided_by"),
        "decided_by <> coalesce(drafted_by, '')",
    ),
    "ck_listing_case_term": _from(
        DECIDED_STATES,
        "(list_kind = 'red' OR max_until_on IS NOT NULL)",
        "(max_until_on IS NULL OR max_until_on > decided_on)",
        "(min_until_on IS NULL OR min_until_on >= decided_on)",
        "(min_until_on IS NULL OR max_until_on IS NULL OR min_until_on <= max_until_on)",
    ),
    "ck_listing_case_no_minor_decided": _from(
        DECIDED_STATES, "(subject_kind <> 'person' OR (adult_on IS NOT NULL AND adult_on <= decided_on))"
    ),
    "ck_listing_case_declined": _from(
        "('declined')", "decided_on IS NOT NULL", "decided_on >= proposed_on", _filled("decision_reason")
    ),
    "ck_listing_case_decision_served": _from(
        "('decision_served', 'published')",
        "decision_served_on IS NOT NULL",
        "decision_served_on >= decided_on",
        _filled("decision_proof"),
    ),
    "ck_listing_case_published": _from(
        "('published')",
        "list_kind <> 'watch'",
        _filled("bulletin_id"),
        "published_on IS NOT NULL",
        "published_on >= decision_served_on",
        "(max_until_on IS NULL OR published_on <= max_until_on)",
    ),
    "ck_listing_case_black_published": _from(
        "('published')", "(list_kind <> 'black' OR (max_until_on IS NOT NULL AND severity IS NOT NULL))"
    ),
    "ck_listing_case_person_published": _from(
        "('published')",
        "(subject_kind <> 'person' OR (adult_on IS NOT NULL AND adult_on <= published_on))",
        f"(subject_kind <> 'person' OR {_filled('publication_basis')})",
    ),
    "ck_listing_case_published_only": (
        "state IN ('published', 'ended') OR (published_on IS NULL AND bulletin_id IS NULL)"
    ),
    "ck_listing_case_ended": _from(
        "('ended')",
        "ended_on IS NOT NULL",
        "ended_on >= decided_on",
        "end_kind IS NOT NULL",
        "end_kind IN ('expire', 'repair', 'revoke')",
        "(decision_served_on IS NULL OR ended_on >= decision_served_on)",
        "(published_on IS NULL OR ended_on >= published_on)",
    ),
    "ck_listing_case_ended_only": "state = 'ended' OR (ended_on IS NULL AND end_kind IS NULL)",
}
"""Name of each check and its SQL."""

CASE_DATES = (
    "proposed_on",
    "adult_on",
    "noticed_on",
    "notice_served_on",
    "statement_until_on",
    "heard_on",
    "decided_on",
    "decision_served_on",
    "min_until_on",
    "max_until_on",
    "published_on",
    "ended_on",
)
"""SQLite has no dates, so each is checked to be written as one; else comparing them would mean nothing."""


def date_checks(table: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Return, for SQLite, a check for each column that it holds a date or nothing.

    Adding no days makes SQLite turn 31 September into 1 October, which then is not what was written.
    """
    return {
        f"ck_{table}_{column}_is_date": f"{column} IS NULL OR coalesce({column} = date({column}, '+0 days'), 0)"
        for column in columns
    }


BATCH_CHECKS: Mapping[str, str] = {
    "ck_batch_status": "status IN ('received', 'stored', 'refused')",
    "ck_batch_counts": "status <> 'stored' OR rows = accepted + rejected + blank",
    "ck_batch_refusal": f"status <> 'refused' OR {_filled('refusal')}",
}
