"""What the seventh schema forbids: measures nobody may be asked for, and feedback that nobody may give.

A task belongs to a measure owed that runs, of a nature that somebody carries out, and to an agency that is named as its
executing body. It moves only by feedback that is already written down, given by that agency, or because its listing
ended or was suspended. A measure is active only while its listing holds, and one that reduces rights only with the
article of law recorded for this very use. Feedback is never dated before the task or ahead of the day it is written
down; late feedback is recorded, and found by reconciliation.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_OWED = "measure_owed"
_TASK = "measure_task"
_FEEDBACK = "measure_feedback"
_BODY = "measure_body"
_STRAY = "measure_stray"
_TASKED = "('reduces_rights', 'management', 'incentive')"
_OPEN = "('asked', 'accepted', 'active')"


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _exists(table: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE {condition})"  # noqa: S608 - made of constants


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


NATURES = {
    "reduces_rights": ("market_entry_ban", "office_ban", "consumption_limit", "exit_ban", "schooling_limit"),
    "management": (
        "fiscal_fund_limit",
        "honours_limit",
        "preference_limit",
        "key_supervision",
        "serious_list",
        "share_publish",
    ),
    "market": ("industry_selfdiscipline", "credit_reporting", "prudent_lending"),
    "incentive": (
        "green_channel",
        "tolerant_acceptance",
        "simplified_procedure",
        "fewer_inspections",
        "fiscal_priority",
        "bidding_bonus",
        "award_priority",
        "public_service",
        "pledge_finance",
        "deposit_free",
        "government_award",
    ),
}
"""Of measures written down before their nature was: what the one catalogue of that time (2024.1) said of each."""

TASK_CHECKS = {
    "ck_measure_task_state": "state IN ('asked', 'accepted', 'active', 'not_applicable', 'lifting', 'lifted')",
    "ck_measure_task_round": "round >= 1 AND version >= 0",
    "ck_measure_task_due": "due_on IS NULL OR due_on >= asked_on",
    "ck_measure_task_lift": (
        "(state <> 'lifting' OR lift_asked_on IS NOT NULL) AND (lift_asked_on IS NULL OR lift_asked_on >= asked_on) "
        "AND (lift_due_on IS NULL OR (lift_asked_on IS NOT NULL AND lift_due_on >= asked_on))"
    ),
}
FEEDBACK_CHECKS = {
    "ck_measure_feedback_kind": "kind IN ('accept', 'done', 'not_applicable', 'lifted')",
    "ck_measure_feedback_what": f"{_filled('actor_id')} AND (kind IN ('accept', 'lifted') OR {_filled('what')})",
    "ck_measure_feedback_amount": "amount_fen IS NULL OR (amount_fen >= 0 AND kind = 'done')",
    "ck_measure_feedback_day": "done_on <= recorded_on",
}
STRAY_CHECKS = {
    "ck_measure_stray_why": "why IN ('no_catalogue', 'no_listing', 'not_asked')",
    "ck_measure_stray_who": f"{_filled('actor_id')} AND {_filled('measure')}",
    "ck_measure_stray_day": "done_on <= recorded_on",
}
BODY_CHECKS = {
    "ck_measure_body_reason": f"{_filled('reason')} AND {_filled('named_by')} AND {_filled('measure')}",
    "ck_measure_body_ended": (
        "(ended_at IS NULL AND ended_by IS NULL) OR "
        f"(ended_at IS NOT NULL AND ended_at >= named_at AND {_filled('ended_by')})"
    ),
}
LEGAL_DAY = {
    "sqlite": "recorded_on = date(recorded_at, '+8 hours')",
    "postgresql": "recorded_on = CAST(recorded_at AT TIME ZONE 'Asia/Shanghai' AS DATE)",
}
"""The legal day on which something was written down, in each database's own words."""

REPLACED = ("measure_follows_listing", "measure_only_ends")
"""Bans of the first schema whose places are taken by those of the same name below."""

_HOLDS = (
    "EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = {case} AND c.state IN {states} "
    "AND c.suspended_on IS NULL)"
)
_IN_EFFECT = "('decision_served', 'published')"

OWED_BANS = (
    Ban(
        "measure_follows_listing",
        _OWED,
        "INSERT",
        "(NEW.ended_on IS NOT NULL OR NEW.suspended_on IS NOT NULL "  # noqa: S608 - made of constants
        f"OR NEW.nature NOT IN ('', 'market', {_TASKED[1:]} "
        "OR EXISTS (SELECT 1 FROM measure_owed AS m WHERE m.case_id = NEW.case_id "
        "AND m.measure = NEW.measure) OR NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.case_id "
        f"AND c.state IN {_IN_EFFECT} AND NEW.from_on >= c.decision_served_on "
        "AND (NEW.nature = '' OR (NEW.nature = 'incentive') = (c.list_kind = 'red')) "
        "AND (c.max_until_on IS NULL OR (NEW.until_on IS NOT NULL AND NEW.until_on <= c.max_until_on))))",
    ),
    # It ends once; before that it may be suspended and resumed with its listing.
    Ban(
        "measure_only_ends",
        _OWED,
        "UPDATE",
        "("
        + _changed("case_id", "measure", "basis", "body", "from_on", "until_on", "nature", "relevance")
        + " OR OLD.ended_on IS NOT NULL OR (NEW.ended_on IS NULL AND NOT "
        + _changed("suspended_on")
        + ") OR (NEW.ended_on IS NOT NULL AND "
        + _changed("suspended_on")
        + ") OR (OLD.suspended_on IS NOT NULL AND NEW.suspended_on IS NOT NULL AND "
        + _changed("suspended_on")
        + "))",
    ),
    Ban(
        "measure_resumes_with_listing",
        _OWED,
        "UPDATE",
        "(OLD.suspended_on IS NOT NULL AND NEW.suspended_on IS NULL AND NOT "
        + _HOLDS.format(case="NEW.case_id", states=_IN_EFFECT)
        + ")",
    ),
)

