"""Search and the page of one organisation; natural persons are not searched for here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.lookup.subject import find_public_subject, search_public
from credit_service.web.dependencies import SMALL_BODY, AnyVisit, find_throttles, to_address

router = APIRouter(max_body_size=SMALL_BODY)

SEARCH_LIMIT = 50
_NOINDEX = {"X-Robots-Tag": "noindex, nofollow"}


@router.get("/search", response_class=HTMLResponse)
def show_search(visit: AnyVisit, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Search published organisations by part of the name or by the whole code."""
    text = "".join(character for character in q if character.isprintable()).strip()
    hits = []
    if text:
        find_throttles(visit.request).searches.count(to_address(visit.request))
        hits = search_public(visit.room, text, SEARCH_LIMIT)
    page = visit.page("public/search.html", {"q": text, "hits": hits, "limit": SEARCH_LIMIT})
    page.headers.update(_NOINDEX)
    return page


@router.get("/subjects/{code}", response_class=HTMLResponse)
def show_subject(visit: AnyVisit, code: str) -> Response:
    """Show an organisation's published listings as they hold now."""
    subject = find_public_subject(visit.room, code)
    page = visit.page("public/subject.html", {"subject": subject, "as_of": visit.office.now()})
    page.headers.update(_NOINDEX)
    return page
