"""What became of one batch: how far it is, its report, and the same for programs.

Acts on a batch are in `batch_acts`. A submitter sees the own agency's batches only (`own`). The warehouse may be held
by another process just now: then the page says what the ledger knows and asks to look again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from credit_service.domain.agency import Role
from credit_service.domain.batch import Batch, BatchStatus, Finding
from credit_service.errors import CreditServiceError, WarehouseBusy
from credit_service.lookup.batch_pages import (
    count_ahead,
    find_effects,
    get_finding_page,
    get_left_out,
    iterate_findings,
    list_kin,
)
from credit_service.lookup.batches import find_template, list_agency_names, write_error_workbook
from credit_service.lookup.check_rules import list_rule_titles
from credit_service.pipeline.batch_life import MAY_RELEASE, MAY_WITHDRAW
from credit_service.web.department.finding_table import FindingQuery, fetch_table
from credit_service.web.department.own import get_own_batch
from credit_service.web.dependencies import MAY_UPLOAD, SMALL_BODY, ReportVisit, Visit, find_progress
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=SMALL_BODY)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITTEN_AT_ONCE = 500
Flag = Annotated[str, Query(max_length=1)]


@router.get("/department/batches/{batch_id}", response_class=HTMLResponse)
def show_report(
    visit: ReportVisit,
    batch_id: str,
    query: Annotated[FindingQuery, Depends()],
    repeated: Flag = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show how far a batch is, or its counts, effects, findings and what may be done with it."""
    return render_report(visit, get_own_batch(visit, batch_id), query, Told(repeated=repeated, done=done))


@router.get("/department/batches/{batch_id}/progress", response_class=HTMLResponse)
def show_progress(visit: ReportVisit, batch_id: str) -> Response:
    """Show how far a batch is; once it is checked, the page is fetched anew."""
    batch = get_own_batch(visit, batch_id)
    answer = visit.page("department/progress.html", {"batch": batch, **_progress(visit, batch)})
    if batch.status is not BatchStatus.RECEIVED:
        answer.headers["HX-Redirect"] = f"/department/batches/{batch_id}"
    return answer


@router.get("/department/batches/{batch_id}/state", response_class=HTMLResponse)
def show_state(visit: ReportVisit, batch_id: str) -> Response:
    """Show the state of a batch as one line of a list, which asks again until the batch is checked."""
    batch = get_own_batch(visit, batch_id)
    return visit.page("department/state.html", {"batch": batch, **_progress(visit, batch)})


@router.get("/department/batches/{batch_id}/errors.xlsx")
def download_errors(visit: ReportVisit, batch_id: str) -> Response:
    """Send the department's own rows with the faulty cells marked."""
    get_own_batch(visit, batch_id)
    folder = tempfile.TemporaryDirectory(prefix="report-")
    try:
        target = Path(folder.name) / "errors.xlsx"
        write_error_workbook(visit.room, batch_id, target)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        target, media_type=XLSX, filename=f"{batch_id}-errors.xlsx", background=BackgroundTask(folder.cleanup)
    )


@router.get("/department/batches/{batch_id}/findings.json")
def download_findings(visit: ReportVisit, batch_id: str) -> Response:
    """Send the report as one JSON object, however long it is."""
    batch = get_own_batch(visit, batch_id)
    findings = iterate_findings(visit.room, batch)
    # What can fail fails here, while there is still an answer to give.
    first = next(findings, None)
    return StreamingResponse(
        _stream(batch, chain([] if first is None else [first], findings)),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{batch_id}-findings.json"'},
    )


@dataclass(frozen=True)
class Told:
    """What the page says above the report: that the file came again, what was just done, or why it was refused."""

    repeated: str = ""
    done: str = ""
    fault: CreditServiceError | None = None


def render_report(visit: Visit, batch: Batch, query: FindingQuery, told: Told) -> Response:
    """Return the page of a batch."""
    corrected, corrections = list_kin(visit.room, batch)
    template = find_template(visit.room, batch.template)
    context = {
        "batch": batch,
        "template_title": template.title if template else "",
        "agency_name": list_agency_names(visit.room).get(batch.agency_code, batch.agency_code),
        "corrected": corrected,
        "corrections": corrections,
        "reasons": batch.list_unusual(),
        "told": told,
        "rule_titles": list_rule_titles(visit.room),
        "fault": told.fault,
        **_progress(visit, batch),
        **_acts(visit, batch),
        **_rows(visit, batch, query),
    }
    return visit.page("department/report.html", context, status=status_of(told.fault) if told.fault else 200)


def _rows(visit: Visit, batch: Batch, query: FindingQuery) -> dict[str, object]:
    """Return what only the warehouse, or the file of a held batch, can tell."""
    nothing: dict[str, object] = {"effects": None, "table": None, "left_out": 0, "is_busy": False}
    if batch.status in {BatchStatus.RECEIVED, BatchStatus.REFUSED}:
        return nothing
    try:
        table = fetch_table(
            partial(get_finding_page, visit.room, batch), query, f"/department/batches/{batch.batch_id}"
        )
        left_out = get_left_out(visit.room, batch, 0, 0).total
        return {"effects": find_effects(visit.room, batch), "table": table, "left_out": left_out, "is_busy": False}
    except WarehouseBusy:
        return {**nothing, "is_busy": True}


def _acts(visit: Visit, batch: Batch) -> dict[str, object]:
    """Return what this visitor may do with the batch; `pipeline.batch_life` checks it again."""
    account = visit.person.account
    is_held = batch.status is BatchStatus.CHECKED
    is_own = account.role is not Role.SUBMITTER or batch.agency_code == account.agency_code
    withdrawable = {BatchStatus.RECEIVED, BatchStatus.CHECKED, BatchStatus.STORED, BatchStatus.CORRECTED}
    return {
        "may_release": is_held and account.role in MAY_RELEASE and batch.received_by != account.account_id,
        "may_withdraw": is_own and account.role in MAY_WITHDRAW and batch.status in withdrawable,
        "may_correct": account.role in MAY_UPLOAD and batch.status not in {BatchStatus.RECEIVED, BatchStatus.WITHDRAWN},
    }


def _progress(visit: Visit, batch: Batch) -> dict[str, object]:
    if batch.status is not BatchStatus.RECEIVED:
        return {"progress": None, "ahead": 0}
    progress = find_progress(visit.request, batch.batch_id)
    return {"progress": progress, "ahead": 0 if progress else count_ahead(visit.room, batch)}


def _stream(batch: Batch, findings: Iterator[Finding]) -> Iterator[str]:
    head = {
        "batch_id": batch.batch_id,
        "status": batch.status.value,
        "template": batch.template,
        "file": batch.file_name,
        "rows": batch.rows,
        "accepted": batch.accepted,
        "rejected": batch.rejected,
        "blank": batch.blank,
        "refusal": batch.refusal,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "findings": ['
    between = "\n"
    while some := list(islice(findings, WRITTEN_AT_ONCE)):
        yield between + ",\n".join(json.dumps(finding.to_dict(), ensure_ascii=False) for finding in some)
        between = ",\n"
    yield "]}"
