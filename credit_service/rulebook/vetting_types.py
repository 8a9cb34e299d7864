"""What the vetting of nominees for an award looks at: conditions on records, on listings, and the awards themselves.

Before it lie ``rules/vetting``, read by `read_vetting`; after it SQL (`compile_vetting`) and the referee
(`evaluate_vetting`). A condition only ever sees records that are still in use: repaired, revoked and expired ones are
out of its sight by construction, and nothing here knows points or grades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Effect, Stage
from credit_service.rulebook.aggregates import Window
from credit_service.rulebook.fields import JUDGED_SCOPE, Scope, ValueType
from credit_service.rulebook.nodes import Condition, Every, Field, Member, Truth, Within
from credit_service.rulebook.rule_types import RuleEntry, list_entries

STATUTORY = frozenset(
    {RecordKind.SERIOUS_LIST, RecordKind.JUDGMENT_DEFAULT, RecordKind.TAX_SERIOUS, RecordKind.WAGE_ARREARS}
)
"""Lists of other authorities with a legal basis: all that may be held against a natural person."""
_TIMELESS = frozenset(
    {
        "subject_kind",
        "fine_fen",
        "confiscated_fen",
        "amount_fen",
        "simple_procedure",
        "severity",
        "category",
    }
)
VETTING_SCOPE = Scope(
    "一条在用的失信记录",
    tuple(spec for spec in JUDGED_SCOPE.fields if spec.name in _TIMELESS or spec.bit),
)
"""No day is among the names, so that the last day a reason stands follows from the record alone."""


def _field(name: str) -> Field:
    return Field(next(spec for spec in JUDGED_SCOPE.fields if spec.name == name))


@dataclass(frozen=True)
class VettingCondition:
    """Records that speak against a nominee."""

    name: str
    kinds: tuple[str, ...]
    when: Condition | None
    months: int | None
    """Only records decided in the last so many months, the day itself inside; None: as long as they are in use."""
    subjects: tuple[str, ...]
    awards: tuple[str, ...]
    """Ids of awards; empty: any."""
    effect: Effect
    entry: RuleEntry

    @cached_property
    def condition(self) -> Condition:
        """What is asked of one judged record, all together."""
        kind, subject = _field("kind"), _field("subject_kind")
        parts: list[Condition] = [
            Truth(_field("is_adverse")),
            Truth(_field("is_usable")),
            Within(kind, tuple(Member(name, kind.spec) for name in self.kinds)),
            Within(subject, tuple(Member(name, subject.spec) for name in self.subjects)),
        ]
        if self.when is not None:
            parts.append(self.when)
        if self.months is not None:
            parts.append(Window(ValueType.MONTHS, self.months, _field("decided_on")).condition)
        return Every(tuple(parts))

    def is_for(self, award: str) -> bool:
        """Return whether it is asked of nominees for an award."""
        return not self.awards or award in self.awards


@dataclass(frozen=True)
class ListingCondition:
    """Listings of this district that speak against a nominee, or are only told."""

    name: str
    list_kind: ListKind
    stage: Stage
    subjects: tuple[str, ...]
    awards: tuple[str, ...]
    effect: Effect
    entry: RuleEntry

    def is_for(self, award: str) -> bool:
        """Return whether it is asked of nominees for an award."""
        return not self.awards or award in self.awards


@dataclass(frozen=True)
class Award:
    """One kind of honour, with the words it is known by in a department's file."""

    id: str
    name: str
    words: tuple[str, ...]
    """Empty: any honour that no other award's words fit."""
    subjects: tuple[str, ...]
    entry: RuleEntry

    def takes(self, kind: SubjectKind) -> bool:
        """Return whether it is given to this kind of subject."""
        return kind.value in self.subjects


@dataclass(frozen=True)
class Vetting:
    """The vetting rule of one day."""

    awards: tuple[Award, ...]
    conditions: tuple[VettingCondition, ...]
    listings: tuple[ListingCondition, ...]
    consent: RuleEntry
    """Why persons need to have agreed."""
    minors: RuleEntry
    """Why nobody under age is vetted."""

    @property
    def entries(self) -> tuple[RuleEntry, ...]:
        """What every rule says about itself."""
        return (*list_entries(self.conditions, self.listings, self.awards), self.consent, self.minors)

    @cached_property
    def _by_id(self) -> dict[str, VettingCondition]:
        return {condition.entry.rule_id: condition for condition in self.conditions}

    def get_condition(self, rule_id: str) -> VettingCondition:
        """Return a condition on records by its id.

        Raises:
            KeyError: There is none.
        """
        return self._by_id[rule_id]

    def find_award(self, award: str) -> Award | None:
        """Return an award by its id or its name, or None."""
        return next((one for one in self.awards if award in {one.id, one.name}), None)

    def name_award(self, honour: str) -> Award:
        """Return the award an honour's name belongs to: the first whose words it holds, else the one without words."""
        for award in self.awards:
            if any(word in honour for word in award.words):
                return award
        return next(award for award in self.awards if not award.words)
