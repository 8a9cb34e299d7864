"""A department hands in a file: the page, the blank templates, the upload itself.

The sign-in is checked before the body is read, so that nobody unknown can fill the disk. The rows are checked in
`pipeline.ingest`.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from credit_service.domain.template import Template
from credit_service.errors import ScopeDenied, SubmissionError, UnknownTemplate, UnreadableFile, WarehouseBusy
from credit_service.lookup.batches import list_batches
from credit_service.lookup.templates import list_templates
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.web.dependencies import (
    MAY_UPLOAD,
    UPLOAD_BODY,
    BatchVisit,
    UploadVisit,
    Visit,
    check_token,
    redirect_to,
)
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=UPLOAD_BODY)

NAME_LENGTH = 200


async def read_upload(visit: UploadVisit) -> AsyncIterator[UploadFile]:
    """Stream the form's file to a temporary one, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
        UnreadableFile: No file was chosen.
    """
    async with visit.request.form(max_files=1, max_fields=4) as form:
        check_token(visit.person.csrf, str(form.get("csrf", "")))
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            message = "没有选择文件。"
            raise UnreadableFile(message, remedy="请把要报送的文件拖到虚线框内，或点击选择，再点“上传并检查”。")
        yield upload


@router.get("/department", response_class=HTMLResponse)
def show_department(visit: BatchVisit, queued: Annotated[str, Query(max_length=1)] = "") -> Response:
    """Show the upload form, the templates and the agency's batches."""
    return visit.page("department/home.html", {**_context(visit), "queued": bool(queued)})


@router.post("/department/batches", response_class=HTMLResponse)
def submit_batch(visit: UploadVisit, upload: Annotated[UploadFile, Depends(read_upload)]) -> Response:
    """Take a file in and go to its report; a file refused as a whole says why on the same page."""
    file_name = to_file_name(upload.filename or "")
    account = visit.person.account
    with tempfile.NamedTemporaryFile(prefix="upload-") as kept:
        shutil.copyfileobj(upload.file, kept, 1024 * 1024)
        kept.flush()
        submission = Submission(Path(kept.name), file_name, account.agency_code, account.account_id)
        try:
            outcome = ingest_file(visit.office, submission)
        except (SubmissionError, ScopeDenied) as fault:
            context = {**_context(visit), "fault": fault, "file_name": file_name}
            return visit.page("department/home.html", context, status=status_of(fault))
        except WarehouseBusy:
            # The bytes are in the inbox and the batch in the queue: nothing is lost, it is only not checked yet.
            return redirect_to("/department?queued=1")
    repeated = "?repeated=1" if outcome.repeated else ""
    return redirect_to(f"/department/batches/{outcome.batch.batch_id}{repeated}")


@router.get("/department/templates/{template_id}.csv")
def download_template(visit: BatchVisit, template_id: str) -> Response:
    """Send an empty table with the headers of one template.

    Raises:
        UnknownTemplate: No template has this id.
    """
    template = next((item for item in list_templates(visit.room) if item.template_id == template_id), None)
    if template is None:
        message = f"没有编号为“{template_id}”的数据模板。"
        raise UnknownTemplate(message, remedy="请从报送页面的模板列表中下载。")
    text = io.StringIO()
    csv.writer(text).writerow(column.header for column in template.columns)
    # Spreadsheet programs read UTF-8 only with a byte order mark.
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{template_id}.csv"'},
    )


def to_file_name(name: str) -> str:
    """Return what a clerk called the file, without folders and without characters that do not print."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable())
    return printable[-NAME_LENGTH:] or "未命名文件"


def _context(visit: Visit) -> dict[str, object]:
    account = visit.person.account
    may_upload = account.role in MAY_UPLOAD
    return {
        "batches": list_batches(visit.room, account.agency_code if may_upload else None),
        "templates": _own_templates(visit) if may_upload else (),
        "may_upload": may_upload,
        "fault": None,
        "queued": False,
        "file_name": "",
    }


def _own_templates(visit: Visit) -> tuple[Template, ...]:
    allowed = visit.person.agency.templates
    return tuple(item for item in list_templates(visit.room) if not allowed or item.template_id in allowed)
