"""Enrolling an authenticator, with its picture, first code and recovery codes, and giving it up.

The picture is drawn here and sent inside the page only: the secret is in no address and in no log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import AccessError, CreditServiceError
from credit_service.pipeline.own_account import (
    begin_enrolment,
    confirm_enrolment,
    get_factor_state,
    give_up_factor,
)
from credit_service.web.dependencies import SMALL_BODY, AnyVisit, Visit, check_form_token, redirect_to
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=SMALL_BODY)
GROUP = 4


@router.get("/account/second-factor", response_class=HTMLResponse)
def show_second_factor(visit: AnyVisit) -> Response:
    """Show whether there is an authenticator, and what to do next."""
    return _show(visit)


@router.post("/account/second-factor/begin", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_begin(visit: AnyVisit, password: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Make a secret and show its picture."""
    try:
        begin_enrolment(visit.office, visit.somebody, password, visit.visitor)
    except AccessError as fault:
        return _show(visit, fault)
    return redirect_to("/account/second-factor")


@router.post("/account/second-factor/confirm", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_confirm(visit: AnyVisit, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Put the authenticator in force and show the recovery codes, this once."""
    try:
        codes = confirm_enrolment(visit.office, visit.somebody, code)
    except AccessError as fault:
        return _show(visit, fault)
    now = replace(visit.somebody, owes=None, is_advised=False)
    return visit.page("account/recovery_codes.html", {"codes": codes, "signed_in": now})


@router.post("/account/second-factor/remove", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_remove(
    visit: AnyVisit,
    password: Annotated[str, Form(max_length=1000)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Give the authenticator up with password and code."""
    try:
        give_up_factor(visit.office, visit.somebody, password, code, visit.visitor)
    except AccessError as fault:
        return _show(visit, fault)
    return redirect_to("/account?done=factor_removed")


def draw(address: str) -> str:
    """Return the picture of an address as SVG, made of nothing but the address's own squares."""
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#1c2026", light="#ffffff", omitsize=True, svgclass="qr", lineclass=None
    )
    return drawn


def _show(visit: Visit, fault: CreditServiceError | None = None) -> Response:
    state = get_factor_state(visit.office, visit.somebody)
    pending = state.pending
    context = {
        "person": visit.somebody,
        "factor": state.factor,
        "picture": draw(pending.address) if pending else "",
        "secret": _group(pending.secret) if pending else "",
        "address": pending.address if pending else "",
        "fault": fault,
    }
    return visit.page("account/second_factor.html", context, status=status_of(fault) if fault else 200)


def _group(secret: str) -> str:
    return " ".join(secret[place : place + GROUP] for place in range(0, len(secret), GROUP))
