"""The public rulebook: every rule in words, with its source and worked cases, for today or a past day.

What it says comes from `lookup.rulebook_public`; this module only answers requests. Anchors are rule ids, so that any
page can link to ``/rulebook#points.penalty.general``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import CreditServiceError, RuleNotInForce
from credit_service.lookup.rulebook_print import print_style
from credit_service.lookup.rulebook_public import read_public_book, read_public_page, read_public_pdf
from credit_service.web.dependencies import SMALL_BODY, AnyVisit, Visit, find_throttles, to_address

router = APIRouter(max_body_size=SMALL_BODY)

AsOf = Annotated[str, Query(max_length=10)]


@router.get("/rulebook", response_class=HTMLResponse)
def show_rulebook(visit: AnyVisit, as_of: AsOf = "") -> Response:
    """Show the rules of today, or of the day asked for."""
    try:
        found = read_public_book(visit.room, _to_day(as_of))
    except RuleNotInForce as fault:
        return _show(visit, as_of, None, fault)
    return _show(visit, as_of, found, None)


@router.get("/rulebook/style.css")
def show_style(visit: AnyVisit) -> Response:
    """Send the style sheet officials may change."""
    return Response(print_style(visit.room.places.publication_templates), media_type="text/css; charset=utf-8")


@router.get("/rulebook/rulebook.pdf")
def download_pdf(visit: AnyVisit, as_of: AsOf = "") -> Response:
    """Send the rulebook as a PDF; setting it takes seconds, so each address may ask so many times."""
    find_throttles(visit.request).searches.count(to_address(visit.request))
    content = read_public_pdf(visit.room, _to_day(as_of))
    return Response(content, media_type="application/pdf", headers=_as_file(visit, as_of, "inline", "pdf"))


@router.get("/rulebook/rulebook.html")
def download_page(visit: AnyVisit, as_of: AsOf = "") -> Response:
    """Send the rulebook as one page to keep."""
    find_throttles(visit.request).searches.count(to_address(visit.request))
    content = read_public_page(visit.room, _to_day(as_of))
    headers = _as_file(visit, as_of, "attachment", "html")
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def _show(visit: Visit, as_of: str, found: object, fault: CreditServiceError | None) -> Response:
    context = {"found": found, "fault": fault, "as_of": as_of, "today": visit.room.today()}
    return visit.page("public/rulebook.html", context, status=200 if fault is None else 404)


def _to_day(as_of: str) -> date | None:
    """Return the day asked for; nothing is today.

    Raises:
        RuleNotInForce: What is asked for is no day.
    """
    if not as_of:
        return None
    try:
        return date.fromisoformat(as_of)
    except ValueError as fault:
        message = f"“{as_of}”不是日期。"
        raise RuleNotInForce(message, remedy="请按 2026-09-30 的格式填写。", kind="") from fault


def _as_file(visit: Visit, as_of: str, disposition: str, ending: str) -> dict[str, str]:
    day = _to_day(as_of) or visit.room.today()
    return {"Content-Disposition": f'{disposition}; filename="rulebook-{day}.{ending}"'}
