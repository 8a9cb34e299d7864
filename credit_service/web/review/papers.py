"""Papers on the officials' desk: previews, issuing, downloads and voiding.

Everything comes back to the page of the case; a refusal is shown there.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.paper import Paper, PaperForm, PaperKind
from credit_service.errors import CreditServiceError, PaperNotFound
from credit_service.pipeline.paper_facts import PaperDetails
from credit_service.pipeline.papers import (
    draft_paper,
    issue_paper,
    issue_receipt,
    read_paper,
    render_paper,
    void_paper,
)
from credit_service.web.dependencies import SMALL_BODY, ActVisit, CaseVisit, check_form_token, redirect_to
from credit_service.web.review.cases import render_case

router = APIRouter(max_body_size=SMALL_BODY)

Reason = Annotated[str, Form(max_length=4000)]


@router.get("/review/cases/{case_id}/papers/{kind}/draft.{form}")
def preview(visit: CaseVisit, case_id: str, kind: str, form: str) -> Response:
    """Show a draft: no number, marked, kept nowhere; persons are masked for who may not see them."""
    wanted = _to_form(form)
    text = draft_paper(visit.office, case_id, _to_kind(kind), visit.actor)
    content = render_paper(visit.office, text, wanted, visit.office.now())
    return _to_file(content, wanted, f"草稿-{text.title}")


@router.post("/review/cases/{case_id}/papers", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def issue(visit: ActVisit, case_id: str, kind: Annotated[str, Form(max_length=40)], reason: Reason = "") -> Response:
    """Issue a paper, or show on the page of the case why it is refused."""
    try:
        paper = issue_paper(visit.office, case_id, _to_kind(kind), visit.actor, PaperDetails(reason))
    except CreditServiceError as fault:
        return render_case(visit, case_id, fault=fault)
    return _back(paper, case_id)


@router.post("/review/papers/{paper_id}/receipt", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def issue_receipt_of(visit: ActVisit, paper_id: str, case_id: Annotated[str, Form(max_length=40)]) -> Response:
    """Issue the blank receipt of service for a paper."""
    try:
        paper = issue_receipt(visit.office, paper_id, visit.actor)
    except CreditServiceError as fault:
        return render_case(visit, case_id, fault=fault)
    return _back(paper, case_id)


@router.post("/review/papers/{paper_id}/void", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def void(visit: ActVisit, paper_id: str, case_id: Annotated[str, Form(max_length=40)], reason: Reason = "") -> Response:
    """Void a paper with the reason."""
    try:
        paper = void_paper(visit.office, paper_id, visit.actor, reason)
    except CreditServiceError as fault:
        return render_case(visit, case_id, fault=fault)
    return _back(paper, case_id)


@router.get("/review/papers/{paper_id}/paper.{form}")
def download(visit: CaseVisit, paper_id: str, form: str) -> Response:
    """Hand out an issued paper, byte for byte as issued."""
    wanted = _to_form(form)
    paper, content = read_paper(visit.office, paper_id, wanted, visit.actor)
    return _to_file(content, wanted, f"{paper.document_no}-{paper.kind.label}")


def _back(paper: Paper, case_id: str) -> Response:
    return redirect_to(f"/review/cases/{paper.case_id or case_id}#papers")


def _to_file(content: bytes, form: PaperForm, name: str) -> Response:
    shown = "inline" if form is PaperForm.PDF else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}.{form.value}"}
    return Response(content, media_type=form.media_type, headers=headers)


def _to_kind(value: str) -> PaperKind:
    """Return the kind a path or form names.

    Raises:
        PaperNotFound: There is no such kind.
    """
    if value not in set(PaperKind):
        message = "没有这种文书。"
        raise PaperNotFound(message, remedy="请从案件页面选择。")
    return PaperKind(value)


def _to_form(value: str) -> PaperForm:
    """Return the form a path names.

    Raises:
        PaperNotFound: There is no such form.
    """
    if value not in set(PaperForm):
        message = "文书只有 Word（docx）和 PDF 两种文件。"
        raise PaperNotFound(message, remedy="请从案件页面选择。")
    return PaperForm(value)
