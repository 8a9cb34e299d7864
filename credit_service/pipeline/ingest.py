"""First chapter: a department's file becomes stored records and a report.

Before it `receive` has put the bytes into the inbox and a ``received`` batch into the ledger; after it the good rows
lie in the warehouse and the outcome in the ledger, or the batch is held because as a whole it looks wrong. The order
inbox → ledger (received) → warehouse → ledger (stored) makes a crash at any point harmless: the same bytes give the
same batch, the same rows, the same record ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus, Effects, Unusual
from credit_service.errors import AccessError, CreditServiceError, SubmissionError, WarehouseBusy
from credit_service.intake.read_batch import BatchReading
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
from credit_service.pipeline.receive import Submission, receive_submission
from credit_service.warehouse.connection import Session

__all__ = [
    "IngestOutcome",
    "Progress",
    "Submission",
    "SubmissionOutcome",
    "drain_queue",
    "ingest_file",
    "ingest_submission",
    "store_received",
]

NO_EFFECTS = Effects()


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one file.

    **Shape**: ``findings`` has `intake.findings.FINDING_SCHEMA`, all findings in row order.
    """

    batch: Batch
    template_title: str
    repeated: bool
    """The same bytes from the same agency were stored or held before; nothing was stored again."""
    findings: pl.DataFrame
    effects: Effects = NO_EFFECTS
    unusual: tuple[Unusual, ...] = ()
    """Why the batch is held; empty where it is stored."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit ingest``."""
        return {
            "batch_id": self.batch.batch_id,
            "status": self.batch.status.value,
            "template": self.batch.template,
            "file": self.batch.file_name,
            "rows": self.batch.rows,
            "accepted": self.batch.accepted,
            "rejected": self.batch.rejected,
            "blank": self.batch.blank,
            "repeated": self.repeated,
            "corrects": self.batch.corrects,
            "effects": self.effects.to_dict(),
            "unusual": [one.to_dict() for one in self.unusual],
            "findings": self.findings.to_dicts(),
        }


@dataclass(frozen=True)
class SubmissionOutcome:
    """What became of one submission: of its one file, or of each file of an archive."""

    outcomes: tuple[IngestOutcome, ...]
    refused: tuple[tuple[str, CreditServiceError], ...]
    """Files refused as a whole, by name."""


class BatchHeld(Exception):
    """No error: carries the verdict that a batch looks wrong out of a transaction that must roll back."""

    def __init__(self, batch: Batch, unusual: tuple[Unusual, ...], findings: pl.DataFrame) -> None:
        super().__init__(batch.batch_id)
        self.batch = batch
        self.unusual = unusual
        self.findings = findings


def ingest_submission(office: Office, submission: Submission, progress: Progress | None = None) -> SubmissionOutcome:
    """Receive, check and store one file, or each file of an archive.

    Args:
        office: The stores.
        submission: The file and who sends it.
        progress: Called after each chunk.

    Raises:
        UnknownAgency: The agency is not registered.
        UnreadableFile: The bytes are no readable file; nothing is kept.
        BatchNotFound: The agency has no batch the submission says it corrects.
        DuplicateBatch: The agency used the idempotency key for other bytes.
        WarehouseBusy: Another process holds the warehouse; the batch stays ``received`` and is stored later.
    """
    receipt = receive_submission(office, submission)
    outcomes: list[IngestOutcome] = []
    refused: list[tuple[str, CreditServiceError]] = list(receipt.refused)
    for batch in receipt.batches:
        try:
            outcomes.append(store_received(office, batch, progress))
        except WarehouseBusy as fault:
            message = f"{fault.message}文件已收到（批次 {batch.batch_id}），尚未入库。"
            remedy = "稍后再报一次同一文件，或由运维人员运行 credit worker，即可入库；不会重复。"
            raise WarehouseBusy(message, remedy=remedy, batch_id=batch.batch_id) from fault
        except (SubmissionError, AccessError) as fault:
            refused.append((batch.file_name, fault))
    return SubmissionOutcome(tuple(outcomes), tuple(refused))


def ingest_file(office: Office, submission: Submission, progress: Progress | None = None) -> IngestOutcome:
    """Receive, check and store one file that is no archive.

    Raises:
        SubmissionError: The file as a whole is refused; the leaf says why.
        AccessError: The agency is unknown or may not send files of this template.
        WarehouseBusy: As `ingest_submission`.
    """
    outcome = ingest_submission(office, submission, progress)
    if outcome.refused:
        raise outcome.refused[0][1]
    return outcome.outcomes[0]


def drain_queue(office: Office, progress: Callable[[Batch, int, int], None] | None = None) -> list[IngestOutcome]:
    """Check and store every received batch, in the order received; a file refused as a whole does not stop the queue.

    Raises:
        WarehouseBusy: Another process holds the warehouse; what is left stays in the queue.
    """
    with office.ledger.reading() as uow:
        waiting = uow.batches.list_in_order(BatchStatus.RECEIVED)
    outcomes = []
    for batch in waiting:

        def tell(done: int, total: int, batch: Batch = batch) -> None:
            if progress is not None:
                progress(batch, done, total)

        try:
            outcomes.append(store_received(office, batch, tell))
        except (SubmissionError, AccessError):
            # The ledger now says why the file as a whole is refused.
            continue
    return outcomes


