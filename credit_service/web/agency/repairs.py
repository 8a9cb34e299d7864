"""Credit repair for other agencies' systems: hand applications on, see one's own, receive notices and confirm them.

Deciding is left to people: no key accepts, checks, grants or refuses.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, ApiKey, Role
from credit_service.domain.repair import Applicant, Paper, RepairChannel
from credit_service.lookup.repairs import NoticeView, RepairLine, list_notices, list_repairs, view_notice
from credit_service.pipeline.notices import confirm_notice
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, apply_for_repair
from credit_service.web.agency.access import need_scope, problems
from credit_service.web.agency.repair_models import (
    AppliedAnswer,
    ApplyForRepair,
    NoticeAnswer,
    NoticesAnswer,
    RepairAnswer,
    RepairsAnswer,
)
from credit_service.web.dependencies import PAPERS_BODY, SMALL_BODY

router = APIRouter(prefix="/api/v1", tags=["信用修复"], max_body_size=SMALL_BODY)
papers_router = APIRouter(prefix="/api/v1", tags=["信用修复"], max_body_size=PAPERS_BODY)

KeyOfRepairs = Annotated[ApiKey, Depends(need_scope("repairs"))]
KeyOfChecks = Annotated[ApiKey, Depends(need_scope("checks"))]
OnlyOpen = Annotated[bool, Query(alias="open", description="只看未回执的。")]


@papers_router.post(
    "/repairs",
    status_code=201,
    summary="转来修复申请",
    description="把本单位窗口或系统收到的信用修复申请连同材料转来。申请不收费。"
    "条件由系统核对，是否受理、准予由认定机关人员决定。",
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
)
def submit_repair(request: Request, body: ApplyForRepair, key: KeyOfRepairs) -> AppliedAnswer:
    """Write an application down and answer with the receipt."""
    application = Application(
        target_no=body.target_no,
        identifier=body.identifier,
        applicant=Applicant(body.name, body.contact, body.statement),
        channel=RepairChannel.API,
        papers=tuple(HandedPaper(Paper(sent.paper), sent.content) for sent in body.papers),
    )
    # A key acts for an agency and has no role of a person; whose it is, is written down.
    actor = Actor(key.key_id, key.key_id, key.agency_code, Role.SUBMITTER)
    receipt = apply_for_repair(_service(request).office, application, actor)
    repair = receipt.repair
    return AppliedAnswer(
        repair_id=repair.repair_id, receipt_code=receipt.code, opens_on=repair.opens_on, needs=list(repair.needs)
    )


@router.get(
    "/repairs",
    summary="查询转给本单位的修复申请",
    description="列出转给本单位（认定机关）办理的申请和正在计时的期限。",
    responses=problems(401, 403, 422, 429, 503),
)
def show_repairs(request: Request, key: KeyOfRepairs) -> RepairsAnswer:
    """Return the applications forwarded to the key's agency."""
    lines = list_repairs(_service(request).reading_room, agency_code=key.agency_code)
    return RepairsAnswer(repairs=[_to_answer(line) for line in lines])


@router.get(
    "/notices",
    summary="查询修复通知",
    description="本单位查询过或正在实施措施的主体准予修复后，在此收到通知；收到后应停止使用、解除措施，并逐件回执。",
    responses=problems(401, 403, 422, 429, 503),
)
def show_notices(request: Request, key: KeyOfChecks, only_open: OnlyOpen = False) -> NoticesAnswer:  # noqa: FBT002 -- a query parameter
    """Return the notices of the key's agency."""
    views = list_notices(_service(request).reading_room, key.agency_code, only_open=only_open)
    return NoticesAnswer(notices=[_to_notice(view) for view in views])


@router.post(
    "/notices/{notice_id}/receipt",
    summary="修复通知回执",
    description="确认本单位已停止使用该信息、解除相应措施。重复回执不改变首次回执的时间。",
    responses=problems(401, 403, 404, 422, 429, 503),
)
def submit_receipt(request: Request, notice_id: str, key: KeyOfChecks) -> NoticeAnswer:
    """Write the receipt down."""
    service = _service(request)
    notice = confirm_notice(service.office, notice_id, key.agency_code, key.key_id)
    return _to_notice(view_notice(service.reading_room, notice))


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _to_notice(view: NoticeView) -> NoticeAnswer:
    return NoticeAnswer.model_validate(view.to_dict())


def _to_answer(line: RepairLine) -> RepairAnswer:
    repair, clock = line.repair, line.clock
    return RepairAnswer(
        repair_id=repair.repair_id,
        state=repair.state.value,
        state_label=repair.state.label,
        target_kind=repair.target_kind.value,
        target_id=repair.target_id,
        subject_name=repair.subject_name,
        fact=repair.fact,
        applied_on=repair.applied_on,
        forwarded_on=repair.forwarded_on,
        accepted_on=repair.accepted_on,
        closed_on=repair.closed_on,
        decision_no=repair.decision_no,
        decision_reason=repair.decision_reason,
        barred_until_on=repair.barred_until_on,
        duty=clock.duty.label if clock else None,
        due_on=clock.due_on if clock else None,
        overdue=bool(clock and clock.overdue),
    )
