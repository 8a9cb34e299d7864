"""Objections at the department that sent the records: answer what was asked, correct what was found wrong.

The department sees what is objected to and never by whom; what it needs of the objector's words, the credit office
puts into the reason for forwarding.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.objection import ObjectionActKind
from credit_service.errors import CreditServiceError
from credit_service.lookup.objections import get_objection_view, list_objections
from credit_service.pipeline.objections import ROLE_OF_OBJECTION_ACT, check_concerned, perform_objection_act
from credit_service.web.dependencies import (
    OBJECTION_BODY,
    SMALL_BODY,
    UploadVisit,
    Visit,
    check_form_token,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.objection_forms import (
    REFUSALS,
    TypedObjectionAct,
    build_objection_forms,
    read_objection_act,
    to_request,
)

router = APIRouter(max_body_size=SMALL_BODY)


@router.get("/department/objections", response_class=HTMLResponse)
def show_queue(visit: UploadVisit) -> Response:
    """Show what this department was asked and what it still has to correct."""
    lines = list_objections(visit.room, (), visit.actor.agency_code)
    return visit.page("department/objections.html", {"lines": lines, "today": visit.room.today()})


@router.get("/department/objections/{number}", response_class=HTMLResponse)
def show_objection(visit: UploadVisit, number: str, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show one objection that concerns this department."""
    return _show(visit, number, done=done)


@router.post(
    "/department/objections/{number}/acts",
    response_class=HTMLResponse,
    dependencies=[Depends(check_form_token)],
    max_body_size=OBJECTION_BODY,
)
def submit_act(
    visit: UploadVisit,
    number: str,
    typed: Annotated[TypedObjectionAct, Depends(read_objection_act)],
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Answer, or report a correction; or show on the same page why it is refused."""
    try:
        request = to_request(visit, number, typed, files)
        perform_objection_act(visit.office, request)
    except REFUSALS as fault:
        return _show(visit, number, fault=fault, typed=typed)
    return redirect_to(f"/department/objections/{number}?done={request.kind.value}")


def _show(
    visit: Visit,
    number: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedObjectionAct | None = None,
) -> Response:
    view = get_objection_view(visit.room, number, visit.actor, with_words=False)
    check_concerned(view.objection, visit.actor)
    own = [act for act in view.next_acts if visit.actor.role in ROLE_OF_OBJECTION_ACT[act.kind]]
    context = {
        "view": view,
        "objection": view.objection,
        "forms": build_objection_forms(own, view, typed),
        "done": next((one for one in ObjectionActKind if one.value == done), None),
        "fault": fault,
    }
    return visit.page("department/objection.html", context, status=status_of(fault) if fault else 200)
