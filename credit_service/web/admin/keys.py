"""API keys at the administrator's desk: made (the secret is shown once), listed, ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import AccessError, CreditServiceError, KeyUnknown
from credit_service.lookup.accounts import list_agencies_and_keys
from credit_service.pipeline.accounts import SCOPES, IssuedKey, add_key, revoke_key
from credit_service.web.dependencies import (
    MAY_ADMINISTER,
    SMALL_BODY,
    AdministratorVisit,
    OverseerVisit,
    Visit,
    check_form_token,
    redirect_to,
)
from credit_service.web.errors import status_of_form

router = APIRouter(max_body_size=SMALL_BODY)

SCOPE_NAMES = {
    "checks": "查询信用状态",
    "bulletins": "读取公告",
    "batches": "报送数据",
    "measures": "反馈奖惩措施",
    "objections": "提出和核实异议",
    "repairs": "转来修复申请",
}


@router.get("/admin/keys", response_class=HTMLResponse)
def show_keys(visit: OverseerVisit, done: str = "") -> Response:
    """Show the keys and the form for a new one."""
    return _show(visit, done="密钥已停用，立即生效。" if done == "revoked" else "")


@router.post("/admin/keys", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_key(
    visit: AdministratorVisit,
    agency_code: Annotated[str, Form(max_length=20)] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a key and show its secret, this once."""
    try:
        issued = add_key(visit.office, agency_code, tuple(dict.fromkeys(scopes or ())), visit.actor)
    except AccessError as fault:
        return _show(visit, fault=fault)
    return _show(visit, issued=issued)


@router.post("/admin/keys/{key_id}/revoke", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_revoke(visit: AdministratorVisit, key_id: str) -> Response:
    """End a key."""
    try:
        revoke_key(visit.office, key_id, visit.actor)
    except KeyUnknown as fault:
        return _show(visit, fault=fault)
    return redirect_to("/admin/keys?done=revoked")


def _show(
    visit: Visit, *, done: str = "", fault: CreditServiceError | None = None, issued: IssuedKey | None = None
) -> Response:
    agencies, keys = list_agencies_and_keys(visit.room)
    context = {
        "keys": sorted(keys, key=lambda key: (key.revoked_at is not None, key.created_at)),
        "agencies": agencies,
        "names": {agency.agency_code: agency.short_name for agency in agencies},
        "scopes": [(scope, SCOPE_NAMES[scope]) for scope in SCOPES],
        "scope_names": SCOPE_NAMES,
        "may_act": visit.person.account.role in MAY_ADMINISTER,
        "done": done,
        "fault": fault,
        "issued": issued,
    }
    return visit.page("admin/keys.html", context, status=status_of_form(fault))
