"""Why a subject scores and is proposed as it is, down to the row of the file and the clause of the law.

It is worked out anew by the referee for the newest run of the day asked for, with the facts and rules that run knew:
one subject's records take it a millisecond, where the compiled steps take a tenth of a second to be planned. What it
says is held against what the run stored, so that the two cannot disagree in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date

import polars as pl

from credit_service.domain.category import GENERAL
from credit_service.domain.score import Candidate, ListKind, Reason
from credit_service.domain.subject import SubjectKind
from credit_service.errors import SchemaDrift, SubjectNotFound
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.subject import to_subject_id
from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import EvaluatedReason, Evaluation, Fact
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.links import find_end
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.session import Session

_COMPILED: dict[tuple[str, ...], CompiledScoring] = {}
"""By rulebook hash: compiling takes as long as explaining ten subjects."""


@dataclass(frozen=True)
class CategoryExplanation:
    """One category of a subject with every record that counts in it, and those that do not, with the reason."""

    category: int
    name: str
    points: int
    grade: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything an assessment says about one subject."""

    subject: str
    name: str
    is_person: bool
    as_of: date
    rulebook: str
    run_id: str | None
    """The assessment repeated, or None where none was run for the day yet."""
    categories: tuple[CategoryExplanation, ...]
    records: tuple[Reason, ...]
    """Every record, as in the categories; persons have records but no categories and no points."""
    candidates: tuple[Candidate, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit explain``."""
        return {
            "subject": self.subject,
            "name": self.name,
            "as_of": self.as_of.isoformat(),
            "rulebook": self.rulebook,
            "run_id": self.run_id,
            "categories": [
                {
                    "category": category.category,
                    "name": category.name,
                    "points": category.points,
                    "grade": category.grade,
                    "reasons": [_reason_object(reason) for reason in category.reasons],
                }
                for category in self.categories
            ],
            "records": [_reason_object(reason) for reason in self.records] if self.is_person else [],
            "candidates": [
                {
                    "list_kind": candidate.list_kind.value,
                    "list_type": candidate.list_type,
                    "category": candidate.category,
                    "rule": candidate.rule,
                    "source": candidate.source,
                    "record_ids": list(candidate.record_ids),
                }
                for candidate in self.candidates
            ],
        }


def explain_subject(room: ReadingRoom, subject: str, as_of: date | None = None) -> Explanation:
    """Explain a subject by its id or by a public code, as of a day (today where it is None).

    Raises:
        SubjectNotFound: The code is none, or no record is known about it on that day.
        RuleNotInForce: No rules are in force on that day.
        WarehouseBusy: Another process holds the warehouse.
    """
    subject_id = subject if ":" in subject else to_subject_id(room, subject)
    day = as_of or room.today()
    with room.warehouse.open() as session:
        run = find_run(session, as_of=day) or AssessmentRun("", day, room.clock.now(), "")
        return _explain(room, session, run, find_end(session, subject_id, run.known_at))


def find_reasons(room: ReadingRoom, run_id: str, subject_id: str) -> tuple[Reason, ...]:
    """Return every record of a subject with what a run made of it; empty when the run is not in the warehouse."""
    with room.warehouse.open() as session:
        run = find_run(session, run_id=run_id)
        if run is None:
            return ()
        try:
            return _explain(room, session, run, subject_id).records
        except (SubjectNotFound, SchemaDrift):
            # The case is shown all the same; the page says that there is nothing to show of its reasons.
            return ()


def _explain(room: ReadingRoom, session: Session, run: AssessmentRun, subject_id: str) -> Explanation:
    rulebook = room.rulebook(run.as_of, run.known_at)
    facts, name = session.read_facts(run, find_compiled(rulebook), subject_id)
    if facts.is_empty():
        message = f"{run.as_of}时没有该主体的信用记录。"
        raise SubjectNotFound(message, remedy="请核对代码；批次入库并评价后才能说明。")
    evaluation = evaluate(rulebook, to_facts(facts), run.as_of, with_near_misses=False)
    _check_stored(session, run, subject_id, evaluation)
    rows = _to_rows(evaluation)
    files = _find_files(session, rows)
    reasons = tuple(_to_reason(rulebook, row, files) for row in rows)
    is_person = facts["subject_kind"][0] == SubjectKind.PERSON.value
    return Explanation(
        subject=subject_id,
        name=name,
        is_person=is_person,
        as_of=run.as_of,
        rulebook=rulebook.hash,
        run_id=run.run_id or None,
        categories=() if is_person else _to_categories(rulebook, evaluation, reasons),
        records=reasons,
        candidates=_to_candidates(rulebook, run, evaluation),
    )


def to_facts(frame: pl.DataFrame) -> list[Fact]:
    """Return a subject's facts as the referee takes them."""
    return [Fact(**row) for row in frame.iter_rows(named=True)]


def _check_stored(session: Session, run: AssessmentRun, subject_id: str, evaluation: Evaluation) -> None:
    """Hold what is about to be told against what the run stored.

    Raises:
        SchemaDrift: They differ, because another version of this program stored them, or by a bug.
    """
    if not run.run_id:
        return
    frame = session.run_query(_STORED, {"run_id": run.run_id, "subject_id": subject_id})
    told = sorted((score.category, score.points, score.grade) for score in evaluation.scores)
    if frame.rows() != told:
        message = f"评价{run.run_id}当时存下的得分与本程序推算的不同，不作说明。"
        remedy = f"请用 credit assess --repeat {run.run_id} 核对；程序升级过的，用 credit rebuild 重建。"
        raise SchemaDrift(message, remedy=remedy)


_STORED = """
SELECT category, points, grade FROM scores WHERE run_id = $run_id AND subject_id = $subject_id ORDER BY category
"""


def _to_categories(
    rulebook: Rulebook, evaluation: Evaluation, reasons: tuple[Reason, ...]
) -> tuple[CategoryExplanation, ...]:
    """Return the whole first, then each special category that has records."""
    return tuple(
        CategoryExplanation(
            score.category,
            rulebook.category_name(score.category),
            score.points,
            score.grade,
            tuple(reason for reason in reasons if score.category in {GENERAL, reason.category}),
        )
        for score in sorted(evaluation.scores, key=lambda score: score.category)
    )


def _to_rows(evaluation: Evaluation) -> list[EvaluatedReason]:
    return sorted(evaluation.judged, key=lambda reason: (reason.category, reason.decided_on, reason.record_id))


def _to_reason(rulebook: Rulebook, row: EvaluatedReason, files: Mapping[str, str]) -> Reason:
    entry = rulebook.find_rule(row.rule)
    return Reason(
        record_id=row.record_id,
        category=row.category,
        kind=row.kind,
        severity=row.severity,
        points_before=row.points_before,
        weight=row.weight,
        points=row.points,
        rule=row.rule,
        source=f"{entry.law.title} {entry.law.article}".strip() if entry else "",
        file=files.get(row.batch_id, ""),
        row=row.row,
        decided_on=row.decided_on,
        note=entry.text if entry else "",
    )


def _to_candidates(rulebook: Rulebook, run: AssessmentRun, evaluation: Evaluation) -> tuple[Candidate, ...]:
    found = []
    for one in evaluation.candidates:
        entry = rulebook.find_rule(one.rule)
        found.append(
            Candidate(
                subject_id=one.subject_id,
                list_kind=ListKind(one.list_kind),
                list_type=one.list_type,
                category=one.category,
                rule=one.rule,
                source=f"{entry.law.title} {entry.law.article}".strip() if entry else "",
                record_ids=one.record_ids,
                run_id=run.run_id,
            )
        )
    return tuple(found)


def find_run(session: Session, *, as_of: date | None = None, run_id: str | None = None) -> AssessmentRun | None:
    """Return the newest run of a day, or the run with an id."""
    frame = session.run_query(
        "SELECT run_id, as_of, known_at, rulebook FROM assessment_runs WHERE as_of = $as_of OR run_id = $run_id"
        " ORDER BY known_at DESC LIMIT 1",
        {"as_of": as_of, "run_id": run_id},
    )
    runs = (
        # The warehouse keeps naive UTC.
        AssessmentRun(row["run_id"], row["as_of"], row["known_at"].replace(tzinfo=UTC), row["rulebook"])
        for row in frame.iter_rows(named=True)
    )
    return next(runs, None)


def _find_files(session: Session, rows: Iterable[EvaluatedReason]) -> dict[str, str]:
    frame = session.run_query(
        "SELECT batch_id, file_name FROM applied WHERE list_contains($batch_ids, batch_id)",
        {"batch_ids": sorted({row.batch_id for row in rows})},
    )
    return dict(frame.iter_rows())


def find_compiled(rulebook: Rulebook) -> CompiledScoring:
    """Return the rulebook as SQL, compiled once."""
    if rulebook.key not in _COMPILED:
        _COMPILED[rulebook.key] = compile_scoring(rulebook)
    return _COMPILED[rulebook.key]


def _reason_object(reason: Reason) -> dict[str, object]:
    return {
        "record_id": reason.record_id,
        "kind": reason.kind,
        "category": reason.category,
        "severity": reason.severity,
        "points_before": reason.points_before,
        "weight": reason.weight,
        "points": reason.points,
        "rule": reason.rule,
        "source": reason.source,
        "file": reason.file,
        "row": reason.row,
        "decided_on": reason.decided_on.isoformat(),
        "note": reason.note,
    }
