"""The governance index: counts of an item, a region or a department to a number from 0 to 100, with every reason.

Before it `read_index` has read the rule and a look-up has counted; after it boards, pages and tables. It is an index of
how something is governed, never of a person or an organisation: below the rule's floor of subjects there is none.

**Units**: ratios and weights are whole numbers of 10⁻⁴, points too (100 points are 1,000,000). A part's points are
rounded once, half up, and the weighted mean of the parts once more; both as the rule names it.

Source: ``rules/governance_index``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.domain.governance import GovernanceCounts, SpanKind
from credit_service.domain.score import POINT
from credit_service.rulebook.rule_types import Exclusion, RuleEntry

FULL = 100 * POINT
"""The most a part or an index can have."""
BETTER = frozenset({"mended", "repaired", "removed", "fed_back"})
"""Counts of which more is better; a part made of them must rise with them."""
WORSE = frozenset({"overdue", "repeated", "growth"})
"""Counts of which more is worse; a part made of them must fall with them."""
WHOLES = frozenset({"opening", "new", "owed"})
"""Counts a part may be measured against: no act of governance in the period changes them."""


@dataclass(frozen=True)
class IndexPart:
    """One part: a ratio of counts, the ratios at which it is worth nothing and all, and its weight."""

    name: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    zero_at: Mapping[SpanKind, int]
    full_at: Mapping[SpanKind, int]
    weight: int
    entry: RuleEntry


@dataclass(frozen=True)
class KindTerm:
    """How one kind of adverse record is governed."""

    kind: str
    ends_mended: bool
    """Whether the end the record names is the day its obligation was fulfilled."""
    overdue_days: int
    """Days after the decision beyond which an open record is overdue."""
    entry: RuleEntry


@dataclass(frozen=True)
class Amount:
    """A number of the rule that is a rule itself."""

    value: int
    entry: RuleEntry


@dataclass(frozen=True)
class GovernanceIndex:
    """The rule of the index in force."""

    parts: tuple[IndexPart, ...]
    kinds: tuple[KindTerm, ...]
    leave_out: tuple[Exclusion, ...]
    repeat: Amount
    """Days."""
    least_subjects: Amount
    least_weight: Amount
    """10⁻⁴ of all weights."""
    public: Amount
    """Counts below it are not told to the public."""
    public_step: int
    """What the public is told is rounded to a multiple of it."""

    @property
    def entries(self) -> list[RuleEntry]:
        """What every rule in it says about itself."""
        amounts = (self.repeat, self.least_subjects, self.least_weight, self.public)
        return [one.entry for group in (self.parts, self.kinds, self.leave_out, amounts) for one in group]

    def term(self, kind: str) -> KindTerm | None:
        """Return how a kind is governed, or None."""
        return next((term for term in self.kinds if term.kind == kind), None)


@dataclass(frozen=True)
class PartReason:
    """Why a part counts as it does."""

    part: IndexPart
    numerator: int | None
    """None: what it counts is not kept."""
    denominator: int
    points: int | None
    """Before weighing, 10⁻⁴; None where there is nothing to measure against."""
    contribution: int
    """After weighing, 10⁻⁴; the contributions of all parts make exactly the index."""
    weight_in_use: int
    """10⁻⁴, rounded half up: the weight after the parts without value have left theirs to the others."""

    @property
    def ratio(self) -> int | None:
        """The ratio in 10⁻⁴, rounded half away from zero, for reading; points are worked out from the exact one."""
        if self.numerator is None or not self.denominator:
            return None
        size = (2 * abs(self.numerator) * POINT + self.denominator) // (2 * self.denominator)
        return -size if self.numerator < 0 else size


@dataclass(frozen=True)
class IndexValue:
    """An index with its reasons; ``points`` is None where the rule gives none, and ``refusal`` says by which rule."""

    points: int | None
    reasons: tuple[PartReason, ...]
    refusal: RuleEntry | None = None
    """The floor that was not reached."""

    def reason(self, rule_id: str) -> PartReason | None:
        """Return the reason of one part, or None."""
        return next((reason for reason in self.reasons if reason.part.entry.rule_id == rule_id), None)


def judge_index(rule: GovernanceIndex, counts: GovernanceCounts, kind: SpanKind) -> IndexValue:
    """Return the index of some counts.

    Args:
        rule: The rule.
        counts: The records of one item, region or department, or of all together.
        kind: How long the period is.

    Source: ``rules/governance_index``; parts without denominator are left out and leave their weight to the others in
    proportion, which is what a weighted mean over the rest is.
    """
    measured = [(part, *_measure(part, counts, kind)) for part in rule.parts]
    weight = sum(part.weight for part, _, _, points in measured if points is not None)
    refusal = _find_refusal(rule, counts, weight)
    reasons: list[PartReason] = []
    total = told = 0
    for part, numerator, denominator, points in measured:
        contribution = in_use = 0
        if points is not None and refusal is None:
            # The running sum is rounded, not each part, so that what is told of the parts adds up to the index.
            total += part.weight * points
            contribution = round_half_up(total, weight) - told
            told += contribution
            in_use = round_half_up(part.weight * POINT, weight)
        reasons.append(PartReason(part, numerator, denominator, points, contribution, in_use))
    return IndexValue(None if refusal else told, tuple(reasons), refusal)


def round_half_up(numerator: int, denominator: int) -> int:
    """Return a quotient of non-negative numbers as a whole number, half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _measure(part: IndexPart, counts: GovernanceCounts, kind: SpanKind) -> tuple[int | None, int, int | None]:
    values = [getattr(counts, name) for name in part.numerator]
    numerator = None if None in values else sum(values)
    denominator = sum(getattr(counts, name) for name in part.denominator)
    if numerator is None or denominator == 0:
        return numerator, denominator, None
    zero, full = part.zero_at[kind], part.full_at[kind]
    way, whole = numerator * POINT - zero * denominator, (full - zero) * denominator
    if whole < 0:
        way, whole = -way, -whole
    return numerator, denominator, min(FULL, round_half_up(FULL * max(way, 0), whole))


def _find_refusal(rule: GovernanceIndex, counts: GovernanceCounts, weight: int) -> RuleEntry | None:
    if counts.subjects < rule.least_subjects.value:
        return rule.least_subjects.entry
    return rule.least_weight.entry if weight < rule.least_weight.value or weight == 0 else None


@dataclass(frozen=True)
class Lifetime:
    """When one adverse record was open, by the rule: what the compiled step works out, in plain Python."""

    decided_on: date
    ended_on: date | None
    way: str
    """removed, repaired, mended, expired; empty while it is open."""
    overdue_after_on: date
    """It is overdue from the day after."""


def live(term: KindTerm, days: Mapping[str, date | None], decided_on: date) -> Lifetime:
    """Return when a record was open.

    Args:
        term: The rule of its kind.
        days: ``revoked_on``, ``repaired_on``, ``ends_on``, ``active_until`` (last day of a listing or status) and
            ``max_until`` (first day without publicity), as the rules of scoring give them.
        decided_on: The day of the decision.
    """
    ends_on, active_until = days["ends_on"], days["active_until"]
    ways = (
        ("removed", days["revoked_on"]),
        ("repaired", days["repaired_on"]),
        ("mended", _next(ends_on) if term.ends_mended else None),
        ("expired", _next(active_until)),
        ("expired", days["max_until"]),
    )
    known = [(max(day, decided_on), place, way) for place, (way, day) in enumerate(ways) if day is not None]
    ended_on, _, way = min(known, default=(None, 0, ""))
    return Lifetime(decided_on, ended_on, way, decided_on + timedelta(days=term.overdue_days))


def _next(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)
