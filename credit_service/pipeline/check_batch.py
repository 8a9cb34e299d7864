"""What `ingest` and `preview` do with one file: check it, write its rows, judge it as a whole.

Before this module the bytes of a batch lie in an inbox; after it `ingest` keeps what was written and says so in the
ledger, or `preview` rolls it back. Nothing here commits, and nothing here writes to the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, ReceivedFile, Unusual
from credit_service.domain.clock import legal_day
from credit_service.errors import ScopeDenied
from credit_service.intake.check_context import build_check_context
from credit_service.intake.profile import BatchProfile, ProfileBuilder
from credit_service.intake.read_ahead import read_ahead
from credit_service.intake.read_batch import BatchReading, CheckedChunk, open_batch
from credit_service.intake.thresholds import judge_batch
from credit_service.normalise.build_records import BuildContext, build_records
from credit_service.pipeline.office import Office
from credit_service.warehouse.write import BatchWriter, StoredBatch

Progress = Callable[[int, int], None]
"""Called with (rows read so far, estimated rows in all; 0 where unknown)."""
HISTORY = 12
"""So many earlier batches of the same agency and template say what is usual."""
CORRECTION_TERM = timedelta(days=31)
"""A file of the same name within this time after one with faults is taken for its corrected copy."""


class WrittenRows(NamedTuple):
    """What writing the rows of one file gave.

    **Shape**: ``batch`` has its counts; ``findings`` all findings (`intake.findings.FINDING_SCHEMA`); ``persons`` the
    distinct persons (`normalise.build_records.PERSON_SCHEMA`), whom nobody has stored yet.
    """

    batch: Batch
    profile: BatchProfile
    findings: pl.DataFrame
    persons: pl.DataFrame


def open_reading(office: Office, received: ReceivedFile, batch: Batch, agency: Agency) -> BatchReading:
    """Open a file and recognise its template, with what its rows are to be checked against.

    Raises:
        SubmissionError: The file as a whole cannot be taken; the leaf says why.
    """
    context = build_check_context(batch, agency, office.rulebook(legal_day(batch.received_at), batch.received_at))
    return open_batch(received, office.templates(), context)


def check_permission(agency: Agency, reading: BatchReading) -> None:
    """Refuse a file of a template the agency may not send.

    Raises:
        ScopeDenied: It may not.
    """
    template = reading.template
    if agency.templates and template.template_id not in agency.templates:
        message = f"“{agency.short_name}”无权报送“{template.title}”类数据。"
        raise ScopeDenied(message, remedy="请核对是否选错了文件或单位；确需报送的，请系统管理员增加报送权限。")


def find_corrected(office: Office, batch: Batch, reading: BatchReading) -> str | None:
    """Return the batch a new one corrects: as the sender said, as the report it was made from says, or by its name."""
    with office.ledger.reading() as uow:
        for named in (batch.corrects, reading.report_of):
            told = uow.batches.find(named) if named else None
            if told is not None and told.agency_code == batch.agency_code and told.batch_id != batch.batch_id:
                return told.batch_id
        found = uow.batches.find_corrected(batch, batch.received_at - CORRECTION_TERM)
        return found.batch_id if found else None


def write_rows(
    office: Office, batch: Batch, reading: BatchReading, writer: BatchWriter, progress: Progress | None = None
) -> WrittenRows:
    """Check every row, and write what is right."""
    build = BuildContext(
        batch_id=batch.batch_id,
        agency_code=batch.agency_code,
        template=reading.template,
        learned_at=learned_at(batch),
        hash_key=office.keys.hash_key,
        multi_sheet=len(reading.sheets) > 1,
    )
    profile, findings, persons = ProfileBuilder(), [], []
    with closing(read_ahead(reading.chunks())) as chunks:  # type: ignore[type-var] # what comes back is a generator.
        for chunk in _count(chunks, reading, progress):
            built = build_records(chunk.accepted, build)
            writer.append(built.records, chunk.findings, chunk.rows, chunk.blank)
            profile.add(chunk)
            findings.append(chunk.findings)
            persons.append(built.persons)
    numbers = profile.profile()
    counted = replace(
        batch,
        template=reading.template.template_id,
        rows=writer.rows,
        accepted=writer.accepted,
        rejected=writer.rejected,
        blank=writer.blank,
        profile=json.dumps(numbers.to_dict(), ensure_ascii=False),
    )
    return WrittenRows(counted, numbers, pl.concat(findings), pl.concat(persons).unique(maintain_order=True))


def judge_whole(office: Office, batch: Batch, profile: BatchProfile) -> tuple[Unusual, ...]:
    """Return why a checked batch looks wrong as a whole, compared with what its agency usually sends."""
    history: list[str] = []
    if batch.corrects is None:
        with office.ledger.reading() as uow:
            history = uow.batches.list_profiles(batch.agency_code, batch.template or "", HISTORY)
    earlier = [BatchProfile.from_dict(json.loads(text)) for text in history]
    return judge_batch(profile, earlier, office.thresholds().limits_for(batch.template or "", batch.agency_code))


def learned_at(batch: Batch) -> datetime:
    """Return since when the facts of a batch are known: since it was stored, whenever it is stored again."""
    return batch.stored_at or batch.received_at


def to_stored_batch(batch: Batch, template_id: str) -> StoredBatch:
    """Return what the warehouse wants to know of a batch before its rows."""
    return StoredBatch(
        batch_id=batch.batch_id,
        agency_code=batch.agency_code,
        template=template_id,
        file_name=batch.file_name,
        received_at=batch.received_at,
        stored_at=learned_at(batch),
    )


def _count(chunks: Iterator[CheckedChunk], reading: BatchReading, progress: Progress | None) -> Iterator[CheckedChunk]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += chunk.rows
        if progress is not None:
            progress(done, reading.estimated_rows)
