"""The door of the first chapter: bytes become a journalled batch, and nothing else happens yet.

Before it a file lies on somebody's desk; after it the bytes lie in the inbox under their hash and the ledger has one
``received`` batch for each data file in them, which `ingest` checks and stores now or later. Whoever was told of a
batch may forget the file. The same bytes of the same agency are the same batch, unless that was withdrawn
or declared, in an earlier month, that there was nothing to report.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus, ReceivedFile
from credit_service.domain.month import month_of
from credit_service.errors import BatchNotFound, DuplicateBatch, SubmissionError
from credit_service.intake.archive import unpack_archive
from credit_service.intake.receive import receive_file
from credit_service.pipeline.office import Office
from credit_service.registry.retractions import NamedSubmission
from credit_service.registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Submission:
    """One file as an agency hands it in.

    ``file_name`` is what the clerk called it; ``corrects`` the batch it is the corrected copy of, where the clerk says
    so; ``idempotency_key`` the sender's own name for this submission.
    """

    source: Path
    file_name: str
    agency_code: str
    actor_id: str
    corrects: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What was taken in: a batch for each data file, and what of an archive could not be taken, by name."""

    batches: tuple[Batch, ...]
    refused: tuple[tuple[str, SubmissionError], ...] = field(default=())


def receive_submission(office: Office, submission: Submission) -> Receipt:
    """Take a file in and journal its batches; rows are not looked at.

    Raises:
        UnknownAgency: The agency is not registered.
        UnreadableFile: The bytes are no readable file; nothing is kept.
        BatchNotFound: The agency has no batch ``corrects``.
        DuplicateBatch: The agency used the idempotency key for other bytes.
    """
    with office.ledger.reading() as uow:
        agency = uow.agencies.get(submission.agency_code)
        _check_corrects(uow, submission)
    received = receive_file(submission.source, submission.file_name, office.places.inbox)
    files, refused = _data_files(office, received)
    with office.ledger.unit_of_work() as uow:
        known = _find_named(uow, submission, received)
        if known is not None:
            return Receipt(known, refused)
        batches = tuple(_journal(uow, one, agency, submission, office.now()) for one in files)
        if submission.idempotency_key is not None:
            uow.idempotency_keys.add(
                NamedSubmission(
                    agency.agency_code,
                    submission.idempotency_key,
                    received.sha256,
                    tuple(batch.batch_id for batch in batches),
                    office.now(),
                )
            )
        uow.commit()
    return Receipt(batches, refused)


def to_batch_id(agency_code: str, digest: str, attempt: int) -> str:
    """Return the number of a batch: the same bytes of the same agency have the same, until they count anew."""
    again = f"\n{attempt}" if attempt else ""
    return "B" + sha256(f"{agency_code}\n{digest}{again}".encode()).hexdigest()[:16].upper()


def _check_corrects(uow: UnitOfWork, submission: Submission) -> None:
    if submission.corrects is None:
        return
    corrected = uow.batches.find(submission.corrects)
    if corrected is None or corrected.agency_code != submission.agency_code:
        message = f"没有编号为“{submission.corrects}”的批次，不能作为被更正的批次。"
        raise BatchNotFound(message, remedy="请从本部门的批次列表中选择要更正的批次。")


def _data_files(
    office: Office, received: ReceivedFile
) -> tuple[tuple[ReceivedFile, ...], tuple[tuple[str, SubmissionError], ...]]:
    if received.kind != "zip":
        return (received,), ()
    unpacked = unpack_archive(received, office.places.inbox)
    return unpacked.files, tuple((one.file_name, one.fault) for one in unpacked.refused)


def _find_named(uow: UnitOfWork, submission: Submission, received: ReceivedFile) -> tuple[Batch, ...] | None:
    """Return the batches an idempotency key already stands for, or None."""
    if submission.idempotency_key is None:
        return None
    named = uow.idempotency_keys.find(submission.agency_code, submission.idempotency_key)
    if named is None:
        return None
    if named.sha256 != received.sha256:
        message = f"幂等键“{submission.idempotency_key}”已用于另一个文件，本次没有接收。"
        raise DuplicateBatch(message, remedy="同一次报送重试时请原样重发；报送新的文件请换一个键。")
    return tuple(uow.batches.get(batch_id) for batch_id in named.batch_ids)


def _is_earlier_nil(known: Batch, now: datetime) -> bool:
    """Return whether the same bytes declared, in an earlier month, that there was nothing to report.

    The empty table of a template is the same file every month; what it declares is another month's.
    """
    is_nil = known.status.has_rows and known.rows == known.blank
    return is_nil and month_of(known.received_at) < month_of(now)


def _journal(uow: UnitOfWork, received: ReceivedFile, agency: Agency, submission: Submission, now: datetime) -> Batch:
    known = uow.batches.find_same(agency.agency_code, received.sha256)
    if known is not None and known.status is BatchStatus.REFUSED:
        # Sent again, it is judged anew, with what the agency may submit now.
        uow.batches.renew_permit(known.batch_id, agency.permit)
        return replace(known, permit=agency.permit)
    if known is not None and known.status is not BatchStatus.WITHDRAWN and not _is_earlier_nil(known, now):
        return known
    attempt = 0 if known is None else known.attempt + 1
    batch = Batch(
        batch_id=to_batch_id(agency.agency_code, received.sha256, attempt),
        agency_code=agency.agency_code,
        sha256=received.sha256,
        size=received.size,
        kind=received.kind,
        file_name=received.file_name,
        received_at=now,
        received_by=submission.actor_id,
        status=BatchStatus.RECEIVED,
        corrects=submission.corrects,
        container_sha256=received.container_sha256,
        container_name=received.container_name,
        attempt=attempt,
        permit=agency.permit,
    )
    uow.batches.add(batch)
    uow.audit.append(submission.actor_id, "batch.received", batch.batch_id, now, {"sha256": received.sha256})
    return batch
