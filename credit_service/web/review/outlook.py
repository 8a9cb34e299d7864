"""The officials' desk: how close the subject of a case is to which list, and what it could lawfully do.

Everything is worked out anew at each visit, on both engines; nothing is stored and nothing is published.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import LookupFailure, RulebookError, WarehouseBusy
from credit_service.lookup.cases import get_case_view
from credit_service.lookup.outlook import Outlook, find_outlook
from credit_service.pipeline.foresee import ForeseenEntry, foresee_entry
from credit_service.web.dependencies import CaseVisit

router = APIRouter()


@router.get("/review/cases/{case_id}/outlook", response_class=HTMLResponse)
def show_outlook(visit: CaseVisit, case_id: str) -> Response:
    """Show the ways out of the lists, and into the red one, for the subject of a case."""
    view = get_case_view(visit.room, case_id)
    found: Outlook | None = None
    fault = None
    try:
        found = find_outlook(visit.room, view.case.subject_id)
    except (LookupFailure, RulebookError) as told:
        fault = told
    context = {"case": view.case, "outlook": found, "fault": fault, "today": visit.office.today()}
    return visit.page("review/outlook.html", context)


@router.get("/review/cases/{case_id}/publication", response_class=HTMLResponse)
def show_publication(visit: CaseVisit, case_id: str) -> Response:
    """Show what the next bulletin would say of a case, or why it would say nothing."""
    seen: ForeseenEntry | None = None
    fault = None
    case = get_case_view(visit.room, case_id).case
    try:
        seen = foresee_entry(visit.office, case_id)
    except WarehouseBusy as told:
        fault = told
    return visit.page("review/publication.html", {"case": case, "seen": seen, "fault": fault})
