"""What a candidate rule is: what it looks at, what it counts, and which records support it.

Before it lie ``rules/candidates``, read by `read_candidates`; after it SQL and the referee. A candidate is a proposal
to people, never a listing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credit_service.domain.score import ListKind
from credit_service.rulebook.aggregates import Aggregate, AggregateKind
from credit_service.rulebook.fields import FieldSpec
from credit_service.rulebook.nodes import Condition, Operand
from credit_service.rulebook.rule_types import RuleEntry


class CandidateScope(StrEnum):
    """What a candidate rule looks at."""

    RECORD = "record"
    CATEGORY = "category"
    WHOLE = "whole"
    SUBJECT = "subject"


class Per(StrEnum):
    """Whose records an aggregate takes together."""

    SUBJECT = "subject"
    CATEGORY = "category"
    """A subject's records in one special-governance item."""


@dataclass(frozen=True)
class Count:
    """A number, sum, extreme or day of a subject's records that candidate rules may use by name."""

    name: str
    when: Condition
    entry: RuleEntry
    kind: AggregateKind = AggregateKind.COUNT
    of: Operand | None = None
    per: Per = Per.SUBJECT

    @property
    def aggregate(self) -> Aggregate:
        """What it takes of the records."""
        return Aggregate(self.kind, self.when, self.of)

    @property
    def spec(self) -> FieldSpec:
        """The name conditions may use, with its unit."""
        return self.aggregate.spec(self.name)


@dataclass(frozen=True)
class CandidateRule:
    """When a subject is proposed for a list, and which records support it."""

    list_kind: ListKind
    scope: CandidateScope
    when: Condition | None
    supports: Condition
    unless: tuple[str, ...]
    """Ids of earlier rules: a subject they propose is not proposed by this one."""
    entry: RuleEntry
    subjects: tuple[str, ...] = ()
    """Kinds of subject it may touch, which is part of ``supports``; empty: any."""


@dataclass(frozen=True)
class NearMissRule:
    """How close to a grade that would propose somebody counts as close; points in 10⁻⁴."""

    margin: int
    entry: RuleEntry


@dataclass(frozen=True)
class Candidates:
    """The candidate rules in order."""

    counts: tuple[Count, ...]
    rules: tuple[CandidateRule, ...]
    near_miss: NearMissRule | None = None
    """None: nobody is told to be close to anything."""