_MINE = "r.task_id = OLD.task_id AND r.seq = NEW.version"
_OWED_ROW = "r.case_id = NEW.case_id AND r.measure = NEW.measure"
_ARROWS = (
    "(r.kind = 'accept' AND OLD.state = 'asked' AND NEW.state = 'accepted') OR "
    "(r.kind = 'done' AND OLD.state IN ('asked', 'accepted') AND NEW.state = 'active') OR "
    "(r.kind = 'done' AND OLD.state = 'lifting' AND NEW.state = 'lifting') OR "
    "(r.kind = 'not_applicable' AND OLD.state IN ('asked', 'accepted', 'lifting') AND NEW.state = 'not_applicable') OR "
    "(r.kind = 'lifted' AND OLD.state IN ('active', 'lifting') AND NEW.state = 'lifted')"
)
_BY_FEEDBACK = (
    "(NEW.version = OLD.version + 1 AND NOT "  # noqa: S608 - made of constants
    + _changed("lift_asked_on", "lift_due_on")
    + f" AND EXISTS (SELECT 1 FROM {_FEEDBACK} AS r WHERE {_MINE} AND ({_ARROWS}) "  # noqa: S608 - made of constants
    "AND (NEW.statute = OLD.statute OR (OLD.statute = '' AND NEW.statute = r.basis))))"
)
_BY_END = (
    f"(NEW.version = OLD.version AND OLD.state IN {_OPEN} AND NEW.state = 'lifting' AND NEW.statute = OLD.statute "
    "AND OLD.lift_asked_on IS NULL AND "
    + _exists(
        _OWED,
        f"{_OWED_ROW} AND NEW.lift_asked_on IS NOT NULL AND (r.ended_on IS NOT NULL OR r.suspended_on IS NOT NULL "
        "OR r.until_on < NEW.lift_asked_on)",
    )
    + ")"
)
_BY_TERM = (
    "(NEW.version = OLD.version AND NEW.state = OLD.state AND NEW.statute = OLD.statute "
    "AND OLD.lift_asked_on IS NOT NULL AND NEW.lift_asked_on = OLD.lift_asked_on AND OLD.lift_due_on IS NULL "
    "AND NEW.lift_due_on IS NOT NULL)"
)

TASK_BANS = (
    # A replacing insert would delete without a trigger; so what it would replace is looked for first.
    Ban(
        "task_is_new",
        _TASK,
        "INSERT",
        "(NEW.version <> 0 OR NEW.state <> 'asked' OR NEW.statute <> '' OR NEW.lift_asked_on IS NOT NULL OR "
        + _exists(
            _TASK,
            "r.task_id = NEW.task_id OR (r.case_id = NEW.case_id AND r.measure = NEW.measure "
            "AND r.agency_code = NEW.agency_code AND (r.round >= NEW.round OR r.lift_asked_on IS NULL))",
        )
        + ")",
    ),
    Ban(
        "task_follows_measure",
        _TASK,
        "INSERT",
        "NOT "
        + _exists(
            _OWED,
            f"{_OWED_ROW} AND r.nature IN {_TASKED} AND r.ended_on IS NULL AND r.suspended_on IS NULL "
            "AND NEW.asked_on >= r.from_on AND (r.until_on IS NULL OR NEW.asked_on <= r.until_on) AND "
            + _HOLDS.format(case="r.case_id", states=_IN_EFFECT),
        ),
    ),
    Ban(
        "task_of_named_body",
        _TASK,
        "INSERT",
        "NOT " + _exists(_BODY, "r.measure = NEW.measure AND r.agency_code = NEW.agency_code AND r.ended_at IS NULL"),
    ),
    Ban(
        "task_moves_by_feedback",
        _TASK,
        "UPDATE",
        "("
        + _changed("task_id", "case_id", "measure", "agency_code", "round", "asked_on", "due_on")
        + f" OR NOT ({_BY_FEEDBACK} OR {_BY_END} OR {_BY_TERM}))",
    ),
    Ban(
        "task_active_with_listing",
        _TASK,
        "UPDATE",
        "(NEW.state = 'active' AND NOT EXISTS (SELECT 1 FROM measure_owed AS m JOIN measure_feedback AS f "  # noqa: S608 - made of constants
        "ON f.task_id = NEW.task_id AND f.seq = NEW.version WHERE m.case_id = NEW.case_id "
        "AND m.measure = NEW.measure AND m.ended_on IS NULL AND m.suspended_on IS NULL "
        "AND (m.until_on IS NULL OR f.recorded_on <= m.until_on) AND "
        + _HOLDS.format(case="m.case_id", states=_IN_EFFECT)
        + "))",
    ),
    Ban(
        "task_active_with_statute",
        _TASK,
        "UPDATE",
        "(NEW.state = 'active' AND coalesce(trim(NEW.statute), '') = '' AND "
        + _exists(_OWED, f"{_OWED_ROW} AND r.nature = 'reduces_rights'")
        + ")",
    ),
)

