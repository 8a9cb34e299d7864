"""What an administrator does to one account, each by a form of its own.

What may be done, and by whom to whom, is in `pipeline.account_acts`; a refusal is shown on the account's page. For the
two acts that would open a way in, the administrator's own password is asked for once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import AccessError, AccountUnknown, DecisionError
from credit_service.pipeline.account_acts import (
    change_role,
    disable_account,
    enable_account,
    link_identity,
    remove_factor,
    reset_password,
    unlink_identity,
    unlock_account,
)
from credit_service.pipeline.own_account import prove_password
from credit_service.web.admin.accounts import show_account_page, to_role
from credit_service.web.dependencies import SMALL_BODY, AdministratorVisit, Visit, check_form_token, redirect_to

router = APIRouter(
    prefix="/admin/accounts/{account_id}",
    max_body_size=SMALL_BODY,
    default_response_class=HTMLResponse,
    dependencies=[Depends(check_form_token)],
)

Reason = Annotated[str, Form(max_length=500)]
OwnPassword = Annotated[str, Form(max_length=1000)]


@router.post("/role")
def submit_role(
    visit: AdministratorVisit, account_id: str, role: Annotated[str, Form(max_length=20)] = "", reason: Reason = ""
) -> Response:
    """Give the person another role."""
    return _do(
        visit, account_id, "role", lambda: change_role(visit.office, visit.actor, account_id, to_role(role), reason)
    )


@router.post("/disable")
def submit_disable(visit: AdministratorVisit, account_id: str, reason: Reason = "") -> Response:
    """End the account."""
    return _do(visit, account_id, "disable", lambda: disable_account(visit.office, visit.actor, account_id, reason))


@router.post("/enable")
def submit_enable(visit: AdministratorVisit, account_id: str, reason: Reason = "") -> Response:
    """Let the account in again."""
    return _do(visit, account_id, "enable", lambda: enable_account(visit.office, visit.actor, account_id, reason))


@router.post("/unlock")
def submit_unlock(visit: AdministratorVisit, account_id: str, reason: Reason = "") -> Response:
    """Let the person try again at once."""
    return _do(visit, account_id, "unlock", lambda: unlock_account(visit.office, visit.actor, account_id, reason))


@router.post("/reset-password")
def submit_reset(
    visit: AdministratorVisit, account_id: str, reason: Reason = "", own_password: OwnPassword = ""
) -> Response:
    """Give the person an initial password, shown this once."""
    try:
        prove_password(visit.office, visit.person, own_password, visit.visitor)
        password = reset_password(visit.office, visit.actor, account_id, reason)
    except AccountUnknown:
        raise
    except (AccessError, DecisionError) as fault:
        return show_account_page(visit, account_id, fault=fault)
    return show_account_page(visit, account_id, password=password)


@router.post("/remove-factor")
def submit_remove_factor(
    visit: AdministratorVisit, account_id: str, reason: Reason = "", own_password: OwnPassword = ""
) -> Response:
    """Remove the person's authenticator."""

    def remove() -> None:
        prove_password(visit.office, visit.person, own_password, visit.visitor)
        remove_factor(visit.office, visit.actor, account_id, reason)

    return _do(visit, account_id, "remove-factor", remove)


@router.post("/link")
def submit_link(
    visit: AdministratorVisit, account_id: str, subject: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Say which person at the identity provider this is."""
    return _do(visit, account_id, "link", lambda: link_identity(visit.office, visit.actor, account_id, subject))


@router.post("/unlink")
def submit_unlink(visit: AdministratorVisit, account_id: str, reason: Reason = "") -> Response:
    """End the link to the identity provider."""
    return _do(visit, account_id, "unlink", lambda: unlink_identity(visit.office, visit.actor, account_id, reason))


def _do(visit: Visit, account_id: str, done: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except AccountUnknown:
        raise
    except (AccessError, DecisionError) as fault:
        return show_account_page(visit, account_id, fault=fault)
    return redirect_to(f"/admin/accounts/{quote(account_id, safe='')}?done={done}")
