"""Everything there is to say about one batch: outcome, effects, what was found, what people did to it since."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_service.domain.batch import Batch, BatchStatus, Effects, Retraction, Unusual
from credit_service.domain.clock import legal_day
from credit_service.intake.check_context import build_check_context
from credit_service.intake.read_batch import open_batch
from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class BatchStory:
    """One batch with its whole life.

    **Shape**: ``findings`` has `intake.findings.FINDING_SCHEMA`, all findings in row order.
    """

    batch: Batch
    template_title: str
    effects: Effects
    unusual: tuple[Unusual, ...]
    """Why it was held, also after somebody released it."""
    corrections: tuple[Batch, ...]
    """Batches sent as its corrected copies, oldest first."""
    retractions: tuple[Retraction, ...]
    findings: pl.DataFrame


def get_batch_story(room: ReadingRoom, batch_id: str) -> BatchStory:
    """Return the whole life of a batch.

    Raises:
        BatchNotFound: No batch has this number.
        WarehouseBusy: Another process holds the warehouse.
    """
    with room.ledger.reading() as uow:
        batch = uow.batches.get(batch_id)
        corrections = tuple(uow.batches.list_corrections(batch_id))
        retractions = tuple(uow.retractions.list_of_batch(batch_id))
    effects = Effects()
    if batch.status.has_rows:
        with room.warehouse.open() as session:
            effects = session.count_effects(batch_id)
    return BatchStory(
        batch=batch,
        template_title=next((t.title for t in room.templates() if t.template_id == batch.template), ""),
        effects=effects,
        unusual=batch.list_unusual(),
        corrections=corrections,
        retractions=retractions,
        findings=frame_findings(room, batch),
    )


def frame_findings(room: ReadingRoom, batch: Batch) -> pl.DataFrame:
    """Return everything found wrong in a batch; of a held one by reading its file again, for nothing of it is stored.

    **Shape**: `intake.findings.FINDING_SCHEMA`, in row order.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    if batch.status is BatchStatus.CHECKED:
        return _check_again(room, batch)
    with room.warehouse.open() as session:
        return session.frame_findings(batch.batch_id)


def _check_again(room: ReadingRoom, batch: Batch) -> pl.DataFrame:
    with room.ledger.reading() as uow:
        agency = uow.agencies.get(batch.agency_code)
    context = build_check_context(batch, agency, room.rulebook(legal_day(batch.received_at), batch.received_at))
    reading = open_batch(batch.find_file(room.places.inbox), room.templates(), context)
    return pl.concat([chunk.findings for chunk in reading.chunks()])
