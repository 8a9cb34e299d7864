"""What the schema of credit repair forbids: changes over time, and things that hold between rows.

An application moves along the arrows of `listing.repairs` only; from acceptance on by persons of the authority it was
forwarded to or with that authority's paper; nobody decides what they checked; who is barred does not apply. A case is
repaired by a checked application and by nothing else, and an application about a case is granted only with its case.
Marks and notices follow from a granted application.
"""

from __future__ import annotations

from credit_service.registry.migrations.law_0010 import CLOSED, filled
from credit_service.registry.migrations.triggers import Ban

_FIXED = (
    "repair_id",
    "target_kind",
    "target_id",
    "case_id",
    "subject_id",
    "subject_name",
    "fact",
    "severity",
    "rule",
    "needs",
    "opens_on",
    "authority_code",
    "authority_name",
    "channel",
    "applied_on",
    "applied_at",
    "since_on",
)
_WRITTEN_ONCE = (
    "competent_code",
    "forwarded_on",
    "accepted_on",
    "extended_on",
    "checked_on",
    "checked_by",
    "checked_for",
    "closed_on",
    "decided_by",
    "decision_no",
    "decision_reason",
    "ground",
    "barred_until_on",
)
_DECISION = (
    "NEW.closed_on = a.done_on AND NEW.decided_by = a.actor_id AND NEW.decision_no = a.document_no "
    "AND NEW.decision_reason = a.reason"
)
_CLOSE = "NEW.closed_on = a.done_on AND NEW.decision_reason = a.reason"


def _changed(column: str) -> str:
    if column == "record_ids":
        return "CAST(NEW.record_ids AS TEXT) IS DISTINCT FROM CAST(OLD.record_ids AS TEXT)"
    return f"NEW.{column} IS DISTINCT FROM OLD.{column}"


ARROWS = {
    "forward": (
        "('applied')",
        "NEW.state = 'forwarded' AND NEW.forwarded_on = a.done_on AND NEW.competent_code = a.to_agency",
    ),
    "accept": ("('forwarded')", "NEW.state = 'accepted' AND NEW.accepted_on = a.done_on"),
    "not_accept": ("('forwarded')", f"NEW.state = 'not_accepted' AND {_CLOSE}"),
    "extend": (
        "('accepted', 'checked')",
        "NEW.state = OLD.state AND OLD.extended_on IS NULL AND NEW.extended_on = a.done_on",
    ),
    "check": (
        "('accepted')",
        "NEW.state = 'checked' AND NEW.checked_on = a.done_on AND NEW.checked_by = a.actor_id "
        "AND coalesce(NEW.checked_for, '') = a.for_id",
    ),
    "grant": ("('checked')", f"NEW.state = 'granted' AND {_DECISION}"),
    "refuse": ("('checked')", f"NEW.state = 'refused' AND NEW.ground = a.ground AND {_DECISION}"),
    "withdraw": ("('applied', 'forwarded', 'accepted')", f"NEW.state = 'withdrawn' AND {_CLOSE}"),
}
"""State before and what must agree after, by kind of act."""


def _arrows() -> str:
    return " OR ".join(
        f"(a.kind = '{kind}' AND OLD.state IN {from_states} AND {agrees})"
        for kind, (from_states, agrees) in ARROWS.items()
    )


def _only_by(column: str, kinds: tuple[str, ...]) -> str:
    names = ", ".join(f"'{kind}'" for kind in kinds)
    return (
        f"(({_changed(column)}) AND NOT EXISTS (SELECT 1 FROM repair_act AS a "  # noqa: S608 - constants
        f"WHERE a.repair_id = OLD.repair_id AND a.seq = NEW.version AND a.kind IN ({names})))"
    )


_PERSONS_MEET = (
    "(a.actor_id = NEW.actor_id OR a.actor_id = NEW.for_id OR (a.for_id <> '' "
    "AND (a.for_id = NEW.actor_id OR a.for_id = NEW.for_id)))"
)
_SAME_SUBJECT = (
    "(r.subject_id = NEW.subject_id OR EXISTS (SELECT 1 FROM subject_judgement AS j WHERE j.verdict = 'same' "
    "AND j.undone_at IS NULL AND ((j.from_subject_id = r.subject_id AND j.to_subject_id = NEW.subject_id) "
    "OR (j.from_subject_id = NEW.subject_id AND j.to_subject_id = r.subject_id))))"
)


def _lacks(paper: str) -> str:
    return (
        f"(NEW.needs LIKE '%{paper}%' AND NOT EXISTS (SELECT 1 FROM repair_exhibit AS e "  # noqa: S608 - constants
        f"WHERE e.repair_id = NEW.repair_id AND e.paper = '{paper}'))"
    )


