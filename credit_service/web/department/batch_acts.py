"""What people do to a checked batch: release it, take it back, or take back one of its records.

Each act is checked in `pipeline.batch_life`; a refused one is told on the page it was tried from. The list of records
and the list of what a corrected copy left out are here, because from them single records are taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import (
    AccessError,
    CreditServiceError,
    DecisionError,
    LedgerConflict,
    SubmissionError,
    WarehouseBusy,
)
from credit_service.lookup.batch_pages import RecordLine, get_left_out, get_record_page
from credit_service.pipeline.batch_life import MAY_WITHDRAW, release_batch, withdraw_batch, withdraw_record
from credit_service.web.department.finding_table import FindingQuery
from credit_service.web.department.own import get_own_batch
from credit_service.web.department.reports import Told, render_report
from credit_service.web.dependencies import (
    SMALL_BODY,
    ReleaseVisit,
    ReportVisit,
    Visit,
    WithdrawVisit,
    call_worker,
    check_form_token,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.paging import Slice, fetch_slice

router = APIRouter(max_body_size=SMALL_BODY)

RECORDS_PER_PAGE = 50
Reason = Annotated[str, Form(max_length=500)]
Page = Annotated[int, Query(ge=1, le=10_000_000)]
REFUSALS = (DecisionError, AccessError, LedgerConflict, SubmissionError)
_SEEN = {
    "records": "本批的记录",
    "left-out": "没有出现在本批中、仍然有效的记录",
}


@dataclass(frozen=True)
class Look:
    """Which page of a list is looked at, what was just done, or why it was refused."""

    page: int = 1
    done: str = ""
    fault: CreditServiceError | None = None


@router.post(
    "/department/batches/{batch_id}/release", response_class=HTMLResponse, dependencies=[Depends(check_form_token)]
)
def release(visit: ReleaseVisit, batch_id: str, reason: Reason = "") -> Response:
    """Store a held batch on the word of a second person."""
    batch = get_own_batch(visit, batch_id)
    try:
        release_batch(visit.office, batch_id, visit.actor, reason)
    except WarehouseBusy:
        # The release is in the ledger; the worker stores the batch as soon as it can.
        call_worker(visit.request)
        return redirect_to(f"/department/batches/{batch_id}?done=released-later")
    except REFUSALS as fault:
        return render_report(visit, batch, FindingQuery(), Told(fault=fault))
    return redirect_to(f"/department/batches/{batch_id}?done=released")


@router.post(
    "/department/batches/{batch_id}/withdraw", response_class=HTMLResponse, dependencies=[Depends(check_form_token)]
)
def withdraw(visit: WithdrawVisit, batch_id: str, reason: Reason = "") -> Response:
    """Take a batch back."""
    batch = get_own_batch(visit, batch_id)
    try:
        outcome = withdraw_batch(visit.office, batch_id, visit.actor, reason)
    except REFUSALS as fault:
        return render_report(visit, batch, FindingQuery(), Told(fault=fault))
    return redirect_to(f"/department/batches/{batch_id}?done={_done(outcome.cases)}")


@router.get("/department/batches/{batch_id}/records", response_class=HTMLResponse)
def show_records(
    visit: ReportVisit, batch_id: str, page: Page = 1, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the records of a batch and how each stands."""
    return _show(visit, get_own_batch(visit, batch_id), "records", Look(page, done))


@router.get("/department/batches/{batch_id}/left-out", response_class=HTMLResponse)
def show_left_out(
    visit: ReportVisit, batch_id: str, page: Page = 1, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show what the corrected batch holds, this copy of it does not, and is still valid."""
    return _show(visit, get_own_batch(visit, batch_id), "left-out", Look(page, done))


@router.post(
    "/department/batches/{batch_id}/records/{record_id}/withdraw",
    response_class=HTMLResponse,
    dependencies=[Depends(check_form_token)],
)
def withdraw_one(
    visit: WithdrawVisit,
    batch_id: str,
    record_id: str,
    reason: Reason = "",
    seen_in: Annotated[str, Form(max_length=20)] = "records",
) -> Response:
    """Take one record back, from the list it was seen in; that list may be of another batch than the record's own."""
    batch = get_own_batch(visit, batch_id)
    seen_in = seen_in if seen_in in _SEEN else "records"
    try:
        outcome = withdraw_record(visit.office, record_id, visit.actor, reason)
    except REFUSALS as fault:
        return _show(visit, batch, seen_in, Look(fault=fault))
    return redirect_to(f"/department/batches/{batch_id}/{seen_in}?done={_done(outcome.cases)}")


def _done(cases: tuple[str, ...]) -> str:
    return "withdrawn-cases" if cases else "withdrawn"


def _show(visit: Visit, batch: Batch, seen_in: str, look: Look) -> Response:
    ask = get_record_page if seen_in == "records" else get_left_out

    def fetch(limit: int, offset: int) -> tuple[tuple[RecordLine, ...], int]:
        found = ask(visit.room, batch, limit, offset)
        return found.records, found.total

    has_rows = batch.status.has_rows
    records: Slice[RecordLine] = fetch_slice(look.page, RECORDS_PER_PAGE, fetch) if has_rows else Slice((), 1, 1, 0, 0)
    context = {
        "batch": batch,
        "records": records,
        "seen_in": seen_in,
        "title": _SEEN[seen_in],
        "may_withdraw": visit.person.account.role in MAY_WITHDRAW and batch.status is not BatchStatus.WITHDRAWN,
        "has_sheets": len({record.sheet for record in records.items}) > 1,
        "done": look.done,
        "fault": look.fault,
    }
    return visit.page("department/records.html", context, status=status_of(look.fault) if look.fault else 200)
