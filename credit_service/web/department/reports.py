"""What became of one batch: counts, findings by row, and the same as a workbook or JSON.

A submitter sees the own agency's batches only; a foreign number is answered like an unknown one.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response

from credit_service.domain.agency import Role
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import BatchNotFound
from credit_service.lookup.batches import BatchReport, get_batch, get_batch_report, write_error_workbook
from credit_service.web.dependencies import SMALL_BODY, BatchVisit, Visit
from credit_service.web.paging import cut

router = APIRouter(max_body_size=SMALL_BODY)

FINDINGS_PER_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/department/batches/{batch_id}", response_class=HTMLResponse)
def show_report(
    visit: BatchVisit,
    batch_id: str,
    rule: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    repeated: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Show the counts of a batch and its findings, all or of one rule."""
    report = _get_own_report(visit, batch_id)
    findings = [item for item in report.findings if not rule or item.rule == rule]
    return visit.page(
        "department/report.html",
        {
            "report": report,
            "batch": report.batch,
            "rule": rule,
            "findings": cut(findings, page, FINDINGS_PER_PAGE),
            "repeated": repeated,
            "has_sheets": len({item.sheet for item in report.findings}) > 1,
        },
    )


@router.get("/department/batches/{batch_id}/errors.xlsx")
def download_errors(visit: BatchVisit, batch_id: str) -> Response:
    """Send the department's own rows with the faulty cells marked."""
    _check_own(visit, batch_id)
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        target = Path(folder) / "errors.xlsx"
        write_error_workbook(visit.room, batch_id, target)
        workbook = target.read_bytes()
    return Response(
        workbook, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{batch_id}-errors.xlsx"'}
    )


@router.get("/department/batches/{batch_id}/findings.json")
def download_findings(visit: BatchVisit, batch_id: str) -> Response:
    """Send the report as the JSON object ``credit ingest --json`` prints."""
    report = _get_own_report(visit, batch_id)
    batch = report.batch
    return JSONResponse(
        {
            "batch_id": batch.batch_id,
            "template": batch.template,
            "file": batch.file_name,
            "rows": batch.rows,
            "accepted": batch.accepted,
            "rejected": batch.rejected,
            "blank": batch.blank,
            "findings": [finding.to_dict() for finding in report.findings],
        },
        headers={"Content-Disposition": f'attachment; filename="{batch_id}-findings.json"'},
    )


def _get_own_report(visit: Visit, batch_id: str) -> BatchReport:
    batch = _check_own(visit, batch_id)
    if batch.status is not BatchStatus.STORED:
        # Nothing of it is in the warehouse, which may be busy just now.
        return BatchReport(batch, "", (), ())
    return get_batch_report(visit.room, batch_id)


def _check_own(visit: Visit, batch_id: str) -> Batch:
    batch = get_batch(visit.room, batch_id)
    account = visit.person.account
    if account.role is Role.SUBMITTER and batch.agency_code != account.agency_code:
        message = f"没有编号为“{batch_id}”的批次。"
        raise BatchNotFound(message, remedy="请从本部门的批次列表中选择。")
    return batch
