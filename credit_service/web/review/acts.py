"""The officials' desk: one act on a case, with its papers and its evidence.

The gates of the law are in `listing.transitions`; a refusal is shown beside the form with everything typed kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from credit_service.domain.listing import ActKind
from credit_service.errors import AccessError, CaseNotFound, DecisionError, EvidenceMissing, LedgerConflict
from credit_service.pipeline.consent import withdraw_consent
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.evidence import LARGEST, HandedIn
from credit_service.web.dependencies import ActVisit, check_form_token, check_token, redirect_to
from credit_service.web.review.cases import render_case
from credit_service.web.review.forms import TypedAct

MOST_EXHIBITS = 10
router = APIRouter(max_body_size=2 * LARGEST)
_LENGTHS = {"kind": 40, "on": 20, "document_no": 128, "reason": 4000, "evidence": 4000, "ground": 40, "for_id": 128}


async def read_act(visit: ActVisit) -> AsyncIterator[TypedAct]:
    """Return the form as it was filled in, after the sign-in was checked.

    Raises:
        ScopeDenied: The form was not made for this sign-in.
        EvidenceMissing: A field is longer than it may be.
    """
    async with visit.request.form(max_files=MOST_EXHIBITS, max_fields=len(_LENGTHS) + 2) as form:
        await run_in_threadpool(check_token, visit, visit.person.csrf, str(form.get("csrf", "")))
        exhibits = [
            HandedIn(one.filename, await one.read())
            for one in form.getlist("exhibits")
            if isinstance(one, UploadFile) and one.filename
        ]
        yield TypedAct(**_read_fields(form), exhibits=tuple(exhibits))


def _read_fields(form: FormData) -> dict[str, str]:
    fields = {name: str(form.get(name, "")) for name in _LENGTHS}
    for name, value in fields.items():
        if len(value) > _LENGTHS[name]:
            message = f"填写的内容过长（{len(value)}字，最多{_LENGTHS[name]}字）。"
            raise EvidenceMissing(message, remedy="请写要点，全文作为证据文件提交。")
    return fields


@router.post("/review/cases/{case_id}/acts", response_class=HTMLResponse)
def submit_act(visit: ActVisit, case_id: str, typed: Annotated[TypedAct, Depends(read_act)]) -> Response:
    """Do one act, or show on the same page why it is refused."""
    try:
        kind = _to_kind(typed.kind)
        request = ActRequest(
            case_id=case_id,
            kind=kind,
            actor=visit.actor,
            on=_to_date(typed.on),
            document_no=typed.document_no,
            reason=typed.reason,
            evidence=typed.evidence,
            ground=typed.ground,
            for_id=typed.for_id,
            exhibits=typed.exhibits,
        )
        perform_act(visit.office, request)
    except (DecisionError, AccessError, LedgerConflict) as fault:
        return render_case(visit, case_id, fault=fault, typed=typed)
    return redirect_to(f"/review/cases/{case_id}?done={kind.value}")


@router.post("/review/cases/{case_id}/consent", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_consent_withdrawal(
    visit: ActVisit, case_id: str, document_no: Annotated[str, Form(max_length=128)] = ""
) -> Response:
    """End a red listing because the person takes the consent back, or show why it is refused."""
    try:
        case = withdraw_consent(visit.office, case_id, visit.actor, document_no)
    except CaseNotFound:
        raise
    except (DecisionError, AccessError, LedgerConflict) as fault:
        return render_case(visit, case_id, fault=fault)
    return redirect_to(f"/review/cases/{case_id}?done={case.end_kind or 'decline'}")


def _to_kind(value: str) -> ActKind:
    kind = next((member for member in ActKind if member.value == value), None)
    if kind is None:
        message = "没有选择要办理的事项。"
        raise EvidenceMissing(message, remedy="请使用页面上的按钮提交。")
    return kind


def _to_date(value: str) -> date | None:
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError as fault:
        message = f"日期“{value[:20]}”无法识别。"
        raise EvidenceMissing(message, remedy="请写成 2026-09-30 的形式。") from fault
