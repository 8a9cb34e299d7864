"""Whom an organisation without a code may be: the warehouse finds what is near, `normalise` compares, people decide.

Before it stand subjects and the judgements that hold; after it suggestions for each subject asked about, in which every
linked subject stands for the one it is linked to. It stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from credit_service.domain.resolution import Judgement, Likelihood, NamedSubject, Suggestion, Verdict
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.normalise.match_names import suggest
from credit_service.normalise.name_parts import NameWords, load_name_words, read_parts, spell
from credit_service.warehouse.find_names import Asked, find_comparable, find_subjects
from credit_service.warehouse.session import Session

NAME_PARTS = "name_parts.csv"


@dataclass(frozen=True)
class Judged:
    """The judgements that hold, as suggestions need them."""

    ends: Mapping[str, Judgement]
    """By linked subject."""
    apart: Mapping[str, frozenset[str]]
    """The register of namesakes, by subject."""

    def end_of(self, subject_id: str) -> str:
        """Return whom a subject is linked to, or itself."""
        link = self.ends.get(subject_id)
        return link.to_subject_id if link is not None and link.to_subject_id else subject_id

    def excluded(self, subject_id: str) -> frozenset[str]:
        """Return whom a subject may not be linked to: its namesakes, and whom they are linked to."""
        namesakes = self.apart.get(subject_id, frozenset())
        return namesakes | {self.end_of(other) for other in namesakes}


def read_judged(running: Iterable[Judgement]) -> Judged:
    """Return the judgements that hold, indexed."""
    ends: dict[str, Judgement] = {}
    apart: dict[str, frozenset[str]] = {}
    for one in running:
        if one.verdict is Verdict.SAME:
            ends[one.from_subject_id] = one
        elif one.verdict is Verdict.NOT_SAME and one.to_subject_id:
            for own, other in ((one.from_subject_id, one.to_subject_id), (one.to_subject_id, one.from_subject_id)):
                apart[own] = apart.get(own, frozenset()) | {other}
    return Judged(ends, apart)


def find_suggestions(
    room: ReadingRoom, session: Session, subjects: Sequence[NamedSubject], judged: Judged
) -> dict[str, tuple[Suggestion, ...]]:
    """Return suggestions for each subject, likeliest first.

    Args:
        room: Where questions are answered.
        session: The open warehouse.
        subjects: Whom to find.
        judged: The judgements that hold.
    """
    words = load_name_words(room.places.reference / NAME_PARTS)
    asked = [_to_asked(subject, words) for subject in subjects if subject.name]
    near = {
        subject_id: sorted({judged.end_of(other) for other in others})
        for subject_id, others in find_comparable(session, asked).items()
    }
    precedents = _find_precedents(session, asked, judged)
    wanted = {other for others in near.values() for other in others} | {
        link.to_subject_id for link in precedents.values() if link.to_subject_id
    }
    known = find_subjects(session, wanted)
    return {
        subject.subject_id: _suggest(subject, near.get(subject.subject_id, ()), precedents, known, (judged, words))
        for subject in subjects
    }


def _suggest(
    subject: NamedSubject,
    near: Iterable[str],
    precedents: Mapping[str, Judgement],
    known: Mapping[str, NamedSubject],
    given: tuple[Judged, NameWords],
) -> tuple[Suggestion, ...]:
    judged, words = given
    excluded = judged.excluded(subject.subject_id)
    found = suggest(subject, (known[other] for other in near if other in known), words, excluded)
    precedent = precedents.get(spell(subject.name))
    if precedent is None or precedent.to_subject_id is None or precedent.to_subject_id in excluded:
        return found
    reason = f"同名的无代码主体此前已归并到它（第{precedent.number}号判断）"
    others = tuple(one for one in found if one.subject.subject_id != precedent.to_subject_id)
    again = next((one for one in found if one.subject.subject_id == precedent.to_subject_id), None)
    if again is not None:
        return (replace(again, reasons=(*again.reasons, reason)), *others)
    end = known.get(precedent.to_subject_id) or NamedSubject(precedent.to_subject_id, subject.subject_kind, ())
    return (Suggestion(end, Likelihood.WEAK, 0, (reason,), ("须核对是否确为同一主体",)), *others)


def _to_asked(subject: NamedSubject, words: NameWords) -> Asked:
    parts = read_parts(subject.name, words)
    return Asked(subject.subject_id, parts.spelled, parts.core)


def _find_precedents(session: Session, asked: Sequence[Asked], judged: Judged) -> dict[str, Judgement]:
    """Return, by spelled name, the newest link of another unnamed organisation of that name."""
    wanted = {one.name for one in asked}
    linked = find_subjects(session, judged.ends)
    found: dict[str, Judgement] = {}
    for link in sorted((judged.ends[subject_id] for subject_id in linked), key=lambda one: one.number):
        for span in linked[link.from_subject_id].names:
            if spell(span.name) in wanted:
                found[spell(span.name)] = link
    return found
