"""Departments at the administrator's desk: the list, a new one, and what each may submit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Agency
from credit_service.errors import CreditServiceError, FormIncomplete, LedgerConflict, UnknownAgency, UnknownTemplate
from credit_service.lookup.accounts import get_agency_view
from credit_service.lookup.templates import list_templates
from credit_service.pipeline.agencies import add_agency, change_agency, list_agencies
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
_REFUSALS = (UnknownAgency, UnknownTemplate, FormIncomplete, LedgerConflict)


@dataclass(frozen=True)
class TypedAgency:
    """The form of a department as somebody filled it in."""

    agency_code: str = ""
    name: str = ""
    short_name: str = ""
    region_code: str = ""
    templates: tuple[str, ...] = ()
    authorities: str = ""

    def to_agency(self, agency_code: str) -> Agency:
        """Return the department meant; no template chosen means all."""
        return Agency(
            agency_code=agency_code,
            name=self.name,
            short_name=self.short_name or self.name,
            region_code=self.region_code or agency_code[2:8],
            templates=self.templates,
            authorities=tuple(dict.fromkeys(self.authorities.upper().split())),
        )


def read_permit(
    templates: Annotated[list[str] | None, Form()] = None,
    authorities: Annotated[str, Form(max_length=20_000)] = "",
) -> tuple[tuple[str, ...], str]:
    """Return what the department may submit, as filled in."""
    return tuple(dict.fromkeys(templates or ())), authorities


def read_agency(
    permit: Annotated[tuple[tuple[str, ...], str], Depends(read_permit)],
    code: Annotated[str, Form(max_length=40)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    short_name: Annotated[str, Form(max_length=100)] = "",
    region_code: Annotated[str, Form(max_length=20)] = "",
) -> TypedAgency:
    """Return the form as it was filled in, without blanks around it."""
    names = (name.strip(), short_name.strip(), region_code.strip())
    return TypedAgency(code.strip().upper(), *names, *permit)


@router.get("/admin/agencies", response_class=HTMLResponse)
def show_agencies(visit: OverseerVisit) -> Response:
    """Show the departments and the form for a new one."""
    return _show_list(visit)


@router.post("/admin/agencies", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_agency(visit: AdministratorVisit, typed: Annotated[TypedAgency, Depends(read_agency)]) -> Response:
    """Register a department, or show why not."""
    try:
        add_agency(visit.office, typed.to_agency(typed.agency_code), visit.actor)
    except _REFUSALS as fault:
        return _show_list(visit, fault, typed)
    return redirect_to(f"/admin/agencies/{quote(typed.agency_code, safe='')}?done=added")


@router.get("/admin/agencies/{agency_code}", response_class=HTMLResponse)
def show_agency(visit: OverseerVisit, agency_code: str, done: str = "") -> Response:
    """Show one department."""
    return _show_one(visit, agency_code, done=_DONE.get(done, ""))


@router.post("/admin/agencies/{agency_code}", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_change(
    visit: AdministratorVisit, agency_code: str, typed: Annotated[TypedAgency, Depends(read_agency)]
) -> Response:
    """Change what the department is called and may submit, or show why not."""
    try:
        change_agency(visit.office, typed.to_agency(agency_code), visit.actor)
    except _REFUSALS as fault:
        return _show_one(visit, agency_code, fault=fault, typed=typed)
    return redirect_to(f"/admin/agencies/{quote(agency_code, safe='')}?done=changed")


_DONE = {
    "added": "单位已登记。",
    "changed": "已保存，从下一批起生效；此前报送的批次仍按当时的范围判断。",
}


def _show_list(visit: Visit, fault: CreditServiceError | None = None, typed: TypedAgency | None = None) -> Response:
    context = {
        "agencies": list_agencies(visit.office),
        "templates": list_templates(visit.room),
        "may_act": visit.person.account.role in MAY_ADMINISTER,
        "fault": fault,
        "typed": typed or TypedAgency(),
    }
    return visit.page("admin/agencies.html", context, status=status_of_form(fault))


def _show_one(
    visit: Visit,
    agency_code: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedAgency | None = None,
) -> Response:
    agency, lines, entries = get_agency_view(visit.room, agency_code)
    kept = TypedAgency(
        agency.agency_code,
        agency.name,
        agency.short_name,
        agency.region_code,
        agency.templates,
        "\n".join(agency.authorities),
    )
    context = {
        "agency": agency,
        "lines": lines,
        "entries": entries,
        "typed": typed or kept,
        "templates": list_templates(visit.room),
        "may_act": visit.person.account.role in MAY_ADMINISTER,
        "done": done,
        "fault": fault,
    }
    return visit.page("admin/agency.html", context, status=status_of_form(fault))
