"""What the schema of due process forbids: changes over time, and things that hold between rows.

The arrows of `listing.steps` as they are from this schema on; whoever acts for another needs that person's leave and
stands for both; nobody prepares and decides alone on what their own agency sent; evidence comes with its act and never
later.
"""

from __future__ import annotations

from dataclasses import replace

from credit_service.registry.migrations import law_0001_triggers as earlier
from credit_service.registry.migrations import law_0003
from credit_service.registry.migrations.triggers import Ban

_IN_FORCE = "('decided', 'decision_served', 'published')"
_OPEN = "('proposed', 'under_review', 'noticed', 'notice_served', 'heard', 'decided', 'decision_served', 'published')"
_END = "NEW.state = 'ended' AND NEW.ended_on = a.done_on AND NEW.end_kind = a.kind"
_NEW_FIXED = ("source_agency", "source_decision_no", "source_decided_on", "source_ends_on")
_WRITTEN_ONCE = (*earlier.WRITTEN_ONCE, "taken_over_on")


def _changed(column: str) -> str:
    return f"NEW.{column} IS DISTINCT FROM OLD.{column}"


_STAYS = "NEW.state = OLD.state AND NOT (" + " OR ".join(_changed(column) for column in _WRITTEN_ONCE) + ")"
ARROWS = {
    **earlier.ARROWS,
    "take_up": ("('proposed')", "NEW.state = 'under_review' AND NEW.reviewer_id = a.actor_id"),
    "hand_over": (
        "('under_review', 'noticed', 'notice_served', 'heard')",
        f"NEW.reviewer_id = a.actor_id AND {_STAYS}",
    ),
    "draft_notice": (
        "('proposed', 'under_review')",
        earlier.ARROWS["draft_notice"][1] + " AND NEW.reviewer_id = a.actor_id",
    ),
    "decline": ("('proposed', 'under_review', 'noticed', 'notice_served', 'heard')", earlier.ARROWS["decline"][1]),
    "take_over": (
        "('under_review')",
        "NEW.state = 'decision_served' AND NEW.taken_over_on = a.done_on AND NEW.decided_by = a.actor_id "
        "AND NEW.decision_no = OLD.source_decision_no AND NEW.decision_reason = a.reason "
        "AND NEW.decision_proof = a.evidence",
    ),
    "mark_objection": (_OPEN, f"OLD.marked_on IS NULL AND NEW.marked_on = a.done_on AND {_STAYS}"),
    "clear_objection": (_OPEN, f"OLD.marked_on IS NOT NULL AND NEW.marked_on IS NULL AND {_STAYS}"),
    "suspend": (
        _IN_FORCE,
        "OLD.suspended_on IS NULL AND NEW.suspended_on = a.done_on AND NEW.suspension_ground = a.ground "
        f"AND (NEW.suspension_ground = 'negative_listing') = (NEW.list_kind = 'red') AND {_STAYS}",
    ),
    "resume": (_IN_FORCE, f"OLD.suspended_on IS NOT NULL AND NEW.suspended_on IS NULL AND {_STAYS}"),
    "publish": (
        "('decision_served')",
        earlier.ARROWS["publish"][1] + " AND NEW.marked_on IS NULL AND NEW.suspended_on IS NULL",
    ),
    "source_end": (_IN_FORCE, _END + " AND OLD.taken_over_on IS NOT NULL"),
}
"""State before and what must agree after, by kind of act."""


def _arrows() -> str:
    return " OR ".join(
        f"(a.kind = '{kind}' AND OLD.state IN {from_states} AND {agrees})"
        for kind, (from_states, agrees) in ARROWS.items()
    )


