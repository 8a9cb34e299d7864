"""Credit repair for anybody: how to, conditions, the form, and the state of an application by number and receipt code.

Number and code travel in the body of a form, never in an address; answers are not kept by browsers.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.repair import RepairChannel, RepairState
from credit_service.errors import CreditServiceError, DecisionError, LookupFailure, WarehouseBusy
from credit_service.lookup.repairs import guide_repair, view_for_applicant
from credit_service.pipeline.repairs import apply_for_repair, get_by_receipt, withdraw_repair
from credit_service.web.dependencies import PAPERS_BODY, SMALL_BODY, AnyVisit, Visit, find_throttles, to_address
from credit_service.web.errors import status_of
from credit_service.web.public.repair_form import PublicForm, TypedRepair

router = APIRouter(max_body_size=SMALL_BODY)
papers_router = APIRouter(max_body_size=PAPERS_BODY)

Number = Annotated[str, Form(max_length=40)]
MAY_WITHDRAW = frozenset({RepairState.APPLIED, RepairState.FORWARDED, RepairState.ACCEPTED})


@router.get("/repair", response_class=HTMLResponse)
def show_repair(visit: AnyVisit) -> Response:
    """Show how to apply, on which conditions, and both forms."""
    return _show(visit)


@router.get("/repair/commitment.txt")
def download_commitment(visit: AnyVisit) -> Response:
    """Send the text of the letter of commitment, to be filled in and signed."""
    text = f"信用承诺书\r\n\r\n{guide_repair(visit.room).commitment}\r\n\r\n承诺人（盖章或签名）：\r\n日期：\r\n"
    headers = {"Content-Disposition": 'attachment; filename="commitment.txt"'}
    return Response("\ufeff" + text, media_type="text/plain; charset=utf-8", headers=headers)


@papers_router.post("/repair/applications", response_class=HTMLResponse)
def submit_application(visit: AnyVisit, typed: PublicForm) -> Response:
    """Take an application in and show number and receipt code once, or say on the same page why not."""
    visit.request.state.private = True
    try:
        receipt = apply_for_repair(visit.office, typed.to_application(RepairChannel.PUBLIC))
    except (DecisionError, LookupFailure, WarehouseBusy) as fault:
        return _show(visit, fault=fault, typed=typed)
    return visit.page("public/repair_received.html", {"receipt": receipt})


@router.post("/repair/state", response_class=HTMLResponse)
def show_state(visit: AnyVisit, repair_id: Number = "", code: Number = "") -> Response:
    """Show how an application stands to whoever knows its number and receipt code."""
    find_throttles(visit.request).receipt_codes.count(to_address(visit.request))
    return _show_state(visit, repair_id, code)


@router.post("/repair/withdraw", response_class=HTMLResponse)
def submit_withdrawal(visit: AnyVisit, repair_id: Number = "", code: Number = "") -> Response:
    """Withdraw an application, as long as it was not checked."""
    find_throttles(visit.request).receipt_codes.count(to_address(visit.request))
    visit.request.state.private = True
    try:
        withdraw_repair(visit.office, repair_id, code)
    except DecisionError as fault:
        return _show(visit, asked=fault, number=repair_id)
    return _show_state(visit, repair_id, code)


def _show_state(visit: Visit, repair_id: str, code: str) -> Response:
    visit.request.state.private = True
    try:
        repair = get_by_receipt(visit.office, repair_id, code)
    except DecisionError as fault:
        return _show(visit, asked=fault, number=repair_id)
    context = {
        "view": view_for_applicant(visit.room, repair),
        "repair": repair,
        "code": code,
        "may_withdraw": repair.state in MAY_WITHDRAW,
    }
    return visit.page("public/repair_state.html", context)


def _show(
    visit: Visit,
    *,
    fault: CreditServiceError | None = None,
    typed: TypedRepair | None = None,
    asked: CreditServiceError | None = None,
    number: str = "",
) -> Response:
    context = {
        "guide": guide_repair(visit.room),
        "fault": fault,
        "typed": typed or TypedRepair({}, ()),
        "asked": asked,
        "number": number,
    }
    wrong = fault or asked
    return visit.page("public/repair.html", context, status=status_of(wrong) if wrong else 200)
