"""The governance board behind the door: items, regions and departments, and why an index is what it is.

Counting is in `lookup.governance`. It shows no subject: whoever wants to see one opens its case.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from credit_service.domain.agency import Role
from credit_service.domain.bulletin import Period, parse_period
from credit_service.domain.clock import legal_day
from credit_service.errors import PeriodUnknown
from credit_service.lookup import governance_words as words
from credit_service.lookup.governance import (
    GovernanceBoard,
    end_of_day,
    find_newest_period,
    get_governance_board,
    list_periods,
)
from credit_service.lookup.governance_lines import Breakdown, Selection, name_district
from credit_service.lookup.governance_table import list_headings, write_csv
from credit_service.lookup.governance_workbook import write_workbook
from credit_service.lookup.quality_workbook import STATUS_LABELS, Imprint
from credit_service.web.dependencies import MAY_SEE_CASES, SMALL_BODY, Visit, require

router = APIRouter(max_body_size=SMALL_BODY)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GovernanceVisit = Annotated[Visit, Depends(require(MAY_SEE_CASES | {Role.ANALYST}))]


class Asked(BaseModel):
    """What an address asks for; what it does not name, or names wrongly among the choices, is not restricted."""

    period: str = Field("", max_length=20)
    by: str = Field("", max_length=20)
    category: str = Field("", max_length=2, pattern="^[0-9]*$")
    district: str | None = Field(None, pattern="^([0-9]{6})?$")
    """Empty: records without a region."""
    agency: str = Field("", max_length=40)
    known_on: str = Field("", max_length=10)

    @property
    def breakdown(self) -> Breakdown:
        """What the lines are."""
        return Breakdown(self.by) if self.by in set(Breakdown) else Breakdown.CATEGORY

    @property
    def selection(self) -> Selection:
        """What the board is about."""
        return Selection(
            by=self.breakdown,
            category=int(self.category) if self.category else None,
            district=self.district,
            agency=self.agency or None,
        )


AskedBoard = Annotated[Asked, Query()]


@router.get("/review/governance", response_class=HTMLResponse)
def show_governance(visit: GovernanceVisit, asked: AskedBoard) -> Response:
    """Show a period with its reasons, its trend and its lines."""
    board = _get_board(visit, asked)
    own = {agency.region_code for agency in board.agencies}
    context = {
        "board": board,
        "asked": asked,
        "headings": list_headings(board),
        "periods": list_periods(visit.room, board.period),
        "breakdowns": tuple(Breakdown),
        "changes": words.explain_changes(board.whole),
        "words": words,
        "definitions": words.list_definitions(board),
        "district_name": None if asked.district is None else name_district(asked.district, own),
        "known_on": legal_day(board.known_at),
        "today": visit.office.today(),
        "status_labels": STATUS_LABELS,
    }
    return visit.page("review/governance.html", context)


@router.get("/review/governance.xlsx")
def download_workbook(visit: GovernanceVisit, asked: AskedBoard) -> Response:
    """Send the table as a workbook."""
    board = _get_board(visit, asked)
    district = visit.office.district
    workbook = write_workbook(board, Imprint(district.name, district.issuer, visit.office.now()))
    return Response(workbook, media_type=XLSX, headers=_as_file(board, "xlsx"))


@router.get("/review/governance.csv")
def download_csv(visit: GovernanceVisit, asked: AskedBoard) -> Response:
    """Send the table as CSV."""
    board = _get_board(visit, asked)
    return Response(write_csv(board), media_type="text/csv; charset=utf-8", headers=_as_file(board, "csv"))


def _get_board(visit: Visit, asked: Asked) -> GovernanceBoard:
    """Return the board an address asks for.

    Raises:
        PeriodUnknown: The period or the day cannot be read, or the period had not begun.
    """
    period: Period = parse_period(asked.period) if asked.period else find_newest_period(visit.room)
    known_on = _to_day(asked.known_on)
    # Today is not over: what is known of it is what is known now.
    known_at = None if known_on is None or known_on >= visit.office.today() else end_of_day(known_on)
    return get_governance_board(visit.room, period, asked.selection, known_at)


def _to_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        message = f"“截至”日期“{text}”无法识别。"
        raise PeriodUnknown(message, remedy="请写成 2026-09-30 的形式。") from fault


def _as_file(board: GovernanceBoard, ending: str) -> dict[str, str]:
    name = f"governance-{board.period.code}-{board.selection.by.value}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
