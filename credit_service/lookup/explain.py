"""Why a subject scores and is proposed as it is, down to the row of the file and the clause of the law.

The explanation is computed by the same compiled steps as the assessment, so that the two cannot disagree; it is
repeated for the newest run of the day asked for, with the facts and rules that run knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date

from credit_service.domain.category import GENERAL
from credit_service.domain.score import Candidate, ListKind, Reason
from credit_service.domain.subject import SubjectKind
from credit_service.errors import SubjectNotFound
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.subject import to_subject_id
from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.links import find_end
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.session import Session

Row = Mapping[str, object]
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
        except SubjectNotFound:
            return ()


def _explain(room: ReadingRoom, session: Session, run: AssessmentRun, subject_id: str) -> Explanation:
    rulebook = room.rulebook(run.as_of, run.known_at)
    rows = list(session.run_explanation(run, find_compiled(rulebook), subject_id).iter_rows(named=True))
    if not rows:
        message = f"{run.as_of}时没有该主体的信用记录。"
        raise SubjectNotFound(message, remedy="请核对代码；批次入库并评价后才能说明。")
    files = _find_files(session, rows)
    reasons = tuple(_to_reason(rulebook, row, files) for row in rows)
    is_person = rows[0]["subject_kind"] == SubjectKind.PERSON.value
    return Explanation(
        subject=subject_id,
        name=_find_name(session, subject_id),
        is_person=is_person,
        as_of=run.as_of,
        rulebook=rulebook.hash,
        run_id=run.run_id or None,
        categories=() if is_person else _to_categories(rulebook, rows, reasons),
        records=reasons,
        candidates=_to_candidates(rulebook, run, subject_id, rows),
    )


def _to_categories(
    rulebook: Rulebook, rows: list[dict[str, object]], reasons: tuple[Reason, ...]
) -> tuple[CategoryExplanation, ...]:
    """Return the whole first, then each special category that has records."""
    by_number: dict[int, CategoryExplanation] = {}
    for row in rows:
        for number, points, grade in (
            (GENERAL, row["whole_points"], row["whole_grade"]),
            (row["category"], row["category_points"], row["category_grade"]),
        ):
            if isinstance(number, int) and isinstance(points, int) and number not in by_number:
                members = tuple(reason for reason in reasons if number in {GENERAL, reason.category})
                name = rulebook.category_name(number)
                by_number[number] = CategoryExplanation(number, name, points, str(grade), members)
    return tuple(by_number[number] for number in sorted(by_number))


def _to_reason(rulebook: Rulebook, row: Row, files: Mapping[str, str]) -> Reason:
    rule = str(row["rule"] or "")
    entry = rulebook.find_rule(rule)
    decided_on = row["decided_on"]
    return Reason(
        record_id=str(row["record_id"]),
        category=_whole(row["category"]),
        kind=str(row["kind"]),
        severity=None if row["severity"] is None else str(row["severity"]),
        points_before=_whole(row["points_before"]),
        weight=_whole(row["weight"]),
        points=_whole(row["points"]),
        rule=rule,
        source=f"{entry.law.title} {entry.law.article}".strip() if entry else "",
        file=files.get(str(row["batch_id"]), ""),
        row=_whole(row["row"]),
        decided_on=decided_on if isinstance(decided_on, date) else date.min,
        note=entry.text if entry else "",
    )


def _to_candidates(
    rulebook: Rulebook, run: AssessmentRun, subject_id: str, rows: Iterable[Row]
) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for row in rows:
        for key in row["candidates"] or ():  # type: ignore[attr-defined]
            list_kind, list_type, category, rule = str(key).split("|")
            entry = rulebook.find_rule(rule)
            known = found.get(key) or Candidate(
                subject_id=subject_id,
                list_kind=ListKind(list_kind),
                list_type=list_type,
                category=int(category),
                rule=rule,
                source=f"{entry.law.title} {entry.law.article}".strip() if entry else "",
                record_ids=(),
                run_id=run.run_id,
            )
            found[key] = replace(known, record_ids=(*known.record_ids, str(row["record_id"])))
    return tuple(found[key] for key in sorted(found))


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


def _find_files(session: Session, rows: Iterable[Row]) -> dict[str, str]:
    frame = session.run_query(
        "SELECT batch_id, file_name FROM applied WHERE list_contains($batch_ids, batch_id)",
        {"batch_ids": sorted({str(row["batch_id"]) for row in rows})},
    )
    return dict(frame.iter_rows())


def _find_name(session: Session, subject_id: str) -> str:
    """Return the name it was reported under last; where it never was itself, the name of one linked to it."""
    frame = session.run_query(
        "SELECT subject_name FROM records WHERE subject_id = $subject_id"
        " OR subject_id IN (SELECT from_subject_id FROM subject_links WHERE to_subject_id = $subject_id)"
        " ORDER BY subject_id = $subject_id DESC, learned_at DESC, record_id LIMIT 1",
        {"subject_id": subject_id},
    )
    return str(frame.item()) if frame.height else ""


def find_compiled(rulebook: Rulebook) -> CompiledScoring:
    """Return the rulebook as SQL, compiled once."""
    if rulebook.key not in _COMPILED:
        _COMPILED[rulebook.key] = compile_scoring(rulebook)
    return _COMPILED[rulebook.key]


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


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
