"""What the public is told of the special governance: coarse counts by item, and an index of each.

What may be told is decided in `lookup.governance_public`; this page has no number of its own.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.bulletin import parse_period
from credit_service.domain.governance import SpanKind
from credit_service.lookup.governance_public import get_public_governance
from credit_service.lookup.governance_words import say_formula
from credit_service.web.dependencies import SMALL_BODY, AnyVisit

router = APIRouter(max_body_size=SMALL_BODY)


@router.get("/governance", response_class=HTMLResponse)
def show_public_governance(visit: AnyVisit, period: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show one of the last quarters that are over."""
    shown = get_public_governance(visit.room, parse_period(period) if period else None)
    formulas = [(part, say_formula(part, SpanKind.QUARTER)) for part in shown.rule.parts]
    return visit.page("public/governance.html", {"shown": shown, "formulas": formulas})
