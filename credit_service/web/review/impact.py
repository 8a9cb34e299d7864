"""A draft of the rules beside the rules in force: upload it, look at who would enter and leave, take the report away.

Comparing is in `lookup.impact`, done by the desk (`impact_desk`) in the background; the page waits a moment for it and
otherwise shows how far it is. Nothing here adopts anything.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from credit_service.errors import CreditServiceError, RulebookError, UnreadableFile
from credit_service.lookup.draft_sources import list_offered
from credit_service.lookup.impact_page import render_body, render_report
from credit_service.lookup.impact_print import print_impact
from credit_service.lookup.impact_types import Impact
from credit_service.lookup.impact_words import to_json
from credit_service.lookup.impact_workbook import write_workbook
from credit_service.web.department.chosen_files import to_file_name
from credit_service.web.dependencies import CaseVisit, Visit, check_form_token, check_token, redirect_to
from credit_service.web.errors import status_of
from credit_service.web.review.impact_desk import ChosenDraft, KeptImpact, find_impacts

DRAFT_BODY = 16 * 2**20
"""A ZIP of rule files; bytes."""
PATIENCE_SECONDS = 1.5
"""A comparison on a small warehouse is ready within this time, and its page comes complete at once."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(max_body_size=DRAFT_BODY)


@dataclass(frozen=True)
class DraftForm:
    """What somebody filled in."""

    upload: UploadFile | None
    as_of: str
    source: str
    """Key of a draft that is here already; empty for an upload."""


async def read_draft_form(visit: CaseVisit) -> AsyncIterator[DraftForm]:
    """Stream the form's file to a temporary one, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
    """
    async with visit.request.form(max_files=1, max_fields=6) as form:
        await run_in_threadpool(check_token, visit, visit.person.csrf, str(form.get("csrf", "")))
        upload = form.get("file")
        chosen = upload if isinstance(upload, UploadFile) and upload.filename else None
        yield DraftForm(chosen, str(form.get("as_of", "")).strip(), str(form.get("source", "")))


@router.get("/review/rules/impact", response_class=HTMLResponse)
def show_desk(visit: CaseVisit) -> Response:
    """Show the form, and what this sign-in compared before."""
    return _show_desk(visit)


@router.post("/review/rules/impact", response_class=HTMLResponse)
def submit_draft(visit: CaseVisit, form: Annotated[DraftForm, Depends(read_draft_form)]) -> Response:
    """Take a draft and go on to its comparison."""
    try:
        chosen = _choose(visit, form)
    except CreditServiceError as fault:
        return _show_desk(visit, fault, form)
    kept = find_impacts(visit.request).compare(visit.person, chosen)
    return redirect_to(f"/review/rules/impact/{kept.token}")


@router.get("/review/rules/impact/{token}", response_class=HTMLResponse)
def show_impact(visit: CaseVisit, token: str) -> Response:
    """Show the comparison, why there is none, or how far it is."""
    kept = find_impacts(visit.request).get(visit.person, token)
    if not kept.is_done.wait(PATIENCE_SECONDS):
        return visit.page("review/impact_waiting.html", {"kept": kept})
    if kept.impact is None:
        return visit.page("review/impact_refused.html", {"kept": kept}, status=_status_of(kept.fault))
    return visit.page("review/impact_result.html", {"kept": kept, "body": render_body(kept.impact)})


@router.get("/review/rules/impact/{token}/progress", response_class=HTMLResponse)
def show_progress(visit: CaseVisit, token: str) -> Response:
    """Show how far it is; when it is over the page is fetched anew."""
    kept = find_impacts(visit.request).get(visit.person, token)
    answer = visit.page("review/impact_progress.html", {"kept": kept})
    if kept.is_done.is_set():
        answer.headers["HX-Redirect"] = f"/review/rules/impact/{token}"
    return answer


@router.get("/review/rules/impact/{token}/impact.{ending}")
def download_impact(visit: CaseVisit, token: str, ending: str) -> Response:
    """Send the comparison as a report (``html``, ``pdf``), a workbook (``xlsx``) or the command's object (``json``)."""
    kept = find_impacts(visit.request).get(visit.person, token)
    if not kept.is_done.wait(PATIENCE_SECONDS) or kept.impact is None:
        return redirect_to(f"/review/rules/impact/{token}")
    content, kind = _render(visit, kept.impact, ending)
    name = f"impact-{kept.as_of.isoformat()}.{ending}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/review/rules/impact/{token}/discard", dependencies=[Depends(check_form_token)])
def discard_impact(visit: CaseVisit, token: str) -> Response:
    """Forget a comparison."""
    desk = find_impacts(visit.request)
    desk.discard(desk.get(visit.person, token))
    return redirect_to("/review/rules/impact")


def _status_of(fault: CreditServiceError | None) -> int:
    """Return the status of a refusal; a draft, or a day without rules, is for whoever chose it to mend."""
    if fault is None:
        return 500
    return 422 if isinstance(fault, RulebookError) else status_of(fault)


def _render(visit: Visit, impact: Impact, ending: str) -> tuple[bytes, str]:
    district = visit.office.district.name
    if ending == "html":
        return render_report(impact, district), "text/html; charset=utf-8"
    if ending == "pdf":
        return print_impact(impact, district, visit.office.places.publication_templates), "application/pdf"
    if ending == "xlsx":
        return write_workbook(impact, district), XLSX
    if ending == "json":
        return json.dumps(to_json(impact), ensure_ascii=False, default=str).encode(), "application/json"
    message = f"没有“{ending[:20]}”这种格式。"
    raise UnreadableFile(message, remedy="可用的格式：html、pdf、xlsx、json。")


def _show_desk(visit: Visit, fault: CreditServiceError | None = None, form: DraftForm | None = None) -> Response:
    own: tuple[KeptImpact, ...] = find_impacts(visit.request).list_own(visit.person)
    context = {
        "kept": own,
        "fault": fault,
        "offered": list_offered(visit.room),
        "source": form.source if form else "",
        "as_of": (form.as_of if form else "") or visit.office.today().isoformat(),
        "limit_mb": DRAFT_BODY // 2**20,
    }
    return visit.page("review/impact.html", context, status=status_of(fault) if fault else 200)


def _choose(visit: Visit, form: DraftForm) -> ChosenDraft:
    """Return what is to be compared.

    Raises:
        UnreadableFile: The day cannot be read, or nothing was chosen.
    """
    as_of = _to_day(form.as_of, visit.office.today())
    if form.source:
        label = next((one.label for one in list_offered(visit.room) if one.key == form.source), form.source[:80])
        return ChosenDraft(label, form.source, None, as_of)
    if form.upload is None:
        message = "没有选择文件。"
        raise UnreadableFile(message, remedy="请选择规则草案的 ZIP 压缩包，或服务器上已有的草案，再点“开始比较”。")
    return ChosenDraft(to_file_name(form.upload.filename or ""), "", form.upload, as_of)


def _to_day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        message = f"日期“{text[:20]}”无法识别。"
        raise UnreadableFile(message, remedy="请写成 2026-09-30 的形式。") from fault
