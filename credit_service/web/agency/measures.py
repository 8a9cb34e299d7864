"""Joint measures by other agencies' systems: what the own agency was asked, and what became of it.

A key sees and answers its own agency's tasks only; a foreign one is answered like an unknown one. Feedback may be sent
again under the same idempotency key: it is written down once.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, ApiKey, Role
from credit_service.domain.measure import FeedbackKind
from credit_service.lookup.measures import MeasureItem, get_measure_item, list_owed
from credit_service.pipeline.measure_desk import FeedbackRequest, StrayRequest, give_feedback, report_stray
from credit_service.web.agency.access import need_scope, problems
from credit_service.web.agency.measure_models import (
    GiveFeedback,
    ReportAnswer,
    ReportMeasure,
    SaidAnswer,
    TaskAnswer,
    TasksAnswer,
)
from credit_service.web.dependencies import SMALL_BODY

router = APIRouter(prefix="/api/v1", tags=["奖惩措施"], max_body_size=SMALL_BODY)

SCOPE = "measures"
TASKS_PER_PAGE = 200
MeasureKey = Annotated[ApiKey, Depends(need_scope(SCOPE))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="本单位给这次反馈起的唯一名字。重试时原样重发，不会重复登记；用于另一次反馈则答复409。",
    ),
]


@router.get(
    "/measures/owed",
    summary="本单位应执行、应解除的措施",
    description="按任务编号分页，每页最多200项；照 next 或响应头 Link（rel=next）取下一页，直到为空。"
    "已经不适用或解除的不在其中。",
    responses=problems(401, 403, 422, 429, 503),
)
def show_owed(
    request: Request,
    response: Response,
    key: MeasureKey,
    after: Annotated[str, Query(max_length=40, description="上一页最后一项的任务编号；第一页不填。")] = "",
) -> TasksAnswer:
    """Return one page of the own agency's open tasks."""
    service = _service(request)
    items, last = list_owed(service.reading_room, key.agency_code, after, TASKS_PER_PAGE)
    following = None
    if last is not None:
        base = service.office.public_url.rstrip("/")
        following = f"{base}/api/v1/measures/owed?{urlencode({'after': last})}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return TasksAnswer(as_of=service.reading_room.today(), tasks=[_to_answer(item) for item in items], next=following)


@router.post(
    "/measures/{task_id}/feedback",
    summary="反馈一项措施",
    description="接收、已执行、不适用、已解除。名单移出以后才来的反馈照样登记，列入对账。"
    "建议每次带 Idempotency-Key，网络中断后原样重发即可。",
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
)
def submit_feedback(
    request: Request, task_id: str, body: GiveFeedback, key: MeasureKey, idempotency_key: IdempotencyKey = None
) -> TaskAnswer:
    """Write down what became of a task of the own agency."""
    service = _service(request)
    give_feedback(
        service.office,
        FeedbackRequest(
            task_id=task_id,
            kind=FeedbackKind(body.kind),
            actor=_actor(key),
            on=body.on,
            what=body.what,
            amount_fen=body.amount_fen,
            basis=body.basis,
            document_no=body.document_no,
            evidence=body.evidence,
            version=body.version,
            idempotency_key=idempotency_key,
        ),
    )
    return _to_answer(get_measure_item(service.reading_room, task_id, key.agency_code))


@router.post(
    "/measures/reports",
    summary="报告未经交办而执行的措施",
    description="清单以外、没有名单依据或者未经交办的措施不得实施；已经执行的如实报告，登记后列入对账。"
    "同样的报告重发不会重复登记。",
    responses=problems(400, 401, 403, 409, 413, 422, 429, 503),
)
def submit_report(request: Request, body: ReportMeasure, key: MeasureKey) -> ReportAnswer:
    """Write down a measure that nobody asked for."""
    made = report_stray(
        _service(request).office,
        StrayRequest(_actor(key), body.measure, body.case_id, body.on, body.what, body.document_no),
    )
    return ReportAnswer.model_validate(
        {"measure": made.measure, "case_id": made.case_id, "on": made.done_on, "why": made.why}
    )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _actor(key: ApiKey) -> Actor:
    return Actor(key.key_id, "接口密钥", key.agency_code, Role.SUBMITTER)


def _to_answer(item: MeasureItem) -> TaskAnswer:
    owed, case = item.use.owed, item.case
    task = item.use.task
    return TaskAnswer.model_validate(
        {
            "task_id": item.task_id,
            "case_id": case.case_id,
            "measure": owed.measure,
            "measure_name": item.name,
            "nature": owed.nature,
            "catalogue_basis": owed.basis,
            "relevance": owed.relevance,
            "statute": task.statute if task else "",
            "subject_name": case.subject_name,
            "identifier_code": case.identifier_code,
            "list_kind": case.list_kind.value,
            "decision_no": case.decision_no or "",
            "authority_name": case.authority_name,
            "from_on": owed.from_on,
            "until_on": owed.until_on,
            "asked_on": task.asked_on if task else owed.from_on,
            "state": item.state.value,
            "state_label": item.state_label,
            "next_due_on": item.reminder.due_on,
            "urgency": item.reminder.urgency.value,
            "possible": [kind.value for kind in item.possible],
            "version": task.version if task else 0,
            "feedback": [
                SaidAnswer(
                    kind=one.kind.value,
                    on=one.done_on,
                    recorded_at=one.recorded_at,
                    what=one.what,
                    amount_fen=one.amount_fen,
                    basis=one.basis,
                    document_no=one.document_no,
                    evidence=one.evidence,
                )
                for one in item.use.feedback
            ],
        }
    )
