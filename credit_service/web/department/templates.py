"""Blank tables for departments: a workbook with drop-downs, notes and an example row, or the headers alone as CSV."""

from __future__ import annotations

import csv
import io

from fastapi import APIRouter
from fastapi.responses import Response

from credit_service.pipeline.template_file import get_template, make_template_workbook
from credit_service.web.dependencies import MAY_UPLOAD, BatchVisit

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/department/templates/{template_id}.xlsx")
def download_workbook(visit: BatchVisit, template_id: str) -> Response:
    """Send the workbook of a template or edition; the example row names the visitor's agency.

    Raises:
        UnknownTemplate: No template has this name.
    """
    account = visit.person.account
    agency = visit.person.agency if account.role in MAY_UPLOAD else None
    return _as_file(make_template_workbook(visit.office, template_id, agency), f"{template_id}.xlsx", XLSX)


@router.get("/department/templates/{template_id}.csv")
def download_headers(visit: BatchVisit, template_id: str) -> Response:
    """Send an empty table with the headers of one template or edition.

    Raises:
        UnknownTemplate: No template has this name.
    """
    text = io.StringIO()
    csv.writer(text).writerow(column.header for column in get_template(visit.office, template_id).columns)
    # Spreadsheet programs read UTF-8 only with a byte order mark.
    return _as_file(text.getvalue().encode("utf-8-sig"), f"{template_id}.csv", "text/csv; charset=utf-8")


def _as_file(content: bytes, name: str, media_type: str) -> Response:
    # The name is that of a known template: ASCII letters, digits, dots and underscores.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
