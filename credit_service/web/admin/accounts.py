"""Accounts at the administrator's desk: the list, a new one, and one account with its forms and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Role
from credit_service.errors import AccessError, CreditServiceError, FormIncomplete
from credit_service.lookup.accounts import get_account_view, list_account_lines
from credit_service.pipeline.accounts import NewAccount, open_account
from credit_service.pipeline.agencies import list_agencies
from credit_service.web.dependencies import (
    MAY_ADMINISTER,
    SMALL_BODY,
    AdministratorVisit,
    OverseerVisit,
    Visit,
    check_form_token,
)
from credit_service.web.errors import status_of_form

router = APIRouter(max_body_size=SMALL_BODY)

DONE = {
    "role": "角色已变更，该账号的登录已全部退出。",
    "disable": "账号已停用，登录已全部退出。",
    "enable": "账号已恢复使用。",
    "remove-factor": "已解除动态码，该账号的登录已全部退出。",
    "unlock": "已解除登录等待，可以立即登录。",
    "link": "已关联统一身份。",
    "unlink": "已取消统一身份关联，该账号的登录已全部退出。",
}


@dataclass(frozen=True)
class TypedAccount:
    """The form of a new account as somebody filled it in."""

    account_id: str = ""
    display_name: str = ""
    agency_code: str = ""
    role: str = ""


def read_account(
    account_id: Annotated[str, Form(max_length=100)] = "",
    display_name: Annotated[str, Form(max_length=100)] = "",
    agency_code: Annotated[str, Form(max_length=20)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
) -> TypedAccount:
    """Return the form as it was filled in."""
    return TypedAccount(account_id.strip(), display_name.strip(), agency_code, role)


def to_role(value: str) -> Role:
    """Return the role of a form.

    Raises:
        FormIncomplete: There is none of this name.
    """
    role = next((member for member in Role if member.value == value), None)
    if role is None:
        message = "没有选择角色。"
        raise FormIncomplete(message, remedy="请从列表中选择一个角色。")
    return role


@router.get("/admin/accounts", response_class=HTMLResponse)
def show_accounts(visit: OverseerVisit, role: str = "") -> Response:
    """Show the accounts, filtered by role, and the form for a new one."""
    return _show_list(visit, role)


@router.post("/admin/accounts", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_account(visit: AdministratorVisit, typed: Annotated[TypedAccount, Depends(read_account)]) -> Response:
    """Open an account and show its initial password, this once; or show why not."""
    try:
        new = NewAccount(
            typed.account_id, typed.display_name or typed.account_id, typed.agency_code, to_role(typed.role)
        )
        account, password = open_account(visit.office, new, visit.actor)
    except AccessError as fault:
        return _show_list(visit, "", fault, typed)
    return show_account_page(visit, account.account_id, password=password)


@router.get("/admin/accounts/{account_id}", response_class=HTMLResponse)
def show_account(visit: OverseerVisit, account_id: str, done: str = "") -> Response:
    """Show one account."""
    return show_account_page(visit, account_id, done=DONE.get(done, ""))


def show_account_page(
    visit: Visit,
    account_id: str,
    *,
    done: str = "",
    password: str = "",
    fault: CreditServiceError | None = None,
) -> Response:
    """Show one account, with what was just done, a password to hand over, or why something was refused."""
    context = {
        "view": get_account_view(visit.room, account_id),
        "roles": tuple(Role),
        "may_act": visit.person.account.role in MAY_ADMINISTER,
        "is_own": visit.person.account.account_id == account_id,
        "provider": visit.office.sign_in.provider,
        "done": done,
        "password": password,
        "fault": fault,
    }
    return visit.page("admin/account.html", context, status=status_of_form(fault))


def _show_list(
    visit: Visit, role: str, fault: CreditServiceError | None = None, typed: TypedAccount | None = None
) -> Response:
    wanted = next((member for member in Role if member.value == role), None)
    context = {
        "lines": list_account_lines(visit.room, wanted),
        "wanted": wanted,
        "roles": tuple(Role),
        "agencies": list_agencies(visit.office),
        "may_act": visit.person.account.role in MAY_ADMINISTER,
        "fault": fault,
        "typed": typed or TypedAccount(),
    }
    return visit.page("admin/accounts.html", context, status=status_of_form(fault))
