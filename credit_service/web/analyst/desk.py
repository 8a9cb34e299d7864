"""Analysts ask in SQL, on a snapshot that holds only masked data.

The limits and the sandbox are in `lookup.query`; this module shows the dictionary, the answer or the reason of failure.
Questions are posted, never put into an address, so that they stay out of logs and histories.
"""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.errors import CreditServiceError, QueryFailed, QueryRefused, SnapshotMissing
from credit_service.lookup.query import describe_snapshot, run_sql
from credit_service.web.dependencies import SMALL_BODY, QueryVisit, Visit, check_form_token
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=SMALL_BODY)

ROW_LIMIT = 1_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

EXAMPLES = (
    (
        "各类记录有多少",
        "SELECT kind, count(*) AS records, count(DISTINCT subject_id) AS subjects\n"
        "FROM records_public\nGROUP BY kind\nORDER BY records DESC",
    ),
    (
        "各单位每月报送多少处罚",
        "SELECT authority, strftime(decided_on, '%Y-%m') AS month, count(*) AS penalties\n"
        "FROM records_public\nWHERE kind = 'penalty'\nGROUP BY ALL\nORDER BY month, penalties DESC",
    ),
    (
        "哪些黑榜一年内到期",
        "SELECT name, code, list_type, until_on\nFROM listings\n"
        "WHERE list_kind = 'black' AND until_on <= current_date + INTERVAL 1 YEAR\nORDER BY until_on",
    ),
)
"""(question, SQL): what a first visitor may start from."""

SqlText = Annotated[str, Form(max_length=20_000)]


@router.get("/analyst", response_class=HTMLResponse)
def show_desk(visit: QueryVisit, example: Annotated[int, Query(ge=1, le=len(EXAMPLES))] | None = None) -> Response:
    """Show the question box, filled with an example on request, and the dictionary of tables."""
    return _show(visit, EXAMPLES[example - 1][1] if example else "")


@router.post("/analyst", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_question(visit: QueryVisit, sql: SqlText = "") -> Response:
    """Run a question and show the answer below it."""
    try:
        result = run_sql(visit.room, sql)
    except (QueryRefused, QueryFailed, SnapshotMissing) as fault:
        return _show(visit, sql, fault=fault)
    return _show(visit, sql, result=result)


@router.post("/analyst/result.csv", dependencies=[Depends(check_form_token)])
def download_answer(visit: QueryVisit, sql: SqlText = "") -> Response:
    """Run a question and send the answer as CSV."""
    result = run_sql(visit.room, sql)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([to_safe_cell(name) for name in result.columns])
    writer.writerows([to_safe_cell(value) for value in row] for row in result.rows)
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="result.csv"'},
    )


def to_safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet program takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def _show(visit: Visit, sql: str, *, result: object = None, fault: CreditServiceError | None = None) -> Response:
    try:
        tables = describe_snapshot(visit.room)
    except SnapshotMissing:
        tables = ()
    context = {"sql": sql, "result": result, "fault": fault, "tables": tables, "limit": ROW_LIMIT, "examples": EXAMPLES}
    return visit.page("analyst/desk.html", context, status=status_of(fault) if fault else 200)
