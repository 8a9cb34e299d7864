"""The officials' desk for objections: what is due first, one objection with its acts, and entering one that came in.

Gates are in `listing.objections`; a refusal is shown beside the form with everything typed kept. Looking at one
objection shows who it is from, and is audited.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Role
from credit_service.domain.objection import (
    OPEN_STATES,
    Channel,
    ListingOutcome,
    ObjectionActKind,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
    RecordRemedy,
    Verdict,
)
from credit_service.errors import (
    CreditServiceError,
)
from credit_service.lookup.objections import (
    find_delivery_code,
    get_objection_view,
    list_objections,
    read_objection_exhibit,
)
from credit_service.pipeline.objections import ROLE_OF_OBJECTION_ACT, perform_objection_act
from credit_service.pipeline.receive_objections import NewObjection, receive_objection
from credit_service.web.dependencies import (
    OBJECTION_BODY,
    SMALL_BODY,
    ActVisit,
    ObjectionVisit,
    Visit,
    check_form_token,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.objection_forms import (
    REFUSALS,
    TypedObjectionAct,
    build_objection_forms,
    read_files,
    read_objection_act,
    to_day,
    to_request,
)

router = APIRouter(max_body_size=SMALL_BODY)

FORMER = frozenset(ObjectionState) - OPEN_STATES


@router.get("/review/objections", response_class=HTMLResponse)
def show_queue(visit: ObjectionVisit, state: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show open objections, the first due first; or those in one state."""
    return _show_queue(visit, state, {}, None)


@router.post("/review/objections", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit(  # noqa: PLR0913, PLR0917 -- one argument for each field
    visit: ActVisit,
    target: Annotated[str, Form(max_length=20)] = "",
    target_id: Annotated[str, Form(max_length=60)] = "",
    objector: Annotated[str, Form(max_length=20)] = "",
    authority: Annotated[str, Form(max_length=400)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    phone: Annotated[str, Form(max_length=100)] = "",
    claim: Annotated[str, Form(max_length=8000)] = "",
    received_on: Annotated[str, Form(max_length=20)] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Enter an objection of a person the clerk has seen, and show number and receipt code this once."""
    typed = {
        "target": target,
        "target_id": target_id,
        "objector": objector,
        "authority": authority,
        "name": name,
        "phone": phone,
        "claim": claim,
        "received_on": received_on,
    }
    try:
        new = NewObjection(
            target=ObjectionTarget.RECORD if target == ObjectionTarget.RECORD.value else ObjectionTarget.CASE,
            target_id=target_id.strip(),
            objector=ObjectorKind.AGENT if objector == ObjectorKind.AGENT.value else ObjectorKind.SUBJECT,
            channel=Channel.DESK,
            words=ObjectorWords(name, phone, claim),
            authority=authority,
            actor=visit.actor,
            received_on=to_day(received_on),
            exhibits=read_files(files or ()),
        )
        received = receive_objection(visit.office, new)
    except REFUSALS as fault:
        return _show_queue(visit, "", typed, fault)
    context = {"objection": received.objection, "code": received.receipt_code}
    return visit.page("review/objection_received.html", context)


@router.get("/review/objections/delivery-code", response_class=HTMLResponse)
def show_delivery_code(visit: ActVisit, case: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Show the code to be printed on the papers of a case."""
    return visit.page("review/delivery_code.html", {"case_id": case, "code": find_delivery_code(visit.room, case)})


@router.get("/review/objections/{number}", response_class=HTMLResponse)
def show_objection(visit: ObjectionVisit, number: str, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show one objection and a form for each act that may come next."""
    return _show(visit, number, done=done)


@router.post(
    "/review/objections/{number}/acts",
    response_class=HTMLResponse,
    dependencies=[Depends(check_form_token)],
    max_body_size=OBJECTION_BODY,
)
def submit_act(
    visit: ActVisit,
    number: str,
    typed: Annotated[TypedObjectionAct, Depends(read_objection_act)],
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Do one act, or show on the same page why it is refused."""
    try:
        request = to_request(visit, number, typed, files)
        perform_objection_act(visit.office, request)
    except REFUSALS as fault:
        return _show(visit, number, fault=fault, typed=typed)
    return redirect_to(f"/review/objections/{number}?done={request.kind.value}")


@router.get("/review/objections/{number}/exhibits/{digest}")
def download_exhibit(visit: ObjectionVisit, number: str, digest: str) -> Response:
    """Send one piece of evidence; never shown inside the page, whatever it is."""
    exhibit, content = read_objection_exhibit(visit.room, number, digest)
    ending = exhibit.file_name.rpartition(".")[2]
    headers = {"Content-Disposition": f'attachment; filename="{number}-{digest[:8]}.{ending}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _show_queue(visit: Visit, state: str, typed: dict[str, str], fault: CreditServiceError | None) -> Response:
    wanted = next((one for one in ObjectionState if one.value == state), None)
    context = {
        "lines": list_objections(visit.room, (wanted,) if wanted else OPEN_STATES),
        "states": tuple(ObjectionState),
        "state": wanted,
        "may_receive": visit.person.account.role in ROLE_OF_OBJECTION_ACT[ObjectionActKind.RECEIVE],
        "typed": typed,
        "fault": fault,
        "today": visit.room.today(),
    }
    return visit.page("review/objections.html", context, status=status_of(fault) if fault else 200)


def _show(
    visit: Visit,
    number: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedObjectionAct | None = None,
) -> Response:
    view = get_objection_view(visit.room, number, visit.actor, with_words=True)
    role = visit.person.account.role
    own = [act for act in view.next_acts if role in ROLE_OF_OBJECTION_ACT[act.kind]]
    others = [act for act in view.next_acts if role not in ROLE_OF_OBJECTION_ACT[act.kind]]
    context = {
        "view": view,
        "objection": view.objection,
        "forms": build_objection_forms(own, view, typed),
        "others": [(act.label, [one for one in Role if one in ROLE_OF_OBJECTION_ACT[act.kind]]) for act in others],
        "done": next((one for one in ObjectionActKind if one.value == done), None),
        "fault": fault,
        "verdicts": {one.value: one.label for one in Verdict},
        "remedies": {one.value: one.label for one in RecordRemedy},
        "listings": {one.value: one.label for one in ListingOutcome},
    }
    return visit.page("review/objection.html", context, status=status_of(fault) if fault else 200)
