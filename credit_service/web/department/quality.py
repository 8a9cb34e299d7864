"""How well departments report: a board for the own department, a ranking for those who oversee, and the table to file.

Counting is in `lookup.quality`. A submitter sees the own department and nothing of any other; overseers and reviewers
see all of them and may open each.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Role
from credit_service.domain.month import Month, month_of, parse_month
from credit_service.errors import ScopeDenied
from credit_service.lookup.quality import (
    LATE_ROWS_SHOWN,
    QualityBoard,
    find_newest_month,
    get_late_report,
    get_quality_board,
    list_months,
)
from credit_service.lookup.quality_advice import advise
from credit_service.lookup.quality_table import (
    DEFINITIONS,
    MEASURES,
    band_label,
    rank_agencies,
    to_points,
    write_csv,
)
from credit_service.lookup.quality_workbook import STATUS_LABELS, Imprint, write_workbook
from credit_service.web.dependencies import MAY_SEE_BATCHES, SMALL_BODY, Visit, require

router = APIRouter(max_body_size=SMALL_BODY)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QualityVisit = Annotated[Visit, Depends(require(MAY_SEE_BATCHES | {Role.REVIEWER}))]
MonthCode = Annotated[str, Query(max_length=20)]
AgencyCode = Annotated[str, Query(max_length=40)]


@router.get("/department/quality", response_class=HTMLResponse)
def show_quality(
    visit: QualityVisit, month: MonthCode = "", agency: AgencyCode = "", by: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show one department's board, or the ranking of all."""
    board, agency_code = _get_board(visit, month, agency)
    context = {
        "board": board,
        "months": _offered_months(visit, board.month),
        "this_month": month_of(visit.office.now()),
        "definitions": DEFINITIONS,
        "points": to_points,
        "agency_code": agency_code,
        "may_see_batches": visit.person.account.role in MAY_SEE_BATCHES,
        "is_overseer": visit.person.account.role is not Role.SUBMITTER,
    }
    if agency_code is None:
        by = by if by in MEASURES else "compliance"
        ranking = {"ranked": rank_agencies(board, by), "by": by, "measures": MEASURES}
        return visit.page("department/quality_ranking.html", {**context, **ranking})
    line = board.agencies[0]
    own = {
        "line": line,
        "advice": advise(board, line),
        "late": get_late_report(visit.room, board.month, agency_code),
        "late_limit": LATE_ROWS_SHOWN,
        "band_label": band_label,
        "status_labels": STATUS_LABELS,
    }
    return visit.page("department/quality.html", {**context, **own})


@router.get("/department/quality.xlsx")
def download_workbook(visit: QualityVisit, month: MonthCode = "", agency: AgencyCode = "") -> Response:
    """Send the monthly table as a workbook: the own department's, or that of all."""
    board, agency_code = _get_board(visit, month, agency)
    district = visit.office.district
    workbook = write_workbook(board, Imprint(district.name, district.issuer, visit.office.now()))
    return Response(workbook, media_type=XLSX, headers=_as_file(board, agency_code, "xlsx"))


@router.get("/department/quality.csv")
def download_csv(visit: QualityVisit, month: MonthCode = "", agency: AgencyCode = "") -> Response:
    """Send the monthly table as CSV."""
    board, agency_code = _get_board(visit, month, agency)
    return Response(write_csv(board), media_type="text/csv; charset=utf-8", headers=_as_file(board, agency_code, "csv"))


def _get_board(visit: Visit, month: str, agency: str) -> tuple[QualityBoard, str | None]:
    """Return what this visitor may see, and the department it is about (None: all).

    Raises:
        ScopeDenied: A submitter asked for another department.
        PeriodUnknown: The month cannot be read.
        UnknownAgency: No department has this code.
    """
    agency_code = agency or None
    account = visit.person.account
    if account.role is Role.SUBMITTER:
        if agency_code not in {None, account.agency_code}:
            message = "您只能查看本单位的报送质量。"
            raise ScopeDenied(message, remedy="请从导航栏进入“报送质量”；需要其他单位数据的，请联系信用工作机构。")
        agency_code = account.agency_code
    chosen = parse_month(month) if month else find_newest_month(visit.room, agency_code)
    return get_quality_board(visit.room, chosen, agency_code), agency_code


def _offered_months(visit: Visit, shown: Month) -> tuple[Month, ...]:
    offered = list_months(visit.room)
    return offered if shown in offered else tuple(sorted((*offered, shown), reverse=True))


def _as_file(board: QualityBoard, agency_code: str | None, ending: str) -> dict[str, str]:
    whose = f"-{agency_code}" if agency_code else ""
    return {"Content-Disposition": f'attachment; filename="quality-{board.month.code}{whose}.{ending}"'}
