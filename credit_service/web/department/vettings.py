"""Nominees for awards are vetted: the form, how far it is, the result as page, workbook, print and JSON, and the list.

A submitter vets for the own department and sees its results; overseers see everybody's. The work is done by
`vetting_desk` in the background; a result is shown only as it was journalled.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from credit_service.domain.vetting import Verdict
from credit_service.errors import CreditServiceError, LookupFailure, RulebookError, UnreadableFile
from credit_service.lookup.batches import list_agency_names
from credit_service.lookup.vetting_print import print_vetting
from credit_service.lookup.vetting_report import write_report
from credit_service.lookup.vetting_words import (
    EFFECT_WORDS,
    NOTES,
    list_facts,
    say_kind,
    say_reason,
    say_remedies,
    say_span,
)
from credit_service.lookup.vettings import (
    Award,
    KeptVetting,
    LineQuestion,
    get_kept,
    list_awards,
    list_vettings,
    page_lines,
)
from credit_service.pipeline.vet_nominees import VettingRequest
from credit_service.web.department.chosen_files import kept_for_now
from credit_service.web.department.vetting_desk import find_vettings
from credit_service.web.dependencies import (
    MAY_UPLOAD,
    SMALL_BODY,
    UPLOAD_BODY,
    BatchVisit,
    UploadVisit,
    Visit,
    check_token,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.pages import to_moment
from credit_service.web.paging import fetch_slice

router = APIRouter(max_body_size=SMALL_BODY)

PATIENCE_SECONDS = 1.5
"""A small list is vetted within this time, and its page comes complete at once."""
LINES_PER_PAGE = 50
VETTINGS_PER_PAGE = 20
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
}
Text = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class VettingForm:
    """What a clerk filled in."""

    upload: UploadFile
    award: str
    as_of: str
    purpose: str


@dataclass(frozen=True)
class LineFilter:
    """Which nominees of a result are asked for."""

    verdict: Text = ""
    rule: Text = ""
    q: Text = ""
    page: PageNumber = 1

    @property
    def question(self) -> LineQuestion:
        """The same as a question; an unknown verdict asks for all."""
        chosen = next((one for one in Verdict if one.value == self.verdict), None)
        return LineQuestion(chosen, self.rule, self.q.strip())


async def read_vetting_form(visit: UploadVisit) -> AsyncIterator[VettingForm]:
    """Stream the form's file to a temporary one, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
        UnreadableFile: No file was chosen.
    """
    async with visit.request.form(max_files=1, max_fields=8) as form:
        await run_in_threadpool(check_token, visit, visit.person.csrf, str(form.get("csrf", "")))
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            message = "没有选择文件。"
            raise UnreadableFile(message, remedy="请选择推荐名单（XLSX、CSV或JSON），再点“开始审查”。")
        award, as_of, purpose = (str(form.get(name, ""))[:200] for name in ("award", "as_of", "purpose"))
        yield VettingForm(upload, award, as_of, purpose)


@router.get("/department/vettings", response_class=HTMLResponse)
def show_vettings(visit: BatchVisit, page: PageNumber = 1) -> Response:
    """Show the form and the vettings so far."""
    return _show_desk(visit, page)


@router.post("/department/vettings", response_class=HTMLResponse, max_body_size=UPLOAD_BODY)
def begin_vetting(visit: UploadVisit, form: Annotated[VettingForm, Depends(read_vetting_form)]) -> Response:
    """Take a list of nominees and begin to vet it."""
    account = visit.person.account
    try:
        request = VettingRequest(
            award=form.award,
            as_of=_to_day(visit, form.as_of),
            agency_code=account.agency_code,
            actor_id=account.account_id,
            purpose=form.purpose,
        )
        job = _begin(visit, request, form.upload)
    except CreditServiceError as fault:
        return _show_desk(visit, 1, fault, form)
    return redirect_to(f"/department/vettings/waiting/{job}")


@router.get("/department/vettings/waiting/{token}", response_class=HTMLResponse)
def show_waiting(visit: UploadVisit, token: str) -> Response:
    """Show how far a vetting is; when it is over, its result."""
    job = find_vettings(visit.request).get(visit.person.account.agency_code, token)
    if not job.is_done.wait(PATIENCE_SECONDS):
        return visit.page("department/vetting_waiting.html", {"job": job})
    if job.fault is not None:
        return _show_desk(visit, 1, job.fault)
    return redirect_to(f"/department/vettings/{job.vetting_id}")


@router.get("/department/vettings/waiting/{token}/progress", response_class=HTMLResponse)
def show_progress(visit: UploadVisit, token: str) -> Response:
    """Show how far it is; when it is over the page is fetched anew."""
    job = find_vettings(visit.request).get(visit.person.account.agency_code, token)
    answer = visit.page("department/vetting_progress.html", {"job": job})
    if job.is_done.is_set():
        answer.headers["HX-Redirect"] = f"/department/vettings/waiting/{token}"
    return answer


@router.get("/department/vettings/{vetting_id}", response_class=HTMLResponse)
def show_vetting(visit: BatchVisit, vetting_id: str, asked: Annotated[LineFilter, Depends()]) -> Response:
    """Show a result as it was told, filtered."""
    kept = _get_own(visit, vetting_id)
    question = asked.question
    lines = fetch_slice(asked.page, LINES_PER_PAGE, partial(page_lines, kept, question))
    receipt = kept.receipt
    agency = list_agency_names(visit.room).get(receipt.agency_code, receipt.agency_code)
    context = {
        "kept": kept,
        "receipt": receipt,
        "facts": list_facts(receipt, agency, to_moment(receipt.known_at)),
        "lines": lines,
        "rules": kept.count_reasons(),
        "findings": _list_first(kept.findings(), LINES_PER_PAGE),
        "verdicts": list(Verdict),
        "question": question,
        "filter": urlencode({"verdict": asked.verdict, "rule": asked.rule, "q": asked.q}),
        "say_reason": say_reason,
        "say_span": say_span,
        "say_remedies": say_remedies,
        "say_kind": say_kind,
        "effects": EFFECT_WORDS,
        "notes": NOTES,
    }
    return visit.page("department/vetting.html", context)


@router.get("/department/vettings/{vetting_id}/result.{ending}")
def download_result(visit: BatchVisit, vetting_id: str, ending: str) -> Response:
    """Send a result as workbook, print or JSON."""
    kept = _get_own(visit, vetting_id)
    if ending not in MEDIA:
        message = f"没有“{ending}”格式的结果。"
        raise UnreadableFile(message, remedy="可下载 xlsx、pdf、json。")
    # The number is one of our own: letters, digits and hyphens.
    headers = {"Content-Disposition": f'attachment; filename="{vetting_id}.{ending}"'}
    if ending == "json":
        return StreamingResponse(kept.to_json(), media_type=MEDIA[ending], headers=headers)
    if ending == "pdf":
        content = print_vetting(visit.room, kept, visit.office.district)
        return Response(content, media_type=MEDIA[ending], headers=headers)
    with tempfile.TemporaryDirectory(prefix="vetting-") as folder:
        target = Path(folder) / "result.xlsx"
        write_report(visit.room, kept, visit.office.district, target)
        return Response(target.read_bytes(), media_type=MEDIA[ending], headers=headers)


def _begin(visit: Visit, request: VettingRequest, upload: UploadFile) -> str:
    with kept_for_now([upload]) as files:
        named = replace(request, source=files[0].path, file_name=files[0].name)
        return find_vettings(visit.request).begin(named).token


def _to_day(visit: Visit, text: str) -> date:
    if not text.strip():
        return visit.office.today()
    try:
        return date.fromisoformat(text.strip())
    except ValueError as fault:
        message = f"审查日“{text[:20]}”不是日期。"
        raise UnreadableFile(message, remedy="请写成 2026-09-30 的样子。") from fault


def _get_own(visit: Visit, vetting_id: str) -> KeptVetting:
    account = visit.person.account
    return get_kept(visit.room, vetting_id, account.agency_code if account.role in MAY_UPLOAD else None)


def _show_desk(
    visit: Visit, page: int, fault: CreditServiceError | None = None, form: VettingForm | None = None
) -> Response:
    account = visit.person.account
    may_vet = account.role in MAY_UPLOAD
    agency = account.agency_code if may_vet else None
    awards, no_rule = _list_awards(visit)
    context = {
        "vettings": fetch_slice(page, VETTINGS_PER_PAGE, partial(list_vettings, visit.room, agency)),
        "awards": awards,
        "no_rule": no_rule,
        "agencies": {} if may_vet else list_agency_names(visit.room),
        "may_vet": may_vet,
        "today": visit.office.today(),
        "fault": fault,
        "form": form,
    }
    return visit.page("department/vettings.html", context, status=status_of(fault) if fault else 200)


def _list_awards(visit: Visit) -> tuple[tuple[Award, ...], CreditServiceError | None]:
    try:
        return list_awards(visit.room, visit.office.today()), None
    except (RulebookError, LookupFailure) as fault:
        return (), fault


def _list_first(items: Iterator[dict[str, object]], most: int) -> tuple[list[dict[str, object]], int]:
    first: list[dict[str, object]] = []
    total = 0
    for item in items:
        total += 1
        if len(first) < most:
            first.append(item)
    return first, total
