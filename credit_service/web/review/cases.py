"""The officials' desk: the queue of cases, one case with its reasons, and the next act.

The gates of the law are in `listing.transitions`; a refusal is shown beside the form with everything typed kept.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.agency import Role
from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.errors import (
    AccessError,
    CaseNotFound,
    CreditServiceError,
    DecisionError,
    EvidenceMissing,
    LedgerConflict,
)
from credit_service.lookup.cases import get_case_view, list_cases
from credit_service.pipeline.consent import withdraw_consent
from credit_service.pipeline.decide import ROLE_OF_ACT, ActRequest, perform_act
from credit_service.web.dependencies import SMALL_BODY, ActVisit, CaseVisit, Visit, check_form_token, redirect_to
from credit_service.web.errors import status_of
from credit_service.web.review.forms import TypedAct, build_forms, read_act

router = APIRouter(max_body_size=SMALL_BODY)

QUEUE_LIMIT = 200


@router.get("/review", response_class=HTMLResponse)
def show_queue(visit: CaseVisit, list_kind: str = "", state: str = "") -> Response:
    """Show the cases, filtered by list and state; unknown filters show all."""
    kind = next((member for member in ListKind if member.value == list_kind), None)
    wanted = next((member for member in CaseState if member.value == state), None)
    found = list_cases(visit.room, kind, wanted, QUEUE_LIMIT)
    context = {
        "cases": found,
        "list_kinds": tuple(ListKind),
        "states": tuple(CaseState),
        "list_kind": kind,
        "state": wanted,
        "limit": QUEUE_LIMIT,
    }
    return visit.page("review/queue.html", context)


@router.get("/review/cases/{case_id}", response_class=HTMLResponse)
def show_case(visit: CaseVisit, case_id: str, done: str = "") -> Response:
    """Show one case and a form for each act that may come next."""
    return _show(visit, case_id, done=done)


@router.post("/review/cases/{case_id}/acts", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
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
        )
        perform_act(visit.office, request)
    except (DecisionError, AccessError, LedgerConflict) as fault:
        return _show(visit, case_id, fault=fault, typed=typed)
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
        return _show(visit, case_id, fault=fault)
    return redirect_to(f"/review/cases/{case_id}?done={case.end_kind or 'decline'}")


def _show(
    visit: Visit,
    case_id: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedAct | None = None,
) -> Response:
    view = get_case_view(visit.room, case_id)
    role = visit.person.account.role
    by_hand = [act for act in view.next_acts if act.kind in ROLE_OF_ACT]
    forms = build_forms(by_hand, visit.office.today(), typed)
    others = [(form.title, [member for member in Role if member in ROLE_OF_ACT[form.kind]]) for form in forms]
    context = {
        "view": view,
        "case": view.case,
        "forms": [form for form in forms if role in ROLE_OF_ACT[form.kind]],
        "others": [(title, roles) for title, roles in others if role not in roles],
        "waiting": _WAITING.get(view.case.state, "由系统自动进行，不需要人工办理。"),
        "done": next((member for member in ActKind if member.value == done), None),
        "fault": fault,
        "today": visit.office.today(),
        "measure_names": {item.slug: item.name for item in visit.room.rulebook(visit.room.today()).measures},
        "kinds": {member.value: member.label for member in RecordKind},
        "severities": {member.value: member.label for member in Severity},
    }
    return visit.page("review/case.html", context, status=status_of(fault) if fault else 200)


_WAITING = {
    CaseState.DECISION_SERVED: "已生效，将在下一期公告中公示。",
    CaseState.DECLINED: "案件已结束：不予列入。",
    CaseState.ENDED: "已移出名单，案件结束。",
}


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
