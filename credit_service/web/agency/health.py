"""Whether the process lives and its ledger answers, for whoever watches over it."""

from __future__ import annotations

from fastapi import APIRouter, Request

from credit_service.bootstrap import Service
from credit_service.lookup.bulletins import list_releases
from credit_service.web.agency.access import PROBLEMS
from credit_service.web.agency.models import Health

router = APIRouter(tags=["运行"])


@router.get("/healthz", summary="进程是否存活", description="进程在运行即返回 ok。")
def show_health() -> Health:
    """Say that the process lives."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="能否受理请求",
    description="台账能够读取即返回 ok，否则返回 503。",
    responses={503: PROBLEMS[503]},
)
def show_readiness(request: Request) -> Health:
    """Say whether the ledger can be read."""
    service: Service = request.app.state.service
    list_releases(service.reading_room)
    return Health(status="ok")
