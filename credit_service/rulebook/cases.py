"""Worked cases: facts and the outcome the law expects, kept beside the rule they show.

Before it lies a ``cases.yaml``, after it facts for either engine and a comparison with what the engine said. The same
cases are run by `check` on the referee, by the spec tests on every engine, and may be printed for the public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from credit_service.domain.category import GENERAL
from credit_service.domain.record import PenaltyKind, RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.fact import EvaluatedCandidate, Evaluation, Fact
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.read_terms import read_rows
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.section import Section
from credit_service.rulebook.yaml_text import parse_yaml

CASES_FILE = "cases.yaml"
WHOLE = "whole"


@dataclass(frozen=True)
class ExpectedScore:
    """Points and grade a subject should have."""

    subject_id: str
    category: str
    """Slug of the item; ``whole`` for category 0."""
    points: int
    grade: str


@dataclass(frozen=True)
class ExpectedCandidate:
    """A proposal that should be made."""

    subject_id: str
    list_type: str
    category: str
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class WorkedCase:
    """One case with what it shows; what is not stated is not compared, but stated candidates are all there are."""

    name: str
    as_of: date
    facts: tuple[Fact, ...]
    scores: tuple[ExpectedScore, ...]
    candidates: tuple[ExpectedCandidate, ...] | None
    severities: Mapping[str, str]
    rules: Mapping[str, str]
    unscored: tuple[str, ...]
    """Subjects that must have no score at all."""
    file: str
    line: int


def read_cases(path: Path, file: str, log: FaultLog) -> tuple[WorkedCase, ...]:
    """Return the cases of one file; faults go to the log."""
    found: tuple[WorkedCase, ...] = ()
    with log.catching():
        section = Section(parse_yaml(path.read_bytes(), file), file, log)
        found = read_rows(section.sections("cases"), _read_case, log)
        section.finish()
    return found


def find_differences(rulebook: Rulebook, case: WorkedCase, found: Evaluation) -> list[str]:
    """Return in words where an engine's outcome differs from what a case expects; empty when it agrees."""
    numbers = {item.slug: item.number for item in rulebook.edition.categories} | {WHOLE: GENERAL}
    scores = {(score.subject_id, score.category): (score.points, score.grade) for score in found.scores}
    judged = {reason.record_id: reason for reason in found.judged}
    differences: list[str] = []

    def compare(what: str, expected: object, actual: object) -> None:
        if expected != actual:
            differences.append(f"{what}：应为{expected}，实为{actual}")

    for want in case.scores:
        key = (want.subject_id, numbers[want.category])
        compare(f"{want.subject_id}在{want.category}的分值和等级", (want.points, want.grade), scores.get(key))
    for subject_id in case.unscored:
        compare(f"{subject_id}的评分", [], sorted(key for key in scores if key[0] == subject_id))
    for record_id, severity in case.severities.items():
        compare(f"{record_id}的严重程度", severity, judged[record_id].severity if record_id in judged else None)
    for record_id, rule in case.rules.items():
        compare(f"{record_id}适用的规则", rule, judged[record_id].rule if record_id in judged else None)
    if case.candidates is not None:
        wanted = sorted((c.subject_id, c.list_type, numbers[c.category], c.record_ids) for c in case.candidates)
        compare("建议名单", wanted, sorted(_key(candidate) for candidate in found.candidates))
    return differences


def _key(candidate: EvaluatedCandidate) -> tuple[str, str, int, tuple[str, ...]]:
    return candidate.subject_id, candidate.list_type, candidate.category, candidate.record_ids


def _read_case(part: Section) -> WorkedCase:
    facts = tuple(_read_fact(row) for row in part.sections("facts"))
    expect = part.section("expect")
    subjects = {fact.subject_id.partition(":")[2]: fact.subject_id for fact in facts}
    candidates = None
    if "candidates" in expect.tree.items:
        candidates = tuple(_read_candidate(row, subjects) for row in expect.sections("candidates"))
    scores: tuple[ExpectedScore, ...] = ()
    if expect.has("scores"):
        scores = tuple(_read_score(row, subjects) for row in expect.sections("scores"))
    case = WorkedCase(
        name=part.text("name"),
        as_of=part.day("as_of"),
        facts=facts,
        scores=scores,
        candidates=candidates,
        severities=_read_words(expect, "severity"),
        rules=_read_words(expect, "rules"),
        unscored=tuple(subjects[name] for name in expect.texts("unscored", ())),
        file=part.file,
        line=part.line,
    )
    expect.finish()
    return case


def _read_fact(part: Section) -> Fact:
    record_id = part.text("id")
    kind = part.choice("kind", set(RecordKind))
    subject_kind = part.choice("subject_kind", set(SubjectKind), SubjectKind.ORGANISATION.value)
    prefix = "psn" if subject_kind == SubjectKind.PERSON else "uscc"
    decided_on = part.day("decided_on")
    learned_on = part.optional_day("learned_on") or decided_on
    mask = 0
    for name in part.texts("penalty", ()):
        try:
            mask |= PenaltyKind[name.upper()].value
        except KeyError:
            part.refuse("penalty", f"处罚种类“{name}”不存在")
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
        subject_id=subjects[row.choice("subject", set(subjects))],
        category=row.text("category"),
        points=row.points("points"),
        grade=row.text("grade"),
    )
    row.finish()
    return score


def _read_candidate(row: Section, subjects: Mapping[str, str]) -> ExpectedCandidate:
    candidate = ExpectedCandidate(
        subject_id=subjects[row.choice("subject", set(subjects))],
        list_type=row.text("list_type"),
        category=row.text("category"),
        record_ids=tuple(sorted(row.texts("records"))),
    )
    row.finish()
    return candidate


def _read_words(expect: Section, key: str) -> dict[str, str]:
    if not expect.has(key):
        return {}
    words = expect.section(key)
    return {name: words.text(name) for name in words.tree.items}
