"""The administrator's desk: where one is, the audit, and the reference tables, which are only read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Role
from credit_service.domain.sign_in import SecondFactorRule
from credit_service.lookup.accounts import list_account_lines, list_agencies_and_keys, list_audit
from credit_service.lookup.audit import verify_audit
from credit_service.lookup.reference_tables import get_reference_table, list_reference_tables
from credit_service.web.dependencies import OverseerVisit

router = APIRouter()

AUDIT_LIMIT = 200
FEWEST_ADMINISTRATORS = 2


@router.get("/admin", response_class=HTMLResponse)
def show_desk(visit: OverseerVisit) -> Response:
    """Show what there is to administer, and what should be looked at."""
    lines = list_account_lines(visit.room)
    agencies, keys = list_agencies_and_keys(visit.room)
    policy = visit.office.sign_in
    active = [line for line in lines if line.account.is_active]
    administrators = [line for line in active if line.account.role is Role.ADMINISTRATOR]
    context = {
        "accounts": len(active),
        "disabled": len(lines) - len(active),
        "agencies": len(agencies),
        "keys": sum(1 for key in keys if key.revoked_at is None),
        "lacking": [line for line in active if line.account.role in policy.roles and line.factor_since is None],
        "paused": [line for line in active if line.paused_until is not None],
        "is_required": policy.rule is SecondFactorRule.REQUIRED,
        "few_administrators": len(administrators) < FEWEST_ADMINISTRATORS,
        "provider": policy.provider,
    }
    return visit.page("admin/desk.html", context)


@router.get("/admin/audit", response_class=HTMLResponse)
def show_audit(
    visit: OverseerVisit, object: Annotated[str, Query(max_length=200)] = "", *, verify: bool = False
) -> Response:
    """Show the newest of the audit, of everything or of one object, and where asked for whether the chain is whole."""
    wanted = object.strip()
    context = {
        "entries": list_audit(visit.room, AUDIT_LIMIT, wanted or None),
        "object": wanted,
        "limit": AUDIT_LIMIT,
        "report": verify_audit(visit.room) if verify else None,
    }
    return visit.page("admin/audit.html", context)


@router.get("/admin/tables", response_class=HTMLResponse)
def show_tables(visit: OverseerVisit) -> Response:
    """List the reference tables."""
    return visit.page("admin/tables.html", {"tables": list_reference_tables(visit.room)})


@router.get("/admin/tables/{name}", response_class=HTMLResponse)
def show_table(visit: OverseerVisit, name: str) -> Response:
    """Show one reference table."""
    return visit.page("admin/table.html", {"table": get_reference_table(visit.room, name)})
