"""Objections for anybody: hand one in, and come back to it with number and receipt code.

Who objects proves it with the delivery code on the papers served in the case; everybody else goes to the desk. Forms of
people who are not signed in carry a token of their own cookie, which lives for an hour and holds nothing else. The
receipt code is shown once, on the answer to the form, and is in no address.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.objection import Channel, ObjectionTarget, ObjectorKind, ObjectorWords
from credit_service.errors import AccessError, CreditServiceError, DecisionError, LedgerConflict, QuotaExceeded
from credit_service.lookup.objections import DecisionText, get_objection, get_status, to_decision_text
from credit_service.pipeline.receive_objections import (
    LARGEST_FILE,
    MOST_FILES,
    NewObjection,
    add_to_objection,
    open_with_code,
    receive_objection,
    withdraw_objection,
)
from credit_service.web.dependencies import OBJECTION_BODY, AnyVisit, Visit, check_token, find_throttles, to_address
from credit_service.web.errors import status_of
from credit_service.web.objection_forms import read_files

router = APIRouter(max_body_size=OBJECTION_BODY)

FORM_COOKIE = "credit_objection"
FORM_SECONDS = 3600
REFUSALS = (DecisionError, AccessError, LedgerConflict)
_NOINDEX = {"X-Robots-Tag": "noindex, nofollow"}
Files = Annotated[list[UploadFile] | None, File()]


@dataclass(frozen=True)
class TypedObjection:
    """The form as somebody filled it in."""

    case_id: str = ""
    bulletin_id: str = ""
    delivery_code: str = field(default="", repr=False)
    objector: str = ObjectorKind.SUBJECT.value
    authority: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    claim: str = field(default="", repr=False)


@dataclass(frozen=True)
class Told:
    """What is said above a form: what was done, or why it was refused."""

    fault: CreditServiceError | None = None
    done: str = ""


def read_objection(  # noqa: PLR0913, PLR0917 -- one argument for each field
    case_id: Annotated[str, Form(max_length=40)] = "",
    bulletin_id: Annotated[str, Form(max_length=40)] = "",
    delivery_code: Annotated[str, Form(max_length=60)] = "",
    objector: Annotated[str, Form(max_length=20)] = "",
    authority: Annotated[str, Form(max_length=400)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    phone: Annotated[str, Form(max_length=100)] = "",
    claim: Annotated[str, Form(max_length=8000)] = "",
) -> TypedObjection:
    """Return the form as it was filled in."""
    return TypedObjection(case_id.strip(), bulletin_id.strip(), delivery_code, objector, authority, name, phone, claim)


@router.get("/objections", response_class=HTMLResponse)
def show_form(
    visit: AnyVisit,
    case: Annotated[str, Query(max_length=40)] = "",
    bulletin: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the form, filled in as far as the page somebody came from knows it, and the way back to an objection."""
    return _show_form(visit, TypedObjection(case_id=case, bulletin_id=bulletin), Told())


@router.post("/objections", response_class=HTMLResponse)
def submit(
    visit: AnyVisit,
    typed: Annotated[TypedObjection, Depends(read_objection)],
    files: Files = None,
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Receive an objection and show its number and receipt code, this once."""
    _check_form(visit, csrf)
    try:
        find_throttles(visit.request).objections.count(to_address(visit.request))
        new = NewObjection(
            target=ObjectionTarget.ENTRY if typed.bulletin_id else ObjectionTarget.CASE,
            target_id=typed.case_id,
            bulletin_id=typed.bulletin_id,
            objector=ObjectorKind.AGENT if typed.objector == ObjectorKind.AGENT.value else ObjectorKind.SUBJECT,
            channel=Channel.PAGE,
            words=ObjectorWords(typed.name, typed.phone, typed.claim),
            authority=typed.authority,
            delivery_code=typed.delivery_code,
            exhibits=read_files(files or ()),
        )
        received = receive_objection(visit.office, new)
    except REFUSALS as fault:
        return _show_form(visit, typed, Told(fault))
    context = {"objection": received.objection, "code": received.receipt_code}
    return _private(visit, "public/objection_received.html", context, 200)


@router.post("/objections/status", response_class=HTMLResponse)
def show_status(
    visit: AnyVisit,
    number: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=60)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Show an objection to whom has number and code; both come in the form, never in the address."""
    _check_form(visit, csrf)
    return _show_status(visit, number, code, Told())


@router.post("/objections/evidence", response_class=HTMLResponse)
def submit_evidence(  # noqa: PLR0913, PLR0917 -- one argument for each field
    visit: AnyVisit,
    number: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=60)] = "",
    text: Annotated[str, Form(max_length=8000)] = "",
    files: Files = None,
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add words and files to an open objection."""
    _check_form(visit, csrf)
    try:
        find_throttles(visit.request).objections.count(to_address(visit.request))
        add_to_objection(visit.office, number, code, text, read_files(files or ()))
    except REFUSALS as fault:
        return _show_status(visit, number, code, Told(fault))
    return _show_status(visit, number, code, Told(done="补充材料已收到。"))


@router.post("/objections/withdraw", response_class=HTMLResponse)
def submit_withdrawal(
    visit: AnyVisit,
    number: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=60)] = "",
    text: Annotated[str, Form(max_length=8000)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Withdraw an open objection."""
    _check_form(visit, csrf)
    try:
        find_throttles(visit.request).receipt_codes.count(to_address(visit.request))
        withdraw_objection(visit.office, number, code, text)
    except REFUSALS as fault:
        return _show_status(visit, number, code, Told(fault))
    return _show_status(visit, number, code, Told(done="异议已撤回，标注随即消除。"))


def _show_form(visit: Visit, typed: TypedObjection, told: Told) -> Response:
    status = status_of(told.fault) if told.fault else 200
    context = {"typed": typed, "fault": told.fault, "most_files": MOST_FILES, "largest_mb": LARGEST_FILE // 1024**2}
    return _private(visit, "public/objections.html", context, status)


def _show_status(visit: Visit, number: str, code: str, told: Told) -> Response:
    try:
        find_throttles(visit.request).receipt_codes.count(to_address(visit.request))
        known = open_with_code(visit.office, number, code)
    except (*REFUSALS, QuotaExceeded) as fault:
        return _show_form(visit, TypedObjection(), Told(fault))
    objection = get_objection(visit.room, known)
    decision: DecisionText | None = to_decision_text(objection) if objection.decided_on else None
    context = {
        "objection": objection,
        "status": get_status(visit.room, objection),
        "decision": decision,
        "code": code,
        "fault": told.fault,
        "done": told.done,
        "today": visit.room.today(),
        "most_files": MOST_FILES,
        "largest_mb": LARGEST_FILE // 1024**2,
    }
    return _private(visit, "public/objection.html", context, status_of(told.fault) if told.fault else 200)


def _private(visit: Visit, name: str, context: Mapping[str, object], status: int) -> Response:
    """Answer with a page nobody may keep, and a fresh token for its forms."""
    token = visit.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    visit.request.state.private = True
    page = visit.page(name, {**context, "csrf": token}, status=status)
    page.headers.update(_NOINDEX)
    is_secure = visit.request.url.scheme == "https" or visit.office.public_url.startswith("https://")
    page.set_cookie(
        FORM_COOKIE,
        token,
        max_age=FORM_SECONDS,
        httponly=True,
        samesite="strict",
        secure=is_secure,
        path="/objections",
    )
    return page


def _check_form(visit: Visit, csrf: str) -> None:
    check_token(visit, visit.request.cookies.get(FORM_COOKIE) or secrets.token_hex(8), csrf)
