"""The officials' desk: the month in tables, for leaders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.month import Month, parse_month
from credit_service.domain.score import ListKind
from credit_service.errors import PeriodUnknown
from credit_service.lookup import months_workbook
from credit_service.lookup.months import find_last_month, get_month_board
from credit_service.web.dependencies import SMALL_BODY, CaseVisit, Visit

router = APIRouter(max_body_size=SMALL_BODY)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Asked = Annotated[str, Query(max_length=10)]


@router.get("/review/months", response_class=HTMLResponse)
def show_month(visit: CaseVisit, month: Asked = "") -> Response:
    """Show a month; without one, the newest that is over."""
    board = get_month_board(visit.room, _choose(visit, month))
    context = {
        "board": board,
        "lists": tuple(ListKind),
        "flow": months_workbook.flow_rows(board),
        "durations": board.durations,
        "trend": board.trend,
        "before": board.month.plus(-1),
        "after": board.month.plus(1) if board.month.plus(1).first_on <= visit.office.today() else None,
        "is_open": board.month.last_on >= visit.office.today(),
    }
    return visit.page("review/months.html", context)


@router.get("/review/months.xlsx")
def download_month(visit: CaseVisit, month: Asked = "") -> Response:
    """Send the tables of a month as a workbook."""
    board = get_month_board(visit.room, _choose(visit, month))
    content = months_workbook.write_workbook(
        board, f"{visit.office.district.name}名单办理月度表（{board.month.label}）"
    )
    name = f"cases-{board.month.code}.xlsx"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _choose(visit: Visit, code: str) -> Month:
    """Return the month asked for.

    Raises:
        PeriodUnknown: It cannot be read, or has not begun.
    """
    if not code:
        return find_last_month(visit.office.today())
    month = parse_month(code)
    if month.first_on > visit.office.today():
        message = f"{month.label}还没有开始。"
        raise PeriodUnknown(message, remedy="请选择本月或以前的月份。")
    return month
