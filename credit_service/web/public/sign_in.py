"""Sign-in and sign-out of officials.

The password is checked in `pipeline.accounts`; this module keeps the cookie and the forms' tokens. A sign-in always
gets a new token, so that a planted one is worth nothing.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import NotSignedIn
from credit_service.pipeline.accounts import sign_in, sign_out
from credit_service.web.dependencies import (
    COOKIE,
    HOME_OF_ROLE,
    SMALL_BODY,
    AnyVisit,
    Visit,
    check_form_token,
    check_token,
    find_throttles,
    redirect_to,
    to_address,
    to_local_path,
)

router = APIRouter(max_body_size=SMALL_BODY)

FORM_COOKIE = "credit_form"
"""Token of the sign-in form, before there is a sign-in to tie it to."""
SIGN_IN_SECONDS = 8 * 3600


@router.get("/sign-in", response_class=HTMLResponse)
def show_sign_in(visit: AnyVisit, next: str = "") -> Response:
    """Show the sign-in form; who is signed in already goes to the own desk."""
    if visit.signed_in is not None:
        return redirect_to(to_local_path(next) or _home(visit))
    return _show_form(visit, next, None, 200)


@router.post("/sign-in", response_class=HTMLResponse)
def submit_sign_in(
    visit: AnyVisit,
    account_id: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password, set the cookie and go to the desk."""
    check_token(visit.request.cookies.get(FORM_COOKIE) or secrets.token_hex(8), csrf)
    find_throttles(visit.request).sign_ins.count(to_address(visit.request))
    try:
        signed_in = sign_in(visit.office, account_id.strip(), password)
    except NotSignedIn as fault:
        return _show_form(visit, next, fault, 401)
    response = redirect_to(to_local_path(next) or HOME_OF_ROLE.get(signed_in.account.role, "/review"))
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=SIGN_IN_SECONDS,
        httponly=True,
        samesite="lax",
        secure=_is_secure(visit),
    )
    response.delete_cookie(FORM_COOKIE, path="/sign-in")
    return response


@router.post("/sign-out", dependencies=[Depends(check_form_token)])
def submit_sign_out(visit: AnyVisit) -> Response:
    """End the sign-in."""
    sign_out(visit.office, visit.person.token)
    response = redirect_to("/")
    response.delete_cookie(COOKIE)
    return response


def _show_form(visit: Visit, next_path: str, fault: NotSignedIn | None, status: int) -> Response:
    token = secrets.token_urlsafe(24)
    visit.request.state.private = True
    context = {"csrf": token, "next": to_local_path(next_path) or "", "fault": fault}
    response = visit.page("public/sign_in.html", context, status=status)
    response.set_cookie(
        FORM_COOKIE, token, max_age=3600, httponly=True, samesite="strict", secure=_is_secure(visit), path="/sign-in"
    )
    return response


def _home(visit: Visit) -> str:
    return HOME_OF_ROLE.get(visit.person.account.role, "/review")


def _is_secure(visit: Visit) -> bool:
    return visit.request.url.scheme == "https" or visit.office.public_url.startswith("https://")
