"""Names of what a comparison counts: rules, list types, items, departments, places, sizes.

A rule or a list type may exist on one side only, so both rulebooks are asked, the draft first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.batches import list_agency_names
from credit_service.lookup.divisions import name_division
from credit_service.lookup.impact_types import RuleNote
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.words import say_condition

UNKNOWN = "未知"
SIZES = {"1": "1条", "2": "2至4条", "5": "5至9条", "10": "10至49条", "50": "50条以上"}


@dataclass(frozen=True)
class Names:
    """What both sides call things."""

    before: Rulebook
    after: Rulebook
    agencies: Mapping[str, str]

    def note(self, rule: str | None) -> RuleNote:
        """Return a rule, or a list type, as people read it."""
        entry = self.after.find_rule(rule or "") or self.before.find_rule(rule or "")
        if entry is None:
            return RuleNote(rule or "", "", "")
        return RuleNote(
            entry.rule_id, entry.text or self.list_type(entry.rule_id), f"{entry.law.title} {entry.law.article}".strip()
        )

    def conditions(self, rule: str) -> tuple[str | None, str | None]:
        """Return what a candidate rule asks on each side, in words; None where that side does not have it."""
        return _say_rule(self.before, rule), _say_rule(self.after, rule)

    def list_type(self, list_type: str) -> str:
        """Return the name of a list type."""
        known = {one.id: one.name for book in (self.before, self.after) for one in book.list_types}
        watch = next((one.name for one in self.after.list_types if one.list_kind is ListKind.WATCH), list_type)
        return known.get(list_type, list_type) if list_type else watch

    def category(self, number: int) -> str:
        """Return the name of a special-governance item; 0 is 综合."""
        return self.after.category_name(number)

    def district(self, code: str) -> str:
        """Return a division's code and name."""
        return f"{code} {name_division(code)}".strip() if code else UNKNOWN

    def label(self, dimension: str, key: str) -> str:
        """Return what a value of a dimension is called."""
        return _LABELS[dimension](self, key)


def find_names(room: ReadingRoom, before: Rulebook, after: Rulebook) -> Names:
    """Return the names of both sides and of the departments."""
    return Names(before, after, list_agency_names(room))


def name_kind(kind: str) -> str:
    """Return the name of a kind of record."""
    return next((member.label for member in RecordKind if member.value == kind), kind)


def name_severity(severity: str | None) -> str:
    """Return the name of a severity; a record without one has none."""
    return next((member.label for member in Severity if member.value == severity), "")


def name_subject_kind(kind: str) -> str:
    """Return the name of a kind of subject."""
    return next((member.label for member in SubjectKind if member.value == kind), kind)


def _say_rule(rulebook: Rulebook, rule_id: str) -> str | None:
    rule = next((one for one in rulebook.candidates.rules if one.entry.rule_id == rule_id), None)
    if rule is None:
        return None
    counts = {count.name: count.entry.text or count.name for count in rulebook.candidates.counts}
    words = [say_condition(rule.when, counts)] if rule.when is not None else []
    words.append(f"依据的记录：{say_condition(rule.supports, counts)}")
    return "；".join(words)


_LABELS: dict[str, Callable[[Names, str], str]] = {
    "type": Names.list_type,
    "category": lambda names, key: names.category(int(key)),
    "rule": lambda names, key: names.note(key).text or key,
    "district": Names.district,
    "sector": lambda names, key: names.agencies.get(key, key) or UNKNOWN,
    "size": lambda _names, key: SIZES[key],
    "subject_kind": lambda _names, key: name_subject_kind(key),
}