APPLICATION_BANS = (
    Ban(
        "repair_starts_applied",
        "repair",
        "INSERT",
        "(NEW.state <> 'applied' OR NEW.version <> 0 OR "
        + " OR ".join(f"NEW.{column} IS NOT NULL" for column in _WRITTEN_ONCE)
        + ")",
    ),
    Ban(
        "repair_is_new",
        "repair",
        "INSERT",
        "EXISTS (SELECT 1 FROM repair AS r WHERE r.repair_id = NEW.repair_id OR (r.target_kind = NEW.target_kind "  # noqa: S608 - constants
        f"AND r.target_id = NEW.target_id AND (r.state NOT IN {CLOSED} OR r.state = 'granted')))",
    ),
    Ban(
        "repair_not_barred",
        "repair",
        "INSERT",
        f"EXISTS (SELECT 1 FROM repair AS r WHERE r.barred_until_on >= NEW.applied_on AND {_SAME_SUBJECT})",  # noqa: S608 - constants
    ),
    Ban(
        "repair_of_listing",
        "repair",
        "INSERT",
        "(NEW.target_kind = 'case' AND NOT EXISTS (SELECT 1 FROM listing_case AS c WHERE c.case_id = NEW.target_id "
        "AND c.subject_id = NEW.subject_id AND c.list_kind <> 'red' AND c.state IN ('decision_served', 'published') "
        "AND CAST(c.record_ids AS TEXT) = CAST(NEW.record_ids AS TEXT) "
        "AND (c.severity = 'minor' OR c.min_until_on IS NULL OR NEW.opens_on >= c.min_until_on)))",
    ),
    Ban(
        "repair_of_record",
        "repair",
        "INSERT",
        "(NEW.target_kind = 'record' AND (EXISTS (SELECT 1 FROM record_repair AS m WHERE m.record_id = NEW.target_id) "
        "OR CAST(NEW.record_ids AS TEXT) <> '[\"' || NEW.target_id || '\"]'))",
    ),
    Ban(
        "repair_moves_by_act",
        "repair",
        "UPDATE",
        "(NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM repair_act AS a "  # noqa: S608 - constants
        f"WHERE a.repair_id = OLD.repair_id AND a.seq = NEW.version AND ({_arrows()})))",
    ),
    Ban(
        "repair_keeps_facts",
        "repair",
        "UPDATE",
        "("
        + " OR ".join(
            [
                *(_changed(column) for column in (*_FIXED, "record_ids")),
                *(f"(OLD.{column} IS NOT NULL AND {_changed(column)})" for column in _WRITTEN_ONCE),
            ]
        )
        + ")",
    ),
    Ban(
        "repair_written_by_act",
        "repair",
        "UPDATE",
        "("
        + " OR ".join(
            (
                _only_by("competent_code", ("forward",)),
                _only_by("forwarded_on", ("forward",)),
                _only_by("accepted_on", ("accept",)),
                _only_by("extended_on", ("extend",)),
                _only_by("checked_on", ("check",)),
                _only_by("checked_by", ("check",)),
                _only_by("checked_for", ("check",)),
                _only_by("decided_by", ("grant", "refuse")),
                _only_by("decision_no", ("grant", "refuse")),
                _only_by("barred_until_on", ("refuse",)),
            )
        )
        + ")",
    ),
    Ban(
        "repair_has_papers",
        "repair",
        "UPDATE",
        "(NEW.state IN ('accepted', 'granted') AND OLD.state <> NEW.state "
        f"AND ({_lacks('duty_proof')} OR {_lacks('commitment')}))",
    ),
    Ban(
        "repair_by_competent",
        "repair",
        "UPDATE",
        "EXISTS (SELECT 1 FROM repair_act AS a WHERE a.repair_id = NEW.repair_id AND a.seq = NEW.version "
        "AND a.kind IN ('accept', 'not_accept', 'extend', 'check', 'grant', 'refuse') "
        "AND a.agency_code <> coalesce(OLD.competent_code, '') AND NOT EXISTS (SELECT 1 FROM repair_exhibit AS e "
        "WHERE e.repair_id = a.repair_id AND e.seq = a.seq AND e.paper = 'authority_paper'))",
    ),
    Ban(
        "repair_ends_listing",
        "repair",
        "UPDATE",
        "(NEW.state = 'granted' AND NEW.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM listing_case AS c "
        "JOIN act AS b ON b.case_id = c.case_id AND b.seq = c.version WHERE c.case_id = NEW.case_id "
        "AND c.state = 'ended' AND c.end_kind = 'repair' AND c.ended_on = NEW.closed_on "
        "AND b.document_no = NEW.decision_no))",
    ),
)