_KIND_FITS = (
    "((NEW.kind = 'accept' AND t.state = 'asked') "
    "OR (NEW.kind = 'done' AND t.state IN ('asked', 'accepted', 'lifting') "
    "AND NOT EXISTS (SELECT 1 FROM measure_feedback AS d WHERE d.task_id = t.task_id AND d.kind = 'done')) "
    "OR (NEW.kind = 'not_applicable' AND t.state IN ('asked', 'accepted', 'lifting') "
    "AND NOT EXISTS (SELECT 1 FROM measure_feedback AS d WHERE d.task_id = t.task_id AND d.kind = 'done')) "
    "OR (NEW.kind = 'lifted' AND t.state IN ('active', 'lifting')))"
)
FEEDBACK_BANS = (
    Ban(
        "feedback_of_own_task",
        _FEEDBACK,
        "INSERT",
        f"NOT {_exists(_TASK, 'r.task_id = NEW.task_id AND r.agency_code = NEW.agency_code')}",
    ),
    Ban(
        "feedback_not_before_task",
        _FEEDBACK,
        "INSERT",
        _exists(_TASK, "r.task_id = NEW.task_id AND NEW.done_on < r.asked_on"),
    ),
    Ban(
        "feedback_follows",
        _FEEDBACK,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {_TASK} AS t WHERE t.task_id = NEW.task_id "  # noqa: S608 - made of constants
        f"AND NEW.seq = t.version + 1 AND {_KIND_FITS})",
    ),
    Ban(
        "feedback_named_once",
        _FEEDBACK,
        "INSERT",
        "(NEW.idempotency_key IS NOT NULL AND "
        + _exists(_FEEDBACK, "r.agency_code = NEW.agency_code AND r.idempotency_key = NEW.idempotency_key")
        + ")",
    ),
)

BODY_BANS = (
    Ban(
        "measure_body_is_new",
        _BODY,
        "INSERT",
        "(NEW.ended_at IS NOT NULL OR "
        + _exists(
            _BODY,
            "r.number = NEW.number OR (r.measure = NEW.measure AND r.agency_code = NEW.agency_code "
            "AND r.ended_at IS NULL)",
        )
        + ")",
    ),
    Ban(
        "measure_body_only_ends",
        _BODY,
        "UPDATE",
        "(OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR "
        + _changed("number", "measure", "agency_code", "reason", "named_by", "named_at")
        + ")",
    ),
)
STRAY_BANS = (Ban("measure_stray_is_new", _STRAY, "INSERT", _exists(_STRAY, "r.number = NEW.number")),)

PERMANENCE_BANS = (
    *(Ban(f"{table}_never_changed", table, "UPDATE", "1 = 1") for table in (_FEEDBACK, _STRAY)),
    *(Ban(f"{table}_never_deleted", table, "DELETE", "1 = 1") for table in (_TASK, _FEEDBACK, _BODY, _STRAY)),
)
BANS = (*OWED_BANS, *TASK_BANS, *FEEDBACK_BANS, *BODY_BANS, *STRAY_BANS, *PERMANENCE_BANS)
NEVER_TRUNCATED = (_TASK, _FEEDBACK, _BODY, _STRAY)

LIFT_WHEN = (
    "(OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL) OR (OLD.suspended_on IS NULL AND NEW.suspended_on IS NOT NULL)"
)
LIFT = (
    "UPDATE measure_task SET state = 'lifting', "  # noqa: S608 - made of constants
    # A measure that ran out, or a task asked today, may be older than the day its listing ended on.
    "lift_asked_on = CASE WHEN asked_on > coalesce(NEW.ended_on, NEW.suspended_on) THEN asked_on "
    "ELSE coalesce(NEW.ended_on, NEW.suspended_on) END "
    f"WHERE case_id = NEW.case_id AND measure = NEW.measure AND state IN {_OPEN}"
)
"""What happens to the tasks of a measure that ends or is suspended, whoever ends it."""

SUSPENDED_WHEN = "OLD.suspended_on IS NULL AND NEW.suspended_on IS NOT NULL"
REST = (
    "UPDATE measure_owed SET suspended_on = NEW.suspended_on WHERE case_id = NEW.case_id AND ended_on IS NULL "
    "AND suspended_on IS NULL"
)
"""What happens to the measures of a listing that is suspended, whoever suspends it."""
