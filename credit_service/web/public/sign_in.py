"""Sign-in and sign-out of officials: password first, then the code of whoever has an authenticator.

The proofs are checked in `pipeline.sign_in`; this module keeps the cookies and the forms' tokens. A sign-in always gets
a new token, so that a planted one is worth nothing, and the cookie between the two steps opens nothing.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import CodeRefused, CreditServiceError, NotSignedIn, SignInPaused
from credit_service.pipeline.sign_in import CodeWanted, SignedIn, give_code, is_code_wanted, sign_in, sign_out
from credit_service.web.dependencies import (
    COOKIE,
    HOME_OF_ROLE,
    PAGE_OF_DUTY,
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
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=SMALL_BODY)

FORM_COOKIE = "credit_form"
"""Token of the sign-in forms, before there is a sign-in to tie it to."""
STEP_COOKIE = "credit_step"
"""Stands for the first proof while the code is waited for."""
STEP_SECONDS = 300


@router.get("/sign-in", response_class=HTMLResponse)
def show_sign_in(visit: AnyVisit, next: str = "") -> Response:
    """Show the sign-in form; who is signed in already goes to the own desk."""
    if visit.signed_in is not None:
        return redirect_to(_first_page(visit.signed_in, next))
    return _show_form(visit, next)


@router.post("/sign-in", response_class=HTMLResponse)
def submit_sign_in(
    visit: AnyVisit,
    account_id: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password; go to the desk, or on to the code."""
    _check_form(visit, csrf)
    find_throttles(visit.request).sign_ins.count(to_address(visit.request))
    try:
        answer = sign_in(visit.office, account_id.strip(), password, visit.visitor)
    except (NotSignedIn, SignInPaused) as fault:
        return _show_form(visit, next, fault)
    return answer_first_proof(visit, answer, next)


def answer_first_proof(visit: Visit, answer: SignedIn | CodeWanted, next_path: str) -> Response:
    """Go on after the first proof: to the desk, or to the page that asks for the code."""
    if isinstance(answer, SignedIn):
        return enter(visit, answer, next_path)
    wanted = to_local_path(next_path) or ""
    response = redirect_to("/sign-in/code" + (f"?next={wanted}" if wanted else ""))
    _set_cookie(visit, response, STEP_COOKIE, answer.token)
    return response


@router.get("/sign-in/code", response_class=HTMLResponse)
def show_code(visit: AnyVisit, next: str = "") -> Response:
    """Ask for the code; without a first proof begin at the beginning."""
    if not is_code_wanted(visit.office, visit.request.cookies.get(STEP_COOKIE, "")):
        return redirect_to("/sign-in")
    return _show_form(visit, next, page="public/sign_in_code.html")


@router.post("/sign-in/code", response_class=HTMLResponse)
def submit_code(
    visit: AnyVisit,
    code: Annotated[str, Form(max_length=40)] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check the code, set the cookie and go to the desk."""
    _check_form(visit, csrf)
    find_throttles(visit.request).sign_ins.count(to_address(visit.request))
    try:
        signed_in = give_code(visit.office, visit.request.cookies.get(STEP_COOKIE, ""), code, visit.visitor)
    except (CodeRefused, SignInPaused) as fault:
        return _show_form(visit, next, fault, page="public/sign_in_code.html")
    except NotSignedIn as fault:
        return _show_form(visit, next, fault)
    return enter(visit, signed_in, next)


def enter(visit: Visit, signed_in: SignedIn, next_path: str) -> Response:
    """Set the cookie of a sign-in and go where the person wanted, or to what is owed first."""
    response = redirect_to(_first_page(signed_in, next_path))
    set_sign_in(visit, response, signed_in)
    response.delete_cookie(FORM_COOKIE, path="/sign-in")
    response.delete_cookie(STEP_COOKIE, path="/sign-in")
    return response


def set_sign_in(visit: Visit, response: Response, signed_in: SignedIn) -> None:
    """Give the browser the cookie of a sign-in."""
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=int(visit.office.sign_in.term.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(visit),
    )


@router.post("/sign-out", dependencies=[Depends(check_form_token)])
def submit_sign_out(visit: AnyVisit) -> Response:
    """End the sign-in."""
    sign_out(visit.office, visit.somebody.token)
    response = redirect_to("/")
    response.delete_cookie(COOKIE)
    return response


def show_refused(visit: Visit, fault: CreditServiceError) -> Response:
    """Show the sign-in form again with the reason why another way in was refused."""
    return _show_form(visit, "", fault)


def _check_form(visit: Visit, csrf: str) -> None:
    check_token(visit, visit.request.cookies.get(FORM_COOKIE) or secrets.token_hex(8), csrf)


def _show_form(
    visit: Visit, next_path: str, fault: CreditServiceError | None = None, page: str = "public/sign_in.html"
) -> Response:
    token = secrets.token_urlsafe(24)
    visit.request.state.private = True
    context = {
        "csrf": token,
        "next": to_local_path(next_path) or "",
        "fault": fault,
        "provider": visit.office.sign_in.provider,
        "idle_minutes": int(visit.office.sign_in.idle.total_seconds() // 60),
    }
    response = visit.page(page, context, status=status_of(fault) if fault else 200)
    if isinstance(fault, SignInPaused):
        response.headers["Retry-After"] = str(fault.attributes["retry_after"])
    _set_cookie(visit, response, FORM_COOKIE, token, 3600)
    return response


def _set_cookie(visit: Visit, response: Response, name: str, value: str, seconds: int = STEP_SECONDS) -> None:
    # Lax and not strict: who comes back from the identity provider comes from another site.
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=is_secure(visit), path="/sign-in"
    )


def _first_page(signed_in: SignedIn, next_path: str) -> str:
    if signed_in.owes is not None:
        return PAGE_OF_DUTY[signed_in.owes]
    return to_local_path(next_path) or HOME_OF_ROLE.get(signed_in.account.role, "/review")


def is_secure(visit: Visit) -> bool:
    """Return whether cookies may be sent over HTTPS only."""
    return visit.request.url.scheme == "https" or visit.office.public_url.startswith("https://")
