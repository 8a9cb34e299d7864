"""First chapter: a department's file becomes stored records and a report.

Before it a file lies on somebody's desk; after it the bytes lie in the inbox, the good rows in the warehouse and the
outcome in the ledger. The order inbox → ledger (received) → warehouse → ledger (stored) makes a crash at any point
harmless: the same bytes give the same batch, the same rows, the same record ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus, Finding, ReceivedFile
from credit_service.errors import AccessError, ScopeDenied, SubmissionError, WarehouseBusy
from credit_service.intake.findings import to_findings
from credit_service.intake.read_batch import BatchReading, CheckContext, CheckedChunk, open_batch
from credit_service.intake.receive import receive_file
from credit_service.normalise.build_records import BuildContext, build_records
from credit_service.pipeline.office import Office
from credit_service.warehouse.write import StoredBatch

Progress = Callable[[int, int], None]
"""Called with (rows read so far, estimated rows in all; 0 where unknown)."""


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one file."""

    batch: Batch
    template_title: str
    repeated: bool
    """The same bytes from the same agency were stored before; nothing was stored again."""
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit ingest``."""
        return {
            "batch_id": self.batch.batch_id,
            "template": self.batch.template,
            "file": self.batch.file_name,
            "rows": self.batch.rows,
            "accepted": self.batch.accepted,
            "rejected": self.batch.rejected,
            "blank": self.batch.blank,
            "repeated": self.repeated,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True)
class Submission:
    """One file as an agency hands it in; ``file_name`` is what the clerk called it."""

    source: Path
    file_name: str
    agency_code: str
    actor_id: str


def ingest_file(office: Office, submission: Submission, progress: Progress | None = None) -> IngestOutcome:
    """Receive, check and store one file.

    Args:
        office: The stores.
        submission: The file and who sends it.
        progress: Called after each chunk.

    Raises:
        UnknownAgency: The agency is not registered.
        UnreadableFile: The bytes are no readable file; nothing is stored.
        UnknownTemplate: The headers fit no template.
        MissingColumns: Required columns are absent.
        OutsideCatalogue: The file holds what may not be collected.
        ScopeDenied: The agency may not send files of this template.
        WarehouseBusy: Another process holds the warehouse; the batch stays ``received`` and is stored later.
    """
    with office.ledger.unit_of_work() as uow:
        agency = uow.agencies.get(submission.agency_code)
    received = receive_file(submission.source, submission.file_name, office.places.inbox)
    batch = _journal_received(office, received, agency, submission.actor_id)
    if batch.status is BatchStatus.STORED:
        return IngestOutcome(
            batch, _title(office, batch.template), repeated=True, findings=find_findings(office, batch.batch_id)
        )
    try:
        return store_received(office, batch, agency, progress)
    except WarehouseBusy as fault:
        message = f"{fault.message}文件已收到（批次 {batch.batch_id}），尚未入库。"
        remedy = "稍后再报一次同一文件，或由运维人员运行 credit rebuild --reconcile，即可入库；不会重复。"
        raise WarehouseBusy(message, remedy=remedy, batch_id=batch.batch_id) from fault


def store_received(office: Office, batch: Batch, agency: Agency, progress: Progress | None = None) -> IngestOutcome:
    """Check and store a batch that the ledger knows as received; also what the queue and `rebuild` call.

    Raises:
        SubmissionError: The file as a whole is refused; the ledger keeps why.
        ScopeDenied: The agency may not send files of this template; the ledger keeps that too.
    """
    received = ReceivedFile(
        sha256=batch.sha256,
        size=batch.size,
        kind=batch.kind,
        file_name=batch.file_name,
        path=str(office.places.inbox / batch.sha256[:2] / batch.sha256),
    )
    try:
        reading = open_batch(received, office.templates(), _check_context(office, agency))
        _check_permission(agency, reading)
        stored, findings = _store_rows(office, batch, reading, progress)
    except (SubmissionError, AccessError) as fault:
        _journal_refused(office, batch, str(fault))
        raise
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_stored(stored)
        uow.audit.append(batch.received_by, "batch.stored", batch.batch_id, office.now(), counts_of(stored))
        uow.commit()
    return IngestOutcome(stored, reading.template.title, repeated=False, findings=findings)


def counts_of(batch: Batch) -> dict[str, object]:
    """Return the counts that audit rows and reports repeat."""
    return {"rows": batch.rows, "accepted": batch.accepted, "rejected": batch.rejected, "blank": batch.blank}


def find_findings(office: Office, batch_id: str) -> tuple[Finding, ...]:
    """Return every stored finding of a batch, in row order."""
    with office.warehouse.open() as session:
        return session.find_findings(batch_id)


def _journal_received(office: Office, received: ReceivedFile, agency: Agency, actor_id: str) -> Batch:
    digest = sha256(f"{agency.agency_code}\n{received.sha256}".encode()).hexdigest()
    batch = Batch(
        batch_id="B" + digest[:16].upper(),
        agency_code=agency.agency_code,
        sha256=received.sha256,
        size=received.size,
        kind=received.kind,
        file_name=received.file_name,
        received_at=office.now(),
        received_by=actor_id,
        status=BatchStatus.RECEIVED,
    )
    with office.ledger.unit_of_work() as uow:
        known = uow.batches.find(batch.batch_id)
        if known is not None:
            return known
        uow.batches.add(batch)
        uow.audit.append(actor_id, "batch.received", batch.batch_id, batch.received_at, {"sha256": received.sha256})
        uow.commit()
    return batch


def _journal_refused(office: Office, batch: Batch, reason: str) -> None:
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_refused(batch.batch_id, reason)
        uow.audit.append(batch.received_by, "batch.refused", batch.batch_id, office.now(), {"reason": reason})
        uow.commit()


def _check_context(office: Office, agency: Agency) -> CheckContext:
    rulebook = office.rulebook(office.today())
    return CheckContext(
        agency=agency,
        today=office.today(),
        catalogue=rulebook.catalogue_classes,
        forbidden=rulebook.forbidden_topics,
        forbidden_columns=rulebook.forbidden_columns,
    )


def _check_permission(agency: Agency, reading: BatchReading) -> None:
    template = reading.template
    if agency.templates and template.template_id not in agency.templates:
        message = f"“{agency.short_name}”无权报送“{template.title}”类数据。"
        raise ScopeDenied(message, remedy="请核对是否选错了文件或单位；确需报送的，请系统管理员增加报送权限。")


def _store_rows(
    office: Office, batch: Batch, reading: BatchReading, progress: Progress | None
) -> tuple[Batch, tuple[Finding, ...]]:
    build = BuildContext(
        batch_id=batch.batch_id,
        agency_code=batch.agency_code,
        template=reading.template,
        learned_at=batch.received_at,
        hash_key=office.keys.hash_key,
        multi_sheet=len(reading.sheets) > 1,
    )
    stored = StoredBatch(
        batch_id=batch.batch_id,
        agency_code=batch.agency_code,
        template=reading.template.template_id,
        file_name=batch.file_name,
        stored_at=office.now(),
    )
    findings: list[Finding] = []
    with office.warehouse.open() as session, session.store_batch(stored) as writer:
        for chunk in _count(reading, progress):
            built = build_records(chunk.accepted, build)
            if built.persons.height:
                with office.ledger.unit_of_work() as uow:
                    uow.persons.store(built.persons.iter_rows())
                    uow.commit()
            writer.append(built.records, chunk.findings, chunk.rows, chunk.blank)
            findings.extend(to_findings(chunk.findings))
    finished = replace(
        batch,
        status=BatchStatus.STORED,
        template=reading.template.template_id,
        rows=writer.rows,
        accepted=writer.accepted,
        rejected=writer.rejected,
        blank=writer.blank,
        records_digest=writer.digest,
        stored_at=office.now(),
    )
    return finished, tuple(findings)


def _count(reading: BatchReading, progress: Progress | None) -> Iterator[CheckedChunk]:
    done = 0
    for chunk in reading.chunks():
        yield chunk
        done += chunk.rows
        if progress is not None:
            progress(done, reading.estimated_rows)


def _title(office: Office, template_id: str | None) -> str:
    return next((t.title for t in office.templates() if t.template_id == template_id), template_id or "")
