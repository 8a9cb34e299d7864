"""Beside the story: what would become of a file, without storing anything of it.

Everything is done as `ingest` does it, in a temporary inbox and inside a transaction that is rolled back: the rows are
checked, stored, judged as a whole and assessed, and then it never happened. The ledger is only read.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus, Effects, ReceivedFile, Unusual
from credit_service.domain.score import ListKind
from credit_service.errors import AccessError, CreditServiceError, SubmissionError
from credit_service.intake.archive import unpack_archive
from credit_service.intake.receive import receive_file
from credit_service.pipeline.check_batch import (
    Progress,
    check_permission,
    find_corrected,
    judge_whole,
    open_reading,
    to_stored_batch,
    write_rows,
)
from credit_service.pipeline.office import Office
from credit_service.pipeline.receive import Submission, to_batch_id
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.warehouse.run_query import SUBJECTS_IN_QUESTION, AssessmentRun
from credit_service.warehouse.session import Trial


@dataclass(frozen=True)
class CausedCandidate:
    """A candidate that there would be, or no longer be, once the records are stored; a person's name is masked."""

    subject_name: str
    list_kind: ListKind
    list_type: str
    category: int
    rule: str

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object."""
        return {
            "subject_name": self.subject_name,
            "list_kind": self.list_kind.value,
            "list_type": self.list_type,
            "category": self.category,
            "rule": self.rule,
        }


@dataclass(frozen=True)
class PreviewOutcome:
    """What would become of one file.

    **Shape**: ``findings`` has `intake.findings.FINDING_SCHEMA`, all findings in row order.
    """

    batch: Batch
    """As it would be; nothing of it is in the ledger unless ``known``."""
    template_title: str
    known: bool
    """The same bytes from this agency were received before: sending them again would change nothing."""
    effects: Effects
    unusual: tuple[Unusual, ...]
    """Why the batch would be held; empty where it would be stored at once."""
    findings: pl.DataFrame
    caused: tuple[CausedCandidate, ...]
    ended: tuple[CausedCandidate, ...]
    """Candidates that there are now and would no longer be."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit ingest --dry-run``."""
        return {
            "dry_run": True,
            "template": self.batch.template,
            "file": self.batch.file_name,
            "rows": self.batch.rows,
            "accepted": self.batch.accepted,
            "rejected": self.batch.rejected,
            "blank": self.batch.blank,
            "known": self.known,
            "corrects": self.batch.corrects,
            "effects": self.effects.to_dict(),
            "unusual": [one.to_dict() for one in self.unusual],
            "candidates": [one.to_dict() for one in self.caused],
            "candidates_ended": [one.to_dict() for one in self.ended],
            "findings": self.findings.to_dicts(),
        }


@dataclass(frozen=True)
class Preview:
    """What would become of one submission: of its one file, or of each file of an archive."""

    outcomes: tuple[PreviewOutcome, ...]
    refused: tuple[tuple[str, CreditServiceError], ...]


def preview_submission(office: Office, submission: Submission, progress: Progress | None = None) -> Preview:
    """Say what would become of a file, or of each file of an archive; nothing is kept.

    Raises:
        UnknownAgency: The agency is not registered.
        UnreadableFile: The bytes are no readable file.
        WarehouseBusy: Another process holds the warehouse.
    """
    with office.ledger.reading() as uow:
        agency = uow.agencies.get(submission.agency_code)
    outcomes: list[PreviewOutcome] = []
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        received = receive_file(submission.source, submission.file_name, Path(folder))
        files: tuple[ReceivedFile, ...] = (received,)
        refused: list[tuple[str, CreditServiceError]] = []
        if received.kind == "zip":
            unpacked = unpack_archive(received, Path(folder))
            files = unpacked.files
            refused.extend((one.file_name, one.fault) for one in unpacked.refused)
        for one in files:
            try:
                outcomes.append(_preview_file(office, submission, agency, one, progress))
            except (SubmissionError, AccessError) as fault:
                refused.append((one.file_name, fault))
    return Preview(tuple(outcomes), tuple(refused))


def _preview_file(
    office: Office, submission: Submission, agency: Agency, received: ReceivedFile, progress: Progress | None
) -> PreviewOutcome:
    with office.ledger.reading() as uow:
        known = uow.batches.find_same(agency.agency_code, received.sha256)
    is_known = known is not None and known.status is not BatchStatus.WITHDRAWN
    batch = _to_batch(office, submission, agency, received)
    reading = open_reading(office, received, batch, agency)
    check_permission(agency, reading)
    batch = replace(batch, corrects=find_corrected(office, batch, reading))
    with office.warehouse.open() as session, session.trial() as trial:
        with trial.store_batch(to_stored_batch(batch, reading.template.template_id)) as writer:
            counted, profile, findings, _ = write_rows(office, batch, reading, writer, progress)
        effects = trial.count_effects(batch.batch_id)
        if effects.replaced or effects.unchanged:
            findings = trial.frame_findings(batch.batch_id)
        caused, ended = _compare_candidates(office, trial, batch)
    return PreviewOutcome(
        batch=counted,
        template_title=reading.template.title,
        known=is_known,
        effects=effects,
        unusual=judge_whole(office, counted, profile),
        findings=findings,
        caused=caused,
        ended=ended,
    )


def _to_batch(office: Office, submission: Submission, agency: Agency, received: ReceivedFile) -> Batch:
    return Batch(
        # A number that no attempt in the ledger can have: what is stored of these bytes stays beside the trial.
        batch_id=to_batch_id(agency.agency_code, received.sha256, -1),
        agency_code=agency.agency_code,
        sha256=received.sha256,
        size=received.size,
        kind=received.kind,
        file_name=received.file_name,
        received_at=office.now(),
        received_by=submission.actor_id,
        status=BatchStatus.RECEIVED,
        corrects=submission.corrects,
        container_sha256=received.container_sha256,
        container_name=received.container_name,
    )


def _compare_candidates(
    office: Office, trial: Trial, batch: Batch
) -> tuple[tuple[CausedCandidate, ...], tuple[CausedCandidate, ...]]:
    """Return the candidates that come and go with a batch: what is known with it, beside what was known just before."""
    rulebook = office.rulebook(office.today())
    compiled = compile_scoring(rulebook, only_in=SUBJECTS_IN_QUESTION)
    found = [
        trial.find_candidates(AssessmentRun("trial", office.today(), known_at, rulebook.hash), compiled, batch.batch_id)
        for known_at in (batch.received_at - timedelta(microseconds=1), batch.received_at)
    ]
    before, after = found
    key = ["subject_id", "list_kind", "list_type", "category"]
    return _to_candidates(after.join(before, on=key, how="anti")), _to_candidates(
        before.join(after, on=key, how="anti")
    )


def _to_candidates(frame: pl.DataFrame) -> tuple[CausedCandidate, ...]:
    return tuple(
        CausedCandidate(row["subject_name"], ListKind(row["list_kind"]), row["list_type"], row["category"], row["rule"])
        for row in frame.iter_rows(named=True)
    )
