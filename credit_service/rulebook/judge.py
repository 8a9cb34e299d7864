"""The referee's reading of one record: category, severity, windows, why it does not count, weight and points.

Before it is a `Fact`, after it a plain row for `evaluate`. Slow and obvious on purpose: it judges ``sql/judged.sql``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.domain.category import GENERAL
from credit_service.domain.score import ListKind
from credit_service.rulebook.arithmetic import MILLION, Arithmetic, Clock
from credit_service.rulebook.decision_tables import number_categories
from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.fade import fade, weigh
from credit_service.rulebook.rule_types import Counting, KindRule, Role
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.scoring_checks import Cell, find_events


@dataclass(frozen=True)
class Windows:
    """The days a record's publicity or validity ends; None where it has no such day."""

    min_until: date | None = None
    max_until: date | None = None
    active_until: date | None = None


@dataclass(frozen=True)
class Judged:
    """One record with what the rules say of it."""

    fact: Fact
    as_of: date
    category: int
    severity: str | None
    windows: Windows
    is_usable: bool
    is_scored: bool
    is_adverse: bool
    is_honour: bool
    is_listing: bool
    cap_group: str
    points_before: int
    weight: int
    points: int
    rule: str

    @property
    def veto(self) -> bool:
        """Whether the record by itself makes the worst grade."""
        return self.is_listing and self.is_scored and self.is_usable

    def names(self) -> dict[str, object]:
        """Return the values of every name a condition may use."""
        return {**vars(self.fact), **vars(self.windows), **vars(self)}


def judge(
    rulebook: Rulebook, fact: Fact, as_of: date, *, repeated: bool, earlier: Mapping[str, int] | None = None
) -> Judged:
    """Return everything the rules say of one record on its own.

    Args:
        rulebook: The rules.
        fact: The record.
        as_of: The day of the question.
        repeated: Whether the same act was reported again later.
        earlier: What the subject's earlier records come to, by the names the severity rules declare; none by default.
    """
    scoring = rulebook.scoring
    kind = next(rule for rule in scoring.kinds if rule.kind == fact.kind)
    adverse = kind.role is Role.ADVERSE
    before = {row.name: (earlier or {}).get(row.name, 0) for row in rulebook.history}
    severity = _severity(rulebook, {**vars(fact), **before, "as_of": as_of}) if adverse else None
    windows = _windows(rulebook, kind, fact, severity)
    known = {**vars(fact), **vars(windows), "as_of": as_of, "severity": severity}
    excluded = scoring.repeated.rule_id if repeated else _exclusion(rulebook, known)
    scored = fact.subject_kind in scoring.scored_subjects
    category = _category(rulebook, fact) if adverse else GENERAL
    act = fact.decided_on if scoring.events_by is Clock.DECIDED_ON else None
    slug = next((item.slug for item in rulebook.edition.categories if item.number == category), "")
    events = find_events(scoring.events, Cell(fact.kind, severity, fact.honour_level, slug, act))
    points_before = events[0].points if events and scored else 0
    weight = 0 if excluded else _weight(scoring.arithmetic, fact, severity, windows, as_of)
    counted_by = scoring.person.rule_id if not scored else events[0].entry.rule_id if events else ""
    return Judged(
        fact=fact,
        as_of=as_of,
        category=category,
        severity=severity,
        windows=windows,
        is_usable=excluded is None,
        is_scored=scored,
        is_adverse=adverse,
        is_honour=kind.role is Role.HONOUR,
        is_listing=kind.veto,
        cap_group=kind.cap_group,
        points_before=points_before,
        weight=weight,
        points=weigh(points_before, weight, scoring.arithmetic.rounding),
        rule=excluded or counted_by,
    )


def add_months(day: date, months: int) -> date:
    """Return the day so many months later; where the month has no such day, its last (31 January + 1 → 28 February)."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def find_accepting_list(rulebook: Rulebook, fact: Fact, list_kind: ListKind) -> str | None:
    """Return the first list type in order that takes a listing or honour by kind, subject and text."""
    kinds = {list_type.id: list_type.list_kind for list_type in rulebook.list_types}
    for accept in rulebook.acceptances:
        if (
            kinds[accept.list_type] is list_kind
            and accept.kind == fact.kind
            and accept.subject_kind in {"", fact.subject_kind}
            and accept.keyword in f"{fact.topic} {fact.authority_name}"
        ):
            return accept.list_type
    return None


def _category(rulebook: Rulebook, fact: Fact) -> int:
    numbers = number_categories(rulebook)
    for kind in rulebook.classification.kinds:
        if kind.kind == fact.kind:
            return numbers.get(kind.category, GENERAL)
    text = f"{fact.topic} {fact.fact}" if fact.kind in rulebook.classification.fact_kinds else fact.topic
    for word in rulebook.classification.keywords:
        if word.keyword in text:
            return numbers.get(word.category, GENERAL)
    return GENERAL


def _severity(rulebook: Rulebook, known: Mapping[str, object]) -> str:
    for rule in rulebook.severity:
        if rule.when is None or holds(rule.when, known):
            return rule.severity
    raise LookupError


def _windows(rulebook: Rulebook, kind: KindRule, fact: Fact, severity: str | None) -> Windows:
    if kind.counting is Counting.PUBLICITY:
        term = next(term for term in rulebook.publicity if term.severity == severity)
        return Windows(
            min_until=add_months(fact.decided_on, term.min_months),
            max_until=add_months(fact.decided_on, term.max_months),
        )
    ends = fact.ends_on
    if ends is None and kind.open_months is not None:
        ends = add_months(fact.decided_on, kind.open_months)
    cap = add_months(fact.decided_on, kind.cap_months) if kind.cap_months is not None else None
    return Windows(active_until=min((day for day in (ends, cap) if day is not None), default=None))


def _exclusion(rulebook: Rulebook, known: Mapping[str, object]) -> str | None:
    for exclusion in rulebook.scoring.exclusions:
        if holds(exclusion.when, known):
            return exclusion.entry.rule_id
    return None


def _weight(arithmetic: Arithmetic, fact: Fact, severity: str | None, windows: Windows, as_of: date) -> int:
    if windows.min_until is None or windows.max_until is None:
        return MILLION
    return fade(arithmetic, severity, (fact.decided_on, windows.min_until, windows.max_until), as_of)
