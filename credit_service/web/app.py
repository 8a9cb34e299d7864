"""The application: routers, static files, errors and the outermost layer put together.

`bootstrap` builds the service before it, uvicorn runs it after. It holds no route of its own.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from credit_service import __version__
from credit_service.bootstrap import Service
from credit_service.pipeline.sign_in import find_signed_in
from credit_service.pipeline.worker import QueueWorker
from credit_service.web.account import own, password, second_factor
from credit_service.web.admin import account_acts, keys
from credit_service.web.admin import accounts as admin_accounts
from credit_service.web.admin import agencies as admin_agencies
from credit_service.web.admin import desk as admin
from credit_service.web.agency import batches, bulletins, checks, documentation, health
from credit_service.web.agency import measures as agency_measures
from credit_service.web.agency import objections as agency_objections
from credit_service.web.agency import repairs as agency_repairs
from credit_service.web.agency import vettings as agency_vettings
from credit_service.web.analyst import desk as analyst
from credit_service.web.department import (
    batch_acts,
    measures,
    notices,
    previews,
    quality,
    reports,
    templates,
    uploads,
    vettings,
)
from credit_service.web.department import objections as department_objections
from credit_service.web.department.preview_desk import PreviewDesk
from credit_service.web.department.vetting_desk import VettingDesk
from credit_service.web.dependencies import COOKIE, Throttles, write_refused_form
from credit_service.web.doors import Doors
from credit_service.web.errors import install_error_handlers
from credit_service.web.public import governance as public_governance
from credit_service.web.public import home, issues, provider, repair, rulebook, sign_in, subjects
from credit_service.web.public import objections as public_objections
from credit_service.web.review import acts, adoptions, calendar, cases, impact, months, outlook, papers, resolution
from credit_service.web.review import governance as review_governance
from credit_service.web.review import measures as review_measures
from credit_service.web.review import objections as review_objections
from credit_service.web.review import repairs as review_repairs
from credit_service.web.review.impact_desk import ImpactDesk

STATIC = Path(__file__).parent / "static"


class CreditWeb(FastAPI):
    """The application with `Doors` around everything, the answer to a crash included."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the doors outside the framework's own layers."""
        return Doors(super().build_middleware_stack(), self.state.service.office.public_url, self._note_foreign)

    def _note_foreign(self, request: Request) -> None:
        """Write down a post from another site that came with somebody's sign-in."""
        token = request.cookies.get(COOKIE)
        signed_in = find_signed_in(self.state.service.office, token) if token else None
        if signed_in is not None:
            write_refused_form(request, signed_in, "form", "origin")


PAGES = (
    home,
    issues,
    rulebook,
    subjects,
    sign_in,
    provider,
    own,
    password,
    second_factor,
    admin,
    admin_accounts,
    account_acts,
    admin_agencies,
    keys,
    uploads,
    templates,
    previews,
    reports,
    batch_acts,
    quality,
    vettings,
    measures,
    notices,
    repair,
    review_repairs,
    cases,
    acts,
    calendar,
    months,
    papers,
    outlook,
    resolution,
    review_governance,
    review_measures,
    public_governance,
    public_objections,
    department_objections,
    review_objections,
    impact,
    adoptions,
    analyst,
)
"""Modules with pages for people; none of them is in the API's description."""
FOR_PROGRAMS = (
    checks,
    agency_repairs,
    agency_vettings,
    bulletins,
    batches,
    agency_measures,
    agency_objections,
    health,
    documentation,
)
"""Modules with operations for programs."""


def create_app(service: Service, worker: QueueWorker | None = None) -> FastAPI:
    """Return the web application of one service.

    Args:
        service: The service.
        worker: The worker of this process, which is called when something was received; None where another process
            works through the queue.
    """
    app = CreditWeb(
        title="信用红黑榜服务接口",
        version=__version__,
        summary="供行政机关业务系统查询主体信用状态、读取红黑榜公告。",
        description=documentation.DESCRIPTION,
        openapi_url="/api/openapi.json",
        openapi_tags=documentation.TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.state.worker = worker
    app.state.previews = PreviewDesk(service.office)
    app.state.vettings = VettingDesk(service.office)
    app.state.impacts = ImpactDesk(service.reading_room)
    app.state.throttles = Throttles()
    install_error_handlers(app)
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)
    app.include_router(repair.papers_router, include_in_schema=False)
    for door in FOR_PROGRAMS:
        app.include_router(door.router)
    app.include_router(agency_repairs.papers_router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
