"""A department hands in files: the page with the form, the blank templates, and what was sent before.

The sign-in is checked before the body is read, so that nobody unknown can fill the disk. An upload ends with the bytes
in the inbox and the batch in the queue; the rows are checked by `pipeline.worker` while the clerk looks on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.month import parse_month
from credit_service.domain.template import Template
from credit_service.errors import CreditServiceError, PeriodUnknown
from credit_service.lookup.batches import BatchQuestion, list_agency_names, page_batches
from credit_service.lookup.repairs import list_notices
from credit_service.lookup.templates import list_templates
from credit_service.web.department.chosen_files import UploadForm, kept_for_now, read_upload_form
from credit_service.web.department.preview_desk import find_previews
from credit_service.web.department.receiving import Taken, answer_taken, take_in
from credit_service.web.dependencies import (
    MAY_UPLOAD,
    UPLOAD_BODY,
    ReportVisit,
    UploadVisit,
    Visit,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.paging import Slice, fetch_slice

router = APIRouter(max_body_size=UPLOAD_BODY)

BATCHES_PER_PAGE = 20
Choice = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class History:
    """The list of batches as filtered; ``fault`` says why a filter was not understood."""

    batches: Slice[Batch]
    status: str = ""
    template: str = ""
    month: str = ""
    fault: CreditServiceError | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether only some batches are asked for."""
        return bool(self.status or self.template or self.month)

    @property
    def query(self) -> str:
        """The filter as part of an address."""
        return urlencode({"status": self.status, "template": self.template, "month": self.month})


@router.get("/department", response_class=HTMLResponse)
def show_department(
    visit: ReportVisit,
    status: Choice = "",
    template: Choice = "",
    month: Choice = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show the upload form, the templates and the agency's batches."""
    return _show(visit, _find_history(visit, status, template, month, page))


@router.post("/department/batches", response_class=HTMLResponse)
def submit_files(visit: UploadVisit, form: Annotated[UploadForm, Depends(read_upload_form)]) -> Response:
    """Take files in and go on to the batch; or, where asked for, only see what would become of them."""
    if form.is_trial:
        kept = find_previews(visit.request).keep(visit.person, form.uploads, form.corrects)
        return redirect_to(f"/department/previews/{kept.token}")
    with kept_for_now(form.uploads) as files:
        taken = take_in(visit, files, form.corrects)
    return answer_taken(visit, taken) or show_refused(visit, taken)


def show_refused(visit: Visit, taken: Taken) -> Response:
    """Show the upload page again with the reason of every file; nothing was taken in."""
    status = status_of(taken.refused[0][1])
    return _show(visit, _find_history(visit), taken.refused, status=status)


def _show(
    visit: Visit,
    history: History,
    refused: Sequence[tuple[str, CreditServiceError]] = (),
    *,
    status: int = 200,
) -> Response:
    may_upload = visit.person.account.role in MAY_UPLOAD
    titles = {item.template_id: item.title for item in list_templates(visit.room)}
    own = _own_templates(visit) if may_upload else ()
    context = {
        "history": history,
        "statuses": list(BatchStatus),
        "titles": titles,
        "agencies": {} if may_upload else list_agency_names(visit.room),
        "offered": own or list_templates(visit.room),
        "templates": own,
        "may_upload": may_upload,
        "refused": refused,
        "open_notices": len(list_notices(visit.room, visit.person.account.agency_code, only_open=True)),
    }
    return visit.page("department/home.html", context, status=status)


def _find_history(visit: Visit, status: str = "", template: str = "", month: str = "", page: int = 1) -> History:
    account = visit.person.account
    fault: CreditServiceError | None = None
    try:
        asked_month = parse_month(month) if month.strip() else None
    except PeriodUnknown as unknown:
        asked_month, fault = None, unknown
    asked_status = next((one for one in BatchStatus if one.value == status), None)
    question = BatchQuestion(
        agency_code=account.agency_code if account.role in MAY_UPLOAD else None,
        status=asked_status,
        template=template or None,
        month=asked_month,
    )
    batches = fetch_slice(
        page, BATCHES_PER_PAGE, lambda limit, offset: page_batches(visit.room, question, limit, offset)
    )
    return History(batches, asked_status.value if asked_status else "", template, month.strip(), fault)


def _own_templates(visit: Visit) -> tuple[Template, ...]:
    allowed = visit.person.agency.templates
    return tuple(item for item in list_templates(visit.room) if not allowed or item.template_id in allowed)
