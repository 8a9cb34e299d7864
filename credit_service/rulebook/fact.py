"""A record as the referee reads it, and what the referee finds.

The columns are those the compiled steps read from and write to the warehouse; tests hold the two equal row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Fact:
    """One record, with the columns of `domain.record.RECORD_FIELDS` that rules can see."""

    record_id: str
    kind: str
    subject_id: str
    subject_kind: str
    topic: str
    decided_on: date
    act_key: str
    learned_at: datetime
    superseded_at: datetime | None = None
    fact: str = ""
    authority_name: str = ""
    batch_id: str = ""
    row: int = 0
    penalty_mask: int = 0
    fine_fen: int = 0
    confiscated_fen: int = 0
    amount_fen: int = 0
    honour_level: str = "none"
    simple_procedure: bool = False
    ends_on: date | None = None
    repaired_on: date | None = None
    revoked_on: date | None = None
    consent: bool = False
    is_minor: bool = False


@dataclass(frozen=True, order=True)
class EvaluatedScore:
    """A row of ``scores``."""

    subject_id: str
    category: int
    points: int
    grade: str
    records: int
    veto: bool


@dataclass(frozen=True)
class EvaluatedReason:
    """A row of ``reasons``; also made for records that do not count, with the rule that says why not."""

    record_id: str
    subject_id: str
    category: int
    kind: str
    severity: str | None
    points_before: int
    weight: int
    points: int
    veto: bool
    rule: str
    batch_id: str
    row: int
    decided_on: date
    is_usable: bool


@dataclass(frozen=True, order=True)
class EvaluatedCandidate:
    """A row of ``candidates``."""

    subject_id: str
    list_kind: str
    list_type: str
    category: int
    rule: str
    record_ids: tuple[str, ...]


@dataclass(frozen=True, order=True)
class EvaluatedNearMiss:
    """A row of ``near_misses``: a subject that a rule would propose if its points were a little different."""

    subject_id: str
    category: int
    list_kind: str
    rule: str
    points: int
    missing: int
    """Points in 10⁻⁴ to lose (black, watch) or to gain (red), above zero."""


@dataclass(frozen=True)
class Evaluation:
    """What the referee says; every tuple is sorted."""

    scores: tuple[EvaluatedScore, ...]
    reasons: tuple[EvaluatedReason, ...]
    """Of candidates' subjects, as the warehouse stores them."""
    candidates: tuple[EvaluatedCandidate, ...]
    judged: tuple[EvaluatedReason, ...]
    """Every record, as an explanation shows them."""
    near_misses: tuple[EvaluatedNearMiss, ...] = ()