ACT_BANS = (
    Ban(
        "repair_act_follows",
        "repair_act",
        "INSERT",
        "(NOT EXISTS (SELECT 1 FROM repair AS r WHERE r.repair_id = NEW.repair_id "  # noqa: S608 - constants
        f"AND r.state NOT IN {CLOSED} AND r.applied_on <= NEW.done_on "
        "AND ((NEW.seq = 0 AND r.version = 0 AND NEW.kind = 'apply') OR "
        "(NEW.seq = r.version + 1 AND NEW.kind <> 'apply'))) "
        "OR EXISTS (SELECT 1 FROM repair_act AS a WHERE a.repair_id = NEW.repair_id AND "
        "(a.seq = NEW.seq OR a.done_on > NEW.done_on)) "
        f"OR NOT ({filled('NEW.actor_id')}))",
    ),
    Ban("repair_act_names_rules", "repair_act", "INSERT", "(length(coalesce(NEW.rulebook, '')) <> 64)"),
    Ban(
        "repair_act_by_second_person",
        "repair_act",
        "INSERT",
        "(NEW.kind IN ('grant', 'refuse') AND EXISTS (SELECT 1 FROM repair_act AS a "  # noqa: S608 - constants
        f"WHERE a.repair_id = NEW.repair_id AND a.kind = 'check' AND {_PERSONS_MEET}))",
    ),
    Ban(
        "repair_act_for_somebody",
        "repair_act",
        "INSERT",
        "(NEW.for_id <> '' AND NOT EXISTS (SELECT 1 FROM delegation AS d WHERE d.from_id = NEW.for_id "
        "AND d.to_id = NEW.actor_id AND d.ended_at IS NULL AND d.from_on <= NEW.done_on "
        "AND d.until_on >= NEW.done_on))",
    ),
    Ban(
        "repair_exhibit_comes_with_act",
        "repair_exhibit",
        "INSERT",
        "(NOT EXISTS (SELECT 1 FROM repair_act AS a JOIN repair AS r ON r.repair_id = a.repair_id "
        "WHERE a.repair_id = NEW.repair_id AND a.seq = NEW.seq "
        "AND (r.version = NEW.seq - 1 OR (NEW.seq = 0 AND r.version = 0))) "
        "OR NOT EXISTS (SELECT 1 FROM exhibit AS e WHERE e.sha256 = NEW.sha256))",
    ),
    Ban(
        "case_repair_by_application",
        "act",
        "INSERT",
        "(NEW.kind = 'repair' AND NOT EXISTS (SELECT 1 FROM repair AS r WHERE r.case_id = NEW.case_id "
        "AND r.state = 'checked' AND (r.opens_on IS NULL OR r.opens_on <= NEW.done_on) "
        "AND r.checked_by <> NEW.actor_id AND coalesce(r.checked_for, '') <> NEW.actor_id))",
    ),
)

FOLLOWING_BANS = (
    Ban(
        "record_repair_by_grant",
        "record_repair",
        "INSERT",
        "(EXISTS (SELECT 1 FROM record_repair AS m WHERE m.record_id = NEW.record_id) OR NOT EXISTS ("
        "SELECT 1 FROM repair AS r WHERE r.repair_id = NEW.repair_id AND r.state = 'granted' "
        "AND r.closed_on = NEW.from_on AND r.decision_no = NEW.decision_no "
        "AND CAST(r.record_ids AS TEXT) LIKE '%\"' || NEW.record_id || '\"%'))",
    ),
    Ban(
        "notice_follows_grant",
        "consumer_notice",
        "INSERT",
        "(NEW.receipt_at IS NOT NULL OR EXISTS (SELECT 1 FROM consumer_notice AS n WHERE n.notice_id = NEW.notice_id "
        "OR (n.repair_id = NEW.repair_id AND n.agency_code = NEW.agency_code)) OR NOT EXISTS ("
        "SELECT 1 FROM repair AS r WHERE r.repair_id = NEW.repair_id AND r.state = 'granted'))",
    ),
    Ban(
        "notice_only_receipt",
        "consumer_notice",
        "UPDATE",
        "(OLD.receipt_at IS NOT NULL OR NEW.receipt_at IS NULL OR "
        + " OR ".join(
            _changed(column)
            for column in ("notice_id", "repair_id", "agency_code", "grounds", "issued_on", "issued_at", "due_on")
        )
        + ")",
    ),
    Ban(
        "repair_applicant_is_new",
        "repair_applicant",
        "INSERT",
        "EXISTS (SELECT 1 FROM repair_applicant AS p WHERE p.repair_id = NEW.repair_id)",
    ),
)

NEVER_CHANGED = ("repair_act", "repair_exhibit", "repair_applicant", "record_repair")
NEVER_DELETED = (*NEVER_CHANGED, "repair", "consumer_notice")
PERMANENCE_BANS = (
    *(Ban(f"{table}_never_changed", table, "UPDATE", "1 = 1") for table in NEVER_CHANGED),
    *(Ban(f"{table}_never_deleted", table, "DELETE", "1 = 1") for table in NEVER_DELETED),
)
BANS = (*APPLICATION_BANS, *ACT_BANS, *FOLLOWING_BANS, *PERMANENCE_BANS)
