"""Changing one's own password; who has an initial one does nothing else before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.sign_in import SignInDuty
from credit_service.errors import CreditServiceError, PasswordRefused, SignInPaused, WeakPassword
from credit_service.pipeline.own_account import change_password
from credit_service.web.dependencies import (
    PAGE_OF_DUTY,
    SMALL_BODY,
    AnyVisit,
    Visit,
    check_form_token,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.public.sign_in import set_sign_in

router = APIRouter(max_body_size=SMALL_BODY)


@router.get("/account/password", response_class=HTMLResponse)
def show_password(visit: AnyVisit) -> Response:
    """Show the form."""
    return _show(visit)


@router.post("/account/password", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_password(
    visit: AnyVisit,
    current: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Change the password, or show why not; the sign-in goes on under a new token, all others end."""
    try:
        _need_same(new, again)
        fresh = change_password(visit.office, visit.somebody, current, new, visit.visitor)
    except (WeakPassword, PasswordRefused, SignInPaused) as fault:
        return _show(visit, fault)
    response = redirect_to(PAGE_OF_DUTY[fresh.owes] if fresh.owes else "/account?done=password")
    set_sign_in(visit, response, fresh)
    return response


def _need_same(new: str, again: str) -> None:
    if new != again:
        message = "两次输入的新密码不一样，没有修改。"
        raise WeakPassword(message, remedy="请重新输入两遍相同的新密码。")


def _show(visit: Visit, fault: CreditServiceError | None = None) -> Response:
    person = visit.somebody
    context = {"person": person, "fault": fault, "is_initial": person.owes is SignInDuty.CHANGE_PASSWORD}
    return visit.page("account/password.html", context, status=status_of(fault) if fault else 200)
