"""Who an organisation without a code is: what people judge, and what may never be judged.

Before this module stand subjects as records name them; after it a judgement of a person, and the suggestions that were
on the desk. Identifiers are compared here and nowhere else: two that contradict each other never meet (ADR 0011).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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


def to_organisation_id(written: str) -> str | None:
    """Return the subject id of an organisation's code or id as somebody typed it, or None where it is neither."""
    text = "".join(written.split())
    kind, colon, code = text.partition(":")
    if colon:
        return f"{kind.lower()}:{code if kind == 'none' else code.upper()}" if kind.lower() in _PREFIXES else None
    code = text.upper().replace("-", "")
    found = (f"{kind}:{code}" for kind in ("uscc", "reg", "org"))
    return next((subject_id for subject_id in found if is_identified(subject_id)), None)


@dataclass(frozen=True)
class NameSpan:
    """A name a subject was reported under, and when."""

    name: str
    first_on: date
    last_on: date
    """Day of the first and the last act reported under it."""
    records: int


@dataclass(frozen=True)
class NamedSubject:
    """What records say of one subject, for recognising it: names, regions, representatives."""

    subject_id: str
    subject_kind: str
    names: tuple[NameSpan, ...]
    """Newest first; the others are former names."""
    region_codes: frozenset[str] = frozenset()
    representative_keys: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name it was reported under last."""
        return self.names[0].name if self.names else ""


class Likelihood(IntEnum):
    """How far the reports agree; it orders suggestions and decides nothing."""

    WEAK = 1
    POSSIBLE = 2
    LIKELY = 3

    @property
    def label(self) -> str:
        """Chinese name."""
        return {1: "仅供参考", 2: "可能", 3: "很可能"}[self.value]


@dataclass(frozen=True)
class Suggestion:
    """A known subject that an organisation without a code may be, with the reasons in words."""

    subject: NamedSubject
    likelihood: Likelihood
    points: int
    reasons: tuple[str, ...]
    """What agrees."""
    doubts: tuple[str, ...] = ()
    """What does not, or is not known."""

    def in_words(self) -> str:
        """Return the suggestion as one sentence, for the file."""
        doubts = f"；存疑：{'、'.join(self.doubts)}" if self.doubts else ""
        return f"{self.likelihood.label}：{'、'.join(self.reasons)}{doubts}"
