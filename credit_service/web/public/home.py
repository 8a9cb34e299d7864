"""The front page, what the service is, and the files robots ask for."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from credit_service.lookup.bulletins import list_releases
from credit_service.lookup.statistics import overview
from credit_service.web.dependencies import SMALL_BODY, AnyVisit

router = APIRouter(max_body_size=SMALL_BODY)

ROBOTS = "User-agent: *\nDisallow: /subjects/\nDisallow: /search\nDisallow: /api/\n"


@router.get("/", response_class=HTMLResponse)
def show_home(visit: AnyVisit) -> Response:
    """Show what this is, the latest bulletin, the counts and the way to object."""
    releases = list_releases(visit.room)
    return visit.page("public/home.html", {"releases": releases[:4], "overview": overview(visit.room)})


@router.get("/about", response_class=HTMLResponse)
def show_about(visit: AnyVisit) -> Response:
    """Show the disclaimer, privacy rules, and how to object and repair."""
    return visit.page("public/about.html")


@router.get("/robots.txt", response_class=PlainTextResponse)
def show_robots() -> str:
    """Keep subjects' pages out of search engines."""
    return ROBOTS