def store_received(office: Office, batch: Batch, progress: Progress | None = None) -> IngestOutcome:
    """Check and store a batch that the ledger knows; also what the queue and a release call.

    A batch that looks wrong as a whole is held, unless somebody released it. One that is stored or held already is only
    told again.

    Raises:
        SubmissionError: The file as a whole is refused; the ledger keeps why.
        ScopeDenied: The agency may not send files of this template; the ledger keeps that too.
        WarehouseBusy: Another process holds the warehouse.
    """
    # One writer at a time, across threads and processes; who waited may find the work done.
    with office.warehouse.open() as session, session.write_turn():
        with office.ledger.reading() as uow:
            batch = uow.batches.get(batch.batch_id)
            agency = uow.agencies.get(batch.agency_code)
        if batch.status.has_rows or _is_held(batch):
            return _tell_again(office, session, batch)
        try:
            reading = _open(office, batch, agency)
            check_permission(agency, reading)
            # Known from here on, not from when it was received: an assessment made in between did not see it.
            learned_at = office.instant_of_learning()
            batch = replace(batch, corrects=find_corrected(office, batch, reading), stored_at=learned_at)
            outcome = _store_rows(office, session, batch, reading, progress)
        except BatchHeld as held:
            return _hold(office, held)
        except (SubmissionError, AccessError) as fault:
            _journal_refused(office, batch, str(fault))
            raise
        _journal_stored(office, outcome)
    return outcome


def restore_batch(office: Office, batch: Batch) -> IngestOutcome:
    """Store a batch again that was stored once; the ledger's word of it stays, whatever the file is now taken for.

    Raises:
        SubmissionError: What was a batch once cannot be read any more (a template is gone).
        WarehouseBusy: Another process holds the warehouse.
    """
    with office.warehouse.open() as session, session.write_turn():
        with office.ledger.reading() as uow:
            agency = uow.agencies.get(batch.agency_code)
        outcome = _store_rows(office, session, batch, _open(office, batch, agency), None)
        with office.ledger.unit_of_work() as uow:
            uow.batches.mark_stored(outcome.batch)
            uow.commit()
    return outcome


def counts_of(batch: Batch) -> dict[str, object]:
    """Return the counts that audit rows and reports repeat."""
    return {"rows": batch.rows, "accepted": batch.accepted, "rejected": batch.rejected, "blank": batch.blank}


def _store_rows(
    office: Office, session: Session, batch: Batch, reading: BatchReading, progress: Progress | None
) -> IngestOutcome:
    meta = to_stored_batch(batch, reading.template.template_id)
    with session.store_batch(meta) as writer:
        counted, profile, findings, persons = write_rows(office, batch, reading, writer, progress)
        if not batch.status.has_rows and batch.override_reason is None:
            unusual = judge_whole(office, counted, profile)
            if unusual:
                raise BatchHeld(counted, unusual, findings)
        if persons.height:
            with office.ledger.unit_of_work() as uow:
                uow.persons.store(persons.iter_rows())
                uow.commit()
    stored = replace(
        counted,
        status=counted.status if counted.status.has_rows else BatchStatus.STORED,
        records_digest=writer.digest,
    )
    effects = session.count_effects(batch.batch_id)
    if effects.replaced or effects.unchanged:
        # Rows that met an act stored before are told of as well.
        findings = session.frame_findings(batch.batch_id)
    return IngestOutcome(stored, reading.template.title, repeated=False, findings=findings, effects=effects)


def _open(office: Office, batch: Batch, agency: Agency) -> BatchReading:
    return open_reading(office, batch.find_file(office.places.inbox), batch, agency)


def _journal_stored(office: Office, outcome: IngestOutcome) -> None:
    batch = outcome.batch
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_stored(batch)
        detail = {**counts_of(batch), **outcome.effects.to_dict()}
        uow.audit.append(batch.received_by, "batch.stored", batch.batch_id, office.now(), detail)
        corrected = uow.batches.find(batch.corrects) if batch.corrects else None
        if corrected is not None and corrected.status is BatchStatus.STORED:
            uow.batches.mark_status(corrected.batch_id, BatchStatus.CORRECTED)
        elif corrected is not None and corrected.status is BatchStatus.CHECKED:
            uow.batches.mark_refused(corrected.batch_id, f"已由批次{batch.batch_id}更正，本批不再入库。")
        uow.commit()


def _hold(office: Office, held: BatchHeld) -> IngestOutcome:
    """Write down that a batch waits for a person; nothing of its rows is stored anywhere."""
    told = [one.to_dict() for one in held.unusual]
    batch = replace(
        held.batch, status=BatchStatus.CHECKED, stored_at=None, unusual=json.dumps(told, ensure_ascii=False)
    )
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_held(batch)
        rules = [one.rule for one in held.unusual]
        uow.audit.append(batch.received_by, "batch.held", batch.batch_id, office.now(), {"rules": rules})
        uow.commit()
    return IngestOutcome(
        batch, _title(office, batch.template), repeated=False, findings=held.findings, unusual=held.unusual
    )


def _journal_refused(office: Office, batch: Batch, reason: str) -> None:
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_refused(batch.batch_id, reason)
        uow.audit.append(batch.received_by, "batch.refused", batch.batch_id, office.now(), {"reason": reason})
        uow.commit()


def _tell_again(office: Office, session: Session, batch: Batch) -> IngestOutcome:
    """Return the outcome of a batch that needs no work."""
    unusual = batch.list_unusual() if _is_held(batch) else ()
    return IngestOutcome(
        batch,
        _title(office, batch.template),
        repeated=True,
        findings=session.frame_findings(batch.batch_id),
        effects=session.count_effects(batch.batch_id),
        unusual=unusual,
    )


def _is_held(batch: Batch) -> bool:
    return batch.status is BatchStatus.CHECKED and batch.override_reason is None


def _title(office: Office, template_id: str | None) -> str:
    return next((t.title for t in office.templates() if t.template_id == template_id), template_id or "")
