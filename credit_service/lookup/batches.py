"""What became of uploaded batches: lists, reports and error workbooks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from credit_service.domain.batch import Batch, Finding, ReceivedFile
from credit_service.domain.template import Template
from credit_service.errors import BatchNotFound
from credit_service.intake.report import ReportOrder, write_report_xlsx
from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class BatchReport:
    """One batch with everything found wrong in it."""

    batch: Batch
    template_title: str
    findings: tuple[Finding, ...]
    by_rule: tuple[tuple[str, int], ...]
    """(rule id, number of findings), most frequent first."""


def list_batches(room: ReadingRoom, agency_code: str | None, limit: int = 50) -> list[Batch]:
    """Return the newest batches of one agency, or of all where it is None."""
    with room.ledger.reading() as uow:
        return uow.batches.list_newest(agency_code, limit)


def get_batch(room: ReadingRoom, batch_id: str) -> Batch:
    """Return a batch.

    Raises:
        BatchNotFound: No batch has this number.
    """
    with room.ledger.reading() as uow:
        return uow.batches.get(batch_id)


def get_batch_report(room: ReadingRoom, batch_id: str) -> BatchReport:
    """Return a batch with all its findings in row order.

    Raises:
        BatchNotFound: No batch has this number.
        WarehouseBusy: Another process holds the warehouse.
    """
    batch = get_batch(room, batch_id)
    with room.warehouse.open() as session:
        findings = session.find_findings(batch_id)
    by_rule = Counter(finding.rule for finding in findings).most_common()
    template = find_template(room, batch.template)
    return BatchReport(batch, template.title if template else "", findings, tuple(by_rule))


def find_template(room: ReadingRoom, template_id: str | None) -> Template | None:
    """Return the template with this id, or None."""
    return next((template for template in room.templates() if template.template_id == template_id), None)


def write_error_workbook(room: ReadingRoom, batch_id: str, target: Path) -> None:
    """Write the department's own rows with faulty cells marked, and a sheet of findings.

    Raises:
        BatchNotFound: No batch has this number, or its file was refused as a whole.
    """
    report = get_batch_report(room, batch_id)
    template = find_template(room, report.batch.template)
    if template is None:
        message = f"批次“{batch_id}”的文件整体未能识别，没有可标注的数据行。"
        raise BatchNotFound(message, remedy=report.batch.refusal or "请按提示修改文件后重新报送。")
    received = ReceivedFile(
        sha256=report.batch.sha256,
        size=report.batch.size,
        kind=report.batch.kind,
        file_name=report.batch.file_name,
        path=str(room.places.inbox / report.batch.sha256[:2] / report.batch.sha256),
    )
    write_report_xlsx(ReportOrder(batch_id, received, template, report.findings), target)
