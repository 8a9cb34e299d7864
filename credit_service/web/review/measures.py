"""The credit office's board of joint measures: agencies, what is overdue, and what does not agree.

Reconciling is in `measures.reconcile`; this only shows it, for any day, and as a workbook to file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import PeriodUnknown
from credit_service.lookup.measures import OfficeBoard, find_kind, get_office_board, list_bodies
from credit_service.lookup.measures_table import write_reconciliation
from credit_service.web.dependencies import MAY_SEE_CASES, SMALL_BODY, Visit, require
from credit_service.web.paging import cut

router = APIRouter(max_body_size=SMALL_BODY)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FINDINGS_PER_PAGE = 50
BoardVisit = Annotated[Visit, Depends(require(MAY_SEE_CASES))]
DayCode = Annotated[str, Query(max_length=10)]


@router.get("/review/measures", response_class=HTMLResponse)
def show_board(
    visit: BoardVisit,
    as_of: DayCode = "",
    agency: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a day: agencies, and the findings of all or of one."""
    board = _get_board(visit, as_of)
    wanted = find_kind(kind)
    lines = board.select(("" if agency == "-" else agency) if agency else None, wanted)
    context = {
        "board": board,
        "lines": cut(lines, page, FINDINGS_PER_PAGE),
        "kinds": board.kinds,
        "bars_rows": [(one.label, number) for one, number in board.kinds],
        "agency": agency,
        "kind": wanted,
        "as_of": as_of,
        "today": visit.room.today(),
        "unnamed": [one for one in list_bodies(visit.room) if not one.agency_code],
    }
    return visit.page("review/measures.html", context)


@router.get("/review/measures.xlsx")
def download_reconciliation(visit: BoardVisit, as_of: DayCode = "") -> Response:
    """Send the reconciliation as a workbook."""
    board = _get_board(visit, as_of)
    district = visit.office.district
    workbook = write_reconciliation(board, district.name, district.issuer, visit.office.now())
    headers = {"Content-Disposition": f'attachment; filename="measures-{board.day}.xlsx"'}
    return Response(workbook, media_type=XLSX, headers=headers)


def _get_board(visit: Visit, as_of: str) -> OfficeBoard:
    """Return the board of a day.

    Raises:
        PeriodUnknown: The day cannot be read, or has not come yet.
    """
    today = visit.room.today()
    try:
        day = date.fromisoformat(as_of) if as_of else today
    except ValueError as fault:
        message = f"对账日期“{as_of}”无法识别。"
        raise PeriodUnknown(message, remedy="请写成 2026-09-30 的形式。") from fault
    if day > today:
        message = f"{day}还没有到，不能对账。"
        raise PeriodUnknown(message, remedy="请选择今天或以前的日期。")
    return get_office_board(visit.room, day)
