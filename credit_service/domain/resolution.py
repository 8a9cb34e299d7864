"""Who an organisation without a code is: what people judge, and what may never be judged.

Before this module stand subjects as records name them; after it a judgement of a person, and the suggestions that were
on the desk. Identifiers are compared here and nowhere else: two that contradict each other never meet (ADR 0011).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from credit_service.domain.identifier import is_valid_org_code, is_valid_registration, is_valid_uscc

UNNAMED = "none:"
"""Prefix of organisations that were reported without any valid code."""


class Verdict(StrEnum):
    """What a person says of a subject."""

    SAME = "same"
    """It is the subject named with it."""
    NOT_SAME = "not_same"
    """It is not the subject named with it, however alike the names."""
    OWN = "own"
    """It is none of those known; it stays a subject of its own."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"same": "同一主体", "not_same": "同名不同主体", "own": "独立主体"}[self.value]


class Strength(IntEnum):
    """How well a subject id identifies; a link leads from the weaker to the stronger."""

    UNNAMED = 0
    ORG_CODE = 1
    REGISTRATION = 2
    USCC = 3


_PREFIXES = {
    "none": Strength.UNNAMED,
    "org": Strength.ORG_CODE,
    "reg": Strength.REGISTRATION,
    "uscc": Strength.USCC,
}


@dataclass(frozen=True)
class Judgement:
    """One judgement; it is ended by an undoing, never altered and never deleted."""

    from_subject_id: str
    verdict: Verdict
    to_subject_id: str | None
    reason: str
    judged_by: str
    judged_at: datetime
    evidence: str = ""
    """What was on the desk: the suggestion with its reasons, in words."""
    number: int = 0
    """Given by the ledger, in the order judged."""
    undone_by: str | None = None
    undone_at: datetime | None = None
    undo_reason: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether it still holds."""
        return self.undone_at is None


def strength_of(subject_id: str) -> Strength | None:
    """Return how well an id identifies, or None for persons and for what is no id."""
    return _PREFIXES.get(subject_id.partition(":")[0]) if ":" in subject_id else None


def is_identified(subject_id: str) -> bool:
    """Return whether an id is made of a code with the right check digit."""
    kind, _, code = subject_id.partition(":")
    checks = {"uscc": is_valid_uscc, "reg": is_valid_registration, "org": is_valid_org_code}
    return kind in checks and checks[kind](code)


def identifiers_contradict(one: str, other: str) -> bool:
    """Return whether the codes in two ids say that the subjects are two.

    Two codes of one kind that differ do; so do an organisation code and a unified code that contains another one. A
    registration number and a unified code neither confirm nor contradict each other. Source: GB 32100-2015 4.4
    (characters 9 to 17 of the unified code are the organisation code).
    """
    codes = dict((one.partition(":")[::2], other.partition(":")[::2]))
    kinds = {one.partition(":")[0], other.partition(":")[0]}
    if len(kinds) == 1:
        return UNNAMED.rstrip(":") not in kinds and one != other
    if kinds == {"org", "uscc"}:
        return codes["uscc"][8:17] != codes["org"]
    return False


def may_be_linked(from_subject_id: str, to_subject_id: str) -> bool:
    """Return whether a link between two ids is lawful at all: from weaker to stronger, without contradiction."""
    weaker, stronger = strength_of(from_subject_id), strength_of(to_subject_id)
    if weaker is None or stronger is None or weaker >= stronger:
        return False
    return not identifiers_contradict(from_subject_id, to_subject_id)
