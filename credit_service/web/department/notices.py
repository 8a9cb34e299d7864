"""Notices of repairs for a department: what it used was repaired, and it confirms that it stopped."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from credit_service.lookup.repairs import list_notices, list_overdue_receipts
from credit_service.pipeline.notices import confirm_notice
from credit_service.web.dependencies import (
    MAY_CONFIRM,
    OVERSEERS,
    SMALL_BODY,
    ConfirmVisit,
    ReportVisit,
    check_form_token,
    redirect_to,
)

router = APIRouter(max_body_size=SMALL_BODY)


@router.get("/department/notices", response_class=HTMLResponse)
def show_notices(visit: ReportVisit, done: str = "") -> Response:
    """Show the agency's notices; who oversees sees every receipt that is overdue as well."""
    account = visit.person.account
    context = {
        "notices": list_notices(visit.room, account.agency_code),
        "overdue": list_overdue_receipts(visit.room) if account.role in OVERSEERS else [],
        "oversees": account.role in OVERSEERS,
        "may_confirm": account.role in MAY_CONFIRM,
        "done": bool(done),
    }
    return visit.page("department/notices.html", context)


@router.post("/department/notices/{notice_id}/receipt", dependencies=[Depends(check_form_token)])
def submit_receipt(visit: ConfirmVisit, notice_id: str) -> Response:
    """Confirm that the agency has stopped using what was repaired."""
    confirm_notice(visit.office, notice_id, visit.person.account.agency_code, visit.actor.actor_id)
    return redirect_to("/department/notices?done=1")
