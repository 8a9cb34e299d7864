"""What became of uploaded batches: lists, one of them, and the workbook with marked cells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.month import Month
from credit_service.domain.template import Template
from credit_service.errors import BatchNotFound
from credit_service.intake.report import ReportOrder, write_report_xlsx
from credit_service.lookup.batch_story import frame_findings
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.registry.batches import BatchFilter


@dataclass(frozen=True)
class BatchQuestion:
    """Which batches are asked for; None is any."""

    agency_code: str | None = None
    status: BatchStatus | None = None
    template: str | None = None
    month: Month | None = None
    """Of receipt."""


def list_batches(room: ReadingRoom, agency_code: str | None, limit: int = 50) -> list[Batch]:
    """Return the newest batches of one agency, or of all where it is None."""
    with room.ledger.reading() as uow:
        return uow.batches.list_newest(agency_code, limit)


def page_batches(room: ReadingRoom, question: BatchQuestion, limit: int, offset: int) -> tuple[list[Batch], int]:
    """Return some of the batches asked for, newest first, and how many there are in all."""
    wanted = BatchFilter(
        agency_code=question.agency_code,
        status=question.status,
        template=question.template,
        from_at=question.month.begins_at if question.month else None,
        until_at=question.month.ends_at if question.month else None,
    )
    with room.ledger.reading() as uow:
        return uow.batches.list_page(wanted, limit, offset), uow.batches.count(wanted)


def get_batch(room: ReadingRoom, batch_id: str) -> Batch:
    """Return a batch.

    Raises:
        BatchNotFound: No batch has this number.
    """
    with room.ledger.reading() as uow:
        return uow.batches.get(batch_id)


def find_template(room: ReadingRoom, template_id: str | None) -> Template | None:
    """Return the template with this id, or None."""
    return next((template for template in room.templates() if template.template_id == template_id), None)


def write_error_workbook(room: ReadingRoom, batch_id: str, target: Path) -> None:
    """Write the department's own rows with faulty cells marked, and a sheet of findings.

    Raises:
        BatchNotFound: No batch has this number, or its file was refused as a whole.
        WarehouseBusy: Another process holds the warehouse.
    """
    batch = get_batch(room, batch_id)
    template = find_template(room, batch.template)
    if template is None:
        message = f"批次“{batch_id}”的文件整体未能识别，没有可标注的数据行。"
        raise BatchNotFound(message, remedy=batch.refusal or "请按提示修改文件后重新报送。")
    received = batch.find_file(room.places.inbox)
    write_report_xlsx(ReportOrder(batch_id, received, template, frame_findings(room, batch)), target)


def list_agency_names(room: ReadingRoom) -> dict[str, str]:
    """Return the short name of every agency by its code."""
    with room.ledger.reading() as uow:
        return {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
