"""Which rulebooks were adopted: by whom, when, from which day, what nobody could express, and what changed.

Reading only: rules are proposed and confirmed at the command line (``credit rules propose``, ``confirm``). What a draft
would do to real records is on the page of `impact`.
"""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from credit_service.lookup.adoption_differences import get_differences, name_people
from credit_service.lookup.adoptions import list_adoptions
from credit_service.web.dependencies import SMALL_BODY, CaseVisit

router = APIRouter(max_body_size=SMALL_BODY)


@router.get("/review/rules/adoptions", response_class=HTMLResponse)
def show_adoptions(visit: CaseVisit) -> Response:
    """Show every adoption and proposal, newest first."""
    context = {"views": list_adoptions(visit.room), "people": name_people(visit.room), "today": visit.office.today()}
    return visit.page("review/adoptions.html", context)


@router.get("/review/rules/adoptions/{number}", response_class=HTMLResponse)
def show_differences(visit: CaseVisit, number: int) -> Response:
    """Show one adoption and what it changed, in words."""
    found = get_differences(visit.room, number)
    groups = [(words, list(changes)) for words, changes in groupby(found.changes, key=lambda one: one.group_words)]
    context = {"found": found, "groups": groups, "people": name_people(visit.room), "today": visit.office.today()}
    return visit.page("review/adoption.html", context)
