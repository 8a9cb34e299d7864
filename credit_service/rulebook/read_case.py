"""Reader of case files: a map of text to `case_types`, field by field.

Before it lies the tree of one file, after it cases with file and line. What is misspelt is a fault with the nearest
valid spelling; whether an engine agrees is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

from credit_service.domain.record import PenaltyKind, RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.answer_cases import QUESTIONS
from credit_service.rulebook.arithmetic import MILLION
from credit_service.rulebook.case_types import (
    AskedCase,
    Case,
    CaseHead,
    ExpectedCandidate,
    ExpectedScore,
    WorkedCase,
)
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.read_terms import read_rows
from credit_service.rulebook.section import Section

PENALTIES = frozenset((kind.name or "").lower() for kind in PenaltyKind)
PERSON_PREFIX = "psn"
"""The subject ids of persons begin with it, as in the warehouse."""


def read_case_file(section: Section, log: FaultLog) -> tuple[Case, ...]:
    """Return the cases of one file; ``about`` and ``edition`` at its head hold for each of them."""
    about = section.texts("about", ())
    edition = section.text("edition", "") or None

    def read(part: Section) -> Case:
        head = CaseHead(
            name=part.text("name"),
            as_of=part.day("as_of"),
            about=(*about, *part.texts("about", ())),
            edition=part.text("edition", "") or edition,
            file=part.file,
            line=part.line,
        )
        return _read_asked(part, head) if part.has("ask") else _read_worked(part, head)

    found = read_rows(section.sections("cases"), read, log)
    section.finish()
    return found


def _read_asked(part: Section, head: CaseHead) -> AskedCase:
    question = part.choice("ask", set(QUESTIONS))
    given, expect = part.section("given"), part.section("expect")
    allowed = QUESTIONS[question]
    return AskedCase(
        head=head,
        question=question,
        given=_read_pairs(given, allowed.given),
        expected=_read_pairs(expect, allowed.answers),
    )


def _read_worked(part: Section, head: CaseHead) -> WorkedCase:
    facts = tuple(_read_fact(row) for row in part.sections("facts"))
    expect = part.section("expect")
    subjects = {fact.subject_id.partition(":")[2]: fact.subject_id for fact in facts}
    case = WorkedCase(
        head=head,
        facts=facts,
        severities=_read_words(expect, "severity"),
        rules=_read_words(expect, "rules"),
        categories=_read_words(expect, "categories"),
        weights=_read_weights(expect),
        unscored=tuple(subjects[name] for name in expect.texts("unscored", (), known=subjects)),
    )
    if "candidates" in expect.tree.items:
        rows = expect.sections("candidates")
        case = replace(case, candidates=tuple(_read_candidate(row, subjects) for row in rows))
    if expect.has("scores"):
        case = replace(case, scores=tuple(_read_score(row, subjects) for row in expect.sections("scores")))
    expect.finish()
    return case


def _read_fact(part: Section) -> Fact:
    record_id = part.text("id")
    kind = part.choice("kind", set(RecordKind))
    subject_kind = part.choice("subject_kind", set(SubjectKind), SubjectKind.ORGANISATION.value)
    prefix = PERSON_PREFIX if subject_kind == SubjectKind.PERSON else "uscc"
    decided_on = part.day("decided_on")
    learned_on = part.optional_day("learned_on") or decided_on
    mask = 0
    for name in part.texts("penalty", (), allowed=PENALTIES):
        mask |= PenaltyKind[name.upper()].value
    fact = Fact(
        record_id=record_id,
        kind=kind,
        subject_id=f"{prefix}:{part.text('subject')}",
        subject_kind=subject_kind,
        topic=part.text("topic", ""),
        fact=part.text("fact", ""),
        authority_name=part.text("authority", ""),
        decided_on=decided_on,
        act_key=part.text("act", record_id),
        learned_at=datetime.combine(learned_on, time(), UTC),
        penalty_mask=mask,
        fine_fen=part.optional_integer("fine_fen", 0, 10**15) or 0,
        confiscated_fen=part.optional_integer("confiscated_fen", 0, 10**15) or 0,
        amount_fen=part.optional_integer("amount_fen", 0, 10**15) or 0,
        honour_level=part.choice("honour_level", HONOUR_LEVELS, "none"),
        simple_procedure=_is_true(part, "simple_procedure"),
        ends_on=part.optional_day("ends_on"),
        repaired_on=part.optional_day("repaired_on"),
        revoked_on=part.optional_day("revoked_on"),
        consent=_is_true(part, "consent"),
        is_minor=_is_true(part, "is_minor"),
    )
    part.finish()
    return fact


def _is_true(part: Section, key: str) -> bool:
    return part.has(key) and part.flag(key)


def _read_score(row: Section, subjects: Mapping[str, str]) -> ExpectedScore:
    score = ExpectedScore(
        subject_id=subjects[row.reference("subject", set(subjects))],
        category=row.text("category"),
        points=row.points("points"),
        grade=row.text("grade"),
    )
    row.finish()
    return score


def _read_candidate(row: Section, subjects: Mapping[str, str]) -> ExpectedCandidate:
    candidate = ExpectedCandidate(
        subject_id=subjects[row.reference("subject", set(subjects))],
        list_type=row.text("list_type"),
        category=row.text("category"),
        record_ids=tuple(sorted(row.texts("records"))),
        measures=row.texts("measures") if row.has("measures") else None,
        until_on=row.optional_day("until_on"),
        is_public=row.flag("is_public") if row.has("is_public") else None,
    )
    row.finish()
    return candidate


def _read_words(expect: Section, key: str) -> dict[str, str]:
    if not expect.has(key):
        return {}
    words = expect.section(key, named=True)
    return {name: words.text(name) for name in words.tree.items}


def _read_weights(expect: Section) -> dict[str, int]:
    if not expect.has("weights"):
        return {}
    weights = expect.section("weights", named=True)
    return {name: weights.integer(name, 0, MILLION) for name in weights.tree.items}


def _read_pairs(part: Section, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the fields of a question or an answer; others than the question knows are faults."""
    pairs = {name: part.text(name) for name in allowed if part.has(name)}
    part.finish()
    return pairs
