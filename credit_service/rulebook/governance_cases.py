"""Worked cases of the governance index: counts and the index they give, a record's days and when it was open.

Before it are the fields of a case file as text, after it the answer as text, as `answer_cases` compares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from credit_service.domain.governance import GovernanceCounts, SpanKind
from credit_service.domain.score import POINT
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.governance_index import GovernanceIndex, Lifetime, judge_index, live
from credit_service.rulebook.judge import judge
from credit_service.rulebook.schema import Rulebook

NONE = "none"
COUNTS = (
    "opening",
    "new",
    "mended",
    "repaired",
    "removed",
    "expired",
    "closing",
    "overdue",
    "repeated",
    "subjects",
    "owed",
    "fed_back",
)
PARTS = ("mending", "overdue", "repeat", "stock", "feedback")
"""The last words of the ids of the parts."""
INDEX_GIVEN = ("period", *COUNTS)
INDEX_ANSWERS = ("index", "refused_by", *PARTS, *(f"{part}_counts" for part in PARTS))
LIFE_GIVEN = ("kind", "decided_on", "revoked_on", "repaired_on", "ends_on", "fine_fen")
LIFE_ANSWERS = ("ended_on", "way", "overdue_after_on")


def ask_index(rule: GovernanceIndex, given: Mapping[str, str]) -> dict[str, str]:
    """Return the index of some counts, each part's points and what each part contributes.

    Raises:
        KeyError: The period is not given.
        ValueError: A count is no number, or there is no such length of period.
    """
    known = {name: int(given[name]) for name in COUNTS if name in given}
    counts = replace(GovernanceCounts(), **known)  # type: ignore[arg-type] # every name of COUNTS is a whole number
    value = judge_index(rule, counts, SpanKind(given["period"]))
    answer = {"index": _say(value.points), "refused_by": value.refusal.rule_id if value.refusal else NONE}
    for reason in value.reasons:
        name = reason.part.entry.rule_id.rpartition(".")[2]
        answer |= {name: _say(reason.points), f"{name}_counts": _say(reason.contribution)}
    return answer


def ask_life(rulebook: Rulebook, given: Mapping[str, str]) -> dict[str, str]:
    """Return when a record of an organisation ended, in which way, and after which day it is overdue.

    Raises:
        KeyError: Kind or day of the decision is not given.
        ValueError: A day is no date.
        StopIteration: The rule has no term for the kind.
    """
    decided_on = date.fromisoformat(given["decided_on"])
    days = {name: date.fromisoformat(given[name]) for name in ("revoked_on", "repaired_on", "ends_on") if name in given}
    fact = Fact(
        record_id="case",
        kind=given["kind"],
        subject_id="uscc:case",
        subject_kind="organisation",
        topic="",
        decided_on=decided_on,
        act_key="case",
        learned_at=datetime.combine(decided_on, time(), UTC),
        fine_fen=int(given.get("fine_fen", "0")),
        revoked_on=days.get("revoked_on"),
        repaired_on=days.get("repaired_on"),
        ends_on=days.get("ends_on"),
    )
    life = find_life(rulebook, fact, decided_on)
    return {
        "ended_on": life.ended_on.isoformat() if life.ended_on else NONE,
        "way": life.way or NONE,
        "overdue_after_on": life.overdue_after_on.isoformat(),
    }


def find_life(rulebook: Rulebook, fact: Fact, as_of: date) -> Lifetime:
    """Return when a record was open, with the windows that scoring gives it.

    Raises:
        StopIteration: The rule has no term for the kind.
    """
    term = next(term for term in rulebook.governance_index.kinds if term.kind == fact.kind)
    windows = judge(rulebook, fact, as_of, repeated=False).windows
    days = {
        "revoked_on": fact.revoked_on,
        "repaired_on": fact.repaired_on,
        "ends_on": fact.ends_on,
        "active_until": windows.active_until,
        "max_until": windows.max_until,
    }
    return live(term, days, fact.decided_on)


def _say(points: int | None) -> str:
    return NONE if points is None else f"{Decimal(points) / POINT:.4f}"
