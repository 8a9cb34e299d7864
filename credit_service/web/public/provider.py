"""Signing in by way of the identity provider: the way there and the way back.

What must hold is in `pipeline.provider_sign_in`; this module keeps the cookie with what only this browser knows.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import IdentityRefused, ProviderUnreachable, SignInPaused
from credit_service.pipeline.provider_sign_in import begin_provider_sign_in, finish_provider_sign_in
from credit_service.web.dependencies import AnyVisit, find_throttles, redirect_to, to_address, to_local_path
from credit_service.web.public.sign_in import answer_first_proof, is_secure, show_refused

router = APIRouter()

PROVIDER_COOKIE = "credit_provider"
PATH = "/sign-in/provider"
ATTEMPT_SECONDS = 600


@router.get(PATH, response_class=HTMLResponse)
def leave_for_provider(visit: AnyVisit, next: str = "") -> Response:
    """Send the visitor to the identity provider."""
    find_throttles(visit.request).sign_ins.count(to_address(visit.request))
    visit.request.state.private = True
    try:
        departure = begin_provider_sign_in(visit.office, to_local_path(next) or "")
    except (IdentityRefused, ProviderUnreachable) as fault:
        return show_refused(visit, fault)
    response = redirect_to(departure.address)
    response.set_cookie(
        PROVIDER_COOKIE,
        departure.verifier,
        max_age=ATTEMPT_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_secure(visit),
        path=PATH,
    )
    return response


@router.get(f"{PATH}/return", response_class=HTMLResponse)
def return_from_provider(
    visit: AnyVisit,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Take what the provider sent back; a refusal is told on the sign-in page."""
    find_throttles(visit.request).sign_ins.count(to_address(visit.request))
    visit.request.state.private = True
    verifier = visit.request.cookies.get(PROVIDER_COOKIE, "")
    try:
        answer, next_path = finish_provider_sign_in(visit.office, (state, code), verifier, visit.visitor)
    except (IdentityRefused, ProviderUnreachable, SignInPaused) as fault:
        response = show_refused(visit, fault)
    else:
        response = answer_first_proof(visit, answer, next_path)
    response.delete_cookie(PROVIDER_COOKIE, path=PATH)
    return response