def _only_by(columns: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    names = ", ".join(f"'{kind}'" for kind in kinds)
    changed = " OR ".join(_changed(column) for column in columns)
    return (
        f"(({changed}) AND NOT EXISTS (SELECT 1 FROM act AS a WHERE a.case_id = OLD.case_id "  # noqa: S608 - constants
        f"AND a.seq = NEW.version AND a.kind IN ({names})))"
    )


def _starts_plain() -> str:
    beside = ("reviewer_id", "taken_over_on", "suspended_on", "suspension_ground", "marked_on")
    return "(" + " OR ".join(f"NEW.{column} IS NOT NULL" for column in beside) + ")"


CASE_BANS = (
    Ban(
        "case_moves_by_act",
        "listing_case",
        "UPDATE",
        "(NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM act AS a "  # noqa: S608 - constants
        f"WHERE a.case_id = OLD.case_id AND a.seq = NEW.version AND ({_arrows()})))",
    ),
    Ban(
        "case_red_or_black",
        "listing_case",
        "UPDATE",
        earlier.get_ban("case_red_or_black")
        .when.replace("(NEW.state IN", "(NEW.suspended_on IS NULL AND NEW.state IN")
        .replace("AND o.state IN", "AND o.suspended_on IS NULL AND o.state IN"),
    ),
)
"""In place of those of the first schema."""
_LINKED = {ban.name: ban for ban in law_0003.BANS}
LINK_BANS = (
    replace(
        _LINKED["case_red_or_black_linked"],
        when=_LINKED["case_red_or_black_linked"]
        .when.replace("o.state IN", "o.suspended_on IS NULL AND o.state IN")
        .replace("NEW.state IN", "NEW.suspended_on IS NULL AND NEW.state IN"),
    ),
    replace(
        _LINKED["judgement_red_or_black"],
        when=_LINKED["judgement_red_or_black"]
        .when.replace("a.state IN", "a.suspended_on IS NULL AND a.state IN")
        .replace("b.state IN", "b.suspended_on IS NULL AND b.state IN"),
    ),
)
"""In place of those of the third schema: who is suspended is not on a list."""

_PREPARED = "a.kind IN ('draft_notice', 'take_up', 'hand_over')"
_PERSONS_MEET = (
    "(a.actor_id = NEW.actor_id OR a.actor_id = NEW.for_id OR (a.for_id <> '' "
    "AND (a.for_id = NEW.actor_id OR a.for_id = NEW.for_id)))"
)
NEW_BANS = (
    Ban("case_starts_plain", "listing_case", "INSERT", _starts_plain()),
    Ban(
        "case_keeps_source",
        "listing_case",
        "UPDATE",
        "("
        + " OR ".join(
            [
                *(_changed(column) for column in _NEW_FIXED),
                f"(OLD.taken_over_on IS NOT NULL AND {_changed('taken_over_on')})",
            ]
        )
        + ")",
    ),
    Ban(
        "case_beside_by_act",
        "listing_case",
        "UPDATE",
        "("
        + " OR ".join(
            (
                _only_by(("reviewer_id",), ("take_up", "hand_over", "draft_notice")),
                _only_by(("taken_over_on",), ("take_over",)),
                _only_by(("suspended_on", "suspension_ground"), ("suspend", "resume")),
                _only_by(("marked_on",), ("mark_objection", "clear_objection")),
            )
        )
        + ")",
    ),
    Ban("act_names_rules", "act", "INSERT", "(length(coalesce(NEW.rulebook, '')) <> 64)"),
    Ban(
        "act_by_second_person",
        "act",
        "INSERT",
        "((NEW.kind IN ('decide', 'decline') AND EXISTS (SELECT 1 FROM act AS a WHERE a.case_id = NEW.case_id "  # noqa: S608 - constants
        f"AND a.kind = 'draft_notice' AND {_PERSONS_MEET})) OR (NEW.kind = 'take_over' AND EXISTS (SELECT 1 FROM act "
        f"AS a WHERE a.case_id = NEW.case_id AND {_PREPARED} AND {_PERSONS_MEET})))",
    ),
    Ban(
        "act_not_of_one_agency",
        "act",
        "INSERT",
        "(NEW.kind IN ('decide', 'decline', 'take_over') AND EXISTS (SELECT 1 FROM listing_case AS c "  # noqa: S608 - constants
        "WHERE c.case_id = NEW.case_id AND c.source_agency <> '' AND c.source_agency = NEW.agency_code "
        "AND NOT EXISTS (SELECT 1 FROM act AS a WHERE a.case_id = NEW.case_id "
        f"AND {_PREPARED} AND a.agency_code <> '' AND a.agency_code <> c.source_agency)))",
    ),
    Ban(
        "act_for_somebody",
        "act",
        "INSERT",
        "(NEW.for_id <> '' AND NOT EXISTS (SELECT 1 FROM delegation AS d WHERE d.from_id = NEW.for_id "
        "AND d.to_id = NEW.actor_id AND d.ended_at IS NULL AND d.from_on <= NEW.done_on "
        "AND d.until_on >= NEW.done_on))",
    ),
    Ban(
        "delegation_is_new",
        "delegation",
        "INSERT",
        "(NEW.ended_at IS NOT NULL OR EXISTS (SELECT 1 FROM delegation AS d WHERE d.number = NEW.number))",
    ),
    Ban(
        "delegation_only_ends",
        "delegation",
        "UPDATE",
        "(OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR "
        + " OR ".join(
            _changed(column)
            for column in ("number", "from_id", "to_id", "from_on", "until_on", "reason", "given_by", "given_at")
        )
        + ")",
    ),
    Ban("exhibit_is_new", "exhibit", "INSERT", "EXISTS (SELECT 1 FROM exhibit AS e WHERE e.sha256 = NEW.sha256)"),
    Ban(
        "exhibit_comes_with_act",
        "act_exhibit",
        "INSERT",
        "(NOT EXISTS (SELECT 1 FROM act AS a JOIN listing_case AS c ON c.case_id = a.case_id "
        "WHERE a.case_id = NEW.case_id AND a.seq = NEW.seq AND (c.version = NEW.seq - 1 OR NEW.seq = 0)) "
        "OR NOT EXISTS (SELECT 1 FROM exhibit AS e WHERE e.sha256 = NEW.sha256))",
    ),
    *(Ban(f"{table}_never_changed", table, "UPDATE", "1 = 1") for table in ("exhibit", "act_exhibit")),
    *(Ban(f"{table}_never_deleted", table, "DELETE", "1 = 1") for table in ("exhibit", "act_exhibit", "delegation")),
)

NEVER_TRUNCATED = ("exhibit", "act_exhibit", "delegation")
