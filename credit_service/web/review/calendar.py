"""The officials' desk: the calendar of what is due, the late first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.due import DueState
from credit_service.lookup.dues import get_due_board
from credit_service.web.dependencies import SMALL_BODY, CaseVisit

router = APIRouter(max_body_size=SMALL_BODY)

SHOWN = 500
TONES = {
    DueState.ESCALATED: "is-error",
    DueState.OVERDUE: "is-error",
    DueState.SOON: "is-warning",
    DueState.PAUSED: "",
    DueState.UNKNOWN: "is-warning",
    DueState.RUNNING: "is-good",
}
PATHS = {
    "case": "/review/cases/",
    "objection": "/review/objections/",
    "repair": "/review/repairs/",
    "measure": "/department/measures/",
}
"""Where each kind of matter has its page."""
ABOUTS = (("case", "案件"), ("objection", "异议"), ("repair", "信用修复"), ("measure", "奖惩措施"))


@router.get("/review/calendar", response_class=HTMLResponse)
def show_calendar(
    visit: CaseVisit,
    state: Annotated[str, Query(max_length=20)] = "",
    who: Annotated[str, Query(max_length=128)] = "",
    about: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show what is due, filtered by how it stands, what it is about and who is to do it; unknown filters show all."""
    board = get_due_board(visit.room)
    wanted = next((member for member in DueState if member.value == state), None)
    shown = [
        due
        for due in board.dues
        if (wanted is None or due.state is wanted)
        and (not who or due.who == who)
        and (about not in PATHS or due.about == about)
    ]
    with visit.room.ledger.reading() as uow:
        names = {account.account_id: account.display_name for account in uow.accounts.list_all()}
    context = {
        "board": board,
        "dues": shown[:SHOWN],
        "total": len(shown),
        "state": wanted,
        "states": tuple(DueState),
        "who": who,
        "about": about,
        "abouts": ABOUTS,
        "people": sorted({due.who for due in board.dues}),
        "names": names,
        "tones": TONES,
        "paths": PATHS,
        "days": board.by_day[:10],
    }
    return visit.page("review/calendar.html", context)
