"""The application: routers, static files, errors and the outermost layer put together.

`bootstrap` builds the service before it, uvicorn runs it after. It holds no route of its own.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from credit_service import __version__
from credit_service.bootstrap import Service
from credit_service.pipeline.worker import QueueWorker
from credit_service.web.agency import batches, bulletins, checks, documentation, health
from credit_service.web.agency import repairs as agency_repairs
from credit_service.web.analyst import desk as analyst
from credit_service.web.department import batch_acts, notices, previews, quality, reports, templates, uploads
from credit_service.web.department.preview_desk import PreviewDesk
from credit_service.web.dependencies import Throttles
from credit_service.web.doors import Doors
from credit_service.web.errors import install_error_handlers
from credit_service.web.public import governance as public_governance
from credit_service.web.public import home, issues, repair, rulebook, sign_in, subjects
from credit_service.web.review import cases, impact, outlook, resolution
from credit_service.web.review import governance as review_governance
from credit_service.web.review import repairs as review_repairs
from credit_service.web.review.impact_desk import ImpactDesk

STATIC = Path(__file__).parent / "static"


class CreditWeb(FastAPI):
    """The application with `Doors` around everything, the answer to a crash included."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the doors outside the framework's own layers."""
        return Doors(super().build_middleware_stack(), self.state.service.office.public_url)


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
    app.state.impacts = ImpactDesk(service.reading_room)
    app.state.throttles = Throttles()
    install_error_handlers(app)
    for module in (
        home,
        issues,
        rulebook,
        subjects,
        sign_in,
        uploads,
        templates,
        previews,
        reports,
        batch_acts,
        quality,
        notices,
        repair,
        review_repairs,
        cases,
        outlook,
        resolution,
        review_governance,
        public_governance,
        impact,
        analyst,
    ):
        app.include_router(module.router, include_in_schema=False)
    app.include_router(repair.papers_router, include_in_schema=False)
    for module in (checks, agency_repairs, bulletins, batches, health, documentation):
        app.include_router(module.router)
    app.include_router(agency_repairs.papers_router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
