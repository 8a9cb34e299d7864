"""Objections of and to other agencies' systems: hand one in, see what was asked, answer, correct, withdraw."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, ApiKey, Role
from credit_service.domain.objection import (
    Channel,
    Objection,
    ObjectionActKind,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.lookup.objections import find_clocks, get_objection, list_objections, list_objections_by
from credit_service.pipeline.objections import ObjectionRequest, check_concerned, perform_objection_act
from credit_service.pipeline.receive_objections import NewObjection, receive_objection, withdraw_own
from credit_service.web.agency.access import need_scope, problems
from credit_service.web.agency.objection_models import (
    ClockAnswer,
    CorrectionBody,
    NewObjectionBody,
    ObjectionAnswer,
    ObjectionsAnswer,
    ReceivedAnswer,
    VerdictBody,
    WithdrawalBody,
)
from credit_service.web.dependencies import SMALL_BODY

router = APIRouter(prefix="/api/v1", tags=["异议"], max_body_size=SMALL_BODY)

KeyOfAgency = Annotated[ApiKey, Depends(need_scope("objections"))]
_FAULTS = problems(400, 401, 403, 404, 409, 413, 422, 429, 503)


@router.post(
    "/objections",
    status_code=201,
    summary="提出异议",
    description="本单位对记录、名单案件或公告条目提出异议。收到后立即标注，按规定期限处理。",
    responses=_FAULTS,
)
def submit(request: Request, body: NewObjectionBody, key: KeyOfAgency) -> ReceivedAnswer:
    """Receive an agency's objection and mark at once what it is about."""
    new = NewObjection(
        target=ObjectionTarget(body.target),
        target_id=body.target_id.strip(),
        bulletin_id=body.bulletin_id.strip(),
        objector=ObjectorKind.AGENCY,
        channel=Channel.API,
        words=ObjectorWords(body.contact, body.phone, body.claim),
        actor=_to_actor(key),
    )
    received = receive_objection(_service(request).office, new)
    return ReceivedAnswer(objection=_to_answer(request, received.objection))


@router.get(
    "/objections",
    summary="读取与本单位有关的异议",
    description="本单位提出的、转本单位核实的，以及异议成立后待本单位更正的。",
    responses=problems(401, 403, 429, 503),
)
def show_all(request: Request, key: KeyOfAgency) -> ObjectionsAnswer:
    """Return the objections that concern the agency."""
    room = _service(request).reading_room
    asked = [line.objection for line in list_objections(room, (), key.agency_code)]
    found = {one.number: one for one in (*asked, *list_objections_by(room, key.agency_code))}
    return ObjectionsAnswer(objections=[_to_answer(request, found[number]) for number in sorted(found)])


@router.get(
    "/objections/{number}",
    summary="查询一件异议",
    responses=problems(401, 403, 404, 422, 429, 503),
)
def show(request: Request, number: str, key: KeyOfAgency) -> ObjectionAnswer:
    """Return one objection that concerns the agency."""
    objection = get_objection(_service(request).reading_room, number)
    check_concerned(objection, _to_actor(key))
    return _to_answer(request, objection)


@router.post(
    "/objections/{number}/verdict",
    summary="答复核实结果",
    description="由被转办的来源单位答复信息是否有误；此后由信用工作机构复核决定。",
    responses=_FAULTS,
)
def answer(request: Request, number: str, body: VerdictBody, key: KeyOfAgency) -> ObjectionAnswer:
    """Take the source agency's answer."""
    asked = ObjectionRequest(
        number,
        ObjectionActKind.VERIFY,
        _to_actor(key),
        verdict=body.verdict,
        reason=body.reason,
        evidence=body.evidence,
    )
    return _to_answer(request, perform_objection_act(_service(request).office, asked))


@router.post(
    "/objections/{number}/correction",
    summary="登记已更正",
    description="有误的记录须已由新批次更正或已撤回，不再有效。",
    responses=_FAULTS,
)
def correct(request: Request, number: str, body: CorrectionBody, key: KeyOfAgency) -> ObjectionAnswer:
    """Take note that a record found wrong was corrected."""
    asked = ObjectionRequest(
        number, ObjectionActKind.CORRECT, _to_actor(key), document_no=body.batch_id, reason=body.reason
    )
    return _to_answer(request, perform_objection_act(_service(request).office, asked))


@router.post("/objections/{number}/withdraw", summary="撤回本单位提出的异议", responses=_FAULTS)
def withdraw(request: Request, number: str, body: WithdrawalBody, key: KeyOfAgency) -> ObjectionAnswer:
    """Withdraw an agency's own objection."""
    return _to_answer(request, withdraw_own(_service(request).office, number, _to_actor(key), body.reason))


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _to_actor(key: ApiKey) -> Actor:
    return Actor(key.key_id, "接口密钥", key.agency_code, Role.SUBMITTER)


def _to_answer(request: Request, one: Objection) -> ObjectionAnswer:
    today = _service(request).reading_room.today()
    return ObjectionAnswer(
        number=one.number,
        state=one.state.value,
        state_label=one.state.label,
        target=one.target.value,
        target_id=one.case_id or one.record_id or "",
        record_ids=list(one.record_ids),
        case_ids=list(one.case_ids),
        received_on=one.received_on,
        forwarded_to=one.forwarded_to,
        request=one.extension_reason,
        verdict=one.verdict,
        decision_no=one.decision_no,
        decision_reason=one.decision_reason,
        remedy=one.remedy,
        listing=one.listing,
        wrong_records=list(one.wrong_records),
        correction_due_on=one.correction_due_on,
        corrected_on=one.corrected_on,
        clocks=[
            ClockAnswer(
                duty=clock.duty,
                holder=clock.holder,
                start_on=clock.start_on,
                due_on=clock.due_on,
                done_on=clock.done_on,
                overdue=clock.is_overdue(today),
            )
            for clock in find_clocks(one)
        ],
    )
