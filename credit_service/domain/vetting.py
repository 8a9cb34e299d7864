"""Vetting nominees for an award (评先评优信用审查): who was asked about, the verdict, and every reason for it.

Before it stand a department's nominees; after it the page, the workbook, the print and the journal. It is an answer to
one department for one purpose as at one day, never a listing and never a score.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

LINES, FINDINGS, RECEIPT = "lines.ndjson", "findings.ndjson", "receipt.json"
"""Files of a kept result."""
MADE = "vetting.made"
"""What the audit chain calls a vetting."""
RECHECK = "standing_honours"
"""What stands for the award where standing honours are vetted again, each for its own award."""
RECHECK_NAME = "有效荣誉年度复核"


class Effect(StrEnum):
    """What a condition that holds does to a nominee."""

    BAR = "bar"
    NOTE = "note"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"bar": "不通过", "note": "只提示"}[self.value]


class Stage(StrEnum):
    """How far a listing is."""

    EFFECTIVE = "effective"
    """Decided, served and within its term."""
    OPEN = "open"
    """Proposed, and neither declined nor served."""


class Verdict(StrEnum):
    """What a nominee's row comes to."""

    PASSED = "passed"
    FAILED = "failed"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"passed": "通过", "failed": "不通过", "unclear": "待核实"}[self.value]


class Doubt(StrEnum):
    """Why a nominee cannot be vetted as the row stands, or what was left unchecked."""

    NO_CODE = "no_code"
    NO_NUMBER = "no_number"
    NAME_DIFFERS = "name_differs"
    SAME_NAME = "same_name"
    MINOR = "minor"
    NO_CONSENT = "no_consent"
    NOT_ELIGIBLE = "not_eligible"
    OTHER_AWARD = "other_award"
    NAME_UNKNOWN = "name_unknown"
    """Nothing is known under the code, so the name could not be compared; told, and no obstacle."""


@dataclass(frozen=True)
class VettingReason:
    """One reason: which record or listing, by which rule, since when and until when, and what can be done."""

    rule: str
    """Id of the condition; ``identity.…`` where the nominee could not be told apart."""
    name: str
    effect: str
    """`Effect`, or ``unclear``."""
    text: str
    law: str = ""
    about: str = ""
    """The record or listing in words: what it says, its document number, who decided."""
    record_id: str = ""
    case_id: str = ""
    since_on: date | None = None
    until_on: date | None = None
    """Last day it stands, if nothing is done; None: no such day is set."""
    remedies: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object."""
        told = asdict(self)
        for name in ("since_on", "until_on"):
            day = told[name]
            told[name] = day.isoformat() if day else None
        return {**told, "remedies": list(self.remedies)}


@dataclass(frozen=True)
class VettingCounts:
    """Rows received = passed + failed + unclear + faulty + blank."""

    received: int
    passed: int
    failed: int
    unclear: int
    faulty: int
    blank: int
    persons: int
    """Natural persons among those vetted or in doubt."""

    def __post_init__(self) -> None:
        if self.received != self.passed + self.failed + self.unclear + self.faulty + self.blank:
            message = "the rows of a vetting do not add up"
            raise ValueError(message)

    def to_dict(self) -> dict[str, int]:
        """Return the documented JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class VettingReceipt:
    """What a vetting follows from, and the digest of what it said."""

    vetting_id: str
    award: str
    award_name: str
    as_of: date
    known_at: datetime
    rulebook: str
    agency_code: str
    actor_id: str
    purpose: str
    """The department's own words or file number."""
    file_name: str
    """Empty for a re-check of standing honours."""
    file_sha256: str
    columns: tuple[str, ...]
    """Headers of the department's own columns."""
    counts: VettingCounts
    cases_digest: str
    """SHA-256 of the listings looked at, as they stood."""
    result_sha256: str = ""

    @property
    def is_recheck(self) -> bool:
        """Whether standing honours were vetted again, and no file."""
        return not self.file_sha256

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object."""
        return {
            **asdict(self),
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.isoformat(),
            "columns": list(self.columns),
            "counts": self.counts.to_dict(),
        }
