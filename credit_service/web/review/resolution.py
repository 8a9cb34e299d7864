"""The officials' desk for organisations without a code: the queue, one subject with suggestions, the history.

What may be judged is in `pipeline.resolve` and the ledger's constraints; a refusal is shown beside the form with
everything typed kept. Natural persons are never shown here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.record import RecordKind
from credit_service.domain.resolution import Verdict
from credit_service.errors import AccessError, CreditServiceError, DecisionError, EvidenceMissing, LookupFailure
from credit_service.lookup.resolution import get_subject_view, list_history, list_queue, search_subjects
from credit_service.pipeline.resolve import MAY_JUDGE, JudgementRequest, judge, undo_judgement
from credit_service.web.dependencies import SMALL_BODY, ActVisit, CaseVisit, Visit, check_form_token, redirect_to
from credit_service.web.errors import status_of

router = APIRouter(max_body_size=SMALL_BODY)

HISTORY_LIMIT = 50


@dataclass(frozen=True)
class TypedJudgement:
    """A form as somebody filled it in."""

    verdict: str
    other: str = ""
    reason: str = ""


def read_judgement(
    verdict: Annotated[str, Form(max_length=20)] = "",
    other: Annotated[str, Form(max_length=80)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> TypedJudgement:
    """Return the form as it was filled in."""
    return TypedJudgement(verdict, other.strip(), reason)


@router.get("/review/subjects", response_class=HTMLResponse)
def show_queue(
    visit: CaseVisit, q: Annotated[str, Query(max_length=100)] = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Show who waits for a judgement, or who is called like what was typed."""
    text = "".join(character for character in q if character.isprintable()).strip()
    context = {
        "q": text,
        "hits": search_subjects(visit.room, text) if text else (),
        "queue": None if text else list_queue(visit.room, page),
    }
    return visit.page("review/subjects.html", context)


@router.get("/review/subjects/history", response_class=HTMLResponse)
def show_history(visit: CaseVisit) -> Response:
    """Show the newest judgements, with those undone."""
    judgements, names, actors = list_history(visit.room, HISTORY_LIMIT)
    context = {"judgements": judgements, "names": names, "actors": actors, "limit": HISTORY_LIMIT}
    return visit.page("review/subject_history.html", context)


@router.get("/review/subjects/{subject}", response_class=HTMLResponse)
def show_subject(visit: CaseVisit, subject: str, done: str = "") -> Response:
    """Show one organisation: names, records, suggestions, judgements."""
    return _show(visit, subject, done=done)


@router.post(
    "/review/subjects/{subject}/judgements", response_class=HTMLResponse, dependencies=[Depends(check_form_token)]
)
def submit_judgement(
    visit: ActVisit, subject: str, typed: Annotated[TypedJudgement, Depends(read_judgement)]
) -> Response:
    """Make one judgement, or show on the same page why it is refused."""
    try:
        request = JudgementRequest(subject, _to_verdict(typed.verdict), visit.actor, typed.reason, typed.other)
        judge(visit.office, request)
    except (DecisionError, AccessError, LookupFailure) as fault:
        return _show(visit, subject, fault=fault, typed=typed)
    return redirect_to(f"/review/subjects/{quote(subject, safe=':')}?done={typed.verdict}")


@router.post(
    "/review/subjects/{subject}/judgements/{number}/undo",
    response_class=HTMLResponse,
    dependencies=[Depends(check_form_token)],
)
def submit_undo(
    visit: ActVisit, subject: str, number: int, reason: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    """Undo one judgement, or show on the same page why it is refused."""
    try:
        undo_judgement(visit.office, number, visit.actor, reason)
    except (DecisionError, AccessError, LookupFailure) as fault:
        return _show(visit, subject, fault=fault, typed=TypedJudgement("undo", str(number), reason))
    return redirect_to(f"/review/subjects/{quote(subject, safe=':')}?done=undo")


def _show(
    visit: Visit,
    subject: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedJudgement | None = None,
) -> Response:
    view = get_subject_view(visit.room, subject)
    context = {
        "view": view,
        "may_judge": visit.person.account.role in MAY_JUDGE,
        "done": _DONE.get(done, ""),
        "fault": fault,
        "typed": typed or TypedJudgement(""),
        "kinds": {member.value: member.label for member in RecordKind},
    }
    return visit.page("review/subject.html", context, status=status_of(fault) if fault else 200)


_DONE = {
    "same": "已归并：此后的评价和查询把它的记录算在该主体名下。",
    "not_same": "已登记为同名不同主体：两者不再互相建议，也不得归并。",
    "own": "已认定为独立主体，不再出现在待归并列表中。",
    "undo": "已撤销：从现在起不再生效，此前的评价保持原样。",
}


def _to_verdict(value: str) -> Verdict:
    verdict = next((member for member in Verdict if member.value == value), None)
    if verdict is None:
        message = "没有选择要作出的判断。"
        raise EvidenceMissing(message, remedy="请使用页面上的按钮提交。")
    return verdict
