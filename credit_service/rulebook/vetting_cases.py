"""Worked cases of vettings: one record, one award, one day, and the verdict.

Before it are the fields of a case file as text, after it the answer as text, as `answer_cases` compares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from credit_service.domain.record import PenaltyKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Effect, Verdict
from credit_service.rulebook.evaluate_vetting import find_hits
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.schema import Rulebook

NONE = "none"
_DAYS = ("ends_on", "repaired_on", "revoked_on")
_AMOUNTS = ("fine_fen", "confiscated_fen", "amount_fen")
VETTING_GIVEN = ("award", "subject_kind", "kind", "penalty", "decided_on", *_DAYS, *_AMOUNTS)
VETTING_ANSWERS = ("verdict", "hits", "until")


def ask_vetting(rulebook: Rulebook, given: Mapping[str, str], as_of: date) -> dict[str, str]:
    """Return what one record makes of a nominee for an award on a day.

    Raises:
        KeyError: The award, the kind or the day of the decision is not given.
        ValueError: A day is no date, or no vetting rule is in force.
        StopIteration: There is no such award.
    """
    vetting = rulebook.vetting
    if vetting is None:
        message = "没有评先评优信用审查规则"
        raise ValueError(message)
    award = next(award for award in vetting.awards if award.id == given["award"])
    asked = {one.entry.rule_id: one for one in vetting.conditions if one.is_for(award.id)}
    hits = [hit for hit in find_hits(rulebook, [_to_fact(given)], as_of) if hit.rule in asked]
    bars = [hit for hit in hits if asked[hit.rule].effect is Effect.BAR]
    until = max((hit.until_on or date.max for hit in hits), default=None)
    return {
        "verdict": (Verdict.FAILED if bars else Verdict.PASSED).value,
        "hits": ";".join(hit.rule for hit in hits) or NONE,
        "until": NONE if until in {None, date.max} else f"{until}",
    }


def _to_fact(given: Mapping[str, str]) -> Fact:
    decided_on = date.fromisoformat(given["decided_on"])
    days = {name: date.fromisoformat(given[name]) for name in _DAYS if name in given}
    mask = 0
    for word in given.get("penalty", "").split(";"):
        mask |= PenaltyKind[word.upper()].value if word else 0
    return Fact(
        record_id="case",
        kind=given["kind"],
        subject_id="case",
        subject_kind=given.get("subject_kind", SubjectKind.ORGANISATION.value),
        topic="",
        decided_on=decided_on,
        act_key="case",
        learned_at=datetime.combine(decided_on, time(), UTC),
        penalty_mask=mask,
        fine_fen=int(given.get("fine_fen", "0")),
        confiscated_fen=int(given.get("confiscated_fen", "0")),
        amount_fen=int(given.get("amount_fen", "0")),
        ends_on=days.get("ends_on"),
        repaired_on=days.get("repaired_on"),
        revoked_on=days.get("revoked_on"),
    )
